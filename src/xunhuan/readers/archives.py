"""Files of a table that come together, in a folder or a zip, or alone: found by their names and opened within bounds."""

from __future__ import annotations

import re
import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from xunhuan.errors import BadInput, ForeignFile
from xunhuan.readers.bounds import MEMBERS, WHOLE_READ, check_unpacked


@dataclass(frozen=True)
class Archive:
    """What lies at a path: `names` relative to it, "" alone where it is one file."""

    path: Path
    names: tuple[str, ...]
    packed: bool

    def find(self, pattern: str, what: str, year: int | None = None) -> str:
        """The one file whose last name matches the whole pattern, of the year where years are told apart.

        Raises BadInput where there is none or more than one, naming those there are.
        """
        lone = self.names == ("",)
        fits = [n for n in self.names if lone or re.fullmatch(pattern, n.rsplit("/", 1)[-1], re.IGNORECASE)]
        if year is not None and len(fits) > 1:
            fits = [n for n in fits if year_in(n.rsplit("/", 1)[-1]) == year]
        if len(fits) == 1:
            return fits[0]
        some = ", ".join(sorted(self.names)[:8])
        if fits:
            raise BadInput(
                f"there is more than one file for {what}: {', '.join(sorted(fits)[:8])}",
                where=str(self.path),
                fix="say which year with --year, or give one file",
            )
        of = f" of {year}" if year is not None else ""
        raise BadInput(
            f"there is no file for {what}{of}; there is {some or 'nothing'}",
            where=str(self.path),
            fix=f"its name is like {pattern}",
        )

    def has(self, pattern: str) -> bool:
        """Whether some file has such a name."""
        return any(re.fullmatch(pattern, n.rsplit("/", 1)[-1], re.IGNORECASE) for n in self.names)

    @contextmanager
    def open(self, name: str, limit: int = WHOLE_READ) -> Iterator[IO[bytes]]:
        """A file to read from. Raises BadInput where it is larger than `limit` or locked, ForeignFile where damaged."""
        where = f"{self.path}/{name}" if name else str(self.path)
        if not self.packed:
            file = self.path / name if name else self.path
            _bounded(file.stat().st_size, limit, where)
            with open(file, "rb") as f:
                yield f
            return
        try:
            with zipfile.ZipFile(self.path) as z:
                info = z.getinfo(name)
                if info.flag_bits & 1:
                    raise BadInput(
                        "the file is locked with a password", where=where, fix="unpack it, and give the folder"
                    )
                _bounded(info.file_size, limit, where)
                check_unpacked(info, where)
                with z.open(info) as f:
                    yield f
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, RuntimeError) as e:
            raise ForeignFile("the archive is damaged", where=where, fix="download it again") from e


def _bounded(size: int, limit: int, where: str) -> None:
    if size > limit:
        raise BadInput(
            f"the file holds {size / 2**30:.1f} GiB; at most {limit / 2**30:.0f} are read",
            where=where,
            fix="check that it is the table",
        )


def archive(path: Path) -> Archive:
    """What lies at a path. Raises BadInput where nothing does or a link leads out of it, ForeignFile for a damaged zip."""
    if path.is_dir():
        return Archive(path, tuple(_inside(path)), False)
    if not path.is_file():
        raise BadInput(f"there is no file {path.name!r}", where=str(path), fix="check the path")
    if path.suffix.lower() != ".zip":
        return Archive(path, ("",), False)
    try:
        with zipfile.ZipFile(path) as z:
            entries = z.infolist()
    except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError, ValueError) as e:
        raise ForeignFile("the file is truncated or not a zip", where=str(path), fix="download it again") from e
    _few(len(entries), path)
    links = [e.filename for e in entries if stat.S_ISLNK(e.external_attr >> 16)]
    if links:
        raise BadInput("the archive holds links", items=links[:8], where=str(path), fix="pack the files themselves")
    return Archive(path, tuple(e.filename for e in entries if not e.is_dir()), True)


def _inside(folder: Path) -> list[str]:
    root, out = folder.resolve(), []
    for k, f in enumerate(sorted(folder.rglob("*"))):
        _few(k, folder)
        if f.is_symlink() and not f.resolve().is_relative_to(root):
            raise BadInput("a link leads out of the folder", where=str(f), fix="put the file itself there")
        if f.is_file():
            out.append(f.relative_to(folder).as_posix())
    return out


def _few(count: int, path: Path) -> None:
    if count > MEMBERS:
        raise BadInput(
            f"there are more than {MEMBERS} files", where=str(path), fix="give the folder of the table alone"
        )


def other_years(year: int, **written: str) -> tuple[str, ...]:
    """What is said where texts name another year than the one taken.

    >>> other_years(2018, sheet="MRIO 2018", file="MRIO 2020.xlsx")
    ('the table is taken as of 2018; its file names 2020',)
    """
    found = ((what, year_in(text)) for what, text in written.items())
    return tuple(f"the table is taken as of {year}; its {what} names {y}" for what, y in found if y not in (None, year))


def year_in(*written: str) -> int | None:
    """The last year that a text names, of the first text that names one: editions stand before years.

    >>> year_in("ICIO2021_2018.csv", "2019_SML.csv"), year_in("x", "2019_SML.csv"), year_in("x")
    (2018, 2019, None)
    """
    for t in written:
        if found := re.findall(r"(?<!\d)(19[5-9]\d|20[0-4]\d)(?!\d)", t):
            return int(found[-1])
    return None
