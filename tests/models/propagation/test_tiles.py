"""A few goods at a time: the same numbers, bit by bit, as all at once."""

from __future__ import annotations

import numpy as np
import pytest

from xunhuan.data.accounts import Accounts
from xunhuan.models.edits import Capacity
from xunhuan.models.edits.timed import Link
from xunhuan.models.model import Shock
from xunhuan.models.propagation import sums
from xunhuan.models.propagation.parameters import PropagationParameters
from xunhuan.models.propagation.run import Run, simulate

pytestmark = pytest.mark.twin


def _run(toy: Accounts, rationing: str) -> Run:
    """A region at half its capacity, a throttled link, and destinations that want less of some origins."""
    cut = Link.model_validate({"from": "BOR", "to": "AT-N", "sectors": "MAN", "end": 10})
    shock = Shock((Capacity("AT-S", "all", loss=0.5, start=0, end=9), cut))
    return simulate(toy, shock, PropagationParameters(horizon_days=28, rationing=rationing))


@pytest.mark.parametrize("rationing", ["proportional", "final_last", "home_first"])
@pytest.mark.parametrize("cells", [1, 33])
def test_tiles_change_no_bit(toy: Accounts, monkeypatch: pytest.MonkeyPatch, rationing: str, cells: int) -> None:
    """One good a tile, and two of three, with large arrays written on again when nobody holds them."""
    whole = _run(toy, rationing)
    monkeypatch.setattr(sums, "_TILE", cells)
    monkeypatch.setattr(sums, "_LARGE", 1)
    parts = _run(toy, rationing)
    assert whole.state.indebted.size
    for a, b in ((whole.state, parts.state), (whole.books, parts.books)):
        for name, value in vars(a).items():
            assert np.array_equal(value, getattr(b, name)), name


def test_an_array_is_used_again_only_when_nobody_holds_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sums, "_LARGE", 1)
    with sums.reusing():
        first = sums.room((2, 3))
        part, place = first[1:, 1], first.ctypes.data
        del first
        second = sums.room((3, 2))
        assert not np.shares_memory(part, second)
        del part
        third = sums.room((6,))
        assert third.ctypes.data == place
        assert sums.room((7,)).shape == (7,)
    assert not np.shares_memory(sums.room((6,)), third)


def test_tiles_hold_every_good_once_and_say_where_it_is() -> None:
    goods = np.array([0, 1, 3, 4, 5])
    found = [(at, g) for at, g in sums.tiled(goods, sums._TILE // 2)]
    assert [f[0] for f in found] == [slice(0, 2), slice(2, 4), slice(4, 5)]
    assert [f[1] for f in found] == [slice(0, 2), slice(3, 5), slice(5, 6)]
    ((_, one),) = sums.tiled(goods, 4)
    assert isinstance(one, np.ndarray)
    assert one.tolist() == goods.tolist()
    assert list(sums.tiled(goods[:0], 4)) == []
