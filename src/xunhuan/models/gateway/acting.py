"""What edits do to a network: collected, named places looked up, everything wrong told at once."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from xunhuan.data.arrays import Array, Index
from xunhuan.errors import BadInput, Problems, XunhuanError
from xunhuan.models.gateway.edits import (
    PASSENGER,
    GatewayCapacity,
    GatewayClosed,
    GatewayFee,
    GatewayOnly,
    Line,
    Online,
    Way,
    split_places,
)
from xunhuan.models.gateway.ground import Terrain
from xunhuan.models.gateway.network import HOME_MODES, Network, great_circle_km, with_line
from xunhuan.models.model import Shock

FARTHEST = 1500.0
"""Kilometres beyond which two cities in a row of a line are taken for a slip."""


@dataclass(eq=False)
class Acts:
    """What a shock does.

    net       the network with lines built · closed g, for good · fee g, log points · burnt and kept: fees by who collects
    capacity  g, ratio · days: closures by (start, end), g · ways: (g, s positions, edit) · online: (goods, share)
    people    whether a line carries people · goods: whether one carries goods
    """

    net: Network
    closed: NDArray[np.bool_]
    fee: Array
    income: dict[int, Array]
    capacity: Array
    days: dict[tuple[float, float], NDArray[np.bool_]] = field(default_factory=dict)
    ways: list[tuple[Index, Index, Way]] = field(default_factory=list)
    online: list[tuple[Index, float]] = field(default_factory=list)
    people: bool = False
    goods: bool = False
    notes: list[str] = field(default_factory=list)


def acts(g: Terrain, shock: Shock) -> Acts:
    """All edits of a shock on the ground. Raises BadInput collecting what is wrong."""
    G = len(g.gateways)
    out = Acts(g.net, np.zeros(G, dtype=bool), np.zeros(G), {}, np.ones(G))
    problems = Problems("the shock cannot be applied")
    for e in shock.edits:
        wrongs = [str(w) for w in e.check(g.acc)]
        try:
            if not wrongs:
                _act(g, out, e)
        except XunhuanError as err:
            wrongs += [*err.items] or [f"{err.what}" + (f" ({err.fix})" if err.fix else "")]
        for w in wrongs:
            problems.add(f"`{e}`: {w}")
    problems.raise_if(where=shock.name or g.acc.name)
    return out


def named_gateways(net: Network, names: str) -> Index:
    """Positions of gateways by code, name or mode. Raises BadInput naming the nearest of those not known."""
    at = {c: k for k, c in enumerate(net.gateways["gateway"])}
    of_mode = {str(m): np.flatnonzero(net.gateways["mode"] == m).tolist() for m in net.gateways["mode"].unique()}
    single = [n for n in split_places(names) if n not in of_mode]
    found = [at[c] for c in _known(net, "gateway", single)] + [
        k for n in split_places(names) for k in of_mode.get(n, ())
    ]
    return np.array(sorted({*found}), dtype=np.intp)


def _known(net: Network, what: str, names: list[str]) -> list[str]:
    """Codes of cities or gateways. Raises BadInput naming the nearest of all that are not known."""
    problems, out = Problems("unknown cities" if what == "city" else "unknown gateways"), []
    for name in names:
        try:
            out.append(net.find(what, name))
        except BadInput as e:
            problems.add(f"{e.what} ({e.fix})")
    problems.raise_if()
    return out


def _act(g: Terrain, out: Acts, e: object) -> None:
    if isinstance(e, Line):
        _line(g, out, e)
    elif isinstance(e, GatewayClosed | GatewayOnly | GatewayFee | GatewayCapacity | Way):
        _gateway(g, out, e)
    elif isinstance(e, Online):
        out.online.append((g.acc.sectors.select(e.sectors), e.share))


def _gateway(g: Terrain, out: Acts, e: GatewayClosed | GatewayOnly | GatewayFee | GatewayCapacity | Way) -> None:
    some = named_gateways(g.net, str(e.gateways))
    if isinstance(e, GatewayClosed) and e.end is not None:
        mask = out.days.setdefault((e.start, e.end), np.zeros(len(out.fee), dtype=bool))
        mask[some] = True
    elif isinstance(e, GatewayClosed):
        out.closed[some] = True
    elif isinstance(e, GatewayOnly):
        shut = np.ones(len(out.fee), dtype=bool)
        shut[some] = False
        out.closed |= shut
    elif isinstance(e, GatewayFee):
        out.fee[some] += e.change
        who = g.gateway_region[some]
        if e.collector:
            who = np.full(len(some), int(g.acc.geography.select(e.collector, g.acc.home)[0]))
        for k, r in zip(some, who, strict=True):
            if e.part:
                out.income.setdefault(int(r), np.zeros(len(out.fee)))[k] += e.part * e.change
    elif isinstance(e, GatewayCapacity):
        out.capacity[some] *= 1 + e.change
    elif isinstance(e, Way):
        to = np.flatnonzero(np.isin(g.abroad, g.acc.geography.select(e.destination, g.acc.home)))
        out.ways.append((some, to, e))


def _line(g: Terrain, out: Acts, e: Line) -> None:
    cities = _known(g.net, "city", split_places(e.via))
    if e.opened is not None and g.p.until is not None and e.opened > g.p.until:
        out.notes.append(f"`{e}` opens after {g.p.until} and does nothing")
        return
    at = g.net.cities.set_index("city")
    lon, lat = (at.loc[cities, c].to_numpy(dtype=float) for c in ("lon", "lat"))
    km = great_circle_km(lon[:-1], lat[:-1], lon[1:], lat[1:])
    far = [f"{a}-{b} ({d:.0f} km)" for a, b, d in zip(cities[:-1], cities[1:], km, strict=True) if d > FARTHEST]
    if far:
        raise BadInput(
            f"cities in a row lie more than {FARTHEST:g} km apart: {', '.join(far)}", fix="name cities between them"
        )
    mode = e.line_kind if e.line_kind in HOME_MODES else "rail"
    sections = list(zip(cities[:-1], cities[1:], km.tolist(), strict=True))
    out.net = with_line(out.net, sections, mode, "" if mode != "rail" else e.line_kind, e.pace)
    if e.line_kind == PASSENGER:
        out.people = True
        if g.p.freed:
            out.net = _freed(out.net, {*cities}, g.p.freed)
            out.goods = True
    else:
        out.goods = True
        out.people |= mode == "rail"


def _freed(net: Network, cities: set[str], part: float) -> Network:
    """Old railway between cities of a passenger line that takes its trains: goods go that part of the way faster to a fast
    line's pace."""
    edges = net.edges.copy()
    old = (
        (edges["mode"] == "rail")
        & (edges["class"] != PASSENGER)
        & edges["from"].isin(cities)
        & edges["to"].isin(cities)
    )
    edges.loc[old, "faster"] = np.maximum(edges.loc[old, "faster"], part)
    return replace(net, edges=edges)
