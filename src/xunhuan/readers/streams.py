"""Tables too large to keep by user: added up part by part into flows and uses while they are read."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path
from typing import IO

import numpy as np

from xunhuan.data.arrays import Array, ratio
from xunhuan.errors import BadInput, ForeignFile, Problems
from xunhuan.readers.blocks import Sums
from xunhuan.readers.bounds import LABELS_READ, LINE_READ, check_cells, text_number, usable
from xunhuan.readers.lines import refuse_marked


class Adder:
    """Flows r s i, uses s i j and final use s i f of n regions, k sectors and f categories, growing with what is added.

    Raises BadInput where these would be more than any table has.
    """

    def __init__(self, n: int, k: int, f: int, where: str) -> None:
        for sizes in ((n, n, k), (n, k, k), (n, k, f)):
            check_cells(sizes, where)
        self.flow, self.moved = np.zeros((n, n, k)), np.zeros((n, n, k))
        self.use, self.final = np.zeros((n, k, k)), np.zeros((n, k, f))

    def seller(self, r: int, i: int, z: Array, final: Array) -> None:
        """A row: what good i of region r is used for, z s j and final s f."""
        self.flow[r, :, i] += z.sum(1) + final.sum(1)
        if z.min() < 0:
            self.moved[r, :, i] += np.minimum(z, 0.0).sum(1)
            z = np.maximum(z, 0.0)
        self.use[:, i] += z
        self.final[:, i] += final

    def buyer(self, s: int, z: Array, final: Array) -> None:
        """All that region s buys: z r i j and final r i f."""
        self.flow[:, s] += z.sum(2) + final.sum(2)
        if z.min() < 0:
            self.moved[:, s] += np.minimum(z, 0.0).sum(2)
            z = np.maximum(z, 0.0)
        self.use[s] += z.sum(0)
        self.final[s] += final.sum(0)

    def unnamed(self, r: int, z: Array, final: Array) -> None:
        """What region r sells without saying of which good, z s j and final s f: spread like the user's other purchases."""
        bought = np.maximum(self.final, 0.0)
        for own, rest in ((self.use, z), (bought, final)):
            total = own.sum(1, keepdims=True)
            share = np.where(total > 0, ratio(own, total), 1.0 / own.shape[1])
            added = share * rest[:, None]
            self.flow[r] += added.sum(2)
            (self.use if own is self.use else self.final)[...] += added

    def sums(self) -> Sums:
        """What has been added."""
        return Sums(self.flow, self.use, self.final, self.moved)


def number_lines(
    stream: IO[bytes], sep: str, labels: int, width: int, where: str, first: int = 1
) -> Iterator[tuple[list[str], Array]]:
    """Labels and numbers of each line; an empty field is 0.

    first  number of the next line of the stream, for messages

    Raises BadInput naming line and column of fields that hold no number, and lines of another width; ForeignFile for a line
    without end.
    """
    for number, raw in enumerate(iter(lambda: stream.readline(LINE_READ), b""), first):
        if len(raw) == LINE_READ:
            raise ForeignFile(f"line {number} has no end", where=where, fix="download the file again")
        text = _decoded(raw, where).rstrip("\r\n")
        if not text.strip():
            continue
        parts = text.split(sep, labels)
        rest = parts[labels] if len(parts) > labels else ""
        values = _fast(rest, sep)
        if len(values) != width or not usable(values).all():
            values = _slowly(rest.split(sep) if rest else [], width, number, labels, where)
        yield [p.strip().strip('"') for p in parts[:labels]], values


OfTable = tuple[list[str], Array]


def in_step(one: Iterator[OfTable], other: Iterator[OfTable], where: str) -> Iterator[tuple[OfTable, OfTable]]:
    """Lines of two files of one table side by side. Raises BadInput where one of them has more."""
    for k, (a, b) in enumerate(zip_longest(one, other), 1):
        if a is None or b is None:
            raise BadInput(
                f"one of the files ends after {k - 1} rows, the other goes on",
                where=where,
                fix="give the files of one table",
            )
        yield a, b


def _fast(text: str, sep: str) -> Array:
    """Numbers of a line where it holds nothing else; fewer where it does, which the count tells."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        try:
            return np.fromstring(text, sep=sep) if text else np.zeros(0)
        except ValueError:
            return np.zeros(0)


def _decoded(raw: bytes, where: str) -> str:
    refuse_marked(raw, where)
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def _slowly(fields: list[str], width: int, number: int, labels: int, where: str) -> Array:
    while len(fields) > width and not fields[-1].strip():
        fields.pop()
    if len(fields) != width:
        raise BadInput(
            f"line {number} holds {len(fields)} numbers for {width}",
            where=where,
            fix="the file may be cut off: download it again",
        )
    p, out = Problems("fields that must hold numbers hold text"), np.zeros(width)
    for k, field in enumerate(fields):
        try:
            out[k] = text_number(field.strip()) if field.strip() else 0.0
        except ValueError:
            p.add(f"line {number}, column {labels + k + 1}: {field.strip()[:40]!r}")
    p.raise_if(BadInput, where=where, fix="put a number with a decimal point, or leave the field empty for 0")
    return out


def text_lines(stream: IO[bytes], sep: str, where: str | Path) -> list[list[str]]:
    """All lines of a small file, split into fields without outer blanks and quotes. Raises ForeignFile where it is large."""
    raw = stream.read(LINE_READ)
    if len(raw) == LINE_READ or raw.count(b"\n") > LABELS_READ or raw.count(sep.encode()) > 20 * LABELS_READ:
        raise ForeignFile(
            f"a list of labels holds more than {LABELS_READ:,} lines, or is as large",
            where=str(where),
            fix="download the file again",
        )
    lines = _decoded(raw, str(where)).splitlines()
    return [[x.strip().strip('"') for x in line.split(sep)] for line in lines if line.strip()]
