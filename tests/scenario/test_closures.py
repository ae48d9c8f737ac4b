"""Arms are compared with the base that the model has under its parameters; a frontier compares with one base throughout."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from xunhuan.scenario.assess import Assessment, assess
from xunhuan.scenario.check import prepare
from xunhuan.scenario.layers import Layers
from xunhuan.scenario.run import Bench

pytestmark = pytest.mark.identity

CUT = {"trade_cost": {"from": "BOR", "to": "ATL", "ban": True, "both_ways": True}}
SMALL = {"tariff": {"from": "BOR", "to": "ATL", "sectors": "goods", "add": 1e-4}}


def _bench(shock: dict[str, Any], trade: dict[str, Any], compare: dict[str, Any]) -> Bench:
    data = {
        "title": "t", "question": "q", "source": "s", "base": "toyland", "shock": [{"name": "it", **shock}],
        "model": {"trade": trade}, "compare": compare,
    }  # fmt: skip
    return prepare(Layers("t", data, (), None))


def _frontier(done: Assessment, place: str) -> np.ndarray:
    return np.asarray(done.data["frontier_gain"].sel(policy="none", place=place))


@pytest.mark.parametrize("deficits", ["zero", "world_share", "own_share", "constant"])
def test_next_to_nothing_moves_no_number_of_any_arm(deficits: str) -> None:
    """Not gains alone: value, reliance, circulation, trade and output stand beside those of the same closure's base."""
    bench = _bench(SMALL, {"deficits": deficits, "tolerance": 1e-12}, {"reinforcement": {"shift": 1e-4}})
    done = assess(bench)
    for name in ("gdp", "reliance", "circulation", "trade", "output", "shipped", "real_income", "welfare"):
        base, arm = (done.data[name].sel(arm=a).to_numpy() for a in ("base", "it"))
        moved = np.abs(arm - base).max() / max(1.0, np.abs(base).max())
        assert 0 < moved < 20e-4, name
    assert np.abs(done.data["reinforcement"]).max() < 10


def test_a_frontier_that_ends_in_parts_has_balanced_trade_from_its_base_on() -> None:
    cut = {"frontier": {"shock": "it", "steps": 6}}
    free, held = (assess(_bench(CUT, {"deficits": d}, cut)) for d in ("zero", "world_share"))
    for place in ("ATL", "BOR", "AT-S"):
        line = _frontier(held, place)
        np.testing.assert_array_equal(line, _frontier(free, place))
        assert line[0] == 0
        assert (np.diff(line) < 0).all(), place
        assert line[-1] == free.data["welfare"].sel(arm="it", place=place)
        assert abs(line[-1] - float(held.data["welfare"].sel(arm="it", place=place))) > 1e-3
    said = [n for n in held.notes if n.startswith("so that the points of the frontier compare")]
    assert said == [held.data["frontier_gain"].attrs["note"]]
    assert "trade with deficits = zero" in said[0]
    assert not [n for n in free.notes if n.startswith("so that the points")]


def test_a_frontier_of_a_whole_world_keeps_the_scenario_s_closure() -> None:
    part = {"trade_cost": CUT["trade_cost"] | {"sectors": "MAN"}}
    done = assess(_bench(part, {}, {"frontier": {"shock": "it", "steps": 3}}))
    end = done.data["welfare"].sel(arm="it", place="BOR")
    assert _frontier(done, "BOR")[-1] == pytest.approx(float(end), abs=1e-12)
    assert "note" not in done.data["frontier_gain"].attrs


def test_the_base_of_a_model_that_comes_after_is_that_of_the_one_before() -> None:
    data = {
        "title": "t", "question": "q", "source": "s", "base": "toyland", "shock": [{"name": "it", **SMALL}],
        "model": {"trade": {"deficits": "zero"}, "propagation": {"after": "trade", "horizon_days": 14.0}},
    }  # fmt: skip
    bench = prepare(Layers("t", data, (), None))
    before, after = bench.rest("trade"), bench.rest("propagation")
    np.testing.assert_array_equal(before.flow, after.flow)
    assert np.abs(before.flow - bench.base.flow).max() > 0.1
