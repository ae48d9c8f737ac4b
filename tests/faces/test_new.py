"""A scenario begun by `xunhuan new` is what was asked for, whole by `check`, and explains its parts in either language."""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

import pytest
import typer

from xunhuan.faces import starting
from xunhuan.faces.cli import main

pytestmark = pytest.mark.twin

TARIFF, MARKET = "tariff from=BOR to=ATL add=0.1", "trade_cost from=ATL to=ATL sectors=goods change=-0.05"
ALL = ("--base", "toyland", "--edit", TARIFF, "--policy", MARKET, "--draws", "8", "--set", "model.trade.labour=mobile")


def test_a_file_is_what_was_asked_and_whole(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "mine.toml"
    assert main(["new", str(path), *ALL, "--title", 'A "dear" year', "--question", "Who pays?"]) == 0
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    drawn = data.pop("uncertainty")
    assert data == {
        "title": 'A "dear" year', "question": "Who pays?", "base": "toyland",
        "shock": [
            {"name": "shock", "tariff": {"from": "BOR", "to": "ATL", "add": 0.1}},
            {"name": "policy", "role": "policy",
             "trade_cost": {"from": "ATL", "to": "ATL", "sectors": "goods", "change": -0.05}},
        ],
        "model": {"trade": {"labour": "mobile"}}, "compare": {"offset": {"shock": "shock", "policy": "policy"}},
    }  # fmt: skip
    assert drawn["draws"] == 8
    assert drawn["table"] is True
    assert {"trade_elasticity", "mobility"} <= set(drawn)
    assert "scale" not in drawn  # idle without economies of scale
    capsys.readouterr()
    assert main(["check", str(path)]) == 0
    assert "table: toyland; shocks: 2; arms: 3; models: trade; draws: 8" in capsys.readouterr().out
    assert main(["new", str(path), *ALL]) == 2  # never over a file
    assert "the file is there already" in capsys.readouterr().err


def test_both_languages_explain_every_part_and_hold_the_same_numbers(tmp_path: Path) -> None:
    said = {}
    for lang in ("en", "zh"):
        assert main(["--lang", lang, "new", str(tmp_path / f"{lang}.toml"), *ALL]) == 0
        said[lang] = (tmp_path / f"{lang}.toml").read_text(encoding="utf-8")
    comments = {lang: re.findall(r"^# (.*)$", text, flags=re.M) for lang, text in said.items()}
    assert len(comments["en"]) == len(comments["zh"]) == 8
    assert all(re.search("[\u4e00-\u9fff]", line) for line in comments["zh"])
    assert not any(re.search("[\u4e00-\u9fff]", line) for line in comments["en"])
    data = {lang: tomllib.loads(text) for lang, text in said.items()}
    assert data["en"]["uncertainty"] == data["zh"]["uncertainty"]
    assert [s["name"] for s in data["zh"]["shock"]] == ["冲击", "政策"]


def test_several_edits_of_a_kind_are_a_list_and_large_sizes_are_asked_about(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "large.toml"
    large = ("new", str(path), "--base", "toyland", "--edit", "tariff from=BOR to=ATL add=25", "--edit", TARIFF)
    assert main([*large]) == 2
    assert "25 is 2,500%" in capsys.readouterr().err
    assert not path.exists()
    assert main([*large, "--yes"]) == 0
    (shock,) = tomllib.loads(path.read_text(encoding="utf-8"))["shock"]
    assert shock["plausible"] is False
    assert [line["add"] for line in shock["tariff"]] == [25.0, 0.1]


def test_all_that_is_wrong_is_told_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = str(tmp_path / "x.toml")
    wrong = ("--edit", "tariff from=BORR to=ATL add=0.1", "--policy", "tarif from=BOR to=ATL add=0.1")
    assert main(["new", path, "--base", "toyland", *wrong]) == 2
    told = capsys.readouterr().err
    assert "unknown region 'BORR' (did you mean BOR" in told
    assert "tarif" in told
    assert main(["new", path, "--base", "toyland"]) == 2
    assert "no shock is given" in capsys.readouterr().err
    assert main(["new", path.replace(".toml", ".txt"), *ALL]) == 2
    assert "ends in .toml" in capsys.readouterr().err


def test_asking_comes_to_the_same_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answers = iter(["toylnd", "toyland", "trade", "tariff from=BORR to=ATL add=0.1", TARIFF, "", MARKET, "", "8", ""])
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(typer, "prompt", lambda *_, **__: next(answers))
    assert main(["new", str(tmp_path / "asked.toml")]) == 0
    assert "did you mean toyland" in capsys.readouterr().err
    assert next(answers, None) is None
    flags = ("--base", "toyland", "--edit", TARIFF, "--policy", MARKET, "--draws", "8")
    assert main(["new", str(tmp_path / "flags.toml"), *flags]) == 0
    assert (tmp_path / "asked.toml").read_bytes() == (tmp_path / "flags.toml").read_bytes()


def test_what_no_run_would_take_is_asked_again_while_its_line_can_be_written_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """No shock at all, one that the model does not read, a size that is hardly meant: nothing said before is lost."""
    large, unread = TARIFF.replace("0.1", "25"), "orders regions=BOR sectors=goods change=-0.3"
    answers = iter(["toyland", "trade", "", unread, large, TARIFF, "", MARKET.replace("-0.05", "-2"), "", "0", "mine"])
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(typer, "prompt", lambda *_, **__: next(answers))
    assert main(["--lang", "zh", "new", str(tmp_path / "asked.toml")]) == 0
    told = capsys.readouterr().err
    for said in ("未给出冲击", "所给模型均不读取orders（模型：trade）", "25即2,500%", "change"):
        assert said in told
    assert next(answers, None) is None
    data = tomllib.loads((tmp_path / "asked.toml").read_text(encoding="utf-8"))
    assert (data["title"], len(data["shock"])) == ("mine", 1)


def test_any_text_and_number_survives_the_file() -> None:
    data = {
        "title": 'quote " back\\slash 中文\nline', "base": "t",
        "shock": [{"name": "a b", "x": {"from": ["A", "B"], "n": 1e-9}}],
        "model": {"trade": {"labour": "mobile", "theta": {"C26": 4.5}}}, "arms": {"a & b": ["a b"]},
        "uncertainty": {"draws": 2, "shock": {"a b": {"low": 0.5, "high": 1.5}}, "many": ["x" * 40] * 4, "on": True},
    }  # fmt: skip
    for lang in ("en", "zh"):
        assert tomllib.loads(starting.as_toml(data, lang)) == data  # type: ignore[arg-type]
