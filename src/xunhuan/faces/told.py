"""A number of a result and the record of the quantity it is of, rebuilt from what the result says of itself."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, TypeVar

import numpy as np
import pandas as pd
import xarray as xr

from xunhuan import symbols
from xunhuan.faces import spelling, words
from xunhuan.models.model import Quantity

PLACE_AXES = ("place", "home_place")
Values = TypeVar("Values", float, "pd.Series[float]", "np.ndarray", xr.DataArray)


@dataclass(frozen=True)
class Number:
    """A value and the ends of its 90% interval, nan where there is none; in the quantity's own unit."""

    value: float
    low: float = float("nan")
    high: float = float("nan")

    @property
    def known(self) -> bool:
        """True where there is a value; a date that never came is one."""
        return not bool(np.isnan(self.value))

    @property
    def spans(self) -> bool:
        """True where there is an interval."""
        return not bool(np.isnan(self.low) or np.isnan(self.high))

    @property
    def outside(self) -> bool:
        """True where the value lies outside its interval, by more than rounding."""
        slack = 1e-9 * abs(self.value)
        return self.spans and not self.low - slack <= self.value <= self.high + slack


@dataclass(frozen=True)
class Told(Quantity):
    """A quantity as a result holds it: its record, and what the result adds.

    model    whose it is, empty for measures and comparisons · lasting: that model's horizon is long, or there is no model
    written  its unit as people write it, such as "million USD"; empty where it has none or is read in per cent
    arm      the arm a comparison speaks of · weighs: the quantity a comparison compares · largest: dose that was tried
    later    what stands for a date that never came
    """

    model: str = ""
    lasting: bool = True
    written: str = ""
    arm: str = ""
    weighs: str = ""
    largest: float = float("nan")
    later: str = "later"

    @property
    def by_place(self) -> bool:
        """True where it is one number a place, or one for the nation looked at."""
        return not self.axes or (len(self.axes) == 1 and self.axes[0] in PLACE_AXES)

    @property
    def percent(self) -> bool:
        """True where its numbers are read in per cent."""
        return symbols.UNITS[self.unit].percent

    @property
    def place_axis(self) -> str:
        """Its axis of places, empty where it has none."""
        return next((a for a in PLACE_AXES if a in self.axes), "")

    def drawn(self, values: Values) -> Values:
        """Values as pictures show them: what is lost counts below zero, what rests at another level is relative to it.

        >>> loss = Told("loss", "share", ("place",), "", better=-1)
        >>> loss.drawn(0.02), Told("path", "ratio", ("t",), "", rest=1.0).drawn(0.75)
        (-0.02, -0.25)
        """
        if self.rest:
            return values / self.rest - 1
        return -values if self.loss else values

    def form(self, drawn: bool = False) -> spelling.Form:
        """How its numbers are written; `drawn`: as `drawn` gives them, where gains and losses carry their sign.

        >>> Told("loss", "share", ("place",), "", better=-1).form().text(0.0046)
        '0.46%'
        >>> Told("crop", "value", ("place",), "", rest=None, written="million USD").form().text(996)
        '996.0 million USD'
        """
        percent = self.percent or (drawn and bool(self.rest))
        signed = self.rest is not None if drawn else self.change and not self.loss
        return spelling.Form(percent, "" if percent else self.written, signed, self.unit == "date", self.later,
                          symbols.UNITS[self.unit].digits if self.unit in symbols.UNITS else None)  # fmt: skip


def of_data(data: xr.Dataset, name: str, lang: spelling.Language = "en") -> Told:
    """The record of a variable of a result."""
    v = data[name]
    unit = "value" if v.attrs["value"] else str(v.attrs["unit"])
    record: dict[str, Any] = {f.name: v.attrs[f.name] for f in fields(Quantity) if f.name in v.attrs} | {
        "name": name, "unit": unit, "axes": tuple(str(d) for d in v.dims if d != "arm"),
        "rest": float(v.attrs["rest"]) if "rest" in v.attrs else None,
        "better": int(v.attrs["better"]), "headline": bool(v.attrs["headline"]), "kept": bool(v.attrs.get("kept", 0)),
        "ends": bool(v.attrs.get("ends", 0)), "opens": bool(v.attrs.get("opens", 0)),
        **{k: tuple(str(v.attrs.get(k, "")).split()) for k in ("points", "beside", "told_with")},
    }  # fmt: skip
    added = {k: str(v.attrs.get(k, "")) for k in ("model", "arm", "weighs")}
    lasting, largest = bool(v.attrs.get("lasting", True)), float(v.attrs.get("largest", np.nan))
    later = words.of(lang)("date_later")
    return Told(**record | added, lasting=lasting, largest=largest, written=_written(unit, data, lang), later=later)


def _written(unit: str, data: xr.Dataset, lang: spelling.Language) -> str:
    """A unit as people write it, empty where its numbers are in per cent."""
    known = symbols.UNITS[unit]
    if known.percent:
        return ""
    money = spelling.unit(str(data.attrs["unit"])) if unit in ("value", "value a day") else ""
    if lang == "zh":
        return words.in_language(money, lang) + known.title_zh
    return " ".join(w for w in (money, known.title) if w)
