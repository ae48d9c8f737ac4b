"""The example of docs/trade.md runs, and every parameter is on the page."""

from __future__ import annotations

import doctest
from pathlib import Path

from xunhuan.models.trade import TradeParameters

PAGE = (Path(__file__).parents[2] / "docs" / "trade.md").read_text(encoding="utf-8")


def test_the_example_runs() -> None:
    case = doctest.DocTestParser().get_doctest(PAGE, {}, "docs/trade.md", "docs/trade.md", 0)
    assert len(case.examples) == 8
    assert doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE).run(case).failed == 0


def test_every_choice_is_on_the_page() -> None:
    words = PAGE.lower()
    for name in TradeParameters.model_fields.keys() - {"tolerance", "max_iterations"}:
        assert name.split("_")[0] in words, name
