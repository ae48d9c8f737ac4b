"""Worked examples of the literature for RAS, GRAS and the gravity fill."""

from __future__ import annotations

import numpy as np
import pytest

from xunhuan.data.balance import gras, gravity_fill, own_bounds, ras, self_trade, share_out

pytestmark = pytest.mark.textbook


def test_miller_blair_7_4_2_meets_its_margins_with_these_multipliers() -> None:
    """Miller & Blair (2009), section 7.4.2; the inputs as in the GAMS model library, model IOBALANCE. The updated
    coefficients are in tests/evidence; here the substitution and fabrication effects."""
    a0 = np.array([[0.120, 0.100, 0.049], [0.210, 0.247, 0.265], [0.026, 0.249, 0.145]])
    x1 = np.array([421.0, 284.0, 283.0])
    z1 = np.array([[98.0, 72.0, 75.0], [65.0, 8.0, 63.0], [88.0, 27.0, 44.0]])
    fit = ras(a0 * x1, z1.sum(1), z1.sum(0))
    assert fit.converged
    assert fit.matrix.sum(1) == pytest.approx([245, 136, 159], rel=1e-12)
    assert fit.matrix.sum(0) == pytest.approx([251, 107, 182], rel=1e-12)
    assert fit.row / fit.row[0] == pytest.approx([1, 0.219733, 0.621900], abs=1e-6)
    assert fit.column / fit.column[0] == pytest.approx([1, 0.372696, 0.996217], abs=1e-6)


def test_the_first_sweep_is_the_one_by_hand() -> None:
    """One row step, then one column step: 245 / 92.787 and so on, by hand from the same example."""
    seed = np.array([[0.120, 0.100, 0.049], [0.210, 0.247, 0.265], [0.026, 0.249, 0.145]]) * [421, 284, 283]
    first = ras(seed, [245, 136, 159], [251, 107, 182], max_iterations=1)
    assert not first.converged
    assert first.row == pytest.approx([245 / 92.787, 136 / 233.553, 159 / 122.697], rel=1e-12)
    column_1 = 251 / (50.52 * 245 / 92.787 + 88.41 * 136 / 233.553 + 10.946 * 159 / 122.697)
    assert first.column[0] == pytest.approx(column_1, rel=1e-12)


def test_gras_with_a_column_of_no_positive_cell() -> None:
    """The example of Temurshoev, Miller & Bouwmeester (2013): the only cell of a column is its total."""
    fit = gras([[7, 3, 5, -3], [2, 9, 8, 0], [-2, 0, 2, 0]], [15, 26, -1], [9, 16, 17, -2])
    assert fit.converged
    assert fit.matrix[0, 3] == pytest.approx(-2, rel=1e-12)


def test_gras_on_the_table_of_junius_and_oosterhaven() -> None:
    """Goods, services and net taxes by four uses: the table of Junius & Oosterhaven (2003).

    Digits to two places; tests/twins shows that they minimise the objective of Temurshoev et al.
    """
    seed = [[7, 3, 5, -3], [2, 9, 8, 1], [-2, 0, 2, 1]]
    fit = gras(seed, [15, 26, -1], [9, 16, 17, -2])
    assert fit.matrix.round(2).tolist() == [
        [8.98, 3.74, 5.72, -3.44],
        [2.80, 12.26, 9.99, 0.95],
        [-2.78, 0.0, 1.29, 0.49],
    ]


def test_gravity_between_three_regions_by_hand() -> None:
    """Three regions and an empty diagonal leave one free number; the odds of the two ways round give it."""
    supply, demand = np.array([[6.0], [5.0], [4.0]]), np.array([[3.0], [5.0], [7.0]])
    km = np.array([[1.0, 10.0, 20.0], [10.0, 1.0, 40.0], [20.0, 40.0, 1.0]])
    x = gravity_fill(supply, demand, km, 1.44).matrix[:, :, 0]
    assert np.diag(x).tolist() == [0, 0, 0]
    assert x.sum(1) == pytest.approx(supply[:, 0])
    assert x.sum(0) == pytest.approx(demand[:, 0])
    # Distances are symmetric, so going round one way is as likely as the other.
    assert x[0, 1] * x[1, 2] * x[2, 0] == pytest.approx(x[0, 2] * x[2, 1] * x[1, 0], rel=1e-10)


def test_self_trade_and_bounds_by_hand() -> None:
    """A makes 7 of 10 and wants 6: the others make 3, so it must buy 3 of its own; it could buy 6."""
    supply, demand = [7.0, 2.0, 1.0], [6.0, 1.0, 3.0]
    least, most = own_bounds(supply, demand)
    assert self_trade(supply, demand).tolist() == [3, 0, 0]
    assert least.tolist() == [3, 0, 0]
    assert most.tolist() == [6, 1, 1]


def test_spread_fills_the_small_first_and_then_the_unweighted() -> None:
    assert share_out(10, [1, 1, 0], [2, 6, 4]).tolist() == [2, 6, 2]
    assert share_out(6, [1, 2, 0], [9, 9, 9]).tolist() == [2, 4, 0]
    assert share_out(5, [0, 0], [4, 6]).tolist() == [2, 3]
