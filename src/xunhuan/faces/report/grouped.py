"""Groups of regions on the report of a table, and what its places are called."""

from __future__ import annotations

from typing import Literal

from xunhuan.data.geography import Geography
from xunhuan.faces import figures, spelling

_Lang = Literal["en", "zh"]
TOLD_APART = 12
"""Regions of a nation without clusters that are drawn one by one, and kinds of a correction that are told one by one."""
_OF_PROVINCES = {
    "other provinces": "other regions", "other<br>provinces": "other<br>regions", "Other provinces": "Other regions",
    "inter-provincial": "inter-regional", "其他省份": "其他地区", "其他<br>省份": "其他<br>地区", "省际循环": "区际循环",
}  # fmt: skip
"""Words of pictures that say provinces, and what they say where regions are none."""


def of_places(places: str, text: str) -> str:
    """A word or caption as it is said of places: countries made one nation are no provinces.

    >>> of_places("regions", "other provinces"), of_places("provinces", "other provinces")
    ('other regions', 'other provinces')
    """
    if places == "provinces":
        return text
    for old, new in _OF_PROVINCES.items():
        text = text.replace(old, new)
    return text


def flow_groups(geo: Geography, home: str, lang: _Lang) -> dict[str, tuple[str, ...]]:
    """Label to region codes: the nation's clusters and abroad; its regions one by one where it has no clusters and they are
    few, since one group against abroad would be a block.

    >>> from xunhuan.data.toyland import toyland
    >>> flow_groups(toyland().geography, "ATL", "en")["Abroad"]
    ('BOR',)
    """
    made = figures.cluster_groups(geo, home, language=lang)
    regions = [c for c, n in zip(geo.codes, geo.nation, strict=True) if n == home]
    if len(made) > 2 or not 1 < len(regions) <= TOLD_APART:
        return made
    return {geo.name(c, lang): (c,) for c in regions} | dict([list(made.items())[-1]])


def members_said(geo: Geography, home: str, lang: _Lang) -> str:
    """Who is in each cluster, in words."""
    groups = flow_groups(geo, home, lang)
    kept = {
        n: m
        for n, m in groups.items()
        if n != spelling.word("abroad", lang) and (len(m) > 1 or n != geo.name(m[0], lang))
    }
    if lang == "zh":
        return "".join(f"{n}：{'、'.join(geo.name(c, lang) for c in m)}。" for n, m in kept.items())
    return " ".join(f"{n[:1].upper()}{n[1:]}: {', '.join(geo.name(c) for c in m)}." for n, m in kept.items())
