"""A share by year: one line for each source, for their definitions of sectors and imports differ."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from xunhuan.faces import spelling, words
from xunhuan.faces.figures import style


def history_lines(frame: pd.DataFrame, value: str, *, title: str = "", language: spelling.Language = "en") -> go.Figure:
    """Lines of `value` over `year`, one a source.

    frame  columns source, year and `value` (a share), as `xunhuan history` prints
    """
    fig = go.Figure()
    for k, (source, rows) in enumerate(frame.groupby("source", sort=False)):
        rows = rows.sort_values("year")
        lang = "zh" if language == "zh" else "en"
        name = words.either(f"series_{source}", lang, str(source))
        fig.add_scatter(
            x=rows["year"], y=rows[value], mode="lines+markers", name=name,
            line={"color": style.SERIES[k % len(style.SERIES)], "dash": style.DASHES[k % len(style.DASHES)]},
            hovertemplate="%{x}: %{y:.1%}<extra>" + name + "</extra>",
        )  # fmt: skip
    style.dress(fig, title=title, height=420, legend=True)
    fig.update_yaxes(tickformat=spelling.PERCENT_TICKS, title_text="")
    fig.update_xaxes(dtick=2, tickformat="d", title_text="")
    return fig
