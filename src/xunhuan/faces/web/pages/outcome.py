"""What a result says: headline, files to take away, its pictures, its numbers, how the solvers ended."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from dash import dcc, html

from xunhuan.faces import spelling, telling, words
from xunhuan.faces.assuming import ASSUMED_COLUMNS, assumed_rows
from xunhuan.faces.reading import Reading
from xunhuan.faces.spelling import raised
from xunhuan.faces.told import Number, Told
from xunhuan.faces.web import lookups
from xunhuan.faces.web.pages.kinds import kind_cards
from xunhuan.faces.web.pages.pictures import (
    bars_card,
    change_card,
    circulation_card,
    frontier_card,
    more_card,
    named,
    offset_card,
    one_scale,
    sensitivity_card,
    time_cards,
    trade_card,
)
from xunhuan.faces.web.parts import aria, card, notice, plain_table, with_contents
from xunhuan.faces.web.spoken import spoken
from xunhuan.faces.web.state import Selection
from xunhuan.scenario.record import Result, open_result

SAVED = ("scenario.toml", "summary.parquet", "summary.csv", "result.nc", "report.html")
_LABELS = ("variable", "quantity", "arm", "place")
"""Columns of a summary before those of further axes."""
PIECES = ("name_en", "name_zh", "kind", "value", "median", "low", "high", "draws", "unit")
"""Columns after them."""


@lru_cache(8)
def _opened(path: Path, written: int) -> Result:
    return open_result(path)


@lru_cache(8)
def _read(path: Path, written: int, lang: str) -> Reading:
    return read_in(_opened(path, written), lang)


def opened(path: Path) -> Result:
    """A result, read and verified once for each time it was written."""
    return _opened(path, _written(path))


def read_in(result: Result, lang: str) -> Reading:
    """A result in a language, with its table where the laboratory has it."""
    base = result.scenario.base
    known = lookups.accounts_of(base) if base in lookups.table_names() else None
    return Reading(result, "zh" if lang == "zh" else "en", known)


def _written(path: Path) -> int:
    return (path / "manifest.json").stat().st_mtime_ns


def one_result(path: Path, selection: Selection) -> list[Any]:
    """One result in full, drawn once for all who look at the same of it."""
    reading = read_in(opened(path), selection.lang)
    arm, region = arm_of(reading, selection), _region(selection, reading)
    view = Selection("results", lang=selection.lang, share=selection.share, arm=arm, region=region)
    return _one(path, _written(path), view)


def two_results(left: Path, right: Path, selection: Selection) -> list[Any]:
    """Two results side by side, on the same quantities."""
    region = _region(selection, *(read_in(opened(p), selection.lang) for p in (left, right)))
    return _two(left, right, _written(left), _written(right), Selection("results", lang=selection.lang, region=region))


def _region(selection: Selection, *readings: Reading) -> str:
    """The region chosen, where some result tells of it; else no region, so that what is drawn serves more visitors."""
    return selection.region if any(selection.region in r.places.index for r in readings) else "-"


@lookups.once(48)
def _one(path: Path, written: int, selection: Selection) -> list[Any]:
    reading = _read(path, written, selection.lang)
    t = words.of(reading.lang)
    arm = arm_of(reading, selection)
    main = reading.main_of(arm)
    answer = telling.arm_sentence(reading, arm) if reading.offset is None else ""
    said = _answer(reading, arm) if answer else []
    top = [*_title(reading), *said, *_headline(reading, arm, selection, answer), _arms(reading, arm), _files(reading)]
    kinds, drawn = kind_cards(reading, arm)
    page = [
        card(top),
        *change_card(reading, arm),
        *circulation_card(reading, arm, selection),
        *offset_card(reading, selection),
        *bars_card(reading, arm),
        *time_cards(reading, arm, selection),
        *kinds,
        *frontier_card(reading),
        *sensitivity_card(reading),
        *trade_card(reading, arm),
        *more_card(reading, arm, [*([main.name] if main is not None else []), *drawn]),
        card(_summary(reading, arm, selection), t("numbers")),
        *_assumed(reading),
        card(_ended(reading), t("how_ended")),
    ]
    return list(spoken(with_contents(page, reading.lang), reading.lang, reading.say))


def plain_result(path: Path, selection: Selection) -> list[Any]:
    """One result for who has never heard of the model: the answer in a sentence, pictures, how the solvers ended."""
    reading = read_in(opened(path), selection.lang)
    view = Selection("results", lang=selection.lang, arm=arm_of(reading, selection))
    return _plain(path, _written(path), view)


@lookups.once(24)
def _plain(path: Path, written: int, selection: Selection) -> list[Any]:
    reading = _read(path, written, selection.lang)
    t, arm = words.of(reading.lang), selection.arm
    run = reading.result.digest[:16]
    link = Selection("results", lang=reading.lang, run=run).address("results")
    files = html.P(dcc.Link(t("ask_all"), href=link))
    kinds, _ = kind_cards(reading, arm)
    page = [
        card([*_answer(reading, arm), _arms(reading, arm), files], t("ask_answer")),
        *kinds,
        card(_ended(reading, folded=True), t("how_ended")),
    ]
    return list(spoken(page, reading.lang, reading.say))


def _answer(reading: Reading, arm: str) -> list[Any]:
    """What an arm does, in a sentence with its interval; then what the others do."""
    t = words.of(reading.lang)
    others = [html.Li(telling.arm_sentence(reading, a)) for a in reading.arms if a != arm]
    more = [html.Details([html.Summary(t("ask_others")), html.Ul(others)], open=True)] if others else []
    return [html.P(telling.arm_sentence(reading, arm), className="answer"), *more]


@lookups.once(16)
def _two(left: Path, right: Path, left_written: int, right_written: int, selection: Selection) -> list[Any]:
    pair = _read(left, left_written, selection.lang), _read(right, right_written, selection.lang)
    columns, (limits, span) = [], one_scale(pair)
    for k, reading in enumerate(pair):
        arm = reading.arms[-1]
        inner = [*_title(reading), *_headline(reading, arm, selection), _files(reading)]
        columns.append(
            html.Div(
                [
                    card(inner),
                    *change_card(reading, arm, f"pair-{k}", limits, beside=True),
                    *bars_card(reading, arm, f"pair-{k}", span),
                ]
            )
        )
    scale = [html.P(words.of(selection.lang)("one_scale"), className="sub small")] if limits or span else []
    page = [
        *scale,
        html.Div(columns, className="pair results-pair"),
        card(_difference(*pair), words.of(selection.lang)("difference")),
    ]
    return list(spoken(page, selection.lang, pair[0].say))


def arm_of(reading: Reading, selection: Selection) -> str:
    """The arm the address asks for, else the last, where everything happens at once."""
    return selection.arm if selection.arm in reading.arms else reading.arms[-1]


def _title(reading: Reading) -> list[Any]:
    t = words.of(reading.lang)
    result = reading.result
    s = result.scenario
    said: list[Any] = [html.Code(result.digest[:12]), f" · {s.base} · xunhuan {result.manifest['versions']['xunhuan']}"]
    question = [html.P(s.question, className="question")] if s.question else []
    return [html.H2(s.title), *question, html.P([t("digest"), " ", *said], className="sub small")]


def _headline(reading: Reading, arm: str, selection: Selection, answer: str = "") -> list[Any]:
    """The home nation and the region chosen, each with its number and interval; nothing that `answer` has told already."""
    t = words.of(reading.lang)
    q = reading.main_of(arm)
    if q is None:
        return []
    cells = []
    for place in dict.fromkeys((reading.home, selection.region)) if q.place_axis else (reading.home,):
        if q.place_axis and place not in reading.data[q.place_axis].values:
            continue
        n, form = reading.number(q, place, arm), reading.form(q)
        if not n.known and place != reading.home:
            continue  # a region of which this is not told
        between = "ends" if q.ends and not reading.drawn else "interval"
        interval = t(between, low=form.bare(n.low), high=form.text(n.high)) if reading.interval(n, q) else ""
        after = [(o, reading.number(o, place, arm)) for o in reading.told_after(q)]
        beside = [f"{reading.title(o)} {reading.show(x, o)}" for o, x in after if x.known]
        inside = [
            html.Span(reading.name(place)),
            html.B(reading.show(n, q)),
            html.Span(interval, className="sub small"),
            *(html.Span(said, className="sub small") for said in beside),
        ]
        cells.append(html.Div(inside, className="number"))
    said = telling.beside(reading, q, arm) or words.caveat(
        reading.result.manifest["base"].get("partners", ""), reading.lang
    )
    warned = [html.P(said, className="sub small")] if said else []
    told = [html.P(x) for m in reading.models for x in telling.passing(reading, m, arm) if x not in answer]
    return [
        html.P(t("headline", what=named(reading, q), arm=reading.say(arm))),
        html.Div(cells, className="numbers"),
        *_also_told(reading, q, arm),
        *told,
        *warned,
    ]


MOST_TOLD = 3
"""Regions of home told beside the nation: those hit most, else those that gain most."""


def _also_told(reading: Reading, q: Told, arm: str) -> list[html.P]:
    """The partners that the shock names, and home's regions hit most, with their intervals, a line each."""
    if not (q.place_axis and q.change and q.better):
        return []
    t = words.of(reading.lang)
    mine = reading.frame(q, arm, ("home",), change=True).sort_values("value", kind="stable")
    hit, gained = mine[mine["value"] < 0].head(MOST_TOLD), mine[mine["value"] > 0].tail(MOST_TOLD)[::-1]
    lines = [("hit_most", list(hit["region"]))] if len(hit) else [("gain_most", list(gained["region"]))]
    known = set(reading.data[q.place_axis].values.astype(str))
    lines = [("in_the_shock", [p for p in reading.partners_named if p in known]), *lines]
    said = []
    for key, places in lines:
        told = [(p, reading.number(q, p, arm)) for p in places]
        parts = [f"{reading.name(p)} {reading.show(n, q)}{reading.within(n, q)}" for p, n in told]
        said += [html.P([html.B(t(key)), " ", t("list").join(parts)], className="told")] if parts else []
    return said


def _arms(reading: Reading, arm: str) -> html.Div:
    t = words.of(reading.lang)
    if len(reading.arms) < 2:
        return html.Div()
    buttons = [
        html.Button(
            a, id={"go": "arm", "to": a}, className="plain-button", type="button", **aria(pressed=str(a == arm).lower())
        )
        for a in reading.arms
    ]
    return html.Div(
        [html.Span(t("arm"), className="sub"), *buttons], className="arms", role="group", **aria(label=t("arm"))
    )


def _files(reading: Reading) -> html.Div:
    t, result = words.of(reading.lang), reading.result
    at = f"/download/result/{result.digest}"
    links = [
        html.A(t(f"file_{name.replace('.', '_')}"), href=f"{at}/{name}", className="button", download=name)
        for name in SAVED
    ]
    look = html.A(
        t("read_report"),
        href=f"{at}/report.html?look=1&lang={reading.lang}",
        className="button",
        target="_blank",
        rel="noopener",
    )
    png = html.Button(t("file_png"), id={"png": result.digest[:12]}, className="button", type="button")
    return html.Div([look, *links, png], className="files", role="group", **aria(label=t("downloads")))


def _summary(reading: Reading, arm: str, selection: Selection) -> list[Any]:
    """Headline numbers of the home's places, every quantity with its interval."""
    t = words.of(reading.lang)
    s = reading.summary
    quantities = [q for q in dict.fromkeys(s["quantity"]) if not s.loc[s["quantity"] == q, "arm"].eq("").all()]
    home = {*reading.home_regions, reading.home, selection.region, ""}
    rows = s[(s["arm"] == arm) & s["place"].isin(home) & s["quantity"].isin(quantities)]
    cells: list[list[str]] = []
    ends: list[bool] = []
    for _, r in rows.iterrows():
        q = reading.quantity(r["variable"])
        n = Number(*(float(r[c]) for c in ("value", "low", "high")))
        form = reading.form(q)
        between = f"{form.bare(n.low, 3)} – {form.text(n.high, 3)}" if n.spans else "–"
        ends.append(q.ends or not n.spans)
        place = reading.name(r["place"]) if r["place"] else "–"
        cells.append([_row_title(reading, q, r), place, reading.show(n, q, 3), between])
    between_what = "ends_short" if ends and all(ends) and not reading.drawn else "interval_short"
    head = [t("quantity"), t("place"), t("value"), t(between_what)]
    if all(row[1] == "–" for row in cells):  # nothing is of a place
        head, cells = head[:1] + head[2:], [row[:1] + row[2:] for row in cells]
    beyond = telling.outside(reading)
    table = plain_table(head, cells, numeric=range(len(head) - 2, len(head)), caption=t("numbers"))
    return [*([html.P(beyond, className="sub small")] if beyond else []), table]


def _row_title(reading: Reading, q: Told, row: Any) -> str:
    """What a row of the summary is: the place on the quantity's further axis where it has one, else the quantity, with the
    places on its further axes behind it."""
    if row["quantity"] != q.name:
        return raised(reading.title(row["quantity"]))
    further = [row[c] for c in row.index if c not in _LABELS + PIECES and row[c]]
    behind = ", ".join(words.title(str(x), reading.lang) for x in further)
    return f"{named(reading, q)} ({behind})" if behind else named(reading, q)


def _difference(left: Reading, right: Reading) -> list[Any]:
    """The same headline in both results, and the difference, home places first."""
    t = words.of(left.lang)
    q = next((q for q in left.headlines if q.change and _told(left, q) and _told(right, q)), None)
    if q is None:
        return [notice([t("not_same")], t("page_problem"), "info")]
    a, b = (r.along(q, r.arms[-1]).to_series() for r in (left, right))
    form = q.form(drawn=True)
    apart = spelling.Form(form.percent, form.unit, True, fixed=form.fixed)
    rows = [
        [left.name(p), form.text(a[p]), form.text(b[p]), apart.text(b[p] - a[p])]
        for p in a.index
        if p in b.index and np.isfinite(a[p])
    ]
    head = [t("place"), left.result.scenario.title, right.result.scenario.title, t("second_less_first")]
    said = [html.P(left.axis(q), className="sub")]
    if left.result.scenario.base != right.result.scenario.base:
        said.append(html.P(t("definitions_differ")))
    return [*said, plain_table(head, rows, numeric=(1, 2, 3), caption=t("difference"))]


def _told(reading: Reading, q: Told) -> bool:
    """True where the last arm has an answer for a quantity by place, of the same unit."""
    mine = reading.quantities.get(q.name)
    alike = mine is not None and q.by_place and (mine.axes, mine.unit, mine.written) == (q.axes, q.unit, q.written)
    return alike and bool(np.isfinite(reading.data[q.name].sel(arm=reading.arms[-1])).any())


def _assumed(reading: Reading) -> list[Any]:
    """What nobody has read or computed, folded away under how much that is."""
    t, rows = words.of(reading.lang), assumed_rows(reading)
    if not rows:
        return []
    told = [[*row[:-1], html.Span(row[-1], lang="en")] for row in rows]
    table = plain_table([t(c) for c in ASSUMED_COLUMNS], told, numeric=(1, 2), caption=t("assumed_title"))
    return [card([html.P(t("assumed_caption")), table], t("assumed_title"))]


def _ended(reading: Reading, folded: bool = False) -> list[Any]:
    """How every solver ended, what was drawn, and what the models warn of; that may be folded away."""
    t = words.of(reading.lang)
    manifest = reading.result.manifest
    rows = [
        [t("arm_base") if e.arm == "base" else e.arm, reading.model(e.model), e.outcome, e.iterations, e.residual]
        for e in telling.endings(reading)
    ]
    head = [t("arm"), t("model"), t("outcome"), t("iterations"), t("residual")]
    if not any(row[-1] for row in rows):  # nothing was left to be small
        head, rows = head[:-1], [row[:-1] for row in rows]
    drawn = manifest["draws"]
    ends = t("list").join(f"{telling.outcome(reading, k)} {v}" for k, v in drawn["outcomes"].items())
    lines = [html.P(t("drawn", n=drawn["total"], outcomes=ends))] if drawn["total"] else []
    told = (*manifest["notes"], *manifest["base"]["notes"], *reading.result.scenario.assumptions)
    notes = [
        html.Li(said, lang="en" if said == n else reading.lang)
        for n, said in ((n, words.in_language(n, reading.lang)) for n in told)
    ]
    folding = html.Details([html.Summary(t("model_notes")), html.Ul(notes)], open=not folded)
    return [plain_table(head, rows, numeric=range(3, len(head)), caption=t("how_ended")), *lines, folding]
