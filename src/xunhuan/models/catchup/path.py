"""The years of an industry, many draws at once.

Letters: t year from the start, d draw, m producer, a vintage, k stage. Arrays of results have t first, then d.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from xunhuan.data.arrays import Array
from xunhuan.models.catchup import frontier, learning, market
from xunhuan.models.catchup.diffusion import inflow
from xunhuan.models.catchup.market import ALIEN, AT_HOME, OUTSIDE, OWNED


class World(NamedTuple):
    """An industry at its start; every field d, but those of stages (k) and ages (a), which all draws share.

    home_market, world_market, exported  value a year · made_in, owned_by  share of home_market · learning_rate LR ·
    spillover s · forgetting δ · producers N at home · theta θ · growth, world_growth g · pace μ, log points a year ·
    gap G · cadence τ · closing ξ · reach_spread σ · ceiling, rise c, r · strength β of ideas, nan under the law of
    experience
    """

    home_market: Array
    world_market: Array
    exported: Array
    made_in: Array
    owned_by: Array
    learning_rate: Array
    spillover: Array
    forgetting: Array
    producers: Array
    theta: Array
    growth: Array
    world_growth: Array
    pace: Array
    gap: Array
    cadence: Array
    closing: Array
    reach_spread: Array
    ceiling: Array
    rise: Array
    strength: Array
    stage_weight: Array
    stage_home: Array
    stage_theta: Array
    stage_gain: Array
    ages: Array

    @property
    def draws(self) -> int:
        """How many draws there are."""
        return int(self.made_in.shape[0])

    def varied(self, **arrays: Array) -> World:
        """The same with some fields changed, all stretched to as many draws as the longest has."""
        changed = self._replace(**arrays)
        own = {n: getattr(changed, n) for n in World._fields if not n.startswith("stage_") and n != "ages"}
        size = max(len(a) for a in own.values())
        return changed._replace(**{n: np.broadcast_to(a, (size,)) for n, a in own.items()})


class Levers(NamedTuple):
    """What acts on an industry by year; t d, where one draw stands for all.

    know, trade, tools, leave  λ of each channel, share · push  log points that the year takes off costs at home, beyond the
    pace of history · exports  factor on what is sold abroad · waste  d, price of anarchy, ratio, ≥ 1
    """

    know: Array
    trade: Array
    tools: Array
    leave: Array
    push: Array
    exports: Array
    waste: Array

    @classmethod
    def none(cls, years: int) -> Levers:
        """Nothing acts in `years` years after the start."""
        zero = np.zeros((years + 1, 1))
        return cls(zero, zero, zero, zero, zero, zero + 1, np.ones(1))

    def until(self, year: int) -> Levers:
        """The same to a year after the start."""
        return Levers._make([*(x[: year + 1] for x in self[:6]), self.waste])

    @property
    def free(self) -> Levers:
        """The same with nothing cut."""
        return self._replace(**{n: np.zeros_like(self.know) for n in ("know", "trade", "tools", "leave")})

    @property
    def cuts(self) -> bool:
        """Whether anything is cut."""
        return bool(self.know.any() or self.trade.any() or self.tools.any() or self.leave.any())


class Path(NamedTuple):
    """What comes of it; t d unless said otherwise.

    owned_by, alien, abroad  shares of the home market · price  of the good at home against the start · gap  generations ·
    top  newest generation mastered at home, 0 at the frontier of the start · cost  t d m, against the start · stage_price,
    stage_share  t d k · shortage  share · home_market, sales  value: of the market; of owned producers at home · lasting
    push log points since the start (pace included) · served  t d m a, share of each vintage, where kept
    """

    owned_by: Array
    alien: Array
    abroad: Array
    price: Array
    gap: Array
    top: Array
    cost: Array
    stage_price: Array
    stage_share: Array
    shortage: Array
    home_market: Array
    pushed: Array
    served: Array | None

    @property
    def made_in(self) -> Array:
        """Share made at home, whoever owns it."""
        return self.owned_by + self.alien


class _Ahead(NamedTuple):
    """What does not hang on what is sold, all years at once.

    know, trade, tools, leave  t d, what is cut · stage, home  t d k, price and home share of stages · inputs t d, ln price
    of inputs · gap, top t d · reached t d a · pushed t d · demand t d, size of the home market
    """

    know: Array
    trade: Array
    tools: Array
    leave: Array
    stage: Array
    home: Array
    inputs: Array
    gap: Array
    top: Array
    reached: Array
    pushed: Array
    demand: Array


def run_years(w: World, levers: Levers, keep_vintages: bool = False) -> Path:
    """All years of an industry [IrwinKlenow1994; Helveston2022; EatonKortum2002], equations in `learning`, `market` and
    `frontier`.

    Experience of a year counts from the next on; shares and prices of a year follow from its costs.
    """
    last = len(levers.know) - 1
    d = max(w.draws, *(x.shape[1] for x in levers[:6]), len(levers.waste))
    f = _ahead(w, levers, last, d)
    reached = market.vintages_reached(w.gap, w.reach_spread, len(w.ages))
    weight = _weights(w, reached)
    before = weight[:, OWNED, None] * reached + weight[:, ALIEN, None] + weight[:, OUTSIDE, None]
    open_ = np.stack([np.ones_like(f.leave), 1 - f.leave, 1 - f.trade], axis=-1)
    acting = np.where(AT_HOME, (f.inputs - f.pushed)[..., None], 0.0)
    first = stock = _begin(w, d)
    taught = None if stock.shape[1] == 2 else learning.experience_weights(_producers(w), w.spillover, f.know, AT_HOME)
    costs: list[Array] = []
    shares: list[Array] = []
    prices: list[Array] = []
    kept: list[Array] = []
    for t in range(last + 1):
        cost = np.exp(acting[t] - _learnt(w, stock, first))
        sold = market.sourcing(weight, f.reached[t], cost, open_[t], w.theta, before)
        share = sold.share @ w.ages
        costs.append(cost)
        shares.append(share)
        prices.append(sold.price)
        if keep_vintages:
            kept.append(sold.share)
        if t == last:
            break
        if taught is None:
            stock = _ideas(w, stock, share, f.know[t], t, levers.exports[t])
        else:
            made = _made(w, share, f.demand[t], cost, levers.exports[t], t)
            stock = learning.experience_next(stock, taught[t], made, w.forgetting)
    share = np.stack(shares)
    return Path(
        share[..., OWNED], share[..., ALIEN], share[..., OUTSIDE], market.price_index(np.stack(prices), w.ages),
        f.gap, f.top, np.stack(costs), f.stage, f.home, market.out_of_reach(f.reached, open_, w.ages), f.demand, f.pushed,
        np.stack(kept) if keep_vintages else None,
    )  # fmt: skip


def _ahead(w: World, levers: Levers, last: int, d: int) -> _Ahead:
    """What does not hang on what is sold."""
    zero = np.zeros((last + 1, d))
    t = np.arange(last + 1)[:, None]
    know, trade, tools, leave = (x + zero for x in (levers.know, levers.trade, levers.tools, levers.leave))
    gain = w.stage_gain * t[..., None]
    stage = market.stage_price(w.stage_home, w.stage_theta, gain, tools[..., None])
    gap, top = _generations(w, tools)
    pushed = np.cumsum(np.where(t > 0, w.pace + levers.push, levers.push), axis=0) / levers.waste
    home = market.stage_home_share(w.stage_home, w.stage_theta, gain, stage)
    return _Ahead(
        know, trade, tools, leave, stage, home + zero[..., None],
        (np.log(stage) * w.stage_weight).sum(-1), gap, top,
        market.vintages_reached(gap, w.reach_spread, len(w.ages)), pushed + zero, w.home_market * (1 + w.growth) ** t + zero,
    )  # fmt: skip


def _generations(w: World, tools: Array) -> tuple[Array, Array]:
    """Gap to the frontier and newest generation mastered, t d."""
    pace = frontier.steady_pace(w.gap, w.cadence, w.closing)
    gap = [w.gap + 0 * tools[0]]
    top = [-gap[0]]
    for t in range(1, len(tools)):
        edge = t / w.cadence
        ahead = edge - frontier.gap_next(gap[-1], w.cadence, pace, w.closing, tools[t - 1])
        top.append(np.minimum(frontier.capped(ahead, top[-1], w.ceiling, w.rise, t, tools[t - 1]), edge))
        gap.append(edge - top[-1])
    return np.stack(gap), np.stack(top)


def _weights(w: World, reached: Array) -> Array:
    """Weights of producers in sourcing, d m: foreign plants and abroad their shares, owned ones what gives them theirs."""
    alien, abroad = w.made_in - w.owned_by, 1 - w.made_in
    own = market.own_weight_in_market(w.owned_by, alien + abroad, reached, w.ages)
    return np.stack([own, alien, abroad], axis=-1)


def _made(w: World, share: Array, demand: Array, cost: Array, exports: Array, t: int) -> Array:
    """Units made in a year, in those of the start year, d m: sales at home, exports of owned producers; the rest of the
    world buys from abroad."""
    sold_abroad = w.exported * exports * (1 + w.world_growth) ** t
    value = share * demand[:, None]
    value[:, OWNED] += sold_abroad
    value[:, OUTSIDE] += w.world_market * (1 + w.world_growth) ** t - demand - sold_abroad
    return value / cost


def _producers(w: World) -> Array:
    """N of each producer, d m: as many at home as said, one abroad, with which all is compared."""
    one = np.ones_like(w.producers)
    return np.stack([w.producers, one, one], axis=-1)


def _begin(w: World, d: int) -> Array:
    """Experience of a stock that grew at the market's rate for ever, d m; under the law of ideas, 1 on each side."""
    if np.isfinite(w.strength).all():
        return np.ones((d, 2))
    share = np.stack([w.owned_by, w.made_in - w.owned_by, 1 - w.made_in], axis=-1)
    made = _made(w, share, w.home_market + np.zeros(w.draws), np.ones_like(share), np.ones(1), 0)
    weights = learning.experience_weights(_producers(w), w.spillover, np.zeros(w.draws), AT_HOME)
    return learning.experience_start(weights, made, w.world_growth) + np.zeros((d, 1))


def _learnt(w: World, stock: Array, first: Array) -> Array:
    """Log points by which costs fell through what was learnt, d m."""
    grown = np.log(stock / first)
    if stock.shape[1] == 2:
        return np.asarray(grown[:, [0, 0, 1]] / w.theta[:, None])
    return np.asarray(learning.learning_exponent(w.learning_rate)[:, None] * grown)


def _ideas(w: World, stock: Array, share: Array, know: Array, t: int, exports: Array) -> Array:
    """Ideas a year later, d n (home, abroad).

    λ' = λ (1 + γ inflow / inflow⁰),   γ = (1 + g)^(b θ) − 1        [BueraOberfield2020, eq. 6]

    inflow⁰ is what the start's shares and a stock grown evenly since would give: nothing cut and nothing changed, both sides
    grow at γ, which is what experience would give them.
    """
    growth = np.exp(learning.learning_exponent(w.learning_rate) * w.theta * np.log1p(w.world_growth)) - 1
    even = (1 + growth) ** t

    def bought(home: Array, factor: Array) -> Array:
        rest = w.world_market - w.home_market
        mine = np.clip(w.exported * factor / rest, 0.0, 1.0) + np.zeros(len(home))
        return np.stack([np.stack([home, 1 - home], -1), np.stack([mine, 1 - mine], -1)], axis=-2)

    through = np.ones((len(know), 2, 2))
    through[:, 0, 1] = through[:, 1, 0] = 1 - know
    now = inflow(bought(share[:, OWNED] + share[:, ALIEN], exports), stock, through, w.strength)
    start = inflow(
        bought(w.made_in + np.zeros(len(know)), np.ones(1)), np.ones_like(stock), np.ones_like(through), w.strength
    )
    base = start * even[:, None] ** w.strength[:, None]
    pace = even[:, None] * growth[:, None] * now / base
    return np.asarray(stock + pace)
