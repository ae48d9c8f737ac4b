"""Accounts to the arrays of the kernel, and what a shock makes of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xunhuan.data.accounts import Accounts, Sourcing
from xunhuan.data.arrays import Array, ratio
from xunhuan.data.memory import require_memory
from xunhuan.errors import BadInput, Infeasible, Problems
from xunhuan.models.edits.primitives import Primitives
from xunhuan.models.solvers import array
from xunhuan.models.trade.parameters import TradeParameters
from xunhuan.models.trade.population import whereabouts
from xunhuan.models.trade.records import Economy, Elasticities, Shift, Substitution, Tolls, Users

RAISED = "before the trade model ran, final use and value added raised by as much"
"""How the note ends that tells of flows set to 0."""


@dataclass(frozen=True, eq=False)
class Base:
    """The base equilibrium and what it takes to come back from it to accounts.

    economy  arrays of the kernel, shares of world GDP
    unit     value of 1 of them in the table's unit: world GDP
    duties   s j, import duties on the inputs of each industry, unit of the table
    wedge    r i, 1 + m, price / cost at which owners or collectors earn; the rate of subsidy in `economy` is net of it
    notes    treatment of unusual cells, one line each
    paying   o d, 1 where people of o would bear a cost of living in d
    """

    economy: Economy
    unit: float
    duties: Array
    wedge: Array
    notes: tuple[str, ...]
    paying: Array


def _device(**arrays: Array) -> dict[str, Any]:
    return {name: array(a) for name, a in arrays.items()}


def without_negative_flows(acc: Accounts, by_user: bool = False) -> Accounts:
    """The accounts with bilateral flows below 0 (stocks sold, in tables with sourcing by user) set to 0.

    What a flow gains is added to the buyer's final use (the category that holds the stocks) and to the seller's
    value added, so the identities hold. Accounts without such flows are returned as they are.

    by_user  whether what final users buy from each origin must not be negative either, and sourcing is kept
    """
    if by_user and acc.sourcing is not None:
        return _without_negative_purchases(acc, acc.sourcing)
    below = np.maximum(-acc.flow, 0.0)
    if not below.any():
        return acc
    final, value_added = acc.final.copy(), acc.value_added.copy()
    stocks = int(acc.final.sum((0, 1)).argmin())
    final[:, :, stocks] += below.sum(0)
    value_added[:, :, int(acc.value_added.sum((0, 1)).argmax())] += below.sum(1) * acc.closed[:, None]
    part = _part(below.sum() / acc.absorption.sum())
    note = f"{int((below > 0).sum())} negative bilateral flows ({part} of all use) were set to 0 {RAISED}"
    return acc.replace(flow=acc.flow + below, final=final, value_added=value_added, notes=(*acc.notes, note))


def _part(share: float) -> str:
    """A small share as a sentence names it.

    >>> _part(7e-5), _part(4.3e-7)
    ('0.007%', 'less than 0.001%')
    """
    return f"{100 * share:.2g}%" if share >= 1e-5 else "less than 0.001%"


def _without_negative_purchases(acc: Accounts, sourcing: Sourcing) -> Accounts:
    """The same for what final users of a region buy from each origin; purchases of industries below 0 are refused."""
    if (sourcing.intermediate < 0).any():
        count = int((sourcing.intermediate < 0).sum())
        raise BadInput(f"{count} purchases of industries are negative", where=acc.name, fix='sourcing = "alike"')
    below = np.einsum("ris->rsi", np.maximum(-sourcing.final.sum(3), 0.0))
    if not below.any():
        return acc
    final, by_origin, value_added = acc.final.copy(), sourcing.final.copy(), acc.value_added.copy()
    stocks = int(acc.final.sum((0, 1)).argmin())
    final[:, :, stocks] += below.sum(0)
    by_origin[:, :, :, stocks] += np.einsum("rsi->ris", below)
    value_added[:, :, int(acc.value_added.sum((0, 1)).argmax())] += below.sum(1) * acc.closed[:, None]
    part = _part(below.sum() / acc.absorption.sum())
    note = (
        f"{int((below > 0).sum())} negative purchases of final users by origin ({part} of "
        f"all use) were set to 0 {RAISED}"
    )
    return acc.replace(
        flow=acc.flow + below, final=final, value_added=value_added, sourcing=Sourcing(sourcing.intermediate, by_origin),
        notes=(*acc.notes, note),
    )  # fmt: skip


def spent_by_user(acc: Accounts) -> Array:
    """What each user spends on each origin, duties included, r s i u: industries j, then final use; unit of the table.

    Raises BadInput for a table that does not know where each user buys.
    """
    if acc.sourcing is None:
        raise BadInput(
            "the table does not know where each user buys",
            where=acc.name,
            fix='sourcing = "alike", or a table that does: WIOD',
        )
    z, f = acc.sourcing.intermediate, acc.sourcing.final
    # What is spent, its shares, and the two weights of the search.
    require_memory(4.0 * acc.flow.nbytes * (acc.S + 1), f"trade of {acc.name} by user", 'sourcing = "alike"')
    both = np.concatenate([np.einsum("risj->rsij", z), np.einsum("risf->rsi", f)[..., None]], axis=3)
    return np.asarray((1 + acc.tariff)[..., None] * both)


def calibrate(
    acc: Accounts, nested: bool = False, by_user: bool = False, labour: str = "immobile", window: str = "",
    wedge: Array | None = None,
) -> Base:  # fmt: skip
    r"""The base equilibrium of the model, exact on the table.

    π = (1+t) flow / X, X[s,i] = Σ_r (1+t) flow;  γ[s,i,j] = m[s,i] use / Y, m = X / Σ_r flow;  β = 1 − Σ_i γ;
    final spending F = X − Σ_j m use;  α = F⁺ / I, I = Σ_i F⁺;  wL = Σ_j βY;  D = Σ_i (Σ_r flow − Y)

    nested: whether regions of one nation are a sourcing nest of their own; if not, one nest holds all (less work).
    wedge: r i, 1 + m, price over cost where owners or collectors earn the difference; 1 by default. Cost is then Y/(1+m),
    its shares γ and β are so much larger, and m/(1+m) Y is income of the region beside wL: a subsidy at a negative rate.
    labour, window: who moves where in the base, see `population.whereabouts`.
    by_user: whether each user has shares of its own, π[r,s,i,u] = (1+t) flow[r,s,i,u] / Σ_r; if not, users of a region
    source alike and bear the same duties.
    Net negative final use is a sale out of stock, a constant share of the demand for it.
    An industry whose inputs cost more than its output lives on a subsidy of its region at that rate.
    An open region buys and sells at the world's prices: its cost, prices and spending do not move.

    Raises BadInput for accounts the model cannot hold: a region without factor income or spending, people who move nobody
    knows where; as `spent_by_user`.
    """
    tariff = acc.tariff
    spent = (1 + tariff) * acc.flow
    spending = spent.sum(0)
    markup = np.where(acc.absorption > 0, ratio(spending, acc.absorption), 1.0)
    purchases = acc.use * markup[:, :, None]
    users, left = None, spending - purchases.sum(2)
    if by_user:
        each = spent_by_user(acc)
        total = each.sum(0)
        users = Users(*_device(share=ratio(each, total[None]), weight=ratio(total, spending[:, :, None])).values())
        purchases, left = total[:, :, :-1], total[:, :, -1]
    raw = ratio(purchases, acc.output[:, None, :])
    alive = np.maximum(raw.sum(1) - 1, 0.0)
    alive[alive < 1e-12] = 0.0
    wedge = np.ones_like(alive) if wedge is None else wedge
    subsidy = np.where(wedge == 1, alive, (1 + alive) / wedge - 1)
    inputs = raw / (1 + subsidy)[:, None, :]
    factors = np.maximum(1 - inputs.sum(1), 0.0)
    cost = (1 + subsidy) * acc.output
    left[np.abs(left) < 1e-12 * spending] = 0.0
    bought, stock = np.maximum(left, 0.0), np.minimum(left, 0.0)
    income = bought.sum(1)
    bill = (factors * cost).sum(1)
    duty_in = (purchases - acc.use).sum((1, 2))
    gdp = np.where(acc.closed, bill + duty_in - (subsidy * acc.output).sum(1), 0.0)
    _refuse_empty(acc, income, bill)
    unit = float(gdp.sum())
    group, pool = _nests(acc, nested)
    there = whereabouts(acc, pool, bill / bill.sum(), labour, window)
    economy = Economy(**_device(
        share=ratio(spent, spending[None]), tariff=tariff, inputs=inputs, factors=factors,
        taste=ratio(bought, income[:, None]), run_down=ratio(-stock, spending - stock),
        output=acc.output / unit, income=income / unit, wage_bill=bill / unit,
        deficit=(acc.absorption - acc.output).sum(1) / unit, gdp=gdp / unit,
        subsidy=subsidy, people=there.people, moves=there.moves, group=group, pool=pool, books=acc.closed.astype(np.float64),
    ), users=users)  # fmt: skip
    notes = (*_notes(acc, stock, alive, by_user), *there.notes)
    return Base(economy, unit, (purchases - acc.use).sum(1), wedge, notes, there.paying)


def income_of_people(base: Base) -> Array:
    """Σ_d I[d] m[o,d] L̄[o] / L[d], axis o, the table's unit: what people of o spend in the base, all in a region alike."""
    e = base.economy
    there = np.asarray(e.people)[:, None] * np.asarray(e.moves)
    return np.asarray(base.unit * (ratio(there, there.sum(0)) @ np.asarray(e.income)))


def _refuse_empty(acc: Accounts, income: Array, bill: Array) -> None:
    problems = Problems("regions without factor income or final spending have no equilibrium")
    for k in np.flatnonzero(acc.closed & ((income <= 0) | (bill <= 0))):
        problems.add(f"{acc.geography.codes[k]}: factor income {bill[k]:.4g}, final spending {income[k]:.4g}")
    problems.raise_if(BadInput, where=acc.name, fix="aggregate such a region with another")


def _nests(acc: Accounts, nested: bool) -> tuple[Array, Array]:
    """Sourcing nests g r (row 0: regions that are their own nation) and labour pools p s: nations of several regions."""
    index = acc.geography.nation_index
    shut = ~acc.closed
    several = [n for n in range(len(acc.geography.nations)) if ((index == n) & ~shut).sum() > 1]
    members = np.array([(index == n) & ~shut for n in several], dtype=np.float64).reshape(len(several), acc.R)
    alone = 1 - members.sum(0, keepdims=True)
    pool = members if several else np.zeros((1, acc.R))
    group = np.concatenate([alone, members]) if nested else np.ones((1, acc.R))
    return group, np.asarray(pool, dtype=np.float64)


def _notes(acc: Accounts, stock: Array, subsidy: Array, by_user: bool) -> tuple[str, ...]:
    notes = []
    notes += [n for n in acc.notes if n.endswith(RAISED)]
    if acc.sourcing is not None and not by_user:
        notes.append(
            'users of a region source alike, sourcing by user is not carried into the answer; sourcing = "by_user" keeps it'
        )
    if (stock < 0).any():
        share = -stock.sum() / acc.absorption.sum()
        notes.append(
            f"{int((stock < 0).sum())} cells of net negative final use ({_part(share)} of all use) are sales out of "
            "stock, a constant share of the demand for the good"
        )
    if subsidy.any():
        share = (subsidy * acc.output).sum() / acc.output.sum()
        n = int((subsidy > 0).sum())
        who = (
            "1 industry costs more than it sells and is"
            if n == 1
            else f"{n} industries cost more than they sell and are"
        )
        notes.append(
            f"{who} subsidised by {'its' if n == 1 else 'their'} region at that rate ({_part(share)} of output)"
        )
    if not acc.closed.all():
        notes.append("open regions are a world so large that its prices and spending do not move")
    return tuple(notes)


def elasticities(acc: Accounts, p: TradeParameters) -> tuple[Elasticities, str]:
    """Arrays of behaviour for a table, and where θ comes from. Raises BadInput as `TradeParameters.check`."""
    p.check(acc.sectors)
    theta, note = p.trade_elasticities(acc.sectors)
    # At rest under "zero" there are none to keep; see `ownbase`.
    kept = ("world_share", "constant", "own_share").index("world_share" if p.deficits == "zero" else p.deficits)
    held = (float(kept == k) for k in range(3))
    values: tuple[Any, ...] = (
        theta, theta * p.nest_ratio, p.scale_elasticities(acc.sectors),
        p.mobility if p.labour != "immobile" else 0.0, *held, float(p.transfers == "nation_share"),
    )  # fmt: skip
    other = p.substitution_elasticities(acc.sectors)
    nests = None if other is None else Substitution(*(array(v) for v in other))
    arrays: tuple[Any, ...] = tuple(array(v) for v in values)
    return Elasticities(*arrays)._replace(substitution=nests), note


def shift(acc: Accounts, base: Base, p: Primitives) -> Shift:
    """The kernel's primitives of a shock, with the cells that stay in use and the parts bans cut the world into.

    Raises BadInput for values out of range; Infeasible naming cells that lose every supplier, or a region that
    loses every buyer.
    """
    _check_primitives(p)
    banned = np.isinf(p.trade_cost)
    e = base.economy
    active, bought = _in_use(acc, e, ~banned)
    trade = np.where(banned, 0.0, e.share) > 0
    return Shift(**_device(
        log_cost=np.log(np.where(banned, 1.0, p.trade_cost)), allowed=(~banned).astype(np.float64),
        tariff=p.tariff, export_tax=p.export_tax, log_productivity=np.log(p.productivity), demand=p.final_demand,
        subsidy=_net_subsidy(base, p), log_moving=base.paying * np.log(p.mobility_cost),
        active=active, bought=bought, part=_paying_parts(acc, trade, p), transfer=p.transfer / base.unit,
    ))._replace(tolls=_tolls(acc, p))  # fmt: skip


def _tolls(acc: Accounts, p: Primitives) -> Tolls | None:
    """Tolls by collecting region, whatever service they are booked as."""
    if not p.tolls:
        return None
    to = sorted({t.region for t in p.tolls})
    rate = np.stack([np.sum([t.rate for t in p.tolls if t.region == r], axis=0) for r in to])
    return Tolls(*_device(rate=rate, to=np.eye(acc.R)[to]).values())


def _net_subsidy(base: Base, p: Primitives) -> Array:
    """Rates add up, policy on top of what keeps an industry of negative value added alive, and wedges are taken off:
    (1 + σ₀ + σ) / (1 + m) − 1."""
    rest = np.asarray(base.economy.subsidy)
    return np.where(p.wedge == base.wedge, rest, (1 + rest) * base.wedge / p.wedge - 1) + p.subsidy / p.wedge


def _paying_parts(acc: Accounts, trade: NDArray[np.bool_], p: Primitives) -> Array:
    """The parts c s that the trade r s i that is left makes; every transfer and toll stays inside one. Raises Infeasible."""
    part, codes = _parts(np.asarray(trade.any(2))), acc.geography.codes
    net = part @ p.transfer
    stuck = np.abs(net) > 1e-9 * np.abs(p.transfer).max(initial=0.0)
    paid, cut = "", []
    if stuck.any():
        inside = part[int(np.argmax(np.abs(net)))] > 0
        paid, cut = "transfer", [c for c, here, t in zip(codes, inside, p.transfer, strict=True) if here and t]
    for t in p.tolls:
        away = ((t.rate != 0) & trade).any((1, 2)) & (part[:, t.region] @ part == 0)
        if away.any():
            paid, cut = "toll", [codes[t.region], *(codes[r] for r in np.flatnonzero(away))]
    if paid:
        what = f"bans cut the world in parts, and a {paid} between parts has no goods to be paid in"
        raise Infeasible(what, where=acc.name, items=cut, fix="leave some trade between payers and receivers")
    return part


def _check_primitives(p: Primitives) -> None:
    problems = Problems("the shock is out of range")
    positive = {"trade_cost": p.trade_cost, "productivity": p.productivity, "final_demand": p.final_demand,
                "mobility_cost": p.mobility_cost, "wedge_base": p.wedge_base, "wedge": p.wedge}  # fmt: skip
    for name, a in positive.items():
        if np.isnan(a).any() or (a <= 0).any():
            bad = int((np.isnan(a) | (a <= 0)).sum())
            problems.add(f"{name} must be a positive ratio; {bad} cells are not, the first {a[~(a > 0)][0]:g}")
        if name != "trade_cost" and np.isinf(a).any():
            problems.add(f"{name} must be finite")
    for name, a in {"tariff": p.tariff, "subsidy": p.subsidy, "export_tax": p.export_tax}.items():
        if not np.isfinite(a).all() or (a <= -1).any():
            problems.add(f"{name} must be a finite rate above -1")
    if not np.isfinite(p.transfer).all() or abs(p.transfer.sum()) > 1e-9 * np.abs(p.transfer).sum():
        problems.add("transfer must be finite and sum to 0 over the world")
    problems.raise_if(BadInput)


def _in_use(acc: Accounts, e: Economy, allowed: NDArray[np.bool_]) -> tuple[Array, Array]:
    """Which outputs r i still have a buyer, and which goods s i are still bought, once bans hold."""
    share, inputs = np.asarray(e.share), np.asarray(e.inputs)
    if e.users is not None:
        return _in_use_by_user(acc, e, allowed)
    path = (share > 0) & allowed
    wanted = np.asarray(e.taste) > 0
    active = np.asarray(acc.output > 0)
    while True:
        bought = wanted | ((inputs > 0) & active[:, None, :]).any(2)
        still = (path & bought[None]).any(1) & (acc.output > 0)
        if (still == active).all():
            break
        active = still
    lost = Problems("a ban leaves goods without any supplier")
    g, i = acc.geography.codes, acc.sectors.codes
    for s, k in np.argwhere(bought & ~path.any(0) & (acc.absorption > 0) & acc.closed[:, None]):
        lost.add(f"{i[k]} in {g[s]}")
    for s in np.flatnonzero(acc.closed & ~active.any(1)):
        lost.add(f"{g[s]} has no industry left with a buyer")
    lost.raise_if(Infeasible, where=acc.name, fix="leave one supplier, or use a high trade cost in place of a ban")
    return active.astype(np.float64), (bought & (acc.absorption > 0)).astype(np.float64)


def _in_use_by_user(acc: Accounts, e: Economy, allowed: NDArray[np.bool_]) -> tuple[Array, Array]:
    """The same where each user has sources of its own."""
    path = (np.asarray(e.users.share if e.users is not None else 0.0) > 0) & allowed[..., None]
    wanted = np.concatenate([np.asarray(e.inputs) > 0, np.asarray(e.taste)[:, :, None] > 0], axis=2)
    active = np.asarray(acc.output > 0)
    while True:
        runs = np.concatenate([active, np.ones((acc.R, 1), dtype=bool)], axis=1)
        bought = wanted & runs[:, None, :]
        still = (path & bought[None]).any((1, 3)) & (acc.output > 0)
        if (still == active).all():
            break
        active = still
    lost = Problems("a ban leaves users without any supplier")
    g, i = acc.geography.codes, acc.sectors.codes
    for s, k, u in np.argwhere(bought & ~path.any(0) & acc.closed[:, None, None]):
        lost.add(f"{i[k]} for {f'the industry {i[u]}' if u < acc.S else 'final use'} in {g[s]}")
    for s in np.flatnonzero(acc.closed & ~active.any(1)):
        lost.add(f"{g[s]} has no industry left with a buyer")
    lost.raise_if(
        Infeasible,
        where=acc.name,
        fix='leave one supplier, use a high trade cost in place of a ban, or sourcing = "alike"',
    )
    return active.astype(np.float64), (bought.any(2) & (acc.absorption > 0)).astype(np.float64)


def _parts(linked: NDArray[np.bool_]) -> Array:
    """Connected parts of the world, c s, from links r s; as many rows as regions, so that shapes never change.

    In numpy: importing a library of graphs takes longer than many searches.
    """
    near = linked | linked.T
    parts, left = np.zeros(near.shape), np.ones(len(near), dtype=bool)
    for part in parts:
        if not left.any():
            break
        edge = [int(left.argmax())]
        part[edge] = 1.0
        while len(edge):
            left[edge] = False
            edge = np.flatnonzero(near[edge].any(0) & left).tolist()
            part[edge] = 1.0
    return parts
