"""Who leaves a plan, what keeps everybody in it, and indices of likeness: knows no industry."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations
from typing import NamedTuple

import numpy as np

from xunhuan.data.arrays import Array
from xunhuan.errors import BadInput

MOST_PLAYERS = 12
"""Players of whom every coalition is looked at: 4,095 of them."""
Coalition = tuple[int, ...]


class Stability(NamedTuple):
    """What keeps every coalition in.

    payments  p, least payments, the same unit as the payoffs · total: their sum, the cost of stability
    binding   coalitions that would leave if a payment were any smaller · shortfall: by coalition, what it would gain by
              leaving without payments
    """

    payments: Array
    total: float
    binding: tuple[Coalition, ...]
    shortfall: Array


def coalitions(players: int) -> list[Coalition]:
    """Every coalition, small ones first. Raises BadInput beyond `MOST_PLAYERS` players.

    >>> coalitions(2)
    [(0,), (1,), (0, 1)]
    """
    if players > MOST_PLAYERS:
        what = f"{players} players have {2**players - 1:,} coalitions"
        raise BadInput(what, fix=f"name at most {MOST_PLAYERS} blocks: clusters, provinces, or lists of cities")
    return [s for n in range(1, players + 1) for s in combinations(range(players), n)]


def cost_of_stability(payoff: Array, value: Callable[[Coalition], float] | Sequence[float] | Array) -> Stability:
    """The least payments that keep every coalition in a plan [BachrachElkindMeir2009].

    min Σ_p t[p],   t ≥ 0,   Σ_{p∈S} (u[p] + t[p]) ≥ v(S) for every coalition S

    payoff  p, u, in the plan · value: v, what a coalition gets on its own, by coalition in the order of `coalitions`
    The core is not empty with a saving to share out iff the total is no more than the saving.

    >>> cost_of_stability(np.array([1.0, 1.0]), [2.0, 0.5, 2.5]).payments.tolist()
    [1.0, 0.0]
    """
    from scipy.optimize import linprog

    every = coalitions(len(payoff))
    worth = np.array([value(s) for s in every]) if callable(value) else np.asarray(value, dtype=np.float64)
    member = np.zeros((len(every), len(payoff)))
    for row, s in enumerate(every):
        member[row, list(s)] = 1.0
    short = worth - member @ payoff
    found = linprog(np.ones(len(payoff)), A_ub=-member, b_ub=-short, bounds=(0, None), method="highs")
    paid = np.asarray(found.x)
    slack = member @ paid - short
    scale = max(1.0, float(np.abs(short).max()))
    tight = [s for s, left, gap in zip(every, slack, short, strict=True) if left < 1e-9 * scale and gap > 1e-9 * scale]
    return Stability(paid, float(paid.sum()), tuple(tight), short)


def effective_number(shares: Array) -> Array:
    """Number of equal producers of the same concentration, 1 / Σ s², over the last axis [Hirschman1964].

    >>> effective_number(np.array([0.5, 0.5, 0.0])).item()
    2.0
    """
    total = shares.sum(-1, keepdims=True)
    part = np.divide(shares, total, out=np.zeros_like(shares, dtype=np.float64), where=total > 0)
    square = (part**2).sum(-1)
    return np.asarray(np.divide(1.0, square, out=np.full_like(square, np.nan), where=square > 0))


def alike(structure: Array) -> float:
    """Mean over pairs of places of how alike their structures are, Σ_i x y / √(Σ x² Σ y²) [UNIDO1979]; structure p i.

    >>> alike(np.array([[1.0, 0.0], [0.0, 2.0], [1.0, 0.0]]))
    0.3333333333333333
    """
    size = np.sqrt((structure**2).sum(1))
    made = structure[size > 0] / size[size > 0][:, None]
    n = len(made)
    return float(((made @ made.T).sum() - n) / (n * (n - 1))) if n > 1 else float("nan")
