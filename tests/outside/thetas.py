"""Trade elasticities by set and horizon as docs/trade.md has them, from the bundled files of estimates; windows of moves.

θ of a sector is the mean of the goods it holds, weighted by world trade, of those that the set estimates; 4 where it
estimates none. The short horizon brings the mean over goods to 0.76, the medium one to the geometric mean of that and 2; the
pattern stays the set's.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

import xunhuan.models.trade
from xunhuan.data.accounts import Accounts
from xunhuan.data.migration import Migration

DATA = Path(str(xunhuan.models.trade.__file__)).parent / "data"
SETS = ("FGO", "FGO-ICIO", "BSY", "CP", "CP-full", "GYY", "LL", "Shap", "IS", "U4", "BLP")
LEVELS = {"short": 0.76, "medium": (0.76 * 2) ** 0.5}
UNKNOWN, ALL = 4.0, {"U4": 4.0, "BLP": 2.0}
WHOLE = {"C24A": "C24", "C24B": "C24"}
"""Goods that are told apart inside a class: a sector here holds both."""


@dataclass
class Asked:
    """θ as it is asked for: a set, a horizon, an override of one sector; and what comes of it, i."""

    elasticities: str
    horizon: str
    theta: dict[str, float] | None
    comes: np.ndarray


def _column(file: str, column: str) -> dict[str, float | None]:
    lines = [x for x in (DATA / file).read_text(encoding="utf-8").splitlines() if not x.startswith("#")]
    return {row["sector"]: float(row[column]) if row[column] else None for row in csv.DictReader(lines)}


def theta_of(held: list[list[str]], name: str, horizon: str) -> np.ndarray:
    """θ of sectors that hold these goods."""
    trade = {c: w for c, w in _column("weights.csv", "weight").items() if w is not None}
    known = dict.fromkeys(trade, ALL.get(name)) if name in ALL else _column("elasticities_oecd28.csv", name)
    out = []
    for goods in held:
        pairs = [(trade[c], known[c]) for c in trade if WHOLE.get(c, c) in goods and known[c] is not None]
        mean = sum(w * x for w, x in pairs) / sum(w for w, _ in pairs) if pairs else ALL.get(name, UNKNOWN)  # type: ignore[operator]
        out.append(mean)
    if horizon in LEVELS:
        mean = sum(w * (known[c] or UNKNOWN) for c, w in trade.items()) / sum(trade.values())
        out = [LEVELS[horizon] * x / mean for x in out]
    return np.array(out)


def by_set(rng: np.random.Generator, acc: Accounts) -> tuple[Accounts, Asked]:
    """The same books whose sectors hold some goods each and the last services, and how θ is asked for."""
    goods = sorted({WHOLE.get(c, c) for c in _column("weights.csv", "weight")})
    drawn = list(rng.permutation(goods))
    held = [[str(drawn.pop()) for _ in range(int(rng.integers(1, 5)))] for _ in range(acc.S - 1)] + [[]]
    isic = tuple("+".join(h) or "F" for h in held)
    name, horizon = str(rng.choice(SETS)), str(rng.choice(["short", "medium", "long"]))
    comes, given = theta_of(held, name, horizon), None
    if rng.random() < 0.3:
        k, x = int(rng.integers(acc.S)), float(rng.uniform(2, 7))
        given, comes[k] = {acc.sectors.codes[k]: x}, x
    return acc.replace(sectors=replace(acc.sectors, isic=isic)), Asked(name, horizon, given, comes)


WINDOWS = (1996, 2001, 2006)


def several_windows(rng: np.random.Generator, acc: Accounts) -> tuple[Accounts, str, str]:
    """The same books with moves counted over three windows, of a year in one of them: the window asked for, and its name."""
    moves = acc.geography.migration
    assert moves is not None
    persons = moves.persons[0] * rng.uniform(0.3, 1.7, (3, *moves.persons[0].shape))
    names = tuple(f"{a}-{a + 5}" for a in WINDOWS)
    year, asked = int(rng.integers(1997, 2012)), int(rng.integers(4))
    acc = acc.replace(year=year, geography=replace(acc.geography, migration=Migration(names, persons, "made up")))
    if asked == 3:  # none is: that in which the year lies, a year on the border being of the window that ends with it
        return acc, "", next(n for n, a in zip(names, WINDOWS, strict=True) if a < year <= a + 5)
    return acc, names[asked], names[asked]
