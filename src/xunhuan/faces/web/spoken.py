"""Pages in the language they are looked at in: what parts still say in English is said in Chinese, terms are explained."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from xunhuan.faces import glossary, words
from xunhuan.faces.report.page import figure_in

_SAID = ("children", "title", "label", "alt", "placeholder", "description", "aria-label")
"""What a visitor reads or hears of a part."""
_ALONE = (html.Th, html.Td, html.Dt, html.Span, html.B, html.H2, html.H3, html.Summary)
"""Parts that explain what they say where that is a term and nothing else."""


def spoken(tree: Any, lang: str, say: Callable[[str], str] | None = None) -> Any:
    """A page, or a part of one, in a language; terms that stand alone say what they mean when pointed at.

    say  what a text is in that language; by default the house's catalogue of sentences
    """
    told = say or (lambda text: words.in_language(text, lang))
    return _said(tree, lang, told if lang == "zh" else str)


def _said(part: Any, lang: str, say: Callable[[str], str]) -> Any:
    if isinstance(part, str):
        return say(part)
    if isinstance(part, list | tuple):
        return [_said(p, lang, say) for p in part]
    if not isinstance(part, Component) or isinstance(part, html.Code | dcc.Store):
        return part
    for name in _SAID:
        value = getattr(part, name, None)
        if value is not None and (name == "children" or isinstance(value, str)):
            setattr(part, name, _said(value, lang, say))
    figure = getattr(part, "figure", None)
    if lang == "zh" and figure is not None:
        setattr(part, "figure", figure_in(figure, say))  # noqa: B010
    if getattr(part, "lang", None) == "en" and lang == "zh" and not _stayed(part.children):
        delattr(part, "lang")
    alone = isinstance(part, _ALONE) and isinstance(part.children, str) and not getattr(part, "title", None)
    if alone and (meaning := glossary.tip(part.children, lang)):
        setattr(part, "title", meaning)  # noqa: B010
    return part


def _stayed(said: Any) -> bool:
    """Whether a text that was marked as English still is."""
    return isinstance(said, str) and not any(c > "\u2e80" for c in said)
