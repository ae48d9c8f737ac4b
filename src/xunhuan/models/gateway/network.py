r"""A transport network from files, and what it costs to cross it.

Letters of this room: a b city; g gateway; c class of goods; m mode; k l nodes; r s region; i good.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from xunhuan.data.arrays import Array
from xunhuan.data.geography import Geography
from xunhuan.data.ways import GENERAL
from xunhuan.errors import BadInput, ForeignFile, Problems, nearest
from xunhuan.models.gateway.edits import FAST

HOME_MODES = ("road", "rail", "river", "coast")
"""Ways inside the network; each but road is a layer that is entered and left from the road."""
OUTER_MODES = ("ocean", "air", "land")
"""Ways from a gateway to an economy abroad."""
KEEPS = ((), ("rail",), ("river", "coast"), ("rail", "river", "coast"))
"""Networks among which freight chooses: road alone, and with what else; the last is all."""
_COLUMNS = {
    "cities": ("city", "region", "lon", "lat", "weight"),
    "gateways": ("gateway", "region", "mode", "lon", "lat"),
    "edges": ("from", "to", "mode", "km"),
    "goods": ("sector", "class"),
}
"""Columns a file must have; goods may be missing altogether."""


@dataclass(frozen=True, eq=False)
class Network:
    """Cities, gateways and the ways between and beyond them.

    cities    by a: city, name_zh, region, lon, lat, weight, people; sorted by region
    gateways  by g: gateway, name, name_zh, region, mode, lon, lat
    edges     from, to, mode, km, beyond, opened, class, speed; faster: part of the way to the pace of fast lines for goods
    goods     sector or group of sectors -> class · outline: region, part, lon, lat of pictures
    targets   file of observed shares · folder: where the files lie
    """

    name: str
    cities: pd.DataFrame
    gateways: pd.DataFrame
    edges: pd.DataFrame
    goods: tuple[tuple[str, str], ...]
    outline: pd.DataFrame | None = None
    targets: Path | None = None
    folder: Path = Path()

    @property
    def classes(self) -> tuple[str, ...]:
        """Classes of goods, the general one first."""
        return tuple(dict.fromkeys((GENERAL, *(c for _, c in self.goods))))

    @cached_property
    def inner(self) -> tuple[int, dict[str, tuple[NDArray[np.intp], NDArray[np.intp]]]]:
        """How many places and junctions there are, and by mode at home the two ends of every edge, as their numbers."""
        rows = self.edges[self.edges["mode"].isin(HOME_MODES)]
        places = [*self.cities["city"], *self.gateways["gateway"]]
        numbers = {n: k for k, n in enumerate(dict.fromkeys([*places, *rows["from"], *rows["to"]]))}
        a, b = (np.array([numbers[n] for n in rows[end]], dtype=np.intp) for end in ("from", "to"))
        mode = rows["mode"].to_numpy()
        return len(numbers), {m: (a[mode == m], b[mode == m]) for m in HOME_MODES}

    def in_year(self, year: int) -> Network:
        """The network with lines opened by a year, or of unknown year."""
        return replace(self, edges=self.edges[~(self.edges["opened"] > year)])

    def find(self, what: str, name: str) -> str:
        """The code of a city or gateway by code, English or Chinese name. Raises BadInput with the nearest of each."""
        frame = self.cities if what == "city" else self.gateways
        known = {str(n): str(c) for column in ("name_zh", "name", what) if column in frame
                 for c, n in zip(frame[what], frame[column], strict=True)}  # fmt: skip
        known = {n.removesuffix("市"): c for n, c in known.items()} | known
        if name in known:
            return known[name]
        latin = nearest(name, [n for n in known if n.isascii()])
        other = nearest(name, [n for n in known if not n.isascii()])
        names = dict(zip(frame[what], frame["name_zh"], strict=True)) if "name_zh" in frame else {}
        near = [f"{n} ({names.get(known[n], '')})" if n.isascii() else n for n in (*latin, *other)]
        fix = (
            f"did you mean {', '.join(near)}?"
            if near
            else f"choose one of: {', '.join(map(str, frame[what][:8]))}, ..."
        )
        raise BadInput(f"unknown {what} {name!r}", fix=fix)


def network(name: str) -> Network:
    """A bundled network by name, or one's own by its folder.

    Raises BadInput where there is none, ForeignFile listing everything that is wrong with its files.
    """
    bundled = resources.files("xunhuan.models.gateway") / "data" / name
    folder = Path(str(bundled)) if "/" not in name and (bundled / "cities.csv").is_file() else Path(name)
    if not (folder / "cities.csv").is_file():
        near = nearest(name, bundled_networks())
        what = f"no network {name!r}: neither bundled nor a folder with cities.csv, edges.csv and gateways.csv"
        raise BadInput(
            what, fix=f"did you mean {near[0]}?" if near else f"take {', '.join(bundled_networks())} or a folder"
        )
    return _read(folder, name, tuple(f.stat().st_mtime for f in sorted(folder.glob("*.csv"))))


def bundled_networks() -> list[str]:
    """Names of the networks that come with the package."""
    data = resources.files("xunhuan.models.gateway") / "data"
    return sorted(d.name for d in data.iterdir() if (d / "cities.csv").is_file())


@lru_cache(8)
def _read(folder: Path, name: str, stamp: tuple[float, ...]) -> Network:
    problems = Problems(f"the network {name} cannot be read")
    frames: dict[str, pd.DataFrame] = {}
    for file, columns in _COLUMNS.items():
        path = folder / f"{file}.csv"
        if not path.is_file():
            if file != "goods":
                problems.add(f"{file}.csv: missing; columns {', '.join(columns)}")
            continue
        try:
            frames[file] = pd.read_csv(path, keep_default_na=False, na_values=[""], encoding="utf-8-sig")
        except ValueError as e:  # a line with a comma too many, no line at all, no UTF-8
            problems.add(f"{file}.csv: is no table of commas in UTF-8: {' '.join(str(e).split())}")
            continue
        lacking = [c for c in columns if c not in frames[file]]
        if lacking:
            problems.add(f"{file}.csv: lacks {', '.join(lacking)}; columns {', '.join(columns)}")
    problems.raise_if(ForeignFile, where=str(folder))
    for file, some in (("cities", ("lon", "lat", "weight")), ("gateways", ("lon", "lat")), ("edges", ("km",))):
        for column in some:
            _numbers(frames[file], file, column, problems)
    problems.raise_if(ForeignFile, where=str(folder))
    cities = frames["cities"].astype({"city": str}).sort_values("region", kind="stable").reset_index(drop=True)
    gateways = frames["gateways"].astype({"gateway": str})
    cities["people"] = cities["people"].fillna(cities["weight"]) if "people" in cities else cities["weight"]
    edges = frames["edges"].astype({"from": str, "to": str})
    if "class" in edges:
        edges["class"] = edges["class"].astype(object)  # a column that is empty throughout is read as numbers
    for column, default in (("beyond", 0.0), ("opened", np.nan), ("class", ""), ("speed", np.nan)):
        edges[column] = edges[column].fillna(default) if column in edges else default
    edges["faster"] = (edges["class"] == FAST).astype(float)
    _sound(cities, gateways, edges, problems)
    problems.raise_if(ForeignFile, where=str(folder))
    goods = tuple(frames["goods"][["sector", "class"]].itertuples(index=False, name=None)) if "goods" in frames else ()
    outline = pd.read_csv(folder / "outline.csv") if (folder / "outline.csv").is_file() else None
    targets = folder / "targets.csv"
    return Network(name, cities, gateways, edges, goods, outline, targets if targets.is_file() else None, folder)


def _numbers(frame: pd.DataFrame, file: str, column: str, problems: Problems) -> None:
    values = pd.to_numeric(frame[column], errors="coerce")
    low = 0.0 if column in ("km", "weight") else -np.inf
    wrong = ~(np.isfinite(values) & (values >= low))
    if wrong.any():
        what = f"{column} must be a number" + (" of 0 or more" if low == 0 else "")
        problems.add(f"{file}.csv, line {int(np.argmax(wrong)) + 2}: {what}; {int(wrong.sum())} are not")
    frame[column] = values


def _sound(cities: pd.DataFrame, gateways: pd.DataFrame, edges: pd.DataFrame, problems: Problems) -> None:
    """Note names given twice, ways of no kind, ends that are not there, gateways that lead nowhere."""
    for frame, what in ((cities, "city"), (gateways, "gateway")):
        twice = frame[what][frame[what].duplicated()]
        if len(twice):
            problems.add(f"{what} given twice: {', '.join(twice)}")
    both = sorted({*cities["city"]} & {*gateways["gateway"]})
    if both:
        problems.add(f"a city and a gateway have one name: {', '.join(both)}")
    if not cities.groupby("region")["weight"].sum().gt(0).all():
        problems.add("cities.csv: weights of a region sum to 0")
    strange = sorted({*edges["mode"]} - {*HOME_MODES, *OUTER_MODES})
    if strange:
        problems.add(
            f"edges.csv: unknown mode {', '.join(map(str, strange))} (take {', '.join((*HOME_MODES, *OUTER_MODES))})"
        )
    places = {*cities["city"], *gateways["gateway"]}
    road = edges[edges["mode"] == "road"]
    lost = sorted(({*road["from"]} | {*road["to"]}) - places)
    outer = edges[edges["mode"].isin(OUTER_MODES)]
    lost += sorted({*outer["from"]} - {*gateways["gateway"]})
    if lost:
        what = f"edges.csv: {', '.join(lost[:5])} {'are' if len(lost) > 1 else 'is'} in no list"
        problems.add(f"{what} (roads join cities and gateways; ways by ocean, air and land begin at a gateway)")


def split_with(net: Network, geography: Geography) -> Network:
    """The network under a table of which some regions are split into cities: their cities, and gateways by the nearest of
    them, belong to the table's. A city is known by its Chinese or English name; one that the table lacks stays the region's.
    """
    cut = sorted(({*net.cities["region"]} - {*geography.codes}) & {*geography.clusters})
    if not cut:
        return net
    cities, gateways = net.cities.copy(), net.gateways.copy()
    for region in cut:
        names = {
            n.removesuffix("市"): m
            for m in geography.clusters[region]
            for n in (m, geography.name(m), geography.name(m, "zh"))
        }
        mine = (cities["region"] == region).to_numpy()
        for k in np.flatnonzero(mine):
            row = cities.loc[k]
            called = [str(row[c]).removesuffix("市") for c in ("name_zh", "city") if c in cities]
            cities.loc[k, "region"] = next((names[n] for n in called if n in names), region)
        at = cities[mine]
        for k in np.flatnonzero((gateways["region"] == region).to_numpy()):
            lon, lat = gateways.loc[k, ["lon", "lat"]].to_numpy(dtype=float)
            km = great_circle_km(at["lon"].to_numpy(float), at["lat"].to_numpy(float), lon, lat)
            gateways.loc[k, "region"] = at["region"].iloc[int(km.argmin())]
    cities = cities.sort_values("region", kind="stable").reset_index(drop=True)
    return replace(net, cities=cities, gateways=gateways)


def with_line(net: Network, ends: list[tuple[str, str, float]], mode: str, kind: str, speed: float) -> Network:
    """The network with a line more: its sections by ends and km."""
    rows = pd.DataFrame(ends, columns=["from", "to", "km"])
    rows = rows.assign(mode=mode, beyond=0.0, opened=np.nan, speed=speed, faster=float(kind == FAST), **{"class": kind})
    return replace(net, edges=pd.concat([net.edges, rows[list(net.edges.columns)]], ignore_index=True))


def great_circle_km(lon: Array, lat: Array, to_lon: Array, to_lat: Array) -> Array:
    """Great-circle distance, km, of places that broadcast; a sphere of radius 6371."""
    a, b, c, d = (np.radians(np.asarray(x, dtype=float)) for x in (lon, lat, to_lon, to_lat))
    half = np.sin((d - b) / 2) ** 2 + np.cos(b) * np.cos(d) * np.sin((c - a) / 2) ** 2
    return np.asarray(2 * 6371.0 * np.arcsin(np.sqrt(np.minimum(half, 1.0))))


Weights = dict[str, tuple[Array, float]]
"""Of a mode: what each of its edges costs, inf where it is not to be used, and what is paid once, half at either end."""


@dataclass(frozen=True, eq=False)
class Graph:
    """Nodes of all layers and what single ways between them cost, parallel ways by the cheapest; both ways alike.

    low, high, cost  by way · size: number of nodes · sources: cities, the first of them · ends: cities and gateways
    """

    low: NDArray[np.intp]
    high: NDArray[np.intp]
    cost: Array
    size: int
    sources: int
    ends: int


def layered(net: Network, weights: Weights, layers: tuple[str, ...]) -> Graph:
    """The graph of the road and further layers, which are entered and left from it at a cost."""
    (n, ends), places = net.inner, len(net.cities) + len(net.gateways)
    ways: list[tuple[Any, Any, Any]] = []
    for depth, mode in enumerate(("road", *layers)):
        each, terminal = weights[mode]
        able = np.isfinite(each)
        a, b = (end[able] for end in ends[mode])
        ways.append((a + n * depth, b + n * depth, each[able]))
        if depth:
            here = np.unique(np.concatenate([a, b]))
            here = here[here < places]
            ways.append((here, here + n * depth, np.full(len(here), terminal / 2)))
    a, b, x = (np.concatenate(v) for v in zip(*ways, strict=True))
    low, high = np.minimum(a, b), np.maximum(a, b)
    order = np.lexsort((x, high, low))
    low, high, x = low[order], high[order], x[order]
    first = np.ones(len(x), dtype=bool)
    first[1:] = (low[1:] != low[:-1]) | (high[1:] != high[:-1])  # a sparse matrix would add parallel ways up
    return Graph(low[first], high[first], x[first], n * (1 + len(layers)), len(net.cities), places)


def shortest(graph: Graph) -> Array:
    """Least cost from every city to every city and gateway; a k, inf where no way is.

    Dijkstra's algorithm from every city [Dijkstra1959].
    """
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import dijkstra

    cost = np.maximum(graph.cost, 1e-15)  # a sparse matrix takes 0 for no way
    matrix = csr_matrix((cost, (graph.low, graph.high)), shape=(graph.size, graph.size))
    found = dijkstra(matrix, directed=False, indices=np.arange(graph.sources))
    return np.asarray(found[:, : graph.ends])
