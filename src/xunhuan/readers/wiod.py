"""World Input-Output Tables as published: the 2013 and the 2016 release.

Both workbooks hold the whole table in their first sheet: four header rows (3 to 6: industry code, name,
country, number), four label columns (A to D, the same four), the industries of all countries, their final
categories, a total. The 2016 release also comes as a data frame (columns IndustryCode, IndustryDescription,
Country, RNr, Year, AUS1, ..., TOT) of R and of Stata (vAUS1, ...), which users save as csv.

Country and industry codes settle the place of a row or column. The numbers beside them do not: some writers count
c1 to c56 in each country, others through the whole table.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from xunhuan.data.arrays import Array
from xunhuan.data.classification import Sectors
from xunhuan.data.economies import economy_of, world_of
from xunhuan.data.sector_lists import of_house
from xunhuan.errors import BadInput, ForeignFile, Problems
from xunhuan.readers.archives import other_years
from xunhuan.readers.blocks import Blocks, Imported, close
from xunhuan.readers.sheet import Sheet, open_csv, open_r, open_sheet, sheet_names

_HEADER, LABELS = 2, 4
"""First header row and number of label columns, from 0: cell E7 holds the first number."""
_CATEGORIES = ("household", "nonprofit", "government", "fixed_capital", "inventory")
_COMPONENTS = ("value_added", "taxes_and_margins")
_TOTALS = {
    "II_fob": "total intermediate consumption",
    "TXSP": "taxes less subsidies on products",
    "EXP_adj": "cif/ fob adjustments on exports",
    "PURR": "direct purchases abroad by residents",
    "PURNR": "purchases on the domestic territory by non-residents",
    "VA": "value added at basic prices",
    "IntTTM": "international transport margins",
    "GO": "output at basic prices",
}
"""Names of the rows under the industries, by the codes of the 2016 release."""


@dataclass(frozen=True)
class Release:
    """What tells a release apart: industries per country, and codes of the rows under them: value added, all that is paid
    beside it, output.
    """

    name: str
    industries: int
    value_added: str
    extras: tuple[str, ...]
    output: str
    named: tuple[str, ...]


_EXTRAS = ("TXSP", "EXP_adj", "PURR", "PURNR", "IntTTM")
RELEASES = {
    "wiod2013": Release("2013", 35, "r65", ("r61", "r62", "r63", "r64", "r66"), "r69", ("VA", *_EXTRAS, "GO")),
    "wiod2016": Release("2016", 56, "VA", _EXTRAS, "GO", ("VA", *_EXTRAS, "GO")),
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
    if ending in (".csv", ".rdata", ".rds", ".dta"):
        if release != "wiod2016":
            raise BadInput(
                "only the 2016 release comes as a data frame", where=str(path), fix="give the .xlsx workbook"
            )
        opened = {".csv": open_csv, ".dta": _open_stata}
        grid = _from_frame(opened[ending](path) if ending in opened else open_r(path, "wiot"))
        found = _frame_year(grid)
    else:
        wanted = re.escape(sheet) if sheet else re.escape(sheet_names(path)[0].strip())
        grid = open_sheet(path, wanted, "the table")
        found = _workbook_year(grid)
    if year is None and found is None:
        raise BadInput("the file does not tell its year", where=str(path), fix="give it with --year")
    b, told = _blocks(grid, kind, year or found or 0)
    told += other_years(
        b.year, file=path.stem, sheet=grid.name if grid.name != path.name else "", title=str(found or "")
    )
    return close(replace(b, notes=(*b.notes, *told)), tolerance)


def _blocks(grid: Sheet, kind: Release, year: int) -> tuple[Blocks, tuple[str, ...]]:
    """The table, and what is said of what lies beyond it."""
    plan = _plan(grid, kind)
    n, k, f = len(plan.countries), kind.industries, len(_CATEGORIES)
    first, end, left = _HEADER + LABELS, _HEADER + LABELS + n * k, LABELS
    z = grid.numbers(slice(first, end), slice(left, left + n * k))[:, plan.columns].reshape(n, k, n, k)
    final = grid.numbers(slice(first, end), slice(left + n * k, left + n * (k + f)))
    final = final.reshape(n, k, n, f)[:, :, plan.buyers]
    place = _footer(grid, kind, end)

    def row(code: str) -> Array:
        found = grid.numbers(slice(place[code], place[code] + 1), slice(left, left + n * k))
        return found[0, plan.columns].reshape(n, k)

    b = Blocks(
        geography=world_of(plan.countries),
        sectors=_sectors(grid, kind),
        categories=_CATEGORIES,
        components=_COMPONENTS,
        intermediate=z,
        final=final,
        value_added=np.stack([row(kind.value_added), np.sum([row(c) for c in kind.extras], axis=0)], axis=2),
        output=row(kind.output),
        year=year,
        currency="USD",
        unit="million USD",
        name=f"wiod{kind.name}-{year}",
        title=f"World Input-Output Table {year}, {kind.name} release",
        source=f"World Input-Output Database, {kind.name} release",
        notes=("value added includes net taxes on products and international transport margins",),
    )
    # A column of totals stands to the right.
    return b, grid.beyond(max(place.values()) + 1, left + n * (k + f) + 1)


@dataclass(frozen=True)
class _Plan:
    """Countries in the order of the rows; columns of the file that hold each of their industries, in that order, and
    blocks of columns that hold their final use.
    """

    countries: tuple[str, ...]
    columns: list[int]
    buyers: list[int]


def _runs(countries: Sequence[str]) -> list[tuple[str, int]]:
    """Countries and how many labels in a row are theirs."""
    out: list[tuple[str, int]] = []
    for c in countries:
        if out and out[-1][0] == c:
            out[-1] = (c, out[-1][1] + 1)
        else:
            out.append((c, 1))
    return out


def _plan(grid: Sheet, kind: Release) -> _Plan:
    """Find every row and column by country and industry code. Raises BadInput naming what is not where it should be."""
    first, k, f = _HEADER + LABELS, kind.industries, len(_CATEGORIES)
    last = first
    while grid.text(last, 2).upper() not in ("", "TOT"):
        last += 1
    rows = _runs([grid.text(r, 2) for r in range(first, last)])
    p = Problems(f"this is not the layout of the {kind.name} release")
    at = first
    for c, count in rows:
        if count != k:
            p.add(f"{grid.where(at, 2)}: expected {k} industries of {c}, found {count}")
        at += count
    if not rows:
        p.add(f"{grid.where(first, 2)}: expected the country of the first industry, found {grid.text(first, 2)!r}")
    p.raise_if(BadInput, where=str(grid.path), fix="restore the official file; is it of the other release?")
    codes = [grid.text(r, 0) for r in range(first, last)]
    for r, code in enumerate(codes):
        if code != codes[r % k]:
            p.add(f"{grid.where(first + r, 0)}: expected {codes[r % k]}, as of the first country, found {code!r}")
    p.raise_if(BadInput, where=str(grid.path), fix="every country has the same industries in one order")
    names = [c for c, _ in rows]
    count = len(names) * k
    heads = [
        (grid.text(_HEADER + 2, LABELS + c), grid.text(_HEADER, LABELS + c)) for c in range(count + len(names) * f)
    ]
    wanted = [(grid.text(first + r, 2), grid.text(first + r, 0)) for r in range(count)]
    columns = _columns(grid, p, heads[:count], wanted)
    finals = _runs([c for c, _ in heads[count:]])
    at = LABELS + count
    for c, number in finals:
        if number != f or c not in names:
            p.add(f"{grid.where(_HEADER + 2, at)}: expected {f} final categories of a country, found {number} of {c!r}")
        at += number
    if sorted(c for c, _ in finals) != sorted(names):
        p.add("countries of final use are not those of the rows")
    p.raise_if(BadInput, where=str(grid.path), fix="every industry has a row and a column, every country its final use")
    order = [c for c, _ in finals]
    return _Plan(tuple(map(economy_of, names)), columns, [order.index(c) for c in names])


def _columns(grid: Sheet, p: Problems, heads: list[tuple[str, str]], wanted: list[tuple[str, str]]) -> list[int]:
    """Column of each row's industry; by country and place in its block where columns bear no codes."""
    if not any(code for _, code in heads):
        seen: dict[str, int] = {}
        numbered = []
        for c, _ in heads:
            seen[c] = seen.get(c, -1) + 1
            numbered.append((c, str(seen[c])))
        size = len(wanted) // max(len({c for c, _ in wanted}), 1)
        heads, wanted = numbered, [(c, str(k % size)) for k, (c, _) in enumerate(wanted)]
    place = {h: k for k, h in enumerate(heads)}
    if len(place) < len(heads):
        p.add(f"{grid.where(_HEADER, LABELS)}: two columns are of one industry of one country")
    for (c, code), head, k in zip(wanted, heads, range(len(heads)), strict=True):
        if (c, code) not in place:
            p.add(f"{grid.where(_HEADER, LABELS + k)}: no column of {c} {code}; found {' '.join(head)!r}")
    return [place.get(x, 0) for x in wanted]


def _footer(grid: Sheet, kind: Release, end: int) -> dict[str, int]:
    """Row of each total below the industries, by its code in any label column or else by its name."""
    codes = (kind.value_added, *kind.extras, kind.output)
    place: dict[str, int] = {}
    for row in range(end, min(grid.shape[0], end + 15)):
        said = [grid.text(row, c) for c in range(LABELS)]
        for code, other in zip(codes, kind.named, strict=True):
            if code in said or other in said or _TOTALS[other] in [t.casefold() for t in said]:
                place.setdefault(code, row)
    missing = [c for c in codes if c not in place]
    if missing:
        raise BadInput(
            f"sheet {grid.name!r}: rows {end + 1} to {end + 15} lack {', '.join(missing)}",
            where=str(grid.path),
            fix=f"this is not the layout of the {kind.name} release, or its last rows are cut off",
        )
    return place


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


def _open_stata(path: Path) -> Sheet:
    """The data frame of Stata as a grid. Raises BadInput where the file is absent, ForeignFile where it is none."""
    import pandas as pd

    if not path.is_file():
        raise BadInput(f"there is no file {path.name!r}", where=str(path), fix="check the path")
    try:
        frame = pd.read_stata(path, convert_categoricals=False)
    except Exception as e:
        raise ForeignFile("the file is truncated or not Stata's", where=str(path), fix="download it again") from e
    return Sheet(path, path.name, np.empty((0, 0), dtype=object), frame)


def _from_frame(csv: Sheet) -> Sheet:
    """The data frame of the 2016 release in the layout of its workbook; the year in cell A1."""
    for k, name in enumerate(("IndustryCode", "IndustryDescription", "Country", "RNr", "Year")):
        csv.expect(0, k, (name,), "a column of the data frame")
    assert csv.frame is not None
    body = csv.frame.to_numpy(dtype=object)
    columns = [str(c) for c in csv.frame.columns[5:] if str(c) != "TOT"]
    width = LABELS + len(columns)
    out = np.full((_HEADER + LABELS + len(body), width), None, dtype=object)
    out[0, 0] = body[0, 4] if len(body) else None
    for k, name in enumerate(columns):
        found = re.fullmatch(r"v?([A-Z][A-Za-z]{2})_?(\d+)", name)
        if found is None:
            raise BadInput(f"{csv.where(0, 5 + k)}: {name!r} is not a country with a number", where=str(csv.path))
        out[_HEADER + 2, LABELS + k], out[_HEADER + 3, LABELS + k] = found.group(1), found.group(2)
    out[_HEADER + LABELS :, :LABELS] = body[:, :LABELS]
    out[_HEADER + LABELS :, LABELS:] = body[:, 5 : 5 + len(columns)]
    return Sheet(csv.path, csv.name, out, empty_nan=csv.empty_nan)
