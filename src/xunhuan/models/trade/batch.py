"""Many draws of elasticities of one shock, in chunks that fit the machine."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from xunhuan.data.accounts import Accounts
from xunhuan.errors import BadInput, NotConverged, Problems
from xunhuan.models.contract import Primitives, Shock, primitives
from xunhuan.models.solvers import OUTCOMES, Array, SolveInfo, Vector, use_compile_cache
from xunhuan.models.trade.calibrate import without_negative_flows
from xunhuan.models.trade.kernel import solve
from xunhuan.models.trade.model import Problem, problem, run, status
from xunhuan.models.trade.parameters import TradeParameters
from xunhuan.models.trade.records import Economy, Elasticities, Shift

if TYPE_CHECKING:
    import xarray as xr


class Draws(NamedTuple):
    """Results by draw (leading axis): ratios by region s, and how each search ended."""

    real_income: Array
    real_wage: Array
    wage: Array
    consumer_price: Array
    workers: Array
    info: SolveInfo


@partial(jax.jit, static_argnames=("taxed", "chunk"))
def solve_draws(
    e: Economy, p: Elasticities, z: Shift, x0: Vector, tolerance: float, max_iterations: int, taxed: bool, chunk: int
) -> Draws:
    """`solve` for every draw of the elasticities in `p` (leading axis of each field), `chunk` at a time.

    chunk 1 runs them in turn, the least memory and the fastest on a few cores; a GPU wants as many as fit.
    """

    def one(q: Elasticities) -> Draws:
        out, _, info = solve(e, q, z, x0, tolerance, max_iterations, taxed)
        real = out.income / jnp.where(e.income > 0, e.income, 1.0) / out.consumer_price
        return Draws(real, out.wage / out.consumer_price, out.wage, out.consumer_price, out.workers_hat, info)

    drawn: Draws = jax.lax.map(one, p, batch_size=None if chunk == 1 else chunk)
    return drawn


def default_chunk(task: Problem, memory: float = 2e9) -> int:
    """Draws at a time: 1 on a CPU; on an accelerator what fits `memory` bytes, at most 64."""
    if jax.default_backend() == "cpu":
        return 1
    cells = float(np.prod(task.economy.share.shape))
    return int(max(1, min(64, memory // (8 * 6 * cells))))


def respond_to_draws(
    accounts: Accounts,
    shock: Shock | Primitives,
    theta: NDArray[np.float64],
    parameters: TradeParameters = TradeParameters(),
    chunk: int | None = None,
) -> xr.Dataset:
    """Real income of every region under every draw of the trade elasticities.

    theta  draw i, > 0, taken as they are (no horizon) · other choices from `parameters`
    chunk  draws solved at a time; by default 1 on a CPU, more on an accelerator
    Each search starts from the answer at the mean of ln θ. Returns real_income_hat, real_wage_hat, wage_hat,
    consumer_price_hat, population_hat (draw, region), outcome and iterations (draw).

    Raises BadInput for elasticities out of range, NotConverged where even the central draw has no answer.
    """
    use_compile_cache()
    accounts = without_negative_flows(accounts)
    theta = np.asarray(theta, dtype=np.float64)
    _check(accounts, theta, parameters)
    p = shock if isinstance(shock, Primitives) else primitives(accounts, shock)
    task = problem(accounts, p, parameters)
    middle = _with(task, np.exp(np.log(theta).mean(0)), parameters)
    _, x0, info = run(task._replace(elasticities=middle))
    central = status(accounts, info, task.options)
    if not central.converged:
        raise NotConverged("the central draw has no equilibrium", where=central.message)
    o, size = task.options, default_chunk(task) if chunk is None else chunk
    full = np.concatenate([theta, np.repeat(theta[-1:], -len(theta) % size, axis=0)])  # whole chunks compile once
    got = solve_draws(
        task.economy, _with(task, full, parameters), task.shift, x0, o.tolerance, o.max_iterations, task.taxed, size
    )
    return _label(accounts, jax.tree.map(lambda a: a[: len(theta)], got), parameters)


def _check(acc: Accounts, theta: NDArray[np.float64], parameters: TradeParameters) -> None:
    problems = Problems("the draws of trade elasticities are not valid")
    if theta.ndim != 2 or theta.shape[1] != acc.S or not len(theta):
        problems.add(f"shape {theta.shape}, not (draws, {acc.S} sectors)")
    elif not (np.isfinite(theta).all() and (theta > 0).all()):
        problems.add(f"{int((~(theta > 0) | ~np.isfinite(theta)).sum())} values are not positive numbers")
    else:
        steep = theta * max(parameters.nest_ratio, 1.0) * parameters.scale_elasticities(acc.sectors)
        for k in np.flatnonzero((steep > 1).any(0)):
            problems.add(f"ψθ > 1 in {acc.sectors.codes[k]}: up to {steep[:, k].max():.3g}")
    problems.raise_if(BadInput)


def _with(task: Problem, theta: NDArray[np.float64], parameters: TradeParameters) -> Elasticities:
    """The elasticities of the problem with θ replaced; one per draw where theta has two axes."""
    plain = task.elasticities._replace(between=jnp.asarray(theta), within=jnp.asarray(theta * parameters.nest_ratio))
    if theta.ndim == 1:
        return plain
    fields = {
        name: value if name in ("between", "within") else jnp.broadcast_to(value, (len(theta), *value.shape))
        for name, value in plain._asdict().items()
    }
    return Elasticities(**fields)


def _label(acc: Accounts, got: Draws, parameters: TradeParameters) -> xr.Dataset:
    import xarray as xr

    both = ("draw", "region")
    names = {
        "real_income_hat": got.real_income, "real_wage_hat": got.real_wage, "wage_hat": got.wage,
        "consumer_price_hat": got.consumer_price, "population_hat": got.workers,
    }  # fmt: skip
    data = {n: (both, np.where(acc.closed, np.asarray(a), np.nan), {"unit": "ratio"}) for n, a in names.items()}
    ended = np.array(OUTCOMES)[np.asarray(got.info.outcome)]
    ds = xr.Dataset(data, coords={"region": list(acc.geography.codes)})
    ds["outcome"] = ("draw", ended)
    ds["iterations"] = ("draw", np.asarray(got.info.iterations))
    ds.attrs = {"model": "trade", "table": acc.name, "parameters": parameters.model_dump_json()}
    return ds
