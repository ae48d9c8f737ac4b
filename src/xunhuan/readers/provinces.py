"""Whose blocks a provincial workbook's are: names matched one by one, what was matched how, and what was not, said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from types import MappingProxyType
from typing import TypeVar

from xunhuan.data.classification import Sectors
from xunhuan.data.geography import Geography
from xunhuan.data.sector_lists import sector_list
from xunhuan.errors import Problems
from xunhuan.readers.labels import Lexicon, province_key

CLOSE, AHEAD = 0.75, 0.15
"""How like a damaged name must be to the nearest province still free, and how much less like the next."""
_REST = "ROW"
_T = TypeVar("_T")


def matched(
    names: Sequence[str], like: Geography, own: Mapping[str, str] = MappingProxyType({})
) -> tuple[list[int | None], list[str]]:
    """Position in `like` of each name, None where it is none of its regions, and what was read as what.

    First what the user says that a name is (`own`), then the whole name in any known spelling; then, where the table has all
    regions in their own order, the place in that order; then the one free region whose name is near.
    Raises BadInput where two blocks have one name.
    """
    lexicon = Lexicon(like, (), own)
    place = {c: k for k, c in enumerate(like.codes)}
    found = [place.get(lexicon.province(n)) for n in names]
    said: list[str] = []
    order = [k for k in range(len(like)) if not like.is_open[k]]
    if len(names) == len(order):
        _by_order(names, like, found, order, said)
    _by_nearness(names, like, found, said)
    for n, k in zip(names, found, strict=True):
        if k is not None and (whole := lexicon.province(n)) and province_key(n) not in _own_keys(like, k):
            how = "as the file of names says" if n in own else "another spelling of it"
            said.append(f"{n!r} is read as {like.names_en[place[whole]]}, {how}")
    p = Problems("two blocks are of one province")
    for k in {k for k in found if k is not None and found.count(k) > 1}:
        p.add(
            f"{' and '.join(repr(n) for n, at in zip(names, found, strict=True) if at == k)} are both {like.names_en[k]}"
        )
    p.raise_if(fix="correct the names in the workbook")
    lost = [n for n, k in zip(names, found, strict=True) if k is None]
    if lost:
        said.append(
            f"no province is known by {', '.join(map(repr, lost))}: without code, Chinese name, cluster and tile"
        )
    return found, said


def _own_keys(like: Geography, k: int) -> set[str]:
    names = (like.codes[k], like.codes[k].split("-")[-1], like.names_en[k], like.names_zh[k])
    return {province_key(n) for n in names}


def _by_order(
    names: Sequence[str], like: Geography, found: list[int | None], order: list[int], said: list[str]
) -> None:
    """Names that are none, or that another block has too, by their place, where all others stand in theirs."""
    sure = [k if k is not None and found.count(k) == 1 else None for k in found]
    if sure.count(None) * 2 > len(sure) or any(k is not None and k != o for k, o in zip(sure, order, strict=True)):
        return
    for at, (k, o) in enumerate(zip(sure, order, strict=True)):
        if k is None:
            if found[at] != o:
                said.append(f"{names[at]!r} is read as {like.names_en[o]}, whose place it stands in")
            found[at] = o


def _by_nearness(names: Sequence[str], like: Geography, found: list[int | None], said: list[str]) -> None:
    # All are looked at against what is free now, so that the order of blocks decides nothing.
    free = [k for k in range(len(like)) if not like.is_open[k] and k not in found]
    near: list[tuple[int, int]] = []
    for at, name in enumerate(names):
        if found[at] is None:
            likeness = sorted(
                ((_likeness(name, like, k), k) for k in range(len(like)) if not like.is_open[k]), reverse=True
            )
            (best, k), (second, _) = likeness[0], likeness[1] if len(likeness) > 1 else (0.0, -1)
            if best >= CLOSE and best - second >= AHEAD and k in free:
                near.append((at, k))
    for at, k in near:
        if [j for _, j in near].count(k) == 1:
            found[at] = k
            said.append(f"{names[at]!r} is read as {like.names_en[k]}, the one province of a name near it")


def _likeness(name: str, like: Geography, k: int) -> float:
    """How much of the letters of a name and the nearest of a region's names stand in one order, 0 to 1."""
    key = province_key(name)
    return max(SequenceMatcher(None, key, own).ratio() for own in (province_key(like.names_en[k]), like.names_zh[k]))


def one_nation(
    names: Sequence[str], like: Geography | None, own: Mapping[str, str] = MappingProxyType({})
) -> tuple[Geography, tuple[str, ...]]:
    """The provinces of one nation and the open rest of the world, and notes on their names.

    What `like` knows of a province by its name is its own: code, names, clusters, population and tile.
    """
    found, said = matched(names, like, own) if like is not None else ([None] * len(names), [])
    known = [k for k in found if k is not None]
    nation, called = "CHN", ("China", "中国")
    if like is None or not known:
        plain = Geography(
            codes=(*names, _REST),
            nation=(*(nation,) * len(names), _REST),
            names_en=(*names, "Rest of the world"),
            names_zh=(*names, "世界其他地区"),
            open=frozenset({_REST}),
            nation_names={nation: called},
        )
        return plain, tuple(said)
    of = like.take(known)
    at = {k: n for n, k in enumerate(known)}

    def put(own: Sequence[_T], other: Sequence[_T]) -> tuple[_T, ...]:
        return tuple(other[n] if k is None else own[at[k]] for n, k in enumerate(found))

    blank: tuple[float, ...] = (float("nan"),) * len(names)
    nowhere: tuple[tuple[int, int] | None, ...] = (None,) * len(names)
    made = replace(
        of,
        codes=(*put(of.codes, names), _REST),
        nation=(*(of.nation[0],) * len(names), _REST),
        names_en=(*put(of.names_en, names), "Rest of the world"),
        names_zh=(*put(of.names_zh, names), "世界其他地区"),
        open=frozenset({_REST}),
        population=(*put(of.population, blank), float("nan")),
        tile=(*put(of.tile, nowhere), None),
        migration=None if None in found else of.migration,
    )
    return made, tuple(said)


def listed_sectors(
    sectors: Sectors, names: Sequence[str], own: Mapping[str, str] = MappingProxyType({})
) -> tuple[Sectors, tuple[str, ...]]:
    """The sectors declared to be of the list whose names stand in its order, and notes on names that are spelled otherwise.

    Names are compared in any spelling known of them. Nine in ten must be the list's own, and none another sector's.
    """
    lists = [sector_list(n).sectors for n in names]
    for of in lists:
        if of.codes != sectors.codes:
            continue
        lexicon = Lexicon(Geography((), ()), tuple(lists), own)
        read = [lexicon.sector(n) for n in sectors.names_en]
        wrong = [r for r, own in zip(read, of.names_en, strict=True) if r and r != own]
        lost = [n for n, r in zip(sectors.names_en, read, strict=True) if not r]
        if not wrong and len(lost) * 10 <= len(sectors):
            told = tuple(f"{n!r} is read as {own[n]}, as the file of names says" for n in sectors.names_en if n in own)
            note = f"by their place the sectors {', '.join(map(repr, lost))} are those of {of.listed}"
            return of, (*told, note) if lost else told
    return sectors, ()
