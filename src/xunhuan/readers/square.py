"""A table by user made of cells whose rows and columns are known by economy and code, in whatever order they stand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from xunhuan.data.arrays import Array
from xunhuan.errors import BadInput, Problems
from xunhuan.readers.bounds import check_cells
from xunhuan.readers.order import said_of_order, said_of_orders

CellLabel = tuple[str, str]


@dataclass(frozen=True, eq=False)
class LabelledCells:
    """Rows and columns by (economy, code), values row column; rows under the industries, and totals, have economy ""."""

    rows: list[CellLabel]
    columns: list[CellLabel]
    values: Array
    told: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Square:
    """What the cells hold: z r i s j, final r i s f, paid {code: s j} of the rows below, totals {code: r i} beside."""

    economies: tuple[str, ...]
    industries: tuple[str, ...]
    categories: tuple[str, ...]
    z: Array
    final: Array
    paid: dict[str, Array]
    totals: dict[str, Array]
    told: tuple[str, ...] = ()


def square(cells: LabelledCells, path: Path) -> Square:
    """Put every cell in its place.

    Industries are the codes of rows of an economy, final categories the other codes of its columns. Raises BadInput naming
    every row and column that is missing or there twice.
    """
    cells = _labelled(cells, path)
    made = [x for x in cells.rows if x[0]]
    economies, industries = (tuple(dict.fromkeys(x[k] for x in made)) for k in (0, 1))
    inside = set(industries)
    categories = tuple(dict.fromkeys(c for e, c in cells.columns if e and c not in inside))
    check_cells((len(made), len(economies), len(industries) + len(categories)), str(path))
    users = [(e, i) for e in economies for i in industries]
    finals = [(e, c) for e in economies for c in categories]
    p = Problems("the table is not whole")
    rows, columns = _places(p, "row", cells.rows), _places(p, "column", cells.columns)
    for what, wanted, there in (("row", users, rows), ("column", [*users, *finals], columns)):
        missing = [x for x in wanted if x not in there]
        p.items += [f"there is no {what} {e} {i}" for e, i in missing]
    if not economies:
        p.add("there is no row of an industry")
    p.items += [
        f"the column {e} {c} is of no economy of the rows" for e, c in cells.columns if e and e not in economies
    ]
    p.raise_if(BadInput, where=str(path), fix="the file may be cut off: download it again")
    n, k, f = len(economies), len(industries), len(categories)
    r, c, b = [rows[x] for x in users], [columns[x] for x in users], [columns[x] for x in finals]
    return Square(
        economies,
        industries,
        categories,
        cells.values[np.ix_(r, c)].reshape(n, k, n, k),
        cells.values[np.ix_(r, b)].reshape(n, k, n, f),
        {code: cells.values[at, c].reshape(n, k) for (e, code), at in rows.items() if not e},
        {code: cells.values[r, at].reshape(n, k) for (e, code), at in columns.items() if not e},
        (*cells.told, *_told(made, cells.columns)),
    )


def _told(rows: list[CellLabel], columns: list[CellLabel]) -> Iterator[str]:
    """What is said of labels that break the order of the others: they were perhaps moved, and the numbers not."""
    industries = {i for _, i in rows}
    users = [x for x in columns if x[0] and x[1] in industries]
    for what, labels in (("row", rows), ("column", users)):
        yield from said_of_order([what] * len(labels), labels)
    yield from said_of_orders(rows=tuple(" ".join(x) for x in rows), columns=tuple(" ".join(x) for x in users))


def _labelled(cells: LabelledCells, path: Path) -> LabelledCells:
    """The cells without rows and columns that have neither label nor numbers. Raises BadInput where they have numbers."""
    rows, columns = ([k for k, x in enumerate(a) if any(x)] for a in (cells.rows, cells.columns))
    kept = LabelledCells(
        [cells.rows[k] for k in rows],
        [cells.columns[k] for k in columns],
        cells.values[np.ix_(rows, columns)],
        cells.told,
    )
    if np.count_nonzero(kept.values) < np.count_nonzero(cells.values):
        p, full = Problems("rows or columns without a label hold numbers"), cells.values != 0
        for what, labels, axis in (("row", cells.rows, 1), ("column", cells.columns, 0)):
            p.items += [
                f"{what} {k + 1} of the numbers" for k, x in enumerate(labels) if not any(x) and full.any(axis)[k]
            ]
        p.raise_if(BadInput, where=str(path), fix="label them, or leave them out")
    return kept


def _places(p: Problems, what: str, labels: list[CellLabel]) -> dict[CellLabel, int]:
    out: dict[CellLabel, int] = {}
    for k, x in enumerate(labels):
        if x in out:
            p.add(f"the {what} {' '.join(x).strip()} is there twice")
        out.setdefault(x, k)
    return out
