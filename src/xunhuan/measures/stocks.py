"""Changes in stocks, which are neither input nor final use: a table in which users take them up in proportion."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from xunhuan.data.accounts import Accounts
from xunhuan.data.arrays import Array, ratio
from xunhuan.errors import BadInput
from xunhuan.measures.operators import Dense, Factored, Operator
from xunhuan.measures.system import System, system_of


def stock_categories(acc: Accounts, stocks: str | Iterable[str]) -> list[int]:
    """Places of the final categories named: "inventory", "inventory+discrepancy", or a list.

    Which categories hold changes in stocks is what their names say; none is guessed by its place.

    Raises BadInput for a name the table does not have, and where no other category is left.
    """
    text = stocks if isinstance(stocks, str) else "+".join(stocks)
    names = [n.strip() for n in text.split("+") if n.strip()]
    unknown = [n for n in names if n not in acc.categories]
    if unknown or not names:
        raise BadInput(
            "the table has no such final category to take changes in stocks from",
            items=unknown,
            where=acc.name,
            fix=f"name some of {', '.join(acc.categories)}; where none of them holds changes in stocks leave the option out",
        )
    places = sorted({acc.categories.index(n) for n in names})
    if len(places) == len(acc.categories):
        raise BadInput(
            "nothing is left of final use without the categories named",
            items=names,
            where=acc.name,
            fix="name only those that hold changes in stocks",
        )
    return places


def into_stocks(acc: Accounts, stocks: str | Iterable[str]) -> Array:
    """N[r,i], what goes into stocks anywhere of good i from r (below zero: comes out of them), unit of the table.

    N[r,i] = Σ_s,f final[r,i,s,f] over the categories named; where users are not told apart by source
    Σ_s share[r,s,i] Σ_f final[s,i,f].
    """
    places = stock_categories(acc, stocks)
    if acc.sourcing is not None:
        return np.asarray(acc.sourcing.final[..., places].sum(axis=(2, 3)), dtype=np.float64)
    into: Array = np.einsum("rsi,si->ri", acc.share, acc.final[..., places].sum(axis=2))
    return into


def without_stocks(acc: Accounts, stocks: str | Iterable[str]) -> System:
    """The Leontief system with changes in stocks apportioned to users, as those bought who did.

    k[r,i] = x[r,i] / (x[r,i] − N[r,i]), A'[ri,sj] = k[r,i] A[ri,sj], y'[ri] = k[r,i] (y − N)[ri] [AntrasChor2018, 3]

    so that x = A'·x + y' again. In a single country's table, where exports X and imports M are no part of it, k is
    x / (x − X + M − N) [AntrasChorFallyHillberry2012]; here trade is in A. Where nothing but stocks is sold (x ≤ N) k
    is 0: the good stands at one stage.
    """
    sys, places = system_of(acc), stock_categories(acc, stocks)
    into = into_stocks(acc, stocks)
    sold = sys.output - into
    k = ratio(sys.output, np.maximum(sold, 0.0))
    if acc.sourcing is not None:
        used = np.delete(acc.sourcing.final, places, axis=3).sum(axis=3)
    else:
        used = acc.share.transpose(0, 2, 1) * np.delete(acc.final, places, axis=2).sum(axis=2).T
    operator = _scaled(sys.operator, k)
    closed = acc.closed[:, None]
    rate = 1.0 - operator.apply_left(np.ones((*sys.output.shape, 1)))[:, :, 0]
    v = np.where(closed & (sys.output != 0.0), rate, 0.0)
    origin = np.where(closed, v, sys.origin)
    return System(operator, v, used * k[:, :, None], sys.output, origin)


def _scaled(operator: Operator, k: Array) -> Operator:
    """k[r,i] A[ri,sj]."""
    if isinstance(operator, Factored):
        return Factored(operator.share * k[:, None, :], operator.coefficient)
    assert isinstance(operator, Dense)
    return Dense(operator.cells * k[:, :, None, None])
