"""Texts and bytes spoiled: cells of a csv, a text with tabs or the sheet of a workbook, and what no table is made of."""

from __future__ import annotations

import csv
import io
import random
import re
import zipfile
from collections.abc import Callable

Rng = random.Random
Files = dict[str, bytes]
Spoil = Callable[[Files, str, Rng], None]
Ways = dict[str, tuple[str, Spoil]]
"""Ways of spoiling by name: what may come of each, and how."""
Sheet = Callable[[Files, str, Rng, Callable[[list[list[str]], Rng], None]], None]
sheet_grid: list[Sheet] = []
"""How cells of a workbook are changed, which `spoiled_books` knows."""


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
            sheet_grid[0](files, name, rng, change)
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
        repr(-was - 1), repr(was * 1e6), "0", "", "1e308", "-1e308", "1e-320", repr(was + 1e-3), repr(was * 1.001),
        "9" * 300,
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
        "", x + "x", x[1:], "_", "__", "1", "\u00fc" + x, x * 40, "(", "[a", "\\", "*", "\n", "=1+1", x + "\n" + x,
        "\u202e" + x, "..",
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


def raw_way(change: Callable[[bytes, Rng], bytes]) -> Spoil:
    def spoil(files: Files, name: str, rng: Rng) -> None:
        files[name] = change(files[name], rng)

    return spoil


def _encoded(raw: bytes, rng: Rng) -> bytes:
    text = raw.decode("utf-8")
    return rng.choice((
        b"\xef\xbb\xbf" + raw, text.encode("utf-16"), text.encode("utf-16-le"), text.encode("utf-16-be"),
        text.encode("utf-32"),
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


TEXT: Ways = {
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
    "another encoding": ("same", raw_way(_encoded)),
    "another separator": ("heard", raw_way(_separated)),
    "a stray mark": ("heard", raw_way(_quoted)),
    "swollen": ("heard", raw_way(_swollen)),
}
GRID: Ways = {n: way for n, way in TEXT.items() if way[1].__qualname__.startswith("_grid")}
"""Those that a sheet of a workbook takes too."""


def _cut(raw: bytes, rng: Rng) -> bytes:
    return raw[: rng.choice((0, 1, rng.randrange(len(raw) + 1), max(len(raw) - rng.randrange(1, 40), 0)))]


def flipped(raw: bytes, rng: Rng) -> bytes:
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
        b"", b"\n", b"\x00" * 5000, b"%PDF-1.4\n", b"<html><body>404</body></html>", packed.getvalue(),
        b"\x89HDF\r\n\x1a\n" + bytes(100),
        b"PK\x03\x04" + bytes(100), b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
        b"version https://git-lfs.github.com/spec/v1\n",
        b"a,b\n", b"\xef\xbb\xbf", b'"', bytes(range(256)) * 4,
    ))  # fmt: skip


BYTES: Ways = {
    "cut": ("free", raw_way(_cut)),
    "bytes changed": ("free", raw_way(flipped)),
    "zeros": ("free", raw_way(_zeros)),
    "another kind": ("heard", raw_way(_other_kind)),
}
