r"""What buyers put in the place of what: unit costs and shares, in exact changes, of nested CES functions.

An industry combines primary factors with a bundle of inputs (η), and that of goods (ε); households combine goods (ε_c).
Where all elasticities are 1 the record of them is None and the Cobb-Douglas equations alone are compiled.
"""

from __future__ import annotations

from typing import NamedTuple

from xunhuan.models.solvers import JaxArray, xp
from xunhuan.models.trade.records import Economy, Elasticities
from xunhuan.models.trade.sourcing import positive_or_one

NEAR_UNIT = 1e-7
"""Distance of an elasticity from 1 below which its mean is taken to second order: exact at 1, and smooth around it."""


class Technique(NamedTuple):
    """How an industry produces at some prices, before its productivity.

    bundle   s j, ln of the cost of factors and inputs, new / old
    factors  s j, β', cost share of primary factors
    inputs   s i j, γ', cost share of good i
    hired    s j, ln β'/β
    """

    bundle: JaxArray
    factors: JaxArray
    inputs: JaxArray
    hired: JaxArray | float


def technique(e: Economy, p: Elasticities, lw: JaxArray, lp: JaxArray) -> Technique:
    r"""Cost of a bundle and the shares of what is in it; nested CES in exact changes [BaqaeeFarhi2024].

    b̂[s,j]^(1−η_j) = β ŵ_s^(1−η_j) + (1−β) P̂_M[s,j]^(1−η_j),   P̂_M^(1−ε_j) = Σ_i (γ[s,i,j]/(1−β)) P̂[s,i]^(1−ε_j)

    β' = β (ŵ/b̂)^(1−η_j),   γ' = γ (P̂/P̂_M)^(1−ε_j) (P̂_M/b̂)^(1−η_j).  All elasticities 1: b̂ = ŵ^β Π_i P̂^γ, shares stand still

    lw s, lp s i, or s i j where industries pay prices of their own: logs of new / old.
    """
    if p.substitution is None:
        dear = xp.einsum("sij,si->sj", e.inputs, lp) if lp.ndim == 2 else (e.inputs * lp).sum(1)
        bundle = e.factors * lw[:, None] + dear
        return Technique(bundle, e.factors, e.inputs, 0.0)
    among, across = 1 - p.substitution.inputs, 1 - p.substitution.factors
    total = e.inputs.sum(1)
    part = e.inputs / positive_or_one(total)[:, None, :]
    price, grown = _mean(part, lp[:, :, None] if lp.ndim == 2 else lp, among, 1)
    wage = xp.broadcast_to(lw[:, None], price.shape)
    bundle, lift = _mean(xp.stack([e.factors, total]), xp.stack([wage, price]), across, 0)
    return Technique(bundle, e.factors * lift[0], e.inputs * grown * lift[1][:, None, :], across * (wage - bundle))


def _mean(weight: JaxArray, x: JaxArray, power: JaxArray, axis: int) -> tuple[JaxArray, JaxArray]:
    r"""ln of the mean of e^x of a power ρ, and what it makes of the weights, new / old.

    m = ln (Σ a e^(ρ x)) / ρ,  ln of the geometric mean where ρ = 0;   a'/a = e^(ρ (x − m))

    weight a, sums to 1 along the axis, or to 0, where m is 0 · power: of the shape without the axis, or one that fits it

    Written around the geometric mean, so that nothing cancels for ρ near 0, and no sum can vanish for ρ far from it.
    """
    centre = (weight * x).sum(axis, keepdims=True)
    away = x - centre
    rho = xp.expand_dims(xp.broadcast_to(power, xp.squeeze(centre, axis).shape), axis)
    near = xp.abs(rho) < NEAR_UNIT
    risen = xp.expm1(rho * away)
    far = xp.log1p(xp.where(near, 0.0, (weight * risen).sum(axis, keepdims=True))) / xp.where(near, 1.0, rho)
    over = xp.where(near, rho / 2 * (weight * away**2).sum(axis, keepdims=True), far)
    return xp.squeeze(centre + over, axis), (1 + risen) * xp.exp(-rho * over)


def consumer_price(e: Economy, p: Elasticities, lp: JaxArray) -> JaxArray:
    r"""ln of the consumer price index of the base's tastes, s.

    P̂_s^(1−ε_c) = Σ_i α[s,i] P̂[s,i]^(1−ε_c);  Π_i P̂^α where ε_c = 1

    lp s i, log of new / old.
    """
    if p.substitution is None:
        return (e.taste * lp).sum(1)
    return _mean(e.taste, lp, 1 - p.substitution.consumption, 1)[0]


def spent_on(p: Elasticities, taste: JaxArray, lp: JaxArray) -> JaxArray:
    r"""Shares of goods in final spending at new prices, s i.

    α' = α* P̂^(1−ε_c) / Σ_i α* P̂^(1−ε_c),  α* the tastes of the answer, tilted by shifts of demand: shares at base prices

    taste s i, α*, sums to 1 over i or to 0 · lp s i, log of new / old.
    """
    if p.substitution is None:
        return taste
    return taste * _mean(taste, lp, 1 - p.substitution.consumption, 1)[1]
