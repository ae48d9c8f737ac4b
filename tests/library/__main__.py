"""Every scenario of the library on a table of another year: how it ended and its headline numbers, one line each.

python -m tests.library TABLE [...] [--only NAME ...] [--draws N] [--folder DIR]: runs what is not yet in DIR/TABLE/NAME, so
that it goes on where it was stopped, and prints name, status and headlines. --compare sets the tables beside each other.
"""

from __future__ import annotations

import argparse
import json
import math
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from xunhuan.errors import XunhuanError
from xunhuan.faces.recording import record
from xunhuan.faces.telling import headline_frame
from xunhuan.scenario.ensemble import Plan
from xunhuan.scenario.layers import library, read_layers
from xunhuan.scenario.record import open_result

COMPONENTS = {"chip-embargo"}
"""Scenarios written for the tables with components apart."""


def run(name: str, table: str, draws: int, out: Path) -> None:
    """One scenario on one table into a result folder; a folder that is there is a whole result. Raises what a run raises."""
    if (out / "manifest.json").exists():
        return
    base = f"{table}-components" if name in COMPONENTS else table
    layers = read_layers(name, settings=[f"base={base}"])
    if "split" in layers.data:  # what cities sell each other is told with bounds alone
        draws = max(draws, 2)
    if draws and "uncertainty" in layers.data:
        layers = read_layers(name, settings=[f"base={base}", f"uncertainty.draws={draws}"])
    else:
        layers = replace(layers, data={k: v for k, v in layers.data.items() if k != "uncertainty"})
    record(layers, out, Plan(workers=1), choices=False)


def told(out: Path) -> dict[str, Any]:
    """How each model of each arm ended, how the draws did, and the headlines as number, arm, value, low, high, unit."""
    result = open_result(out)
    m = result.manifest
    ended = sorted({s["outcome"] for by in m["status"].values() for s in by.values()})
    frame = headline_frame(result, "en")
    rows = [
        {k: (None if isinstance(v, float) and math.isnan(v) else v) for k, v in r.items()}
        for r in frame.to_dict("records")
    ]
    return {"status": ended, "draws": m["draws"].get("outcomes", {}), "headlines": rows}


def line(row: dict[str, Any]) -> str:
    """A headline as `number [arm] value unit (low to high)`."""
    value, low, high = (row.get(k) for k in ("value", "low", "high"))
    said = "nan" if value is None else f"{value:.4g}"
    band = "" if low is None or high is None else f" ({low:.4g} to {high:.4g})"
    return f"    {row['number']} [{row.get('arm', '')}] {said} {row.get('unit', '')}{band}"


def compare(tables: list[str], names: list[str], folder: Path) -> None:
    """Headlines of each scenario on each table beside each other; what has another sign is marked."""
    for name in names:
        found = [folder / t / name for t in tables]
        if not all((f / "manifest.json").exists() for f in found):
            print(f"{name}: not run on all")
            continue
        heads = [{(r["number"], r.get("arm", "")): r for r in told(f)["headlines"]} for f in found]
        print(name)
        for key in heads[0]:
            values = [h.get(key, {}).get("value") for h in heads]
            known = [v for v in values if v is not None]
            turned = " <- SIGN" if known and min(known) < 0 < max(known) else ""
            said = " | ".join("nan" if v is None else f"{v:.4g}" for v in values)
            print(f"    {key[0]} [{key[1]}] {said} {heads[0][key].get('unit', '')}{turned}")


def main() -> None:
    """Run and print."""
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("table", nargs="+")
    p.add_argument("--only", nargs="*", default=[], metavar="NAME")
    p.add_argument("--draws", type=int, default=0, help="0 runs at the point alone")
    p.add_argument("--folder", type=Path, default=Path("out/library"))
    p.add_argument("--compare", action="store_true")
    a = p.parse_args()
    names = a.only or sorted(library())
    if a.compare:
        return compare(a.table, names, a.folder)
    for table in a.table:
        for name in names:
            began, out = time.process_time(), a.folder / table / name
            try:
                run(name, table, a.draws, out)
            except XunhuanError as e:
                print(f"{table} {name}: FAILED {type(e).__name__}: {e}", flush=True)
                continue
            found = told(out)
            seconds = time.process_time() - began
            print(
                f"{table} {name}: {', '.join(found['status'])} {json.dumps(found['draws'])} {seconds:.0f} s", flush=True
            )
            print("\n".join(map(line, found["headlines"])), flush=True)
    return None


if __name__ == "__main__":
    main()
