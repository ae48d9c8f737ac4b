"""Least change under sums: against a general solver, at corners, and where no answer is."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import LinearConstraint, minimize
from scipy.sparse import csr_array

from xunhuan.data.programme import MISS, least_change, unmet

pytestmark = pytest.mark.twin


def problem(seed: int, corner: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Sums of a feasible point; at a corner some of its unknowns are 0, far from the start."""
    rng = np.random.default_rng(seed)
    a = rng.integers(-1, 2, (4, 12)).astype(float)
    start = rng.uniform(0.1, 20, 12)
    x = start * rng.uniform(0.2, 3, 12)
    if corner:
        x[:4] = 0.0
    return a, a @ x, start


@pytest.mark.parametrize("corner", [False, True])
@pytest.mark.parametrize("seed", range(6))
def test_newton_on_the_dual_finds_what_a_general_solver_finds(seed: int, corner: bool) -> None:
    a, b, start = problem(seed, corner)
    found = least_change(csr_array(a), b, start)
    slow = minimize(
        lambda x: 0.5 * ((x - start) ** 2 / start).sum(),
        start,
        jac=lambda x: (x - start) / start,
        method="SLSQP",
        bounds=[(0, None)] * len(start),
        constraints=LinearConstraint(a, b, b),
        options={"ftol": 1e-14, "maxiter": 1000},
    )
    assert slow.success
    assert found.converged
    assert found.residual <= MISS
    assert found.gap < 1e-9
    assert (found.x >= 0).all()
    np.testing.assert_allclose(found.x, slow.x, atol=1e-4 * start.max())
    assert 0.5 * ((found.x - start) ** 2 / start).sum() <= slow.fun * (1 + 1e-9) + 1e-9


@pytest.mark.parametrize("seed", range(6))
def test_the_answer_satisfies_its_conditions(seed: int) -> None:
    """Stationary where free, pulled outward where 0."""
    a, b, start = problem(seed, corner=True)
    found = least_change(csr_array(a), b, start)
    slope = (found.x - start) / start - a.T @ found.price
    assert np.abs(slope[found.x > 0]).max() < 1e-9
    assert (slope[found.x == 0] >= -1e-9).all()


def test_a_start_that_meets_the_sums_is_left_alone() -> None:
    a, _, start = problem(0, corner=False)
    found = least_change(csr_array(a), a @ start, start)
    assert (found.x == start).all()
    assert (found.steps, found.gap) == (0, 0.0)


def test_what_cannot_be_met_is_told() -> None:
    a = csr_array([[1.0, 1.0, 0.0], [0.0, 1.0, 1.0], [1.0, 2.0, 1.0]])
    assert np.abs(unmet(a, np.array([3.0, 2.0, 5.0]))).max() < 1e-9
    off = unmet(a, np.array([3.0, -2.0, 1.0]))
    assert abs(off[1] + 2) < 1e-9 or abs(off).sum() >= 2
    found = least_change(a[:2], np.array([3.0, -2.0]), np.ones(3))
    assert not found.converged
    assert found.told.startswith("not solved")
