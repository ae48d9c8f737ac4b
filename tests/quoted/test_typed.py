"""Every number of README and docs is worked out, of a kind that need not be, or allowed with a reason."""

from __future__ import annotations

import pytest

from tests.quoted.quotes import ROOT
from tests.quoted.typed import MADE, allowed, needless, pages, typed

pytestmark = pytest.mark.house

FEW = 16
"""Allowed entries that may be there."""


@pytest.mark.parametrize("page", pages())
def test_no_number_is_typed(page: str) -> None:
    words = [e["text"] for e in allowed() if e["page"] == page]
    found = typed(page, (ROOT / page).read_text(encoding="utf-8"), words)
    assert [str(t) for t in found] == [], "quote it (CONTRIBUTING, Numbers that pages show)"


def test_allowed_words_are_few_have_reasons_and_are_needed() -> None:
    assert all(set(e) == {"page", "text", "why"} and e["why"] for e in allowed())
    assert len(allowed()) <= FEW
    assert needless() == []
    assert all((ROOT / page).is_file() for page in MADE)


def test_a_typed_number_is_told_by_page_line_and_number() -> None:
    text = """# Page 3

Income falls by 0.4% in 2017 [Pichler2022, table 3], to −1,234 in 31 provinces
and 37 provinces, within 1e-9; 0 or 1; `0.7`, d^−2.

    >>> 1 + 1
    2

| CN-GD | 0.5 | OECD-45 |

Measured on two cores on 22 November 2026:

| this | 3 s |

It takes 4 s, and .5 is allowed.
"""
    found = typed("p.md", text, ["and .5 is allowed"])
    assert [(t.line, t.number) for t in found] == [
        (1, "3"), (3, "0.4"), (3, "−1,234"), (4, "37"), (9, "0.5"), (15, "4"),
    ]  # fmt: skip
    assert str(found[-1]) == "p.md:15: 4   in: It takes 4 s, and .5 is allowed."


@pytest.mark.parametrize("kind", ["95%", "2.0", "101", "11%", "1.5", "1,017", "20170", "+3", "−0.2", "12 draws", "1%"])
def test_kinds_let_no_plain_number_pass(kind: str) -> None:
    assert typed("p.md", f"It is {kind} of all.") != []
