"""The sources of `refs.bib`: entries as BibTeX and as lines people read."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from xunhuan.data.accounts import Accounts
from xunhuan.errors import UnknownName
from xunhuan.measures import SOURCES
from xunhuan.models import registry
from xunhuan.scenario.observe import MEASURES
from xunhuan.scenario.record import Result, open_result

_PLACES = ("journal", "booktitle", "publisher", "institution", "howpublished")
"""Fields that say where a source appeared, the first one there is."""
_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*")


@dataclass(frozen=True)
class Reference:
    """One source: its key, its BibTeX, the line a reader sees and where to find it."""

    key: str
    bibtex: str
    text: str
    url: str


@cache
def references_by_key() -> dict[str, Reference]:
    """All entries of refs.bib by key."""
    from pybtex.database import parse_string
    from pybtex.database.input.bibtex import LowLevelParser

    source = (resources.files("xunhuan") / "refs.bib").read_text(encoding="utf-8")
    parser = LowLevelParser(source)
    # Each entry as it is written: a writer would set its accents, "_" and "%" anew, in addresses too.
    written = {key: source[parser.command_start : parser.pos] for _, (key, _) in parser}
    parsed = parse_string(source, "bibtex").entries
    return {key: _reference(key, bibtex, parsed[key]) for key, bibtex in written.items()}


def keys_in(text: str) -> list[str]:
    """The known keys a citation names, in order: "JohnsonNoguera2012; WangWeiYuZhu2017, eq. 5".

    >>> keys_in("CaliendoParro2015, eq. 5; Nobody1900")
    ['CaliendoParro2015']
    """
    known = references_by_key()
    return list(dict.fromkeys(word for word in _KEY.findall(text) if word in known))


def references(citations: Iterable[str]) -> list[Reference]:
    """The entries that some citations name, each once, sorted by what the reader sees."""
    keys = {k for text in citations for k in keys_in(text)}
    return sorted((references_by_key()[k] for k in keys), key=lambda r: r.text)


def reference(key: str) -> Reference:
    """One entry. Raises UnknownName with the nearest keys."""
    if key not in references_by_key():
        raise UnknownName.of("source", key, references_by_key())
    return references_by_key()[key]


def _reference(key: str, bibtex: str, entry: Any) -> Reference:
    """A source from its BibTeX; the reader's line is authors (year). title. place."""
    from pybtex.richtext import Text

    f = entry.fields

    def text(name: str) -> str:
        return str(Text.from_latex(f.get(name, "")))

    where = next((text(n) for n in _PLACES if n in f), "")
    volume = text("volume") + (f"({text('number')})" if "volume" in f and "number" in f else "")
    place = " ".join(x for x in (where, volume) if x) + (f": {text('pages')}" if "pages" in f else "")
    title = Text.from_latex(f.get("title", "")).add_period()
    names = [str(Text.from_latex(" ".join(p.prelast_names + p.last_names))) for p in entry.persons.get("author", ())]
    line = f"{_people(names)} ({f.get('year', 'n.d.')}). {title}" + (f" {place}." if place else "")
    return Reference(key, bibtex + "\n", line, f"https://doi.org/{f['doi']}" if "doi" in f else f.get("url", ""))


def _people(last: list[str]) -> str:
    if len(last) > 3 or "others" in last:
        return f"{last[0]} et al."
    return " and ".join(last) if len(last) < 3 else f"{last[0]}, {last[1]} and {last[2]}"


def entries(what: str | Path | Accounts | Result) -> list[str]:
    """BibTeX of what a key, table, result, measure or model rests on; this software always among it.

    Raises UnknownName with the nearest names; BadInput, ForeignFile for a folder or file that is not what it should be.
    """
    if what in references_by_key():
        return [references_by_key()[str(what)].bibtex]
    texts, made = _rests_on(what)
    return [*made, software(), *(r.bibtex for r in references(texts))]


def _rests_on(what: str | Path | Accounts | Result) -> tuple[list[str], list[str]]:
    """Texts that name keys, and entries made for what is cited itself."""
    from xunhuan.data.store import known_tables, load

    if isinstance(what, Accounts):
        return [what.source, *what.notes, *what.extra.values()], [table_entry(what)]
    if isinstance(what, Result):
        base = [table_entry(load(what.scenario.base))] if what.scenario.base in known_tables() else []
        return of_result(what), base
    declared = _declared(str(what))
    if declared:
        return declared, []
    path = Path(what)
    if path.is_dir():
        return _rests_on(open_result(path))
    if str(what) in known_tables() or path.suffix or path.exists():
        return _rests_on(load(what))
    raise UnknownName.of("source", str(what), [*references_by_key(), *known_tables(), *SOURCES, *registry.models()])


def _declared(name: str) -> list[str]:
    """Keys that a measure or a model declares; empty for another name.

    A measure may be named as in Python or as its command: value_added_trade, value-added-trade.
    """
    if name.replace("-", "_") in SOURCES:
        return list(SOURCES[name.replace("-", "_")])
    known = registry.models()
    return list(known[name].cited) if name in known else []


def software() -> str:
    """The entry of this software."""
    from xunhuan import __version__

    return (
        "@software{xunhuan,\n  author = {{The Xunhuan developers}}, title = {Xunhuan: a laboratory for dual-circulation "
        f"economies}},\n  version = {{{__version__}}}, license = {{GPL-3.0-or-later}}}}\n"
    )


def table_entry(acc: Accounts) -> str:
    """The entry of a table: its title, its sources and its digest; by this project only where it comes with the package."""
    ours = f"  author = {{{{The Xunhuan developers}}}}, howpublished = {{Built from: {acc.source}}},\n"
    theirs = f"  howpublished = {{{acc.source or 'source not stated'}; read with Xunhuan}},\n"
    head = f"@misc{{{'xunhuan-' if comes_with_us(acc) else ''}{acc.name},\n  title = {{{acc.title or acc.name}}},\n"
    # The year of the data is none of publication.
    tail = f"  note = {{data of {acc.year}; digest {acc.answer_digest[:16]}}}}}\n"
    return f"{head}{ours if comes_with_us(acc) else theirs}{tail}"


def comes_with_us(acc: Accounts) -> bool:
    """True for a table of the package, by its name and its numbers."""
    import h5py

    from xunhuan.data.store import bundled_folder

    path = bundled_folder() / f"{acc.name}.nc"
    if not path.is_file():
        return False
    with h5py.File(path) as f:
        return str(f.attrs["digest"]) == acc.digest


def of_result(result: Result) -> list[str]:
    """Texts that name the keys a result's models and measures rest on, as it was made with them."""
    scenario = result.scenario
    measured = [m for m, v in scenario.measure if v is not None]
    keys = [k for cited in result.manifest["cited"].values() for k in cited]
    keys += [q.source for q in MEASURES if q.name in measured and q.source]
    keys += [k for name in measured for k in SOURCES.get(name, ())]
    return [*dict.fromkeys(keys), scenario.source, scenario.reasoning]
