"""The Leontief system x = A·x + y solved, from the right and from the left: by sweeps, or by LU where that is less work.

Vectors are laid out `r i` (region, sector) with an optional last axis of right-hand sides; left vectors likewise. A is
an operator of either form in `operators`. The measures add meaning and names.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import NamedTuple

import numpy as np
from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]

from xunhuan.data.arrays import Array, Index
from xunhuan.errors import NotConverged
from xunhuan.measures.operators import Operator

RESIDUAL = 1e-13
"""Largest residual |y + A·x − x| accepted, relative to the largest entry of each right-hand side and its
solution.
"""
MAX_SWEEPS = 2000
_CHECK_EVERY = 3
_MIN_COLUMNS = 16
_HOPELESS = 1e100  # right-hand sides are scaled to 1: sweeps this large only grow


class Solution(NamedTuple):
    """x, how many sweeps it took (0 = direct), and the residual that was measured afterwards."""

    x: Array
    sweeps: int
    residual: float


def solve_right(operator: Operator, y: Array, *, tolerance: float = RESIDUAL) -> Array:
    r"""Output x that final demand y calls for.

    x = (I − A)^-1 y = B y        [MillerBlair2009, eq. 2.11]

    y r i, or r i k for k right-hand sides, any value unit · x as y. Raises NotConverged when the measured
    residual stays above `tolerance`, as it does when some industry uses more than it makes.
    """
    return solution(operator, y, tolerance=tolerance).x


def solve_left(operator: Operator, w: Array, *, tolerance: float = RESIDUAL) -> Array:
    r"""Total requirement of w (value added, labour, ...) per unit of final demand.

    m = w (I − A)^-1 = w B        [MillerBlair2009, ch. 6]

    w r i, or r i k · m as w
    """
    return solution(operator, w, left=True, tolerance=tolerance).x


def solution(
    operator: Operator,
    y: Array,
    *,
    left: bool = False,
    cut: Index | None = None,
    tolerance: float = RESIDUAL,
) -> Solution:
    """`solve_right` or `solve_left`, with how it ended.

    cut: for each right-hand side the region that sells no inputs to others (its exports are then given from
    outside).
    """
    columns = np.ascontiguousarray(y, dtype=np.float64)
    single = columns.ndim == 2
    if single:
        columns = columns[:, :, None]
    scale = np.abs(columns).max(axis=(0, 1))
    scale[scale == 0.0] = 1.0
    columns = columns / scale  # so that a small economy's column is held to the same relative accuracy
    method = _direct if operator.prefers_direct(columns.shape[2]) else _sweeps
    x, sweeps = method(operator, columns, left, cut, tolerance)
    residual = operator.residual(columns, x, left, cut)
    if not residual <= tolerance:
        raise NotConverged(
            f"the Leontief system was not solved: residual {residual:.1e}, wanted {tolerance:.0e}",
            where=f"{operator.regions} regions x {operator.sectors} sectors, {sweeps} sweeps",
            fix="look for an industry whose inputs cost as much as its output (value added at or below zero)",
        )
    x *= scale
    return Solution(x[:, :, 0] if single else x, sweeps, residual)


def _direct(operator: Operator, y: Array, left: bool, cut: Index | None, tolerance: float) -> tuple[Array, int]:
    """By LU factors; with cut links a few corrections, each taking out what was sold along them.

    x = B (y − A_s,off x): it contracts by what comes back to the cut region through its own sales, a few percent.
    """
    from scipy.linalg import lu_solve

    def once(y: Array) -> Array:
        flat = y.reshape(operator.regions * operator.sectors, -1)
        return lu_solve(operator.factors, flat, trans=1 if left else 0, check_finite=False).reshape(y.shape)

    x = once(y)
    for count in range(MAX_SWEEPS if cut is not None else 0):
        assert cut is not None
        new = once(y - operator.sold(x, left, cut))
        moved = float(np.abs(new - x).max())
        x = new
        if not moved < _HOPELESS or moved <= 0.1 * tolerance * max(1.0, float(np.abs(x).max())):
            return x, count + 1
    return x, 0


def _sweeps(operator: Operator, y: Array, left: bool, cut: Index | None, tolerance: float) -> tuple[Array, int]:
    """Block-Jacobi sweeps, the right-hand sides dealt out to the processors.

    A sweep is many small products, which BLAS's own threads slow down; each processor takes its columns
    alone.
    """
    workers = max(1, min(_processors(), y.shape[2] // _MIN_COLUMNS))
    operator.prepare()
    with _blas().limit(limits=1, user_api="blas"):
        if workers == 1:
            return _relax(operator, y, left, cut, tolerance)
        parts = np.array_split(np.arange(y.shape[2]), workers)

        def relax(part: Index) -> tuple[Array, int]:
            return _relax(operator, y[:, :, part], left, None if cut is None else cut[part], tolerance)

        with ThreadPoolExecutor(workers) as pool:
            done = list(pool.map(relax, parts))
    return np.concatenate([x for x, _ in done], axis=2), max(sweeps for _, sweeps in done)


def _relax(operator: Operator, y: Array, left: bool, cut: Index | None, tolerance: float) -> tuple[Array, int]:
    """Sweep until a sweep moves x by less than a tenth of the tolerance."""
    x = y
    for count in range(1, MAX_SWEEPS + 1):
        new = operator.sweep(y, x, left, cut)
        if count % _CHECK_EVERY == 0:
            moved = float(np.abs(new - x).max())
            if not moved < _HOPELESS or moved <= 0.1 * tolerance * max(1.0, float(np.abs(new).max())):
                return new, count
        x = new
    return x, MAX_SWEEPS


def _processors() -> int:
    """Processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@cache
def _blas() -> ThreadpoolController:
    return ThreadpoolController()
