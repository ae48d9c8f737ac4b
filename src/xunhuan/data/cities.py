"""A region split into its cities: accounts of the same type, which add up to the region again.

Letters: a, b cities of the region r, other regions s, i good, j industry, f final category.

    output, value added, use   make[a,j] times the region's          make sums to 1 over a, good by good
    final use                  spend[a] times the region's           spend: part of the region's value added
    sold to s, bought of s     by the city's part of output of i, of use of i
    sold inside                RAS of e^(−θ (κ x[a,b] + b 1[a≠b])) to the parts of the region's own flow (`data.ways`)

What cities sell each other is no figure of any table: x is what ways between them cost on a transport network (by distance,
where none has them); the border b is assumed, and so is κ, from what carrying costs to costs that fall with distance as
trade between provinces does. Versions of the table draw both, the border up to twice the assumed one, beside what the whole
table's own versions draw; `least` and `most` are what the margins allow.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeVar, cast

import numpy as np

from xunhuan.data.arrays import Array, Index, ratio
from xunhuan.data.balance import ras
from xunhuan.data.city_shares import CityShares, city_shares
from xunhuan.data.geography import Geography
from xunhuan.data.tasks import Parts, mapped
from xunhuan.data.ways import CITY_BORDER, PULL, CityGaps, CityWays, Wall, apart, city_list, listed_ways
from xunhuan.errors import BadInput, Problems

if TYPE_CHECKING:
    from xunhuan.data.accounts import Accounts
    from xunhuan.data.posterior import Posterior

Inner = Literal["gravity", "least", "most"]
WaysBy = CityWays | Literal["network", "distance"]
T = TypeVar("T")
_VERSIONS, _SEED = 64, 7
SAME_MIX = "cities_alike"
"""Name under which a table says which regions' cities have one mix of industries, by construction."""
BY_NETWORK, BY_DISTANCE = "cities_by_network", "cities_by_distance"
"""Names under which a table says of which regions' cities trade was shared by cost of ways, and of which by distance."""


@dataclass(frozen=True, eq=False)
class CityBorders:
    """Versions of a split table: a version of the whole table where it has some, split under other borders.

    whole  the table before · shares: how it was split, region -> file or "cities" · ways: region -> what ways cost
    walls  k: border and fall of trade with distance
    """

    whole: Accounts
    shares: Mapping[str, str]
    ways: Mapping[str, WaysBy]
    walls: tuple[Wall, ...]
    known: Mapping[str, Array] = field(default_factory=dict)
    regions: Index = field(default_factory=lambda: np.zeros(0, dtype=np.intp))

    def __len__(self) -> int:
        return len(self.walls)

    @property
    def title(self) -> str:
        """What versions differ in."""
        return "borders between cities" + ("" if self.whole.posterior is None else ", and trade between regions")

    @property
    def notes(self) -> tuple[str, ...]:
        """What versions are, and what those of the whole table are."""
        own = "what cities sell each other is assumed; versions have other borders and other falls with distance"
        return (own, *(() if self.whole.posterior is None else self.whole.posterior.notes))

    @property
    def digest(self) -> str:
        """SHA-256 of all that versions depend on, hexadecimal."""
        ways = sorted((r, w if isinstance(w, str) else w.digest) for r, w in self.ways.items())
        before = "" if self.whole.posterior is None else self.whole.posterior.digest
        told = repr((self.whole.digest, before, sorted(self.shares.items()), ways, self.walls))
        return hashlib.sha256(told.encode()).hexdigest()

    def trade(self, k: int) -> float:
        """What versions are ranked by: what regions and cities sell each other over output, cities' by RAS of all goods."""
        post, acc = self.whole.posterior, self.whole
        out = 0.0 if post is None else post.trade(k)
        for region in self.shares:
            at = acc.geography.index(region)
            nation = [n == acc.geography.nation[at] for n in acc.geography.nation]
            row, column, lies = self._margins[region]
            own = _inner(row, column, lies, "gravity", self.walls[k])[:, :, 0]
            out += float((own.sum() - np.trace(own)) / acc.output[nation].sum())
        return out

    @cached_property
    def _margins(self) -> dict[str, tuple[Array, Array, CityGaps]]:
        """What each region's cities sell and buy inside it, all goods added up, a 1, and what lies between them."""
        out, acc = {}, self.whole
        for region, shares in self.shares.items():
            at, cities = acc.geography.index(region), city_shares(acc, region, shares)
            own = acc.flow[at, at]
            lies = _lies(acc, at, cities, self.ways[region])
            asked = _Asked(at, cities.make, cities.spend, lies, "gravity", Wall())
            demand = _demand(acc, asked, _final(acc, asked))
            row, column = ((x * own).sum(1, keepdims=True) for x in (cities.make, demand))
            out[region] = row, column, lies._replace(kind=np.zeros(1, dtype=np.intp))
        return out

    def version(self, k: int) -> Accounts:
        """The k-th version. Raises BadInput for a number it does not have."""
        if not 0 <= k < len(self):
            raise BadInput(f"the table has no version {k}", fix=f"give 0 to {len(self) - 1}")
        out = self._split(self.whole if self.whole.posterior is None else self.whole.draw(k), wall=self.walls[k])
        return replace(out, posterior=None, extra={**out.extra, "version": str(k)})

    def limit(self, inner: Inner) -> Accounts:
        """The table with the least or the most that cities can sell each other, without versions."""
        return replace(self._split(self.whole, inner=inner), posterior=None)

    def _split(self, acc: Accounts, *, inner: Inner = "gravity", wall: Wall = Wall()) -> Accounts:
        return split_regions(acc, self.shares, inner=inner, wall=wall, ways=self.ways)


def split_region(
    acc: Accounts, region: str, shares: str | Path = "cities", *, inner: Inner = "gravity", wall: Wall = Wall(),
    ways: WaysBy = "network",
) -> Accounts:  # fmt: skip
    """A region's accounts as those of its cities; see `Accounts.split`."""
    return split_regions(acc, {region: shares}, inner=inner, wall=wall, ways={region: ways})


def split_regions(
    acc: Accounts, shares: Mapping[str, str | Path], *, inner: Inner = "gravity", wall: Wall = Wall(),
    ways: Mapping[str, WaysBy] = MappingProxyType({}),
) -> Accounts:  # fmt: skip
    """Several regions' accounts as those of their cities, to the last bit as if split one after another; what cities of a
    region sell each other is worked apart (`data.tasks`).

    shares  region -> "cities" or a file · ways: region -> what ways cost, else the nation's network.
    Raises as `Accounts.split`.
    """
    asked: list[_Asked] = []
    geography, extra = acc.geography, dict(acc.extra)
    files: dict[str, str] = {}
    by: dict[str, WaysBy] = {}
    notes: list[str] = []
    for region, given in shares.items():
        geography.index(region)  # of a region that has been split above nothing is left
        at, way = acc.geography.index(region), ways.get(region, "network")
        _refuse(acc, at, inner, wall, way)
        code = acc.geography.codes[at]
        cities = city_shares(acc, code, given)
        lies = _lies(acc, at, cities, way)
        asked.append(_Asked(at, cities.make, cities.spend, lies, inner, wall))
        geography = _geography(geography, geography.codes.index(code), cities)
        several = len(cities.codes) > 1
        extra = _marked(extra, SAME_MIX, [] if cities.mixed else [code])
        extra = _marked(extra, BY_NETWORK if lies.network else BY_DISTANCE, [code] if several else [])
        files[code], by[code] = str(given), way
        notes.append(f"cities of {code}: {_told(lies, wall) if several else 'one, which is the whole region'}")
    bare = acc if acc.posterior is None or len(asked) < 2 else replace(acc, posterior=None)  # what tasks need of it
    return replace(
        acc, **_grown(acc, asked, mapped(_among_cities, bare, asked)), geography=geography, extra=extra,
        posterior=cast("Posterior | None", _posterior(acc, files, inner, by)), notes=(*acc.notes, *notes),
    )  # fmt: skip


class _Asked(NamedTuple):
    """A region to be split: its position; of its cities make a i, spend a, what lies between; how they sell each other."""

    at: int
    make: Array
    spend: Array
    lies: CityGaps
    inner: Inner
    wall: Wall


def _among_cities(acc: Accounts, a: _Asked) -> Parts:
    """Part of each city in what its region uses of a good, a i; final use a i f; what cities sell each other, a b i."""
    final, inside = _final(acc, a), acc.flow[a.at, a.at]
    demand = _demand(acc, a, final)
    return demand, final, _inner(a.make * inside, demand * inside, a.lies, a.inner, a.wall)


def _told(lies: CityGaps, wall: Wall) -> str:
    by = f"the cost of ways on {lies.network}" if lies.network else "distance, for want of a network that has them,"
    return f"shares of 2010 to 2017; what they sell each other is assumed, by {by} and a border of {wall.border:g}"


def _grown(acc: Accounts, asked: Sequence[_Asked], parts: Sequence[Parts]) -> dict[str, Any]:
    """The arrays of a table with regions as their cities."""
    many = np.ones(acc.R, dtype=np.intp)
    many[[a.at for a in asked]] = [len(a.make) for a in asked]
    rows, first = np.repeat(np.arange(acc.R), many), np.cumsum(many) - many
    flow = acc.flow[np.ix_(rows, rows)]
    use, final, value_added = acc.use[rows], acc.final[rows], acc.value_added[rows]
    for a, (demand, theirs, own) in zip(asked, parts, strict=True):
        here = slice(first[a.at], first[a.at] + many[a.at])
        flow[here] *= a.make[:, None, :]
        flow[:, here] *= demand[None, :, :]
        flow[here, here] = own
        use[here] *= a.make[:, None, :]
        value_added[here] *= a.make[:, :, None]
        final[here] = theirs
    tariff = acc.tariff[np.ix_(rows, rows)]
    return {"flow": flow, "use": use, "final": final, "value_added": value_added, "tariff": tariff}


def _marked(extra: Mapping[str, str], name: str, codes: list[str]) -> dict[str, str]:
    """A table's words of its own, with codes more under a name."""
    return {**extra, name: " ".join([*extra.get(name, "").split(), *codes])}


def _lies(acc: Accounts, at: int, c: CityShares, ways: WaysBy) -> CityGaps:
    """What lies between cities: of the nation's bundled network, of the one given, or distance."""
    found = listed_ways(acc.geography.nation[at]) if ways == "network" else ways if isinstance(ways, CityWays) else None
    names = [(code, *both) for code, both in zip(c.codes, c.names, strict=True)]
    return apart(acc.sectors, found, names, c.distance)


def _refuse(acc: Accounts, at: int, inner: str, wall: Wall, ways: object) -> None:
    p = Problems("the region cannot be split")
    if not acc.closed[at]:
        p.add(f"{acc.geography.codes[at]} is open: it has no books to split")
    if acc.sourcing is not None:
        p.add("the table knows where each user buys, which no share tells of cities; take one that does not")
    if inner not in ("gravity", "least", "most"):
        p.add(f"inner: {inner!r} is none of gravity, least, most")
    if not (np.isfinite(wall.border) and wall.border >= 0):
        p.add(f"border: must be 0 or more (given: {wall.border:g})")
    if not (isinstance(ways, CityWays) or ways in ("network", "distance")):
        p.add(f"ways: {ways!r} is none of network, distance, nor costs between cities")
    p.raise_if(BadInput, where=acc.name)


def _posterior(acc: Accounts, shares: Mapping[str, str], inner: str, ways: Mapping[str, WaysBy]) -> CityBorders | None:
    """Versions with other borders, as many as the whole table has where it has some; none of the limits."""
    if inner != "gravity":
        return None
    before: object = acc.posterior
    cut = before if isinstance(before, CityBorders) else None
    whole = acc if cut is None else cut.whole
    n = whole.draws or _VERSIONS
    rng = np.random.default_rng(_SEED)
    border, pull = (2 * x * rng.permutation((np.arange(n) + 0.5) / n) for x in (CITY_BORDER, PULL))
    walls = tuple(Wall(float(b), float(d)) for b, d in zip(border, pull, strict=True))
    told = ({**cut.shares, **shares}, {**cut.ways, **ways}) if cut else (shares, ways)
    return CityBorders(whole, *told, walls)


def _final(acc: Accounts, a: _Asked) -> Array:
    """Final use a i f: what is added by spending, what comes out of stocks where the good is used."""
    final = acc.final[a.at]
    plus, minus = np.maximum(final, 0.0), np.minimum(final, 0.0)
    added = a.spend[:, None, None] * plus
    gross = added.sum(2) + np.einsum("aj,ij->ai", a.make, acc.use[a.at])
    return np.asarray(added + ratio(gross, gross.sum(0))[:, :, None] * minus)


def _demand(acc: Accounts, a: _Asked, final: Array) -> Array:
    """Part of each city in the region's use of a good, a i; sums to 1, or 0 where nothing is used."""
    whole = final.sum(2) + np.einsum("aj,ij->ai", a.make, acc.use[a.at])
    part = ratio(whole, whole.sum(0))
    unused = acc.absorption[a.at] == 0
    return np.asarray(np.where(unused[None], a.make, part))


def _inner(row: Array, column: Array, lies: CityGaps, inner: str, wall: Wall) -> Array:
    """What cities sell each other and themselves, a b i, with given margins a i."""
    n = len(row)
    held = np.zeros_like(row)
    seed = lies.seed(wall)
    if inner != "gravity" and n > 1:
        held = np.minimum(row, column) if inner == "least" else np.maximum(row + column - row.sum(0), 0.0)
        seed = seed * (1.0 - np.eye(n))
    goods = np.flatnonzero((row - held).sum(0) > 1e-12 * row.sum(0))
    out = np.zeros((n, n, row.shape[1]))
    found = ras(seed[lies.kind[goods]], (row - held)[:, goods].T, (column - held)[:, goods].T).require(
        "trade between cities"
    )
    out[:, :, goods] = found.transpose(1, 2, 0)
    place = np.arange(n)
    out[place, place] += held
    return out


def _geography(g: Geography, at: int, c: CityShares) -> Geography:
    """The region's place taken by its cities; clusters with it hold them all."""
    old, n = g.codes[at], len(c.codes)
    taken = sorted(set(c.codes) & (set(g.codes) - {old}))
    if taken:
        raise BadInput("cities have codes of regions that are there", items=taken, fix="give them other codes")

    def spliced(values: tuple[T, ...], new: tuple[T, ...]) -> tuple[T, ...]:
        return (*values[:at], *new, *values[at + 1 :])

    codes = spliced(g.codes, c.codes)
    clusters = {k: tuple(x for m in ms for x in (c.codes if m == old else (m,))) for k, ms in g.clusters.items()}
    known = {**g.nation_names, old: (g.names_en[at], g.names_zh[at])}
    clusters = {**clusters, old: c.codes}
    parts = {k: ms for k, ms in clusters.items() if len(ms) >= 1}
    several = regions_with_cities(g.nation[at])
    for name, names, members in city_clusters(g.nation[at]):
        inside = tuple(x for m in members for x in parts.get(m, (m,)))
        whole = all(m in clusters or (m in codes and m not in several) for m in members)
        # A cluster named by its provinces is there where all of them are split that have more than one city.
        if whole and any(x in c.codes for x in inside):
            clusters[name], known[name] = inside, names
    return replace(
        g, codes=codes, nation=spliced(g.nation, (g.nation[at],) * n),
        names_en=spliced(g.names_en, tuple(e for e, _ in c.names)),
        names_zh=spliced(g.names_zh, tuple(z for _, z in c.names)),
        clusters=clusters, nation_names=known, population=spliced(g.population, tuple(map(float, c.population))),
        tile=spliced(g.tile, (None,) * n), migration=None,
    )  # fmt: skip


def regions_with_cities(nation: str) -> set[str]:
    """Regions of a nation with more than one city in the list."""
    found = city_list(f"cities_{nation}.csv")
    counts = {} if found is None else found["province"].value_counts().to_dict()
    return {str(k) for k, n in counts.items() if n > 1}


def city_clusters(nation: str) -> list[tuple[str, tuple[str, str], tuple[str, ...]]]:
    """Clusters of a nation's cities: code, names, members."""
    found = city_list(f"city_clusters_{nation}.csv")
    if found is None:
        return []
    rows = found.to_dict("records")
    return [(str(r["cluster"]), (str(r["name_en"]), str(r["name_zh"])), tuple(str(r["members"]).split())) for r in rows]


def refuse_alike(acc: Accounts, groups: Sequence[Index], what: str) -> None:
    """Raise BadInput where two groups of regions are cities of one region, with its mix of industries by construction."""
    g = acc.geography
    for parent in acc.extra.get(SAME_MIX, "").split():
        mine = set(g.clusters.get(parent, ()))
        if sum({g.codes[k] for k in members} <= mine for members in groups) > 1:
            raise BadInput(
                f"no city mix is given: the cities of {parent} have its mix of industries by construction, so that {what} "
                "among them says nothing", where=acc.name,
                fix=f"split {parent} by a file with city, sector, share, or ask for other regions",
            )  # fmt: skip
