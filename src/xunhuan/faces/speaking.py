"""The language this process speaks to its user: chosen by `--lang`, else what the machine is set to."""

from __future__ import annotations

import os
from typing import Literal

from xunhuan.errors import SHOWN, XunhuanError

_SPOKEN: list[str] = []


def speak(lang: str) -> None:
    """Say what language this process speaks: "en" or "zh"; "" takes what the machine is set to."""
    _SPOKEN[:] = [lang] if lang else []


def language_spoken() -> Literal["en", "zh"]:
    """The language chosen, else XUNHUAN_LANG, else Chinese where LC_ALL, LC_MESSAGES or LANG says so.

    >>> speak("zh")
    >>> language_spoken()
    'zh'
    >>> speak("")
    """
    said = _SPOKEN[0] if _SPOKEN else os.environ.get("XUNHUAN_LANG", "")
    asked = said or next((v for k in ("LC_ALL", "LC_MESSAGES", "LANG") if (v := os.environ.get(k))), "")
    return "zh" if asked.lower().startswith("zh") else "en"


def in_my_words(text: str, filed: bool = False) -> str:
    """What is said in English, in the language this process speaks, line by line.

    filed: it stands beside numbers as a file has them
    """
    if language_spoken() == "en":
        return text
    from xunhuan.faces.words import in_language

    return "\n".join(in_language(line, "zh", filed) for line in text.split("\n"))


def meaning_in_my_words(label: str) -> str:
    """What a label of a table means, in the language this process speaks; empty where it is no term."""
    from xunhuan.faces.columns import column_tip

    return column_tip(label, language_spoken())


def wrong_said(text: str) -> str:
    """What is wrong, in the language this process speaks; names to be written stay as they are."""
    if language_spoken() == "en":
        return text
    from xunhuan.faces.words import wrong_in_language

    return wrong_in_language(text, "zh")


def error_said(error: XunhuanError) -> str:
    """An error in the language of the command line."""
    if language_spoken() == "en":
        return f"error: {error}"
    from xunhuan.faces.words import wrong_in_language

    def say(text: str) -> str:
        return "\n".join(wrong_in_language(line, "zh") for line in text.split("\n"))

    shown = error.items[:SHOWN]
    more = len(error.items) - len(shown)
    lines = [f"错误：{say(error.what)}", *(f"  - {say(item)}" for item in shown)]
    lines += [f"  - 另有{more}项"] * bool(more) + [f"  位置：{say(error.where)}"] * bool(error.where)
    return "\n".join([*lines, *([f"  改法：{say(error.fix)}"] * bool(error.fix))])
