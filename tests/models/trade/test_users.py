"""Sourcing by user: against the same economy in which each user's purchases are goods of their own."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest

from xunhuan.build.history import build_wiod
from xunhuan.data.accounts import Accounts, Sourcing
from xunhuan.data.classification import Sectors
from xunhuan.errors import BadInput, Infeasible
from xunhuan.models.edits import Edit, ExportTax, FinalDemand, MobilityCost, Productivity, Subsidy, Tariff, TradeCost
from xunhuan.models.expecting import expecting
from xunhuan.models.model import Shock
from xunhuan.models.solvers import plainly
from xunhuan.models.trade import TradeParameters, gradient, respond, respond_many
from xunhuan.models.trade.calibrate import _without_negative_purchases
from xunhuan.models.trade.sourcing import positive_or_one

pytestmark = pytest.mark.twin

THETA = {"FAR": 2.5, "MAN": 4.0, "SER": 6.0}
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


def with_users(toy: Accounts, spread: float, seed: int = 5) -> Accounts:
    """Toyland whose users buy from origins of their own: shares times random numbers, sales following."""
    rng = np.random.default_rng(seed)
    share = toy.share[:, :, :, None] * np.exp(spread * rng.normal(size=(toy.R, toy.R, toy.S, toy.S + 1)))
    share /= share.sum(0)
    z = np.einsum("rsij,sij->risj", share[..., :-1], toy.use)
    f = np.einsum("rsi,sif->risf", share[..., -1], toy.final)
    flow = np.einsum("risj->rsi", z) + np.einsum("risf->rsi", f)
    grown = (flow.sum(1) - toy.use.sum(1)) / toy.value_added.sum(2)
    return toy.replace(
        flow=flow, value_added=toy.value_added * grown[:, :, None], sourcing=Sourcing(z, f), final=toy.final
    )


def expanded(acc: Accounts) -> Accounts:
    """The same economy where what an industry makes for each kind of user is a good of its own, made in the same way."""
    assert acc.sourcing is not None
    R, S, U = acc.R, acc.S, acc.S + 1
    z, f = acc.sourcing.intermediate, acc.sourcing.final
    each = np.concatenate([np.einsum("risj->rsij", z), np.einsum("risf->rsi", f)[..., None]], axis=3)  # r s i u
    made = each.sum(1) / acc.output[:, :, None]  # r i u, part of output
    use, final = np.zeros((R, S, U, S, U)), np.zeros((R, S, U, len(acc.categories)))
    for j in range(S):
        use[:, :, j, j, :] = acc.use[:, :, j, None] * made[:, j, None, :]
    final[:, :, -1] = acc.final
    added = np.einsum("rjv,rju->rjuv", acc.value_added, made)
    codes = [f"{i}{u}" for i, u in itertools.product(acc.sectors.codes, range(U))]
    groups = {i: tuple(f"{i}{u}" for u in range(U)) for i in acc.sectors.codes}
    groups["goods"] = groups["FAR"] + groups["MAN"]
    groups["services"] = groups["SER"]
    return acc.replace(
        flow=each.reshape(R, R, S * U), use=use.reshape(R, S * U, S * U), final=final.reshape(R, S * U, -1),
        value_added=added.reshape(R, S * U, -1), tariff=np.repeat(acc.tariff, U, axis=2),
        sectors=Sectors(tuple(codes), groups=groups),
    )  # fmt: skip


CASES = {
    "plain": {},
    "nests, mobile": {"nest_ratio": 1.7, "labour": "mobile", "deficits": "own_share"},
    "nested CES": {"value_added_elasticity": {"FAR": 0.4, "MAN": 1.3}, "input_elasticity": 1.0, "deficits": "constant"},
}


@pytest.mark.parametrize("name", CASES)
@pytest.mark.slow
def test_against_goods_of_each_user(toy: Accounts, name: str) -> None:
    """The engine in which all users source alike, on a table of four times the goods, each of which has one kind of user."""
    acc = with_users(toy, 0.9)
    p = TradeParameters(theta=THETA, tolerance=1e-12, **CASES[name])
    by_user = p.model_copy(update={"sourcing": "by_user"})
    one = respond(acc, Shock(EDITS), by_user)
    if name == "nests, mobile":
        with expecting(many=True):
            compiled = respond(acc, Shock(EDITS), by_user).accounts.flow
        np.testing.assert_allclose(one.accounts.flow, compiled, rtol=1e-11, atol=1e-12 * compiled.max())
    many = respond(expanded(acc), Shock(EDITS), p)
    assert one.status.converged
    assert many.status.converged
    for hat in ("real_income_hat", "wage_hat", "consumer_price_hat", "population_hat", "duties", "export_tax_revenue"):
        np.testing.assert_allclose(one.detail[hat], many.detail[hat], rtol=1e-9, atol=1e-10, err_msg=hat)
    got, flow = one.accounts.sourcing, many.accounts.flow.reshape(acc.R, acc.R, acc.S, acc.S + 1)
    assert got is not None
    scale = acc.gdp.sum()
    np.testing.assert_allclose(got.intermediate, np.einsum("rsij->risj", flow[..., :-1]), atol=1e-10 * scale)
    np.testing.assert_allclose(got.final.sum(3), np.einsum("rsi->ris", flow[..., -1]), atol=1e-10 * scale)
    alike = respond(acc, Shock(EDITS), p).detail["real_income_hat"]
    assert float(abs(alike - one.detail["real_income_hat"]).max()) > 1e-3, "where users differ it matters"


@pytest.mark.identity
@pytest.mark.parametrize("name", CASES)
def test_where_users_source_alike_nothing_differs(toy: Accounts, name: str) -> None:
    acc = with_users(toy, 0.0)
    p = TradeParameters(theta=THETA, tolerance=1e-12, scale=0.03, **CASES[name])
    a, b = (respond(acc, Shock(EDITS), p.model_copy(update={"sourcing": s})) for s in ("alike", "by_user"))
    for hat in ("real_income_hat", "wage_hat", "price_hat", "output_hat", "income"):
        np.testing.assert_allclose(a.detail[hat], b.detail[hat], rtol=1e-9, err_msg=hat)
    for field in ("flow", "use", "final", "value_added"):
        old = getattr(a.accounts, field)
        np.testing.assert_allclose(getattr(b.accounts, field), old, atol=1e-9 * np.abs(old).max(), err_msg=field)


@pytest.mark.identity
@pytest.mark.parametrize("deficits", ["world_share", "own_share", "constant", "zero"])
def test_no_shock_gives_the_base_back_with_its_sourcing(toy: Accounts, deficits: str) -> None:
    acc = with_users(toy, 0.5)
    p = TradeParameters(sourcing="by_user", tolerance=1e-12, deficits=deficits, substitution="low")
    base = respond(acc, Shock(), p)
    assert base.status.iterations == 1
    again = respond(base.accounts, Shock(), p).accounts
    for a, b in ((base.accounts, again), (acc, base.accounts))[: 1 if deficits == "zero" else 2]:
        assert a.sourcing is not None
        assert b.sourcing is not None
        for old, new in ((a.flow, b.flow), (a.sourcing.intermediate, b.sourcing.intermediate)):
            np.testing.assert_allclose(new, old, rtol=1e-9)
        np.testing.assert_allclose(b.sourcing.final, a.sourcing.final, rtol=1e-9, atol=1e-12 * a.gdp.sum())
    (one,) = respond_many(acc, [Shock(EDITS)], [p])
    np.testing.assert_array_equal(one.accounts.flow, respond(acc, Shock(EDITS), p).accounts.flow)


@pytest.mark.slow
def test_gradient(toy: Accounts) -> None:
    acc = with_users(toy, 0.5)
    p = TradeParameters(theta=THETA, tolerance=1e-14, max_iterations=2000, sourcing="by_user", substitution="low")
    slopes = gradient(acc, "AT-E", Shock(), p)

    def value(h: float) -> float:
        edit = TradeCost("BOR", "AT-E", "MAN", change=float(np.expm1(h)))
        return float(np.log(respond(acc, Shock((edit,)), p).detail["real_income_hat"][1]))

    h = 2e-3
    expected = (8 * (value(h) - value(-h)) - (value(2 * h) - value(-2 * h))) / (12 * h)
    got = slopes["trade_cost"].sel(origin="BOR", destination="AT-E", sector="MAN")
    assert float(got) == pytest.approx(expected, rel=1e-6)


@pytest.mark.error
def test_what_is_refused(toy: Accounts) -> None:
    with pytest.raises(BadInput, match="the table does not know where each user buys"):
        respond(toy, Shock(), TradeParameters(sourcing="by_user"))
    acc = with_users(toy, 0.5)
    assert acc.sourcing is not None
    z, f = acc.sourcing.intermediate.copy(), acc.sourcing.final
    lone = z[:, 1, 3, 0].copy()  # BOR's farms buy manufactures from home alone
    z[:, 1, 3, 0] = 0.0
    z[0, 1, 3, 0] = lone.sum()
    flow = np.einsum("risj->rsi", z) + np.einsum("risf->rsi", f)
    added = acc.value_added.copy()
    added[:, :, 0] += flow.sum(1) - acc.flow.sum(1)
    other = acc.replace(flow=flow, value_added=added, sourcing=Sourcing(z, f))
    with pytest.raises(Infeasible) as e:
        respond(other, Shock((TradeCost("AT-N", "BOR", "MAN", ban=True),)), TradeParameters(sourcing="by_user"))
    assert e.value.items == ("MAN for the industry FAR in BOR",)
    alike = respond(other, Shock((TradeCost("AT-N", "BOR", "MAN", ban=True),)), TradeParameters())
    assert [n for n in alike.notes if 'sourcing = "by_user" keeps it' in n]


def test_what_is_nothing_is_divided_by_one() -> None:
    with plainly():
        assert positive_or_one(np.array([0.0, -1.0, 3.0, 0.5])).tolist() == [1, 1, 3, 0.5]


def test_one_purchase_of_an_industry_below_zero_is_refused(toy: Accounts) -> None:
    acc = with_users(toy, 0.5)
    assert acc.sourcing is not None
    z = acc.sourcing.intermediate.copy()
    z[0, 1, 3, 0] = -1e-3
    with pytest.raises(BadInput, match="1 purchases of industries are negative"):
        _without_negative_purchases(acc, Sourcing(z, acc.sourcing.final))


@pytest.mark.identity
@pytest.mark.slow
def test_a_published_table(raw: Path) -> None:
    """WIOD of 2008: what users sell out of stock by origin is set to 0 and said, the answer balances and keeps sourcing."""
    acc, _ = build_wiod(raw, 2008)
    p = TradeParameters(sourcing="by_user", substitution="low")
    out = respond(acc, Shock((TradeCost("RUS", "DEU", change=1.5),)), p)
    assert out.status.converged, out.status.message
    assert out.accounts.sourcing is not None
    assert [n for n in out.notes if "negative purchases of final users by origin" in n]
    assert not [n for n in out.notes if "source alike" in n]
