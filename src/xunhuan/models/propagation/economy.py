"""The table as a machine at rest: daily flows, stocks, recipes and limits, all on flows x use (never RS x RS)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from xunhuan.data.accounts import Accounts
from xunhuan.errors import BadInput, Problems
from xunhuan.models.propagation.parameters import DAYS_A_YEAR, PropagationParameters
from xunhuan.models.propagation.ratings import criticality, inventory_days, shelf_days

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Economy:
    """Everything a step needs that does not change during a run. Values per day in the table's unit.

    Goods come first in the layout, so that sums over users j run along memory and the least over inputs i is one sweep.

    share        i r s, share of origin r in what s buys of i, sums to 1 over r where anything is bought
    home         r s, 1 where r and s lie in one nation
    output       r i, base output; for an open region what it sells
    capacity     r i, base capacity (1 + slack) output; inf for an open region
    use          i s j, base use · recipe  i s j, use per output
    final        s i, base final demand · drawdown  s i, goods taken from older stocks (below)
    target       i s j, base target stock, value
    days         i j, target stock, days of use, left when a step's use is taken out; before it, a step more
    reach        i s j, recipe · (days + step): target stock a unit of output needs; empty where targets follow the base
    refill       i s j, share of a gap ordered a day, 1/τ
    keeps        i, days a good keeps or a service can wait; no target stock is longer
    perishable   g, goods that spoil: they keep for a limited time and are no services
    slope, base  i s j, output limit set by a stock S: slope S + base, per day; inf where i cannot stop j
    pooled       s j, for linear production: stock a unit of output per day needs, days; else empty
    value        s j, value added per output

    A category of final use may be negative in a cell (a fall in inventories). It is not demand but supply: each day that
    much comes from stocks older than the run, `drawdown`, to all users of the region alike, before anything is ordered.
    Use by an industry without output (no recipe) is kept as final demand.
    """

    step_days: float
    share: Array
    home: Array
    output: Array
    capacity: Array
    use: Array
    recipe: Array
    final: Array
    drawdown: Array
    target: Array
    days: Array
    reach: Array
    refill: Array
    keeps: Array
    perishable: NDArray[np.intp]
    slope: Array
    base: Array
    pooled: Array
    value: Array
    rule: str
    follows: str
    destock: bool
    remembers: bool
    needs_first: bool
    revise_steps: int
    overtime_max: float
    overtime_days: float
    substitution: float
    supplier_pull: Array | None = None


def economy(accounts: Accounts, parameters: PropagationParameters) -> Economy:
    """The machine at rest for a table.

    Base flows are rebuilt as share x purchases, so that the steady state is exact where the table balances to 1e-9.
    Raises BadInput where a stock is shorter than a step, or a sector cannot be placed in the ratings.
    """
    p, dt = parameters, parameters.step_days
    share = sourcing_shares(accounts)
    use = np.ascontiguousarray(accounts.use.transpose(1, 0, 2)) / DAYS_A_YEAR
    final = np.maximum(accounts.final, 0.0).sum(axis=2) / DAYS_A_YEAR
    drawdown = np.maximum(-accounts.final, 0.0).sum(axis=2) / DAYS_A_YEAR
    made = accounts.output > 0
    orphan = use * ~made
    use, final = use - orphan, final + orphan.sum(axis=2).T
    wanted = use.sum(axis=2).T + final
    purchases = np.maximum(wanted - drawdown, 0.0)
    output = np.ascontiguousarray(_received(share, purchases))
    days = stock_days(accounts, p)
    keeps = shelf_days(accounts.sectors, p)
    services = accounts.sectors.groups.get("services", ())
    waits = np.array([c in services for c in accounts.sectors.codes])
    recipe = np.divide(use, output, out=np.zeros_like(use), where=output > 0)
    ready, tau = (days + dt)[:, None, :], np.maximum(dt, np.minimum(p.restock_days, days))[:, None, :]
    held = np.maximum(dt, p.caution * ready)
    slope, base, pooled = _limits(recipe, output, held, accounts, p)
    value = np.divide(accounts.value_added.sum(axis=2), accounts.output, out=np.zeros_like(output), where=made)
    return Economy(
        step_days=dt, share=share, home=accounts.geography.same_nation.astype(float), output=output,
        capacity=np.where(accounts.closed[:, None], output * (1 + p.slack), np.inf),
        use=use, recipe=recipe, final=final, drawdown=drawdown, target=use * ready, days=days,
        reach=recipe * ready if p.target == "demand" else np.zeros((0, 0, 0)),
        refill=np.broadcast_to(1.0 / tau, use.shape).copy(), keeps=keeps,
        perishable=np.flatnonzero(np.isfinite(keeps) & ~waits),
        slope=slope, base=base, pooled=pooled,
        value=value, rule=p.rationing, follows=p.target, destock=p.destock, remembers=p.reorder == "supplier",
        needs_first=p.allotment == "needs",
        revise_steps=max(1, round(p.revise_days / dt)), overtime_max=p.overproduction_max,
        overtime_days=p.overproduction_days, substitution=p.substitution_rate,
    )  # fmt: skip


def sourcing_shares(accounts: Accounts) -> Array:
    """share[i,r,s] = flow[r,s,i] / Σ_r flow[r,s,i]; 0 where s buys nothing."""
    flow = np.ascontiguousarray(accounts.flow.transpose(2, 0, 1))
    total = flow.sum(axis=1, keepdims=True)
    return np.asarray(np.divide(flow, total, out=np.zeros_like(flow), where=total > 0))


def stock_days(accounts: Accounts, parameters: PropagationParameters) -> Array:
    """Target stock of input i at industry j, days of use, axes i j: the shorter of what j holds and i keeps.

    0 is no stock: such industries live on what arrived in the step before.

    Raises BadInput where one that is used is shorter than a step, naming the shortest.
    """
    codes = accounts.sectors.codes
    holds, keeps = inventory_days(accounts.sectors, parameters), shelf_days(accounts.sectors, parameters)
    days: Array = np.minimum(holds[None, :], keeps[:, None])
    short = (days > 0) & (days < parameters.step_days) & (accounts.use.sum(axis=0) > 0)
    if short.any():
        order = sorted(zip(*np.nonzero(short), strict=True), key=lambda ij: float(days[ij]))
        raise BadInput(
            f"a step of {parameters.step_days:g} days is longer than the shortest stock of {days[short].min():g} days",
            items=[f"{codes[i]} held by {codes[j]}: {days[i, j]:g} days" for i, j in order],
            where="model.propagation.step_days",
            fix="take a step no longer than the shortest stock: what arrives in a step is used in the next",
        )
    return days


def _limits(
    recipe: Array, output: Array, held: Array, accounts: Accounts, p: PropagationParameters
) -> tuple[Array, Array, Array]:
    empty = np.zeros((0, 0))
    if p.criticality == "linear":
        return empty, empty, np.asarray((recipe * held).sum(axis=0))
    rho = criticality(accounts.sectors, p)[:, None, :]
    need = recipe * held
    stops = (need > 0) & (rho > 0)
    slope = np.divide(np.broadcast_to(rho, need.shape), need, out=np.zeros_like(need), where=stops)
    base = np.where(stops, (1 - rho) * output, np.inf)
    return slope, base, empty


def _received(share: Array, orders: Array) -> Array:
    """Σ_s share[i,r,s] orders[s,i], axes r i."""
    return np.asarray(np.matmul(share, orders.T[:, :, None])[:, :, 0].T)


def check_state(name: str, array: Array, labels: tuple[tuple[str, ...], ...]) -> None:
    """Raise BadInput naming the worst cells of a state that are negative or not finite."""
    bad = ~(array >= 0) | ~np.isfinite(array)
    if bad.any():
        p = Problems(f"{name} must be finite and not negative")
        for cell in np.argwhere(bad):
            p.add("/".join(axis[k] for axis, k in zip(labels, cell, strict=True)) + f": {array[tuple(cell)]:g}")
        p.raise_if(BadInput, where="the state to start from", fix="start from a state that a run saved")
