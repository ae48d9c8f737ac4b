"""Multiregional Input-Output tables of the Asian Development Bank as workbooks: 35 sectors, 62 to 74 economies.

The table lies in the sheet that is no legend. Three header rows (5 to 7) hold label, economy and code (c1 to c35, F1 to F5)
of each column, columns before the first number (E8) the same of each row; where they stand is found by the code c1. Below
the industries lie total intermediate use, taxes less subsidies, adjustments, value added, transport margins and output, to
the right a total.
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np

from xunhuan.data.arrays import Array
from xunhuan.data.classification import Sectors
from xunhuan.data.economies import economy_of, world_of
from xunhuan.data.sector_lists import of_house
from xunhuan.errors import BadInput
from xunhuan.readers.archives import other_years, year_in
from xunhuan.readers.blocks import Blocks, Imported, close
from xunhuan.readers.sheet import Sheet, open_sheet, sheet_names
from xunhuan.readers.square import CellLabel, LabelledCells, Square, square

_HEAD, _LEFT = 15, 8
"""Rows and columns within which the first code must stand."""
_CATEGORIES = {"f1": "household", "f2": "nonprofit", "f3": "government", "f4": "fixed_capital", "f5": "inventory"}
_SUMS = r"r60|r69|.*total intermediate.*|.*output at basic prices.*|total( output)?"
_OUTPUT = r"r69|.*output at basic prices.*|total output"
_VALUE_ADDED = r".*value added at basic prices.*"


def read_adb(path: Path, year: int | None = None, sheet: str | None = None, tolerance: float = 0.01) -> Imported:
    """One year's table of the Asian Development Bank; its economies' codes are brought to ISO 3166-1.

    Raises BadInput naming sheet and cell, ForeignFile for a cut file, UnbalancedAccounts past `tolerance`.
    """
    wanted = re.escape(sheet) if sheet else "|".join(re.escape(n.strip()) for n in _tables(path))
    grid = open_sheet(path, wanted, "the table")
    year = year or year_in(grid.name, path.stem.split("_")[0], path.stem)
    if year is None:
        raise BadInput("the file does not tell its year", where=str(path), fix="give it with --year")
    cells, names, end = _cells(grid)
    t = square(cells, path)
    told = other_years(year, sheet=grid.name, file=path.stem.split("_")[0])
    b = _blocks(t, names, year, path)
    beyond = grid.beyond(end, grid.shape[1])
    return close(replace(b, notes=(*b.notes, *told, *beyond)), tolerance)


def _tables(path: Path) -> list[str]:
    names = sheet_names(path)
    return [n for n in names if not re.search(r"legend|note|contents", n, re.IGNORECASE)] or names


def _cells(grid: Sheet) -> tuple[LabelledCells, dict[str, str], int]:
    """LabelledCells by economy and code in small letters, the words beside each code, and the row after the last.

    Raises BadInput where a row without a label parts the industries.
    """
    top, left = _corner(grid)
    code_at = next((c for c in range(left) if grid.text(top, c).casefold() == "c1"), None)
    region_at = next((c for c in range(left) if grid.text(top, c) == grid.text(top - 2, left) != ""), None)
    if code_at is None or region_at is None:
        raise BadInput(
            f"{grid.where(top, left - 1)}: expected economy and code (c1) of the first row left of it",
            where=str(grid.path),
            fix="restore the label columns of the official file",
        )
    words = [c for c in range(left) if c not in (code_at, region_at)]
    names: dict[str, str] = {}
    rows: list[CellLabel] = []
    columns: list[CellLabel] = []
    last = top
    for r in range(top, grid.shape[0]):
        code, said = grid.text(r, code_at).casefold(), next((t for c in words if (t := grid.text(r, c))), "")
        industry = re.fullmatch(r"c\d+", code) is not None
        label = code or said.casefold()
        if not label or (not industry and label in {x for e, x in rows if not e}):
            break
        names.setdefault(label, said)
        rows.append((grid.text(r, region_at) if industry else "", label))
        last = r + 1
    more = [r for r in range(last, grid.shape[0]) if re.fullmatch(r"c\d+", grid.text(r, code_at).casefold())]
    if more and grid.text(more[0], region_at) and not {"r60", "r69"} & set(names):
        raise BadInput(
            f"{grid.where(last, code_at)}: no code; industries go on in row {more[0] + 1}",
            where=str(grid.path),
            fix="leave out the empty row, or fill in its label",
        )
    for c in range(left, grid.shape[1]):
        code = grid.text(top - 1, c).casefold()
        region = grid.text(top - 2, c)
        columns.append(
            (region if re.fullmatch(r"[cf]\d+", code) else "", code or region.casefold() or f"column {c + 1}")
        )
    return LabelledCells(rows, columns, grid.numbers(slice(top, last), slice(left, grid.shape[1]))), names, last


def _corner(grid: Sheet) -> tuple[int, int]:
    """Row and column of the first number: below and right of the first codes. Raises BadInput where there are none."""
    for r in range(min(_HEAD, grid.shape[0])):
        for c in range(1, min(_LEFT, grid.shape[1])):
            if grid.text(r, c).casefold() == "c1" and grid.text(r, c + 1).casefold() == "c2":
                return r + 1, c
    raise BadInput(
        f"sheet {grid.name!r}: no row of codes c1, c2, ... within its first {_HEAD} rows",
        where=str(grid.path),
        fix="give the workbook as the bank publishes it; name the sheet with --sheet",
    )


def _blocks(t: Square, names: dict[str, str], year: int, path: Path) -> Blocks:
    def fits(pattern: str) -> list[str]:
        return [c for c in t.paid if re.fullmatch(pattern, c) or re.fullmatch(pattern, names.get(c, "").casefold())]

    worth = fits(_VALUE_ADDED) or [c for c in t.paid if c == "r64"]
    if len(worth) != 1:
        raise BadInput(
            "there is no row of value added at basic prices below the industries",
            items=[f"{c}: {names.get(c, '')}" for c in t.paid],
            where=str(path),
            fix="restore the rows of the official file",
        )
    extras = [c for c in t.paid if c not in (*worth, *fits(_SUMS))]
    made = fits(_OUTPUT)
    output = t.paid[made[0]] if made else t.z.sum((2, 3)) + t.final.sum((2, 3))
    codes = t.industries
    known = of_house(Sectors(codes), "adb35")
    zero: Array = np.zeros_like(output)
    return Blocks(
        geography=world_of(tuple(economy_of(e, "adb") for e in t.economies)),
        sectors=known if known.listed else Sectors(codes, tuple(names.get(c) or c for c in codes)),
        categories=tuple(_CATEGORIES.get(c, c) for c in t.categories),
        components=("value_added", "taxes_and_margins"),
        intermediate=t.z,
        final=t.final,
        value_added=np.stack([t.paid[worth[0]], sum((t.paid[c] for c in extras), zero)], axis=2),
        output=output,
        year=year,
        currency="USD",
        unit="million USD",
        name=f"adb-{year}",
        title=f"Multiregional Input-Output table {year}: {len(t.economies)} economies, {len(codes)} sectors",
        source="Asian Development Bank, Multiregional Input-Output tables",
        notes=("value added includes net taxes on products, purchases abroad and transport margins", *t.told),
    )
