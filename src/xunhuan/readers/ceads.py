"""Provincial MRIO workbooks of CEADs: 2012, 2015, 2017 (sheet Table or Table_YYYY) and 2018, 2020 (with an
English
sheet, Table_YYYY_English Version).

Row 2 names the province at the start of its block of columns, row 3 the sector, row 4 its code; columns A
to C hold the same for rows; cell D5 is the first number. After the sectors of all provinces come total
intermediate use, five final categories a province (FU101 .. FU202), export (EX), total final use, errors
(ERR), gross output (GO). Below: imports (IM), total inputs, value added (VA001 .. VA004), total input (TI).
Unit 10^4 CNY.

The workbook gives imports by user, not by good: each user's are given to goods in proportion to what the
user buys at home, an assumption that the notes of the table repeat. Rows of numbers under these, such as CO2, are a
satellite: no part of the accounts.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from xunhuan.data.arrays import Array, ratio
from xunhuan.data.classification import Sectors
from xunhuan.data.geography import Geography
from xunhuan.data.sector_lists import sector_list
from xunhuan.errors import BadInput, Problems
from xunhuan.readers.archives import other_years
from xunhuan.readers.blocks import Blocks, Imported, close
from xunhuan.readers.own_names import own_names
from xunhuan.readers.provinces import listed_sectors, one_nation
from xunhuan.readers.sheet import Sheet, open_sheet, sheet_names

TOP, LEFT = 4, 3
"""First row and column of numbers, from 0: cell D5."""
_REST = "ROW"
_CATEGORIES = {
    "FU101": "rural_household",
    "FU102": "urban_household",
    "FU103": "government",
    "FU201": "fixed_capital",
    "FU202": "inventory",
}
_COMPONENTS = {
    "VA001": "compensation",
    "VA002": "net_production_tax",
    "VA003": "depreciation",
    "VA004": "operating_surplus",
}
_TOTALS = ("TII", "TVA", "TI")
_UNIT = re.compile(r"[\[(].+[\])]$")
LISTS = ("cn42-2012", "cn42-2017")
"""Sector lists of the workbooks; 2018 and 2020 have that of 2012."""
SHEET = r"Table([ _]\d{4})?([ _].*)?|(.*[ _])?English[ _]Version"
_NOTES = (
    "bilateral flows between provinces are the compilers' estimates",
    "the source gives imports by user, not by good: each user's are spread over goods like its home-made inputs",
)


@dataclass(frozen=True)
class _Plan:
    """Where things are: provinces and sectors of the axes, columns of final use, export, output; rows
    below.
    """

    provinces: tuple[str, ...]
    codes: tuple[str, ...]
    names: tuple[str, ...]
    final: tuple[int, ...]
    export: int
    output: int
    rows: dict[str, int]


def read_ceads(
    path: Path,
    year: int | None = None,
    sheet: str | None = None,
    tolerance: float = 0.05,
    like: Geography | None = None,
    names: Path | None = None,
) -> Imported:
    """A provincial table of CEADs; provinces one nation, the ROW open, values in 10^8 CNY.

    like  a geography of the provinces: codes, names, clusters and tiles are taken over one by one, by the names of the
    workbook in any known spelling; what was read as what, and what was not known, is in the notes
    names  a csv that says what odd names are (columns name, is)
    Where the sectors' names are a known list's, in its order, the list's groups and ISIC are taken over.
    The errors column of the source is what rows miss of output; it becomes final use `discrepancy`.

    Raises BadInput naming sheet and cell where a sheet is missing, a header has moved or a number cell
    holds text, ForeignFile for a cut file, UnbalancedAccounts past `tolerance`.
    """
    grid = open_sheet(path, re.escape(sheet) if sheet else _choose(path), "the table")
    year = year or _year(grid, path)
    plan = _plan(grid)
    n, k = len(plan.provinces), len(plan.codes)
    body, users = slice(TOP, TOP + n * k), slice(LEFT, LEFT + n * k)
    z = grid.numbers(body, users).reshape(n, k, n, k) / 1e4
    first = plan.final[0]
    final = grid.numbers(body, slice(first, first + n * len(_CATEGORIES))).reshape(n, k, n, -1) / 1e4
    imports_z = _row(grid, plan, "IM", users).reshape(n, k)
    imports_f = _row(grid, plan, "IM", slice(first, first + n * len(_CATEGORIES))).reshape(n, -1)
    export = grid.numbers(body, slice(plan.export, plan.export + 1)).reshape(n, k) / 1e4
    output = grid.numbers(body, slice(plan.output, plan.output + 1)).reshape(n, k) / 1e4
    value_added = np.stack([_row(grid, plan, v, users).reshape(n, k) for v in _COMPONENTS], axis=2)
    whole_z, whole_f = with_rest(z, final, by_good(z, imports_z), by_good(final, imports_f), export)
    own = own_names(names, like or Geography((), ()), tuple(sector_list(x).sectors for x in LISTS))
    geography, provinces_said = one_nation(plan.provinces, like, own)
    sectors, sectors_said = listed_sectors(Sectors(plan.codes, plan.names), LISTS, own)
    beside, beside_said = _beside(grid, plan)
    b = Blocks(
        geography=geography,
        sectors=sectors,
        categories=tuple(_CATEGORIES.values()),
        components=tuple(_COMPONENTS.values()),
        intermediate=whole_z,
        final=whole_f,
        value_added=np.concatenate([value_added, np.zeros((1, k, len(_COMPONENTS)))]),
        output=np.concatenate([output, whole_z[n].sum((1, 2))[None] + whole_f[n].sum((1, 2))[None]]),
        year=year,
        currency="CNY",
        unit="10^8 CNY",
        name=f"ceads-{year}",
        title=f"China {year}, provincial table of CEADs: {n} provinces, {k} sectors",
        source="CEADs multi-regional input-output tables",
        notes=(
            *_NOTES,
            *provinces_said,
            *sectors_said,
            *beside_said,
            *grid.beyond(grid.shape[0], plan.output + 1),
            *other_years(year, sheet=grid.name, file=path.stem, title=grid.text(0, 0)),
        ),
    )
    return replace(close(b, tolerance), satellite=_satellite(geography, sectors, beside))


def _beside(grid: Sheet, plan: _Plan) -> tuple[dict[str, Array], list[str]]:
    """Rows under the sectors that are not among the accounts, such as emissions: numbers by label, and what is said."""
    n = len(plan.provinces) * len(plan.codes)
    found, said = {}, []
    for row in range(TOP + n, grid.shape[0]):
        code, wide = _code(grid.text(row, 2)), grid.text(row, 1)
        called = code or wide or grid.text(row, 0)
        if not called or code in ("IM", *_COMPONENTS, *_TOTALS):
            continue
        cells = [grid.text(row, c) for c in range(LEFT, LEFT + n)]
        if any(cells) and all(re.fullmatch(r"-?[\d.]+(e[+-]?\d+)?|", c, re.IGNORECASE) for c in cells):
            label = wide if _UNIT.search(wide) else called
            found[label] = grid.numbers(slice(row, row + 1), slice(LEFT, LEFT + n))[0]
            said.append(
                f"row {row + 1}, {called}, is no part of the accounts: it is a satellite (--satellite FILE.csv)"
            )
        else:
            said.append(f"row {row + 1}, {called}, is no part of the accounts and is not read")
    return found, said


def _satellite(geography: Geography, sectors: Sectors, rows: dict[str, Array]) -> pd.DataFrame | None:
    """Rows by region and sector of the accounts; None where the file has none."""
    if not rows:
        return None
    provinces = geography.codes[: geography.codes.index(_REST)]
    at = [(r, s) for r in provinces for s in sectors.codes]
    return pd.DataFrame({"region": [r for r, _ in at], "sector": [s for _, s in at], **rows})


def _choose(path: Path) -> str:
    """The sheet to read: the English table where there is one, else the only table. Pattern for
    `open_sheet`.
    """
    names = [n for n in sheet_names(path) if re.fullmatch(SHEET, n.strip(), flags=re.IGNORECASE)]
    english = [n for n in names if "english" in n.lower()]
    return re.escape((english or names)[0].strip()) if english or len(names) == 1 else SHEET


def _year(grid: Sheet, path: Path) -> int:
    found = re.search(r"(19|20)\d{2}", f"{grid.name} {grid.text(0, 0)} {path.stem}")
    if found is None:
        raise BadInput("the workbook does not tell its year", where=str(path), fix="give it with --year")
    return int(found.group())


def _code(written: str) -> str:
    return written.zfill(2) if written.isdigit() else written.upper()


def _plan(grid: Sheet) -> _Plan:
    """Read the labels and check that rows and columns run province by province over the same sectors."""
    grid.expect(TOP - 1, LEFT, ("01", "1"), "the code of the first sector")
    grid.expect(TOP, LEFT - 1, ("01", "1"), "the code of the first sector")
    codes = [_code(grid.text(TOP, 2))]
    while (nxt := _code(grid.text(TOP + len(codes), 2))) not in ("01", codes[-1]) and nxt.isdigit():
        codes.append(nxt)
    k = len(codes)
    provinces: list[str] = []
    while _code(grid.text(TOP + len(provinces) * k, 2)) == "01":
        provinces.append(grid.text(TOP + len(provinces) * k, 0))
    for p, name in enumerate(provinces):
        if not name:
            raise BadInput(f"{grid.where(TOP + p * k, 0)}: the province has no name", where=str(grid.path))
        grid.expect(1, LEFT + p * k, (name,), "the province of the block")
        for i, code in enumerate(codes):
            wanted = (code, str(int(code)))
            grid.expect(TOP + p * k + i, 2, wanted, "a sector code")
            grid.expect(TOP - 1, LEFT + p * k + i, wanted, "a sector code")
    names = tuple(grid.text(TOP + i, 1) for i in range(k))
    final, export, output = _right(grid, provinces, k)
    return _Plan(tuple(provinces), tuple(codes), names, final, export, output, _below(grid, len(provinces) * k))


def _right(grid: Sheet, provinces: Sequence[str], k: int) -> tuple[tuple[int, ...], int, int]:
    """Columns of final use (checked label by label), of export and of gross output."""
    start = LEFT + len(provinces) * k
    place = {_code(grid.text(TOP - 1, c)): c for c in range(grid.shape[1] - 1, start - 1, -1)}
    missing = [c for c in (next(iter(_CATEGORIES)), "EX", "GO") if c not in place]
    if missing:
        raise BadInput(
            f"sheet {grid.name!r}: row {TOP} has no {', '.join(missing)} right of the sectors",
            where=str(grid.path),
            fix="restore the code row of the official file",
        )
    first = place[next(iter(_CATEGORIES))]
    for p, name in enumerate(provinces):
        grid.expect(1, first + p * len(_CATEGORIES), (name,), "the province of the final categories")
        for f, code in enumerate(_CATEGORIES):
            grid.expect(TOP - 1, first + p * len(_CATEGORIES) + f, (code,), "the code of a final category")
    count = len(provinces) * len(_CATEGORIES)
    return tuple(range(first, first + count)), place["EX"], place["GO"]


def _below(grid: Sheet, sectors: int) -> dict[str, int]:
    """Rows of imports and value added under the sectors, by code."""
    end = TOP + sectors
    rows = range(end, min(grid.shape[0], end + 15))
    found = {_code(grid.text(r, 2)): r for r in reversed(rows)}
    p = Problems("labels are missing or there twice")
    for r in rows:
        code = _code(grid.text(r, 2))
        if code in ("IM", *_COMPONENTS) and found[code] != r:
            p.add(f"{grid.where(r, 2)}: {code} is there twice, first in row {found[code] + 1}")
    p.raise_if(BadInput, where=str(grid.path), fix="restore the rows of the official file")
    for code, r in found.items():
        beside = _code(grid.text(r, 1))
        if code in _COMPONENTS and beside in _COMPONENTS and beside != code:
            raise BadInput(
                f"{grid.where(r, 2)}: the row is {code} by its code and {beside} by its name", where=str(grid.path),
                fix="restore the labels of the official file",
            )  # fmt: skip
    missing = [c for c in ("IM", *_COMPONENTS) if c not in found]
    if missing:
        raise BadInput(
            f"sheet {grid.name!r}: rows {end + 1} to {end + 15} lack {', '.join(missing)} in column C",
            where=str(grid.path),
            fix="restore the rows under the sectors, or download the file again",
        )
    return found


def _row(grid: Sheet, plan: _Plan, code: str, columns: slice) -> Array:
    at = plan.rows[code]
    return np.asarray(grid.numbers(slice(at, at + 1), columns)[0] / 1e4)


def by_good(home: Array, imports: Array) -> Array:
    """Imports of each user s u spread over goods i like its home-made inputs r i s u: axes i s u."""
    bought = home.sum(0)
    bought = np.maximum(bought, 0.0)
    total = bought.sum(0)
    like_all = ratio(bought.sum((1, 2))[:, None, None], bought.sum(), 1 / len(bought))
    share = np.where(total > 0, bought / np.where(total > 0, total, 1.0), like_all)
    return np.asarray(share * imports, dtype=np.float64)


def with_rest(z: Array, final: Array, import_z: Array, import_f: Array, export: Array) -> tuple[Array, Array]:
    """Intermediate r i s j and final r i s f with the ROW as the last, open region."""
    n, k = z.shape[:2]
    whole_z, whole_f = np.zeros((n + 1, k, n + 1, k)), np.zeros((n + 1, k, n + 1, final.shape[3]))
    whole_z[:n, :, :n], whole_z[n, :, :n] = z, import_z
    whole_f[:n, :, :n], whole_f[n, :, :n], whole_f[:n, :, n, 0] = final, import_f, export
    return whole_z, whole_f
