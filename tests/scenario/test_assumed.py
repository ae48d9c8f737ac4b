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
    ranges = {
        "home_growth": Distribution(low=0.05, high=0.08),
        "forgetting": Distribution(low=0.01, mode=0.02, high=0.04),
    }
    drawn = {u: ranges[u.name] for u in registry.find("catchup").uncertain if u.name in ranges}
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


@pytest.mark.parametrize("name", sorted(n for n, m in registry.models().items() if m.rests_on is not None))
def test_a_figure_that_is_assumed_lies_within_its_range(name: str) -> None:
    model = registry.find(name)
    given: Any = {"catchup": {"industry": "chips"}, "rivalry": {"cities": {}}}
    assert model.rests_on is not None
    told = [
        g
        for g in model.rests_on(model.parameters(**given.get(name, {})), frozenset())
        if g.assumed and g.low is not None
    ]
    for g in told:
        assert g.low < g.high, g.what
        assert g.value is None or g.low <= g.value <= g.high, g.what
    assert told
