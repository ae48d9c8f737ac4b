"""What a process of the laboratory does: one scenario into its result folder, saying how far it is."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

TellJob = Callable[[Mapping[str, Any]], None]
Task = Callable[[TellJob, Path, Path], None]
"""Works a scenario file into a result folder."""


def work_on(tell: TellJob, source: Path, out: Path) -> None:
    """Run the scenario and write its result folder in one step. Raises what is wrong with it."""
    from xunhuan.faces.recording import record
    from xunhuan.faces.speaking import speak
    from xunhuan.scenario.ensemble import Plan
    from xunhuan.scenario.layers import read_layers

    speak("en")  # the file serves every visitor; pages say it in theirs
    tell({"stage": "solve"})
    layers = replace(read_layers(source), name=source.stem[:12])
    plan = Plan(workers=1)
    record(layers, out, plan, lambda stage, done, total: tell({"stage": stage, "done": done, "of": total}))


def settle(folder: Path) -> None:
    """Make a process one of the background: in its folder, silent, behind the pages."""
    os.chdir(folder)
    null = os.open(os.devnull, os.O_RDWR)
    for stream in (1, 2):
        os.dup2(null, stream)
    if hasattr(os, "nice"):
        os.nice(5)
