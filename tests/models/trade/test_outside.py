"""Random equilibria held against the page's equations, written out anew in numpy: every option in play, several nations.

A handful with every run of the tests; `make slow N=500` for more.
"""

from __future__ import annotations

import dataclasses
import os
from collections import Counter

import numpy as np
import pytest

from tests.helpers.outside import Behaviour, Outside
from tests.helpers.uneven import books
from xunhuan.data.accounts import Accounts
from xunhuan.models.edits.primitives import Primitives, primitives
from xunhuan.models.model import Shock
from xunhuan.models.trade import TradeParameters, respond
from xunhuan.models.trade.model import MODEL

WORLDS = (("A1", "A2", "B1"), ("A1", "A2", "A3", "B1", "C1"), ("A1", "B1", "B2", "C1", "C2", "C3", "D1"), ("A1", "B1", "C1", "D1"))
EQUATION, IDENTITY = 1e-8, 1e-9
"""What may be left of an equation solved to 1e-12, and of a sum."""


def drawn(seed: int) -> tuple[Accounts, Primitives, TradeParameters, Behaviour]:
    """A table, a shock in everything and parameters, all at random."""
    rng = np.random.default_rng(seed)
    regions, S = WORLDS[rng.integers(len(WORLDS))], int(rng.integers(2, 6))
    by_user = bool(rng.random() < 0.3)
    acc = books(rng, regions, S, by_user)
    several = len(regions) > len(set(acc.geography.nation))
    theta = rng.uniform(2, 7, S)
    nest = float(rng.choice([1.0, rng.uniform(0.7, 1.8)]))
    psi = float(rng.choice([0.0, 0.04]))
    labour = str(rng.choice(["immobile", "free", "mobile"])) if several else "immobile"
    deficits = str(rng.choice(["world_share", "own_share", "constant", "zero"]))
    labour = "free" if deficits == "zero" and labour == "mobile" else labour  # there the moves of the base are others
    transfers = str(rng.choice(["as_deficits", "nation_share"]))
    nested = rng.random() < 0.5
    eta, eps = (rng.choice([0.3, 1.0, 1.6], S) if nested else np.ones(S) for _ in range(2))
    eps_c = float(rng.choice([0.6, 1.0, 1.4])) if nested else 1.0
    codes = acc.sectors.codes
    parameters = TradeParameters(
        theta=dict(zip(codes, theta.tolist(), strict=True)), nest_ratio=nest, scale=psi, labour=labour, mobility=1.3,
        deficits=deficits, transfers=transfers, value_added_elasticity=dict(zip(codes, eta.tolist(), strict=True)),
        input_elasticity=dict(zip(codes, eps.tolist(), strict=True)), consumption_elasticity=eps_c,
        sourcing="by_user" if by_user else "alike", tolerance=1e-12, max_iterations=3000,
    )  # fmt: skip
    behaviour = Behaviour(theta, theta * nest, np.full(S, psi), 1.3 if labour != "immobile" else 0.0, labour, eta, eps, eps_c,
                          deficits, transfers, by_user)  # fmt: skip
    return acc, _shock(rng, acc, deficits), parameters, behaviour


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


def left_over(seed: int) -> tuple[dict[str, float], Behaviour, bool]:
    """What the answer leaves of each equation; the options; whether the search found one answer."""
    acc, p, parameters, behaviour = drawn(seed)
    table = MODEL.at_rest(acc, parameters) if behaviour.deficits == "zero" else acc
    out = respond(acc, p, parameters)
    if not out.status.converged:
        return {}, behaviour, False
    return Outside(table, p, behaviour, out).equations(), behaviour, True


SUMS = ("world GDP", "trade of the world")


def check(seed: int) -> tuple[Behaviour, bool]:
    left, behaviour, found = left_over(seed)
    wrong = {k: v for k, v in left.items() if not v <= (IDENTITY if k in SUMS else EQUATION)}
    assert not wrong, (seed, behaviour)
    return behaviour, found


@pytest.mark.twin
@pytest.mark.parametrize("seed", range(8))
def test_an_equilibrium_solves_the_equations_of_the_page(seed: int) -> None:
    check(seed)
