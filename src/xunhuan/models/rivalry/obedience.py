"""Privileges in return for the plan's rates: who takes them, and what each would ask."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from xunhuan.data.arrays import Array
from xunhuan.models.rivalry.game import Bends, Bounds, GameEquilibrium, Owners, Payoffs, Trials, climb_alone, deviations

TIGHT = 1e-10
"""Gain by leaving, log points of a player's income, beyond its privilege, below which it stays."""


class Obedience(NamedTuple):
    """Where players end that are offered something for keeping to the plan.

    equilibrium  of rates of the others, the plan's for those who obey · obeyed p
    tempted      p, what each that is offered something would gain by its own best rates instead, others as they are, in its
                 payoff; nan where nothing is offered
    """

    equilibrium: GameEquilibrium
    obeyed: NDArray[np.bool_]
    tempted: Array


def obeying(
    settle: Callable[[Bounds, Array], GameEquilibrium], payoffs: Payoffs, trials: Trials, bends: Bends, owner: Owners,
    bounds: Bounds, plan: Array, start: Array, scale: Array, worth: Array,
) -> Obedience:  # fmt: skip
    """A profile in which each player that is offered something keeps to the plan's rates if and only if

        U_p(plan's, others) + worth_p ≥ max U_p(own, others)

    and all other players are in equilibrium. It is sought from all obeying: the most tempted leaves, or the least tempted
    comes back, until nobody would do otherwise; a set of players that comes again is a cycle.

    settle  bounds and a start to an equilibrium of rates within them · plan: c, rates asked · worth: p, in the unit of
    payoffs, 0 for no offer · scale as in `climb_alone`
    """
    offered = worth > 0
    inside, seen = offered.copy(), set()
    while True:
        held = inside[owner]
        found = settle(Bounds(np.where(held, plan, bounds.low), np.where(held, plan, bounds.high)),
                       np.where(held, plan, start))  # fmt: skip
        tempted = np.full(len(worth), np.nan)
        for p in np.flatnonzero(offered):
            tempted[p] = _temptation(payoffs, trials, bends, owner, bounds, plan, found.x, scale, int(p))
        too_little = np.where(inside, tempted - worth, -np.inf)
        enough = np.where(offered & ~inside, tempted - worth, np.inf)
        seen.add(inside.tobytes())
        if too_little.max(initial=-np.inf) > TIGHT:
            inside[int(too_little.argmax())] = False
        elif enough.min(initial=np.inf) <= TIGHT:
            inside[int(enough.argmin())] = True
        else:
            return Obedience(found, inside, tempted)
        if inside.tobytes() in seen:
            return Obedience(found._replace(outcome="cycle"), inside, tempted)


def _temptation(
    payoffs: Payoffs, trials: Trials, bends: Bends, owner: Owners, bounds: Bounds, plan: Array, x: Array, scale: Array,
    p: int,
) -> float:  # fmt: skip
    """What a player gains by its best rates over the plan's, others at x; at least 0."""
    mine = owner == p
    planned = np.where(mine, plan, x)
    free = Bounds(np.where(mine, bounds.low, planned), np.where(mine, bounds.high, planned))
    found = climb_alone(payoffs, owner, free, planned, scale, bends)
    best, _ = deviations(trials, owner, free, found.x, scale)
    there, here = trials(np.stack([found.x, planned]))[:, p]
    return float(max(there - here + max(best.gain * scale[best.control], 0.0), 0.0))
