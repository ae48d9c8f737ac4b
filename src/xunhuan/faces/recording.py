"""Scenarios run to their folders, numbers and report written as one: from Python, the command line and the web."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from xunhuan.errors import BadInput
from xunhuan.scenario import bench, ensemble
from xunhuan.scenario.layers import Layers, read
from xunhuan.scenario.record import Result

Progress = Callable[[str, int, int], None]


def run_scenario(
    source: str | Path | Mapping[str, Any],
    out: str | Path | None = None,
    *,
    overlays: Iterable[str | Path] = (),
    settings: Iterable[str] = (),
    workers: int = 1,
) -> Result:
    """Run a scenario from Python: a library name, a file, or plain data as a file holds it.

    overlays, settings  laid over it in order, as `--overlay` and `--set` do
    out                 folder to write the result to, report included, as `xunhuan run -o` does
    workers             processes for draws; above 1 only from a script guarded by `if __name__ == "__main__"`

    Raises BadInput listing all that is wrong; NotConverged where an arm has no answer.

    >>> trade = {"from": "BOR", "to": "ATL", "change": 0.1}
    >>> shock = {"name": "dear imports", "trade_cost": trade}
    >>> r = run_scenario({"title": "Dear imports", "base": "toyland", "shock": [shock]})
    >>> round(float(r.headline("real_income", "dear imports", "ATL")["value"]), 4)
    -0.0052
    """
    if isinstance(source, Mapping):
        if list(overlays) or list(settings):
            raise BadInput("overlays and settings go with a file or a library name", fix="change the data itself")
        layers = Layers("scenario", source, (), None)
    else:
        layers = read(source, overlays, settings)
    plan = ensemble.Plan(workers=workers)
    return bench.run(layers, None, plan) if out is None else record(layers, Path(out), plan)


def record(
    layers: Layers, out: Path, plan: ensemble.Plan = ensemble.Plan(workers=1), progress: Progress | None = None
) -> Result:
    """Run a scenario and write its result folder at `out`, report included; the result as read back.

    An existing result is replaced; anything else at `out` is left alone and refused. Raises BadInput, NotConverged.
    """
    from xunhuan.faces.report import scenario_report

    out.parent.mkdir(parents=True, exist_ok=True)
    return bench.run(layers, out, plan, progress).save(out, scenario_report)
