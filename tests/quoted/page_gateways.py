"""docs/gateways.md."""

from __future__ import annotations

import functools

import numpy as np

from tests.quoted.common import number
from tests.quoted.quotes import quote
from xunhuan.data.store import load
from xunhuan.models import registry
from xunhuan.models.gateway.edits import GatewayOnly
from xunhuan.models.model import Response, Shock
from xunhuan.scenario.lend import responded

PAGE = "docs/gateways.md"


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
