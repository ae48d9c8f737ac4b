"""Edits that hold for good; how those of one cell compound is told in `primitives`."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from xunhuan.data.accounts import Accounts
from xunhuan.data.arrays import Array, implied_trade_cost
from xunhuan.data.records import NUMBER, Change, Flag, NotNegativeRate, Part, Percent, Rate
from xunhuan.errors import BadInput
from xunhuan.models.edits.base import Directed, Local, RegionNames, SectorNames, Wrong, as_number
from xunhuan.models.edits.primitives import Cells, Lasting, Ledger, Theta


class _Pairs(Directed, Lasting):
    """A directed edit on pairs of regions that its kind can touch."""

    nothing: ClassVar[tuple[str, str]] = ("", "")

    def pairs(self, acc: Accounts) -> NDArray[np.bool_]:
        """Pairs r s the edit touches."""
        g = acc.geography
        out = np.zeros((acc.R, acc.R), dtype=bool)
        out[np.ix_(g.select(self.origin, acc.home), g.select(self.destination, acc.home))] = True
        return out

    def check(self, acc: Accounts) -> tuple[Wrong, ...]:
        """As every edit, and whether it touches anything."""
        wrongs = super().check(acc)
        if not wrongs and not self.pairs(acc).any():
            return (Wrong("", *self.nothing),)
        return wrongs

    def cells(self, acc: Accounts) -> Cells:
        """The cells r s i: pairs down, sectors across."""
        r, s = np.nonzero(self.pairs(acc))
        return r[:, None], s[:, None], acc.sectors.select(self.sectors)[None, :]


class TradeCost(_Pairs):
    """Iceberg cost: exactly one of

    change  as a share (0.1 = ten percent dearer)
    ban     no trade at all
    cut     the barrier that at given prices cuts sales by this share, (1 − cut)^(−1/θ): a partial ban
    best    down to the cost of the best pairs, a quantile of pairs by good, closing the share `closing` of the gap, by
            Head-Ries costs of the base [HeadRies2001]

    Own sales are left alone unless `include_own`; `both_ways` adds the way back. At a dose λ: (1 + change)^λ; a ban is a
    cut of λ; of a cut 1 − (1 − cut)^λ; of best λ times the closing.
    """

    kind = "trade_cost"
    amount = "change"
    nothing = ("the trade cost touches no pair of different regions", "name another origin or destination")

    change: Change | None = None
    ban: Flag = False
    cut: Part | None = None
    best: Part | None = None
    closing: Annotated[float, NUMBER, Field(gt=0, le=1), Percent] = 1.0
    both_ways: Flag = False
    include_own: Flag = False

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
        else:
            ledger.times("trade_cost", cells, self._down(ledger.acc, ledger.theta, cells), self)

    def _down(self, acc: Accounts, theta: Theta, cells: Cells) -> Array:
        r"""d̂ = (d*/d)^closing where d > d*, the quantile `best` of d over pairs, by good; 1 where d cannot be told."""
        assert self.best is not None
        r, s, sectors = cells[0][:, 0], cells[1][:, 0], cells[2][0]
        out = np.ones((len(r), len(sectors)))
        power = theta.at(acc, tuple(np.ix_(np.arange(acc.R), np.arange(acc.R), sectors)))
        for k, i in enumerate(sectors):
            cost = implied_trade_cost(acc.flow[:, :, i], power[:, :, k])[r, s]
            known = np.isfinite(cost)
            if known.any():
                target = np.quantile(cost[known], self.best)
                above = known & (cost > target)
                out[above, k] = (target / cost[above]) ** self.closing
        return out


class Tariff(_Pairs):
    """Rate levied by `to` on goods from `from`: `set` to, `add` (0.25 = 25 points), or `multiply`.

    part  of `set`: the share of the way from the present rate to it. Nothing is levied inside a nation.
    At a dose λ rates move in proportion: λ part, λ add, 1 + λ (multiply − 1).
    """

    kind = "tariff"
    amount = "set"
    nothing = ("the tariff touches no pair of different nations", "name another origin or destination")

    sectors: SectorNames = "goods"
    set: NotNegativeRate | None = None
    add: Rate | None = None
    multiply: Annotated[float, NUMBER, Field(ge=0, allow_inf_nan=False)] | None = None
    part: Annotated[float, NUMBER, Field(ge=0, le=1), Percent] = 1.0

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


class ExportTax(_Pairs):
    """Tax that `from` levies on its sales to `to`, share of the producer's price; taxes of a cell add up."""

    kind = "export_tax"
    amount = "rate"
    linear = ("rate",)
    nothing = ("the export tax touches no pair of regions", "name another origin or destination")

    destination: RegionNames = Field(default="foreign", alias="to")
    rate: Change

    def apply(self, ledger: Ledger) -> None:
        """Add the rate."""
        ledger.plus("export_tax", self.cells(ledger.acc), self.rate, self)


class _Cells(Local, Lasting):
    """An edit of regions and sectors."""

    def cells(self, acc: Accounts) -> Cells:
        """The cells r i."""
        return tuple(np.ix_(acc.geography.select(self.regions, acc.home), acc.sectors.select(self.sectors)))


class _Changed(_Cells):
    """A change as a share; at a dose λ (1 + change)^λ."""

    amount = "change"

    change: Change

    def dosed(self, size: float) -> Self:
        """The edit at a dose."""
        return self if size == 1 else self.model_copy(update={"change": (1 + self.change) ** size - 1})

    def apply(self, ledger: Ledger) -> None:
        """Multiply the primitive the edit is called after."""
        ledger.times(self.kind, self.cells(ledger.acc), 1 + self.change, self)


class Productivity(_Changed):
    """Total factor productivity of `sectors` in `regions` changes by the share `change`."""

    kind = "productivity"


class FinalDemand(_Changed):
    """Final demand of `regions` for goods `sectors` changes by the share `change` (before the budget closes)."""

    kind = "final_demand"


class Subsidy(_Cells):
    """Production subsidy, share of the value of output, paid by each region's own budget; subsidies of a cell add up."""

    kind = "subsidy"
    amount = "rate"
    linear = ("rate",)

    rate: Annotated[float, NUMBER, Field(lt=1, allow_inf_nan=False), Percent]

    def apply(self, ledger: Ledger) -> None:
        """Add the rate."""
        ledger.plus("subsidy", self.cells(ledger.acc), self.rate, self)


class MobilityCost(Lasting):
    """Utility cost of living in `regions` changes by the share `change`; matters where labour moves."""

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


class DemandShift(Directed, Lasting):
    r"""Buyers in `to` demand the share `shift` more of what `from` makes, at given prices.

    d̂[r,s,i] = (1 + shift)^(−1/θ[i]),   own sales included; θ between nations, since home sellers move together
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
