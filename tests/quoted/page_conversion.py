"""docs/conversion.md: what the room says of lost orders, of a budget, and of one firm."""

from __future__ import annotations

import functools

import numpy as np

import xunhuan as xh
from tests.quoted.quotes import quote
from xunhuan.build.capital import CAPITAL, CAPITAL_TABLE
from xunhuan.data.places import places
from xunhuan.data.store import load
from xunhuan.models.conversion.answer import respond
from xunhuan.models.conversion.assumed import assumed
from xunhuan.models.conversion.firms import converting, first_yuan, profit_share
from xunhuan.models.conversion.parameters import ConversionParameters, PerYuan
from xunhuan.models.conversion.read import read
from xunhuan.models.edits import Orders, OriginShift
from xunhuan.models.edits.by_origin import cells_text
from xunhuan.models.model import Numbers, Readings, Shock

PAGE = "docs/conversion.md"


@functools.cache
def omega() -> float:
    """ω of all manufacturing."""
    acc = load(CAPITAL_TABLE)
    goods, parts = acc.sectors.select("manufacturing"), [acc.components.index(c) for c in CAPITAL]
    a = acc.value_added[acc.closed][:, goods][:, :, parts].sum() / acc.output[acc.closed][:, goods].sum()
    return float(a / (1 - a))


@functools.cache
def asked() -> Readings:
    """All orders of manufactures lost for half a year, and a billion yuan for Jiangsu."""
    acc = load("world-2017")
    lost = Orders("foreign", "manufacturing", origin="CHN", change=-1.0, end=182)
    p = ConversionParameters(per_yuan=PerYuan(budget=1e9, regions="CN-JS"))
    return read(acc, respond(acc, Shock((lost,)), p), places(acc))


def spans(n: Numbers, k: int, scale: float = 100.0, digits: int = 0) -> list[str]:
    """A number and its interval."""
    assert n.low is not None
    assert n.high is not None
    return [f"{scale * float(x[k]):.{digits}f}" for x in (np.asarray(n.values), n.low, n.high)]


@quote(PAGE, "in all manufacturing ω is {n}")
def convexity() -> list[str]:
    return [f"{omega():.3f}"]


@quote(
    PAGE, "sell at home {n}% of what they lose ({n} to {n}%), waiting included, and {n}% ({n} to {n}%) once home sales"
)
def sold() -> list[str]:
    return [*spans(asked()["sold_at_home"], -1), *spans(asked()["sold_once_selling"], -1)]


@quote(PAGE, "sold at home before gain {n}% of what they lose, those that did not {n}%")
def by_kind() -> list[str]:
    found = np.asarray(asked()["sold_at_home_by_kind"].values)
    return [f"{100 * x:.0f}" for x in found[:2]]


@quote(PAGE, "At ω = {n} these are {n}, {n} and {n}: a subsidy on converts")
def first() -> list[str]:
    a = assumed()
    found = first_yuan(a["demand_elasticity"].value, omega(), a["firm_tail"].value, a["reach_curvature"].value)
    return [f"{omega():.3f}", *(f"{float(x):.2f}" for x in found)]


@quote(PAGE, "certificates {t}, exhibitions {t}, a subsidy on converts {t}, on all exporters {t}. The best")
def per_yuan() -> list[str]:
    n = asked()["recovered_per_unit"]
    told = [spans(n, k, 1.0, 1) for k in range(4)]
    return [f"{v} ({low} to {high})" for v, low, high in told]


@quote(PAGE, "split puts {n}% into the subsidy on converts and the rest into stands")
def mix() -> list[str]:
    n = asked()["best_mix"]
    share = dict(zip(n.coords["mixed_instrument"], np.asarray(n.values), strict=True))
    assert share["certification"] < 5e-3
    return [f"{100 * share['subsidy_converts']:.0f}"]


@quote(PAGE, "certificates win over {n} firms, the subsidy on converts {n}:")
def firms() -> list[str]:
    n = asked()["firms_by_instrument"]
    of = dict(zip(n.coords["instrument"], np.asarray(n.values), strict=True))
    return [f"{of['certification']:.0f}", f"{of['subsidy_converts']:.0f}"]


@quote(PAGE, "other sellers at home lose {n}% ({n} to {n}%)")
def taken() -> list[str]:
    return spans(asked()["home_sales_taken"], -1)


_CROWDED = (
    "Where Guangdong's goods are wanted {n}% more at home, the long-run model has others at home lose {n}% of what it gains "
    "at short and {n}% at long trade elasticities"
)


@quote(PAGE, _CROWDED)
def crowded_out() -> list[str]:
    acc = load("world-2017")
    g, goods = acc.geography, acc.sectors.select("manufacturing")
    home, mine = g.select("provinces", acc.home), g.codes.index("CN-GD")
    more = OriginShift(to="CHN", cells=cells_text(("CN-GD", acc.sectors.codes[i], 0.01) for i in goods))
    out = ["1"]
    for horizon in ("short", "long"):
        moved = (xh.respond(acc, more, horizon=horizon).accounts.flow - acc.flow)[np.ix_(np.arange(acc.R), home, goods)]
        others = [k for k in home if k != mine]
        out.append(f"{-100 * float(moved[others].sum() / moved[mine].sum()):.0f}")
    return out


@quote(PAGE, "{n} yuan at ω = {n}, {n} at ω = {n}: profit of six million yuan over seven shops, at σ = {n} |")
def shops() -> list[str]:
    sigma = assumed()["demand_elasticity"].value
    most = [1000 * round(float(profit_share(sigma, w)) * 6e6 / 7 / 1000) for w in (omega(), 0.5)]
    return [f"{most[0]:,}", f"{omega():.3f}", f"{most[1]:,}", "0.5", f"{sigma:g}"]


@quote(PAGE, "h = {n}, at least {n} million yuan; at h = {n} it is {n}, at h = {n} it is {n} |")
def sold_before() -> list[str]:
    h = assumed()["home_potential"]
    told = [(f"{x:g}", f"{6 / x:.1f}") for x in (h.value, h.low, h.high)]
    return [y for x in told for y in x]


@quote(PAGE, "Here {n}% of pure exporters turn home")
def turned() -> list[str]:
    a = assumed()
    return [f"{100 * float(converting(a['entry_size'].value, a['firm_tail'].value)):.0f}"]
