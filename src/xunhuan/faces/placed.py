"""The places a result speaks of: names, the home nation, and the base table with its tiles."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

import pandas as pd
import xarray as xr
from pydantic import ValidationError

from xunhuan.data.accounts import Accounts
from xunhuan.data.geography import Geography
from xunhuan.data.store import load
from xunhuan.errors import XunhuanError
from xunhuan.faces import money, spelling
from xunhuan.faces.shown import partners_named
from xunhuan.models import registry
from xunhuan.models.model import Land, Shock
from xunhuan.scenario.lend import split_by
from xunhuan.scenario.record import Result


def land_of_table(acc: Accounts) -> Land | None:
    """Outlines of a table's home regions for a real map, without points and lines, from the first room that has a land of
    them all; None where none has."""
    home = {c for c, n in zip(acc.geography.codes, acc.geography.nation, strict=True) if n == acc.home}
    for room in registry.models().values():
        try:
            land = None if room.land is None else room.land(acc, room.parameters(), Shock(()))
        except XunhuanError:
            continue
        if land is not None and home <= {*land.outline["region"]}:
            return Land(land.outline, land.points.iloc[:0], land.lines.iloc[:0])
    return None


def are_provinces(codes: Iterable[str]) -> bool:
    """Whether regions are parts of a country by their codes, ISO 3166-2's, rather than economies.

    >>> are_provinces(["CN-GD", "CN-HB"]), are_provinces(["FRA", "DEU"])
    (True, False)
    """
    return all("-" in c for c in codes)


@dataclass(frozen=True, eq=False)
class Placed:
    """A result and its places.

    lang      "en" or "zh", of words and names
    accounts  the base table, where it is at hand; else it is loaded when first asked for
    """

    result: Result
    lang: spelling.Language = "en"
    accounts: Accounts | None = field(default=None, repr=False)

    @cached_property
    def data(self) -> xr.Dataset:
        """All numbers with their axes; money as readers of the language count it."""
        return money.dataset_counted(self.result.data) if self.lang == "zh" else self.result.data

    @cached_property
    def summary(self) -> pd.DataFrame:
        """The result's rows for people; money as in `data`."""
        return money.rows_counted(self.result.summary) if self.lang == "zh" else self.result.summary

    @cached_property
    def choices(self) -> pd.DataFrame | None:
        """What each choice that a model leaves open would give; money as in `data`."""
        found = self.result.choices
        return money.rows_counted(found) if found is not None and self.lang == "zh" else found

    @property
    def drawn(self) -> bool:
        """True where there are draws, so that numbers have intervals."""
        return self.result.draws is not None

    @cached_property
    def undrawn(self) -> tuple[str, ...]:
        """Models that ran and that the draws leave at their point; empty without draws."""
        u = self.result.scenario.uncertainty
        return (
            ()
            if u is None or not (self.drawn and u.models)
            else tuple(m for m in self.result.manifest["models"] if m not in u.models)
        )

    @cached_property
    def nation(self) -> str:
        """Code of the nation looked at."""
        return str(self.data.attrs["home"])

    @cached_property
    def home(self) -> str:
        """The place that stands for the nation looked at: itself, or its only region."""
        return self.nation if self.nation in self.places.index else self.home_regions[0]

    @cached_property
    def places(self) -> pd.DataFrame:
        """place, name_en, name_zh, kind, at_home: regions, then nations of several regions."""
        columns = {c: self.data[c].values.astype(str) for c in ("place", "name_en", "name_zh", "kind")}
        return pd.DataFrame(columns | {"at_home": self.data["at_home"].values.astype(bool)}).set_index(
            "place", drop=False
        )

    @cached_property
    def home_regions(self) -> list[str]:
        """Codes of the home nation's regions."""
        p = self.places
        return [str(c) for c in p.index[p["at_home"] & (p["kind"] == "region")]]

    def name(self, place: str, lang: spelling.Language | None = None) -> str:
        """Name of a place; its code where it has none."""
        if place not in self.places.index:
            return place
        english, chinese = (str(self.places.loc[place, c]) for c in ("name_en", "name_zh"))
        return spelling.label(place, english, chinese, lang or self.lang)

    @cached_property
    def base(self) -> Accounts | None:
        """The base table as the scenario regroups and splits it; None where it is not to be found or has other regions: then
        there are no maps."""
        s = self.result.scenario
        try:
            acc = self.accounts if self.accounts is not None else load(s.base)
            for nation, members in s.nations.items():
                acc = acc.regroup(nation, members)
            if self.accounts is None and s.split:
                acc = split_by(acc, s.split, s.model)
        except XunhuanError:
            return None
        shut = {c for c, books in zip(acc.geography.codes, acc.closed, strict=True) if books}
        return acc if shut == set(self.places.index[self.places["kind"] == "region"]) else None

    @property
    def geography(self) -> Geography | None:
        """Geography with tiles, None where there are none."""
        if self.base is None or all(t is None for t in self.base.geography.tile):
            return None
        return self.base.geography

    @cached_property
    def partners_named(self) -> list[str]:
        """Regions abroad that the scenario's shocks name one by one, in their order."""
        shocks = self.result.scenario.shocks().values()
        return [] if self.base is None else partners_named(self.base, (e for s in shocks for e in s.edits()))

    def land(self, model: str, arm: str = "") -> Land | None:
        """What a model's maps are drawn on in an arm; None where the room, its files or the table are not at hand."""
        room = registry.models().get(model)
        if room is None or room.land is None or self.base is None:
            return None
        s = self.result.scenario
        try:
            return room.land(self.base, room.parameters.model_validate(s.given(model)), s.asked(model, arm))
        except (XunhuanError, ValidationError):
            return None

    @cached_property
    def points(self) -> dict[str, tuple[str, str]]:
        """English and Chinese names of the points of all lands, by code."""
        lands = [found for m in self.result.scenario.model if (found := self.land(m)) is not None]
        return {str(c): (str(en), str(zh)) for found in lands
                for c, en, zh in found.points[["point", "name_en", "name_zh"]].itertuples(index=False)}  # fmt: skip

    @cached_property
    def chinese(self) -> dict[str, str]:
        """What places named in edits, cities and gateways among them, are called in Chinese."""
        lands = [found for m in self.result.scenario.model if (found := self.land(m)) is not None]
        return {name: zh.removesuffix("市") for found in lands for name, zh in found.chinese.items()}
