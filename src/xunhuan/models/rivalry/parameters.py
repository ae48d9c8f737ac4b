"""What [model.rivalry] holds: the games of provinces, cities and nations, each played where its table is given."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from xunhuan.data.classification import Sectors
from xunhuan.data.records import Finite, NotNegative, OwnFile, Positive, Share, Strict
from xunhuan.models.edits.base import SectorNames

_Phis = Annotated[tuple[Share, ...], Field(min_length=1, max_length=21)]


def _listed(value: object) -> object:
    """One number where a list of them may stand."""
    return (value,) if isinstance(value, int | float) and not isinstance(value, bool) else value


class _Runs(Strict):
    compliance: _Phis = (0.0,)

    @field_validator("compliance", mode="before")
    @classmethod
    def _one(cls, value: object) -> object:
        return _listed(value)

    @field_validator("compliance")
    @classmethod
    def _apart(cls, value: tuple[float, ...]) -> tuple[float, ...]:
        if len(set(value)) < len(value):
            raise ValueError("compliance names a value twice")
        return value


class Control(Strict):
    """What players choose.

    instrument  a production subsidy, an export tax on sales abroad, or a tariff on all that comes from abroad
    sectors     on whose goods · low, high: bounds of the rate, share of value
    """

    instrument: Literal["subsidy", "export_tax", "tariff"] = "subsidy"
    sectors: SectorNames
    low: Finite = -0.05
    high: Finite = 0.05

    @model_validator(mode="after")
    def _between(self) -> Self:
        if not -1 < self.low < self.high < 1:
            raise ValueError(f"low ({self.low:g}) must lie below high ({self.high:g}), both between -1 and 1")
        if self.instrument == "tariff" and self.low < 0:
            raise ValueError(f"a tariff is 0 or more, low is {self.low:g}")
        return self


class Provinces(_Runs):
    """Regions that choose rates in the long-run equilibrium.

    players     "provinces": each region of the home nation; "clusters"; or a list, each entry one player ("CN-GD", "YRD")
    foreign     nations that play the same instrument beside them
    control     what they choose
    compliance  φ, one run each: part of a player's mind that is the nation's; the first is told
    promotion   χ, weight of ln output of the sectors beside ln real income
    own_bill    κ, part of the bill for subsidies that a player feels; the accounts charge it whole
    scale       ψ of the sectors, where the long-run model's own parameters give none
    """

    players: Literal["provinces", "clusters"] | tuple[str, ...] = "provinces"
    foreign: tuple[str, ...] = ()
    control: Control
    promotion: NotNegative = 0.0
    own_bill: Share = 1.0
    scale: NotNegative = 0.05


class Cities(_Runs):
    """Cities that build lines of capacity by stage.

    industry       bundled name, or path of a file of cities (CSV) or its folder
    need           by stage, bn USD a year; stages left out keep the file's. Or the name of the model that hands it on
                   ([model.rivalry] after = "catchup"): a total, shared among stages as the file's needs are
    compliance     φ, one run each: part of a city's mind that is the nation's; the first is told
    promotion      χ, weight of a unit of sales beside money, .10 (judgement, 0 to .2)
    own_bill       part of capital and fixed cost that a city pays, .23: SMIC Shenzhen, 2021
    keep           part of the profit that stays with the city, .35 (judgement: taxes that are its own)
    years          T, years looked ahead, 14 (judgement: 2021 to 2035)
    experience     years of present sales that experience stands for, 10 (judgement)
    learning_rate  fall of cost with each doubling of experience, .20 [IrwinKlenow1994]
    spillover      s, weight of another's experience, 1/3 [IrwinKlenow1994]
    decoupling     λ, part of foreign experience cut off, 0
    haul           cost of carrying, share of value a km to the mean city, .00003 (judgement)
    capital_cost   yearly cost of capital, share, .12: ten years at 3.5%
    most_lines     of a stage that one city can have, 10
    coalitions     "clusters" or "provinces" of the file, or lists of cities: who may leave the plan together
    draw           number in (0, 1) that picks a draw of every cell that has a range; none: cells as they are written
    draws          of all those cells, by which what the race costs has an interval, 0; some two seconds each
    """

    industry: Annotated[str, OwnFile()] = "chips"
    need: str | Mapping[str, Positive] = Field(default_factory=dict)
    promotion: NotNegative = 0.10
    own_bill: Share = 0.23
    keep: Share = 0.35
    years: Positive = 14.0
    experience: Positive = 10.0
    learning_rate: Annotated[float, Field(ge=0, le=0.6)] = 0.20
    spillover: Share = 1 / 3
    decoupling: Share = 0.0
    haul: NotNegative = 0.00003
    capital_cost: Positive = 0.12
    most_lines: Annotated[int, Field(ge=1, le=100)] = 10
    coalitions: Literal["clusters", "provinces"] | tuple[tuple[str, ...], ...] = "clusters"
    draw: Annotated[float, Field(gt=0, lt=1)] | None = None
    draws: Annotated[int, Field(ge=0, le=1000)] = 0


class TariffGame(Strict):
    """Nations that choose tariffs on all others, by the formula of Nash tariffs [Lashkaripour2021].

    theta  trade elasticity of all goods, 4 where none is given [SimonovskaWaugh2014]
    """

    theta: Positive | None = None


class RivalryParameters(Strict):
    """Which games are played.

    provinces  regions choose subsidies, export taxes or tariffs in the long-run equilibrium
    cities     cities choose lines of capacity, stage by stage
    nations    nations choose tariffs, by formula
    """

    provinces: Provinces | None = None
    cities: Cities | None = None
    nations: TariffGame | None = None

    @model_validator(mode="after")
    def _some(self) -> Self:
        if self.provinces is None and self.cities is None and self.nations is None:
            raise ValueError("no game is played: give at least one of provinces, cities, nations")
        return self

    def check(self, sectors: Sectors) -> None:
        """Raise UnknownName for sectors a table does not have."""
        if self.provinces is not None:
            sectors.select(self.provinces.control.sectors)
