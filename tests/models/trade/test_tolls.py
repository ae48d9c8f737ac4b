"""Tolls: an independent derivation on Toyland, Walras' law, accounts that balance, and what is burnt instead."""

import numpy as np
import pytest

import xunhuan as xh
from xunhuan.data.accounts import Accounts
from xunhuan.errors import BadInput, Infeasible
from xunhuan.models.edits.handed import CellArray, Routes, Toll
from xunhuan.models.model import Response

pytestmark = pytest.mark.twin

THETA = 4.0


@pytest.fixture(scope="module")
def toy() -> Accounts:
    return xh.toyland()


@pytest.fixture(scope="module")
def rate(toy: Accounts) -> np.ndarray:
    out = np.zeros((toy.R, toy.R, toy.S))
    out[2, 3] = [0.05, 0.06, 0.0]
    out[0, 3] = 0.08
    out[3, 0] = 0.04
    return out


def asked(
    rate: np.ndarray, *, collector: str = "AT-E", cost: np.ndarray | None = None, acc: object = "toyland"
) -> Response:
    toll = Toll(collector=collector, sector="SER", rate=CellArray(rate))
    one = np.ones_like(rate) if cost is None else cost
    return xh.respond(acc, Routes(cost=CellArray(one), tolls=(toll,)), theta=THETA, transfers="as_deficits")  # type: ignore[arg-type]


def solved(acc: Accounts, toll: np.ndarray, who: int) -> tuple[np.ndarray, np.ndarray, float]:
    """Wages, incomes and what is collected, new values in base world GDP, by plain iteration on the equations."""
    t = acc.tariff
    paid = (1 + t) * acc.flow
    X, Y = paid.sum(0), acc.flow.sum(1)
    pi = paid / X
    m = X / acc.flow.sum(0)
    gamma = acc.use * m[:, :, None] / Y[:, None, :]
    beta = 1 - gamma.sum(1)
    final = (acc.flow.sum(0) - acc.use.sum(2)) * m
    income = final.sum(1)
    alpha = final / income[:, None]
    duty = (t * acc.flow).sum((0, 2))
    wl = (beta * Y).sum(1)
    deficit = income - wl - duty
    world = acc.gdp.sum()
    w, P, Yn, In = np.ones(acc.R), np.ones_like(Y), Y.copy(), income.copy()
    for _ in range(1500):
        c = w[:, None] ** beta * np.exp((gamma * np.log(P)[:, :, None]).sum(1))
        part = pi * (c[:, None, :] * (1 + toll)) ** -THETA
        P = part.sum(0) ** (-1 / THETA)
        share = part / part.sum(0)
        Xn = alpha * In[:, None] + (gamma * Yn[:, None, :]).sum(2)
        border = share * Xn / (1 + t)
        own = border / (1 + toll)
        Yn = own.sum(1)
        collected = (toll * own).sum()
        bill = (beta * Yn).sum(1)
        duties = (t * border).sum((0, 2))
        on_inputs = ((gamma * Yn[:, None, :]).sum(2) * (1 - (border.sum(0) / Xn))).sum(1)
        gdp = bill.sum() + on_inputs.sum() + collected
        scale = world / gdp  # the numeraire
        w, P, Yn = w * (bill / (w * wl)) ** 0.3 * scale, P * scale, Yn * scale
        In = (bill + duties + collected * (np.arange(acc.R) == who)) * scale + deficit
    return w, In, float(collected)


def test_an_independent_derivation(toy: Accounts, rate: np.ndarray) -> None:
    r = asked(rate)
    w, income, collected = solved(toy, rate, 1)
    assert r.detail["wage_hat"].values == pytest.approx(w, rel=1e-7)
    assert r.detail["income"].values == pytest.approx(income, rel=1e-7)
    assert r.detail["tolls"].values == pytest.approx([0, collected, 0, 0], rel=1e-7)


def test_accounts_balance_and_hold_the_toll_where_it_is_collected(toy: Accounts, rate: np.ndarray) -> None:
    r = asked(rate)
    acc = r.accounts
    where = acc.value_added[:, :, acc.components.index("toll")]
    assert where[1, 2] == pytest.approx(float(r.detail["tolls"].values.sum()), rel=1e-9)
    assert where.sum() == pytest.approx(where[1, 2], rel=1e-12)
    assert acc.gdp.sum() == pytest.approx(toy.gdp.sum(), rel=1e-9)
    assert acc.flow.sum(0) == pytest.approx(acc.use.sum(2) + acc.final.sum(2), rel=1e-9)
    assert acc.output == pytest.approx(acc.use.sum(1) + acc.value_added.sum(2), rel=1e-9)
    again = xh.respond(acc, "tariff from=BOR to=ATL add=0")  # a table with tolls in it is a table like any other
    assert again.detail["real_income_hat"].values == pytest.approx(1, abs=1e-9)


def test_walras(toy: Accounts, rate: np.ndarray) -> None:
    """What all spend is what all earn: trade balances of the world add up to nothing, tolls being sales of a service."""
    acc = asked(rate).accounts
    balance = acc.flow.sum((1, 2)) - acc.flow.sum((0, 2))
    assert balance.sum() == pytest.approx(0, abs=1e-8)
    base = toy.flow.sum((1, 2)) - toy.flow.sum((0, 2))
    assert balance == pytest.approx(base, abs=1e-6)  # deficits are held, whoever collects


def test_a_toll_nobody_collects_melts_and_a_collector_gains(toy: Accounts, rate: np.ndarray) -> None:
    toll, burnt = asked(rate), xh.respond(toy, Routes(cost=CellArray(1 + rate)), theta=THETA, transfers="as_deficits")
    gained = toll.detail["real_income_hat"].values / burnt.detail["real_income_hat"].values
    assert gained[1] > 1.005
    assert np.abs(gained[[0, 2, 3]] - 1).max() < gained[1] - 1


def test_no_toll_changes_nothing_to_the_digit(toy: Accounts, rate: np.ndarray) -> None:
    plain = xh.respond(toy, Routes(cost=CellArray(1 + rate)), theta=THETA, transfers="as_deficits")
    with_none = asked(np.zeros_like(rate), cost=1 + rate)
    assert with_none.detail["real_income_hat"].values == pytest.approx(plain.detail["real_income_hat"].values, abs=1e-9)
    still = asked(np.zeros_like(rate))
    assert still.accounts.flow == pytest.approx(toy.flow, abs=1e-9)


def test_a_seller_who_collects_is_one_who_taxes_exports(toy: Accounts, rate: np.ndarray) -> None:
    """Of one origin a toll that it collects itself is its export tax."""
    mine = np.where(np.arange(toy.R)[:, None, None] == 2, rate, 0.0)
    mine[2, 3] = 0.05
    toll = asked(mine, collector="AT-S")
    tax = xh.respond(toy, "export_tax from=AT-S to=BOR rate=0.05", theta=THETA, transfers="as_deficits")
    assert toll.detail["real_income_hat"].values == pytest.approx(tax.detail["real_income_hat"].values, rel=1e-9)
    assert toll.detail["tolls"].values[2] == pytest.approx(float(tax.detail["export_tax_revenue"][2]), rel=1e-8)


def test_arrays_of_another_table_are_refused(toy: Accounts) -> None:
    with pytest.raises(BadInput) as e:
        xh.respond(toy, Routes(cost=CellArray(np.ones((2, 2, 2)))))
    assert "4 x 4 x 3" in " ".join(e.value.items)


def test_nobody_collects_across_a_cut(toy: Accounts) -> None:
    """BOR, cut off, cannot be paid for trade inside ATL; nothing is collected of what is banned."""
    far = np.array([n != "ATL" for n in toy.geography.nation])
    cost = np.where((far[:, None] != far)[..., None], np.inf, np.ones((toy.R, toy.R, toy.S)))
    inside = np.zeros_like(cost)
    inside[0, 2], inside[0, 3] = 0.05, 0.1
    with pytest.raises(Infeasible, match="a toll between parts has no goods to be paid in") as e:
        asked(inside, collector="BOR", cost=cost)
    assert e.value.items == ("BOR", "AT-N")
    inside[0, 2] = 0.0
    assert asked(inside, collector="BOR", cost=cost).detail["tolls"].values == pytest.approx(0.0)
