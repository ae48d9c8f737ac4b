"""Faults in numbers: `python -m tests.faults N [SEED]` runs so many, drawn by the seed, and prints how they ended."""

from __future__ import annotations

import contextlib
import io
import os
import random
import sys
import tempfile
from collections import Counter
from pathlib import Path

from tests.faults.faults import FAULTS, Whole, fetch_killed, serve_killed
from tests.faults.jobs import CACHE, JOBS, done, started, surroundings, told


def reference(name: str, folder: Path) -> Whole:
    """What an undisturbed job makes."""
    code, said = done(started(JOBS[name], folder))
    assert code == 0, said
    return told(folder / JOBS[name].out)


def one(fault: str, job: str, whole: dict[str, Whole], rng: random.Random) -> list[str]:
    """What is wrong after a fault."""
    with tempfile.TemporaryDirectory(prefix="xunhuan-fault-") as place, contextlib.ExitStack() as silent:
        silent.enter_context(contextlib.redirect_stdout(io.StringIO()))
        silent.enter_context(contextlib.redirect_stderr(io.StringIO()))
        folder = Path(place)
        folder.chmod(0o755)
        if fault == "fetch killed":
            return fetch_killed(folder, rng)
        if fault == "serve killed":
            return serve_killed(folder, rng)
        if job not in whole:
            with tempfile.TemporaryDirectory() as aside:
                whole[job] = reference(job, Path(aside))
        return FAULTS[fault](JOBS[job], folder, whole[job], rng)


def drawn(count: int, seed: int) -> list[tuple[str, str]]:
    """Faults and the jobs they befall, every pair of them in turn, the order drawn."""
    pairs = [(f, j) for f in FAULTS for j in JOBS] + [("fetch killed", "")] * 3 + [("serve killed", "")] * 3
    rng = random.Random(seed)
    out: list[tuple[str, str]] = []
    while len(out) < count:
        rng.shuffle(pairs)
        out += pairs
    return out[:count]


def main(count: int, seed: int) -> int:
    """Run them; 1 where one of them left something wrong."""
    os.environ.update({k: v for k, v in surroundings().items() if k.startswith(("JAX", "OMP", "OPENBLAS"))})
    CACHE.mkdir(exist_ok=True)
    whole: dict[str, Whole] = {}
    tried: Counter[str] = Counter()
    wrong: list[str] = []
    for k, (fault, job) in enumerate(drawn(count, seed)):
        found = one(fault, job, whole, random.Random(f"{seed} {k}"))
        tried[fault] += 1
        wrong += (said := [f"{fault}, {job}, number {k} of seed {seed}: {what}" for what in found])
        print(*said, sep="\n", flush=True) if said else print(".", end="", flush=True)
    print()
    for fault, times in sorted(tried.items()):
        print(f"{fault:24} {times:5}")
    print(f"{'all':24} {sum(tried.values()):5}, of which {len(wrong)} left something wrong", *wrong, sep="\n  ")
    return bool(wrong)


if __name__ == "__main__":
    given = [int(x) for x in sys.argv[1:]]
    sys.exit(main(*given, *(100, 1)[len(given) :]))
