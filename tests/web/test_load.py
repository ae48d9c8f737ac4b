"""Fifty visitors browse the laboratory while five runs wait in its queue: no error, and pages stay quick."""

from __future__ import annotations

import importlib.util
import statistics
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))
from weblab import serving

VISITORS, SECONDS, RUNS = 50, 10.0, 5
MEDIAN = 0.300
"""Seconds a page update may take in the middle of the distribution."""


@pytest.mark.browser
def test_fifty_visitors_and_five_runs(tmp_path: Path) -> None:
    spec = importlib.util.spec_from_file_location(
        "bench_web", Path(__file__).parents[2] / "benchmarks" / "bench_web.py"
    )
    assert spec is not None
    assert spec.loader is not None
    bench = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(bench)
    with serving(tmp_path) as server:
        times, errors = bench.load(server.port, VISITORS, SECONDS, RUNS)
    assert errors == []
    updates = [seconds for kind, seconds in times if kind != "load"]
    assert len(updates) > 3 * VISITORS
    assert statistics.median(updates) < MEDIAN, bench.report(times)
