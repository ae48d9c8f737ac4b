"""Every word of the interface in English and Chinese, from texts.toml beside this file."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from functools import cache
from importlib import resources

Texts = Callable[..., str]
SYMBOLS = {"CNY": "¥", "USD": "$", "EUR": "€", "GBP": "£"}


@cache
def catalogue() -> dict[str, tuple[str, str]]:
    """Key -> (English, Chinese)."""
    raw = (resources.files("xunhuan.faces.web") / "texts.toml").read_text(encoding="utf-8")
    return {k: (en, zh) for k, (en, zh) in tomllib.loads(raw).items()}


def of(lang: str) -> Texts:
    """The words of a language: `of("zh")("tables")`; keyword arguments fill the braces.

    >>> of("en")("sectors_of", region="Guangdong")
    "Guangdong's largest sectors"
    """
    k = 1 if lang == "zh" else 0

    def t(key: str, **values: object) -> str:
        return catalogue()[key][k].format(**values)

    return t


def known(key: str) -> bool:
    """True where there are words for a key."""
    return key in catalogue()
