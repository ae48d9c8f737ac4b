"""Every choice of the gateway room, validated, with unit and default."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from xunhuan.data.records import NotNegative, OwnFile, Positive, Share, Strict
from xunhuan.models.edits.base import SectorNames

DistanceMode = Literal["freight", "gravity"]
BOTH: tuple[DistanceMode, ...] = ("freight", "gravity")


def _modes(value: object) -> object:
    """Both modes of distance in a list are "both"."""
    if isinstance(value, list | tuple):
        return "both" if sorted(map(str, value)) == sorted(BOTH) else value[0] if len(value) == 1 else value
    return value


class ModeCost(Strict):
    """What a way costs: of a tonne, in the network's money.

    rate  a tonne-km; by class where it differs · terminal: a tonne, once · speed: km a day · wait: days, once
    detour  km on the way over km of the file, ratio
    """

    rate: NotNegative | dict[str, NotNegative]
    terminal: NotNegative = 0.0
    speed: Positive = 500.0
    wait: NotNegative = 0.0
    detour: Positive = 1.0

    def rate_of(self, name: str) -> float:
        """Rate of a class of goods."""
        return self.rate if isinstance(self.rate, float) else self.rate.get(name, next(iter(self.rate.values())))


_OCEAN = {"general": 0.08, "bulk": 0.012, "fine": 0.08}


class GatewayParameters(Strict):
    """Parameters of the gateway room; see docs/gateways.md.

    >>> [GatewayParameters(distance=d).distance for d in (["freight", "gravity"], ["gravity"], "freight")]
    ['both', 'gravity', 'freight']
    """

    network: Annotated[str, Field(min_length=1), OwnFile()] = Field(
        default="transport-2017",
        description="Name of a bundled network, or a folder with cities.csv, gateways.csv, edges.csv and goods.csv.",
    )
    year: Annotated[int, Field(ge=1800, le=2200)] | None = Field(
        default=None, description="Lines opened by then count; by default the table's year."
    )
    until: Annotated[int, Field(ge=1800, le=2200)] | None = Field(
        default=None,
        description="Year looked at: lines of a shock that open later do nothing; by default none is too late.",
    )
    distance: Annotated[Literal["both", "freight", "gravity"], BeforeValidator(_modes)] = Field(
        default="both",
        description="freight: what carrying costs. gravity: costs that fall with distance as trade does. both, the default: "
        "every number lies between the two, which are its ends.",
    )
    route: Literal["two_stage", "logit"] = Field(
        default="two_stage",
        description="two_stage, the default: least cost by mode, then choice of gateway. logit: choice at every node "
        "[AllenArkolakis2022], for coarse networks.",
    )
    route_spread: Positive = Field(
        default=120.0, description="V, how sharply gateways are chosen by cost, pure number."
    )
    mode_spread: Positive = Field(
        default=60.0,
        description="J, how sharply modes divide by cost, pure number; what carrying costs is the cheapest.",
    )
    congestion: NotNegative = Field(
        default=0.0, description="λ, log points that a gateway becomes dearer by per log point of traffic."
    )
    spare: Share | Annotated[float, Field(ge=0, le=10)] = Field(
        default=0.1,
        description="Capacity of open gateways beyond their traffic, ratio, while others are closed for days.",
    )
    distance_effect: Positive = Field(
        default=1.44, description="Fall of trade with distance that gravity mode is held to, pure number."
    )
    goods: SectorNames = Field(default="goods", description="Sectors that are carried.")
    value: dict[str, Positive] = Field(
        default={"general": 15_000.0, "bulk": 1_500.0, "fine": 200_000.0},
        description="Value a tonne by class of goods.",
    )
    unit_value: Positive = Field(default=1.0, description="Factor on all values a tonne, ratio.")
    day: dict[str, NotNegative] = Field(
        default={"general": 0.006, "bulk": 0.001, "fine": 0.008}, description="Cost of a day by class, share of value."
    )
    time_cost: NotNegative = Field(default=1.0, description="Factor on the cost of a day, ratio.")
    road: ModeCost = Field(
        default=ModeCost(rate=0.35, speed=900.0, detour=1.25),
        description="What carrying by road costs: rate, terminal, speed, wait, detour.",
    )
    regular_road: Annotated[float, Field(gt=0, le=1)] = Field(
        default=0.8, description="What carrying by expressway costs over roads of the class regular, ratio."
    )
    rail: ModeCost = Field(
        default=ModeCost(rate=0.16, terminal=30.0, speed=500.0, wait=2.0), description="What carrying by rail costs."
    )
    fast_rail: Positive = Field(default=700.0, description="Goods on fast mixed lines, km a day.")
    river: ModeCost = Field(
        default=ModeCost(rate=0.04, terminal=40.0, speed=250.0, wait=2.0, detour=1.4),
        description="What carrying by river costs.",
    )
    coast: ModeCost = Field(
        default=ModeCost(rate=0.03, terminal=50.0, speed=550.0, wait=2.0),
        description="What carrying along the coast costs.",
    )
    ocean: ModeCost = Field(
        default=ModeCost(rate=_OCEAN, terminal=60.0, speed=650.0, wait=4.0),
        description="What carrying by sea to an economy abroad costs.",
    )
    air: ModeCost = Field(
        default=ModeCost(rate=2.2, terminal=1500.0, speed=9000.0, wait=1.5), description="What carrying by air costs."
    )
    land: ModeCost = Field(
        default=ModeCost(rate=0.30, terminal=100.0, speed=450.0, wait=3.0, detour=1.25),
        description="What carrying over a land border costs.",
    )
    targets: Annotated[str, OwnFile()] = Field(
        default="network",
        description="Observed shares of gateways, to which their costs are fitted: network, the default, the network's own "
        "targets.csv where it has one; none; or a CSV with class, way, gateway, share.",
    )
    sets: dict[str, str] = Field(
        default={}, description="Sets of regions whose gateways are watched together: name and selection."
    )
    hour: NotNegative = Field(
        default=0.01, description="Cost of an hour of people's travel, share of a market service."
    )
    people: SectorNames = Field(default="market_services", description="Services for which people travel.")
    freed: Share = Field(
        default=0.0, description="Part of the way to fast lines that goods on an old line gain where a passenger line takes "
        "its trains.",
    )  # fmt: skip
    online_now: Share = Field(default=0.15, description="o, share of goods sold online in the base.")
    online_distance: Share = Field(default=0.65, description="χ, part of the distance effect that vanishes online.")
    fee_service: SectorNames = Field(default="H", description="Sector that a fee is booked as a service of.")
    income: bool = Field(
        default=True, description="Whether real income is worked out at both ends of distance, with the long run another "
        "model lends.",
    )  # fmt: skip

    @property
    def ends(self) -> tuple[DistanceMode, ...]:
        """Modes of distance that are worked out."""
        return BOTH if self.distance == "both" else (self.distance,)

    def mode(self, name: str) -> ModeCost:
        """Costs of a mode."""
        found: ModeCost = getattr(self, name)
        return found

    def value_of(self, name: str) -> float:
        """Value a tonne of a class."""
        return self.unit_value * _of(self.value, name)

    def day_of(self, name: str) -> float:
        """Cost of a day of a class, share of value."""
        return self.time_cost * _of(self.day, name)


def _of(by: Mapping[str, Any], name: str) -> float:
    return float(by.get(name, next(iter(by.values()))))
