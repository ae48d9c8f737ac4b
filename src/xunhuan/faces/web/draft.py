"""A scenario while it is being built: plain data as a scenario file holds it, checked like one, and bounded.

A visitor sends values of form fields, never a file: the base is the table chosen above the page, by name.
"""

from __future__ import annotations

import copy
import itertools
import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from xunhuan.data.accounts import Accounts
from xunhuan.data.records import own_files
from xunhuan.errors import XunhuanError
from xunhuan.faces import words
from xunhuan.faces.web import calls, lookups
from xunhuan.faces.web.jobs import Job
from xunhuan.faces.web.state import Selection
from xunhuan.models import registry
from xunhuan.scenario.layers import Layers, library, read_layers
from xunhuan.scenario.run import Bench
from xunhuan.scenario.scenario import Scenario, Uncertainty

Draft = dict[str, Any]
MOST_ASKED = {
    "shocks": 8, "edits": 40, "draws": 1024, "steps": 41, "policies": 8, "text": 4000, "names": 400,
    "values": calls.MANY, "seconds an answer": 60, "seconds": 1800,
}  # fmt: skip
"""Largest sizes a run from the browser may have; seconds are estimated, of one answer of a model and of the whole."""
EMPTIED = ("offset", "compare", "uncertainty")
"""Tables that the form leaves empty where nothing is chosen, beside those of uncertain quantities; an empty table elsewhere
asks for something's defaults."""
START, ANSWER = 14.0, 1.0
"""Seconds on one core of a laptop: to start and compile; for an answer of a model that does not say how long it takes."""


@dataclass(frozen=True, eq=False)
class Checked:
    """What is wrong with a draft, or the bench that can run it."""

    bench: Bench | None
    problems: tuple[str, ...]


@lookups.once(1)
def shelf() -> dict[str, tuple[str, str, str]]:
    """The library: name -> title, question, base."""
    found = {}
    for name in library():
        data = read_layers(name).data
        found[name] = (str(data.get("title", name)), str(data.get("question", "")), str(data.get("base", "")))
    return found


@lookups.once(64)
def _library(name: str) -> Mapping[str, Any]:
    return read_layers(name).data


STARTER_DRAWS, STARTER_SPREAD = 64, 0.25
"""Draws of a first question, and how far its model's first parameter is drawn: no answer without an interval."""


def start_of(selection: Selection) -> Draft:
    """The draft an address opens: a scenario of the library, else a first question on the table chosen."""
    if selection.scenario in library():
        data = copy.deepcopy(dict(_library(selection.scenario)))
        for shock in data.get("shock", []):
            for kind in registry.edits():
                if isinstance(shock.get(kind), Mapping):
                    shock[kind] = [shock[kind]]
        return data
    return starter(selection)


def starter(selection: Selection) -> Draft:
    """One tariff, from the home to the economy abroad that buys most of it."""
    t = words.of(selection.lang)
    acc = lookups.accounts_of(selection.table, selection.home)
    foreign = [k for k, n in enumerate(acc.geography.nation) if n != acc.home]
    home = [k for k in range(acc.R) if k not in foreign]
    sold = acc.flow[home].sum(axis=(0, 2))
    buyer = max(foreign, key=lambda k: float(sold[k]), default=0)
    line = {"from": [acc.home], "to": [acc.geography.codes[buyer]], "sectors": ["goods"], "add": 0.25}
    names = (
        acc.geography.name(acc.geography.codes[buyer], selection.lang),
        acc.geography.name(acc.home, selection.lang),
    )
    title = t("starter_title", buyer=names[0], home=names[1])
    can = [u.name for u in registry.find(registry.DEFAULT).uncertain if not u.choices]
    drawn = {name: {"relative_sd": STARTER_SPREAD} for name in can[:1]}
    return {
        "title": title,
        "shock": [{"name": t("starter_shock"), "tariff": [line]}],
        "model": {registry.DEFAULT: {}},
        "uncertainty": {"draws": STARTER_DRAWS, **drawn},
    }


def complete(draft: Mapping[str, Any], selection: Selection) -> Draft:
    """The draft with the table, home and definition chosen above the page, and without what was left empty."""
    data: Draft = _filled(draft)
    data["base"] = selection.table
    u = _part(data, "uncertainty")
    if u and (u.get("draws") == 0 or not (_part(u, "shock") or _drawn_of(u))):
        del data["uncertainty"]
    acc = lookups.accounts_of(selection.table)
    data.pop("home", None)
    if selection.home != acc.home:
        data["home"] = selection.home
        if selection.home not in acc.geography.nations:
            members = list(acc.geography.clusters[selection.home])
            data["nations"] = {**_part(data, "nations"), selection.home: members}
    if selection.definition != "absorption":
        data["measure"] = {**_part(data, "measure"), "circulation": {"definition": selection.definition}}
    return data


def models_of(draft: Mapping[str, Any]) -> Mapping[str, Any]:
    """The draft's models with their parameters; a scenario's own default where it names none."""
    default = Scenario.model_fields["model"].get_default(call_default_factory=True)
    found: Mapping[str, Any] = draft.get("model", default)
    return found if isinstance(found, Mapping) else {}


def parameters_of(name: str) -> Draft:
    """What a model that is switched on starts with: its defaults, or where it has none those of its own page's scenario."""
    model = registry.find(name)
    try:
        model.parameters()
    except ValidationError:
        known = _library(model.asking.scenario).get("model", {}) if model.asking is not None else {}
        return copy.deepcopy(dict(known.get(name, {})))
    return {}


def _filled(value: Any) -> Any:
    """Plain data without what was left empty, so that defaults apply."""
    if isinstance(value, Mapping):
        emptied = {*EMPTIED, *(u.name for m in registry.models().values() for u in m.uncertain)}
        filled = {str(k): _filled(v) for k, v in value.items()}
        kept = {k: v for k, v in filled.items() if v is not None and v != "" and v != []}
        return {k: v for k, v in kept.items() if v != {} or k not in emptied}
    if isinstance(value, list):
        return [_filled(v) for v in value if v is not None]
    return value


def checked(draft: Mapping[str, Any], selection: Selection) -> Checked:
    """Check a draft as the command line checks a file, after its size, and how large its run would be."""
    much = {"values": float(calls.count(draft))}
    if too_much := (*_beyond(much, selection.lang), *_far(draft, selection.lang)):
        return Checked(None, too_much)
    data = complete(draft, selection)
    too_much = tuple(_beyond(_sizes(data), selection.lang))
    if too_much := (*too_much, *_files(data, selection.lang)):
        return Checked(None, too_much)
    found = _checked(json.dumps(data, ensure_ascii=False))
    if found.bench is not None:
        too_much = tuple(_beyond(_asked(found.bench), selection.lang)) or tuple(
            _beyond(_seconds(found.bench), selection.lang)
        )
    return Checked(None, too_much) if too_much else found


@lookups.once(48)
def _checked(text: str) -> Checked:
    """The check itself, kept: while a draft is built it is asked for again and again."""
    from xunhuan.scenario.check import prepare

    try:
        return Checked(prepare(Layers("scenario", json.loads(text), (), None), _table), ())
    except XunhuanError as e:
        return Checked(None, tuple(e.items) or (str(e),))


def _table(name: str | Path) -> Accounts:
    """The table of a name the laboratory lists; a path opens nothing."""
    from xunhuan.errors import UnknownName

    if name not in lookups.table_names():
        raise UnknownName.of("table", str(name), lookups.table_names())
    return lookups.accounts_of(str(name))


def _sizes(data: Mapping[str, Any]) -> dict[str, float]:
    """Sizes of a draft that `MOST_ASKED` bounds, before anything is read."""
    shocks = [s for s in _items(data.get("shock")) if isinstance(s, Mapping)]
    return {
        "shocks": len(_items(data.get("shock"))),
        "edits": sum(len(s[k]) for s in shocks for k in registry.edits() if isinstance(s.get(k), list)),
        "text": max((len(v) for v in _texts(data)), default=0),
        "names": sum(1 for _ in _texts(data)),
    }


def _asked(bench: Bench) -> dict[str, float]:
    """Sizes of what a scenario asks for, read as the run would read them."""
    u, curve = bench.scenario.uncertainty, bench.scenario.compare.frontier
    return {
        "draws": 0 if u is None else evaluations(u),
        "steps": 0 if curve is None else curve.steps,
        "policies": 0 if curve is None else len(curve.policies),
    }


def _seconds(bench: Bench) -> dict[str, float]:
    return {
        "seconds an answer": max(_seconds_of(bench).values(), default=0.0),
        "seconds": estimate(bench, []),
    }


def _far(draft: Mapping[str, Any], lang: str) -> Iterator[str]:
    """A line for the first numbers that are no quantities, before anything is worked out with them."""
    t, (least, most) = words.of(lang), calls.NUMBERS
    for place, given in itertools.islice(calls.out_of_bounds(draft), 3):
        yield t("number_beyond", where=place, given=str(given)[:20], least=f"{least:g}", most=f"{most:g}")


def _beyond(sizes: Mapping[str, float], lang: str) -> Iterator[str]:
    """A line for every size above its bound."""
    t = words.of(lang)
    for what, given in sizes.items():
        if not given <= MOST_ASKED[what]:
            said = t(f"bound_{what.replace(' ', '_')}")
            yield t("too_many", what=said, given=f"{given:g}", most=MOST_ASKED[what])


def _files(data: Mapping[str, Any], lang: str) -> Iterator[str]:
    """A line for every file or folder that a draft names: none is opened for a visitor."""
    t, known = words.of(lang), registry.models()
    for name, given in _part(data, "model").items():
        if name in known and isinstance(given, Mapping):
            for place, said in own_files(known[name].parameters, given, f"model.{name}."):
                if Path(said).name != said or Path(said).suffix or Path(said).exists():
                    yield t("no_files", where=place, given=said)


def _part(data: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = data.get(key)
    return value if isinstance(value, Mapping) else {}


def _items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def evaluations(u: Uncertainty) -> int:
    """Draws a design comes to: Sobol designs take draws x (quantities + 2)."""
    return u.draws * (len(u.quantities()) + 2 if u.design == "sobol" else 1)


def _drawn_of(u: Mapping[str, Any]) -> int:
    """Quantities of models and of the table that are drawn: a spread, a list of choices, or the model's own errors."""
    own = {x.name for m in registry.models().values() for x in m.uncertain}
    return sum(isinstance(v, Mapping) or (k in {*own, "table"} and bool(v)) for k, v in u.items() if k != "shock")


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for v in value.values():
            yield from _texts(v)
    elif isinstance(value, list):
        for v in value:
            yield from _texts(v)


def _seconds_of(bench: Bench) -> dict[str, float]:
    """Seconds one answer of each model takes on the table, as the models say."""
    sizes = {name: registry.find(name).size for name in bench.order}
    return {n: ANSWER if f is None else f(bench.base, bench.parameters[n]) for n, f in sizes.items()}


def estimate(bench: Bench, past: list[Job]) -> float:
    """Seconds a run should take: answers asked for times what one takes, set right by runs that have ended here."""
    s, each = bench.scenario, _seconds_of(bench)
    arms, c, u = float(len(s.all_arms())), s.compare, s.uncertainty
    weighed = each.get(bench.gain[0], 0.0) if bench.gain is not None else 0.0
    more = weighed * (14.0 * (c.break_even is not None) + 4.0 * (c.reinforcement is not None))
    curve = 0.0 if c.frontier is None else weighed * c.frontier.steps * (1 + len(c.frontier.policies))
    choices = sum(each.get(m, 0.0) * len(u.choices) for m in each for u in registry.find(m).uncertain)
    channels = weighed * 4.0 * (c.reinforcement is not None)
    guess = START + arms * (sum(each.values()) + choices) + more + curve + channels
    if u is not None:
        drawn = u.models or tuple(each)
        guess += evaluations(u) * (arms * sum(each.get(n, 0.0) for n in drawn) + more)
    ended = [j.seconds / j.estimate for j in past if j.state == "done" and j.base == bench.base.name and j.estimate > 0]
    return guess * sorted(ended)[len(ended) // 2] if ended else guess


def duration(seconds: float, lang: str) -> str:
    """Seconds in words people use.

    >>> duration(42, "en"), duration(200, "zh")
    ('40 seconds', '4分钟')
    """
    t = words.of(lang)
    if seconds < 100:
        return t("seconds", n=max(5, 5 * round(seconds / 5)))
    return t("minutes", n=math.ceil(seconds / 60))
