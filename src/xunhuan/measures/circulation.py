"""How much of a region's economy turns on its own market, on its nation's other regions, and abroad.

Three definitions, each additive: by absorption (demand side), by origin (supply side), forward (what crosses
the border, and how). Shares of different definitions are not comparable.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import xarray as xr

from xunhuan.data.accounts import Accounts
from xunhuan.data.arrays import CIRCUITS, Array, Index, ratio
from xunhuan.errors import BadInput
from xunhuan.measures.actors import Actors, Group, View, at_home, requested, views
from xunhuan.measures.labels import dataset, group_coords, means, region_coords, sector_coords
from xunhuan.measures.leontief import solve
from xunhuan.measures.system import System, system

DEFINITIONS = {
    "absorption": (
        "gdp by where it is absorbed: value added of p in final demand of p (own), of other regions of its "
        "nation (inter), of all else (external); GDP_p = Σ_d v_p B_p· y^d",
        "JohnsonNoguera2012",
    ),
    "origin": (
        "final demand by where its value was added: in p (own), in other regions of its nation (inter), "
        "abroad (external, imports from an open region in full); y^p = Σ_o v_o B_o· y^p",
        "JohnsonNoguera2012",
    ),
    "forward": (
        "gdp by the first border it crosses: none (own, v L y_pp), to other regions of its nation (inter), "
        "abroad (external), as final goods (traditional), inputs used up there (simple) or beyond (complex)",
        "WangWeiYuZhu2017",
    ),
}
CROSSINGS = ("traditional", "simple", "complex")
PARTS = ("own", *(f"{kind}_{way}" for kind in CROSSINGS for way in CIRCUITS[1:]))


def circulation(
    acc: Accounts,
    definition: str = "absorption",
    region: str | Iterable[str] | None = None,
    by: str = "region",
    home: str | None = None,
    border: str = "region",
) -> xr.Dataset:
    r"""Own, inter and external circulation of regions, clusters or nations.

    absorption  own_p = v_p B_p· y^p, inter_p = Σ_{q≠p, same nation} v_p B_p· y^q, external_p the rest of GDP_p
    origin      the same for value of origin o in the final demand of p: v_o B_o· y^p
    forward     own_p = v_p L_p y_pp, and v_p L_p (y_pq + A_pq x_q) by first buyer q, L_p = (I − A_pp)^-1
                [JohnsonNoguera2012] [WangWeiYuZhu2017]

    definition: absorption, origin or forward · region: as in `views`, by default the provinces of the home
    nation · by: region (axis region), sector (region, sector: that adds the value; for origin the final good
    bought) or partner (region, partner: absorber, origin, or first buyer) · border: whose borders count,
    each region's or nation's.

    Returns total `gdp` (`final_use` for origin) in the unit of the table; `own`, `inter`, `external` as
    shares of it, summing to 1; `mean` (weighting, circuit) over the single regions reported, simple and
    weighted by the total. By partner: `value`, `share` and `circuit`. Forward adds each part and
    `returned`, the part of complex that is absorbed at home. Raises BadInput for unknown words, UnknownName
    for regions.

    >>> from xunhuan.data.store import load
    >>> c = circulation(load("toyland"))
    >>> bool(abs(c.own + c.inter + c.external - 1).max() < 1e-12)
    True
    """
    for value, valid, what in ((definition, DEFINITIONS, "definition"), (by, BY, "grouping")):
        if value not in valid:
            raise BadInput(f"unknown {what} {value!r}", fix=f"choose {', '.join(valid)}")
    acc = at_home(acc, home)
    seen = views(acc, region, border)
    order = [g.code for g in requested(acc, region, border)]
    return BY[by](acc, definition, seen).sel(region=order)


@dataclass(frozen=True)
class _Cut:
    """Value of a group by circuit or finer part (axes i part), by partner (axis o), and what returned (axis i)."""

    parts: Array
    partners: Array
    circuit: Array
    returned: Array | None = None


def by_circuit(value: Array, circuit: Index, members: Index) -> _Cut:
    """Split value[p,i,o] of the member regions p by the circuit of (p,o)."""
    mine, kind = value[members], circuit[members]
    parts = [np.einsum("pio,po->i", mine, (kind == k).astype(float)) for k in range(len(CIRCUITS))]
    return _Cut(np.stack(parts, axis=1), mine.sum(axis=(0, 1)), kind.min(axis=0))


def bought(sys: System) -> Array:
    """Value of origin o in final good i bought by d, whoever sells it: axes d i o, unit of the table."""
    per_good = np.matmul(sys.y.transpose(1, 2, 0), sys.content.transpose(1, 0, 2))
    return np.asarray(per_good.transpose(1, 0, 2), dtype=np.float64)


@dataclass(frozen=True)
class Forward:
    """Value added of (r,i) by first crossing: `parts` r i part (PARTS), `returned` r i, `partners` r s."""

    parts: Array
    returned: Array
    partners: Array


def forward(sys: System, actors: Actors, partners: bool = False) -> Forward:
    r"""Forward split of value added at the borders of actors.

    v x = v L y_D + v L y_F + v L A_F L y_D + v L A_F (x − L y_D),   L = (I − A_D)^-1   [WangWeiYuZhu2017,
    eq. 5]

    A_D, y_D: links inside an actor; A_F, y_F: links that cross. In order: own, traditional, simple, complex.
    Returned home: v L A_F B y^p, absorbed in p. An open region's use of what it buys is unknown: all counts
    as traditional.
    """
    inside = sys.operator.masked(actors.inside)
    final_home = np.einsum("rid,rd->ri", sys.y, actors.inside)
    local = solve(inside, final_home)
    shipped = sys.y, sys.operator.inputs(local), sys.operator.inputs(sys.output - local)
    ways = [(actors.circuit == k).astype(float) for k in (1, 2)]
    crossing = [np.einsum("ris,rs->ri", goods, way) for goods in shipped for way in ways]
    back = sys.operator.masked(actors.outside).apply(actors.add(sys.outputs, 2))
    returned = back[np.arange(len(actors.of)), :, actors.of]
    columns = np.stack([*crossing, returned], axis=2)
    made = sys.v[:, :, None] * np.concatenate([local[:, :, None], solve(inside, columns)], axis=2)
    by_partner = np.zeros((len(actors.of), len(actors.of)))
    if partners:
        outward = (shipped[0] + shipped[1] + shipped[2]) * actors.outside[:, None, :]
        by_partner = np.einsum("ri,ris->rs", sys.v, solve(inside, outward))
        by_partner[np.diag_indices(len(actors.of))] = made[:, :, 0].sum(axis=1)
    return Forward(made[:, :, :-1], made[:, :, -1], by_partner)


def _cuts(acc: Accounts, definition: str, seen: list[View], partners: bool) -> list[tuple[Group, _Cut]]:
    """Every reported group with its cut: single regions in the order asked for, then sets of regions."""
    sys = system(acc)
    out: list[tuple[Group, _Cut]] = []
    for view in seen:
        circuit = view.actors.circuit
        if definition == "forward":
            split = forward(sys, view.actors, partners)
            for g in view.groups:
                m = g.members
                sums = [a[m].sum(0) for a in (split.parts, split.partners, split.returned)]
                out.append((g, _Cut(sums[0], sums[1], circuit[m].min(0), sums[2])))
        else:
            value = sys.absorbed if definition == "absorption" else bought(sys)
            out += [(g, by_circuit(value, circuit, g.members)) for g in view.groups]
    return out


def _own_inter_external(parts: Array) -> Array:
    """Sum finer parts (last axis PARTS) to the three circuits."""
    if parts.shape[-1] == len(CIRCUITS):
        return parts
    ways = [parts[..., 0], parts[..., 1::2].sum(-1), parts[..., 2::2].sum(-1)]
    return np.stack(ways, axis=-1)


def _total(definition: str) -> str:
    return "final_use" if definition == "origin" else "gdp"


def _table(acc: Accounts, definition: str, seen: list[View], sectors: bool) -> xr.Dataset:
    cuts = _cuts(acc, definition, seen, partners=False)
    value = np.stack([c.parts if sectors else c.parts.sum(0) for _, c in cuts])  # region [sector] part
    total = value.sum(axis=-1)
    share = ratio(value, total[..., None])
    three = _own_inter_external(share)
    dims = ("region", "sector") if sectors else ("region",)
    name = _total(definition)
    variables: dict[str, tuple[tuple[str, ...], object]] = {name: (dims, total)}
    variables |= {c: (dims, three[..., k]) for k, c in enumerate(CIRCUITS)}
    if definition == "forward":
        variables |= {p: (dims, share[..., k]) for k, p in enumerate(PARTS) if k}
        returned = np.stack([c.returned for _, c in cuts if c.returned is not None])
        variables["returned"] = (dims, ratio(returned if sectors else returned.sum(1), total))
    shown = [str(v) for v in variables]
    whole = _own_inter_external(value if not sectors else value.sum(1))
    lone = [k for k, (g, _) in enumerate(cuts) if len(g.members) == 1] or list(range(len(cuts)))
    whole = whole[lone]  # a cluster beside its members would count them twice
    average = means(ratio(whole, whole.sum(-1, keepdims=True)), whole.sum(-1))
    variables["mean"] = (("weighting", "circuit"), average)
    coords = {**group_coords([g for g, _ in cuts]), **(sector_coords(acc) if sectors else {})}
    text, source = DEFINITIONS[definition]
    return dataset(
        acc,
        variables,
        {**coords, "weighting": ["simple", f"{name}-weighted"], "circuit": list(CIRCUITS)},
        definition=f"circulation by {definition}: {text}",
        weighting=f"each share is of the row's own {name}; means over regions simple and {name}-weighted",
        citation=source,
        columns=shown,
        units={name: acc.unit},
    )


def _by_region(acc: Accounts, definition: str, seen: list[View]) -> xr.Dataset:
    return _table(acc, definition, seen, sectors=False)


def _by_sector(acc: Accounts, definition: str, seen: list[View]) -> xr.Dataset:
    return _table(acc, definition, seen, sectors=True)


def _by_partner(acc: Accounts, definition: str, seen: list[View]) -> xr.Dataset:
    cuts = _cuts(acc, definition, seen, partners=True)
    value = np.stack([c.partners for _, c in cuts])
    kind = np.array(CIRCUITS)[np.stack([c.circuit for _, c in cuts])]
    dims = ("region", "partner")
    text, source = DEFINITIONS[definition]
    total = value.sum(axis=1, keepdims=True)
    return dataset(
        acc,
        {"circuit": (dims, kind), "value": (dims, value), "share": (dims, ratio(value, total))},
        {**group_coords([g for g, _ in cuts]), **region_coords(acc, "partner")},
        definition=f"circulation by {definition}: {text}",
        weighting=f"each share is of the row region's own {_total(definition)}",
        citation=source,
        units={"value": acc.unit},
    )


BY = {"region": _by_region, "sector": _by_sector, "partner": _by_partner}
