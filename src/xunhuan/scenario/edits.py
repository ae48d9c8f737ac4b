"""From lines of a scenario to edits of primitives: doses, partial bans, barriers brought down to the best pairs.

Letters: r origin, s destination, i good. λ is a dose: 0 nothing, 1 as written.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np

from xunhuan.data.accounts import Accounts
from xunhuan.data.arrays import implied_trade_cost
from xunhuan.errors import BadInput
from xunhuan.models import contract
from xunhuan.models.contract import Array, Edit, OwnEdit, Primitives, apply_edit, bilateral
from xunhuan.scenario import lines as schema


@dataclass(frozen=True)
class Elasticities:
    """Trade elasticities of the long-run model, by sector: between nations, and within one. Length S each."""

    between: tuple[float, ...]
    within: tuple[float, ...]

    def of(self, acc: Accounts) -> Array:
        """θ[r,s,i]: within where r and s lie in one nation, else between."""
        same = acc.geography.same_nation[:, :, None]
        return np.asarray(np.where(same, np.array(self.within), np.array(self.between)))


@dataclass(frozen=True)
class Dose(OwnEdit):
    r"""A part or a multiple `size` = λ of a group of edits.

    d̂(λ) = d̂^λ, and the same for productivity, demand and mobility cost; rates move linearly, t + λ (t' − t).
    A ban of dose λ < 1 is the barrier that at given prices cuts sales by the share λ:  d̂(λ) = (1 − λ)^(−1/θ)

    Raises BadInput where a rate would turn negative or a ban's dose passes 1.
    """

    edits: tuple[Edit, ...]
    size: float
    theta: Elasticities | None = None

    def describe(self) -> str:
        """One line for people and logs."""
        return f"{self.size:g} x ({'; '.join(e.describe() for e in self.edits)})"

    def apply(self, acc: Accounts, p: Primitives) -> None:
        """Write the dose into the arrays of `p`."""
        full = Primitives(**{f.name: getattr(p, f.name).copy() for f in fields(p)})
        for edit in self.edits:
            apply_edit(acc, full, edit)
        for name in ("productivity", "final_demand", "mobility_cost"):
            old, new = getattr(p, name), getattr(full, name)
            old[...] = old * (new / old) ** self.size
        for name in ("tariff", "subsidy", "export_tax"):
            old, new = getattr(p, name), getattr(full, name)
            old[...] = np.where(new == old, old, old + self.size * (new - old))
        if (p.tariff < 0).any():
            raise BadInput(f"at dose {self.size:g} a tariff would be negative", fix="take a smaller dose")
        if (p.subsidy >= 1).any() or (p.export_tax <= -1).any():
            raise BadInput(f"at dose {self.size:g} a subsidy would reach the whole price", fix="take a smaller dose")
        self._trade_cost(acc, p, full)

    def _trade_cost(self, acc: Accounts, p: Primitives, full: Primitives) -> None:
        banned = np.isinf(full.trade_cost) & np.isfinite(p.trade_cost)
        if banned.any() and self.size > 1:
            raise BadInput(f"a ban has no dose of {self.size:g}", fix="a dose of 1 at most")
        ratio = np.where(banned, 1.0, full.trade_cost) / np.where(np.isfinite(p.trade_cost), p.trade_cost, 1.0)
        finite = np.isfinite(ratio)
        p.trade_cost[finite] *= ratio[finite] ** self.size
        if not banned.any() or self.size == 0:
            return
        if self.size == 1:
            p.trade_cost[banned] = np.inf
            return
        if self.theta is None:
            raise BadInput("a partial ban needs trade elasticities", fix="run it with the trade model")
        p.trade_cost[banned] *= ((1 - self.size) ** (-1 / self.theta.of(acc)))[banned]


@dataclass(frozen=True)
class DemandShift(OwnEdit):
    r"""Buyers in `destination` demand the share `shift` more of what `origin` makes, at given prices.

    d̂[r,s,i] = (1 + shift)^(−1/θ[i]),   own sales included; θ between nations, since home sellers move together
    """

    origin: str
    destination: str
    sectors: schema.Selection
    shift: float
    theta: Elasticities

    def apply(self, acc: Accounts, p: Primitives) -> None:
        """Write the shift into the trade costs."""
        cells = bilateral(acc, self.origin, self.destination, self.sectors)
        factor = (1 + self.shift) ** (-1 / np.array(self.theta.between))
        p.trade_cost[cells] *= factor[cells[2]]


@dataclass(frozen=True)
class BestPairs(OwnEdit):
    r"""Trade costs of pairs above the best quantile come down to it, closing a share of the gap.

    d[r,s,i] = (π[r,s,i] π[s,r,i] / (π[r,r,i] π[s,s,i]))^(−1/(2θ[i]))   [HeadRies2001]
    d̂ = (d* / d)^closing where d > d*, the quantile `best` of d over pairs of the selection, by good

    Pairs whose cost cannot be told (no trade one way) are left alone.
    """

    origin: schema.Selection
    destination: schema.Selection
    sectors: schema.Selection
    best: float
    closing: float
    theta: Elasticities

    def apply(self, acc: Accounts, p: Primitives) -> None:
        """Write the lower costs."""
        r, s, i = bilateral(acc, self.origin, self.destination, self.sectors)
        pairs = np.zeros((acc.R, acc.R), dtype=bool)
        pairs[r[:, :, 0], s[:, :, 0]] = True
        pairs |= pairs.T
        np.fill_diagonal(pairs, False)
        if not pairs.any():
            raise BadInput("the trade cost touches no pair of different regions", fix="name more regions")
        theta = self.theta.of(acc)
        for k in i.ravel():
            cost = implied_trade_cost(acc.flow[:, :, k], theta[:, :, k])
            known = pairs & np.isfinite(cost)
            if known.any():
                target = np.quantile(cost[known], self.best)
                above = known & (cost > target)
                p.trade_cost[:, :, k][above] *= (target / cost[above]) ** self.closing


def edits(shock: schema.Shock, size: float = 1.0, theta: Elasticities | None = None) -> tuple[Edit, ...]:
    """The edits of a shock at `size` times its own dose.

    theta: trade elasticities, needed for partial bans and best pairs. Raises BadInput without them.
    """
    dose = shock.size * size
    if dose == 0:
        return ()
    long: list[Edit] = []
    short: list[Edit] = []
    for kind, _, line in shock.lines():
        made = edit(kind, line, theta)
        (short if isinstance(made, contract.TimedEdit) else long).append(made)
    timed = tuple(weaken(e, dose) for e in short if isinstance(e, contract.TimedEdit))
    if dose == 1 or not long:
        return (*long, *timed)
    return (Dose(tuple(long), dose, theta), *timed)


KINDS: dict[str, type[Edit]] = {
    "tariff": contract.Tariff,
    "productivity": contract.Productivity,
    "final_demand": contract.FinalDemand,
    "subsidy": contract.Subsidy,
    "export_tax": contract.ExportTax,
    "mobility_cost": contract.MobilityCost,
    "capacity": contract.CapacityLoss,
    "orders": contract.DemandChange,
    "link": contract.LinkCut,
    "gateway": contract.GatewayClosure,
    "stock": contract.Stockpile,
}


def edit(kind: str, line: schema.Strict, theta: Elasticities | None = None) -> Edit:
    """One line of a scenario as an edit."""
    if isinstance(line, schema.TradeCost):
        if line.best is not None:
            if theta is None:
                raise BadInput(
                    "costs down to the best pairs need trade elasticities", fix="run it with the trade model"
                )
            return BestPairs(line.origin, line.destination, line.sectors, line.best, line.closing, theta)
        plain = contract.TradeCost(**line.model_dump(exclude={"best", "closing", "cut"}))
        return plain if line.cut is None else Dose((replace(plain, ban=True),), line.cut, theta)
    return KINDS[kind](**line.model_dump())


def weaken(e: contract.TimedEdit, size: float) -> contract.TimedEdit:
    """A timed edit at a dose: losses and changes scale linearly and are held within their range; factors as powers."""
    if isinstance(e, contract.DemandChange):
        return replace(e, change=max(e.change * size, -1.0))
    if isinstance(e, contract.Stockpile):
        return replace(e, factor=e.factor**size)
    if isinstance(e, contract.CapacityLoss | contract.LinkCut | contract.GatewayClosure):
        return replace(e, loss=min(e.loss * size, 1.0))
    raise BadInput(f"{type(e).__name__} has no dose")
