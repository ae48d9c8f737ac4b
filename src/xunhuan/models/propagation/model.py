"""The short-run model's record: how a shock travels through inventories, orders and critical inputs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, get_args

import numpy as np

from xunhuan.data.accounts import Accounts
from xunhuan.data.records import changed
from xunhuan.models.edits.by_origin import OriginOrders
from xunhuan.models.edits.demand import FinalDemand, Orders
from xunhuan.models.edits.destruction import Destruction
from xunhuan.models.edits.handed import LinkLosses, Routes
from xunhuan.models.edits.lasting import ExportTax, Productivity, Tariff, TradeCost
from xunhuan.models.edits.timed import Capacity, Gateway, Link, Stock
from xunhuan.models.model import Model, Response, Shock, Uncertain, words_beside
from xunhuan.models.propagation.parameters import PropagationParameters
from xunhuan.models.propagation.read import QUANTITIES, VIEWS, read

if TYPE_CHECKING:
    import pandas as pd


def _respond(accounts: Accounts, shock: Shock, parameters: PropagationParameters) -> Response:
    """The first weeks and months after a shock; see `run.respond`."""
    from xunhuan.models.propagation.run import respond as ran

    return ran(accounts, shock, parameters)


def respond_many(
    accounts: Accounts, shocks: Sequence[Shock], parameters: Sequence[PropagationParameters], *, booked: bool = True
) -> Iterator[Response]:
    """Many draws on one table; see `run.respond_many`."""
    from xunhuan.models.propagation.run import respond_many as ran

    return ran(accounts, shocks, parameters, booked=booked)


def _sweep(accounts: Accounts, parameters: PropagationParameters, **what: Any) -> tuple[pd.DataFrame, list[str]]:
    """Single links cut one by one; see `links.sweep`."""
    from xunhuan.models.propagation.links import as_told

    return as_told(accounts, parameters, **what)


def _inventories(p: PropagationParameters, factor: float, acc: Accounts) -> PropagationParameters:
    """Days of stock times a factor."""
    if factor == 1:
        return p
    scale = p.inventory_scale
    if isinstance(scale, int | float):
        return changed(p, inventory_scale=scale * factor)
    return changed(p, inventory_scale={k: v * factor for k, v in scale.items()})


def _own_spread(p: PropagationParameters, number: float, acc: Accounts) -> PropagationParameters:
    """Days of stock industry by industry times a lognormal factor, as far apart as the two surveys by industry are."""
    from xunhuan.models.propagation.ratings import scale_by_industry, spread_of_days

    rng = np.random.default_rng(int(number * 2**53))
    drawn = scale_by_industry(acc.sectors, p) * np.exp(spread_of_days(acc.sectors) * rng.standard_normal(acc.S))
    return changed(p, inventory_scale=dict(zip(acc.sectors.codes, drawn.tolist(), strict=True)))


def _chosen(parameter: str) -> Callable[[PropagationParameters, str, Accounts], PropagationParameters]:
    """Parameters with another choice; "" leaves them."""

    def move(p: PropagationParameters, choice: str, acc: Accounts) -> PropagationParameters:
        return changed(p, **{parameter: choice}) if choice else p

    return move


def _given_days(p: PropagationParameters) -> str | None:
    given = "one number for all industries"
    return f"model.propagation.inventory_days is {given}" if isinstance(p.inventory_days, int | float) else None


def _substitution_speed(p: PropagationParameters, factor: float, acc: Accounts) -> PropagationParameters:
    """λ, the rate at which sourcing shares move, times a factor: ε_year = ε_long (1 − (1 − ε_year/ε_long)^factor)."""
    if factor == 1 or not p.substitution:
        return p
    left = (1 - p.elasticity_year / p.elasticity_long) ** factor
    return changed(p, elasticity_year=p.elasticity_long * (1 - left))


def _fixed(p: PropagationParameters) -> str | None:
    return None if p.substitution else "suppliers are not substituted; set model.propagation.substitution = true"


def _choice(
    name: str, parameter: str, idle: Callable[[PropagationParameters], str | None] | None = None
) -> Uncertain[PropagationParameters]:
    """One of all that a parameter can be."""
    choices = get_args(PropagationParameters.model_fields[parameter].annotation)
    return Uncertain(name, _chosen(parameter), idle or _always, choices=choices, parameter=parameter)


def _always(p: PropagationParameters) -> str | None:
    return None


MODEL: Model[PropagationParameters] = Model(
    name="propagation",
    parameters=PropagationParameters,
    reads=(
        TradeCost,
        Tariff,
        Productivity,
        FinalDemand,
        ExportTax,
        Capacity,
        Orders,
        OriginOrders,
        Link,
        Gateway,
        Stock,
        Destruction,
        Routes,
        LinkLosses,
    ),
    respond=_respond,
    read=read,
    quantities=QUANTITIES,
    uncertain=(
        _choice("inventory_set", "inventory_set", _given_days),
        Uncertain("inventories", _inventories, _always, zero=False, errors=_own_spread),
        _choice("criticality_rule", "criticality"),
        Uncertain("substitution_speed", _substitution_speed, _fixed, zero=False),
        _choice("reordering", "reorder"),
        _choice("allotment_rule", "allotment"),
    ),
    horizon="short",
    respond_many=respond_many,
    views=VIEWS,
    command="propagate",
    shown=("horizon_days", "criticality", "rationing"),
    sources=(
        "Hallegatte2008",
        "Hallegatte2013",
        "Pichler2022",
        "Henriet2012",
        "BoehmLevchenkoPandalaiNayar2023",
        "ColonHallegatteRozenberg2021",
        "Juhel2024",
    ),
    words=words_beside("xunhuan.models.propagation"),
    sweep=_sweep,
    size=lambda acc, p: 0.012 * p.steps * max(acc.R**2 * acc.S / (111**2 * 32), 0.02),
)
