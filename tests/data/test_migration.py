"""Moves between regions: what is bundled, and what becomes of them as tables are cut, merged, regrouped, saved and read."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

import xunhuan as xh
from tests.helpers.raw import raw_folder
from xunhuan.data.accounts import Accounts
from xunhuan.data.migration import Migration
from xunhuan.data.toyland import MOVED
from xunhuan.errors import BadInput, UnknownName

pytestmark = pytest.mark.identity

LATE = np.array(MOVED["1995-2000"], dtype=float)


def _late(acc: Accounts) -> np.ndarray:
    moves = acc.geography.moves
    assert moves is not None
    return moves.over("1995-2000")


def test_where_nothing_is_known_it_says_nan(toy: Accounts) -> None:
    np.testing.assert_array_equal(_late(toy)[:3, :3], LATE)
    assert np.isnan(_late(toy)[3, :3]).all()
    assert np.isnan(_late(toy)[:3, 3]).all()
    assert xh.load("china-national-2017").geography.moves is None


def test_cut_merged_regrouped(toy: Accounts) -> None:
    merged = toy.aggregate(regions={"COAST": ("AT-E", "AT-N")})
    np.testing.assert_array_equal(_late(merged)[:2, :2], [[0, 6], [11, 0]])
    cut = toy.restrict(["AT-S", "AT-E"])
    np.testing.assert_array_equal(_late(cut)[:2, :2], LATE[1:, 1:])
    assert np.isnan(_late(cut)[2, :2]).all()
    sea = toy.regroup("SEA", ["AT-S", "BOR"])
    assert np.isnan(_late(sea)[2, 3])  # two that were of different nations
    whole = toy.aggregate(regions={"ATLAS": ("AT-N", "AT-E", "AT-S")})
    assert _late(whole)[0, 0] == 0


def test_saved_and_read(toy: Accounts, tmp_path: Path) -> None:
    again = xh.load(xh.save(toy, tmp_path / "toy.nc"))
    moves = again.geography.migration
    assert moves is not None
    assert (moves.windows, moves.source) == (("1990-1995", "1995-2000"), "invented")
    np.testing.assert_array_equal(_late(again), _late(toy))
    assert again.digest == toy.digest
    bundled = xh.load("toyland").geography.migration
    assert bundled is not None
    np.testing.assert_array_equal(bundled.persons, toy.geography.migration.persons)  # type: ignore[union-attr]


def test_bundled_moves_of_provinces() -> None:
    acc = xh.load("china-2017")
    moves = acc.geography.moves
    assert moves is not None
    assert acc.geography.migration is None  # known by the codes; files of tables stay as they are
    assert [moves.window(y) for y in (1990, 2000, 2001, 2012, 2015, 2017, 2020, 2023)] == [
        "1995-2000", "1995-2000", "2000-2005", "2010-2015", "2010-2015", "2015-2020", "2015-2020", "2015-2020",
    ]  # fmt: skip
    few = acc.restrict(["CN-GD", "CN-HN"]).geography.moves
    assert few is not None
    at = sorted(acc.geography.codes.index(c) for c in ("CN-GD", "CN-HN"))
    np.testing.assert_array_equal(few.over("2015-2020")[:2, :2], moves.over("2015-2020")[np.ix_(at, at)])
    south = acc.aggregate(regions={"DELTA": ("CN-SH", "CN-JS", "CN-ZJ", "CN-AH")}).geography
    inside = [acc.geography.codes.index(c) for c in ("CN-SH", "CN-JS", "CN-ZJ", "CN-AH")]
    k, guangdong = south.codes.index("DELTA"), acc.geography.codes.index("CN-GD")
    assert south.moves is not None
    assert south.moves.over("2015-2020")[south.codes.index("CN-GD"), k] == pytest.approx(
        moves.over("2015-2020")[guangdong, inside].sum(), rel=1e-14
    )


@pytest.mark.twin
def test_bundled_list_is_what_is_built(tmp_path: Path) -> None:
    from xunhuan.build.migration import FRACTION, codes_in_order, counted, write_migration
    from xunhuan.data import migration

    raw = raw_folder()
    (made,) = write_migration(raw, tmp_path)
    kept = Path(migration.__file__).parent / "lists" / "migration_CHN.csv"
    assert made.read_text(encoding="utf-8") == kept.read_text(encoding="utf-8")
    moves, codes = xh.load("china-2017").geography.moves, codes_in_order(raw)
    assert moves is not None
    table = xh.load("china-2017").geography.codes
    at = [table.index(c) for c in codes]
    for window, persons in counted(raw).items():
        np.testing.assert_allclose(
            1e4 * moves.over(window)[np.ix_(at, at)], persons / FRACTION[window], atol=0.5 + 1e-6
        )


@pytest.mark.twin
def test_gravity_meets_its_conditions() -> None:
    """Fitted moves sum to counted ones by origin and by destination, and along distance and border: the conditions of the
    estimator; and a known elasticity is found again where moves are made by it."""
    from xunhuan.build.migration import borders, codes_in_order, counted, poisson

    raw = raw_folder()
    persons, touching = counted(raw)["2015-2020"], borders(raw)
    codes = codes_in_order(raw)
    pairs = {frozenset((codes[a], codes[b])) for a, b in np.argwhere(touching)}
    assert {frozenset(("CN-BJ", "CN-HE")), frozenset(("CN-GD", "CN-GX"))} <= pairs
    assert not {frozenset(("CN-BJ", "CN-SX")), frozenset(("CN-GD", "CN-HI"))} & pairs
    away = ~np.eye(len(codes), dtype=bool)
    o, d = np.nonzero(away)
    rng = np.random.default_rng(5)
    x = np.stack([rng.normal(0, 1, len(o)), touching[away]], 1)
    found = poisson(persons[away], x, o, d)
    off = persons[away] - found.fitted
    for sums in (np.bincount(o, off), np.bincount(d, off), off @ x):
        np.testing.assert_allclose(sums, 0, atol=1e-6 * persons.sum())
    made = np.exp(1 + 0.1 * o - 0.05 * d + x @ [-1.3, 0.4])
    again = poisson(made, x, o, d)
    np.testing.assert_allclose(again.slope, [-1.3, 0.4], rtol=1e-9)
    assert (again.error < 1e-9).all()


@pytest.mark.error
def test_moves_that_cannot_be(toy: Accounts) -> None:
    with pytest.raises(BadInput, match="not windows by origin by destination"):
        Migration(("2000-2005",), np.zeros((2, 3, 3)))
    with pytest.raises(BadInput, match="a window of moves is two years"):
        Migration(("2000",), np.zeros((1, 3, 3)))
    with pytest.raises(BadInput, match="cannot be negative"):
        Migration(("2000-2005",), -np.ones((1, 2, 2)))
    with pytest.raises(BadInput, match="geography has 4 regions, its moves 3"):
        dataclasses.replace(toy.geography, migration=Migration(("2000-2005",), np.zeros((1, 3, 3))))
    with pytest.raises(UnknownName, match="1995-2001"):
        _ = toy.geography.moves.over("1995-2001")  # type: ignore[union-attr]
