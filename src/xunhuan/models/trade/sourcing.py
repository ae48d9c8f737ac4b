r"""Where buyers buy: sourcing in two nests, in exact changes.

A market d is a region, whose users all source alike, or where the table knows better a user of a region: each of its
industries, and last its final use.
"""

from __future__ import annotations

from typing import NamedTuple

from xunhuan.models.solvers import JaxArray, xp
from xunhuan.models.trade.records import Economy, Elasticities, Shift


class Ready(NamedTuple):
    """What does not move during the search; large arrays are laid out i s r, or i d r where markets d are those of users."""

    weight: JaxArray
    net: JaxArray
    producer: JaxArray
    theta: JaxArray  # i r
    fold: JaxArray  # i g, θ between / θ within
    nest: JaxArray  # i s g, base share of nest g
    log_markup: JaxArray  # s j, ln (1+σ')/(1+σ)
    taste: JaxArray  # s i, tilted
    deficit: JaxArray  # s, deficits with the rest of the world that can be financed
    transfer: JaxArray  # s, from the other regions of the nation: what is left of the region's deficit
    same: JaxArray  # s q, 1 where both lie in one nation of several regions, and in one part of the world
    anchored: JaxArray  # c, 1 where a part holds an open region, whose prices are the numeraire


class Market(NamedTuple):
    """Goods markets given prices of producers; see `market`."""

    total: JaxArray  # i d, Σ_g of nest values; P̂^(−θ)
    against: JaxArray  # i d, what W C is divided by to give a share: the total, or 1 in an open region
    nested: JaxArray  # i d g, multiplier of W C in nest g
    origin: JaxArray  # i r, C = ĉ^(−θ)
    net_rate: JaxArray  # i d, spending net of import duties per unit of spending


class Bought(NamedTuple):
    """What is spent, and what duties it bears."""

    demand: JaxArray  # s i, what is used, valued at its price
    spending: JaxArray  # s i, what is bought: demand less what comes out of stock
    by_market: JaxArray  # d i
    duty_rate: JaxArray  # s i, or s i u
    duty: JaxArray  # s
    duty_on_inputs: JaxArray  # s


def positive_or_one(a: JaxArray) -> JaxArray:
    """The array with 1 in the place of what is not above 0."""
    return xp.where(a > 0, a, 1.0)


def laid_out(e: Economy, times: JaxArray, *gross: JaxArray) -> list[JaxArray]:
    """Base shares π by market times an array r s i, laid out i d r so that contractions over origins run along memory, a
    region's users one after another; then the same over gross rates r s i, one after another.

    All is worked out in the table's own order, along memory; what crosses memory is then moved, and no more.
    """
    now = e.share * times if e.users is None else e.users.share * times[..., None]
    out = [_laid(now)]
    for rate in gross:
        now = now / (rate if e.users is None else rate[..., None])
        out.append(_laid(now))
    return out


def _laid(a: JaxArray) -> JaxArray:
    """r s i, or r s i u, to i d r."""
    if a.ndim == 3:
        return xp.transpose(a, (2, 1, 0))
    R, _, S, U = a.shape
    return xp.transpose(a, (2, 1, 3, 0)).reshape(S, R * U, R)


def base_nests(e: Economy) -> JaxArray:
    """Base shares of nests, i d g."""
    if e.users is None:
        return xp.einsum("rsi,gr->isg", e.share, e.group)
    R, _, S, U = e.users.share.shape
    return xp.einsum("rsiu,gr->isug", e.users.share, e.group).reshape(S, R * U, -1)


def market(e: Economy, k: Ready, lc: JaxArray) -> Market:
    r"""Sourcing in two nests: regions of one nation compete inside it, nations against each other.

    U[g,s,i] = Σ_{r∈g} W C / Π_g;  P̂^(−θ) = Σ_g Π_g U^(θ/θ_in);  π'[r,s,i] = W C · U^(θ/θ_in − 1) / P̂^(−θ)
    """
    origin = xp.exp(-k.theta * lc.T)
    by_nest = origin[:, :, None] * e.group.T  # i r g
    inside = xp.einsum("isr,irg->isg", k.weight, by_nest)
    ratio = positive_or_one(inside / positive_or_one(k.nest))
    lift = xp.where((inside > 0) & (k.nest > 0), ratio ** (k.fold[:, None, :] - 1), 0.0)
    total = (inside * lift).sum(2)
    net = (xp.einsum("isr,irg->isg", k.net, by_nest) * lift).sum(2)
    # An open region's own market is without bound: nothing from outside moves its price index.
    books = e.books if e.users is None else xp.repeat(e.books, e.users.share.shape[3])
    against = xp.where(books[None, :] > 0, positive_or_one(total), 1.0)
    return Market(total, against, lift, origin, xp.where(total > 0, net / positive_or_one(total), 1.0))


def _by_user(e: Economy, a: JaxArray) -> JaxArray:
    """i d to s i, or to s i u."""
    if e.users is None:
        return a.T
    S, _ = a.shape
    return xp.transpose(a.reshape(S, len(e.books), -1), (1, 0, 2))


def prices(e: Economy, p: Elasticities, z: Shift, m: Market) -> JaxArray:
    """ln P̂, s i, or s i u by user; 0 where nothing is bought and in an open region."""
    total = _by_user(e, m.total)
    closed, theta = e.books > 0, p.between
    if e.users is None:
        return xp.where((z.bought > 0) & closed[:, None], -xp.log(positive_or_one(total)) / theta, 0.0)
    return xp.where((total > 0) & closed[:, None, None], -xp.log(positive_or_one(total)) / theta[:, None], 0.0)


def bought(e: Economy, z: Shift, m: Market, inputs: JaxArray, cost: JaxArray, final: JaxArray) -> Bought:
    """Spending, and duties on it, from cost shares of inputs s i j, costs of producers s j and final spending s i."""
    rate = 1 - _by_user(e, m.net_rate)
    if e.users is None:
        interim = xp.einsum("sij,sj->si", inputs, cost)
        demand = final + interim
        spending = (1 - e.run_down) * demand * z.bought
        return Bought(demand, spending, spending, rate, (rate * spending).sum(1), (rate * interim).sum(1))
    parts = xp.concatenate([inputs * cost[:, None, :], final[:, :, None]], axis=2) * z.bought[:, :, None]
    R, S, U = parts.shape
    flat = xp.transpose(parts, (0, 2, 1)).reshape(R * U, S)
    duty, total = rate * parts, parts.sum(2)
    return Bought(total, total, flat, rate, duty.sum((1, 2)), duty[:, :, :-1].sum((1, 2)))


def sold(e: Economy, k: Ready, m: Market, spending: JaxArray, taxed: bool) -> tuple[JaxArray, JaxArray]:
    """Producers' sales Y' (r i) and export-tax revenue (r), from spending d i."""
    per = (spending.T / m.against)[:, :, None] * m.nested
    at_border = (xp.einsum("isr,isg->irg", k.net, per) * e.group.T).sum(2) * m.origin
    if not taxed:
        return at_border.T, xp.zeros(len(e.books))
    own = (xp.einsum("isr,isg->irg", k.producer, per) * e.group.T).sum(2) * m.origin
    return own.T, (at_border - own).sum(0)


def new_shares(e: Economy, k: Ready, m: Market, b: Bought) -> tuple[JaxArray, JaxArray | None]:
    """New expenditure shares π' of regions, r s i, and what each user spends on each origin, r s i u, where users differ."""
    per = xp.einsum("isg,gr->isr", m.nested / m.against[:, :, None], e.group)
    by = k.weight * m.origin[:, None, :] * per  # i d r
    if e.users is None:
        return xp.transpose(by, (2, 1, 0)), None
    R, S = b.spending.shape
    spent = xp.transpose((by * b.by_market.T[:, :, None]).reshape(S, R, -1, R), (3, 1, 0, 2))
    return spent.sum(3) / positive_or_one(b.spending), spent
