"""Who is asked for what: debts, throttled links, cancelled orders, what is shipped, and shares that drift.

Everything here works on shares i r s; goods for which final users buy elsewhere than industries are kept apart, so that
the rest needs one pass over the shares. Letters as in `state`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from xunhuan.data.arrays import Array, ratio
from xunhuan.models.propagation.economy import Machine
from xunhuan.models.propagation.state import Goods, LinkCells, Pressure, State, StepSourcing
from xunhuan.models.propagation.sums import over_origins, swept

SERVED = 1.0 - 1e-12
"""An order served to this share counts as served in full: the rest is rounding."""


class Recall(NamedTuple):
    """What industries ask again of suppliers that failed them, for the goods g in which some supplier owes.

    total g s, what was owed, Σ_r b, value · kept g s, share of it that still stands
    part  g s, share of industries' orders that asks debtors only
    """

    total: Array
    kept: Array
    part: Array


class Links(NamedTuple):
    """Throttled links: their places i r s, and the share of what is ordered through each that fits."""

    cells: LinkCells
    left: Array


_NOWHERE = np.zeros(0, dtype=np.intp)
UNTHROTTLED = Links((_NOWHERE, _NOWHERE, _NOWHERE), np.zeros(0))


def owed(state: State, gap: Array, wanted: Array, e: Machine) -> Recall:
    """What suppliers still owe, and the part of industries' orders that asks for it.

    Debts never exceed the gap G between stocks and targets. Of the orders O, max(0, O − Σ_j a wanted) asks for the gap, and
    of that the share Σ_r b / G is asked of those who owe. part is that over O. gap g s, wanted i s
    """
    g = state.indebted
    if g.size == 0:
        nothing = np.zeros_like(gap)
        return Recall(nothing, nothing, nothing)
    orders, total = wanted[g], over_origins(state.debt)
    kept = np.minimum(1.0, ratio(gap, total))
    recipe = e.production.recipe
    regular = (recipe[swept(g, recipe)] * state.wanted).sum(axis=2)
    part = ratio(np.maximum(orders - regular, 0.0), orders) * ratio(kept * total, gap)
    return Recall(total, kept, part)


def sourced(state: State, recall: Recall, wants: Array, p: Pressure) -> tuple[StepSourcing, Array, Links]:
    """Where both kinds of users buy, final demand after cancelled orders, and what fits through throttled links.

    Industries ask debtors for a part of their orders: π (1 − part) + part b / Σ_r b.
    Final users want π ω of an origin; what they cancel at one they do not order from another: D = W Σ_r π ω.
    A link carries the smaller of what is ordered through it and its room; what does not fit is not ordered elsewhere at
    once, substitution moves it with time.
    """
    use, split, demand = state.share, state.indebted, wants[:, 2]
    if state.indebted.size or p.cells is not None:
        use = recalled(state, recall)
    if p.tilted is None and p.cells is None:
        return StepSourcing(use, split, state.share[swept(split, state.share)]), demand, UNTHROTTLED
    if p.tilted is not None:
        split = np.union1d(split, p.tilted)
    final = state.share[split]  # a copy, written on below
    if p.tilted is not None and p.tilt is not None:
        turned = np.searchsorted(split, p.tilted)
        final[turned] *= p.tilt
        demand = demand.copy()
        demand[p.tilted] *= final[turned].sum(axis=1)
    if p.cells is None or p.room is None:
        return StepSourcing(use, split, final), demand, UNTHROTTLED
    i, r, s = p.cells
    place = np.full(len(use), -1, dtype=np.intp)
    place[split] = np.arange(len(split))
    inside = place[i] >= 0
    apart = place[i[inside]], r[inside], s[inside]
    by_final = use[p.cells]
    by_final[inside] = final[apart]
    through = use[p.cells] * (wants[i, 0, s] + wants[i, 1, s]) + by_final * wants[i, 2, s]
    left = ratio(np.minimum(p.room, through), through, 1.0)
    use[p.cells] *= left
    final[apart] *= left[inside]
    return StepSourcing(use, split, final), demand, Links(p.cells, left)


def recalled(state: State, recall: Recall) -> Array:
    """Where industries buy when a part of their orders asks debtors only, π (1 − part) + part b / Σ_r b, axes i r s."""
    g = state.indebted
    if g.size == 0:
        return state.share.copy()
    again = state.debt * ratio(recall.part, recall.total)[:, None, :]
    again += state.share[swept(g, state.share)] * (1.0 - recall.part)[:, None, :]
    if len(g) == len(state.share):
        return np.asarray(again)
    out = state.share.copy()
    out[g] = again
    return out


def remembered(
    state: State, got: StepSourcing, recall: Recall, fill: Array, wants: Array, links: Links, e: Machine
) -> tuple[Goods, Array]:
    """Goods and debts after a step: b' = max(0, b + dt (π W (1 − part) − T)), T what r delivered to industries of s.

    part is what was asked of debtors only; got is sourcing after throttled links, so that T = got W φ.
    """
    nothing = _NOWHERE, np.zeros((0, *got.use.shape[1:]))
    if e.rules.reorder == "all":
        return nothing
    short: NDArray[np.bool_] = np.asarray((fill[:, :, :2] < SERVED).any(axis=(0, 2, 3)))
    short[state.indebted] = True
    short[links.cells[0][links.left < SERVED]] = True
    goods = np.flatnonzero(short)
    if goods.size == 0:
        return nothing
    g, over_step = swept(goods, wants), e.step_days * wants[:, :2]
    regular = over_step[:, 0] + over_step[:, 1]
    regular[state.indebted] *= 1.0 - recall.part
    debt = state.share[g] * regular[g][:, None, :]
    debt -= e.rules.rationing.sent(fill[:, g, :2], over_step[g], e.rest.home) * got.use[g]
    debt[swept(np.searchsorted(goods, state.indebted), debt)] += state.debt * recall.kept[:, None, :]
    np.maximum(debt, 0.0, out=debt)
    owing = debt.max(axis=(1, 2)) > 0
    return goods[owing], debt if owing.all() else debt[owing]


def shipped(src: StepSourcing, fill: Array, wants: Array, e: Machine) -> Array:
    """Deliveries of good i from r to s, π Σ_k φ_k W_k over needs, restocking and final users, axes i r s, per day."""
    sent, home, g = e.rules.rationing.sent, e.rest.home, src.split
    alike = wants.copy()
    alike[g, 2] = 0.0
    out = sent(fill, alike, home) * src.use
    if g.size:
        out[swept(g, out)] += sent(fill[:, g, 2:], wants[g, 2:], home) * src.final
    return np.asarray(out)


def drift(state: State, links: Links, fill: Array, wants: Array, e: Machine) -> Array:
    """StepSourcing shares, when they are revised (every D days), move towards what suppliers deliver.

    π' = π + min(1, λ D) (π* − π),  π*[r,s,i] = π⁰ κ^(−θ) q / Σ_r π⁰ κ^(−θ) q
    q  share of the orders to r that s received, links included · κ  lasting change of the cost of delivery, 1 without
    Shares stay as they are where nothing is delivered at all, and no region finds suppliers it never had.
    """
    if e.rules.revised == 0.0 or (state.step + 1) % e.rules.revise_steps:
        return state.share
    best = e.rules.rationing.sent(fill, ratio(wants, wants.sum(axis=1, keepdims=True)), e.rest.home)
    best *= e.pull
    best[links.cells] *= links.left
    whole = over_origins(best)[:, None, :]
    speed = np.where(whole > 0, e.rules.revised, 0.0)
    best *= ratio(speed, whole)
    best += state.share * (1.0 - speed)
    return best
