"""Made-up books on which nothing is alike: four nations, seven regions, five sectors, two final categories, three components."""

from __future__ import annotations

from functools import cache

import numpy as np

from xunhuan.data.accounts import Accounts, Sourcing
from xunhuan.data.classification import Sectors
from xunhuan.data.geography import Geography

REGIONS = ("A1", "A2", "A3", "B1", "B2", "C1", "D1")
NATION = tuple(c[0] for c in REGIONS)
SECTORS = ("s0", "s1", "s2", "s3", "s4")


@cache
def uneven(by_user: bool = False) -> Accounts:
    """Tariffs everywhere abroad; by_user: every user has sources of its own."""
    rng = np.random.default_rng(20)
    R, S = len(REGIONS), len(SECTORS)
    near = np.array([[1.0 if n == m else 0.3 for m in NATION] for n in NATION]) + 4 * np.eye(R)
    size = rng.uniform(1, 4, R)
    flow = rng.lognormal(0, 0.7, (R, R, S)) * (near * size[:, None] * size)[..., None]
    absorbed, output = flow.sum(0), flow.sum(1)
    mix = rng.lognormal(0, 0.8, (R, S, S))
    use = 0.45 * absorbed[..., None] * mix / mix.sum(2, keepdims=True)
    use *= np.minimum(1, 0.7 * output / use.sum(1))[:, None, :]
    part = rng.uniform(0.2, 0.8, (R, S))
    left = absorbed - use.sum(2)
    final = np.stack([part * left, (1 - part) * left], axis=2)
    split = rng.dirichlet([3, 2, 1], (R, S))
    rate = np.where(near[..., None] < 1, rng.uniform(0.02, 0.2, (R, R, S)), 0.0)
    sourcing = None
    if by_user:
        share = flow / absorbed
        z, y = np.einsum("rsi,sij->risj", share, use), np.einsum("rsi,sif->risf", share, final)
        for _ in range(40):  # purchases swapped between two users and two sources, sums unchanged
            r, q, s, i, (j, k) = (*rng.choice(R, 2, replace=False), rng.integers(R), rng.integers(S),
                                  rng.choice(S, 2, replace=False))  # fmt: skip
            moved = 0.6 * min(z[r, i, s, j], z[q, i, s, k])
            z[[r, q], i, s, [j, k]] -= moved
            z[[r, q], i, s, [k, j]] += moved
        sourcing = Sourcing(z, y)
    return Accounts(
        flow=flow, use=use, final=final, value_added=split * (output - use.sum(1))[..., None], tariff=rate,
        geography=Geography(REGIONS, NATION), sectors=Sectors(SECTORS, groups={"goods": ("s0", "s1", "s3")}),
        categories=("households", "investment"), components=("wages", "profits", "taxes"), year=2001, currency="SHL",
        unit="million SHL", home="A", sourcing=sourcing,
    )  # fmt: skip


def cells(acc: Accounts) -> tuple[np.ndarray, np.ndarray]:
    """Inputs z r i s j and final goods y r i s, cell by cell: as users buy, or alike."""
    if acc.sourcing is not None:
        return acc.sourcing.intermediate, acc.sourcing.final.sum(3)
    R, S = acc.R, acc.S
    z, y = np.zeros((R, S, R, S)), np.zeros((R, S, R))
    for r in range(R):
        for s in range(R):
            for i in range(S):
                share = acc.flow[r, s, i] / sum(acc.flow[q, s, i] for q in range(R))
                y[r, i, s] = share * acc.final[s, i].sum()
                for j in range(S):
                    z[r, i, s, j] = share * acc.use[s, i, j]
    return z, y
