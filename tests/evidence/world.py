"""Histories of the world tables."""

from __future__ import annotations

import functools
from collections.abc import Iterable

import numpy as np

from tests.evidence.rows import evidence
from tests.helpers.raw import raw_folder
from xunhuan.build.history import build_oecd, build_wiod
from xunhuan.data.accounts import Accounts
from xunhuan.data.store import load
from xunhuan.measures import export_decomposition, exposure, value_added_origin
from xunhuan.measures.leontief import solve_left

MANUFACTURES = slice(2, 16)
"""c3 to c16 in the list of the WIOD 2013 release."""


@functools.cache
def wiod(year: int) -> Accounts:
    return build_wiod(raw_folder(), year)[0]


@evidence(
    "Cents of a dollar spent in the USA that go to imports",
    "CostinotRodriguezClare2018",
    "p. 3",
    "8",
    why='"about 8", of a year that the sentence does not name; 2008 here, 8.2 in 2007',
    within=0.75,
)
def imported_cents() -> list[float]:
    acc = wiod(2008)
    k = acc.geography.codes.index("USA")
    return [100 * (1 - acc.flow[k, k].sum() / acc.flow[:, k].sum())]


@evidence(
    "Per cent of US inputs made at home, all tiers of suppliers looked through",
    "BaldwinFreemanTheodorakopoulos2023",
    "abstract",
    "80",
    why='"over 80", in the OECD tables; `world-2017` here, all industries',
    within=2.0,
)
def made_at_home() -> list[float]:
    return [100 * (1 - exposure(load("world-2017"), "USA").look.item())]


PRESS = "the institution's summary of the paper, as printed by emsnow.com, 2023"


def main_suppliers(acc: Accounts, made: Iterable[str], valuation: str = "look") -> list[str]:
    """Of each US manufacturing industry the economy that most of its manufactured inputs come from."""
    both = {"sectors": list(made), "industries": list(made)}
    ds = exposure(acc, "USA", by="industry-partner", border="nation", **both)
    abroad = ds[valuation].isel(region=0).drop_sel(partner=["USA", "ROW"])
    return [str(abroad.partner.values[k]) for k in abroad.values.argmax(axis=1)]


def first_of(code: str, found: list[str]) -> float:
    """Per cent of industries whose main supplier it is."""
    return 100.0 * found.count(code) / len(found)


@evidence(
    "Per cent of US manufacturing industries whose main foreign supplier, looked through, is China, 2018",
    "BaldwinFreemanTheodorakopoulos2023",
    PRESS,
    "90",
    why='"more than 90", of industries of the OECD tables; 14 of `world-2017` here, manufactured inputs; with all inputs '
    "12 of 14",
    within=10.0,
)
def china_first() -> list[float]:
    acc = load("world-2017")
    return [first_of("CHN", main_suppliers(acc, acc.sectors.groups["manufacturing"]))]


@evidence(
    "Per cent of US manufacturing industries whose main foreign supplier, looked through, is Japan and is Canada, 1995",
    "BaldwinFreemanTheodorakopoulos2023",
    PRESS,
    "40 30",
    why='"about", of industries of the OECD tables; 14 of WIOD here, each 7 per cent, manufactured inputs; with all inputs '
    "Canada is first in 9, Japan in 4",
    within=13.0,
)
def japan_and_canada_first() -> list[float]:
    acc = wiod(1995)
    found = main_suppliers(acc, acc.sectors.codes[MANUFACTURES])
    return [first_of(code, found) for code in ("JPN", "CAN")]


@evidence(
    "Per cent of China's value added in the world's spending on final manufactures, 1995 and 2006",
    "TimmerErumbanLos2011",
    "abstract",
    "5 11",
    why="a release of the tables before the one at hand",
    within=1.5,
)
def china_in_manufactures() -> list[float]:
    return [100 * china_share(wiod(year)) for year in (1995, 2006)]


def china_share(acc: Accounts) -> float:
    """Part of the value of final manufactures bought anywhere that was added in China."""
    from xunhuan.measures.system import system_of

    assert acc.sourcing is not None
    sys, k = system_of(acc), acc.geography.codes.index("CHN")
    final = acc.sourcing.final.sum(axis=(2, 3))[:, MANUFACTURES]
    added = np.zeros_like(sys.output)
    added[k] = sys.origin[k]
    return float((solve_left(sys.operator, added)[:, MANUFACTURES] * final).sum() / final.sum())


@evidence(
    "Domestic value added, per cent of China's manufactured exports: 2000, before it joined the WTO, and 2007",
    "KoopmanWangWei2012",
    "abstract",
    "50 60",
    why='not met: "about 50" and "nearly 60" hold processing trade apart, which uses more imports; the world tables give '
    "exports and home sales of an industry the same inputs",
    within=32.0,
)
def domestic_content() -> list[float]:
    found = []
    for year in (2000, 2007):
        ds = export_decomposition(wiod(year), "CHN", method="bm-source", by="sector").isel(sector=MANUFACTURES)
        found.append(100 * float(ds.dva.sum() / ds.exports.sum()))
    return found


@evidence(
    "Value added abroad in China's exports of 2018, %: all exports; electronics (EXGR_FVASH)",
    "OECD2022China",
    "read in ITIF, Foreign-Produced Content of Chinese Exports, 13 June 2022",
    "17.2 27.1",
    why="theirs is the edition of 2021, where firms that process for export are apart in China and buy more abroad; "
    "ours is undivided, of flows of a later edition, with coefficients of 2020, which it has for every year; that this is "
    "what parts them is inferred, the edition of 2021 not being at hand",
    within=2.7,
)
def foreign_content_of_exports() -> list[float]:
    acc = build_oecd(raw_folder(), 2018)[0]
    shares = (value_added_origin(acc, "CHN", border="nation", sectors=s)["others_part"] for s in ("all", ["C26"]))
    return [100 * s.item() for s in shares]
