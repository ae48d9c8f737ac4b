"""What is read off the short run: losses, paths, missing inputs; and its tables for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from xunhuan.data.accounts import Accounts
from xunhuan.data.arrays import ratio
from xunhuan.data.places import Places
from xunhuan.errors import BadInput
from xunhuan.models.model import Numbers, Quantity, Readings, Response, ResponseTable
from xunhuan.models.propagation.parameters import DAYS_A_YEAR

if TYPE_CHECKING:
    import pandas as pd

QUANTITIES = (
    Quantity("loss", "share", ("place",), "value added lost in the period run, share of the table's year", "Hallegatte2013",
             better=-1, headline=True, picture="map"),
    Quantity("path", "ratio", ("t", "place"), "output over output at rest, mean of each window", "Hallegatte2013",
             better=1, rest=1.0, picture="lines"),
    Quantity("sector_path", "ratio", ("t", "sector"), "output of the home nation over output at rest, by sector",
             "Hallegatte2013", better=1, rest=1.0, picture="lines"),
    Quantity("stopped_by", "share", ("sector",), "value added the home nation lost for want of an input, by input, share of "
             "its year", "Pichler2022", better=-1, picture="bars"),
)  # fmt: skip


def read(acc: Accounts, response: Response | None, places: Places) -> Readings:
    """Numbers of an answer by quantity; losses are positive. None is the base: nothing is lost."""
    if response is None:
        return {"loss": Numbers(("place",), np.zeros(len(places.codes)))}
    d = response.detail
    lost = np.nan_to_num(d["loss"].sum("sector").to_numpy())
    out = {"loss": Numbers(("place",), places.share(lost, acc.gdp))}
    if response.path is None:
        return out
    t = {"t": response.path["t"].to_numpy()}
    made = response.path["output"].transpose("t", "region", "sector").to_numpy()
    rest = acc.output / DAYS_A_YEAR
    by_place = places.share(made.sum(2), np.broadcast_to(rest.sum(1), made.shape[:2]))
    at_home = np.array([n == acc.home for n in acc.geography.nation])
    by_sector = ratio(made[:, at_home].sum(1), rest[at_home].sum(0), 1.0)
    by_input = d["loss_by_input"].sum("sector").transpose("region", "input").to_numpy()[at_home].sum(0)
    return out | {
        "path": Numbers(("t", "place"), by_place, t),
        "sector_path": Numbers(("t", "sector"), by_sector, t),
        "stopped_by": Numbers(("sector",), by_input / acc.gdp[at_home].sum()),
    }


def _notes(acc: Accounts, r: Response) -> list[str]:
    """Lines that belong beside the numbers."""
    whole = {k: float(r.detail[k].sum()) for k in ("loss", "loss_direct", "loss_inputs", "loss_demand")}
    base = float(r.detail["base_value_added"].sum())
    a = r.detail.attrs
    return [
        f"Value added lost in {a['run_days']:g} days: {whole['loss']:,.4g} {acc.unit}, "
        f"{100 * whole['loss'] / base:.3f}% of the same days at rest; to the shock itself {whole['loss_direct']:,.4g}, "
        f"for missing inputs {whole['loss_inputs']:,.4g}, for missing orders {whole['loss_demand']:,.4g}.",
        f"Definition: {a['definition']}. Rationing {a['rationing']}, criticality {a['criticality']}.",
        f"Values in {acc.unit}. Source: {', '.join(a['citation'])}.",
    ]


def _named(frame: pd.DataFrame, acc: Accounts, r: Response) -> pd.DataFrame:
    if "region" in frame:
        frame.insert(1, "name", [acc.geography.name(c) for c in frame["region"]])
    frame.attrs["notes"] = _notes(acc, r)
    return frame


def _totals(over: str) -> ResponseTable:
    def view(acc: Accounts, r: Response, top: int) -> pd.DataFrame:
        columns = ["loss", "loss_direct", "loss_inputs", "loss_demand", "unmet_demand", "base_value_added"]
        frame = r.detail[columns].sum(over).to_dataframe().reset_index()
        frame["loss_share"] = frame["loss"] / frame.pop("base_value_added").where(lambda x: x > 0)
        return _named(_first(frame.sort_values("loss", ascending=False, kind="stable"), top), acc, r)

    return view


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
