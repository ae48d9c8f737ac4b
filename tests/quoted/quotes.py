"""A quote, the list of all, and the pages with their numbers put anew."""

from __future__ import annotations

import functools
import importlib
import pkgutil
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from tests import quoted

ROOT = Path(__file__).parents[2]
NUMBER = r"([+−-]?\d+(?:[.,]\d+)*)"
WORDS = r"(.+?)"
HOLES = {"{n}": NUMBER, "{t}": WORDS}


@dataclass(frozen=True)
class Quote:
    """A sentence of a page with holes: {n} a number, {t} words as few as will do.

    Attributes
    ----------
    page : str
        File, from the root of the project.
    sentence : str
        The sentence, or enough of it to be found once; blanks and line breaks are the same.
    work : callable
        Gives what goes into the holes, in their order.
    """

    page: str
    sentence: str
    work: Callable[[], Iterable[str]]

    @property
    def pattern(self) -> re.Pattern[str]:
        """The sentence as it is looked for."""
        parts = re.split(r"(\{[nt]\})", self.sentence)
        return re.compile("".join(HOLES.get(p) or _literal(p) for p in parts), flags=re.S)

    def put(self, text: str) -> str:
        """The page's text with the holes filled anew. Raises ValueError where the sentence is not there once."""
        found = list(self.pattern.finditer(text))
        if len(found) != 1:
            raise ValueError(f"{self.page} has {len(found)} times, not once: {self.sentence}")
        match, new = found[0], worked(self.work)
        if len(new) != len(match.groups()):
            raise ValueError(f"{self.page}: {len(new)} words for {len(match.groups())} holes: {self.sentence}")
        for k in range(len(new), 0, -1):  # from the end, so that places before stay
            a, b = match.span(k)
            text = text[:a] + new[k - 1] + text[b:]
        return text


@functools.cache
def worked(work: Callable[[], Iterable[str]]) -> list[str]:
    """What a function gives, once for all pages that quote it."""
    return list(work())


def _literal(text: str) -> str:
    return r"\s+".join(re.escape(word) for word in re.split(r"\s+", text))


QUOTES: list[Quote] = []


def quote(page: str, *sentences: str) -> Callable[[Callable[[], Iterable[str]]], Callable[[], Iterable[str]]]:
    """Register a function as the working of a sentence of a page; of several sentences it fills them one after another."""

    def register(work: Callable[[], Iterable[str]]) -> Callable[[], Iterable[str]]:
        if len(sentences) == 1:
            QUOTES.append(Quote(page, sentences[0], work))
            return work
        first, once = 0, functools.cache(work)
        for sentence in sentences:
            holes = len(re.findall(r"\{[nt]\}", sentence))
            QUOTES.append(Quote(page, sentence, _part(once, first, first + holes)))
            first += holes
        return work

    return register


def _part(work: Callable[[], Iterable[str]], first: int, last: int) -> Callable[[], Iterable[str]]:
    return lambda: list(work())[first:last]


def all_quotes() -> dict[str, list[Quote]]:
    """Quotes by page."""
    for found in pkgutil.iter_modules(quoted.__path__):
        if found.name.startswith("page_"):
            importlib.import_module(f"{quoted.__name__}.{found.name}")
    by_page: dict[str, list[Quote]] = {}
    for q in QUOTES:
        by_page.setdefault(q.page, []).append(q)
    return by_page


def put_anew(page: str) -> tuple[str, list[str]]:
    """A page's text with all its numbers worked out, and the sentences that are no longer there once."""
    text, gone = (ROOT / page).read_text(encoding="utf-8"), []
    for q in all_quotes()[page]:
        try:
            text = q.put(text)
        except ValueError as absent:
            gone.append(str(absent))
    return text, gone
