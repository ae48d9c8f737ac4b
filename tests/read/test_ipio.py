"""Interprovincial tables with owners: the numbers written come back, whatever the layout of the labels."""

from __future__ import annotations

import csv
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from tests.helpers import official, owned
from xunhuan.data.store import load
from xunhuan.readers import read
from xunhuan.readers.ipio import _imports, read_ipio
from xunhuan.readers.labels import Lexicon

pytestmark = pytest.mark.textbook

HOW = {"like": owned.PLACES, "lists": (owned.GOODS,)}


def write(path: Path, grid: official.Grid) -> Path:
    if path.suffix == ".xlsx":
        return official.write_workbook(path, {"Sheet1": grid})
    with open(path, "w", encoding="utf-8", newline="") as f:
        csv.writer(f).writerows(grid)
    return path


@pytest.fixture(params=["IPIO 2017.xlsx", "IPIO 2017.csv"])
def table(request, tmp_path):
    w = owned.known()
    return w, write(tmp_path / request.param, owned.merged(w))


def test_owners_are_added_up(table) -> None:
    w, path = table
    found = read_ipio(path, **HOW)
    acc = found.accounts
    assert (acc.year, acc.unit, acc.name) == (2017, "10^8 CNY", "ipio-2017")
    assert acc.geography.codes == owned.PLACES.codes
    assert acc.categories == ("consumption", "capital")
    assert acc.components == ("compensation", "operating_surplus")
    assert np.allclose(acc.sourcing.intermediate[:3, :, :3] * 1e4, w.z.sum((2, 5)), rtol=1e-12)
    assert np.allclose(acc.sourcing.final[:3, :, :3] * 1e4, w.f.sum(2), rtol=1e-12)
    assert np.allclose(acc.sourcing.intermediate[3, :, :3] * 1e4, w.import_z.sum(3), rtol=1e-12)
    assert np.allclose(acc.sourcing.final[3, :, :3] * 1e4, w.import_f, rtol=1e-12)
    assert np.allclose(acc.flow[:3, 3] * 1e4, w.export.sum(2), rtol=1e-12)
    assert np.allclose(acc.output[:3] * 1e4, w.output.sum(2), rtol=1e-12)
    assert np.allclose(acc.value_added[:3] * 1e4, np.moveaxis(w.paid.sum(3), 0, -1), rtol=1e-12)
    assert found.changes.empty


def test_owners_are_kept_apart(table) -> None:
    w, path = table
    acc = read_ipio(path, **HOW, ownership="apart").accounts
    n, k = 3, 6
    assert acc.sectors.codes == ("01-D", "01-H", "01-F", "02-D", "02-H", "02-F")
    assert acc.sectors.groups["owner_F"] == ("01-F", "02-F")
    assert acc.sectors.groups["goods"] == ("01-D", "01-H", "01-F")
    assert np.allclose(acc.sourcing.intermediate[:3, :, :3] * 1e4, w.z.reshape(n, k, n, k), rtol=1e-12)
    # Imports bear no owner: each user's of a good lie on its kinds as what it buys at home does.
    home = w.z.sum(0)[0, :, 1, 1, 2]
    found = acc.sourcing.intermediate[3, :3, 1, 5] * 1e4
    assert np.allclose(found, home / home.sum() * w.import_z[0, 1, 1, 2], rtol=1e-12)
    whole = read_ipio(path, **HOW).accounts
    assert np.allclose(acc.flow.reshape(4, 4, 2, 3).sum(3), whole.flow, rtol=1e-12)


def test_one_label_a_line_and_imports_by_user(tmp_path) -> None:
    w = owned.known()
    path = write(tmp_path / "t.csv", owned.joined(w))
    acc = read_ipio(path, **HOW, year=2012, unit="10^4 CNY").accounts
    assert np.allclose(acc.sourcing.intermediate[:3, :, :3] * 1e4, w.z.sum((2, 5)), rtol=1e-12)
    home, paid = w.z.sum((0, 2, 5))[:, 0, 1], w.import_z.sum((0, 3))[0, 1]
    assert np.allclose(acc.sourcing.intermediate[3, :, 0, 1] * 1e4, home / home.sum() * paid, rtol=1e-12)


def test_the_order_of_rows_and_columns_does_not_count(tmp_path) -> None:
    w = owned.known()
    grid = owned.joined(w)
    rng = np.random.default_rng(1)
    columns = [0, *(1 + rng.permutation(len(grid[0]) - 1))]
    rows = [grid[0], *(grid[1 + k] for k in rng.permutation(len(grid) - 1))]
    plain = write(tmp_path / "a.csv", grid)
    mixed = write(tmp_path / "b.csv", [[row[c] for c in columns] for row in rows])
    a, b = (read_ipio(p, **HOW, year=2017, unit="万元").accounts for p in (plain, mixed))
    for name in ("flow", "use", "final", "value_added"):
        assert np.allclose(getattr(a, name), getattr(b, name), rtol=1e-12)


@pytest.mark.parametrize(
    ("written", "per"),
    [("10^4 CNY", 1e-4), ("million yuan", 1e-2), ("亿元", 1.0), ("100 million CNY", 1.0), ("元", 1e-8)],
)
def test_units(tmp_path, written, per) -> None:
    w = owned.known()
    path = write(tmp_path / "t.csv", [[f"Unit: {written}"], *owned.joined(w)])
    acc = read_ipio(path, **HOW, year=2017).accounts
    assert acc.output[:3].sum() == pytest.approx(w.output.sum() * per, rel=1e-12)


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("Neimenggu", "CN-NM"), ("Inner mongolia", "CN-NM"), ("内蒙古自治区", "CN-NM"), ("Shaanxi Province", "CN-SN"),
        ("Shannxi", "CN-SN"), ("山西省", "CN-SX"), ("Shanxi", "CN-SX"), ("Xizang", "CN-XZ"), ("CN-GD", "CN-GD"),
        ("广西壮族自治区", "CN-GX"), ("beijing shi", "CN-BJ"), ("Hei Long Jiang", "CN-HL"), ("Hong Kong", ""), ("北", ""),
    ],
)  # fmt: skip
def test_provinces_by_any_usual_name(written, code) -> None:
    assert Lexicon(load("china-2017").geography, ()).province(written) == code


@pytest.mark.parametrize("year", [2012, 2017])
def test_every_sector_name_is_known_by_itself_alone(year) -> None:
    """No two sectors of a list share a spelling; English and Chinese names lead to one sector."""
    lists = tuple(load(f"china-{y}").sectors for y in (2017, 2012))
    lexicon = Lexicon(load("china-2017").geography, lists)
    mine = load(f"china-{year}").sectors
    for english, chinese in zip(mine.names_en, mine.names_zh, strict=True):
        assert lexicon.sector(english) == lexicon.sector(chinese) == lexicon.sector(english.upper()) == english
        assert lexicon.one(english).sector == lexicon.one(chinese).sector == english


def test_official_english_names_are_known(raw) -> None:
    from xunhuan.data.opened import open_dataset

    mine = load("china-2017").sectors
    lexicon = Lexicon(load("china-2017").geography, (mine,))
    names = open_dataset(raw / "china_national_io_2017.nc")["sector_en"].values
    assert [lexicon.sector(str(n)) for n in names] == list(mine.names_en)


@pytest.mark.slow
def test_all_provinces_and_sectors_by_the_command(tmp_path, capsys) -> None:
    """31 provinces, 42 sectors and one owner; unit and year by the options a user has."""
    from xunhuan.data.store import open_accounts
    from xunhuan.faces.cli import main

    like = load("china-2017")
    w = owned.known(31, 42)
    z, f, export, import_z = w.z[:, :, :1, :, :, :1], w.f[:, :, :1], w.export[:, :, :1], w.import_z[..., :1]
    output = z.sum((3, 4, 5)) + f.sum((3, 4)) + export
    paid = output - z.sum((0, 1, 2)) - import_z.sum(0)
    scale = like.gdp.sum() / paid.sum()  # the size of China, so that the unit passes
    parts = (z, f, import_z, w.import_f, export, np.stack([0.4 * paid, 0.6 * paid]), output)
    part = owned.Owned(*(scale * x for x in parts))
    path = write(tmp_path / "mine.csv", owned.joined(part, like.geography, like.sectors))
    out = tmp_path / "mine.nc"
    asked = ["import", "ipio", str(path), "-o", str(out), "--year", "2017", "--unit", "10^8 CNY"]
    assert main(asked) == 0
    acc = open_accounts(out)
    assert acc.geography.codes == like.geography.codes
    assert acc.sectors.groups == like.sectors.groups
    assert np.allclose(acc.sourcing.intermediate[:31, :, :31], part.z[:, :, 0, :, :, 0], rtol=1e-9)
    assert "31 provinces" in capsys.readouterr().out
    asked[-1] = "10^4 CNY"
    assert main(asked) == 2
    assert "that of China in 2017 is 8.232e+05" in capsys.readouterr().err


def test_the_official_name_tells_the_format(tmp_path) -> None:
    path = write(tmp_path / "IPIO 2017.csv", owned.joined(owned.known()))
    with pytest.raises(Exception, match="CN-TJ: no row of its sectors"):
        read(path, unit="10^4 CNY")  # three provinces are not thirty-one


def test_an_import_that_a_user_buys_none_of_at_home_is_owned_as_all_users_have_it() -> None:
    """Two goods of three owners each: of the first the second user buys nothing at home, of the other nobody does."""
    home = np.zeros((1, 6, 1, 2))
    home[0, :3, 0, 0] = 1.0, 3.0, 4.0
    plan: Any = SimpleNamespace(kinds=[(s, o) for s in ("a", "b") for o in "xyz"])
    goods = {("import", "a"): np.array([[16.0, 8.0]]), ("import", "b"): np.array([[0.0, 6.0]])}
    wide: Any = SimpleNamespace(rows=goods)
    found = _imports(wide, plan, home, lambda key, at: goods[key], 0)  # type: ignore[index]
    assert found[:, 0].tolist() == [[2.0, 1.0], [6.0, 3.0], [8.0, 4.0], [0.0, 2.0], [0.0, 2.0], [0.0, 2.0]]
