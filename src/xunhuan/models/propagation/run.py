"""Running the short-run model: simulate, save and resume, respond, and many draws at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields, replace
from pathlib import Path

import numpy as np
import xarray as xr

from xunhuan.data.accounts import Accounts
from xunhuan.data.arrays import Array
from xunhuan.data.opened import open_dataset
from xunhuan.data.store import save_dataset
from xunhuan.errors import BadInput, ForeignFile, NotConverged
from xunhuan.models.model import Response, Shock, Status
from xunhuan.models.propagation.booking import Books, booked_accounts, open_books
from xunhuan.models.propagation.economy import Machine, at_rest, check_state, economy
from xunhuan.models.propagation.kernel import step
from xunhuan.models.propagation.parameters import PropagationParameters
from xunhuan.models.propagation.path import Recorder, detail, taken_in_proportion
from xunhuan.models.propagation.stability import check_rest, growth_at_rest
from xunhuan.models.propagation.state import Flows, Pressure, State
from xunhuan.models.propagation.sums import reusing
from xunhuan.models.propagation.timeline import Timeline, pressure, steady, timeline

_Progress = Callable[[int, int], None]

BLOW_UP = 1e3
"""Output beyond this multiple of the base is taken for an explosion."""
_FORMAT = "xunhuan-propagation-state-4"


@dataclass(frozen=True, eq=False)
class Run:
    """A run so far: where it stands, what it added up, what it recorded, and the machine it ran on."""

    state: State
    books: Books
    recorder: Recorder
    economy: Machine
    timeline: Timeline


def simulate(
    accounts: Accounts,
    shock: Shock,
    parameters: PropagationParameters | None = None,
    *,
    start: tuple[State, Books] | None = None,
    until: float | None = None,
    with_flows: bool = True,
    progress: _Progress | None = None,
) -> Run:
    """Run from rest, or from a saved state, to day `until` (the end of the horizon by default).

    A run stopped and resumed gives the same numbers bit by bit as one that was not. `with_flows` = False leaves out the
    deliveries by link, so that no accounts can be booked, and is faster.

    Raises BadInput for parameters, shocks or states that cannot be; NotConverged where output explodes or is not a number,
    naming the day and the industry.
    """
    p = parameters or PropagationParameters()
    e = economy(accounts, p)
    check_rest(accounts, p, e)
    tl, e = timeline(accounts, shock, e, p)
    state, books = start or (at_rest(e), None)
    _check_start(state, accounts, e)
    # A run adds to its books in place; the ones it starts from stay as they were.
    books = open_books(e, state, with_flows) if books is None else books.copy()
    last = p.steps if until is None else min(round(until / p.step_days), p.steps)
    recorder = Recorder(every=max(1, round(p.record_days / p.step_days)))
    now: Pressure | None = None
    with reusing():
        for k in range(state.step, last):
            if now is None or not steady(tl, k):
                now = pressure(tl, k)
            after, flows = step(state, e, now)
            _check_step(after, flows, e, accounts)
            books.add(state, after, flows, e, last=k == last - 1)
            recorder.add(state, after, flows, e, last=k == last - 1)
            state = after
            if progress is not None:
                progress(k + 1, last)
    return Run(state, books, recorder, e, tl)


def respond(
    accounts: Accounts,
    shock: Shock,
    parameters: PropagationParameters | None = None,
    *,
    start: tuple[State, Books] | None = None,
    progress: _Progress | None = None,
) -> Response:
    """The first weeks and months after a shock: path, losses by cause, and the year as it would be booked.

    accounts  the year booked: deliveries, what was used, demand met, a category "stock_change"; balanced
    path      t region sector: output, orders, demand, met, lost_to_inputs, stock, bottleneck
    detail    region sector: loss, loss_direct, loss_inputs, loss_demand, unmet_demand, loss_by_input, stopped_by,
              first_week, lowest, recovery; where capital is destroyed also destroyed, rebuilt, outstanding

    >>> from xunhuan.data.toyland import toyland
    >>> from xunhuan.models.edits import Capacity
    >>> flood = Shock((Capacity("AT-N", "MAN", loss=0.5, start=0, end=28),))
    >>> r = respond(toyland(), flood, PropagationParameters(horizon_days=91))
    >>> parts = r.detail[["loss_direct", "loss_inputs", "loss_demand"]].sum()
    >>> [round(float(parts[k]), 2) for k in parts]
    [6.19, 0.0, 2.51]
    """
    p = parameters or PropagationParameters()
    run = simulate(accounts, shock, p, start=start, progress=progress)
    return packed(accounts, run, p, booked=True)


def packed(accounts: Accounts, run: Run, p: PropagationParameters, booked: bool) -> Response:
    """A Response from a run; without `booked` its accounts are the base's."""
    path = run.recorder.dataset(accounts, p, run.economy)
    out = detail(accounts, run.books, run.economy, path, p, run.state.outstanding)
    out.attrs |= {"rationing": p.rationing, "criticality": p.criticality}
    notes = list(run.timeline.notes)
    if accounts.sourcing is not None:
        notes.append("the table's sourcing by user is not used: all users of a region draw on one pool of origins")
    notes += taken_in_proportion(accounts, out, p)
    steps = run.state.step
    status = Status("converged", steps, message=f"ran {steps} steps of {p.step_days:g} days")
    if p.unstable and not (found := growth_at_rest(accounts, p)).stable:
        told = f"unstable at rest: a small loss grows {found.a_day:.3g} times a day by itself"
        status = Status("unstable", steps, message=told)
    new = booked_accounts(run.books, accounts, run.economy) if booked else accounts
    return Response(new, out, status, path, tuple(notes))


def respond_many(
    accounts: Accounts,
    shocks: Sequence[Shock],
    parameters: Sequence[PropagationParameters],
    *,
    booked: bool = True,
    workers: int = 1,
) -> Iterator[Response]:
    """Responses of many draws, in order, as `respond` gives them one by one.

    booked   whether the year is booked as accounts; without, deliveries by link are left out, which is faster and takes
             less memory · workers: threads, which share the table; each run keeps its own machine
    """

    def one(task: tuple[Shock, PropagationParameters]) -> Response:
        shock, p = task
        return packed(accounts, simulate(accounts, shock, p, with_flows=booked), p, booked)

    if workers == 1:
        yield from map(one, zip(shocks, parameters, strict=True))
        return
    with ThreadPoolExecutor(max_workers=workers) as pool:
        yield from pool.map(one, zip(shocks, parameters, strict=True))


def _check_step(after: State, flows: Flows, e: Machine, accounts: Accounts) -> None:
    # A sum is not finite where any term is not; only then are the cells looked at.
    limit = BLOW_UP * np.maximum(e.rest.output, 1e-12 * e.rest.output.max())
    within = (flows.output >= 0) & (flows.output <= limit)
    if np.isfinite(after.stock.sum()) and after.stock.min() >= 0 and bool(within.all()):
        return
    bad = np.argwhere(~within)
    if len(bad) == 0:
        i, s, j = (int(x) for x in np.argwhere(~(np.isfinite(after.stock) & (after.stock >= 0)))[0])
        place = f"the stock of {accounts.sectors.codes[i]}"
    else:
        s, j = (int(x) for x in bad[0])
        place = f"output {flows.output[s, j]:g} against {e.rest.output[s, j]:g} at rest"
    where = f"day {after.step * e.step_days:g}, {accounts.geography.codes[s]} {accounts.sectors.codes[j]}: {place}"
    raise NotConverged(
        "the run explodes",
        where=where,
        fix='take target = "base", a longer expect_days or restock_days or a shorter step_days',
    )


def _check_start(state: State, accounts: Accounts, e: Machine) -> None:
    r, i = accounts.geography.codes, accounts.sectors.codes
    shapes = {
        "stock": (i, r, i),
        "output": (r, i),
        "wanted": (r, i),
        "expected": (r, i),
        "overtime": (r, i),
        "share": (i, r, r),
        "debt": (tuple(i[g] for g in state.indebted if g < len(i)), r, r),
        "outstanding": ((), (), ()) if e.damage is None else (tuple(map(str, range(len(e.damage.step)))), r, i),
    }
    for name, labels in shapes.items():
        array = getattr(state, name)
        if array.shape != tuple(len(x) for x in labels):
            raise BadInput(
                f"the state's {name} has shape {array.shape}, not that of the table",
                fix="start from a state of this table, under the same destruction of capital",
            )
        check_state(name, array, labels)


def save_state(run: Run, path: str | Path) -> Path:
    """Write where a run stands and what it added up, to be resumed by `open_state` and `simulate(start=...)`."""
    data = {f"state_{f.name}": getattr(run.state, f.name) for f in fields(State) if f.name != "step"}
    data |= {f"books_{f.name}": getattr(run.books, f.name) for f in fields(Books)}
    ds = xr.Dataset({k: (tuple(f"{k}_{n}" for n in range(v.ndim)), v) for k, v in data.items() if v.size})
    ds.attrs = {"format": _FORMAT, "step": run.state.step}
    return save_dataset(ds, path)


def open_state(path: str | Path) -> tuple[State, Books]:
    """A state and its books as `save_state` wrote them. Raises BadInput, ForeignFile."""
    ds = open_dataset(path)
    if ds.attrs.get("format") != _FORMAT:
        raise ForeignFile(
            "this file does not hold the state of a short-run run", where=str(path), fix="save one with save_state"
        )
    empty = np.zeros((0, 0, 0))

    def get(name: str) -> Array:
        return np.array(ds[name].values, dtype=np.float64) if name in ds else empty

    regions = ds["state_output"].shape[0]
    owing = "state_debt" in ds
    state = State(
        step=int(ds.attrs["step"]), stock=get("state_stock"), output=get("state_output"), wanted=get("state_wanted"),
        expected=get("state_expected"), overtime=get("state_overtime"), share=get("state_share"),
        indebted=ds["state_indebted"].values.astype(np.intp) if owing else np.zeros(0, dtype=np.intp),
        debt=get("state_debt") if owing else np.zeros((0, regions, regions)), outstanding=get("state_outstanding"),
    )  # fmt: skip
    return state, Books(**{f.name: get(f"books_{f.name}") for f in fields(Books)})


def with_stocks(state: State, stock: Array) -> State:
    """The same state with other stocks, axes i s j, for runs that begin with stores low or high."""
    return replace(state, stock=np.asarray(stock, dtype=np.float64))
