"""Short runs of scenarios whose numbers are of any size: what passes the check has an answer, or none in our words."""

from __future__ import annotations

import copy
from pathlib import Path
from random import Random
from typing import Any

from tests.fuzz.harness import Input, Kind, write
from tests.fuzz.kind_scenario import places, text
from tests.fuzz.values import VALUES
from xunhuan.scenario.assess import assess, headlines, require
from xunhuan.scenario.check import prepare
from xunhuan.scenario.layers import read_layers

FILE = "s.toml"
SCENARIO: dict[str, Any] = {
    "title": "Many things for a fortnight",
    "base": "toyland",
    "shock": [
        {"name": "cut", "link": {"from": "BOR", "to": "ATL", "loss": 1.0, "start": 1.0, "end": 7.0, "recovery": "linear",
                                 "recovery_days": 3.0}},
        {"name": "flood", "size": 1.0, "capacity": {"regions": "AT-N", "sectors": "MAN", "loss": 0.5, "end": 7.0},
         "stock": {"regions": "AT-N", "sectors": "MAN", "factor": 0.5, "end": 7.0},
         "destruction": {"regions": "AT-S", "loss": 0.1, "start": 2.0, "rebuild_days": 10.0}},
        {"name": "orders", "orders": {"regions": "foreign", "origin": "ATL", "sectors": "all", "change": -0.5, "end": 7.0},
         "trade_cost": {"from": "BOR", "to": "ATL", "sectors": "goods", "change": 0.1},
         "tariff": {"from": "BOR", "to": "ATL", "sectors": "goods", "add": 0.1},
         "final_demand": {"regions": "AT-E", "sectors": "goods", "change": 0.1},
         "productivity": {"regions": "AT-E", "sectors": "goods", "change": 0.1}},
    ],
    "model": {"propagation": {
        "horizon_days": 14.0, "step_days": 1.0, "record_days": 7.0, "inventory_days": 9.0, "inventory_scale": 1.0,
        "restock_days": 10.0, "caution": 0.1, "overproduction_max": 1.25, "overproduction_days": 365.0, "slack": 0.0,
        "revise_days": 7.0, "elasticity_year": 0.76, "elasticity_long": 2.0, "below": 0.9, "recovered": 0.99,
    }},
}  # fmt: skip
NUMBERS = [v for v in VALUES if type(v) in (int, float)]


def _in(data: Any, at: tuple[Any, ...]) -> Any:
    for k in at:
        data = data[k]
    return data


def mutate(rng: Random) -> Input:
    """One to three numbers made others: of any size, or near what they were."""
    data = copy.deepcopy(SCENARIO)
    numbers = [p for p in places(data) if type(_in(data, p)) is float]
    for p in rng.sample(numbers, rng.randint(1, 3)):
        old = _in(data, p)
        near = [old * f for f in (0.0, 1e-9, 1e-3, 0.5, 2.0, 10.0, 1e3)]
        _in(data, p[:-1])[p[-1]] = rng.choice([*near, *near, rng.choice(NUMBERS)])
    run = data["model"]["propagation"]
    if not run["horizon_days"] <= 1000 * run["step_days"] and run["horizon_days"] <= 1e6:
        run["horizon_days"] = 14 * run["step_days"]  # allowed, and longer than a case may take
    return text(data).encode()


def call(given: Input, folder: Path) -> None:
    """Check and run, as `xunhuan run` does."""
    write(given, folder, FILE)
    nominal = assess(prepare(read_layers(folder / FILE)))
    require(nominal)
    headlines(nominal.data)


KINDS = (Kind("run", {"many things": text(SCENARIO).encode()}, mutate, call),)
