"""A change of real income that anyone can work out by hand: what is traded or made, times by how much it becomes cheaper."""

from __future__ import annotations

import numpy as np

from xunhuan.data.accounts import Accounts
from xunhuan.data.arrays import ratio
from xunhuan.data.places import Places
from xunhuan.models.edits.lasting import Productivity, TradeCost
from xunhuan.models.edits.primitives import primitives
from xunhuan.models.model import FirstOrder, Shock
from xunhuan.models.trade.parameters import TradeParameters


def gain_to_first_order(acc: Accounts, shock: Shock, p: TradeParameters, places: Places) -> FirstOrder | None:
    r"""First-order gain of every place, from the base table alone [Hulten1978]:

    ΔW/W ≈ (Σ_{s∈p} Σ_{r,i} flow[r,s,i] (1 − d̂[r,s,i]) + Σ_{r∈p} Σ_i output[r,i] (Â[r,i] − 1)) / Σ_{s∈p} final use

    what buyers of a place save on what they buy, own and foreign, and what its industries make more of; prices of foreign
    goods, sourcing and people stand still, which is second order inside a nation and the terms of trade outside it.

    None where there is no such figure: a ban, a rate (tariffs, taxes and subsidies move money, not goods), a tilt of demand.

    Raises BadInput as `primitives` does.
    """
    if not all(isinstance(e, TradeCost | Productivity) for e in shock.edits):
        return None
    z = primitives(acc, shock, p.elasticities_of(acc.sectors))
    if np.isinf(z.trade_cost).any():
        return None
    income = acc.final.sum((1, 2))
    cheaper, better = 1 - z.trade_cost, z.productivity - 1
    moved = (acc.flow * (cheaper != 0)).sum((0, 2)), (acc.output * (better != 0)).sum(1)
    gained = (acc.flow * cheaper).sum((0, 2)) + (acc.output * better).sum(1)
    concerned = moved[0] + moved[1]
    what = "both" if moved[0].any() and moved[1].any() else "traded" if moved[0].any() else "made"
    return FirstOrder(
        "real_income", what, places.share(concerned, income), ratio(places.sum(gained), places.sum(concerned), np.nan)
    )
