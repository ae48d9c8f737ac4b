"""A room of somebody else: a model of a few lines with its own edit, quantity and uncertain parameter, without words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from xunhuan.data.accounts import Accounts
from xunhuan.data.places import Places
from xunhuan.data.records import Finite, Positive, Strict, changed
from xunhuan.faces.recording import record
from xunhuan.models.edits.base import Edit, RegionNames
from xunhuan.models.model import Model, Numbers, Quantity, Readings, Response, Shock, Status, Uncertain
from xunhuan.scenario.bench import run
from xunhuan.scenario.layers import Layers
from xunhuan.scenario.record import Result

CROP = Quantity("crop", "value", ("place",), "value of the harvest gained", better=1, headline=True, picture="bars")


class Rain(Edit):
    """So many days more of rain on some regions."""

    kind = "rain"
    linear = ("days",)

    regions: RegionNames
    days: Finite


class HarvestParameters(Strict):
    """yield_per_day  share of farm output that a day of rain adds"""

    yield_per_day: Positive = 0.01


def respond(accounts: Accounts, shock: Shock, p: HarvestParameters) -> Response:
    """More rain, more farm output; nothing else moves."""
    days = np.zeros(accounts.R)
    for edit in shock.of(Rain):
        days[accounts.geography.select(edit.regions, accounts.home)] += edit.days
    crop = accounts.output[:, 0] * days * p.yield_per_day
    return Response(accounts, xr.Dataset({"crop": ("region", crop)}), Status(message="reaped"))


def read(accounts: Accounts, response: Response | None, places: Places) -> Readings:
    """The harvest gained, by place."""
    gained = np.zeros(accounts.R) if response is None else response.detail["crop"].to_numpy()
    return {"crop": Numbers(("place",), places.sum(gained))}


def harvest(**different: Any) -> Model[HarvestParameters]:
    """The room; `different` is what its quantity's record says otherwise."""
    from dataclasses import replace

    return Model(
        name="harvest",
        parameters=HarvestParameters,
        reads=(Rain,),
        respond=respond,
        read=read,
        quantities=(replace(CROP, **different),),
        uncertain=(Uncertain("soil", lambda p, x, acc: changed(p, yield_per_day=p.yield_per_day * x), lambda p: None),),
    )


def answered(question: dict[str, Any], out: Path | None = None) -> Result:
    """The scenario's result, written to a folder as the command line does where one is given."""
    layers = Layers("scenario", question, (), None)
    return run(layers) if out is None else record(layers, out)


def question(**more: Any) -> dict[str, Any]:
    """A scenario on Toyland that only this room can answer."""
    rain = {"name": "a wet spring", "rain": {"regions": "AT-N", "days": 10}}
    drought = {"name": "a dry summer", "rain": {"regions": "ATL", "days": -20}}
    return {
        "title": "What rain does", "base": "toyland", "shock": [rain, drought],
        "arms": {"wet": ["a wet spring"], "dry": ["a dry summer"]}, "model": {"harvest": {}},
        "uncertainty": {"draws": 4, "soil": {"low": 0.5, "high": 1.5}}, **more,
    }  # fmt: skip
