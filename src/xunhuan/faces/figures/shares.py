"""Own, inter-provincial and external circulation: stacked bars, ternary, intervals, before and after."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from xunhuan.data.arrays import CIRCUITS
from xunhuan.faces import spelling
from xunhuan.faces.figures import style
from xunhuan.faces.spelling import Language
from xunhuan.measures import table

_LEAST = 176
"""Pixels below which the legend, in three lines on a phone, would lie on the bars."""
ROW_HEIGHT = 19
"""Pixels a bar takes; twelve-pixel type fits."""
_SIDE, _SIDE_SMALL = 410, 230
"""Pixels that a side of the triangle takes."""
_PLACES = (
    ("middle right", 0.5, 0.0), ("middle left", -0.5, 0.0), ("top center", 0.0, 0.5), ("bottom center", 0.0, -0.5),
    ("top right", 0.5, 0.5), ("top left", -0.5, 0.5), ("bottom right", 0.5, -0.5), ("bottom left", -0.5, -0.5),
)  # fmt: skip
"""Where a name may stand beside its point, the best first, and how far its middle is from there, of its size."""


def circulation_bars(
    ds: object, *, language: Language = "en", sort: str = "external", smallest: float = 0.045, title: str = ""
) -> go.Figure:
    """Stacked bars of own, inter and external shares, one a region, largest `sort` share on top.

    Parameters
    ----------
    ds : xarray.Dataset or pandas.DataFrame
        `circulation(acc, ...)`, or a frame with region, name_en, name_zh and own, inter, external, shares that sum to 1.
    language : {"en", "zh", "both"}
        Language of names and words; "both" writes names in both.
    sort : {"external", "inter", "own", ""}
        Share by which bars are ordered; "" keeps the order given.
    smallest : float
        Share below which a bar carries no number.
    title : str
        Heading above the figure; none by default.

    Returns
    -------
    plotly.graph_objects.Figure
        As wide as its window.

    Raises
    ------
    KeyError
        Where a column is missing, `sort` among them.

    Examples
    --------
    >>> import xunhuan as xh
    >>> fig = xh.figures.circulation_bars(xh.measures.circulation(xh.toyland()))
    >>> [trace.name for trace in fig.data], fig.data[2].y[-1]
    (['own region', 'elsewhere at home', 'abroad'], 'Southvale')
    """
    frame = as_frame(ds)
    if sort:
        frame = frame.sort_values(sort, kind="stable")
    else:
        frame = frame.iloc[::-1]
    labels = spelling.names(frame, language)
    fig = go.Figure()
    for circuit in CIRCUITS:
        colour = style.CIRCUIT_COLOURS[circuit]
        fig.add_bar(
            y=labels, x=frame[circuit], orientation="h", name=spelling.word(circuit, language),
            marker={"color": colour, "line": {"color": style.PAPER, "width": 1}},
            text=[spelling.percent(v) if v >= smallest else "" for v in frame[circuit]], textposition="inside",
            insidetextanchor="middle", textangle=0, constraintext="none",
            insidetextfont={"size": 10, "color": style.INK if circuit == "inter" else style.PAPER},
            hovertemplate="%{y}: %{x:.1%}<extra>" + spelling.word(circuit, language) + "</extra>",
        )  # fmt: skip
    style.dress(fig, title=title, height=max(len(frame) * ROW_HEIGHT + 44, _LEAST), legend=True)
    fig.update_layout(barmode="stack", bargap=0.12)
    fig.update_xaxes(tickformat=spelling.PERCENT_TICKS, range=[0, 1], showgrid=False, dtick=0.25, title_text="")
    fig.update_yaxes(showgrid=False, tickfont={"size": 12, "color": style.INK})
    return fig


def circulation_ternary(
    ds: object, *, language: Language = "en", labelled: int = 9, small: bool = False, title: str = ""
) -> go.Figure:
    """Every region as a point between three corners: own market, elsewhere at home, abroad.

    Areas of the points follow `gdp`, or `final_use`; alike where the data has neither.

    Parameters
    ----------
    ds : xarray.Dataset or pandas.DataFrame
        `circulation(acc, ...)`, or a frame with region, name_en, name_zh and own, inter, external, shares that sum to 1,
        and `gdp` or `final_use`, unit of the table, where there is one.
    language : {"en", "zh", "both"}
        Language of names and words; "both" writes names in both.
    labelled : int
        How many of the outlying regions carry their name at most, where it stands clear; the others show it on hover.
    small : bool
        For a phone: fewer and smaller.
    title : str
        Heading above the figure; none by default.

    Returns
    -------
    plotly.graph_objects.Figure
        As wide as its window.

    Raises
    ------
    KeyError
        Where a column is missing.

    Examples
    --------
    >>> import xunhuan as xh
    >>> fig = xh.figures.circulation_ternary(xh.measures.circulation(xh.toyland()))
    >>> fig.data[0].c.round(3).tolist()  # external shares
    [0.099, 0.075, 0.132]
    """
    frame = as_frame(ds)
    weight = next((frame[c].to_numpy(float) for c in ("gdp", "final_use") if c in frame), np.ones(len(frame)))
    size = 7 + 25 * np.sqrt(weight / weight.max())
    points = frame[list(CIRCUITS)].to_numpy(float)
    least = np.floor(points.min(axis=0) * 20) / 20
    names = spelling.names(frame, language)
    if small:
        size, labelled = 0.7 * size, min(labelled, 5)
    written, sides = _labelled(names, points, size, least, labelled, _SIDE_SMALL if small else _SIDE)
    fig = go.Figure(go.Scatterternary(
        a=points[:, 0], b=points[:, 1], c=points[:, 2], mode="markers+text", cliponaxis=False,
        text=written, textposition=sides, textfont={"size": 11, "color": style.INK}, customdata=names,
        marker={"size": size, "color": points[:, 2], "colorscale": style.ORANGES, "opacity": 0.9,
                "line": {"color": style.INK, "width": 0.8}},
        hovertemplate="%{customdata}<br>" + "<br>".join(
            f"{spelling.word(c, language)} %{{{axis}:.1%}}" for c, axis in zip(CIRCUITS, "abc", strict=True)
        ) + "<extra></extra>",
    ))  # fmt: skip
    style.dress(fig, title=title, height=340 if small else 450)
    corners = {c: _corner(spelling.word(c, language), a == "a") for c, a in zip(CIRCUITS, "abc", strict=True)}
    # A name stands about its corner, a little outwards.
    lines = [line for c in CIRCUITS[1:] for line in corners[c].split("<br>")]
    beside = max(46 if small else 60, round(max(map(style.pixels, lines)) / 2) + 22)
    fig.update_layout(margin={"l": beside, "r": beside, "t": 36 + (44 if title else 0), "b": 56})
    common = {
        "tickformat": spelling.PERCENT_TICKS,
        "gridcolor": style.RULE,
        "linecolor": style.MUTED,
        "tickfont": {"size": 10},
    }
    axes = {}
    for circuit, axis, low in zip(CIRCUITS, "abc", least, strict=True):
        corner = {"text": corners[circuit], "font": {"size": 12, "color": style.MUTED}}
        ticks = _between(float(low), float(low + 1 - least.sum()))
        axes[f"{axis}axis"] = {**common, "min": float(low), "title": corner, "tickvals": ticks}
    fig.update_layout(ternary={"sum": 1, "bgcolor": style.PAPER, **axes})
    return fig


def _between(low: float, high: float) -> list[float]:
    """Ticks of a triangle's side, none at its corners, where names stand.

    >>> _between(0.55, 0.8), _between(0.2, 0.8)
    ([0.6, 0.65, 0.7, 0.75], [0.4, 0.6])
    """
    every = next(step for step in (0.05, 0.1, 0.2) if (high - low) / step < 5.5 or step == 0.2)
    first, last = round(low / every + 0.51), round(high / every - 0.51)
    return [round(k * every, 2) for k in range(first, last + 1)] or [round((low + high) / 2, 3)]


def _corner(name: str, top: bool) -> str:
    """What a corner is called, in two lines at the lower ones: there is little room beside them, and ticks are above.

    >>> _corner("elsewhere at home", False), _corner("abroad", False)
    ('elsewhere<br>at home', '<br>abroad')
    """
    if top:
        return name
    first, _, rest = name.partition(" ")
    return f"{first}<br>{rest}" if rest else f"<br>{name}"


def interval_rows(
    frame: pd.DataFrame,
    *,
    language: Language = "en",
    title: str = "",
    axis: str = "",
    note: str = "interval",
    colour: str = style.OWN,
    change: bool = False,
) -> go.Figure:
    """A point and its interval, one row a region, in the order given (first on top).

    Parameters
    ----------
    frame : pandas.DataFrame
        region, name_en, name_zh, value, low, high: shares, or relative changes (0.1 = 10%). With least and most too, a
        faint line between these behind: limits, which say nothing of what is likely.
    language : {"en", "zh", "both"}
        Language of names and words; "both" writes names in both.
    title : str
        Heading above the figure; none by default.
    axis : str
        What the numbers are, under the axis.
    note : str
        What the interval is: a word of the figures.
    colour : str
        Colour of the points, "#rrggbb".
    change : bool
        Values are relative changes: signed ticks and a line at zero.

    Returns
    -------
    plotly.graph_objects.Figure
        As wide as its window.

    Raises
    ------
    KeyError
        Where a column is missing.

    Examples
    --------
    >>> import pandas as pd, xunhuan as xh
    >>> frame = pd.DataFrame({"region": ["AT-N"], "value": [0.70], "low": [0.65], "high": [0.72]})
    >>> fig = xh.figures.interval_rows(frame)
    >>> fig.data[1].x.tolist(), fig.data[1].customdata.tolist()
    ([0.7], [[0.65, 0.72]])
    """
    rows = frame.iloc[::-1]
    labels = spelling.names(rows, language)
    low, high = rows["low"].to_numpy(float), rows["high"].to_numpy(float)
    form = "+.1%" if change else ".2~%"
    fig = go.Figure()
    if "least" in rows:
        line = {"color": style.FAINT, "width": 2}
        fig.add_scatter(
            **_lines(labels, rows["least"], rows["most"]), name=spelling.word("limits", language), line=line
        )
    line = {"color": style.INTER, "width": 7}
    fig.add_scatter(**_lines(labels, low, high), name=spelling.word(note, language), line=line)
    fig.add_scatter(
        x=rows["value"], y=labels, mode="markers", name=spelling.word("estimate", language),
        marker={"color": colour, "size": 9, "line": {"color": style.PAPER, "width": 1.2}},
        customdata=np.column_stack([low, high]),
        hovertemplate=f"%{{y}}: %{{x:{form}}} (%{{customdata[0]:{form}}} – %{{customdata[1]:{form}}})<extra></extra>",
    )  # fmt: skip
    style.dress(fig, title=title, height=len(rows) * ROW_HEIGHT + 84, legend=True)
    drawn = rows.reindex(columns=["value", "low", "high", "least", "most"]).to_numpy(float)
    ends = float(np.nanmin(drawn)), float(np.nanmax(drawn))
    room = 0.02 * (ends[1] - ends[0])
    ticks = spelling.Form(signed=change).ticks
    fig.update_xaxes(tickformat=ticks, title_text=axis, zeroline=change, range=[ends[0] - room, ends[1] + room])
    fig.update_yaxes(tickfont={"size": 12, "color": style.INK}, gridcolor=style.BLANK, range=[-0.6, len(rows) - 0.4])
    return fig


def _lines(labels: Sequence[str], low: Iterable[float], high: Iterable[float]) -> dict[str, Any]:
    """One trace of a line from low to high in every row."""
    x = [None if k % 3 == 2 else v for lo, hi in zip(low, high, strict=True) for k, v in enumerate((lo, hi, 0.0))]
    return {"x": x, "y": [y for y in labels for _ in range(3)], "mode": "lines", "hoverinfo": "skip"}


def circulation_intervals(
    ds: object,
    least: object = None,
    most: object = None,
    *,
    circuit: str = "own",
    language: Language = "en",
    title: str = "",
) -> go.Figure:
    """One circuit's share by region with its interval, largest on top, and the limits of two tables as a faint line.

    Parameters
    ----------
    ds : xarray.Dataset or pandas.DataFrame
        `intervals(circulation, acc, ...)`, or a frame with region, name_en, name_zh and of the circuit X, X_low, X_high.
    least, most : xarray.Dataset or pandas.DataFrame, optional
        `circulation(acc, ...)` of the tables with the least and the most cross-hauling: arithmetic limits.
    circuit : {"own", "inter", "external"}
        Whose shares are drawn.
    language : {"en", "zh", "both"}
        Language of names and words; "both" writes names in both.
    title : str
        Heading above the figure; none by default.

    Returns
    -------
    plotly.graph_objects.Figure
        As wide as its window.

    Raises
    ------
    KeyError
        Where a column is missing, those of the interval among them.

    Examples
    --------
    >>> import xunhuan as xh
    >>> ds = xh.measures.intervals(xh.measures.circulation, xh.toyland(), draws=16)
    >>> fig = xh.figures.circulation_intervals(ds)
    >>> fig.data[1].y[-1], fig.data[1].customdata[-1].round(3).tolist()  # the largest share
    ('Eastholm', [0.692, 0.743])
    """
    frame = as_frame(ds)
    names = [c for c in ("region", "name_en", "name_zh") if c in frame]
    rows = frame[names].assign(value=frame[circuit], low=frame[f"{circuit}_low"], high=frame[f"{circuit}_high"])
    if least is not None and most is not None:
        ends = limit_frame(least, most, circuit).reindex(rows["region"])
        rows = rows.assign(least=ends["least"].to_numpy(), most=ends["most"].to_numpy())
    rows = rows.sort_values("value", ascending=False, kind="stable")
    axis = f"{spelling.word(circuit, language)}, {spelling.word('share_gdp', language)}"
    colour = style.EXTERNAL if circuit == "external" else style.OWN
    return interval_rows(rows, language=language, title=title, axis=axis, colour=colour)


def limit_frame(least: object, most: object, circuit: str) -> pd.DataFrame:
    """Smallest and largest of a circuit's share, least and most, across two tables, by region."""
    pair = pd.concat([as_frame(d).set_index("region")[circuit] for d in (least, most)], axis=1)
    return pd.DataFrame({"least": pair.min(axis=1), "most": pair.max(axis=1)})


def circulation_before_after(
    before: object, after: object, *, language: Language = "en", circuit: str = "external", title: str = ""
) -> go.Figure:
    """The share of one circuit before and after, one row a region, joined by a line; largest change on top.

    Parameters
    ----------
    before, after : xarray.Dataset or pandas.DataFrame
        `circulation(acc, ...)` of the two tables, as in `circulation_bars`.
    language : {"en", "zh", "both"}
        Language of names and words; "both" writes names in both.
    circuit : {"external", "inter", "own"}
        Whose shares are drawn.
    title : str
        Heading above the figure; none by default.

    Returns
    -------
    plotly.graph_objects.Figure
        As wide as its window.

    Raises
    ------
    KeyError
        Where a column is missing, `circuit` among them.

    Examples
    --------
    >>> import xunhuan as xh
    >>> acc = xh.toyland()
    >>> shut = xh.respond(acc, "trade_cost from=BOR to=ATL ban=true").accounts
    >>> fig = xh.figures.circulation_before_after(xh.measures.circulation(acc), xh.measures.circulation(shut))
    >>> fig.data[1].y[-1], [t.x[-1].round(3).item() for t in fig.data[1:]]
    ('Southvale', [0.132, 0.03])
    """
    a, b = as_frame(before).set_index("region"), as_frame(after).set_index("region")
    frame = a[["name_en", "name_zh"]].assign(before=a[circuit], after=b[circuit]).reset_index()
    frame = frame.iloc[np.argsort((frame["after"] - frame["before"]).abs().to_numpy(), kind="stable")]
    labels = spelling.names(frame, language)
    fig = go.Figure()
    lines = [None if k % 3 == 2 else v for x, y in zip(frame["before"], frame["after"], strict=True)
             for k, v in enumerate((x, y, 0.0))]  # fmt: skip
    fig.add_scatter(x=lines, y=[y for y in labels for _ in range(3)], mode="lines", showlegend=False,
                    line={"color": style.NEUTRAL, "width": 2}, hoverinfo="skip")  # fmt: skip
    colour = style.CIRCUIT_COLOURS[circuit]
    for moment, fill in (("before", style.PAPER), ("after", colour)):
        fig.add_scatter(
            x=frame[moment], y=labels, mode="markers", name=spelling.word(moment, language),
            marker={"color": fill, "size": 9, "line": {"color": colour, "width": 2}},
            hovertemplate="%{y}: %{x:.2%}<extra>" + spelling.word(moment, language) + "</extra>",
        )  # fmt: skip
    style.dress(fig, title=title, height=len(frame) * ROW_HEIGHT + 84, legend=True)
    fig.update_xaxes(
        tickformat=spelling.PERCENT_TICKS,
        title_text=f"{spelling.word(circuit, language)}, {spelling.word('share_gdp', language)}",
    )
    fig.update_yaxes(tickfont={"size": 12, "color": style.INK}, gridcolor=style.BLANK, range=[-0.6, len(frame) - 0.4])
    return fig


def as_frame(ds: object) -> pd.DataFrame:
    """A measure's dataset as its flat table; a frame as it is."""
    return ds if isinstance(ds, pd.DataFrame) else table(ds)  # type: ignore[arg-type]


def _labelled(
    labels: list[str], points: np.ndarray, sizes: np.ndarray, least: np.ndarray, most: int, side: float
) -> tuple[list[str], list[str]]:
    """Names of the points farthest from the middle, and the side each stands on: clear of points, of other names and of
    the edges, outside which the ticks are; no name where none is clear.

    least   share at each edge
    side    pixels of the triangle's side
    """
    free = points - least
    unit = side / (1 - least.sum())
    height = side * np.sqrt(3) / 2
    x, y = (free[:, 2] + free[:, 0] / 2) * unit, free[:, 0] * np.sqrt(3) / 2 * unit
    far = np.hypot((x - np.median(x)) / max(float(np.ptp(x)), 1e-9), (y - np.median(y)) / max(float(np.ptp(y)), 1e-9))
    taken: list[tuple[float, float, float, float]] = []
    kept, sides = [""] * len(labels), ["middle right"] * len(labels)
    for k in np.argsort(-far, kind="stable"):
        wide, tall = sum(11.5 if ord(c) > 0x2E80 else 6.2 for c in labels[k]), 13.0
        for place, dx, dy in _PLACES:
            at, up = x[k] + dx * (wide + sizes[k] + 6), y[k] + dy * (tall + sizes[k] + 4)
            box = (at - wide / 2, at + wide / 2, up - tall / 2, up + tall / 2)
            slant = box[3] / np.sqrt(3)  # of the edges at the height of the name's upper corners
            inside = box[2] >= 0 and box[3] <= height and box[0] >= slant and box[1] <= side - slant
            apart = all(box[1] < t[0] or t[1] < box[0] or box[3] < t[2] or t[3] < box[2] for t in taken)
            near = np.hypot(x - np.clip(x, box[0], box[1]), y - np.clip(y, box[2], box[3])) < sizes / 2
            near[k] = False
            if inside and apart and not near.any():
                kept[k], sides[k] = labels[k], place
                taken.append(box)
                break
        if len(taken) == most:
            break
    return kept, sides
