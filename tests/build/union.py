"""Overlaps of regions whose customs all report gross: members of the European Union inside it, and all economies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from xunhuan.build.harmonise.overlap import HIGH, LOW, Overlap, covariates, logit, overlap_share
from xunhuan.build.harmonise.truth import HomeMargins
from xunhuan.data.accounts import Accounts
from xunhuan.data.arrays import Array, Mask


@dataclass(frozen=True, eq=False)
class Union:
    """share, size p i · x p i k · seen p i · books."""

    share: Array
    size: Array
    x: Array
    seen: Mask
    books: HomeMargins

    @property
    def total(self) -> Array:
        """Σ_i c m / Σ_i m by region."""
        m = np.where(self.seen, self.size, 0.0)
        return np.asarray((self.share * m).sum(1) / m.sum(1))

    def data(self, share: Array) -> Overlap:
        """Runs of reports (run p i) as one year's overlaps."""
        n = share.shape[-1]
        group = np.arange(n)[None]
        seen = np.repeat(self.seen[None, None], len(share), 0)
        x = self.x - self.x[self.seen].mean(0)
        return Overlap(share[:, None], seen, self.size[None], x[None], group, (group >= 18).astype(np.intp))


def union(acc: Accounts, members: Sequence[str]) -> Union:
    """The members of a table as the regions of one nation."""
    m = np.array([acc.geography.codes.index(c) for c in members])
    out = np.setdiff1d(np.arange(acc.R), m)
    inside = acc.flow[np.ix_(m, m)]
    own = np.einsum("ppi->pi", inside)
    supply = acc.output[m] - acc.flow[np.ix_(m, out)].sum(1)
    demand = acc.absorption[m] - acc.flow[np.ix_(out, m)].sum(0)
    share, size = overlap_share(supply, demand, inside.sum(1) - own, inside.sum(0) - own)
    x = covariates(supply, demand, supply.sum(1), np.ones((len(m), len(m))))
    seen = (size > 1) & np.isfinite(share)
    return Union(np.nan_to_num(share), size, x, seen, HomeMargins(supply, demand, float(acc.output[m].sum())))


def effects(u: Union) -> tuple[Array, float, Array]:
    """Of logit c: effects of regions given good and size, the slope in ln share of the good, and what is left, p i."""
    P, n = u.share.shape
    y = logit(np.clip(u.share, LOW, HIGH))
    p, i = np.nonzero(u.seen)
    design = np.zeros((len(p), n + P + 1))
    design[np.arange(len(p)), i] = design[np.arange(len(p)), n + p] = 1.0
    design[:, -1] = u.x[..., 0][u.seen]
    found = np.linalg.lstsq(design, y[u.seen], rcond=None)[0]
    left = np.full(u.share.shape, np.nan)
    left[p, i] = y[u.seen] - design @ found
    region = found[n : n + P]
    return region - region.mean(), float(found[-1]), left
