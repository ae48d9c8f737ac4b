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
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tests.fuzz.spoiled import BYTES, GRID, TEXT, Files, Ways
from tests.fuzz.spoiled_books import BOOK, again
from tests.fuzz.spoiled_files import ARCHIVE, FOLDER, HAR, HDF, LIES, MAPPING
from tests.helpers import houses, official, owned
from xunhuan.readers import read
from xunhuan.readers.guess import guess_mapping
from xunhuan.readers.ipio import read_ipio
from xunhuan.readers.regional import read_regional


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


def _shared(made: Fixture) -> Fixture:
    """A workbook whose texts lie in a part of their own, as spreadsheet programs write it."""
    texts: list[bytes] = []

    def moved(cell: re.Match[bytes]) -> bytes:
        texts.append(cell[2])
        return cell[1] + b't="s"><v>%d</v></c>' % (len(texts) - 1)

    def inside(name: str, body: bytes) -> bytes:
        if name.startswith("xl/worksheets/"):
            return re.sub(rb'(<c [^>]*)t="inlineStr"><is><t[^>]*>([^<]*)</t></is></c>', moved, body)
        part = b'<Override PartName="/xl/sharedStrings.xml" ContentType="application/vnd.openxmlformats-officedocument.'
        kind = b'spreadsheetml.sharedStrings+xml"/>'
        of = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"
        link = b'<Relationship Id="rIdS" Type="%s" ' % of
        if name == "[Content_Types].xml":
            return body.replace(b"</Types>", part + kind + b"</Types>")
        if name.endswith("workbook.xml.rels"):
            return body.replace(b"</Relationships>", link + b'Target="sharedStrings.xml"/></Relationships>')
        return body

    files = dict(made.files)
    raw = again(files[made.path], inside)
    listed = b"".join(b"<si><t>" + t + b"</t></si>" for t in texts)
    sst = b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" count="%d">' % len(texts)
    out = io.BytesIO(raw)
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as z:
        z.writestr("xl/sharedStrings.xml", sst + listed + b"</sst>")
    files[made.path] = out.getvalue()
    return Fixture(files, made.path, made.run)


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
    "ceads-shared": lambda: _shared(_house("ceads")),
    "adb-shared": lambda: _shared(_house("adb")),
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


KINDS: dict[str, tuple[Ways, ...]] = {
    ".csv": (TEXT, TEXT, TEXT, BYTES, FOLDER),
    ".txt": (TEXT, TEXT, TEXT, BYTES, FOLDER),
    ".toml": (MAPPING, MAPPING, BYTES),
    ".xlsx": (BOOK, BOOK, GRID, BYTES, LIES),
    ".zip": (ARCHIVE, ARCHIVE, BYTES),
    ".har": (HAR, HAR, HAR, BYTES),
    ".mat": (HDF, HDF, HDF, BYTES),
}
"""Ways of spoiling by the ending of a file, those named twice twice as often."""
_BARE = r"Eora26_\d+_bp_\w+\.txt|Results.*\.csv"
"""Files of numbers alone, whose order nothing tells."""
_LISTS = ("regions.csv", "sectors.csv")
"""Lists of a mapping file: what they say of a nation or a group, nothing else does."""
_ORDER = ("rows swapped", "columns swapped")
_TWICE = ("a label twice",)
_UNTOLD = ("national-all", "national-book", "gloria")
"""Tables in which nothing but its label says what a column of final use, or a region, is."""
_LABELS = (
    "labels swapped",
    "labels of one side swapped",
    "another label",
    "a label in another case",
    "a stray mark",
    "a label twice",
)


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
    if name == "figaro" and way in ("labels swapped", "labels of one side swapped"):
        expect = "free"  # no total is over its columns of final use, nor which of them is which
    spoil(files, target, rng)
    return Case(name, f"{way}, {target}", seed, expect if files != fixture(name).files else "same", files)


def clear(folder: Path) -> None:
    """Empty a folder."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
