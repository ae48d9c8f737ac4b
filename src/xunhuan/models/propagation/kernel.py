"""One step: orders, production, rationing, stocks. Pure functions on arrays; letters as in `state`."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from xunhuan.models.propagation.economy import Economy
from xunhuan.models.propagation.sourcing import asked_at_home, delivered, drift, owed, remembered, routed, sourced
from xunhuan.models.propagation.state import Flows, Pressure, State

Array = NDArray[np.float64]


def step(state: State, e: Economy, p: Pressure) -> tuple[State, Flows]:
    """One step of `e.step_days` days: order, route, produce, ration, deliver, use, restock."""
    dt = e.step_days
    limit = input_limit(state.stock, e)
    order, gap = orders(state, limit, e, p)
    wanted = order.sum(axis=2)
    final = e.final * p.demand
    old = from_old_stocks(wanted + final, e)
    wants_use, wants_final = wanted * (1.0 - old), final * (1.0 - old)
    debt, part = owed(state, gap, wanted, e)
    sourcing, demand, left = sourced(state, debt, part, wants_use, wants_final, p)
    asked_use, asked_final = routed(sourcing, wants_use, wants_final)
    asked = asked_use + asked_final
    capacity = available(e, p, state.overtime)
    output = np.minimum(np.minimum(capacity, asked), limit)
    at_home = asked_at_home(sourcing, wants_use, wants_final, e)
    fill = fill_rates(output, asked_use, asked_final, at_home, e)
    got_use, got_final = delivered(sourcing, wants_use, wants_final, fill, e)
    arrived = allotted(order, wanted, got_use + wanted * old, state, e)
    used = np.minimum(e.recipe * output[:, None, :], state.stock / dt)
    spoiled = spoilage(state.stock, used, e)
    stock = restocked(state.stock, arrived, used, spoiled, dt)
    scarcity = np.divide(asked - output, asked, out=np.zeros_like(asked), where=asked > 0)
    indebted, debt = remembered(state, sourcing, debt, part, fill, wants_use, left, e, p)
    after = State(
        step=state.step + 1, stock=stock, output=output, wanted=np.minimum(capacity, asked),
        overtime=overtime(state.overtime, scarcity, e),
        share=drift(state, left, fill, wants_use, wants_final, e, p), indebted=indebted, debt=debt,
    )  # fmt: skip
    return after, Flows(
        asked=asked, capacity=capacity, limit=limit, output=output, wants_use=wants_use, wants_final=wants_final,
        sourcing=sourcing, demand=demand + final * old, fill=fill, met=got_final + final * old,
        drawn=(wanted + final) * old, used=used, spoiled=spoiled,
    )  # fmt: skip


def from_old_stocks(wanted: Array, e: Economy) -> Array:
    """Share of what all users of a region want that old stocks supply, min(drawdown, W)/W, axes s i."""
    return np.divide(np.minimum(e.drawdown, wanted), wanted, out=np.zeros_like(wanted), where=wanted > 0)


def allotted(order: Array, wanted: Array, got: Array, state: State, e: Economy) -> Array:
    """How the industries of a region share what arrives of a good, axes s i j, per day.

    orders  o D / Σ_j o, alike for all
    needs   current needs n = min(o, a wanted) first, up to D / Σ_j n, then what is left by the rest of the orders
    order o s i j · wanted Σ_j o s i · got D s i, at most Σ_j o. Overwrites `order`.
    """
    if not e.needs_first:
        order *= np.divide(got, wanted, out=np.zeros_like(wanted), where=wanted > 0)[:, :, None]
        return order
    need = e.recipe * state.wanted[:, None, :]
    np.minimum(need, order, out=need)
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


def fill_rates(output: Array, asked_use: Array, asked_final: Array, at_home: Array, e: Economy) -> Array:
    """Share of each order that is served, axes (own nation, other) (industries, final) r i.

    proportional: x / asked, all alike. final_last: industries x / asked_use up to 1, final users what is left.
    home_first: users in the supplier's nation first, others what is left, industries and final users alike.
    What is delivered adds up to what is produced.
    """
    fill = np.empty((2, 2, *output.shape))
    if e.rule == "final_last":
        fill[:, 0], fill[:, 1] = first_then(output, asked_use, asked_final)
    elif e.rule == "home_first":
        near, far = first_then(output, at_home, np.maximum(asked_use + asked_final - at_home, 0.0))
        fill[0, :], fill[1, :] = near, far
    else:
        fill[:] = _ratio(output, asked_use + asked_final)
    return fill


def first_then(output: Array, first: Array, second: Array) -> tuple[Array, Array]:
    """Fill rates when `first` is served before `second`; both ≤ 1."""
    a = np.minimum(_ratio(output, first), 1.0)
    b = np.minimum(_ratio(np.maximum(output - first * a, 0.0), second), 1.0)
    return a, b


def _ratio(a: Array, b: Array) -> Array:
    # Where nothing is asked nothing is refused.
    return np.divide(a, b, out=np.ones_like(a), where=b > 0)


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
