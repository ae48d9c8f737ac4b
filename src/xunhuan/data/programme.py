"""Quadratic programmes that move numbers as little as they can: least relative squares under linear sums.

min  ½ Σ_k (x_k − x0_k)² / x0_k    where    Σ_k A[m,k] x_k = b[m],  x_k ≥ 0

k unknowns, m sums. The dual has one price λ[m] a sum, x_k = max(0, x0_k (1 + Σ_m λ[m] A[m,k])), and is concave and
piecewise quadratic, so Newton's method on it ends at the exact answer after a few steps.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_array, diags_array, eye_array, hstack
from scipy.sparse.linalg import splu

from xunhuan.data.arrays import Array

MISS = 1e-11
"""Largest miss of a sum accepted, relative to the gross size of its terms."""
_AIM, _STEPS, _HALVINGS, _RIDGE = 1e-14, 200, 40, 1e-12
_FLOOR = 1e-6
"""Sums smaller than this part of the mean one are held to it."""


@dataclass(frozen=True)
class Programme:
    """An answer and how the solver ended.

    x          unknowns, axis k          price  of each sum, axis m
    converged  all sums are met          steps  of Newton's method
    residual   largest miss of a sum, relative to the gross size of its terms
    gap        objective less its dual, relative to the larger of 1 and the objective
    """

    x: Array
    price: Array
    converged: bool
    steps: int
    residual: float
    gap: float

    @property
    def told(self) -> str:
        """How it ended, in a line."""
        end = "solved" if self.converged else "not solved"
        return f"{end} in {self.steps} steps, largest miss {self.residual:.1e}, duality gap {self.gap:.1e}"


def least_change(a: csr_array, b: Array, start: Array) -> Programme:
    r"""The x nearest to `start` that meets sums, by Newton's method on the dual.

    x = max(0, x0 (1 + Aᵀλ)),   A x(λ) = b,   step (A D Aᵀ) δ = b − A x(λ),   D = x0 where x > 0

    a m k, sparse, linearly independent rows · b m · start k, all > 0, any unit. It never raises: `converged` says whether
    there is an answer.

    >>> from scipy.sparse import csr_array
    >>> done = least_change(csr_array([[1.0, 1.0, 0.0], [0.0, 1.0, 1.0]]), np.array([3.0, 2.0]), np.ones(3))
    >>> (3 * done.x).round(9).tolist(), done.converged
    ([5.0, 4.0, 2.0], True)
    """
    turned = csr_array(a.T)
    size = abs(a)
    anchor = np.maximum(size @ start, 1e-300)
    price = np.zeros(len(b))
    value, x = _dual(turned, b, start, price)
    steps, residual = 0, _miss(a, size, b, x)
    while residual > _AIM and steps < _STEPS:
        ahead = _newton(a, start, x, b - a @ x, anchor)
        length, slope = 1.0, float((b - a @ x) @ ahead)
        for _ in range(_HALVINGS):
            new_value, new_x = _dual(turned, b, start, price + length * ahead)
            if new_value >= value + 1e-4 * length * slope - 1e-13 * abs(value):
                break
            length /= 2
        off = _miss(a, size, b, new_x)
        if residual <= MISS and off >= residual:
            break  # as near as rounding lets it come
        steps, price, value, x, residual = steps + 1, price + length * ahead, new_value, new_x, off
    objective = 0.5 * float(((x - start) ** 2 / start).sum())
    gap = abs(objective - value) / max(1.0, abs(objective))
    return Programme(x, price, residual <= MISS, steps, residual, gap)


def _dual(turned: csr_array, b: Array, start: Array, price: Array) -> tuple[float, Array]:
    """The dual at some prices, and the unknowns that go with them."""
    pull = turned @ price
    x = start * np.maximum(0.0, 1.0 + pull)
    return float(price @ b + 0.5 * ((x - start) ** 2 / start).sum() - x @ pull), x


def _newton(a: csr_array, start: Array, x: Array, short: Array, anchor: Array) -> Array:
    """One Newton step; a sum none of whose terms is free moves as far as its anchor lets it."""
    free = np.where(x > 0, start, 0.0)
    normal = a @ diags_array(free) @ a.T
    scale = 1.0 / np.sqrt(anchor)
    weighed = diags_array(scale) @ normal @ diags_array(scale)
    stuck = (weighed.diagonal() <= _RIDGE).astype(float)
    whole: Any = (weighed + diags_array(_RIDGE + stuck)).tocsc()
    solver = splu(whole, permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.0, options={"SymmetricMode": True})
    return np.asarray(scale * solver.solve(scale * short), dtype=np.float64)


def _miss(a: csr_array, size: csr_array, b: Array, x: Array) -> float:
    gross = np.maximum(size @ np.abs(x) + np.abs(b), _FLOOR * np.abs(b).mean() + 1e-300)
    return float((np.abs(a @ x - b) / gross).max(initial=0.0))


def unmet(a: csr_array, b: Array) -> Array:
    """The least that sums must miss by where no x ≥ 0 meets them all: b − A x of least total size, axis m.

    a m k · b m, any unit. All zeros where they can be met.
    """
    m = len(b)
    scale = float(np.abs(b).max(initial=0.0)) or 1.0
    whole: Any = csr_array(hstack([a, eye_array(m), -eye_array(m)]))
    cost = np.concatenate([np.zeros(a.shape[1]), np.ones(2 * m)])
    found: Any = linprog(cost, A_eq=whole, b_eq=b / scale, method="highs")
    over = found.x[a.shape[1] :]
    return np.asarray((over[:m] - over[m:]) * scale, dtype=np.float64)
