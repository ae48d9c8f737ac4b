"""Made-up books on which nothing is alike: 4 nations, 7 regions, 5 sectors, 2 final categories, 3 components."""

from __future__ import annotations

from functools import cache

import numpy as np

from xunhuan.data.accounts import Accounts, Sourcing
from xunhuan.data.classification import Sectors
from xunhuan.data.geography import Geography
from xunhuan.data.migration import Migration
from xunhuan.data.toyland import toyland

REGIONS = ("A1", "A2", "A3", "B1", "B2", "C1", "D1")
NATION = tuple(c[0] for c in REGIONS)
SECTORS = ("s0", "s1", "s2", "s3", "s4")


@cache
def uneven(by_user: bool = False) -> Accounts:
    """Tariffs everywhere abroad; by_user: every user has sources of its own."""
    return books(np.random.default_rng(20), REGIONS, len(SECTORS), by_user)


def books(rng: np.random.Generator, regions: tuple[str, ...], goods: int, by_user: bool) -> Accounts:
    """Balanced books at random: a region's nation is the first letter of its code, the first region's is home."""
    nation, R, S = tuple(c[0] for c in regions), len(regions), goods
    near = np.array([[1.0 if n == m else 0.3 for m in nation] for n in nation]) + 4 * np.eye(R)
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
    people = rng.uniform(5, 50, R)
    names = tuple(f"s{k}" for k in range(S))
    return Accounts(
        flow=flow, use=use, final=final, value_added=split * (output - use.sum(1))[..., None], tariff=rate,
        geography=Geography(regions, nation, population=tuple(people), migration=_moves(rng, nation, people)),
        sectors=Sectors(names, groups={"goods": names[:-1], "services": names[-1:]}),
        categories=("households", "investment"), components=("wages", "profits", "taxes"), year=2001, currency="SHL",
        unit="million SHL", home=nation[0], sourcing=_by_user(rng, flow, use, final) if by_user else None,
    )  # fmt: skip


def _by_user(rng: np.random.Generator, flow: np.ndarray, use: np.ndarray, final: np.ndarray) -> Sourcing:
    """Purchases swapped between two users and two sources, sums unchanged."""
    R, S, share = len(flow), flow.shape[2], flow / flow.sum(0)
    z, y = np.einsum("rsi,sij->risj", share, use), np.einsum("rsi,sif->risf", share, final)
    for _ in range(40):
        (r, q), s, i = rng.choice(R, 2, replace=False), rng.integers(R), rng.integers(S)
        j, k = rng.choice(S, 2, replace=False)
        moved = 0.6 * min(z[r, i, s, j], z[q, i, s, k])
        z[[r, q], i, s, [j, k]] -= moved
        z[[r, q], i, s, [k, j]] += moved
    return Sourcing(z, y)


def _moves(rng: np.random.Generator, nation: tuple[str, ...], people: np.ndarray) -> Migration:
    """Persons by origin and destination, inside nations, over one window."""
    same = np.array([[a == b for b in nation] for a in nation]) & ~np.eye(len(nation), dtype=bool)
    persons = np.where(same, rng.uniform(0.01, 0.06, same.shape) * people, 0.0)
    return Migration(("1996-2001",), persons[None], "made up")


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


def from_stocks() -> Accounts:
    """Toyland where a region buys no good of one kind from anybody and uses what it had."""
    toy = toyland()
    flow, final, added = toy.flow.copy(), toy.final.copy(), toy.value_added.copy()
    added[:, 0, 0] -= flow[:, 0, 0]
    flow[:, 0, 0], final[0, 0] = 0.0, (0.0, -toy.use[0, 0].sum())
    return toy.replace(flow=flow, final=final, value_added=added)
