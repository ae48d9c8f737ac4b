"""docs/cities.md: what crosses city lines, and who gains by one bay area."""

from __future__ import annotations

import functools
from dataclasses import replace

import numpy as np

from tests.helpers.raw import raw_folder
from tests.quoted.common import enough
from tests.quoted.quotes import quote
from xunhuan.build.places import BAY_GDP, bay_gdp
from xunhuan.data.accounts import Accounts
from xunhuan.data.cities import CityBorders, Wall
from xunhuan.data.store import load
from xunhuan.scenario.bench import run_layers
from xunhuan.scenario.ensemble import Plan
from xunhuan.scenario.layers import read_layers
from xunhuan.scenario.record import Result

PAGE = "docs/cities.md"


@functools.cache
def table() -> Accounts:
    """Guangdong as its cities."""
    return load("world-2017").split("CN-GD")


def crossing(acc: Accounts) -> float:
    """Part of the province's own flow that crosses a city line, percent."""
    at = [acc.geography.codes.index(c) for c in acc.geography.clusters["CN-GD"]]
    own = acc.flow[np.ix_(at, at)].sum(2)
    return float(100 * (1 - np.trace(own) / own.sum()))


@functools.cache
def result() -> Result:
    """The scenario of the library; measures and what choices make are not quoted here."""
    layers = read_layers("bay-area-cities")
    made = run_layers(replace(layers, data={**layers.data, "measure": {"sectors": {}}}), None, Plan(1), choices=False)
    assert enough(made.manifest["draws"]["total"])
    return made


@quote(PAGE, "which officially make {n}% of the province's; in the split table they make {n}%")
def nine() -> list[str]:
    acc = table()
    parts = [[acc.geography.codes.index(c) for c in acc.geography.clusters[n]] for n in ("GBA9", "CN-GD")]
    made = [float(acc.gdp[p].sum()) for p in parts]
    return [f"{100 * float(bay_gdp(raw_folder()).sum()) / BAY_GDP:.1f}", f"{100 * made[0] / made[1]:.1f}"]


@quote(PAGE, "with b = {n} and δ = {n} in the table itself: {n}% of")
def assumed() -> list[str]:
    return [f"{Wall().border:g}", f"{Wall().decay:g}", f"{crossing(table()):.0f}"]


@quote(PAGE, "The books allow {n}% at least and {n}% at most")
def limits() -> list[str]:
    world = load("world-2017")
    return [
        f"{crossing(world.split('CN-GD', inner='least')):.0f}",
        f"{crossing(world.split('CN-GD', inner='most')):.0f}",
    ]


@quote(PAGE, "to {n} and δ from 0 (distance hardly counts) to {n} (as between provinces): from {n}% to {n}% crosses")
def versions() -> list[str]:
    drawn = [crossing(table().draw(k)) for k in range(table().draws)]
    assert isinstance(table().posterior, CityBorders)
    return [f"{2 * Wall().border:g}", f"{2 * Wall().decay:g}", f"{min(drawn):.0f}", f"{max(drawn):.0f}"]


@quote(
    PAGE, "gives Jiangmen {n}% of real income ({n} to {n}%), Shenzhen {n}% ({n} to {n}%), and takes {n}% ({n} to {n}%)"
)
def gains() -> list[str]:
    told = result().summary.query("variable == 'real_income' and arm == 'one bay area'").set_index("place")
    out = []
    for city in ("CN-4407", "CN-4403", "CN-4417"):
        out += [f"{abs(100 * told.loc[city, c]):.1f}" for c in ("value", "low", "high")]
    assert told.loc["CN-4417", "high"] < 0 < told.loc["CN-4403", "low"]
    return out
