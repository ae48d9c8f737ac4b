"""Closed forms of contests and free entry, a payment worked out by hand, and the equations by slow loops."""

from __future__ import annotations

import numpy as np
import pytest

from tests.helpers.games import equal_cities
from xunhuan.models.rivalry.cities import national_cost, sales
from xunhuan.models.rivalry.plan import plan
from xunhuan.models.rivalry.race import race
from xunhuan.models.rivalry.shares import alike, cost_of_stability, effective_number
from xunhuan.models.rivalry.tariffs import two_country_rate

pytestmark = pytest.mark.textbook


def test_free_entry_goes_on_until_the_next_city_would_lose() -> None:
    """Entrants = floor((keep (1−v) + χ) N / (share f)): a fixed need shared equally, each entry at a fixed cost."""
    g = equal_cities(20)
    found = race(g, np.zeros((20, 1), dtype=np.intp))
    entrants = int((0.35 * 0.5 + 0.1) * 10 / 0.23)
    assert entrants == 11
    assert (found.outcome, int(found.lines.sum())) == ("settled", entrants)
    best = plan(g)
    assert int(best.lines.sum()) == 1
    anarchy = national_cost(g, found.lines).sum() / national_cost(g, best.lines).sum()
    assert anarchy == pytest.approx(16 / 6, rel=1e-12)


def test_a_contest_for_shares_builds_what_tullock_says() -> None:
    """Total lines of C equal players (C−1)/C · A N / (share f), A = keep (1−v) + χ, to one line of the grid."""
    line, cost = 0.5, 0.05
    g = equal_cities(4, line=np.array([line]), capital=np.array([cost]), largest=100)
    closed = 3 / 4 * (0.35 * 0.5 + 0.1) * 10 / (0.23 * cost) * line
    assert closed == pytest.approx(89.67, abs=0.01)
    found = race(g, np.zeros((4, 1), dtype=np.intp))
    assert found.outcome == "settled"
    assert float((found.lines * line).sum()) == pytest.approx(closed, abs=line)
    assert np.ptp(found.lines) <= 1
    assert np.ptp(sales(g, found.lines)) < line


def test_three_players_with_an_empty_core_need_nine_tenths() -> None:
    """Payoffs .2 each; any two can have 1, so that every pair must be given .6: payments of .3 each, .9 in all."""
    found = cost_of_stability(np.full(3, 0.2), [0, 0, 0, 1, 1, 1, 1])
    assert found.total == pytest.approx(0.9, abs=1e-9)
    np.testing.assert_allclose(found.payments, 0.3, atol=1e-9)
    assert set(found.binding) == {(0, 1), (0, 2), (1, 2)}


def test_indices_of_likeness() -> None:
    assert effective_number(np.full((1, 5), 0.2))[0] == pytest.approx(5)
    assert effective_number(np.array([0.9, 0.1])) == pytest.approx(1 / 0.82)
    assert alike(np.array([[1.0, 2.0], [2.0, 4.0]])) == pytest.approx(1.0)
    assert alike(np.array([[1.0, 0.0], [0.0, 3.0]])) == pytest.approx(0.0)


@pytest.mark.parametrize("own", [0.6, 0.8, 0.99])
def test_the_tariff_of_a_nation_that_the_other_does_not_feel_is_one_over_theta(own: float) -> None:
    """As the other buys all but nothing abroad, t → 1/θ; it is more where the nation has power over its own demand too."""
    t, s = two_country_rate(5.0, own)
    assert s > own
    assert t > 1 / 5
    limit = two_country_rate(5.0, 1 - 1e-12)[0]
    assert limit * 5 * (1 + limit) == pytest.approx(1 + limit, rel=1e-9)
