"""What a run adds up: losses by cause, the year as the accounts would book it, and the recorded path.

The arrays here are the only ones that change in place: they are sums over steps.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from xunhuan.data.accounts import Accounts
from xunhuan.models.propagation.economy import Economy
from xunhuan.models.propagation.parameters import DAYS_A_YEAR
from xunhuan.models.propagation.sourcing import shipped
from xunhuan.models.propagation.state import Flows, State

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Books:
    """Sums over steps, in the table's unit (rates times days).

    direct, inputs, demand  r i, output lost to capacity, to missing inputs, to missing orders; they add up to base
                            minus actual output at every step
    stopped                 i s j, output of j lost because input i ran out
    asked_final, met        s i, final demand and what of it was met
    and, over the first 365 days only:
    year r i output · flow i r s deliveries · used, spoiled i s j · year_met, drawn s i · opening, closing i s j stocks
    """

    days: Array
    direct: Array
    inputs: Array
    demand: Array
    stopped: Array
    asked_final: Array
    met: Array
    year: Array
    flow: Array
    used: Array
    spoiled: Array
    year_met: Array
    drawn: Array
    opening: Array
    closing: Array


def open_books(e: Economy, state: State, with_flows: bool = True) -> Books:
    """Empty books at a state; without flows no table can be booked, and 200 runs fit in little memory."""
    ri, isj = np.zeros_like(e.output), np.zeros_like(e.use)
    blank = {f.name: np.zeros_like(ri) for f in fields(Books)}
    blank |= {k: np.zeros_like(isj) for k in ("stopped", "used", "spoiled")}
    blank |= {"days": np.zeros(2), "opening": state.stock.copy(), "closing": state.stock.copy()}
    blank["flow"] = np.zeros_like(e.share) if with_flows else np.zeros((0, 0, 0))
    return Books(**blank)


def copied(b: Books) -> Books:
    """The same books in arrays of their own."""
    return Books(**{f.name: getattr(b, f.name).copy() for f in fields(Books)})


def book(b: Books, before: State, after: State, flows: Flows, e: Economy, last: bool) -> None:
    """Add one step to the books; `last` where none follows, so that stocks are taken as closing ones."""
    dt = e.step_days
    direct, inputs, demand = losses(flows, e)
    b.direct[:] += dt * direct
    b.inputs[:] += dt * inputs
    b.demand[:] += dt * demand
    b.asked_final[:] += dt * flows.demand
    b.met[:] += dt * flows.met
    short = inputs > 0
    if short.any():
        s, j = np.nonzero(short)
        b.stopped[scarcest(before, e, s, j), s, j] += dt * inputs[short]
    b.days[0] += dt
    if b.days[0] <= DAYS_A_YEAR + 1e-9 * dt:
        _book_year(b, flows, e)
        if last or b.days[0] + dt > DAYS_A_YEAR + 1e-9 * dt:
            b.closing[:] = after.stock


def _book_year(b: Books, flows: Flows, e: Economy) -> None:
    dt = e.step_days
    b.days[1] += dt
    b.year[:] += dt * flows.output
    np.add(b.used, flows.used, out=b.used)
    b.spoiled[e.perishable] += flows.spoiled
    b.year_met[:] += dt * flows.met
    b.drawn[:] += dt * flows.drawn
    if b.flow.size:
        np.add(b.flow, shipped(flows.sourcing, flows.fill, dt * flows.wants, e), out=b.flow)


def losses(flows: Flows, e: Economy) -> tuple[Array, Array, Array]:
    """Output lost per day by cause, axes r i; their sum is base minus actual output exactly.

    direct  x̄ − min(x̄, capacity)                            what the shock itself takes
    demand  min(x̄, capacity) − min(capacity, orders)         orders missing; negative where orders exceed the base
    inputs  min(capacity, orders) − x                          orders that could have been filled with the inputs
    """
    could = np.minimum(e.output, flows.capacity)
    willing = np.minimum(flows.capacity, flows.asked)
    return e.output - could, willing - flows.output, could - willing


def scarcest(before: State, e: Economy, s: NDArray[np.intp], j: NDArray[np.intp]) -> NDArray[np.intp]:
    """The input whose stock allows least output, for the industries (s, j); for linear production the emptiest."""
    stock = before.stock[:, s, j]
    if e.pooled.size:
        target = e.target[:, s, j]
        ratio = np.divide(stock, target, out=np.full_like(stock, np.inf), where=target > 0)
        return np.asarray(ratio.argmin(axis=0))
    return np.asarray((stock * e.slope[:, s, j] + e.base[:, s, j]).argmin(axis=0))


def booked_accounts(b: Books, accounts: Accounts, e: Economy) -> Accounts:
    """The table of the year as it would be booked, balanced.

    flow   deliveries; use  what industries used and what spoiled in their stores; value added  output less use, by
    component as in the base (what missing inputs saved is spread like the base); final  what was met, each category scaled
    like the region's demand for the good, negative ones by what old stocks gave, and the change in the industries' stocks
    as a category of its own, "stock_change". Days that the run leaves of the year are at rest.
    """
    left = max(DAYS_A_YEAR - float(b.days[1]), 0.0)
    flow = b.flow + left * shipped_at_rest(e)
    use = (b.used + b.spoiled + left * e.use).transpose(1, 0, 2)
    met = b.year_met + left * e.final
    ratio = np.divide(met, DAYS_A_YEAR * e.final, out=np.zeros_like(met), where=e.final > 0)
    drawn = b.drawn + left * e.drawdown
    given = np.divide(drawn, DAYS_A_YEAR * e.drawdown, out=np.zeros_like(drawn), where=e.drawdown > 0)
    final = accounts.final * np.where(accounts.final > 0, ratio[:, :, None], given[:, :, None])
    use = use + accounts.use * (accounts.output <= 0)[:, None, :] * ratio[:, :, None]
    change = (b.closing - b.opening).sum(axis=2).T
    flow_rsi = np.ascontiguousarray(flow.transpose(1, 2, 0))
    output = flow_rsi.sum(axis=1)
    spent = np.where(accounts.closed[:, None], output - use.sum(axis=1), 0.0)
    value = spent[:, :, None] * _component_shares(accounts)
    final = np.concatenate([final, change[:, :, None]], axis=2)
    notes = (*accounts.notes, *_notes(left))
    return accounts.replace(
        flow=flow_rsi, use=use, final=final, value_added=value, sourcing=None,
        categories=(*accounts.categories, "stock_change"), name=f"{accounts.name}-propagation", notes=notes,
    )  # fmt: skip


def shipped_at_rest(e: Economy) -> Array:
    """Base flows π (use − drawdown + final), axes i r s, per day."""
    pool = np.maximum(e.use.sum(axis=2) + (e.final - e.drawdown).T, 0.0)
    return np.asarray(e.share * pool[:, None, :])


def _component_shares(accounts: Accounts) -> Array:
    total = accounts.value_added.sum(axis=2, keepdims=True)
    size = np.abs(accounts.value_added)
    whole = size.sum(axis=2, keepdims=True)
    even = np.full_like(size, 1.0 / size.shape[2])
    by_size = np.divide(size, whole, out=even, where=whole > 0)
    return np.asarray(np.divide(accounts.value_added, total, out=by_size, where=np.abs(total) > 0.1 * whole))


def _notes(left: float) -> tuple[str, ...]:
    if left <= 0:
        return ("booked from a short-run run of a whole year",)
    return (
        f"booked from a short-run run of {DAYS_A_YEAR - left:g} days; the other {left:g} days are those of the base",
    )
