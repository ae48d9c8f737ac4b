"""What an answer holds beside its accounts: labelled, at every end of distance."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from xunhuan.data.arrays import Array, ratio
from xunhuan.models.gateway.ends import End, Income
from xunhuan.models.gateway.ground import Passage, Terrain
from xunhuan.models.gateway.network import KEEPS
from xunhuan.models.gateway.ports import SPARES
from xunhuan.models.gateway.routes import between_regions

if TYPE_CHECKING:
    import xarray as xr

MODES = tuple("_".join(("road", *k)) for k in KEEPS)
"""Networks among which freight chooses, by name."""
_PAIR = ("origin", "destination", "sector")


def carried(g: Terrain, way: Passage) -> Array:
    """Value that passes each gateway, both ways: h s g."""
    C = len(g.net.classes)
    by_class = np.stack([g.foreign[..., g.kind == c].sum(-1) for c in range(C)], axis=1)  # w c h s
    return np.asarray(np.einsum("wchs,wchsg->hsg", by_class, way.share))


def between_ends(ends: list[End]) -> tuple[Array, dict[int, Array]]:
    """d̂ and tolls between the ends: the mean of ln d̂, and of tolls."""
    cost = ends[0].cost if len(ends) == 1 else np.exp(np.mean([np.log(e.cost) for e in ends], axis=0))
    return cost, {k: np.asarray(np.mean([e.tolls[k] for e in ends], axis=0)) for k in ends[0].tolls}


def route_dataset(g: Terrain, ends: list[End], income: Income | None, service: str) -> xr.Dataset:
    """All results.

    cost r s i, d̂ · toll: by who collects · stuck: by period · passes, passes_before: end h g, value both ways
    streams: end h g s, value · partner: end g s, value
    modes, freight: of trade among regions at home in the base · fee: end r
    """
    import xarray as xr

    acc, codes = g.acc, list(g.acc.geography.codes)
    cost, tolls = between_ends(ends)
    periods = list(ends[0].stuck)
    before, after = (np.stack([carried(g, getattr(e, name)) for e in ends]) for name in ("before", "after"))
    rate = {k: np.stack([e.tolls[k] for e in ends]) for k in tolls}
    home_share, freight = _home_trade(g, ends)
    data: dict[str, Any] = {
        "cost": (_PAIR, cost),
        "cost_by_end": (("end", *_PAIR), np.stack([e.cost for e in ends])),
        "toll": (("collector", *_PAIR), np.stack(list(tolls.values())) if tolls else np.zeros((0, *cost.shape))),
        "fee": (("end", "region"), _fees(g, rate, len(ends))),
        "stuck": (("period", *_PAIR), _stuck_cells(g, ends)),
        "stuck_by_end": (("end", "period", "home"), _stuck_shares(g, ends)),
        "stuck_by_spare": (("end", "spare_elsewhere"), np.stack([e.by_spare for e in ends])),
        "passes": (("end", "home", "gateway"), after.sum(2)),
        "passes_before": (("end", "home", "gateway"), before.sum(2)),
        "partner": (("end", "gateway", "abroad"), np.moveaxis(after.sum(1), 2, 1)),
        "streams": (("end", "home", "gateway", "abroad"), np.moveaxis(after, 3, 2)),
        "modes": (("route_mode",), home_share),
        "freight": ((), freight),
    }
    if income is not None:
        data["real_income_hat"] = (("end", "region"), income.hat)
        data["income_base"] = (("region",), income.base)
    coords = {
        "end": [e.mode for e in ends], "spare_elsewhere": list(SPARES),
        "origin": codes, "destination": codes, "region": codes,
        "sector": list(acc.sectors.codes), "collector": [codes[k] for k in tolls],
        "home": [codes[k] for k in g.home], "abroad": [codes[k] for k in g.abroad], "gateway": g.gateways,
        "gateway_region": ("gateway", list(g.net.gateways["region"])), "gateway_name": ("gateway", _called(g, "name")),
        "gateway_name_zh": ("gateway", _called(g, "name_zh")),
        "route_mode": list(MODES),
        "start": ("period", [a for a, _ in periods]), "stop": ("period", [b for _, b in periods]),
    }  # fmt: skip
    if g.p.sets:
        coords |= {"gate_set": list(g.p.sets), "chosen": ("gate_set", list(g.p.sets.values()))}
    attrs = {"model": "gateway", "network": g.net.name, "service": service, "table": acc.name}
    return xr.Dataset(data, coords=coords, attrs=attrs)


def _called(g: Terrain, column: str) -> list[str]:
    """Gateways by their names of a column, or as near as the network comes to it."""
    some = g.net.gateways
    return [str(n) for n in some[next(c for c in (column, "name", "gateway") if c in some)]]


def _home_trade(g: Terrain, ends: list[End]) -> tuple[Array, float]:
    """Of goods among different regions at home: shares of networks of modes, and mean cost of carrying, share of value:
    Σ flow (e^x − 1) / Σ flow."""
    x, total, spent = ends[0].base.costs, np.zeros(len(MODES)), 0.0
    away = ~np.eye(len(g.home), dtype=bool)
    flow = g.acc.flow[np.ix_(g.home, g.home, g.goods)] * away[:, :, None]
    at = g.city_region()
    for c in range(len(g.net.classes)):
        mine = flow[:, :, g.kind == c].sum(-1)
        by_city = mine[np.ix_(at, at)] * g.weight[:, None] * g.weight
        total += (x.use[c] * by_city).sum((1, 2))
        for i in np.flatnonzero(g.kind == c):
            each = np.expm1(between_regions(x.home[c], g.weight, g.starts, g.theta.within[g.goods[i]]))
            spent += float((np.where(away, np.nan_to_num(each, posinf=0.0), 0.0) * flow[:, :, i]).sum())
    whole = flow.sum()
    return ratio(total, np.full(len(total), total.sum())), spent / whole if whole > 0 else 0.0


def _fees(g: Terrain, rate: dict[int, Array], ends: int) -> Array:
    """What is collected at the base's trade, end r, value."""
    out = np.zeros((ends, g.acc.R))
    for k, r in rate.items():
        out[:, k] += np.einsum("ersi,rsi->e", r, g.acc.flow)
    return out


def _stuck_cells(g: Terrain, ends: list[End]) -> Array:
    """Share stuck of every cell, period r s i: the mean of the ends."""
    periods, acc = list(ends[0].stuck), g.acc
    out = np.zeros((len(periods), acc.R, acc.R, acc.S))
    for k, days in enumerate(periods):
        mean = np.mean([e.stuck[days] for e in ends], axis=0)  # w h s i
        out[k][np.ix_(g.home, g.abroad, g.goods)] = mean[0]
        out[k][np.ix_(g.abroad, g.home, g.goods)] = mean[1].transpose(1, 0, 2)
    return out


def _stuck_shares(g: Terrain, ends: list[End]) -> Array:
    """Share stuck of a region's goods trade with abroad, end period h."""
    traded = g.foreign.sum((0, 2, 3))
    found = [[(e.stuck[days] * g.foreign).sum((0, 2, 3)) for days in e.stuck] for e in ends]
    lost = np.array(found).reshape(len(ends), len(ends[0].stuck), len(traded))
    return ratio(lost, np.broadcast_to(traded, lost.shape))
