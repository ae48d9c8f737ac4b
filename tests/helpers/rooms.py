"""Two small rooms of nobody's: weather, whose rain makes everything grow and floods; a mill, which grinds what there is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import xarray as xr

from xunhuan.data.accounts import Accounts
from xunhuan.data.places import Places
from xunhuan.data.records import Positive, Strict
from xunhuan.models.edits.base import Edit, Local, RegionNames
from xunhuan.models.model import Model, Numbers, Quantity, Readings, Response, Shock, Status, Uncertain


class Rain(Edit):
    """Days of rain on regions."""

    kind = "rain"
    linear = ("days",)
    amount = "days"

    regions: RegionNames
    days: Positive


class Flood(Local):
    """Fields under water, by the days it takes to dry them."""

    kind = "flood"
    linear = ("days",)

    days: Positive


class Weather(Strict):
    """growth  share by which a day of rain makes the whole table grow · dry  days of rain that do not flood"""

    growth: float = 0.01
    dry: float = 5.0


class Mill(Strict):
    """speed  share of what there is that is ground"""

    speed: float = 0.5


def grow(acc: Accounts, shock: Shock, p: Weather) -> Response:
    """The table times 1 + growth × days of rain, everywhere: no rain falls on one field alone."""
    days = sum(e.days for e in shock.of(Rain))
    factor = 1 + p.growth * days
    new = acc.replace(**{n: factor * getattr(acc, n) for n in ("flow", "use", "final", "value_added")})
    detail = xr.Dataset({"days": days}, attrs={"wet": "+".join(str(e.regions) for e in shock.of(Rain)), "dry": p.dry})
    return Response(new, detail, Status(message=f"rained {days:g} days"), notes=(f"it rained {days:g} days",))


def floods(response: Response) -> tuple[Edit, ...]:
    """What rain beyond the dry days leaves, and rain that nobody downstream reads."""
    over = float(response.detail["days"]) - float(response.detail.attrs["dry"])
    wet = str(response.detail.attrs["wet"])
    return (Flood(wet, days=over), Rain(wet, days=over)) if over > 0 else ()


def harvest(acc: Accounts, response: Response | None, at: Places) -> Readings:
    """GDP of the answer over the base's, less 1."""
    new = acc if response is None else response.accounts
    return {"harvest": Numbers(("place",), at.sum(new.gdp) / at.sum(acc.gdp) - 1)}


def grind(acc: Accounts, shock: Shock, p: Mill) -> Response:
    """A share of the GDP it finds, less a tenth for each day of flood."""
    assert not shock.of(Rain), "a mill reads no rain"
    wet = sum(e.days for e in shock.of(Flood))
    detail = xr.Dataset({"ground": ("region", p.speed * acc.gdp * (1 - 0.1 * wet))}, attrs={"wet": wet})
    return Response(acc, detail, Status(), notes=(f"{wet:g} days of flood",))


def ground(acc: Accounts, response: Response | None, at: Places) -> Readings:
    """What is ground, and the GDP it was ground from; a miller at rest grinds nothing."""
    flour = np.zeros(acc.R) if response is None else response.detail["ground"].to_numpy()
    return {"flour": Numbers(("place",), at.sum(flour)), "grist": Numbers(("place",), at.sum(acc.gdp))}


def _grow(p: Weather, factor: float, acc: Accounts) -> Weather:
    return p.model_copy(update={"growth": p.growth * factor})


WEATHER: Model[Weather] = Model(
    name="weather",
    parameters=Weather,
    reads=(Rain,),
    respond=grow,
    read=harvest,
    quantities=(
        Quantity("harvest", "share", ("place",), "growth of GDP by rain", better=1, headline=True, picture="bars"),
    ),
    uncertain=(Uncertain("growth", _grow, lambda p: None),),
    hands_on=floods,
)
MILL: Model[Mill] = Model(
    name="mill",
    parameters=Mill,
    reads=(Flood,),
    respond=grind,
    read=ground,
    quantities=(
        Quantity("flour", "value", ("place",), "what is ground", headline=True, rest=None),
        Quantity("grist", "value", ("place",), "GDP of the table that the mill is given", rest=None),
    ),
)
SHORT_MILL = replace(MILL, horizon="short")


def many(calls: list[int], refuse: float = np.inf) -> Model[Weather]:
    """Weather that takes many draws at once, noting how many; it refuses where a day's growth is more than `refuse`."""
    from xunhuan.errors import BadInput

    def one(acc: Accounts, shock: Shock, p: Weather) -> Response:
        if p.growth > refuse:
            raise BadInput(f"growth of {p.growth:g} is more than a field bears")
        return grow(acc, shock, p)

    def together(acc: Accounts, shocks: Sequence[Shock], given: Sequence[Weather], *, booked: bool = True) -> Any:
        calls.append(len(shocks))
        return (one(acc, s, p) for s, p in zip(shocks, given, strict=True))

    return replace(WEATHER, respond=one, respond_many=together)
