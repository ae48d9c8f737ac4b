"""The history command: formats, pictures, and what it says when asked for what is not there."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from xunhuan.errors import BadInput, UnknownName
from xunhuan.faces.cli import main
from xunhuan.faces.series import history, stem

pytestmark = pytest.mark.identity

CONTENT = ("--measure", "content", "--sectors", "electronic_components", "--from", "2020")


def run(capsys, *words: str) -> tuple[int, str, str]:
    code = main(["history", *words])
    out = capsys.readouterr()
    return code, out.out, out.err


def test_json_shares_add_up(capsys) -> None:
    code, out, _ = run(capsys, "--nation", "DEU", "--to", "2011", "--format", "json")
    rows = json.loads(out)
    assert code == 0
    assert {r["source"] for r in rows} == {"wiod", "oecd"}
    assert all(abs(r["domestic"] + r["external"] - 1) < 1e-9 for r in rows)


def test_a_province_is_followed_through_the_tables_that_have_it(capsys, tmp_path) -> None:
    path = tmp_path / "gd.csv"
    code, _, err = run(capsys, "--nation", "CN-GD", "--to", "2012", "--format", "csv", "-o", str(path))
    assert code == 0
    assert "wrote" in err
    assert pd.read_csv(path)["table"].tolist() == ["china-2012"]


def test_names_stand_for_codes() -> None:
    a, b = (history("origin", name, years=(2021, 2022)) for name in ("Viet Nam", "VNM"))
    assert a["domestic"].tolist() == b["domestic"].tolist()


def test_pictures(capsys, tmp_path) -> None:
    page = tmp_path / "h.html"
    code, _, _ = run(capsys, "--nation", "CHN", "--from", "2020", "--picture", str(page), "--language", "zh")
    assert code == 0
    text = page.read_text(encoding="utf-8")
    assert "Plotly.newPlot" in text
    assert "2020年系数".encode("unicode_escape").decode() in text or "2020年系数" in text
    code, _, err = run(capsys, "--picture", str(tmp_path / "h.doc"))
    assert (code, "a picture cannot be '.doc'" in err) == (2, True)
    code, _, err = run(capsys, *CONTENT, "--picture", str(tmp_path / "h.svg"))
    assert (code, "a picture needs one nation and a domestic share" in err) == (2, True)


def test_content_shows_the_largest_users_on_the_screen(capsys) -> None:
    code, out, _ = run(capsys, *CONTENT, "--top", "2")
    assert code == 0
    assert out.count("china-detailed-2020") == 2
    assert "Manufacture of electronic components" in out


def test_errors() -> None:
    with pytest.raises(BadInput, match="unknown measure 'foo'"):
        history("foo", "CHN")
    with pytest.raises(UnknownName, match="unknown region 'XYZ'"):
        history("circulation", "XYZ", years=(2020, 2020))
    with pytest.raises(BadInput, match="no table between 2040 and 2050"):
        history("circulation", "CHN", years=(2040, 2050))
    with pytest.raises(UnknownName, match="unknown sector"):
        history("supply", "CHN", sectors="no_such_goods", years=(2020, 2020))


def test_stems() -> None:
    assert [stem(n) for n in ("wiod-2011", "world-2017", "toyland", "china-2017-least")] == ["wiod", "world", "", ""]
