"""Large tables in the laboratory: measures kept on disk, and what pages do while they are made."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import xarray as xr

import xunhuan as xh
from xunhuan.faces.web import ahead, keeping, lookups, state
from xunhuan.faces.web.pages import profile

pytestmark = pytest.mark.house


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "folder", lambda: tmp_path / "measured")


@pytest.mark.parametrize(("definition", "by"), [("absorption", "partner"), ("forward", "region"), ("origin", "sector")])
def test_what_is_read_is_what_was_made(toy: xh.Accounts, definition: str, by: str) -> None:
    made = xh.measures.circulation(toy, by=by, definition=definition)
    assert keeping.kept_on_disk(toy, "x", lambda: made) is made
    again = keeping.kept_on_disk(toy, "x", lambda: pytest.fail("made twice"))
    xr.testing.assert_identical(again, made)
    for name in again.variables:
        assert again[name].dtype.kind == made[name].dtype.kind, name


def test_tables_words_and_code_are_told_apart(toy: xh.Accounts, monkeypatch: pytest.MonkeyPatch) -> None:
    names = [
        keeping._name(toy, "x"),
        keeping._name(toy, "y"),
        keeping._name(toy.replace(home="BOR"), "x"),
        keeping._name(toy.replace(source="another"), "x"),
        keeping._name(
            toy.replace(flow=toy.flow * 2, use=toy.use * 2, final=toy.final * 2, value_added=toy.value_added * 2), "x"
        ),
    ]
    monkeypatch.setattr(keeping, "_code", lambda: "another")
    assert len({*names, keeping._name(toy, "x")}) == len(names) + 1


def test_a_broken_file_is_made_anew_and_the_oldest_goes(toy: xh.Accounts, monkeypatch: pytest.MonkeyPatch) -> None:
    made = xh.measures.circulation(toy)
    keeping.kept_on_disk(toy, "x", lambda: made)
    (path,) = keeping.folder().iterdir()
    path.write_bytes(path.read_bytes()[:100])
    assert keeping.kept_on_disk(toy, "x", lambda: made) is made
    os.utime(path, (1, 1))
    monkeypatch.setattr(keeping, "HELD_ON_DISK", path.stat().st_size + 10)
    keeping.kept_on_disk(toy, "y", lambda: made)
    assert [f.name for f in keeping.folder().iterdir()] != [path.name]
    assert len(list(keeping.folder().iterdir())) == 1


def test_a_folder_that_cannot_be_made_costs_nothing(toy: xh.Accounts, tmp_path: Path) -> None:
    (tmp_path / "measured").write_text("a file")
    made = xh.measures.circulation(toy)
    assert keeping.kept_on_disk(toy, "x", lambda: made) is made


def test_the_bridge_of_a_large_table_is_told_when_it_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    selection = state.selected("/", "?table=toyland")
    whole = str(profile.profile(selection))
    asked = []
    monkeypatch.setattr(lookups, "_MANY", 0.0)
    monkeypatch.setattr(ahead, "_READY", set())
    monkeypatch.setattr(ahead, "_warm_asked", lambda: asked.append(list(ahead._ASKED)))
    first = str(profile.profile(selection))
    assert "bridge-of" in first
    assert "bridge-of" not in whole
    later = profile.bridge_shown(selection)
    assert str(later[1]) in whole
    assert str(later[1]) not in first
    monkeypatch.undo()
    ahead._ASKED.clear()
    assert asked == [[("toyland", selection.home)]]


def test_pages_are_there_once_warmed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lookups, "_MANY", 0.0)
    monkeypatch.setattr(ahead, "_READY", set())
    monkeypatch.setattr(ahead, "warm", lambda table, home: None)
    ahead._ASKED["toyland", "ATL"] = None
    ahead._warm_asked()
    assert ahead.ready("toyland", "ATL")
    assert not ahead._ASKED
