"""Count what was drawn, solved and held against the outside, and the worst that was left."""

from __future__ import annotations

import argparse
import tempfile
from collections import Counter
from pathlib import Path

from tests.outside.cities import PLAN, gain_in_cities
from tests.outside.drawn import SUMS, apart_from_loops, gain_by_moving, left_over, wrong
from tests.outside.gates import WAYS, apart_from_ways


def main() -> int:
    ask = argparse.ArgumentParser(prog="python -m tests.outside", description=__doc__)
    ask.add_argument(
        "-n",
        type=int,
        default=100,
        help="equilibria, races of cities and networks; a tenth as many games of nations, a fifth as many short runs",
    )
    ask.add_argument("--first", type=int, default=0, help="the first seed")
    given = ask.parse_args()
    seeds = range(given.first, given.first + given.n)
    ended, bad = Counter[str](), []
    worst = {"equation": 0.0, "sum": 0.0}
    for seed in seeds:
        left, behaviour, found = left_over(seed)
        ended["solved" if found else "said to have no answer"] += 1
        bad += [f"seed {seed}, {behaviour}: {w}" for w in (wrong(left),) if w]
        for k, v in left.items():
            worst["sum" if k in SUMS else "equation"] = max(worst["sum" if k in SUMS else "equation"], v)
    print(
        f"equilibria: {dict(ended)}; left of an equation {worst['equation']:.1e}, of a sum {worst['sum']:.1e}",
        flush=True,
    )
    games = [gain_by_moving(seed) for seed in seeds[: given.n // 10]]
    settled = [g for g in games if g is not None]
    gain, left_of = (max((g[k] for g in settled), default=float("nan")) for k in (0, 1))
    bad += [f"game: {g}" for g in settled if g[0] > 1e-7 or g[1] > 1e-8]
    said = f"most gained by a move {gain:.1e}, left of an equation {left_of:.1e}"
    print(f"games: {len(settled)} of {len(games)} settled; {said}", flush=True)
    races = [gain_in_cities(seed) for seed in seeds]
    ends = Counter(r[0] for r in races)
    gain = max((r[1] for r in races if r[0] == "settled"), default=0.0)
    bad += [f"cities: {r}" for r in races
            if (r[0] == "settled") != (r[1] <= 1e-8) or abs(r[2]) > 1e-9 or not -1e-9 < r[3] < PLAN]  # fmt: skip
    dear = [r[3] for r in races if r[3] > 1e-9]
    print(f"cities: {dict(ends)}; most gained by other lines {gain:.1e}; plans dearer than the cheapest profile "
          f"{max(abs(r[2]) for r in races):.1e}; swept, as of many cities, {len(dear)} are, by at "
          f"most {max(dear, default=0.0):.2%}", flush=True)  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        ways = [apart_from_ways(seed, Path(folder)) for seed in seeds]
    bad += [f"gateways: {w:.1e}" for w in ways if not w < WAYS]
    print(f"gateways: {len(ways)} networks; farthest from all ways listed {max(ways):.1e}", flush=True)
    apart = [apart_from_loops(seed) for seed in seeds[: given.n // 5]]
    bad += [f"short run: {a:.1e}" for a in apart if not a < 1e-11]
    print(f"short runs: {len(apart)}; farthest from the loops {max(apart, default=0.0):.1e}")
    print("\n".join(bad) or "none is wrong")
    return 1 if bad else 0


if __name__ == "__main__":
    raise SystemExit(main())
