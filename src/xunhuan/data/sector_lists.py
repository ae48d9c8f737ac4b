"""Sector lists as data: what each list's sectors are in ISIC Rev.4, their groups, names and parents in the common list.

A list lies in `lists/sectors/NAME.csv`. A table's sectors are known by the name of a list that the table declares, or by
their codes *and* names together, which a digest sums up; never by codes alone, since most offices number sectors 01, 02, ...
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache, cached_property, lru_cache
from importlib import resources

from xunhuan.data.classification import Sectors
from xunhuan.data.isic import classes, is_isic
from xunhuan.errors import BadInput, Problems, UnknownName

WAY_OUT = (
    "say what the sectors are with `xunhuan relabel`: the list they are of (--list), or their ISIC divisions (--isic 03=C, "
    "or a column isic in --sectors FILE)"
)
"""What to do where no list knows a table's sectors."""
_FOLDER = resources.files("xunhuan.data") / "lists"


@dataclass(frozen=True, eq=False)
class SectorList:
    """A list of sectors as a house uses it.

    name, title, source · sectors: codes, names, groups and ISIC
    common  codes of the common list that each sector lies in, axis i
    """

    name: str
    title: str
    source: str
    sectors: Sectors
    common: tuple[tuple[str, ...], ...]

    @cached_property
    def digest(self) -> str:
        """SHA-256 of codes and English names, hexadecimal."""
        return list_digest(self.sectors)

    @cached_property
    def rows(self) -> dict[tuple[str, str], int]:
        """Position of a sector by its code and either of its names."""
        s, out = self.sectors, {}
        for k, code in enumerate(s.codes):
            for name in (s.names_en[k], s.names_zh[k]):
                out[code, _plain(name)] = k
        return out


def _plain(name: str) -> str:
    return " ".join(name.casefold().split())


def list_digest(sectors: Sectors) -> str:
    """SHA-256 of codes and English names, hexadecimal: equal digests, equal lists.

    >>> list_digest(Sectors(("01", "02"), ("Farming", "Mining")))[:8] == list_digest(Sectors(("01", "02")))[:8]
    False
    """
    pairs = list(zip(sectors.codes, map(_plain, sectors.names_en), strict=True))
    return hashlib.sha256(repr(pairs).encode()).hexdigest()


def _lines(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(line for line in text.splitlines() if not line.startswith("#")))


@cache
def sector_lists() -> dict[str, SectorList]:
    """Every list that comes with the package, by name.

    >>> {"cn42-2012", "cn42-2017", "icio2025", "wiod2016"} <= sector_lists().keys()
    True
    """
    found = (f for f in (_FOLDER / "sectors").iterdir() if f.name.endswith(".csv"))
    made = [_read(f.name.removesuffix(".csv"), f.read_text(encoding="utf-8")) for f in found]
    return {x.name: x for x in sorted(made, key=lambda x: x.name)}


def _read(name: str, text: str) -> SectorList:
    said = dict(line[2:].split(": ", 1) for line in text.splitlines() if line.startswith("# "))
    rows = _lines(text)
    groups: dict[str, list[str]] = {}
    for row in rows:
        for group in row["groups"].split():
            groups.setdefault(group, []).append(row["code"])
    sectors = Sectors(
        codes=tuple(r["code"] for r in rows),
        names_en=tuple(r["name_en"] for r in rows),
        names_zh=tuple(r["name_zh"] for r in rows),
        groups={g: tuple(m) for g, m in groups.items()},
        isic=tuple(r["isic"] for r in rows),
        listed=name,
    )
    return SectorList(name, said["title"], said["source"], sectors, tuple(tuple(r["common"].split()) for r in rows))


def sector_list(name: str) -> SectorList:
    """A list by its name. Raises UnknownName with the nearest.

    >>> sector_list("cn42-2012").sectors.names_en[27], sector_list("cn42-2017").sectors.names_en[27]
    ('Construction', 'Wholesale and retail trade')
    """
    lists = sector_lists()
    if name not in lists:
        raise UnknownName.of("sector list", name, lists)
    return lists[name]


def known_as(sectors: Sectors) -> SectorList | None:
    """The list that the sectors are, or are some of: the one declared, or the one with their codes and names.

    >>> known = sector_list("cn42-2012").sectors
    >>> known_as(Sectors(known.codes, known.names_en)).name, known_as(Sectors(known.codes))
    ('cn42-2012', None)
    """
    if sectors.listed:
        return sector_lists().get(sectors.listed)
    found = [x for x in sector_lists().values() if all(p in x.rows for p in _pairs(sectors))]
    return min(found, key=lambda x: len(x.sectors), default=None)


def _pairs(sectors: Sectors) -> list[tuple[str, str]]:
    """Code and a name of each sector, the Chinese one where the English only repeats the code."""
    named = zip(sectors.codes, sectors.names_en, sectors.names_zh, strict=True)
    return [(c, _plain(zh if en == c else en)) for c, en, zh in named]


@cache
def _of_groups() -> dict[str, str]:
    return {r["group"]: r["isic"] for r in _lines((_FOLDER / "groups.csv").read_text(encoding="utf-8"))}


def isic_of(sectors: Sectors) -> tuple[str, ...]:
    """ISIC Rev.4 of each sector in the notation of codes, "" where nothing tells it; axis i.

    In this order: what the table says itself; the list it is; the sectors of a list by code and name; codes where all are
    written in ISIC; the sector's groups.

    >>> isic_of(Sectors(("01", "02"), ("Agriculture", "Mining")))
    ('', '')
    >>> isic_of(Sectors(("01", "02"), groups={"mining": ("02",)}, isic=("A", "")))
    ('A', 'B')
    """
    s = sectors
    return _isic_of(
        s.codes, s.names_en, s.names_zh, tuple((g, tuple(m)) for g, m in s.groups.items()), s.isic, s.listed
    )


Codes = tuple[str, ...]


@lru_cache(maxsize=64)
def _isic_of(
    codes: Codes, en: Codes, zh: Codes, groups: tuple[tuple[str, Codes], ...], isic: Codes, listed_as: str
) -> Codes:  # fmt: skip
    """By the parts of a list, since the same list is asked for again and again."""
    sectors = Sectors(codes, en, zh, dict(groups), isic, listed_as)
    own = sectors.isic or ("",) * len(sectors)
    listed, pairs = known_as(sectors), _pairs(sectors)
    if listed is None:
        listed = max(sector_lists().values(), key=lambda x: sum(p in x.rows for p in pairs))
    by_code = {c: listed.sectors.isic[k] for k, c in enumerate(listed.sectors.codes)} if sectors.listed else {}
    by_name = {p: listed.sectors.isic[k] for p, k in listed.rows.items()}
    written = is_isic(sectors.codes)
    out = []
    for code, said, pair in zip(sectors.codes, own, pairs, strict=True):
        told = said or by_code.get(code, "") or by_name.get(pair, "") or (code if written or _whole(code) else "")
        inside = (isic for group, isic in _of_groups().items() if code in sectors.groups.get(group, ()))
        out.append(told or next(inside, ""))
    return tuple(out)


def _whole(code: str) -> bool:
    """A code that holds two or more in ISIC joined, as an aggregation makes: C261+C262T268."""
    return "+" in code and bool(classes(code))


def how_known(sectors: Sectors) -> str:
    """In words, where the ISIC of a table's sectors comes from."""
    listed = known_as(sectors)
    if listed is not None:
        return f"ISIC of sector list {listed.name!r}"
    if sectors.isic and all(sectors.isic):
        return "ISIC as the table gives it"
    return "codes read as ISIC" if is_isic(sectors.codes) else "ISIC by the sectors' names or groups"


def declared(sectors: Sectors, name: str) -> Sectors:
    """The sectors said to be of a list: names and groups they lack are the list's.

    Raises UnknownName for the list, BadInput naming codes that it does not have and names that it gives to another code.

    >>> declared(Sectors(("28",)), "cn42-2012").names_en
    ('Construction',)
    """
    of = sector_list(name).sectors
    place = {c: k for k, c in enumerate(of.codes)}
    others = {_plain(n): c for names in (of.names_zh, of.names_en) for n, c in zip(names, of.codes, strict=True)}
    p = Problems(f"the sectors are not those of the list {name}")
    for code, *names in zip(sectors.codes, sectors.names_en, sectors.names_zh, strict=True):
        if code not in place:
            p.add(f"{code!r} is not in it")
            continue
        for name_ in dict.fromkeys(names):
            if name_ != code and (other := others.get(_plain(name_), code)) != code:
                p.add(f"{code!r} is named {name_!r}, which in it is {other!r}")
    p.raise_if(BadInput, fix=f"lists: {', '.join(sector_lists())}; or give ISIC divisions in a column isic")
    whole = of.take([place[c] for c in sectors.codes])
    return replace(
        sectors,
        names_en=tuple(
            b if a in (c, "") else a for a, b, c in zip(sectors.names_en, whole.names_en, sectors.codes, strict=True)
        ),
        names_zh=tuple(
            b if a in (c, "") else a for a, b, c in zip(sectors.names_zh, whole.names_zh, sectors.codes, strict=True)
        ),
        groups={**whole.groups, **sectors.groups},
        isic=sectors.isic or whole.isic,
        listed=name,
    )


def of_house(sectors: Sectors, *names: str) -> Sectors:
    """The sectors of a house's own file, declared to be of the first of its lists that has all their codes.

    >>> of_house(Sectors(("A01", "C24A")), "icio2023", "icio2025").listed, of_house(Sectors(("X",)), "icio2025").listed
    ('icio2025', '')
    """
    for name in names:
        if set(sectors.codes) <= set(sector_list(name).sectors.codes):
            return declared(sectors, name)
    return sectors


def of_isic(codes: Codes, isic: Codes) -> Sectors:
    """Sectors known by their ISIC alone: names of the sector of a list that is the same, groups that all they lie in share.

    >>> made = of_isic(("01T02", "26"), ("A01T02", "C26"))
    >>> made.names_en[1], made.groups["goods"], made.groups["electronics"]
    ('Computer, electronic and optical products', ('01T02', '26'), ('26',))
    """
    named = {classes(i): (en, zh) for x in ("figaro64", "icio2025", "icio2023") for i, en, zh in _rows(x)}
    names = [named.get(classes(i), (c, c)) for c, i in zip(codes, isic, strict=True)]
    return Sectors(codes, tuple(n[0] for n in names), tuple(n[1] for n in names), _groups_of(codes, isic), isic)


def _groups_of(codes: Codes, isic: Codes) -> dict[str, Codes]:
    """Groups of the common list that hold all of what a sector is in ISIC."""
    common = sector_list("common").sectors
    within = {c: {g for g, m in common.groups.items() if c in m} for c in common.codes}
    groups: dict[str, list[str]] = {}
    for code, one in zip(codes, isic, strict=True):
        inside = [within[c] for c, i in zip(common.codes, common.isic, strict=True) if classes(i) & classes(one)]
        for group in sorted(set.intersection(*inside)) if inside else ():
            groups.setdefault(group, []).append(code)
    return {g: tuple(m) for g, m in groups.items()}


def grouped(sectors: Sectors) -> Sectors:
    """The sectors with the groups that their ISIC says, where it is said of all; groups that the table gives stay.

    >>> told = grouped(Sectors(("01", "02"), groups={"mine": ("02",)}, isic=("A", "C")))
    >>> told.groups["goods"], told.groups["manufacturing"], told.groups["mine"]
    (('01', '02'), ('02',), ('02',))
    """
    if not sectors.isic or not all(sectors.isic):
        return sectors
    return replace(sectors, groups={**_groups_of(sectors.codes, sectors.isic), **sectors.groups})


def _rows(name: str) -> list[tuple[str, str, str]]:
    s = sector_list(name).sectors
    return list(zip(s.isic, s.names_en, s.names_zh, strict=True))


def with_isic(sectors: Sectors, given: Mapping[str, str]) -> Sectors:
    """The sectors with ISIC of some given by code or name. Raises UnknownName, BadInput for what is not ISIC.

    >>> with_isic(Sectors(("01", "02")), {"02": "B"}).isic
    ('', 'B')
    """
    own = list(sectors.isic or ("",) * len(sectors))
    for name, isic in given.items():
        own[sectors.index(name)] = isic
    return replace(sectors, isic=tuple(own))
