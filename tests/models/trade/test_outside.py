"""Random equilibria held against the page's equations, written out anew in numpy: every option in play, several nations,
tolls on the way of others, worlds cut in two, an open region.

A handful here; `make outside N=500` for more, and for games and short runs at random.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.helpers.outside import Outside
from tests.outside.drawn import drawn, left_over, wrong
from tests.outside.thetas import SETS
from xunhuan.models.trade import respond

pytestmark = pytest.mark.twin


@pytest.mark.parametrize("seed", [1, 3, 4, 5, 7, 32, 101])
def test_an_equilibrium_solves_the_equations_of_the_page(seed: int) -> None:
    left, behaviour, found = left_over(seed)
    assert found
    assert not wrong(left), behaviour  # 4: moves, no deficits; 5 and 7: cut in two, tolls; 7: within a year; 32: open


def test_elasticities_are_those_of_the_set_at_the_horizon() -> None:
    """By every set and horizon, of sectors that hold several goods, one or none; and the window by the year of the table."""
    seen = set()
    for seed in range(60):
        acc, _, p, b = drawn(seed)
        assert p.elasticities_of(acc.sectors).between == pytest.approx(b.theta, rel=1e-12)
        assert p.elasticities_of(acc.sectors).within == pytest.approx(b.within, rel=1e-12)
        moves = acc.geography.migration
        assert moves is not None
        assert (p.window or moves.window(acc.year or 0)) == b.window
        seen |= {p.elasticities, p.horizon, b.window}
    assert seen >= {*SETS, "short", "medium", "long", "1996-2001", "2001-2006", "2006-2011"}


def test_the_outside_notices_every_option() -> None:
    """The same answer held against other options leaves something of an equation."""
    acc, p, parameters, b = drawn(5)
    out = respond(acc, p, parameters)
    assert b.labour == "mobile"
    others = {
        "theta": b.theta * 1.01, "within": b.within * 1.01, "psi": b.psi + 0.01, "kappa": b.kappa + 0.1, "labour": "free",
        "eta": 1.1 * b.eta, "eps": 1.1 * b.eps, "eps_c": b.eps_c + 0.1, "deficits": "world_share",
        "transfers": "nation_share", "window": "2001-2006",
    }  # fmt: skip
    for name, other in others.items():
        left = Outside(acc, p, replace(b, **{name: other}), out).equations()
        assert max(left.values()) > 1e-5, name
    shocks = (
        "trade_cost",
        "tariff",
        "productivity",
        "final_demand",
        "subsidy",
        "export_tax",
        "mobility_cost",
        "transfer",
    )
    for name in shocks:
        moved = getattr(p, name) + np.random.default_rng(0).uniform(0, 0.01, getattr(p, name).shape)
        left = Outside(acc, replace(p, **{name: moved}), b, out).equations()
        assert max(left.values()) > 1e-7, name
    dearer = tuple(replace(t, rate=1.01 * t.rate) for t in p.tolls)
    assert max(Outside(acc, replace(p, tolls=dearer), b, out).equations().values()) > 1e-7
    joined = Outside(acc, replace(p, trade_cost=np.where(np.isinf(p.trade_cost), 1e3, p.trade_cost)), b, out)
    assert joined.equations()["balance of trade"] > 1e-5
