"""The web laboratory under load, on loopback: 50 visitors browse while 5 runs are queued.

    python -m benchmarks.bench_web [--visitors 50] [--seconds 20]

A visitor opens the page, then every one to two seconds chooses a region, changes the circuit or the definition, or
goes to another page, each with the requests a browser makes for it. Bounded in time and number; prints medians and
ends with exit code 1 after an error, or where the median of all updates is above the limit.
"""

from __future__ import annotations

import argparse
import math
import random
import statistics
import tempfile
import threading
import time
from pathlib import Path

from tests.helpers.weblab import Visitor, serving, toy_scenario

LIMIT = 0.300
"""Seconds a page update may take in the middle of the distribution, on a machine that does nothing else."""
REGIONS = ("CN-GD", "CN-SD", "CN-SC", "CN-SH", "CN-XJ", "CN-HB", "CN-LN", "CN-YN")


def browse(
    port: int, seed: int, until: float, pause: tuple[float, float], steps: float = math.inf
) -> tuple[list[tuple[str, float]], list[str]]:
    """One visitor's session, to a time or for so many steps: times of the requests and errors."""
    rng = random.Random(seed)
    visitor, errors = Visitor(port), []
    query: dict[str, str] = {"lang": rng.choice(("en", "zh"))}
    try:
        time.sleep(rng.uniform(*pause))
        visitor.open()
        visitor.bar(**query)
        visitor.page(**query)
        while time.monotonic() < until and steps > 0:
            steps -= 1
            time.sleep(rng.uniform(*pause))
            step = rng.random()
            if step < 0.7:
                query |= {"region": rng.choice(REGIONS), "share": rng.choice(("own", "inter", "external"))}
                visitor.bar(**query)
                visitor.choose(**query)
            else:
                path = rng.choice(("/", "/scenario", "/results", "/tables"))
                visitor.bar(path, **query)
                visitor.page(path, **query)
    except (AssertionError, OSError) as e:
        errors.append(f"{type(e).__name__}: {e}"[:300])
    return visitor.times, errors


def load(
    port: int, visitors: int = 50, seconds: float = 20.0, runs: int = 5, steps: float = math.inf
) -> tuple[list[tuple[str, float]], list[str]]:
    """All visitors at once while runs wait in the queue, each for so long or so many steps; (kind, seconds) and errors."""
    first = Visitor(port)
    for path in ("/", "/scenario", "/results", "/tables"):
        first.page(path)  # what a server has computed once is kept
        first.page(path, lang="zh")
    errors = []
    for k in range(runs):
        address = first.run(toy_scenario(0.05 + 0.01 * k), table="toyland")
        if not address.startswith("/results"):  # a refusal answers 200 too, and would leave the queue empty
            errors.append(f"not run: {address}"[:300])
    until = time.monotonic() + seconds
    found: list[tuple[list[tuple[str, float]], list[str]]] = []
    threads = [
        threading.Thread(target=lambda s=s: found.append(browse(port, s, until, (1.0, 2.0), steps)))
        for s in range(visitors)
    ]
    for t in threads:
        t.start()
    for t in threads:
        t.join(timeout=seconds + 600)
    times = [x for ts, _ in found for x in ts]
    errors += [e for _, es in found for e in es] + ["a visitor hangs"] * (visitors - len(found))
    return times, errors


def report(times: list[tuple[str, float]]) -> str:
    """Median and 95th percentile by kind, in milliseconds."""
    lines = []
    for kind in dict.fromkeys(k for k, _ in times):
        ms = sorted(1000 * t for k, t in times if k == kind)
        lines.append(
            f"{kind:8} n={len(ms):5}  median {statistics.median(ms):7.1f} ms  95% {ms[int(0.95 * (len(ms) - 1))]:7.1f} ms"
        )
    return "\n".join(lines)


def main() -> None:
    """Run it on a fresh server with an empty folder."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--visitors", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=20.0)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder)) as server:
        times, errors = load(server.port, min(given.visitors, 200), min(given.seconds, 120.0))
    print(report(times))
    median = statistics.median(t for kind, t in times if kind != "load")
    print(f"updates  median {1000 * median:.1f} ms, at most {1000 * LIMIT:.0f} ms")
    print(f"errors: {len(errors)}", *errors[:5], sep="\n")
    if errors or median > LIMIT:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
