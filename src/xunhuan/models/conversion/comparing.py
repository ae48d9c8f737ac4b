"""One budget, instrument by instrument, and its best mix."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from xunhuan.data.arrays import Array, Index
from xunhuan.errors import BadInput
from xunhuan.models.conversion.edits import On
from xunhuan.models.conversion.instruments import Firms, Mix, best_mix, helped, relief_of, stood, subsidy_rate
from xunhuan.models.conversion.parameters import ConversionParameters

_SUBSIDIES: tuple[On, ...] = ("converts", "exporters")
_MIXED = {"certification": "certification", "subsidy_home_sales": "subsidy_converts", "exhibition": "exhibition"}


@dataclass(frozen=True, eq=False)
class Compared:
    """Instruments at one budget: home sales gained per unit of money and firms won over, d n; the best mix of it; and what a
    subsidy on increments alone would gain, d, which nobody can audit."""

    names: tuple[str, ...]
    gained: Array
    firms: Array
    mixed_names: tuple[str, ...]
    mix: Mix
    budget: float
    bound: Array | None

    def data(self) -> dict[str, Any]:
        """As variables of a dataset."""
        order = ("certification", "subsidy_converts", "exhibition")
        at = [order.index(n) for n in self.mixed_names]
        return {
            "per_yuan": (("draw", "instrument"), self.gained),
            "won_over": (("draw", "instrument"), self.firms),
            "mix": (("mixed_instrument",), np.array(self.mix.spent)[at] / self.budget),
            "mix_margin": (("mixed_instrument",), np.array(self.mix.marginal)[at]),
            "mix_per_yuan": ((), self.mix.gained / self.budget),
            "budget": ((), self.budget),
        } | ({} if self.bound is None else {"bound": (("draw",), self.bound)})


def instruments_compared(f: Firms, p: ConversionParameters, at: Index, stand_cost: Array, sector: Index) -> Compared:
    """Each instrument with the whole budget, then the mix that gains most home sales at central figures.

    Draws in which the budget cannot be spent on an instrument have no number there.
    Raises BadInput where it cannot be at central figures, or nobody lost orders.
    """
    assert p.per_yuan is not None
    some, budget = f.only(at), p.per_yuan.budget
    if not some.lost.any():
        raise BadInput("per_yuan.regions: their firms lost no orders", fix="name regions that export these goods")
    pooled = pooled_by(some, sector)
    names: list[str] = []
    gained, won = [], []
    for instrument in p.per_yuan.instruments:
        for name, (sales, firms) in _one(instrument, pooled, some, budget, stand_cost).items():
            names.append(name)
            gained.append(sales / budget)
            won.append(firms)
    allowed = tuple(n in p.per_yuan.instruments for n in _MIXED)
    assert len(allowed) == 3
    middle = replace(pooled, **{n: v[:1] for n, v in vars(pooled).items()})
    mix = best_mix(middle, budget, float(stand_cost[0, 0]), allowed)
    order = tuple(v for k, v in _MIXED.items() if k in p.per_yuan.instruments)
    bound = _bound(some, budget) if "subsidy_home_sales" in p.per_yuan.instruments else None
    return Compared(tuple(names), np.stack(gained, 1), np.stack(won, 1), order, mix, budget, bound)


def _bound(f: Firms, budget: float) -> Array:
    """Home sales by a subsidy on increments per unit of money, d."""
    got = helped(f, 0.0, subsidy_rate(f, budget, "increments"), "increments")
    return np.asarray((got.sales - helped(f).sales).sum(1) / budget)


def _one(
    instrument: str, pooled: Firms, some: Firms, budget: float, stand_cost: Array
) -> dict[str, tuple[Array, Array]]:
    """Home sales gained and firms won over by an instrument with the whole budget, d, by label."""
    before = helped(pooled)
    if instrument == "certification":
        relief = _relief(pooled, budget)
        got = helped(pooled, np.nan_to_num(relief))
        lost = np.where(np.isfinite(relief[:, 0]), 0.0, np.nan)
        return {instrument: ((got.pure - before.pure).sum(1) + lost, (got.firms - before.firms).sum(1) + lost)}
    if instrument == "exhibition":
        with_stands = stood(pooled, budget / stand_cost)
        # Where there are fewer firms without home sales than stands, the budget cannot be spent.
        spent = with_stands.stands.sum(1) >= (1 - 1e-9) * (budget / stand_cost)[:, 0]
        return {instrument: (np.where(spent, with_stands.sales.sum(1), np.nan), with_stands.stands.sum(1))}
    out = {}
    for on in _SUBSIDIES:
        firms = pooled if on == "converts" else some
        rest = before if on == "converts" else helped(some)
        got = helped(firms, 0.0, subsidy_rate(firms, budget, on), on)
        out[f"subsidy_{on}"] = ((got.sales - rest.sales).sum(1), (got.firms - rest.firms).sum(1))
    return out


def _relief(f: Firms, budget: float) -> Array:
    """Relief by draw, nan where all costs of entry are less than the budget; refused at central figures."""
    whole = (f.entry_cost * f.number).sum(1)
    if whole[0] <= budget:
        relief_of(replace(f, **{n: v[:1] for n, v in vars(f).items()}), budget)  # says why
    able = whole > budget
    out = np.full((len(whole), 1), np.nan)
    out[able] = relief_of(replace(f, **{n: v[able] for n, v in vars(f).items()}), budget)
    return out


def pooled_by(f: Firms, label: Index) -> Firms:
    """Pure exporters put together by a label of the cells, alike in entry and potential; mixed ones are left out."""
    kinds, first = np.unique(label, return_index=True)
    which = (label[None, :] == kinds[:, None]).astype(float)
    k = f.lost.shape[1]
    picked = {n: v[:, first] if v.shape[-1] == k else v for n, v in vars(f).items()}
    added = {n: getattr(f, n) @ which.T for n in ("lost", "number")}
    return replace(f, **(picked | added | {"home": np.zeros((len(f.lost), len(kinds)))}))
