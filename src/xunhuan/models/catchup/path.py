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


class _State(NamedTuple):
    """Experience or ideas, d m, and their start; gap and newest generation mastered, d."""

    stock: Array
    first: Array
    gap: Array
    top: Array


def run_years(w: World, levers: Levers, keep_vintages: bool = False) -> Path:
    """All years of an industry [IrwinKlenow1994; Helveston2022; EatonKortum2002], equations in `learning`, `market` and
    `frontier`.

    Experience of a year counts from the next on; shares and prices of a year follow from its costs.
    """
    last = len(levers.know) - 1
    d, a = max(w.draws, *(x.shape[1] for x in levers[:6]), len(levers.waste)), len(w.ages)
    reached = market.vintages_reached(w.gap, w.reach_spread, a)
    weight = _weights(w, reached)
    before = (weight[..., None] * np.stack([reached, np.ones_like(reached), np.ones_like(reached)], axis=-2)).sum(-2)
    state = _begin(w, d)
    pushed = (
        np.cumsum(np.where(np.arange(last + 1)[:, None] > 0, w.pace + levers.push, levers.push), axis=0) / levers.waste
    )
    rows: list[tuple[Array, ...]] = []
    kept: list[Array] = []
    for t in range(last + 1):
        cut = [x[t] + np.zeros(d) for x in (levers.know, levers.trade, levers.tools, levers.leave)]
        stage = market.stage_price(w.stage_home, w.stage_theta, w.stage_gain * t, cut[2][:, None])
        inputs = np.exp((np.log(stage) * w.stage_weight).sum(-1))
        cost = _costs(w, state, pushed[t] + np.zeros(d), inputs)
        open_ = np.stack([np.ones(d), 1 - cut[3], 1 - cut[1]], axis=-1)
        reached = market.vintages_reached(state.gap, w.reach_spread, a)
        sold = market.sourcing(weight, reached, cost, open_, w.theta, before)
        share = (sold.share * w.ages).sum(-1)
        demand = w.home_market * (1 + w.growth) ** t
        rows.append((
            share[:, OWNED], share[:, ALIEN], share[:, OUTSIDE], market.price_index(sold.price, w.ages),
            state.gap, state.top, cost, stage, market.stage_home_share(w.stage_home, w.stage_theta, w.stage_gain * t, stage),
            market.out_of_reach(reached, open_, w.ages), demand, pushed[t] + np.zeros(d),
        ))  # fmt: skip
        if keep_vintages:
            kept.append(sold.share)
        if t < last:
            made = _made(w, share, demand, cost, levers.exports[t], t)
            state = _next(w, state, share, made, cut, t, levers.exports[t])
    return Path._make([*(np.stack(x) for x in zip(*rows, strict=True)), np.stack(kept) if keep_vintages else None])


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


def _begin(w: World, d: int) -> _State:
    """Experience of a stock that grew at the market's rate for ever; under the law of ideas, 1 on each side."""
    zero = np.zeros(d)
    if np.isfinite(w.strength).all():
        one = np.ones((d, 2))
        return _State(one, one, w.gap + zero, zero - w.gap)
    share = np.stack([w.owned_by, w.made_in - w.owned_by, 1 - w.made_in], axis=-1)
    made = _made(w, share, w.home_market + np.zeros(w.draws), np.ones_like(share), np.ones(1), 0)
    weights = learning.experience_weights(_producers(w), w.spillover, np.zeros(w.draws), AT_HOME)
    stock = learning.experience_start(weights, made, w.world_growth) + np.zeros((d, 1))
    return _State(stock, stock, w.gap + zero, zero - w.gap)


def _costs(w: World, state: _State, pushed: Array, inputs: Array) -> Array:
    """Costs against the start, d m: what was learnt, what is pushed, inputs at home."""
    grown = np.log(state.stock / state.first)
    if state.stock.shape[1] == 2:
        learnt = -grown[:, [0, 0, 1]] / w.theta[:, None]
    else:
        learnt = -learning.learning_exponent(w.learning_rate)[:, None] * grown
    home = np.array(AT_HOME)
    return np.asarray(np.exp(learnt + np.where(home, (np.log(inputs) - pushed)[:, None], 0.0)))


def _next(w: World, s: _State, share: Array, made: Array, cut: list[Array], t: int, exports: Array) -> _State:
    """Experience or ideas, and the gap, a year later."""
    if s.stock.shape[1] == 2:
        stock = _ideas(w, s, share, cut[0], t, exports)
    else:
        weights = learning.experience_weights(_producers(w), w.spillover, cut[0], AT_HOME)
        stock = learning.experience_next(s.stock, weights, made, w.forgetting)
    pace = frontier.steady_pace(w.gap, w.cadence, w.closing)
    gap = frontier.gap_next(s.gap, w.cadence, pace, w.closing, cut[2])
    edge = (t + 1) / w.cadence
    top = np.minimum(frontier.capped(edge - gap, s.top, w.ceiling, w.rise, t + 1, cut[2]), edge)
    return _State(stock, s.first, edge - top, top)


def _ideas(w: World, s: _State, share: Array, know: Array, t: int, exports: Array) -> Array:
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
    now = inflow(bought(share[:, OWNED] + share[:, ALIEN], exports), s.stock, through, w.strength)
    start = inflow(
        bought(w.made_in + np.zeros(len(know)), np.ones(1)), np.ones_like(s.stock), np.ones_like(through), w.strength
    )
    base = start * even[:, None] ** w.strength[:, None]
    pace = even[:, None] * growth[:, None] * now / base
    return np.asarray(s.stock + pace)
