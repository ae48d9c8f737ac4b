"""A real map: places by their outlines, circles at points, lines; drawn as paths, with nothing asked of anybody's server."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from plotly.colors import sample_colorscale

from xunhuan.data.arrays import Array
from xunhuan.errors import BadInput
from xunhuan.faces import spelling
from xunhuan.faces.figures import maps, style
from xunhuan.faces.spelling import SHARES, Form, Language
from xunhuan.models.model import Land

_WIDE, _SMALL = (560, 34.0), (330, 20.0)
"""Height, and the largest circle, in pixels."""
_LEAST = 540
"""Least width, in pixels, that outlines have where names are drawn (`NARROW` of figures.js, less what is left free)."""
_NAMED = 12
"""Most names of circles."""
_LETTER, _TALL = (6.2, 11.5), 15.0
"""Width of a letter, narrow and wide, and height of a name, in pixels."""


def land_map(
    values: pd.Series,
    land: Land,
    *,
    amounts: pd.Series | None = None,
    names: pd.DataFrame | None = None,
    scale: maps.Scale = "level",
    language: Language = "en",
    limits: tuple[float, float] | None = None,
    title: str = "",
    key: str = "",
    form: Form | None = None,
    amount_form: Form = SHARES,
    small: bool = False,
) -> go.Figure:
    """Places by their outlines, coloured by a number; circles at points, their area an amount; lines.

    Longitudes are drawn cos(middle latitude) times as wide as latitudes are high.

    Parameters
    ----------
    values : pandas.Series
        Region code to the number; regions without one stay blank.
    land : Land
        Outlines, points and lines, of longitude and latitude in degrees.
    amounts : pandas.Series, optional
        Point to its amount, zero or more; points without one, or of none that are not shut, are not drawn.
    names : pandas.DataFrame, optional
        region, name_en, name_zh: what regions are called, by default their codes.
    scale : {"level", "change", "external", "own", "inter"}
        Colours, as of `tile_map`.
    language : {"en", "zh", "both"}
        Language of names and words; "both" writes names in both.
    limits : pair of float, optional
        Ends of the colour scale; by default those of the values, symmetric for "change".
    title : str
        Heading above the figure; none by default.
    key : str
        What the colours mean, under the map.
    form, amount_form : Form
        How values and amounts are written, by default in per cent, changes with their sign.
    small : bool
        For narrow windows: lower, circles smaller and without names.

    Returns
    -------
    plotly.graph_objects.Figure
        As wide as its window.

    Raises
    ------
    BadInput
        Where no outlined region has a value.

    Examples
    --------
    >>> import pandas as pd, xunhuan as xh
    >>> from xunhuan.models.model import Land
    >>> square = pd.DataFrame({"region": "AT-N", "part": 0, "lon": [0, 1, 1, 0], "lat": [0, 0, 1, 1]})
    >>> port = pd.DataFrame({"point": ["NP"], "name_en": ["North Port"], "name_zh": ["北港"], "lon": [1.0], "lat": [0.5],
    ...                      "shut": [False]})
    >>> land = Land(square, port, pd.DataFrame(columns=["line", "new", "lon", "lat"]))
    >>> fig = xh.figures.land_map(pd.Series({"AT-N": 0.2}), land, amounts=pd.Series({"NP": 0.7}))
    >>> [t.text if isinstance(t.text, str) else list(t.text) for t in fig.data if t.text is not None]
    ['AT-N: 20.0%', ['North Port']]
    """
    series = pd.Series(values, dtype=float)
    shown = [
        str(r)
        for r in dict.fromkeys([*land.outline["region"], *land.spots["region"]])
        if np.isfinite(series.get(r, np.nan))
    ]
    if not shown:
        raise BadInput("no outlined region has a value", fix="give values by region code of the outlines")
    limits = limits or maps.limits_of(series[shown], scale)
    form = form or maps.form_of(scale)
    height, largest = _SMALL if small else _WIDE
    telling = _Telling(series, names, scale, language, limits, form)
    fig = go.Figure(list(_places(land.outline, telling)))
    fig.add_traces(list(_lines(land.lines, language)))
    if amounts is not None:
        fig.add_traces(list(_circles(amounts, land, language, amount_form, largest, named=not small)))
    fig.add_traces(list(_spots(land.spots, telling)))
    style.dress(fig, title=title, height=height + 90, legend=True)
    fig.add_scatter(  # carries the scale of colours
        x=[None], y=[None], mode="markers", marker={"color": [limits[0]], "coloraxis": "coloraxis"}, showlegend=False
    )
    fig.update_layout(coloraxis=maps.axis_of(scale, limits, maps.bar_of(key, form)))
    middle = np.radians((land.outline["lat"].min() + land.outline["lat"].max()) / 2)
    fig.update_xaxes(visible=False, constrain="domain")
    fig.update_yaxes(visible=False, constrain="domain", scaleanchor="x", scaleratio=float(1 / np.cos(middle)))
    return fig


@dataclass(frozen=True)
class _Telling:
    """What places are coloured by, called, and how their numbers are written."""

    values: pd.Series
    names: pd.DataFrame | None
    scale: maps.Scale
    language: Language
    limits: tuple[float, float]
    form: Form

    def of(self, region: str) -> tuple[str, dict[str, Any]]:
        """Colour of a place, and what its mark carries: the text shown on it, its name and its number."""
        value = float(self.values.get(region, np.nan))
        low, high = self.limits
        at = float(np.clip((value - low) / (high - low), 0, 1)) if np.isfinite(value) else np.nan
        colours = [list(c) for c in maps.MAP_SCALES[self.scale]]
        fill = style.BLANK if np.isnan(at) else str(sample_colorscale(colours, [at])[0])
        known = None if self.names is None else self.names[self.names["region"] == region]
        name = region
        if known is not None and len(known):
            name = spelling.label(region, str(known["name_en"].iloc[0]), str(known["name_zh"].iloc[0]), self.language)
        number = self.form.text(value, 2 if self.form.signed else 1)
        text = name if np.isnan(value) else f"{name}: {number}"
        return fill, {"text": text, "hoverinfo": "text", "showlegend": False, "meta": {"label": name, "value": value}}


def _places(outline: pd.DataFrame, telling: _Telling) -> Iterator[go.Scatter]:
    """A path a region, its parts one after the other."""
    for region, parts in outline.groupby("region", sort=False):
        fill, told = telling.of(str(region))
        x, y = _joined(parts, "part")
        line = {"color": style.PAPER, "width": 0.8}
        yield go.Scatter(x=x, y=y, mode="lines", fill="toself", fillcolor=fill, line=line, hoveron="fills", **told)


def _spots(spots: pd.DataFrame, telling: _Telling) -> Iterator[go.Scatter]:
    """A dot a place that has no outline."""
    for x, y, region in zip(spots["lon"], spots["lat"], spots["region"].astype(str), strict=True):
        fill, told = telling.of(region)
        dot = {"size": 7, "color": fill, "line": {"color": style.INK, "width": 0.6}}
        yield go.Scatter(x=[x], y=[y], mode="markers", marker=dot, **told)


def _lines(lines: pd.DataFrame, language: Language) -> Iterator[go.Scatter]:
    """Lines that are there, thin; lines that are new, thick."""
    for new, word, line in ((False, "lines_there", {"color": style.NEUTRAL, "width": 0.7}),
                            (True, "lines_new", {"color": style.INK, "width": 3.5})):  # fmt: skip
        some = lines[lines["new"].astype(bool) == new]
        if len(some):
            x, y = _joined(some, "line")
            yield go.Scatter(x=x, y=y, mode="lines", line=line, hoverinfo="skip", name=spelling.word(word, language))


def _circles(
    amounts: pd.Series, land: Land, language: Language, form: Form, largest: float, named: bool
) -> Iterator[go.Scatter]:
    """Circles, largest first so that small ones lie on top; those that are shut as crosses."""
    p = land.points.assign(amount=land.points["point"].map(amounts).astype(float))
    p = p[np.isfinite(p["amount"])].sort_values("amount", ascending=False, kind="stable")
    most = max(float(p["amount"].max()), 1e-300) if len(p) else 1.0
    label = [spelling.label(str(c), str(en), str(zh), language)
             for c, en, zh in p[["point", "name_en", "name_zh"]].itertuples(index=False)]  # fmt: skip
    p = p.assign(label=label)
    open_ones, shut = p[~p["shut"].astype(bool) & (p["amount"] > 0)], p[p["shut"].astype(bool)]
    if len(open_ones):
        short = open_ones["name_en"].where(open_ones["name_en"] != "", open_ones["label"])  # no room for both languages
        seen = open_ones.assign(label=short) if language == "both" else open_ones
        size = np.maximum(largest * np.sqrt(open_ones["amount"] / most), 3)
        text, position = _placed_names(seen, size.to_numpy(), land.outline) if named else (None, "middle right")
        yield go.Scatter(
            x=open_ones["lon"], y=open_ones["lat"], mode="markers+text" if named else "markers", text=text,
            textposition=position, textfont={"size": 11, "color": style.INK}, cliponaxis=False,
            marker={"size": size, "color": style.SERIES[2],
                    "opacity": 0.75, "line": {"color": style.PAPER, "width": 1}},
            customdata=[f"{n}: {form.text(a)}" for n, a in zip(open_ones["label"], open_ones["amount"], strict=True)],
            hovertemplate="%{customdata}<extra></extra>", showlegend=False,
        )  # fmt: skip
    if len(shut):
        yield go.Scatter(
            x=shut["lon"], y=shut["lat"], mode="markers", name=spelling.word("point_shut", language),
            marker={"symbol": "x-thin", "size": 9, "line": {"color": style.INK, "width": 2}},
            customdata=list(shut["label"]), hovertemplate="%{customdata}<extra></extra>",
        )  # fmt: skip


_SIDES = (("middle right", 1, 0), ("middle left", -1, 0), ("top center", 0, 1), ("bottom center", 0, -1))
"""Where a name may stand about its circle, in the order they are tried."""


def _placed_names(p: pd.DataFrame, size: Array, outline: pd.DataFrame) -> tuple[list[str], list[str]]:
    """Names of circles and where they stand, the largest first, each where it lies on no other name and on the fewest
    circles; left out where every side lies on a name."""
    squeeze = np.cos(np.radians((outline["lat"].min() + outline["lat"].max()) / 2))
    high, broad = float(np.ptp(outline["lat"])), float(np.ptp(outline["lon"])) * squeeze
    pixel = max(high / _WIDE[0], broad / _LEAST)  # degrees of latitude a pixel, in the narrowest window that has names
    x, y = p["lon"].to_numpy(float) * squeeze / pixel, p["lat"].to_numpy(float) / pixel
    circles = np.column_stack([x - size / 2, y - size / 2, x + size / 2, y + size / 2])
    out, sides, taken = [""] * len(p), [_SIDES[0][0]] * len(p), np.empty((0, 4))
    for k, label in enumerate(map(str, p["label"])):
        if len(taken) >= _NAMED:
            break
        wide = sum(_LETTER[not c.isascii()] for c in label)
        boxes = [_box(x[k], y[k], size[k] / 2, wide, right, up) for _, right, up in _SIDES]
        others = np.delete(circles, k, axis=0)
        lies = [(_overlaps(b, taken), _overlaps(b, others)) for b in boxes]
        best = min(range(len(boxes)), key=lambda s: lies[s])
        if lies[best][0] == 0:
            out[k], sides[k], taken = label, _SIDES[best][0], np.vstack([taken, boxes[best]])
    return out, sides


def _box(x: float, y: float, radius: float, wide: float, right: int, up: int) -> Array:
    """The box of a name beside, over or under a circle: left, low, right, high."""
    middle, level = x + right * (radius + 3 + wide / 2), y + up * (radius + 2 + _TALL / 2)
    return np.array([middle - wide / 2, level - _TALL / 2, middle + wide / 2, level + _TALL / 2])


def _overlaps(box: Array, others: Array) -> int:
    """How many boxes a box lies on."""
    apart = (others[:, 0] >= box[2]) | (others[:, 2] <= box[0]) | (others[:, 1] >= box[3]) | (others[:, 3] <= box[1])
    return int((~apart).sum())


def _joined(corners: pd.DataFrame, by: str) -> tuple[list[float | None], list[float | None]]:
    """Corners of several paths in a row, with a gap between two."""
    x: list[float | None] = []
    y: list[float | None] = []
    for _, path in corners.groupby(by, sort=False):
        x += [*path["lon"].tolist(), None]
        y += [*path["lat"].tolist(), None]
    return x[:-1], y[:-1]
