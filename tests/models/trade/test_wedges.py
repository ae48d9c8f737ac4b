"""Wedges that a table holds, and what their end yields; lump sums from some regions to others."""

from __future__ import annotations

import numpy as np
import pytest

from xunhuan.data.accounts import Accounts
from xunhuan.data.classification import Sectors
from xunhuan.data.geography import Geography
from xunhuan.errors import BadInput, Infeasible
from xunhuan.faces.cli import main
from xunhuan.models.edits import Productivity, Subsidy, Tariff, TradeCost, Transfer, Wedge
from xunhuan.models.edits.primitives import primitives
from xunhuan.models.model import Shock
from xunhuan.models.trade import TradeParameters, respond, respond_many
from xunhuan.models.trade.model import MODEL
from xunhuan.models.trade.stability import at_base

pytestmark = pytest.mark.identity

FINE = TradeParameters(tolerance=1e-13)
DEFICITS = ("zero", "world_share", "own_share", "constant")
NAMES = ("flow", "use", "final", "value_added")


def _closed(use: list[list[float]], final: list[float]) -> Accounts:
    """One region alone, with inputs i j and final use i."""
    inputs, bought = np.array(use), np.array(final)
    made = inputs.sum(1) + bought
    goods = tuple("XYZ"[: len(made)])
    return Accounts(
        flow=made[None, None], use=inputs[None], final=bought[None, :, None],
        value_added=(made - inputs.sum(0))[None, :, None],
        tariff=np.zeros((1, 1, len(made))), geography=Geography(("A",), ("A",)),
        sectors=Sectors(goods, groups={"goods": goods}), categories=("c",), components=("v",), year=2000, currency="X",
        unit="X",
    )  # fmt: skip


FLAT = _closed([[0.0, 0], [0, 0]], [30.0, 70])
LOOPS = _closed([[10.0, 20, 5], [15, 5, 25], [5, 10, 20]], [35.0, 40, 60])


def _gain(acc: Accounts, *edits: Wedge) -> float:
    return float(
        np.log(respond(acc, Shock(edits), TradeParameters(theta=4.0, tolerance=1e-14)).detail["real_income_hat"][0])
    )


@pytest.mark.textbook
@pytest.mark.parametrize("m", [0.05, 0.2, 0.5])
def test_one_wedge_in_a_horizontal_economy_costs_what_the_closed_form_says(m: float) -> None:
    """Cobb-Douglas, two sectors, labour alone: with a wedge in X labour is L_i ∝ α_i / (1 + m_i), without it α_i; the
    gain of its end is Σ α ln(α / L)."""
    share = np.array([0.3, 0.7])
    labour = share / [1 + m, 1]
    labour /= labour.sum()
    assert _gain(FLAT, Wedge("A", "X", rate=m)) == pytest.approx((share * np.log(share / labour)).sum(), rel=1e-10)


@pytest.mark.parametrize("m", [0.1, 0.4])
def test_a_wedge_alike_everywhere_without_inputs_costs_nothing(m: float) -> None:
    assert abs(_gain(FLAT, Wedge("A", rate=m))) < 1e-13
    assert _gain(LOOPS, Wedge("A", rate=m)) > 1e-4, "with inputs it is paid more than once"


@pytest.mark.twin
def test_the_second_order_formula_nears_the_exact_gain_with_the_cube_of_the_wedge() -> None:
    errors = []
    for m in (0.04, 0.08, 0.16):
        wedges = (Wedge("A", "X", rate=m), Wedge("A", "Z", rate=m / 2))
        d = respond(LOOPS, Shock(wedges), TradeParameters(theta=4.0, tolerance=1e-14)).detail
        exact = float(np.log(d["real_income_hat"][0]))
        assert exact > 0
        errors.append(abs(float(d["misallocation"][0]) - exact))
        assert errors[-1] < 0.2 * exact
    assert errors[1] / errors[0] == pytest.approx(8, rel=0.25)
    assert errors[2] / errors[1] == pytest.approx(8, rel=0.25)


@pytest.mark.parametrize("given", [{}, {"labour": "mobile"}, {"nest_ratio": 1.5, "deficits": "own_share"}], ids=str)
def test_where_nothing_is_rebated_its_end_is_productivity(toy: Accounts, given: dict[str, object]) -> None:
    p = TradeParameters(tolerance=1e-13, **given)
    a = respond(toy, Shock((Wedge("ATL", "MAN+SER", rate=0.1, rebated=0),)), p)
    b = respond(toy, Shock((Productivity("ATL", "MAN+SER", change=0.1),)), p)
    for name in ("real_income_hat", "output_hat", "price_hat"):
        np.testing.assert_allclose(a.detail[name], b.detail[name], rtol=1e-12)
    np.testing.assert_allclose(a.accounts.flow, b.accounts.flow, rtol=1e-12)
    assert not a.detail["above_cost_base"].any()


@pytest.mark.parametrize("deficits", DEFICITS)
@pytest.mark.parametrize("labour", ["immobile", "mobile"])
def test_a_wedge_that_stays_moves_nothing(toy: Accounts, deficits: str, labour: str) -> None:
    p = TradeParameters(deficits=deficits, labour=labour, tolerance=1e-12)
    stays = (Wedge("all", rate=0.08, to=0.08, rebated=0.7), Wedge("AT-N", "MAN", rate=0.05, part=0))
    base, out = MODEL.at_rest(toy, p), respond(toy, Shock(stays), p)
    assert out.status.iterations == 1
    np.testing.assert_array_equal(out.detail["real_income_hat"], 1.0)
    assert out.accounts.components == base.components
    for name in NAMES:
        old = getattr(base, name)
        np.testing.assert_allclose(getattr(out.accounts, name), old, rtol=1e-12, atol=1e-12 * np.abs(old).max())


@pytest.mark.parametrize("deficits", DEFICITS)
def test_next_to_nothing_of_a_wedge_or_a_transfer_moves_next_to_nothing(toy: Accounts, deficits: str) -> None:
    p = TradeParameters(deficits=deficits, tolerance=1e-13)
    base = MODEL.at_rest(toy, p)
    for edit in (Wedge("ATL", rate=0.1, part=1e-5), Wedge("ATL", rate=1e-6), Transfer("BOR", "ATL", share=1e-6)):
        out = respond(toy, Shock((edit,)), p)
        moved = float(abs(out.detail["real_income_hat"] - 1).max())
        assert 1e-10 < moved < 2e-5, str(edit)
        for name in NAMES:
            old = getattr(base, name)
            assert np.abs(getattr(out.accounts, name) - old).max() < 2e-5 * np.abs(old).max()


def test_budgets_close_and_values_sum(toy: Accounts) -> None:
    """I' = wL + duties + export taxes − subsidies + what is above cost + what the rest of the world finances."""
    edits = (
        Wedge("all", rate=0.08, to=0.02), Wedge("AT-N", "MAN", rate=0.05, to=0.1, rebated=0.5),
        Subsidy("AT-E", "MAN", rate=0.08), Tariff("BOR", "ATL", "goods", add=0.1), Transfer("BOR", "AT-S", value=12.0),
    )  # fmt: skip
    out = respond(toy, Shock(edits), FINE)
    d, acc = out.detail, out.accounts
    assert acc.gdp.sum() == pytest.approx(toy.gdp.sum(), rel=1e-11)
    gap = (acc.absorption - acc.output).sum(1)
    assert abs(gap.sum()) < 1e-9 * acc.gdp.sum()
    earned = d["factor_income"] + d["above_cost"]
    budget = earned + d["duties"] + d["export_tax_revenue"] - d["subsidies"] + gap
    np.testing.assert_allclose(d["income"], budget, rtol=1e-10)
    paid = np.zeros((toy.R, toy.S))
    paid[1, 1] = 0.08
    np.testing.assert_allclose(d["subsidies"], (paid * acc.output).sum(1), rtol=1e-9, atol=1e-11)
    np.testing.assert_allclose(
        -acc.value_added[:, :, acc.components.index("production_subsidy")], paid * acc.output, atol=1e-9
    )
    p = primitives(toy, Shock(edits))
    by_hand = ((1 - 1 / p.wedge) * (1 + paid) * acc.output).sum(1)
    np.testing.assert_allclose(d["above_cost"], by_hand, rtol=1e-9)
    assert d["transfers"].values.tolist() == pytest.approx([0, 0, 12, -12])


def test_prices_fall_by_the_wedge_where_costs_stand() -> None:
    """The price falls against the wage by 1 + m, and the owners' income goes to labour."""
    d = respond(FLAT, Shock((Wedge("A", rate=0.25),)), FINE).detail
    np.testing.assert_allclose(d["price_hat"] / d["wage_hat"], 1 / 1.25, rtol=1e-12)
    assert float(d["above_cost_base"][0]) == pytest.approx(20)
    assert float(d["factor_income"][0]) == pytest.approx(100)
    assert float(d["above_cost"][0]) == pytest.approx(0, abs=1e-12)


def test_what_a_rate_is_a_share_of(toy: Accounts) -> None:
    earned = 1 - (toy.use * (((1 + toy.tariff) * toy.flow).sum(0) / toy.flow.sum(0))[:, :, None]).sum(1) / toy.output
    for per, of in (("cost", 0.1 / 1.1), ("output", 0.1), ("value_added", 0.1 * earned)):
        p = primitives(toy, Shock((Wedge("all", rate=0.1, per=per),)))
        np.testing.assert_allclose(1 - 1 / p.wedge_base, np.broadcast_to(of, earned.shape), rtol=1e-12)
        np.testing.assert_array_equal(p.wedge, 1.0)
    half = primitives(toy, Shock((Wedge("all", rate=0.9, to=0.45, per="output", most=0.5),)))
    paid, left = 1 - 1 / half.wedge_base, 1 - 1 / half.wedge
    assert (earned < 0.9).all()
    np.testing.assert_allclose(paid, earned / 2, rtol=1e-12)
    np.testing.assert_allclose(left, paid / 2, rtol=1e-12)


def test_draws_know_the_wedges_of_their_base(toy: Accounts) -> None:
    shocks = [Shock((Wedge("ATL", rate=r, to=t),)) for r, t in ((0.1, 0), (0.1, 0.05), (0.05, 0), (0.1, 0))]
    shocks.insert(2, Shock((Tariff("BOR", "ATL", "goods", add=0.1),)))
    p = [TradeParameters(theta=t, tolerance=1e-12) for t in (3.0, 5.0, 3.0, 3.0, 3.0)]
    for got, s, own in zip(respond_many(toy, shocks, p), shocks, p, strict=True):
        np.testing.assert_array_equal(got.detail["real_income_hat"], respond(toy, s, own).detail["real_income_hat"])


@pytest.mark.slow
def test_stability_is_that_of_the_base_with_its_wedges(world: Accounts) -> None:
    """A wedge makes inputs a larger part of cost, and with them the loop that runs away."""
    p = TradeParameters(scale={"C26": 0.09})
    out = respond(world, Shock((Wedge("CHN", "C26", rate=0.05, to=0.049),)), p)
    told = next(n for n in out.notes if "ρ = " in n)
    first = float(told.split("ρ = ")[1].split(" in the base")[0])
    assert first > at_base(world, p) + 1e-3


@pytest.mark.parametrize("deficits", DEFICITS)
def test_a_transfer_is_what_is_spent_beyond_the_closure(toy: Accounts, deficits: str) -> None:
    """Where no region shares a deficit with another, the trade balance moves by the lump sum and what the closure does."""
    p = TradeParameters(deficits=deficits, transfers="as_deficits", tolerance=1e-13)
    out = respond(toy, Shock((Transfer("AT-N+AT-E", "BOR", value=20.0),)), p)
    base, d = MODEL.at_rest(toy, p), out.detail
    before, after = ((a.absorption - a.output).sum(1) for a in (base, out.accounts))
    sent = d["transfers"].to_numpy()
    income = d["income_base"].to_numpy()
    np.testing.assert_allclose(sent, [*(-20 * income[:2] / income[:2].sum()), 0, 20], rtol=1e-10, atol=1e-12)
    rest = after - sent
    assert abs(rest.sum()) < 1e-9
    if deficits == "constant":
        np.testing.assert_allclose(rest / before, (rest / before)[0], rtol=1e-8)
    elif deficits == "own_share":
        paid = d["factor_income"].to_numpy() / respond(toy, Shock(), p).detail["factor_income"].to_numpy()
        over = (before * paid).sum()
        np.testing.assert_allclose(
            rest, before * paid - over * d["factor_income"] / float(d["factor_income"].sum()), rtol=1e-8
        )
    else:
        np.testing.assert_allclose(rest, before, atol=1e-8)


def test_a_share_is_of_the_payers_income_and_sums_add_up(toy: Accounts) -> None:
    income = respond(toy, Shock()).detail["income_base"].to_numpy()
    p = primitives(toy, Shock((Transfer("BOR", "ATL", share=0.02), Transfer("AT-N", "BOR", value=3.0))))
    home = income[:3] / income[:3].sum()
    np.testing.assert_allclose(p.transfer, [*(0.02 * income[3] * home - [3, 0, 0]), 3 - 0.02 * income[3]], rtol=1e-12)


def test_people_follow_what_their_region_is_given(toy: Accounts) -> None:
    out = respond(toy, Shock((Transfer("AT-N", "AT-S", value=20.0),)), TradeParameters(labour="mobile"))
    people = out.detail["population_hat"].to_numpy()
    assert people[2] > 1 > people[0]


@pytest.mark.error
def test_what_is_refused(toy: Accounts, china: Accounts) -> None:
    with pytest.raises(BadInput) as e:
        respond(toy, Shock((Wedge("AT-N", "MAN", rate=2.0),)))
    assert re_all(
        str(e.value), "`wedge regions=AT-N sectors=MAN rate=2`", "takes 0.667 of output, value added is", "`most`"
    )
    with pytest.raises(BadInput) as e:
        respond(toy, Shock((Wedge("ATL", rate=0.4), Wedge("AT-N", "MAN", rate=1.0))))
    assert re_all(str(e.value), "`wedge regions=ATL rate=0.4` and `wedge regions=AT-N sectors=MAN rate=1`")
    with pytest.raises(BadInput, match="rate and to must be less than 1 where they are shares of output"):
        Wedge("ATL", rate=1.2, per="output")
    with pytest.raises(BadInput, match="give exactly one of value, share"):
        Transfer("AT-N", "BOR")
    with pytest.raises(BadInput, match="ROW is open: it has no budget to pay from or into"):
        respond(china, Shock((Transfer("ROW", "CN-GD", value=1.0),)))
    apart = TradeCost("ATL", "BOR", ban=True, both_ways=True)
    with pytest.raises(Infeasible, match="a transfer between parts has no goods to be paid in"):
        respond(toy, Shock((apart, Transfer("BOR", "AT-S", value=1.0))))
    assert respond(toy, Shock((apart, Transfer("AT-N", "AT-S", value=1.0)))).status.converged


def re_all(text: str, *wanted: str) -> bool:
    return all(w in text for w in wanted)


def test_the_table_of_what_their_end_yields(toy: Accounts, capsys: pytest.CaptureFixture[str]) -> None:
    """The world first, then places by gain; of a world without other wedges but duties the rest is small."""
    out = respond(toy, Shock((Wedge("all", "MAN", rate=0.2), Wedge("all", "SER", rate=0.05, rebated=0.5))), FINE)
    table = MODEL.views["wedge"](toy, out, 0).set_index("place")
    d = out.detail
    income = d["income_base"].to_numpy()
    assert table.index[0] == "WORLD"
    assert set(table.index) == {"WORLD", "ATL", *toy.geography.codes}
    home = {"WORLD": slice(0, 4), "ATL": slice(0, 3), "BOR": slice(3, 4)}
    for place, at in home.items():
        whole = income[at].sum()
        row = table.loc[place]
        assert row["real_income"] == pytest.approx(
            100 * (income * (d["real_income_hat"].to_numpy() - 1))[at].sum() / whole
        )
        assert row["above_cost_base"] == pytest.approx(100 * float(d["above_cost_base"][at].sum()) / whole)
        assert row["above_cost"] == pytest.approx(0, abs=1e-9)
        assert row["misallocation"] + row["saved"] + row["rest"] == pytest.approx(row["real_income"])
    assert table.loc["WORLD", "saved"] > 0
    assert abs(table.loc["WORLD", "rest"]) < 0.2 * table.loc["WORLD", "real_income"]
    gains = table["real_income"].iloc[1:].abs().tolist()
    assert gains == sorted(gains, reverse=True)
    assert main(["simulate", "toyland", "--tariff", "ATL<-BOR:0.1", "--by", "wedge"]) == 2
    assert "no wedge changes" in capsys.readouterr().err
