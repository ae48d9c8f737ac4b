"""Catch-up worked out two ways: slow loops against arrays, many draws against one, the market against the trade formula."""

from __future__ import annotations

from math import erfc, exp, log, log2, sqrt
from pathlib import Path

import numpy as np
import pytest

import xunhuan as xh
from tests.helpers.made_up import made_up, world, written
from xunhuan.data.accounts import Accounts
from xunhuan.models.catchup.inverse import reached
from xunhuan.models.catchup.market import sourcing
from xunhuan.models.catchup.model import MODEL
from xunhuan.models.catchup.parameters import CatchupParameters
from xunhuan.models.catchup.path import Levers, World, run_years
from xunhuan.models.edits import Decoupling, Push
from xunhuan.models.model import Shock

pytestmark = pytest.mark.twin


def phi(x: float) -> float:
    return 0.5 * erfc(-x / sqrt(2))  # 1 + erf would leave no digits far from the middle


def slow(w: World, cut: Levers) -> list[dict[str, float]]:
    """The years of one draw, number by number."""
    v = {n: float(getattr(w, n)[0]) for n in World._fields if not n.startswith("stage_") and n != "ages"}
    ages = [float(x) for x in w.ages]
    b = -log2(1 - v["learning_rate"])

    def reach(gap: float) -> list[float]:
        return [phi((a + 0.5 - gap) / v["reach_spread"]) for a in range(len(ages))]

    alien, abroad = v["made_in"] - v["owned_by"], 1 - v["made_in"]
    low, high = -40.0, 40.0
    first_reach = reach(v["gap"])
    for _ in range(200):
        x = (low + high) / 2
        got = sum(d * exp(x) * f / (exp(x) * f + alien + abroad) for d, f in zip(ages, first_reach, strict=True))
        low, high = (x, high) if got < v["owned_by"] else (low, x)
    weight = [exp(x), alien, abroad]
    n = [v["producers"], 1.0, 1.0]

    def omega(m: int, k: int, know: float) -> float:
        if m == k:
            return (1 + (n[m] - 1) * v["spillover"]) / n[m]
        return v["spillover"] * (1.0 if (m < 2) == (k < 2) else 1 - know)

    def made(share: list[float], cost: list[float], t: int, exports: float) -> list[float]:
        demand = v["home_market"] * (1 + v["growth"]) ** t
        out = v["exported"] * exports * (1 + v["world_growth"]) ** t
        rest = v["world_market"] * (1 + v["world_growth"]) ** t - demand - out
        value = [share[0] * demand + out, share[1] * demand, share[2] * demand + rest]
        return [a / c for a, c in zip(value, cost, strict=True)]

    q = made([v["owned_by"], alien, abroad], [1.0, 1.0, 1.0], 0, 1.0)
    e0 = [sum(omega(m, k, 0.0) * q[k] for k in range(3)) / v["world_growth"] for m in range(3)]
    e, gap, top, pushed = list(e0), v["gap"], -v["gap"], 0.0
    nu = 1 / v["cadence"] - v["closing"] * v["gap"]
    rows = []
    for t in range(len(cut.know)):
        know, trade, tools, leave, push = (
            float(getattr(cut, c)[t, 0]) for c in ("know", "trade", "tools", "leave", "push")
        )
        pushed += push + (v["pace"] if t else 0.0)
        inputs = 0.0
        for om, h, th, g in zip(w.stage_weight, w.stage_home, w.stage_theta, w.stage_gain, strict=True):
            inputs += om * log((h * exp(th * g * t) + (1 - h) * (1 - tools)) ** (-1 / th))
        cost = [(e[m] / e0[m]) ** -b * (exp(inputs - pushed / float(cut.waste[0])) if m < 2 else 1.0) for m in range(3)]
        open_ = [1.0, 1 - leave, 1 - trade]
        share, price = [0.0, 0.0, 0.0], 0.0
        for a, (d, f, f0) in enumerate(zip(ages, reach(gap), first_reach, strict=True)):
            power = [weight[m] * open_[m] * cost[m] ** -v["theta"] * (f if m == 0 else 1.0) for m in range(3)]
            before = weight[0] * f0 + alien + abroad
            price += d * log((sum(power) / before) ** (-1 / v["theta"]))
            share = [s + d * p / sum(power) for s, p in zip(share, power, strict=True)]
            assert a < len(ages)
        rows.append(
            {"owned_by": share[0], "alien": share[1], "abroad": share[2], "price": exp(price), "gap": gap, "top": top}
        )
        q = made(share, cost, t, float(cut.exports[t, 0]))
        e = [(1 - v["forgetting"]) * e[m] + sum(omega(m, k, know) * q[k] for k in range(3)) for m in range(3)]
        rate = v["closing"] * (1 - tools)
        aim = (1 / v["cadence"] - nu) / rate if rate else 0.0
        gap = aim + (gap - aim) * exp(-rate) if rate else gap + 1 / v["cadence"] - nu
        edge = (t + 1) / v["cadence"]
        free = edge - gap
        free -= tools * max(0.0, free - max(top, v["ceiling"] + v["rise"] * (t + 1)))
        top = min(free, edge)
        gap = edge - top
    return rows


@pytest.mark.parametrize("case", range(4))
def test_slow_loops_say_the_same(case: int) -> None:
    w = world(stages=True, forgetting=0.03 * case, producers=1.0 + case, pace=0.01, gap=1.7, world_growth=0.06)
    t = np.arange(13)[:, None]
    cut = Levers.none(12)._replace(
        know=np.minimum(t / 5, 1) * 0.2 * case, trade=(t > 2) * 0.3 * (case > 1),
        tools=np.minimum(t / 4, 1) * (1.0 if case == 3 else 0.4),
        leave=np.full_like(t, 0.1 * case, dtype=float), push=np.where(t > 1, 0.02, 0.0), exports=1 + 0.1 * t,
        waste=np.array([1.0 + 0.1 * case]),
    )  # fmt: skip
    path = run_years(w, cut)
    for k, row in enumerate(slow(w, cut)):
        for name, value in row.items():
            assert getattr(path, name)[k, 0] == pytest.approx(value, rel=1e-10, abs=1e-12), (k, name)


def test_draws_together_are_draws_one_by_one() -> None:
    rng = np.random.default_rng(3)
    changes = {"learning_rate": rng.uniform(0.05, 0.3, 5), "theta": rng.uniform(2, 6, 5), "gap": rng.uniform(0.5, 3, 5)}
    w = world(stages=True).varied(**changes)
    cut = Levers.none(9)._replace(tools=np.linspace(0, 0.9, 10)[:, None])
    whole = run_years(w, cut)
    for k in range(5):
        one = run_years(world(stages=True).varied(**{n: x[k : k + 1] for n, x in changes.items()}), cut)
        assert whole.made_in[:, k] == pytest.approx(one.made_in[:, 0], rel=1e-13)
        assert whole.price[:, k] == pytest.approx(one.price[:, 0], rel=1e-13)


def test_many_shocks_and_parameters_at_once_are_the_same_as_each(toy: Accounts, tmp_path: Path) -> None:
    file = written(tmp_path, made_up())
    asked = [CatchupParameters(industry=file, years=(2020, 2030), draws=0, learning_rate=x) for x in (0.1, 0.2, 0.3)]
    shocks = [
        Shock((Decoupling("foreign", "ATL", channel="know", size=x), Push("ATL", rate=0.01))) for x in (0.0, 0.5, 1.0)
    ]
    assert MODEL.respond_many is not None
    for got, shock, p in zip(MODEL.respond_many(toy, shocks, asked), shocks, asked, strict=True):
        one = MODEL.respond(toy, shock, p)
        for name in ("target_year", "readings_then", "price_then", "cost_then", "gap_then", "sales_response"):
            assert got.detail[name].values[0] == pytest.approx(one.detail[name].values[0], rel=1e-12, abs=1e-13)
        assert one.path is not None
        assert got.path is not None
        assert got.path["made_in"].values == pytest.approx(one.path["made_in"].values, rel=1e-12)


def test_the_markets_shares_are_those_of_the_trade_model() -> None:
    """One vintage that all can serve: π' = π ĉ^(−θ) / Σ π ĉ^(−θ), P̂ = (Σ π ĉ^(−θ))^(−1/θ)."""
    share, cost, theta = np.array([[0.2, 0.1, 0.7]]), np.array([[0.8, 0.9, 1.1]]), np.array([4.0])
    one = np.ones((1, 1))
    got = sourcing(share, one, cost, np.ones((1, 3)), theta, one)
    power = share * cost**-theta
    assert got.share[:, :, 0] == pytest.approx(power / power.sum(), rel=1e-13)
    assert got.price[:, 0] == pytest.approx([power.sum() ** (-1 / 4.0)], rel=1e-13)


def test_the_year_a_share_is_reached_lies_between_the_years_around_it() -> None:
    path = run_years(world(pace=0.05), Levers.none(40)).made_in
    year = reached(path, 0.6)
    k = int(np.floor(year[0]))
    assert path[k, 0] < 0.6 <= path[k + 1, 0]


def test_intervals_of_the_room_and_of_a_scenario_agree(toy: Accounts, tmp_path: Path) -> None:
    """The room's own draws over the file's ranges, and a scenario's by "own": the same distribution, two designs."""
    wide = {"learning_rate": {"low": 0.05, "high": 0.3}, "home_pace": {"value": 0.02, "spread": 0.3}}
    file = written(tmp_path, made_up(**wide))
    names = {"learning_rate": "own", "home_pace": "own"}
    data = {
        "title": "x", "base": "toyland", "shock": [{"name": "push", "push": {"regions": "ATL", "rate": 0.01}}],
        "model": {"catchup": {"industry": file, "years": [2020, 2030], "draws": 400, "target": {"by": 2030}}}, "measure": {},
    }  # fmt: skip
    own = xh.run(data).numbers(quantity="share_then", arm="push").iloc[0]
    scenario = (
        xh.run(data | {"uncertainty": {"draws": 300, **names}}).numbers(quantity="share_then", arm="push").iloc[0]
    )
    assert own["value"] == pytest.approx(scenario["value"], rel=1e-12)
    width = own["high"] - own["low"]
    assert width > 0.01
    assert [own["low"], own["high"]] == pytest.approx([scenario["low"], scenario["high"]], abs=0.2 * width)
