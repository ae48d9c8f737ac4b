"""The scenario file as frozen records: what may be written in it, with units and defaults; its shocks are in `lines`."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Annotated, Any, Literal, NamedTuple, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, create_model, model_validator

from xunhuan.data.records import Finite, Positive, Strict
from xunhuan.errors import UnknownName
from xunhuan.models import registry
from xunhuan.models.edits.base import RegionNames, SectorNames
from xunhuan.models.model import Shock, Uncertain
from xunhuan.scenario.lines import Name, ShockLines, lines_schema


class Offset(Strict):
    """Four arms: nothing, shock, policy, both; Ω and net Ω by place."""

    shock: Name
    policy: Name

    @property
    def both(self) -> str:
        """Name of the arm of both."""
        return f"{self.shock} + {self.policy}"


class BreakEven(Offset):
    """Policy size at which each of `regions` is made whole after the shock, sought in [0, largest]."""

    regions: RegionNames = "home"
    largest: Positive = 4.0
    tolerance: Positive = 1e-4


class Frontier(Strict):
    """The shock traced from 0 to 1 in `steps` points, without policy and with each of `policies`."""

    shock: Name
    policies: tuple[Name, ...] = ()
    steps: Annotated[int, Field(ge=2, le=101)] = 11


class Reinforcement(Strict):
    """Response of domestic and external sales to a demand shift of `shift` (share, at given prices) at home and abroad."""

    sectors: SectorNames = "goods"
    shift: Annotated[float, Field(gt=0, le=0.5)] = 0.01


class Compare(Strict):
    """What to compare."""

    offset: Offset | None = None
    break_even: BreakEven | None = None
    frontier: Frontier | None = None
    reinforcement: Reinforcement | None = None


class Distribution(Strict):
    """Of a factor. `relative_sd`: lognormal with median 1; `low`, `high`: uniform, with `mode` triangular."""

    relative_sd: Annotated[float, Field(gt=0, le=2)] | None = None
    low: Finite | None = None
    mode: Finite | None = None
    high: Finite | None = None

    @model_validator(mode="after")
    def _kind(self) -> Self:
        bounds = (self.low is not None, self.high is not None)
        if (self.relative_sd is not None) == all(bounds) or any(bounds) != all(bounds):
            raise ValueError("give relative_sd, or low and high (and mode)")
        if self.low is not None and self.high is not None:
            if self.low >= self.high:
                raise ValueError(f"low ({self.low:g}) must lie below high ({self.high:g})")
            if self.mode is not None and not self.low <= self.mode <= self.high:
                raise ValueError(f"mode ({self.mode:g}) must lie between low and high")
        elif self.mode is not None:
            raise ValueError("mode goes with low and high")
        return self

    def support(self) -> tuple[float, float]:
        """Smallest and largest value it can take."""
        return (0.0, float("inf")) if self.low is None or self.high is None else (self.low, self.high)


Choices = tuple[str, ...]
"""Names one of which is drawn, each as often as the others."""
Own = Literal["own"]
"""By the standard errors of the model's own estimates."""
Spread = Distribution | Choices | Own


class Drawn(NamedTuple):
    """An uncertain quantity: a factor of a "model", a "choice" or "errors" of one, of the "table", or a "shock"'s size."""

    of: Literal["model", "choice", "errors", "table", "shock"]
    name: str

    @property
    def column(self) -> str:
        """Heading of its column, as [uncertainty] writes it."""
        return f"shock.{self.name}" if self.of == "shock" else self.name


class Uncertainty(Strict):
    """What is uncertain, and how it is sampled.

    draws   evaluations: all of them for "latin-hypercube"; for "sobol" the base size N, a power of two, with
            N (D + 2) evaluations for D uncertain quantities
    seed    of the design
    shock   by name: factor on the size of that shock
    table   true: each draw has a version of the base of its own, where the base has a posterior
    models  which models are drawn; all by default

    Keys of models' own quantities come from the models there are (`Model.uncertain`): each a factor, or a value in its own
    unit where the model says so, "own" for the errors or ranges of the model's own estimates, or a list of names to choose
    from.
    """

    draws: Annotated[int, Field(ge=2, le=100_000)] = 64
    seed: Annotated[int, Field(ge=0, le=2**31 - 1)] = 7
    design: Literal["latin-hypercube", "sobol"] = "latin-hypercube"
    shock: Mapping[str, Distribution] = Field(default_factory=dict)
    table: bool = False
    models: tuple[str, ...] | None = None

    @model_validator(mode="before")
    @classmethod
    def _hoist(cls, data: Any) -> Any:
        """Accept draws and seed inside a distribution, as in `trade_elasticity = { draws = 256, seed = 7, ... }`."""
        if not isinstance(data, Mapping):
            return data
        out = dict(data)
        for key, value in data.items():
            if isinstance(value, Mapping) and key != "shock":
                inner = dict(value)
                for word in ("draws", "seed"):
                    if word in inner and out.get(word, inner[word]) == inner[word]:
                        out[word] = inner.pop(word)
                out[key] = inner
        return out

    @model_validator(mode="after")
    def _sensible(self) -> Self:
        if not self.quantities():
            raise ValueError(
                "nothing is uncertain: give a distribution, such as trade_elasticity = { relative_sd = 0.25 }"
            )
        if self.design == "sobol" and self.draws & (self.draws - 1):
            raise ValueError(f"a Sobol design needs a power of two, draws is {self.draws}")
        known = {u.name: u for m in registry.models().values() for u in m.uncertain}
        positive = {u.name for u in known.values() if not u.zero}
        for q, d in self.quantities().items():
            if isinstance(d, tuple):
                _choosable(q.name, d, known[q.name].choices if q.name in known else d)
                continue
            if isinstance(d, str):
                continue
            if q.name in known and known[q.name].level:
                if d.relative_sd is not None:
                    raise ValueError(f"{q.name}: is drawn in its own unit: give low and high (and mode)")
                continue
            low, _ = d.support()
            if q.name in positive and d.low is not None and low <= 0:
                raise ValueError(f"{q.name}: a factor must be positive, low is {low:g}")
            if low < 0:
                raise ValueError(f"{q.column}: a factor must not be negative, low is {low:g}")
        return self

    def quantities(self) -> dict[Drawn, Spread]:
        """Every uncertain quantity with its distribution: the models', the table's, then sizes of shocks."""
        names = [n for n in type(self).model_fields if n not in Uncertainty.model_fields]
        found = {Drawn(_drawn_how(getattr(self, n)), n): getattr(self, n) for n in names}
        found[Drawn("table", "table")] = Distribution(low=0, high=1) if self.table else None
        found |= {Drawn("shock", n): d for n, d in self.shock.items()}
        return {q: d for q, d in found.items() if d is not None}


def _drawn_how(given: Spread | None) -> Literal["model", "choice", "errors"]:
    """How a quantity of a model is drawn."""
    if isinstance(given, tuple):
        return "choice"
    return "errors" if isinstance(given, str) else "model"


def _choosable(name: str, given: Choices, valid: Choices) -> None:
    """Raise ValueError where there is nothing to choose between, or a name is not among the choices."""
    for one in given:
        if one not in valid:
            error = UnknownName.of("choice", one, valid)
            raise ValueError(f"{name}: {error.what}; {error.fix}")
    if len(set(given)) < max(2, len(given)):
        raise ValueError(f"{name}: give two names or more, each once")


class Circulation(Strict):
    """Circulation before and after, by `definition`."""

    definition: Literal["absorption", "origin", "forward"] = "absorption"


class Empty(Strict):
    """Takes no options."""


class Measure(Strict):
    """Measures read off every arm.

    circulation  own, inter and external shares · reliance  foreign share of inputs, face value
    trade        flows between nations · sectors  output by region and sector

    Without a [measure] table all are read; with one, those it names.
    """

    circulation: Circulation | None = None
    reliance: Empty | None = None
    trade: Empty | None = None
    sectors: Empty | None = None


DIGEST_DIGITS = 12
"""Fewest digits that pin a table."""


def _digest(text: str) -> str:
    if text and not re.fullmatch(f"[0-9a-f]{{{DIGEST_DIGITS},64}}", text):
        raise ValueError(f"is the beginning of a digest, {DIGEST_DIGITS} to 64 hexadecimal digits")
    return text


def _day(value: object) -> object:
    """A day or a year as text: TOML has dates of its own."""
    return str(value) if isinstance(value, datetime.date | int) and not isinstance(value, bool) else value


class Scenario(Strict):
    """A scenario file.

    title, question       for people; the report asks the question and answers it
    source, date          where its magnitudes come from, and the day or year they describe
    reasoning             why the shocks are as they are · assumptions  what is taken for granted, one line each
    base                  name or path of the table · base_digest  refuse any other numbers (first 12 digits or more)
    split                 regions made their cities, CODE = "cities" or a CSV with city, sector, share; their numbers are
                          told with bounds alone, so that `uncertainty.table = true` is asked for
    places                regions that the question asks about, by code or name, told beside home
    home                  nation looked at, by default the table's · nations  regions made one nation, NAME = [codes]
    shock                 named groups of edits · arms  combinations to run, NAME = [shock names]
    model                 models and their parameters, run side by side, each on the edits it reads; `after = "NAME"` gives
                          one the accounts another ends with, and the edits that one hands on; `shocks = [...]` has it
                          read these shocks alone
    """

    title: Annotated[str, Field(min_length=1, max_length=200)]
    question: str = ""
    source: str = ""
    date: Annotated[str, BeforeValidator(_day)] = ""
    reasoning: str = ""
    assumptions: tuple[str, ...] = ()
    base: Annotated[str, Field(min_length=1)]
    base_digest: Annotated[str, AfterValidator(_digest)] = ""
    split: Mapping[str, Annotated[str, Field(min_length=1)]] = Field(default_factory=dict)
    places: tuple[Annotated[str, Field(min_length=1)], ...] = ()
    home: str = ""
    nations: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)
    shock: tuple[ShockLines, ...]
    arms: Mapping[Name, tuple[Name, ...]] = Field(default_factory=dict)
    model: Mapping[str, Mapping[str, Any]] = Field(default_factory=lambda: {registry.DEFAULT: {}})
    measure: Measure = Measure(circulation=Circulation(), reliance=Empty(), trade=Empty(), sectors=Empty())
    compare: Compare = Compare()
    uncertainty: Uncertainty | None = None

    @model_validator(mode="after")
    def _something(self) -> Self:
        # Not a length of the field: that would be told again beside every error inside a shock.
        if not self.shock:
            raise ValueError("there is no shock: add [[shock]] with a name and an edit")
        return self

    def shocks(self) -> dict[str, ShockLines]:
        """Shocks by name."""
        return {s.name: s for s in self.shock}

    def all_arms(self) -> dict[str, tuple[str, ...]]:
        """Every arm to run with the shocks in it: those asked for, those comparisons need, else all shocks at once.

        The base, where nothing happens, is not among them: it needs no run.
        """
        out = {name: tuple(members) for name, members in self.arms.items()}
        if self.compare.offset is not None:
            o = self.compare.offset
            out |= {o.shock: (o.shock,), o.policy: (o.policy,), o.both: (o.shock, o.policy)}
        if not out:
            names = tuple(s.name for s in self.shock)
            out[" + ".join(names)] = names
        return out

    def after(self) -> dict[str, str]:
        """Models that come after another: name -> that other's."""
        return {name: str(values["after"]) for name, values in self.model.items() if "after" in values}

    def given(self, model: str) -> dict[str, Any]:
        """Parameters that a model's table gives, the house's own keys left out."""
        return {k: v for k, v in self.model.get(model, {}).items() if k not in registry.RESERVED["parameter"]}

    def asked(self, model: str, arm: str) -> Shock:
        """All that a model is asked in an arm, edits of kinds it does not read left out; nothing in the base."""
        named = [s for s in self.all_arms().get(arm, ()) if s in self.heeded(model)]
        reads, by_name = registry.find(model).reads, self.shocks()
        return Shock(tuple(e for s in named for e in by_name[s].edits() if isinstance(e, reads)), arm)

    def heeded(self, model: str) -> tuple[str, ...]:
        """Shocks that a model reads: those its table names, else all."""
        named = self.model.get(model, {}).get("shocks")
        return tuple(self.shocks()) if named is None else tuple(named)

    def resolved(self) -> dict[str, Any]:
        """Plain data of the scenario with every default written out, as `scenario.toml` of a result holds it."""
        return dict(self.model_dump(mode="json", by_alias=True, exclude_none=True))


def schema() -> type[Scenario]:
    """The record a file is checked by: with a key for every edit and uncertain quantity of the models there are."""
    return _schema(lines_schema(), tuple(_uncertain().items()))


def schema_of(data: Mapping[str, Any]) -> type[Scenario]:
    """The record a result's file is read by: as `schema`, and what belongs to models not here is kept as written."""
    known, given = _uncertain(), data.get("uncertainty", {})
    strange = {k: Spread for k in given if k not in known and k not in Uncertainty.model_fields}
    return _schema(lines_schema(data.get("shock", ())), tuple((known | strange).items()))


def _uncertain() -> dict[str, Any]:
    """Quantities that models can draw, and what is written for each."""
    return {u.name: _spread(u) for m in registry.models().values() for u in m.uncertain}


def _spread(u: Uncertain[Any]) -> Any:
    if u.choices:
        return Choices
    return Distribution if u.errors is None else Distribution | Own


@lru_cache(8)
def _schema(lines: type[ShockLines], uncertain: tuple[tuple[str, Any], ...]) -> type[Scenario]:
    own: dict[str, Any] = {name: (spread | None, None) for name, spread in uncertain}
    drawn: type[BaseModel] = create_model("Uncertainty", __base__=Uncertainty, **own)
    fields: dict[str, Any] = {"shock": (tuple[lines, ...], ...), "uncertainty": (drawn | None, None)}  # type: ignore[valid-type]
    return create_model("Scenario", __base__=Scenario, **fields)
