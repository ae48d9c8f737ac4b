"""The linear map A of input requirements in two forms, which every solution of x = A·x + y runs on.

*Factored* (flows x use): A[ri,sj] = π[r,s,i] a[s,i,j]. A·x costs O(R²S + RS²) per right-hand side and the
(RS x RS) matrix never exists. *Dense*: A[ri,sj] given cell by cell, for tables that know sourcing by user.

Everything here is arrays: vectors are laid out `r i` (region, sector) with an optional last axis of
right-hand sides; left vectors likewise.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from xunhuan.data.arrays import Array, Index
from xunhuan.data.memory import fits_always, require_memory
from xunhuan.errors import NotConverged

_EXPECTED_SWEEPS, _MATRICES = 30, 2.0
"""Sweeps that a solution is taken to need, and matrices held at once while one is factored: itself, and in columns."""


class Operator(ABC):
    """The linear map A of input requirements per unit of output; `Factored` and `Dense` are its two forms."""

    @property
    @abstractmethod
    def regions(self) -> int:
        """R."""

    @property
    @abstractmethod
    def sectors(self) -> int:
        """S."""

    @abstractmethod
    def apply(self, x: Array) -> Array:
        """A·x for x of axes r i k."""

    @abstractmethod
    def apply_left(self, w: Array) -> Array:
        """w·A for w of axes r i k."""

    @property
    @abstractmethod
    def blocks(self) -> Array:
        """A[pi,pj] for every region p: axes p i j."""

    @abstractmethod
    def masked(self, keep: Array) -> Operator:
        """A with every link r->s (keep of axes r s), or link and good (r s i), multiplied by `keep`."""

    @abstractmethod
    def inputs(self, x: Array) -> Array:
        """Goods shipped for intermediate use when output is x: Σ_j A[ri,sj] x[s,j], axes r i s.

        x s j, or s j r where each seller r meets its own outputs of the buyers.
        """

    @abstractmethod
    def sold_to(self, sellers: Index, x: Array) -> Array:
        """Inputs that `sellers` sell each region s for its outputs x[s,j,k], Σ_j A[mi,sj] x[s,j,k]: axes s (m i) k."""

    @abstractmethod
    def sales(self, sellers: Index, buyers: Index) -> Array:
        """A[mi,sj] of some sellers m and buyers s: axes s (m i) j."""

    @abstractmethod
    def looped(self, sellers: Index, x: Array) -> Array:
        """The diagonal of `sold_to` where k is a seller's good (m i): Σ_j A[mi,sj] x[s,j,mi], axes s (m i)."""

    @abstractmethod
    def among(self, members: Index) -> Array:
        """A[mi,nj] between some regions, as a matrix (m i) (n j)."""

    @abstractmethod
    def column(self, at: int) -> Array:
        """Inputs per unit of output of the industry at position s S + j: one vector of (r i)."""

    @abstractmethod
    def dense(self) -> Array:
        """A as a new (RS x RS) matrix."""

    @abstractmethod
    def trade(self, x: Array, left: bool) -> Array:
        """Σ_{q≠p} A_pq x_q for x of axes r i k, or with `left` its transpose: inputs that cross regions."""

    def sweep(self, y: Array, x: Array, left: bool, cut: Index | None) -> Array:
        """One block-Jacobi sweep, (I − A_pp)^-1 (y_p + Σ_{q≠p} A_pq x_q), or its transpose."""
        traded = self._trade_after(x, left, cut)
        traded += y
        return _product(_flip(self.local_inverse) if left else self.local_inverse, traded)

    def _trade_after(self, x: Array, left: bool, cut: Index | None) -> Array:
        """`trade`, where in column k region cut[k] sells no inputs to others."""
        if cut is None:
            return self.trade(x, left)
        columns = np.arange(len(cut))
        if left:
            x = x.copy()
            x[cut, :, columns] = 0.0
            return self.trade(x, left)
        traded = self.trade(x, left)
        traded[cut, :, columns] = 0.0
        return traded

    def sold(self, x: Array, left: bool, cut: Index) -> Array:
        """The part of `trade` that column k leaves out: what region cut[k] sells to others."""
        out = np.zeros_like(x)
        columns = np.arange(len(cut))
        if left:
            out[cut, :, columns] = x[cut, :, columns]
            return self.trade(out, left)
        out[cut, :, columns] = self.trade(x, left)[cut, :, columns]
        return out

    def rest(self, y: Array, x: Array, left: bool, cut: Index | None) -> Array:
        """y + A·x − x, what x leaves of y."""
        off = self._trade_after(x, left, cut)
        off += y
        off += _product(_flip(self.blocks) if left else self.blocks, x)
        off -= x
        return off

    def residual(self, y: Array, x: Array, left: bool, cut: Index | None) -> float:
        """Largest |y + A·x − x|, relative to the larger of 1 and the largest x."""
        return float(np.abs(self.rest(y, x, left, cut)).max() / max(1.0, float(np.abs(x).max())))

    @property
    def single(self) -> Operator | None:
        """The same in single precision, for sweeps alone; None where a form has none."""
        return None

    @abstractmethod
    def sweep_cost(self, columns: int) -> float:
        """Arithmetic of one sweep over this many right-hand sides."""

    @property
    @abstractmethod
    def crosses(self) -> bool:
        """Whether any inputs go from one region to another."""

    @cached_property
    def local_inverse(self) -> Array:
        """L_p = (I − A_pp)^-1 for every region p: axes p i j."""
        return np.asarray(np.linalg.inv(np.eye(self.sectors) - self.blocks), dtype=np.float64)

    @cached_property
    def factors(self) -> tuple[Array, NDArray[np.int32]]:
        """LU factors of I − A, kept once made."""
        from scipy.linalg import lu_factor  # slow to import, and sweeps do without

        matrix = -self.dense()
        matrix[np.diag_indices_from(matrix)] += 1.0
        lu, pivots = lu_factor(matrix, overwrite_a=True, check_finite=False)
        return lu, pivots

    @cached_property
    def inverse(self) -> Array:
        """B = (I − A)^-1 as an (RS x RS) matrix, kept once made."""
        from scipy.linalg import lapack

        size = self.regions * self.sectors
        instead = "ask for a measure that needs no inverse, such as bm-source in place of wwz"
        require_memory(_MATRICES * self._bytes, f"the inverse of a system of {size} industries", instead)
        lu, pivots = self.factors
        work = int(lapack.dgetri_lwork(len(lu))[0])
        inverse, failed = lapack.dgetri(lu, pivots, lwork=work)
        if failed:
            raise NotConverged("I − A has no inverse", fix="look for an industry whose inputs cost its whole output")
        return np.asarray(inverse, dtype=np.float64)

    @property
    def _bytes(self) -> float:
        """Size of A as a matrix."""
        return 8.0 * float(self.regions * self.sectors) ** 2

    def prepare(self) -> None:
        """Make what sweeps share before threads ask for it."""
        _ = self.local_inverse

    def prefers_direct(self, columns: int) -> bool:
        """Is one LU factorisation cheaper than sweeping over this many right-hand sides, and is there memory for it?

        The two differ in the last digits: neither the memory that happens to be free nor what was asked before decides.
        """
        if not fits_always(_MATRICES * self._bytes):
            return False
        overhead = 2e6  # a sweep's fixed cost, in units of arithmetic
        sweeps = _EXPECTED_SWEEPS * (self.sweep_cost(columns) + overhead)
        return sweeps > 2.0 / 3.0 * float(self.regions * self.sectors) ** 3


@dataclass(frozen=True, eq=False)
class Factored(Operator):
    """A[ri,sj] = share[r,s,i] · coefficient[s,i,j].

    share r s i, origin r's part in what s buys of good i · coefficient s i j, good i per unit of output of
    (s,j)
    """

    share: Array
    coefficient: Array

    @property
    def regions(self) -> int:
        return int(self.share.shape[0])

    @property
    def sectors(self) -> int:
        return int(self.share.shape[2])

    @cached_property
    def _share_by_good(self) -> Array:  # i r s: one (R x R) matrix per good, for batched products
        return np.ascontiguousarray(self.share.transpose(2, 0, 1))

    @cached_property
    def _trade_by_good(self) -> Array:  # the same without what a region buys from itself
        trade = np.array(self.share.transpose(2, 0, 1), order="C")  # its own: sweeps alone need no other
        place = np.arange(self.regions)
        trade[:, place, place] = 0.0
        return trade

    @cached_property
    def crosses(self) -> bool:
        place = np.arange(self.regions)
        return bool(np.count_nonzero(self.share) > np.count_nonzero(self.share[place, place]))

    def apply(self, x: Array) -> Array:
        return _spread(self._share_by_good, _product(self.coefficient, x))

    def apply_left(self, w: Array) -> Array:
        return _product(_flip(self.coefficient), _spread(_flip(self._share_by_good), w))

    @cached_property
    def blocks(self) -> Array:
        place = np.arange(self.regions)
        return self.share[place, place][:, :, None] * self.coefficient

    def masked(self, keep: Array) -> Factored:
        return Factored(self.share * (keep[:, :, None] if keep.ndim == 2 else keep), self.coefficient)

    def inputs(self, x: Array) -> Array:
        if x.ndim == 3:
            each = _product(self.coefficient, x)  # s i r
            return self.share.transpose(0, 2, 1) * each.transpose(2, 1, 0)
        bought = _product(self.coefficient, x[:, :, None])[:, :, 0]
        return (self.share * bought).transpose(0, 2, 1)

    def sold_to(self, sellers: Index, x: Array) -> Array:
        used = _product(self.coefficient, x)
        sold = self.share[sellers].transpose(1, 0, 2)[..., None] * used[:, None]
        return np.asarray(sold.reshape(len(used), -1, x.shape[2]), dtype=np.float64)

    def sales(self, sellers: Index, buyers: Index) -> Array:
        share = self.share[np.ix_(sellers, buyers)].transpose(1, 0, 2)
        cells = share[..., None] * self.coefficient[buyers][:, None]
        return np.asarray(cells.reshape(len(buyers), -1, self.sectors), dtype=np.float64)

    def looped(self, sellers: Index, x: Array) -> Array:
        own = x.reshape(*x.shape[:2], len(sellers), -1)
        used = np.einsum("sij,sjmi->smi", self.coefficient, own)
        return np.asarray((self.share[sellers].transpose(1, 0, 2) * used).reshape(len(x), -1), dtype=np.float64)

    def among(self, members: Index) -> Array:
        share = self.share[np.ix_(members, members)]
        cells = share.transpose(0, 2, 1)[:, :, :, None] * self.coefficient[members].transpose(1, 0, 2)[None]
        size = len(members) * self.sectors
        return cells.reshape(size, size)

    def column(self, at: int) -> Array:
        s, j = divmod(at, self.sectors)
        return np.asarray((self.share[:, s] * self.coefficient[s, :, j]).ravel(), dtype=np.float64)

    def dense(self) -> Array:
        size = self.regions * self.sectors
        cells = self.share.transpose(0, 2, 1)[:, :, :, None] * self.coefficient.transpose(1, 0, 2)[None]
        return cells.reshape(size, size)

    def trade(self, x: Array, left: bool) -> Array:
        if left:
            return _product(_flip(self.coefficient), _spread(_flip(self._trade_by_good), x))
        return _spread(self._trade_by_good, _product(self.coefficient, x))

    def prepare(self) -> None:
        _ = self.local_inverse, self._trade_by_good

    @cached_property
    def single(self) -> Factored:
        made = Factored(self.share, self.coefficient.astype(np.float32))
        swept = {"local_inverse": self.local_inverse, "_trade_by_good": self._trade_by_good}
        made.__dict__.update({name: a.astype(np.float32) for name, a in swept.items()})
        return made

    def sweep_cost(self, columns: int) -> float:
        return columns * (4.0 * self.regions * self.sectors**2 + 2.0 * self.sectors * self.regions**2)


@dataclass(frozen=True, eq=False)
class Dense(Operator):
    """A[ri,sj] given cell by cell: `cells` of axes r i s j."""

    cells: Array

    @property
    def regions(self) -> int:
        return int(self.cells.shape[0])

    @property
    def sectors(self) -> int:
        return int(self.cells.shape[1])

    @property
    def _matrix(self) -> Array:
        size = self.regions * self.sectors
        return self.cells.reshape(size, size)

    @cached_property
    def crosses(self) -> bool:
        return bool(np.count_nonzero(self.cells) > np.count_nonzero(self.blocks))

    def apply(self, x: Array) -> Array:
        return (self._matrix @ x.reshape(len(self._matrix), -1)).reshape(x.shape)

    def apply_left(self, w: Array) -> Array:
        return (self._matrix.T @ w.reshape(len(self._matrix), -1)).reshape(w.shape)

    @cached_property
    def blocks(self) -> Array:
        place = np.arange(self.regions)
        return self.cells[place, :, place, :]

    def masked(self, keep: Array) -> Dense:
        by_good = keep[:, None, :] if keep.ndim == 2 else keep.transpose(0, 2, 1)
        return Dense(self.cells * by_good[..., None])

    def inputs(self, x: Array) -> Array:
        out = np.empty(self.cells.shape[:3])
        for r, cells in enumerate(self.cells):  # i s j: one seller at a time needs no copy of the matrix
            out[r] = np.einsum("isj,sj->is", cells, x if x.ndim == 2 else x[:, :, r])
        return out

    def sales(self, sellers: Index, buyers: Index) -> Array:
        return self.cells[sellers][:, :, buyers].transpose(2, 0, 1, 3).reshape(len(buyers), -1, self.sectors)

    def _sales(self, sellers: Index) -> Array:
        return self.sales(sellers, np.arange(self.regions))

    def sold_to(self, sellers: Index, x: Array) -> Array:
        return _product(self._sales(sellers), x)

    def looped(self, sellers: Index, x: Array) -> Array:
        return np.asarray(np.einsum("skj,sjk->sk", self._sales(sellers), x), dtype=np.float64)

    def among(self, members: Index) -> Array:
        size = len(members) * self.sectors
        return self.cells[members][:, :, members].reshape(size, size)

    def column(self, at: int) -> Array:
        return self._matrix[:, at]

    def dense(self) -> Array:
        return self._matrix.copy()

    def trade(self, x: Array, left: bool) -> Array:
        blocks = _flip(self.blocks) if left else self.blocks
        return (self.apply_left(x) if left else self.apply(x)) - _product(blocks, x)

    def sold(self, x: Array, left: bool, cut: Index) -> Array:
        out = np.zeros_like(x)
        for k, region in enumerate(cut):
            sales = self.cells[region].reshape(self.sectors, -1)
            if left:
                out[:, :, k] = (x[region, :, k] @ sales).reshape(self.regions, self.sectors)
                out[region, :, k] = 0.0
            else:
                own = self.blocks[region] @ x[region, :, k]
                out[region, :, k] = sales @ x[:, :, k].ravel() - own
        return out

    def sweep_cost(self, columns: int) -> float:
        return columns * 2.0 * float(self.regions * self.sectors) ** 2


def _flip(blocks: Array) -> Array:
    """Each matrix of a stack transposed, as a view."""
    return blocks.transpose(0, 2, 1)


def _product(a: Array, b: Array) -> Array:
    """Stacks of matrices multiplied one by one."""
    out: Array = np.matmul(a, b)
    return out


def _spread(by_good: Array, bought: Array) -> Array:
    """Σ_s by_good[i,r,s] bought[s,i,k] as r i k; the transposed views keep BLAS in the loop without copies."""
    out = np.empty((by_good.shape[1], bought.shape[1], bought.shape[2]), dtype=bought.dtype)
    np.matmul(by_good, bought.transpose(1, 0, 2), out=out.transpose(1, 0, 2))
    return out
