"""How cities answer each other: exact best responses, and rounds of them until nobody moves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from xunhuan.data.arrays import Array
from xunhuan.models.rivalry.cities import Game, national_cost, payoffs

Whole = NDArray[np.intp]
ROUNDS = 100
"""Rounds after which a race that neither settles nor repeats itself is given up."""
GAIN = 1e-9
"""Gain, bn USD a year, below which nobody moves."""


class Offer(NamedTuple):
    """What the centre gives to cities that play their part.

    asked  c k, the lines asked of each · worth c, bn USD a year, 0 for no offer
    """

    asked: Whole
    worth: Array


class Race(NamedTuple):
    """Where best responses lead.

    lines    c k, number · rounds: taken · outcome: "settled", nobody gains by moving; "cycle", a profile came back; "open"
    obeyed   c, who took an offer
    gain     the most any player would gain by moving alone, bn USD a year in its own mind: 0 in an equilibrium
    """

    lines: Whole
    rounds: int
    outcome: Literal["settled", "cycle", "open"]
    obeyed: NDArray[np.bool_]
    gain: float


def minds_by_lines(g: Game, lines: Whole, city: int, members: NDArray[np.intp]) -> Array:
    """The mind of a city for every number of lines of every stage, others' lines as they are.

    U[m,k] = (1−φ) Σ_{members} u − φ C        Stages are separable: sales, costs and the nation's cost are sums over them.

    members  whose payoffs count: the city's own, or those of a coalition that acts as one. Returns m k.
    """
    tried = np.repeat(lines[None].astype(np.float64), g.largest + 1, axis=0)
    tried[:, city, :] = np.arange(g.largest + 1)[:, None]
    phi = float(g.compliance[city])
    own = payoffs(g, tried)[:, members].sum(1) if phi < 1 else 0.0
    return np.asarray((1 - phi) * own - (phi * national_cost(g, tried) if phi > 0 else 0.0))


def knapsack(value: Array, weight: Whole, room: int) -> tuple[Whole, float]:
    """The best number of lines of every stage within the staff at hand, by dynamic programming; ties go to fewer lines.

    max Σ_k value[m_k, k],   Σ_k weight[k] m_k ≤ room        value m k · weight k · room, whole numbers
    """
    most, stages = value.shape
    best, taken = np.zeros(room + 1), []
    for k in range(stages):
        fits = min(most - 1, room // int(weight[k])) if weight[k] else most - 1
        table = np.full((fits + 1, room + 1), -np.inf)
        for m in range(fits + 1):
            used = m * int(weight[k])
            table[m, used:] = best[: room + 1 - used] + value[m, k]
        taken.append(table.argmax(0))
        best = table.max(0)
    left, out = int(best.argmax()), np.zeros(stages, dtype=np.intp)
    total = float(best[left])
    for k in range(stages - 1, -1, -1):
        out[k] = taken[k][left]
        left -= int(out[k] * weight[k])
    return out, total


def staffing(g: Game) -> tuple[Whole, Whole]:
    """Engineers a line takes (k) and each city has (c), in hundreds, whole."""
    return np.rint(10 * g.staff).astype(np.intp), np.floor(10 * g.engineers + 1e-9).astype(np.intp)


def best_response(
    g: Game, lines: Whole, city: int, members: NDArray[np.intp], offer: Offer | None = None
) -> tuple[Whole, float, bool]:
    """A city's best lines against the others', what it gains by them, and whether it takes an offer."""
    weight, room = staffing(g)
    value = minds_by_lines(g, lines, city, members)
    found, best = knapsack(value, weight, int(room[city]))
    stages = np.arange(g.K)
    now = float(value[lines[city], stages].sum())
    promised = 0.0 if offer is None else float(offer.worth[city])
    if offer is not None and promised > 0:
        asked = float(value[offer.asked[city], stages].sum()) + promised
        now += promised * bool((lines[city] == offer.asked[city]).all())
        if asked >= best - GAIN:
            return offer.asked[city].copy(), asked - now, True
    return found, best - now, False


def race(
    g: Game, start: Whole, blocks: Whole | None = None, order: Sequence[int] | None = None, offer: Offer | None = None
) -> Race:
    """Cities move in turn, each to its best response, until nobody gains by moving.

    start   c k · blocks c, cities of one number act as one (each on its own by default) · order: who moves when
    A profile that comes back at the end of a round is a cycle, told as such: it is no equilibrium.
    """
    lines, obeyed = start.astype(np.intp).copy(), np.zeros(g.C, dtype=bool)
    acting = np.arange(g.C) if blocks is None else blocks
    members = [np.flatnonzero(acting == acting[c]) for c in range(g.C)]
    seen = {lines.tobytes()}
    for k in range(ROUNDS):
        largest = 0.0
        for c in range(g.C) if order is None else order:
            new, gain, obeyed[c] = best_response(g, lines, c, members[c], offer)
            if gain > GAIN:
                lines[c] = new
                largest = max(largest, gain)
        if largest == 0.0:
            return Race(lines, k + 1, "settled", obeyed, 0.0)
        if lines.tobytes() in seen:
            return Race(lines, k + 1, "cycle", obeyed, largest)
        seen.add(lines.tobytes())
    return Race(lines, ROUNDS, "open", obeyed, largest)


def temptation(g: Game, lines: Whole) -> Array:
    """What each city would gain by leaving its lines alone, c, bn USD a year: the least that buys its obedience."""
    return np.array([max(0.0, best_response(g, lines, c, np.array([c]))[1]) for c in range(g.C)])


def joint_payoff(g: Game, lines: Whole, members: NDArray[np.intp]) -> float:
    """Σ u over members, bn USD a year."""
    return float(payoffs(g, lines)[members].sum())
