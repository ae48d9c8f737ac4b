"""One pass over a bench: every arm, every comparison, and the headline numbers in one order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from xunhuan.data.arrays import CIRCUITS, Array
from xunhuan.errors import NotConverged
from xunhuan.models.contract import Status
from xunhuan.scenario import compare
from xunhuan.scenario.observe import Readings, stack
from xunhuan.scenario.run import Arm, Bench, Memo, arms, run_arm

OMEGA = f"Ω = (W(shock+policy) - W(shock)) / (W(0) - W(shock)); not defined where the loss is below {compare.HURT:g}"
NET = "Ω less the policy's stand-alone gain over the loss: what the policy gives more because of the shock"
UNITS = {"break_even": "dose", "omega": "share", "omega_net": "share", "reinforcement": "elasticity"}


@dataclass(frozen=True, eq=False)
class Assessment:
    """Numbers of one pass, how each solver ended (by arm and model), seconds used, and the models' notes."""

    data: xr.Dataset
    status: dict[str, dict[str, Status]]
    seconds: float
    notes: tuple[str, ...]

    @property
    def failures(self) -> list[str]:
        """Solvers that did not converge, one line each."""
        return [
            f"arm {arm!r}, model {model}: {s.message or s.outcome}"
            for arm, by_model in self.status.items()
            for model, s in by_model.items()
            if not s.converged
        ]


def assess(bench: Bench, full: bool = True) -> Assessment:
    """Run the scenario. `full` = False leaves out what no headline needs: trade, sectors, paths, frontier.

    An arm whose solver did not converge is nan in the numbers, and said in the status. Raises BadInput, NotConverged.
    """
    memo: Memo = {}
    done = {name: run_arm(bench, doses, full, memo) for name, doses in arms(bench.scenario).items()}
    readings = {name: _blanked(arm) for name, arm in done.items()}
    data = stack(bench.view, readings)
    days = next((a.days for a in done.values() if a.days is not None), None)
    if days is not None and "t" in data.dims:
        data = data.assign_coords(t=("t", days, {"unit": "day", "long_name": "day a window ends"}))
    data = _compare(bench, data, full)
    notes = tuple(dict.fromkeys(n for a in done.values() for n in a.notes))
    return Assessment(
        data,
        {n: a.status for n, a in done.items() if a.status},
        sum(a.seconds for a in done.values()),
        notes,
    )


def _blanked(arm: Arm) -> Readings:
    """Readings of an arm, nan where a solver failed: a number that is no answer is not shown."""
    if all(s.converged for s in arm.status.values()):
        return arm.readings
    return {k: (dims, np.full(np.shape(v), np.nan)) for k, (dims, v) in arm.readings.items()}


def _compare(bench: Bench, data: xr.Dataset, full: bool) -> xr.Dataset:
    """Add what [compare] asks for."""
    c = bench.scenario.compare
    place = ("place",)
    if c.offset is not None:
        shock, policy = c.offset.shock, c.offset.policy
        w = {a: data["real_income"].sel(arm=a).to_numpy() for a in (shock, policy, f"{shock} + {policy}")}
        together = f"{shock} + {policy}"
        omega, net = compare.offset(w[shock], w[policy], w[f"{shock} + {policy}"])
        data["omega"] = (place, omega, {"definition": OMEGA, "unit": "share", "arm": together})
        data["omega_net"] = (place, net, {"definition": NET, "unit": "share", "arm": together})
    if c.break_even is not None:
        both = f"{c.break_even.shock} + {c.break_even.policy}"
        found = compare.break_even(bench, _solved(bench, data))
        words = "; ".join(f"{k}: {w}" for k, w in enumerate(compare.BREAK_EVEN_WORDS))
        data["break_even"] = (place, found.size, {"definition": "dose of the policy that makes the place whole",
                                                  "unit": "dose", "largest": found.largest, "arm": both})  # fmt: skip
        data["break_even_answer"] = (place, found.answer, {"definition": words, "unit": "1"})
    if c.reinforcement is not None:
        attrs = {"definition": "elasticity of shipped volume of sales in demand, by market", "unit": "elasticity"}
        data = data.assign_coords(sales=list(compare.SALES), demand=list(compare.SALES))
        if "home_place" not in data.coords:
            data = data.assign_coords(home_place=list(bench.view.home))
        data["reinforcement"] = (("home_place", "sales", "demand"), compare.reinforcement(bench), attrs)
    if c.frontier is not None and full:
        f = compare.frontier(bench)
        data = data.assign_coords(degree=("degree", f.degree), policy=list(f.policies))
        dims = ("policy", "degree", "place")
        data["frontier_real_income"] = (dims, f.real_income, {"definition": "change of real income", "unit": "share"})
        data["frontier_reliance"] = (dims, f.reliance, {"definition": "foreign share of inputs", "unit": "share"})
    return data


def _solved(bench: Bench, data: xr.Dataset) -> dict[float, Array]:
    """Real income at policy sizes 0 and 1 of the break-even, where an arm has it."""
    spec = bench.scenario.compare.break_even
    assert spec is not None
    wanted = {0.0: {spec.shock: 1.0}, 1.0: {spec.shock: 1.0, spec.policy: 1.0}}
    doses = arms(bench.scenario)
    found = {size: next((a for a, d in doses.items() if d == want), None) for size, want in wanted.items()}
    return {size: data["real_income"].sel(arm=arm).to_numpy() for size, arm in found.items() if arm is not None}


BY_ARM = ("real_income", "real_income_per_head", "population", "loss")
"""Headlines that are 0 in the base by definition."""


def headlines(data: xr.Dataset) -> tuple[pd.DataFrame, Array]:
    """Every headline number in one fixed order: labels (variable, quantity, arm, place) and values.

    An arm a model says nothing on is left out. The same order comes out of every draw of a scenario, so that draws
    stack.
    """
    rows: list[tuple[str, str, str, str]] = []
    values: list[Array] = []
    arm_names = [str(a) for a in data["arm"].values]

    def add(variable: str, quantity: str, arm: str, cut: xr.DataArray) -> None:
        rows.extend((variable, quantity, arm, str(p)) for p in cut[cut.dims[0]].values)
        values.append(np.asarray(cut.to_numpy(), dtype=float))

    for arm in arm_names:
        for name in (*BY_ARM, "reliance", "circulation"):
            if (
                name not in data
                or (arm == "base" and name in BY_ARM)
                or np.isnan(data[name].sel(arm=arm).to_numpy()).all()
            ):
                continue
            cut = data[name].sel(arm=arm)
            if name == "circulation":
                for circuit in CIRCUITS:
                    add(name, circuit, arm, cut.sel(circuit=circuit))
            else:
                add(name, name, arm, cut)
    for name in ("omega", "omega_net", "break_even"):
        if name in data:
            add(name, name, str(data[name].attrs["arm"]), data[name])
    if "reinforcement" in data:
        for sales in compare.SALES:
            for demand in compare.SALES:
                cut = data["reinforcement"].sel(sales=sales, demand=demand)
                add("reinforcement", f"{sales} sales, {demand} demand", "", cut)
    labels = pd.DataFrame(rows, columns=["variable", "quantity", "arm", "place"])
    return labels, np.concatenate(values)


def unit_of(variable: str) -> str:
    """Unit of a headline."""
    return UNITS.get(variable, "share")


def unflatten(data: xr.Dataset, labels: pd.DataFrame, values: Array, suffix: str) -> xr.Dataset:
    """Values in the order of `labels` as variables beside their nominal ones, named with a suffix; nan where none."""
    out = {}
    for variable, at in labels.groupby("variable", sort=False).indices.items():
        name = str(variable)
        whole = xr.full_like(data[name], np.nan, dtype=float)
        if name in BY_ARM:
            whole[{"arm": 0}] = 0.0
        rows = labels.iloc[at]
        mine = values[at]
        for quantity, arm in rows[["quantity", "arm"]].drop_duplicates().itertuples(index=False):
            part = np.flatnonzero((rows["quantity"] == quantity) & (rows["arm"] == arm))
            where: dict[str, Any] = {"arm": arm} if "arm" in whole.dims else {}
            if name == "circulation":
                where["circuit"] = quantity
            if name == "reinforcement":
                where["sales"], where["demand"] = (word.split()[0] for word in quantity.split(", "))
            # Labels of a block run over its places in the dataset's order.
            whole.loc[where] = mine[part]
        out[f"{name}_{suffix}"] = whole
    return data.assign(out)


def require(assessment: Assessment) -> None:
    """Raise NotConverged where an arm has no answer."""
    if assessment.failures:
        raise NotConverged(
            "an arm of the scenario has no answer",
            items=assessment.failures,
            fix="take smaller shocks or other parameters",
        )
