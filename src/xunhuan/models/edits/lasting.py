r"""Edits that hold for good, and the primitives they amount to.

Edits of one cell compound whatever their order: ratios multiply, rates add up. Of tariffs

    t' = (t₀ + Σ_k w_k (s_k − t₀)) Π_k m_k + Σ_k a_k        set s with part w, multiplied by m, added a

where all that set a cell must set it to the same rate. Ranges are checked on what comes out.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from xunhuan.data.accounts import Accounts
from xunhuan.data.arrays import Array, implied_trade_cost
from xunhuan.data.records import NUMBER, Change, NotNegativeRate, Part, Percent, Rate
from xunhuan.errors import BadInput, Problems, XunhuanError
from xunhuan.models.edits.base import Directed, Edit, Local, RegionNames, SectorNames, Wrong, as_number

if TYPE_CHECKING:
    from xunhuan.models.model import Shock

Cells = tuple[NDArray[np.intp], ...]
"""Positions in an array, open mesh: one array an axis, which broadcast against each other."""


@dataclass(frozen=True, eq=False)
class Primitives:
    """Arrays that a lasting shock amounts to.

    trade_cost     r s i, d_hat, ratio; inf = banned
    tariff         r s i, new rate
    productivity   r i, ratio
    final_demand   s i, ratio
    subsidy        r i, share of output value
    export_tax     r s i, share of producer price
    mobility_cost  s, ratio
    """

    trade_cost: Array
    tariff: Array
    productivity: Array
    final_demand: Array
    subsidy: Array
    export_tax: Array
    mobility_cost: Array


@dataclass(frozen=True, eq=False)
class Theta:
    """Trade elasticities by sector, length S each: between nations, and within one."""

    between: Array
    within: Array

    def at(self, acc: Accounts, cells: Cells) -> Array:
        """θ of cells r s i: within where r and s lie in one nation, else between."""
        r, s, i = cells
        return np.asarray(np.where(acc.geography.same_nation[r, s], self.within[i], self.between[i]))


RATIOS = ("trade_cost", "productivity", "final_demand", "mobility_cost")
RATES = {"tariff": "be 0 or more", "subsidy": "lie below 1", "export_tax": "lie above -1"}
"""Rates, with what must hold of them after all edits."""


@dataclass(eq=False)
class Ledger:
    """Where edits write: each adds its part, none reads what another wrote, so that their order does not matter.

    theta  trade elasticities for barriers told by what they do to sales; None where no model gives them
    """

    acc: Accounts
    theta: Theta | None = None
    _ratio: dict[str, Array] = field(default_factory=dict)
    _added: dict[str, Array] = field(default_factory=dict)
    _factor: Array | None = None
    _part: Array | None = None
    _set: Array | None = None
    _entries: list[tuple[str, Cells, Edit]] = field(default_factory=list)
    _setters: list[tuple[Edit, Cells]] = field(default_factory=list)

    def shape(self, name: str) -> tuple[int, ...]:
        """Shape of a primitive."""
        r, s = self.acc.R, self.acc.S
        bilateral = ("trade_cost", "tariff", "export_tax")
        return (r, r, s) if name in bilateral else (r,) if name == "mobility_cost" else (r, s)

    def times(self, name: str, cells: Cells, ratio: float | Array, by: Edit) -> None:
        """A ratio is multiplied; of "tariff", what the rate is."""
        if name == "tariff":
            self._factor = np.ones(self.shape(name)) if self._factor is None else self._factor
            self._factor[cells] *= ratio
        else:
            self._ratio.setdefault(name, np.ones(self.shape(name)))[cells] *= ratio
        self._entries.append((name, cells, by))

    def plus(self, name: str, cells: Cells, amount: float, by: Edit) -> None:
        """A rate is added to."""
        self._added.setdefault(name, np.zeros(self.shape(name)))[cells] += amount
        self._entries.append((name, cells, by))

    def put(self, cells: Cells, rate: float, part: float, by: Edit) -> None:
        """The tariff goes the part of the way from where it is to a rate.

        Raises BadInput naming the edit that set a cell to another rate.
        """
        if self._set is None or self._part is None:
            self._set, self._part = np.full(self.shape("tariff"), np.nan), np.zeros(self.shape("tariff"))
        there = self._set[cells]
        other = ~np.isnan(there) & (there != rate)
        if other.any():
            one = tuple(int(np.broadcast_to(x, other.shape)[tuple(np.argwhere(other)[0])]) for x in cells)
            who = next(e for e, c in self._setters if _holds(c, one))
            raise BadInput(f"{self._name(one)} is set to {rate:g} here and to {self._set[one]:g} by `{who}`",
                           fix="set a rate once, or use add and multiply")  # fmt: skip
        self._set[cells] = rate
        self._part[cells] += part
        self._setters.append((by, cells))
        self._entries.append(("tariff", cells, by))

    def close(self, problems: Problems) -> Primitives:
        """The primitives; every rate out of range is noted with the edits that made it."""
        got = {name: self._ratio.get(name, np.ones(self.shape(name))) for name in RATIOS}
        got |= {name: self._added.get(name, np.zeros(self.shape(name))) for name in RATES}
        got["tariff"] = self._tariff()
        bad = {"tariff": (got["tariff"] < 0) & (got["tariff"] != self.acc.tariff), "subsidy": got["subsidy"] >= 1,
               "export_tax": got["export_tax"] <= -1}  # fmt: skip
        for name, where in bad.items():
            if where.any():
                self._tell(name, got[name], where, problems)
        return Primitives(**got)

    def _tariff(self) -> Array:
        rate = self.acc.tariff.copy()
        if self._set is not None and self._part is not None:
            put = ~np.isnan(self._set)
            rate[put] += self._part[put] * (self._set[put] - rate[put])
            rate[put & (self._part == 1)] = self._set[put & (self._part == 1)]
        if self._factor is not None:
            rate *= self._factor
        if "tariff" in self._added:
            rate += self._added["tariff"]
        return rate

    def _tell(self, name: str, a: Array, bad: NDArray[np.bool_], problems: Problems) -> None:
        one = tuple(int(k) for k in np.argwhere(bad)[0])
        who = " and ".join(f"`{e}`" for n, c, e in self._entries if n == name and _holds(c, one))
        more = f", as in {int(bad.sum()) - 1} more cells" if bad.sum() > 1 else ""
        what = f"the {name.replace('_', ' ')} of {self._name(one)} would be {a[one]:g}{more}"
        problems.add(f"{who}: {what} (rates must {RATES[name]})")

    def _name(self, cell: tuple[int, ...]) -> str:
        g, s = self.acc.geography.codes, self.acc.sectors.codes
        places = [g[k] for k in (cell if len(cell) == 1 else cell[:-1])]
        return "->".join(places) + (f" {s[cell[-1]]}" if len(cell) > 1 else "")


def _holds(cells: Cells, one: tuple[int, ...]) -> bool:
    hit = np.asarray(True)
    for axis, k in zip(cells, one, strict=True):
        hit = hit & (axis == k)
    return bool(hit.any())


class Lasting(Edit):
    """An edit of primitives that holds for good."""

    def apply(self, ledger: Ledger) -> None:
        """Write the edit's part. Raises BadInput where it makes no sense on the ledger's table."""
        raise NotImplementedError


def primitives(acc: Accounts, shock: Shock, theta: Theta | None = None) -> Primitives:
    """The primitives after the lasting edits of a shock, which compound whatever their order.

    Raises BadInput collecting every edit that names unknown places, touches nothing, or compounds out of range.
    """
    ledger = Ledger(acc, theta)
    problems = Problems("the shock cannot be applied")
    for edit in shock.lasting:
        wrongs = edit.check(acc)
        for wrong in wrongs:
            problems.add(f"`{edit}`: {wrong}")
        if wrongs:
            continue
        try:
            if not isinstance(edit, Lasting):
                raise BadInput(f"{edit.kind or type(edit).__name__} is not an edit of a primitive")
            edit.apply(ledger)
        except XunhuanError as e:
            problems.add(f"`{edit}`: {e.what}" + (f" ({e.fix})" if e.fix else ""))
    out = ledger.close(problems)
    problems.raise_if(where=shock.name or acc.name)
    return out


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
    ban: bool = False
    cut: Part | None = None
    best: Part | None = None
    closing: Annotated[float, NUMBER, Field(gt=0, le=1), Percent] = 1.0
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
        if self.ban:
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
