"""Small games of cities whose answer is known or can be listed, and small worlds of nations."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np

from xunhuan.data.accounts import Accounts
from xunhuan.data.classification import Sectors
from xunhuan.data.geography import Geography
from xunhuan.models.rivalry.cities import Game, national_cost
from xunhuan.models.rivalry.race import Whole, staffing


def equal_cities(cities: int, **changes: Any) -> Game:
    """One stage, no learning, engineers enough: V6 and V7 of textbooks on contests and free entry."""
    c, one = np.ones(cities), np.ones(1)
    usual: dict[str, Any] = {
        "line": 10 * one, "capital": one, "fixed": 0 * one, "unit": 0.5 * one, "need": 10 * one, "staff": 0.1 * one,
        "engineers": 1000 * c, "experience": np.ones((cities, 1)), "foreign": 0 * one, "haul": c, "largest": 1,
        "reach": 1.0, "spill": 0.0, "apart": 0.0, "slope": 0.0, "keep": 0.35 * c, "share": 0.23 * c, "promotion": 0.1 * c,
        "compliance": 0 * c,
    }  # fmt: skip
    return Game(**(usual | changes))


def small_game(seed: int, cities: int = 3, stages: int = 2, largest: int = 3) -> Game:
    """A game small enough to list, no two cities or stages alike."""
    rng = np.random.default_rng(seed)

    def some(low: float, high: float, *shape: int) -> np.ndarray:
        return rng.uniform(low, high, shape)

    c = np.ones(cities)
    return Game(
        line=some(0.5, 2, stages), capital=some(0.05, 0.3, stages), fixed=some(0.02, 0.3, stages),
        unit=some(0.4, 0.7, stages), need=some(2, 5, stages), staff=np.round(some(1, 3, stages), 1),
        engineers=np.round(some(4, 9, cities), 1),
        experience=some(1, 20, cities, stages), foreign=some(10, 40, stages), haul=some(1, 1.1, cities), largest=largest,
        reach=10.0, spill=0.3, apart=0.0, slope=0.3, keep=0.35 * c, share=0.3 * c, promotion=some(0.05, 0.2, cities),
        compliance=0 * c,
    )  # fmt: skip


def profiles(g: Game) -> list[Whole]:
    """Every profile of lines that the engineers allow."""
    weight, room = staffing(g)
    rows = [[np.array(r) for r in product(range(g.largest + 1), repeat=g.K) if (weight * r).sum() <= room[c]]
            for c in range(g.C)]  # fmt: skip
    return [np.stack(p) for p in product(*rows)]


def cheapest(g: Game) -> float:
    """The least national cost of all profiles."""
    return min(float(national_cost(g, k.astype(float)).sum()) for k in profiles(g))


def restless_game() -> Game:
    """Three cities whose costs fall fast with what each makes itself: best responses come round and never settle."""
    return small_game(452)._replace(slope=2.891, reach=2.974, spill=0.0, promotion=np.array([0.4746, 0.328, 0.5087]))


def three_nations() -> Accounts:
    """Three unlike nations with two goods and no inputs, balanced or not as it comes."""
    flow = np.array(
        [[[6.0, 5], [1, 0.5], [0.6, 1]], [[0.8, 0.7], [4, 3], [0.5, 0.4]], [[0.3, 0.9], [0.6, 0.3], [2, 2.5]]]
    )
    return _without_inputs(flow, ("A", "B", "C"), ("A", "B", "C"), ("X", "Y"))


def two_nations(own: float, inside: bool = False) -> Accounts:
    """Two equal nations with one good and no inputs, each buying the share `own` at home."""
    flow = np.array([[own, 1 - own], [1 - own, own]])[..., None]
    return _without_inputs(flow, ("A", "B"), ("A", "A") if inside else ("A", "B"), ("X",))


def _without_inputs(
    flow: np.ndarray, codes: tuple[str, ...], nations: tuple[str, ...], goods: tuple[str, ...]
) -> Accounts:
    places, sectors = len(codes), len(goods)
    return Accounts(
        flow=flow, use=np.zeros((places, sectors, sectors)), final=flow.sum(0)[..., None],
        value_added=flow.sum(1)[..., None], tariff=np.zeros_like(flow), geography=Geography(codes, nations),
        sectors=Sectors(goods, groups={"goods": goods}), categories=("c",), components=("v",), year=2000, currency="SHL",
        unit="million SHL", home="A",
    )  # fmt: skip
