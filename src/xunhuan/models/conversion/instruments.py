"""What public money gets out of firms: cheaper entry, subsidies on home sales, stands; and the best mix of a budget.

Letters: d draw, k cell (a good of a region, or of several put together). Sums are of the time that orders are lost.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from xunhuan.data.arrays import Array, Index
from xunhuan.errors import BadInput
from xunhuan.models.conversion.edits import On
from xunhuan.models.conversion.firms import (
    converting,
    exhibited,
    mixed_sales,
    profit_share,
    pure_recovery,
)

_STEPS, _HALVINGS = 40, 60
_GRID, _ZOOMS = 21, 30
_MOST_RATE = 10.0


@dataclass(frozen=True, eq=False)
class Firms:
    """Firms that lost orders, d k each or broadcasting against it.

    sigma, omega, tail, beta  as `firms` · potential  h, times the part of the time in which they sell · entry  x*
    lost, number  orders that pure exporters lost, value, and how many firms they are
    home  home sales of mixed exporters before, value, in the time in which they can sell more · e, c  as `mixed_sales`
    stand_reach  part of the market a stand reaches
    """

    sigma: Array
    omega: Array
    tail: Array
    beta: Array
    potential: Array
    entry: Array
    lost: Array
    number: Array
    home: Array
    e: Array
    c: Array
    stand_reach: Array

    @property
    def profit(self) -> Array:
        """π̄, share of sales."""
        return profit_share(self.sigma, self.omega)

    @property
    def entry_cost(self) -> Array:
        """F = x* π̄ h E_min, value a firm; E_min = (ζ − 1)/ζ of the mean orders lost. Infinite where nobody can enter."""
        mean = np.divide(self.lost, self.number, out=np.zeros_like(self.lost + self.number), where=self.number > 0)
        least = (self.tail - 1) / self.tail * mean
        with np.errstate(invalid="ignore"):
            return np.asarray(np.where(np.isinf(self.entry), 0.0, self.entry * self.profit * self.potential * least))

    def only(self, at: Index) -> Firms:
        """Some of the cells."""
        k = self.lost.shape[-1]
        return replace(self, **{n: v[..., at] if v.shape[-1] == k else v for n, v in vars(self).items()})


class Gained(NamedTuple):
    """What firms do under some help, d k: home sales of pure and of mixed exporters, firms that entered, what it costs."""

    pure: Array
    mixed: Array
    firms: Array
    fee: Array
    subsidy: Array

    @property
    def sales(self) -> Array:
        """Home sales gained by all, d k."""
        return self.pure + self.mixed


def helped(f: Firms, relief: Array | float = 0.0, rate: Array | float = 0.0, on: On = "converts") -> Gained:
    """Home sales and costs where the state bears the part `relief` of the cost of entry and a subsidy at `rate`.

    h' = h (1 + t)^(1/π̄),   x*' = x* (1 − u/F) (1 + t)^(−1/π̄),   A'_d = A_d (1 + t)^σ for mixed exporters under it
    costs  u per firm that enters; t times sales of converts, of all exporters, or what they gain by it

    relief  u/F, 0 to 1 · rate  t, ≥ 0
    """
    boost = (1 + np.asarray(rate)) ** (1 / f.profit)
    entry = f.entry * (1 - np.asarray(relief)) / boost
    pure = f.lost * pure_recovery(entry, f.tail, f.potential * boost, f.beta)
    firms = f.number * converting(entry, f.tail)
    demand = 1.0 if on == "converts" else (1 + np.asarray(rate)) ** f.sigma
    mixed = f.home * (mixed_sales(f.e, f.c, f.sigma, f.omega, demand).home - 1)
    paid = pure if on == "converts" else pure + mixed + (f.home if on == "exporters" else -helped(f, relief).sales)
    fee = np.asarray(relief) * f.entry_cost * firms
    return Gained(pure, mixed, firms, np.asarray(fee), np.asarray(rate) * paid)


def subsidy_rate(f: Firms, budget: float, on: On, relief: Array | float = 0.0) -> Array:
    """t at which the budget is spent, d 1, by secants in logarithms; nan in draws that need a rate above 1000%.

    Raises BadInput where that is so at central figures, or there are no home sales to pay on.
    """

    def over(z: Array) -> Array:
        with np.errstate(divide="ignore"):
            paid = helped(f, relief, np.exp(z), on).subsidy.sum(-1, keepdims=True)
            return np.asarray(np.log(paid) - np.log(budget))

    # Costs are nearly a power of the rate, so secants in logarithms close in at once.
    before, z = np.full((f.lost.shape[0], 1), -7.0), np.full((f.lost.shape[0], 1), -5.0)
    was, gap = over(before), over(z)
    for _ in range(_STEPS):
        if not (np.isfinite(gap) & np.isfinite(was)).all():
            raise BadInput("a subsidy has no home sales to be paid on", fix="name regions whose firms lost orders")
        rise = np.where(z != before, gap - was, 1.0)
        slope = np.where((z != before) & (rise != 0), rise / np.where(z != before, z - before, 1.0), 1.0)
        move = np.clip(-gap / slope, -30.0, 2.0)
        if (np.abs(move) < 1e-13 * (1 + np.abs(z))).all():
            break
        before, was = z, gap
        z = z + move
        gap = over(z)
    rate = np.exp(z)
    if rate[0] > _MOST_RATE:
        raise BadInput(f"a budget of {budget:g} is larger than home sales could take: the rate would pass 1000%",
                       fix="give less")  # fmt: skip
    return np.asarray(np.where(rate > _MOST_RATE, np.nan, rate))


def relief_of(f: Firms, budget: float) -> Array:
    """u/F at which a budget for cheaper entry is spent, d 1, by halving. Raises BadInput beyond all costs of entry."""
    most = (f.entry_cost * f.number).sum(-1, keepdims=True)
    if (most <= budget).any():
        what = f"a budget of {budget:g} is larger than all costs of entry, {float(most.min()):.4g}"
        raise BadInput(what, fix="give less")
    low, high = np.zeros_like(most), np.ones_like(most)
    cost = f.entry_cost
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        spent = (middle * cost * f.number * converting(f.entry * (1 - middle), f.tail)).sum(-1, keepdims=True)
        low, high = np.where(spent < budget, middle, low), np.where(spent < budget, high, middle)
    return np.asarray((low + high) / 2)


class Shown(NamedTuple):
    """What stands bring, d k: home sales, and stands that were taken."""

    sales: Array
    stands: Array


def stood(f: Firms, stands: Array | float, relief: Array | float = 0.0, rate: Array | float = 0.0) -> Shown:
    """Home sales by stands of the largest firms that do not sell yet, in each cell as many as its part of all firms.

    n h' lost [q₁^(1 − 1/ζ) − q₀^(1 − 1/ζ)],   q₀ share of firms that sell, q₁ = min(q₀ + J/N, 1)

    stands  J in all, over the last axis
    """
    boost = (1 + np.asarray(rate)) ** (1 / f.profit)
    first = converting(f.entry * (1 - np.asarray(relief)) / boost, f.tail)
    total = f.number.sum(-1, keepdims=True)
    part = np.divide(np.asarray(stands), total, out=np.zeros(np.broadcast(stands, total).shape), where=total > 0)
    last = np.minimum(first + part, 1.0)
    sales = f.stand_reach * f.potential * boost * f.lost * exhibited(first, last, f.tail)
    return Shown(np.asarray(sales), np.asarray((last - first) * f.number))


class Mix(NamedTuple):
    """A budget shared among instruments: relief, rate and stands, what each costs, and home sales gained by it."""

    relief: float
    rate: float
    stands: float
    spent: tuple[float, float, float]
    gained: float
    marginal: tuple[float, float, float]


def best_mix(f: Firms, budget: float, stand_cost: float, allowed: tuple[bool, bool, bool]) -> Mix:
    """The share of a budget among cheaper entry, a subsidy on converts' home sales and stands that gains most home sales.

    max R(u, t, J)   u N(u, t) + t S(u, t) + J cost = budget

    On a grid of reliefs and rates, the rest going to stands, which is closed in ever smaller; without stands the rate takes
    the rest. f  one draw · allowed  which instruments there are. Raises BadInput where the budget cannot be spent.
    """
    top_relief = float(relief_of(f, budget)[0, 0]) if allowed[0] else 0.0
    top_rate = float(subsidy_rate(f, budget, "converts")[0, 0]) if allowed[1] else 0.0
    base = float(helped(f).pure.sum())
    many = replace(f, **{n: v[None] for n, v in vars(f).items()})

    def gain(u: Array, t: Array) -> tuple[Array, Array]:
        """Gains and what is left for stands, over grids of reliefs and rates."""
        g = helped(many, u[:, None, None], t[:, None, None])
        left = budget - (g.fee + g.subsidy).sum((1, 2))
        extra = stood(many, np.maximum(left, 0)[:, None, None] / stand_cost, u[:, None, None], t[:, None, None])
        sales = g.pure.sum((1, 2)) - base + (extra.sales.sum((1, 2)) if allowed[2] else 0.0)
        return np.where(left >= -1e-12 * budget, sales, -np.inf), left

    if not allowed[2]:
        u, t = _along(f, budget, allowed, top_relief, top_rate, gain)
    else:
        u, t = _closed_in(gain, (0.0, top_relief), (0.0, top_rate))
    g = helped(f, u, t)
    fee, subsidy = float(g.fee.sum()), float(g.subsidy.sum())
    rest = max(budget - fee - subsidy, 0.0) if allowed[2] else 0.0
    sales = float(gain(np.array([u]), np.array([t]))[0][0])
    return Mix(u, t, rest / stand_cost, (fee, subsidy, rest), sales, _margins(f, u, t, rest / stand_cost, stand_cost))


def _closed_in(
    gain: Callable[[Array, Array], tuple[Array, Array]], over_u: tuple[float, float], over_t: tuple[float, float]
) -> tuple[float, float]:
    """The best point of a grid, which is drawn anew around it."""
    (a, b), (lo, hi) = over_u, over_t
    bounds = (a, b, lo, hi)
    u = t = 0.0
    for _ in range(_ZOOMS):
        us, ts = (x.ravel() for x in np.meshgrid(np.linspace(a, b, _GRID), np.linspace(lo, hi, _GRID)))
        at = int(np.argmax(gain(us, ts)[0]))
        u, t = float(us[at]), float(ts[at])
        wide, tall = 0.3 * (b - a), 0.3 * (hi - lo)
        a, b = max(u - wide, bounds[0]), min(u + wide, bounds[1])
        lo, hi = max(t - tall, bounds[2]), min(t + tall, bounds[3])
    return u, t


def _along(
    f: Firms, budget: float, allowed: tuple[bool, bool, bool], top_relief: float, top_rate: float,
    gain: Callable[[Array, Array], tuple[Array, Array]],
) -> tuple[float, float]:  # fmt: skip
    """Relief and rate without stands: the rate takes what the relief leaves."""
    if not (allowed[0] and allowed[1]):
        return top_relief, top_rate
    many = replace(f, **{n: v[None] for n, v in vars(f).items()})
    a, b, u, t = 0.0, top_relief, 0.0, top_rate
    for _ in range(_ZOOMS // 2):
        us = np.linspace(a, b, _GRID)
        ts = _rates(many, us, budget, top_rate)
        best = int(np.argmax(gain(us, ts)[0]))
        u, t = float(us[best]), float(ts[best])
        a, b = max(u - 0.2 * (b - a), 0.0), min(u + 0.2 * (b - a), top_relief)
    return u, t


def _rates(many: Firms, us: Array, budget: float, top: float) -> Array:
    """The rate that takes what each relief leaves of a budget, by halving."""
    low, high = np.zeros_like(us), np.full_like(us, top)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        g = helped(many, us[:, None, None], middle[:, None, None])
        over = (g.fee + g.subsidy).sum((1, 2)) > budget
        low, high = np.where(over, low, middle), np.where(over, middle, high)
    return np.asarray(low)


def _margins(f: Firms, u: float, t: float, stands: float, stand_cost: float) -> tuple[float, float, float]:
    """Home sales by one more unit of money on each instrument, the others' measures staying as they are."""

    def all_of(du: float, dt: float, dj: float) -> tuple[float, float]:
        g = helped(f, u + du, t + dt)
        s = stood(f, stands + dj, u + du, t + dt)
        money = float((g.fee + g.subsidy).sum() + s.stands.sum() * stand_cost)
        return float(g.pure.sum() + s.sales.sum()), money

    here = all_of(0, 0, 0)
    scale = max(float(f.number.sum()), 1e-12)
    out = []
    for move in ((1e-6, 0, 0), (0, 1e-6, 0), (0, 0, 1e-6 * scale)):
        there = all_of(*move)
        paid = there[1] - here[1]
        out.append((there[0] - here[0]) / paid if paid > 0 else float("nan"))
    return out[0], out[1], out[2]
