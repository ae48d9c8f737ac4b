"""Firms that lose orders abroad: what they sell at home instead. Pure functions on arrays that broadcast.

σ elasticity of demand · ω elasticity of marginal cost in output · e share of sales abroad · c share of foreign demand
lost · ζ tail of firms' sizes · β how reach grows with size · h home sales a firm could have, per unit of orders lost ·
x* the least size that pays for entry, in sizes of the least firm
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from xunhuan.data.arrays import Array

_Number = float | Array


def cost_response(sigma: _Number, omega: _Number) -> Array:
    """Elasticity of sales in total demand that convex costs take away, with its sign turned.

    η = (σ − 1) ω / (1 + σ ω)        [AlmuniaAntrasLopezRodriguezMorales2021]

    sigma, omega  pure numbers, σ > 1, ω ≥ 0; η is 0 at ω = 0 and (σ − 1)/σ where ω has no end
    """
    return np.asarray((sigma - 1) * np.asarray(omega) / (1 + sigma * np.asarray(omega)))


def profit_share(sigma: _Number, omega: _Number) -> Array:
    """Share of sales that is profit above costs that move with output.

    π̄ = (1 + σ ω) / (σ (1 + ω))        [AlmuniaAntrasLopezRodriguezMorales2021]

    sigma, omega  pure numbers, σ > 1, ω ≥ 0; 1/σ at ω = 0. Its inverse is the elasticity of sales in an ad valorem
    subsidy, σ (1 + ω) / (1 + σ ω).
    """
    return np.asarray((1 + sigma * np.asarray(omega)) / (sigma * (1 + np.asarray(omega))))


class BothMarkets(NamedTuple):
    """Sales of a mixed exporter after over before: at home, and abroad."""

    home: Array
    abroad: Array


def mixed_sales(e: _Number, c: _Number, sigma: _Number, omega: _Number, home_demand: _Number = 1.0) -> BothMarkets:
    """Sales of a firm that sells in both markets from one convex cost, after over before.

    X'_d/X_d = a Ā^(−η),   X'_f/X_f = (1 − c) Ā^(−η),   Ā = (1 − e) a + e (1 − c)
    [AlmuniaAntrasLopezRodriguezMorales2021]

    e share of sales abroad, 0 to 1 · c share of foreign demand lost, 0 to 1 · home_demand a, ratio
    """
    left = (1 - np.asarray(e)) * home_demand + np.asarray(e) * (1 - np.asarray(c))
    eta = cost_response(sigma, omega)
    safe = np.where(left > 0, left, 1.0)
    cheaper = np.where(left > 0, safe**-eta, 0.0)  # a firm that sells nowhere stands still
    return BothMarkets(np.asarray(home_demand * cheaper), np.asarray((1 - np.asarray(c)) * cheaper))


def mixed_recovery(e: _Number, c: _Number, sigma: _Number, omega: _Number) -> Array:
    """Home sales that a mixed exporter gains, per unit of exports that it loses.

    ρ = (1 − e) [(1 − e c)^(−η) − 1] / { e [1 − (1 − c)(1 − e c)^(−η)] }        [AlmuniaAntrasLopezRodriguezMorales2021]

    e, c as `mixed_sales`; 0 where nothing is lost. As c → 0 it goes to η (1 − e) / (1 − η e).
    """
    after = mixed_sales(e, c, sigma, omega)
    gained = (1 - np.asarray(e)) * (after.home - 1)
    lost = np.asarray(e) * (1 - after.abroad)
    return np.asarray(np.divide(gained, lost, out=np.zeros(np.broadcast(gained, lost).shape), where=lost > 0))


def pure_recovery(entry: _Number, tail: _Number, potential: _Number, beta: _Number) -> Array:
    """Home sales that pure exporters gain, per unit of orders that they lose, of Pareto sizes and costs of reach.

    ρ = h x*^(1 − ζ) / (1 + β (ζ − 1))                               x* ≥ 1
    ρ = h [1 − x*^(1/β) (ζ − 1) / (ζ − 1 + 1/β)]                     x* < 1        [Arkolakis2010]

    a firm of size x > x* reaches 1 − (x*/x)^(1/β) of the market; β = 0: all of it, at a fixed cost [Melitz2003]
    entry x*, infinite where nobody can enter · tail ζ > 1 · potential h ≥ 0 · beta β ≥ 0
    """
    x, z, b = np.asarray(entry, float), np.asarray(tail, float), np.asarray(beta, float)
    few = np.maximum(x, 1.0) ** (1 - z) / (1 + b * (z - 1))
    with np.errstate(divide="ignore"):
        sharp = np.where(b > 0, 1 / np.where(b > 0, b, 1.0), np.inf)
    small = np.minimum(x, 1.0) ** sharp
    weight = np.where(np.isinf(sharp), 0.0, (z - 1) / (z - 1 + np.where(np.isinf(sharp), 1.0, sharp)))
    return np.asarray(potential * np.where(x >= 1, few, 1 - small * weight))


def converting(entry: _Number, tail: _Number) -> Array:
    """Share of pure exporters that enter the home market: min(1, x*^(−ζ)).    [Arkolakis2010]"""
    return np.asarray(np.maximum(np.asarray(entry, float), 1.0) ** -np.asarray(tail, float))


def exhibited(first: _Number, last: _Number, tail: _Number) -> Array:
    """Orders lost by the firms from rank `first` to `last`, of all orders that pure exporters lost.

    last^(1 − 1/ζ) − first^(1 − 1/ζ)        of Pareto sizes

    first, last  rank over the number of firms, largest first, 0 to 1
    """
    power = 1 - 1 / np.asarray(tail, float)
    return np.asarray(np.asarray(last, float) ** power - np.asarray(first, float) ** power)


class FirstYuan(NamedTuple):
    """Home sales gained by the first unit of money, by instrument."""

    certification: Array
    subsidy_converts: Array
    subsidy_exporters: Array


def first_yuan(sigma: _Number, omega: _Number, tail: _Number, beta: _Number) -> FirstYuan:
    """Home sales gained by the first unit of money, where x* ≥ 1 and all orders are lost.

    cheaper entry ζ / (π̄ (1 + β (ζ − 1))) · subsidy on converts' home sales ζ / π̄ · on home sales of incumbents 1 / π̄

    Free of h, x*, the number of firms and the cost of entry: the margin of who enters and the budget move together.
    """
    share, z = profit_share(sigma, omega), np.asarray(tail, float)
    return FirstYuan(z / (share * (1 + np.asarray(beta) * (z - 1))), z / share, 1 / share)
