"""Whether rest is come back to: the largest eigenvalue of the step against long runs after next to nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from xunhuan.data.accounts import Accounts
from xunhuan.errors import BadInput
from xunhuan.models.edits import Capacity, Orders
from xunhuan.models.model import Shock
from xunhuan.models.propagation import PropagationParameters, respond, simulate
from xunhuan.models.propagation.economy import economy
from xunhuan.models.propagation.stability import LIMIT, _ways, growth, growth_at_rest, stable_by_form

pytestmark = pytest.mark.twin

NEXT_TO_NOTHING = 1e-9
NO_STOCKS: dict[str, Any] = {"inventory_days": 0, "reorder": "all"}
AT_ONCE: dict[str, Any] = {"target": "demand", "expect_days": 0}

UNSTABLE = [
    {**AT_ONCE, "inventory_scale": 2.85},
    {**AT_ONCE, "inventory_days": 90, "restock_days": 10},
    {**AT_ONCE, "inventory_days": 90, "destock": False, "slack": 0.1},
    {**NO_STOCKS, "criticality": "linear", "rationing": "home_first"},
    {**NO_STOCKS, "criticality": "leontief", "rationing": "home_first"},
]
STABLE = [
    {},
    {"inventory_days": 90, "restock_days": 10, "rationing": "proportional"},
    {"target": "demand", "inventory_days": 90},
    {**AT_ONCE, "inventory_scale": 2.85, "destock": False},
    {**NO_STOCKS, "rationing": "proportional"},
    {"caution": 1.0, "criticality": "leontief", "rationing": "proportional"},
    {"inventory_days": 1, "restock_days": 1, "criticality": "leontief", "rationing": "home_first"},
]


def gaps(acc: Accounts, given: dict[str, Any], days: float = 400) -> np.ndarray:
    """Largest gap of output to rest, day by day, after next to nothing was lost, and asked for more, for a day."""
    p = PropagationParameters(horizon_days=days, record_days=1, unstable=True, **given)
    loss = 1 - (1 - NEXT_TO_NOTHING) / (1 + p.slack)
    lost = Capacity(list(acc.geography.codes), "MAN", loss=loss, start=0, end=1)
    more = Orders("AT-S", "all", change=NEXT_TO_NOTHING, start=0, end=1)
    path = respond(acc, Shock((lost, more)), p).path
    assert path is not None
    return np.asarray(np.abs(path["output"] / path["base"] - 1).max(("region", "sector")))


@pytest.mark.parametrize("given", [*UNSTABLE, *STABLE], ids=str)
def test_what_is_called_stable_comes_back_and_what_is_not_does_not(toy: Accounts, given: dict[str, Any]) -> None:
    found, gap = growth(economy(toy, PropagationParameters(**given))), gaps(toy, given)
    assert found.stable == (given in STABLE)
    late = gap[30:].max()
    assert late < 2 * NEXT_TO_NOTHING if found.stable else late > 0.01


def test_the_eigenvalue_is_the_growth_of_a_run(toy: Accounts) -> None:
    """Between what begins and what bends, gaps grow by the same factor a day; half the step gives the same rate a day."""
    given = UNSTABLE[0]
    found = growth(economy(toy, PropagationParameters(**given)))
    gap = gaps(toy, given, 35)
    assert found.a_day == pytest.approx((gap[26] / gap[20]) ** (1 / 6), rel=1e-3)
    assert found.doubles == pytest.approx(np.log(2) / np.log(found.a_day))


def test_the_border_is_where_a_long_run_has_it(toy: Accounts) -> None:
    """Days over which orders are expected, halved between an unstable and a stable number: on both sides of where the
    eigenvalue passes 1 a loss of next to nothing ends as it says."""
    low, high = 0.0, 15.0
    for _ in range(4):
        middle = (low + high) / 2
        given = {"target": "demand", "expect_days": middle, "inventory_days": 90, "slack": 0.1}
        stable = growth(economy(toy, PropagationParameters(**given))).stable
        low, high = (low, middle) if stable else (middle, high)
    for days, stable in ((low, False), (high, True)):
        gap = gaps(toy, {"target": "demand", "expect_days": days, "inventory_days": 90, "slack": 0.1}, 700)
        assert (gap[-60:].max() < gap[30:90].max()) == stable


@pytest.mark.parametrize("given", [UNSTABLE[0], UNSTABLE[3]], ids=str)
def test_an_unstable_rest_is_refused_and_what_is_stable_is_named(toy: Accounts, given: dict[str, Any]) -> None:
    with pytest.raises(BadInput, match=r"at rest a small loss grows [\d.]+ times a day by itself and doubles in") as e:
        simulate(toy, Shock(), PropagationParameters(**given))
    assert e.value.where.startswith("toyland, model.propagation: ")
    assert all(f"{k} = " in e.value.where for k, v in given.items() if v != "all")
    named = e.value.fix.partition("stable is: ")[2].partition("; unstable = true")[0].split("; ")
    assert named[0] in ('target = "base"', 'rationing = "final_last"')
    for way in named:
        name, _, value = way.partition(" = ")
        one = value.strip('"') if value.startswith('"') else float(value)
        assert growth_at_rest(toy, PropagationParameters(**{**given, name: one})).a_day <= LIMIT


def test_settings_that_are_tried_one_at_a_time() -> None:
    of = PropagationParameters
    assert list(_ways(of(target="demand", expect_days=60.0))) == [
        {"target": "base"}, {"expect_days": 90.0}, {"expect_days": 180.0}, {"expect_days": 365.0}]  # fmt: skip
    others = list(
        _ways(of(rationing="home_first", inventory_days=5, step_days=2.0, record_days=4.0, horizon_days=40.0))
    )
    assert others[:2] == [{"rationing": "final_last"}, {"inventory_days": 2.0}]
    assert {"inventory_days": 1.0} in list(_ways(of(inventory_days=5, step_days=0.5)))


def test_an_unstable_run_is_not_called_converged(toy: Accounts) -> None:
    status = respond(toy, Shock(), PropagationParameters(horizon_days=14, unstable=True, **UNSTABLE[0])).status
    assert status.outcome == "unstable"
    assert not status.converged
    assert status.message == "unstable at rest: a small loss grows 1.6 times a day by itself"
    assert respond(toy, Shock(), PropagationParameters(horizon_days=14, unstable=True)).status.converged


def test_defaults_need_no_steps_to_be_told_stable(toy: Accounts) -> None:
    assert stable_by_form(economy(toy, PropagationParameters()))
    for given in (*UNSTABLE, {"inventory_days": 0}, {"caution": 1.0}, {"target": "demand"}):
        assert not stable_by_form(economy(toy, PropagationParameters(**given)))
