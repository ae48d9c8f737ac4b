"""Intervals of shares of circulation that hold what a table's versions leave open, where all draws take its own trade."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from xunhuan.data.arrays import CIRCUITS, Array
from xunhuan.measures.versions import home_shares

if TYPE_CHECKING:
    from xunhuan.scenario.run import Bench

_SHARES = "circulation"
"""The measure whose intervals these are."""


def moves_of_shares(bench: Bench) -> Array | None:
    """How far home's shares lie from the table's own in each of its versions, axes k home_place circuit; nan where the table
    says nothing of a place.

    Δ_kpc = s_pc(version k) − s_pc(table); a nation's are its regions' by GDP, which versions leave as it is. None where
    draws take versions of their own (`uncertainty.table`), for another definition than absorption, and of a table without
    versions that move all of home's regions.
    """
    u, measure, acc = bench.scenario.uncertainty, bench.scenario.measure.circulation, bench.base
    if u is None or u.table or measure is None or measure.definition != "absorption":
        return None
    kept, post = home_shares(acc), acc.posterior
    if kept is None or post is None:
        return None
    own = bench.view.accounts(acc, full=False)[_SHARES].values
    codes = [acc.geography.codes[k] for k in post.regions]
    nation = np.average(kept, axis=1, weights=acc.gdp[post.regions])
    by_place = {c: kept[:, k] for k, c in enumerate(codes)}
    nothing = np.full_like(nation, np.nan)
    seen = [by_place.get(p, nation if p == acc.home else nothing) for p in bench.view.home]
    return np.stack(seen, axis=1) - own


def share_levels(
    labels: pd.DataFrame, sample: Array, moves: Array, places: tuple[str, ...], levels: Mapping[str, float]
) -> dict[str, tuple[Array, Array]]:
    """Positions among `labels` of shares that versions move, and by level the quantiles of what draws and versions leave.

    Of a share in an arm the sample is s_d + Δ_k over every draw d and version k: the two are drawn apart, so that what an
    arm does to a share is taken as alike in every version. Draws without an answer are left out; where they are more than
    half, nothing is told.

    >>> labels = pd.DataFrame({"variable": ["circulation"], "place": ["A"], "circuit": ["own"]})
    >>> moves = np.array([[[-0.1, 0.1, 0.0]], [[0.1, -0.1, 0.0]]])
    >>> at, half = share_levels(labels, np.array([[0.5], [0.5]]), moves, ("A",), {"median": 0.5})["median"]
    >>> at.tolist(), half.tolist()
    ([0], [0.5])
    """
    at, found = [], []
    known = np.flatnonzero((labels["variable"] == _SHARES).to_numpy())
    for k, place, circuit in zip(known, *(labels[c].iloc[known] for c in ("place", "circuit")), strict=True):
        delta, drawn = moves[:, places.index(place), CIRCUITS.index(circuit)], sample[:, k]
        answered = drawn[~np.isnan(drawn)]
        if np.isnan(delta).any() or 2 * len(answered) < len(drawn):
            continue
        at.append(int(k))
        found.append(np.quantile(answered[:, None] + delta, list(levels.values())))
    rows = np.array(found).reshape(len(at), len(levels))
    return {name: (np.array(at, dtype=int), rows[:, n]) for n, name in enumerate(levels)}
