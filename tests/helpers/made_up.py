"""A made-up industry of nobody's, small enough to follow by hand, and its file in parts that tests can spoil."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import tomli_w

from xunhuan.models.catchup.path import World

SOURCE = {"source": "made up", "evidence": "read"}
FIGURES: dict[str, float] = {
    "home_market": 10.0, "world_market": 30.0, "made_in": 0.3, "owned_by": 0.2, "designed_by": 0.4, "exported": 0.5,
    "learning_rate": 0.2, "knowledge_spillover": 0.25, "forgetting": 0.0, "producers": 1.0, "good_elasticity": 4.0,
    "home_growth": 0.05, "home_pace": 0.0, "gap_now": 1.0, "frontier_cadence": 2.0, "gap_closing": 0.1, "reach_spread": 0.5,
    "tool_ceiling": -1.0, "ceiling_rise": 0.1, "cost_share": 1.0, "idea_strength": 0.6,
}  # fmt: skip


def made_up(**facts: dict[str, Any]) -> dict[str, Any]:
    """The file as plain data: a market without stages, two ages, suppliers of tools; `facts` put over single figures."""
    return {
        "title": ["Widgets", "小物件"], "unit": "bn USD", "start": 2020, "sector": "MAN",
        "facts": {n: {"value": v, **SOURCE, **facts.get(n, {})} for n, v in FIGURES.items()},
        "ages": [{"age": 0, "share": 0.4, **SOURCE}, {"age": 1, "share": 0.6, **SOURCE}],
        "stages": [],
        "suppliers": [{"channel": "tools", "nations": {"BOR": 0.75}, **SOURCE}],
    }  # fmt: skip


def written(folder: Path, data: dict[str, Any]) -> str:
    """The data as a file; its path."""
    path = folder / "widgets.toml"
    path.write_text(tomli_w.dumps(data), encoding="utf-8")
    return str(path)


def world(stages: bool = False, **changes: float) -> World:
    """The made-up industry as arrays of one draw; `stages`: with two stages of inputs."""
    one = {
        "home_market": 10.0, "world_market": 30.0, "exported": 0.5, "made_in": 0.3, "owned_by": 0.2, "learning_rate": 0.2,
        "spillover": 0.25, "forgetting": 0.0, "producers": 1.0, "theta": 4.0, "growth": 0.05, "world_growth": 0.05,
        "pace": 0.0,
        "gap": 1.0, "cadence": 2.0, "closing": 0.1, "reach_spread": 0.5, "ceiling": -1.0, "rise": 0.1, "strength": np.nan,
    } | changes  # fmt: skip
    two = [0.2, 0.1] if stages else []
    return World(
        **{n: np.array([v]) for n, v in one.items()}, stage_weight=np.array(two),
        stage_home=np.array([0.1, 0.5][: len(two)]),
        stage_theta=np.array([5.0, 3.0][: len(two)]), stage_gain=np.array([0.02, 0.01][: len(two)]),
        ages=np.array([0.4, 0.6]),
    )  # fmt: skip
