"""Lines of a scenario's shocks as frozen records: what may be written in them, with units and defaults.

Shares and changes are ratios (0.1 = ten percent); sizes of shocks are doses (1 = as written). Selections name regions
as `Geography.select` does ("CN-GD", "YRD", "CHN", "provinces", "foreign", "A+B", "!X") and sectors as
`Sectors.select` does ("C26", "goods", "electronics").
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

Selection = str | tuple[str, ...]
Finite = Annotated[float, Field(allow_inf_nan=False)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
NotNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Change = Annotated[float, Field(gt=-1, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1)]
Name = Annotated[str, Field(min_length=1, max_length=60, pattern=r"^[^+/\\\x00-\x1f]+$")]


class Strict(BaseModel):
    """A frozen record that refuses keys it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Directed(Strict):
    """From origin to destination, in sectors."""

    origin: Selection = Field(alias="from")
    destination: Selection = Field(alias="to")
    sectors: Selection = "all"


class TradeCost(Directed):
    """Iceberg cost: exactly one of

    change  as a share (0.1 = ten percent dearer)
    ban     no trade at all
    cut     the barrier that at given prices cuts sales by this share: a partial ban
    best    down to the cost of the best pairs, a quantile of pairs by good, closing the share `closing` of the gap, by
            Head-Ries costs of the base

    Own sales are left alone unless `include_own`; `both_ways` adds the way back.
    """

    change: Change | None = None
    ban: bool = False
    cut: Annotated[float, Field(gt=0, lt=1)] | None = None
    best: Annotated[float, Field(gt=0, lt=1)] | None = None
    closing: Annotated[float, Field(gt=0, le=1)] = 1.0
    both_ways: bool = False
    include_own: bool = False

    @model_validator(mode="after")
    def _one(self) -> Self:
        if sum((self.change is not None, self.ban, self.cut is not None, self.best is not None)) != 1:
            raise ValueError("give exactly one of change, ban, cut, best")
        if self.best is not None and (self.both_ways or self.include_own):
            raise ValueError("best works on pairs: both_ways and include_own do not go with it")
        return self


class Tariff(Directed):
    """Rate levied by `to` on goods from `from`: `set` to, `add` (0.25 = 25 points), or `multiply`."""

    sectors: Selection = "goods"
    set: NotNegative | None = None
    add: Finite | None = None
    multiply: NotNegative | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if sum(x is not None for x in (self.set, self.add, self.multiply)) != 1:
            raise ValueError("give exactly one of set, add, multiply")
        return self


class ExportTax(Directed):
    """Tax that `from` levies on its sales to `to`, share of the producer's price."""

    destination: Selection = Field(default="foreign", alias="to")
    rate: Change


class Local(Strict):
    """On regions and sectors."""

    regions: Selection
    sectors: Selection = "all"


class LocalChange(Local):
    """A change as a share."""

    change: Change


class Subsidy(Local):
    """Production subsidy, share of output value, paid by each region's own budget."""

    rate: Annotated[float, Field(lt=1, allow_inf_nan=False)]


class MobilityCost(Strict):
    """Change of the utility cost of living in `regions`, as a share."""

    regions: Selection
    change: Change


class Period(Strict):
    """Days from the start of the run, and how the effect fades after `end`."""

    start: NotNegative = 0.0
    end: Positive = 30.0
    recovery: Literal["none", "linear", "exponential", "logistic"] = "none"
    recovery_days: NotNegative = 0.0

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.end <= self.start:
            raise ValueError(f"end ({self.end:g}) must lie after start ({self.start:g})")
        return self


class Capacity(Period):
    """Production capacity falls by the share `loss`."""

    regions: Selection
    sectors: Selection = "all"
    loss: Share


class Orders(Period):
    """Final demand of `regions` for goods of `origin` changes by the share `change` (-1 = all cancelled)."""

    regions: Selection
    sectors: Selection = "all"
    origin: Selection = "all"
    change: Annotated[float, Field(ge=-1, allow_inf_nan=False)]


class Link(Period):
    """Deliveries from `from` to `to` fall by the share `loss`."""

    origin: Selection = Field(alias="from")
    destination: Selection = Field(alias="to")
    sectors: Selection = "all"
    loss: Share = 1.0


class Gateway(Period):
    """All trade of `regions` with abroad falls by the share `loss`."""

    regions: Selection
    sectors: Selection = "all"
    loss: Share = 1.0


class Stock(Strict):
    """Target stocks of inputs held by industries of `regions` are multiplied by `factor` from start to end, days."""

    regions: Selection
    sectors: Selection = "all"
    factor: NotNegative
    start: NotNegative = 0.0
    end: Positive = 30.0


def _listed(value: object) -> object:
    """One table where a list of tables may stand."""
    return (value,) if isinstance(value, Mapping) else value


_LISTED = BeforeValidator(_listed)
TradeCosts = Annotated[tuple[TradeCost, ...], _LISTED]
Tariffs = Annotated[tuple[Tariff, ...], _LISTED]
LocalChanges = Annotated[tuple[LocalChange, ...], _LISTED]
Subsidies = Annotated[tuple[Subsidy, ...], _LISTED]
ExportTaxes = Annotated[tuple[ExportTax, ...], _LISTED]
MobilityCosts = Annotated[tuple[MobilityCost, ...], _LISTED]
Capacities = Annotated[tuple[Capacity, ...], _LISTED]
OrderLines = Annotated[tuple[Orders, ...], _LISTED]
Links = Annotated[tuple[Link, ...], _LISTED]
Gateways = Annotated[tuple[Gateway, ...], _LISTED]
Stocks = Annotated[tuple[Stock, ...], _LISTED]

LONG = ("trade_cost", "tariff", "productivity", "final_demand", "subsidy", "export_tax", "mobility_cost")
"""Keys of edits that hold for good; read by long-run models."""
SHORT = ("capacity", "orders", "link", "gateway", "stock")
"""Keys of edits in force for a period of days; read by short-run models."""


class Shock(Strict):
    """A named group of edits, applied in the order of the keys below and of the lines within a key.

    role  "policy" for what answers a shock; only labels and figures depend on it
    size  dose of the whole: 1 as written, 0 nothing; trade costs and productivity scale as powers, rates linearly,
          a ban of size λ < 1 is the barrier that at given prices cuts sales by the share λ
    """

    name: Name
    note: str = ""
    role: Literal["shock", "policy"] = "shock"
    size: NotNegative = 1.0
    trade_cost: TradeCosts = ()
    tariff: Tariffs = ()
    productivity: LocalChanges = ()
    final_demand: LocalChanges = ()
    subsidy: Subsidies = ()
    export_tax: ExportTaxes = ()
    mobility_cost: MobilityCosts = ()
    capacity: Capacities = ()
    orders: OrderLines = ()
    link: Links = ()
    gateway: Gateways = ()
    stock: Stocks = ()

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not any(getattr(self, kind) for kind in (*LONG, *SHORT)):
            raise ValueError(f"the shock changes nothing: give at least one of {', '.join((*LONG, *SHORT))}")
        return self

    def lines(self) -> Iterator[tuple[str, int, Strict]]:
        """Key, position and record of each edit, in order of application."""
        for kind in (*LONG, *SHORT):
            for k, line in enumerate(getattr(self, kind)):
                yield kind, k, line
