"""What a scenario draws of the games, by hand: factors no further than numbers may go, and none where no game is played."""

from __future__ import annotations

from typing import Any

import pytest

from xunhuan.data.accounts import Accounts
from xunhuan.errors import BadInput
from xunhuan.models.rivalry.model import MODEL
from xunhuan.models.rivalry.parameters import Cities, RivalryParameters, TariffGame

pytestmark = pytest.mark.textbook


def _drawn(name: str) -> Any:
    return next(u for u in MODEL.uncertain if u.name == name)


@pytest.mark.parametrize(("name", "of", "factor", "found"), [
    ("city_promotion", "promotion", 3.0, 0.6), ("city_bill", "own_bill", 2.0, 0.8), ("city_bill", "own_bill", 4.0, 1.0),
    ("city_learning", "learning_rate", 1.5, 0.3), ("city_learning", "learning_rate", 9.0, 0.6),
])  # fmt: skip
def test_factors_stop_where_numbers_do(toy: Accounts, name: str, of: str, factor: float, found: float) -> None:
    p = RivalryParameters(cities=Cities(promotion=0.2, own_bill=0.4, learning_rate=0.2))
    u = _drawn(name)
    moved = u.move(p, factor, toy)
    assert getattr(moved.cities, of) == pytest.approx(found)
    others = {k: v for k, v in vars(moved.cities).items() if k != of}
    assert others == {k: v for k, v in vars(p.cities).items() if k != of}
    assert u.move(p, 1, toy) == p
    assert u.idle(p) is None
    none = RivalryParameters(nations=TariffGame())
    assert u.idle(none).startswith("no cities play")
    assert u.move(none, factor, toy) == none


def test_cells_are_drawn_by_a_number_and_moved_by_no_factor(toy: Accounts) -> None:
    p, u = RivalryParameters(cities=Cities()), _drawn("city_cells")
    assert u.move(p, 1, toy) == p
    with pytest.raises(BadInput, match="ranges of their own"):
        u.move(p, 2.0, toy)
    assert u.errors(p, 0.3, toy).cities.draw == 0.3


def test_scale_at_stake_is_drawn_where_provinces_play(toy: Accounts) -> None:
    u = _drawn("stake_scale")
    p = RivalryParameters.model_validate({"provinces": {"control": {"sectors": "MAN"}, "scale": 0.04}})
    assert u.move(p, 1.5, toy).provinces.scale == pytest.approx(0.06)
    assert u.move(p, 1, toy) == p
    assert u.idle(p) is None
    assert u.idle(RivalryParameters(cities=Cities())).startswith("no provinces play")
