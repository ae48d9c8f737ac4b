"""What edits of minds make of each player, by region."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from xunhuan.data.accounts import Accounts
from xunhuan.data.arrays import Array
from xunhuan.models.edits.base import Edit
from xunhuan.models.model import Shock
from xunhuan.models.rivalry.edits import MINDS, Compliance, OwnBill, Privilege, Promotion, amount_of


class Minds(NamedTuple):
    """What is added to the minds of players, by region r, or by whatever players there are.

    promotion  added to χ · share: added to the part of the bill that is one's own · compliance: φ at least, 0 for none
    privilege  worth of what a player is given that plays its part in the plan, bn a year
    """

    promotion: Array
    share: Array
    compliance: Array
    privilege: Array

    def at(self, where: list[int | None], home: NDArray[np.bool_]) -> Minds:
        """The same by players of which each stands in a region, or in none of the table: such a one takes what all regions
        at home have alike.

        home  r, True for regions of the home nation
        """

        def pick(a: Array) -> Array:
            alike = float(a[home][0]) if home.any() and (a[home] == a[home][0]).all() else 0.0
            return np.array([alike if k is None else float(a[k]) for k in where])

        return Minds(*(pick(a) for a in self))

    @property
    def still(self) -> bool:
        """True where no edit touches anybody's mind."""
        return not any(a.any() for a in self)


def minds_of(acc: Accounts, shock: Shock) -> Minds:
    """Minds by region of a table, r. Raises UnknownName for regions that are not in it."""
    out = Minds(*(np.zeros(acc.R) for _ in range(4)))
    into: dict[type[Edit], Array] = {Promotion: out.promotion, OwnBill: out.share, Privilege: out.privilege}
    for e in shock.of(*MINDS):
        cells = acc.geography.select(getattr(e, "regions"), acc.home)  # noqa: B009
        if isinstance(e, Compliance):
            out.compliance[cells] = np.maximum(out.compliance[cells], e.weight)
        else:
            into[type(e)][cells] += amount_of(e)
    return out
