"""What an edit writes, cell by cell, from the sentences of its page."""

from __future__ import annotations

import numpy as np
import pytest

from tests.helpers.uneven import uneven
from xunhuan.errors import BadInput
from xunhuan.models.edits import Orders, Subsidy, Wedge
from xunhuan.models.edits.handed import CellArray, Routes
from xunhuan.models.edits.primitives import primitives
from xunhuan.models.edits.table import earned_per_output
from xunhuan.models.model import Shock

pytestmark = pytest.mark.textbook


SHARES = ((1.0, None, 1.0), (0.3, None, 1.0), (0.6, 0.12, 0.5), (0.0, None, 2.0))


SHARES = ((1.0, None, 1.0), (0.3, None, 1.0), (0.6, 0.12, 0.5), (0.0, None, 2.0))


@pytest.mark.parametrize("per", ["cost", "output", "value_added"])
@pytest.mark.parametrize(("rebated", "most", "part"), SHARES)
def test_a_wedge_goes_from_one_rate_to_another(per: str, rebated: float, most: float | None, part: float) -> None:
    """Over cost a share τ, ρ of which is earned: what is earned per cost, (1 + τ)/(1 + (1 − ρ) τ), before and after; the
    rest is burnt."""
    acc, rate, to = uneven(), 0.2, 0.05
    edit = Wedge("A", "s1+s3", rate=rate, to=to, rebated=rebated, per=per, most=most, part=part)  # type: ignore[arg-type]
    got = primitives(acc, Shock((edit,)))
    for r in range(acc.R):
        for j in range(acc.S):
            told = [got.wedge_base[r, j], got.wedge[r, j], got.productivity[r, j]]
            if acc.geography.nation[r] != "A" or j not in (1, 3):
                assert told == [1, 1, 1]
                continue
            inputs = 0.0
            for i in range(acc.S):
                bought = sum(acc.flow[o, r, i] for o in range(acc.R))
                paid = sum(acc.flow[o, r, i] * (1 + acc.tariff[o, r, i]) for o in range(acc.R))
                inputs += acc.use[r, i, j] * paid / bought
            output = sum(acc.flow[r, s, j] for s in range(acc.R))
            value_added = 1 - inputs / output
            per_output = [{"cost": x / (1 + x), "output": x, "value_added": x * value_added}[per] for x in (rate, to)]
            if most is not None and per_output[0] > most * value_added:
                per_output = [x * most * value_added / per_output[0] for x in per_output]
            over = [x / (1 - x) for x in per_output]
            burnt = [1 + (1 - rebated) * x for x in over]
            earned = [(1 + x) / y for x, y in zip(over, burnt, strict=True)]
            after = earned[0] ** (1 - part) * earned[1] ** part
            assert told == pytest.approx([earned[0], after, (burnt[0] / burnt[1]) ** part], rel=1e-12)


def test_rates_out_of_range_are_told_with_the_edits_that_made_them() -> None:
    acc = uneven()
    both = (Subsidy("A1", "s1", rate=0.6), Subsidy("A", "s1", rate=0.5), Subsidy("B1", "s1", rate=0.5))
    with pytest.raises(BadInput) as refused:
        primitives(acc, Shock(both))
    told = str(refused.value)
    assert f"`{both[0]}` and `{both[1]}`: the subsidy of A1 s1 would be 1.1" in told
    assert "B1" not in told


def test_a_wedge_that_leaves_the_factors_nothing_is_refused_with_what_there_is() -> None:
    acc = uneven()
    least = float(earned_per_output(acc)[0, 1])
    rate = least / (1 - least)  # of cost: a share `least` of output
    with pytest.raises(BadInput, match=f"the wedge of A1 s1 takes {least:.3g} of output, value added is {least:.3g}"):
        primitives(acc, Shock((Wedge("A1", "s1", rate=rate * (1 + 1e-9)),)))
    primitives(acc, Shock((Wedge("A1", "s1", rate=rate * 0.99),)))


def test_doses_of_orders_are_parts_of_what_is_cancelled_and_no_more_than_all() -> None:
    for change, size, dosed in ((0.0, 0.5, 0.0), (-0.4, 0.5, -0.2), (-0.4, 3.0, -1.0), (0.3, 2.0, 0.6)):
        assert Orders("A", change=change).dosed(size).change == pytest.approx(dosed)
    assert Orders("A", value=-4.0).dosed(0.25).value == pytest.approx(-1.0)


def test_one_ratio_of_routes_that_is_none_is_refused() -> None:
    acc = uneven()
    cost = np.ones((acc.R, acc.R, acc.S))
    assert not Routes(cost=CellArray(cost)).check(acc)
    cost[2, 3, 1] = 0.0
    assert "ratios must be above 0" in str(Routes(cost=CellArray(cost)).check(acc)[0])
