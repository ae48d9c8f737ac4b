"""Small economies with closed forms: regions that make what they use, for nested CES."""

from __future__ import annotations

import numpy as np

from xunhuan.data.accounts import Accounts
from xunhuan.data.classification import Sectors
from xunhuan.data.geography import Geography
from xunhuan.models.edits import Productivity
from xunhuan.models.model import Shock
from xunhuan.models.trade import TradeParameters, respond


def table(flow: np.ndarray, use: np.ndarray, final: np.ndarray) -> Accounts:
    """Accounts of regions A, B, ... and goods 1, 2, ...: flow r s i, use s i j, final s i."""
    R, S = use.shape[0], use.shape[1]
    regions, goods = tuple("ABCDEFG"[:R]), tuple(str(k + 1) for k in range(S))
    value_added = (flow.sum(1) - use.sum(1))[:, :, None]
    return Accounts(
        flow=flow, use=use, final=final[:, :, None], value_added=value_added, tariff=np.zeros_like(flow),
        geography=Geography(regions, regions), sectors=Sectors(goods), categories=("C",),
        components=("VA",), year=2000, currency="X", unit="X",
    )  # fmt: skip


def closed(S: int = 4, seed: int = 1) -> Accounts:
    """One region that makes all of its goods."""
    rng = np.random.default_rng(seed)
    use, final = rng.uniform(0, 4, (1, S, S)), rng.uniform(3, 9, (1, S))
    output = use.sum(2) + final
    use *= 0.7 * (output / use.sum(1))[:, None, :] * rng.uniform(0.5, 1, (1, 1, S))
    return table((use.sum(2) + final)[:, None, :], use, final)


def energy(share: float, supply: float, sigma: float) -> float:
    """Change of what the world makes of energy and all else, where energy falls to `supply`: two regions of the same tastes,
    one of which has all the energy, and nothing else, by the solver."""
    final = np.outer([share, 1 - share], [share, 1 - share])
    flow = np.zeros((2, 2, 2))
    for k in range(2):
        flow[k, :, k] = final[:, k]
    acc = table(flow, np.zeros((2, 2, 2)), final)
    p = TradeParameters(elasticities="U4", consumption_elasticity=sigma, deficits="own_share", tolerance=1e-13)
    out = respond(acc, Shock((Productivity("A", "1", change=supply - 1),)), p)
    assert out.status.converged, out.status.message
    real = out.detail["income"].sum() / out.detail["income_base"].sum() / out.detail["consumer_price_hat"]
    assert abs(float(real[0] / real[1]) - 1) < 1e-10, "the same prices and tastes in both"
    return float(real[0])
