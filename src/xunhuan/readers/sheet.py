"""LabelledCells of a workbook or a csv, taken by place, with errors that name the sheet and the cell."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from xunhuan.data.arrays import Array
from xunhuan.errors import BadInput, ForeignFile, Problems
from xunhuan.readers.bounds import COLUMNS_READ, WHOLE_READ, text_number, usable
from xunhuan.readers.lines import CsvLines, parsing
from xunhuan.readers.scan import Covered
from xunhuan.readers.workbooks import (
    check_package,
    column_letters,
    decoded,
    fill_merged,
    merged_blocks,
    named_as_it_is,
    scanned,
)

if TYPE_CHECKING:
    import pandas as pd
    from python_calamine import CalamineWorkbook


def cell_name(row: int, column: int) -> str:
    """Name of a cell given its row and column from 0.

    >>> cell_name(3, 2)
    'C4'
    """
    return f"{column_letters(column)}{row + 1}"


def text(value: object) -> str:
    """A cell as text without outer or doubled blanks; "" where it is empty; whole numbers without a point.

    >>> text(" Total  use "), text(None), text(3.0)
    ('Total use', '', '3')
    """
    if value is None or (isinstance(value, float) and value != value):
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return re.sub(r"\s+", " ", str(value)).strip()


@dataclass(frozen=True, eq=False)
class Sheet:
    """A grid of cells: `cells` row, column (objects), the sheet's `name` and the `path` of its file.

    A csv has its cells in `frame` (the header apart, as row 0) instead, which holds large tables as plain
    numbers; there nan is an empty cell (`empty_nan`), where elsewhere it is a value that is missing.
    """

    path: Path
    name: str
    cells: NDArray[np.object_]
    frame: pd.DataFrame | None = None
    empty_nan: bool = False

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns, header included."""
        return self.cells.shape if self.frame is None else (len(self.frame) + 1, self.frame.shape[1])

    def where(self, row: int, column: int) -> str:
        """A place in words: sheet and cell, for messages."""
        return f"sheet {self.name!r}, cell {cell_name(row, column)}"

    def text(self, row: int, column: int) -> str:
        """The text of a cell; "" outside the grid."""
        rows, columns = self.shape
        if row >= rows or column >= columns:
            return ""
        if self.frame is None:
            return text(self.cells[row, column])
        return text(self.frame.columns[column] if row == 0 else self.frame.iloc[row - 1, column])

    def expect(self, row: int, column: int, wanted: Sequence[str], what: str) -> None:
        """Raise BadInput unless the cell holds one of `wanted` (ignoring case): the header has moved."""
        found = self.text(row, column)
        if found.casefold() not in {w.casefold() for w in wanted}:
            raise BadInput(
                f"{self.where(row, column)}: expected {what} ({' or '.join(map(repr, wanted))}), found {found!r}",
                where=str(self.path),
                fix="restore the layout of the official file: no rows or columns put in or taken out",
            )

    def beyond(self, rows: int, columns: int) -> tuple[str, ...]:
        """What is said where something stands below the first `rows` or right of the first `columns`."""
        if self.frame is not None:
            return ()
        for top, left, part in ((rows, 0, self.cells[rows:]), (0, columns, self.cells[:rows, columns:])):
            found = np.argwhere((part != "") & (part != None))  # noqa: E711
            if found.size:
                r, c = found[0]
                return (f"{self.where(top + int(r), left + int(c))}, and what lies beyond it, is not read",)
        return ()

    def numbers(self, rows: slice, columns: slice) -> Array:
        """A block as numbers; an empty cell is 0.

        Raises BadInput listing every cell that holds text or is not finite, ForeignFile where the block is
        cut off.
        """
        asked = (rows.stop - rows.start, columns.stop - columns.start)
        if self.frame is not None:
            part = self.frame.iloc[rows.start - 1 : rows.stop - 1, columns]
            if part.shape == asked and all(d.kind in "fiu" for d in part.dtypes):
                plain = part.to_numpy(dtype=np.float64)
                if usable(plain).all():
                    return plain
            block = part.to_numpy(dtype=object)
        else:
            block = self.cells[rows, columns]
        if block.shape != asked:
            raise ForeignFile(
                f"sheet {self.name!r} ends at {cell_name(self.shape[0] - 1, self.shape[1] - 1)}; "
                f"its numbers should reach {cell_name(rows.stop - 1, columns.stop - 1)}",
                where=str(self.path),
                fix="the file is cut off: download it again",
            )
        kinds = {type(v) for v in block.flat}
        if kinds <= {int, float, type(None)} or block.dtype != object:
            out = block.astype(np.float64)
        else:
            out = self._slowly(block, rows.start, columns.start)
        out = np.where(np.isnan(out) & self._empty(block), 0.0, out)
        bad = np.argwhere(~usable(out))
        if bad.size:
            p = Problems("cells are not finite numbers, or larger than any")
            for r, c in bad:
                p.add(self.where(rows.start + int(r), columns.start + int(c)))
            p.raise_if(BadInput, where=str(self.path))
        return out

    def _empty(self, block: NDArray[np.object_]) -> NDArray[np.bool_]:
        """Where nothing stands."""
        nothing = block == None  # noqa: E711
        return np.asarray((block != block) | nothing if self.empty_nan else nothing, dtype=bool)

    def _slowly(self, block: NDArray[np.object_], row: int, column: int) -> Array:
        """Cell by cell: what can be a number becomes one, all else is named."""
        out = np.zeros(block.shape)
        p = Problems("cells that must hold numbers hold text")
        for (r, c), value in np.ndenumerate(block):
            written = text(value)
            if isinstance(value, Covered):
                p.add(f"{self.where(row + r, column + c)}: merged with a text")
            elif isinstance(value, float) and value != value and not self.empty_nan:
                p.add(f"{self.where(row + r, column + c)}: 'NaN'")
            if not written:
                continue
            try:
                if isinstance(value, bool):
                    raise ValueError(written)
                out[r, c] = text_number(written) if isinstance(value, str) else float(value)
            except (ValueError, TypeError):
                p.add(f"{self.where(row + r, column + c)}: {written[:40]!r}")
        p.raise_if(
            BadInput, where=str(self.path), fix="put a number with a decimal point, or leave the cell empty for 0"
        )
        return out


def open_sheet(path: Path, wanted: str, what: str) -> Sheet:
    """The sheet whose whole name matches the pattern `wanted` (ignoring case and outer blanks).

    Raises BadInput where the file is absent or no sheet or more than one matches (naming those there are),
    ForeignFile where it is no workbook.
    """
    book = workbook(path)
    names = [n for n in book.sheet_names if re.fullmatch(wanted, n.strip(), flags=re.IGNORECASE)]
    if len(names) != 1:
        some = ", ".join(map(repr, book.sheet_names))
        raise BadInput(
            f"the workbook has {'no' if not names else 'more than one'} sheet for {what}; it has {some}",
            where=str(path),
            fix="name the sheet with --sheet" if names else f"add the sheet, or name it with --sheet ({wanted})",
        )
    found = scanned(path, names[0])
    with decoded("the sheet is damaged", path):
        sheet = book.get_sheet_by_name(names[0])
        # Rows and columns that are empty stay, so that cells keep their names.
        rows = sheet.to_python(skip_empty_area=False)
        cells = np.empty((len(rows), len(rows[0]) if rows else 0), dtype=object)
        for k, row in enumerate(rows):
            cells[k] = row
            rows[k] = []
    fill_merged(cells, merged_blocks(sheet, found), path)
    for (r, c), said in found.hidden.items():
        if r < cells.shape[0] and c < cells.shape[1]:
            cells[r, c] = said
    return Sheet(path, names[0], cells)


def sheet_names(path: Path) -> list[str]:
    """Names of the sheets of a workbook. Raises BadInput, ForeignFile."""
    return list(workbook(path).sheet_names)


def workbook(path: Path) -> CalamineWorkbook:
    """A workbook, its sheets not yet read. Raises BadInput where it is absent, ForeignFile where it is none."""
    from python_calamine import CalamineWorkbook

    if not path.is_file():
        raise BadInput(f"there is no file {path.name!r}", where=str(path), fix="check the path")
    check_package(path)
    with decoded("the file is truncated or not a workbook (.xlsx, .xlsb)", path):
        # The library goes by the ending, or by what it is given without one.
        plain = named_as_it_is(path)
        book = CalamineWorkbook.from_path(path) if plain else CalamineWorkbook.from_filelike(BytesIO(path.read_bytes()))
        if book.sheet_names:
            return book
    raise BadInput("the workbook has no sheet", where=str(path), fix="give the workbook as published")


def open_r(path: Path, name: str) -> Sheet:
    """A data frame saved by R (.RData, .rds) as a grid, header row included.

    Raises BadInput where the file is absent, pyreadr is not installed or the frame `name` is not in it,
    ForeignFile where it is no R file.
    """
    if not path.is_file():
        raise BadInput(f"there is no file {path.name!r}", where=str(path), fix="check the path")
    try:
        import pyreadr
    except ImportError as e:
        fix = "pip install pyreadr, or in R: write.csv(wiot, 'wiot.csv', row.names = FALSE)"
        raise BadInput("files of R need the package pyreadr", where=str(path), fix=fix) from e
    try:
        found = pyreadr.read_r(path)
    except Exception as e:
        raise ForeignFile("the file is truncated or not R's", where=str(path), fix="download it again") from e
    frame = found.get(name, found.get(None))
    if frame is None:
        raise BadInput(f"the file holds {', '.join(map(str, found))}, not {name!r}", where=str(path))
    return Sheet(path, path.name, np.empty((0, 0), dtype=object), frame)


def open_csv(path: Path, encoding: str = "utf-8-sig", name: str = "", stream: IO[bytes] | None = None) -> Sheet:
    """A csv as a grid, header row included, from `path` or the open `stream` that lies in it under `name`.

    Raises BadInput where it is absent, ForeignFile where it is not text.
    """
    import pandas as pd

    if stream is None and not path.is_file():
        raise BadInput(f"there is no file {path.name!r}", where=str(path), fix="check the path")
    with nullcontext(stream) if stream is not None else open(path, "rb") as raw:
        lines = CsvLines(raw, str(path), COLUMNS_READ, WHOLE_READ)
        with parsing(str(path), lines=lines):
            # Only nothing is empty: pandas takes NA, n/a, null and others for it too.
            options: dict[str, Any] = {
                "keep_default_na": False,
                "na_values": [""],
                "low_memory": False,
                "index_col": False,
            }
            frame = pd.read_csv(lines.reader(), encoding=encoding, **options)
    lines.check()
    head = lines.head(encoding)
    if len(head) == frame.shape[1]:
        frame.columns = pd.Index(head, dtype=object)
    return Sheet(path, name or path.name, np.empty((0, 0), dtype=object), frame, empty_nan=True)
