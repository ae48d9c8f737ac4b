"""Places along value chains, 1995 and 2011."""

from __future__ import annotations

import functools

import numpy as np
import xarray as xr

from tests.evidence.rows import evidence
from tests.evidence.world import wiod
from xunhuan.measures import linkages
from xunhuan.measures.stocks import without_stocks
from xunhuan.measures.system import System

FILE = "the authors' data file WIOD2013_GVCmeasures_Dec2017.dta, as kept in the R package concordance"
WHOLE = "the table at hand is rounded to whole millions"
TABLE = "table 1, in the draft of 30 October 2017 kept in the R package concordance"
SMALL = "the table at hand is rounded to whole millions, which takes most from the smallest economies"
ECONOMIES = ["CHN", "USA", "DEU", "JPN"]
TOLD = "electrical and optical equipment of China, the USA, Germany, Japan"
ELECTRICAL = 13
"""Position of c14 in the list of the WIOD 2013 release."""


STOCKS = "inventory+discrepancy"
"""The table's changes in stocks, and what its rounding leaves of a row, which is as little anybody's final use."""


@functools.cache
def places_of(year: int) -> xr.Dataset:
    return linkages(wiod(year), ECONOMIES, by="sector", stocks=STOCKS).isel(sector=ELECTRICAL)


@functools.cache
def corrected(year: int) -> System:
    return without_stocks(wiod(year), STOCKS)


@functools.cache
def economies_of(year: int) -> xr.Dataset:
    """Every economy one industry, as the paper's table 1 has them."""
    acc = wiod(year)
    return linkages(acc.aggregate(sectors={"ALL": acc.sectors.codes}), "all", stocks=STOCKS)


def ends(values: xr.DataArray, codes: str) -> np.ndarray:
    return values.sel(region=codes.split()).values


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
    at = [wiod(2011).geography.codes.index(c) for c in ECONOMIES]
    return corrected(2011).v[at, ELECTRICAL]


@evidence(
    f"Final use over output 2011, {TOLD}",
    "AntrasChor2018",
    FILE,
    "0.2913 0.4686 0.3800 0.3354",
    why=WHOLE,
    within=0.0005,
)
def final_use_2011() -> np.ndarray:
    at = [wiod(2011).geography.codes.index(c) for c in ECONOMIES]
    sys = corrected(2011)
    return sys.y[at, ELECTRICAL].sum(axis=1) / sys.output[at, ELECTRICAL]


@evidence(
    "Upstreamness of economies 1995: the five lowest and the five highest of 41",
    "AntrasChor2018",
    TABLE,
    "1.451 1.611 1.666 1.755 1.810 2.185 2.242 2.331 2.389 2.535",
    why=SMALL,
    within=0.04,
)
def lowest_and_highest_upstream_1995() -> np.ndarray:
    return ends(economies_of(1995).upstreamness, "CYP GRC TUR BRA DNK RUS LUX CZE SVK CHN")


@evidence(
    "Upstreamness of economies 2011: the five lowest and the five highest of 41",
    "AntrasChor2018",
    TABLE,
    "1.546 1.617 1.737 1.786 1.824 2.358 2.463 2.544 2.581 2.819",
    why=SMALL,
    within=0.022,
)
def lowest_and_highest_upstream_2011() -> np.ndarray:
    return ends(economies_of(2011).upstreamness, "GRC CYP MEX USA BRA CZE TWN KOR LUX CHN")


@evidence(
    "Downstreamness of economies 1995: the five lowest and the five highest of 41",
    "AntrasChor2018",
    TABLE,
    "1.662 1.748 1.758 1.759 1.800 2.155 2.209 2.306 2.344 2.591",
    why=SMALL,
    within=0.12,
)
def lowest_and_highest_downstream_1995() -> np.ndarray:
    return ends(economies_of(1995).backward, "CYP BRA TUR GRC AUT ROU EST SVK CZE CHN")


@evidence(
    "Downstreamness of economies 2011: the five lowest and the five highest of 41",
    "AntrasChor2018",
    TABLE,
    "1.657 1.763 1.779 1.806 1.808 2.348 2.370 2.444 2.534 2.900",
    why=SMALL,
    within=0.041,
)
def lowest_and_highest_downstream_2011() -> np.ndarray:
    return ends(economies_of(2011).backward, "GRC CYP MEX BRA USA LUX BGR CZE KOR CHN")
