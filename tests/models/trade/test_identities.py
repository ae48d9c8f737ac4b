"""What must hold in the trade model whatever the numbers."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from xunhuan.data.accounts import Accounts
from xunhuan.models.edits import (
    Edit,  # fmt: skip
    ExportTax,
    FinalDemand,
    MobilityCost,
    Productivity,
    Subsidy,
    Tariff,
    TradeCost,
)
from xunhuan.models.edits.primitives import primitives
from xunhuan.models.model import Shock
from xunhuan.models.trade import TradeParameters, respond

pytestmark = pytest.mark.identity

FINE = TradeParameters(tolerance=1e-12)
RICH = TradeParameters(tolerance=1e-12, nest_ratio=1.6, labour="mobile", mobility=2.0, scale=0.06, deficits="constant")
NESTED = RICH.model_copy(update={"substitution": "low", "value_added_elasticity": {"MAN": 1.4, "SER": 1.0}})
EDITS: tuple[Edit, ...] = (
    Tariff("ATL", "BOR", "goods", add=0.2),
    TradeCost("ATL", "ATL", "MAN", change=-0.2),
    TradeCost("AT-N", "BOR", "FAR", ban=True),
    Productivity("AT-S", "SER", change=0.1),
    Subsidy("AT-E", "MAN", rate=0.08),
    ExportTax("BOR", "ATL", "FAR", rate=0.1),
    FinalDemand("BOR", "MAN", change=0.2),
    MobilityCost("AT-N", change=0.05),
)
MANY = Shock(EDITS)


@pytest.mark.parametrize("parameters", [FINE, RICH, NESTED, TradeParameters(horizon="short", elasticities="CP")])
def test_no_shock_gives_the_table_back(toy: Accounts, parameters: TradeParameters) -> None:
    out = respond(toy, Shock(), parameters)
    for name in ("flow", "use", "final", "value_added", "tariff"):
        np.testing.assert_allclose(getattr(out.accounts, name), getattr(toy, name), rtol=1e-12, atol=0)
    assert out.accounts.components == toy.components
    np.testing.assert_allclose(out.detail["real_income_hat"], 1, rtol=1e-12)
    assert out.status.iterations == 1


@pytest.mark.slow
@pytest.mark.parametrize("name", ["china", "world"])
def test_no_shock_gives_bundled_tables_back(name: str, request: pytest.FixtureRequest) -> None:
    acc: Accounts = request.getfixturevalue(name)
    new = respond(acc, Shock()).accounts
    for field in ("flow", "use", "final", "value_added"):
        old = getattr(acc, field)
        np.testing.assert_allclose(getattr(new, field), old, rtol=1e-12, atol=1e-12 * np.abs(old).max(), err_msg=field)


@pytest.mark.parametrize("edit", EDITS, ids=lambda e: type(e).__name__)
@pytest.mark.parametrize("parameters", [FINE, RICH, NESTED], ids=["plain", "rich", "nested"])
def test_walras_and_the_numeraire(toy: Accounts, edit: Edit, parameters: TradeParameters) -> None:
    """The accounts balance (checked at birth), world GDP is the base's, and trade balances are the deficits assumed."""
    out = respond(toy, Shock((edit,)), parameters)
    assert out.status.converged
    acc, d = out.accounts, out.detail
    assert acc.gdp.sum() == pytest.approx(toy.gdp.sum(), rel=1e-10)
    gap = (acc.absorption - acc.output).sum(1)
    assert abs(gap.sum()) < 1e-9 * acc.gdp.sum()
    if parameters.deficits == "world_share":
        base = (toy.absorption - toy.output).sum(1)
        home = np.array(toy.geography.nation) == "ATL"
        new = d["factor_income"].to_numpy()
        paid = respond(toy, Shock(), parameters).detail["factor_income"].to_numpy()
        before, after = (np.where(home, base[home].sum() * w / w[home].sum(), base) for w in (paid, new))
        growth = new[home].sum() / paid[home].sum()
        np.testing.assert_allclose(gap, after + (base - before) * growth, atol=1e-8 * toy.gdp.sum())
    budget = d["factor_income"] + d["duties"] + d["export_tax_revenue"] - d["subsidies"] + gap
    np.testing.assert_allclose(d["income"], budget, rtol=1e-9)


def test_transfers_can_move_as_deficits_do(toy: Accounts) -> None:
    out = respond(toy, Shock((EDITS[0],)), TradeParameters(transfers="as_deficits", tolerance=1e-12)).accounts
    gap = (out.absorption - out.output).sum(1)
    np.testing.assert_allclose(gap, (toy.absorption - toy.output).sum(1), atol=1e-8 * toy.gdp.sum())


def test_zero_deficits_balance_trade(toy: Accounts) -> None:
    acc = respond(toy, Shock((EDITS[0],)), TradeParameters(deficits="zero", tolerance=1e-12)).accounts
    np.testing.assert_allclose(acc.absorption.sum(1), acc.output.sum(1), rtol=1e-10)


def test_constant_deficits_buy_the_same_basket(toy: Accounts) -> None:
    """D'/D is the change of world consumer prices, weighted by base spending."""
    out = respond(
        toy,
        Shock((Productivity("all", change=0.1),)),
        TradeParameters(deficits="constant", transfers="as_deficits", tolerance=1e-12),
    )
    old, new = ((a.absorption - a.output).sum(1) for a in (toy, out.accounts))
    income, price = out.detail["income_base"].to_numpy(), out.detail["consumer_price_hat"].to_numpy()
    np.testing.assert_allclose(new / old, np.exp((income * np.log(price)).sum() / income.sum()), rtol=1e-9)


def test_units_do_not_matter(toy: Accounts) -> None:
    """Homogeneity: a table in another unit gives the same changes."""
    scaled = toy.replace(**{n: 7.3 * getattr(toy, n) for n in ("flow", "use", "final", "value_added")})
    a, b = (respond(acc, MANY, NESTED) for acc in (toy, scaled))
    np.testing.assert_allclose(a.detail["real_income_hat"], b.detail["real_income_hat"], rtol=1e-10)
    np.testing.assert_allclose(7.3 * a.accounts.flow, b.accounts.flow, rtol=1e-9)


def test_order_of_regions_and_sectors_does_not_matter(toy: Accounts) -> None:
    r, i = [2, 3, 0, 1], [1, 2, 0]
    other = dataclasses.replace(
        toy, geography=toy.geography.take(r), sectors=toy.sectors.take(i),
        flow=toy.flow[np.ix_(r, r, i)], tariff=toy.tariff[np.ix_(r, r, i)], use=toy.use[np.ix_(r, i, i)],
        final=toy.final[np.ix_(r, i)], value_added=toy.value_added[np.ix_(r, i)],
    )  # fmt: skip
    a, b = respond(toy, MANY, NESTED), respond(other, MANY, NESTED)
    for name in ("real_income_hat", "price_hat", "output_hat", "trade"):
        np.testing.assert_allclose(b.detail[name].reindex_like(a.detail[name]), a.detail[name], rtol=1e-9)


def test_swapping_two_provinces_changes_the_answer(toy: Accounts) -> None:
    a = respond(toy, Shock((Tariff("BOR", "AT-N", "MAN", set=0.3),)), FINE).detail["real_income_hat"]
    b = respond(toy, Shock((Tariff("BOR", "AT-E", "MAN", set=0.3),)), FINE).detail["real_income_hat"]
    assert abs(float(a[0] - b[1])) > 1e-6


@pytest.mark.parametrize("substitution", ["unit", "low", "lowest"])
def test_a_shock_undone_gives_the_table_back(toy: Accounts, substitution: str) -> None:
    """Exact changes compose: there and back is nowhere, on the accounts themselves, whose input shares have moved."""
    p = FINE.model_copy(update={"substitution": substitution})
    there = respond(toy, Shock((TradeCost("ATL", "BOR", "MAN", change=0.3), EDITS[3])), p).accounts
    away = Shock((TradeCost("ATL", "BOR", "MAN", change=1 / 1.3 - 1), Productivity("AT-S", "SER", change=1 / 1.1 - 1)))
    back = respond(there, away, p).accounts
    for name in ("flow", "use", "final", "value_added"):
        np.testing.assert_allclose(getattr(back, name), getattr(toy, name), rtol=1e-9, err_msg=name)


def test_a_tariff_undone_gives_the_table_back(toy: Accounts) -> None:
    there = respond(toy, Shock((EDITS[0],)), FINE).accounts
    back = respond(there, Shock((Tariff("ATL", "BOR", "goods", add=-0.2),)), FINE).accounts
    np.testing.assert_allclose(back.flow, toy.flow, rtol=1e-9)
    np.testing.assert_allclose(back.gdp, toy.gdp, rtol=1e-9)


def test_a_ban_is_the_limit_of_a_high_cost(toy: Accounts) -> None:
    ban = respond(toy, Shock((TradeCost("ATL", "BOR", "MAN", ban=True),)), FINE)
    dear = respond(toy, Shock((TradeCost("ATL", "BOR", "MAN", change=1e4),)), FINE)
    assert (ban.accounts.flow[:3, 3, 1] == 0).all()
    np.testing.assert_allclose(ban.detail["real_income_hat"], dear.detail["real_income_hat"], rtol=1e-8)


def test_two_tiers_with_equal_elasticities_are_one(toy: Accounts) -> None:
    """Nests matter only where the elasticities differ; nations of one region have none."""
    one = respond(toy, MANY, FINE).detail["real_income_hat"]
    loose = TradeParameters(tolerance=1e-12, nest_ratio=1.5)
    assert abs(respond(toy, MANY, loose).detail["real_income_hat"] - one).max() > 1e-4
    apart = dataclasses.replace(
        toy, geography=dataclasses.replace(toy.geography, nation=("A", "B", "C", "BOR")), home="A"
    )
    edits = Shock((Productivity("AT-S", "SER", change=0.1),))
    a, b = (respond(apart, edits, p).detail["real_income_hat"] for p in (FINE, loose))
    np.testing.assert_allclose(a, b, rtol=1e-11)


def test_lerner_symmetry(toy: Accounts) -> None:
    """With balanced trade a uniform import tariff and a uniform export tax at the same rate are one policy."""
    free = respond(toy.replace(tariff=0 * toy.tariff), Shock(), TradeParameters(deficits="zero")).accounts
    p = primitives(free, Shock())
    tariff, tax = p.tariff.copy(), p.export_tax.copy()
    tariff[:3, 3], tax[3, :3] = 0.25, 0.25
    a = respond(free, dataclasses.replace(p, tariff=tariff), FINE).detail["real_income_hat"]
    b = respond(free, dataclasses.replace(p, export_tax=tax), FINE).detail["real_income_hat"]
    np.testing.assert_allclose(a, b, rtol=1e-9)
    assert float(abs(a - 1).max()) > 1e-3


def test_signs_of_trade_policy(toy: Accounts) -> None:
    """A small tariff gains at home and hurts the partner; a trade war and dearer trade hurt the world."""
    free = respond(toy.replace(tariff=0 * toy.tariff), Shock(), TradeParameters(deficits="zero")).accounts
    own = respond(free, Shock((Tariff("ATL", "BOR", "all", set=0.05),)), FINE).detail["real_income_hat"]
    assert float(own[3]) > 1 > float(own[:3].mean())
    huge = respond(free, Shock((Tariff("ATL", "BOR", "all", set=5.0),)), FINE).detail["real_income_hat"]
    assert float(huge[3]) < 1
    war = Shock((Tariff("ATL", "BOR", "all", set=0.5), Tariff("BOR", "ATL", "all", set=0.5)))
    assert float((respond(free, war, FINE).detail["real_income_hat"] * respond(free).detail["income"]).sum()) < float(
        respond(free).detail["income"].sum()
    )
    cost = respond(free, Shock((TradeCost("all", "all", change=0.1),)), FINE).detail["real_income_hat"]
    assert (cost < 1).all()


def test_mobile_people_go_where_real_income_rises(toy: Accounts) -> None:
    out = respond(toy, Shock((Productivity("AT-S", change=0.1),)), TradeParameters(labour="mobile", tolerance=1e-12))
    people = out.detail["population_hat"].to_numpy()
    assert people[2] > 1 > people[0]
    assert people[3] == pytest.approx(1, abs=1e-12)
    assert people[:3] @ np.array([40.0, 55, 65]) == pytest.approx(160, rel=1e-12)
    head = out.detail["real_income_per_head_hat"].to_numpy()
    moved, base = out.detail["moves"].to_numpy()[:3, :3], out.detail["moves_base"].to_numpy()[:3, :3]
    odds = moved / np.diag(moved)[:, None] / (base / np.diag(base)[:, None])
    np.testing.assert_allclose(odds, (head[None, :3] / head[:3, None]) ** 1.5, rtol=1e-9)


def test_scale_economies_amplify_a_subsidy(toy: Accounts) -> None:
    shock = Shock((Subsidy("BOR", "MAN", rate=0.05),))
    flat, steep = (
        respond(toy, shock, TradeParameters(scale=s, tolerance=1e-12))
        .detail["output_hat"]
        .sel(region="BOR", sector="MAN")
        for s in (0.0, 0.1)
    )
    assert float(steep) > float(flat) > 1


def test_policies_are_booked_in_components_of_their_own(toy: Accounts) -> None:
    out = respond(toy, Shock((EDITS[4], EDITS[5])), FINE)
    acc = out.accounts
    assert acc.components[-2:] == ("export_tax", "production_subsidy")
    booked = acc.value_added[:, :, -2:].sum(1)
    np.testing.assert_allclose(booked[:, 0], out.detail["export_tax_revenue"], atol=1e-9)
    np.testing.assert_allclose(-booked[:, 1], out.detail["subsidies"], atol=1e-9)
    assert booked[3, 0] > 0 > booked[1, 1]


def test_a_second_export_tax_comes_on_top_of_the_first_in_the_books(toy: Accounts) -> None:
    first = respond(toy, Shock((EDITS[4], EDITS[5])), FINE).accounts
    again = respond(first, Shock((EDITS[4], EDITS[5])), FINE)
    assert again.accounts.components == first.components
    old, new = (a.value_added[:, :, -2:].sum(1) for a in (first, again.accounts))
    np.testing.assert_allclose(new[:, 0], old[:, 0] + again.detail["export_tax_revenue"], atol=1e-9)
    np.testing.assert_allclose(new[:, 1], old[:, 1] - again.detail["subsidies"], atol=1e-9)
    assert old[3, 0] > 0
    assert new[3, 0] > 1.5 * old[3, 0]


def test_workers_of_industries_add_up_to_those_of_the_region(toy: Accounts) -> None:
    """Σ_j β Y L̂[s,j] = L̂[s] Σ_j β Y: who is hired where a subsidy is paid leaves another industry."""
    out = respond(toy, Shock(EDITS), FINE)
    dearer = (toy.flow * (1 + toy.tariff)).sum(0) / toy.absorption
    bill = toy.output - np.einsum("sij,si->sj", toy.use, dearer)
    hired = out.detail["employment_hat"].transpose("region", "sector").to_numpy()
    assert abs(hired - 1).max() > 1e-2
    people = out.detail["population_hat"].to_numpy()
    np.testing.assert_allclose((bill * hired).sum(1), people * bill.sum(1), rtol=1e-9)


@pytest.mark.slow
def test_open_regions_hold_the_numeraire(china: Accounts) -> None:
    """A national table: the world's prices and spending stand still, exports respond along θ."""
    out = respond(china, Shock((TradeCost("CHN", "foreign", "goods", change=0.1),)), TradeParameters(tolerance=1e-11))
    assert out.status.converged
    k = int(np.flatnonzero(~china.closed)[0])
    assert np.isnan(out.detail["real_income_hat"][k])
    g, theta = china.sectors.index("20"), 5.14
    cost = out.detail["cost_hat"].to_numpy()[:, g]
    sold = china.flow[:, k, g] > 0
    np.testing.assert_allclose(
        out.accounts.flow[sold, k, g] / china.flow[sold, k, g], (1.1 * cost[sold]) ** -theta, rtol=1e-9
    )
    assert float(np.nanmax(out.detail["real_income_hat"])) < 1.02


CHN_CUT = TradeCost("CHN", "foreign", ban=True, both_ways=True)
HARD = {
    "tariffs tenfold": (Tariff("all", "all", "goods", multiply=10), TradeParameters()),
    "chips embargo": (TradeCost("USA", "CHN", "C26", ban=True, both_ways=True), TradeParameters()),
    "autarky of China": (CHN_CUT, TradeParameters()),
    "autarky, low elasticity": (CHN_CUT, TradeParameters(theta=1.5)),
    "autarky, high elasticity": (CHN_CUT, TradeParameters(theta=15.0)),
    "integration": (TradeCost("CHN", "CHN", change=-0.5), TradeParameters()),
    "fragmentation": (TradeCost("CHN", "CHN", change=1.0), TradeParameters()),
    "mobile integration": (TradeCost("CHN", "CHN", change=-0.5), TradeParameters(labour="mobile", mobility=3.0)),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", HARD)
def test_hard_cases_converge_from_a_cold_start(world: Accounts, name: str) -> None:
    edit, parameters = HARD[name]
    out = respond(world, Shock((edit,)), parameters)
    assert out.status.converged, out.status.message
    assert out.status.residual <= parameters.tolerance
    assert out.accounts.gdp.sum() == pytest.approx(world.gdp.sum(), rel=1e-9)
    assert np.isfinite(out.detail["real_income_hat"]).all()


@pytest.mark.parametrize("theta", [2.0, 7.0])
def test_a_cut_bans_its_share_of_a_flow_exactly(toy: Accounts, theta: float) -> None:
    """Against all that costs and incomes do, in the double ratio of four flows, 1 − cut is left, whatever θ."""
    g = toy.geography
    r, q, s, d = (g.index(c) for c in ("BOR", "AT-S", "AT-N", "AT-E"))
    i = toy.sectors.index("MAN")
    out = respond(toy, Shock((TradeCost("BOR", "AT-N", "MAN", cut=0.3),)), TradeParameters(theta=theta))
    x = out.accounts.flow[:, :, i] / toy.flow[:, :, i]
    assert abs(x[r, d] - 1) > 1e-3
    assert x[r, s] * x[q, d] / (x[r, d] * x[q, s]) == pytest.approx(0.7, rel=1e-8)
