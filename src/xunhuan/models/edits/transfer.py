"""Lump-sum income from some regions to others."""

from __future__ import annotations

from typing import Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from xunhuan.data.accounts import Accounts
from xunhuan.data.records import Finite, Rate
from xunhuan.models.edits.base import RegionNames, Wrong
from xunhuan.models.edits.primitives import Lasting, Ledger
from xunhuan.models.edits.table import final_spending


class Transfer(Lasting):
    """Lump sum that regions `from` pay to regions `to` every year: exactly one of `value` and `share`.

    D'[s] gains T[s],   T[s] = Σ_k value_k (I[s] / Σ_{to} I  −  I[s] / Σ_{from} I)        over the edits k, Σ_s T = 0

    value in the table's unit, of which the world has as much after as before (its GDP is the numeraire), or share times
    the payers' income. It enters budgets beside whatever the trade deficits do. I s, final spending in the base, duties
    included, value: payers pay and receivers get in proportion to it. Sums of a region add up; at a dose λ they are λ times.

    Parameters
    ----------
    origin : str or list of str
        Regions that pay, `from` in a file: codes, nations, clusters, "provinces", "foreign", "A+B", "!X".
    destination : str or list of str
        Regions that receive, `to` in a file; named alike.
    value : float, optional
        Sum a year in the table's unit; below 0 the receivers pay.
    share : float, optional
        Sum a year as a share of the payers' income in the base.

    Raises
    ------
    BadInput
        Listing every field that is missing, unknown or out of range, or that not exactly one of value and share is given;
        on a table where an open region, whose income is not known, pays or receives.

    Examples
    --------
    >>> import xunhuan as xh
    >>> aid = Transfer("BOR", "AT-S", value=10.0)
    >>> print(aid)
    transfer from=BOR to=AT-S value=10
    >>> r = xh.respond("toyland", aid)
    >>> r.detail["transfers"].values.round(9).tolist()
    [0.0, 0.0, 10.0, -10.0]
    """

    kind = "transfer"

    origin: RegionNames = Field(alias="from")
    destination: RegionNames = Field(alias="to")
    value: Finite | None = None
    share: Rate | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.value is None) == (self.share is None):
            raise ValueError("give exactly one of value, share")
        return self

    def ends(self, acc: Accounts) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Regions that pay, and those that receive."""
        g = acc.geography
        return g.select(self.origin, acc.home), g.select(self.destination, acc.home)

    def check(self, acc: Accounts) -> tuple[Wrong, ...]:
        """As every edit, and whether all who pay or receive have a budget."""
        wrongs = super().check(acc)
        if wrongs:
            return wrongs
        out = []
        for label, chosen in zip(("from", "to"), self.ends(acc), strict=True):
            open_ones = [acc.geography.codes[k] for k in chosen if not acc.closed[k]]
            if open_ones:
                what = f"{', '.join(open_ones)} is open: it has no budget to pay from or into"
                out.append(Wrong(label, what, "name regions that keep books"))
        return tuple(out)

    def dosed(self, size: float) -> Self:
        """The edit at a dose."""
        name = "value" if self.share is None else "share"
        return self if size == 1 else self.model_copy(update={name: getattr(self, name) * size})

    def apply(self, ledger: Ledger) -> None:
        """Take from those who pay, give to those who receive."""
        income = final_spending(ledger.acc)
        payers, receivers = self.ends(ledger.acc)
        total = self.value if self.share is None else self.share * income[payers].sum()
        assert total is not None
        for chosen, sign in ((payers, -1.0), (receivers, 1.0)):
            ledger.plus("transfer", (chosen,), sign * total * income[chosen] / income[chosen].sum(), self)
