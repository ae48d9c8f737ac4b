"""The cells that lasting edits touch: pairs of regions by good, or regions by sector."""

from __future__ import annotations

from typing import Any, ClassVar, Self
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from xunhuan.data.accounts import Accounts
from xunhuan.data.arrays import Array, Index, implied_trade_cost
from xunhuan.data.records import Change
from xunhuan.models.edits.base import Directed, Local, Wrong
from xunhuan.models.edits.primitives import Cells, Lasting, Ledger, Theta

_FOUND: WeakKeyDictionary[Accounts, dict[tuple[Any, ...], tuple[Index, Index]]] = WeakKeyDictionary()


class Pairwise(Directed, Lasting):
    """A directed edit on pairs of regions that its kind can touch."""

    nothing: ClassVar[tuple[str, str]] = ("", "")

    def pairs(self, acc: Accounts) -> NDArray[np.bool_]:
        """Pairs r s the edit touches; they depend on no number of it and on no goods."""
        g = acc.geography
        out = np.zeros((acc.R, acc.R), dtype=bool)
        out[np.ix_(g.select(self.origin, acc.home), g.select(self.destination, acc.home))] = True
        return out

    def check(self, acc: Accounts) -> tuple[Wrong, ...]:
        """As every edit, and whether it touches anything."""
        wrongs = super().check(acc)
        if not wrongs and not self._found(acc)[0].size:
            return (Wrong("", *self.nothing),)
        return wrongs

    def _found(self, acc: Accounts) -> tuple[Index, Index]:
        """Positions of the pairs; kept, since many edits differ in goods alone."""
        known = _FOUND.setdefault(acc, {})
        key = (type(self), *(True if isinstance(v, float) else v for n, v in self if n != "sectors"))
        if key not in known:
            r, s = np.nonzero(self.pairs(acc))
            known[key] = r, s
        return known[key]

    def cells(self, acc: Accounts) -> Cells:
        """The cells r s i: pairs down, sectors across."""
        r, s = self._found(acc)
        return r[:, None], s[:, None], acc.sectors.select(self.sectors)[None, :]


class Cellwise(Local, Lasting):
    """An edit of regions and sectors."""

    def cells(self, acc: Accounts) -> Cells:
        """The cells r i."""
        return tuple(np.ix_(acc.geography.select(self.regions, acc.home), acc.sectors.select(self.sectors)))


class Scaled(Cellwise):
    """A change as a share; at a dose λ (1 + change)^λ."""

    amount = "change"

    change: Change

    def dosed(self, size: float) -> Self:
        """The edit at a dose."""
        return self if size == 1 else self.model_copy(update={"change": (1 + self.change) ** size - 1})

    def apply(self, ledger: Ledger) -> None:
        """Multiply the primitive the edit is called after."""
        ledger.times(self.kind, self.cells(ledger.acc), 1 + self.change, self)


def best_pairs(acc: Accounts, theta: Theta, cells: Cells, best: float, closing: float) -> Array:
    """d̂ = (d*/d)^closing where d > d*, the quantile `best` of d over pairs, by good; 1 where d cannot be told."""
    r, s, sectors = cells[0][:, 0], cells[1][:, 0], cells[2][0]
    out = np.ones((len(r), len(sectors)))
    power = theta.at(acc, tuple(np.ix_(np.arange(acc.R), np.arange(acc.R), sectors)))
    for k, i in enumerate(sectors):
        cost = implied_trade_cost(acc.flow[:, :, i], power[:, :, k])[r, s]
        known = np.isfinite(cost)
        if known.any():
            target = np.quantile(cost[known], best)
            above = known & (cost > target)
            out[above, k] = (target / cost[above]) ** closing
    return out
