"""Shocks along time: what each edit does to capacity, demand, links and target stocks in every step."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from xunhuan.data.accounts import Accounts
from xunhuan.data.arrays import Array
from xunhuan.errors import Problems
from xunhuan.models.edits.destruction import Destruction
from xunhuan.models.edits.primitives import Primitives, Theta, written
from xunhuan.models.edits.timed import Effect as Change
from xunhuan.models.edits.timed import Timed
from xunhuan.models.model import Shock
from xunhuan.models.propagation.booking import shipped_at_rest
from xunhuan.models.propagation.economy import Machine
from xunhuan.models.propagation.parameters import PropagationParameters
from xunhuan.models.propagation.rebuilding import damage
from xunhuan.models.propagation.state import Goods, LinkCells, Pressure

SAMPLES = 8
"""Midpoints of a step at which an edit's strength is averaged; exact for periods that begin and end with a step."""


@dataclass(frozen=True, eq=False)
class Course:
    """One timed edit: where it acts, the full change it makes, and its strength in [0, 1] at every step.

    change    kind, places and size, as the edit says · strength: one number a step
    """

    change: Change
    strength: Array


@dataclass(frozen=True, eq=False)
class Timeline:
    """All effects of a shock, with what lasts the whole run folded into `lasting`.

    at_rest  base flows i r s per day, against which throttled links are measured
    """

    lasting: Pressure
    effects: tuple[Course, ...]
    at_rest: Array
    notes: tuple[str, ...]


def timeline(accounts: Accounts, shock: Shock, e: Machine, p: PropagationParameters) -> tuple[Timeline, Machine]:
    """The timeline of a shock, and the economy with lasting price changes in it.

    Lasting edits act from day 0: a ban closes links, productivity moves capacity, final demand moves demand, trade costs,
    tariffs and export taxes pull sourcing away at the speed of substitution, at the elasticity it moves towards. Edits of
    other primitives have no short-run effect here and are named in the notes.
    Raises BadInput collecting every edit with unknown places, a period outside the run or a value out of range.
    """
    flat = np.full(accounts.S, p.elasticity_long)
    at_rest = shipped_at_rest(e)
    effects: list[Course] = []
    problems = Problems("the shock cannot be applied")
    prim = written(accounts, shock, problems, Theta(flat, flat)).close(problems)
    for edit in shock.timed:
        wrongs = [str(w) for w in edit.check(accounts)]
        wrongs += [f"{w.what} ({w.fix})" if w.fix else w.what for w in p.fits(edit)]
        if not isinstance(edit, Timed | Destruction):
            wrongs.append("is not an edit this model knows")
        if wrongs:
            problems.add(f"`{edit}`: {'; '.join(wrongs)}")
        elif isinstance(edit, Timed):
            effects += [Course(c, _strengths(edit, p)) for c in edit.apply(accounts)]
    problems.raise_if(where=shock.name or accounts.name)
    e = replace(e, damage=damage(accounts, shock.of(Destruction), p.step_days))
    lasting = _lasting(prim, e)
    notes = _notes(shock, p)
    return Timeline(lasting, tuple(effects), at_rest, notes), _pulled(e, accounts, prim, p)


def _lasting(prim: Primitives, e: Machine) -> Pressure:
    banned = np.isinf(prim.trade_cost).transpose(2, 0, 1) & (e.rest.share > 0)
    cells: LinkCells | None = _cells(banned) if banned.any() else None
    return Pressure(
        capacity=prim.productivity,
        demand=prim.final_demand,
        cells=cells,
        room=np.zeros(int(banned.sum())) if cells is not None else None,
    )


def _pulled(e: Machine, accounts: Accounts, prim: Primitives, p: PropagationParameters) -> Machine:
    kappa = prim.trade_cost * (1 + prim.tariff) / (1 + accounts.tariff) * (1 + prim.export_tax)
    if p.substitution and (kappa != 1).any():
        return replace(e, pull=e.rest.share * np.ascontiguousarray((kappa**-p.elasticity_long).transpose(2, 0, 1)))
    return e


READ = ("trade_cost", "tariff", "productivity", "final_demand", "export_tax", "demand_shift", "routes")
"""Kinds of lasting edits with an effect here."""


def _notes(shock: Shock, p: PropagationParameters) -> tuple[str, ...]:
    idle = [e for e in shock.lasting if e.kind not in READ]
    out = [f"{edit}: no effect in the short run of this model" for edit in idle]
    if not p.substitution and len(idle) < len(shock.lasting):
        out.append("without substitution, finite trade costs, tariffs and export taxes have no effect in the short run")
    return tuple(out)


def _strengths(edit: Timed, p: PropagationParameters) -> Array:
    """Mean strength of an edit in every step."""
    k = np.arange(p.steps)[:, None] + (np.arange(SAMPLES) + 0.5) / SAMPLES
    return np.asarray(edit.strength(k * p.step_days).mean(axis=1))


def _cells(mask: NDArray[np.bool_]) -> LinkCells:
    i, r, s = np.nonzero(mask)
    return i, r, s


def pressure(tl: Timeline, k: int) -> Pressure:
    """What the shocks do to step k. Overlapping edits multiply what each leaves: 0.5 and 0.5 leave 0.25."""
    p = tl.lasting
    arrays: dict[str, Array] = {"capacity": p.capacity, "demand": p.demand}
    links: Array | None = None
    for e in tl.effects:
        if e.strength[k] == 0:
            continue
        kind, where = e.change.kind, e.change.where
        ratio = 1.0 + e.change.change * float(e.strength[k])
        if kind in ("capacity", "demand", "target"):
            arrays[kind] = arrays.get(kind, np.ones_like(p.demand)).copy()
            arrays[kind][where] *= ratio
        elif kind == "link":
            links = np.ones_like(tl.at_rest) if links is None else links
            links[where] *= ratio
    cells, room = _open(tl, p, links)
    tilted, tilt = _tilts(tl, k)
    return Pressure(arrays["capacity"], arrays["demand"], arrays.get("target"), cells, room, tilted, tilt)


def _tilts(tl: Timeline, k: int) -> tuple[Goods | None, Array | None]:
    """Goods of which final users want more or less of certain origins, and by what ratio, axes g r s."""
    found = [e for e in tl.effects if e.change.kind == "tilt" and e.strength[k] > 0]
    if not found:
        return None, None
    goods = np.unique(np.concatenate([e.change.where[0] for e in found]))
    tilt = np.ones((len(goods), *tl.at_rest.shape[1:]))
    for e in found:
        i, r, s = e.change.where
        tilt[np.ix_(np.searchsorted(goods, i), r, s)] *= 1.0 + e.change.change * float(e.strength[k])
    return goods, tilt


def _open(tl: Timeline, p: Pressure, links: Array | None) -> tuple[LinkCells | None, Array | None]:
    """Throttled links as places and room; a lasting ban stays shut whatever else happens to the link."""
    if links is None:
        return p.cells, p.room
    banned = np.zeros(links.shape, dtype=bool)
    if p.cells is not None:
        banned[p.cells] = True
    cells = _cells((links < 1) | banned)
    return cells, np.where(banned[cells], 0.0, links[cells]) * tl.at_rest[cells]


def steady(tl: Timeline, k: int) -> bool:
    """True where step k feels exactly what step k − 1 felt, so that its pressure can be kept."""
    return k > 0 and all(e.strength[k] == e.strength[k - 1] for e in tl.effects)
