"""What is wrong with a page as it is drawn, as far as a browser can tell it: told beside the pictures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.helpers.chinese import english

HERE = Path(__file__).parent


def wrong(page: Any, lang: str) -> list[str]:
    """Faults of the page that is open, a line each: of its shape (told.js), and texts in the other language (read.js)."""
    told, read = ((HERE / name).read_text(encoding="utf-8") for name in ("told.js", "read.js"))
    said = page.evaluate(read)
    foreign = english(said) if lang == "zh" else [s for s in said if any("\u4e00" <= c <= "\u9fff" for c in s)]
    return [*page.evaluate(told), *(f"language: {s[:160]}" for s in dict.fromkeys(foreign))]
