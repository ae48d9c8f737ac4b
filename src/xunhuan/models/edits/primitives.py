r"""The primitives that lasting edits amount to, and the ledger in which they write their parts.

Edits of one cell compound whatever their order: ratios multiply, rates add up. Of tariffs

    t' = (s + (t₀ − s) Π_k (1 − w_k)) Π_k m_k + Σ_k a_k     set to s with part w, multiplied by m, added a

where all that set a cell must set it to the same rate. Ranges are checked on what comes out.
"""

from __future__ import annotations

from abc import abstractmethod
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from xunhuan.data.accounts import Accounts
from xunhuan.data.arrays import Array
from xunhuan.errors import BadInput, Problems, XunhuanError
from xunhuan.models.edits.base import Edit
from xunhuan.models.edits.shock import Shock
from xunhuan.models.edits.table import earned_per_output

Cells = tuple[NDArray[np.intp], ...]
"""Positions in an array, open mesh: one array an axis, which broadcast against each other."""


@dataclass(frozen=True, eq=False)
class TollRates:
    """What a region collects on the way of trade: of the price before it, booked as a service it sells to who ships.

    region, sector  positions of who collects and of the service · rate r s i, share of the price
    """

    region: int
    sector: int
    rate: Array


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
    wedge_base     r i, 1 + m, price / cost that the table holds beside what is burnt, ratio
    wedge          r i, the same after, ratio
    transfer       s, lump sum received every year, value; sums to 0
    tolls          what regions collect on the way of others' trade
    """

    trade_cost: Array
    tariff: Array
    productivity: Array
    final_demand: Array
    subsidy: Array
    export_tax: Array
    mobility_cost: Array
    wedge_base: Array
    wedge: Array
    transfer: Array
    tolls: tuple[TollRates, ...] = ()


@dataclass(frozen=True, eq=False)
class Theta:
    """Trade elasticities by sector, length S each: between nations, and within one."""

    between: Array
    within: Array

    def at(self, acc: Accounts, cells: Cells) -> Array:
        """θ of cells r s i: within where r and s lie in one nation, else between."""
        r, s, i = cells
        return np.asarray(np.where(acc.geography.same_nation[r, s], self.within[i], self.between[i]))


RATIOS = ("trade_cost", "productivity", "final_demand", "mobility_cost", "wedge_base", "wedge")
RATES = {"tariff": "be 0 or more", "subsidy": "lie below 1", "export_tax": "lie above -1"}
"""Rates, with what must hold of them after all edits."""


@dataclass(frozen=True, eq=False)
class Entry:
    """What an edit wrote: the primitive, where, by whom, and the rate where it set one."""

    name: str
    cells: Cells
    by: Edit
    rate: float | None = None


@dataclass(frozen=True, eq=False)
class Together:
    """Edits that make cells wrong together: the first cell, its name, and how many there are."""

    by: tuple[Entry, ...]
    at: tuple[int, ...]
    cell: str
    count: int

    @property
    def more(self) -> str:
        """How many cells are like it."""
        return f", as in {self.count - 1} more cell{'s' if self.count > 2 else ''}" if self.count > 1 else ""

    def __str__(self) -> str:
        return " and ".join(f"`{e.by}`" for e in self.by)


@dataclass(eq=False)
class Ledger:
    """Where edits write: each adds its part, none reads what another wrote, so that their order does not matter.

    given  trade elasticities, None where no model gives them · asked: whether some edit needed them
    """

    acc: Accounts
    given: Theta | None = None
    asked: bool = False
    _ratio: dict[str, Array] = field(default_factory=dict)
    _added: dict[str, Array] = field(default_factory=dict)
    _factor: Array | None = None
    _left: Array | None = None
    _set: tuple[Array, Array] | None = None
    _entries: list[Entry] = field(default_factory=list)
    _tolls: dict[tuple[int, int], Array] = field(default_factory=dict)
    _beyond: dict[str, NDArray[np.bool_]] = field(default_factory=dict)

    @property
    def theta(self) -> Theta | None:
        """Trade elasticities for barriers told by what they do to sales; None where no model gives them."""
        self.asked = True
        return self.given

    def shape(self, name: str) -> tuple[int, ...]:
        """Shape of a primitive."""
        r, s = self.acc.R, self.acc.S
        bilateral = ("trade_cost", "tariff", "export_tax")
        return (r, r, s) if name in bilateral else (r,) if name in ("mobility_cost", "transfer") else (r, s)

    def times(self, name: str, cells: Cells, ratio: float | Array, by: Edit) -> None:
        """A ratio is multiplied; of "tariff", what the rate is."""
        if name == "tariff":
            self._factor = np.ones(self.shape(name)) if self._factor is None else self._factor
            self._factor[cells] *= ratio
        else:
            held = self._ratio.setdefault(name, np.ones(self.shape(name)))
            before = held[cells]
            with np.errstate(over="ignore"):  # told in `close`, by the edits that did it
                held[cells] *= ratio
            # A ban is infinite by itself, and no product that came to be so.
            banned = ~np.isfinite(before) | ~np.isfinite(ratio)
            self._note(name, cells, np.isinf(held[cells]) & ~(banned & (name == "trade_cost")))
        self._entries.append(Entry(name, cells, by))

    def plus(self, name: str, cells: Cells, amount: float | Array, by: Edit) -> None:
        """A rate is added to."""
        held = self._added.setdefault(name, np.zeros(self.shape(name)))
        with np.errstate(over="ignore"):
            held[cells] += amount
        self._note(name, cells, np.isinf(held[cells]))
        self._entries.append(Entry(name, cells, by))

    def _note(self, name: str, cells: Cells, over: NDArray[np.bool_]) -> None:
        """Keep which cells came to be more than a number can hold."""
        if over.any():
            self._beyond.setdefault(name, np.zeros(self.shape(name), dtype=bool))[cells] |= over

    def put(self, cells: Cells, rate: float, part: float, by: Edit) -> None:
        """The tariff goes the part of the way from where it is to a rate, which must be the same for all that set a cell."""
        if self._set is None or self._left is None:
            shape = self.shape("tariff")
            self._set, self._left = (np.full(shape, np.inf), np.full(shape, -np.inf)), np.ones(shape)
        least, most = self._set
        least[cells] = np.minimum(least[cells], rate)
        most[cells] = np.maximum(most[cells], rate)
        self._left[cells] *= 1 - part
        self._entries.append(Entry("tariff", cells, by, rate))

    def collect(self, region: int, sector: int, rate: Array, by: Edit) -> None:
        """A toll r s i that a region collects, booked as a service of its own, is added to."""
        self._tolls[region, sector] = self._tolls.get((region, sector), 0.0) + rate
        self._entries.append(Entry("toll", np.nonzero(rate), by))

    def close(self, problems: Problems) -> Primitives:
        """The primitives; every rate out of range, or set to two values, is noted with the edits that made it."""
        got = {name: self._ratio.get(name, np.ones(self.shape(name))) for name in RATIOS}
        got |= {name: self._added.get(name, np.zeros(self.shape(name))) for name in (*RATES, "transfer")}
        twice = np.zeros(self.shape("tariff"), dtype=bool) if self._set is None else self._set[0] < self._set[1]
        got["tariff"] = self._tariff()
        for many in self._together("tariff", twice, setters=True):
            rates = " and ".join(f"{x:g}" for x in sorted({e.rate for e in many.by if e.rate is not None}))
            problems.add(f"{many}: the tariff of {many.cell} is set to {rates}{many.more} (set a rate once, or use add and "
                         "multiply)")  # fmt: skip
        low = got["tariff"] < 0
        bad = {"tariff": low & (got["tariff"] != self.acc.tariff) & ~twice, "subsidy": got["subsidy"] >= 1,
               "export_tax": got["export_tax"] <= -1}  # fmt: skip
        for name, where in bad.items():
            for many in self._together(name, where & np.isfinite(got[name])):
                what = f"the {name.replace('_', ' ')} of {many.cell} would be {got[name][many.at]:g}{many.more}"
                problems.add(f"{many}: {what} (rates must {RATES[name]})")
        for name, where in self._beyond.items():
            for many in self._together(name, where):
                what = f"the {name.replace('_', ' ')} of {many.cell} would be more than a number can hold{many.more}"
                problems.add(f"{many}: {what} (take smaller changes)")
        self._refuse_whole(got["wedge_base"], problems)
        return Primitives(**got, tolls=tuple(TollRates(r, s, rate) for (r, s), rate in self._tolls.items()))

    def _refuse_whole(self, wedge: Array, problems: Problems) -> None:
        """Note wedges that leave the factors of a cell nothing."""
        if (wedge == 1).all():
            return
        paid, earned = 1 - 1 / wedge, earned_per_output(self.acc)
        for many in self._together("wedge_base", (paid >= earned) & (wedge > 1)):
            what = f"the wedge of {many.cell} takes {paid[many.at]:.3g} of output, value added is {earned[many.at]:.3g}"
            problems.add(
                f"{many}: {what}{many.more} (take a smaller rate, or say how much of value added it may be at `most`)"
            )

    def _tariff(self) -> Array:
        rate = self.acc.tariff.copy()
        if self._set is not None and self._left is not None:
            to, put = self._set[1], np.isfinite(self._set[1])
            rate[put] = to[put] + (rate[put] - to[put]) * self._left[put]
        if self._factor is not None:
            rate *= self._factor
        if "tariff" in self._added:
            rate += self._added["tariff"]
        return rate

    def _together(self, name: str, bad: NDArray[np.bool_], setters: bool = False) -> Iterator[Together]:
        """Cells that are wrong, by the edits that made them so."""
        left = bad.copy()
        mine = [e for e in self._entries if e.name == name and (e.rate is not None or not setters)]
        while left.any():
            at = tuple(int(k) for k in np.argwhere(left)[0])
            alike = left.copy()
            by = []
            for e in mine:
                touched = np.zeros(left.shape, dtype=bool)
                touched[e.cells] = True
                alike &= touched == touched[at]
                by += [e] if touched[at] else []
            left &= ~alike
            yield Together(tuple(by), at, self._name(at), int(alike.sum()))

    def _name(self, cell: tuple[int, ...]) -> str:
        g, s = self.acc.geography.codes, self.acc.sectors.codes
        places = [g[k] for k in (cell if len(cell) == 1 else cell[:-1])]
        return "->".join(places) + (f" {s[cell[-1]]}" if len(cell) > 1 else "")


class Lasting(Edit):
    """Base of edits of primitives, which hold for good.

    A subclass writes its part in `apply`: `ledger.times` multiplies a ratio, `ledger.plus` adds to a rate.

    Raises
    ------
    BadInput
        Listing every field that is missing, unknown or out of range.

    Examples
    --------
    >>> import xunhuan as xh
    >>> from xunhuan.models.model import Shock
    >>> class Rain(Lasting):
    ...     kind = "rain"
    ...     days: float
    ...     def apply(self, ledger: Ledger) -> None:
    ...         cells = np.ix_(np.arange(ledger.acc.R), ledger.acc.sectors.select("agriculture"))
    ...         ledger.times("productivity", cells, 1 + 0.01 * self.days, self)
    >>> primitives(xh.toyland(), Shock((Rain(days=10),))).productivity[0].tolist()
    [1.1, 1.0, 1.0]
    """

    @abstractmethod
    def apply(self, ledger: Ledger) -> None:
        """Write the edit's part. Raises BadInput where it makes no sense on the ledger's table."""


def primitives(acc: Accounts, shock: Shock, theta: Theta | None = None) -> Primitives:
    """The primitives after the lasting edits of a shock, which compound whatever their order.

    Raises BadInput collecting every edit that names unknown places, touches nothing, or compounds out of range.
    """
    return elastic_primitives(acc, shock, theta)[0]


def elastic_primitives(acc: Accounts, shock: Shock, theta: Theta | None = None) -> tuple[Primitives, bool]:
    """`primitives`, and whether they depend on the elasticities."""
    edits = tuple(shock.lasting)
    kept = _KEPT.setdefault(acc, deque(maxlen=_MANY))
    for before, out in kept:  # one shock is asked at many parameters
        if before == edits:
            return out, False
    problems = Problems("the shock cannot be applied")
    ledger = written(acc, shock, problems, theta)
    out = ledger.close(problems)
    problems.raise_if(where=shock.name or acc.name)
    if not ledger.asked:
        for a in vars(out).values():
            if isinstance(a, np.ndarray):
                a.flags.writeable = False
        kept.append((edits, out))
    return out, ledger.asked


_MANY = 4
_KEPT: WeakKeyDictionary[Accounts, deque[tuple[tuple[Edit, ...], Primitives]]] = WeakKeyDictionary()


def written(acc: Accounts, shock: Shock, problems: Problems, theta: Theta | None = None) -> Ledger:
    """A ledger with every lasting edit in it that can be; what is wrong with the others is noted."""
    ledger = Ledger(acc, theta)
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
    return ledger
