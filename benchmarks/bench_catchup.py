"""Catch-up: years of an industry, many draws at once, against the same draws one by one; an equilibrium a year.

    python benchmarks/bench_catchup.py [--repeat 3]

A ratio in one run on one machine; seconds beside it say what to expect.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

import numpy as np

import xunhuan as xh
from xunhuan.models.catchup.draws import values_drawn, world
from xunhuan.models.catchup.industry import industry
from xunhuan.models.catchup.inverse import needed
from xunhuan.models.catchup.parameters import ALL_LEVERS
from xunhuan.models.catchup.path import Levers, World, run_years

DRAWS, YEARS = 2000, 40


def best(work: Callable[[], object], repeat: int) -> float:
    """Shortest of some runs, seconds of this process, so that a busy machine counts less."""
    times = []
    for _ in range(repeat):
        begun = time.process_time()
        work()
        times.append(time.process_time() - begun)
    return min(times)


def alone(w: World, k: int) -> World:
    """One draw."""
    names = [n for n in World._fields if not n.startswith("stage_") and n != "ages"]
    return w._replace(**{n: getattr(w, n)[k : k + 1] for n in names})


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--repeat", type=int, default=3)
    repeat = parser.parse_args().repeat
    chips = industry("chips")
    assert chips.facts is not None
    w = world(chips, values_drawn(chips.facts.named(), DRAWS, 7))
    t = np.arange(YEARS + 1)[:, None]
    levers = Levers.none(YEARS)._replace(tools=0.9 * np.minimum(t / 5, 1.0), know=0.5 * np.minimum(t / 10, 1.0))
    many = best(lambda: run_years(w, levers), repeat)
    one = best(lambda: run_years(alone(w, 0), levers), repeat)
    told = f"one draw {1e3 * one:.1f} ms; ratio to one by one {DRAWS * one / many:.0f}"
    print(f"{DRAWS} draws x {YEARS} years: {many:.3f} s; {told}")
    inverse = best(lambda: [needed(alone(w, 0), levers, n, "made_in", 0.7, 15, 0.386) for n in ALL_LEVERS], repeat)
    fit = best(lambda: world(chips, values_drawn(chips.facts.named(), 0, 7)), repeat)  # type: ignore[union-attr]
    print(f"six levers: {inverse:.3f} s; calibration {fit:.3f} s")
    acc = xh.load("world-2017")
    cut = xh.edits.Decoupling("foreign", "CHN", channel="know", size=0.5, start=2022)

    def along() -> object:
        return xh.respond(acc, cut, model="catchup", engine="trade", years=(2020, 2035), draws=0)

    along()  # compiles
    print(f"engine trade, 16 years of {acc.R} regions x {acc.S} sectors: {best(along, repeat):.2f} s")


if __name__ == "__main__":
    main()
