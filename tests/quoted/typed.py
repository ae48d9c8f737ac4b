"""Numbers of a page that nothing works out: what is left when quotes, examples, code and a few kinds are taken away."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tests.quoted.quotes import ROOT, all_quotes

MADE = {"docs/models.md", "docs/evidence.md"}
"""Pages that a command writes whole; a test of each compares."""
ALLOWED = Path(__file__).with_name("allowed.toml")

NUMBER = re.compile(r"[+−-]?[.]?\d+(?:[.,]\d+)*")

CODE = (
    r"^```.*?^```",  # fenced: commands, files, examples, whose outputs are tested
    r"(?:(?<=\n\n)|(?<=\A))(?: {4}[^\n]*\n|\n(?= {4}))+",  # indented
    r"`[^`\n]*`",
    r"\]\([^)]*\)|https?://\S+",  # addresses
)
YEAR = r"(?<![\d,.+−-])(?:1[7-9]|20)\d\d(?![\d%]|[.,]\d)"
UNIT = r"(?:ms|s|seconds?|minutes|MB|GB|GiB|KiB|pixels)"
OPERATOR = r"[=<>≤≥−+/·^~*(\[|]"
KINDS = {
    "a speed, with machine and date": r"Measured on.*?(?=\n#|\n\n(?!\|)|\Z)",
    "a citation": r"\[[A-Z][A-Za-z]*\d{4}[^\]]*\]",
    "a year or a date": rf"(?:\d+ [A-Z][a-z]+ )?{YEAR}(?:[-–/]\d+)?",
    "a place in a source or on the page": r"(?:eqs?\.|[Tt]ables?|pp?\.|note|section|chapter|ch\.|[Ss]teps?) [A-Z]?\d[\d.]*"
    r"(?:(?: to |–|, | and )\d[\d.]*)*",
    "an item of a list, a step of a table": r"(?m)^(?:\d\. |\| \d (?=[|a-z]))",
    "a name": r"(?<![\w.,])[A-Za-z]+(?:[-_]?\d+)+(?:[-:.]\w+)*|\b\d+-(?:region|sector)|ISO [\d-]+|Python \d\.\d+\+?",
    "a power of ten": r"\d+\^[−-]?\d+",
    "a tolerance": r"\d(?:\.\d)?e-\d+",
    "how sure an interval is": r"(?:\d+ to |\d+th and )?\d\d(?:th)? ?%?(?= intervals?\b| (?:percentiles?|%? ?of the (?:versions|draws))\b)"
    r"|Median and 90%|95%(?= of\s+the versions)",
    "a constant of a formula": rf"(?<={OPERATOR})[ −]?[0124]\b(?![.,%]\d)|(?<={OPERATOR} )−?[012]\b(?![.,]\d|%)"
    r"|(?<![\d.,])[012](?= ?[−+·/√*]|[A-Zα-ωΣ(])|(?<=[a-zA-Zα-ω] [=≥≤><] )−?[012]\b(?![.,]\d|%)",
    "a speed or a size, which benchmarks measure": rf"(?<![\d.,])\d[\d.,]* ?{UNIT}(?!\w)",
}
"""Kinds of numbers that no quote need fill, and how they are told. (Words, as "two", are none.)"""


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
    """README and docs, those that a command writes whole apart."""
    every = ["README.md", *sorted(str(p.relative_to(ROOT)) for p in (ROOT / "docs").glob("*.md"))]
    return [p for p in every if p not in MADE]


def allowed() -> list[dict[str, str]]:
    """Sentences whose numbers cannot be worked out: page, text, why."""
    return list(tomllib.loads(ALLOWED.read_text(encoding="utf-8"))["sentence"])


def typed(page: str, text: str, sentences: Iterable[str] = ()) -> list[Typed]:
    """Numbers of a page's text that no quote, code, kind or sentence covers."""
    left = text
    for q in all_quotes().get(page, ()):
        for match in q.pattern.finditer(text):
            for k in range(1, len(match.groups()) + 1):
                left = _blank(left, *match.span(k))
    for sentence in sentences:
        pattern = re.compile(r"\s+".join(map(re.escape, sentence.split())))
        for match in pattern.finditer(text):
            left = _blank(left, *match.span())
    for pattern_ in CODE:
        for match in re.finditer(pattern_, text, flags=re.M | re.S):
            left = _blank(left, *match.span())
    for pattern_ in KINDS.values():
        for match in list(re.finditer(pattern_, left, flags=re.S)):
            left = _blank(left, *match.span())
    lines = text.splitlines()
    out = []
    for match in NUMBER.finditer(left):
        line = left.count("\n", 0, match.start())
        out.append(Typed(page, line + 1, match.group(), lines[line]))
    return out


def _blank(text: str, start: int, stop: int) -> str:
    """Text with a part made blank; lines stay."""
    return text[:start] + re.sub(r"[^\n]", " ", text[start:stop]) + text[stop:]
