"""Economies of the world as data: their codes, names in two languages, and the clusters they belong to."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

from xunhuan.data.geography import Geography

REST_OF_WORLD = "ROW"
_FOLDER = resources.files("xunhuan.data") / "lists"


@dataclass(frozen=True)
class KnownEconomy:
    """An economy: ISO 3166-1 alpha-3 code, alpha-2, names, clusters, and its code at the Asian Development Bank."""

    code: str
    iso2: str
    name_en: str
    name_zh: str
    clusters: tuple[str, ...]
    adb: str


def _rows(name: str) -> list[dict[str, str]]:
    text = (_FOLDER / name).read_text(encoding="utf-8")
    return list(csv.DictReader(line for line in text.splitlines() if not line.startswith("#")))


@cache
def known_economies() -> dict[str, KnownEconomy]:
    """Every economy of the list, by code.

    >>> known_economies()["VNM"].name_en, "ASEAN" in known_economies()["VNM"].clusters
    ('Viet Nam', True)
    """
    out = (
        KnownEconomy(
            r["code"], r["iso2"], r["name_en"], r["name_zh"], tuple(r["clusters"].split()), r["adb"] or r["code"]
        )
        for r in _rows("economies.csv")
    )
    return {e.code: e for e in out}


@cache
def cluster_titles() -> dict[str, tuple[str, str]]:
    """English and Chinese name of each cluster of economies."""
    return {r["code"]: (r["name_en"], r["name_zh"]) for r in _rows("clusters.csv")}


@cache
def _by_iso2() -> dict[str, str]:
    # Eurostat writes EL and UK.
    return {e.iso2: e.code for e in known_economies().values() if e.iso2} | {"EL": "GRC", "UK": "GBR"}


@cache
def _by_adb() -> dict[str, str]:
    return {e.adb: e.code for e in known_economies().values()}


def economy_of(written: str, house: str = "") -> str:
    """ISO 3166-1 alpha-3 of what a house writes: alpha-3, alpha-2, or the ADB's own codes; itself where it is none.

    >>> economy_of("CN"), economy_of("EL"), economy_of("PRC", "adb"), economy_of("RoW"), economy_of("W19")
    ('CHN', 'GRC', 'CHN', 'ROW', 'W19')
    """
    code = written.strip()
    up = code.upper()
    if house == "adb":
        up = _by_adb().get(up, up)
    up = {"ROM": "ROU", "WLD": REST_OF_WORLD, "FIGW1": REST_OF_WORLD}.get(up, _by_iso2().get(up, up))
    return up if up in known_economies() else code


def world_of(
    codes: Sequence[str],
    nation: Sequence[str] = (),
    *,
    named: Mapping[str, tuple[str, str]] | None = None,
    shut: Sequence[str] = (),
) -> Geography:
    """Economies as regions, each a nation unless `nation` says otherwise, with names and clusters as the list has them.

    named  names of codes that the list has not, or has otherwise · shut  codes whose books are not kept: open regions

    >>> g = world_of(("CHN", "VNM", "USA"))
    >>> g.names_zh[1], g.clusters["RCEP"], g.clusters["BRICS"]
    ('越南', ('CHN', 'VNM'), ('CHN',))
    """
    known, own = known_economies(), dict(named or {})
    nation = tuple(nation) or tuple(codes)
    said = {c: own.get(c) or ((known[c].name_en, known[c].name_zh) if c in known else (c, c)) for c in codes}
    clusters: dict[str, list[str]] = {}
    for code, of in zip(codes, nation, strict=True):
        for cluster in known[of].clusters if of in known else ():
            clusters.setdefault(cluster, []).append(code)
    nations = {n: (known[n].name_en, known[n].name_zh) for n in dict.fromkeys(nation) if n in known}
    titles = {c: t for c, t in cluster_titles().items() if c in clusters}
    return Geography(
        codes=tuple(codes),
        nation=nation,
        names_en=tuple(said[c][0] for c in codes),
        names_zh=tuple(said[c][1] for c in codes),
        open=frozenset(shut),
        clusters={c: tuple(m) for c, m in clusters.items()},
        nation_names={**titles, **nations},
    )
