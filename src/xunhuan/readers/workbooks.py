"""What a workbook's cells are before they are read: how far a sheet reaches, and cells that only look empty.

A library that is given a sheet makes a grid as far as its farthest cell reaches, and dies where that is too far. So the XML
is looked through first, piece by piece.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from html import unescape
from pathlib import Path
from typing import IO, TYPE_CHECKING

from xunhuan.errors import BadInput, ForeignFile
from xunhuan.readers.bounds import (
    BOOK,
    GAP_READ,
    ODD_CELLS,
    SHEET_CELLS,
    SHEET_COLUMNS,
    SHEET_ROWS,
    SMALL_SHEET,
    SPARSE,
    TEXT_READ,
    check_unpacked,
)  # fmt: skip
from xunhuan.readers.other_books import OLE, binary_cells, binary_part, old_cells, open_cells
from xunhuan.readers.scan import COVERED, MERGED, NO_VALUE, Merge, Scan

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from python_calamine import CalamineSheet

_BINARY = re.compile(r"xl/(work|macro)sheets/[^/]+\.bin", re.IGNORECASE)
_PIECE = 1 << 22


def check_package(path: Path) -> None:
    """Raise BadInput, before anything is unpacked, where a workbook holds macros or unpacks beyond all reason."""
    macros = BadInput("the workbook holds macros", where=str(path), fix="save it as .xlsx or .csv, without them")
    if not zipfile.is_zipfile(path):
        if path.stat().st_size > BOOK:
            raise BadInput(
                f"the file holds more than {BOOK / 2**30:.0f} GiB", where=str(path), fix="check that it is the table"
            )
        # The old form keeps its macros in a folder of this name, and a locked workbook itself in another.
        if _starts(path) == OLE:
            held = path.read_bytes()
            if "EncryptedPackage".encode("utf-16-le") in held:
                fix = "open it in a spreadsheet program and save it without a password"
                raise BadInput("the workbook is locked with a password", where=str(path), fix=fix)
            if "_VBA_PROJECT".encode("utf-16-le") in held:
                raise macros
            return
        _refuse_text(path)
        return
    with _book(path) as book:
        parts = book.infolist()
        if any(part.filename.lower().endswith("vbaproject.bin") for part in parts):
            raise macros
        if (size := sum(part.file_size for part in parts)) > BOOK:
            fix = "open it in a spreadsheet program and save the sheet of the table alone"
            raise BadInput(f"the workbook unpacks to {size / 2**30:.0f} GiB", where=str(path), fix=fix)
        for part in parts:
            check_unpacked(part, str(path))
        for part in parts:
            if part.filename.lower().endswith("sharedstrings.xml"):
                _check_texts(book, part, path)


def named_as_it_is(path: Path) -> bool:
    """Whether a workbook's ending is that of its form; the library goes by the one, people rename."""
    ending = path.suffix.lower()
    if not zipfile.is_zipfile(path):
        return ending == ".xls"
    with _book(path) as book:
        parts = set(book.namelist())
    form = ".xlsb" if "xl/workbook.bin" in parts else ".ods" if "content.xml" in parts else ".xlsx"
    return ending in (form, ".xlsm")


def _starts(path: Path) -> bytes:
    with open(path, "rb") as f:
        return f.read(len(OLE))


def _refuse_text(path: Path) -> None:
    """Raise ForeignFile where a workbook is none, but the text or the page that some offices give that name."""
    with open(path, "rb") as f:
        top = f.read(1 << 12)
    if not top:
        raise ForeignFile("the file is empty", where=str(path), fix="download it again")
    if re.match(rb"(\xef\xbb\xbf)?\s*<(html|!doctype|\?xml|table|meta|head)", top, re.IGNORECASE):
        fix = "open it in a spreadsheet program and save it as .xlsx"
        raise ForeignFile("the file is a page of a browser under a workbook's name", where=str(path), fix=fix)
    if b"\0" not in top and b"\n" in top and any(sign in top for sign in (b",", b";", b"\t")):
        fix = "give it the ending .csv, or save it as .xlsx"
        raise ForeignFile("the file is text under a workbook's name", where=str(path), fix=fix)


@contextmanager
def _book(path: Path) -> Iterator[zipfile.ZipFile]:
    """The parts of a workbook. Raises ForeignFile where they are damaged."""
    try:
        with zipfile.ZipFile(path) as book:
            yield book
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError, ValueError, RuntimeError) as e:
        raise ForeignFile("the workbook is damaged", where=str(path), fix="download it again") from e


def _check_texts(book: zipfile.ZipFile, part: zipfile.ZipInfo, path: Path) -> None:
    """Raise BadInput where a text that many cells share is longer than a cell's can be."""
    with book.open(part) as stream:
        rest = b""
        while piece := stream.read(_PIECE):
            rest += piece
            if any(len(t) > TEXT_READ for t in re.findall(rb"[^<]+", rest)):
                raise BadInput("a cell's text has no end", where=str(path), fix="check that it is the table")
            rest = rest[rest.rfind(b"<") :]


@contextmanager
def decoded(what: str, path: Path) -> Iterator[None]:
    """What the library cannot read is a damaged file. Raises ForeignFile."""
    try:
        yield
    except BaseException as e:
        # A fault inside the library comes as a panic, which is no Exception.
        if not isinstance(e, Exception) and type(e).__name__ != "PanicException":
            raise
        raise ForeignFile(what, where=str(path), fix="download the file again") from e


# A sheet looked through


_TAG = rb"<(?:\w+:)?c(?=[\s/>])"
_PLAIN = re.compile(rb'<c r="([A-Z]{1,3})([1-9]\d{0,6})"(?=[\s/>])')
_ROW = re.compile(rb"<(?:\w+:)?row(?=[\s/>])([^>]*)>")
_ANY = re.compile(_TAG + rb"""((?:\s+[\w:.-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*/?>""")
_REFERENCE = re.compile(rb"""(?:^|\s)r\s*=\s*["']([^"']*)["']""")
_PLACE = re.compile(rb"([A-Z]{1,3})([1-9]\d{0,6})")
_FILLED = re.compile(rb"(<(?:\w+:)?c\b[^>]*[^>/]>)(.*?)</(?:\w+:)?c>", re.DOTALL)
_SHUT = re.compile(rb"<(?:\w+:)?c\b[^>]*\bt\s*=\s*[\"']e[\"'][^>]*/>")
_IS_ERROR = re.compile(rb"""\bt\s*=\s*["']e["']""")
_VALUE = re.compile(rb"<(?:\w+:)?v\b[^>]*>([^<]+)<")
_FORMULA = re.compile(rb"<(?:\w+:)?f\b")
_NAN = re.compile(rb"<(?:\w+:)?v>\s*nan\s*<", re.IGNORECASE)
_START = re.compile(rb"<(?:\w+:)?(?:c|row)(?=[\s/>])")


def scanned(path: Path, sheet: str) -> Scan:
    """A sheet looked through before it is read.

    Raises BadInput where it reaches beyond all reason, ForeignFile where it is damaged or no program writes such cells.
    """
    if not zipfile.is_zipfile(path):
        found = old_cells(path, sheet) if _starts(path) == OLE else Scan()
        _check_odd(found, path, sheet)
        return found
    with _book(path) as book:
        names, binary = book.namelist(), binary_part(book, sheet)
        if "content.xml" in names:
            _check_open(book, path)
            found = open_cells(book, sheet, path)
            _check_odd(found, path, sheet)
            return found
        part, found = _part(book, sheet), Scan()
        for name in (n for n in names if _BINARY.fullmatch(n)):
            one = binary_cells(book, name)
            _check_reach(one, path, name)
            found = one if name == binary else found
        if part:
            found = _looked_through(book, part, path, sheet)
    _check_reach(found, path, sheet)
    _check_odd(found, path, sheet)
    return found


def _looked_through(book: zipfile.ZipFile, part: str, path: Path, sheet: str) -> Scan:
    out, rest = Scan(), b""
    with book.open(part) as stream:
        for piece in iter(lambda: stream.read(_PIECE), b""):
            rest += piece
            if b"<!ENTITY" in rest or b"<!DOCTYPE" in rest:
                fix = "open it in a spreadsheet program and save it again"
                raise BadInput(f"sheet {sheet!r} defines words of its own", where=str(path), fix=fix)
            starts = [m.start() for m in _START.finditer(rest)]
            if starts in ([], [0]) and len(rest) > GAP_READ:
                raise BadInput(
                    f"sheet {sheet!r}: {GAP_READ >> 20} MiB hold no cell",
                    where=str(path),
                    fix="save the sheet of the table alone",
                )
            if starts:
                _look(rest[: starts[-1]], out, path, sheet)
                rest = rest[starts[-1] :]
    _look(rest, out, path, sheet)
    return out


def _look(piece: bytes, out: Scan, path: Path, sheet: str) -> None:
    """Add a piece of a sheet, cut between cells."""
    count = len(re.findall(_TAG, piece))
    places = _PLAIN.findall(piece)
    if len(places) < count:
        places = _slowly(piece, count, out, path, sheet)
    out.cells += count
    if places:
        low, right = max(places, key=_by_row), max(places, key=_by_column)
        if int(low[1]) > out.rows:
            out.rows, out.lowest = int(low[1]), b"".join(low).decode()
        if column_number(right[0]) > out.columns:
            out.columns, out.rightmost = column_number(right[0]), b"".join(right).decode()
    if b'"e"' in piece or b"'e'" in piece or b"<f" in piece or b":f" in piece or _NAN.search(piece):
        _look_inside(piece, out)
    _check_odd(out, path, sheet)


def _check_odd(found: Scan, path: Path, sheet: str) -> None:
    if len(found.hidden) > ODD_CELLS:
        fix = "save the sheet with its values"
        raise BadInput(f"sheet {sheet!r}: more than {ODD_CELLS:,} cells hold errors", where=str(path), fix=fix)


def _look_inside(piece: bytes, out: Scan) -> None:
    """Note cells that are errors, formulas without a value, and numbers that are none, whatever else stands in them."""
    for cell in _SHUT.findall(piece):
        out.hidden |= dict.fromkeys(_at(cell), "#N/A")
    for cell, content in _FILLED.findall(piece):
        value = _VALUE.search(content)
        if _IS_ERROR.search(cell):
            out.hidden |= dict.fromkeys(_at(cell), value[1].decode("utf-8", "replace") if value else "#N/A")
        elif value is None and _FORMULA.search(content):
            out.hidden |= dict.fromkeys(_at(cell), NO_VALUE)
        elif value and value[1].strip().lower() == b"nan":
            out.hidden |= dict.fromkeys(_at(cell), "NaN")


def _by_row(place: tuple[bytes, bytes]) -> tuple[int, bytes]:
    return len(place[1]), place[1]


def _by_column(place: tuple[bytes, bytes]) -> tuple[int, bytes]:
    return len(place[0]), place[0]


def _slowly(piece: bytes, count: int, out: Scan, path: Path, sheet: str) -> list[tuple[bytes, bytes]]:
    """Places of cells that are not written as most programs do. Raises ForeignFile where some have none that is one."""
    tags = _ANY.findall(piece)
    references = [_REFERENCE.search(t) for t in tags]
    places = [_PLACE.fullmatch(m[1]) for m in references if m]
    lines = [m for t in _ROW.findall(piece) if (m := _REFERENCE.search(t))]
    odd = [p[0] for p in places if p and (column_number(p[1]) > SHEET_COLUMNS or int(p[2]) > SHEET_ROWS)]
    odd += [m[1] for m in lines if not re.fullmatch(rb"[1-9]\d{0,6}", m[1]) or int(m[1]) > SHEET_ROWS]
    if len(tags) < count or not all(places) or odd:
        wrong = next((m[1] for m, p in zip([m for m in references if m], places, strict=True) if not p), b"")
        said = (odd[0] if odd else wrong)[:40].decode("utf-8", "replace")
        raise ForeignFile(
            f"sheet {sheet!r} has cells that are nowhere" + (f", such as {said!r}" if said else ""),
            where=str(path),
            fix="open it in a spreadsheet program and save it again",
        )
    bare = sum(m is None for m in references)
    if bare:
        # Cells without a place stand one after another: no farther than there are in a row, and rows in all.
        runs = [len(re.findall(_TAG, row)) for row in re.split(rb"<(?:\w+:)?row(?=[\s/>])", piece)]
        out.columns = max(out.columns, *runs)
        out.rows = max(out.rows + len(runs) - 1, *(int(m[1]) for m in lines), 1)
        if out.columns > SHEET_COLUMNS:
            out.rightmost = f"{out.columns:,} of a row"
    return [(p[1], p[2]) for p in places if p]


def _check_reach(found: Scan, path: Path, sheet: str) -> None:
    """Raise BadInput naming the cell that makes a sheet so large."""
    reach = found.rows * found.columns
    inside = found.rows <= SHEET_ROWS and found.columns <= SHEET_COLUMNS
    if inside and reach <= SHEET_CELLS and reach <= max(SPARSE * found.cells, SMALL_SHEET):
        return
    far = found.lowest if found.rows > found.columns else found.rightmost
    fix = "delete the stray cell, or the empty rows and columns before it"
    raise BadInput(
        f"sheet {sheet!r}: cell {far or f'of row {found.rows:,}'} lies far beyond any table", where=str(path), fix=fix
    )


def _at(cell: bytes) -> list[tuple[int, int]]:
    found = _REFERENCE.search(cell)
    place = _PLACE.fullmatch(found[1]) if found else None
    return [(int(place[2]) - 1, column_number(place[1]) - 1)] if place else []


def merged_blocks(sheet: CalamineSheet, found: Scan) -> list[Merge]:
    """Blocks of merged cells, as the library or the look through the sheet found them."""
    return [(a, b) for a, b in sheet.merged_cell_ranges or found.merges if a != b]


def fill_merged(cells: NDArray[np.object_], merges: Iterable[Merge], path: Path) -> None:
    """Mark cells merged with one that holds something: a number is as likely theirs as that one's, and what they held is
    gone where a text lies over them. Raises BadInput.
    """
    rows, columns = cells.shape
    total = 0
    for (top, left), (low, right) in merges:
        if top >= rows or left >= columns or cells[top, left] in ("", None):
            continue
        held = cells[top, left]
        low, right = min(low, rows - 1), min(right, columns - 1)
        total += max(low - top + 1, 0) * max(right - left + 1, 0)
        if total > SHEET_CELLS:
            raise BadInput("merged cells lie over each other", where=str(path), fix="unmerge the cells of the table")
        cells[top : low + 1, left : right + 1] = MERGED if isinstance(held, int | float) else COVERED
        cells[top, left] = held


# Other forms


def _check_open(book: zipfile.ZipFile, path: Path) -> None:
    """Raise BadInput where cells of an open document (.ods) that hold something are repeated without measure."""
    with book.open("content.xml") as stream:
        rest, rows = b"", 1
        while piece := stream.read(_PIECE):
            rest += piece
            for m in re.finditer(rb"<table:table-(row|cell)\b([^>]*)>", rest):
                many = re.search(rb'number-(?:rows|columns)-repeated="(\d{1,9})"', m[2])
                times = int(many[1]) if many else 1
                rows = times if m[1] == b"row" else rows
                if m[1] == b"cell" and not m[2].endswith(b"/") and rows * times > SMALL_SHEET:
                    fix = "delete the cells that repeat to the sheet's end"
                    raise BadInput("a sheet repeats its cells without end", where=str(path), fix=fix)
            rest = rest[max(rest.rfind(b"<"), 0) :] if len(rest) < GAP_READ else b""


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


def _part(book: zipfile.ZipFile, name: str) -> str:
    """The part that holds a sheet, by the sheet's name; "" where the workbook is of another form (.xlsb, .ods)."""
    parts = set(book.namelist())
    if not {"xl/workbook.xml", "xl/_rels/workbook.xml.rels"} <= parts:
        return ""
    listed = _small(book, "xl/workbook.xml").decode("utf-8", "replace")
    links = _small(book, "xl/_rels/workbook.xml.rels").decode("utf-8", "replace")
    for tag in re.findall(r"<(?:\w+:)?sheet\b[^>]*>", listed):
        found, link = re.search(r'\bname="([^"]*)"', tag), re.search(r'\b\w+:id="([^"]*)"', tag)
        if found and link and unescape(found[1]) == name:
            for relation in re.findall(r"<(?:\w+:)?Relationship\b[^>]*>", links):
                target = re.search(r'\bTarget="([^"]*)"', relation)
                if f'Id="{link[1]}"' in relation and target:
                    path = target[1].lstrip("/") if target[1].startswith("/") else f"xl/{target[1]}"
                    return path if path in parts else ""
    return ""


def _small(book: zipfile.ZipFile, name: str) -> bytes:
    with book.open(name) as part:
        return _whole(part)


def _whole(part: IO[bytes]) -> bytes:
    return part.read(GAP_READ)
