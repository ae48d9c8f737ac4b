"""What regions report of goods they both send to and take from the rest of their nation.

Letters: t year, p region, i good, g good of a list common to the years, k covariate. With S = output − export, D = use −
import, O outflow and I inflow of one table, O − I = S − D, so that 1 − λ = min(O, I) / min(S, D) =: c, the overlap
(cross-hauling) share: 0 for one who reports net trade, above 1 for one who reports goods that only pass through.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from xunhuan.data.arrays import Array, Mask, ratio

LOW, HIGH = 0.02, 0.95
"""Shares below and above say only that they are so: rounding and netting at one end, transit at the other."""

COVARIATES = ("ln share of the good", "imbalance", "ln market potential")


@dataclass(frozen=True)
class Overlap:
    """Reported overlaps of a nation's regions; a leading axis of runs may stand before t.

    share  t p i     c, ratio                    seen  t p i   where it says something
    size   t p i     m = min(S, D), unit of the tables
    x      t p i k   covariates, centred over what is seen
    group  t i       good of the common list
    kind   t i       kind of good, h: bureaus net goods and services unlike
    """

    share: Array
    seen: Mask
    size: Array
    x: Array
    group: NDArray[np.intp]
    kind: NDArray[np.intp]

    @property
    def groups(self) -> int:
        """Number of goods of the common list."""
        return int(self.group.max()) + 1

    @property
    def kinds(self) -> int:
        """Number of kinds of goods."""
        return int(self.kind.max()) + 1


def overlap_share(supply: Array, demand: Array, outflow: Array, inflow: Array) -> tuple[Array, Array]:
    """c = min(O, I) / min(S, D), nan where min(S, D) is not positive, and min(S, D); axes p i."""
    size = np.minimum(supply, demand)
    return ratio(np.minimum(outflow, inflow), np.maximum(size, 0.0), np.nan), size


def covariates(supply: Array, demand: Array, gdp: Array, distance: Array) -> Array:
    """What the overlap of a region's good may depend on, axes p i k.

    x₁ = ln(R m[p,i] / Σ_q m[q,i]), m = min(S, D), R regions: a region large in a good needs less of others
    x₂ = |S − D| / max(S, D): trade that is net anyway
    x₃ = ln Σ_q gdp[q] / distance[p,q]: nearness to the others' markets
    """
    size = np.maximum(np.minimum(supply, demand), 0.0)
    share = len(size) * ratio(size, size.sum(0))
    large = np.maximum(np.maximum(supply, demand), 0.0)
    near = np.log((gdp / distance).sum(1))
    near = near - near.mean()
    imbalance = np.clip(ratio(np.abs(supply - demand), large), 0.0, 1.0)
    return np.stack([np.log(np.maximum(share, 1e-6)), imbalance, np.broadcast_to(near[:, None], size.shape)], axis=2)


def logit(share: Array | float) -> Array:
    """ln(c / (1 − c))."""
    c = np.asarray(share, dtype=float)
    return np.asarray(np.log(c) - np.log1p(-c))


def expit(y: Array) -> Array:
    """1 / (1 + e^−y)."""
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * y)))
