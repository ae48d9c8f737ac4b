"""A scenario's result as people are told it: one reader for report, web and command line.

Everything is found by the records that the numbers carry (unit, what is better, headline, picture, model), so that any
model's numbers are told, whether or not its room is installed here; then plain names stand for its words.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from xunhuan.data.arrays import CIRCUITS
from xunhuan.faces import spelling, words
from xunhuan.faces.placed import Placed
from xunhuan.faces.told import Number, Told, Values, of_data

ARMS_TOLD = 3
"""Arms told side by side where no offset says which matter."""
STILL = 1e-12
"""Change, against 1 or the number itself, that is none."""


@dataclass(frozen=True, eq=False)
class Reading(Placed):
    """A result in a language: its quantities, arms, numbers, measures and what is uncertain."""

    # What there is

    @cached_property
    def quantities(self) -> dict[str, Told]:
        """Every nominal number by name: lasting models' first, then the others', measures, comparisons."""
        found = [of_data(self.data, str(n), self.lang) for n, v in self.data.data_vars.items() if "headline" in v.attrs]
        place = {name: k for k, name in enumerate((*self.models, ""))}
        alone = {q.name: "arm" not in self.data[q.name].dims for q in found}
        order = sorted(found, key=lambda q: (alone[q.name], place.get(q.model, len(place))))
        return {q.name: q for q in order}

    def quantity(self, q: str | Told) -> Told:
        """A quantity by name. Raises KeyError."""
        return self.quantities[q] if isinstance(q, str) else q

    @cached_property
    def models(self) -> tuple[str, ...]:
        """Models that ran, lasting ones first."""
        ran = list(dict.fromkeys(self.result.manifest["models"]))
        lasting = {
            str(v.attrs.get("model", "")): bool(v.attrs.get("lasting", True)) for v in self.data.data_vars.values()
        }
        ran = [m for m in ran if m in lasting]
        return tuple(sorted(ran, key=lambda m: not lasting[m]))

    def of(self, model: str) -> list[Told]:
        """Quantities of a model, as its record lists them."""
        return [q for q in self.quantities.values() if q.model == model]

    def lasting(self, model: str) -> bool:
        """True where a model answers for good, not for a period."""
        return all(q.lasting for q in self.of(model))

    @cached_property
    def headlines(self) -> list[Told]:
        """Quantities told first, in order."""
        return [q for q in self.quantities.values() if q.headline]

    def beside(self, q: str | Told, arm: str = "") -> list[tuple[Told, Number]]:
        """Numbers that a quantity is never told without, in an arm; those that have a value."""
        named = (self.quantity(n) for n in self.quantity(q).beside if n in self.quantities)
        found = ((b, self.number(b, arm=arm)) for b in named)
        return [(b, n) for b, n in found if n.known]

    def first(self, model: str) -> Told | None:
        """A model's first headline by place or of the nation, else its first such number."""
        return next((q for q in sorted(self.of(model), key=lambda q: not q.headline) if q.by_place), None)

    @cached_property
    def chain(self) -> list[tuple[str, str]]:
        """Models that run on the accounts another ends with: it and that other."""
        return [(name, other) for name, other in self.result.scenario.after().items() if name in self.models]

    # Arms

    @cached_property
    def arms(self) -> list[str]:
        """Arms that were run, the base left out."""
        return [str(a) for a in self.data["arm"].values if str(a) != "base"]

    @cached_property
    def offset(self) -> tuple[str, str, str] | None:
        """Shock, policy and both, where the scenario compares them."""
        found = self.result.scenario.compare.offset
        return None if found is None else (found.shock, found.policy, found.both)

    def answered(self, q: str | Told) -> list[str]:
        """Arms with an answer for a quantity, of home where it has one there. A model reads its own kinds of edits only."""
        q = self.quantity(q)
        values = self.data[q.name]
        axis = q.place_axis
        if axis and self.home in values[axis].values and not np.isnan(values.sel({axis: self.home})).all():
            values = values.sel({axis: self.home})
        return [a for a in self.arms if not np.isnan(values.sel(arm=a)).all()]

    def distinct(self, q: str | Told) -> list[str]:
        """Arms a quantity tells apart: those with an answer, each once where two are alike."""
        v = self.data[self.quantity(q).name]
        kept: list[str] = []
        for arm in self.answered(q):
            mine = v.sel(arm=arm)
            if not any(np.allclose(mine, v.sel(arm=k), rtol=STILL, atol=STILL, equal_nan=True) for k in kept):
                kept.append(arm)
        return kept

    @cached_property
    def arm(self) -> str:
        """The arm the result is about: shock and policy together, else the last that its first number has an answer for."""
        return self.offset[2] if self.offset else self._known(self._lead)[-1]

    @cached_property
    def shocked(self) -> str:
        """The arm without the policy."""
        return self.offset[0] if self.offset else self.arm

    @cached_property
    def told(self) -> list[str]:
        """Arms told side by side: without and with the policy, else the last few that have an answer."""
        return [self.offset[0], self.offset[2]] if self.offset else self._known(self._lead)[-ARMS_TOLD:]

    def arm_of(self, q: str | Told) -> str:
        """The arm a quantity is told by: the result's, or of a passing model the one without the policy; where it has no
        answer there, its last."""
        q = self.quantity(q)
        known, wanted = self._known(q), self.arm if q.lasting else self.shocked
        return wanted if wanted in known else known[-1]

    def arms_of(self, q: str | Told) -> list[str]:
        """Arms a quantity is drawn in side by side: the told ones that it tells apart, or the one it is told by."""
        q = self.quantity(q)
        wanted = self.told if q.lasting else [self.shocked, self.arm]
        distinct = self.distinct(q)
        return [a for a in dict.fromkeys(wanted) if a in distinct] or [self.arm_of(q)]

    def _known(self, q: Told | None) -> list[str]:
        return (self.answered(q) if q is not None else []) or self.arms

    @cached_property
    def _lead(self) -> Told | None:
        """The first model's first number."""
        return next((q for m in self.models if (q := self.first(m)) is not None), None)

    # The number that sums up

    @cached_property
    def main(self) -> Told | None:
        """The number that sums the result up: the first headline change that moves in some arm, else the first there is."""
        return self._first_that_moves(self.arms)

    def main_of(self, arm: str) -> Told | None:
        """The same of one arm; None only where no model and no measure gives a number by place."""
        return self._first_that_moves([arm])

    def alike(self, q: Told, other: Told) -> bool:
        """Whether two numbers of the arms are the same everywhere."""
        a, b = (self.data[o.name] for o in (q, other))
        return a.dims == b.dims and bool(np.allclose(a, b, rtol=0, atol=STILL, equal_nan=True))

    def told_after(self, q: Told) -> list[Told]:
        """Headlines told with a model's first: those its room has a `line_X` for, where they say something else."""
        said = (o for o in self.of(q.model) if o.headline and o.name != q.name and self.words_of(o, "line", ""))
        return [o for o in said if not self.alike(q, o)]

    def drawn_of(self, arm: str) -> Told | None:
        """The number whose picture goes with it: itself, or where that is not drawn the first of its model that is."""
        q = self.main_of(arm)
        if q is None or q.picture != "none":
            return q
        beside = (o for o in self.of(q.model) if o.by_place and o.picture in ("map", "land", "bars"))
        return next(beside, q)

    def _first_that_moves(self, arms: list[str]) -> Told | None:
        known = [q for q in self.headlines if q.by_place and "arm" in self.data[q.name].dims]
        changes = [q for q in known if q.change]
        moving = (q for q in changes if any(self.moves(q, a) for a in arms))
        answered = (q for q in known if any(not np.isnan(self.data[q.name].sel(arm=a)).all() for a in arms))
        return next(moving, None) or next(answered, None) or next(iter(known), None)

    def moves(self, q: str | Told, arm: str, place: str = "") -> bool:
        """Whether a quantity differs from the base in an arm, anywhere or at a place."""
        q = self.quantity(q)
        values = self.data[q.name]
        if place:
            values = values.sel({q.place_axis: place})
        base = values.sel(arm="base").to_numpy() if q.rest is None or values.attrs.get("moving") else q.rest
        mine = values.sel(arm=arm).to_numpy()
        # What rounding leaves is no move.
        return bool((np.abs(np.nan_to_num(mine - base)) > STILL * np.maximum(1.0, np.abs(np.nan_to_num(mine)))).any())

    # Numbers

    def number(self, q: str | Told, place: str = "", arm: str = "", **at: Any) -> Number:
        """One number with its interval, at home and in the result's arm by default. `at` picks on further axes.

        Raises KeyError where there is no such quantity, place or arm.
        """
        q = self.quantity(q)
        where: dict[str, Any] = dict(at)
        axis = q.place_axis
        if axis:
            where[axis] = place or self.home
        if "arm" in self.data[q.name].dims:
            where["arm"] = arm or self.arm
        ends = [float(self.data[f"{q.name}_{e}"].sel(where)) if f"{q.name}_{e}" in self.data else np.nan
                for e in ("low", "high")]  # fmt: skip
        return Number(float(self.data[q.name].sel(where)), *ends)

    def frame(
        self,
        q: str | Told,
        arm: str = "",
        kinds: tuple[str, ...] = ("home", "foreign"),
        change: bool = False,
        **at: Any,
    ) -> pd.DataFrame:
        """region, name_en, name_zh, value and, with draws, low and high; one row a place that has a number.

        kinds   "home" and "foreign" regions, "nation": nations of several regions
        change  as `change` gives it: losses below zero, low and high in order
        """
        q = self.quantity(q)
        axis = q.place_axis
        known = self.places.reindex(self.data[axis].values.astype(str))
        kind = np.where(
            known["kind"] == "nation", "nation", np.where(known["place"].isin(self.home_regions), "home", "foreign")
        )
        kept = known[np.isin(kind, kinds)]
        out = kept[["name_en", "name_zh"]].assign(region=kept["place"])
        where = (
            at
            | {axis: kept["place"].to_numpy()}
            | ({"arm": arm or self.arm} if "arm" in self.data[q.name].dims else {})
        )
        for column, suffix in (("value", ""), ("low", "_low"), ("high", "_high")):
            if f"{q.name}{suffix}" in self.data:
                values = self.data[f"{q.name}{suffix}"].sel(where).values
                out[column] = self.change(values, q) if change else values
        if "low" in out and not np.isfinite(out["low"]).any():
            out = out.drop(columns=["low", "high"])
        if "low" in out and change:
            ends = np.sort(out[["low", "high"]].to_numpy(float), axis=1)  # a change of sign swaps them
            out = out.assign(low=ends[:, 0], high=ends[:, 1])
        finite = np.isfinite(out["value"].to_numpy(float))
        return pd.DataFrame(out[finite]).reset_index(drop=True)

    def change(self, values: Values, q: str | Told) -> Values:
        """Values as pictures show them: what is lost counts below zero, what rests at another level is relative to it."""
        return self.quantity(q).drawn(values)

    def along(self, q: str | Told, arm: str = "", **at: Any) -> xr.DataArray:
        """Values of a quantity in an arm on the axes left, as `change` gives them."""
        q = self.quantity(q)
        return self.change(self.data[q.name].sel({"arm": arm or self.arm, **at}), q)

    # How numbers are written

    def form(self, q: str | Told, drawn: bool = False) -> spelling.Form:
        """How its numbers are written. `drawn`: as `change` gives them, so that gains and losses carry their sign."""
        return self.quantity(q).form(drawn)

    def show(self, number: Number | float, q: str | Told, digits: int = 2, drawn: bool = False) -> str:
        """A number as people read it: "−0.28%", "0.46%" (a loss has no sign), "996.0 million USD"; a label in its
        room's words.

        drawn  the number is as `change` gives it, and gains and losses carry their sign
        """
        value = number.value if isinstance(number, Number) else float(number)
        q = self.quantity(q)
        if q.unit == "label" and np.isfinite(value):
            return words.of_room(q.model, f"label_{q.name}_{value:.0f}", self.lang, f"{value:g}")
        return self.form(q, drawn).text(value, digits)

    def interval(self, number: Number, q: str | Told, digits: int = 2, drawn: bool = False) -> str:
        """ "−0.39% to −0.19%", empty where there is none, or it is so narrow that both ends are written as the number is."""
        form = self.form(q, drawn)
        written = {form.text(x, digits) for x in (number.low, number.value, number.high)}
        if not number.spans or number.high <= number.low or len(written) == 1:
            return ""
        return words.of(self.lang)("from_to", low=form.bare(number.low, digits), high=form.text(number.high, digits))

    def within(self, number: Number, q: str | Told, digits: int = 2) -> str:
        """ " (90% interval −0.39% to −0.19%)", or that the draws leave it at its point; else empty where there is none."""
        inside = self.interval(number, q, digits)
        if not inside and not number.spans and number.value and self.quantity(q).model in self.undrawn:
            return words.of(self.lang)("within_not_drawn")
        ends = self.quantity(q).ends and not self.drawn
        key = "within_ends" if ends else "within_beside" if number.outside else "within"
        return words.of(self.lang)(key, interval=inside) if inside else ""

    # Words

    def say(self, text: str) -> str:
        """What is said in English, in the reading's language, arms of the library's scenarios by their names there."""
        if self.lang == "en" or not text:
            return text
        named = words.arms_in_chinese(str(self.result.manifest["name"]), self.result.scenario.title)
        if text in named:
            return named[text]
        said = words.in_language(text, self.lang)
        for arm, chinese in named.items():
            said = said.replace(f"“{arm}”", f"“{chinese}”")
        return said

    def title(self, q: str | Told) -> str:
        """What a quantity is called."""
        return words.title(q if isinstance(q, str) else q.name, self.lang)

    def titled(self, q: str | Told) -> str:
        """The same with its unit, where its numbers are not in per cent."""
        return self.form(q).titled(self.title(q))

    def axis(self, q: str | Told) -> str:
        """What stands beside an axis of its drawn values: the room's words for it, else its title; with its unit."""
        return self.form(q, drawn=True).titled(self.drawn_as(self.quantity(q)))

    def drawn_as(self, q: Told) -> str:
        """What its drawn values are, inside a sentence; a loss says that it is drawn below zero, or is the room's change."""
        title = self.title(q) if q.unit == "label" else spelling.lowered(self.title(q))
        said = self.words_of(q, "axis", title)
        below = q.loss and not words.of_room(q.model, f"axis_{q.name}", "en", "").startswith("change")
        return words.of(self.lang)("below_zero", what=said) if below else said

    def has_words(self, q: Told, key: str) -> bool:
        """Whether the room has words of a kind for a quantity: "tell", "first", "lines" ..."""
        return bool(self.words_of(q, key, ""))

    def words_of(self, q: Told, key: str, otherwise: str) -> str:
        """The room's words of a kind for a quantity, their braces left to fill; else what else would be said."""
        return words.of_room(q.model, f"{key}_{q.name}", self.lang, otherwise)

    def said(self, q: str | Told) -> str:
        """What a caption says it is: a loss by its title, a change by the words of its axis ("change of real income")."""
        q = self.quantity(q)
        return self.title(q) if q.loss else self.words_of(q, "axis", self.title(q))

    @cached_property
    def point_axes(self) -> set[str]:
        """Axes whose labels are points of a land."""
        on_land = (n for q in self.quantities.values() if q.picture == "land" for n in q.points)
        return {self.quantities[n].axes[-1] for n in on_land if n in self.quantities}

    def label(self, axis: str, code: str, lang: spelling.Language | None = None) -> str:
        """What a label of an axis is called: a sector or a place by its name, another by its words."""
        lang = lang or self.lang
        if axis == "sector" and "sector_en" in self.data.coords:
            at = self.data.sel(sector=code)
            return spelling.label(code, str(at["sector_en"].item()), str(at["sector_zh"].item()), lang)
        if axis in self.point_axes and code in self.points:  # a port may have the code of an economy
            return spelling.label(code, *self.points[code], lang)
        if code in self.places.index:
            return self.name(code, lang)
        own = "zh" if lang == "zh" else "en"
        return words.in_language(words.title(code, own), own)

    def model(self, name: str) -> str:
        """A model's title; its name where its room is not here."""
        return words.of_room(name, "title", self.lang, name)

    def section(self, name: str) -> str:
        """Heading of what a model says."""
        return words.of_room(name, "section", self.lang, self.model(name))

    # Measures

    @cached_property
    def circuits(self) -> dict[str, str]:
        """What each circuit's share means under the scenario's definition. A nation's is its regions' added up."""
        measure = self.result.scenario.measure.circulation
        definition = "absorption" if measure is None else measure.definition
        return {c: words.of(self.lang)(f"means_{definition}_{c}") for c in CIRCUITS}

    def circulation(self, arm: str) -> pd.DataFrame:
        """region, names, own, inter, external of the home nation's regions in an arm."""
        cut = self.data["circulation"].sel(arm=arm).to_pandas()
        regions = [c for c in self.home_regions if c in cut.index]
        named = self.places.loc[regions, ["name_en", "name_zh"]]
        return named.join(cut.loc[regions]).rename_axis("region").reset_index()

    def partners(self, arm: str, home_buys: bool) -> pd.DataFrame:
        """partner, name_en, name_zh, before, after: home's purchases from, or sales to, each other nation; empty where the
        arm has no answer."""
        mine = "importer" if home_buys else "exporter"
        trade = self.data["trade"].sel({mine: self.nation})
        before, after = (trade.sel(arm=a).to_series().drop(self.nation) for a in ("base", arm))
        out = pd.DataFrame({"before": before, "after": after}).rename_axis("partner").reset_index()
        known = self.places.reindex(out["partner"])
        named = out.assign(name_en=known["name_en"].to_numpy(), name_zh=known["name_zh"].to_numpy())
        return named.fillna({"name_en": "", "name_zh": ""}).dropna(subset=["after"]).reset_index(drop=True)

    def sectors(self) -> pd.DataFrame:
        """sector, name_en, name_zh, then value of the home nation's output in the base and its change in every arm."""
        d = self.data["output"].sel(region=self.home_regions).sum("region", skipna=False).to_pandas().T
        names = {c: self.data[f"sector_{c[-2:]}"].values.astype(str) for c in ("name_en", "name_zh")}
        out = pd.DataFrame({"sector": d.index, **names, "base": d["base"].to_numpy()})
        for arm in self.arms:
            out[arm] = (d[arm] / d["base"].replace(0.0, np.nan) - 1).to_numpy()
        return out

    # What is uncertain

    @cached_property
    def sensitive(self) -> list[tuple[Told, str]]:
        """Numbers of home, with their arms, that say which uncertainty matters, in the order of the headlines."""
        d = self.data
        if "headline_variable" not in d.coords:
            return []
        pairs = zip(*(d[f"headline_{k}"].values.astype(str).tolist() for k in ("variable", "arm")), strict=True)
        return [(self.quantities[v], a) for v, a in dict.fromkeys(pairs) if self.quantities[v].by_place]

    def sensitivity(self, q: str | Told, arm: str) -> pd.DataFrame:
        """Which uncertainty a number of home comes from; one row an uncertain quantity, `parameter` in words.

        first, total, first_conf, total_conf (Sobol indices, half-widths of 90% intervals) where the design gave them, else
        value (rank correlation over draws; of a choice the correlation ratio; none of errors of many). Raises KeyError
        where the number is not among `sensitive`.
        """
        d, name = self.data, self.quantity(q).name
        found = np.flatnonzero(
            (d["headline_variable"].values.astype(str) == name) & (d["headline_arm"].values.astype(str) == arm)
        )
        if not found.size:
            raise KeyError(f"{name} in {arm}")
        cut = d.isel(headline=int(found[0]))
        of, names = (d[f"uncertain_{k}"].values.astype(str) for k in ("of", "name"))
        parameters = [self.uncertain(o, n) for o, n in zip(of, names, strict=True)]
        columns = {"first": "sobol_first", "total": "sobol_total", "first_conf": "sobol_first_half",
                   "total_conf": "sobol_total_half"}  # fmt: skip
        if "sobol_total" not in cut or not np.isfinite(cut["sobol_total"].values).any():
            columns = {"value": "rank_correlation"}
        frame = pd.DataFrame({"parameter": parameters, **{k: cut[v].values for k, v in columns.items()}})
        return frame.dropna().reset_index(drop=True)

    def uncertain(self, of: str, name: str) -> str:
        """An uncertain quantity in words: of a "model", a "choice" or "errors" of one, the "table", or a "shock"'s size."""
        t, title = words.of(self.lang), words.title(name, self.lang)
        return t("size_of", shock=name) if of == "shock" else t("own_errors", what=title) if of == "errors" else title
