"""What a picture of a quantity shows, in a sentence or more, in the reading's language: for report and web alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from xunhuan.faces import words
from xunhuan.faces.figures.along import ALONG
from xunhuan.faces.reading import Reading
from xunhuan.faces.spelling import lowered
from xunhuan.faces.telling import beside
from xunhuan.faces.told import Told

if TYPE_CHECKING:
    import plotly.graph_objects as go


def caption_of(reading: Reading, q: Told, arm: str) -> str:
    """The caption of a quantity's picture in an arm, with what it is never shown without."""
    if q.picture in ALONG:
        return _along(reading, q, arm)
    if q.picture == "land":
        return _land(reading, q, arm)
    fill = {"title": reading.title(q), "arm": arm}
    own, t = reading.words_of(q, q.picture, ""), words.of(reading.lang)
    if q.picture == "flows" and not own:
        axes = dict(zip(("first", "second", "third"), map(reading.title, q.axes), strict=True))
        said = t("flows_plain", **fill, **axes)
    else:
        said = own.format(**fill) if own else t("picture_plain", **fill)
    return t("next").join(s for s in (said, beside(reading, q, arm)) if s)


_SEEN = 0.004
"""Part of a picture's length from which on a gap between a whisker and what it belongs to is seen."""


def with_whiskers(caption: str, figure: go.Figure, lang: str) -> str:
    """A caption that says what the whiskers of its figure are, and why one may not reach what it belongs to."""
    ends = [e for trace in figure.data for k in "xy" if (e := _ends(trace, k)) is not None]
    if not ends:
        return caption
    t = words.of("zh" if lang == "zh" else "en")
    what = t("whiskers")
    said = [caption] if what.rstrip(".。") in caption else [caption, what]
    length = max((float(np.nanmax(np.abs(value))) for value, _ in ends), default=0.0)
    if any((gap > _SEEN * length).any() for _, gap in ends):
        said.append(t("whiskers_beside"))
    return t("next").join(said)


def _ends(trace: Any, axis: str) -> tuple[np.ndarray, np.ndarray] | None:
    """What whiskers of a trace belong to along an axis, and how far it lies outside them; None where there are none."""
    bars = getattr(trace, f"error_{axis}", None)
    if bars is None or bars.arrayminus is None or bars.array is None:
        return None
    up, down = (np.asarray(a, dtype=float) for a in (bars.array, bars.arrayminus))
    gap = -np.fmin(up, down)
    return (np.asarray(trace[axis], dtype=float), gap) if np.isfinite(gap).any() else None


def _land(reading: Reading, q: Told, arm: str) -> str:
    """What a map's colours are, its circles, and what the shock closes and builds."""
    t, land = words.of(reading.lang), reading.land(q.model, arm)
    own = reading.words_of(q, "land", "")
    fill = {"title": reading.title(q), "arm": arm}
    said = [own.format(**fill) if own else t("land_plain", **fill)]
    said += [t("land_circles", what=lowered(reading.title(n))) for n in q.points if n in reading.quantities]
    if land is not None:
        said += [t("land_closed")] if land.points["shut"].any() else []
        said += [t("land_built")] if land.lines["new"].any() else []
    return t("next").join(s for s in [*said, beside(reading, q, arm)] if s)


def has_bands(reading: Reading, q: Told, arm: str) -> bool:
    """True where intervals of a quantity are drawn as bands in an arm: some have a width."""
    if f"{q.name}_low" not in reading.data:
        return False
    low, high = (reading.data[f"{q.name}_{end}"].sel(arm=arm).to_numpy() for end in ("low", "high"))
    return bool((high > low).any())


def _along(reading: Reading, q: Told, arm: str) -> str:
    """What a picture over an axis of its own shows, and what its dots are."""
    t = words.of(reading.lang)
    title = reading.title(q)
    said = [t("fan_plain", what=lowered(title), home=reading.name(reading.home), arm=arm)]
    if q.picture == "fan" and has_bands(reading, q, arm):
        said.append(t("fan_bands"))
    for kind, name in zip(("fan_dots", "fan_hollow", "fan_crosses"), q.points, strict=False):
        if name in reading.quantities:
            said.append(t(kind, what=lowered(reading.title(name))))
    return t("next").join(s for s in [*said, beside(reading, q, arm)] if s)
