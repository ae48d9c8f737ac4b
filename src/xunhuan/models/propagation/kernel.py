"""One step: orders, production, rationing, stocks. Pure functions on arrays; letters as in `state`."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from xunhuan.models.propagation.economy import Economy
from xunhuan.models.propagation.sourcing import asked_near, delivered, drift, owed, remembered, routed, sourced
from xunhuan.models.propagation.state import Flows, Pressure, State

Array = NDArray[np.float64]


def step(state: State, e: Economy, p: Pressure) -> tuple[State, Flows]:
    """One step of `e.step_days` days: order, route, produce, ration, deliver, use, restock."""
    dt = e.step_days
    limit = input_limit(state.stock, e)
    order, gap = orders(state, limit, e, p)
    need = current_needs(order, state, e)
    wanted, final = order.sum(axis=2), e.final * p.demand
    old = from_old_stocks(wanted + final, e)
    needed = need.sum(axis=2)
    wants = np.stack([needed, np.maximum(wanted - needed, 0.0), final]) * (1.0 - old)
    debt, part = owed(state, gap, wanted, e)
    sourcing, demand, left = sourced(state, debt, part, wants, p)
    by_class = routed(sourcing, wants)
    asked = by_class.sum(axis=0)
    capacity = available(e, p, state.overtime)
    output = np.minimum(np.minimum(capacity, asked), limit)
    fill = fill_rates(output, by_class, asked_near(sourcing, wants, e), e)
    got = delivered(sourcing, wants, fill, e)
    arrived = allotted(order, need, wanted, got[0] + got[1] + wanted * old, e)
    used = np.minimum(e.recipe * output[:, None, :], state.stock / dt)
    spoiled = spoilage(state.stock, used, e)
    stock = restocked(state.stock, arrived, used, spoiled, dt)
    scarcity = np.divide(asked - output, asked, out=np.zeros_like(asked), where=asked > 0)
    indebted, debt = remembered(state, sourcing, debt, part, fill, wants, left, e, p)
    after = State(
        step=state.step + 1, stock=stock, output=output, wanted=np.minimum(capacity, asked),
        overtime=overtime(state.overtime, scarcity, e), share=drift(state, left, fill, wants, e, p), indebted=indebted,
        debt=debt,
    )  # fmt: skip
    return after, Flows(
        asked=asked, capacity=capacity, limit=limit, output=output, wants=wants, sourcing=sourcing,
        demand=demand + final * old, fill=fill, met=got[2] + final * old, drawn=(wanted + final) * old, used=used,
        spoiled=spoiled,
    )  # fmt: skip


def current_needs(order: Array, state: State, e: Economy) -> Array:
    """The part of orders that is for use now rather than for restocking, min(o, a wanted), axes s i j, per day.

    All of an order counts as need where needs do not come first.
    """
    if not e.needs_first:
        return order
    need = e.recipe * state.wanted[:, None, :]
    return np.minimum(need, order, out=need)


def from_old_stocks(wanted: Array, e: Economy) -> Array:
    """Share of what all users of a region want that old stocks supply, min(drawdown, W)/W, axes s i."""
    return np.divide(np.minimum(e.drawdown, wanted), wanted, out=np.zeros_like(wanted), where=wanted > 0)


def allotted(order: Array, need: Array, wanted: Array, got: Array, e: Economy) -> Array:
    """How the industries of a region share what arrives of a good, axes s i j, per day.

    orders  o D / Σ_j o, alike for all
    needs   current needs n first, up to D / Σ_j n, then what is left by the rest of the orders
    order o, need n s i j · wanted Σ_j o s i · got D s i, at most Σ_j o. Overwrites `order` and `need`.
    """
    if not e.needs_first:
        order *= np.divide(got, wanted, out=np.zeros_like(wanted), where=wanted > 0)[:, :, None]
        return order
    needed = need.sum(axis=2)
    first = np.minimum(np.divide(got, needed, out=np.ones_like(needed), where=needed > 0), 1.0)
    rest, left = wanted - needed, got - first * needed
    then = np.clip(np.divide(left, rest, out=np.zeros_like(rest), where=rest > 0), 0.0, 1.0)
    order *= then[:, :, None]
    need *= (first - then)[:, :, None]
    order += need
    return order


def restocked(stock: Array, arrived: Array, used: Array, spoiled: Array, dt: float) -> Array:
    """Stocks after a step, S' = S + dt (arrived − used − spoiled), axes s i j, value. Overwrites `arrived`."""
    out = arrived
    out -= used
    out -= spoiled
    out *= dt
    out += stock
    return np.maximum(out, 0.0, out=out)  # a stock used up leaves rounding of either sign


def orders(state: State, limit: Array, e: Economy, p: Pressure) -> tuple[Array, Array]:
    """What industry j of s orders of good i, from all origins, axes s i j, and what stocks lack, axes s i.

    o = max(0, a min(x, limit) + (S* − S)/τ): what it expects to use, and a part of the gap to its target stock
    [Hallegatte2013; Pichler2022]. It expects to produce what it did last, or what its stocks allow if that is less.
    The target S* is (n + dt) · base use ("base") or (n + dt) · a · min(orders, capacity) ("demand"), n days of stock left
    after a step's own use; while stockpiling n times that ratio, up to the shelf life. Without destocking the gap is
    not allowed below 0. limit s j, per day
    """
    days: Array = e.step_days + (e.days if p.target is None else _stockpiled(e, p.target))
    if e.follows == "base":
        out = (e.target if p.target is None else e.use * days) - state.stock
    else:
        out = e.recipe * state.wanted[:, None, :]
        out *= days
        out -= state.stock
    lack = np.maximum(out, 0.0)
    if not e.destock:
        out = lack.copy()
    out /= e.restock
    out += e.recipe * np.minimum(state.output, limit)[:, None, :]
    return np.maximum(out, 0.0, out=out), np.asarray(lack.sum(axis=2))


def _stockpiled(e: Economy, ratio: Array) -> Array:
    """Target days while stockpiling, axes s i j: days · ratio up to the shelf life."""
    return np.minimum(e.days * ratio[:, :, None], np.maximum(e.keeps[:, None], e.days))


def available(e: Economy, p: Pressure, overtime: Array) -> Array:
    """Capacity x̄ (1 + slack) κ α, axes r i, per day; κ share left by shocks, α overproduction.

    An open region delivers whatever is asked unless a shock hits it; then κ times what it sells in the table.
    """
    own = np.where(np.isfinite(e.capacity), e.capacity * overtime, e.output)
    return np.where(np.isfinite(e.capacity) | (p.capacity < 1), own * p.capacity, np.inf)


def input_limit(stock: Array, e: Economy) -> Array:
    """Output that stocks of critical inputs allow, axes s j, per day.

    min_i [ρ S/(a max(dt, ψ (n + dt))) + (1 − ρ) x̄]  over inputs with ρ > 0          [Pichler2022, IHS2 for ρ = ½]
    linear: Σ_i S / Σ_i a max(dt, ψ (n + dt))                                          [Pichler2022, linear]

    ρ criticality i j · a recipe · n days · ψ caution: 0 uses a stock to the last, else [Hallegatte2013].
    """
    if e.pooled.size:
        total = stock.sum(axis=1)
        return np.asarray(np.divide(total, e.pooled, out=np.full_like(total, np.inf), where=e.pooled > 0))
    out = stock * e.slope
    out += e.base
    return np.asarray(out.min(axis=1))


def fill_rates(output: Array, asked: Array, near: Array, e: Economy) -> Array:
    """Share of each order that is served, axes (near, other) (needs, restocking, final) r i.

    proportional  x / asked, all alike
    final_last    current needs of industries in the supplier's own region, of other industries, restocking, final users.
                  Own region first, else a region at part of its capacity ships away what its own recipes need and
                  spirals to a halt
    home_first    users in the supplier's nation first, others what is left, all uses alike
    What is delivered adds up to what is produced. asked 3 r i, near r i the part of it that goes first
    """
    fill = np.empty((2, 3, *output.shape))
    if e.rule == "final_last":
        fill[0, 0], left = served(output, near)
        fill[1, 0], left = served(left, np.maximum(asked[0] - near, 0.0))
        fill[:, 1], left = served(left, asked[1])
        fill[:, 2], left = served(left, asked[2])
    elif e.rule == "home_first":
        total = asked.sum(axis=0)
        fill[0], left = served(output, near)
        fill[1], _ = served(left, np.maximum(total - near, 0.0))
    else:
        total = asked.sum(axis=0)
        fill[:] = np.divide(output, total, out=np.ones_like(output), where=total > 0)
    return fill


def served(supply: Array, asked: Array) -> tuple[Array, Array]:
    """Share of a class of orders that a supply serves, at most 1, and what is left of it; 1 where nothing is asked."""
    fill = np.minimum(np.divide(supply, asked, out=np.ones_like(supply), where=asked > 0), 1.0)
    return fill, np.maximum(supply - asked * fill, 0.0)


def spoilage(stock: Array, used: Array, e: Economy) -> Array:
    """Goods that outlive their shelf: max(0, S − dt u − L u)/L per day, axes s i j.

    A stock S, less the step's own use, lasts S/u days at the rate u; what exceeds the use of a shelf life L spoils within
    L. Zero at rest, and for services, which wait but are not lost.
    """
    out = np.zeros_like(stock)
    for i in np.flatnonzero(np.isfinite(e.keeps) & (e.spoils > 0)):
        out[:, i] = np.maximum((stock[:, i] - e.step_days * used[:, i]) / e.keeps[i] - used[:, i], 0.0)
    return out


def overtime(alpha: Array, scarcity: Array, e: Economy) -> Array:
    """Overproduction: α' = α + dt/τ_α [(α_max − α) ζ − (α − 1)(1 − ζ)], ζ the share of orders not served.

    As [Hallegatte2013], with the return to 1 weighted by 1 − ζ instead of switched on at ζ = 0.
    """
    pull = (e.overtime_max - alpha) * scarcity - (alpha - 1.0) * (1.0 - scarcity)
    return alpha + (e.step_days / e.overtime_days) * pull
