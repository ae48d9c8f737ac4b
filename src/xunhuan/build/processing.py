"""Exporters apart by customs regime: industries that process imports for export, and all others.

The quadratic programme of Koopman, Wang and Wei (2012): what each kind uses of home-made and of imported goods is set as
near as can be to its part in output, under what is known. D: production for the home market and ordinary exports; P:
processing for export, which sells abroad only. Letters: r, s regions, i good, j industry; equation numbers are those of
the same programme in the authors' chapter [KoopmanWangWei2013].

    A-DD, A-DP   home-made good i used by industry j of kind D, of kind P      z_dd, z_dp  s i j
    A-MD, A-MP   imported good i used by them                                  z_md, z_mp  s i j
    value added of industry j of kind D, of kind P                             v_d, v_p    s j
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import coo_array, csr_array

from xunhuan.data.accounts import Accounts, Sourcing
from xunhuan.data.arrays import Array, Index, Mask, ratio
from xunhuan.data.classification import Sectors
from xunhuan.data.programme import Programme, least_change, unmet
from xunhuan.errors import BadInput, Infeasible, NotConverged, Problems

MARK = ":P"
"""What the code of a processing industry has behind the code of its sector."""
ORDINARY, PROCESSING = "ordinary", "processing"
"""Groups of sectors that name the two kinds."""
_NONE = 1e-9
"""Cells below this part of the largest are left with ordinary production."""
_MET = 1e-6
"""Part of the largest sum that one may miss before it is called impossible."""


@dataclass(frozen=True)
class Apart:
    """A table with its exporters apart, and how the programme ended.

    accounts      the table; processing industries stand after all others, their codes end in ":P"
    programme     the answer of the solver
    """

    accounts: Accounts
    programme: Programme


@dataclass(frozen=True)
class _Known:
    """What the programme starts from, unit of the table; home regions s, twins j where something is processed.

    place           home regions, as positions in the table     twins  industries that process anywhere
    whole           s i j, inputs of all origins                 home, abroad  s i j, home-made and imported inputs
    by_user         the table knows who uses imports: home and abroad are then kept cell by cell
    paid, output    s j, value added and output                  export  s j, processing exports
    wanted          i, processing imports
    """

    place: Index
    twins: Index
    home: Array
    abroad: Array
    by_user: bool
    paid: Array
    output: Array
    export: Array
    wanted: Array

    @property
    def whole(self) -> Array:
        return self.home + self.abroad


@dataclass(frozen=True)
class _Blocks:
    """What industries of kind P use and earn, and what is left for D: z_dd, z_dp, z_md, z_mp s i j and v_p s j."""

    dd: Array
    dp: Array
    md: Array
    mp: Array
    vp: Array


def split(acc: Accounts, exports: Array, imports: Array) -> Apart:
    r"""Set processing exporters of the home nation apart from all other production.

    min Σ (z − z⁰)² / z⁰ + Σ (v − v⁰)² / v⁰   over z_dd, z_dp, z_md, z_mp, v_d, v_p ≥ 0, where
    Σ_j (z_dd + z_dp)[s,i,j] = home-made inputs                            [KoopmanWangWei2013, eq. 5.21]
    Σ_j (z_md + z_mp)[s,i,j] = imported inputs                             [KoopmanWangWei2013, eq. 5.22]
    Σ_i (z_dd + z_md)[s,i,j] + v_d[s,j] = output[s,j] − processing exports [KoopmanWangWei2013, eq. 5.23]
    Σ_i (z_dp + z_mp)[s,i,j] + v_p[s,j] = processing exports               [KoopmanWangWei2013, eq. 5.24]
    z_dd + z_dp + z_md + z_mp = inputs of all origins, v_d + v_p = value added
    Σ_sj z_mp[s,i,j] = processing imports[i]

    Start: inputs and value added by the part of processing exports in output, z⁰_dp = z_d θ[s,j]
    [JohnsonNoguera2013, ch. 4]. Where the table knows imports by user, z_dd + z_dp and z_md + z_mp are kept cell by cell.

    exports  r i or i, part of exports that is processing trade        imports  i, part of imports likewise
    Both from 0 to 1. Imports are those of the home nation, all uses; processing uses them as inputs only.

    Raises BadInput for shares that are none, Infeasible naming sectors and margins that cannot be met, NotConverged.
    """
    known = _known(acc, *_checked(acc, exports, imports))
    if len(known.twins) == 0:
        _nothing_to_import(acc, known)
        return Apart(acc, Programme(np.zeros(0), np.zeros(0), True, 0, 0.0, 0.0))
    _refuse(acc, known)
    a, b, start, at = _programme(known)
    done = least_change(a, b, start)
    if not done.converged:
        _tell_unmet(acc, known, a, b)
        raise NotConverged("the split of exporters has no answer", where=acc.name, fix=done.told)
    return Apart(_accounts(acc, known, _blocks(known, done.x, at), done), done)


def _checked(acc: Accounts, exports: Array, imports: Array) -> tuple[Array, Array]:
    p = Problems("these are no shares of processing trade")
    by_region = np.broadcast_to(np.asarray(exports, dtype=float), (acc.R, acc.S))
    by_good = np.asarray(imports, dtype=float)
    for name, a in (("exports", by_region), ("imports", by_good)):
        bad = ~((a >= 0) & (a <= 1))
        for i in np.flatnonzero(bad.any(0) if bad.ndim == 2 else bad):
            p.add(f"{name} of {acc.sectors.codes[i]}: {np.asarray(a)[..., i].max():g} is not between 0 and 1")
    p.raise_if(BadInput, where=acc.name, fix="shares run from 0 to 1")
    return by_region, by_good


def _known(acc: Accounts, exports: Array, imports: Array) -> _Known:
    here = np.array([n == acc.home for n in acc.geography.nation]) & acc.closed
    place = np.flatnonzero(here)
    abroad = ~np.array([n == acc.home for n in acc.geography.nation])
    z, _ = by_origin(acc)
    sold = acc.flow[np.ix_(here, abroad)].sum(1)
    export = exports[here] * sold
    export[export < _NONE * max(float(sold.max(initial=0.0)), 1e-300)] = 0.0
    return _Known(
        place=place,
        twins=np.flatnonzero(export.sum(0) > 0),
        home=z[np.ix_(~abroad, np.arange(acc.S), here)].sum(0).transpose(1, 0, 2),
        abroad=z[np.ix_(abroad, np.arange(acc.S), here)].sum(0).transpose(1, 0, 2),
        by_user=acc.sourcing is not None,
        paid=acc.value_added[here].sum(2),
        output=acc.output[here],
        export=export,
        wanted=imports * acc.flow[np.ix_(abroad, here)].sum((0, 1)),
    )


def by_origin(acc: Accounts) -> tuple[Array, Array]:
    """Inputs r i s j and final use r i s f by origin, unit of the table: its own, or all users alike."""
    if acc.sourcing is not None:
        return acc.sourcing.intermediate, acc.sourcing.final
    share = acc.share.transpose(0, 2, 1)[..., None]
    return share * acc.use.transpose(1, 0, 2)[None], share * acc.final.transpose(1, 0, 2)[None]


def _nothing_to_import(acc: Accounts, known: _Known) -> None:
    idle = [acc.sectors.codes[i] for i in np.flatnonzero(known.wanted > 0)]
    if idle:
        what = "processing imports without processing exports"
        raise Infeasible(what, where=acc.name, items=[f"imports of {c}" for c in idle], fix="give exports a share too")


def _refuse(acc: Accounts, k: _Known) -> None:
    """What is plainly impossible, sector by sector. Raises Infeasible listing all of it."""
    p = Problems("processing trade does not fit into the table")
    codes, regions = acc.sectors.codes, [acc.geography.codes[r] for r in k.place]
    for s, j in np.argwhere(k.export > k.output * (1 + 1e-12)):
        p.add(f"processing exports of {codes[j]} in {regions[s]}: {k.export[s, j]:.6g} of an output of "
              f"{k.output[s, j]:.6g}")  # fmt: skip
    used = k.abroad.sum((0, 2))
    reach = np.minimum((k.abroad if k.by_user else k.whole)[:, :, k.twins], k.export[:, None, k.twins]).sum((0, 2))
    for i in np.flatnonzero(k.wanted > np.minimum(used, reach) * (1 + 1e-9)):
        limit = "imported as inputs" if used[i] <= reach[i] else "that processing industries can use"
        p.add(f"processing imports of {codes[i]}: {k.wanted[i]:.6g}, above the {min(used[i], reach[i]):.6g} {limit}")
    if k.wanted.sum() > k.export.sum():
        p.add(f"processing imports of all goods: {k.wanted.sum():.6g}, above all processing exports, "
              f"{k.export.sum():.6g}")  # fmt: skip
    p.raise_if(Infeasible, where=acc.name, fix="lower the share of imports, or raise that of exports")


def _tell_unmet(acc: Accounts, k: _Known, a: csr_array, b: Array) -> None:
    """Name the margins that no answer meets. Raises Infeasible where there are any."""
    miss = unmet(a, b)
    miss[np.abs(miss) <= _MET * np.abs(b).max(initial=0.0)] = 0.0  # as near as a linear programme looks
    if not miss.any():
        return
    codes = acc.sectors.codes
    names = [f"processing imports of {c}" for c in codes]
    names += [f"processing exports of {codes[j]} in {acc.geography.codes[k.place[s]]}" for s, j in _columns(k)]
    names += ["inputs or imports of the table"] * (len(b) - len(names))
    worst = [f"{names[m]}: {abs(miss[m]):.6g} too much" for m in np.argsort(-np.abs(miss)) if miss[m]]
    raise Infeasible("processing trade does not fit into the table", where=acc.name, items=list(dict.fromkeys(worst)),
                     fix="lower the share of imports, or raise that of exports")  # fmt: skip


def _columns(k: _Known) -> list[tuple[int, int]]:
    """Region and industry of every processing industry at work."""
    return [(int(s), int(j)) for s, j in np.argwhere(k.export > 0)]


@dataclass(frozen=True)
class _Unknowns:
    """Where unknowns stand: `kind` (dd, dp, md, mp, vd, vp), region s, good i (-1: value added), industry j, start."""

    kind: Index
    s: Index
    i: Index
    j: Index
    start: Array


_KINDS = ("dd", "dp", "md", "mp", "vd", "vp")


def _unknowns(k: _Known) -> _Unknowns:
    """Every cell that is not empty; those no processing industry can touch are left out where imports are known."""
    theta = ratio(k.export, k.output)[:, None, :]
    parts = {"dd": (1 - theta) * k.home, "dp": theta * k.home, "md": (1 - theta) * k.abroad, "mp": theta * k.abroad}
    rows: list[tuple[Index, Index, Index, Index, Array]] = []
    touched = np.broadcast_to(theta > 0, k.home.shape)
    bought = np.broadcast_to((k.wanted > 0)[None, :, None], k.home.shape)
    for name, value in parts.items():
        open_ = (touched | (not k.by_user)) & (value > _NONE * 1e-3 * value.max(initial=0.0))
        open_ &= bought | (name != "mp")
        s, i, j = np.nonzero(open_)
        rows.append((np.full(len(s), _KINDS.index(name)), s, i, j, value[open_]))
    for name, part in (("vd", 1 - theta[:, 0]), ("vp", theta[:, 0])):
        value = part * np.abs(k.paid)
        s, j = np.nonzero((value > 0) & (theta[:, 0] > 0))
        rows.append((np.full(len(s), _KINDS.index(name)), s, np.full(len(s), -1), j, value[s, j]))
    kind, s, i, j, start = (np.concatenate([r[n] for r in rows]) for n in range(5))
    return _Unknowns(kind, s, i, j, start)


def _programme(k: _Known) -> tuple[csr_array, Array, Array, _Unknowns]:
    """The sums A x = b of the programme, its start, and where its unknowns stand.

    In order: processing imports by good; columns of processing industries; then cells, value added, and imported inputs.
    """
    u = _unknowns(k)
    S, n = k.home.shape[1], len(k.place)
    sign = np.where(u.i < 0, np.sign(k.paid[u.s, u.j]), 1.0)
    number = np.full((n, S), -1)
    columns = np.argwhere(k.export > 0)
    number[columns[:, 0], columns[:, 1]] = np.arange(len(columns))
    cell = (u.s * (S + 1) + u.i + 1) * S + u.j  # i = -1: value added
    names: dict[str, tuple[Mask, Index]] = {
        "imports": (np.isin(u.kind, (3,)), u.i),
        "columns": (np.isin(u.kind, (1, 3, 5)), number[u.s, u.j]),
    }  # fmt: skip
    right = {"imports": k.wanted, "columns": k.export[k.export > 0]}
    if k.by_user:
        names |= {"home": (np.isin(u.kind, (0, 1, 4, 5)), cell), "abroad": (np.isin(u.kind, (2, 3)), cell)}
    else:
        names |= {"cells": (u.kind >= 0, cell), "rows": (np.isin(u.kind, (2, 3)), u.s * S + u.i)}
    parts = list(_sums(names, right, u, sign, k))
    a = coo_array(
        (np.concatenate([p[2] for p in parts]), (np.concatenate([p[0] for p in parts]),
                                                 np.concatenate([p[1] for p in parts]))),
        shape=(sum(len(p[3]) for p in parts), len(u.start)),
    ).tocsr()  # fmt: skip
    return csr_array(a), np.concatenate([p[3] for p in parts]), u.start, u


def _sums(
    names: dict[str, tuple[Mask, Index]], right: dict[str, Array], u: _Unknowns, sign: Array, k: _Known
) -> Iterator[tuple[Index, Index, Array, Array]]:
    """Rows, columns and values of each kind of sum, and what it must come to."""
    first = 0
    whole = np.concatenate([k.paid[:, None, :], k.whole], axis=1).ravel()
    home = np.concatenate([k.paid[:, None, :], k.home], axis=1).ravel()
    imported = np.concatenate([np.zeros_like(k.paid)[:, None, :], k.abroad], axis=1).ravel()
    totals = {"cells": whole, "home": home, "abroad": imported, "rows": k.abroad.sum(2).ravel()}
    for name, (inside, number) in names.items():
        at = np.flatnonzero(inside)
        if name in right:
            which, b = number[at], right[name]
        else:
            there, which = np.unique(number[at], return_inverse=True)
            b = totals[name][there]
        yield first + which, at, sign[at], np.asarray(b, dtype=np.float64)
        first += len(b)


def _blocks(k: _Known, x: Array, u: _Unknowns) -> _Blocks:
    """The blocks from the unknowns; what is left out, and rounding, stays with ordinary production."""
    made = {}
    for n, name in enumerate(("dd", "dp", "md", "mp")):
        block, at = np.zeros_like(k.home), u.kind == n
        block[u.s[at], u.i[at], u.j[at]] = x[at]
        made[name] = block
    vp, at = np.zeros_like(k.paid), u.kind == 5
    vp[u.s[at], u.j[at]] = np.sign(k.paid[u.s[at], u.j[at]]) * x[at]
    if k.by_user:
        md, dd = k.abroad - made["mp"], k.home - made["dp"]
    else:
        # What each good brings in is met to rounding; cells too small to be unknown keep what they had.
        kept = np.where(made["md"] + made["mp"] + made["dd"] + made["dp"] > 0, 0.0, k.abroad)
        md = made["md"] + kept
        md *= ratio(k.abroad.sum(2) - made["mp"].sum(2), md.sum(2))[:, :, None]
        dd = k.whole - md - made["mp"] - made["dp"]
    return _Blocks(np.maximum(dd, 0.0), made["dp"], np.maximum(md, 0.0), made["mp"], vp)


def _accounts(acc: Accounts, k: _Known, b: _Blocks, done: Programme) -> Accounts:
    z, f = by_origin(acc)
    S, J, t = acc.S, len(k.twins), k.twins
    inside = np.array([n == acc.home for n in acc.geography.nation])
    theta = np.zeros((acc.R, S))
    sold = acc.flow[np.ix_(k.place, np.flatnonzero(~inside))].sum(1)
    theta[k.place] = ratio(k.export, sold)
    new_z, new_f = np.zeros((acc.R, S + J, acc.R, S + J)), np.zeros((acc.R, S + J, *f.shape[2:]))
    new_z[:, :S, :, :S], new_f[:, :S] = z, f
    foreign = np.flatnonzero(~inside)
    for new, old in ((new_z, z), (new_f, f)):
        part = theta[:, :, None, None] * old[:, :, foreign]
        wide = old.shape[3]
        new[:, :S, foreign, :wide] -= part
        new[:, S:, foreign, :wide] += part[:, t]
    for where, mine, theirs in ((inside, b.dd, b.dp), (~inside, b.md, b.mp)):
        rows = np.flatnonzero(where)
        block = z[np.ix_(rows, np.arange(S), k.place)]
        share = ratio(block, block.sum(0))
        if not k.by_user:  # a cell may have none of this origin where its neighbours do
            all_users = block.sum(3, keepdims=True)
            share = np.where(block.sum(0) > 0, share, ratio(all_users, all_users.sum(0)))
        new_z[np.ix_(rows, np.arange(S), k.place, np.arange(S))] = share * mine.transpose(1, 0, 2)
        new_z[np.ix_(rows, np.arange(S), k.place, np.arange(S, S + J))] = (share * theirs.transpose(1, 0, 2))[..., t]
    earned = np.zeros((acc.R, S))
    earned[k.place] = ratio(b.vp, k.paid)
    paid = np.concatenate([acc.value_added * (1 - earned)[..., None], (acc.value_added * earned[..., None])[:, t]], 1)
    return replace(
        acc,
        flow=np.einsum("risj->rsi", new_z) + np.einsum("risf->rsi", new_f),
        use=new_z.sum(0).transpose(1, 0, 2),
        final=new_f.sum(0).transpose(1, 0, 2),
        value_added=paid,
        tariff=np.concatenate([acc.tariff, acc.tariff[..., t]], axis=2),
        sectors=_twins(acc.sectors, t),
        sourcing=Sourcing(new_z, new_f),
        extra={**acc.extra, "split": done.told},
    )


def _twins(sectors: Sectors, twins: Index) -> Sectors:
    """The list with the processing industries behind it; a group holds the twins of its members."""
    old = [sectors.codes[j] for j in twins]
    groups = {g: (*m, *(c + MARK for c in old if c in m)) for g, m in sectors.groups.items()}
    return Sectors(
        codes=(*sectors.codes, *(c + MARK for c in old)),
        names_en=(*sectors.names_en, *(f"{sectors.names_en[j]}, processing exports" for j in twins)),
        names_zh=(*sectors.names_zh, *(f"{sectors.names_zh[j]}（加工出口）" for j in twins)),
        groups={**groups, ORDINARY: sectors.codes, PROCESSING: tuple(c + MARK for c in old)},
    )


def rejoined(acc: Accounts) -> Accounts:
    """The table with its kinds of exporters added up again: the codes of before, no group of kinds."""
    pairs = {c: (c, c + MARK) for c in acc.sectors.codes if c + MARK in acc.sectors.codes}
    return acc.aggregate(sectors=pairs)
