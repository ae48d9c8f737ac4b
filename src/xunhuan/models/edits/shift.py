"""A shift of demand towards some sellers, with or without the saving that cheaper goods would bring."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from xunhuan.data.accounts import Accounts
from xunhuan.data.arrays import Array, ratio
from xunhuan.data.records import Percent
from xunhuan.errors import BadInput
from xunhuan.models.edits.base import Directed
from xunhuan.models.edits.primitives import Lasting, Ledger, Theta


class DemandShift(Directed, Lasting):
    """Buyers in `to` want the share `shift` more of what `from` makes, at given prices.

    Compensated, the rule: demand alone moves, from other sellers to these, and no buyer's price index with it:

    f[r,s,i] = (1 + k) / (1 + k H[s,i])  for r in `from`,   1 / (1 + k H[s,i])  for the others,   Σ_r π f = 1
    Σ_si X H (1 + k) / (1 + k H) = (1 + shift) Σ_si X H   gives k;   H[s,i] = Σ_{r in from} π[r,s,i]

    Not compensated: f = 1 + shift for r in `from`, 1 for the others, so that the buyers' prices fall and they are richer.
    Either way d̂[r,s,i] = f^(−1/θ[i]), which weighs sellers in sourcing with constant elasticities as taste does.

    π r s i, share of s's spending on i that goes to r; X s i, spending, value, duties included; k pure number, one for all
    buyers and goods: where H is near 1 little can come from others, so a cell moves by its own room and the whole by
    `shift`. θ i, pure number, trade elasticity between nations, since sellers of a nation move together; own sales are
    included. It multiplies with other trade costs of a cell. It has no dose but 1.

    Parameters
    ----------
    origin : str or list of str
        Regions that sell, `from` in a file: codes, nations, clusters, "provinces", "foreign", "A+B", "!X".
    destination : str or list of str
        Regions that buy, `to` in a file; named alike.
    sectors : str or list of str, default "all"
        Goods: codes, names, groups, "A+B", "!X".
    shift : float
        Share of the buyers' spending on these goods at given prices, above 0: 0.1 is ten per cent more.
    compensated : bool, default True
        Whether other sellers lose what these gain, so that price indices at given prices stand still.

    Raises
    ------
    BadInput
        Listing every field that is missing, unknown or out of range; on a table where the buyers spend too little
        elsewhere, or where a nation is split whose regions are a nest of their own.

    Examples
    --------
    >>> import numpy as np, xunhuan as xh
    >>> from xunhuan.models.edits.primitives import Theta, primitives
    >>> from xunhuan.models.model import Shock
    >>> home = DemandShift("ATL", "ATL", shift=0.02)
    >>> print(home)
    demand_shift from=ATL to=ATL shift=0.02
    >>> theta = Theta(between=np.full(3, 5.0), within=np.full(3, 5.0))
    >>> primitives(xh.toyland(), Shock((home,)), theta).trade_cost[[0, 3], 0].round(3).tolist()
    [[0.996, 0.998, 0.999], [1.067, 1.069, 1.071]]
    >>> gift = DemandShift("ATL", "ATL", shift=0.02, compensated=False)
    >>> primitives(xh.toyland(), Shock((gift,)), theta).trade_cost[[0, 3], 0].round(3).tolist()
    [[0.996, 0.996, 0.996], [1.0, 1.0, 1.0]]
    """

    kind = "demand_shift"

    shift: Annotated[float, Field(gt=0, allow_inf_nan=False), Percent]
    compensated: bool = True

    def apply(self, ledger: Ledger) -> None:
        """Write the shift into the trade costs. Raises BadInput where there are no elasticities, or no room."""
        if ledger.theta is None:
            raise BadInput("a shift of demand needs trade elasticities", fix="run it with the trade model")
        acc, g, theta = ledger.acc, ledger.acc.geography, ledger.theta
        sellers = np.isin(np.arange(acc.R), g.select(self.origin, acc.home))
        buyers, goods = g.select(self.destination, acc.home), acc.sectors.select(self.sectors)
        if not self.compensated:
            cells = tuple(np.ix_(np.flatnonzero(sellers), buyers, goods))
            ledger.times("trade_cost", cells, (1 + self.shift) ** (-1 / theta.between[goods]), self)
            return
        _refuse_split(acc, theta, sellers)
        factor = self._weights(acc, sellers, buyers, goods)
        cells = tuple(np.ix_(np.arange(acc.R), buyers, goods))
        ledger.times("trade_cost", cells, factor ** (-1 / theta.between[goods]), self)

    def _weights(
        self, acc: Accounts, sellers: NDArray[np.bool_], buyers: NDArray[np.intp], goods: NDArray[np.intp]
    ) -> Array:
        """f, r s i, over all sellers and the buyers and goods touched."""
        every = np.ix_(np.arange(acc.R), buyers, goods)
        spent = (1 + acc.tariff[every]) * acc.flow[every]
        bought = spent[sellers].sum(0)
        held = ratio(bought, spent.sum(0))
        k = _taste(bought, held, self.shift, str(self))
        return np.asarray(np.where(sellers[:, None, None], 1 + k, 1.0) / (1 + k * held))


def _taste(bought: Array, held: Array, shift: float, who: str) -> float:
    """k by Newton's method from 0: what is gained is concave in k, so every step stays short of the root.

    bought, held  s i, what the sellers sell the buyers, value, and their share of the spending. Raises BadInput without a
    root: the sellers have nearly all.
    """
    wanted = shift * bought.sum()
    room = float((bought * ratio(1 - held, held)).sum())
    if not 0 < wanted < room:
        most = room / bought.sum() if bought.sum() > 0 else 0.0
        little = f"they spend so little elsewhere that {most:.3g} is the most"
        what = f"demand cannot shift by {shift:g}: {little if most > 0 else 'the buyers spend nothing on it'}"
        raise BadInput(what, where=who, fix="take a smaller shift or other goods")
    k = 0.0
    for _ in range(200):
        gained = float((bought * k * (1 - held) / (1 + k * held)).sum())
        slope = float((bought * (1 - held) / (1 + k * held) ** 2).sum())
        step = (wanted - gained) / slope
        k += step
        if abs(step) <= 1e-15 * (1 + k):
            break
    return k


def _refuse_split(acc: Accounts, theta: Theta, sellers: NDArray[np.bool_]) -> None:
    """Raise BadInput where a nation's regions are a nest and only some of them are moved: the nest's price would move."""
    nation = acc.geography.nation_index
    split = [n for k, n in enumerate(acc.geography.nations) if len(set(sellers[nation == k])) > 1]
    if split and (theta.within != theta.between).any():
        what = f"a compensated shift cannot split {', '.join(split)}, whose regions are a nest of their own"
        raise BadInput(what, fix="name whole nations")
