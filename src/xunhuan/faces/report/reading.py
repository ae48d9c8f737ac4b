"""Numbers of a result as reports quote them: value and interval by quantity, arm and place."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
import xarray as xr

from xunhuan.data.accounts import Accounts
from xunhuan.data.geography import Geography
from xunhuan.data.store import load
from xunhuan.errors import XunhuanError
from xunhuan.faces.figures import style
from xunhuan.scenario.record import Result

ARMS_TOLD = 3
"""Arms told side by side where no offset says which matter."""
CIRCUIT_MEANS = {
    "absorption": {
        "own": "GDP absorbed in the region that makes it",
        "inter": "GDP absorbed in the nation’s other regions",
        "external": "GDP absorbed abroad",
    },
    "origin": {
        "own": "Final use made in the own region",
        "inter": "Final use made in the nation’s other regions",
        "external": "Final use made abroad",
    },
    "forward": {
        "own": "GDP that leaves its region in no trade",
        "inter": "GDP that first leaves its region for another of the nation",
        "external": "GDP that first leaves its region for abroad",
    },
}
"""A nation's share is its regions' added up, so that trade inside the nation is seen."""


@dataclass(frozen=True)
class Number:
    """A value and the ends of its 90% interval, nan where there is none; shares or relative changes."""

    value: float
    low: float = float("nan")
    high: float = float("nan")

    def change(self, digits: int = 2) -> str:
        """As a signed change: "−0.51%"."""
        return style.signed(self.value, digits)

    def interval(self, digits: int = 2, signed: bool = True) -> str:
        """ "−0.73% to −0.38%", empty where there is none."""
        if not (np.isfinite(self.low) and np.isfinite(self.high)):
            return ""
        show = style.signed if signed else style.percent
        return f"{show(self.low, digits)} to {show(self.high, digits)}"


@dataclass(frozen=True, eq=False)
class Reading:
    """A result with the words its report needs."""

    result: Result

    @property
    def data(self) -> xr.Dataset:
        """All numbers with their axes."""
        return self.result.data

    @property
    def home(self) -> str:
        """Code of the nation looked at."""
        return str(self.data.attrs["home"])

    @cached_property
    def places(self) -> pd.DataFrame:
        """place, name_en, name_zh, kind: regions, then nations of several regions."""
        d = self.data
        columns = {c: d[c].values.astype(str) for c in ("place", "name_en", "name_zh", "kind")}
        return pd.DataFrame(columns).set_index("place", drop=False)

    def name(self, place: str, language: style.Language = "en") -> str:
        """Name of a place."""
        english, chinese = (str(self.places.loc[place, c]) for c in ("name_en", "name_zh"))
        return style.label(place, english, chinese, language)

    @cached_property
    def arms(self) -> list[str]:
        """Arms that were run, the base left out."""
        return [str(a) for a in self.data["arm"].values if str(a) != "base"]

    @cached_property
    def offset(self) -> tuple[str, str, str] | None:
        """Shock, policy and both, where the scenario compares them."""
        found = self.result.scenario.compare.offset
        return None if found is None else (found.shock, found.policy, f"{found.shock} + {found.policy}")

    @cached_property
    def main(self) -> str:
        """The arm the report is about: shock and policy together, else the last that has an answer."""
        if self.offset:
            return self.offset[2]
        return self._answered("real_income" if self.long else "loss")[-1]

    @cached_property
    def shocked(self) -> str:
        """The arm without the policy."""
        return self.offset[0] if self.offset else self.main

    @cached_property
    def told(self) -> list[str]:
        """Arms told side by side: without and with the policy, else the last few that have an answer."""
        if self.offset:
            return [self.offset[0], self.offset[2]]
        return self._answered("real_income" if self.long else "loss")[-ARMS_TOLD:]

    @cached_property
    def circuits(self) -> dict[str, str]:
        """What each circuit's share means under the scenario's definition."""
        measure = self.result.scenario.measure.circulation
        return CIRCUIT_MEANS["absorption" if measure is None else measure.definition]

    @cached_property
    def short_arm(self) -> str:
        """The arm the short run is told by: the one without the policy, where the short run reads it."""
        known = self._answered("loss")
        return self.shocked if self.shocked in known else known[-1]

    def _answered(self, variable: str) -> list[str]:
        """Arms whose model ran and gave numbers at home; all where none did. A model reads edits of its horizon only."""
        w = self.data[variable].sel(place=self.home)
        return [a for a in self.arms if np.isfinite(w.sel(arm=a))] or self.arms

    @property
    def long(self) -> bool:
        """Whether a long-run model ran."""
        return "real_income" in self.data

    @property
    def short(self) -> bool:
        """Whether a short-run model ran."""
        return "loss" in self.data

    def number(self, variable: str, place: str, arm: str = "", **at: str) -> Number:
        """One number with its interval. `at` picks on further axes (circuit, sales, demand)."""
        where = {"home_place" if "home_place" in self.data[variable].dims else "place": place, **at}
        if "arm" in self.data[variable].dims:
            where["arm"] = arm or self.main
        ends = [
            float(self.data[f"{variable}_{e}"].sel(where)) if f"{variable}_{e}" in self.data else np.nan
            for e in ("low", "high")
        ]
        return Number(float(self.data[variable].sel(where)), *ends)

    def frame(self, variable: str, arm: str, kinds: tuple[str, ...] = ("home", "foreign")) -> pd.DataFrame:
        """region, name_en, name_zh, value and, with draws, low and high, of regions at home, abroad or both."""
        at_home = set(self.home_regions)
        regions = self.places[self.places["kind"] == "region"]
        inside = regions["place"].isin(at_home)
        kept = regions[(inside & ("home" in kinds)) | (~inside & ("foreign" in kinds))]
        out = kept[["name_en", "name_zh"]].assign(region=kept["place"])
        for column, suffix in (("value", ""), ("low", "_low"), ("high", "_high")):
            if f"{variable}{suffix}" in self.data:
                out[column] = self.data[f"{variable}{suffix}"].sel(arm=arm, place=kept["place"].to_numpy()).values
        if "low" in out and not np.isfinite(out["low"]).any():
            out = out.drop(columns=["low", "high"])
        finite = np.isfinite(out["value"].to_numpy(float))
        return pd.DataFrame(out[finite]).reset_index(drop=True)

    @cached_property
    def home_regions(self) -> list[str]:
        """Codes of the home nation's regions."""
        if self.base is not None:
            g = self.base.geography
            return [c for c, n in zip(g.codes, g.nation, strict=True) if n == self.home]
        inside = (
            self.data["home_place"].values.astype(str) if "home_place" in self.data.coords else np.array([self.home])
        )
        return [str(c) for c in inside if self.places.loc[c, "kind"] == "region"]

    @cached_property
    def base(self) -> Accounts | None:
        """The base table, None where it is not to be found or has moved: then there are no maps."""
        s = self.result.scenario
        try:
            acc = load(s.base)
            for nation, members in s.nations.items():
                acc = acc.regroup(nation, members)
        except XunhuanError:
            return None
        same = (
            set(self.data["region"].values.astype(str)) == set(acc.geography.codes)
            if "region" in self.data.coords
            else True
        )
        return acc if same else None

    @property
    def geography(self) -> Geography | None:
        """Geography with tiles, None where there are none."""
        if self.base is None or all(t is None for t in self.base.geography.tile):
            return None
        return self.base.geography

    def circulation(self, arm: str) -> pd.DataFrame:
        """region, names, own, inter, external of the home nation's regions in an arm."""
        cut = self.data["circulation"].sel(arm=arm).to_pandas()
        regions = [c for c in self.home_regions if c in cut.index]
        named = self.places.loc[regions, ["name_en", "name_zh"]]
        return named.join(cut.loc[regions]).rename_axis("region").reset_index()

    def partners(self, arm: str, home_buys: bool) -> pd.DataFrame:
        """partner, name_en, name_zh, before, after: home's purchases from, or sales to, each other nation."""
        mine = "importer" if home_buys else "exporter"
        trade = self.data["trade"].sel({mine: self.home})
        before, after = (trade.sel(arm=a).to_series().drop(self.home) for a in ("base", arm))
        out = pd.DataFrame({"before": before, "after": after}).rename_axis("partner").reset_index()
        known = self.places.reindex(out["partner"])
        return out.assign(name_en=known["name_en"].to_numpy(), name_zh=known["name_zh"].to_numpy()).fillna(
            {"name_en": "", "name_zh": ""}
        )

    def sectors(self) -> pd.DataFrame:
        """sector, name_en, name_zh, then value of the home nation's output in the base and its change in every arm."""
        d = self.data["output"].sel(region=self.home_regions).sum("region").to_pandas().T
        names = {c: self.data[f"sector_{c[-2:]}"].values.astype(str) for c in ("name_en", "name_zh")}
        out = pd.DataFrame({"sector": d.index, **names, "base": d["base"].to_numpy()})
        for arm in self.arms:
            out[arm] = (d[arm] / d["base"].replace(0.0, np.nan) - 1).to_numpy()
        return out
