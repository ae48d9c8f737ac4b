r"""A network laid under a table: whose cities, which goods, what trade takes which way.

Letters: a city; h region with cities; s economy abroad; i good, of those carried; c class; g gateway; w way, 0 export,
1 import.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from xunhuan.data.accounts import Accounts
from xunhuan.data.arrays import Array, Index, ratio
from xunhuan.data.ways import class_of
from xunhuan.errors import BadInput, Infeasible, Problems
from xunhuan.models.edits.handed import CellArray
from xunhuan.models.edits.primitives import Theta
from xunhuan.models.gateway.network import Network, great_circle_km, network, split_with
from xunhuan.models.gateway.parameters import DistanceMode, GatewayParameters
from xunhuan.models.gateway.ports import Choice, Streams, choice, fitted
from xunhuan.models.gateway.routes import Costs, between_regions, costs, distance_slope

WAYS = ("export", "import")


@dataclass(frozen=True, eq=False)
class Terrain:
    """A network under a table.

    home, abroad, goods  positions in the table: h, s, i · kind i, class of the good · theta: of the table's sectors
    starts h, where a region's cities begin · weight a, sums to 1 over a region's cities
    """

    acc: Accounts
    net: Network
    p: GatewayParameters
    theta: Theta
    home: Index
    abroad: Index
    goods: Index
    kind: Index
    starts: Index
    weight: Array

    @cached_property
    def km(self) -> Array:
        """Great-circle distance between cities, a b; of a city to itself half of that to the nearest other one."""
        lon, lat = (self.net.cities[c].to_numpy(dtype=float) for c in ("lon", "lat"))
        km = great_circle_km(lon[:, None], lat[:, None], lon, lat)
        np.fill_diagonal(km, np.inf)
        near = km.min(0) / 2
        np.fill_diagonal(km, np.where(np.isfinite(near), near, 1.0))
        return km

    @cached_property
    def region_km(self) -> Array:
        """Distance between regions, a mean over their cities by weight, h h."""
        whole = self.km * self.weight[:, None] * self.weight
        return np.asarray(np.add.reduceat(np.add.reduceat(whole, self.starts, axis=0), self.starts, axis=1))

    def flow(self, way: int) -> Array:
        """Trade of regions with economies abroad one way, h s i, value."""
        if way == 0:
            return self.acc.flow[np.ix_(self.home, self.abroad, self.goods)]
        return self.acc.flow[np.ix_(self.abroad, self.home, self.goods)].transpose(1, 0, 2)

    @cached_property
    def foreign(self) -> Array:
        """Trade both ways, w h s i."""
        return np.stack([self.flow(0), self.flow(1)])

    @property
    def gateways(self) -> list[str]:
        """Codes of gateways."""
        return list(self.net.gateways["gateway"])

    @cached_property
    def gateway_region(self) -> Index:
        """Position of the region of each gateway in the table, g."""
        at = {c: k for k, c in enumerate(self.acc.geography.codes)}
        return np.array([at[c] for c in self.net.gateways["region"]], dtype=np.intp)

    def city_region(self) -> Index:
        """Which of the home regions a city is in, a."""
        return np.repeat(np.arange(len(self.starts)), np.diff([*self.starts, len(self.weight)]))


def ground(acc: Accounts, p: GatewayParameters, theta: Theta) -> Terrain:
    """Lay the parameters' network under a table. Raises BadInput listing what does not fit."""
    net = split_with(network(p.network).in_year(p.year if p.year is not None else int(acc.year or 2100)), acc.geography)
    at = {c: k for k, c in enumerate(acc.geography.codes)}
    regions = list(dict.fromkeys(net.cities["region"]))
    problems = Problems(f"the network {net.name} does not fit the table {acc.name}")
    unknown = sorted({*regions, *net.gateways["region"]} - {*at})
    if unknown:
        problems.add(
            f"regions of cities and gateways are not in the table: {', '.join(unknown[:8])} (give a network with "
            "cities.csv: city, region, lon, lat, weight; gateways.csv: gateway, region, mode, lon, lat; edges.csv: "
            "from, to, mode, km)"
        )
    goods = acc.sectors.select(p.goods)
    problems.raise_if(where="model.gateway.network")
    reached = {*net.edges.loc[net.edges["mode"].isin(("ocean", "air", "land")), "to"]}
    abroad = [k for c, k in at.items() if c in reached and c not in regions]
    if not abroad:
        raise BadInput(f"no way of the network {net.name} leads to an economy of the table", where="model.gateway.network",
                       fix="let edges.csv have ways by ocean, air or land to codes of the table")  # fmt: skip
    region = net.cities["region"].to_numpy()
    starts = np.flatnonzero(np.r_[True, region[1:] != region[:-1]])
    weight = net.cities["weight"].to_numpy(dtype=float)
    whole = np.repeat(np.add.reduceat(weight, starts), np.diff([*starts, len(weight)]))
    kind = class_of(acc.sectors, net.classes, net.goods)[goods]
    return Terrain(
        acc, net, p, theta, np.array([at[r] for r in region[starts]]), np.array(abroad), goods, kind, starts, weight / whole,
    )  # fmt: skip


def stretch(g: Terrain, x: Costs, mode: DistanceMode) -> Array:
    r"""κ[i], how much more distance costs than carrying: 1 (freight), or as trade falls with distance (gravity).

    κ[i] = ε / slope of θ[i] x[r,s,i] on ln km over pairs of regions,   ε = `distance_effect`
    """
    if mode == "freight":
        return np.ones(len(g.goods))
    theta = g.theta.within[g.goods]
    far = g.region_km
    return np.array([
        g.p.distance_effect / distance_slope(t * between_regions(x.home[c], g.weight, g.starts, t), far)
        for t, c in zip(theta, g.kind, strict=True)
    ])  # fmt: skip


class Passage(NamedTuple):
    """What trade with abroad costs on its way, and through which gateways it passes.

    cost    w h s i, log points; inf where there is no way · share: w c h s g, of the trade of a class, sums to 1 over g
    choice  by way and class: of each city, with the streams they are made of
    """

    cost: Array
    share: Array
    streams: list[Streams]


class RouteBase(NamedTuple):
    """What is held while the network changes.

    costs  of the base · kappa i · fitted w c g, what is added to gateways' costs · city: by way and class, a s, value that a
    city trades, of which the shares of cities in a region's trade are the base's
    """

    costs: Costs
    kappa: Array
    fitted: Array
    city: list[Array]


def class_kappa(g: Terrain, kappa: Array) -> Array:
    """κ by class, a mean by trade with abroad, c."""
    size = g.foreign.sum((0, 1, 2))
    out = np.ones(len(g.net.classes))
    for c in range(len(out)):
        mine = g.kind == c
        if mine.any():
            out[c] = np.average(kappa[mine], weights=size[mine] + 1e-300)
    return out


def through_gateways(g: Terrain, x: Costs, kappa: Array) -> list[Array]:
    """Cost through each gateway without what is fitted, by class: a s g."""
    by = class_kappa(g, kappa)
    return [by[c] * x.gate[c][:, None, :] + x.outer[c].T[None] for c in range(len(by))]


def based(g: Terrain, x: Costs, kappa: Array, targets: Mapping[tuple[str, str], Array]) -> RouteBase:
    """The base: gateways fitted to targets where there are some, and what each city trades."""
    z = through_gateways(g, x, kappa)
    C, G = len(z), len(g.gateways)
    f = np.zeros((2, C, G))
    city: list[Array] = []
    for w in range(2):
        for c in range(C):
            one = choice(z[c], g.p.route_spread)
            target = targets.get((g.net.classes[c], WAYS[w]))
            for _ in range(3 if target is not None else 1):  # shares of cities move a little with what is fitted
                traded = _by_city(g, w, c, one)
                if target is not None:
                    stream = Streams(traded.reshape(-1), z[c].reshape(-1, G))
                    f[w, c] = fitted(stream, target, g.p.route_spread, f[w, c])
                    one = choice(z[c] + f[w, c], g.p.route_spread)
            city.append(traded)
    return RouteBase(x, kappa, f, city)


def _by_city(g: Terrain, w: int, c: int, one: Choice) -> Array:
    """What each city trades of a class one way, a s: a region's trade by how cheaply its cities reach the economy."""
    out, at = np.zeros(one.cost.shape), g.city_region()
    flow = g.flow(w)
    for i in np.flatnonzero(g.kind == c):
        small = g.weight[:, None] * np.exp(
            -g.theta.between[g.goods[i]] * np.where(np.isfinite(one.cost), one.cost, np.inf)
        )
        whole = np.add.reduceat(small, g.starts, axis=0)
        out += ratio(small, whole[at]) * flow[at, :, i]
    return out


def passage(g: Terrain, base: RouteBase, x: Costs, added: Array) -> Passage:
    """What trade costs through gateways where the network costs x, and `added` w c g comes to what is fitted.

    Regions: x[h,s,i] = −(1/θ) ln Σ_a w[h,a] e^(−θ X[a,s]). Shares are by what cities trade in the base.
    """
    z, p = through_gateways(g, x, base.kappa), g.p
    G, C = len(g.gateways), len(z)
    cost = np.full(g.foreign.shape, np.inf)
    share = np.zeros((2, C, len(g.home), len(g.abroad), G))
    streams = []
    for w in range(2):
        for c in range(C):
            through = z[c] + base.fitted[w, c]
            one = choice(through + added[w, c], p.route_spread)
            for i in np.flatnonzero(g.kind == c):
                t = g.theta.between[g.goods[i]]
                whole = np.add.reduceat(g.weight[:, None] * np.exp(-t * one.cost), g.starts, axis=0)
                with np.errstate(divide="ignore"):
                    cost[w, :, :, i] = -np.log(whole) / t
            flow = base.city[w * C + c]
            by = np.add.reduceat(flow[:, :, None] * one.share, g.starts, axis=0)
            total = np.add.reduceat(flow, g.starts, axis=0)
            plain = np.add.reduceat(g.weight[:, None, None] * one.share, g.starts, axis=0)
            share[w, c] = np.where(total[:, :, None] > 0, ratio(by, total[:, :, None]), plain)
            streams.append(Streams(flow.reshape(-1), through.reshape(-1, G)))
    return Passage(cost, share, streams)


def home_costs(g: Terrain, base: RouteBase, x: Costs) -> Array:
    """What trade among regions at home costs, h h i, log points: −(1/θ) ln Σ_ab w w e^(−θ κ x)."""
    return np.stack([
        between_regions(base.kappa[i] * x.home[g.kind[i]], g.weight, g.starts, g.theta.within[g.goods[i]])
        for i in range(len(g.goods))
    ], axis=-1)  # fmt: skip


def refuse_cut(g: Terrain, before: Array, after: Array) -> None:
    """Raise Infeasible where trade that had a way has none, naming the goods."""
    lost = np.isfinite(before) & ~np.isfinite(after) & (g.foreign > 0)
    if not lost.any():
        return
    problems = Problems("closures leave goods without any way abroad")
    codes = g.acc.sectors.codes
    for i in np.flatnonzero(lost.any((0, 1, 2))):
        whom = [g.acc.geography.codes[k] for k in g.abroad[np.flatnonzero(lost[..., i].any((0, 1)))]]
        more = f" and {len(whom) - 4} more" if len(whom) > 4 else ""
        at = g.goods[i]
        called = f"{codes[at]}, {g.acc.sectors.names_en[at]} ({g.acc.sectors.names_zh[at]})"
        problems.add(f"{called}: to or from {', '.join(whom[:4])}{more}")
    problems.raise_if(Infeasible, where="model.gateway", fix="leave one gateway open that leads there")


def targets_file(p: GatewayParameters, net: Network) -> Path | None:
    """The file of observed shares; None where there is none."""
    return None if p.targets == "none" else net.targets if p.targets == "network" else Path(p.targets)


def targets_of(p: GatewayParameters, net: Network) -> dict[tuple[str, str], Array]:
    """Observed shares of gateways by class and way, g, nan where there is none. Raises BadInput listing what is wrong."""
    path = targets_file(p, net)
    if path is None:
        return {}
    problems = Problems(f"{path.name} is no file of targets")
    try:
        found = pd.read_csv(path)
    except (OSError, ValueError) as e:
        raise BadInput(f"the file of targets cannot be read: {e}", where="model.gateway.targets") from None
    lacking = [c for c in ("class", "way", "gateway", "share") if c not in found]
    if lacking:
        raise BadInput(
            f"the file of targets lacks {', '.join(lacking)}", where=str(path), fix="columns class, way, gateway, share"
        )
    out: dict[tuple[str, str], Array] = {}
    at = {c: k for k, c in enumerate(net.gateways["gateway"])}
    for line, row in enumerate(found.itertuples(index=False), 2):
        name, way, share = str(row[found.columns.get_loc("class")]), str(row.way), _share(row.share)
        try:
            gate = net.find("gateway", str(row.gateway))
        except BadInput as e:
            problems.add(f"line {line}: {e.what} ({e.fix})")
            continue
        if name not in net.classes or way not in WAYS:
            problems.add(f"line {line}: {name} {way}: classes are {', '.join(net.classes)}, ways {', '.join(WAYS)}")
        elif not 0 <= share <= 1:
            problems.add(f"line {line}: a share lies between 0 and 1 (given: {share:g})")
        else:
            out.setdefault((name, way), np.full(len(at), np.nan))[at[gate]] = share
    problems.raise_if(where="model.gateway.targets")
    return out


def _share(value: object) -> float:
    """A number; nan of what is none."""
    try:
        return float(str(value))
    except ValueError:
        return float("nan")


class AtRest(NamedTuple):
    """Everything about a table and a network at rest: the ground, what ways cost, and by mode of distance the base with what
    passes and what trade at home costs."""

    ground: Terrain
    costs: Costs
    bases: dict[DistanceMode, tuple[RouteBase, Passage, Array]]


def resting(acc: Accounts, p: GatewayParameters, theta: Theta) -> AtRest:
    """What does not depend on the shock, worked out once for a table and parameters.

    Raises BadInput listing what does not fit; NotConverged where gateways cannot be fitted to their targets.
    """
    same = p.model_dump_json(
        exclude={"income", "sets", "spare", "hour", "freed", "until", "online_now", "online_distance", "distance"}
    )
    asked = (acc, same, _stamp(p), CellArray(theta.between), CellArray(theta.within))
    g, x, _ = _laid(*asked)
    return AtRest(replace(g, p=p), x, {mode: _base(*asked, mode) for mode in p.ends})


def _stamp(p: GatewayParameters) -> tuple[float, ...]:
    """When a user's own files were written, so that a changed file is read anew."""
    files = [*Path(p.network).glob("*.csv"), Path(p.targets)]
    return tuple(f.stat().st_mtime for f in files if f.is_file())


@lru_cache(4)
def _laid(
    acc: Accounts, same: str, stamp: tuple[float, ...], between: CellArray, within: CellArray
) -> tuple[Terrain, Costs, dict[tuple[str, str], Array]]:
    """The ground, what ways cost, and targets: alike in every mode of distance."""
    p = GatewayParameters.model_validate_json(same)
    g = ground(acc, p, Theta(between.values, within.values))
    return g, costs(g.net, p, tuple(acc.geography.codes[k] for k in g.abroad)), targets_of(p, g.net)


@lru_cache(8)
def _base(
    acc: Accounts, same: str, stamp: tuple[float, ...], between: CellArray, within: CellArray, mode: DistanceMode
) -> tuple[RouteBase, Passage, Array]:
    """The base by one mode of distance."""
    g, x, targets = _laid(acc, same, stamp, between, within)
    base = based(g, x, stretch(g, x, mode), targets)
    return base, passage(g, base, x, np.zeros_like(base.fitted)), home_costs(g, base, x)


def forget() -> None:
    """Let go of what is kept of tables and networks at rest."""
    _laid.cache_clear()
    _base.cache_clear()
