"""OECD Inter-Country Input-Output tables as csv: YYYY_SML.csv of the 2023 and 2025 editions.

First column: economy_industry, then the rows TLS (taxes less subsidies), VA and OUT. Columns:
economy_industry, then economy_category (HFCE, NPISH, GGFC, GFCF, INVNT, ...), then OUT. Industries and
categories are read off the labels, so editions that differ in them are read alike.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from xunhuan.data.arrays import Array
from xunhuan.data.classification import Sectors
from xunhuan.data.geography import Geography
from xunhuan.data.sector_lists import of_house
from xunhuan.errors import BadInput, Problems
from xunhuan.readers.blocks import Blocks, Imported, close
from xunhuan.readers.sheet import Sheet, open_csv

TAXES, _VALUE_ADDED, OUTPUT = ("TLS",), ("VA",), ("OUT",)


def read_icio(path: Path, year: int | None = None, sheet: str | None = None, tolerance: float = 0.01) -> Imported:
    """One year of the OECD tables from its csv.

    Taxes less subsidies on products are the component taxes_on_products. A table with China or Mexico divided
    (CN1, CN2, MX1, MX2 beside CHN, MEX) is refused: only the small tables (SML) add up region by region.
    Raises BadInput naming line and column of bad cells and labels; UnbalancedAccounts past `tolerance`.
    """
    grid = open_csv(path)
    if year is None:
        found = re.search(r"(19|20)\d{2}", path.stem)
        if found is None:
            raise BadInput("the file's name does not tell its year", where=str(path), fix="give it with --year")
        year = int(found.group())
    rows, columns = [_split(grid, r, 0) for r in range(1, grid.shape[0])], _header(grid)
    economies, industries = _axes(grid, [x for x in rows if x[1]])
    n, k = len(economies), len(industries)
    categories = _check(grid, rows, columns, economies, industries)
    f = len(categories)
    body = slice(1, 1 + n * k)
    z = grid.numbers(body, slice(1, 1 + n * k)).reshape(n, k, n, k)
    final = grid.numbers(body, slice(1 + n * k, 1 + n * (k + f))).reshape(n, k, n, f)

    def total(names: tuple[str, ...]) -> Array:
        at = _row(grid, names)
        return grid.numbers(slice(at, at + 1), slice(1, 1 + n * k)).reshape(n, k)

    b = Blocks(
        geography=Geography(codes=economies, nation=economies),
        sectors=of_house(Sectors(industries), "icio2023", "icio2025"),
        categories=categories,
        components=("value_added", "taxes_on_products"),
        intermediate=z,
        final=final,
        value_added=np.stack([total(_VALUE_ADDED), total(TAXES)], axis=2),
        output=total(OUTPUT),
        year=year,
        currency="USD",
        unit="million USD",
        name=f"icio-{year}",
        title=f"OECD Inter-Country Input-Output table {year}: {n} economies, {k} industries",
        source="OECD Inter-Country Input-Output tables",
        notes=("value added includes taxes less subsidies on intermediate products",),
    )
    return close(b, tolerance)


def _split(grid: Sheet, row: int, column: int) -> tuple[str, str]:
    """Economy and industry of a label; the whole label and "" where it has no underscore."""
    economy, _, rest = grid.text(row, column).partition("_")
    return economy, rest


def _header(grid: Sheet) -> list[tuple[str, str]]:
    return [_split(grid, 0, c) for c in range(1, grid.shape[1])]


def _axes(grid: Sheet, labels: list[tuple[str, str]]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Economies and industries in order of appearance. Raises BadInput where there are none or China is
    divided.
    """
    economies, industries = (tuple(dict.fromkeys(x[k] for x in labels)) for k in (0, 1))
    if not economies:
        raise BadInput(
            f"{grid.where(1, 0)}: expected economy_industry such as AUS_A01, found {grid.text(1, 0)!r}",
            where=str(grid.path),
            fix="the first column holds the row labels",
        )
    divided = [c for c in economies if re.fullmatch(r"(CN|MX)\d", c)]
    if divided:
        raise BadInput(
            f"the table divides economies ({', '.join(divided)})",
            where=str(grid.path),
            fix="use the small tables, YYYY_SML.csv",
        )
    return economies, industries


def _check(
    grid: Sheet,
    rows: list[tuple[str, str]],
    columns: list[tuple[str, str]],
    economies: tuple[str, ...],
    industries: tuple[str, ...],
) -> tuple[str, ...]:
    """Final categories, once every label is found where the layout puts it; else BadInput naming the
    cells.
    """
    full = [(e, i) for e in economies for i in industries]
    after = columns[len(full) :]
    categories = tuple(dict.fromkeys(c for _, c in after if c))
    wanted = full + [(e, c) for e in economies for c in categories]
    p = Problems("labels are not where the layout puts them")
    for k, pair in enumerate(full):
        if k >= len(rows) or rows[k] != pair:
            p.add(f"{grid.where(1 + k, 0)}: expected {'_'.join(pair)}, found {grid.text(1 + k, 0)!r}")
    for k, pair in enumerate(wanted):
        if k >= len(columns) or columns[k] != pair:
            p.add(f"{grid.where(0, 1 + k)}: expected {'_'.join(pair)}, found {grid.text(0, 1 + k)!r}")
    p.raise_if(BadInput, where=str(grid.path), fix="rows and columns run economy by economy in one order")
    return categories


def _row(grid: Sheet, names: tuple[str, ...]) -> int:
    for row in range(grid.shape[0] - 1, 0, -1):
        if grid.text(row, 0) in names:
            return row
    raise BadInput(
        f"sheet {grid.name!r}: no row {' or '.join(names)} below the industries",
        where=str(grid.path),
        fix="the file is cut off, or not of the 2023 or 2025 edition",
    )
