"""What RAS, GRAS and the gravity fill must satisfy whatever the numbers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from xunhuan.data.balance import gras, gravity_fill, own_bounds, ras, self_trade, share_out

pytestmark = pytest.mark.identity

Array = NDArray[np.float64]
quick = settings(max_examples=60, deadline=None, derandomize=True)
positive = st.floats(0.01, 100.0)


@st.composite
def tables(draw: st.DrawFn, signed: bool = False) -> tuple[Array, Array]:
    """A seed, and a table of the same signs whose margins are therefore feasible."""
    shape = (draw(st.integers(2, 6)), draw(st.integers(2, 5)))
    low = -100.0 if signed else 0.0
    seed = draw(arrays(float, shape, elements=st.floats(low, 100.0).map(lambda x: round(x, 1))))
    seed[np.abs(seed) < 0.1] = 0
    factor = draw(arrays(float, shape, elements=st.floats(0.2, 5.0)))
    return seed, seed * factor


@quick
@given(tables())
def test_ras_meets_the_margins_keeps_zeros_and_is_biproportional(pair: tuple[Array, Array]) -> None:
    seed, other = pair
    fit = ras(seed, other.sum(1), other.sum(0))
    assert fit.converged
    np.testing.assert_allclose(fit.matrix.sum(1), other.sum(1), rtol=1e-12, atol=1e-10)
    np.testing.assert_allclose(fit.matrix.sum(0), other.sum(0), rtol=1e-12, atol=1e-10)
    assert (fit.matrix[seed == 0] == 0).all()
    np.testing.assert_allclose(fit.matrix, fit.row[:, None] * seed * fit.column, rtol=1e-12)


@quick
@given(tables(), positive, positive)
def test_ras_does_not_see_the_unit_of_seed_or_margins(pair: tuple[Array, Array], seed_unit: float, unit: float) -> None:
    seed, other = pair
    plain = ras(seed, other.sum(1), other.sum(0)).matrix
    scaled = ras(seed_unit * seed, unit * other.sum(1), unit * other.sum(0)).matrix
    np.testing.assert_allclose(scaled, unit * plain, rtol=1e-9, atol=1e-9 * unit)


@quick
@given(tables())
def test_ras_of_a_table_to_its_own_margins_is_the_table(pair: tuple[Array, Array]) -> None:
    seed, _ = pair
    np.testing.assert_allclose(ras(seed, seed.sum(1), seed.sum(0)).matrix, seed, rtol=1e-10, atol=1e-12)


@quick
@given(tables(signed=True))
def test_gras_meets_the_margins_and_keeps_every_sign(pair: tuple[Array, Array]) -> None:
    seed, other = pair
    fit = gras(seed, other.sum(1), other.sum(0), tolerance=1e-11)
    if not fit.converged:  # margins near the edge of what the signs allow: it must say so, not pretend
        assert fit.residual > 1e-11
        return
    size = np.abs(other).sum() or 1.0
    np.testing.assert_allclose(fit.matrix.sum(1), other.sum(1), atol=1e-9 * size)
    np.testing.assert_allclose(fit.matrix.sum(0), other.sum(0), atol=1e-9 * size)
    assert (np.sign(fit.matrix) * np.sign(seed) >= 0).all()
    assert (fit.matrix[seed == 0] == 0).all()


@quick
@given(tables())
def test_gras_without_negatives_is_ras(pair: tuple[Array, Array]) -> None:
    seed, other = pair
    a = gras(seed, other.sum(1), other.sum(0)).matrix
    np.testing.assert_allclose(a, ras(seed, other.sum(1), other.sum(0)).matrix, rtol=1e-9, atol=1e-12)


@st.composite
def markets(draw: st.DrawFn) -> tuple[Array, Array]:
    shape = (draw(st.integers(3, 6)), draw(st.integers(1, 4)))
    s = draw(arrays(float, shape, elements=st.floats(0.1, 50.0)))
    d = draw(arrays(float, shape, elements=st.floats(0.1, 50.0)))
    return s, d * (s.sum(0) / d.sum(0))


@quick
@given(markets(), st.floats(0.0, 1.0))
def test_gravity_meets_supply_and_demand_once_self_trade_is_out(market: tuple[Array, Array], share: float) -> None:
    supply, demand = market
    least, most = own_bounds(supply, demand)
    assert (least <= most).all()
    own = share * most
    own = own + self_trade(supply - own, demand - own)
    assert (own <= most * (1 + 1e-12)).all()
    out, into = supply - own, demand - own
    place = np.arange(len(supply))
    km = 50.0 + 100 * np.abs(place[:, None] - place[None, :])
    fit = gravity_fill(out, into, km, 1.44, tolerance=1e-11)
    assert fit.converged
    np.testing.assert_allclose(fit.matrix.sum(1), out, rtol=1e-10, atol=1e-9)
    np.testing.assert_allclose(fit.matrix.sum(0), into, rtol=1e-10, atol=1e-9)
    assert (fit.matrix[place, place] == 0).all()


@quick
@given(arrays(float, 5, elements=st.floats(0, 9)), arrays(float, 5, elements=st.floats(0, 9)), st.floats(0, 1))
def test_spread_adds_up_and_stays_within_limits(weight: Array, limit: Array, full: float) -> None:
    total = full * limit.sum()
    part = share_out(total, weight, limit)
    np.testing.assert_allclose(part.sum(), total, rtol=1e-12, atol=1e-12)
    assert (part >= 0).all()
    assert (part <= limit * (1 + 1e-12) + 1e-12).all()
