"""The five published readings of "how much a country makes itself", always told together."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from xunhuan.data.arrays import Array
from xunhuan.data.store import load
from xunhuan.models.catchup.industry import IndustryFile
from xunhuan.models.catchup.path import Levers, Path, World

READINGS = ("owned_by", "made_in", "designed_by", "table_supply", "table_output")
"""Narrow to wide: made by firms owned at home; made at home; designed at home; of an official table the share of use
that home supplies, and home's output over its use."""


def readings_of(
    path: Path, levers: Levers, w: World, designed: float, official: tuple[float, float] | None = None
) -> dict[str, Array]:
    r"""Readings by name, t d, share (output over use: ratio).

    made_in and owned_by as the market has them; odds of designed_by: odds⁰ e^(θ Σ push) / (1 − λ_trade), since a
    design needs
    no plant; odds of the official share of use move with those of made_in, output over use in proportion to it.

    designed  share designed at home at the start · official  `official_readings`, where a table is named
    The last three are arithmetic on a judgement, not a market: no model of design or of a whole sector stands behind them.
    """
    out = {"owned_by": path.owned_by, "made_in": path.made_in}
    odds = designed / (1 - designed) * np.exp(w.theta * path.pushed)
    out["designed_by"] = 1 - 1 / (1 + odds / np.maximum(1 - levers.trade, 1e-12))
    if official is not None:
        supply, output = official
        odds = supply / (1 - supply) * _odds(path.made_in) / _odds(path.made_in[:1])
        out["table_supply"] = 1 - 1 / (1 + odds)
        out["table_output"] = out["table_supply"] * output / supply
    return out


def _odds(x: Array) -> Array:
    return np.asarray(x / np.maximum(1 - x, 1e-12))


def official_readings(found: IndustryFile) -> tuple[float, float] | None:
    """Home's share in the use of the good, and its output over its use, in the table the file names; None where it
    names none.

    Raises UnknownName where there is no such table or sector.
    """
    return None if found.table is None else _official(found.table.base, found.table.sector)


@lru_cache(8)
def _official(base: str, sector: str) -> tuple[float, float]:
    acc = load(base)
    i = acc.sectors.select(sector)
    inside = np.array([n == acc.home for n in acc.geography.nation])
    used = acc.absorption[inside][:, i].sum()
    own = acc.flow[np.ix_(inside, inside, i)].sum()
    return float(own / used), float(acc.output[inside][:, i].sum() / used)
