"""Whether the tests of its room notice a change: each is tried in a process of its own, the likeliest tests first.

Which test runs which line is found once by tracing the tests of a room; a line that only a fixture or the first of several
tests runs (a compiled function is traced once) is taken to concern every test of the file.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import json
import os
import resource
import signal
import sys
import time
from bisect import bisect_right
from collections.abc import Iterator
from importlib.machinery import SourceFileLoader
from itertools import accumulate
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "xunhuan"
QUICK = ("-q", "-n0", "-x", "--assert=plain", "-m", "not slow and not browser and not cluster")
MOST = 240
"""Seconds of a processor after which tests that have not ended are taken to hang: a clock would blame a busy machine."""
LONGEST = 60.0
"""Seconds of a processor that the tests of one change may take by the map: a change that lasts longer survives."""
FIRST = 12
"""Tests tried before the files of the others are read: most changes go no further."""


def rooms() -> dict[str, tuple[str, ...]]:
    """Each room's files of source, by the name of its folder of tests."""
    found = {}
    for name in ("measures", "scenario", *(f"models/{p.name}" for p in (SOURCE / "models").iterdir() if p.is_dir())):
        if (ROOT / "tests" / name).is_dir():
            found[name] = tuple(str(p.relative_to(ROOT)) for p in sorted((SOURCE / name).rglob("*.py")))
    found["models"] = tuple(str(p.relative_to(ROOT)) for p in sorted((SOURCE / "models").glob("*.py")))
    return found


class _Tracer:
    """Which lines of a room each test runs, and how long the test takes."""

    def __init__(self, files: tuple[str, ...]) -> None:
        self.files = {str(ROOT / f): f for f in files}
        self.lines: dict[str, dict[str, set[int]]] = {}
        self.seconds: dict[str, float] = {}

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        seen: dict[str, set[int]] = {}

        def inside(frame: FrameType, event: str, _: Any) -> Any:
            seen.setdefault(self.files[frame.f_code.co_filename], set()).add(frame.f_lineno)
            return inside

        def enter(frame: FrameType, event: str, _: Any) -> Any:
            return inside(frame, event, _) if frame.f_code.co_filename in self.files else None

        start = time.process_time()
        sys.settrace(enter)
        try:
            return (yield)
        finally:
            sys.settrace(None)
            self.lines[item.nodeid], self.seconds[item.nodeid] = seen, time.process_time() - start


def draw_map(room: str, files: tuple[str, ...], kept: Path) -> dict[str, Any]:
    """Test -> seconds and lines by file, for the tests and doctests of a room; read from where it is kept."""
    path = kept / f"{room.replace('/', '-')}.json"
    if not path.exists():
        own = (
            [f"tests/{room}"]
            if room != "models"
            else sorted(str(p.relative_to(ROOT)) for p in (ROOT / "tests/models").glob("*.py"))
        )
        tests = [*own, *files]
        pid = os.fork()
        if not pid:
            tracer = _Tracer(files)
            with (kept / "map.log").open("a") as log, contextlib.redirect_stdout(log):
                pytest.main([*(f for f in QUICK if f != "-x"), *tests], plugins=[tracer])
            told = {
                t: {"seconds": tracer.seconds[t], "lines": {f: sorted(n) for f, n in of.items()}}
                for t, of in tracer.lines.items()
            }
            path.write_text(json.dumps(told))
            os._exit(0)
        os.waitpid(pid, 0)
    if not path.exists() or path.read_text() == "{}":
        path.unlink(missing_ok=True)
        raise SystemExit(
            f"no test of {room} could be traced, so that every change would survive: see {kept / 'map.log'}"
        )
    read: dict[str, Any] = json.loads(path.read_text())
    return read


def concerned(known: dict[str, Any], file: str, line: int) -> list[str]:
    """Tests that run a line, the quickest first, then the others of their files; all of the room where none does."""
    by_time = sorted(known, key=lambda t: known[t]["seconds"])
    direct = [t for t in by_time if line in known[t]["lines"].get(file, ())]
    holding = {t.split("::")[0] for t in direct}
    beside = [t for t in by_time if (t.split("::")[0] in holding if direct else file in known[t]["lines"])]
    order = list(dict.fromkeys([*direct, *(beside or by_time)]))
    spent = list(accumulate(known[t]["seconds"] for t in order))
    return order[: max(FIRST, bisect_right(spent, LONGEST))]


class _InOrder:
    """Tests in the order they are named, which files would otherwise part."""

    def __init__(self, order: list[str]) -> None:
        self.place = {t: k for k, t in enumerate(order)}

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = sorted((i for i in items if i.nodeid in self.place), key=lambda i: self.place[i.nodeid])


def load_others() -> None:
    """What the tests import of other people's is imported here, once: the processes that part later have it."""
    read, write = os.pipe()
    if not (pid := os.fork()):
        importlib.import_module("tests.conftest")
        for name in ("measures", "models.trade", "models.propagation", "scenario.run", "scenario.ensemble"):
            importlib.import_module(f"xunhuan.{name}")
        os.write(write, "\n".join(m for m in sys.modules if m.split(".")[0] not in ("xunhuan", "tests")).encode())
        os._exit(0)
    os.close(write)
    with os.fdopen(read) as pipe:
        names = pipe.read().split("\n")
    os.waitpid(pid, 0)
    for name in names:
        with contextlib.suppress(ImportError, ValueError):
            importlib.import_module(name)


def verdict(file: str, source: str, tests: list[str]) -> str:
    """How the tests end when a file of source reads otherwise: "killed by TEST", "hangs" or "survives"."""
    read, write = os.pipe()
    pid = os.fork()
    if not pid:
        resource.setrlimit(resource.RLIMIT_CPU, (MOST, MOST))
        os.close(read)
        _replaced(file, source)
        said, told, code = io.StringIO(), _Said(), 0
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            for some in (tests[:FIRST], tests[FIRST:]):
                if some and not code:
                    where = list(dict.fromkeys(t.split("::")[0] for t in some))
                    code = int(pytest.main([*QUICK, *where], plugins=[_InOrder(some), told]))
        os.write(write, f"{code} {told.failed or said.getvalue()[-300:]}".encode())
        os._exit(0)
    os.close(write)
    with os.fdopen(read) as pipe:
        code, _, said_so = pipe.read().partition(" ")
    ended = os.waitpid(pid, 0)[1]
    if os.WIFSIGNALED(ended) and os.WTERMSIG(ended) in (signal.SIGXCPU, signal.SIGKILL):
        return "hangs"
    return "survives" if code == "0" else f"killed by {said_so.strip()}" if code else "killed: the process died"


class _Said:
    """The first test that failed."""

    failed = ""

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed and not self.failed:
            self.failed = report.nodeid

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed and not self.failed:
            self.failed = f"{report.nodeid} (cannot be read)"


def _replaced(file: str, source: str) -> None:
    """From here on the file is read as `source`."""
    target, plain = str(ROOT / file), SourceFileLoader.get_code

    def get_code(self: SourceFileLoader, name: str) -> Any:
        return compile(source, target, "exec") if self.path == target else plain(self, name)

    SourceFileLoader.get_code = get_code  # type: ignore[method-assign]
