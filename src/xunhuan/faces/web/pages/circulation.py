"""Circulation: one sentence, one map, one number that moves; then the profile of the region chosen."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd
from dash import Dash, Input, Output, State, dcc, html, no_update

from xunhuan.data.arrays import CIRCUITS
from xunhuan.faces import figures, spelling, words
from xunhuan.faces.figures import style
from xunhuan.faces.web import lookups, state
from xunhuan.faces.web.jobs import Pool
from xunhuan.faces.web.pages import Page, profile
from xunhuan.faces.web.parts import (
    SCALES,
    aria,
    card,
    circuit_bar,
    clientside,
    colour,
    framed,
    painted,
    rough_percent,
    with_contents,
)
from xunhuan.faces.web.spoken import spoken
from xunhuan.faces.web.state import Selection

_COLUMNS = 7
"""Width of the grid on which regions without a place on the tile map are laid out, largest first."""


def _draw(selection: Selection, pool: Pool, kept: Any) -> html.Div:
    """The whole page."""
    t = lookups.speaking(selection.table, selection.home, selection.lang)
    first = html.Div(
        [
            html.Section(_hero(selection), className="hero"),
            card(html.Div(_map(selection), id="map"), t("map_title"), "map-card"),
            html.Section(profile.profile(selection), id="profile", className="card profile"),
        ],
        className="first",
    )
    below = [
        card(html.Div(_everyone(selection), id="everyone"), t("everyone")),
        card(
            [
                html.Div(html.P(t("loading"), className="loading", role="status"), id="pictures"),
                dcc.Store(id="pictures-of", data=selection.definition),
            ],
            t("more_pictures"),
        ),
        card(html.Div(_method(selection), id="method"), t("method")),
    ]
    contents, *cards = with_contents(below, selection.lang, least=3)
    return html.Div([contents, first, *cards])


def _connect(app: Dash, pool: Pool) -> None:
    """Choosing a region, a definition or a circuit redraws what depends on it and leaves the rest."""

    @app.callback(
        Output("said-before", "children"),
        Output("said-after", "children"),
        Output("spoken", "children"),
        Output("circuits", "children"),
        Output("moving-target", "data"),
        Output("moving", "className"),
        Output("map", "children"),
        Output("profile", "children"),
        Input("focus", "data"),
        State("url", "pathname"),
        State("url", "search"),
        prevent_initial_call=True,
    )
    def focus(_: str, pathname: str | None, search: str | None) -> tuple[Any, ...]:
        selection = state.selected(pathname, search)
        before, after, number = sentence_of(selection)
        return (
            before, after, _spoken(before, number, after), spoken(_circuits(selection), selection.lang), number,
            f"moving {selection.share}", spoken(_map(selection), selection.lang), profile.profile(selection),
        )  # fmt: skip

    @app.callback(
        Output("everyone", "children"),
        Output("method", "children"),
        Input("view", "data"),
        State("url", "pathname"),
        State("url", "search"),
        prevent_initial_call=True,
    )
    def view(_: str, pathname: str | None, search: str | None) -> tuple[Any, Any]:
        selection = state.selected(pathname, search)
        return spoken(_everyone(selection), selection.lang), spoken(_method(selection), selection.lang)

    @app.callback(
        Output("pictures", "children"),
        Input("pictures-of", "data"),
        Input("view", "data"),
        State("url", "pathname"),
        State("url", "search"),
    )
    def pictures(_: Any, __: Any, pathname: str | None, search: str | None) -> Any:
        """Below the fold and heavy to draw, so the page does not wait for them."""
        selection = state.selected(pathname, search)
        drawn = profile.pictures(selection) if selection.page == "circulation" else no_update
        return spoken(drawn, selection.lang)

    @app.callback(
        Output("bridge", "children"),
        Input("bridge-of", "data"),
        State("url", "pathname"),
        State("url", "search"),
    )
    def awaited(_: str, pathname: str | None, search: str | None) -> list[Any]:
        return profile.bridge_shown(state.selected(pathname, search))

    clientside(app, "move", Output("moving", "data-shown"), Input("moving-target", "data"))


def sentence_of(selection: Selection) -> tuple[str, str, float]:
    """What stands before the number, after it, and the number: so much of every hundred."""
    t = lookups.speaking(selection.table, selection.home, selection.lang)
    acc = lookups.accounts_of(selection.table, selection.home)
    share = lookups.shares(selection.table, selection.home, selection.definition).of(selection.region)
    said = t(
        f"say_{selection.definition}_{selection.share}",
        region=acc.geography.name(selection.region, selection.lang),
        home=acc.geography.name(acc.home, selection.lang),
        year=acc.year,
        symbol=words.CURRENCY_SIGNS.get(acc.currency, f"{acc.currency} " if acc.currency else ""),
        money=t(f"money_{acc.currency}") if words.known(f"money_{acc.currency}") else acc.currency,
    )
    before, _, after = said.partition("#")
    if lookups.cut_of(selection.table)[1]:
        found = lookups.shares(selection.table, selection.home, selection.definition)
        ends = found.span(selection.region, selection.share)
        between = "" if ends is None else t("city_between", low=f"{100 * ends[0]:.0f}", high=f"{100 * ends[1]:.0f}")
        none = "city_none_abroad" if selection.region in (found.cities or ()) else "city_none"
        after += t("next") + (between or t(none)) if between or found.held else ""
    return before.rstrip(), after.lstrip(), 100 * share[CIRCUITS.index(selection.share)]


def _spoken(before: str, number: float, after: str) -> str:
    """The sentence for readers of screens, who get the number once, at rest."""
    return f"{before} {number:.0f} {after}"


def _hero(selection: Selection) -> list[Any]:
    before, after, number = sentence_of(selection)
    shown = [
        html.Span(before, id="said-before"),
        html.Strong(f"{number:.0f}", id="moving", className=f"moving {selection.share}"),
        html.Span(after, id="said-after"),
    ]
    said = _spoken(before, number, after)
    heard = {"id": "spoken", "className": "hidden-text", **aria(live="polite")}
    return [
        html.H1([html.Span(shown, **aria(hidden="true")), html.Span(said, **heard)], className="sentence"),
        html.Div(_circuits(selection), id="circuits"),
        dcc.Store(id="moving-target", data=number),
    ]


def _circuits(selection: Selection) -> list[Any]:
    """The three circuits as one bar, and as buttons that colour the map."""
    t = lookups.speaking(selection.table, selection.home, selection.lang)
    found = lookups.shares(selection.table, selection.home, selection.definition)
    parts, has = found.of(selection.region), lookups.circuits(selection.table, selection.home)
    label = "; ".join(f"{t(c)} {rough_percent(p, 1)}" for c, p in zip(CIRCUITS, parts, strict=True) if c in has)
    buttons = [
        html.Button(
            [
                html.Span(className=f"swatch seg-{c}"),
                html.Span([t(c), *_interval(found, selection.region, c, selection.lang)]),
                html.B(rough_percent(p)),
            ],
            id={"go": "share", "to": c}, className=f"circuit {c}", type="button",
            **aria(pressed=str(c == selection.share).lower()),
        )
        for c, p in zip(CIRCUITS, parts, strict=True) if c in has
    ]  # fmt: skip
    return [
        circuit_bar(parts, label),
        html.Div(buttons, className="circuit-buttons", role="group", **aria(label=t("circuits"))),
        *([html.P(said, className="sub small")] if (said := _what_ends_are(found, selection)) else []),
    ]


def _what_ends_are(found: lookups.CircuitShares, selection: Selection) -> str:
    """What the small intervals are, or why there are none; empty where the table has no versions."""
    if found.seen is None:
        return ""
    t = lookups.speaking(selection.table, selection.home, selection.lang)
    city = selection.region in (found.cities or ())
    if found.held:
        return t("cities_small") if city else t("city_none")
    return t("cities_small_drawn") if city else t("regions_small")


def _span(found: lookups.CircuitShares, code: str, circuit: str) -> str:
    """The 90% interval of a share; empty where it is not known."""
    ends = found.span(code, circuit)
    return "" if ends is None else spelling.span(*ends)


def _interval(found: lookups.CircuitShares, code: str, circuit: str, lang: str) -> list[html.Small]:
    """The same in small, said in full to who points at it."""
    span = _span(found, code, circuit)
    return [html.Small(span, title=words.of(lang)("interval_is", interval=span))] if span else []


def _map(selection: Selection) -> list[Any]:
    """Tiles that are buttons: reached by Tab, pressed by Enter, each with its number in words."""
    t = lookups.speaking(selection.table, selection.home, selection.lang)
    found = lookups.shares(selection.table, selection.home, selection.definition)
    values = found.part[:, CIRCUITS.index(selection.share)]
    low, high = _scale(values)
    places = _grid(selection, found)
    scale = SCALES[selection.share]
    geo, whole = lookups.accounts_of(selection.table, selection.home).geography, lookups.cut_of(selection.table)[1]
    cities = geo.clusters[whole] if whole else ()  # a city's number stands with its bounds where it has any
    tiles = []
    for k, place in enumerate(found.places):
        column, row = places[place.code]
        paint = colour((values[k] - low) / (high - low), scale)
        name, number = place.name(selection.lang), rough_percent(values[k], 1)
        span = _span(found, place.code, selection.share)
        number += t("within", interval=span) if span else ""
        heard = t("marked_as", what=name, word=f"{t(selection.share)} {number}")
        tiles.append(html.Button(
            [
                html.Span(name, className="tile-name"),
                html.Span(_short(place.code, name) if selection.lang == "en" else name, className="tile-short"),
                html.B(f"{100 * values[k]:.0f}"),
                *([html.Small(span.replace("%", ""))] if span and place.code in cities else []),
            ],
            id={"go": "region", "to": place.code}, className="tile", type="button", title=f"{name} {number}",
            style={"gridColumn": column + 1, "gridRow": row + 1, **painted(paint)},
            **aria(pressed=str(place.code == selection.region).lower(), label=heard),
        ))  # fmt: skip
    grid = html.Div(tiles, className="tiles", role="group", **aria(label=t("map_label")))
    legend = _legend(selection, found, low, high)
    land = None if whole else lookups.land_shown(selection.table, selection.home)
    if land is None:
        return [grid, legend]
    kinds = html.Div(
        [html.Button(t(f"drawn_{kind}"), id={"go": "drawn", "to": kind}, className="plain-button", type="button",
                     **aria(pressed=str(kind == selection.drawn).lower())) for kind in state.MAPS_DRAWN],
        className="arms", role="group", **aria(label=t("drawn_choice")),
    )  # fmt: skip
    if selection.drawn == "tiles":
        return [kinds, grid, legend]
    codes = [p.code for p in found.places]
    names = pd.DataFrame(
        {"region": codes, "name_en": [p.en for p in found.places], "name_zh": [p.zh for p in found.places]}
    )
    said = t(f"key_{selection.definition}_{selection.share}")
    fig = figures.land_map(
        pd.Series(values, index=codes), land, names=names, scale=selection.share, key=t(selection.share),
        language="zh" if selection.lang == "zh" else "en", small=True,
    )  # fmt: skip
    shown = framed(fig, "land", said, "circulation-land")
    return [kinds, shown, html.P(said, className="key"), html.P(t("land_note"), className="sub small")]


def _short(code: str, name: str) -> str:
    """What a tile on a phone says: the code's end; where that is a number the name, to be broken after a syllable.

    >>> _short("CN-GD", "Guangdong"), _short("CN-4403", "Shenzhen")
    ('GD', 'Shen\\xadzhen')
    """
    short = spelling.short(code)
    return _SYLLABLE.sub("\\g<0>\u00ad", name, count=1) if short.isdigit() else short


_SYLLABLE = re.compile(r"^[^aeiou]*[aeiou]+(?:ng|n(?![aeiou]))?(?=\w)", re.IGNORECASE)


def _scale(values: np.ndarray) -> tuple[float, float]:
    """Ends of the colour scale, never equal."""
    low, high = float(values.min()), float(values.max())
    return (low, high) if high > low else (low - 0.01, high + 0.01)


def _grid(selection: Selection, found: lookups.CircuitShares) -> dict[str, tuple[int, int]]:
    geo = lookups.accounts_of(selection.table, selection.home).geography
    tile = {p.code: geo.tile[geo.codes.index(p.code)] for p in found.places}
    if all(v is not None for v in tile.values()):
        return {c: v for c, v in tile.items() if v is not None}
    order = np.argsort(-found.total, kind="stable")
    return {found.places[k].code: (n % _COLUMNS, n // _COLUMNS) for n, k in enumerate(order)}


def _legend(selection: Selection, found: lookups.CircuitShares, low: float, high: float) -> html.Div:
    t = lookups.speaking(selection.table, selection.home, selection.lang)
    day, night = (
        "linear-gradient(90deg, " + ", ".join(f"{f(c)} {100 * s:.0f}%" for s, c in SCALES[selection.share]) + ")"
        for f in (str, style.at_night)
    )
    mean = float(found.mean[CIRCUITS.index(selection.share)])
    place = min(max((mean - low) / (high - low), 0.0), 1.0)
    tick = html.Span(f"{t('mean')} {rough_percent(mean)}", className="mean", style={"left": f"{100 * place:.1f}%"})
    return html.Div(
        [
            html.P(t(f"key_{selection.definition}_{selection.share}"), className="key"),
            html.Div(
                [html.Div(className="ramp", style={"--day": day, "--night": night}), tick],
                className="ramp-box",
            ),
            html.Div([html.Span(rough_percent(low)), html.Span(rough_percent(high))], className="ends"),
        ],
        className="legend",
    )


def _everyone(selection: Selection) -> list[Any]:
    """All regions as stacked bars, the circuit chosen first; every row a button."""
    t = lookups.speaking(selection.table, selection.home, selection.lang)
    found = lookups.shares(selection.table, selection.home, selection.definition)
    values = found.part[:, CIRCUITS.index(selection.share)]
    rows = []
    for k in np.argsort(-values, kind="stable"):
        place, parts = found.places[k], found.part[k]
        name = place.name(selection.lang)
        each = (f"{t(c)} {rough_percent(p)}" for c, p in zip(CIRCUITS, parts, strict=True))
        label = t("marked_as", what=name, word=t("list").join(each))
        inside = [html.Span(name, className="who"), circuit_bar([float(p) for p in parts], label, tall=True)]
        span = _interval(found, place.code, selection.share, selection.lang)
        rows.append(html.Li(dcc.Link(
            [*inside, *span], href=selection.address(region=place.code), className="row with-interval" if span else "row",
        )))  # fmt: skip
    query = selection.query()
    link = html.A(
        t("download_csv"), href=f"/download/circulation.csv{query}", className="button", download="circulation.csv"
    )
    sub = t("everyone_sub", share=t(selection.share))
    if found.seen is not None:
        sub = t("next").join((sub, t("everyone_cities" if found.held else "everyone_interval")))
    return [html.P(sub), html.Ol(rows, className="everyone"), html.P(link)]


def _method(selection: Selection) -> list[Any]:
    t = lookups.speaking(selection.table, selection.home, selection.lang)
    acc = lookups.accounts_of(selection.table, selection.home)
    found = lookups.shares(selection.table, selection.home, selection.definition)
    lines = [
        html.P(t(f"explain_{selection.definition}")),
        html.P([html.B(t("exactly")), " ", html.Span(found.definition, lang="en"), f" [{'] ['.join(found.citation)}]"]),
        html.P([html.B(t("source")), " ", html.Span(f"{acc.title}. {acc.source}", lang="en")]),
    ]
    notes = [html.Li(n, lang="en") for n in acc.notes]
    return [*lines, html.P(t("definitions_differ")), html.Ul(notes)]


PAGE = Page(_draw, _connect, profile.pictures)
