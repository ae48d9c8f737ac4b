"""What the command line wrote for a scenario of the library is shown in the laboratory."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from xunhuan.faces.web.pages import outcome
from xunhuan.faces.web.state import Selection
from xunhuan.scenario.layers import library

pytestmark = [pytest.mark.twin, pytest.mark.slow]


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("name", sorted(library()))
def test_the_number_of_the_summary_stands_on_the_page(
    library_result: Callable[[str], Path], name: str, lang: str
) -> None:
    folder, selection = library_result(name), Selection("results", lang=lang)
    result = outcome.opened(folder)
    arm = outcome.arm_of(result, selection)
    said = str(outcome.one(folder, selection))
    assert result.scenario.title in said
    value = float(result.headline(outcome.quantity_of(result, arm), arm, str(result.data.attrs["home"]))["value"])
    assert f"{abs(100 * value):.2f}%" in said
