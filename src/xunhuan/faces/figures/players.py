"""What players do: pairs of bars, a plan against a race; dots on stems, who gains and who pays; a curve along a weight."""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from xunhuan.faces import spelling
from xunhuan.faces.figures import style
from xunhuan.faces.figures.shares import ROW_HEIGHT
from xunhuan.faces.spelling import CHANGES, SHARES, Form, Language


def paired_bars(
    frame: pd.DataFrame, *, language: Language = "en", axis: str = "", form: Form = SHARES, title: str = ""
) -> go.Figure:
    """Bars side by side, a colour a column: the same number of each label in two cases or more.

    Parameters
    ----------
    frame : pandas.DataFrame
        One row a label, its index what stands beside it; one column a case, its name what the legend says.
    language : {"en", "zh", "both"}
        Language of names and words; "both" writes names in both.
    axis : str
        What the numbers are, under the axis.
    form : Form
        How numbers are written, by default shares in per cent.
    title : str
        Heading above the figure; none by default.

    Returns
    -------
    plotly.graph_objects.Figure
        As wide as its window.

    Raises
    ------
    TypeError
        Where a column holds no numbers.

    Examples
    --------
    >>> import pandas as pd, xunhuan as xh
    >>> frame = pd.DataFrame({"plan": [0.5, 0.0], "race": [0.4, 0.3]}, index=["Wuxi", "Xi'an"])
    >>> fig = xh.figures.paired_bars(frame)
    >>> [trace.name for trace in fig.data], list(fig.data[0].y)
    (['race', 'plan'], ["Xi'an", 'Wuxi'])
    """
    rows = frame.iloc[::-1]
    fig = go.Figure()
    for k, column in enumerate(reversed(frame.columns)):
        at = len(frame.columns) - 1 - k
        values = rows[column].to_numpy(dtype=float)
        fig.add_bar(
            x=values, y=[str(i) for i in rows.index], orientation="h", name=str(column),
            marker={"color": style.SERIES[at % len(style.SERIES)]}, legendrank=at,
            customdata=[form.text(v) for v in values], hovertemplate="%{y}: %{customdata}<extra>" + str(column) + "</extra>",
        )  # fmt: skip
    style.dress(fig, title=title, height=len(rows) * (ROW_HEIGHT + 8) + 96, legend=True, ordered="reversed")
    fig.update_layout(barmode="group", bargap=0.25, bargroupgap=0.05)
    fig.update_xaxes(tickformat=form.ticks, title_text=axis, rangemode="tozero", nticks=6)
    fig.update_yaxes(showgrid=False, tickfont={"size": 12, "color": style.INK})
    return fig


def lollipops(
    frame: pd.DataFrame, *, language: Language = "en", axis: str = "", form: Form = CHANGES, title: str = ""
) -> go.Figure:
    """Dots on stems from zero, largest on top: who gains, who pays, what each is given.

    Parameters
    ----------
    frame : pandas.DataFrame
        region (or sector), name_en, name_zh, and value; optionally low and high, an interval.
    language : {"en", "zh", "both"}
        Language of names and words; "both" writes names in both.
    axis : str
        What the numbers are, under the axis.
    form : Form
        How numbers are written, by default relative changes in per cent.
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
    >>> frame = pd.DataFrame({"region": ["AT-N", "BOR"], "value": [0.01, -0.03]})
    >>> fig = xh.figures.lollipops(frame)
    >>> list(fig.data[-1].y), list(fig.data[-1].text)
    (['BOR', 'AT-N'], ['−3.00%', '+1.00%'])
    """
    rows = frame.sort_values("value", kind="stable")
    value = rows["value"].to_numpy(float)
    names = spelling.names(rows, language, "sector" if "sector" in rows else "region")
    colours = [style.OWN if v >= 0 else style.EXTERNAL for v in value]
    stems = {
        "x": np.stack([np.zeros_like(value), value, np.full_like(value, np.nan)], axis=1).ravel(),
        "y": [n for name in names for n in (name, name, name)],
    }
    fig = go.Figure()
    fig.add_scatter(**stems, mode="lines", line={"color": style.FAINT, "width": 2}, hoverinfo="skip", showlegend=False)
    dots = go.Scatter(
        x=value, y=names, mode="markers+text", marker={"color": colours, "size": 11}, cliponaxis=False, showlegend=False,
        text=[form.bare(v) for v in value], textposition=["middle right" if v >= 0 else "middle left" for v in value],
        textfont={"size": 10}, customdata=[form.text(v) for v in value], hovertemplate="%{y}: %{customdata}<extra></extra>",
    )  # fmt: skip
    if "low" in rows:
        dots.error_x = style.whiskers(value, rows)
        dots.update(mode="markers", text=None)
    fig.add_trace(dots)
    style.dress(fig, title=title, height=max(len(rows), 3) * ROW_HEIGHT + 72)
    if "low" not in rows and value.any():
        fig.update_xaxes(
            range=style.ends_with_room(value, [f"{t}  " for t in dots.text])
        )  # a dot is wider than a bar's end
    fig.update_xaxes(tickformat=form.ticks, zeroline=True, title_text=axis, nticks=5, tickangle=0)
    fig.update_yaxes(showgrid=False, tickfont={"size": 12, "color": style.INK})
    return fig


def weight_curve(
    curve: pd.Series,
    *,
    language: Language = "en",
    axis: str = "",
    along: str = "",
    form: Form = SHARES,
    title: str = "",
) -> go.Figure:
    """A number as a weight or a dose runs along: points joined by a line.

    Parameters
    ----------
    curve : pandas.Series
        Values indexed by the weight, a number.
    language : {"en", "zh", "both"}
        Language of names and words; "both" writes names in both.
    axis, along : str
        What the values and the weight are.
    form : Form
        How values are written, by default shares in per cent.
    title : str
        Heading above the figure; none by default.

    Returns
    -------
    plotly.graph_objects.Figure
        As wide as its window.

    Raises
    ------
    TypeError
        Where the index holds no numbers.

    Examples
    --------
    >>> import pandas as pd, xunhuan as xh
    >>> fig = xh.figures.weight_curve(pd.Series([1.3, 1.0], index=[0.0, 1.0]), along="compliance")
    >>> fig.data[0].x.tolist(), fig.layout.xaxis.title.text
    ([0.0, 1.0], 'compliance')
    """
    ordered = curve.sort_index()
    fig = go.Figure()
    fig.add_scatter(
        x=ordered.index.to_numpy(float), y=ordered.to_numpy(float), mode="lines+markers", showlegend=False,
        line={"color": style.OWN, "width": 2.5}, marker={"size": 8}, customdata=[form.text(v) for v in ordered],
        hovertemplate="%{x:g}: %{customdata}<extra></extra>",
    )  # fmt: skip
    style.dress(fig, title=title, height=340)
    fig.update_xaxes(title_text=along, nticks=6)
    fig.update_yaxes(title_text=axis, tickformat=form.ticks)
    return fig
