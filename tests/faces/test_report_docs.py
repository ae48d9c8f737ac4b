"""The table of docs/reports.md names every figure function. (The page's examples run as doctests.)"""

from __future__ import annotations

from pathlib import Path

import pytest

from xunhuan.faces import figures

pytestmark = pytest.mark.house

DOCS = Path(__file__).parents[2] / "docs" / "reports.md"


def test_every_figure_function_is_listed() -> None:
    text = DOCS.read_text(encoding="utf-8")
    assert [f for f in figures.__all__ if f != "Language" and f"`{f}`" not in text] == []
