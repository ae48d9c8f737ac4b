"""The headline under each choice that a model leaves open, all else at its point: what depends on whom one believes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from xunhuan.errors import BadInput, NotConverged
from xunhuan.models import registry
from xunhuan.models.model import Quantity, Uncertain
from xunhuan.scenario.assess import Assessment, assess
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
        before = {asked: answer for asked, answer in known.items() if asked[0] != model}
        for u in registry.find(model).uncertain:
            if u.choices and u.idle(bench.parameters[model]) is None:
                rows += _rows(bench, model, u, nominal, before)
    return pd.DataFrame(rows, columns=CHOICE_COLUMNS) if rows else None


def _rows(
    bench: Bench, model: str, u: Uncertain[Any], nominal: Assessment | None, before: Memo
) -> Iterator[tuple[object, ...]]:
    told = _first(registry.find(model).quantities)
    alone = _alone(bench, model)
    own = getattr(bench.parameters[model], u.parameter, "")
    for choice in u.choices:
        head = (u.name, choice, choice == own)
        try:
            known = nominal if choice == own else None
            memo = dict(before)  # of models it comes after: no choice of its own moves their answers
            done = known or assess(alone.varied(Draw(factor={u.name: choice})), full=False, memo=memo)
            before.update({asked: answer for asked, answer in memo.items() if asked[0] != model})
        except (BadInput, NotConverged) as e:
            why = str(e).replace("\n", " ")
            yield *head, told.name, "", bench.base.home, np.nan, told.unit, "refused", why
            continue
        if told.name not in done.data:  # a number that the parameters leave out
            continue
        for name, arm, value in _numbers(done.data, told.name, bench.base.home, alone.scenario.compare):
            outcome, why = _ended(done, arm, model)
            yield *head, name, arm, bench.base.home, value, str(done.data[name].attrs["unit"]), outcome, why


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
    return replace(bench, scenario=scenario, parameters={m: p for m, p in bench.parameters.items() if m in kept})


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
