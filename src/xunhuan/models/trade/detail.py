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


def dataset(
    acc: Accounts, base: Base, p: Primitives, z: Shift, out: Equilibrium, status: Status, attrs: dict[str, Any]
) -> xr.Dataset:
    """Results by region, region and sector, and pair of regions.

    real_income_hat is I'/(I P̂), the exact change of a region's real spending; per head it is divided by L̂; utility_hat is of
    the people that the region began with, see `people`.
    """
    import xarray as xr

    u = base.unit
    hat: dict[str, Array] = {name: np.asarray(getattr(out, name)) for name in Equilibrium._fields}
    flow = flows(base, z, out)
    income_hat = hat["income"] / np.asarray(base.economy.income)
    real = income_hat / hat["consumer_price"]
    producer = (1 + np.asarray(z.subsidy)) / (1 + np.asarray(base.economy.subsidy))
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
        "subsidies": (hat["subsidies"] * u, acc.unit, "production subsidies paid"),
        "exports_hat": (_growth(flow, acc.flow, foreign, 1), "ratio", "sales to other regions, value"),
        "imports_hat": (_growth(flow, acc.flow, foreign, 0), "ratio", "purchases from other regions, value"),
    }  # fmt: skip
    for name, value in first_order(acc, base, p, flow, hat["cost"]).items():
        by_region[name] = (value, "share of base income", FIRST_ORDER)
    data: dict[str, Any] = {
        name: ("region", np.where(acc.closed, a, np.nan), {"unit": unit, "definition": text})
        for name, (a, unit, text) in by_region.items()
    }
    sector: dict[str, tuple[Array, str]] = {
        "price_hat": (hat["price"], "purchaser price index of the good in the region, new / old"),
        "cost_hat": (hat["cost"], "producer price, new / old"),
        "output_hat": (hat["output_hat"] / hat["cost"], "volume of output, new / old"),
        "employment_hat": (hat["output_hat"] * producer / hat["wage"][:, None], "employment, new / old"),
    }
    for name, (a, text) in sector.items():
        live = np.asarray(z.bought if name == "price_hat" else z.active) > 0
        gone = np.nan if name in ("price_hat", "cost_hat") else np.where(acc.output > 0, 0.0, np.nan)
        data[name] = (("region", "sector"), np.where(live, a, gone), {"unit": "ratio", "definition": text})
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


def _growth(new: Array, old: Array, mask: Array, axis: int) -> Array:
    a, b = ((x.sum(2) * mask).sum(axis) for x in (new, old))
    return ratio(a, b, np.nan)
