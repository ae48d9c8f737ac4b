"""One pass over a bench: every arm, every comparison, and the headline numbers in one order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from xunhuan.data.arrays import Array
from xunhuan.errors import NotConverged
from xunhuan.models.model import Numbers, Status
from xunhuan.scenario import compare
from xunhuan.scenario.observe import attrs_of, stack
from xunhuan.scenario.run import Arm, Bench, Memo, arms, run_arm

_PLACES = ("place", "home_place")
"""Axes of places; a headline has one of them, and may have further axes."""


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


def assess(bench: Bench, full: bool = True, memo: Memo | None = None) -> Assessment:
    """Run the scenario. `full` = False leaves out what no headline needs: trade, sectors, frontier, channels.

    memo  answers known already

    An arm whose solver did not converge is nan in the numbers, and said in the status. Raises BadInput, NotConverged.
    """
    memo = {} if memo is None else memo
    done = {name: run_arm(bench, doses, full, memo) for name, doses in arms(bench.scenario).items()}
    readings = {name: _blanked(arm) for name, arm in done.items()}
    data = stack(bench.view, readings, bench.quantities)
    data = _compare(bench, data, full)
    notes = [n for a in done.values() for n in a.notes] + [
        str(v.attrs["note"]) for v in data.values() if "note" in v.attrs
    ]
    return Assessment(
        data,
        {n: a.status for n, a in done.items() if a.status},
        sum(a.seconds for a in done.values()),
        tuple(dict.fromkeys(notes)),
    )


def _blanked(arm: Arm) -> Mapping[str, Numbers]:
    """Readings of an arm, nan where a solver failed: a number that is no answer is not shown."""
    if all(s.converged for s in arm.status.values()):
        return arm.readings
    return {
        k: n._replace(values=np.full(np.shape(n.values), np.nan), low=None, high=None) for k, n in arm.readings.items()
    }


def _compare(bench: Bench, data: xr.Dataset, full: bool) -> xr.Dataset:
    """Add what [compare] asks for, where the model it weighs runs."""
    c = bench.scenario.compare
    weighed = bench.traced
    if weighed is None or weighed[0] not in bench.parameters:
        return data
    made: dict[str, tuple[Array, dict[str, Any]]] = {}
    if c.offset is not None:
        shock, policy = c.offset.shock, c.offset.policy
        both = c.offset.both
        w = {a: against_base(data[weighed[1].name], a) for a in (shock, policy, both)}
        omega, net = compare.offset(w[shock], w[policy], w[both])
        made |= {"omega": (omega, {"arm": both}), "omega_net": (net, {"arm": both})}
    if c.break_even is not None:
        found = compare.break_even(bench, _solved(bench, data))
        made["break_even"] = (found.size, {"arm": c.break_even.both, "largest": found.largest})
        words = "; ".join(f"{k}: {w}" for k, w in enumerate(compare.BREAK_EVEN_WORDS))
        data["break_even_answer"] = (("place",), found.answer, {"definition": words, "unit": "1"})
    if c.reinforcement is not None:
        data = data.assign_coords(sales=list(compare.MARKETS), demand=list(compare.MARKETS))
        if "home_place" not in data.coords:
            data = data.assign_coords(home_place=list(bench.view.home))
        made["reinforcement"] = (compare.reinforcement(bench), {"arm": ""})
        if full:
            other = compare.reinforcement_by_channel(bench)
            data = data.assign_coords(channel=list(other))
            made["reinforcement_by_channel"] = (np.stack(list(other.values())), {})
    if c.frontier is not None and full:
        f = compare.frontier(bench)
        data = data.assign_coords(degree=("degree", f.degree), policy=list(f.policies))
        said = {"note": f.note} if f.note else {}
        made |= {compare.GAINED: (f.gain, said), "frontier_reliance": (f.reliance, said)}
    for name, (values, attrs) in made.items():
        q = compare.COMPARISONS[name]
        if name in compare.WEIGHED:
            attrs = {"weighs": weighed[1].name} | attrs
        if name == compare.GAINED:
            q = replace(q, unit=weighed[1].unit)
        data[name] = (q.axes, values, attrs_of(q, bench.base.unit) | attrs)
    return data


def _solved(bench: Bench, data: xr.Dataset) -> dict[float, Array]:
    """Real income at policy sizes 0 and 1 of the break-even, where an arm has it."""
    spec = bench.scenario.compare.break_even
    assert spec is not None
    wanted = {0.0: {spec.shock: 1.0}, 1.0: {spec.shock: 1.0, spec.policy: 1.0}}
    doses = arms(bench.scenario)
    found = {size: next((a for a, d in doses.items() if d == want), None) for size, want in wanted.items()}
    assert bench.gain is not None
    w = data[bench.gain[1].name]
    return {size: against_base(w, arm) for size, arm in found.items() if arm is not None}


def against_base(w: xr.DataArray, arm: str) -> Array:
    """A gain of an arm against the base, by place: the number itself, or where the base does not rest what it adds to it."""
    here = np.asarray(w.sel(arm=arm).to_numpy())
    return compare.beyond(here, None if _rests(w) else w.sel(arm="base").to_numpy())


def headlines(data: xr.Dataset) -> tuple[pd.DataFrame, Array]:
    """Every headline number, and every number that draws keep, in one fixed order: labels and values.

    Labels are variable, quantity, arm, place and a column for each further axis ("" where a number has none of it); the
    quantity is the place on its further axis where it has one, else the variable. An arm a model says nothing on is left
    out, and the base where a number rests by definition. The same order comes out of every draw of a scenario.
    """
    blocks = list(_blocks(data))
    further = list(dict.fromkeys(d for _, _, cut in blocks for d in map(str, cut.dims) if d not in _PLACES))
    rows: list[tuple[str, ...]] = []
    for name, arm, cut in blocks:
        mine = [str(d) for d in cut.dims if d not in _PLACES]
        labels = [cut[d].values.astype(str).tolist() for d in cut.dims]
        labels += [[""]] * (len(labels) == len(mine))
        for at in product(*labels):
            here = dict(zip(mine, at, strict=False))
            rows.append((name, at[0] if len(mine) == 1 else name, arm, at[-1], *(here.get(d, "") for d in further)))
    frame = pd.DataFrame(rows, columns=["variable", "quantity", "arm", "place", *further])
    return frame, np.concatenate([_flat(cut) for *_, cut in blocks])


def headline_values(data: xr.Dataset) -> Array:
    """The values of `headlines` alone, in the same order."""
    return np.concatenate([_flat(cut) for *_, cut in _blocks(data)])


def _flat(cut: xr.DataArray) -> Array:
    return np.asarray(cut.to_numpy(), dtype=float).ravel()


def _blocks(data: xr.Dataset) -> Iterator[tuple[str, str, xr.DataArray]]:
    """Numbers of `headlines` by variable and arm, places along the last axis."""
    told = [str(n) for n in data.data_vars if data[n].attrs.get("headline") or data[n].attrs.get("kept")]
    further = list(dict.fromkeys(str(d) for n in told for d in data[n].dims if d not in ("arm", *_PLACES)))

    def ordered(cut: xr.DataArray) -> xr.DataArray:
        dims = [d for d in (*further, *_PLACES) if d in cut.dims]
        return cut if list(cut.dims) == dims else cut.transpose(*dims)

    for k, arm in enumerate(str(a) for a in data["arm"].values):
        for name in (n for n in told if "arm" in data[n].dims):
            cut = data[name].isel(arm=k)
            if not (arm == "base" and _rests(cut)) and not np.isnan(cut.to_numpy()).all():
                yield name, arm, ordered(cut)
    for name in (n for n in told if "arm" not in data[n].dims):
        yield name, str(data[name].attrs["arm"]), ordered(data[name])


def _rests(x: xr.DataArray) -> bool:
    """Whether a number is known in the base by its definition."""
    return "rest" in x.attrs and not x.attrs.get("moving")


def unflatten(data: xr.Dataset, labels: pd.DataFrame, values: Array, suffix: str) -> xr.Dataset:
    """Values in the order of `labels` as variables beside their nominal ones, named with a suffix; nan where none."""
    out = {}
    further = [c for c in labels.columns if c not in ("variable", "quantity", "arm", "place")]
    for variable, at in labels.groupby("variable", sort=False).indices.items():
        name = str(variable)
        whole = xr.full_like(data[name], np.nan, dtype=float)
        whole.attrs = {k: v for k, v in whole.attrs.items() if k not in ("headline", "kept")}
        if _rests(whole) and "arm" in whole.dims:
            whole[{"arm": 0}] = whole.attrs["rest"]
        axes = [d for d in further if d in whole.dims]
        rows, mine = labels.iloc[at], values[at]
        keys = ["arm", *axes] if "arm" in whole.dims else axes
        groups = rows.groupby(keys, sort=False).indices if keys else {(): np.arange(len(rows))}
        for key, part in groups.items():
            # Labels of a block run over its places in the dataset's order.
            where = {
                k: as_labelled(data, k, v) for k, v in zip(keys, key if isinstance(key, tuple) else (key,), strict=True)
            }
            whole.loc[where] = mine[part].reshape(whole.loc[where].shape)
        out[f"{name}_{suffix}"] = whole
    return data.assign(out)


def as_labelled(data: xr.Dataset, axis: str, label: str) -> Any:
    """A label of a headline as the axis itself has it: a year is a number there."""
    values = data[axis].to_numpy()
    if values.dtype.kind in "UO":
        return label
    return values[values.astype(str) == label][0]


def require(assessment: Assessment) -> None:
    """Raise NotConverged where an arm has no answer."""
    if assessment.failures:
        raise NotConverged(
            "an arm of the scenario has no answer",
            items=assessment.failures,
            fix="take smaller shocks or other parameters",
        )
