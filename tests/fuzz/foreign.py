"""Files of other houses, and how each kind of file is spoiled: text, workbooks, archives, header arrays, HDF5, bytes.

A way of spoiling says what may come of it:

same     nothing that counts has changed: the answer is the original's, or the file is refused
heard    what is read is another table: refused, or said in notes or changes
free     a number is another, which nothing in the file may tell
"""

from __future__ import annotations

import csv
import io
import random
import re
import shutil
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import openpyxl
from openpyxl.utils import get_column_letter

from tests.helpers import houses, official, owned
from xunhuan.readers import read
from xunhuan.readers.guess import guess_mapping
from xunhuan.readers.ipio import read_ipio
from xunhuan.readers.regional import read_regional

Rng = random.Random
Files = dict[str, bytes]
Spoil = Callable[[Files, str, Rng], None]
EXPECT = ("same", "heard", "free")


@dataclass(frozen=True)
class Fixture:
    """A table's files, the path to give the reader, and the reader."""

    files: Files
    path: str
    run: Callable[[Path], Any]


def _made(write: Callable[[Path], Path], run: Callable[[Path], Any]) -> Fixture:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = write(folder)
        files = {f.relative_to(folder).as_posix(): f.read_bytes() for f in sorted(folder.rglob("*")) if f.is_file()}
        return Fixture(files, path.relative_to(folder).as_posix(), run)


def _house(name: str) -> Fixture:
    format_, write, finals = houses.WRITERS[name]
    options: dict[str, Any] = {"year": 2022} if name == "icio" else {}
    return _made(lambda f: write(houses.world(finals), f), lambda p: read(p, format_, **options))


def _small(write: Callable[[Path], Path], format_: str) -> Fixture:
    return _made(write, lambda p: read(p, format_))


def _ipio(name: str, grid: Callable[[owned.Owned], official.Grid], **options: Any) -> Fixture:
    def write(folder: Path) -> Path:
        path, rows = folder / name, grid(owned.known())
        if path.suffix == ".xlsx":
            return official.write_workbook(path, {"Sheet1": rows})
        with open(path, "w", encoding="utf-8", newline="") as f:
            csv.writer(f).writerows(rows)
        return path

    how: dict[str, Any] = {"like": owned.PLACES, "lists": (owned.GOODS,), **options}
    return _made(write, lambda p: read_ipio(p, **how))


def _regional(folder: Path) -> Path:
    parts = {
        "regions": "code,name_en,population\nN,North,10\nS,South,20\n",
        "sectors": "code,name_en,isic\ng,goods,C26\nh,services,G\n",
        "output": "region,sector,value\nN,g,50\nN,h,30\nS,g,20\nS,h,60\n",
        "final": "region,sector,category,value\nN,g,c,20\nN,h,c,15\nS,g,c,12\nS,h,c,30\n",
        "distance": "origin,destination,value\nN,N,1\nN,S,100\nS,N,100\nS,S,1\n",
    }
    for name, text in parts.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    body = 'name = "mine"\nnation = "FIN"\nyear = 2014\nunit = "million EUR"\nown = 0.6\n'
    body += "".join(f'[{name}]\nfile = "{name}.csv"\n' for name in parts)
    (folder / "map.toml").write_text(body, encoding="utf-8")
    return folder / "map.toml"


def _wide_nation(folder: Path) -> Path:
    """A plain workbook of a nation."""
    path = houses.nation_in_all(houses.world(5), folder)
    with open(path, encoding="utf-8", newline="") as f:
        rows: official.Grid = [[_plain(x) for x in row] for row in csv.reader(f)]
    path.unlink()
    return official.write_workbook(folder / "Kenya 2018.xlsx", {"Table": rows})


def _plain(cell: str) -> object:
    try:
        return float(cell)
    except ValueError:
        return cell


def _wiod_csv(folder: Path) -> Path:
    return official.wiod2016_csv(official.known(("AUS", "USA"), 56, 5), folder / "wiot2014.csv")


FIXTURES: dict[str, Callable[[], Fixture]] = {
    **{name: (lambda name=name: _house(name)) for name in houses.WRITERS},
    "icio-csv": lambda: _small(lambda f: official.icio_csv(houses.world(6), f / "2018_SML.csv", houses.ICIO), "icio"),
    "national-all": lambda: _small(lambda f: houses.nation_in_all(houses.world(5), f), "national"),
    "national-book": lambda: _made(_wide_nation, lambda p: read(p, "national", nation="KEN", unit="million KES")),
    "wiod2016-csv": lambda: _small(_wiod_csv, "wiod2016"),
    "ipio": lambda: _ipio("IPIO 2017.xlsx", owned.merged),
    "ipio-csv": lambda: _ipio("IPIO 2017.csv", owned.merged),
    "ipio-lines": lambda: _ipio("t.csv", owned.joined, year=2012, unit="10^4 CNY"),
    "regional": lambda: _made(_regional, read_regional),
    "guess": lambda: _made(
        lambda f: houses.WRITERS["tabular"][1](houses.world(5), f),
        lambda p: guess_mapping(sorted(p.parent.glob("*.csv")), p.parent),
    ),
}
"""Every reader's files, small."""


@cache
def fixture(name: str) -> Fixture:
    """A fixture, written once."""
    return FIXTURES[name]()


# Text


def _rows(raw: bytes, name: str) -> tuple[list[list[str]], str]:
    text = raw.decode("utf-8")
    sep = "\t" if name.endswith(".txt") else ","
    return [list(r) for r in csv.reader(io.StringIO(text), delimiter=sep)], sep


def _text(rows: list[list[str]], sep: str) -> bytes:
    out = io.StringIO()
    csv.writer(out, delimiter=sep, lineterminator="\n").writerows(rows)
    return out.getvalue().encode("utf-8")


def _grid(change: Callable[[list[list[str]], Rng], None]) -> Spoil:
    """A change of cells of a csv, a text with tabs, or the largest sheet of a workbook."""

    def spoil(files: Files, name: str, rng: Rng) -> None:
        if name.endswith(".xlsx"):
            _sheet_grid(files, name, rng, change)
            return
        rows, sep = _rows(files[name], name)
        change(rows, rng)
        files[name] = _text(rows, sep)

    return spoil


def _numbers(rows: list[list[str]]) -> list[tuple[int, int]]:
    return [
        (r, c) for r, row in enumerate(rows) for c, x in enumerate(row) if re.fullmatch(r"-?\d+(\.\d+)?", x) and r and c
    ]


WORDS = (
    "NA", "n/a", "-", "..", "...", "1,5", "1.234,5", "1 000", "1e999", "nan", "inf", "-inf", "True", "0x10", "１２", "١٢",
    "1_000", "=1+1", "'5", "5%", "$5", "1.2.3", "--5", "#REF!", "NULL", "None", "2020-01-01", "1" * 400, "x" * 70000,
    "５", "½", "1e5000", "0b1", "-", "+", "e", "1e", "12:30", "\x00", "\ufffd",
)  # fmt: skip


def _a_word(rows: list[list[str]], rng: Rng) -> None:
    r, c = rng.choice(_numbers(rows) or [(0, 0)])
    rows[r][c] = rng.choice(WORDS)


def _another_number(rows: list[list[str]], rng: Rng) -> None:
    r, c = rng.choice(_numbers(rows) or [(0, 0)])
    was = float(rows[r][c]) if re.fullmatch(r"-?[\d.]+", rows[r][c]) else 1.0
    rows[r][c] = rng.choice((
        repr(-was - 1), repr(was * 1e6), "0", "", "1e308", "-1e308", "1e-320", repr(was + 1e-3), repr(was * 1.001), "9" * 300,
    ))  # fmt: skip


def _all_huge(rows: list[list[str]], rng: Rng) -> None:
    by = rng.choice(("e300", "e305", "e-310", "e-320"))
    for r, c in _numbers(rows):
        rows[r][c] += by


def _no_numbers(rows: list[list[str]], rng: Rng) -> None:
    value = rng.choice(("0", "", "0.0", "-1"))
    for r, c in _numbers(rows):
        rows[r][c] = value


def _row_gone(rows: list[list[str]], rng: Rng) -> None:
    del rows[rng.randrange(len(rows))]


def _row_twice(rows: list[list[str]], rng: Rng) -> None:
    k = rng.randrange(len(rows))
    rows.insert(rng.randrange(len(rows) + 1), [*rows[k]])


def _rows_swapped(rows: list[list[str]], rng: Rng) -> None:
    a, b = (rng.randrange(len(rows)) for _ in range(2))
    rows[a], rows[b] = rows[b], rows[a]


def _column_gone(rows: list[list[str]], rng: Rng) -> None:
    c = rng.randrange(max(map(len, rows)))
    for row in rows:
        del row[c : c + 1]


def _column_twice(rows: list[list[str]], rng: Rng) -> None:
    wide = max(map(len, rows))
    c, to = rng.randrange(wide), rng.randrange(wide + 1)
    for row in rows:
        row.insert(min(to, len(row)), row[c] if c < len(row) else "")


def _columns_swapped(rows: list[list[str]], rng: Rng) -> None:
    wide = max(map(len, rows))
    a, b = (rng.randrange(wide) for _ in range(2))
    for row in rows:
        if max(a, b) < len(row):
            row[a], row[b] = row[b], row[a]


def _labels(rows: list[list[str]]) -> list[tuple[int, int]]:
    return [
        (r, c) for r, row in enumerate(rows) for c, x in enumerate(row) if x and not re.fullmatch(r"-?\d+(\.\d+)?", x)
    ] or [(0, 0)]


def _labels_swapped(rows: list[list[str]], rng: Rng) -> None:
    (a, b), (c, d) = (rng.choice(_labels(rows)) for _ in range(2))
    rows[a][b], rows[c][d] = rows[c][d], rows[a][b]


def _head_labels_swapped(rows: list[list[str]], rng: Rng) -> None:
    side = rng.random() < 0.5
    some = [(r, c) for r, c in _labels(rows) if (r < 7 if side else c < 4)]
    (a, b), (c, d) = (rng.choice(some or [(0, 0)]) for _ in range(2))
    rows[a][b], rows[c][d] = rows[c][d], rows[a][b]


def _label_twice(rows: list[list[str]], rng: Rng) -> None:
    (a, b), (c, d) = (rng.choice(_labels(rows)) for _ in range(2))
    rows[a][b] = rows[c][d]


def _label_other(rows: list[list[str]], rng: Rng) -> None:
    r, c = rng.choice(_labels(rows))
    x = rows[r][c]
    rows[r][c] = rng.choice((
        "", x + "x", x[1:], "_", "__", "1", "\u00fc" + x, x * 40, "(", "[a", "\\", "*", "\n", "=1+1", x + "\n" + x, "\u202e" + x, "..",
        "W2_", "_A", x.replace("_", ""), "ROW", "TOTAL", "VA", "nan",
    ))  # fmt: skip


def _label_case(rows: list[list[str]], rng: Rng) -> None:
    r, c = rng.choice(_labels(rows))
    rows[r][c] = rng.choice((str.lower, str.upper, lambda x: f" {x} ", lambda x: x.replace("_", "-")))(rows[r][c])


def _short_line(rows: list[list[str]], rng: Rng) -> None:
    row = rng.choice(rows)
    del row[rng.randrange(len(row) + 1) :]


def _long_line(rows: list[list[str]], rng: Rng) -> None:
    rng.choice(rows).extend([rng.choice(("", "1", "x"))] * rng.choice((1, 2, 300)))


def _blank_line(rows: list[list[str]], rng: Rng) -> None:
    at = rng.choice((0, len(rows), rng.randrange(len(rows) + 1)))
    rows.insert(at, [""] * rng.choice((1, len(rows[0]))))


def _shifted(rows: list[list[str]], rng: Rng) -> None:
    rng.choice(rows).insert(0, rng.choice(("", "7")))


def _numbers_swapped(rows: list[list[str]], rng: Rng) -> None:
    some = _numbers(rows) or [(0, 0)]
    (a, b), (c, d) = (rng.choice(some) for _ in range(2))
    rows[a][b], rows[c][d] = rows[c][d], rows[a][b]


def _raw(change: Callable[[bytes, Rng], bytes]) -> Spoil:
    def spoil(files: Files, name: str, rng: Rng) -> None:
        files[name] = change(files[name], rng)

    return spoil


def _encoded(raw: bytes, rng: Rng) -> bytes:
    text = raw.decode("utf-8")
    return rng.choice((
        b"\xef\xbb\xbf" + raw, text.encode("utf-16"), text.encode("utf-16-le"), text.encode("utf-16-be"), text.encode("utf-32"),
        raw.replace(b"\n", b"\r\n"), raw.replace(b"\n", b"\r"), text.encode("gb18030"), text.encode("utf-7"),
    ))  # fmt: skip


def _separated(raw: bytes, rng: Rng) -> bytes:
    sep = b"\t" if raw.count(b"\t") > raw.count(b",") else b","
    to = rng.choice((b";", b"\t", b"|", b" ", b",,", b", "))
    if rng.random() < 0.5:
        return raw.replace(sep, to)
    lines = raw.split(b"\n")
    k = rng.randrange(len(lines))
    lines[k] = lines[k].replace(sep, to)
    return b"\n".join(lines)


def _quoted(raw: bytes, rng: Rng) -> bytes:
    at = rng.randrange(len(raw) + 1)
    return (
        raw[:at]
        + rng.choice((b'"', b"'", b'"\n', b'""', b"\\", b"#", b"\x00", b"\x1a", b"\xff", b"\r", b"\x0c"))
        + raw[at:]
    )


def _swollen(raw: bytes, rng: Rng) -> bytes:
    lines = raw.split(b"\n")
    k = rng.randrange(len(lines))
    lines[k] += rng.choice(
        (b"," * 300_000, b"\t" * 300_000, b"1" * 3_000_000, b",x" * 200_000, b"\n" * 500_000, b" " * 3_000_000)
    )
    return b"\n".join(lines)


TEXT: dict[str, tuple[str, Spoil]] = {
    "a word for a number": ("heard", _grid(_a_word)),
    "another number": ("free", _grid(_another_number)),
    "all numbers huge": ("free", _grid(_all_huge)),
    "no numbers": ("free", _grid(_no_numbers)),
    "numbers swapped": ("free", _grid(_numbers_swapped)),
    "a row gone": ("heard", _grid(_row_gone)),
    "a row twice": ("heard", _grid(_row_twice)),
    "rows swapped": ("same", _grid(_rows_swapped)),
    "a column gone": ("heard", _grid(_column_gone)),
    "a column twice": ("heard", _grid(_column_twice)),
    "columns swapped": ("same", _grid(_columns_swapped)),
    "labels swapped": ("heard", _grid(_labels_swapped)),
    "labels of one side swapped": ("heard", _grid(_head_labels_swapped)),
    "a label twice": ("heard", _grid(_label_twice)),
    "another label": ("heard", _grid(_label_other)),
    "a label in another case": ("same", _grid(_label_case)),
    "a short line": ("heard", _grid(_short_line)),
    "a long line": ("heard", _grid(_long_line)),
    "a blank line": ("same", _grid(_blank_line)),
    "a line shifted": ("heard", _grid(_shifted)),
    "another encoding": ("same", _raw(_encoded)),
    "another separator": ("heard", _raw(_separated)),
    "a stray mark": ("heard", _raw(_quoted)),
    "swollen": ("heard", _raw(_swollen)),
}


# Bytes


def _cut(raw: bytes, rng: Rng) -> bytes:
    return raw[: rng.choice((0, 1, rng.randrange(len(raw) + 1), max(len(raw) - rng.randrange(1, 40), 0)))]


def _flipped(raw: bytes, rng: Rng) -> bytes:
    out = bytearray(raw)
    for _ in range(rng.choice((1, 3, 20))):
        if out:
            out[rng.randrange(len(out))] = rng.randrange(256)
    return bytes(out)


def _zeros(raw: bytes, rng: Rng) -> bytes:
    at = rng.randrange(len(raw) + 1)
    return raw[:at] + bytes(min(rng.choice((4, 64, 4096)), len(raw) - at)) + raw[at + 4096 :]


def _other_kind(raw: bytes, rng: Rng) -> bytes:
    del raw
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as z:
        z.writestr("a.txt", "x")
    return rng.choice((
        b"", b"\n", b"\x00" * 5000, b"%PDF-1.4\n", b"<html><body>404</body></html>", packed.getvalue(), b"\x89HDF\r\n\x1a\n" + bytes(100),
        b"PK\x03\x04" + bytes(100), b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), b"version https://git-lfs.github.com/spec/v1\n",
        b"a,b\n", b"\xef\xbb\xbf", b'"', bytes(range(256)) * 4,
    ))  # fmt: skip


BYTES: dict[str, tuple[str, Spoil]] = {
    "cut": ("free", _raw(_cut)),
    "bytes changed": ("free", _raw(_flipped)),
    "zeros": ("free", _raw(_zeros)),
    "another kind": ("heard", _raw(_other_kind)),
}


# Workbooks


def _book(change: Callable[[Any, Rng], None]) -> Spoil:
    def spoil(files: Files, name: str, rng: Rng) -> None:
        book = openpyxl.load_workbook(io.BytesIO(files[name]))
        change(book, rng)
        out = io.BytesIO()
        book.save(out)
        files[name] = out.getvalue()

    return spoil


def _main(book: Any) -> Any:
    return max(book.worksheets, key=lambda s: s.max_row * s.max_column)


def _sheet_grid(files: Files, name: str, rng: Rng, change: Callable[[list[list[str]], Rng], None]) -> None:
    def whole(book: Any, rng: Rng) -> None:
        sheet = _main(book)
        was = [list(r) for r in sheet.iter_rows(values_only=True)]
        rows = [["" if x is None else str(x) for x in row] for row in was]
        change(rows, rng)
        sheet.delete_rows(1, sheet.max_row)
        for r, row in enumerate(rows, 1):
            for c, x in enumerate(row, 1):
                if x != "":
                    clean = re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", "", x)[:32767]
                    cell = sheet.cell(r, c, float(x) if re.fullmatch(r"-?\d{1,15}(\.\d+)?(e-?\d{1,3})?", x) else clean)
                    if isinstance(cell.value, str) and cell.data_type not in ("e", "f"):
                        cell.data_type = "s"

    _book(whole)(files, name, rng)


def _place(sheet: Any, rng: Rng) -> str:
    return f"{get_column_letter(rng.randint(5, max(5, sheet.max_column)))}{rng.randint(8, max(8, sheet.max_row))}"


def _stray(book: Any, rng: Rng) -> None:
    sheet = _main(book)
    row = rng.choice((sheet.max_row + 3, 5_000, 60_000, 1_048_576))
    column = rng.choice((1, sheet.max_column + 3, 500, 16_384))
    sheet.cell(row, column, rng.choice(("x", 1, None, 0.5)))


def _formula(book: Any, rng: Rng) -> None:
    sheet = _main(book)
    sheet[_place(sheet, rng)] = rng.choice(
        ("=1+1", "=SUM(A1:XFD1048576)", "=[1]Other!A1", "=", '=HYPERLINK("http://x")')
    )


def _odd_value(book: Any, rng: Rng) -> None:
    import datetime

    sheet = _main(book)
    cell = sheet[_place(sheet, rng)]
    value = rng.choice(
        (True, datetime.date(2020, 1, 1), datetime.time(3), datetime.timedelta(days=3), "#N/A", "text", "１２")
    )
    cell.value = value
    if value == "#N/A":
        cell.data_type = "e"


def _merged(book: Any, rng: Rng) -> None:
    sheet = _main(book)
    a, b = (rng.randint(1, sheet.max_row) for _ in range(2))
    c, d = (rng.randint(1, sheet.max_column) for _ in range(2))
    sheet.merge_cells(start_row=min(a, b), end_row=max(a, b), start_column=min(c, d), end_column=max(c, d))


def _hidden(book: Any, rng: Rng) -> None:
    sheet = _main(book)
    sheet.row_dimensions[rng.randint(1, sheet.max_row)].hidden = True
    sheet.column_dimensions["F"].hidden = True
    if len(book.worksheets) > 1 and rng.random() < 0.5:
        book.worksheets[0].sheet_state = rng.choice(("hidden", "veryHidden"))


def _sheets(book: Any, rng: Rng) -> None:
    sheet = _main(book)
    how = rng.randrange(6)
    if how == 0:
        book.create_sheet("empty", 0)
    elif how == 1:
        sheet.title = rng.choice(("x", "Table_2018", "数据", "Table ", "a'b", "<&>", "Legend"))
    elif how == 2:
        book.copy_worksheet(sheet)
    elif how == 3:
        book.create_sheet("only")
        book.remove(sheet)
    elif how == 4:
        book.create_chartsheet("chart", 0)
    else:
        sheet.delete_rows(1, sheet.max_row)


def _line_in(book: Any, rng: Rng) -> None:
    sheet = _main(book)
    rng.choice((sheet.insert_rows, sheet.insert_cols, sheet.delete_rows, sheet.delete_cols))(rng.randint(1, 12))


def _one(raw: bytes, inside: Callable[[str, bytes], bytes | None], store: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip with parts changed; None leaves one out."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as z, zipfile.ZipFile(out, "w", store) as to:
        for name in z.namelist():
            body = inside(name, z.read(name))
            if body is not None:
                to.writestr(name, body)
    return out.getvalue()


def _xml(change: Callable[[bytes, Rng], bytes], part: str = r"xl/worksheets/sheet\d+\.xml") -> Spoil:
    def spoil(files: Files, name: str, rng: Rng) -> None:
        files[name] = _one(files[name], lambda n, b: change(b, rng) if re.fullmatch(part, n) else b)

    return spoil


def _first(pattern: bytes, to: bytes | Callable[[re.Match[bytes]], bytes], body: bytes, rng: Rng) -> bytes:
    """The pattern changed at one random place."""
    found = list(re.finditer(pattern, body))
    if not found:
        return body
    m = rng.choice(found)
    new = to(m) if callable(to) else to
    return body[: m.start()] + new + body[m.end() :]


def _dimension(body: bytes, rng: Rng) -> bytes:
    to = rng.choice((b"A1:XFD1048576", b"A1", b"A1:A1", b"B9999999:ZZZ1", b"", b"x", b"A0:A0", b"A1:ZZZZZZ99999999999"))
    return re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="' + to + b'"', body)


def _reference(body: bytes, rng: Rng) -> bytes:
    to = rng.choice((
        b"XFD1048576", b"A0", b"", b"ZZZZZ99999999999", b"1", b"A", b"-1", b"A1", b"A1048577", b"XFE1", b"a1", b"A4294967296",
        b"AAAAAAAAAAAAAAAA1", b"C100000", b"ZZ300000",
    ))  # fmt: skip
    return _first(rb'(<c\b[^>]*\br=)"[A-Z]+\d+"', lambda m: m[1] + b'"' + to + b'"', body, rng)


def _row_reference(body: bytes, rng: Rng) -> bytes:
    to = rng.choice((b"1048576", b"0", b"", b"99999999999", b"-1", b"1", b"x", b"4294967297", b"500000"))
    return _first(rb'(<row\b[^>]*?\br=)"\d+"', lambda m: m[1] + b'"' + to + b'"', body, rng)


def _no_references(body: bytes, rng: Rng) -> bytes:
    which = rng.choice((rb' r="[A-Z]+\d+"', rb'(?<=<row) r="\d+"'))
    return re.sub(which, b"", body)


def _merge_all(body: bytes, rng: Rng) -> bytes:
    ref = rng.choice(
        (b"A1:XFD1048576", b"E8:XFD1048576", b"A1", b"", b"A0:B0", b"E8:ZZZZ9999999", b"B2:A1", b"E8:E1048576")
    )
    merges = b'<mergeCells count="4000000000"><mergeCell ref="' + ref + b'"/></mergeCells>'
    return body.replace(b"</sheetData>", b"</sheetData>" + merges, 1)


def _text_index(body: bytes, rng: Rng) -> bytes:
    to = rng.choice((b"99999999", b"-1", b"x", b"4294967296", b"", b"1.5"))
    return _first(rb'(t="s"[^>]*><v>)\d+(?=</v>)', lambda m: m[1] + to, body, rng)


def _value(body: bytes, rng: Rng) -> bytes:
    to = rng.choice(
        (b"1e400", b"nan", b"x", b"", b"1,5", b"&#0;", b"&a;", b"<x/>", b"]]>", b"9" * 500, b"0x1F", b" 5 ", b"1d5")
    )
    return _first(rb"(<v>)[\d.]+(?=</v>)", lambda m: m[1] + to, body, rng)


def _cell_type(body: bytes, rng: Rng) -> bytes:
    to = rng.choice((b"b", b"e", b"str", b"inlineStr", b"d", b"s", b"zz", b""))
    return _first(rb'(<c\b[^>]*\bt=)"\w*"', lambda m: m[1] + b'"' + to + b'"', body, rng)


def _lol(body: bytes, rng: Rng) -> bytes:
    del rng
    names = "".join(f'<!ENTITY l{k + 1} "{f"&l{k};" * 10}">' for k in range(9))
    dtd = f'<!DOCTYPE worksheet [<!ENTITY l0 "lollollollol">{names}]>'.encode()
    return _first(
        rb"(<v>)[\d.]+(?=</v>)", lambda m: m[1] + b"&l9;", re.sub(rb"(<worksheet)", dtd + rb"\1", body, count=1), Rng(1)
    )


def _prefixed(body: bytes, rng: Rng) -> bytes:
    del rng
    body = re.sub(rb"<(/?)(?=[a-zA-Z])", rb"<\1x:", body)
    return body.replace(b"xmlns=", b"xmlns:x=", 1)


def _bomb(body: bytes, rng: Rng) -> bytes:
    how = rng.randrange(4)
    if how == 0:
        return body.replace(b"</sheetData>", b" " * 60_000_000 + b"</sheetData>")
    if how == 1:
        return body.replace(
            b"</sheetData>", b"".join(b'<row r="%d"/>' % k for k in range(1000, 700_000)) + b"</sheetData>"
        )
    if how == 2:
        cells = b"".join(b'<c r="A%d"><v>0</v></c>' % k for k in range(300, 300_000))
        return body.replace(b"</sheetData>", b'<row r="300">' + cells + b"</row></sheetData>")
    return body.replace(b"</sheetData>", b'<row r="300">' + b"<c/>" * 2_000_000 + b"</row></sheetData>")


def _part_gone(files: Files, name: str, rng: Rng) -> None:
    with zipfile.ZipFile(io.BytesIO(files[name])) as z:
        gone = rng.choice(z.namelist())
    files[name] = _one(files[name], lambda n, b: None if n == gone else b)


def _part_cut(files: Files, name: str, rng: Rng) -> None:
    with zipfile.ZipFile(io.BytesIO(files[name])) as z:
        part = rng.choice(z.namelist())
    files[name] = _one(files[name], lambda n, b: b[: rng.randrange(len(b) + 1)] if n == part else b)


def _part_bytes(files: Files, name: str, rng: Rng) -> None:
    with zipfile.ZipFile(io.BytesIO(files[name])) as z:
        part = rng.choice(z.namelist())
    files[name] = _one(files[name], lambda n, b: _flipped(b, rng) if n == part else b)


def _shared(body: bytes, rng: Rng) -> bytes:
    how = rng.randrange(4)
    if how == 0:
        return re.sub(rb'(uniqueCount|count)="\d+"', rb'\1="4294967295"', body)
    if how == 1:
        return re.sub(rb"<si>.*?</si>", b"", body, count=1)
    if how == 2:
        return body.replace(b"</sst>", b"<si><t>" + b"x" * 30_000_000 + b"</t></si></sst>")
    return body.replace(b"<t>", b"<r><t>", 1)


def _styles(body: bytes, rng: Rng) -> bytes:
    return rng.choice((
        re.sub(rb'numFmtId="\d+"', b'numFmtId="14"', body), re.sub(rb'numFmtId="\d+"', b'numFmtId="x"', body),
        body.replace(b"<cellXfs", b"<cellXfsX"), b"",
    ))  # fmt: skip


BOOK: dict[str, tuple[str, Spoil]] = {
    "a stray cell": ("same", _book(_stray)),
    "a formula": ("heard", _book(_formula)),
    "an odd value": ("heard", _book(_odd_value)),
    "merged": ("heard", _book(_merged)),
    "hidden": ("same", _book(_hidden)),
    "sheets": ("same", _book(_sheets)),
    "a line put in or out": ("heard", _book(_line_in)),
    "dimension": ("same", _xml(_dimension)),
    "reference": ("heard", _xml(_reference)),
    "row reference": ("heard", _xml(_row_reference)),
    "no references": ("same", _xml(_no_references)),
    "merge all": ("heard", _xml(_merge_all)),
    "index of a text": ("heard", _xml(_text_index)),
    "value": ("heard", _xml(_value)),
    "kind of a cell": ("heard", _xml(_cell_type)),
    "entities": ("heard", _xml(_lol)),
    "prefixed": ("same", _xml(_prefixed)),
    "bomb": ("same", _xml(_bomb)),
    "shared texts": ("heard", _xml(_shared, r"xl/sharedStrings\.xml")),
    "styles": ("heard", _xml(_styles, r"xl/styles\.xml")),
    "list of sheets": ("heard", _xml(lambda b, rng: _flipped(b, rng), r"xl/workbook\.xml")),
    "links of sheets": (
        "heard",
        _xml(lambda b, rng: re.sub(rb'Target="[^"]*"', rng.choice((b'Target="../../x"', b'Target=""', b'Target="worksheets/sheet9.xml"')), b),
             r"xl/_rels/workbook\.xml\.rels"),
    ),
    "part gone": ("heard", _part_gone),
    "part cut": ("heard", _part_cut),
    "part's bytes": ("free", _part_bytes),
}  # fmt: skip


# Archives


def _again(files: Files, name: str, change: Callable[[dict[str, bytes], zipfile.ZipFile], None]) -> None:
    with zipfile.ZipFile(io.BytesIO(files[name])) as z:
        parts = {n: z.read(n) for n in z.namelist()}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as to:
        change(parts, to)
        for n, body in parts.items():
            to.writestr(n, body)
    files[name] = out.getvalue()


def _archive(files: Files, name: str, rng: Rng) -> None:
    how = rng.randrange(11)

    def change(parts: dict[str, bytes], to: zipfile.ZipFile) -> None:
        some = rng.choice(list(parts))
        if how == 0:
            parts["../../" + some] = parts.pop(some)
        elif how == 1:
            parts["deep/" * 60 + some] = parts.pop(some)
        elif how == 2:
            to.writestr("copy/" + some, parts[some])
        elif how == 3:
            del parts[some]
        elif how == 4:
            link = zipfile.ZipInfo("link.csv")
            link.external_attr = 0o120777 << 16
            to.writestr(link, "/etc/passwd")
        elif how == 5:
            parts[some] = parts[some] + b"\n" * 80_000_000
        elif how == 6:
            parts.update({f"x{k}": b"" for k in range(12_000)})
        elif how == 7:
            parts["/abs/" + some] = parts.pop(some)
        elif how == 8:
            inner = io.BytesIO()
            with zipfile.ZipFile(inner, "w") as z:
                z.writestr(some, parts.pop(some))
            parts["inner.zip"] = inner.getvalue()
        elif how == 9:
            parts[some] = b"0," * 40_000_000
        else:
            parts["C:\\x\\" + some] = parts.pop(some)

    _again(files, name, change)


def _archive_lies(files: Files, name: str, rng: Rng) -> None:
    """Sizes, flags or ways of packing in the directory that are not so."""
    raw = bytearray(files[name])
    at = raw.rfind(b"PK\x01\x02")
    if at < 0:
        return
    how = rng.randrange(5)
    if how == 0:
        struct.pack_into("<I", raw, at + 24, rng.choice((1, 0xFFFFFFF0, 0)))
    elif how == 1:
        raw[at + 8] |= 1
    elif how == 2:
        struct.pack_into("<H", raw, at + 10, rng.choice((9, 12, 14, 98, 6)))
    elif how == 3:
        struct.pack_into("<I", raw, at + 42, rng.choice((7, 0xFFFFFF, 0)))
    else:
        struct.pack_into("<I", raw, at + 16, zlib.crc32(b"x"))
    files[name] = bytes(raw)


def _inside_text(files: Files, name: str, rng: Rng) -> None:
    """A text of the archive spoiled as texts are."""

    def change(parts: dict[str, bytes], _: zipfile.ZipFile) -> None:
        some = rng.choice([n for n in parts if n.endswith((".csv", ".txt"))])
        rng.choice(list(TEXT.values()))[1](parts, some, rng)

    _again(files, name, change)


ARCHIVE: dict[str, tuple[str, Spoil]] = {
    "archive": ("heard", _archive),
    "archive lies": ("heard", _archive_lies),
    "a text inside": ("free", _inside_text),
}


# Header arrays and HDF5


def _records(raw: bytes) -> list[bytes]:
    out, at = [], 0
    while at < len(raw):
        (size,) = struct.unpack_from("<i", raw, at)
        out.append(raw[at + 4 : at + 4 + size])
        at += size + 8
    return out


def _har(change: Callable[[list[bytes], Rng], None]) -> Spoil:
    def spoil(files: Files, name: str, rng: Rng) -> None:
        records = _records(files[name])
        change(records, rng)
        files[name] = b"".join(struct.pack("<i", len(b)) + b + struct.pack("<i", len(b)) for b in records)

    return spoil


def _har_words(records: list[bytes], rng: Rng) -> None:
    """A whole number inside a record is another: sizes, ranks, counts."""
    k = rng.choice([k for k, b in enumerate(records) if len(b) >= 8])
    body = bytearray(records[k])
    at = rng.randrange(min(len(body) // 4, 40)) * 4
    struct.pack_into(
        "<i", body, min(at, len(body) - 4), rng.choice((0, 1, 2, 7, -1, 100, 2**31 - 1, -(2**31), 100_000))
    )
    records[k] = bytes(body)


def _har_swap(records: list[bytes], rng: Rng) -> None:
    a, b = (rng.randrange(len(records)) for _ in range(2))
    records[a], records[b] = records[b], records[a]


def _har_nan(records: list[bytes], rng: Rng) -> None:
    k = max(range(len(records)), key=lambda k: len(records[k]) * rng.random())
    body = bytearray(records[k])
    struct.pack_into("<f", body, len(body) - 4, rng.choice((float("nan"), float("inf"), -1e30, 1e38)))
    records[k] = bytes(body)


def _har_name(records: list[bytes], rng: Rng) -> None:
    k = rng.choice([k for k, b in enumerate(records) if len(b) == 4])
    records[k] = rng.choice((b"XXXX", b"VDFB", b"VXSB", b"    ", b"EVFB"))


HAR: dict[str, tuple[str, Spoil]] = {
    "words": ("free", _har(_har_words)),
    "records swapped": ("heard", _har(_har_swap)),
    "record gone": ("heard", _har(lambda r, rng: r.pop(rng.randrange(len(r))) and None)),
    "record twice": ("heard", _har(lambda r, rng: r.insert(rng.randrange(len(r)), r[rng.randrange(len(r))]))),
    "record cut": ("heard", _har(lambda r, rng: r.__setitem__(k := rng.randrange(len(r)), r[k][: len(r[k]) // 2]))),
    "not finite": ("heard", _har(_har_nan)),
    "another header": ("heard", _har(_har_name)),
}


def _hdf(change: Callable[[h5py.File, Rng], None]) -> Spoil:
    def spoil(files: Files, name: str, rng: Rng) -> None:
        body = io.BytesIO(files[name])
        with h5py.File(body, "r+") as file:
            change(file, rng)
        files[name] = body.getvalue()

    return spoil


_SETS = ("z", "f", "va", "X", "country_list", "sector_list", "final_list")


def _hdf_gone(file: h5py.File, rng: Rng) -> None:
    del file["mrio"][rng.choice(_SETS)]


def _hdf_shape(file: h5py.File, rng: Rng) -> None:
    group, name = file["mrio"], rng.choice(_SETS[:4])
    was = group[name][()]
    del group[name]
    group[name] = rng.choice((
        was.T, was.reshape(-1), was[:-1], np.zeros((0, 0)), np.array(3.0), was.astype("S8"), was.astype(complex), was[None],
        was.astype(np.int8), np.zeros(was.shape, dtype=bool),
    ))  # fmt: skip


def _hdf_huge(file: h5py.File, rng: Rng) -> None:
    group, name = file["mrio"], rng.choice(_SETS[:4])
    del group[name]
    size = rng.choice(((80_000, 80_000), (10**9,), (12, 10**7), (10**7, 12), (50_000, 50_000), (12, 12, 10**6)))
    group.create_dataset(name, size, dtype="f8", chunks=tuple(min(s, 64) for s in size))


def _hdf_lists(file: h5py.File, rng: Rng) -> None:
    group, name = file["mrio"], rng.choice(_SETS[4:])
    del group[name]
    if rng.random() < 0.3:
        group[name] = np.array([b"A", b"A", b"B"])
    elif rng.random() < 0.5:
        group.create_dataset(name, (10**8,), dtype="S8", chunks=(64,))
    else:
        group.create_dataset(name, (1, 3), dtype=h5py.ref_dtype)


def _hdf_value(file: h5py.File, rng: Rng) -> None:
    d = file["mrio"][rng.choice(_SETS[:4])]
    value = d[()]
    value.flat[rng.randrange(value.size)] = rng.choice((np.nan, np.inf, -np.inf, 1e308, -1e308))
    d[...] = value


def _hdf_ring(file: h5py.File, rng: Rng) -> None:
    group, name = file["mrio"], rng.choice(_SETS)
    del group[name]
    group[name] = rng.choice((h5py.SoftLink("/mrio/" + name), h5py.SoftLink("/nowhere"), h5py.ExternalLink("/etc/passwd", "/"),
                              h5py.SoftLink("/mrio")))  # fmt: skip


def _hdf_labels(file: h5py.File, rng: Rng) -> None:
    refs = file["mrio"][rng.choice(_SETS[4:])]
    value = refs[()]
    a, b = (rng.randrange(value.size) for _ in range(2))
    value.flat[a] = value.flat[b]
    refs[...] = value


HDF: dict[str, tuple[str, Spoil]] = {
    "a data set gone": ("heard", _hdf(_hdf_gone)),
    "another shape": ("heard", _hdf(_hdf_shape)),
    "beyond all size": ("heard", _hdf(_hdf_huge)),
    "lists": ("heard", _hdf(_hdf_lists)),
    "not finite": ("free", _hdf(_hdf_value)),
    "a ring": ("heard", _hdf(_hdf_ring)),
    "a label twice": ("heard", _hdf(_hdf_labels)),
}


# Folders and mapping files


def _gone(files: Files, name: str, rng: Rng) -> None:
    del rng
    del files[name]


def _nested(files: Files, name: str, rng: Rng) -> None:
    files[rng.choice(("deep/" * 40, "copy/", ".hidden/")) + name] = (
        files[name] if rng.random() < 0.5 else files.pop(name)
    )


def _toml(raw: bytes, rng: Rng) -> bytes:
    text = raw.decode("utf-8")
    lines = text.split("\n")
    k = rng.randrange(len(lines))
    value = rng.choice((
        "3", "-1", "true", "[]", "{}", '""', "nan", "1e400", "9" * 30, "9" * 5000, "1979-05-27", '"../../etc/passwd"', '"/dev/zero"', '["a", 3]',
        "[" * 3000 + "]" * 3000, "[[1]]", '{ a = 1 }', '"\\u0000"', '"."',
    ))  # fmt: skip
    how = rng.randrange(5)
    if how == 0:
        lines[k] = lines[k].split("=")[0] + f"= {value}"
    elif how == 1:
        key = rng.choice(("form", "wide", "where", "unlisted", "decimal", "separator", "thousands", "missing", "encoding", "home", "notes", "labels",
                          "merged", "own", "decay", "hauling", "categories", "components", "code", "value", "nation", "open", "list"))  # fmt: skip
        lines.insert(k, f"{key} = {value}")
    elif how == 2:
        del lines[k]
    elif how == 3:
        lines.insert(k, lines[k])
    else:
        lines.insert(
            k, rng.choice(("[form]", "[[flow]]", "[migration]", "[tariff]", "[", "= 3", "\ufeff", "'''", "[a.b.c]"))
        )
    return "\n".join(lines).encode("utf-8")


MAPPING: dict[str, tuple[str, Spoil]] = {"mapping": ("free", _raw(_toml)), "mapping's bytes": ("free", _raw(_flipped))}
FOLDER: dict[str, tuple[str, Spoil]] = {"a file gone": ("heard", _gone), "nested": ("same", _nested)}

KINDS: dict[str, tuple[dict[str, tuple[str, Spoil]], ...]] = {
    ".csv": (TEXT, TEXT, TEXT, BYTES, FOLDER),
    ".txt": (TEXT, TEXT, TEXT, BYTES, FOLDER),
    ".toml": (MAPPING, MAPPING, BYTES),
    ".xlsx": (BOOK, BOOK, TEXT_CELLS := {n: s for n, s in TEXT.items() if s[1].__qualname__.startswith("_grid")}, BYTES, ARCHIVE_LIES := {
        "archive lies": ARCHIVE["archive lies"]}),
    ".zip": (ARCHIVE, ARCHIVE, BYTES),
    ".har": (HAR, HAR, HAR, BYTES),
    ".mat": (HDF, HDF, HDF, BYTES),
}  # fmt: skip


_BARE = r"Eora26_\d+_bp_\w+\.txt|Results.*\.csv"
"""Files of numbers alone, whose order nothing tells."""
_LISTS = ("regions.csv", "sectors.csv")
"""Lists of a mapping file: what they say of a nation or a group, nothing else does."""
_ORDER = ("rows swapped", "columns swapped")
_TWICE = ("a label twice",)
_UNTOLD = ("national-all", "national-book", "gloria")
"""Tables in which nothing but its label says what a column of final use, or a region, is."""
_LABELS = ("labels swapped", "labels of one side swapped", "another label", "a label in another case", "a stray mark", "a label twice")


@dataclass(frozen=True)
class Case:
    """A spoiled table: of which fixture, in what way, and what may come of it."""

    fixture: str
    way: str
    seed: int
    expect: str
    files: Files

    def __str__(self) -> str:
        return f"{self.fixture}: {self.way} ({self.seed})"

    def write(self, folder: Path) -> Path:
        """The files, and the path to read."""
        for name, body in self.files.items():
            place = folder / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(body)
        return folder / fixture(self.fixture).path


def case(seed: int, names: tuple[str, ...] = tuple(FIXTURES)) -> Case:
    """The case of a number: fixtures in turn, ways at random."""
    rng = random.Random(seed)
    name = names[seed % len(names)]
    files = dict(fixture(name).files)
    target = rng.choice([f for f in files if Path(f).suffix in KINDS])
    ways = rng.choice(KINDS[Path(target).suffix])
    way = rng.choice(list(ways))
    expect, spoil = ways[way]
    bare = re.search(_BARE, target) is not None or target in _LISTS
    if (way in (*_ORDER, *_LABELS) and bare) or (way in (*_ORDER, *_LABELS, *_TWICE) and name in _UNTOLD):
        expect = "free"
    spoil(files, target, rng)
    return Case(name, f"{way}, {target}", seed, expect if files != fixture(name).files else "same", files)


def clear(folder: Path) -> None:
    """Empty a folder."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
