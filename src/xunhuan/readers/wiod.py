"""World Input-Output Tables as published: the 2013 and the 2016 release.

Both workbooks hold the whole table in their first sheet: four header rows (3 to 6: industry code, name,
country, number), four label columns (A to D, the same four), the industries of all countries, their final
categories, a total. The 2016 release also comes as a data frame (columns IndustryCode, IndustryDescription,
Country, RNr, Year, AUS1, ..., TOT), which users save as csv.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from xunhuan.data.arrays import Array
from xunhuan.data.classification import Sectors
from xunhuan.data.geography import Geography
from xunhuan.data.sector_lists import of_house
from xunhuan.errors import BadInput
from xunhuan.readers.blocks import Blocks, Imported, close
from xunhuan.readers.sheet import Sheet, open_csv, open_r, open_sheet, sheet_names

_HEADER, LABELS = 2, 4
"""First header row and number of label columns, from 0: cell E7 holds the first number."""
_CATEGORIES = ("household", "nonprofit", "government", "fixed_capital", "inventory")
_COMPONENTS = ("value_added", "taxes_and_margins")
_ISO = {"ROM": "ROU", "RoW": "ROW"}


@dataclass(frozen=True)
class Release:
    """What tells a release apart: industries per country, final numbers, and the rows under the
    industries.
    """

    name: str
    industries: int
    finals: tuple[int, ...]
    value_added: str
    extras: tuple[str, ...]
    output: str


RELEASES = {
    "wiod2013": Release("2013", 35, (37, 38, 39, 41, 42), "r65", ("r61", "r62", "r63", "r64", "r66"), "r69"),
    "wiod2016": Release("2016", 56, (57, 58, 59, 60, 61), "VA", ("TXSP", "EXP_adj", "PURR", "PURNR", "IntTTM"), "GO"),
}


def read_wiod(
    path: Path, release: str, year: int | None = None, sheet: str | None = None, tolerance: float = 0.01
) -> Imported:
    """One year's world input-output table,
    "wiod2013" or "wiod2016": workbook (.xlsx, .xlsb) or data frame (2016).

    Taxes less subsidies on products, adjustments and transport margins are the component taxes_and_margins.
    Raises BadInput naming sheet and cell for moved headers and text among numbers, ForeignFile for a cut
    file, UnbalancedAccounts where rows or columns miss output by more than `tolerance` in total.
    """
    kind = RELEASES[release]
    ending = path.suffix.lower()
    if ending in (".csv", ".rdata", ".rds"):
        if release != "wiod2016":
            raise BadInput(
                "only the 2016 release comes as a data frame", where=str(path), fix="give the .xlsx workbook"
            )
        grid = _from_frame(open_csv(path) if ending == ".csv" else open_r(path, "wiot"), kind)
        found = _frame_year(grid)
    else:
        wanted = re.escape(sheet) if sheet else re.escape(sheet_names(path)[0].strip())
        grid = open_sheet(path, wanted, "the table")
        found = _workbook_year(grid)
    if year is None and found is None:
        raise BadInput("the file does not tell its year", where=str(path), fix="give it with --year")
    return close(_blocks(grid, kind, year or found or 0), tolerance)


def _blocks(grid: Sheet, kind: Release, year: int) -> Blocks:
    countries = _countries(grid, kind)
    n, k, f = len(countries), kind.industries, len(kind.finals)
    first, end = _HEADER + LABELS, _HEADER + LABELS + n * k
    _check_labels(grid, kind, countries)
    left = LABELS
    z = grid.numbers(slice(first, end), slice(left, left + n * k)).reshape(n, k, n, k)
    final = grid.numbers(slice(first, end), slice(left + n * k, left + n * (k + f))).reshape(n, k, n, f)
    place = _footer(grid, kind, end)

    def row(code: str) -> Array:
        return grid.numbers(slice(place[code], place[code] + 1), slice(left, left + n * k)).reshape(n, k)

    extras = np.sum([row(c) for c in kind.extras], axis=0)
    return Blocks(
        geography=Geography(codes=countries, nation=countries),
        sectors=_sectors(grid, kind),
        categories=_CATEGORIES,
        components=_COMPONENTS,
        intermediate=z,
        final=final,
        value_added=np.stack([row(kind.value_added), extras], axis=2),
        output=row(kind.output),
        year=year,
        currency="USD",
        unit="million USD",
        name=f"wiod{kind.name}-{year}",
        title=f"World Input-Output Table {year}, {kind.name} release",
        source=f"World Input-Output Database, {kind.name} release",
        notes=("value added includes net taxes on products and international transport margins",),
    )


def _countries(grid: Sheet, kind: Release) -> tuple[str, ...]:
    """Country of each block of rows, until the first row whose number is not an industry's."""
    out: list[str] = []
    row = _HEADER + LABELS
    while _number(grid.text(row, 3)) == 1:
        code = grid.text(row, 2)
        out.append(_ISO.get(code, code))
        row += kind.industries
    if not out:
        grid.expect(_HEADER + LABELS, 3, ("c1", "1"), "the number of the first industry")
    return tuple(out)


def _check_labels(grid: Sheet, kind: Release, countries: tuple[str, ...]) -> None:
    """Every row and column label must be where the layout puts it; the first that is not is named."""
    first = _HEADER + LABELS
    for c, country in enumerate(countries):
        names = [country, *[k for k, v in _ISO.items() if v == country]]
        for k in range(kind.industries):
            at = c * kind.industries + k
            wanted = (f"c{k + 1}", str(k + 1))
            for row, column, code in (
                (first + at, 3, (first + at, 2)),
                (_HEADER + 3, LABELS + at, (_HEADER + 2, LABELS + at)),
            ):
                grid.expect(row, column, wanted, "the number of an industry")
                grid.expect(*code, names, "the country of the block")
        for k, number in enumerate(kind.finals):
            column = LABELS + len(countries) * kind.industries + c * len(kind.finals) + k
            grid.expect(_HEADER + 3, column, (f"c{number}", str(number)), "the number of a final category")
            grid.expect(_HEADER + 2, column, names, "the country of the block")


def _footer(grid: Sheet, kind: Release, end: int) -> dict[str, int]:
    """Row of each total below the industries, by its code in any label column."""
    codes = (kind.value_added, *kind.extras, kind.output)
    place: dict[str, int] = {}
    for row in range(end, min(grid.shape[0], end + 15)):
        for column in range(LABELS):
            if grid.text(row, column) in codes:
                place.setdefault(grid.text(row, column), row)
    missing = [c for c in codes if c not in place]
    if missing:
        raise BadInput(
            f"sheet {grid.name!r}: rows {end + 1} to {end + 15} lack {', '.join(missing)}",
            where=str(grid.path),
            fix=f"this is not the layout of the {kind.name} release, or its last rows are cut off",
        )
    return place


def _number(label: str) -> int | None:
    found = re.fullmatch(r"c?(\d+)", label)
    return int(found.group(1)) if found else None


def _sectors(grid: Sheet, kind: Release) -> Sectors:
    first = _HEADER + LABELS
    rows = range(first, first + kind.industries)
    sectors = Sectors(tuple(grid.text(r, 0) for r in rows), tuple(grid.text(r, 1) for r in rows))
    return of_house(sectors, f"wiod{kind.name}")


def _workbook_year(grid: Sheet) -> int | None:
    found = re.search(r"(19|20)\d{2}", " ".join(grid.text(r, 0) for r in range(_HEADER)) + " " + grid.name)
    return int(found.group()) if found else None


def _frame_year(grid: Sheet) -> int | None:
    text = grid.text(0, 0)
    return int(text) if text.isdigit() else None


def _from_frame(csv: Sheet, kind: Release) -> Sheet:
    """The data frame of the 2016 release in the layout of its workbook; the year in cell A1."""
    labels = ("IndustryCode", "IndustryDescription", "Country", "RNr", "Year")
    for k, name in enumerate(labels):
        csv.expect(0, k, (name,), "a column of the data frame")
    assert csv.frame is not None
    body = csv.frame.to_numpy(dtype=object)
    columns = [str(c) for c in csv.frame.columns[5:] if str(c) != "TOT"]
    width = LABELS + len(columns)
    out = np.full((_HEADER + LABELS + len(body), width), None, dtype=object)
    out[0, 0] = body[0, 4] if len(body) else None
    for k, name in enumerate(columns):
        found = re.fullmatch(r"([A-Za-z]{3})(\d+)", name)
        if found is None:
            raise BadInput(f"{csv.where(0, 5 + k)}: {name!r} is not a country with a number", where=str(csv.path))
        out[_HEADER + 2, LABELS + k], out[_HEADER + 3, LABELS + k] = found.group(1), found.group(2)
    out[_HEADER + LABELS :, :LABELS] = body[:, :LABELS]
    out[_HEADER + LABELS :, LABELS:] = body[:, 5 : 5 + len(columns)]
    return Sheet(csv.path, csv.name, out)
