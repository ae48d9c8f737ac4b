"""What a run adds up: losses by cause, the year as the accounts would book it, and the table that comes of it."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from xunhuan.data.accounts import Accounts
from xunhuan.data.arrays import Array, ratio
from xunhuan.models.edits.demand import DAYS_A_YEAR
from xunhuan.models.propagation.economy import Critical, Machine, Pooled
from xunhuan.models.propagation.sourcing import shipped
from xunhuan.models.propagation.state import Flows, State


@dataclass(eq=False)
class Books:
    """Sums over steps, in the table's unit (rates times days).

    The books own their arrays and `add` writes on them, so that a run sums in place; states and flows stay as they are.

    days                    days booked, in all and of the year
    direct, inputs, demand  r i, output lost to capacity, to missing inputs, to missing orders; they add up to base
                            minus actual output at every step
    stopped                 i s j, output of j lost because input i ran out
    asked_final, met        s i, final demand and what of it was met
    and, over the first 365 days only:
    built s i, goods delivered to rebuild capital; year_built, of the first 365 days
    year r i output · flow i r s deliveries, of no size where they are not kept · used, spoiled i s j · year_met, drawn s i ·
    opening, closing i s j stocks
    """

    days: Array
    direct: Array
    inputs: Array
    demand: Array
    stopped: Array
    asked_final: Array
    met: Array
    built: Array
    year_built: Array
    year: Array
    flow: Array
    used: Array
    spoiled: Array
    year_met: Array
    drawn: Array
    opening: Array
    closing: Array

    @property
    def keep_flows(self) -> bool:
        """Whether deliveries by link are summed."""
        return self.flow.size > 0

    def copy(self) -> Books:
        """The same books in arrays of their own."""
        return Books(**{f.name: getattr(self, f.name).copy() for f in fields(Books)})

    def add(self, before: State, after: State, flows: Flows, e: Machine, last: bool) -> None:
        """Add one step; `last` where none follows, so that stocks are taken as closing ones."""
        dt = e.step_days
        direct, inputs, demand = losses(flows, e)
        self.direct += dt * direct
        self.inputs += dt * inputs
        self.demand += dt * demand
        self.asked_final += dt * flows.demand
        self.met += dt * flows.met
        if flows.built.size:
            self.built += dt * flows.built
        short = inputs > 0
        if short.any():
            s, j = np.nonzero(short)
            self.stopped[scarcest(before, e, s, j), s, j] += dt * inputs[short]
        self.days[0] += dt
        if self.days[0] <= DAYS_A_YEAR + 1e-9 * dt:
            self._add_to_year(flows, e)
            if last or self.days[0] + dt > DAYS_A_YEAR + 1e-9 * dt:
                self.closing[:] = after.stock

    def _add_to_year(self, flows: Flows, e: Machine) -> None:
        dt = e.step_days
        self.days[1] += dt
        self.year += dt * flows.output
        self.used += flows.used
        self.spoiled[e.stocks.perishable] += flows.spoiled
        self.year_met += dt * flows.met
        if flows.built.size:
            self.year_built += dt * flows.built
        self.drawn += dt * flows.drawn
        if self.keep_flows:
            for goods, sent in shipped(flows.sourcing, flows.fill, dt * flows.wants, e):
                self.flow[goods] += sent


def open_books(e: Machine, state: State, with_flows: bool = True) -> Books:
    """Empty books at a state; without flows no table can be booked, and 200 runs fit in little memory."""
    rest = e.rest
    blank = {f.name: np.zeros_like(rest.output) for f in fields(Books)}
    blank |= {k: np.zeros_like(rest.use) for k in ("stopped", "used", "spoiled")}
    blank |= {"days": np.zeros(2), "opening": state.stock.copy(), "closing": state.stock.copy()}
    blank["flow"] = np.zeros_like(rest.share) if with_flows else np.zeros((0, 0, 0))
    return Books(**blank)


def losses(flows: Flows, e: Machine) -> tuple[Array, Array, Array]:
    """Output lost per day by cause, axes r i; their sum is base minus actual output exactly.

    direct  x̄ − min(x̄, capacity)                            what the shock itself takes
    demand  min(x̄, capacity) − min(capacity, orders)         orders missing; negative where orders exceed the base
    inputs  min(capacity, orders) − x                          orders that could have been filled with the inputs
    """
    base = e.rest.output
    could = np.minimum(base, flows.capacity)
    willing = np.minimum(flows.capacity, flows.asked)
    return base - could, willing - flows.output, could - willing


def scarcest(before: State, e: Machine, s: NDArray[np.intp], j: NDArray[np.intp]) -> NDArray[np.intp]:
    """The input whose stock allows least output, for the industries (s, j); for linear production the emptiest."""
    stock = before.stock[:, s, j]
    match e.production.limits:
        case Critical(slope, base):
            allows = stock * slope[:, s, j] + base[:, s, j]
        case Pooled():
            allows = ratio(stock, e.stocks.target[:, s, j], np.inf)
    return np.asarray(allows.argmin(axis=0))


def booked_accounts(b: Books, accounts: Accounts, e: Machine) -> Accounts:
    """The table of the year as it would be booked, balanced.

    flow   deliveries; use  what industries used and what spoiled in their stores; value added  output less use, by
    component as in the base (what missing inputs saved is spread like the base); final  what was met, each category scaled
    like the region's demand for the good, negative ones by what old stocks gave, and the change in the industries' stocks
    as a category of its own, "stock_change", and where capital was rebuilt what that took, "rebuilding". Days that the run
    leaves of the year are at rest.
    """
    rest, left = e.rest, max(DAYS_A_YEAR - float(b.days[1]), 0.0)
    flow = b.flow + left * shipped_at_rest(e)
    use = (b.used + b.spoiled + left * rest.use).transpose(1, 0, 2)
    met = ratio(b.year_met + left * rest.final, DAYS_A_YEAR * rest.final)[:, :, None]
    given = ratio(b.drawn + left * rest.drawdown, DAYS_A_YEAR * rest.drawdown)[:, :, None]
    final = accounts.final * np.where(accounts.final > 0, met, given)
    use = use + accounts.use * (accounts.output <= 0)[:, None, :] * met
    change = (b.closing - b.opening).sum(axis=2).T
    flow_rsi = np.ascontiguousarray(flow.transpose(1, 2, 0))
    output = flow_rsi.sum(axis=1)
    spent = np.where(accounts.closed[:, None], output - use.sum(axis=1), 0.0)
    value = spent[:, :, None] * _component_shares(accounts)
    more = [change[:, :, None], *([b.year_built[:, :, None]] if e.damage is not None else [])]
    final = np.concatenate([final, *more], axis=2)
    named = ("stock_change", *(("rebuilding",) if e.damage is not None else ()))
    notes = (*accounts.notes, *_notes(left))
    return accounts.replace(
        flow=flow_rsi, use=use, final=final, value_added=value, sourcing=None,
        categories=(*accounts.categories, *named), name=f"{accounts.name}-propagation", notes=notes,
    )  # fmt: skip


def shipped_at_rest(e: Machine) -> Array:
    """Base flows π (use − drawdown + final), axes i r s, per day."""
    pool = np.maximum(e.rest.use.sum(axis=2) + (e.rest.final - e.rest.drawdown).T, 0.0)
    return np.asarray(e.rest.share * pool[:, None, :])


def _component_shares(accounts: Accounts) -> Array:
    total = accounts.value_added.sum(axis=2, keepdims=True)
    size = np.abs(accounts.value_added)
    whole = size.sum(axis=2, keepdims=True)
    solid = np.abs(total) > 0.1 * whole
    by_size = ratio(size, whole, 1.0 / size.shape[2])
    return np.where(solid, accounts.value_added / np.where(solid, total, 1.0), by_size)


def _notes(left: float) -> tuple[str, ...]:
    if left <= 0:
        return ("booked from a short-run run of a whole year",)
    return (
        f"booked from a short-run run of {DAYS_A_YEAR - left:g} days; the other {left:g} days are those of the base",
    )
