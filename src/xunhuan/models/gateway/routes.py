r"""What ways cost and who takes which: edges, modes, pairs of cities, pairs of regions.

Letters: a b city; r s region; g gateway; c class of goods; i good; m network of modes. x is a cost in log points ad valorem.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from xunhuan.data.arrays import Array, Index
from xunhuan.errors import BadInput
from xunhuan.models.gateway.edits import PASSENGER, REGULAR
from xunhuan.models.gateway.network import (
    HOME_MODES,
    KEEPS,
    OUTER_MODES,
    Graph,
    Network,
    Weights,
    layered,
    shortest,
)
from xunhuan.models.gateway.parameters import GatewayParameters

BEATS = 1e-12
"""By how much a network must be cheaper than those it holds to count as another way."""


class Costs(NamedTuple):
    """What ways cost; log points ad valorem, inf where there is none.

    home   c a b, between cities · gate: c a g, from cities to gateways · outer: c g s, from gateways to economies abroad
    outer_days  the days that takes
    use    c m a b, part of freight between cities by network of modes, `network.KEEPS`
    """

    home: Array
    gate: Array
    outer: Array
    outer_days: Array
    use: Array


def edge_weights(net: Network, p: GatewayParameters, name: str) -> Weights:
    r"""What each edge costs a class of goods, and what is paid once where a mode is entered and left.

    x[k,l] = rate km / value + day km / speed,   once: terminal / value + day wait;   km of the way: detour times the file's

    by mode, in the order of the edges; inf where a line carries no goods. On a road of the class `REGULAR`, rate / s and
    speed s, s = `regular_road` [FanLuLuo2023].
    """
    value, day = p.value_of(name), p.day_of(name)
    out: Weights = {}
    for mode in HOME_MODES:
        rows, m = net.edges[(net.edges["mode"] == mode).to_numpy()], p.mode(mode)
        km = rows["km"].to_numpy(dtype=float) * m.detour
        kind = rows["class"].to_numpy()
        faster = rows["faster"].to_numpy(dtype=float) if mode == "rail" else 0.0
        speed = m.speed + faster * max(p.fast_rail - m.speed, 0.0)
        each = m.rate_of(name) * km / value + day * km / speed
        if mode == "road":
            each = np.where(kind == REGULAR, each / p.regular_road, each)
        out[mode] = np.where(kind == PASSENGER, np.inf, each), m.terminal / value + day * m.wait
    return out


def mode_choice(x: Array, spread: float) -> tuple[Array, Array]:
    r"""Cost of a pair where freight has the choice among networks of modes, and what part takes which.

    x = min_m x_m,   part[m] = e^(−J x_m) / Σ_n e^(−J x_n);   m counts only if it beats the networks it holds

    x  m a k, least cost by network · spread J. The cost is that of the cheapest way and not the logarithm of a sum, which
    pays for variety: places near to each other would then cost less than nothing, and far ones with many ways too little.
    """
    held = np.stack([np.full(x.shape[1:], np.inf), x[0], x[0], np.minimum(x[1], np.minimum(x[0], x[2]))])
    counts = x < np.where(np.isfinite(held), held - BEATS, np.inf)
    best = np.where(counts, x, np.inf).min(0)
    some = np.isfinite(best)
    with np.errstate(invalid="ignore"):
        part = np.where(counts & some, np.exp(-spread * (x - np.where(some, best, 0.0))), 0.0)
    total = part.sum(0)
    return best, part / np.where(some, total, 1.0)


def logit_ways(graph: Graph, spread: float) -> Array:
    r"""Cost of pairs where freight chooses anew at every node [AllenArkolakis2022, eq. 4].

    A = [e^(−V x_kl)],  B = (I − A)^−1,  x_kl = −(1/V) ln B_kl;  between a place and itself the cost is 0

    Returns a k. Raises BadInput where the spectral radius of A is 1 or more: ways could be made shorter by going in circles.
    """
    A = np.zeros((graph.size, graph.size))
    A[graph.low, graph.high] = A[graph.high, graph.low] = np.exp(-spread * graph.cost)
    radius = spectral_radius(A)
    if radius >= 1:
        low = spread
        while spectral_radius(np.where(A > 0, A ** (low / spread), 0.0)) >= 1 and low < 1e6:
            low *= 1.1
        what = f"choice at every node does not converge here: the spectral radius is {radius:.4g} at V = {spread:g}"
        raise BadInput(what, where="route", fix=f'take route_spread above {low:.3g}, or route = "two_stage"')
    B = np.linalg.inv(np.eye(graph.size) - A)[: graph.sources, : graph.ends]
    with np.errstate(divide="ignore"):
        x = -np.log(np.maximum(B, 0.0)) / spread
    x[np.arange(graph.sources), np.arange(graph.sources)] = 0.0
    return np.asarray(x)


def spectral_radius(A: Array) -> float:
    """Largest absolute eigenvalue."""
    return float(np.abs(np.linalg.eigvalsh(A) if (A == A.T).all() else np.linalg.eigvals(A)).max())


def link_use(A: Array, origin: int, destination: int) -> Array:
    """How often a way k → l is taken by what goes from i to j, k l [AllenArkolakis2022].

    π = B[i,k] A[k,l] B[l,j] / B[i,j]
    """
    B = np.linalg.inv(np.eye(len(A)) - A)
    return np.asarray(B[origin, :, None] * A * B[None, :, destination] / B[origin, destination])


def costs(net: Network, p: GatewayParameters, economies: tuple[str, ...]) -> Costs:
    """All costs of a network. Raises BadInput where `route = "logit"` does not converge."""
    A, found, use = len(net.cities), [], []
    outer = [outer_costs(net, p, name, economies) for name in net.classes]
    for name in net.classes:
        w = edge_weights(net, p, name)
        if p.route == "logit":
            x = logit_ways(layered(net, w, KEEPS[-1]), p.route_spread)
            part = np.zeros((len(KEEPS), *x.shape))
            part[-1] = 1.0
        else:
            x, part = mode_choice(np.stack([shortest(layered(net, w, layers)) for layers in KEEPS]), p.mode_spread)
        x[np.arange(A), np.arange(A)] = 0.0
        found.append(x)
        use.append(part[:, :, :A])
    every = np.stack(found)
    cost, days = (np.stack([way[k] for way in outer]) for k in range(2))
    return Costs(every[:, :, :A], every[:, :, A:], cost, days, np.stack(use))


def outer_costs(net: Network, p: GatewayParameters, name: str, economies: tuple[str, ...]) -> tuple[Array, Array]:
    """Cost from gateways to economies abroad, g s: the cheapest way, and the days it takes; what lies beyond a port goes
    by land."""
    gates = {g: k for k, g in enumerate(net.gateways["gateway"])}
    at = {s: k for k, s in enumerate(economies)}
    out, taken = np.full((len(gates), len(at)), np.inf), np.zeros((len(gates), len(at)))
    value, day, far = p.value_of(name), p.day_of(name), p.land
    for mode in OUTER_MODES:
        rows, m = net.edges[(net.edges["mode"] == mode).to_numpy()], p.mode(mode)
        known = rows["to"].isin(at).to_numpy()
        rows = rows[known]
        km, rest = rows["km"].to_numpy(dtype=float) * m.detour, rows["beyond"].to_numpy(dtype=float) * far.detour
        x = (m.rate_of(name) * km + m.terminal + far.rate_of(name) * rest) / value
        days = km / m.speed + m.wait + rest / far.speed
        x = x + day * days
        k, s = (rows[e].map(where).to_numpy(dtype=int) for e, where in (("from", gates), ("to", at)))
        np.minimum.at(out, (k, s), x)
        best = out[k, s] == x
        taken[k[best], s[best]] = days[best]
    return out, taken


def between_regions(x: Array, weight: Array, starts: Index, elasticity: float) -> Array:
    r"""Cost between regions, a mean over their cities that falls with the elasticity of trade.

    x[r,s] = −(1/θ) ln Σ_ab w[r,a] w[s,b] e^(−θ x[a,b])

    x a b · weight a, sums to 1 over a region's cities · starts r, where a region's cities begin · elasticity θ times κ
    """
    small = np.exp(-elasticity * x) * weight[:, None] * weight
    whole = np.add.reduceat(np.add.reduceat(small, starts, axis=0), starts, axis=1)
    with np.errstate(divide="ignore"):
        return np.asarray(-np.log(whole) / elasticity)


def distance_slope(x: Array, km: Array) -> float:
    """Slope of x r s on ln km over pairs of different regions, by least squares. Raises BadInput where there is none."""
    away = ~np.eye(len(x), dtype=bool) & np.isfinite(x) & (km > 0)
    u = np.log(km[away])
    spread = u - u.mean() if away.any() else u
    if len(u) < 2 or not (spread**2).sum() > 1e-12:
        raise BadInput("no slope of cost on distance: there are too few pairs of regions at different distances",
                       fix='take distance = "freight"')  # fmt: skip
    slope = float((spread * x[away]).sum() / (spread**2).sum())
    if slope <= 0:
        raise BadInput(f"cost falls with distance (slope {slope:.3g}), so that gravity cannot be held to it",
                       fix='take distance = "freight"')  # fmt: skip
    return slope


def online(now: float, then: float, distance: Array, effect: float, theta: float) -> Array:
    r"""Change of cost where more is sold online, with less weight of distance.

    d̂ = { [(1−o') + o' ρ^(εχ)] / [(1−o) + o ρ^(εχ)] }^(−1/θ)

    now o · then o' · distance ρ, over a reference, ratio, > 0 · effect εχ, the part of the distance effect that vanishes

    >>> round(float(online(0.15, 0.25, np.array(3.0), 1.44 * 0.65, 5.0)), 10)
    0.9738779938
    """
    far = distance**effect
    return np.asarray((((1 - then) + then * far) / ((1 - now) + now * far)) ** (-1 / theta))
