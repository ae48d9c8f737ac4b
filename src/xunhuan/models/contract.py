"""What every model takes and gives back: edits of primitives, a shock, a response and how the solver ended.

A shock is a list of edits, each on a selection of regions and sectors. Long-run edits become arrays of primitives by
`primitives`; timed edits (days) are read by models that step through time.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from xunhuan.data.accounts import Accounts
from xunhuan.errors import BadInput, Problems, XunhuanError

if TYPE_CHECKING:
    import xarray as xr

Array = NDArray[np.float64]
Selection = str | tuple[str, ...]
Outcome = Literal["converged", "max_iterations", "diverged", "nonfinite"]


@dataclass(frozen=True)
class Status:
    """How a solver ended.

    outcome     "converged", "max_iterations", "diverged" or "nonfinite"
    iterations  steps taken
    residual    largest residual of the fixed point at the end, relative
    tolerance   what was asked for
    message     one line for people
    worst       the cell with the largest residual, in labels
    """

    outcome: Outcome
    iterations: int
    residual: float
    tolerance: float
    message: str = ""
    worst: str = ""

    @property
    def converged(self) -> bool:
        """True where the answer meets the tolerance."""
        return self.outcome == "converged"


@dataclass(frozen=True, eq=False)
class Response:
    """What a model gives back.

    accounts  counterfactual accounts, of the base's type and units
    detail    labelled results: real income, prices, losses ...; attributes say definitions and units
    status    how the solver ended; a response that did not converge says so here and in every report
    path      results along time, where the model has time
    """

    accounts: Accounts
    detail: xr.Dataset
    status: Status
    path: xr.Dataset | None = None


@dataclass(frozen=True)
class Edit:
    """Base of all edits."""

    def describe(self) -> str:
        """One line for people and logs."""
        parts = [f"{f.name}={getattr(self, f.name)!r}" for f in fields(self) if getattr(self, f.name) is not None]
        return f"{type(self).__name__}({', '.join(parts)})"


@dataclass(frozen=True)
class TradeCost(Edit):
    """Iceberg trade cost of goods `sectors` from `origin` to `destination` changes by the share `change`
    (0.1 = ten percent dearer), or trade is banned. A region's sales to itself are left alone unless `include_own`."""

    origin: Selection
    destination: Selection
    sectors: Selection = "all"
    change: float | None = None
    ban: bool = False
    both_ways: bool = False
    include_own: bool = False


@dataclass(frozen=True)
class Tariff(Edit):
    """Rate that `destination` levies on `sectors` from `origin`: set to, added to (points / 100) or multiplied."""

    origin: Selection
    destination: Selection
    sectors: Selection = "goods"
    set: float | None = None
    add: float | None = None
    multiply: float | None = None


@dataclass(frozen=True)
class Productivity(Edit):
    """Total factor productivity of `sectors` in `regions` changes by the share `change`."""

    regions: Selection
    sectors: Selection = "all"
    change: float = 0.0


@dataclass(frozen=True)
class FinalDemand(Edit):
    """Final demand of `regions` for goods `sectors` changes by the share `change` (before the budget closes)."""

    regions: Selection
    sectors: Selection = "all"
    change: float = 0.0


@dataclass(frozen=True)
class Subsidy(Edit):
    """Production subsidy, share of the value of output, paid by the budget of each of `regions`."""

    regions: Selection
    sectors: Selection = "all"
    rate: float = 0.0


@dataclass(frozen=True)
class ExportTax(Edit):
    """Tax that `origin` levies on `sectors` sold to `destination`, share of the producer's price."""

    origin: Selection
    destination: Selection = "foreign"
    sectors: Selection = "all"
    rate: float = 0.0


@dataclass(frozen=True)
class MobilityCost(Edit):
    """Utility cost of living in `regions` changes by the share `change`; matters where labour moves."""

    regions: Selection
    change: float = 0.0


@dataclass(frozen=True)
class OwnEdit(Edit, ABC):
    """Base of edits that write the primitives themselves, for callers with changes no line of a file can say."""

    @abstractmethod
    def apply(self, acc: Accounts, p: Primitives) -> None:
        """Change the arrays of `p` in place. Raises BadInput where the edit makes no sense on `acc`."""


Recovery = Literal["none", "linear", "exponential", "logistic"]


@dataclass(frozen=True)
class TimedEdit(Edit):
    """An edit in force from day `start` to day `end`; days count from 0 at the start of a run."""


@dataclass(frozen=True)
class CapacityLoss(TimedEdit):
    """Production capacity of `sectors` in `regions` falls by the share `loss`, then recovers over `recovery_days`."""

    regions: Selection
    sectors: Selection = "all"
    loss: float = 0.0
    start: float = 0.0
    end: float = 30.0
    recovery: Recovery | tuple[float, ...] = "none"
    recovery_days: float = 0.0


@dataclass(frozen=True)
class DemandChange(TimedEdit):
    """Final demand of `regions` for goods `sectors` from `origin` changes by the share `change` (orders cancelled: < 0)."""

    regions: Selection
    sectors: Selection = "all"
    origin: Selection = "all"
    change: float = 0.0
    start: float = 0.0
    end: float = 30.0
    recovery: Recovery | tuple[float, ...] = "none"
    recovery_days: float = 0.0


@dataclass(frozen=True)
class LinkCut(TimedEdit):
    """Deliveries of `sectors` from `origin` to `destination` are throttled by the share `loss` (1 = cut)."""

    origin: Selection
    destination: Selection
    sectors: Selection = "all"
    loss: float = 1.0
    start: float = 0.0
    end: float = 30.0
    recovery: Recovery | tuple[float, ...] = "none"
    recovery_days: float = 0.0


@dataclass(frozen=True)
class Stockpile(TimedEdit):
    """Target stocks of inputs `sectors` held by industries of `regions` are multiplied by `factor` in the period."""

    regions: Selection
    sectors: Selection = "all"
    factor: float = 1.0
    start: float = 0.0
    end: float = 30.0


@dataclass(frozen=True)
class GatewayClosure(TimedEdit):
    """All trade of `regions` with abroad is throttled by the share `loss`."""

    regions: Selection
    sectors: Selection = "all"
    loss: float = 1.0
    start: float = 0.0
    end: float = 30.0
    recovery: Recovery | tuple[float, ...] = "none"
    recovery_days: float = 0.0


@dataclass(frozen=True)
class Shock:
    """Named edits, applied in order."""

    edits: tuple[Edit, ...] = ()
    name: str = ""
    notes: tuple[str, ...] = field(default=())

    def __add__(self, other: Shock) -> Shock:
        """Both shocks: the edits of this one, then of the other."""
        return Shock(self.edits + other.edits, " + ".join(n for n in (self.name, other.name) if n))

    @property
    def long_run(self) -> tuple[Edit, ...]:
        """Edits of primitives that hold for good."""
        return tuple(e for e in self.edits if not isinstance(e, TimedEdit))

    @property
    def timed(self) -> tuple[TimedEdit, ...]:
        """Edits in force for a period."""
        return tuple(e for e in self.edits if isinstance(e, TimedEdit))


@dataclass(frozen=True, eq=False)
class Primitives:
    """Arrays a long-run shock amounts to.

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


def primitives(acc: Accounts, shock: Shock) -> Primitives:
    """The primitives after `shock` on `acc`. Edits compound in order.

    Raises BadInput collecting every edit that names unknown places, is empty or out of range, with its position.
    """
    r, s = acc.R, acc.S
    p = Primitives(
        trade_cost=np.ones((r, r, s)),
        tariff=acc.tariff.copy(),
        productivity=np.ones((r, s)),
        final_demand=np.ones((r, s)),
        subsidy=np.zeros((r, s)),
        export_tax=np.zeros((r, r, s)),
        mobility_cost=np.ones(r),
    )
    problems = Problems("the shock cannot be applied")
    for k, edit in enumerate(shock.long_run):
        try:
            apply_edit(acc, p, edit)
        except XunhuanError as e:
            problems.add(f"edit {k + 1} {edit.describe()}: {e.what}" + (f" ({e.fix})" if e.fix else ""))
    problems.raise_if(where=shock.name or acc.name)
    return p


def apply_edit(acc: Accounts, p: Primitives, edit: Edit) -> None:
    """Write one edit into the arrays of `p`."""
    if isinstance(edit, OwnEdit):
        edit.apply(acc, p)
    elif isinstance(edit, TradeCost):
        _trade_cost(acc, p, edit)
    elif isinstance(edit, Tariff):
        _tariff(acc, p, edit)
    elif isinstance(edit, ExportTax):
        cells = bilateral(acc, edit.origin, edit.destination, edit.sectors)
        p.export_tax[cells] = _within("rate", edit.rate, -1.0, np.inf)
    elif isinstance(edit, MobilityCost):
        p.mobility_cost[acc.geography.select(edit.regions, acc.home)] *= _ratio(edit.change)
    elif isinstance(edit, Productivity | FinalDemand | Subsidy):
        cells2 = np.ix_(acc.geography.select(edit.regions, acc.home), acc.sectors.select(edit.sectors))
        if isinstance(edit, Productivity):
            p.productivity[cells2] *= _ratio(edit.change)
        elif isinstance(edit, FinalDemand):
            p.final_demand[cells2] *= _ratio(edit.change)
        else:
            p.subsidy[cells2] = _within("rate", edit.rate, -np.inf, 1.0)
    else:
        raise BadInput(f"{type(edit).__name__} is not an edit of a long-run primitive")


def _trade_cost(acc: Accounts, p: Primitives, edit: TradeCost) -> None:
    if edit.ban == (edit.change is not None):
        raise BadInput("a trade cost needs either change or ban", fix="give one of them")
    ways = [(edit.origin, edit.destination)]
    if edit.both_ways:
        ways.append((edit.destination, edit.origin))
    factor = np.inf if edit.change is None else _ratio(edit.change)
    mask = np.zeros(p.trade_cost.shape, dtype=bool)  # a cell named by both ways changes once
    for origin, destination in ways:
        mask[bilateral(acc, origin, destination, edit.sectors)] = True
    if not edit.include_own:
        mask[np.arange(acc.R), np.arange(acc.R)] = False
    if not mask.any():
        raise BadInput("the trade cost touches no pair of different regions", fix="name another origin or destination")
    p.trade_cost[mask] *= factor


def _tariff(acc: Accounts, p: Primitives, edit: Tariff) -> None:
    given = [name for name in ("set", "add", "multiply") if getattr(edit, name) is not None]
    if len(given) != 1:
        raise BadInput("a tariff needs exactly one of set, add, multiply", fix=f"given: {', '.join(given) or 'none'}")
    cells = bilateral(acc, edit.origin, edit.destination, edit.sectors)
    mask = np.zeros(p.tariff.shape, dtype=bool)
    mask[cells] = True
    mask &= ~acc.geography.same_nation[:, :, None]  # no tariffs inside a nation
    if not mask.any():
        raise BadInput("the tariff touches no pair of different nations", fix="name another origin or destination")
    if edit.set is not None:
        p.tariff[mask] = edit.set
    elif edit.add is not None:
        p.tariff[mask] += edit.add
    elif edit.multiply is not None:
        p.tariff[mask] *= edit.multiply
    if not np.isfinite(p.tariff[mask]).all() or (p.tariff[mask] < 0).any():
        raise BadInput("the tariff would be negative or not finite", fix="rates after the edit are 0 or more")


Cells = tuple[NDArray[np.intp], ...]


def bilateral(acc: Accounts, origin: Selection, destination: Selection, sectors: Selection) -> Cells:
    """Open-mesh index r s i of the cells a directed selection names. Raises UnknownName, BadInput."""
    g = acc.geography
    return np.ix_(g.select(origin, acc.home), g.select(destination, acc.home), acc.sectors.select(sectors))


def _ratio(change: float) -> float:
    return 1.0 + _within("change", change, -1.0, np.inf)


def _within(name: str, value: float, low: float, high: float) -> float:
    if not (np.isfinite(value) and low < value < high):
        raise BadInput(f"{name} = {value!r} is out of range", fix=f"{low:g} < {name} < {high:g}")
    return float(value)
