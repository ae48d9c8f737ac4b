"""Actors: sets of regions looked at as one. A region, a cluster (YRD), a nation.

A partition of the regions into actors changes what counts as own, other and foreign. The table itself is
never aggregated, so no number carries an aggregation error.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from xunhuan.data.accounts import Accounts
from xunhuan.data.arrays import Array, Index, Mask
from xunhuan.errors import BadInput, UnknownName

SEVERAL = ("all", "provinces", "foreign")
"""Words that name many regions, each standing for itself."""


@dataclass(frozen=True, eq=False)
class Actors:
    """A partition of the regions.

    codes, names_en, names_zh, nation: of each actor a · of: actor of each region, axis r
    """

    codes: tuple[str, ...]
    names_en: tuple[str, ...]
    names_zh: tuple[str, ...]
    nation: tuple[str, ...]
    of: Index

    @property
    def size(self) -> int:
        """Number of actors A."""
        return len(self.codes)

    @cached_property
    def same(self) -> Mask:
        """True where regions r and s belong to one actor, axes r s."""
        return np.asarray(self.of[:, None] == self.of[None, :], dtype=bool)

    @cached_property
    def inside(self) -> Array:
        """1 where r and s belong to one actor, else 0: axes r s."""
        return self.same.astype(np.float64)

    @cached_property
    def outside(self) -> Array:
        """1 where a good from r to s crosses a border, else 0: axes r s."""
        return 1.0 - self.inside

    @cached_property
    def circuit(self) -> Index:
        """0 own, 1 inter, 2 external, as position in CIRCUITS, of what region r has to do with region s: axes r s."""
        nation = np.array(self.nation)[self.of]
        abroad = nation[:, None] != nation[None, :]
        return np.where(self.same, 0, np.where(abroad, 2, 1)).astype(np.intp)

    def add(self, a: Array, axis: int) -> Array:
        """Sum a regional axis up to actors."""
        if self.size == len(self.of) and bool((self.of == np.arange(self.size)).all()):
            return a
        moved = np.moveaxis(a, axis, 0)
        out = np.zeros((self.size, *moved.shape[1:]))
        np.add.at(out, self.of, moved)
        return np.moveaxis(out, 0, axis)


@dataclass(frozen=True, eq=False)
class Group:
    """Regions reported together under one code."""

    code: str
    name_en: str
    name_zh: str
    members: Index


@dataclass(frozen=True, eq=False)
class Partition:
    """Regions as actors, and the groups reported of them."""

    actors: Actors
    groups: tuple[Group, ...]


def partitions(acc: Accounts, region: str | Iterable[str] | None = None, border: str = "region") -> list[Partition]:
    """The partitions of regions that answer for the regions asked for.

    A region's code or name stands for that region, and "provinces", "foreign" or "all" for each of theirs;
    a cluster, a nation of several regions or a union "A+B" is one actor with one border around it. None means
    the provinces of the home nation. With border="nation" the borders are those of nations, always;
    None then means every nation.

    Raises UnknownName; BadInput for an open region, whose books are not kept, or an unknown border.
    """
    check_word("border", border, ("region", "nation"))
    groups = requested(acc, region, border)
    shut = [g.code for g in groups if not acc.closed[g.members].all()]
    if shut:
        raise BadInput("no books are kept for an open region", items=shut, where=acc.name)
    if border == "nation":
        return [Partition(nations(acc), tuple(groups))]
    plain = tuple(g for g in groups if len(g.members) == 1)
    sets = [g for g in groups if len(g.members) > 1]
    out = [Partition(singles(acc), plain)] if plain else []
    return out + [Partition(joined(acc, [g]), (g,)) for g in sets]


def partition(acc: Accounts, region: str | Iterable[str] | None = None, border: str = "region") -> Partition:
    """One partition in which every region, cluster or nation asked for is an actor; groups are what to
    report.

    For measures between actors. None means the provinces of the home nation, or every nation with
    border="nation".

    Raises what `partitions` raises; BadInput where two requests overlap, or with border="nation" one is not a
    nation.
    """
    check_word("border", border, ("region", "nation"))
    if border == "nation":
        view = partitions(acc, region, border)[0]
        part = [g.code for g in view.groups if len(g.members) != acc.geography.nation.count(g.code)]
        if part:
            raise BadInput("with nations as actors only nations can be chosen", items=part, where=acc.name)
        return view
    partitions(acc, region)  # refuses what no actor can be
    groups = tuple(requested(acc, region))
    asked = [acc.geography.codes[k] for g in groups for k in g.members]
    twice = sorted({c for c in asked if asked.count(c) > 1})
    if twice:
        fix = "ask for a cluster and for its members one at a time"
        raise BadInput("the regions asked for overlap", items=twice, where=acc.name, fix=fix)
    return Partition(joined(acc, [g for g in groups if len(g.members) > 1]), groups)


def requested(acc: Accounts, region: str | Iterable[str] | None, border: str = "region") -> list[Group]:
    """What `partitions` reports, in the order asked for, each once."""
    geo = acc.geography
    if region is None:
        kept = [n for n in geo.nations if acc.closed[geo.nation.index(n)]]
        asked = kept if border == "nation" else ["provinces"]
    else:
        asked = [region] if isinstance(region, str) else list(region)
    out: dict[str, Group] = {}
    for word in asked:
        members = geo.select(word, home=acc.home)
        if word.strip().casefold() in SEVERAL:
            found = [_lone(acc, int(k)) for k in members if acc.closed[k]]
        elif len(members) == 1:
            found = [_lone(acc, int(members[0]))]
        else:
            code = _title(acc, word, members)
            found = [Group(code, geo.name(code), geo.name(code, "zh"), members)]
        out.update({g.code: g for g in found})
    if not out:
        raise BadInput("no region asked for", fix="name at least one region")
    return list(out.values())


def _lone(acc: Accounts, place: int) -> Group:
    """One region as a group."""
    geo = acc.geography
    code = geo.codes[place]
    return Group(code, geo.name(code), geo.name(code, "zh"), np.array([place], dtype=np.intp))


def _title(acc: Accounts, word: str, members: Index) -> str:
    """The usual code of the set a user named: a cluster's or nation's code, else the expression without blanks."""
    geo = acc.geography
    for code in (*geo.clusters, *geo.nations):
        if word.strip().casefold() in (name.casefold() for name in (code, *geo.nation_names.get(code, ()))):
            return code
    nation = {geo.nation[k] for k in members}
    if "+" not in word and "!" not in word and len(nation) == 1:
        return str(nation.pop())
    return re.sub(r"\s+", "", word)


def singles(acc: Accounts) -> Actors:
    """Every region an actor."""
    geo = acc.geography
    return Actors(geo.codes, *_names(acc, geo.codes), geo.nation, np.arange(len(geo), dtype=np.intp))


def nations(acc: Accounts) -> Actors:
    """Every nation an actor."""
    geo = acc.geography
    return Actors(geo.nations, *_names(acc, geo.nations), geo.nations, geo.nation_index)


def joined(acc: Accounts, groups: Sequence[Group]) -> Actors:
    """Every region an actor, but the members of each group are one.

    A group's nation is its members'; across nations (Guangdong with Hong Kong) it is home where home holds a
    member, else the first member's.

    Raises BadInput where two groups share a region.
    """
    geo = acc.geography
    label = list(geo.codes)
    nation = dict(zip(geo.codes, geo.nation, strict=True))
    for g in groups:
        taken = [geo.codes[k] for k in g.members if label[k] != geo.codes[k]]
        if taken:
            raise BadInput(f"{g.code} shares regions with another group", items=taken)
        for k in g.members:
            label[k] = g.code
        inside = [geo.nation[k] for k in g.members]
        nation[g.code] = acc.home if acc.home in inside else inside[0]
    codes = tuple(dict.fromkeys(label))
    of = np.array([codes.index(c) for c in label], dtype=np.intp)
    return Actors(codes, *_names(acc, codes), tuple(nation[c] for c in codes), of)


def _names(acc: Accounts, codes: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    geo = acc.geography
    return tuple(geo.name(c) for c in codes), tuple(geo.name(c, "zh") for c in codes)


def looking_from(acc: Accounts, home: str | None) -> Accounts:
    """The same table looked at from another nation, or from a cluster made one nation; None: from its own home.

    Raises UnknownName; BadInput where a cluster cannot be a nation.
    """
    geo = acc.geography
    if home is None or home == acc.home:
        return acc
    if home in geo.nations:
        return replace(acc, home=home)
    if home in geo.clusters:
        return acc.regroup(home, geo.clusters[home], geo.nation_names.get(home, ("", "")))
    raise UnknownName.of("nation", home, [*geo.nations, *geo.clusters], where=acc.name)


def check_word(what: str, word: str, valid: Sequence[str]) -> None:
    """Raise BadInput where an option is not one of its words."""
    if word not in valid:
        fix = " or ".join(valid) if len(valid) == 2 else ", ".join(valid)
        raise BadInput(f"unknown {what} {word!r}", fix=f"choose {fix}")


def words(selection: str | Iterable[str]) -> str:
    """A selection as a user would write it."""
    return selection if isinstance(selection, str) else "+".join(selection)
