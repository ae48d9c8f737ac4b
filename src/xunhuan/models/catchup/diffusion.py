"""The other law of learning: ideas come with what is bought from those who are better.

Letters: m seller, n buyer's side of the border; draws d come first.
"""

from __future__ import annotations

import numpy as np
from scipy.special import gamma

from xunhuan.data.arrays import Array


def inflow(bought: Array, ideas: Array, passing: Array, strength: Array) -> Array:
    r"""New ideas in a year from insights of those one buys from, per unit of the arrival rate.

    Γ(1 − β) Σ_i π[i,n]^(1−β) λ_i^β        [BueraOberfield2020, eq. 6; GoesBekkers2022]

    bought d n i, π, shares of what n buys, sum to 1 · ideas d i, λ, stock of ideas · passing d n i, what a border lets
    through, share · strength d, β, 0 to below 1. Returns d n.
    """
    b = strength[..., None, None]
    with np.errstate(divide="ignore"):
        terms = np.where(bought > 0, bought ** (1 - b), 0.0) * ideas[..., None, :] ** b * passing
    return np.asarray(gamma(1 - strength)[..., None] * terms.sum(-1))


def gain_from_openness(own: float, strength: float, nations: int = 2) -> float:
    r"""Stock of ideas among equal nations that trade, over what each would have alone, where both grow evenly.

    λ/λ_alone = [π^(1−β) + (N − 1) ((1 − π)/(N − 1))^(1−β)]^(1/(1−β))        [BueraOberfield2020, eq. 6]

    own π, share bought at home · strength β · nations N.

    >>> round(gain_from_openness(0.9, 0.6), 6), round(gain_from_openness(0.9, 0.6, 10), 6)
    (2.144473, 9.362212)
    """
    each = (1 - own) / (nations - 1)
    return float((own ** (1 - strength) + (nations - 1) * each ** (1 - strength)) ** (1 / (1 - strength)))
