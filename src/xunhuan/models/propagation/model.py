"""The short-run model's record: how a shock travels through inventories, orders and critical inputs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from xunhuan.data.accounts import Accounts
from xunhuan.data.records import changed
from xunhuan.models.edits.lasting import ExportTax, FinalDemand, Productivity, Tariff, TradeCost
from xunhuan.models.edits.timed import Capacity, Gateway, Link, Orders, Stock
from xunhuan.models.model import Model, Response, Shock, Uncertain, words_beside
from xunhuan.models.propagation.parameters import PropagationParameters
from xunhuan.models.propagation.read import QUANTITIES, VIEWS, read


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


def _inventories(p: PropagationParameters, factor: float, acc: Accounts) -> PropagationParameters:
    """Days of stock times a factor."""
    return p if factor == 1 else changed(p, inventory_scale=p.inventory_scale * factor)


MODEL: Model[PropagationParameters] = Model(
    name="propagation",
    parameters=PropagationParameters,
    reads=(TradeCost, Tariff, Productivity, FinalDemand, ExportTax, Capacity, Orders, Link, Gateway, Stock),
    respond=_respond,
    read=read,
    quantities=QUANTITIES,
    uncertain=(Uncertain("inventories", _inventories, lambda p: None, zero=False),),
    horizon="short",
    respond_many=respond_many,
    views=VIEWS,
    command="propagate",
    shown=("horizon_days", "criticality", "rationing"),
    sources=("Hallegatte2013", "Pichler2022", "Henriet2012", "BoehmLevchenkoPandalaiNayar2023"),
    words=words_beside("xunhuan.models.propagation"),
    size=lambda acc, p: 0.012 * p.horizon_days * max(acc.R**2 * acc.S / (111**2 * 32), 0.02),
)
