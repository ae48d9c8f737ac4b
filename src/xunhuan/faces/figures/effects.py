"""What a scenario did: waterfall, winners and losers, sensitivity, frontier, lines over time."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from xunhuan.errors import BadInput
from xunhuan.faces import spelling
from xunhuan.faces.figures import style
from xunhuan.faces.figures.shares import ROW_HEIGHT
from xunhuan.faces.spelling import CHANGES, SHARES, Form, Language


def waterfall(
    frame: pd.DataFrame,
    *,
    language: Language = "en",
    axis: str = "",
    form: Form = CHANGES,
    title: str = "",
    span: tuple[float, float] | None = None,
) -> go.Figure:
    """From the shock's effect over each policy's to the net effect.

    Parameters
    ----------
    frame : pandas.DataFrame
        step, value: the steps' own effects in order, relative changes or what `form` writes; optionally low,
        high (interval of each step) and name. The last row is the net and stands on zero.
    language : {"en", "zh", "both"}
        Language of names and words; "both" writes names in both.
    axis : str
        What the numbers are, beside the axis.
    form : Form
        How numbers are written, by default relative changes in per cent.
    title : str
        Heading above the figure; none by default.
    span : tuple of float
        What the axis covers at least, so that pictures side by side have one scale; `waterfall_ends` of each.

    Returns
    -------
    plotly.graph_objects.Figure
        As wide as its window.

    Raises
    ------
    BadInput
        Where the last value is not the sum of the others, to 1e-6 of the largest: name any interaction as a step.

    Examples
    --------
    >>> import pandas as pd, xunhuan as xh
    >>> steps = pd.DataFrame({"step": ["shock", "policy", "net"], "value": [-0.03, 0.01, -0.02]})
    >>> fig = xh.figures.waterfall(steps)
    >>> [a.text for a in fig.layout.annotations]
    ['<b>−3.00%</b>', '<b>+1.00%</b>', '<b>−2.00%</b>']
    """
    value = frame["value"].to_numpy(float)
    if abs(value[:-1].sum() - value[-1]) > 1e-6 * float(np.abs(value).max()):
        fix = "add the interaction as a step before the last"
        raise BadInput(f"the steps sum to {value[:-1].sum():g}, the net is {value[-1]:g}", where="waterfall", fix=fix)
    said = frame["name"] if "name" in frame else [spelling.word(s, language) for s in frame["step"]]
    width = max(8, min(15, 40 // max(len(said), 1)))  # more steps, narrower labels
    labels = [style.wrapped(str(v), width) for v in said]
    start = np.concatenate([[0.0], np.cumsum(value[:-1])[:-1], [0.0]])
    end = start + value
    fig = go.Figure()
    fig.add_bar(
        x=labels, y=value, base=start, width=0.6,
        marker={"color": [_colour(v, k == len(value) - 1, "low" in frame) for k, v in enumerate(value)]},
        hovertemplate="%{x}: %{customdata}<extra></extra>", customdata=[form.text(v) for v in value],
    )  # fmt: skip
    if "low" in frame:
        fig.data[0].error_y = style.whiskers(value, frame)
    # At the height it names, and beside the whisker where there is one.
    aside = {"xanchor": "left", "xshift": 5} if "low" in frame else {}
    for k, text in enumerate(form.bare(v) for v in value):
        fig.add_annotation(
            x=k, y=float(end[k]), text=f"<b>{text}</b>", showarrow=False, yshift=12 if value[k] >= 0 else -12,
            font={"size": 13 if len(labels) < 5 else 10}, **aside,
        )  # fmt: skip
    for k in range(len(value) - 1):
        fig.add_shape(
            type="line", x0=k + 0.3, x1=k + 0.7, y0=end[k], y1=end[k], line={"color": style.MUTED, "width": 1}
        )
    style.dress(fig, title=title, height=340)
    fig.update_layout(margin_t=26 + (44 if title else 0))
    fig.update_yaxes(title_text=axis, tickformat=form.ticks, zeroline=True)
    if span is not None:
        low, high = (f(span[k], end) for k, (f, end) in enumerate(zip((min, max), waterfall_ends(frame), strict=True)))
        room = 0.08 * (high - low)
        fig.update_yaxes(range=[low - room, high + room])
    size = 12 if len(labels) < 4 else 10  # four names stand side by side on a telephone
    fig.update_xaxes(showgrid=False, tickfont={"size": size, "color": style.INK}, tickangle=0)
    return fig


WORDY = 34
"""Letters of a label beside bars from which on all are written smaller."""


def waterfall_ends(frame: pd.DataFrame) -> tuple[float, float]:
    """Lowest and highest that the bars and whiskers of a waterfall come to, zero among them.

    >>> import pandas as pd
    >>> waterfall_ends(pd.DataFrame({"step": ["shock", "policy", "net"], "value": [-0.03, 0.01, -0.02]}))
    (-0.03, 0.0)
    """
    value = frame["value"].to_numpy(float)
    start = np.concatenate([[0.0], np.cumsum(value[:-1])[:-1], [0.0]])
    at = [0.0, *(start + value)]
    if "low" in frame:
        at += [*(start + frame["low"].to_numpy(float)), *(start + frame["high"].to_numpy(float))]
    return float(np.nanmin(at)), float(np.nanmax(at))


def winners_losers(
    frame: pd.DataFrame,
    *,
    language: Language = "en",
    top: int = 20,
    axis: str = "",
    form: Form = CHANGES,
    title: str = "",
    kept: Collection[str] = (),
) -> go.Figure:
    """Numbers by region or sector, largest gain on top; the middle is left out where there are many.

    Parameters
    ----------
    frame : pandas.DataFrame
        region (or sector), name_en, name_zh, and value, relative change or what `form` writes; optionally low and
        high, an interval.
    language : {"en", "zh", "both"}
        Language of names and words; "both" writes names in both.
    top : int
        Rows shown, half from each end.
    axis : str
        What the numbers are, under the axis.
    form : Form
        How numbers are written, by default relative changes in per cent.
    title : str
        Heading above the figure; none by default.
    kept : collection of str
        Regions or sectors that are shown beside those rows, wherever they stand.

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
    >>> frame = pd.DataFrame({"region": ["AT-N", "BOR", "AT-S"], "value": [0.01, -0.03, 0.002]})
    >>> fig = xh.figures.winners_losers(frame, top=2)
    >>> list(fig.data[0].y), list(fig.data[0].text)
    (['BOR', 'AT-N'], ['−3.00%', '+1.00%'])
    """
    ordered = frame.sort_values("value", kind="stable")
    code = "sector" if "sector" in ordered else "region"
    if len(ordered) > top:
        place = np.arange(len(ordered))
        ordered = ordered[
            (place < top // 2) | (place >= len(ordered) - (top - top // 2)) | ordered[code].isin(set(kept))
        ]
    value = ordered["value"].to_numpy(float)
    bar = go.Bar(
        x=value, y=spelling.names(ordered, language, code), orientation="h", cliponaxis=False,
        marker={"color": [_colour(v, whiskers="low" in ordered) for v in value]}, customdata=[form.text(v) for v in value],
        hovertemplate="%{y}: %{customdata}<extra></extra>",
    )  # fmt: skip
    if "low" in ordered:
        bar.error_x = style.whiskers(value, ordered)
    else:
        bar.update(text=[form.bare(v) for v in value], textposition="outside", textfont={"size": 10})
    fig = go.Figure(bar)
    style.dress(fig, title=title, height=max(len(ordered), 3) * ROW_HEIGHT + 72)
    if len(value) and "low" not in ordered:  # room for the numbers outside the bars
        fig.update_xaxes(range=style.ends_with_room(np.asarray(value, dtype=float), bar.text))
    fig.update_xaxes(tickformat=form.ticks, zeroline=True, title_text=axis or spelling.word("change", language))
    long = len(value) > 0 and float(np.abs(value).max()) >= 1e5  # numbers of six digits would touch in a narrow column
    wordy = max(map(len, bar.y or ()), default=0) > WORDY  # names that leave bars half of a narrow column
    most = 3 if long or wordy else style.ticks_beside(list(bar.y))
    ends = [*value, *(x for e in ("low", "high") if e in ordered for x in ordered[e] if np.isfinite(x))]
    fig.update_xaxes(
        tickvals=style.few_ticks(min(0.0, *ends), max(0.0, *ends), most) if len(value) else None, tickangle=0
    )
    fig.update_yaxes(showgrid=False, tickfont={"size": 10 if wordy else 12, "color": style.INK})
    return fig


def sensitivity(frame: pd.DataFrame, *, language: Language = "en", title: str = "") -> go.Figure:
    """First-order and total Sobol indices of each uncertain parameter, largest total on top.

    Parameters
    ----------
    frame : pandas.DataFrame
        parameter, first, total, shares of the variance of the outcome; optionally first_conf, total_conf, half-widths of
        90% intervals.
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
        Where a column is missing.

    Examples
    --------
    >>> import pandas as pd, xunhuan as xh
    >>> frame = pd.DataFrame({"parameter": ["theta", "scale"], "first": [0.6, 0.1], "total": [0.8, 0.3]})
    >>> [(trace.name, list(trace.y)) for trace in xh.figures.sensitivity(frame).data]
    [('total', ['scale', 'theta']), ('first order', ['scale', 'theta'])]
    """
    rows = frame.sort_values("total", kind="stable")
    fig = go.Figure()
    for name, colour in (("total", style.INTER), ("first", style.OWN)):
        bar = go.Bar(
            x=rows[name], y=rows["parameter"].astype(str), orientation="h", name=spelling.word(name, language),
            marker={"color": colour}, hovertemplate="%{y}: %{x:.2f}<extra>" + spelling.word(name, language) + "</extra>",
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
    fig.update_xaxes(title_text=spelling.word("index", language), rangemode="tozero")
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

    Parameters
    ----------
    curves : mapping of str to pandas.DataFrame
        Label to a frame with degree, 0 to 1, and the columns named by `x`, a share, and `y`, a relative change or what
        `form` writes.
    language : {"en", "zh", "both"}
        Language of names and words; "both" writes names in both.
    x, y : str
        Columns drawn along and up.
    x_title, y_title : str
        What they are; by default the words for their names.
    form : Form
        How y is written, by default as a relative change in per cent.
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
    >>> import pandas as pd, xunhuan as xh
    >>> curve = pd.DataFrame({"degree": [0.0, 1.0], "external": [0.2, 0.1], "gain": [0.0, -0.01]})
    >>> fig = xh.figures.frontier_curves({"closing": curve})
    >>> fig.data[0].name, fig.layout.xaxis.title.text
    ('closing', 'abroad')
    """
    fig = go.Figure()
    for k, (name, frame) in enumerate(curves.items()):
        colour = style.SERIES[k % len(style.SERIES)]
        fig.add_scatter(
            x=frame[x], y=frame[y], mode="lines+markers", name=style.wrapped(name), customdata=frame["degree"],
            line={"color": colour, "width": 2.5, "dash": style.DASHES[k % len(style.DASHES)]}, marker={"size": 6},
            hovertemplate=f"{name}<br>%{{customdata:.0%}}: %{{x:.2%}}, %{{y:{form.hover}}}<extra></extra>",
        )  # fmt: skip
    style.dress(fig, title=title, height=400, legend=len(curves) > 1)
    fig.update_xaxes(tickformat=spelling.PERCENT_TICKS, title_text=x_title or spelling.word(x, language), nticks=6)
    fig.update_yaxes(tickformat=form.ticks, title_text=y_title or spelling.word(y, language), zeroline=True)
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

    Parameters
    ----------
    series : mapping of str to pandas.Series, or pandas.DataFrame
        Label to values indexed by time (days, years), or a frame with one column a line.
    language : {"en", "zh", "both"}
        Language of names and words; "both" writes names in both.
    axis : str
        What the values are, beside the axis.
    time : str
        What time is counted in, a word of the figures ("day", "year") or a text.
    form : Form
        How values are written, by default shares in per cent.
    bands : mapping of str to pair of pandas.Series, optional
        Label to (low, high), the ends of its band.
    title : str
        Heading above the figure; none by default.

    Returns
    -------
    plotly.graph_objects.Figure
        As wide as its window.

    Raises
    ------
    ValueError
        Where values are not indexed by time.

    Examples
    --------
    >>> import pandas as pd, xunhuan as xh
    >>> fig = xh.figures.time_lines({"output": pd.Series([1.0, 0.8, 0.9], index=[0, 7, 14])})
    >>> fig.data[0].x.tolist(), fig.layout.xaxis.title.text
    ([0, 7, 14], 'day')
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
            x=values.index, y=values, mode="lines", name=style.wrapped(name),
            line={"color": colour, "width": 2.2, "dash": style.DASHES[k % len(style.DASHES)]},
            hovertemplate="%{x}: %{y:" + form.hover + "}<extra>" + name + "</extra>",
        )  # fmt: skip
    style.dress(fig, title=title, height=340, legend=len(lines) > 1)
    fig.update_xaxes(title_text=spelling.word(time, language), showgrid=False)
    fig.update_yaxes(title_text=axis, tickformat=form.ticks)
    return fig


def _colour(value: float, net: bool = False, whiskers: bool = False) -> str:
    colour = style.NEUTRAL if net else style.OWN if value >= 0 else style.EXTERNAL
    return style.UNDER_WHISKERS[colour] if whiskers else colour


def rank_bars(frame: pd.DataFrame, *, language: Language = "en", title: str = "") -> go.Figure:
    """Rank correlation of an outcome with each uncertain parameter, strongest on top.

    Parameters
    ----------
    frame : pandas.DataFrame
        parameter, value, a pure number from −1 to 1.
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
        Where a column is missing.

    Examples
    --------
    >>> import pandas as pd, xunhuan as xh
    >>> frame = pd.DataFrame({"parameter": ["theta", "scale"], "value": [-0.8, 0.3]})
    >>> list(xh.figures.rank_bars(frame).data[0].text)
    ['+0.30', '−0.80']
    """
    rows = frame.iloc[np.argsort(frame["value"].abs().to_numpy(), kind="stable")]
    value = rows["value"].to_numpy(float)
    told = [f"{v:+.2f}".replace("-", "−") for v in value]
    fig = go.Figure(go.Bar(
        x=value, y=[style.wrapped(str(p), 26) for p in rows["parameter"]], orientation="h", cliponaxis=False,
        marker={"color": [_colour(float(v)) for v in value]}, text=told, textposition="outside",
        hovertemplate="%{y}: %{x:.2f}<extra></extra>",
    ))  # fmt: skip
    style.dress(fig, title=title, height=len(rows) * 34 + 70)
    ends = style.ends_with_room(value, told, -1.0, 1.0)
    fig.update_xaxes(range=ends, zeroline=True, title_text=spelling.word("rank", language), tickvals=[-1, 0, 1])
    fig.update_yaxes(showgrid=False, tickfont={"size": 12, "color": style.INK})
    return fig
