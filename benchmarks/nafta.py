"""The NAFTA data set of Caliendo and Parro (2015) as arrays of the trade kernel, shared by tests and benchmarks.

The published data do not balance (final use is a share, not a residual), so the published exercise solves twice from
the same arrays: 1993 tariffs without deficits, then the tariffs of 2005, and compares the two.
"""

from __future__ import annotations

from pathlib import Path

import jax.numpy as jnp
import numpy as np
import xarray as xr

from xunhuan.models.trade.records import Economy, Elasticities, Shift

NAMES = ("Mexico", "Canada", "USA")


class Nafta:
    """Arrays r s i of the data, and the kernel's inputs made of them."""

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


def welfare_split(base: dict[str, np.ndarray], new: dict[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Terms of trade and volume of trade, percent of base income [CaliendoParro2015, eq. 16].

    base, new: tariff, flow r s i (before tariffs), cost r i, income s, in levels of their own equilibrium.
    """
    rise = new["cost"] / base["cost"] - 1
    sold, paid = (base["flow"].sum(1) * rise).sum(1), np.einsum("rsi,ri->s", base["flow"], rise)
    grown = new["flow"] - base["flow"] * (1 + rise)[:, None, :]
    volume = (base["tariff"] * grown).sum((0, 2))
    return 100 * (sold - paid) / base["income"], 100 * volume / base["income"]
