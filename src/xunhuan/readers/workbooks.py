"""What a workbook's cells are before they are read: how far a sheet reaches, and cells that only look empty."""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

from xunhuan.errors import BadInput, ForeignFile

if TYPE_CHECKING:
    from python_calamine import CalamineSheet

SHEET_CELLS = 30_000_000
"""LabelledCells of the largest sheet that is read: twice the largest table known, about a gigabyte."""
BYTES = 4 << 30
"""What a workbook's parts may hold unpacked."""
NO_VALUE = "formula without a value"
_BINARY = re.compile(r"xl/worksheets/[^/]+\.bin", re.IGNORECASE)
_CELL = rb'<c\b[^>]*\br="([A-Z]{1,3})(\d{1,7})"'
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")
_GROUPED = re.compile(r"[+-]?\d{1,3}(,\d{3})+\.\d+|[+-]?\d{1,3}(,\d{3}){2,}")


def text_number(written: str) -> float:
    """The number that a text is: 1090.5, 1e3, or with thousands marked where nothing else can be meant. Raises ValueError.

    A comma that may be a decimal one is no number: 1,5 and 1,500 are refused.

    >>> text_number("1,090.00"), text_number("-1,234,567"), text_number("2e3")
    (1090.0, -1234567.0, 2000.0)
    """
    if _NUMBER.fullmatch(written):
        return float(written)
    if _GROUPED.fullmatch(written):
        return float(written.replace(",", ""))
    raise ValueError(written)


def check_package(path: Path) -> None:
    """Raise BadInput, before anything is unpacked, where a workbook holds macros or unpacks beyond all reason."""
    macros = BadInput("the workbook holds macros", where=str(path), fix="save it as .xlsx or .csv, without them")
    if not zipfile.is_zipfile(path):
        if path.stat().st_size > BYTES:
            raise BadInput(
                f"the file holds more than {BYTES / 2**30:.0f} GiB", where=str(path), fix="check that it is the table"
            )
        # The old form keeps its macros in a folder of this name.
        if path.suffix.lower() == ".xls" and "_VBA_PROJECT".encode("utf-16-le") in path.read_bytes():
            raise macros
        return
    try:
        with zipfile.ZipFile(path) as book:
            parts = book.infolist()
    except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError, ValueError) as e:
        raise ForeignFile("the workbook is damaged", where=str(path), fix="download it again") from e
    if any(part.filename.lower().endswith("vbaproject.bin") for part in parts):
        raise macros
    if (size := sum(part.file_size for part in parts)) > BYTES:
        fix = "open it in a spreadsheet program and save the sheet of the table alone"
        raise BadInput(f"the workbook unpacks to {size / 2**30:.0f} GiB", where=str(path), fix=fix)


def check_size(path: Path, sheet: str) -> None:
    """Raise BadInput where a sheet reaches beyond all reason; ForeignFile where the workbook is damaged."""
    if not zipfile.is_zipfile(path):
        return
    try:
        with zipfile.ZipFile(path) as book:
            body = _sheet(book, sheet)
            far = max((_binary_cells(book, n) for n in book.namelist() if _BINARY.fullmatch(n)), default=0)
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError, ValueError) as e:
        raise ForeignFile("the workbook is damaged", where=str(path), fix="download it again") from e
    if far > SHEET_CELLS:
        fix = "delete the stray cell, or save the sheet of the table alone"
        raise BadInput(f"a sheet reaches over {far:.2g} cells", where=str(path), fix=fix)
    columns = {column_number(c) for c in set(re.findall(rb'<c\b[^>]*?\br="([A-Z]{1,3})\d', body))}
    rows = [int(r) for r in re.findall(rb'<row\b[^>]*?\br="(\d{1,7})"', body)]
    if columns and rows and max(columns) * max(rows) > SHEET_CELLS:
        last = next(re.finditer(_far(max(columns), max(rows)), body), None)
        where = (last[1] + last[2]).decode() if last else f"row {max(rows)}"
        fix = "delete the stray cell, or the empty rows and columns before it"
        raise BadInput(f"sheet {sheet!r}: cell {where} lies far beyond any table", where=str(path), fix=fix)


def _binary_cells(book: zipfile.ZipFile, name: str) -> int:
    """Cells that a sheet of a binary workbook (.xlsb) reaches over, as its record of dimensions says."""
    with book.open(name) as part:
        head = part.read(4096)
    at = head.find(b"\x94\x01\x10")
    if at < 0 or len(head) < at + 19:
        return 0
    first, last, left, right = struct.unpack_from("<4I", head, at + 3)
    return (last - first + 1) * (right - left + 1) if last >= first and right >= left else 0


def _far(column: int, row: int) -> bytes:
    """Pattern of the cell that makes a sheet so large: one in its last column or in its last row."""
    if row > column:
        return rb'<c\b[^>]*?\br="([A-Z]+)(' + str(row).encode() + rb')"'
    return rb'<c\b[^>]*?\br="(' + column_letters(column - 1).encode() + rb')(\d+)"'


def hidden(path: Path, name: str) -> dict[tuple[int, int], str]:
    """LabelledCells that read as empty and are not, by row and column from 0: errors, and formulas without a value."""
    out: dict[tuple[int, int], str] = {}
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as book:
            body = _sheet(book, name)
        for found in re.finditer(
            rb"<c\b[^>]*\bt=\"e\"[^>]*>(?:\s*<f\b[^>]*?(?:/>|>[^<]*</f>))?\s*<v>([^<]*)</v>", body
        ):
            out |= {at: found[1].decode() for at in _at(found[0])}
        if b"<f" in body:
            for found in re.finditer(rb"<c\b[^>]*>\s*<f\b[^>]*?(?:/>|>[^<]*</f>)\s*(?:<v\s*/>|<v></v>)?\s*</c>", body):
                out |= dict.fromkeys(_at(found[0]), NO_VALUE)
    return out


def merged_with(sheet: CalamineSheet, numbers: set[tuple[int, int]]) -> dict[tuple[int, int], str]:
    """LabelledCells merged with one that holds a number, which is as likely theirs as that one's."""
    out: dict[tuple[int, int], str] = {}
    for first, last in sheet.merged_cell_ranges or ():
        if first in numbers:
            inside = {(r, c) for r in range(first[0], last[0] + 1) for c in range(first[1], last[1] + 1)}
            out |= dict.fromkeys(inside - {first}, "merged with a number")
    return out


def _at(cell: bytes) -> list[tuple[int, int]]:
    found = re.match(_CELL, cell)
    return [(int(found[2]) - 1, column_number(found[1]) - 1)] if found else []


def column_number(letters: bytes) -> int:
    """Number of a column from 1.

    >>> column_number(b"A"), column_number(b"AA"), column_number(b"XFD")
    (1, 27, 16384)
    """
    out = 0
    for letter in letters:
        out = out * 26 + letter - 64
    return out


def column_letters(k: int) -> str:
    """Name of the k-th column (from 0) as spreadsheets write it.

    >>> column_letters(0), column_letters(25), column_letters(26), column_letters(702)
    ('A', 'Z', 'AA', 'AAA')
    """
    letters = ""
    k += 1
    while k:
        k, rest = divmod(k - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _sheet(book: zipfile.ZipFile, name: str) -> bytes:
    """The XML of a sheet by its name; empty where the workbook is of another form (.xlsb, .ods)."""
    parts = set(book.namelist())
    if not {"xl/workbook.xml", "xl/_rels/workbook.xml.rels"} <= parts:
        return b""
    from html import unescape

    listed = book.read("xl/workbook.xml").decode("utf-8", "replace")
    links = book.read("xl/_rels/workbook.xml.rels").decode("utf-8", "replace")
    for tag in re.findall(r"<(?:\w+:)?sheet\b[^>]*>", listed):
        found, link = re.search(r'\bname="([^"]*)"', tag), re.search(r'\br:id="([^"]*)"', tag)
        if found and link and unescape(found[1]) == name:
            for relation in re.findall(r"<Relationship\b[^>]*>", links):
                target = re.search(r'\bTarget="([^"]*)"', relation)
                if f'Id="{link[1]}"' in relation and target:
                    path = target[1].lstrip("/") if target[1].startswith("/") else f"xl/{target[1]}"
                    return book.read(path) if path in parts else b""
    return b""
