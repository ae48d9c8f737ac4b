"""Exports decomposed in every perimeter, and multipliers, on a synthetic table of 245 economies x 18 sectors.

    python -m benchmarks.bench_exports [--repeat 3]
    python -m benchmarks.bench_exports --decompr LIBRARY   # beside decompr alone, which R finds in this folder

Set-up is the inverse, trade over borders and whose value is in each good. After it: every exporter, sector and partner in
the five perimeters, where value crosses first and where it crosses last (goal: half a second for all five). The slow twin
inverts a world with the links of one perimeter cut, for one pair; its time is that times all pairs. ICIO.jl, in Julia,
says of itself that it takes less than a second.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable
from functools import partial

import numpy as np

from benchmarks.bench_measures import synthetic
from benchmarks.peers import beside, row
from xunhuan.data.accounts import Accounts
from xunhuan.data.arrays import Array, Index
from xunhuan.measures import export_decomposition, multipliers
from xunhuan.measures.actors import partition
from xunhuan.measures.exports import Exporters
from xunhuan.measures.perimeters import terms_within
from xunhuan.measures.system import _SYSTEMS, System, system_of

REGIONS, SECTORS = 245, 18
WITHIN = ("exporter", "bilateral", "sector", "flow", "world")


def best(call: Callable[[], object], repeat: int) -> tuple[float, float]:
    """Least seconds by the clock and of the processor."""
    found = []
    for _ in range(repeat):
        wall, busy = time.perf_counter(), time.process_time()
        call()
        found.append((time.perf_counter() - wall, time.process_time() - busy))
    return min(w for w, _ in found), min(b for _, b in found)


def all_terms(shared: Exporters, exporters: list[Index], perimeter: str, sink: bool) -> dict[str, Array]:
    """Every term of every exporter, sector and partner in a perimeter."""
    return dict(terms_within(shared, exporters, perimeter, sink=sink))


def cut_world(sys: System) -> None:
    """The inverse of the world in which the first economy sells the second no inputs."""
    a = sys.operator.dense()
    a[:SECTORS, SECTORS : 2 * SECTORS] = 0.0
    np.linalg.inv(np.eye(len(a)) - a)


def decompr_beside(library: str, repeat: int) -> None:
    """decompr's decompositions beside the same here, 44 x 20 by user, in processor seconds; the numbers agree."""
    acc = synthetic(44, 20, by_user=True)
    theirs = beside(["Rscript"], "peer_decompr.R", acc, library)
    print(f"decompr {theirs['version']}, 44 x 20 by user, processor seconds with the inverse, one thread of BLAS")
    rows, said = [], {
        "kww": "all exporters, nine terms [KoopmanWangWei2014], 44 x 20 by user, inverse included",
        "wwz": "the same by partner, sixteen terms [WangWeiZhu2013]",
    }  # fmt: skip
    for method, by in (("kww", "region"), ("wwz", "partner")):
        _, ours = best(partial(_fresh_decomposition, acc, method, by), repeat)
        print(f"{method}: {theirs['load'] + theirs[method]:.3f} s of decompr ({theirs['load']:.3f} s of it the inverse), "
              f"{ours:.3f} s here")  # fmt: skip
        rows.append(row(said[method], ours, f"decompr {theirs['version']} (R)", theirs["load"] + theirs[method]))
    d = export_decomposition(acc, "R00", method="kww")
    terms = np.array([d[v].item() for v in d.data_vars if v != "exports"])
    print(f"largest difference of the nine terms of one exporter: {np.abs(terms / theirs['kww_first'] - 1).max():.1e}")
    print(*rows, sep="\n")


def _fresh_decomposition(acc: Accounts, method: str, by: str) -> object:
    _SYSTEMS.clear()
    return export_decomposition(acc, "all", by=by, method=method)


def main() -> None:
    """Print seconds by the clock and of the processor."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--decompr", metavar="LIBRARY", help="run beside decompr alone, found in this library of R")
    given = parser.parse_args()
    repeat = given.repeat
    if given.decompr:
        decompr_beside(given.decompr, repeat)
        return
    acc = synthetic(REGIONS, SECTORS, by_user=False)
    sys, view = system_of(acc), partition(acc, "all")
    shared = Exporters(sys, view.actors)
    said: list[tuple[str, tuple[float, float]]] = []
    said.append(("set-up: inverse", best(lambda: sys.operator.inverse, 1)))
    traded = best(lambda: (shared.cross.exports, shared.own, shared.for_local), 1)
    said.append(("set-up: trade over borders, content", traded))
    exporters = [g.members for g in view.groups]
    for sink in (False, True):
        each = [best(partial(all_terms, shared, exporters, p, sink), repeat) for p in WITHIN]
        way = "last" if sink else "first"
        said += [(f"{p}, where value crosses {way}", t) for p, t in zip(WITHIN, each, strict=True)]
        said.append((f"all five (goal .5)  {way}", (sum(w for w, _ in each), sum(b for _, b in each))))
    one, pairs = best(partial(cut_world, sys), 1), REGIONS * (REGIONS - 1)
    said.append(("slow twin: one pair's world inverted", one))
    said.append(("slow twin: bilateral, all pairs (not run)", (one[0] * pairs, one[1] * pairs)))
    for by in ("partner", "sector-partner"):
        whole = best(partial(export_decomposition, acc, "all", by=by), 1)
        said.append((f"export_decomposition by {by}, exporter", whole))
    said.append(("multipliers by region", best(partial(multipliers, acc, "all"), repeat)))
    one_region = partial(multipliers, acc, "R07", by="sector-partner")
    said.append(("multipliers by sector and partner, one region", best(one_region, repeat)))
    for name, (wall, busy) in said:
        print(f"{wall:12.3f} s {busy:12.3f} s of processor  {name}")
    print(f"{len(os.sched_getaffinity(0))} processors, load {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
