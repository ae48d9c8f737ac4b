r"""Regions that choose rates in the long-run equilibrium: payoffs from what a model lends, Nash and coordinated.

U_p = Σ_{r∈p} ω_r/ω_p { (1−φ) [ ln W_r + χ ln y_r + (1−κ) B_r ] } + φ Σ_{q at home} ω_q ln W_q

W r, real income, new / old · y volume of the sectors at stake · B bill for subsidies, share of income · ω base income, share
of the nation's; φ compliance, χ promotion, κ part of the bill that is felt.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from xunhuan.data.accounts import Accounts
from xunhuan.data.arrays import Array, ratio
from xunhuan.errors import BadInput, NotConverged, Problems, XunhuanError
from xunhuan.models.model import Shock, Status
from xunhuan.models.rivalry.apart import nash_of_each
from xunhuan.models.rivalry.game import APART, Bounds, GameEquilibrium, Owners, Payoffs, climb_alone, nash, together
from xunhuan.models.rivalry.minds import Minds
from xunhuan.models.rivalry.obedience import Obedience, obeying
from xunhuan.models.rivalry.parameters import Provinces
from xunhuan.models.rivalry.shares import alike, effective_number
from xunhuan.models.slopes import SHARPEST, Controls, Lender, Slopes

TURNS = 20
"""Turns that a coordinated nation and nations abroad may take to answer each other."""
BLUNT = 1e-2
"""Accuracy of second derivatives: they only say where the next step leads, and slopes say whether it was right."""
LEAST = 1e-6
"""Output of the sectors at stake, share of the nation's, below which a region does not play."""


class Board(NamedTuple):
    """Who plays with what.

    players   names · member: p r, True for regions whose payoff counts · home: p, True for players of the home nation
    owner     c, player of each control · cell: c, (region, sector) code of each control · controls: as a model takes them
    dropped   regions without output of the sectors
    """

    players: tuple[str, ...]
    member: NDArray[np.bool_]
    home: NDArray[np.bool_]
    owner: Owners
    cell: tuple[tuple[str, str], ...]
    controls: Controls
    dropped: tuple[str, ...]


def board(acc: Accounts, p: Provinces) -> Board:
    """The players and their controls. Raises BadInput listing players that are unknown, empty or named twice."""
    sectors = acc.sectors.select(p.control.sectors)
    stake = np.zeros(acc.S, dtype=bool)
    stake[sectors] = True
    named = _players(acc, p)
    made = acc.output[:, stake].sum(1)
    idle = made <= LEAST * made[_home(acc)].sum()
    dropped = tuple(acc.geography.codes[r] for regions in named.values() for r in regions if idle[r])
    kept = {n: [r for r in regions if not idle[r]] for n, regions in named.items()}
    kept = {n: r for n, r in kept.items() if r}
    if len(kept) < 2:
        named_sectors = p.control.sectors if isinstance(p.control.sectors, str) else "+".join(p.control.sectors)
        what = "a rivalry needs two players with output of the sectors"
        raise BadInput(what, where=named_sectors, fix="name other players or sectors")
    rows = [(k, [r], i) for k, regions in enumerate(kept.values()) for r in regions for i in sectors]
    if p.control.instrument == "tariff":  # a nation has one tariff, whatever regions it has
        rows = [(k, regions, i) for k, regions in enumerate(kept.values()) for i in sectors]
    levied, on = np.zeros((len(rows), acc.R), dtype=bool), np.zeros((len(rows), acc.S), dtype=bool)
    for c, (_, regions, i) in enumerate(rows):
        levied[c, regions], on[c, i] = True, True
    _refuse_idle(acc, p, levied, on)
    member = np.zeros((len(kept), acc.R), dtype=bool)
    for k, regions in enumerate(kept.values()):
        member[k, regions] = True
    names, codes = acc.geography.codes, acc.sectors.codes
    return Board(
        tuple(kept), member, np.array([bool(_home(acc)[r[0]]) for r in kept.values()]), np.array([k for k, _, _ in rows]),
        tuple((names[r[0]], codes[i]) for _, r, i in rows), Controls((p.control.instrument,) * len(rows), levied, on, stake),
        dropped,
    )  # fmt: skip


def _refuse_idle(acc: Accounts, p: Provinces, levied: NDArray[np.bool_], on: NDArray[np.bool_]) -> None:
    """Raise BadInput where no rate of anybody is levied on anything."""
    instrument = p.control.instrument
    if not _levied_on(acc, instrument, levied, on).any():
        does = {"subsidy": "makes", "export_tax": "sells abroad", "tariff": "buys abroad"}[instrument]
        what = f"this control lets nobody move: no player {does} anything of these sectors"
        raise BadInput(what, where=f"control.instrument {instrument}", fix="choose a subsidy, or other sectors")


def _levied_on(acc: Accounts, instrument: str, levied: NDArray[np.bool_], on: NDArray[np.bool_]) -> Array:
    """What each rate is levied on in the base, c, value: output, sales abroad or purchases abroad."""
    abroad = np.where(~acc.geography.same_nation[:, :, None], acc.flow, 0.0)
    made = {"subsidy": acc.output, "export_tax": abroad.sum(1), "tariff": abroad.sum(0)}[instrument]
    return np.asarray(np.einsum("cr,ci,ri->c", levied.astype(float), on.astype(float), made))


def _home(acc: Accounts) -> NDArray[np.bool_]:
    return np.array([n == acc.home for n in acc.geography.nation]) & acc.closed


def _players(acc: Accounts, p: Provinces) -> dict[str, list[int]]:
    g, home = acc.geography, np.flatnonzero(_home(acc))
    if p.players == "provinces":
        named = {g.codes[r]: [int(r)] for r in home}
    elif p.players == "clusters":
        found = {c: [int(r) for r in g.select(c, acc.home) if r in home] for c in g.clusters}
        named = {c: r for c, r in found.items() if r}
        inside = {r for regions in named.values() for r in regions}
        named |= {g.codes[r]: [int(r)] for r in home if r not in inside}
    else:
        named = {}
    problems = Problems("the players cannot be read")
    taken = {r: n for n, regions in named.items() for r in regions}
    listed = p.players if isinstance(p.players, tuple) else ()
    for where, names in (("players", listed), ("foreign", p.foreign)):
        for k, name in enumerate(names):
            try:
                regions = [int(r) for r in g.select(name, acc.home) if acc.closed[r]]
            except XunhuanError as e:
                problems.add(f"{where}[{k}]: {e.what}; {e.fix}")
                continue
            twice = [g.codes[r] for r in regions if r in taken]
            if twice:
                problems.add(
                    f"{where}[{k}]: {name} has {', '.join(twice)}, which {taken[g.codes.index(twice[0])]} has already"
                )
            if not regions:
                problems.add(f"{where}[{k}]: {name} has no region that keeps books")
            named[name] = regions
            taken |= dict.fromkeys(regions, name)
    problems.raise_if(BadInput)
    return named


@dataclass(frozen=True, eq=False)
class Payoff:
    """Payoffs of players as smooth functions of their rates.

    slopes  what a model lends · board · phi, chi, kappa p · weight: r, ω, base income, share of the home nation's; 0 abroad
    """

    slopes: Slopes
    board: Board
    phi: Array
    chi: Array
    kappa: Array
    weight: Array

    @property
    def mixing(self) -> Array:
        """Weights p m r that make payoffs of measures: U[p] = Σ_m Σ_r mixing m[r]."""
        own = self.board.member * self.slopes.income
        own = own / own.sum(1, keepdims=True)
        selfish = (1 - self.phi)[:, None] * own
        nation = self.phi[:, None] * self.weight * self.board.home[:, None]
        return np.stack([selfish + nation, self.chi[:, None] * selfish, (1 - self.kappa)[:, None] * selfish], axis=1)

    @property
    def payoffs(self) -> Payoffs:
        """Payoffs and derivatives at some rates: this itself."""
        return self

    @property
    def known(self) -> tuple[Array, ...]:
        """What the last answer leaves for the next."""
        return self.slopes.known

    def __call__(self, x: Array, accuracy: float = SHARPEST) -> tuple[Array, Array]:
        """Payoffs p and derivatives p c at rates x."""
        got = self.slopes(x, accuracy)
        return np.einsum("pmr,mr->p", self.mixing, got.value), np.einsum("pmr,mrc->pc", self.mixing, got.slope)

    def bends(self, x: Array) -> Array:
        """How each rate's slope in its owner's payoff turns with every rate, c c."""
        return self.slopes.bends(x, self.mixing, self.board.owner, BLUNT)

    def trials(self, x: Array) -> Array:
        """Payoffs n p at many rates n c."""
        return np.asarray(np.einsum("pmr,nmr->np", self.mixing, self.slopes.values(x)))


@dataclass(frozen=True, eq=False)
class Played:
    """The provinces' game at every φ, and coordinated.

    nash      one each φ · rates c of the coordinated, where home acts as one · gradients: taken on the way to it
    welfare   play r, ln W in Nash at the first φ and coordinated · bill play r · nation: φ, Σ ω ln W in each Nash
    volume    play r i, output new / old
    status    whether the economy at the first Nash has one equilibrium
    offers    at each φ who took a privilege and how tempted each was; none where nothing is offered
    phi       p, compliance of each at the first φ, edits of minds with it · kappa: p, part of the bill each feels, likewise
    """

    board: Board
    slopes: Slopes
    compliance: tuple[float, ...]
    nash: tuple[GameEquilibrium, ...]
    coordinated: Array
    gradients: int
    welfare: Array
    bill: Array
    nation: Array
    volume: Array
    accounts: Accounts
    status: Status
    weight: Array
    offers: tuple[Obedience, ...]
    phi: Array
    kappa: Array

    @property
    def loss(self) -> float:
        """Loss from rivalry: Σ ω (ln W coordinated − ln W Nash), share of the nation's real income."""
        return float(self.weight @ (self.welfare[1] - self.welfare[0]))

    @property
    def transfers(self) -> Array:
        """What each region must be given so that none loses by coordination, r, value: (W Nash − W coordinated) I."""
        lost = (np.exp(self.welfare[0]) - np.exp(self.welfare[1])) * self.slopes.income
        return np.asarray(np.where(self.weight > 0, np.maximum(lost, 0.0), 0.0))

    @property
    def asked(self) -> Array:
        """What each that is offered something would ask for keeping to the plan's rates, r, value; nan for the rest.

        A player's is told by its regions, by income. A privilege counts 1 − φ of what it is worth, as all that is one's own
        does, and who has the nation's mind alone asks nothing.
        """
        out = np.full(len(self.slopes.income), np.nan)
        if self.offers:
            asked = ratio(self.offers[0].tempted, 1 - self.phi)
            for regions, share in zip(self.board.member, asked, strict=True):
                out[regions] = share * self.slopes.income[regions]
        return out

    @property
    def keeps(self) -> NDArray[np.bool_]:
        """Regions of players that keep to the plan's rates for what they are offered, r."""
        none = np.zeros(len(self.slopes.income), dtype=bool)
        return np.asarray(self.board.member[self.offers[0].obeyed].any(0)) if self.offers else none

    @property
    def balance(self) -> float:
        """What is left of the gains once the transfers are paid, value."""
        gained = (np.exp(self.welfare[1]) - np.exp(self.welfare[0])) * self.slopes.income
        return float(np.where(self.weight > 0, gained, 0.0).sum())

    def duplication(self) -> tuple[float, float]:
        """Effective number of producing regions, Nash over coordinated; and how alike home regions are, Nash less it."""
        home = self.weight > 0
        made = self.volume * self.slopes.output
        stake = self.board.controls.stake
        number = effective_number(made[:, home][:, :, stake].sum(2))
        like = [alike(made[k][home]) for k in (0, 1)]
        return float(number[0] / number[1]), like[0] - like[1]


_kept: tuple[tuple[tuple[object, ...], Played], ...] = ()
_KEPT = 4


def kept_play(acc: Accounts, shock: Shock, p: Provinces, lender: Lender, minds: Minds) -> Played:
    """The game, kept for the next question: draws of what other games rest on have no part in it. Raises as `play`."""
    global _kept
    asked = (acc, shock.edits, p, lender)
    found = next((played for key, played in _kept if key == asked), None)
    if found is None:
        found = play(acc, shock, p, lender, minds)
        _kept = ((asked, found), *_kept)[:_KEPT]
    return found


@dataclass(frozen=True, eq=False)
class Match:
    """The provinces' games at every φ, made of what is asked; it can be sent elsewhere, where it is made again."""

    acc: Accounts
    shock: Shock
    p: Provinces
    lender: Lender
    minds: Minds

    def __reduce__(self) -> tuple[Any, ...]:
        return Match, (self.acc, self.shock, self.p, self.lender, self.minds)

    @cached_property
    def board(self) -> Board:
        """Who plays with what."""
        return board(self.acc, self.p)

    @cached_property
    def slopes(self) -> Slopes:
        """What the model lends."""
        controls = self.board.controls
        returns = {self.acc.sectors.codes[i]: self.p.scale for i in np.flatnonzero(controls.stake)}
        return self.lender(self.shock, controls, returns)

    @cached_property
    def weight(self) -> Array:
        """ω, r, base income, share of the home nation's; 0 abroad."""
        weight = np.where(_home(self.acc), self.slopes.income, 0.0)
        return np.asarray(weight / weight.sum())

    @property
    def owner(self) -> Owners:
        """Player of each rate, c."""
        return self.board.owner

    @property
    def bounds(self) -> Bounds:
        """Of rates, c."""
        n = len(self.owner)
        return Bounds(np.full(n, self.p.control.low), np.full(n, self.p.control.high))

    @property
    def start(self) -> Array:
        """No rates, or the nearest allowed, c."""
        return self.bounds.clip(np.zeros(len(self.owner)))

    @cached_property
    def worth(self) -> Array:
        """What a rate of 1 is worth to who sets it, c."""
        return _worth(self.acc, self.board)

    @cached_property
    def share(self) -> Array:
        """The part of the nation that each rate's owner is, c."""
        return np.asarray((self.board.member @ self.weight)[self.owner])

    def scale(self, game: int) -> Array:
        """What a rate of 1 is worth to its owner's mind, c: less than to who sets it by the player's share of the nation."""
        return np.asarray(self.worth * (1 - (1 - self.share) * self.mind(game).phi[self.owner]))

    def mind(self, game: int, known: tuple[Array, ...] = ()) -> Payoff:
        """Payoffs at the φ of a game."""
        return self.at_compliance(self.p.compliance[game], known)

    def at_compliance(self, phi: float, known: tuple[Array, ...] = ()) -> Payoff:
        """Payoffs at any φ, as one knows them who has learnt nothing but what is given."""
        return Payoff(
            self.slopes.afresh(known), self.board, *_minds_of(self.board, self.p, phi, self.minds), self.weight
        )


def play(acc: Accounts, shock: Shock, p: Provinces, lender: Lender, minds: Minds) -> Played:
    """Nash at every φ, and the coordinated rates. Raises BadInput, NotConverged."""
    match = Match(acc, shock, p, lender, minds)
    at, weight, bounds, worth = match.board, match.weight, match.bounds, match.worth
    games = range(len(p.compliance))
    given = _privileges(acc, at, minds, match.slopes.income)
    # Where something is offered the games without are asked for nothing but the first, where plan and search begin.
    ends = nash_of_each(match, games[:1] if given.any() else games)
    found = [e for e, _ in ends]
    one_mind = match.at_compliance(1.0, ends[0][1])
    best, taken = coordinated(one_mind, bounds, found[0].x, np.maximum(worth * match.share, 1e-12), worth)
    offers: list[Obedience] = []
    if given.any():
        offers = [
            _offered(match.mind(k, ends[0][1]), at, bounds, best, found[0].x, match.scale(k), given) for k in games
        ]
        found = [o.equilibrium for o in offers]
    slopes, first = one_mind.slopes, match.mind(0)
    plays = slopes.values(np.stack([*(e.x for e in found), best]))
    one, volume, status = slopes.settled(found[0].x)
    _, planned, _ = slopes.settled(best)
    told = plays[[0, -1]]
    return Played(at, slopes, p.compliance, tuple(found), best, taken, told[:, 0], told[:, 2], plays[:-1, 0] @ weight,
                  np.stack([volume, planned]), one, status, weight, tuple(offers), first.phi, first.kappa)  # fmt: skip


def coordinated(mind: Payoff, bounds: Bounds, start: Array, scale: Array, worth: Array) -> tuple[Array, int]:
    """Rates c where players at home act as one for the nation, and nations abroad are in Nash equilibrium with it.

    mind  everybody at home with the nation's mind · scale: c, what a rate is worth to the nation · worth c, to its owner.
    Returns the rates and gradients taken. Raises NotConverged.
    """
    owner, home = mind.board.owner, mind.board.home[mind.board.owner]

    def one(start: Array) -> tuple[Array, int]:
        held = Bounds(np.where(home, bounds.low, start), np.where(home, bounds.high, start))
        return together(lambda x: mind.slopes.climb(x, mind.weight), held, start, scale)

    if home.all():
        return one(start)
    taken, both = 0, np.where(home, scale, worth)
    x = climb_alone(mind, owner, bounds, start, both, mind.bends).x
    for _ in range(TURNS):
        best, more = one(x)
        taken += more
        held = Bounds(np.where(home, best, bounds.low), np.where(home, best, bounds.high))
        answer = climb_alone(mind, owner, held, best, both, mind.bends).x
        if np.abs(answer - x).max() < APART:
            return answer, taken
        x = answer
    raise NotConverged("nations abroad and the coordinated nation do not come to rest", where=f"{TURNS} turns")


def _offered(
    mind: Payoff, at: Board, bounds: Bounds, plan: Array, start: Array, scale: Array, given: Array
) -> Obedience:
    """The game where players are offered privileges, p, share of income, for the plan's rates."""
    return obeying(
        lambda within, x: nash(mind, mind.trials, at.owner, within, x, scale, bends=mind.bends),
        mind, mind.trials, mind.bends, at.owner, bounds, plan, start, scale, (1 - mind.phi) * given,
    )  # fmt: skip


def _privileges(acc: Accounts, at: Board, minds: Minds, income: Array) -> Array:
    """What each player is offered, p, share of its income. Raises BadInput where the table's unit is no known multiple."""
    if not minds.privilege[at.member.any(0)].any():
        return np.zeros(len(at.players))
    return np.asarray((at.member @ minds.privilege) * per_billion(acc) / (at.member @ income))


def per_billion(acc: Accounts) -> float:
    """A billion of the table's currency in its unit. Raises BadInput where the unit is no known multiple of it."""
    known = {"million": 1e3, "billion": 1.0, "bn": 1.0, "10^8": 10.0, "thousand": 1e6, "1": 1e9}
    size = acc.unit.removesuffix(acc.currency).strip() or "1"
    if size not in known:
        what = f"a privilege is in billions, and of {acc.unit!r} it is not known how many make one"
        raise BadInput(what, where=acc.name, fix=f"give the table a unit such as 'million {acc.currency}'")
    return known[size]


def _worth(acc: Accounts, at: Board) -> Array:
    """What a rate of 1 is worth to who sets it, c: what it is levied on, share of the player's income."""
    base = _levied_on(acc, at.controls.instrument[0], at.controls.regions, at.controls.sectors)
    income = (at.member @ acc.final.sum((1, 2)))[at.owner]
    return np.asarray(np.maximum(base / income, 1e-12))


def _minds_of(at: Board, p: Provinces, phi: float, minds: Minds) -> tuple[Array, Array, Array]:
    """φ, χ and κ of every player: the run's own with what edits add, over its regions the largest. Nobody abroad obeys."""

    def over(a: Array) -> Array:
        return np.array([a[m].max() if m.any() else 0.0 for m in at.member])

    phis = np.where(at.home, np.maximum(phi, over(minds.compliance)), 0.0)
    chi = np.where(at.home, np.maximum(p.promotion + over(minds.promotion), 0.0), 0.0)
    kappa = np.where(at.home, np.clip(p.own_bill - over(-minds.share), 0.0, 1.0), 1.0)
    return phis, chi, kappa
