"""Splitting: seconds of this process that a province, three provinces and a version take.

python benchmarks/bench_cities.py
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from xunhuan.data.accounts import Accounts
from xunhuan.data.store import load


def best(f: Callable[[], Any], repeat: int = 5) -> float:
    """Shortest of some runs after one that warms up, seconds of this process, so that a busy machine counts less."""
    f()
    times = []
    for _ in range(repeat):
        start = time.process_time()
        f()
        times.append(time.process_time() - start)
    return min(times)


def delta(acc: Accounts) -> Accounts:
    """The Yangtze River Delta as its 41 cities."""
    for code in ("CN-JS", "CN-ZJ", "CN-AH"):
        acc = acc.split(code)
    return acc


def main() -> None:
    """All lines."""
    acc = load("world-2017")
    bay = acc.split("CN-GD")
    for what, f in (("Guangdong, 21 cities", lambda: acc.split("CN-GD")), ("the delta, 41 cities", lambda: delta(acc)),
                    ("a version of Guangdong", lambda: bay.draw(3))):  # fmt: skip
        seconds = best(f)
        print(f"{what:<28} best {seconds:6.3f} s  goal 0.3 s, {'met' if seconds <= 0.3 else 'MISSED'}")


if __name__ == "__main__":
    main()
