"""A row of evidence, the list of all rows, and the page made of them."""

from __future__ import annotations

import functools
import importlib
import pkgutil
import re
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from tests import evidence as rooms
from xunhuan.faces.bibliography import reference, references

PAGE = Path(__file__).parents[2] / "docs" / "evidence.md"
SHOWN = 8
"""Numbers of a row that the page prints; of longer rows it prints the first three and counts the rest."""

OPENING = """\
# Evidence: published results, worked out here

{rows} results that others have published, {same} of them met to every digit printed. The rest differ by no more than the
bound given, for the reason given; some are meant to differ. Each row is a test that fails when the number moves:
`make evidence` writes this page from the functions in `tests/evidence`, and a test compares.

Numbers have the digits of the source, where they differ one more. A row of many numbers shows the first three; the
test holds all of them. Where the digits were read elsewhere than in the source itself, the row says so.
"""


@dataclass(frozen=True, eq=False)
class Evidence:
    """One published result.

    Attributes
    ----------
    what : str
        The result, in words, with the unit.
    source : str
        Key in refs.bib.
    place : str
        Table, page or equation; where its digits were read, if elsewhere.
    published : tuple of str
        The digits as printed; the last digit says how near ours must come.
    work : callable
        Works ours out, in the same order.
    why : str
        Why ours differs, where it does.
    within : float or None
        Largest difference from the published numbers that `why` accounts for.
    """

    what: str
    source: str
    place: str
    published: tuple[str, ...]
    work: Callable[[], Iterable[float]] = field(repr=False)
    why: str = ""
    within: float | None = None

    @functools.cached_property
    def ours(self) -> tuple[float, ...]:
        """What is found here."""
        found = tuple(float(x) for x in np.ravel(np.asarray(list(self.work()), dtype=float)))
        if len(found) != len(self.published):
            raise ValueError(f"{self.what}: {len(self.published)} published numbers, {len(found)} found")
        return found

    @property
    def room(self) -> str:
        """Heading of the page under which it stands."""
        return (sys.modules[self.work.__module__].__doc__ or "").strip().splitlines()[0].rstrip(".")

    def apart(self) -> float:
        """Largest difference."""
        return max(abs(x - float(p)) for x, p in zip(self.ours, self.published, strict=True))

    def same_digits(self) -> bool:
        """Whether every number is within half a unit of the last digit printed (and a hundredth of that)."""
        return all(
            abs(x - float(p)) <= 0.505 * 10.0 ** -places(p) for x, p in zip(self.ours, self.published, strict=True)
        )

    def holds(self) -> bool:
        """Whether it comes as near as it must."""
        return self.same_digits() if self.within is None else self.apart() <= self.within


ROWS: list[Evidence] = []


def evidence(
    what: str, source: str, place: str, published: str, why: str = "", within: float | None = None
) -> Callable[[Callable[[], Iterable[float]]], Callable[[], Iterable[float]]]:
    """Register a function as the working of a published result; `published` has its digits, blanks apart."""

    def register(work: Callable[[], Iterable[float]]) -> Callable[[], Iterable[float]]:
        ROWS.append(Evidence(what, source, place, tuple(published.split()), work, why, within))
        return work

    return register


def places(digits: str) -> int:
    """Digits after the point."""
    return len(digits.partition(".")[2])


def all_rows() -> list[Evidence]:
    """Every row, rooms in the order of their names in `ORDER`."""
    for found in pkgutil.iter_modules(rooms.__path__):
        if not found.name.startswith(("test_", "__")):
            importlib.import_module(f"{rooms.__name__}.{found.name}")
    return sorted(ROWS, key=lambda row: ORDER.index(row.work.__module__.rpartition(".")[2]))


ORDER = ("textbooks", "balancing", "exports", "positions", "markets", "nafta", "nested", "world", "china", "migration")
"""Rooms as the page has them."""
HEAD = ("| result | source | published | here | why different |", "|---|---|---|---|---|")


def page() -> str:
    """The page docs/evidence.md."""
    rows = all_rows()
    parts = [OPENING.format(rows=len(rows), same=sum(row.same_digits() for row in rows))]
    for room in dict.fromkeys(row.room for row in rows):
        lines = [line(row) for row in rows if row.room == room]
        parts.append("\n".join((f"## {room}", "", *HEAD, *lines, "")))
    found = references(row.source for row in rows)
    parts.append("## Sources\n\n" + "\n".join(f"- {r.text} {r.url}".rstrip() for r in found) + "\n")
    return "\n".join(parts)


def line(row: Evidence) -> str:
    """A row of a table of the page."""
    more = row.within is not None  # where they differ, one digit more shows by how much
    ours = [f"{x:.{places(p) + more}f}" for x, p in zip(row.ours, row.published, strict=True)]
    why = "" if row.within is None else f"{row.why} (within {row.within:g})"
    return f"| {row.what} | {short(row.source)}, {row.place} | {cut(row.published)} | {cut(ours)} | {why} |"


def short(key: str) -> str:
    """Authors and year of a source."""
    return reference(key).text.partition("). ")[0] + ")"


def cut(numbers: Iterable[str]) -> str:
    """Numbers of a cell, the first three of many."""
    all_of_them = [re.sub(r"^-", "−", n) for n in numbers]
    if len(all_of_them) <= SHOWN:
        return ", ".join(all_of_them)
    return ", ".join(all_of_them[:3]) + f" ... ({len(all_of_them)})"
