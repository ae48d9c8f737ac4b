"""Trade elasticities of a table's sectors: published sets, what stands in for services, horizons, overrides."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, lru_cache
from importlib import resources
from io import StringIO
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from xunhuan.data.arrays import Array, ratio
from xunhuan.data.classification import Sectors
from xunhuan.data.isic import classes
from xunhuan.data.sector_lists import WAY_OUT, how_known, isic_of, known_as, sector_list
from xunhuan.errors import BadInput, Problems, UnknownName

if TYPE_CHECKING:
    import pandas as pd

SETS: dict[str, tuple[str, str]] = {
    "FGO": ("Fontagné, Guimbard and Orefice (2022), tariffs product by product; goods", "FontagneGuimbardOrefice2022"),
    "FGO-ICIO": ("the same, by goods of the OECD's 50 industries", "FontagneGuimbardOrefice2022"),
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
SETS_PUBLISHED = tuple(s for s in SETS if s != "FGO-ICIO")
"""Choices among publications: FGO-ICIO is FGO again, in more detail."""

ASSUMED = 4.0
"""Where a set has no estimate, services above all: the trade elasticity of [SimonovskaWaugh2014], "roughly four", which
[GiriYiYilmazkuday2021] too give to what they do not estimate. No set estimates a service."""
HIGHEST = 10.0
"""What [LashkaripourLugovskyy2023, p. 2795] give to services (σ = 11), the most among the sets' own papers: the end of the
95% interval in which the assumption is drawn where errors are."""
UNIFORM = {"U4": 4.0, "BLP": 2.0}
CELLS = "oecd28"
"""The list whose goods hold the estimates; sectors of other lists are made of them by ISIC."""
OWN_LIST = "cp40"
"""A list that has estimates of its own."""

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


def set_elasticities(sectors: Sectors, name: str, given: NDArray[np.bool_] | None = None) -> SetValues:
    """Long-run trade elasticity of each sector from a named set, axis i.

    θ[i] = Σ_c T_c θ_c / Σ_c T_c over the goods c that share an ISIC class with the sector and have an estimate, T world
    trade. What the set has no estimate for is `ASSUMED`.

    given  True where an elasticity is given otherwise, axis i: nothing need be known of these

    Raises UnknownName for a set that does not exist; BadInput naming sectors whose ISIC nothing tells.

    >>> set_elasticities(Sectors(("C26", "F")), "FGO")
    SetValues(values=array([5.14, 4.  ]), estimated=array([ True, False]), how='codes read as ISIC')
    """
    if name not in SETS:
        raise UnknownName.of("elasticity set", name, SETS)
    if name in UNIFORM:
        return SetValues(np.full(len(sectors), UNIFORM[name]), np.ones(len(sectors), dtype=bool), "uniform")
    if given is not None and given.all():
        return SetValues(np.full(len(sectors), ASSUMED), given, "all given")
    known, made = made_of(sectors, name, given)
    theta = np.array(list(_column(known, name).values()))
    weight = made * ~np.isnan(theta)
    there = weight.any(1)
    values = ratio(weight, weight.sum(1, keepdims=True)) @ np.nan_to_num(theta)
    return SetValues(np.where(there, values, ASSUMED), there, how_known(sectors))


@cache
def _column(known: str, name: str) -> dict[str, float]:
    frame = bundled(f"elasticities_{known}")
    return dict(zip(frame["sector"], frame[name].astype(float), strict=True))


@cache
def _cells() -> tuple[tuple[frozenset[int], ...], Array]:
    """ISIC classes of the goods that hold the estimates, and world trade in each; services trade nothing."""
    trade: dict[str, float] = dict(bundled("weights")[["sector", "weight"]].itertuples(index=False))
    held = sector_list(CELLS).sectors
    goods = [classes(i) if c in trade else frozenset[int]() for c, i in zip(held.codes, held.isic, strict=True)]
    return tuple(goods), np.array([trade.get(c, 0.0) for c in held.codes])


def made_of(sectors: Sectors, name: str, given: NDArray[np.bool_] | None = None) -> tuple[str, Array]:
    """The list that holds the estimates, and how much of each of its sectors c a sector holds, axes i c.

    Raises BadInput naming sectors whose ISIC nothing tells, but those in `given`.
    """
    listed = known_as(sectors)
    if listed is not None and listed.name == OWN_LIST:
        rows = [listed.sectors.codes.index(c) for c in sectors.codes]
        return OWN_LIST, np.eye(len(listed.sectors))[rows]
    isic = isic_of(sectors)
    p = Problems(f"no elasticity of set {name!r} is known for these sectors")
    for k, (code, said, of) in enumerate(zip(sectors.codes, sectors.names_en, isic, strict=True)):
        if not of and not (given is not None and given[k]):
            p.add(code if said == code else f"{code} ({said})")
    p.raise_if(BadInput, fix=f"{WAY_OUT}; or use a uniform set (U4), or give theta for them")
    return CELLS, _held_by(isic)


@lru_cache(maxsize=64)
def _held_by(isic: tuple[str, ...]) -> Array:
    """World trade in each cell that a sector holds some of, axes i c."""
    goods, trade = _cells()
    held = [classes(of) if of else frozenset[int]() for of in isic]
    out = np.array([[float(bool(c & h)) for c in goods] for h in held]) * trade
    out.setflags(write=False)
    return out


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
