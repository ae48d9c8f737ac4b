"""What a scenario did: waterfall, winners and losers, sensitivity, frontier, lines over time."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from xunhuan.errors import BadInput
from xunhuan.faces.figures import style
from xunhuan.faces.figures.shares import ROW_HEIGHT
from xunhuan.faces.figures.style import CHANGES, SHARES, Form, Language


def waterfall(
    frame: pd.DataFrame, *, language: Language = "en", axis: str = "", form: Form = CHANGES, title: str = ""
) -> go.Figure:
    """From the shock's effect over each policy's to the net effect.

    frame   step, value: the steps' own effects, in order, and optionally `low`, `high` (interval of each step) and
            `name`; the last row is the net and stands on zero
    form    how the numbers are written, by default as relative changes in per cent

    Raises BadInput where the last value is not the sum of the others, to 1e-6 of the largest: name any interaction
    as a step of its own.
    """
    value = frame["value"].to_numpy(float)
    if abs(value[:-1].sum() - value[-1]) > 1e-6 * float(np.abs(value).max()):
        fix = "add the interaction as a step before the last"
        raise BadInput(f"the steps sum to {value[:-1].sum():g}, the net is {value[-1]:g}", where="waterfall", fix=fix)
    said = frame["name"] if "name" in frame else [style.word(s, language) for s in frame["step"]]
    labels = ["<br>".join(textwrap.wrap(str(v), 15)) for v in said]
    start = np.concatenate([[0.0], np.cumsum(value[:-1])[:-1], [0.0]])
    end = start + value
    fig = go.Figure()
    fig.add_bar(
        x=labels, y=value, base=start, width=0.6,
        marker={"color": [_colour(v, k == len(value) - 1) for k, v in enumerate(value)]},
        hovertemplate="%{x}: %{customdata}<extra></extra>", customdata=[form.text(v) for v in value],
    )  # fmt: skip
    if "low" in frame:
        fig.data[0].error_y = style.whiskers(value, frame)
    edge = np.maximum(start, end)
    if "high" in frame:
        edge = np.fmax(edge, start + frame["high"].to_numpy(float))
    for k, text in enumerate(form.bare(v) for v in value):
        fig.add_annotation(x=k, y=float(edge[k]), text=f"<b>{text}</b>", showarrow=False, yshift=12, font={"size": 13})
    for k in range(len(value) - 1):
        fig.add_shape(
            type="line", x0=k + 0.3, x1=k + 0.7, y0=end[k], y1=end[k], line={"color": style.MUTED, "width": 1}
        )
    style.dress(fig, title=title, height=340)
    fig.update_layout(margin_t=26 + (44 if title else 0))
    fig.update_yaxes(title_text=axis, tickformat=form.ticks, zeroline=True)
    fig.update_xaxes(showgrid=False, tickfont={"size": 12, "color": style.INK}, tickangle=0)
    return fig


def winners_losers(
    frame: pd.DataFrame,
    *,
    language: Language = "en",
    top: int = 20,
    axis: str = "",
    form: Form = CHANGES,
    title: str = "",
) -> go.Figure:
    """Numbers by region or sector, largest gain on top; the middle is left out where there are many.

    frame  region (or sector), name_en, name_zh, value, optionally low and high (an interval)
    top    rows shown, half from each end · form: how they are written, by default as relative changes in per cent
    """
    ordered = frame.sort_values("value", kind="stable")
    if len(ordered) > top:
        ordered = pd.concat([ordered.head(top // 2), ordered.tail(top - top // 2)])
    code = "sector" if "sector" in ordered else "region"
    value = ordered["value"].to_numpy(float)
    bar = go.Bar(
        x=value, y=style.names(ordered, language, code), orientation="h", cliponaxis=False,
        marker={"color": [_colour(v) for v in value]}, customdata=[form.text(v) for v in value],
        hovertemplate="%{y}: %{customdata}<extra></extra>",
    )  # fmt: skip
    if "low" in ordered:
        bar.error_x = style.whiskers(value, ordered)
    else:
        bar.update(text=[form.bare(v) for v in value], textposition="outside", textfont={"size": 10})
    fig = go.Figure(bar)
    style.dress(fig, title=title, height=len(ordered) * ROW_HEIGHT + 72)
    if len(value) and "low" not in ordered:  # room for the numbers outside the bars
        low, high = min(float(value.min()), 0.0), max(float(value.max()), 0.0)
        room = 0.18 * (high - low)
        fig.update_xaxes(range=[low - room * (low < 0), high + room * (high > 0)])
    fig.update_xaxes(tickformat=form.ticks, zeroline=True, title_text=axis or style.word("change", language))
    fig.update_xaxes(nticks=5, tickangle=0)
    fig.update_yaxes(showgrid=False, tickfont={"size": 12, "color": style.INK})
    return fig


def sensitivity(frame: pd.DataFrame, *, language: Language = "en", title: str = "") -> go.Figure:
    """First-order and total Sobol indices of each uncertain parameter, largest total on top.

    frame  parameter, first, total (shares of the variance of the outcome), optionally first_conf, total_conf
           (half-widths of 90% intervals)
    """
    rows = frame.sort_values("total", kind="stable")
    fig = go.Figure()
    for name, colour in (("total", style.INTER), ("first", style.OWN)):
        bar = go.Bar(
            x=rows[name], y=rows["parameter"].astype(str), orientation="h", name=style.word(name, language),
            marker={"color": colour}, hovertemplate="%{y}: %{x:.2f}<extra>" + style.word(name, language) + "</extra>",
        )  # fmt: skip
        if f"{name}_conf" in rows:
            bar.error_x = {
                "type": "data",
                "array": rows[f"{name}_conf"],
                "color": style.INK,
                "thickness": 1,
                "width": 3,
            }
        fig.add_trace(bar)
    style.dress(fig, title=title, height=len(rows) * 40 + 84, legend=True, ordered="reversed")
    fig.update_layout(barmode="group", bargap=0.3, bargroupgap=0.05)
    fig.update_xaxes(title_text=style.word("index", language), rangemode="tozero")
    fig.update_yaxes(showgrid=False, tickfont={"size": 12, "color": style.INK})
    return fig


def frontier_curves(
    curves: Mapping[str, pd.DataFrame],
    *,
    language: Language = "en",
    x: str = "external",
    y: str = "gain",
    x_title: str = "",
    y_title: str = "",
    form: Form = CHANGES,
    title: str = "",
) -> go.Figure:
    """One curve per policy: what is given up against what is gained as a degree runs from 0 to 1.

    curves  label -> frame with `degree` and the columns named by `x` (a share) and `y`
    form    how y is written, by default as a relative change in per cent
    """
    fig = go.Figure()
    for k, (name, frame) in enumerate(curves.items()):
        colour = style.SERIES[k % len(style.SERIES)]
        fig.add_scatter(
            x=frame[x], y=frame[y], mode="lines+markers", name=name, customdata=frame["degree"],
            line={"color": colour, "width": 2.5, "dash": style.DASHES[k % len(style.DASHES)]}, marker={"size": 6},
            hovertemplate=f"{name}<br>%{{customdata:.0%}}: %{{x:.2%}}, %{{y:{form.hover}}}<extra></extra>",
        )  # fmt: skip
    style.dress(fig, title=title, height=400, legend=len(curves) > 1)
    fig.update_xaxes(tickformat=".1%", title_text=x_title or style.word(x, language), nticks=6)
    fig.update_yaxes(tickformat=form.ticks, title_text=y_title or style.word(y, language), zeroline=True)
    return fig


def time_lines(
    series: Mapping[str, pd.Series] | pd.DataFrame,
    *,
    language: Language = "en",
    axis: str = "",
    time: str = "day",
    form: Form = SHARES,
    bands: Mapping[str, tuple[pd.Series, pd.Series]] | None = None,
    title: str = "",
) -> go.Figure:
    """Lines over time, named at the legend; an optional band each.

    series  label -> values indexed by time (days, years), or a frame with one column a line
    form    how values are written, by default in per cent · bands: label -> (low, high)
    """
    lines = {str(k): values for k, values in series.items()}
    fig = go.Figure()
    for k, (name, values) in enumerate(lines.items()):
        colour = style.SERIES[k % len(style.SERIES)]
        if bands and name in bands:
            low, high = bands[name]
            fig.add_scatter(
                x=[*low.index, *high.index[::-1]], y=[*low, *high[::-1]], fill="toself", line={"width": 0}, mode="lines",
                fillcolor=f"{colour}26", hoverinfo="skip", showlegend=False,
            )  # fmt: skip
        fig.add_scatter(
            x=values.index, y=values, mode="lines", name=name,
            line={"color": colour, "width": 2.2, "dash": style.DASHES[k % len(style.DASHES)]},
            hovertemplate="%{x}: %{y:" + form.hover + "}<extra>" + name + "</extra>",
        )  # fmt: skip
    style.dress(fig, title=title, height=340, legend=len(lines) > 1)
    fig.update_xaxes(title_text=style.word(time, language), showgrid=False)
    fig.update_yaxes(title_text=axis, tickformat=form.ticks)
    return fig


def _colour(value: float, net: bool = False) -> str:
    if net:
        return style.INK
    return style.OWN if value >= 0 else style.EXTERNAL


def rank_bars(frame: pd.DataFrame, *, language: Language = "en", title: str = "") -> go.Figure:
    """Rank correlation of an outcome with each uncertain parameter, strongest on top.

    frame  parameter, value (from −1 to 1)
    """
    rows = frame.iloc[np.argsort(frame["value"].abs().to_numpy(), kind="stable")]
    fig = go.Figure(go.Bar(
        x=rows["value"], y=rows["parameter"].astype(str), orientation="h",
        marker={"color": [_colour(float(v)) for v in rows["value"]]},
        text=[f"{v:+.2f}".replace("-", "−") for v in rows["value"]],
        textposition="auto", hovertemplate="%{y}: %{x:.2f}<extra></extra>",
    ))  # fmt: skip
    style.dress(fig, title=title, height=len(rows) * 34 + 70)
    fig.update_xaxes(range=[-1.05, 1.05], zeroline=True, title_text=style.word("rank", language))
    fig.update_yaxes(showgrid=False, tickfont={"size": 12, "color": style.INK})
    return fig
