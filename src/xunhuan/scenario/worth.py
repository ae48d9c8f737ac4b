"""What each member of a coalition is worth to it, and what members pay each other; knows no economics.

A coalition of n members is a whole number whose bit k says whether member k is in it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from math import factorial, sqrt

import numpy as np

from xunhuan.data.arrays import Array
from xunhuan.errors import NotConverged


def whole_game(n: int) -> range:
    """Every coalition of n members, nobody first."""
    return range(1 << n)


def shapley(value: Callable[[int], float], n: int) -> Array:
    r"""What each member adds, averaged over all orders of joining [Shapley1953]; exact, from all 2^n coalitions.

    φ_k = Σ_{S ∌ k} |S|! (n − |S| − 1)! / n! (v(S ∪ k) − v(S))

    value(coalition) v, any unit · returns φ, axis member, which sums to v(all) − v(nobody)

    >>> shapley(lambda s: float(s == 3) + 0.5 * (s & 1), 2).tolist()
    [1.0, 0.5]
    """
    out = np.zeros(n)
    weight = [factorial(k) * factorial(n - k - 1) / factorial(n) for k in range(n)]
    for s in whole_game(n):
        for k in range(n):
            if not s >> k & 1:
                out[k] += weight[s.bit_count()] * (value(s | 1 << k) - value(s))
    return out


def drawn_orders(n: int, count: int, seed: int) -> list[list[int]]:
    """Random orders of joining."""
    rng = np.random.default_rng(seed)
    return [[int(k) for k in rng.permutation(n)] for _ in range(count)]


def along(order: Iterable[int]) -> list[int]:
    """The coalitions of an order of joining, nobody first."""
    out = [0]
    for k in order:
        out.append(out[-1] | 1 << k)
    return out


def sampled_shapley(value: Callable[[int], float], drawn: list[list[int]]) -> tuple[Array, Array]:
    """Mean of what each member adds over drawn orders, and its standard error [CastroGomezTejada2009]; axis member."""
    steps = np.zeros((len(drawn), len(drawn[0])))
    for row, order in zip(steps, drawn, strict=True):
        path = along(order)
        for k, before, after in zip(order, path, path[1:], strict=False):
            row[k] = value(after) - value(before)
    return steps.mean(0), steps.std(0, ddof=1) / sqrt(len(drawn))


def equalised(
    gains: Callable[[Array], Array], first: Array, weight: Array, tolerance: float, most: int = 40
) -> tuple[Array, Array]:
    """Payments received, summing to 0, under which all have the same gain.

    gains(payments)  relative gain of each member, axis member · first: without payments · weight: income
    T ← T + I (ḡ − g), ḡ the mean by income, until all g are within `tolerance` of ḡ: the first step is the first-order
    answer, the others make good what payments do to prices. Returns payments and gains.

    Raises NotConverged where that is not reached.
    """
    paid, g = np.zeros_like(first), first
    for _ in range(most):
        off = float(g @ weight / weight.sum()) - g
        if np.abs(off).max() <= tolerance:
            return paid, g
        paid = paid + weight * off
        g = gains(paid)
    raise NotConverged("the payments that share the cost alike were not found", where=f"off by {np.abs(off).max():.2g}")


def payments(received: Array) -> Array:
    """Who pays whom, payer receiver: each payer pays every receiver by the share that one gets, −T_p T_q⁺ / Σ T⁺.

    >>> payments(np.array([-3.0, 1.0, 2.0])).tolist()
    [[0.0, 1.0, 2.0], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]]
    """
    got = np.maximum(received, 0.0)
    total = got.sum()
    return np.asarray(np.outer(np.maximum(-received, 0.0), got / total if total > 0 else got))
