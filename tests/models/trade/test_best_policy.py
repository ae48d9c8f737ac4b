"""The best tariff, export tax and subsidy of economies for which they are known in closed form, asked as users ask."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from scipy.optimize import brentq

from xunhuan.data.accounts import Accounts
from xunhuan.data.classification import Sectors
from xunhuan.data.geography import Geography
from xunhuan.models.edits import Edit, ExportTax, Subsidy, Tariff
from xunhuan.models.model import Shock
from xunhuan.models.trade import TradeParameters, gradient, respond

pytestmark = pytest.mark.textbook


def _table(flow: np.ndarray, goods: tuple[str, ...]) -> Accounts:
    """Regions A, B, ... that are nations, without inputs and duties; flow r s i."""
    codes = tuple("AB"[: len(flow)])
    made = flow.sum(1)
    return Accounts(
        flow=flow, use=np.zeros((len(flow), len(goods), len(goods))), final=flow.sum(0)[..., None],
        value_added=made[..., None], tariff=np.zeros_like(flow), geography=Geography(codes, codes),
        sectors=Sectors(goods, groups={"goods": goods}), categories=("c",), components=("v",), year=2000, currency="X",
        unit="X",
    )  # fmt: skip


SMALL = 1e-3
"""Size of A where B's is 1; A buys four fifths of its goods from itself."""
OPEN = _table(np.array([[0.8 * SMALL, 0.2 * SMALL], [0.2 * SMALL, 1 - 0.2 * SMALL]])[..., None], ("X",))
CLOSED = _table(np.array([[[0.3, 0.7]]]), ("X", "Z"))
"""Budget shares α = .3, .7, which are the shares of labour too."""


def _log_gain(acc: Accounts, edit: Edit, p: TradeParameters) -> float:
    return 100 * float(np.log(respond(acc, Shock((edit,)), p).detail["real_income_hat"].sel(region="A")))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("theta", "best", "gain"), [(2, 0.500064, 1.84044), (4, 0.250032, 0.95402), (8, 0.125016, 0.48396)]
)
@pytest.mark.parametrize("name", ["tariff", "export_tax"])
def test_best_tariff_and_export_tax_of_a_small_economy(theta: float, best: float, gain: float, name: str) -> None:
    """t* = 1/(θ π_BB), π_BB the share of B's spending on its own good [Gros1987]; by symmetry the export tax is as good
    [Lerner1936]. Gain in log per cent."""
    p = TradeParameters(theta=theta, tolerance=1e-14, max_iterations=2000)
    made: dict[str, Callable[[float], Edit]] = {
        "tariff": lambda t: Tariff("B", "A", set=t),
        "export_tax": lambda t: ExportTax("A", "B", rate=t),
    }
    ends = dict(zip(("origin", "destination"), ("BA", "AB")[name == "export_tax"], strict=True))

    def slope(t: float) -> float:
        return float(gradient(OPEN, "A", Shock((made[name](t),)), p)[name].sel(ends)[0])

    found = brentq(slope, 0.5 / theta, 2 / theta, xtol=1e-10)
    out = respond(OPEN, Shock((made[name](found),)), p).accounts
    bought = out.flow[:, 1, 0]
    assert found == pytest.approx(1 / (theta * bought[1] / bought.sum()), abs=1e-8)
    assert found == pytest.approx(best, rel=1e-4 if name == "tariff" else 2e-4)
    assert abs(slope(found)) < 1e-9
    assert _log_gain(OPEN, made[name](found), p) == pytest.approx(gain, abs=1e-4)


@pytest.mark.slow
def test_best_subsidy_of_a_closed_economy_with_scale_is_the_scale_elasticity() -> None:
    """L_i ∝ α_i (1 + ψ_i) at the optimum, so that σ* = ψ; gain Σ α (1 + ψ) ln(L/α) [BartelmeEtAl2025]."""
    p = TradeParameters(theta=4.0, scale={"X": 0.2}, tolerance=1e-14)

    def slope(rate: float) -> float:
        return float(
            gradient(CLOSED, "A", Shock((Subsidy("A", "X", rate=rate),)), p)["subsidy"].sel(region="A", sector="X")
        )

    found = brentq(slope, 0.01, 0.5, xtol=1e-12)
    assert found == pytest.approx(0.2, abs=1e-8)
    share, psi = np.array([0.3, 0.7]), np.array([0.2, 0.0])
    labour = share * (1 + psi) / (share * (1 + psi)).sum()
    by_hand = 100 * (share * (1 + psi) * np.log(labour / share)).sum()
    gain = _log_gain(CLOSED, Subsidy("A", "X", rate=found), p)
    assert gain == pytest.approx(by_hand, abs=1e-9)
    assert gain == pytest.approx(0.387072, abs=1e-5)


@pytest.mark.parametrize("psi", [0.05, 0.2])
def test_scale_alike_everywhere_in_a_closed_economy_asks_for_no_subsidy(psi: float) -> None:
    p = TradeParameters(theta=4.0, scale=psi, tolerance=1e-14)
    np.testing.assert_allclose(gradient(CLOSED, "A", Shock(), p)["subsidy"], 0, atol=1e-10)
