"""How much of a region's economy turns on its own market, on its nation's other regions, and abroad.

Three definitions, each additive: by absorption (demand side), by origin (supply side), forward (what crosses
the border, and how). Shares of different definitions are not comparable.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import xarray as xr

from xunhuan.data.accounts import Accounts
from xunhuan.data.arrays import CIRCUITS, Array, Index, ratio
from xunhuan.measures.actors import Actors, Group, Partition, check_word, looking_from, partitions, requested
from xunhuan.measures.labels import group_coords, labelled, means, named_groups, region_coords, sector_coords
from xunhuan.measures.leontief import solve_left, solve_right
from xunhuan.measures.sources import DEFINITION_SOURCES
from xunhuan.measures.system import System, system_of
from xunhuan.measures.tables import of_table

CIRCULATION_DEFINITIONS = {
    "absorption": (
        "gdp by where it is absorbed: value added of p in final demand of p (own), of other regions of its "
        "nation (inter), of all else (external); GDP_p = Σ_d v_p B_p· y^d",
        DEFINITION_SOURCES["absorption"],
    ),
    "origin": (
        "final demand by where its value was added: in p (own), in other regions of its nation (inter), "
        "abroad (external, imports from an open region in full); y^p = Σ_o v_o B_o· y^p",
        DEFINITION_SOURCES["origin"],
    ),
    "forward": (
        "gdp by the first border it crosses: none (own, v L y_pp), to other regions of its nation (inter), "
        "abroad (external), as final goods (traditional), inputs used up there (simple) or beyond (complex)",
        DEFINITION_SOURCES["forward"],
    ),
}
"""What each definition counts, and its sources."""
CROSSINGS = ("traditional", "simple", "complex")
PARTS = ("own", *(f"{kind}_{way}" for kind in CROSSINGS for way in CIRCUITS[1:]))


@of_table
def circulation(
    acc: Accounts,
    region: str | Iterable[str] | None = None,
    *,
    by: str = "region",
    sectors: str | Iterable[str] = "all",
    border: str = "region",
    home: str | None = None,
    definition: str = "absorption",
) -> xr.Dataset:
    r"""Own, inter and external circulation of regions, clusters or nations.

    absorption  own_p = v_p B_p· y^p, inter_p = Σ_{q≠p, same nation} v_p B_p· y^q, external_p the rest of GDP_p
    origin      the same for value of origin o in the final demand of p: v_o B_o· y^p
    forward     own_p = v_p L_p y_pp, and v_p L_p (y_pq + A_pq x_q) by first buyer q, L_p = (I − A_pp)^-1
                [JohnsonNoguera2012] [WangWeiYuZhu2017, eq. 5]

    B = (I − A)^-1, A[ri,sj] inputs per unit of output, v r i value added per unit of output, y^d r i the final demand
    of d; p, q, o, d regions. With an open region exports to it are final demand abroad.

    Parameters
    ----------
    acc : Accounts, str or Path
        The table, or its name or file.
    region : str or list of str, optional
        Rows: regions by code or name, clusters, nations or unions "A+B", each an actor with one border around it;
        "provinces", "foreign" or "all" for each of theirs. By default the home nation's provinces.
    by : {"region", "sector", "group", "partner"}
        Axes region; region sector (that adds the value; for origin the final good bought); region group, for each named
        group of the table's sectors (they overlap); or region partner (absorber, origin, or first buyer).
    sectors : str or list of str
        Sectors counted: codes, names, groups, "A+B", "!X". Totals are then of these sectors alone.
    border : {"region", "nation"}
        Whose borders count: each actor's, or those of nations; then by default every nation is a row.
    home : str, optional
        Nation, or cluster made one, to look from, in place of the table's home.
    definition : {"absorption", "origin", "forward"}
        What is divided, and by what. Shares of different definitions are not comparable.

    Returns
    -------
    xarray.Dataset
        `gdp` (`final_use` for origin), unit of the table; `own`, `inter`, `external`, shares of it that sum to 1;
        `mean` (weighting, circuit) over the single regions reported. Forward adds each part and `returned`, the
        part of complex that is absorbed at home. By partner `value` (unit of the table), `share` and `circuit`.

    Raises
    ------
    BadInput
        For unknown words, and open regions, whose books are not kept.
    UnknownName
        For regions, sectors or a home that are not there.

    Examples
    --------
    >>> import xunhuan as xh
    >>> ds = xh.measures.circulation(xh.toyland(), ["AT-N", "COAST"])
    >>> [round(float(x), 3) for x in ds["inter"]]
    [0.197, 0.124]
    >>> bool(abs(ds.own + ds.inter + ds.external - 1).max() < 1e-12)
    True
    """
    check_word("definition", definition, tuple(CIRCULATION_DEFINITIONS))
    check_word("grouping", by, ("region", "sector", "group", "partner"))
    acc = looking_from(acc, home)
    order = [g.code for g in requested(acc, region, border)]
    goods = acc.sectors.select(sectors)
    seen = partitions(acc, region, border)
    cuts = cut_by_circuit(system_of(acc), definition, seen, goods, partners=by == "partner")
    if by == "partner":
        return _by_partner(acc, definition, cuts, sectors).sel(region=order)
    kinds: _Kinds | None = None
    if by == "sector":
        kinds = by, sector_coords(acc, goods), np.eye(len(goods))
    elif by == "group":
        kinds = by, *named_groups(acc, goods)
    return _table(acc, definition, cuts, kinds, sectors).sel(region=order)


def absorbed_shares(acc: Accounts, regions: Index) -> tuple[Array, Array]:
    """Circulation by absorption of some regions alone: shares, axes p circuit, and value added p, unit of the table.

    own = m_p y^p, inter = m_p Σ_{q of p's nation} y^q − own, external the rest, m_p = v_p B        [JohnsonNoguera2012]

    The same as `circulation`, by one left solve a region instead of one right solve for every region there is.
    """
    sys = system_of(acc)
    count = np.arange(len(regions))
    w = np.zeros((*sys.v.shape, len(regions)))
    w[regions, :, count] = sys.v[regions]
    content = solve_left(sys.operator, w).reshape(-1, len(regions))
    mates = acc.geography.same_nation[:, regions].astype(float)
    y = sys.y.reshape(len(content), -1)
    own = np.einsum("kp,kp->p", content, y[:, regions])
    inside = np.einsum("kp,kp->p", content, y @ mates)
    total = content.T @ y.sum(1)
    return ratio(np.stack([own, inside - own, total - inside], axis=1), total[:, None]), total


@dataclass(frozen=True)
class _Cut:
    """Value of a group by circuit or finer part (axes i part), by partner (axis o), and what returned (axis i)."""

    parts: Array
    partners: Array
    circuit: Array
    returned: Array | None = None


def group_shares(acc: Accounts, groups: Sequence[Index]) -> Array:
    """Circulation by absorption of groups of regions, each taken as one: shares, axes g circuit.

    own    Σ_{p of g} m_p Σ_{q of g} y^q · inter: what the rest of the home nation buys · external: what is left

    Sums of what `circulation` tells by partner; the table with each group made one region differs by its mean technology.
    """
    sys = system_of(acc)
    w = np.zeros((*sys.v.shape, len(groups)))
    for k, members in enumerate(groups):
        w[members, :, k] = sys.v[members]
    content = solve_left(sys.operator, w).reshape(-1, len(groups))
    home = acc.geography.select("provinces", home=acc.home)
    y = sys.y.reshape(len(content), -1)
    own = np.array([content[:, k] @ y[:, g].sum(1) for k, g in enumerate(groups)])
    nation = [np.union1d(home, g) for g in groups]
    inside = np.array([content[:, k] @ y[:, g].sum(1) for k, g in enumerate(nation)])
    total = content.T @ y.sum(1)
    return ratio(np.stack([own, inside - own, total - inside], axis=1), total[:, None])


def _by_circuit(value: Array, circuit: Index, members: Index) -> _Cut:
    """Split value[p,i,o] of the member regions p by the circuit of (p,o)."""
    mine, kind = value[members], circuit[members]
    parts = [np.einsum("pio,po->i", mine, (kind == k).astype(float)) for k in range(len(CIRCUITS))]
    return _Cut(np.stack(parts, axis=1), mine.sum(axis=(0, 1)), kind.min(axis=0))


def _bought(sys: System) -> Array:
    """Value of origin o in final good i bought by d, whoever sells it: axes d i o, unit of the table."""
    per_good = np.matmul(sys.y.transpose(1, 2, 0), sys.content.transpose(1, 0, 2))
    return np.asarray(per_good.transpose(1, 0, 2), dtype=np.float64)


@dataclass(frozen=True)
class Forward:
    """Value added of (r,i) by first crossing: `parts` r i part (PARTS), `returned` r i, `partners` r s."""

    parts: Array
    returned: Array
    partners: Array


def forward(sys: System, actors: Actors, partners: Index | None = None) -> Forward:
    r"""Forward split of value added at the borders of actors.

    v x = v L y_D + v L y_F + v L A_F L y_D + v L A_F (x − L y_D),   L = (I − A_D)^-1   [WangWeiYuZhu2017,
    eq. 5]

    A_D, y_D: links inside an actor; A_F, y_F: links that cross. In order: own, traditional, simple, complex.
    Returned home: v L A_F B y^p, absorbed in p. An open region's use of what it buys is unknown: all counts
    as traditional. partners: the sectors i summed in `partners`, which is left at 0 without them.
    """
    back = sys.operator.masked(actors.outside).apply(actors.add(sys.outputs, 2))  # first: sweeps take most memory
    returned = back[np.arange(len(actors.of)), :, actors.of]
    del back
    inside = sys.operator.masked(actors.inside)
    final_home = np.einsum("rid,rd->ri", sys.y, actors.inside)
    local = solve_right(inside, final_home)
    shipped = sys.y, sys.operator.inputs(local), sys.operator.inputs(sys.output - local)
    ways = [(actors.circuit == k).astype(float) for k in (1, 2)]
    crossing = [np.einsum("ris,rs->ri", goods, way) for goods in shipped for way in ways]
    columns = np.stack([*crossing, returned], axis=2)
    made = sys.v[:, :, None] * np.concatenate([local[:, :, None], solve_right(inside, columns)], axis=2)
    by_partner = np.zeros((len(actors.of), len(actors.of)))
    if partners is not None:
        outward = (shipped[0] + shipped[1] + shipped[2]) * actors.outside[:, None, :]
        reached = solve_right(inside, outward)[:, partners]
        by_partner = np.einsum("ri,ris->rs", sys.v[:, partners], reached)
        by_partner[np.diag_indices(len(actors.of))] = made[:, partners, 0].sum(axis=1)
    return Forward(made[:, :, :-1], made[:, :, -1], by_partner)


_Cuts: TypeAlias = list[tuple[Group, _Cut]]
_Kinds: TypeAlias = tuple[str, dict[str, object], Array]
"""An axis of kinds of sectors: its name, its coordinates, and which sectors are of each, axes kind i."""


def cut_by_circuit(sys: System, definition: str, seen: list[Partition], goods: Index, partners: bool) -> _Cuts:
    """Every reported group with its cut: single regions in the order asked for, then sets of regions."""
    out: _Cuts = []
    for view in seen:
        circuit = view.actors.circuit
        if definition == "forward":
            split = forward(sys, view.actors, goods if partners else None)
            for g in view.groups:
                m = g.members
                parts, returned = (a[m].sum(0)[goods] for a in (split.parts, split.returned))
                out.append((g, _Cut(parts, split.partners[m].sum(0), circuit[m].min(0), returned)))
        else:
            value = (sys.absorbed if definition == "absorption" else _bought(sys))[:, goods]
            out += [(g, _by_circuit(value, circuit, g.members)) for g in view.groups]
    return out


def three_circuits(parts: Array) -> Array:
    """Sum finer parts (last axis PARTS) to the three circuits."""
    if parts.shape[-1] == len(CIRCUITS):
        return parts
    ways = [parts[..., 0], parts[..., 1::2].sum(-1), parts[..., 2::2].sum(-1)]
    return np.stack(ways, axis=-1)


def _total(definition: str) -> str:
    return "final_use" if definition == "origin" else "gdp"


def _table(
    acc: Accounts,
    definition: str,
    cuts: _Cuts,
    kinds: _Kinds | None,
    sectors: str | Iterable[str],
) -> xr.Dataset:
    """Shares by region, or by region and kind of sector."""
    value = np.stack([c.parts.sum(0) if kinds is None else kinds[2] @ c.parts for _, c in cuts])  # region [kind] part
    total = value.sum(axis=-1)
    share = ratio(value, total[..., None])
    three = three_circuits(share)
    dims = ("region",) if kinds is None else ("region", kinds[0])
    name = _total(definition)
    variables: dict[str, tuple[tuple[str, ...], object]] = {name: (dims, total)}
    variables |= {c: (dims, three[..., k]) for k, c in enumerate(CIRCUITS)}
    if definition == "forward":
        variables |= {p: (dims, share[..., k]) for k, p in enumerate(PARTS) if k}
        returned = np.stack([c.returned for _, c in cuts if c.returned is not None])
        variables["returned"] = (dims, ratio(returned.sum(1) if kinds is None else returned @ kinds[2].T, total))
    shown = [str(v) for v in variables]
    whole = three_circuits(np.stack([c.parts.sum(0) for _, c in cuts]))
    lone = [k for k, (g, _) in enumerate(cuts) if len(g.members) == 1] or list(range(len(cuts)))
    whole = whole[lone]  # a cluster beside its members would count them twice
    average = means(ratio(whole, whole.sum(-1, keepdims=True)), whole.sum(-1))
    variables["mean"] = (("weighting", "circuit"), average)
    coords = {**group_coords([g for g, _ in cuts]), **({} if kinds is None else kinds[1])}
    text, source = CIRCULATION_DEFINITIONS[definition]
    said = name.replace("_", " ")
    return labelled(
        acc,
        variables,
        {**coords, "weighting": ["simple", f"{said}-weighted"], "circuit": list(CIRCUITS)},
        definition=f"circulation by {definition}: {text}",
        weighting=f"each share is of the row's own {said}; means over regions simple and {said}-weighted",
        citation=source,
        columns=shown,
        units={name: acc.unit},
        sectors=sectors,
    )


def _by_partner(acc: Accounts, definition: str, cuts: _Cuts, sectors: str | Iterable[str]) -> xr.Dataset:
    value = np.stack([c.partners for _, c in cuts])
    kind = np.array(CIRCUITS)[np.stack([c.circuit for _, c in cuts])]
    dims = ("region", "partner")
    text, source = CIRCULATION_DEFINITIONS[definition]
    total = value.sum(axis=1, keepdims=True)
    return labelled(
        acc,
        {"circuit": (dims, kind), "value": (dims, value), "share": (dims, ratio(value, total))},
        {**group_coords([g for g, _ in cuts]), **region_coords(acc, "partner")},
        definition=f"circulation by {definition}: {text}",
        weighting=f"each share is of the row region's own {_total(definition)}",
        citation=source,
        units={"value": acc.unit},
        sectors=sectors,
    )
