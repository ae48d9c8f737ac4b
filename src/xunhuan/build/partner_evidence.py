"""The prior of partners by province against what customs offices have said: comparison, fit, and cross-validation.

Letters: k statement, p province, l place of a partner, i good.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
import pandas as pd

from xunhuan.build import lists
from xunhuan.build.partners import BORDER, ELASTICITY, WEIGHT
from xunhuan.build.reach import reach
from xunhuan.data.accounts import Accounts
from xunhuan.data.arrays import Array, Mask, ratio
from xunhuan.data.partners import Reach, place_split

ELASTICITIES = tuple(np.arange(0.0, 2.51, 0.25).tolist())
BORDERS = tuple(np.arange(0.0, 5.01, 0.5).tolist())
WEIGHTS = (0.25, 0.5, 0.75, 1.0)
"""The grid of `fit`."""


@dataclass(frozen=True, eq=False)
class Margins:
    """The goods trade of a nation's regions as a table has it: sent p i, bought p i, export i d, imported o i."""

    sent: Array
    bought: Array
    export: Array
    imported: Array
    reach: Reach
    provinces: tuple[str, ...]
    goods: int


def margins(acc: Accounts) -> Margins:
    """What `place_split` needs of a table with provinces of its home nation; the same whatever its partners."""
    g = acc.geography
    p = g.select(acc.home)
    d = np.setdiff1d(np.arange(acc.R), p)
    out, into = acc.flow[np.ix_(p, d)], acc.flow[np.ix_(d, p)]
    provinces = tuple(g.codes[k] for k in p)
    return Margins(
        sent=out.sum(1),
        bought=into.sum(0),
        export=out.sum(0).T,
        imported=into.sum(1),
        reach=reach(provinces, [g.codes[k] for k in d]),
        provinces=provinces,
        goods=len(lists.goods()),
    )


def statements() -> pd.DataFrame:
    """The statements: province, period, way, partner, within, share, national (nan where none was found), sources."""
    rows = pd.read_csv(lists.data_file("partner_facts.csv"), comment="#")
    rows["within"] = rows["within"].fillna("")
    return rows


def compared(
    acc: Accounts, elasticity: float = ELASTICITY[1], border: float = BORDER[1], weight: float = WEIGHT[1]
) -> pd.DataFrame:
    """The statements beside what the nation's shares and the prior say.

    said[k] = N[k] · s[k] / n[k], s and n the shares of province and nation in the table, N the nation's share that was
    published (n where none was): the table's own basis, which leaves out what only passes through, cancels.
    """
    b, rows = margins(acc), statements()
    reader = _Reader(acc, b, rows)
    national = reader.said(0.0, 0.0)
    return rows.assign(by_nation=national, by_prior=_mix(national, reader.said(elasticity, border), weight))


def fit(acc: Accounts) -> pd.DataFrame:
    """Mean absolute log error of each point of the grid: elasticity, border, weight, error; the best first."""
    grid, errors, size, _ = _grid(acc)
    out = grid.assign(error=errors @ size / size.sum())
    return out.sort_values("error", kind="stable", ignore_index=True)


def left_out(acc: Accounts, weight: float = WEIGHT[1]) -> pd.DataFrame:
    """Each province foretold by the point that fits the others best at a weight, and by the nation's shares.

    A row a province: statements, elasticity, border, weight, national and prior (mean absolute log errors), size (what
    the province counts in a mean of them).
    """
    grid, errors, size, province = _grid(acc)
    mine = grid["weight"].to_numpy() == weight
    grid, errors = grid[mine], errors[mine]
    national = _errors(acc, [(0.0, 0.0)])[0]
    rows = []
    for p in np.unique(province):
        held = province == p
        best = int(np.argmin(errors[:, ~held] @ size[~held]))
        part = size[held] / size[held].sum()
        rows.append(
            {
                "province": p, "statements": int(held.sum()), **grid.iloc[best].to_dict(),
                "national": national[held] @ part, "prior": errors[best, held] @ part, "size": size[held].sum(),
            }
        )  # fmt: skip
    return pd.DataFrame(rows)


def resampled(acc: Accounts, draws: int = 400, seed: int = 0) -> pd.DataFrame:
    """The best point of the grid at the chosen weight over samples of provinces, with replacement: elasticity and border."""
    grid, errors, size, province = _grid(acc)
    mine = grid["weight"].to_numpy() == WEIGHT[1]
    grid, errors = grid[mine], errors[mine]
    names, of = np.unique(province, return_inverse=True)
    by_province = np.stack([(errors[:, of == k] @ size[of == k]) for k in range(len(names))], axis=1)
    weight = np.array([size[of == k].sum() for k in range(len(names))])
    times = np.random.default_rng(seed).multinomial(len(names), np.full(len(names), 1 / len(names)), draws)
    best = np.argmin(by_province @ times.T / (weight @ times.T), axis=0)
    return pd.DataFrame(grid.iloc[best][["elasticity", "border"]]).reset_index(drop=True)


def _grid(acc: Accounts) -> tuple[pd.DataFrame, Array, Array, Array]:
    """Points, absolute log errors (point, k), weight of each statement, and provinces.

    Statements of one province about one partner weigh one together.
    """
    points = list(product(ELASTICITIES, BORDERS))
    rows = statements()
    said = _said(acc, points)
    national, stated = said[points.index((0.0, 0.0))], rows["share"].to_numpy()
    errors = np.stack([np.abs(np.log(_mix(national, s, w) / stated)) for s in said for w in WEIGHTS])
    grid = pd.DataFrame([(*p, w) for p in points for w in WEIGHTS], columns=["elasticity", "border", "weight"])
    pair = rows["province"] + " " + rows["partner"]
    size = 1 / pair.map(pair.value_counts()).to_numpy(dtype=float)
    return grid, errors, size, rows["province"].to_numpy()


def _said(acc: Accounts, points: list[tuple[float, float]]) -> Array:
    reader = _Reader(acc, margins(acc), statements())
    return np.stack([reader.said(*p) for p in points])


def _errors(acc: Accounts, points: list[tuple[float, float]]) -> Array:
    return np.asarray(np.abs(np.log(_said(acc, points) / statements()["share"].to_numpy())))


def _mix(national: Array, prior: Array, weight: float) -> Array:
    """Shares mix as flows do, for a province's total is the same in both."""
    return (1 - weight) * national + weight * prior


class _Reader:
    """Reads statements off a split by place."""

    def __init__(self, acc: Accounts, b: Margins, rows: pd.DataFrame) -> None:
        self.margins, self.published = b, rows["national"].to_numpy(dtype=float)
        self.province = np.array([b.provinces.index(p) for p in rows["province"]])
        self.ways = np.stack([rows["way"] != "import", rows["way"] != "export"]).astype(float)
        self.partner = np.stack([self._places(acc, t) for t in rows["partner"]]).astype(float)
        self.within = np.stack([self._places(acc, t) if t else np.ones(len(b.reach.places)) for t in rows["within"]])

    def said(self, elasticity: float, border: float) -> Array:
        b = self.margins
        split = place_split(
            b.sent, b.bought, b.export, b.imported, b.reach, goods=b.goods, elasticity=elasticity, border=border
        )
        out, into = (x.sum(2) for x in split)
        own = self._share(out[self.province], into[self.province])
        nation = self._share(out.sum(0)[None], into.sum(0)[None])
        return np.where(np.isnan(self.published), own, self.published * ratio(own, nation))

    def _share(self, out: Array, into: Array) -> Array:
        trade = self.ways[0][:, None] * out + self.ways[1][:, None] * into
        return ratio((trade * self.partner).sum(1), (trade * self.within).sum(1))

    def _places(self, acc: Accounts, text: str) -> Mask:
        """Which places "A+B" names: places, economies or clusters."""
        g, r = acc.geography, self.margins.reach
        foreign = np.setdiff1d(np.arange(acc.R), g.select(acc.home))
        out = np.zeros(len(r.places), dtype=bool)
        for name in text.split("+"):
            if name in r.places:
                out |= np.array([p == name for p in r.places])
            else:
                out |= np.isin(foreign[r.economy], g.select(name))
        return out
