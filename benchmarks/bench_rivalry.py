"""The rivalry's speed: cities' plan, race and coalitions, tariffs by formula, derivatives in many rates at once.

    python benchmarks/bench_rivalry.py               # without the game of all provinces
    python benchmarks/bench_rivalry.py --provinces   # with it: a minute or more

Each line says what was run, the best of some repetitions after one warm-up, the goal, and for derivatives what as many
adjoints take.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from xunhuan.data.store import load
from xunhuan.models import registry
from xunhuan.models.model import Shock
from xunhuan.models.rivalry.industry import read_industry
from xunhuan.models.rivalry.minds import minds_of
from xunhuan.models.rivalry.parameters import Cities, Provinces, TariffGame
from xunhuan.models.rivalry.plan import plan
from xunhuan.models.rivalry.provinces import board, play
from xunhuan.models.rivalry.race import race
from xunhuan.models.rivalry.settle import blocks_of, coalition_values, game_of
from xunhuan.models.rivalry.shares import coalitions
from xunhuan.models.rivalry.told import war
from xunhuan.models.trade import TradeParameters


def best(f: Callable[[], Any], repeat: int = 3) -> float:
    """Best wall seconds of some runs after one that warms up."""
    f()
    times = []
    for _ in range(repeat):
        start = time.perf_counter()
        f()
        times.append(time.perf_counter() - start)
    return min(times)


def line(what: str, seconds: float, goal: float | None = None, note: str = "") -> None:
    """Print one result."""
    aim = f"goal {goal:g} s, {'met' if seconds <= goal else 'MISSED'}" if goal else ""
    print(f"{what:<58} best {seconds:8.3f} s  {aim} {note}", flush=True)


def cities() -> None:
    """Plan, race and coalitions of the bundled file."""
    industry = read_industry("chips")
    game = game_of(industry, Cities())
    none = np.zeros((game.C, game.K), dtype=np.intp)
    blocks, block = blocks_of(industry, Cities())
    every = coalitions(len(blocks))
    line("plan, 14 cities x 7 stages x 0-10 lines", best(partial(plan, game), 1), 2.0)
    line("race from no lines", best(partial(race, game, none)), 0.1)
    alone = race(game, none)
    line(f"{len(every)} coalitions", best(partial(coalition_values, game, alone, block, every), 1), 4.0)


def provinces(whole: bool) -> None:
    """Derivatives of three measures in a rate a province; the whole game where asked."""
    acc = load("world-2017")
    p = Provinces.model_validate({"control": {"sectors": "C26"}, "scale": 0.04})
    at = board(acc, p)
    lend = registry.find("trade").lends["slopes"](acc, TradeParameters())
    s = lend(at.controls, {"C26": 0.04})
    x = np.zeros(len(at.owner))
    one = best(lambda: s.climb(x, np.ones(acc.R)))
    line(
        f"{len(x)} rates x 3 measures at one equilibrium",
        best(lambda: s(x)),
        1.5,
        f"as many adjoints {len(x) * one:.1f} s",
    )
    line("tariffs of all nations by formula", best(lambda: war(acc, TariffGame())), 2.0)
    if whole:
        begun = time.perf_counter()
        play(acc, Shock(), p, lend, minds_of(acc, Shock()))
        line(f"Nash proved from three starts and coordinated, {len(x)} rates", time.perf_counter() - begun, 60.0)


def main() -> None:
    """Print every line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--provinces", action="store_true")
    cities()
    provinces(parser.parse_args().provinces)


if __name__ == "__main__":
    main()
