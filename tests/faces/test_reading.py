"""A result is read by the records of its quantities: what is told first, in which arm, how a number is written."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.helpers.harvest import answered, harvest, question
from xunhuan.faces.figures.of_quantity import bars_of, lines_of, map_of
from xunhuan.faces.reading import Number, Reading
from xunhuan.faces.report.scenario import ScenarioReport, relation
from xunhuan.faces.report.scenario_tables import interval_cell
from xunhuan.faces.telling import arm_sentence, endings, headline_frame
from xunhuan.models.registry import registered
from xunhuan.scenario.record import Result, open_result

pytestmark = pytest.mark.identity


@pytest.fixture(scope="module")
def reading(toy_result: Path) -> Reading:
    return Reading(open_result(toy_result))


def variant(result: Result, **values: dict[str, float]) -> Reading:
    """The result with some numbers set throughout: variable -> arm -> value."""
    data = result.data.copy(deep=True)
    for name, by_arm in values.items():
        for arm, value in by_arm.items():
            data[name].loc[{"arm": arm}] = value
    return Reading(Result(result.scenario, data, result.summary, result.manifest, result.draws))


def test_records_come_back_as_the_models_wrote_them(reading: Reading) -> None:
    from xunhuan.models import registry

    for model in reading.models:
        for q in registry.find(model).quantities:
            mine = reading.quantity(q.name)
            assert (mine.axes, mine.unit, mine.better, mine.headline, mine.rest, mine.picture, mine.definition) == (
                q.axes, q.unit, q.better, q.headline, q.rest, q.picture, q.definition,
            )  # fmt: skip
            assert mine.model == model
    assert not any(n.endswith(("_low", "_high", "_median")) for n in reading.quantities)
    assert reading.quantity("omega").weighs == "welfare"


def test_the_number_that_sums_up_is_the_first_that_moves(reading: Reading) -> None:
    assert reading.main_of("embargo") == reading.quantity("welfare")
    still = variant(
        reading.result,
        welfare={"embargo": 0.0},
        real_income={"embargo": 0.0},
        real_income_per_head={"embargo": 0.0},
        population={"embargo": 0.0},
    )
    assert still.main_of("embargo") == still.quantity("loss")
    rounding = variant(
        reading.result,
        welfare={"embargo": 1e-15},
        real_income={"embargo": 0.0},
        real_income_per_head={"embargo": 0.0},
        population={"embargo": 0.0},
    )
    assert rounding.main_of("embargo") == rounding.quantity("loss")


def test_a_number_is_written_in_its_unit(reading: Reading) -> None:
    n = Number(-0.0123, -0.02, 0.01)
    assert interval_cell(reading, n, "real_income") == "−1.23%<small>−2.00% to +1.00%</small>"
    assert reading.show(0.0123, "loss") == "1.23%"
    assert reading.show(0.0123, "loss", drawn=True) == "+1.23%"
    assert reading.show(0.5, "circulation") == "50.00%"
    assert reading.show(996.0, "gdp") == "996.0 million SHL"
    assert reading.within(Number(996.0, 950.0, 1020.0), "gdp") == " (90% interval 950.0 to 1,020 million SHL)"
    assert interval_cell(reading, Number(float("nan")), "gdp") == "–"


def test_losses_count_below_zero_where_they_are_drawn(reading: Reading) -> None:
    raw, drawn = (reading.frame("loss", "embargo", change=c).set_index("region")["value"] for c in (False, True))
    assert (drawn == -raw).all()
    assert (raw > 0).any()
    path = reading.along("path", "embargo", place="ATL")
    assert path.values == pytest.approx(reading.data["path"].sel(arm="embargo", place="ATL").values - 1, abs=0)
    gains = reading.frame("real_income", change=True)
    assert (gains["low"] <= gains["high"]).all()


def test_an_arm_without_an_answer_is_not_drawn(reading: Reading) -> None:
    empty = variant(reading.result, loss={"integration": np.nan, "embargo + integration": np.nan})
    assert empty.answered("loss") == ["embargo"]
    assert empty.arms_of("loss") == ["embargo"]
    assert arm_sentence(empty, "integration").endswith("every year.")
    none = variant(reading.result, loss={"integration": np.nan}, welfare={"integration": np.nan})
    assert (
        arm_sentence(none, "integration")
        == "“integration” has no number at home: the models asked do not read its edits."
    )
    assert map_of(none, none.quantity("welfare"), "integration") is None
    assert bars_of(none, none.quantity("welfare"), "integration") is None


def test_lines_are_of_home_in_each_arm_and_of_the_sectors_hit_hardest(reading: Reading) -> None:
    fig = lines_of(reading, reading.quantity("path"))
    assert fig is not None
    assert [t.name for t in fig.data] == [f"“{a}”" for a in reading.distinct("loss")]
    sectors = lines_of(reading, reading.quantity("sector_path"), "embargo")
    assert sectors is not None
    depth = [float(np.min(t.y)) for t in sectors.data]
    assert depth == sorted(depth)


def test_the_command_lines_table_has_the_first_number_of_each_model(reading: Reading) -> None:
    table = headline_frame(reading.result)
    lines = {"welfare, change", "real income, change", "value added lost, of the period's", "Ω, loss made good"}
    assert lines < set(table["number"])
    assert "value added lost, of a year's" in set(table["number"])
    assert not table["number"].str.contains("per head|population").any()
    row = table[(table["number"] == "real income, change") & (table["arm"] == "embargo")].iloc[0]
    assert row["value"] == pytest.approx(100 * reading.number("real_income", arm="embargo").value, rel=1e-12)
    assert row["unit"] == "%"
    bound = reading.result.data["welfare"]
    same = replace(reading.result, data=reading.result.data.assign(real_income=bound.copy()))
    assert not (headline_frame(same)["number"] == "real income, change").any()  # nobody moves: one number, told once
    assert set(table.loc[table["number"].str.startswith("Ω"), "unit"]) == {"times the loss"}


def test_solvers_ends_are_told_in_the_language(reading: Reading) -> None:
    assert {e.outcome for e in endings(reading)} == {"converged"}
    assert {e.outcome for e in endings(Reading(reading.result, "zh"))} == {"已收敛"}
    assert {e.residual == "" for e in endings(reading) if e.model == "propagation"} == {True}


def test_a_model_that_comes_after_another_is_told(toy_result: Path) -> None:
    chained: dict[str, Any] = {"trade": {}, "harvest": {"after": "trade"}}
    cheaper = {"name": "cheaper goods", "trade_cost": {"from": "BOR", "to": "ATL", "change": -0.1}}
    with registered(harvest()):
        asked = question(model=chained, uncertainty=None)
        asked["shock"] = [*asked["shock"], cheaper]
        asked["arms"] = {"both": ["a wet spring", "cheaper goods"]}
        result = answered(asked)
        said = relation(Reading(result))
        assert "harvest runs on the accounts that trade ends with." in said
        assert said.endswith("must not be added.")
        assert said in ScenarioReport(result).html()
        grown = Reading(result).number("crop", "AT-N").value
    assert grown == pytest.approx(
        0.1 * float(result.data["output"].sel(arm="both", region="AT-N", sector="FAR")), rel=1e-9
    )
    assert grown != pytest.approx(
        0.1 * float(result.data["output"].sel(arm="base", region="AT-N", sector="FAR")), rel=1e-3
    )


def test_a_home_of_one_region_has_a_report(toy_result: Path) -> None:
    with registered(harvest(picture="map")):
        shock = {"name": "rain", "rain": {"regions": "BOR", "days": 10}}
        result = answered(question(home="BOR", shock=[shock], arms={}, uncertainty=None))
        report = ScenarioReport(result)
        assert report.reading.home == "BOR"
        assert "Borea" in report.html()
        assert not any(k.startswith("map") for k in report.album())


def test_duties_are_told_where_a_tariff_is_asked(toy_result: Path) -> None:
    """Home's duties before and after, Σ flow times rate of the tables themselves; none where no edit is a tariff."""
    from xunhuan.data.store import load
    from xunhuan.scenario import bench
    from xunhuan.scenario.layers import layers_of

    tariff = {"from": "BOR", "to": "ATL", "sectors": "all", "add": 0.1}
    asked = {"title": "x", "base": "toyland", "shock": [{"name": "more", "tariff": tariff}], "model": {"trade": {}}}
    frame = headline_frame(bench.run_layers(layers_of(asked), choices=False))
    told = frame[frame["number"] == "customs duties"].set_index("arm")["value"]
    acc = load("toyland")
    home = [n == acc.home for n in acc.geography.nation]
    assert told["base"] == pytest.approx((acc.flow * acc.tariff).sum((0, 2))[home].sum(), rel=1e-12)
    assert told["more"] > told["base"]
    assert "customs duties" not in set(headline_frame(open_result(toy_result))["number"])
