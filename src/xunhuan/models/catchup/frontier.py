"""How many generations behind: the gap to the frontier, and ceilings that controls of tools put on it.

Letters: t year; draws d come first. A generation counts 0 at the frontier of the start year, rising.
"""

from __future__ import annotations

import numpy as np

from xunhuan.data.arrays import Array


def steady_pace(gap: Array, cadence: Array, closing: Array) -> Array:
    r"""Own pace under which the gap stays what it is while nothing is cut.

    ν = 1/τ − ξ G

    gap d, G, generations · cadence d, τ, years a generation of the frontier · closing d, ξ, share of the gap a year.
    Returns d, ν, generations a year.
    """
    return np.asarray(1 / cadence - closing * gap)


def gap_next(gap: Array, cadence: Array, pace: Array, closing: Array, cut: Array) -> Array:
    r"""The gap a year later, before ceilings.

    G[t+1] = G* + (G − G*) e^(−ξ a),   G* = (1/τ − ν)/(ξ a),   a = 1 − λ;   ξ a → 0: G + 1/τ − ν

    gap d, generations · cadence d, τ, years · pace d, ν, generations a year · closing d, ξ, share a year · cut d, λ, share
    of tools from abroad that is cut. Returns d.

    >>> one = np.ones(1)
    >>> gap_next(2.0 * one, 2.5 * one, 0.15 * one, 0.1 * one, one).tolist()
    [2.25]
    """
    rate = closing * (1 - cut)
    # G* + (G − G*) e^(−x) written so that nothing is divided by x: the two limits are one formula.
    part = -np.expm1(-rate) / np.where(rate > 0, rate, 1.0)
    drift = np.where(rate > 0, part, 1.0)
    return np.asarray(gap * np.exp(-rate) + (1 / cadence - pace) * drift)


def capped(top: Array, before: Array, ceiling: Array, rise: Array, year: float, cut: Array) -> Array:
    r"""The newest generation mastered, under the ceiling that controls of tools put on it.

    top − λ max(0, top − max(mastered, c + r t))

    top d, generation · before d, what was mastered a year ago, which is kept · ceiling d, c, generation at the start ·
    rise d, r, generations a year · year t, years since the start · cut d, λ: at 1 the ceiling binds, and a little of
    a control
    holds back a little, so that the answer does not jump where λ leaves 0.

    >>> capped(*(np.array([x]) for x in (1.0, -2.0, -2.0, 0.2)), 5.0, np.array([1.0])).tolist()
    [-1.0]
    """
    above = np.maximum(0.0, top - np.maximum(before, ceiling + rise * year))
    return np.asarray(top - cut * above)
