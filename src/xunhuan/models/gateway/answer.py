"""The gateway room as the house wants it: a table and a shock to changes of trade cost, tolls, and what is stuck."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from xunhuan.data.accounts import Accounts
from xunhuan.data.arrays import Array
from xunhuan.data.ways import GENERAL
from xunhuan.models.edits.handed import CellArray, Routes, Toll
from xunhuan.models.edits.primitives import Theta
from xunhuan.models.edits.table import final_spending
from xunhuan.models.gateway.acting import Acts, acts
from xunhuan.models.gateway.detail import route_dataset
from xunhuan.models.gateway.ends import End, Income
from xunhuan.models.gateway.ground import (
    AtRest,
    Passage,
    RouteBase,
    Terrain,
    home_costs,
    passage,
    refuse_cut,
    resting,
)
from xunhuan.models.gateway.network import HOME_MODES, OUTER_MODES
from xunhuan.models.gateway.parameters import DistanceMode, GatewayParameters
from xunhuan.models.gateway.people import hours_saved
from xunhuan.models.gateway.ports import SPARES, congested, stuck, traffic
from xunhuan.models.gateway.routes import Costs, costs, online
from xunhuan.models.model import LongRun, Response, Shock, Status


def respond(
    accounts: Accounts,
    shock: Shock,
    parameters: GatewayParameters,
    elasticities: Theta,
    long_run: LongRun | None = None,
) -> Response:
    """Routes and gateways after a shock, at every end of distance asked for; the table itself stays.

    Raises BadInput listing what is wrong with edits, network or targets, Infeasible where closures leave goods no way.
    """
    rest = resting(accounts, parameters, elasticities)
    g = rest.ground
    done = acts(g, shock)
    moved = _moved(g, done, rest.costs)
    found = [_end(rest, moved, done, mode) for mode in parameters.ends]
    service = accounts.sectors.codes[int(accounts.sectors.select(parameters.fee_service)[0])] if done.income else ""
    income, notes = _incomes(accounts, found, long_run, service)
    data = route_dataset(g, found, income, service)
    told = [*_values(g, parameters, done), *done.notes, *notes, *_assumed(g, parameters)]
    return Response(accounts, data, Status(message="routes found"), notes=tuple(dict.fromkeys(told)))


def _moved(g: Terrain, done: Acts, x: Costs) -> Costs:
    """Costs on the network the shock leaves; the base's own where it is the same."""
    out = x
    if done.goods:
        out = costs(done.net, g.p, tuple(g.acc.geography.codes[k] for k in g.abroad))
    if done.ways:
        outer = out.outer.copy()
        for some, to, way in done.ways:
            for c, name in enumerate(g.net.classes):
                at = np.ix_(some, to)
                days = way.days + way.time * out.outer_days[c][at]
                outer[c][at] = np.maximum(outer[c][at] + way.cost + g.p.day_of(name) * days, 0.0)
        out = out._replace(outer=outer)
    return out


def _end(rest: AtRest, moved: Costs, done: Acts, mode: DistanceMode) -> End:
    g, x = rest.ground, rest.costs
    base, before, home = rest.bases[mode]
    still = moved is x and not done.closed.any() and not done.fee.any() and (done.capacity == 1).all()
    after = before if still else _after(g, base, moved, done, before)
    cost, tolls = _changes(g, before, after, done)
    if done.goods:
        new = home_costs(g, base, moved)
        cells = np.ix_(g.home, g.home, g.goods)
        with np.errstate(invalid="ignore"):
            cost[cells] = np.where(np.isfinite(home), np.exp(new - home), 1.0)
    _of_people(g, done, cost)
    _sold_online(g, done, cost)
    shut, by_spare = {}, np.zeros(len(SPARES))
    for days, closed in done.days.items():
        shut[days], each = _stuck(g, base, x, before, closed)
        by_spare = np.maximum(by_spare, each)
    return End(mode, base, cost, tolls, before, after, shut, home, by_spare)


def _after(g: Terrain, base: RouteBase, moved: Costs, done: Acts, before: Passage) -> Passage:
    added = np.zeros_like(base.fitted) + done.fee
    added[:, :, done.closed] = np.inf
    if g.p.congestion > 0:
        probe = passage(g, base, moved, added)
        streams = [
            s._replace(z=s.z + added[k // added.shape[1], k % added.shape[1]]) for k, s in enumerate(probe.streams)
        ]
        none = np.zeros((len(streams), len(done.fee)))
        carried, _ = traffic(before.streams, none, g.p.route_spread)
        room = np.where(done.closed, 0.0, carried * done.capacity)
        added = added + congested(streams, none, room, g.p.congestion, g.p.route_spread)
    after = passage(g, base, moved, added)
    refuse_cut(g, before.cost, after.cost)
    return after


def _changes(g: Terrain, before: Passage, after: Passage, done: Acts) -> tuple[Array, dict[int, Array]]:
    r"""d̂ r s i of trade with abroad, and tolls within it.

    d̂ = e^(x' − x);  collected per unit the buyer pays  R_k = Σ_{g of k} π'_g (1 − e^(−φ_g)),  toll_k = R_k / (1 − Σ R),

    and what melts is d̂ (1 − Σ R), so that melting and tolls together are d̂
    """
    acc = g.acc
    cost = np.ones((acc.R, acc.R, acc.S))
    with np.errstate(invalid="ignore"):
        change = np.where(np.isfinite(before.cost), np.exp(after.cost - before.cost), 1.0)
    taken = {k: np.moveaxis((after.share @ (1 - np.exp(-phi)))[:, g.kind], 1, -1) for k, phi in done.income.items()}
    left = 1 - sum(taken.values()) if taken else np.ones_like(change)
    tolls = {k: np.zeros_like(cost) for k in taken}
    for w in range(2):
        cells = np.ix_(g.home, g.abroad, g.goods) if w == 0 else np.ix_(g.abroad, g.home, g.goods)
        turn: Callable[[Array], Array] = (lambda a: a) if w == 0 else (lambda a: a.transpose(1, 0, 2))
        cost[cells] = turn(change[w] * left[w])
        for k, r in taken.items():
            tolls[k][cells] = turn(r[w] / left[w])
    return cost, tolls


def _of_people(g: Terrain, done: Acts, cost: Array) -> None:
    """d̂ = e^(−hour Δh) of services people travel for."""
    if done.people and g.p.hour > 0:
        saved = hours_saved(g, done.net)
        cells = np.ix_(g.home, g.home, g.acc.sectors.select(g.p.people))
        cost[cells] = cost[cells] * np.exp(-g.p.hour * saved)[:, :, None]


def _sold_online(g: Terrain, done: Acts, cost: Array) -> None:
    now = g.p.online_now
    for goods, share in done.online:
        for i in goods:
            flow = g.acc.flow[np.ix_(g.home, g.home, [i])][:, :, 0]
            bought = np.maximum(flow.sum(0), 1e-300)
            mean = np.exp((flow * np.log(g.region_km)).sum(0) / bought)
            ratio = g.region_km / np.where(flow.sum(0) > 0, mean, 1.0)
            effect = g.p.distance_effect * g.p.online_distance
            cost[np.ix_(g.home, g.home, [i])] *= online(now, share, ratio, effect, float(g.theta.within[i]))[:, :, None]


def _stuck(g: Terrain, base: RouteBase, x: Costs, before: Passage, closed: NDArray[np.bool_]) -> tuple[Array, Array]:
    """Share of trade with abroad that is stuck while gateways are closed for days, w h s i: alike in a class; and of all of
    home's at each of `SPARES`."""
    added = np.zeros_like(base.fitted)
    added[:, :, closed] = np.inf
    after = passage(g, base, x, added)
    C = len(g.net.classes)
    by_class = np.stack([g.foreign[..., g.kind == c].sum(-1) for c in range(C)], axis=1)  # w c h s
    shape = by_class.shape
    flat = by_class.reshape(-1)
    shares = before.share.reshape(len(flat), -1), after.share.reshape(len(flat), -1)
    lost, by_spare = stuck(flat, *shares, closed, g.p.spare, SPARES)
    by_spare = by_spare / max(float(flat.sum()), 1e-300)
    share = (lost / np.where(flat > 0, flat, 1.0)).reshape(shape)
    return np.asarray(np.minimum(np.moveaxis(share[:, g.kind], 1, -1), 1.0)), by_spare


def routes_edit(accounts: Accounts, cost: Array, tolls: dict[int, Array], service: str) -> Routes | None:
    """The edit that a model of trade reads; None where nothing changes."""
    if (cost == 1).all() and not tolls:
        return None
    codes = accounts.geography.codes
    made = tuple(Toll(collector=codes[k], sector=service, rate=CellArray(rate)) for k, rate in tolls.items())
    return Routes(cost=CellArray(cost), tolls=made)


def _incomes(
    accounts: Accounts, ends: list[End], long_run: LongRun | None, service: str
) -> tuple[Income | None, list[str]]:
    if long_run is None:
        return None, []
    hats, base, notes, start = [], final_spending(accounts), [], None
    for end in ends:
        edit = routes_edit(accounts, end.cost, end.tolls, service)
        if edit is None:
            hats.append(np.ones(accounts.R))
            continue
        response, start = long_run(Shock((edit,)), start)
        hats.append(np.asarray(response.detail["real_income_hat"].to_numpy()))
        base = np.asarray(response.detail["income_base"].to_numpy())
        if not response.status.converged:
            notes.append(f"real income at the end {end.mode}: {response.status.message}")
    return Income(np.stack(hats), base), notes


def _values(g: Terrain, p: GatewayParameters, done: Acts) -> list[str]:
    """What is assumed, with its figures, as far as it matters to this answer; told before all else."""
    each = [f"{c} {p.value_of(c):,.0f} a tonne and {p.day_of(c):.1%} of it a day" for c in g.net.classes]
    modes = [f"{m} {p.mode(m).rate_of(GENERAL):g} and {p.mode(m).terminal:g}" for m in (*HOME_MODES, *OUTER_MODES)]
    out = [
        "assumed, as an order of magnitude and not measured: what goods are worth and what their days cost: "
        + "; ".join(each),
        f"assumed likewise: costs of {GENERAL} goods a tonne-km, and of a tonne once: " + "; ".join(modes),
        f"assumed likewise: how sharply gateways are chosen by cost, V = {p.route_spread:g}",
    ]
    if done.people:
        out.append(f"assumed: an hour of travel costs {p.hour:.2%} of a market service")
    if done.days:
        out.append(f"assumed: open gateways have {p.spare:.0%} of their traffic to spare")
    if done.online:
        out.append(
            f"assumed: {p.online_now:.0%} are sold online in the base, where {p.online_distance:.0%} of distance vanishes"
        )
    if p.congestion > 0:
        out.append(f"assumed: a gateway is {p.congestion:.3f} log points dearer by log point of traffic")
    return out


def _assumed(g: Terrain, p: GatewayParameters) -> list[str]:
    out = []
    if p.distance == "both":
        out.append("every number lies between costs of carrying and costs that fall with distance as trade does")
    else:
        out.append(f"distance by {p.distance} alone")
    if p.targets == "none" or (p.targets == "network" and g.net.targets is None):
        out.append("gateways are not fitted to observed shares: no handling costs of their own (give targets)")
    elif p.targets == "network":
        out.append(
            "gateways by sea are fitted to shares of containers, coastal boxes among them, assumed where targets.csv of the "
            "network says so; others, and what goes in no container, have no handling cost of their own"
        )
    known = {g.acc.geography.codes[k] for k in [*g.home, *g.abroad]}
    left = [c for c in g.acc.geography.codes if c not in known]
    if left:
        out.append(f"no way of the network leads to {', '.join(left[:6])}: their trade stays as it is")
    return out
