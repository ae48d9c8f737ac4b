"""The notation of ISIC Rev.4 that sector codes are written in, and the classes each code holds."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

SECTIONS = {
    "A": (1, 3), "B": (5, 9), "C": (10, 33), "D": (35, 35), "E": (36, 39), "F": (41, 43), "G": (45, 47), "H": (49, 53),
    "I": (55, 56), "J": (58, 63), "K": (64, 66), "L": (68, 68), "M": (69, 75), "N": (77, 82), "O": (84, 84),
    "P": (85, 85), "Q": (86, 88), "R": (90, 93), "S": (94, 96), "T": (97, 98), "U": (99, 99),
}  # fmt: skip
"""First and last division of each section of ISIC Rev.4."""
_HALVES = {"C24A": "C241+C2431", "C24B": "C242+C2432"}
"""Iron and steel, and other metals, as the OECD writes them."""
_NUMBERED = re.compile(r"([A-U])(\d{2,4})(?:[T-]([A-U])?(\d{2,4}))?")
_LETTERED = re.compile(r"([A-U])(?:-([A-U]))?")


def classes(code: str) -> frozenset[int]:
    """ISIC Rev.4 classes, four digits each, that a code names; empty where it is of another kind.

    A division that lies outside the section of its letter is another edition's or another list's.

    >>> len(classes("C26")), sorted(classes("C261"))[:2], classes("C302T309") < classes("C30")
    (100, [2610, 2611], True)
    >>> classes("D01T03"), classes("22"), classes("manufactures")
    (frozenset(), frozenset(), frozenset())
    """
    out: set[int] = set()
    letter = ""
    for part in re.split(r"[_+,]", "+".join(_HALVES.get(x, x) for x in code.split("+"))):
        span, letter = _span(letter + part if part[:1].isdigit() else part)
        if not span:
            return frozenset()
        out.update(span)
    return frozenset(out)


def _span(part: str) -> tuple[range, str]:
    """Classes of one part of a code and its section; no classes where its numbers are not the section's."""
    if found := _LETTERED.fullmatch(part):
        last = found[2] or found[1]
        return range(SECTIONS[found[1]][0] * 100, SECTIONS[last][1] * 100 + 100), last
    found = _NUMBERED.fullmatch(part)
    if found is None:
        return range(0), ""
    last = found[3] or found[1]
    low, high = _edge(found[2], 0), _edge(found[4] or found[2], 1)
    inside = SECTIONS[found[1]][0] * 100 <= low <= high < SECTIONS[last][1] * 100 + 100
    return range(low, high + 1) if inside else range(0), last


def _edge(digits: str, end: int) -> int:
    """First or last class of a division, group or class."""
    size: int = 10 ** (4 - len(digits))
    return int(digits) * size + end * (size - 1)


@lru_cache(10_000)
def divisions(code: str) -> frozenset[int]:
    """ISIC Rev.4 divisions a code names, whole or in part; empty where the code is of another kind.

    >>> sorted(divisions("C17_18")), sorted(divisions("A01T03")), sorted(divisions("J62_J63+E38"))
    ([17, 18], [1, 2, 3], [38, 62, 63])
    >>> sorted(divisions("M_N"))[:3], sorted(divisions("R-U")), divisions("c22")
    ([69, 70, 71], [90, 91, 92, 93, 94, 95, 96, 97, 98, 99], frozenset())
    """
    return frozenset(c // 100 for c in classes(code))


def is_isic(codes: Iterable[str]) -> bool:
    """True where a whole list is written in ISIC Rev.4: every code is, no class is in two, and some code has a number.

    Bare letters alone may be anybody's numbering, and must be declared.

    >>> is_isic(["A01T03", "C26", "F"]), is_isic(["A", "B", "C"]), is_isic(["C26", "C261"]), is_isic(["01", "02"])
    (True, False, False, False)
    """
    known = list(codes)
    found = [classes(c) for c in known]
    whole = all(found) and sum(map(len, found)) == len(frozenset().union(*found))
    return whole and any(any(x.isdigit() for x in c) for c in known)


def with_section(code: str) -> str:
    """ISIC of divisions and groups written without their section's letter; "" where the code is none.

    >>> with_section("10T12"), with_section("97"), with_section("x"), with_section("09T11")
    ('C10T12', 'T97', '', '')
    >>> with_section("24A"), with_section("302T309"), with_section("25A")
    ('C24A', 'C302T309', '')
    """
    found = re.fullmatch(r"(\d\d)\d?[AB]?(?:T(\d\d)\d?)?", code)
    if found is None:
        return ""
    first, last = int(found[1]), int(found[2] or found[1])
    section = next((s for s, (a, b) in SECTIONS.items() if a <= first <= b), "")
    return section + code if section and classes(section + code) and last <= SECTIONS[section][1] else ""
