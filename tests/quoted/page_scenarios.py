"""docs/scenarios.md."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import xarray as xr

import xunhuan as xh
from tests.quoted.common import accounts, bare, in_words, number, signed
from tests.quoted.quotes import quote
from xunhuan.models.edits import TradeCost
from xunhuan.models.model import Shock
from xunhuan.models.trade import TradeParameters
from xunhuan.models.trade.solve import primitives_of
from xunhuan.scenario.coalition import FEW_PLAYERS
from xunhuan.scenario.compare import SIZES, TELLING
from xunhuan.scenario.layers import read_layers
from xunhuan.scenario.scenario import DIGEST_DIGITS, BreakEven, Reinforcement

PAGE = "docs/scenarios.md"


@quote(PAGE, "a tenth of the gap: {n}% on average trade")
def national_market() -> list[str]:
    """Mean change of the cost of goods between provinces, weighted by their trade."""
    layers = read_layers("national-market")
    (shock,) = layers.data["shock"]
    acc = accounts(layers.data["base"])
    cost = primitives_of(acc, Shock((TradeCost(**shock["trade_cost"]),)), TradeParameters()).trade_cost
    at = [k for k, nation in enumerate(acc.geography.nation) if nation == acc.home]
    goods = acc.sectors.select(shock["trade_cost"]["sectors"])
    trade = acc.flow[np.ix_(at, at, goods)] * (1 - np.eye(len(at)))[:, :, None]
    return [bare(signed(float((trade * (cost[np.ix_(at, at, goods)] - 1)).sum() / trade.sum()), 0))]


@quote(
    PAGE,
    "with a digest ({n} digits or more) any other numbers are refused",
    "the shock costs less than {n}%: a ratio to almost nothing",
    "Sizes ¼, ½, {n}, {n} ... are tried",
    "until |W| is below {n}% of the loss",
    "the buyers spend {n}% more on home's goods",
)
def parameters() -> list[str]:
    assert SIZES[:2] == (0.25, 0.5)
    near, shift = BreakEven.model_fields["tolerance"].default, Reinforcement.model_fields["shift"].default
    return [
        str(DIGEST_DIGITS),
        f"{100 * TELLING:g}",
        *(f"{s:g}" for s in SIZES[2:4]),
        f"{100 * near:g}",
        f"{100 * shift:g}",
    ]


# --- the library -----------------------------------------------------------------------------------------------------------


def lines(name: str, kind: str) -> Iterator[dict[str, Any]]:
    """Every edit of a kind that a scenario of the library makes."""
    for shock in read_layers(name).data["shock"]:
        found = shock.get(kind, [])
        yield from found if isinstance(found, list) else [found]


def magnitudes(name: str, kind: str, field: str) -> list[float]:
    """Values of a field over the edits of a scenario, in their order, each once, per cent."""
    return list(dict.fromkeys(100 * float(e[field]) for e in lines(name, kind) if field in e))


def gained(values: list[float], digits: int) -> list[str]:
    return [bare(signed(x / 100, digits)) for x in values]


@quote(
    PAGE,
    "and {n} to {n}% of their machinery",
    "goods between provinces {n}% [Li et al. 2012]",
    "| {n} and {n} points on all goods ({n} to {n}%, {n} to {n}%), Bown, PIIE |",
    "| {n}, {n}, {n} points, Bown, PIIE, after 14 May 2025 |",
    "sales cut by {n} to {n}% at given prices",
    "| {n}%, textiles {n}%, UNCTAD and WTO; and all of them |",
    "Guangdong and Hong Kong | {n}%: all barriers but transport",
)
def library() -> list[str]:
    (integration,) = magnitudes("chip-embargo", "trade_cost", "change")
    machines = magnitudes("chip-embargo", "trade_cost", "cut")
    source = read_layers("us-tariffs-2018-2020").data["source"]
    levels = re.findall(r"(\d+\.\d)%(?: before| from|, special| after)", source)
    first = magnitudes("us-tariffs-2018-2020", "tariff", "add")
    assert len(levels) >= 4, source
    before_us, after_us, before_cn, after_cn = map(float, levels[:2] + levels[-2:])
    np.testing.assert_allclose(first, [after_us - before_us, after_cn - before_cn], atol=1e-9)
    second = magnitudes("us-tariffs-2025", "tariff", "add")
    cuts = magnitudes("entity-list", "trade_cost", "cut")
    orders = magnitudes("orders-cancelled-2020", "orders", "change")[:2]
    (delta,) = {
        *magnitudes("yrd-integration", "trade_cost", "change"),
        *magnitudes("gba-integration", "trade_cost", "change"),
    }
    return [
        number(min(machines)), number(max(machines)), number(integration),
        *gained(first, 1), *(f"{x:.1f}" for x in (before_us, after_us, before_cn, after_cn)),
        *gained(second[:1], 1), *gained(second[1:2], 0), *gained(second[2:], 1), number(min(cuts)), number(max(cuts)),
        *map(number, orders), number(delta),
    ]  # fmt: skip


@quote(PAGE, "| {n} to {n}% of revenue, taxes and fees {n} to {n}%, World Bank (2006) |")
def institutional_costs() -> list[str]:
    rates = [(float(e["rate"]), float(e["to"])) for e in lines("institutional-costs", "wedge")]
    assert rates[0] == rates[1]
    return [f"{100 * x:.1f}" for pair in rates[1:] for x in pair]


MEMBERS = ("USA", "JPN", "KOR", "TWN", "NLD")


@functools.cache
def sanction(deficits: str = "world_share") -> xr.Dataset:
    return xh.coalition(
        accounts("world-2017"), MEMBERS, "CHN", "electronics", share=deficits == "world_share", deficits=deficits
    )


@quote(
    PAGE,
    "| member | loss | alone | stays out | China: it alone | China: Shapley | receives | % of income | "
    "|---|--:|--:|--:|--:|--:|--:|--:| {t} China loses {n}%; alike, each member would lose {n}%.",
    "Taiwan loses {t} times as much as China does, and would gain {n}% by staying out. And the closure counts: with "
    "balanced trade Taiwan loses {n}%",
    "By income the five lose {n}% on average together and {n}% each alone",
)
def coalition() -> list[str]:
    c = sanction()
    told = ("loss", "loss_alone", "loss_outside", "alone", "shapley")
    rows = []
    for k, m in enumerate(MEMBERS):
        received = float(c["received"][k])
        sums = [number(received), number(100 * received / float(c["income"][k]), 2)]
        rows.append(f"| {' | '.join([m, *(number(100 * float(c[n][k]), 2) for n in told), *sums])} |")
    at = MEMBERS.index("TWN")
    taiwan, china = float(c["loss"][at]), float(c["target_loss"])
    return [
        "\n".join(rows), number(100 * china, 2), number(100 * float(c["loss_shared"][0]), 2),
        in_words(round(taiwan / china)), number(-100 * float(c["loss_outside"][at]), 2),
        number(100 * float(sanction("zero")["loss"][at]), 2),
        *(number(100 * float((c[n] * c["income"]).sum() / c["income"].sum()), 2) for n in ("loss", "loss_alone")),
    ]  # fmt: skip


@quote(PAGE, "exact up to {n} members (every coalition is solved)")
def solved_exactly() -> list[str]:
    return [str(FEW_PLAYERS)]


@quote(PAGE, "days {n} and {n}%; costs {n} to {n}%, de Soyres et al. (2020) |")
def belt_and_road() -> list[str]:
    """The scenario's own figures, and what the least of its draws makes of the last."""
    days = magnitudes("belt-and-road", "way", "time")
    (most,) = magnitudes("belt-and-road", "trade_cost", "change")
    least = most * read_layers("belt-and-road").data["uncertainty"]["shock"]["2.8% off"]["low"]
    return [*(number(x, 1) for x in days), number(least, 1), number(most, 1)]
