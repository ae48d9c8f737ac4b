"""What percentages are of, where a run ends, and what can be drawn."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from xunhuan.data.accounts import Accounts
from xunhuan.data.places import places
from xunhuan.errors import BadInput
from xunhuan.models import registry
from xunhuan.models.edits import Capacity
from xunhuan.models.model import Shock
from xunhuan.models.propagation import PropagationParameters, respond
from xunhuan.models.propagation.economy import stock_days
from xunhuan.models.propagation.ratings import bundled_days, inventory_days, spread_of_days
from xunhuan.models.propagation.read import read
from xunhuan.scenario.assess import assess
from xunhuan.scenario.check import prepare
from xunhuan.scenario.layers import Layers

pytestmark = pytest.mark.identity

MODEL = registry.find("propagation")


def numbers(acc: Accounts, edit: Capacity, days: float, **given: Any) -> dict[str, float]:
    """Readings of the home nation."""
    at = places(acc)
    found = read(acc, respond(acc, Shock((edit,)), PropagationParameters(horizon_days=days, **given)), at)
    return {k: float(n.values[at.index("ATL")]) for k, n in found.items() if n.axes == ("place",)}


@pytest.mark.parametrize("days", [28.0, 182.0, 365.0, 730.0])
def test_a_loss_of_the_period_is_that_of_a_year_by_the_days(toy: Accounts, days: float) -> None:
    n = numbers(toy, Capacity("AT-N", "MAN", loss=0.5, end=28), days)
    assert n["loss"] * days / 365 == pytest.approx(n["loss_year"], rel=1e-12)
    assert n["loss"] > 0


def test_where_value_added_goes_at_the_end(toy: Accounts) -> None:
    back = numbers(toy, Capacity("AT-N", loss=0.5, end=20, recovery="linear", recovery_days=60), 56)
    assert back["course"] == 1
    assert back["trough_level"] < back["end_level"] < 1
    assert back["trough_day"] <= 28
    steady = numbers(toy, Capacity("AT-N", loss=0.0, end=20), 56)
    assert steady["course"] == 0
    assert steady["end_level"] == pytest.approx(1, abs=1e-12)
    assert np.isnan(steady["trough_day"])
    rules: dict[str, Any] = {"criticality": "leontief", "rationing": "proportional", "inventory_days": 20}
    starved = numbers(toy, Capacity("AT-N", "MAN", loss=0.9, end=14), 14, **rules)
    assert starved["course"] == -1
    assert starved["trough_day"] == 14
    assert starved["end_level"] == starved["trough_level"]


def test_what_is_drawn_moves_what_it_says(toy: Accounts) -> None:
    known = {u.name: u for u in MODEL.uncertain}
    p = PropagationParameters()
    twice = known["substitution_speed"].move(p, 2.0, toy)
    assert twice.substitution_rate == pytest.approx(2 * p.substitution_rate, rel=1e-12)
    assert known["substitution_speed"].idle(p.model_copy(update={"substitution": False})) is not None
    for name in ("inventory_set", "criticality_rule", "reordering", "allotment_rule"):
        u = known[name]
        assert u.move(p, "", toy) == p
        for choice in u.choices:
            assert getattr(u.move(p, choice, toy), u.parameter) == choice
            assert respond(toy, Shock(), u.move(p, choice, toy)).status.converged
    assert known["inventory_set"].idle(p.model_copy(update={"inventory_days": 7.0})) is not None


def test_own_errors_are_the_same_for_the_same_number(toy: Accounts) -> None:
    u = next(u for u in MODEL.uncertain if u.name == "inventories")
    assert u.errors is not None
    p = PropagationParameters()
    a, b, c = (inventory_days(toy.sectors, u.errors(p, x, toy)) for x in (0.3, 0.3, 0.7))
    np.testing.assert_array_equal(a, b)
    assert np.abs(a - c).max() > 0.1
    logs = [np.log(inventory_days(toy.sectors, u.errors(p, x, toy))[0] / bundled_days(toy.sectors, "pichler")[0])
            for x in np.linspace(0.01, 0.99, 100)]  # fmt: skip
    np.testing.assert_allclose(np.std(logs, axis=0), spread_of_days(toy.sectors), rtol=0.3)
    both = u.move(PropagationParameters(inventory_scale={"MAN": 2.0}), 3.0, toy)
    assert both.inventory_scale == {"MAN": 6.0}


def test_stocks_by_kind_of_input_differ_by_input_alone(toy: Accounts) -> None:
    days = bundled_days(toy.sectors, "colon")
    assert (days == days[:, :1]).all()
    held = stock_days(toy, PropagationParameters(inventory_set="juhel"))
    assert held.max() == 90.0


def scenario(model: dict[str, Any]) -> Layers:
    cut = {"name": "cut", "capacity": {"regions": "AT-N", "loss": 0.5}}
    cheaper = {"name": "cheaper", "trade_cost": {"from": "ATL", "to": "ATL", "sectors": "goods", "change": -0.05}}
    data = {"title": "x", "base": "toyland", "shock": [cut, cheaper], "model": model,
            "arms": {"cut": ["cut"], "both": ["cut", "cheaper"], "cheaper": ["cheaper"]}}  # fmt: skip
    return Layers("test", data, (), None)


def test_a_model_that_names_shocks_reads_no_others() -> None:
    short = {"horizon_days": 35.0, "shocks": ["cut"]}
    d = assess(prepare(scenario({"trade": {}, "propagation": short}))).data["loss"].sel(place="ATL")
    assert float(d.sel(arm="both")) == float(d.sel(arm="cut")) > 0
    assert np.isnan(float(d.sel(arm="cheaper")))
    every = (
        assess(prepare(scenario({"trade": {}, "propagation": {"horizon_days": 35.0}}))).data["loss"].sel(place="ATL")
    )
    assert np.isfinite(float(every.sel(arm="cheaper")))


@pytest.mark.error
@pytest.mark.parametrize(
    ("named", "said"),
    [(["cutt"], "model.propagation.shocks: unknown shock 'cutt'; did you mean cut?"),
     ("cut", 'model.propagation.shocks: is a list of names of shocks, as in ["embargo"]')],
)  # fmt: skip
def test_messages_of_named_shocks(named: object, said: str) -> None:
    with pytest.raises(BadInput) as e:
        prepare(scenario({"trade": {}, "propagation": {"shocks": named}}))
    assert any(said in item for item in e.value.items), e.value.items
