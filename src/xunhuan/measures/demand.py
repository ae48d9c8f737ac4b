"""Multipliers: what an amount of final demand for a region's goods makes, and where."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from xunhuan.data.accounts import Accounts
from xunhuan.data.arrays import Array, Index, ratio
from xunhuan.errors import BadInput
from xunhuan.measures.actors import Group, check_word, looking_from, partition
from xunhuan.measures.labels import actor_coords, group_coords, labelled, sector_coords
from xunhuan.measures.leontief import solve_right
from xunhuan.measures.satellites import intensity_of
from xunhuan.measures.sources import SOURCES
from xunhuan.measures.system import System, system_of
from xunhuan.measures.tables import of_table


@of_table
def multipliers(
    acc: Accounts,
    region: str | Iterable[str] | None = None,
    *,
    by: str = "region",
    sectors: str | Iterable[str] = "all",
    border: str = "region",
    home: str | None = None,
    amount: float = 1.0,
    satellite: str | Path | pd.DataFrame | None = None,
    of: str = "",
) -> xr.Dataset:
    r"""Output, value added and imports that final demand for a region's goods calls for, by where they arise.

    output[o]      = Σ_i (B d)[o,i], all tiers                           [MillerBlair2009, ch. 6]
    value_added[o] = Σ_i v[o,i] (B d)[o,i], Σ_o = Σ d where no region is open
    imports[o]     = Σ_i Σ_{s∈p} A[oi,s·] (B d)[s·], inputs that industries of p buy in o, any tier

    d r i, `amount` of final demand for goods of p alone: one good, or goods in the proportions in which p sells final
    goods; B = (I − A)^-1; v r i, value added per unit of output. o, p actors. Households' income is not spent again (type
    I). In an open region nothing is made: what it sells counts as imports.

    Parameters
    ----------
    acc : Accounts, str or Path
        The table, or its name or file.
    region : str or list of str, optional
        Whose goods are called for: regions by code or name, clusters, nations or unions "A+B", each one actor, none
        overlapping; "provinces", "foreign" or "all" for each of theirs. By default the home nation's provinces.
    by : {"region", "sector", "partner", "sector-partner"}
        Axes region; region sector, the good called for; region partner, where it arises; or region sector partner.
    sectors : str or list of str
        Goods called for: codes, names, groups, "A+B", "!X".
    border : {"region", "nation"}
        Actors are regions and the sets asked for, or nations; then by default every nation is a row.
    home : str, optional
        Nation, or cluster made one, to look from, in place of the table's home.
    amount : float
        Final demand for each row, unit of the table: 1 for multipliers, 500 for what 500 make.
    satellite : str, Path or pandas.DataFrame, optional
        Jobs, emissions, energy by region and sector, as `embodied` takes them; adds what of it the demand calls for.
    of : str
        Column of the satellite, where it has several.

    Returns
    -------
    xarray.Dataset
        `output`, `value_added`, `imports` in the unit of the table per `amount`; by region and sector also `output_own`
        and `value_added_own`, the part in p itself; with a satellite `embodied`, in its unit.

    Raises
    ------
    BadInput
        For unknown words, an amount that is no number, regions that overlap, open regions, sets that are no nation where
        nations are actors, and what is wrong with a satellite.
    UnknownName
        For regions, sectors or a home that are not there.

    Examples
    --------
    >>> import xunhuan as xh
    >>> ds = xh.measures.multipliers(xh.toyland(), "AT-N", by="partner", sectors="MAN")
    >>> ds["output"].values.round(3).tolist(), round(float(ds["value_added"].sum()), 9)
    ([[1.363, 0.037, 0.077, 0.028]], 1.0)
    """
    check_word("grouping", by, ("region", "sector", "partner", "sector-partner"))
    if not np.isfinite(amount):
        raise BadInput(f"the amount {amount} is no number", fix="an amount in the table's unit")
    acc = looking_from(acc, home)
    goods = acc.sectors.select(sectors)
    view, sys = partition(acc, region, border), system_of(acc)
    each = goods if "sector" in by else [goods]
    asked = np.stack([_called(sys, g, np.atleast_1d(i)) for g in view.groups for i in each], axis=2) * amount
    made = solve_right(sys.operator, asked)
    shape = (len(view.groups), len(each))
    of_group = np.repeat(np.array([view.actors.of[g.members[0]] for g in view.groups]), len(each))
    closed = acc.closed[:, None, None]
    kinds = {
        "output": (made * closed).sum(axis=1),
        "value_added": (made * sys.v[:, :, None]).sum(axis=1),
        "imports": _bought_from(sys, view.actors.of, of_group, made),
    }
    units = dict.fromkeys((*kinds, "output_own", "value_added_own"), acc.unit)
    if satellite is not None:
        rate, units["embodied"] = intensity_of(acc, satellite, of)
        kinds["embodied"] = (made * rate[:, :, None]).sum(axis=1)
    at = {name: view.actors.add(a, 0).T.reshape(*shape, -1) for name, a in kinds.items()}  # region sector partner
    dims = ("region", *(d for d in by.split("-") if d != "region"))
    told = {name: a if "partner" in by else a.sum(axis=2) for name, a in at.items()}
    if "partner" not in by:
        place = of_group.reshape(shape)[:, :, None]
        told |= {f"{n}_own": np.take_along_axis(at[n], place, 2)[:, :, 0] for n in ("output", "value_added")}
    coords = group_coords(view.groups)
    coords |= sector_coords(acc, goods) if "sector" in by else {}
    coords |= actor_coords(view.actors) if "partner" in by else {}
    return labelled(
        acc,
        {name: (dims, a if "sector" in by else a[:, 0]) for name, a in told.items()},
        coords,
        definition=f"what final demand of {amount:g} {acc.unit} for a region's goods calls for in all tiers: output, value "
        "added, and inputs its industries buy from others; income is not spent again (type I)",
        weighting="one good" if "sector" in by else "goods in the proportions in which the region sells final goods",
        citation=SOURCES["multipliers"],
        units={n: u for n, u in units.items() if n in told},
        symbols={n: f"{n}_called" for n in ("output", "value_added", "imports")},
        sectors=sectors,
    )


def _called(sys: System, group: Group, goods: Index) -> Array:
    """One unit of final demand for some goods of a group, as it sells final goods (else as it makes them): axes r i."""
    out = np.zeros(sys.output.shape)
    cells = np.ix_(group.members, goods)
    for size in (np.maximum(sys.y.sum(axis=2), 0.0)[cells], sys.output[cells], np.ones(out[cells].shape)):
        if size.sum() > 0:
            out[cells] = ratio(size, size.sum())
            return out
    return out


def _bought_from(sys: System, of: Index, buyer: Index, made: Array) -> Array:
    """Inputs that the buyer of each column buys from each region outside it: axes r k."""
    own = of[:, None] == buyer[None, :]
    bought = sys.operator.apply(made * own[:, None, :])
    return np.asarray(bought.sum(axis=1) * ~own, dtype=np.float64)
