"""Where industries stand in chains: linkages, upstreamness, downstreamness, average propagation length."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import xarray as xr

from xunhuan.data.accounts import Accounts
from xunhuan.data.arrays import Array, Index, ratio
from xunhuan.measures.actors import Partition, check_word, looking_from, partition, words
from xunhuan.measures.labels import actor_coords, group_coords, group_sum, labelled, sector_coords
from xunhuan.measures.leontief import solve_left, solve_right
from xunhuan.measures.sources import SOURCES
from xunhuan.measures.stocks import stock_categories, without_stocks
from xunhuan.measures.system import System, system_of
from xunhuan.measures.tables import of_table


@of_table
def linkages(
    acc: Accounts,
    region: str | Iterable[str] | None = None,
    *,
    by: str = "region",
    sectors: str | Iterable[str] = "all",
    border: str = "region",
    home: str | None = None,
    stocks: str | Iterable[str] | None = None,
) -> xr.Dataset:
    r"""Backward and forward linkage, upstreamness and downstreamness.

    backward[s,j] = Σ_ri B[ri,sj], output of every tier per unit of final good [MillerBlair2009, ch. 12]; it is also
                    downstreamness: as vB = 1 it equals v B², the mean number of stages since the value was added
    local[s,j]    = Σ_i L_s[i,j], its part inside the actor's border; spillover = backward − local
    upstreamness[r,i] = (B x)[r,i] / x[r,i], mean number of stages to final use, Ghosh row sum [AntrasChor2018]
    backward_normal, forward_normal: divided by their simple mean over closed regions and sectors [Rasmussen1956]

    B = (I − A)^-1; L_s the inverse of the actor's own block; x output. Stages of an open region are not known: what it
    buys is final, what it sells is primary. nan where an industry makes nothing.

    With `stocks` what goes into stocks, N, is no final use but taken up by all users as they bought the rest: A[ri,sj]
    is multiplied by x[r,i] / (x[r,i] − N[r,i]), and every number is worked out from that A
    [AntrasChor2018, section 3] [AntrasChorFallyHillberry2012].

    Parameters
    ----------
    acc : Accounts, str or Path
        The table, or its name or file.
    region : str or list of str, optional
        Rows: regions by code or name, clusters, nations or unions "A+B", each one actor, none overlapping;
        "provinces", "foreign" or "all" for each of theirs. By default the home nation's provinces.
    by : {"region", "sector"}
        Axes region, sectors weighted by output; or region sector.
    sectors : str or list of str
        Sectors counted or shown: codes, names, groups, "A+B", "!X".
    border : {"region", "nation"}
        Actors are regions and the sets asked for, or nations; then by default every nation is a row.
    home : str, optional
        Nation, or cluster made one, to look from, in place of the table's home.
    stocks : str or list of str, optional
        Final categories of the table that hold changes in stocks: "inventory", "inventory+discrepancy". By default
        they are final use.

    Returns
    -------
    xarray.Dataset
        `backward`, `local`, `spillover`, `upstreamness`, `backward_normal`, `forward_normal`, ratios (or stages).

    Raises
    ------
    BadInput
        For unknown words, regions that overlap, open regions, sets that are no nation where nations are actors, and final
        categories that the table does not have.
    UnknownName
        For regions, sectors or a home that are not there.

    Examples
    --------
    >>> import xunhuan as xh
    >>> xh.measures.linkages(xh.toyland(), "COAST", by="sector")["backward"].values.round(3).tolist()
    [[1.31, 1.377, 1.371]]
    """
    check_word("grouping", by, ("region", "sector"))
    acc = looking_from(acc, home)
    goods = acc.sectors.select(sectors)
    view = partition(acc, region, border)
    sys = system_of(acc) if stocks is None else without_stocks(acc, stocks)
    backward = solve_left(sys.operator, np.ones_like(sys.output))
    local = solve_left(sys.operator.masked(view.actors.inside), np.ones_like(sys.output))
    upstream = ratio(solve_right(sys.operator, sys.output), sys.output)
    active = acc.closed[:, None] & (sys.output > 0.0)
    rows = {
        "backward": backward,
        "local": local,
        "spillover": backward - local,
        "upstreamness": upstream,
        "backward_normal": backward / backward[active].mean(),
        "forward_normal": upstream / upstream[active].mean(),
    }
    dims = ("region", "sector") if by == "sector" else ("region",)
    return labelled(
        acc,
        {name: (dims, _weighted(view, a, sys.output, goods, by)) for name, a in rows.items()},
        {**group_coords(view.groups), **(sector_coords(acc, goods) if by == "sector" else {})},
        definition="backward: output of all tiers per unit of final good (= downstreamness); local: its part inside the "
        "region; upstreamness: stages to final use; normal: divided by the simple mean over all industries"
        + ("" if stocks is None else _corrected(acc, stocks)),
        weighting="sectors and members weighted by output" if by == "region" else "members of a group by output",
        citation=SOURCES["linkages"],
        symbols={"local": "local_linkage", "backward": "backward_linkage"},
        sectors=sectors,
    )


def _corrected(acc: Accounts, stocks: str | Iterable[str]) -> str:
    """What was done about stocks, and how much of it the table lets be done."""
    known = int((acc.final[..., stock_categories(acc, stocks)] != 0.0).any(axis=(1, 2)).sum())
    return (
        f"; changes in stocks ({words(stocks)}) taken up by users in proportion, as far as the table tells them apart: "
        f"in {known} of {acc.R} regions"
    )


def _weighted(view: Partition, a: Array, weight: Array, goods: Index, by: str) -> Array:
    top, bottom = group_sum(view.groups, a * weight)[:, goods], group_sum(view.groups, weight)[:, goods]
    if by == "region":
        top, bottom = top.sum(axis=1), bottom.sum(axis=1)
    return ratio(top, np.maximum(bottom, 0.0), np.nan)


@of_table
def propagation_length(
    acc: Accounts,
    region: str | Iterable[str] | None = None,
    *,
    border: str = "region",
    home: str | None = None,
) -> xr.Dataset:
    r"""Average number of stages from one actor's value added to another's final goods.

    apl[o,d] = v_o B (B − I) f_d / v_o (B − I) f_d        [DietzenbacherRomeroBosma2005]

    v r i, value added per unit of output; B = (I − A)^-1; f_d r i, final goods made in d, unit of the table. A direct
    input is one stage.

    Parameters
    ----------
    acc : Accounts, str or Path
        The table, or its name or file.
    region : str or list of str, optional
        The origins shown: regions by code or name, clusters, nations or unions "A+B", each one actor, none overlapping;
        "provinces", "foreign" or "all" for each of theirs. By default the home nation's provinces.
    border : {"region", "nation"}
        Actors are regions and the sets asked for, or nations; then by default every nation is a row.
    home : str, optional
        Nation, or cluster made one, to look from, in place of the table's home.

    Returns
    -------
    xarray.Dataset
        Axes region partner: `apl`, stages, nan where no chain joins the two; `linkage`, the value behind it,
        v_o (B − I) f_d, unit of the table.

    Raises
    ------
    BadInput
        For unknown words, regions that overlap, open regions, and sets that are no nation where nations are actors.
    UnknownName
        For regions or a home that are not there.

    Examples
    --------
    >>> import xunhuan as xh
    >>> ds = xh.measures.propagation_length(xh.toyland(), "AT-N")
    >>> ds["apl"].sel(region="AT-N", partner=["AT-N", "BOR"]).values.round(3).tolist()
    [1.31, 1.698]
    """
    acc = looking_from(acc, home)
    sys, view = system_of(acc), partition(acc, region, border)
    stages, value = _stages(sys, view)
    dims = ("region", "partner")
    length = ratio(stages, np.maximum(value, 0.0), np.nan)
    return labelled(
        acc,
        {"apl": (dims, length), "linkage": (dims, value)},
        {**group_coords(view.groups), **actor_coords(view.actors)},
        definition="average number of stages between the region's value added and the partner's final goods, chains of "
        "one stage and more",
        weighting="chains weighted by the value added they carry",
        citation=SOURCES["propagation_length"],
        units={"apl": "stages", "linkage": acc.unit},
    )


def _stages(sys: System, view: Partition) -> tuple[Array, Array]:
    final = sys.y.sum(axis=2)
    placed = np.zeros((*final.shape, view.actors.size))
    placed[np.arange(len(final)), :, view.actors.of] = final
    behind = solve_right(sys.operator, placed) - placed
    twice = solve_right(sys.operator, behind)
    carried = [group_sum(view.groups, np.einsum("ri,ria->ra", sys.v, a)) for a in (twice, behind)]
    return carried[0], carried[1]
