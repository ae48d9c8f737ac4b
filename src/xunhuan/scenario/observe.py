"""What is read off every arm: numbers by place, the same for the base and for any counterfactual.

Letters: r origin, s destination, i good, j industry, n nation. All are headline numbers unless said otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import xarray as xr

from xunhuan.data.accounts import Accounts
from xunhuan.data.arrays import CIRCUITS, Array
from xunhuan.measures import circulation
from xunhuan.measures.suppliers import reliance
from xunhuan.models.contract import Response
from xunhuan.models.propagation.parameters import DAYS_A_YEAR
from xunhuan.scenario.places import Places, places
from xunhuan.scenario.scenario import Measure

Readings = dict[str, tuple[tuple[str, ...], Array]]
"""Numbers by name, each with the names of its axes."""

DEFINITIONS = {
    "real_income": "exact change of real income, I'/(I P) − 1; a nation's is its regions' at base prices",
    "real_income_per_head": "change of real income over population",
    "population": "change of population",
    "gdp": "gross domestic product at basic prices, value; world GDP is the numeraire",
    "circulation": "shares of GDP by where it is absorbed, or by the definition the scenario names; a nation's are "
    "its regions' added up, at regional borders",
    "reliance": "foreign share of intermediate inputs at face value, from other nations, users of a region buying alike",
    "output": "gross output by region and sector, value",
    "trade": "value of goods and services sold by one nation to another",
    "loss": "value added lost in the period run, share of the table's year",
    "path": "output over output at rest, mean of each window",
    "sector_path": "output of the home nation over output at rest, by sector",
    "stopped_by": "value added the home nation lost for want of an input, by input, share of its year",
}


@dataclass(frozen=True, eq=False)
class View:
    """A table, its places and the measures wanted; reads numbers off arms."""

    base: Accounts
    measure: Measure

    @cached_property
    def places(self) -> Places:
        """Places of the table."""
        return places(self.base)

    @cached_property
    def home(self) -> tuple[str, ...]:
        """Codes of the home nation's places: its regions, and itself where it has several."""
        return tuple(self.places.codes[k] for k in self.places.home_index)

    @property
    def coords(self) -> dict[str, object]:
        """Coordinates shared by all readings."""
        p, g = self.places, self.base.geography
        return {
            "place": list(p.codes),
            "name_en": ("place", list(p.names_en)),
            "name_zh": ("place", list(p.names_zh)),
            "kind": ("place", list(p.kind)),
            "home_place": list(self.home),
            "circuit": list(CIRCUITS),
            "region": list(g.codes),
            "sector": list(self.base.sectors.codes),
            "sector_en": ("sector", list(self.base.sectors.names_en)),
            "sector_zh": ("sector", list(self.base.sectors.names_zh)),
            "exporter": list(g.nations),
            "importer": list(g.nations),
        }

    def accounts(self, acc: Accounts, full: bool = True) -> Readings:
        """Readings of accounts, of the base or an arm, with their axes. `full` adds sectors and trade, no headlines."""
        out: Readings = {"gdp": (("place",), self.places.sum(acc.gdp))}
        if self.measure.reliance is not None:
            out["reliance"] = (("place",), reliance_at(acc, self.places))
        if self.measure.circulation is not None:
            out["circulation"] = (("home_place", "circuit"), self._circulation(acc))
        if full and self.measure.trade is not None:
            out["trade"] = (("exporter", "importer"), nation_trade(acc))
        if full and self.measure.sectors is not None:
            out["output"] = (("region", "sector"), np.array(acc.output))
        return out

    def _circulation(self, acc: Accounts) -> Array:
        """Shares by home place and circuit; a nation's are its regions' added up, so that trade inside it is seen."""
        assert self.measure.circulation is not None
        definition = self.measure.circulation.definition
        regions = [c for c, kind in zip(self.home, self._kinds, strict=True) if kind == "region"]
        ds = circulation(acc, regions, definition=definition)
        shares = np.stack([ds[c].to_numpy() for c in CIRCUITS], axis=1)
        whole = ds["final_use" if definition == "origin" else "gdp"].to_numpy()
        nation = np.average(shares, axis=0, weights=whole)
        return np.concatenate([shares, np.repeat(nation[None], len(self.home) - len(regions), axis=0)])

    @property
    def _kinds(self) -> tuple[str, ...]:
        return tuple(self.places.kind[k] for k in self.places.home_index)

    def long_run(self, response: Response | None, full: bool = True) -> Readings:
        """Readings of an arm of the long-run model; None is the base, where nothing changes."""
        out = self.accounts(self.base if response is None else response.accounts, full)
        if response is None:
            zero = np.zeros(len(self.places.codes))
            return out | dict.fromkeys(("real_income", "real_income_per_head", "population"), (("place",), zero))
        d = response.detail
        out["real_income"] = (("place",), self.real_income(response))
        hat = np.nan_to_num(d["population_hat"].to_numpy(), nan=1.0)[self.base.closed]
        # Nobody leaves a nation in this model: its population stands still, whatever its regions' do.
        population = np.concatenate([hat, np.ones(len(self.places.codes) - len(hat))])
        out["population"] = (("place",), population - 1)
        out["real_income_per_head"] = (("place",), (1 + out["real_income"][1]) / population - 1)
        return out

    def real_income(self, response: Response) -> Array:
        """Change of real income by place, ratio: Σ_s I_s (Î_s/P̂_s) / Σ_s I_s − 1 over the place's regions."""
        base = np.nan_to_num(response.detail["income_base"].to_numpy())
        hat = np.nan_to_num(response.detail["real_income_hat"].to_numpy())
        return self.places.share(base * hat, base) - 1

    def short_run(self, response: Response | None, full: bool = True) -> Readings:
        """Readings of an arm of the short-run model; losses are positive. None is the base: nothing is lost."""
        if response is None:
            return {"loss": (("place",), np.zeros(len(self.places.codes)))}
        d = response.detail
        lost = np.nan_to_num(d["loss"].sum("sector").to_numpy())
        out: Readings = {"loss": (("place",), self.places.share(lost, self.base.gdp))}
        if not full or response.path is None:
            return out
        made = response.path["output"].transpose("t", "region", "sector").to_numpy()
        rest = self.base.output / DAYS_A_YEAR
        out["path"] = (("t", "place"), self.places.share(made.sum(2), np.broadcast_to(rest.sum(1), made.shape[:2])))
        at_home = np.array([n == self.base.home for n in self.base.geography.nation])
        whole = rest[at_home].sum(0)
        by_sector = np.divide(made[:, at_home].sum(1), whole, out=np.ones((len(made), len(whole))), where=whole > 0)
        out["sector_path"] = (("t", "sector"), by_sector)
        by_input = d["loss_by_input"].sum("sector").transpose("region", "input").to_numpy()[at_home].sum(0)
        out["stopped_by"] = (("sector",), by_input / self.base.gdp[at_home].sum())
        return out


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


def stack(view: View, arms: dict[str, Readings]) -> xr.Dataset:
    """Readings of several arms as one Dataset with an axis `arm`, definitions and units in the attributes."""
    names = list(dict.fromkeys(k for reading in arms.values() for k in reading))
    data = {}
    for name in names:
        dims, sample = next(r[name] for r in arms.values() if name in r)
        rows = [r[name][1] if name in r else np.full(sample.shape, np.nan) for r in arms.values()]
        unit = view.base.unit if name in ("gdp", "output", "trade") else "share"
        data[name] = (("arm", *dims), np.stack(rows), {"definition": DEFINITIONS[name], "unit": unit})
    used = {d for dims, *_ in data.values() for d in dims}
    coords = {k: v for k, v in view.coords.items() if k in used or (isinstance(v, tuple) and v[0] in used)}
    return xr.Dataset(data, coords={"arm": list(arms), **coords})
