"""How much memory a piece of work may take: `XUNHUAN_MEMORY`, or what the machine has left."""

from __future__ import annotations

import os
import re
from pathlib import Path

from xunhuan.errors import BadInput

_UNITS = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}
ALWAYS = 10**8
"""Bytes that nobody asks for."""
_UNKNOWN = 4 * 10**9
"""Bytes taken to be there where the machine does not tell."""
_PART = 0.25
"""Of what a machine has, the part that may be taken whatever else it does."""


def memory() -> int:
    """Bytes that work may take: `XUNHUAN_MEMORY` ("4GB", "800M", or bytes), by default what the machine has free.

    Raises BadInput for a size that is none.

    >>> os.environ["XUNHUAN_MEMORY"] = "4GB"
    >>> memory(), in_words(memory())
    (4000000000, '4 GB')
    >>> del os.environ["XUNHUAN_MEMORY"]
    """
    return _told() or _free()


def _told() -> int:
    """`XUNHUAN_MEMORY` in bytes; 0 where it does not say."""
    told = os.environ.get("XUNHUAN_MEMORY", "").strip()
    if not told:
        return 0
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([KMGT]?)(?:i?B)?", told, re.IGNORECASE)
    size = int(float(found[1]) * _UNITS[found[2].upper()]) if found else 0
    if not size:
        raise BadInput(
            f"XUNHUAN_MEMORY is no size: {told!r}", fix="give bytes, or a number with MB or GB: XUNHUAN_MEMORY=4GB"
        )
    return size


def in_words(size: float) -> str:
    """Bytes as people read them.

    >>> in_words(7.6e6), in_words(8.4e9)
    ('7.6 MB', '8.4 GB')
    """
    for name in ("GB", "MB", "kB"):
        unit = _UNITS[name[0].upper()]
        if size >= unit:
            return f"{size / unit:.3g} {name}"
    return f"{size:.0f} B"


def fits(size: float) -> bool:
    """Whether so many bytes may be taken; a hundred million always may."""
    return size <= ALWAYS or size <= memory()


def fits_always(size: float) -> bool:
    """Whether so many bytes may be taken whatever else the machine does now: of `XUNHUAN_MEMORY`, or a quarter of what the
    machine, or the container, has."""
    return size <= ALWAYS or size <= (_told() or _PART * _has())


def require_memory(size: float, what: str, instead: str) -> None:
    """Raise BadInput before work begins that would need more bytes than there may be; `instead` is what would do."""
    if not fits(size):
        there = memory()
        raise BadInput(
            f"{what} needs {in_words(size)} of memory, and {in_words(there)} are there",
            fix=f"{instead}; or raise XUNHUAN_MEMORY",
        )


def _free() -> int:
    """Memory that could be taken without swapping: of the machine, or of the group of processes where that is less."""
    most, used = _group("max"), _group("current")
    return _least(_machine("MemAvailable"), None if most is None or used is None else max(most - used, 0))


def _has() -> int:
    """Memory of the machine, or what the group of processes may have where that is less."""
    return _least(_machine("MemTotal"), _group("max"))


def _least(*sizes: int | None) -> int:
    return min((s for s in sizes if s is not None), default=_UNKNOWN)


def _machine(what: str) -> int | None:
    lines = (line.split() for line in _text(Path("/proc/meminfo")).splitlines())
    return next((int(words[1]) * 1024 for words in lines if words[0] == f"{what}:"), None)


def _group(what: str) -> int | None:
    told = _text(Path("/sys/fs/cgroup") / f"memory.{what}").strip()
    return int(told) if told.isdigit() else None


def _text(path: Path) -> str:
    """A file's text; empty where it is not there or not to be read."""
    try:
        return path.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError):
        return ""
