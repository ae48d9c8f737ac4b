"""Measures against what else computes them, as ratios taken in one run on one machine.

    python -m benchmarks.bench_measures [--repeat 3] [--json FILE]
    python -m benchmarks.bench_measures --mario PYTHON    # beside MARIO alone, run by a Python that has mariopy

Tables are synthetic with a fixed seed, in the sizes of published ones: 77 x 45 (OECD ICIO), 44 x 56 (WIOD 2016).
Published times of other programs on their own machines are named as such and enter no ratio:
exvatools 34 s (Borin-Mancini, all exporters, 44 x 56), decompr 10 s (Wang-Wei-Zhu, all economies).
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from xunhuan.data.accounts import Accounts, Sourcing
from xunhuan.data.arrays import Array
from xunhuan.data.classification import Sectors
from xunhuan.data.geography import Geography
from xunhuan.data.store import load
from xunhuan.measures import circulation, export_decomposition, linkages, value_added_trade
from xunhuan.measures.leontief import solve_right
from xunhuan.measures.system import _SYSTEMS, system_of


def synthetic(regions: int, sectors: int, by_user: bool, seed: int = 11) -> Accounts:
    """A balanced table: lognormal sizes, four fifths bought at home, inputs 35 to 70 percent of output."""
    rng = np.random.default_rng(seed)
    size = rng.lognormal(0, 1.2, (regions, 1)) * rng.lognormal(0, 0.7, (regions, sectors))
    trade = rng.lognormal(0, 1, (regions, regions, sectors)) * size[:, None]
    place = np.arange(regions)
    trade[place, place] = 0
    share = 0.2 * trade / trade.sum(axis=0)
    share[place, place] = 0.8
    recipe = rng.lognormal(0, 1.5, (regions, sectors, sectors))
    recipe *= rng.uniform(0.35, 0.7, (regions, 1, sectors)) / recipe.sum(axis=1, keepdims=True)
    output = size.copy()
    for _ in range(400):  # final use is half of what is used, so output settles at what flows call for
        bought = np.einsum("sij,sj->si", recipe, output) + 0.5 * size
        output = np.einsum("rsi,si->ri", share, bought)
    use = recipe * output[:, None]
    flow = share * (use.sum(axis=2) + 0.5 * size)
    codes = tuple(f"R{k:02d}" for k in range(regions))
    final = 0.5 * size[:, :, None]
    return Accounts(
        flow=flow,
        use=use,
        final=final,
        value_added=(flow.sum(axis=1) - use.sum(axis=1))[:, :, None],
        tariff=np.zeros_like(flow),
        geography=Geography(codes=codes, nation=codes),
        sectors=Sectors(tuple(f"S{k:02d}" for k in range(sectors))),
        categories=("final",),
        components=("value_added",),
        year=2017,
        currency="USD",
        unit="million USD",
        name=f"synthetic {regions} x {sectors}",
        sourcing=_by_user(share, use, final) if by_user else None,
    )


def _by_user(share: Array, use: Array, final: Array) -> Sourcing:
    """The same, told by user: a matrix, which large tables have no room for."""
    return Sourcing(np.einsum("rsi,sij->risj", share, use), np.einsum("rsi,sif->risf", share, final))


def timed(call: Callable[[], object], repeat: int, clock: Callable[[], float] = time.perf_counter) -> float:
    """Best of `repeat` by a clock, the Leontief systems forgotten before each."""
    best = float("inf")
    for _ in range(repeat):
        _SYSTEMS.clear()
        start = clock()
        call()
        best = min(best, clock() - start)
    return best


def both(acc: Accounts) -> None:
    """What is compared with pymrio: circulation of all regions and value added in trade between all."""
    circulation(acc, region="all")
    value_added_trade(acc, "all")


def pymrio_all(acc: Accounts) -> Callable[[], object]:
    """pymrio's calc_all with value added as its one extension."""
    import pandas as pd
    import pymrio

    assert acc.sourcing is not None
    n = acc.R * acc.S
    rows = pd.MultiIndex.from_product([acc.geography.codes, acc.sectors.codes], names=["region", "sector"])
    final = pd.MultiIndex.from_product([acc.geography.codes, acc.categories], names=["region", "category"])
    z = pd.DataFrame(acc.sourcing.intermediate.reshape(n, n), index=rows, columns=rows)
    y = pd.DataFrame(acc.sourcing.final.reshape(n, -1), index=rows, columns=final)
    added = pd.DataFrame(acc.value_added.sum(axis=2).reshape(1, -1), index=["va"], columns=rows)
    added.index.name = "stressor"

    def run() -> None:
        io = pymrio.IOSystem(Z=z, Y=y)
        io.va = pymrio.Extension("va", F=added)
        io.calc_all()

    return run


def dense_twin(acc: Accounts) -> None:
    """The same columns B y from the explicit inverse."""
    a = system_of(acc).operator.dense()
    inverse = np.linalg.inv(np.eye(len(a)) - a)
    inverse @ system_of(acc).y.reshape(len(a), -1)


def peak_memory(call: str) -> float:
    """Peak resident memory, MB, of a fresh process that loads world-2017 and runs one measure."""
    code = f"import xunhuan as xh; w = xh.load('world-2017'); {call}; print(open('/proc/self/status').read())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    line = next(row for row in done.stdout.splitlines() if row.startswith("VmHWM"))
    return float(line.split()[1]) / 1024


def measure(repeat: int) -> dict[str, float]:
    """Seconds, ratios and megabytes by name."""
    out: dict[str, float] = {}
    factored, dense = synthetic(77, 45, by_user=False), synthetic(77, 45, by_user=True)
    out["factored, circulation + value added in trade, 77 x 45 (s)"] = timed(lambda: both(factored), repeat)
    out["dense, the same (s)"] = timed(lambda: both(dense), repeat)
    out["pymrio calc_all, the same table (s)"] = timed(pymrio_all(dense), repeat)
    out["pymrio / factored (target 10)"] = out["pymrio calc_all, the same table (s)"] / next(iter(out.values()))
    out["pymrio / dense (target 1)"] = out["pymrio calc_all, the same table (s)"] / list(out.values())[1]
    out["dense inverse of the same system (s)"] = timed(lambda: dense_twin(factored), repeat)
    out["factored solve of the same columns (s)"] = timed(
        lambda: solve_right(system_of(factored).operator, system_of(factored).y), repeat
    )
    out["dense inverse / factored solve"] = list(out.values())[-2] / list(out.values())[-1]
    for form, acc in (("factored", synthetic(44, 56, False)), ("by user", synthetic(44, 56, True))):
        for method, target in (("bm-source", 1), ("bm-sink", 1), ("kww", 1), ("wwz", 2)):
            name = f"{method}, all exporters by partner, 44 x 56 {form} (s, target {target})"
            by = "region" if method == "kww" else "partner"
            out[name] = timed(lambda m=method, b=by, a=acc: export_decomposition(a, "all", by=b, method=m), repeat)  # type: ignore[misc]
    out["load world-2017 (s, target 1)"] = timed(lambda: load("world-2017"), repeat)
    china, world = load("china-2017"), load("world-2017")
    for definition in ("absorption", "origin", "forward"):
        out[f"circulation by {definition}, china-2017 (s)"] = timed(
            lambda d=definition: circulation(china, definition=d), repeat
        )  # type: ignore[misc]
        out[f"circulation by {definition}, world-2017, 111 regions (s)"] = timed(
            lambda d=definition: circulation(world, "all", definition=d),  # type: ignore[misc]
            repeat,
        )
    for call in (
        "circulation(w, 'all', definition='forward')",
        "export_decomposition(w, 'all', by='partner', method='wwz')",
    ):
        out[f"peak memory of {call}, world-2017 (MB, target 1000)"] = peak_memory(f"xh.measures.{call}")
    return out


def mario_beside(python: str, repeat: int) -> None:
    """MARIO's calc and linkages beside what gives the same here, 77 x 45 by user, in processor seconds."""
    from benchmarks.peers import beside, row

    acc = synthetic(77, 45, by_user=True)
    theirs = beside([python], "peer_mario.py", acc)
    print(f"MARIO {theirs['version']}, 77 x 45 by user, processor seconds, one thread of BLAS")
    print(f"{theirs['calc']:10.3f}  MARIO calc: coefficients, inverse, multipliers")
    spent = timed(lambda: both(acc), repeat, time.process_time)
    print(f"{spent:10.3f}  circulation of all regions and value added in trade between all")
    print(f"{theirs['linkages']:10.3f}  MARIO calc_linkages: total and direct, backward and forward")
    linked = timed(lambda: linkages(acc, "all", by="sector"), repeat, time.process_time)
    print(f"{linked:10.3f}  linkages of all regions by sector")
    ours = linkages(acc, "all", by="sector")
    for theirs_is, name in (("backward", "backward"), ("forward", "upstreamness")):
        gap = np.abs(ours[name].to_numpy().ravel()[:50] / np.array(theirs[theirs_is]) - 1).max()
        print(f"{gap:10.1e}  largest difference of total {theirs_is} linkages, of the first 50")
    what, name = "circulation and value added in trade, 77 x 45 by user", f"MARIO {theirs['version']}"
    print(row(f"{what}; MARIO: coefficients, inverse, multipliers", spent, name, theirs["calc"]))
    print(row("linkages of all industries, backward and forward, the same table", linked, name, theirs["linkages"]))


def main() -> None:
    """Print the figures, and write them where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mario", metavar="PYTHON", help="run beside MARIO alone, by this Python")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    if args.mario:
        mario_beside(args.mario, args.repeat)
        return
    figures = measure(args.repeat)
    for name, value in figures.items():
        print(f"{value:10.3f}  {name}")
    print(f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:10.0f}  peak memory of this run (MB)")
    print(f"{len(os.sched_getaffinity(0)):10d}  processors, load {os.getloadavg()[0]:.1f}")
    if args.json:
        args.json.write_text(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
