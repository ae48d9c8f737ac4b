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
from xunhuan.data.cities import CityBorders
from xunhuan.data.store import load
from xunhuan.data.ways import CITY_THETA, DISTANCE_EFFECT, Wall, listed_ways
from xunhuan.faces.rounding import adding
from xunhuan.measures import circulation
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


@functools.cache
def by_distance() -> Accounts:
    """The same by distance between cities, not by what ways cost."""
    return load("world-2017").split("CN-GD", ways="distance")


@quote(PAGE, "with θ = {n} and b = {n} in the table itself: {n}% of")
def assumed() -> list[str]:
    return [f"{CITY_THETA:g}", f"{Wall().border:g}", f"{crossing(table()):.0f}"]


@quote(
    PAGE, "as trade between provinces falls with distance, by {n}: κ is then {n} for most goods, {n} for those in bulk"
)
def steep() -> list[str]:
    ways = listed_ways("CHN")
    assert ways is not None
    kappa = dict(zip(ways.classes, DISTANCE_EFFECT / (CITY_THETA * ways.slope), strict=True))
    return [f"{DISTANCE_EFFECT:g}", f"{kappa['general']:.1f}", f"{kappa['bulk']:.1f}"]


@quote(
    PAGE,
    "cost of ways between two of Guangdong’s cities is {n}% of the value of most goods in the mean, and at most {n}%",
)
def near() -> list[str]:
    ways = listed_ways("CHN")
    assert ways is not None
    g = table().geography
    x = ways.among([(c,) for c in g.clusters["CN-GD"]])
    assert x is not None
    apart = x[ways.classes.index("general")][~np.eye(x.shape[1], dtype=bool)]
    return [f"{100 * apart.mean():.1f}", f"{100 * apart.max():.1f}"]


OTHER_CROSSING = 69
"""What crosses city lines in a working of the same equations that is not this project's, percent."""


@quote(PAGE, "An independent calculation by the same equations has {n}% cross")
def crossing_elsewhere() -> list[str]:
    return [f"{OTHER_CROSSING}"]


@quote(PAGE, "| crosses a city line | {n}% | {n}% |")
def crossing_either_way() -> list[str]:
    return [f"{crossing(t):.0f}" for t in (by_distance(), table())]


def shares_of(city: str) -> list[str]:
    """Own, inter and external share of a city, percent: by distance, then by the cost of ways."""
    out = []
    for acc in (by_distance(), table()):
        found = circulation(acc, city)
        out += adding([100 * float(found[c].item()) for c in ("own", "inter", "external")], 1)
    return [f"{x:.1f}" for x in out]


@quote(PAGE, "| Guangzhou: own, inter, foreign | {n}, {n}, {n}% | {n}, {n}, {n}% |")
def guangzhou() -> list[str]:
    return shares_of("Guangzhou")


@quote(PAGE, "| Shenzhen | {n}, {n}, {n}% | {n}, {n}, {n}% |")
def shenzhen() -> list[str]:
    return shares_of("Shenzhen")


@quote(PAGE, "| Zhanjiang | {n}, {n}, {n}% | {n}, {n}, {n}% |")
def zhanjiang() -> list[str]:
    return shares_of("Zhanjiang")


@quote(PAGE, "| Yangjiang | {n}, {n}, {n}% | {n}, {n}, {n}% |")
def yangjiang() -> list[str]:
    return shares_of("Yangjiang")


@quote(PAGE, "The books allow {n}% at least and {n}% at most")
def limits() -> list[str]:
    world = load("world-2017")
    return [
        f"{crossing(world.split('CN-GD', inner='least')):.0f}",
        f"{crossing(world.split('CN-GD', inner='most')):.0f}",
    ]


@quote(PAGE, "Versions draw b from 0 to {n} and κ from carrying to gravity: from {n}% to {n}% crosses")
def versions() -> list[str]:
    assert isinstance(table().posterior, CityBorders)
    drawn = [crossing(table().draw(k)) for k in range(table().draws)]
    return [f"{2 * Wall().border:g}", f"{min(drawn):.0f}", f"{max(drawn):.0f}"]


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
