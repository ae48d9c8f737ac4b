"""How much a region's income moves with each market, how much of that is risk, and what other markets would do."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import xarray as xr

from xunhuan.data.accounts import Accounts
from xunhuan.data.arrays import Array, Index, Mask, ratio
from xunhuan.data.markets import DEMANDS, Demand, growth_of_markets
from xunhuan.measures.actors import Actors, Partition, check_word, looking_from, nations, partition
from xunhuan.measures.labels import actor_coords, group_coords, group_sum, labelled
from xunhuan.measures.sources import SOURCES
from xunhuan.measures.system import system_of
from xunhuan.measures.tables import of_table

RESAMPLED, _SEED = 2000, 20
"""Resamples of the years behind an interval, and the seed they are drawn with."""
_TOLD = {"oecd": "OECD flows", "wiod": "WIOD"}


@of_table
def coupling(
    acc: Accounts,
    region: str | Iterable[str] | None = None,
    *,
    sectors: str | Iterable[str] = "all",
    border: str = "region",
    home: str | None = None,
) -> xr.Dataset:
    r"""How much of a region's income hangs on each market, and the market's on the region's.

    κ[p ← f] = ∂ ln GDP_p / ∂ ln y^f = v_p B_p· y^f / GDP_p        back[p,f] = κ[f ← p]
    asymmetry[p,f] = κ[p ← f] / κ[f ← p]      intensity[p,f] = κ[p ← f] / (Σ y^f / Σ_d Σ y^d)

    Value added absorbed abroad is that of [JohnsonNoguera2012]; to ask whether economies decouple by what of their output
    others' final demand calls for is [KoPascha2014]. The index, its asymmetry and its intensity are this project's.

    Percent of income by percent of the market's final demand, at given prices, shares and coefficients. Over all markets,
    the region's own included, κ adds to 1. v value added per unit of output, B = (I − A)^-1, y^f final demand of f, r i,
    unit of the table. `sectors` counts the value added of those alone, over GDP likewise.

    Parameters
    ----------
    acc : Accounts, str or Path
        The table, or its name or file.
    region : str or list of str, optional
        Rows: regions by code or name, clusters, nations or unions "A+B", each one actor, none overlapping;
        "provinces", "foreign" or "all" for each of theirs. By default the home nation's provinces.
    sectors : str or list of str
        Sectors whose value added is counted: codes, names, groups, "A+B", "!X".
    border : {"region", "nation"}
        Actors are regions and the sets asked for, or nations; then by default every nation is a row.
    home : str, optional
        Nation, or cluster made one, to look from, in place of the table's home.

    Returns
    -------
    xarray.Dataset
        Axes region partner: `kappa`, `back`, ratios; `asymmetry`, above 1 where the region depends more; `intensity`, above
        1 where the market counts for more than its size. nan where the partner's books are not kept.

    Raises
    ------
    BadInput
        For unknown words, regions that overlap, open regions, and sets that are no nation where nations are actors.
    UnknownName
        For regions, sectors or a home that are not there.

    Examples
    --------
    >>> import xunhuan as xh
    >>> ds = xh.measures.coupling(xh.toyland(), "AT-N").sel(region="AT-N", partner="BOR")
    >>> [round(float(ds[n]), 3) for n in ("kappa", "back", "asymmetry")]
    [0.099, 0.061, 1.637]
    """
    acc = looking_from(acc, home)
    view = partition(acc, region, border)
    kappa, back = _couplings(acc, view, acc.sectors.select(sectors))
    size = view.actors.add(system_of(acc).y.sum(axis=(0, 1)), 0)
    dims = ("region", "partner")
    return labelled(
        acc,
        {
            "kappa": (dims, kappa),
            "back": (dims, back),
            "asymmetry": (dims, ratio(kappa, back, np.nan)),
            "intensity": (dims, ratio(kappa, np.broadcast_to(ratio(size, size.sum()), kappa.shape), np.nan)),
        },
        {**group_coords(view.groups), **actor_coords(view.actors)},
        definition="kappa: percent of the region's income by percent of the partner's final demand, at given prices and "
        "shares (= part of its value added absorbed there); back: the partner's by the region's; asymmetry: kappa / back; "
        "intensity: kappa over the partner's part of the world's final demand",
        weighting="parts of each region's own value added, which add to 1 over partners and itself",
        citation=SOURCES["coupling"],
        sectors=sectors,
    )


def _couplings(acc: Accounts, view: Partition, goods: Index) -> tuple[Array, Array]:
    """κ of the groups on every actor, and of every actor on the groups: axes p a."""
    actors = view.actors
    absorbed = actors.add(actors.add(system_of(acc).absorbed[:, goods].sum(axis=1), 0), 1)
    every = ratio(absorbed, absorbed.sum(axis=1, keepdims=True), np.nan)
    at = [int(actors.of[g.members[0]]) for g in view.groups]
    return every[at], every[:, at].T


class Risk(NamedTuple):
    """Risk of income that hangs on markets with weights κ: sd p, log points a year; parts p m, of sd, which add to it."""

    sd: Array
    parts: Array


def risk(kappa: Array, growth: Array) -> Risk:
    r"""Standard deviation of Σ_m κ_m g_m, and each market's part in it.

    sd_p = √(κ_p' Σ κ_p),   part[p,m] = κ[p,m] (Σ κ_p)_m / sd_p,   Σ_m part[p,m] = sd_p,   Σ = cov(g), n − 1 in the divisor

    kappa p m, elasticities, ratio · growth t m, log points · the parts are Euler's: sd is homogeneous of degree one in κ.

    >>> [x.round(3).tolist() for x in risk(np.array([[0.5, 0.5]]), np.array([[0.0, 0.2], [0.0, -0.2], [0.0, 0.0]]))]
    [[0.1], [[0.0, 0.1]]]
    """
    moved = growth - growth.mean(axis=0)
    income = moved @ kappa.T
    sd = np.sqrt((income**2).sum(axis=0) / (len(growth) - 1))
    parts = kappa * (income.T @ moved) / (len(growth) - 1)
    return Risk(sd, ratio(parts, np.broadcast_to(sd[:, None], parts.shape)))


def resampled_ends(kappa: Array, growth: Array) -> tuple[Array, Array]:
    """Ends of a 90% interval of sd by resampling years with replacement, whole years at a time: axis p each."""
    draw = np.random.default_rng(_SEED).integers(0, len(growth), size=(RESAMPLED, len(growth)))
    sd = (growth @ kappa.T)[draw].std(axis=1, ddof=1)
    low, high = np.quantile(sd, [0.05, 0.95], axis=0)
    return low, high


def least_risk(fixed: Array, part: float, growth: Array, free: Mask) -> Array:
    r"""The weights w ≥ 0 on the markets `free`, Σ w = part, that make the risk of fixed + w least: axis m.

    min_w (fixed + w)' Σ (fixed + w)

    fixed m, ratio · growth t m · free m, True where w may be above 0. With fewer years than markets the least is often 0 in
    sample: a bound, no forecast. Solved as non-negative least squares with the sum as a heavy row.

    >>> least_risk(np.zeros(2), 1.0, np.array([[0.1, -0.1], [-0.1, 0.1], [0.0, 0.0]]), np.ones(2, bool)).round(3).tolist()
    [0.5, 0.5]
    """
    from scipy.optimize import nnls

    out = np.zeros(len(fixed))
    if part <= 0 or not free.any():
        return out
    moved = growth - growth.mean(axis=0)
    heavy = 1e4 * float(np.abs(moved).max())
    rows = np.vstack([moved[:, free], np.full((1, int(free.sum())), heavy)])
    found, _ = nnls(rows, np.append(-(moved @ fixed), heavy * part))
    out[free] = found * part / found.sum()
    return out


@of_table
def volatility(
    acc: Accounts,
    region: str | Iterable[str] | None = None,
    *,
    by: str = "region",
    sectors: str | Iterable[str] = "all",
    border: str = "region",
    home: str | None = None,
    demand: Demand = "oecd",
    years: str = "all",
    currency: str = "USD",
) -> xr.Dataset:
    r"""How much a region's income would vary with its markets, whose part that is, and what other markets would do.

    sd_p = √(κ_p' Σ κ_p),   part[p,m] = κ[p,m] (Σ κ_p)_m / sd_p,   Σ = cov_t(ln y[t,m] − ln y[t−1,m])
    κ[p,m] = v_p B_p· y^m / GDP_p, markets m being nations, p's own among them        [JohnsonNoguera2012]

    all_home: sd with κ = 1 at home. spread: what is absorbed abroad over all foreign markets by their final demand.
    least: over those where sd is least, w ≥ 0, the part abroad kept; found in the sample, so a bound and no forecast.

    The covariance of destinations is that of [Esposito2020] and, with what the destination's part in the risk of output is,
    of [ArdeleanLeonLedesmaPuzzello2022]; the parts are Euler's, sd being homogeneous in κ. First order, at given prices and
    shares; a nation's regions are one market, as growth is known by nation. Growth is nominal: it holds prices, and the
    exchange rate between a market and `currency`, so that in foreign money the home market varies with the rate and in
    home money all others do. An open region is one market, all the world outside: spread and least are then nan.

    Parameters
    ----------
    acc : Accounts, str or Path
        The table, or its name or file; the accounts of a model's answer as well.
    region : str or list of str, optional
        Rows: regions by code or name, clusters, nations or unions "A+B", each one actor, none overlapping;
        "provinces", "foreign" or "all" for each of theirs. By default the home nation's provinces.
    by : {"region", "partner"}
        Axes region; or region partner, every market.
    sectors : str or list of str
        Sectors whose value added is counted: codes, names, groups, "A+B", "!X".
    border : {"region", "nation"}
        Actors are regions and the sets asked for, or nations; then by default every nation is a row.
    home : str, optional
        Nation, or cluster made one, to look from, in place of the table's home.
    demand : str or pandas.DataFrame
        Final demand by year and nation: "oecd" (2011-2022), "wiod" (1995-2011), a file with a column year and one for
        every nation, or such a frame with years as index.
    years : str
        Years of growth: "all", "2012-2019", "2012-2019+2022", "!2020" (all but).
    currency : str
        What growth is counted in: "USD", as the bundled series are, or "CNY", at the year's average rate (2007-2022).

    Returns
    -------
    xarray.Dataset
        By region `sd`, with `sd_from` and `sd_to`, its 90% interval over resampled years; `part_home` and `part_abroad`,
        which add to it; `abroad_alone`, sd with the home market still; `kappa_abroad`; `all_home`, `spread`, `least`, the
        sd of other markets. By partner `part`, `part_share`, `kappa`, `sd_market` (of the market's own growth). Growth and
        sd in log points a year, rate.

    Raises
    ------
    BadInput
        For unknown words, regions that overlap, open regions, sets that are no nation where nations are actors, markets
        whose growth is not known, years that are too few, and currencies without rates.
    UnknownName
        For regions, sectors or a home that are not there.

    Examples
    --------
    >>> import pandas as pd, xunhuan as xh
    >>> y = pd.DataFrame({"ATL": [100, 104, 108, 113], "BOR": [100, 110, 99, 115]}, index=[1997, 1998, 1999, 2000])
    >>> ds = xh.measures.volatility(xh.toyland(), "AT-N", demand=y)
    >>> [round(float(ds[n].item()), 4) for n in ("sd", "part_home", "part_abroad", "all_home")]
    [0.0163, 0.0031, 0.0132, 0.004]
    """
    check_word("grouping", by, ("region", "partner"))
    acc = looking_from(acc, home)
    view, goods = partition(acc, region, border), acc.sectors.select(sectors)
    used, growth = growth_of_markets(acc, demand, years, currency)
    seen = market_shares(acc, view, goods)
    found = risk(seen.kappa, growth)
    dims: tuple[str, ...] = ("region",)
    coords, columns = group_coords(view.groups), risk_rows(seen, growth, found)
    if by == "partner":
        dims = ("region", "partner")
        coords |= actor_coords(nations(acc))
        columns = {
            "part": found.parts,
            "part_share": ratio(found.parts, np.broadcast_to(found.sd[:, None], found.parts.shape)),
            "kappa": seen.kappa,
            "sd_market": np.broadcast_to(growth.std(axis=0, ddof=1), seen.kappa.shape),
        }
    return labelled(
        acc,
        {n: (dims, a) for n, a in columns.items()},
        coords,
        definition=_DEFINITION,
        weighting=f"covariance of {told_years(used, demand, currency)}",
        citation=SOURCES["volatility"],
        sectors=sectors,
        symbols={"part": "part_of_sd"},
        partners=True,
    )


_DEFINITION = (
    "sd: standard deviation of the growth of the region's income from the growth of its markets' final demand, at given "
    "prices and shares, log points a year; parts add to it; abroad_alone: with the home market still; all_home, spread, "
    "least: with all absorbed at home, with the part abroad spread by market size, and where it varies least in these years"
)


class Markets(NamedTuple):
    """What the chosen actors sell to each market: kappa p m, ratio; own p m, 1 at its own nation, else 0; size m, value."""

    kappa: Array
    own: Array
    size: Array


def market_shares(acc: Accounts, view: Partition, goods: Index) -> Markets:
    """Parts of the value added of the chosen actors' sectors `goods` that each nation absorbs."""
    every = nations(acc)
    absorbed = every.add(group_sum(view.groups, system_of(acc).absorbed[:, goods].sum(axis=1)), 1)
    kappa = ratio(absorbed, absorbed.sum(axis=1, keepdims=True))
    size = every.add(system_of(acc).y.sum(axis=(0, 1)), 0)
    return Markets(kappa, own_market(view, every), size)


def own_market(view: Partition, every: Actors) -> Array:
    """1 where market m is the chosen actor's own nation, else 0: axes p m."""
    nation = [view.actors.nation[view.actors.of[g.members[0]]] for g in view.groups]
    return np.array([[float(m == n) for m in every.codes] for n in nation])


def risk_rows(seen: Markets, growth: Array, found: Risk) -> dict[str, Array]:
    """Columns of the measure by region, axis p each."""
    abroad = 1.0 - seen.own
    outside = (seen.kappa * abroad).sum(axis=1)
    kept = seen.kappa * seen.own
    size = abroad * seen.size
    spread = kept + outside[:, None] * ratio(size, size.sum(axis=1, keepdims=True))
    least = np.stack([
        k + least_risk(k, float(part), growth, free > 0) for k, part, free in zip(kept, outside, abroad, strict=True)
    ])  # fmt: skip
    several = abroad.sum(axis=1) > 1
    return risk_of_parts(seen.kappa, seen.own, growth, found) | {
        "all_home": risk(seen.kappa.sum(axis=1, keepdims=True) * seen.own, growth).sd,
        "spread": np.where(several, risk(spread, growth).sd, np.nan),
        "least": np.where(several, risk(least, growth).sd, np.nan),
    }


def risk_of_parts(kappa: Array, own: Array, growth: Array, found: Risk) -> dict[str, Array]:
    """Risk with its interval, its part at home and abroad, and of the markets abroad alone: axis p each."""
    low, high = resampled_ends(kappa, growth)
    abroad = 1.0 - own
    return {
        "sd": found.sd,
        "sd_from": low,
        "sd_to": high,
        "part_home": (found.parts * own).sum(axis=1),
        "part_abroad": (found.parts * abroad).sum(axis=1),
        "abroad_alone": risk(kappa * abroad, growth).sd,
        "kappa_abroad": (kappa * abroad).sum(axis=1),
    }


def told_years(used: list[int], demand: Demand, currency: str) -> str:
    """What the covariance is of, in a line."""
    said = f"{len(used)} years of growth, {_years(used)}; {_series(demand)}, nominal {currency}"
    return f"{said}; sd_from, sd_to: 90%, {RESAMPLED} resamples of these years, few as they are"


def _years(used: list[int]) -> str:
    """Years in as few words as they have: 2012-2019, 2022."""
    runs: list[list[int]] = []
    for y in used:
        if runs and y == runs[-1][-1] + 1:
            runs[-1].append(y)
        else:
            runs.append([y])
    return ", ".join(f"{r[0]}-{r[-1]}" if len(r) > 1 else str(r[0]) for r in runs)


def _series(demand: Demand) -> str:
    """What the series is of."""
    if isinstance(demand, str):
        return _TOLD[demand] if demand in DEMANDS else f"the series {demand}"
    return "the series given"
