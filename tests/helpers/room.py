"""A room of one's own: what a day of rain adds to the harvest."""

import numpy as np
import xarray as xr

from xunhuan.data.records import Finite, Positive, Strict, changed
from xunhuan.models.edits import Edit
from xunhuan.models.edits.base import RegionNames
from xunhuan.models.model import Model, Numbers, Quantity, Response, Status, Uncertain


class Rain(Edit):
    """So many days more of rain on some regions."""

    kind, linear = "rain", ("days",)
    regions: RegionNames
    days: Finite


class Soil(Strict):
    """yield_per_day  share of the first sector's output that a day of rain adds"""

    yield_per_day: Positive = 0.01


def respond(acc, shock, p):
    days = np.zeros(acc.R)
    for e in shock.of(Rain):
        days[acc.geography.select(e.regions, acc.home)] += e.days
    crop = p.yield_per_day * days * acc.output[:, 0]
    return Response(acc, xr.Dataset({"crop": ("region", crop)}), Status(message="reaped"))


def read(acc, response, places):
    crop = np.zeros(acc.R) if response is None else response.detail["crop"].to_numpy()
    return {"crop": Numbers(("place",), places.sum(crop))}


MODEL = Model(
    name="harvest",
    parameters=Soil,
    reads=(Rain,),
    respond=respond,
    read=read,
    quantities=(
        Quantity("crop", "value", ("place",), "value of the harvest gained", better=1, headline=True, picture="bars"),
    ),
    uncertain=(Uncertain("soil", lambda p, x, acc: changed(p, yield_per_day=p.yield_per_day * x), lambda p: None),),
    sources=("MillerBlair2009",),
)
