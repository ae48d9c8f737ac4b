r"""Forward derivatives: how measures of an equilibrium move with many rates at once, one linear solve a rate, side by side.

At the fixed point x = g(x, z) a rate c moves the shift by ∂z_c:   dx_c = (I − ∂g/∂x)^{-1} ∂g/∂z ∂z_c, and a measure m by
∂m/∂x dx_c + ∂m/∂z ∂z_c. The adjoint of `marginal` gives one measure in every primitive; this every measure in some rates.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from xunhuan.data.accounts import Accounts
from xunhuan.data.arrays import Array
from xunhuan.data.records import changed
from xunhuan.errors import NotConverged
from xunhuan.models.edits.primitives import Primitives
from xunhuan.models.model import Shock, Status
from xunhuan.models.slopes import Controls, Effects
from xunhuan.models.solvers import CONVERGED, JaxArray, Options, SolveInfo, Vector, fixed_point, use_compile_cache
from xunhuan.models.trade import rebuild
from xunhuan.models.trade.kernel import BOLD, equilibrium, iteration, prepared
from xunhuan.models.trade.marginal import _log_real_income, slopes
from xunhuan.models.trade.ownbase import own_base
from xunhuan.models.trade.parameters import TradeParameters
from xunhuan.models.trade.records import Economy, Elasticities, Equilibrium, Shift
from xunhuan.models.trade.solve import Problem, primitives_of, problem, search_from, status
from xunhuan.models.trade.stability import conclude

TOGETHER = 16
"""Trials worked out in one call; fewer are filled up, so that one program serves any number."""
_LINEAR = Options(tolerance=1e-9, max_iterations=600, growth=1e9, largest_step=1e12)


class Ways(NamedTuple):
    """Where rates are levied, arrays of the kernel.

    paid, bound, levied  c, 1 where the rate is a subsidy, an export tax, a tariff · regions c r · sectors c i
    foreign              r s, 1 where r and s are of different nations · stake i
    wedge                r i, price over cost · given: r i, rate of new subsidies that the shock itself brings
    """

    paid: JaxArray
    bound: JaxArray
    levied: JaxArray
    regions: JaxArray
    sectors: JaxArray
    foreign: JaxArray
    stake: JaxArray
    wedge: JaxArray
    given: JaxArray


def ways(acc: Accounts, controls: Controls, p: Primitives) -> Ways:
    """The controls as arrays, on the ground that primitives make."""
    kind = np.array(controls.instrument)
    flags = (kind == "subsidy", kind == "export_tax", kind == "tariff")
    arrays = (*flags, controls.regions, controls.sectors, ~acc.geography.same_nation, controls.stake, p.wedge,
              p.subsidy)  # fmt: skip
    return Ways(*(jnp.asarray(a, dtype=jnp.float64) for a in arrays))


def shifted(z: Shift, w: Ways, x: JaxArray) -> Shift:
    """The shift with rates x (c) on top; a subsidy is paid on output, a wedge ω keeps its part of it: σ + x/ω."""
    subsidy = jnp.einsum("c,cr,ci->ri", x * w.paid, w.regions, w.sectors) / w.wedge
    export = jnp.einsum("c,cr,ci->ri", x * w.bound, w.regions, w.sectors)
    tariff = jnp.einsum("c,cs,ci->si", x * w.levied, w.regions, w.sectors)
    return z._replace(
        subsidy=z.subsidy + subsidy,
        export_tax=z.export_tax + export[:, None, :] * w.foreign[:, :, None],
        tariff=z.tariff + tariff[None, :, :] * w.foreign[:, :, None],
    )


def measures(out: Equilibrium, e: Economy, w: Ways, x: JaxArray) -> JaxArray:
    r"""ln real income; ln volume of the sectors at stake; bill, share of income: m r.

    ln W = ln Î − ln P̂;  ln Σ_i Y ŷ / Σ_i Y, ŷ = Ŷ/ĉ, over the stake;  B = (σ' Y' − export taxes) / I', σ' new subsidies
    """
    real = jnp.log(out.income_hat) - jnp.log(out.consumer_price)
    base = (e.output * w.stake).sum(1)
    made = (e.output * w.stake * out.output_hat / out.cost).sum(1)
    volume = jnp.where(base > 0, jnp.log(jnp.where(base > 0, made, 1.0) / jnp.where(base > 0, base, 1.0)), 0.0)
    income = jnp.where(out.income > 0, out.income, 1.0)
    paid = w.given + jnp.einsum("c,cr,ci->ri", x * w.paid, w.regions, w.sectors)
    bill = (paid * out.output).sum(1) - out.export_revenue
    return jnp.where(e.books > 0, jnp.stack([real, volume, bill / income]), 0.0)


@partial(jax.jit, static_argnames=("taxed",))
def tangents(
    e: Economy, p: Elasticities, z: Shift, x: Vector, w: Ways, rates: Vector, way: JaxArray, taxed: bool
) -> tuple[JaxArray, JaxArray, SolveInfo]:
    """Measures m r at state x and rates c, their derivatives along some ways n c (n m r), and how these were solved."""

    def moved(r: Vector) -> Shift:
        return shifted(z, w, r)

    def measured(x: Vector, r: Vector) -> JaxArray:
        return measures(equilibrium(e, p, moved(r), x, taxed), e, w, r)

    def after(x: Vector, r: Vector) -> Vector:
        now = moved(r)
        return iteration(e, p, now, prepared(e, p, now), taxed)(x)

    value, pushed = jax.linearize(measured, x, rates)
    _, turned = jax.linearize(after, x, rates)
    still = jnp.zeros_like(x)

    def one(dr: Vector) -> tuple[JaxArray, SolveInfo]:
        b = turned(still, dr)
        size = jnp.max(jnp.abs(b))
        unit = jnp.where(size > 0, size, 1.0)
        dx, info = fixed_point(lambda y: b / unit + turned(y, jnp.zeros_like(dr)), b / unit, _LINEAR)
        return pushed(dx * unit, dr), info

    slope, info = jax.lax.map(one, way)
    return value, slope, info


@partial(jax.jit, static_argnames=("taxed", "tolerance"))
def trials(
    e: Economy, p: Elasticities, z: Shift, x: Vector, w: Ways, rates: JaxArray, taxed: bool, tolerance: float
) -> tuple[JaxArray, JaxArray]:
    """Measures at many rates n c, each searched for from state x: n m r, and whether each was found."""

    def one(x0: Vector, r: Vector) -> tuple[JaxArray, JaxArray]:
        now = shifted(z, w, r)
        k = prepared(e, p, now)
        options = Options(tolerance=tolerance, max_iterations=300, largest_step=BOLD.reach)
        root, info = fixed_point(iteration(e, p, now, k, taxed), x0, options)
        return measures(equilibrium(e, p, now, root, taxed), e, w, r), info.outcome == CONVERGED

    found, good = jax.lax.map(lambda r: one(x, r), rates)
    return found, good


@dataclass(eq=False)
class TradeSlopes:
    """`models.slopes.Slopes` of the long-run equilibrium; the state found last is where the next search starts."""

    accounts: Accounts
    controls: Controls
    parameters: TradeParameters
    primitives: Primitives
    task: Problem
    _state: Vector | None = None
    _at: dict[bytes, tuple[Vector, Equilibrium]] = field(default_factory=dict)

    @property
    def ways(self) -> Ways:
        """The controls as arrays."""
        return ways(self.accounts, self.controls, self.primitives)

    @property
    def income(self) -> Array:
        """Base income, r, value."""
        return np.asarray(self.task.economy.income) * self.task.base.unit

    @property
    def output(self) -> Array:
        """Base output, r i, value."""
        return np.asarray(self.accounts.output)

    def problem_at(self, x: Array) -> Problem:
        """The task with rates x on top."""
        return self.task._replace(shift=shifted(self.task.shift, self.ways, jnp.asarray(x)))

    def _found(self, x: Array) -> Vector:
        """The state at rates x, kept for the next question at the same. Raises NotConverged."""
        key = np.asarray(x, dtype=np.float64).tobytes()
        if key not in self._at:
            task = self.problem_at(x)
            start = jnp.asarray(task.start) if self._state is None else self._state
            out, root, info = search_from(task, start)
            if int(info.outcome) != CONVERGED:
                said = status(self.accounts, info, task.options).message
                raise NotConverged("no equilibrium at the rates players choose", where=said)
            self._state = root
            self._at = {key: (root, out)}
        return self._at[key][0]

    def __call__(self, x: Array) -> Effects:
        """Measures m r and their derivatives in each rate, m r c. Raises NotConverged."""
        root, task = self._found(x), self.task
        value, slope, info = tangents(
            task.economy, task.elasticities, task.shift, root, self.ways, jnp.asarray(x), jnp.eye(len(x)), task.taxed
        )
        if bool((np.asarray(info.outcome) != CONVERGED).any()):
            raise NotConverged("no derivatives: a linear system was not solved", where=self.accounts.name)
        return Effects(np.asarray(value), np.asarray(slope).transpose(1, 2, 0))

    def values(self, x: Array) -> Array:
        """Measures at many rates n c: n m r, nan where no equilibrium was found."""
        task, w = self.task, self.ways
        start = jnp.asarray(task.start) if self._state is None else self._state
        filled = np.concatenate([x, np.repeat(x[-1:], -len(x) % TOGETHER, axis=0)])
        out = []
        for k in range(0, len(filled), TOGETHER):
            rates = jnp.asarray(filled[k : k + TOGETHER])
            found, good = trials(
                task.economy, task.elasticities, task.shift, start, w, rates, task.taxed, task.options.tolerance
            )
            out.append(np.where(np.asarray(good)[:, None, None], np.asarray(found), np.nan))
        return np.concatenate(out)[: len(x)]

    def climb(self, x: Array, weight: Array) -> tuple[float, Array]:
        """Σ weight ln W at rates x and its gradient in them, one adjoint. Raises NotConverged."""
        root, task, w = self._found(x), self.problem_at(x), self.ways
        got = slopes(task.economy, task.elasticities, task.shift, root, _log_real_income, (jnp.asarray(weight),),
                     _LINEAR, task.taxed)  # fmt: skip
        if int(got.adjoint.outcome) != CONVERGED:
            raise NotConverged("no gradient: the adjoint system was not solved", where=self.accounts.name)
        _, back = jax.vjp(lambda r: shifted(self.task.shift, w, r), jnp.asarray(x))
        return float(got.value), np.asarray(back(got.shift)[0])

    def settled(self, x: Array) -> tuple[Accounts, Array, Status]:
        """Accounts, volumes of output r i (new / old), and how the search for other equilibria at rates x ended."""
        task = self.problem_at(x)
        found = conclude(self.accounts, task, self.parameters)
        w = self.ways
        rate = np.einsum(
            "c,cr,ci->ri", np.asarray(x) * np.asarray(w.paid), np.asarray(w.regions), np.asarray(w.sectors)
        )
        paid = self.primitives.subsidy + rate
        new = rebuild.accounts(self.accounts, task.base, task.shift, found.out, paid, found.status)
        return new, np.asarray(found.out.output_hat / found.out.cost), found.status


def trade_slopes(
    accounts: Accounts, shock: Shock, parameters: TradeParameters, controls: Controls, returns: Mapping[str, float]
) -> TradeSlopes:
    """The long-run model's measures as a function of some rates, on the ground a shock makes.

    returns  ψ by sector, taken where the parameters have constant returns

    Raises what `respond` raises of the shock and the parameters.
    """
    use_compile_cache()
    if not parameters.scale and any(returns.values()):
        parameters = changed(parameters, scale=dict(returns))
    acc = own_base(accounts, parameters).accounts
    p = primitives_of(acc, shock, parameters)
    task = problem(acc, p, parameters)
    taxed = task.taxed or "export_tax" in controls.instrument
    return TradeSlopes(acc, controls, parameters, p, task._replace(taxed=taxed))
