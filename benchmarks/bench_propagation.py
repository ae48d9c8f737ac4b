"""The short run against BoARIO 0.7.2: the same numbers where the rules are the same, the time of a step, memory.

    python benchmarks/bench_propagation.py [--peer-python PYTHON] [--steps 20] [--json FILE]

BoARIO is no dependency of the project. Give a Python that has it (pip install boario==0.7.2 progressbar2 pymrio) with
--peer-python or BOARIO_PYTHON; without one the comparison is skipped and says so, and only our own times are taken.

Three parts, each told with what it measures:
1. numbers  Toyland, settings made equal (Leontief, one stock of 30 days, ψ 0.8, proportional, no overproduction, shares
            fixed, shortfalls asked of all): largest relative gap of production over a run, below and beyond the point
            where stocks begin to bind; then one by one the rules in which the models differ.
2. speed    a daily step on 77 regions x 45 sectors (3465 industries), peak resident memory of each process.
3. sizes    a year on world-2017; 200 draws on it in batch (with --draws).
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

DAYS, STOCK, RESTOCK = 120, 30, 20
START = 5
"""Day of the loss."""


def peak_mb() -> float:
    """Peak resident memory of this process, MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def peer_main(path: str) -> None:
    """Run BoARIO on the tables of an npz file and write what it gave beside it. Runs in the peer's Python."""
    import logging
    import warnings

    import pandas as pd
    import pymrio
    from boario.extended_models import ARIOPsiModel

    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    job = np.load(path)
    R, S = int(job["R"]), int(job["S"])
    place = pd.MultiIndex.from_product([[f"r{k:03d}" for k in range(R)], [f"x{k:03d}" for k in range(S)]])
    place.names = ["region", "sector"]
    users = pd.MultiIndex.from_product([[f"r{k:03d}" for k in range(R)], ["final"]], names=["region", "category"])
    io = pymrio.IOSystem(
        Z=pd.DataFrame(job["Z"], place, place), Y=pd.DataFrame(job["Y"], place, users),
        x=pd.DataFrame(job["x"], place, ["indout"]), A=pd.DataFrame(job["A"], place, place),
    )  # fmt: skip
    model = ARIOPsiModel(
        io, order_type="noalt", alpha_max=float(job["alpha_max"]), alpha_tau=int(job["alpha_tau"]),
        main_inv_dur=STOCK, psi_param=float(job["psi"]), inventory_restoration_tau=RESTOCK,
        productive_capital_vector=pd.Series(job["x"] * 4, place),
    )  # fmt: skip
    if "destroyed" in job:
        np.savez(path.replace(".npz", ".out.npz"), **rebuilt_by_peer(job, io, place))
        return
    loss = job["loss"]
    out, took = np.empty((len(loss), R * S)), []
    for k in range(len(loss)):
        model.prod_cap_delta_arbitrary = loss[k].copy()
        begin = time.perf_counter()
        if k > 0:
            model.calc_overproduction()
        model.calc_production(k)
        model.distribute_production()
        model.calc_orders()
        took.append(time.perf_counter() - begin)
        out[k] = model.production
    np.savez(path.replace(".npz", ".out.npz"), production=out, took=np.array(took), peak=peak_mb())


def rebuilt_by_peer(job: dict, io: object, place: object) -> dict[str, np.ndarray]:
    """BoARIO's own simulation of an EventKapitalRebuild: production and goods delivered to rebuild, axes t ri."""
    import pandas as pd
    from boario.event import from_series
    from boario.extended_models import ARIOPsiModel
    from boario.simulation import Simulation

    model = ARIOPsiModel(
        io, order_type="noalt", alpha_max=1.0, main_inv_dur=STOCK, psi_param=float(job["psi"]),
        inventory_restoration_tau=RESTOCK, productive_capital_vector=pd.Series(job["capital"], place), monetary_factor=1,
    )  # fmt: skip
    sectors = dict(zip(sorted(set(place.get_level_values("sector"))), job["mix"].tolist(), strict=True))
    event = from_series(
        pd.Series(job["destroyed"], place), event_type="rebuild", occurrence=START, duration=1,
        rebuild_tau=int(job["rebuild_days"]), rebuilding_sectors={k: v for k, v in sectors.items() if v > 0},
        event_monetary_factor=1,
    )  # fmt: skip
    sim = Simulation(model, n_temporal_units_to_sim=DAYS)
    sim.add_event(event)
    sim.loop()
    return {"production": sim.production_realised.to_numpy(), "rebuilt": sim.rebuild_prod.to_numpy()}


def job_of(acc, loss, *, psi: float = 0.8, alpha_max: float = 1.0, alpha_tau: int = 365) -> dict[str, object]:
    """The dense table and settings as BoARIO wants them; loss t ri, share of capacity lost."""
    R, S = acc.R, acc.S
    share = acc.flow / acc.flow.sum(0)
    Z = np.einsum("rsi,sij->risj", share, acc.use).reshape(R * S, R * S)
    Y = np.einsum("rsi,si->ris", share, acc.final.sum(2)).reshape(R * S, R)
    x = Z.sum(1) + Y.sum(1)
    return {"R": R, "S": S, "Z": Z, "Y": Y, "x": x, "A": Z / np.where(x > 0, x, 1), "loss": loss, "psi": psi,
            "alpha_max": alpha_max, "alpha_tau": alpha_tau}  # fmt: skip


def ask_peer(python: str, job: dict[str, object]) -> dict[str, np.ndarray]:
    """What BoARIO gives for a job."""
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "job.npz")
        np.savez(path, **job)  # type: ignore[arg-type]
        subprocess.run([python, __file__, "--as-peer", path], check=True, capture_output=True)
        return dict(np.load(path.replace(".npz", ".out.npz")))


def equal_settings(**changes: object) -> dict[str, object]:
    """Our parameters with which the two models follow the same rules."""
    return {"horizon_days": DAYS, "record_days": 1, "criticality": "leontief", "inventory_days": STOCK - 1, "shelf_days": {},
            "restock_days": RESTOCK, "target": "demand", "expect_days": 0, "destock": False, "reorder": "all",
            "allotment": "orders", "caution": 0.8,
            "rationing": "proportional", "overproduction_max": 1.0, "substitution": False, **changes}  # fmt: skip


CASES: tuple[tuple[str, float, int, dict[str, object], dict[str, float]], ...] = (
    ("equal rules, stocks do not bind", 0.15, 10, {}, {}),
    ("equal rules, stocks bind", 0.8, 60, {}, {}),
    ("overproduction to 1.25 over a year", 0.15, 10, {"overproduction_max": 1.25}, {"alpha_max": 1.25}),
    ("stocks used to the last, ψ 0", 0.8, 60, {"caution": 0.0}, {}),
    ("orders below use while stocks are high", 0.8, 60, {"destock": True}, {}),
    ("target stocks of the base year", 0.8, 60, {"target": "base", "destock": True}, {}),
    ("shortfalls asked of the supplier that failed", 0.8, 60, {"reorder": "supplier"}, {}),
    ("needs before restocking", 0.8, 60, {"allotment": "needs"}, {}),
    ("industries before final users", 0.8, 60, {"rationing": "final_last"}, {}),
)
"""Name, capacity of AT-N's manufacturing lost, day it is back, our change to equal settings, BoARIO's."""


def production(size: float, until: int, changes: dict[str, object]) -> np.ndarray:
    """Our daily output on Toyland, axes t ri."""
    from xunhuan.data.toyland import toyland
    from xunhuan.models.edits import Capacity
    from xunhuan.models.model import Shock
    from xunhuan.models.propagation import PropagationParameters, respond

    shock = Shock((Capacity("AT-N", "MAN", loss=size, start=START, end=until),))
    r = respond(toyland(), shock, PropagationParameters(**equal_settings(**changes)))
    return r.path["output"].to_numpy().reshape(DAYS, -1)


def numbers(python: str) -> list[dict[str, object]]:
    """Largest relative gap of production between the models on Toyland, case by case."""
    from xunhuan.data.toyland import toyland

    acc = toyland()
    rows = []
    for name, size, until, ours, theirs in CASES:
        loss = np.zeros((DAYS, acc.R * acc.S))
        loss[START:until, 1] = size
        theirs_out = ask_peer(python, job_of(acc, loss, **theirs))["production"]
        mine, base = production(size, until, ours), acc.output.ravel() / 365
        lost = [float((base - path).sum()) for path in (mine, theirs_out)]
        rows.append({"case": name, "largest_gap": float(np.abs(mine / theirs_out - 1).max()),
                     "output_lost_ours": lost[0], "output_lost_boario": lost[1]})  # fmt: skip
    return rows


MILLIONTHS = 1e6
REBUILT, REBUILD_DAYS = (0.05, 0.3), 30.0
"""Shares destroyed of AT-N's manufacturing capital, stocks not binding and binding, and the time in which it is rebuilt."""


def rebuilding(loss: float) -> dict[str, float]:
    """Our output lost and goods rebuilt on Toyland when AT-N loses capital, by equal settings."""
    from xunhuan.data.toyland import toyland
    from xunhuan.models.edits import Destruction
    from xunhuan.models.model import Shock
    from xunhuan.models.propagation import PropagationParameters, respond

    quake = Destruction("AT-N", "MAN", loss=loss, start=START, rebuild_days=REBUILD_DAYS)
    r = respond(toyland(), Shock((quake,)), PropagationParameters(**equal_settings()))
    return {"output_lost": float(r.detail["output_lost"].sum()), "rebuilt": float(r.detail["rebuilt"].sum()),
            "destroyed": float(r.detail["destroyed"].sum())}  # fmt: skip


def rebuilding_by_both(python: str, loss: float) -> dict[str, float]:
    """The same beside BoARIO's EventKapitalRebuild."""
    from xunhuan.data.toyland import toyland
    from xunhuan.models.edits import Destruction

    acc = toyland()
    quake = Destruction("AT-N", "MAN", loss=loss, start=START, rebuild_days=REBUILD_DAYS)
    capital = np.maximum(acc.value_added.sum(2), 0) * quake.capital_ratio
    job = job_of(acc, np.zeros((DAYS, acc.R * acc.S))) | {
        "destroyed": (quake.share(acc) * quake.capital(acc)).ravel(), "capital": capital.ravel(),
        "mix": quake.goods(acc)[acc.geography.codes.index("AT-N")], "rebuild_days": quake.rebuild_days,
    }  # fmt: skip
    # BoARIO drops rebuilding demand below a few units of money, so Toyland is told in millionths.
    for name in ("Z", "Y", "x", "destroyed", "capital"):
        job[name] = job[name] * MILLIONTHS
    got = {k: v / MILLIONTHS for k, v in ask_peer(python, job).items()}
    return rebuilding(loss) | {
        "output_lost_boario": float((acc.output.ravel() / 365 - got["production"]).sum()),
        "rebuilt_boario": float(got["rebuilt"].sum()),
    }


def speed(python: str | None, steps: int) -> dict[str, object]:
    """Time of a step and peak memory on 3465 industries, everything recorded and the year booked on our side."""
    from bench_measures import synthetic

    from xunhuan.models.edits import Capacity
    from xunhuan.models.model import Shock
    from xunhuan.models.propagation import PropagationParameters, respond

    acc = synthetic(77, 45, by_user=False)
    place = acc.geography.codes[3]
    p = PropagationParameters(**equal_settings(horizon_days=365, substitution=True, overproduction_max=1.25))
    shock = Shock((Capacity(place, acc.sectors.codes[2], loss=0.8, start=5, end=60),))
    respond(acc, Shock(), p.model_copy(update={"horizon_days": 7.0}))  # the peer's first steps are left out too
    begin = time.perf_counter()
    respond(acc, shock, p)
    ours = (time.perf_counter() - begin) / p.steps
    out: dict[str, object] = {"ours_ms_a_step": 1e3 * ours, "ours_peak_mb": peak_mb()}
    if python is not None:
        loss = np.zeros((steps, acc.R * acc.S))
        loss[5:, 3 * acc.S + 2] = 0.8
        got = ask_peer(python, job_of(acc, loss, alpha_max=1.25))
        theirs = float(np.median(got["took"][2:]))
        out |= {"boario_ms_a_step": 1e3 * theirs, "boario_peak_mb": float(got["peak"]), "times_faster": theirs / ours}
    return out


def sizes(draws: int) -> dict[str, object]:
    """A year of daily steps on world-2017 with everything booked, and draws of parameters in batch on two threads."""
    from xunhuan.data.store import load
    from xunhuan.models.edits import Link
    from xunhuan.models.model import Shock
    from xunhuan.models.propagation import PropagationParameters, respond, respond_many

    acc = load("world-2017")
    shock = Shock((Link("USA+TWN+KOR+JPN", "CHN", "electronics", loss=1.0, start=0, end=365),))
    begin = time.perf_counter()
    respond(acc, shock)
    out: dict[str, object] = {"world_2017_year_s": time.perf_counter() - begin, "peak_mb": peak_mb()}
    if draws:
        rng = np.random.default_rng(7)
        many = [PropagationParameters(inventory_scale=float(np.exp(0.3 * z))) for z in rng.standard_normal(draws)]
        begin = time.perf_counter()
        for _ in respond_many(acc, [shock] * draws, many, booked=False, workers=2):
            pass
        out |= {"draws": draws, "draws_s": time.perf_counter() - begin, "draws_peak_mb": peak_mb()}
    return out


def main() -> None:
    """Run the parts that can be run and print them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peer-python", default=os.environ.get("BOARIO_PYTHON"))
    parser.add_argument("--steps", type=int, default=20, help="steps the peer is timed over")
    parser.add_argument("--draws", type=int, default=0, help="draws of parameters in batch on world-2017")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--as-peer", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.as_peer:
        peer_main(options.as_peer)
        return
    result: dict[str, object] = {}
    if options.peer_python is None:
        print("comparison with BoARIO skipped: no Python that has it was given (--peer-python)", file=sys.stderr)
    else:
        result["numbers"] = numbers(options.peer_python)
        result["rebuilding"] = [rebuilding_by_both(options.peer_python, loss) for loss in REBUILT]
    result["speed"] = speed(options.peer_python, options.steps)
    result["sizes"] = sizes(options.draws)
    text = json.dumps(result, indent=1, ensure_ascii=False)
    print(text)
    if options.json:
        options.json.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
