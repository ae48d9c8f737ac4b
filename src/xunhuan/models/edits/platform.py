"""A place where two regions work together: lower costs between them, and higher productivity in both."""

from __future__ import annotations

from typing import Annotated, Self

import numpy as np
from pydantic import Field

from xunhuan.data.accounts import Accounts
from xunhuan.data.records import Change, Percent
from xunhuan.errors import XunhuanError
from xunhuan.models.edits.base import RegionNames, SectorNames, Wrong
from xunhuan.models.edits.primitives import Lasting, Ledger


class Platform(Lasting):
    """A platform between two named places, such as a science park that two cities run.

    d̂[p,q,i] = d̂[q,p,i] = 1 + cost,   Â[p,i] = Â[q,i] = 1 + productivity        i in `sectors`

    It multiplies with other costs and productivities of a cell; at a dose λ both are powers, (1 + x)^λ. How large they are
    nobody has published: they are the asker's.

    Parameters
    ----------
    between : list of str
        Two regions, by code or name.
    sectors : str or list of str, default "all"
        Goods and services: codes, names, groups, "A+B", "!X".
    cost : float, default 0
        Change of trade costs between the two, both ways, as a share, above -1.
    productivity : float, default 0
        Change of productivity in both, as a share, above -1.

    Raises
    ------
    BadInput
        Listing every field that is missing, unknown or out of range; on a table without one of the two.

    Examples
    --------
    >>> import xunhuan as xh
    >>> from xunhuan.models.edits.primitives import primitives
    >>> from xunhuan.models.model import Shock
    >>> park = Platform(between=("AT-S", "BOR"), sectors="SER", cost=-0.05)
    >>> print(park)
    platform between=AT-S+BOR sectors=SER cost=-0.05
    >>> primitives(xh.toyland(), Shock((park,))).trade_cost[[2, 3], [3, 2], 2].tolist()
    [0.95, 0.95]
    """

    kind = "platform"

    between: RegionNames
    sectors: SectorNames = "all"
    cost: Change = 0.0
    productivity: Annotated[float, Field(gt=-1, allow_inf_nan=False), Percent] = 0.0

    def ends(self) -> tuple[str, ...]:
        """The two as they are named."""
        return tuple(self.between.split("+")) if isinstance(self.between, str) else self.between

    def check(self, acc: Accounts) -> tuple[Wrong, ...]:
        """As every edit, and whether there are two places."""
        wrongs = super().check(acc)
        if wrongs:
            return wrongs
        if len(self.ends()) != 2:
            return (Wrong("between", f"names {len(self.ends())} places", "name two, as in Shenzhen+HKG"),)
        try:
            p, q = (acc.geography.index(name) for name in self.ends())
        except XunhuanError as e:
            return (Wrong("between", e.what, e.fix),)
        return (Wrong("between", "the two places are one", "name another"),) if p == q else ()

    def dosed(self, size: float) -> Self:
        """The edit at a dose."""
        if size == 1:
            return self
        new = {n: (1 + getattr(self, n)) ** size - 1 for n in ("cost", "productivity")}
        return self.model_copy(update=new)

    def apply(self, ledger: Ledger) -> None:
        """Multiply costs between the two, and productivity in both."""
        acc = ledger.acc
        p, q = (acc.geography.index(n) for n in self.ends())
        goods = acc.sectors.select(self.sectors)
        if self.cost:
            ledger.times(
                "trade_cost", (np.array([[p], [q]]), np.array([[q], [p]]), goods[None, :]), 1 + self.cost, self
            )
        if self.productivity:
            ledger.times("productivity", tuple(np.ix_(np.array([p, q]), goods)), 1 + self.productivity, self)
