"""What ways between cities cost on a network, apart from any table: lent to the split of regions into their cities."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from xunhuan.data.accounts import Accounts
from xunhuan.data.ways import CITY_THETA, CityWays
from xunhuan.errors import BadInput
from xunhuan.models.gateway.network import Network, great_circle_km, network
from xunhuan.models.gateway.parameters import GatewayParameters
from xunhuan.models.gateway.routes import between_regions, costs, distance_slope


def city_ways(p: GatewayParameters) -> CityWays:
    r"""Costs between a network's cities at rest, and their slopes on the logarithm of distance between regions.

    x[r,s] = −(1/θ) ln Σ_ab w[r,a] w[s,b] e^(−θ x[a,b]),  slope of x on ln km over pairs of regions;  θ = 4, as assumed of
    cities whatever the good

    cost c a b, log points ad valorem · slope c, nan where there is none

    Raises BadInput where there is no such network, ForeignFile for what is wrong with its files.
    """
    net = network(p.network)
    return _found(p.model_dump_json(), tuple(f.stat().st_mtime for f in sorted(net.folder.glob("*.csv"))))


@lru_cache(4)
def _found(same: str, stamp: tuple[float, ...]) -> CityWays:
    p = GatewayParameters.model_validate_json(same)
    net = network(p.network)
    net = net if p.year is None else net.in_year(p.year)
    home = costs(net, p, ()).home
    weight, starts, km = _between(net)
    slope = [_slope(between_regions(x, weight, starts, CITY_THETA), km) for x in home]
    columns = [c for c in ("city", "name_zh") if c in net.cities]
    names = tuple(net.cities[columns].fillna("").astype(str).itertuples(index=False, name=None))
    return CityWays(net.name, names, net.classes, net.goods, home, np.array(slope))


def _slope(x: np.ndarray, km: np.ndarray) -> float:
    """Slope of cost on the logarithm of distance; nan where regions are too few, or cost does not rise with it."""
    try:
        return distance_slope(x, km)
    except BadInput:
        return float("nan")


def _between(net: Network) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Weights of cities in their regions a, where a region's cities begin r, and km between regions r r."""
    region = net.cities["region"].to_numpy()
    starts = np.flatnonzero(np.r_[True, region[1:] != region[:-1]])
    weight = net.cities["weight"].to_numpy(dtype=float)
    weight = weight / np.repeat(np.add.reduceat(weight, starts), np.diff([*starts, len(weight)]))
    lon, lat = (net.cities[c].to_numpy(dtype=float) for c in ("lon", "lat"))
    km = great_circle_km(lon[:, None], lat[:, None], lon, lat) * weight[:, None] * weight
    return weight, starts, np.add.reduceat(np.add.reduceat(km, starts, axis=0), starts, axis=1)


def own_ways(accounts: Accounts, parameters: GatewayParameters) -> CityWays | None:
    """The same of a network of one's own; None of the bundled one, whose costs stand in a list for every question alike."""
    usual = GatewayParameters.model_fields["network"].default
    return None if parameters.network == usual else city_ways(parameters)
