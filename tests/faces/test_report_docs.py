"""The examples of docs/reports.md run, and its table names every figure function."""

from __future__ import annotations

import doctest
from pathlib import Path

import pytest

from xunhuan.faces import figures

pytestmark = pytest.mark.house

DOCS = Path(__file__).parents[2] / "docs" / "reports.md"


def test_examples_run() -> None:
    failed, tried = doctest.testfile(str(DOCS), module_relative=False, encoding="utf-8")
    assert tried > 0
    assert failed == 0


def test_every_figure_function_is_listed() -> None:
    text = DOCS.read_text(encoding="utf-8")
    assert [f for f in figures.__all__ if f != "Language" and f"`{f}`" not in text] == []
