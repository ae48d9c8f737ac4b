"""Whether the tests of its room notice a change: those that run the line are run with it, the quickest first.

A room's tests are collected once, in an interpreter that has imported everything and run nothing; it parts in two for each
change, and the part gets the changed function's code in place of the old. A change outside functions has an interpreter
of its own, which reads it. Lines name themselves as they run, which tells the tests that run each. A line that only a
fixture or the first of several tests runs (a compiled function is traced once) concerns every test of the file.
"""

from __future__ import annotations

import ast
import builtins
import contextlib
import gc
import hashlib
import importlib
import json
import os
import re
import shutil
import signal
import sys
import tempfile
import time
import traceback
import warnings
from bisect import bisect_right
from collections.abc import Callable, Iterator
from importlib.machinery import SourceFileLoader
from itertools import accumulate, zip_longest
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

import pytest

from tests.mutants.changes import Change

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "xunhuan"
RUN = ("-q", "-n0", "--assert=plain", "-m", "not browser and not cluster")
APART = ("cluster.py", "worker.py")
"""How work is given to other processes, which changes no answer, and which no quick test of one process can see."""
LONGEST = 10.0
"""Seconds of a processor that the tests of one change may take by the map: a change that lasts longer survives."""
BESIDE = 6
"""Slow tests, and tests of other rooms, that are tried for a line that no quick test of the room runs."""
NEAR = ("measures", "models", "scenario", "data", "read", "build")
TESTS = {"readers": "read"}
"""Folders of tests whose name is not that of the room."""
GOLDEN = "/test_golden.py::"
"""Tests that compare everything seen of a room's answers with what it was."""
PATIENCE = 10, 6
"""A test that takes so many seconds of a processor, and so many times what it takes without the change, hangs."""
UNKNOWN = 5
"""Seconds that a test is taken to take that was not run without a change: a slow one, or one of another room."""
FUNCTION = 1
"""A flag of code that a module's and a class's body lack."""


def rooms() -> dict[str, tuple[str, ...]]:
    """Each room's files of source, by the name of its folder of tests."""
    found = {}
    inside = (f"models/{p.name}" for p in sorted((SOURCE / "models").iterdir()) if p.is_dir())
    for name in ("data", "readers", "measures", "scenario", *inside):
        if (ROOT / "tests" / TESTS.get(name, name)).is_dir():
            files = (p for p in sorted((SOURCE / name).rglob("*.py")) if p.name not in APART)
            found[name] = tuple(str(p.relative_to(ROOT)) for p in files)
    found["models"] = tuple(str(p.relative_to(ROOT)) for p in sorted((SOURCE / "models").glob("*.py")))
    return found


def load_others(kept: Path) -> None:
    """What the tests import of other people's is imported here, once; programs compiled once are kept in a folder."""
    os.environ |= {
        "JAX_COMPILATION_CACHE_DIR": str(kept / "compiled"),
        "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0.1",
    }
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


def verdicts(room: str, asked: list[Change], kept: Path) -> Iterator[tuple[Change, str]]:
    """How the tests and doctests of a room end with each change: "killed by TEST", "hangs in TEST" or "survives"."""
    files = rooms()[room]
    digest = hashlib.sha256(b"".join((ROOT / f).read_bytes() for f in files)).hexdigest()[:12]
    known = kept / f"{room.replace('/', '-')}-{digest}.jsonl"
    own = [*sorted((ROOT / "tests" / TESTS.get(room, room)).glob("test_*.py")), *map(ROOT.joinpath, files)]
    needs = re.compile(rf"xunhuan\.{room.replace('/', '.')}\b" if room != "models" else r"models\.(slopes|solvers)\b")
    near = (t for of in NEAR for t in sorted((ROOT / "tests" / of).rglob("test_*.py")))
    beside = [t for t in near if t not in own and needs.search(t.read_text("utf-8"))]
    tests = [str(t.relative_to(ROOT)) for t in (*own, *beside)], len(own)
    shapes = {f: _shape(compile((ROOT / f).read_text(encoding="utf-8"), f, "exec")) for f in {c.file for c in asked}}
    inside = [c for c in asked if _shape(c.code) == shapes[c.file]]
    at_import = []
    for change, how in _session(tests, inside, known):
        if how.startswith("survives") and not concerned(passing(known), f"{change.file}:{change.line}:"):
            at_import.append(change)  # a function that runs while its module is read, if ever
        else:
            yield change, how
    for change in asked:
        if change not in inside or change in at_import:
            holding = dict.fromkeys(t.split("::")[0] for t in concerned(passing(known), f"{change.file}:"))
            yield from _session((list(holding), len(holding)) if holding else tests, [change], known, imported=True)


def _session(
    tests: tuple[list[str], int], some: list[Change], known: Path, imported: bool = False
) -> Iterator[tuple[Change, str]]:
    """What one interpreter says of some changes; of one that is `imported`, where code cannot be put in place later."""
    (paths, own), (read, write) = tests, os.pipe()
    sys.stdout.flush()
    if not (pid := os.fork()):
        os.close(read)
        with (known.parent / "log.txt").open("a") as log:
            os.dup2(log.fileno(), 1)
            os.dup2(log.fileno(), 2)
        _read_otherwise([p for p in paths if p.startswith("src")], some[0] if imported else None)
        judge = _Judge(
            set(paths[:own]), some, known, imported, lambda k, told: os.write(write, f"{k} {told}\n".encode())
        )
        pytest.main([*RUN, *paths], plugins=[judge])
        os._exit(0)
    os.close(write)
    told = 0
    with os.fdopen(read) as pipe:
        for said in pipe:
            k, _, how = said.strip().partition(" ")
            told += 1
            yield some[int(k)], how
    os.waitpid(pid, 0)
    if told < len(some) and not imported:
        raise SystemExit(f"the tests of a room could not be tried: see {known.parent / 'log.txt'}")
    if not told:
        yield some[0], "killed: nothing can be imported"


class _Judge:
    """Collects a room's tests, finds what those not yet known run, and then tries changes instead of running the tests."""

    def __init__(
        self, own: set[str], some: list[Change], known: Path, imported: bool, say: Callable[[int, str], object]
    ) -> None:
        self.own, self.some, self.known, self.imported, self.say, self.failed = own, some, known, imported, say, False
        self.ran: set[str] = set()
        builtins.__ran__ = self.ran.add  # type: ignore[attr-defined]

    @pytest.hookimpl
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        self.items = {i.nodeid: i for i in session.items}
        if session.testsfailed:
            if self.imported:
                self.say(0, "killed: a test cannot be imported")
            return True
        if not self.imported:
            _apart(self.draw_map)
        known = {t: told for t, told in passing(self.known).items() if t in self.items}
        for k, change in enumerate(self.some):
            folder = Path(tempfile.mkdtemp())
            line = "" if self.imported else f"{change.line}:"
            tests = concerned(known, f"{change.file}:{line}") or self.beside(change.file)
            told = folder / "told"
            told.write_text("survives")
            ended = _apart(lambda c=change, t=tests, to=told: self.run(c, t, known, to), folder)  # type: ignore[misc]
            how, test = [*told.read_text().split(" ", 1), ""][:2]
            if os.WIFSIGNALED(ended):
                how = f"{'hangs in' if os.WTERMSIG(ended) == signal.SIGPROF else 'killed by the death of'} {test}"
            elif os.WEXITSTATUS(ended):
                raise SystemExit("a change could not be tried: this is a fault of tests/mutants")
            else:
                how = f"killed by {test}" if how == "failed" else "survives" if tests else "survives: no test runs it"
            self.say(k, how)
            shutil.rmtree(folder)
        return True

    def run(self, change: Change, tests: list[str], known: dict[str, Any], told: Path) -> None:
        """Run tests with a change until one fails."""
        if not self.imported:
            _put_in_place(change)
        for t, after in zip_longest(tests, tests[1:]):  # none at all where nothing runs the line
            told.write_text(f"running {t}")
            seconds = known[t]["seconds"] if t in known else UNKNOWN
            signal.setitimer(signal.ITIMER_PROF, PATIENCE[0] + PATIENCE[1] * seconds)
            if not self.passes(t, after):
                told.write_text(f"failed {t}")
                break

    def passes(self, test: str, after: str | None) -> bool:
        self.failed, item = False, self.items[test]
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=self.items.get(after))
        return not self.failed

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.failed = self.failed or report.failed

    def beside(self, file: str) -> list[str]:
        """Slow tests and tests of other rooms in files that name a module, of each function one, its own file's first."""
        stem, of = Path(file).stem, dict[str, str]()
        for t, item in self.items.items():
            if not self.quick(t) and re.search(rf"\b{stem}\b", item.path.read_text("utf-8")):
                of.setdefault(t.split("[")[0], t)
        return sorted(of.values(), key=lambda t: f"test_{stem}.py" not in t)[:BESIDE]

    def quick(self, test: str) -> bool:
        return test.split("::")[0] in self.own and not self.items[test].get_closest_marker("slow")

    def draw_map(self) -> None:
        """Which lines each quick test that is not known runs, how long it takes and whether it passes without a change."""
        self.known.touch()
        known = {json.loads(line)["test"] for line in self.known.read_text().splitlines()}
        new = [t for t in self.items if t not in known and self.quick(t)]
        with self.known.open("a") as kept:
            for t, after in zip_longest(new, new[1:]):
                self.ran.clear()
                start = time.process_time()
                passes = self.passes(t, after)
                told = {"test": t, "passes": passes, "seconds": time.process_time() - start, "lines": sorted(self.ran)}
                print(json.dumps(told), file=kept, flush=True)


def passing(known: Path) -> dict[str, Any]:
    """What a map tells of each test that passes without a change."""
    told = map(json.loads, known.read_text().splitlines())
    return {t["test"]: t for t in told if t["passes"]}


def concerned(known: dict[str, Any], place: str) -> list[str]:
    """Tests that run a line, "file:line:", or any of a file, "file:", the quickest first, then the others of their files.

    Those that look at everything seen of an answer come first of them, and all of the room's are tried for every line.
    """
    wide = {t for t in known if GOLDEN in t}
    by_time = sorted(known, key=lambda t: (t not in wide, known[t]["seconds"]))
    direct = [t for t in by_time if any(f"{at}:".startswith(place) for at in known[t]["lines"])]
    holding = {t.split("::")[0] for t in (*direct, *(wide if direct else ()))}
    order = list(dict.fromkeys([*direct, *(t for t in by_time if t.split("::")[0] in holding)]))
    spent = list(accumulate(known[t]["seconds"] for t in order))
    return order[: max(1, bisect_right(spent, LONGEST))]


def _apart(work: Callable[[], object], folder: Path | None = None) -> int:
    """How a process ends that parts from this one and does some work, its temporary files in a folder."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of threads that a process may not have after it parts: none has begun
        pid = os.fork()
    if pid:
        return os.waitpid(pid, 0)[1]
    code = 1
    try:
        if folder:
            os.environ["PYTEST_DEBUG_TEMPROOT"] = tempfile.tempdir = str(folder)
        work()
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


def _key(code: CodeType) -> tuple[Any, ...]:
    """What tells a function from the others of its file."""
    return code.co_qualname, code.co_firstlineno, list(code.co_positions())[-1]


def _parts(code: CodeType) -> list[CodeType]:
    return [c for c in code.co_consts if isinstance(c, CodeType)]


def _shape(code: CodeType) -> tuple[Any, ...]:
    """What code that is put in place of other code must share with it: all that runs at import, and names of functions."""
    within = tuple(_shape(c) for c in _parts(code))
    if code.co_flags & FUNCTION:
        return *_key(code), code.co_freevars, within
    return code.co_code, repr([c for c in code.co_consts if not isinstance(c, CodeType)]), code.co_names, within


def _put_in_place(change: Change) -> None:
    """Every function of a file gets its code of the changed file."""
    left, codes = [change.code], {}
    while left:
        left += _parts(code := left.pop())
        codes[_key(code)] = code
    for f in gc.get_objects():
        if isinstance(f, FunctionType) and f.__code__.co_filename == change.code.co_filename:
            f.__code__ = codes[_key(f.__code__)]


def _read_otherwise(files: list[str], change: Change | None) -> None:
    """From here on lines of files name themselves as they run, and one file is read with a change."""
    plain, told = SourceFileLoader.get_code, {str(ROOT / f): f for f in files}

    def get_code(self: SourceFileLoader, name: str) -> Any:
        if change and self.path == str(ROOT / change.file):
            return change.code
        if self.path not in told:
            return plain(self, name)
        tree = _Naming(told[self.path]).visit(ast.parse(Path(self.path).read_text(encoding="utf-8")))
        return compile(ast.fix_missing_locations(tree), self.path, "exec")

    SourceFileLoader.get_code = get_code  # type: ignore[method-assign]


class _Naming(ast.NodeTransformer):
    """Puts before each statement of a function one that tells where it is."""

    def __init__(self, file: str) -> None:
        self.file = file

    def generic_visit(self, node: ast.AST) -> ast.AST:
        super().generic_visit(node)
        for name in ("body", "orelse", "finalbody"):
            block = getattr(node, name, None)
            if isinstance(block, list) and not isinstance(node, (ast.Module, ast.ClassDef)):
                setattr(node, name, [part for s in block for part in self.named(s)])
        return node

    def named(self, s: ast.stmt) -> list[ast.stmt]:
        if isinstance(s, ast.Expr) and isinstance(s.value, ast.Constant):
            return [s]
        tells = ast.Expr(ast.Call(ast.Name("__ran__", ast.Load()), [ast.Constant(f"{self.file}:{s.lineno}")], []))
        return [ast.copy_location(tells, s), s]
