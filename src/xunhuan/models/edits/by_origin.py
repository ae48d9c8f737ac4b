"""Edits of many sellers and goods at once, as one model hands them to another: one record in place of hundreds."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import AfterValidator, Field

from xunhuan.data.accounts import Accounts
from xunhuan.data.arrays import Array
from xunhuan.data.records import Change, Positive
from xunhuan.errors import BadInput, XunhuanError
from xunhuan.models.edits.base import Edit, NameText, RegionNames, Wrong
from xunhuan.models.edits.primitives import Lasting, Ledger
from xunhuan.models.edits.timed import Effect, Fading


def _once(cells: tuple[tuple[str, str, float], ...]) -> tuple[tuple[str, str, float], ...]:
    """Refuse a cell that is named twice."""
    named = [c[:2] for c in cells]
    if len(set(named)) < len(named):
        twice = next(c for c in named if named.count(c) > 1)
        raise ValueError(f"{twice[0]} {twice[1]} is named twice")
    return cells


OriginCells = Annotated[tuple[tuple[NameText, NameText, Change], ...], Field(min_length=1), AfterValidator(_once)]
"""Seller, good and change as a share, each once."""


def _positions(acc: Accounts, cells: tuple[tuple[str, str, float], ...]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Regions and sectors of the cells. Raises UnknownName."""
    at = {c: k for k, c in enumerate(acc.geography.codes)}
    sectors = {c: k for k, c in enumerate(acc.sectors.codes)}
    r = [at[o] if o in at else int(acc.geography.select(o, acc.home)[0]) for o, _, _ in cells]
    i = [sectors[s] if s in sectors else acc.sectors.index(s) for _, s, _ in cells]
    return np.array(r, dtype=np.intp), np.array(i, dtype=np.intp)


def _wrong(acc: Accounts, cells: tuple[tuple[str, str, float], ...]) -> tuple[Wrong, ...]:
    try:
        _positions(acc, cells)
    except XunhuanError as e:
        return (Wrong("cells", e.what, e.fix),)
    return ()


def _several(edit: Edit, cells: tuple[tuple[str, str, float], ...], where: str) -> str:
    """One line that tells many cells by their number."""
    return f"{edit.kind} {where} cells={len(cells)}"


class OriginShift(Lasting):
    """Buyers in `to` want more or less of what certain sellers make of certain goods, at given prices.

    d̂[r,s,i] = (1 + change[r,i])^(−1/θ[i])        for s in `to`

    θ i, pure number, trade elasticity within a nation where both lie in it, else between nations. It multiplies with other
    trade costs of a cell.

    Parameters
    ----------
    destination : str or list of str
        Regions that buy, `to` in a file: codes, nations, clusters, "provinces", "foreign", "A+B", "!X".
    cells : list of (str, str, float)
        Seller, good, and change of sales at given prices as a share, above -1; each seller and good once.

    Raises
    ------
    BadInput
        Listing every field that is missing, unknown or out of range; on a table without such a seller or good, and where
        no model gives elasticities.

    Examples
    --------
    >>> import numpy as np, xunhuan as xh
    >>> from xunhuan.models.edits.primitives import Theta, primitives
    >>> from xunhuan.models.model import Shock
    >>> more = OriginShift("ATL", cells=(("AT-N", "MAN", 0.21), ("AT-E", "FAR", -0.19)))
    >>> print(more)
    origin_shift to=ATL cells=2
    >>> theta = Theta(between=np.full(3, 2.0), within=np.full(3, 2.0))
    >>> primitives(xh.toyland(), Shock((more,)), theta).trade_cost[[0, 1], 0].round(4).tolist()
    [[1.0, 0.9091, 1.0], [1.1111, 1.0, 1.0]]
    """

    kind = "origin_shift"

    destination: RegionNames = Field(alias="to")
    cells: OriginCells

    def check(self, acc: Accounts) -> tuple[Wrong, ...]:
        """As every edit, and whether sellers and goods are there."""
        return (*super().check(acc), *_wrong(acc, self.cells))

    def apply(self, ledger: Ledger) -> None:
        """Write the shift into the trade costs. Raises BadInput where there are no elasticities."""
        if ledger.theta is None:
            raise BadInput("a shift of demand needs trade elasticities", fix="run it with the trade model")
        r, i = _positions(ledger.acc, self.cells)
        to = ledger.acc.geography.select(self.destination, ledger.acc.home)
        cells = (r[:, None], to[None, :], i[:, None])
        factor = 1 + np.array([c for _, _, c in self.cells])
        ledger.times("trade_cost", cells, factor[:, None] ** (-1 / ledger.theta.at(ledger.acc, cells)), self)

    def describe(self) -> str:
        """One line; cells by their number."""
        return _several(self, self.cells, f"to={self.destination}")


class OriginOrders(Fading):
    """Final demand of `regions` for certain goods of certain sellers changes, for a period of days.

    demand[r,s,i] = base × (1 + change[r,i] f(t))        for s in `regions`, f the strength on day t, 0 to 1

    Parameters
    ----------
    start, end : float, default 0 and 30
        Days in force, from start until before end, counted from 0 at the start of a run.
    recovery : str or tuple of float, default "none"
        How it fades after the end: "none", at once; "linear"; "exponential", 95% made good after recovery_days;
        "logistic", half made good at half time; or shares made good at equal steps of recovery_days.
    recovery_days : float, default 0
        Days that the recovery takes, above 0 where there is one.
    regions : str or list of str
        Regions whose final users order: codes, nations, clusters, "provinces", "foreign", "A+B", "!X".
    cells : list of (str, str, float)
        Seller, good, and change as a share, above -1; each seller and good once.

    Raises
    ------
    BadInput
        Listing every field that is missing, unknown or out of range; on a table without such a seller or good.

    Examples
    --------
    >>> import xunhuan as xh
    >>> more = OriginOrders("ATL", cells=(("AT-N", "MAN", 0.05), ("AT-E", "FAR", -0.02)))
    >>> print(more)
    origin_orders regions=ATL cells=2 start=0 end=30
    >>> effect = more.apply(xh.toyland())[0]
    >>> effect.kind, effect.change[1, 0, 0], effect.change[0, 1, 0]
    ('tilt', 0.05, -0.02)
    """

    kind = "origin_orders"

    regions: RegionNames
    cells: OriginCells

    def check(self, acc: Accounts) -> tuple[Wrong, ...]:
        """As every edit, and whether sellers and goods are there."""
        wrongs = _wrong(acc, self.cells)
        return wrongs if wrongs else super().check(acc)

    def apply(self, acc: Accounts) -> tuple[Effect, ...]:
        """Final demand tilted, cell by cell."""
        r, i = _positions(acc, self.cells)
        sellers, goods = np.unique(r), np.unique(i)
        change: Array = np.zeros((len(goods), len(sellers), 1))
        change[np.searchsorted(goods, i), np.searchsorted(sellers, r), 0] = [c for _, _, c in self.cells]
        return (Effect("tilt", (goods, sellers, acc.geography.select(self.regions, acc.home)), change),)

    def describe(self) -> str:
        """One line; cells by their number."""
        return _several(self, self.cells, f"regions={self.regions}") + f" start={self.start:g} end={self.end:g}"


class UsedUp(Lasting):
    """Resources of `regions` worth so much a year are used up, as by a budget that buys no goods of its own.

    Â[r,j] = 1 − value / Σ_{regions} output        for every industry j of the regions

    Parameters
    ----------
    regions : str or list of str
        Regions: codes, nations, clusters, "provinces", "foreign", "A+B", "!X".
    value : float
        Value a year in the table's unit, above 0 and below output; at a dose λ it is λ times.

    Raises
    ------
    BadInput
        Listing every field that is missing, unknown or out of range; on a table where it is more than the output.

    Examples
    --------
    >>> import xunhuan as xh
    >>> from xunhuan.models.edits.primitives import primitives
    >>> from xunhuan.models.model import Shock
    >>> spent = UsedUp("AT-N", value=10.0)
    >>> print(spent)
    used_up regions=AT-N value=10
    >>> acc = xh.toyland()
    >>> lost = 1 - primitives(acc, Shock((spent,))).productivity[0]
    >>> float((lost * acc.output[0]).sum().round(9))
    10.0
    """

    kind = "used_up"
    linear = ("value",)

    regions: RegionNames
    value: Positive

    def apply(self, ledger: Ledger) -> None:
        """Take from productivity. Raises BadInput where more is used than is made."""
        acc = ledger.acc
        at = acc.geography.select(self.regions, acc.home)
        made = float(acc.output[at].sum())
        if self.value >= made:
            raise BadInput(f"{self.value:g} is more than the output of {self.regions}, {made:.4g}", fix="give less")
        ledger.times("productivity", tuple(np.ix_(at, np.arange(acc.S))), 1 - self.value / made, self)
