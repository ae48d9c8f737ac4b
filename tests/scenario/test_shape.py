"""Result folders of another shape: whoever opens one is told what is wrong, by each face."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import pandas as pd
import pytest

from xunhuan.errors import ForeignFile
from xunhuan.faces.cli import main
from xunhuan.faces.web import state
from xunhuan.faces.web.pages import outcome
from xunhuan.scenario.record import open_result

pytestmark = pytest.mark.error


def told(change: Callable[[dict[str, Any]], object]) -> Callable[[Path], object]:
    def spoil(folder: Path) -> None:
        path = folder / "manifest.json"
        manifest = json.loads(path.read_text(encoding="utf-8"))
        change(manifest)
        path.write_text(json.dumps(manifest), encoding="utf-8")

    return spoil


def summary(change: Callable[[pd.DataFrame], pd.DataFrame]) -> Callable[[Path], object]:
    def spoil(folder: Path) -> None:
        path = folder / "summary.parquet"
        change(pd.read_parquet(path)).to_parquet(path, index=False)

    return spoil


def _no_places(folder: Path) -> None:
    with h5py.File(folder / "result.nc", "r+") as f:
        del f["kind"]


def _choices_twice(folder: Path) -> None:
    texts = {"of": "x", "choice": "y", "variable": "loss", "arm": "base", "place": "", "unit": "share", "message": ""}
    made = pd.DataFrame([{**texts, "chosen": True, "value": 0.0, "outcome": "converged"}])
    pd.concat([made, made]).to_parquet(folder / "choices.parquet", index=False)


SPOILED: dict[str, tuple[Callable[[Path], object], str]] = {
    "list": (lambda f: (f / "manifest.json").write_text("[1]"), "the manifest is not of a Xunhuan result"),
    "deep": (lambda f: (f / "manifest.json").write_text("[" * 100_000), "the result cannot be read"),
    "draws": (told(lambda m: m.update(draws=3)), "draws: must be a table, not 3"),
    "status": (told(lambda m: m["status"].update(base=[1])), r"status\.base: must be a table, not a list"),
    "models": (told(lambda m: m.pop("models")), "models: is missing"),
    "files": (told(lambda m: m.update(files="x")), "files: must be a table, not 'x'"),
    "cut": (lambda f: (f / "draws.parquet").write_bytes((f / "draws.parquet").read_bytes()[:99]),
            "draws.parquet is truncated or not Parquet"),
    "column": (summary(lambda s: s.drop(columns="median")), "summary.parquet: column median is missing"),
    "kind": (summary(lambda s: s.assign(value="x")), "summary.parquet: column value holds no numbers"),
    "arm": (summary(lambda s: s.assign(arm="y")), r"summary\.parquet: arm 'y' is not in result\.nc"),
    "places": (_no_places, "result.nc: kind is missing, or not along place"),
    "choices": (_choices_twice, "choices.parquet: a choice has two lines of one quantity and arm"),
    "netcdf": (lambda f: (f / "result.nc").write_bytes(b"\x89HDF\r\n\x1a\n"), "truncated or not netCDF"),
}  # fmt: skip


@pytest.mark.parametrize("name", SPOILED)
def test_a_folder_of_another_shape_is_refused(name: str, toy_result: Path, tmp_path: Path) -> None:
    spoil, text = SPOILED[name]
    folder = tmp_path / "r"
    shutil.copytree(toy_result, folder)
    spoil(folder)
    if name not in ("list", "deep", "files"):  # sums that fit, as of one who means it
        sums = {f.name: hashlib.sha256(f.read_bytes()).hexdigest() for f in folder.iterdir() if f.suffix != ".json"}
        told(lambda m: m.update(files=sums))(folder)
    with pytest.raises(ForeignFile, match=text):
        open_result(folder)


def test_each_face_says_so(toy_result: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "r"
    shutil.copytree(toy_result, folder)
    told(lambda m: m.update(base=None))(folder)
    for words in (["report", str(folder)], ["query", str(folder), "select 1"], ["cite", str(folder)]):
        assert main(words) == 2
        said = capsys.readouterr().err
        assert "the result is of another shape than results have\n  - base: must be a table" in said
    with pytest.raises(ForeignFile, match="another shape"):  # which the page of results shows as it stands
        outcome.one_result(folder, state.selected("/results", ""))
