"""What is read off the short run: losses, paths, missing inputs; and its tables for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from xunhuan.data.accounts import Accounts
from xunhuan.data.arrays import Array, ratio
from xunhuan.data.places import Places
from xunhuan.data.places import places as found_places
from xunhuan.errors import BadInput
from xunhuan.models.edits.demand import DAYS_A_YEAR
from xunhuan.models.model import Numbers, Quantity, Readings, Response, ResponseTable
from xunhuan.symbols import amount_said

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

NO_SLOPE = 1e-4
"""Change of activity from the last window but one to the last, against rest, that counts as none."""
QUANTITIES = (
    Quantity("loss", "share", ("place",), "value added lost in the days run, share of the value added of the same days at "
             "rest", "Hallegatte2013", better=-1, headline=True, picture="map"),
    Quantity("loss_year", "share", ("place",), "value added lost in the days run, share of the value added of a whole year "
             "at rest (GDP at basic prices): loss times days run over 365", "Hallegatte2013", better=-1, headline=True),
    Quantity("path", "ratio", ("t", "place"), "output over output at rest, mean of each window", "Hallegatte2013",
             better=1, rest=1.0, picture="lines"),
    Quantity("sector_path", "ratio", ("t", "sector"), "output of the home nation over output at rest, by sector",
             "Hallegatte2013", better=1, rest=1.0, picture="lines"),
    Quantity("stopped_by", "share", ("sector",), "value added the home nation lost for want of an input, by input, share of "
             "the value added of the days run at rest", "Pichler2022", better=-1, picture="bars"),
    Quantity("end_level", "share", ("place",), "value added of the run's last window over its level at rest",
             "Hallegatte2013", better=1, rest=1.0),
    Quantity("trough_level", "share", ("place",), "value added of the run's lowest window over its level at rest",
             "Hallegatte2013", better=1, rest=1.0),
    Quantity("trough_day", "day", ("place",), "day on which the run's lowest window of value added ends; none where nothing "
             "is lost", "Hallegatte2013", rest=None),
    Quantity("course", "label", ("place",), "where value added goes at the run's end, last window against the one before: "
             f"-1 still falling, 1 recovering, 0 flat (less than {NO_SLOPE:g} of its level at rest)", rest=None),
)  # fmt: skip


def read(acc: Accounts, response: Response | None, places: Places) -> Readings:
    """Numbers of an answer by quantity; losses are positive. None is the base: nothing is lost, nothing moves."""
    by_place = ("place",)
    if response is None:
        nothing, rest, none = (np.full(len(places.codes), x) for x in (0.0, 1.0, np.nan))
        return {"loss": Numbers(by_place, nothing), "loss_year": Numbers(by_place, nothing),
                "end_level": Numbers(by_place, rest), "trough_level": Numbers(by_place, rest),
                "trough_day": Numbers(by_place, none), "course": Numbers(by_place, none)}  # fmt: skip
    d = response.detail
    days = float(d.attrs["run_days"])
    lost = places.share(np.nan_to_num(d["loss"].sum("sector").to_numpy()), acc.gdp)
    out = {"loss": Numbers(by_place, lost * (DAYS_A_YEAR / days)), "loss_year": Numbers(by_place, lost)}
    if response.path is None:
        return out
    out |= {k: Numbers(by_place, v) for k, v in course(response.path, places).items()}
    t = {"t": response.path["t"].to_numpy()}
    made = response.path["output"].transpose("t", "region", "sector").to_numpy()
    rest = acc.output / DAYS_A_YEAR
    level = places.share(made.sum(2), np.broadcast_to(rest.sum(1), made.shape[:2]))
    at_home = np.array([n == acc.home for n in acc.geography.nation])
    by_sector = ratio(made[:, at_home].sum(1), rest[at_home].sum(0), 1.0)
    by_input = d["loss_by_input"].sum("sector").transpose("region", "input").to_numpy()[at_home].sum(0)
    return out | {
        "path": Numbers(("t", "place"), level, t),
        "sector_path": Numbers(("t", "sector"), by_sector, t),
        "stopped_by": Numbers(("sector",), by_input / (acc.gdp[at_home].sum() * days / DAYS_A_YEAR)),
    }


def course(path: xr.Dataset, places: Places) -> dict[str, Array]:
    """Level of value added at the end and at its lowest, the day of that, and where it goes at the end, all by place.

    level[t,p] = Σ v x / Σ v x̄ over regions and sectors of p, mean of a window; course = sign(level[T] − level[T−1]), 0 below
    `NO_SLOPE`
    """
    value = path["value"].to_numpy()
    made = (path["output"].transpose("t", "region", "sector").to_numpy() * value).sum(2)
    rest = (path["base"].to_numpy() * value).sum(1)
    level = places.share(made, np.broadcast_to(rest, made.shape))
    low, step = level.argmin(0), level[-1] - level[max(len(level) - 2, 0)]
    lowest = np.take_along_axis(level, low[None], 0)[0]
    day = np.where(lowest < 1 - 1e-9, path["t"].to_numpy()[low], np.nan)
    moves = np.where(np.abs(step) < NO_SLOPE, 0.0, np.sign(step))
    return {"end_level": level[-1], "trough_level": lowest, "trough_day": day, "course": moves}


def _notes(acc: Accounts, r: Response) -> list[str]:
    """Lines that belong beside the numbers."""
    whole = {k: float(r.detail[k].sum()) for k in ("loss", "loss_direct", "loss_inputs", "loss_demand")}
    base = float(r.detail["base_value_added"].sum())
    a = r.detail.attrs
    share, part = whole["loss"] / base, a["run_days"] / DAYS_A_YEAR
    return [
        f"Value added lost in {a['run_days']:g} days, all regions together: {amount_said(whole['loss'])} {acc.unit}, "
        f"{100 * share:.3f}% of the value added of the same days at rest, {100 * share * part:.3f}% of a year's; to the "
        f"shock itself {amount_said(whole['loss_direct'])}, for missing inputs {amount_said(whole['loss_inputs'])}, for "
        f"missing orders {amount_said(whole['loss_demand'])}. loss_share is of the same days too.",
        *_ended(acc, r),
        f"Definition: {a['definition']}. Rationing {a['rationing']}, criticality {a['criticality']}.",
        f"Values in {acc.unit}. Source: {', '.join(a['citation'])}.",
    ]


def _ended(acc: Accounts, r: Response) -> list[str]:
    """Where the home nation's value added stands at the run's end, a sentence."""
    at = found_places(acc)
    if r.path is None or acc.home not in at.codes:
        return []
    where = {k: float(v[at.index(acc.home)]) for k, v in course(r.path, at).items()}
    moves = {-1: "still falling", 0: "flat", 1: "recovering"}[int(where["course"])]
    said = f"At the end value added of {acc.home} is {moves}, at {100 * where['end_level']:.2f}% of its level at rest"
    fell = np.isfinite(where["trough_day"])
    return [said + (f"; lowest {100 * where['trough_level']:.2f}%, day {where['trough_day']:g}." if fell else ".")]


def _named(frame: pd.DataFrame, acc: Accounts, r: Response) -> pd.DataFrame:
    if "region" in frame:
        frame.insert(1, "name", [acc.geography.name(c) for c in frame["region"]])
    lost = ("loss", "loss_direct", "loss_inputs", "loss_demand", "unmet_demand")
    frame.attrs |= {"notes": [*_endless(frame), *_notes(acc, r)], "money": dict.fromkeys(lost, acc.unit)}
    return frame


def _endless(frame: pd.DataFrame) -> list[str]:
    """What an endless recovery stands for, where the table has one."""
    endless = "recovery" in frame and bool(np.isinf(frame["recovery"]).any())
    return ["recovery ∞ (inf in a file): output is not back within the days run."] if endless else []


def _totals(over: str) -> ResponseTable:
    def view(acc: Accounts, r: Response, top: int) -> pd.DataFrame:
        columns = ["loss", "loss_direct", "loss_inputs", "loss_demand", "unmet_demand", "base_value_added"]
        frame = r.detail[columns].sum(over).to_dataframe().reset_index()
        nation = _nation(frame, acc) if over == "sector" else None
        frame["loss_share"] = frame["loss"] / frame.pop("base_value_added").where(lambda x: x > 0)
        out = _named(_first(frame.sort_values("loss", ascending=False, kind="stable"), top), acc, r)
        out.attrs["nation"] = nation
        return out

    return view


def _nation(frame: pd.DataFrame, acc: Accounts) -> pd.DataFrame | None:
    """The home nation's row, where it is of several regions."""
    import pandas as pd

    inside = [n == acc.home for n in acc.geography.nation]
    if sum(inside) < 2:
        return None
    total = frame[inside].drop(columns="region").sum()
    share = total["loss"] / total.pop("base_value_added")
    return pd.DataFrame([{"region": acc.home, "name": acc.geography.name(acc.home), **total, "loss_share": share}])


def _first(frame: pd.DataFrame, top: int) -> pd.DataFrame:
    return frame.head(top) if top else frame


def _industries(acc: Accounts, r: Response, top: int) -> pd.DataFrame:
    columns = ["loss", "loss_direct", "loss_inputs", "loss_demand", "lowest", "first_week", "recovery", "stopped_by"]
    frame = r.detail[columns].to_dataframe().reset_index().sort_values("loss", ascending=False, kind="stable")
    frame = _first(frame, top).copy()
    codes = acc.sectors.codes
    frame["stopped_by"] = [codes[k] if k >= 0 else "" for k in frame["stopped_by"]]
    return _named(frame, acc, r)


def _bottlenecks(acc: Accounts, r: Response, top: int) -> pd.DataFrame:
    from xunhuan.models.propagation.path import bottlenecks

    return _named(bottlenecks(r.detail, top or r.detail["loss_by_input"].size), acc, r)


def _path(acc: Accounts, r: Response, top: int) -> pd.DataFrame:
    from xunhuan.models.propagation.path import activity

    if r.path is None:
        raise BadInput("this response has no path")
    lost = r.detail["loss"].sum("sector")
    worst = lost["region"].to_numpy()[lost.to_numpy().argsort(kind="stable")[::-1]]
    return _named(activity(r.path)[list(worst[:top] if top else worst)].reset_index(), acc, r)


VIEWS: dict[str, ResponseTable] = {
    "region": _totals("sector"),
    "sector": _totals("region"),
    "industry": _industries,
    "bottleneck": _bottlenecks,
    "path": _path,
}
