"""Fifty visitors browse the laboratory while five runs wait in its queue: no error, no refusal, nobody hangs.

Each takes the same steps however quick the machine is. How quick the pages are is shown by `benchmarks/bench_web.py`, for a
test's machine may be busy.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.bench_web import load
from tests.helpers.weblab import PATIENCE, serving

pytestmark = pytest.mark.house

VISITORS, STEPS, RUNS = 50, 3, 5


@pytest.mark.slow
@pytest.mark.browser
def test_fifty_visitors_and_five_runs(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        times, errors = load(server.port, VISITORS, PATIENCE, RUNS, STEPS)
    assert errors == []
    assert sum(kind == "load" for kind, _ in times) == 3 * VISITORS
    assert sum(kind != "load" for kind, _ in times) == 2 * VISITORS * (1 + STEPS)  # two for each page
