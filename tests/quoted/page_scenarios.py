"""docs/scenarios.md."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import numpy as np

from tests.quoted.common import accounts, bare, number, signed
from tests.quoted.quotes import quote
from xunhuan.models.edits import TradeCost
from xunhuan.models.model import Shock
from xunhuan.models.trade import TradeParameters
from xunhuan.models.trade.solve import primitives_of
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
    "goods between provinces {n}% [Li et al. 2012]",
    "| {n} and {n} points on all goods ({n} to {n}%, {n} to {n}%), Bown, PIIE |",
    "| {n}, {n}, {n} points, Bown, PIIE, after 14 May 2025 |",
    "sales cut by {n} to {n}% at given prices",
    "| {n}%, textiles {n}%, UNCTAD and WTO; and all of them |",
    "Guangdong and Hong Kong | {n}%: all barriers but transport",
)
def library() -> list[str]:
    (integration,) = magnitudes("chip-embargo", "trade_cost", "change")
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
        number(integration), *gained(first, 1), *(f"{x:.1f}" for x in (before_us, after_us, before_cn, after_cn)),
        *gained(second[:1], 1), *gained(second[1:2], 0), *gained(second[2:], 1), number(min(cuts)), number(max(cuts)),
        *map(number, orders), number(delta),
    ]  # fmt: skip


@quote(PAGE, "| {n} to {n}%, de Soyres et al. (2020) |")
def belt_and_road() -> list[str]:
    """The scenario's own figure, and what the least of its draws makes of it."""
    (most,) = magnitudes("belt-and-road", "trade_cost", "change")
    least = most * read_layers("belt-and-road").data["uncertainty"]["shock"]["belt and road"]["low"]
    return [number(least, 1), number(most, 1)]
