"""The conversion room's record: firms that lose orders abroad turn to the home market, with and without help."""

from __future__ import annotations

from typing import Any

import numpy as np

from xunhuan.data.accounts import Accounts
from xunhuan.data.records import changed
from xunhuan.models.conversion.assumed import assumed
from xunhuan.models.conversion.edits import HELPS
from xunhuan.models.conversion.page import CONVERSION_PAGE, figure_grounds
from xunhuan.models.conversion.parameters import ASSUMED_NAMES, ConversionParameters
from xunhuan.models.conversion.read import QUANTITIES, read
from xunhuan.models.conversion.told import CONVERSION_VIEWS
from xunhuan.models.edits import Edit, Orders
from xunhuan.models.model import Model, Response, Shock, Uncertain, words_beside


def _respond(accounts: Accounts, shock: Shock, parameters: ConversionParameters) -> Response:
    """What firms sell at home; see `answer.respond`."""
    from xunhuan.models.conversion.answer import respond as answered

    return answered(accounts, shock, parameters)


def _hands_on(response: Response) -> tuple[Edit, ...]:
    """For the model that comes after; see `handing.hands_on`."""
    from xunhuan.models.conversion.handing import hands_on

    return hands_on(response)


def _figure(name: str) -> Uncertain[ConversionParameters]:
    """An assumed figure in its own unit; "own": by its range."""

    def move(p: ConversionParameters, value: Any, acc: Accounts) -> ConversionParameters:
        return p if value == "" else changed(p, **{name: float(value)})

    def errors(p: ConversionParameters, number: float, acc: Accounts) -> ConversionParameters:
        return changed(p, **{name: float(assumed()[name].at(np.array(number), getattr(p, name)))})

    return Uncertain(name, move, lambda p: None, level=True, errors=errors)


MODEL: Model[ConversionParameters] = Model(
    name="conversion",
    parameters=ConversionParameters,
    reads=(Orders, *HELPS),
    respond=_respond,
    read=read,
    quantities=QUANTITIES,
    uncertain=tuple(map(_figure, ASSUMED_NAMES)),
    horizon="short",
    hands_on=_hands_on,
    point=lambda p: changed(p, draws=0),
    views=CONVERSION_VIEWS,
    shown=("sectors", "horizon", "spread"),
    sources=("AlmuniaAntrasLopezRodriguezMorales2021", "Arkolakis2010", "Melitz2003"),
    words=words_beside("xunhuan.models.conversion"),
    size=lambda acc, p: 0.1,
    asking=CONVERSION_PAGE,
    rests_on=figure_grounds,
)
