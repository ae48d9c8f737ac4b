"""docs/gateways.md."""

from __future__ import annotations

import functools

import numpy as np
import pandas as pd
import xarray as xr

from tests.quoted.common import number
from tests.quoted.quotes import quote
from xunhuan.data.records import changed
from xunhuan.data.store import load
from xunhuan.models import registry
from xunhuan.models.edits import Edit
from xunhuan.models.gateway.edits import GatewayClosed, GatewayOnly
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
