"""Every word people read, in English and Chinese: the house's own in words.toml beside this file, each room's in its own.

Keys: kind_X and field_X are an edit and its fields, choice_X a value; q_X a quantity; on_X stands on figures; line_X on the
command line; posterior_X what versions of a table say of themselves; says_X sentences of models and tables, holes in braces.
A room's words are its titles of quantities (by their names) and of uncertain ones, `title`, `section`, `relation`, tell_X,
axis_X, and field_X and choice_X of its parameters.

Of a room also `column`, `column_says` (beside other models), lines_X and bars_X (captions), first_X and none_X (the largest
bar in words, or that there is none), and marked_X: what the least bar is called.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from functools import cache
from importlib import resources
from typing import Any

from xunhuan import symbols
from xunhuan.models.model import Model

Texts = Callable[..., str]
CURRENCY_SIGNS = {"CNY": "¥", "USD": "$", "EUR": "€", "GBP": "£"}


@cache
def catalogue() -> dict[str, tuple[str, str]]:
    """Key -> (English, Chinese)."""
    raw = (resources.files("xunhuan.faces") / "words.toml").read_text(encoding="utf-8")
    return {k: (en, zh) for k, (en, zh) in tomllib.loads(raw).items()}


def _said(key: str) -> tuple[str, str] | None:
    """The house's words for a key, else the first room's that has some."""
    if key in catalogue():
        return catalogue()[key]
    from xunhuan.models import registry

    return next((m.words[key] for m in registry.models().values() if key in m.words), None)


def of(lang: str) -> Texts:
    """The words of a language: `of("zh")("tables")`; keyword arguments fill the braces. Raises KeyError.

    >>> of("en")("sectors_of", region="Guangdong")
    "Guangdong's largest sectors"
    """
    k = 1 if lang == "zh" else 0

    def t(key: str, **values: object) -> str:
        said = _said(key)
        if said is None:
            raise KeyError(key)
        return said[k].format(**values)

    return t


def known(key: str) -> bool:
    """True where there are words for a key."""
    return _said(key) is not None


def either(key: str, lang: str, otherwise: str, **values: object) -> str:
    """The words for a key, or what else would be said."""
    return of(lang)(key, **values) if known(key) else otherwise


@cache
def _sentences() -> tuple[tuple[re.Pattern[str], str], ...]:
    """Patterns of sentences that models and tables say in English, with what they are in Chinese."""
    from xunhuan.models import registry

    every = [catalogue(), *(m.words for m in registry.models().values())]
    pairs = [said for words in every for key, said in words.items() if key.startswith(("posterior_", "says_"))]
    hole = re.compile(r"\\\{(\w+)\\\}")
    return tuple((re.compile(hole.sub(r"(?P<\1>.+?)", re.escape(english))), chinese) for english, chinese in pairs)


def in_language(text: str, lang: str) -> str:
    """What a model or a table says in English, in a language: by the sentences posterior_X and says_X of the house and of
    rooms, else as it is.

    >>> in_language("fictional", "zh"), in_language("of my own", "zh")
    ('虚构', 'of my own')
    """
    for form, chinese in _sentences() if lang == "zh" else ():
        if (found := form.fullmatch(text)) is not None:
            return chinese.format(**{k: either(f"choice_{v}", lang, v) for k, v in found.groupdict().items()})
    return text


def caveat(partners: str, lang: str = "en") -> str:
    """That an answer by region leans on partners that are not data, by how they were guessed; empty where they are data.

    >>> caveat("national")
    "Which regions: with whom abroad each trades is its nation's partner shares, not data."
    """
    return of(lang)(f"guessed_{partners}") if partners else ""


def of_room(model: str, key: str, lang: str, otherwise: str = "") -> str:
    """What a model's own room says under a key, its braces left for `str.format`; `otherwise` where it says nothing.

    >>> of_room("trade", "section", "en"), of_room("no such room", "title", "zh", "它")
    ('Who gains and who loses', '它')
    """
    from xunhuan.models import registry

    room = registry.models().get(model)
    said = room.words.get(key) if room is not None else None
    return otherwise if said is None else said[1 if lang == "zh" else 0]


def title(name: str, lang: str = "en") -> str:
    """What a quantity, an uncertain one or an axis is called: by its room, the house, the data dictionary, or its name.

    >>> title("real_income"), title("omega_net", "zh"), title("some_new_thing")
    ('Real income', '净Ω', 'some new thing')
    """
    from xunhuan.models import registry

    room = next((m.words[name] for m in registry.models().values() if name in m.words), None)
    if room is not None:
        return room[1 if lang == "zh" else 0]
    if known(f"q_{name}"):
        return of(lang)(f"q_{name}")
    found = symbols.symbol_title(name, lang)
    return name.replace("_", " ") if found == name else found


def first_of(model: Model[Any], lang: str = "en") -> str:
    """What a model is called: the title in its words, else its name."""
    return model.words.get("title", (model.name, model.name))[1 if lang == "zh" else 0]
