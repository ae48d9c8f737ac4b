"""How much of exports and imports is processing trade, by sector: a data file, drawn, moved to the level that is known.

Letters: r region, i sector. Every row of the files has a range, what it rests on and where it was read.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd
from scipy.optimize import brentq
from scipy.special import expit, logit
from scipy.stats import triang

from xunhuan.build.lists import data_file
from xunhuan.data.accounts import Accounts
from xunhuan.data.arrays import Array
from xunhuan.errors import BadInput, UnknownName

SHARE_YEARS = (2012, 2017)
"""Years there are shares for."""
LEVEL = "goods"
"""Row that sets all goods together, and the group of sectors it is of."""
PUBLISHED, INFERRED, JUDGED = "published", "inferred", "assumed"
"""What a row rests on: a published figure, one worked out from such, judgement."""
PROVINCE_SPREAD = 0.5
"""Standard deviation, in log odds, of a province's part in processing about the nation's, where no figure is known."""
_EDGE = 1e-6


@dataclass(frozen=True)
class Shares:
    """Part of trade that is processing trade: exports r i, imports i (of the home nation as one); from 0 to 1."""

    exports: Array
    imports: Array


@cache
def share_table(year: int) -> pd.DataFrame:
    """The shares of a year: side, sector, low, mid, high, basis, year, source, note. Raises UnknownName."""
    if year not in SHARE_YEARS:
        raise UnknownName.of("year of processing shares", str(year), [str(y) for y in SHARE_YEARS])
    return pd.read_csv(data_file(f"processing_shares_{year}.csv"), comment="#", dtype={"sector": str})


@cache
def province_table() -> pd.DataFrame:
    """Processing trade in the foreign trade of single provinces: region, low, mid, high, basis, year, source, note."""
    return pd.read_csv(data_file("processing_provinces.csv"), comment="#")


def shares_of(acc: Accounts, draw: int | None = None, seed: int = 0) -> Shares:
    r"""Shares for a table of China with the official 42 sectors.

    share[i] = expit(logit(raw[i]) + c),   c such that Σ_i share[i] trade[i] = level · Σ_i trade[i], goods i

    raw, level: the middle of each row, or with `draw` a number k the k-th draw of triangular distributions from low to
    high. Published rows stay as they are. A province with a figure has its own odds of exporting under the regime, the
    others the nation's, in draws with a spread of PROVINCE_SPREAD; together they come to the national share of each good.

    Raises UnknownName for a year without shares, BadInput for other sectors.
    """
    rows = share_table(acc.year)
    lacking = sorted(set(rows["sector"]) - {LEVEL} - set(acc.sectors.codes))
    if lacking:
        raise BadInput("the shares of processing trade are for China's 42 sectors", where=acc.name, items=lacking,
                       fix="give shares of your own: xunhuan.build.processing.split(acc, exports, imports)")  # fmt: skip
    rng = None if draw is None else np.random.default_rng((seed, draw))
    home = np.array([n == acc.home for n in acc.geography.nation])
    sold, bought = acc.flow[np.ix_(home, ~home)].sum(1), acc.flow[np.ix_(~home, home)].sum((0, 1))
    exports, imports = (_of_side(acc, rows, side, trade, rng)
                        for side, trade in (("exports", sold.sum(0)), ("imports", bought)))  # fmt: skip
    by_region = np.zeros((acc.R, acc.S))
    by_region[home] = _by_province(acc, exports, sold, rows, rng)
    return Shares(by_region, imports)


def _drawn(rows: pd.DataFrame, rng: np.random.Generator | None) -> Array:
    """The middle of each row, or a draw from a triangle over its range."""
    low, mid, high = (rows[c].to_numpy(dtype=float) for c in ("low", "mid", "high"))
    if rng is None:
        return mid
    u, width = rng.uniform(size=len(rows)), high - low
    wide = width > 0
    peak = np.divide(mid - low, width, out=np.zeros_like(width), where=wide)
    return np.where(wide, triang.ppf(u, peak, low, np.where(wide, width, 1.0)), mid)


def _of_side(acc: Accounts, rows: pd.DataFrame, side: str, trade: Array, rng: np.random.Generator | None) -> Array:
    """Shares of exports or imports by sector, at the level of the row `goods`."""
    part = rows[rows["side"] == side]
    value = _drawn(part, rng)
    top = (part["sector"] == LEVEL).to_numpy()
    raw, moved = np.zeros(acc.S), np.zeros(acc.S, dtype=bool)
    at = [acc.sectors.codes.index(c) for c in part["sector"][~top]]
    raw[at], moved[at] = value[~top], (part["basis"] == JUDGED).to_numpy()[~top]
    goods = acc.sectors.select(LEVEL)
    moved &= (raw > 0) & np.isin(np.arange(acc.S), goods)
    return _at_level(raw, trade, float(value[top][0]) * float(trade[goods].sum()), moved)


def _at_level(share: Array, trade: Array, total: float, moved: Array) -> Array:
    """The shares with the odds of those to be moved changed by one factor, so that Σ share · trade = total."""

    def shifted(c: float) -> Array:
        return np.where(moved, expit(logit(np.clip(share, _EDGE, 1 - _EDGE)) + c), share)

    def off(c: float) -> float:
        return float((shifted(c) * trade).sum() - total)

    if off(-12.0) > 0 or off(12.0) < 0:
        raise BadInput("no shares of the sectors come to the share of all goods", fix="change the row of all goods")
    return shifted(float(brentq(off, -12.0, 12.0, xtol=1e-14)))


def _by_province(
    acc: Accounts, national: Array, sold: Array, rows: pd.DataFrame, rng: np.random.Generator | None
) -> Array:
    """Shares of exports by region of home, r i: odds of the nation times a factor of the region, its total the nation's.

    A region's figure is of all its trade: its odds against the nation's are taken to be those of its exports.
    """
    codes = [c for c, n in zip(acc.geography.codes, acc.geography.nation, strict=True) if n == acc.home]
    if len(codes) == 1:
        return national[None]
    level = rows[rows["sector"] == LEVEL].set_index("side")["mid"]
    goods, home = acc.sectors.select(LEVEL), np.array([acc.geography.codes.index(c) for c in codes])
    out = float(sold[:, goods].sum())
    away = np.setdiff1d(np.arange(acc.R), home)
    into = float(acc.flow[np.ix_(away, home)].sum((0, 1))[goods].sum())
    mean = (float(level["exports"]) * out + float(level["imports"]) * into) / (out + into)
    factor = np.zeros(len(codes)) if rng is None else rng.normal(0.0, PROVINCE_SPREAD, len(codes))
    figures = province_table()
    for region, value in zip(figures["region"], _drawn(figures, rng), strict=True):
        if region in codes:
            factor[codes.index(region)] = logit(value) - logit(mean)
    made = expit(logit(np.clip(national, _EDGE, 1 - _EDGE))[None] + factor[:, None])
    made[:, (national <= 0) | (national >= 1)] = national[(national <= 0) | (national >= 1)]
    for i in np.flatnonzero((national > 0) & (national < 1) & (sold.sum(0) > 0)):
        made[:, i] = _at_level(made[:, i], sold[:, i], float(national[i] * sold[:, i].sum()), np.ones(len(codes), bool))
    return made
