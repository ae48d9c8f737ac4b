"""Accounts and a shock to the arrays of one run, and the search for its equilibrium."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from xunhuan.data.accounts import Accounts
from xunhuan.models.edits.primitives import Primitives, primitives
from xunhuan.models.expecting import asked_before, expected
from xunhuan.models.model import Shock, Status
from xunhuan.models.solvers import CONVERGED, OUTCOMES, Options, SolveInfo, Vector, array
from xunhuan.models.trade import calibrate
from xunhuan.models.trade.kernel import BOLD, CAREFUL, Pace, readied, solve, solve_plainly
from xunhuan.models.trade.parameters import TradeParameters
from xunhuan.models.trade.records import Economy, Elasticities, Equilibrium, Shift, Substitution


class Problem(NamedTuple):
    """All arrays of one run, ready for the kernel, with what is needed to come back from it."""

    base: calibrate.Base
    elasticities: Elasticities
    shift: Shift
    options: Options
    taxed: bool
    note: str

    @property
    def economy(self) -> Economy:
        """The base equilibrium."""
        return self.base.economy

    @property
    def start(self) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        """The cold first guess: nothing changes."""
        r, s = self.economy.output.shape
        return np.zeros(2 * r + 2 * r * s)


def problem(
    acc: Accounts, p: Primitives, parameters: TradeParameters, base: calibrate.Base | None = None,
    shifted: Shift | None = None, held: tuple[Elasticities, str] | None = None,
) -> Problem:  # fmt: skip
    """Calibrate and check everything that can be refused before solving; errors as in `respond`.

    base, shifted, held  what `base_of`, `calibrate.shift` and `calibrate.elasticities` give, where they are at hand
    """
    base = base_of(acc, parameters, p) if base is None else base
    elastic, note = calibrate.elasticities(acc, parameters) if held is None else held
    shifted = calibrate.shift(acc, base, p) if shifted is None else shifted
    options = Options(tolerance=parameters.tolerance, max_iterations=parameters.max_iterations)
    return Problem(base, elastic, shifted, options, bool(p.export_tax.any() or p.tolls), note)


def base_of(acc: Accounts, parameters: TradeParameters, p: Primitives) -> calibrate.Base:
    """The base equilibrium: it depends on the table, on the wedges it holds, and on `kind_of_base`."""
    return calibrate.calibrate(acc, *kind_of_base(parameters), wedge=p.wedge_base)


KindOfBase = tuple[bool, bool, str, str]


def kind_of_base(parameters: TradeParameters) -> KindOfBase:
    """What the base depends on beside the table: whether nations are nests, whether users have sources of their own, who
    moves, over which window."""
    return parameters.nest_ratio != 1.0, parameters.sourcing == "by_user", parameters.labour, parameters.window


Found = tuple[Equilibrium, Vector, SolveInfo]
PLAIN_MOST, PLAIN_NEVER = 60_000, 1_000_000
"""Cells r s i of a table up to which one answer is not worth compiling, some seconds for a twentieth of one at most; and
from which every one is."""
ASKED_SMALL, ASKED_LARGE = 50, 8
"""Questions of a kind after which more are expected, of a small table and of another: about what compiling costs."""
_TRIES = 12
"""Solves allowed on the way to a shock whose equilibrium the search from the base does not find."""


def search(task: Problem, start: Vector | None = None) -> Found:
    """Solve a prepared problem from a first guess, the cold one by default.

    Where that fails it searches again with care, and then approaches the shock in parts, each from the answer to the one
    before, shorter where a part fails too; and last, where elasticities of substitution are not all 1, the whole shock from
    unit elasticities on.
    """
    found = search_from(task, array(task.start if start is None else start))
    for way in (_part_of, _towards):
        if int(found[2].outcome) == CONVERGED or (way is _towards and task.elasticities.substitution is None):
            return found
        found = _in_parts(task, found, way)
    return found


def search_from(task: Problem, x: Vector) -> Found:
    """Solve a prepared problem from a first guess, and where that fails once more with care."""
    found = _solve(task, x, BOLD)
    if int(found[2].outcome) == CONVERGED:
        return found
    again = _solve(task, x, CAREFUL)
    if int(again[2].outcome) == CONVERGED:
        return again[0], again[1], again[2]._replace(iterations=again[2].iterations + found[2].iterations)
    return again


def _in_parts(task: Problem, found: Found, way: Callable[[Problem, float], Problem]) -> Found:
    """Approach a problem from an easier one, `way` from 0 to 1; `found`, a search that failed, where that fails as well."""
    spent, x = int(found[2].iterations), array(task.start)
    done, reach = 0.0, 0.25
    for _ in range(_TRIES):
        target = min(1.0, done + reach)
        out, root, info = search_from(way(task, target), x) if done == 0 else _solve(way(task, target), x, CAREFUL)
        spent += int(info.iterations)
        if int(info.outcome) != CONVERGED:
            reach /= 2
            continue
        if target == 1.0:
            return out, root, info._replace(iterations=array(spent).astype(int))
        x, done, reach = root, target, 1.5 * reach
    return found


def _solve(task: Problem, x: Vector, pace: Pace) -> Found:
    e, p, z, o = task.economy, task.elasticities, task.shift, task.options
    asked = e, p, z, x, o.tolerance, o.max_iterations, task.taxed, pace
    if not _compiled(task):
        return solve_plainly(*asked)
    # Of a smaller table what is prepared goes through memory faster within the one program.
    ready = readied(e, p, z, task.taxed) if e.share.size > PLAIN_NEVER else None
    return solve(*asked, derived=False, ready=ready)


def _compiled(task: Problem) -> bool:
    """Whether the answer is worth compiling, by what is expected and, where nothing is, by what was asked before."""
    e, many = task.economy, expected()
    if e.share.size > PLAIN_NEVER or many:
        return True
    small = e.share.size <= PLAIN_MOST
    if many is None:
        kind = (
            e.output.shape,
            e.users is None,
            task.elasticities.substitution is None,
            task.shift.tolls is None,
            task.taxed,
        )
        return asked_before(kind) >= (ASKED_SMALL if small else ASKED_LARGE)
    return not small


def _part_of(task: Problem, part: float) -> Problem:
    """A shock on its way: rates in proportion, changes in logs, bans a cut of that part of sales wherever the seller still
    has a buyer in its part of the world."""
    z, e = task.shift, task.economy
    near = (z.part.T @ z.part)[:, :, None] * z.active[:, None, :]
    return task._replace(shift=z._replace(
        log_cost=part * z.log_cost, tariff=e.tariff + part * (z.tariff - e.tariff), export_tax=part * z.export_tax,
        log_productivity=part * z.log_productivity, demand=z.demand**part,
        subsidy=e.subsidy + part * (z.subsidy - e.subsidy), log_moving=part * z.log_moving,
        allowed=array(np.maximum(z.allowed, (1 - part) * near)), transfer=part * z.transfer,
        tolls=None if z.tolls is None else z.tolls._replace(rate=part * z.tolls.rate),
    ))  # fmt: skip


def _towards(task: Problem, part: float) -> Problem:
    """The whole shock at elasticities of substitution on their way from 1."""
    own = task.elasticities.substitution
    if own is None:
        return task
    on_the_way = Substitution(*(1 + part * (x - 1) for x in own))
    return task._replace(elasticities=task.elasticities._replace(substitution=on_the_way))


def primitives_of(acc: Accounts, shock: Shock | Primitives, parameters: TradeParameters) -> Primitives:
    """The primitives of a shock, its barriers told by sales at the parameters' elasticities; primitives as they are."""
    if isinstance(shock, Primitives):
        return shock
    return primitives(acc, shock, parameters.elasticities_of(acc.sectors))


def status(acc: Accounts, info: SolveInfo, options: Options) -> Status:
    """How the search ended, in words and labels."""
    outcome = OUTCOMES[int(info.outcome)]
    residual, worst = float(info.residual), place_in_state(acc, int(info.worst))
    text = {
        "converged": f"converged in {int(info.iterations)} iterations",
        "max_iterations": f"stopped after {int(info.iterations)} iterations, residual {residual:.2g} at {worst}",
        "diverged": f"no way down from residual {residual:.2g} at {worst}; the shock may have no equilibrium",
        "several": f"one of several equilibria, found in {int(info.iterations)} iterations",
        "nonfinite": f"values ran out of range at {worst}; the shock may have no equilibrium",
    }[outcome]
    if outcome != "converged" and worst.startswith("income"):
        text += (
            "; a trade surplus held at its base can be more than a region earns: deficits='own_share' keeps it in step with "
            "income, deficits='zero' compares worlds of balanced trade"
        )
    return Status(outcome, int(info.iterations), residual, options.tolerance, text, worst)  # type: ignore[arg-type]


def place_in_state(acc: Accounts, k: int) -> str:
    """Name of an element of the state vector."""
    r, s = acc.R, acc.S
    g, i = acc.geography.codes, acc.sectors.codes
    if k < r:
        return f"wage of {g[k]}"
    if k < r + r * s:
        return f"price of {i[(k - r) % s]} in {g[(k - r) // s]}"
    if k < r + 2 * r * s:
        return f"output of {i[(k - r - r * s) % s]} in {g[(k - r - r * s) // s]}"
    return f"income of {g[k - r - 2 * r * s]}"
