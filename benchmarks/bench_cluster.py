"""Draws, frontiers, games and splits of world-2017 over 1, 2 and 4 processes: seconds, and what it costs to send them away.

    python benchmarks/bench_cluster.py [--only draws splits ...] [--dask] [--scheduler tcp://HOST:PORT] [--markdown]

Four processes are started once, and each does every task before anything is timed, so that starting and compiling stay out;
then the same tasks are worked by the first, by two and by all four. Each line says seconds by the clock and how many times
faster that is than one process, and processor seconds a task, which a busy machine does not change; the answers are held
against those of this process, to the last bit. `--dask` works the same over one, two and four workers of schedulers here,
and says what they were sent; `--scheduler` over one that runs. `--markdown` prints the table of docs/speed.md at the end.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from xunhuan.data.cities import regions_with_cities
from xunhuan.data.store import load
from xunhuan.data.tasks import worked_by
from xunhuan.models import registry
from xunhuan.models.model import Shock
from xunhuan.models.rivalry.apart import nash_of_each
from xunhuan.models.rivalry.minds import minds_of
from xunhuan.models.rivalry.parameters import Provinces
from xunhuan.models.rivalry.provinces import Match
from xunhuan.models.trade import TradeParameters
from xunhuan.scenario import ensemble
from xunhuan.scenario.check import prepare
from xunhuan.scenario.compare import frontier
from xunhuan.scenario.design import design
from xunhuan.scenario.layers import Layers
from xunhuan.scenario.sent import Sent, Work
from xunhuan.scenario.spread import Hands, Keeping, Processes

COUNTS = (1, 2, 4)
BASE = "world-2017"
DEAR = {"name": "dear", "trade_cost": {"from": "USA", "to": "CHN", "sectors": "goods", "change": 0.2}}


Made = Callable[[Hands], Sequence[np.ndarray]]
"""What some hands make of a kind of tasks."""


class Here:
    """This process."""

    def coming(self, work: Work, sent: Sent, tasks: Sequence[Any]) -> Any:
        """One after another, from what was sent."""
        from xunhuan.scenario.sent import unpacked

        shared = unpacked(sent.whole)
        yield from ((k, work(shared, task)) for k, task in enumerate(tasks))

    def close(self) -> None:
        """Nothing to close."""


class Counted:
    """Hands, with what was sent and how many tasks counted."""

    def __init__(self, hands: Hands) -> None:
        self.hands, self.sent, self.tasks = hands, 0, 0

    def coming(self, work: Work, sent: Sent, tasks: Sequence[Any]) -> Any:
        """As they do."""
        self.sent, self.tasks = max(self.sent, len(sent.whole)), self.tasks + len(tasks)
        yield from self.hands.coming(work, sent, tasks)

    def close(self) -> None:
        """Theirs to close who opened them."""


def draws() -> Made:
    """64 draws of trade elasticities under dearer imports, sixteen a task, as an ensemble takes them."""
    data = {"title": "Dear", "base": BASE, "shock": [DEAR],
            "uncertainty": {"draws": 64, "seed": 5, "trade_elasticity": {"relative_sd": 0.25}}}  # fmt: skip
    bench = prepare(Layers("dear", data, (), None))
    assert bench.scenario.uncertainty is not None
    d = design(bench.scenario.uncertainty)
    rows = [(int(k), {str(c): float(v) for c, v in row.items()}) for k, row in d.iterrows()]
    shared, batches = (bench, ensemble.draws_digest(bench)), [rows[k : k + 16] for k in range(0, len(rows), 16)]

    def made(hands: Hands) -> Sequence[np.ndarray]:
        found = dict(hands.coming(ensemble.work, Sent.of(shared), batches))
        return [np.array(row[3]) for k in range(len(batches)) for row in found[k]]

    return made


def frontiers() -> Made:
    """Sixteen degrees of dearer imports."""
    data = {"title": "Dear", "base": BASE, "shock": [DEAR], "compare": {"frontier": {"shock": "dear", "steps": 16}}}
    bench = prepare(Layers("dear", data, (), None))

    def made(hands: Hands) -> Sequence[np.ndarray]:
        with worked_by(Keeping(hands, None)):
            f = frontier(bench)
        return [f.gain, f.reliance]

    return made


def games() -> Made:
    """Subsidies of electronics by four provinces, at four degrees of obedience: searches, proofs and other starts."""
    acc = load(BASE)
    p = Provinces.model_validate({"players": ["CN-GD", "CN-JS", "CN-SC", "CN-HA"], "control": {"sectors": "C26"},
                                  "scale": 0.04, "compliance": [0.0, 0.25, 0.5, 0.75]})  # fmt: skip
    match = Match(
        acc, Shock(), p, registry.find("trade").lends["slopes"](acc, TradeParameters()), minds_of(acc, Shock())
    )

    def made(hands: Hands) -> Sequence[np.ndarray]:
        with worked_by(Keeping(hands, None)):
            return [np.r_[e.x, e.best.gain, e.starts] for e, _ in nash_of_each(match, range(4))]

    return made


def splits() -> Made:
    """Every province of China that has cities."""
    acc = load(BASE)
    codes = [c for c in acc.geography.codes if c in regions_with_cities("CHN")]

    def made(hands: Hands) -> Sequence[np.ndarray]:
        with worked_by(Keeping(hands, None)):
            out = acc.split(codes)
        return [out.flow, out.final]

    return made


KINDS = {"draws": draws, "frontiers": frontiers, "games": games, "splits": splits}
TOLD = {
    "draws": "4 batches of 16 draws",
    "frontiers": "16 points of a frontier",
    "games": "16 searches and proofs of 4 games of 4 provinces",
    "splits": "splits of 25 provinces",
}
HEAD = (
    "| tasks | sent once | here | one process | two | four | times as fast: two, four |\n|---|--:|--:|--:|--:|--:|--:|"
)


def spent() -> float:
    """Processor seconds of this process and of all it has started."""
    here = psutil.Process()
    times = [p.cpu_times() for p in (here, *here.children(recursive=True))]
    return sum(t.user + t.system for t in times)


def timed(
    made: Callable[[Hands], Sequence[np.ndarray]], hands: Hands
) -> tuple[float, float, Counted, Sequence[np.ndarray]]:
    """Seconds by the clock and of the processor, what was counted, and the answer."""
    counted = Counted(hands)
    clock, busy = time.perf_counter(), spent()
    found = made(counted)
    return time.perf_counter() - clock, spent() - busy, counted, found


def same(a: Sequence[np.ndarray], b: Sequence[np.ndarray]) -> bool:
    """Whether two answers are the same to the last bit."""
    return all(np.array_equal(x, y, equal_nan=True) for x, y in zip(a, b, strict=True))


class Row:
    """A line of the table: what was sent, and seconds by the clock and of the processor a task, by how many worked."""

    def __init__(self, what: str) -> None:
        self.what, self.sent, self.here = what, 0, 0.0
        self.clock: dict[int, float] = {}
        self.task: dict[int, float] = {}

    def said(self) -> str:
        """As the page has it."""
        cells = [f"{self.task[n]:.3g} s" if n in self.task else "" for n in COUNTS]
        faster = [f"{self.clock[1] / self.clock[n]:.1f}" for n in COUNTS[1:] if 1 in self.clock and n in self.clock]
        here = f"{self.here:.3g} s" if self.here else ""
        return f"| {self.what} | {self.sent / 1e6:.1f} MB | {here} | {' | '.join(cells)} | {', '.join(faster)} |"


def over_dask(names: Sequence[str], answers: dict[str, Sequence[np.ndarray]], count: int, rows: dict[str, Row]) -> None:
    """The same over so many workers of a scheduler on this machine."""
    from distributed import LocalCluster

    with LocalCluster(n_workers=count, threads_per_worker=1, processes=True, host="127.0.0.1", dashboard_address=None,
                      silence_logs=50) as several:  # type: ignore[no-untyped-call]  # fmt: skip
        at_scheduler(several.scheduler_address, names, answers, count, rows)


def at_scheduler(
    address: str, names: Sequence[str], answers: dict[str, Sequence[np.ndarray]], count: int, rows: dict[str, Row]
) -> None:
    """The same over the workers of a scheduler, so many of them: each does every task once before anything is timed."""
    from distributed import Client

    from xunhuan.scenario.cluster import Cluster

    with Client(address) as client:  # type: ignore[no-untyped-call]
        for name in names:
            hands = Cluster(address)
            made = KINDS[name]()
            for _ in range(count):
                timed(made, hands)  # each compiles what it works
            clock, busy, counted, found = timed(made, hands)
            moved = client.run(lambda dask_worker: sum(one["total"] for one in dask_worker.transfer_incoming_log))
            row = rows.setdefault(name, Row(f"{TOLD[name]}, over Dask"))
            row.sent, row.clock[count], row.task[count] = counted.sent, clock, busy / counted.tasks
            print(f"{name:<10} Dask, {count} workers: {clock:7.2f} s, {busy / counted.tasks:6.3f} s of processor a task; "
                  f"sent {counted.sent / 1e6:.1f} MB once, they gave each other {sum(moved.values()) / 1e6:.1f} MB in all; "
                  f"same bits {same(found, answers[name])}", flush=True)  # fmt: skip
            hands.close()


def main() -> None:
    """All kinds, or those named."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="*", choices=KINDS)
    parser.add_argument("--dask", action="store_true")
    parser.add_argument("--scheduler", help="address of a scheduler that runs, with its workers")
    parser.add_argument("--markdown", action="store_true", help="the table of docs/speed.md at the end")
    given = parser.parse_args()
    os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")
    names, every, answers = given.only or list(KINDS), Processes(max(COUNTS)), {}
    rows: dict[str, Row] = {}
    far: dict[str, Row] = {}
    try:
        for name in names:
            made = KINDS[name]()
            answers[name] = made(Here())
            clock, busy, counted, _ = timed(made, Here())
            rows[name] = row = Row(TOLD[name])
            row.sent, row.here = counted.sent, busy / counted.tasks
            print(f"{name:<10} this process: {clock:7.2f} s, {busy / counted.tasks:6.3f} s of processor a task, "
                  f"{counted.tasks} tasks, {counted.sent / 1e6:.1f} MB to send once", flush=True)  # fmt: skip
            for k in range(max(COUNTS)):
                made(every.few(k, k + 1))
            alone = None
            for count in COUNTS:
                clock, busy, counted, found = timed(made, every.few(0, count))
                alone = alone or clock
                row.clock[count], row.task[count] = clock, busy / counted.tasks
                print(f"{name:<10} {count} processes: {clock:7.2f} s, {alone / clock:5.2f} times one; "
                      f"{busy / counted.tasks:6.3f} s of processor a task; same bits {same(found, answers[name])}",
                      flush=True)  # fmt: skip
    finally:
        every.close()
    for count in COUNTS if given.dask else ():
        over_dask(names, answers, count, far)
    if given.scheduler:
        from distributed import Client

        with Client(given.scheduler) as client:  # type: ignore[no-untyped-call]
            there = len(client.scheduler_info(n_workers=-1)["workers"])
        at_scheduler(given.scheduler, names, answers, there, far)
    print(f"{len(os.sched_getaffinity(0))} processors, load {os.getloadavg()[0]:.1f}; {Path(__file__).name}")
    if given.markdown:
        print("", HEAD, *(row.said() for row in (*rows.values(), *far.values())), sep="\n")


if __name__ == "__main__":
    main()
