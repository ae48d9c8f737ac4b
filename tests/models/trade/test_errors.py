"""Everything the trade model refuses, by the text of its message; and how a failed search says so."""

from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from xunhuan.data.accounts import Accounts, Sourcing
from xunhuan.data.classification import Sectors
from xunhuan.errors import BadInput, Infeasible, NotConverged, UnknownName
from xunhuan.faces.cli import main
from xunhuan.models.edits import Productivity, Tariff, TradeCost
from xunhuan.models.edits.primitives import Primitives, primitives
from xunhuan.models.model import Shock
from xunhuan.models.trade import TradeParameters, gradient, respond, respond_many
from xunhuan.models.trade.elasticities import set_elasticities
from xunhuan.models.trade.tangents import TradeSlopes, _Point

pytestmark = pytest.mark.error


def _primitives(acc: Accounts, **changes: float) -> Primitives:
    p = primitives(acc, Shock())
    return dataclasses.replace(p, **{k: np.full_like(getattr(p, k), v) for k, v in changes.items()})


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"trade_cost": np.nan}, "trade_cost must be a positive ratio"),
        ({"trade_cost": 0.0}, "trade_cost must be a positive ratio; 48 cells are not, the first 0"),
        ({"productivity": -1.0}, "productivity must be a positive ratio; 12 cells are not, the first -1"),
        ({"productivity": np.inf}, "productivity must be finite"),
        ({"final_demand": np.nan}, "final_demand must be a positive ratio"),
        ({"tariff": np.nan}, "tariff must be a finite rate above -1"),
        ({"tariff": -1.0}, "tariff must be a finite rate above -1"),
        ({"subsidy": -1.5}, "subsidy must be a finite rate above -1"),
        ({"export_tax": np.inf}, "export_tax must be a finite rate above -1"),
        ({"mobility_cost": 0.0}, "mobility_cost must be a positive ratio"),
    ],
)
def test_primitives_out_of_range(toy: Accounts, changes: dict[str, float], text: str) -> None:
    with pytest.raises(BadInput) as e:
        respond(toy, _primitives(toy, **changes))
    assert text in str(e.value)


@pytest.mark.parametrize(
    "given",
    [
        {"theta": 0.0}, {"theta": {"MAN": -2.0}}, {"theta": float("nan")}, {"mobility": -1.0}, {"nest_ratio": 0.0},
        {"scale": -0.1}, {"horizon": "eternal"}, {"labour": "half"}, {"deficits": "none"}, {"tolerance": 0.0},
        {"max_iterations": 0}, {"sigma": 3.0},
    ],
    ids=str,
)  # fmt: skip
def test_parameters_out_of_range(given: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        TradeParameters(**given)


def test_parameters_are_frozen_and_documented() -> None:
    p = TradeParameters()
    with pytest.raises(ValidationError):
        p.horizon = "short"  # type: ignore[misc]
    for name, field in TradeParameters.model_fields.items():
        assert field.description, name
        assert len(field.description) > 40, name


def test_scale_economies_without_a_unique_equilibrium(toy: Accounts) -> None:
    with pytest.raises(BadInput) as e:
        respond(toy, Shock(), TradeParameters(theta={"FAR": 2, "MAN": 5, "SER": 4}, scale={"MAN": 0.21, "FAR": 0.4}))
    assert "economies of scale too strong for a unique equilibrium (ψθ > 1)" in str(e.value)
    assert "MAN: ψ = 0.21, θ = 5, ψθ = 1.05" in str(e.value)
    assert "FAR" not in str(e.value)
    with pytest.raises(BadInput, match="ψθ > 1"):
        respond(toy, Shock(), TradeParameters(theta=4.0, nest_ratio=2.0, scale=0.15))


def test_unknown_names(toy: Accounts) -> None:
    with pytest.raises(UnknownName) as e:
        respond(toy, Shock(), TradeParameters(elasticities="FGP"))
    assert "unknown elasticity set 'FGP'" in str(e.value)
    assert "FGO" in str(e.value)
    with pytest.raises(BadInput, match="theta names sectors the table does not have"):
        respond(toy, Shock(), TradeParameters(theta={"CHIPS": 3.0}))
    with pytest.raises(BadInput) as lost:
        set_elasticities(Sectors(("UFO", "FAR"), groups={"agriculture": ("FAR",)}), "FGO")
    assert "UFO" in str(lost.value)
    assert "use a uniform set" in str(lost.value)


def test_empty_selections_and_edits_that_do_nothing(toy: Accounts) -> None:
    with pytest.raises(BadInput, match="names no region"):
        respond(toy, Shock((TradeCost("BOR+!BOR", "ATL", change=0.1),)))
    with pytest.raises(BadInput, match="touches no pair of different nations"):
        respond(toy, Shock((Tariff("AT-N", "AT-S", add=0.1),)))


def test_a_ban_that_leaves_no_supplier(toy: Accounts) -> None:
    p = primitives(toy, Shock())
    cost = p.trade_cost.copy()
    cost[:, 1, 2] = np.inf
    with pytest.raises(Infeasible) as e:
        respond(toy, dataclasses.replace(p, trade_cost=cost))
    assert "a ban leaves goods without any supplier" in str(e.value)
    assert "SER in AT-E" in str(e.value)


def test_negative_flows_are_taken_out_and_told(toy: Accounts) -> None:
    """A fall in stocks larger than the rest of a flow, as WIOD has some: set to 0, the identities kept, a note left."""
    share = toy.flow / toy.absorption
    z = np.einsum("rsi,sij->risj", share, toy.use)
    f = np.einsum("rsi,sif->risf", share, toy.final)
    sold = toy.flow[0, 3, 2] + 3.0
    f[0, 2, 3, 1] -= sold
    flow, final, value_added = toy.flow.copy(), toy.final.copy(), toy.value_added.copy()
    flow[0, 3, 2] -= sold
    final[3, 2, 1] -= sold
    value_added[0, 2, 0] -= sold
    odd = toy.replace(flow=flow, final=final, value_added=value_added, sourcing=Sourcing(z, f))
    assert odd.flow.min() == pytest.approx(-3.0)
    out = respond(odd, Shock())
    assert out.accounts.flow[0, 3, 2] == 0
    assert any("1 negative bilateral flows" in n for n in out.accounts.notes)
    assert any(n.startswith("1 negative bilateral flows") for n in out.notes)
    assert out.accounts.gdp.sum() == pytest.approx(odd.gdp.sum() + 3, rel=1e-12)
    assert respond(odd, Shock((Tariff("ATL", "BOR", add=0.1),))).status.converged


def test_a_region_without_income_is_refused(toy: Accounts) -> None:
    """Its name and what it lacks are told."""
    value_added, use = toy.value_added.copy(), toy.use.copy()
    use[3] += np.diag(value_added[3].sum(-1))
    value_added[3] = 0
    final = toy.final.copy()
    final[3, :, 0] -= toy.value_added[3].sum(-1)
    with pytest.raises(BadInput) as e:
        respond(toy.replace(value_added=value_added, use=use, final=final), Shock())
    assert "BOR: factor income" in str(e.value)
    assert "aggregate such a region" in str(e.value)


def test_draws_out_of_range(toy: Accounts) -> None:
    """A draw that cannot be is refused when its turn comes; those before it have their answers."""
    draws = respond_many(toy, [Shock()] * 2, [TradeParameters(), TradeParameters(theta={"MAN": 9.0}, scale=0.2)])
    assert next(draws).status.converged
    with pytest.raises(BadInput, match="too strong for a unique equilibrium") as e:
        next(draws)
    assert "MAN: ψ = 0.2, θ = 9, ψθ = 1.8" in e.value.items
    with pytest.raises(BadInput, match="theta names sectors the table does not have"):
        next(respond_many(toy, [Shock()], [TradeParameters(theta={"CHIPS": 3.0})]))
    with pytest.raises(ValueError, match="zip"):
        list(respond_many(toy, [Shock()] * 2, [TradeParameters()]))


def test_a_search_cut_short_says_so(toy: Accounts) -> None:
    out = respond(toy, Shock((Tariff("ATL", "BOR", add=0.3),)), TradeParameters(max_iterations=3))
    assert out.status.outcome == "max_iterations"
    assert not out.status.converged
    assert "stopped after 3 iterations, residual" in out.status.message
    assert out.status.worst in out.status.message
    assert "THE SOLVER DID NOT CONVERGE" in out.accounts.notes[-1]
    assert out.detail.attrs["outcome"] == "max_iterations"
    with pytest.raises(NotConverged, match="the equilibrium was not found"):
        gradient(toy, "BOR", Shock((Tariff("ATL", "BOR", add=0.3),)), TradeParameters(max_iterations=3))


def test_a_shock_without_equilibrium_does_not_converge(toy: Accounts) -> None:
    """A surplus fixed as a share of world GDP can exceed what a ruined region earns."""
    shock = Shock((Productivity("AT-S", change=-0.99),))
    out = respond(toy, shock, TradeParameters(max_iterations=300))
    assert out.status.outcome in ("max_iterations", "diverged", "nonfinite")
    assert "AT-S" in out.status.worst
    assert respond(toy, shock, TradeParameters(deficits="zero")).status.converged


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["--tariff", "BOR-ATL:goods:0.1"], "--tariff BOR-ATL:goods:0.1: 'BOR-ATL:goods:0.1' cannot be read"),
        (["--tariff", "BOR<-ATL:goods:high"], "'high' is not a number"),
        (["--tariff", "BOR<-ATL"], "has no number"),
        (["--subsidy", "0.1"], "--subsidy 0.1: '0.1' cannot be read (for instance CN-GD:C26:0.1)"),
        (["--trade-cost", "BOR<-XYZ:ban"], "unknown region 'XYZ'"),
        ([], "no shock is given"),
        (["--trade-cost", "BOR<-AT-N:ban", "--theta", "0"], "theta: must be more than 0 (given: 0.0)"),
        (["--trade-cost", "BOR<-AT-N:ban", "--horizon", "never"], "choose short, medium, long"),
        (["--trade-cost", "BOR<-AT-N:ban", "--scale", "MAN:3"], "is not a number"),
    ],
)
def test_simulate_refuses(arguments: list[str], text: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate", "toyland", *arguments]) == 2
    err = capsys.readouterr().err
    assert text in err


def test_simulate_prints_who_is_hit(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--tariff", "BOR<-ATL:goods:+25%", "--trade-cost", "ATL<->ATL:MAN:-0.1",
                 "--trade-cost", "AT-N<-BOR:FAR:ban", "--subsidy", "AT-E:MAN:0.05", "--productivity", "BOR:0.01",
                 "--final-demand", "BOR:MAN:0.1", "--export-tax", "AT-S->BOR:FAR:0.1", "--mobility-cost", "AT-N:-0.01",
                 "--labour", "mobile", "--theta", "MAN=4", "--theta", "SER=5", "--scale", "0.02"]  # fmt: skip
    assert main(["simulate", "toyland", *arguments, "--format", "csv"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("region,name,where,welfare,real_income,real_income_per_head")
    assert {line.split(",")[0] for line in lines[1:]} == {"ATL", "AT-N", "AT-E", "AT-S", "BOR"}


def test_simulate_fails_where_the_solver_fails(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate", "toyland", "--trade-cost", "BOR<-ATL:FAR:ban", "--max-iterations", "2"]) == 1
    said = capsys.readouterr()
    assert "the numbers above are not an answer" in said.err
    assert "stopped after" in said.err
    assert said.out.startswith("toyland, 2000: trade_cost from=ATL to=BOR sectors=FAR ban=true")


@pytest.mark.slow
def test_barriers_ranks(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["barriers", "toyland", "AT-N", "--top", "3", "--format", "csv"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "origin,destination,sector,gain"
    assert len(lines) == 4


def test_importing_the_package_leaves_jax_alone() -> None:
    code = "import sys, xunhuan, xunhuan.models.edits; assert 'jax' not in sys.modules"
    done = subprocess.run(
        [sys.executable, "-c", code], env=os.environ.copy(), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_one_derivative_that_was_not_found_is_told(toy: Accounts, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of two rates the linear system of the second was not solved."""
    rates = np.array([0.1, 0.2])
    point = _Point(rates, np.zeros(3), np.zeros((2, 3)), np.inf)
    task = SimpleNamespace(economy=None, elasticities=None, shift=None, taxed=None)
    own: Any = SimpleNamespace(_found=lambda x: point, task=task, ways=None, accounts=toy)
    for outcome in ([0, 1], [1, 0]):
        got = SimpleNamespace(
            info=SimpleNamespace(outcome=np.array(outcome)), move=point.move, value=rates, slope=np.zeros((2, 1, 1))
        )
        monkeypatch.setattr(f"{TradeSlopes.__module__}.tangents", lambda *_, got=got: got)
        with pytest.raises(NotConverged, match="no derivatives: a linear system was not solved"):
            TradeSlopes.__call__(own, rates)
