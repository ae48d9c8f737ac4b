"""The market of a good: costs of inputs, what each producer can serve, who sells how much, at what price.

Letters: m producer (0 owned at home, 1 foreign plants at home, 2 abroad), a vintage in generations behind the frontier,
k stage of inputs, t year; draws d come first. Hats are new over the start year's.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.special import ndtr

from xunhuan.data.arrays import Array

OWNED, ALIEN, OUTSIDE = 0, 1, 2
"""Producers: owned at home, foreign owners' plants at home, all that stands abroad."""
AT_HOME = (True, True, False)


def stage_price(home: Array, theta: Array, gain: Array, cut: Array) -> Array:
    r"""Price of a stage of inputs at home.

    P̂[k] = (h e^(θ g) + (1 − h)(1 − λ))^(−1/θ)        [ArkolakisCostinotRodriguezClare2012]

    home h, share bought at home at the start · theta θ, > 0 · gain g, log points by which home inputs became cheaper
    against others · cut λ, share of sales from abroad cut at given prices. All d k; returns d k, ratio.

    >>> float(stage_price(np.array(0.11), np.array(5.0), np.array(0.0), np.array(1.0)).round(4))
    1.555
    """
    return np.asarray((home * np.exp(theta * gain) + (1 - home) * (1 - cut)) ** (-1 / theta))


def stage_home_share(home: Array, theta: Array, gain: Array, price: Array) -> Array:
    r"""Share of a stage of inputs that is bought at home.

    h' = h e^(θ g) P̂^θ

    As `stage_price`; price P̂, ratio. Returns d k, share.
    """
    return np.asarray(home * np.exp(theta * gain) * price**theta)


def vintages_reached(gap: Array, spread: Array, ages: int) -> Array:
    r"""Part of each vintage that a producer G generations behind can serve.

    φ[a] = Φ((a + ½ − G)/σ)

    gap d, G, generations · spread d, σ, generations · ages: how many vintages. Φ is the normal distribution. Returns d a.
    """
    a = np.arange(ages)
    return np.asarray(ndtr((a + 0.5 - gap[..., None]) / spread[..., None]))


class Sold(NamedTuple):
    """Who sells what: shares d m a, sums to 1 over m; price of each vintage against the start, d a, ratio."""

    share: Array
    price: Array


def sourcing(weight: Array, reached: Array, cost: Array, open_: Array, theta: Array, before: Array) -> Sold:
    r"""Shares of producers in each vintage, and its price.

    π[m,a] = w_m φ[m,a] o_m ĉ_m^(−θ) / Σ_m'            o = d̂^(−θ) = 1 − λ of the channel that the producer sells by
    P̂[a] = (Σ_m w φ o ĉ^(−θ) / Σ_m w φ⁰)^(−1/θ)        [EatonKortum2002]

    weight d m, w · reached d a, φ of owned producers at home, 1 of all others · cost d m, ĉ, ratio · open_ d m · theta d ·
    before d a, Σ_m w φ⁰ at the start.
    """
    power = weight * open_ * np.exp(-theta[..., None] * np.log(cost))
    others = (power[..., ALIEN] + power[..., OUTSIDE])[..., None]
    mine = power[..., OWNED, None] * reached
    whole = mine + others
    rest = np.divide(1.0, whole, out=np.zeros_like(whole), where=whole > 0)
    share = np.stack([mine * rest, power[..., ALIEN, None] * rest, power[..., OUTSIDE, None] * rest], axis=-2)
    with np.errstate(divide="ignore"):
        price = np.exp(-np.log(whole / before) / theta[..., None])
    return Sold(np.asarray(share), np.asarray(price))


def price_index(price: Array, ages: Array) -> Array:
    r"""Price of the good over its vintages.

    P̂ = Π_a P̂[a]^δ[a]

    price d a, ratio · ages a, δ, share of spending, sums to 1. Returns d.
    """
    return np.asarray(np.exp((np.log(price) * ages).sum(-1)))


def out_of_reach(reached: Array, open_: Array, ages: Array) -> Array:
    r"""Part of demand that no producer left can serve.

    Σ_a δ[a] (1 − max_m φ[m,a] 1(o_m > 0))

    reached d a, φ of owned producers at home, 1 of all others · open_ d m · ages a, δ. Returns d, share.
    """
    others = (open_[..., ALIEN] > 0) | (open_[..., OUTSIDE] > 0)
    return np.where(others, 0.0, ((1 - reached) * ages).sum(-1))


def own_weight_in_market(owned: Array, others: Array, reached: Array, ages: Array) -> Array:
    r"""Weight of owned producers that gives them their share at the start.

    w: Σ_a δ[a] w φ[a] / (w φ[a] + w_others) = owned

    owned d, share · others d, summed weight of the others · reached d a, φ · ages a, δ. Returns d.

    The share rises with ln w, so halving finds it; 60 steps leave 1e-15.
    """
    low, high = np.full(np.shape(owned), -40.0), np.full(np.shape(owned), 40.0)
    for _ in range(60):
        middle = 0.5 * (low + high)
        mine = np.exp(middle)[..., None] * reached
        less = (ages * mine / (mine + others[..., None])).sum(-1) < owned
        low, high = np.where(less, middle, low), np.where(less, high, middle)
    return np.asarray(np.exp(0.5 * (low + high)))
