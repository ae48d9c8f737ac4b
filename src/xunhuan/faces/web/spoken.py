"""Pages in the language they are looked at in: what parts still say in English is said in Chinese, terms are explained."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from xunhuan.faces import columns, glossary, words
from xunhuan.faces.report.page import figure_in

_SAID = ("children", "title", "label", "alt", "placeholder", "description", "aria-label")
"""What a visitor reads or hears of a part."""
MEANS = "data-means"
"""The attribute in which assets/means.js finds what a term means."""
_REACHED = (html.Button, html.A, html.Summary, html.Label, dcc.Link)
"""Parts that the keyboard reaches by themselves."""
_QUIET = (html.Caption, html.Figcaption)
"""Parts that are only heard: nothing in them is pointed at."""


def spoken(tree: Any, lang: str, say: Callable[[str], str] | None = None) -> Any:
    """A page, or a part of one, in a language; every label that is a term says what it means when it is pointed at or
    reached by the keyboard (assets/means.js).

    say  what a text is in that language; by default the house's catalogue of sentences
    """
    told = say or (lambda text: words.in_language(text, lang))
    return _Speaker(lang, told if lang == "zh" else str).said(tree)


class _Speaker:
    """One page's words. A term is a stop of the keyboard once a page, not in each row of a table."""

    def __init__(self, lang: str, say: Callable[[str], str]) -> None:
        self.lang, self.say = lang, say
        self.stops: set[str] = set()

    def said(self, part: Any, stop: bool = True, told: bool = True, head: bool = False) -> Any:
        """A part of the page. stop: a term in it may be a stop of the keyboard · told: a term in it is explained ·
        head: it stands over a column
        """
        if isinstance(part, html.Pre):  # a message of the checks: names in it are to be written, and stay
            part.children = self._wrong(part.children)
            return part
        if isinstance(part, str):
            return self.explained(part, stop, head) if told else self.say(part)
        if isinstance(part, list | tuple):
            return [self.said(p, stop, told, head) for p in part]
        if not isinstance(part, Component) or isinstance(part, html.Code | dcc.Store):
            return part
        for name in _SAID:
            value = getattr(part, name, None)
            if name == "children" and value is not None:
                quiet = isinstance(part, _QUIET) or getattr(part, "aria-hidden", "") == "true" or hasattr(part, MEANS)
                over = head or (isinstance(part, html.Th) and getattr(part, "scope", "") == "col")
                part.children = self.said(value, stop and not isinstance(part, _REACHED), told and not quiet, over)
            elif isinstance(value, str):
                label = name == "label" and part._namespace == "dash_mantine_components"  # holds more than text
                setattr(part, name, self.said(value, stop=False, told=label))
        figure = getattr(part, "figure", None)
        if self.lang == "zh" and figure is not None:
            setattr(part, "figure", figure_in(figure, self.say))  # noqa: B010
        if figure is not None:
            _annotate(getattr(part, "figure"), self.lang)  # noqa: B009
        if getattr(part, "lang", None) == "en" and self.lang == "zh" and not _stayed(part.children):
            delattr(part, "lang")
        return part

    def _wrong(self, part: Any) -> Any:
        if isinstance(part, list):
            return [self._wrong(p) for p in part]
        return words.wrong_in_language(part, self.lang) if isinstance(part, str) else part

    def explained(self, written: str, stop: bool, head: bool = False) -> Any:
        """A text, with its meaning where it is a term and nothing else, or is a heading."""
        text = self.say(written)
        tips = (columns.column_tip, glossary.tip) if head else (glossary.tip,)
        meaning = next((m for tip in tips for t in (text, written) if (m := tip(t, self.lang))), "")
        if not meaning:
            return text
        more: dict[str, Any] = {MEANS: meaning}
        if stop and meaning not in self.stops:
            self.stops.add(meaning)
            more["tabIndex"] = 0
        return html.Span(text, className="term", **more)


def _annotate(figure: Any, lang: str) -> None:
    """Tell a figure, where assets/means.js reads it, what the terms in its labels and legend mean."""
    labels = dict.fromkeys(_labels(figure.to_dict()))
    said = {t: m for t in labels if (m := glossary.means_in(t, lang))}
    if said:
        figure.layout.meta = {"means": said}


def _labels(part: Any) -> Iterator[str]:
    """Titles of axes and scales, names of the legend, and what is written on a figure."""
    if isinstance(part, dict):
        for key, value in part.items():
            if key in ("template", "customdata"):
                continue
            if key in ("text", "name") and isinstance(value, str):
                yield value
            yield from _labels(value)
    elif isinstance(part, list | tuple):
        for value in part:
            yield from _labels(value) if isinstance(value, dict) else ()


def _stayed(said: Any) -> bool:
    """Whether a text that was marked as English still is."""
    return isinstance(said, str) and not any(c > "\u2e80" for c in said)
