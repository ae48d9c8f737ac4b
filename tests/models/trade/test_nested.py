"""Nested CES: closed forms and published results, limits, and searches that low elasticities make hard."""

from __future__ import annotations

from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from tests.helpers.closed import closed, energy, table
from xunhuan.data.accounts import Accounts
from xunhuan.errors import BadInput
from xunhuan.models.edits import Productivity, TradeCost
from xunhuan.models.model import Shock
from xunhuan.models.solvers import CONVERGED
from xunhuan.models.trade import TradeParameters, respond
from xunhuan.models.trade.kernel import solve
from xunhuan.models.trade.model import MODEL
from xunhuan.models.trade.solve import Problem, primitives_of, problem, search
from xunhuan.models.trade.stability import leading
from xunhuan.models.trade.substitution import NESTS, SUBSTITUTIONS, substitution_set

pytestmark = pytest.mark.textbook

NAMES = ("value_added_elasticity", "input_elasticity", "consumption_elasticity")


def log_income(task: Problem) -> Callable[[jax.Array], jax.Array]:
    """ln real income of the first region as a function of ln productivity r i."""

    def value(log_a: jax.Array) -> jax.Array:
        z = task.shift._replace(log_productivity=log_a)
        out, _, _ = solve(task.economy, task.elasticities, z, jnp.asarray(task.start), 1e-14, 3000)
        return jnp.log(out.income[0] / task.economy.income[0]) - jnp.log(out.consumer_price[0])

    return value


def second_order(acc: Accounts, eta: np.ndarray, eps: np.ndarray, eps_c: float) -> tuple[np.ndarray, np.ndarray]:
    """Domar weights, and d²lnY / dlnA_i dlnA_j = Σ_k λ_k (θ_k − 1) Cov_k(Ψ_(i), Ψ_(j)) [BaqaeeFarhi2019], one factor.

    k are the household (weights α, elasticity ε_c), each industry (its factors, its bundle; η) and each bundle (γ/(1−β); ε).
    """
    gamma = acc.use[0] / acc.output[0]
    alpha, total = acc.final[0, :, 0] / acc.final.sum(), gamma.sum(0)
    psi = np.linalg.inv(np.eye(acc.S) - gamma.T)  # buyer, seller
    domar = psi.T @ alpha

    def cov(weight: np.ndarray, x: np.ndarray) -> np.ndarray:
        away = x - weight @ x
        return (weight[:, None] * away).T @ away

    out = (eps_c - 1) * cov(alpha, psi)
    for j in range(acc.S):
        share = gamma[:, j] / total[j]
        out += domar[j] * total[j] * (eps[j] - 1) * cov(share, psi)
        # What a bundle rests on; the factor rests on no industry.
        ends = np.stack([np.zeros(acc.S), share @ psi])
        out += domar[j] * (eta[j] - 1) * cov(np.array([1 - total[j], total[j]]), ends)
    return domar, out


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.slow
def test_second_order_of_a_closed_economy(seed: int) -> None:
    """Hulten's theorem to first order, [BaqaeeFarhi2019] to second: by JAX through the solver, and by differences."""
    acc = closed(seed=seed)
    rng = np.random.default_rng(seed)
    eta, eps, eps_c = rng.uniform(0.1, 2, acc.S), rng.uniform(0.0, 2, acc.S), 0.9
    p = TradeParameters(
        elasticities="U4", value_added_elasticity=dict(zip(acc.sectors.codes, eta.tolist(), strict=True)),
        input_elasticity=dict(zip(acc.sectors.codes, eps.tolist(), strict=True)), consumption_elasticity=eps_c,
    )  # fmt: skip
    value = log_income(problem(acc, primitives_of(acc, Shock(), p), p))
    zero = jnp.zeros((1, acc.S))
    domar, expected = second_order(acc, eta, eps, eps_c)
    second, first = jax.jacfwd(lambda z: (jax.grad(value)(z),) * 2, has_aux=True)(zero)  # one program gives both
    np.testing.assert_allclose(first[0], domar, rtol=1e-9)
    np.testing.assert_allclose(second[0, :, 0, :], expected, rtol=1e-7, atol=1e-9)
    h = 1e-2
    for i in range(acc.S):
        step = zero.at[0, i].set(h)
        many = [float(value(k * step)) for k in (-2, -1, 0, 1, 2)]
        second = float(np.dot([-1, 16, -30, 16, -1], many)) / (12 * h**2)
        assert second == pytest.approx(expected[i, i], rel=1e-5, abs=1e-8)


@pytest.mark.parametrize("sigma", [0.0, 0.001, 0.5, 1.0, 3.0])
def test_horizontal_economy(sigma: float) -> None:
    """Goods of labour alone: Y = (Σ α A^(σ−1))^(1/(σ−1)), whatever the size of the change; ΠA^α where σ = 1."""
    final = np.array([[2.0, 3.0, 5.0]])
    acc = table(final[:, None, :].copy(), np.zeros((1, 3, 3)), final)
    better = np.array([0.3, 1.0, 2.0])
    edits = tuple(Productivity("A", str(k + 1), change=a - 1) for k, a in enumerate(better) if a != 1)
    p = TradeParameters(elasticities="U4", consumption_elasticity=sigma, tolerance=1e-13)
    got = float(respond(acc, Shock(edits), p).detail["real_income_hat"][0])
    alpha = final[0] / final.sum()
    exact = np.prod(better**alpha) if sigma == 1 else (alpha @ better ** (sigma - 1)) ** (1 / (sigma - 1))
    assert got == pytest.approx(exact, rel=1e-11)


def test_a_chain_has_no_second_order() -> None:
    """Vertical economy: each industry buys from one only, so that no elasticity matters at any size of change."""
    use = np.zeros((1, 3, 3))
    use[0, 0, 1] = use[0, 1, 2] = 10.0
    final = np.array([[0.0, 0.0, 10.0]])
    acc = table((use.sum(2) + final)[:, None, :], use, final)
    for low in ("low", "lowest"):
        p = TradeParameters(elasticities="U4", substitution=low, tolerance=1e-13)
        out = respond(acc, Shock((Productivity("A", "1", change=-0.5), Productivity("A", "2", change=0.2))), p)
        assert float(out.detail["real_income_hat"][0]) == pytest.approx(0.5 * 1.2, rel=1e-11)


@pytest.mark.parametrize(
    ("share", "supply", "sigma"), [(0.04, 0.9, 0.04), (0.04, 0.9, 0.1), (0.01, 0.7, 0.1), (0.3, 0.6, 2.0)]
)
def test_production_from_energy_and_all_else(share: float, supply: float, sigma: float) -> None:
    """Two inputs [BachmannEtAl2024, eq. A1]: Y = (α^(1/σ) E^((σ−1)/σ) + (1−α)^(1/σ) X^((σ−1)/σ))^(σ/(σ−1))."""
    power = (sigma - 1) / sigma
    exact = (share * supply**power + 1 - share) ** (1 / power)
    assert energy(share, supply, sigma) == pytest.approx(exact, rel=1e-10)


@pytest.mark.identity
@pytest.mark.parametrize("away", [1e-6, 1e-7, 1e-8, -1e-7, -1e-6])
def test_near_one_is_near_cobb_douglas(toy: Accounts, away: float) -> None:
    """On both sides of the distance below which the mean is taken to second order."""
    shock = Shock((TradeCost("ATL", "BOR", "MAN", change=0.5), Productivity("AT-S", "SER", change=0.2)))
    unit = respond(toy, shock, TradeParameters(tolerance=1e-13))
    near = respond(toy, shock, TradeParameters(tolerance=1e-13, **dict.fromkeys(NAMES, 1 + away)))
    for name in ("real_income_hat", "price_hat", "output_hat", "employment_hat"):
        np.testing.assert_allclose(near.detail[name], unit.detail[name], rtol=abs(away))
    np.testing.assert_allclose(near.accounts.use, unit.accounts.use, rtol=abs(away))


@pytest.mark.identity
def test_one_everywhere_is_cobb_douglas_itself(toy: Accounts) -> None:
    """The same program runs, so no digit differs, however the ones are given."""
    shock = Shock((TradeCost("ATL", "BOR", "MAN", change=0.5),))
    ones = TradeParameters(substitution="low", **dict.fromkeys(NAMES, 1.0))
    assert problem(toy, primitives_of(toy, shock, ones), ones).elasticities.substitution is None
    a, b = respond(toy, shock), respond(toy, shock, ones)
    np.testing.assert_array_equal(a.accounts.use, b.accounts.use)
    assert "substitution" not in b.detail.attrs


@pytest.mark.identity
def test_fixed_proportions_stay_fixed(toy: Accounts) -> None:
    """At 0 volumes of inputs, factors and goods consumed move with the whole they are parts of."""
    shock = Shock((TradeCost("ATL", "BOR", "MAN", change=0.5), Productivity("AT-S", "SER", change=0.2)))
    out = respond(toy, shock, TradeParameters(tolerance=1e-13, **dict.fromkeys(NAMES, 0.0)))
    price, made = out.detail["price_hat"].to_numpy(), out.detail["output_hat"].to_numpy()
    better = np.ones_like(made)
    better[2, 2] = 1.2
    spent = ((1 + out.accounts.tariff) * out.accounts.flow).sum(0) / out.accounts.absorption
    before = ((1 + toy.tariff) * toy.flow).sum(0) / toy.absorption
    volume = (out.accounts.use * spent[:, :, None]) / (toy.use * before[:, :, None]) / price[:, :, None]
    np.testing.assert_allclose(volume, np.broadcast_to((made / better)[:, None, :], volume.shape), rtol=1e-9)
    np.testing.assert_allclose(out.detail["employment_hat"], made / better, rtol=1e-9)
    bought = (out.accounts.final.sum(2) * spent) / (toy.final.sum(2) * before) / price
    np.testing.assert_allclose(bought, np.broadcast_to(bought[:, :1], bought.shape), rtol=1e-9)


@pytest.mark.identity
@pytest.mark.parametrize("name", ["FAR", "MAN"])
def test_losses_grow_as_less_takes_the_place_of_what_is_lost(toy: Accounts, name: str) -> None:
    """The world as a whole: who sells what is scarce may gain."""
    shock = Shock((Productivity("all", name, change=-0.5),))

    def left(p: TradeParameters) -> float:
        d = respond(toy, shock, p).detail
        return float((d["income_base"] * d["real_income_hat"]).sum() / d["income_base"].sum())

    kept = [left(TradeParameters(substitution=s)) for s in ("lowest", "low", "unit", "high")]
    assert kept == sorted(kept)
    assert kept[2] - kept[0] > 0.01


EMBARGO = TradeCost(["USA", "TWN", "KOR", "JPN", "NLD"], "CHN", "electronics", ban=True)
ENERGY = TradeCost("RUS", "EU", "energy", ban=True)
CUT = TradeCost("CHN", "foreign", ban=True, both_ways=True)
HARD = {
    "embargo": (EMBARGO, {"labour": "mobile"}),
    "embargo, within a year": (EMBARGO, {"labour": "mobile", "horizon": "short"}),
    "autarky": (CUT, {}),
    "autarky, balanced": (CUT, {"deficits": "zero"}),
    "fragmentation": (TradeCost("CHN", "CHN", change=1.0), {}),
    "energy, within a year": (ENERGY, {"horizon": "short", "deficits": "own_share"}),
}


@pytest.mark.identity
@pytest.mark.slow
@pytest.mark.parametrize("substitution", ["low", "lowest", "high"])
@pytest.mark.parametrize("name", HARD)
def test_hard_cases_converge(world: Accounts, name: str, substitution: str) -> None:
    edit, given = HARD[name]
    out = respond(world, Shock((edit,)), TradeParameters(substitution=substitution, **given))
    assert out.status.converged, out.status.message
    assert out.accounts.gdp.sum() == pytest.approx(world.gdp.sum(), rel=1e-9)


@pytest.mark.identity
@pytest.mark.slow
@pytest.mark.parametrize("substitution", ["low", "lowest", "high"])
def test_low_elasticities_leave_the_equilibrium_stable(world: Accounts, substitution: str) -> None:
    p = TradeParameters(substitution=substitution)
    for edit in ((), (EMBARGO,)):
        task = problem(world, primitives_of(world, Shock(edit), p), p)
        _, x, info = search(task)
        assert int(info.outcome) == CONVERGED
        assert leading(task, x).rho < 0.9


@pytest.mark.error
@pytest.mark.slow
def test_a_ban_that_leaves_nothing_to_live_on_says_what_helps(world: Accounts) -> None:
    """Latvia must keep a surplus that it no longer earns; where balances follow incomes there is an answer."""
    p = TradeParameters(substitution="lowest", horizon="short")
    out = respond(world, Shock((ENERGY,)), p)
    assert not out.status.converged
    assert "deficits='own_share' or 'zero'" in out.status.message
    assert "a trade cost in place of a ban, or higher elasticities: substitution='unit'" in out.status.message
    assert "THE SOLVER DID NOT CONVERGE" in out.accounts.notes[-1]


@pytest.mark.error
def test_what_is_out_of_range_is_refused(toy: Accounts) -> None:
    with pytest.raises(ValueError, match="greater than or equal to 0"):
        TradeParameters(input_elasticity=-0.1)
    with pytest.raises(ValueError, match="'unit', 'low', 'lowest' or 'high'"):
        TradeParameters(substitution="none")
    with pytest.raises(BadInput, match="input_elasticity names sectors the table does not have"):
        respond(toy, Shock(), TradeParameters(input_elasticity={"chips": 0.1}))


@pytest.mark.identity
def test_what_is_said_beside_an_answer(toy: Accounts) -> None:
    out = respond(toy, Shock(), TradeParameters(substitution="low", input_elasticity={"MAN": 0.3}))
    said = (
        "low, with overrides: 0.5 between factors and inputs, 0.001 to 0.3 among inputs, 0.9 in consumption "
        "[BaqaeeFarhi2019]"
    )
    assert out.detail.attrs["substitution"] == said
    assert f"elasticities of substitution: {said}" in out.notes
    for name in SUBSTITUTIONS:
        told = TradeParameters.model_fields["substitution"].description
        assert told is not None
        numbers = [f"{getattr(substitution_set(name), nest):g}" for nest in NESTS]
        assert name == "unit" or all(n in told for n in numbers), "as the help says"


@pytest.mark.identity
def test_draws(toy: Accounts) -> None:
    """A set is a choice, and all elasticities move by one factor."""
    move = {u.name: u.move for u in MODEL.uncertain}
    p = TradeParameters(value_added_elasticity={"MAN": 0.4})
    assert move["substitution_set"](p, "low", toy).substitution == "low"
    assert move["substitution_set"](p, "", toy) == p == move["substitution_elasticity"](p, 1.0, toy)
    twice = move["substitution_elasticity"](p, 2.0, toy).substitution_elasticities(toy.sectors)
    np.testing.assert_allclose(twice.factors, [2.0, 0.8, 2.0])
    np.testing.assert_allclose(twice.inputs, 2.0)
    assert twice.consumption == 2.0
