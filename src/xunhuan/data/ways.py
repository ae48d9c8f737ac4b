"""What keeps cities apart: the cost of ways between them on a transport network, or distance where there is none.

Letters: a, b cities, c class of goods, i good. x is a cost in log points ad valorem.

    seed[a,b] = e^(−θ (κ x[a,b] + b 1[a≠b]))     κ = 1 + γ (κ' − 1),   κ' = ε / (θ slope),   on a network
    seed[a,b] = d[a,b]^(−γ ε) e^(−θ b 1[a≠b])    by distance, where no network has the cities

b is the border between cities and γ how far costs fall with distance: 0, what carrying costs; 1, as trade between regions
does, ε = 1.44. slope: log points of x by which a log kilometre between regions is dearer.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from xunhuan.data.arrays import Array, Index
from xunhuan.data.classification import Sectors

if TYPE_CHECKING:
    import pandas as pd

CITY_BORDER, PULL, CITY_THETA, DISTANCE_EFFECT = 0.35, 0.5, 4.0, 1.44
"""Assumed border between cities, log points; γ, half the way from carrying to gravity; trade elasticity; ε."""
GENERAL = "general"
"""Class of goods that a network's list has in none."""


class Wall(NamedTuple):
    """What keeps cities apart: a border, log points of cost, and γ, from 0 (what carrying costs) to 1 (as trade falls)."""

    border: float = CITY_BORDER
    pull: float = PULL


@dataclass(frozen=True, eq=False)
class CityWays:
    """What carrying costs between cities of a network.

    network  its name · names a, each city's code and names · classes c · goods: sector or group of sectors -> class
    cost     c a b, log points ad valorem, nan where it is not known, inf where there is no way
    slope    c, log points of cost a log kilometre between regions
    """

    network: str
    names: tuple[tuple[str, ...], ...]
    classes: tuple[str, ...]
    goods: tuple[tuple[str, str], ...]
    cost: Array
    slope: Array

    @property
    def digest(self) -> str:
        """SHA-256 of names and numbers, hexadecimal."""
        told = repr((self.network, self.names, self.classes, self.goods)).encode()
        return hashlib.sha256(told + self.cost.tobytes() + self.slope.tobytes()).hexdigest()

    def among(self, cities: Sequence[tuple[str, ...]]) -> Array | None:
        """Costs c a b between cities, each by its code or one of its names; None where one is not in the network or
        has no way to another, or costs do not rise with distance."""
        at = {_plain(n): k for k, names in enumerate(self.names) for n in names if n}
        found = [next((at[_plain(n)] for n in names if n and _plain(n) in at), None) for names in cities]
        rows = np.array([k for k in found if k is not None], dtype=np.intp)
        if len(rows) < len(found) or len({*rows.tolist()}) < len(rows):
            return None
        cost = self.cost[np.ix_(np.arange(len(self.classes)), rows, rows)]
        return cost if np.isfinite(cost).all() and np.isfinite(self.slope).all() else None


def _plain(name: str) -> str:
    return name.strip().casefold().removesuffix("市")


class CityGaps(NamedTuple):
    """What lies between a region's cities: cost c a b and slope c on a network, or distance a b, km, where there is none.

    kind  i, class of each good · network: its name, "" by distance
    """

    cost: Array
    slope: Array
    kind: Index
    network: str

    def seed(self, wall: Wall) -> Array:
        """Seeds of trade between cities, c a b; see the module."""
        away = 1.0 - np.eye(self.cost.shape[-1])
        border = np.exp(-CITY_THETA * wall.border * away)
        if not self.network:
            return np.asarray(self.cost ** (-wall.pull * DISTANCE_EFFECT) * border)
        kappa = 1 + wall.pull * (DISTANCE_EFFECT / (CITY_THETA * self.slope) - 1)
        return np.asarray(np.exp(-CITY_THETA * kappa[:, None, None] * self.cost) * border)


def apart(sectors: Sectors, ways: CityWays | None, cities: Sequence[tuple[str, ...]], distance: Array) -> CityGaps:
    """What lies between cities: the cost of ways where a network has them all, else distance a b, km."""
    cost = None if ways is None else ways.among(cities)
    if ways is None or cost is None:
        return CityGaps(distance[None], np.zeros(1), np.zeros(len(sectors.codes), dtype=np.intp), "")
    return CityGaps(cost, ways.slope, class_of(sectors, ways.classes, ways.goods), ways.network)


def class_of(sectors: Sectors, classes: Sequence[str], goods: Sequence[tuple[str, str]]) -> Index:
    """Class of each sector by a network's list, the general one where it has none; sectors and groups that the table does
    not know are passed over.

    >>> class_of(Sectors(("FAR", "MAN")), ("general", "bulk"), (("FAR", "bulk"), ("OIL", "bulk"))).tolist()
    [1, 0]
    """
    out = np.full(len(sectors.codes), list(classes).index(GENERAL))
    for sector, name in goods:
        if sector in sectors.codes or sector in sectors.groups:
            out[sectors.select(sector)] = list(classes).index(name)
    return np.asarray(out)


def city_list(name: str) -> pd.DataFrame | None:
    """A bundled list of the data folder; None where there is none."""
    import pandas as pd

    file = resources.files("xunhuan.data") / "lists" / name
    if not file.is_file():
        return None
    return pd.read_csv(StringIO(file.read_text(encoding="utf-8")), comment="#", keep_default_na=False, na_values=[""])


@lru_cache(4)
def listed_ways(nation: str) -> CityWays | None:
    """Costs between a nation's cities inside its regions, worked out beforehand on its bundled network; None without one."""
    pairs, classes = city_list(f"city_ways_{nation}.csv"), city_list(f"city_ways_classes_{nation}.csv")
    if pairs is None or classes is None:
        return None
    codes = list(dict.fromkeys([*pairs["from"], *pairs["to"]]))
    at = {c: k for k, c in enumerate(codes)}
    cost = np.full((len(classes), len(codes), len(codes)), np.nan)
    cost[:, np.arange(len(codes)), np.arange(len(codes))] = 0.0
    a, b = (pairs[e].map(at).to_numpy() for e in ("from", "to"))
    cost[:, a, b] = cost[:, b, a] = pairs[list(classes["class"])].to_numpy(float).T
    goods = tuple(
        (s, str(r["class"])) for r in classes.fillna("").to_dict("records") for s in str(r["sectors"]).split()
    )
    network = str(classes["network"].iloc[0])
    return CityWays(
        network, tuple((c,) for c in codes), tuple(classes["class"]), goods, cost, classes["slope"].to_numpy(float)
    )


def write_city_ways(found: CityWays, nation: str, year: int, folder: Path) -> list[Path]:
    """Write the list of what ways cost between cities of one region on a network of a year."""
    import pandas as pd

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
