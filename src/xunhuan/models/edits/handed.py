"""Edits that hold arrays: what one model hands to the next, cell by cell. Files and forms do not write them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b

import numpy as np
from pydantic import ConfigDict, Field

from xunhuan.data.accounts import Accounts
from xunhuan.data.arrays import Array
from xunhuan.data.records import Strict
from xunhuan.models.edits.base import Wrong
from xunhuan.models.edits.primitives import Lasting, Ledger
from xunhuan.models.edits.timed import Effect, Timed


@dataclass(frozen=True, eq=False)
class CellArray:
    """An array that is a value: two of the same numbers are equal, and it can be a key.

    Attributes
    ----------
    values : array
        The numbers; not to be written to.

    Examples
    --------
    >>> import numpy as np
    >>> CellArray(np.ones(3)) == CellArray(np.ones(3)), CellArray(np.ones(3)) == CellArray(np.zeros(3))
    (True, False)
    """

    values: Array

    @cached_property
    def digest(self) -> str:
        """Short digest of shape and numbers."""
        whole = np.ascontiguousarray(self.values, dtype=np.float64)
        return blake2b(whole.tobytes() + str(whole.shape).encode(), digest_size=6).hexdigest()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, CellArray) and self.digest == other.digest

    def __hash__(self) -> int:
        return hash(self.digest)

    def __str__(self) -> str:
        return f"{'x'.join(map(str, self.values.shape))}:{self.digest}"


class Toll(Strict):
    """What a region collects on the way of trade.

    Attributes
    ----------
    collector : str
        Code of the region whose income it is.
    sector : str
        Code of the service that it is booked as.
    rate : CellArray
        r s i, share of the price before it.

    Examples
    --------
    >>> import numpy as np
    >>> Toll(collector="AT-E", sector="SER", rate=CellArray(np.zeros((4, 4, 3)))).collector
    'AT-E'
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    collector: str
    sector: str
    rate: CellArray

    def __str__(self) -> str:
        return f"{self.collector}:{self.rate.digest}"


class Routes(Lasting):
    """Trade costs of every cell as another model found them, and who collects what on the way.

    d̂[r,s,i] = cost[r,s,i],   price after = price before (1 + Σ_k toll_k[r,s,i])

    cost r s i, ratio, of goods that melt on the way; toll_k r s i, share of the price before it, income of its collector,
    booked as a service it sells to the industry that ships. Costs multiply with others of a cell, tolls add up.

    Parameters
    ----------
    cost : CellArray
        r s i, ratio, above 0.
    tolls : tuple of Toll, default ()
        Who collects what.

    Raises
    ------
    BadInput
        Listing every field that is missing, unknown or out of range.

    Examples
    --------
    >>> import numpy as np, xunhuan as xh
    >>> cost = np.ones((4, 4, 3))
    >>> cost[3, :3] = 1.1
    >>> xh.respond("toyland", Routes(cost=CellArray(cost))).detail["real_income_hat"].values.round(3).tolist()
    [0.996, 0.997, 0.992, 0.986]
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    kind = "routes"
    handed = True

    cost: CellArray
    tolls: tuple[Toll, ...] = ()

    def check(self, acc: Accounts) -> tuple[Wrong, ...]:
        """Whether the arrays are of the table."""
        want = (acc.R, acc.R, acc.S)
        if any(g.values.shape != want for g in (self.cost, *(t.rate for t in self.tolls))):
            return (Wrong("cost", f"must have {acc.R} x {acc.R} x {acc.S} cells", "take the table it was made on"),)
        bad = not (self.cost.values > 0).all() or any(not np.isfinite(t.rate.values).all() for t in self.tolls)
        return (Wrong("cost", "ratios must be above 0 and tolls finite"),) if bad else ()

    def apply(self, ledger: Ledger) -> None:
        """Multiply costs, add tolls."""
        acc = ledger.acc
        ledger.times("trade_cost", tuple(np.ix_(*map(np.arange, self.cost.values.shape))), self.cost.values, self)
        for t in self.tolls:
            region = int(acc.geography.select(t.collector, acc.home)[0])
            ledger.collect(region, int(acc.sectors.select(t.sector)[0]), t.rate.values, self)


class LinkLosses(Timed):
    """Deliveries of every cell fall by a share of their own, as another model found it.

    room[r,s,i] = flow at rest × Π_k (1 − loss_k[r,s,i] f_k(t))        over edits k in force, f 1 while in force, else 0

    Parameters
    ----------
    start, end : float, default 0 and 30
        Days in force, from start until before end, counted from 0 at the start of a run.
    loss : CellArray
        r s i, share lost, 0 to 1.

    Raises
    ------
    BadInput
        Listing every field that is missing, unknown or out of range, or that the edit ends before it starts.

    Examples
    --------
    >>> import numpy as np, xunhuan as xh
    >>> loss = np.zeros((4, 4, 3))
    >>> loss[3, :3] = 1.0
    >>> cut = LinkLosses(loss=CellArray(loss), end=14)
    >>> r = xh.respond("toyland", cut, model="propagation", horizon_days=56)
    >>> r.detail["loss"].sum("sector").round(1).values.tolist()  # value added, million shells
    [0.1, 0.1, 0.2, 4.3]
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    kind = "link_losses"
    handed = True

    loss: CellArray = Field()

    def check(self, acc: Accounts) -> tuple[Wrong, ...]:
        """Whether the array is of the table and in range."""
        if self.loss.values.shape != (acc.R, acc.R, acc.S):
            return (Wrong("loss", f"must have {acc.R} x {acc.R} x {acc.S} cells", "take the table it was made on"),)
        if not ((self.loss.values >= 0) & (self.loss.values <= 1)).all():
            return (Wrong("loss", "must lie between 0 and 1"),)
        return super().check(acc)

    def apply(self, acc: Accounts) -> tuple[Effect, ...]:
        """Links throttled where something is carried and lost."""
        where = np.nonzero(((self.loss.values > 0) & (acc.flow > 0)).transpose(2, 0, 1))
        return (Effect("link", where, -self.loss.values.transpose(2, 0, 1)[where]),)
