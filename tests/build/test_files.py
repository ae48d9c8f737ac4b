"""Bundled files that are no tables with a log: the command makes from the sources what is bundled."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import pandas as pd
import pytest

from xunhuan.data.store import bundled_folder, open_accounts
from xunhuan.data.toyland import toyland
from xunhuan.faces.cli import main

pytestmark = [pytest.mark.twin, pytest.mark.slow]


def test_elasticities(raw: Path, tmp_path: Path) -> None:
    assert main(["build", "elasticities", "--raw", str(raw), "-o", str(tmp_path)]) == 0
    bundled = {
        f.name: f.read_text(encoding="utf-8")
        for f in (resources.files("xunhuan") / "models" / "trade" / "data").iterdir()
        if f.name.startswith(("elasticities_", "estimates", "mixes", "weights"))
    }
    assert {f.name: f.read_text(encoding="utf-8") for f in tmp_path.iterdir()} == bundled


def test_history(raw: Path, tmp_path: Path) -> None:
    assert main(["build", "history", "--raw", str(raw), "-o", str(tmp_path)]) == 0
    made, bundled = (pd.read_parquet(folder / "history.parquet") for folder in (tmp_path, bundled_folder()))
    assert len(bundled) > 3000
    pd.testing.assert_frame_equal(made, bundled, rtol=1e-9)
    made, bundled = (pd.read_parquet(folder / "couplings.parquet") for folder in (tmp_path, bundled_folder()))
    assert len(bundled) > 100000
    pd.testing.assert_frame_equal(made, bundled, rtol=1e-6)


def test_toyland_needs_no_raw_files(tmp_path: Path) -> None:
    assert main(["build", "toyland", "-o", str(tmp_path)]) == 0
    assert open_accounts(tmp_path / "toyland.nc").digest == toyland().digest


def test_what_cannot_be_built_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for words, said in (
        (["china-2017"], "china-2017 is built from raw files"),
        (
            ["elasticity", "--raw", str(tmp_path)],
            "unknown table to build 'elasticity'\n  fix: did you mean elasticities",
        ),
        (["history", "--raw", str(tmp_path)], "history is read from the package alone"),
        (["history", "--raw", str(tmp_path), "-o", str(tmp_path)], "the raw folder lacks 18 of 18 files"),
        (["elasticities", "--raw", str(tmp_path), "-o", str(tmp_path)], "the raw folder lacks 5 of 5 files"),
    ):
        assert main(["build", *words]) == 2
        assert said in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_cities(raw: Path, tmp_path: Path) -> None:
    assert main(["build", "cities", "--raw", str(raw), "-o", str(tmp_path)]) == 0
    bundled = resources.files("xunhuan") / "models" / "rivalry" / "data" / "chips-cities.csv"
    assert (tmp_path / "chips-cities.csv").read_text(encoding="utf-8") == bundled.read_text(encoding="utf-8")
