"""The trade model against closed forms. Published results are in tests/evidence."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
import pytest

from tests.evidence import nafta
from tests.helpers.raw import NoRaw
from xunhuan.data.accounts import Accounts
from xunhuan.data.classification import Sectors
from xunhuan.data.geography import Geography
from xunhuan.models.edits import Productivity, TradeCost
from xunhuan.models.model import Shock
from xunhuan.models.trade import TradeParameters, respond

pytestmark = pytest.mark.textbook


@pytest.mark.slow
def test_nafta_with_deficits_held() -> None:
    """With deficits as a share of world GDP the same exercise solves too; the order of the gains is the published one."""
    try:
        mexico, canada, usa = nafta.percent("wage", deficits=True)
    except NoRaw as absent:
        pytest.skip(str(absent))
    assert mexico > canada > usa > 0
    assert abs(mexico - nafta.percent("wage")[0]) < 0.1
    np.testing.assert_allclose(float(np.sum(nafta.solved(True)[2].gdp)), 1, atol=1e-9)


ONE = Sectors(("X",), groups={"goods": ("X",)})


def _one_sector(flow: np.ndarray, nation: tuple[str, ...], labour_share: float = 1.0, **kw) -> Accounts:
    """One good; a share of output is made of the good itself, where labour_share < 1."""
    r = len(flow)
    output, absorbed = flow.sum(1), flow.sum(0)
    use = (1 - labour_share) * output
    codes = tuple(f"R{k}" for k in range(r))
    return Accounts(
        flow=flow[:, :, None], use=use[:, None, None], final=(absorbed - use)[:, None, None],
        value_added=(output - use)[:, None, None], tariff=np.zeros((r, r, 1)), geography=Geography(codes, nation, **kw),
        sectors=ONE, categories=("c",), components=("v",), year=2000, currency="X", unit="X",
    )  # fmt: skip


BALANCED = np.array([[60.0, 25, 15], [30, 90, 20], [10, 25, 50]])  # exports = imports in each of the three


@pytest.mark.parametrize("theta", [1.5, 5.0])
def test_gains_from_trade_are_own_share_to_the_power_of_one_over_theta(theta: float) -> None:
    """[ArkolakisCostinotRodriguezClare2012, eq. 1]: autarky changes real income by π_nn^(1/θ)."""
    acc = _one_sector(BALANCED, ("A", "B", "C"))
    out = respond(acc, Shock((TradeCost("all", "all", ban=True),)), TradeParameters(theta=theta, tolerance=1e-12))
    own = np.diag(BALANCED) / BALANCED.sum(0)
    np.testing.assert_allclose(out.detail["real_income_hat"], own ** (1 / theta), rtol=1e-10)


def test_inputs_multiply_the_gains_from_trade() -> None:
    """[CostinotRodriguezClare2014, eq. 28] in one sector: π_nn^(1/(θβ)), β the share of labour in cost."""
    acc = _one_sector(BALANCED, ("A", "B", "C"), labour_share=0.6)
    out = respond(acc, Shock((TradeCost("all", "all", ban=True),)), TradeParameters(theta=4.0, tolerance=1e-12))
    own = np.diag(BALANCED) / BALANCED.sum(0)
    np.testing.assert_allclose(out.detail["real_income_hat"], own ** (1 / (4 * 0.6)), rtol=1e-10)


def test_autarky_with_many_sectors_and_inputs(toy: Accounts) -> None:
    """[CostinotRodriguezClare2014, eq. 29]: ln(w/P) = Σ_ij α_j ℓ_ij ln(π_nn,i)/θ_i, ℓ of the Leontief inverse of costs."""
    theta = {"FAR": 3.0, "MAN": 5.0, "SER": 7.0}
    out = respond(
        toy, Shock((TradeCost("BOR", "ATL", ban=True, both_ways=True),)), TradeParameters(theta=theta, tolerance=1e-12)
    )
    s = 3
    spent = (1 + toy.tariff[:, s]) * toy.flow[:, s]
    markup = spent.sum(0) / toy.flow[:, s].sum(0)
    gamma = toy.use[s] * markup[:, None] / toy.output[s]
    final = spent.sum(0) - (toy.use[s] * markup[:, None]).sum(1)
    own = spent[s] / spent.sum(0)
    price = np.linalg.solve(np.eye(3) - gamma.T, -np.log(own) / np.array(list(theta.values())))
    expected = np.exp(-(final / final.sum()) @ price)
    assert float(out.detail["real_wage_hat"][s]) == pytest.approx(expected, rel=1e-10)


def test_symmetric_countries_share_the_same_gain() -> None:
    """By hand: with all wages equal, P̂ = (π + (1 − π) d̂^(−θ))^(−1/θ) and real income is its inverse."""
    flow = np.full((3, 3), 20.0) + 40 * np.eye(3)
    out = respond(
        _one_sector(flow, ("A", "B", "C")),
        Shock((TradeCost("all", "all", change=-0.2),)),
        TradeParameters(theta=4.0, tolerance=1e-12),
    )
    expected = (60 / 100 + 40 / 100 * 0.8**-4) ** (1 / 4)
    np.testing.assert_allclose(out.detail["real_income_hat"], expected, rtol=1e-11)
    np.testing.assert_allclose(out.detail["wage_hat"], 1, rtol=1e-11)


def test_two_regions_with_mobile_people_by_hand() -> None:
    """Two provinces that hardly trade: V̂ = Â, so L̂_1/L̂_2 = (Â_1/Â_2)^κ where nobody is bound, and none are lost."""
    flow = np.diag([60.0, 40.0, 100.0])
    acc = _one_sector(flow, ("A", "A", "B"), population=(3.0, 5.0, 9.0))
    out = respond(
        acc,
        Shock((Productivity("R0", change=0.21),)),
        TradeParameters(theta=4.0, labour="free", mobility=1.5, tolerance=1e-12),
    )
    people = out.detail["population_hat"].to_numpy()
    ratio = 1.21**1.5
    stay = 8 / (3 * ratio + 5)
    np.testing.assert_allclose(people, [ratio * stay, stay, 1.0], rtol=1e-10)
    np.testing.assert_allclose(out.detail["real_income_per_head_hat"], [1.21, 1, 1], rtol=1e-10)


@pytest.mark.slow
def test_implicit_derivative_of_a_scalar_fixed_point() -> None:
    """x = cos(p x): dx/dp = -x sin(px) / (1 + p sin(px)), forwards, backwards and batched."""
    import jax

    from xunhuan.models.solvers import implicit_fixed_point

    def root(p: jax.Array) -> jax.Array:
        return implicit_fixed_point(lambda x: jnp.cos(p * x), jnp.ones(1))[0][0]

    p = jnp.asarray(0.7)
    x = root(p)
    by_hand = -x * jnp.sin(p * x) / (1 + p * jnp.sin(p * x))
    np.testing.assert_allclose(jax.grad(root)(p), by_hand, rtol=1e-9)
    np.testing.assert_allclose(jax.jvp(root, (p,), (jnp.ones(()),))[1], by_hand, rtol=1e-9)
    np.testing.assert_allclose(jax.vmap(jax.grad(root))(jnp.array([0.7, 0.7])), [by_hand] * 2, rtol=1e-9)
