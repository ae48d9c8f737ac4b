"""What is wrong with a page as it is drawn, as far as a browser can tell it: told beside the pictures."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tests.helpers.chinese import english

HERE = Path(__file__).parent
_STOPS = re.compile(r"[\u4e00-\u9fff）”…][,:;] ?(?! ?[\d.]+\b)|[\u4e00-\u9fff）”] \([^)]*[\u4e00-\u9fff]")
"""A Latin stop after Chinese words, or Latin brackets about them; numbers are listed as they are."""
_TWICE = re.compile(r"[，。；：、]{2}|[。，；：]\.|（）|\(\)|（（|。 [\u4e00-\u9fff]")
_CODES = re.compile(
    r"(?<![\w./=-])[a-z]+_[a-z_]+(?![\w./=-])"
    r"|(?a:(?<![A-Za-z\d])[A-Z]\d\d[A-Z\d]*(?![A-Za-z\d]))|部门[A-Z](?![a-z])"
)
"""Names of fields and codes of sectors."""


def unlike_chinese(said: Iterable[str]) -> list[str]:
    """What a Chinese reader stumbles on: Latin or doubled stops, empty brackets, names of fields, codes of sectors.

    >>> unlike_chinese(["出口: 多", "出口：多。.", "切断（cut_trade）", "上海，江苏。", "C261与P部门"])
    ['stop: 出口: 多', 'doubled: 出口：多。.', 'code: 切断（cut_trade）', 'code: C261与P部门']
    """
    found = []
    for text in (t for t in dict.fromkeys(said) if re.search("[\u4e00-\u9fff]", t)):
        for kind, look in (("stop", _STOPS), ("doubled", _TWICE), ("code", _CODES)):
            if look.search(text):
                found.append(f"{kind}: {text[:160]}")
    return found


def wrong(page: Any, lang: str) -> list[str]:
    """Faults of the page that is open, a line each: of its shape (told.js), and texts in the other language (read.js)."""
    told, read = ((HERE / name).read_text(encoding="utf-8") for name in ("told.js", "read.js"))
    said = page.evaluate(read)
    foreign = english(said) if lang == "zh" else [s for s in said if any("\u4e00" <= c <= "\u9fff" for c in s)]
    stumbles = unlike_chinese(said) if lang == "zh" else []
    return [*page.evaluate(told), *(f"language: {s[:160]}" for s in dict.fromkeys(foreign)), *stumbles]
