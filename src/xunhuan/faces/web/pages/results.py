"""Results: the runs there are and how far they are, one result in pictures, or two side by side."""

from __future__ import annotations

import time
from typing import Any

import dash_mantine_components as dmc
from dash import ALL, Dash, Input, Output, State, ctx, dcc, html, no_update

from xunhuan.errors import XunhuanError
from xunhuan.faces import words
from xunhuan.faces.web import draft as drafts
from xunhuan.faces.web import state
from xunhuan.faces.web.jobs import WAITING, Job, Pool
from xunhuan.faces.web.pages import Page, outcome
from xunhuan.faces.web.parts import aria, card, clientside, notice
from xunhuan.faces.web.spoken import spoken
from xunhuan.faces.web.state import Selection

TICK = 1000
"""Milliseconds between looks at runs that have not ended."""
_LISTED = 40
SHORT = 16
"""Digits of a digest in an address."""


def _draw(selection: Selection, pool: Pool, kept: Any) -> html.Div:
    """The list beside what is chosen from it."""
    t = words.of(selection.lang)
    jobs = pool.jobs()
    return html.Div(
        [
            html.H1(t("results_title"), className="lead"),
            html.P(t("results_lead"), className="sub"),
            html.Div(
                [
                    card(html.Div(_list(jobs, selection), id="runs"), t("runs"), "shelf"),
                    html.Div(shown(selection, pool), id="shown"),
                ],
                className="bench",
            ),
            dcc.Interval(id="tick", interval=TICK, disabled=not _busy(jobs)),
            dcc.Store(id="known", data=_states(selection, pool)),
        ]
    )


def _connect(app: Dash, pool: Pool) -> None:
    """The list follows the runs; what is chosen is drawn again when its run ends."""

    @app.callback(
        Output("runs", "children"),
        Output("shown", "children"),
        Output("known", "data"),
        Output("tick", "disabled"),
        Input("tick", "n_intervals"),
        Input({"cancel": ALL}, "n_clicks"),
        State("known", "data"),
        State("url", "pathname"),
        State("url", "search"),
        prevent_initial_call=True,
    )
    def look(_: int | None, clicks: Any, known: Any, pathname: str | None, search: str | None) -> tuple[Any, ...]:
        selection = state.selected(pathname, search)
        asked = ctx.triggered_id
        if isinstance(asked, dict) and ctx.triggered[0]["value"]:
            pool.cancel(str(asked["cancel"]))
        jobs = pool.jobs()
        now = _states(selection, pool)
        waits = any(s in WAITING for s in now)
        drawn = shown(selection, pool) if now != known or waits else no_update
        return spoken(_list(jobs, selection), selection.lang), drawn, now, not _busy(jobs)

    @app.callback(
        Output("shown", "children", allow_duplicate=True),
        Input("focus", "data"),
        State("url", "pathname"),
        State("url", "search"),
        State("frame", "data"),
        prevent_initial_call=True,
    )
    def focus(_: str, pathname: str | None, search: str | None, frame: str) -> Any:
        selection = state.selected(pathname, search)
        return shown(selection, pool) if selection.page == "results" else no_update

    clientside(
        app,
        "picture",
        Output({"png": ALL}, "data-saved"),
        Input({"png": ALL}, "n_clicks"),
        prevent_initial_call=True,
    )


def _busy(jobs: list[Job]) -> bool:
    return any(j.state in WAITING for j in jobs)


def chosen(digest: str, pool: Pool) -> Job | None:
    """The job an address means; it may give the digest's first digits only."""
    return next((j for j in pool.jobs() if digest and j.digest.startswith(digest)), None)


def _states(selection: Selection, pool: Pool) -> list[str]:
    jobs = [chosen(d, pool) for d in (selection.run, selection.versus)]
    return [j.state if j else "" for j in jobs]


def _list(jobs: list[Job], selection: Selection) -> list[Any]:
    t = words.of(selection.lang)
    if not jobs:
        return [html.P([t("no_runs"), " ", dcc.Link(t("build_one"), href=selection.address("scenario"))])]
    return [html.Ul([html.Li(_entry(j, selection)) for j in jobs[:_LISTED]], className="plainlist runs")]


def _entry(job: Job, selection: Selection) -> list[Any]:
    here = bool(selection.run) and job.digest.startswith(selection.run)
    when = time.strftime("%Y-%m-%d %H:%M", time.localtime(job.submitted))
    link = dcc.Link(
        job.title,
        href=selection.address("results", run=job.digest[:SHORT], versus="", arm=""),
        className="shelf-link" + (" here" if here else ""),
    )
    said = html.Span([html.Code(job.digest[:12]), f" · {job.base} · {when}"], className="sub small")
    if job.state == "done":
        return [link, said]
    return [link, said, *progress(job, selection.lang)]


def progress(job: Job, lang: str) -> list[Any]:
    """How far a run is, in words and as a bar, with a button that ends it."""
    t = words.of(lang)
    spent, left = (drafts.duration(max(x, 1), lang) for x in (job.seconds, job.estimate - job.seconds))
    said = {
        "queued": t("queued", n=job.position),
        "running": t("running", time=spent, left=left),
        "failed": t("failed", why=_why(job, lang)),
        "cancelled": t("cancelled"),
        "done": t("done", time=spent),
    }[job.state]  # fmt: skip
    line = html.P(said, className=f"sub small state {job.state}")
    if job.state not in WAITING:
        return [line]
    bar = dmc.Progress(value=100 * job.share, size="sm")
    cancel = html.Button(
        t("cancel"),
        id={"cancel": job.digest},
        className="plain-button",
        type="button",
        **aria(label=t("cancel_what", what=job.title)),
    )
    return [line, bar, cancel]


def _why(job: Job, lang: str) -> str:
    key = {"interrupted": "why_interrupted", "too long": "why_long", "too large": "why_large"}.get(job.error)
    return words.of(lang)(key) if key else job.error


def shown(selection: Selection, pool: Pool) -> list[Any]:
    """What is chosen: nothing, a run that goes on or failed, one result, or two side by side."""
    t = words.of(selection.lang)
    done = [j for j in pool.jobs() if j.state == "done" and pool.has(j.digest)]
    first = chosen(selection.run, pool) or (None if selection.run else next(iter(done), None))
    if first is None:
        text = t("no_such_run") if selection.run else t("choose_run")
        return [card(html.P(text))]
    second = chosen(selection.versus, pool)
    if first.state != "done":
        return [spoken(card([html.H2(first.title), *progress(first, selection.lang)], extra="waiting"), selection.lang)]
    try:
        if second is None or second.state != "done" or second.digest == first.digest:
            return [_against(first, done, selection), *outcome.one_result(pool.results / first.digest, selection)]
        pair = [pool.results / j.digest for j in (first, second)]
        return [_against(first, done, selection), *outcome.two_results(pair[0], pair[1], selection)]
    except XunhuanError as e:
        return [spoken(notice([str(e)], t("page_problem")), selection.lang)]


def _against(first: Job, done: list[Job], selection: Selection) -> Any:
    """Links that put another result beside this one, and take it away."""
    t = words.of(selection.lang)
    others = [j for j in done if j.digest != first.digest][:12]
    if not others:
        return html.Div()
    run = first.digest[:SHORT]
    links = [
        html.Li(
            dcc.Link(
                j.title,
                href=selection.address("results", run=run, versus=j.digest[:SHORT]),
                className="shelf-link"
                + (" here" if selection.versus and j.digest.startswith(selection.versus) else ""),
            )
        )
        for j in others
    ]
    alone = html.Li(dcc.Link(t("alone"), href=selection.address("results", run=run, versus=""), className="shelf-link"))
    return html.Details(
        [html.Summary(t("side_by_side")), html.Ul([alone, *links], className="plainlist")],
        open=bool(selection.versus),
        className="against",
    )


PAGE = Page(_draw, _connect)
