"""docs/processing.md."""

from __future__ import annotations

import functools
import re

import numpy as np

import xunhuan as xh
from tests.evidence.china import OFFICIAL_2012, SHEN_DANYANG
from tests.helpers.twofold import made_up
from tests.quoted.common import accounts, bare, enough, number, percent
from tests.quoted.quotes import quote
from xunhuan.build.processing import rejoined, split
from xunhuan.build.processing_shares import LEVEL, share_table
from xunhuan.data.accounts import Accounts
from xunhuan.data.arrays import Array

PAGE = "docs/processing.md"
DRAWS = 64


def content(acc: Accounts, group: str = "") -> float:
    """Domestic value added per unit of exports, of all or of a group."""
    ds = xh.measures.export_decomposition(acc, border="nation", **({"by": "group"} if group else {}))
    part = ds.sel(group=group) if group else ds
    return float(part["dva"].sum() / part["exports"].sum())


def three(x: float) -> str:
    return f"{x:.3f}"


@functools.cache
def alike() -> Accounts:
    """The national table of 2012 before the split."""
    return rejoined(accounts("china-processing-2012")).replace(sourcing=None)


@functools.cache
def apart(table: str) -> Accounts:
    return xh.split_processing(accounts(table))


@quote(
    PAGE,
    "domestic content of what processors sell is missed by up to {n}, where without the split it is missed by {n} to {n}.",
)
def known_economy() -> list[str]:
    truth = made_up(True)
    done = split(truth.table, truth.exports, truth.imports).accounts

    def by_sector(acc: Accounts) -> Array:
        ds = xh.measures.export_decomposition(acc, border="nation", by="sector")
        return np.asarray((ds["dva"] / ds["exports"]).values[0])

    missed = np.abs(by_sector(done)[4:] - truth.domestic[1, 1:3])
    before = np.abs(by_sector(truth.table)[1:3] - truth.domestic[1, 1:3])
    return [f"{x:.2f}" for x in (missed.max(), before.min(), before.max())]


@quote(
    PAGE,
    "the levels of all goods: exports {n} ({n} to {n}) in 2017, {n} ({n} to {n}) in 2012; imports {n} and {n} |",
    "The level of exports is above the customs share ({n} in 2017) because the table's exports are at producer prices, {n} "
    "% of customs values",
)
def levels() -> list[str]:
    rows = {y: share_table(y).pipe(lambda f: f[f["sector"] == LEVEL]).set_index("side") for y in (2017, 2012)}
    exports = [three(rows[y].loc["exports", k]) for y in rows for k in ("mid", "low", "high")]
    why = str(rows[2017].loc["exports", "source"])
    told = [
        re.findall(pattern, why)
        for pattern in (r"([\d.]+) % of customs exports", r"are ([\d.]+) % of those of customs")
    ]
    ((customs,), (prices,)) = told
    return [*exports, *(three(rows[y].loc["imports", "mid"]) for y in rows), three(float(customs) / 100), prices]


@quote(PAGE, "What Guangdong earns abroad with goods falls from {n} to {n} % of what it earns with them")
def guangdong() -> list[str]:
    before = xh.measures.circulation(accounts("china-2017"), "CN-GD", sectors="goods")["external"].item()
    turns = xh.measures.circulation(apart("china-2017"), "CN-GD", by="group", sectors="goods").isel(region=0)
    kinds = turns.sel(group=["processing", "ordinary"])
    after = float((kinds["external"] * kinds["gdp"]).sum() / turns["gdp"].sel(group="goods"))
    return [bare(percent(x)) for x in (before, after)]


@quote(PAGE, "5 to 95 % of {n} draws:")
def draws() -> list[str]:
    (told,) = set(re.findall(r"split_processing\(before, draw=k\) for k in range\((\d+)\)", page_text()))
    return [str(enough(int(told)))]


def page_text() -> str:
    from tests.quoted.quotes import ROOT

    return (ROOT / PAGE).read_text(encoding="utf-8")


@quote(
    PAGE,
    "official: {n} of {n} billion USD [ShenDanyang2014] | {n} | {n} ({n} to {n}) | {n} |",
    "| the same, from 31 provinces | {n} | {n} | {n} |",
    "to 2007 [KoopmanWangWei2012, abstract] | nearly 0.60 | {n} in 2012 | {n} |",
    "Interval: 5 to 95 % of the draws, {n} of the nation.",
    "the programme errs upwards, by {n}.",
    "`china-detailed-2012`, it is {n}.)",
)
def published() -> list[str]:
    nation = accounts("china-processing-2012")
    drawn = [content(xh.split_processing(alike(), draw=k)) for k in range(enough(DRAWS))]
    found = content(nation)
    return [
        *(number(x, 2) for x in SHEN_DANYANG), three(OFFICIAL_2012), three(found),
        *(three(float(x)) for x in np.quantile(drawn, [0.05, 0.95])), three(content(alike())),
        three(OFFICIAL_2012), three(content(apart("china-2012"))), three(content(accounts("china-2012"))),
        three(content(nation, "manufacturing")), three(content(alike(), "manufacturing")),
        str(DRAWS), f"{found - OFFICIAL_2012:.2f}", three(content(accounts("china-detailed-2012"))),
    ]  # fmt: skip
