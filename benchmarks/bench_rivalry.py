"""The rivalry's speed: cities' plan, race and coalitions, tariffs by formula, derivatives in many rates at once.

    python benchmarks/bench_rivalry.py               # without the game of all provinces
    python benchmarks/bench_rivalry.py --provinces   # with it, under eight settings: three minutes or more
    python benchmarks/bench_rivalry.py --games "ψ .04" --table old.nc --services 8.35

Each line says what was run, the best of some repetitions after one warm-up in seconds of processor, so that a busy machine
counts less, the goal, and for derivatives what as many adjoints take. A game says where it ended: real income of the nation,
rates weighted by output, the bill; --table and --services, the trade elasticity of services, say how these hang on both.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from xunhuan.data.accounts import Accounts
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
    """Least seconds of processor of some runs after one that warms up."""
    f()
    times = []
    for _ in range(repeat):
        start = time.process_time()
        f()
        times.append(time.process_time() - start)
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


def provinces() -> None:
    """Derivatives of three measures in a rate a province; tariffs of all nations."""
    acc = load("world-2017")
    p = Provinces.model_validate({"control": {"sectors": "C26"}, "scale": 0.04})
    at = board(acc, p)
    lend = registry.find("trade").lends["slopes"](acc, TradeParameters())
    s = lend(Shock(), at.controls, {"C26": 0.04})
    x = np.zeros(len(at.owner))
    one = best(lambda: s.climb(x, np.ones(acc.R)))
    line(
        f"{len(x)} rates x 3 measures, equilibrium and all from nothing",
        best(lambda: lend(Shock(), at.controls, {"C26": 0.04})(x)),  # what is kept from an earlier question would help
        1.5,
        f"as many adjoints {len(x) * one:.1f} s",
    )
    line("tariffs of all nations by formula", best(lambda: war(acc, TariffGame())), 2.0)


GAMES: dict[str, dict[str, Any]] = {
    "ψ .04": {"scale": 0.04},
    "ψ .04, φ .5": {"scale": 0.04, "compliance": 0.5},
    "ψ .04, φ 1": {"scale": 0.04, "compliance": 1.0},
    "ψ .04, χ .001": {"scale": 0.04, "promotion": 0.001},
    "ψ .04, χ .005": {"scale": 0.04, "promotion": 0.005},
    "ψ .04, κ .5": {"scale": 0.04, "own_bill": 0.5},
    "ψ .09": {"scale": 0.09},
    "ψ .05, three sectors": {"scale": 0.05, "sectors": ["C26", "C27", "C29_30"]},
}
"""What provinces' games are timed at, subsidies of C26 between -5% and 5% where nothing else is said."""


def game(acc: Accounts, name: str, given: dict[str, Any], own: TradeParameters) -> None:
    """Nash from three starts with its proof, and coordinated: times, steps, and where they end."""
    settings = dict(given)
    control = {"sectors": settings.pop("sectors", "C26")}
    p = Provinces.model_validate({"control": control, **settings})
    worked = time.process_time()
    s = play(acc, Shock(), p, registry.find("trade").lends["slopes"](acc, own), minds_of(acc, Shock()))
    goal = 60.0 if isinstance(control["sectors"], str) else 90.0
    line(f"{name}: Nash, proof, two more starts, coordinated", time.process_time() - worked, goal)
    e = s.nash[0]
    made = np.einsum("cr,ci,ri->c", s.board.controls.regions, s.board.controls.sectors, acc.output)
    for what, x, k in (("Nash", e.x, 0), ("coordinated", s.coordinated, 1)):
        income, bill = s.weight @ s.welfare[k], s.weight @ s.bill[k]
        print(f"    {what}: income {income:+.4%}, rate {made @ x / made.sum():+.2%}, bill {bill:+.2%} of income")
    apart = np.abs(e.x - s.coordinated).max()
    print(f"    {e.outcome} in {e.steps} steps, {len(e.starts)} starts end within {max(e.starts):.1g}, "
          f"best of {e.tried} deviations {e.best.gain:.1g}; {apart:.1g} from coordinated", flush=True)  # fmt: skip


def main() -> None:
    """Print every line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--provinces", action="store_true", help="play all games of provinces too")
    parser.add_argument("--games", action="append", choices=GAMES, help="play this one alone; may be given again")
    parser.add_argument("--table", default="world-2017", help="bundled name or file")
    parser.add_argument(
        "--services", type=float, help="trade elasticity of services; the set's assumption where not given"
    )
    a = parser.parse_args()
    if not a.games:
        cities()
        provinces()
    acc = load(a.table)
    own = TradeParameters() if a.services is None else TradeParameters(theta={"services": a.services})
    for name in a.games or (GAMES if a.provinces else ()):
        game(acc, name, GAMES[name], own)


if __name__ == "__main__":
    main()
