"""Ribbons over three columns: from where, through what, to whom."""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from xunhuan.errors import BadInput
from xunhuan.faces.figures import style
from xunhuan.faces.figures.flows import faint, middles
from xunhuan.faces.spelling import Form, Language

_PLAIN = Form(percent=False)
_ACROSS, _NARROW = (0.001, 0.5, 0.999), (0.001, 0.36, 0.999)
"""Where columns stand; in a narrow window the middle one further left, for the names of the last stand left of it."""
_LETTERS = 13
"""Letters of a line of a name in a narrow window."""
_SHADES = (style.OWN, "#4f81ad", "#7b5ea7", "#2f6f73", "#6b8f3f", "#8db4d2", "#a08a4a")


def kept_largest(flow: pd.DataFrame, columns: tuple[str, ...], most: int, rest: str) -> pd.DataFrame:
    """Values by label of each column, its `most` largest labels kept and all others called `rest`; largest first."""
    out = flow.copy()
    for column in columns:
        sums = out[out[column] != rest].groupby(column)["value"].sum().sort_values(ascending=False, kind="stable")
        if len(sums) > most + 1:  # one alone keeps its name
            out[column] = out[column].where(out[column].isin(sums.index[:most]), rest)
    whole = pd.DataFrame(out.groupby(list(columns), sort=False)["value"].sum().reset_index())
    return whole[whole["value"] > 0].sort_values("value", ascending=False, kind="stable").reset_index(drop=True)


def stream_ribbons(
    flow: pd.DataFrame,
    *,
    heads: tuple[str, str, str] = ("", "", ""),
    rest: str = "",
    language: Language = "en",
    form: Form = _PLAIN,
    title: str = "",
    small: bool = False,
) -> go.Figure:
    """Ribbons from the labels of a first column over those of a second to those of a third, as wide as their value.

    Parameters
    ----------
    flow : pandas.DataFrame
        Three columns of labels, then value, zero or more; a row a way.
    heads : tuple of str
        What stands over each column.
    rest : str
        The label of all others, which stands last in its column.
    language : {"en", "zh", "both"}
        Language of words; labels stand as they are.
    form : Form
        How values are written, by default plain.
    title : str
        Heading above the figure; none by default.
    small : bool
        For narrow windows: smaller names in several lines, the middle column further left.

    Returns
    -------
    plotly.graph_objects.Figure
        As wide as its window.

    Raises
    ------
    BadInput
        Where no value is above zero.

    Examples
    --------
    >>> import pandas as pd, xunhuan as xh
    >>> ways = pd.DataFrame({"from": ["N", "S", "S"], "port": ["A", "A", "B"], "to": ["X", "X", "Y"], "value": [3.0, 1, 2]})
    >>> fig = xh.figures.stream_ribbons(ways)
    >>> list(fig.data[0].node.label), list(fig.data[0].link.value)
    (['N', 'S', 'A', 'B', 'X', 'Y'], [3.0, 1.0, 2.0, 4.0, 2.0])
    """
    columns = [str(c) for c in flow.columns[:3]]
    kept = flow[flow["value"] > 0]
    if kept.empty:
        raise BadInput("there is nothing to draw", fix="give values above zero")
    order = [_ordered(kept, c, rest) for c in columns]
    sizes = [len(o) for o in order]
    starts = [0, sizes[0], sizes[0] + sizes[1]]
    tall, pad = max(sizes), 10
    height = max(320, 42 * tall)
    shade = [
        [style.NEUTRAL if n == rest else _SHADES[k % len(_SHADES)] for k, n in enumerate(order[0])],
        [style.INK] * sizes[1],
        [style.NEUTRAL if n == rest else style.EXTERNAL for n in order[2]],
    ]
    sums = [kept.groupby(c)["value"].sum().reindex(o).to_numpy(float) for c, o in zip(columns, order, strict=True)]
    links = [(starts[k] + order[k].index(a), starts[k + 1] + order[k + 1].index(b), v, shade[0][order[0].index(a)] if k == 0
              else shade[2][order[2].index(b)]) for k in (0, 1) for a, b, v in _between(kept, columns[k], columns[k + 1],
              order[k], order[k + 1])]  # fmt: skip
    source, target, value, paint = zip(*links, strict=True)
    across = _NARROW if small else _ACROSS
    names = [style.wrapped(n, _LETTERS) if small else n for o in order for n in o]
    fig = go.Figure(go.Sankey(
        arrangement="fixed", textfont={"size": 10 if small else 11, "color": style.INK, "shadow": "none"},
        node={"label": names, "color": [c for s in shade for c in s], "thickness": 12, "pad": pad,
              "line": {"width": 0}, "x": [x for x, n in zip(across, sizes, strict=True) for _ in range(n)],
              "y": [y for s in sums for y in middles(s, height, tall, pad)],
              "customdata": [form.text(v) for s in sums for v in s],
              "hovertemplate": "%{label}<br>%{customdata}<extra></extra>"},
        link={"source": source, "target": target, "value": value, "color": [faint(c) for c in paint],
              "customdata": [form.text(v) for v in value],
              "hovertemplate": "%{source.label} → %{target.label}<br>%{customdata}<extra></extra>"},
    ))  # fmt: skip
    top = 30 + (44 if title else 0)
    style.dress(fig, title=title, height=height + 44)
    fig.update_layout(margin={"l": 10, "r": 10, "t": top, "b": 14})
    for x, anchor, head in zip((0, across[1], 1), ("left", "center", "right"), heads, strict=True):
        fig.add_annotation(x=x, y=1, xref="paper", yref="paper", xanchor=anchor, yanchor="bottom", yshift=6, text=head,
                           showarrow=False, font={"size": 12, "color": style.MUTED})  # fmt: skip
    return fig


def _ordered(flow: pd.DataFrame, column: str, rest: str) -> list[str]:
    """Labels of a column, largest first, all others last."""
    sums = flow.groupby(column)["value"].sum().sort_values(ascending=False, kind="stable")
    names = [str(n) for n in sums.index]
    return sorted(names, key=lambda n: n == rest)


def _between(
    flow: pd.DataFrame, left: str, right: str, rows: list[str], columns: list[str]
) -> list[tuple[str, str, float]]:
    """Sums between the labels of two columns, in their order; those of none are left out."""
    at = flow.pivot_table(values="value", index=left, columns=right, aggfunc="sum", fill_value=0)
    value = at.reindex(index=rows, columns=columns).to_numpy(float)
    return [(rows[r], columns[c], float(value[r, c])) for r, c in np.argwhere(value > 0)]
