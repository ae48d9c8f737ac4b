"""GLORIA as published: a folder or zip of one year's T, Y and V results as csv without labels, and its ReadMe workbook.

Rows and columns of T run region by region: 120 industries, then 120 products. Industries' rows hold what they make of each
product (supply, their own region's columns), products' rows what industries use. A table of industries is made of it by
fixed sales structures: each product is sold to all users by the industries that make it, in the shares in which they make
it (model D of the Eurostat manual). 1000 USD. Labels are in the ReadMe's sheets Regions, Sectors, and Value added and final
demand.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from xunhuan.data.arrays import Array, ratio
from xunhuan.data.economies import economy_of, known_economies, world_of
from xunhuan.errors import BadInput
from xunhuan.readers.archives import Archive, archive, other_years, year_in
from xunhuan.readers.blocks import Blocks, Imported, close
from xunhuan.readers.bounds import STREAMED, check_cells
from xunhuan.readers.naming import listed_by_names
from xunhuan.readers.sheet import open_sheet
from xunhuan.readers.streams import Adder, number_lines

_PART = r".*_{0}-Results_(\d{{4}})_.*Markup001.*\.csv"
_CATEGORIES = (
    ("nonprofit", "non-profit"), ("household", "household"), ("government", "government"), ("fixed_capital", "gross fixed"),
    ("inventory", "inventor"), ("acquisitions", "valuables"),
)  # fmt: skip


def read_gloria(path: Path, year: int | None = None, sheet: str | None = None, tolerance: float = 0.05) -> Imported:
    """A year of GLORIA in basic prices as a table of industries; who buys where within a region is not kept.

    path  the folder (or zip) of the year's files; the workbook GLORIA_ReadMe_*.xlsx lies in it or beside it

    Raises BadInput naming file and line, ForeignFile for damaged archives, UnbalancedAccounts past `tolerance`.
    """
    files = archive(path)
    name = files.find(_PART.format("T"), "transactions", year)
    year = year or year_in(name.rsplit("Results_", 1)[-1])
    if year is None:
        raise BadInput("the file's name does not tell its year", where=str(path), fix="give it with --year")
    regions, names, sectors, categories, components = _labels(files)
    n, k, f, v = len(regions), len(sectors), len(categories), len(components)
    check_cells((n, k, v), str(path))
    adder, output = Adder(n, k, f, str(path)), np.zeros((n, k))
    where = f"{files.path}/{name}"
    other = files.find(_PART.format("Y"), "final demand", year)
    with files.open(name, STREAMED) as t, files.open(other, STREAMED) as y:
        uses = number_lines(t, ",", 0, 2 * n * k, where)
        finals = number_lines(y, ",", 0, n * f, f"{files.path}/{other}")
        for r in range(n):
            made, _ = _block(uses, finals, (n, k, f), where)
            used, bought = _block(uses, finals, (n, k, f), where)
            share = _sales(made[:, r, 1])
            z = (share @ used[:, :, 0].reshape(k, -1)).reshape(k, n, k)
            final = (share @ bought.reshape(k, -1)).reshape(k, n, f)
            for i in range(k):
                adder.seller(r, i, z[i], final[i])
            output[r] = z.sum((1, 2)) + final.sum((1, 2))
        if next(uses, None) is not None or next(finals, None) is not None:
            raise BadInput(f"more than {2 * n * k} rows", where=where, fix="give the files of one table")
    paid = _paid(files, year, (n, k, v))
    codes = tuple(map(economy_of, regions))
    b = Blocks(
        geography=world_of(
            codes, named={c: (x, x) for c, x in zip(codes, names, strict=True) if c not in known_economies()}
        ),
        sectors=listed_by_names(sectors, "gloria"),
        categories=categories,
        components=components,
        value_added=paid,
        output=output,
        sums=adder.sums(),
        year=year,
        currency="USD",
        unit="1000 USD",
        name=f"gloria-{year}",
        title=f"GLORIA input-output table {year}: {n} regions, {k} sectors",
        source="GLORIA (Lenzen et al. 2022, Journal of Cleaner Production 378)",
        notes=(
            "industries by fixed product sales structures from supply and use",
            "who buys where within a region is not kept: all its users source alike",
            "output is what a row sums to",
            *other_years(year, folder=path.stem, file=name.rsplit("Results_", 1)[-1]),
        ),
    )
    return close(b, tolerance)


_Lines = Iterator[tuple[list[str], Array]]


def _block(uses: _Lines, finals: _Lines, size: tuple[int, int, int], where: str) -> tuple[Array, Array]:
    """The next k rows by user, i s kind j, and by buyer, i s f. Raises BadInput where there are no more."""
    n, k, f = size
    z, y = np.zeros((k, n, 2, k)), np.zeros((k, n, f))
    for i in range(k):
        line, bought = next(uses, None), next(finals, None)
        if line is None or bought is None:
            raise BadInput(f"fewer than {2 * n * k} rows", where=where, fix="the file is cut off: download it again")
        z[i], y[i] = line[1].reshape(n, 2, k), bought[1].reshape(n, f)
    return z, y


def _sales(supply: Array) -> Array:
    """Share of each industry in what is made of a product, from supply industry product; by name where none makes it."""
    made = supply.sum(0)
    return np.where(made != 0, ratio(supply, np.broadcast_to(made, supply.shape)), np.eye(len(supply)))


def _paid(files: Archive, year: int, size: tuple[int, int, int]) -> Array:
    """Value added s j v: rows region by region, components within."""
    n, k, v = size
    name = files.find(_PART.format("V"), "value added", year)
    where, out, count = f"{files.path}/{name}", np.zeros((n, k, v)), 0
    with files.open(name, STREAMED) as stream:
        for _, line in number_lines(stream, ",", 0, 2 * n * k, where):
            if count < n * v:
                out[:, :, count % v] += line.reshape(n, 2, k)[:, 0]
            count += 1
    if count != n * v:
        raise BadInput(
            f"{count} rows for {n} regions of {v} components", where=where, fix="give the files of one release"
        )
    return out


def _labels(files: Archive) -> tuple[list[str], list[str], list[str], tuple[str, ...], tuple[str, ...]]:
    """Regions, their names, sectors, final categories and components, of the ReadMe. Raises BadInput without it."""
    folder = files.path if files.path.is_dir() else files.path.parent
    books = [*folder.glob("GLORIA_ReadMe*.xlsx"), *folder.parent.glob("GLORIA_ReadMe*.xlsx")]
    if not books:
        raise BadInput(
            "there is no workbook of labels", where=str(folder), fix="put GLORIA_ReadMe_*.xlsx beside the results"
        )

    def lines(sheet: str, title: str) -> list[str]:
        grid = open_sheet(books[0], sheet, sheet)
        rows, columns = grid.shape
        for c in range(columns):
            if grid.text(0, c).casefold() == title.casefold():
                return [grid.text(r, c) for r in range(1, rows)]
        raise BadInput(
            f"sheet {sheet!r} has no column {title}", where=str(books[0]), fix="give the ReadMe as published"
        )

    def column(sheet: str, title: str) -> list[str]:
        return [t for t in lines(sheet, title) if t]

    both = "Value added and final demand"
    # A name stands in the line of its acronym, so that one which is left blank moves no other.
    named = zip(lines("Regions", "Region_acronyms"), lines("Regions", "Region_names"), strict=True)
    regions = [(code, name or code) for code, name in named if code]
    return (
        [code for code, _ in regions],
        [name for _, name in regions],
        column("Sectors", "Sector_names"),
        tuple(_category(c) for c in column(both, "Final_demand_names")),
        tuple(column(both, "Value_added_names")),
    )


def _category(written: str) -> str:
    return next((n for n, said in _CATEGORIES if said in written.casefold()), written)
