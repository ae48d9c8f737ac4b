"""A share by year: one line for each source, for their definitions of sectors and imports differ."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from xunhuan.faces.figures import style

_SOURCES = {
    "wiod": ("WIOD 2013 release", "WIOD 2013版"),
    "oecd": ("OECD flows, coefficients of 2020", "OECD流量，2020年系数"),
    "world": ("provinces in the world of 2017", "世界中的省份（2017年）"),
    "china-national": ("official non-competitive tables", "官方非竞争型表"),
    "china-detailed": ("official detailed tables", "官方细分表"),
    "china": ("official provincial tables", "官方省级表"),
}
"""Names of the series by the stem of the table's name, English and Chinese."""


def history_lines(frame: pd.DataFrame, value: str, *, title: str = "", language: style.Language = "en") -> go.Figure:
    """Lines of `value` over `year`, one a source.

    frame  columns source, year and `value` (a share), as `xunhuan history` prints
    """
    fig = go.Figure()
    for k, (source, rows) in enumerate(frame.groupby("source", sort=False)):
        rows = rows.sort_values("year")
        names = _SOURCES.get(str(source), (str(source), str(source)))
        fig.add_scatter(
            x=rows["year"], y=rows[value], mode="lines+markers", name=names[1] if language == "zh" else names[0],
            line={"color": style.SERIES[k % len(style.SERIES)], "dash": style.DASHES[k % len(style.DASHES)]},
            hovertemplate="%{x}: %{y:.1%}<extra>" + names[0] + "</extra>",
        )  # fmt: skip
    style.dress(fig, title=title, height=420, legend=True)
    fig.update_yaxes(tickformat=".0%", title_text="")
    fig.update_xaxes(dtick=2, tickformat="d", title_text="")
    return fig
