"""What reports, figures and citations say when they cannot be made; nothing is written then."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from xunhuan.faces.cli import main

pytestmark = pytest.mark.error


def told(capsys: pytest.CaptureFixture[str], *argv: str) -> tuple[int, str]:
    code = main(list(argv))
    return code, capsys.readouterr().err


def test_an_unknown_table(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, err = told(capsys, "report", "toylnd", "-o", str(tmp_path / "x.html"))
    assert code == 2
    assert err == "error: unknown table 'toylnd'\n  fix: did you mean toyland?\n"
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_no_result(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, err = told(capsys, "report", str(tmp_path), "-o", str(tmp_path / "x.html"))
    assert code == 2
    assert "this is not a result: the folder lacks scenario.toml, result.nc, summary.parquet, manifest.json" in err
    assert list(tmp_path.iterdir()) == []


def test_a_nation_of_one_region(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """It is compared with all others; that it sells to other regions of its own is not said."""
    code, _ = told(capsys, "report", "toyland", "--nation", "ONE=AT-N", "-o", str(tmp_path / "x.html"))
    assert code == 0
    page = (tmp_path / "x.html").read_text(encoding="utf-8")
    assert re.search(
        r"the GDP of ONE rested [\d.]+% on its own final demand and [\d.]+% on the rest of the world", page
    )
    assert "与各经济体的本地与国际循环" in page


def test_a_missing_folder(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, err = told(capsys, "report", "toyland", "-o", str(tmp_path / "no" / "x.html"))
    assert code == 2
    assert "the folder to write to does not exist" in err


def test_an_unknown_figure(capsys: pytest.CaptureFixture[str]) -> None:
    code, err = told(capsys, "figure", "toyland", "share")
    assert code == 2
    assert err == "error: unknown figure 'share'\n  where: toyland\n  fix: did you mean shares?\n"


def test_a_suffix_that_cannot_be_drawn(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, err = told(capsys, "figure", "toyland", "shares", "-o", str(tmp_path / "x.gif"))
    assert code == 2
    assert "cannot draw a .gif" in err
    assert "end it in .png, .svg, .pdf" in err


def test_all_figures_need_a_folder(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, err = told(capsys, "figure", "toyland", "all", "-o", str(tmp_path / "x.png"))
    assert code == 2
    assert "all figures go to a folder" in err


def test_no_browser(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BROWSER_PATH", str(tmp_path / "none"))
    code, err = told(capsys, "figure", "toyland", "shares", "-o", str(tmp_path / "x.png"))
    assert code == 1
    assert "drawing image files needs a browser, and none could be started" in err
    assert "BROWSER_PATH" in err
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_source_to_cite(capsys: pytest.CaptureFixture[str]) -> None:
    code, err = told(capsys, "cite", "CaliendoParo2015")
    assert code == 2
    assert err == "error: unknown source 'CaliendoParo2015'\n  fix: did you mean CaliendoParro2015?\n"
