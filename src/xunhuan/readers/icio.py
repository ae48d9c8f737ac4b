"""OECD Inter-Country Input-Output tables as csv: YYYY_SML.csv and YYYY_EXT.csv of the 2023 and 2025 editions, and the
editions of 2016, 2018 and 2021; alone or in the zip of several years.

First column: economy_industry, then rows of taxes less subsidies (TLS, or ECONOMY_TAXSUB), value added (VA, VALU) and
output (OUT, OUTPUT). Columns: economy_industry, then economy_category (HFCE, NPISH, GGFC, GFCF, INVNT, ...), then OUT or
TOTAL. Industries and categories are read off the labels, so editions that differ in them are read alike. That of 2016 has
one row VA+TAXSUB for both, columns of final use category by category (HFCE_AUS, ...), and a last column DISC for what its
rows lack.

Extended editions divide China and Mexico (CN1 CN2, MX1 MX2; CHN.DOM CHN.NPR CHN.PRO, MEX.GMF MEX.NGM): the parts make and
buy, the whole is who consumes.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from xunhuan.data.arrays import Array, ratio
from xunhuan.data.classification import Sectors
from xunhuan.data.economies import known_economies, world_of
from xunhuan.data.geography import Geography
from xunhuan.data.isic import with_section
from xunhuan.data.sector_lists import of_house, of_isic
from xunhuan.errors import BadInput, Problems
from xunhuan.readers.archives import archive, year_in
from xunhuan.readers.blocks import Blocks, Imported, close
from xunhuan.readers.bounds import check_cells
from xunhuan.readers.sheet import Sheet, open_csv

_VALUE_ADDED, OUTPUT = ("VA", "VALU"), ("OUT", "OUTPUT")
_BOTH = ("VA+TAXSUB",)
"""The row that holds value added and taxes less subsidies together."""
_FILE = r"(.*[^0-9])?\d{4}(_(sml|ext))?\.csv"
_TAXES = re.compile(r"TLS|TAXSUB|[A-Z0-9.]+_(TAXSUB|TLS)", re.IGNORECASE)
_WHOLE = {"CN": "CHN", "MX": "MEX"}
_PARTS = {
    "CN1": ("China, other than export processing", "中国（非加工出口）"),
    "CN2": ("China, export processing", "中国（加工出口）"),
    "MX1": ("Mexico, other than global manufacturing", "墨西哥（非全球制造）"),
    "MX2": ("Mexico, global manufacturing", "墨西哥（全球制造）"),
    "CHN.DOM": ("China, for domestic sale", "中国（内销）"),
    "CHN.NPR": ("China, exporters other than processing", "中国（一般出口）"),
    "CHN.PRO": ("China, export processing", "中国（加工出口）"),
    "MEX.GMF": ("Mexico, global manufacturing", "墨西哥（全球制造）"),
    "MEX.NGM": ("Mexico, other than global manufacturing", "墨西哥（非全球制造）"),
}


def read_icio(
    path: Path, year: int | None = None, sheet: str | None = None, tolerance: float = 0.01, divided: bool = False
) -> Imported:
    """One year of the OECD tables from its csv, or from a zip or folder of several years.

    divided  keep the parts of an economy that the edition divides as regions of one nation; else they are added up. The
             nation's final use is then shared out by the parts' value added, which the table does not tell
    Taxes less subsidies on products are the component taxes_on_products.

    Raises BadInput naming line and column of bad cells and labels; UnbalancedAccounts past `tolerance`.
    """
    files = archive(path)
    name = files.find(_FILE, "a table", year)
    with files.open(name) as stream:
        grid = open_csv(path, name=name.rsplit("/", 1)[-1], stream=stream)
    year = year or year_in(grid.name, path.stem)
    if year is None:
        raise BadInput("the file's name does not tell its year", where=str(path), fix="give it with --year")
    t = _table(grid)
    parts = [e for e in t.economies if _whole(e) != e]
    t = _apart(t) if divided and parts else _folded(t) if parts else t
    together = t.taxes is None
    notes = [f"value added includes taxes less subsidies on {'products' if together else 'intermediate products'}"]
    if parts:
        said = (
            "are regions of one nation, whose final use is shared out by their value added"
            if divided
            else "are added up"
        )
        notes.append(f"the parts {', '.join(parts)} that the edition divides economies into {said}")
    elif divided:
        notes.append("the edition divides no economy")
    b = Blocks(
        geography=_geography(t.economies),
        sectors=_sectors(t.industries),
        categories=t.categories,
        components=("value_added",) if together else ("value_added", "taxes_on_products"),
        intermediate=t.z,
        final=t.final,
        value_added=np.stack([x for x in (t.value_added, t.taxes) if x is not None], axis=2),
        output=t.output,
        year=year,
        currency="USD",
        unit="million USD",
        name=f"icio-{year}",
        title=f"OECD Inter-Country Input-Output table {year}: {len(t.economies)} economies, {len(t.industries)} industries",
        source="OECD Inter-Country Input-Output tables",
        notes=tuple(notes),
    )
    return close(b, tolerance)


@dataclass(frozen=True)
class _Table:
    """Numbers as the file has them: z r i s j, final r i s f, the others r i; taxes None where value added holds them."""

    economies: tuple[str, ...]
    industries: tuple[str, ...]
    categories: tuple[str, ...]
    z: Array
    final: Array
    value_added: Array
    taxes: Array | None
    output: Array


def _whole(economy: str) -> str:
    """The economy that a part is of; itself where it is no part."""
    if re.fullmatch(r"(CN|MX)\d", economy):
        return _WHOLE[economy[:2]]
    return economy.split(".")[0]


def _table(grid: Sheet) -> _Table:
    rows, columns = [_split(grid, r, 0) for r in range(1, grid.shape[0])], _header(grid)
    rows = [("", "") if _TAXES.fullmatch(grid.text(r + 1, 0)) else x for r, x in enumerate(rows)]
    economies, industries = _axes(grid, [x for x in rows if x[1]])
    n, k = len(economies), len(industries)
    buyers, categories, turned = _check(grid, rows, columns, economies, industries)
    f = len(categories)
    body = slice(1, 1 + n * k)
    # Parts buy nothing for final use of their own: the columns are the whole economy's, which may make nothing.
    alone = tuple(b for b in buyers if b not in economies)
    whole = (*economies, *alone)
    final = np.zeros((n + len(alone), k, n + len(alone), f))
    at = [whole.index(b) for b in buyers]
    bought = grid.numbers(body, slice(1 + n * k, 1 + n * k + len(buyers) * f))
    by = (f, len(buyers)) if turned else (len(buyers), f)
    bought = bought.reshape(n, k, *by)
    final[:n, :, at] = bought.swapaxes(2, 3) if turned else bought

    def padded(a: Array, *axes: int) -> Array:
        return np.pad(a, [(0, len(alone) if d in axes else 0) for d in range(a.ndim)]) if alone else a

    def total(found: Sequence[int]) -> Array:
        return sum((grid.numbers(slice(r, r + 1), slice(1, 1 + n * k)) for r in found), np.zeros((1, n * k))).reshape(
            n, k
        )

    taxes = [r for r in range(1, grid.shape[0]) if _TAXES.fullmatch(grid.text(r, 0))]
    z = grid.numbers(body, slice(1, 1 + n * k)).reshape(n, k, n, k)
    together = [r for r in range(1, grid.shape[0]) if grid.text(r, 0) in _BOTH]
    value_added, output = ([_row(grid, names)] for names in (_BOTH if together else _VALUE_ADDED, OUTPUT))
    paid = None if together else padded(total(taxes or [_row(grid, ("TLS",))]), 0)
    below = padded(total(value_added), 0), paid, padded(total(output), 0)
    return _Table(whole, industries, categories, padded(z, 0, 2), final, *below)


def _groups(economies: Sequence[str]) -> tuple[tuple[str, ...], Array]:
    """Whole economies in order of appearance, and which of them each row of the table is of: axes (whole, part)."""
    whole = tuple(dict.fromkeys(map(_whole, economies)))
    return whole, np.array([[_whole(e) == w for e in economies] for w in whole], dtype=np.float64)


def _folded(t: _Table) -> _Table:
    """Parts added up."""
    whole, of = _groups(t.economies)

    def add(a: Array, *axes: int) -> Array:
        for axis in axes:
            a = np.moveaxis(np.tensordot(of, a, axes=(1, axis)), 0, axis)
        return a

    return _Table(
        whole,
        t.industries,
        t.categories,
        add(t.z, 0, 2),
        add(t.final, 0, 2),
        add(t.value_added, 0),
        None if t.taxes is None else add(t.taxes, 0),
        add(t.output, 0),
    )


def _apart(t: _Table) -> _Table:
    """Parts kept; a whole that makes nothing itself hands its final use over to its parts, by their value added."""
    made = t.output.sum(1)
    shares = np.eye(len(t.economies))
    for k, e in enumerate(t.economies):
        parts = [p for p, other in enumerate(t.economies) if _whole(other) == e and p != k]
        if parts:
            shares[k] = 0.0
            shares[k, parts] = ratio(t.value_added[parts].sum(1), t.value_added[parts].sum())
    keep = [k for k, e in enumerate(t.economies) if made[k] or shares[k, k]]
    final = np.einsum("risf,sp->ripf", t.final, shares)
    return _Table(
        tuple(t.economies[k] for k in keep),
        t.industries,
        t.categories,
        t.z[keep][:, :, keep],
        final[keep][:, :, keep],
        t.value_added[keep],
        None if t.taxes is None else t.taxes[keep],
        t.output[keep],
    )


def _geography(economies: Sequence[str]) -> Geography:
    nation = tuple(map(_whole, economies))
    known = known_economies()
    # Of more than two parts the numbers mean others.
    parts = {e: x for e, x in _PARTS.items() if not (e[-1].isdigit() and f"{e[:2]}3" in economies)}
    named = parts | {
        e: (f"{known[n].name_en} {e}", f"{known[n].name_zh} {e}")
        for e, n in zip(economies, nation, strict=True)
        if e not in parts and e != n and n in known
    }
    return world_of(economies, nation, named=named)


def _sectors(industries: tuple[str, ...]) -> Sectors:
    """The list of the edition; the editions that write divisions without their sections say them here."""
    isic = tuple(with_section(i.removeprefix("D")) for i in industries)
    if all(isic):
        return of_isic(industries, isic)
    return of_house(Sectors(industries), "icio2023", "icio2025")


def _split(grid: Sheet, row: int, column: int) -> tuple[str, str]:
    """Economy and industry of a label; the whole label and "" where it has no underscore."""
    economy, _, rest = grid.text(row, column).partition("_")
    return economy, rest


def _header(grid: Sheet) -> list[tuple[str, str]]:
    return [_split(grid, 0, c) for c in range(1, grid.shape[1])]


def _axes(grid: Sheet, labels: list[tuple[str, str]]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Economies and industries in order of appearance. Raises BadInput where there are none."""
    economies, industries = (tuple(dict.fromkeys(x[k] for x in labels)) for k in (0, 1))
    if not economies:
        raise BadInput(
            f"{grid.where(1, 0)}: expected economy_industry such as AUS_A01, found {grid.text(1, 0)!r}",
            where=str(grid.path),
            fix="the first column holds the row labels",
        )
    return economies, industries


def _check(
    grid: Sheet,
    rows: list[tuple[str, str]],
    columns: list[tuple[str, str]],
    economies: tuple[str, ...],
    industries: tuple[str, ...],
) -> tuple[tuple[str, ...], tuple[str, ...], bool]:
    """Economies that consume, their final categories, and whether labels are CATEGORY_ECONOMY, category by category; once
    every label is found where the layout puts it.

    Raises BadInput naming the cells.
    """
    check_cells((len(rows), len(economies), len(industries)), str(grid.path))
    full = [(e, i) for e in economies for i in industries]
    after = [x for x in columns[len(full) :] if x[1]]
    turned = bool(after) and all(e not in economies and c in economies for e, c in after)
    buyers, categories = (tuple(dict.fromkeys(x[1 - k if turned else k] for x in after)) for k in (0, 1))
    wanted = (
        full + [(c, e) for c in categories for e in buyers]
        if turned
        else full + [(e, c) for e in buyers for c in categories]
    )
    p = Problems("labels are not where the layout puts them")
    for k, pair in enumerate(full):
        if k >= len(rows) or rows[k] != pair:
            p.add(f"{grid.where(1 + k, 0)}: expected {'_'.join(pair)}, found {grid.text(1 + k, 0)!r}")
    for k, pair in enumerate(wanted):
        if k >= len(columns) or columns[k] != pair:
            p.add(f"{grid.where(0, 1 + k)}: expected {'_'.join(pair)}, found {grid.text(0, 1 + k)!r}")
    seen: dict[str, int] = {}
    for r in range(1 + len(full), grid.shape[0]):
        label = grid.text(r, 0)
        if label and seen.setdefault(label, r) != r:
            p.add(f"{grid.where(r, 0)}: {label} is there twice, first in row {seen[label] + 1}")
    for e in dict.fromkeys(map(_whole, economies)):
        if e not in buyers and not any(_whole(b) == e for b in buyers):
            p.add(f"there is no column of final use of {e}")
    for b in buyers:
        if b not in economies and not any(_whole(e) == b for e in economies):
            p.add(f"there is no row of {b}, which has columns of final use")
    p.raise_if(BadInput, where=str(grid.path), fix="rows and columns run economy by economy in one order")
    return buyers, categories, turned


def _row(grid: Sheet, names: tuple[str, ...]) -> int:
    for row in range(grid.shape[0] - 1, 0, -1):
        if grid.text(row, 0) in names:
            return row
    raise BadInput(
        f"sheet {grid.name!r}: no row {names[0]} below the industries",
        where=str(grid.path),
        fix="the file is cut off, or not of an edition since 2016",
    )
