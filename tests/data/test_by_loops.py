"""Parts of tables that other tests see only as a whole: by loops and by hand, each axis of its own length."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array

import xunhuan as xh
from tests.helpers.uneven import uneven
from xunhuan.data.markets import growth_of_markets
from xunhuan.data.posterior import nested_trade, own_use
from xunhuan.data.programme import least_change
from xunhuan.errors import BadInput

pytestmark = pytest.mark.twin


def test_trade_at_other_totals_keeps_what_is_kept_at_home() -> None:
    """At its own totals the given trade comes back, but for a little of even trade; at others own shares stay."""
    rng = np.random.default_rng(3)
    given = rng.uniform(1, 5, (3, 3, 2)) + 3 * np.eye(3)[:, :, None]
    assert nested_trade(given, given.sum(1), given.sum(0)) == pytest.approx(given, rel=1e-3)
    supply, demand = (x * rng.uniform(0.7, 1.4, x.shape) for x in (given.sum(1), given.sum(0)))
    demand *= supply.sum(0) / demand.sum(0)
    found = nested_trade(given, supply, demand)
    assert found.sum(1) == pytest.approx(supply, rel=1e-9)
    assert found.sum(0) == pytest.approx(demand, rel=1e-9)
    for i in range(2):
        part = [given[p, p, i] / min(given[p, :, i].sum(), given[:, p, i].sum()) for p in range(3)]
        own = own_use(supply[:, [i]], demand[:, [i]], 1 - np.array(part)[:, None])[:, 0]
        assert [found[p, p, i] for p in range(3)] == pytest.approx(own, rel=1e-12)


@pytest.mark.parametrize("unit", [1e-9, 1e9])
def test_a_programme_is_solved_alike_in_every_unit(unit: float) -> None:
    a = csr_array([[1.0, 1.0, 0.0, 2.0], [0.0, 1.0, 1.0, 0.0], [1.0, 0.0, 0.0, 0.0]])
    b, start = np.array([3.0, 2.0, 0.0]), np.array([1.0, 2.0, 0.5, 1.5])
    one, other = least_change(a, b, start), least_change(a, unit * b, unit * start)
    assert one.converged
    assert other.converged
    assert other.x == pytest.approx(unit * one.x, rel=1e-9)
    for half in (0.3, unit * 0.3):  # what cannot be met is missed by the same share
        size = half / 0.3
        missed = least_change(a[:1], size * np.array([-1.0]), size * start)
        assert not missed.converged
        assert missed.residual == pytest.approx(1.0, rel=1e-9)


def test_a_nation_without_a_series_is_refused_and_an_open_region_stands_for_the_others() -> None:
    acc = uneven()
    years = pd.Index(range(2000, 2005), name="year")
    rng = np.random.default_rng(5)
    series = pd.DataFrame({c: rng.uniform(1, 9, 5) for c in "ABCX"}, index=years)
    with pytest.raises(BadInput, match="the growth of some markets is not known") as refused:
        growth_of_markets(acc, series)
    assert list(refused.value.items) == ["D"]
    _, growth = growth_of_markets(acc.restrict(["A1", "A2", "A3", "B1", "B2"]), series)
    columns = series["A"], series["B"], series["C"] + series["X"]
    assert growth == pytest.approx(np.stack([np.diff(np.log(c)) for c in columns], axis=1))


def test_no_two_places_of_a_map_share_a_tile() -> None:
    for name in ("toyland", "china-2017"):
        tiles = [t for t in xh.load(name).geography.tile if t is not None]
        assert len(tiles) == len(set(tiles)) > 2, name
