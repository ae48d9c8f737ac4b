"""The gateway room's record: through which gateways trade passes, and what lines, fees and closures do."""

from __future__ import annotations

from typing import Any

import numpy as np

from xunhuan.data.accounts import Accounts
from xunhuan.data.records import changed
from xunhuan.data.ways import CityWays
from xunhuan.models.edits import Edit
from xunhuan.models.edits.handed import CellArray, LinkLosses
from xunhuan.models.edits.primitives import Theta
from xunhuan.models.gateway.edits import EDITS
from xunhuan.models.gateway.page import GATEWAY_PAGE
from xunhuan.models.gateway.parameters import BOTH, GatewayParameters
from xunhuan.models.gateway.read import QUANTITIES, ROUTE_TABLES, read
from xunhuan.models.model import Ground, Land, LongRun, Model, Response, Shock, Uncertain, words_beside


def _respond(
    accounts: Accounts,
    shock: Shock,
    parameters: GatewayParameters,
    elasticities: Theta,
    long_run: LongRun | None = None,
) -> Response:
    """Routes after a shock; see `answer.respond`."""
    from xunhuan.models.gateway.answer import respond as found

    return found(accounts, shock, parameters, elasticities, long_run)


def hands_on(response: Response) -> tuple[Edit, ...]:
    """For the model that comes after: changes of trade cost with tolls within them, and links throttled for days."""
    from xunhuan.models.gateway.answer import routes_edit

    d, acc = response.detail, response.accounts
    codes = acc.geography.codes
    tolls = {codes.index(str(c)): d["toll"].to_numpy()[k] for k, c in enumerate(d["collector"].values)}
    edit = routes_edit(acc, d["cost"].to_numpy(), tolls, str(d.attrs["service"]))
    out: list[Edit] = [] if edit is None else [edit]
    for k in range(d.sizes["period"]):
        loss = d["stuck"].to_numpy()[k]
        if loss.any():
            out.append(LinkLosses(loss=CellArray(loss), start=float(d["start"][k]), end=float(d["stop"][k])))
    return tuple(out)


def _land(accounts: Accounts, parameters: GatewayParameters, shock: Shock) -> Land | None:
    """What pictures are drawn on; see `drawn.land`."""
    from xunhuan.models.gateway.drawn import land as found

    return found(accounts, parameters, shock)


def _own_ways(accounts: Accounts, parameters: GatewayParameters) -> CityWays | None:
    """What ways between cities cost on a network of one's own; see `ways.own_ways`."""
    from xunhuan.models.gateway.ways import own_ways as found

    return found(accounts, parameters)


def _listed_ways(accounts: Accounts, parameters: GatewayParameters) -> CityWays:
    """The same of whatever network, from which the list is written that stands for the bundled one."""
    from xunhuan.models.gateway.ways import city_ways

    return city_ways(parameters)


def _rests_on(parameters: GatewayParameters, kinds: frozenset[str]) -> tuple[Ground, ...]:
    """What numbers rest on; see `assumed.route_grounds`."""
    from xunhuan.models.gateway.assumed import route_grounds

    return route_grounds(parameters, kinds)


def _factor(name: str, zero: bool = False) -> Uncertain[GatewayParameters]:
    """A parameter times a factor."""

    def move(p: GatewayParameters, factor: float, acc: Accounts) -> GatewayParameters:
        return p if factor == 1 else changed(p, **{name: getattr(p, name) * factor})

    def idle(p: GatewayParameters) -> str | None:
        return f"model.gateway.{name} is 0" if getattr(p, name) == 0 else None

    return Uncertain(name, move, idle, zero=zero)


def _level(name: str) -> Uncertain[GatewayParameters]:
    """A parameter in its own unit."""

    def move(p: GatewayParameters, value: Any, acc: Accounts) -> GatewayParameters:
        return p if value == "" else changed(p, **{name: float(value)})

    return Uncertain(name, move, lambda p: None, level=True)


def _distance(p: GatewayParameters, name: str, acc: Accounts) -> GatewayParameters:
    """The parameters at one end of distance; "" leaves them."""
    return changed(p, distance=name) if name else p


def _size(acc: Accounts, p: GatewayParameters) -> float:
    """Seconds an answer takes: a network's searches and choices, at both ends."""
    return (1.5 if p.income else 0.7) * len(p.ends) * max(float(np.sqrt(acc.R / 111)), 0.1)


MODEL: Model[GatewayParameters] = Model(
    name="gateway",
    parameters=GatewayParameters,
    reads=EDITS,
    respond=_respond,
    read=read,
    quantities=QUANTITIES,
    uncertain=(
        Uncertain("distance", _distance, lambda p: None, choices=BOTH, parameter="distance"),
        _factor("route_spread"),
        _factor("mode_spread"),
        _factor("unit_value"),
        _factor("time_cost", zero=True),
        _factor("hour", zero=True),
        _level("congestion"),
        _level("spare"),
        _level("online_distance"),
        _level("online_now"),
    ),
    hands_on=hands_on,
    evolves=True,
    lends={"city_ways": _own_ways, "listed_city_ways": _listed_ways},
    borrows=lambda p: ("elasticities", "long_run") if p.income else ("elasticities",),
    views=ROUTE_TABLES,
    command="routes",
    shown=("distance", "congestion", "spare"),
    sources=("AllenArkolakis2022", "FanLuLuo2023", "Dijkstra1959"),
    words=words_beside("xunhuan.models.gateway"),
    size=_size,
    land=_land,
    asking=GATEWAY_PAGE,
    rests_on=_rests_on,
)
