"""The bundled network under the bundled tables: what carrying costs, which ports trade takes, what is stuck."""

from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import pytest

import xunhuan as xh
from tests.helpers.raw import RAW
from xunhuan.data.accounts import Accounts
from xunhuan.data.arrays import Array
from xunhuan.data.records import changed
from xunhuan.models import registry
from xunhuan.models.edits import TradeCost
from xunhuan.models.gateway.edits import GatewayClosed
from xunhuan.models.gateway.ground import AtRest, resting
from xunhuan.models.gateway.parameters import GatewayParameters
from xunhuan.models.model import Shock
from xunhuan.scenario.lend import lent, responded

pytestmark = pytest.mark.twin

TEU_2017 = {"DLC": 9.7, "TSN": 15.07, "TAO": 18.3, "SHA": 40.23, "NGB": 24.61, "XMN": 10.38, "SZX": 25.21, "CAN": 20.37}
"""Containers of 2017, millions: World Shipping Council, the eight gateways by sea that its list has whole."""
RAW_ONLY = pytest.mark.skipif(not (RAW / "transport" / "gateways.csv").is_file(), reason="the raw data are not here")


class China(NamedTuple):
    table: Accounts
    parameters: GatewayParameters


@pytest.fixture(scope="module")
def china() -> China:
    return China(xh.load("world-2017"), GatewayParameters(income=False))


def rested(china: China, **parameters: object) -> AtRest:
    p = changed(china.parameters, **parameters)
    return resting(china.table, p, lent("elasticities", china.table))


def passing(rest: AtRest, mode: str) -> Array:
    """Value by class and gateway, both ways."""
    g, (_, way, _) = rest.ground, rest.bases[mode]  # type: ignore[index]
    by = np.stack([g.foreign[..., g.kind == c].sum(-1) for c in range(len(g.net.classes))], axis=1)
    return np.asarray(np.einsum("wchs,wchsg->cg", by, way.share))


@pytest.mark.parametrize(("detour", "want"), [(1.0, 0.0787), (1.15, 0.086)])
def test_carrying_between_provinces_costs_eight_per_cent(china: China, detour: float, want: float) -> None:
    """Within .003 of two figures of an independent working of the same costs; and by 4 to 15% of 8.4%, the 42% that is
    transport of barriers of a fifth of value among traders of 2004 [Li et al. 2012]."""
    p = changed(
        china.parameters, rail=changed(china.parameters.rail, detour=detour), distance="freight", targets="none"
    )
    found = float(responded(registry.find("gateway"), china.table, Shock(()), p).detail["freight"])
    assert found == pytest.approx(want, abs=3e-3)
    if detour == 1.0:
        assert 0.04 < 1 - found / (0.42 * 0.2) < 0.15


def test_no_way_costs_less_than_nothing(china: China) -> None:
    x = rested(china, distance="freight", targets="none").costs
    assert min(x.home.min(), x.gate.min(), x.outer.min()) >= 0


def test_ports_that_are_fitted_to_nothing_are_as_large_as_their_containers(china: China) -> None:
    """Logarithms of traffic and containers: correlation of .85 or more at freight cost."""
    rest = rested(china, targets="none")
    at = [rest.ground.gateways.index(c) for c in TEU_2017]
    found = {
        mode: np.corrcoef(np.log(passing(rest, mode).sum(0)[at]), np.log(list(TEU_2017.values())))[0, 1]
        for mode in rest.bases
    }
    assert found["freight"] >= 0.85
    assert found["gravity"] == pytest.approx(0.60, abs=0.02)  # sharp choices: one port of a stretch of coast takes most


@pytest.mark.parametrize(("spare", "want"), [(0.0, 0.209), (0.1, 0.134), (0.3, 0.051)])
def test_shanghai_shut_holds_up_a_fifth_of_trade(china: China, spare: float, want: float) -> None:
    """Figures of an independent working, whose airports are fitted to assumed shares, lie between the two ends, give or
    take half a point; nothing is rerouted where nobody has anything to spare."""
    shut = Shock((GatewayClosed(gateways="SHA+PVG", start=0, end=30),))
    d = responded(registry.find("gateway"), china.table, shut, changed(china.parameters, spare=spare)).detail
    traded = d["passes_before"].to_numpy().sum(2)
    lost = (d["stuck_by_end"].to_numpy()[:, 0] * traded).sum(1) / traded.sum(1)
    assert lost.min() - 5e-3 <= want <= lost.max() + 5e-3
    if spare == 0:
        own = d["passes_before"].sum("home").sel(gateway=["SHA", "PVG"]).sum("gateway") / traded.sum(1)
        assert lost == pytest.approx(own.to_numpy(), rel=1e-10)


@RAW_ONLY
def test_fit_to_tonnes_by_sea(china: China, tmp_path: Path) -> None:
    """Shares of gateways in China's seaborne trade by weight (IMF PortWatch) as targets of what goes in bulk."""
    raw = pd.read_csv(RAW / "transport" / "gateways.csv").set_index("code")
    rows = pd.concat([
        pd.DataFrame({"class": "bulk", "way": way, "share": raw[f"share_{way}"].dropna() / 100})
        for way in ("export", "import")
    ])  # fmt: skip
    rows.rename_axis("gateway").to_csv(tmp_path / "tonnes.csv")
    rest = rested(china, targets=str(tmp_path / "tonnes.csv"))
    g, c = rest.ground, rest.ground.net.classes.index("bulk")
    for base, way, _ in rest.bases.values():
        for w, name in enumerate(("export", "import")):
            want = rows[rows["way"] == name]["share"]
            at = [g.gateways.index(code) for code in want.index]
            trade = g.foreign[w][..., g.kind == c].sum(-1)
            through = np.einsum("hs,hsg->g", trade, way.share[w, c])[at]
            assert through / through.sum() == pytest.approx(want.to_numpy() / want.sum(), abs=1e-10)
            assert (base.fitted[w, c, at] != 0).all()
        assert (base.fitted[:, g.net.classes.index("general")] == 0).all()


@pytest.mark.parametrize(("theta", "want"), [(3.0, 0.290124), (3.22, 0.298087), (4.0, 0.327298)])
def test_trade_between_provinces_by_odds(theta: float, want: float) -> None:
    """From 19.5% of output, costs 16% lower: Li, Yang and Huang print 29.8%, which is their elasticity of 3.22 in the odds
    of what is bought of other provinces."""
    odds = 0.195 / 0.805 * (1 - 0.16) ** -theta
    assert odds / (1 + odds) == pytest.approx(want, abs=5e-7)


@pytest.mark.parametrize(
    ("table", "by", "base", "answers"),
    [
        ("china-2017-reported", "use", 0.2567, (0.3370, 0.3636)),
        ("china-2017", "output", 0.2574, (0.3447, 0.3759)),
    ],
)
def test_trade_between_provinces_in_general_equilibrium(
    table: str, by: str, base: float, answers: tuple[float, float]
) -> None:
    """The same fall of costs with all prices and incomes: the odds answer by less than θ.

    The first row are the figures of an independent working, which took own shares as reported and the part of what
    provinces use; harmonised shares let trade answer by more.
    """
    acc = xh.load(table)
    home = np.flatnonzero([n == acc.home for n in acc.geography.nation])

    def share(a: Accounts) -> float:
        inside = a.flow[np.ix_(home, home)]
        away = inside.sum() - sum(inside[k, k].sum() for k in range(len(home)))
        return float(away / (a.flow[:, home] if by == "use" else a.flow[home]).sum())

    def odds(x: float) -> float:
        return float(np.log(x / (1 - x)))

    assert share(acc) == pytest.approx(base, abs=1e-4)
    fall = TradeCost(**{"from": "provinces", "to": "provinces"}, sectors="all", change=-0.16)  # type: ignore[arg-type]
    for theta, want in zip((3.0, 4.0), answers, strict=True):
        found = share(xh.respond(acc, fall, theta=theta).accounts)
        assert found == pytest.approx(want, abs=1e-4)
        assert 0.7 * theta < (odds(found) - odds(share(acc))) / -np.log(1 - 0.16) < theta
