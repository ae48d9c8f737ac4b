"""What a result says in sentences: what each arm does, what was drawn, how the solvers ended."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

import numpy as np
import pandas as pd

from xunhuan.faces import spelling, words
from xunhuan.faces.reading import Reading
from xunhuan.faces.spelling import lowered
from xunhuan.faces.told import Number, Told
from xunhuan.models import registry
from xunhuan.scenario.record import Result


def tell(reading: Reading, q: Told, arm: str, short: bool = False) -> str:
    """What a quantity says of home in an arm, as part of a sentence about the arm, by its room's words; empty where there
    are none or it has no answer. Braces name home, value and within, and whatever else the model gives of home or was told:
    its numbers by place and its parameters. What stands in square brackets is said only where all its numbers are known.
    `short`: by its room's words for an answer of several arms, where it has such."""
    n = reading.number(q, arm=arm)
    said = reading.words_of(q, "answer", "") if short else ""
    said = said or reading.words_of(q, "tell", "")
    if not said or not n.known:
        return ""
    within = reading.within(n, q)
    value = reading.show(n, q) if "{within}" in said else reading.show(n, q) + within
    numbers = ((o, reading.number(o, arm=arm)) for o in reading.of(q.model) if o.by_place and f"{{{o.name}}}" in said)
    mine = {o.name: reading.show(x, o) + (reading.within(x, o) if o != q else "") for o, x in numbers if x.known}
    given = {k: _plainly(v) for k, v in reading.result.manifest["models"].get(q.model, {}).items()}
    known = given | mine | {"home": reading.name(reading.home), "value": value, "within": within}
    said = _OPTIONAL.sub(lambda m: m[1] if all(h in known for h in _HOLE.findall(m[1])) else "", said)
    return said.format_map(defaultdict(lambda: "–", known))  # a result of another version may lack a number


_OPTIONAL, _HOLE = re.compile(r"\[([^]]*)\]"), re.compile(r"{(\w+)}")


def _plainly(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def beside(reading: Reading, q: Told, arm: str) -> str:
    """What a quantity is never told without, as a sentence: "Price: 1.31 (90% interval 1.2 to 1.4); cost: 116 bn USD.";
    empty where there is nothing."""
    t = words.of(reading.lang)
    told = [
        t("told_beside", title=reading.title(b), value=reading.show(n, b) + reading.within(n, b))
        for b, n in reading.beside(q, arm)
    ]
    return t("beside_join").join(told) + ("。" if reading.lang == "zh" else ".") if told else ""


def arm_sentence(reading: Reading, arm: str, short: bool = False) -> str:
    """What an arm does at home, in a sentence or more: each model's first number by its room's words, or plainly. `short`:
    as `tell` has it."""
    t = words.of(reading.lang)
    first = [
        q for m in reading.models if (q := _speaks(reading, m, arm)) is not None and reading.number(q, arm=arm).known
    ]
    first = [
        q for q in first if not q.change or reading.moves(q, arm)
    ] or first  # what stands still is no news beside others
    first = [q for q in first if not _told_already(reading, q, first, arm)]
    told = [(q, tell(reading, q, arm, short)) for q in first]
    parts = [said for _, said in told if said]
    out = [t("arm_does", arm=arm, what=t("and_so").join(parts))] if parts else []
    for q in (q for q, said in told if not said):
        n = reading.number(q, arm=arm)
        values = {"value": reading.show(n, q), "within": reading.within(n, q)}
        out.append(t("arm_says", arm=arm, title=reading.title(q), home=reading.name(reading.home), **values))
    out += [said for q in first if (said := _of_places(reading, q, arm))]
    return t("next").join(out) if out else t("arm_silent", arm=arm)


def _told_already(reading: Reading, q: Told, others: list[Told], arm: str) -> bool:
    """Whether a model that borrows this one's long run tells what comes of all edits of an arm, so that this one, which is
    asked nothing else, would tell the same again."""
    by_name = reading.result.scenario.shocks()
    kinds = {k for s in reading.result.scenario.all_arms().get(arm, ()) for k, _, _ in by_name[s].lines()}
    rooms = registry.models()
    for other in (o for o in others if o.model != q.model and o.lasting and {o.model, q.model} <= {*rooms}):
        room = rooms[other.model]
        p = room.parameters(**reading.result.scenario.given(other.model))
        borrows = room.borrows is not None and "long_run" in room.borrows(p)
        if borrows and "long_run" in rooms[q.model].lends and kinds <= {e.kind for e in room.reads}:
            return True
    return False


def _looked_at(reading: Reading) -> list[str]:
    """Places that the question asks about, beside home."""
    known = reading.places[["name_en", "name_zh"]]
    named = ((known == n).any(axis=1) | (known.index == n) for n in reading.result.scenario.places)
    return [str(known.index[rows][0]) for rows in named if rows.any()]


def _of_places(reading: Reading, q: Told, arm: str) -> str:
    """What a quantity is at the places that the question asks about: "Real income: Guangdong −0.9% (90% interval ...)." """
    t, out = words.of(reading.lang), []
    known = {str(p) for p in reading.data[q.name].coords[q.place_axis].values} if q.place_axis else set()
    for place in (p for p in _looked_at(reading) if p in known):
        n = reading.number(q, place, arm)
        still = n.known and {reading.show(x, q) for x in (n.value, n.low, n.high) if x == x} == {reading.show(0.0, q)}
        if n.known and not still and (n.spans or not reading.result.scenario.split):  # no city without its bounds
            out.append(t("place_is", place=reading.name(place), value=reading.show(n, q) + reading.within(n, q)))
    return t("places_are", what=reading.title(q), which=t("list").join(out)) if out else ""


def _speaks(reading: Reading, model: str, arm: str) -> Told | None:
    """A model's first number; where it stands still in an arm, the first headline told with it that does not."""
    q = reading.first(model)
    if q is None or not q.change or not reading.number(q, arm=arm).known or reading.moves(q, arm):
        return q
    return next((o for o in reading.told_after(q) if o.by_place and reading.moves(o, arm)), q)


def passing(reading: Reading, model: str, arm: str = "") -> list[str]:
    """What a model whose answer passes does at home, a sentence for an arm or for each that it tells apart; nothing of one
    that lasts, but where answers tell less of it than there is to say."""
    q = reading.first(model)
    if q is None or (reading.lasting(model) and not reading.has_words(q, "answer")):
        return []
    t = words.of(reading.lang)
    arms = [arm] if arm else reading.distinct(q)
    return [t("arm_does", arm=a, what=said) for a in arms if (said := tell(reading, q, a))]


def chain(reading: Reading) -> list[str]:
    """Which model runs on the accounts that another ends with, a sentence each."""
    t = words.of(reading.lang)
    named = reading.model if reading.lang == "zh" else str
    return [t("chain", model=named(name), after=named(other)) for name, other in reading.chain]


def draws(reading: Reading) -> str:
    """How the draws were made and ended; empty without draws."""
    u = reading.result.scenario.uncertainty
    if u is None:
        return ""
    t, said = words.of(reading.lang), reading.result.manifest["draws"]
    made = t("list").join(t("so_many", n=f"{n:,}", what=outcome(reading, how)) for how, n in said["outcomes"].items())
    errors = [words.title(q.name, reading.lang) for q in u.quantities() if q.of == "errors"]
    what = t("list").join(
        reading.uncertain(q.of, q.name) for q in u.quantities() if q.of != "errors" or len(errors) == 1
    )
    if len(errors) > 1:
        what = t("list").join(filter(None, (what, t("own_errors_many", what=t("list").join(errors)))))
    told = t("draws_are", what=what, total=f"{said['total']:,}", design=t(f"design_{u.design}"), seed=u.seed, made=made)
    held = reading.result.manifest["base"].get("cities_only", False)
    split = u.table and reading.result.scenario.split
    covers = t("draws_of_cities" if held else "draws_of_cities_and_regions") if split else ""
    left = t("draws_not", models=t("list").join(map(reading.model, reading.undrawn))) if reading.undrawn else ""
    return t("gap").join(filter(None, (told, covers, left, versions_told(reading), outside(reading))))


def versions_told(reading: Reading) -> str:
    """That intervals of shares hold what versions of the table leave open, where draws take none; else empty."""
    n = int((reading.result.manifest.get("draws") or {}).get("versions", 0))
    return words.of(reading.lang)("draws_with_versions", n=n) if n else ""


def outside(reading: Reading) -> str:
    """Which numbers lie outside their own interval, and why; empty where none does."""
    s = reading.summary
    known = s[s["low"].notna() & s["value"].notna()]
    beyond = known[(known["value"] < known["low"]) | (known["value"] > known["high"])]
    # What no draw moves differs by rounding only.
    beyond = beyond[(beyond["high"] - beyond["low"]) > 1e-9 * beyond["value"].abs()]
    if beyond.empty:
        return ""
    t = words.of(reading.lang)
    name = "name_zh" if reading.lang == "zh" else "name_en"
    groups = beyond.groupby("variable", sort=False)
    home = reading.name(reading.home)  # of numbers of no place
    which = [t("outside_of", what=reading.title(str(v)), where=_some(g[name].fillna(home), t)) for v, g in groups]
    return t("outside_draws", n=f"{len(beyond):,}", of=f"{len(known):,}", which=t("semicolon").join(which))


def _some(names: pd.Series[str], t: words.Texts, most: int = 4) -> str:
    """The first few different names."""
    found = list(dict.fromkeys(map(str, names)))
    return t("list").join(found[:most]) + ("…" if len(found) > most else "")


def offset_too_small(reading: Reading) -> list[str]:
    """That the shock takes too little at home for a ratio to its loss, where an offset was asked for; else nothing."""
    asked = reading.offset is not None and "omega" in reading.quantities
    return [words.of(reading.lang)("offset_small")] if asked and not reading.number("omega").known else []


def made_good(reading: Reading, place: str = "") -> list[str]:
    """How many times a loss is made good at a place, by default home, and the part beyond the policy's own gain; that it is
    too small for that where it is."""
    t = words.of(reading.lang)
    omega, extra = (reading.number(v, place) if place else reading.number(v) for v in ("omega", "omega_net"))
    if not omega.known:
        return [t("offset_small")]
    return [
        t("offset_omega", share=_multiple(omega, reading.lang)),
        t("offset_net", share=_multiple(extra, reading.lang)),
    ]


def _multiple(n: Number, lang: str) -> str:
    """A multiple of the loss: "10.3 times (90% interval 1.7 to 33.7)"; says so where the estimate lies outside."""
    told = f"{spelling.times(n.value)}{'倍' if lang == 'zh' else ' times'}"
    if not n.spans:
        return told
    t = words.of(lang)
    ends = t("from_to", low=spelling.times(n.low), high=spelling.times(n.high))
    return told + t("within_beside" if n.outside else "within", interval=ends)


OF_LOSS = "times the loss"
"""Unit of what a policy makes good of a shock's loss."""


def headline_frame(result: Result, lang: Literal["en", "zh"] = "en") -> pd.DataFrame:
    """Headline numbers of home, one a row: each model's first and what is told beside it, then measures and comparisons.

    number (in words), arm, value and, with draws, median, low, high (90% interval), unit: per cent where people read it so,
    but a comparison's shares are multiples.
    """
    reading = Reading(result, lang)
    s = reading.summary
    first = [q for q in reading.headlines if not q.model or q == reading.first(q.model)]
    told = {q.name for q in first} | {o.name for q in first if q.model for o in reading.told_after(q)}
    told |= {name for q in reading.headlines if q.name in told for name in q.beside}
    # A ratio to almost nothing is left out; the notes say so.
    ratios = s["variable"].map({n: bool(q.weighs) for n, q in reading.quantities.items()}).astype(bool)
    mine = s[s["place"].isin([reading.home, ""]) & s["variable"].isin(told) & (s["value"].notna() | ~ratios)]
    percent = mine["variable"].map({n: q.percent and not q.weighs for n, q in reading.quantities.items()}).astype(bool)
    labels = [_line(reading, row) for row in mine.to_dict("records")]
    shown = pd.DataFrame({"number": labels, "arm": [reading.say(a) for a in mine["arm"]]}, index=mine.index)
    for column in ("value", "median", "low", "high"):
        shown[column] = mine[column] * percent.map({True: 100.0, False: 1.0})
    if reading.drawn:  # what no draw moves has no interval: its ends would only repeat it
        still = (shown["high"] - shown["low"]).abs() <= 1e-9 * shown["value"].abs()
        shown.loc[still, ["median", "low", "high"]] = np.nan
    plain = mine["unit"].where(mine["unit"] != "share", OF_LOSS)
    shown["unit"] = plain.where(~percent, "%")
    shown = pd.concat([shown, *_asked_by_edits(reading)], ignore_index=True)
    return shown if reading.drawn else shown.drop(columns=["median", "low", "high"])


def _asked_by_edits(reading: Reading) -> list[pd.DataFrame]:
    """Rows of home's numbers that the kinds of a scenario's edits make worth telling, though they are no headlines; none is
    drawn."""
    kinds = {line.kind for shock in reading.result.scenario.shock for line in shock.lines()}
    told = [q for q in reading.quantities.values() if kinds & set(q.told_with)]
    return [
        pd.DataFrame(
            {
                "number": lowered(reading.title(q)), "arm": [reading.say(a) for a in ("base", *reading.answered(q))],
                "value": [reading.number(q, arm=a).value for a in ("base", *reading.answered(q))], "median": np.nan,
                "low": np.nan, "high": np.nan, "unit": q.written,
            }
        )
        for q in told
    ]  # fmt: skip


def _line(reading: Reading, row: Mapping[Any, Any]) -> str:
    """What a row of the summary is called, by its quantity, or by its labels where it has several ("domestic sales")."""
    q = reading.quantity(row["variable"])
    further = [a for a in q.axes if a != q.place_axis]
    if len(further) > 1:
        return words.of(reading.lang)("list").join(reading.say(f"{row[a]} {a}") for a in further)
    return words.either(f"line_{row['quantity']}", reading.lang, lowered(reading.title(row["quantity"])))


class Ending(NamedTuple):
    """How a solver ended; `residual` is empty where there is none to close."""

    arm: str
    model: str
    outcome: str
    iterations: str
    residual: str
    message: str


def endings(reading: Reading) -> list[Ending]:
    """How the solver of every model ended in every arm."""
    return [
        Ending(arm, model, outcome(reading, s["outcome"]), f"{s['iterations']:,}",
               f"{s['residual']:.1e}" if s["tolerance"] else "", s["message"])
        for arm, by_model in reading.result.manifest["status"].items() for model, s in by_model.items()
    ]  # fmt: skip


def outcome(reading: Reading, name: str) -> str:
    """How a solver or a draw ended, in words."""
    return words.either(f"outcome_{name.replace(' ', '_')}", reading.lang, name.replace("_", " "))
