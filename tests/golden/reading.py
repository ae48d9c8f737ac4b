"""How the readers are asked: files are written into a folder of their own, read, and what comes of it is looked at."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tests.golden.seen import Thing
from xunhuan.data.accounts import Accounts
from xunhuan.data.store import load
from xunhuan.errors import XunhuanError


def outcome(work: Callable[[Path], object], folder: Path) -> object:
    """What comes of reading in a folder, whose name is left out: all of a table, or why it is refused."""
    try:
        found = work(folder)
    except (XunhuanError, ValueError) as refused:
        return str(refused).replace(f"{folder}/", "").replace(str(folder), "folder")
    return seen_of(found, folder)


def seen_of(found: Any, folder: Path) -> object:
    """All that is to see of a table that was read, or of what else a reader gives."""
    if isinstance(found, str):
        return found.replace(f"{folder}/", "").replace(folder.name, "folder")
    if not hasattr(found, "accounts"):
        return (
            {f.name: getattr(found, f.name) for f in fields(found) if f.name != "digest"}
            if is_dataclass(found)
            else found
        )
    acc = found.accounts
    said = [n.replace(f"{folder}/", "") for n in acc.notes]
    named = (acc.geography, acc.sectors, acc.categories, acc.components, acc.title, acc.source, said)
    return acc, named, found.changes, found.satellite


def in_folder(work: Callable[[Path], object]) -> object:
    """What comes of reading in a folder that is made for it."""
    with tempfile.TemporaryDirectory() as name:
        return outcome(work, Path(name))


def each(asked: Mapping[str, Callable[[Path], object]]) -> Iterator[Thing]:
    """What comes of each of some, in a folder of its own."""
    for name, work in asked.items():
        yield name, in_folder(work)


def put(folder: Path, **texts: str) -> Path:
    """Files by their names without ending, csv but for the mapping; the folder."""
    for name, text in texts.items():
        (folder / f"{name}.{'toml' if name == 'map' else 'csv'}").write_text(text, encoding="utf-8")
    return folder


@cache
def china() -> Accounts:
    """The table whose names of provinces and sectors are known, read once."""
    return load("china-2017")


def grid_of(sheet: Any) -> object:
    """What a sheet says of itself, and the texts of its first rows."""
    rows, columns = sheet.shape
    return [
        rows,
        columns,
        [sheet.text(r, c) for r in range(min(rows, 6)) for c in range(columns + 1)],
        sheet.where(2, 27),
        sheet.beyond(2, 2),
    ]
