"""The NAFTA data set of Caliendo and Parro (2015) as arrays of the trade kernel, shared by tests and benchmarks.

The published data do not balance (final use is a share, not a residual), so the published exercise solves twice from
the same arrays: 1993 tariffs without deficits, then the tariffs of 2005, and compares the two.
"""

from __future__ import annotations

from pathlib import Path

import jax.numpy as jnp
import numpy as np
import xarray as xr

from xunhuan.data.accounts import Accounts
from xunhuan.models.trade.records import Economy, Elasticities, Shift

NAMES = ("Mexico", "Canada", "USA")


class Exercise:
    """Arrays r s i of an exercise, and the kernel's inputs made of them: balanced trade under tariffs `before` and `after`.

    share, before, after r s i · theta i · inputs s i j, factors s j · taste s i · bill s, wage bill · output r i, spending
    s i, income s, deficit s, values · unit
    """

    R: int
    S: int
    share: np.ndarray
    before: np.ndarray
    after: np.ndarray
    theta: np.ndarray
    inputs: np.ndarray
    factors: np.ndarray
    taste: np.ndarray
    bill: np.ndarray
    output: np.ndarray
    spending: np.ndarray
    income: np.ndarray
    deficit: np.ndarray
    unit: float

    def economy(self) -> Economy:
        """The base of the kernel; values are shares of world factor income."""
        r, s, u = self.R, self.S, self.unit
        parts = (
            self.share, self.before, self.inputs, self.factors, self.taste, np.zeros((r, s)), self.output / u,
            self.income / u, self.bill / u, self.deficit / u, self.bill / u, np.zeros((r, s)), self.bill / u,
            np.eye(r), np.ones((1, r)), np.zeros((1, r)), np.ones(r),
        )  # fmt: skip
        return Economy(*(jnp.asarray(a) for a in parts))

    def elasticities(self, deficits: bool) -> Elasticities:
        """θ of the data; deficits held as a share of world GDP, or zero."""
        parts = (self.theta, self.theta, np.zeros(self.S), 0.0, float(deficits), 0.0)
        return Elasticities(*(jnp.asarray(a, dtype=jnp.float64) for a in parts))

    def shift(self, tariff: np.ndarray) -> Shift:
        """New tariffs r s i, nothing else."""
        r, s = self.R, self.S
        zero3, zero2, one2 = np.zeros((r, r, s)), np.zeros((r, s)), np.ones((r, s))
        parts = (
            zero3, np.ones((r, r, s)), tariff, zero3, zero2, one2, zero2, np.zeros((r, r)),
            (self.output > 0) * 1.0, (self.spending > 0) * 1.0, np.ones((1, r)),
        )  # fmt: skip
        return Shift(*(jnp.asarray(a) for a in parts))

    def start(self) -> np.ndarray:
        """The cold first guess."""
        return np.zeros(2 * self.R * (1 + self.S))


class Nafta(Exercise):
    """The published data."""

    def __init__(self, raw: Path) -> None:
        with xr.open_dataset(raw / "caliendo_parro_2015.nc", engine="h5netcdf") as d:
            pair = ("exporter", "importer", "supplier")
            self.flow = d["trade_value"].transpose(*pair).values
            self.before = d["trade_tariff_bln"].transpose(*pair).values
            self.after = d["trade_tariff_cfl"].transpose(*pair).values
            inputs = d["intermediate"].transpose("region", "supplier", "user").values
            added = d["value_added"].transpose("region", "user").values
            final = d["final"].transpose("region", "supplier").values
            self.deficit = d["deficit"].values
            self.theta = d["trade_elasticity"].values
            self.region = d["region"].values.astype(str)
        output = inputs.sum(1) + added
        self.R, _, self.S = self.flow.shape
        spent = (1 + self.before) * self.flow
        self.spending = spent.sum(0)
        self.share = np.divide(spent, self.spending, out=np.zeros_like(spent), where=self.spending > 0)
        gamma = np.divide(inputs, output[:, None], out=np.zeros_like(inputs), where=output[:, None] > 0)
        self.inputs = np.maximum(gamma, 0.0)
        self.factors = 1 - self.inputs.sum(1)
        self.taste = final / final.sum(1, keepdims=True)
        self.bill = added.sum(1)
        self.output = self.flow.sum(1)
        self.unit = float(self.bill.sum())
        self.income = self.bill + (self.before * self.flow).sum((0, 2)) + self.deficit


class Made(Exercise):
    """A made-up world: tariffs of 0 to 10 percent, a tenth of the regions lift theirs on each other; θ from 3 to 9."""

    def __init__(self, acc: Accounts, seed: int = 3) -> None:
        rng = np.random.default_rng(seed)
        self.R, self.S, self.theta = acc.R, acc.S, rng.uniform(3, 9, acc.S)
        self.before = rng.uniform(0, 0.1, acc.flow.shape)
        self.before[np.arange(acc.R), np.arange(acc.R)] = 0.0
        self.after = self.before.copy()
        members = np.arange(max(2, acc.R // 10))
        self.after[np.ix_(members, members)] = 0.0
        spent = (1 + self.before) * acc.flow
        self.spending, self.output = spent.sum(0), acc.output
        self.share = spent / self.spending
        # What duties are paid from is left of spending on inputs: recipes and taste are the table's own.
        self.inputs = acc.use / self.output[:, None]
        self.factors = 1 - self.inputs.sum(1)
        final = acc.final.sum(2)
        self.taste = final / final.sum(1, keepdims=True)
        self.bill = (self.factors * self.output).sum(1)
        self.deficit = np.zeros(acc.R)
        self.unit = float(self.bill.sum())
        self.income = self.bill + (self.before * acc.flow).sum((0, 2))


def welfare_split(base: dict[str, np.ndarray], new: dict[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Terms of trade and volume of trade, percent of base income [CaliendoParro2015, eq. 16].

    base, new: tariff, flow r s i (before tariffs), cost r i, income s, in levels of their own equilibrium.
    """
    rise = new["cost"] / base["cost"] - 1
    sold, paid = (base["flow"].sum(1) * rise).sum(1), np.einsum("rsi,ri->s", base["flow"], rise)
    grown = new["flow"] - base["flow"] * (1 + rise)[:, None, :]
    volume = (base["tariff"] * grown).sum((0, 2))
    return 100 * (sold - paid) / base["income"], 100 * volume / base["income"]
