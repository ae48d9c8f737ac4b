"""Trade through gateways at random, held against docs/gateways.md in plain loops over every way.

What carrying costs is the cheapest of all ways from place to place, listed one by one, each mode's terminal paid where it is
entered; cities choose gateways by cost, a region's trade is that of its cities. Nothing of the program is used but the
tables of the network, of the parameters' costs and of trade.
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import brentq

import xunhuan as xh
from tests.helpers.ports import CITIES, toy_network
from xunhuan.models import registry
from xunhuan.models.gateway import edits
from xunhuan.models.gateway.ground import resting
from xunhuan.models.model import Response, Shock
from xunhuan.scenario.lend import lent, responded

VALUE, DAY = 15_000.0, 0.006
"""Of a tonne of general goods, and of a day of it, share of the value."""
LAND = {
    "road": (0.35, 0.0, 900.0, 0.0, 1.25),
    "rail": (0.16, 30.0, 500.0, 2.0, 1.0),
    "coast": (0.03, 50.0, 550.0, 2.0, 1.0),
}
OCEAN = (0.08, 60.0, 650.0, 4.0, 1.0)
"""A tonne-km, a tonne once, km a day, days once, km on the way over km of the file."""
HOME = ("AT-N", "AT-E", "AT-S")
PLACES = {"Alder": (0, 3.0), "Birch": (0, 1.0), "Cedar": (1, 4.0), "Elm": (2, 2.0), "Fir": (2, 2.0)}
"""Cities: region and weight, as the toy network's file has them."""


WAYS = 2e-8
"""How far an answer may lie from them: congestion is solved to 1e-10 log points, and choices are sharp."""


def drawn_network(seed: int) -> tuple[dict[str, Any], list[tuple[str, str, str, float]], list[tuple[str, float]]]:
    """What happens and how it is looked at; ways at home; ways on from each port to Borea. All lengths are at random."""
    rng = np.random.default_rng([seed, 11])

    def km(length: float) -> float:
        return round(float(length * rng.uniform(0.5, 2.0)), 1)

    ways = [("Alder", "Birch", "road", km(90)), ("Birch", "Cedar", "road", km(150)), ("Birch", "Elm", "road", km(390)),
            ("Cedar", "Fir", "road", km(280)), ("Elm", "Fir", "road", km(125)), ("Alder", "Elm", "rail", km(450)),
            ("Cedar", "Fir", "rail", km(700)), ("Alder", "NP", "road", km(120)), ("Elm", "SP", "road", km(110)),
            ("NP", "SP", "coast", km(500))]  # fmt: skip
    out = [("NP", km(2000)), ("SP", km(1700))]
    what = {
        "fee": float(rng.choice([0.0, rng.uniform(0.0, 0.05)])), "rebated": float(rng.choice([0.0, 0.4, 1.0])),
        "capacity": float(rng.choice([0.0, rng.uniform(-0.5, 0.5)])),
        "longer": float(rng.choice([0.0, rng.uniform(0, 0.02)])),
        "congestion": float(rng.choice([0.0, rng.uniform(0.01, 0.2)])), "spread": float(rng.uniform(20, 200)),
        "closed": bool(rng.random() < 0.25),
    }  # fmt: skip
    return what, ways, out


def cheapest_ways(ways: list[tuple[str, str, str, float]]) -> dict[tuple[str, str], float]:
    """Log points of the cheapest way from each city to each port, of all that pass no place twice."""
    near = defaultdict(list)
    for a, b, mode, km in ways:
        rate, _, speed, _, detour = LAND[mode]
        each = rate * km * detour / VALUE + DAY * km * detour / speed
        near[a].append((b, mode, each))
        near[b].append((a, mode, each))
    best: dict[tuple[str, str], float] = {}

    def on(start: str, at: str, by: str, passed: frozenset[str], cost: float) -> None:
        if cost < best.get((start, at), np.inf):
            best[start, at] = cost
        for to, mode, each in near[at]:
            if to not in passed:
                _, once, _, wait, _ = LAND[mode]
                enters = 0.0 if mode == by else once / VALUE + DAY * wait
                on(start, to, mode, passed | {to}, cost + enters + each)

    for city in PLACES:
        on(city, city, "", frozenset([city]), 0.0)
    return best


def told(seed: int, folder: Path) -> tuple[Response, dict[str, Any]]:
    """What the program answers, and what comes out by loops: d̂ and tolls w h i, and what passes h g."""
    what, ways, out = drawn_network(seed)
    edges = ["from,to,mode,km,opened,class", *(f"{a},{b},{m},{km},," for a, b, m, km in ways)]
    edges += [f"{g},BOR,ocean,{km},," for g, km in out]
    net = toy_network(folder, cities=CITIES, edges="\n".join(edges) + "\n")
    model, acc = registry.find("gateway"), xh.toyland()
    p = model.parameters(network=net, income=False, people="services", fee_service="SER", distance="freight",
                         congestion=what["congestion"], route_spread=what["spread"])  # fmt: skip
    shock = [edits.GatewayFee(gateways="NP", change=what["fee"], rebated=what["rebated"])] if what["fee"] else []
    shock += [edits.GatewayCapacity(gateways="SP", change=what["capacity"])] if what["capacity"] else []
    shock += [edits.Way(gateways="NP", to="BOR", cost=what["longer"])] if what["longer"] else []
    shock += [edits.GatewayClosed(gateways="SP")] if what["closed"] else []
    got = responded(model, acc, Shock(tuple(shock)), p)
    theta, goods = (
        np.asarray(resting(acc, p, lent("elasticities", acc)).ground.theta.between),
        acc.sectors.select("goods"),
    )
    return got, _by_loops(what, ways, out, acc, theta, [int(i) for i in goods])


def _by_loops(
    what: dict[str, Any], ways: Any, out: Any, acc: Any, theta: np.ndarray, goods: list[int]
) -> dict[str, Any]:
    cheap, V, ports = cheapest_ways(ways), what["spread"], ("NP", "SP")
    rate, once, speed, wait, _ = OCEAN
    sea = {g: (rate * km + once) / VALUE + DAY * (km / speed + wait) for g, km in out}
    z = {a: [cheap[a, g] + sea[g] for g in ports] for a in PLACES}
    at, away = [acc.geography.codes.index(h) for h in HOME], acc.geography.codes.index("BOR")
    share = {a: w / sum(v for r, v in PLACES.values() if r == h) for a, (h, w) in PLACES.items()}

    def chosen(costs: list[float]) -> tuple[float, list[float]]:
        e = [np.exp(-V * (c - min(costs))) for c in costs]
        return min(costs) - np.log(sum(e)) / V, [x / sum(e) for x in e]

    traded: dict[tuple[str, int, int], float] = {}
    for h in range(3):
        mine = [a for a in PLACES if PLACES[a][0] == h]
        for i in goods:
            pull = {a: share[a] * np.exp(-theta[i] * chosen(z[a])[0]) for a in mine}
            for w, cell in enumerate(((at[h], away, i), (away, at[h], i))):
                for a in mine:
                    traded[a, w, i] = acc.flow[cell] * pull[a] / sum(pull.values())

    def passing(added: list[float]) -> list[float]:
        return [sum(v * chosen([x + u for x, u in zip(z[a], added, strict=True)])[1][g] for (a, _, _), v in traded.items())
                for g in range(2)]  # fmt: skip

    plain = [what["fee"] + what["longer"], np.inf if what["closed"] else 0.0]
    room = [passing([0.0, 0.0])[0], passing([0.0, 0.0])[1] * (1 + what["capacity"])]
    added, strength = plain, what["congestion"]
    if strength and what["closed"]:  # all goes north: what is added is known
        added = [plain[0] + strength * np.log(sum(room_of for room_of in passing([0.0, 0.0])) / room[0]), np.inf]
    elif strength:  # both follow from how much dearer the north becomes against the south

        def off(apart: float) -> float:
            t = passing([apart, 0.0])
            more = [strength * np.log(t[g] / room[g]) for g in range(2)]
            return plain[0] + more[0] - plain[1] - more[1] - apart

        apart = brentq(off, -1.0, 1.0, xtol=1e-15, rtol=1e-15)
        t = passing([apart, 0.0])
        added = [plain[g] + strength * np.log(t[g] / room[g]) for g in range(2)]
    new = {a: [x + u for x, u in zip(z[a], added, strict=True)] for a in PLACES}
    cost, toll = np.ones((2, 3, len(goods))), np.zeros((2, 3, len(goods)))
    for w in range(2):
        for h in range(3):
            mine = [a for a in PLACES if PLACES[a][0] == h]
            whole = sum(traded[a, w, i] for a in mine for i in goods)
            north = sum(traded[a, w, i] * chosen(new[a])[1][0] for a in mine for i in goods) / whole
            taken = north * (1 - np.exp(-what["fee"] * what["rebated"]))
            for k, i in enumerate(goods):
                before, after = (-np.log(sum(share[a] * np.exp(-theta[i] * chosen(y[a])[0]) for a in mine)) / theta[i]
                                 for y in (z, new))  # fmt: skip
                cost[w, h, k], toll[w, h, k] = np.exp(after - before) * (1 - taken), taken / (1 - taken)
    passes = np.array([[sum(v * chosen(new[a])[1][g] for (a, _, _), v in traded.items() if PLACES[a][0] == h)
                        for g in range(2)] for h in range(3)])  # fmt: skip
    return {"cost": cost, "toll": toll, "passes": passes}


def apart_from_ways(seed: int, folder: Path) -> float:
    """The most that an answer at random lies from the loops, relative."""
    got, here = told(seed, folder)
    d, k = got.detail, xh.toyland().sectors.select("goods")
    cost, toll = d["cost"].to_numpy(), d["toll"].to_numpy().sum(0)
    both = [(np.stack([a[:3, 3][:, k], a[3, :3][:, k]]), here[name]) for name, a in (("cost", cost), ("toll", toll))]
    both.append((d["passes"].sel(home=list(HOME), gateway=["NP", "SP"]).to_numpy()[0], here["passes"]))
    return max(float((np.abs(a - b) / (1e-3 + np.abs(b))).max()) for a, b in both)
