"""Doses, offsets, break-even and frontier agree with each other; results are the same bytes twice."""

from __future__ import annotations

import math
import shutil
from pathlib import Path

import numpy as np
import pytest

from xunhuan.data.accounts import Accounts
from xunhuan.errors import ForeignFile
from xunhuan.faces.recording import record
from xunhuan.models.edits import Tariff
from xunhuan.models.edits.primitives import Theta, primitives
from xunhuan.models.model import Shock
from xunhuan.models.trade import TradeParameters
from xunhuan.scenario import compare
from xunhuan.scenario.assess import assess, headlines, unflatten
from xunhuan.scenario.check import prepare
from xunhuan.scenario.layers import read_layers
from xunhuan.scenario.record import open_result
from xunhuan.scenario.run import Bench, Draw

pytestmark = pytest.mark.identity

TOY = Path(__file__).parents[1] / "scenarios" / "toy.toml"


@pytest.fixture(scope="module")
def bench() -> Bench:
    return prepare(read_layers(TOY))


@pytest.fixture(scope="module")
def assessed(bench: Bench):  # type: ignore[no-untyped-def]
    return assess(bench)


def theta(bench: Bench) -> Theta:
    p = bench.parameters["trade"]
    assert isinstance(p, TradeParameters)
    return p.elasticities_of(bench.base.sectors)


def test_a_dose_of_one_is_the_shock_and_of_nought_is_nothing(bench: Bench) -> None:
    whole = primitives(bench.base, Shock(bench.scenario.shocks()["integration"].edits()))
    dose = primitives(bench.base, Shock(bench.edits("trade", {"integration": 1.0})))
    np.testing.assert_array_equal(dose.trade_cost, whole.trade_cost)
    assert bench.edits("trade", {"integration": 0.0}) == ()
    halves = bench.edits("trade", {"integration": 0.5}) * 2
    np.testing.assert_allclose(primitives(bench.base, Shock(halves)).trade_cost, whole.trade_cost, rtol=1e-15)


def test_a_partial_ban_cuts_sales_at_given_prices_by_its_degree(bench: Bench) -> None:
    """Share π d̂^(−θ) of banned cells is (1 − λ) π, whatever θ."""
    p = primitives(bench.base, Shock(bench.edits("trade", {"embargo": 0.3})), theta(bench))
    every = np.ix_(range(bench.base.R), range(bench.base.R), range(bench.base.S))
    kept = p.trade_cost ** -theta(bench).at(bench.base, every)
    banned = np.isinf(primitives(bench.base, Shock(bench.edits("trade", {"embargo": 1.0}))).trade_cost)
    np.testing.assert_allclose(kept[banned], 0.7, rtol=1e-14)
    np.testing.assert_array_equal(p.trade_cost[~banned], 1.0)


def test_rates_move_in_straight_lines(toy: Accounts) -> None:
    part = primitives(toy, Shock((Tariff("BOR", "ATL", "goods", set=0.30).dosed(0.25),)))
    expected = toy.tariff[3, :3, :2] + 0.25 * (0.30 - toy.tariff[3, :3, :2])
    np.testing.assert_allclose(part.tariff[3, :3, :2], expected, rtol=1e-15)


def test_offset_by_hand_and_undefined_where_nothing_hurts() -> None:
    omega, net = compare.offset(
        np.array([-0.04, -1e-6, 0.02]), np.array([0.01, 0.01, 0.0]), np.array([-0.02, 0.01, 0.02])
    )
    assert omega[0] == pytest.approx(0.5)
    assert net[0] == pytest.approx(0.25)
    assert np.isnan(omega[1:]).all()
    assert np.isnan(net[1:]).all()


def test_frontier_ends_where_the_arms_are(bench: Bench, assessed) -> None:  # type: ignore[no-untyped-def]
    d = assessed.data
    f = d["frontier_gain"]
    np.testing.assert_allclose(f.sel(policy="none", degree=0.0), 0.0, atol=1e-9)
    for policy, arm in (("none", "embargo"), ("integration", "embargo + integration")):
        np.testing.assert_allclose(f.sel(policy=policy, degree=1.0), d["welfare"].sel(arm=arm), atol=1e-8)
    np.testing.assert_allclose(f.sel(policy="integration", degree=0.0), d["welfare"].sel(arm="integration"), atol=1e-8)


def test_break_even_size_makes_whole(bench: Bench, assessed) -> None:  # type: ignore[no-untyped-def]
    d = assessed.data
    answers = d["break_even_answer"].to_numpy()
    found = [k for k in bench.view.places.home_index if answers[k] == compare.FOUND]
    assert found
    for k in found:
        size = float(d["break_even"][k])
        loss = -float(d["welfare"].sel(arm="embargo")[k])
        w = compare.gain(bench, {"embargo": 1.0, "integration": size})[k]
        assert abs(w) <= 1e-4 * loss * 1.01


def test_break_even_says_when_none_exists() -> None:
    worse = read_layers(TOY, settings=["shock.integration.trade_cost.change=0.02", "compare.break_even.largest=1.0"])
    answer = compare.break_even(prepare(worse))
    home = prepare(worse).view.places.home_index
    assert (answer.answer[home] == compare.NONE).any()
    assert np.isnan(answer.size[answer.answer != compare.FOUND]).all()


def test_demand_moves_its_own_market_most(bench: Bench) -> None:
    """Sales answer first where the shift is; with demand alone shifted what is not imported is not paid for by exports."""
    e = compare.reinforcement(bench)
    assert e.shape == (4, 2, 2)
    assert (e[:, 0, 0] > e[:, 0, 1]).all()
    assert (e[:, 1, 1] > e[:, 1, 0]).all()
    assert (e[:, 1, 0] < 0).all()
    given = compare.reinforcement(bench, compensated=False)
    assert (given[:, 1, 0] > e[:, 1, 0]).all()


def test_channels_of_reinforcement_are_told_apart() -> None:
    """Demand alone is at constant returns, whatever the scenario's model has; what scale adds stands beside it."""
    flat = prepare(read_layers(TOY))
    scaled = prepare(read_layers(TOY, settings=["model.trade.scale=0.1"]))
    np.testing.assert_array_equal(compare.reinforcement(scaled), compare.reinforcement(flat))
    here, there = compare.reinforcement_by_channel(flat), compare.reinforcement_by_channel(scaled)
    assert (list(here), list(there)) == (["inputs"], ["inputs", "scale"])
    np.testing.assert_array_equal(there["inputs"], here["inputs"])
    assert there["scale"][-1, 0, 0] > compare.reinforcement(flat)[-1, 0, 0]
    d = assess(scaled).data["reinforcement_by_channel"]
    assert d.dims == ("channel", "home_place", "sales", "demand")
    np.testing.assert_array_equal(d.sel(channel="scale"), there["scale"])
    assert "reinforcement_by_channel" not in assess(scaled, full=False).data


def test_reinforcement_does_not_count_what_a_closure_does_by_itself() -> None:
    """Sales are held against the model's own answer to no shock: a smaller shift has the same elasticity."""
    found = []
    for shift in (0.001, 0.002):
        asked = ['model.trade.deficits="zero"', f"compare.reinforcement.shift={shift}"]
        found.append(compare.reinforcement(prepare(read_layers(TOY, settings=asked))))
    np.testing.assert_allclose(found[0], found[1], rtol=0.02)


def test_a_draws_table_is_the_version_it_names(bench: Bench) -> None:
    varied = bench.varied(Draw(version=5))
    np.testing.assert_array_equal(varied.base.flow, bench.base.draw(5).flow)
    assert bench.varied(Draw()).base is bench.base


def test_headlines_come_back_where_they_were(assessed) -> None:  # type: ignore[no-untyped-def]
    labels, values = headlines(assessed.data)
    again = unflatten(assessed.data, labels, values, "again")
    for name in labels["variable"].unique():
        np.testing.assert_array_equal(again[f"{name}_again"].to_numpy(), assessed.data[name].to_numpy())


def test_a_draw_of_ones_is_the_nominal_run(bench: Bench, assessed) -> None:  # type: ignore[no-untyped-def]
    again = assess(bench.varied(Draw()), full=False)
    np.testing.assert_array_equal(headlines(again.data)[1], headlines(assessed.data)[1])


@pytest.mark.slow
def test_two_runs_are_the_same_bytes_but_for_the_clock(toy_result: Path, tmp_path: Path) -> None:
    layers = read_layers(TOY, settings=["uncertainty.draws=4"])
    first, second = toy_result, tmp_path / "second"
    record(layers, second)
    for file in sorted(first.iterdir()):
        same = file.read_bytes() == (second / file.name).read_bytes()
        assert same or file.name == "manifest.json", file.name
    one, two = open_result(first), open_result(second)
    assert {k: v for k, v in one.manifest.items() if k != "clock"} == {
        k: v for k, v in two.manifest.items() if k != "clock"
    }
    assert one.scenario == layers_scenario(layers)
    row = one.headline("omega", "embargo + integration", "ATL")
    assert row["low"] <= row["median"] <= row["high"]
    assert math.isclose(row["value"], float(one.data["omega"].sel(place="ATL")))


def layers_scenario(layers):  # type: ignore[no-untyped-def]
    return prepare(layers).scenario


def test_a_changed_file_is_noticed(toy_result: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(toy_result, tmp_path / "r"))
    (folder / "scenario.toml").write_text((folder / "scenario.toml").read_text() + "# later\n")
    with pytest.raises(ForeignFile, match=r"files were changed after they were written: scenario\.toml"):
        open_result(folder)
