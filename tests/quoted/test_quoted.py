"""README and docs quote the numbers that come out. (Their examples run as doctests.)"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.helpers.raw import NoRaw
from tests.quoted.examples import renewed
from tests.quoted.notebooks import NOTEBOOKS, read, run, written
from tests.quoted.quotes import ROOT, Quote, all_quotes, put_anew

pytestmark = pytest.mark.house

PAGES = all_quotes()
DEAR = {
    "README.md", "docs/china-tables.md", "docs/harmonised.md", "docs/partners.md", "docs/processing.md",
    "docs/propagation.md", "docs/trade.md", "docs/tutorial.md", "docs/world-table.md",
}  # fmt: skip
"""Pages whose numbers take seconds."""
FIRST = {p.replace(".zh.md", ".md") for p in PAGES}
"""Pages by their English: both languages are worked out in one go, once."""


@pytest.mark.parametrize(
    "page", [pytest.param(p, marks=pytest.mark.slow if p in DEAR else ()) for p in sorted(FIRST)], ids=lambda p: str(p)
)
def test_the_page_has_the_numbers_that_come_out(page: str) -> None:
    for told in (p for p in (page, page.replace(".md", ".zh.md")) if p in PAGES):
        try:
            made, gone = put_anew(told)
        except NoRaw as absent:
            pytest.skip(str(absent))
        assert gone == []
        assert made.splitlines() == (ROOT / told).read_text(encoding="utf-8").splitlines(), (
            "put them anew: make figures"
        )


@pytest.mark.parametrize("page", PAGES)
def test_the_page_says_how_its_numbers_are_made(page: str) -> None:
    assert "make figures" in (ROOT / page).read_text(encoding="utf-8")


@pytest.mark.slow
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: str(p.name))
def test_the_notebook_holds_what_its_cells_give(path: Path) -> None:
    assert path.read_text(encoding="utf-8") == written(run(read(path))), "run it anew: make figures"


def test_there_are_notebooks_and_every_cell_of_code_has_run() -> None:
    assert len(NOTEBOOKS) >= 2
    cells = [c for path in NOTEBOOKS for c in read(path)["cells"] if c["cell_type"] == "code"]
    assert all(c["execution_count"] for c in cells)
    assert run({"cells": [{"cell_type": "code", "source": ["x = 2\n", "print(x)\n", "x + 1"]}]})["cells"][0][
        "outputs"
    ] == [
        {"name": "stdout", "output_type": "stream", "text": ["2\n"]},
        {"data": {"text/plain": ["3"]}, "execution_count": 1, "metadata": {}, "output_type": "execute_result"},
    ]


def test_a_quote_fills_its_holes_and_nothing_else() -> None:
    q = Quote("p.md", "rose {n}% in {t}, to {n}.", lambda: ["−2.5", "Jilin and Hubei", "1,234"])
    assert q.put("It rose 1%\n in Jilin, to 7. Then 9.") == "It rose −2.5%\n in Jilin and Hubei, to 1,234. Then 9."
    with pytest.raises(ValueError, match=re.escape("p.md has 0 times, not once: rose {n}% in {t}, to {n}.")):
        q.put("It fell.")
    with pytest.raises(ValueError, match="2 words for 3 holes"):
        Quote("p.md", "a {n} {n} {n}", lambda: ["1", "2"]).put("a 1 2 3")


def test_outputs_of_examples_are_written_anew_and_messages_left(tmp_path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "Text\n\n    >>> 1 + 1\n    3\n    >>> print('a')\n    a\n    >>> int('x')\n    4\n", encoding="utf-8"
    )
    text, broken = renewed(page)
    assert text == "Text\n\n    >>> 1 + 1\n    2\n    >>> print('a')\n    a\n    >>> int('x')\n    4\n"
    assert broken == ["page.md, line 7: int('x')"]
