"""Losses by link: a row a link, a dot for each rule under which it was cut."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
import plotly.graph_objects as go

from xunhuan.faces import spelling
from xunhuan.faces.figures import style
from xunhuan.faces.spelling import Language

_ROW = 22


def link_dots(
    rows: Sequence[str], series: Mapping[str, pd.Series[float]], *, language: Language = "en", title: str = ""
) -> go.Figure:
    """Shares by link, the first row on top, a dot for each series.

    Parameters
    ----------
    rows : sequence of str
        What each link is called.
    series : mapping of str to pandas.Series
        Shares in the order of the rows, by what the series is called.
    language : {"en", "zh", "both"}
        Language of the figure's words.
    title : str
        Heading above the figure; none by default.

    Returns
    -------
    plotly.graph_objects.Figure
        As wide as its window.

    Raises
    ------
    ValueError
        Where a series has not a number for every row.

    Examples
    --------
    >>> import pandas as pd, xunhuan as xh
    >>> fig = xh.figures.link_dots(["USA", "KOR"], {"rated": pd.Series([0.02, 0.01]), "all": pd.Series([0.03, 0.05])})
    >>> [trace.name for trace in fig.data], list(fig.data[1].x)
    (['rated', 'all'], [0.03, 0.05])
    """
    if any(len(v) != len(rows) for v in series.values()):
        raise ValueError("each series has a number for every row")
    fig = go.Figure([
        go.Scatter(
            x=list(v), y=list(range(len(rows))), name=name, mode="markers",
            marker={"color": colour, "size": 10, "symbol": symbol}, customdata=list(rows),
            hovertemplate="%{customdata}: %{x:.3%}<extra>" + name + "</extra>",
        )
        for (name, v), colour, symbol in zip(series.items(), style.SERIES, ("circle", "diamond", "square") * 2, strict=False)
    ])  # fmt: skip
    style.dress(fig, title=title, height=len(rows) * _ROW + 90, legend=True)
    fig.update_xaxes(tickformat=spelling.PERCENT_TICKS, rangemode="tozero", nticks=6)
    fig.update_yaxes(
        tickvals=list(range(len(rows))),
        ticktext=list(rows),
        autorange="reversed",
        tickfont={"size": 12, "color": style.INK},
    )
    return fig
