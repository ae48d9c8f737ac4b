"""Designs of draws: Latin hypercubes and Sobol sequences of scipy, Saltelli's design and indices of SALib."""

from __future__ import annotations

from collections.abc import Mapping
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


def _problem(names: Mapping[str, object] | list[str]) -> dict[str, object]:
    return {"num_vars": len(names), "names": list(names), "bounds": [[0.0, 1.0]] * len(names)}


def _saltelli(count: int, u: Uncertainty) -> Array:
    from SALib.sample import sobol

    names = [f"x{k}" for k in range(count)]
    return np.asarray(sobol.sample(_problem(names), u.draws, calc_second_order=False, scramble=True, seed=u.seed))


def sample_rows(u: Uncertainty) -> NDArray[np.intp]:
    """Which draws are a plain sample, for medians and intervals: all, or of a Sobol design those of A and B."""
    if u.design == "latin-hypercube":
        return np.arange(u.draws)
    block = len(u.quantities()) + 2
    start = np.arange(u.draws) * block
    return np.sort(np.concatenate([start, start + block - 1]))


def indices(u: Uncertainty, values: Array) -> tuple[Array, Array, Array, Array]:
    """First-order and total Sobol indices of one number, and half-widths of their 90% bootstrap intervals.

    values: one a draw of a "sobol" design. S_q = V(E[Y|q]) / V(Y); T_q = 1 − V(E[Y|all but q]) / V(Y) [Saltelli2010].
    Each of length D; nan where a draw is missing or the number does not vary.
    """
    from SALib.analyze import sobol

    names = [q.column for q in u.quantities()]
    blank = np.full(len(names), np.nan)
    if not np.isfinite(values).all() or np.ptp(values) <= 1e-12 * max(1.0, float(np.abs(values).max())):
        return blank, blank, blank, blank
    found = sobol.analyze(
        _problem(names), values, calc_second_order=False, num_resamples=200, conf_level=0.9, seed=u.seed
    )
    return tuple(np.asarray(found[k], dtype=float) for k in ("S1", "ST", "S1_conf", "ST_conf"))  # type: ignore[return-value]
