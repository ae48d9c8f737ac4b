"""Value added in trade between actors; participation in value chains; bridges and gateways of a nation's
exports.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import xarray as xr

from xunhuan.data.accounts import Accounts
from xunhuan.data.arrays import Array, Index, ratio
from xunhuan.errors import BadInput
from xunhuan.measures.actors import Actors, Group, Partition, check_word, looking_from, partition
from xunhuan.measures.circuits import forward
from xunhuan.measures.labels import actor_coords, group_coords, group_sum, labelled, sector_coords
from xunhuan.measures.leontief import solution, solve_left, solve_right
from xunhuan.measures.operators import Operator
from xunhuan.measures.sources import SOURCES
from xunhuan.measures.system import System, system_of
from xunhuan.measures.tables import of_table


@dataclass(frozen=True, eq=False)
class Crossing:
    """What crosses the borders of actors.

    final, inputs  r i s, final goods and inputs shipped by region r to region s of another actor, unit of
    the table
    local          r i, output that an actor's own final demand calls for inside it, L_p y_pp
    reach          r i, own value added per unit shipped, before any return: (v L)[r,i]
    """

    final: Array
    inputs: Array
    local: Array
    reach: Array

    @cached_property
    def exports(self) -> Array:
        """Gross exports r i s."""
        return self.final + self.inputs


def crossing(sys: System, actors: Actors) -> Crossing:
    """Trade over the borders of actors and each actor's own chain, L = (I − A_D)^-1 with A_D the links
    inside actors.
    """
    outward = actors.outside[:, None, :]
    inside = sys.operator.masked(actors.inside)
    local = solve_right(inside, np.einsum("rid,rd->ri", sys.y, actors.inside))
    return Crossing(sys.y * outward, sys.operator.inputs(sys.output) * outward, local, solve_left(inside, sys.v))


@of_table
def value_added_trade(
    acc: Accounts,
    region: str | Iterable[str] | None = None,
    *,
    by: str = "region",
    sectors: str | Iterable[str] = "all",
    border: str = "region",
    home: str | None = None,
) -> xr.Dataset:
    r"""Value added of one actor absorbed in another's final demand.

    VA[o,d] = Σ_{r∈o,i} v[r,i] (B y^d)[r,i]; Σ_d VA[o,d] = GDP_o        [JohnsonNoguera2012]

    o, d actors; B = (I − A)^-1; v r i, value added per unit of output; y^d r i, final demand of d, unit of the table.

    Parameters
    ----------
    acc : Accounts, str or Path
        The table, or its name or file.
    region : str or list of str, optional
        The origins shown: regions by code or name, clusters, nations or unions "A+B", each one actor, none
        overlapping; "provinces", "foreign" or "all" for each of theirs. By default the home nation's provinces.
    by : {"region", "sector"}
        Axes region partner; or region sector partner, by the sector that adds the value.
    sectors : str or list of str
        Sectors whose value added is counted: codes, names, groups, "A+B", "!X".
    border : {"region", "nation"}
        Actors are regions and the sets asked for, or nations; then by default every nation is a row.
    home : str, optional
        Nation, or cluster made one, to look from, in place of the table's home.

    Returns
    -------
    xarray.Dataset
        `value` in the unit of the table, `share` of the origin's whole GDP and, by region, `balance` = VA[o,d] − VA[d,o].
        Partners are all actors.

    Raises
    ------
    BadInput
        For unknown words, regions that overlap, open regions, and sets that are no nation where nations are actors.
    UnknownName
        For regions, sectors or a home that are not there.

    Examples
    --------
    >>> import xunhuan as xh
    >>> ds = xh.measures.value_added_trade(xh.toyland(), "AT-N")
    >>> ds["value"].sel(region="AT-N", partner="BOR").round(3).item()
    45.722
    >>> round(float(ds["value"].sum()), 6)
    461.0
    """
    check_word("grouping", by, ("region", "sector"))
    acc = looking_from(acc, home)
    goods = acc.sectors.select(sectors)
    view, sys = partition(acc, region, border), system_of(acc)
    absorbed = view.actors.add(sys.absorbed[:, goods], 2)
    value = group_sum(view.groups, absorbed)  # region i partner
    gdp = group_sum(view.groups, (sys.v * sys.output).sum(axis=1))[:, None]
    coords = {**group_coords(view.groups), **actor_coords(view.actors)}
    common: dict[str, Any] = {
        "definition": "value added of a region absorbed in a partner's final demand, v_o B_o· y^d",
        "weighting": "share: of the row region's GDP",
        "citation": SOURCES["value_added_trade"],
        "sectors": sectors,
    }
    if by == "sector":
        shape = ("region", "sector", "partner")
        both = {"value": (shape, value), "share": (shape, ratio(value, gdp[:, :, None]))}
        return labelled(acc, both, {**coords, **sector_coords(acc, goods)}, **common, units={"value": acc.unit})
    pair = value.sum(axis=1)
    whole = view.actors.add(absorbed.sum(axis=1), 0)
    back = np.stack([whole[:, view.actors.of[g.members[0]]] for g in view.groups])
    axes = ("region", "partner")
    variables = {"value": (axes, pair), "share": (axes, ratio(pair, gdp)), "balance": (axes, pair - back)}
    return labelled(acc, variables, coords, **common, units={"value": acc.unit, "balance": acc.unit})


@of_table
def participation(
    acc: Accounts,
    region: str | Iterable[str] | None = None,
    *,
    border: str = "region",
    home: str | None = None,
) -> xr.Dataset:
    r"""Forward and backward participation in value chains that cross the actor's border.

    forward_p  = (simple + complex)/GDP_p, value added that leaves as inputs: v_p L_p Σ_q A_pq x_q / GDP_p
    backward_p = value of others in p's final goods / their value: 1 − Σ_i (vL)_pi Y_pi / Σ_i Y_pi
    vs_p       = others' value in exports / exports: Σ_o≠p v_o B_op e_p / e_p        [HummelsIshiiYi2001]
    vs1_p      = value of p in others' exports / exports of p: Σ_q≠p v_p B_pq e_q / e_p
    [WangWeiYuZhu2017], with simple and complex parts of the first two.

    L_p = (I − A_pp)^-1; Y r i, final goods by maker; e r i, gross exports over the actor's border. For a province the
    border is its own: other provinces count as others. Imports of an open region count as others' value in full.

    Parameters
    ----------
    acc : Accounts, str or Path
        The table, or its name or file.
    region : str or list of str, optional
        Rows: regions by code or name, clusters, nations or unions "A+B", each one actor, none overlapping;
        "provinces", "foreign" or "all" for each of theirs. By default the home nation's provinces.
    border : {"region", "nation"}
        Actors are regions and the sets asked for, or nations; then by default every nation is a row.
    home : str, optional
        Nation, or cluster made one, to look from, in place of the table's home.

    Returns
    -------
    xarray.Dataset
        `forward`, `forward_simple`, `forward_complex`, `backward` and its parts, `vs`, `vs1` by region, ratios.

    Raises
    ------
    BadInput
        For an unknown border, regions that overlap, open regions, and sets that are no nation where nations are actors.
    UnknownName
        For regions or a home that are not there.

    Examples
    --------
    >>> import xunhuan as xh
    >>> ds = xh.measures.participation(xh.toyland(), border="nation")
    >>> dict(zip(ds["region"].values.tolist(), ds["vs"].values.round(3).tolist()))
    {'ATL': 0.024, 'BOR': 0.103}
    """
    acc = looking_from(acc, home)
    view, sys = partition(acc, region, border), system_of(acc)
    actors, cross = view.actors, crossing(sys, view.actors)
    split = forward(sys, actors)
    simple_in, final = _foreign_in_final(sys, actors, cross)
    content = actors.add(sys.content, 2)
    own = content[np.arange(acc.R), :, actors.of]
    exports = cross.exports.sum(axis=2)
    into = np.einsum("ria,ri->ra", content, exports)
    into[np.arange(acc.R), actors.of] = 0.0
    gdp = sys.v * sys.output
    parts = split.parts.sum(axis=1)
    all_in = (sys.y.sum(axis=2) * (1.0 - cross.reach)).sum(axis=1)
    whole = np.stack(
        [gdp.sum(1), parts[:, 3:5].sum(1), parts[:, 5:7].sum(1), final.sum(1), simple_in.sum(1), all_in,
         exports.sum(1), ((1.0 - own) * exports).sum(1)], axis=1,
    )  # fmt: skip
    g = group_sum(view.groups, whole)
    vs1 = np.stack([into[:, actors.of[x.members[0]]].sum() for x in view.groups])
    axes = ("region",)
    variables = {
        "forward": (axes, ratio(g[:, 1] + g[:, 2], g[:, 0])),
        "forward_simple": (axes, ratio(g[:, 1], g[:, 0])),
        "forward_complex": (axes, ratio(g[:, 2], g[:, 0])),
        "backward": (axes, ratio(g[:, 5], g[:, 3])),
        "backward_simple": (axes, ratio(g[:, 4], g[:, 3])),
        "backward_complex": (axes, ratio(g[:, 5] - g[:, 4], g[:, 3])),
        "vs": (axes, ratio(g[:, 7], g[:, 6])),
        "vs1": (axes, ratio(vs1, g[:, 6])),
    }
    return labelled(
        acc,
        variables,
        group_coords(view.groups),
        definition="forward: value added leaving as inputs / GDP; backward: others' value in final goods made here; "
        "vs: others' value in exports / exports; vs1: own value in others' exports / own exports",
        weighting="each region's own total; no mean over regions",
        citation=SOURCES["participation"],
    )


def _foreign_in_final(sys: System, actors: Actors, cross: Crossing) -> tuple[Array, Array]:
    """Others' value that crosses one border only to reach final goods sold at home, v L A_F L y_D; and all
    final goods.
    """
    outside = sys.operator.masked(actors.outside)
    inside = sys.operator.masked(actors.inside)
    home = np.einsum("rid,rd->ri", sys.y, actors.inside)
    reach = cross.reach + (sys.origin - sys.v)  # an open region's goods are its own value
    once = solve_left(inside, outside.apply_left(reach[:, :, None])[:, :, 0])
    return once * home, sys.y.sum(axis=2)


@of_table
def gateways(acc: Accounts, region: str | Iterable[str] | None = None, *, home: str | None = None) -> xr.Dataset:
    r"""Through whom a nation's value added leaves it.

    G[p,g] = v_p (I − A_N)^-1_pg e_g, value added of region p in the exports that region g ships abroad
    gateway_g = Σ_{p≠g} G[p,g] / Σ_{p≠g} Σ_h G[p,h], part of the others' export value added that g ships
    bridge_g  = the same for chains that touch g anywhere: 1 − Σ_{p≠g} v_p (I − A_{N−g})^-1 e_{N−g} / Σ_{p≠g} Σ_h G[p,h]

    A_N: links inside the nation; A_{N−g}: the same without g; e_g: gross exports of g abroad. Σ_g G[p,g] is
    GDP of p less what its nation's own chains and demand absorb, so every unit counts once. Both indices are this
    project's; the value added in exports they divide is that of [KoopmanWangWei2014].

    Parameters
    ----------
    acc : Accounts, str or Path
        The table, or its name or file.
    region : str or list of str, optional
        Regions or clusters of the home nation, each one actor, none overlapping. By default each of its provinces.
    home : str, optional
        Nation, or cluster made one, whose border is crossed, in place of the table's home.

    Returns
    -------
    xarray.Dataset
        `gateway`, `bridge`, `own_share` (p's own part in what it ships), ratios, and `exports`, unit of the table, by
        region; `value` (region, origin), unit of the table.

    Raises
    ------
    BadInput
        For a region outside the nation, regions that overlap, and open regions.
    UnknownName
        For regions or a home that are not there.

    Examples
    --------
    >>> import xunhuan as xh
    >>> xh.measures.gateways(xh.toyland())["gateway"].values.round(3).tolist()
    [0.028, 0.015, 0.058]
    """
    acc = looking_from(acc, home)
    view, sys = partition(acc, region), system_of(acc)
    inside, exports = _national(sys, acc, view)
    inner = np.array([view.actors.nation[a] == acc.home for a in view.actors.of])
    shippers, column = np.unique(view.actors.of[inner], return_inverse=True)  # nobody else's exports are asked for
    shipped = np.zeros((acc.R, acc.S, len(shippers)))
    shipped[inner, :, column] = exports[inner]
    chosen = np.array([view.actors.of[g.members[0]] for g in view.groups])
    through = np.zeros((acc.R, view.actors.size))  # r g
    through[:, shippers] = (sys.v[:, :, None] * solve_right(inside, shipped)).sum(axis=1)
    matrix = view.actors.add(through, 0)
    others = matrix.sum(axis=1).sum() - matrix.sum(axis=1)
    gateway = ratio(matrix.sum(axis=0) - np.diag(matrix), others)
    passing = _passing(sys, inside, exports, [np.flatnonzero(view.actors.of == g) for g in chosen])
    axes = ("region",)
    members = [g for g in _actor_groups(view.actors) if inner[g.members[0]]]
    rows = np.array([view.actors.of[g.members[0]] for g in members])
    return labelled(
        acc,
        {
            "exports": (axes, group_sum(view.groups, exports).sum(axis=1)),
            "gateway": (axes, gateway[chosen]),
            "bridge": (axes, ratio(passing, others[chosen])),
            "own_share": (axes, ratio(np.diag(matrix), matrix.sum(axis=0))[chosen]),
            "value": (("region", "origin"), matrix[np.ix_(rows, chosen)].T),
        },
        {**group_coords(view.groups), "origin": [g.code for g in members]},
        definition=f"of the value added that {acc.home}'s other regions export, the part this region ships abroad "
        "(gateway) and the part whose chain passes through it anywhere (bridge), both indices this project's; own_share: "
        "its own value in the national value added it ships",
        weighting="by value added exported; each region is compared with all others of its nation",
        citation=SOURCES["gateways"],
        columns=["exports", "gateway", "bridge", "own_share"],
        units={"exports": acc.unit, "value": acc.unit},
    )


def _actor_groups(actors: Actors) -> list[Group]:
    return [
        Group(c, actors.names_en[k], actors.names_zh[k], np.flatnonzero(actors.of == k))
        for k, c in enumerate(actors.codes)
    ]


def _national(sys: System, acc: Accounts, view: Partition) -> tuple[Operator, Array]:
    """Links inside the home nation as this partition draws it, and each home region's gross exports abroad (r i)."""
    nation = np.array(view.actors.nation)[view.actors.of]
    inner = nation == acc.home
    away = [g.code for g in view.groups if not inner[g.members].all()]
    if away:
        raise BadInput(f"only regions of {acc.home} can be its gateways", items=away, where=acc.name)
    inside = sys.operator.masked((inner[:, None] & inner[None, :]).astype(float))
    traded = sys.y + sys.operator.inputs(sys.output)
    return inside, np.einsum("ris,s->ri", traded, (~inner).astype(float)) * inner[:, None]


def _passing(sys: System, inside: Operator, exports: Array, gone: list[Index]) -> Array:
    """For each set of regions gone, value added of the others whose way out of the nation touches them.

    A region that neither exports nor sells inputs to others makes nothing, and so buys nothing: lone regions are taken out
    all at once, a right-hand side each.
    """
    every = sys.v * solve_right(inside, exports)
    out = np.empty(len(gone))
    lone = np.array([k for k, g in enumerate(gone) if len(g) == 1], dtype=np.intp)
    if lone.size:
        cut, columns = np.array([gone[k][0] for k in lone]), np.arange(len(lone))
        left = np.repeat(exports[:, :, None], len(lone), axis=2)
        left[cut, :, columns] = 0.0
        lost = every[:, :, None] - sys.v[:, :, None] * solution(inside, left, cut=cut).x
        lost[cut, :, columns] = 0.0
        out[lone] = lost.sum(axis=(0, 1))
    for k in np.setdiff1d(np.arange(len(gone)), lone):
        stay = np.ones(len(exports), dtype=bool)
        stay[gone[k]] = False
        without = inside.masked((stay[:, None] & stay[None, :]).astype(float))
        out[k] = (every - sys.v * solve_right(without, exports * stay[:, None]))[stay].sum()
    return out
