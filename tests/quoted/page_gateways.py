"""docs/gateways.md."""

from __future__ import annotations

import functools
import tempfile
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
import xarray as xr

import xunhuan as xh
from tests.helpers.lines import hours_by
from tests.quoted.common import number
from tests.quoted.quotes import quote
from xunhuan.data.arrays import Array
from xunhuan.data.records import changed
from xunhuan.data.store import load
from xunhuan.models import registry
from xunhuan.models.edits import Edit, TradeCost
from xunhuan.models.edits.handed import CellArray, Routes
from xunhuan.models.gateway.edits import GatewayClosed, GatewayOnly, Line
from xunhuan.models.gateway.network import network
from xunhuan.models.model import Response, Shock
from xunhuan.scenario.lend import responded

PAGE = "docs/gateways.md"
BARRIERS, TRANSPORT = 0.20, 0.42
"""Barriers to trade of agricultural traders in China in 2004, share of its value, and the part of them that is transport
[Li et al. 2012, abstract]."""


@functools.cache
def canton() -> Response:
    """Guangzhou alone open, at both ends of distance."""
    model = registry.find("gateway")
    return responded(model, load("world-2017"), Shock((GatewayOnly(gateways="CAN"),)), model.parameters())


@quote(PAGE, "Goods between provinces cost {n}% of their value to carry by them")
def carrying() -> list[str]:
    return [number(100 * float(canton().detail["freight"]), 1)]


@quote(PAGE, "The port of Shanghai carries between {n}% and {n}% of China's goods trade with abroad")
def shanghai() -> list[str]:
    passes = canton().detail["passes_before"].sum("home")
    share = (passes.sel(gateway="SHA") / passes.sum("gateway")).values
    return [number(100 * x, 1) for x in sorted(share)]


@quote(PAGE, "China loses between {n}% and {n}% of real income, and so does Guangdong: between {n}% and {n}%")
def one_gateway() -> list[str]:
    d, acc = canton().detail, canton().accounts
    home = np.array([n == acc.home for n in acc.geography.nation])
    base, hat = d["income_base"].to_numpy(), d["real_income_hat"].to_numpy()
    nation = 1 - (base * hat)[:, home].sum(1) / base[home].sum()
    gd = 1 - hat[:, acc.geography.codes.index("CN-GD")]
    return [number(100 * x, 1) for x in (*sorted(nation), *sorted(gd))]


def asked(*edits: Edit, **parameters: object) -> xr.Dataset:
    """An answer without real income."""
    model = registry.find("gateway")
    p = changed(model.parameters(), income=False, **parameters)
    return responded(model, load("world-2017"), Shock(edits), p).detail


@quote(PAGE, "| carrying between provinces | {n}% of value |")
def carrying_again() -> list[str]:
    return carrying()


@quote(PAGE, "| the same with railways a seventh longer | {n}% of value |")
def longer() -> list[str]:
    p = registry.find("gateway").parameters()
    found = asked(rail=changed(p.rail, detour=1.15), distance="freight", targets="none")
    return [number(100 * float(found["freight"]), 1)]


@quote(PAGE, "was chosen with it in sight | correlation {n} by freight, {n} by gravity |")
def unfitted() -> list[str]:
    """Ports of which the network's targets have the containers, entrepots apart."""
    targets = pd.read_csv(network("transport-2017").folder / "targets.csv")
    boxes = targets[(targets["status"] == "read") & (targets["class"] == "general") & (targets["way"] == "export")]
    boxes = boxes.set_index("gateway")["share"]
    found = asked(targets="none")["passes"].sum("home").sel(gateway=list(boxes.index)).to_numpy()
    return [number(np.corrcoef(np.log(row), np.log(boxes))[0, 1], 2) for row in found]


def stuck(spare: float) -> list[str]:
    """Of China's goods trade with abroad while Shanghai's gateways are closed, ends of distance, per cent."""
    d = asked(GatewayClosed(gateways="SHA+PVG", start=0, end=30), spare=spare)
    traded = d["passes_before"].to_numpy().sum(2)
    lost = (d["stuck_by_end"].to_numpy()[:, 0] * traded).sum(1) / traded.sum(1)
    return [number(100 * x, 1) for x in sorted(lost)]


@quote(PAGE, "nothing to spare elsewhere | stuck: {n} to {n}% |")
def stuck_all() -> list[str]:
    return stuck(0.0)


@quote(PAGE, "| with a tenth to spare | stuck: {n} to {n}% |")
def stuck_most() -> list[str]:
    return stuck(0.1)


@quote(PAGE, "| with three tenths | stuck: {n} to {n}% |")
def stuck_some() -> list[str]:
    return stuck(0.3)


@quote(PAGE, "| {n}%: transport is {n}% of barriers of a fifth of value")
def traders() -> list[str]:
    return [number(100 * BARRIERS * TRANSPORT, 1), number(100 * TRANSPORT, 0)]


SPEC_WAY = ("Guangzhou", "Foshan", "Jiangmen", "Yangjiang", "Maoming", "Zhanjiang")
"""The way of an independent working of the same costs, before this room; the library's goes by Zhaoqing and Yunfu."""
OTHER_LINE, OTHER_CITIES = 0.015, (0.92, 0.71, 0.47)
"""What that working gives Guangdong, and Zhanjiang, Maoming and Yangjiang, per cent."""
LI_YANG_HUANG = (19.5, 29.8)
"""Trade between provinces as they print it, and what they have it rise to, per cent of output."""
WAY = ("Guangzhou", "Foshan", "Zhaoqing", "Yunfu", "Yangjiang", "Maoming", "Zhanjiang")


def income(cost: Array, region: str = "CN-GD") -> float:
    """Change of a region's real income under changes of trade cost, per cent."""
    acc = load("world-2017")
    r = xh.respond(acc, Routes(cost=CellArray(cost)))
    return 100 * (float(r.detail["real_income_hat"].values[acc.geography.codes.index(region)]) - 1)


@functools.cache
def mixed(way: tuple[str, ...], *parts: str) -> tuple[tuple[float, ...], ...]:
    """Guangdong's gain of a mixed line by part, at both ends of distance: part e."""
    acc = load("world-2017")
    d = asked(Line(via=way, kind="fast mixed", speed=200))
    home = [k for k, n in enumerate(acc.geography.nation) if n == acc.home]
    gd, travelled = acc.geography.codes.index("CN-GD"), acc.sectors.select("market_services")
    found: dict[str, list[float]] = {p: [] for p in parts}
    for whole in d["cost_by_end"].values:
        goods, people, own, others = (np.ones_like(whole) for _ in range(4))
        people[:, :, travelled] = whole[:, :, travelled]
        goods[:] = whole / people
        others[:] = goods
        others[home, home] = 1
        own[gd, gd] = goods[gd, gd]
        for p, cost in (("all", whole), ("people", people), ("own", own), ("others", others)):
            if p in found:
                found[p].append(income(cost))
    return tuple(tuple(v) for v in found.values())


@quote(PAGE, "gives Guangdong {n}% of real income at freight cost and {n}% at gravity")
def line_all() -> list[str]:
    return [number(x, 2) for x in mixed(WAY, "all", "people", "own", "others")[0]]


@quote(PAGE, "people's services {n}%; goods inside the province {n} to {n}%; goods traded with others {n} to {n}%")
def line_parts() -> list[str]:
    _, people, own, others = mixed(WAY, "all", "people", "own", "others")
    return [number(people[0], 2), *(number(x, 3) for x in (*own, *others))]


@quote(PAGE, "has {n}% where such a count gives {n} to {n}% here")
def line_other() -> list[str]:
    return [number(OTHER_LINE, 3), *(number(x, 3) for x in mixed(SPEC_WAY, "others")[0])]


@functools.cache
def without_railways() -> str:
    """Folder of the bundled network without its railways."""
    folder = Path(tempfile.mkdtemp())
    for file in network("transport-2017").folder.glob("*.csv"):
        rows = pd.read_csv(file)
        (rows[rows["mode"] != "rail"] if file.stem == "edges" else rows).to_csv(folder / file.name, index=False)
    return str(folder)


def by_city(ways: Literal["network", "distance"] = "network", horizon: str = "long", **parameters: object) -> list[str]:
    """What a line of people by that way gives Zhanjiang, Maoming and Yangjiang, per cent."""
    model, acc = registry.find("gateway"), load("world-2017").split("CN-GD", ways=ways)
    shock = Shock((Line(via=SPEC_WAY, kind="high-speed passenger"),))
    trade = {"trade": registry.find("trade").parameters(horizon=horizon)}
    hat = responded(model, acc, shock, model.parameters(distance="freight", **parameters), trade).detail[
        "real_income_hat"
    ]
    return [number(100 * (hat.values[0, acc.geography.index(c)] - 1), 2) for c in ("Zhanjiang", "Maoming", "Yangjiang")]


OLD_TRAIN = 8.5
"""Hours from Guangzhou to Zhanjiang by the old railway (China Daily, 4 July 2018)."""


@quote(PAGE, "by the old railway Zhanjiang was {n} hours away (China Daily, {n} July 2018)")
def line_old_train() -> list[str]:
    return [number(OLD_TRAIN, 1), "4"]


@quote(PAGE, "| the independent calculation | {n}% | {n}% | {n}% |")
def line_other_cities() -> list[str]:
    return [number(x, 2) for x in OTHER_CITIES]


@quote(PAGE, "| here, railways of 2017 | {n}% | {n}% | {n}% |")
def line_cities() -> list[str]:
    return by_city()


@quote(PAGE, "| none of the railways there are | {n}% | {n}% | {n}% |")
def line_first() -> list[str]:
    return by_city(network=without_railways())


@quote(PAGE, "| railways of 2024, the line of 2018 among them | {n}% | {n}% | {n}% |")
def line_later() -> list[str]:
    return by_city(year=2024)


@quote(PAGE, "| trade elasticities of a year | {n}% | {n}% | {n}% |")
def line_short() -> list[str]:
    return by_city(horizon="short")


@quote(PAGE, "| cities share by distance | {n}% | {n}% | {n}% |")
def line_by_distance() -> list[str]:
    return by_city("distance")


@quote(
    PAGE,
    "Yangjiang is {n} hours from Guangzhou by road and saves {n}, Zhanjiang {n} hours by the old railway and saves {n}",
)
def line_hours() -> list[str]:
    old, new = hours_by(SPEC_WAY)
    at = network("transport-2017").cities["city"].tolist()
    a, others = at.index("Guangzhou"), [at.index(c) for c in ("Yangjiang", "Zhanjiang")]
    return [number(x, 1) for k in others for x in (old[a, k], old[a, k] - new[a, k])]


@functools.cache
def apart(table: str) -> tuple[float, ...]:
    """Part of what provinces use that comes from other provinces, per cent: in the table, and with costs a sixth lower at
    trade elasticities of 3 and 4."""
    acc = load(table)
    home = np.flatnonzero([n == acc.home for n in acc.geography.nation])
    fall = TradeCost(**{"from": "provinces", "to": "provinces"}, sectors="all", change=-0.16)  # type: ignore[arg-type]
    out = []
    for a in (acc, *(xh.respond(acc, fall, theta=t).accounts for t in (3.0, 4.0))):
        inside = a.flow[np.ix_(home, home)].sum(2)
        out.append(100 * float((inside.sum() - np.trace(inside)) / a.flow[:, home].sum()))
    return tuple(out)


@quote(PAGE, "from {n}% of what they use to {n}% and to {n}% at trade elasticities of three and four")
def apart_reported() -> list[str]:
    return [number(x, 1) for x in apart("china-2017-reported")]


@quote(PAGE, "Li, Yang and Huang print {n}% and {n}%")
def published() -> list[str]:
    return [number(x, 1) for x in LI_YANG_HUANG]


@quote(PAGE, "as harmonised, to {n}% and {n}%")
def apart_harmonised() -> list[str]:
    return [number(x, 1) for x in apart("china-2017")[1:]]
