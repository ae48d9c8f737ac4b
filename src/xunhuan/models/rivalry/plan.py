"""Who should build what: the nation's plan, a mixed-integer programme solved with a proven gap."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from xunhuan.data.arrays import Array
from xunhuan.errors import NotConverged
from xunhuan.models.rivalry.cities import Game, line_cost, line_cost_at, national_cost, outlay, sales
from xunhuan.models.rivalry.race import Race, Whole, race, staffing

_SWEEPS = 4
"""Times the nation's experience is worked out anew from the plan before."""
GAP = 1e-3
"""Proven distance from the least cost at which a programme ends, share."""
SECONDS = 60.0
"""After which a programme ends with the gap it has."""
LISTED_PROFILES = 2000
"""Profiles of the cities' lines of one stage up to which all are listed, each with its exact cost."""


@dataclass(frozen=True, eq=False)
class CityPlan:
    """The lines that cost the nation least.

    lines  c k, number · gap: proven distance of the programme's cost from its least, share · whole: no limit of time was hit
    polished  bn USD a year that best responses of cities with the nation's mind took off at the end
    """

    lines: Whole
    gap: float
    whole: bool
    sweeps: int
    polished: float


_kept: dict[bytes, CityPlan] = {}
_KEPT = 64


def kept_plan(g: Game) -> CityPlan:
    """The plan, kept for the next question: what cities look to has no part in it."""
    minds = ("keep", "share", "promotion", "compliance")
    key = b"|".join(np.asarray(v).tobytes() for name, v in g._asdict().items() if name not in minds)
    found = _kept.get(key)
    if found is None:
        found = plan(g)
        if len(_kept) >= _KEPT:  # only now: another thread may have asked the same meanwhile
            _kept.clear()
        _kept[key] = found
    return found


def plan(g: Game, seconds: float = SECONDS) -> CityPlan:
    """The plan: min C, each city's engineers being enough, Σ_k h[k] K[c,k] ≤ H[c].

    Where all profiles of a stage can be listed it is exact; else `plan_of_many`. Raises NotConverged where a programme ends
    without a plan.
    """
    if (g.largest + 1) ** g.C <= LISTED_PROFILES and (listed := _listed(g, seconds)) is not None:
        return listed
    return plan_of_many(g, seconds)


def plan_of_many(g: Game, seconds: float = SECONDS) -> CityPlan:
    """The plan of many cities.

    Each number of lines of each city and stage is a choice of its own, with its exact cost at the nation's experience, and
    what the last line of a stage makes beyond the need is taken off at the mean cost of a unit; both are the plan's own,
    found in a few sweeps. Exact moves polish the end, until none lowers the cost: any other lines of one city, and lines
    of a stage that go from one city to another. Two cities that would change stages with each other are not tried.

    Raises NotConverged where the programme ends without a plan.
    """
    made, unit, gap, whole, sweep = g.need.copy(), g.unit.copy(), 0.0, True, 0
    lines = np.zeros((g.C, g.K), dtype=np.intp)
    best: Whole | None = None
    while sweep < _SWEEPS:
        sweep += 1
        last = lines
        lines, gap, ended = _programme(g, made, unit, seconds)
        whole = whole and ended
        if best is None or national_cost(g, lines).sum() < national_cost(g, best).sum():
            best = lines
        sold = sales(g, lines)
        new = sold.sum(0)
        dear = np.divide((line_cost(g, sold) * sold).sum(0), new, out=g.unit.copy(), where=new > 0)
        if (lines == last).all() or (np.allclose(new, made) and np.allclose(dear, unit, rtol=1e-3)):
            break
        made, unit = new, dear
    assert best is not None
    end = _polished(g, best)
    saved = float(national_cost(g, best).sum() - national_cost(g, end).sum())
    return CityPlan(end, gap, whole, sweep, saved)


def _listed(g: Game, seconds: float) -> CityPlan | None:
    """The plan where each profile n[c] of a stage is a choice of its own with its exact cost; None where time was over.

    min Σ_k Σ_p z[p,k] C_k(n_p),   Σ_p z[p,k] = 1,   Σ_k Σ_p h[k] n_p[c] z[p,k] ≤ H[c]        Stages share engineers alone.
    """
    from scipy.optimize import Bounds, LinearConstraint, milp

    profiles = np.indices((g.largest + 1,) * g.C).reshape(g.C, -1)  # c p
    cost = national_cost(g, np.repeat(profiles.T[:, :, None], g.K, axis=2))  # p k
    weight, room = staffing(g)
    one = np.tile(np.eye(g.K), len(cost))
    staff = (profiles[:, :, None] * weight).reshape(g.C, -1)
    found = milp(
        cost.ravel(),
        constraints=[LinearConstraint(one, 1, 1), LinearConstraint(staff, -np.inf, room)],
        integrality=np.ones(cost.size, dtype=np.intp),
        bounds=Bounds(0, 1),
        options={"time_limit": seconds, "mip_rel_gap": 0.0},
    )
    if found.status != 0:
        return None
    chosen = found.x.reshape(cost.shape).argmax(0)
    return CityPlan(profiles[:, chosen].astype(np.intp), 0.0, True, 1, 0.0)


def _polished(g: Game, lines: Whole) -> Whole:
    """The same after all moves that lower the nation's cost: another answer of a city, lines that go to another city."""
    while True:
        end = obedient(g, lines).lines
        better = _exchanged(g, end)
        if better is None:
            return end
        lines = better


def _exchanged(g: Game, lines: Whole) -> Whole | None:
    """The cheapest profile in which some lines of a stage have gone from one city to another; None where none is cheaper."""
    weight, room = staffing(g)
    tried = []
    for k in range(g.K):
        for a in np.flatnonzero(lines[:, k]):
            for b in range(g.C):
                for m in range(1, min(int(lines[a, k]), g.largest - int(lines[b, k])) + 1) if a != b else ():
                    tried.append(lines.copy())
                    tried[-1][a, k] -= m
                    tried[-1][b, k] += m
    if not tried:
        return None
    every = np.stack(tried)
    every = every[((every @ weight) <= room).all(1)]
    cost = national_cost(g, every).sum(1)
    if not len(cost) or cost.min() >= national_cost(g, lines).sum() - 1e-9:
        return None
    return np.asarray(every[int(cost.argmin())])


def obedient(g: Game, start: Whole) -> Race:
    """Best responses of cities that all have the nation's mind, from a start."""
    return race(g._replace(compliance=np.ones(g.C)), start)


def _programme(g: Game, made: Array, unit: Array, seconds: float) -> tuple[Whole, float, bool]:
    """Multiple choice z[m,c,k], imports, what is made beyond the need; given what the nation makes and a unit costs, k."""
    from scipy.optimize import Bounds, milp

    most = g.largest + 1
    number = np.arange(most, dtype=np.float64)[:, None, None] * np.ones((most, g.C, g.K))
    sold = g.line * number
    home = g.experience.sum(0) + g.reach / 2 * made
    cost = outlay(g, number) + line_cost_at(g, g.experience + g.reach / 2 * sold, home) * sold
    size = most * g.C * g.K
    found = milp(
        np.concatenate([cost.ravel(), np.ones(g.K), -unit]),
        constraints=_constraints(g, number),
        integrality=np.concatenate([np.ones(size), np.zeros(2 * g.K)]),
        bounds=Bounds(0.0, np.concatenate([np.ones(size), np.full(g.K, np.inf), g.line])),
        options={"time_limit": seconds, "mip_rel_gap": GAP},
    )
    if found.x is None and found.status == 1:  # its time is over before it found a plan: none is built, all is imported
        return np.zeros((g.C, g.K), dtype=np.intp), 1.0, False
    if found.x is None:
        raise NotConverged("no plan was found", where=str(found.message), fix="lower the need, or give more engineers")
    lines = np.rint((found.x[:size].reshape(number.shape) * number).sum(0)).astype(np.intp)
    return lines, float(found.mip_gap or 0.0), found.status == 0


def _constraints(g: Game, number: Array) -> Any:
    """One choice a city and stage; engineers; home and imports, less what is beyond it (a line at most), are the need."""
    from scipy.optimize import LinearConstraint
    from scipy.sparse import coo_array, vstack

    weight, room = staffing(g)
    size = number.size
    at = np.arange(size).reshape(number.shape)
    m, c, k = (a.ravel() for a in np.indices(number.shape))
    wide = size + 2 * g.K
    stages = np.arange(g.K)
    one = coo_array((np.ones(size), (c * g.K + k, at.ravel())), shape=(g.C * g.K, wide))
    staff = coo_array((weight[k] * m * 1.0, (c, at.ravel())), shape=(g.C, wide))
    made = coo_array((g.line[k] * m, (k, at.ravel())), shape=(g.K, wide))
    bought = coo_array((np.ones(g.K), (stages, size + stages)), shape=(g.K, wide))
    beyond = coo_array((np.ones(g.K), (stages, size + g.K + stages)), shape=(g.K, wide))
    ones, low = np.ones(g.C * g.K), np.full(g.C, -np.inf)
    lower = np.concatenate([ones, low, g.need])
    upper = np.concatenate([ones, room.astype(float), g.need])
    return LinearConstraint(vstack([one, staff, made + bought - beyond]).tocsr(), lower, upper)
