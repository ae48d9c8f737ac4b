"""Derivatives in many rates: against differences and against edits, whatever is set in the parameters and in the shock."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.models.trade.test_users import with_users
from xunhuan.data.accounts import Accounts
from xunhuan.models.edits import ExportTax, Subsidy, Tariff, Wedge
from xunhuan.models.edits.base import Edit
from xunhuan.models.model import Shock
from xunhuan.models.slopes import Controls
from xunhuan.models.trade import TradeParameters, respond
from xunhuan.models.trade.tangents import TradeSlopes, trade_slopes

pytestmark = [pytest.mark.twin, pytest.mark.slow]

KINDS = ("subsidy", "export_tax", "tariff")
GROUND: tuple[Edit, ...] = (Wedge("AT-E", "MAN", rate=0.2, to=0.1), Subsidy("AT-N", "MAN", rate=0.04),
                            ExportTax("AT-S", "BOR", "MAN", rate=0.05), Tariff("BOR", "ATL", "FAR", add=0.1))  # fmt: skip
POINT = np.array([0.02, -0.01, 0.03])
SETTINGS: dict[str, tuple[dict[str, Any], tuple[Edit, ...]]] = {
    "alike": ({}, ()),
    "mobile": ({"labour": "mobile"}, ()),
    "free, with wedges and rates": ({"labour": "free"}, GROUND),
    "deficits zero": ({"deficits": "zero"}, ()),
    "deficits own share": ({"deficits": "own_share"}, GROUND),
    "deficits constant": ({"deficits": "constant"}, ()),
    "two tiers, low substitution": ({"nest_ratio": 1.5, "substitution": "low"}, GROUND),
    "by user": ({"sourcing": "by_user"}, (Subsidy("AT-N", "MAN", rate=0.04),)),
}


def _controls(kinds: tuple[str, ...] = KINDS) -> Controls:
    """One rate of each kind on manufactures, in a region of its own; a tariff in a whole nation."""
    regions, sectors = np.zeros((len(kinds), 4), dtype=bool), np.zeros((len(kinds), 3), dtype=bool)
    for c, kind in enumerate(kinds):
        regions[c, [0, 1, 2] if kind == "tariff" else c] = True
        sectors[c, 1] = True
    return Controls(kinds, regions, sectors, sectors[0])  # type: ignore[arg-type]


def _slopes(toy: Accounts, setting: str, kinds: tuple[str, ...] = KINDS) -> TradeSlopes:
    own, edits = SETTINGS[setting]
    acc = with_users(toy, 0.3) if own.get("sourcing") else toy
    return trade_slopes(acc, Shock(edits), TradeParameters(tolerance=1e-13, **own), _controls(kinds), {"MAN": 0.05})


def _differences(f: Any, x: np.ndarray, h: float = 1e-4) -> np.ndarray:
    """Central differences of the fourth order in each rate, the last axis."""
    at = {m: np.stack([f(x + m * h * row) for row in np.eye(len(x))], -1) for m in (-2, -1, 1, 2)}
    return (8 * (at[1] - at[-1]) - (at[2] - at[-2])) / (12 * h)


@pytest.mark.parametrize("setting", SETTINGS)
def test_tangents_are_differences(toy: Accounts, setting: str) -> None:
    s = _slopes(toy, setting)
    got = s(POINT)
    np.testing.assert_allclose(got.value, s.values(POINT[None])[0], atol=1e-11)
    np.testing.assert_allclose(got.slope, _differences(lambda x: s.values(x[None])[0], POINT), atol=3e-8)
    assert (np.abs(got.slope).max((0, 1)) > 1e-4).all()


@pytest.mark.parametrize(("setting", "kinds"), [("mobile", KINDS), ("deficits own share", ("subsidy", "subsidy")),
                                                ("by user", ("subsidy", "subsidy"))])  # fmt: skip
def test_second_derivatives_are_differences_of_own_slopes(toy: Accounts, setting: str, kinds: tuple[str, ...]) -> None:
    s, x = _slopes(toy, setting, kinds), POINT[: len(kinds)]
    mixing, owner = np.random.default_rng(1).uniform(0.2, 1, (2, 3, 4)), np.arange(len(kinds)) % 2

    def own(x: np.ndarray) -> np.ndarray:
        return np.einsum("pmr,mrc->pc", mixing, s(x).slope)[owner, np.arange(len(x))]

    bent = s.bends(x, mixing, owner)
    np.testing.assert_allclose(bent, _differences(own, x, 3e-3), atol=1e-6)
    assert abs(bent[0, 1] - bent[1, 0]) > 1e-4


@pytest.mark.parametrize("setting", ["free, with wedges and rates", "by user"])
def test_a_rate_on_top_of_a_shock_is_an_edit_more(toy: Accounts, setting: str) -> None:
    """Real income by place and the bill, as the model gives them."""
    own, edits = SETTINGS[setting]
    s = _slopes(toy, setting)
    more = (Subsidy("AT-N", "MAN", rate=POINT[0]), ExportTax("AT-E", "BOR", "MAN", rate=POINT[1]),
            Tariff("BOR", "ATL", "MAN", add=POINT[2]))  # fmt: skip
    acc = with_users(toy, 0.3) if own.get("sourcing") else toy
    r = respond(acc, Shock((*edits, *more)), TradeParameters(tolerance=1e-13, scale={"MAN": 0.05}, **own))
    value = s.values(POINT[None])[0]
    np.testing.assert_allclose(value[0], np.log(r.detail["real_income_hat"].to_numpy()), atol=1e-10)
    made = r.accounts.output[:, 1]
    assert value[2, 0] * _income(s)[0] == pytest.approx((0.04 + POINT[0]) * made[0], rel=1e-6)


def _income(s: TradeSlopes) -> np.ndarray:
    """Spending of households at the rates, value."""
    s(POINT)
    task = s.problem_at(POINT)
    from xunhuan.models.trade.solve import search

    return np.asarray(search(task)[0].income) * task.base.unit


def test_many_rows_are_solved_as_one_by_one(toy: Accounts) -> None:
    """Whatever stands beside a row, and wherever the search starts, its digits are the same to the tolerance."""
    s = _slopes(toy, "mobile", ("subsidy", "subsidy"))
    rows = np.random.default_rng(0).uniform(-0.1, 0.1, (20, 2))
    once = s.values(rows)
    s(np.array([0.05, 0.0]))
    np.testing.assert_allclose(s.values(rows[::-1])[::-1], once, atol=1e-11)
    np.testing.assert_allclose(np.concatenate([s.values(r[None]) for r in rows[:3]]), once[:3], atol=1e-11)
