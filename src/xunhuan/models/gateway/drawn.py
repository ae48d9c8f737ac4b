"""The land the room's pictures are drawn on: provinces, railways and gateways, what a shock closes and what it builds."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd

from xunhuan.data.accounts import Accounts
from xunhuan.models.gateway.acting import named_gateways
from xunhuan.models.gateway.edits import GatewayClosed, GatewayOnly, Line, split_places
from xunhuan.models.gateway.network import Network, network, split_with
from xunhuan.models.gateway.parameters import GatewayParameters
from xunhuan.models.model import Land, Shock


def land(acc: Accounts, p: GatewayParameters, shock: Shock) -> Land | None:
    """Outlines of the network, its gateways, its railways, and lines of a shock; None where the network has no outlines."""
    net = split_with(network(p.network).in_year(p.year if p.year is not None else int(acc.year or 2100)), acc.geography)
    if net.outline is None:
        return None
    g = net.gateways
    names = {c: g[c] if c in g else g["gateway"] for c in ("name", "name_zh")}
    points = pd.DataFrame({"point": g["gateway"], "name_en": names["name"], "name_zh": names["name_zh"], "lon": g["lon"],
                           "lat": g["lat"], "shut": _shut(net, shock)})  # fmt: skip
    rail = net.edges[net.edges["mode"] == "rail"]
    there = list(zip(rail["from"], rail["to"], strict=True))
    bare = net.cities[~net.cities["region"].isin(net.outline["region"])]
    spots = bare.drop_duplicates("region")[["region", "lon", "lat"]].reset_index(drop=True)
    return Land(net.outline, points, _lines(net, there, _built(net, p, shock)), spots, _chinese(net))


def _chinese(net: Network) -> dict[str, str]:
    """Chinese names of cities and gateways by code and English name."""
    out: dict[str, str] = {}
    for frame, codes in ((net.cities, ("city",)), (net.gateways, ("gateway", "name"))):
        if "name_zh" in frame:
            for column in (c for c in codes if c in frame):
                out |= dict(zip(frame[column].astype(str), frame["name_zh"].astype(str), strict=True))
    return out


def _shut(net: Network, shock: Shock) -> np.ndarray:
    """Gateways that a shock closes, for good or for days."""
    out = np.zeros(len(net.gateways), dtype=bool)
    for e in shock.of(GatewayClosed):
        out[named_gateways(net, str(e.gateways))] = True
    for only in shock.of(GatewayOnly):
        open_ones = np.zeros(len(out), dtype=bool)
        open_ones[named_gateways(net, str(only.gateways))] = True
        out |= ~open_ones
    return out


def _built(net: Network, p: GatewayParameters, shock: Shock) -> list[tuple[str, str]]:
    """Sections of lines that a shock builds by the year looked at."""
    out: list[tuple[str, str]] = []
    for e in shock.of(Line):
        if e.opened is None or p.until is None or e.opened <= p.until:
            out += pairwise(net.find("city", n) for n in split_places(e.via))
    return out


def _lines(net: Network, there: list[tuple[str, str]], built: list[tuple[str, str]]) -> pd.DataFrame:
    """line, new, lon, lat; sections whose ends are in no list are left out."""
    named = (net.cities.set_index("city"), net.gateways.set_index("gateway"))
    at = pd.concat([f[["lon", "lat"]] for f in named])
    known = {*at.index}
    rows = [(a, b, new) for some, new in ((there, False), (built, True)) for a, b in some if a in known and b in known]
    ends = [end for a, b, _ in rows for end in (a, b)]
    where = at.loc[ends].reset_index(drop=True)
    line, new = np.repeat(np.arange(len(rows)), 2), np.repeat([n for *_, n in rows], 2)
    return pd.DataFrame({"line": line, "new": new.astype(bool), "lon": where["lon"], "lat": where["lat"]})
