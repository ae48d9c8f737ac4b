"""What a process of the laboratory does: one scenario into its result folder, saying how far it is."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

TellJob = Callable[[Mapping[str, Any]], None]
LARGEST_RUN, TOO_LARGE = 6 << 30, 77
"""Bytes a run may hold, and the exit code of one that held more."""
Task = Callable[[TellJob, Path, Path], None]
"""Works a scenario file into a result folder."""


def work_on(tell: TellJob, source: Path, out: Path) -> None:
    """Run the scenario and write its result folder in one step. Raises what is wrong with it."""
    from xunhuan.faces.recording import record
    from xunhuan.faces.speaking import speak
    from xunhuan.scenario.layers import read_layers
    from xunhuan.scenario.spread import Plan

    speak("en")  # the file serves every visitor; pages say it in theirs
    tell({"stage": "solve"})
    layers = replace(read_layers(source), name=source.stem[:12])
    plan = Plan(workers=1)
    record(layers, out, plan, lambda stage, done, total: tell({"stage": stage, "done": done, "of": total}))


def settle(folder: Path, largest: int) -> None:
    """Make a process one of the background: in its folder, silent, behind the pages, and ended past so many bytes."""
    os.chdir(folder)
    null = os.open(os.devnull, os.O_RDWR)
    for stream in (1, 2):
        os.dup2(null, stream)
    if hasattr(os, "nice"):
        os.nice(5)
    threading.Thread(target=_end_where_larger, args=(largest,), daemon=True).start()


def _end_where_larger(largest: int) -> None:
    """Look again and again how much memory the process holds; ends it before the machine does another."""
    held = Path("/proc/self/statm")
    if not held.exists():
        return
    page = os.sysconf("SC_PAGE_SIZE")
    while int(held.read_text().split()[1]) * page < largest:
        time.sleep(0.2)
    os._exit(TOO_LARGE)
