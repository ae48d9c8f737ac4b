r"""Whether an equilibrium under economies of scale is the only one nearby: the Jacobian of the map whose fixed point it is.

ρ = largest real part of the eigenvalues of ∂g/∂x, g the map of `kernel.iteration`. At ρ = 1 two equilibria meet: a base
beyond it is one from which any small push leads away. ψθ ≤ 1 does not see to that where industries use each other's goods.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from xunhuan.data.accounts import Accounts
from xunhuan.data.arrays import Array
from xunhuan.errors import BadInput, NotConverged
from xunhuan.models.model import Shock, Status
from xunhuan.models.solvers import AMBIGUOUS, CONVERGED, JaxArray, SolveInfo, Vector, array, compiled, jax, jnp
from xunhuan.models.trade import calibrate
from xunhuan.models.trade.kernel import iteration, prepared
from xunhuan.models.trade.parameters import TradeParameters
from xunhuan.models.trade.records import Economy, Elasticities, Equilibrium, Shift
from xunhuan.models.trade.solve import Problem, place_in_state, primitives_of, problem, search, search_from, status
from xunhuan.models.trade.sourcing import Ready

NEAR = 0.9
"""ρ above which a second search is made."""
TWO_ANSWERS = 1e-6
"""Log difference of any wage, price, output or income from which two answers are two, where both are exact."""
_STEP = 1.0
"""Log change of the output that a second search moves most, at its start."""


class Mode(NamedTuple):
    """The largest real part of an eigenvalue, pure number, and its direction in the state, largest element 1."""

    rho: float
    direction: Array


class Settled(NamedTuple):
    """An equilibrium, its state, how the search ended, in numbers and words, and what is to be said beside it."""

    out: Equilibrium
    state: Vector
    info: SolveInfo
    status: Status
    notes: tuple[str, ...] = ()


@compiled("taxed")
def _pushed(e: Economy, p: Elasticities, z: Shift, k: Ready, x: Vector, v: Vector, taxed: bool) -> JaxArray:
    """∂g/∂x v."""
    moved: JaxArray = jax.jvp(iteration(e, p, z, k, taxed), (x,), (v,))[1]
    return moved


def leading(task: Problem, x: Vector) -> Mode:
    """ρ and its direction at a state, by Arnoldi's method: some sixty products with the Jacobian, each of one iteration's
    work twice (0.15 s on world-2017).

    Raises NotConverged where the method does not end.
    """
    from scipy.sparse.linalg import ArpackError, LinearOperator, eigs

    e, p, z = task.economy, task.elasticities, task.shift
    k, at = prepared(e, p, z), jnp.asarray(x)

    def product(v: Array) -> Array:
        return np.asarray(_pushed(e, p, z, k, at, jnp.asarray(v.ravel()), task.taxed))

    n = len(at)
    try:
        # A fixed start, so that the same question has the same digits.
        value, vector = eigs(
            LinearOperator((n, n), matvec=product, dtype=np.float64), k=1, which="LR", v0=np.ones(n), tol=1e-4
        )
    except ArpackError as err:
        raise NotConverged("whether economies of scale leave one equilibrium was not found", where=str(err)) from err
    way = np.real(vector[:, 0])
    return Mode(float(value[0].real), np.asarray(way / way[np.abs(way).argmax()]))


def conclude(acc: Accounts, task: Problem, parameters: TradeParameters, start: Vector | None = None) -> Settled:
    """The equilibrium of a prepared problem; under economies of scale, with a test of whether it is the only one.

    ρ is computed in the base and at the answer. Where either is above `NEAR`, two more searches start one log point away
    from the answer, both ways along ∂g/∂x's leading direction. The outcome is "several" where one ends elsewhere, or where
    ρ ≥ 1 at the answer: such an equilibrium cannot be the only one. start: first guess, the base where there is none.

    Raises BadInput where ρ ≥ 1 in the base.
    """
    if not np.asarray(task.elasticities.scale).any():
        out, x, info = search(task, start)
        return Settled(out, x, info, _ended(acc, task, info))
    first = of_base(acc, task, parameters)
    out, x, info = search(task, start)
    ended = _ended(acc, task, info)
    if int(info.outcome) != CONVERGED:
        said = f"{ended.message}; economies of scale: ρ = {first:.3f} in the base, several equilibria beyond 1"
        return Settled(out, x, info, replace(ended, message=said))
    here = leading(task, x)
    said = f"ρ = {first:.3f} in the base, {here.rho:.3f} at the answer; 1 is the limit"
    if max(first, here.rho) <= NEAR:
        return Settled(out, x, info, ended)
    other = _other(task, x, here)
    near = f"economies of scale are near the point where several equilibria are possible ({said})"
    if other is None and here.rho < 1:
        found = "searches from two other starts found no other answer"
        return Settled(out, x, info, ended, (f"{near}: {found}",))
    info = info._replace(outcome=array(AMBIGUOUS).astype(int))
    ended, why = status(acc, info, task.options), "the answer is unstable, which the only one cannot be"
    if other is not None:
        apart = np.abs(np.asarray(other) - np.asarray(x))
        why = f"another is {apart.max():.2g} log points away in {place_in_state(acc, int(apart.argmax()))}"
    return Settled(out, x, info, replace(ended, message=f"{ended.message}: {why} ({said})"))


def _ended(acc: Accounts, task: Problem, info: SolveInfo) -> Status:
    """How the search ended, and what helps where little takes the place of what is lost."""
    ended = status(acc, info, task.options)
    low = task.elasticities.substitution
    if ended.converged or low is None or min(float(a.min()) for a in low) >= 1:
        return ended
    helps = (
        "; with elasticities of substitution below 1 a region can lose all it earns: a surplus is then more than it has "
        "(deficits='own_share' or 'zero'), or a good has too few sources (a longer horizon, a trade cost in place of a ban, "
        "or higher elasticities: substitution='unit')"
    )
    return replace(ended, message=ended.message + helps)


def _other(task: Problem, x: Vector, mode: Mode) -> Vector | None:
    """Another equilibrium than that of state x, if one is found."""
    most = max(TWO_ANSWERS, 10 * task.options.tolerance / max(1 - mode.rho, 1e-3))
    r, s = task.economy.output.shape
    size = np.abs(mode.direction[r + r * s : r + 2 * r * s]).max()
    for way in (1.0, -1.0):
        _, root, info = search_from(task, x + way * _STEP * mode.direction / size)
        if int(info.outcome) == CONVERGED and float(abs(root - x).max()) > most:
            return root
    return None


def at_base(acc: Accounts, parameters: TradeParameters, held: float = 1.0) -> float:
    """ρ in the base of a table, kept for the next question.

    held  part of the deficits that is kept as a share of world GDP

    Raises BadInput, naming what would run away, where it is 1 or more.
    """
    return _stable(acc, parameters, _at_base(acc, parameters.model_dump_json(), held))


def of_base(acc: Accounts, task: Problem, parameters: TradeParameters) -> float:
    """ρ in the base of a problem: the table's unless it is said to hold wedges. Raises BadInput as `at_base`."""
    if (task.base.wedge == 1).all():
        return at_base(acc, parameters, float(task.elasticities.held))
    still = primitives_of(acc, Shock(), parameters)
    rest = calibrate.shift(acc, task.base, replace(still, wedge_base=task.base.wedge, wedge=task.base.wedge))
    return _stable(acc, parameters, leading(task._replace(shift=rest), array(task.start)))


def _stable(acc: Accounts, parameters: TradeParameters, found: Mode) -> float:
    """ρ of a base. Raises BadInput as `at_base`."""
    if found.rho >= 1:
        psi = parameters.scale_elasticities(acc.sectors)
        strong = [f"{c}: ψ = {v:.3g}" for c, v in zip(acc.sectors.codes, psi, strict=True) if v > 0]
        r, s = acc.R, acc.S
        outputs = np.abs(found.direction[r + r * s : r + 2 * r * s])
        first = ", ".join(place_in_state(acc, r + r * s + int(k)) for k in np.argsort(-outputs)[:3])
        raise BadInput(
            f"the base is unstable under these economies of scale (ρ = {found.rho:.3f}, 1 is the limit)",
            where=f"{acc.name}: {first}", items=strong, fix="lower scale or theta",
        )  # fmt: skip
    return found.rho


@lru_cache(16)
def _at_base(acc: Accounts, parameters: str, held: float) -> Mode:
    own = TradeParameters.model_validate_json(parameters)
    task = problem(acc, primitives_of(acc, Shock(), own), own)
    task = task._replace(elasticities=task.elasticities._replace(held=array(held)))
    return leading(task, array(task.start))
