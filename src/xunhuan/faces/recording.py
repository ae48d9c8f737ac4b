"""A scenario run to its folder: numbers and report written as one, so that a killed run leaves the old result or the new."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from xunhuan.data.store import write_folder
from xunhuan.scenario import bench, ensemble
from xunhuan.scenario.layers import Layers
from xunhuan.scenario.record import Result, open_result, writers

Progress = Callable[[str, int, int], None]


def record(
    layers: Layers, out: Path, plan: ensemble.Plan = ensemble.Plan(workers=1), progress: Progress | None = None
) -> Result:
    """Run a scenario and write its result folder at `out`, report included; the result as read back.

    An existing result is replaced; anything else at `out` is left alone and refused. Raises BadInput, NotConverged.
    """
    out.parent.mkdir(parents=True, exist_ok=True)
    result = bench.run(layers, out, plan, progress)
    write_folder(out, {**report(result), **writers(result)})
    ensemble.forget(ensemble.work_folder(out, result.manifest["draws"]["digest"]))
    return open_result(out)


def report(result: Result) -> dict[str, Callable[[Path], object]]:
    """What writes the report of a result."""
    from xunhuan.faces.report import scenario_report

    return {"report.html": lambda path: path.write_text(scenario_report(result), encoding="utf-8")}
