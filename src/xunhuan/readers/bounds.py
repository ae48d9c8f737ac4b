"""What is read at most. Each bound lies well past the largest table known, and far below what a machine could not hold."""

from __future__ import annotations

import re
import zipfile

from xunhuan.data.arrays import Array, Mask
from xunhuan.errors import BadInput

LARGEST_READ = 1e30
"""Largest number of a cell: sums and products of such stay numbers."""
CELLS_READ = 50_000_000
"""Cells of the largest array that is made of labels: 4,500 rows and columns have less than half."""
SHEET_CELLS = 30_000_000
"""Cells that the largest sheet reaches over: twice the largest table known."""
SPARSE, SMALL_SHEET = 25, 1_000_000
"""A sheet reaches over so many cells for each that is there, at most; a small one over as many as it likes."""
SHEET_ROWS, SHEET_COLUMNS = 1_048_576, 16_384
"""What a sheet can have by its own rules."""
ODD_CELLS = 100_000
"""Cells of a sheet that hold errors or formulas without a value."""
TEXT_READ = 1 << 17
"""Bytes of the longest text of a cell: four for each of the 32,767 signs that a cell can have."""
GAP_READ = 1 << 23
"""Bytes of a sheet without a cell."""
COLUMNS_READ = 20_000
"""Columns of the widest csv that is read whole."""
LABELS_READ = 200_000
"""Lines of the longest list of labels."""
WHOLE_READ = 2 << 30
"""Bytes of the largest file that is read in one piece."""
STREAMED = 64 << 30
"""Bytes of the largest file that is read row by row."""
BOOK = 4 << 30
"""What a workbook's parts may hold unpacked."""
OPEN_BOOK = 1 << 28
"""Bytes of the largest open document (.ods) that is looked through."""
MEMBERS = 10_000
"""Files of the largest archive that is looked into."""
LINE_READ = 1 << 26
"""Bytes of the longest line that is read."""
PACKED, LOOSE = 200, 1 << 26
"""How many times its packed size a file may unpack to, once it holds more than so many bytes."""


_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")
_GROUPED = re.compile(r"[+-]?\d{1,3}(,\d{3})+\.\d+|[+-]?\d{1,3}(,\d{3}){2,}")


def text_number(written: str) -> float:
    """The number that a text is: 1090.5, 1e3, or with thousands marked where nothing else can be meant.

    A comma that may be a decimal one is no number: 1,5 and 1,500 are refused. Raises ValueError, also for numbers that are
    larger than any.

    >>> text_number("1,090.00"), text_number("-1,234,567"), text_number("2e3")
    (1090.0, -1234567.0, 2000.0)
    """
    grouped = _GROUPED.fullmatch(written)
    if written.isascii() and (grouped or _NUMBER.fullmatch(written)):
        value = float(written.replace(",", "") if grouped else written)
        if abs(value) <= LARGEST_READ:
            return value
    raise ValueError(written)


def usable(values: Array) -> Mask:
    """Where numbers are finite and of a size that can be reckoned with."""
    return abs(values) <= LARGEST_READ


def check_unpacked(info: zipfile.ZipInfo, where: str) -> None:
    """Raise BadInput where a file of an archive unpacks to what no table packs into."""
    if info.file_size > LOOSE and info.file_size > PACKED * max(info.compress_size, 1):
        raise BadInput(
            f"{info.filename} unpacks to {info.file_size / 2**20:,.0f} MiB, {PACKED} times what it is packed into",
            where=where,
            fix="no table is so empty: get the file again from its makers",
        )


def check_cells(sizes: tuple[int, ...], where: str) -> None:
    """Raise BadInput where an array by labels would hold more cells than any table."""
    cells = 1
    for size in sizes:
        cells *= size
    if cells > CELLS_READ:
        raise BadInput(
            f"the labels make {' x '.join(f'{s:,}' for s in sizes)} cells; at most {CELLS_READ:,} are read",
            where=where,
            fix="check the lists of regions, sectors and categories",
        )
