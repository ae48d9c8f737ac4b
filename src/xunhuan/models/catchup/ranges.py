"""Distributions of an industry's figures, by the ranges its file gives."""

from __future__ import annotations

import numpy as np

from xunhuan.data.arrays import Array
from xunhuan.models.catchup.industry import Fact


def at_probability(fact: Fact, u: Array) -> Array:
    """Values of a fact at probabilities: triangular between low and high with the value as its mode; lognormal with the
    value as its median.

    >>> at_probability(Fact(value=2.0, spread=0.5, source="x y z"), np.array([0.5])).tolist()
    [2.0]
    """
    if fact.spread is not None:
        from scipy.special import ndtri  # slow to import, and records are read by every list of commands

        return np.asarray(fact.value * np.exp(fact.spread * ndtri(u)))
    assert fact.low is not None
    assert fact.high is not None
    width, turn = fact.high - fact.low, fact.value - fact.low
    up = fact.low + np.sqrt(u * width * turn)
    down = fact.high - np.sqrt((1 - u) * width * (width - turn))
    return np.asarray(np.where(u * width < turn, up, down))
