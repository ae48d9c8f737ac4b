"""Reading the raw Chinese tables: provinces, national control, labels. Units become 10^8 CNY here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from xunhuan.build.lists import cluster_names, data_file
from xunhuan.data.arrays import Array
from xunhuan.data.classification import Concordance, Sectors
from xunhuan.data.geography import Geography
from xunhuan.data.opened import open_dataset
from xunhuan.data.sector_lists import sector_list
from xunhuan.errors import ForeignFile

UNIT = "10^8 CNY"
SOURCE_PER_UNIT = 1e4
"""The sources are in 10^4 CNY."""
CATEGORIES = ("rural_household", "urban_household", "government", "fixed_capital", "inventory")
COMPONENTS = ("compensation", "net_production_tax", "depreciation", "operating_surplus")
REST = "ROW"
PROVINCIAL = (
    "intermediate",
    "final",
    "value_added",
    "export",
    "domestic_outflow",
    "import_",
    "domestic_inflow",
    "error",
    "output",
)
PROVINCES_FILE, DISTANCE_FILE = "china_provinces.csv", "china_province_distance_km.csv"


@dataclass(frozen=True)
class ProvincialTables:
    """Single-region competitive tables of all provinces of a nation, in one unit, as the source gives them.

    output, export, outflow, import_, inflow, error  r i    use  r i j    final  r i f    value_added  r j v
    output = Σ_j use + Σ_f final + export + outflow - import_ - inflow + error
    """

    regions: tuple[str, ...]
    source: str
    output: Array
    export: Array
    outflow: Array
    import_: Array
    inflow: Array
    error: Array
    use: Array
    final: Array
    value_added: Array
    categories: tuple[str, ...] = CATEGORIES
    components: tuple[str, ...] = COMPONENTS


@dataclass(frozen=True)
class NationalControl:
    """National totals the provinces are fitted to, in their unit; imports are those used at home.

    output, export, import_ i   use i j, all origins   final i g by group of categories   value_added j v
    output = Σ_j use + Σ_g final + export - import_;  output = Σ_i use + Σ_v value_added
    groups        for each g, its positions in CATEGORIES
    unused_import i, imports in the source that no use takes up
    discrepancy   i, statistical discrepancy of the source, held in the last group (inventory)
    domestic_use  i j, use of home-made goods where the source tells it apart, else None
    nation        its code
    """

    output: Array
    export: Array
    import_: Array
    use: Array
    final: Array
    value_added: Array
    groups: tuple[tuple[int, ...], ...]
    unused_import: Array
    discrepancy: Array
    source: str
    domestic_use: Array | None = None
    nation: str = "CHN"


def _open(path: Path, *names: str) -> xr.Dataset:
    """A raw netCDF file with the variables named. Raises BadInput, ForeignFile listing what it lacks."""
    ds = open_dataset(path)
    lacks = [n for n in names if n not in ds.variables]
    if lacks:
        raise ForeignFile("the file lacks variables that its name promises", where=str(path), items=lacks)
    return ds


def _table(path: Path, *names: str) -> pd.DataFrame:
    """A raw csv file with the columns named. Raises ForeignFile listing what it lacks."""
    rows = pd.read_csv(path)
    lacks = [n for n in names if n not in rows.columns]
    if lacks:
        raise ForeignFile("the file lacks columns that its name promises", where=str(path), items=lacks)
    return rows


def read_provinces(raw: Path, year: int) -> ProvincialTables:
    """Provincial tables of a year. Raises BadInput, ForeignFile."""
    ds = _open(raw / f"china_provincial_io_{year}.nc", *PROVINCIAL)

    def get(name: str, *dims: str) -> Array:
        return np.asarray(ds[name].transpose(*dims).values / SOURCE_PER_UNIT, dtype=np.float64)

    def by_good(name: str) -> Array:
        return get(name, "province", "supplier")

    return ProvincialTables(
        regions=tuple(str(p) for p in ds["province"].values),
        source=str(ds.attrs["source"]),
        use=get("intermediate", "province", "supplier", "user"),
        final=np.asarray(get("final", "province", "supplier", "category")[..., _places(ds, "category", CATEGORIES)]),
        value_added=np.asarray(
            get("value_added", "province", "user", "component")[..., _places(ds, "component", COMPONENTS)]
        ),
        output=by_good("output"),
        export=by_good("export"),
        outflow=by_good("domestic_outflow"),
        import_=by_good("import_"),
        inflow=by_good("domestic_inflow"),
        error=by_good("error"),
    )


def _places(ds: xr.Dataset, name: str, wanted: Sequence[str]) -> list[int]:
    found = [str(x) for x in ds[name].values]
    return [found.index(w) for w in wanted]


def read_control(raw: Path, year: int) -> NationalControl:
    """The official non-competitive table of 2017, 2018 or 2020, domestic and imported use added up."""
    names = ("intermediate", "final", "export", "output", "import_", "value_added")
    ds = _open(raw / f"china_national_io_{year}.nc", *names)
    z = ds["intermediate"].transpose("origin", "supplier", "user").values / SOURCE_PER_UNIT
    f = ds["final"].transpose("origin", "supplier", "category").values / SOURCE_PER_UNIT
    f = f[..., _places(ds, "category", ("consumption", "fixed_capital", "inventory"))]
    foreign = [str(o) for o in ds["origin"].values].index("imported")
    used = z[foreign].sum(1) + f[foreign].sum(1)
    v = ds["value_added"].transpose("user", "component").values / SOURCE_PER_UNIT
    return NationalControl(
        output=ds["output"].values / SOURCE_PER_UNIT,
        export=ds["export"].values / SOURCE_PER_UNIT,
        import_=used,
        use=z.sum(0),
        final=f.sum(0),
        value_added=v[:, _places(ds, "component", COMPONENTS)],
        groups=((0, 1, 2), (3,), (4,)),
        unused_import=ds["import_"].values / SOURCE_PER_UNIT - used,
        discrepancy=np.zeros(len(used)),
        source=str(ds.attrs["source"]),
        domestic_use=z[1 - foreign],
    )


def read_control_2012(raw: Path) -> NationalControl:
    """The official competitive table of 2012, 139 sectors added up to the 42 of the provincial tables."""
    ds = _open(raw / "china_national_io_detailed_2012.nc", "intermediate", "final", "value_added")
    to42 = Concordance.read(data_file("cn139_to_cn42_2012.csv")).matrix(
        [str(k) for k in ds["supplier"].values], china_sectors(2012).codes
    )

    def account(name: str) -> Array:
        return np.asarray(to42.T @ ds["final"].sel(account=name).values / SOURCE_PER_UNIT)

    final = np.stack([account(a) for a in ("FU101", "FU102", "FU103", "FU201", "FU202")], axis=-1)
    discrepancy = account("ERR")
    final[:, 4] += discrepancy
    v = ds["value_added"].transpose("user", "component").values / SOURCE_PER_UNIT
    order = _places(ds, "component", ("VA001", "VA002", "VA003", "VA004"))
    return NationalControl(
        output=account("GO"),
        export=account("EX"),
        import_=account("IM"),
        use=to42.T @ (ds["intermediate"].transpose("supplier", "user").values / SOURCE_PER_UNIT) @ to42,
        final=final,
        value_added=to42.T @ v[:, order],
        groups=tuple((k,) for k in range(5)),
        unused_import=np.zeros(to42.shape[1]),
        discrepancy=discrepancy,
        source=str(ds.attrs["source"]),
    )


def china_sectors(year: int) -> Sectors:
    """The 42 sectors of the provincial tables of 2012 or 2017; the two lists differ in four places."""
    return sector_list(f"cn42-{year}").sectors


def read_by_province(raw: Path, name: str, years: tuple[int, int], regions: Sequence[str], *columns: str) -> Array:
    """Columns of a regional file of provinces and years: t p c, the two years in order.

    Raises BadInput where the file is missing, ForeignFile listing columns, provinces and years it lacks.
    """
    rows = _table(raw / "regional" / name, "province", "year", *columns).set_index(["year", "province"])
    wanted = pd.MultiIndex.from_product([years, regions])
    lacks = [f"{code} {year}" for year, code in wanted if (year, code) not in rows.index]
    if lacks:
        raise ForeignFile("the file lacks provinces or years that are needed", where=name, items=lacks)
    values = rows.loc[wanted, list(columns)].to_numpy(dtype=np.float64)
    return np.asarray(values.reshape(2, len(regions), len(columns)))


def read_geography(raw: Path, population: str) -> Geography:
    """The 31 provinces of China and the open rest of the world; population of the column named."""
    labels = ("iso", "name_en", "name_zh", "macro_region", "cluster", population)
    rows = _table(raw / PROVINCES_FILE, *labels)
    tiles = pd.read_csv(data_file("china_tiles.csv")).set_index("region")
    codes = tuple(rows["iso"])
    clusters: dict[str, list[str]] = {}
    for column in ("cluster", "macro_region"):
        for name, members in rows.dropna(subset=[column]).groupby(column, sort=False)["iso"]:
            clusters[str(name)] = list(members)
    place = {str(c): (int(x), int(y)) for c, x, y in tiles[["column", "row"]].itertuples()}
    return Geography(
        codes=(*codes, REST),
        nation=("CHN",) * len(codes) + (REST,),
        names_en=(*rows["name_en"], "Rest of the world"),
        names_zh=(*rows["name_zh"], "世界其他地区"),
        open=frozenset({REST}),
        clusters={k: tuple(v) for k, v in clusters.items()},
        nation_names={"CHN": ("China", "中国"), REST: ("Rest of the world", "世界其他地区"), **cluster_names(clusters)},
        population=(*(float(x) for x in rows[population]), float("nan")),
        tile=(*(place[c] for c in codes), None),
    )


def read_distance(raw: Path, regions: Sequence[str]) -> Array:
    """Population-weighted distances between provinces, km, axes r s in the order of `regions`."""
    table = _table(raw / DISTANCE_FILE, *regions)
    table = table.set_index(table.columns[0])
    return np.asarray(table.loc[list(regions), list(regions)].to_numpy(dtype=np.float64))


def macro_regions(raw: Path, regions: Sequence[str]) -> tuple[str, ...]:
    """Macro-region (East, Central, West, Northeast) of each province."""
    rows = _table(raw / PROVINCES_FILE, "iso", "macro_region").set_index("iso")
    return tuple(str(x) for x in rows.loc[list(regions), "macro_region"])


@dataclass(frozen=True)
class ChinaInputs:
    """All that a year's tables are built from; axes as in provinces.py.

    tables, control   provincial tables and national totals, 10^8 CNY
    distance          r s, km        macro   macro-region of each province
    """

    year: int
    tables: ProvincialTables
    control: NationalControl
    geography: Geography
    sectors: Sectors
    distance: Array
    macro: tuple[str, ...]


def read_inputs(raw: Path, year: int) -> ChinaInputs:
    """Read a year's raw files. Raises BadInput, ForeignFile."""
    tables = read_provinces(raw, year)
    return ChinaInputs(
        year=year,
        tables=tables,
        control=read_control(raw, 2017) if year == 2017 else read_control_2012(raw),
        geography=read_geography(raw, "population_2017_1e4"),
        sectors=china_sectors(year),
        distance=read_distance(raw, tables.regions),
        macro=macro_regions(raw, tables.regions),
    )


def read_both(raw: Path) -> dict[int, ChinaInputs]:
    """Inputs of both years, which are harmonised together. Raises BadInput, ForeignFile."""
    return {year: read_inputs(raw, year) for year in (2012, 2017)}
