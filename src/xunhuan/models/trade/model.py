"""The long-run trade model's record: general equilibrium in exact changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from xunhuan.data.accounts import Accounts
from xunhuan.data.records import changed
from xunhuan.models.edits.by_origin import OriginShift, UsedUp
from xunhuan.models.edits.demand import FinalDemand
from xunhuan.models.edits.handed import Routes
from xunhuan.models.edits.lasting import ExportTax, MobilityCost, Productivity, Subsidy, Tariff, TradeCost
from xunhuan.models.edits.platform import Platform
from xunhuan.models.edits.primitives import Theta
from xunhuan.models.edits.transfer import Transfer
from xunhuan.models.edits.wedge import Wedge
from xunhuan.models.model import LongRun, Model, Response, Shock, Uncertain, words_beside
from xunhuan.models.trade.arithmetic import gain_to_first_order
from xunhuan.models.trade.elasticities import SETS, SETS_PUBLISHED, level, sector_values
from xunhuan.models.trade.errors import drawn_by_error
from xunhuan.models.trade.parameters import TradeParameters
from xunhuan.models.trade.read import QUANTITIES, by_region, read
from xunhuan.models.trade.substitution import SUBSTITUTIONS
from xunhuan.models.trade.yields import by_wedge

if TYPE_CHECKING:
    import xarray as xr

    from xunhuan.models.slopes import Controls, Slopes

# The modules that compute import JAX; a record must not.


def _respond(accounts: Accounts, shock: Shock, parameters: TradeParameters) -> Response:
    """Long-run general equilibrium after a shock; see `answer.respond`."""
    from xunhuan.models.trade.answer import respond as solved

    return solved(accounts, shock, parameters)


def respond_many(
    accounts: Accounts, shocks: Sequence[Shock], parameters: Sequence[TradeParameters], *, booked: bool = True
) -> Iterable[Response]:
    """Many draws on one table; see `batch.respond_many`."""
    from xunhuan.models.trade.batch import respond_many as solved

    return solved(accounts, shocks, parameters)


def _equilibrium(accounts: Accounts, parameters: TradeParameters) -> LongRun:
    """The long run as it is lent to other models; see `answer.long_run_lent`."""
    from xunhuan.models.trade.answer import long_run_lent

    return long_run_lent(accounts, parameters)


def _elasticities(accounts: Accounts, parameters: TradeParameters) -> Theta:
    """Trade elasticities by sector, between nations and within one, as they are lent to other models."""
    return parameters.elasticities_of(accounts.sectors)


def _at_rest(accounts: Accounts, parameters: TradeParameters) -> Accounts:
    """The base under a closure; see `ownbase.own_base`."""
    below = (accounts.flow < 0).any() or parameters.sourcing == "by_user"
    if parameters.deficits != "zero" and not below:
        return accounts
    from xunhuan.models.trade.ownbase import own_base

    return own_base(accounts, parameters).accounts


def _comparable(accounts: Accounts, shock: Shock, parameters: TradeParameters) -> TradeParameters:
    """Balanced trade where bans cut the world in parts, so that no trade balance vanishes on the way; see `answer`."""
    from xunhuan.models.trade.answer import balances_vanish

    return changed(parameters, deficits="zero") if balances_vanish(accounts, shock, parameters) else parameters


def _slopes(accounts: Accounts, regions: str, shock: Shock, parameters: TradeParameters) -> xr.Dataset:
    """Gradient of ln real income of some regions in every primitive; see `marginal.gradient`."""
    from xunhuan.models.trade.marginal import gradient

    return gradient(accounts, regions, shock, parameters)


@dataclass(frozen=True)
class _SlopesLender:
    """Measures as a function of rates that players choose, on the ground that edits it reads make; see
    `tangents.trade_slopes`. Two are equal that lend the same, so that a borrower can keep what it found with one."""

    accounts: Accounts
    parameters: TradeParameters

    def __call__(self, shock: Shock, controls: Controls, returns: Mapping[str, float]) -> Slopes:
        from xunhuan.models.trade.tangents import trade_slopes

        mine = Shock(tuple(e for e in shock.edits if isinstance(e, MODEL.reads)), shock.name)
        return trade_slopes(self.accounts, mine, self.parameters, controls, returns)


def _trade_elasticity(p: TradeParameters, factor: float, acc: Accounts) -> TradeParameters:
    """θ times a factor, sector by sector."""
    if factor == 1:
        return p
    theta = p.trade_elasticities(acc.sectors)[0] * factor
    return changed(p, theta=dict(zip(acc.sectors.codes, theta.tolist(), strict=True)))


def _own_errors(p: TradeParameters, number: float, acc: Accounts) -> TradeParameters:
    """θ drawn by the set's own standard errors, ψθ ≤ 1 kept; overrides stay as they are."""
    at = level(p.elasticities, p.horizon)
    psi = p.scale_elasticities(acc.sectors) * max(1.0, p.nest_ratio)
    most = np.divide(1.0, psi, out=np.full(len(psi), np.inf), where=psi > 0)
    theta = at * drawn_by_error(acc.sectors, p.elasticities, number, most / at)
    if p.theta is not None:
        theta = sector_values(acc.sectors, theta, p.theta, "theta")
    return changed(p, theta=dict(zip(acc.sectors.codes, theta.tolist(), strict=True)))


def _elasticity_set(p: TradeParameters, name: str, acc: Accounts) -> TradeParameters:
    """The parameters with another set; "" leaves them."""
    return changed(p, elasticities=name) if name else p


def _given(p: TradeParameters) -> str | None:
    return None if not isinstance(p.theta, float) else "model.trade.theta is one number for all sectors"


def _scale(p: TradeParameters, factor: float, acc: Accounts) -> TradeParameters:
    """ψ times a factor, sector by sector; ψθ may not pass 1, and where it would ψ is held at 1/θ."""
    psi = p.scale_elasticities(acc.sectors)
    steepest = p.trade_elasticities(acc.sectors)[0] * max(1.0, p.nest_ratio)
    if not psi.any() or (factor == 1 and (psi * steepest <= 1).all()):
        return p
    held = np.minimum(psi * factor, 1 / steepest)
    return changed(p, scale=dict(zip(acc.sectors.codes, held.tolist(), strict=True)))


def _substitution(p: TradeParameters, name: str, acc: Accounts) -> TradeParameters:
    """The parameters with another set of elasticities of substitution; "" leaves them."""
    return changed(p, substitution=name) if name else p


def _all_given(p: TradeParameters) -> str | None:
    given = p.value_added_elasticity, p.input_elasticity, p.consumption_elasticity
    whole = all(isinstance(x, float) for x in given)
    return "model.trade gives all elasticities of substitution as numbers" if whole else None


def _substitution_elasticity(p: TradeParameters, factor: float, acc: Accounts) -> TradeParameters:
    """All elasticities of substitution times a factor, industry by industry."""
    if factor == 1:
        return p
    ones = np.ones(len(acc.sectors))
    factors, inputs, consumption = p.substitution_elasticities(acc.sectors) or (ones, ones, 1.0)
    by_industry = ({c: float(v * factor) for c, v in zip(acc.sectors.codes, a, strict=True)} for a in (factors, inputs))
    value_added, among = by_industry
    return changed(
        p, value_added_elasticity=value_added, input_elasticity=among, consumption_elasticity=consumption * factor
    )


def _mobility(p: TradeParameters, factor: float, acc: Accounts) -> TradeParameters:
    """κ times a factor."""
    return p if factor == 1 else changed(p, mobility=p.mobility * factor)


def _stays(p: TradeParameters) -> str | None:
    return None if p.labour != "immobile" else 'people do not move; set model.trade.labour = "mobile"'


def _constant(p: TradeParameters) -> str | None:
    return None if p.scale else "there are no economies of scale; set model.trade.scale"


def _constant_returns(p: TradeParameters) -> TradeParameters | None:
    """The same without economies of scale; None where there are none."""
    return changed(p, scale=0.0) if p.scale else None


MODEL: Model[TradeParameters] = Model(
    name="trade",
    parameters=TradeParameters,
    reads=(
        TradeCost,
        Tariff,
        Productivity,
        FinalDemand,
        Subsidy,
        ExportTax,
        MobilityCost,
        Wedge,
        Transfer,
        OriginShift,
        UsedUp,
        Platform,
        Routes,
    ),
    respond=_respond,
    read=read,
    quantities=QUANTITIES,
    uncertain=(
        Uncertain("elasticity_set", _elasticity_set, _given, choices=SETS_PUBLISHED, parameter="elasticities"),
        Uncertain("trade_elasticity", _trade_elasticity, lambda p: None, zero=False, errors=_own_errors),
        Uncertain("substitution_set", _substitution, _all_given, choices=SUBSTITUTIONS, parameter="substitution"),
        Uncertain("substitution_elasticity", _substitution_elasticity, lambda p: None),
        Uncertain("mobility", _mobility, _stays),
        Uncertain("scale", _scale, _constant),
    ),
    respond_many=respond_many,
    slopes=_slopes,
    at_rest=_at_rest,
    comparable=_comparable,
    first_order=gain_to_first_order,
    constant_returns=_constant_returns,
    views={"region": by_region, "wedge": by_wedge},
    command="simulate",
    shown=("horizon", "labour", "deficits"),
    sources=(
        "CaliendoParro2015",
        "TombeZhu2019",
        "BaqaeeFarhi2024",
        *dict.fromkeys(key for _, key in SETS.values()),
        "BaqaeeFarhi2019",
        "BachmannEtAl2024",
        "Atalay2017",
        "PeterRuane2023",
    ),  # of data/substitution.csv
    words=words_beside("xunhuan.models.trade"),
    lends={"long_run": _equilibrium, "elasticities": _elasticities, "slopes": _SlopesLender},
    size=lambda acc, p: 0.4 * max(acc.R**2 * acc.S / (111**2 * 32), 0.02),
)
