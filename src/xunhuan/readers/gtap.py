"""GTAP data bases as header-array files (basedata.har): values at basic prices of version 10 and later, and of earlier ones.

Headers, commodity by activity by region where not said otherwise (older names in brackets): VDFB (VDFM) and VMFB (VIFM) are
what firms buy at home and from abroad, VDPB VMPB (VDPM VIPM) households, VDGB VMGB (VDGM VIGM) government, VDIB VMIB
investment (or the column CGDS of firms), VXSB (VXMD) exports by commodity, origin and destination, VST margins sold by
commodity and region, VTWR margins used by margin, commodity, origin and destination, VMSB and VCIF (VIMS, VIWS) imports with
and without duties, EVFB (VFM) payments to factors.

Imports are sold to users at prices with duties and transport; each user's share of them is its share of a good's exports to
its region at basic prices, and what it pays beyond is the component taxes_and_margins. Transport sold to the world's pool
goes to regions as they use it, as final use transport_margins. Duties are rates on basic values.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from xunhuan.data.arrays import Array, ratio
from xunhuan.data.classification import Sectors
from xunhuan.data.economies import economy_of, known_economies, world_of
from xunhuan.data.sector_lists import of_house
from xunhuan.errors import BadInput, Problems
from xunhuan.readers.archives import year_in
from xunhuan.readers.blocks import Blocks, Imported, Sums, close
from xunhuan.readers.har import HarArray, read_har

_NAMES = {
    "home_firms": ("VDFB", "VDFM"), "abroad_firms": ("VMFB", "VIFM"),
    "home_private": ("VDPB", "VDPM"), "abroad_private": ("VMPB", "VIPM"),
    "home_government": ("VDGB", "VDGM"), "abroad_government": ("VMGB", "VIGM"),
    "home_investment": ("VDIB",), "abroad_investment": ("VMIB",),
    "exports": ("VXSB", "VXMD"), "margins_sold": ("VST",), "margins_used": ("VTWR",),
    "with_duties": ("VMSB", "VIMS"), "without_duties": ("VCIF", "VIWS"), "factors": ("EVFB", "VFM"),
}  # fmt: skip
_OPTIONAL = (
    "home_investment",
    "abroad_investment",
    "margins_sold",
    "margins_used",
    "with_duties",
    "without_duties",
    "factors",
)
_WITHOUT = {
    "with_duties": "duties are not known, and 0", "without_duties": "duties are not known, and 0",
    "margins_sold": "transport is not told apart", "margins_used": "the world's transport is used by all regions alike",
    "factors": "value added is not told apart",
}  # fmt: skip
"""What a header that may be left out is missed for."""
_CATEGORIES = ("household", "government", "investment", "transport_margins")


def read_gtap(path: Path, year: int | None = None, sheet: str | None = None, tolerance: float = 0.01) -> Imported:
    """A GTAP data base; million USD.

    Raises BadInput naming headers that are missing or do not fit, ForeignFile for a cut file, UnbalancedAccounts.
    """
    year = year or year_in(path.stem)
    if year is None:
        raise BadInput("the file does not tell its year", where=str(path), fix="give it with --year")
    found = read_har(path, frozenset(n for names in _NAMES.values() for n in names))
    have = {k: next((found[n] for n in names if n in found), None) for k, names in _NAMES.items()}
    p = Problems("headers are missing")
    p.items = [f"there is no {' or '.join(_NAMES[k])}" for k, a in have.items() if a is None and k not in _OPTIONAL]
    p.raise_if(BadInput, where=str(path), fix="give basedata.har of the data base or an aggregation of it")
    return close(_blocks({k: a for k, a in have.items() if a is not None}, path, year), tolerance)


@dataclass(frozen=True)
class _Axes:
    goods: tuple[str, ...]
    activities: tuple[str, ...]
    regions: tuple[str, ...]


def _times(shape: tuple[int, ...]) -> str:
    return " x ".join(map(str, shape))


def _axes(have: dict[str, HarArray], path: Path) -> _Axes:
    """Goods and regions from the exports, activities from what firms buy. Raises BadInput where headers do not fit."""
    x, firms = have["exports"], have["home_firms"]
    p = Problems("headers do not fit each other")
    if x.values.ndim != 3 or firms.values.ndim != 3:
        p.add("exports and firms' purchases need three sets")
        p.raise_if(BadInput, where=str(path))
    axes = _Axes(x.elements[0], firms.elements[1], x.elements[1])
    n, k = len(axes.regions), len(axes.goods)
    rows = axes.goods
    if axes.activities[:k] != rows or len(axes.activities) > k + 1:
        p.add(
            f"activities ({', '.join(axes.activities[:4])}, ...) are not the commodities ({', '.join(rows[:4])}, ...)"
        )
    shapes: dict[str, tuple[int, ...]] = {
        "exports": (k, n, n), "home_firms": (k, len(axes.activities), n), "abroad_firms": (k, len(axes.activities), n),
        "with_duties": (k, n, n), "without_duties": (k, n, n),
    }  # fmt: skip
    shapes |= {h: (k, n) for h in have if h.split("_")[-1] in ("private", "government", "investment")}
    lacks = [_NAMES[h][0] for h in ("home_investment", "abroad_investment") if h not in have]
    if lacks and len(axes.activities) == k:
        p.add(f"there is no {' and no '.join(lacks)}, and no activity beside the commodities that invests")
    for name, shape in shapes.items():
        if name in have and have[name].values.shape != shape:
            p.add(f"{_NAMES[name][0]} is {_times(have[name].values.shape)}, expected {_times(shape)}")
    p.raise_if(
        BadInput, where=str(path), fix="headers are commodity x activity x region; one activity makes one commodity"
    )
    return axes


def _blocks(have: dict[str, HarArray], path: Path, year: int) -> Blocks:
    axes = _axes(have, path)
    n, k = len(axes.regions), len(axes.goods)

    def of(side: str) -> tuple[Array, Array]:
        """Purchases s i j of firms and s i f of others, from home or abroad."""
        firms = have[f"{side}_firms"].values.transpose(2, 0, 1)
        others = [have[f"{side}_{x}"].values.T for x in ("private", "government")]
        own = have[f"{side}_investment"].values.T if f"{side}_investment" in have else np.zeros((n, k))
        return firms[:, :, :k], np.stack([*others, own + firms[:, :, k:].sum(2)], axis=2)

    home, abroad = of("home"), of("abroad")
    exports = have["exports"].values.transpose(1, 2, 0)
    landed = abroad[0].sum(2) + abroad[1].sum(2)
    share = ratio(exports.sum(0), landed)
    use = home[0] + share[:, :, None] * abroad[0]
    final = home[1] + share[:, :, None] * abroad[1]
    # What arrives and is used by no one is kept with investment.
    final[:, :, 2] += np.where(landed > 0, 0.0, exports.sum(0))
    flow = exports.copy()
    here = np.arange(n)
    flow[here, here] += home[0].sum(2) + home[1].sum(2)
    margins = _margins(have, axes)
    flow += margins
    final = np.concatenate([final, margins.sum(0)[:, :, None]], axis=2)
    output = flow.sum(1)
    value_added, components = _value_added(have, axes, output - use.sum(1))
    codes = tuple(economy_of(r) for r in axes.regions)
    duty = np.zeros_like(flow)
    if "with_duties" in have and "without_duties" in have:
        paid = (have["with_duties"].values - have["without_duties"].values).transpose(1, 2, 0)
        duty = np.maximum(ratio(paid, exports), 0.0)
        duty[here, here] = 0.0
    return Blocks(
        geography=world_of(
            codes, named={c: (r, r) for c, r in zip(codes, axes.regions, strict=True) if c not in known_economies()}
        ),
        sectors=of_house(Sectors(axes.goods), "gtap"),
        categories=_CATEGORIES,
        components=components,
        value_added=value_added,
        output=output,
        sums=Sums(flow, use, final, np.zeros((n, n, k))),
        tariff=duty,
        year=year,
        currency="USD",
        unit="million USD",
        name=f"gtap-{year}",
        title=f"GTAP data base {year}: {n} regions, {k} sectors",
        source="GTAP data base, Center for Global Trade Analysis, Purdue University",
        notes=(
            "each user's imports are its share of a good's imports at basic prices",
            "duties and transport that firms pay on imports are in the component taxes_and_margins",
            "transport sold to the world's pool is final use where it is used",
            "duties are rates on basic values; those below 0 are 0",
            *(f"the file has no {' or '.join(_NAMES[k])}: {said}" for k, said in _WITHOUT.items() if k not in have),
        ),
    )


def _margins(have: dict[str, HarArray], axes: _Axes) -> Array:
    """Transport sold to the world's pool, r s i, to regions as they use it."""
    n, k = len(axes.regions), len(axes.goods)
    out = np.zeros((n, n, k))
    if "margins_sold" not in have:
        return out
    sold = have["margins_sold"]
    used = have.get("margins_used")
    for m, name in enumerate(sold.elements[0]):
        if name not in axes.goods:
            continue
        weight = np.full(n, 1.0 / n)
        if used is not None and name in used.elements[0] and used.values[used.elements[0].index(name)].sum() > 0:
            by = used.values[used.elements[0].index(name)].sum((0, 1))
            weight = by / by.sum()
        out[:, :, axes.goods.index(name)] += sold.values[m][:, None] * weight
    return out


def _value_added(have: dict[str, HarArray], axes: _Axes, whole: Array) -> tuple[Array, tuple[str, ...]]:
    """Payments to factors s j v, and the rest of value added: taxes, and duties and transport on imported inputs."""
    k = len(axes.goods)
    factors = have.get("factors")
    if factors is None or factors.values.ndim != 3 or factors.values.shape[2] != len(axes.regions):
        return whole[:, :, None], ("value_added",)
    paid = factors.values[:, :k].transpose(2, 1, 0)
    rest = whole - paid.sum(2)
    return np.concatenate([paid, rest[:, :, None]], axis=2), (*factors.elements[0], "taxes_and_margins")
