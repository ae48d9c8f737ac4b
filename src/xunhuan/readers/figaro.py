"""FIGARO tables of Eurostat as csv: the matrix and the flat form, industry by industry or product by product, or zipped.

Matrix: the first row and the first column hold labels ECONOMY_INDUSTRY; columns ECONOMY_CATEGORY (P3_S13, P3_S14, P3_S15,
P51G, P5M) follow; rows W2_CODE of what is paid beside intermediate use lie below. Flat: a row a cell, columns refArea and
counterpartArea (economies), rowIi and colIi, or rowPp and colPp, and obsValue. Output is the sum of a row.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import IO, Any

import numpy as np

from xunhuan.data.arrays import Array, Index
from xunhuan.data.classification import Sectors
from xunhuan.data.economies import economy_of, world_of
from xunhuan.data.sector_lists import of_house, sector_list
from xunhuan.errors import BadInput, Problems
from xunhuan.readers.archives import archive, year_in
from xunhuan.readers.blocks import Blocks, Imported, close
from xunhuan.readers.bounds import COLUMNS_READ, STREAMED, WHOLE_READ, check_cells, usable
from xunhuan.readers.lines import CsvLines, parsing
from xunhuan.readers.sheet import open_csv
from xunhuan.readers.square import CellLabel, LabelledCells, square

_FILE = r"(matrix|flatfile)_eu-ic-io_.*\.csv"
CHUNK = 1_000_000
_PAID = "W2"
_COMPONENTS = {
    "D21X31": "taxes_on_products",
    "OP_RES": "purchases_by_residents_abroad",
    "OP_NRES": "purchases_by_non_residents",
    "D1": "compensation",
    "D29X39": "net_production_tax",
    "B2A3G": "operating_surplus",
}
_CATEGORIES = {
    "P3_S13": "government",
    "P3_S14": "household",
    "P3_S15": "nonprofit",
    "P51G": "fixed_capital",
    "P5M": "inventory",
}


def read_figaro(path: Path, year: int | None = None, sheet: str | None = None, tolerance: float = 0.01) -> Imported:
    """One year of FIGARO, from its matrix or flat csv, or a zip or folder of them.

    Raises BadInput naming what labels lack and cells that hold no number, ForeignFile for a cut file, UnbalancedAccounts.
    """
    files = archive(path)
    name = files.find(_FILE, "a table", year)
    last = name.rsplit("/", 1)[-1] or path.name
    with files.open(name, STREAMED) as stream:
        flat = b"obsValue" in _first_line(stream)
    with files.open(name, STREAMED if flat else WHOLE_READ) as stream:
        cells = _flat(path, stream) if flat else _matrix(path, last, stream)
    year = year or year_in(last.split("ed_")[-1], path.stem)
    if year is None:
        raise BadInput("the file's name does not tell its year", where=str(path), fix="give it with --year")
    return close(_blocks(cells, path, year), tolerance)


def _first_line(stream: IO[bytes]) -> bytes:
    return stream.readline(1 << 20)


def _label(written: str) -> tuple[str, str]:
    """Economy and code, "" and code of rows below; 10-12 is 10T12."""
    economy, _, code = written.strip().partition("_")
    return "" if economy == _PAID else economy, re.sub(r"(?<=\d)-(?=\d)", "T", code.removeprefix("CPA_"))


def _matrix(path: Path, name: str, stream: IO[bytes]) -> LabelledCells:
    grid = open_csv(path, name=name, stream=stream)
    rows = [_label(grid.text(r, 0)) for r in range(1, grid.shape[0])]
    columns = [_label(grid.text(0, c)) for c in range(1, grid.shape[1])]
    return LabelledCells(rows, columns, grid.numbers(slice(1, grid.shape[0]), slice(1, grid.shape[1])))


def _flat(path: Path, stream: IO[bytes]) -> LabelledCells:
    """The flat form, added into a matrix as it comes."""
    import pandas as pd

    rows: dict[CellLabel, int] = {}
    columns: dict[CellLabel, int] = {}
    parts: list[tuple[Index, Index, Array]] = []
    p = Problems("lines cannot be read")
    lines = CsvLines(stream, str(path), COLUMNS_READ, STREAMED)
    with parsing(str(path), lines=lines):
        options: dict[str, Any] = {"dtype": str, "keep_default_na": False, "index_col": False, "encoding": "utf-8-sig"}
        chunks = pd.read_csv(lines.reader(), chunksize=CHUNK, **options)
        seen = 0
        for chunk in chunks:
            names = _columns_of(list(chunk.columns), path)
            a, b, c, d, e = (chunk[x] for x in names)
            value = pd.to_numeric(e, errors="coerce").to_numpy(dtype=np.float64)
            for k in np.flatnonzero(~usable(value))[:20]:
                p.add(f"line {seen + int(k) + 2}, {names[4]}: {e.iloc[int(k)]!r} is not a number")
            parts.append((_places(a, b, rows), _places(c, d, columns), value))
            seen += len(chunk)
    lines.check()
    p.raise_if(BadInput, where=str(path), fix="a number with a decimal point in every line")
    check_cells((len(rows), len(columns)), str(path))
    values = np.zeros((len(rows), len(columns)))
    at, to = (np.concatenate([np.zeros(0, dtype=np.intp), *(part[k] for part in parts)]) for k in (0, 1))
    _refuse_twice(at * len(columns) + to, list(rows), list(columns), path)
    values[at, to] = np.concatenate([np.zeros(0), *(v for _, _, v in parts)])
    made = np.array([bool(economy) for economy, _ in rows], dtype=bool)
    lacking = int(made.sum()) * len(columns) - int(made[at].sum())
    told = (f"{lacking:,} cells of use are not in the file, and 0",) if lacking else ()
    down, along = (sorted(labels.items(), key=lambda x: _order(x[0])) for labels in (rows, columns))
    return LabelledCells(
        [x for x, _ in down], [x for x, _ in along], values[np.ix_([k for _, k in down], [k for _, k in along])], told
    )


def _refuse_twice(cells: Index, rows: Sequence[CellLabel], columns: Sequence[CellLabel], path: Path) -> None:
    """Raise BadInput naming lines of one cell: which of two values holds is not known."""
    if np.bincount(cells, minlength=1).max() < 2:
        return
    p, order = Problems("cells are given twice"), np.argsort(cells, kind="stable")
    for k in np.flatnonzero(np.diff(cells[order]) == 0):
        a, b = order[k], order[k + 1]
        row, column = (
            " ".join(filter(None, x[n]))
            for x, n in zip((rows, columns), divmod(int(cells[b]), len(columns)), strict=True)
        )
        p.add(f"lines {a + 2} and {b + 2}: {row}, {column}")
    p.raise_if(BadInput, where=str(path), fix="one line for each cell")


@cache
def _official() -> dict[str, int]:
    codes = (*sector_list("figaro64").sectors.codes, *_CATEGORIES, *_COMPONENTS)
    return {c: k for k, c in enumerate(codes)}


def _order(label: CellLabel) -> tuple[bool, str, int, str]:
    """Where a label stands in the matrix: by economy, the rest of the world last, then as the list of sectors has it."""
    economy, code = label
    return economy.startswith("FIG") or not economy, economy, _official().get(code, len(_official())), code


def _columns_of(names: Sequence[str], path: Path) -> list[str]:
    """Columns of origin, its industry, destination, its industry and the value. Raises BadInput naming what is missing."""
    p, found = Problems("a flat FIGARO file lacks columns"), []
    for what, pattern in (
        ("refArea", "refArea"), ("rowIi or rowPp", r"row(Ii|Pi|Pp)"), ("counterpartArea", "counterpartArea"),
        ("colIi or colPp", r"col(Ii|Pi|Pp)"), ("obsValue", "obsValue"),
    ):  # fmt: skip
        fits = [n for n in names if re.fullmatch(pattern, n)]
        found.append(fits[0] if fits else "")
        if not fits:
            p.add(f"{what} is missing; there are {', '.join(names)}")
    p.raise_if(BadInput, where=str(path), fix="give the file as Eurostat publishes it")
    return found


def _places(economy: Any, code: Any, known: dict[CellLabel, int]) -> Index:
    """Position of each line's label, new ones put at the end."""
    import pandas as pd

    both = pd.Series(economy).str.cat(pd.Series(code), sep="_")
    numbers, labels = pd.factorize(both)
    at = np.array([known.setdefault(_label(str(x)), len(known)) for x in labels], dtype=np.intp)
    return np.asarray(at[numbers], dtype=np.intp)


def _blocks(cells: LabelledCells, path: Path, year: int) -> Blocks:
    t = square(cells, path)
    if not t.paid:
        raise BadInput(
            f"there are no rows of value added ({_PAID}_D1, ...)", where=str(path), fix="the file may be cut off"
        )
    return Blocks(
        geography=world_of(tuple(map(economy_of, t.economies))),
        sectors=of_house(Sectors(t.industries), "figaro64"),
        categories=tuple(_CATEGORIES.get(x, x) for x in t.categories),
        components=tuple(_COMPONENTS.get(x, x) for x in t.paid),
        intermediate=t.z,
        final=t.final,
        value_added=np.stack(list(t.paid.values()), axis=2),
        output=t.z.sum((2, 3)) + t.final.sum((2, 3)),
        year=year,
        currency="EUR",
        unit="million EUR",
        name=f"figaro-{year}",
        title=f"FIGARO inter-country input-output table {year}: {len(t.economies)} economies, {len(t.industries)} sectors",
        source="Eurostat, FIGARO tables",
        notes=(
            "output is what a row sums to",
            "value added includes taxes less subsidies on products and purchases abroad",
            *t.told,
            *(f"the file has no row {_PAID}_{c}" for c in _COMPONENTS if c not in t.paid),
        ),
    )
