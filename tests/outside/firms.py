"""Firms that lose orders, at random, held against docs/conversion.md cell by cell, and industries that learn.

A mixed exporter's price and sales are solved for, sizes of pure exporters are integrated over, a subsidy's rate is sought
where its budget is spent. Catch-up is drawn over every number of an industry and of what is cut, and held against loops.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.integrate import quad
from scipy.optimize import brentq

from tests.helpers.made_up import world
from tests.helpers.uneven import books
from tests.models.catchup.test_twins import slow
from xunhuan.errors import BadInput
from xunhuan.models.catchup.path import Levers, run_years
from xunhuan.models.conversion.edits import Certification, Exhibition, SubsidyHomeSales
from xunhuan.models.conversion.model import MODEL
from xunhuan.models.conversion.parameters import ConversionParameters
from xunhuan.models.edits import Orders
from xunhuan.models.model import Shock

FIRMS, YEARS = 1e-7, 1e-9
"""How far an answer may lie from integrals and from loops, relative."""
LEAST = 1 / 26
"""Part of the time left for sales that a cost of entry is reckoned at, at least."""


def mixed_over(e: float, c: float, sigma: float, omega: float, wanted: float = 1.0) -> tuple[float, float]:
    """Sales at home and abroad, after over before, of a firm whose price goes with its marginal cost, which goes with what
    it makes: p = q^ω, q = ((1 − e) a + e (1 − c)) p^(−σ)."""
    left = (1 - e) * wanted + e * (1 - c)
    if left <= 0:
        return 0.0, 0.0
    ln_p = brentq(lambda z: z - omega * (np.log(left) - sigma * z), -60, 60, xtol=1e-15, rtol=1e-15)
    return wanted * np.exp((1 - sigma) * ln_p), (1 - c) * np.exp((1 - sigma) * ln_p)


def pure_over(entry: float, tail: float, potential: float, beta: float) -> float:
    """Sales at home over orders lost of firms of Pareto sizes from 1 on: the largest enter and reach 1 − (x*/x)^(1/β)."""
    if not np.isfinite(entry):
        return 0.0
    start = max(entry, 1.0)
    # With x = start / u, of the mean size ζ / (ζ − 1): what firms of each size sell, of what all would with full reach.
    whole = start ** (1 - tail)
    if beta == 0:
        return potential * whole

    # Of u^(ζ − 2) there is no end at u = 0: u = v^k takes it away.
    def sold(v: float) -> float:
        return 1 - (entry / start * v ** (1 / (tail - 1))) ** (1 / beta)

    found = quad(sold, 0, 1, epsabs=0, epsrel=1e-11, limit=400)[0]
    return potential * whole * found


def drawn_firms(seed: int) -> tuple[Any, tuple[Any, ...], ConversionParameters]:
    """Books, orders that are cancelled and help, and every assumed figure at random."""
    rng = np.random.default_rng([seed, 15])
    acc = books(rng, ("A1", "A2", "B1", "C1"), 3, bool(rng.random() < 0.3))
    whole = {"start": 0.0, "end": float(7 * rng.integers(6, 60))}
    edits: list[Any] = [Orders("foreign", "s0+s1", origin="A", change=-float(rng.uniform(0.2, 1)), **whole)]
    if rng.random() < 0.5:
        edits.append(Orders("B1", "s1", origin="A1", change=-float(rng.uniform(0.2, 0.9)), **whole))
    help_of = rng.random(3) < 0.5
    if help_of[0]:
        edits.append(Certification("A1", fee=-float(rng.uniform(0.1, 1)), lag_weeks=-float(rng.uniform(0, 4))))
    if help_of[1]:
        on = str(rng.choice(["converts", "exporters", "increments"]))
        edits.append(SubsidyHomeSales("A", budget=float(rng.uniform(1e4, 1e6)), on=on))
    if help_of[2]:
        edits.append(Exhibition("A2", stands=float(rng.uniform(0.1, 3)), cost=float(rng.uniform(1e4, 1e5))))
    figures = {
        "demand_elasticity": rng.uniform(3, 8), "convexity_factor": rng.uniform(0.5, 2), "firm_tail": rng.uniform(1.03, 1.3),
        "pure_share": rng.uniform(0.1, 0.35), "exporters_share": rng.uniform(0.3, 0.6),
        "home_potential": rng.uniform(0.1, 0.6),
        "entry_size": float(rng.choice([0.5, rng.uniform(5, 100)])), "lag_weeks": rng.uniform(2, 20),
        "reach_curvature": float(rng.choice([0.0, rng.uniform(0.2, 2)])), "stand_reach": rng.uniform(0.05, 0.3),
        "fee_part": rng.uniform(0.1, 0.6), "firm_exports": rng.uniform(1e5, 1e6), "convexity": rng.uniform(0, 0.3),
    }  # fmt: skip
    p = ConversionParameters(
        sectors="s0+s1+s2", currency="SHL", draws=0, spread=str(rng.choice(["whole", "even"])),
        **{k: float(v) for k, v in figures.items()},
    )  # fmt: skip
    return acc, tuple(edits), p


def firms_by_cell(acc: Any, edits: tuple[Any, ...], p: ConversionParameters) -> list[dict[str, float]]:
    """What firms of each region at home and good lose and gain, in millions."""
    orders = [e for e in edits if isinstance(e, Orders)]
    weeks, omega, sigma = (orders[0].end - orders[0].start) / 7, p.convexity * p.convexity_factor, p.demand_elasticity
    profit, year = (1 + sigma * omega) / (sigma * (1 + omega)), weeks / 52
    inside, away, cells = [0, 1], [2, 3], []
    for r in inside:
        for i in range(3):
            lost = 0.0
            for s in away:
                part = acc.final[s, i].sum() / acc.flow[:, s, i].sum()
                if acc.sourcing is not None:
                    part = acc.sourcing.final[r, i, s].sum() / acc.flow[r, s, i]
                kept = 1.0 if i == 2 else 1 + orders[0].change
                if len(orders) > 1 and (r, s, i) == (0, 2, 1):
                    kept *= 1 + orders[1].change
                lost += acc.flow[r, s, i] * part * (1 - kept)
            exports, home = (sum(acc.flow[r, s, i] for s in at) for at in (away, inside))
            less = sum(e.lag_weeks for e in edits if isinstance(e, Certification) and r == 0)
            relief = p.fee_part * -sum(e.fee for e in edits if isinstance(e, Certification) and r == 0)
            before, sells = (max(1 - max(p.lag_weeks + x, 0) / weeks, 0.0) for x in (0.0, less))
            cut = lost / exports
            among = p.pure_share * (exports * (lost > 0) if p.spread == "even" else lost)
            share = sells * (cut if p.spread == "even" else 1.0)
            entry = p.entry_size * max(before, LEAST) / share if share else np.inf
            number, pure = among * 1e6 / p.firm_exports, lost * p.pure_share * year
            mean = pure * 1e6 / number if number else 0.0
            fee = (
                entry * profit * p.home_potential * sells * (p.firm_tail - 1) / p.firm_tail * mean
                if np.isfinite(entry)
                else 0
            )
            mixed_out, mixed_home = exports * (1 - p.pure_share), home * p.exporters_share
            cells.append({
                "r": r, "lost_pure": pure, "entry": entry, "relief": relief, "h": p.home_potential * sells, "number": number,
                "fee": fee, "e": mixed_out / (mixed_out + mixed_home), "c": cut, "home": mixed_home * year * sells,
                "lost_mixed": mixed_out * year * (1 - mixed_over(mixed_out / (mixed_out + mixed_home), cut, sigma, omega)[1])
                if lost else 0.0,
            })  # fmt: skip
    plain = [_helped(c, p, sigma, omega, profit, 0.0, "converts") for c in cells]
    rate, on = 0.0, "converts"
    for e in (e for e in edits if isinstance(e, SubsidyHomeSales)):
        on = e.on

        def spent(z: float) -> float:
            found = [_helped(c, p, sigma, omega, profit, np.exp(z), e.on) for c in cells]  # noqa: B023
            paid = sum(_sold(g, f, c, e.on) for g, f, c in zip(found, plain, cells, strict=True))  # noqa: B023
            return float(z + np.log(paid) - np.log(e.budget / 1e6))  # noqa: B023

        rate = float(np.exp(brentq(spent, -25, 3, xtol=1e-14)))
    out = []
    firms = sum(c["number"] for c in cells if c["r"] == 1)
    for c, f in zip(cells, plain, strict=True):
        g = _helped(c, p, sigma, omega, profit, rate, on)
        g["spent"] = c["relief"] * c["fee"] * g["converts"] / 1e6 + rate * _sold(g, f, c, on)
        g["stands"] = 0.0
        for e in (e for e in edits if isinstance(e, Exhibition) and c["r"] == 1):
            first = min(1.0, max(g["entry"], 1.0) ** -p.firm_tail)
            last, power = min(first + e.stands / firms, 1.0), 1 - 1 / p.firm_tail
            g["stands"] = p.stand_reach * g["h"] * c["lost_pure"] * (last**power - first**power)
            taken = (last - first) * c["number"]
            g["converts"] += taken
            g["spent"] += taken * e.cost / 1e6
        out.append({**{k: c[k] for k in ("lost_pure", "lost_mixed")},
                    **{k: g[k] for k in ("pure", "mixed", "stands", "converts", "spent")}})  # fmt: skip
    return out


def _helped(
    c: dict[str, float], p: Any, sigma: float, omega: float, profit: float, rate: float, on: str
) -> dict[str, float]:
    boost = (1 + rate) ** (1 / profit)
    entry, h = c["entry"] * (1 - c["relief"]) / boost, c["h"] * boost
    wanted = 1.0 if on == "converts" else (1 + rate) ** sigma
    return {
        "entry": entry, "h": h, "pure": c["lost_pure"] * pure_over(entry, p.firm_tail, h, p.reach_curvature),
        "mixed": c["home"] * (mixed_over(c["e"], c["c"], sigma, omega, wanted)[0] - 1),
        "converts": c["number"] * max(entry, 1.0) ** -p.firm_tail,
    }  # fmt: skip


def _sold(g: dict[str, float], plain: dict[str, float], c: dict[str, float], on: str) -> float:
    """Sales that a subsidy is paid on."""
    if on == "converts":
        return g["pure"]
    whole = g["pure"] + g["mixed"]
    return whole + c["home"] if on == "exporters" else whole - plain["pure"] - plain["mixed"]


def apart_from_firms(seed: int) -> float:
    """The most that an answer lies from what comes out here, of the largest cell of its kind."""
    acc, edits, p = drawn_firms(seed)
    try:
        d = MODEL.respond(acc, Shock(edits), p).detail.isel(draw=0)
    except BadInput as e:  # all is over before anybody sells
        first = next(x for x in edits if isinstance(x, Orders))
        sooner = sum(x.lag_weeks for x in edits if isinstance(x, Certification))
        late = p.lag_weeks + sooner >= (first.end - first.start) / 7
        return 0.0 if late and "no home sales to be paid on" in str(e) else np.inf
    here = firms_by_cell(acc, edits, p)
    worst = 0.0
    for name in here[0]:
        told, mine = d[name].to_numpy().ravel(), np.array([c[name] for c in here])
        worst = max(worst, float(np.abs(told - mine).max() / max(np.abs(mine).max(), 1e-9)))
    return worst


def apart_from_years(seed: int) -> float:
    """The most that a path of catch-up lies from loops, relative, where every number of the industry is at random."""
    rng, years = np.random.default_rng([seed, 16]), 8
    changes = {
        "made_in": rng.uniform(0.2, 0.6), "learning_rate": rng.uniform(0.02, 0.3), "spillover": rng.uniform(0, 0.6),
        "forgetting": rng.uniform(0, 0.2), "producers": float(rng.integers(1, 5)), "theta": rng.uniform(2, 7),
        "growth": rng.uniform(-0.02, 0.1), "world_growth": rng.uniform(0.01, 0.1), "pace": rng.uniform(0, 0.05),
        "gap": rng.uniform(0.2, 3), "cadence": rng.uniform(1, 4), "closing": rng.uniform(0.01, 0.3),
        "reach_spread": rng.uniform(0.2, 1), "ceiling": rng.uniform(-3, 0), "rise": rng.uniform(0, 0.3),
        "exported": rng.uniform(0, 1),
    }  # fmt: skip
    changes["owned_by"] = changes["made_in"] * rng.uniform(0.2, 0.9)
    w, t = world(stages=bool(rng.random() < 0.7), **changes), np.arange(years + 1)[:, None]

    def cut() -> np.ndarray:
        return np.where(t >= rng.integers(0, years), rng.uniform(0, 1), 0.0) * float(rng.random() < 0.7)

    push = np.where(t > rng.integers(0, years), rng.uniform(0, 0.05), 0.0)
    levers = Levers.none(years)._replace(
        know=cut(), trade=0.95 * cut(), tools=cut(), leave=0.9 * cut(), push=push, exports=1 + 0.1 * rng.uniform(-1, 1) * t,
        waste=np.array([rng.uniform(1, 1.5)]),
    )  # fmt: skip
    path, worst = run_years(w, levers), 0.0
    for k, row in enumerate(slow(w, levers)):
        for name, value in row.items():
            worst = max(worst, abs(float(getattr(path, name)[k, 0]) - value) / (1e-3 + abs(value)))
    return worst
