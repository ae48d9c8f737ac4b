r"""Forward derivatives: how measures of an equilibrium move with many rates at once, one linear solve a rate, side by side.

At the fixed point x = g(x, z) a rate c moves the shift by ∂z_c:   dx_c = (I − ∂g/∂x)^{-1} ∂g/∂z ∂z_c, and a measure m by
∂m/∂x dx_c + ∂m/∂z ∂z_c. The adjoint of `marginal` gives one measure in every primitive; this every measure in some rates.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from xunhuan.data.accounts import Accounts
from xunhuan.data.arrays import Array
from xunhuan.data.records import changed
from xunhuan.errors import NotConverged
from xunhuan.models.edits.primitives import Primitives
from xunhuan.models.expecting import expecting
from xunhuan.models.model import Shock, Status
from xunhuan.models.slopes import SHARPEST, Controls, Effects
from xunhuan.models.solvers import (
    CONVERGED,
    JaxArray,
    Options,
    SolveInfo,
    Vector,
    compiled,
    fixed_point,
    fixed_points,
    jax,
    jnp,
)
from xunhuan.models.trade import rebuild
from xunhuan.models.trade.kernel import BOLD, equilibrium, iteration, prepared, subsidised
from xunhuan.models.trade.marginal import _log_real_income, slopes
from xunhuan.models.trade.ownbase import own_base
from xunhuan.models.trade.parameters import TradeParameters
from xunhuan.models.trade.records import Economy, Elasticities, Equilibrium, Shift
from xunhuan.models.trade.solve import Problem, primitives_of, problem, search_from, status
from xunhuan.models.trade.sourcing import Ready
from xunhuan.models.trade.stability import conclude, of_base

TOGETHER = 16
"""Trials worked out in one call; fewer are filled up, so that one program serves any number."""
_LINEAR = Options(tolerance=SHARPEST, max_iterations=600, growth=1e9, largest_step=1e12)
_BESIDE = _LINEAR._replace(window=6)
"""A shorter memory where many are solved side by side: there the memory is what takes time."""


class Ways(NamedTuple):
    """Where rates are levied, arrays of the kernel.

    paid, bound, levied  c, 1 where the rate is a subsidy, an export tax, a tariff; None where none is, so that what does not
                         depend on rates is worked out once for all of them · regions c r · sectors c i
    foreign              r s, 1 where r and s are of different nations · stake i
    wedge                r i, price over cost · given: r i, rate of new subsidies that the shock itself brings
    """

    paid: JaxArray | None
    bound: JaxArray | None
    levied: JaxArray | None
    regions: JaxArray
    sectors: JaxArray
    foreign: JaxArray
    stake: JaxArray
    wedge: JaxArray
    given: JaxArray

    @property
    def still(self) -> bool:
        """Whether trade costs, the large arrays, stand still whatever the rates."""
        return self.bound is None and self.levied is None


def ways(acc: Accounts, controls: Controls, p: Primitives) -> Ways:
    """The controls as arrays, on the ground that primitives make."""
    kind = np.array(controls.instrument)

    def on(instrument: str) -> JaxArray | None:
        return jnp.asarray(kind == instrument, dtype=jnp.float64) if (kind == instrument).any() else None

    rest = (controls.regions, controls.sectors, ~acc.geography.same_nation, controls.stake, p.wedge, p.subsidy)
    return Ways(on("subsidy"), on("export_tax"), on("tariff"), *(jnp.asarray(a, dtype=jnp.float64) for a in rest))


def _rates(w: Ways, kind: JaxArray | None, x: JaxArray) -> JaxArray:
    """Rates of one kind where they are levied, r i."""
    return jnp.einsum("c,cr,ci->ri", x * kind, w.regions, w.sectors) if kind is not None else jnp.zeros_like(w.wedge)


def shifted(z: Shift, w: Ways, x: JaxArray) -> Shift:
    """The shift with rates x (c) on top; a subsidy is paid on output, a wedge ω keeps its part of it: σ + x/ω."""
    if w.paid is not None:
        z = z._replace(subsidy=z.subsidy + _rates(w, w.paid, x) / w.wedge)
    if w.bound is not None:
        z = z._replace(export_tax=z.export_tax + _rates(w, w.bound, x)[:, None, :] * w.foreign[:, :, None])
    if w.levied is not None:
        z = z._replace(tariff=z.tariff + _rates(w, w.levied, x)[None, :, :] * w.foreign[:, :, None])
    return z


def measures(out: Equilibrium, e: Economy, w: Ways, x: JaxArray) -> JaxArray:
    r"""ln real income; ln volume of the sectors at stake; bill, share of income: m r.

    ln W = ln Î − ln P̂;  ln Σ_i Y ŷ / Σ_i Y, ŷ = Ŷ/ĉ, over the stake;  B = (σ' Y' − export taxes) / I', σ' new subsidies
    """
    real = jnp.log(out.income_hat) - jnp.log(out.consumer_price)
    base = (e.output * w.stake).sum(1)
    made = (e.output * w.stake * out.output_hat / out.cost).sum(1)
    volume = jnp.where(base > 0, jnp.log(jnp.where(base > 0, made, 1.0) / jnp.where(base > 0, base, 1.0)), 0.0)
    income = jnp.where(out.income > 0, out.income, 1.0)
    paid = w.given + _rates(w, w.paid, x)
    bill = (paid * out.output).sum(1) - out.export_revenue
    return jnp.where(e.books > 0, jnp.stack([real, volume, bill / income]), 0.0)


class Tangents(NamedTuple):
    """Measures m r; along each way n, their derivatives n m r and the state's, and how these were solved."""

    value: JaxArray
    slope: JaxArray
    move: JaxArray
    info: SolveInfo


@compiled("taxed")
def tangents(
    e: Economy,
    p: Elasticities,
    z: Shift,
    x: Vector,
    w: Ways,
    rates: Vector,
    way: JaxArray,
    guess: JaxArray,
    taxed: bool,
    accuracy: float,
) -> Tangents:
    """Derivatives at state x and rates c along some ways n c, all linear systems side by side, from a guess of the moves.

    accuracy  largest residual of a system, share of the largest element of its right-hand side
    """

    def measured(x: Vector, r: Vector) -> JaxArray:
        return measures(equilibrium(e, p, shifted(z, w, r), x, taxed), e, w, r)

    def after(r: Vector) -> Vector:
        now = shifted(z, w, r)
        k = subsidised(e, ready, now) if w.still else prepared(e, p, now)
        return iteration(e, p, now, k, taxed)(x)

    ready = prepared(e, p, shifted(z, w, rates))
    value, pushed = jax.linearize(measured, x, rates)
    _, turned = jax.linearize(after, rates)
    b = _each(w, turned, way)
    _, on = jax.linearize(iteration(e, p, shifted(z, w, rates), ready, taxed), x)
    size = jnp.abs(b).max(1, keepdims=True)
    unit = jnp.where(size > 0, size, 1.0)
    move, info = fixed_points(lambda y: b / unit + jax.vmap(on)(y), guess / unit, _BESIDE._replace(tolerance=accuracy))
    return Tangents(value, jax.vmap(pushed)(move * unit, way), move * unit, info)


def _each(w: Ways, f: Callable[[Any], JaxArray], many: Any) -> JaxArray:
    """f row by row: at once, but one after another where rates move trade costs, an r s i array each."""
    return jax.vmap(f)(many) if w.still else jax.lax.map(f, many)


@compiled("taxed")
def bends(
    e: Economy,
    p: Elasticities,
    z: Shift,
    x: Vector,
    w: Ways,
    rates: Vector,
    move: JaxArray,
    mixing: JaxArray,
    owner: JaxArray,
    taxed: bool,
    accuracy: float,
) -> tuple[JaxArray, SolveInfo]:
    r"""How the slope of each rate in the payoff of who sets it turns with every rate, c c, and how adjoints were solved.

    U[p] = Σ mixing[p] m;   ∂²U/∂a∂c = D²L[(dx_a, a), (dx_c, c)],   L = U + λ' g,  λ = ∂U/∂x + (∂g/∂x)' λ

    The state's own second derivatives drop out, since L stands still in it: one product with L's second derivative a rate.
    move c by state, of `tangents` at x · mixing p m r · owner c, row of mixing · accuracy as there, of the adjoints
    """

    def after(x: Vector, r: Vector, k: Ready) -> Vector:
        now = shifted(z, w, r)
        return iteration(e, p, now, subsidised(e, k, now) if w.still else prepared(e, p, now), taxed)(x)

    def measured(x: Vector, r: Vector) -> JaxArray:
        return measures(equilibrium(e, p, shifted(z, w, r), x, taxed), e, w, r)

    ready = prepared(e, p, shifted(z, w, rates))
    _, weighed = jax.vjp(lambda x: measured(x, rates), x)
    b = jax.vmap(lambda m: weighed(m)[0])(mixing)
    _, back = jax.vjp(lambda x: after(x, rates, ready), x)
    size = jnp.abs(b).max(1, keepdims=True)
    unit = jnp.where(size > 0, size, 1.0)
    adjoint, info = fixed_points(
        lambda y: b / unit + jax.vmap(lambda v: back(v)[0])(y), b / unit, _BESIDE._replace(tolerance=accuracy)
    )

    def row(of: tuple[JaxArray, JaxArray, JaxArray, Vector]) -> JaxArray:
        weights, multiplier, dx, dr = of

        def lagrange(x: Vector, r: Vector) -> JaxArray:
            total: JaxArray = (weights * measured(x, r)).sum() + (multiplier * after(x, r, ready)).sum()
            return total

        along, of_rates = jax.jvp(jax.grad(lagrange, (0, 1)), (x, rates), (dx, dr))[1]
        turned: JaxArray = move @ along + of_rates
        return turned

    return _each(w, row, (mixing[owner], (adjoint * unit)[owner], move, jnp.eye(len(rates)))), info


@compiled("taxed", "tolerance")
def trials(
    e: Economy, p: Elasticities, z: Shift, x: JaxArray, w: Ways, rates: JaxArray, taxed: bool, tolerance: float
) -> tuple[JaxArray, JaxArray]:
    """Measures at many rates n c, each searched for from a state of its own n: n m r, and whether each was found."""
    options = Options(tolerance=tolerance, max_iterations=300, largest_step=BOLD.reach)

    def told(root: Vector, r: Vector) -> JaxArray:
        return measures(equilibrium(e, p, shifted(z, w, r), root, taxed), e, w, r)

    def one(x0: Vector, r: Vector) -> tuple[JaxArray, JaxArray]:
        now = shifted(z, w, r)
        root, info = fixed_point(iteration(e, p, now, prepared(e, p, now), taxed), x0, options)
        return told(root, r), info.outcome == CONVERGED

    if not w.still:
        found: tuple[JaxArray, JaxArray] = jax.lax.map(lambda a: one(*a), (x, rates))
        return found

    ready = prepared(e, p, z)

    def after(x: Vector, r: Vector) -> Vector:
        now = shifted(z, w, r)
        return iteration(e, p, now, subsidised(e, ready, now), taxed)(x)

    root, info = fixed_points(lambda x: jax.vmap(after)(x, rates), x, options._replace(window=_BESIDE.window))
    return jax.vmap(told)(root, rates), info.outcome == CONVERGED


class _Point(NamedTuple):
    """Rates c, the state there, how it moves with each rate (c by state), and how accurate that is, infinite where it is of
    other rates."""

    rates: Array
    state: Array
    move: Array
    accuracy: float


@dataclass(eq=False)
class TradeSlopes:
    """`models.slopes.Slopes` of the long-run equilibrium; the state found last is where the next search starts."""

    accounts: Accounts
    controls: Controls
    parameters: TradeParameters
    primitives: Primitives
    task: Problem
    _at: _Point | None = None

    @cached_property
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

    @property
    def known(self) -> tuple[Array, ...]:
        """Rates c, the state there, how it moves with each rate (c by state), and how accurate that is."""
        at = self._at
        return () if at is None else (at.rates, at.state, at.move, np.asarray(at.accuracy))

    def afresh(self, known: tuple[Array, ...] = ()) -> TradeSlopes:
        """The same, with what is known of some rates, or nothing."""
        new = TradeSlopes(self.accounts, self.controls, self.parameters, self.primitives, self.task)
        new.__dict__["ways"] = self.ways  # made once
        if known:
            rates, state, move, accuracy = known
            new._at = _Point(rates, state, move, float(accuracy))
        return new

    def problem_at(self, x: Array) -> Problem:
        """The task with rates x on top."""
        return self.task._replace(shift=shifted(self.task.shift, self.ways, jnp.asarray(x)))

    def _near(self, x: Array) -> Array:
        """A guess of the state at rates x, c or n c: to first order from what was found last."""
        if self._at is None:
            return np.broadcast_to(self.task.start, (*x.shape[:-1], len(self.task.start)))
        return np.asarray(self._at.state + (x - self._at.rates) @ self._at.move)

    def _found(self, x: Array) -> _Point:
        """The state at rates x, kept for the next question at the same. Raises NotConverged."""
        if self._at is None or not np.array_equal(self._at.rates, x):
            task = self.problem_at(x)
            with expecting(many=True):  # a game asks at rates near each other
                _, root, info = search_from(task, jnp.asarray(self._near(x)))
            if int(info.outcome) != CONVERGED:
                said = status(self.accounts, info, task.options).message
                raise NotConverged("no equilibrium at the rates players choose", where=said)
            move = np.zeros((len(x), len(root))) if self._at is None else self._at.move
            self._at = _Point(np.array(x, dtype=np.float64), np.asarray(root), move, np.inf)
        return self._at

    def __call__(self, x: Array, accuracy: float = SHARPEST) -> Effects:
        """Measures m r and their derivatives in each rate, m r c, to some accuracy. Raises NotConverged."""
        at, task = self._found(x), self.task
        got = tangents(
            task.economy, task.elasticities, task.shift, jnp.asarray(at.state), self.ways, jnp.asarray(x),
            jnp.eye(len(x)), jnp.asarray(at.move), task.taxed, max(accuracy, SHARPEST),
        )  # fmt: skip
        if bool((np.asarray(got.info.outcome) != CONVERGED).any()):
            raise NotConverged("no derivatives: a linear system was not solved", where=self.accounts.name)
        self._at = at._replace(move=np.asarray(got.move), accuracy=max(accuracy, SHARPEST))
        return Effects(np.asarray(got.value), np.asarray(got.slope).transpose(1, 2, 0))

    def bends(self, x: Array, mixing: Array, owner: NDArray[np.intp], accuracy: float = SHARPEST) -> Array:
        """Second derivatives of payoffs in rates, c c: each owner's payoff in its rate and in every rate.

        mixing  p m r, weights that make payoffs of measures · owner c, row of mixing · accuracy of what they are
        made of, share of the largest. Raises NotConverged.
        """
        if self._found(x).accuracy > accuracy:
            self(x, accuracy)
        at, task = self._found(x), self.task
        bent, info = bends(
            task.economy, task.elasticities, task.shift, jnp.asarray(at.state), self.ways, jnp.asarray(x),
            jnp.asarray(at.move), jnp.asarray(mixing), jnp.asarray(owner), task.taxed, max(accuracy, SHARPEST),
        )  # fmt: skip
        if bool((np.asarray(info.outcome) != CONVERGED).any()):
            raise NotConverged("no second derivatives: a linear system was not solved", where=self.accounts.name)
        return np.asarray(bent)

    def values(self, x: Array) -> Array:
        """Measures at many rates n c: n m r, nan where no equilibrium was found."""
        task, w = self.task, self.ways
        filled = np.concatenate([x, np.repeat(x[-1:], -len(x) % TOGETHER, axis=0)])
        near = self._near(filled)
        out = []
        for k in range(0, len(filled), TOGETHER):
            some = slice(k, k + TOGETHER)
            found, good = trials(
                task.economy, task.elasticities, task.shift, jnp.asarray(near[some]), w, jnp.asarray(filled[some]),
                task.taxed, task.options.tolerance,
            )  # fmt: skip
            out.append(np.where(np.asarray(good)[:, None, None], np.asarray(found), np.nan))
        return np.concatenate(out)[: len(x)]

    def climb(self, x: Array, weight: Array) -> tuple[float, Array]:
        """Σ weight ln W at rates x and its gradient in them, one adjoint. Raises NotConverged."""
        root, task, w = jnp.asarray(self._found(x).state), self.problem_at(x), self.ways
        got = slopes(task.economy, task.elasticities, task.shift, root, _log_real_income, (jnp.asarray(weight),),
                     _LINEAR, task.taxed)  # fmt: skip
        if int(got.adjoint.outcome) != CONVERGED:
            raise NotConverged("no gradient: the adjoint system was not solved", where=self.accounts.name)
        _, back = jax.vjp(lambda r: shifted(self.task.shift, w, r), jnp.asarray(x))
        return float(got.value), np.asarray(back(got.shift)[0])

    def settled(self, x: Array) -> tuple[Accounts, Array, Status]:
        """Accounts, volumes of output r i (new / old), and how the search for other equilibria at rates x ended."""
        task = self.problem_at(x)
        with expecting(many=True):
            found = conclude(self.accounts, task, self.parameters)
        w = self.ways
        paid = self.primitives.subsidy + np.asarray(_rates(w, w.paid, jnp.asarray(x)))
        new = rebuild.accounts(self.accounts, task.base, task.shift, found.out, paid, found.status)
        return new, np.asarray(found.out.output_hat / found.out.cost), found.status


def trade_slopes(
    accounts: Accounts, shock: Shock, parameters: TradeParameters, controls: Controls, returns: Mapping[str, float]
) -> TradeSlopes:
    """The long-run model's measures as a function of some rates, on the ground a shock makes.

    returns  ψ by sector, taken where the parameters have constant returns

    Raises what `respond` raises of the shock and the parameters, BadInput where economies of scale leave no stable base.
    """
    if not parameters.scale and any(returns.values()):
        parameters = changed(parameters, scale=dict(returns))
    acc = own_base(accounts, parameters).accounts
    p = primitives_of(acc, shock, parameters)
    task = problem(acc, p, parameters)
    if np.asarray(task.elasticities.scale).any():
        of_base(acc, task, parameters)  # before anybody plays on it
    taxed = task.taxed or "export_tax" in controls.instrument
    return TradeSlopes(acc, controls, parameters, p, task._replace(taxed=taxed))
