"""The report on a scenario's result: question, answer with its interval, figures, tables, how the solvers ended."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal

from xunhuan.faces import bibliography, words
from xunhuan.faces.captions import with_whiskers
from xunhuan.faces.choosing import arithmetic, of_choice, said_of_choices
from xunhuan.faces.compared import quantity_weighed
from xunhuan.faces.figures import of_quantity as drawing
from xunhuan.faces.noted import note_in_names
from xunhuan.faces.reading import ARMS_TOLD, Reading
from xunhuan.faces.reinforced import said_of_reinforcement
from xunhuan.faces.report import scenario_pictures, scenario_tables
from xunhuan.faces.report.page import (
    Album,
    Grid,
    Picture,
    album_in,
    brief,
    formula,
    grid_in,
    lowered_to_first_screen,
    no_higher,
    render,
    sentence,
    without_blanks,
)  # fmt: skip
from xunhuan.faces.spelling import lowered
from xunhuan.faces.telling import arm_sentence, chain, draws, made_good, passing
from xunhuan.faces.told import Told
from xunhuan.scenario.record import Result


@dataclass(frozen=True)
class Section:
    """What a model says: sentences, figures of full width, rows of figures side by side, those folded away, tables."""

    id: str
    title: str
    says: list[str]
    lines: list[Picture]
    rows: list[list[Picture]]
    more: list[list[Picture]]
    tables: list[Grid]


@dataclass(frozen=True, eq=False)
class ScenarioReport:
    """The report on one result, in English or Chinese."""

    result: Result
    lang: Literal["en", "zh"] = "en"

    @property
    def name(self) -> str:
        """What its file is called."""
        return str(self.result.manifest["name"])

    @cached_property
    def reading(self) -> Reading:
        """Its numbers as the report quotes them."""
        return Reading(self.result, self.lang)

    def album(self) -> Album:
        """Its figures by key, in order."""
        return self._album(drawing.ROWS)

    def _album(self, rows: int) -> Album:
        album = scenario_pictures.album(self.reading, rows)
        said = album if self.lang == "en" else album_in(album, self.reading.say)
        told = ((k, replace(p, caption=with_whiskers(p.caption, album[k].wide, self.lang))) for k, p in said.items())
        return Album(told)

    def html(self) -> str:
        """The whole page."""
        citations = bibliography.of_result(self.result)
        return render("scenario.html.j2", self._context(), citations, self.lang, self.reading.say)

    def brief(self) -> str:
        """The page in short: the answer, its first figure and its first headlines, to be printed on one sheet."""
        made = self._context(scenario_pictures.ABROAD)  # as many bars as can be read on a sheet
        return brief(
            made, made["tables"]["headlines"], bibliography.of_result(self.result), self.lang, self.reading.say
        )

    def _context(self, rows: int = drawing.ROWS) -> dict[str, Any]:
        reading, s, m = self.reading, self.result.scenario, self.result.manifest
        base, pictures, tables, say = m["base"], self._album(rows), scenario_tables.grids(self.reading), reading.say
        chinese = Reading(self.result, "zh")
        if self.lang == "zh":
            tables = {k: grid_in(g, say) for k, g in tables.items()}
        tables = {k: without_blanks(scenario_tables.with_dagger(g)) for k, g in tables.items()}
        first = scenario_pictures.opening_picture(reading, pictures)
        sections = {model: section(reading, model, pictures, tables, first) for model in reading.models}
        answer = answer_text(reading)
        told = {m: [said for x in part.says if (said := say(x)) not in answer] for m, part in sections.items()}
        sections = {m: replace(part, says=told[m]) for m, part in sections.items()}
        return {
            "kicker": say(f"Scenario report · {m['name']} · {base['name']}"), "title": say(s.title), "title_zh": "",
            "question": say(s.question), "answer": answer,
            "answer_zh": answer_text(chinese),
            "partners": [words.caveat(base.get("partners", ""), lang) for lang in ("en", "zh")],
            "choices": choices(self.result, self.lang), "arithmetic": told_twice(self.result, arithmetic),
            "reinforced": told_twice(self.result, said_of_reinforcement),
            "reinforced_title": words.of(reading.lang)("reinforced_title"),
            "assumed_title": words.of(reading.lang)("assumed_title"), "more_title": words.of(reading.lang)("more_of_it"),
            "pictures": pictures, "first": lowered_to_first_screen(first), "tables": tables,
            "reasoning": say(sentence(s.reasoning)),
            "assumptions": [say(sentence(a)) for a in s.assumptions], "date": say(s.date), "offset": reading.offset,
            "lasting": [sections[n] for n in reading.models if reading.lasting(n)],
            "passing": [sections[n] for n in reading.models if not reading.lasting(n)],
            "relation": say(relation(reading)), "relation_title": scenario_tables.side_by_side(reading),
            "definitions": _definitions(reading),
            "notes": [note_in_names(reading, sentence(n)) for n in (*base["notes"], *m["notes"])],
            "draws": say(draws(reading)), "overrides": m["overrides"], "home": reading.name(reading.home),
            "sources": [say(sentence(x)) for x in (s.source, base["source"]) if x], "cite": "xunhuan cite .",
            "made_from": f"{base['name']}, digest {str(base['digest'])[:16]}; result {str(m['digest'])[:16]}",
        }  # fmt: skip


def told_twice(result: Result, say: Callable[[Reading], list[str]]) -> list[tuple[str, str]]:
    """Sentences in English and in Chinese, side by side."""
    chinese = Reading(result, "zh")
    return list(zip(say(Reading(result)), map(chinese.say, say(chinese)), strict=True))


def choices(result: Result, lang: Literal["en", "zh"] = "en") -> list[tuple[str, str, tuple[str, str]]]:
    """What models leave open: heading, key of its table, and what is said of it in both languages."""
    reading, said = Reading(result, lang), told_twice(result, said_of_choices)
    t = words.of(reading.lang)
    found = of_choice(reading)
    heads = [t("choices_title", what=words.title(of, reading.lang)) for of in found]
    return list(zip(heads, (f"choices-{of}" for of in found), said, strict=True))


_BROAD = ("fan", "lines", "heat", "land", "flows")
"""Pictures that take the width of the page; several of lines share it, and maps of the land after the first."""

_HIGHEST = 700
"""Pixels that a picture of a section is high at most: a screen."""

_WIDE, _SHOWN, _ABREAST = 1, 5, 3
"""Of a section: pictures of full width shown, places after which rows are folded away, and pictures of a row that stand side
by side. A picture of full width, as one alone in its row, takes two places."""


_LONG = 26
"""Letters of a label beside bars that leave no room for them in a third of the page."""


def _longest(p: Picture) -> int:
    """Letters of the longest label beside its bars; those of Chinese are twice as wide."""
    labels = (str(y) for trace in p.wide.data if trace.type == "bar" and trace.orientation == "h" for y in trace.y)
    return max((len(y) + sum(not c.isascii() for c in y) for y in labels), default=0)


def section(
    reading: Reading, model: str, pictures: Album, tables: dict[str, Grid], first: Picture | None = None
) -> Section:
    """What a model says on the page, its figures by the records of its quantities; `first` stands in the answer already."""
    drawn = scenario_pictures.pictured(reading, model)

    def keyed(kind: str) -> list[Picture]:
        heads = [scenario_pictures.key(q, kind) for q in drawn]
        mine = [p for k, p in pictures.items() if any(k == h or k.startswith(f"{h}-") for h in heads)]
        return [p if p is first else no_higher(p, _HIGHEST) for p in mine]

    rows = [many if len(many := keyed(kind)) > 1 else [] for kind in ("lines", "heat")]
    lands = keyed("land")[1:]
    if len(lands) > 1:  # they share a row
        lands = [replace(p, wide=p.narrow or p.wide, narrow=None) for p in lands]
    rows += [lands, keyed("steps") + keyed("stack"), keyed("pairs") + keyed("curve"), keyed("bars") + keyed("map")]
    rows = [row for row in (*rows, keyed("tiles"), keyed("lollipops"), keyed("winners")) if row]
    shared = {p.id for row in rows for p in row}
    mine = [tables[k] for q in drawn for kind in ("regions", "placed") if (k := f"{kind}-{q.name}") in tables]
    mine += [tables[k] for q in reading.of(model) if (k := f"labelled-{q.name}") in tables]
    says = passing(reading, model) + [said for q in drawn if (said := _first(reading, q))]
    broad = [p for kind in _BROAD for p in keyed(kind) if p.id not in shared and p is not first]
    abreast = [_ABREAST if max(map(_longest, row)) <= _LONG else 2 for row in rows]
    takes = [max(len(row[:k]), 2) for row, k in zip(rows, abreast, strict=True)]
    before = itertools.accumulate(takes, initial=2 * len(broad[:_WIDE]))
    n = sum(used < _SHOWN for used, _ in zip(before, rows, strict=False))
    shown = [row[:k] for row, k in zip(rows[:n], abreast, strict=False)]
    rests = [rest for row, k in zip(rows[:n], abreast, strict=False) if (rest := row[k:])]
    folded = [[p] for p in broad[_WIDE:]] + rests + rows[n:]
    return Section(f"model-{model}", reading.section(model), says, broad[:_WIDE], shown, folded, mine)


def _first(reading: Reading, q: Told) -> str:
    """The largest bar in words, or that there is none; empty where the room has no words for it."""
    if q.picture != "bars" or not reading.has_words(q, "first") or not reading.answered(q):
        return ""
    arm = reading.arm_of(q)
    frame = drawing.bars_frame(reading, q, arm)
    if frame.empty:
        return reading.words_of(q, "none", "").format(arm=arm)
    sizes = frame["value"].abs().to_numpy()

    def told(k: int) -> tuple[str, str]:
        name, size = (frame.iloc[k][c] for c in ("name_zh" if reading.lang == "zh" else "name_en", "value"))
        value = reading.show(-float(size), q) if q.loss else q.form(drawn=True).text(float(size))
        return lowered(str(name)), value

    (first, value), (least, least_value) = told(int(sizes.argmax())), told(int(sizes.argmin()))
    said = reading.words_of(q, "first", "")
    return said.format(arm=arm, first=first, value=value, least=least, least_value=least_value)


def relation(reading: Reading) -> str:
    """How the models' answers relate, where more than one ran; and which runs on the accounts another ends with."""
    if len(reading.models) < 2:
        return ""
    said = [words.of_room(m, "relation", reading.lang) for m in reversed(reading.models)]
    not_added = words.of(reading.lang)("not_added" if len(reading.models) == 2 else "not_added_many")
    return words.of(reading.lang)("next").join([*(s for s in said if s), *chain(reading), not_added])


def answer_text(reading: Reading) -> str:
    """The answer in a sentence or three, computed, in the reading's language; the first interval says what it is."""
    said = reading.say(words.of(reading.lang)("next").join(s for s in _answer(reading) if s))
    named = words.of(reading.lang)("within", interval="")[:-1]
    first, mark, rest = said.partition(named)
    return first + mark + rest.replace(named, named[: named.index("90")])


def _answer(reading: Reading) -> Iterator[str]:
    q = quantity_weighed(reading)
    if q is None or reading.offset is None:
        yield from (arm_sentence(reading, arm, short=True) for arm in reading.arms[-ARMS_TOLD:])
        return
    t, (shock, policy, both) = words.of(reading.lang), reading.offset
    hit, net = (reading.number(q, arm=a) for a in (shock, both))
    of = {"home": reading.name(reading.home), "what": lowered(reading.title(q))}
    yield t("offset_shock", shock=shock, **of, value=reading.show(hit, q), within=reading.within(hit, q))
    yield t("offset_both", policy=policy, value=reading.show(net, q), within=reading.within(net, q))
    yield from made_good(reading)


def _definitions(reading: Reading) -> list[tuple[str, object]]:
    out: list[tuple[str, object]] = []
    for name in dict.fromkeys([*reading.quantities, *map(str, reading.data.data_vars)]):
        text = str(reading.data[name].attrs.get("definition", "")).strip().split("\n\n")[0]
        if text and not name.endswith(("_median", "_low", "_high", "_answer", "_half")):
            out.append((reading.title(name), formula(reading.say(text))))
    return out
