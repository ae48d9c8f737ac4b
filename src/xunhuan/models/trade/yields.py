"""What the end of wedges yields: the exact gain beside what a triangle, saved costs and the rest say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from xunhuan.data.accounts import Accounts
from xunhuan.data.arrays import ratio
from xunhuan.data.places import places
from xunhuan.errors import BadInput
from xunhuan.models.model import Response

if TYPE_CHECKING:
    import pandas as pd


def by_wedge(acc: Accounts, response: Response, top: int) -> pd.DataFrame:
    """Gain of real income of the world and of places, percent, those that gain or lose most first; notes in attrs["notes"].

    real_income = misallocation + saved + rest;  above_cost in the base and after, percent of income

    Raises BadInput where neither a wedge nor what is burnt has changed.
    """
    import pandas as pd

    d = response.detail
    misallocation = d["misallocation"].to_numpy() if "misallocation" in d else np.zeros(acc.R)
    if not np.nan_to_num(misallocation).any() and not np.nan_to_num(d["direct_productivity"].to_numpy()).any():
        raise BadInput(
            "no wedge changes", where="--by wedge", fix='give one, for instance "wedge regions=CN-GD rate=0.05"'
        )
    at = places(acc)
    frame = at.frame().drop(columns=["name_zh"]).rename(columns={"name_en": "name"})
    world = pd.DataFrame([("WORLD", "World", "world")], columns=["place", "name", "kind"])
    frame = pd.concat([world, frame], ignore_index=True)
    base, closed = d["income_base"].to_numpy(), acc.closed
    parts = {
        "real_income": base * (d["real_income_hat"].to_numpy() - 1),
        "misallocation": base * misallocation,
        "saved": base * d["direct_productivity"].to_numpy(),
        "above_cost_base": d["above_cost_base"].to_numpy(),
        "above_cost": d["above_cost"].to_numpy(),
    }
    income = np.where(closed, base, 0.0)
    whole = np.append(income.sum(), at.sum(income))
    for name, value in parts.items():
        value = np.where(closed, value, 0.0)
        frame[name] = 100 * ratio(np.append(value.sum(), at.sum(value)), whole)
    frame.insert(6, "rest", frame["real_income"] - frame["misallocation"] - frame["saved"])
    moved = frame.iloc[1:]
    moved = moved.reindex(moved["real_income"].abs().sort_values(ascending=False, kind="stable").index)
    out = pd.concat([frame.iloc[:1], moved.head(top) if top else moved], ignore_index=True)
    out.attrs["notes"] = [
        "Percent of base income. real_income: exact. misallocation: second-order gain of allocation, Σ λ (h + h')/2 "
        "ln(y/A), h = 1 − cost/price [Harberger1954; BaqaeeFarhi2020]. saved: what is no longer burnt, to first order.",
        "rest: terms of trade, income from wedges that others paid, other wedges of the table (duties, subsidies), and what "
        "is of higher order; of the world, the last two alone.",
        "above_cost_base, above_cost: earned above cost by owners and collectors, before and after.",
    ]
    return out
