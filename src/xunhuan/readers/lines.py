"""A csv on its way to the parser: how wide its lines are, so that none is read as wider or shorter than it is.

The parser takes a line that ends early for one whose last cells are empty, and a line without end for one of columns
without number.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

import numpy as np

from xunhuan.errors import BadInput, ForeignFile, Problems

_SHOWN = 20


@contextmanager
def parsing(
    where: str,
    what: str = "the file is truncated or not a csv",
    fix: str = "download it again",
    lines: CsvLines | None = None,
) -> Iterator[None]:
    """What the parser cannot take is no csv, and nor is one with lines longer than the first. Raises ForeignFile."""
    import pandas as pd

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", pd.errors.ParserWarning)
            yield
    except (UnicodeError, pd.errors.ParserError, pd.errors.ParserWarning, pd.errors.EmptyDataError, csv.Error) as e:
        longer = re.search(r"Expected (\d+) fields in line (\d+), saw (\d+)", str(e))
        items = [f"line {longer[2]} has {longer[3]} cells, the first line has {longer[1]}"] if longer else []
        if not items and lines is not None:
            items = [f"line {n} has {cells} cells, the first line has {lines.first + 1}" for n, cells in lines.long]
        raise ForeignFile(what, where=where, fix=fix, items=items) from e


def refuse_marked(top: bytes, where: str) -> None:
    """Raise ForeignFile for a file that begins with the mark of UTF-16."""
    if top[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        raise ForeignFile("the file is written in UTF-16", where=where, fix="save the file as csv in UTF-8")


class _Raw(io.RawIOBase):
    """The stream, each piece looked at before it goes on."""

    def __init__(self, lines: CsvLines) -> None:
        self.lines = lines

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer).cast("B")  # type: ignore[arg-type]
        piece = self.lines.take(len(view))
        view[: len(piece)] = piece
        return len(piece)


class CsvLines:
    """A csv with commas, its lines counted on the way.

    most, whole  columns and bytes that are read at most
    """

    def __init__(self, stream: IO[bytes], where: str, most: int, whole: int) -> None:
        self.stream, self.where, self.most, self.whole = stream, where, most, whole
        self.first, self.line, self.inside, self.bytes = 0, 0, 0, 0
        self.quoted, self.top = False, b""
        self.short: list[tuple[int, int]] = []
        self.long: list[tuple[int, int]] = []
        self.letters = codecs.getincrementaldecoder("utf-8")()

    def reader(self) -> io.BufferedReader:
        """The stream for the parser."""
        return io.BufferedReader(_Raw(self), 1 << 18)

    def take(self, size: int) -> bytes:
        """The next bytes. Raises BadInput where a line, or the file, goes on beyond all measure."""
        piece = self.stream.read(size)
        self.bytes += len(piece)
        if self.bytes > self.whole:
            raise BadInput("the file goes on without end", where=self.where, fix="check that it is the table")
        if b"\n" not in self.top:
            if not self.top:
                refuse_marked(piece, self.where)
            self.top += piece
            self._refuse_other_signs()
        self._refuse_other_letters(piece)
        self._look(np.frombuffer(piece, dtype=np.uint8))
        return piece

    def _refuse_other_signs(self) -> None:
        line = self.top.split(b"\n", 1)[0]
        if b"," in line or b"\n" not in self.top:
            return
        for sign, called in ((b";", "semicolons"), (b"\t", "tabs"), (b"|", "bars")):
            if sign in line:
                raise ForeignFile(
                    f"cells are apart by {called}, not by commas",
                    where=self.where,
                    fix="save it with commas between cells and a point in numbers, as it was published",
                )

    def _refuse_other_letters(self, piece: bytes) -> None:
        if piece.isascii() and not self.letters.getstate()[0]:
            return
        try:
            self.letters.decode(piece)
        except UnicodeDecodeError as e:
            n = self.line + piece[: e.start].count(b"\n") + 1
            raise ForeignFile(
                f"line {n} is not written in UTF-8", where=self.where, fix="save the file as csv in UTF-8"
            ) from e

    def head(self, encoding: str) -> list[str]:
        """Cells of the first line as written: the parser gives those that are empty, or there twice, other names."""
        line = re.split(rb"[\r\n]", self.top, maxsplit=1)[0].decode(encoding, "replace")
        try:
            return next(csv.reader([line]), [])
        except csv.Error:
            return []

    def _look(self, piece: np.ndarray) -> None:
        self.quoted |= bool((piece == 34).any())
        ends = np.flatnonzero(piece == 10)
        marks = np.flatnonzero(piece == 44)
        before = np.searchsorted(marks, ends)
        counts = np.diff(before, prepend=0)
        if len(ends):
            counts[0] += self.inside
            self.inside = len(marks) - int(before[-1])
        else:
            self.inside += len(marks)
        widest = max(self.inside, int(counts.max(initial=0)))
        if widest >= self.most:
            raise BadInput(
                f"a line holds more than {self.most:,} cells", where=self.where, fix="check that it is the table"
            )
        if self.quoted:
            return
        starts = np.concatenate([[-1], ends])
        empty = np.diff(starts) <= 2 if len(ends) else np.zeros(0, dtype=bool)
        if len(ends) and not self.line:
            self.first = int(counts[0])
        for k in np.flatnonzero(counts > self.first)[: _SHOWN - len(self.long)]:
            self.long.append((self.line + int(k) + 1, int(counts[k]) + 1))
        for k in np.flatnonzero((counts < self.first) & ~((counts == 0) & empty))[: _SHOWN - len(self.short)]:
            self.short.append((self.line + int(k) + 1, int(counts[k]) + 1))
        self.line += len(ends)

    def check(self) -> None:
        """Raise ForeignFile naming lines that end early. A file with quotes, whose cells may hold commas, is not judged."""
        if not self.quoted and self.inside and self.inside < self.first:
            self.short.append((self.line + 1, self.inside + 1))
        p = Problems("lines end early")
        if not self.quoted:
            p.items = [f"line {n}: {cells} cells for {self.first + 1}" for n, cells in self.short]
        p.raise_if(
            ForeignFile,
            where=self.where,
            fix="the file may be cut off: download it again; cells that are empty still need their commas",
        )
