"""`xunhuan build` with a raw folder that will not do: one clear error, exit code 2, nothing written."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from xunhuan.build import BUILDERS, builder
from xunhuan.errors import UnknownName
from xunhuan.faces.cli import main

pytestmark = pytest.mark.error


def test_every_missing_file_is_listed_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    raw, out = tmp_path / "raw", tmp_path / "out"
    raw.mkdir()
    out.mkdir()
    (raw / "china_provinces.csv").write_text("iso,name_en\nCN-BJ,Beijing\n", encoding="utf-8")
    assert main(["build", "china-2017", "--raw", str(raw), "-o", str(out)]) == 2
    text = capsys.readouterr().err
    assert "the raw folder lacks 5 of 6 files" in text
    assert "- china_provincial_io_2017.nc\n" in text
    assert "- china_provincial_io_2012.nc\n" in text
    assert "- china_national_io_2017.nc\n" in text
    assert "- china_province_distance_km.csv\n" in text
    assert f"where: {raw}" in text
    assert list(out.iterdir()) == []


def test_a_truncated_file_is_named_before_any_work(
    raw: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mine, out = tmp_path / "raw", tmp_path / "out"
    mine.mkdir()
    out.mkdir()
    for name in BUILDERS["china-2012"].files:
        shutil.copyfile(raw / name, mine / name)
    whole = (mine / "china_provincial_io_2012.nc").read_bytes()
    (mine / "china_provincial_io_2012.nc").write_bytes(whole[: len(whole) // 2])
    assert main(["build", "china-2012", "--raw", str(mine), "-o", str(out)]) == 2
    text = capsys.readouterr().err
    assert "raw files are truncated or not what their names say\n  - china_provincial_io_2012.nc" in text
    assert list(out.iterdir()) == []


def test_a_file_of_another_kind_under_the_right_name_is_told(
    raw: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in BUILDERS["china-2017"].files:
        shutil.copyfile(raw / name, tmp_path / name)
    shutil.copyfile(raw / "china_national_io_2017.nc", tmp_path / "china_provincial_io_2017.nc")
    assert main(["build", "china-2017", "--raw", str(tmp_path), "-o", str(tmp_path)]) == 2
    text = capsys.readouterr().err
    assert "the file lacks variables that its name promises\n  - domestic_outflow" in text
    assert not (tmp_path / "china-2017.nc").exists()


def test_folders_that_do_not_exist_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["build", "china-2017", "--raw", str(tmp_path / "no"), "-o", str(tmp_path)]) == 2
    assert "the raw folder does not exist" in capsys.readouterr().err


def test_the_folder_to_write_to_is_looked_at_before_the_work(
    raw: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["build", "china-2017", "--raw", str(raw), "-o", str(tmp_path / "no")]) == 2
    assert "the folder to write to does not exist" in capsys.readouterr().err


def test_an_unknown_table_gets_the_nearest_names() -> None:
    with pytest.raises(UnknownName, match="unknown table to build 'china2017'"):
        builder("china2017")
    with pytest.raises(UnknownName, match="did you mean china-2017"):
        builder("china2017")


def test_a_build_writes_table_and_log(raw: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["build", "china-processing-2012", "--raw", str(raw), "-o", str(tmp_path), "--format", "csv"]) == 0
    name = "china-processing-2012"
    assert sorted(p.name for p in tmp_path.iterdir()) == [f"{name}.log.parquet", f"{name}.nc"]
    head = capsys.readouterr().out.splitlines()[0]
    assert head == "table,step,quantity,cells,net,gross,largest,unit"
