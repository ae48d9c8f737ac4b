"""Array types, and the few formulas on plain arrays that rooms which do not know each other share.

Letters: r origin region, s destination region, i good, j using industry.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Literal, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[np.float64]
Index: TypeAlias = NDArray[np.intp]
Mask: TypeAlias = NDArray[np.bool_]

Circuit = Literal["own", "inter", "external"]
INPUT_DUTIES = "input_tariff"
"""Component of value added that holds the duties industries pay on their inputs, in tables that tell them apart."""

CIRCUITS: tuple[Circuit, ...] = ("own", "inter", "external")
"""Where value turns: in the region itself, in other regions of its nation, abroad."""


REMEMBERED = 1000
"""Selections a list of places remembers."""
_Asked = TypeVar("_Asked", bound=Hashable)


class Remembered(dict[_Asked, Index]):
    """Selections by what was asked, so many that a server which is asked for ever new ones does not grow.

    One that is full is emptied, which threads may do at once; what is longer than a line is not kept.

    >>> asked = Remembered[str]()
    >>> for k in range(1500):
    ...     asked[str(k)] = np.array([k])
    >>> len(asked), asked.get("x" * 300, None)
    (500, None)
    """

    def __setitem__(self, asked: _Asked, found: Index) -> None:
        if len(str(asked)) > 200:
            return
        if len(self) >= REMEMBERED:
            self.clear()
        super().__setitem__(asked, found)


def ratio(part: Array | float, whole: Array | float, empty: float = 0.0) -> Array:
    """part / whole, `empty` where the whole is 0; the axes of both broadcast.

    >>> ratio(np.array([1.0, 2.0]), np.array([4.0, 0.0])).tolist()
    [0.25, 0.0]
    """
    bottom = np.asarray(whole)
    blank = np.full(np.broadcast_shapes(np.shape(part), bottom.shape), empty)
    return np.asarray(np.divide(part, bottom, out=blank, where=bottom != 0.0), dtype=np.float64)


def freeness(flow: Array) -> Array:
    """Freeness of trade that flows imply, symmetric, axes r s.

    φ[r,s] = √(π[r,s] π[s,r] / (π[r,r] π[s,s]))        [HeadRies2001]

    flow r s, any value unit: what buyers spend in all cancels, so flows serve as well as shares. 0 where two regions do
    not trade both ways, nan where one has no trade inside.

    >>> freeness(np.array([[4.0, 1.0], [2.0, 2.0]]))[0].tolist()
    [1.0, 0.5]
    """
    inside = np.diag(flow)
    both, own = flow * flow.T, np.outer(inside, inside)
    known = (own > 0.0) & (both >= 0.0)
    return np.asarray(np.sqrt(np.divide(both, own, out=np.full(both.shape, np.nan), where=known)), dtype=np.float64)


def implied_trade_cost(flow: Array, theta: Array | float) -> Array:
    """Trade cost between two regions that their trade implies, ratio to the cost inside, axes r s.

    τ[r,s] = φ[r,s]^(−1/θ)        [HeadRies2001] [Novy2013]

    flow r s · theta: trade elasticity, > 0, one or axes r s. inf where two regions do not trade both ways, nan where one
    has no trade inside.

    >>> implied_trade_cost(np.array([[4.0, 1.0], [2.0, 2.0]]), 1.0)[0].tolist()
    [1.0, 2.0]
    """
    with np.errstate(divide="ignore"):
        return np.asarray(freeness(flow) ** (-1.0 / np.asarray(theta)), dtype=np.float64)


def duties_on_inputs(flow: Array, tariff: Array, use: Array) -> Array:
    """Duties on the inputs of industry j of region s, axes s j, in the unit of the flows.

    duty[s,j] = Σ_i use[s,i,j] Σ_r flow[r,s,i] tariff[r,s,i] / Σ_r flow[r,s,i]
    """
    bought = flow.sum(0)
    mean = ratio((flow * tariff).sum(0), bought)
    return np.asarray(np.einsum("sij,si->sj", use, mean), dtype=np.float64)
