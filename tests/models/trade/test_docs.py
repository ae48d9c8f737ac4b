"""Every parameter and every result of the trade model is described. (The page's examples run as doctests.)"""

from __future__ import annotations

from pathlib import Path

import pytest

from xunhuan.data.accounts import Accounts
from xunhuan.models.trade import TradeParameters, gradient, respond
from xunhuan.symbols import SYMBOLS

pytestmark = pytest.mark.house

PAGE = (Path(__file__).parents[3] / "docs" / "trade.md").read_text(encoding="utf-8")


def test_every_choice_is_on_the_page() -> None:
    words = PAGE.lower()
    for name in TradeParameters.model_fields.keys() - {"tolerance", "max_iterations"}:
        assert name.split("_")[0] in words, name


def test_every_result_is_in_the_dictionary(toy: Accounts) -> None:
    names = set(respond(toy).detail.data_vars) | set(gradient(toy, "BOR").data_vars)
    assert names - SYMBOLS.keys() == set()
