"""Corners with an answer in closed form, and the size of a step."""

from __future__ import annotations

import numpy as np
import pytest

from tests.helpers.halves import CHINA, HUBEI, NEAR, TOYLAND, losses
from xunhuan.data.accounts import Accounts
from xunhuan.data.classification import Sectors
from xunhuan.data.geography import Geography
from xunhuan.models.edits import Capacity, Orders, Stock
from xunhuan.models.model import Shock
from xunhuan.models.propagation import PropagationParameters, activity, respond, simulate
from xunhuan.models.propagation.rationing import served

pytestmark = pytest.mark.textbook


def chain(n: int = 4) -> Accounts:
    """One region; sector k sells half of its output to sector k + 1 and half to final users."""
    use = np.zeros((1, n, n))
    for k in range(n - 1):
        use[0, k, k + 1] = 50.0
    output = np.full(n, 100.0)
    final = (output - use[0].sum(1))[None, :, None]
    value = (output - use[0].sum(0))[None, :, None]
    codes = tuple(f"X{k}" for k in range(n))
    return Accounts(
        flow=output[None, None, :],
        use=use,
        final=final,
        value_added=value,
        tariff=np.zeros((1, 1, n)),
        geography=Geography(("HOME",), ("HOM",)),
        sectors=Sectors(codes, codes, codes),
        categories=("consumption",),
        components=("all",),
        year=2000,
        currency="X",
        unit="X",
        name="chain",
    )


NO_STOCKS = PropagationParameters(
    horizon_days=40, record_days=1, criticality="leontief", inventory_days=0, shelf_days={}, restock_days=1,
    rationing="proportional", overproduction_max=1.0, substitution=False,
)  # fmt: skip


@pytest.mark.parametrize("hit", [0, 1, 2])
def test_leontief_without_stocks_is_the_bottleneck_model(hit: int) -> None:
    """Below the hit sector every tier runs at q_j = min(c_j, min_i q_i) = c, each one step later than the tier before;
    above it output is what is still ordered, q_k = ½ q_(k+1) + ½, half of it by final users."""
    acc, c = chain(), 0.6
    r = respond(acc, Shock((Capacity("HOME", f"X{hit}", loss=1 - c, start=0, end=40),)), NO_STOCKS)
    ratio = r.path["output"].to_numpy()[:, 0] / (acc.output[0] / 365)
    expected = np.full(4, c)
    for k in reversed(range(hit)):
        expected[k] = 0.5 * expected[k + 1] + 0.5
    assert np.allclose(ratio[5:], expected, atol=1e-12)
    for tier in range(hit, 4):
        assert np.allclose(ratio[: tier - hit, tier], 1.0, atol=1e-12)
        assert ratio[tier - hit, tier] == pytest.approx(c, abs=1e-12)
    for tier in range(hit, 3):
        assert int(r.detail["stopped_by"][0, tier + 1]) == tier


def test_two_bottlenecks_leave_the_narrower() -> None:
    shock = Shock(
        (Capacity("HOME", "X0", loss=0.3, start=0, end=40), Capacity("HOME", "X2", loss=0.5, start=0, end=40))
    )
    ratio = respond(chain(), shock, NO_STOCKS).path["output"].to_numpy()[:, 0] / (100 / 365)
    assert np.allclose(ratio[4], [0.7, 0.7, 0.5, 0.5], atol=1e-12)


@pytest.mark.parametrize("region", ["AT-E", "BOR"])
def test_demand_shock_with_ample_stocks_is_the_leontief_model(toy: Accounts, region: str) -> None:
    """x = (I − A)^-1 y of the new final demand, once stocks are back at their targets."""
    shock = Shock((Orders(region, "MAN+SER", change=-0.35, start=0, end=3650),))
    p = PropagationParameters(horizon_days=3650, record_days=3650, inventory_days=60, shelf_days={}, substitution=False)
    run = simulate(toy, shock, p, with_flows=False)
    y = toy.final.sum(2)
    y[toy.geography.index(region), 1:] *= 0.65
    share = toy.flow / toy.flow.sum(0)
    a = np.einsum("rsi,sij->risj", share, toy.use / toy.output[:, None, :]).reshape(12, 12)
    x = np.linalg.solve(np.eye(12) - a, np.einsum("rsi,si->ri", share, y).ravel()).reshape(4, 3)
    assert np.allclose(run.state.output * 365, x, rtol=1e-9)


@pytest.mark.parametrize("rule", ["proportional", "final_last"])
def test_halving_the_step_moves_annual_losses_by_less_than_a_percent(toy: Accounts, rule: str) -> None:
    whole, half = losses(toy, TOYLAND, rationing=rule)
    assert whole > 10
    assert abs(half / whole - 1) < NEAR


def test_halving_the_step_on_a_bundled_table(china: Accounts) -> None:
    whole, half = losses(china, CHINA)
    assert whole > 1e3
    assert abs(half / whole - 1) < NEAR


def test_a_deep_regional_loss_does_not_spiral(china: Accounts) -> None:
    """Own recipes are served before shipments, so that a province at two fifths of its capacity runs at two fifths."""
    r = respond(china, HUBEI)
    assert r.path is not None
    hubei = activity(r.path)["CN-HB"]
    assert hubei.min() == pytest.approx(0.4, abs=0.01)
    assert hubei.iloc[-1] > 0.95
    assert float(r.detail["loss"].sum()) < 1.5 * float(r.detail["loss_direct"].sum())


def test_stockpiling_before_a_cut_delays_and_lessens_the_loss(toy: Accounts) -> None:
    quake = Capacity("AT-S", "MAN", loss=1.0, start=60, end=120)
    p = PropagationParameters(
        criticality="leontief", inventory_days=10, shelf_days={}, slack=0.2, rationing="proportional"
    )
    bare = respond(toy, Shock((quake,)), p).detail
    stocked = respond(toy, Shock((Stock("ATL", "MAN", factor=3.0, start=0, end=60), quake)), p).detail
    assert float(stocked["loss_inputs"].sum()) < 0.9 * float(bare["loss_inputs"].sum())
    others = {"region": "AT-S", "sector": ["FAR", "SER"]}
    assert (stocked["first_week"].sel(others) > bare["first_week"].sel(others)).all()


def test_recovery_laws() -> None:
    t = np.array([10.0, 15.0, 20.0, 30.0])

    def left(law: object) -> list[float]:
        edit = Capacity("a", loss=1.0, start=0, end=10, recovery=law, recovery_days=10)  # type: ignore[arg-type]
        return edit.strength(t).tolist()

    assert left("linear") == [1.0, 0.5, 0.0, 0.0]
    assert left("exponential") == pytest.approx([1.0, np.exp(-1.5), np.exp(-3.0), np.exp(-6.0)])
    assert left("logistic") == pytest.approx([1.0, 0.5, 0.0, 0.0], abs=1e-15)
    assert left((0.2, 1.0)) == pytest.approx([1.0, 0.8, 0.0, 0.0])
    assert left("none") == [0.0] * 4


def test_rationing_serves_the_first_class_first() -> None:
    first, left = served(np.array([3.0, 8.0, 12.0]), np.full(3, 5.0))
    assert first.tolist() == [0.6, 1.0, 1.0]
    assert left.tolist() == [0.0, 3.0, 7.0]
    assert served(left, np.full(3, 5.0))[0].tolist() == [0.0, 0.6, 1.0]


def test_milestones_by_hand() -> None:
    """The last tier of a chain with stocks of 10 days: hit in week 2 after the loss in week 1, back after the end."""
    p = NO_STOCKS.model_copy(
        update={"inventory_days": 10.0, "horizon_days": 140.0, "record_days": 7.0, "restock_days": 10.0}
    )
    d = respond(chain(2), Shock((Capacity("HOME", "X0", loss=1.0, start=0, end=28),)), p).detail
    assert d["first_week"].values.tolist() == [[1.0, 2.0]]
    assert d["stopped_by"].values.tolist() == [[-1, 0]]
    assert float(d["lowest"][0, 0]) == 0.0
    assert float(d["loss_direct"][0, 1]) == 0.0
    assert float(d["loss_inputs"][0, 1]) > 0.0
