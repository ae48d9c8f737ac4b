"""Edits of what final users buy: for good, and for a period of days; as a share or as an amount in the table's unit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Self

from pydantic import Field, model_validator

from xunhuan.data.accounts import Accounts
from xunhuan.data.arrays import Index
from xunhuan.data.records import Change, Finite, Percent
from xunhuan.errors import BadInput
from xunhuan.models.edits.base import Edit, Local, RegionNames, Wrong
from xunhuan.models.edits.cells import Cellwise
from xunhuan.models.edits.primitives import Cells, Ledger
from xunhuan.models.edits.timed import Effect, Fading, places_of

DAYS_A_YEAR = 365.0
"""Days that the table's year is spread over."""


class _Bought(Edit):
    """An edit of what is bought, by a share or by an amount."""

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.change is None) == (self.value is None):
            raise ValueError("give exactly one of change, amount")
        return self

    def check(self, acc: Accounts) -> tuple[Wrong, ...]:
        """As every edit, and whether an amount can be spread."""
        wrongs = super().check(acc) if self.value is None else Edit.check(self, acc)
        if wrongs or self.value is None:
            return wrongs
        # What is spread over nothing cannot be applied either, which the kinds below would try.
        try:
            share = self.share(acc)
        except BadInput as e:
            return (Wrong("amount", e.what, e.fix),)
        return self.too_much(acc, share) or super().check(acc)

    if TYPE_CHECKING:
        change: float | None
        value: float | None

        def share(self, acc: Accounts) -> float: ...
        def too_much(self, acc: Accounts, share: float) -> tuple[Wrong, ...]: ...


class FinalDemand(_Bought, Cellwise):
    """Final demand of `regions` for goods `sectors` changes by the share `change` or by an `amount`, before budgets close.

    ŷ[s,i] = Π_k (1 + change_k)        over the edits k of a cell; at a dose λ (1 + change)^λ
    change = amount / Σ_si y[s,i]      over the cells of the edit: as they buy now; at a dose λ times λ

    y s i, final use in the base, unit of the table. Where budgets close, as in the long run, the shares α of income spent
    shift: α'[s,i] = α ŷ / Σ_i α ŷ.

    Parameters
    ----------
    regions : str or list of str
        Regions: codes, nations, clusters, "provinces", "foreign", "A+B", "!X".
    sectors : str or list of str, default "all"
        Goods: codes, names, groups, "A+B", "!X".
    change : float, optional
        Change as a share, above -1: 0.1 is ten per cent more at given prices.
    value : float, optional
        Change as an amount, `amount` in a file, in the table's unit: spread over the cells as they buy.

    Raises
    ------
    BadInput
        Listing every field that is missing, unknown or out of range,
        or that not exactly one of change and amount is given.

    Examples
    --------
    >>> import xunhuan as xh
    >>> more = FinalDemand("BOR", "goods", change=0.1)
    >>> print(more)
    final_demand regions=BOR sectors=goods change=0.1
    >>> xh.respond("toyland", more).detail["output_hat"].sel(region="BOR").values.round(3).tolist()
    [1.02, 1.015, 0.966]
    >>> print(FinalDemand("BOR", "goods", amount=20))
    final_demand regions=BOR sectors=goods amount=20
    """

    kind = "final_demand"
    amount = "change"

    change: Change | None = None
    value: Finite | None = Field(default=None, alias="amount")

    def too_much(self, acc: Accounts, share: float) -> tuple[Wrong, ...]:
        """All that is bought cannot go."""
        if share > -1:
            return ()
        bought = final_bought(acc, self.cells(acc))
        return (
            Wrong("amount", f"{self.value:g} is all that is bought there or more", f"above -{bought:g} {acc.unit}"),
        )

    def share(self, acc: Accounts) -> float:
        """The change as a share of what is bought in a table."""
        if self.value is None:
            return float(self.change or 0.0)
        return as_change(acc, final_bought(acc, self.cells(acc)), self.value)

    def dosed(self, size: float) -> Self:
        """The edit at a dose."""
        if size == 1:
            return self
        if self.value is not None:
            return self.model_copy(update={"value": self.value * size})
        return self.model_copy(update={"change": (1 + (self.change or 0.0)) ** size - 1})

    def apply(self, ledger: Ledger) -> None:
        """Multiply final demand."""
        share = self.share(ledger.acc)
        if share <= -1:
            raise BadInput(f"an amount of {self.value:g} is all that is bought there or more", fix="a smaller one")
        ledger.times("final_demand", self.cells(ledger.acc), 1 + share, self)


class Orders(_Bought, Fading, Local):
    """Final demand of `regions` for goods of `origin` changes by the share `change` or by an `amount` in all.

    demand[r,s,i] = base × Π_k (1 + change_k f_k(t))        over edits k in force, f their strength on day t, 0 to 1
    change = amount / (Σ_rsi base × (end − start))          over the cells of the edit: as they buy now

    base r s i, unit of the table a day. At a dose λ the change is max(−1, λ change). What an edit orders while it fades
    comes on top of the amount.

    Parameters
    ----------
    regions : str or list of str
        Regions whose final users order: codes, nations, clusters, "provinces", "foreign", "A+B", "!X".
    sectors : str or list of str, default "all"
        Goods: codes, names, groups, "A+B", "!X".
    start, end : float, default 0 and 30
        Days in force, from start until before end, counted from 0 at the start of a run.
    recovery : str or tuple of float, default "none"
        How it fades after the end: "none", at once; "linear"; "exponential", 95% made good after recovery_days;
        "logistic", half made good at half time; or shares made good at equal steps of recovery_days.
    recovery_days : float, default 0
        Days that the recovery takes, above 0 where there is one.
    origin : str or list of str, default "all"
        Regions whose goods are meant; of some alone, the others' stay as they are.
    change : float, optional
        Change as a share, -1 to 1000: -1 is all cancelled.
    value : float, optional
        Change in all from start to end, `amount` in a file, in the table's unit: spread over the cells as they buy.

    Raises
    ------
    BadInput
        Listing every field that is missing, unknown or out of range, that not exactly one of change and amount is given,
        or that the edit ends before it starts or recovers in no time.

    Examples
    --------
    >>> import xunhuan as xh
    >>> cancelled = Orders("BOR", origin="ATL", change=-1)
    >>> print(cancelled)
    orders regions=BOR origin=ATL change=-1
    >>> r = xh.respond("toyland", cancelled, model="propagation", horizon_days=56)
    >>> r.detail["loss"].sum("sector").round(1).values.tolist()  # value added, million shells
    [2.9, 2.3, 4.0, 0.2]
    """

    kind = "orders"

    origin: RegionNames = "all"
    change: Annotated[float, Field(ge=-1, le=1e3, allow_inf_nan=False), Percent] | None = None
    value: Finite | None = Field(default=None, alias="amount")

    def too_much(self, acc: Accounts, share: float) -> tuple[Wrong, ...]:
        """No more than all can be cancelled."""
        if -1 <= share <= 1e3:
            return ()
        return (
            Wrong("amount", f"{self.value:g} is {share:.3g} times what is bought there in those days", "-1 to 1000"),
        )

    def dosed(self, size: float) -> Self:
        """The edit at a dose, no more than all cancelled."""
        if self.value is not None:
            return self.model_copy(update={"value": self.value * size})
        return self.model_copy(update={"change": max((self.change or 0.0) * size, -1.0)})

    def share(self, acc: Accounts) -> float:
        """The change as a share of what is bought in a table on a day."""
        if self.value is None:
            return float(self.change or 0.0)
        places = places_of(acc, self.regions, self.sectors)
        origin = None if self.origin == "all" else acc.geography.select(self.origin, acc.home)
        bought = final_bought(acc, places, origin) * (self.end - self.start) / DAYS_A_YEAR
        return as_change(acc, bought, self.value)

    def apply(self, acc: Accounts) -> tuple[Effect, ...]:
        """Final demand, of all origins alike or tilted towards some."""
        change = max(self.share(acc), -1.0)
        if self.origin == "all":
            return (Effect("demand", places_of(acc, self.regions, self.sectors), change),)
        g = acc.geography
        where = (acc.sectors.select(self.sectors), g.select(self.origin, acc.home), g.select(self.regions, acc.home))
        return (Effect("tilt", where, change),)


def final_bought(acc: Accounts, cells: Cells, origin: Index | None = None) -> float:
    """What final users of some cells s i buy in a year, of some origins alone: unit of the table."""
    final = acc.final.sum(axis=2)
    if origin is not None:
        final = final * acc.share[origin].sum(axis=0)
    return float(final[cells].sum())


def as_change(acc: Accounts, bought: float, amount: float) -> float:
    """The share by which purchases change when they change by an amount. Raises BadInput where they cannot."""
    if bought <= 0:
        raise BadInput(f"final users buy nothing there, so that {amount:g} {acc.unit} cannot be spread as they buy",
                       fix="name regions and sectors where something is bought")  # fmt: skip
    return amount / bought
