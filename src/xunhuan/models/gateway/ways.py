"""What ways between cities cost on a network, apart from any table: lent to the split of regions into their cities."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd

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


def write_city_ways(nation: str, year: int, folder: Path) -> list[Path]:
    """Write the list of what ways cost between cities of one region on the bundled network of a year."""
    found = city_ways(GatewayParameters(year=year))
    listed = pd.read_csv(folder / f"cities_{nation}.csv", comment="#")
    at = {n: k for k, names in enumerate(found.names) for n in names}
    rows = []
    for _, mine in listed.groupby("province", sort=False):
        places = list(zip(mine["code"], mine["name_zh"].map(at), strict=True))
        rows += [(a, b, *(float(f"{x:.6g}") for x in found.cost[:, k, m]))
                 for n, (a, k) in enumerate(places) for b, m in places[n + 1 :]]  # fmt: skip
    source = f"# on the network {found.network} of {year}. By `xunhuan build city-ways`; see docs/cities.md.\n"
    what = "# What carrying between cities of one province costs, log points of value, by class of goods,\n"
    pairs, classes = folder / f"city_ways_{nation}.csv", folder / f"city_ways_classes_{nation}.csv"
    table = pd.DataFrame(rows, columns=["from", "to", *found.classes])
    pairs.write_text(what + source + table.to_csv(index=False), encoding="utf-8")
    what = "# Classes of goods: log points that a log kilometre between provinces costs, and their sectors,\n"
    of = [" ".join(s for s, c in found.goods if c == name) for name in found.classes]
    slope = [float(f"{x:.6g}") for x in found.slope]
    table = pd.DataFrame({"class": found.classes, "network": found.network, "slope": slope, "sectors": of})
    classes.write_text(what + source + table.to_csv(index=False), encoding="utf-8")
    return [pairs, classes]
