"""Numbers of a result worked out by hand: which draws are a sample, quantiles of few, arms and draws without an answer,
sizes that make whole, digests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

from xunhuan.errors import BadInput
from xunhuan.scenario import compare
from xunhuan.scenario.assess import Assessment, as_labelled, assess
from xunhuan.scenario.bench import _quantile
from xunhuan.scenario.check import prepare
from xunhuan.scenario.design import design, indices, sample_rows
from xunhuan.scenario.ensemble import matrix, worked
from xunhuan.scenario.layers import read_layers, setting
from xunhuan.scenario.lines import lines_schema
from xunhuan.scenario.record import digest_of_run
from xunhuan.scenario.run import Bench
from xunhuan.scenario.scenario import Uncertainty

pytestmark = pytest.mark.textbook

TOY = Path(__file__).parents[1] / "scenarios" / "toy.toml"


def prepared(*settings: str) -> Bench:
    return prepare(read_layers(TOY, settings=list(settings)))


@pytest.fixture(scope="module")
def bench() -> Bench:
    return prepared()


def test_the_plain_sample_of_a_sobol_design_is_its_first_and_last_rows(bench: Bench) -> None:
    """A block is A, then A with one column of B each, then B: a mixed row belongs to neither."""
    u = prepared('uncertainty.design="sobol"', "uncertainty.draws=8").scenario.uncertainty
    assert u is not None
    rows, at = design(u, 16), sample_rows(u)
    names = list(rows.columns)
    assert len(names) == len(u.quantities()) == 4
    block = len(names) + 2
    assert at.tolist() == sorted([k * block for k in range(8)] + [k * block + block - 1 for k in range(8)])
    for start in range(0, len(rows), block):
        a, *mixed, b = (rows.iloc[k] for k in range(start, start + block))
        for name, row in zip(names, mixed, strict=True):
            assert row[name] == b[name]
            assert (row.drop(name) == a.drop(name)).all()
        others = [n for n in names if n != "table"]
        assert (a[others] != b[others]).all()


def test_an_interval_needs_half_of_the_draws() -> None:
    nan, inf = np.nan, np.inf
    sample = np.array([
        [1.0, 1.0, 1.0, 5.0],
        [2.0, nan, nan, inf],
        [3.0, 4.0, nan, 7.0],
        [6.0, nan, nan, 9.0],
    ])  # fmt: skip
    assert _quantile(sample, 0.5).tolist() == pytest.approx([2.5, 2.5, nan, 9.0], nan_ok=True)
    assert _quantile(sample, 1.0).tolist() == pytest.approx([6.0, 4.0, nan, inf], nan_ok=True)


@pytest.fixture(scope="module")
def stopped() -> tuple[Bench, Assessment]:
    """A search that is stopped before it ends."""
    bench = prepared("model.trade.max_iterations=2", "uncertainty.draws=2").only({"trade"})
    return bench, assess(bench, full=False)


def test_an_arm_without_an_answer_shows_no_number(stopped: tuple[Bench, Assessment]) -> None:
    _, found = stopped
    assert len(found.failures) == 3
    assert all("model trade" in line for line in found.failures)
    for name in ("welfare", "real_income", "population"):
        arms = found.data[name].sel(arm=["embargo", "integration", "embargo + integration"])
        assert np.isnan(arms).sel(arm="embargo").all(), name
    assert np.isfinite(found.data["welfare"].sel(arm="base")).all()
    for name in ("omega", "omega_net", "break_even"):
        assert np.isnan(found.data[name]).all()


def test_draws_without_an_answer_are_no_answers(stopped: tuple[Bench, Assessment]) -> None:
    bench, _ = stopped
    u = bench.scenario.uncertainty
    assert u is not None
    rows: list[Any] = list(enumerate(design(u, bench.base.draws).to_dict("records")))
    told = list(worked(bench, rows))
    assert [(k, outcome, values) for k, outcome, _, values in told] == [
        (0, "not converged", []),
        (1, "not converged", []),
    ]
    assert all("arm 'embargo', model trade" in message for *_, message, _ in told)
    import pandas as pd

    frame = pd.DataFrame([*told, (2, "converged", "", [3.0, 4.0])], columns=["draw", "outcome", "message", "values"])
    np.testing.assert_array_equal(matrix(frame, 2), [[np.nan, np.nan], [np.nan, np.nan], [3.0, 4.0]])


def test_digests_are_of_the_scenario_and_of_its_base(bench: Bench) -> None:
    other = prepared("model.trade.mobility=1.25")
    bases = (bench.base, bench.base.aggregate(regions={"AT-NE": ["AT-N", "AT-E"]}))
    digests = {digest_of_run(b.scenario, base) for b in (bench, other) for base in bases}
    assert len(digests) == 4


def test_sizes_that_make_whole_by_straight_lines(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """W = −loss + λ g, place by place: λ* = loss / g; a place that loses less than 1e-4 is not hurt."""
    count = len(bench.view.places.codes)
    loss, g = np.full(count, 0.03), np.full(count, 0.02)
    home = bench.view.places.home_index
    loss[home] = [0.02, 0.9e-4, 1.1e-4, -0.01]
    g[home] = [0.05, 0.01, 0.001, 0.01]
    asked: list[dict[str, float]] = []

    def straight(_: Bench, doses: dict[str, float]) -> np.ndarray:
        asked.append(doses)
        return -loss + doses.get("integration", 0.0) * g

    monkeypatch.setattr(compare, "gain", straight)
    found = compare.break_even(bench)
    assert found.answer[home].tolist() == [compare.FOUND, compare.NOT_HURT, compare.FOUND, compare.NOT_HURT]
    assert found.size[home] == pytest.approx([0.4, np.nan, 0.11, np.nan], rel=1e-3, nan_ok=True)
    rest = np.setdiff1d(np.arange(count), home)
    assert np.isnan(found.size[rest]).all()
    assert (found.answer[rest] == compare.UNKNOWN).all()
    assert all(d["embargo"] == 1.0 for d in asked)
    g[home[0]] = 0.02 / 1e4
    assert compare.break_even(bench).answer[home].tolist()[0] == compare.NONE


def test_sobol_indices_tell_which_column_is_which() -> None:
    """Y = 3 x1 + x2, uniform: S = 9/10 and 1/10, in the order of the columns."""
    u = prepared('uncertainty.design="sobol"', "uncertainty.draws=256").scenario.uncertainty
    assert isinstance(u, Uncertainty)
    rows = design(u, 16)
    names = list(rows.columns)
    two = ["mobility", "shock.embargo"]
    x = {n: (rows[n] - rows[n].min()) / (rows[n].max() - rows[n].min()) for n in two}
    first, total, *_ = indices(u, (3 * x[two[0]] + x[two[1]]).to_numpy())
    expected = [{two[0]: 0.9, two[1]: 0.1}.get(n, 0.0) for n in names]
    np.testing.assert_allclose(first, expected, atol=0.03)
    np.testing.assert_allclose(total, expected, atol=0.03)


def test_gains_on_a_base_that_moves() -> None:
    assert compare.beyond(np.array([0.21, 0.0]), np.array([0.1, 0.25])).tolist() == pytest.approx([0.1, -0.2])
    w = np.array([0.5])
    assert compare.beyond(w, None) is w


def test_labels_of_axes_are_as_the_axis_has_them() -> None:
    data = xr.Dataset(coords={"year": [2020, 2021], "place": ["AT-N", "2021"]})
    assert repr(as_labelled(data, "year", "2021")) == repr(data["year"].to_numpy()[1])
    assert as_labelled(data, "place", "2021") == "2021"


def test_kinds_that_nothing_here_reads_are_kept_as_they_are_written() -> None:
    shocks = [{"name": "a", "rain": {"days": 3}, "size": 2.0}, {"name": "b", "tariff": [], "note": "x"}]
    strange = set(lines_schema(shocks).model_fields) - set(lines_schema().model_fields)
    assert strange == {"rain"}
    for own in ("name", "size", "tariff"):
        assert lines_schema(shocks).model_fields[own].annotation == lines_schema().model_fields[own].annotation


def test_a_setting_that_is_no_toml_is_a_text_whatever_is_in_it() -> None:
    text = 'he said "no" \\ twice'
    assert setting(f"a.b = {text}") == {"a": {"b": text}}


def test_uncertainty_of_models_is_of_the_scenarios_own() -> None:
    with pytest.raises(BadInput) as e:
        prepared('uncertainty.models=["trade", "tides"]')
    assert e.value.items == ("uncertainty.models: 'tides' is not one of the scenario's models (trade, propagation)",)
