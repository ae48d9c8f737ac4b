"""A model's own page, for who has never heard of it: plain controls, the answer in a sentence, pictures, words explained.

What stands on it is the model's `Asking`; a run goes to the same pool as any other, and its result is drawn beside it.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import dash_mantine_components as dmc
from dash import ALL, Dash, Input, Output, State, ctx, dcc, html, no_update

from xunhuan.errors import XunhuanError
from xunhuan.faces import words
from xunhuan.faces.web import asked as asking
from xunhuan.faces.web import draft as drafts
from xunhuan.faces.web import state
from xunhuan.faces.web.asked import OwnPage, Standing
from xunhuan.faces.web.jobs import WAITING, Pool
from xunhuan.faces.web.pages import Page, outcome, results, scenario
from xunhuan.faces.web.pages.form import TEXT
from xunhuan.faces.web.parts import CHOICES_LISTED, card, notice, plain_table
from xunhuan.faces.web.spoken import spoken
from xunhuan.faces.web.state import Selection
from xunhuan.models.asking import GROUNDS, Knob

_READ = ("fact", "computed")
"""Kinds of grounds that somebody has read."""


def _draw(selection: Selection, pool: Pool, kept: Any) -> html.Div:
    """The page; `kept` is what this tab has been working on, used while the address still means it."""
    asked = asking.of_page(selection.page)
    assert asked is not None  # an address without a page is the first page
    lang, t = selection.lang, words.of(selection.lang)
    values = asking.standing(asked, selection, kept)
    controls = [
        html.Div([_control(asked, c, values.get(c.name), lang) for c in asked.asking.controls], className="asks"),
        html.Div(_verdict(asked, values, lang, pool), id="ask-verdict", className="verdict"),
        html.P(dcc.Link(t("ask_again"), href=clean(selection, selection.page)), className="sub small"),
        html.P(dcc.Link(t("ask_expert"), href=_library(asked, lang)), className="sub small"),
    ]
    opened = {"origin": selection.page, "asked": selection.asked, "data": values}
    return html.Div(
        [
            html.H1(asked.said("ask_title", lang), className="lead"),
            html.P(asked.said("ask_lead", lang), className="sub"),
            html.Div(
                [
                    card(controls, t("ask_controls"), "choose"),
                    html.Div(shown_answer(asked, selection, pool), id="ask-shown"),
                    card(_terms(asked, lang), t("ask_terms"), "words"),
                ],
                className="asking",
            ),
            html.Div(_beneath(asked, values, lang), className="pair"),
            dcc.Interval(id="ask-tick", interval=results.TICK, disabled=not _waits(selection, pool)),
            dcc.Store(id="opened", data=opened),
        ]
    )


def clean(selection: Selection, page: str) -> str:
    """The address of a model's own page at its start: nothing of what was looked at elsewhere."""
    return Selection(page=page, lang=selection.lang).address(page)


def _library(asked: OwnPage, lang: str) -> str:
    """The address of the page's scenario in the form."""
    table = asking.bench_of(asked, lang).table
    return Selection(page="scenario", table=table, lang=lang, scenario=asked.asking.scenario).address()


def _control(asked: OwnPage, c: Knob, value: Any, lang: str) -> Any:
    """One control with its words; what is wrong with it is told under it."""
    id = {"ask": c.name, "scale": TEXT if c.choices else 1}
    label, told = asked.said(f"control_{c.name}", lang), asked.said(f"help_{c.name}", lang)
    error = asking.wrong(asked, {c.name: value}, lang).get(c.name, "")
    if c.choices:
        data = [{"value": x, "label": asked.said(f"choice_{x}", lang)} for x in c.choices]
        return dmc.Select(id=id, value=value, label=label, description=told, data=data, error=error, allowDeselect=False,
                          **CHOICES_LISTED)  # fmt: skip
    sign = "%" if abs(c.scale) == 100 and c.high == 100 else ""
    return dmc.NumberInput(
        id=id, value="" if value is None else value, label=label, description=told, error=error, size="sm",
        suffix=sign, step=1 if c.whole else (c.high - c.low) / 20, clampBehavior="none", decimalScale=6,
    )  # fmt: skip


def _verdict(asked: OwnPage, values: Standing, lang: str, pool: Pool) -> list[Any]:
    """Whether it can run, how long it takes, and the button."""
    t = words.of(lang)
    said: Any = notice([t("ask_wrong")], t("invalid"))
    if not asking.wrong(asked, values, lang):
        checked = drafts.checked(asking.scenario_of(asked, values, lang), asking.bench_of(asked, lang))
        if checked.bench is not None:
            takes = drafts.duration(drafts.estimate(checked.bench, pool.past()), lang)
            return [html.P(t("ask_ready", time=takes), className="sub small"), *_button(lang, runs=True)]
        same = [t("same_words")] if lang != "en" else []
        said = notice([*checked.problems, *same], t("invalid"))
    return [said, *_button(lang, runs=False)]


def _button(lang: str, runs: bool) -> list[Any]:
    """The button, and where it says what went wrong."""
    said = words.of(lang)("run_button")
    button = html.Button(said, id="ask-run", className="button main", disabled=not runs, type="button")
    return [button, html.Div(id="ask-submitted")]


def _terms(asked: OwnPage, lang: str) -> list[Any]:
    parts = [
        part
        for term in asked.asking.terms
        for part in (html.Dt(asked.said(f"term_{term}", lang)), html.Dd(asked.said(f"means_{term}", lang)))
    ]
    return [html.P(asked.said("ask_sum", lang)), html.Dl(parts, className="terms")]


def _beneath(asked: OwnPage, values: Standing, lang: str) -> list[Any]:
    """What is assumed, and what the numbers rest on, kind by kind."""
    t = words.of(lang)
    assumed = html.Ul([html.Li(asked.said(k, lang)) for k in asked.asking.assumes])
    out = [card(assumed, t("ask_assumes"))]
    start = asking.scenario_of(asked, asking.starting(asked), lang)
    found = list(asking.grounds(asked, start))
    if found:
        out.append(card(_grounds(asked, found, lang), t("ask_rests")))
    return out


def _grounds(asked: OwnPage, found: list[tuple[str, str, int, str]], lang: str) -> list[Any]:
    t = words.of(lang)
    sums: Counter[str] = Counter()
    for _, kind, count, _ in found:
        sums[kind] += count
    total = sum(sums.values())
    unread = total - sum(sums[k] for k in _READ)
    short = [[t(f"grounds_{k}"), sums[k]] for k in GROUNDS if sums[k]]
    ordered = sorted(found, key=lambda g: GROUNDS.index(g[1]))
    rows = [
        [
            asked.said(f"ground_{what}", lang) or words.title(what, lang),
            t(f"grounds_{kind}"),
            count,
            _source(source, lang),
        ]
        for what, kind, count, source in ordered
    ]
    head = [t("ground_what"), t("ground_kind"), t("ground_count"), t("ground_source")]
    return [
        html.P(t("ask_judged", n=unread, all=total)),
        plain_table([t("ground_kind"), t("ground_count")], short, numeric=(1,), caption=t("ask_rests")),
        html.Details([html.Summary(t("ground_source")), plain_table(head, rows, numeric=(2,), caption=t("ask_rests"))]),
    ]


def _source(source: str, lang: str) -> Any:
    """Where a figure is from; what is not said in the language is marked as English."""
    said = words.in_language(source, lang)
    return html.Span(said, lang="en" if said == source else lang)


def _waits(selection: Selection, pool: Pool) -> bool:
    job = results.chosen(selection.run, pool)
    return job is not None and job.state in WAITING


def shown_answer(asked: OwnPage, selection: Selection, pool: Pool) -> list[Any]:
    """What the run of the address says: nothing yet, how far it is, or its answer in words and pictures."""
    t, job = words.of(selection.lang), results.chosen(selection.run, pool)
    if job is None:
        said = t("no_such_run") if selection.run else t("ask_nothing")
        return [card(html.P(said), t("ask_answer"))]
    if job.state != "done":
        return [card(results.progress(job, selection.lang), t("ask_answer"), "waiting")]
    try:
        return outcome.plain_result(pool.results / job.digest, selection)
    except XunhuanError as e:
        return [spoken(notice([str(e)], t("page_problem")), selection.lang)]


def ask_run(asked: OwnPage, values: Standing, selection: Selection, pool: Pool) -> str:
    """Queue what the controls come to; the address of its answer. Raises BadInput where something is wrong."""
    from xunhuan.errors import BadInput

    found = asking.wrong(asked, values, selection.lang)
    if found:
        raise BadInput("; ".join(found.values()))
    data = asking.scenario_of(asked, values, selection.lang)
    digest = scenario.submit(data, asking.bench_of(asked, selection.lang), pool)
    return selection.address(run=digest[: results.SHORT], asked=asking.as_address(values), arm="", versus="")


def _connect(app: Dash, pool: Pool) -> None:
    """Controls write what the tab keeps; every change is checked here; a run is followed until it ends."""

    @app.callback(
        Output("ask-verdict", "children"),
        Output({"ask": ALL, "scale": ALL}, "error"),
        Input("draft", "data"),
        State({"ask": ALL, "scale": ALL}, "id"),
        State("url", "pathname"),
        State("url", "search"),
        prevent_initial_call=True,
    )
    def verdict(kept: Any, ids: list[dict[str, Any]], pathname: str | None, search: str | None) -> Any:
        selection = state.selected(pathname, search)
        asked = asking.of_page(selection.page)
        if asked is None:
            return no_update, [no_update for _ in ids]
        values = asking.standing(asked, selection, kept)
        found = asking.wrong(asked, values, selection.lang)
        return _verdict(asked, values, selection.lang, pool), [found.get(i["ask"], "") for i in ids]

    @app.callback(
        Output("url", "href", allow_duplicate=True),
        Output("ask-submitted", "children"),
        Input("ask-run", "n_clicks"),
        State("draft", "data"),
        State("url", "pathname"),
        State("url", "search"),
        prevent_initial_call=True,
    )
    def run(clicks: int | None, kept: Any, pathname: str | None, search: str | None) -> tuple[Any, Any]:
        selection = state.selected(pathname, search)
        asked = asking.of_page(selection.page)
        if not clicks or asked is None:
            return no_update, no_update
        try:
            return ask_run(asked, asking.standing(asked, selection, kept), selection, pool), no_update
        except XunhuanError as e:
            return no_update, spoken(notice([str(e)], words.of(selection.lang)("invalid")), selection.lang)

    _follow(app, pool)


def _follow(app: Dash, pool: Pool) -> None:
    @app.callback(
        Output("ask-shown", "children"),
        Output("ask-tick", "disabled"),
        Input("ask-tick", "n_intervals"),
        Input({"cancel": ALL}, "n_clicks"),
        Input("focus", "data"),
        State("url", "pathname"),
        State("url", "search"),
        prevent_initial_call=True,
    )
    def look(_: int | None, clicks: Any, focus: Any, pathname: str | None, search: str | None) -> tuple[Any, Any]:
        selection = state.selected(pathname, search)
        asked = asking.of_page(selection.page)
        if asked is None:
            return no_update, no_update
        wanted = ctx.triggered_id
        if isinstance(wanted, dict) and ctx.triggered[0]["value"]:
            pool.cancel(str(wanted["cancel"]))
        return shown_answer(asked, selection, pool), not _waits(selection, pool)


PAGE = Page(_draw, _connect)
