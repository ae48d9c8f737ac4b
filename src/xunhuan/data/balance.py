"""Fitting matrices to known margins: RAS, GRAS, and the gravity fill of a trade matrix.

Every function is pure and works on stacks: leading axes, where present, are independent problems.
Infeasible margins are refused by name before any iteration; a run that stops early says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from xunhuan.data.arrays import Array, ratio
from xunhuan.errors import Infeasible, NotConverged, Problems

_Names = tuple[Sequence[str], Sequence[str]]

SUM_TOLERANCE = 1e-9
"""Relative difference of row and column totals that is still taken for rounding."""


@dataclass(frozen=True)
class Balanced:
    """A fitted matrix and how the iteration ended.

    matrix      fitted values, axes ... r s, unit of the margins
    row         row multipliers, axes ... r, ratio (0 where the margin is 0)
    column      column multipliers, axes ... s, ratio
    converged   True where every margin is met to the tolerance asked for
    iterations  sweeps made (the most, over the stack)
    residual    largest |sum - margin| / margin left
    """

    matrix: Array
    row: Array
    column: Array
    converged: bool
    iterations: int
    residual: float

    def require(self, what: str) -> Array:
        """The matrix, or NotConverged naming `what` where the iteration stopped early."""
        if not self.converged:
            raise NotConverged(
                f"{what}: margins not met after {self.iterations} sweeps, residual {self.residual:.1e}",
                fix="allow more sweeps, or look for margins that only a matrix with new zeros can meet",
            )
        return self.matrix


def ras(
    seed: ArrayLike,
    row: ArrayLike,
    column: ArrayLike,
    *,
    tolerance: float = 1e-13,
    max_iterations: int = 20_000,
    names: _Names | None = None,
) -> Balanced:
    """The matrix nearest to a non-negative seed, in relative entropy, with given row and column sums.

    x[r,s] = ρ[r] seed[r,s] σ[s],  Σ_s x[r,s] = row[r],  Σ_r x[r,s] = column[s]      [MillerBlair2009, 7.4]

    seed ... r s, >= 0 · row ... r, >= 0 · column ... s, >= 0, one unit · names of rows and columns

    Raises Infeasible naming the margins where a value is negative or not finite, totals differ by more than
    1e-9, or no non-negative matrix with the seed's zeros has these sums.

    >>> ras([[1.0, 1.0], [1.0, 1.0]], [4.0, 2.0], [3.0, 3.0]).matrix
    array([[2., 2.],
           [1., 1.]])
    """
    a, u, v = _stack(seed, row, column)
    _refuse_bad_margins(a, u, v, names, signed=False)
    return _iterate(a, np.zeros_like(a), u, v, np.shape(seed), tolerance, max_iterations)


def gras(
    seed: ArrayLike,
    row: ArrayLike,
    column: ArrayLike,
    *,
    tolerance: float = 1e-13,
    max_iterations: int = 20_000,
    names: _Names | None = None,
) -> Balanced:
    """RAS for a seed with negative cells: every cell keeps its sign, zeros stay zero.

    With P = max(seed, 0), N = max(-seed, 0):
    x[r,s] = ρ[r] P[r,s] σ[s] - N[r,s] / (ρ[r] σ[s]),  ρ[r] the positive root of p ρ² - row[r] ρ - n = 0 where
    p = Σ_s P σ, n = Σ_s N / σ, and so for σ.        [JuniusOosterhaven2003] [LenzenWoodGallego2007]
    Where a row has no positive cell the root is -n / row[r]         [TemurshoevMillerBouwmeester2013]

    seed ... r s, any sign · row ... r and column ... s, any sign, one unit · names of rows and columns

    Raises Infeasible naming the margins where a value is not finite, totals differ by over 1e-9, a margin
    has a sign that none of its cells has, or no matrix with the seed's signs has these sums.
    """
    a, u, v = _stack(seed, row, column)
    _refuse_bad_margins(a, u, v, names, signed=True)
    return _iterate(np.maximum(a, 0), np.maximum(-a, 0), u, v, np.shape(seed), tolerance, max_iterations)


def gravity_fill(
    supply: ArrayLike,
    demand: ArrayLike,
    distance: ArrayLike,
    decay: float,
    *,
    tolerance: float = 1e-13,
    max_iterations: int = 200_000,
    names: Sequence[str] | None = None,
) -> Balanced:
    """Trade between regions with known totals, most alike to distance^-decay, none of a region with itself.

    x[r,s,i] = ρ[r,i] distance[r,s]^(-decay) σ[s,i],  x[r,r,i] = 0,  Σ_s x = supply[r,i],  Σ_r x = demand[s,i]
                                                       [Wilson1967], the doubly constrained gravity model

    supply r i, what r sends to other regions · demand s i, what s takes from them, one unit, >= 0
    distance r s, > 0 off the diagonal, any unit · decay >= 0
    The matrix returned has axes r s i; the multipliers r i and s i.

    Raises Infeasible naming regions that would have to trade with themselves (see `self_trade`).
    """
    s, d = np.asarray(supply, dtype=float).T, np.asarray(demand, dtype=float).T
    between = ~np.eye(s.shape[-1], dtype=bool)
    km = np.where(between, np.asarray(distance, dtype=float), 1.0)
    seed = np.broadcast_to(np.where(between, km**-decay, 0.0), (*s.shape, s.shape[-1])).copy()
    total = s.sum(-1, keepdims=True)
    # A region with supply + demand = total is on one side of every trade: the others trade only with it.
    hub = (s + d >= total * (1 - 1e-12)) & (total > 0)
    for k in np.flatnonzero(hub.any(-1)):
        touches = hub[k][:, None] | hub[k][None, :]
        seed[k] *= touches
    out = ras_off_diagonal(seed, s, d, tolerance=tolerance, max_iterations=max_iterations, names=names)
    return Balanced(
        np.moveaxis(out.matrix, 0, -1), out.row.T, out.column.T, out.converged, out.iterations, out.residual
    )


def ras_off_diagonal(
    seed: ArrayLike,
    row: ArrayLike,
    column: ArrayLike,
    *,
    tolerance: float = 1e-13,
    max_iterations: int = 200_000,
    names: Sequence[str] | None = None,
) -> Balanced:
    """`ras` of square matrices with an empty diagonal and no other zero where both margins are open.

    Such margins can be met just where no region has to trade with itself (`self_trade` is 0, Hall's condition), so that
    no flow has to be solved to see it.

    seed ... r s · row ... r · column ... s, one unit, >= 0 · names of the regions

    Raises Infeasible naming regions that would have to trade with themselves, and as `ras`.
    """
    a, u, v = _stack(seed, row, column)
    pair = (names, names) if names is not None else None
    total = np.maximum(u.sum(-1, keepdims=True), v.sum(-1, keepdims=True))
    # A flow is solved only to say which regions are in the way.
    _refuse_bad_margins(a, u, v, pair, signed=False, flows=bool((u + v > total * (1 + SUM_TOLERANCE)).any()))
    return _iterate(a, np.zeros_like(a), u, v, np.shape(seed), tolerance, max_iterations)


def self_trade(supply: ArrayLike, demand: ArrayLike) -> Array:
    """What each region must sell to itself, whatever the trade matrix.

    e[r,i] = max(0, supply[r,i] + demand[r,i] - Σ_q supply[q,i])

    supply r i, demand r i, one unit, equal totals by i. Positive for at most one region of a good; taking e
    from both sides leaves margins that a matrix with an empty diagonal can meet (Hall's condition).

    >>> self_trade([5.0, 1.0, 0.0], [4.0, 1.0, 1.0])
    array([3., 0., 0.])
    """
    s, d = np.asarray(supply, dtype=float), np.asarray(demand, dtype=float)
    # The total of the others, not total minus own: no cancellation where one region is all of a good.
    others = np.stack([np.delete(s, r, axis=0).sum(0) for r in range(s.shape[0])])
    return np.asarray(np.maximum(d - others, 0.0), dtype=np.float64)


def own_bounds(supply: ArrayLike, demand: ArrayLike) -> tuple[Array, Array]:
    """The least and the most that regions can use of their own goods, given supply and demand.

    least[r,i] = self_trade[r,i] (most cross-hauling)   most[r,i] = min(supply[r,i], demand[r,i]) (none)

    supply r i, demand r i: output less exports, use less imports, one unit, equal totals by i.
    """
    s, d = np.asarray(supply, dtype=float), np.asarray(demand, dtype=float)
    return np.minimum(self_trade(s, d), np.minimum(s, d)), np.asarray(np.minimum(s, d))


def share_out(total: float, weight: ArrayLike, limit: ArrayLike) -> Array:
    """Share out a total in proportion to weights, no part above its limit.

    x[r] = min(limit[r], k weight[r]) with k such that Σ x = total; what the weighted cannot hold goes to the
    others in proportion to the room they have left.

    total >= 0 · weight r, >= 0 · limit r, >= 0, one unit. Raises Infeasible where Σ limit < total.

    >>> share_out(10.0, [1.0, 1.0, 0.0], [2.0, 6.0, 4.0])
    array([2., 6., 2.])
    """
    w, cap = np.asarray(weight, dtype=float), np.asarray(limit, dtype=float)
    if total > cap.sum() * (1 + SUM_TOLERANCE):
        raise Infeasible(f"a total of {total:.6g} does not fit under limits that sum to {cap.sum():.6g}")
    if total >= cap.sum():
        return cap.copy()
    full = np.zeros(w.shape, dtype=bool)
    while True:
        free = ~full & (w > 0)
        rest = total - cap[full].sum()
        scale = rest / w[free].sum() if free.any() else 0.0
        over = free & (scale * w > cap)
        if not over.any():
            break
        full |= over
    out = np.where(full, cap, np.where(free, scale * w, 0.0))
    left = total - out.sum()
    room = cap - out
    if not free.any() and left > 0:
        out = out + room * (left / room.sum())
    return np.asarray(out, dtype=np.float64)


def _stack(seed: ArrayLike, row: ArrayLike, column: ArrayLike) -> tuple[Array, Array, Array]:
    a, u, v = (np.asarray(x, dtype=np.float64) for x in (seed, row, column))
    if u.shape != a.shape[:-1] or v.shape != (*a.shape[:-2], a.shape[-1]):
        raise Infeasible(
            f"margins of shape {u.shape} and {v.shape} do not belong to a matrix of shape {a.shape}",
            fix="give one row sum per row and one column sum per column",
        )
    n = int(np.prod(a.shape[:-2], dtype=int))
    return a.reshape(n, *a.shape[-2:]), u.reshape(n, -1), v.reshape(n, -1)


def _iterate(
    p: Array, n: Array, u: Array, v: Array, shape: tuple[int, ...], tolerance: float, max_iterations: int
) -> Balanced:
    """Alternate the row and the column equation on the problems of the stack not yet solved."""
    # Totals agree to SUM_TOLERANCE; the columns take the difference, so that the equations can close.
    even = u.sum(-1, keepdims=True) - v.sum(-1, keepdims=True)
    size = np.abs(v).sum(-1, keepdims=True)
    v = v + even * ratio(np.abs(v), size)
    rho, sigma = np.ones(u.shape), np.ones(v.shape)
    error = np.full(len(p), np.inf)
    floor = 1e-12 * np.maximum(np.abs(u).max(-1, initial=0), np.abs(v).max(-1, initial=0))
    todo, sweep = np.arange(len(p)), 0
    while todo.size and sweep < max_iterations:
        sweep += 1
        pk, nk, uk = p[todo], n[todo], u[todo]
        rho[todo] = _root(_dot(pk, sigma[todo]), _dot(nk, _inverse(sigma[todo])), uk)
        sigma[todo] = _root(_tdot(pk, rho[todo]), _tdot(nk, _inverse(rho[todo])), v[todo])
        x = _fitted(pk, nk, rho[todo], sigma[todo])
        off = np.maximum(_miss(x.sum(2), uk, floor[todo]), _miss(x.sum(1), v[todo], floor[todo]))
        error[todo] = off
        todo = todo[~(off <= tolerance)]
    lead = shape[:-2]
    return Balanced(
        _fitted(p, n, rho, sigma).reshape(shape),
        rho.reshape(*lead, -1),
        sigma.reshape(*lead, -1),
        todo.size == 0,
        sweep,
        float(error.max(initial=0.0)),
    )


def _dot(m: Array, x: Array) -> Array:
    return np.asarray(np.matmul(m, x[..., None])[..., 0])


def _tdot(m: Array, x: Array) -> Array:
    return np.asarray(np.matmul(x[..., None, :], m)[..., 0, :])


def _inverse(x: Array) -> Array:
    """1/x, 0 where x is 0: a multiplier is 0 only where there is no negative cell to divide."""
    return ratio(1.0, x)


def _fitted(p: Array, n: Array, rho: Array, sigma: Array) -> Array:
    x = rho[:, :, None] * p * sigma[:, None, :]
    if n.any():
        x = x - _inverse(rho)[:, :, None] * n * _inverse(sigma)[:, None, :]
    return np.asarray(x)


def _root(p: Array, n: Array, margin: Array) -> Array:
    """The positive root of p x² - margin x - n = 0, in the form that does not cancel; 1 where p = n = 0.

    With p = 0 the second form is -n / margin, the case of Temurshoev, Miller and Bouwmeester; with n = 0 the
    first is margin / p, the step of RAS.
    """
    root = np.sqrt(margin**2 + 4 * p * n)
    plus = ratio(margin + root, 2 * p)
    minus = ratio(2 * n, np.where(margin < 0, root - margin, 0.0))
    return np.where((p == 0) & (n == 0), 1.0, np.where(margin < 0, minus, plus))


def _miss(found: Array, margin: Array, floor: Array) -> Array:
    size = np.maximum(np.abs(margin), floor[:, None])
    gap = ratio(np.abs(found - margin), size)
    return np.asarray(gap.max(-1, initial=0.0))


def _refuse_bad_margins(
    a: Array, u: Array, v: Array, names: _Names | None, *, signed: bool, flows: bool = True
) -> None:
    """Collect everything that makes the margins impossible and raise it once."""
    p = Problems("no matrix can meet these margins")
    label = _Labels(len(a), names)
    for what, x in (("seed", a), ("row sum", u), ("column sum", v)):
        if not np.isfinite(x).all():
            p.add(f"a {what} is not a finite number")
        elif not signed and (x < 0).any():
            p.add(f"a {what} is negative (smallest {x.min():.6g})")
    p.raise_if(Infeasible)
    scale = np.maximum(np.abs(u).sum(-1), np.abs(v).sum(-1))
    for k in np.flatnonzero(np.abs(u.sum(-1) - v.sum(-1)) > SUM_TOLERANCE * scale):
        p.add(f"{label.at(k)}row sums total {u[k].sum():.10g}, column sums {v[k].sum():.10g}")
    for axis, margin in ((2, u), (1, v)):
        short = (margin > 0) & ~(a > 0).any(axis) | (margin < 0) & ~(a < 0).any(axis)
        tied = (margin == 0) & (a != 0).any(axis) & ((a < 0).any(axis) & ~(a > 0).any(axis))
        for k, i in np.argwhere(short | tied):
            which = f"{'row' if axis == 2 else 'column'} {label.of(axis, i)}"
            p.add(f"{label.at(k)}{which} must sum to {margin[k, i]:.6g} but has no cell of that sign")
    p.raise_if(Infeasible, fix="change the margins, or give the seed cells that can carry them")
    for n in range(len(a) if flows else 0):
        blocked = _blocked(a[n], u[n], v[n]) if _needs_flow_check(a[n], u[n], v[n]) else None
        if blocked:
            p.add(label.at(n) + _tell(blocked, label, u[n], v[n]))
    p.raise_if(Infeasible, fix="change the margins, or give the seed cells that can carry them")


def _needs_flow_check(a: Array, u: Array, v: Array) -> bool:
    """Only zeros (or negative cells) where both margins are open can block a non-negative fit."""
    return bool((a[np.ix_(u != 0, v != 0)] <= 0).any())


def _blocked(a: Array, u: Array, v: Array) -> tuple[NDArray[np.intp], NDArray[np.intp], bool] | None:
    """The rows and columns that prove infeasibility (a Hall set), or None.

    Minimises the slack of a flow on the seed's cells; by linear-programming duality the rows with price 1 and
    the columns with price -1 (or the other way round) are the violated set.
    """
    i, j = np.nonzero(a)
    m, cells = len(u), len(i)
    k = m + len(v)
    at, slack = np.arange(cells), np.arange(k)
    sign = np.sign(a[i, j])
    # Columns: one per cell of the seed, then what is short and what is over in each margin.
    from scipy.optimize import linprog  # slow to import, and every table is read through this module
    from scipy.sparse import coo_array

    equations: Any = coo_array(
        (
            np.concatenate([sign, sign, np.ones(k), -np.ones(k)]),
            (
                np.concatenate([i, m + j, slack, slack]),
                np.concatenate([at, at, cells + slack, cells + k + slack]),
            ),
        ),
        shape=(k, cells + 2 * k),
    )
    found: Any = linprog(
        np.concatenate([np.zeros(cells), np.ones(2 * k)]),
        A_eq=equations.tocsr(),
        b_eq=np.concatenate([u, v]) / (np.abs(u).sum() or 1.0),
        method="highs",
    )
    if found.fun <= 1e-7:
        return None
    price = np.asarray(found.eqlin.marginals)
    heavy = bool(price[:m] @ u > 0)
    rows = np.flatnonzero(price[:m] > 0.5 if heavy else price[:m] < -0.5)
    columns = np.flatnonzero(price[m:] < -0.5 if heavy else price[m:] > 0.5)
    return rows, columns, heavy


def _tell(blocked: tuple[NDArray[np.intp], NDArray[np.intp], bool], label: _Labels, u: Array, v: Array) -> str:
    rows, columns, heavy = blocked
    some = ", ".join(label.of(2, k) for k in rows[:6]) or "none"
    other = ", ".join(label.of(1, k) for k in columns[:6]) or "none"
    left, right = u[rows].sum(), v[columns].sum()
    if heavy:
        return f"rows {some} must sum to {left:.6g} but reach only columns {other}, which sum to {right:.6g}"
    return f"columns {other} must sum to {right:.6g} but reach only rows {some}, which sum to {left:.6g}"


@dataclass(frozen=True)
class _Labels:
    """Names for messages."""

    count: int
    names: _Names | None

    def at(self, k: int | np.integer) -> str:
        return f"problem {k}: " if self.count > 1 else ""

    def of(self, axis: int, k: int | np.integer) -> str:
        return str(self.names[0 if axis == 2 else 1][int(k)]) if self.names else str(k)
