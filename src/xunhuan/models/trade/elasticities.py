"""Trade elasticities of a table's sectors: published sets, what stands in for services, horizons, overrides."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources
from io import StringIO
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from xunhuan.data.arrays import Array
from xunhuan.data.classification import Sectors
from xunhuan.errors import BadInput, Problems, UnknownName

if TYPE_CHECKING:
    import pandas as pd

SETS: dict[str, tuple[str, str]] = {
    "FGO": ("Fontagné, Guimbard and Orefice (2022), tariffs product by product; goods", "FontagneGuimbardOrefice2022"),
    "BSY": ("Bagwell, Staiger and Yurukoglu (2021); goods", "BagwellStaigerYurukoglu2021"),
    "CP": ("Caliendo and Parro (2015), 99% sample, the published one; goods", "CaliendoParro2015"),
    "CP-full": ("Caliendo and Parro (2015), full sample; goods but medical instruments", "CaliendoParro2015"),
    "GYY": ("Giri, Yi and Yilmazkuday (2021); manufacturing but petroleum, electronics, machinery", "GiriYiYilmazkuday2021"),
    "LL": ("Lashkaripour and Lugovskyy (2023); goods", "LashkaripourLugovskyy2023"),
    "Shap": ("Shapiro (2016); goods", "Shapiro2016"),
    "IS": ("estimated in sample by the compiler of the sets, method of Caliendo and Parro; agriculture to metals",
           "CaliendoParro2015"),
    "U4": ("4 in every sector, Simonovska and Waugh (2014)", "SimonovskaWaugh2014"),
    "BLP": ("2 in every sector, long run of Boehm et al. (2023)", "BoehmLevchenkoPandalaiNayar2023"),
}  # fmt: skip
"""Named sets: what they are, of what sectors they hold estimates, and their key in refs.bib."""

ASSUMED = 4.0
"""Where a set has no estimate, services above all: the trade elasticity of [SimonovskaWaugh2014], "roughly four", which
[GiriYiYilmazkuday2021] too give to what they do not estimate. No set estimates a service."""
HIGHEST = 10.0
"""What [LashkaripourLugovskyy2023, p. 2795] give to services (σ = 11), the most among the sets' own papers: the end of the
95% interval in which the assumption is drawn where errors are."""
UNIFORM = {"U4": 4.0, "BLP": 2.0}
LISTS = ("common", "cn42", "wiod50", "wiod35", "icio45", "oecd28", "cp40")
GROUPS = ("agriculture", "mining", "manufacturing", "services", "goods")

WITHIN_A_YEAR, AFTER_A_DECADE = 0.76, 2.0
HORIZONS: dict[str, float | None] = {
    "short": WITHIN_A_YEAR,
    "medium": (WITHIN_A_YEAR * AFTER_A_DECADE) ** 0.5,
    "long": None,
}
"""Mean elasticity of goods at a horizon, weighted by trade; none: the set's own level.
[BoehmLevchenkoPandalaiNayar2023] find 0.76 within a year and about 2 (1.75 to 2.25) after 7 to 10 years. Medium, about three
years, is the geometric mean of the two ends: an interpolation, not an estimate."""


class SetValues(NamedTuple):
    """Elasticities of a set, axis i.

    values     θ, pure numbers · estimated: where an estimate of the set stands behind it, else `ASSUMED`
    how        how the sectors were found in the set
    """

    values: Array
    estimated: NDArray[np.bool_]
    how: str


@cache
def bundled(name: str) -> pd.DataFrame:
    """A data file of the room by its name."""
    import pandas as pd

    path = resources.files("xunhuan.models.trade") / "data" / f"{name}.csv"
    return pd.read_csv(StringIO(path.read_text(encoding="utf-8")), comment="#", dtype={"sector": str})


def set_elasticities(sectors: Sectors, name: str) -> SetValues:
    """Long-run trade elasticity of each sector from a named set, axis i.

    A sector list the sets know is mapped sector by sector; a sector of an unknown list takes the trade-weighted mean of
    its group (agriculture, mining, manufacturing, services, goods). What the set has no estimate for is `ASSUMED`.

    Raises UnknownName for a set that does not exist; BadInput naming sectors that lie in no list and no group.

    >>> set_elasticities(Sectors(("C26", "F")), "FGO")
    SetValues(values=array([5.14, 4.  ]), estimated=array([ True, False]), how="sector list 'common'")
    """
    if name not in SETS:
        raise UnknownName.of("elasticity set", name, SETS)
    if name in UNIFORM:
        return SetValues(np.full(len(sectors), UNIFORM[name]), np.ones(len(sectors), dtype=bool), "uniform")
    known, rows = place(sectors, name)
    column = _column(known, name)
    values = np.array([column[r] for r in rows])
    how = f"sector list {known!r}" if known != "groups" else "mean of the sector's group, its list is not a known one"
    return SetValues(np.where(np.isnan(values), ASSUMED, values), ~np.isnan(values), how)


@cache
def _column(known: str, name: str) -> dict[str, float]:
    frame = bundled(f"elasticities_{known}")
    return dict(zip(frame["sector"], frame[name].astype(float), strict=True))


@cache
def _rows(known: str) -> frozenset[str]:
    return frozenset(bundled(f"elasticities_{known}")["sector"])


def place(sectors: Sectors, name: str) -> tuple[str, tuple[str, ...]]:
    """The list that knows the sectors, and their rows in it; "groups" and each sector's narrowest where none does."""
    for known in LISTS:
        if _rows(known).issuperset(sectors.codes):
            return known, sectors.codes
    of: dict[str, str] = {}
    for group in reversed(GROUPS):  # the narrower group wins
        if group in sectors.groups:
            of |= {sectors.codes[k]: group for k in sectors.select(group)}
    lost = [c for c in sectors.codes if c not in of]
    if lost:
        fix = f"use a uniform set (U4), or name the sector groups {', '.join(GROUPS)} in the table"
        raise BadInput(f"no elasticity of set {name!r} is known for these sectors", items=lost, fix=fix)
    return "groups", tuple(of[c] for c in sectors.codes)


def level(name: str, horizon: str) -> float:
    """Ratio of elasticities at a horizon to the set's own: level of the horizon / Σ_i w_i θ_i over OECD-28 goods.

    w i  share of world trade in goods; all from one source, `HORIZONS`, so that only the pattern by sector is the set's

    >>> level("BLP", "short"), level("FGO", "long")
    (0.38, 1.0)
    """
    wanted = HORIZONS[horizon]
    if wanted is None:
        return 1.0
    goods = bundled("weights")
    theta = set_elasticities(Sectors(tuple(goods["sector"])), name).values
    return float(wanted / np.average(theta, weights=goods["weight"]))


def not_estimated(sectors: Sectors, found: SetValues) -> str:
    """In words, what a set has no estimate for; empty where it has all."""
    missing = [c for c, known in zip(sectors.codes, found.estimated, strict=True) if not known]
    if not missing:
        return ""
    services = {sectors.codes[k] for k in sectors.select("services")} if "services" in sectors.groups else set()
    said = [c for c in missing if c not in services]
    if services & set(missing):
        said.append("services" if services <= set(missing) else ", ".join(c for c in missing if c in services))
    return f"no estimate for {', '.join(said)}: assumed {ASSUMED:g} in the long run"


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
