"""Who is asked for what: debts, throttled links, cancelled orders, what is shipped, and shares that drift.

Everything here works on shares i r s; goods for which final users buy elsewhere than industries are kept apart, so that
the rest needs one pass over the shares. Letters as in `state`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from xunhuan.data.arrays import Array, Index, ratio
from xunhuan.models.propagation.economy import Machine
from xunhuan.models.propagation.state import Goods, LinkCells, Pressure, State, StepSourcing
from xunhuan.models.propagation.sums import as_large, over_origins, places_in, room, swept, swept_run, tiled

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
    if p.tilted is None and p.cells is None and 2 * split.size > len(use):
        return StepSourcing(use, np.arange(len(use)), state.share), demand, UNTHROTTLED  # so many: all, without a copy
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
    place = places_in(split, len(use))
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
    out = room(state.share.shape)
    for i in np.flatnonzero(places_in(g, len(out)) < 0):
        out[i] = state.share[i]
    asked, regular = ratio(recall.part, recall.total)[:, None, :], (1.0 - recall.part)[:, None, :]
    work = out[:0]
    for at, goods in tiled(g, state.share[0].size):
        debt = state.debt[at]
        work = as_large(work, debt)
        again = out[goods] if isinstance(goods, slice) else np.empty_like(debt)
        np.multiply(debt, asked[at], out=again)
        again += np.multiply(state.share[goods], regular[at], out=work)
        if not isinstance(goods, slice):
            out[goods] = again
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
    over_step = e.step_days * wants[:, :2]
    regular = over_step[:, 0] + over_step[:, 1]
    regular[state.indebted] *= 1.0 - recall.part
    place = places_in(state.indebted, len(wants))
    debt, owing, count = room(got.use.shape), np.zeros(len(goods), dtype=bool), 0
    work = debt[:0]
    for at, g in tiled(goods, debt[0].size):
        here = debt[count : count + len(goods[at])]
        part = np.multiply(state.share[g], regular[g][:, None, :], out=here)
        work = as_large(work, part)
        sent = e.rules.rationing.sent(fill[:, g, :2], over_step[g], e.rest.home, work)
        sent *= got.use[g]
        part -= sent
        old = np.flatnonzero(place[g] >= 0)
        if old.size:
            before = swept_run(place[g][old])
            still = np.multiply(state.debt[before], recall.kept[before][:, None, :], out=work[: len(old)])
            part[swept(old, part)] += still
        np.maximum(part, 0.0, out=part)
        owes = part.max(axis=(1, 2)) > 0
        owing[at], count = owes, count + int(owes.sum())
        if not owes.all():
            here[: owes.sum()] = part[owes]
    return goods[owing], debt[:count]


def shipped(src: StepSourcing, fill: Array, wants: Array, e: Machine) -> Iterator[tuple[Index | slice, Array]]:
    """A few goods at a time, and their deliveries from r to s, π Σ_k φ_k W_k over needs, restocking and final users, i r s,
    per day. Each lasts until the next is asked for.
    """
    sent, home = e.rules.rationing.sent, e.rest.home
    place = places_in(src.split, len(wants))
    alike = wants.copy()
    alike[src.split, 2] = 0.0
    work = more = src.use[:0]
    industries = slice(None) if src.split.size < len(wants) else slice(2)  # no final user buys as they do
    for _, g in tiled(np.arange(len(wants)), src.use[0].size):
        work, more = as_large(work, src.use[g]), as_large(more, src.use[g])
        out = sent(fill[:, g, industries], alike[g, industries], home, work)
        out *= src.use[g]
        apart = np.flatnonzero(place[g] >= 0)
        if apart.size:
            split = place[g][apart]
            goods = swept_run(src.split[split])
            final = sent(fill[:, goods, 2:], wants[goods, 2:], home, more[: len(apart)])
            final *= src.final[swept_run(split)]
            out[swept(apart, out)] += final
        yield g, out


def drift(state: State, links: Links, fill: Array, wants: Array, e: Machine) -> Array:
    """StepSourcing shares, when they are revised (every D days), move towards what suppliers deliver.

    π' = π + min(1, λ D) (π* − π),  π*[r,s,i] = π⁰ κ^(−θ) q / Σ_r π⁰ κ^(−θ) q
    q  share of the orders to r that s received, links included · κ  lasting change of the cost of delivery, 1 without
    Shares stay as they are where nothing is delivered at all, and no region finds suppliers it never had.
    """
    if e.rules.revised == 0.0 or (state.step + 1) % e.rules.revise_steps:
        return state.share
    asked, goods = ratio(wants, wants.sum(axis=1, keepdims=True)), np.arange(len(wants))
    i, r, s = links.cells
    out = room(state.share.shape)
    work = out[:0]
    for _, g in tiled(goods, out[0].size):
        best = e.rules.rationing.sent(fill[:, g], asked[g], e.rest.home, out[g])  # runs of goods: a view
        work = as_large(work, best)
        best *= e.pull[g]
        if len(i):
            first = int(goods[g][0])
            mine = (i >= first) & (i < first + len(best))
            best[i[mine] - first, r[mine], s[mine]] *= links.left[mine]
        whole = over_origins(best)[:, None, :]
        speed = np.where(whole > 0, e.rules.revised, 0.0)
        best *= ratio(speed, whole)
        best += np.multiply(state.share[g], 1.0 - speed, out=work)
    return out
