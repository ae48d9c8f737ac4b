"""What the visitor looks at. It lives in the address, so that a link or a reload shows the same thing.

/                circulation      /scenario   /results   /tables   /ask/MODEL
?table=world-2017&home=CHN&region=CN-GD&definition=absorption&share=external&lang=zh
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TypeVar
from urllib.parse import parse_qs, urlencode

from xunhuan.data.arrays import CIRCUITS, Circuit
from xunhuan.errors import BadInput, UnknownName
from xunhuan.faces.web import lookups
from xunhuan.models import registry
from xunhuan.scenario.layers import library, read_layers

PAGES = {"/": "circulation", "/scenario": "scenario", "/results": "results", "/tables": "tables"}
DEFINITIONS = ("absorption", "origin", "forward")
LANGUAGES = ("en", "zh")
MAPS_DRAWN = ("tiles", "land")
_KEPT = ("table", "home", "region", "definition", "share", "scenario", "run", "versus", "arm", "asked", "drawn", "lang")
"""What an address says of a view, in this order."""
_LONGEST = 200
"""Characters of one value in the address; anything longer is cut before it is looked at."""
_FIELDS = 20
"""Things an address may name; a page has half as many."""
Word = TypeVar("Word", bound=str)
_DIGEST = re.compile(r"[0-9a-f]{12,64}")
ASK = "ask/"
"""What the names of models' own pages begin with."""


def pages() -> dict[str, str]:
    """Every page by path: the house's, and one a model that asks for it."""
    return PAGES | {f"/{ASK}{m.name}": f"{ASK}{m.name}" for m in registry.models().values() if m.asking is not None}


def definitions(table: str) -> tuple[str, ...]:
    """Definitions of circulation that a table is shown under: cities under those alone whose bounds are known."""
    return DEFINITIONS[:1] if lookups.cut_of(table)[1] else DEFINITIONS


@dataclass(frozen=True)
class Selection:
    """One view of the laboratory.

    page        one of PAGES' values
    table       a known table · home: nation or cluster looked from · region: one of its regions
    definition  of circulation · share: the circuit that colours the map
    lang        "en" or "zh"
    scenario    a library name · run, versus: digests of results · arm: one of a result's arms
    asked       what the controls of a model's own page stand at, "tools:40,year:2035"
    drawn       "land" for a real map in place of tiles · only: the picture that is shown alone
    problems    what the address asked for and the laboratory does not have
    """

    page: str = "circulation"
    table: str = ""
    home: str = ""
    region: str = ""
    definition: str = "absorption"
    share: Circuit = "external"
    lang: str = "en"
    scenario: str = ""
    run: str = ""
    versus: str = ""
    arm: str = ""
    asked: str = ""
    drawn: str = "tiles"
    only: str = ""
    problems: tuple[str, ...] = field(default=(), compare=False)

    def query(self, **changes: str) -> str:
        """The address's search part; values that are the default are left out.

        >>> Selection(table="toyland", region="AT-N").query(region="AT-E", lang="zh")
        '?table=toyland&region=AT-E&lang=zh'
        """
        new = replace(self, **changes)  # type: ignore[arg-type]
        plain = Selection()
        kept = {n: getattr(new, n) for n in _KEPT if getattr(new, n) and getattr(new, n) != getattr(plain, n)}
        return f"?{urlencode(kept)}" if kept else ""

    def address(self, page: str | None = None, **changes: str) -> str:
        """Path and search of a view that differs from this one by `changes`."""
        path = next(p for p, name in pages().items() if name == (page or self.page))
        return path + self.query(**changes)


@lookups.once(64)
def own_table(scenario: str) -> str:
    """The table that a scenario of the library is asked of; "" without one."""
    return str(read_layers(scenario).data.get("base", "")) if scenario else ""


def selected(pathname: str | None, search: str | None) -> Selection:
    """The view an address means. What it names and is not there becomes a line in `problems`, and the default."""
    problems: list[str] = []
    given = _given(search, problems)

    def pick(name: str, valid: tuple[Word, ...], default: Word, kind: str) -> Word:
        value = given.get(name, "") or default
        for word in valid:
            if word == value:
                return word
        problems.append(str(UnknownName.of(kind, value, valid)))
        return default

    page = pages().get(pathname or "/")
    if page is None:
        problems.append(str(UnknownName.of("page", pathname or "", pages())))
    names = lookups.table_names()
    asked, region = lookups.cut_of(given.get("table", ""))
    given["table"] = asked
    scenario = pick("scenario", ("", *library()), "", "scenario")
    own = own_table(scenario) if page == "scenario" else ""
    table = pick("table", names, own if own in names else lookups.default_table(), "table")
    cut = page == "circulation" and bool(region) and table == asked
    if cut and region in lookups.can_be_cut(table):
        table += lookups.CUT + region
    elif cut:
        problems.append(str(UnknownName.of("region with cities", region, lookups.can_be_cut(table))))
    homes = lookups.homes(table)
    home = pick("home", tuple(h.code for h in homes), homes[0].code, "home")
    region = _region(given.get("region", ""), table, home, problems)
    has = lookups.circuits(table, home)
    if given.get("share") in CIRCUITS and given["share"] not in has:
        given["share"] = ""  # chosen on a table whose home has regions
    digests = {k: given.get(k, "") for k in ("run", "versus")}
    for key, value in digests.items():
        if value and not _DIGEST.fullmatch(value):
            problems.append(f"{key}={value!r} is not the digest of a result")
            digests[key] = ""
    return Selection(
        page=page or "circulation",
        table=table,
        home=home,
        region=region,
        definition=pick("definition", definitions(table), "absorption", "definition"),
        share=pick("share", has, "external", "share"),
        lang=pick("lang", LANGUAGES, "en", "language"),
        scenario=scenario,
        arm=given.get("arm", ""),
        asked=given.get("asked", ""),
        drawn=pick("drawn", MAPS_DRAWN, "tiles", "kind of map"),
        only=given.get("only", ""),
        problems=tuple(problems),
        **digests,
    )


def _given(search: str | None, problems: list[str]) -> dict[str, str]:
    """What an address names, each once; nothing where it names more than a page has."""
    try:
        named = parse_qs((search or "").lstrip("?"), max_num_fields=_FIELDS)
    except ValueError:
        problems.append(f"the address names more than {_FIELDS} things")
        named = {}
    return {k: v[0][:_LONGEST] for k, v in named.items()}


def _region(value: str, table: str, home: str, problems: list[str]) -> str:
    """A region of the home by code or name; its largest where none is asked for."""
    codes = lookups.home_regions(table, home)
    if not value or value == lookups.cut_of(table)[1]:
        return lookups.largest(table, home)
    geo = lookups.accounts_of(table, home).geography
    try:
        code = geo.codes[geo.index(value)]
        if code not in codes:
            raise BadInput(f"{value!r} does not lie in {geo.name(home)}", fix="choose another home")
    except BadInput as e:
        problems.append(str(e))
        return lookups.largest(table, home)
    return code
