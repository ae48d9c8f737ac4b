"""Files that people write by hand, as plain data: within bounds, and told in our words where they are not that."""

from __future__ import annotations

import csv
import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from xunhuan.errors import BadInput, ForeignFile

LETTERS = 2**20
"""Largest file written by hand, bytes; rows by the thousand belong in a csv."""
CSV = 2**24
"""Largest csv of rows for a scenario, bytes."""
DEEP = 32
"""How deep tables and lists may lie in one another."""
_WHOLE = 2**63
"""Whole numbers of TOML lie from −2^63 to 2^63 − 1."""
# The parser takes memory with the square of the length of a dotted key, so this is seen before it begins.
_LONG_KEY = re.compile(rf"""(?<![\w"'-])(?:(?:[\w-]+|"[^"\n]*"|'[^'\n]*')[ \t]*\.[ \t]*){{{DEEP},}}""")


def text_of(path: Path, most: int = LETTERS, fix: str = "save it as UTF-8") -> str:
    """Text of a file in UTF-8, with or without a byte order mark. Raises BadInput past `most` bytes, ForeignFile."""
    if path.stat().st_size > most:
        raise BadInput("the file is too large to be written by hand", where=str(path), fix=f"at most {most >> 20} MiB")
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as e:
        raise ForeignFile("the file is not UTF-8 text", where=str(path), fix=fix) from e


def read_toml(path: Path) -> dict[str, Any]:
    """Plain data of a TOML file. Raises BadInput, ForeignFile."""
    return toml_of(text_of(path), str(path))


def toml_of(text: str, where: str) -> dict[str, Any]:
    """Plain data of TOML. Raises ForeignFile where it is none, BadInput beyond `DEEP` or 64 bits."""
    try:
        if _LONG_KEY.search(text):
            raise RecursionError
        data = tomllib.loads(text)
    except RecursionError:
        raise too_deep(where) from None
    except ValueError as e:  # TOMLDecodeError is one; the other is of numbers with thousands of digits
        said = str(e) if isinstance(e, tomllib.TOMLDecodeError) else "a whole number has too many digits"
        raise ForeignFile(f"not valid TOML: {said}", where=where, fix="see https://toml.io for the syntax") from e
    check_plain(data, where)
    return data


def csv_cells(path: Path) -> list[list[str]]:
    """Cells of a csv, its header first; empty lines and remarks, begun with #, left out; tabs part where the header has one.

    Raises BadInput where it is not there or past `CSV` bytes, ForeignFile where it is no csv in UTF-8.
    """
    if not os.path.isfile(path):
        raise BadInput(f"there is no file {path.name!r}", where=str(path), fix="check the path")
    lines = [x for x in text_of(path, CSV, "save it as CSV UTF-8").splitlines() if x.strip() and not x.startswith("#")]
    try:
        return list(csv.reader(lines, delimiter="\t" if lines and "\t" in lines[0] else ","))
    except csv.Error as e:
        raise ForeignFile(f"the file is no csv: {e}", where=str(path), fix="save it as CSV UTF-8") from e


def too_deep(where: str) -> BadInput:
    """The error for data that lie too deep in one another."""
    what = "tables or lists lie too deep in one another"
    return BadInput(what, where=where, fix=f"at most {DEEP} in one another")


def check_plain(data: Mapping[str, Any], where: str) -> None:
    """Raise BadInput where plain data lie deeper than `DEEP` or hold a whole number beyond 64 bits.

    >>> check_plain({"a": {"b": [1, 2**64]}}, "x.toml")
    Traceback (most recent call last):
    ...
    xunhuan.errors.BadInput: a.b[1]: is beyond the whole numbers there are, 64 bits
      where: x.toml
      fix: give a smaller number
    """
    # Not by calls of itself: what lies too deep for that is what it looks for.
    left: list[tuple[str, int, Any]] = [("", 0, data)]
    while left:
        place, depth, value = left.pop()
        if isinstance(value, Mapping | list | tuple):
            if depth > DEEP:
                raise too_deep(where)
            if isinstance(value, Mapping):
                left += [(f"{place}.{k}" if place else str(k), depth + 1, v) for k, v in value.items()]
            else:
                left += [(f"{place}[{k}]", depth + 1, v) for k, v in enumerate(value)]
        elif isinstance(value, int) and not -_WHOLE <= value < _WHOLE:
            what = f"{place}: is beyond the whole numbers there are, 64 bits"
            raise BadInput(what, where=where, fix="give a smaller number")
