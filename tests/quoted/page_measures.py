"""docs/measures.md: reliance of US manufacturing on China, and what stocks do to China's place."""

from __future__ import annotations

import numpy as np
import pandas as pd

from tests.evidence.world import main_suppliers
from tests.helpers.raw import raw_folder
from tests.quoted.common import accounts, bare, percent
from tests.quoted.quotes import ROOT, quote
from xunhuan.measures import embodied, exposure, linkages

PAGE = "docs/measures.md"
WORLD, MADE = "world-2017", "manufacturing"


@quote(
    PAGE,
    "The main foreign supplier of US manufacturing industries is China in {n} of {n}, looked through, and in {n} of {n} at",
)
def china_first() -> list[str]:
    acc = accounts(WORLD)
    counts = [main_suppliers(acc, acc.sectors.groups[MADE], valuation) for valuation in ("look", "face")]
    return [str(x) for found in counts for x in (found.count("CHN"), len(found))]


@quote(
    PAGE,
    "US manufacturing China supplies {n}% at face value and {n}% looked through; of all production behind it {n}% is",
)
def from_china() -> list[str]:
    acc = accounts(WORLD)
    ds = exposure(acc, "USA", by="partner", industries=MADE, border="nation").sel(partner="CHN").isel(region=0)
    each = exposure(acc, "USA", by="industry", industries=MADE).isel(region=0)
    output = acc.output[acc.geography.codes.index("USA"), acc.sectors.select(MADE)]
    foreign = float(np.average(each.look_of_production, weights=output))
    return [*(bare(percent(float(x), 1)) for x in (ds.face, ds.look)), bare(percent(foreign, 0))]


@quote(PAGE, "In China upstreamness is {n} without and {n} with the correction")
def stocks_taken_up() -> list[str]:
    acc = accounts("china-national-2017")
    return [f"{linkages(acc, 'CHN', stocks=c).upstreamness.item():.3f}" for c in (None, "inventory")]


@quote(PAGE, "Of all jobs of the provinces {n}% stood behind what users abroad took in the end, of Guangdong's {n}%")
def jobs_for_abroad() -> list[str]:
    letters = pd.read_csv(ROOT / "docs" / "examples" / "employment_to_cn42.csv", dtype=str)
    jobs = pd.read_csv(raw_folder() / "china_employment_1990_2018.csv").merge(letters, on="Code")
    rows = pd.DataFrame({"region": "CHN", "sector": jobs["sector"], "jobs [10^4 persons]": jobs["2017"]})
    ds = embodied(accounts("china-2017"), "provinces", satellite=rows, definition="absorption")
    abroad = ds.external * ds.total
    shares = abroad.sum() / ds.total.sum(), ds.external.sel(region="CN-GD")
    return [bare(percent(float(x), 1)) for x in shares]
