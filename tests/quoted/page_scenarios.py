"""docs/scenarios.md."""

from __future__ import annotations

import numpy as np

from tests.quoted.common import accounts, bare, signed
from tests.quoted.quotes import quote
from xunhuan.models.edits import TradeCost
from xunhuan.models.model import Shock
from xunhuan.models.trade import TradeParameters
from xunhuan.models.trade.solve import primitives_of
from xunhuan.scenario.layers import read_layers

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
