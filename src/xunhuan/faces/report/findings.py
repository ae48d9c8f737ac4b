"""The numbers of the report on a table's circulation, computed once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import pandas as pd
import xarray as xr

from xunhuan.data.accounts import Accounts
from xunhuan.data.store import known_tables, load_log
from xunhuan.faces.companions import companion, limit_tables
from xunhuan.faces.placed import are_provinces
from xunhuan.faces.report.spread import ShareSpread, spread_of
from xunhuan.measures import circulation, cross_hauling
from xunhuan.measures.circuits import CIRCULATION_DEFINITIONS

Lang = Literal["en", "zh"]


@dataclass(frozen=True, eq=False)
class Findings:
    """The numbers of the report, computed once.

    region   absorption, by region · others  the other two definitions · partner, sector  absorption by both
    spread   intervals, where the table has versions · bounds   limits: the measure on the least and the most cross-hauling
    crossing, reported  trade with the nation's other regions, in the table and as reported
    """

    acc: Accounts
    region: xr.Dataset
    others: dict[str, xr.Dataset]
    partner: xr.Dataset
    sector: xr.Dataset
    spread: ShareSpread | None
    bounds: tuple[xr.Dataset, xr.Dataset] | None
    crossing: xr.Dataset
    reported: xr.Dataset | None
    log: pd.DataFrame | None

    @property
    def alone(self) -> bool:
        """Whether home is one region, so that economies are compared."""
        return self.acc.geography.nation.count(self.acc.home) < 2

    @property
    def places(self) -> str:
        """What to call the regions compared."""
        if self.alone:
            return "economies"
        return "provinces" if are_provinces(map(str, self.region["region"].values)) else "regions"


def findings(acc: Accounts) -> Findings:
    """Measure everything the report says, of home's regions; of all economies whose books are kept where home is one."""
    alone = acc.geography.nation.count(acc.home) < 2
    compared = [c for c, kept in zip(acc.geography.codes, acc.closed, strict=True) if kept] if alone else None
    # What is known of a table's versions is of home's regions.
    ends, reported = (None, None) if alone else (limit_tables(acc), companion(acc, "reported"))
    has_log = acc.name in known_tables() and known_tables()[acc.name].with_suffix(".log.parquet").is_file()
    region = circulation(acc, compared)
    return Findings(
        acc=acc,
        region=region,
        others={d: circulation(acc, compared, definition=d) for d in CIRCULATION_DEFINITIONS if d != "absorption"},
        partner=circulation(acc, compared, by="partner"),
        sector=circulation(acc, region=acc.home, by="sector", border="nation"),
        spread=None if alone else spread_of(acc, region),
        bounds=None if ends is None else (circulation(ends[0]), circulation(ends[1])),
        crossing=cross_hauling(acc, compared),
        reported=None if reported is None else cross_hauling(reported),
        log=load_log(acc.name) if has_log else None,
    )
