"""Reliance on foreign inputs, at face value and looked through; concentration of suppliers; chokepoints."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import xarray as xr

from xunhuan.data.accounts import Accounts
from xunhuan.data.arrays import CIRCUITS, Array, Index, ratio
from xunhuan.measures.actors import Actors, Partition, check_word, looking_from, partition, words
from xunhuan.measures.labels import Variables, actor_coords, group_coords, group_sum, labelled, sector_coords
from xunhuan.measures.leontief import solve_right
from xunhuan.measures.sources import SOURCES
from xunhuan.measures.system import System, system_of
from xunhuan.measures.tables import of_table
from xunhuan.measures.using import by_industry, by_supplier, industry_coords, using

_DEFINITION = (
    "foreign reliance: part of the inputs a region uses that comes from outside its nation, by purchases (face) and by "
    "the production of every tier of suppliers behind its final goods (look)"
)

_PARTNER = "part of each partner in the inputs behind a region, by purchases (face) and by production at every tier"
_INDUSTRY = (
    "foreign reliance by using industry: part of its inputs that comes from outside the nation, by purchases (face) and by "
    "the production of every tier of suppliers behind a unit of its output (look); of_production: the same over all "
    "production behind it, its own included; supplier: the foreign nation with the largest part, looked through"
)


def reliance(bought: Array, abroad: Array, member: Array) -> Array:
    """Foreign part of the intermediate inputs of sets of regions, at face value.

    face_p = Σ_{s∈p} Σ_q abroad[q,s] Σ_i bought[q,i,s] / Σ_{s∈p} Σ_qi bought[q,i,s]
    [BaldwinFreemanTheodorakopoulos2023]

    bought  q i s, inputs of good i from region q that the industries of s buy, any value unit. Purchases by industries
            where the table knows them: an average over all users, final ones too, is another number
    abroad  q s, 1 where q lies abroad of s, else 0
    member  p s, 1 where region s belongs to the set p, else 0
    Returns axis p, ratio; 0 where a set buys no inputs.

    >>> reliance(np.array([[[6.0, 1.0]], [[2.0, 7.0]]]), 1 - np.eye(2), np.eye(2)).tolist()
    [0.25, 0.125]
    """
    inputs = bought.sum(axis=1)
    return ratio((inputs * abroad).sum(axis=0) @ member.T, inputs.sum(axis=0) @ member.T)


@dataclass(frozen=True, eq=False)
class _Behind:
    """Inputs of the chosen actors by supplier and good, in two valuations: axes q i p, unit of the table.

    face  purchases of inputs, Σ_j A[qi,pj] x[p,j]
    look  production of every tier behind the final goods of p, ((B − I) f_p)[q,i]
    """

    face: Array
    look: Array


def _behind(sys: System, view: Partition, industries: Index | None = None) -> _Behind:
    """Both valuations of what stands behind the chosen actors, or some of their industries."""
    users = np.zeros_like(sys.output)
    users[:, slice(None) if industries is None else industries] = 1.0
    final = sys.y.sum(axis=2) * users
    bought = sys.operator.inputs(sys.output * users)
    face = np.stack([bought[:, :, g.members].sum(axis=2) for g in view.groups], axis=2)
    made = np.zeros((*final.shape, len(view.groups)))
    for k, g in enumerate(view.groups):
        made[g.members, :, k] = final[g.members]
    return _Behind(face, solve_right(sys.operator, made) - made)


def _circuits(view: Partition) -> Array:
    """1 where supplier q is (own, inter, external) to the chosen actor p: axes circuit q p."""
    circuit = np.stack([view.actors.circuit[g.members].min(axis=0) for g in view.groups], axis=1)
    return np.stack([(circuit == k).astype(float) for k in range(len(CIRCUITS))])


@of_table
def exposure(
    acc: Accounts,
    region: str | Iterable[str] | None = None,
    *,
    by: str = "region",
    sectors: str | Iterable[str] = "all",
    border: str = "region",
    home: str | None = None,
    industries: str | Iterable[str] = "all",
) -> xr.Dataset:
    r"""Foreign input reliance at face value and looked through, with the concentration of foreign suppliers.

    face_p = Σ_{q abroad} Σ_ij A[qi,pj] x[p,j] / Σ_q the same
    look_p = Σ_{q abroad} Σ_i ((B − I) f_p)[q,i] / Σ_q the same, f_p final goods made in p
    hidden_p = look_p − face_p; hhi = Σ_n s_n², s_n part of nation n in what comes from abroad
    By using industry j: face_pj = Σ_{q abroad} Σ_i A[qi,pj] / Σ_q the same, look_pj with (B − I)[qi,pj];
    and both over Σ_qi B[qi,pj], all production behind a unit of j, its own included: face_ and look_of_production
    [BaldwinFreemanTheodorakopoulos2023] [Hirschman1964]

    A[qi,pj] inputs per unit of output, cell by cell where the table knows sourcing by user; B = (I − A)^-1; x output.
    What an open region sells has no tiers behind it, so look-through stops there.

    Parameters
    ----------
    acc : Accounts, str or Path
        The table, or its name or file.
    region : str or list of str, optional
        Rows: regions by code or name, clusters, nations or unions "A+B", each one actor, none overlapping;
        "provinces", "foreign" or "all" for each of theirs. By default the home nation's provinces.
    by : {"region", "sector", "partner", "industry", "industry-partner"}
        Axes region; region sector (the good supplied); region partner; region industry (the user, members of a set
        weighted by output); or region industry partner.
    sectors : str or list of str
        Goods supplied that are counted: codes, names, groups, "A+B", "!X".
    border : {"region", "nation"}
        Actors are regions and the sets asked for, or nations; then by default every nation is a row.
    home : str, optional
        Nation, or cluster made one, to look from, in place of the table's home.
    industries : str or list of str
        Using industries that are counted or shown, written as sectors are.

    Returns
    -------
    xarray.Dataset
        `face`, `look`: foreign parts; `face_inter`, `look_inter`: parts of the nation's other regions; `hhi_face`,
        `hhi_look`; `hidden`; ratios. By partner `face` and `look` only, parts of all inputs. By industry also
        `face_of_production`, `look_of_production`, ratios, and the main foreign `supplier` (a nation) looked through with
        its part in all inputs, `supplier_share`, ratio.

    Raises
    ------
    BadInput
        For unknown words, regions that overlap, open regions, and sets that are no nation where nations are actors.
    UnknownName
        For regions, sectors or a home that are not there.

    Examples
    --------
    >>> import xunhuan as xh
    >>> ds = xh.measures.exposure(xh.toyland())
    >>> ds["face"].values.round(3).tolist(), ds["look"].values.round(3).tolist()
    ([0.041, 0.062, 0.094], [0.055, 0.08, 0.113])
    """
    check_word("grouping", by, ("region", "sector", "partner", "industry", "industry-partner"))
    acc = looking_from(acc, home)
    goods, users = acc.sectors.select(sectors), acc.sectors.select(industries)
    view, sys = partition(acc, region, border), system_of(acc)
    coords = group_coords(view.groups)
    if by.startswith("industry"):
        used, coords = using(sys, view, goods, users), coords | industry_coords(acc, users)
        if by == "industry-partner":
            ds = _labelled(acc, by_supplier(used, view), coords | actor_coords(view.actors), _PARTNER, sectors)
        else:
            ds = _labelled(acc, by_industry(used, view, _circuits(view)), coords, _INDUSTRY, sectors)
    else:
        ds = _of_regions(acc, view, _behind(sys, view, users), by, goods, sectors)
    if industries != "all":
        ds.attrs["industries"] = words(industries)
    return ds


def _of_regions(
    acc: Accounts, view: Partition, seen: _Behind, by: str, goods: Index, sectors: str | Iterable[str]
) -> xr.Dataset:
    """By region, good supplied or partner."""
    coords = group_coords(view.groups)
    both = {"face": seen.face[:, goods], "look": seen.look[:, goods]}
    if by == "partner":
        pairs = {name: view.actors.add(a.sum(axis=1), 0).T for name, a in both.items()}
        parts = {n: (("region", "partner"), ratio(a, a.sum(axis=1, keepdims=True))) for n, a in pairs.items()}
        return _labelled(acc, parts, {**coords, **actor_coords(view.actors)}, _PARTNER, sectors)
    dims = ("region",) if by == "region" else ("region", "sector")
    variables: dict[str, tuple[tuple[str, ...], Array]] = {}
    abroad, each = _circuits(view)[2], np.eye(len(view.groups))
    for name, a in both.items():
        cut, hhi = _parts(view, a.sum(axis=1)[:, None] if by == "region" else a)
        if by == "region":
            cut, hhi = cut[..., 0], hhi[:, 0]
        foreign = reliance(a, abroad, each) if by == "region" else cut[2]
        variables |= {name: (dims, foreign), f"{name}_inter": (dims, cut[1]), f"hhi_{name}": (dims, hhi)}
    variables["hidden"] = (dims, variables["look"][1] - variables["face"][1])
    if by == "sector":
        coords |= sector_coords(acc, goods)
    return _labelled(acc, variables, coords, _DEFINITION, sectors)


def _labelled(
    acc: Accounts, variables: Variables, coords: dict[str, object], text: str, sectors: str | Iterable[str]
) -> xr.Dataset:
    return labelled(
        acc,
        variables,
        coords,
        definition=text,
        weighting="parts of each region's own inputs; hhi over foreign nations, of what comes from abroad",
        citation=SOURCES["exposure"],
        sectors=sectors,
        partners=True,
    )


def _parts(view: Partition, goods: Array) -> tuple[Array, Array]:
    """Parts of (own, inter, external) in goods q i p, axes circuit p i; and the HHI of foreign nations, axes p i."""
    kinds = _circuits(view)
    sums = np.einsum("cqp,qip->cpi", kinds, goods)
    abroad = _by_nation(view.actors, goods * kinds[2][:, None, :])[1]
    share = ratio(abroad, abroad.sum(axis=0))
    return ratio(sums, sums.sum(axis=0)), (share**2).sum(axis=0).T


def _by_nation(actors: Actors, goods: Array) -> tuple[Array, Array]:
    """Codes of the nations, and goods q i p added up to them: axes n i p."""
    nation = np.array(actors.nation)[actors.of]
    names = list(dict.fromkeys(nation))
    out = np.zeros((len(names), *goods.shape[1:]))
    np.add.at(out, np.array([names.index(n) for n in nation]), goods)
    return np.array(names), out


@of_table
def chokepoints(
    acc: Accounts,
    region: str | Iterable[str] | None = None,
    *,
    sectors: str | Iterable[str] = "all",
    border: str = "region",
    home: str | None = None,
    valuation: str = "look",
) -> xr.Dataset:
    r"""Goods ranked by how badly their foreign suppliers could choke a region.

    score[p,i] = reliance[p,i] · concentration[p,i] · weight[p,i]

    reliance: foreign part of good i in p's inputs [BaldwinFreemanTheodorakopoulos2023]; concentration: HHI of the
    foreign nations supplying it [Hirschman1964]; weight: Σ_j VA[p,j] a[p,i,j] / Σ_i' a[p,i',j] / GDP_p, the good's part
    in the inputs of industries weighted by their value added. The product is this project's ranking.

    Parameters
    ----------
    acc : Accounts, str or Path
        The table, or its name or file.
    region : str or list of str, optional
        Rows: regions by code or name, clusters, nations or unions "A+B", each one actor, none overlapping;
        "provinces", "foreign" or "all" for each of theirs. By default the home nation's provinces.
    sectors : str or list of str
        Goods ranked: codes, names, groups, "A+B", "!X".
    border : {"region", "nation"}
        Actors are regions and the sets asked for, or nations; then by default every nation is a row.
    home : str, optional
        Nation, or cluster made one, to look from, in place of the table's home.
    valuation : {"look", "face"}
        Inputs looked through, every tier of suppliers, or as bought.

    Returns
    -------
    xarray.Dataset
        Axes region rank, 1 the worst: `sector`, `sector_name`; `score`, `reliance`, `concentration`, `weight`, ratios; the
        main foreign `supplier` (a nation) and its part in all of the good, `supplier_share`, ratio.

    Raises
    ------
    BadInput
        For unknown words, regions that overlap, open regions, and sets that are no nation where nations are actors.
    UnknownName
        For regions, sectors or a home that are not there.

    Examples
    --------
    >>> import xunhuan as xh
    >>> ds = xh.measures.chokepoints(xh.toyland(), "AT-S")
    >>> ds["sector"].values.tolist(), ds["supplier"].values[0, 0].item()
    ([['FAR', 'SER', 'MAN']], 'BOR')
    """
    check_word("valuation", valuation, ("face", "look"))
    acc = looking_from(acc, home)
    chosen = acc.sectors.select(sectors)
    view, sys = partition(acc, region, border), system_of(acc)
    goods = getattr(_behind(sys, view), valuation)[:, chosen]
    parts, hhi = _parts(view, goods)
    weight = _weights(acc, view)[:, chosen]
    score = parts[2] * hhi * weight
    order = np.argsort(-score, axis=1, kind="stable")
    supplier, share = _main_supplier(view.actors, goods, _circuits(view)[2])
    dims = ("region", "rank")
    codes, en = np.array(acc.sectors.codes)[chosen], np.array(acc.sectors.names_en)[chosen]
    rows = {"score": score, "reliance": parts[2], "concentration": hhi, "weight": weight}
    sorted_rows = {n: (dims, np.take_along_axis(a, order, axis=1)) for n, a in rows.items()}
    return labelled(
        acc,
        {
            "sector": (dims, codes[order]),
            "sector_name": (dims, en[order]),
            **sorted_rows,
            "supplier": (dims, np.take_along_axis(supplier, order, axis=1)),
            "supplier_share": (dims, np.take_along_axis(share, order, axis=1)),
        },
        {**group_coords(view.groups), "rank": np.arange(1, len(chosen) + 1)},
        definition=f"chokepoints: foreign reliance ({valuation}) x concentration of foreign nations x weight in GDP",
        weighting="weight: the good's part in inputs, industries weighted by value added",
        citation=SOURCES["chokepoints"],
        sectors=sectors,
        partners=True,
    )


def _weights(acc: Accounts, view: Partition) -> Array:
    """Part of good i in the inputs of the industries of p, weighted by their value added: axes p i, sums to 1."""
    mix = ratio(acc.use, acc.use.sum(axis=1, keepdims=True))
    added = acc.value_added.sum(axis=2)
    total = group_sum(view.groups, np.einsum("sij,sj->si", mix, added))
    return ratio(total, total.sum(axis=1, keepdims=True))


def _main_supplier(actors: Actors, goods: Array, abroad: Array) -> tuple[Array, Array]:
    """Code of the foreign nation that supplies most of good i to p, and its part in all of it: axes p i."""
    names, sold = _by_nation(actors, goods * abroad[:, None, :])
    share = ratio(sold, goods.sum(axis=0))
    best = share.argmax(axis=0)
    top = np.take_along_axis(share, best[None], axis=0)[0]
    return np.where(top > 0, names[best], "").T, top.T
