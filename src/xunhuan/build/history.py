"""Tables over time: WIOD 1995 to 2011, OECD flows 2011 to 2022, and China's official national tables.

Letters: r origin, i good, s destination, j using industry, f final category, v value-added component.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from xunhuan.build import lists
from xunhuan.build.china_raw import china_sectors
from xunhuan.build.duties import tariffs
from xunhuan.build.foreign import coal_odds, economy_books
from xunhuan.build.log import Log
from xunhuan.build.oecd import read_raw, world_flows
from xunhuan.data.accounts import Accounts, Sourcing
from xunhuan.data.arrays import INPUT_DUTIES, Array, duties_on_inputs
from xunhuan.data.classification import Sectors
from xunhuan.data.geography import Geography
from xunhuan.data.opened import open_dataset
from xunhuan.data.sector_lists import sector_list
from xunhuan.data.store import LOG_COLUMNS

_DISCREPANCY = "discrepancy"
"""Final category that holds what rounding, or the source's own discrepancy, leaves of a row."""
_REST = "ROW"
ELECTRONIC_COMPONENTS = "Manufacture of electronic components"
ELECTRONICS = (
    "Manufacture of computer",
    "Manufacture of communication equipment",
    "Manufacture of radio, television",
    "Manufacture of audio-visual",
    ELECTRONIC_COMPONENTS,
    "Manufacture of other electronic equipment",
    "Manufacture of instruments",
)
"""First words of the detailed sectors that ISIC C26 holds."""
_ISO = {"ROM": "ROU", "RoW": "ROW"}
"""Codes of the WIOD 2013 release that are not ISO 3166-1 as used in the other tables."""


def build_wiod(raw: Path, year: int) -> tuple[Accounts, pd.DataFrame]:
    """World Input-Output Table of a year (2013 release): 41 economies, 35 industries, sourcing by user.

    The source is rounded to whole millions, so rows miss their output by up to a hundred; what they miss is
    put in the final category `discrepancy` of the producing economy. Value added is output less inputs.
    Falls in stocks stay negative in `inventory`.

    Raises BadInput where the year's file is missing.
    """
    ds = open_dataset(raw / "wiod2013" / f"wiod_{year}.nc")
    z, f, output = (np.asarray(ds[k].values, dtype=np.float64) for k in ("intermediate", "final", "output"))
    codes = tuple(_ISO.get(str(c), str(c)) for c in ds["origin"].values)
    sectors = sector_list("wiod35").sectors
    log = Log(codes, sectors.codes, "million USD")
    gap = output - z.sum((2, 3)) - f.sum((2, 3))
    log.record("rows closed", _DISCREPANCY, np.zeros_like(gap), gap, note="the source is in whole millions")
    n = len(codes)
    extra = np.zeros((*f.shape[:3], 1))
    extra[np.arange(n), :, np.arange(n), 0] = gap
    final = np.concatenate([f, extra], axis=3)
    acc = Accounts(
        flow=np.einsum("risj->rsi", z) + np.einsum("risf->rsi", final),
        use=z.sum(0).transpose(1, 0, 2),
        final=final.sum(0).transpose(1, 0, 2),
        value_added=(output - z.sum((0, 1)))[:, :, None],
        tariff=np.zeros((n, n, len(sectors))),
        geography=_economies(codes),
        sectors=sectors,
        categories=(*(str(c) for c in ds["category"].values), _DISCREPANCY),
        components=("value_added",),
        year=year,
        currency="USD",
        unit="million USD",
        name=f"wiod-{year}",
        title=f"World Input-Output Table {year}, WIOD 2013 release: 41 economies, 35 industries",
        source="World Input-Output Database, 2013 release (CC BY 4.0)",
        notes=("value added includes net taxes on products and international transport margins",),
        home="CHN",
        sourcing=Sourcing(z, final),
    )
    return acc, log.frame()


def _economies(codes: Sequence[str]) -> Geography:
    """Economies by code, each its own nation, with names and those clusters they fill whole."""
    rows = lists.economies().set_index("code")
    names = {c: (str(rows["name_en"][c]), str(rows["name_zh"][c])) for c in rows.index}
    names["CHN"] = ("China", "中国")
    clusters = {
        name: tuple(c for c, cs in zip(rows.index, rows["clusters"], strict=True) if name in cs)
        for name in dict.fromkeys(c for cs in rows["clusters"] for c in cs)
    }
    return Geography(
        codes=tuple(codes),
        nation=tuple(codes),
        names_en=tuple(names[c][0] for c in codes),
        names_zh=tuple(names[c][1] for c in codes),
        clusters={k: tuple(m for m in v if m in codes) for k, v in clusters.items() if set(v) & set(codes)},
    )


def build_oecd(raw: Path, year: int) -> tuple[Accounts, pd.DataFrame]:
    """81 economies and 32 sectors in a year from 2011 to 2022, as step 1 of world-2017 makes them; million
    USD.

    Flows and outputs are the year's, coefficients those of 2020 throughout: what changes over time is who
    makes and buys what, not how things are made. China is one region, with its coefficients like the others.
    """
    source = read_raw(raw, year)
    flows = world_flows(source)
    national = _national_arrays(open_dataset(raw / "china_national_io_2017.nc"))
    to = lists.cn42_matrix()
    books = economy_books(source, flows, coal_odds(to.T @ national.intermediate.sum(0) @ to), year)
    rates, rates_log = tariffs(source)
    duty = duties_on_inputs(flows.flow, rates, books.use)
    acc = Accounts(
        flow=flows.flow,
        use=books.use,
        final=books.final[:, :, None],
        value_added=np.stack([books.value_added - duty, duty], axis=2),
        tariff=rates,
        geography=_economies(flows.codes),
        sectors=lists.common_sectors(),
        categories=("final",),
        components=("primary", INPUT_DUTIES),
        year=year,
        currency="USD",
        unit="million USD",
        name=f"oecd-{year}",
        title=f"81 economies in {year}, 32 sectors, from OECD flows and coefficients of 2020",
        source="OECD Inter-Country Input-Output tables (flows of the year, coefficients of 2020); WIOD 2014; WITS/TRAINS",
        notes=("input coefficients are those of 2020 in every year", "services are divided with WIOD shares of 2014"),
        home="CHN",
    )
    log = pd.concat([x for x in (flows.log, books.log, rates_log) if len(x)], ignore_index=True)
    return acc, log.assign(change=log["after"] - log["before"])[list(LOG_COLUMNS)]


@dataclass(frozen=True)
class _National:
    """An official non-competitive table, 10^8 CNY: intermediate o i j, final o i f, export i, imported i,
    value_added j v.

    Axis o is origin: domestic, imported.
    """

    intermediate: Array
    final: Array
    export: Array
    imported: Array
    value_added: Array


def _national_arrays(ds: xr.Dataset) -> _National:
    def values(name: str, *dims: str) -> Array:
        return np.asarray((ds[name].transpose(*dims) if dims else ds[name]).values, dtype=np.float64) / 1e4

    return _National(
        values("intermediate", "origin", "supplier", "user"),
        values("final", "origin", "supplier", "category"),
        values("export"),
        values("import_"),
        values("value_added", "user", "component"),
    )


def build_national(raw: Path, year: int) -> tuple[Accounts, pd.DataFrame]:
    """China's official non-competitive table of 42 sectors: one region and the ROW, sourcing by user, 10^8
    CNY.

    Imports are the sum of their uses: the published import column holds a discrepancy that belongs to no
    user.
    """
    ds = open_dataset(raw / f"china_national_io_{year}.nc")
    table = _national_arrays(ds)
    sectors = china_sectors(2017)  # the lists of 2017, 2018 and 2020 are one
    log = Log(("CHN",), sectors.codes, "10^8 CNY")
    imported = table.intermediate[1].sum(1) + table.final[1].sum(1)
    log.record("imports by use", "import", table.imported[None], imported[None], note="the sum of uses is kept")
    categories = tuple(str(c) for c in ds["category"].values)
    by_user = np.zeros((2, 42, 2, 42)), np.zeros((2, 42, 2, len(categories)))
    by_user[0][:, :, 0], by_user[1][:, :, 0] = table.intermediate, table.final
    by_user[1][0, :, 1, 0] = table.export
    acc = national_accounts(
        sourcing=Sourcing(*by_user),
        value_added=table.value_added,
        sectors=sectors,
        categories=categories,
        components=tuple(str(c) for c in ds["component"].values),
        year=year,
        name=f"china-national-{year}",
        title=f"China {year}, official non-competitive table, 42 sectors",
        notes=("imports by user are the statistical office's", "producer prices; imports include duties"),
    )
    return acc, log.frame()


def build_detailed(raw: Path, year: int) -> tuple[Accounts, pd.DataFrame]:
    """China's official competitive table of 139 to 153 sectors: one region and the ROW, 10^8 CNY.

    Electronic components stand apart from the rest of electronics. The table does not say who uses imports,
    so all users of a good are taken to import alike, which is not what the non-competitive table of 42
    sectors finds. The statistical discrepancy (2012 only) is a final category.
    """
    ds = open_dataset(raw / f"china_national_io_detailed_{year}.nc")
    z = np.asarray(ds["intermediate"].values, dtype=np.float64) / 1e4
    columns = np.asarray(ds["final"].values, dtype=np.float64).T / 1e4
    account = dict(zip((str(k) for k in ds["account"].values), columns, strict=True))
    parts = {
        "rural_household": account["FU101"], "urban_household": account["FU102"],
        "government": account["FU103"],
        "fixed_capital": account["FU201"], "inventory": account["FU202"],
    }  # fmt: skip
    if "ERR" in account:
        parts[_DISCREPANCY] = account["ERR"]
    export, imported, output = account["EX"], account["IM"], account["GO"]
    sectors = _detailed_sectors(ds)
    flow = np.zeros((2, 2, len(sectors)))
    flow[0, 0], flow[0, 1], flow[1, 0] = output - export, export, imported
    final = np.zeros((2, len(sectors), len(parts)))
    final[0], final[1, :, 0] = np.stack(list(parts.values()), axis=1), export
    use = np.zeros((2, *z.shape))
    use[0] = z
    value_added = np.asarray(ds["value_added"].transpose("user", "component").values, dtype=np.float64) / 1e4
    acc = national_accounts(
        flow=flow,
        use=use,
        final=final,
        value_added=value_added,
        sectors=sectors,
        categories=tuple(parts),
        components=("compensation", "net_production_tax", "depreciation", "operating_surplus"),
        year=year,
        name=f"china-detailed-{year}",
        title=f"China {year}, official competitive table, {len(sectors)} sectors",
        notes=("all users of a good are taken to import alike", "producer prices; imports include duties"),
    )
    return acc, Log(("CHN",), sectors.codes, "10^8 CNY").frame()


def national_accounts(
    *,
    value_added: Array,
    sectors: Sectors,
    categories: tuple[str, ...],
    components: tuple[str, ...],
    year: int,
    name: str,
    title: str,
    notes: tuple[str, ...],
    sourcing: Sourcing | None = None,
    flow: Array | None = None,
    use: Array | None = None,
    final: Array | None = None,
) -> Accounts:
    """One nation (region 0) and the open ROW (region 1), from its flows or from its sourcing by user."""
    if sourcing is not None:
        flow = np.einsum("risj->rsi", sourcing.intermediate) + np.einsum("risf->rsi", sourcing.final)
        use = sourcing.intermediate.sum(0).transpose(1, 0, 2)
        final = sourcing.final.sum(0).transpose(1, 0, 2)
    assert flow is not None
    assert use is not None
    assert final is not None
    return Accounts(
        flow=flow,
        use=use,
        final=final,
        value_added=np.stack([value_added, np.zeros_like(value_added)]),
        tariff=np.zeros_like(flow),
        geography=Geography(
            codes=("CHN", _REST),
            nation=("CHN", _REST),
            names_en=("China", "Rest of the world"),
            names_zh=("中国", "世界其他地区"),
            open=frozenset({_REST}),
        ),
        sectors=sectors,
        categories=categories,
        components=components,
        year=year,
        currency="CNY",
        unit="10^8 CNY",
        name=name,
        title=title,
        source="National Bureau of Statistics of China",
        notes=notes,
        home="CHN",
        sourcing=sourcing,
    )


def _labels(ds: xr.Dataset) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    codes, en, zh = (tuple(str(x) for x in ds[k].values) for k in ("supplier", "sector_en", "sector_zh"))
    return codes, en, zh


def _detailed_sectors(ds: xr.Dataset) -> Sectors:
    """The detailed sectors with names; groups electronics and, inside it, electronic_components."""
    codes, en, zh = _labels(ds)
    parts = [c for c, name in zip(codes, en, strict=True) if name.startswith(ELECTRONICS)]
    component = [c for c, name in zip(codes, en, strict=True) if name.startswith(ELECTRONIC_COMPONENTS)]
    return Sectors(codes, en, zh, {"electronics": tuple(parts), "electronic_components": tuple(component)})
