"""The numbers that a figure is drawn from, as a table: what goes into a file beside its picture."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

NUMBER_COLUMNS = ("series", "label", "to", "x", "value", "low", "high")
"""Columns of a figure's numbers, in order; those that hold nothing are left out."""
_Row = dict[str, Any]


def figure_numbers(fig: go.Figure) -> pd.DataFrame:
    """Every point, bar, tile, area and ribbon of a figure with its number.

    Parameters
    ----------
    fig : plotly.graph_objects.Figure
        Any figure of this room.

    Returns
    -------
    pandas.DataFrame
        series, what the legend calls it; label, what it stands for; to, where a ribbon ends; x, along an axis of numbers;
        value, in the figure's unit, shares as fractions; low, high, ends of its interval. Columns that hold nothing are left
        out.

    Raises
    ------
    KeyError
        Never of a figure of this room.

    Examples
    --------
    >>> import xunhuan as xh
    >>> from xunhuan.faces.figures.numbers import figure_numbers
    >>> figure_numbers(xh.figures.tile_map({"AT-N": 0.1, "AT-S": 0.3}, xh.toyland().geography))
                label  value
    0  Northmark 北境    0.1
    1  Southvale 南谷    0.3
    """
    lines = [line for trace in fig.data for line in _lines(trace, fig.layout)]
    frame = pd.DataFrame(lines, columns=list(NUMBER_COLUMNS)).replace("", None)
    return frame.dropna(axis=1, how="all")


def _lines(trace: Any, layout: Any) -> Iterator[_Row]:
    name = _plain(trace.name)
    if isinstance(trace.meta, dict):  # an area of a map: its corners are no numbers
        yield {"series": name, "label": trace.meta["label"], "value": trace.meta["value"]}
    elif trace.type == "sankey":
        label = [_plain(x) for x in _listed(trace.node.label)]
        ends = zip(*(_listed(x) for x in (trace.link.source, trace.link.target, trace.link.value)), strict=True)
        yield from ({"series": name, "label": label[int(a)], "to": label[int(b)], "value": v} for a, b, v in ends)
    elif trace.type == "heatmap":
        yield from _cells(trace, name)
    elif trace.type == "scatterternary":
        corners = [_plain(layout.ternary[f"{c}axis"].title.text) for c in "abc"]
        points = zip(_labels(trace), *(_listed(x) for x in (trace.a, trace.b, trace.c)), strict=False)
        for label, *parts in points:
            yield from ({"series": c, "label": label, "value": v} for c, v in zip(corners, parts, strict=True))
    elif trace.type in ("bar", "scatter") and getattr(trace, "mode", "") != "text" and not getattr(trace, "fill", None):
        yield from _points(trace, name)


def _cells(trace: Any, name: str) -> Iterator[_Row]:
    """Tiles by the name that pointing at them shows; of a grid both its headings."""
    z, told = np.array(_listed(trace.z), dtype=float), _listed(trace.customdata)
    xs, ys = _listed(trace.x), _listed(trace.y)
    for r, c in np.argwhere(np.isfinite(z)):
        if told and not xs:
            yield {"series": name, "label": str(told[r][c]).rsplit(": ", 1)[0], "value": float(z[r, c])}
        else:
            yield {"series": name, "label": _plain(ys[r]) if ys else r, "to": _plain(xs[c]) if xs else c,
                   "value": float(z[r, c])}  # fmt: skip


def _points(trace: Any, name: str) -> Iterator[_Row]:
    """Points and bars; what is named along one axis is a label, what is a number along both has x and y."""
    xs, ys, labels = _listed(trace.x), _listed(trace.y), _labels(trace)
    for k, (x, y) in enumerate(zip(xs, ys, strict=False)):
        if x is None or y is None:
            continue
        if isinstance(y, str) or isinstance(x, str):
            at, value, error = (y, x, trace.error_x) if isinstance(y, str) else (x, y, trace.error_y)
            yield {"series": name, "label": _plain(at), "value": value, **_ends(error, value, k)}
        else:
            label = labels[k] if k < len(labels) else ""
            yield {"series": name, "label": label, "x": x, "value": y, **_ends(trace.error_y, y, k)}


def _ends(error: Any, value: Any, k: int) -> _Row:
    """Low and high of a whisker."""
    up, down = (_listed(getattr(error, e, None)) for e in ("array", "arrayminus"))
    if k >= len(up) or isinstance(value, str):
        return {}
    below = down[k] if k < len(down) else up[k]
    return {"low": value - below, "high": value + up[k]}


def _labels(trace: Any) -> list[str]:
    """What the points of a trace are called: what pointing at them shows, up to the number, or their texts."""
    told = _listed(trace.hovertext) or _listed(trace.customdata) or _listed(trace.text)
    return [_plain(x).split(": ")[0] if isinstance(x, str) else "" for x in told]


def _listed(x: Any) -> list[Any]:
    """A list of plain values, whatever holds them; figures pass through text, where arrays are bytes."""
    if isinstance(x, dict) and "bdata" in x:
        flat = np.frombuffer(base64.b64decode(x["bdata"]), dtype=x["dtype"])
        shape = tuple(int(n) for n in str(x["shape"]).split(",")) if "shape" in x else flat.shape
        return list(flat.reshape(shape).tolist())
    if x is None or isinstance(x, str):
        return []
    return list(np.asarray(x, dtype=object).tolist())


def _plain(text: object) -> str:
    """Words without the marks of a figure."""
    return re.sub(r"<[^>]*>", " ", str(text)).strip() if text is not None else ""
