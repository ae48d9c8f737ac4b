"""Who is served when supply is short: the three rules a supplier may follow, each a record of three functions.

Fill rates are laid out n i k r, the share of an order of class k that is served to users near the supplier (n = 0) and to
others (n = 1). Each rule has a nearness of its own, so it also says what destinations receive and what origins send at
its rates. What is delivered adds up to what is produced, Σ_s T[i,r,s] = x[r,i].
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from xunhuan.data.arrays import Array, ratio
from xunhuan.models.propagation.routing import at_home, gathered, own, routed
from xunhuan.models.propagation.state import StepSourcing
from xunhuan.models.propagation.sums import outer


@dataclass(frozen=True)
class Rationing:
    """A rule of rationing.

    rates     φ n i k r, of output i r, orders i k r, sourcing, wants i k s and home r s
    received  Σ_r π φ, share of wants that arrives, axes i k s; of sourcing, φ and home
    sent      Σ_k φ_k[r,i] P_k[s,i], axes i r s, of φ, a pool P i k s and home, in an array that is given or a new one
    """

    rates: Callable[[Array, Array, StepSourcing, Array, Array], Array]
    received: Callable[[StepSourcing, Array, Array], Array]
    sent: Callable[[Array, Array, Array, Array | None], Array]


def served(supply: Array, asked: Array) -> tuple[Array, Array]:
    """Share of a class of orders that a supply serves, at most 1, and what is left of it; 1 where nothing is asked."""
    fill = np.minimum(ratio(supply, asked, 1.0), 1.0)
    return fill, np.maximum(supply - asked * fill, 0.0)


def _rates_alike(output: Array, asked: Array, src: StepSourcing, wants: Array, home: Array) -> Array:
    """φ = x / Σ_k asked, for all."""
    fill = np.empty((2, *asked.shape))
    fill[:] = ratio(output, asked.sum(axis=1), 1.0)[:, None, :]
    return fill


def _received_alike(src: StepSourcing, fill: Array, home: Array) -> Array:
    return gathered(src, fill[1])


def _sent_alike(fill: Array, pool: Array, home: Array, into: Array | None = None) -> Array:
    return outer(fill[1], pool, into)


def _rates_final_last(output: Array, asked: Array, src: StepSourcing, wants: Array, home: Array) -> Array:
    """Current needs of industries in the supplier's own region, of other industries, restocking, final users.

    Own region first, else a region at part of its capacity ships away what its own recipes need and spirals to a halt.
    """
    fill = np.empty((2, *asked.shape))
    near = own(src) * wants[:, 0]
    fill[0, :, 0], left = served(output, near)
    fill[1, :, 0], left = served(left, np.maximum(asked[:, 0] - near, 0.0))
    fill[:, :, 1], left = served(left, asked[:, 1])
    fill[:, :, 2], left = served(left, asked[:, 2])
    return fill


def _received_own_first(src: StepSourcing, fill: Array, home: Array) -> Array:
    out = gathered(src, fill[1])
    out[:, 0] += own(src) * (fill[0, :, 0] - fill[1, :, 0])
    return out


def _sent_own_first(fill: Array, pool: Array, home: Array, into: Array | None = None) -> Array:
    out = outer(fill[1], pool, into)
    place = np.arange(out.shape[1])
    out[:, place, place] += ((fill[0] - fill[1]) * pool).sum(axis=1)
    return out


def _rates_home_first(output: Array, asked: Array, src: StepSourcing, wants: Array, home: Array) -> Array:
    """Users in the supplier's nation first, others what is left; all uses alike."""
    fill = np.empty((2, *asked.shape))
    near = routed(at_home(src, home), wants).sum(axis=1)
    inside, left = served(output, near)
    abroad, _ = served(left, np.maximum(asked.sum(axis=1) - near, 0.0))
    fill[0], fill[1] = inside[:, None, :], abroad[:, None, :]
    return fill


def _received_home_first(src: StepSourcing, fill: Array, home: Array) -> Array:
    return gathered(src, fill[1]) + gathered(at_home(src, home), fill[0] - fill[1])


def _sent_home_first(fill: Array, pool: Array, home: Array, into: Array | None = None) -> Array:
    out = outer(fill[1], pool, into)
    more = outer(fill[0] - fill[1], pool)
    more *= home
    out += more
    return out


RATIONING = {
    "proportional": Rationing(_rates_alike, _received_alike, _sent_alike),
    "final_last": Rationing(_rates_final_last, _received_own_first, _sent_own_first),
    "home_first": Rationing(_rates_home_first, _received_home_first, _sent_home_first),
}
"""The rules by the name of the parameter `rationing`: all alike [Hallegatte2013], industries before final users
[Henriet2012], the supplier's own nation first."""
