"""Cases of a kind, worked in a process of their own under limits, and what each came to.

A kind says how an input is made of a seed and what is done with it:

    Kind(name, seeds, mutate, call)    seeds: inputs that are right · mutate(rng) -> input · call(input) raises or does not

Modules of this folder named `kind_*.py` hold `KINDS`, a tuple of them; they are found by being there. Case n of a kind is
always the same: its rng begins with the kind's name and n. An input is bytes, or names of files with bytes; `call`
gets it with an empty folder to write it to.

    outcome    what happened
    ok         it was read
    refused    an error of the house, which says what is wrong
    traceback  any other exception, a warning included
    hang       more than SECONDS of processor time
    memory     more than BYTES in all
    crash      the process died
"""

from __future__ import annotations

import faulthandler
import gc
import importlib
import json
import os
import pkgutil
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import traceback
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import NamedTuple

from xunhuan.errors import XunhuanError

SECONDS = 5
"""Processor time a case may take."""
BYTES = 2**30
"""Memory a process may take."""
ENDLESS = 300
"""Seconds by the clock after which a process that uses none is given up: only what waits for ever takes them."""
GOOD = ("ok", "refused")
BAD = ("traceback", "hang", "memory", "crash")

Input = bytes | Mapping[str, bytes]


@dataclass(frozen=True)
class Kind:
    """A kind of input.

    name    what it is called · seeds  inputs that are right, by name: none may be refused
    mutate  (rng): an input made of one of them · call  (input, folder): reads it, as people do; `folder` is empty
    counts  false of one that only tries this harness
    """

    name: str
    seeds: Mapping[str, Input]
    mutate: Callable[[Random], Input]
    call: Callable[[Input, Path], object]
    counts: bool = True

    def case(self, n: int) -> Input:
        """The n-th input."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # an input is to be wrong
            return self.mutate(Random(f"{self.name} {n}"))


class Ended(NamedTuple):
    """What a case came to: kind, number, outcome, and of what is bad where."""

    kind: str
    number: int
    outcome: str
    said: str = ""


class Job(NamedTuple):
    """Cases first, first + 1, ... of a kind; seeds themselves are numbered -1, -2, ..."""

    kind: str
    first: int
    count: int


@dataclass
class Tally:
    """Counts by kind and outcome, and everything that went wrong."""

    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    bad: list[Ended] = field(default_factory=list)

    def add(self, one: Ended) -> None:
        """Count one."""
        self.counts[one.kind, one.outcome] += 1
        if one.outcome in BAD or (one.number < 0 and one.outcome != "ok"):
            self.bad.append(one)

    def lines(self) -> Iterator[str]:
        """A table of counts."""
        yield f"{'kind':24}" + "".join(f"{o:>11}" for o in (*GOOD, *BAD))
        for kind in dict.fromkeys(k for k, _ in self.counts):
            yield f"{kind:24}" + "".join(f"{self.counts[kind, o]:>11,}" for o in (*GOOD, *BAD))

    def told(self) -> Iterator[str]:
        """What went wrong, alike cases once, with the first that shows it."""
        alike: dict[tuple[str, str, str], list[Ended]] = {}
        for b in self.bad:
            alike.setdefault((b.kind, b.outcome, b.said), []).append(b)
        for (kind, outcome, said), found in sorted(alike.items(), key=lambda x: -len(x[1])):
            yield f"{len(found):6} {outcome} {kind}:{found[0].number}  {said}"


def kinds(some: Sequence[str] = ()) -> dict[str, Kind]:
    """Every kind by name; with `some`, only those of the modules they are of, `kind_X` for X and X-Y."""
    found = [m.name for m in pkgutil.iter_modules([str(Path(__file__).parent)]) if m.name.startswith("kind_")]
    mine = {f"kind_{name.partition('-')[0]}" for name in some} or {*found}
    every = [k for m in sorted(mine) for k in importlib.import_module(f"tests.fuzz.{m}").KINDS]
    return {k.name: k for k in every}


def write(given: Input, folder: Path, name: str) -> Path:
    """Write an input into a folder; bytes get the name. Returns the file, or the folder where it is several."""
    if isinstance(given, bytes):
        (folder / name).write_bytes(given)
        return folder / name
    for each, content in given.items():
        (folder / each).parent.mkdir(parents=True, exist_ok=True)
        (folder / each).write_bytes(content)
    return folder


# One case, in this process


def tried(kind: Kind, n: int) -> Ended:
    """Work one case and say what came of it."""
    given = list(kind.seeds.values())[-n - 1] if n < 0 else kind.case(n)
    folder = Path(tempfile.mkdtemp(prefix="fuzz-"))
    try:
        kind.call(given, folder)
    except XunhuanError as e:
        return Ended(kind.name, n, "refused" if e.what.strip() else "traceback", str(e))
    except MemoryError:
        return Ended(kind.name, n, "memory", _where())
    except Exception as e:
        return Ended(kind.name, n, "memory" if "llocate memory" in str(e) else "traceback", _where())
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return Ended(kind.name, n, "ok")


def _where() -> str:
    """The exception being handled in a line: kind, last line of the package it passed, text."""
    kind, e, _ = sys.exc_info()
    assert kind is not None
    frames = traceback.extract_tb(e.__traceback__) if e is not None else []
    mine = [f for f in frames if "/xunhuan/" in f.filename] or frames
    at = f"{mine[-1].filename.rpartition('/xunhuan/')[2]}:{mine[-1].lineno}" if mine else "?"
    return f"{kind.__name__} at {at}: {' '.join(str(e).split())[:110]}"


# Many cases, in a process that may die


def worked(jobs: Sequence[Job], seconds: float = SECONDS) -> Iterator[Ended]:
    """Cases worked in a process under limits; one that dies is replaced and goes on behind the case that killed it."""
    left = [Job(j.kind, j.first + k, 1) for j in jobs for k in range(j.count)]
    while left:
        with tempfile.TemporaryFile() as told:
            process = _process(left, seconds, told)
            assert process.stdout is not None
            try:
                for line in process.stdout:
                    yield Ended(*json.loads(line))
                    left.pop(0)
                ended = process.wait()
            finally:
                process.stdout.close()
                process.kill()
            if not left:
                return
            told.seek(0)
            said = told.read().decode(errors="replace")
        if ended in (0, 1):  # a mutator that fails, a kind that is not there
            raise RuntimeError(f"{left[0].kind}:{left[0].first}\n{said}")
        outcome = _DEATHS.get(-ended, "crash")
        yield Ended(left[0].kind, left[0].first, outcome, _last(said))
        left.pop(0)


def _process(left: Sequence[Job], seconds: float, told: object) -> subprocess.Popen[str]:
    # Neighbours become one job again, so that a hundred thousand cases fit on a line.
    jobs: list[Job] = []
    for j in left:
        if jobs and jobs[-1].kind == j.kind and jobs[-1].first + jobs[-1].count == j.first:
            jobs[-1] = Job(j.kind, jobs[-1].first, jobs[-1].count + 1)
        else:
            jobs.append(j)
    alone = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "PYTHONHASHSEED": "0"}
    return subprocess.Popen(
        [sys.executable, "-m", "tests.fuzz.worker", json.dumps(jobs), str(seconds)],
        stdout=subprocess.PIPE,
        stderr=told,  # type: ignore[arg-type]
        text=True,
        env={**os.environ, **alone},
        cwd=Path(__file__).parents[2],
    )


_DEATHS = {signal.SIGPROF: "hang", signal.SIGALRM: "hang", signal.SIGKILL: "memory"}
"""What signals a process dies of say of its case: its alarms, and the system that has no more memory."""


def _last(said: str) -> str:
    """The innermost line of the package in what a dying process wrote."""
    lines = [x.strip() for x in said.splitlines() if x.strip()]
    mine = [x for x in lines if x.startswith("File") and "/xunhuan/" in x]
    return (mine or lines or ["?"])[0].replace(str(Path(__file__).parents[2]), "")


def limited() -> None:
    """Bound what this process takes from here on: memory in all, processor time and time of each case."""
    size, held = (int(x) * resource.getpagesize() for x in Path("/proc/self/statm").read_text().split()[:2])
    most = size + max(0, BYTES - held)
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    for sign in (signal.SIGPROF, signal.SIGALRM):
        # Says where, then dies, also where the library never comes back to Python.
        faulthandler.register(sign, chain=True)


def work(jobs: Sequence[Job], seconds: float) -> None:
    """What the process does: a line of JSON a case."""
    known = kinds([j.kind for j in jobs])
    for name in dict.fromkeys(j.kind for j in jobs):  # what is imported and made once belongs to no case
        for k in range(len(known[name].seeds)):
            tried(known[name], -k - 1)
    limited()
    warnings.simplefilter("error")
    for j in jobs:
        for n in range(j.first, j.first + j.count):
            signal.setitimer(signal.ITIMER_PROF, seconds)
            signal.setitimer(signal.ITIMER_REAL, ENDLESS)
            ended = tried(known[j.kind], n)
            signal.setitimer(signal.ITIMER_PROF, 0)
            signal.setitimer(signal.ITIMER_REAL, 0)
            if ended.outcome == "memory":
                gc.collect()
            said = ended.said if ended.outcome != "refused" or n < 0 else ""
            print(json.dumps([*ended[:3], said]), flush=True)
