"""Trade elasticities of a table's sectors: published sets, horizons, overrides."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources
from io import StringIO
from typing import TYPE_CHECKING

import numpy as np

from xunhuan.data.arrays import Array
from xunhuan.data.classification import Sectors
from xunhuan.errors import BadInput, Problems, UnknownName

if TYPE_CHECKING:
    import pandas as pd

SETS: dict[str, tuple[str, str]] = {
    "FGO": ("Fontagné, Guimbard and Orefice (2022), product-level, tariff variation", "FontagneGuimbardOrefice2022"),
    "BSY": ("Bagwell, Staiger and Yurukoglu (2021)", "BagwellStaigerYurukoglu2021"),
    "CP": ("Caliendo and Parro (2015)", "CaliendoParro2015"),
    "GYY": ("Giri, Yi and Yilmazkuday (2021)", "GiriYiYilmazkuday2021"),
    "LL": ("Lashkaripour and Lugovskyy (2023)", "LashkaripourLugovskyy2023"),
    "Shap": ("Shapiro (2016)", "Shapiro2016"),
    "IS": ("estimated in sample by the compiler of the sets, method of Caliendo and Parro", "CaliendoParro2015"),
    "U4": ("4 in every sector, Simonovska and Waugh (2014)", "SimonovskaWaugh2014"),
    "BLP": ("2 in every sector, long run of Boehm et al. (2023)", "BoehmLevchenkoPandalaiNayar2023"),
}
"""Named sets: what they are and their key in refs.bib."""

UNIFORM = {"U4": 4.0, "BLP": 2.0}
LISTS = ("common", "cn42", "wiod50", "wiod35", "icio45", "oecd28", "cp40")
GROUPS = ("agriculture", "mining", "manufacturing", "services", "goods")

SHORT_TO_LONG = 0.76 / 2.0
HORIZONS: dict[str, float] = {"short": SHORT_TO_LONG, "medium": SHORT_TO_LONG**0.5, "long": 1.0}
"""Elasticity at a horizon / long-run elasticity. [BoehmLevchenkoPandalaiNayar2023] find tariff elasticities of
0.76 within a year and about 2 (1.75 to 2.25) after 7 to 10 years: short = 0.76/2. Medium, about three years, is the
geometric mean of the two ends: an interpolation, not an estimate."""


@cache
def _table(name: str) -> pd.DataFrame:
    import pandas as pd

    path = resources.files("xunhuan.models.trade") / "data" / f"elasticities_{name}.csv"
    text = path.read_text(encoding="utf-8")
    return pd.read_csv(StringIO(text), comment="#", dtype={"sector": str}).set_index("sector")


def set_elasticities(sectors: Sectors, name: str) -> tuple[Array, str]:
    """Long-run trade elasticity of each sector from a named set, axis i, and how the sectors were found.

    A sector list the sets know is mapped sector by sector; a sector of an unknown list takes the trade-weighted
    mean of its group (agriculture, mining, manufacturing, services, goods), and the second return value says so.

    Raises UnknownName for a set that does not exist; BadInput naming sectors that lie in no list and no group.

    >>> set_elasticities(Sectors(("C26", "F")), "FGO")
    (array([5.14, 8.35]), "sector list 'common'")
    """
    if name not in SETS:
        raise UnknownName.of("elasticity set", name, SETS)
    if name in UNIFORM:
        return np.full(len(sectors), UNIFORM[name]), "uniform"
    for known in LISTS:
        table = _table(known)
        if set(sectors.codes) <= set(table.index):
            return table.loc[list(sectors.codes), name].to_numpy(dtype=np.float64), f"sector list {known!r}"
    return _by_group(sectors, name), "mean of the sector's group, since the sector list is not a known one"


def _by_group(sectors: Sectors, name: str) -> Array:
    groups = _table("groups")[name]
    out = np.full(len(sectors), np.nan)
    for group in reversed(GROUPS):  # the narrower group wins
        if group in sectors.groups:
            out[sectors.select(group)] = groups[group]
    lost = [c for c, v in zip(sectors.codes, out, strict=True) if np.isnan(v)]
    if lost:
        fix = f"use a uniform set (U4), or name the sector groups {', '.join(GROUPS)} in the table"
        raise BadInput(f"no elasticity of set {name!r} is known for these sectors", items=lost, fix=fix)
    return out


def sector_values(sectors: Sectors, default: float | Array, given: float | Mapping[str, float], what: str) -> Array:
    """Values by sector: `default`, overwritten by a number for all or by a mapping from selections to numbers.

    Raises BadInput collecting every unknown selection.
    """
    out = np.broadcast_to(np.asarray(default, dtype=np.float64), (len(sectors),)).copy()
    if not isinstance(given, Mapping):
        out[:] = given
        return out
    problems = Problems(f"{what} names sectors the table does not have")
    for selection, value in given.items():
        try:
            out[sectors.select(selection)] = value
        except BadInput as e:
            problems.add(f"{selection!r}: {e.fix or e.what}")
    problems.raise_if()
    return out
