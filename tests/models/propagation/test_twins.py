"""The short-run kernel against a twin written with plain loops, for every option."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

from xunhuan.data.accounts import Accounts
from xunhuan.models.edits import Capacity, Destruction, Gateway, Link, Orders, Stock, Tariff, TradeCost
from xunhuan.models.model import Shock
from xunhuan.models.propagation import PropagationParameters, respond, simulate
from xunhuan.models.propagation.ratings import criticality, inventory_days, shelf_days
from xunhuan.models.propagation.timeline import pressure

pytestmark = pytest.mark.twin

DAYS = 70

EVERYTHING = Shock(
    (
        Capacity("AT-N", "MAN", loss=0.6, start=5, end=25, recovery="linear", recovery_days=10),
        Capacity("AT-N+AT-E", "SER", loss=0.3, start=12, end=30, recovery="logistic", recovery_days=9),
        Orders("BOR", "goods", change=-0.5, start=8, end=20),
        Orders("BOR", "MAN", origin="AT-S", change=-0.4, start=10, end=22),
        Link("AT-E", "AT-S", "FAR", loss=0.7, start=15, end=33),
        Gateway("AT-S", "all", loss=0.4, start=18, end=40, recovery="exponential", recovery_days=12),
        Stock("AT-E", "FAR+MAN", factor=1.5, start=0, end=12),
    )
)

OPTIONS = [
    {},
    {"rationing": "proportional"},
    {"rationing": "home_first"},
    {"criticality": "leontief", "rationing": "proportional"},
    {"criticality": "linear", "rationing": "home_first"},
    {"criticality": "ratings_critical"},
    {"criticality": "ratings_ignored", "caution": 0.8},
    {"inventory_set": "colon", "inventory_scale": {"MAN": 0.3}, "criticality": "leontief"},
    {"caution": 0.9, "rationing": "proportional", "target": "demand", "destock": False, "expect_days": 0},
    {"target": "demand", "slack": 0.1, "expect_days": 20, "overproduction_days": 30, "overproduction_max": 1.5},
    {"substitution": False},
    {"reorder": "all"},
    {"allotment": "orders", "inventory_days": 4},
    {"allotment": "orders", "reorder": "all", "rationing": "proportional"},
    {"reorder": "all", "rationing": "home_first", "revise_days": 1},
    {"elasticity_long": 9.0, "elasticity_year": 8.9, "rationing": "home_first"},
    {"inventory_days": 3, "shelf_days": {"FAR": 2.5, "SER": 2}, "restock_days": 4},
    {"inventory_days": 2, "shelf_days": {"FAR": 2.5}, "criticality": "leontief", "revise_days": 14},
    {"inventory_days": 0, "shelf_days": {"FAR": 0.4, "MAN": 0.3}},
    {"inventory_days": 0, "shelf_days": {"FAR": 0.3, "MAN": 0.4}, "criticality": "leontief"},
    {"step_days": 0.5, "horizon_days": DAYS / 2, "record_days": 3.5},
]


def odd(toy: Accounts) -> Accounts:
    """Toyland with a third category that is negative in places, as a fall in inventories is."""
    fall = np.zeros((4, 3, 1))
    fall[0, 1], fall[2, 2], fall[3, 0] = -20.0, -9.0, 4.0
    final = np.concatenate([toy.final, fall], axis=2)
    final[:, :, 0] -= fall[:, :, 0]
    return dataclasses.replace(toy, final=final, categories=(*toy.categories, "inventory"), name="odd")


class Naive:
    """One cell at a time. Letters as everywhere; stocks in a dictionary of (s, i, j)."""

    def __init__(self, acc: Accounts, p: PropagationParameters, pull: np.ndarray) -> None:
        self.acc, self.p, self.dt, self.pull = acc, p, p.step_days, pull
        R, S = range(acc.R), range(acc.S)
        self.R, self.S = R, S
        rho, holds, keeps = criticality(acc.sectors, p), inventory_days(acc.sectors, p), shelf_days(acc.sectors, p)
        self.rho, self.keeps = rho, keeps
        self.spoils = [code not in acc.sectors.groups["services"] for code in acc.sectors.codes]
        self.days = {(i, j): min(holds[i, j], keeps[i]) for i in S for j in S}
        self.tau = {k: max(self.dt, min(p.restock_days, v)) for k, v in self.days.items()}
        total = {(s, i): sum(acc.flow[r, s, i] for r in R) for s in R for i in S}
        self.pi0 = {(r, s, i): acc.flow[r, s, i] / total[s, i] for r in R for s in R for i in S}
        self.use = {(s, i, j): acc.use[s, i, j] / 365 for s in R for i in S for j in S}
        self.final = {(s, i): sum(max(v, 0) for v in acc.final[s, i]) / 365 for s in R for i in S}
        self.old = {(s, i): sum(max(-v, 0) for v in acc.final[s, i]) / 365 for s in R for i in S}
        self.x0 = {(r, i): sum(acc.flow[r, s, i] for s in R) / 365 for r in R for i in S}
        self.a = {(s, i, j): self.use[s, i, j] / self.x0[s, j] for s in R for i in S for j in S}
        self.stock = {k: self.use[k] * (self.days[k[1], k[2]] + self.dt) for k in self.use}
        self.x, self.wanted, self.expected = dict(self.x0), dict(self.x0), dict(self.x0)
        self.alpha = dict.fromkeys(self.x0, 1.0)
        self.pi = dict(self.pi0)
        self.debt = dict.fromkeys(self.pi0, 0.0)
        self.steps = 0
        self.met_so_far = dict.fromkeys(self.final, 0.0)
        self.built_so_far = dict.fromkeys(self.final, 0.0)
        self.quakes: list[Destruction] = []
        self.wreck: list[dict[tuple[int, int], float]] = []

    def struck(self, quakes: tuple[Destruction, ...]) -> None:
        """Capital that will be destroyed, and what it takes to rebuild it."""
        for q in quakes:
            self.quakes.append(q)
            self.wreck.append(dict.fromkeys(self.final, 0.0))

    def needed(self, q: Destruction) -> dict[tuple[int, int], float]:
        """Value of good i that region s needs to rebuild all that q destroys there."""
        acc, f, out = self.acc, self.acc.categories.index("investment"), {}
        hit = set(acc.geography.select(q.regions, acc.home))
        among = set(acc.sectors.select(q.sectors))
        for s in self.R:
            worth = sum(q.capital_ratio * acc.value_added[s, j].sum() for j in among) if s in hit else 0.0
            invested = {i: max(acc.final[s, i, f], 0.0) for i in self.S}
            for i in self.S:
                out[s, i] = q.loss * worth * invested[i] / sum(invested.values())
        return out

    def stands(self, r: int, j: int) -> float:
        out = 1.0
        for q, left in zip(self.quakes, self.wreck, strict=True):
            there = r in self.acc.geography.select(q.regions, self.acc.home) and j in self.acc.sectors.select(q.sectors)
            if there:
                whole = sum(self.needed(q)[r, i] for i in self.S)
                out *= 1 - q.loss * sum(left[r, i] for i in self.S) / whole
        return out

    def target(self, s: int, i: int, j: int, ratio: float) -> float:
        days = min(self.days[i, j] * ratio, max(self.keeps[i], self.days[i, j])) if ratio != 1 else self.days[i, j]
        level = self.use[s, i, j] if self.p.target == "base" else self.a[s, i, j] * self.expected[s, j]
        return (days + self.dt) * level

    def order(self, s: int, i: int, j: int, ratio: float) -> float:
        gap = self.target(s, i, j, ratio) - self.stock[s, i, j]
        if not self.p.destock:
            gap = max(gap, 0.0)
        return max(0.0, self.a[s, i, j] * min(self.x[s, j], self.bound[s, j]) + gap / self.tau[i, j])

    def limit(self, s: int, j: int) -> float:
        p = self.p
        held = {i: max(self.dt, p.caution * (self.days[i, j] + self.dt)) for i in self.S}
        if p.criticality == "linear":
            return sum(self.stock[s, i, j] for i in self.S) / sum(self.a[s, i, j] * held[i] for i in self.S)
        rho = self.rho
        bounds = [
            rho[i, j] * self.stock[s, i, j] / (self.a[s, i, j] * held[i]) + (1 - rho[i, j]) * self.x0[s, j]
            for i in self.S
            if rho[i, j] > 0
        ]
        return min(bounds, default=math.inf)

    def step(self, now) -> None:
        R, S, p, g = self.R, self.S, self.p, self.acc.geography
        ratio = (lambda s, i: 1.0) if now.target is None else (lambda s, i: now.target[s, i])
        self.bound = {(s, j): self.limit(s, j) if g.codes[s] not in g.open else math.inf for s in R for j in S}
        o = {(s, i, j): self.order(s, i, j, ratio(s, i)) for s in R for i in S for j in S}
        O = {(s, i): sum(o[s, i, j] for j in S) for s in R for i in S}
        part = {(s, i): self.recall(s, i, O[s, i], ratio) for s in R for i in S}
        regular = {k: self.pi[k] * (1 - part[k[1], k[2]]) for k in self.pi}
        source = dict(regular)
        for r, s, i in self.pi:
            whole = sum(self.debt[q, s, i] for q in R)
            if whole > 0:
                source[r, s, i] += part[s, i] * self.debt[r, s, i] / whole
        for q, wreck in zip(self.quakes, self.wreck, strict=True):
            if self.steps == round(q.start / self.dt):
                for k, v in self.needed(q).items():
                    wreck[k] += v
        asks = {k: [w[k] / q.rebuild_days for q, w in zip(self.quakes, self.wreck, strict=True)] for k in self.final}
        D = {(s, i): self.final[s, i] * now.demand[s, i] + sum(asks[s, i]) for s in R for i in S}
        old = {k: min(self.old[k], O[k] + D[k]) / (O[k] + D[k]) for k in O}
        N = {(s, i): sum(self.need(o, s, i, j) for j in S) for s in R for i in S}
        W, F = {k: O[k] * (1 - old[k]) for k in O}, {k: D[k] * (1 - old[k]) for k in D}
        tilt, room = {}, {}
        if now.tilted is not None:
            tilt = {(r, s, i): now.tilt[g, r, s] for g, i in enumerate(now.tilted) for r in R for s in R}
        if now.cells is not None:
            room = {(r, s, i): t for i, r, s, t in zip(*now.cells, now.room, strict=True)}
        to_use, to_final, left = {}, {}, {}
        for k in self.pi:
            r, s, i = k
            u, f = source[k] * W[s, i], self.pi[k] * tilt.get(k, 1.0) * F[s, i]
            left[k] = min(1.0, room[k] / (u + f)) if k in room and u + f > 0 else 1.0
            to_use[k], to_final[k] = u * left[k], f * left[k]
        x, wanted, phi = {}, {}, {}
        for r in R:
            for i in S:
                au, af = sum(to_use[r, s, i] for s in R), sum(to_final[r, s, i] for s in R)
                cap = self.x0[r, i] * (1 + p.slack) * self.alpha[r, i] * now.capacity[r, i]
                cap *= self.stands(r, i)
                if g.codes[r] in g.open:
                    cap = self.x0[r, i] * now.capacity[r, i] if now.capacity[r, i] < 1 else math.inf
                wanted[r, i] = min(cap, au + af)
                x[r, i] = min(wanted[r, i], self.bound[r, i])
                an = sum(to_use[r, s, i] * N[s, i] / O[s, i] for s in R if O[s, i] > 0)
                near = sum(to_use[r, s, i] + to_final[r, s, i] for s in R if g.nation[s] == g.nation[r])
                for s in R:
                    first = (
                        near
                        if p.rationing == "home_first"
                        else to_use[r, r, i] * N[r, i] / O[r, i]
                        if O[r, i] > 0
                        else 0.0
                    )
                    close = g.nation[s] == g.nation[r] if p.rationing == "home_first" else s == r
                    phi[r, s, i] = self.fill(x[r, i], an, au, af, first, close, N[s, i], O[s, i])
                zeta = 1 - x[r, i] / (au + af) if au + af > 0 else 0.0
                a = self.alpha[r, i]
                pull = (p.overproduction_max - a) * zeta - (a - 1) * (1 - zeta)
                self.alpha[r, i] = a + self.dt / p.overproduction_days * pull
        self.received = {(s, i): sum(to_use[r, s, i] * phi[r, s, i][0] for r in R) for s in R for i in S}
        arrived = {(s, i): sum(to_final[r, s, i] * phi[r, s, i][1] for r in R) for s in R for i in S}
        whole = {k: D[k] * old[k] + v for k, v in arrived.items()}
        self.met = {k: v * (1 - sum(asks[k]) / D[k]) if D[k] > 0 else 0.0 for k, v in whole.items()}
        for k, v in whole.items():
            for wreck, ask in zip(self.wreck, asks[k], strict=True):
                got = self.dt * v * ask / D[k] if D[k] > 0 else 0.0
                wreck[k] -= got
                self.built_so_far[k] += got
        after = {}
        for k, met in self.met.items():
            self.met_so_far[k] += self.dt * met
        for s, i, j in o:
            arrived = self.arrived(s, i, j, o, old[s, i] * O[s, i] + self.received[s, i])
            stock = self.stock[s, i, j]
            used = min(self.a[s, i, j] * x[s, j], stock / self.dt)
            lasts = max(self.keeps[i], self.dt)
            spoiled = max(0.0, (stock - self.dt * used) / lasts - used) if self.spoils[i] else 0.0
            after[s, i, j] = stock + self.dt * (arrived - used - spoiled)
            assert after[s, i, j] > -1e-12, "nothing is taken from an empty store"
        self.stock = after
        for k in self.debt if p.reorder == "supplier" else ():
            r, s, i = k
            missed = regular[k] * W[s, i] - to_use[k] * phi[k][0]
            self.debt[k] = max(0.0, self.debt[k] + self.dt * missed)
        self.steps += 1
        if self.steps % round(p.revise_days / self.dt) == 0:
            self.drift(W, F, left, phi)
        self.x, self.wanted = x, wanted
        learned = min(1, self.dt / self.p.expect_days) if self.p.expect_days else 1
        for k, seen in wanted.items():
            self.expected[k] += learned * (seen - self.expected[k])

    def arrived(self, s: int, i: int, j: int, o: dict[tuple[int, int, int], float], got: float) -> float:
        whole = sum(o[s, i, k] for k in self.S)
        if self.p.allotment == "orders":
            return o[s, i, j] * got / whole if whole > 0 else 0.0
        need = {k: self.need(o, s, i, k) for k in self.S}
        needed = sum(need.values())
        first = min(1.0, got / needed) if needed > 0 else 1.0
        then = min(1.0, max(0.0, got - first * needed) / (whole - needed)) if whole > needed else 0.0
        return need[j] * first + (o[s, i, j] - need[j]) * then

    def recall(self, s: int, i: int, ordered: float, ratio) -> float:
        """Forgive debts beyond what stocks lack; the part of the orders that asks debtors only."""
        gap = sum(max(0.0, self.target(s, i, j, ratio(s, i)) - self.stock[s, i, j]) for j in self.S)
        whole = sum(self.debt[r, s, i] for r in self.R)
        if whole == 0:
            return 0.0
        kept = min(1.0, gap / whole)
        for r in self.R:
            self.debt[r, s, i] *= kept
        usual = sum(self.a[s, i, j] * self.wanted[s, j] for j in self.S)
        return max(0.0, ordered - usual) / ordered * kept * whole / gap if ordered > 0 and gap > 0 else 0.0

    def need(self, o: dict[tuple[int, int, int], float], s: int, i: int, j: int) -> float:
        usual = self.a[s, i, j] * self.wanted[s, j]
        return min(o[s, i, j], usual) if self.p.allotment == "needs" else o[s, i, j]

    def fill(
        self, x: float, need: float, use: float, final: float, near: float, at_home: bool, n: float, o: float
    ) -> tuple[float, float]:
        """Fill rates of an order of industries, n of o of which is current need, and of final users."""
        if self.p.rationing == "proportional":
            both = x / (use + final) if use + final > 0 else 1.0
            return both, both
        if self.p.rationing == "final_last":
            rest = use - need
            a = min(1.0, x / near) if near > 0 else 1.0
            far = max(need - near, 0.0)
            left = max(x - near * a, 0.0)
            c = min(1.0, left / far) if far > 0 else 1.0
            left = max(left - far * c, 0.0)
            b = min(1.0, left / rest) if rest > 0 else 1.0
            left = max(left - rest * b, 0.0)
            both = ((a if at_home else c) * n + b * (o - n)) / o if o > 0 else 1.0
            return both, min(1.0, left / final) if final > 0 else 1.0
        a = min(1.0, x / near) if near > 0 else 1.0
        far = max(use + final - near, 0.0)
        b = min(1.0, max(x - near * a, 0.0) / far) if far > 0 else 1.0
        return (a, a) if at_home else (b, b)

    def drift(self, W, F, left, phi) -> None:
        p, lam = self.p, self.p.substitution_rate
        if lam == 0:
            return
        for s in self.R:
            for i in self.S:
                whole = W[s, i] + F[s, i]
                part = W[s, i] / whole if whole > 0 else 0.0
                best = {}
                for r in self.R:
                    q = left[r, s, i] * (phi[r, s, i][0] * part + phi[r, s, i][1] * (1 - part))
                    best[r] = self.pi0[r, s, i] * self.pull[r, s, i] * q
                if sum(best.values()) > 0:
                    for r in self.R:
                        new = best[r] / sum(best.values())
                        self.pi[r, s, i] += min(1.0, lam * p.revise_days) * (new - self.pi[r, s, i])


def compare(acc: Accounts, shock: Shock, options: dict[str, object], pull: np.ndarray) -> float:
    """Largest relative gap between kernel and twin in stocks, output, shares and overtime at the end of the run."""
    p = PropagationParameters(**{"horizon_days": DAYS, "record_days": 7, **options})
    run = simulate(acc, shock, p)
    twin = Naive(acc, p, pull)
    twin.struck(shock.of(Destruction))
    for k in range(p.steps):
        twin.step(pressure(run.timeline, k))
    state, worst = run.state, 0.0
    pairs = [(state.stock[i, s, j], v) for (s, i, j), v in twin.stock.items()]
    pairs += [(state.output[k], v) for k, v in twin.x.items()] + [(state.overtime[k], v) for k, v in twin.alpha.items()]
    pairs += [(state.share[i, r, s], v) for (r, s, i), v in twin.pi.items()]
    pairs += [(run.books.met[k], v) for k, v in twin.met_so_far.items()]
    pairs += [(run.books.built[k], v) for k, v in twin.built_so_far.items()]
    pairs += [(state.outstanding[n][k], v) for n, left in enumerate(twin.wreck) for k, v in left.items()]
    for fast, slow in pairs:
        worst = max(worst, abs(fast - slow) / max(abs(slow), 1e-3))
    assert np.abs(run.books.direct).sum() + np.abs(run.books.demand).sum() > 1, "an unmoved economy shows nothing"
    return worst


@pytest.mark.parametrize("options", OPTIONS, ids=lambda o: ",".join(f"{k}={v}" for k, v in o.items()) or "default")
def test_kernel_equals_loops(toy: Accounts, options: dict[str, object]) -> None:
    shock = EVERYTHING
    if "horizon_days" in options:
        shock = Shock(tuple(e.model_copy(update={"start": e.start / 2, "end": e.end / 2}) for e in EVERYTHING.timed))
    assert compare(odd(toy), shock, options, np.ones((4, 4, 3))) < 1e-12


QUAKES = (
    Destruction("AT-N", "MAN", loss=0.3, start=6, rebuild_days=30),
    Destruction("AT-N+BOR", "all", loss=0.1, start=20, rebuild_days=45, capital_ratio=2.0),
)


@pytest.mark.parametrize("rule", ["proportional", "final_last", "home_first"])
def test_destroyed_capital_equals_loops(toy: Accounts, rule: str) -> None:
    shock = Shock((*EVERYTHING.edits, *QUAKES))
    assert compare(odd(toy), shock, {"rationing": rule}, np.ones((4, 4, 3))) < 1e-12


def test_open_region_equals_loops(toy: Accounts) -> None:
    acc = toy.restrict("ATL")
    shock = Shock(
        (
            Capacity("ROW", "MAN", loss=0.9, start=3, end=50),
            Capacity("AT-S", "FAR", loss=0.5, start=3, end=60),
            Orders("ROW", "all", change=-0.3, start=10, end=DAYS),
        )
    )
    days = {"inventory_days": 5, "rationing": "proportional"}
    assert compare(acc, shock, days, np.ones((4, 4, 3))) < 1e-12


def test_lasting_price_changes_pull_sourcing_like_the_loops(toy: Accounts) -> None:
    shock = Shock((Tariff("ATL", "BOR", "MAN", add=0.25), TradeCost("AT-E", "AT-N", "FAR", change=0.5)))
    kappa = np.ones((4, 4, 3))
    kappa[:3, 3, 1] = (1 + toy.tariff[:3, 3, 1] + 0.25) / (1 + toy.tariff[:3, 3, 1])
    kappa[1, 0, 0] = 1.5
    assert compare(toy, shock, {"elasticity_long": 4.0, "elasticity_year": 3.9}, kappa**-4.0) < 1e-12


def test_swapping_like_axes_changes_the_answer(toy: Accounts) -> None:
    """A cut from r to s is not a cut from s to r, and a shock to good i is not one to industry j."""
    p = PropagationParameters(horizon_days=28)
    pairs = [
        (Link("AT-N", "AT-E", "MAN"), Link("AT-E", "AT-N", "MAN")),
        (Stock("AT-N", "FAR", factor=3.0), Stock("AT-N", "MAN", factor=3.0)),
        (Orders("BOR", "MAN", "AT-N", change=-1.0), Orders("AT-N", "MAN", "BOR", change=-1.0)),
    ]
    for one, two in pairs:
        until = {"end": 28.0}
        a, b = (respond(toy, Shock((e.model_copy(update=until),)), p).detail["output_lost"] for e in (one, two))
        assert float(np.abs(a - b).max()) > 1e-3
