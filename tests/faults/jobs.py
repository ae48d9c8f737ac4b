"""What is done while something goes wrong: runs of every room, an ensemble, a build, each as a process of its own."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tomli_w

from tests.helpers.made_up import made_up, written
from tests.helpers.ports import toy_network

ROOT = Path(__file__).parents[2]
PATIENCE = 300.0
"""Seconds after which something hangs: no verdict on speed, for the machine may be busy."""
CACHE = Path(tempfile.gettempdir()) / "xunhuan-faults-compiled"


@dataclass(frozen=True)
class Job:
    """A command, given the folder it works in, and the file or folder in it that it makes."""

    words: Callable[[Path], list[str]]
    out: str


def scenario(folder: Path, model: Mapping[str, Any], *shocks: Mapping[str, Any], **more: Any) -> str:
    """Write a small scenario on Toyland; its file."""
    named = [{"name": f"s{k}", **s} for k, s in enumerate(shocks)]
    data = {
        "title": "Small",
        "question": "?",
        "base": "toyland",
        "shock": named,
        "model": dict(model),
        "measure": {},
        **more,
    }
    path = folder / "scenario.toml"
    path.write_text(tomli_w.dumps(data), encoding="utf-8")
    return str(path)


def _runs(room: str, *shocks: Mapping[str, Any], given: Callable[[Path], dict[str, Any]] = lambda folder: {}) -> Job:
    def words(folder: Path) -> list[str]:
        return [
            "run",
            scenario(folder, {room: given(folder)}, *shocks),
            "--yes",
            "--workers",
            "1",
            "-o",
            str(folder / "r"),
        ]

    return Job(words, "r")


def _inputs(room: str) -> Path:
    """A folder for files that a scenario names: the same for all, since a result says where they were."""
    place = CACHE / "inputs" / room
    place.mkdir(parents=True, exist_ok=True)
    return place


def _catchup(folder: Path) -> dict[str, Any]:
    place = _inputs("catchup")
    there = place / "widgets.toml"
    return {
        "industry": str(there) if there.exists() else written(place, made_up()),
        "years": [2020, 2026],
        "draws": 8,
        "target": {"by": 2026},
    }


def _gateway(folder: Path) -> dict[str, Any]:
    place = _inputs("gateway")
    return {
        "network": str(place) if (place / "edges.csv").exists() else toy_network(place),
        "income": False,
        "people": "services",
        "fee_service": "SER",
    }


def _ensemble(folder: Path) -> list[str]:
    toy = str(ROOT / "tests" / "scenarios" / "toy.toml")
    return ["ensemble", toy, "--draws", "6", "--workers", "1", "--batch", "1", "-o", str(folder / "r")]


DEARER = {"trade_cost": {"from": "BOR", "to": "ATL", "change": 0.1}}
CONTROLS = {"decoupling": {"from": "foreign", "to": "ATL", "channel": "tools", "size": 0.8, "ramp": 3}}
CONTROL = {"control": {"sectors": "MAN", "low": -0.3, "high": 0.3}, "scale": 0.04}
JOBS: dict[str, Job] = {
    "trade": _runs("trade", DEARER),
    "propagation": _runs(
        "propagation", {"capacity": {"regions": "AT-N", "loss": 0.5, "end": 21}}, given=lambda f: {"horizon_days": 56}
    ),
    "catchup": _runs("catchup", CONTROLS, given=_catchup),
    "rivalry": _runs("rivalry", {"own_bill": {"regions": "ATL", "add": -0.5}}, given=lambda f: {"provinces": CONTROL}),
    "gateway": _runs("gateway", {"gateway_closed": {"gateways": "South Port", "end": 30}}, given=_gateway),
    "conversion": _runs(
        "conversion", {"orders": {"regions": "BOR", "origin": "ATL", "change": -1.0, "end": 28}},
        given=lambda f: {"sectors": "MAN", "convexity": 0.2, "lag_weeks": 1.0, "draws": 0},
    ),
    "ensemble": Job(_ensemble, "r"),
    "build": Job(lambda folder: ["build", "toyland", "-o", str(folder)], "toyland.nc"),
}  # fmt: skip


def started(job: Job, folder: Path, env: Mapping[str, str] | None = None, **how: Any) -> subprocess.Popen[bytes]:
    """The job as a process that leads a group of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "xunhuan.faces.cli", *job.words(folder)], start_new_session=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env={**surroundings(), **(env or {})}, **how,
    )  # fmt: skip


def surroundings() -> dict[str, str]:
    """The environment of a job: one thread, and compiled programs kept from process to process."""
    return {
        **os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "JAX_COMPILATION_CACHE_DIR": str(CACHE),
        "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0", "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)]),
    }  # fmt: skip


def done(process: subprocess.Popen[bytes]) -> tuple[int, str]:
    """Exit code and what was said when it went wrong."""
    said = process.communicate(timeout=PATIENCE)[1].decode(errors="replace")
    return process.returncode, said


def told(path: Path) -> dict[str, str]:
    """Digests of all that a job made, by name, but for the clock of a manifest; empty where there is nothing."""
    files = [path] if path.is_file() else sorted(f for f in path.rglob("*") if f.is_file()) if path.is_dir() else []
    return {f.name: hashlib.sha256(_timeless(f)).hexdigest() for f in files}


def _timeless(path: Path) -> bytes:
    if path.name != "manifest.json":
        return path.read_bytes()
    data = json.loads(path.read_text(encoding="utf-8"))
    data.pop("clock")
    return json.dumps(data, sort_keys=True).encode()
