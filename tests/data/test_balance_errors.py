"""Margins that cannot be met are refused by name, before any iteration."""

from __future__ import annotations

import numpy as np
import pytest

from xunhuan.data.balance import gras, gravity_fill, ras, share_out
from xunhuan.errors import Infeasible, NotConverged

pytestmark = pytest.mark.error


def test_a_row_without_cells_is_named() -> None:
    with pytest.raises(Infeasible) as e:
        ras([[0, 0], [1, 2]], [3, 1], [2, 2], names=(("coal", "steel"), ("east", "west")))
    assert "row coal must sum to 3 but has no cell of that sign" in str(e.value)


def test_totals_that_differ_are_told() -> None:
    with pytest.raises(Infeasible) as e:
        ras([[1, 1], [1, 1]], [3, 2], [2, 2])
    assert "row sums total 5, column sums 4" in str(e.value)


def test_a_blocked_part_is_named_with_its_numbers() -> None:
    seed = [[1, 1, 0], [1, 1, 0], [1, 1, 1]]
    with pytest.raises(Infeasible) as e:
        ras(seed, [5, 4, 1], [3, 3, 4], names=(("a", "b", "c"), ("x", "y", "z")))
    text = str(e.value)
    hall = "rows a, b must sum to 9 but reach only columns x, y, which sum to 6"
    mirror = "columns z must sum to 4 but reach only rows c, which sum to 1"
    assert hall in text or mirror in text


def test_negative_and_missing_numbers_are_refused_by_ras() -> None:
    with pytest.raises(Infeasible, match="a seed is negative"):
        ras([[1, -1], [1, 1]], [1, 1], [1, 1])
    with pytest.raises(Infeasible, match="a row sum is not a finite number"):
        ras([[1, 1], [1, 1]], [np.nan, 1], [1, 1])


def test_a_sign_that_no_cell_has_is_refused_by_gras() -> None:
    with pytest.raises(Infeasible) as e:
        gras([[-1, -2], [3, 4]], [1, 2], [1, 2])
    assert "row 0 must sum to 1 but has no cell of that sign" in str(e.value)


def test_a_region_that_would_trade_with_itself_is_named() -> None:
    with pytest.raises(Infeasible) as e:
        gravity_fill([[8.0], [1.0], [1.0]], [[6.0], [2.0], [2.0]], np.ones((3, 3)), 1, names=("A", "B", "C"))
    text = str(e.value)
    assert "rows A must sum to 8 but reach only columns B, C, which sum to 4" in text or (
        "columns A must sum to 6 but reach only rows B, C, which sum to 2" in text
    )


def test_the_faulty_problem_of_a_stack_is_named() -> None:
    with pytest.raises(Infeasible, match="problem 1: row sums total 3, column sums 4"):
        ras(np.ones((2, 2, 2)), [[2, 2], [1, 2]], [[2, 2], [2, 2]])


def test_shapes_that_do_not_fit_are_refused() -> None:
    with pytest.raises(Infeasible, match="do not belong to a matrix of shape"):
        ras(np.ones((2, 3)), [1, 1, 1], [1, 1])


def test_an_early_stop_is_told_and_refused_on_demand() -> None:
    fit = ras([[1, 9], [9, 1]], [9, 1], [1, 9], max_iterations=2)
    assert not fit.converged
    with pytest.raises(NotConverged, match="trade in steel: margins not met after 2 sweeps"):
        fit.require("trade in steel")


def test_a_total_above_all_limits_is_refused() -> None:
    with pytest.raises(Infeasible, match="a total of 9 does not fit under limits that sum to 5"):
        share_out(9, [1, 1], [2, 3])
