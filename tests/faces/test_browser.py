"""Reports in a real Chromium, on a wide and a narrow window: everything is drawn, nothing is fetched, nothing overlaps."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.helpers.browsing import chromium_path, look
from xunhuan.data.accounts import Accounts
from xunhuan.faces.report.circulation import CirculationReport

pytestmark = [pytest.mark.house, pytest.mark.browser]


@pytest.fixture(scope="module")
def page_file(china: Accounts, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("report") / "china.html"
    path.write_text(CirculationReport(china).html(), encoding="utf-8")
    return path


@pytest.mark.parametrize("width", [1400, 390])
def test_the_circulation_report_draws_itself(browser: Any, page_file: Path, width: int) -> None:
    seen = look(browser, page_file, width)
    assert seen.drawn == 8
    assert seen.tall < 8 * (768 if width > 1000 else 844)
    assert width < 1000 or seen.first <= 768
    assert seen.listed == 10
    assert "China’s 31 provinces" in seen.answer


def test_image_files_are_drawn(toy: Accounts, tmp_path: Path) -> None:
    from xunhuan.faces.cli import main

    chromium_path()
    assert main(["figure", "toyland", "shares", "-o", str(tmp_path / "a.png"), "--scale", "1"]) == 0
    assert main(["figure", "toyland", "shares", "-o", str(tmp_path / "a.svg")]) == 0
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")
    assert "Northmark" in (tmp_path / "a.svg").read_text(encoding="utf-8")
