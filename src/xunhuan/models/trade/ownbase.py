"""The base that a closure has: what the table would be, nothing else having happened, where its closure is another."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from xunhuan.data.accounts import Accounts
from xunhuan.data.migration import Migration
from xunhuan.errors import NotConverged
from xunhuan.models.model import Shock
from xunhuan.models.solvers import array
from xunhuan.models.trade import rebuild
from xunhuan.models.trade.calibrate import without_negative_flows
from xunhuan.models.trade.parameters import TradeParameters
from xunhuan.models.trade.records import Equilibrium
from xunhuan.models.trade.solve import Problem, primitives_of, problem
from xunhuan.models.trade.stability import conclude

BALANCED = 'changes are against the equilibrium of balanced trade (deficits = "zero"), not against the table'


@dataclass(frozen=True, eq=False)
class OwnBase:
    """The base of a closure.

    accounts  the table itself wherever the closure leaves it alone
    notes     what belongs beside an answer because of it
    """

    accounts: Accounts
    notes: tuple[str, ...] = ()


def own_base(acc: Accounts, parameters: TradeParameters) -> OwnBase:
    """The base under a closure, kept for the next question on the same table.

    Every closure but "zero" holds on the table as it is. Under "zero" the base is the equilibrium without deficits, all else
    alone (people too move to it, where they can): one solve, with every elasticity of the question.

    Raises BadInput as `problem` does; NotConverged where that equilibrium is not found, or is one of several.
    """
    if parameters.deficits != "zero":
        return OwnBase(_kept(acc, parameters.sourcing == "by_user"))
    return _balanced(_kept(acc, parameters.sourcing == "by_user"), parameters.model_dump_json())


@lru_cache(8)
def _kept(acc: Accounts, by_user: bool) -> Accounts:
    """So that a table whose negative flows are taken out is one object."""
    return without_negative_flows(acc, by_user)


@lru_cache(8)
def _balanced(acc: Accounts, parameters: str) -> OwnBase:
    own = TradeParameters.model_validate_json(parameters)
    still = primitives_of(acc, Shock(), own)
    task = problem(acc, still, own)
    task = task._replace(elasticities=task.elasticities._replace(held=array(0.0)))
    found = conclude(acc, task, own)
    if not found.status.converged:
        raise NotConverged("the base with balanced trade was not found", where=found.status.message)
    new = rebuild.accounts(acc, task.base, task.shift, found.out)
    notes = (BALANCED, *task.base.notes, *found.notes)
    return OwnBase(_peopled(new.replace(notes=(*acc.notes, BALANCED)), task, found.out, own), notes)


def _peopled(acc: Accounts, task: Problem, out: Equilibrium, own: TradeParameters) -> Accounts:
    """People where the equilibrium has them, and what moves brought them there."""
    hat, g = np.asarray(out.workers_hat), acc.geography
    if (hat == 1).all():
        return acc
    there = tuple(float(n * m) for n, m in zip(g.population, hat, strict=True))
    moves = g.moves
    if own.labour == "mobile" and moves is not None:
        window = own.window or moves.window(acc.year)
        moved = np.asarray(task.economy.people)[:, None] * np.asarray(out.moves)
        moves = Migration((window,), np.where(np.isnan(moves.over(window)), np.nan, moved)[None], moves.source)
    return acc.replace(geography=replace(g, population=there, migration=moves))
