"""Nash equilibria of smooth payoffs in bounded controls, proved by trial; knows no economics.

Letters: p player, c control. Every control has one owner.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from xunhuan.data.arrays import Array

Payoffs = Callable[[Array], tuple[Array, Array]]
"""Controls c to payoffs p and their derivatives in each control, p c."""
Trials = Callable[[Array], Array]
"""Many controls n c to payoffs n p; nan where there are none."""
Owners = NDArray[np.intp]

FLAT = 1e-5
"""Own slope off the bounds, over the control's scale, below which it is at its best."""
_STEP = 0.1
"""Furthest a control moves in one step, share of the distance between its bounds."""
_STEPS = 60
GRID = (0.005, 0.02)
"""Moves, both ways, that are tried in the proof, beside the bounds."""
MEMORY = 6
"""Steps that the acceleration remembers."""


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
    outcome   "converged"; "no_equilibrium": somebody gains by moving; "several": starts end apart; "max_iterations"
    """

    x: Array
    steps: int
    flat: float
    best: Deviation
    tried: int
    starts: tuple[float, ...]
    outcome: Literal["converged", "no_equilibrium", "several", "max_iterations"]


class Climb(NamedTuple):
    """Where players end: controls c, steps, the largest own slope off the bounds over scale, and the curvatures found, c."""

    x: Array
    steps: int
    flat: float
    curve: Array


def climb_alone(
    payoffs: Payoffs, owner: Owners, bounds: Bounds, x: Array, scale: Array, curve: Array | None = None
) -> Climb:
    """Each player climbs its own payoff: Newton's steps with a diagonal secant, projected on the bounds, accelerated.

    x ← clip(x − clip(F/D, ±step)),   F = own slopes over scale, c,   D < 0 from secants of F, at first −max(|F|/step, 1)

    scale  c, what a rate of 1 is worth to its owner, about: slopes and curvatures are of the order 1 once divided by it
    The acceleration (Anderson's, on the same map) joins in after the first steps; a step of it that raises the slopes is
    dropped. curve: D to start with, where it is known about.
    """
    x = bounds.clip(np.asarray(x, dtype=np.float64))
    slope = _own(payoffs, owner, x) / scale
    reach = _STEP * (bounds.high - bounds.low)
    curve = -np.maximum(np.abs(slope) / reach, 1.0) if curve is None else curve
    past: list[tuple[Array, Array]] = []
    k = 0
    for k in range(1, _STEPS + 1):
        if _flat(slope, x, bounds) < FLAT:
            return Climb(x, k - 1, _flat(slope, x, bounds), curve)
        plain = bounds.clip(x - np.clip(slope / curve, -reach, reach))
        past = [*past[-MEMORY:], (x, plain - x)]
        new = _mixed(past, bounds, reach) if k > 3 else plain
        turned = _own(payoffs, owner, new) / scale
        if k > 3 and _flat(turned, new, bounds) > 2 * _flat(slope, x, bounds):
            new, past = plain, past[-1:]
            turned = _own(payoffs, owner, new) / scale
        move = new - x
        secant = np.divide(turned - slope, move, out=np.full_like(move, np.nan), where=np.abs(move) > 1e-7)
        learnt = np.isfinite(secant) & (secant < -0.1)
        curve = np.where(learnt, np.clip(secant, 4 * curve, curve / 4), curve)
        x, slope = new, turned
    return Climb(x, k, _flat(slope, x, bounds), curve)


def _own(payoffs: Payoffs, owner: Owners, x: Array) -> Array:
    """Each control's slope in its owner's payoff, c."""
    _, slope = payoffs(x)
    return np.asarray(slope[owner, np.arange(len(x))])


def _flat(slope: Array, x: Array, bounds: Bounds) -> float:
    """The largest own slope that a move inside the bounds would follow."""
    free = ~((x <= bounds.low) & (slope < 0)) & ~((x >= bounds.high) & (slope > 0))
    return float(np.abs(np.where(free, slope, 0.0)).max(initial=0.0))


def _mixed(past: list[tuple[Array, Array]], bounds: Bounds, reach: Array) -> Array:
    """Anderson's step of type II over the steps remembered [WalkerNi2011]."""
    x, r = past[-1]
    steps = np.array([b[0] - a[0] for a, b in pairwise(past)])
    turns = np.array([b[1] - a[1] for a, b in pairwise(past)])
    gram = turns @ turns.T
    mix = np.linalg.solve(gram + 1e-10 * max(float(np.trace(gram)), 1e-300) * np.eye(len(gram)), turns @ r)
    forward = r - mix @ steps - mix @ turns
    return bounds.clip(x + np.clip(forward, -2 * reach, 2 * reach))


def deviations(trials: Trials, owner: Owners, bounds: Bounds, x: Array, scale: Array) -> tuple[Deviation, int]:
    """The most profitable deviation of one control by its owner, over scale: moves of `GRID` both ways, and both bounds."""
    moves: list[tuple[int, float]] = []
    for c in range(len(x)):
        tried = {float(bounds.clip(x + d)[c]) for step in GRID for d in (step, -step)} | {bounds.low[c], bounds.high[c]}
        moves += [(c, v) for v in sorted(tried) if abs(v - x[c]) > 1e-9]
    rows = np.repeat(x[None], len(moves) + 1, axis=0)
    for k, (c, v) in enumerate(moves):
        rows[k + 1, c] = v
    value = trials(rows)
    gain = np.array([(value[k + 1, owner[c]] - value[0, owner[c]]) / scale[c] for k, (c, _) in enumerate(moves)])
    gain = np.where(np.isfinite(gain), gain, -np.inf)
    at = int(gain.argmax())
    c, to = moves[at]
    return Deviation(int(owner[c]), c, to, float(gain[at])), len(moves)


def nash(
    payoffs: Payoffs, trials: Trials, owner: Owners, bounds: Bounds, start: Array, scale: Array, *,
    starts: tuple[float, ...] = (0.3, -0.3), apart: float = 1e-3, least: float = 1e-7,
) -> GameEquilibrium:  # fmt: skip
    """A Nash equilibrium from a start, proved on a grid of deviations, and sought again from other starts.

    scale, c, as in `climb_alone` · starts: added to the first, shares of the distance
    between the bounds · apart: difference of a control from which two ends are two
    least  gain, over scale, that is none
    """
    x, steps, flat, curve = climb_alone(payoffs, owner, bounds, start, scale)
    best, tried = deviations(trials, owner, bounds, x, scale)
    others = []
    for move in starts:
        other = climb_alone(payoffs, owner, bounds, start + move * (bounds.high - bounds.low), scale, curve)
        steps += other.steps
        others.append(float(np.abs(other.x - x).max()) if other.flat < FLAT else float("nan"))
    outcome: Literal["converged", "no_equilibrium", "several", "max_iterations"] = "converged"
    if flat >= FLAT:
        outcome = "max_iterations"
    elif best.gain > least:
        outcome = "no_equilibrium"
    elif any(d > apart for d in others if np.isfinite(d)):
        outcome = "several"
    return GameEquilibrium(x, steps, flat, best, tried, tuple(others), outcome)


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
