"""A compensated shift of demand moves demand and nothing else; one that is not gives income away."""

from __future__ import annotations

import numpy as np
import pytest

from xunhuan.data.accounts import Accounts
from xunhuan.data.store import load
from xunhuan.errors import BadInput
from xunhuan.models.edits import DemandShift
from xunhuan.models.edits.primitives import Theta, primitives
from xunhuan.models.model import Shock
from xunhuan.models.trade import TradeParameters, respond

pytestmark = pytest.mark.identity

TOY = load("toyland")
THETA = Theta(between=np.array([3.0, 6.0, 4.0]), within=np.array([3.0, 6.0, 4.0]))
NESTED = Theta(THETA.between, 1.7 * THETA.between)
WAYS = [("ATL", "ATL", 0.01), ("ATL", "foreign", 0.3), ("BOR", "ATL", 0.1), ("AT-N", "ATL+BOR", 0.05)]


def spending(acc: Accounts) -> np.ndarray:
    return np.asarray((1 + acc.tariff) * acc.flow)


def picked(line: tuple[str, str, float], sectors: str) -> tuple[np.ndarray, ...]:
    g = TOY.geography
    return g.select(line[0], TOY.home), g.select(line[1], TOY.home), TOY.sectors.select(sectors)


@pytest.mark.parametrize("sectors", ["goods", "all"])
@pytest.mark.parametrize("line", WAYS, ids=lambda w: f"{w[0]} to {w[1]}")
def test_spending_moves_by_the_shift_and_price_indices_by_nothing(line: tuple[str, str, float], sectors: str) -> None:
    shift = DemandShift(line[0], line[1], sectors, shift=line[2])
    cost = primitives(TOY, Shock((shift,)), THETA).trade_cost
    sellers, buyers, goods = picked(line, sectors)
    spent = spending(TOY)
    moved = spent * cost**-THETA.between
    # Σ_r π d̂^(−θ) = P̂^(−θ), where producers' prices stand still
    np.testing.assert_allclose((moved.sum(0) / spent.sum(0)) ** (-1 / THETA.between), 1.0, rtol=1e-14)
    mine = np.ix_(sellers, buyers, goods)
    assert moved[mine].sum() == pytest.approx((1 + line[2]) * spent[mine].sum(), rel=1e-13)
    every = np.ones(spent.shape, dtype=bool)
    every[np.ix_(np.arange(TOY.R), buyers, goods)] = False
    np.testing.assert_array_equal(cost[every], 1.0)
    assert (moved[mine] > spent[mine]).all()


def test_price_indices_stand_still_in_nests_too() -> None:
    """P̂^(−θ) = Σ_g Π_g (Σ_{r∈g} s[r] d̂^(−θ_in))^(θ/θ_in), a nest for each nation."""
    shift = DemandShift("ATL", "ATL", shift=0.01)
    cost = primitives(TOY, Shock((shift,)), NESTED).trade_cost
    share = spending(TOY) / spending(TOY).sum(0)
    index = np.zeros(share.shape[1:])
    nation = TOY.geography.nation_index
    for n in range(len(TOY.geography.nations)):
        inside = share[nation == n]
        whole = inside.sum(0)
        index += whole * ((inside / whole * cost[nation == n] ** -NESTED.within).sum(0)) ** (
            NESTED.between / NESTED.within
        )
    np.testing.assert_allclose(index, 1.0, rtol=1e-14)


def test_one_that_is_not_compensated_leaves_other_sellers_and_lowers_prices() -> None:
    cost = primitives(TOY, Shock((DemandShift("ATL", "BOR", shift=0.1, compensated=False),)), THETA).trade_cost
    np.testing.assert_allclose(cost[:3, 3] ** -THETA.between, 1.1, rtol=1e-14)
    np.testing.assert_array_equal(cost[3], 1.0)
    np.testing.assert_array_equal(cost[:, :3], 1.0)


def world_gain(shift: float, compensated: bool) -> float:
    """Real income of the world, where no tariff makes the allocation of its own matter: Σ I (V̂ − 1) / Σ I."""
    free = TOY.replace(tariff=np.zeros_like(TOY.tariff))
    edit = DemandShift("ATL", "ATL", shift=shift, compensated=compensated)
    d = respond(free, Shock((edit,)), TradeParameters(tolerance=1e-13, deficits="constant")).detail
    base, hat = d["income_base"].to_numpy(), d["real_income_hat"].to_numpy()
    return float((base * (hat - 1)).sum() / base.sum())


def test_its_gift_of_income_is_of_second_order() -> None:
    """Half the shift gives a quarter of the world's gain; of one that is not compensated, half."""
    assert world_gain(0.004, True) / world_gain(0.002, True) == pytest.approx(4.0, rel=0.05)
    assert world_gain(0.004, False) / world_gain(0.002, False) == pytest.approx(2.0, rel=0.01)
    assert abs(world_gain(0.002, True)) < 0.05 * world_gain(0.002, False)


def test_at_fixed_factor_prices_nothing_becomes_cheaper() -> None:
    """With wages as they are, prices as they are solve the price equations: real income at factor prices is unmoved."""
    cost = primitives(TOY, Shock((DemandShift("ATL", "ATL", shift=0.01),)), THETA).trade_cost
    share, gamma = spending(TOY) / spending(TOY).sum(0), TOY.use / TOY.output[:, None, :]
    gift = primitives(TOY, Shock((DemandShift("ATL", "ATL", shift=0.01, compensated=False),)), THETA).trade_cost
    found = []
    for given in (cost, gift):
        log_price = np.zeros((TOY.R, TOY.S))
        for _ in range(200):
            producer = np.einsum("sij,si->sj", gamma, log_price)
            kernel = share * (given * np.exp(producer)[:, None, :]) ** -THETA.between
            log_price = -np.log(kernel.sum(0)) / THETA.between
        found.append(log_price)
    np.testing.assert_allclose(found[0], 0.0, atol=1e-13)
    assert found[1][:3].max() < -1e-4


def test_what_cannot_be_shifted_is_refused() -> None:
    with pytest.raises(BadInput) as e:
        primitives(TOY, Shock((DemandShift("ATL", "ATL", shift=0.5),)), THETA)
    assert "demand cannot shift by 0.5: they spend so little elsewhere that 0.0726 is the most" in e.value.items[0]
    with pytest.raises(BadInput) as e:
        primitives(TOY, Shock((DemandShift("AT-N", "ATL", shift=0.01),)), NESTED)
    whole = "a compensated shift cannot split ATL, whose regions are a nest of their own (name whole nations)"
    assert whole in e.value.items[0]
    least = np.minimum(TOY.flow[0, 3], TOY.flow[3, 0])
    k = int((TOY.flow[3, 0] - least).argmin())
    flow = TOY.flow.copy()
    flow[[0, 3, 0, 3], [3, 0, 0, 3], k] += least[k] * np.array([-1, -1, 1, 1])
    with pytest.raises(BadInput, match=r"demand cannot shift by 0\.01: the buyers spend nothing on it"):
        primitives(
            TOY.replace(flow=flow), Shock((DemandShift("BOR", "AT-N", TOY.sectors.codes[k], shift=0.01),)), THETA
        )
    with pytest.raises(BadInput, match="shift"):
        DemandShift("ATL", "BOR", shift=0.0)
