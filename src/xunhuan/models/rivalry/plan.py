"""Who should build what: the nation's plan, a mixed-integer programme solved with a proven gap."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from xunhuan.data.arrays import Array
from xunhuan.errors import NotConverged
from xunhuan.models.rivalry.cities import Game, national_cost, outlay, unit_cost_at
from xunhuan.models.rivalry.race import Race, Whole, race, staffing

SWEEPS = 4
"""Times the nation's experience is worked out anew from the plan before."""
SECONDS = 60.0
"""After which a programme ends with the gap it has."""


@dataclass(frozen=True, eq=False)
class Plan:
    """The lines that cost the nation least.

    lines  c k, number · gap: proven distance of the programme's cost from its least, share · whole: no limit of time was hit
    polished  bn USD a year that best responses of cities with the nation's mind took off at the end
    """

    lines: Whole
    gap: float
    whole: bool
    sweeps: int
    polished: float


def plan(g: Game, seconds: float = SECONDS) -> Plan:
    """The plan: min C, each city's engineers being enough, Σ_k h[k] K[c,k] ≤ H[c].

    Each number of lines of each city and stage is a choice of its own, with its exact cost at the nation's experience; that is
    the plan's own, found in a few sweeps. Best responses of cities that have the nation's mind (φ = 1) polish the end: they
    know how each choice moves everybody's experience.

    Raises NotConverged where the programme ends without a plan.
    """
    made, lines, gap, whole, sweep = g.need.copy(), np.zeros((g.C, g.K), dtype=np.intp), 0.0, True, 0
    best: Whole | None = None
    for sweep in range(1, SWEEPS + 1):
        lines, gap, ended = _programme(g, made, seconds)
        whole = whole and ended
        if best is None or national_cost(g, lines).sum() < national_cost(g, best).sum():
            best = lines
        new = np.minimum((g.line * lines).sum(0), g.need)
        if np.allclose(new, made):
            break
        made = new
    assert best is not None
    end = obedient(g, best)
    saved = float(national_cost(g, best).sum() - national_cost(g, end.lines).sum())
    return Plan(end.lines, gap, whole, sweep, saved)


def obedient(g: Game, start: Whole) -> Race:
    """Best responses of cities that all have the nation's mind, from a start."""
    return race(g._replace(compliance=np.ones(g.C)), start)


def _programme(g: Game, made: Array, seconds: float) -> tuple[Whole, float, bool]:
    """Multiple choice z[m,c,k] and imports, given what the nation makes (k); a city's lines run full."""
    from scipy.optimize import Bounds, LinearConstraint, milp

    most = g.largest + 1
    number = np.arange(most, dtype=np.float64)[:, None, None] * np.ones((most, g.C, g.K))
    sold = g.line * number
    home = g.experience.sum(0) + g.reach / 2 * made
    cost = outlay(g, number) + unit_cost_at(g, g.experience + g.reach / 2 * sold, home) * sold
    size = most * g.C * g.K
    found = milp(
        np.concatenate([cost.ravel(), np.ones(g.K)]),
        constraints=LinearConstraint(*_constraints(g, number)),
        integrality=np.concatenate([np.ones(size), np.zeros(g.K)]),
        bounds=Bounds(0.0, np.concatenate([np.ones(size), np.full(g.K, np.inf)])),
        options={"time_limit": seconds, "mip_rel_gap": 1e-6},
    )
    if found.x is None:
        raise NotConverged("no plan was found", where=str(found.message), fix="lower the need, or give more engineers")
    lines = np.rint((found.x[:size].reshape(number.shape) * number).sum(0)).astype(np.intp)
    return lines, float(found.mip_gap or 0.0), found.status == 0


def _constraints(g: Game, number: Array) -> tuple[object, Array, Array]:
    """One choice a city and stage; engineers; the need met at home or by imports, and no line that would stand still whole."""
    from scipy.sparse import coo_array, vstack

    weight, room = staffing(g)
    size = number.size
    at = np.arange(size).reshape(number.shape)
    m, c, k = (a.ravel() for a in np.indices(number.shape))
    one = coo_array((np.ones(size), (c * g.K + k, at.ravel())), shape=(g.C * g.K, size + g.K))
    staff = coo_array((weight[k] * m * 1.0, (c, at.ravel())), shape=(g.C, size + g.K))
    made = coo_array((g.line[k] * m, (k, at.ravel())), shape=(g.K, size + g.K))
    bought = coo_array((np.ones(g.K), (np.arange(g.K), size + np.arange(g.K))), shape=(g.K, size + g.K))
    ones, low = np.ones(g.C * g.K), np.full(g.C, -np.inf)
    lower = np.concatenate([ones, low, g.need, np.zeros(g.K)])
    upper = np.concatenate([ones, room.astype(float), np.full(g.K, np.inf), g.need + g.line])
    return vstack([one, staff, made + bought, made]).tocsr(), lower, upper
