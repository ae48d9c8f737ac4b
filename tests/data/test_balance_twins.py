"""Fast fits against slow ones, stacks against single problems, and axes that must not be swapped."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import linprog, minimize

from xunhuan.data.balance import gras, gravity_fill, own_bounds, ras, self_trade

pytestmark = pytest.mark.twin


def slow_ras(seed: list[list[float]], row: list[float], column: list[float]) -> list[list[float]]:
    """RAS as in a textbook, with loops."""
    x = [list(r) for r in seed]
    for _ in range(500):
        for i, target in enumerate(row):
            k = target / sum(x[i])
            x[i] = [k * cell for cell in x[i]]
        for j, target in enumerate(column):
            k = target / sum(r[j] for r in x)
            for r in x:
                r[j] *= k
    return x


def test_ras_is_the_loop() -> None:
    seed, row, column = [[1.0, 2.0, 3.0], [4.0, 5.0, 0.0]], [10.0, 14.0], [7.0, 9.0, 8.0]
    assert ras(seed, row, column).matrix == pytest.approx(np.array(slow_ras(seed, row, column)), rel=1e-11)


def test_gras_is_the_minimum_of_its_objective() -> None:
    """Temurshoev et al.: min Σ |a| (z ln z - z + 1), z = x / a, under the margins, by a general solver."""
    a = np.array([[7.0, 3, 5, -3], [2, 9, 8, 1], [-2, 0, 2, 1]])
    row, column = np.array([15.0, 26, -1]), np.array([9.0, 16, 17, -2])
    live = a != 0

    def loss(z: np.ndarray) -> float:
        return float((np.abs(a[live]) * (z * np.log(z) - z + 1)).sum())

    def table(z: np.ndarray) -> np.ndarray:
        x = np.zeros(a.shape)
        x[live] = a[live] * z
        return x

    margins = [
        {"type": "eq", "fun": lambda z: table(z).sum(1) - row},
        {"type": "eq", "fun": lambda z: table(z).sum(0)[:3] - column[:3]},
    ]
    found = minimize(
        loss, np.ones(live.sum()), constraints=margins, bounds=[(1e-6, None)] * live.sum(), method="SLSQP",
        options={"ftol": 1e-14, "maxiter": 500},
    )  # fmt: skip
    assert gras(a, row, column).matrix == pytest.approx(table(found.x), abs=1e-5)


def test_a_stack_is_its_problems_one_by_one() -> None:
    rng = np.random.default_rng(3)
    seed = rng.uniform(0, 4, (5, 6, 4)) * (rng.uniform(size=(5, 6, 4)) > 0.2) + 0.01
    other = seed * rng.uniform(0.5, 2, seed.shape)
    both = ras(seed, other.sum(2), other.sum(1))
    for k in range(5):
        one = ras(seed[k], other[k].sum(1), other[k].sum(0))
        assert both.matrix[k] == pytest.approx(one.matrix, rel=1e-11)
    mixed = seed - 0.3 * (rng.uniform(size=seed.shape) > 0.8) * seed.max()
    target = mixed * rng.uniform(0.8, 1.2, seed.shape)
    stack = gras(mixed, target.sum(2), target.sum(1), tolerance=1e-11)
    for k in range(5):
        one = gras(mixed[k], target[k].sum(1), target[k].sum(0), tolerance=1e-11)
        assert stack.matrix[k] == pytest.approx(one.matrix, rel=1e-8, abs=1e-9)


def test_gravity_is_ras_good_by_good_and_origin_is_not_destination() -> None:
    rng = np.random.default_rng(5)
    supply, demand = rng.uniform(1, 5, (6, 3)), rng.uniform(1, 5, (6, 3))
    demand *= supply.sum(0) / demand.sum(0)
    km = rng.uniform(50, 900, (6, 6))
    flow = gravity_fill(supply, demand, km, 1.44).matrix
    seed = np.where(np.eye(6, dtype=bool), 0.0, km**-1.44)
    for i in range(3):
        assert flow[:, :, i] == pytest.approx(ras(seed, supply[:, i], demand[:, i]).matrix, rel=1e-10)
    swapped = gravity_fill(demand, supply, km, 1.44).matrix
    assert np.abs(swapped - flow).max() > 0.1
    assert swapped == pytest.approx(gravity_fill(supply, demand, km.T, 1.44).matrix.transpose(1, 0, 2), rel=1e-9)


@pytest.mark.parametrize("seed", range(4))
def test_self_trade_is_the_least_a_linear_programme_can_reach(seed: int) -> None:
    rng = np.random.default_rng(seed)
    s, d = rng.uniform(0, 1, 4) ** 3, rng.uniform(0, 1, 4) ** 3
    s[seed], d[seed] = 3.0, 2.5
    d *= s.sum() / d.sum()
    rows = [np.kron(np.eye(4)[k], np.ones(4)) for k in range(4)]
    columns = [np.kron(np.ones(4), np.eye(4)[k]) for k in range(4)]
    least = linprog(np.eye(4).ravel(), A_eq=np.array(rows + columns), b_eq=np.r_[s, d]).fun
    assert self_trade(s, d).sum() == pytest.approx(least, abs=1e-9)
    assert own_bounds(s, d)[0].sum() == pytest.approx(least, abs=1e-9)
