"""Everything the short run refuses, by its message."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
from pydantic import ValidationError

from xunhuan.data.accounts import Accounts
from xunhuan.data.classification import Sectors
from xunhuan.data.store import save
from xunhuan.errors import BadInput, ForeignFile, NotConverged, UnknownName
from xunhuan.models.edits import Capacity, Edit, Link, MobilityCost, Orders, Stock, Subsidy
from xunhuan.models.model import Shock
from xunhuan.models.propagation import (
    PropagationParameters,
    open_state,
    respond,
    save_state,
    simulate,
    with_stocks,
)
from xunhuan.models.propagation.run import _check_step

pytestmark = pytest.mark.error


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"restock_days": 0.5}, r"step_days \(1\) is longer than restock_days \(0.5\)"),
        ({"record_days": 2.5}, r"record_days \(2.5\) is not a whole number of steps of 1 days"),
        ({"horizon_days": 30.5}, r"horizon_days \(30.5\) is not a whole number of steps"),
        ({"elasticity_year": 3.0}, "elasticity_year must lie below elasticity_long"),
        ({"below": 0.999}, "below must not exceed recovered"),
        ({"inventory_days": -3}, "greater than or equal to 0"),
        ({"inventory_days": {"MAN": -3}}, "greater than or equal to 0"),
        ({"overproduction_max": 0.9}, "greater than or equal to 1"),
        ({"rationing": "lottery"}, "'proportional', 'final_last' or 'home_first'"),
        ({"horizon": 3}, "Extra inputs are not permitted"),
        ({"horizon_days": float("nan")}, "finite number"),
    ],
)
def test_parameters_that_cannot_be(given: dict[str, object], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        PropagationParameters(**given)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (Capacity("AT-N", loss=0.5, start=0, end=500),
         r"`capacity regions=AT-N end=500 loss=0.5`: the period ends on day 500, the run on day 365 \(lengthen"),
        (Capacity("AT-X", loss=0.5), r"`capacity regions=AT-X loss=0.5`: regions: unknown region 'AT-X' \(did you mean AT-"),
        (Capacity("AT-N", "STEEL", loss=0.5), "sectors: unknown sector 'STEEL'"),
        (Orders("BOR", origin="AT-N+!AT-N", change=-0.5), r"origin: the selection 'AT-N\+!AT-N' names no region"),
        (Link("AT-N", "AT-N"), r"`link from=AT-N to=AT-N`: the edit touches no link that carries anything \(name another"),
    ],
)  # fmt: skip
def test_shocks_that_cannot_be(toy: Accounts, edit: Edit, message: str) -> None:
    with pytest.raises(BadInput, match=message):
        simulate(toy, Shock((edit,)))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Capacity("AT-N", loss=0.5, start=-1, end=5), r"start: must be 0 or more \(given: -1\)"),
        (lambda: Capacity("AT-N", loss=0.5, start=9, end=9), r"end \(9\) must lie after start \(9\)"),
        (lambda: Capacity("AT-N", loss=1.5), r"loss: must be 1 or less \(given: 1.5\)"),
        (lambda: Capacity("AT-N"), "this is no capacity\n  - loss: is missing"),
        (lambda: Orders("BOR", change=-1.5), r"change: must be -1 or more \(given: -1.5\)"),
        (lambda: Stock("AT-N", factor=-2), r"factor: must be 0 or more \(given: -2\)"),
        (lambda: Stock("AT-N", factor=float("nan")), r"factor: must be a finite number \(given: nan\)"),
        (lambda: Capacity("AT-N", loss=0.5, recovery="linear"), "a recovery needs recovery_days > 0: give the days"),
        (lambda: Capacity("AT-N", loss=0.5, recovery=(0.5, 1.2), recovery_days=3),
         r"recovery\[1\]: must be 1 or less \(given: 1.2\)"),
        (lambda: Capacity("AT-N", loss=0.5, recovery=(), recovery_days=3), "recovery: needs at least 1 of them"),
        (lambda: Capacity("AT-N", loss=0.5, recovery="quick", recovery_days=3),
         "recovery: 'quick' is not one of the choices; choose none, linear, exponential, logistic"),
    ],
)  # fmt: skip
def test_edits_that_cannot_be(make: Callable[[], Edit], message: str) -> None:
    with pytest.raises(BadInput, match=message) as e:
        make()
    assert len(e.value.items) == 1


def test_all_that_is_wrong_is_told_at_once(toy: Accounts) -> None:
    with pytest.raises(BadInput, match="this is no capacity") as no:
        Capacity("AT-N", loss=1.5, end=-1, recovery="quick", colour="red")  # type: ignore[call-arg]
    assert [item.partition(":")[0] for item in no.value.items] == ["end", "recovery", "loss", "colour"]
    shock = Shock(
        (Capacity("AT-X", loss=0.5, end=500), Subsidy("AT-Y", rate=0.1), Link("AT-N", "AT-E", "STEEL")), name="bad"
    )
    with pytest.raises(BadInput, match="the shock cannot be applied") as e:
        simulate(toy, shock)
    assert len(e.value.items) == 3
    assert "unknown region 'AT-Y'" in e.value.items[0]
    for text in ("ends on day 500", "unknown region 'AT-X'"):
        assert text in e.value.items[1]
    assert "unknown sector 'STEEL'" in e.value.items[2]
    assert e.value.where == "bad"


def test_a_step_longer_than_the_shortest_stock(toy: Accounts) -> None:
    p = PropagationParameters(
        step_days=4, horizon_days=28, record_days=4, inventory_days={"SER": 2, "MAN": 3, "FAR": 9}
    )
    with pytest.raises(BadInput, match="a step of 4 days is longer than the shortest stock of 2 days") as e:
        simulate(toy, Shock(), p)
    assert e.value.items[0] == "FAR held by SER: 2 days"
    assert "no longer than the shortest stock" in e.value.fix


def test_unknown_sectors_in_parameters(toy: Accounts) -> None:
    with pytest.raises(UnknownName, match="unknown sector 'STEEL'") as e:
        simulate(toy, Shock(), PropagationParameters(inventory_days={"STEEL": 3}))
    assert e.value.where == "model.propagation.inventory_days"


def test_sectors_without_a_place_in_the_ratings(toy: Accounts) -> None:
    bare = dataclasses.replace(toy, sectors=Sectors(("one", "two", "three"), ("a", "b", "c"), ("a", "b", "c")))
    with pytest.raises(BadInput, match="sectors that no ISIC division can be found for") as e:
        simulate(bare, Shock())
    assert e.value.items == ("one (a)", "two (b)", "three (c)")
    assert "critical_shares, inventory_days and shelf_days of every sector" in e.value.fix
    p = PropagationParameters(criticality="leontief", inventory_days=20, shelf_days={}, horizon_days=7)
    assert simulate(bare, Shock(), p).state.step == 7


def test_states_that_cannot_be(toy: Accounts, tmp_path: Path) -> None:
    run = simulate(toy, Shock(), until=3)
    low = run.state.stock.copy()
    low[2, 1, 0] = -4.0
    with pytest.raises(BadInput, match="stock must be finite and not negative") as e:
        simulate(toy, Shock(), start=(with_stocks(run.state, low), run.books))
    assert e.value.items == ("SER/AT-E/FAR: -4",)
    with pytest.raises(BadInput, match=r"the state's stock has shape \(3, 4, 3\), not that of the table"):
        simulate(toy.aggregate(sectors={"GOODS": ("FAR", "MAN")}), Shock(), start=(run.state, run.books),
                 parameters=PropagationParameters(criticality="leontief", inventory_days=9, shelf_days={}))  # fmt: skip
    with pytest.raises(ForeignFile, match="does not hold the state of a short-run run"):
        open_state(save(toy, tmp_path / "table.nc"))
    with pytest.raises(BadInput, match="there is no file"):
        open_state(tmp_path / "absent.nc")
    assert save_state(run, tmp_path / "state.nc").is_file()


def test_an_explosion_stops_and_says_where(toy: Accounts) -> None:
    shock = Shock((Orders("BOR", "MAN", change=900.0, start=2, end=300),))
    with pytest.raises(NotConverged, match="the run explodes") as e:
        simulate(toy.restrict("ATL+!AT-N"), Shock((Orders("ROW", "MAN", change=900.0, start=2, end=300),)),
                 PropagationParameters(slack=10, overproduction_max=10, overproduction_days=1, inventory_days=300,
                                       target="demand", expect_days=0, restock_days=2, shelf_days={}, criticality="leontief",
                                       unstable=True))  # fmt: skip
    assert re.match(r"day \d+, ROW \w+: output [\d.e+]+ against [\d.]+ at rest", e.value.where)
    assert "a longer expect_days or restock_days or a shorter step_days" in e.value.fix
    assert np.isfinite(simulate(toy, shock).state.stock).all()


def test_a_stock_that_is_no_number_is_named_where_no_output_is_wrong(toy: Accounts) -> None:
    """i s j of a stock below 0, or s j of an output beyond all measure."""
    output, stock = toy.output.copy(), toy.use.copy()
    machine: Any = SimpleNamespace(rest=SimpleNamespace(output=toy.output), step_days=0.5)

    def where() -> str:
        after: Any = SimpleNamespace(stock=stock, step=14)
        _check_step(after, cast("Any", SimpleNamespace(output=output)), machine, toy)
        return ""

    assert where() == ""
    stock[2, 1, 0] = -1.0
    with pytest.raises(NotConverged) as e:
        where()
    assert e.value.where == "day 7, AT-E FAR: the stock of SER"
    output[3, 1] = 2e3 * toy.output[3, 1]
    with pytest.raises(NotConverged) as e:
        where()
    assert e.value.where.startswith("day 7, BOR MAN: output")


def test_edits_without_a_short_run_effect_are_named(toy: Accounts) -> None:
    p = PropagationParameters(horizon_days=7)
    r = respond(toy, Shock((Subsidy("AT-N", rate=0.1), MobilityCost("AT-E", change=0.1))), p)
    assert r.notes == (
        "subsidy regions=AT-N rate=0.1: no effect in the short run of this model",
        "mobility_cost regions=AT-E change=0.1: no effect in the short run of this model",
    )
    assert float(np.abs(r.detail["loss"]).max()) < 1e-12
