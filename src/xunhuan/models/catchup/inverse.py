"""What would have to be true: the value of each lever alone that brings a share about, and the map of two levers."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from xunhuan.data.arrays import Array
from xunhuan.models.catchup.parameters import Lever
from xunhuan.models.catchup.path import Levers, Path, World, run_years
from xunhuan.models.catchup.readings import readings_of

SOUGHT: dict[Lever, tuple[float, float]] = {
    "push": (0.0, 0.20), "trade": (0.0, 0.999), "know": (0.0, 1.0), "tools": (0.0, 1.0), "learning_rate": (0.0, 0.6),
    "knowledge_spillover": (0.0, 1.0),
}  # fmt: skip
"""Between what each lever is sought: log points a year, shares cut, pure numbers."""
FIGURES: dict[Lever, str] = {"learning_rate": "learning_rate", "knowledge_spillover": "spillover"}
"""Levers that are figures of the industry, and the world's names for them."""
RAMP = 10.0
"""Years over which a cut that is sought comes in, as cuts do where nothing else is said."""
LEVER_GRID, REFINEMENTS = 33, 4
"""Values tried at once, and how often the two about the root are looked between: to 1e-6 of the range."""


class Needed(NamedTuple):
    """A lever's value, nan where none alone is enough; price against nothing cut and cost of the year, with it."""

    value: float
    price: float
    cost: float


def pulled(w: World, levers: Levers, lever: Lever, values: Array) -> tuple[World, Levers]:
    """The world and the levers where one lever has other values, d: a push adds to those there are, a cut multiplies what
    they leave, of a figure of the industry it is the value itself; others stay central."""
    t = np.arange(len(levers.know))[:, None]
    if lever == "push":
        return w, levers._replace(push=levers.push + np.where(t > 0, values, 0.0))
    if lever in FIGURES:
        return w.varied(**{FIGURES[lever]: values}), levers
    part = np.minimum(t / RAMP, 1.0) if lever != "trade" else (t > 0).astype(float)
    before = getattr(levers, lever)
    return w, levers._replace(**{lever: 1 - (1 - before) * (1 - values * part)})


def needed(w: World, levers: Levers, lever: Lever, reading: str, share: float, year: int, designed: float) -> Needed:
    """The least value of a lever at which a reading of the share is reached in a year, all else central; what it is at
    already where that is enough.

    w  one draw · year  after the start · designed  share designed at home at the start
    """
    cut = levers.until(year)
    low, high = SOUGHT[lever]
    still = float(getattr(w, FIGURES[lever])[0]) if lever in FIGURES else low
    if readings_of(run_years(w, cut), cut, w, designed)[reading][-1, 0] >= share:
        return at(w, cut, lever, still)
    for _ in range(REFINEMENTS):
        values = np.linspace(low, high, LEVER_GRID)
        w2, l2 = pulled(w, cut, lever, values)
        got = np.broadcast_to(readings_of(run_years(w2, l2), l2, w2, designed)[reading][-1], values.shape) - share
        cross = np.flatnonzero((got[:-1] < 0) != (got[1:] < 0))
        if not cross.size:
            return Needed(np.nan, np.nan, np.nan)
        low, high = values[cross[0]], values[cross[0] + 1]
    k = cross[0]
    x = float(values[k] - got[k] * (values[k + 1] - values[k]) / (got[k + 1] - got[k]))
    return at(w, cut, lever, x)


def at(w: World, levers: Levers, lever: Lever, value: float) -> Needed:
    """A lever at a value: price and cost of the last year."""
    w2, l2 = pulled(w, levers, lever, np.array([value]))
    path = run_years(w2, l2)
    free = run_years(w2, l2.free) if l2.cuts else path
    return Needed(value, float((path.price / free.price)[-1, 0]), float(bill(path, free, l2)[-1, 0]))


def bill(path: Path, free: Path, levers: Levers) -> Array:
    r"""What a share costs in a year, value, t d.

    M (P̂/P̂_free − 1) + M made_in (e^(Σ push) − 1)

    What buyers pay more for the same goods than if nothing were cut, and what the pushes beyond history's pace would cost as
    a subsidy of what is made at home. M home market, value; P̂_free the price with nothing cut; push log points since the
    start.
    """
    extra = np.cumsum(levers.push, axis=0) / levers.waste
    buyers = path.home_market * (path.price / free.price - 1)
    return np.asarray(buyers + path.home_market * path.made_in * np.expm1(np.maximum(extra, 0.0)))


def surface(
    w: World, levers: Levers, doses: Array, pushes: Array, reading: str, share: float, designed: float
) -> Array:
    """Year after the start in which a share is reached, by dose of what is cut (down) and push (across); inf where never.

    The levers' own cuts are dosed; where nothing is cut, knowledge and tools are, over `RAMP` years.
    """
    t = np.arange(len(levers.know))[:, None]
    grid_dose, grid_push = (x.ravel() for x in np.meshgrid(doses, pushes, indexing="ij"))
    if levers.cuts:
        cut = {n: getattr(levers, n) * grid_dose for n in ("know", "trade", "tools", "leave")}
    else:
        part = np.minimum(t / RAMP, 1.0) * grid_dose
        cut = {"know": part, "tools": part}
    l2 = levers._replace(**cut, push=np.where(t > 0, grid_push, 0.0))
    got = readings_of(run_years(w, l2), l2, w, designed)[reading]
    return reached(got, share).reshape(len(doses), len(pushes))


def reached(got: Array, share: float) -> Array:
    """Years after the start until a share is reached, d, log odds straight between years; inf where never.

    >>> reached(np.array([[0.5], [0.6], [0.8]]), 0.7).round(3).tolist(), reached(np.array([[0.1], [0.2]]), 0.7).tolist()
    ([1.45], [inf])
    """
    there = got >= share
    k = there.argmax(0)
    inside = np.clip(got, 1e-300, 1 - 1e-15)
    odds = np.log(inside) - np.log1p(-inside)
    goal = np.log(share / (1 - share))
    d = np.arange(got.shape[1])
    a, b = odds[np.maximum(k - 1, 0), d], odds[k, d]
    part = np.where(k > 0, (goal - a) / np.where(b != a, b - a, 1.0), 0.0)
    return np.where(there.any(0), np.where(k > 0, k - 1 + part, 0.0), np.inf)
