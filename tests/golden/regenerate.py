"""Write the golden numbers anew: `python -m tests.golden.regenerate`, of some rooms alone with their names behind.

Look at the difference before committing it.
"""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

import pandas as pd

from tests.golden.seen import write
from xunhuan.scenario import bench
from xunhuan.scenario.layers import read_layers
from xunhuan.scenario.record import Result

TOY = Path(__file__).parents[1] / "scenarios" / "toy.toml"
GOLDEN = Path(__file__).with_name("toy_scenario.csv")
ROOMS = ("catchup", "conversion", "data", "edits", "gateway", "propagation", "readers", "rivalry", "scenario", "trade")


def golden(result: Result) -> pd.DataFrame:
    """Headline numbers of a result of the toy scenario with four draws."""
    return result.summary.drop(columns=["variable", "name_en", "name_zh", "kind", "draws", "unit"])


if __name__ == "__main__":
    if len(sys.argv) == 1:
        golden(bench.run_layers(read_layers(TOY, settings=["uncertainty.draws=4"]))).to_csv(GOLDEN, index=False)
        print(f"wrote {GOLDEN}")
    for room in sys.argv[1:] or ROOMS:
        write(room, import_module(f"tests.golden.{room}").CASES)
        print(f"wrote {GOLDEN.with_name(room)}.csv")
