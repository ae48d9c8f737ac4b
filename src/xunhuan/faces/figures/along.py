"""Figures of quantities over axes of their own: fans along years, stacked bars, steps, two levers at once.

Each takes a reading, a quantity and an arm, and draws by the record and the labels alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import xarray as xr

from xunhuan.data.arrays import Array
from xunhuan.faces import spelling
from xunhuan.faces.figures import style
from xunhuan.faces.figures.effects import time_lines, waterfall, waterfall_ends
from xunhuan.faces.figures.maps import shared_limits
from xunhuan.faces.reading import Reading
from xunhuan.faces.spelling import Language
from xunhuan.faces.told import Told

MARKS = (("circle", True), ("circle-open", True), ("x", False))
"""Dots of a fan: those passed through, those not seen, those aimed at; the last have no colour of their own."""


def fan_of(reading: Reading, q: Told, arm: str = "", language: Language | None = None) -> go.Figure | None:
    """Lines along the last axis, one a label of the axis before it, with their bands and with dots of `points`."""
    lang, arm = language or reading.lang, arm or reading.arm_of(q)
    lines, bands, colours = _lines(reading, q, arm, lang)
    if not lines:
        return None
    form = q.form(drawn=True)
    plain = spelling.Form(form.percent, "", False, fixed=form.fixed)
    fig = time_lines(
        lines, language=lang, axis=reading.axis(q), time=_named(reading, q.axes[-1], lang), form=plain, bands=bands
    )
    for k, name in enumerate(n for n in q.points if n in reading.quantities):
        symbol, own = MARKS[min(k, len(MARKS) - 1)]
        _dots(fig, reading, reading.quantity(name), q, colours, symbol, own, lang)
    return fig


def _lines(
    reading: Reading, q: Told, arm: str, lang: Language
) -> tuple[dict[str, pd.Series[float]], dict[str, tuple[pd.Series[float], pd.Series[float]]], dict[str, str]]:
    """Lines and bands by label in words, and the colour of each label's code."""
    last = q.axes[-1]
    parts = [q.name, *(f"{q.name}_{e}" for e in ("low", "high") if f"{q.name}_{e}" in reading.data)]
    cuts = [reading.data[n].sel(arm=arm) for n in parts]
    codes = [str(c) for c in reading.data[q.axes[0]].values] if len(q.axes) == 2 else [""]
    lines: dict[str, pd.Series[float]] = {}
    bands: dict[str, tuple[pd.Series[float], pd.Series[float]]] = {}
    colours: dict[str, str] = {}
    for code in codes:
        mine = [c.sel({q.axes[0]: code}) if code else c for c in cuts]
        series = [pd.Series(m.to_numpy(), index=reading.data[last].to_numpy()) for m in mine]
        if not series[0].notna().any():
            continue
        label = reading.label(q.axes[0], code, lang) if code else reading.title(q)
        colours[code] = style.SERIES[len(lines) % len(style.SERIES)]
        lines[label] = series[0].dropna()
        if len(series) == 3 and series[1].notna().any():
            bands[label] = (series[1].dropna(), series[2].dropna())
    return lines, bands, colours


def _dots(
    fig: go.Figure,
    reading: Reading,
    dots: Told,
    q: Told,
    colours: dict[str, str],
    symbol: str,
    own: bool,
    lang: Language,
) -> None:
    """Published values beside the lines they belong to."""
    values = _any_arm(reading.data[dots.name])
    first = True
    for code, colour in colours.items():
        mine = values.sel({q.axes[0]: code}) if code and q.axes[0] in values.dims else values
        at = reading.data[dots.axes[-1]].to_numpy()
        known = np.isfinite(mine.to_numpy())
        if not known.any():
            continue
        fig.add_scatter(
            x=at[known], y=mine.to_numpy()[known], mode="markers", name=reading.title(dots), showlegend=False,
            marker={"symbol": symbol, "size": 8, "color": colour if own else style.INK,
                    "line": {"width": 1.6, "color": colour}},
            hovertemplate="%{x}: %{y:" + q.form().hover + "}<extra>" + reading.title(dots) + "</extra>",
        )  # fmt: skip
        first = False
    if not first:
        fig.update_layout(showlegend=True)


def _any_arm(values: xr.DataArray) -> xr.DataArray:
    """What was published is alike in every arm: the first that has it."""
    if "arm" not in values.dims:
        return values
    known = [k for k in range(values.sizes["arm"]) if np.isfinite(values.isel(arm=k)).any()]
    return values.isel(arm=known[0] if known else 0)


def stack_of(reading: Reading, q: Told, arm: str = "", language: Language | None = None) -> go.Figure | None:
    """Bars of the last axis, each stacked by the labels of the first."""
    lang, arm = language or reading.lang, arm or reading.arm_of(q)
    values = reading.data[q.name].sel(arm=arm).transpose(*q.axes)
    if not np.isfinite(values).any():
        return None
    parts = [str(c) for c in values[q.axes[0]].values]
    x = [str(v) for v in values[q.axes[-1]].values]
    form = q.form()
    fig = go.Figure()
    shades = (style.OWN, style.INTER, style.EXTERNAL, style.FAINT, *style.SERIES[2:])
    for k, code in enumerate(parts):
        y = values.sel({q.axes[0]: code}).to_numpy()
        label = reading.label(q.axes[0], code, lang)
        fig.add_bar(
            x=x, y=y, name=label, marker={"color": shades[k % len(shades)]}, customdata=[form.text(v) for v in y],
            hovertemplate="%{x}: %{customdata}<extra>" + label + "</extra>",
        )  # fmt: skip
    style.dress(fig, height=360, legend=True)
    fig.update_layout(barmode="stack", bargap=0.25)
    fig.update_xaxes(title_text=_named(reading, q.axes[-1], lang), showgrid=False, type="category")
    fig.update_yaxes(title_text=reading.axis(q), tickformat=form.ticks)
    return fig


def steps_of(reading: Reading, q: Told, arm: str = "", language: Language | None = None) -> go.Figure | None:
    """Steps of the only axis to its last, which sums them up; those that are nothing are left out. Arms have one scale."""
    lang, arm = language or reading.lang, arm or reading.arm_of(q)
    frame = _steps(reading, q, arm, lang)
    if frame is None:
        return None
    beside = [f for a in reading.arms_of(q) if a != arm and (f := _steps(reading, q, a, lang)) is not None]
    ends = [waterfall_ends(f) for f in beside]
    span = (min(low for low, _ in ends), max(high for _, high in ends)) if ends else None
    return waterfall(frame, language=lang, axis=reading.axis(q), form=q.form(drawn=True), span=span)


def _steps(reading: Reading, q: Told, arm: str, lang: Language) -> pd.DataFrame | None:
    values = reading.data[q.name].sel(arm=arm)
    if not np.isfinite(values).all() or not (np.abs(values) > 0).any():
        return None
    codes = [str(c) for c in values[q.axes[0]].values]
    kept = [k for k, v in enumerate(values.to_numpy()) if abs(v) > 1e-12 or k == len(codes) - 1]
    names = [_folded(reading.label(q.axes[0], codes[k], lang)) for k in kept]
    return pd.DataFrame({"step": names, "name": names, "value": values.to_numpy()[kept]})


def _folded(name: str) -> str:
    """A long name without spaces in two lines; the drawing folds others by itself."""
    half = -(-len(name) // 2)
    return name if name.isascii() or len(name) < 4 else f"{name[:half]}<br>{name[half:]}"


_TOLD = 16
"""Columns of colours beyond which numbers on them would lie on each other."""

_ROWS = 40
"""Rows of colours beyond which they lie as close as their names allow: a picture is to fit a screen."""

_HEADED = 14
"""Columns of colours that have their names below them in a narrow window; of more, those of the largest numbers have."""


def heat_of(
    reading: Reading,
    q: Told,
    arm: str = "",
    language: Language | None = None,
    told: bool = True,
    limits: tuple[float, float] | None = None,
) -> go.Figure | None:
    """Colours over two axes, the first up, the last across; what is infinite stays blank and says so under the pointer.

    told    whether numbers stand on the colours; a narrow page has no room for them
    limits  ends of the colours, where pictures side by side have one scale
    """
    lang, arm = language or reading.lang, arm or reading.arm_of(q)
    values = reading.data[q.name].sel(arm=arm).transpose(*q.axes)
    if q.place_axis and len(reading.home_regions) > 1:
        values = values.sel({q.place_axis: list(reading.home_regions)})
    up, across = (_labels(reading, a, values[a].to_numpy(), lang) for a in q.axes)
    z = values.to_numpy().astype(float)
    if not np.isfinite(z).any():
        return None
    form, named = q.form(), isinstance(up[0], str)
    shown = np.where(np.isfinite(z), z, np.nan)
    fig = go.Figure(go.Heatmap(
        z=shown, x=across, y=up,
        text=[[form.text(v) for v in row] for row in z],
        zmin=None if limits is None else limits[0], zmax=None if limits is None else limits[1],
        colorscale=[list(c) for c in style.BLUES], reversescale=q.unit == "date", hoverongaps=True,
        hovertemplate="%{y}, %{x}: %{text}<extra></extra>" if named else "%{x:.3g}, %{y:.0%}: %{text}<extra></extra>",
        colorbar={"tickformat": form.ticks, "labelalias": style.UNSIGNED, "outlinewidth": 0, "thickness": 12},
    ))  # fmt: skip
    if told and z.shape[1] <= _TOLD:
        low, high = limits or (float(np.nanmin(shown)), float(np.nanmax(shown)))
        part = (shown - low) / ((high - low) or 1.0)
        fig.add_trace(_written(np.array(fig.data[0].text), across, up, 1 - part if q.unit == "date" else part))
    row = 17 if len(up) <= _ROWS else 13
    style.dress(fig, height=max(420, row * len(up) + 130) if named else 420)
    fig.update_xaxes(title_text=_named(reading, q.axes[1], lang), showgrid=False)
    fig.update_yaxes(title_text=_named(reading, q.axes[0], lang), showgrid=False, tickformat=spelling.PERCENT_TICKS)
    if named:
        headed = [across[k] for k in _apart(shown, 1 if told else -(-len(across) // _HEADED))]
        fig.update_xaxes(tickmode="array", tickvals=headed, tickangle=-60, tickfont={"size": 10})
        fig.update_yaxes(tickmode="linear", autorange="reversed", tickfont={"size": 10}, title_text="")
    return fig


def _written(texts: Array, across: Sequence[Any], up: Sequence[Any], position: Array) -> go.Scatter:
    """Numbers on colours, in whichever ink reads on each, by day and by night.

    position  of each on the scale, from 0 to 1; blank where there is no colour
    """
    inks = [style.ink_on(p, style.BLUES) if np.isfinite(p) else style.INK for p in position.ravel()]
    x, y = (a.ravel() for a in np.meshgrid(np.array(across, dtype=object), np.array(up, dtype=object)))
    return go.Scatter(
        x=x,
        y=y,
        text=texts.ravel(),
        mode="text",
        textfont={"size": 10, "color": inks},
        hoverinfo="skip",
        showlegend=False,
    )


def _apart(values: Array, least: int) -> list[int]:
    """Columns whose names have room below them, `least` apart, those of the largest numbers first.

    >>> _apart(np.array([[1.0, 2.0, 9.0, 3.0, 0.0]]), 2), _apart(np.ones((1, 3)), 1)
    ([0, 2, 4], [0, 1, 2])
    """
    largest = np.nanmax(np.where(np.isfinite(values), np.abs(values), 0.0), axis=0)
    kept: list[int] = []
    for k in np.argsort(-largest, kind="stable").tolist():
        if all(abs(k - other) >= least for other in kept):
            kept.append(k)
    return sorted(kept)


def heat_limits(reading: Reading, q: Told, arms: Sequence[str]) -> tuple[float, float] | None:
    """Ends of the colours of `heat_of` for all of some arms; None where they would wash one of them out."""
    return shared_limits((reading.data[q.name].sel(arm=a).to_numpy() for a in arms), "level")


def _labels(reading: Reading, axis: str, values: Array, lang: Language) -> list[Any]:
    """Labels of an axis in words; numbers as they are."""
    return [reading.label(axis, str(v), lang) for v in values] if values.dtype.kind in "OU" else values.tolist()


def _named(reading: Reading, axis: str, lang: Language) -> str:
    return spelling.word(axis, lang)


ALONG: dict[str, Callable[..., go.Figure | None]] = {
    "fan": fan_of, "stack": stack_of, "steps": steps_of, "heat": heat_of,
}  # fmt: skip
"""How each kind of picture over an axis of its own is drawn."""
