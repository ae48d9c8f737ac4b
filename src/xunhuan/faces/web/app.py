"""The Dash app: one frame around its pages, each a function of the address."""

from __future__ import annotations

import logging
from importlib import resources
from typing import Any

import dash_mantine_components as dmc
from dash import ALL, Dash, Input, Output, State, dcc, html

from xunhuan.errors import XunhuanError
from xunhuan.faces import words
from xunhuan.faces.figures import style
from xunhuan.faces.web import alone, answers, calls, downloads, lookups, state
from xunhuan.faces.web.jobs import Pool
from xunhuan.faces.web.pages import ask
from xunhuan.faces.web.parts import aria, by_any_name, by_name, clientside, colour, notice, picker
from xunhuan.faces.web.security import Access, guard
from xunhuan.faces.web.spoken import spoken
from xunhuan.faces.web.state import Selection

PACKAGE = "xunhuan.faces.web"
PICKED = ("table", "home", "region", "definition")
"""What all pages share, one picker each."""
HOUSE = [colour(k / 9, style.BLUES) for k in range(9)] + ["#173c5e"]
"""The figures' blue in the ten shades Mantine wants."""


def make_app(pool: Pool, access: Access) -> Dash:
    """The app, guarded, with every callback; `pool` runs scenarios and keeps their results."""
    app = _App(
        PACKAGE,
        title="Xunhuan 循环",
        update_title="",
        assets_folder=str(resources.files(PACKAGE) / "assets"),
        serve_locally=True,
        suppress_callback_exceptions=True,
        add_log_handler=False,
        enable_mcp=False,
        meta_tags=[{"name": "viewport", "content": "width=device-width, initial-scale=1"}],
    )
    app.index_string = app.index_string.replace("<footer>", "<div>").replace(
        "</footer>", "</div>"
    )  # ours is the footer
    app.layout = layout
    _route(app)
    _frame(app, pool)
    for page in (*alone.HOUSE_PAGES.values(), ask.PAGE):
        if page.connect is not None:
            page.connect(app, pool)
    downloads.add_routes(app.server, pool)
    guard(app.server, access, app.csp_hashes())
    calls.refuse_others(app.server, app.callback_map)
    answers.keep_answers(app.server, pool)
    return app


def layout() -> dmc.MantineProvider:
    """What every page has; the rest follows from the address."""
    theme = {
        "fontFamily": style.FONT, "colors": {"house": HOUSE}, "primaryColor": "house", "primaryShade": 8,
        "defaultRadius": "sm", "respectReducedMotion": True,
    }  # fmt: skip
    return dmc.MantineProvider(
        [
            dcc.Location(id="url", refresh="callback-nav"),
            dcc.Store(id="frame"),
            dcc.Store(id="focus"),
            dcc.Store(id="view"),
            dcc.Store(id="draft", storage_type="session"),
            html.Div("", id="waits", role="status", title=_loading()),  # said by assets/lab.js
            html.Header(id="bar"),
            html.Main(html.P(_loading(), className="loading", role="status"), id="page", tabIndex=-1),
            html.Footer(id="foot"),
        ],
        theme=theme,
        defaultColorScheme="auto",
    )


class _App(Dash):
    """Dash, whose own word while the browser fetches what draws the page is English alone."""

    def interpolate_index(self, **parts: Any) -> str:  # type: ignore[override]
        entry = f'<div id="react-entry-point"><div class="_dash-loading">{_loading()}</div></div>'
        return str(super().interpolate_index(**{**parts, "app_entry": entry}))  # type: ignore[no-untyped-call]


def _loading() -> str:
    """That the page loads, in both languages: the language is in the address, which is not read yet."""
    return " · ".join(words.catalogue()["loading"])


def _route(app: Dash) -> None:
    """The address is the state: pickers and buttons write it, pages read it."""
    clientside(
        app,
        "route",
        Output("frame", "data"),
        Output("focus", "data"),
        Output("view", "data"),
        Input("url", "pathname"),
        Input("url", "search"),
        State("frame", "data"),
        State("focus", "data"),
        State("view", "data"),
    )
    clientside(
        app,
        "navigate",
        Output("url", "search"),
        # The page can arrive before the bar that holds the pickers.
        *(Input(f"pick-{name}", "value", allow_optional=True) for name in (*PICKED, "year")),
        Input({"go": ALL, "to": ALL}, "n_clicks"),
        State("selection", "data", allow_optional=True),
        State("url", "search"),
        prevent_initial_call=True,
    )


def _frame(app: Dash, pool: Pool) -> None:
    @app.callback(
        Output("bar", "children"), Output("foot", "children"), Input("url", "pathname"), Input("url", "search")
    )
    def bar(pathname: str | None, search: str | None) -> tuple[list[Any], Any]:
        selection = state.selected(pathname, search)
        return spoken(_bar(selection), selection.lang, str), _foot(selection)

    @app.callback(
        Output("page", "children"),
        Input("frame", "data"),
        State("url", "pathname"),
        State("url", "search"),
        State("draft", "data"),
    )
    def page(_: str, pathname: str | None, search: str | None, draft: Any) -> list[Any]:
        selection = state.selected(pathname, search)
        t = words.of(selection.lang)
        told = notice(selection.problems, t("address_problem"))
        said = [spoken(told, selection.lang)] if selection.problems else []
        try:
            if selection.only:
                return [*said, alone.shown_alone(selection, pool)]
            return [*said, spoken(alone.page_of(selection).draw(selection, pool, draft), selection.lang)]
        except XunhuanError as e:
            return [*said, spoken(notice(str(e).splitlines(), t("page_problem")), selection.lang)]
        except Exception as e:
            # A visitor sees that the page failed and is not left with an empty one; the log has the whole story.
            logging.getLogger(PACKAGE).exception("page %s", selection.page)
            answers.not_to_be_kept()
            return [*said, notice([f"{type(e).__name__}: {e}"], t("page_problem"))]


def _bar(selection: Selection) -> list[Any]:
    t = words.of(selection.lang)
    links = [
        dcc.Link(t(name), href=selection.address(name), className="here" if name == selection.page else "")
        for name in state.PAGES.values()
    ]
    asks = [
        dcc.Link(
            words.of_room(name.removeprefix(state.ASK), "ask_nav", selection.lang, name),
            href=ask.clean(selection, name) if name != selection.page else selection.address(),
            className="here" if name == selection.page else "",
        )
        for name in state.pages().values()
        if name.startswith(state.ASK)
    ]
    other = "zh" if selection.lang == "en" else "en"
    switch = html.Button(
        "中文" if other == "zh" else "English",
        id={"go": "lang", "to": other}, className="plain-button language", lang=other, type="button",
    )  # fmt: skip
    top = [
        dcc.Link(
            [html.Span("循环", lang="zh", className="mark"), html.Span("Xunhuan")],
            href=selection.address("circulation"),
            className="brand",
        ),
        html.Nav(links, **aria(label=t("pages"))),
        switch,
    ]
    chosen = {name: getattr(selection, name) for name in PICKED} | {"years": lookups.family(selection.table)}
    return [
        html.A(t("skip"), href="#page", className="skip"),
        html.Div(top, className="top"),
        html.Nav(asks, className="questions", **aria(label=t("questions"))) if asks else None,
        # A model's own page has its own table.
        html.Div(
            [] if selection.page.startswith(state.ASK) else _pickers(selection),
            className="pickers",
            role="group",
            **aria(label=t("selection")),
        ),
        dcc.Store(id="selection", data=chosen),
    ]


def _pickers(selection: Selection) -> list[Any]:
    t = words.of(selection.lang)
    lang = selection.lang
    homes = lookups.homes(selection.table)
    geo = lookups.accounts_of(selection.table, selection.home).geography
    data = {
        "table": [(n, n) for n in lookups.table_names()] + _cut(selection),
        "home": [(h.code, h.name(lang)) for h in homes],
        "region": [(c, geo.name(c, lang)) for c in lookups.home_regions(selection.table, selection.home)],
        "definition": [(d, t(f"definition_{d}")) for d in state.definitions(selection.table)],
    }
    years = _years(selection)
    return years + [
        picker(
            f"pick-{name}", t(name), [{"value": v, "label": label} for v, label in data[name]],
            getattr(selection, name), searchable=name != "definition",
            filter=by_any_name(geo, lang) if name in ("region", "home") else by_name(lang),
        )
        for name in PICKED
    ]  # fmt: skip


def _years(selection: Selection) -> list[Any]:
    """A slider over the years of which there are tables of this kind; none where that is one."""
    found, said = lookups.family(selection.table), words.of(selection.lang)("year_of")
    if len(found) < 2:
        return []
    marks = [{"value": k, "label": name[-4:]} for k, name in enumerate(found)]
    slider = dmc.Slider(
        id="pick-year", value=found.index(selection.table), min=0, max=len(found) - 1, step=1, marks=marks, label=None,
        restrictToMarks=True, thumbLabel=said, size="sm",
    )  # fmt: skip
    return [html.Div([html.Span(said, className="small"), slider], className="years-slider")]


def _cut(selection: Selection) -> list[tuple[str, str]]:
    """The table looked at, where it is one of cities."""
    name, region = lookups.cut_of(selection.table)
    if not region:
        return []
    whole = lookups.accounts_of(name, selection.home).geography.name(region, selection.lang)
    return [(selection.table, words.of(selection.lang)("cities_of", region=whole))]


def _foot(selection: Selection) -> html.P:
    t = words.of(selection.lang)
    notes = lookups.accounts_of(selection.table, selection.home).notes
    guessed = any(n.startswith("bilateral flows between provinces are") for n in notes)
    return html.P(t("next").join([t("foot"), *([t("foot_estimates")] if guessed else [])]))
