"""Models one after another, side by side, and by their horizons; what each is asked and what is read off it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from tests.helpers import rooms
from xunhuan.data.accounts import Accounts
from xunhuan.errors import BadInput
from xunhuan.models import registry
from xunhuan.models.edits import Capacity, TradeCost
from xunhuan.models.model import Model, Quantity
from xunhuan.scenario import bench as whole
from xunhuan.scenario import compare
from xunhuan.scenario.assess import assess, headlines
from xunhuan.scenario.check import prepare
from xunhuan.scenario.layers import Layers
from xunhuan.scenario.record import Result
from xunhuan.scenario.run import Bench, Memo, run_arm, weighed

pytestmark = pytest.mark.identity


@contextmanager
def house(*models: Model[Any]) -> Iterator[None]:
    """These rooms in the house while the block runs."""
    with ExitStack() as stack:
        for m in models:
            stack.enter_context(registry.registered(m))
        yield


@pytest.fixture
def both() -> Iterator[None]:
    with house(rooms.WEATHER, rooms.MILL):
        yield


def scenario(model: dict[str, Any], *shocks: dict[str, Any], **more: Any) -> Layers:
    return Layers("test", {"title": "x", "base": "toyland", "shock": list(shocks), "model": model, **more}, (), None)


RAIN = {"name": "rain", "rain": {"regions": "AT-N", "days": 8.0}}
FLOOD = {"name": "flood", "flood": {"regions": "AT-E", "days": 1.0}}
CHAIN = {"mill": {"after": "weather"}, "weather": {"growth": 0.05}}


def test_the_second_begins_with_what_the_first_ends_with(both: None, toy: Accounts) -> None:
    """GDP grows by 8 × 5%; 3 of 8 days flood; the mill grinds half of it, less 3 tenths."""
    b = prepare(scenario(CHAIN, RAIN))
    assert b.order == ("weather", "mill")
    done = assess(b)
    d = done.data.sel(arm="rain")
    at = b.view.places
    np.testing.assert_allclose(d["harvest"], 0.4, rtol=1e-12)
    np.testing.assert_allclose(d["grist"], 1.4 * at.sum(toy.gdp), rtol=1e-12)
    np.testing.assert_allclose(d["flour"], 0.5 * 1.4 * 0.7 * at.sum(toy.gdp), rtol=1e-12)
    np.testing.assert_allclose(d["gdp"], 1.4 * at.sum(toy.gdp), rtol=1e-12)
    rest = done.data.sel(arm="base")
    np.testing.assert_allclose(rest["grist"], at.sum(toy.gdp), rtol=1e-12)
    assert not rest["flour"].any()
    assert set(done.status["rain"]) == {"weather", "mill"}
    assert done.notes == ("it rained 8 days", "3 days of flood")


def test_arms_of_a_chain(both: None, toy: Accounts) -> None:
    """A flood alone leaves the weather nothing to say; both together flood four days."""
    arms = {"flood": ["flood"], "rain": ["rain"], "both": ["rain", "flood"]}
    b = prepare(scenario(CHAIN, RAIN, FLOOD, arms=arms))
    done = assess(b)
    gdp = b.view.places.sum(toy.gdp)
    flour = {a: float((done.data["flour"].sel(arm=a) / gdp)[0]) for a in arms}
    assert flour == pytest.approx({"flood": 0.5 * 0.9, "rain": 0.5 * 1.4 * 0.7, "both": 0.5 * 1.4 * 0.6})
    assert set(done.status["flood"]) == {"mill"}
    assert np.isnan(done.data["harvest"].sel(arm="flood")).all()
    labels, _ = headlines(done.data)
    assert {(r.variable, r.arm) for r in labels.itertuples()} >= {("flour", a) for a in arms}
    assert ("harvest", "flood") not in {(r.variable, r.arm) for r in labels.itertuples()}


def test_without_after_each_reads_the_base(both: None, toy: Accounts) -> None:
    b = prepare(scenario({"mill": {}, "weather": {"growth": 0.05}}, RAIN, FLOOD))
    d = assess(b).data.sel(arm="rain + flood")
    gdp = b.view.places.sum(toy.gdp)
    np.testing.assert_allclose(d["grist"], gdp, rtol=1e-12)
    np.testing.assert_allclose(d["flour"], 0.45 * gdp, rtol=1e-12)
    assert b.settled == "mill"
    np.testing.assert_allclose(d["gdp"], gdp, rtol=1e-12)


@pytest.mark.parametrize(
    ("model", "settled"),
    [
        ({"weather": {}}, "weather"),
        ({"weather": {}, "mill": {}}, "weather"),
        ({"mill": {}, "weather": {}}, "mill"),
        ({"weather": {}, "mill": {"after": "weather"}}, "mill"),
        ({"propagation": {}, "weather": {}}, "weather"),
        ({"weather": {}, "propagation": {"after": "weather"}}, "weather"),
        ({"weather": {"after": "propagation"}, "propagation": {}}, "weather"),
        ({"propagation": {}}, "propagation"),
    ],
)
def test_measures_read_the_last_of_what_lasts(both: None, model: dict[str, Any], settled: str) -> None:
    """A short run that comes after does not change where the long run settles."""
    every = RAIN | {"capacity": {"regions": "AT-N", "loss": 0.5}, "flood": {"regions": "AT-E", "days": 1.0}}
    b = prepare(scenario(model, every))
    assert b.settled == settled


def test_a_short_run_after_a_long_one_begins_with_its_accounts(toy: Accounts) -> None:
    with house(rooms.WEATHER):
        cut = {"name": "cut", "capacity": {"regions": "AT-N", "sectors": "MAN", "loss": 0.5}}
        model: dict[str, Any] = {"weather": {"growth": 0.05}, "propagation": {"after": "weather", "horizon_days": 35.0}}
        arms = {"both": ["rain", "cut"], "cut": ["cut"]}
        b = prepare(scenario(model, RAIN, cut, arms=arms))
        d = assess(b).data
        # A table 1.4 times as large loses the same shares; its accounts are read off the weather alone.
        np.testing.assert_allclose(d["loss"].sel(arm="both"), d["loss"].sel(arm="cut"), rtol=1e-9)
        np.testing.assert_allclose(d["gdp"].sel(arm="both"), 1.4 * d["gdp"].sel(arm="base"), rtol=1e-12)
        assert np.isnan(d["gdp"].sel(arm="cut")).all()
        assert float(d["loss"].sel(arm="cut", place="AT-N")) > 0


def test_edits_handed_on_that_the_second_does_not_read_are_left_out(both: None) -> None:
    """`floods` hands rain on too; the mill would fail on it."""
    b = prepare(scenario(CHAIN, RAIN))
    assert assess(b).failures == []


@pytest.mark.parametrize(
    ("model", "said"),
    [
        ({"weather": {"after": "mill"}, "mill": {"after": "weather"}},
         "model.weather.after: models come after one another in a circle: weather after mill after weather; "
         "remove one `after`"),
        ({"weather": {"after": "weather"}},
         "model.weather.after: models come after one another in a circle: weather after weather; remove one `after`"),
        ({"trade": {"after": "mill"}, "weather": {"after": "mill"}, "mill": {"after": "weather"}},
         "model.mill.after: models come after one another in a circle: mill after weather after mill; remove one `after`"),
        ({"weather": {"after": "mil"}, "mill": {}},
         "model.weather.after: 'mil' is not a model of the scenario; did you mean mill?"),
        ({"weather": {"after": "mill"}}, "model.weather.after: 'mill' is not a model of the scenario; add [model.mill]"),
        ({"weather": {"aftr": "mill"}}, "model.weather.aftr: unknown key; known keys: growth, dry"),
    ],
)  # fmt: skip
def test_chains_that_cannot_be(both: None, model: dict[str, Any], said: str) -> None:
    with pytest.raises(BadInput) as e:
        prepare(scenario(model, RAIN))
    assert said in e.value.items


def test_the_record_tells_the_chain(both: None) -> None:
    result = whole.run_layers(scenario(CHAIN, RAIN))
    assert result.manifest["after"] == {"mill": "weather"}
    assert result.scenario.resolved()["model"]["mill"]["after"] == "weather"
    assert result.manifest["models"]["mill"] == {"speed": 0.5}
    json.dumps(dict(result.manifest))


def drawn(layers: Layers) -> Result:
    return whole.run_layers(layers)


def test_draws_run_through_a_chain(both: None, toy: Accounts) -> None:
    """Growth g × factor: the mill grinds (1 + 8 g f) × 0.35 of GDP in every draw."""
    u = {"draws": 5, "growth": {"low": 0.5, "high": 2.0}, "shock": {"rain": {"low": 0.9, "high": 1.1}}}
    result = drawn(scenario(CHAIN, RAIN, uncertainty=u))
    assert result.draws is not None
    assert result.outcomes is not None
    assert (result.draws["outcome"] == "converged").all()
    gdp = float(toy.gdp[0])
    ground = result.outcomes.query("quantity == 'flour' and arm == 'rain' and place == 'AT-N'")["value"].to_numpy()
    days, growth = 8 * result.draws["shock.rain"].to_numpy(), 0.05 * result.draws["growth"].to_numpy()
    np.testing.assert_allclose(ground, 0.5 * gdp * (1 + growth * days) * (1 - 0.1 * (days - 5)), rtol=1e-12)
    assert len(ground) == 5


def test_only_what_is_drawn_and_what_it_comes_after_runs_in_draws(both: None) -> None:
    model = CHAIN | {"trade": {}}
    cost = {"name": "dear", "trade_cost": {"from": "BOR", "to": "ATL", "change": 0.1}}
    u = {"draws": 3, "models": ["mill"], "shock": {"rain": {"low": 0.9, "high": 1.1}}}
    result = drawn(scenario(model, RAIN, cost, arms={"rain": ["rain"], "dear": ["dear"]}, uncertainty=u))
    counts = result.summary.groupby("variable")["draws"].max()
    assert counts["flour"] == counts["harvest"] == 3
    assert counts["real_income"] == 0
    # Measures are read off the first lasting model, the mill's chain: drawn too.
    assert counts["reliance"] == 3


def test_comparisons_weigh_the_first_gain_of_the_chain(both: None, toy: Accounts) -> None:
    """The gain is the harvest: 8 days of rain at 5%; its arms and its draws are compared, the mill's are not."""
    sun = {"name": "sun", "role": "policy", "rain": {"regions": "AT-N", "days": 2.0}}
    b = prepare(scenario(CHAIN, RAIN, sun, compare={"offset": {"shock": "rain", "policy": "sun"}}))
    assert b.gain is not None
    assert b.gain[0] == "weather"
    response, numbers = weighed(b, {"rain": 0.5})
    np.testing.assert_allclose(numbers["harvest"].values, 0.2, rtol=1e-12)
    assert response.accounts.gdp.sum() == pytest.approx(1.2 * toy.gdp.sum())
    np.testing.assert_allclose(compare.gain(b, {"rain": 1.0, "sun": 1.0}), 0.5, rtol=1e-12)
    assert np.isnan(assess(b).data["omega"]).all(), "nobody is hurt by rain"


def test_a_gain_that_comes_after_another_model_is_weighed_on_its_answer(toy: Accounts) -> None:
    baker = replace(rooms.MILL, name="baker", quantities=(
        Quantity("bread", "share", ("place",), "bread over the base's GDP", better=1),
    ), read=lambda acc, r, at: {"bread": rooms.ground(acc, r, at)["flour"]})  # fmt: skip
    first = replace(rooms.WEATHER, quantities=(Quantity("harvest", "share", ("place",), "x", better=0),))
    with house(first, baker):
        b = prepare(scenario({"weather": {"growth": 0.05}, "baker": {"after": "weather"}}, RAIN))
        assert b.gain is not None
        assert b.gain[0] == "baker"
        np.testing.assert_allclose(
            compare.gain(b, {"rain": 1.0}), 0.5 * 1.4 * 0.7 * b.view.places.sum(toy.gdp), rtol=1e-12
        )


def test_two_models_of_one_horizon_keep_both_their_numbers(toy: Accounts) -> None:
    """Trade beside the weather: each on what it reads; measures follow the first named."""
    cost = {"from": "BOR", "to": "ATL", "change": 0.1}
    shock = RAIN | {"trade_cost": cost}
    alone = {"name": "rain", "trade_cost": cost}
    expected = assess(prepare(scenario({"trade": {}}, alone))).data
    with house(rooms.WEATHER):
        for first, second in (("trade", "weather"), ("weather", "trade")):
            b = prepare(scenario({first: {}, second: {}}, shock))
            d = assess(b).data
            np.testing.assert_allclose(d["real_income"], expected["real_income"], rtol=1e-12, atol=1e-15)
            np.testing.assert_allclose(d["harvest"].sel(arm="rain"), 0.08, rtol=1e-12)
            assert {d[n].attrs["model"] for n in ("real_income", "shipped")} == {"trade"}
            assert d["harvest"].attrs["model"] == "weather"
            assert d["gdp"].attrs["model"] == ""
            gdp = expected["gdp"].sel(arm="rain") if first == "trade" else 1.08 * expected["gdp"].sel(arm="base")
            np.testing.assert_allclose(d["gdp"].sel(arm="rain"), gdp, rtol=1e-12)
            assert b.gain is not None
            assert b.gain[0] == first


def asked(b: Bench, name: str, **doses: float) -> list[str]:
    return [e.kind for e in b.edits(name, doses)]


def test_who_reads_what() -> None:
    """Of a shock with days the short run reads those alone; of any other both horizons read what lasts."""
    timed = {"name": "timed", "trade_cost": {"from": "BOR", "to": "ATL", "change": 0.2},
             "capacity": {"regions": "AT-N", "loss": 0.5}}  # fmt: skip
    lasts = {"name": "lasts", "trade_cost": {"from": "BOR", "to": "ATL", "change": 0.2},
             "subsidy": {"regions": "AT-N", "rate": 0.1}}  # fmt: skip
    b = prepare(scenario({"trade": {}, "propagation": {"horizon_days": 35.0}}, timed, lasts))
    assert asked(b, "trade", timed=1.0) == ["trade_cost"]
    assert asked(b, "propagation", timed=1.0) == ["capacity"]
    assert asked(b, "trade", lasts=1.0) == ["trade_cost", "subsidy"]
    assert asked(b, "propagation", lasts=1.0) == ["trade_cost"]
    assert asked(b, "propagation", timed=1.0, lasts=1.0) == ["capacity", "trade_cost"]
    half = b.edits("propagation", {"timed": 0.5, "lasts": 0.5})
    assert isinstance(half[0], Capacity)
    assert half[0].loss == 0.25
    assert isinstance(half[1], TradeCost)
    assert half[1].change == pytest.approx(1.2**0.5 - 1)
    d = assess(b).data["loss"]
    assert not np.isnan(d).any()


def test_a_lasting_shock_costs_the_short_run_what_it_costs_it_alone() -> None:
    """A ban read by the short run is the ban given to it directly."""
    from xunhuan.data.toyland import toyland
    from xunhuan.models.model import Shock
    from xunhuan.models.propagation import PropagationParameters, respond

    ban = {"from": "BOR", "to": "ATL", "sectors": "MAN", "ban": True}
    b = prepare(scenario({"propagation": {"horizon_days": 35.0}}, {"name": "ban", "trade_cost": ban}))
    d = assess(b).data["loss"].sel(arm="ban")
    r = respond(toyland(), Shock((TradeCost("BOR", "ATL", "MAN", ban=True),)), PropagationParameters(horizon_days=35.0))
    at = b.view.places
    of_days = toyland().gdp * 35 / 365
    np.testing.assert_allclose(d, at.share(r.detail["loss"].sum("sector").to_numpy(), of_days), rtol=1e-12)
    assert float(d.sel(place="ATL")) > 0


def test_what_a_model_before_has_read_does_not_count_twice() -> None:
    """A tariff that the long run has worked into its accounts is not put on again by the short run that comes after; an edit
    that only the short run reads still is."""
    shock = {
        "name": "walls",
        "tariff": {"from": "BOR", "to": "ATL", "sectors": "goods", "add": 0.3},
    }
    flood = {"name": "flood", "capacity": {"regions": "AT-N", "sectors": "MAN", "loss": 0.5}}
    data = {
        "title": "Walls, then water", "base": "toyland", "shock": [shock, flood],
        "model": {"trade": {}, "propagation": {"after": "trade", "horizon_days": 56}},
        "arms": {"walls": ["walls"], "both": ["walls", "flood"]},
    }  # fmt: skip
    bench = prepare(Layers("chain", data, (), None))
    memo: Memo = {}
    alone = run_arm(bench, {"walls": 1.0}, memo=memo)
    assert abs(alone.readings["loss"].values).max() < 1e-9
    both = run_arm(bench, {"walls": 1.0, "flood": 1.0}, memo=memo)
    assert both.readings["loss"].values[0] > 0.005
    asked = [a for a in memo if a[0] == "propagation"]
    assert [[e.kind for e in a[1]] for a in asked] == [[], ["capacity"]]
