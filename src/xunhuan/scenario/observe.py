"""What is read off the accounts of every arm: numbers by place, the same for the base and for any counterfactual.

Letters: r origin, s destination, i good, j industry, n nation.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

import numpy as np
import xarray as xr

from xunhuan.data.accounts import Accounts
from xunhuan.data.arrays import CIRCUITS, Array
from xunhuan.data.places import Places, places
from xunhuan.measures import circulation
from xunhuan.measures.circuits import absorbed_shares
from xunhuan.measures.suppliers import reliance
from xunhuan.models import registry
from xunhuan.models.model import Numbers, Quantity, Readings
from xunhuan.scenario.scenario import Measure

MEASURES = (
    Quantity("gdp", "value", ("place",), "gross domestic product at basic prices, value; world GDP is the numeraire",
             rest=None),
    Quantity("reliance", "share", ("place",), "foreign share of intermediate inputs at face value, from other nations, "
             "users of a region buying alike", "BaldwinFreemanTheodorakopoulos2023", headline=True, rest=None),
    Quantity("circulation", "share", ("home_place", "circuit"), "shares of GDP by where it is absorbed, or by the "
             "definition the scenario names; a nation's are its regions' added up, at regional borders", headline=True,
             rest=None),
    Quantity("trade", "value", ("exporter", "importer"), "value of goods and services sold by one nation to another",
             rest=None),
    Quantity("output", "value", ("region", "sector"), "gross output by region and sector, value", rest=None),
)  # fmt: skip
"""Numbers that need no model, read off the accounts a model ends with."""


@dataclass(frozen=True, eq=False)
class View:
    """A table, its places and the measures wanted; reads numbers off accounts.

    moving  models to which something happens without any edit, so that their numbers do not rest in the base
    """

    base: Accounts
    measure: Measure
    moving: frozenset[str] = frozenset()

    @cached_property
    def places(self) -> Places:
        """Places of the table."""
        return places(self.base)

    @cached_property
    def home(self) -> tuple[str, ...]:
        """Codes of the home nation's places: its regions, and itself where it has several."""
        return tuple(self.places.codes[k] for k in self.places.home_index)

    @property
    def coords(self) -> dict[str, Any]:
        """Coordinates of the axes that the table knows."""
        p, g = self.places, self.base.geography
        return {
            "place": list(p.codes),
            "name_en": ("place", list(p.names_en)),
            "name_zh": ("place", list(p.names_zh)),
            "kind": ("place", list(p.kind)),
            "at_home": ("place", p.at_home.astype(np.int8)),
            "home_place": list(self.home),
            "circuit": list(CIRCUITS),
            "region": list(g.codes),
            "sector": list(self.base.sectors.codes),
            "sector_en": ("sector", list(self.base.sectors.names_en)),
            "sector_zh": ("sector", list(self.base.sectors.names_zh)),
            "exporter": list(g.nations),
            "importer": list(g.nations),
        }

    def accounts(self, acc: Accounts, full: bool = True) -> dict[str, Numbers]:
        """Readings of accounts, of the base or an arm. `full` adds sectors and trade, no headlines."""
        out = {"gdp": Numbers(("place",), self.places.sum(acc.gdp))}
        if self.measure.reliance is not None:
            out["reliance"] = Numbers(("place",), reliance_at(acc, self.places))
        if self.measure.circulation is not None:
            out["circulation"] = Numbers(("home_place", "circuit"), self._circulation(acc))
        if full and self.measure.trade is not None:
            out["trade"] = Numbers(("exporter", "importer"), nation_trade(acc))
        if full and self.measure.sectors is not None:
            out["output"] = Numbers(("region", "sector"), np.array(acc.output))
        return out

    def _circulation(self, acc: Accounts) -> Array:
        """Shares by home place and circuit; a nation's are its regions' added up, so that trade inside it is seen."""
        assert self.measure.circulation is not None
        definition = self.measure.circulation.definition
        regions = [c for c, kind in zip(self.home, self._kinds, strict=True) if kind == "region"]
        if definition == "absorption":
            shares, whole = absorbed_shares(acc, np.array([acc.geography.codes.index(c) for c in regions]))
        else:
            ds = circulation(acc, regions, definition=definition)
            shares = np.stack([ds[c].to_numpy() for c in CIRCUITS], axis=1)
            whole = ds["final_use" if definition == "origin" else "gdp"].to_numpy()
        nation = np.average(shares, axis=0, weights=whole)
        return np.concatenate([shares, np.repeat(nation[None], len(self.home) - len(regions), axis=0)])

    @property
    def _kinds(self) -> tuple[str, ...]:
        return tuple(self.places.kind[k] for k in self.places.home_index)


def reliance_at(acc: Accounts, at: Places) -> Array:
    """`measures.suppliers.reliance` by place, users of a region buying alike.

    So do they in every arm, whatever the base knows of sourcing by user: read by user, the base would differ from an
    arm in which nothing happens.
    """
    bought = (acc.share * acc.use.sum(2)).transpose(0, 2, 1)  # r i s
    return reliance(bought, (~acc.geography.same_nation).astype(float), at.member)


def nation_trade(acc: Accounts) -> Array:
    """Sales between nations, axes exporter importer, value; the diagonal holds sales inside a nation."""
    k = acc.geography.nation_index
    of = (k[None, :] == np.arange(len(acc.geography.nations))[:, None]).astype(float)
    return np.asarray(of @ acc.flow.sum(2) @ of.T)


_LISTS = ("points", "beside", "told_with")
"""What of a quantity's record is words, joined in an attribute."""


def attrs_of(q: Quantity, unit: str, model: str = "") -> dict[str, Any]:
    """A quantity's record as attributes, so that a result says of itself what its numbers are.

    unit  the table's, for values · model: whose quantity it is, empty for measures and comparisons; `lasting` says whether
    that model's horizon is long
    """
    said = {k: v for k, v in asdict(q).items() if k not in ("name", "axes", *_LISTS) and v is not None}
    said |= {"headline": int(q.headline), "kept": int(q.kept), "ends": int(q.ends), "opens": int(q.opens)}
    said |= {k: " ".join(v) for k in _LISTS if (v := getattr(q, k))}
    lasting = not model or registry.find(model).horizon == "long"
    told = unit if q.unit == "value" else q.unit
    return said | {"unit": told, "value": int(q.unit == "value"), "model": model, "lasting": int(lasting)}


def _ends(arms: Mapping[str, Readings], name: str, end: str, shape: tuple[int, ...]) -> Array:
    """One end of the intervals that a model gives by itself, arm by arm; nan where it gives none."""
    found = [getattr(r[name], end) if name in r else None for r in arms.values()]
    return np.stack([np.full(shape, np.nan) if x is None else np.asarray(x) for x in found])


def stack(view: View, arms: Mapping[str, Readings], known: Mapping[str, tuple[Quantity, str]]) -> xr.Dataset:
    """Readings of several arms as one Dataset with an axis `arm`, each number's record in its attributes.

    known  quantity and the model it is of, by name
    """
    names = [k for k in known if any(k in reading for reading in arms.values())]
    coords: dict[str, Any] = {}
    data: dict[str, Any] = {}
    for name in names:
        quantity, model = known[name]
        sample = next(r[name] for r in arms.values() if name in r)
        if sample.axes != quantity.axes:
            raise ValueError(f"{name}: the model {model!r} gives axes {sample.axes}, its record says {quantity.axes}")
        for reading in arms.values():
            coords |= reading[name].coords if name in reading else {}
        rows = [r[name].values if name in r else np.full(sample.values.shape, np.nan) for r in arms.values()]
        told = attrs_of(quantity, view.base.unit, model) | ({"moving": 1} if model in view.moving else {})
        data[name] = (("arm", *sample.axes), np.stack(rows), told)
        if any(r[name].low is not None for r in arms.values() if name in r):
            plain = {k: v for k, v in told.items() if k not in ("headline", "kept")}
            for end in ("low", "high"):
                data[f"{name}_{end}"] = (("arm", *sample.axes), _ends(arms, name, end, sample.values.shape), plain)
    used = {d for dims, *_ in data.values() for d in dims}
    base = {k: v for k, v in view.coords.items() if k in used or (isinstance(v, tuple) and v[0] in used)}
    out = xr.Dataset(data, coords={"arm": list(arms), **base, **{k: list(v) for k, v in coords.items()}})
    if "year" in out.coords:
        out["year"].attrs = {"long_name": "calendar year"}
    if "t" in out.coords:
        out["t"].attrs = {"unit": "day", "long_name": "day a window ends"}
    return out
