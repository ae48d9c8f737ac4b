"""A room as somebody else would write it: a model of twenty lines, an edit of its own, and no words at all."""

from __future__ import annotations

import numpy as np
import xarray as xr

from xunhuan.data.accounts import Accounts
from xunhuan.data.places import Places
from xunhuan.data.records import Positive, Strict, changed
from xunhuan.models.edits.base import Edit, RegionNames
from xunhuan.models.model import Model, Numbers, Quantity, Readings, Response, Shock, Status, Uncertain


class Rain(Edit):
    """Days of rain on `regions`."""

    kind = "rain"
    linear = ("days",)

    regions: RegionNames
    days: Positive


class HarvestParameters(Strict):
    """grain  reaped after a day of rain, share of the year's output of the first sector."""

    grain: Positive = 0.01


def respond(acc: Accounts, shock: Shock, p: HarvestParameters) -> Response:
    """crop[r] = grain · days[r] · output[r, first sector]."""
    days = np.zeros(acc.R)
    for e in shock.of(Rain):
        days[acc.geography.select(e.regions, acc.home)] += e.days
    crop = p.grain * days * acc.output[:, 0]
    return Response(acc, xr.Dataset({"crop": ("region", crop)}), Status())


def read(acc: Accounts, response: Response | None, places: Places) -> Readings:
    """The crop by place; nothing in the base."""
    crop = np.zeros(acc.R) if response is None else response.detail["crop"].to_numpy()
    return {"crop": Numbers(("place",), places.sum(crop))}


MODEL: Model[HarvestParameters] = Model(
    name="harvest",
    parameters=HarvestParameters,
    reads=(Rain,),
    respond=respond,
    read=read,
    quantities=(Quantity("crop", "value", ("place",), "grain reaped", better=1, headline=True, picture="bars"),),
    uncertain=(Uncertain("soil", lambda p, factor, acc: changed(p, grain=p.grain * factor), lambda p: None),),
)
