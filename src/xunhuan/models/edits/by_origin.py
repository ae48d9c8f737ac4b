"""Edits of many sellers and goods at once, as one model hands them to another: one record in place of hundreds."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import Annotated, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import AfterValidator, Field

from xunhuan.data.accounts import Accounts
from xunhuan.data.arrays import Array
from xunhuan.data.records import NotNegative, Positive, Share
from xunhuan.errors import BadInput, XunhuanError
from xunhuan.models.edits.base import NameText, RegionNames, Wrong, as_number
from xunhuan.models.edits.primitives import Lasting, Ledger
from xunhuan.models.edits.timed import Effect, Fading

_CELL = re.compile(r"\+(?=[^:+]+:[^:+]+:)")
"""Where one cell ends and the next begins; a plus in a number is none."""
Triple = tuple[str, str, float]


def read_cells(text: str) -> tuple[Triple, ...]:
    """Seller, good and change of each cell of a text. Raises BadInput.

    >>> read_cells("AT-N:MAN:0.05+AT-E:FAR:-0.02")
    (('AT-N', 'MAN', 0.05), ('AT-E', 'FAR', -0.02))
    """
    out = []
    for cell in _CELL.split(text):
        seller, _, rest = cell.partition(":")
        good, _, number = rest.partition(":")
        if not (seller and good and number):
            raise BadInput(f"{cell!r} is no cell", fix="for instance CN-GD:C26:0.1")
        change = as_number(number)
        if not -1 < change < float("inf"):
            raise BadInput(f"{cell!r}: the change must be more than -1", fix="for instance CN-GD:C26:0.1")
        out.append((seller, good, change))
    twice = [c for c, n in Counter(c[:2] for c in out).items() if n > 1]
    if twice:
        raise BadInput(f"{twice[0][0]}:{twice[0][1]} is named twice", fix="name each cell once")
    return tuple(out)


def cells_text(cells: Iterable[Triple]) -> str:
    """Cells as one text, which `read_cells` reads to the last digit.

    >>> cells_text([("AT-N", "MAN", 0.05), ("AT-E", "FAR", -0.02)])
    'AT-N:MAN:0.05+AT-E:FAR:-0.02'
    """
    return "+".join(f"{seller}:{good}:{change!r}" for seller, good, change in cells)


def _readable(text: str) -> str:
    try:
        read_cells(text)
    except BadInput as e:
        raise ValueError(f"{e.what} ({e.fix})") from None
    return text


OriginCells = Annotated[NameText, AfterValidator(_readable)]
"""SELLER:GOOD:CHANGE, joined by "+", each seller and good once."""


def _positions(acc: Accounts, text: str) -> tuple[NDArray[np.intp], NDArray[np.intp], Array]:
    """Regions, sectors and changes of cells. Raises UnknownName."""
    at = {c: k for k, c in enumerate(acc.geography.codes)}
    sectors = {c: k for k, c in enumerate(acc.sectors.codes)}
    cells = read_cells(text)
    r = [at[o] if o in at else _one(acc, o) for o, _, _ in cells]
    i = [sectors[s] if s in sectors else acc.sectors.index(s) for _, s, _ in cells]
    return np.array(r, dtype=np.intp), np.array(i, dtype=np.intp), np.array([c for _, _, c in cells])


def _one(acc: Accounts, seller: str) -> int:
    """The region of a name. Raises UnknownName, BadInput where it names several."""
    found = acc.geography.select(seller, acc.home)
    if len(found) != 1:
        raise BadInput(f"{seller} is {len(found)} regions, a cell has one seller", fix="give each region its own cell")
    return int(found[0])


def _wrong(acc: Accounts, text: str) -> tuple[Wrong, ...]:
    try:
        _positions(acc, text)
    except XunhuanError as e:
        return (Wrong("cells", e.what, e.fix),)
    return ()


class OriginShift(Lasting):
    """Buyers in `to` want more or less of what certain sellers make of certain goods, at given prices.

    d̂[r,s,i] = (1 + part change[r,i])^(−1/θ[i])        for s in `to`

    θ i, pure number, trade elasticity within a nation where both lie in it, else between nations. It multiplies with other
    trade costs of a cell.

    Parameters
    ----------
    destination : str or list of str
        Regions that buy, `to` in a file: codes, nations, clusters, "provinces", "foreign", "A+B", "!X".
    cells : str
        SELLER:GOOD:CHANGE joined by "+", the change of sales at given prices as a share, above -1; each cell once.
    part : float, default 1
        Part of the changes that holds, 0 or more; at a dose λ it is λ times.

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
    >>> more = OriginShift("ATL", cells="AT-N:MAN:0.21+AT-E:FAR:-0.19")
    >>> print(more)
    origin_shift to=ATL cells=AT-N:MAN:0.21+AT-E:FAR:-0.19
    >>> theta = Theta(between=np.full(3, 2.0), within=np.full(3, 2.0))
    >>> primitives(xh.toyland(), Shock((more,)), theta).trade_cost[[0, 1], 0].round(4).tolist()
    [[1.0, 0.9091, 1.0], [1.1111, 1.0, 1.0]]
    """

    kind = "origin_shift"
    linear = ("part",)

    destination: RegionNames = Field(alias="to")
    cells: OriginCells
    part: NotNegative = 1.0

    def check(self, acc: Accounts) -> tuple[Wrong, ...]:
        """As every edit, and whether sellers and goods are there."""
        return (*super().check(acc), *_wrong(acc, self.cells))

    def apply(self, ledger: Ledger) -> None:
        """Write the shift into the trade costs. Raises BadInput where there are no elasticities."""
        if ledger.theta is None:
            raise BadInput("a shift of demand needs trade elasticities", fix="run it with the trade model")
        r, i, change = _positions(ledger.acc, self.cells)
        to = ledger.acc.geography.select(self.destination, ledger.acc.home)
        cells = (r[:, None], to[None, :], i[:, None])
        factor = 1 + self.part * change
        if (factor <= 0).any():
            raise BadInput(f"part = {self.part:g} takes more than all sales of a cell", fix="take a smaller part")
        ledger.times("trade_cost", cells, factor[:, None] ** (-1 / ledger.theta.at(ledger.acc, cells)), self)


class OriginOrders(Fading):
    """Final demand of `regions` for certain goods of certain sellers changes, for a period of days.

    demand[r,s,i] = base × (1 + part change[r,i] f(t))        for s in `regions`, f the strength on day t, 0 to 1

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
    cells : str
        SELLER:GOOD:CHANGE joined by "+", the change as a share, above -1; each cell once.
    part : float, default 1
        Part of the changes that holds, 0 to 1; at a dose λ min(1, λ part).

    Raises
    ------
    BadInput
        Listing every field that is missing, unknown or out of range; on a table without such a seller or good.

    Examples
    --------
    >>> import xunhuan as xh
    >>> more = OriginOrders("ATL", cells="AT-N:MAN:0.05+AT-E:FAR:-0.02")
    >>> print(more)
    origin_orders regions=ATL cells=AT-N:MAN:0.05+AT-E:FAR:-0.02
    >>> effect = more.apply(xh.toyland())[0]
    >>> effect.kind, effect.change[:, :, 0].tolist()  # goods down, sellers across
    ('tilt', [[0.0, -0.02], [0.05, 0.0]])
    """

    kind = "origin_orders"

    regions: RegionNames
    cells: OriginCells
    part: Share = 1.0

    def dosed(self, size: float) -> Self:
        """The edit at a dose, no more than all of the changes."""
        return self.model_copy(update={"part": min(self.part * size, 1.0)})

    def check(self, acc: Accounts) -> tuple[Wrong, ...]:
        """As every edit, and whether sellers and goods are there."""
        wrongs = _wrong(acc, self.cells)
        return wrongs if wrongs else super().check(acc)

    def apply(self, acc: Accounts) -> tuple[Effect, ...]:
        """Final demand tilted, cell by cell."""
        r, i, shares = _positions(acc, self.cells)
        sellers, goods = np.unique(r), np.unique(i)
        change: Array = np.zeros((len(goods), len(sellers), 1))
        change[np.searchsorted(goods, i), np.searchsorted(sellers, r), 0] = self.part * shares
        return (Effect("tilt", (goods, sellers, acc.geography.select(self.regions, acc.home)), change),)


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
