"""What is read off an answer: quantities of the games, by place, city, stage, part, block and φ."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from xunhuan.data.accounts import Accounts
from xunhuan.data.arrays import Array
from xunhuan.data.places import Places
from xunhuan.models.model import Numbers, Quantity, Readings, Response

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

_HOME = ("home_place",)
CITIES = (
    Quantity("price_of_anarchy", "ratio", _HOME, "what the nation pays for its need in the cities' race, over what it pays "
             "in its plan, C(Nash) / C(plan)", "Dubey1986", better=-1, headline=True, rest=1.0),
    Quantity("rivalry_loss", "bn USD", _HOME, "what the race costs the nation a year beyond its plan, C(Nash) − C(plan)",
             better=-1, headline=True),
    Quantity("stability_cost", "bn USD", _HOME, "least payments a year that keep every coalition of blocks in the plan: "
             "min Σ t, t ≥ 0, Σ_S (u + t) ≥ v(S)", "BachrachElkindMeir2009", better=-1, headline=True),
    Quantity("capacity_built", "bn USD", ("city", "play"), "capacity a year at import prices, Σ_k L K, in the plan and in "
             "the race", rest=None, picture="pairs"),
    Quantity("places_by_stage", "count", ("stage", "play"), "number of cities that have the stage", rest=None,
             picture="pairs"),
    Quantity("capacity_used", "share", ("stage", "play"), "sales over capacity, min(1, N / Σ L K)", rest=None,
             picture="pairs"),
    Quantity("anarchy_by_compliance", "ratio", ("compliance",), "price of anarchy where so much of each city's mind is the "
             "nation's", rest=None, picture="curve"),
    Quantity("loss_by_part", "bn USD", ("part",), "what the race costs beyond the plan: capital that stands idle, fixed "
             "costs, dearer units, imports", picture="bars"),
    Quantity("city_gain", "bn USD", ("city",), "what a city's leaders gain by the plan against the race, u(plan) − u(Nash)",
             better=1, picture="lollipops"),
    Quantity("obedience_price", "bn USD", ("city",), "least a city must be given to play its part where all others do: what "
             "it would gain by its best response", picture="lollipops"),
    Quantity("coalition_payment", "bn USD", ("block",), "least payment a year by block that keeps every coalition in",
             "BachrachElkindMeir2009", picture="lollipops"),
)  # fmt: skip
QUANTITIES = CITIES


def read(acc: Accounts, response: Response | None, places: Places) -> Readings:
    """Numbers of the games that were played; none where nothing happens, for then nobody plays."""
    if response is None:
        return {}
    d = response.detail
    out: dict[str, Numbers] = {}
    if "city" in d.dims:
        out |= _cities(d, places)
    return out


def of_nation(value: float, places: Places) -> Numbers:
    """A number of the home nation alone, nan at its regions."""
    at = places.home_index
    out = np.full(len(at), np.nan)
    out[-1] = value
    return Numbers(_HOME, out)


def _cities(d: xr.Dataset, places: Places) -> Mapping[str, Numbers]:
    cost = d["national_cost"]
    plan, race = float(cost.sel(play="plan")), float(cost.sel(play="rivalry"))
    city, play, stage = (list(d[k].values) for k in ("city", "play", "stage"))
    by_city = {"city": city, "play": play}
    by_stage = {"stage": stage, "play": play}
    own = d["city_payoff"]

    def across(x: xr.DataArray, *axes: str) -> Array:
        return np.asarray(x.transpose(*axes).to_numpy(), dtype=float)

    return {
        "price_of_anarchy": of_nation(race / plan, places),
        "rivalry_loss": of_nation(race - plan, places),
        "stability_cost": of_nation(float(d["payment"].sum()), places),
        "capacity_built": Numbers(("city", "play"), across(d["capacity"].sum("stage"), "city", "play"), by_city),
        "places_by_stage": Numbers(("stage", "play"), across((d["lines"] > 0).sum("city"), "stage", "play"), by_stage),
        "capacity_used": Numbers(("stage", "play"), across(d["use_of_capacity"], "stage", "play"), by_stage),
        "anarchy_by_compliance": Numbers(("compliance",), across(d["anarchy"], "compliance"),
                                         {"compliance": list(d["compliance"].values)}),
        "loss_by_part": Numbers(("part",), across(d["loss"], "part"), {"part": list(d["part"].values)}),
        "city_gain": Numbers(("city",), across(own.sel(play="plan") - own.sel(play="rivalry"), "city"), {"city": city}),
        "obedience_price": Numbers(("city",), across(d["temptation"], "city"), {"city": city}),
        "coalition_payment": Numbers(("block",), across(d["payment"], "block"), {"block": list(d["block"].values)}),
    }  # fmt: skip


# Tables for people


def by_city(acc: Accounts, response: Response, top: int) -> pd.DataFrame:
    """Cities: capacity in the plan and in the race, what leaders gain by the plan, the price of their obedience."""
    import pandas as pd

    d = response.detail
    capacity, own = d["capacity"].sum("stage"), d["city_payoff"]
    frame = pd.DataFrame({
        "city": d["city"].values, "province": d["province"].values,
        "plan": capacity.sel(play="plan").values, "rivalry": capacity.sel(play="rivalry").values,
        "gain": (own.sel(play="plan") - own.sel(play="rivalry")).values, "obedience": d["temptation"].values,
    })  # fmt: skip
    if d["obeyed"].any():
        frame["obeyed"] = d["obeyed"].values
    frame = frame.reindex((frame["rivalry"] - frame["plan"]).sort_values(ascending=False, kind="stable").index)
    out = (frame.head(top) if top else frame).reset_index(drop=True)
    cost = d["national_cost"]
    plan, race = float(cost.sel(play="plan")), float(cost.sel(play="rivalry"))
    parts = ", ".join(f"{p.replace('_', ' ')} {x:+.1f}" for p, x in zip(d["part"].values, d["loss"].values, strict=True))
    out.attrs["notes"] = [
        "bn USD a year. plan, rivalry: capacity in the nation's plan and in the race; gain: what a city's leaders gain by the "
        "plan; obedience: the least it must be given to play its part where all others do.",
        f"The race costs the nation {race:.1f} bn USD a year, its plan {plan:.1f}: price of anarchy {race / plan:.3f}; beyond "
        f"the plan: {parts}.",
        f"Least payments that keep every coalition in: {float(d['payment'].sum()):.1f} bn USD a year.",
    ]
    return out


def by_compliance(acc: Accounts, response: Response, top: int) -> pd.DataFrame:
    """The price of anarchy by compliance."""
    d = response.detail
    out = d["anarchy"].to_dataframe("price_of_anarchy").reset_index()
    out.attrs["notes"] = ["compliance: part of each city's mind that is the nation's; price of anarchy: cost over the plan's."]
    return out


def by_stage(acc: Accounts, response: Response, top: int) -> pd.DataFrame:
    """Stages: places that have each, capacity and its use, plan against race."""
    import pandas as pd

    d = response.detail
    places, capacity = (d["lines"] > 0).sum("city"), d["capacity"].sum("city")
    columns: dict[str, Any] = {"stage": d["stage"].values, "need": d["need"].values}
    for play in ("plan", "rivalry"):
        columns |= {f"places_{play}": places.sel(play=play).values, f"capacity_{play}": capacity.sel(play=play).values,
                    f"used_{play}": 100 * d["use_of_capacity"].sel(play=play).values}  # fmt: skip
    out = pd.DataFrame(columns)
    out.attrs["notes"] = ["places: cities that have the stage; capacity, need: bn USD a year; used: percent of capacity."]
    return out


def by_block(acc: Accounts, response: Response, top: int) -> pd.DataFrame:
    """Blocks that may leave together: least payments that keep every coalition of them in the plan."""
    d = response.detail
    out = d["payment"].to_dataframe("payment").reset_index()
    out.attrs["notes"] = ["payment: bn USD a year, the least that keeps every coalition of blocks in the plan."]
    return out
