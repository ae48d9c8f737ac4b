"""The city game as it is asked: a game from an industry's file, its plan, races at several φ, and who would leave."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from xunhuan.data.arrays import Array
from xunhuan.data.records import changed
from xunhuan.errors import BadInput, Problems, UnknownName
from xunhuan.models.rivalry.cities import Game, kilometres, national_cost, payoffs
from xunhuan.models.rivalry.industry import Industry
from xunhuan.models.rivalry.minds import Minds
from xunhuan.models.rivalry.parameters import Cities
from xunhuan.models.rivalry.plan import CityPlan, kept_plan
from xunhuan.models.rivalry.race import Offer, Race, Whole, joint_payoff, race, temptation
from xunhuan.models.rivalry.shares import Coalition, Stability, coalitions, cost_of_stability


@dataclass(frozen=True, eq=False)
class CityAnswer:
    """A game of cities with its answers.

    races    one each φ, from no lines · orders: the nation's cost under other orders of moves, bn USD a year
    blocks   names of those who may leave together, and c, the block of each city · stability: what keeps them
    tempted  c, the least each city must be given to play its part where all others do
    levels   who acts as one: names, and the race's cost to the nation, bn USD a year
    """

    industry: Industry
    game: Game
    plan: CityPlan
    compliance: tuple[float, ...]
    races: tuple[Race, ...]
    orders: Array
    blocks: tuple[str, ...]
    block: Whole
    stability: Stability
    every: tuple[Coalition, ...]
    tempted: Array
    levels: tuple[tuple[str, float], ...]

    @property
    def told(self) -> Race:
        """The race that is told: at the first φ."""
        return self.races[0]

    @property
    def cost(self) -> float:
        """What the plan costs the nation, bn USD a year."""
        return float(national_cost(self.game, self.plan.lines).sum())

    def anarchy(self, r: Race) -> float:
        """Price of anarchy: the nation's cost over the plan's, ratio."""
        return float(national_cost(self.game, r.lines).sum()) / self.cost


def game_of(industry: Industry, p: Cities, minds: Minds | None = None, total: float | None = None) -> Game:
    """The game of an industry; total: needs of all stages, bn USD a year, shared among them as the file's are.

    Raises BadInput naming stages that are not in the file.
    """
    problems = Problems("the game of cities cannot be played")
    given = {} if isinstance(p.need, str) else p.need
    for name in given:
        if name not in industry.stages:
            error = UnknownName.of("stage", name, industry.stages)
            problems.add(f"need.{name}: {error.what}; {error.fix}")
    problems.raise_if()
    n, stages, cities = p.draw, industry.stages, industry.cities
    of = {f: industry.numbers(stages, f, n) for f in ("line", "capital", "fixed", "unit", "need", "staff", "foreign")}
    need = np.array([given.get(k, v) for k, v in zip(stages, of["need"].tolist(), strict=True)])
    if total is not None:
        need = need * (total / need.sum())
    apart = kilometres(industry.numbers(cities, "lat"), industry.numbers(cities, "lon")).mean(1)
    one = np.ones(len(cities))
    line = of["line"]
    game = Game(
        line=line, capital=p.capital_cost * of["capital"], fixed=of["fixed"], unit=of["unit"], need=need, staff=of["staff"],
        engineers=industry.numbers(cities, "engineers", n),
        # Who has made nothing knows as much as a quarter of a line teaches in a year.
        experience=np.maximum(p.experience * industry.sales(n), line / 4),
        foreign=p.experience * of["foreign"], haul=1 + p.haul * apart, largest=p.most_lines, reach=p.years,
        spill=p.spillover, apart=p.decoupling, slope=float(-np.log2(1 - p.learning_rate)),
        keep=p.keep * one, share=p.own_bill * one, promotion=p.promotion * one, compliance=p.compliance[0] * one,
    )  # fmt: skip
    if minds is None:
        return game
    return game._replace(
        promotion=np.maximum(game.promotion + minds.promotion, 0.0), share=np.clip(game.share + minds.share, 0.0, 1.0)
    )


def settle_cities(p: Cities, industry: Industry, minds: Minds | None = None, total: float | None = None) -> CityAnswer:
    """Play the game of cities, minds c; total: as `game_of`. Raises BadInput, NotConverged."""
    game = game_of(industry, p, minds, total)
    best = kept_plan(game)
    none = np.zeros((game.C, game.K), dtype=np.intp)
    offer = None if minds is None or not minds.privilege.any() else Offer(best.lines, minds.privilege)
    races = tuple(race(_minded(game, phi, minds), none, offer=offer) for phi in p.compliance)
    told = _minded(game, p.compliance[0], minds)
    orders = np.array(
        [national_cost(game, race(told, none, order=o, offer=offer).lines).sum() for o in _orders(game.C)]
    )
    blocks, block = blocks_of(industry, p)
    selfish = game._replace(compliance=np.zeros(game.C))
    alone = race(selfish, none)
    every = coalitions(len(blocks))
    value = coalition_values(selfish, alone, block, every)
    in_plan = payoffs(game, best.lines).sum(1)
    by_block = np.asarray(np.bincount(block, weights=in_plan, minlength=len(blocks)), dtype=np.float64)
    return CityAnswer(industry, game, best, p.compliance, races, orders, blocks, block, cost_of_stability(by_block, value),
                   tuple(every), temptation(selfish, best.lines),
                   levels_of(selfish, alone, best.lines, industry, blocks, block))  # fmt: skip


class RaceDrawn(NamedTuple):
    """What draws of the cells say, each n: price of anarchy, ratio; cost beyond the plan, least payments, bn USD a year."""

    anarchy: Array
    loss: Array
    payments: Array


def settle_drawn(p: Cities, industry: Industry, minds: Minds | None = None, total: float | None = None) -> RaceDrawn:
    """The game of cities played again on draws of every cell that has a range; as `settle_cities`."""
    own = changed(p, compliance=p.compliance[:1], draws=0)
    found = [settle_cities(changed(own, draw=(k + 0.5) / p.draws), industry, minds, total) for k in range(p.draws)]
    ratio, plan = np.array([s.anarchy(s.told) for s in found]), np.array([s.cost for s in found])
    return RaceDrawn(ratio, (ratio - 1) * plan, np.array([s.stability.total for s in found]))


def levels_of(
    g: Game, alone: Race, planned: Whole, industry: Industry, blocks: tuple[str, ...], block: Whole
) -> tuple[tuple[str, float], ...]:
    """What the nation pays, bn USD a year, where rivals are cities, provinces or blocks that each act as one; and where all
    keep to the plan but the cities of one block, each for itself."""

    def cost(found: Race) -> float:
        return float(national_cost(g, found.lines).sum())

    of = [industry.text(c, "province") or c for c in industry.cities]
    names = list(dict.fromkeys(of))
    province = np.array([names.index(p) for p in of])
    out = [("cities_apart", cost(alone))]
    if 1 < len(names) < g.C:
        out.append(("provinces_as_one", cost(race(g, alone.lines, blocks=province))))
    if 1 < len(blocks) < g.C:
        out.append(("blocks_as_one", cost(race(g, alone.lines, blocks=block))))
    for k, name in enumerate(blocks):
        free = [int(c) for c in np.flatnonzero(block == k)]
        if 1 < len(free) < g.C:
            out.append((f"only {name}", cost(race(g, planned, order=free))))
    return tuple(out)


def _minded(g: Game, phi: float, minds: Minds | None) -> Game:
    own = np.full(g.C, phi)
    return g._replace(compliance=own if minds is None else np.maximum(own, minds.compliance))


def _orders(cities: int) -> list[list[int]]:
    """Other orders in which cities may move: the last first, and four shuffled by a fixed seed."""
    rng = np.random.default_rng(7)
    return [list(range(cities))[::-1], *([int(c) for c in rng.permutation(cities)] for _ in range(4))]


def coalition_values(g: Game, alone: Race, block: Whole, every: list[Coalition]) -> Array:
    """v(S): joint payoff of a coalition of blocks in the race where its cities act as one and all others alone.

    alone  the race where nobody acts together, from which each of these starts, so that a single city gets what it had
    Cities of a coalition move in turn, each for the joint payoff, until none can raise it: an ascent city by city.
    """
    out = []
    for s in every:
        inside = np.isin(block, s)
        acting = np.where(inside, g.C, np.arange(g.C))
        found = race(g, alone.lines, blocks=acting)
        out.append(joint_payoff(g, found.lines, np.flatnonzero(inside)))
    return np.array(out)


def blocks_of(industry: Industry, p: Cities) -> tuple[tuple[str, ...], Whole]:
    """Names of blocks and the block of each city; cities that no list names are blocks of their own.

    Raises BadInput naming cities that are unknown or named twice.
    """
    if isinstance(p.coalitions, str):
        field = "block" if p.coalitions == "clusters" else "province"
        of = [industry.text(c, field) or c for c in industry.cities]
        names = tuple(dict.fromkeys(of))
        return names, np.array([names.index(b) for b in of])
    problems, seen = Problems("the coalitions cannot be read"), {}
    for k, members in enumerate(p.coalitions):
        for c in members:
            if c not in industry.cities:
                error = UnknownName.of("city", c, industry.cities)
                problems.add(f"coalitions[{k}]: {error.what}; {error.fix}")
            elif c in seen:
                problems.add(f"coalitions[{k}]: {c} is named twice")
            seen[c] = k
    problems.raise_if(BadInput)
    of = [" + ".join(p.coalitions[seen[c]]) if c in seen else c for c in industry.cities]
    names = tuple(dict.fromkeys(of))
    return names, np.array([names.index(b) for b in of])
