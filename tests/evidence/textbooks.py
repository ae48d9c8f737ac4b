"""Multipliers and linkages of textbooks."""

from __future__ import annotations

import numpy as np
import pandas as pd

from tests.evidence.rows import evidence
from tests.helpers import printed
from xunhuan.measures import linkages, multipliers
from xunhuan.measures.leontief import solve_left, solve_right
from xunhuan.measures.operators import Dense
from xunhuan.measures.system import system_of

READ = "read in the tests of the R package iotables"


def germany_by(numbers: np.ndarray) -> np.ndarray:
    """What a unit of final goods of each German industry takes of something, directly and through inputs."""
    return solve_left(system_of(printed.germany()).operator, (numbers / printed.GERMANY_OUTPUT)[None])[0]


@evidence(
    "Leontief inverse of two sectors, row by row",
    "MillerBlair2009",
    "section 2.3.1",
    "1.254 0.330 0.264 1.122",
)
def two_sectors() -> np.ndarray:
    op = Dense((np.array([[150.0, 500], [200, 100]]) / [1000, 2000]).reshape(1, 2, 1, 2))
    return solve_right(op, np.eye(2).reshape(1, 2, 2)).reshape(2, 2)


@evidence(
    "Leontief inverse of two regions with three and two sectors, row by row",
    "MillerBlair2009",
    "chapter 3, two-region example",
    "1.4234 0.4652 0.2909 0.1917 0.3041 0.6346 1.4237 0.6707 0.4092 0.4558 0.6383 0.5369 1.3363 0.2501 0.3108 "
    "0.2672 0.2000 0.1973 1.3406 0.5473 0.1468 0.0908 0.0926 0.2155 1.2538",
)
def two_regions() -> np.ndarray:
    inverse = solve_right(system_of(printed.miller_blair()).operator, np.eye(6).reshape(2, 3, 6))
    return inverse.reshape(6, 6)[:5, :5]


@evidence(
    "Output multipliers (backward linkages) of six German industries, 1995",
    "Eurostat2008",
    f"pp. 500, 506–507; {READ}",
    "1.7048 1.8413 1.8136 1.6035 1.5951 1.3782",
)
def german_multipliers() -> np.ndarray:
    return multipliers(printed.germany(), "all", by="sector").output.values


@evidence(
    "Forward linkages (row sums of the Ghosh inverse) of the same",
    "Eurostat2008",
    f"pp. 506–507; {READ}",
    "2.1126 1.6691 1.3558 1.5848 2.1037 1.2106",
    why="five of six to the digit; manufacturing is 1.6910 here, and 1.6691 looks like digits that changed places",
    within=0.0220,
)
def german_forward() -> np.ndarray:
    return linkages(printed.germany(), "all", by="sector").upstreamness.values


@evidence(
    "Inverse of the same, from manufacturing and construction to themselves, from agriculture to itself",
    "Eurostat2008",
    f"table 15.10, p. 488; {READ}",
    "1.4292 1.0289 1.0339",
)
def german_inverse() -> np.ndarray:
    inverse = solve_right(system_of(printed.germany()).operator, np.eye(6).reshape(1, 6, 6)).reshape(6, 6)
    return inverse[[1, 2, 0], [1, 2, 0]]


@evidence(
    "Agriculture's column of the Ghosh inverse",
    "Eurostat2008",
    f"output coefficients; {READ}",
    "1.0339 0.0118 0.0037 0.0103 0.0117 0.0043",
)
def german_ghosh() -> np.ndarray:
    inverse = solve_right(system_of(printed.germany()).operator, np.eye(6).reshape(1, 6, 6)).reshape(6, 6)
    return (inverse * printed.GERMANY_OUTPUT / printed.GERMANY_OUTPUT[:, None])[:, 0]


@evidence(
    "Value added per unit of final goods of six German industries",
    "Eurostat2008",
    f"table 15.16, pp. 503–504; {READ}",
    "0.8450 0.7647 0.8615 0.9019 0.9393 0.9199",
)
def german_value_added() -> np.ndarray:
    return germany_by(printed.GERMANY_ADDED)


@evidence(
    "Persons per thousand euros of final goods of the same",
    "Eurostat2008",
    f"table 15.16, pp. 503–504; {READ}",
    "0.0326 0.0162 0.0207 0.0237 0.0112 0.0242",
)
def german_persons() -> np.ndarray:
    acc = printed.germany()
    rows = pd.DataFrame({"region": "DEU", "sector": acc.sectors.codes, "persons [1000]": printed.GERMANY_PERSONS})
    return multipliers(acc, "all", by="sector", satellite=rows).embodied.values
