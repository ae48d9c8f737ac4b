"""Tile-grid maps: one square a region, no boundaries, placed by the table's geography."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import xarray as xr
from plotly.subplots import make_subplots

from xunhuan.data.geography import Geography
from xunhuan.errors import BadInput
from xunhuan.faces import spelling
from xunhuan.faces.figures import style
from xunhuan.faces.spelling import Form, Language

Scale = Literal["own", "inter", "external", "change", "level"]
MAP_SCALES = {"own": style.BLUES, "inter": style.BLUES, "external": style.ORANGES, "change": style.DIVERGING,
          "level": style.BLUES}  # fmt: skip


def tile_map(
    values: pd.Series | Mapping[str, float],
    geography: Geography,
    *,
    scale: Scale = "external",
    language: Language = "en",
    limits: tuple[float, float] | None = None,
    title: str = "",
    key: str = "",
    form: Form | None = None,
) -> go.Figure:
    """Regions as tiles coloured by a number, no boundaries.

    Parameters
    ----------
    values : pandas.Series or mapping of str to float
        Region code to share or relative change (0.1 = 10%), or to numbers as `form` writes them; regions without a value
        stay blank.
    geography : Geography
        `acc.geography`, which places the tiles.
    scale : {"external", "own", "inter", "change", "level"}
        Colours: "own", "inter" (blue) and "external" (orange) for shares from low to high; "change", orange below zero
        and blue above, symmetric; "level", any number from low to high.
    language : {"en", "zh", "both"}
        Language of names and words; "both" writes names in both.
    limits : pair of float, optional
        Ends of the colour scale; by default those of the values, symmetric for "change".
    title : str
        Heading above the figure; none by default.
    key : str
        What the colours mean, under the map; by default the circuit's words.
    form : Form, optional
        How numbers are written, by default in per cent, changes with their sign.

    Returns
    -------
    plotly.graph_objects.Figure
        As wide as its window.

    Raises
    ------
    BadInput
        Where no region of `geography` has both a tile and a value.

    Examples
    --------
    >>> import xunhuan as xh
    >>> fig = xh.figures.tile_map({"AT-N": 0.1, "AT-S": 0.3}, xh.toyland().geography)
    >>> list(fig.data[1].text)
    ['N<br><b>10%</b>', 'S<br><b>30%</b>']
    """
    series = pd.Series(values, dtype=float)
    limits = limits or limits_of(series, scale)
    form = form or form_of(scale)
    fig = go.Figure(_tiles(series, geography, scale, language, limits, form))
    columns, rows = _extent(geography)
    style.dress(fig, title=title, height=_height(columns, rows) + 58)
    _square(fig, columns, rows)
    bar = bar_of(key or spelling.word(scale, language), form)
    fig.update_layout(coloraxis=axis_of(scale, limits, bar))
    return fig


def circulation_maps(ds: xr.Dataset, geography: Geography, *, language: Language = "en", title: str = "") -> go.Figure:
    """Three tile maps side by side: shares of GDP absorbed abroad, in other regions of the nation, and at home.

    Parameters
    ----------
    ds : xarray.Dataset
        `circulation(acc, ...)` by region: own, inter, external, shares of GDP. Each map has a colour scale of its own.
    geography : Geography
        `acc.geography`, which places the tiles.
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
    BadInput
        Where no region of `geography` has both a tile and a value.

    Examples
    --------
    >>> import xunhuan as xh
    >>> acc = xh.toyland()
    >>> fig = xh.figures.circulation_maps(xh.measures.circulation(acc), acc.geography)
    >>> [a.text for a in fig.layout.annotations]
    ['Abroad', 'Elsewhere at home', 'Own region']
    """
    circuits: tuple[Scale, ...] = ("external", "inter", "own")
    heads = [spelling.word(c, language).capitalize() for c in circuits]
    fig = make_subplots(1, 3, subplot_titles=heads, horizontal_spacing=0.02)
    columns, rows = _extent(geography)
    for k, circuit in enumerate(circuits):
        values = ds[circuit].to_series()
        limits = limits_of(values, circuit)
        for trace in _tiles(values, geography, circuit, language, limits, spelling.SHARES):
            fig.add_trace(trace, row=1, col=k + 1)
        fig.update_traces(coloraxis=f"coloraxis{k + 1 if k else ''}", selector={"type": "heatmap"}, col=k + 1)
        bar = bar_of(spelling.word("share_gdp", language), spelling.SHARES) | {"x": (k + 0.5) / 3, "len": 0.24}
        fig.update_layout({f"coloraxis{k + 1 if k else ''}": axis_of(circuit, limits, bar)})
    style.dress(fig, title=title, height=_height(columns, rows) + 82)
    for k in range(3):
        _square(fig, columns, rows, k)
    fig.update_layout(margin_t=30 + (44 if title else 0))
    fig.update_annotations(font={"size": 14, "color": style.INK})
    return fig


def tile_maps(
    maps: Mapping[str, pd.Series],
    geography: Geography,
    *,
    scale: Scale = "external",
    language: Language = "en",
    title: str = "",
    key: str = "",
    stacked: bool = False,
    form: Form | None = None,
) -> go.Figure:
    """Several tile maps on one colour scale, each under its own heading: before and after, arms of a comparison.

    Parameters
    ----------
    maps : mapping of str to pandas.Series
        Heading to the values of a map, as in `tile_map`.
    geography : Geography
        `acc.geography`, which places the tiles.
    scale : {"external", "own", "inter", "change", "level"}
        Colours: "own", "inter" (blue) and "external" (orange) for shares from low to high; "change", orange below zero
        and blue above, symmetric; "level", any number from low to high.
    language : {"en", "zh", "both"}
        Language of names and words; "both" writes names in both.
    title : str
        Heading above the figure; none by default.
    key : str
        What the colours mean, under the map; by default the circuit's words.
    stacked : bool
        One above the other, for narrow windows.
    form : Form, optional
        How numbers are written, by default in per cent, changes with their sign.

    Returns
    -------
    plotly.graph_objects.Figure
        As wide as its window.

    Raises
    ------
    BadInput
        Where no region of `geography` has both a tile and a value, or there is no map.

    Examples
    --------
    >>> import pandas as pd, xunhuan as xh
    >>> maps = {"before": pd.Series({"AT-N": 0.1}), "after": pd.Series({"AT-N": 0.3})}
    >>> fig = xh.figures.tile_maps(maps, xh.toyland().geography)
    >>> fig.layout.coloraxis.cmin, fig.layout.coloraxis.cmax
    (0.1, 0.3)
    """
    if not maps:
        raise BadInput("a tile map needs values", fix="give at least one heading with its values")
    every = pd.concat([pd.Series(m, dtype=float) for m in maps.values()])
    limits = limits_of(every, scale)
    form = form or form_of(scale)
    n = len(maps)
    shape = (n, 1) if stacked else (1, n)
    fig = make_subplots(*shape, subplot_titles=list(maps), horizontal_spacing=0.03, vertical_spacing=0.06)
    for k, values in enumerate(maps.values()):
        for trace in _tiles(pd.Series(values, dtype=float), geography, scale, language, limits, form):
            fig.add_trace(trace, row=k + 1 if stacked else 1, col=1 if stacked else k + 1)
    columns, rows = _extent(geography)
    style.dress(fig, title=title, height=(n if stacked else 1) * (_height(columns, rows) + 24) + 60)
    fig.update_layout(margin_t=30 + (44 if title else 0))
    fig.update_annotations(font={"size": 13, "color": style.INK})
    for k in range(n):
        _square(fig, columns, rows, k)
    bar = bar_of(key or spelling.word(scale, language), form)
    fig.update_layout(coloraxis=axis_of(scale, limits, bar))
    return fig


def _tiles(
    values: pd.Series, geo: Geography, scale: Scale, language: Language, limits: tuple[float, float], form: Form
) -> tuple[go.Heatmap, go.Scatter]:
    """Coloured squares, and the words on them in whichever ink reads on each."""
    columns, rows = _extent(geo)
    z = np.full((rows, columns), np.nan)
    hover = np.full((rows, columns), "", dtype=object)
    words: list[tuple[int, int, str, str]] = []
    for code, tile in zip(geo.codes, geo.tile, strict=True):
        value = float(values.get(code, np.nan))
        if tile is None or not np.isfinite(value):
            continue
        x, y = tile
        z[y, x] = value
        full = spelling.label(code, geo.name(code), geo.name(code, "zh"), "zh" if language == "zh" else "both")
        hover[y, x] = f"{full}: {form.text(value, 2 if form.signed else 1)}"
        show = form.bare(value, _digits(value, form, limits))
        show = f'<span style="font-size:10px">{show}</span>' if len(show) > _WIDE else show
        ink = style.ink_on((value - limits[0]) / (limits[1] - limits[0]), MAP_SCALES[scale])
        words.append((x, y, f"{_on_tile(geo, code, language)}<br><b>{show}</b>", ink))
    if not words:
        raise BadInput("no region has both a tile and a value", fix="give values by region code of the table")
    heat = go.Heatmap(
        z=z, customdata=hover, xgap=2, ygap=2, coloraxis="coloraxis", hoverongaps=False,
        hovertemplate="%{customdata}<extra></extra>",
    )  # fmt: skip
    xs, ys, texts, inks = zip(*words, strict=True)
    text = go.Scatter(x=xs, y=ys, text=texts, mode="text", textfont={"size": 11, "color": inks}, hoverinfo="skip",
                      showlegend=False, cliponaxis=False)  # fmt: skip
    return heat, text


def _height(columns: int, rows: int) -> int:
    """Height in pixels at which tiles are square on a narrow window (350 pixels), and not huge."""
    return round(rows * min(90.0, 350.0 / columns))


def axis_of(scale: Scale, limits: tuple[float, float], bar: dict[str, object]) -> dict[str, object]:
    """The axis of colours of a scale."""
    if scale == "change":
        bar = bar | {"tickvals": style.round_ends(limits)}
    return {"colorscale": MAP_SCALES[scale], "cmin": limits[0], "cmax": limits[1], "colorbar": bar}


def _on_tile(geo: Geography, code: str, language: Language) -> str:
    chinese = geo.name(code, "zh")
    if language == "en" or len(chinese) > 3:
        return spelling.short(code)
    return chinese if language == "zh" else f"{spelling.short(code)} {chinese}" if len(chinese) < 3 else chinese


def form_of(scale: Scale) -> Form:
    """How numbers of a scale are written where nobody says."""
    return spelling.CHANGES if scale == "change" else spelling.SHARES


_WIDE = 5
"""Signs of the letters used that are as wide as a tile of a narrow page."""


def _digits(value: float, form: Form, limits: tuple[float, float]) -> int:
    """Digits after the point that fit on a tile, in per cent: more where all are so small that fewer would read as nothing.

    >>> [_digits(x, Form(signed=True), (-x, x)) for x in (0.2, 0.02, 0.002, 0.00002)]
    [0, 1, 2, 3]
    """
    if not form.signed or abs(value) >= 0.0995:
        return 0
    largest = max(abs(x) for x in limits)
    return 1 if largest >= 0.005 else 2 if largest >= 0.0005 else 3


def _extent(geo: Geography) -> tuple[int, int]:
    """Columns and rows of the grid."""
    tiles = [t for t in geo.tile if t is not None]
    if not tiles:
        raise BadInput("this table has no tile positions", fix="draw bars instead, or give its regions tiles")
    return max(t[0] for t in tiles) + 1, max(t[1] for t in tiles) + 1


def limits_of(values: pd.Series, scale: Scale) -> tuple[float, float]:
    """Ends of a scale of colours: those of the values, symmetric for changes."""
    if scale == "change":
        return style.spread(values.to_numpy())
    found = values[np.isfinite(values)]
    low, high = (float(found.min()), float(found.max())) if len(found) else (0.0, 1.0)
    return (low, high) if high > low else (low - 0.01, high + 0.01)


_WASHED = 4
"""How far apart pictures reach that share no scale of colours."""


def shared_limits(every: Iterable[object], scale: Scale) -> tuple[float, float] | None:
    """Ends of one scale of colours for the values of several pictures; None where it would wash one of them out.

    >>> shared_limits([[0.1, -0.2], [0.3]], "change"), shared_limits([[0.1], [0.9]], "level")
    ((-0.3, 0.3), None)
    """
    values = [a[np.isfinite(a)] for a in (np.asarray(v, dtype=float).ravel() for v in every)]
    reach = [float(np.abs(a).max()) for a in values if a.size]
    if not reach or max(reach) >= _WASHED * min(reach):
        return None
    return limits_of(pd.Series(np.concatenate(values)), scale)


def _square(fig: go.Figure, columns: int, rows: int, k: int = 0) -> None:
    """Square tiles and no axes on the k-th map of a figure."""
    tail = "" if k == 0 else str(k + 1)
    fig.update_layout({
        f"xaxis{tail}": {"visible": False, "constrain": "domain", "range": [-0.5, columns - 0.5]},
        f"yaxis{tail}": {
            "visible": False, "constrain": "domain", "range": [rows - 0.5, -0.5], "scaleanchor": f"x{tail}",
            "scaleratio": 1,
        },
    })  # fmt: skip


def bar_of(title: str, form: Form) -> dict[str, object]:
    """The bar under a map that says what its colours mean."""
    return {
        "orientation": "h", "x": 0.5, "xanchor": "center", "y": -0.012, "yanchor": "top", "len": 0.7, "thickness": 9,
        "ypad": 4, "outlinewidth": 0, "tickformat": form.ticks, "labelalias": style.UNSIGNED, "nticks": 5,
        "tickangle": 0,  # numbers that are turned lift the bar onto the map
        "title": {"text": title, "side": "top", "font": {"size": 12, "color": style.MUTED}},
    }  # fmt: skip
