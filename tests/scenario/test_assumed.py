"""What a result says its numbers rest on, with the ranges that its draws give."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from xunhuan.models import registry
from xunhuan.scenario.bench import _assumed
from xunhuan.scenario.scenario import Distribution

pytestmark = pytest.mark.identity


def test_ranges_of_what_is_assumed_are_those_drawn_in_their_own_unit() -> None:
    drawn = {
        "home_growth": Distribution(low=0.05, high=0.08),
        "forgetting": Distribution(low=0.01, mode=0.02, high=0.04),
    }
    asked: Any = SimpleNamespace(
        parameters={"catchup": registry.find("catchup").parameters(industry="chips")},
        scenario=SimpleNamespace(shock=(), uncertainty=SimpleNamespace(quantities=lambda: drawn)),
    )
    told = {g["what"]: (g["low"], g["high"], g["drawn"]) for g in _assumed(asked, "catchup")}
    assert told["home_growth"] == pytest.approx((0.05, 0.08, True))
    assert told["forgetting"] == pytest.approx((0.01, 0.04, True))
    asked.scenario.uncertainty = None
    own = {g["what"]: (g["low"], g["high"]) for g in _assumed(asked, "catchup")}
    assert own["forgetting"] == (0.0, 0.05)
