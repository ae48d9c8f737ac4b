"""Edits that hold for good; how those of one cell compound is told in `primitives`."""

from __future__ import annotations

from typing import Annotated, Any, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from xunhuan.data.accounts import Accounts
from xunhuan.data.records import Change, NotNegativeRate, Part, Percent, Rate
from xunhuan.errors import BadInput
from xunhuan.models.edits.base import RegionNames, SectorNames, as_number
from xunhuan.models.edits.cells import Cellwise, Pairwise, Scaled, best_pairs
from xunhuan.models.edits.primitives import Lasting, Ledger


class TradeCost(Pairwise):
    """Iceberg cost of trade from `from` to `to`: exactly one of a change, a ban, a cut of sales, a fall to the best pairs.

    d̂[r,s,i] = 1 + change,   ∞ (ban),   (1 − cut)^(−1/θ) (cut),   (d*/d)^closing where d > d* (best)

    d* is the quantile `best` of the Head-Ries costs d of the pairs in the base, by good i [HeadRies2001]; θ i, pure
    number, the trade elasticity. At a dose λ: (1 + change)^λ; a ban is a cut of λ, of 1 at most; of a cut
    1 − (1 − cut)^λ; of best λ times the closing. Costs of a cell r s i multiply.

    Parameters
    ----------
    origin : str or list of str
        Regions that sell, `from` in a file: codes, nations, clusters, "provinces", "foreign", "A+B", "!X".
    destination : str or list of str
        Regions that buy, `to` in a file; named alike.
    sectors : str or list of str, default "all"
        Goods: codes, names, groups, "A+B", "!X".
    change : float, optional
        Change of the cost as a share, above -1: 0.1 is ten per cent dearer.
    ban : bool, default False
        No trade at all.
    cut : float, optional
        Share of sales that the barrier cuts at given prices, (1 − cut)^(−1/θ), between 0 and 1: a partial ban.
    best : float, optional
        Quantile of the pairs' Head-Ries costs to which dearer ones come down, by good, between 0 and 1 [HeadRies2001].
    closing : float, default 1
        Share of the gap to the best pairs that is closed, above 0, at most 1.
    both_ways : bool, default False
        The way back too.
    include_own : bool, default False
        A region's sales to itself too, which are left alone otherwise.

    Raises
    ------
    BadInput
        Listing every field that is missing, unknown or out of range,
        or that not exactly one of change, ban, cut and best is given.

    Examples
    --------
    >>> import xunhuan as xh
    >>> dear = TradeCost("BOR", "ATL", change=0.1)
    >>> print(dear)
    trade_cost from=BOR to=ATL change=0.1
    >>> print(TradeCost("BOR", "ATL", ban=True).dosed(0.5))
    trade_cost from=BOR to=ATL cut=0.5
    >>> xh.respond("toyland", dear).detail["real_income_hat"].values.round(3).tolist()
    [0.996, 0.997, 0.992, 0.986]
    """

    kind = "trade_cost"
    amount = "change"
    nothing = ("the trade cost touches no pair of different regions", "name another origin or destination")

    change: Change | None = None
    ban: bool = False
    cut: Part | None = None
    best: Part | None = None
    closing: Annotated[float, Field(gt=0, le=1), Percent] = 1.0
    both_ways: bool = False
    include_own: bool = False

    @model_validator(mode="after")
    def _one(self) -> Self:
        if sum((self.change is not None, self.ban, self.cut is not None, self.best is not None)) != 1:
            raise ValueError("give exactly one of change, ban, cut, best")
        if self.best is not None and (self.both_ways or self.include_own):
            raise ValueError("best works on pairs: both_ways and include_own do not go with it")
        return self

    def pairs(self, acc: Accounts) -> NDArray[np.bool_]:
        """Pairs r s the edit touches."""
        out = super().pairs(acc)
        if self.both_ways or self.best is not None:
            out |= out.T
        if not self.include_own:
            np.fill_diagonal(out, False)
        return out

    @classmethod
    def amounts(cls, text: str) -> dict[str, Any]:
        """A change, or "ban"."""
        return {"ban": True} if text == "ban" else super().amounts(text)

    def dosed(self, size: float) -> Self:
        """The edit at a dose; a ban has none above 1."""
        if size == 1:
            return self
        if self.ban:
            if size > 1:
                raise BadInput(f"a ban has no dose of {size:g}", fix="a dose of 1 at most")
            return self.model_copy(update={"ban": False, "cut": size})
        if self.cut is not None:
            return self.model_copy(update={"cut": 1 - (1 - self.cut) ** size})
        if self.best is not None:
            return self.model_copy(update={"closing": self.closing * size})
        return self.model_copy(update={"change": (1 + (self.change or 0.0)) ** size - 1})

    def apply(self, ledger: Ledger) -> None:
        """Multiply the cost."""
        cells = self.cells(ledger.acc)
        if self.ban or self.cut == 1:  # of which a cut at a large dose is one, to the last digit
            ledger.times("trade_cost", cells, np.inf, self)
        elif self.change is not None:
            ledger.times("trade_cost", cells, 1 + self.change, self)
        elif self.cut == 0:
            return
        elif ledger.theta is None:
            what = "costs down to the best pairs need" if self.best is not None else "a partial ban needs"
            raise BadInput(f"{what} trade elasticities", fix="run it with the trade model")
        elif self.cut is not None:
            ledger.times("trade_cost", cells, (1 - self.cut) ** (-1 / ledger.theta.at(ledger.acc, cells)), self)
        elif self.best is not None:
            ratio = best_pairs(ledger.acc, ledger.theta, cells, self.best, self.closing)
            ledger.times("trade_cost", cells, ratio, self)


class Tariff(Pairwise):
    """Rate that `to` levies on the value of goods from `from`: exactly one of `set` to, `add` and `multiply`.

    t'[r,s,i] = (t + Σ_k part_k (set_k − t)) Π_k multiply_k + Σ_k add_k        over the edits k of a cell

    t r s i, rate on the value at basic prices in the base. All that set a cell must set one rate; t' must be 0 or more.
    Nothing is levied inside a nation. At a dose λ rates move in proportion: λ part, λ add, 1 + λ (multiply − 1).

    Parameters
    ----------
    origin : str or list of str
        Regions that sell, `from` in a file: codes, nations, clusters, "provinces", "foreign", "A+B", "!X".
    destination : str or list of str
        Regions that buy, `to` in a file; named alike.
    sectors : str or list of str, default "goods"
        Goods: codes, names, groups, "A+B", "!X".
    set : float, optional
        The new rate, 0 or more: 0.25 is 25 per cent.
    add : float, optional
        What is added to the rate: 0.25 is 25 percentage points.
    multiply : float, optional
        Factor on the rate, 0 or more.
    part : float, default 1
        Of `set`, the share of the way that the rate goes to it.

    Raises
    ------
    BadInput
        Listing every field that is missing, unknown or out of range,
        or that not exactly one of set, add and multiply is given.

    Examples
    --------
    >>> import xunhuan as xh
    >>> print(Tariff("CHN", "USA", add=0.25))
    tariff from=CHN to=USA add=0.25
    >>> r = xh.respond("toyland", Tariff("BOR", "ATL", add=0.1))
    >>> r.detail["real_income_hat"].values.round(4).tolist()
    [1.0004, 1.0015, 1.0019, 0.989]
    """

    kind = "tariff"
    amount = "set"
    nothing = ("the tariff touches no pair of different nations", "name another origin or destination")

    sectors: SectorNames = "goods"
    set: NotNegativeRate | None = None
    add: Rate | None = None
    multiply: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None = None
    part: Annotated[float, Field(ge=0, le=1), Percent] = 1.0

    @model_validator(mode="after")
    def _one(self) -> Self:
        if sum(x is not None for x in (self.set, self.add, self.multiply)) != 1:
            raise ValueError("give exactly one of set, add, multiply")
        if self.part != 1 and self.set is None:
            raise ValueError("part goes with set")
        return self

    def pairs(self, acc: Accounts) -> NDArray[np.bool_]:
        """Pairs r s the edit touches."""
        return super().pairs(acc) & ~acc.geography.same_nation

    @classmethod
    def amounts(cls, text: str) -> dict[str, Any]:
        """ "+0.25" adds, "0.25" sets, "x2" multiplies."""
        if text.startswith("x"):
            return {"multiply": as_number(text[1:])}
        return {"add" if text[:1] in "+-" else "set": as_number(text.removeprefix("="))}

    def dosed(self, size: float) -> Self:
        """The edit at a dose."""
        if self.set is not None:
            return self.model_copy(update={"part": self.part * size})
        if self.add is not None:
            return self.model_copy(update={"add": self.add * size})
        return self.model_copy(update={"multiply": 1 + size * ((self.multiply or 0.0) - 1)})

    def apply(self, ledger: Ledger) -> None:
        """Set, add to or multiply the rate."""
        cells = self.cells(ledger.acc)
        if self.set is not None:
            ledger.put(cells, self.set, self.part, self)
        elif self.add is not None:
            ledger.plus("tariff", cells, self.add, self)
        elif self.multiply is not None:
            ledger.times("tariff", cells, self.multiply, self)


class ExportTax(Pairwise):
    """Tax that `from` levies on its sales to `to`, a share of the producer's price.

    price at the border = (1 + x[r,s,i]) × producer's price,   x[r,s,i] = Σ_k rate_k        over the edits k of a cell

    The origin's budget receives it. At a dose λ the rate is λ rate; x must lie above -1.

    Parameters
    ----------
    origin : str or list of str
        Regions that sell, `from` in a file: codes, nations, clusters, "provinces", "foreign", "A+B", "!X".
    destination : str or list of str, default "foreign"
        Regions that buy, `to` in a file; named alike.
    sectors : str or list of str, default "all"
        Goods: codes, names, groups, "A+B", "!X".
    rate : float
        The rate, above -1: 0.1 is ten per cent; below 0 a refund.

    Raises
    ------
    BadInput
        Listing every field that is missing, unknown or out of range.

    Examples
    --------
    >>> import xunhuan as xh
    >>> tax = ExportTax("AT-N", rate=0.1)
    >>> print(tax)
    export_tax from=AT-N rate=0.1
    >>> xh.respond("toyland", tax).detail["real_income_hat"].values.round(4).tolist()
    [1.0029, 0.9997, 1.0006, 0.9935]
    """

    kind = "export_tax"
    amount = "rate"
    linear = ("rate",)
    nothing = ("the export tax touches no pair of regions", "name another origin or destination")

    destination: RegionNames = Field(default="foreign", alias="to")
    rate: Change

    def apply(self, ledger: Ledger) -> None:
        """Add the rate."""
        ledger.plus("export_tax", self.cells(ledger.acc), self.rate, self)


class Productivity(Scaled):
    """Total factor productivity of `sectors` in `regions` changes by the share `change`.

    Â[r,j] = Π_k (1 + change_k)        over the edits k of a cell; at a dose λ (1 + change)^λ

    Parameters
    ----------
    regions : str or list of str
        Regions: codes, nations, clusters, "provinces", "foreign", "A+B", "!X".
    sectors : str or list of str, default "all"
        Industries: codes, names, groups, "A+B", "!X".
    change : float
        Change as a share, above -1: 0.1 is ten per cent more output of the same inputs.

    Raises
    ------
    BadInput
        Listing every field that is missing, unknown or out of range.

    Examples
    --------
    >>> import xunhuan as xh
    >>> better = Productivity("AT-N", "manufacturing", change=0.1)
    >>> print(better)
    productivity regions=AT-N sectors=manufacturing change=0.1
    >>> xh.respond("toyland", better).detail["real_income_hat"].values.round(3).tolist()
    [1.059, 0.999, 0.999, 1.001]
    """

    kind = "productivity"


class Subsidy(Cellwise):
    """Production subsidy, a share of the value of output, paid by each region's own budget.

    σ[r,j] = Σ_k rate_k        over the edits k of a cell, on top of the base's; at a dose λ the rate is λ rate

    Producers pay (1 + σ) times the value of output for inputs and factors; σ must lie below 1.

    Parameters
    ----------
    regions : str or list of str
        Regions: codes, nations, clusters, "provinces", "foreign", "A+B", "!X".
    sectors : str or list of str, default "all"
        Industries: codes, names, groups, "A+B", "!X".
    rate : float
        Share of the value of output, below 1; below 0 a tax.

    Raises
    ------
    BadInput
        Listing every field that is missing, unknown or out of range.

    Examples
    --------
    >>> import xunhuan as xh
    >>> paid = Subsidy("AT-N", "manufacturing", rate=0.05)
    >>> print(paid.dosed(0.5))
    subsidy regions=AT-N sectors=manufacturing rate=0.025
    >>> xh.respond("toyland", paid).detail["output_hat"].sel(region="AT-N").values.round(3).tolist()
    [0.957, 1.107, 0.943]
    """

    kind = "subsidy"
    amount = "rate"
    linear = ("rate",)

    rate: Annotated[float, Field(lt=1, allow_inf_nan=False), Percent]

    def apply(self, ledger: Ledger) -> None:
        """Add the rate."""
        ledger.plus("subsidy", self.cells(ledger.acc), self.rate, self)


class MobilityCost(Lasting):
    """Utility cost of coming to live in `regions` changes by the share `change`, which matters where people move.

    m'[o,d] ∝ m[o,d] (V̂[d] / μ̂[d])^κ,   μ̂[d] = Π_k (1 + change_k)        over the edits k of a region [TombeZhu2019]

    m o d, share of o's people who live in d; V d, real income per head, ratio; κ pure number, elasticity. Those who stay
    where they are do not bear it, unless all choose anew (`labour = "free"`). At a dose λ (1 + change)^λ.

    Parameters
    ----------
    regions : str or list of str
        Regions: codes, nations, clusters, "provinces", "foreign", "A+B", "!X".
    change : float
        Change as a share, above -1: 0.1 is ten per cent dearer to come to.

    Raises
    ------
    BadInput
        Listing every field that is missing, unknown or out of range.

    Examples
    --------
    >>> import xunhuan as xh
    >>> closed = MobilityCost("AT-N", change=0.1)
    >>> print(closed)
    mobility_cost regions=AT-N change=0.1
    >>> r = xh.respond("toyland", closed, labour="mobile")
    >>> r.detail["population_hat"].values.round(3).tolist()
    [0.984, 1.005, 1.005, 1.0]
    """

    kind = "mobility_cost"
    amount = "change"

    regions: RegionNames
    change: Change

    def dosed(self, size: float) -> Self:
        """The edit at a dose."""
        return self if size == 1 else self.model_copy(update={"change": (1 + self.change) ** size - 1})

    def apply(self, ledger: Ledger) -> None:
        """Multiply the cost."""
        cells = (ledger.acc.geography.select(self.regions, ledger.acc.home),)
        ledger.times("mobility_cost", cells, 1 + self.change, self)
