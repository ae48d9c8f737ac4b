"""Coupling and volatility against loops, quadratic forms and shocks of demand; bundled couplings against their tables."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import minimize

from xunhuan import measures
from xunhuan.build import BUILDERS
from xunhuan.data.accounts import Accounts
from xunhuan.data.markets import kept_pairs
from xunhuan.measures.markets import least_risk, resampled_ends, risk
from xunhuan.measures.system import system_of

pytestmark = pytest.mark.twin

TOYS = pd.DataFrame({"ATL": [100, 104, 108, 113], "BOR": [100, 110, 99, 115]}, index=[1997, 1998, 1999, 2000])


def test_coupling_is_the_elasticity_of_gdp_in_a_market_s_demand(toy: Accounts) -> None:
    """One market's final demand up by a millionth, the whole system solved again."""
    sys = system_of(toy)
    a = sys.operator.dense()
    inverse = np.linalg.inv(np.eye(len(a)) - a)
    got = measures.coupling(toy, "all")["kappa"].values
    base = (sys.v.ravel() * (inverse @ sys.y.sum(axis=2).ravel())).reshape(4, 3).sum(axis=1)
    for f in range(4):
        more = sys.y.copy()
        more[:, :, f] *= 1 + 1e-6
        after = (sys.v.ravel() * (inverse @ more.sum(axis=2).ravel())).reshape(4, 3).sum(axis=1)
        assert got[:, f] == pytest.approx(np.log(after / base) / np.log(1 + 1e-6), rel=1e-5)


def test_volatility_loop_twin(toy: Accounts) -> None:
    """The double sum over pairs of markets, and each one's part by the derivative of sd."""
    growth = np.log(TOYS).diff().dropna().to_numpy()
    cov = np.cov(growth.T)
    ds = measures.volatility(toy, by="partner", demand=TOYS)
    region = measures.volatility(toy, demand=TOYS)
    for p in range(3):
        k = ds["kappa"].values[p]
        variance = sum(k[m] * k[n] * cov[m, n] for m, n in product(range(2), range(2)))
        assert region["sd"].values[p] == pytest.approx(np.sqrt(variance), rel=1e-12)
        for m in range(2):
            step = np.zeros(2)
            step[m] = 1e-6
            slope = (np.sqrt((k + step) @ cov @ (k + step)) - np.sqrt((k - step) @ cov @ (k - step))) / 2e-6
            assert ds["part"].values[p, m] == pytest.approx(k[m] * slope, rel=1e-6)


def test_least_risk_against_a_general_solver() -> None:
    rng = np.random.default_rng(11)
    growth = rng.normal(size=(12, 5)) @ rng.normal(size=(5, 5)) * 0.05
    fixed = np.array([0.6, 0.0, 0.0, 0.0, 0.0])
    free = np.array([False, True, True, True, True])
    cov = np.cov(growth.T)

    def variance(w: np.ndarray) -> float:
        k = fixed + np.concatenate([[0.0], w])
        return float(k @ cov @ k) * 1e4

    found = minimize(
        variance, np.full(4, 0.1), bounds=[(0, None)] * 4, method="SLSQP", tol=1e-14,
        constraints={"type": "eq", "fun": lambda w: w.sum() - 0.4},
    )  # fmt: skip
    mine = least_risk(fixed, 0.4, growth, free)
    assert variance(mine[1:]) == pytest.approx(found.fun, rel=1e-6)
    assert mine[1:] == pytest.approx(found.x, abs=1e-4)
    assert least_risk(fixed, 0.0, growth, free).tolist() == [0.0] * 5
    assert least_risk(fixed, 0.4, growth, np.zeros(5, dtype=bool)).tolist() == [0.0] * 5


def test_resampling_loop_twin() -> None:
    rng = np.random.default_rng(5)
    growth, kappa = rng.normal(size=(11, 3)) * 0.1, np.array([[0.5, 0.3, 0.2], [0.9, 0.1, 0.0]])
    low, high = resampled_ends(kappa, growth)
    draw = np.random.default_rng(20).integers(0, 11, size=(2000, 11))
    for p in range(2):
        seen = [risk(kappa[p : p + 1], growth[years]).sd[0] for years in draw]
        assert [low[p], high[p]] == pytest.approx(np.quantile(seen, [0.05, 0.95]).tolist(), rel=1e-12)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["wiod-1995", "oecd-2022"])
def test_bundled_couplings_are_what_the_raw_data_give(raw, name) -> None:
    ((acc, _),) = BUILDERS[name](raw, lambda _: None)
    ds = measures.coupling(acc, list(acc.geography.nations), border="nation")
    rows = kept_pairs()
    rows = rows[rows["table"] == name]
    at = {d: xr_labels(rows, c) for d, c in (("region", "nation"), ("partner", "partner"))}
    for column, rel in (("kappa", 1e-6), ("back", 1e-6), ("asymmetry", 1e-6), ("intensity", 1e-3)):
        mine = ds[column].sel(region=at["region"], partner=at["partner"]).values
        assert rows[column].to_numpy() == pytest.approx(mine, rel=rel, abs=1e-12), column


def xr_labels(rows: pd.DataFrame, column: str):
    """Labels of a column, to pick one cell a row."""
    import xarray as xr

    return xr.DataArray(rows[column].to_numpy(), dims="row")
