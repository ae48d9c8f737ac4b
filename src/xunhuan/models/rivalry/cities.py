r"""Cities that race to build lines of capacity, stage by stage, against a plan for the nation.

Letters of this room: c city, k stage, m number of lines, b block of cities. Money in bn USD a year at prices at which the
good can be imported; a line of stage k makes L[k] of it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from xunhuan.data.arrays import Array

Lines = NDArray[np.intp] | NDArray[np.float64]
"""Numbers of lines, ... c k."""

LOSS_PARTS = ("idle_capital", "fixed_cost", "lost_learning", "more_imports")
"""What a difference of the nation's cost is made of, in order."""


class Game(NamedTuple):
    """All numbers of one game.

    line       k, L, value a line makes in a year · capital k, f, yearly cost of a line · fixed k, F, of having the stage
    unit       k, v, cost of a unit at the best city's experience at the start, share of the import price
    need       k, N, what the nation uses in a year · staff k, h, thousand engineers a line
    engineers  c, H, thousand · experience c k, E0, value made up to the start · foreign k, the same abroad
    haul       c, τ, ratio, cost of carrying to demand · largest m, lines of a stage that a city can have
    reach      T, years over which is looked ahead · spill s, weight of another's experience · apart λ, part of the
               foreign experience that is cut off · slope b, −d ln cost / d ln experience
    keep       c, part of the profit that stays in the city's budget · share c, part of capital and fixed cost it pays
    promotion  c, χ, weight of a unit of sales beside money · compliance c, φ, part of the mind that is the nation's
    """

    line: Array
    capital: Array
    fixed: Array
    unit: Array
    need: Array
    staff: Array
    engineers: Array
    experience: Array
    foreign: Array
    haul: Array
    largest: int
    reach: float
    spill: float
    apart: float
    slope: float
    keep: Array
    share: Array
    promotion: Array
    compliance: Array

    @property
    def C(self) -> int:
        """Number of cities."""
        return len(self.engineers)

    @property
    def K(self) -> int:
        """Number of stages."""
        return len(self.line)


def sales(g: Game, lines: Lines) -> Array:
    """What each city sells, where capacity beyond the need is rationed in proportion.

    X[c,k] = L[k] K[c,k] min(1, N[k] / Σ_c L K)

    lines  ... c k, number. Returns ... c k, bn USD a year.
    """
    capacity = g.line * lines
    total = capacity.sum(-2, keepdims=True)
    return np.asarray(capacity * np.minimum(1.0, g.need / np.where(total > 0, total, 1.0)))


def line_cost(g: Game, sold: Array) -> Array:
    """Cost of a unit at mid-horizon, which falls with experience: one's own, other cities', foreigners'.

    c[c,k] = v[k] τ[c] (E / E_ref)^(−b),   E = (1−s) own + s Σ_c own + s (1−λ) foreign,   own = E0 + T/2 X  [IrwinKlenow1994]

    sold  ... c k. E_ref is the best city's at the start with no foreign experience cut off. Returns ... c k, share of the
    import price.
    """
    own = g.experience + g.reach / 2 * sold
    return line_cost_at(g, own, own.sum(-2, keepdims=True))


def line_cost_at(g: Game, own: Array, home: Array) -> Array:
    """The same where the nation's experience is given: own ... c k, home ... 1 k or k."""
    known = (1 - g.spill) * own + g.spill * (home + (1 - g.apart) * g.foreign)
    start = (1 - g.spill) * g.experience + g.spill * (g.experience.sum(0) + g.foreign)
    return np.asarray(g.unit * g.haul[:, None] * (known / start.max(0)) ** -g.slope)


def outlay(g: Game, lines: Lines) -> Array:
    """Yearly capital and fixed cost, f K + F [K > 0]: ... c k, bn USD."""
    return np.asarray(g.capital * lines + g.fixed * (lines > 0))


def national_cost(g: Game, lines: Lines) -> Array:
    """What the nation pays for its need, by stage.

    C[k] = Σ_c (f K + F [K>0] + c X) + max(N − Σ_c L K, 0)          imports at the price 1

    lines  ... c k. Returns ... k, bn USD a year.
    """
    sold = sales(g, lines)
    made = (outlay(g, lines) + line_cost(g, sold) * sold).sum(-2)
    return np.asarray(made + np.maximum(g.need - (g.line * lines).sum(-2), 0.0))


def payoffs(g: Game, lines: Lines) -> Array:
    """What a city's leaders look at: money that stays less money that is theirs to pay, and output for their career.

    u[c,k] = keep (1 − c) X − share (f K + F [K>0]) + χ X

    lines  ... c k. Returns ... c k, bn USD a year.
    """
    sold = sales(g, lines)
    profit = (1 - line_cost(g, sold)) * sold
    per_city = (g.keep[:, None], g.share[:, None], g.promotion[:, None])
    return np.asarray(per_city[0] * profit - per_city[1] * outlay(g, lines) + per_city[2] * sold)


def parts_of_loss(g: Game, lines: Lines, plan: Lines) -> Array:
    """Where lines cost more than a plan, exactly: `LOSS_PARTS`, bn USD a year.

    idle capital   f of lines beyond what the sales need, Σ f (K − X/L), against the plan's
    fixed cost     Σ F [K>0] · imports: bought abroad, less what the plan's makers would take for it
    learning       the rest: what is made at home costs more a unit, for less experience and longer ways
    """

    def split(k: Lines) -> tuple[float, float, float, float]:
        sold = sales(g, k)
        needed = (g.capital * sold / g.line).sum()
        idle = (g.capital * k).sum() - needed
        fixed = (g.fixed * (k > 0)).sum()
        return (
            float(idle),
            float(fixed),
            float(needed + (line_cost(g, sold) * sold).sum()),
            float((g.need - sold.sum(0)).sum()),
        )

    mine, best = split(lines), split(plan)
    sold, base = sales(g, lines).sum(0), sales(g, plan).sum(0)
    # What the plan's makers would take for as much, so that making more at home is no loss of learning.
    rate = _per_unit(g, plan)
    abroad = mine[3] - best[3] + float((rate * (sold - base)).sum())
    learning = mine[2] - best[2] - float((rate * (sold - base)).sum())
    return np.array([mine[0] - best[0], mine[1] - best[1], learning, abroad])


def _per_unit(g: Game, plan: Lines) -> Array:
    """Capital and unit cost of what the plan makes, a unit, k; where it makes nothing, at the start."""
    sold = sales(g, plan)
    made = sold.sum(0)
    cost = (line_cost(g, sold) * sold).sum(0)
    start = line_cost(g, np.zeros_like(sold)).min(0)
    return np.asarray(g.capital / g.line + np.where(made > 0, cost / np.where(made > 0, made, 1.0), start))


def use_of_capacity(g: Game, lines: Lines) -> Array:
    """Sales per capacity by stage, share, k; nan where nothing is built."""
    capacity = (g.line * lines).sum(0)
    return np.where(capacity > 0, np.minimum(g.need, capacity) / np.where(capacity > 0, capacity, 1.0), np.nan)


def kilometres(lat: Array, lon: Array) -> Array:
    """Great-circle distance between all pairs of places, c c, km; a sphere of radius 6371."""
    phi, lam = np.radians(lat), np.radians(lon)
    half = np.sin((phi[:, None] - phi) / 2) ** 2
    half = half + np.cos(phi)[:, None] * np.cos(phi) * np.sin((lam[:, None] - lam) / 2) ** 2
    return np.asarray(2 * 6371.0 * np.arcsin(np.sqrt(half)))
