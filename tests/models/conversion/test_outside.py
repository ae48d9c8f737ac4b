"""Firms at random against prices and sizes one by one; more by `make outside`."""

from __future__ import annotations

import pytest

from tests.outside.firms import FIRMS, apart_from_firms, drawn_firms
from xunhuan.models.conversion.edits import SubsidyHomeSales

pytestmark = pytest.mark.twin

SEEDS = (1, 3, 5, 7, 8, 9, 12)


def test_answers_are_those_of_firms_one_by_one() -> None:
    for seed in SEEDS:
        assert apart_from_firms(seed) <= FIRMS, seed
    edits = [e for s in SEEDS for e in drawn_firms(s)[1]]
    assert {e.kind for e in edits} == {"orders", "certification", "exhibition", "subsidy_home_sales"}
    assert len({e.on for e in edits if isinstance(e, SubsidyHomeSales)}) > 1
    assert {drawn_firms(s)[2].spread for s in SEEDS} == {"whole", "even"}
