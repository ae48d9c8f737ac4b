"""Choices a model leaves open: drawn, shown one by one, and the arithmetic beside them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import xunhuan as xh
from xunhuan.data.accounts import Accounts
from xunhuan.errors import BadInput
from xunhuan.faces.choosing import arithmetic, said_of_choices
from xunhuan.faces.reading import Reading
from xunhuan.faces.telling import headline_frame, offset_too_small
from xunhuan.models.edits import Productivity, Tariff, TradeCost
from xunhuan.models.model import Shock
from xunhuan.models.trade import TradeParameters
from xunhuan.models.trade.arithmetic import gain_to_first_order
from xunhuan.scenario import bench as whole
from xunhuan.scenario import compare
from xunhuan.scenario.bench import _between
from xunhuan.scenario.check import prepare
from xunhuan.scenario.choices import by_choice
from xunhuan.scenario.design import design
from xunhuan.scenario.ensemble import Plan
from xunhuan.scenario.layers import Layers, read_layers
from xunhuan.scenario.record import Result, open_result
from xunhuan.scenario.run import Bench, Draw
from xunhuan.scenario.scenario import schema

pytestmark = pytest.mark.twin

CUT = {"from": "BOR", "to": "ATL", "sectors": "MAN", "change": 0.3}
OPEN = {"from": "ATL", "to": "provinces", "sectors": "goods", "change": -0.05}
SHOCKS = [{"name": "dear", "trade_cost": CUT}, {"name": "open", "role": "policy", "trade_cost": OPEN}]
SETS = ["FGO", "CP", "BLP"]


def layers(**uncertainty: Any) -> Layers:
    data: dict[str, Any] = {
        "title": "x",
        "base": "toyland",
        "shock": SHOCKS,
        "compare": {"offset": {"shock": "dear", "policy": "open"}},
    }
    return Layers("test", data | ({"uncertainty": uncertainty} if uncertainty else {}), (), None)


def drawn(**uncertainty: Any) -> pd.DataFrame:
    u = schema().model_validate(layers(**uncertainty).data).uncertainty
    assert u is not None
    return design(u)


def elasticities(bench: Bench) -> np.ndarray:
    p = bench.parameters["trade"]
    assert isinstance(p, TradeParameters)
    return p.trade_elasticities(bench.base.sectors)[0]


def test_a_choice_is_drawn_as_often_as_the_others() -> None:
    rows = drawn(elasticity_set=SETS, draws=12, mobility={"low": 0.5, "high": 1.5})
    assert rows["elasticity_set"].value_counts().to_dict() == dict.fromkeys(SETS, 4)
    again = drawn(elasticity_set=SETS, draws=12, mobility={"low": 0.5, "high": 1.5})
    pd.testing.assert_frame_equal(rows, again)


def test_set_and_level_are_drawn_together(toy: Accounts) -> None:
    bench = prepare(layers())
    for name in SETS:
        got = elasticities(bench.varied(Draw(factor={"elasticity_set": name, "trade_elasticity": 1.5})))
        np.testing.assert_allclose(got, 1.5 * TradeParameters(elasticities=name).trade_elasticities(toy.sectors)[0])


@pytest.mark.slow
def test_draws_are_the_same_bytes_over_processes(tmp_path: Path) -> None:
    asked = layers(elasticity_set=["LL", "CP"], trade_elasticity="own", draws=6)
    one = whole.run_layers(asked, plan=Plan(workers=1)).save(tmp_path / "one")
    two = whole.run_layers(asked, plan=Plan(workers=2, batch=2)).save(tmp_path / "two")
    for name in ("result.nc", "draws.parquet", "outcomes.parquet", "choices.parquet", "summary.parquet"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes(), name
    assert set(one.draws["elasticity_set"]) == {"LL", "CP"}  # type: ignore[index]
    assert one.manifest["files"]["choices.parquet"] == two.manifest["files"]["choices.parquet"]
    assert one.draws["outcome"].eq("converged").all()  # type: ignore[index]


@pytest.mark.slow
def test_a_sobol_design_says_how_much_the_choice_matters() -> None:
    """An embargo's loss hangs on the elasticities alone here, as nothing else is drawn that reaches it."""
    r = whole.run_layers(
        layers(elasticity_set=["FGO", "BLP"], shock={"open": {"low": 0.5, "high": 1.0}}, design="sobol", draws=16)
    )
    found = Reading(r).sensitivity("real_income", "dear").set_index("parameter")
    assert found.loc["elasticity set", "total"] == pytest.approx(1.0, abs=0.05)
    assert found.loc["size of “open”", "total"] == pytest.approx(0.0, abs=0.01)


def test_the_correlation_ratio_of_a_choice() -> None:
    names = np.array(["a", "b"] * 200, dtype=object)
    rng = np.random.default_rng(1)
    noise = rng.normal(size=400)
    assert _between(names, np.where(names == "a", 0.0, 10.0) + 0.01 * noise) == pytest.approx(np.sqrt(0.75), abs=0.01)
    assert _between(names, noise) < 0.15
    assert np.isnan(_between(names, np.ones(400)))
    assert np.isnan(_between(np.array(["a"] * 400, dtype=object), noise))


def test_each_choice_is_what_the_model_says_under_it(toy: Accounts) -> None:
    frame = by_choice(prepare(layers()))
    assert frame is not None
    assert list(frame.loc[frame["chosen"], "choice"].unique()) == ["FGO", "unit"]
    view = prepare(layers()).view.places
    asked = [(k, "elasticities") for k in ("LL", "BLP", "FGO")] + [(k, "substitution") for k in ("unit", "low", "high")]
    for name, parameter in asked:
        said = frame[(frame["choice"] == name) & (frame["variable"] == "welfare")].set_index("arm")["value"]
        w = {}
        for arm, lines in {"dear": [CUT], "open": [OPEN], "dear + open": [CUT, OPEN]}.items():
            edits = [TradeCost.model_validate(line) for line in lines]
            r = xh.respond(toy, edits, model="trade", **{parameter: name})
            w[arm] = xh.models()["trade"].read(toy, r, view)["welfare"].values[view.index("ATL")]
            assert said[arm] == pytest.approx(w[arm], abs=1e-9)
        net = frame[(frame["choice"] == name) & (frame["variable"] == "omega_net")]["value"].item()
        assert net == pytest.approx((w["dear + open"] - w["dear"] - w["open"]) / -w["dear"], abs=1e-6)


def test_a_choice_without_an_answer_is_said_in_its_row() -> None:
    data = dict(layers().data) | {"model": {"trade": {"max_iterations": 12}}}
    frame = by_choice(prepare(Layers("test", data, (), None)))
    assert frame is not None
    lost = frame[frame["outcome"] != "converged"]
    assert lost["choice"].nunique() > 0
    assert lost["value"].isna().all()
    assert lost["outcome"].eq("not converged").all()
    assert lost["message"].str.contains("stopped after|no way down").all()


def test_where_there_are_economies_of_scale_each_set_holds_them_to_what_theory_allows() -> None:
    data = dict(layers().data) | {"model": {"trade": {"scale": "LL", "elasticities": "LL"}}}
    bench = prepare(Layers("test", data, (), None))
    for name in ("LL", "FGO"):
        p = bench.varied(Draw(factor={"elasticity_set": name})).parameters["trade"]
        assert isinstance(p, TradeParameters)
        sectors = bench.base.sectors
        assert (p.scale_elasticities(sectors) * p.trade_elasticities(sectors)[0] <= 1 + 1e-12).all()


def test_choices_that_change_nothing_are_not_shown() -> None:
    given = {"value_added_elasticity": 0.5, "input_elasticity": 0.5, "consumption_elasticity": 0.5}

    def left(trade: dict[str, float]) -> set[str]:
        frame = by_choice(prepare(Layers("test", dict(layers().data) | {"model": {"trade": trade}}, (), None)))
        return set() if frame is None else set(frame["of"])

    assert left({"theta": 4.0}) == {"substitution_set"}
    assert left(given) == {"elasticity_set"}
    assert left({"theta": 4.0, **given}) == set()


@pytest.mark.parametrize(
    ("uncertainty", "said"),
    [
        ({"elasticity_set": ["FGO", "CPP"]}, "elasticity_set: unknown choice 'CPP'; did you mean CP"),
        ({"elasticity_set": ["FGO"]}, "elasticity_set: give two names or more, each once"),
        ({"elasticity_set": ["FGO", "FGO"]}, "elasticity_set: give two names or more, each once"),
        ({"elasticity_set": {"relative_sd": 0.2}}, "uncertainty.elasticity_set: must be a list"),
        ({"mobility": "own"}, "uncertainty.mobility: must be a table"),
        ({"trade_elasticity": "owns"}, "uncertainty.trade_elasticity"),
        ({"trade_elasticity": "own"}, "uncertainty.trade_elasticity: the elasticity set FGO has no standard errors; sets "
         "with some: CP, CP-full, LL"),
        ({"trade_elasticity": "own", "elasticity_set": ["LL", "BLP"]}, "the elasticity set BLP has no standard errors"),
    ],
)  # fmt: skip
def test_what_is_refused(uncertainty: dict[str, Any], said: str) -> None:
    with pytest.raises(BadInput) as e:
        prepare(layers(**uncertainty))
    assert said in "\n".join(e.value.items)


def test_first_order_by_loops(toy: Accounts) -> None:
    """Flows bought at home whose cost changes, and output whose productivity does, over final use."""
    edits = (TradeCost("BOR", "ATL", "goods", change=0.1), Productivity("AT-N", "MAN", change=0.02))
    places = prepare(layers()).view.places
    found = gain_to_first_order(toy, Shock(edits), TradeParameters(), places)
    assert found is not None
    traded = made = income = 0.0
    g, codes = toy.geography, toy.sectors.codes
    for s in range(toy.R):
        if g.nation[s] != "ATL":
            continue
        income += toy.final[s].sum()
        for i in (codes.index("FAR"), codes.index("MAN")):
            traded += toy.flow[g.codes.index("BOR"), s, i]
        if g.codes[s] == "AT-N":
            made += toy.output[s, codes.index("MAN")]
    k = places.index("ATL")
    assert found.what == "both"
    assert found.share[k] == pytest.approx((traded + made) / income)
    assert found.share[k] * found.change[k] == pytest.approx((-0.1 * traded + 0.02 * made) / income)


def test_first_order_is_the_slope_of_the_model_inside_a_nation(toy: Accounts) -> None:
    """To a fifth: what little the terms of trade move is not in it."""
    places = prepare(layers()).view.places
    p = TradeParameters(tolerance=1e-13)
    edit = TradeCost("ATL", "provinces", "goods", change=-1e-5)
    found = gain_to_first_order(toy, Shock((edit,)), p, places)
    assert found is not None
    r = xh.respond(toy, [edit], model="trade", tolerance=1e-13)
    k = places.index("ATL")
    exact = xh.models()["trade"].read(toy, r, places)["real_income"].values[k]
    assert found.share[k] * found.change[k] == pytest.approx(exact, rel=0.2)


def test_bans_and_rates_have_no_first_order_figure(toy: Accounts) -> None:
    places = prepare(layers()).view.places
    for edit in (TradeCost("BOR", "ATL", "goods", ban=True), Tariff("BOR", "ATL", add=0.1)):
        assert gain_to_first_order(toy, Shock((edit,)), TradeParameters(), places) is None


def test_an_offset_is_told_above_a_twentieth_of_a_percent() -> None:
    omega, net = compare.offset(np.array([-4e-4, -6e-4]), np.array([1e-4, 1e-4]), np.array([0.0, 0.0]))
    assert np.isnan(omega[0])
    assert np.isnan(net[0])
    assert omega[1] == pytest.approx(1.0)
    assert net[1] == pytest.approx(5 / 6)


@pytest.fixture(scope="module")
def slight() -> Result:
    """A shock that takes almost nothing."""
    data = dict(layers().data)
    data["shock"] = [{"name": "dear", "trade_cost": {**CUT, "change": 0.001}}, SHOCKS[1]]
    return whole.run_layers(Layers("test", data, (), None))


def test_a_loss_too_small_for_a_ratio_is_said(slight: Result) -> None:
    assert "less than 0.05% of income" in offset_too_small(Reading(slight))[0]
    assert "不足收入的0.05%" in offset_too_small(Reading(slight, "zh"))[0]
    assert not headline_frame(slight)["number"].str.contains("Ω").any()
    assert np.isnan(slight.headline("omega", "dear + open", "ATL")["value"])


def test_the_report_says_range_sign_and_arithmetic(toy_result: Path) -> None:
    result = open_result(toy_result)
    assert result.choices is not None
    reading, page = Reading(result), (toy_result / "report.html").read_text(encoding="utf-8")
    told = dict(zip(result.choices["of"].unique(), said_of_choices(reading), strict=True))
    for of in ("elasticity_set", "substitution_set"):
        said, own = told[of], result.choices[result.choices["of"] == of]
        values = own.query("variable == 'welfare' and arm == 'embargo'")["value"]
        for extreme in (values.min(), values.max()):
            assert reading.show(extreme, "welfare") in said
        net = own.query("variable == 'omega_net'")["value"]
        assert ("The sign of net Ω depends on" in said) == bool(net.min() < 0 < net.max())
    others = [said for of, said in told.items() if of not in ("elasticity_set", "substitution_set")]
    assert all(not other or ("Over all" in other and "net Ω" not in other) for other in others)
    (check,) = arithmetic(reading)
    assert "Arithmetic check of “integration”" in check
    found = result.manifest["first_order"][0]
    assert reading.show(found["share"] * found["change"], "real_income") in check
    zh = Reading(result, "zh")
    for text in (*told.values(), check, *said_of_choices(zh), *arithmetic(zh)):
        assert text in page
    assert "Lashkaripour and Lugovskyy (2023)" in page


def test_library_draws_the_set_with_its_level() -> None:
    for name in ("chip-embargo", "rcep"):
        u = read_layers(name).data["uncertainty"]
        assert len(u["elasticity_set"]) > 1
        assert u["trade_elasticity"] == {"relative_sd": 0.25}


def test_who_lends_lends_as_the_scenario_has_it_though_it_does_not_run() -> None:
    """A choice, or a draw, of one model runs that model alone; what it borrows is asked under the scenario's parameters."""
    data = layers().data | {"model": {"trade": {"theta": 2.5}, "propagation": {}}}
    bench = prepare(Layers("test", data, (), None))
    alone = bench.only(["propagation"]).only(["propagation"])
    assert list(alone.parameters) == ["propagation"]
    assert alone.others["trade"] == bench.parameters["trade"]
    assert alone.others["trade"].theta == 2.5  # type: ignore[attr-defined]
