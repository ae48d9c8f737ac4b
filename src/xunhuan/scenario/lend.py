"""Asking a model, with what it borrows of others."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from pydantic import BaseModel, ValidationError

from xunhuan.data.accounts import Accounts
from xunhuan.data.cities import WaysBy, split_regions
from xunhuan.errors import BadInput
from xunhuan.models import registry
from xunhuan.models.model import Model, Response, Shock

_NONE: Mapping[str, BaseModel] = MappingProxyType({})


def responded(
    model: Model[Any], acc: Accounts, shock: Shock, parameters: BaseModel, others: Mapping[str, BaseModel] = _NONE
) -> Response:
    """A model's answer. What it borrows comes from the first model in `others` that lends it, under its parameters there,
    else from the first model there is, under that model's usual ones.

    Raises BadInput where nobody lends what the model wants; else as the model.
    """
    wanted = model.borrows(parameters) if model.borrows is not None else ()
    return model.respond(acc, shock, parameters, **{what: lent(what, acc, others) for what in wanted})


def lent(what: str, acc: Accounts, others: Mapping[str, BaseModel] = _NONE) -> Any:
    """What a model lends by a name. Raises BadInput where none does."""
    able = {n: m for n, m in registry.models().items() if what in m.lends}
    if not able:
        raise BadInput(f"no model lends {what.replace('_', ' ')}", fix="install one that does")
    name = next((n for n in others if n in able), next(iter(able)))
    own = others[name] if name in others else able[name].parameters()
    return able[name].lends[what](acc, own)


def split_by(acc: Accounts, shares: Mapping[str, str], given: Mapping[str, Any]) -> Accounts:
    """The table with regions as their cities, by what ways between them cost where a model of the scenario lays a network of
    one's own, else by what it costs on the nation's; distance where neither has the cities.

    shares  region -> "cities" or a file · given: models and their parameters, as the scenario has them

    Raises as `Accounts.split`, and as the model where its network cannot be read.
    """
    return split_regions(acc, shares, ways=dict.fromkeys(shares, _ways_asked(acc, given)))


def _ways_asked(acc: Accounts, given: Mapping[str, Any]) -> WaysBy:
    for name, values in given.items():
        room = registry.models().get(name)
        if room is None or "city_ways" not in room.lends or not isinstance(values, Mapping):
            continue
        try:
            parameters = room.parameters.model_validate(
                {k: v for k, v in values.items() if k not in registry.RESERVED["parameter"]}
            )
        except ValidationError:
            continue  # said where parameters are checked
        found: WaysBy | None = room.lends["city_ways"](acc, parameters)
        if found is not None:
            return found
    return "network"
