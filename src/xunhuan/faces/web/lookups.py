"""Measures behind the pages, computed once for each table, home and definition, then kept.

A page update reads these; nothing here depends on who asks. Caches are bounded.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ParamSpec, TypeVar

import numpy as np
import pandas as pd
import xarray as xr
from cachetools import LRUCache, cached

from xunhuan.data.accounts import Accounts
from xunhuan.data.arrays import CIRCUITS, Circuit
from xunhuan.data.cities import city_clusters, regions_with_cities
from xunhuan.data.store import known_tables, load
from xunhuan.errors import BadInput
from xunhuan.faces import words
from xunhuan.faces.companions import ENDINGS, companion, limit_tables
from xunhuan.faces.placed import are_provinces, land_of_table
from xunhuan.faces.web.keeping import kept_on_disk

_P = ParamSpec("_P")
_T = TypeVar("_T")
_STEP = 4
"""Of the versions of a table that is cut, every so many are looked at."""
_MANY = 1e6
"""Flows of a table, origin by destination by good, from which its measures take seconds."""
FRESH = 10.0
"""Seconds after which the folders are looked at again for tables."""
_PREFERRED = ("world-2017", "china-2017", "toyland")
_VARIANT = re.compile(rf".+-\d{{4}}-({'|'.join(ENDINGS)})")


def once(size: int) -> Callable[[Callable[_P, _T]], Callable[_P, _T]]:
    """Keep the `size` answers asked for last; who asks for one that is being computed waits for it, others are not held
    up. A failure is not kept.
    """

    def decorate(f: Callable[_P, _T]) -> Callable[_P, _T]:
        kept: LRUCache[Hashable, _T] = LRUCache(size)
        return cached(kept, condition=threading.Condition())(f)

    return decorate


@dataclass(frozen=True)
class Place:
    """A region, nation or cluster with its names."""

    code: str
    en: str
    zh: str

    def name(self, lang: str) -> str:
        """Its name in a language, else its code."""
        return (self.zh if lang == "zh" else self.en) or self.code


@dataclass(frozen=True, eq=False)
class CircuitShares:
    """Circulation of a home's regions: `part` region x circuit sums to 1, `total` in the table's unit.

    seen    shares in every version of the table, version region circuit, nan in those not worked out; None of none
    cities  of a table that is cut: its cities; None of other tables · held: whether versions vary their trade alone
    """

    places: tuple[Place, ...]
    total: np.ndarray
    part: np.ndarray
    mean: np.ndarray
    definition: str
    citation: tuple[str, ...]
    seen: np.ndarray | None = None
    cities: frozenset[str] | None = None
    held: bool = False

    def place(self, code: str) -> int:
        """Position of a region."""
        return [p.code for p in self.places].index(code)

    def of(self, code: str) -> tuple[float, float, float]:
        """Own, inter and external share of one region."""
        a, b, c = (float(x) for x in self.part[self.place(code)])
        return a, b, c

    @cached_property
    def ends(self) -> np.ndarray | None:
        """Low and high of the 90% interval of every share: end region circuit."""
        return None if self.seen is None else np.nanquantile(self.seen, (0.05, 0.95), axis=0)

    def span(self, code: str, circuit: str) -> tuple[float, float] | None:
        """The 90% interval of a region's share; None where versions leave that trade as it is: beside cities, and of cities
        abroad, whose sales there are the same under all borders between them."""
        held = self.held and (code not in (self.cities or ()) or circuit == "external")
        if self.ends is None or held:
            return None
        low, high = self.ends[:, self.place(code), CIRCUITS.index(circuit)]
        return float(low), float(high)

    def versions(self, code: str) -> int:
        """In how many versions a region's shares are known."""
        return 0 if self.seen is None else int(np.isfinite(self.seen[:, self.place(code)]).all(1).sum())

    def rank(self, code: str, circuit: str) -> tuple[int, int, int] | None:
        """Rank of a region by a share, largest first, and the ends between which it lies in 90% of the versions."""
        if self.seen is None:
            return None
        k, c = self.place(code), CIRCUITS.index(circuit)
        seen = self.seen[np.isfinite(self.seen[:, :, c]).all(1), :, c]
        ranks = 1 + (seen > seen[:, [k]]).sum(1)
        low, high = np.quantile(ranks, (0.05, 0.95), method="closest_observation")
        return 1 + int((self.part[:, c] > self.part[k, c]).sum()), int(low), int(high)


def table_names() -> tuple[str, ...]:
    """Tables a visitor can choose; what goes with a table belongs to its page, not to the list."""
    return _table_names(int(time.monotonic() / FRESH))


@once(2)
def _table_names(_: int) -> tuple[str, ...]:
    return tuple(n for n in known_tables() if not _VARIANT.fullmatch(n))


def default_table() -> str:
    """The table shown first."""
    names = table_names()
    return next((n for n in _PREFERRED if n in names), names[0])


CUT = "/"
"""Between a table's name and the region that is shown as its cities: "world-2017/CN-GD"."""


def cut_of(table: str) -> tuple[str, str]:
    """A table's own name, and the region of it that is shown as its cities, if any."""
    name, _, region = table.partition(CUT)
    return name, region


@once(24)
def can_be_cut(table: str) -> tuple[str, ...]:
    """Regions of a table, as it is looked at from its own home, whose cities are known."""
    name, region = cut_of(table)
    acc = _table(name)
    known = regions_with_cities(acc.home)
    return () if region else tuple(c for c in home_regions(name, acc.home) if c in known)


@once(12)
def _table(name: str) -> Accounts:
    name, region = cut_of(name)
    return load(name).split(region) if region else load(name)


@once(24)
def accounts_of(table: str, home: str = "") -> Accounts:
    """A table looked at from a nation, or from a cluster of economies made one nation."""
    acc = _table(table)
    geo = acc.geography
    if not home or home == acc.home:
        return acc
    if home in geo.nations:
        return acc.replace(home=home)
    whole = geo.regroup(home, geo.clusters[home], bloc(home))
    return acc.replace(geography=whole, home=home)


def bloc(code: str) -> tuple[str, str]:
    """English and Chinese name of a cluster of economies."""
    return words.catalogue().get(f"bloc_{code}", (code.replace("_", " "), code.replace("_", " ")))


@once(24)
def land_shown(table: str, home: str) -> Any:
    """Where a table's regions lie on a map of land; None of a table without one."""
    return land_of_table(accounts_of(table, home))


@once(12)
def homes(table: str) -> tuple[Place, ...]:
    """Where one can look from: the table's own home, other nations of several regions, and clusters of economies; where home
    is one economy among others, each of them."""
    acc = _table(table)
    geo = acc.geography
    several = [n for n in geo.nations if geo.nation.count(n) > 1 and n != acc.home]
    blocs = [c for c, m in geo.clusters.items() if len(m) > 1 and all(_alone(geo.nation, geo.codes, x) for x in m)]
    out = [Place(n, geo.name(n), geo.name(n, "zh")) for n in (acc.home, *several)]
    others = [geo.nation[geo.codes.index(c)] for c in economies_compared(table, acc.home)]
    alike = sorted(
        (Place(n, geo.name(n), geo.name(n, "zh")) for n in {*others} - {acc.home, *several}), key=lambda p: p.en
    )
    return (*out, *(Place(c, *bloc(c)) for c in blocs if c not in geo.nations), *alike)


def _alone(nation: tuple[str, ...], codes: tuple[str, ...], code: str) -> bool:
    """True where a region is an economy of its own."""
    return nation.count(nation[codes.index(code)]) == 1


@once(24)
def home_regions(table: str, home: str) -> tuple[str, ...]:
    """Codes of the regions set side by side: home's, or every economy whose books are kept where home is one of them."""
    geo = accounts_of(table, home).geography
    return economies_compared(table, home) or tuple(geo.codes[k] for k in geo.select("provinces", home=home))


@once(24)
def economies_compared(table: str, home: str) -> tuple[str, ...]:
    """Economies set side by side where home is a single one, as in the report; empty where home has regions of its own."""
    acc = accounts_of(table, home)
    nations = acc.geography.nation
    kept = [c for c, n, k in zip(acc.geography.codes, nations, acc.closed, strict=True) if k and nations.count(n) == 1]
    return tuple(kept) if nations.count(acc.home) == 1 and len(kept) > 1 else ()


def circuits(table: str, home: str) -> tuple[Circuit, ...]:
    """Circuits that a home has: a single economy has no elsewhere at home."""
    return tuple(c for c in CIRCUITS if c != "inter" or not economies_compared(table, home))


def speaking(table: str, home: str, lang: str) -> words.Texts:
    """The words of a language, in which trade inside the home is between provinces where its regions are some."""
    t, parts = words.of(lang), are_provinces(home_regions(table, home))

    def said(key: str, **values: object) -> str:
        return t("inter_regions" if key == "inter" and not parts else key, **values)

    return said


@once(24)
def largest(table: str, home: str) -> str:
    """The home's region with the largest GDP, a city where one is shown as its cities; a home that is one economy itself."""
    acc = accounts_of(table, home)
    if economies_compared(table, home):
        return acc.geography.codes[acc.geography.nation.index(acc.home)]
    codes = acc.geography.clusters.get(cut_of(table)[1], home_regions(table, home))
    return max(codes, key=lambda c: float(acc.gdp[acc.geography.codes.index(c)]))


@once(96)
def measured(table: str, home: str, definition: str, by: str) -> xr.Dataset:
    """`circulation` of the regions set side by side, with intervals where they are known."""
    from xunhuan.measures import circulation
    from xunhuan.measures.versions import only_cities, with_shares

    acc = accounts_of(table, home)
    places = economies_compared(table, home) or "provinces"
    ds = _kept(table, home, f"{definition} by {by}", lambda: circulation(acc, places, by=by, definition=definition))
    seen = version_shares(table, home, definition) if by == "region" else None
    return ds if seen is None else with_shares(ds, seen, only_cities(acc))


@once(24)
def version_shares(table: str, home: str, definition: str) -> np.ndarray | None:
    """Shares of the home's regions in every version of the table, version region circuit; None where not known."""
    from xunhuan.measures.circuits import absorbed_shares
    from xunhuan.measures.versions import home_shares, split_shares

    acc = accounts_of(table, home)
    if economies_compared(table, home):
        return None
    if cut_of(table)[1] and definition == "absorption":
        known = split_shares(acc, _STEP)
        if known is not None:
            return known
        at = acc.geography.select("provinces", home=acc.home)
        return np.stack([absorbed_shares(acc.draw(k), at)[0] for k in range(0, acc.draws, _STEP)])
    return home_shares(acc) if definition == "absorption" else None


@once(24)
def city_groups(table: str, home: str) -> tuple[tuple[str, np.ndarray], ...]:
    """Clusters of the cities of a table that is cut: code, and own, inter and external share, in the table itself, with
    the least and with the most that cities can sell each other, axes end circuit."""
    from xunhuan.measures.circuits import group_shares

    acc = accounts_of(table, home)
    geo, region = acc.geography, cut_of(table)[1]
    codes = [c for c in (region, *(name for name, *_ in city_clusters(acc.home))) if c in geo.clusters]
    groups = [np.array([geo.index(m) for m in geo.clusters[c]]) for c in codes]
    tables = (acc, *(limit_tables(acc) or ()))
    found = np.stack([group_shares(one, groups) for one in tables])
    return tuple((c, found[:, k]) for k, c in enumerate(codes))


@once(96)
def shares(table: str, home: str, definition: str) -> CircuitShares:
    """Own, inter and external shares of all the home's regions, with the mean weighted by their totals."""
    from xunhuan.measures.versions import only_cities, split_cities

    acc = accounts_of(table, home)
    ds = measured(table, home, definition, "region")
    names = zip(ds["region"].values, ds["name_en"].values, ds["name_zh"].values, strict=True)
    total = ds["final_use" if definition == "origin" else "gdp"].values
    part = np.stack([ds[c].values for c in CIRCUITS], axis=1)
    return CircuitShares(
        tuple(Place(str(c), str(en), str(zh)) for c, en, zh in names),
        total, part, total @ part / total.sum(), str(ds.attrs["definition"]), tuple(ds.attrs["citation"]),
        version_shares(table, home, definition), split_cities(acc), only_cities(acc) is not None,
    )  # fmt: skip


@dataclass(frozen=True)
class LineShare:
    """One line of a list: a partner or a sector, its circuit where it has one, and its share of the region's total."""

    place: Place
    circuit: str
    share: float


@once(2048)
def partners(table: str, home: str, definition: str, region: str) -> tuple[LineShare, ...]:
    """Every partner of a region, largest first, the region itself left out."""
    ds = measured(table, home, definition, "partner").sel(region=region)
    rows = zip(
        ds["partner"].values, ds["partner_name_en"].values, ds["partner_name_zh"].values,
        ds["circuit"].values, ds["share"].values, strict=True,
    )  # fmt: skip
    found = [LineShare(Place(str(c), str(en), str(zh)), str(k), float(x)) for c, en, zh, k, x in rows if c != region]
    return tuple(sorted(found, key=lambda s: -s.share))


@dataclass(frozen=True)
class SectorShare:
    """A sector of a region: its weight in the region's total, and how that weight divides over the circuits."""

    place: Place
    weight: float
    part: tuple[float, float, float]


@once(2048)
def sectors(table: str, home: str, definition: str, region: str) -> tuple[SectorShare, ...]:
    """Sectors of a region, largest first; `weight` and `part` are shares of the region's total."""
    ds = measured(table, home, definition, "sector").sel(region=region)
    value = ds["final_use" if definition == "origin" else "gdp"].values
    weight = value / value.sum()
    part = np.stack([ds[c].values for c in CIRCUITS], axis=1) * weight[:, None]
    names = zip(ds["sector"].values, ds["sector_name_en"].values, ds["sector_name_zh"].values, strict=True)
    found = [
        SectorShare(Place(str(c), str(en), str(zh)), float(w), (float(p[0]), float(p[1]), float(p[2])))
        for (c, en, zh), w, p in zip(names, weight, part, strict=True)
    ]
    return tuple(sorted(found, key=lambda s: -s.weight))


@once(512)
def limits(table: str, home: str, definition: str, region: str) -> np.ndarray | None:
    """Least and most of a region's shares on the tables with the least and the most cross-hauling, end circuit; None
    where there are none."""
    from xunhuan.measures import circulation

    pair = limit_tables(accounts_of(table, home))
    if pair is None:
        return None
    found = [circulation(acc, region, definition=definition) for acc in pair]
    return np.sort([[float(ds[c].item()) for c in CIRCUITS] for ds in found], axis=0)


@dataclass(frozen=True)
class TradeAtHome:
    """Trade of a region with the rest of its nation: outflow over output, and overlap of outflow and inflow."""

    outflow: float
    overlap: float


@once(48)
def crossings(table: str, home: str) -> tuple[dict[str, TradeAtHome], dict[str, TradeAtHome]]:
    """By region, in the table and as reported; empty where nothing crosses, and where there is no table as reported."""
    from xunhuan.measures import cross_hauling

    if economies_compared(table, home) or len(home_regions(table, home)) < 2:
        return {}, {}
    acc = accounts_of(table, home)
    pair = []
    for one in (acc, companion(acc, "reported")):
        ds = None if one is None else cross_hauling(one)
        rows = [] if ds is None else zip(*(ds[n].values for n in ("region", "outflow", "overlap")), strict=True)
        pair.append({str(c): TradeAtHome(float(o), float(x)) for c, o, x in rows})
    return pair[0], pair[1]


def family(table: str) -> tuple[str, ...]:
    """Tables of the same name before the year, oldest first; the table alone where no other has it, or it is cut."""
    stem = re.fullmatch(r"(.+)-\d{4}", table)
    found = () if stem is None else [n for n in table_names() if re.fullmatch(re.escape(stem[1]) + r"-\d{4}", n)]
    return tuple(sorted(found)) or (table,)


@once(512)
def region_history(table: str, home: str, definition: str, region: str) -> tuple[tuple[int, np.ndarray], ...]:
    """CircuitShares of a region in every year of the table's family, oldest first."""
    rows = []
    for name in family(table):
        if home in {h.code for h in homes(name)} and region in home_regions(name, home):
            rows.append((accounts_of(name).year, np.array(shares(name, home, definition).of(region))))
    return tuple(sorted(rows, key=lambda r: r[0]))


@once(24)
def nation_history(home: str, definition: str) -> pd.DataFrame | None:
    """External share of a nation by source and year, from every table that has it; None where that is one year."""
    from xunhuan.faces.series import history as series

    measure = {"absorption": "circulation", "origin": "origin"}.get(definition)
    if measure is None:
        return None
    try:
        frame = series(measure, home)
    except BadInput:
        return None
    return frame if len(set(frame["year"])) > 1 else None


@once(24)
def bridges(table: str, home: str) -> dict[str, tuple[float, float]]:
    """Gateway and bridge index of each of the home's regions; empty where the home has one region or no exports."""
    from xunhuan.measures import gateways

    if economies_compared(table, home) or len(home_regions(table, home)) < 2:
        return {}
    ds = _kept(table, home, "gateways", lambda: gateways(accounts_of(table, home)).drop_dims("origin"))
    if float(ds["exports"].sum()) == 0:
        return {}
    rows = zip(ds["region"].values, ds["gateway"].values, ds["bridge"].values, strict=True)
    return {str(c): (float(g), float(b)) for c, g, b in rows}


def takes_long(table: str, home: str) -> bool:
    """Whether a table is so large that its measures take seconds: they are then kept on disk too, and made unasked."""
    acc = accounts_of(table, home)
    return acc.R**2 * acc.S > _MANY


def _kept(table: str, home: str, what: str, make: Callable[[], xr.Dataset]) -> xr.Dataset:
    """A measure of a table; of a large one as it was worked out before, by this server or another."""
    return kept_on_disk(accounts_of(table, home), what, make) if takes_long(table, home) else make()
