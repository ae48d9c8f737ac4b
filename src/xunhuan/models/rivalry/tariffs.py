r"""Nash tariffs of all nations by formula, without inputs [Lashkaripour2021]; a first guess where inputs matter.

Letters: r exporter, s importer, i good. Each nation levies one rate on all that comes from abroad.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from xunhuan.data.arrays import Array

_TOLERANCE = 1e-10
_ITERATIONS = 2000
_WAGE, _RATE = 0.25, 0.5
"""How far a wage and a rate follow in one pass."""


class TariffWar(NamedTuple):
    """Where every nation's tariff is its best by the formula.

    tariff   s, rate · welfare s, real income new / old · wage s, new / old · iterations · residual: largest relative change
    left in a pass · converged
    """

    tariff: Array
    welfare: Array
    wage: Array
    iterations: int
    residual: float
    converged: bool


class _World(NamedTuple):
    """share r s i, π with the base's tariffs t taken off, π (1+t)^θ · spending s i, e, share of income · wages s, base, and
    income s · theta i."""

    share: Array
    spending: Array
    wages: Array
    income: Array
    theta: Array


def _bought(total: Array) -> Array:
    """1 where a nation buys nothing of a good, on which it spends nothing."""
    return np.where(total > 0, total, 1.0)


def _turn(v: _World, wage: Array, income: Array, tariff: Array) -> tuple[Array, Array, Array, Array]:
    """Wage bills, incomes and best rates that a state implies, and price indices s i; contractions with R·S vectors alone.

    π' = π (ŵ (1+t))^(−θ) / P̂^(−θ);  (1+t) on what comes from abroad alone
    """
    origin = wage[:, None] ** -v.theta
    burden = (1 + tariff)[:, None] ** -v.theta
    own = np.einsum("ssi->si", v.share)
    home = own * origin
    # One power a nation and good, none a pair.
    total = _bought(home + burden * (np.einsum("rsi,ri->si", v.share, origin) - home))
    bought = v.spending * income[:, None] / total
    abroad = bought * burden / (1 + tariff)[:, None]
    sales_abroad = origin * (np.einsum("rsi,si->ri", v.share, abroad) - own * abroad)
    sold = (home * bought).sum(1) + sales_abroad.sum(1)
    revenue = (tariff / (1 + tariff)) * (v.spending * income[:, None] * (1 - home / total)).sum(1)
    # Σ_s X[r,s,i] π'[r,s,i]: the square of an exporter's share, two vectors again.
    squared = np.einsum("rsi,si->ri", v.share**2, abroad * burden / total)
    mine = own**2 * abroad * burden / total
    steep = (v.theta * (sales_abroad - origin**2 * (squared - mine))).sum(1)
    return sold, wage * v.wages + revenue, sales_abroad.sum(1) / steep, total


def _balanced(flow: Array, tariff: Array, theta: Array) -> _World:
    """The world of a table with its tariffs (r s i), but balanced trade: a fixed point in wages and incomes."""
    paid = flow * (1 + tariff)
    at = paid.sum(0)
    share = np.divide(paid, at, out=np.zeros_like(flow), where=at > 0)
    spending = at / at.sum(1, keepdims=True)
    wages = flow.sum((1, 2)) / flow.sum()
    net, duty = share / (1 + tariff), share * tariff / (1 + tariff)
    wage, income, total = np.ones(len(wages)), wages.copy(), np.ones_like(spending)
    for _ in range(_ITERATIONS):
        origin = wage[:, None] ** -theta
        total = _bought(np.einsum("rsi,ri->si", share, origin))
        bought = spending * income[:, None] / total
        sold = (np.einsum("rsi,si->ri", net, bought) * origin).sum(1)
        earned = wage * wages + (np.einsum("rsi,ri->si", duty, origin) * bought).sum(1)
        new = wage * (sold / (wage * wages)) ** _WAGE
        new /= (new * wages).sum()
        moved = max(np.abs(new / wage - 1).max(), np.abs(earned / income - 1).max())
        wage, income = new, earned
        if moved < _TOLERANCE:
            break
    there = share * wage[:, None, None] ** -theta / total * (1 + tariff) ** theta
    return _World(there, spending, wage * wages, income, theta)


def nash_tariffs(flow: Array, tariff: Array, theta: Array) -> TariffWar:
    r"""Tariffs that are each nation's best against the others', one rate a nation.

    t[r] = 1 / Σ_{s≠r} Σ_i θ_i ρ[r,s,i] (1 − π'[r,s,i]),   ρ sales weights of r's exports      [Lashkaripour2021, eq. 14]
    ŵ w = Σ X'/(1+t');  I' = ŵ w + Σ t' X'/(1+t');  π' = π (ŵ (1+t')/(1+t))^(−θ) / P̂^(−θ)      [Lashkaripour2021, eqs. 6, 7]

    The base is the table's world with its tariffs and balanced trade, found first. Inputs are not in it, and the formula
    leaves out that partners' tariff revenue falls.

    flow  r s i, value at basic prices, own flows > 0 · tariff r s i, the base's rates · theta i, > 0
    """
    v = _balanced(flow, tariff, theta)
    wage, income, rate, total = np.ones(len(v.wages)), v.income.copy(), np.zeros(len(v.wages)), np.ones_like(v.spending)
    k, residual = 0, np.inf
    while k < _ITERATIONS:
        k += 1
        sold, earned, best, total = _turn(v, wage, income, rate)
        new = wage * (sold / (wage * v.wages)) ** _WAGE
        new /= (new * v.wages).sum() / v.wages.sum()
        moved = rate + _RATE * (best - rate)
        residual = float(
            max(np.abs(new / wage - 1).max(), np.abs(earned / income - 1).max(), np.abs(moved - rate).max())
        )
        wage, income, rate = new, earned, moved
        if residual < _TOLERANCE:
            break
    price = (v.spending * np.log(total) / -theta).sum(1)
    return TariffWar(rate, income / v.income / np.exp(price), wage, k, residual, residual < _TOLERANCE)


def two_country_rate(theta: float, own: float) -> tuple[float, float]:
    """The exact Nash tariff of two equal nations with one good, and its share of own goods there.

    t = (1 + t s) / (θ s (1 + t)),   s = s0 / (s0 + (1 − s0) (1 + t)^(−θ)),   s0 = own share without tariffs

    >>> t, s = two_country_rate(4.0, 0.8)
    >>> abs(t - (1 + t * s) / (4.0 * s * (1 + t))) < 1e-12
    True
    """
    from scipy.optimize import brentq

    def share(t: float) -> float:
        return float(own / (own + (1 - own) * (1 + t) ** -theta))

    def gap(t: float) -> float:
        return float(t * theta * share(t) * (1 + t) - 1 - t * share(t))

    t = float(brentq(gap, 0.0, 10.0, xtol=1e-14))
    return t, share(t)
