"""The sources of `refs.bib`: entries as BibTeX and as lines people read."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from xunhuan.errors import UnknownName

if TYPE_CHECKING:
    from xunhuan.data.accounts import Accounts
    from xunhuan.scenario.scenario import Scenario

_ENTRY = re.compile(r"^@(\w+)\{([^,\s]+),(.*?)\}\s*(?=^@|\Z)", re.DOTALL | re.MULTILINE)
_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*")


@dataclass(frozen=True)
class Reference:
    """One source: its key, its BibTeX, the line a reader sees and where to find it."""

    key: str
    bibtex: str
    text: str
    url: str


@cache
def library() -> dict[str, Reference]:
    """All entries of refs.bib by key."""
    source = (resources.files("xunhuan") / "refs.bib").read_text(encoding="utf-8")
    return {m.group(2): _reference(m) for m in _ENTRY.finditer(source)}


def keys_in(text: str) -> list[str]:
    """The known keys a citation names, in order: "JohnsonNoguera2012; WangWeiYuZhu2017, eq. 5".

    >>> keys_in("CaliendoParro2015, eq. 5; Nobody1900")
    ['CaliendoParro2015']
    """
    known = library()
    return list(dict.fromkeys(word for word in _KEY.findall(text) if word in known))


def references(citations: Iterable[str]) -> list[Reference]:
    """The entries that some citations name, each once, sorted by what the reader sees."""
    keys = {k for text in citations for k in keys_in(text)}
    return sorted((library()[k] for k in keys), key=lambda r: r.text)


def find(key: str) -> Reference:
    """One entry. Raises UnknownName with the nearest keys."""
    if key not in library():
        raise UnknownName.of("source", key, library())
    return library()[key]


def _fields(body: str) -> dict[str, str]:
    out: dict[str, str] = {}
    for m in re.finditer(r"(\w+)\s*=\s*", body):
        start = m.end()
        if start < len(body) and body[start] == "{" and _depth(body, m.start()) == 0:
            end = _closing(body, start)
            out.setdefault(m.group(1).lower(), body[start + 1 : end])
    return out


def _depth(body: str, place: int) -> int:
    return body.count("{", 0, place) - body.count("}", 0, place)


def _closing(body: str, start: int) -> int:
    depth = 0
    for k in range(start, len(body)):
        depth += {"{": 1, "}": -1}.get(body[k], 0)
        if depth == 0:
            return k
    return len(body)


def _reference(m: re.Match[str]) -> Reference:
    f = {k: _plain(v) for k, v in _fields(m.group(3)).items()}
    where = (
        f.get("journal")
        or f.get("booktitle")
        or f.get("publisher")
        or f.get("institution")
        or f.get("howpublished", "")
    )
    volume = f.get("volume", "") + (f"({f['number']})" if "volume" in f and "number" in f else "")
    place = " ".join(x for x in (where, volume) if x) + (f": {f['pages']}" if "pages" in f else "")
    text = f"{_people(f.get('author', ''))} ({f.get('year', 'n.d.')}). {f.get('title', '')}." + (
        f" {place}." if place else ""
    )
    url = f"https://doi.org/{f['doi']}" if "doi" in f else f.get("url", "")
    return Reference(m.group(2), m.group(0).strip() + "\n", text, url)


def _people(authors: str) -> str:
    names = [n.strip() for n in authors.split(" and ") if n.strip()]
    last = [n.split(",")[0] for n in names]
    if len(last) > 3 or "others" in last:
        return f"{last[0]} et al."
    return " and ".join(last) if len(last) < 3 else f"{last[0]}, {last[1]} and {last[2]}"


_MARKS = {'"': "\u0308", "'": "\u0301", "`": "\u0300", "^": "\u0302", "~": "\u0303", "c": "\u0327", "v": "\u030c"}


def _plain(text: str) -> str:
    """TeX accents as letters, braces away."""

    def accent(m: re.Match[str]) -> str:
        return unicodedata.normalize("NFC", m.group(2) + _MARKS[m.group(1)])

    text = re.sub(r"\\([\"'`^~]|[cv](?=[ {]))\s?\{?(\w)\}?", accent, text)
    return re.sub(r"\s+", " ", text.replace("{", "").replace("}", "").replace("--", "–").replace("\\&", "&")).strip()


def entries(what: str) -> list[str]:
    """BibTeX of what a key, table, result folder, measure or model rests on; this software always among it.

    Raises UnknownName with the nearest names; BadInput, ForeignFile for a folder or file that is not what it should be.
    """
    if what in library():
        return [library()[what].bibtex]
    texts, made = _rests_on(what)
    return [*made, software(), *(r.bibtex for r in references(texts))]


def _rests_on(what: str) -> tuple[list[str], list[str]]:
    """Texts that name keys, and entries made for what is cited itself."""
    from xunhuan.data.store import known_tables, load

    code = _sources_of(what)
    if code:
        return code, []
    path = Path(what)
    if path.is_dir():
        from xunhuan.scenario.record import open_result

        result = open_result(path)
        base = [table_entry(load(result.scenario.base))] if result.scenario.base in known_tables() else []
        return of_scenario(result.scenario), base
    if what in known_tables() or path.suffix or path.exists():
        acc = load(what)
        return [acc.source, *acc.notes, *acc.extra.values()], [table_entry(acc)]
    raise UnknownName.of("source", what, [*library(), *known_tables(), *_rooms()])


def _rooms() -> list[str]:
    """Names of what declares or holds its sources: measures and models."""
    from xunhuan.measures import SOURCES

    return [*SOURCES, *_model_files()]


def _model_files() -> dict[str, list[Path]]:
    """Files of code that stand behind a model."""
    import xunhuan

    root = Path(xunhuan.__file__).parent / "models"
    packages = [p for p in sorted(root.iterdir()) if (p / "__init__.py").is_file()]
    return {p.name: sorted(p.glob("*.py")) for p in packages}


def _sources_of(name: str) -> list[str]:
    """Keys that a measure declares, or texts of the code behind a model; empty for another name. Nothing is run.

    A measure may be named as in Python or as its command: value_added_trade, value-added-trade.
    """
    from xunhuan.measures import SOURCES

    if name.replace("-", "_") in SOURCES:
        return list(SOURCES[name.replace("-", "_")])
    return [p.read_text(encoding="utf-8") for p in _model_files().get(name, [])]


def software() -> str:
    """The entry of this software."""
    from xunhuan import __version__

    return (
        "@software{xunhuan,\n  author = {{The Xunhuan developers}}, title = {Xunhuan: a laboratory for dual-circulation "
        f"economies}},\n  version = {{{__version__}}}, license = {{GPL-3.0-or-later}}}}\n"
    )


def table_entry(acc: Accounts) -> str:
    """The entry of a table: its title, its sources and the digest of its numbers."""
    return (
        f"@misc{{xunhuan-{acc.name},\n  author = {{{{The Xunhuan developers}}}}, title = {{{acc.title or acc.name}}},\n"
        f"  year = {{{acc.year}}}, howpublished = {{Built from: {acc.source}}}, note = {{digest {acc.digest[:16]}}}}}\n"
    )


def of_scenario(scenario: Scenario) -> list[str]:
    """Texts that name the keys a scenario's models and measures rest on."""
    used = [*scenario.model, *(m for m, v in scenario.measure if v is not None)]
    return [text for name in used for text in _sources_of(name)] + [scenario.source, scenario.reasoning]
