"""Tariffs of the world table: WIOD's weighted rates where it knows both ends, else the OECD file's.

Letters: r origin, s destination, i good, j using industry.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from xunhuan.build import lists
from xunhuan.build.oecd import Raw
from xunhuan.data.arrays import Array

IMPLAUSIBLE = 0.5
"""Food rates of the OECD file above this are simple means over lines with tobacco and alcohol."""


def mean_rate(flow: Array, rate: Array, to: Array) -> Array:
    """Rates of coarser sectors, weighted by flow; a plain mean where nothing flows.

    flow, rate r s i · to i k, weights of the concordance. Returns r s k.
    """
    value, duty = flow @ to, (flow * rate) @ to
    plain = rate @ (to / np.maximum(to.sum(0), 1e-300))
    return np.asarray(np.where(value > 0, duty / np.where(value > 0, value, 1.0), plain), dtype=np.float64)


def tariffs(raw: Raw) -> tuple[Array, pd.DataFrame]:
    """Rate that economy s levies on good i from r, axes r s i (81 economies), and what was decided.

    WIOD 2014 where it names both ends, or one end is the ROW; else the OECD file of 2017. Services and own
    purchases 0. The OECD file's ROW neither levies nor pays, so WIOD's ROW stands in; its food rates above
    `IMPLAUSIBLE` give way to WIOD's, with ROW in the place of an economy WIOD does not name.
    """
    n, k = len(raw.codes), len(lists.goods())
    at = np.ix_(raw.place, raw.place)
    wiod = mean_rate(raw.wiod_flow, raw.wiod_rate, lists.wiod50_matrix())[at]
    oecd = mean_rate(raw.flow28, raw.rate28, lists.oecd28_matrix())
    rest = np.array([c == "ROW" for c in raw.codes])
    from_wiod = (raw.named[:, None] & raw.named[None, :]) | rest[:, None] | rest[None, :]
    out = np.zeros_like(wiod)
    out[..., :k] = np.where(from_wiod[..., None], wiod[..., :k], oecd[..., :k])
    food = lists.common_sectors().index("C10T12")
    odd = ~from_wiod & (out[..., food] > IMPLAUSIBLE)
    rows = [
        {
            "step": "tariffs: food rates above 0.5", "region": raw.codes[s], "sector": "C10T12",
            "quantity": f"rate on {raw.codes[r]}", "before": out[r, s, food], "after": wiod[r, s, food],
            "unit": "rate", "note": "simple mean with tobacco and alcohol; WIOD's weighted rate instead",
        }
        for r, s in np.argwhere(odd)
    ]  # fmt: skip
    out[odd, food] = wiod[odd, food]
    out[np.arange(n), np.arange(n)] = 0.0
    rows += _counts(raw, from_wiod)
    return out, pd.DataFrame(rows)


def _counts(raw: Raw, from_wiod: NDArray[np.bool_]) -> list[dict[str, object]]:
    value = raw.flow28[..., :-1].sum(2)
    own = np.eye(len(raw.codes), dtype=bool)
    total = float(value[~own].sum())
    note = "share of goods trade between economies whose rates are WIOD's; the rest has the OECD file's"
    held = float(value[from_wiod & ~own].sum()) / total
    return [
        {
            "step": "tariffs: source", "region": "all", "sector": "goods", "quantity": "share of trade",
            "before": np.nan, "after": held, "unit": "share", "note": note,
        }
    ]  # fmt: skip
