"""What every measure starts from: the Leontief system of a table."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from weakref import WeakKeyDictionary

import numpy as np

from xunhuan.data.accounts import Accounts
from xunhuan.data.arrays import Array, ratio
from xunhuan.data.memory import require_memory
from xunhuan.measures.leontief import solve_left, solve_right
from xunhuan.measures.operators import Dense, Factored, Operator

_HELD = 13
"""Arrays of the size of what is asked that solutions and measures upon them hold at once: for a table of 421 x 32 they were
seen to be 12 to 13, for circulation and gateways."""


@dataclass(frozen=True, eq=False)
class System:
    """x = A·x + y with value added.

    operator A · v r i, value added per unit of output · y r i d, final demand of region d for good i of
    region r, unit of the table · output r i · origin r i, 1 − Σ inputs: like v, and 1 for what an open
    region sells (imports)
    """

    operator: Operator
    v: Array
    y: Array
    output: Array
    origin: Array

    @cached_property
    def outputs(self) -> Array:
        """Output of (r,i) that final demand of d calls for, (B y^d)[r,i]: axes r i d, unit of the table.

        Raises BadInput where the machine, or `XUNHUAN_MEMORY`, has no room for it.
        """
        _require_room(self.y.nbytes, *self.v.shape)
        return solve_right(self.operator, self.y)

    @cached_property
    def absorbed(self) -> Array:
        """Value added of (r,i) absorbed in d, v[r,i] (B y^d)[r,i]: axes r i d. Sums over d to value added."""
        return self.v[:, :, None] * self.outputs

    @cached_property
    def content(self) -> Array:
        """Value of origin o in a unit of final good (r,i), Σ_k v[o,k] B[ok,ri]: axes r i o. Sums over o to 1.

        Raises BadInput where the machine, or `XUNHUAN_MEMORY`, has no room for it.
        """
        _require_room(self.v.nbytes * len(self.v), *self.v.shape)
        w = np.zeros((*self.v.shape, len(self.v)))
        place = np.arange(len(self.v))
        w[place, :, place] = self.origin
        return solve_left(self.operator, w)


def _require_room(size: float, regions: int, sectors: int) -> None:
    what = f"a measure of {regions} regions x {sectors} sectors"
    require_memory(_HELD * size, what, "add regions or sectors up first, `xunhuan aggregate`")


_SYSTEMS: WeakKeyDictionary[Accounts, System] = WeakKeyDictionary()


def system_of(acc: Accounts) -> System:
    """The Leontief system of a table, made once and kept as long as the table is.

    π[r,s,i] = flow[r,s,i] / Σ_r flow; a[s,i,j] = use[s,i,j] / output[s,j]; A[ri,sj] = π a, or with sourcing
    by user A[ri,sj] = intermediate[r,i,s,j] / output[s,j]. Where users live wholly on stocks (Σ_r flow = 0)
    the good is the region's own.
    """
    if acc not in _SYSTEMS:
        _SYSTEMS[acc] = _build(acc)
    return _SYSTEMS[acc]


def _build(acc: Accounts) -> System:
    output, closed = acc.output, acc.closed[:, None]
    v = np.where(closed, ratio(acc.value_added.sum(axis=2), output), 0.0)
    origin = np.where(closed, v, (output != 0.0).astype(float))
    if acc.sourcing is not None:
        instead = "drop who buys where, `accounts.replace(sourcing=None)`, for the table in flows and uses"
        require_memory(acc.sourcing.intermediate.nbytes, f"the input matrix of {acc.name} by user", instead)
        cells = ratio(acc.sourcing.intermediate, output)
        return System(Dense(cells), v, acc.sourcing.final.sum(axis=3), output, origin)
    share = acc.share
    coefficient = ratio(acc.use, output[:, None, :])
    y = share.transpose(0, 2, 1) * acc.final.sum(axis=2).T
    return System(Factored(share, coefficient), v, y, output, origin)
