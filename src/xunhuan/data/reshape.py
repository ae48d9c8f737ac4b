"""Coarser or smaller accounts from given ones; reached through the methods of Accounts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from xunhuan.data.accounts import Accounts, Sourcing
from xunhuan.data.arrays import Array
from xunhuan.data.classification import Sectors
from xunhuan.data.geography import Geography
from xunhuan.data.sector_lists import isic_of
from xunhuan.errors import BadInput, Problems, UnknownName

Groups = Mapping[str, Iterable[str]]


def grouping(codes: Sequence[str], groups: Groups, kind: str) -> tuple[tuple[str, ...], NDArray[np.intp]]:
    """New codes in order of first member, and for each old code the position of its new one.

    >>> grouping(("a", "b", "c"), {"X": ("c", "a")}, "region")
    (('X', 'b'), array([0, 1, 0]))
    """
    p = Problems(f"the {kind} groups are not valid")
    owner: dict[str, str] = {}
    for group, members in groups.items():
        for m in members:
            if m not in codes:
                raise UnknownName.of(kind, m, codes, where=f"group {group!r}")
            if m in owner:
                p.add(f"{m!r} is in both {owner[m]!r} and {group!r}")
            owner[m] = group
        if group in codes and owner.get(group) != group:
            p.add(f"group {group!r} has the name of a {kind} it does not hold")
    p.raise_if()
    labels = [owner.get(c, c) for c in codes]
    new = tuple(dict.fromkeys(labels))
    place = {c: k for k, c in enumerate(new)}
    return new, np.array([place[label] for label in labels], dtype=np.intp)


def _sum_axis(a: Array, axis: int, to: NDArray[np.intp], size: int) -> Array:
    shape = list(a.shape)
    shape[axis] = size
    out = np.zeros(shape)
    np.add.at(np.moveaxis(out, axis, 0), to, np.moveaxis(a, axis, 0))
    return out


def _sum_axes(a: Array, plan: Mapping[int, tuple[NDArray[np.intp], int]]) -> Array:
    for axis, (to, size) in plan.items():
        a = _sum_axis(a, axis, to, size)
    return a


def aggregate(acc: Accounts, regions: Groups, sectors: Groups) -> Accounts:
    """See Accounts.aggregate."""
    regions = {k: tuple(v) for k, v in regions.items()}
    sectors = {k: tuple(v) for k, v in sectors.items()}
    rcodes, rto = grouping(acc.geography.codes, regions, "region")
    scodes, sto = grouping(acc.sectors.codes, sectors, "sector")
    geography = _merge_geography(acc.geography, rcodes, rto)
    r, s = (rto, len(rcodes)), (sto, len(scodes))
    flow = _sum_axes(acc.flow, {0: r, 1: r, 2: s})
    duty = _sum_axes(acc.flow * acc.tariff, {0: r, 1: r, 2: s})
    plain = _sum_axes(acc.tariff, {0: r, 1: r, 2: s})
    count = _sum_axes(np.ones_like(acc.tariff), {0: r, 1: r, 2: s})
    # Where nothing flows the weights vanish and the plain mean stands in.
    tariff = np.where(flow > 0, duty / np.where(flow > 0, flow, 1.0), plain / count)
    src = acc.sourcing
    final = _sum_axes(acc.final, {0: r, 1: s})
    shut = np.array([c in geography.open for c in rcodes])
    flow[np.ix_(shut, shut)] = 0.0
    if shut.any() and src is None:
        final[shut] = 0.0
        final[shut, :, 0] = flow[:, shut].sum(0)
    return replace(
        acc,
        flow=flow,
        use=_sum_axes(acc.use, {0: r, 1: s, 2: s}),
        final=final,
        value_added=_sum_axes(acc.value_added, {0: r, 1: s}),
        tariff=tariff,
        geography=geography,
        sectors=_merge_sectors(acc.sectors, scodes, sto),
        sourcing=src
        and Sourcing(_sum_axes(src.intermediate, {0: r, 1: s, 2: r, 3: s}), _sum_axes(src.final, {0: r, 1: s, 2: r})),
    )


def _merge_geography(g: Geography, codes: tuple[str, ...], to: NDArray[np.intp]) -> Geography:
    members = [np.flatnonzero(to == k) for k in range(len(codes))]
    first = [int(m[0]) for m in members]
    p = Problems("open and closed regions cannot be added up")
    for code, m in zip(codes, members, strict=True):
        if len({bool(g.is_open[k]) for k in m}) > 1:
            p.add(f"group {code!r} holds {', '.join(g.codes[k] for k in m)}")
    p.raise_if()
    alone = [len(m) == 1 and g.codes[f] == c for c, m, f in zip(codes, members, first, strict=True)]

    def named(names: tuple[str, ...], language: int) -> tuple[str, ...]:
        return tuple(
            names[f] if a else (g.nation_names.get(c, ("", ""))[language] or c)
            for c, f, a in zip(codes, first, alone, strict=True)
        )

    return Geography(
        codes=codes,
        nation=tuple(g.nation[f] for f in first),
        names_en=named(g.names_en, 0),
        names_zh=named(g.names_zh, 1),
        open=frozenset(c for c, f in zip(codes, first, strict=True) if g.is_open[f]),
        clusters=_whole_clusters(g, codes, members),
        nation_names=g.nation_names,
        population=tuple(float(sum(g.population[k] for k in m)) for m in members),
        tile=tuple(g.tile[f] if a else None for f, a in zip(first, alone, strict=True)),
        migration=g.moves and g.moves.merge(to, len(codes)),
    )


def _whole_clusters(
    g: Geography, codes: tuple[str, ...], members: Sequence[NDArray[np.intp]]
) -> dict[str, tuple[str, ...]]:
    """Clusters that the new regions still add up to exactly, under other names than theirs."""
    out: dict[str, tuple[str, ...]] = {}
    for cluster, old in g.clusters.items():
        inside = [c for c, m in zip(codes, members, strict=True) if all(g.codes[k] in old for k in m)]
        held = sum(len(m) for c, m in zip(codes, members, strict=True) if c in inside)
        if cluster not in codes and held == len(old):
            out[cluster] = tuple(inside)
    return out


def _merge_sectors(sectors: Sectors, codes: tuple[str, ...], to: NDArray[np.intp]) -> Sectors:
    first = [int(np.flatnonzero(to == k)[0]) for k in range(len(codes))]
    alone = [sectors.codes[f] == c for c, f in zip(codes, first, strict=True)]
    groups: dict[str, tuple[str, ...]] = {}
    for group, old in sectors.groups.items():
        inside = {to[sectors.codes.index(m)] for m in old}
        whole = [k for k in sorted(inside) if all(sectors.codes[x] in old for x in np.flatnonzero(to == k))]
        if whole and len(whole) == len(inside) and group not in codes:
            groups[group] = tuple(codes[k] for k in whole)
    isic = isic_of(sectors)
    held = [[isic[int(x)] for x in np.flatnonzero(to == k)] for k in range(len(codes))]
    return Sectors(
        codes=codes,
        isic=tuple("+".join(dict.fromkeys(parts)) if all(parts) else "" for parts in held),
        names_en=tuple(sectors.names_en[f] if a else c for c, f, a in zip(codes, first, alone, strict=True)),
        names_zh=tuple(sectors.names_zh[f] if a else c for c, f, a in zip(codes, first, alone, strict=True)),
        groups=groups,
    )


def restrict(acc: Accounts, regions: str | Sequence[str], rest: str) -> Accounts:
    """See Accounts.restrict."""
    keep = acc.geography.select(regions)
    keep = keep[acc.closed[keep]]
    if keep.size == 0:
        raise BadInput("restrict keeps no region that has books", where=acc.name)
    kept = acc.geography.take(keep)
    if rest in kept.codes:
        raise BadInput(f"the rest cannot be called {rest!r}: a kept region has that code", fix="give another name")
    others = np.setdiff1d(np.arange(acc.R), keep)
    order = np.concatenate([keep, others])
    to = np.concatenate([np.arange(len(keep)), np.full(len(others), len(keep))]).astype(np.intp)
    n = len(keep) + 1
    flow = _sum_axes(acc.flow[np.ix_(order, order)], {0: (to, n), 1: (to, n)})
    duty = _sum_axes((acc.flow * acc.tariff)[np.ix_(order, order)], {0: (to, n), 1: (to, n)})
    flow[-1, -1] = 0.0
    tariff = np.where(flow > 0, duty / np.where(flow > 0, flow, 1.0), 0.0)
    final = _pad(acc.final[keep])
    final[-1, :, 0] = flow[:, -1].sum(0)
    src = acc.sourcing
    geography = replace(
        kept,
        codes=(*kept.codes, rest),
        nation=(*kept.nation, rest),
        names_en=(*kept.names_en, "Rest of the world"),
        names_zh=(*kept.names_zh, "世界其他地区"),
        open=frozenset({rest}),
        population=(*kept.population, float("nan")),
        tile=(*kept.tile, None),
        migration=kept.migration and kept.migration.take(range(len(keep)), 1),
    )
    return replace(
        acc,
        flow=flow,
        use=_pad(acc.use[keep]),
        final=final,
        value_added=_pad(acc.value_added[keep]),
        tariff=tariff,
        geography=geography,
        home=acc.home if acc.home in geography.nation else "",
        sourcing=src and _restrict_sourcing(src, flow, order, to, n),
    )


def _pad(a: Array) -> Array:
    return np.concatenate([a, np.zeros_like(a[:1])])


def _restrict_sourcing(src: Sourcing, flow: Array, order: NDArray[np.intp], to: NDArray[np.intp], n: int) -> Sourcing:
    def gather(a: Array) -> Array:
        return _sum_axes(a[order][:, :, order], {0: (to, n), 2: (to, n)})

    z, f = gather(src.intermediate), gather(src.final)
    z[:, :, -1] = 0.0
    f[:, :, -1] = 0.0
    f[:, :, -1, 0] = flow[:, -1]
    return Sourcing(z, f)
