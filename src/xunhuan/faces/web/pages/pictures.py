"""A result in the report's figures: change, before and after, offsets, gains and losses, paths, curves, trade."""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import xarray as xr
from dash import html

from xunhuan.data.geography import Geography
from xunhuan.faces import figures
from xunhuan.faces.figures import style
from xunhuan.faces import words
from xunhuan.faces.web import lookups
from xunhuan.faces.web.parts import card, figure, table
from xunhuan.faces.web.state import Selection
from xunhuan.scenario.record import Result

ROWS = 20
HEADLINES = ("real_income", "loss")
"""Numbers that are changes against the base, so that 0 means no effect; others, such as reliance, are levels."""
Values = TypeVar("Values", "pd.Series[float]", "np.ndarray")


def arms(result: Result) -> list[str]:
    """Arms that were run, the base apart."""
    return [str(a) for a in result.data["arm"].values if str(a) != "base"]


def _lang(selection: Selection) -> figures.Language:
    return "zh" if selection.lang == "zh" else "en"


def geography(result: Result) -> Geography:
    """Places of the table the result was computed on."""
    return lookups.accounts(result.scenario.base).geography


def quantity_of(result: Result, arm: str) -> str:
    """The number that sums an arm up: the first headline that moves, else the first there is."""
    known = [q for q in HEADLINES if q in result.data]
    for q in known:
        values = result.data[q].sel(arm=arm).to_numpy()
        if np.nan_to_num(values).any():
            return q
    return known[0]


def change(values: Values, quantity: str) -> Values:
    """A headline as a change: what is lost counts below zero.

    >>> change(np.array([0.02, 0.01]), "loss").tolist(), change(np.array([0.02]), "real_income").tolist()
    ([-0.02, -0.01], [0.02])
    """
    return -values if quantity == "loss" else values


def change_map(result: Result, arm: str, selection: Selection, id: str = "change-map") -> list[Any]:
    """The map of an arm's change: real income, or value added where only a short run moves."""
    t = words.of(selection.lang)
    quantity = quantity_of(result, arm)
    geo = geography(result)
    if all(tile is None for tile in geo.tile):
        return []
    values = change(result.data[quantity].sel(arm=arm).to_series(), quantity)
    tiled = {
        c: float(values[c])
        for c, tile in zip(geo.codes, geo.tile, strict=True)
        if tile is not None and c in values.index
    }
    fig = figures.tile_map(tiled, geo, scale="change", language=_lang(selection), key=t(f"change_{quantity}"))
    return [card(figure(fig, id, t(f"change_{quantity}"), f"change-{result.digest[:8]}"), t("change_map"))]


def maps_of(result: Result, arm: str, selection: Selection) -> list[Any]:
    """The change, then the chosen circuit's share before and after on one scale."""
    t = words.of(selection.lang)
    out = change_map(result, arm, selection)
    geo = geography(result)
    if "circulation" not in result.data or not out:
        return out
    cut = result.data["circulation"].sel(circuit=selection.share)
    tiles = {c for c, tile in zip(geo.codes, geo.tile, strict=True) if tile is not None}

    def share(a: str) -> pd.Series[float]:
        s = cut.sel(arm=a).to_series()
        return s[[c for c in s.index if c in tiles]]

    maps = {style.word("before", _lang(selection)): share("base"), style.word("after", _lang(selection)): share(arm)}
    if not share(arm).notna().any():
        return out  # no long-run answer in this arm
    label = t("before_after", share=t(selection.share))
    wide = figures.tile_maps(maps, geo, scale=selection.share, language=_lang(selection), key=t(selection.share))
    tall = figures.tile_maps(
        maps, geo, scale=selection.share, language=_lang(selection), key=t(selection.share), stacked=True
    )
    both = [
        html.Div(figure(wide, "maps-wide", label, "before-after"), className="only-wide"),
        html.Div(figure(tall, "maps-tall", label, "before-after"), className="only-narrow"),
    ]
    return [*out, card(both, label)]


def offset(result: Result, selection: Selection) -> list[Any]:
    """Shock, policy, what they do together beyond both, and the net; Ω with its interval by place."""
    spec = result.scenario.compare.offset
    if spec is None or "omega" not in result.data:
        return []
    t = words.of(selection.lang)
    places = [str(result.data.attrs["home"]), selection.region]
    parts = []
    for k, place in enumerate(dict.fromkeys(places)):
        fig = _waterfall(result, spec.shock, spec.policy, place, selection)
        if fig is not None:
            name = name_of(result, place, selection.lang)
            parts.append(
                html.Div([html.H3(name), figure(fig, f"waterfall-{k}", t("waterfall_of", place=name), "waterfall")])
            )
    rows = []
    d = result.data
    for k in np.argsort(-np.nan_to_num(d["omega"].to_numpy(), nan=-np.inf), kind="stable")[:ROWS]:
        place = str(d["place"].values[k])
        if not np.isfinite(float(d["omega"][k])):
            continue
        cells = [name_of(result, place, selection.lang)]
        for name in ("omega", "omega_net"):
            cells += [f"{float(d[name][k]):.2f}", _between(d, name, int(k))]
        rows.append(cells)
    head = [t("place"), "Ω", t("interval_short"), t("omega_net"), t("interval_short")]
    return [
        card(
            [
                html.P(t("offset_is")),
                html.Div(parts, className="pair"),
                table(head, rows, numeric=(1, 2, 3, 4), caption=t("offset")),
            ],
            t("offset"),
        )
    ]


def _waterfall(result: Result, shock: str, policy: str, place: str, selection: Selection) -> go.Figure | None:
    w = result.data["real_income"]
    if place not in w["place"].values:
        return None
    t = words.of(selection.lang)
    a, b, c = (float(w.sel(arm=x, place=place)) for x in (shock, policy, f"{shock} + {policy}"))
    steps = [(shock, a), (policy, b), (t("together_beyond"), c - a - b), (t("net"), c)]
    frame = pd.DataFrame(steps, columns=["step", "value"])
    return figures.waterfall(frame, language=_lang(selection), axis=t("change_real_income"))


def _between(d: xr.Dataset, name: str, k: int) -> str:
    if f"{name}_low" not in d:
        return "–"
    low, high = float(d[f"{name}_low"][k]), float(d[f"{name}_high"][k])
    return f"{low:.2f} – {high:.2f}" if np.isfinite(low) else "–"


def name_of(result: Result, place: str, lang: str) -> str:
    """A place in a language, its code where it has no name."""
    d = result.data.sel(place=place)
    return str((d["name_zh"] if lang == "zh" else d["name_en"]).item()) or place


def winners(result: Result, arm: str, selection: Selection, id: str = "one") -> list[Any]:
    """The largest gains and losses of an arm, with intervals where there are draws."""
    t = words.of(selection.lang)
    quantity = quantity_of(result, arm)
    s = result.summary
    rows = s[(s["quantity"] == quantity) & (s["arm"] == arm)].rename(columns={"place": "region"})
    ends = np.sort(change(rows[["low", "high"]].to_numpy(float), quantity), axis=1)  # a change of sign swaps them
    rows = rows.assign(value=change(rows["value"], quantity), low=ends[:, 0], high=ends[:, 1])
    rows = rows[rows["value"].notna()]
    kept = rows[["region", "name_en", "name_zh", "value", "low", "high"]]
    if kept["low"].isna().all():
        kept = kept.drop(columns=["low", "high"])
    fig = figures.winners_losers(kept, language=_lang(selection), top=ROWS, axis=t(f"change_{quantity}"))
    return [card(figure(fig, f"winners-{id}", t("winners"), "winners-losers"), t("winners"))]


def over_time(result: Result, arm: str, selection: Selection) -> list[Any]:
    """Output along time: lines, and a map whose slider plays the days."""
    d = result.data
    if "path" not in d:
        return []
    t = words.of(selection.lang)
    geo = geography(result)
    path = d["path"].sel(arm=arm)
    home = str(d.attrs["home"])
    worst = path.min("t").to_series().reindex(list(geo.codes)).nsmallest(5).index
    lines = {
        name_of(result, p, selection.lang): path.sel(place=p).to_series() - 1
        for p in dict.fromkeys((home, selection.region, *worst))
        if p in path["place"].values
    }
    fig = figures.time_lines(lines, language=_lang(selection), axis=t("path_axis"), time="day")
    out = [figure(fig, "paths", t("path_axis"), "paths")]
    if any(tile is not None for tile in geo.tile):
        out.append(figure(played(path, geo, selection), "played", t("play_label"), "spread"))
    return [card(out, t("over_time"))]


def played(path: xr.DataArray, geo: Geography, selection: Selection) -> go.Figure:
    """The map of output against rest, one frame a window of days, with a slider and a play button."""
    t = words.of(selection.lang)
    codes = [c for c, tile in zip(geo.codes, geo.tile, strict=True) if tile is not None and c in path["place"].values]
    frame = (path.sel(place=codes) - 1).transpose("t", "place").to_pandas()
    limits = style.spread(frame.to_numpy())
    days = [f"{float(x):.0f}" for x in frame.index]
    maps = [
        figures.tile_map(row, geo, scale="change", language=_lang(selection), limits=limits, key=t("path_axis"))
        for _, row in frame.iterrows()
    ]
    fig = maps[0]
    whole = list(range(len(fig.data)))  # tiles and the words on them
    fig.frames = [go.Frame(name=d, data=list(m.data), traces=whole) for d, m in zip(days, maps, strict=True)]
    step = {"mode": "immediate", "frame": {"duration": 0, "redraw": True}, "transition": {"duration": 0}}
    steps = [{"label": day, "method": "animate", "args": [[day], step]} for day in days]
    play = {"frame": {"duration": 250, "redraw": True}, "fromcurrent": True, "transition": {"duration": 0}}
    fig.update_layout(
        height=(fig.layout.height or 400) + 90, margin_b=90,
        sliders=[{
            "steps": steps, "currentvalue": {"prefix": t("day_prefix")}, "y": -0.14, "x": 0.16, "len": 0.84, "pad": {"t": 4},
        }],
        updatemenus=[{
            "type": "buttons", "direction": "left", "x": 0, "y": -0.14, "xanchor": "left", "yanchor": "top",
            "showactive": False,
            "buttons": [
                {"label": "▶", "method": "animate", "args": [None, play]},
                {"label": "❚❚", "method": "animate", "args": [[None], step]},
            ],
        }],
    )  # fmt: skip
    return fig


def curves(result: Result, selection: Selection) -> list[Any]:
    """The frontier and the sensitivity indices, where the scenario asked for them."""
    t = words.of(selection.lang)
    d, out = result.data, []
    home = str(d.attrs["home"])
    if "frontier_real_income" in d:
        curves = {
            t("no_policy") if str(p) == "none" else str(p): pd.DataFrame({
                "degree": d["degree"].values,
                "external": d["frontier_reliance"].sel(policy=p, place=home).values,
                "real_income": d["frontier_real_income"].sel(policy=p, place=home).values,
            })
            for p in d["policy"].values
        }  # fmt: skip
        fig = figures.frontier_curves(
            curves,
            y="real_income",
            language=_lang(selection),
            x_title=t("change_reliance"),
            y_title=t("change_real_income"),
        )
        out.append(card(figure(fig, "frontier", t("frontier"), "frontier"), t("frontier")))
    if "sobol_total" in d:
        first = str(d["headline"].values[0])
        cut = d.sel(headline=first)
        rows = {
            "parameter": d["quantity"].values,
            "first": cut["sobol_first"].values,
            "total": cut["sobol_total"].values,
        }
        fig = figures.sensitivity(pd.DataFrame(rows), language=_lang(selection))
        out.append(
            card(
                [html.P(first, className="sub"), figure(fig, "sensitivity", t("sensitivity"), "sensitivity")],
                t("sensitivity"),
            )
        )
    return out


def trade(result: Result, arm: str, selection: Selection) -> list[Any]:
    """What the home nation sells to each partner, before and after."""
    d = result.data
    if "trade" not in d:
        return []
    t = words.of(selection.lang)
    home = str(d.attrs["home"])
    geo = geography(result)
    cut = d["trade"].sel(exporter=home)
    frame = pd.DataFrame({
        "partner": [str(x) for x in d["importer"].values],
        "before": cut.sel(arm="base").values, "after": cut.sel(arm=arm).values,
    })  # fmt: skip
    frame = frame[(frame["partner"] != home) & frame["after"].notna()]
    if frame.empty:
        return []
    frame["name_en"] = [geo.name(p) for p in frame["partner"]]
    frame["name_zh"] = [geo.name(p, "zh") for p in frame["partner"]]
    fig = figures.trade_diversion(frame, language=_lang(selection), unit=str(d.attrs["unit"]))
    return [card(figure(fig, "trade", t("trade"), "trade-diversion"), t("trade"))]
