"""How regions specialise, resemble and complement each other; how industries are spread."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

import numpy as np
import xarray as xr

from xunhuan.data.accounts import Accounts
from xunhuan.data.arrays import Array, Index, ratio
from xunhuan.data.cities import refuse_alike
from xunhuan.errors import BadInput
from xunhuan.measures.actors import Partition, check_word, looking_from, partition
from xunhuan.measures.labels import Variables, actor_coords, group_coords, group_sum, labelled, sector_coords
from xunhuan.measures.sources import SOURCES
from xunhuan.measures.system import system_of
from xunhuan.measures.tables import of_table

_QUANTITIES = ("value_added", "output")
"""What the size of an industry can be."""


@of_table
def structure(
    acc: Accounts,
    region: str | Iterable[str] | None = None,
    *,
    by: str = "region",
    sectors: str | Iterable[str] = "all",
    border: str = "region",
    home: str | None = None,
    of: str = "value_added",
) -> xr.Dataset:
    r"""Specialisation and likeness of regions, against the nation they lie in.

    With x[r,i] value added or output, s[r,i] = x[r,i] / Σ_i x[r,i], N the nation of r:

    by sector   lq = s[r,i] / s[N,i]; share = s[r,i]; part = x[r,i] / x[N,i]
    by region   krugman = Σ_i |s[r,i] − s[N−r,i]|; hhi = Σ_i s²; unido with the rest of the nation
    by partner  krugman_pq = Σ_i |s[p,i] − s[q,i]|; unido_pq = Σ_i s_pi s_qi / √(Σ_i s_pi² Σ_i s_qi²);
                complementarity_pq = part of p's inputs that q supplies
                [Krugman1991] [UNIDO1979] [Hirschman1964]

    A nation of one region has no rest: krugman and unido are nan.

    Parameters
    ----------
    acc : Accounts, str or Path
        The table, or its name or file.
    region : str or list of str, optional
        Rows: regions by code or name, clusters, nations or unions "A+B", each one actor, none overlapping;
        "provinces", "foreign" or "all" for each of theirs. By default the home nation's provinces.
    by : {"region", "sector", "partner"}
        Axes region; region sector; or region partner, every pair.
    sectors : str or list of str
        Sectors compared, each region's shares summing to 1 over them: codes, names, groups, "A+B", "!X".
    border : {"region", "nation"}
        Actors are regions and the sets asked for, or nations; then by default every nation is a row.
    home : str, optional
        Nation, or cluster made one, to look from, in place of the table's home.
    of : {"value_added", "output"}
        What the size of an industry is.

    Returns
    -------
    xarray.Dataset
        By region `krugman` (0 to 2), `unido` and `hhi` (0 to 1); by sector `lq`, `share`, `part`; by partner `krugman`,
        `unido`, `complementarity`. Ratios.

    Raises
    ------
    BadInput
        For unknown words, regions that overlap, open regions, cities that have one mix by construction, and sets that are no
        nation where nations are actors.
    UnknownName
        For regions, sectors or a home that are not there.

    Examples
    --------
    >>> import xunhuan as xh
    >>> xh.measures.structure(xh.toyland(), by="sector")["lq"].values.round(3).tolist()[0]
    [1.117, 0.932, 0.973]
    """
    check_word("grouping", by, ("region", "sector", "partner"))
    acc = looking_from(acc, home)
    goods = acc.sectors.select(sectors)
    view = partition(acc, region, border)
    refuse_alike(acc, [g.members for g in view.groups], "specialisation or likeness")
    size = _size(acc, of).take(goods, axis=1)
    pieces = {"region": _by_region, "sector": _by_sector, "partner": _by_partner}[by]
    variables, coords, text = pieces(acc, view, size, goods)
    return labelled(
        acc,
        variables,
        {**group_coords(view.groups), **coords},
        definition=f"{text}, of {of}",
        weighting="each region's sectors sum to 1; the nation is the sum of its regions",
        citation=SOURCES["structure"],
        sectors=sectors,
    )


_Pieces: TypeAlias = tuple[Variables, dict[str, object], str]


def _size(acc: Accounts, of: str) -> Array:
    check_word("quantity", of, _QUANTITIES)
    return acc.value_added.sum(axis=2) if of == "value_added" else np.where(acc.closed[:, None], acc.output, 0.0)


def _shares(size: Array) -> Array:
    return ratio(size, size.sum(axis=-1, keepdims=True))


def _nation(view: Partition, size: Array) -> tuple[Array, Array]:
    """Size of each chosen actor, and of the nation it lies in: axes p i."""
    mine = group_sum(view.groups, size)
    nation = np.array(view.actors.nation)[view.actors.of]
    whole = [size[nation == nation[g.members[0]]].sum(axis=0) for g in view.groups]
    return mine, np.stack(whole)


def likeness(p: Array, q: Array) -> Array:
    """UNIDO similarity of two sector structures along the last axis, 1 where they are proportional."""
    norm = np.sqrt((p**2).sum(axis=-1) * (q**2).sum(axis=-1))
    return ratio((p * q).sum(axis=-1), norm)


def _by_sector(acc: Accounts, view: Partition, size: Array, goods: Index) -> _Pieces:
    mine, whole = _nation(view, size)
    dims = ("region", "sector")
    share = _shares(mine)
    variables = {
        "lq": (dims, ratio(share, _shares(whole))),
        "share": (dims, share),
        "part": (dims, ratio(mine, whole)),
    }
    text = "location quotient (lq: share in the region / share in its nation), sector's share, part of the nation"
    return variables, sector_coords(acc, goods), text


def _by_region(acc: Accounts, view: Partition, size: Array, goods: Index) -> _Pieces:
    mine, whole = _nation(view, size)
    rest = whole - mine
    alone = ~(np.abs(rest).sum(axis=1) > 1e-9 * np.abs(whole).sum(axis=1))
    share, other = _shares(mine), _shares(rest)
    axes = ("region",)
    variables = {
        "krugman": (axes, np.where(alone, np.nan, np.abs(share - other).sum(axis=1))),
        "unido": (axes, np.where(alone, np.nan, likeness(share, other))),
        "hhi": (axes, (share**2).sum(axis=1)),
    }
    text = "specialisation against the rest of the nation (krugman 0-2, unido 0-1), concentration of sectors (hhi)"
    return variables, {}, text


def _by_partner(acc: Accounts, view: Partition, size: Array, goods: Index) -> _Pieces:
    share = _shares(group_sum(view.groups, size))
    every = _shares(view.actors.add(size, 0))
    sys = system_of(acc)
    bought = sys.operator.inputs(sys.output)[:, goods].sum(axis=1)  # q p
    into = np.stack([bought[:, g.members].sum(axis=1) for g in view.groups])  # p q
    into = view.actors.add(into, 1)
    dims = ("region", "partner")
    variables = {
        "krugman": (dims, np.abs(share[:, None] - every[None]).sum(axis=2)),
        "unido": (dims, likeness(share[:, None], every[None])),
        "complementarity": (dims, ratio(into, into.sum(axis=1, keepdims=True))),
    }
    text = "likeness of structures (krugman, unido) and part of the region's inputs the partner supplies"
    return variables, actor_coords(view.actors), text


@of_table
def duplication(
    acc: Accounts,
    region: str | Iterable[str] | None = None,
    *,
    sectors: str | Iterable[str] = "all",
    home: str | None = None,
    of: str = "value_added",
) -> xr.Dataset:
    r"""How far the regions of a nation or cluster do the same, industry by industry.

    duplication_i = 1 − ½ Σ_r |x[r,i]/x[N,i] − x[r]/x[N]|, 1 where the industry is spread as the economy is
    [Hoover1936]
    concentration_i = Σ_r (x[r,i]/x[N,i])²; specialised_i = number of regions with lq > 1; effective = 1/concentration

    x r i, value added or output; N the regions compared. nan for an industry that is nowhere.        [Hirschman1964]

    Parameters
    ----------
    acc : Accounts, str or Path
        The table, or its name or file.
    region : str or list of str, optional
        The regions compared, "YRD" for those of a cluster: a name here stands for its regions. By default the home
        nation's provinces.
    sectors : str or list of str
        Industries shown: codes, names, groups, "A+B", "!X".
    home : str, optional
        Nation, or cluster made one, to look from, in place of the table's home.
    of : {"value_added", "output"}
        What the size of an industry is.

    Returns
    -------
    xarray.Dataset
        `duplication`, `concentration` (ratios), `effective` and `specialised` (numbers of regions) by sector.

    Raises
    ------
    BadInput
        For fewer than two regions that keep books, cities that have one mix by construction, and unknown words.
    UnknownName
        For regions, sectors or a home that are not there.

    Examples
    --------
    >>> import xunhuan as xh
    >>> xh.measures.duplication(xh.toyland(), "COAST")["duplication"].values.round(3).tolist()
    [0.954, 0.967, 0.995]
    """
    acc = looking_from(acc, home)
    members = acc.geography.select("provinces" if region is None else region, home=acc.home)
    members = members[acc.closed[members]]
    if len(members) < 2:
        raise BadInput("duplication compares two regions or more", where=acc.name, fix="name a cluster or a nation")
    refuse_alike(acc, [np.array([k]) for k in members], "duplication")
    chosen = acc.sectors.select(sectors)
    size = _size(acc, of)[members]
    part = ratio(size, size.sum(axis=0))
    mass = size.sum(axis=1) / size.sum()
    spread = 1.0 - 0.5 * np.abs(part - mass[:, None]).sum(axis=0)
    nowhere = size.sum(axis=0) == 0.0
    spread = np.where(nowhere, np.nan, spread)[chosen]
    concentration = np.where(nowhere, np.nan, (part**2).sum(axis=0))[chosen]
    axes = ("sector",)
    return labelled(
        acc,
        {
            "duplication": (axes, spread),
            "concentration": (axes, concentration),
            "effective": (axes, 1.0 / concentration),
            "specialised": (axes, (part > mass[:, None]).sum(axis=0)[chosen]),
        },
        sector_coords(acc, chosen),
        definition=f"spread of industries over {len(members)} regions, of {of}: duplication 1 = as their economy is "
        "spread; effective: number of equal regions of the same concentration; specialised: regions with lq > 1",
        weighting="regions weighted by size",
        citation=SOURCES["duplication"],
        sectors=sectors,
    )
