"""The figure of a result's quantity, drawn by its record: maps of places, bars, pairs of bars, dots on stems, lines, curves.

Report, web and `xunhuan.figure` draw through here, so that any model's quantity has its picture.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from xunhuan.faces import spelling, words
from xunhuan.faces.figures import along, style
from xunhuan.faces.figures.effects import time_lines, winners_losers
from xunhuan.faces.figures.maps import Scale, tile_map, tile_maps
from xunhuan.faces.figures.placing import PLACED
from xunhuan.faces.figures.players import lollipops, paired_bars, weight_curve
from xunhuan.faces.reading import Reading
from xunhuan.faces.spelling import Language
from xunhuan.faces.told import Told

_LINES = 6
"""Lines of labels, those that move most, where a quantity has more."""
BARS = 12
"""Bars of sectors."""
ROWS = 40
"""Bars of places."""


def of_quantity(reading: Reading, q: Told, arm: str = "", language: Language | None = None) -> go.Figure | None:
    """The figure of a quantity in an arm as its record says: `map_of`, `bars_of`, `lines_of` or one of `along`; None
    where there is none."""
    arm = arm or reading.arm_of(q)
    draw = {**along.ALONG, **_DRAWN}.get(q.picture)
    return None if draw is None else draw(reading, q, arm, language)


def map_of(
    reading: Reading,
    q: Told,
    arm: str,
    language: Language | None = None,
    limits: tuple[float, float] | None = None,
    **at: Any,
) -> go.Figure | None:
    """Tile map of the home regions; None where they have no tiles or no numbers. `at` picks on further axes."""
    values = map_values(reading, q, arm, **at)
    if reading.geography is None or not np.isfinite(values).any():
        return None
    scale: Scale = "level" if q.rest is None else "change"
    return tile_map(
        values, reading.geography, scale=scale, language=language or reading.lang, limits=limits, key=map_key(reading, q),
        form=q.form(drawn=True),
    )  # fmt: skip


def map_values(reading: Reading, q: Told, arm: str, **at: Any) -> pd.Series[float]:
    """What a map of a quantity shows: region code -> value, losses below zero; regions with tiles only."""
    frame = reading.frame(q, arm, change=True, **at).set_index("region")["value"].astype(float)
    geo = reading.geography
    tiled = set() if geo is None else {c for c, tile in zip(geo.codes, geo.tile, strict=True) if tile is not None}
    return frame[[c for c in frame.index if c in tiled]]


def map_key(reading: Reading, q: Told) -> str:
    """What the colours mean."""
    if q.rest is None or reading.data[q.name].attrs.get("moving"):  # the base has a change of its own
        return reading.axis(q)
    said = words.of(reading.lang)(
        "against_base", what=spelling.lowered(reading.drawn_as(q) if q.loss else reading.said(q))
    )
    return q.form(drawn=True).titled(said)


def pairs_of(reading: Reading, q: Told, arm: str, language: Language | None = None) -> go.Figure | None:
    """Pairs of bars: a row a label of the first axis, a colour a label of the last; None where there is nothing to draw."""
    lang = language or reading.lang
    first, last = q.axes[0], q.axes[-1]
    values = reading.data[q.name].sel(arm=arm).transpose(first, last)
    if not np.isfinite(values).any():
        return None
    rows, columns = ([reading.label(a, str(c), lang) for c in values[a].values] for a in (first, last))
    frame = pd.DataFrame(values.to_numpy(), index=rows, columns=columns)
    return paired_bars(frame, language=lang, axis=reading.axis(q), form=line_form(q))


def stems_of(
    reading: Reading, q: Told, arm: str, language: Language | None = None, top: int = ROWS
) -> go.Figure | None:
    """Dots on stems, largest on top; None where all is nothing. Where there are many, those furthest from zero."""
    frame = bars_frame(reading, q, arm, ("home",))
    frame = frame[frame["value"].abs() > 0]
    if frame.empty:
        return None
    far = np.argsort(-frame["value"].abs().to_numpy(float), kind="stable")[:top]
    return lollipops(frame.iloc[far], language=language or reading.lang, axis=reading.axis(q), form=q.form(drawn=True))


def curve_of(reading: Reading, q: Told, arm: str, language: Language | None = None) -> go.Figure | None:
    """A curve along the last axis, of numbers; None where it has one point."""
    curve = reading.data[q.name].sel(arm=arm).to_series().dropna()
    if len(curve) < 2:
        return None
    lang = language or reading.lang
    return weight_curve(curve, language=lang, axis=reading.axis(q), along=reading.title(q.axes[-1]), form=line_form(q))


def tiles_of(
    reading: Reading, q: Told, arm: str, language: Language | None = None, stacked: bool = False
) -> go.Figure | None:
    """A tile map for each label of the last axis, on one scale; other axes at their first label. None without tiles."""
    lang, last = language or reading.lang, q.axes[-1]
    at = {a: reading.data[a].values[0] for a in q.axes if a not in (q.place_axis, last)}
    maps = {}
    for c in reading.data[last].values:
        values = map_values(reading, q, arm, **at, **{last: c})
        if np.isfinite(values).any():
            maps[spelling.raised(reading.label(last, str(c), lang))] = values
    if reading.geography is None or not maps:
        return None
    scale: Scale = "change" if any((v < 0).any() for v in maps.values()) else "level"
    return tile_maps(maps, reading.geography, scale=scale, language=lang, key=map_key(reading, q), stacked=stacked,
                     form=q.form(drawn=True))  # fmt: skip


def bars_of(
    reading: Reading,
    q: Told,
    arm: str,
    language: Language | None = None,
    kinds: tuple[str, ...] = ("home", "foreign"),
    top: int = ROWS,
) -> go.Figure | None:
    """Bars of places or of sectors, largest gain on top; the least of them marked where the room has a word for it. None
    where there is nothing to draw."""
    frame = bars_frame(reading, q, arm, kinds)
    if frame.empty:
        return None
    lang = language or reading.lang
    marked = len(frame) > 1 and reading.has_words(q, "marked")
    if marked:
        least = int(frame["value"].to_numpy(float).argmin())
        for own in ("en", "zh"):
            word, said = words.of_room(q.model, f"marked_{q.name}", own), list(frame[f"name_{own}"])
            said[least] = words.of(own)("marked_as", what=said[least], word=word)
            frame[f"name_{own}"] = said
    kept = (reading.home, *reading.partners_named)
    fig = winners_losers(frame, language=lang, top=top, axis=reading.axis(q), form=q.form(drawn=True), kept=kept)
    if marked:  # bars rise from the least
        others, worst = (style.UNDER_WHISKERS[c] if "low" in frame else c for c in (style.OWN, style.EXTERNAL))
        fig.data[0].marker.color = [worst, *[others] * (len(fig.data[0].y) - 1)]
    return fig


def bars_frame(reading: Reading, q: Told, arm: str, kinds: tuple[str, ...] = ("home", "foreign")) -> pd.DataFrame:
    """Rows of `bars_of`: region or sector, name_en, name_zh, value, and low and high where there are draws; sectors by
    size, zeros left out. Other axes are shown at their first label."""
    if q.place_axis:
        return reading.frame(q, arm, kinds, change=True, **_firsts(reading, q, q.place_axis))
    axis = next((a for a in ("sector", "region") if a in q.axes), q.axes[-1])
    values = reading.along(q, arm, **_firsts(reading, q, axis)).to_series()
    form = q.form(drawn=True)  # what prints as nothing is nothing
    values = values[[bool(np.isfinite(v)) and form.bare(v).strip("0.%") != "" for v in values]]
    values = values.iloc[np.argsort(-values.abs().to_numpy(), kind="stable")].head(BARS)
    names = {f"name_{lang}": [reading.label(axis, str(c), lang) for c in values.index] for lang in ("en", "zh")}
    frame = pd.DataFrame({"sector": values.index.astype(str), "value": values.to_numpy(), **names})
    if q.loss or not {f"{q.name}_low", f"{q.name}_high"} <= set(reading.data):
        return frame
    at = _firsts(reading, q, axis)
    ends = {
        e: reading.data[f"{q.name}_{e}"].sel(arm=arm, **at).to_series().reindex(values.index) for e in ("low", "high")
    }
    if not (ends["high"] > ends["low"]).any():  # nothing was drawn that it hangs on
        return frame
    return frame.assign(**{e: q.drawn(x).to_numpy() for e, x in ends.items()})


def lines_of(
    reading: Reading, q: Told, arm: str = "", language: Language | None = None, places: Sequence[str] = ()
) -> go.Figure | None:
    """Lines along time; None where there are none.

    Of places: home in each arm that the model tells apart, or in one arm `places`. Of sectors or other labels: those of
    the arm that move most to the worse.
    """
    lines = series_of(reading, q, arm, language or reading.lang, places)
    if not lines:
        return None
    return time_lines(lines, language=language or reading.lang, axis=reading.axis(q), form=line_form(q))


def series_of(
    reading: Reading, q: Told, arm: str, language: Language, places: Sequence[str] = ()
) -> dict[str, pd.Series[float]]:
    """The lines of `lines_of` by label."""
    other = next((a for a in q.axes if a != "t"), "")
    if places and q.place_axis:
        known = [p for p in places if p in reading.data[q.place_axis].values]
        return {reading.name(p, language): reading.along(q, arm, **{other: p}).to_series() for p in known}
    if not other or q.place_axis:
        at = {q.place_axis: reading.home} if q.place_axis else {}
        return {f"“{a}”": reading.along(q, a, **at).to_series() for a in line_arms(reading, q)}
    cut = reading.along(q, arm or reading.arm_of(q))
    cut = cut.isel({a: 0 for a in q.axes if a not in ("t", other)}).dropna(other, how="all")
    depth = (cut.max("t") if q.better < 0 and not q.loss else -cut.min("t")).to_series()
    worst = depth.index[np.argsort(-depth.to_numpy(), kind="stable")][:_LINES]
    return {reading.label(other, str(c), language): cut.sel({other: c}).to_series() for c in worst}


def line_arms(reading: Reading, q: Told) -> list[str]:
    """Arms that the quantity's model tells apart."""
    return reading.distinct(reading.first(q.model) or q)


def line_form(q: Told) -> spelling.Form:
    """How values along time are written: without a sign, which the line itself shows."""
    form = q.form(drawn=True)
    return spelling.Form(form.percent, "", False, fixed=form.fixed)


def _firsts(reading: Reading, q: Told, axis: str) -> dict[str, Any]:
    """The first label of every axis but one."""
    return {a: reading.data[a].values[0] for a in q.axes if a != axis}


_DRAWN: dict[str, Callable[..., go.Figure | None]] = {
    "pairs": pairs_of, "lollipops": stems_of, "curve": curve_of, "tiles": tiles_of, "map": map_of, "bars": bars_of,
    "lines": lines_of, **PLACED,
}  # fmt: skip
