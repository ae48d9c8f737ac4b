"""Where industries stand in chains: linkages, upstreamness, downstreamness, average propagation length."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import xarray as xr

from xunhuan.data.accounts import Accounts
from xunhuan.data.arrays import Array, ratio
from xunhuan.errors import BadInput
from xunhuan.measures.actors import View, partition
from xunhuan.measures.gvc import actor_coords, group_sum
from xunhuan.measures.labels import dataset, group_coords, sector_coords
from xunhuan.measures.leontief import solve, solve_left
from xunhuan.measures.system import System, system


def linkages(
    acc: Accounts, region: str | Iterable[str] | None = None, by: str = "sector", border: str = "region"
) -> xr.Dataset:
    r"""Backward and forward linkage, upstreamness and downstreamness.

    backward[s,j] = Σ_ri B[ri,sj], output of every tier per unit of final good [MillerBlair2009, ch. 12]; it is also
                    downstreamness: as vB = 1 it equals v B², the mean number of stages since the value was added
    local[s,j]    = Σ_i L_s[i,j], its part inside the actor's border; spillover = backward − local
    upstreamness[r,i] = (B x)[r,i] / x[r,i], mean number of stages to final use, Ghosh row sum [AntrasChor2018]
    backward_normal, forward_normal: divided by their simple mean over closed regions and sectors [Rasmussen1956]

    region, border: as in `partition` · by: sector (region, sector) or region (sectors weighted by output).
    Stages of an open region are not known: what it buys is final, what it sells is primary. nan where an
    industry makes nothing.
    """
    if by not in ("sector", "region"):
        raise BadInput(f"unknown grouping {by!r}", fix="choose sector or region")
    sys, view = system(acc), partition(acc, region, border)
    ones = np.ones_like(sys.output)
    backward = solve_left(sys.operator, ones)
    local = solve_left(sys.operator.masked(view.actors.inside), ones)
    upstream = ratio(solve(sys.operator, sys.output), sys.output)
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
    return dataset(
        acc,
        {name: (dims, _weighted(view, a, sys.output, by)) for name, a in rows.items()},
        {**group_coords(view.groups), **(sector_coords(acc) if by == "sector" else {})},
        definition="backward: output of all tiers per unit of final good (= downstreamness); local: its part inside the "
        "region; upstreamness: stages to final use; normal: divided by the simple mean over all industries",
        weighting="sectors and members weighted by output" if by == "region" else "members of a group by output",
        citation="MillerBlair2009; AntrasChor2018; Rasmussen1956",
    )


def _weighted(view: View, a: Array, weight: Array, by: str) -> Array:
    top, bottom = group_sum(view.groups, a * weight), group_sum(view.groups, weight)
    if by == "region":
        top, bottom = top.sum(axis=1), bottom.sum(axis=1)
    return ratio(top, np.maximum(bottom, 0.0), np.nan)


def propagation_length(acc: Accounts, region: str | Iterable[str] | None = None, border: str = "region") -> xr.Dataset:
    r"""Average number of stages from one actor's value added to another's final goods.

    apl[o,d] = v_o B (B − I) f_d / v_o (B − I) f_d, f_d final goods made in d   [DietzenbacherRomeroBosma2005]

    A direct input is one stage. `linkage` is the value behind it, v_o (B − I) f_d, unit of the table; nan
    where no chain joins them. region, border: as in `partition`, the origins; axes region, partner.
    """
    sys, view = system(acc), partition(acc, region, border)
    stages, value = _stages(sys, view)
    dims = ("region", "partner")
    length = ratio(stages, np.maximum(value, 0.0), np.nan)
    return dataset(
        acc,
        {"apl": (dims, length), "linkage": (dims, value)},
        {**group_coords(view.groups), **actor_coords(view.actors)},
        definition="average number of stages between the region's value added and the partner's final goods, chains of "
        "one stage and more",
        weighting="chains weighted by the value added they carry",
        citation="DietzenbacherRomeroBosma2005",
        units={"apl": "stages", "linkage": acc.unit},
    )


def _stages(sys: System, view: View) -> tuple[Array, Array]:
    final = sys.y.sum(axis=2)
    placed = np.zeros((*final.shape, view.actors.size))
    placed[np.arange(len(final)), :, view.actors.of] = final
    behind = solve(sys.operator, placed) - placed
    twice = solve(sys.operator, behind)
    carried = [group_sum(view.groups, np.einsum("ri,ria->ra", sys.v, a)) for a in (twice, behind)]
    return carried[0], carried[1]
