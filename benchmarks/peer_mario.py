"""MARIO's calc of all matrices and its linkages, on a table given as a folder; run by the Python that has `mariopy`."""

from __future__ import annotations

import json
import logging
import sys
import time
from pathlib import Path

import mario
import numpy as np
import pandas as pd

logging.disable(logging.CRITICAL)


def main() -> None:
    """Print what it took, best of as many as asked for."""
    folder = Path(sys.argv[1])
    shape = json.loads((folder / "shape.json").read_text())
    regions, sectors = [f"R{k:03d}" for k in range(shape["regions"])], [f"S{k:03d}" for k in range(shape["sectors"])]
    n, names = len(regions) * len(sectors), ["Region", "Level", "Item"]
    inter = np.fromfile(folder / "inter.bin").reshape(n, n)
    final = np.fromfile(folder / "final.bin").reshape(n, len(regions))
    at = pd.MultiIndex.from_product([regions, ["Sector"], sectors], names=names)
    to = pd.MultiIndex.from_product([regions, ["Consumption category"], ["final"]], names=names)
    added = inter.sum(1) + final.sum(1) - inter.sum(0)
    units = {
        "Sector": pd.DataFrame({"unit": "M"}, index=sectors),
        "Factor of production": pd.DataFrame({"unit": ["M"]}, index=["va"]),
        "Satellite account": pd.DataFrame({"unit": ["None"]}, index=["-"]),
    }
    out: dict[str, object] = {"version": mario.__version__}
    calc, link = [], []
    for _ in range(int(sys.argv[2]) if len(sys.argv) > 2 else 1):
        db = mario.Database(
            table="IOT",
            Z=pd.DataFrame(inter, at, at),
            Y=pd.DataFrame(final, at, to),
            V=pd.DataFrame(added[None], ["va"], at),
            E=pd.DataFrame(np.zeros((1, n)), ["-"], at),
            EY=pd.DataFrame(np.zeros((1, len(regions))), ["-"], to),
            units=units,
        )
        start = time.process_time()
        db.calc_all(matrices=["z", "v", "w", "m"])
        calc.append(time.process_time() - start)
        start = time.process_time()
        found = db.calc_linkages(multi_mode=False, normalized=False, cut_diag=False)
        link.append(time.process_time() - start)
    out["calc"], out["linkages"] = min(calc), min(link)
    for side in ("Backward", "Forward"):
        out[side.lower()] = found[f"Total {side}"].to_numpy()[:50].tolist()
    print(json.dumps(out))


if __name__ == "__main__":
    main()
