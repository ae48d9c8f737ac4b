"""The trade model's speed and memory, beside a plain numpy script of the same equations.

    python benchmarks/bench_trade.py                      # all, on this machine
    python benchmarks/bench_trade.py --device-report      # 256 draws on the default JAX device, checked against the CPU
    python benchmarks/bench_trade.py --shapes             # made-up worlds of 81 x 50 and 196 x 133 beside the plain script

Each line says what was run, the best of some repetitions after one warm-up, and the goal where there is one.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jax
import numpy as np
from bench_measures import synthetic
from nafta import NAMES, Exercise, Made, Nafta
from peers import row

from xunhuan.data.accounts import Accounts
from xunhuan.data.store import load
from xunhuan.models.edits import Tariff, TradeCost
from xunhuan.models.edits.primitives import primitives
from xunhuan.models.expecting import expecting
from xunhuan.models.model import Shock
from xunhuan.models.trade import TradeParameters, gradient, respond, respond_many
from xunhuan.models.trade.kernel import solve, solve_plainly
from xunhuan.models.trade.solve import Problem, problem, search

RAW = Path(os.environ.get("XUNHUAN_RAW", Path(__file__).parents[2] / "shared" / "data"))
WAR = Shock((Tariff("CHN", "USA", "goods", add=0.25), Tariff("USA", "CHN", "goods", add=0.25)), "trade war")


def best(f: Callable[[], Any], repeat: int = 5) -> tuple[float, float]:
    """Best and median wall seconds of `repeat` runs after one that compiles."""
    jax.block_until_ready(f())
    times = []
    for _ in range(repeat):
        start = time.perf_counter()
        jax.block_until_ready(f())
        times.append(time.perf_counter() - start)
    return min(times), statistics.median(times)


def line(what: str, times: tuple[float, float], goal: float | None = None, note: str = "") -> None:
    """Print one result."""
    aim = f"goal {goal:g} s, {'met' if times[0] <= goal else 'MISSED'}" if goal else ""
    print(f"{what:<58} best {times[0]:8.4f} s  median {times[1]:8.4f} s  {aim} {note}", flush=True)


def plain_numpy(n: Exercise, tariff: np.ndarray, tolerance: float = 1e-10) -> tuple[np.ndarray, int]:
    """The same equations as a plain script solves them: damped sweeps over costs, spending and wages together.

    Returns real wages, new / old, and the sweeps; balanced trade.
    """
    theta, gamma, beta = n.theta, n.inputs, n.factors
    inside, keep = n.share * ((1 + tariff) / (1 + n.before)) ** -theta, 1 / (1 + tariff)
    w, price, output = np.ones(n.R), np.zeros((n.R, n.S)), n.output.copy()
    spending, inputs, outputs = n.spending.copy(), gamma.transpose(0, 2, 1).copy(), gamma.copy()
    gap, sweeps = np.inf, 0
    while gap > tolerance and sweeps < 20000:
        sweeps += 1
        cost = beta * np.log(w)[:, None] + np.matmul(inputs, price[:, :, None])[:, :, 0]
        power = inside * np.exp(-theta * cost)[:, None, :]
        total = power.sum(0)
        total[total == 0] = 1
        net = power * keep
        new_price = -np.log(total) / theta
        duty = ((1 - net.sum(0) / total) * spending).sum(1)
        new_output = (net * (spending / total)).sum(1)
        income = w * n.bill + duty
        new_spending = n.taste * income[:, None] + np.matmul(outputs, output[:, :, None])[:, :, 0]
        excess = (beta * new_output).sum(1) / (w * n.bill)
        w_new = w * (1 + 0.3 * (excess - 1))
        w_new /= (w_new * n.bill).sum() / n.bill.sum()
        large = np.maximum(spending, 1e-9 * n.unit)
        gap = max(np.abs(new_price - price).max(), np.abs(new_spending - spending).max() / large.max(),
                  np.abs(w_new - w).max())  # fmt: skip
        w, price, output, spending = w_new, new_price, new_output, new_spending
    return w / np.exp((n.taste * price).sum(1)), sweeps


def nafta() -> None:
    """Both equilibria of the published exercise to 1e-10, warm and cold start of the second."""
    n = Nafta(RAW)
    e, p, before, after = n.economy(), n.elasticities(False), n.shift(n.before), n.shift(n.after)

    def both() -> Any:
        base, x, _ = solve(e, p, before, n.start(), 1e-10)
        return base, solve(e, p, after, x, 1e-10)[0]

    line("NAFTA, 31 x 40, two solves to 1e-10", best(both, 20), 0.1)
    start = time.perf_counter()
    real = [plain_numpy(n, t) for t in (n.before, n.after)]
    spent = time.perf_counter() - start
    line("  the same by a plain numpy script", (spent, spent), note=f"{real[0][1]} + {real[1][1]} sweeps")
    base, new = both()
    ours = np.asarray(new.wage / new.consumer_price) / np.asarray(base.wage / base.consumer_price)
    theirs = real[1][0] / real[0][0]
    at = [list(n.region).index(k) for k in NAMES]
    print(
        f"  real wages, percent: {np.round(100 * (ours[at] - 1), 2)}; largest gap {np.abs(ours / theirs - 1).max():.1e}"
    )


def shapes(sizes: tuple[tuple[int, int], ...] = ((81, 50), (196, 133))) -> None:
    """Made-up worlds of large sizes: two equilibria to 1e-10, and the plain script to 1e-6, in processor seconds."""
    rows = []
    for regions, sectors in sizes:
        n = Made(synthetic(regions, sectors, by_user=False))
        e, p, before, after = n.economy(), n.elasticities(False), n.shift(n.before), n.shift(n.after)

        def one(z: Any, x: Any) -> tuple[Any, float]:
            start = time.process_time()
            found = jax.block_until_ready(solve(e, p, z, x, 1e-10))  # noqa: B023
            return found, time.process_time() - start

        _, compiled = one(before, n.start())
        (base, x, info), cold = one(before, n.start())
        (_, _, again), warm = one(after, x)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
        print(f"made up, {regions} x {sectors}, to 1e-10: {cold:.2f} s of processor from nothing in {int(info.iterations)} "
              f"iterations, {warm:.2f} s from there to other tariffs in {int(again.iterations)}; {compiled:.1f} s with "
              f"compiling; peak {peak:.2f} GB", flush=True)  # fmt: skip
        start = time.process_time()
        theirs, sweeps = plain_numpy(n, n.before, 1e-6)
        spent = time.process_time() - start
        ours = np.asarray(base.wage / base.consumer_price)
        print(f"  a plain numpy script to 1e-6: {spent:.2f} s of processor, {sweeps} sweeps; real wages within "
              f"{np.abs(ours / theirs - 1).max():.1e} of ours", flush=True)  # fmt: skip
        what = f"long run, {regions} x {sectors}, one equilibrium from nothing, to 1e-10; {peak:.2f} GB at the most"
        rows.append(row(what, cold, "a plain numpy script, to 1e-6", spent))
    print(*rows, sep="\n")


def plainly_once(acc: Accounts) -> None:
    """A first answer on the large table, for which nothing is compiled."""
    task = problem(acc, primitives(acc, WAR), TradeParameters())
    done = best(lambda: solve_plainly(*_given(task))[1], 3)
    line(f"{acc.name}, a first answer, nothing compiled", done)


def _given(task: Problem) -> tuple[Any, ...]:
    e, p, z, o = task.economy, task.elasticities, task.shift, task.options
    return e, p, z, task.start, o.tolerance, o.max_iterations, task.taxed


def world(acc: Accounts) -> None:
    """One solve, one respond, one gradient on the large table."""
    task = problem(acc, primitives(acc, WAR), TradeParameters())
    one = best(lambda: search(task)[1], 10)
    cells = f"{acc.R} x {acc.S}"
    line(f"{acc.name}, {cells}, one solve of a trade war", one, 0.3)
    line(f"{acc.name}, respond: solve, accounts, detail", best(lambda: respond(acc, WAR).status.residual))
    slopes = best(lambda: gradient(acc, "CN-GD", WAR).attrs["value"], 3)
    line(
        f"{acc.name}, gradient of one real income in everything",
        slopes,
        6 * one[1],
        f"= {slopes[0] / one[1]:.1f} solves",
    )
    hard = {
        "all tariffs x 10": Shock((Tariff("all", "all", "goods", multiply=10),)),
        "China in autarky": Shock((TradeCost("CHN", "foreign", ban=True, both_ways=True),)),
        "inter-provincial costs halved": Shock((TradeCost("CHN", "CHN", change=-0.5),)),
    }
    for name, shock in hard.items():
        t = problem(acc, primitives(acc, shock), TradeParameters())
        line(
            f"{acc.name}, {name}", best(lambda t=t: search(t)[1], 3), note=f"{int(search(t)[2].iterations)} iterations"
        )


def draws(acc: Accounts, n: int = 256, sd: float = 0.25, seed: int = 7) -> list[TradeParameters]:
    """Trade elasticities drawn around the default set, log-normal, each sector's by itself."""
    center = TradeParameters().trade_elasticities(acc.sectors)[0]
    drawn = center * np.exp(np.random.default_rng(seed).normal(0, sd, (n, acc.S)))
    return [TradeParameters(theta=dict(zip(acc.sectors.codes, row.tolist(), strict=True))) for row in drawn]


def answers(acc: Accounts, some: list[TradeParameters]) -> tuple[np.ndarray, int, float]:
    """Real income by draw and region, how many draws have no answer, and wall seconds."""
    start = time.perf_counter()
    got = list(respond_many(acc, [WAR] * len(some), some))
    spent = time.perf_counter() - start
    income = np.stack([r.detail["real_income_hat"].to_numpy() for r in got])
    return income, sum(not r.status.converged for r in got), spent


def ensemble(acc: Accounts) -> None:
    """256 draws of elasticities, and some of them one by one, each from a cold start."""
    drawn = draws(acc)
    answers(acc, drawn[:2])
    _, failed, spent = answers(acc, drawn)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    line(f"{acc.name}, 256 draws of elasticities", (spent, spent), 40, f"peak {peak:.2f} GB, {failed} not converged")
    few = drawn[:16]
    alone = best(lambda: [respond(acc, WAR, p).status.residual for p in few], 3)[0] / len(few)
    together = best(lambda: answers(acc, few)[0], 3)[0] / len(few)
    line("  a draw, of 16 one by one", (alone, alone))
    line("  a draw, of 16 together", (together, together), note=f"{alone / together:.2f} times faster")


def second_call(table: str) -> None:
    """Wall seconds of a whole command, first with an empty compile cache, then again."""
    command = [sys.executable, "-m", "xunhuan.faces.cli", "simulate", table, "--tariff", "USA<-CHN:goods:+0.25"]
    with tempfile.TemporaryDirectory() as cache:
        env = {**os.environ, "JAX_COMPILATION_CACHE_DIR": "", "XDG_CACHE_HOME": cache}
        for what in ("first command, empty compile cache", "second command"):
            start, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
            subprocess.run(command, env=env, check=True, capture_output=True)
            spent = time.perf_counter() - start
            work = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before
            line(f"{table}, {what}, start to end", (spent, spent), note=f"{work:.1f} s of processor time")


def device_report(table: str, n: int = 256) -> None:
    """The batch on the default device of JAX, and the first draws again on the CPU."""
    acc = load(table)
    device = jax.devices()[0]
    print(
        f"device: {device.device_kind} ({device.platform}), jax {jax.__version__}, table {acc.name} {acc.R} x {acc.S}"
    )
    drawn = draws(acc, n)
    answers(acc, drawn[:2])
    got, failed, spent = answers(acc, drawn)
    line(f"{n} draws", (spent, spent), note=f"{failed} not converged")
    one = problem(acc, primitives(acc, WAR), TradeParameters())
    line("one solve", best(lambda: search(one)[1]))
    with jax.default_device(jax.local_devices(backend="cpu")[0]):
        again, _, spent = answers(acc, drawn[:8])
    gap = np.nanmax(np.abs(got[:8] / again - 1))
    print(f"8 of the draws on the CPU of this machine (compile included): {spent:.2f} s; largest gap {gap:.1e}")


def main() -> None:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--device-report", action="store_true", help="256 draws on the default JAX device")
    parser.add_argument("--table", default="world-2017")
    parser.add_argument("--shapes", action="store_true", help="81 x 50 and 196 x 133, made up, beside a plain script")
    arguments = parser.parse_args()
    if arguments.shapes:
        shapes()
        return
    if arguments.device_report:
        device_report(arguments.table)
        return
    print(f"jax {jax.__version__} on {jax.devices()[0].device_kind}, {os.cpu_count()} cores")
    if RAW.is_dir():
        with expecting(many=True):
            nafta()
    else:
        print(f"NAFTA left out: no raw data at {RAW}")
    acc = load(arguments.table)
    plainly_once(acc)
    with expecting(many=True):
        world(acc)
        ensemble(acc)
    second_call(arguments.table)


if __name__ == "__main__":
    main()
