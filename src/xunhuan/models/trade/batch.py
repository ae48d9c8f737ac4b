"""Many draws on one table: each search starts from the answer to the first, on an accelerator many at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import islice
from typing import TypeVar

import jax
import jax.numpy as jnp
import numpy as np

from xunhuan.data.accounts import Accounts
from xunhuan.models.edits.primitives import Primitives
from xunhuan.models.model import Response, Shock
from xunhuan.models.solvers import CONVERGED, Vector, use_compile_cache
from xunhuan.models.trade.calibrate import Base, without_negative_flows
from xunhuan.models.trade.kernel import solve
from xunhuan.models.trade.parameters import TradeParameters
from xunhuan.models.trade.records import Economy, Elasticities, Shift
from xunhuan.models.trade.solve import Found, Problem, base_of, package, primitives_of, problem, search

T = TypeVar("T")


@partial(jax.jit, static_argnames=("taxed",))
def solve_draws(
    e: Economy, p: Elasticities, z: Shift, x0: Vector, tolerance: float, max_iterations: int, taxed: bool
) -> Found:
    """`solve` for every draw at once, elasticities and shifts with a leading axis of draws."""

    def one(q: Elasticities, shift: Shift) -> Found:
        found: Found = solve(e, q, shift, x0, tolerance, max_iterations, taxed)
        return found

    drawn: Found = jax.vmap(one)(p, z)
    return drawn


def default_chunk(task: Problem, memory: float = 4e9) -> int:
    """Draws at a time: 1 on a CPU, where one search keeps its cores busy; on an accelerator what fits `memory` bytes."""
    if jax.default_backend() == "cpu":
        return 1
    cells = float(np.prod(task.economy.share.shape))
    return int(max(1, min(64, memory // (8 * 24 * cells))))


def respond_many(
    accounts: Accounts,
    shocks: Sequence[Shock | Primitives],
    parameters: Sequence[TradeParameters],
    chunk: int | None = None,
) -> Iterator[Response]:
    """Responses of many draws, in order, as `respond` gives them one by one, to the solver's tolerance.

    shocks, parameters  one each a draw · chunk: draws solved at a time; by default 1 on a CPU, more on an accelerator
    The first is solved from the base; the others start from its answer, and from the base where that fails.

    Raises BadInput, Infeasible as `respond` does, at the draw that is wrong.
    """
    use_compile_cache()
    accounts = without_negative_flows(accounts)
    bases: dict[bool, Base] = {}

    def prepared(shock: Shock | Primitives, own: TradeParameters) -> tuple[Primitives, Problem, TradeParameters]:
        nested = own.nest_ratio != 1
        bases[nested] = bases[nested] if nested in bases else base_of(accounts, own)
        p = primitives_of(accounts, shock, own)
        return p, problem(accounts, p, own, bases[nested]), own

    x0: Vector | None = None
    size = 1  # until there is an answer to start the others from
    left = iter(zip(shocks, parameters, strict=True))
    while some := [prepared(*draw) for draw in islice(left, size)]:
        for (p, task, own), found in zip(some, _solved([t for _, t, _ in some], x0, size), strict=True):
            if x0 is None and int(found[2].outcome) == CONVERGED:
                x0 = found[1]
            yield package(accounts, p, task, found[0], found[2], own)
        if x0 is not None:
            size = chunk or default_chunk(some[0][1])


def _solved(tasks: list[Problem], x0: Vector | None, size: int) -> Iterator[Found]:
    if x0 is None or size == 1:
        yield from (_one(task, x0) for task in tasks)
        return
    whole = [*tasks, *[tasks[-1]] * (size - len(tasks))]  # whole chunks compile once
    o = tasks[0].options
    got = solve_draws(
        tasks[0].economy, _stacked([t.elasticities for t in whole]), _stacked([t.shift for t in whole]), x0, o.tolerance,
        o.max_iterations, any(t.taxed for t in whole),
    )  # fmt: skip
    for k, task in enumerate(tasks):
        found: Found = jax.tree.map(lambda a, k=k: a[k], got)
        yield found if int(found[2].outcome) == CONVERGED else search(task)


def _one(task: Problem, x0: Vector | None) -> Found:
    found = search(task, x0)
    return found if x0 is None or int(found[2].outcome) == CONVERGED else search(task)


def _stacked(records: list[T]) -> T:
    out: T = jax.tree.map(lambda *a: jnp.stack(a), *records)
    return out
