"""Fifty visitors browse the laboratory while five runs wait in its queue: no error, no refusal, nobody hangs.

How quick the pages are is shown by `benchmarks/bench_web.py`, for a test's machine may be busy.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.bench_web import load
from tests.helpers.weblab import serving

pytestmark = pytest.mark.house

VISITORS, SECONDS, RUNS = 50, 10.0, 5


@pytest.mark.slow
@pytest.mark.browser
def test_fifty_visitors_and_five_runs(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        times, errors = load(server.port, VISITORS, SECONDS, RUNS)
    assert errors == []
    assert sum(kind == "load" for kind, _ in times) >= 3 * VISITORS
    assert sum(kind != "load" for kind, _ in times) >= 2 * VISITORS
