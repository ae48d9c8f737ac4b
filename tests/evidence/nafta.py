"""The long run: NAFTA."""

from __future__ import annotations

import functools

import numpy as np

from benchmarks import nafta
from tests.evidence.rows import evidence
from tests.helpers.raw import raw_folder
from xunhuan.models.solvers import CONVERGED
from xunhuan.models.trade.kernel import solve
from xunhuan.models.trade.records import Equilibrium

TABLE = "table 2"
THREE = "Mexico, Canada, USA, per cent, balanced trade"


@functools.cache
def solved(deficits: bool = False) -> tuple[nafta.Nafta, Equilibrium, Equilibrium]:
    """The data and both equilibria, before and after."""
    n = nafta.Nafta(raw_folder())
    p = n.elasticities(deficits)
    before, x, how = solve(n.economy(), p, n.shift(n.before), n.start(), 1e-11)
    after, _, how_after = solve(n.economy(), p, n.shift(n.after), x, 1e-11)
    assert int(how.outcome) == int(how_after.outcome) == CONVERGED
    return n, before, after


def percent(which: str, deficits: bool = False) -> np.ndarray:
    """Change of a nominal number over consumer prices, of the three."""
    n, before, after = solved(deficits)
    real = [np.asarray(getattr(e, which) / e.consumer_price) for e in (before, after)]
    at = [list(n.region).index(k) for k in nafta.NAMES]
    return 100 * (real[1] / real[0] - 1)[at]


@functools.cache
def split() -> tuple[np.ndarray, np.ndarray]:
    """Terms of trade and volume of trade of the three."""
    n, before, after = solved()

    def levels(out: Equilibrium, tariff: np.ndarray) -> dict[str, np.ndarray]:
        flow = np.asarray(out.share) * np.asarray(out.spending) / (1 + tariff)
        return {"tariff": tariff, "flow": flow, "cost": np.asarray(out.cost), "income": np.asarray(out.income)}

    at = [list(n.region).index(k) for k in nafta.NAMES]
    terms, volume = nafta.welfare_split(levels(before, n.before), levels(after, n.after))
    return terms[at], volume[at]


@evidence(f"Real wages, {THREE}", "CaliendoParro2015", TABLE, "1.72 0.32 0.11")
def real_wages() -> np.ndarray:
    return percent("wage")


@evidence(f"Terms of trade, {THREE}", "CaliendoParro2015", TABLE, "-0.41 -0.11 0.04")
def terms_of_trade() -> np.ndarray:
    return split()[0]


@evidence(f"Volume of trade, {THREE}", "CaliendoParro2015", TABLE, "1.72 0.04 0.04")
def volume_of_trade() -> np.ndarray:
    return split()[1]


@evidence(f"Welfare to first order, the sum of the two, {THREE}", "CaliendoParro2015", TABLE, "1.31 -0.06 0.08")
def first_order_welfare() -> np.ndarray:
    return sum(split())


@evidence(
    f"Welfare, exact, against the published first-order numbers, {THREE}",
    "CaliendoParro2015",
    TABLE,
    "1.31 -0.06 0.08",
    why="not the same thing: the exact change of real income holds the duties lost, as large as Mexico's gain; the "
    "published number is their first-order split",
    within=1.31,
)
def exact_welfare() -> np.ndarray:
    return percent("income")
