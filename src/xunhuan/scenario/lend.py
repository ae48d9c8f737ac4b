"""Asking a model, with the long-run equilibrium of another lent to it where it wants one."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from pydantic import BaseModel

from xunhuan.data.accounts import Accounts
from xunhuan.errors import BadInput
from xunhuan.models import registry
from xunhuan.models.model import Model, Response, Shock

_NONE: Mapping[str, BaseModel] = MappingProxyType({})


def responded(
    model: Model[Any], acc: Accounts, shock: Shock, parameters: BaseModel, others: Mapping[str, BaseModel] = _NONE
) -> Response:
    """A model's answer; the lender is the first model that has an equilibrium, under its parameters in `others`,
    else its own.

    Raises BadInput where the model wants an equilibrium and nobody lends one; else as the model.
    """
    if model.needs_long_run is None or not model.needs_long_run(parameters):
        return model.respond(acc, shock, parameters)
    lender = next((m for m in registry.models().values() if m.equilibrium is not None), None)
    if lender is None or lender.equilibrium is None:
        raise BadInput(
            f"{model.name} wants a long-run equilibrium, and no model lends one", fix="install one that does"
        )
    own = others.get(lender.name)
    return model.respond(acc, shock, parameters, lender.equilibrium(acc, lender.parameters() if own is None else own))
