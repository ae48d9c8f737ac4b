"""A few faults of each kind; `make faults N=100` runs more."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.__main__ import drawn
from tests.faults.faults import FAULTS, fetch_killed
from tests.faults.jobs import JOBS, surroundings, told
from xunhuan.faces.cli import main
from xunhuan.models import registry

pytestmark = pytest.mark.identity


@pytest.mark.slow
@pytest.mark.parametrize(("fault", "job"), [("killed while writing", "propagation"), ("no room", "build")])
def test_a_fault_leaves_nothing_half_made(fault: str, job: str, tmp_path: Path) -> None:
    for name in ("aside", "here"):
        (tmp_path / name).mkdir()
    assert main(JOBS[job].words(tmp_path / "aside")) == 0
    whole = told(tmp_path / "aside" / JOBS[job].out)
    assert whole
    assert FAULTS[fault](JOBS[job], tmp_path / "here", whole, random.Random(7)) == []


def test_a_fetch_that_is_killed_leaves_no_half_file(tmp_path: Path) -> None:
    assert fetch_killed(tmp_path, random.Random(2)) == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_a_full_pipe_and_a_console_without_our_letters(tmp_path: Path) -> None:
    """Standard output takes nothing, standard error has no Chinese: one line each what, where and what to do."""
    env = {**surroundings(), "PYTHONIOENCODING": "ascii"}
    command = [sys.executable, "-m", "xunhuan.faces.cli", "--lang", "zh", "tables", "--format", "csv"]
    with open("/dev/full", "w") as full:
        ended = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, env=env, check=False)
    assert ended.returncode == 1
    lines = [line.encode().decode("unicode_escape") for line in ended.stderr.splitlines()]
    assert lines[-3:] == [
        "错误：磁盘空间已满", "  位置：标准输出", "  改法：请腾出空间或写到别处；原有内容未动",
    ]  # fmt: skip


def test_faults_are_drawn_by_their_seed() -> None:
    pairs = drawn(200, 3)
    assert pairs == drawn(200, 3) != drawn(200, 4)
    assert {f for f, _ in pairs} == {*FAULTS, "fetch killed", "serve killed"}
    assert {(f, j) for f, j in pairs if j} == {(f, j) for f in FAULTS for j in JOBS}
    assert {*registry.models()} | {"ensemble", "build"} == {*JOBS}  # a new room comes under faults too
