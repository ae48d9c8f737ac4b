"""Header-array files of GEMPACK (.har): records between their lengths, headers of four letters, sets beside arrays.

A header is a record with its name; a second with kind (RE reals, 1C texts, ...), storage (FULL, SPSE), a long name and
sizes; for reals one with the sets of the axes and one for each set's elements; then the numbers, in pieces, first axis
fastest. The layout is that of the program's public readers.
"""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np

from xunhuan.data.arrays import Array
from xunhuan.errors import BadInput, ForeignFile
from xunhuan.readers.bounds import check_cells, usable

ELEMENT_LETTERS = 12
"""Of the element of a set: blanks fill what a name leaves."""


@dataclass(frozen=True, eq=False)
class HarArray:
    """An array of reals: its long name, values, and name and elements of the set of each axis."""

    title: str
    values: Array
    sets: tuple[str, ...]
    elements: tuple[tuple[str, ...], ...]


class _Records:
    """Records of a file, one after another. Raises ForeignFile where lengths do not agree or the file ends."""

    def __init__(self, stream: IO[bytes], path: Path) -> None:
        self.stream, self.path, self.left = stream, path, path.stat().st_size

    def take(self) -> bytes | None:
        """The next record; None at the end."""
        head = self.stream.read(4)
        if not head:
            return None
        if len(head) < 4:
            raise self.cut()
        (size,) = struct.unpack("<i", head)
        self.left -= size + 8
        if size < 0 or self.left < 0:
            raise self.cut()
        body, tail = self.stream.read(size), self.stream.read(4)
        if len(body) < size or tail != head:
            raise self.cut()
        return body

    def need(self, least: int = 0) -> bytes:
        """The next record, which must be there and hold at least so many bytes."""
        body = self.take()
        if body is None or len(body) < least:
            raise self.cut()
        return body

    def cut(self) -> ForeignFile:
        return ForeignFile(
            "the file is truncated or no header-array file", where=str(self.path), fix="get it again, as .har"
        )


def read_har(path: Path, wanted: frozenset[str]) -> dict[str, HarArray]:
    """The headers of reals that are wanted and there, by name in capitals.

    Raises BadInput where the file is absent or an array is larger than any, ForeignFile where it is cut or of another kind.
    """
    if not path.is_file():
        raise BadInput(f"there is no file {path.name!r}", where=str(path), fix="check the path")
    out: dict[str, HarArray] = {}
    with open(path, "rb") as stream:
        records = _Records(stream, path)
        body: bytes | None = records.need(4)
        while body is not None:
            # A header's name is the only record of four letters; all others begin with blanks.
            if len(body) == 4 and body.strip():
                name = body.decode("latin-1").strip().upper()
                if name in wanted and (found := _array(records)) is not None:
                    out[name] = found
            body = records.take()
    return out


def _array(records: _Records) -> HarArray | None:
    """The reals of a header; None for other kinds."""
    head = records.need(84)
    kind, storage, title = head[4:6], head[6:10], head[10:80].decode("latin-1").strip()
    (rank,) = struct.unpack_from("<i", head, 80)
    if kind != b"RE" or not 0 <= rank <= 7 or len(head) != 84 + 4 * rank:
        return None
    sizes = struct.unpack_from(f"<{rank}i", head, 84)
    if any(x < 0 for x in sizes):
        raise records.cut()
    names, elements = _sets(records, sizes)
    shape = tuple(sizes[: len(names)])
    check_cells(shape, str(records.path))
    count = math.prod(shape)
    flat = _sparse(records, count) if storage == b"SPSE" else _full(records, count)
    if not usable(flat).all():
        raise BadInput(
            f"header {title} holds {int((~usable(flat)).sum())} cells that are not finite numbers, or larger than any",
            where=str(records.path),
            fix="a number in every cell",
        )
    return HarArray(title, flat.reshape(shape, order="F"), names, elements)


def _sets(records: _Records, sizes: tuple[int, ...]) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    info = records.need(36)
    (count,) = struct.unpack_from("<i", info, 12)
    if not 0 <= count <= len(sizes) or len(info) < 36 + 17 * count:
        raise records.cut()
    names = tuple(info[32 + 12 * k : 44 + 12 * k].decode("latin-1").strip() for k in range(count))
    status = info[32 + 12 * count : 32 + 13 * count].decode("latin-1")
    known: dict[str, tuple[str, ...]] = {}
    out = []
    for name, kind, size in zip(names, status, sizes, strict=False):
        if kind == "k" and name not in known:
            known[name] = _texts(records, size)
        out.append(known.get(name, ()) if kind == "k" else tuple(str(x + 1) for x in range(size)))
    return names, tuple(out)


def _texts(records: _Records, count: int) -> tuple[str, ...]:
    out: list[str] = []
    more = 2
    while more > 1:
        body = records.need(16)
        more, _, here = struct.unpack_from("<3i", body, 4)
        if here < 0 or len(out) + here > count or len(body) != 16 + ELEMENT_LETTERS * here:
            raise records.cut()
        out += [
            body[16 + k * ELEMENT_LETTERS : 16 + (k + 1) * ELEMENT_LETTERS].decode("latin-1").strip()
            for k in range(here)
        ]
    return tuple(out)


def _full(records: _Records, count: int) -> Array:
    (more,) = struct.unpack_from("<i", records.need(8), 4)
    parts: list[Array] = []
    while more > 1:
        records.need()  # from where to where: pieces come one after another
        body = records.need(8)
        (more,) = struct.unpack_from("<i", body, 4)
        if len(body) % 4 or sum(map(len, parts)) > count:
            raise records.cut()
        parts.append(np.frombuffer(body, dtype="<f4", offset=8).astype(np.float64))
    flat = np.concatenate(parts) if parts else np.zeros(0)
    if flat.size != count:
        raise records.cut()
    return flat


def _sparse(records: _Records, count: int) -> Array:
    records.need(16)
    out, more = np.zeros(count), 2
    while more > 1:
        body = records.need(16)
        more, _, here = struct.unpack_from("<3i", body, 4)
        if here < 0 or len(body) != 16 + 8 * here:
            raise records.cut()
        at = np.frombuffer(body, dtype="<i4", offset=16, count=here) - 1
        if here and (at.min() < 0 or at.max() >= count):
            raise records.cut()
        out[at] = np.frombuffer(body, dtype="<f4", offset=16 + 4 * here, count=here)
    return out
