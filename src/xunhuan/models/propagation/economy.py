"""The table as a machine at rest: daily flows, stocks, recipes and limits, all on flows x use (never RS x RS)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from xunhuan.data.accounts import Accounts
from xunhuan.data.arrays import Array, ratio
from xunhuan.errors import BadInput, Problems
from xunhuan.models.edits.demand import DAYS_A_YEAR
from xunhuan.models.propagation.parameters import PropagationParameters
from xunhuan.models.propagation.ratings import criticality, inventory_days, shelf_days
from xunhuan.models.propagation.rationing import RATIONING, Rationing
from xunhuan.models.propagation.rebuilding import Damage
from xunhuan.models.propagation.state import Goods, State


@dataclass(frozen=True, eq=False)
class Rest:
    """The table at rest, values per day in its unit.

    share     i r s, share of origin r in what s buys of i, sums to 1 over r where anything is bought
    home      r s, 1 where r and s lie in one nation
    output    r i; for an open region what it sells
    use       i s j · final  s i · drawdown  s i, goods taken from older stocks (below)
    value     s j, value added per output

    A category of final use may be negative in a cell (a fall in inventories). It is not demand but supply: each day that
    much comes from stocks older than the run, `drawdown`, to all users of the region alike, before anything is ordered.
    Use by an industry without output (no recipe) is kept as final demand.
    """

    share: Array
    home: Array
    output: Array
    use: Array
    final: Array
    drawdown: Array
    value: Array


@dataclass(frozen=True, eq=False)
class Critical:
    """Every critical input stops on its own: slope S + base, per day, axes i s j; base is inf where i cannot stop j."""

    slope: Array
    base: Array


@dataclass(frozen=True, eq=False)
class Pooled:
    """Inputs replace each other one for one: Σ_i S / held, held s j the stock a unit of output per day needs, days."""

    held: Array


@dataclass(frozen=True, eq=False)
class Production:
    """What industries need and how much they can make.

    recipe    i s j, use per output
    capacity  r i, per day, (1 + slack) output at rest; inf for an open region
    limits    how stocks of inputs limit output
    overtime_max   largest capacity under scarcity, ratio · overtime_days  time in which it is reached, days
    """

    recipe: Array
    capacity: Array
    limits: Critical | Pooled
    overtime_max: float
    overtime_days: float


@dataclass(frozen=True, eq=False)
class Stocks:
    """How much industries want to hold, how fast they fill a gap, and what spoils.

    target      i s j, target stock at rest, value
    days        i j, target stock, days of use, left when a step's use is taken out; before it, a step more
    reach       i s j, recipe · (days + step): target stock a unit of output needs; of no size where targets follow the base
    refill      i s j, share of a gap ordered a day, 1/τ
    keeps       i, days a good keeps or a service can wait; no target stock is longer
    perishable  g, goods that spoil: they keep for a limited time and are no services
    """

    target: Array
    days: Array
    reach: Array
    refill: Array
    keeps: Array
    perishable: Goods


@dataclass(frozen=True)
class Rules:
    """How industries behave; `parameters` says what each choice means.

    learned       share of the way that expected orders go in a step to those that came, min(1, step/expect_days)
    revise_steps  steps between revisions of sourcing shares
    revised       share of the way that they then go, min(1, λ D); 0 without substitution
    """

    target: Literal["base", "demand"]
    destock: bool
    allotment: Literal["needs", "orders"]
    reorder: Literal["supplier", "all"]
    rationing: Rationing
    learned: float
    revise_steps: int
    revised: float


@dataclass(frozen=True, eq=False)
class Machine:
    """Everything a step needs that does not change during a run.

    Goods come first in the layout, so that sums over users j run along memory and the least over inputs i is one sweep.

    step_days  length of a step, days
    damage     capital that is destroyed, None where none is
    pull       i r s, what draws sourcing to an origin that serves like the others: π⁰ κ^(−θ), κ the lasting change of the
               cost of delivery; the shares at rest where there is none
    """

    step_days: float
    rest: Rest
    production: Production
    stocks: Stocks
    rules: Rules
    pull: Array
    damage: Damage | None = None


def economy(accounts: Accounts, parameters: PropagationParameters) -> Machine:
    """The machine at rest for a table.

    Raises BadInput where a stock is shorter than a step, or a sector cannot be placed in the ratings.
    """
    p, dt = parameters, parameters.step_days
    rest = _rest(accounts)
    recipe = ratio(rest.use, rest.output)
    days = stock_days(accounts, p)
    revise_steps = max(1, round(p.revise_days / dt))
    return Machine(
        step_days=dt,
        rest=rest,
        production=Production(
            recipe=recipe,
            capacity=np.where(accounts.closed[:, None], rest.output * (1 + p.slack), np.inf),
            limits=_limits(recipe, rest.output, days, accounts, p),
            overtime_max=p.overproduction_max,
            overtime_days=p.overproduction_days,
        ),
        stocks=_stocks(rest.use, recipe, days, accounts, p),
        rules=Rules(
            target=p.target,
            destock=p.destock,
            allotment=p.allotment,
            reorder=p.reorder,
            rationing=RATIONING[p.rationing],
            learned=min(1.0, dt / p.expect_days) if p.expect_days else 1.0,
            revise_steps=revise_steps,
            revised=min(1.0, revise_steps * dt * p.substitution_rate),
        ),
        pull=rest.share,
    )


def at_rest(e: Machine) -> State:
    """The state in which nothing ever changes: base output, target stocks, base shares, no debts."""
    rest, regions = e.rest, len(e.rest.output)
    return State(
        step=0, stock=e.stocks.target, output=rest.output, wanted=rest.output, expected=rest.output,
        overtime=np.ones_like(rest.output), share=rest.share,
        indebted=np.zeros(0, dtype=np.intp), debt=np.zeros((0, regions, regions)),
        outstanding=np.zeros((0, 0, 0)) if e.damage is None else np.zeros_like(e.damage.goods),
    )  # fmt: skip


def _rest(accounts: Accounts) -> Rest:
    """Base flows are rebuilt as share x purchases, so that the steady state is exact where the table balances to 1e-9."""
    share = sourcing_shares(accounts)
    use = np.ascontiguousarray(accounts.use.transpose(1, 0, 2)) / DAYS_A_YEAR
    final = np.maximum(accounts.final, 0.0).sum(axis=2) / DAYS_A_YEAR
    drawdown = np.maximum(-accounts.final, 0.0).sum(axis=2) / DAYS_A_YEAR
    orphan = use * ~(accounts.output > 0)
    use, final = use - orphan, final + orphan.sum(axis=2).T
    purchases = np.maximum(use.sum(axis=2).T + final - drawdown, 0.0)
    return Rest(
        share=share, home=accounts.geography.same_nation.astype(float), output=_received(share, purchases),
        use=use, final=final, drawdown=drawdown, value=ratio(accounts.value_added.sum(axis=2), accounts.output),
    )  # fmt: skip


def sourcing_shares(accounts: Accounts) -> Array:
    """share[i,r,s] = flow[r,s,i] / Σ_r flow[r,s,i]; 0 where s buys nothing."""
    flow = np.ascontiguousarray(accounts.flow.transpose(2, 0, 1))
    return ratio(flow, flow.sum(axis=1, keepdims=True))


def stock_days(accounts: Accounts, parameters: PropagationParameters) -> Array:
    """Target stock of input i at industry j, days of use, axes i j: the shorter of what j holds and i keeps.

    0 is no stock: such industries live on what arrived in the step before.

    Raises BadInput where one that is used is shorter than a step, naming the shortest.
    """
    codes = accounts.sectors.codes
    holds, keeps = inventory_days(accounts.sectors, parameters), shelf_days(accounts.sectors, parameters)
    days: Array = np.minimum(holds, keeps[:, None])
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


def _stocks(use: Array, recipe: Array, days: Array, accounts: Accounts, p: PropagationParameters) -> Stocks:
    dt, keeps = p.step_days, shelf_days(accounts.sectors, p)
    services = accounts.sectors.groups.get("services", ())
    waits = np.array([c in services for c in accounts.sectors.codes])
    ready, tau = (days + dt)[:, None, :], np.maximum(dt, np.minimum(p.restock_days, days))[:, None, :]
    return Stocks(
        target=use * ready, days=days, reach=recipe * ready if p.target == "demand" else np.zeros((0, 0, 0)),
        refill=np.broadcast_to(1.0 / tau, use.shape).copy(), keeps=keeps,
        perishable=np.flatnonzero(np.isfinite(keeps) & ~waits),
    )  # fmt: skip


def _limits(
    recipe: Array, output: Array, days: Array, accounts: Accounts, p: PropagationParameters
) -> Critical | Pooled:
    need = recipe * np.maximum(p.step_days, p.caution * (days + p.step_days)[:, None, :])
    if p.criticality == "linear":
        return Pooled(np.asarray(need.sum(axis=0)))
    rho = criticality(accounts.sectors, p)[:, None, :]
    return Critical(ratio(rho, need), np.where((need > 0) & (rho > 0), (1 - rho) * output, np.inf))


def _received(share: Array, orders: Array) -> Array:
    """Σ_s share[i,r,s] orders[s,i], axes r i."""
    return np.ascontiguousarray(np.matmul(share, orders.T[:, :, None])[:, :, 0].T)


def check_state(name: str, array: Array, labels: tuple[tuple[str, ...], ...]) -> None:
    """Raise BadInput naming the worst cells of a state that are negative or not finite."""
    bad = ~(array >= 0) | ~np.isfinite(array)
    if bad.any():
        p = Problems(f"{name} must be finite and not negative")
        for cell in np.argwhere(bad):
            p.add("/".join(axis[k] for axis, k in zip(labels, cell, strict=True)) + f": {array[tuple(cell)]:g}")
        p.raise_if(BadInput, where="the state to start from", fix="start from a state that a run saved")
