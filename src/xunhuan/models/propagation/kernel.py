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
    limit = input_limit(state.stock, e)
    order, gap = orders(state, limit, e, p)
    need = current_needs(order, state, e)
    wanted, final = over_users(order), (e.final * p.demand).T
    old = from_old_stocks(wanted + final, e)
    needed = wanted if need is order else over_users(need)
    wants = np.empty((len(wanted), 3, wanted.shape[1]))
    wants[:, 0], wants[:, 1], wants[:, 2] = needed, np.maximum(wanted - needed, 0.0), final
    wants *= 1.0 - old[:, None, :]
    debt, part = owed(state, gap, wanted, e)
    sourcing, demand, left = sourced(state, debt, part, wants, p)
    by_class = routed(sourcing, wants)
    asked = np.ascontiguousarray(by_class.sum(axis=1).T)
    capacity = available(e, p, state.overtime)
    willing = np.minimum(capacity, asked)
    output = np.minimum(willing, limit)
    fill = fill_rates(output.T, by_class, asked_near(sourcing, wants, e), e)
    got = delivered(sourcing, wants, fill, e)
    arrived = allotted(order, need, wanted, needed, got[:, 0] + got[:, 1] + wanted * old, e)
    stock, used, spoiled = restocked(state.stock, arrived, output, e)
    scarcity = np.divide(asked - output, asked, out=np.zeros_like(asked), where=asked > 0)
    indebted, debt = remembered(state, sourcing, debt, part, fill, wants, left, e, p)
    after = State(
        step=state.step + 1, stock=stock, output=output, wanted=willing,
        overtime=overtime(state.overtime, scarcity, e), share=drift(state, left, fill, wants, e, p), indebted=indebted,
        debt=debt,
    )  # fmt: skip
    return after, Flows(
        asked=asked, capacity=capacity, limit=limit, output=output, wants=wants, sourcing=sourcing,
        demand=(demand + final * old).T, fill=fill, met=(got[:, 2] + final * old).T, drawn=((wanted + final) * old).T,
        used=used, spoiled=spoiled,
    )  # fmt: skip


def over_users(flow: Array) -> Array:
    """Σ_j of an array i s j, axes i s. A product with ones: numpy's own sum along a short axis is four times slower."""
    return np.asarray(np.matmul(flow, np.ones(flow.shape[2])))


def current_needs(order: Array, state: State, e: Economy) -> Array:
    """The part of orders that is for use now rather than for restocking, min(o, a wanted), axes i s j, per day.

    All of an order counts as need where needs do not come first; then it is `order` itself that is returned.
    """
    if not e.needs_first:
        return order
    need = e.recipe * state.wanted
    return np.minimum(need, order, out=need)


def from_old_stocks(wanted: Array, e: Economy) -> Array:
    """Share of what all users of a region want that old stocks supply, min(drawdown, W)/W, axes i s."""
    return np.divide(np.minimum(e.drawdown.T, wanted), wanted, out=np.zeros_like(wanted), where=wanted > 0)


def allotted(order: Array, need: Array, wanted: Array, needed: Array, got: Array, e: Economy) -> Array:
    """How the industries of a region share what arrives of a good, axes i s j, per day.

    orders  o D / Σ_j o, alike for all
    needs   current needs n first, up to D / Σ_j n, then what is left by the rest of the orders
    order o, need n i s j · wanted Σ_j o, needed Σ_j n i s · got D i s, at most Σ_j o. Overwrites `order` and `need`.
    """
    if not e.needs_first:
        order *= np.divide(got, wanted, out=np.zeros_like(wanted), where=wanted > 0)[:, :, None]
        return order
    first = np.minimum(np.divide(got, needed, out=np.ones_like(needed), where=needed > 0), 1.0)
    rest, left = wanted - needed, got - first * needed
    then = np.clip(np.divide(left, rest, out=np.zeros_like(rest), where=rest > 0), 0.0, 1.0)
    order *= then[:, :, None]
    need *= (first - then)[:, :, None]
    order += need
    return order


def restocked(stock: Array, arrived: Array, output: Array, e: Economy) -> tuple[Array, Array, Array]:
    """Stocks after a step, what was used and what spoiled in it, values: i s j, i s j, g s j. Overwrites `arrived`.

    U = min(dt a x, S), S' = S − U + dt arrived − spoiled. Of a perishable good that keeps L days
    spoiled = dt max(0, (S − U)/L − U/dt): a stock S − U lasts (S − U) dt/U at the rate of use, and what exceeds the use of a
    shelf life spoils within one; L is no shorter than the step, within which nothing is seen. Zero at rest.
    """
    dt = e.step_days
    used = e.recipe * (dt * output)
    np.minimum(used, stock, out=used)
    rest = stock - used
    g = e.perishable
    spoiled = rest[g] * np.minimum(dt / e.keeps[g, None, None], 1.0) - used[g]
    np.maximum(spoiled, 0.0, out=spoiled)
    rest[g] -= spoiled
    if dt != 1.0:
        arrived *= dt
    rest += arrived
    return rest, used, spoiled


def orders(state: State, limit: Array, e: Economy, p: Pressure) -> tuple[Array, Array]:
    """What industry j of s orders of good i, from all origins, axes i s j, and what stocks of owed goods lack, axes g s.

    o = max(0, a min(x, limit) + (S* − S)/τ): what it expects to use, and a part of the gap to its target stock
    [Hallegatte2013; Pichler2022]. It expects to produce what it did last, or what its stocks allow if that is less.
    The target S* is (n + dt) · base use ("base") or (n + dt) · a · min(orders, capacity) ("demand"), n days of stock left
    after a step's own use; while stockpiling n times that ratio, up to the shelf life. Without destocking the gap is
    not allowed below 0. limit s j, per day
    """
    out = _targets(state, e, p)
    out -= state.stock
    lack = np.maximum(out[state.indebted], 0.0).sum(axis=2)
    if not e.destock:
        np.maximum(out, 0.0, out=out)
    out *= e.refill
    out += e.recipe * np.minimum(state.output, limit)
    if e.destock:
        np.maximum(out, 0.0, out=out)
    return out, np.asarray(lack)


def _targets(state: State, e: Economy, p: Pressure) -> Array:
    """Target stocks S*, axes i s j; while stockpiling n · ratio days, up to the shelf life."""
    if p.target is None:
        return e.reach * state.wanted if e.follows == "demand" else e.target.copy()
    longest = np.maximum(e.keeps[:, None], e.days)
    days = np.minimum(e.days[:, None, :] * p.target.T[:, :, None], longest[:, None, :])
    days += e.step_days
    days *= e.use if e.follows == "base" else e.recipe * state.wanted
    return days


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
        total = stock.sum(axis=0)
        return np.asarray(np.divide(total, e.pooled, out=np.full_like(total, np.inf), where=e.pooled > 0))
    out = stock * e.slope
    out += e.base
    return np.asarray(out.min(axis=0))


def fill_rates(output: Array, asked: Array, near: Array, e: Economy) -> Array:
    """Share of each order that is served, axes n i k r: (near, other) and (needs, restocking, final).

    proportional  x / asked, all alike
    final_last    current needs of industries in the supplier's own region, of other industries, restocking, final users.
                  Own region first, else a region at part of its capacity ships away what its own recipes need and
                  spirals to a halt
    home_first    users in the supplier's nation first, others what is left, all uses alike
    What is delivered adds up to what is produced. output i r, asked i k r, near i r the part of it that goes first
    """
    fill = np.empty((2, *asked.shape))
    if e.rule == "final_last":
        fill[0, :, 0], left = served(output, near)
        fill[1, :, 0], left = served(left, np.maximum(asked[:, 0] - near, 0.0))
        fill[:, :, 1], left = served(left, asked[:, 1])
        fill[:, :, 2], left = served(left, asked[:, 2])
    elif e.rule == "home_first":
        total = asked.sum(axis=1)
        at_home, left = served(output, near)
        abroad, _ = served(left, np.maximum(total - near, 0.0))
        fill[0], fill[1] = at_home[:, None, :], abroad[:, None, :]
    else:
        total = asked.sum(axis=1)
        fill[:] = np.divide(output, total, out=np.ones_like(total), where=total > 0)[:, None, :]
    return fill


def served(supply: Array, asked: Array) -> tuple[Array, Array]:
    """Share of a class of orders that a supply serves, at most 1, and what is left of it; 1 where nothing is asked."""
    fill = np.minimum(np.divide(supply, asked, out=np.ones_like(asked), where=asked > 0), 1.0)
    return fill, np.maximum(supply - asked * fill, 0.0)


def overtime(alpha: Array, scarcity: Array, e: Economy) -> Array:
    """Overproduction: α' = α + dt/τ_α [(α_max − α) ζ − (α − 1)(1 − ζ)], ζ the share of orders not served.

    As [Hallegatte2013], with the return to 1 weighted by 1 − ζ instead of switched on at ζ = 0.
    """
    pull = (e.overtime_max - alpha) * scarcity - (alpha - 1.0) * (1.0 - scarcity)
    return alpha + (e.step_days / e.overtime_days) * pull
