"""Faults, each a function of a job, an empty folder, what an undisturbed job makes, and random numbers: what is wrong then.

What must hold under every one: what the job makes is whole and right, or not there, or what was there before; whoever asks
again gets the bytes of an undisturbed job; nothing half made stays; what is said is said in the house's words.
"""

from __future__ import annotations

import hashlib
import http.server
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.faults.jobs import PATIENCE, Job, done, started, surroundings, told
from tests.helpers.weblab import Visitor, serving, start, toy_scenario
from xunhuan.faces.cli import main

Whole = Mapping[str, str]
Fault = Callable[[Job, Path, Whole, random.Random], list[str]]
HALF = (".*.tmp-*", ".*.old-*", ".*.draws-*")


def again(job: Job, folder: Path, whole: Whole) -> list[str]:
    """What is wrong after the job was asked for again, undisturbed."""
    code = main(job.words(folder))
    wrong = [] if code == 0 else [f"asked again it ends with {code}"]
    if told(folder / job.out) != whole:
        wrong.append("asked again it gives other bytes")
    half = [f.name for pattern in HALF for f in folder.glob(pattern)]
    return wrong + [f"half made things stay: {half}"] * bool(half)


def part(job: Job, folder: Path, whole: Whole) -> list[str]:
    """What is wrong with what a disturbed job left at the place of its result."""
    found = told(folder / job.out)
    return [] if found in ({}, whole) else [f"half a result: {sorted(found)}"]


def kill_any_time(job: Job, folder: Path, whole: Whole, rng: random.Random) -> list[str]:
    """kill -9 of the whole group at a random moment from its start to its end."""
    process = started(job, folder)
    process_ends(process, rng.uniform(0.0, 1.1) * _length(job))
    return part(job, folder, whole) + again(job, folder, whole)


def kill_while_writing(job: Job, folder: Path, whole: Whole, rng: random.Random) -> list[str]:
    """kill -9 a few thousandths of a second after the first half-made thing or batch appears."""
    process = started(job, folder)
    while process.poll() is None and not any(next(folder.glob(p), None) for p in HALF):
        time.sleep(0.001)
    process_ends(process, rng.expovariate(1 / 0.05))
    return part(job, folder, whole) + again(job, folder, whole)


def two_at_once(job: Job, folder: Path, whole: Whole, rng: random.Random) -> list[str]:
    """The same asked for twice into one place: whole whoever is last, or refused in words."""
    first = started(job, folder)
    time.sleep(rng.uniform(0.0, 0.5))
    ends = [done(p) for p in (first, started(job, folder))]
    wrong = [f"ends with {code}: {said[-300:]}" for code, said in ends if code not in (0, 2) or "Traceback" in said]
    wrong += ["nobody gave it"] * all(code for code, _ in ends)
    return wrong + again(job, folder, whole)


def no_room(job: Job, folder: Path, whole: Whole, rng: random.Random) -> list[str]:
    """A disk that is full after a random length, or a file that may not grow past it; what is there stays as it was."""
    with small_disk(folder, "64m") as disk:
        wrong = again(job, folder, whole) if rng.random() < 0.5 else []
        before, words = told(folder / job.out), job.words(folder)
        largest = max((f.stat().st_size for f in _files(folder / job.out)), default=100_000)
        length = int(largest * rng.uniform(0.0, 0.9))
        full = disk and rng.random() < 0.7
        if full:
            used = sum(f.stat().st_blocks * 512 for f in _files(folder))
            _mount("-o", f"remount,size={used + length + 4096}", str(folder))
        with begins_with("" if full else SHORT.format(length=length)) as env:
            off = {**env, "JAX_ENABLE_COMPILATION_CACHE": "false"}
            code, said = done(started(Job(lambda _: words, job.out), folder, off))
        wrong += [] if told(folder / job.out) == before else ["what was there is gone or changed"]
        wrong += _refused(code, said, str(folder))
        if full:
            _mount("-o", "remount,size=64m", str(folder))
        return wrong + again(job, folder, whole)


def read_only(job: Job, folder: Path, whole: Whole, rng: random.Random) -> list[str]:
    """A folder, or for the machine's master a disk, that cannot be written to."""
    with small_disk(folder, "64m") as disk:
        words = job.words(folder)
        _mount("-o", "remount,ro", str(folder)) if disk else folder.chmod(0o555)
        code, said = done(started(Job(lambda _: words, job.out), folder))
        _mount("-o", "remount,rw", str(folder)) if disk else folder.chmod(0o755)
        wrong = _refused(code, said, str(folder)) + ["it was written to"] * bool(told(folder / job.out))
        return wrong + again(job, folder, whole)


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[bool]:
    """A disk of so many bytes at a folder; False where this user may make none."""
    there = os.geteuid() == 0 and _mount("-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder))
    try:
        yield there
    finally:
        if there:
            subprocess.run(["umount", str(folder)], check=True)


def _mount(*words: str) -> bool:
    return subprocess.run(["mount", *words], stderr=subprocess.DEVNULL, check=False).returncode == 0


@contextmanager
def begins_with(code: str) -> Iterator[dict[str, str]]:
    """An environment in which every Python runs this first: a hook between fork and exec would fork a process with threads,
    which JAX, once it has begun, warns of."""
    with tempfile.TemporaryDirectory() as place:
        (Path(place) / "sitecustomize.py").write_text(code, encoding="utf-8")
        yield {"PYTHONPATH": os.pathsep.join([place, surroundings()["PYTHONPATH"]])}


SHORT = """
import resource
resource.setrlimit(resource.RLIMIT_FSIZE, ({length}, {length}))
"""
CLOCK = """
import random, time
_true, _turn = (time.time, time.time_ns), random.Random({seed})
time.time = lambda: _true[0]() - _turn.uniform(0, 1e6)
time.time_ns = lambda: _true[1]() - _turn.randrange(10**15)
"""


def clock_turns_back(job: Job, folder: Path, whole: Whole, rng: random.Random) -> list[str]:
    """Every look at the clock may find an earlier time than the last; what is there already is from the future."""
    with begins_with(CLOCK.format(seed=rng.randrange(2**31))) as env:
        code, said = done(started(job, folder, env))
    wrong = [] if code == 0 else [f"ends with {code}: {said[-300:]}"]
    wrong += [] if told(folder / job.out) == whole else ["it gives other bytes"]
    for f in _files(folder / job.out):
        os.utime(f, (4e9, 4e9))
    return wrong + again(job, folder, whole)


FAULTS: dict[str, Fault] = {
    "killed any time": kill_any_time,
    "killed while writing": kill_while_writing,
    "two at once": two_at_once,
    "no room": no_room,
    "read-only": read_only,
    "clock turns back": clock_turns_back,
}


def process_ends(process: subprocess.Popen[bytes], after: float) -> None:
    """Kill a process and all of its group after some seconds, if it has not ended by then."""
    try:
        process.communicate(timeout=after)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


_LENGTHS: dict[str, float] = {}


def _length(job: Job) -> float:
    """Seconds that a job takes as a process here and now, found once."""
    key = str(id(job))
    if key not in _LENGTHS:
        with tempfile.TemporaryDirectory() as folder:
            began = time.monotonic()
            done(started(job, Path(folder)))
            _LENGTHS[key] = time.monotonic() - began
    return _LENGTHS[key]


def _files(path: Path) -> list[Path]:
    return [path] if path.is_file() else [f for f in path.rglob("*") if f.is_file()]


def _refused(code: int, said: str, place: str) -> list[str]:
    wrong = [] if code in (1, 2) else [f"ends with {code}"]
    if "Traceback" in said or "where: " not in said or place not in said:
        wrong.append(f"said badly: {said[-400:]}")
    return wrong


SLOW = """
import sys, time
from pathlib import Path
from xunhuan.data.public import PublicTable, fetch_public
made_of = ("sha256:{digest}", "", "CC0", "tabular", "https://x.org", "")
table = PublicTable("toy", "A table", "toy.csv", sys.argv[1], {size}, *made_of)
print("begins", flush=True)
fetch_public(table, Path(sys.argv[2]))
"""
BODY = bytes(range(256)) * 400


class _Slowly(http.server.BaseHTTPRequestHandler):
    """Sends the file a little at a time."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(BODY)))
        self.end_headers()
        try:
            for k in range(0, len(BODY), 1024):
                self.wfile.write(BODY[k : k + 1024])
                time.sleep(0.002)
        except OSError:
            """Whoever asked is gone."""

    def log_message(self, *_: object) -> None:
        """Nothing is logged."""


@contextmanager
def slow_server() -> Iterator[str]:
    """Address of a server that sends a file slowly."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Slowly) as s:
        threading.Thread(target=s.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{s.server_port}/file"
        s.shutdown()


def fetch_killed(folder: Path, rng: random.Random) -> list[str]:
    """kill -9 while a file comes; fetched again it is whole, and nothing else lies there."""
    code = SLOW.format(size=len(BODY), digest=hashlib.sha256(BODY).hexdigest())
    with slow_server() as url:
        words = [sys.executable, "-c", code, url, str(folder)]
        process = subprocess.Popen(words, stdout=subprocess.PIPE, env=surroundings(), start_new_session=True)
        assert process.stdout is not None
        process.stdout.readline()
        process_ends(process, rng.uniform(0.0, 0.6))
        found = folder / "toy.csv"
        wrong = ["half a file"] * (found.exists() and found.read_bytes() != BODY)
        subprocess.run(words, env=surroundings(), check=True, stdout=subprocess.DEVNULL, timeout=PATIENCE)
    wrong += ["fetched again it is another"] * (found.read_bytes() != BODY)
    left = sorted(f.name for f in folder.iterdir())
    return wrong + [f"half made things stay: {left}"] * (left != ["toy.csv"])


def serve_killed(folder: Path, rng: random.Random) -> list[str]:
    """kill -9 of the laboratory and of what it runs while a visitor's scenario runs; opened again it ends by itself."""
    draft = toy_scenario(0.01 * rng.randrange(1, 40))
    server = start(folder)
    try:
        Visitor(server.port).run(draft, table="toyland")
        time.sleep(rng.uniform(0.0, 10.0))
    finally:
        server.stop(signal.SIGKILL)
    results = folder / "results"
    wrong = [f"half a result: {f.name}" for f in results.glob("[0-9a-f]*") if not (f / "manifest.json").is_file()]
    until = time.monotonic() + PATIENCE
    with serving(folder):
        while not (found := list(results.glob("[0-9a-f]*/manifest.json"))) and time.monotonic() < until:
            time.sleep(0.1)
    if len(found) != 1:
        return [*wrong, f"opened again it gives {len(found)} results"]
    left = [f.name for pattern in HALF for f in results.glob(pattern)]
    return wrong + [f"half made things stay: {left}"] * bool(left)
