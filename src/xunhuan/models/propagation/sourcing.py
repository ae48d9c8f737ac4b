"""Who is asked for what: debts, throttled links, cancelled orders, routing, deliveries, and shares that drift.

Everything here works on shares i r s; goods for which final users buy elsewhere than industries are kept apart, so that
the rest needs one pass over the shares. Letters as in `state`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from xunhuan.models.propagation.economy import Economy
from xunhuan.models.propagation.state import Goods, Pressure, Sourcing, State

Array = NDArray[np.float64]
SERVED = 1.0 - 1e-12
"""An order served to this share counts as served in full: the rest is rounding."""


def owed(state: State, gap: Array, wanted: Array, e: Economy) -> tuple[Array, Array]:
    """What suppliers still owe, and the part of industries' orders that asks for it, axes g r s and g s.

    Debts never exceed the gap G between stocks and targets. Of the orders O, max(0, O − Σ_j a wanted) asks for the gap, and
    of that the share Σ_r b / G is asked of those who owe. part is that over O. gap g s, wanted i s
    """
    g = state.indebted
    if g.size == 0:
        return state.debt, gap
    wanted, total = wanted[g], state.debt.sum(axis=1)
    kept = np.minimum(1.0, np.divide(gap, total, out=np.zeros_like(gap), where=total > 0))
    regular = (e.recipe[g] * state.wanted).sum(axis=2)
    part = np.divide(np.maximum(wanted - regular, 0.0), wanted, out=np.zeros_like(gap), where=wanted > 0)
    part *= np.divide(kept * total, gap, out=np.zeros_like(gap), where=gap > 0)
    return state.debt * kept[:, None, :], part


def sourced(state: State, debt: Array, part: Array, wants: Array, p: Pressure) -> tuple[Sourcing, Array, Array | None]:
    """Where both kinds of users buy, final demand after cancelled orders, and what fits through throttled links.

    Industries ask debtors for a part of their orders: π (1 − part) + part b / Σ_r b.
    Final users want π ω of an origin; what they cancel at one they do not order from another: D = W Σ_r π ω.
    A link carries the smaller of what is ordered through it and its room; what does not fit is not ordered elsewhere at
    once, substitution moves it with time.
    """
    use, demand, left = state.share, wants[:, 2], None
    split = state.indebted if p.tilted is None else np.union1d(state.indebted, p.tilted)
    own = use[split]
    place = np.full(len(use), -1, dtype=np.intp)
    place[split] = np.arange(len(split))
    if state.indebted.size or p.cells is not None:
        use = use.copy()
    if state.indebted.size:
        use[state.indebted] = recalled(use[state.indebted], debt, part)
    if p.tilted is not None and p.tilt is not None:
        own[place[p.tilted]] *= p.tilt
        demand = demand.copy()
        demand[p.tilted] *= own[place[p.tilted]].sum(axis=1)
    if p.cells is not None and p.room is not None:
        i, r, s = p.cells
        inside = place[i] >= 0
        by_final = use[p.cells]
        by_final[inside] = own[place[i[inside]], r[inside], s[inside]]
        through = use[p.cells] * (wants[i, 0, s] + wants[i, 1, s]) + by_final * wants[i, 2, s]
        left = np.divide(p.room, through, out=np.ones_like(through), where=through > p.room)
        use[p.cells] *= left
        own[place[i[inside]], r[inside], s[inside]] *= left[inside]
    return Sourcing(use, split, own), demand, left


def recalled(share: Array, debt: Array, part: Array) -> Array:
    """Sourcing of orders when a part asks debtors only: π (1 − part) + part b / Σ_r b, axes g r s."""
    total = debt.sum(axis=1)
    out = debt * np.divide(part, total, out=np.zeros_like(total), where=total > 0)[:, None, :]
    out += share * (1.0 - part * (total > 0))[:, None, :]
    return np.asarray(out)


def remembered(
    state: State, got: Sourcing, debt: Array, part: Array, fill: Array, wants: Array, left: Array | None, e: Economy,
    p: Pressure,
) -> tuple[Goods, Array]:  # fmt: skip
    """Goods and debts after a step: b' = max(0, b + dt (π W (1 − part) − T)), T what r delivered to industries of s.

    part is what was asked of debtors only; got is sourcing after throttled links, so that T = got W φ.
    """
    short: NDArray[np.bool_] = np.asarray((fill[:, :, :2] < SERVED).any(axis=(0, 2, 3)))
    short[state.indebted] = True
    if left is not None and p.cells is not None:
        short[p.cells[0][left < SERVED]] = True
    goods = np.flatnonzero(short) if e.remembers else np.zeros(0, dtype=np.intp)
    if goods.size == 0:
        return goods, np.zeros((0, *got.use.shape[1:]))
    regular = wants[:, 0] + wants[:, 1]
    regular[state.indebted] *= 1.0 - part
    out = outer(fill[:, goods, :2], wants[goods, :2], e)
    out *= got.use[goods]
    np.negative(out, out=out)
    out += state.share[goods] * regular[goods][:, None, :]
    out *= e.step_days
    out[np.searchsorted(goods, state.indebted)] += debt
    np.maximum(out, 0.0, out=out)
    owing = out.any(axis=(1, 2))
    return goods[owing], out if owing.all() else out[owing]


def routed(src: Sourcing, wants: Array) -> Array:
    """Orders that origins receive, Σ_s π[r,s,i] W[s,i], axes i k r; wants i k s."""
    out = np.matmul(wants, src.use.transpose(0, 2, 1))
    if src.split.size:
        out[src.split, 2] = np.matmul(src.final, wants[src.split, 2][:, :, None])[:, :, 0]
    return np.asarray(out)


def asked_near(src: Sourcing, wants: Array, e: Economy) -> Array:
    """Orders that go first, axes i r: all from the own nation, or current needs of industries in the own region."""
    if e.rule == "home_first":
        return np.asarray(routed(at_home(src, e), wants).sum(axis=1))
    return np.asarray(own(src.use) * wants[:, 0])


def own(use: Array) -> Array:
    """Share of a region's orders that it places with itself, π[r,r,i], axes i r."""
    return np.diagonal(use, axis1=1, axis2=2)


def at_home(src: Sourcing, e: Economy) -> Sourcing:
    """Sourcing inside the own nation only."""
    return Sourcing(src.use * e.home, src.split, src.final * e.home)


def delivered(src: Sourcing, wants: Array, fill: Array, e: Economy) -> Array:
    """What is received, W[s,i] Σ_r π[r,s,i] φ[r,s,i], axes i k s."""
    got = _collected(src, fill[1])
    if e.rule == "home_first":
        got = got + _collected(at_home(src, e), fill[0] - fill[1])
    elif e.rule == "final_last":
        got = got.copy()
        got[:, 0] += own(src.use) * (fill[0, :, 0] - fill[1, :, 0])
    return wants * got


def _collected(src: Sourcing, fill: Array) -> Array:
    """Σ_r π φ, axes i k s; fill i k r."""
    out = np.matmul(fill, src.use)
    if src.split.size:
        out[src.split, 2] = np.matmul(fill[src.split, 2][:, None, :], src.final)[:, 0, :]
    return np.asarray(out)


def shipped(src: Sourcing, fill: Array, wants: Array, e: Economy) -> Array:
    """Deliveries of good i from r to s, π Σ_k φ_k W_k over needs, restocking and final users, axes i r s, per day."""
    out = outer(fill, wants, e)
    out *= src.use
    g = src.split
    if g.size:
        f, w = fill[:, g], wants[g]
        out[g] = outer(f[:, :, :2], w[:, :2], e) * src.use[g] + outer(f[:, :, 2:], w[:, 2:], e) * src.final
    return out


def drift(state: State, left: Array | None, fill: Array, wants: Array, e: Economy, p: Pressure) -> Array:
    """Sourcing shares, when they are revised (every D days), move towards what suppliers deliver.

    π' = π + min(1, λ D) (π* − π),  π*[r,s,i] = π⁰ κ^(−θ) q / Σ_r π⁰ κ^(−θ) q
    q  share of the orders to r that s received, links included · κ  lasting change of the cost of delivery, 1 without
    Shares stay as they are where nothing is delivered at all, and no region finds suppliers it never had.
    """
    share = state.share
    if e.substitution == 0.0 or (state.step + 1) % e.revise_steps:
        return share
    total = wants.sum(axis=1, keepdims=True)
    best = outer(fill, np.divide(wants, total, out=np.zeros_like(wants), where=total > 0), e)
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


def outer(fill: Array, pool: Array, e: Economy) -> Array:
    """Σ_k φ_k[r,i] P_k[s,i] with the fill rates that hold between r and s, axes i r s; fill n i k r, pool i k s."""
    out = np.matmul(fill[1].transpose(0, 2, 1), pool)
    if e.rule == "home_first":
        out += np.matmul((fill[0] - fill[1]).transpose(0, 2, 1), pool) * e.home
    elif e.rule == "final_last":
        place = np.arange(out.shape[1])
        out[:, place, place] += ((fill[0] - fill[1]) * pool).sum(axis=1)
    return np.asarray(out)
