"""Shocks along time: what each edit does to capacity, demand, links and target stocks in every step."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from xunhuan.data.accounts import Accounts
from xunhuan.errors import BadInput, Problems, XunhuanError
from xunhuan.models.contract import (
    CapacityLoss,
    DemandChange,
    GatewayClosure,
    LinkCut,
    MobilityCost,
    Primitives,
    Shock,
    Stockpile,
    Subsidy,
    TimedEdit,
    bilateral,
    primitives,
)
from xunhuan.models.propagation.booking import shipped_at_rest
from xunhuan.models.propagation.economy import Economy
from xunhuan.models.propagation.parameters import PropagationParameters
from xunhuan.models.propagation.state import Cells, Goods, Pressure

Array = NDArray[np.float64]
SAMPLES = 8
"""Midpoints of a step at which an edit's strength is averaged; exact for periods that begin and end with a step."""


@dataclass(frozen=True, eq=False)
class Effect:
    """One timed edit: where it acts, the full change it makes, and its strength in [0, 1] at every step.

    kind   "capacity" or "demand" or "target" (places r i or s i), "link" (places i r s) or
           "tilt" (goods, origins, destinations)
    """

    kind: str
    where: tuple[NDArray[np.intp], ...]
    change: float
    strength: Array


@dataclass(frozen=True, eq=False)
class Timeline:
    """All effects of a shock, with what lasts the whole run folded into `lasting`.

    at_rest  base flows i r s per day, against which throttled links are measured
    """

    lasting: Pressure
    effects: tuple[Effect, ...]
    at_rest: Array
    notes: tuple[str, ...]


def remaining(t: Array, edit: TimedEdit) -> Array:
    """Strength of an edit at day t: 1 from start to end, then what its recovery law leaves, 0 before.

    u = (t − end)/recovery_days.  none: 0.  linear: 1 − u.  exponential: e^(−3u) (95% made good at u = 1).
    logistic: (σ(5 − 10u) − σ(−5)) / (σ(5) − σ(−5)), half made good at u = ½.  A curve (c_1 ... c_n): c_k of the loss is made
    good at u = k/n, straight lines between.

    >>> cut = LinkCut("a", "b", start=0, end=10, recovery="linear", recovery_days=20)
    >>> remaining(np.array([-1.0, 5.0, 20.0, 31.0]), cut).tolist()
    [0.0, 1.0, 0.5, 0.0]
    """
    law, days = getattr(edit, "recovery", "none"), getattr(edit, "recovery_days", 0.0)
    start, end = getattr(edit, "start"), getattr(edit, "end")  # noqa: B009 - every timed edit has a period
    u = np.clip((t - end) / days, 0.0, None) if days > 0 else np.zeros_like(t)
    inside = np.minimum(u, 1.0)
    if isinstance(law, tuple):
        after = 1.0 - np.interp(inside, np.linspace(0, 1, len(law) + 1), [0.0, *law])
    elif law == "linear":
        after = 1.0 - inside
    elif law == "exponential":
        after = np.exp(-3.0 * u)
    elif law == "logistic":
        low, high = 1 / (1 + np.exp(5.0)), 1 / (1 + np.exp(-5.0))
        after = (1 / (1 + np.exp(10.0 * inside - 5.0)) - low) / (high - low)
    else:
        after = np.zeros_like(t)
    return np.where(t < start, 0.0, np.where(t < end, 1.0, after))


def timeline(accounts: Accounts, shock: Shock, e: Economy, p: PropagationParameters) -> tuple[Timeline, Economy]:
    """The timeline of a shock, and the economy with lasting price changes in it.

    Lasting edits act from day 0: a ban closes links, productivity moves capacity, final demand moves demand, trade costs,
    tariffs and export taxes pull sourcing away at the speed of substitution. Subsidies and mobility costs have no
    short-run effect here and are named in the notes.
    Raises BadInput collecting every edit with unknown places, a period outside the run or a value out of range.
    """
    prim = primitives(accounts, shock)
    at_rest = shipped_at_rest(e)
    effects: list[Effect] = []
    problems = Problems("the shock cannot be applied")
    for k, edit in enumerate(shock.timed):
        wrongs = _wrongs(accounts, edit, p.horizon_days)
        try:
            effects += [] if wrongs else _effects(accounts, edit, p)
        except XunhuanError as err:
            wrongs = [_told(err)]
        if wrongs:
            problems.add(f"timed edit {k + 1} {edit.describe()}: {'; '.join(wrongs)}")
    problems.raise_if(where=shock.name or accounts.name)
    lasting = _lasting(prim, e)
    notes = _notes(shock, p)
    return Timeline(lasting, tuple(effects), at_rest, notes), _pulled(e, accounts, prim, p)


def _lasting(prim: Primitives, e: Economy) -> Pressure:
    banned = np.isinf(prim.trade_cost).transpose(2, 0, 1) & (e.rest.share > 0)
    cells: Cells | None = _cells(banned) if banned.any() else None
    return Pressure(
        capacity=prim.productivity,
        demand=prim.final_demand,
        cells=cells,
        room=np.zeros(int(banned.sum())) if cells is not None else None,
    )


def _pulled(e: Economy, accounts: Accounts, prim: Primitives, p: PropagationParameters) -> Economy:
    kappa = prim.trade_cost * (1 + prim.tariff) / (1 + accounts.tariff) * (1 + prim.export_tax)
    if p.substitution and (kappa != 1).any():
        return replace(e, pull=e.rest.share * np.ascontiguousarray((kappa**-p.elasticity_long).transpose(2, 0, 1)))
    return e


def _notes(shock: Shock, p: PropagationParameters) -> tuple[str, ...]:
    out = [
        f"{edit.describe()}: no effect in the short run of this model"
        for edit in shock.long_run
        if isinstance(edit, Subsidy | MobilityCost)
    ]
    if not p.substitution and any(not isinstance(x, Subsidy | MobilityCost) for x in shock.long_run):
        out.append("without substitution, finite trade costs, tariffs and export taxes have no effect in the short run")
    return tuple(out)


def _effects(accounts: Accounts, edit: TimedEdit, p: PropagationParameters) -> list[Effect]:
    k = np.arange(p.steps)[:, None] + (np.arange(SAMPLES) + 0.5) / SAMPLES
    strength = remaining(k * p.step_days, edit).mean(axis=1)
    g, sec, home = accounts.geography, accounts.sectors, accounts.home

    def places(regions: object, sectors: object) -> tuple[NDArray[np.intp], ...]:
        return np.ix_(g.select(regions, home), sec.select(sectors))  # type: ignore[arg-type]

    if isinstance(edit, CapacityLoss):
        return [Effect("capacity", places(edit.regions, edit.sectors), -edit.loss, strength)]
    if isinstance(edit, Stockpile):
        return [Effect("target", places(edit.regions, edit.sectors), edit.factor - 1, strength)]
    if isinstance(edit, DemandChange):
        if edit.origin == "all":
            return [Effect("demand", places(edit.regions, edit.sectors), edit.change, strength)]
        r, s, i = bilateral(accounts, edit.origin, edit.regions, edit.sectors)
        return [Effect("tilt", (i.ravel(), r.ravel(), s.ravel()), edit.change, strength)]
    mask = np.zeros((accounts.R, accounts.R, accounts.S), dtype=bool)
    if isinstance(edit, LinkCut):
        mask[bilateral(accounts, edit.origin, edit.destination, edit.sectors)] = True
        mask[np.arange(accounts.R), np.arange(accounts.R)] = False
    elif isinstance(edit, GatewayClosure):
        inside = g.select(edit.regions, home)
        mask[np.ix_(inside, np.arange(accounts.R), sec.select(edit.sectors))] = True
        mask[np.ix_(np.arange(accounts.R), inside, sec.select(edit.sectors))] = True
        mask &= ~g.same_nation[:, :, None]
    else:
        raise BadInput(f"{type(edit).__name__} is not an edit this model knows")
    mask &= accounts.flow > 0
    if not mask.any():
        raise BadInput(
            "the edit touches no link that carries anything", fix="name another origin, destination or sector"
        )
    return [Effect("link", _cells(mask.transpose(2, 0, 1)), -edit.loss, strength)]


def _cells(mask: NDArray[np.bool_]) -> Cells:
    i, r, s = np.nonzero(mask)
    return i, r, s


def _wrongs(accounts: Accounts, edit: TimedEdit, horizon: float) -> list[str]:
    """All that is wrong with an edit's period, size, recovery and places."""
    out = []
    start, end = getattr(edit, "start"), getattr(edit, "end")  # noqa: B009
    if not 0 <= start < end:
        out.append(f"the period from day {start:g} to day {end:g} is empty or begins before the run (0 <= start < end)")
    if end > horizon:
        out.append(
            f"the period ends on day {end:g}, the run on day {horizon:g} (lengthen horizon_days or end it sooner)"
        )
    bounds: dict[str, tuple[float, float]] = {"loss": (0, 1), "change": (-1, 1e3), "factor": (0, 1e3)}
    for name, (low, high) in bounds.items():
        value = getattr(edit, name, low)
        if not low <= value <= high:
            out.append(f"{name} = {value!r} is out of range ({low:g} <= {name} <= {high:g})")
    law, days = getattr(edit, "recovery", "none"), getattr(edit, "recovery_days", 0.0)
    if isinstance(law, tuple):
        if not law or any(not 0 <= c <= 1 for c in law):
            out.append(
                "a recovery curve is a list of shares made good (values in [0, 1], at equal steps of recovery_days)"
            )
    elif law not in ("none", "linear", "exponential", "logistic"):
        out.append(f"unknown recovery {law!r} (none, linear, exponential, logistic or a list of shares made good)")
    if law != "none" and not days > 0:
        out.append("a recovery needs recovery_days > 0 (give the days it takes)")
    for name in ("regions", "origin", "destination", "sectors"):
        try:
            if name == "sectors":
                accounts.sectors.select(getattr(edit, name))
            elif hasattr(edit, name):
                accounts.geography.select(getattr(edit, name), accounts.home)
        except XunhuanError as err:
            out.append(_told(err))
    return out


def _told(err: XunhuanError) -> str:
    return err.what + (f" ({err.fix})" if err.fix else "")


def pressure(tl: Timeline, k: int) -> Pressure:
    """What the shocks do to step k. Overlapping edits multiply what each leaves: 0.5 and 0.5 leave 0.25."""
    p = tl.lasting
    arrays: dict[str, Array] = {"capacity": p.capacity, "demand": p.demand}
    links: Array | None = None
    for e in tl.effects:
        if e.strength[k] == 0:
            continue
        ratio = 1.0 + e.change * float(e.strength[k])
        if e.kind in ("capacity", "demand", "target"):
            arrays[e.kind] = arrays.get(e.kind, np.ones_like(p.demand)).copy()
            arrays[e.kind][e.where] *= ratio
        elif e.kind == "link":
            links = np.ones_like(tl.at_rest) if links is None else links
            links[e.where] *= ratio
    cells, room = _open(tl, p, links)
    tilted, tilt = _tilts(tl, k)
    return Pressure(arrays["capacity"], arrays["demand"], arrays.get("target"), cells, room, tilted, tilt)


def _tilts(tl: Timeline, k: int) -> tuple[Goods | None, Array | None]:
    """Goods of which final users want more or less of certain origins, and by what ratio, axes g r s."""
    found = [e for e in tl.effects if e.kind == "tilt" and e.strength[k] > 0]
    if not found:
        return None, None
    goods = np.unique(np.concatenate([e.where[0] for e in found]))
    tilt = np.ones((len(goods), *tl.at_rest.shape[1:]))
    for e in found:
        i, r, s = e.where
        tilt[np.ix_(np.searchsorted(goods, i), r, s)] *= 1.0 + e.change * float(e.strength[k])
    return goods, tilt


def _open(tl: Timeline, p: Pressure, links: Array | None) -> tuple[Cells | None, Array | None]:
    """Throttled links as places and room; a lasting ban stays shut whatever else happens to the link."""
    if links is None:
        return p.cells, p.room
    shut = links < 1
    if p.cells is not None:
        links[p.cells], shut[p.cells] = 0.0, True
    cells = _cells(shut)
    return cells, links[cells] * tl.at_rest[cells]


def steady(tl: Timeline, k: int) -> bool:
    """True where step k feels exactly what step k − 1 felt, so that its pressure can be kept."""
    return k > 0 and all(e.strength[k] == e.strength[k - 1] for e in tl.effects)
