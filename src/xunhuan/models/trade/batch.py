"""Many draws on one table: what they have in common is worked out once; on an accelerator many are solved at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from typing import NamedTuple, TypeVar

import jax
import jax.numpy as jnp
import numpy as np

from xunhuan.data.accounts import Accounts
from xunhuan.models.edits.primitives import Primitives, elastic_primitives
from xunhuan.models.model import Response, Shock
from xunhuan.models.solvers import CONVERGED, Vector, use_compile_cache
from xunhuan.models.trade.calibrate import Base, without_negative_flows
from xunhuan.models.trade.kernel import solve
from xunhuan.models.trade.parameters import TradeParameters
from xunhuan.models.trade.records import Economy, Elasticities, Shift
from xunhuan.models.trade.solve import Found, Problem, base_of, package, problem, search

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


class DrawTask(NamedTuple):
    """One draw: its primitives, all arrays of its run, its parameters."""

    primitives: Primitives
    task: Problem
    parameters: TradeParameters


def default_chunk(task: Problem, memory: float = 4e9) -> int:
    """Draws at a time: 1 on a CPU, where one search keeps its cores busy; on an accelerator what fits `memory` bytes."""
    if jax.default_backend() == "cpu":
        return 1
    cells = float(np.prod(task.economy.share.shape))
    return int(max(1, min(64, memory // (8 * 24 * cells))))


@dataclass(eq=False)
class Shared:
    """What draws on one table have in common: the base equilibrium, with nests and without, and the shock of the draw
    before, where elasticities have no part in it."""

    accounts: Accounts
    bases: dict[bool, Base] = field(default_factory=dict)
    last: tuple[Shock | Primitives, Base, Primitives, Shift] | None = None

    def draw(self, shock: Shock | Primitives, own: TradeParameters) -> DrawTask:
        """One draw, ready for the kernel. Raises BadInput, Infeasible."""
        nested = own.nest_ratio != 1
        if nested not in self.bases:
            self.bases[nested] = base_of(self.accounts, own)
        base = self.bases[nested]
        if self.last is not None and self.last[1] is base and self.last[0] == shock:
            return DrawTask(self.last[2], problem(self.accounts, self.last[2], own, base, self.last[3]), own)
        p, elastic = shock, False
        if isinstance(p, Shock):
            p, elastic = elastic_primitives(self.accounts, p, own.elasticities_of(self.accounts.sectors))
        task = problem(self.accounts, p, own, base)
        self.last = None if elastic else (shock, base, p, task.shift)
        return DrawTask(p, task, own)


def respond_many(
    accounts: Accounts,
    shocks: Sequence[Shock | Primitives],
    parameters: Sequence[TradeParameters],
    chunk: int | None = None,
) -> Iterator[Response]:
    """Responses of many draws, in order, as `respond` gives them one by one, to the solver's tolerance.

    shocks, parameters  one each a draw · chunk: draws solved at a time; by default 1 on a CPU, more on an accelerator
    What draws have in common is worked out once. Each search starts from the base, so that a draw has the same digits
    whatever it is drawn with.

    Raises BadInput, Infeasible as `respond` does, at the draw that is wrong.
    """
    use_compile_cache()
    shared = Shared(without_negative_flows(accounts))
    left = iter(zip(shocks, parameters, strict=True))
    size = chunk
    while some := [shared.draw(*one) for one in islice(left, size or 1)]:
        size = size or default_chunk(some[0].task)
        for draw, found in zip(some, _solved([d.task for d in some], size), strict=True):
            yield package(shared.accounts, draw.primitives, draw.task, found[0], found[2], draw.parameters)


def _solved(tasks: list[Problem], size: int) -> Iterator[Found]:
    if size == 1:
        yield from map(search, tasks)
        return
    whole = [*tasks, *[tasks[-1]] * (size - len(tasks))]  # whole chunks compile once
    o = tasks[0].options
    got = solve_draws(
        tasks[0].economy, _stacked([t.elasticities for t in whole]), _stacked([t.shift for t in whole]),
        jnp.asarray(tasks[0].start), o.tolerance, o.max_iterations, any(t.taxed for t in whole),
    )  # fmt: skip
    for k, task in enumerate(tasks):
        found: Found = jax.tree.map(lambda a, k=k: a[k], got)
        yield found if int(found[2].outcome) == CONVERGED else search(task)


def _stacked(records: list[T]) -> T:
    out: T = jax.tree.map(lambda *a: jnp.stack(a), *records)
    return out
