"""Every choice of the conversion room, validated; figures that no source gives have their ranges in the file beside."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from xunhuan.data.classification import Sectors
from xunhuan.data.records import NotNegative, Positive, Share, Strict
from xunhuan.models.conversion.assumed import assumed, assumed_currency
from xunhuan.models.edits.base import RegionNames, SectorNames

HelpKind = Literal["certification", "exhibition", "subsidy_home_sales"]
ALL_INSTRUMENTS: tuple[HelpKind, ...] = ("certification", "exhibition", "subsidy_home_sales")
ASSUMED_NAMES = (
    "demand_elasticity", "convexity_factor", "firm_tail", "pure_share", "exporters_share", "home_potential", "entry_size",
    "reach_curvature", "stand_reach", "stand_cost", "lag_weeks", "fee_part", "firm_exports", "crowding",
)  # fmt: skip
"""Figures that are drawn over their ranges."""


def _figure(name: str, told: str) -> Any:
    """A field whose default is the file's."""
    a = assumed()[name]
    known = "worked out" if a.kind == "computed" else "assumed"
    return Field(default=a.value, description=f"{told} {known}, drawn from {a.low:g} to {a.high:g}.")


class PerYuan(Strict):
    """A budget whose instruments are compared.

    budget       public money over the time that orders are lost, in the model's currency
    instruments  which of certification, exhibition, subsidy_home_sales; all by default
    regions      whose firms it is for, "provinces" by default
    """

    budget: Positive
    instruments: tuple[HelpKind, ...] = ALL_INSTRUMENTS
    regions: RegionNames = "provinces"

    @model_validator(mode="after")
    def _some(self) -> Self:
        if not self.instruments or len(set(self.instruments)) < len(self.instruments):
            raise ValueError(f"name each of {', '.join(ALL_INSTRUMENTS)} once at most, and at least one")
        return self


class ConversionParameters(Strict):
    """Parameters of the conversion room; see docs/conversion.md.

    >>> ConversionParameters(lag_weeks=4).horizon
    'short'
    """

    sectors: SectorNames = Field(default="manufacturing", description="Goods whose makers can turn to the home market.")
    horizon: Literal["short", "long"] = Field(
        default="short",
        description="short, the default: costs are convex, since plants are what they are. long: plants adjust, costs are "
        "not convex, and mixed exporters gain nothing at home from what they lose abroad.",
    )
    convexity: NotNegative | None = Field(
        default=None,
        description="ω, elasticity of marginal cost in output, one number (≥ 0). Default by sector: a/(1 − a), a what "
        "capital earns over output.",
    )
    currency: str = Field(default=assumed_currency(), description="Currency of budgets, stands and firms' exports.")
    spread: Literal["whole", "even"] = Field(
        default="whole",
        description="How the loss falls on pure exporters: whole, the default: some lose all orders, others none; even: "
        "each loses the same part, so that fewer find it worth while to enter.",
    )
    feed: Literal["policy", "all"] = Field(
        default="policy",
        description="What a long-run model after this one is given: policy, the default, only what policy adds; all, also "
        "what firms do by themselves, which counts a fall of price as a gain of technology, for comparison.",
    )
    per_yuan: PerYuan | None = Field(
        default=None, description="A budget whose instruments are compared, and its best mix."
    )
    draws: Annotated[int, Field(ge=0, le=20_000)] = Field(
        default=256, description="Draws over the ranges, for intervals; 0 for none."
    )
    seed: Annotated[int, Field(ge=0, le=2**31 - 1)] = Field(default=7, description="Of the draws.")
    demand_elasticity: Annotated[float, Field(gt=1, allow_inf_nan=False)] = _figure(
        "demand_elasticity", "σ, elasticity of demand for a firm's good (> 1):"
    )
    convexity_factor: NotNegative = _figure("convexity_factor", "Factor on ω:")
    firm_tail: Annotated[float, Field(gt=1, allow_inf_nan=False)] = _figure(
        "firm_tail", "ζ, tail of firms' sizes (> 1):"
    )
    pure_share: Annotated[float, Field(ge=0, lt=1)] = _figure(
        "pure_share", "Part of exports by firms that sell abroad alone:"
    )
    exporters_share: Share = _figure("exporters_share", "Part of home sales by firms that export too:")
    home_potential: NotNegative = _figure("home_potential", "h, home sales with full reach per unit of orders lost:")
    entry_size: Positive = _figure("entry_size", "x*, least size that pays for entry, in sizes of the least exporter:")
    reach_curvature: NotNegative = _figure("reach_curvature", "β, how reach grows with size (0: a fixed cost):")
    stand_reach: Share = _figure("stand_reach", "Part of the home market that a stand reaches:")
    stand_cost: Positive = _figure("stand_cost", "Public money a stand:")
    lag_weeks: NotNegative = _figure("lag_weeks", "L, weeks before home sales start:")
    fee_part: Share = _figure("fee_part", "φ, part of the cost of entry that is certification:")
    firm_exports: Positive = _figure("firm_exports", "Exports of a mean exporter a year:")
    crowding: Share = _figure("crowding", "Part of home sales led by policy that other sellers at home lose:")

    def check(self, sectors: Sectors) -> None:
        """Raise UnknownName for sectors a table does not have."""
        sectors.select(self.sectors)
