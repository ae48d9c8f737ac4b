"""Where people live, and what it is worth to them: closed forms, identities and twins of the choice among regions."""

from __future__ import annotations

import dataclasses
import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import xunhuan as xh
from xunhuan.data.accounts import Accounts
from xunhuan.data.migration import Migration
from xunhuan.data.places import places
from xunhuan.data.toyland import MOVED, toyland
from xunhuan.errors import BadInput, UnknownName
from xunhuan.models.edits import MobilityCost, Productivity, TradeCost
from xunhuan.models.edits.primitives import primitives
from xunhuan.models.model import Shock
from xunhuan.models.trade import TradeParameters, gradient, respond
from xunhuan.models.trade.model import MODEL
from xunhuan.models.trade.people import settled
from xunhuan.models.trade.solve import problem

pytestmark = pytest.mark.identity

MOBILE = TradeParameters(labour="mobile", tolerance=1e-13)
HARD = Shock(
    (TradeCost("BOR", "AT-S", change=0.4), Productivity("AT-N", change=0.2), MobilityCost("AT-E", change=0.15))
)
ALL = np.ix_(range(3), range(3))


def _with_moves(acc: Accounts, persons: np.ndarray) -> Accounts:
    moves = Migration(("1995-2000",), persons[None].astype(float)).take(range(3), 1)
    return acc.replace(geography=dataclasses.replace(acc.geography, migration=moves))


def test_by_hand_from_the_answer(toy: Accounts) -> None:
    """Moves, population and utility follow from the table's moves and the answer's real income per head alone."""
    kappa = MOBILE.mobility
    d = respond(toy, HARD, MOBILE).detail
    v = d["real_income_per_head_hat"].to_numpy()[:3]
    there = np.array(MOVED["1995-2000"], dtype=float)
    people = np.array(toy.geography.population)[:3]
    there += np.diag(people - there.sum(0))
    share = there / there.sum(1)[:, None]
    worth = v[None] / np.where(np.eye(3) == 1, 1.0, np.array([1.0, 1.15, 1.0])[None])  # who stays bears no cost
    chance = (share * worth**kappa).sum(1)
    moved = share * worth**kappa / chance[:, None]
    np.testing.assert_allclose(d["moves"].to_numpy()[ALL], moved, rtol=1e-10)
    np.testing.assert_allclose(d["population_hat"][:3], there.sum(1) @ moved / people, rtol=1e-10)
    np.testing.assert_allclose(d["utility_hat"][:3], chance ** (1 / kappa), rtol=1e-10)
    assert float(d["utility_hat"][3]) == pytest.approx(float(d["real_income_hat"][3]), rel=1e-14)
    assert d["population_hat"].to_numpy()[:3] @ people == pytest.approx(160, rel=1e-14)


def test_welfare_of_a_nation_is_its_peoples_by_what_they_spend(toy: Accounts) -> None:
    out = respond(toy, HARD, MOBILE)
    d, at = out.detail, places(toy)
    there = np.array(MOVED["1995-2000"], dtype=float)
    people = np.array(toy.geography.population)[:3]
    there += np.diag(people - there.sum(0))
    spent = there @ (d["income_base"].to_numpy()[:3] / people)
    numbers = MODEL.read(toy, out, at)
    assert numbers["welfare"].values[at.index("ATL")] == pytest.approx(
        float((spent * d["utility_hat"].to_numpy()[:3]).sum() / spent.sum() - 1), rel=1e-10
    )
    assert spent.sum() == pytest.approx(float(d["income_base"][:3].sum()), rel=1e-12)
    still = respond(toy, HARD, TradeParameters())
    told = MODEL.read(toy, still, at)
    np.testing.assert_allclose(told["welfare"].values, told["real_income"].values, rtol=0, atol=1e-14)


@pytest.mark.parametrize("labour", ["mobile", "free"])
def test_without_an_elasticity_nobody_moves(toy: Accounts, labour: str) -> None:
    still = respond(toy, HARD, TradeParameters(tolerance=1e-13)).detail
    for kappa in (0.0, 1e-9):
        d = respond(toy, HARD, TradeParameters(labour=labour, mobility=kappa, tolerance=1e-13)).detail
        for name in ("real_income_hat", "price_hat", "wage_hat", "population_hat", "trade"):
            np.testing.assert_allclose(d[name], still[name], rtol=1e-9, atol=1e-12, err_msg=name)
        worth = np.log(d["real_income_per_head_hat"].to_numpy())[None, :3]
        paying = (1 - np.eye(3) if labour == "mobile" else np.ones((3, 3))) * math.log(1.15) * (np.arange(3) == 1)
        mean = (d["moves_base"].to_numpy()[ALL] * (worth - paying)).sum(1)
        np.testing.assert_allclose(d["utility_hat"][:3], np.exp(mean), rtol=1e-9)


def test_the_axes_of_moves_are_origin_and_destination(toy: Accounts) -> None:
    """Who came from where matters: the same persons the other way round are another economy."""
    given = np.array(MOVED["1995-2000"])
    one, other = (respond(_with_moves(toy, a), HARD, MOBILE).detail for a in (given, given.T))
    np.testing.assert_array_equal(one["population_hat"], respond(toy, HARD, MOBILE).detail["population_hat"])
    for name in ("population_hat", "utility_hat", "real_income_hat"):
        assert float(abs(one[name] - other[name]).max()) > 1e-4, name


def test_people_bound_to_no_place_are_all_alike(toy: Accounts) -> None:
    """L̂ ∝ (V̂/μ̂)^κ on the whole population, and one utility for everybody."""
    d = respond(toy, HARD, TradeParameters(labour="free", tolerance=1e-13)).detail
    draw = (d["real_income_per_head_hat"].to_numpy()[:3] / [1.0, 1.15, 1.0]) ** 1.5
    people = np.array(toy.geography.population)[:3]
    np.testing.assert_allclose(d["population_hat"][:3], draw * people.sum() / (people * draw).sum(), rtol=1e-10)
    assert float(np.ptp(d["utility_hat"].to_numpy()[:3])) < 1e-13


def test_most_people_stay_so_that_fewer_move_than_if_none_were_bound(toy: Accounts) -> None:
    moved = {
        labour: float(abs(respond(toy, HARD, TradeParameters(labour=labour)).detail["population_hat"] - 1).max())
        for labour in ("immobile", "mobile", "free")
    }
    assert moved["immobile"] == 0 < moved["mobile"] < 0.5 * moved["free"]


def test_envelope_to_first_order(toy: Accounts) -> None:
    """d ln Û[o] = Σ_d m[o,d] d ln V̂[d]: that people choose anew adds nothing to first order. The error falls with the
    square of the shock."""
    off = []
    for size in (1e-3, 5e-4):
        d = respond(toy, Shock((Productivity("AT-N", change=size),)), MOBILE).detail
        first = d["moves_base"].to_numpy() @ np.log(d["real_income_per_head_hat"].to_numpy())
        off.append(float(np.abs(np.log(d["utility_hat"].to_numpy()) - first).max()))
        assert off[-1] < 10 * size**2
    assert off[0] / off[1] == pytest.approx(4, rel=0.01)


@pytest.mark.parametrize("labour", ["mobile", "free"])
def test_gradient_of_welfare_against_differences(toy: Accounts, labour: str) -> None:
    p = TradeParameters(labour=labour, tolerance=1e-14, max_iterations=2000)
    base = primitives(toy, HARD)
    slope = gradient(toy, "ATL", base, p, of="welfare")
    spent = respond(toy, base, p).detail["people_income_base"].to_numpy()[:3]

    def value(name: str, cell: tuple[int, ...], h: float) -> float:
        array = getattr(base, name).copy()
        array[cell] *= math.exp(h)
        hat = respond(toy, dataclasses.replace(base, **{name: array}), p).detail["utility_hat"].to_numpy()[:3]
        return float(spent @ np.log(hat) / spent.sum())

    for name, cell in (
        ("productivity", (2, 1)),
        ("trade_cost", (3, 0, 1)),
        ("mobility_cost", (1,)),
        ("mobility_cost", (2,)),
    ):
        numeric = (value(name, cell, 1e-4) - value(name, cell, -1e-4)) / 2e-4
        assert float(slope[name].to_numpy()[cell]) == pytest.approx(numeric, rel=1e-5, abs=1e-9), (name, cell)


AT_REST = jax.jit(settled)


@given(st.integers(0, 2**31), st.floats(0.0, 8.0), st.floats(0.01, 1.0), st.sampled_from(["mobile", "free"]))
def test_any_state_has_one_answer(seed: int, kappa: float, spread: float, labour: str) -> None:
    """Far from equilibrium too L̂ V̂ = Î/P̂ holds, and none are lost: what the search for the rest of the model rests on."""
    rng = np.random.default_rng(seed)
    acc = toyland()
    acc = _with_moves(acc, rng.uniform(0, 15, (3, 3)))
    task = problem(acc, primitives(acc, Shock()), TradeParameters(labour=labour, mobility=kappa))
    income, cpi, cost = rng.normal(0, spread, 4), rng.normal(0, spread, 4), rng.normal(0, 0.2, (4, 4))
    z = task.shift._replace(log_moving=jnp.asarray(cost * np.asarray(task.base.paying)))
    e = task.economy
    found = AT_REST(e, task.elasticities, z, jnp.asarray(income), jnp.asarray(cpi))
    hat = np.asarray(found.workers_hat)
    worth = np.exp(income - cpi)[:3] / hat[:3]
    draw = np.asarray(e.moves)[ALL] * (worth / np.exp(np.asarray(z.log_moving)[ALL])) ** kappa
    moves = draw / draw.sum(1)[:, None]
    live = np.array(acc.geography.population)[:3]
    np.testing.assert_allclose(np.asarray(e.people)[:3] @ moves, live * hat[:3], rtol=1e-8)
    np.testing.assert_allclose(found.moves[ALL], moves, rtol=1e-8, atol=1e-12)
    assert hat[:3] @ live == pytest.approx(live.sum(), rel=1e-9)  # V̂^κ of the provinces can be e^±8 apart
    assert hat[3] == 1


@pytest.mark.parametrize("shock", [Shock(), HARD])
def test_balanced_base_carries_who_moved(toy: Accounts, shock: Shock) -> None:
    """Under deficits = "zero" the base has people where balanced trade has them, and so their moves."""
    p = MOBILE.model_copy(update={"deficits": "zero"})
    base = MODEL.at_rest(toy, p)
    moves = base.geography.moves
    assert moves is not None
    assert moves.windows == ("1995-2000",)
    people = np.array(base.geography.population)
    assert people[:3].sum() == pytest.approx(160, rel=1e-12)
    assert abs(people - toy.geography.population).max() > 1e-3
    d = respond(toy, shock, p).detail
    stayed = people[:3] - moves.persons[0][ALL].sum(0)
    there = moves.persons[0][ALL] + np.diag(stayed)
    np.testing.assert_allclose(d["moves_base"].to_numpy()[ALL], there / there.sum(1)[:, None], rtol=1e-12)


def test_windows(toy: Accounts) -> None:
    late, early = (respond(toy, HARD, TradeParameters(labour="mobile", window=w)) for w in ("", "1990-1995"))
    assert float(abs(late.detail["population_hat"] - early.detail["population_hat"]).max()) > 1e-4
    moved = sum(map(sum, MOVED["1995-2000"])) / 160
    assert (
        f"people of Atlas choose anew where to live, once: {moved:.1%} had moved over 1995-2000, the rest stayed"
        in late.notes
    )
    with pytest.raises(UnknownName, match="1990-95"):
        respond(toy, HARD, TradeParameters(labour="mobile", window="1990-95"))


def test_what_nobody_knows_is_refused(toy: Accounts) -> None:
    empty = Migration(("1995-2000",), np.full((1, 4, 4), np.nan))
    for moves, people, said in (
        (empty, toy.geography.population, ["ATL: moves between its regions"]),
        (toy.geography.migration, (40.0, math.nan, 65.0, 90.0), ["ATL: population of its regions"]),
        (empty, (math.nan,) * 4, ["ATL: moves between its regions", "ATL: population of its regions"]),
    ):
        acc = toy.replace(geography=dataclasses.replace(toy.geography, migration=moves, population=people))
        with pytest.raises(BadInput, match="where people move is not known") as e:
            respond(acc, HARD, MOBILE)
        assert list(e.value.items) == said
        assert 'labour = "free"' in e.value.fix
        assert respond(acc, HARD, TradeParameters(labour="free")).status.converged
    crowded = _with_moves(toy, 20 * np.array(MOVED["1995-2000"]))
    with pytest.raises(BadInput, match="more people moved in over 1995-2000 than live there"):
        respond(crowded, HARD, MOBILE)


def test_a_coarser_table_adds_up_moves(toy: Accounts) -> None:
    """Moves inside a group are moves no more; who lives where adds up, whatever the table's detail."""
    coarse = toy.aggregate(regions={"COAST": ("AT-N", "AT-E")})
    d = respond(coarse, Shock(), MOBILE).detail
    there = np.array(MOVED["1995-2000"], dtype=float)
    came, left = there[2, :2].sum(), there[:2, 2].sum()
    np.testing.assert_allclose(
        d["moves_base"].to_numpy()[:2, :2],
        [
            [(95 - came) / (95 - came + left), left / (95 - came + left)],
            [came / (65 - left + came), (65 - left) / (65 - left + came)],
        ],
        rtol=1e-14,
    )  # fmt: skip


@pytest.mark.slow
def test_provinces_of_china_by_what_is_bundled() -> None:
    acc = xh.load("world-2017")
    edit = TradeCost("CHN", "CHN", "goods", change=-0.05)
    out = respond(acc, Shock((edit,)), MOBILE)
    assert out.status.converged
    assert any("over 2015-2020" in n for n in out.notes)
    home = np.array([n == "CHN" for n in acc.geography.nation])
    people = np.array(acc.geography.population)[home]
    assert out.detail["population_hat"].to_numpy()[home] @ people == pytest.approx(people.sum(), rel=1e-13)
    np.testing.assert_array_equal(out.detail["population_hat"].to_numpy()[~home], 1.0)
    clusters = acc.aggregate(regions={"DELTA": ("CN-SH", "CN-JS", "CN-ZJ", "CN-AH")})
    assert respond(clusters, Shock((edit,)), MOBILE).status.converged
