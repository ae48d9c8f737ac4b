"""Public tables that are known: where they lie, how large they are, their licence and digest; fetched when asked, and filed.

A file is filed under its own name, whole or not at all; one whose digest is known must have it. A digest is written with its
algorithm, as `sha256:46db...`, `sha1:...` or `md5:...`, since makers publish different ones, with where it was read. Nothing
else in the package opens a connection.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, fields
from functools import cache, partial
from http.client import HTTPException
from importlib import resources
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pandas as pd
from platformdirs import user_data_path

from xunhuan.data.leftovers import half_made
from xunhuan.data.store import atomic_path
from xunhuan.errors import BadInput, UnknownName

MOST = 32 << 30
"""Bytes of the largest file that is fetched where the catalogue knows no size."""
TIMEOUT = 60.0
"""Seconds without an answer after which a server is given up."""


@dataclass(frozen=True)
class PublicTable:
    """A row of the catalogue; "" and 0 where something is not known.

    name, title  for the user          file   the name it is filed under      url  of the file
    bytes        of the file           licence                                format  reader that takes it
    digest       of the file, `ALGORITHM:HEX`       digest_from  where that was read
    page           of its makers       note   what to know before fetching it
    """

    name: str
    title: str
    file: str
    url: str
    bytes: int
    digest: str
    digest_from: str
    licence: str
    format: str
    page: str
    note: str


@dataclass(frozen=True)
class Filed:
    """A file that was filed: where, its digest, and whether the catalogue knew it beforehand."""

    path: Path
    sha256: str
    known: bool


@cache
def public_tables() -> Mapping[str, PublicTable]:
    """The catalogue by name."""
    path = resources.files("xunhuan.data") / "lists" / "public_tables.csv"
    rows = pd.read_csv(str(path), dtype=str, keep_default_na=False)
    rows["bytes"] = rows["bytes"].replace("", "0").astype(int)
    return {t.name: t for t in (PublicTable(*r) for r in rows.itertuples(index=False))}


def public_frame() -> pd.DataFrame:
    """The catalogue as a table: name, title, MB, licence, whether its digest and its address are known."""
    rows = [{f.name: getattr(t, f.name) for f in fields(t)} for t in public_tables().values()]
    frame = pd.DataFrame(rows)
    return pd.DataFrame(
        {
            "name": frame["name"],
            "title": frame["title"],
            "MB": (frame["bytes"] / 1e6).where(frame["bytes"] > 0),
            "licence": frame["licence"],
            "format": frame["format"],
            "digest": frame["digest"].str.replace(r"^(\w+:\w{12}).*", r"\1", regex=True).replace("", "not known"),
            "from": frame["url"].where(frame["url"] != "", frame["page"]),
        }
    )


def public_table(name: str) -> PublicTable:
    """A row of the catalogue. Raises UnknownName with the nearest names."""
    if name not in public_tables():
        raise UnknownName.of("public table", name, public_tables())
    return public_tables()[name]


def sources_folder() -> Path:
    """Where fetched files are filed: $XUNHUAN_SOURCES, else in the user's data folder."""
    given = os.environ.get("XUNHUAN_SOURCES")
    return Path(given) if given else user_data_path("xunhuan", False) / "sources"


def fetch_public(table: PublicTable, folder: Path, *, timeout: float = TIMEOUT) -> Filed:
    """Fetch a table's file from its server and file it. A file that is there already, and right, is not fetched again.

    Raises BadInput where the server refuses, there is no network, the file is not what the catalogue says or would go
    through a symbolic link; it says where to get the file, its digest and where to put it. Nothing is left behind then.
    """
    target = _target(table, folder)
    if target.is_file() and _is_right(table, target):
        return Filed(target, digest_of(target), bool(table.digest))
    if not table.url.startswith(("https://", "http://")):
        raise BadInput(
            f"{table.name}: the address of the file is not known", where=table.page, fix=by_hand(table, folder)
        )
    import pooch

    pooch.get_logger().setLevel("WARNING")
    known = table.digest or None
    get = partial(_download, table, timeout)
    with _made(folder), atomic_path(target) as tmp, _desk(target) as desk:
        try:
            pooch.retrieve(table.url, known, fname=tmp.name, path=desk, downloader=get)
            os.replace(desk / tmp.name, tmp)
        except ValueError as e:  # pooch found another digest
            raise BadInput(
                f"{table.name}: the server's file is not the one that is known",
                where=table.url,
                fix=by_hand(table, folder),
            ) from e
        except (OSError, HTTPException) as e:
            why = str(e)[:120] or type(e).__name__
            raise BadInput(
                f"{table.name} could not be fetched: {why}", where=table.url, fix=by_hand(table, folder)
            ) from e
        found = _checked(table, tmp, table.url)
    return Filed(target, found, bool(table.digest))


@contextmanager
def _desk(target: Path) -> Iterator[Path]:
    """A folder beside a file for what its fetching leaves about, which goes with it, or with the next that writes there."""
    desk = half_made(target, "tmp")
    desk.mkdir()
    try:
        yield desk
    finally:
        shutil.rmtree(desk, ignore_errors=True)


def _plain(path: Path) -> None:
    if not path.exists() and not path.is_symlink():
        raise BadInput(f"there is no file {path.name!r}", where=str(path), fix="check the path")
    if path.is_symlink() or not path.is_file():
        raise BadInput(f"{path.name!r} is no plain file", where=str(path), fix="give the file itself, no link to it")


def file_away(table: PublicTable, path: Path, folder: Path) -> Filed:
    """Check a file that was got by hand and file it. Raises BadInput where it is another file or no plain one."""
    _plain(path)
    target = _target(table, folder)
    found = _checked(table, path, str(path))
    if not (target.is_file() and target.samefile(path)):
        with _made(folder), atomic_path(target) as tmp:
            shutil.copyfile(path, tmp)
            _checked(table, tmp, str(path))
    return Filed(target, found, bool(table.digest))


def recognised(path: Path) -> PublicTable:
    """The table a file is of, by its digest, else by its name. Raises BadInput where none has either."""
    _plain(path)
    found = {a: f"{a}:{digest_of(path, a)}" for a in sorted({_algorithm(t) for t in public_tables().values()})}
    by_digest = [t for t in public_tables().values() if t.digest == found[_algorithm(t)]]
    by_name = [t for t in public_tables().values() if t.file == path.name]
    for some in (by_digest, by_name):
        if len(some) == 1:
            return some[0]
    what = "is none that is known" if not by_name else f"may be any of {', '.join(t.name for t in by_name)}"
    raise BadInput(f"{path.name!r} {what}", where=str(path), fix="say which: xunhuan fetch NAME --file PATH")


def by_hand(table: PublicTable, folder: Path) -> str:
    """What to do where a program cannot: address, digest and folder."""
    where = f"get {table.file!r} from {table.url or table.page}"
    size = f", {table.bytes:,} bytes" if table.bytes else ""
    digest = f"{table.digest.replace(':', ' ')}, {table.digest_from}" if table.digest else "its digest is not known"
    return (
        f"{where} ({digest}{size}), then xunhuan fetch {table.name} --file PATH, which puts it into {folder}"
        f"{'; ' + table.note if table.note else ''}"
    )


def digest_of(path: Path, algorithm: str = "sha256") -> str:
    """SHA-256, or another digest, of a file's bytes, hexadecimal."""
    with open(path, "rb") as f:
        return hashlib.file_digest(f, algorithm).hexdigest()


def _algorithm(table: PublicTable) -> str:
    """The algorithm of a table's digest; sha256 where it has none."""
    return table.digest.partition(":")[0] or "sha256"


def _is_right(table: PublicTable, path: Path) -> bool:
    """Whether a file has the digest that is known; any has where none is."""
    return not table.digest or f"{_algorithm(table)}:{digest_of(path, _algorithm(table))}" == table.digest


def _target(table: PublicTable, folder: Path) -> Path:
    """The file's place. Raises BadInput where it is, or lies behind, a symbolic link."""
    target = folder / table.file
    for place in (folder, target):
        if place.is_symlink():
            raise BadInput("a symbolic link stands in the way", where=str(place), fix="give a folder of its own")
    return target


class _made:
    """The folder while a file is filed in it; one made for it goes again if nothing came."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.there = folder, folder.is_dir()

    def __enter__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is not None and not self.there and not any(self.folder.iterdir()):
            self.folder.rmdir()


def _download(table: PublicTable, timeout: float, url: str, to: str, _: object) -> None:
    """The bytes of an address into a file; one that is cut off or goes past the size that is known is given up."""
    request = Request(url, headers={"User-Agent": "xunhuan"})
    try:
        found = urlopen(request, timeout=timeout)
    except HTTPError as e:
        e.close()
        raise OSError(f"the server answers {e.code} {e.reason}") from None
    with found as answer, open(to, "wb") as f:
        told, got = answer.headers.get("Content-Length", ""), 0
        most, said = (table.bytes, "that are known") if table.bytes else (MOST, "of the largest table")
        coming = int(told) if told.isdecimal() else 0
        if coming > most:
            raise OSError(f"the file goes past the {most:,} bytes {said}: the server announces {coming:,}")
        if coming > (free := shutil.disk_usage(Path(to).parent).free):
            raise OSError(f"the disk has room for {free:,} bytes, the file holds {coming:,}")
        while chunk := answer.read(1 << 20):
            got += len(chunk)
            if got > most:
                raise OSError(f"the file goes past the {most:,} bytes {said}")
            f.write(chunk)
        if coming and got != coming:
            raise OSError(f"the connection was cut off after {got:,} of {coming:,} bytes")


def _checked(table: PublicTable, path: Path, where: str) -> str:
    """The file's SHA-256. Raises BadInput where the digest that is known, or the size, is not the file's."""
    found, size, algorithm = digest_of(path), path.stat().st_size, _algorithm(table)
    if not _is_right(table, path) or (table.bytes and size != table.bytes):
        raise BadInput(
            f"{table.name}: the file is not the one that is known",
            items=[
                f"{algorithm} {digest_of(path, algorithm)}, {size:,} bytes",
                f"known: {table.digest.partition(':')[2] or 'no digest'}, {table.bytes or 'no size'}",
            ],
            where=where,
            fix=f"a newer release has another digest; get the file again from {table.url or table.page}",
        )
    return found
