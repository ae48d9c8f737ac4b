"""What a result's numbers rest on that nobody has read or computed, as rows of words."""

from __future__ import annotations

from typing import Any

from xunhuan.faces import words
from xunhuan.faces.reading import Reading
from xunhuan.faces.spelling import Language

ASSUMED_COLUMNS = ("ground_what", "assumed_value", "assumed_range", "ground_kind", "ground_source")
"""Words at the head of the columns of `assumed_rows`."""


def assumed_rows(reading: Reading, lang: Language | None = None) -> list[list[str]]:
    """A row a figure, or a kind of figures: what, value, range, what it rests on, where it is from."""
    lang = lang or reading.lang
    found = reading.result.manifest.get("assumed", {})
    return [_row(model, g, lang) for model, grounds in found.items() for g in grounds]


def _row(model: str, g: dict[str, Any], lang: Language) -> list[str]:
    t, what = words.of(lang), str(g["what"])
    name = words.of_room(model, f"ground_{what}", lang) or words.title(what, lang)
    kind, source = t(f"assumed_{g['kind']}"), words.in_language(str(g["source"]), lang)
    if g["value"] is None:
        several = t("assumed_several", n=g["numbers"]) if g["numbers"] > 1 else "–"
        return [name, several, t("assumed_each") if g["drawn"] else "–", kind, source]
    known = g["low"] is not None
    span = f"{_plain(g['low'], '')}–{_plain(g['high'], g['unit'])}" if known else "–"
    if known and g["low"] < 0:  # two dashes beside each other are read as one
        span = t("from_to", low=_plain(g["low"], ""), high=_plain(g["high"], g["unit"]))
    if g["unit"] == "share" and known:
        span = f"{100 * g['low']:.3g}–{_plain(g['high'], g['unit'])}"
    return [name, _plain(g["value"], g["unit"]), span + (t("assumed_drawn") if g["drawn"] else ""), kind, source]


def _plain(value: float, unit: str) -> str:
    """A figure as people read it: 3 digits, thousands apart, shares in per cent."""
    if unit == "share":
        return f"{100 * value:.3g}%".replace("-", "−")
    small = f"{value:.6f}".rstrip("0") if 1e-5 <= abs(value) < 1e-3 else f"{value:.3g}"
    said = f"{value:,.0f}" if abs(value) >= 1000 else small
    return f"{said.replace('-', '−', said.startswith('-'))} {unit}".strip()
