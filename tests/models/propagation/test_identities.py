"""What must hold in every run: rest stays rest, nothing comes from nothing, losses add up, restarts are exact."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xunhuan.data.accounts import Accounts
from xunhuan.data.toyland import toyland
from xunhuan.models.edits import Capacity, Gateway, Link, Orders, Stock
from xunhuan.models.model import Shock
from xunhuan.models.propagation import (
    PropagationParameters,
    booking,
    kernel,
    open_state,
    rationing,
    respond,
    respond_many,
    routing,
    save_state,
    simulate,
    sourcing,
)
from xunhuan.models.propagation.booking import losses
from xunhuan.models.propagation.economy import at_rest, economy
from xunhuan.models.propagation.kernel import step
from xunhuan.models.propagation.sourcing import shipped
from xunhuan.models.propagation.timeline import pressure, timeline

pytestmark = pytest.mark.identity

STORM = Shock(
    (
        Capacity("AT-N", "MAN", loss=0.8, start=5, end=40, recovery="linear", recovery_days=20),
        Link("BOR", "ATL", "FAR", loss=1.0, start=10, end=60),
        Orders("BOR", "SER", origin="ATL", change=-0.6, start=20, end=50),
        Gateway("AT-S", "all", loss=0.5, start=30, end=70),
        Stock("AT-E", "goods", factor=2.0, start=0, end=25),
    )
)
RULES = ("proportional", "final_last", "home_first")


def with_inventories(toy: Accounts) -> Accounts:
    """Toyland with falls and rises of stocks as a category of their own."""
    change = np.array([[-30.0, 4, 0], [6, -12, 3], [0, 0, -7], [2, 0, 1]])[:, :, None]
    final = np.concatenate([toy.final - change / 2, change], axis=2)
    return dataclasses.replace(toy, final=final, categories=(*toy.categories, "inventory"))


@pytest.mark.parametrize(
    ("rule", "criticality"),
    [("proportional", "leontief"), ("final_last", "ratings"), ("home_first", "linear"), ("home_first", "leontief")],
)
def test_rest_stays_rest_for_ten_years(toy: Accounts, rule: str, criticality: str) -> None:
    p = PropagationParameters(horizon_days=3650, record_days=365, rationing=rule, criticality=criticality)
    run = simulate(with_inventories(toy), Shock(), p, with_flows=False)
    e = run.economy
    assert np.abs(run.state.output / e.rest.output - 1).max() < 1e-12
    assert np.abs(run.state.stock / e.stocks.target - 1).max() < 1e-12
    assert np.abs(run.state.share / e.rest.share - 1).max() < 1e-12


@pytest.mark.parametrize("name", ["china-2017", "world-2017"])
def test_bundled_tables_stay_at_rest(name: str, request: pytest.FixtureRequest) -> None:
    acc = request.getfixturevalue({"china-2017": "china", "world-2017": "world"}[name])
    run = simulate(acc, Shock(), PropagationParameters(horizon_days=365 if acc.R < 50 else 91), with_flows=False)
    e = run.economy
    assert np.abs(run.state.output - e.rest.output).max() < 1e-12 * e.rest.output.max()
    assert np.abs(run.state.stock - e.stocks.target).max() < 1e-12 * e.stocks.target.max()


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("target", ["base", "demand"])
def test_every_good_is_accounted_for_at_every_step(toy: Accounts, rule: str, target: str) -> None:
    """Σ_s T[r,s,i] = x[r,i]; Σ_r T + old stocks = used + spoiled + met + change of stocks, per s and i."""
    acc = with_inventories(toy)
    keeps = {"FAR": 2.5, "MAN": 6}
    p = PropagationParameters(rationing=rule, target=target, inventory_days=6, shelf_days=keeps, criticality="leontief")
    e = economy(acc, p)
    tl, e = timeline(acc, STORM, e, p)
    state, spoiled = at_rest(e), 0.0
    for k in range(150):
        after, f = step(state, e, pressure(tl, k))
        sent = np.concatenate([part for _, part in shipped(f.sourcing, f.fill, f.wants, e)])
        assert np.abs(sent.sum(axis=2).T - f.output).max() < 1e-12 * e.rest.output.max()
        supply = sent.sum(axis=1).T + f.drawn
        gone = f.used + after.stock - state.stock
        gone[e.stocks.perishable] += f.spoiled
        assert np.abs(supply - gone.sum(axis=2).T / e.step_days - f.met).max() < 1e-12 * e.rest.output.max()
        assert (f.used <= state.stock).all()
        assert (after.stock >= 0).all()
        assert (f.met <= f.demand * (1 + 1e-12)).all()
        state, spoiled = after, max(spoiled, float(f.spoiled.max()))
    assert np.abs(state.output / e.rest.output - 1).max() > 0.01
    assert spoiled > 0


def test_losses_add_up_at_every_step(toy: Accounts) -> None:
    p = PropagationParameters(inventory_days=3, rationing="proportional", criticality="leontief")
    e = economy(toy, p)
    tl, e = timeline(toy, STORM, e, p)
    state, seen = at_rest(e), np.zeros(3)
    for k in range(120):
        state, f = step(state, e, pressure(tl, k))
        direct, inputs, demand = losses(f, e)
        assert np.abs(direct + inputs + demand - (e.rest.output - f.output)).max() < 1e-15 * e.rest.output.max() * 10
        assert (direct >= 0).all()
        assert (inputs >= 0).all()
        seen = np.maximum(seen, [direct.max(), inputs.max(), np.abs(demand).max()])
    assert (seen > 0.01).all()


def test_no_shock_books_the_same_year(toy: Accounts) -> None:
    acc = with_inventories(toy)
    booked = respond(acc, Shock()).accounts
    assert np.abs(booked.flow - acc.flow).max() < 1e-10
    assert np.abs(booked.use - acc.use).max() < 1e-10
    assert np.abs(booked.value_added - acc.value_added).max() < 1e-10
    assert booked.categories == (*acc.categories, "stock_change")
    assert np.abs(booked.final[:, :, :-1] - acc.final).max() < 1e-10
    assert np.abs(booked.final[:, :, -1]).max() < 1e-10


@pytest.mark.parametrize("days", [365, 182, 730])
def test_booked_year_balances_and_loses_what_the_path_lost(toy: Accounts, days: int) -> None:
    """Accounts check their identities at birth; their output is the base less the losses of the year."""
    acc = with_inventories(toy)
    r = respond(acc, STORM, PropagationParameters(horizon_days=days, rationing="proportional"))
    if days <= 365:
        lost = acc.output - r.accounts.output
        assert np.abs(lost - r.detail["output_lost"].to_numpy()).max() < 1e-9
    assert r.accounts.gdp.sum() < acc.gdp.sum()
    assert any("short-run" in n for n in r.accounts.notes)


def test_open_region_books_balance(toy: Accounts) -> None:
    acc = toy.restrict("ATL")
    r = respond(acc, Shock((Link("ROW", "ATL", "MAN", loss=0.5, start=10, end=90),)))
    assert r.accounts.geography.open == acc.geography.open
    shut = ~acc.closed
    assert not r.accounts.use[shut].any()
    assert not r.accounts.value_added[shut].any()
    assert r.accounts.output[shut, 1].sum() < 0.9 * acc.output[shut, 1].sum()


@settings(max_examples=12, deadline=None, derandomize=True)
@given(
    st.tuples(st.floats(0, 1), st.floats(0, 1)).map(sorted),
    st.sampled_from(["AT-N", "AT-E", "AT-S", "BOR"]),
    st.sampled_from(["FAR", "MAN", "SER"]),
    st.sampled_from(RULES),
)
def test_losses_grow_with_the_shock(sizes: list[float], region: str, sector: str, rule: str) -> None:
    p = PropagationParameters(horizon_days=182, rationing=rule)
    totals = []
    for size in sizes:
        shock = Shock((Capacity(region, sector, loss=size, start=0, end=60),))
        d = simulate(toyland(), shock, p, with_flows=False)
        totals.append(float((d.economy.rest.value * (d.books.direct + d.books.inputs + d.books.demand)).sum()))
    assert totals[1] >= totals[0] - 1e-9


def test_overlapping_losses_multiply(toy: Accounts) -> None:
    p = PropagationParameters(horizon_days=35)
    half = Capacity("AT-N", "MAN", loss=0.5, start=0, end=14)
    both = respond(toy, Shock((half, half)), p)
    one = respond(toy, Shock((half.model_copy(update={"loss": 0.75}),)), p)
    assert np.array_equal(both.path["output"], one.path["output"])


def test_a_closed_gateway_is_its_links_cut_both_ways(toy: Accounts) -> None:
    p = PropagationParameters(horizon_days=35)
    gate = respond(toy, Shock((Gateway("AT-S", "all", loss=0.6, start=3, end=20),)), p)
    links = (
        Link("AT-S", "BOR", "all", loss=0.6, start=3, end=20),
        Link("BOR", "AT-S", "all", loss=0.6, start=3, end=20),
    )
    assert np.array_equal(gate.path["output"], respond(toy, Shock(links), p).path["output"])


def test_a_resumed_run_equals_an_uninterrupted_one_bit_by_bit(toy: Accounts, tmp_path: Path) -> None:
    p = PropagationParameters(rationing="home_first", record_days=1)
    whole = simulate(toy, STORM, p)
    first = simulate(toy, STORM, p, until=33)
    second = simulate(toy, STORM, p, start=open_state(save_state(first, tmp_path / "day33.nc")))
    for name in ("stock", "output", "wanted", "overtime", "share"):
        assert np.array_equal(getattr(second.state, name), getattr(whole.state, name))
    for f in dataclasses.fields(whole.books):
        assert np.array_equal(getattr(second.books, f.name), getattr(whole.books, f.name))
    path = second.recorder.dataset(toy, p, whole.economy)
    assert np.array_equal(
        path["output"], whole.recorder.dataset(toy, p, whole.economy)["output"].isel(t=slice(33, None))
    )


def test_two_runs_from_one_state_are_the_same(toy: Accounts) -> None:
    p = PropagationParameters(horizon_days=60, record_days=1)
    shock = Shock((Capacity("AT-N", "MAN", loss=0.9, start=2, end=20),))
    first = simulate(toy, shock, p, until=10)
    kept = first.books.direct.copy()
    runs = [simulate(toy, shock, p, start=(first.state, first.books)) for _ in range(2)]
    assert np.array_equal(first.books.direct, kept)
    whole = simulate(toy, shock, p).books.direct
    for run in runs:
        assert np.array_equal(run.books.direct, whole)


def test_goods_that_keep_less_than_a_step_leave_no_negative_stock(toy: Accounts) -> None:
    shock = Shock((Capacity("AT-N", "MAN", loss=0.9, start=2, end=20),))
    p = PropagationParameters(
        inventory_days=0, shelf_days={"FAR": 0.3, "MAN": 0.4}, criticality="leontief", horizon_days=182
    )
    run = simulate(toy, shock, p)
    assert (run.state.stock >= 0).all()
    assert (run.books.spoiled >= 0).all()
    assert (run.state.output >= 0).all()


@pytest.mark.parametrize("booked", [True, False])
def test_draws_in_batch_equal_single_runs(toy: Accounts, booked: bool) -> None:
    draws = [PropagationParameters(horizon_days=91, inventory_scale=x) for x in (0.5, 1.0, 2.0)]
    shocks = [STORM, Shock(STORM.edits[:2]), STORM]
    many = list(respond_many(toy, shocks, draws, booked=booked, workers=2))
    for got, shock, p in zip(many, shocks, draws, strict=True):
        one = respond(toy, shock, p)
        for name in ("loss", "loss_direct", "loss_inputs", "loss_demand"):
            assert np.allclose(got.detail[name], one.detail[name], rtol=1e-13, atol=1e-13)
        assert np.array_equal(got.accounts.flow, (one.accounts if booked else toy).flow)
    assert float(np.ptp([r.detail["loss"].sum() for r in many])) > 0


def arrays_in(x: object) -> Iterator[np.ndarray]:
    """All arrays inside records, however deep."""
    if isinstance(x, np.ndarray):
        yield x
    elif dataclasses.is_dataclass(x):
        for f in dataclasses.fields(x):
            yield from arrays_in(getattr(x, f.name))
    elif isinstance(x, tuple):
        for part in x:
            yield from arrays_in(part)


def locked(f: Callable[..., Any]) -> Callable[..., Any]:
    """The same function, with every array that it is given read-only while it runs, but for what it writes `into`."""
    names = list(inspect.signature(f).parameters)

    def call(*args: object) -> Any:
        read = tuple(a for name, a in zip(names, args, strict=False) if name != "into")
        given = [a for a in arrays_in(read) if a.flags.writeable]
        for a in given:
            a.flags.writeable = False
        try:
            return f(*args)
        finally:
            for a in given:
                a.flags.writeable = True

    return call


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"rationing": "proportional", "target": "demand", "allotment": "orders", "criticality": "leontief"},
        {"rationing": "home_first", "destock": False, "criticality": "linear", "inventory_days": 2},
        {"reorder": "all", "allotment": "orders", "step_days": 0.5, "shelf_days": {"FAR": 2.5}},
    ],
)
def test_no_function_of_a_step_writes_on_what_it_is_given(
    toy: Accounts, options: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    p = PropagationParameters(**options)
    before = simulate(with_inventories(toy), STORM, p, until=70).state
    seen = []
    for module in (kernel, sourcing, routing, rationing, booking):
        for name, f in vars(module).copy().items():
            if inspect.isfunction(f) and f.__module__.startswith("xunhuan.models.propagation"):
                monkeypatch.setattr(module, name, locked(f))
                seen.append(name)
    rules = {
        name: rationing.Rationing(*(locked(getattr(rule, f.name)) for f in dataclasses.fields(rule)))
        for name, rule in rationing.RATIONING.items()
    }
    monkeypatch.setattr("xunhuan.models.propagation.economy.RATIONING", rules)
    e = economy(with_inventories(toy), p)
    tl, e = timeline(with_inventories(toy), STORM, e, p)
    state, books = at_rest(e), booking.open_books(e, at_rest(e))
    for k in range(before.step):
        now = pressure(tl, k)
        after, f = kernel.step(state, e, now)
        for a in arrays_in((state, e, now, after, f)):
            a.flags.writeable = False
        books.add(state, after, f, e, False)
        state = after
    assert {"step", "orders", "restocked", "sourced", "remembered", "drift", "routed", "shipped"} <= set(seen)
    for a, b in zip(arrays_in(state), arrays_in(before), strict=True):
        assert np.array_equal(a, b)
