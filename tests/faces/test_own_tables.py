"""Coarser, smaller and added tables by command."""

from __future__ import annotations

from pathlib import Path

import pytest

from xunhuan.data.catalogue import tables
from xunhuan.data.store import load, save
from xunhuan.data.toyland import toyland
from xunhuan.faces.cli import main

pytestmark = pytest.mark.identity


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    first, second = tmp_path / "first", tmp_path / "second"
    second.mkdir()
    monkeypatch.setenv("XUNHUAN_TABLES", f"{first}:{second}")
    save(toyland(), tmp_path / "toy.nc")
    return tmp_path


def test_tables_of_several_folders_are_found_by_name(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    save(toyland().replace(name="old"), folder / "second" / "old.nc")
    assert main(["tables", "--add", str(folder / "toy.nc"), "--name", "mine"]) == 0
    assert (folder / "first" / "mine.nc").is_file()
    assert {"mine", "old"} <= set(tables()["name"])
    assert load("mine").digest == load("old").digest == toyland().digest
    capsys.readouterr()
    for words, said in (
        (["--add", str(folder / "toy.nc"), "--name", "old"], "there is a table 'old'"),
        (["--add", str(folder / "toy.nc"), "--name", "../x"], "'../x' is no name of a table"),
        (["--add", str(folder / "none.nc")], "there is no file 'none.nc'"),
        (["--name", "x"], "--name goes with --add"),
    ):
        assert main(["tables", *words]) == 2
        assert said in capsys.readouterr().err


def test_aggregate_and_restrict_save_what_python_gives(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    toy, out = toyland(), str(folder / "out.nc")
    whole = toy.aggregate({"LAND": ("AT-N", "AT-E")}, {"GOOD": ("FAR", "MAN")})
    assert main(["aggregate", "toyland", "-o", out, "-r", "LAND=Northmark+AT-E", "-s", "GOOD=FAR+MAN"]) == 0
    assert load(out).digest == whole.digest
    (folder / "map.csv").write_text("code,group\nAT-N,LAND\nAT-E,LAND\nAT-S,\n", encoding="utf-8")
    (folder / "goods.csv").write_text("code,group\nFAR,GOOD\nMAN,GOOD\n", encoding="utf-8")
    files = ["--regions", str(folder / "map.csv"), "--sectors", str(folder / "goods.csv")]
    assert main(["aggregate", "toyland", "-o", out, *files, "--name", "coarse"]) == 0
    assert (load(out).digest, load(out).name) == (whole.digest, "coarse")
    assert main(["aggregate", "toyland", "-o", out, "--nations"]) == 0
    assert load(out).geography.codes == ("ATL", "BOR")
    assert main(["restrict", "toyland", "-o", out, "-r", "AT-N", "-r", "AT-S", "--rest", "OTHER"]) == 0
    assert load(out).digest == toy.restrict(["AT-N", "AT-S"], "OTHER").digest
    capsys.readouterr()
    for words, said in (
        (["aggregate", "toyland", "-o", out], "nothing is to be added up"),
        (["aggregate", "toyland", "-o", out, "-r", "LAND"], "--region 'LAND' is not NAME=A+B"),
        (["aggregate", "toyland", "-o", out, "--sectors", str(folder / "toy.toml")], "there is no file 'toy.toml'"),
        (["restrict", "toyland", "-o", out, "-r", "MARS"], "unknown region 'MARS'"),
    ):
        assert main(words) == 2
        assert said in capsys.readouterr().err
