"""What a scenario changes, in words: every edit of a shock with its fields, places and goods by their names."""

from __future__ import annotations

import re
from collections.abc import Sequence

from xunhuan.faces import spelling, words
from xunhuan.faces.reading import Reading
from xunhuan.scenario.lines import ShockLines

_GROUPS = ("all", "provinces", "foreign")


def lines_said(shock: ShockLines, reading: Reading) -> list[str]:
    """Each edit of a shock in words, defaults left out."""
    t, out, lang = words.of(reading.lang), [], reading.lang
    for kind, _, line in shock.lines():
        said = line.model_dump(by_alias=True, exclude_none=True, exclude_defaults=True)
        parts = [_field(k, v, reading, kind) for k, v in said.items()]
        plain = kind.replace("_", " ")
        called = plain if lang == "en" else words.either(f"kind_{kind}", lang, plain)
        out.append(t("edit_is", kind=called, what=t("comma").join(parts)))
    return out


def plain_value(value: object, lang: spelling.Language = "en", room: str = "", of: str = "") -> str:
    """A value of a field or a parameter `of` as people read it; in Chinese by its word, the room's own of it first."""
    if isinstance(value, bool):
        return words.of(lang)("yes_it_is" if value else "no_it_is")
    if isinstance(value, list | tuple):
        return ("、" if lang == "zh" else "+").join(plain_value(v, lang, room, of) for v in value)
    if isinstance(value, dict):
        t = words.of(lang)
        named = ((field_called(k, lang, room), plain_value(v, lang, room, k)) for k, v in value.items())
        return t("comma").join(t("field_says", name=k, value=v) for k, v in named)
    said = _number(value) if isinstance(value, float | int) else str(value)
    if lang != "zh":
        return said
    plain = words.title(said, "zh") if said.isidentifier() else said
    plain = said if plain.isascii() else plain
    otherwise = words.either(f"choice_{said}", lang, words.either(f"word_{said}", lang, plain))
    own = words.of_room(room, f"choice_{said}", lang, otherwise)
    return words.in_language(words.of_room(room, f"choice_{of}_{said}", lang, own), lang)


def field_called(name: str, lang: spelling.Language, room: str = "") -> str:
    """What a field or a parameter of a room is called, in Chinese where the page is."""
    if lang != "zh":
        return name.replace("_", " ")
    plain = words.either(f"field_{name}", "zh", words.title(name, "zh"))
    plain = words.of_room(room, f"field_{name}", "zh", plain)
    return words.in_language(words.of_room(room, f"parameter_{name}", "zh", plain), "zh")


def _number(x: float) -> str:
    """Digits as written, thousands apart where there are many: years have four.

    >>> _number(8e7), _number(2022), _number(-0.05), _number(1e-10)
    ('80,000,000', '2022', '−0.05', '1e-10')
    """
    said = f"{x:,.0f}" if abs(x) >= 10_000 and float(x).is_integer() else f"{x:g}"
    return said.replace("-", "−", 1) if said.startswith("-") else said


_YEARS = 1000
"""From here on a time is a year, below it a day."""
_SHARE = re.compile(r", (%|points|share[\w ]*)$")
_HOW_WRITTEN = re.compile("（(日或年|1为原样|留空[^）]*)）$")


def _field(name: str, value: object, reading: Reading, kind: str) -> str:
    """A field of an edit and its value, places and goods by name; shares in per cent, or in points of it, as asked for."""
    plain, lang = name.replace("_", " "), reading.lang
    number = isinstance(value, float | int) and not isinstance(value, bool)
    # One name can be a place in one edit and a number in another.
    keys = (f"field_{kind}_{name}", f"field_{name}_number" if number else "", f"field_{name}")
    key = next((k for k in keys if words.known(k)), "")
    asked = words.either(key, "en", plain)
    said = words.either(key, lang, plain)
    called = plain if lang == "en" else _HOW_WRITTEN.sub("", said)
    if value is True:
        return called
    if number and name in ("start", "end") and float(str(value)) < _YEARS:
        return f"{called}{' ' * (lang == 'en')}{words.of(lang)('day_so_many', n=_number(float(str(value))))}"
    if number and (share := _SHARE.search(asked)) is not None:
        unit = words.of(lang)("points_after") if share[1] == "points" else "%"
        called, told = (
            re.sub("，(%|百分点|占[^，]*)$", "", called),
            f"{_number(round(100 * float(str(value)), 10))}{unit}",
        )
    elif isinstance(value, str | list | tuple):
        codes = value.split("+") if isinstance(value, str) else [str(c) for c in value]
        told = _named(codes, name, reading)
    else:
        told = plain_value(value, lang)
    return f"{called}{_between(called, told, lang)}{told}"


def _between(called: str, told: str, lang: str) -> str:
    """What stands between a field's name and its value."""
    if lang == "zh" and "，" in called:
        return "："
    return " " if lang == "en" or called[-1:].isascii() or told[:1] in "-−" else ""


def _named(codes: Sequence[str], field: str, reading: Reading) -> str:
    """Places, goods or groups by name; those with an exclamation mark are left out of the others."""
    t = words.of(reading.lang)
    among = ("、" if reading.lang == "zh" else " + ").join(
        _piece(c, field, reading) for c in codes if not c.startswith("!")
    )
    without = t("list").join(_piece(c[1:], field, reading) for c in codes if c.startswith("!"))
    return t("all_but", among=among, without=without) if without else among


def _piece(code: str, field: str, reading: Reading) -> str:
    """A place, good or group that an edit names, by name; a choice by its word."""
    lang, t = reading.lang, words.of(reading.lang)
    if field in ("via", "gateways"):  # a port may have the code of an economy
        if code in reading.points:
            return spelling.label(code, *reading.points[code], lang)
        return words.in_language(reading.chinese.get(code, code) if lang == "zh" else code, lang)
    named = reading.places.index[reading.places["name_en"] == code]
    if code in reading.places.index or len(named):
        return reading.name(code if code in reading.places.index else str(named[0]))
    if code in _GROUPS:
        return t(f"word_{code}")
    if field == "channel":
        return words.either(f"cut_{code}", lang, code)
    if field == "sectors" and "sector" in reading.data.coords and code in reading.data["sector"].values:
        return reading.label("sector", code)
    if field == "sectors":  # a group of goods; what another field calls by the same word is another thing
        return words.either(f"sectors_{code}", lang, code)
    if reading.geography is not None and code in reading.geography.clusters:
        return reading.geography.name(code, lang)
    return plain_value(code, lang) if lang == "zh" else code
