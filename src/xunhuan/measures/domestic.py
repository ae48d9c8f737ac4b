"""Where a place buys a kind of good, and how much of it each of its industries imports.

Letters: r origin, s destination, i good, j using industry, n the place looked at (a region, cluster or
nation).
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import xarray as xr

from xunhuan.data.accounts import Accounts
from xunhuan.data.arrays import Array, Index, ratio
from xunhuan.measures.actors import Group, Partition, check_word, looking_from, partitions, requested
from xunhuan.measures.labels import group_coords, labelled, sector_coords
from xunhuan.measures.leontief import solve_left
from xunhuan.measures.sources import SOURCES
from xunhuan.measures.system import system_of
from xunhuan.measures.tables import of_table

_SUPPLY = (
    "domestic share of use: of what the place uses of a good, the part made in it; "
    "1 − Σ_{r∉n,s∈n} flow[r,s,i] / Σ_{r,s∈n} flow[r,s,i]"
)
_CONTENT = (
    "import content: goods of the kind bought abroad per unit of output of the using industry; direct, and through "
    "home-made inputs, direct (I − A_nn)^-1; share: of all its inputs of the kind, the part bought abroad"
)


@of_table
def supply(
    acc: Accounts,
    region: str | Iterable[str] | None = None,
    *,
    by: str = "region",
    sectors: str | Iterable[str] = "all",
    border: str = "region",
    home: str | None = None,
) -> xr.Dataset:
    """Domestic share of the use of goods by a place, in all uses and in intermediate and final use apart.

    d[i] = 1 − Σ_{r∉n} Σ_{s∈n} flow[r,s,i] / Σ_r Σ_{s∈n} flow[r,s,i]        [HummelsIshiiYi2001]

    flow r s i, all uses, unit of the table; n the place. What lies outside the border counts as imported.

    Parameters
    ----------
    acc : Accounts, str or Path
        The table, or its name or file.
    region : str or list of str, optional
        Places, one a row: regions by code or name, clusters, nations or unions "A+B", each with one border around it;
        "provinces", "foreign" or "all" for each of theirs. By default the home nation's provinces.
    by : {"region", "sector"}
        Axes region, the chosen goods as one; or region sector, good by good.
    sectors : str or list of str
        Goods used: codes, names, groups, "A+B", "!X".
    border : {"region", "nation"}
        Whose border makes an import: the place's, or its nation's; then by default every nation is a row.
    home : str, optional
        Nation, or cluster made one, to look from, in place of the table's home.

    Returns
    -------
    xarray.Dataset
        `used` and `imported`, unit of the table; `domestic`, `domestic_intermediate`, `domestic_final`, shares, nan where
        nothing is used; alike in every use where the table does not know sourcing by user.

    Raises
    ------
    BadInput
        For unknown words, and open regions, whose books are not kept.
    UnknownName
        For regions, sectors or a home that are not there.

    Examples
    --------
    >>> import xunhuan as xh
    >>> ds = xh.measures.supply(xh.toyland(), "ATL", by="sector")
    >>> ds["domestic"].values.round(3).tolist()
    [[0.938, 0.93, 0.939]]
    """
    check_word("grouping", by, ("region", "sector"))
    acc = looking_from(acc, home)
    goods = acc.sectors.select(sectors)
    seen = [(g, view.actors.outside[:, g.members]) for view in partitions(acc, region, border) for g in view.groups]
    imported, used = np.stack([_bought(acc, outside, g.members, goods) for g, outside in seen], axis=1)  # region use i
    if by == "region":
        imported, used = imported.sum(axis=2), used.sum(axis=2)
    domestic = 1 - ratio(imported, used, np.nan)
    dims = ("region",) if by == "region" else ("region", "sector")
    names = ("domestic", "domestic_intermediate", "domestic_final")
    return labelled(
        acc,
        {
            "used": (dims, used[:, 0]),
            "imported": (dims, imported[:, 0]),
            **{name: (dims, domestic[:, k]) for k, name in enumerate(names)},
        },
        {**group_coords([g for g, _ in seen]), **(sector_coords(acc, goods) if by == "sector" else {})},
        definition=_SUPPLY,
        weighting="goods by use",
        citation=SOURCES["supply"],
        units={"used": acc.unit, "imported": acc.unit},
        sectors=sectors,
    ).sel(region=[g.code for g in requested(acc, region, border)])


@of_table
def import_content(
    acc: Accounts,
    region: str | Iterable[str] | None = None,
    *,
    by: str = "region",
    sectors: str | Iterable[str] = "all",
    border: str = "region",
    home: str | None = None,
) -> xr.Dataset:
    """Imports of a kind of good that the industries of a place use, per unit of their output.

    direct[j] = Σ_{i∈kind} Σ_{r∉n} z[ri,nj] / x[nj],   through = direct (I − A_nn)^-1        [HummelsIshiiYi2001]

    z r i s j, inputs of good i bought in r, unit of the table; x s j output; A_nn the inputs the place makes itself.
    Regions of the place are added up by industry, `through` weighted by output.

    Parameters
    ----------
    acc : Accounts, str or Path
        The table, or its name or file.
    region : str or list of str, optional
        Places, one a row: regions by code or name, clusters, nations or unions "A+B", each with one border around it;
        "provinces", "foreign" or "all" for each of theirs. By default the home nation's provinces.
    by : {"region", "sector"}
        Axes region, industries weighted by output; or region sector, the using industry.
    sectors : str or list of str
        The kind of good: codes, names, groups, "A+B", "!X".
    border : {"region", "nation"}
        Whose border makes an import: the place's, or its nation's; then by default every nation is a row.
    home : str, optional
        Nation, or cluster made one, to look from, in place of the table's home.

    Returns
    -------
    xarray.Dataset
        `imported`, unit of the table; `direct`, `through`, per unit of output; `share` of all inputs of the kind, nan
        where there are none.

    Raises
    ------
    BadInput
        For unknown words, and open regions, whose books are not kept.
    UnknownName
        For regions, sectors or a home that are not there.

    Examples
    --------
    >>> import xunhuan as xh
    >>> ds = xh.measures.import_content(xh.toyland(), "ATL", by="sector", sectors="MAN")
    >>> ds["through"].values.round(4).tolist()
    [[0.008, 0.0085, 0.0087]]
    """
    check_word("grouping", by, ("region", "sector"))
    acc = looking_from(acc, home)
    goods = acc.sectors.select(sectors)
    groups: list[Group] = []
    sums: list[Array] = []
    for view in partitions(acc, region, border):
        content = _content(acc, view, goods)
        groups += view.groups
        sums += [content[:, g.members].sum(axis=1) for g in view.groups]
    foreign, total, made, through = np.stack(sums, axis=1)  # region j
    if by == "region":
        foreign, total, made, through = (a.sum(axis=1) for a in (foreign, total, made, through))
    dims = ("region",) if by == "region" else ("region", "sector")
    return labelled(
        acc,
        {
            "imported": (dims, foreign),
            "direct": (dims, ratio(foreign, made)),
            "through": (dims, ratio(through, made)),
            "share": (dims, ratio(foreign, total, np.nan)),
        },
        {**group_coords(groups), **(sector_coords(acc, np.arange(acc.S)) if by == "sector" else {})},
        definition=_CONTENT,
        weighting="by output of the industries and regions of the place",
        citation=SOURCES["import_content"],
        units={"imported": acc.unit},
        sectors=sectors,
    ).sel(region=[g.code for g in requested(acc, region, border)])


def _bought(acc: Accounts, outside: Array, members: Index, goods: Index) -> Array:
    """Imported and used by a place: axes 2 use i, the uses being all, intermediate and final.

    outside r s, 1 where region r lies outside the border of member s
    """
    weights = outside, np.ones_like(outside)  # added up in one order, so that a share of all is exactly 1
    flow = acc.flow[:, members][:, :, goods]
    total = np.stack([np.einsum("rsi,rs->si", flow, w) for w in weights])
    parts = [total.sum(axis=1)]
    if acc.sourcing is not None:
        for by_user in (acc.sourcing.intermediate, acc.sourcing.final):
            spent = by_user[:, goods][:, :, members].sum(axis=3)  # r i s
            parts.append(np.stack([np.einsum("ris,rs->i", spent, w) for w in weights]))
    else:
        abroad = ratio(*total)
        for kind in (acc.use, acc.final):
            size = kind[members][:, goods].sum(
                axis=2
            )  # s i, also what is drawn wholly from stock and flows from nobody
            parts.append(np.stack([abroad * size, size]).sum(axis=1))
    return np.stack(parts, axis=1)


def _content(acc: Accounts, view: Partition, goods: Index) -> Array:
    """Of every industry: inputs of the kind from outside its border, all of the kind, output, and `through` x output.

    Axes 4 s j, unit of the table. Every actor is solved at once: they do not touch each other.
    """
    outside = view.actors.outside
    if acc.sourcing is not None:
        z = acc.sourcing.intermediate[:, goods]
        foreign, total = np.einsum("risj,rs->sj", z, outside), z.sum((0, 1))
    else:
        abroad = ratio(np.einsum("rsi,rs->si", acc.flow, outside), acc.absorption)[:, goods]
        use = acc.use[:, goods]
        foreign, total = np.einsum("si,sij->sj", abroad, use), use.sum(axis=1)
    through = solve_left(system_of(acc).operator.masked(view.actors.inside), ratio(foreign, acc.output))
    return np.stack([foreign, total, acc.output, through * acc.output])
