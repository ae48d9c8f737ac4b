"""Reliance on foreign inputs, at face value and looked through; concentration of suppliers; chokepoints."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import xarray as xr

from xunhuan.data.accounts import Accounts
from xunhuan.data.arrays import Array, ratio
from xunhuan.errors import BadInput
from xunhuan.measures.actors import Actors, View, at_home, partition
from xunhuan.measures.gvc import actor_coords
from xunhuan.measures.labels import Variables, dataset, group_coords, sector_coords
from xunhuan.measures.leontief import solve
from xunhuan.measures.system import System, system

CITATION = "BaldwinFreemanTheodorakopoulos2023"
DEFINITION = (
    "foreign reliance: part of the inputs a region uses that comes from outside its nation, by purchases (face) and by "
    "the production of every tier of suppliers behind its final goods (look)"
)


@dataclass(frozen=True, eq=False)
class Supply:
    """Inputs of the chosen actors by supplier and good, in two valuations: axes q i p, unit of the table.

    face  purchases of inputs, Σ_j A[qi,pj] x[p,j]
    look  production of every tier behind the final goods of p, ((B − I) f_p)[q,i]
    """

    face: Array
    look: Array


def supply(sys: System, view: View) -> Supply:
    """Both valuations of what stands behind the chosen actors."""
    final = sys.y.sum(axis=2)
    bought = sys.operator.inputs(sys.output)
    face = np.stack([bought[:, :, g.members].sum(axis=2) for g in view.groups], axis=2)
    made = np.zeros((*final.shape, len(view.groups)))
    for k, g in enumerate(view.groups):
        made[g.members, :, k] = final[g.members]
    return Supply(face, solve(sys.operator, made) - made)


def _circuits(view: View) -> Array:
    """1 where supplier q is (own, inter, external) to the chosen actor p: axes circuit q p."""
    circuit = np.stack([view.actors.circuit[g.members].min(axis=0) for g in view.groups], axis=1)
    return np.stack([(circuit == k).astype(float) for k in range(3)])


def exposure(
    acc: Accounts,
    region: str | Iterable[str] | None = None,
    by: str = "region",
    home: str | None = None,
) -> xr.Dataset:
    r"""Foreign input reliance at face value and looked through, with the concentration of foreign suppliers.

    face_p = Σ_{q abroad} Σ_ij A[qi,pj] x[p,j] / Σ_q the same
    look_p = Σ_{q abroad} Σ_i ((B − I) f_p)[q,i] / Σ_q the same, f_p final goods made in p
    hidden_p = look_p − face_p; hhi = Σ_n s_n², s_n part of nation n in what comes from abroad
    [BaldwinFreemanTheodorakopoulos2023] [Hirschman1964]

    region: as in `partition` · by: region; sector (region, sector: the good supplied); partner (region,
    partner). `face`, `look` are foreign parts, `face_inter`, `look_inter` those of the nation's other
    regions; ratios. By partner: parts of all inputs. What an open region sells has no tiers behind it, so
    look-through stops there.
    """
    if by not in ("region", "sector", "partner"):
        raise BadInput(f"unknown grouping {by!r}", fix="choose region, sector or partner")
    acc = at_home(acc, home)
    view = partition(acc, region)
    seen = supply(system(acc), view)
    coords = group_coords(view.groups)
    if by == "partner":
        pairs: dict[str, tuple[tuple[str, ...], Array]] = {}
        for name, a in (("face", seen.face), ("look", seen.look)):
            pair = view.actors.add(a.sum(axis=1), 0).T
            pairs[name] = (("region", "partner"), ratio(pair, pair.sum(axis=1, keepdims=True)))
        text = "part of each partner in the inputs behind a region, by purchases (face) and by production at every tier"
        coords |= actor_coords(view.actors)
        return _labelled(acc, pairs, coords, text)
    dims = ("region",) if by == "region" else ("region", "sector")
    variables: dict[str, tuple[tuple[str, ...], Array]] = {}
    for name, a in (("face", seen.face), ("look", seen.look)):
        goods = a.sum(axis=1)[:, None] if by == "region" else a
        parts, hhi = _parts(acc, view, goods)
        cut = parts[..., 0] if by == "region" else parts
        variables[name] = (dims, cut[2])
        variables[f"{name}_inter"] = (dims, cut[1])
        variables[f"hhi_{name}"] = (dims, hhi[:, 0] if by == "region" else hhi)
    variables["hidden"] = (dims, variables["look"][1] - variables["face"][1])
    if by == "sector":
        coords |= sector_coords(acc)
    return _labelled(acc, variables, coords, DEFINITION)


def _labelled(
    acc: Accounts,
    variables: Variables,
    coords: dict[str, object],
    text: str,
) -> xr.Dataset:
    weighting = "parts of each region's own inputs; hhi over foreign nations, of what comes from abroad"
    return dataset(acc, variables, coords, definition=text, weighting=weighting, citation=CITATION)


def _parts(acc: Accounts, view: View, goods: Array) -> tuple[Array, Array]:
    """Parts of (own, inter, external) in goods q i p, axes circuit p i; and the HHI of foreign nations, axes p i."""
    kinds = _circuits(view)
    sums = np.einsum("cqp,qip->cpi", kinds, goods)
    nation = np.array(view.actors.nation)[view.actors.of]
    names = list(dict.fromkeys(nation))
    at = np.array([names.index(n) for n in nation])
    abroad = np.zeros((len(names), *goods.shape[1:]))
    np.add.at(abroad, at, goods * kinds[2][:, None, :])
    share = ratio(abroad, abroad.sum(axis=0))
    return ratio(sums, sums.sum(axis=0)), (share**2).sum(axis=0).T


def chokepoints(
    acc: Accounts,
    region: str | Iterable[str] | None = None,
    valuation: str = "look",
    home: str | None = None,
) -> xr.Dataset:
    r"""Goods ranked by how badly their foreign suppliers could choke a region.

    score[p,i] = reliance[p,i] · concentration[p,i] · weight[p,i]
    reliance: foreign part of good i in p's inputs [BaldwinFreemanTheodorakopoulos2023]; concentration: HHI of the
    foreign nations supplying it [Hirschman1964]; weight: Σ_j VA[p,j] a[p,i,j] / Σ_i' a[p,i',j] / GDP_p, the good's part
    in the inputs of industries weighted by their value added. The product is this project's ranking.

    valuation: face or look. Returns rows `rank` (per region, 1 the worst) with `score`, `reliance`,
    `concentration`, `weight`, the main foreign `supplier` (a nation) and its part in all of the good,
    `supplier_share`.
    """
    if valuation not in ("face", "look"):
        raise BadInput(f"unknown valuation {valuation!r}", fix="choose face or look")
    acc = at_home(acc, home)
    view, sys = partition(acc, region), system(acc)
    goods = getattr(supply(sys, view), valuation)
    parts, hhi = _parts(acc, view, goods)
    weight = _weights(acc, view)
    score = parts[2] * hhi * weight
    order = np.argsort(-score, axis=1, kind="stable")
    supplier, share = _main_supplier(view.actors, goods, _circuits(view)[2])
    dims = ("region", "rank")
    codes, en = np.array(acc.sectors.codes), np.array([acc.sectors.names_en[k] for k in range(acc.S)])
    rows = {"score": score, "reliance": parts[2], "concentration": hhi, "weight": weight}
    sorted_rows = {n: (dims, np.take_along_axis(a, order, axis=1)) for n, a in rows.items()}
    return dataset(
        acc,
        {
            "sector": (dims, codes[order]),
            "sector_name": (dims, en[order]),
            **sorted_rows,
            "supplier": (dims, np.take_along_axis(supplier, order, axis=1)),
            "supplier_share": (dims, np.take_along_axis(share, order, axis=1)),
        },
        {**group_coords(view.groups), "rank": np.arange(1, acc.S + 1)},
        definition=f"chokepoints: foreign reliance ({valuation}) x concentration of foreign nations x weight in GDP",
        weighting="weight: the good's part in inputs, industries weighted by value added",
        citation=f"{CITATION}; Hirschman1964",
    )


def _weights(acc: Accounts, view: View) -> Array:
    """Part of good i in the inputs of the industries of p, weighted by their value added: axes p i, sums to 1."""
    mix = ratio(acc.use, acc.use.sum(axis=1, keepdims=True))
    added = acc.value_added.sum(axis=2)
    by_good = np.einsum("sij,sj->si", mix, added)
    total = np.stack([by_good[g.members].sum(axis=0) for g in view.groups])
    return ratio(total, total.sum(axis=1, keepdims=True))


def _main_supplier(actors: Actors, goods: Array, abroad: Array) -> tuple[Array, Array]:
    """Code of the foreign nation that supplies most of good i to p, and its part in all of it: axes p i."""
    nation = np.array(actors.nation)[actors.of]
    names = list(dict.fromkeys(nation))
    sold = np.zeros((len(names), *goods.shape[1:]))
    np.add.at(sold, np.array([names.index(n) for n in nation]), goods * abroad[:, None, :])
    share = ratio(sold, goods.sum(axis=0))
    best = share.argmax(axis=0)
    top = np.take_along_axis(share, best[None], axis=0)[0]
    return np.where(top > 0, np.array(names)[best], "").T, top.T
