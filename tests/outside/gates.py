"""Trade through gateways at random, held against docs/gateways.md in plain loops over every way.

What carrying costs is the cheapest of all ways from place to place, listed one by one, each mode's terminal paid where it is
entered, or the sum over all of them where freight chooses at every node. Costs are those of carrying or as steep as distance
has them, with what is added to gateways so that observed shares are met. Cities choose gateways by cost, a region's trade is
that of its cities. Nothing of the program is used but the tables of the network, of the parameters' costs and of trade.
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import brentq

import xunhuan as xh
from tests.helpers.ports import CITIES, toy_network
from xunhuan.errors import BadInput
from xunhuan.models import registry
from xunhuan.models.gateway import edits
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
    more = np.random.default_rng([seed, 12])
    what |= {"route": str(more.choice(["two_stage", "logit"])), "distance": str(more.choice(["freight", "gravity"])),
             "effect": float(more.uniform(0.8, 1.8)),
             "targets": [float(more.uniform(0.15, 0.85)) if more.random() < 0.4 else None for _ in range(2)]}  # fmt: skip
    if what["route"] == "logit":  # duller, and going in circles would pay
        what["spread"] = float(more.uniform(250, 900))
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


def ways_at_random(ways: list[tuple[str, str, str, float]], spread: float) -> dict[tuple[str, str], float] | None:
    """Log points where freight chooses anew at every node: e^(−V x) summed over all ways of any length, circles
    too. None where the sum has no end. A mode but the road is a floor above it, half of what is paid once up and half down.
    """
    rooms, edges = {}, {}

    def room(place: str, floor: str) -> int:
        return rooms.setdefault((place, floor), len(rooms))

    for a, b, mode, km in ways:
        rate, once, speed, wait, detour = LAND[mode]
        floor = "" if mode == "road" else mode
        pairs = [((a, floor), (b, floor), rate * km * detour / VALUE + DAY * km * detour / speed)]
        pairs += [((p, ""), (p, floor), (once / VALUE + DAY * wait) / 2) for p in (a, b) if floor]
        for p, q, x in pairs:
            edges[room(*p), room(*q)] = edges[room(*q), room(*p)] = np.exp(-spread * x)
    A = np.zeros((len(rooms), len(rooms)))
    for (k, m), v in edges.items():
        A[k, m] = v
    if max(abs(np.linalg.eigvals(A))) >= 1:
        return None
    total, step = np.eye(len(A)), A
    while step.max() > 1e-18 * total.max():
        total, step = total + step, step @ A
    found = {}
    for a in PLACES:
        for (place, floor), k in rooms.items():
            if not floor:
                found[a, place] = 0.0 if place == a else -np.log(total[rooms[a, ""], k]) / spread
    return found


def steeper(what: dict[str, Any], cheap: dict[tuple[str, str], float], theta: np.ndarray, traded: np.ndarray) -> float:
    """κ of the class: how much more distance costs than carrying, so that θ κ x rises with ln km as trade falls; a mean over
    goods by what is traded abroad."""
    if what["distance"] == "freight":
        return 1.0
    at = {a: (float(lon), float(lat)) for a, _, _, lon, lat, _ in (x.split(",") for x in CITIES.split("\n")[1:] if x)}

    def km(a: str, b: str) -> float:
        (x, y), (u, v) = (np.radians(at[c]) for c in (a, b))
        h = np.sin((v - y) / 2) ** 2 + np.cos(y) * np.cos(v) * np.sin((u - x) / 2) ** 2
        return float(2 * 6371 * np.arcsin(np.sqrt(h)))

    whole = {h: sum(w for r, w in PLACES.values() if r == h) for h in range(3)}
    kappa = []
    for t in theta:
        far, dear = [], []
        for h in range(3):
            for g in range(3):
                pairs = [(a, b, PLACES[a][1] * PLACES[b][1] / whole[h] / whole[g])
                         for a in PLACES for b in PLACES if PLACES[a][0] == h and PLACES[b][0] == g and g != h]  # fmt: skip
                if pairs:
                    far.append(np.log(sum(w * km(a, b) for a, b, w in pairs)))
                    dear.append(-np.log(sum(w * np.exp(-t * cheap[a, b]) for a, b, w in pairs)))
        kappa.append(what["effect"] / np.polyfit(far, dear, 1)[0])
    return float(np.average(kappa, weights=traded))


def told(seed: int, folder: Path) -> tuple[Response | None, dict[str, Any] | None]:
    """What the program answers, and what comes out by loops: d̂ and tolls w h i, and what passes h g; None of both where
    choice at every node has no end."""
    what, ways, out = drawn_network(seed)
    edges = ["from,to,mode,km,opened,class", *(f"{a},{b},{m},{km},," for a, b, m, km in ways)]
    edges += [f"{g},BOR,ocean,{km},," for g, km in out]
    net = toy_network(folder, cities=CITIES, edges="\n".join(edges) + "\n")
    model, acc = registry.find("gateway"), xh.toyland()
    p = model.parameters(network=net, income=False, people="services", fee_service="SER", distance=what["distance"],
                         congestion=what["congestion"], route_spread=what["spread"], route=what["route"],
                         distance_effect=what["effect"], targets=_targets(what, folder))  # fmt: skip
    shock = [edits.GatewayFee(gateways="NP", change=what["fee"], rebated=what["rebated"])] if what["fee"] else []
    shock += [edits.GatewayCapacity(gateways="SP", change=what["capacity"])] if what["capacity"] else []
    shock += [edits.Way(gateways="NP", to="BOR", cost=what["longer"])] if what["longer"] else []
    shock += [edits.GatewayClosed(gateways="SP")] if what["closed"] else []
    lends, goods = lent("elasticities", acc), [int(i) for i in acc.sectors.select("goods")]
    here = _by_loops(what, ways, out, acc, lends, goods)
    try:
        return responded(model, acc, Shock(tuple(shock)), p), here
    except BadInput as e:
        if "choice at every node does not converge" not in str(e):
            raise
        return None, here


def _targets(what: dict[str, Any], folder: Path) -> str:
    rows = [f"general,{way},{g},{s}" for way, north in zip(("export", "import"), what["targets"], strict=True)
            if north is not None for g, s in (("NP", north), ("SP", 1 - north))]  # fmt: skip
    if not rows:
        return "none"
    (folder / "seen.csv").write_text("\n".join(["class,way,gateway,share", *rows]) + "\n", encoding="utf-8")
    return str(folder / "seen.csv")


def chosen(costs: list[float], V: float) -> tuple[float, list[float]]:
    """X and π of a choice of gateways."""
    e = [np.exp(-V * (c - min(costs))) for c in costs]
    return min(costs) - np.log(sum(e)) / V, [x / sum(e) for x in e]


def _by_loops(
    what: dict[str, Any], ways: Any, out: Any, acc: Any, elastic: Any, goods: list[int]
) -> dict[str, Any] | None:
    V, ports = what["spread"], ("NP", "SP")
    theta, within = np.asarray(elastic.between), np.asarray(elastic.within)
    cheap = cheapest_ways(ways) if what["route"] == "two_stage" else ways_at_random(ways, V)
    if cheap is None:
        return None
    at, away = [acc.geography.codes.index(h) for h in HOME], acc.geography.codes.index("BOR")
    abroad = np.array([sum(acc.flow[h, away, i] + acc.flow[away, h, i] for h in at) for i in goods])
    kappa = steeper(what, cheap, within[goods], abroad)
    rate, once, speed, wait, _ = OCEAN
    sea = {g: (rate * km + once) / VALUE + DAY * (km / speed + wait) for g, km in out}
    share = {a: w / sum(v for r, v in PLACES.values() if r == h) for a, (h, w) in PLACES.items()}
    z, traded = {}, {}
    for w, target in enumerate(what["targets"]):
        seen = [0.0, 0.0]
        for _ in range(1 if target is None else 3):  # what cities trade moves a little with what is added
            for a in PLACES:
                z[w, a] = [kappa * cheap[a, g] + sea[g] + f for g, f in zip(ports, seen, strict=True)]
            for h in range(3):
                mine = [a for a in PLACES if PLACES[a][0] == h]
                for i in goods:
                    pull = {a: share[a] * np.exp(-theta[i] * chosen(z[w, a], V)[0]) for a in mine}
                    cell = (at[h], away, i) if w == 0 else (away, at[h], i)
                    for a in mine:
                        traded[a, w, i] = acc.flow[cell] * pull[a] / sum(pull.values())
            if target is not None:
                plain = {a: [kappa * cheap[a, g] + sea[g] for g in ports] for a in PLACES}
                value = {a: sum(v for (b, m, _), v in traded.items() if (b, m) == (a, w)) for a in PLACES}

                def north(apart: float) -> float:
                    by = sum(v * chosen([plain[a][0] + apart, plain[a][1]], V)[1][0] for a, v in value.items())  # noqa: B023
                    return by / sum(value.values()) - target  # noqa: B023

                apart = brentq(north, -20.0, 20.0, xtol=1e-15, rtol=1e-15)
                seen = [
                    (1 - target) * apart,
                    -target * apart,
                ]  # weighted by the shares that were seen they come to nothing
        for a in PLACES:
            z[w, a] = [kappa * cheap[a, g] + sea[g] + f for g, f in zip(ports, seen, strict=True)]

    def passing(added: list[float]) -> list[float]:
        dearer = {wa: [x + u for x, u in zip(costs, added, strict=True)] for wa, costs in z.items()}
        return [sum(v * chosen(dearer[w, a], V)[1][g] for (a, w, _), v in traded.items()) for g in range(2)]

    plain = [what["fee"] + what["longer"], np.inf if what["closed"] else 0.0]
    room = [passing([0.0, 0.0])[0], passing([0.0, 0.0])[1] * (1 + what["capacity"])]
    added, strength = plain, what["congestion"]
    if strength and what["closed"]:  # all goes north: what is added is known
        added = [plain[0] + strength * np.log(sum(room_of for room_of in passing([0.0, 0.0])) / room[0]), np.inf]
    elif strength:  # both follow from how much dearer the north becomes against the south

        def off(apart: float) -> float:
            with np.errstate(divide="ignore"):  # at the ends nothing passes
                t = np.log(passing([apart, 0.0])) - np.log(room)
            return float(plain[0] - plain[1] + strength * (t[0] - t[1]) - apart)

        apart = brentq(off, -20.0, 20.0, xtol=1e-15, rtol=1e-15)
        t = passing([apart, 0.0])
        added = [plain[g] + strength * np.log(t[g] / room[g]) for g in range(2)]
    new = {wa: [x + u for x, u in zip(costs, added, strict=True)] for wa, costs in z.items()}
    cost, toll = np.ones((2, 3, len(goods))), np.zeros((2, 3, len(goods)))
    for w in range(2):
        for h in range(3):
            mine = [a for a in PLACES if PLACES[a][0] == h]
            whole = sum(traded[a, w, i] for a in mine for i in goods)
            north = sum(traded[a, w, i] * chosen(new[w, a], V)[1][0] for a in mine for i in goods) / whole
            taken = north * (1 - np.exp(-what["fee"] * what["rebated"]))
            for k, i in enumerate(goods):
                before, after = (-np.log(sum(share[a] * np.exp(-theta[i] * chosen(y[w, a], V)[0]) for a in mine)) / theta[i]
                                 for y in (z, new))  # fmt: skip
                cost[w, h, k], toll[w, h, k] = np.exp(after - before) * (1 - taken), taken / (1 - taken)
    passes = np.array([[sum(v * chosen(new[w, a], V)[1][g] for (a, w, _), v in traded.items() if PLACES[a][0] == h)
                        for g in range(2)] for h in range(3)])  # fmt: skip
    return {"cost": cost, "toll": toll, "passes": passes}


def apart_from_ways(seed: int, folder: Path) -> float:
    """The most that an answer at random lies from the loops, relative; infinite where only one of them has an answer."""
    got, here = told(seed, folder)
    if got is None or here is None:
        return 0.0 if got is None and here is None else np.inf
    d, k = got.detail, xh.toyland().sectors.select("goods")
    cost, toll = d["cost"].to_numpy(), d["toll"].to_numpy().sum(0)
    both = [(np.stack([a[:3, 3][:, k], a[3, :3][:, k]]), here[name]) for name, a in (("cost", cost), ("toll", toll))]
    both.append((d["passes"].sel(home=list(HOME), gateway=["NP", "SP"]).to_numpy()[0], here["passes"]))
    return max(float((np.abs(a - b) / (1e-3 + np.abs(b))).max()) for a, b in both)
