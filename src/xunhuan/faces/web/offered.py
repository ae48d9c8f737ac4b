"""Names that a form offers for places and sectors of a table, in groups, kept for each table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from xunhuan.faces import words
from xunhuan.faces.web import lookups


@lookups.once(32)
def region_names(table: str, home: str, lang: str) -> list[dict[str, Any]]:
    """Names a selection of regions accepts, in groups: words, nations and clusters, regions, economies."""
    t = words.of(lang)
    geo = lookups.accounts_of(table, home).geography
    sets = [n for n in geo.nations if geo.nation.count(n) > 1] + list(geo.clusters)
    taken = {"all", "provinces", "foreign", *sets}
    groups = {
        t("words"): [("all", t("word_all")), ("provinces", t("word_provinces")), ("foreign", t("word_foreign"))],
        t("groups"): [(c, _set_name(geo.name(c, lang), c, lang)) for c in dict.fromkeys(sets)],
        t("places"): [(c, geo.name(c, lang)) for c in geo.codes if c not in taken],
    }
    return _grouped(groups)


def _set_name(name: str, code: str, lang: str) -> str:
    return name if name != code else lookups.bloc(code)[lang == "zh"]


@lookups.once(32)
def sector_names(table: str, lang: str) -> list[dict[str, Any]]:
    """Names a selection of sectors accepts: groups, then sectors."""
    t = words.of(lang)
    s = lookups.accounts_of(table).sectors
    groups = [("all", t("word_all"))] + [
        (g, words.either(f"sectors_{g}", lang, g)) for g in s.groups if g not in s.codes
    ]
    names = s.names_zh if lang == "zh" else s.names_en
    return _grouped(
        {
            t("groups"): groups,
            t("sectors"): list(zip(s.codes, (f"{n} ({c})" for c, n in zip(s.codes, names, strict=True)), strict=True)),
        }
    )


def _grouped(groups: Mapping[str, list[tuple[str, str]]]) -> list[dict[str, Any]]:
    return [{"group": g, "items": [{"value": v, "label": w} for v, w in items]} for g, items in groups.items()]
