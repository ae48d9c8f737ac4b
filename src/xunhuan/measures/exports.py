"""Decompositions of gross exports: Koopman-Wang-Wei, Borin-Mancini (source and sink), Wang-Wei-Zhu.

Exporters are actors: provinces (exports to other provinces count), clusters, or nations. Every method's
terms add to gross exports. With an open region, what it buys counts as final goods, since its use of them
is not known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import numpy as np
import xarray as xr

from xunhuan.data.accounts import Accounts
from xunhuan.data.arrays import Array
from xunhuan.errors import BadInput
from xunhuan.measures.actors import Partition, check_word, looking_from, partition
from xunhuan.measures.exporters import Exporters
from xunhuan.measures.labels import actor_coords, group_coords, group_sum, labelled, named_groups, sector_coords
from xunhuan.measures.leontief import solve_right
from xunhuan.measures.perimeters import PERIMETERS, SELF, terms_within
from xunhuan.measures.sources import METHOD_SOURCES
from xunhuan.measures.system import system_of
from xunhuan.measures.tables import of_table

Terms = Iterator[tuple[str, Array]]


def bm_source(e: Exporters) -> Terms:
    r"""Borin-Mancini, source-based: value added is counted where it first leaves the exporter.

    dva = v L E, ddc = v (B_ss − L) E, fva = Σ_t v_t B^{\s}_ts E, fdc = Σ_t v_t (B_ts − B^{\s}_ts) E
    davax = v L (Y_sr + A_sr L_rr Y_rr), ref = v L A_sr (B y^s)_r        [BorinMancini2023]
    two_sided = (1 − v L) A_sr L_rr E_r, pure_backward = (1 − v L)(Y_sr + A_sr L_rr Y_rr)   [BorinManciniTaglioni2025]

    E = exports s->r, B^{\s}: Leontief inverse with the exporter's sales of inputs to others taken out
    """
    exports, reach = e.cross.exports, e.cross.reach
    origin = np.repeat(e.sys.origin[:, :, None], e.actors.size, axis=2)
    once = e.severed(origin, left=True)[np.arange(len(e.actors.of)), :, e.actors.of] - reach
    yield "exports", exports
    yield "davax", reach[:, :, None] * (e.cross.final + e.for_local)
    yield "ref", reach[:, :, None] * e.inputs(e.actors.add(e.sys.outputs, 2))
    later = e.cross.inputs - e.for_local
    yield "two_sided", (1.0 - reach)[:, :, None] * later
    yield "pure_backward", (1.0 - reach)[:, :, None] * (exports - later)
    yield "dva", reach[:, :, None] * exports
    yield "ddc", (e.own - reach)[:, :, None] * exports
    yield "fva", once[:, :, None] * exports
    yield "fdc", (1.0 - e.own - once)[:, :, None] * exports


def bm_sink(e: Exporters) -> Terms:
    r"""Borin-Mancini, sink-based: value added is counted where it last leaves the exporter.

    ddc = v B_ss A_sr B^{\s}_rs E_s, dva = v B_ss E − ddc, fdc and fva alike with Σ_t v_t B_ts
    davax = v B_ss (Y_sr + A_sr L_rr Y_rr), ref = v B_ss A_sr (B^{\s} y^s)_r   [BorinMancini2023]

    Totals over partners and sectors equal the source-based ones.
    """
    exports = e.cross.exports
    again = e.inputs(e.severed(e.placed(exports.sum(axis=2))))
    own, others = e.own[:, :, None], 1.0 - e.own[:, :, None]
    yield "exports", exports
    yield "davax", own * (e.cross.final + e.for_local)
    yield "ref", own * e.inputs(e.severed(e.actors.add(e.sys.y, 2)))
    yield "dva", own * (exports - again)
    yield "ddc", own * again
    yield "fva", others * (exports - again)
    yield "fdc", others * again


def wwz(e: Exporters) -> Terms:
    r"""Wang-Wei-Zhu, sixteen terms per exporter, sector and partner.

    E_sr = (v B_ss)#Y_sr + (v L)#A_sr·[parts of x_r] + (v B_ss − v L)#A_sr x_r
           + (v_r B_rs)#(Y_sr + A_sr L_rr Y_rr + A_sr L_rr E_r) + Σ_t (v_t B_ts)#(the same)
           [WangWeiZhu2013]

    x_r is cut by last maker of the final good and where it is absorbed; names as in the paper and its
    programs.
    """
    _ = e.sys.operator.inverse  # needed for its blocks; made first, its factors serve every solve
    final, reach = e.cross.final, e.cross.reach[:, :, None]
    later = e.cross.inputs - e.for_local
    yield "exports", e.cross.exports
    yield "dva_fin", e.own[:, :, None] * final
    for name, output in _wwz_outputs(e):
        yield name, reach * e.inputs(output)
    yield "ddc_int", (e.own[:, :, None] - reach) * e.cross.inputs
    partner = e.content[:, :, e.actors.of] * e.outward
    third = (1.0 - e.own[:, :, None] - partner) * e.outward
    for name, part in (("mva", partner), ("ova", third)):
        yield f"{name}_fin", part * final
        yield f"{name}_int", part * e.for_local
    yield "mdc", partner * later
    yield "odc", third * later


def _wwz_outputs(e: Exporters) -> Terms:
    """Outputs of importers d by who makes and who buys the final good, seen from exporter a: each axes d j a."""
    y = e.actors.add(e.sys.y, 2)
    place = np.arange(len(e.actors.of))
    home = y[place, :, e.actors.of]
    abroad = y.sum(axis=2) - home
    through_home = solve_right(e.sys.operator, e.placed(home))
    through_abroad = solve_right(e.sys.operator, e.placed(abroad))
    here = _inside_blocks(e, y)  # B_rr Y_r,a
    kept = here[place, :, e.actors.of][:, :, None]
    sold = here.sum(axis=2, keepdims=True) - kept
    third_for_a = e.actors.add(e.sys.outputs, 2) - here - through_home
    yield "dva_int", np.broadcast_to(kept, here.shape)
    yield "dva_intrex_i1", through_home.sum(axis=2, keepdims=True) - kept - through_home
    yield "dva_intrex_f", sold - here
    yield "dva_intrex_i2", through_abroad.sum(axis=2, keepdims=True) - sold - through_abroad - third_for_a
    yield "rdv_int", through_home
    yield "rdv_fin", here
    yield "rdv_fin2", third_for_a
    yield "ddc_fin", through_abroad


def _inside_blocks(e: Exporters, y: Array) -> Array:
    """B_rr y_r for every actor r, B_rr its block of the global inverse: axes r i a."""
    inverse = e.sys.operator.inverse.reshape(*y.shape[:2], *y.shape[:2])
    out = np.empty(y.shape)
    for a in range(e.actors.size):
        m = np.flatnonzero(e.actors.of == a)
        block = inverse[np.ix_(m, np.arange(y.shape[1]), m)]
        out[m] = np.tensordot(block, y[m], axes=2)
    return out


def kww(e: Exporters) -> Iterator[tuple[str, Array]]:
    r"""Koopman-Wang-Wei, nine terms of an exporter's total exports, axis a.

    t1 v B_ss Y_sr · t2 v B_sr Y_rr · t3 v B_sr Y_rt · t4 v B_sr Y_rs · t5 v B_sr A_rs L_ss Y_ss ·
    t6 v B_sr A_rs L_ss E_s · t7 Σ_t v_t B_ts Y_sr · t8 Σ_t v_t B_ts A_sr L_rr Y_rr · t9 Σ_t v_t B_ts A_sr L_rr E_r
    [KoopmanWangWei2014, eq. 36]

    each summed over r ≠ s. t1-t3 value added exports, t4-t5 returned, t6 double counted at home, t7-t9
    foreign.
    """
    place = np.arange(len(e.actors.of))
    elsewhere = e.content.copy()
    elsewhere[place, :, e.actors.of] = 0.0
    y = e.actors.add(e.sys.y, 2)
    home = y[place, :, e.actors.of]
    back = np.einsum("ria,ria->a", elsewhere, y)
    sold = np.einsum("ria,ri->a", elsewhere, y.sum(axis=2) - home)
    local = e.actors.add(e.for_local, 2)
    later = e.actors.add(e.cross.inputs - e.for_local, 2)

    def total(a: Array) -> Array:
        return e.actors.add(a.sum(axis=1), 0)

    yield "exports", total(e.cross.exports.sum(axis=2))
    yield "t1_dva_final", total(e.own * e.cross.final.sum(axis=2))
    yield "t2_dva_inputs", np.einsum("ria,ri->a", elsewhere, home)
    yield "t3_dva_third", sold - back
    yield "t4_returned_final", back
    yield "t5_returned_inputs", np.einsum("ria,ria->a", elsewhere, local)
    yield "t6_double_home", np.einsum("ria,ria->a", elsewhere, later)
    yield "t7_fva_final", total((1.0 - e.own) * e.cross.final.sum(axis=2))
    yield "t8_fva_inputs", total((1.0 - e.own) * local.sum(axis=2))
    yield "t9_double_foreign", total((1.0 - e.own) * later.sum(axis=2))


METHODS: dict[str, tuple[Callable[[Exporters], Terms], str]] = {
    "bm-source": (bm_source, "Borin-Mancini, source-based"),
    "bm-sink": (bm_sink, "Borin-Mancini, sink-based"),
    "kww": (kww, "Koopman-Wang-Wei, nine terms"),
    "wwz": (wwz, "Wang-Wei-Zhu, sixteen terms"),
}
"""Terms of each method, and what it is."""
PERIMETER_TITLES = {
    "bilateral": "counted once at the border between exporter and partner",
    "sector": "counted once at the border of the exporting sector",
    "flow": "counted once at the border between exporting sector and partner",
    "world": "foreign value counted once in all of world trade",
}
"""Perimeters other than the exporter's, in words."""


@of_table
def export_decomposition(
    acc: Accounts,
    region: str | Iterable[str] | None = None,
    *,
    by: str = "region",
    sectors: str | Iterable[str] = "all",
    border: str = "region",
    home: str | None = None,
    method: str = "bm-source",
    perimeter: str = "exporter",
) -> xr.Dataset:
    r"""Gross exports of an actor by whose value they hold and what is counted twice.

    E_s = dva + ddc + fva + fdc                              [BorinMancini2023]
    E_s = davax + pure_forward + two_sided + pure_backward   [BorinManciniTaglioni2025]
    E_s = t1 + ... + t9                                      [KoopmanWangWei2014, eq. 36]
    E_sr = the sixteen terms of each sector and partner      [WangWeiZhu2013]

    E s i r, gross exports of actor s of good i to actor r, inputs and final goods, unit of the table; the formula of
    each term stands with `bm_source`, `bm_sink`, `kww` and `wwz` in xunhuan.measures.exports.

    Parameters
    ----------
    acc : Accounts, str or Path
        The table, or its name or file.
    region : str or list of str, optional
        Exporters: regions by code or name, clusters, nations or unions "A+B", each one actor, none overlapping;
        "provinces", "foreign" or "all" for each of theirs. By default the home nation's provinces.
    by : {"region", "partner", "sector", "group", "sector-partner"}
        Axes region; region partner; region sector, the sector that exports; region group, for each named group of the
        table's sectors (they overlap); or region sector partner.
    sectors : str or list of str
        Goods exported: codes, names, groups, "A+B", "!X".
    border : {"region", "nation"}
        Exporters are regions and the sets asked for, or nations; then by default every nation is a row.
    home : str, optional
        Nation, or cluster made one, to look from, in place of the table's home.
    method : {"bm-source", "bm-sink", "kww", "wwz"}
        Whose terms.
    perimeter : {"exporter", "self", "bilateral", "sector", "world"}
        Of the Borin-Mancini methods: what crossed again is counted twice. The exporter's own border; the border that the
        flow told by `by` crosses; the one between exporter and partner; the exporting sector's; or of foreign value
        anyone's, each unit once in all of world trade. Only at the exporter's border do flows add up to value added.

    Returns
    -------
    xarray.Dataset
        `exports` and the method's terms, unit of the table; the terms add to exports. The Borin-Mancini methods also
        give dc = dva + ddc and fc, and in the exporter's perimeter vax = dva − ref (absorbed abroad), gvc = exports − davax,
        gvc_forward = dva − davax (pure forward) and gvc_backward, which bm-source parts into `two_sided`, in what the
        buyer sends on, and `pure_backward`.

    Raises
    ------
    BadInput
        For an unknown word; for kww by partner, by sector or of some sectors, where its terms are not defined; for a
        perimeter of kww or wwz; for regions that overlap and open regions.
    UnknownName
        For regions, sectors or a home that are not there.

    Examples
    --------
    >>> import xunhuan as xh
    >>> ds = xh.measures.export_decomposition(xh.toyland(), border="nation")
    >>> terms = sum(ds[name] for name in ("dva", "ddc", "fva", "fdc"))
    >>> ds["exports"].values.tolist(), bool(abs(terms - ds["exports"]).max() < 1e-10)
    ([166.0, 128.0], True)
    """
    check_word("method", method, tuple(METHODS))
    check_word("grouping", by, tuple(SELF))
    check_word("perimeter", perimeter, PERIMETERS)
    if method == "kww" and (by != "region" or sectors != "all"):
        raise BadInput("Koopman-Wang-Wei terms are of total exports only", fix="use wwz or bm-source by partner")
    if perimeter != "exporter" and not method.startswith("bm"):
        raise BadInput(f"{method} has no perimeters", fix="bm-source or bm-sink")
    acc = looking_from(acc, home)
    goods = acc.sectors.select(sectors)
    view = partition(acc, region, border)
    terms, text = METHODS[method]
    dims = ("region", *(d for d in by.split("-") if d != "region"))
    named = named_groups(acc, goods) if by == "group" else None
    inner = SELF[by] if perimeter == "self" else perimeter
    shared = Exporters(system_of(acc), view.actors)
    if inner == "exporter":
        found = terms(shared)
    else:
        found = terms_within(shared, [g.members for g in view.groups], inner, sink=method == "bm-sink")
        text += f", {PERIMETER_TITLES[inner]}"
    values = {name: _of_exporter(view, a) if method == "kww" else _reduce(view, a[:, goods], by) for name, a in found}
    if named is not None:
        values = {name: a @ named[1].T for name, a in values.items()}
    if method.startswith("bm"):
        values |= _balances(values)
    coords = group_coords(view.groups)
    coords |= actor_coords(view.actors) if "partner" in dims else {}
    coords |= sector_coords(acc, goods) if "sector" in dims else {}
    coords |= named[0] if named is not None else {}
    return labelled(
        acc,
        {name: (dims, a) for name, a in values.items()},
        coords,
        definition=f"gross exports over the border of each {border}, {text}",
        weighting="levels, no weighting",
        citation=METHOD_SOURCES[method],
        units=dict.fromkeys(values, acc.unit),
        sectors=sectors,
    )


def _of_exporter(view: Partition, a: Array) -> Array:
    """A term by actor, of the actors reported."""
    return np.array([a[view.actors.of[g.members[0]]] for g in view.groups])


def _reduce(view: Partition, a: Array, by: str) -> Array:
    """A term of axes r i s added up to what is asked for."""
    if by == "sector-partner":
        return view.actors.add(group_sum(view.groups, a), 2)
    if by == "partner":
        return view.actors.add(group_sum(view.groups, a.sum(axis=1)), 1)
    return group_sum(view.groups, a.sum(axis=(1, 2)) if by == "region" else a.sum(axis=2))


def _balances(v: dict[str, Array]) -> dict[str, Array]:
    both = {"dc": v["dva"] + v["ddc"], "fc": v["fva"] + v["fdc"]}
    if "davax" not in v:
        return both
    return {
        "vax": v["dva"] - v["ref"],
        **both,
        "gvc": v["exports"] - v["davax"],
        "gvc_forward": v["dva"] - v["davax"],
        "gvc_backward": v["ddc"] + v["fva"] + v["fdc"],
    }
