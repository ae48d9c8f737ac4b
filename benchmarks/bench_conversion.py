"""The conversion room's speed: closed forms, an answer with and without draws, the best mix of a budget, what is handed on.

    python benchmarks/bench_conversion.py

Each line: what was run, the best of some repetitions after one warm-up in seconds of this process, the goal.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from xunhuan.data.store import load
from xunhuan.models.conversion.answer import Question, figures_drawn, respond
from xunhuan.models.conversion.comparing import pooled_by
from xunhuan.models.conversion.edits import Certification, SubsidyHomeSales
from xunhuan.models.conversion.firms import mixed_recovery, pure_recovery
from xunhuan.models.conversion.handing import hands_on
from xunhuan.models.conversion.instruments import best_mix
from xunhuan.models.conversion.orders import cells_of
from xunhuan.models.conversion.parameters import ConversionParameters, PerYuan
from xunhuan.models.edits import Orders
from xunhuan.models.model import Shock

LOST = Orders("foreign", "manufacturing", origin="CHN", change=-1.0, end=182)
HELP = (Certification("CN-JS", fee=-0.5, lag_weeks=-4.0), SubsidyHomeSales("CN-GD", budget=1e9))
BUDGET = PerYuan(budget=1e9)


def best(f: Callable[[], Any], repeat: int = 5) -> float:
    """Shortest of some runs after one that warms up, seconds of this process, so that a busy machine counts less."""
    f()
    times = []
    for _ in range(repeat):
        start = time.process_time()
        f()
        times.append(time.process_time() - start)
    return min(times)


def line(what: str, seconds: float, goal: float) -> None:
    """Print one result."""
    print(
        f"{what:<58} best {1000 * seconds:9.2f} ms  goal {1000 * goal:g} ms, {'met' if seconds <= goal else 'MISSED'}"
    )


def main() -> None:
    """All lines."""
    acc = load("world-2017")
    e, omega = np.linspace(0.05, 0.95, 31)[:, None], np.linspace(0.05, 0.5, 18)
    entry = np.linspace(1, 50, 31)[:, None] * np.ones(18)
    line("closed forms, 31 x 18: mixed", best(partial(mixed_recovery, e, 1.0, 5.0, omega), 20), 1e-4)
    line("closed forms, 31 x 18: pure", best(partial(pure_recovery, entry, 1.1, 0.35, 1.0), 20), 1e-4)
    shock = Shock((LOST, *HELP))
    line(
        "room, one budget compared",
        best(lambda: respond(acc, shock, ConversionParameters(draws=0, per_yuan=BUDGET))),
        0.1,
    )
    line(
        "the same, 256 draws",
        best(lambda: respond(acc, shock, ConversionParameters(draws=256, per_yuan=BUDGET)), 3),
        1.0,
    )
    p = ConversionParameters(draws=0)
    q = Question(acc, cells_of(acc, (LOST,), p.sectors), figures_drawn(p, 0), p, 6.7518e6)
    firms = q.firms()
    pooled = pooled_by(firms, np.arange(firms.lost.shape[1]) % len(q.cells.sectors))
    pooled = replace(pooled, **{n: v[:1] for n, v in vars(pooled).items()})
    for allowed in ((True, True, True), (True, True, False)):
        line(f"best mix, {sum(allowed)} instruments", best(partial(best_mix, pooled, 1e9, 2e5, allowed)), 0.5)
    line("what is handed on", best(partial(hands_on, respond(acc, shock, p))), 0.1)


if __name__ == "__main__":
    main()
