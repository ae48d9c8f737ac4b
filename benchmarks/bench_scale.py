"""Tables of many cities: processor seconds and peak memory of each task, every one in a process of its own.

    python benchmarks/bench_scale.py [--only circulation gradient ...] [--small] [--json FILE]
    python benchmarks/bench_scale.py --markdown [FILE]    # after what else is asked, the tables of docs/speed.md

Tables are made by `Accounts.split` of every province of world-2017 and china-2017 that has cities (366 x 32, 287 x 42), and
then of the largest cities into two districts each (made up: seven parts of thirteen, side by side), until there are 421 and
309. `--small` runs the same tasks on world-2017 and china-2017 themselves. To compare two states of the project run this
file with PYTHONPATH at each. Seconds are of the process and its threads, user and system; OMP_NUM_THREADS=1
OPENBLAS_NUM_THREADS=1 leave threads of BLAS out.
"""

from __future__ import annotations

import argparse
import json
import os
import pickle
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from xunhuan.data.accounts import Accounts
from xunhuan.data.cities import regions_with_cities
from xunhuan.data.store import load

HEAD = "city,sector,share,name_en,name_zh,lon,lat,population\n"
BASES = {"world": ("world-2017", 421), "china": ("china-2017", 309), "provinces": ("world-2017", 0), "users": ("", 0)}
"""Bundled table, and how many regions it is split into: 0 for none. No table: made up, by user, 200 x 50."""
GOALS = {
    "circulation": 5.0, "equilibrium": 1.0, "gradient": 2.0, "year of days": 20.0,
    "exports, cities of China": 15.0, "year of days, cities of China": 60.0,
}  # fmt: skip


def cities(base: str, regions: int) -> Accounts:
    """A table with every province split, and its largest cities halved until it has so many regions."""
    acc = load(base)
    for code in [c for c in acc.geography.codes if c in regions_with_cities("CHN")]:
        acc = acc.split(code)
    made = acc.output.sum(1)
    order = [
        c for _, c in sorted(zip(-made, acc.geography.codes, strict=True)) if c.startswith("CN-") and c[3:].isdigit()
    ]
    with tempfile.TemporaryDirectory() as folder:
        for code in order[: max(0, regions - acc.R)]:
            path = Path(folder) / f"{code}.csv"
            rows = [
                f"{code}-{k},{s},{part},{code} {k},{code} {k},{110 + k / 10},30,1\n"
                for k, part in ((1, 7), (2, 6))
                for s in acc.sectors.codes
            ]
            path.write_text(HEAD + "".join(rows), encoding="utf-8")
            acc = acc.split(code, path)
    return replace(acc, posterior=None)


def table_of(base: str, regions: int) -> Accounts | None:
    """The table of some tasks; None where they make their own."""
    if not base:
        return None
    return cities(base, regions) if regions else replace(load(base), posterior=None)


def spent(f: Callable[[], Any], repeat: int) -> list[float]:
    """Processor seconds of each call."""
    out = []
    for _ in range(repeat):
        start = time.process_time()
        f()
        out.append(time.process_time() - start)
    return out


def fresh(f: Callable[[], Any]) -> Callable[[], Any]:
    """A call that first forgets the Leontief systems."""
    from xunhuan.measures.system import _SYSTEMS

    def run() -> Any:
        _SYSTEMS.clear()
        return f()

    return run


def circulation(acc: Accounts) -> list[float]:
    """Of all regions, by absorption."""
    import xunhuan as xh

    return spent(fresh(lambda: xh.measures.circulation(acc, "all")), 2)


def forward(acc: Accounts) -> list[float]:
    """Of all regions, by first border."""
    import xunhuan as xh

    return spent(fresh(lambda: xh.measures.circulation(acc, "all", definition="forward")), 1)


def exports(acc: Accounts) -> list[float]:
    """Of all regions by partner, Borin-Mancini."""
    import xunhuan as xh

    return spent(fresh(lambda: xh.measures.export_decomposition(acc, "all", by="partner")), 1)


def _task(acc: Accounts) -> Any:
    from xunhuan.models.edits import Tariff
    from xunhuan.models.edits.primitives import primitives
    from xunhuan.models.model import Shock
    from xunhuan.models.trade import TradeParameters
    from xunhuan.models.trade.solve import problem

    foreign = next(c for c in ("USA", "JPN", "ROW") if c in acc.geography.codes)
    shock = Shock((Tariff(acc.home, foreign, "all", add=0.25), Tariff(foreign, acc.home, "all", add=0.25)), "trade war")
    return shock, lambda: problem(acc, primitives(acc, shock), TradeParameters())


def equilibrium(acc: Accounts) -> list[float]:
    """One search, compiled before."""
    import jax

    from xunhuan.models.expecting import expecting
    from xunhuan.models.trade.solve import search

    task = _task(acc)[1]()
    with expecting(many=True):
        return spent(lambda: jax.block_until_ready(search(task)[1]), 4)


def gradient(acc: Accounts) -> list[float]:
    """Of one region's real income in every primitive, compiled before."""
    from xunhuan.models.expecting import expecting
    from xunhuan.models.trade import gradient as slope

    shock, _ = _task(acc)
    code = acc.geography.codes[acc.geography.select("provinces", acc.home)[0]]
    with expecting(many=True):
        return spent(lambda: slope(acc, code, shock).attrs["value"], 3)


def year(acc: Accounts) -> list[float]:
    """365 daily steps with books, a loss of capacity for four weeks."""
    from xunhuan.models.edits import Capacity
    from xunhuan.models.model import Shock
    from xunhuan.models.propagation.parameters import PropagationParameters
    from xunhuan.models.propagation.run import simulate

    code = acc.geography.codes[acc.geography.select("provinces", acc.home)[0]]
    p = PropagationParameters(horizon_days=365)
    return spent(lambda: simulate(acc, Shock((Capacity(code, "all", loss=0.5, start=0, end=28),)), p), 1)


def days(acc: Accounts) -> list[float]:
    """A step, of twenty, books and set-up left out."""
    from xunhuan.models.edits import Capacity
    from xunhuan.models.model import Shock
    from xunhuan.models.propagation.economy import at_rest, economy
    from xunhuan.models.propagation.kernel import step
    from xunhuan.models.propagation.parameters import PropagationParameters
    from xunhuan.models.propagation.timeline import pressure, timeline

    code = acc.geography.codes[acc.geography.select("provinces", acc.home)[0]]
    p = PropagationParameters(horizon_days=365)
    e = economy(acc, p)
    tl, e = timeline(acc, Shock((Capacity(code, "all", loss=0.5, start=0, end=28),)), e, p)
    state, now, out = at_rest(e), pressure(tl, 0), []
    for _ in range(20):
        start = time.process_time()
        state = step(state, e, now)[0]
        out.append(time.process_time() - start)
    return out


def rates() -> tuple[float, float, float]:
    """Flops a second of products of matrices of 421, double and single; bytes a second that a sum over 256 MB moves."""
    import numpy as np

    a, b = np.ones((421, 421)), np.ones(2**25)
    double, single = (
        40 * 421**3 / min(spent(lambda m=a.astype(kind): [m @ m for _ in range(20)], 5)) for kind in (float, "f4")
    )
    out = np.empty_like(b)
    return double, single, 2 * b.nbytes / min(spent(lambda: np.add(b, 1.0, out=out), 5))


def bounds(acc: Accounts) -> list[float]:
    """What bounds each kernel: arithmetic at the rate of products of matrices, or the bytes it moves, in one run."""
    import numpy as np

    from xunhuan.measures.system import system_of
    from xunhuan.models.expecting import expecting
    from xunhuan.models.propagation.routing import routed
    from xunhuan.models.propagation.state import StepSourcing
    from xunhuan.models.propagation.sums import outer
    from xunhuan.models.trade.kernel import BOLD, readied, solve
    from xunhuan.models.trade.solve import search

    double, single, moved = rates()
    cells, small, k = acc.R**2 * acc.S, acc.R * acc.S**2, 256
    op = system_of(acc).operator
    op.prepare()
    y = np.random.default_rng(1).random((acc.R, acc.S, k))
    half, low = op.single, y.astype(np.float32)
    wants = np.random.default_rng(2).random((acc.S, 3, acc.R))
    out = np.ascontiguousarray(acc.share.transpose(2, 0, 1))
    whole, into = StepSourcing(out, np.zeros(0, dtype=np.intp), out[:0]), np.empty_like(out)
    with expecting(many=True):
        task = _task(acc)[1]()
        turns = int(search(task)[2].iterations)
        turn = min(spent(lambda: search(task)[1].block_until_ready(), 3)) / turns
        given = task.economy, task.elasticities, task.shift
        ready = readied(*given, task.taxed)
        few, many = (
            min(spent(lambda n=n: solve(*given, task.start, 0.0, n, task.taxed, BOLD, derived=False, ready=ready)[1]
                      .block_until_ready(), 4)) for n in (10, 40)
        )  # fmt: skip
        passes = 4 if task.taxed else 3
    reckoned = k * (2 * cells + 4 * small)
    rows: list[tuple[str, float, float, float, float]] = [
        ("a sweep of 256 right-hand sides", reckoned, 8 * (cells + 2 * small + 6 * y.size), double,
         min(spent(lambda: op.sweep(y, y, False, None), 3))),
        ("the same in single precision", reckoned, 4 * (cells + 2 * small + 6 * y.size), single,
         min(spent(lambda: half.sweep(low, low, False, None), 3)) if half is not None else np.nan),
        ("orders to origins, three kinds", 6 * cells, 8 * cells, double, min(spent(lambda: routed(whole, wants), 5))),
        ("deliveries of three kinds", 6 * cells, 8 * cells, double, min(spent(lambda: outer(wants, wants, into), 5))),
        ("a day, no books", 36 * cells, 14 * 8 * cells, double, float(np.median(days(acc)[2:]))),
        ("an iteration of the long run, with its part of weights and answer", 2 * passes * cells, passes * 8 * cells, double,
         turn),
        ("an iteration alone", 2 * passes * cells, passes * 8 * cells, double, (many - few) / 30),
    ]  # fmt: skip
    print("| kernel | GFLOP | MB moved | bound | takes | times the bound |\n|---|--:|--:|--:|--:|--:|")
    for name, work, size, rate, took in rows:
        least = max(work / rate, size / moved)
        by = "arithmetic" if work / rate > size / moved else "memory"
        print(f"| {name} | {work / 1e9:.3g} | {size / 1e6:.0f} | {1e3 * least:.1f} ms, {by} | {1e3 * took:.1f} ms "
              f"| {took / least:.1f} |")  # fmt: skip
    return [row[4] for row in rows]


def whole_exports(acc: Accounts) -> list[float]:
    """Of all regions by partner, the best of some."""
    import xunhuan as xh

    return spent(fresh(lambda: xh.measures.export_decomposition(acc, "all", by="partner")), 3)


def draws(acc: Accounts) -> list[float]:
    """Sixteen draws of the trade elasticities, worked together."""
    from xunhuan.models.expecting import expecting
    from xunhuan.models.trade import TradeParameters, respond_many

    theta = TradeParameters().trade_elasticities(acc.sectors)[0]
    drawn = [
        TradeParameters(theta=dict(zip(acc.sectors.codes, (theta * (0.8 + k / 40)).tolist(), strict=True)))
        for k in range(16)
    ]
    shock, _ = _task(acc)
    with expecting(many=True):
        return spent(lambda: list(respond_many(acc, [shock] * 16, drawn)), 3)


def by_user(acc: Accounts) -> list[float]:
    """Circulation of all regions of a made-up table by user of 10,000 industries."""
    del acc
    import xunhuan as xh

    sys.path.insert(0, str(Path(__file__).parent))
    from bench_measures import synthetic

    made = synthetic(200, 50, by_user=True)
    return spent(fresh(lambda: xh.measures.circulation(made, "all")), 1)


COMMANDS = {
    "`circulation china-2017`": ["circulation", "china-2017"],
    "`simulate world-2017 --tariff ...`": ["simulate", "world-2017", "--tariff", "USA<-CHN:goods:+0.25"],
    "`report china-2017`": ["report", "china-2017", "-o", "report.html"],
}


def command(arguments: list[str]) -> tuple[float, float]:
    """Processor seconds of a whole command with nothing kept from before, and the best of three later ones."""
    took, whole = [], [sys.executable, "-m", "xunhuan.faces.cli", *arguments]
    with tempfile.TemporaryDirectory() as kept:
        env = {**os.environ, "XDG_CACHE_HOME": kept, "JAX_COMPILATION_CACHE_DIR": ""}
        for _ in range(4):
            child = subprocess.Popen(whole, cwd=kept, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            _, status, used = os.wait4(child.pid, 0)
            child.returncode = os.waitstatus_to_exitcode(status)
            if child.returncode:
                raise RuntimeError(f"{' '.join(arguments)}: exit code {child.returncode}")
            took.append(used.ru_utime + used.ru_stime)
    return took[0], min(took[1:])


TASKS: dict[str, tuple[str, Callable[[Accounts], list[float]]]] = {
    "circulation": ("world", circulation),
    "circulation, forward": ("world", forward),
    "equilibrium": ("world", equilibrium),
    "gradient": ("world", gradient),
    "a day": ("world", days),
    "year of days": ("world", year),
    "circulation, cities of China": ("china", circulation),
    "exports, cities of China": ("china", exports),
    "a day, cities of China": ("china", days),
    "year of days, cities of China": ("china", year),
    "circulation, provinces": ("provinces", circulation),
    "circulation, forward, provinces": ("provinces", forward),
    "exports, provinces": ("provinces", whole_exports),
    "equilibrium, provinces": ("provinces", equilibrium),
    "gradient, provinces": ("provinces", gradient),
    "draws, provinces": ("provinces", draws),
    "a day, provinces": ("provinces", days),
    "year of days, provinces": ("provinces", year),
    "circulation by user": ("users", by_user),
    "bounds": ("world", bounds),
}
WORDS = {
    circulation: "circulation of all regions",
    forward: "the same by first border",
    exports: "exports of all regions by partner",
    whole_exports: "exports of all regions by partner",
    equilibrium: "one equilibrium of the long run, compiled before",
    gradient: "gradient of one region's real income, compiled before",
    draws: "16 draws of elasticities, together",
    days: "a day of the short run",
    year: "a year of days, books kept",
    by_user: "circulation of all regions",
}
SIZES = {"provinces": "`world-2017`, 111 x 32", "world": "with cities, 421 x 32", "china": "cities of China, 309 x 42",
         "users": "by user, 200 x 50"}  # fmt: skip


def seconds(x: float) -> str:
    """As the page writes them: three digits, and no more than four decimals."""
    return f"{x:.3g}" if x >= 0.001 else f"{x:.4f}"


def expected_table(out: dict[str, dict[str, float]]) -> list[str]:
    """What to expect by size of table: the first table of docs/speed.md, of the tasks that ran."""
    rows = ["| table | what | seconds | peak memory |", "|---|---|--:|--:|"]
    for base, size in SIZES.items():
        for name, (of, task) in TASKS.items():
            if of == base and task in WORDS and name in out:
                one = out[name]
                rows.append(f"| {size} | {WORDS[task]} | {seconds(one['best'])} | {one['peak']:.2f} GB |")
    return rows


def commands_table() -> list[str]:
    """The first second: whole commands, with nothing kept from before and later."""
    rows = ["| command | first, nothing kept | later |", "|---|--:|--:|"]
    for what, arguments in COMMANDS.items():
        first, later = command(arguments)
        rows.append(f"| {what} | {first:.2f} | {later:.2f} |")
    return rows


def machine() -> str:
    """What bounds the kernels here."""
    double, single, moved = (x / 1e9 for x in rates())
    return f"matrix products {double:.0f} GFLOP/s, single {single:.0f}, memory {moved:.0f} GB/s read and written"


def alone(name: str, path: str) -> None:
    """One task in this process, with the memory it peaked at."""
    with open(path, "rb") as file:
        acc = pickle.load(file)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    took = TASKS[name][1](acc)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(json.dumps({"first": took[0], "best": min(took), "peak": peak, "loaded": before}))


def main() -> None:
    """All tasks, or those named."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--only", nargs="*", choices=[*TASKS], help="some tasks; with --markdown and nothing after it, none"
    )
    parser.add_argument("--small", action="store_true")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--markdown", nargs="?", const="-", help="the tables of docs/speed.md, to a file or at the end")
    parser.add_argument("--tables", type=Path, help="a folder that keeps the tables between runs")
    parser.add_argument("--alone", nargs=2, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.alone:
        alone(*given.alone)
        return
    out: dict[str, dict[str, float]] = {}
    bounding: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        kept = given.tables or Path(folder)
        kept.mkdir(parents=True, exist_ok=True)
        for name in TASKS if given.only is None else given.only:
            base, regions = BASES[TASKS[name][0]]
            path = kept / f"{base or 'none'}{'' if given.small or not regions else f'-{regions}'}.pkl"
            if not path.exists():
                path.write_bytes(pickle.dumps(table_of(base, 0 if given.small else regions)))
            command = [sys.executable, __file__, "--alone", name, str(path)]
            done = subprocess.run(command, capture_output=True, text=True)
            if done.returncode:
                print(f"{name:<32} failed: {done.stderr.strip().splitlines()[-1][:100]}", flush=True)
                continue
            bounding += done.stdout.splitlines()[:-1]
            print("".join(f"{line}\n" for line in done.stdout.splitlines()[:-1]), end="")
            out[name] = one = json.loads(done.stdout.splitlines()[-1])
            goal = f"goal {GOALS[name]:g} s" if name in GOALS and not given.small else ""
            print(f"{name:<32} best {one['best']:8.3f} s, first {one['first']:8.3f} s, peak {one['peak']:5.2f} GB "
                  f"({one['loaded']:.2f} with the table alone)  {goal}", flush=True)  # fmt: skip
    print(machine())
    print(f"{len(os.sched_getaffinity(0))} processors, load {os.getloadavg()[0]:.1f}; processor seconds")
    if given.json:
        given.json.write_text(json.dumps(out, indent=1))
    if given.markdown:
        pages = [expected_table(out), commands_table(), [f"{x[0].upper()}{x[1:]}." for x in [machine()]], bounding]
        text = "\n\n".join("\n".join(rows) for rows in pages if rows) + "\n"
        if given.markdown == "-":
            print(f"\n{text}", end="")
        else:
            Path(given.markdown).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
