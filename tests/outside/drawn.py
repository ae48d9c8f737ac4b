"""Equilibria, games and short runs drawn at random, and what an outside derivation leaves of each."""

from __future__ import annotations

import dataclasses

import numpy as np

from tests.helpers.outside import Behaviour, Outside
from tests.helpers.uneven import books
from tests.models.propagation.test_twins import compare
from tests.outside.thetas import by_set, several_windows
from xunhuan.data.accounts import Accounts
from xunhuan.errors import NotConverged
from xunhuan.models import registry
from xunhuan.models.edits import Capacity, Gateway, Link, Orders, Stock
from xunhuan.models.edits.primitives import Primitives, TollRates, primitives
from xunhuan.models.model import Shock
from xunhuan.models.rivalry.minds import minds_of
from xunhuan.models.rivalry.parameters import Provinces
from xunhuan.models.rivalry.provinces import play
from xunhuan.models.trade import TradeParameters, respond
from xunhuan.models.trade.model import MODEL

WORLDS = (("A1", "A2", "B1"), ("A1", "A2", "A3", "B1", "C1"), ("A1", "B1", "B2", "C1", "C2", "C3", "D1"),
          ("A1", "B1", "C1", "D1"))  # fmt: skip
EQUATION, IDENTITY = 1e-8, 1e-9
"""What may be left of an equation solved to 1e-12, and of a sum."""


def drawn(seed: int) -> tuple[Accounts, Primitives, TradeParameters, Behaviour]:
    """A table, a shock in everything and parameters, all at random."""
    rng, rest, more, other = (np.random.default_rng(s) for s in (seed, [seed, 1], [seed, 2], [seed, 3]))
    regions, S = WORLDS[rng.integers(len(WORLDS))], int(rng.integers(2, 6))
    by_user = bool(rng.random() < 0.3)
    acc = books(rng, regions, S, by_user)
    of, beside = str(rest.choice(["whole", "cut", "open"], p=[0.6, 0.2, 0.2])), acc.geography.nation[-1]
    if of == "open" and len(set(regions)) > 3 and not by_user:
        acc = acc.restrict([c for c, n in zip(regions, acc.geography.nation, strict=True) if n != beside])
    several = len(regions) > len(set(acc.geography.nation))
    theta = rng.uniform(2, 7, S)
    nest = float(rng.choice([1.0, rng.uniform(0.7, 1.8)]))
    psi = float(rng.choice([0.0, 0.04]))
    labour = str(rng.choice(["immobile", "free", "mobile"])) if several else "immobile"
    deficits = str(rng.choice(["world_share", "own_share", "constant", "zero"]))
    transfers = str(rng.choice(["as_deficits", "nation_share"]))
    nested = rng.random() < 0.5
    eta, eps = (rng.choice([0.3, 1.0, 1.6], S) if nested else np.ones(S) for _ in range(2))
    eps_c = float(rng.choice([0.6, 1.0, 1.4])) if nested else 1.0
    if nested:  # fixed proportions among them
        eta, eps = (np.where(more.random(S) < 0.2, 0.0, e) for e in (eta, eps))
        eps_c = 0.0 if more.random() < 0.2 else eps_c
    by_sector, kappa = psi * more.choice([0.0, 0.5, 1.0], S), float(more.uniform(0.4, 2.5))
    codes = acc.sectors.codes
    acc, window, which = several_windows(other, acc)
    asked: dict[str, object] = {"theta": dict(zip(codes, theta.tolist(), strict=True))}
    if other.random() < 0.5:
        acc, by = by_set(other, acc)
        asked = {"elasticities": by.elasticities, "horizon": by.horizon, "theta": by.theta}
        theta, by_sector = by.comes, np.minimum(by_sector, 0.5 / by.comes)
    parameters = TradeParameters(
        **asked, nest_ratio=nest, labour=labour, mobility=kappa, window=window,
        scale=dict(zip(codes, by_sector.tolist(), strict=True)),
        deficits=deficits, transfers=transfers, value_added_elasticity=dict(zip(codes, eta.tolist(), strict=True)),
        input_elasticity=dict(zip(codes, eps.tolist(), strict=True)), consumption_elasticity=eps_c,
        sourcing="by_user" if by_user else "alike", tolerance=1e-12, max_iterations=3000,
    )  # fmt: skip
    behaviour = Behaviour(theta, theta * nest, by_sector, kappa if labour != "immobile" else 0.0, labour, eta, eps,
                          eps_c, deficits, transfers, by_user, which)  # fmt: skip
    return acc, _besides(rest, acc, _shock(rng, acc, deficits), of), parameters, behaviour


def _shock(rng: np.random.Generator, acc: Accounts, deficits: str) -> Primitives:
    p, abroad = primitives(acc, Shock()), acc.tariff > 0
    away = ~np.eye(acc.R, dtype=bool)[:, :, None]
    cost = np.where(away, np.exp(rng.normal(0, 0.15, p.trade_cost.shape)), 1.0)
    for _ in range(3):  # bans
        r, s = rng.choice(acc.R, 2, replace=False)
        cost[r, s, rng.integers(acc.S)] = np.inf
    wedged = deficits != "zero" and rng.random() < 0.5
    gifts = rng.normal(0, 0.01, acc.R) * acc.gdp
    return dataclasses.replace(
        p, trade_cost=cost, tariff=np.where(abroad, p.tariff + rng.uniform(0, 0.3, p.tariff.shape), 0.0),
        productivity=np.exp(rng.normal(0, 0.08, p.productivity.shape)),
        final_demand=np.exp(rng.normal(0, 0.15, p.final_demand.shape)),
        subsidy=rng.uniform(-0.08, 0.1, p.subsidy.shape),
        export_tax=np.where(abroad, rng.uniform(-0.05, 0.15, p.tariff.shape), 0.0),
        mobility_cost=np.exp(rng.normal(0, 0.05, acc.R)),
        wedge_base=rng.uniform(1, 1.12, p.wedge.shape) if wedged else p.wedge_base,
        wedge=rng.uniform(1, 1.15, p.wedge.shape) if wedged else p.wedge,
        transfer=gifts - gifts.mean(),
    )  # fmt: skip


def _besides(rng: np.random.Generator, acc: Accounts, p: Primitives, of: str) -> Primitives:
    """The same with tolls on the way of others, and perhaps with the last nation cut off from all."""
    last = np.array([n == acc.geography.nation[-1] for n in acc.geography.nation])
    cost, gifts = p.trade_cost, p.transfer
    if of == "cut" and acc.closed.all():
        cost = np.where((last[:, None] != last)[..., None], np.inf, cost)
        gifts = gifts - np.where(last, gifts[last].mean(), gifts[~last].mean())
    together = (last[:, None] == last) | (of != "cut")
    tolls = []
    for k in rng.choice(np.flatnonzero(acc.closed), int(rng.integers(0, 3)), replace=False):
        on = together & together[k] & ~np.eye(acc.R, dtype=bool)
        on[k], on[:, k] = False, False
        rate = np.where(on[..., None], rng.uniform(0, 0.1, p.tariff.shape), 0.0)
        tolls.append(TollRates(int(k), int(rng.integers(acc.S)), rate))
    still = ~acc.closed[:, None]
    return dataclasses.replace(
        p, trade_cost=cost, transfer=gifts, tolls=tuple(tolls), productivity=np.where(still, 1.0, p.productivity),
        subsidy=np.where(still, 0.0, p.subsidy), wedge=np.where(still, p.wedge_base, p.wedge),
    )  # fmt: skip


def left_over(seed: int) -> tuple[dict[str, float], Behaviour, bool]:
    """What the answer leaves of each equation; the options; whether the search found one answer."""
    acc, p, parameters, behaviour = drawn(seed)
    table = MODEL.at_rest(acc, parameters) if behaviour.deficits == "zero" else acc
    out = respond(acc, p, parameters)
    if not out.status.converged:
        return {}, behaviour, False
    return Outside(table, p, behaviour, out).equations(), behaviour, True


SUMS = ("world GDP", "trade of the world")


def wrong(left: dict[str, float]) -> dict[str, float]:
    """Equations of which too much is left."""
    return {k: v for k, v in left.items() if not v <= (IDENTITY if k in SUMS else EQUATION)}


STEPS = (-1.0, -0.3, -0.1, -0.03, 0.03, 0.1, 0.3, 1.0)
"""Moves a player tries, as shares of the way from one bound to the other."""


def gain_by_moving(seed: int) -> tuple[float, float] | None:
    """The most that any player of a game at random gains by any move of one rate, in ln real income, each move answered by a
    whole equilibrium; and the most that is left of an equation where they settle. None where the game does not settle."""
    rng = np.random.default_rng(seed)
    acc = books(rng, ("A1", "B1", "C1"), int(rng.integers(2, 4)), False)
    instrument = str(rng.choice(["tariff", "subsidy", "export_tax"]))
    low, high = {"tariff": (0.0, 0.6), "subsidy": (-0.3, 0.3), "export_tax": (-0.2, 0.4)}[instrument]
    goods, players = acc.sectors.codes[:2], ("A1", "B1", "C1")[: int(rng.integers(2, 4))]
    theta = rng.uniform(3, 6, acc.S)
    p = TradeParameters(theta=dict(zip(acc.sectors.codes, theta.tolist(), strict=True)), tolerance=1e-12)
    control = {"instrument": instrument, "sectors": list(goods), "low": low, "high": high}
    asked = Provinces.model_validate({"players": list(players), "control": control, "scale": 0.0})
    try:
        found = play(acc, Shock(), asked, registry.find("trade").lends["slopes"](acc, p), minds_of(acc, Shock())).nash[
            0
        ]
    except NotConverged:
        return None
    if found.outcome != "converged":
        return None
    rates = np.asarray(found.x).reshape(len(players), len(goods))

    def answer(rates: np.ndarray) -> tuple[Primitives, object]:
        rest = primitives(acc, Shock())
        tariff, subsidy, export_tax = rest.tariff.copy(), rest.subsidy.copy(), rest.export_tax.copy()
        for k, i in np.ndindex(*rates.shape):
            if instrument == "tariff":
                tariff[np.arange(3) != k, k, i] += rates[k, i]
            elif instrument == "subsidy":
                subsidy[k, i] += rates[k, i]
            else:
                export_tax[k, np.arange(3) != k, i] += rates[k, i]
        now = dataclasses.replace(rest, tariff=tariff, subsidy=subsidy, export_tax=export_tax)
        return now, respond(acc, now, p)

    now, settled = answer(rates)
    left = Outside(acc, now, Behaviour(theta, theta, np.zeros(acc.S), transfers="nation_share"), settled).equations()
    before, most = np.log(settled.detail["real_income_hat"].to_numpy()), -np.inf
    for k, i in np.ndindex(*rates.shape):
        for step in STEPS:
            other = rates.copy()
            other[k, i] = np.clip(other[k, i] + step * (high - low), low, high)
            if other[k, i] != rates[k, i]:
                most = max(most, float(np.log(answer(other)[1].detail["real_income_hat"].to_numpy()[k]) - before[k]))
    return most, max(left.values())


def apart_from_loops(seed: int) -> float:
    """How far a short run at random lies from the same one written with plain loops."""
    rng = np.random.default_rng(seed)
    acc = books(rng, WORLDS[rng.integers(2)], int(rng.integers(2, 5)), False)
    acc = acc.replace(**{k: 1e4 * getattr(acc, k) for k in ("flow", "use", "final", "value_added")})
    goods, places = acc.sectors.codes, acc.geography.codes

    def days() -> dict[str, float]:
        start = float(rng.integers(0, 20))
        return {"start": start, "end": start + float(rng.integers(3, 30))}

    home = [c for c in places if c[0] == "A"]
    edits = (
        Capacity(str(rng.choice(places)), str(rng.choice(goods)), loss=rng.uniform(0.1, 0.9), **days()),
        Orders(str(rng.choice(places)), str(rng.choice(goods)), change=rng.uniform(-0.6, 0.3), **days()),
        Link(*map(str, rng.choice(places, 2, replace=False)), str(rng.choice(goods)), loss=rng.uniform(0.2, 1), **days()),
        Gateway(str(rng.choice(home)), "all", loss=rng.uniform(0.1, 0.6), **days()),
        Stock(str(rng.choice(places)), str(rng.choice(goods)), factor=rng.uniform(0.5, 3), **days()),
    )  # fmt: skip
    options: dict[str, object] = {
        "rationing": str(rng.choice(["proportional", "home_first", "final_last"])),
        "criticality": str(rng.choice(["leontief", "linear"])), "inventory_days": float(rng.integers(2, 12)),
        "shelf_days": {goods[0]: float(rng.uniform(2, 5))}, "substitution": bool(rng.random() < 0.5),
        "reorder": str(rng.choice(["supplier", "all"])), "destock": bool(rng.random() < 0.5),
    }  # fmt: skip
    return compare(acc, Shock(edits), options, np.ones((acc.R, acc.R, acc.S)))
