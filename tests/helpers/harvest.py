"""Scenarios that only the room in `room.py` can answer, and that room with another quantity."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.helpers.room import MODEL
from xunhuan.faces.recording import record
from xunhuan.models.model import Model
from xunhuan.scenario.bench import run_layers
from xunhuan.scenario.layers import Layers
from xunhuan.scenario.record import Result


def harvest(**different: Any) -> Model[Any]:
    """The room; `different` is what its quantity's record says otherwise."""
    return replace(MODEL, quantities=(replace(MODEL.quantities[0], **different),))


def answered(question: dict[str, Any], out: Path | None = None) -> Result:
    """The scenario's result, written to a folder as the command line does where one is given."""
    layers = Layers("scenario", question, (), None)
    return run_layers(layers) if out is None else record(layers, out)


def question(**more: Any) -> dict[str, Any]:
    """A scenario on Toyland that only this room can answer."""
    rain = {"name": "a wet spring", "rain": {"regions": "AT-N", "days": 10}}
    drought = {"name": "a dry summer", "rain": {"regions": "ATL", "days": -20}}
    return {
        "title": "What rain does", "base": "toyland", "shock": [rain, drought],
        "arms": {"wet": ["a wet spring"], "dry": ["a dry summer"]}, "model": {"harvest": {}},
        "uncertainty": {"draws": 4, "soil": {"low": 0.5, "high": 1.5}}, **more,
    }  # fmt: skip
