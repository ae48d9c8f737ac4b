"""A result's pictures, a card each, drawn by the records its quantities carry: maps, bars, lines, films, comparisons."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import xarray as xr
from dash import html

from xunhuan.faces import compared, figures, spelling, words
from xunhuan.faces.figures import style
from xunhuan.faces.figures.effects import waterfall_ends
from xunhuan.faces.figures.maps import Scale
from xunhuan.faces.figures.of_quantity import bars_frame, bars_of, lines_of, map_values, of_quantity
from xunhuan.faces.placed import land_of_table
from xunhuan.faces.reading import Reading
from xunhuan.faces.spelling import lowered, raised
from xunhuan.faces.telling import made_good
from xunhuan.faces.told import Told
from xunhuan.faces.web.parts import card, framed, plain_table
from xunhuan.faces.web.state import Selection

_ROWS = 20
EVERYONE = ("home", "foreign", "nation")
"""Kinds of places that stand side by side."""
WORST = 5
"""Places drawn along time beside home and the region chosen: those hit hardest."""
FRAMES = 160
"""Most frames of a film; longer runs skip windows."""


def named(reading: Reading, q: Told) -> str:
    """What a number is in a table or a heading: its title, told as a change where it is one ("Change of real income")."""
    title = reading.title(q)
    if q.change and not q.loss:
        return words.of(reading.lang)("change_of", what=lowered(title))
    return raised(title)


def told_by(reading: Reading, q: Told, key: str) -> str:
    """The heading of a picture: the words of a key where more of the number is better or worse, else what the number is."""
    return words.of(reading.lang)(key) if q.change and q.better else named(reading, q)


Ends = tuple[float, float]


def change_card(
    reading: Reading, arm: str, id: str = "change-map", limits: Ends | None = None, beside: bool = False
) -> list[Any]:
    """The map that goes with the number that sums an arm up, as tiles and by outlines, where there is one and there are.

    limits  of the colours, where several results share them · beside  another result stands beside: no room for outlines
    """
    q = reading.drawn_of(arm)
    if q is None or q.picture not in ("map", "land"):
        return []
    values = map_values(reading, q, arm)
    fig = _tiles(reading, q, values, limits)
    if fig is None:
        return []
    name = f"change-{reading.result.digest[:8]}"
    shown = [html.Div(framed(fig, id, reading.axis(q), name))]
    land = None if reading.base is None or beside else land_of_table(reading.base)
    if land is not None:
        scale: Scale = "level" if q.rest is None else "change"
        named = reading.places.reset_index(drop=True).rename(columns={"place": "region"})
        drawn = figures.land_map(
            values, land, names=named, scale=scale, language=reading.lang, key=reading.axis(q), small=True,
            form=q.form(drawn=True),
        )  # fmt: skip
        note = html.P(words.of(reading.lang)("land_is"), className="sub small")
        shown.append(html.Div([framed(drawn, f"{id}-land", reading.axis(q), f"{name}-land"), note]))
    return [card(html.Div(shown, className="pair" if len(shown) > 1 else ""), told_by(reading, q, "change_map"))]


def one_scale(readings: Sequence[Reading]) -> tuple[Ends | None, Ends | None]:
    """Ends of the colours of maps and of the axis of bars that hold several results; None where they tell different
    things."""
    drawn = [(r, q, r.arms[-1]) for r in readings if (q := r.drawn_of(r.arms[-1])) is not None and q.by_place]
    if len(drawn) < len(readings) or len({(q.name, q.written, q.rest) for _, q, _ in drawn}) > 1:
        return None, None
    on_maps = np.concatenate([map_values(*one).to_numpy(float) for one in drawn])
    frames = [bars_frame(r, q, arm, EVERYONE) for r, q, arm in drawn]
    at = pd.concat([f[c] for f in frames for c in ("value", "low", "high") if c in f]).to_numpy(float)
    low, high = (float(f(np.append(at[np.isfinite(at)], 0.0))) for f in (np.min, np.max))
    told = any("low" not in f for f in frames)  # numbers stand at the bars' ends where there are no whiskers
    room = (0.2 if told else 0.06) * (high - low)
    limits = (
        (style.spread(on_maps) if drawn[0][1].rest is not None else _ends(on_maps))
        if np.isfinite(on_maps).any()
        else None
    )
    return limits, (low - room * (low < 0), high + room * (high > 0)) if high > low else None


def _tiles(
    reading: Reading, q: Told, values: pd.Series[float], limits: tuple[float, float] | None = None
) -> go.Figure | None:
    """Drawn values on the tiles of the table; None where it has none, or no values on them."""
    if reading.geography is None or not np.isfinite(values).any():
        return None
    key = reading.titled(q) if q.rest is None else reading.axis(q)
    return figures.tile_map(
        values, reading.geography, scale="level" if q.rest is None else "change", language=reading.lang,
        limits=limits, key=key, form=q.form(drawn=True),
    )  # fmt: skip


def circulation_card(reading: Reading, arm: str, selection: Selection) -> list[Any]:
    """The chosen circuit's share before and after, on one scale."""
    geo = reading.geography
    if geo is None or "circulation" not in reading.quantities:
        return []
    t = words.of(reading.lang)
    tiles = {c for c, tile in zip(geo.codes, geo.tile, strict=True) if tile is not None}

    def share(a: str) -> pd.Series[float]:
        s = reading.along("circulation", a, circuit=selection.share).to_series()
        return s[[c for c in s.index if c in tiles]]

    if not share(arm).notna().any():
        return []  # no model whose accounts are read answers in this arm
    maps = {spelling.word("before", reading.lang): share("base"), spelling.word("after", reading.lang): share(arm)}
    label = t("before_after", share=t(selection.share))
    wide, tall = (
        figures.tile_maps(
            maps, geo, scale=selection.share, language=reading.lang, key=t(selection.share), stacked=stacked
        )
        for stacked in (False, True)
    )
    both = [
        html.Div(framed(wide, "maps-wide", label, "before-after"), className="only-wide"),
        html.Div(framed(tall, "maps-tall", label, "before-after"), className="only-narrow"),
    ]
    return [card(both, label)]


def offset_card(reading: Reading, selection: Selection) -> list[Any]:
    """Shock, policy, what they do together beyond both, and the net; Ω with its interval by place."""
    gain = compared.quantity_weighed(reading)
    if gain is None:
        return []
    t = words.of(reading.lang)
    values = reading.data["omega"].to_series()
    parts: list[Any] = []
    steps = {
        p: compared.steps(reading, p) for p in dict.fromkeys((reading.home, selection.region)) if p in values.index
    }
    reach = [waterfall_ends(frame) for frame in steps.values()] or [(0.0, 0.0)]
    span = min(low for low, _ in reach), max(high for _, high in reach)  # one scale: they stand side by side
    for k, (place, frame) in enumerate(steps.items()):
        fig = figures.waterfall(
            frame, language=reading.lang, axis=reading.axis(gain), form=gain.form(drawn=True), span=span
        )
        said = t("waterfall_of", place=reading.name(place))
        parts.append(html.Div([html.H3(reading.name(place)), framed(fig, f"waterfall-{k}", said, "waterfall")]))
    rows = []
    order = values.index[np.argsort(-np.nan_to_num(values, nan=-np.inf), kind="stable")]
    most = [p for p in order if np.isfinite(values[p])][:_ROWS]
    for place in dict.fromkeys([*most, *steps]):  # home and the region chosen always, if with a dash
        cells = [reading.name(place)]
        for name in ("omega", "omega_net"):
            n = reading.number(name, place)
            cells += [
                spelling.times(n.value) if n.known else "–",
                f"{spelling.times(n.low)} – {spelling.times(n.high)}" if n.spans and n.known else "–",
            ]
        rows.append(cells)
    head = [t("place"), "Ω", t("interval_short"), t("omega_net"), t("interval_short")]
    inside = [
        html.P(t("gap").join(made_good(reading)), className="answer small-answer"),
        html.P(t("offset_is")),
        html.Div(parts, className="pair"),
        plain_table(head, rows, numeric=(1, 2, 3, 4), caption=t("offset")),
    ]
    return [card(inside, t("offset"))]


def bars_card(reading: Reading, arm: str, id: str = "one", span: Ends | None = None) -> list[Any]:
    """Places from the largest gain to the largest loss in what is drawn of an arm's sum, with intervals."""
    q = reading.drawn_of(arm)
    fig = None if q is None or q.picture in ("none", "table") else bars_of(reading, q, arm, kinds=EVERYONE, top=_ROWS)
    if q is None or fig is None:
        return []
    if span is not None:
        fig.update_xaxes(range=span)
    title = told_by(reading, q, "winners")
    return [card(framed(fig, f"winners-{id}", title, "winners-losers"), title)]


def time_cards(reading: Reading, arm: str, selection: Selection) -> list[Any]:
    """Every number of places along time: lines, and a map whose slider plays the days."""
    t = words.of(reading.lang)
    cards = []
    for k, q in enumerate(_along_time(reading, arm)):
        values = reading.along(q, arm)
        lines = lines_of(reading, q, arm, places=_lines(reading, q, values, selection))
        label, id = reading.axis(q), f"-{k}" if k else ""
        out = [framed(lines, f"paths{id}", label, "paths")] if lines is not None else []
        film = film_of(reading, q, values)
        if film is not None:
            out.append(framed(film, f"played{id}", t("play_label"), "spread"))
        cards.append(card(out, t("over_time")))
    return cards


def _along_time(reading: Reading, arm: str) -> list[Told]:
    """Numbers of places along time that have an answer in an arm."""
    found = [q for q in reading.quantities.values() if q.picture == "lines" and set(q.axes) == {"t", "place"}]
    return [q for q in found if np.isfinite(reading.along(q, arm)).any()]


def _lines(reading: Reading, q: Told, values: xr.DataArray, selection: Selection) -> list[str]:
    """Home, the region chosen, and the regions hit hardest."""
    depth = (values if q.better < 0 and not q.loss else -values).max("t").to_series()
    regions = reading.places.index[reading.places["kind"] == "region"]
    worst = depth.reindex(regions).nlargest(WORST).index
    return [p for p in dict.fromkeys((reading.home, selection.region, *worst)) if p in depth.index]


def film_of(reading: Reading, q: Told, values: xr.DataArray) -> go.Figure | None:
    """The map of drawn values t place, one frame a window of days, with a slider and a play button; None without tiles."""
    geo = reading.geography
    if geo is None:
        return None
    codes = [c for c, tile in zip(geo.codes, geo.tile, strict=True) if tile is not None and c in values["place"].values]
    frame = values.sel(place=codes).transpose("t", "place").to_pandas()
    frame = frame.iloc[:: -(-len(frame) // FRAMES)]
    limits = style.spread(frame.to_numpy()) if q.rest is not None else _ends(frame.to_numpy())
    days = [f"{float(x):.0f}" for x in frame.index]
    maps = [_tiles(reading, q, row, limits) for _, row in frame.iterrows()]
    shown = [(d, m) for d, m in zip(days, maps, strict=True) if m is not None]
    return _played(shown, words.of(reading.lang)("day_prefix")) if shown else None


def _ends(values: np.ndarray) -> tuple[float, float]:
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    return (low, high) if high > low else (low - 0.01, high + 0.01)


def _played(maps: list[tuple[str, go.Figure]], prefix: str) -> go.Figure:
    """The first map, with the others as frames behind a slider."""
    fig = maps[0][1]
    whole = list(range(len(fig.data)))  # tiles and the words on them
    fig.frames = [go.Frame(name=d, data=list(m.data), traces=whole) for d, m in maps]
    step = {"mode": "immediate", "frame": {"duration": 0, "redraw": True}, "transition": {"duration": 0}}
    steps = [{"label": day, "method": "animate", "args": [[day], step]} for day, _ in maps]
    play = {"frame": {"duration": 250, "redraw": True}, "fromcurrent": True, "transition": {"duration": 0}}
    fig.update_layout(
        height=(fig.layout.height or 400) + 160, margin_b=160,  # the meaning of the colours stands between map and slider
        sliders=[{
            "steps": steps, "currentvalue": {"prefix": prefix, "xanchor": "right"},
            "y": 0, "x": 0, "len": 1, "pad": {"t": 66},
        }],
        updatemenus=[{
            "type": "buttons", "direction": "left", "x": 0, "y": 0, "xanchor": "left", "yanchor": "top", "pad": {"t": 54},
            "showactive": False,
            "buttons": [
                {"label": "▶", "method": "animate", "args": [None, play]},
                {"label": "❚❚", "method": "animate", "args": [[None], step]},
            ],
        }],
    )  # fmt: skip
    return fig


def frontier_card(reading: Reading) -> list[Any]:
    """The gain against the reliance on abroad as the shock grows, a curve a policy, where the scenario asked for it."""
    found = compared.degrees(reading)
    if found is None:
        return []
    gain, curves = found
    title = words.of(reading.lang)("frontier")
    fig = figures.frontier_curves(
        curves, language=reading.lang, x_title=compared.frontier_axis(reading), y_title=reading.axis(gain),
        form=gain.form(drawn=True),
    )  # fmt: skip
    return [card(framed(fig, "frontier", title, "frontier"), title)]


def sensitivity_card(reading: Reading) -> list[Any]:
    """Which uncertainty the first number of home comes from, where the design says so."""
    for q, arm in reading.sensitive[:1]:
        frame = reading.sensitivity(q, arm)
        if "total" not in frame:
            break
        title = words.of(reading.lang)("sensitivity")
        fig = figures.sensitivity(frame, language=reading.lang)
        what = html.P(f"{named(reading, q)} · {reading.say(arm)} · {reading.name(reading.home)}", className="sub")
        return [card([what, framed(fig, "sensitivity", title, "sensitivity")], title)]
    return []


def trade_card(reading: Reading, arm: str) -> list[Any]:
    """What the home nation sells to each partner, before and after."""
    if "trade" not in reading.quantities or not reading.moves("trade", arm):
        return []
    frame = reading.partners(arm, home_buys=False)
    if frame.empty:
        return []
    title = words.of(reading.lang)("trade")
    fig = figures.trade_diversion(frame, language=reading.lang, unit=str(reading.data.attrs["unit"]))
    return [card(framed(fig, "trade", title, "trade-diversion"), title)]


def more_card(reading: Reading, arm: str, shown: Iterable[str]) -> list[Any]:
    """Pictures of the models' other numbers, folded away."""
    seen = {*shown, *(q.name for q in _along_time(reading, arm))}
    parts: list[Any] = []
    for q in reading.quantities.values():
        if q.picture in ("none", "table") or q.name in seen or not np.isfinite(reading.along(q, arm)).any():
            continue
        fig = of_quantity(reading, q, arm)
        if fig is not None:
            title = named(reading, q)
            parts += [html.H3(title), framed(fig, f"more-{q.name}", title, q.name)]
    return [card(html.Details([html.Summary(words.of(reading.lang)("more_of_it")), *parts]))] if parts else []
