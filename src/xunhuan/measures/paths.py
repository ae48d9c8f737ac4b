"""Structural paths: the single chains of suppliers behind what a region buys, largest first, and what is left out."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import xarray as xr

from xunhuan.data.accounts import Accounts
from xunhuan.data.arrays import Array
from xunhuan.errors import BadInput, NotConverged
from xunhuan.measures.actors import looking_from, partition
from xunhuan.measures.labels import group_coords, labelled
from xunhuan.measures.leontief import solve_left
from xunhuan.measures.satellites import intensity_of
from xunhuan.measures.sources import SOURCES
from xunhuan.measures.system import System, system_of
from xunhuan.measures.tables import of_table

PLACES_LOOKED_AT = 1_000_000
"""Places looked at before a search is given up."""


class Chain(NamedTuple):
    """A chain: positions (r S + i) from the final good to who adds the value, and what is added there."""

    at: tuple[int, ...]
    value: float


@of_table
def structural_paths(
    acc: Accounts,
    region: str | Iterable[str] | None = None,
    *,
    sectors: str | Iterable[str] = "all",
    border: str = "region",
    home: str | None = None,
    least: float = 0.001,
    satellite: str | Path | pd.DataFrame | None = None,
    of: str = "",
) -> xr.Dataset:
    r"""Single chains of suppliers behind the final goods that a region buys, every one above a bound.

    value(k_n ← ... ← k_0) = v[k_n] A[k_n,k_{n-1}] ··· A[k_1,k_0] y[k_0]; Σ over all = v B y     [DefournyThorbecke1984]

    k = r i, an industry of a region; y r i, final goods that p buys, unit of the table; A inputs per unit of output; v r i,
    value added per unit of output. Beyond k_n everything together adds (v B − v)[k_n] times what is sold on to it, so
    that a branch is left as soon as all of it is below the bound: no chain of `least` or more is missed.

    Parameters
    ----------
    acc : Accounts, str or Path
        The table, or its name or file.
    region : str or list of str, optional
        Whose final goods: regions by code or name, clusters, nations or unions "A+B", each one actor, none overlapping;
        "provinces", "foreign" or "all" for each of theirs. By default the home nation's provinces.
    sectors : str or list of str
        Final goods: codes, names, groups, "A+B", "!X".
    border : {"region", "nation"}
        Actors are regions and the sets asked for, or nations; then by default every nation is a row.
    home : str, optional
        Nation, or cluster made one, to look from, in place of the table's home.
    least : float
        Smallest chain, as a share of all that is added, above 0: 0.001 is a thousandth.
    satellite : str, Path or pandas.DataFrame, optional
        Jobs, emissions, energy in place of value added, as `embodied` takes them.
    of : str
        Column of the satellite, where it has several.

    Returns
    -------
    xarray.Dataset
        By region and rank `path` (final good first, "r:i < r:i"), `value` (unit of the table or satellite), `share` of the
        whole, `stages`. By region `total`, `found` and `left_out`, what all chains below `least` add.

    Raises
    ------
    BadInput
        For a bound that is not above 0, unknown words, regions that overlap, open regions, and a satellite's errors.
    UnknownName
        For regions, sectors or a home that are not there.
    NotConverged
        Where there are too many chains above the bound.

    Examples
    --------
    >>> import xunhuan as xh
    >>> ds = xh.measures.structural_paths(xh.toyland(), "BOR", sectors="MAN", least=0.02)
    >>> ds["path"].isel(region=0).values.tolist()[:3], round(float(ds["left_out"].item()), 3)
    (['BOR:MAN', 'AT-S:MAN', 'AT-N:MAN'], 27.382)
    """
    if not (np.isfinite(least) and 0 < least <= 1):
        raise BadInput(f"the bound {least} is not above 0", fix="a share of the whole, such as 0.001")
    acc = looking_from(acc, home)
    goods = acc.sectors.select(sectors)
    view, sys = partition(acc, region, border), system_of(acc)
    rate, unit = (sys.origin, acc.unit) if satellite is None else intensity_of(acc, satellite, of)
    needed = solve_left(sys.operator, rate).ravel()
    chains, totals = [], []
    for g in view.groups:
        y = np.zeros(sys.output.shape)
        y[:, goods] = sys.y[:, goods][:, :, g.members].sum(axis=2)
        total = float(needed @ y.ravel())
        chains.append(_chains(sys, rate.ravel(), needed, y.ravel(), least * abs(total)))
        totals.append(total)
    longest = max(map(len, chains))
    value = np.full((len(chains), longest), np.nan)
    path = np.full((len(chains), longest), "", dtype=object)
    stages = np.zeros((len(chains), longest), dtype=int)
    for k, found in enumerate(chains):
        value[k, : len(found)] = [c.value for c in found]
        path[k, : len(found)] = [" < ".join(_named(acc, at) for at in c.at) for c in found]
        stages[k, : len(found)] = [len(c.at) for c in found]
    whole, got = np.array(totals), np.nansum(value, axis=1)
    dims = ("region", "rank")
    return labelled(
        acc,
        {
            "path": (dims, path.astype(str)),
            "value": (dims, value),
            "share": (dims, value / np.where(whole == 0.0, 1.0, whole)[:, None]),
            "stages": (dims, stages),
            "total": (("region",), whole),
            "found": (("region",), got),
            "left_out": (("region",), whole - got),
        },
        {**group_coords(view.groups), "rank": np.arange(1, longest + 1)},
        definition=f"single chains of suppliers behind what a region finally buys, all of {least:g} of the whole or more: "
        "read from the final good to who adds the value; together they are "
        + ", ".join(f"{a / b if b else 0.0:.1%} ({g.code})" for a, b, g in zip(got, whole, view.groups, strict=True)),
        weighting="each share is of the row region's whole",
        citation=SOURCES["structural_paths"],
        columns=["path", "value", "share", "stages"],
        units=dict.fromkeys(("value", "total", "found", "left_out"), unit),
        sectors=sectors,
    )  # fmt: skip


def _chains(sys: System, rate: Array, needed: Array, y: Array, bound: float) -> list[Chain]:
    """Every chain of at least `bound`, largest first."""
    out: list[Chain] = []
    open_: list[tuple[tuple[int, ...], float]] = [
        ((int(k),), float(y[k])) for k in np.flatnonzero(np.abs(y * needed) >= bound) if bound > 0
    ]
    looked = 0
    while open_:
        at, amount = open_.pop()
        looked += 1
        if looked > PLACES_LOOKED_AT:
            raise NotConverged(f"more than {PLACES_LOOKED_AT:,} chains stand above the bound", fix="a larger least")
        added = amount * float(rate[at[-1]])
        if abs(added) >= bound:
            out.append(Chain(at, added))
        if abs(amount * (needed[at[-1]] - rate[at[-1]])) < bound:
            continue
        bought = sys.operator.column(at[-1]) * amount
        open_ += [((*at, int(k)), float(bought[k])) for k in np.flatnonzero(np.abs(bought * needed) >= bound)]
    return sorted(out, key=lambda c: (-c.value, c.at))


def _named(acc: Accounts, at: int) -> str:
    return f"{acc.geography.codes[at // acc.S]}:{acc.sectors.codes[at % acc.S]}"
