"""Economies of scale: when the base is stable, and what is said where an answer is not the only one."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from xunhuan.data.accounts import Accounts
from xunhuan.errors import BadInput, NotConverged
from xunhuan.faces import words
from xunhuan.faces.cli import main
from xunhuan.models.edits import Subsidy, Tariff
from xunhuan.models.model import Shock
from xunhuan.models.solvers import CONVERGED
from xunhuan.models.trade import TradeParameters, gradient, respond, respond_many
from xunhuan.models.trade.kernel import iteration, prepared
from xunhuan.models.trade.solve import primitives_of, problem, search, search_from
from xunhuan.models.trade.stability import at_base, leading

pytestmark = pytest.mark.identity


def _rho(acc: Accounts, psi: float) -> float:
    """ρ in the base, whatever it is."""
    p = TradeParameters(scale={"C26": psi})
    task = problem(acc, primitives_of(acc, Shock(), p), p)
    return leading(task, jnp.asarray(task.start)).rho


@pytest.mark.twin
@pytest.mark.parametrize("scale", [0.0, 0.05, 0.12])
@pytest.mark.slow
def test_rho_is_that_of_the_whole_jacobian(toy: Accounts, scale: float) -> None:
    """Arnoldi's method against every eigenvalue of the matrix, in the base and after a shock."""
    p = TradeParameters(theta=8.0, scale=scale)
    for shock in (Shock(), Shock((Tariff("ATL", "BOR", "goods", add=0.2),))):
        task = problem(toy, primitives_of(toy, shock, p), p)
        _, x, _ = search(task)
        e, b, z = task.economy, task.elasticities, task.shift
        whole = np.linalg.eigvals(np.asarray(jax.jacfwd(iteration(e, b, z, prepared(e, b, z), task.taxed))(x)))
        assert leading(task, x).rho == pytest.approx(whole.real.max(), abs=1e-4)


@pytest.mark.slow
def test_rho_rises_with_scale_and_crosses_one_below_the_limit_of_theory(world: Accounts) -> None:
    """ψθ stays well below 1, yet the base turns unstable: inputs make the loop."""
    psi = (0.0, 0.04, 0.09, 0.10, 0.11, 0.12, 0.15)
    rho = [_rho(world, x) for x in psi]
    assert rho[0] == pytest.approx(rho[1], abs=1e-3), "weak economies do not lead"
    assert rho[1:] == sorted(rho[1:])
    assert rho[2] > 0.9
    assert rho[4] < 1 < rho[5]
    theta = TradeParameters().trade_elasticities(world.sectors)[0][world.sectors.index("C26")]
    assert psi[5] * theta < 0.7


@pytest.mark.slow
@pytest.mark.parametrize("name", ["world", "china"])
def test_the_estimates_of_scale_leave_no_stable_base(name: str, request: pytest.FixtureRequest) -> None:
    """As the page says: whole they are refused, seven tenths of them are not."""
    acc: Accounts = request.getfixturevalue(name)
    whole = TradeParameters(elasticities="LL", scale="LL")
    with pytest.raises(BadInput, match=r"the base is unstable under these economies of scale \(ρ = 1\.13"):
        at_base(acc, whole)
    psi = 0.7 * whole.scale_elasticities(acc.sectors)
    less = TradeParameters(elasticities="LL", scale=dict(zip(acc.sectors.codes, psi.tolist(), strict=True)))
    assert 0.9 < at_base(acc, less) < 1


@pytest.mark.slow
def test_beyond_one_there_are_several_equilibria(world: Accounts) -> None:
    """The same question from other first guesses ends elsewhere, each time with an equilibrium; below, it does not."""
    ends: dict[float, list[np.ndarray]] = {}
    for psi in (0.04, 0.12):
        p = TradeParameters(scale={"C26": psi}, max_iterations=3000)
        task = problem(world, primitives_of(world, Shock(), p), p)
        x = jnp.asarray(task.start)
        way = leading(task, x).direction
        r, s = task.economy.output.shape
        way = way / np.abs(way[r + r * s : r + 2 * r * s]).max()
        found = [search_from(task, x + step * way) for step in (0.0, 1.0, -1.0, 2.0, -2.0)]
        ends[psi] = [np.asarray(root) for _, root, info in found if int(info.outcome) == CONVERGED]
    assert len(ends[0.04]) == 5
    assert max(np.abs(x - ends[0.04][0]).max() for x in ends[0.04]) < 1e-8
    assert max(np.abs(x - ends[0.12][0]).max() for x in ends[0.12]) > 1


@pytest.mark.slow
@pytest.mark.error
def test_an_unstable_base_is_refused(world: Accounts) -> None:
    p = TradeParameters(scale={"C26": 0.12})
    with pytest.raises(BadInput, match="the base is unstable under these economies of scale") as e:
        respond(world, Shock(), p)
    assert e.value.items == ("C26: ψ = 0.12",)
    assert "output of C26 in" in str(e.value)
    with pytest.raises(BadInput, match="the base is unstable"):
        next(iter(respond_many(world, [Shock()], [p])))
    with pytest.raises(BadInput, match="the base is unstable"):
        respond(world, Shock(), p.model_copy(update={"deficits": "zero"}))


@pytest.mark.slow
@pytest.mark.error
def test_one_of_several_answers_is_not_given_as_the_answer(world: Accounts, capsys: pytest.CaptureFixture[str]) -> None:
    """Near ρ = 1 another equilibrium is found, far away: the outcome, the accounts and the command say so."""
    p, tax = TradeParameters(scale={"C26": 0.107}), Shock((Subsidy("CN-FJ", "C26", rate=-0.01),))
    assert 0.9 < at_base(world, p) < 1
    out = respond(world, tax, p)
    assert out.status.outcome == "several"
    assert not out.status.converged
    assert out.status.residual <= out.status.tolerance
    assert "log points away in output of C26" in out.status.message
    assert "ONE OF SEVERAL EQUILIBRIA" in out.accounts.notes[-1]
    assert words.either("outcome_several", "en", "") == "several equilibria"
    assert words.either("outcome_several", "zh", "") == "存在多个均衡"
    with pytest.raises(NotConverged, match="the equilibrium was not found") as e:
        gradient(world, "CN-FJ", tax, p)
    assert "one of several equilibria" in str(e.value)
    line = ["simulate", "world-2017", "--subsidy", "CN-FJ:C26:-0.01", "--scale", "C26=0.107", "--top", "2"]
    assert main(line) == 1
    assert "one of several equilibria" in capsys.readouterr().err


@pytest.mark.slow
def test_near_one_a_second_search_is_told(world: Accounts) -> None:
    out = respond(world, Shock((Subsidy("CN-FJ", "C26", rate=0.01),)), TradeParameters(scale={"C26": 0.09}))
    assert out.status.converged
    assert any("near the point where several equilibria" in n and "no other answer" in n for n in out.notes)
    far = respond(world, Shock((Subsidy("CN-FJ", "C26", rate=0.01),)), TradeParameters(scale={"C26": 0.04}))
    assert not any("several equilibria" in n for n in far.notes)
