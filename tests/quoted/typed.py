"""Numbers of a page that nothing works out: what is left when quotes, examples, code and a few kinds are taken away."""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tests.quoted.quotes import ROOT, all_quotes
from xunhuan import tables
from xunhuan.data.store import load

MADE = {"docs/models.md", "docs/models.zh.md", "docs/evidence.md", "docs/glossary.md"}
"""Pages that a command writes whole; a test of each compares."""
ALLOWED = Path(__file__).with_name("allowed.toml")

NUMBER = r"[+−-]?[.]?\d+(?:[.,]\d+)*"
CODE = (
    r"^```.*?^```",  # fenced: commands, files, examples, whose outputs are tested
    r"(?:(?<=\n\n)|(?<=\A))(?: {4}[^\n]*\n|\n(?= {4}))+",  # indented
    r"`[^`\n]*`",
    r"\]\([^)]*\)|https?://\S+",  # addresses
)
YEAR = r"(?<![\d,.+−-])(?:1[7-9]|20)\d\d(?![\d%]|[.,]\d)"
OPERATOR = r"[=<>≤≥−+/·^~*(\[|]"
KINDS = {
    "a power": r"\d+\^[−-]?\d+|\^\(?[−-]1(?:/2)?(?=[θ)\W])",
    "a tolerance, which a test holds": r"\d(?:\.\d)?e-\d+",
    "a speed or a size, with machine and date": r"Measured on[^\n]* on \d+ [A-Z][a-z]+ 20\d\d.*?(?=\n#|\n\n(?!\|)|\Z)",
    "a citation": r"\[[A-Z][A-Za-z]*\d{4}[^\]]*\]",
    "a year or a date": rf"(?:\d+ [A-Z][a-z]+ )?{YEAR}(?:[-–/]\d+)?",
    "a place in a source or on the page": r"(?:eqs?\.|[Tt]ables?|pp?\.|note|section|chapter|ch\.|[Ss]teps?) [A-Z]?\d[\d.]*"
    r"(?:(?: to |–|, | and )\d[\d.]*)*",
    "an item of a list, a step of a table": r"(?m)^(?:\d\. |\| \d (?=[|a-z]))|(?<=the gaps of )2 or 3",
    "a name": r"(?<![\w.,])[A-Za-z_]*[A-Za-z]_?\d+(?:[-:_.]?[A-Za-z]+\d*)*(?!\d)|(?<=[A-Za-z]-)\d+\b|\b\d+-region|ISO [\d-]+"
    r"|GPL-3\.0-or-later",
    "a version, an exit code": r"(?:Python|version) \d+(?:\.\d+)*\+?|[Ee]xit code is \d",
    "how sure an interval is": r"\d+ to \d+ % of (?:the )? *draws|\d+th and \d+th percentiles?|\d\d% intervals?"
    r"|(?<=in )(?:at least )?9\d% of\s+the (?:versions|draws)|Median and 90%",
    "nothing, all, once": r"(?<![\d.,+−-])[01](?![\d%]|[.,]\d| %)",
    "a constant of a formula": rf"(?<={OPERATOR}) ?[24]\b(?![.,%]\d)|(?<![\d.,])2(?=[ABθ])",
    "a base of comparison": r"every \$100",
}
"""Kinds of numbers that no quote need fill, and how they are told. (Words, as "two", are none.)"""
COUNTED = r"(?<![\d.,])(\d+)(?: x (\d+))?(?:-sector|(?: common)?\s+(?:provinces|provincial|economies|sectors))"
"""Sizes of tables and lists, which must be those of a bundled table."""


@dataclass(frozen=True, order=True)
class Typed:
    """A number that nothing works out: page, line, the number, the line's text."""

    page: str
    line: int
    number: str
    text: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}: {self.number}   in: {self.text.strip()}"


def pages() -> list[str]:
    """README and docs, but those that a command writes whole."""
    every = ["README.md", *sorted(str(p.relative_to(ROOT)) for p in (ROOT / "docs").glob("*.md"))]
    return [p for p in every if p not in MADE]


@functools.cache
def allowed() -> tuple[dict[str, str], ...]:
    """Words whose numbers cannot be worked out: page, text, why."""
    return tuple(tomllib.loads(ALLOWED.read_text(encoding="utf-8"))["sentence"])


@functools.cache
def sizes() -> frozenset[str]:
    """Numbers of regions, of home's and foreign ones, and of sectors of the bundled tables."""
    world = load("world-2017")
    home = sum(n == world.home for n in world.geography.nation)
    return frozenset(str(n) for n in {*tables()["sectors"], *tables()["regions"], home, world.R - home})


def typed(page: str, text: str, sentences: Iterable[str] = ()) -> list[Typed]:
    """Numbers of a page's text that no quote, code, kind or sentence covers."""
    spans = [
        m.span(k)
        for q in all_quotes().get(page, ())
        for m in q.pattern.finditer(text)
        for k in range(1, m.re.groups + 1)
    ]
    for sentence in sentences:
        spans += [m.span() for m in _words(sentence).finditer(text)]
    for code in CODE:
        spans += [m.span() for m in re.finditer(code, text, flags=re.M | re.S)]
    left = _blank(text, spans)
    for kind in KINDS.values():
        left = _blank(left, [m.span() for m in re.finditer(kind, left, flags=re.S)])
    counts = re.finditer(COUNTED, left)
    left = _blank(left, [m.span() for m in counts if {n for n in m.groups() if n} <= sizes()])
    lines = text.splitlines()
    at = [(left.count("\n", 0, m.start()), m.group()) for m in re.finditer(NUMBER, left)]
    return [Typed(page, line + 1, number, lines[line]) for line, number in at]


def _words(sentence: str) -> re.Pattern[str]:
    return re.compile(r"\s+".join(map(re.escape, sentence.split())))


def needless() -> list[dict[str, str]]:
    """Allowed words that cover no number, or are not on their page."""
    out = []
    for entry in allowed():
        text = (ROOT / entry["page"]).read_text(encoding="utf-8")
        rest = [e["text"] for e in allowed() if e["page"] == entry["page"] and e is not entry]
        if typed(entry["page"], text, rest) == typed(entry["page"], text, [*rest, entry["text"]]):
            out.append(entry)
    return out


def _blank(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """Text with parts made blank; lines stay."""
    for start, stop in spans:
        text = text[:start] + re.sub(r"[^\n]", " ", text[start:stop]) + text[stop:]
    return text
