"""One step: orders, routing, production, rationing, stocks. Pure functions on arrays.

Letters: r origin, i good, s destination, j using industry. Internally shares are laid out i r s so that routing is one
small matrix product a good. All flows are rates per day; stocks are values.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from xunhuan.models.propagation.economy import Economy

Array = NDArray[np.float64]
NO_DEBT = np.zeros((0, 0, 0))
SERVED = 1.0 - 1e-12
"""An order served to this share counts as served in full: the rest is rounding."""
Cells = tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]


@dataclass(frozen=True, eq=False)
class State:
    """What a step hands to the next. A run resumed from a saved state equals an uninterrupted one bit by bit.

    step      steps done
    stock     s i j, input i held by industry j
    output    r i, production of the last step, per day · wanted  r i, what orders and capacity allowed then
    overtime  r i, capacity relative to base from overproduction, ≥ 1
    share     i r s, sourcing shares
    debt      i r s, goods that r has failed to deliver to the industries of s and that stocks still lack; of size 0
              while every industry's order is served
    """

    step: int
    stock: Array
    output: Array
    wanted: Array
    overtime: Array
    share: Array
    debt: Array


@dataclass(frozen=True, eq=False)
class Pressure:
    """What shocks do to one step; ratios to the table at rest.

    capacity  r i, share of capacity left · demand  s i, final demand · target  s i, target stocks (None: as ever)
    cells     places i r s of throttled links · room  the most they carry, per day
    tilted    places i r s where final users want goods of an origin in particular · tilt  by what ratio
    """

    capacity: Array
    demand: Array
    target: Array | None = None
    cells: Cells | None = None
    room: Array | None = None
    tilted: Cells | None = None
    tilt: Array | None = None


@dataclass(frozen=True, eq=False)
class Flows:
    """What happened in one step, per day unless said.

    asked r i orders received · capacity r i · limit s j output that stocks allow · output r i
    wants_use, wants_final  s i, what industries and final users ask of the pool of origins
    share_use, share_final  i r s, sourcing of either after throttled links and cancelled orders
    demand s i, final demand after cancelled orders
    fill  2 2 r i, share of an order served, by (own nation, other) and (industries, final users)
    met s i final demand met · drawn s i from old stocks · used s i j · spoiled s i j
    """

    asked: Array
    capacity: Array
    limit: Array
    output: Array
    wants_use: Array
    wants_final: Array
    share_use: Array
    share_final: Array
    demand: Array
    fill: Array
    met: Array
    drawn: Array
    used: Array
    spoiled: Array


def at_rest(e: Economy) -> State:
    """The state in which nothing ever changes: base output, target stocks, base shares."""
    return State(0, e.target.copy(), e.output.copy(), e.output.copy(), np.ones_like(e.output), e.share, NO_DEBT)


def step(state: State, e: Economy, p: Pressure) -> tuple[State, Flows]:
    """One step of `e.step_days` days: order, route, produce, ration, deliver, use, restock."""
    dt = e.step_days
    limit = input_limit(state.stock, e)
    order, gap = orders(state, limit, e, p)
    wanted = order.sum(axis=2)
    final = e.final * p.demand
    everyone = wanted + final
    old = np.divide(np.minimum(e.drawdown, everyone), everyone, out=np.zeros_like(everyone), where=everyone > 0)
    wants_use, wants_final = wanted * (1.0 - old), final * (1.0 - old)
    debt, part = owed(state, gap, wanted, e)
    asked_of = recalled(state.share, debt, part)
    share_final, demand = tilted(state.share, wants_final, p)
    left = accepted(asked_of, share_final, wants_use, wants_final, p)
    share_use, share_final = throttled(asked_of, share_final, left, p)
    asked_use, asked_final = routed(share_use, share_final, wants_use, wants_final)
    asked = asked_use + asked_final
    capacity = available(e, p, state.overtime)
    output = np.minimum(np.minimum(capacity, asked), limit)
    at_home = _at_home(share_use, share_final, wants_use, wants_final, e)
    fill = fill_rates(output, asked_use, asked_final, at_home, e)
    got_use, got_final = delivered(share_use, share_final, wants_use, wants_final, fill, e)
    supplied = old + np.divide(got_use, wanted, out=np.zeros_like(wanted), where=wanted > 0)
    used = np.minimum(e.recipe * output[:, None, :], state.stock / dt)
    spoiled = spoilage(state.stock, used, e)
    order *= supplied[:, :, None]
    stock = order
    stock -= used
    stock -= spoiled
    stock *= dt
    stock += state.stock
    np.maximum(stock, 0.0, out=stock)  # a stock used up leaves rounding of either sign
    scarcity = np.divide(asked - output, asked, out=np.zeros_like(asked), where=asked > 0)
    after = State(
        step=state.step + 1,
        stock=stock,
        output=output,
        wanted=np.minimum(capacity, asked),
        overtime=overtime(state.overtime, scarcity, e),
        share=drift(state, left, fill, wants_use, wants_final, e, p),
        debt=remembered(state.share, share_use, debt, part, fill, wants_use, left, e),
    )
    from_old = final * old
    return after, Flows(
        asked=asked, capacity=capacity, limit=limit, output=output, wants_use=wants_use, wants_final=wants_final,
        share_use=share_use, share_final=share_final, demand=demand + from_old, fill=fill, met=got_final + from_old,
        drawn=everyone * old, used=used, spoiled=spoiled,
    )  # fmt: skip


def orders(state: State, limit: Array, e: Economy, p: Pressure) -> tuple[Array, Array]:
    """What industry j of s orders of good i, from all origins, axes s i j, and what stocks lack, axes s i.

    o = max(0, a min(x, limit) + (S* − S)/τ): what it expects to use, and a part of the gap to its target stock
    [Hallegatte2013; Pichler2022]. It expects to produce what it did last, or what its stocks allow if that is less. The
    target S* is days · base use ("base") or days · a · min(orders, capacity) ("demand"); while stockpiling times that
    ratio, but never more than keeps. Without destocking the gap is not allowed below 0. limit s j, per day
    """
    days: Array = e.days if p.target is None else _stockpiled(e, p.target)
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


def owed(state: State, gap: Array, wanted: Array, e: Economy) -> tuple[Array, Array]:
    """What suppliers still owe, and the part of industries' orders that asks for it, axes i r s and s i.

    Debts never exceed the gap G between stocks and targets. Of the orders O, max(0, O − Σ_j a wanted) asks for the gap, and
    of that the share Σ_r b / G is asked of those who owe. part is that over O.
    """
    if state.debt.size == 0:
        return NO_DEBT, np.zeros_like(gap)
    total = state.debt.sum(axis=1).T
    kept = np.minimum(1.0, np.divide(gap, total, out=np.zeros_like(gap), where=total > 0))
    regular = np.matmul(e.recipe, state.wanted[:, :, None])[:, :, 0]
    extra = np.maximum(wanted - regular, 0.0)
    part = np.divide(extra, wanted, out=np.zeros_like(gap), where=wanted > 0)
    part *= np.divide(kept * total, gap, out=np.zeros_like(gap), where=gap > 0)
    return state.debt * kept.T[:, None, :], part


def recalled(share: Array, debt: Array, part: Array) -> Array:
    """Sourcing of industries' orders when a part asks debtors only: π (1 − part) + part b / Σ_r b, axes i r s."""
    if debt.size == 0:
        return share
    total = debt.sum(axis=1)
    out = debt * np.divide(part.T, total, out=np.zeros_like(total), where=total > 0)[:, None, :]
    out += share * (1.0 - part.T * (total > 0))[:, None, :]
    return np.asarray(out)


def remembered(
    share: Array, got: Array, debt: Array, part: Array, fill: Array, wants: Array, left: Array | None, e: Economy
) -> Array:
    """Debts after a step: b' = max(0, b + dt (π W (1 − part) − T)), T what r delivered to the industries of s.

    got i r s, sourcing after throttled links, so that T = got W φ. Empty where there was no debt and all were served.
    """
    short = bool((fill[:, 0] < SERVED).any()) or left is not None
    if not e.remembers or not (short or debt.size):
        return NO_DEBT
    out = outer(fill, wants, np.zeros_like(wants), e)
    out *= got
    np.negative(out, out=out)
    out += share * (wants * (1.0 - part)).T[:, None, :]
    out *= e.step_days
    if debt.size:
        out += debt
    return np.maximum(out, 0.0, out=out)


def tilted(share: Array, wants_final: Array, p: Pressure) -> tuple[Array, Array]:
    """Sourcing of final users who want more or less of the goods of certain origins, and their demand then.

    π_f[r,s,i] = π[r,s,i] ω[r,s,i];  D[s,i] = W[s,i] Σ_r π_f[r,s,i]. What is cancelled at one origin is not ordered from
    another.
    """
    if p.tilted is None or p.tilt is None:
        return share, wants_final
    out = share.copy()
    out[p.tilted] *= p.tilt
    return out, wants_final * out.sum(axis=1).T


def accepted(share_use: Array, share_final: Array, wants_use: Array, wants_final: Array, p: Pressure) -> Array | None:
    """Share of the orders through each throttled link that fits, min(1, room / orders), at `p.cells`."""
    if p.cells is None or p.room is None:
        return None
    i, _, s = p.cells
    through = share_use[p.cells] * wants_use[s, i] + share_final[p.cells] * wants_final[s, i]
    return np.divide(p.room, through, out=np.ones_like(through), where=through > p.room)


def throttled(share_use: Array, share_final: Array, left: Array | None, p: Pressure) -> tuple[Array, Array]:
    """Sourcing of industries and final users after throttled links.

    A link carries the smaller of what is ordered through it and its room. What does not fit is not ordered from that
    origin and not moved to others at once; substitution moves it with time.
    """
    if left is None or p.cells is None:
        return share_use, share_final
    use = share_use.copy()
    use[p.cells] *= left
    if share_final is share_use:
        return use, use
    final = share_final.copy()
    final[p.cells] *= left
    return use, final


def routed(use: Array, final: Array, wants_use: Array, wants_final: Array) -> tuple[Array, Array]:
    """Orders that origins receive from industries and final users, Σ_s π[r,s,i] W[s,i], axes r i."""
    if use is final:  # one pass over the shares for both
        both = np.matmul(use, np.stack([wants_use.T, wants_final.T], axis=2))
        return np.ascontiguousarray(both[:, :, 0].T), np.ascontiguousarray(both[:, :, 1].T)
    one, two = np.matmul(use, wants_use.T[:, :, None]), np.matmul(final, wants_final.T[:, :, None])
    return np.ascontiguousarray(one[:, :, 0].T), np.ascontiguousarray(two[:, :, 0].T)


def available(e: Economy, p: Pressure, overtime: Array) -> Array:
    """Capacity x̄ (1 + slack) κ α, axes r i, per day; κ share left by shocks, α overproduction.

    An open region delivers whatever is asked unless a shock hits it; then κ times what it sells in the table.
    """
    own = np.where(np.isfinite(e.capacity), e.capacity * overtime, e.output)
    return np.where(np.isfinite(e.capacity) | (p.capacity < 1), own * p.capacity, np.inf)


def input_limit(stock: Array, e: Economy) -> Array:
    """Output that stocks of critical inputs allow, axes s j, per day.

    min_i [ρ S/(a max(dt, ψ n)) + (1 − ρ) x̄]  over inputs with ρ > 0          [Pichler2022, IHS2 for ρ = ½]
    linear: Σ_i S / Σ_i a max(dt, ψ n)                                          [Pichler2022, linear]

    ρ criticality i j · a recipe · n days · ψ caution: 0 uses a stock to the last, else [Hallegatte2013].
    """
    if e.pooled.size:
        total = stock.sum(axis=1)
        return np.asarray(np.divide(total, e.pooled, out=np.full_like(total, np.inf), where=e.pooled > 0))
    out = stock * e.slope
    out += e.base
    return np.asarray(out.min(axis=1))


def _at_home(use: Array, final: Array, wants_use: Array, wants_final: Array, e: Economy) -> Array:
    """Orders an origin receives from its own nation, axes r i; only the rule that looks at it pays for it."""
    if e.rule != "home_first":
        return np.zeros((0, 0))
    return sum(routed(use * e.home, final * e.home, wants_use, wants_final), np.zeros_like(e.output))


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


def delivered(
    use: Array, final: Array, wants_use: Array, wants_final: Array, fill: Array, e: Economy
) -> tuple[Array, Array]:
    """What industries and final users receive, W[s,i] Σ_r π[r,s,i] φ[r,s,i], axes s i."""
    got_use, got_final = _collected(use, final, fill[1])
    if e.rule == "home_first":
        near_use, near_final = _collected(use * e.home, final * e.home, fill[0] - fill[1])
        got_use, got_final = got_use + near_use, got_final + near_final
    return wants_use * got_use, wants_final * got_final


def _collected(use: Array, final: Array, fill: Array) -> tuple[Array, Array]:
    """Σ_r π φ for both kinds of users, axes s i; fill (industries, final) r i."""
    back = use.transpose(0, 2, 1)
    if use is final:
        both = np.matmul(back, fill.transpose(2, 1, 0))
        return both[:, :, 0].T, both[:, :, 1].T
    one = np.matmul(back, fill[0].T[:, :, None])
    two = np.matmul(final.transpose(0, 2, 1), fill[1].T[:, :, None])
    return one[:, :, 0].T, two[:, :, 0].T


def spoilage(stock: Array, used: Array, e: Economy) -> Array:
    """Goods that outlive their shelf: max(0, S − L u)/L per day, axes s i j.

    A stock S used at rate u lasts S/u days; what exceeds the use of a shelf life L spoils within L. Zero at rest, and for
    services, which wait but are not lost.
    """
    out = np.zeros_like(stock)
    for i in np.flatnonzero(np.isfinite(e.keeps) & (e.spoils > 0)):
        out[:, i] = np.maximum(stock[:, i] / e.keeps[i] - used[:, i], 0.0)
    return out


def overtime(alpha: Array, scarcity: Array, e: Economy) -> Array:
    """Overproduction: α' = α + dt/τ_α [(α_max − α) ζ − (α − 1)(1 − ζ)], ζ the share of orders not served.

    As [Hallegatte2013], with the return to 1 weighted by 1 − ζ instead of switched on at ζ = 0.
    """
    pull = (e.overtime_max - alpha) * scarcity - (alpha - 1.0) * (1.0 - scarcity)
    return alpha + (e.step_days / e.overtime_days) * pull


def drift(
    state: State, left: Array | None, fill: Array, wants_use: Array, wants_final: Array, e: Economy, p: Pressure
) -> Array:
    """Sourcing shares, when they are revised (every D days), move towards what suppliers deliver.

    π' = π + min(1, λ D) (π* − π),  π*[r,s,i] = π⁰ κ^(−θ) q / Σ_r π⁰ κ^(−θ) q
    q  share of the orders to r that s received, links included · κ  lasting change of the cost of delivery, 1 without
    Shares stay as they are where nothing is delivered at all, and no region finds suppliers it never had.
    """
    share = state.share
    if e.substitution == 0.0 or (state.step + 1) % e.revise_steps:
        return share
    total = wants_use + wants_final
    part = np.divide(wants_use, total, out=np.zeros_like(total), where=total > 0)
    best = outer(fill, part, 1.0 - part, e)
    best *= e.share
    if e.supplier_pull is not None:
        best *= e.supplier_pull
    if left is not None and p.cells is not None:
        best[p.cells] *= left
    whole = best.sum(axis=1, keepdims=True)
    speed = np.where(whole > 0, min(1.0, e.revise_steps * e.step_days * e.substitution), 0.0)
    best *= np.divide(speed, whole, out=np.zeros_like(whole), where=whole > 0)
    best += share * (1.0 - speed)
    return best


def outer(fill: Array, by_use: Array, by_final: Array, e: Economy) -> Array:
    """φ_use[r,i] U[s,i] + φ_final[r,i] F[s,i] with the fill rates that hold between r and s, axes i r s."""
    pool = np.stack([by_use.T, by_final.T], axis=1)
    far = np.matmul(fill[1].transpose(2, 1, 0), pool)
    if e.rule != "home_first":
        return np.asarray(far)
    near = np.matmul((fill[0] - fill[1]).transpose(2, 1, 0), pool)
    return np.asarray(far + near * e.home)
