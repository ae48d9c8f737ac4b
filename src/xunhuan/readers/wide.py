"""A wide table read row by row: what rows and columns are is told by their labels, wherever these stand.

The first rows hold the labels of columns, the first columns those of rows; a label may be one cell or several, a
province may be named at the start of its block alone. Rows are added up as they come, so a table of 15 million cells
needs no more memory than its sums. All that is wrong is collected and told at once.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, pairwise, repeat
from pathlib import Path
from typing import Literal

import numpy as np

from xunhuan.data.arrays import Array
from xunhuan.errors import SHOWN, BadInput, ForeignFile, Problems, nearest
from xunhuan.readers.bounds import text_number, usable
from xunhuan.readers.labels import MADE_OF, OWNERS, Label, Lexicon, merged
from xunhuan.readers.lines import refuse_marked
from xunhuan.readers.scan import COVERED, MERGED, CellPlace, Covered, Merge
from xunhuan.readers.sheet import cell_name, text, workbook
from xunhuan.readers.workbooks import column_letters, decoded, merged_blocks, scanned

HEAD = 15
"""Rows within which the labels of columns must end and numbers begin."""

Key = tuple[str, ...]
"""("use", province, sector, owner), ("final", province, category), ("import", sector) or ("item", what)."""

Ownership = Literal["sum", "apart"]
GridRow = list[object]


@dataclass(frozen=True, eq=False)
class Wide:
    """Sums of a table by what its rows and columns are.

    values  row column, in the file's unit        rows, columns  their keys, with their places
    owners  those the file tells apart            texts          all that is written outside labels and numbers
    numbers what the numbers of sectors stand for in the file
    there   place of each ("row" or "column", key) that is there, in the file's order, owners told apart
    """

    values: Array
    rows: dict[Key, int]
    columns: dict[Key, int]
    owners: tuple[str, ...]
    texts: tuple[str, ...]
    numbers: dict[int, str]
    there: dict[tuple[str, Key], str]


def grid(path: Path, sheet: str | None, year: int | None) -> tuple[str, Iterator[GridRow]]:
    """Name and rows of a csv, or of a sheet of a workbook: the one named, the only one, or that of the year.

    Raises BadInput where the file is absent, of a kind without labels, or its sheet is in doubt; ForeignFile.
    """
    if not path.is_file():
        raise BadInput(f"there is no file {path.name!r}", where=str(path), fix="check the path")
    if path.suffix.lower() in (".csv", ".txt", ".tsv"):
        return path.name, csv_rows(path)
    if path.suffix.lower() not in (".xlsx", ".xlsb", ".xlsm", ".xls", ".ods"):
        fix = "save it as .xlsx or .csv, with the names of provinces, sectors and owners beside the numbers"
        raise BadInput(
            f"a {path.suffix or 'nameless'} file tells no labels of rows and columns", where=str(path), fix=fix
        )
    book = workbook(path)
    names = list(book.sheet_names)
    fits = [n for n in names if n == sheet] if sheet else names
    if len(fits) > 1 and year is not None:
        fits = [n for n in names if str(year) in n]
    if len(fits) != 1:
        what = f"no sheet {sheet!r}" if sheet else "several sheets"
        raise BadInput(
            f"the workbook has {what}; it has {', '.join(map(repr, names))}", where=str(path),
            fix="name the sheet with --sheet, or give the --year in its name",
        )  # fmt: skip
    seen = scanned(path, fits[0])
    with decoded("the sheet is damaged", path):
        found = book.get_sheet_by_name(fits[0])
        top, left = found.start or (0, 0)  # empty rows and columns before the first cell are left out otherwise
        shift: GridRow = [""] * left
        rows = ([*shift, *row] for row in found.iter_rows())
        merges = merged_blocks(found, seen)
    return fits[0], _seen(chain(repeat([], top), rows), seen.hidden, merges)


def _seen(rows: Iterator[GridRow], hidden_cells: dict[CellPlace, str], merges: Sequence[Merge]) -> Iterator[GridRow]:
    """Rows with what stands in cells that look empty: errors, formulas, cells merged with a number or a text."""
    by_row: dict[int, dict[int, str]] = {}
    for (r, c), said in hidden_cells.items():
        by_row.setdefault(r, {})[c] = said
    starts: dict[int, list[Merge]] = {}
    for a, b in merges:
        starts.setdefault(a[0], []).append((a, b))
    open_: list[tuple[Merge, str]] = []
    for r, row in enumerate(rows):
        open_ = [m for m in open_ if m[0][1][0] >= r]
        for a, b in starts.get(r, ()):
            if a[1] < len(row) and row[a[1]] not in ("", None):
                open_.append(((a, b), MERGED if isinstance(row[a[1]], int | float) else COVERED))
        for ((first, left), (_, right)), mark in open_:
            at = range(left + (first == r), min(right + 1, len(row)))
            row[at.start : at.stop] = [mark] * len(at)
        for c, said in by_row.get(r, {}).items():
            if c < len(row):
                row[c] = said
        yield row


def csv_rows(path: Path) -> Iterator[GridRow]:
    """Rows of a csv: UTF-8, else GB 18030; apart by comma, semicolon or tab. Raises ForeignFile where it is no text."""
    with open(path, "rb") as f:
        start = f.read(1 << 16)
    encoding = "utf-8-sig"
    refuse_marked(start, str(path))
    try:
        start[: start.rfind(b"\n") + 1].decode(encoding)
    except UnicodeDecodeError:
        encoding = "gb18030"
    top = start.split(b"\n", 1)[0]
    sign = max((",", ";", "\t"), key=lambda s: top.count(s.encode()))
    try:
        with open(path, encoding=encoding, newline="") as lines:
            for line in csv.reader(lines, delimiter=sign):
                yield [*line]
    except (UnicodeDecodeError, csv.Error) as e:
        raise ForeignFile("the file is truncated or not a csv", where=str(path), fix="download it again") from e


@dataclass
class _Found:
    """What reading has come to, and what is wrong so far."""

    lexicon: Lexicon
    ownership: Ownership
    where: str
    rows: dict[Key, int] = field(default_factory=dict)
    columns: dict[Key, int] = field(default_factory=dict)
    seen: dict[tuple[str, Key], str] = field(default_factory=dict)
    numbers: dict[int, str] = field(default_factory=dict)
    owners: dict[str, None] = field(default_factory=dict)
    texts: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def key(self, side: str, place: str, label: Label) -> Key | None:
        """The key of a label; None, and the fault noted, where it tells too little or what another tells."""
        full = _key(label)
        if full is None or full[0] == "use":
            self._check(place, label)
        if full is None:
            return None
        if self.seen.setdefault((side, full), place) != place and full[0] != "item":
            self.wrong.append(f"{place}: {_name(full)} is there twice, first in {self.seen[side, full]}")
        if full[0] != "use":
            return full
        if full[3]:
            self.owners[full[3]] = None
        return full if self.ownership == "apart" else (*full[:3], "")

    def _check(self, place: str, label: Label) -> None:
        if label.sector and label.code and self.numbers.setdefault(label.code, label.sector) != label.sector:
            was = self.numbers[label.code]
            self.wrong.append(f"{place}: number {label.code} is {label.sector!r} here, {was!r} above")
        elif not label.sector or not label.province:
            lacks = "province" if not label.province else "sector"
            known = self.lexicon.known_provinces() if lacks == "province" else self.lexicon.known_sectors()
            said = ", ".join(map(repr, label.unknown)) or (f"number {label.code} alone" if label.code else "nothing")
            # Looking for what is near takes longer than reading, and a dozen are shown.
            near = [n for w in label.unknown for n in nearest(w, known, 1)] if len(self.wrong) < SHOWN else []
            self.wrong.append(
                f"{place}: no {lacks} that is known, {said}" + (f"; did you mean {near[0]!r}?" if near else "")
            )


def _key(label: Label) -> Key | None:
    if label.sector or label.code:
        if label.item == "import":
            return ("import", label.sector) if label.sector else None
        return ("use", label.province, label.sector, label.owner) if label.sector and label.province else None
    if label.item in _FINAL:
        return ("final", label.province, label.item)
    return ("item", label.item) if label.item else None


_FINAL = {"final_use", *MADE_OF["final_use"], *MADE_OF["consumption"], *MADE_OF["household"], *MADE_OF["capital"]}


def _name(key: Key) -> str:
    return " ".join(p.replace("_", " ") for p in key[1:] if p)


def read_wide(
    path: Path,
    rows: Iterator[GridRow],
    lexicon: Lexicon,
    ownership: Ownership,
    progress: Callable[[str], None] | None = None,
) -> Wide:
    """Read and add up a table. Raises BadInput with all that is wrong in its labels and numbers, ForeignFile."""
    found = _Found(lexicon, ownership, str(path))
    head, first, left = _head(rows, lexicon, path)
    wide = max(map(len, head))
    for row in head:
        found.texts += [text(c) for c in row if isinstance(c, str) and c]
    groups = _columns(head, left, wide, found)
    if not groups.size:
        found.wrong.append("no column has a label that is known")
        _refuse(found, path)
    sums = _add_up(chain([first], rows), len(head), left, wide, groups, found, lambda n: _tell(progress, path, n))
    _refuse(found, path)
    values = np.array(sums)[:, :-1] if sums else np.zeros((0, len(found.columns)))
    return Wide(values, found.rows, found.columns, _owners(found), tuple(found.texts), found.numbers, found.seen)


def _refuse(found: _Found, path: Path) -> None:
    p = Problems("the table cannot be read")
    p.items = found.wrong
    p.raise_if(BadInput, where=str(path), fix="name each row and column by province, sector and, if it has them, owner")


def _add_up(
    rows: Iterator[GridRow],
    top: int,
    left: int,
    wide: int,
    groups: np.ndarray,
    found: _Found,
    tell: Callable[[int], None],
) -> list[Array]:
    """The sums of the rows, by key, over the columns of a key; a row of text alone is kept as text."""
    sums: list[Array] = []
    carried = Label()
    for line, row in enumerate(rows, start=top):
        tell(line)
        cells = row[left:]
        if all(c in ("", None) for c in cells):
            found.texts += [text(c) for c in row[:left] if c not in ("", None)]
            continue
        place = f"row {line + 1}"
        carried = _carry(merged([found.lexicon.one(text(c)) for c in row[:left]]), carried)
        key = found.key("row", place, carried)
        if len(row) != wide and len(row) < left + len(groups):
            found.wrong.append(f"{place} ends after {len(row)} of {left + len(groups)} cells: the file is cut off")
            continue
        numbers = _numbers(cells[: len(groups)], line, left, groups, found)
        if key is None:
            continue
        at = found.rows.setdefault(key, len(found.rows))
        if at == len(sums):
            sums.append(np.zeros(len(found.columns) + 1))
        sums[at] += np.bincount(groups, weights=numbers, minlength=len(found.columns) + 1)
    return sums


def _tell(progress: Callable[[str], None] | None, path: Path, line: int) -> None:
    if progress is not None and line % 200 == 0:
        progress(f"reading {path.name}, row {line}")


def _owners(found: _Found) -> tuple[str, ...]:
    return tuple(o for o in OWNERS if o in found.owners)


def _number(cell: object) -> bool:
    return isinstance(cell, int | float) or bool(
        re.fullmatch(r"\s*[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?\s*", str(cell))
    )


def _head(rows: Iterator[GridRow], lexicon: Lexicon, path: Path) -> tuple[list[GridRow], GridRow, int]:
    """Rows of column labels, the first row of numbers, and the first column of numbers."""
    head: list[GridRow] = []
    for row in rows:
        full = [c for c in row if c not in ("", None)]
        numbers = [float(c) for c in full if isinstance(c, int | float | str) and _number(c)]
        left = _left(head, lexicon) if len(numbers) * 2 > len(full) and not _counts(numbers) else None
        if left is not None:
            return head, row, left
        head.append(row)
        if len(head) > HEAD:
            break
    raise BadInput(
        f"no names of provinces and sectors over and beside numbers in the first {HEAD} rows", where=str(path),
        fix="a table needs names of provinces and sectors (English, Chinese or pinyin) for its rows and columns",
    )  # fmt: skip


def _counts(numbers: Sequence[float]) -> bool:
    """Whether numbers only count sectors, block by block: 1 2 3 1 2 3, or 1 1 2 2 3 3."""
    return numbers[0] == 1 and all(b in (a, a + 1, 1) for a, b in pairwise(numbers))


def _left(head: Sequence[GridRow], lexicon: Lexicon) -> int | None:
    """The first column with a province or sector above it."""
    for c in range(min(max(map(len, head), default=0), 12)):
        labels = [lexicon.one(text(row[c])) for row in head if c < len(row)]
        if any(x.province or x.sector for x in labels):
            return c
    return None


def _columns(head: Sequence[GridRow], left: int, wide: int, found: _Found) -> np.ndarray:
    """For each column from `left` its place in the sums; columns that tell nothing go to the last one."""
    keys: list[Key | None] = []
    carried = Label()
    for c in range(left, wide):
        cells = [text(row[c]) if c < len(row) else "" for row in head]
        own = merged([found.lexicon.one(t) for t in cells])
        if own == Label():
            keys.append(None)
            continue
        carried = _carry(own, carried)
        keys.append(found.key("column", f"column {column_letters(c)}", carried))
    for key in keys:
        if key is not None:
            found.columns.setdefault(key, len(found.columns))
    while keys and keys[-1] is None:
        keys.pop()
    return np.array([len(found.columns) if k is None else found.columns[k] for k in keys], dtype=np.intp)


def _carry(own: Label, before: Label) -> Label:
    """A label with what a merged cell says once for many: the province, imports, and the sector of several owners."""
    if own.item and not (own.sector or own.code):
        return Label(own.province or before.province, "", 0, own.owner, own.item, own.unknown)
    item = own.item if own.item == "import" else ""
    if not own.province and not item and before.item == "import" and own.sector:
        item = "import"
    province = "" if item else own.province or before.province
    sector, code = own.sector, own.code
    if not sector and own.owner and province == before.province:
        sector, code = before.sector, before.code
    return Label(province, sector, code, own.owner, item, own.unknown)


def _numbers(cells: GridRow, line: int, left: int, groups: np.ndarray, found: _Found) -> Array:
    """A row of numbers; empty cells are 0. LabelledCells that are none are noted by their names."""
    kinds = set(map(type, cells))
    try:
        # numpy takes true for 1, and 1_0 for 10.
        if kinds & {bool, Covered} or (kinds != {float} and any(isinstance(c, str) and _odd(c) for c in cells)):
            raise ValueError
        out = np.array(["0" if c == "" else c for c in cells] if isinstance(cells[0], str) else cells, dtype=np.float64)
    except (ValueError, TypeError):
        out = np.array([_one_number(c) for c in cells])
    bad = np.flatnonzero(~usable(out))
    for c in bad:
        if groups[c] < len(found.columns):
            said = "merged with a text" if isinstance(cells[c], Covered) else text(cells[c])[:40]
            found.wrong.append(f"cell {cell_name(line, left + int(c))} is no number: {said!r}")
    return np.where(usable(out), out, 0.0)


def _odd(cell: str) -> bool:
    return "_" in cell or not cell.isascii()


def _one_number(cell: object) -> float:
    if isinstance(cell, bool | Covered):
        return float("nan")
    if cell in ("", None):
        return 0.0
    try:
        return text_number(text(cell)) if isinstance(cell, str) else float(cell)  # type: ignore[arg-type]
    except (ValueError, TypeError):
        return float("nan")
