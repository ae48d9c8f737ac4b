"""Orders that home's firms lose abroad, read off a shock and a table: how much, of which good, when."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from xunhuan.data.accounts import Accounts
from xunhuan.data.arrays import Array, ratio
from xunhuan.errors import BadInput, Problems
from xunhuan.models.edits import Orders

WEEK = 7.0
YEAR_OF_WEEKS = 364.0
"""Days of a year of whole weeks."""


@dataclass(frozen=True, eq=False)
class LostOrders:
    """Home's regions (r) and the room's sectors (i), values a year in the table's unit.

    regions, sectors  positions in the table · exports, home: sales abroad, and in the whole nation, own region included
    final_home        part of the latter that final users buy
    lost              r i, orders lost while all edits are in force · by_edit  n r i, each edit's part of them
    orders            the edits that cut them · days  mean days that an order lost stays lost, recovery left out
    """

    regions: NDArray[np.intp]
    sectors: NDArray[np.intp]
    exports: Array
    home: Array
    final_home: Array
    lost: Array
    by_edit: Array
    orders: tuple[Orders, ...]
    days: float

    @property
    def weeks(self) -> float:
        """T, weeks that orders are lost."""
        return self.days / WEEK


def final_part(acc: Accounts) -> Array:
    """Part of flow r s i that final users of s buy, 0 to 1, r s i; the same from all origins unless the table says so."""
    if acc.sourcing is not None:
        sold = np.maximum(acc.sourcing.final, 0.0).sum(3).transpose(0, 2, 1)
        return np.clip(ratio(sold, acc.flow), 0.0, 1.0)
    part = ratio(np.maximum(acc.final, 0.0).sum(2), acc.absorption)
    return np.asarray(np.broadcast_to(np.clip(part, 0.0, 1.0), acc.flow.shape))


def cells_of(acc: Accounts, orders: tuple[Orders, ...], sectors: str | tuple[str, ...]) -> LostOrders:
    """Home's makers of `sectors` and the orders they lose from abroad.

    lost[r,i] = Σ_{s abroad} final[r,s,i] (1 − Π_k (1 + change_k))        over the edits k of a cell

    Raises BadInput where orders grow.
    """
    _check(orders)
    g = acc.geography
    ours = g.nation_index == g.nations.index(acc.home)
    r, s = np.flatnonzero(ours & acc.closed), np.flatnonzero(~ours)
    i = acc.sectors.select(sectors)
    part = final_part(acc)
    abroad = acc.flow[np.ix_(r, s, i)]
    wanted = abroad * part[np.ix_(r, s, i)]
    inside = acc.flow[np.ix_(r, r, i)]
    left = np.ones_like(wanted)
    each = []
    for e in orders:
        keep = np.ones_like(wanted)
        places = (g.select(e.origin, acc.home), g.select(e.regions, acc.home), acc.sectors.select(e.sectors))
        at = np.ix_(*(np.isin(have, named) for have, named in zip((r, s, i), places, strict=True)))
        keep[at] = 1 + max(e.share(acc), -1.0)
        left *= keep
        each.append((wanted * (1 - keep)).sum(1))
    lost = (wanted * (1 - left)).sum(1)
    apart = np.array(each).reshape(len(orders), len(r), len(i))
    by_edit = apart * ratio(lost, apart.sum(0))
    days = np.array([e.end - e.start for e in orders])
    mean = float((by_edit.sum((1, 2)) * days).sum() / lost.sum()) if lost.sum() > 0 else 0.0
    home = (inside * part[np.ix_(r, r, i)]).sum(1)
    return LostOrders(r, i, abroad.sum(1), inside.sum(1), home, lost, by_edit, orders, mean)


def _check(orders: tuple[Orders, ...]) -> None:
    p = Problems("orders must be lost, for firms to turn home")
    for e in orders:
        given = e.change if e.value is None else e.value
        if given is None or given >= 0:
            p.add(f"`{e}`: the change must be below 0")
    p.raise_if(BadInput)
