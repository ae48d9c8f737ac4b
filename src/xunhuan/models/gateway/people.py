"""People's travel: hours between cities by road or rail, and what fewer of them do to services people travel for."""

from __future__ import annotations

import numpy as np

from xunhuan.data.arrays import Array
from xunhuan.models.gateway.ground import Terrain
from xunhuan.models.gateway.network import Network, Weights, layered, shortest

ROAD_SPEED = 80.0
"""Kilometres an hour by road."""
TRAIN_SPEED = 120.0
"""Kilometres an hour by trains whose speed the network does not say."""


def hours(net: Network, detour: float, rail_detour: float) -> Array:
    """Fewest hours between cities by road or rail, a b."""
    road = net.edges[(net.edges["mode"] == "road").to_numpy()]
    rail = net.edges[(net.edges["mode"] == "rail").to_numpy()]
    speed = rail["speed"].fillna(TRAIN_SPEED).to_numpy(dtype=float)
    w: Weights = {
        "road": (road["km"].to_numpy(dtype=float) * detour / ROAD_SPEED, 0.0),
        "rail": (rail["km"].to_numpy(dtype=float) * rail_detour / speed, 0.0),
    }
    return shortest(layered(net, w, ("rail",)))[:, : len(net.cities)]


def hours_saved(g: Terrain, net: Network) -> Array:
    r"""Hours saved between regions, and inside them, on a network against the ground's own; h h.

    Δh[r,s] = Σ_ab v saved[a,b] / Σ_ab v,   v[a,b] = n[a] n[b] km[a,b]^(−ε)

    n a, people of cities; a mean in which trade falls with distance, by ε = `distance_effect`: most services stay in
    their city.
    """
    before, after = (hours(n, g.p.road.detour, g.p.rail.detour) for n in (g.net, net))
    with np.errstate(invalid="ignore"):
        saved = np.nan_to_num(before - after, nan=0.0, posinf=0.0, neginf=0.0)
    n = g.net.cities["people"].to_numpy(dtype=float)
    v = n[:, None] * n * g.km**-g.p.distance_effect
    saved, whole = (np.add.reduceat(np.add.reduceat(x, g.starts, axis=0), g.starts, axis=1) for x in (saved * v, v))
    return np.asarray(saved / whole)
