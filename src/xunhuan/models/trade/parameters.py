"""Every choice of the trade model, validated, with unit, default and source."""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from xunhuan.data.arrays import Array
from xunhuan.data.classification import Sectors
from xunhuan.data.records import NotNegative, Positive, Strict
from xunhuan.errors import BadInput, Problems
from xunhuan.models.edits.primitives import Theta
from xunhuan.models.trade.elasticities import level, not_estimated, sector_values, set_elasticities
from xunhuan.models.trade.errors import set_scale
from xunhuan.models.trade.substitution import SubstitutionValues, substitution_values


class TradeParameters(Strict):
    """Parameters of the long-run trade model; see docs/trade.md.

    >>> TradeParameters(horizon="short").horizon
    'short'
    """

    elasticities: str = Field(
        default="FGO",
        description="Named set of long-run trade elasticities θ by sector (pure number). Default FGO: the most recent "
        "set estimated from tariffs product by product [FontagneGuimbardOrefice2022]; FGO-ICIO the same by goods of the "
        "OECD's 50 industries. Others: BSY, CP (99% sample), CP-full, GYY, LL, Shap, IS, U4, BLP. Where a set has no "
        "estimate, services in all of them, θ is 4 [SimonovskaWaugh2014], and the answer says so.",
    )
    theta: dict[str, Positive] | Positive | None = Field(
        default=None,
        description="Overrides of θ (pure number, > 0), one number or by sector selection, e.g. {'electronics': 3}. "
        "Taken as they are: the horizon does not scale them. Default none.",
    )
    horizon: Literal["short", "medium", "long"] = Field(
        default="long",
        description="Level of θ, its mean over goods by world trade: short 0.76 (within a year), medium 1.23 (about three "
        "years, interpolated) [BoehmLevchenkoPandalaiNayar2023], the pattern by sector the set's; long, the default: the "
        "set's own level.",
    )
    nest_ratio: Positive = Field(
        default=1.0,
        description="θ among regions of one nation / θ between nations (pure number, > 0). 1 = one tier, the default: "
        "no estimate of the ratio for provinces is at hand.",
    )
    sourcing: Literal["alike", "by_user"] = Field(
        default="alike",
        description="Whether all users of a region buy a good from the same sources (alike, default), or each industry and "
        "final use from its own (by_user), shares and prices by user, in tables that know them: WIOD.",
    )
    labour: Literal["immobile", "mobile", "free"] = Field(
        default="immobile",
        description="Whether people move between regions of one nation. Default immobile [CaliendoParro2015]; mobile: those "
        "of a region choose anew, most of them to stay, over one window of the moves that were counted [TombeZhu2019]; "
        "free: they choose whatever region they are of, so that the whole population answers, the limit of many windows.",
    )
    mobility: NotNegative = Field(
        default=1.5,
        description="κ, elasticity of the people who choose a region over another in its real income per head, used where "
        "labour is mobile or free (pure number, ≥ 0). Default 1.5, the migration elasticity of [TombeZhu2019].",
    )
    window: str = Field(
        default="",
        description="Years over which moves were counted, where labour is mobile: 2015-2020. Default the window in which "
        "the table's year lies.",
    )
    scale: dict[str, NotNegative] | NotNegative | Literal["LL"] = Field(
        default=0.0,
        description="ψ, elasticity of an industry's productivity in its own employment, one number or by sector "
        "selection (pure number, ≥ 0), or LL: the estimates of [LashkaripourLugovskyy2023], 0 in services, which go with "
        "their θ. Default 0: constant returns. ψθ ≤ 1 is needed for one equilibrium [KucheryavyyLynRodriguezClare2023]; "
        "with inputs it is not enough: a base that is unstable is refused, and an answer that is not the only one says so.",
    )
    substitution: Literal["unit", "low", "lowest", "high"] = Field(
        default="unit",
        description="Elasticities of substitution in production and consumption, a named set: unit, Cobb-Douglas (default, "
        "[CaliendoParro2015]); low, 0.5 between factors and inputs, 0.001 among inputs, 0.9 in consumption "
        "[BaqaeeFarhi2019]; lowest, within months: 0.05, 0.05, 0.9 [BachmannEtAl2024]; high, in the long run: 1, 2.5, 1 "
        "[PeterRuane2023]. Among sources of a good it is 1 + θ.",
    )
    value_added_elasticity: dict[str, NotNegative] | NotNegative | None = Field(
        default=None,
        description="η, elasticity of substitution between factors and the bundle of inputs, one number or by selection "
        "of industries; others keep the set's (pure number, ≥ 0; 1 Cobb-Douglas, 0 fixed proportions). Default the set's.",
    )
    input_elasticity: dict[str, NotNegative] | NotNegative | None = Field(
        default=None,
        description="ε, elasticity of substitution among the inputs of an industry, given as value_added_elasticity. "
        "Default the set's.",
    )
    consumption_elasticity: NotNegative | None = Field(
        default=None,
        description="ε_c, elasticity of substitution among the goods of final spending (pure number, ≥ 0). Default the "
        "set's.",
    )
    deficits: Literal["zero", "world_share", "own_share", "constant"] = Field(
        default="world_share",
        description="Trade deficits: zero, where changes are against the table's equilibrium of balanced trade and not the "
        "table; a constant share of world GDP (default, [CaliendoParro2015]); own_share, a constant share of own factor "
        "income, what is over in the world borne by factor income; or constant in real terms, at world consumer prices.",
    )
    transfers: Literal["nation_share", "as_deficits"] = Field(
        default="nation_share",
        description="A province's deficit is its part of the nation's (by factor income) plus transfers from the other "
        "provinces, which sum to zero. nation_share keeps each transfer a constant share of the nation's factor income "
        "per head, so that a fall of the nation's prices against the world's makes no province richer (default); "
        "as_deficits moves them as `deficits`.",
    )
    tolerance: Annotated[float, Field(gt=0, le=1e-3)] = Field(
        default=1e-10, description="Largest log change of any wage, price, output or income left in one more iteration."
    )
    max_iterations: Annotated[int, Field(ge=1, le=100_000)] = Field(
        default=600, description="Iterations after which the search stops and says so."
    )

    def trade_elasticities(self, sectors: Sectors) -> tuple[Array, str]:
        """θ between nations by sector at the horizon, axis i, and where it comes from.

        Raises BadInput where a value is not positive, UnknownName for an unknown set or selection.
        """
        given = None if self.theta is None else ~np.isnan(sector_values(sectors, np.nan, self.theta, "theta"))
        found = set_elasticities(sectors, self.elasticities, given)
        base = found.values * level(self.elasticities, self.horizon)
        said = "; ".join(w for w in (found.how, not_estimated(sectors, found)) if w)
        note = f"{self.elasticities}, {self.horizon} horizon ({said})"
        if self.theta is not None:
            base = sector_values(sectors, base, self.theta, "theta")
            note += ", with overrides"
        return base, note

    def elasticities_of(self, sectors: Sectors) -> Theta:
        """θ between nations and within one, as edits need them."""
        between = self.trade_elasticities(sectors)[0]
        return Theta(between, between * self.nest_ratio)

    def scale_elasticities(self, sectors: Sectors) -> Array:
        """ψ by sector, axis i."""
        if isinstance(self.scale, str):
            return set_scale(sectors, self.scale)
        return sector_values(sectors, 0.0, self.scale, "scale")

    def substitution_elasticities(self, sectors: Sectors) -> SubstitutionValues | None:
        """η, ε by industry and ε_c; None where all are 1.

        Raises BadInput for selections the sectors do not have.
        """
        return substitution_values(
            sectors, self.substitution, self.value_added_elasticity, self.input_elasticity, self.consumption_elasticity
        )

    def check(self, sectors: Sectors) -> None:
        """Raise BadInput naming every sector where ψθ > 1, beyond which many equilibria are possible.

        Necessary for one equilibrium, with input loops not sufficient: `stability` tests the table itself.
        """
        theta = self.trade_elasticities(sectors)[0]
        steep = np.maximum(theta, theta * self.nest_ratio)
        psi = self.scale_elasticities(sectors)
        problems = Problems("economies of scale too strong for a unique equilibrium (ψθ > 1)")
        for code, t, p in zip(sectors.codes, steep, psi, strict=True):
            if t * p > 1:
                problems.add(f"{code}: ψ = {p:g}, θ = {t:g}, ψθ = {t * p:.3g}")
        problems.raise_if(BadInput, fix="lower scale or theta so that ψθ ≤ 1 in every sector")
