"""Workbooks of other forms than .xlsx: the binary one (.xlsb), the old one (.xls) and the open one (.ods).

The library that reads them gives an empty cell for an error and for a formula without a value, so these are looked for
here, record by record or tag by tag.
"""

from __future__ import annotations

import re
import struct
import zipfile
from collections.abc import Iterator
from html import unescape
from itertools import islice, product
from pathlib import Path

from xunhuan.errors import BadInput, ForeignFile
from xunhuan.readers.bounds import ODD_CELLS, OPEN_BOOK
from xunhuan.readers.scan import NO_VALUE, Scan

OLE = bytes.fromhex("d0cf11e0a1b11ae1")
"""How an old workbook begins, and a new one that is locked."""
_ERRORS = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A"}
_END, _FREE = 0xFFFFFFFE, 0xFFFFFFFA
"""Sectors of an old file from which on none follows, and those that mean no sector."""


def _error(code: int) -> str:
    return _ERRORS.get(code, "#N/A")


# .xlsb


def binary_part(book: zipfile.ZipFile, sheet: str) -> str:
    """The part that holds a sheet of a binary workbook; "" where that is not told."""
    parts = set(book.namelist())
    if not {"xl/workbook.bin", "xl/_rels/workbook.bin.rels"} <= parts:
        return ""
    links = book.read("xl/_rels/workbook.bin.rels").decode("utf-8", "replace")
    for kind, _, body in _binary_records(book.read("xl/workbook.bin")):
        if kind != 156 or len(body) < 16:
            continue
        texts, at = [], 8
        for _ in range(2):
            (size,) = struct.unpack_from("<I", body, at)
            texts.append(body[at + 4 : at + 4 + 2 * size].decode("utf-16-le", "replace"))
            at = min(at + 4 + 2 * size, len(body) - 4)
        if texts[1] != sheet:
            continue
        for relation in re.findall(r"<(?:\w+:)?Relationship\b[^>]*>", links):
            target = re.search(r'\bTarget="([^"]*)"', relation)
            if f'Id="{texts[0]}"' in relation and target:
                path = target[1].lstrip("/") if target[1].startswith("/") else f"xl/{target[1]}"
                return path if path in parts else ""
    return ""


def _binary_records(body: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Kind, place and content of each record; kinds and sizes are written in groups of seven bits."""
    at, end = 0, len(body)
    while at < end - 1:
        kind, size = body[at], body[at + 1]
        at += 2
        if kind > 127:
            kind = (kind & 127) | size << 7
            size = body[at] if at < end else 0
            at += 1
        shift = 7
        while size >> (shift - 7) > 127 and at < end and shift < 28:
            size = (size & ((1 << shift) - 1)) | body[at] << shift
            shift, at = shift + 7, at + 1
        yield kind, at, body[at : at + size]
        at += size


def binary_cells(book: zipfile.ZipFile, name: str) -> Scan:
    """A sheet of a binary workbook: records of rows (0), of cells (1 to 11, whose first number is the column) and of merged
    blocks (176). Of the cells 3 and 11 are errors, 8 is the text that a formula gives.
    """
    out, row = Scan(), 0
    for kind, _, body in _binary_records(book.read(name)):
        if kind <= 11 and len(body) >= 4:
            (value,) = struct.unpack_from("<I", body)
            if kind == 0:
                row, out.rows = value, max(out.rows, value + 1)
                continue
            out.columns, out.cells = max(out.columns, value + 1), out.cells + 1
            if kind in (3, 11) and len(body) > 8:
                out.hidden[row, value] = _error(body[8])
            elif kind == 8 and body[8:12] == bytes(4):
                out.hidden[row, value] = NO_VALUE
            if len(out.hidden) > ODD_CELLS:
                break
        elif kind == 176 and len(body) >= 16:
            top, low, left, right = struct.unpack_from("<4I", body)
            out.merges.append(((top, left), (low, right)))
    return out


# .xls


def old_cells(path: Path, sheet: str) -> Scan:
    """Errors and formulas without a value in a sheet of an old workbook. Raises ForeignFile where it is damaged."""
    out = Scan()
    try:
        stream = _old_stream(path.read_bytes())
        begins = (_old_sheet(body) for kind, body in _old_records(stream, 0) if kind == 0x85)
        start = next((at for at, name in begins if name == sheet), None)
        for kind, body in _old_records(stream, start) if start is not None else ():
            if kind == 0x205 and body[7]:
                out.hidden[struct.unpack_from("<HH", body)] = _error(body[6])
            elif kind == 6 and body[12:14] == b"\xff\xff" and body[6] in (2, 3):
                out.hidden[struct.unpack_from("<HH", body)] = _error(body[8]) if body[6] == 2 else NO_VALUE
    except (struct.error, IndexError, ValueError) as e:
        raise ForeignFile("the workbook is damaged", where=str(path), fix="download it again") from e
    return out


def _old_stream(data: bytes) -> bytes:
    """The workbook within an old file, which is a small disk: sectors, a table of which follows which, a directory."""
    size = 1 << struct.unpack_from("<H", data, 30)[0]

    def sector(k: int) -> bytes:
        return data[(k + 1) * size : (k + 2) * size]

    def numbers(raw: bytes) -> tuple[int, ...]:
        return struct.unpack(f"<{len(raw) // 4}I", raw[: len(raw) // 4 * 4])

    tables = list(numbers(data[76:512]))
    more = struct.unpack_from("<I", data, 68)[0]
    while more < _FREE and len(tables) < len(data) // size + 109:
        *found, more = numbers(sector(more))
        tables += found
    follows = [n for t in tables if t < _FREE for n in numbers(sector(t))]

    def chain(k: int) -> bytes:
        pieces: list[bytes] = []
        while k < _FREE and len(pieces) <= len(follows):
            pieces.append(sector(k))
            k = follows[k]
        return b"".join(pieces)

    folder = chain(struct.unpack_from("<I", data, 48)[0])
    for at in range(0, len(folder) - 127, 128):
        name = folder[at : at + max(struct.unpack_from("<H", folder, at + 64)[0] - 2, 0)].decode("utf-16-le", "replace")
        if name in ("Workbook", "Book"):
            return chain(struct.unpack_from("<I", folder, at + 116)[0])
    return b""


def _old_records(stream: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    """Kind and content of each record, to the end of the sheet; charts within it have an end of their own."""
    depth = 0
    while at + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, at)
        yield kind, stream[at + 4 : at + 4 + size]
        depth += (kind == 0x809) - (kind == 10)
        if kind == 10 and depth <= 0:
            return
        at += 4 + size


def _old_sheet(body: bytes) -> tuple[int, str]:
    """Where a sheet begins, and its name."""
    wide = body[7] & 1
    return struct.unpack_from("<I", body)[0], body[8 : 8 + body[6] * (1 + wide)].decode(
        "utf-16-le" if wide else "latin-1", "replace"
    )


# .ods

_CELL = re.compile(rb"<table:(covered-)?table-cell\b([^>]*)>(.*?)(?=<table:(?:covered-)?table-cell\b|\Z)", re.DOTALL)


def open_cells(book: zipfile.ZipFile, sheet: str, path: Path) -> Scan:
    """Errors, formulas without a value and merged blocks in a sheet of an open document. Raises BadInput for a huge one."""
    if book.getinfo("content.xml").file_size > OPEN_BOOK:
        raise BadInput("the sheet is too large for its form", where=str(path), fix="save it as .xlsx")
    out, row = Scan(), 0
    for table in re.split(rb"<table:table(?=\s)", book.read("content.xml"))[1:]:
        named = re.search(rb'table:name="([^"]*)"', table[: table.find(b">")])
        if named is None or unescape(named[1].decode("utf-8", "replace")) != sheet:
            continue
        for line in re.split(rb"<table:table-row\b", table)[1:]:
            many, column = _many(line[: line.find(b">")], b"rows-repeated"), 0
            for _, said, content in _CELL.findall(line):
                times = _many(said, b"columns-repeated")
                if found := _open_error(said, content):
                    places = product(range(row, row + many), range(column, column + times))
                    out.hidden |= dict.fromkeys(islice(places, ODD_CELLS + 1), found)
                wide, tall = _many(said, b"columns-spanned"), _many(said, b"rows-spanned")
                if wide * tall > 1:
                    out.merges.append(((row, column), (row + tall - 1, column + wide - 1)))
                column += times
            row += many
    return out


def _many(said: bytes, what: bytes) -> int:
    found = re.search(rb'number-%b="(\d{1,7})"' % what, said)
    return int(found[1]) if found else 1


def _open_error(said: bytes, content: bytes) -> str:
    """What a cell that looks empty holds: an error, or a formula whose value is not kept."""
    shown = re.sub(rb"<[^>]*>", b"", content).decode("utf-8", "replace").strip()
    if b'value-type="error"' in said or re.fullmatch(r"#[A-Z/0]+[!?]?|Err:\d+", shown):
        return shown or "#N/A"
    return NO_VALUE if b"table:formula=" in said and not shown and not re.search(rb"office:[\w-]*value=", said) else ""
