"""Scenario: a question from the library or of one's own, checked while it is built, run outside the page."""

from __future__ import annotations

import copy
import re
from collections.abc import Sequence
from typing import Any

import tomli_w
from dash import ALL, Dash, Input, Output, State, ctx, dcc, html, no_update

from xunhuan.errors import XunhuanError
from xunhuan.faces import words
from xunhuan.faces.web import draft as drafts
from xunhuan.faces.web import lookups, shelved, state
from xunhuan.faces.web.calls import formed
from xunhuan.faces.web.draft import Draft
from xunhuan.faces.web.jobs import Pool
from xunhuan.faces.web.pages import Page
from xunhuan.faces.web.pages.form import OFFSET, act, form, offset_id, shock_names
from xunhuan.faces.web.parts import card, clientside, notice
from xunhuan.faces.web.spoken import spoken
from xunhuan.faces.web.state import Selection
from xunhuan.models import registry
from xunhuan.scenario.check import IF_MEANT
from xunhuan.scenario.record import digest_of_run

_STEP = re.compile(r"[^.\[\]]+")
FIELDS = {"field": ALL, "scale": ALL}
BUTTONS = {"act": ALL, "shock": ALL, "kind": ALL, "line": ALL}


def _draw(selection: Selection, pool: Pool, kept: Any) -> html.Div:
    """The page; `kept` is what this tab has been working on, used while the address still means it."""
    t = words.of(selection.lang)
    opened = shelved.draft_meant(kept, selection)
    draft = opened["data"]
    return html.Div(
        [
            html.H1(t("scenario_title"), className="lead"),
            html.P(t("scenario_lead"), className="sub"),
            *left_elsewhere(opened, selection),
            html.Div(
                [
                    card(_library(selection), t("library"), "shelf"),
                    html.Div(
                        [
                            *_about(draft, selection),
                            card(
                                html.Div(form(formed(draft), selection, shelved.set_aside(opened)), id="form"),
                                t("form"),
                            ),
                            card(html.Div(_verdict(draft, selection, pool), id="verdict"), "", "verdict"),
                        ]
                    ),
                ],
                className="bench",
            ),
            dcc.Store(id="opened", data=opened),
        ]
    )


def left_elsewhere(opened: Any, selection: Selection) -> list[Any]:
    """Drafts of this question that were begun on other tables: to go back to, or to bring along."""
    t, shown = words.of(selection.lang), []
    for left in shelved.elsewhere(opened, selection):
        table = left["table"]
        back = dcc.Link(
            t("draft_back", table=table),
            href=selection.address(table=table, home=left["home"], region=""),
            className="button",
        )
        bring = html.Button(t("draft_bring"), id=act("bring", kind=table), className="button", type="button")
        shown.append(
            html.Div([html.P(t("draft_left", table=table)), back, bring], className="notice left", role="status")
        )
    return shown


def _connect(app: Dash, pool: Pool) -> None:
    """Fields write the draft in the browser; buttons change its shape here; every change is checked here."""
    clientside(
        app,
        "edit",
        Output("draft", "data"),
        Input("opened", "data"),
        Input({"field": ALL, "scale": ALL}, "value"),
        Input({"flag": ALL}, "checked"),
        Input({"ask": ALL, "scale": ALL}, "value"),
        State("draft", "data"),
        prevent_initial_call=True,
    )

    @app.callback(
        Output("form", "children"),
        Output("opened", "data"),
        Input(BUTTONS, "n_clicks"),
        Input({"model": ALL}, "checked"),
        State("draft", "data"),
        State("url", "pathname"),
        State("url", "search"),
        prevent_initial_call=True,
    )
    def shape(_: Any, models: list[bool], kept: Any, pathname: str | None, search: str | None) -> tuple[Any, Any]:
        asked = ctx.triggered_id
        if (
            not isinstance(asked, dict)
            or not isinstance(kept, dict)
            or (not ctx.triggered[0]["value"] and "act" in asked)
        ):
            return no_update, no_update
        selection = state.selected(pathname, search)
        data, aside = copy.deepcopy(formed(_data(kept))), shelved.set_aside(kept)
        if "model" in asked:
            changed = _models(data, dict(zip(registry.models(), map(bool, models), strict=False)), aside)
        elif asked["act"] == "bring":
            found = shelved.brought_along(kept, str(asked["kind"]), selection)
            data, changed, aside = (data, False, aside) if found is None else (found, True, {})
        elif asked["act"] == "start-over":
            data, changed, aside = drafts.start_of(selection), True, {}
        else:
            changed = _reshape(data, asked, selection)
        if not changed:
            return no_update, no_update
        drawn = spoken(form(formed(data), selection, aside), selection.lang)
        return drawn, {**kept, "data": data, "aside": aside}

    _answers(app, pool)


def _answers(app: Dash, pool: Pool) -> None:
    """The verdict on what has been built, and its run."""

    @app.callback(
        Output("verdict", "children"),
        *(Output(offset_id(name), "data") for name in OFFSET),
        Output(FIELDS, "error"),
        Input("draft", "data"),
        State(FIELDS, "id"),
        State("url", "pathname"),
        State("url", "search"),
        prevent_initial_call=True,
    )
    def verdict(kept: Any, ids: list[dict[str, Any]], pathname: str | None, search: str | None) -> Any:
        selection = state.selected(pathname, search)
        if not isinstance(kept, dict) or selection.page != "scenario":
            return no_update, no_update, no_update, [no_update for _ in ids]
        names = shock_names(formed(_data(kept)), selection.lang)
        checked = drafts.checked(_data(kept), selection)
        wrong = by_field(
            checked.problems, [str(i["field"]) for i in ids], selection.lang, [i["scale"] == 100 for i in ids]
        )
        return _said(checked, _data(kept), selection, pool), names, names, wrong

    @app.callback(
        Output("url", "href"),
        Output("submitted", "children"),
        Input("run", "n_clicks"),
        State("draft", "data"),
        State("url", "pathname"),
        State("url", "search"),
        prevent_initial_call=True,
    )
    def run(clicks: int | None, kept: Any, pathname: str | None, search: str | None) -> tuple[Any, Any]:
        if not clicks:
            return no_update, no_update
        selection = state.selected(pathname, search)
        try:
            digest = submit(_data(kept), selection, pool)
        except XunhuanError as e:
            return no_update, spoken(notice([str(e)], words.of(selection.lang)("invalid")), selection.lang)
        return selection.address("results", run=digest[:16]), no_update


def by_field(problems: Sequence[str], fields: Sequence[str], lang: str, percent: Sequence[bool] = ()) -> list[str]:
    """What is wrong with each field, by its path in the draft; "" where nothing is.

    percent  which fields are filled in in per cent: the numbers of what is told of them are too

    >>> by_field(["shock[0].tariff[0].set: must be 0.5 or more"], ["title", "shock/0/tariff/0/set"], "en")
    ['', 'must be 0.5 or more']
    >>> by_field(["a[0].set: must be 0.5 or more"], ["a/0/set"], "en", [True])
    ['must be 50% or more']
    """
    told: dict[tuple[str, ...], str] = {}
    for problem in problems:
        place, said = _PLACED.match(problem).groups()  # type: ignore[union-attr]
        told.setdefault(tuple(_STEP.findall(place)), said)
    steps = [tuple(f.split("/")) for f in fields]
    # The place of a line that stands alone has no number.
    found = [told.get(s) or (told.get(s[:3] + s[4:]) if s[3:4] == ("0",) else "") or "" for s in steps]
    return [_under(said, lang, p) for said, p in zip(found, percent or [False] * len(found), strict=True)]


_PLACED = re.compile(r"(?s)([^:：]*)(?:: |：|$)(.*)")
_RATIO = re.compile(r"(?a)(?<![\w'.])-?\d+(?:\.\d+)?(?:e[+-]?\d+)?(?![\w'.]*\w)")


def _under(said: str, lang: str, percent: bool) -> str:
    """What is told under a field, in the form's own terms."""
    if said.endswith(IF_MEANT):
        return words.of(lang)("beyond_seen", size=said.partition(";")[0].partition(" is ")[2])
    if percent and "'" not in said:
        said = _RATIO.sub(lambda m: f"{100 * float(m[0]):g}%", said)
    return words.wrong_in_language(said, lang)


def _meant(problems: Sequence[str]) -> list[int]:
    """Shocks with sizes beyond all that was seen, which can be meant."""
    found = (re.match(r"shock\[(\d+)\]", p) for p in problems if p.endswith(IF_MEANT))
    return list(dict.fromkeys(int(m[1]) for m in found if m))


def _data(kept: Any) -> Draft:
    data = kept.get("data") if isinstance(kept, dict) else None
    return data if isinstance(data, dict) else {}


def submit(draft: Draft, selection: Selection, pool: Pool) -> str:
    """Check a draft again and queue it; returns its digest. Raises BadInput where it is wrong or the queue is full."""
    from xunhuan.errors import BadInput

    checked = drafts.checked(draft, selection)
    if checked.bench is None:
        raise BadInput("the scenario has errors", items=checked.problems)
    scenario = checked.bench.scenario
    digest = digest_of_run(scenario, checked.bench.base)
    toml = tomli_w.dumps(scenario.resolved())
    pool.submit(digest, scenario.title, toml, scenario.base, drafts.estimate(checked.bench, pool.past()))
    return digest


def _reshape(data: Draft, asked: dict[str, Any], selection: Selection) -> bool:
    """Add or remove a shock or one of its lines."""
    t = words.of(selection.lang)
    shocks = data.setdefault("shock", [])
    what, k, kind, n = asked["act"], int(asked["shock"]), str(asked["kind"]), int(asked["line"])
    if what == "add-shock" and len(shocks) < drafts.MOST_ASKED["shocks"]:
        names = {s.get("name") for s in shocks}
        number = next(i for i in range(1, 100) if t("new_shock", n=i) not in names)
        shocks.append({"name": t("new_shock", n=number)})
        return True
    if not 0 <= k < len(shocks):
        return False
    if what == "drop-shock":
        shocks.pop(k)
    elif what == "meant":
        shocks[k]["plausible"] = False
    elif what == "add" and kind in registry.edits():
        shocks[k].setdefault(kind, []).append({})
    elif what == "drop" and 0 <= n < len(shocks[k].get(kind, [])):
        shocks[k][kind].pop(n)
        if not shocks[k][kind]:
            del shocks[k][kind]
    else:
        return False
    return True


def _models(data: Draft, chosen: dict[str, bool], set_aside: Draft) -> bool:
    """Switch models on and off. What is drawn of one that goes off is set aside, and drawn again when it comes back."""
    before = drafts.models_of(data)
    after = {m: before[m] if m in before else drafts.parameters_of(m) for m, on in chosen.items() if on}
    data["model"] = after
    of = {m.name: {u.name for u in m.uncertain} for m in registry.models().values()}
    gone, kept = (set().union(*(of.get(m, ()) for m in ms)) for ms in (set(before) - set(after), after))
    drawn = data.get("uncertainty")
    if isinstance(drawn, dict):
        set_aside |= {k: v for k, v in drawn.items() if k in gone - kept}
    back = {k: set_aside.pop(k) for k in list(set_aside) if k in kept}
    if back or isinstance(drawn, dict):
        data["uncertainty"] = {**{k: v for k, v in (drawn or {}).items() if k not in gone - kept}, **back}
    return set(before) != set(after)


def _library(selection: Selection) -> list[Any]:
    t = words.of(selection.lang)
    own = dcc.Link(
        t("own_scenario"),
        href=selection.address(scenario=""),
        className="shelf-link" + (" here" if not selection.scenario else ""),
    )
    items = [html.Li(own)]
    for name, (title, question, base) in drafts.shelf().items():
        shown = title if selection.lang == "en" else words.either(f"library_{name}", selection.lang, title)
        table = base if base in lookups.table_names() else selection.table
        change = {"table": table, "home": "", "region": ""} if table != selection.table else {}
        link = dcc.Link(
            shown,
            href=selection.address(scenario=name, **change),
            className="shelf-link" + (" here" if name == selection.scenario else ""),
        )
        items.append(html.Li([link, html.Span(words.in_language(question, selection.lang), className="sub small")]))
    return [html.Ul(items, className="plainlist")]


def _about(draft: Draft, selection: Selection) -> list[Any]:
    """What a scenario asks and rests on: question, reasoning, what is assumed, where its magnitudes come from."""
    t, lang = words.of(selection.lang), selection.lang

    def say(key: str) -> str:
        value = draft.get(key)
        return words.in_language(value, lang) if isinstance(value, str) else ""

    assumed = [words.in_language(a, lang) for a in draft.get("assumptions") or [] if isinstance(a, str)]
    source = " · ".join(x for x in (say("source"), say("date")) if x)
    parts = [
        *([html.P(say("question"), className="question")] if say("question") else []),
        *([html.P(say("reasoning"))] if say("reasoning") else []),
        *([html.H3(t("assumptions")), html.Ul([html.Li(a) for a in assumed], className="listed")] if assumed else []),
        *([html.H3(t("sources")), html.P(source)] if source else []),
    ]
    return [card(parts, t("about_scenario"), "about")] if parts else []


def _verdict(draft: Draft, selection: Selection, pool: Pool) -> list[Any]:
    """Whether it can run, how long it will take, the button, and the same scenario as a file."""
    return _said(drafts.checked(draft, selection), draft, selection, pool)


def _said(checked: drafts.Checked, draft: Draft, selection: Selection, pool: Pool) -> list[Any]:
    t = words.of(selection.lang)
    if checked.bench is None:
        same = [t("same_words")] if selection.lang != "en" else []
        said = spoken(notice([*checked.problems, *same], t("invalid")), selection.lang)
        shocks = draft.get("shock", [])
        meant = [
            html.Button(
                t("meant_button", what=shocks[k].get("name", k + 1)),
                id=act("meant", k),
                className="button",
                type="button",
            )
            for k in _meant(checked.problems)
        ]
        return [
            said,
            *([html.Div(meant, className="adders")] if meant else []),
            html.Button(t("run_button"), id="run", className="button main", disabled=True, type="button"),
            html.Div(id="submitted"),
        ]
    seconds = drafts.estimate(checked.bench, pool.past())
    toml = tomli_w.dumps(drafts.complete(draft, selection))
    return [
        notice([t("takes", time=drafts.duration(seconds, selection.lang))], t("valid"), "good"),
        html.Button(t("run_button"), id="run", className="button main", type="button"),
        html.Div(id="submitted"),
        html.Details([html.Summary(t("as_toml")), html.Pre(html.Code(toml), className="toml", tabIndex=0)]),
    ]


PAGE = Page(_draw, _connect)
