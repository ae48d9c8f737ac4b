"""Nations whose leaders look to more than real income, their coordination, and obedience for a privilege, at random.

Whoever plays looks to (1 − φ) [ln W + χ ln y + (1 − κ) B] + φ Σ ω ln W, regions by income, as docs/rivalry.md has it. W, y
and B are read off whole equilibria, each of which can be held against the equations of docs/trade.md: no player gains by
another of its rates, no rates that the coordinated nation could take together give it more, and who obeys asks for no more
than it is given.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from scipy.optimize import minimize

from tests.helpers.outside import Behaviour, Outside
from tests.helpers.uneven import books
from xunhuan.data.accounts import Accounts
from xunhuan.errors import NotConverged
from xunhuan.models import registry
from xunhuan.models.edits.primitives import Primitives, primitives
from xunhuan.models.model import Shock
from xunhuan.models.rivalry.edits import Compliance, OwnBill, Privilege, Promotion
from xunhuan.models.rivalry.minds import minds_of
from xunhuan.models.rivalry.parameters import Provinces
from xunhuan.models.rivalry.provinces import play
from xunhuan.models.trade import TradeParameters, respond

BOUNDS = {"tariff": (0.0, 0.5), "subsidy": (-0.2, 0.2), "export_tax": (-0.2, 0.3)}
STEPS = (-1.0, -0.05, 0.05, 1.0)
"""Moves that are tried, as shares of the way from one bound to the other."""
GAIN, ASKED = 1e-7, 2e-6
"""What a move may gain, and how far what is asked may lie from the best answer of another search, in ln real income."""
WORLD = ("A1", "A2", "B1", "C1")


class Held(NamedTuple):
    """What was found: how it ended, the most that a move gains alone and together, what is left of an equation, how far what
    is asked for obedience lies from here, and whether who obeys is who would."""

    outcome: str
    alone: float = 0.0
    together: float = 0.0
    left: float = 0.0
    asked: float = 0.0
    keeps: bool = True


@dataclass
class Game:
    """A drawn game: the books, what is played, and what each player looks to.

    players  regions of each · home: which are of the home nation · rates: player, regions it is levied in, and good of each
    given    p, what each is given for obedience, share of its income
    """

    acc: Accounts
    instrument: str
    players: list[list[int]]
    home: np.ndarray
    rates: list[tuple[int, list[int], int]]
    theta: np.ndarray
    psi: np.ndarray
    phi: np.ndarray
    chi: np.ndarray
    kappa: np.ndarray
    given: np.ndarray
    edits: tuple[Any, ...]
    asked: Provinces

    @property
    def trade(self) -> TradeParameters:
        """The long run that stands behind it."""
        theta, scale = (dict(zip(self.acc.sectors.codes, x.tolist(), strict=True)) for x in (self.theta, self.psi))
        return TradeParameters(theta=theta, scale=scale, tolerance=1e-12, max_iterations=3000)

    @property
    def income(self) -> np.ndarray:
        """I, what final use costs with duties, r."""
        paid = (self.acc.flow * (1 + self.acc.tariff)).sum(0) / self.acc.flow.sum(0)
        return np.asarray((paid[..., None] * self.acc.final).sum((1, 2)))

    @property
    def weight(self) -> np.ndarray:
        """ω, income of regions at home over the nation's, r."""
        own = np.array([n == self.acc.home for n in self.acc.geography.nation])
        return np.where(own, self.income, 0.0) / self.income[own].sum()

    def answer(self, x: np.ndarray) -> tuple[Primitives, Any]:
        """The equilibrium at rates."""
        rest, nation = primitives(self.acc, Shock()), np.array(self.acc.geography.nation)
        held = {n: getattr(rest, n).copy() for n in BOUNDS}
        for rate, (_, regions, i) in zip(x, self.rates, strict=True):
            for r in regions:
                if self.instrument == "subsidy":
                    held["subsidy"][r, i] += rate
                elif self.instrument == "tariff":
                    held["tariff"][nation != nation[r], r, i] += rate
                else:
                    held["export_tax"][r, nation != nation[r], i] += rate
        now = dataclasses.replace(rest, **held)
        return now, respond(self.acc, now, self.trade)

    def left(self, x: np.ndarray) -> float:
        """What the equilibrium leaves of the page's equations."""
        now, out = self.answer(x)
        b = Behaviour(self.theta, self.theta, self.psi, transfers="nation_share")
        return max(Outside(self.acc, now, b, out).equations().values())

    def seen(self, x: np.ndarray) -> tuple[np.ndarray, float]:
        """What each player's mind makes of some rates, and ln real income of the nation."""
        d, goods = self.answer(x)[1].detail, sorted({i for _, _, i in self.rates})
        made = self.acc.flow.sum(1)[:, goods]
        ln_w = np.log(d["real_income_hat"].to_numpy())
        ln_y = np.log((made * d["output_hat"].transpose("region", "sector").to_numpy()[:, goods]).sum(1) / made.sum(1))
        bill = (d["subsidies"] - d["export_tax_revenue"]).to_numpy() / d["income"].to_numpy()
        nation, out = float(self.weight @ ln_w), []
        for regions, f, c, k in zip(self.players, self.phi, self.chi, self.kappa, strict=True):
            of = self.income[regions] / self.income[regions].sum()
            out.append((1 - f) * float(of @ (ln_w + c * ln_y + (1 - k) * bill)[regions]) + f * nation)
        return np.array(out), nation

    def mine(self, k: int) -> list[int]:
        """Rates of a player."""
        return [c for c, (p, _, _) in enumerate(self.rates) if p == k]

    def moves(self, x: np.ndarray, c: int) -> list[np.ndarray]:
        """The same rates with another one of one player's."""
        low, high = BOUNDS[self.instrument]
        out = []
        for step in STEPS:
            other = x.copy()
            other[c] = np.clip(x[c] + step * (high - low), low, high)
            out += [other] if other[c] != x[c] else []
        return out

    def best(self, x: np.ndarray, plan: np.ndarray, k: int) -> float:
        """What a player gains by its own best rates over the plan's, others at x, by a search without slopes."""
        mine, low_high = self.mine(k), BOUNDS[self.instrument]
        at = np.array(x)
        at[mine] = plan[mine]
        kept = self.seen(at)[0][k]

        def lost(rates: np.ndarray) -> float:
            other = at.copy()
            other[mine] = rates
            return float(kept - self.seen(other)[0][k])

        found = minimize(
            lost, at[mine], method="Powell", bounds=[low_high] * len(mine), options={"xtol": 1e-4, "ftol": 1e-12}
        )
        return max(-float(found.fun), 0.0)


def drawn_minds(seed: int) -> Game:
    """Two provinces, and perhaps a nation abroad; or two nations that levy tariffs: with minds at random."""
    rng = np.random.default_rng([seed, 13])
    acc, instrument = books(rng, WORLD, 2, False), str(rng.choice(list(BOUNDS)))
    goods = acc.sectors.codes[: int(rng.integers(1, 3))]
    names = ["A"] if instrument == "tariff" else ["A1", "A2"]
    abroad = ["B1"] if instrument == "tariff" or rng.random() < 0.5 else []
    where = [acc.geography.codes.index(n) for n in names] if len(names) > 1 else []
    players = [[r] for r in where] or [[0, 1]]
    players += [[acc.geography.codes.index(n)] for n in abroad]
    home = np.array([True] * len(names) + [False] * len(abroad))
    phi, chi, kappa, given = (np.zeros(len(home)) for _ in range(4))
    run = {"compliance": float(rng.choice([0.0, 0.4])), "promotion": float(rng.choice([0.0, 0.02])),
           "own_bill": float(rng.uniform(0.3, 1))}  # fmt: skip
    kappa += 1.0
    phi[home], chi[home], kappa[home] = run["compliance"], run["promotion"], run["own_bill"]
    edits: list[Any] = []
    for k, name in enumerate(names):
        kind = int(rng.integers(0, 4))
        if kind == 1:
            edits.append(Compliance(name, weight=0.7))
            phi[k] = max(phi[k], 0.7)
        elif kind == 2:
            edits.append(Promotion(name, weight=0.01))
            chi[k] += 0.01
        elif kind == 3:
            edits.append(OwnBill(name, add=-0.2))
            kappa[k] = max(kappa[k] - 0.2, 0.0)
    game = Game(acc, instrument, players, home, [], rng.uniform(3, 6, 2), np.zeros(2), phi, chi, kappa, given, (),
                Provinces.model_validate({"players": names, "foreign": abroad, "scale": 0.0, **run, "control":
                {"instrument": instrument, "sectors": list(goods), "low": BOUNDS[instrument][0],
                 "high": BOUNDS[instrument][1]}}))  # fmt: skip
    game.psi[: len(goods)] = float(rng.choice([0.0, 0.04]))
    apart = instrument != "tariff"  # a nation has one tariff, whatever regions it has
    game.rates = [(k, [r], i) for k, p in enumerate(players) for r in p for i in range(len(goods))] if apart else [
        (k, p, i) for k, p in enumerate(players) for i in range(len(goods))]  # fmt: skip
    if apart and rng.random() < 0.6:
        for k, name in enumerate(names):
            given[k] = float(10 ** rng.uniform(-5.5, -2.5))
            edits.append(Privilege(name, worth=float(given[k] * game.income[players[k]].sum() / 1e3)))
    game.edits = tuple(edits)
    return game


def held_minds(seed: int) -> Held:
    """Play a game at random: what it ends in against every move, the plan against moves of all, and what is asked."""
    g, rng = drawn_minds(seed), np.random.default_rng([seed, 14])
    shock = Shock(g.edits)
    try:
        found = play(
            g.acc, shock, g.asked, registry.find("trade").lends["slopes"](g.acc, g.trade), minds_of(g.acc, shock)
        )
    except NotConverged:
        return Held("no answer")
    if found.nash[0].outcome != "converged":
        return Held(found.nash[0].outcome)
    x, plan = np.asarray(found.nash[0].x), np.asarray(found.coordinated)
    obeys = found.offers[0].obeyed if found.offers else np.zeros(len(g.players), dtype=bool)
    before, alone = g.seen(x)[0], 0.0
    planned, together = g.seen(plan), 0.0
    low, high = BOUNDS[g.instrument]
    for c, (k, _, _) in enumerate(g.rates):
        if obeys[k]:
            assert abs(x[c] - plan[c]) < 1e-12
        else:
            alone = max([alone, *(g.seen(other)[0][k] - before[k] for other in g.moves(x, c))])
        for other in g.moves(plan, c):
            now = g.seen(other)
            together = max(together, now[1] - planned[1] if g.home[k] else now[0][k] - planned[0][k])
    ours = np.array([bool(g.home[k]) for k, _, _ in g.rates])
    for _ in range(3):
        other = np.where(ours, np.clip(plan + rng.normal(0, rng.choice([0.01, 0.1]), len(plan)), low, high), plan)
        together = max(together, g.seen(other)[1] - planned[1])
    asked, keeps = 0.0, True
    for k in np.flatnonzero(g.given) if found.offers else ():
        tempted, worth = g.best(x, plan, int(k)), (1 - g.phi[k]) * g.given[k]
        told = float(found.asked[g.players[k][0]] / g.income[g.players[k][0]])
        asked = max(asked, abs((1 - g.phi[k]) * told - tempted))
        if abs(tempted - worth) > ASKED:
            keeps &= bool(obeys[k]) == (tempted < worth)
    return Held("converged", alone, together, max(g.left(x), g.left(plan)), asked, keeps)


def wrong_minds(h: Held) -> bool:
    """Whether an answer that settled is none."""
    return h.outcome == "converged" and not (
        h.alone <= GAIN and h.together <= GAIN and h.left <= 1e-8 and h.asked <= ASKED and h.keeps
    )
