"""Marginal effects: the gradient of any measure of the response in every primitive, for one adjoint solve."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np

from xunhuan.data.accounts import Accounts
from xunhuan.errors import BadInput, NotConverged
from xunhuan.models.edits.primitives import Primitives
from xunhuan.models.model import Shock
from xunhuan.models.solvers import JaxArray, Options, SolveInfo, Vector, compiled, fixed_point, jax, jnp
from xunhuan.models.trade.calibrate import income_of_people
from xunhuan.models.trade.kernel import equilibrium, iteration, prepared, readied
from xunhuan.models.trade.ownbase import own_base
from xunhuan.models.trade.parameters import TradeParameters
from xunhuan.models.trade.records import Economy, Elasticities, Equilibrium, Shift
from xunhuan.models.trade.solve import Problem, primitives_of, problem, status
from xunhuan.models.trade.sourcing import Ready
from xunhuan.models.trade.stability import conclude

if TYPE_CHECKING:
    import xarray as xr

_Measure = Callable[..., JaxArray]
"""f(Equilibrium, Economy, *arrays): a scalar made of the equilibrium and the base economy by JAX operations."""


def _log_real_income(out: Equilibrium, e: Economy, weights: JaxArray) -> JaxArray:
    """Σ_s a_s ln (I'_s / (I_s P̂_s)) with weights a."""
    real = jnp.log(out.income / jnp.where(e.income > 0, e.income, 1.0)) - jnp.log(out.consumer_price)
    total: JaxArray = (weights * jnp.where(e.books > 0, real, 0.0)).sum()
    return total


def _log_welfare(out: Equilibrium, e: Economy, weights: JaxArray) -> JaxArray:
    """Σ_o a_o ln Û_o with weights a."""
    total: JaxArray = (weights * jnp.where(e.books > 0, jnp.log(out.utility), 0.0)).sum()
    return total


class _Slopes(NamedTuple):
    value: JaxArray
    shift: Shift
    elasticities: Elasticities
    adjoint: SolveInfo


class _Adjoint(NamedTuple):
    """A measure, its derivatives in primitives and elasticities and in what is prepared of them, all else still."""

    value: JaxArray
    elasticities: Elasticities
    shift: Shift
    ready: Ready
    info: SolveInfo


def slopes(
    e: Economy,
    p: Elasticities,
    z: Shift,
    x: Vector,
    measure: _Measure,
    arrays: tuple[JaxArray, ...],
    options: Options,
    taxed: bool = True,
) -> _Slopes:
    r"""Gradient of m at the fixed point x = g(x, q), q = primitives and elasticities.

    dm/dq = ∂m/∂q + λ' ∂g/∂q,   λ = ∂m/∂x + (∂g/∂x)' λ       (implicit function theorem, one linear solve)

    By way of what is prepared, k(q), in programs of their own as in `kernel.readied`: dm/dq = (…) + (…) ∂k/∂q
    """
    at = _adjoint(e, p, _beside(z), x, readied(e, p, z, taxed), measure, arrays, options, taxed)
    elasticities, shift = _through(e, p, z, at.elasticities, at.shift, at.ready, taxed)
    return _Slopes(at.value, shift, elasticities, at.info)


def _beside(z: Shift) -> Shift:
    """The shift without the large arrays that act through what is prepared of them alone, 0 in their place."""
    none = jnp.zeros(())
    return z._replace(log_cost=none, allowed=none, export_tax=none, tariff=none if z.tolls is None else z.tariff)


@compiled("measure", "options", "taxed")
def _adjoint(
    e: Economy,
    p: Elasticities,
    z: Shift,
    x: Vector,
    ready: Ready,
    measure: _Measure,
    arrays: tuple[JaxArray, ...],
    options: Options,
    taxed: bool,
) -> _Adjoint:
    def after(x: Vector, p: Elasticities, z: Shift, k: Ready) -> Vector:
        return iteration(e, p, z, k, taxed)(x)

    def measured(x: Vector, p: Elasticities, z: Shift, k: Ready) -> JaxArray:
        return measure(equilibrium(e, p, z, x, taxed, k), e, *arrays)

    value, (mx, *direct) = jax.value_and_grad(measured, argnums=(0, 1, 2, 3))(x, p, z, ready)
    _, back = jax.vjp(lambda x: after(x, p, z, ready), x)
    size = jnp.max(jnp.abs(mx))
    unit = jnp.where(size > 0, size, 1.0)
    lam, info = fixed_point(lambda y: mx / unit + back(y)[0], mx / unit, options)
    _, through = jax.vjp(lambda *q: after(x, *q), p, z, ready)
    by_p, by_z, by_ready = jax.tree.map(jnp.add, tuple(direct), through(lam * unit))
    return _Adjoint(value, by_p, by_z, by_ready, info)


@compiled("taxed")
def _through(
    e: Economy, p: Elasticities, z: Shift, by_p: Elasticities, by_z: Shift, by_ready: Ready, taxed: bool
) -> tuple[Elasticities, Shift]:
    """Derivatives in primitives and elasticities, those by way of what is prepared added."""
    _, back = jax.vjp(lambda p, z: prepared(e, p, z, taxed), p, z)
    whole: tuple[Elasticities, Shift] = jax.tree.map(jnp.add, (by_p, by_z), back(by_ready))
    return whole


def gradient(
    accounts: Accounts,
    measure: str | _Measure,
    shock: Shock | Primitives = Shock(),
    parameters: TradeParameters = TradeParameters(),
    of: Literal["real_income", "welfare"] = "real_income",
) -> xr.Dataset:
    """Derivatives of a measure of the response in every primitive, at the equilibrium after `shock`.

    measure  a selection of regions ("CN-GD", "CHN"): ln of their real income, weighted by base income; or a function
             of (Equilibrium, Economy) made of JAX operations that gives a scalar
    of       of a selection: real income, or the utility of its people, weighted by what they spend in the base
    Returns trade_cost r s i (per log point), tariff and export_tax r s i (per unit of rate: 0.01 = one point),
    productivity s j (per log point), subsidy s j (per unit of rate), wedge s j (per log point of price / cost),
    final_demand s i (per log point), mobility_cost s (per log point), transfer s (per unit of the table's money; only
    differences between regions have a meaning, since what one gets another pays), theta i (per unit), and eta j,
    epsilon j, epsilon_c, elasticities of substitution, where they are not all 1. In percent per percent where measure
    is a log. Banned cells are 0.

    Raises what `respond` raises, and NotConverged where the equilibrium or the adjoint system is not found.
    """
    accounts = own_base(accounts, parameters).accounts
    p = primitives_of(accounts, shock, parameters)
    task = problem(accounts, p, parameters)
    scalar, arrays, name = _measure(accounts, task, measure, of)
    found = conclude(accounts, task, parameters)
    ended = found.status
    if not ended.converged:
        raise NotConverged("no gradient: the equilibrium was not found", where=ended.message)
    adjoint = Options(tolerance=1e-9, max_iterations=parameters.max_iterations, growth=1e9, largest_step=1e12)
    got = slopes(task.economy, task.elasticities, task.shift, found.state, scalar, arrays, adjoint)
    back = status(accounts, got.adjoint, adjoint)
    if not back.converged:
        raise NotConverged("no gradient: the adjoint system was not solved", where=back.message)
    return _label(accounts, task, p, got, name, ended.iterations + back.iterations)


def _measure(
    acc: Accounts, task: Problem, measure: str | _Measure, of: str
) -> tuple[_Measure, tuple[JaxArray, ...], str]:
    if not isinstance(measure, str):
        return measure, (), getattr(measure, "__name__", "measure")
    chosen = acc.geography.select(measure, acc.home)
    chosen = chosen[acc.closed[chosen]]
    if chosen.size == 0:
        raise BadInput(f"{measure!r} names only open regions, whose income is not modelled")
    weight = np.zeros(acc.R)
    welfare = of == "welfare"
    weight[chosen] = (income_of_people(task.base) if welfare else np.asarray(task.economy.income))[chosen]
    found = _log_welfare if welfare else _log_real_income
    return found, (jnp.asarray(weight / weight.sum()),), f"ln {of.replace('_', ' ')} of {measure}"


def _label(acc: Accounts, task: Problem, p: Primitives, got: _Slopes, name: str, iterations: int) -> xr.Dataset:
    import xarray as xr

    z, pair, cell = got.shift, ("origin", "destination", "sector"), ("region", "sector")
    slope = {k: np.asarray(v) for k, v in z._asdict().items()}
    per_log, per_unit = "per log point of the primitive", "per unit of the rate (0.01 = one percentage point)"
    theta = np.asarray(got.elasticities.between)
    within = np.asarray(got.elasticities.within)
    ratio = np.asarray(task.elasticities.within / task.elasticities.between)
    data: dict[str, tuple[tuple[str, ...], np.ndarray[Any, Any], dict[str, str]]] = {
        "trade_cost": (pair, slope["log_cost"] * np.asarray(task.shift.allowed), {"unit": per_log}),
        "tariff": (pair, slope["tariff"], {"unit": per_unit}),
        "export_tax": (pair, slope["export_tax"], {"unit": per_unit}),
        "productivity": (cell, slope["log_productivity"], {"unit": per_log}),
        "subsidy": (cell, slope["subsidy"] / p.wedge, {"unit": per_unit}),
        "wedge": (cell, -slope["subsidy"] * (1 + np.asarray(task.shift.subsidy)), {"unit": per_log}),
        "final_demand": (cell, slope["demand"] * np.asarray(task.shift.demand), {"unit": per_log}),
        "mobility_cost": (("region",), (task.base.paying * slope["log_moving"]).sum(0), {"unit": per_log}),
        "transfer": (("region",), slope["transfer"] / task.base.unit, {"unit": f"per {acc.unit}"}),
        "theta": (
            ("sector",),
            theta + within * ratio,
            {"unit": "per unit of the trade elasticity, nests in proportion"},
        ),
    }
    other = got.elasticities.substitution
    if other is not None:
        per = {"unit": "per unit of the elasticity of substitution"}
        data |= {
            "eta": (("sector",), np.asarray(other.factors), per),
            "epsilon": (("sector",), np.asarray(other.inputs), per),
            "epsilon_c": ((), np.asarray(other.consumption), per),
        }
    codes = list(acc.geography.codes)
    coords = {"origin": codes, "destination": codes, "region": codes, "sector": list(acc.sectors.codes)}
    attrs = {"measure": name, "value": float(got.value), "iterations": iterations, "table": acc.name,
             "elasticities": task.note, "definition": "derivative of the measure at the equilibrium"}  # fmt: skip
    return xr.Dataset(data, coords=coords, attrs=attrs)
