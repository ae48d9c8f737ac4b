"""Designs of draws: Latin hypercubes, and Saltelli's design on Sobol sequences with its indices; all of scipy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats
from scipy.stats import qmc

from xunhuan.data.arrays import Array
from xunhuan.scenario.scenario import Spread, Uncertainty


def quantile(d: Spread, u: Array) -> NDArray[Any]:
    """Values of a distribution at probabilities u.

    names: each on an equal part of [0, 1) · "own": u itself, which picks the draw
    relative_sd: e^(σ z), lognormal with median 1 and standard deviation / mean = relative_sd, σ² = ln(1 + relative_sd²)
    low, high: uniform; with mode: triangular.

    >>> from xunhuan.scenario.scenario import Distribution
    >>> quantile(Distribution(relative_sd=0.25), np.array([0.5])).tolist()
    [1.0]
    >>> quantile(("a", "b"), np.array([0.1, 0.9])).tolist()
    ['a', 'b']
    """
    if isinstance(d, tuple):
        names = np.array(d, dtype=object)
        return np.asarray(names[(u * len(d)).astype(int)])
    if isinstance(d, str):
        return np.asarray(u)
    if d.relative_sd is not None:
        return np.asarray(np.exp(np.sqrt(np.log1p(d.relative_sd**2)) * stats.norm.ppf(u)))
    assert d.low is not None
    assert d.high is not None
    if d.mode is None:
        return np.asarray(d.low + u * (d.high - d.low))
    width = d.high - d.low
    return np.asarray(stats.triang.ppf(u, (d.mode - d.low) / width, loc=d.low, scale=width))


def design(u: Uncertainty, versions: int = 1) -> pd.DataFrame:
    """Values of every uncertain quantity, one row a draw; the same seed gives the same rows.

    versions  of the base table, which are in random order: the draw's number among them is its value

    "latin-hypercube": each quantity's range cut in as many equal parts as there are draws, each part drawn once
    [McKayBeckmanConover1979]. "sobol": Saltelli's design of N (D + 2) rows, from which first-order and total indices
    follow [Saltelli2010].
    """
    quantities = u.quantities()
    if u.design == "sobol":
        points = _saltelli(len(quantities), u)
    else:
        points = qmc.LatinHypercube(d=len(quantities), rng=np.random.default_rng(u.seed)).random(u.draws)
    # A point on the edge would be an infinite factor.
    points = np.clip(points, 1e-9, 1 - 1e-9)
    columns = {
        q.column: np.floor(versions * points[:, k]) if q.of == "table" else quantile(d, points[:, k])
        for k, (q, d) in enumerate(quantities.items())
    }
    return pd.DataFrame(columns, index=pd.RangeIndex(len(points), name="draw"))


def _saltelli(count: int, u: Uncertainty) -> Array:
    """Saltelli's design: of each point of A and B, 2 D wide, the row of A, A with each column of B in turn, the row of B."""
    both = qmc.Sobol(d=2 * count, scramble=True, rng=np.random.default_rng(u.seed)).random(u.draws)
    a, b = both[:, :count], both[:, count:]
    mixed = np.where(np.eye(count, dtype=bool), b[:, None, :], a[:, None, :])
    return np.concatenate([a[:, None], mixed, b[:, None]], axis=1).reshape(-1, count)


def sample_rows(u: Uncertainty) -> NDArray[np.intp]:
    """Which draws are a plain sample, for medians and intervals: all, or of a Sobol design those of A and B."""
    if u.design == "latin-hypercube":
        return np.arange(u.draws)
    block = len(u.quantities()) + 2
    start = np.arange(u.draws) * block
    return np.sort(np.concatenate([start, start + block - 1]))


RESAMPLES = 200
"""Bootstrap samples that half-widths of indices come from."""


def indices(u: Uncertainty, values: Array) -> tuple[Array, Array, Array, Array]:
    """First-order and total Sobol indices of one number, and half-widths of their 90% bootstrap intervals.

    values: one a draw of a "sobol" design. S_q = V(E[Y|q]) / V(Y); T_q = 1 − V(E[Y|all but q]) / V(Y) [Saltelli2010];
    half-width: z(0.95) times the standard deviation over resamples of the points. Each of length D; nan where a draw is
    missing or the number does not vary.
    """
    count = len(u.quantities())
    blank = np.full(count, np.nan)
    if not np.isfinite(values).all() or np.ptp(values) <= 1e-12 * max(1.0, float(np.abs(values).max())):
        return blank, blank, blank, blank
    by_point = values.reshape(u.draws, count + 2).T
    picked = np.random.default_rng(u.seed).integers(u.draws, size=(RESAMPLES, u.draws))
    some = by_point[:, np.concatenate([np.arange(u.draws)[None], picked])]  # row of the design, resample, point
    found = stats.sobol_indices(func={"f_A": some[0], "f_B": some[-1], "f_AB": some[1:-1]}, n=u.draws)
    first, total = (np.asarray(a, dtype=float) for a in (found.first_order, found.total_order))
    wide = float(stats.norm.ppf(0.95))
    return first[0], total[0], wide * first[1:].std(0, ddof=1), wide * total[1:].std(0, ddof=1)
