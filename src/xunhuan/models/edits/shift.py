"""A shift of demand, written as the trade cost that makes it."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from pydantic import Field

from xunhuan.data.records import NUMBER, Percent
from xunhuan.errors import BadInput
from xunhuan.models.edits.base import Directed
from xunhuan.models.edits.primitives import Lasting, Ledger


class DemandShift(Directed, Lasting):
    """Buyers in `to` demand the share `shift` more of what `from` makes, at given prices.

    d̂[r,s,i] = (1 + shift)^(−1/θ[i])

    θ i, pure number, trade elasticity between nations, since home sellers move together; own sales are included. It
    multiplies with other trade costs of a cell. It has no dose but 1.

    Parameters
    ----------
    origin : str or list of str
        Regions that sell, `from` in a file: codes, nations, clusters, "provinces", "foreign", "A+B", "!X".
    destination : str or list of str
        Regions that buy, `to` in a file; named alike.
    sectors : str or list of str, default "all"
        Goods: codes, names, groups, "A+B", "!X".
    shift : float
        Share of sales at given prices, above -1: 0.1 is ten per cent more.

    Raises
    ------
    BadInput
        Listing every field that is missing, unknown or out of range.

    Examples
    --------
    >>> import numpy as np, xunhuan as xh
    >>> from xunhuan.models.edits.primitives import Theta, primitives
    >>> from xunhuan.models.model import Shock
    >>> home = DemandShift("ATL", "ATL", shift=0.1)
    >>> print(home)
    demand_shift from=ATL to=ATL shift=0.1
    >>> theta = Theta(between=np.full(3, 5.0), within=np.full(3, 5.0))
    >>> primitives(xh.toyland(), Shock((home,)), theta).trade_cost[0, :, 0].round(3).tolist()
    [0.981, 0.981, 0.981, 1.0]
    """

    kind = "demand_shift"

    shift: Annotated[float, NUMBER, Field(gt=-1, allow_inf_nan=False), Percent]

    def apply(self, ledger: Ledger) -> None:
        """Write the shift into the trade costs. Raises BadInput where there are no elasticities."""
        if ledger.theta is None:
            raise BadInput("a shift of demand needs trade elasticities", fix="run it with the trade model")
        acc, g = ledger.acc, ledger.acc.geography
        cells = tuple(np.ix_(g.select(self.origin, acc.home), g.select(self.destination, acc.home),
                             acc.sectors.select(self.sectors)))  # fmt: skip
        ledger.times("trade_cost", cells, (1 + self.shift) ** (-1 / ledger.theta.between[cells[2]]), self)
