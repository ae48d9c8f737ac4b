"""China's provinces."""

from __future__ import annotations

import functools

from tests.evidence.rows import evidence
from xunhuan.data.store import load
from xunhuan.measures import circulation

LU = {"own": "55.1", "inter": "33.4", "external": "11.5"}
"""Simple means over the provinces, per cent.   [LuJiangyuan2022]"""
SHEN_DANYANG = (1433.58, 2239.15)
"""Value added at home by China's exports of goods and services, and those exports, billion USD, 2012, processing trade
apart: customs, statistics and commerce offices with the Chinese Academy of Sciences [ShenDanyang2014]."""
OFFICIAL_2012 = SHEN_DANYANG[0] / SHEN_DANYANG[1]
TABLE = "31 provinces, 42 sectors, 2017"


@functools.cache
def means() -> dict[str, float]:
    """Simple means over the provinces, per cent."""
    mean = circulation(load("china-2017"))["mean"].sel(weighting="simple").to_pandas()
    return {str(k): 100 * float(v) for k, v in mean.items()}


@evidence(
    f"External circulation, mean over {TABLE}, per cent",
    "LuJiangyuan2022",
    "means over provinces",
    LU["external"],
    why="another table of the same year and detail",
    within=0.5,
)
def external() -> list[float]:
    return [means()["external"]]


@evidence(
    f"Own and inter-provincial circulation, mean over {TABLE}, per cent",
    "LuJiangyuan2022",
    "means over provinces",
    f"{LU['own']} {LU['inter']}",
    why="totals by province do not settle how far a province sends and takes the same good; Lu's table has less trade "
    "between provinces",
    within=6.5,
)
def own_and_inter() -> list[float]:
    return [means()["own"], means()["inter"]]
