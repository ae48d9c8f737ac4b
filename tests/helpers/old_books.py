"""Workbooks of the binary, the old and the open form, small, with errors in cells, written byte by byte."""

from __future__ import annotations

import struct
import zipfile
from pathlib import Path

OLE = bytes.fromhex("d0cf11e0a1b11ae1")
"""How an old workbook begins."""


def xlsb(path: Path, more: bytes = b"") -> Path:
    """Cells (row, column): (2, 1) an error, (2, 2) a formula's error, (2, 3) a formula without a value, (2, 4) a number.

    more  codes of errors from (2, 5) on
    """

    def record(kind: int, body: bytes) -> bytes:
        many = bytes([kind & 127 | 128, kind >> 7]) if kind > 127 else bytes([kind])
        return many + bytes([len(body)]) + body

    def cell(column: int, rest: bytes) -> bytes:
        return struct.pack("<II", column, 0) + rest

    def text(written: str) -> bytes:
        return struct.pack("<I", len(written)) + written.encode("utf-16-le")

    sheet = record(0, struct.pack("<I", 2) + bytes(8)) + record(3, cell(1, b"\x2a")) + record(11, cell(2, b"\x17"))
    sheet += record(8, cell(3, bytes(4))) + record(5, cell(4, struct.pack("<d", 1.5)))
    sheet += b"".join(record(3, cell(5 + k, bytes([code]))) for k, code in enumerate(more))
    sheet += record(176, struct.pack("<4I", 2, 3, 4, 5))
    with zipfile.ZipFile(path, "w") as z:
        z.writestr("xl/workbook.bin", record(156, struct.pack("<II", 0, 1) + text("rId7") + text("Table")))
        z.writestr("xl/_rels/workbook.bin.rels", '<Relationship Id="rId7" Target="worksheets/sheet3.bin"/>')
        z.writestr("xl/worksheets/sheet2.bin", record(0, bytes(12)) + record(3, cell(0, b"\x2a")))
        z.writestr("xl/worksheets/sheet3.bin", sheet)
    return path


def xls(path: Path) -> Path:
    """A disk of sectors of 512 bytes: the table of sectors, the directory, and the workbook on the others."""

    def record(kind: int, body: bytes = b"") -> bytes:
        return struct.pack("<HH", kind, len(body)) + body

    def formula(column: int, result: bytes) -> bytes:
        return record(6, struct.pack("<HHH", 4, column, 0) + result + bytes(8))

    begin, end = record(0x809, bytes(16)), record(10)
    at = len(begin) + len(record(0x85, bytes(8) + b"Table")) + len(end)
    sheet = (
        begin
        + record(0x205, struct.pack("<HHHBB", 4, 1, 0, 0x2A, 1))
        + record(0x205, struct.pack("<HHHBB", 4, 2, 0, 1, 0))
    )
    sheet += (
        formula(3, b"\x02\0\x07\0\0\0\xff\xff")
        + formula(4, b"\x03\0\0\0\0\0\xff\xff")
        + formula(5, struct.pack("<d", 2.0))
    )
    book = begin + record(0x85, struct.pack("<IHBB", at, 0, 5, 0) + b"Table") + end + sheet + begin + end
    # A chart within the sheet ends before the sheet does.
    book += record(0x205, struct.pack("<HHHBB", 9, 9, 0, 0x2A, 1)) + end
    sectors = [book[k : k + 512].ljust(512, b"\0") for k in range(0, len(book), 512)]
    chain = [*range(3, 2 + len(sectors)), 0xFFFFFFFE]
    table = struct.pack("<128I", *[0xFFFFFFFD, 0xFFFFFFFE, *chain, *[0xFFFFFFFF] * (126 - len(chain))])
    name = "Workbook".encode("utf-16-le").ljust(64, b"\0")
    folder = name + struct.pack("<H", 18) + bytes(50) + struct.pack("<II", 2, len(book)) + bytes(4)
    head = OLE + bytes(22) + struct.pack("<HH", 9, 6) + bytes(10)
    head += struct.pack("<8I", 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0) + struct.pack(
        "<109I", 0, *[0xFFFFFFFF] * 108
    )
    path.write_bytes(head + table + folder.ljust(512, b"\0") + b"".join(sectors))
    return path


def ods(path: Path) -> Path:
    """Two sheets, x and T: errors, formulas without a value, cells that repeat, cells that are merged."""
    cell = "<table:table-cell {}>{}</table:table-cell>"
    number, error = (
        cell.format('office:value="3"', "<text:p>3</text:p>"),
        cell.format('calcext:value-type="error"', "#N/A"),
    )
    many = cell.format('table:number-columns-repeated="2"', "")
    row = "<table:table-row>{}</table:table-row>"
    bare = '<table:table-cell table:formula="of:=1+1"/>'
    wide = cell.format('office:value="4" table:number-columns-spanned="2"', "4") + "<table:covered-table-cell/>"
    body = row.format(number + many + error) + row.format(wide + bare + number)
    spare = row.format(error)
    with zipfile.ZipFile(path, "w") as z:
        z.writestr("content.xml", f'<table:table table:name="x">{spare}</table:table>'
                                  f'<table:table table:name="T">{body}</table:table>')  # fmt: skip
    return path
