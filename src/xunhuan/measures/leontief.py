"""The Leontief system x = A·x + y solved, from the right and from the left: by sweeps, or by LU where that is less work.

Vectors are laid out `r i` (region, sector) with an optional last axis of right-hand sides; left vectors likewise. A is
an operator of either form in `operators`. The measures add meaning and names.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]

from xunhuan.data.arrays import Array, Index, ratio
from xunhuan.errors import NotConverged
from xunhuan.measures.operators import Operator

RESIDUAL = 1e-13
"""Largest residual |y + A·x − x| accepted, relative to the largest entry of each right-hand side and its
solution.
"""
MAX_SWEEPS = 2000
_MIN_COLUMNS, _WIDEST, _SHARED = 16, 256, 8
"""Right-hand sides swept at once, at least and at most, and among how many parts few of them are dealt at most."""
_HALF = 2
"""Parts that as many right-hand sides as there are regions are dealt to: a product of matrices R x R is as fast as it can
be with R / 2 columns, and takes a third longer with R / 8."""
_COPIES, _HELD = 8, 2.5e8
"""Arrays of the size of the right-hand sides that sweeps hold at once, and bytes they may take of each processor."""
_LEAST_LEAP, _FARTHEST_LEAP = -0.5, 100.0
"""Moves that alternate are halved; those that hardly fall are followed so many times their length at most."""
_REFINED = 10_000
"""Industries of a table from which sweeps are made in single precision and set right in double."""
_COARSE, _SMALLEST = 1e-4, np.float32(1e-30)
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
    method = _alone if not operator.crosses else _direct if operator.prefers_direct(columns.shape[2]) else _sweeps
    x, sweeps, residual = method(operator, columns, left, cut, tolerance)
    if not residual <= tolerance:
        raise NotConverged(
            f"the Leontief system was not solved: residual {residual:.1e}, wanted {tolerance:.0e}",
            where=f"{operator.regions} regions x {operator.sectors} sectors, {sweeps} sweeps",
            fix="look for an industry whose inputs cost as much as its output (value added at or below zero)",
        )
    x *= scale
    return Solution(x[:, :, 0] if single else x, sweeps, residual)


def _measured(operator: Operator, y: Array, x: Array, left: bool, cut: Index | None) -> float:
    """The residual of a solution."""
    residual = 0.0
    for part in _parts(operator, y.shape[2]):
        off = operator.residual(y[:, :, part], x[:, :, part], left, None if cut is None else cut[part])
        residual = max(residual, off) if residual == residual else residual  # one that is not a number stays
    return residual


def _alone(operator: Operator, y: Array, left: bool, cut: Index | None, tolerance: float) -> Solution:
    """Where no inputs cross regions each region's own chain is all there is."""
    del tolerance
    inverse = operator.local_inverse.transpose(0, 2, 1) if left else operator.local_inverse
    x = np.matmul(inverse, y)
    return Solution(x, 0, _measured(operator, y, x, left, cut))


def _direct(operator: Operator, y: Array, left: bool, cut: Index | None, tolerance: float) -> Solution:
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
            return Solution(x, count + 1, _measured(operator, y, x, left, cut))
    return Solution(x, 0, _measured(operator, y, x, left, cut))


def _sweeps(operator: Operator, y: Array, left: bool, cut: Index | None, tolerance: float) -> Solution:
    """Block-Jacobi sweeps, the right-hand sides dealt out to the processors.

    A sweep is many small products, which BLAS's own threads slow down; each processor takes its columns
    alone.
    """
    parts = _parts(operator, y.shape[2])
    workers = min(_processors(), len(parts))
    operator.prepare()
    out = np.empty(y.shape)
    solve = _refined if operator.regions * operator.sectors >= _REFINED else _doubled

    def relax(part: slice) -> tuple[int, float]:
        few = np.ascontiguousarray(y[:, :, part])
        of_part = None if cut is None else cut[part]
        out[:, :, part], sweeps, residual = solve(operator, few, left, of_part, tolerance)
        return sweeps, residual

    with _blas().limit(limits=1, user_api="blas"):
        if workers == 1:
            done = list(map(relax, parts))
        else:
            with ThreadPoolExecutor(workers) as pool:
                done = list(pool.map(relax, parts))
    sweeps, residuals = zip(*done, strict=True)
    return Solution(out, max(sweeps), float(np.max(residuals)))


def _parts(operator: Operator, columns: int) -> list[slice]:
    """Right-hand sides swept together: enough to repay reading the matrices, and no more than fit.

    Sweeps stop when the slowest of a part is solved, so that last digits are of the parts: they depend on the size of the
    system alone, neither on the memory that happens to be free nor on the number of processors.
    """
    column = _COPIES * 8.0 * operator.regions * operator.sectors
    width = max(_MIN_COLUMNS, min(_WIDEST, int(_HELD / column)))
    repaying = max(_MIN_COLUMNS, operator.regions // _HALF)
    count = max(1, -(-columns // width), min(_SHARED, columns // repaying))
    ends = [columns * k // count for k in range(count + 1)]
    return [slice(a, b) for a, b in pairwise(ends)]


def _refined(operator: Operator, y: Array, left: bool, cut: Index | None, tolerance: float) -> Solution:
    r"""Sweeps in single precision, twice as fast, for what is still missing, which double precision tells:

    r = y + A x − x,   x ← x + d,   d − A d ≈ r in single precision, of right-hand sides scaled to 1   [Higham2002, ch. 12]

    until r is a tenth of the tolerance; d is as close as that needs. Where r does not fall as it must, sweeps in double
    precision decide.
    """
    single = operator.single
    if single is None:
        return _doubled(operator, y, left, cut, tolerance)
    x, rest, sweeps, before, close = np.zeros_like(y), y, 0, np.inf, _COARSE
    while True:
        scale = np.abs(rest).max(axis=(0, 1))
        scale[scale == 0.0] = 1.0
        with np.errstate(all="ignore"):  # a system without an answer runs out of range
            asked = (rest / scale).astype(np.float32)
            asked[np.abs(asked) < _SMALLEST] = 0.0  # next to nothing, and slow to reckon with
            found, count = _relaxed(single, asked, left, cut, close)
            x += found * scale
            rest = operator.rest(y, x, left, cut)
        off, most, sweeps = _largest(rest), max(1.0, _largest(x)), sweeps + count
        aim = 0.1 * tolerance * most
        if off <= aim:
            return Solution(x, sweeps, off / most)
        if not off < 0.1 * before:
            return _doubled(operator, y, left, cut, tolerance)
        before, close = off, max(_COARSE, aim / off)


def _doubled(operator: Operator, y: Array, left: bool, cut: Index | None, tolerance: float) -> Solution:
    """Sweeps in double precision, and the residual they leave."""
    x, sweeps = _relaxed(operator, y, left, cut, tolerance)
    return Solution(x, sweeps, operator.residual(y, x, left, cut))


def _relaxed(operator: Operator, y: Array, left: bool, cut: Index | None, tolerance: float) -> tuple[Array, int]:
    r"""Sweep until a sweep moves x by less than a tenth of the tolerance, with a leap after every second sweep.

    Sweeps a = g(x), b = g(a) move by r₁ = a − x and r₂ = b − a. The leap b + e r₂ takes moves to fall as they did:

    e = −(r₂ − r₁)·r₂ / |r₂ − r₁|²,   0 where that does not point on      [WalkerNi2011, with one step of memory]

    Moves that grow are not leapt over: a system without a sensible answer must still be seen to have none.
    """
    x = y
    for count in range(2, MAX_SWEEPS + 1, 2):
        first = operator.sweep(y, x, left, cut)
        new = operator.sweep(y, first, left, cut)
        second = new - first
        moved = _largest(second)
        if not moved < _HOPELESS or moved <= 0.1 * tolerance * max(1.0, _largest(new)):
            return new, count
        first -= x
        np.subtract(second, first, out=first)
        size = np.einsum("rik,rik->k", first, first)
        leap = -ratio(np.einsum("rik,rik->k", first, second), size)
        leap = np.where(leap >= _LEAST_LEAP, np.minimum(leap, _FARTHEST_LEAP), 0.0)
        second *= leap
        new += second
        x = new
    return x, MAX_SWEEPS


def _largest(a: Array) -> float:
    """Largest absolute entry, without a copy; not a number where one is."""
    return float(max(a.max(initial=0.0), -a.min(initial=0.0)))


def _processors() -> int:
    """Processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@cache
def _blas() -> ThreadpoolController:
    return ThreadpoolController()
