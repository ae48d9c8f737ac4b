"""One step: limits, orders, needs, routing, capacity, production, rationing, deliveries, stocks, memory.

Pure functions on arrays: none writes on what it is given. Letters as in `state`.
"""

from __future__ import annotations

import numpy as np

from xunhuan.data.arrays import Array, ratio
from xunhuan.models.propagation.economy import Critical, Machine, Pooled
from xunhuan.models.propagation.rebuilding import found, rebuilt
from xunhuan.models.propagation.routing import routed
from xunhuan.models.propagation.sourcing import drift, owed, remembered, sourced
from xunhuan.models.propagation.state import Flows, Pressure, State
from xunhuan.models.propagation.sums import over_users, swept


def step(state: State, e: Machine, p: Pressure) -> tuple[State, Flows]:
    """One step of `e.step_days` days. Letters as in `state`; wants i k s, of industries now, to restock, of final users."""
    limit = input_limit(state.stock, e)
    wreck = None if e.damage is None else found(state.outstanding, e.damage, state.step)

    order, lack = orders(state, limit, e, p)
    wanted, final = over_users(order), (e.rest.final * p.demand).T
    if wreck is not None:
        final = final + wreck.asked
    need, needed = needs(order, wanted, state, e)
    old = from_old_stocks(wanted + final, e)
    wants = by_class(needed, wanted, final, old)

    recall = owed(state, lack, wanted, e)
    sourcing, demand, links = sourced(state, recall, wants, p)
    ordered = routed(sourcing, wants)
    asked = np.ascontiguousarray(ordered.sum(axis=1).T)

    capacity = available(state.overtime, e, p) * (1.0 if wreck is None else wreck.standing)
    willing = np.minimum(capacity, asked)
    output = np.minimum(willing, limit)

    fill = e.rules.rationing.rates(output.T, ordered, sourcing, wants, e.rest.home)
    got = wants * e.rules.rationing.received(sourcing, fill, e.rest.home)

    arrived = allotted(order, need, wanted, needed, got[:, 0] + got[:, 1] + wanted * old, e)
    stock, used, spoiled = restocked(state.stock, arrived, output, e)
    del order, need, arrived  # large, and no longer needed: the arrays below take their memory

    demand, met = (demand + final * old).T, (got[:, 2] + final * old).T
    built, outstanding = np.zeros((0, 0)), state.outstanding
    if wreck is not None and e.damage is not None:
        part = ratio(wreck.asked, final).T
        built, demand, met = part * met, (1.0 - part) * demand, (1.0 - part) * met
        outstanding = rebuilt(wreck, e.damage, built.T, e.step_days)

    indebted, debt = remembered(state, sourcing, recall, fill, wants, links, e)
    share = drift(state, links, fill, wants, e)
    after = State(
        step=state.step + 1, stock=stock, output=output, wanted=willing,
        expected=state.expected + e.rules.learned * (willing - state.expected),
        overtime=overtime(state.overtime, asked, output, e), share=share,
        indebted=indebted, debt=debt, outstanding=outstanding,
    )  # fmt: skip
    return after, Flows(
        asked=asked, capacity=capacity, limit=limit, output=output, wants=wants, sourcing=sourcing,
        demand=demand, fill=fill, met=met, drawn=((wanted + final) * old).T, built=built, used=used, spoiled=spoiled,
    )  # fmt: skip


def input_limit(stock: Array, e: Machine) -> Array:
    """Output that stocks of critical inputs allow, axes s j, per day.

    min_i [ρ S/(a max(dt, ψ (n + dt))) + (1 − ρ) x̄]  over inputs with ρ > 0          [Pichler2022, IHS2 for ρ = ½]
    linear: Σ_i S / Σ_i a max(dt, ψ (n + dt))                                          [Pichler2022, linear]

    ρ criticality i j · a recipe · n days · ψ caution: 0 uses a stock to the last, else [Hallegatte2013].
    """
    match e.production.limits:
        case Critical(slope, base):
            allows = stock * slope
            allows += base
            return np.asarray(allows.min(axis=0))
        case Pooled(held):
            return ratio(stock.sum(axis=0), held, np.inf)


def orders(state: State, limit: Array, e: Machine, p: Pressure) -> tuple[Array, Array]:
    """What industry j of s orders of good i, from all origins, axes i s j, and what stocks of owed goods lack, axes g s.

    o = max(0, a min(x, limit) + (S* − S)/τ): what it expects to use, and a part of the gap to its target stock
    [Hallegatte2013; Pichler2022]. It expects to produce what it did last, or what its stocks allow if that is less.
    Without destocking the gap is not allowed below 0. limit s j, per day
    """
    order = gaps(state, e, p)
    lack = np.maximum(order[swept(state.indebted, order)], 0.0).sum(axis=2)
    if not e.rules.destock:
        np.maximum(order, 0.0, out=order)
    order *= e.stocks.refill
    order += e.production.recipe * np.minimum(state.output, limit)
    if e.rules.destock:
        np.maximum(order, 0.0, out=order)
    return order, np.asarray(lack)


def gaps(state: State, e: Machine, p: Pressure) -> Array:
    """What stocks lack of their targets, S* − S, axes i s j, value; negative where they exceed them.

    S* is (n + dt) · base use ("base") or (n + dt) · a · min(orders, capacity) as expected ("demand"), n days of stock left
    after a step's own use; while stockpiling n times that ratio, up to the shelf life.
    """
    stocks, follows = e.stocks, e.rules.target
    if p.target is None and follows == "base":
        return stocks.target - state.stock
    if p.target is None:
        gap = stocks.reach * state.expected
    else:
        longest = np.maximum(stocks.keeps[:, None], stocks.days)
        gap = np.minimum(stocks.days[:, None, :] * p.target.T[:, :, None], longest[:, None, :])
        gap += e.step_days
        gap *= e.rest.use if follows == "base" else e.production.recipe * state.expected
    gap -= state.stock
    return gap


def needs(order: Array, wanted: Array, state: State, e: Machine) -> tuple[Array, Array]:
    """The part of orders that is for use now rather than for restocking, axes i s j, and its sum over users, i s, per day.

    needs   min(o, a wanted)
    orders  all of an order, o
    order o i s j · wanted Σ_j o, i s
    """
    if e.rules.allotment == "orders":
        return order, wanted
    need = e.production.recipe * state.wanted
    np.minimum(need, order, out=need)
    return need, over_users(need)


def from_old_stocks(wanted: Array, e: Machine) -> Array:
    """Share of what all users of a region want that old stocks supply, min(drawdown, W)/W, axes i s."""
    return ratio(np.minimum(e.rest.drawdown.T, wanted), wanted)


def by_class(needed: Array, wanted: Array, final: Array, old: Array) -> Array:
    """What origins are asked for: current needs of industries, their restocking, final users, axes i k s; of arrays i s."""
    wants = np.empty((len(wanted), 3, wanted.shape[1]))
    wants[:, 0], wants[:, 1], wants[:, 2] = needed, np.maximum(wanted - needed, 0.0), final
    wants *= 1.0 - old[:, None, :]
    return wants


def available(overtime: Array, e: Machine, p: Pressure) -> Array:
    """Capacity x̄ (1 + slack) κ α, axes r i, per day; κ share left by shocks, α overproduction.

    An open region delivers whatever is asked unless a shock hits it; then κ times what it sells in the table.
    """
    closed = np.isfinite(e.production.capacity)
    own = np.where(closed, e.production.capacity * overtime, e.rest.output)
    return np.where(closed | (p.capacity < 1), own * p.capacity, np.inf)


def allotted(order: Array, need: Array, wanted: Array, needed: Array, got: Array, e: Machine) -> Array:
    """How the industries of a region share what arrives of a good, axes i s j, value over the step.

    orders  dt o D / Σ_j o, alike for all
    needs   dt (φ n + ψ (o − n)): current needs n first, φ = min(1, D / Σ_j n), then the rest of the orders with what is left
    order o, need n i s j · wanted Σ_j o, needed Σ_j n, got D i s, D at most Σ_j o; all per day
    """
    dt = e.step_days
    if e.rules.allotment == "orders":
        return np.asarray(order * (dt * ratio(got, wanted))[:, :, None])
    first = np.minimum(ratio(got, needed, 1.0), 1.0)
    then = np.clip(ratio(got - first * needed, wanted - needed), 0.0, 1.0)
    arrived = order * (dt * then)[:, :, None]
    arrived += need * (dt * (first - then))[:, :, None]
    return np.asarray(arrived)


def restocked(stock: Array, arrived: Array, output: Array, e: Machine) -> tuple[Array, Array, Array]:
    """Stocks after a step, what was used and what spoiled in it, values: i s j, i s j, g s j.

    U = min(dt a x, S), S' = S − U + arrived − spoiled. Of a perishable good that keeps L days
    spoiled = dt max(0, (S − U)/L − U/dt): a stock S − U lasts (S − U) dt/U at the rate of use, and what exceeds the use of a
    shelf life spoils within one; L is no shorter than the step, within which nothing is seen. Zero at rest.
    """
    dt, g = e.step_days, e.stocks.perishable
    used = e.production.recipe * (dt * output)
    np.minimum(used, stock, out=used)
    rest = stock - used
    spoiled = rest[g] * np.minimum(dt / e.stocks.keeps[g, None, None], 1.0) - used[g]
    np.maximum(spoiled, 0.0, out=spoiled)
    rest[g] -= spoiled
    rest += arrived
    return rest, used, spoiled


def overtime(alpha: Array, asked: Array, output: Array, e: Machine) -> Array:
    """Overproduction: α' = α + dt/τ_α [(α_max − α) ζ − (α − 1)(1 − ζ)].

    ζ = (asked − x)/asked, the share of orders not served. As [Hallegatte2013], with the return to 1 weighted by 1 − ζ
    instead of switched on at ζ = 0.
    """
    scarcity = ratio(asked - output, asked)
    pull = (e.production.overtime_max - alpha) * scarcity - (alpha - 1.0) * (1.0 - scarcity)
    return alpha + (e.step_days / e.production.overtime_days) * pull
