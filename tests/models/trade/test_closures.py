"""Every closure is compared with its own base: what is told is the shock's doing, and a shock of nothing does nothing."""

from __future__ import annotations

import itertools
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from xunhuan.data.accounts import Accounts
from xunhuan.data.places import places
from xunhuan.models.edits import Edit, Productivity, Tariff, TradeCost, Transfer, Wedge
from xunhuan.models.model import Response, Shock
from xunhuan.models.trade import TradeParameters, gradient, respond, respond_many
from xunhuan.models.trade.answer import vanishing
from xunhuan.models.trade.model import MODEL

pytestmark = pytest.mark.identity

DEFICITS = ("zero", "world_share", "own_share", "constant")
CLOSURES = [
    {"deficits": d, "transfers": t, "labour": w}
    for d, t, w in itertools.product(DEFICITS, ("nation_share", "as_deficits"), ("immobile", "mobile", "free"))
]
OTHERS = [
    {"deficits": d, **more}
    for d in DEFICITS
    for more in (
        {"nest_ratio": 1.5},
        {"horizon": "short"},
        {"scale": 0.02},
        {"labour": "mobile", "mobility": 0.0},
        {"substitution": "low"},
        {"substitution": "lowest", "scale": 0.02},
        {"substitution": "high", "input_elasticity": {"MAN": 0.0}, "labour": "mobile", "nest_ratio": 1.5},
        {"labour": "mobile", "window": "1990-1995"},
    )
]
NEXT_TO_NOTHING = {"toy": (Tariff("ATL", "BOR", "goods", add=1e-4), Productivity("AT-S", change=1e-6),
                           Wedge("ATL", rate=1e-4), Transfer("BOR", "ATL", share=1e-4)),
                   "world": (Tariff("CHN", "USA", "goods", add=1e-4), Productivity("CN-GD", change=1e-6),
                             Wedge("CHN", rate=1e-4, rebated=0.5, most=0.5),
                             Transfer("USA", "CN-GZ", share=1e-6))}  # fmt: skip
SIZES = (1e-4, 1e-6, 1e-4, 1e-4)
CUT = {
    "toy": TradeCost("ATL", "BOR", ban=True, both_ways=True),
    "world": TradeCost("CHN", "foreign", ban=True, both_ways=True),
}


def _moved(before: Response, after: Response) -> float:
    """The largest change of anything told: hats, splits, levels and the accounts, relative to the largest of each kind."""
    found = []
    for name, new in after.detail.data_vars.items():
        if name == "misallocation":  # there only where a wedge changes
            continue
        old = before.detail[name]
        size = 1.0 if name in ("terms_of_trade", "volume_of_trade") or name.startswith("direct") else abs(old).max()
        found.append(float(abs(new - old).max() / size) if float(size) else 0.0)
    for name in ("flow", "use", "final", "value_added"):
        old, new = (getattr(x.accounts, name) for x in (before, after))
        found.append(np.abs(new - old).max() / np.abs(old).max() if new.shape == old.shape else np.inf)
    return max(found)


def _checked(acc: Accounts, edits: tuple[Edit, ...], p: TradeParameters) -> None:
    base = MODEL.at_rest(acc, p)
    nothing = respond(acc, Shock(), p)
    assert nothing.status.iterations == 1
    for name in ("real_income_hat", "price_hat", "wage_hat", "population_hat", "output_hat"):
        hat = nothing.detail[name].to_numpy()
        np.testing.assert_array_equal(hat[np.isfinite(hat)], 1.0, err_msg=name)
    for name in ("flow", "use", "final", "value_added"):
        old = getattr(base, name)
        np.testing.assert_allclose(getattr(nothing.accounts, name), old, rtol=1e-12, atol=1e-12 * np.abs(old).max())
    for edit, size in zip(edits, SIZES, strict=True):
        out = respond(acc, Shock((edit,)), p)
        assert out.status.converged
        moved = _moved(nothing, out)
        assert 1e-3 * size < moved < 20 * size, f"{edit} moves {moved:.2g}"


@pytest.mark.parametrize("given", CLOSURES + OTHERS, ids=str)
@pytest.mark.slow
def test_next_to_nothing_moves_next_to_nothing(toy: Accounts, given: dict[str, object]) -> None:
    _checked(toy, NEXT_TO_NOTHING["toy"], TradeParameters(tolerance=1e-12, max_iterations=2000, **given))


@pytest.mark.slow
@pytest.mark.parametrize("given", CLOSURES, ids=str)
def test_next_to_nothing_moves_next_to_nothing_in_the_world(world: Accounts, given: dict[str, object]) -> None:
    _checked(world, NEXT_TO_NOTHING["world"], TradeParameters(**given))


def test_the_base_of_balanced_trade_is_balanced_and_not_the_table(toy: Accounts) -> None:
    p = TradeParameters(deficits="zero", labour="mobile", tolerance=1e-12)
    base = MODEL.at_rest(toy, p)
    np.testing.assert_allclose(base.absorption.sum(1), base.output.sum(1), rtol=1e-10)
    assert abs(base.flow / toy.flow - 1).max() > 1e-3
    assert base.gdp.sum() == pytest.approx(toy.gdp.sum(), rel=1e-10)
    people, before = np.array(base.geography.population[:3]), np.array(toy.geography.population[:3])
    assert people.sum() == pytest.approx(before.sum(), rel=1e-12)
    assert abs(people / before - 1).max() > 1e-3, "people too are where balanced trade has them"
    assert any("not against the table" in n for n in respond(toy, Shock(), p).notes)
    assert MODEL.at_rest(toy, TradeParameters()) is toy


def test_draws_and_gradients_have_the_same_base(toy: Accounts) -> None:
    shock, p = Shock((Tariff("ATL", "BOR", "goods", add=0.2),)), TradeParameters(deficits="zero", tolerance=1e-13)
    one = respond(toy, shock, p)
    others = [TradeParameters(deficits="zero", theta=3.0, tolerance=1e-13), p, TradeParameters(tolerance=1e-13), p]
    drawn = list(respond_many(toy, [shock] * 4, others))
    for k in (1, 3):
        np.testing.assert_array_equal(drawn[k].detail["real_income_hat"], one.detail["real_income_hat"])
    np.testing.assert_array_equal(drawn[2].detail["trade_base"], toy.flow.sum(2))
    fine = TradeParameters(tolerance=1e-13)
    here, there = gradient(toy, "AT-E", shock, p), gradient(MODEL.at_rest(toy, p), "AT-E", shock, fine)
    np.testing.assert_allclose(here["productivity"], there["productivity"], rtol=1e-6)


def test_own_share_keeps_deficits_in_step_with_income(toy: Accounts) -> None:
    """D'[s] = D[s] ŷ[s] − N y'[s] / Σ y', where nothing is shared inside the nation; they sum to 0."""
    p = TradeParameters(deficits="own_share", transfers="as_deficits", tolerance=1e-12)
    old, new = (respond(toy, s, p) for s in (Shock(), Shock((Productivity("AT-S", change=0.5),))))
    before, after = ((r.accounts.absorption - r.accounts.output).sum(1) for r in (old, new))
    paid, now = (r.detail["factor_income"].to_numpy() for r in (old, new))
    shares = before * now / paid
    assert abs(shares.sum()) > 1e-4 * now.sum()
    np.testing.assert_allclose(after, shares - shares.sum() * now / now.sum(), rtol=1e-8)


def test_own_share_holds_where_a_surplus_held_in_the_world_s_money_cannot(toy: Accounts) -> None:
    ruin = Shock((Productivity("AT-S", change=-0.99),))
    p = TradeParameters(deficits="own_share", transfers="as_deficits")
    assert respond(toy, ruin, p).status.converged
    fixed = respond(toy, ruin, TradeParameters(deficits="constant"))
    assert not fixed.status.converged
    assert "deficits='own_share' keeps it in step with income" in fixed.status.message


@pytest.mark.parametrize("deficits", ["world_share", "own_share", "constant"])
def test_a_cut_that_ends_a_trade_balance_says_so(toy: Accounts, deficits: str) -> None:
    p = TradeParameters(deficits=deficits, tolerance=1e-12)
    out = respond(toy, Shock((CUT["toy"],)), p)
    (said,) = [n for n in out.notes if n.startswith("bans cut the world in parts")]
    assert "trade balances of cut regions vanish" in said
    gap, spent = (toy.absorption - toy.output).sum(1), out.detail["income_base"].to_numpy()
    assert f"BOR {-100 * gap[3] / spent[3]:+.2g}%" in said
    assert f"AT-E {-100 * gap[:3].sum() / spent[:3].sum():+.2g}%" in said
    assert not [n for n in respond(toy, Shock((CUT["toy"],)), TradeParameters(deficits="zero")).notes if "vanish" in n]
    partly = respond(toy, Shock((TradeCost("ATL", "BOR", "MAN", ban=True),)), p)
    assert not [n for n in partly.notes if "vanish" in n]


def test_a_part_with_an_open_region_loses_no_balance() -> None:
    """Places 0 and 2 are a part, 1 and 3 another; 2 keeps no books. The other part owed a tenth of its income."""
    economy = SimpleNamespace(
        income=np.array([0.4, 0.3, 0.2, 0.1]),
        deficit=np.array([0.05, -0.02, -0.01, -0.02]),
        books=np.array([1.0, 1.0, 0.0, 1.0]),
    )
    part = np.array([[1.0, 0.0, 1.0, 0.0], [0.0, 1.0, 0.0, 1.0]])
    task: Any = SimpleNamespace(economy=economy, shift=SimpleNamespace(part=part))
    np.testing.assert_allclose(vanishing(task), [0, 0.03, 0, 0.01], rtol=1e-12)
    economy.books[2] = 1.0
    np.testing.assert_allclose(vanishing(task), [-0.04 / 0.6 * 0.4, 0.03, -0.04 / 0.6 * 0.2, 0.01], rtol=1e-12)


def test_each_part_of_a_cut_world_bears_its_own_deficits_by_income(toy: Accounts) -> None:
    """D'[s] = D[s] − I[s] Σ_q D[q] / Σ_q I[q] over the regions q of its part."""
    p = TradeParameters(transfers="as_deficits", tolerance=1e-12)
    out = respond(toy, Shock((CUT["toy"],)), p)
    before, after = ((a.absorption - a.output).sum(1) for a in (toy, out.accounts))
    spent = out.detail["income_base"].to_numpy()
    assert after[3] == pytest.approx(0.0, abs=1e-8)
    expected = before[:3] - spent[:3] * before[:3].sum() / spent[:3].sum()
    np.testing.assert_allclose(after[:3], expected, atol=1e-7)


@pytest.mark.slow
def test_with_balanced_trade_a_deeper_cut_costs_more(world: Accounts) -> None:
    """China alone, at trade costs ever higher and at last cut off: with balances held the last step would be a gift."""
    at = places(world)
    home = at.index("CHN")

    def loss(edit: TradeCost, deficits: str) -> float:
        out = respond(world, Shock((edit,)), TradeParameters(deficits=deficits))
        return -float(MODEL.read(world, out, at)["real_income"].values[home])

    dear = [TradeCost("CHN", "foreign", change=c, both_ways=True) for c in (0.1, 0.5, 2.0, 6.0)]
    west = TradeCost("CHN", "USA+JPN+KOR+TWN+DEU+FRA+GBR+ITA+NLD+AUS+CAN", ban=True, both_ways=True)
    balanced = [loss(e, "zero") for e in (*dear, CUT["world"])]
    assert balanced == sorted(balanced)
    told = [loss(west, "zero"), balanced[-2], balanced[-1]]
    told += [loss(e, d) for d in ("world_share", "own_share") for e in (CUT["world"], dear[-1])]
    assert [round(100 * x, 1) for x in told] == [2.5, 5.3, 5.3, 3.2, 10.3, 3.2, 5.3], "as the page says"
