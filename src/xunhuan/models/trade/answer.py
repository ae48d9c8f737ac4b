"""The trade model as the house wants it: accounts and a shock to a response."""

from __future__ import annotations

import numpy as np

from xunhuan.data.accounts import Accounts
from xunhuan.data.arrays import Array, ratio
from xunhuan.models.edits.primitives import Primitives
from xunhuan.models.expecting import expecting
from xunhuan.models.model import LongRun, Response, Shock
from xunhuan.models.solvers import Vector
from xunhuan.models.trade import detail, rebuild
from xunhuan.models.trade.calibrate import elasticities
from xunhuan.models.trade.ownbase import OwnBase, own_base
from xunhuan.models.trade.parameters import TradeParameters
from xunhuan.models.trade.solve import Problem, base_of, primitives_of, problem
from xunhuan.models.trade.stability import Settled, conclude
from xunhuan.models.trade.substitution import substitution_told

NOTHING = 1e-8
"""Trade balance of a part of the world, share of world GDP, below which it is the rounding of a table."""


def respond(
    accounts: Accounts, shock: Shock | Primitives = Shock(), parameters: TradeParameters = TradeParameters()
) -> Response:
    """Long-run general equilibrium after a shock [CaliendoParro2015; TombeZhu2019]; equations in docs/trade.md.

    accounts    any balanced table; shock edits of long-run primitives, or the primitives themselves
    Everything is a change against the base that the closure has (`ownbase.own_base`): the table, or where deficits are
    "zero" its equilibrium of balanced trade. No shock gives exactly that base.

    Returns the counterfactual accounts, detail (real income exact, first-order split, prices, trade, employment,
    revenue) and the solver's status. A search that fails is not raised: the status says so and names the worst cell.

    Raises BadInput for a shock, parameter or table out of range, Infeasible where a ban leaves a good no supplier,
    NotConverged where the closure has no base.
    """
    rest = own_base(accounts, parameters)
    p = primitives_of(rest.accounts, shock, parameters)
    task = problem(rest.accounts, p, parameters)
    return package(rest, p, task, conclude(rest.accounts, task, parameters), parameters)


def long_run_lent(accounts: Accounts, parameters: TradeParameters) -> LongRun:
    """The long run as it is lent: `respond` on one table, calibrated once, each search from the state of an earlier one.

    Raises BadInput, NotConverged as `respond`.
    """
    rest = own_base(accounts, parameters)
    still = primitives_of(rest.accounts, Shock(), parameters)
    base = base_of(rest.accounts, parameters, still)
    held = elasticities(rest.accounts, parameters)

    def solve(shock: Shock, start: Vector | None, booked: bool = True) -> tuple[Response, Vector]:
        p = primitives_of(rest.accounts, shock, parameters)
        own = base if (p.wedge_base == still.wedge_base).all() else None
        task = problem(rest.accounts, p, parameters, own, held=held)
        with expecting(many=True):  # who borrows asks year by year
            found = conclude(rest.accounts, task, parameters, start)
        if not booked:
            lean = detail.volumes(rest.accounts, task.base, task.shift, found.out)
            return Response(rest.accounts, lean, found.status), found.state
        return package(rest, p, task, found, parameters), found.state

    return solve


def package(rest: OwnBase, p: Primitives, task: Problem, found: Settled, parameters: TradeParameters) -> Response:
    """A Response from what the search gave."""
    acc, ended = rest.accounts, found.status
    attrs = {
        "model": "trade", "elasticities": task.note, "citation": ["CaliendoParro2015", "TombeZhu2019"],
        "parameters": parameters.model_dump_json(),
        "numeraire": "world GDP" if acc.closed.all() else "the open region",
    }  # fmt: skip
    other = substitution_told(parameters.substitution, parameters.substitution_elasticities(acc.sectors))
    attrs |= {"substitution": other} if other else {}
    new = rebuild.accounts(acc, task.base, task.shift, found.out, p.subsidy, ended, p.tolls)
    made = detail.dataset(acc, task.base, p, task.shift, found.out, ended, attrs)
    said = (f"trade elasticities: {task.note}", *((f"elasticities of substitution: {other}",) if other else ()))
    notes = (*rest.notes, *task.base.notes, *found.notes, *_cut_off(acc, task), *said)
    return Response(new, made, ended, notes=tuple(dict.fromkeys(notes)))


def _cut_off(acc: Accounts, task: Problem) -> tuple[str, ...]:
    """What to say where bans cut the world in parts and with them off from who financed their deficits."""
    lost = vanishing(task)
    if not lost.any():
        return ()
    unit = 100 / np.asarray(task.economy.income)
    largest = np.argsort(-np.abs(lost))[:3]
    said = ", ".join(f"{acc.geography.codes[k]} {lost[k] * unit[k]:+.2g}%" for k in largest if lost[k])
    return (
        "bans cut the world in parts, and trade balances of cut regions vanish, which by itself adds to what they spend "
        f'{said}. deficits = "zero" leaves that out: compared with the balanced base',
    )


def vanishing(task: Problem) -> Array:
    """What each region can spend more because the part of the world it is in can no longer owe or be owed, s, share of world
    GDP: the net surplus of the part, by income. 0 where the world hangs together, as in the base."""
    e, part = task.economy, np.asarray(task.shift.part)
    income, deficit, books = (np.asarray(a) for a in (e.income, e.deficit, e.books))
    anchored = part @ (1 - books) > 0
    net = np.where(anchored, 0.0, part @ deficit)
    lost = -np.where(np.abs(net) > NOTHING, ratio(net, part @ income), 0.0)
    return np.asarray(books * income * (part.T @ lost))


def balances_vanish(acc: Accounts, shock: Shock, parameters: TradeParameters) -> bool:
    """Whether bans of a shock cut the world in parts whose trade with each other was not balanced.

    Raises BadInput, Infeasible as `respond`.
    """
    rest = own_base(acc, parameters).accounts
    p = primitives_of(rest, shock, parameters)
    return bool(np.isinf(p.trade_cost).any() and vanishing(problem(rest, p, parameters)).any())
