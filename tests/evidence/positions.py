"""Places along value chains, 1995 and 2011."""

from __future__ import annotations

import functools

import numpy as np
import xarray as xr

from tests.evidence.rows import evidence
from tests.helpers.printed import accounts
from tests.helpers.raw import raw_folder
from xunhuan.build.history import build_wiod
from xunhuan.data.accounts import Accounts
from xunhuan.measures import linkages

FILE = "the authors' data file WIOD2013_GVCmeasures_Dec2017.dta, as kept in the R package concordance"
WHOLE = "the table at hand is rounded to whole millions"
ECONOMIES = ["CHN", "USA", "DEU", "JPN"]
TOLD = "electrical and optical equipment of China, the USA, Germany, Japan"
ELECTRICAL = 13
"""Position of c14 in the list of the WIOD 2013 release."""


@functools.cache
def without_stocks(year: int) -> Accounts:
    """The year's table with changes of stocks taken out of use, what is left of a row scaled to its output."""
    acc, _ = build_wiod(raw_folder(), year)
    assert acc.sourcing is not None
    kept = [k for k, c in enumerate(acc.categories) if c not in ("inventory", "discrepancy")]
    z, y = acc.sourcing.intermediate, acc.sourcing.final[..., kept].sum(axis=3)
    used = z.sum(axis=(2, 3)) + y.sum(axis=2)
    scale = np.divide(acc.output, used, out=np.zeros_like(used), where=used > 0)
    return accounts(z * scale[:, :, None, None], y * scale[:, :, None], acc.geography.codes)


@functools.cache
def places_of(year: int) -> xr.Dataset:
    return linkages(without_stocks(year), ECONOMIES, by="sector").isel(sector=ELECTRICAL)


@evidence(f"Upstreamness 1995, {TOLD}", "AntrasChor2018", FILE, "2.3789 2.2295 2.0961 2.1638", why=WHOLE, within=0.002)
def upstream_1995() -> np.ndarray:
    return places_of(1995).upstreamness.values


@evidence(f"Upstreamness 2011, {TOLD}", "AntrasChor2018", FILE, "2.8434 2.0443 2.3552 2.6111", why=WHOLE, within=0.002)
def upstream_2011() -> np.ndarray:
    return places_of(2011).upstreamness.values


@evidence(
    f"Downstreamness 1995, {TOLD}", "AntrasChor2018", FILE, "3.1581 2.3749 2.1196 2.3345", why=WHOLE, within=0.002
)
def downstream_1995() -> np.ndarray:
    return places_of(1995).backward.values


@evidence(
    f"Downstreamness 2011, {TOLD}", "AntrasChor2018", FILE, "3.6935 1.7818 2.3648 2.6595", why=WHOLE, within=0.002
)
def downstream_2011() -> np.ndarray:
    return places_of(2011).backward.values


@evidence(
    f"Value added over output 2011, {TOLD}",
    "AntrasChor2018",
    FILE,
    "0.1631 0.6379 0.4165 0.3231",
    why=WHOLE,
    within=0.0005,
)
def value_added_2011() -> np.ndarray:
    acc = without_stocks(2011)
    at = [acc.geography.codes.index(c) for c in ECONOMIES]
    return acc.value_added[at, ELECTRICAL, 0] / acc.output[at, ELECTRICAL]


@evidence(
    f"Final use over output 2011, {TOLD}",
    "AntrasChor2018",
    FILE,
    "0.2913 0.4686 0.3800 0.3354",
    why=WHOLE,
    within=0.0005,
)
def final_use_2011() -> np.ndarray:
    acc = without_stocks(2011)
    assert acc.sourcing is not None
    at = [acc.geography.codes.index(c) for c in ECONOMIES]
    return acc.sourcing.final[at, ELECTRICAL].sum(axis=(1, 2)) / acc.output[at, ELECTRICAL]
