"""Nash equilibria of smooth payoffs in bounded controls, proved by trial; knows no economics.

Letters: p player, c control. Every control has one owner.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from xunhuan.data.arrays import Array

Payoffs = Callable[[Array, float], tuple[Array, Array]]
"""Controls c to payoffs p and their derivatives in each control, p c, these to some accuracy, share of the largest."""
Trials = Callable[[Array], Array]
"""Many controls n c to payoffs n p; nan where there are none."""
Bends = Callable[[Array], Array]
"""Controls c to how each one's slope in its owner's payoff turns with every control, c c."""
Owners = NDArray[np.intp]

FLAT = 1e-5
"""Own slope off the bounds, over the control's scale, below which it is at its best."""
_STEP = 0.3
"""Furthest a control moves in one step, share of the distance between its bounds."""
_STEPS = 60
_BLUR = 1e-3
"""Accuracy of slopes, share of the largest that are left: Newton's way is not worth more [DemboEisenstatSteihaug1982]."""
_TURNS = 30
"""Passes allowed in the search for the edges that a step ends at."""
_CONCAVE = -0.1
"""Own curvature, over scale, above which a control goes uphill as far as it may: no optimum lies inside."""
GRID = (0.005, 0.02)
"""Moves, both ways, that are tried in the proof, beside the bounds."""
APART = 1e-4
"""Difference of a control from which two ends are two."""
ASIDE = (0.3, -0.3)
"""Other starts of the search, added to the first, shares of the distance between the bounds."""
NO_GAIN = 1e-7
"""Gain, over a control's scale, that is none."""


class Bounds(NamedTuple):
    """Least and largest value of each control, c."""

    low: Array
    high: Array

    def clip(self, x: Array) -> Array:
        """Controls within the bounds."""
        return np.clip(x, self.low, self.high)


class Deviation(NamedTuple):
    """The most that a player would gain by another value of a control of its own, over the control's scale."""

    player: int
    control: int
    to: float
    gain: float


class GameEquilibrium(NamedTuple):
    """Where own slopes vanish, and the proof.

    x         c · steps: taken · flat: the largest own slope off the bounds
    best      the most profitable deviation of the grid; its gain is 0 or less in an equilibrium of that grid
    tried     deviations tried · starts: how far apart other starts ended, largest difference of any control, each
    outcome   "converged"; "no_equilibrium": somebody gains by moving; "several": starts end apart; "max_iterations";
              "cycle": of players that are offered something, the same come and go
    """

    x: Array
    steps: int
    flat: float
    best: Deviation
    tried: int
    starts: tuple[float, ...]
    outcome: Literal["converged", "no_equilibrium", "several", "max_iterations", "cycle"]


class Climb(NamedTuple):
    """Where players end: controls c, steps, the largest own slope off the bounds over scale, and how slopes bend, c c."""

    x: Array
    steps: int
    flat: float
    bent: Array


def climb_alone(
    payoffs: Payoffs, owner: Owners, bounds: Bounds, x: Array, scale: Array, bends: Bends | None = None,
    bent: Array | None = None,
) -> Climb:  # fmt: skip
    """Each player climbs its own payoff, all at once: Newton's steps on own slopes, projected on the bounds.

    x ← clip(x + d),   F + B d = 0 inside the bounds,   F = own slopes over scale, c,   B = ∂F/∂x, c c

    scale  c, what a rate of 1 is worth to its owner, about: slopes and curvatures are of the order 1 once divided by it
    bent   B to start with, where it is known about; else from bends, else diagonal, −max(|F|/step, 1)
    Ends where slopes are flat and the next step would be short, so that ends further apart than `APART` are two.
    B is updated by each step [Broyden1965], and taken anew from bends where a step did not halve the slopes. A step that
    doubles them is shortened and tried again.
    """
    x = bounds.clip(np.asarray(x, dtype=np.float64))
    slope = _own(payoffs, owner, x, _BLUR) / scale
    whole = _STEP * (bounds.high - bounds.low)
    part, fresh, k = 1.0, bent is None and bends is not None, 0
    if bent is None:
        bent = np.diag(-np.maximum(np.abs(slope) / whole, 1.0)) if bends is None else bends(x) / scale[:, None]
    while k < _STEPS:
        flat, move = _flat(slope, x, bounds), newton(x, slope, bent, bounds, part * whole)
        if flat < FLAT and np.abs(move).max() < APART / 10:
            break
        k += 1
        turned = _own(payoffs, owner, x + move, _BLUR * min(flat, 1.0)) / scale
        left = _flat(turned, x + move, bounds)
        if (size := float(move @ move)) > 0:
            bent = bent + np.outer(turned - slope - bent @ move, move) / size
        worse = left > 2 * flat and part > 1e-2
        if worse:
            part /= 4
        else:
            x, slope, part = bounds.clip(x + move), turned, min(1.0, 2 * part)
        if bends is not None and left > flat / 2 and not (worse and fresh):
            bent = bends(x) / scale[:, None]
            fresh = True
        else:
            fresh = fresh and worse
    return Climb(x, k, _flat(slope, x, bounds), bent)


def newton(x: Array, slope: Array, bent: Array, bounds: Bounds, reach: Array) -> Array:
    """The move d, c, after which nobody wants to move within the bounds and reach, slopes being F + B d.

    F + B d = 0 inside, ≥ 0 at the upper edge, ≤ 0 at the lower one; sets of active edges are found by turns
    [HintermuellerItoKunisch2002]. Where a payoff is not concave in its owner's control, that one goes uphill to the edge.
    """
    low, high = np.maximum(bounds.low - x, -reach), np.minimum(bounds.high - x, reach)
    own = np.diag(bent)
    convex = own > _CONCAVE
    move = np.where(convex, np.clip(np.sign(slope) * reach, low, high), 0.0)
    left, before = slope + bent @ move, None
    for _ in range(_TURNS):
        want = np.where(convex, move, move - left / np.where(convex, -1.0, own))
        up, down = ~convex & (want > high), ~convex & (want < low)
        held = convex | up | down
        move = np.where(up, high, np.where(down, low, move))
        if before is not None and (up == before[0]).all() and (down == before[1]).all():
            break
        before, free = (up, down), ~held
        rest = slope[free] + bent[np.ix_(free, held)] @ move[held]
        move[free] = np.linalg.lstsq(bent[np.ix_(free, free)], -rest, rcond=1e-10)[0]
        left = np.where(free, 0.0, slope + bent @ move)
    return np.asarray(np.clip(move, low, high))


def _own(payoffs: Payoffs, owner: Owners, x: Array, accuracy: float) -> Array:
    """Each control's slope in its owner's payoff, c."""
    _, slope = payoffs(x, accuracy)
    return np.asarray(slope[owner, np.arange(len(x))])


def _flat(slope: Array, x: Array, bounds: Bounds) -> float:
    """The largest own slope that a move inside the bounds would follow."""
    free = ~((x <= bounds.low) & (slope < 0)) & ~((x >= bounds.high) & (slope > 0))
    return float(np.abs(np.where(free, slope, 0.0)).max(initial=0.0))


def moves_tried(bounds: Bounds, x: Array) -> list[tuple[int, float]]:
    """Deviations of one control that are tried, control and value: moves of `GRID` both ways, and both bounds."""
    moves: list[tuple[int, float]] = []
    for c in range(len(x)):
        tried = {float(bounds.clip(x + d)[c]) for step in GRID for d in (step, -step)} | {bounds.low[c], bounds.high[c]}
        moves += [(c, v) for v in sorted(tried) if abs(v - x[c]) > 1e-9]
    return moves


def after_moves(x: Array, moves: Sequence[tuple[int, float]]) -> Array:
    """Controls n c: as they are, and after each move."""
    rows = np.repeat(x[None], len(moves) + 1, axis=0)
    for k, (c, v) in enumerate(moves):
        rows[k + 1, c] = v
    return rows


def best_of(moves: Sequence[tuple[int, float]], value: Array, owner: Owners, scale: Array) -> Deviation:
    """The most profitable of some moves, payoffs n p being those of `after_moves`."""
    gain = np.array([(value[k + 1, owner[c]] - value[0, owner[c]]) / scale[c] for k, (c, _) in enumerate(moves)])
    gain = np.where(np.isfinite(gain), gain, -np.inf)
    at = int(gain.argmax())
    c, to = moves[at]
    return Deviation(int(owner[c]), c, to, float(gain[at]))


def deviations(trials: Trials, owner: Owners, bounds: Bounds, x: Array, scale: Array) -> tuple[Deviation, int]:
    """The most profitable deviation of one control by its owner, over scale, and how many were tried."""
    moves = moves_tried(bounds, x)
    return best_of(moves, trials(after_moves(x, moves)), owner, scale), len(moves)


def other_starts(bounds: Bounds, start: Array, starts: tuple[float, ...] = ASIDE) -> tuple[Array, ...]:
    """Where else an equilibrium is sought from."""
    return tuple(start + move * (bounds.high - bounds.low) for move in starts)


def nash(
    payoffs: Payoffs, trials: Trials, owner: Owners, bounds: Bounds, start: Array, scale: Array, *,
    bends: Bends | None = None, starts: tuple[float, ...] = ASIDE,
) -> GameEquilibrium:  # fmt: skip
    """A Nash equilibrium from a start, proved on a grid of deviations, and sought again from other starts.

    scale, c, bends as in `climb_alone` · starts: added to the first, shares of the distance between the bounds
    """
    found = climb_alone(payoffs, owner, bounds, start, scale, bends)
    best, tried = deviations(trials, owner, bounds, found.x, scale)
    aside = other_starts(bounds, start, starts)
    others = [climb_alone(payoffs, owner, bounds, s, scale, bends, found.bent) for s in aside]
    return judged(found, best, tried, others)


def judged(found: Climb, best: Deviation, tried: int, others: Sequence[Climb]) -> GameEquilibrium:
    """Whether players end in an equilibrium: own slopes vanish, no deviation that was tried gains, and other starts end
    there too."""
    starts = tuple(float(np.abs(o.x - found.x).max()) if o.flat < FLAT else float("nan") for o in others)
    outcome: Literal["converged", "no_equilibrium", "several", "max_iterations"] = "converged"
    if found.flat >= FLAT:
        outcome = "max_iterations"
    elif best.gain > NO_GAIN:
        outcome = "no_equilibrium"
    elif any(d > APART for d in starts if np.isfinite(d)):
        outcome = "several"
    steps = found.steps + sum(o.steps for o in others)
    return GameEquilibrium(found.x, steps, found.flat, best, tried, starts, outcome)


def together(
    climb: Callable[[Array], tuple[float, Array]], bounds: Bounds, start: Array, weight: Array
) -> tuple[Array, int]:
    """The controls that raise one payoff most: L-BFGS-B on its exact gradient. Returns x and gradients taken.

    weight  c, > 0, about how much a rate of 1 is worth to that payoff: controls are stretched by its root, so that all curve
    alike
    """
    from scipy.optimize import minimize

    total = float(weight.sum())
    stretch = np.sqrt(np.maximum(weight / total, 1e-8))

    def down(y: Array) -> tuple[float, Array]:
        value, slope = climb(y / stretch)
        return -value / total, -slope / stretch / total

    pairs = list(zip(bounds.low * stretch, bounds.high * stretch, strict=True))
    found = minimize(down, bounds.clip(start) * stretch, jac=True, method="L-BFGS-B", bounds=pairs,
                     options={"ftol": 1e-13, "gtol": 1e-6, "maxiter": 200, "maxcor": 20})  # fmt: skip
    return bounds.clip(np.asarray(found.x) / stretch), int(found.nfev)
