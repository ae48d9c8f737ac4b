"""An industry file: facts with their sources, read and checked; bundled by name, or a user's own by path.

TOML: title, unit, start, nation, sector, [facts], [[stages]], [[suppliers]], and published, generations, ages, curve either
as lists of tables or as names of CSV files beside it. Every fact and every row says its source and the state of its
evidence.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator, Mapping
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, ValidationError, model_validator

from xunhuan.data.records import Finite, NotNegative, Positive, Share, Strict, told
from xunhuan.data.written import read_toml
from xunhuan.errors import BadInput, Problems, UnknownName
from xunhuan.models.edits.yearly import Channel, Year

Evidence = Literal["read", "computed", "judgement", "memory"]
"""read in the source named, computed from such, a judgement, or from memory, which nobody has read."""
Source = Annotated[str, Field(min_length=3)]
ShareReading = Literal["made_in", "owned_by", "designed_by"]
MONEY = "bn USD"
_LISTS = ("published", "generations", "ages", "curve")
"""What may lie in a CSV file beside the TOML."""
CHANNELS_OF_SUPPLIERS = ("know", "tools", "leave")


class Sourced(Strict):
    """What every row has.

    evidence  state of the evidence: read, computed, judgement or memory · source  where it comes from
    """

    evidence: Evidence = "read"
    source: Source


class Fact(Sourced):
    """One figure with its range.

    value, low, high  central value, and the ends of a triangular distribution · spread  standard deviation of its logarithm
    drawn  whether it is drawn where nothing else is said · fitted  whether the value is computed from history
    """

    value: Finite = 0.0
    low: Finite | None = None
    high: Finite | None = None
    spread: Positive | None = None
    drawn: bool = True
    fitted: bool = False

    @model_validator(mode="after")
    def _ranged(self) -> Self:
        if (self.low is None) != (self.high is None):
            raise ValueError("low and high go together")
        if self.low is not None and self.high is not None:
            if not self.low <= self.value <= self.high or self.low == self.high:
                raise ValueError(f"value ({self.value:g}) must lie between low ({self.low:g}) and high ({self.high:g})")
            if self.spread is not None:
                raise ValueError("give low and high, or spread")
        return self

    @property
    def ranged(self) -> bool:
        """Whether it has a distribution."""
        return self.low is not None or self.spread is not None


class Facts(Strict):
    """The figures of an industry with a market.

    home_market, world_market, exported  unit of the file a year · made_in, owned_by, designed_by  shares of home_market
    """

    home_market: Fact
    world_market: Fact
    made_in: Fact
    owned_by: Fact
    designed_by: Fact
    exported: Fact
    learning_rate: Fact
    knowledge_spillover: Fact
    forgetting: Fact
    producers: Fact
    good_elasticity: Fact
    home_growth: Fact
    home_pace: Fact
    gap_now: Fact
    frontier_cadence: Fact
    gap_closing: Fact
    reach_spread: Fact
    tool_ceiling: Fact
    ceiling_rise: Fact
    cost_share: Fact
    idea_strength: Fact

    def named(self) -> dict[str, Fact]:
        """Facts by name."""
        return {n: getattr(self, n) for n in type(self).model_fields}


class Stage(Sourced):
    """A stage of inputs.

    weight  share of the good's cost · home  share bought at home at the start · theta  trade elasticity · gain  log points a
    year by which home inputs become cheaper against others
    """

    name: Annotated[str, Field(min_length=1)]
    title: tuple[str, str]
    weight: Share
    home: Annotated[float, Field(gt=0, le=1)]
    theta: Positive
    gain: Finite


class Suppliers(Sourced):
    """Whom a channel leads to: shares of what comes from abroad, by nation; the rest is anybody else's."""

    channel: Channel
    nations: Mapping[str, Share]

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if sum(self.nations.values()) > 1 + 1e-9:
            raise ValueError(f"shares of suppliers add up to {sum(self.nations.values()):g}, more than 1")
        return self


class Age(Sourced):
    """Share of demand for a generation so many behind the frontier."""

    age: Annotated[int, Field(ge=0, le=60)]
    share: Share


class Published(Sourced):
    """A share somebody published; fitted: the pace of history passes through it."""

    year: Year
    reading: ShareReading
    share: Share
    kind: Literal["estimate", "forecast", "target"] = "estimate"
    fitted: bool = False
    publisher: str = ""


class Generation(Sourced):
    """When a firm made a generation in volume; generations are numbered, rising."""

    node: str
    generation: Finite
    firm: str
    year: Positive
    kind: Literal["estimate", "forecast"] = "estimate"


class Made(Sourced):
    """What a nation and all others made in a year under a scenario, the stock after it, and prices where known."""

    nation: str
    scenario: str
    year: Year
    made: NotNegative
    other: NotNegative
    world: Positive
    input_price: Positive | None = None
    price: Positive | None = None


class OfficialTable(Strict):
    """Where an official table says the same: its name, and the sector the good is in."""

    base: str
    sector: str
    source: Source


class IndustryFile(Strict):
    """An industry: of a market (`facts`, `stages`, `ages`), or of a price that learns from given output (`curve`)."""

    title: tuple[str, str]
    unit: Annotated[str, Field(min_length=1)]
    start: Year
    nation: str = ""
    sector: str = "all"
    facts: Facts | None = None
    stages: tuple[Stage, ...] = ()
    ages: tuple[Age, ...] = ()
    suppliers: tuple[Suppliers, ...] = ()
    published: tuple[Published, ...] = ()
    generations: tuple[Generation, ...] = ()
    frontier_firm: str = ""
    home_firm: str = ""
    table: OfficialTable | None = None
    curve: tuple[Made, ...] = ()
    curve_slopes: Mapping[str, Fact] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        if (self.facts is None) == (not self.curve):
            raise ValueError("give [facts] of a market, or a curve, not both")
        return self

    def judged(self) -> Iterator[tuple[str, str, str]]:
        """Figures that rest on judgement or memory: what, which of the two, and what is said of them."""
        for name, fact in (self.facts.named() if self.facts else {}).items():
            if fact.evidence in ("judgement", "memory"):
                yield name, fact.evidence, fact.source
        for kind, rows in (("stages", self.stages), ("suppliers", self.suppliers), ("ages", self.ages)):
            told = {(r.evidence, r.source) for r in rows if r.evidence in ("judgement", "memory")}
            for evidence, source in sorted(told):
                which = [getattr(r, n) for r in rows for n in ("name", "channel", "age") if hasattr(r, n)
                         and (r.evidence, r.source) == (evidence, source)]  # fmt: skip
                yield f"{kind} {', '.join(map(str, which))}", evidence, source


def bundled_files() -> tuple[str, ...]:
    """Names of the industries that come with the package."""
    folder = Path(str(resources.files("xunhuan.models.catchup") / "data"))
    return tuple(sorted(p.parent.name for p in folder.glob("*/industry.toml")))


def industry(name: str) -> IndustryFile:
    """An industry by the name of a bundled one or the path of a file.

    Raises UnknownName with the nearest names, ForeignFile where it is no TOML, BadInput listing all that is wrong with it.

    >>> industry("chips").title[0], industry("chips").start
    ('Integrated circuits', 2020)
    """
    path = Path(name)
    if path.suffix == ".toml" or os.path.isfile(path):
        if not os.path.isfile(path):
            raise BadInput(f"there is no industry file {path.name!r}", where=name, fix="check the path")
        return _read(path, path.stat().st_mtime_ns)
    if name not in bundled_files():
        raise UnknownName.of("industry", name, bundled_files())
    return _read(Path(str(resources.files("xunhuan.models.catchup") / "data" / name / "industry.toml")), 0)


@lru_cache(8)
def _read(path: Path, stamp: int) -> IndustryFile:
    """stamp  when the file was last written, so that one that is edited is read anew"""
    data = read_toml(path)
    problems = Problems("the industry file has errors")
    for name in _LISTS:
        if isinstance(data.get(name), str):
            data[name] = _rows(path.parent / data[name], problems)
    found: IndustryFile | None = None
    try:
        found = IndustryFile.model_validate(data)
    except ValidationError as e:
        for text in told(e, IndustryFile, data):
            problems.add(text)
    for text in _wrong(data if found is None else found):
        problems.add(text)
    problems.raise_if(where=str(path), fix="`xunhuan docs catchup` says what the file holds")
    assert found is not None
    return found


def _rows(path: Path, problems: Problems) -> list[dict[str, Any]]:
    """Rows of a CSV file: numbers where they look like numbers, blanks left out, "same" for the source of the row above."""
    try:
        with path.open(encoding="utf-8", newline="") as f:
            raw = list(csv.DictReader(f))
    except (OSError, UnicodeDecodeError) as e:
        problems.add(f"{path.name}: cannot be read ({e})")
        return []
    out: list[dict[str, Any]] = []
    for row in raw:
        clean = {str(k): _value(str(k), v) for k, v in row.items() if k is not None and v}
        said = str(clean.get("source", ""))
        if said.startswith("same") and out:
            clean["source"] = f"{out[-1].get('source', '')}{said[4:]}"
        out.append(clean)
    return out


_TEXTS = ("source", "node", "firm", "publisher", "nation", "scenario", "kind", "evidence", "reading")
_WHOLE = ("year", "age")


def _value(key: str, text: str) -> Any:
    if key in _TEXTS:
        return text
    if key == "fitted":
        return {"1": True, "0": False}.get(text, text)
    try:
        number = float(text)
    except ValueError:
        return text
    return int(number) if key in _WHOLE and number.is_integer() else number


def _wrong(found: IndustryFile | Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with figures that are each right by themselves."""
    if not isinstance(found, IndustryFile) or found.facts is None:
        return
    f = found.facts
    if found.unit != MONEY:
        yield f"unit: money of a market is told in {MONEY}; convert it (given: {found.unit!r})"
    for name in ("made_in", "owned_by", "designed_by"):
        if not 0 < getattr(f, name).value < 1:
            yield f"facts.{name}: a share of the market lies between 0 and 1 (given: {getattr(f, name).value:g})"
    if f.owned_by.value >= f.made_in.value:
        yield "facts.owned_by: must be less than made_in, of which it is a part"
    if f.world_market.value <= f.home_market.value:
        yield "facts.world_market: must be more than home_market, which is a part of it"
    for name, limit in BOUNDS.items():
        fact = getattr(f, name)
        ends = [x for x in (None if fact.fitted else fact.value, fact.low, fact.high) if x is not None]
        for x in ends:
            if not limit[0] <= x <= limit[1]:
                yield f"facts.{name}: must lie between {limit[0]:g} and {limit[1]:g} (given: {x:g})"
    whole = sum(a.share for a in found.ages)
    if abs(whole - 1) > 1e-9:
        yield f"ages: shares of demand add up to {whole:.10g}, must be 1"
    if [a.age for a in found.ages] != list(range(len(found.ages))):
        yield "ages: must run from 0 in steps of 1"
    if sum(s.weight for s in found.stages) >= 1:
        yield "stages: weights add up to 1 or more; they are shares of the good's cost"
    if f.home_pace.fitted and sum(p.fitted for p in found.published if p.reading == "made_in") < 2:
        yield "published: home_pace is fitted, which needs two rows of made_in with fitted = 1"


BOUNDS: dict[str, tuple[float, float]] = {
    "learning_rate": (0.0, 0.6), "knowledge_spillover": (0.0, 1.0), "forgetting": (0.0, 0.9), "producers": (1.0, 1e6),
    "good_elasticity": (1e-6, 50.0), "home_growth": (1e-4, 0.5), "home_pace": (-0.5, 0.5), "gap_now": (0.0, 30.0),
    "frontier_cadence": (0.1, 50.0), "gap_closing": (0.0, 5.0), "reach_spread": (0.01, 10.0), "tool_ceiling": (-30.0, 30.0),
    "ceiling_rise": (0.0, 5.0), "cost_share": (0.0, 1.0), "idea_strength": (0.0, 0.99), "exported": (0.0, 1e9),
    "home_market": (1e-9, 1e12), "world_market": (1e-9, 1e12), "made_in": (1e-6, 1 - 1e-6), "owned_by": (1e-6, 1 - 1e-6),
    "designed_by": (1e-6, 1 - 1e-6),
}  # fmt: skip
"""Least and largest value that makes sense."""
