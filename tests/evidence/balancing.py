"""Fitting tables to totals."""

from __future__ import annotations

import numpy as np

from tests.evidence.rows import evidence
from xunhuan.data.balance import gras, ras


@evidence(
    "RAS, updated input coefficients of three sectors, row by row",
    "MillerBlair2009",
    "section 7.4.2; inputs as in the GAMS model library, model IOBALANCE",
    "0.392 0.122 0.160 0.151 0.066 0.190 0.053 0.189 0.294",
)
def miller_blair_ras() -> np.ndarray:
    old = np.array([[0.120, 0.100, 0.049], [0.210, 0.247, 0.265], [0.026, 0.249, 0.145]])
    output = np.array([421.0, 284.0, 283.0])
    new = np.array([[98.0, 72.0, 75.0], [65.0, 8.0, 63.0], [88.0, 27.0, 44.0]])
    return ras(old * output, new.sum(1), new.sum(0)).require("the example") / output


@evidence(
    "GRAS where a column has no positive cell",
    "TemurshoevMillerBouwmeester2013",
    "the example; digits of the tests of the R package GRAS",
    "8.424340881 3.375237362 5.200422021 -2.000000263 3.000997078 12.624763744 10.374239178 0.000000000 "
    "-2.425339135 0.000000000 1.425339135 0.000000000",
    why="the package stops early: its fourth column misses its total of −2 by 2.6e-7",
    within=1e-6,
)
def no_positive_cell() -> np.ndarray:
    seed = [[7, 3, 5, -3], [2, 9, 8, 0], [-2, 0, 2, 0]]
    return gras(seed, [15, 26, -1], [9, 16, 17, -2]).matrix
