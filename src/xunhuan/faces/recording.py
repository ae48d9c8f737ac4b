"""Scenarios run to their folders, numbers and report written as one: for Python, the command line and the web."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from xunhuan.scenario import bench
from xunhuan.scenario.layers import Layers
from xunhuan.scenario.record import Result
from xunhuan.scenario.spread import Plan

_Progress = Callable[[str, int, int], None]


def record(
    layers: Layers, out: Path, plan: Plan = Plan(workers=1), progress: _Progress | None = None,
    choices: bool = True,
) -> Result:  # fmt: skip
    """Run a scenario and write its result folder at `out`, report included; the result as read back.

    choices: as in `bench.run_layers`.
    An existing result is replaced; anything else at `out` is left alone and refused. Raises BadInput, NotConverged.
    """
    from xunhuan.faces.report import scenario_report
    from xunhuan.faces.speaking import language_spoken

    out.parent.mkdir(parents=True, exist_ok=True)
    return bench.run_layers(layers, out, plan, progress, choices).save(
        out, partial(scenario_report, lang=language_spoken())
    )
