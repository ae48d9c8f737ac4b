"""The headline under each choice that a model leaves open, all else at its point: what depends on whom one believes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from xunhuan.errors import BadInput, NotConverged
from xunhuan.models import registry
from xunhuan.models.model import Quantity, Uncertain
from xunhuan.scenario.assess import Assessment, assess
from xunhuan.scenario.ensemble import answered_together
from xunhuan.scenario.run import Bench, Draw, Memo
from xunhuan.scenario.scenario import Compare, Measure

_OFFSET = ("omega", "omega_net")
_NOTHING: Memo = {}
CHOICE_COLUMNS = ["of", "choice", "chosen", "variable", "arm", "place", "value", "unit", "outcome", "message"]


def by_choice(bench: Bench, nominal: Assessment | None = None, known: Memo = _NOTHING) -> pd.DataFrame | None:
    """Numbers of home under each choice of each model that has some; None where none has.

    of       the quantity that is chosen, as [uncertainty] names it · choice: one of its names · chosen: the scenario's own
    variable, arm, place, value, unit: the model's first number by place on each arm, and what an offset makes of it
    outcome  converged, "not converged" or refused; else there is no value · message: why

    Point runs only: the base table, the scenario's sizes and parameters; the scenario's own choice is the nominal pass,
    where that is given. Models that one comes after answer at the point, as `known` has it where it does.
    """
    rows: list[tuple[object, ...]] = []
    for model in bench.order:
        free = [u for u in registry.find(model).uncertain if u.choices and u.idle(bench.parameters[model]) is None]
        if free:
            before = {asked: answer for asked, answer in known.items() if asked[0] != model}
            rows += _rows(_alone(bench, model), model, free, nominal, before)
    return pd.DataFrame(rows, columns=CHOICE_COLUMNS) if rows else None


def _rows(
    alone: Bench, model: str, free: Sequence[Uncertain[Any]], nominal: Assessment | None, before: Memo
) -> Iterator[tuple[object, ...]]:
    told, home = _first(registry.find(model).quantities), alone.base.home
    own = {u.name: getattr(alone.parameters[model], u.parameter, "") for u in free}
    every = [(u, choice) for u in free for choice in u.choices]
    asked = [(u, c) for u, c in every if nominal is None or c != own[u.name]]
    posed = {(u.name, c): _varied(alone, u, c, before) for u, c in asked}
    answered_together([found for found in posed.values() if not isinstance(found, str)])
    for u, choice in every:
        head = (u.name, choice, choice == own[u.name])
        found = posed.get((u.name, choice))
        done = nominal if found is None else _done(found)
        if done is None or isinstance(done, str):
            yield *head, told.name, "", home, np.nan, told.unit, "refused", done or ""
            continue
        if told.name not in done.data:  # a number that the parameters leave out
            continue
        for name, arm, value in _numbers(done.data, told.name, home, alone.scenario.compare):
            outcome, why = _ended(done, arm, model)
            yield *head, name, arm, home, value, str(done.data[name].attrs["unit"]), outcome, why


def _varied(alone: Bench, u: Uncertain[Any], choice: str, before: Memo) -> tuple[Bench, Memo] | str:
    """The bench under a choice, with a memo of what models before it answer: no choice of its own moves that; or why not."""
    try:
        return alone.varied(Draw(factor={u.name: choice})), dict(before)
    except (BadInput, NotConverged) as e:
        return str(e).replace("\n", " ")


def _done(found: tuple[Bench, Memo] | str) -> Assessment | str:
    """The pass of a choice, or why there is none."""
    if isinstance(found, str):
        return found
    try:
        return assess(found[0], full=False, memo=found[1])
    except (BadInput, NotConverged) as e:
        return str(e).replace("\n", " ")


def _first(quantities: tuple[Quantity, ...]) -> Quantity:
    """A model's first headline by place, else its first number."""
    return next((q for q in quantities if q.headline and q.axes == ("place",)), quantities[0])


def _alone(bench: Bench, model: str) -> Bench:
    """The bench with this model and those it comes after, and of the comparisons the offset where this model is weighed."""
    kept = {model}
    for name in reversed(bench.order):
        if name in kept and name in bench.after:
            kept.add(bench.after[name])
    weighed = bench.gain is not None and bench.gain[0] == model
    compare = Compare(offset=bench.scenario.compare.offset if weighed else None)
    # The arms an offset asks for stay, whether or not it is weighed here.
    asked = bench.scenario.all_arms()
    scenario = bench.scenario.model_copy(update={"compare": compare, "measure": Measure(), "arms": asked})
    return replace(bench, scenario=scenario).only(kept)


def _numbers(data: xr.Dataset, name: str, home: str, compare: Compare) -> Iterator[tuple[str, str, float]]:
    if home not in data["place"].values:
        return
    for arm in (str(a) for a in data["arm"].values if str(a) != "base"):
        yield name, arm, float(data[name].sel(arm=arm, place=home))
    for made in (n for n in _OFFSET if n in data and compare.offset is not None):
        yield made, str(data[made].attrs["arm"]), float(data[made].sel(place=home))


def _ended(done: Assessment, arm: str, model: str) -> tuple[str, str]:
    """How the model ended on an arm; nothing to end where it reads nothing of it."""
    status = done.status.get(arm, {}).get(model)
    return ("converged", "") if status is None or status.converged else ("not converged", status.message)
