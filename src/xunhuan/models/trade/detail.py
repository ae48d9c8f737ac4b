"""What a trade response reports beside its accounts: labelled, with definitions and units."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from xunhuan.data.accounts import Accounts
from xunhuan.data.arrays import Array, ratio
from xunhuan.models.edits.primitives import Primitives
from xunhuan.models.model import Status
from xunhuan.models.trade.calibrate import Base, income_of_people
from xunhuan.models.trade.rebuild import flows
from xunhuan.models.trade.records import Equilibrium, Shift

if TYPE_CHECKING:
    import xarray as xr

FIRST_ORDER = "first-order approximation [CaliendoParro2015, eq. 16]; real_income_hat is exact"


def first_order(acc: Accounts, base: Base, p: Primitives, flow: Array, cost_hat: Array) -> dict[str, Array]:
    r"""First-order split of the change of real income, share of base income, axis s [CaliendoParro2015, eq. 16].

    terms_of_trade_s    = Σ_ri (flow[s,r,i] (ĉ[s,i] − 1) − flow[r,s,i] (ĉ[r,i] − 1)) / I_s
    volume_of_trade_s   = Σ_ri t flow[r,s,i] (flow'[r,s,i] / flow[r,s,i] − ĉ[r,i]) / I_s
    direct_trade_cost_s = −Σ_ri (1+t) flow[r,s,i] (d̂ − 1) / I_s, bans left out
    direct_productivity_s = Σ_i Y[s,i] (Â[s,i] − 1) / I_s

    flow r s i new, cost_hat r i.
    """
    income = np.asarray(base.economy.income) * base.unit
    rise = cost_hat - 1
    sold, paid = (acc.output * rise).sum(1), np.einsum("rsi,ri->s", acc.flow, rise)
    duty = acc.tariff * acc.flow
    volume = (acc.tariff * flow - duty * cost_hat[:, None, :]).sum((0, 2))
    iceberg = np.where(np.isinf(p.trade_cost), 0.0, p.trade_cost - 1)
    return {
        "terms_of_trade": (sold - paid) / income,
        "volume_of_trade": volume / income,
        "direct_trade_cost": -((1 + acc.tariff) * acc.flow * iceberg).sum((0, 2)) / income,
        "direct_productivity": (acc.output * (p.productivity - 1)).sum(1) / income,
    }


TRIANGLES = "second-order gain of allocation [Harberger1954; BaqaeeFarhi2020]; real_income_hat is exact"


def above_cost(base: Base, p: Primitives, z: Shift | None = None, out: Equilibrium | None = None) -> Array:
    """m c y, what is earned above cost, r j, unit of the table: after a response, or in the base.

    c y = (1 + σ) Y, cost, at rates σ net of what is earned above it · m = wedge − 1, pure number
    """
    e = base.economy
    if z is None or out is None:
        return np.asarray((p.wedge_base - 1) * (1 + np.asarray(e.subsidy)) * np.asarray(e.output) * base.unit)
    return np.asarray((p.wedge - 1) * (1 + np.asarray(z.subsidy)) * np.asarray(out.output) * base.unit)


def triangles(acc: Accounts, base: Base, p: Primitives, volume: Array) -> Array:
    r"""Second-order gain of allocation from a change of wedges, share of income, axis s [Harberger1954; BaqaeeFarhi2020].

    G_s = Σ_j λ[s,j] (h + h') / 2 · ln(ŷ/Â)[s,j],   h = m / (1 + m),   λ = Y / I

    what more is made, beyond what productivity gives, of goods worth more than they cost; the trapezium over dW = Σ λ h
    d ln(y/A). volume r j, ŷ, new / old. Over a closed economy without other wedges (duties, subsidies) it is the gain to
    second order; to a region alone come terms of trade, and what its owners earn from buyers elsewhere.
    """
    income = np.asarray(base.economy.income) * base.unit
    made = np.log(np.where(volume > 0, volume, 1.0) / np.where(volume > 0, p.productivity, 1.0))
    height = 1 - (1 / p.wedge_base + 1 / p.wedge) / 2
    return np.asarray((acc.output * height * made).sum(1) / income)


def dataset(
    acc: Accounts, base: Base, p: Primitives, z: Shift, out: Equilibrium, status: Status, attrs: dict[str, Any]
) -> xr.Dataset:
    """Results by region, region and sector, and pair of regions.

    real_income_hat is I'/(I P̂), the exact change of a region's real spending; per head it is divided by L̂; utility_hat is of
    the people that the region began with, see `people`.
    """
    import xarray as xr

    hat: dict[str, Array] = {
        name: np.asarray(getattr(out, name)) for name in Equilibrium._fields if name != "purchases"
    }
    flow = flows(base, z, out)
    by_region = _by_region(acc, base, p, z, out, hat, flow)
    data: dict[str, Any] = {
        name: ("region", np.where(acc.closed, a, np.nan), {"unit": unit, "definition": text})
        for name, (a, unit, text) in by_region.items()
    }
    data |= _by_sector(acc, z, hat)
    trade = {"trade": flow.sum(2), "trade_base": acc.flow.sum(2)}
    for name, a in trade.items():
        data[name] = (("origin", "destination"), a, {"unit": acc.unit, "definition": "value of goods and services"})
    moves = {"moves": hat["moves"], "moves_base": np.asarray(base.economy.moves)}
    for name, a in moves.items():
        told = {"unit": "share", "definition": "of the origin's people, who come to live in the destination"}
        data[name] = (("origin", "destination"), a, told)
    codes = list(acc.geography.codes)
    coords = {"region": codes, "origin": codes, "destination": codes, "sector": list(acc.sectors.codes)}
    ended = {"outcome": status.outcome, "iterations": status.iterations, "residual": status.residual}
    return xr.Dataset(data, coords=coords, attrs={**attrs, **ended, "worst": status.worst, "table": acc.name})


def volumes(acc: Accounts, base: Base, z: Shift, out: Equilibrium) -> xr.Dataset:
    """Real income by region and volume of output by region and sector, as `dataset` has them."""
    import xarray as xr

    hat: Hats = {
        n: np.asarray(getattr(out, n)) for n in ("income", "consumer_price", "cost", "price", "output_hat", "hired")
    }
    real = hat["income"] / np.asarray(base.economy.income) / hat["consumer_price"]
    data = {
        "real_income_hat": ("region", np.where(acc.closed, real, np.nan)),
        "output_hat": _by_sector(acc, z, hat)["output_hat"],
    }
    return xr.Dataset(data, coords={"region": list(acc.geography.codes), "sector": list(acc.sectors.codes)})


Hats = dict[str, Array]
"""Fields of an `Equilibrium` as numpy arrays, by name."""


def _by_region(
    acc: Accounts, base: Base, p: Primitives, z: Shift, out: Equilibrium, hat: Hats, flow: Array
) -> dict[str, tuple[Array, str, str]]:
    """Values, unit and definition by name, axis s."""
    u = base.unit
    income_hat = hat["income"] / np.asarray(base.economy.income)
    real = income_hat / hat["consumer_price"]
    owned = above_cost(base, p, z, out)
    foreign = 1.0 - np.eye(acc.R)
    by_region: dict[str, tuple[Array, str, str]] = {
        "real_income_hat": (real, "ratio", "exact change of real income I'/(I P)"),
        "real_income_per_head_hat": (real / hat["workers_hat"], "ratio", "real income over population, new / old"),
        "real_wage_hat": (hat["wage"] / hat["consumer_price"], "ratio", "wage over consumer prices, new / old"),
        "wage_hat": (hat["wage"], "ratio", "factor price, new / old; world GDP is the numeraire"),
        "consumer_price_hat": (hat["consumer_price"], "ratio", "consumer price index, base expenditure shares"),
        "utility_hat": (hat["utility"], "ratio", "utility of the region's people wherever they come to live, new / old"),
        "people_income_base": (
            income_of_people(base), acc.unit, "base final spending of the people of the region wherever they live",
        ),
        "population_hat": (hat["workers_hat"], "ratio", "population and labour force, new / old"),
        "income": (hat["income"] * u, acc.unit, "final spending I', duties included"),
        "income_base": (np.asarray(base.economy.income) * u, acc.unit, "final spending in the base"),
        "factor_income": (hat["wage_bill"] * u, acc.unit, "factor income"),
        "duties": (hat["duty"] * u, acc.unit, "import duties on all uses"),
        "export_tax_revenue": (hat["export_revenue"] * u, acc.unit, "export taxes collected"),
        "subsidies": (hat["subsidies"] * u + owned.sum(1), acc.unit, "production subsidies paid"),
        "above_cost": (owned.sum(1), acc.unit, "earned above cost by owners and collectors, in value added"),
        "above_cost_base": (above_cost(base, p).sum(1), acc.unit, "the same in the base"),
        "tolls": (hat["tolls"] * u, acc.unit, "collected on the way of others' trade"),
        "transfers": (np.asarray(z.transfer) * u, acc.unit, "lump sums received from other regions"),
        "exports_hat": (_growth(flow, acc.flow, foreign, 1), "ratio", "sales to other regions, value"),
        "imports_hat": (_growth(flow, acc.flow, foreign, 0), "ratio", "purchases from other regions, value"),
    }  # fmt: skip
    for name, value in first_order(acc, base, p, flow, hat["cost"]).items():
        by_region[name] = (value, "share of base income", FIRST_ORDER)
    if (p.wedge_base != p.wedge).any():
        volume = np.where(np.asarray(z.active) > 0, hat["output_hat"] / hat["cost"], 0.0)
        by_region["misallocation"] = (triangles(acc, base, p, volume), "share of base income", TRIANGLES)
    return by_region


def _by_sector(acc: Accounts, z: Shift, hat: Hats) -> dict[str, Any]:
    """Variables by region and sector; nan, or 0 for what is no longer made, where no buyer is left."""
    data: dict[str, Any] = {}
    sector: dict[str, tuple[Array, str]] = {
        "price_hat": (
            hat["price"],
            "purchaser price index of the good in the region, new / old; users' mean where they differ",
        ),
        "cost_hat": (hat["cost"], "producer price, new / old"),
        "output_hat": (hat["output_hat"] / hat["cost"], "volume of output, new / old"),
        "employment_hat": (hat["hired"], "employment, new / old"),
    }
    for name, (a, text) in sector.items():
        live = np.asarray(z.bought if name == "price_hat" else z.active) > 0
        gone = np.nan if name in ("price_hat", "cost_hat") else np.where(acc.output > 0, 0.0, np.nan)
        data[name] = (("region", "sector"), np.where(live, a, gone), {"unit": "ratio", "definition": text})
    return data


def _growth(new: Array, old: Array, mask: Array, axis: int) -> Array:
    a, b = ((x.sum(2) * mask).sum(axis) for x in (new, old))
    return ratio(a, b, np.nan)
