"""A model's own page as data: where its controls stand, what is wrong with them, and the scenario they come to."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from xunhuan.faces import words
from xunhuan.faces.web import draft as drafts
from xunhuan.faces.web import lookups, state
from xunhuan.faces.web.draft import Draft
from xunhuan.faces.web.state import Selection
from xunhuan.models import registry
from xunhuan.models.asking import Asking, Knob
from xunhuan.models.model import Model

Standing = dict[str, Any]
"""Where controls stand, by name, as people read it."""


class OwnPage(NamedTuple):
    """A model and its page."""

    model: Model[Any]
    asking: Asking

    def said(self, key: str, lang: str, otherwise: str = "") -> str:
        """The room's words."""
        return words.of_room(self.model.name, key, lang, otherwise)


def of_page(page: str) -> OwnPage | None:
    """The model whose own page a name is; None for the house's pages."""
    model = registry.models().get(page.removeprefix(state.ASK)) if page.startswith(state.ASK) else None
    return None if model is None or model.asking is None else OwnPage(model, model.asking)


def bench_of(asked: OwnPage, lang: str) -> Selection:
    """The view on the table that the page's scenario stands on, whatever was looked at before."""
    base = drafts.shelf()[asked.asking.scenario][2]
    search = f"?lang={lang}" + (f"&table={base}" if base in lookups.table_names() else "")
    return state.selected("/scenario", search)


def starting(asked: OwnPage) -> Standing:
    """Where controls stand at first: as the scenario of the library has them."""
    data = begun(asked)
    out: Standing = {}
    for c in asked.asking.controls:
        here, key = led_to(data, c.steps)
        out[c.name] = c.chosen(here.get(key)) if c.choices else c.shown(here[key]) if c.start is None else c.start
    return out


def begun(asked: OwnPage) -> Draft:
    """The scenario before any control is moved: the library's, with what the page adds and without what it leaves out."""
    data = _merged(drafts.start_of(Selection(scenario=asked.asking.scenario)), asked.asking.also)
    for part in asked.asking.without:
        *way, last = part.split("/")
        here = data
        for step in way:
            here = here.get(step, {})
        here.pop(last, None)
    return data


def _merged(data: Mapping[str, Any], more: Mapping[str, Any]) -> Draft:
    """Both: tables merged, lists one after the other, anything else the second's."""
    out: Draft = {**data}
    for k, v in more.items():
        old = out.get(k)
        new = copy.deepcopy(v)
        if isinstance(old, Mapping) and isinstance(v, Mapping):
            new = _merged(old, v)
        out[k] = [*old, *new] if isinstance(old, list) else new
    return out


def led_to(data: Any, steps: tuple[str, ...]) -> tuple[Any, Any]:
    """The container and the key that a control's steps lead to. Raises KeyError where they lead nowhere."""
    *way, last = (_step(s) for s in steps)
    for step in way:
        data = _entry(data, step)
    return data, last


def _step(step: str) -> Any:
    return int(step) if step.isdigit() else tuple(step.split("=", 1)) if "=" in step else step


def _entry(data: Any, step: Any) -> Any:
    if isinstance(step, tuple):
        key, value = step
        found = next((e for e in data if e.get(key) == value), None)
        if found is None:
            raise KeyError(f"{key}={value}")
        return found
    return data[step]


def as_address(values: Mapping[str, Any]) -> str:
    """Standing as an address has them.

    >>> as_address({"tools": 40.0, "reading": "made_in"}), of_address("tools:40,reading:made_in")
    ('tools:40,reading:made_in', {'tools': 40.0, 'reading': 'made_in'})
    """
    return ",".join(f"{k}:{v:g}" if isinstance(v, int | float) else f"{k}:{v}" for k, v in values.items())


def of_address(text: str) -> Standing:
    """Standing of an address."""
    pairs = (p.split(":", 1) for p in text.split(",") if ":" in p)
    return {k: _number(v) for k, v in pairs}


def _number(text: str) -> Any:
    try:
        return float(text)
    except ValueError:
        return text


def standing(asked: OwnPage, selection: Selection, kept: Any) -> Standing:
    """Where controls stand: as this tab left them at this address, else as the address says, else at the start."""
    known = {c.name for c in asked.asking.controls}
    if isinstance(kept, dict) and (kept.get("origin"), kept.get("asked")) == (selection.page, selection.asked):
        data = kept.get("data")
        return {k: v for k, v in data.items() if k in known} if isinstance(data, dict) else {}
    given = {k: v for k, v in of_address(selection.asked).items() if k in known}
    return starting(asked) | given


def wrong(asked: OwnPage, values: Mapping[str, Any], lang: str) -> dict[str, str]:
    """What is wrong with where controls stand, by control."""
    found = ((c.name, _wrong(c, values.get(c.name), lang)) for c in asked.asking.controls)
    return {name: said for name, said in found if said}


def _wrong(c: Knob, value: Any, lang: str) -> str:
    t = words.of(lang)
    if c.choices:
        return "" if value in c.choices else t("ask_choose")
    number = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    if not number or not c.low <= value <= c.high:
        return t("ask_between", low=f"{c.low:g}", high=f"{c.high:g}")
    return t("ask_whole") if c.whole and value != int(value) else ""


def scenario_of(asked: OwnPage, values: Mapping[str, Any], lang: str) -> Draft:
    """The scenario that controls come to, its title, names and assumptions in the visitor's language."""
    data = begun(asked)
    for c in asked.asking.controls:
        c.write(*led_to(data, c.steps), values[c.name])
    data |= {"title": asked.said("ask_nav", lang), "question": asked.said("ask_title", lang)}
    data["assumptions"] = [asked.said(k, lang) for k in asked.asking.assumes]
    data.pop("reasoning", None)  # speaks of the scenario's own numbers
    return _named(asked, data, lang)


_OF_SHOCKS = ("shock", "policy", "policies")
"""Fields of comparisons that name shocks."""


def _called(names: Any, name: Callable[[str], str]) -> Any:
    return name(names) if isinstance(names, str) else [name(n) for n in names]


def _named(asked: OwnPage, data: Draft, lang: str) -> Draft:
    """The scenario with its shocks and arms called by the room's words."""

    def name(old: str) -> str:
        return asked.said(f"named_{old}", lang, old)

    out = copy.deepcopy(data)
    for shock in out.get("shock", []):
        shock["name"] = name(shock["name"])
    if isinstance(out.get("arms"), Mapping):
        out["arms"] = {name(a): [name(s) for s in of] for a, of in out["arms"].items()}
    for kind, line in out.get("compare", {}).items():
        if isinstance(line, Mapping):
            out["compare"][kind] = {k: _called(v, name) if k in _OF_SHOCKS else v for k, v in line.items()}
    drawn = out.get("uncertainty", {})
    if isinstance(drawn.get("shock"), Mapping):
        drawn["shock"] = {name(k): v for k, v in drawn["shock"].items()}
    return out


def grounds(asked: OwnPage, data: Draft) -> Iterator[tuple[str, str, int, str]]:
    """What the numbers rest on: of what, kind, how many, source."""
    if asked.model.rests_on is not None:
        p = asked.model.parameters.model_validate(data["model"][asked.model.name])
        for g in asked.model.rests_on(p, frozenset(k for shock in data["shock"] for k in shock)):
            yield g.what, g.kind, g.numbers, g.source
