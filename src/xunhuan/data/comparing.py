"""Two tables on one list of sectors: by a concordance that is stated, and never by codes that only look alike."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from importlib import resources
from pathlib import Path

from xunhuan.data.accounts import Accounts, Sourcing
from xunhuan.data.arrays import Index
from xunhuan.data.classification import Sectors
from xunhuan.data.isic import classes
from xunhuan.data.sector_lists import isic_of, known_as
from xunhuan.errors import BadInput, ForeignFile, Problems

BY_ISIC = "isic"
"""In the place of a file: sectors that share a class of ISIC Rev.4 are joined."""
_FOLDER = resources.files("xunhuan.data") / "lists" / "concordances"
_FIX = (
    "give --concordance FILE, a csv with columns source, target and reason (sectors of equal name need no row), or "
    "--concordance isic, which joins sectors that share a class of ISIC"
)
Pairs = list[tuple[str, str]]


@cache
def bundled_pairs(source: str, target: str) -> tuple[tuple[str, str], ...] | None:
    """What sectors of two lists with other names hold in common, by their English names; None where no file says it.

    >>> bundled_pairs("cn42-2017", "cn42-2012")[2]
    ('Research and development', 'Research and technical services')
    >>> bundled_pairs("icio2023", "cn42-2017")
    """
    for a, b, turn in ((source, target, False), (target, source, True)):
        path = _FOLDER / f"{a}_{b}.csv"
        if path.is_file():
            rows = [(r["source"], r["target"]) for r in csv.DictReader(path.read_text(encoding="utf-8").splitlines())]
            return tuple((y, x) if turn else (x, y) for x, y in rows)
    return None


def same_list(first: Sectors, last: Sectors) -> bool:
    """True where codes are equal and mean the same: equal names, or equal ISIC of each.

    >>> same_list(Sectors(("28",), ("Construction",)), Sectors(("28",), ("Wholesale and retail trade",)))
    False
    """
    if first.codes != last.codes:
        return False
    one, other = isic_of(first), isic_of(last)
    named = [a.casefold() == b.casefold() for a, b in zip(first.names_en, last.names_en, strict=True)]
    same = [bool(a) and classes(a) == classes(b) for a, b in zip(one, other, strict=True)]
    return all(n or s for n, s in zip(named, same, strict=True))


def on_one_list(
    first: Accounts, last: Accounts, concordance: str | Path | None = None
) -> tuple[Accounts, Accounts, str]:
    """Both tables on the finest sectors that add up to sectors of each, and by what concordance, in words; "" by none.

    Sectors that a concordance joins, directly or through others, become one, with the codes of the last table's.

    Raises BadInput where the lists are unlike and nothing states how they compare, or a sector is left over.
    """
    a, b = first.sectors, last.sectors
    if concordance is None and same_list(a, b):
        return first, last, ""
    pairs, said = _stated(a, b, concordance)
    groups = _joined(a, b, pairs)
    p = Problems("the concordance leaves sectors over")
    p.items += [f"{first.name}: {a.codes[k]} ({a.names_en[k]})" for g in groups for k in g[0] if not g[1]]
    p.items += [f"{last.name}: {b.codes[k]} ({b.names_en[k]})" for g in groups for k in g[1] if not g[0]]
    p.raise_if(BadInput, where=f"{first.name}, {last.name}", fix=_FIX)
    codes = tuple("+".join(b.codes[k] for k in g[1]) for g in groups)
    names = tuple(" / ".join(b.names_en[k] for k in g[1]) for g in groups)
    made = [_summed(t, [g[side] for g in groups], codes, names) for side, t in enumerate((first, last))]
    return made[0], made[1], f"{a_count(len(groups))} that both lists have, by {said}"


def a_count(n: int) -> str:
    """So many sectors, in words."""
    return f"{n} sector{'s' if n != 1 else ''}"


def _stated(a: Sectors, b: Sectors, concordance: str | Path | None) -> tuple[Pairs, str]:
    """Pairs of codes or names that a concordance states, and what it is called."""
    if concordance is None:
        one, other = known_as(a), known_as(b)
        found = bundled_pairs(one.name, other.name) if one is not None and other is not None else None
        if one is None or other is None or found is None:
            raise BadInput("the two tables have other sectors", items=_unlike(a, b), fix=_FIX)
        return list(found), f"the concordance of {one.name} and {other.name}"
    if str(concordance) == BY_ISIC:
        held = [[classes(i) if i else frozenset[int]() for i in isic_of(s)] for s in (a, b)]
        return [(a.codes[k], b.codes[m]) for k, x in enumerate(held[0]) for m, y in enumerate(held[1]) if x & y], "ISIC"
    return _file(Path(concordance)), f"the concordance {Path(concordance).name}"


def _unlike(a: Sectors, b: Sectors) -> list[str]:
    if len(a) != len(b):
        return [f"{len(a)} against {len(b)}"]
    named = zip(zip(a.codes, a.names_en, strict=True), zip(b.codes, b.names_en, strict=True), strict=True)
    return [f"{c} ({n}) against {d} ({m})" for (c, n), (d, m) in named if (c, n) != (d, m)]


def _file(path: Path) -> Pairs:
    if not path.is_file():
        raise BadInput(f"there is no file {path.name!r}", where=str(path), fix=_FIX)
    try:
        rows = list(csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines()))
    except UnicodeDecodeError as e:
        raise ForeignFile("the file is not in UTF-8", where=str(path), fix="save it as CSV UTF-8") from e
    if not rows or not {"source", "target"} <= rows[0].keys():
        raise BadInput("the concordance lacks columns source and target", where=str(path), fix=_FIX)
    return [(r["source"].strip(), r["target"].strip()) for r in rows]


def _joined(a: Sectors, b: Sectors, pairs: Pairs) -> list[tuple[list[int], list[int]]]:
    """Positions in either list of each set of sectors that pairs join; by name where no pair names a sector."""
    linked = [(a.index(x), b.index(y)) for x, y in pairs]
    told = {k for k, _ in linked}, {k for _, k in linked}
    names = {n.casefold(): k for k, n in enumerate(b.names_en) if k not in told[1]}
    linked += [(k, names[n.casefold()]) for k, n in enumerate(a.names_en) if k not in told[0] and n.casefold() in names]
    parent = list(range(len(a) + len(b)))

    def root(k: int) -> int:
        while parent[k] != k:
            k = parent[k]
        return k

    for k, m in linked:
        parent[root(len(a) + m)] = root(k)
    sets: dict[int, tuple[list[int], list[int]]] = {}
    for k in range(len(parent)):
        side = int(k >= len(a))
        sets.setdefault(root(k), ([], []))[side].append(k - side * len(a))
    return list(sets.values())


def _summed(acc: Accounts, members: Iterable[list[int]], codes: tuple[str, ...], names: tuple[str, ...]) -> Accounts:
    """The table added up to these sectors, in this order."""
    old = acc.sectors.codes
    sums = acc.aggregate(sectors={f"@{k}": [old[m] for m in part] for k, part in enumerate(members)})
    order = [sums.sectors.codes.index(f"@{k}") for k in range(len(codes))]
    of = sums.sectors.take(order)
    place = dict(zip(of.codes, codes, strict=True))
    groups = {g: tuple(place[m] for m in held) for g, held in of.groups.items()}
    sectors = replace(of, codes=codes, names_en=names, names_zh=codes, groups=groups, listed="")
    return _in_order(sums, order, sectors)


def _in_order(acc: Accounts, order: list[int] | Index, sectors: Sectors) -> Accounts:
    src = acc.sourcing
    return acc.replace(
        flow=acc.flow[:, :, order],
        use=acc.use[:, order][:, :, order],
        final=acc.final[:, order],
        value_added=acc.value_added[:, order],
        tariff=acc.tariff[:, :, order],
        sourcing=src and Sourcing(src.intermediate[:, order][..., order], src.final[:, order]),
        sectors=sectors,
    )
