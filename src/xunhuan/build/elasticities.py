"""Trade-elasticity sets mapped to the sector lists of known tables.

A sector made of several OECD-28 sectors takes the mean of their elasticities weighted by world trade between
economies in 2017. The files are bundled as `models/trade/data/elasticities_<list>.csv`, one column per published set.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from xunhuan.build import check_raw
from xunhuan.data.store import atomic_path
from xunhuan.errors import BadInput

_HERE = Path(__file__).parent / "data"
_FILES = ("trade_elasticities_oecd28.csv", "oecd_icio_flows.nc", "caliendo_parro_2015.nc")
WEIGHT_YEAR = 2017
_HEADER = (
    "# Trade elasticities by sector of the list '{name}', positive numbers; one column per published set.\n"
    "# Sources: BSY [BagwellStaigerYurukoglu2021], CP [CaliendoParro2015], FGO [FontagneGuimbardOrefice2022],\n"
    "# GYY [GiriYiYilmazkuday2021], IS estimated in sample by the compiler, LL [LashkaripourLugovskyy2023],\n"
    "# Shap [Shapiro2016], U4 = 4 everywhere [SimonovskaWaugh2014].\n"
    "# Compiled for OECD-28 in github.com/ahmadlp/tariffwar; means weighted by OECD world trade of {year}.\n"
)


def trade_weights(raw: Path, year: int = WEIGHT_YEAR) -> pd.Series:
    """World trade between economies by OECD-28 sector, million USD: Σ_{r≠s} flow[r,s,i]."""
    import xarray as xr

    with xr.open_dataset(raw / "oecd_icio_flows.nc", engine="h5netcdf") as ds:
        flow = ds["flow"].sel(year=year).transpose("origin", "destination", "sector")
        values = np.asarray(flow.values, dtype=np.float64)
        own = np.einsum("rri->i", values)
        return pd.Series(values.sum((0, 1)) - own, index=flow["sector"].values.astype(str))


def elasticity_tables(raw: Path) -> dict[str, pd.DataFrame]:
    """One table per known sector list: index sector, columns the published sets.

    θ[j] = Σ_i T_i θ_i / Σ_i T_i over the OECD-28 sectors i that sector j is made of, T world trade.

    Raises BadInput, ForeignFile where raw files are missing or damaged, BadInput where the concordance names a sector
    the published sets lack.
    """
    check_raw(raw, _FILES)
    published = pd.read_csv(raw / "trade_elasticities_oecd28.csv", index_col="sector")
    weight = trade_weights(raw)
    rules = pd.read_csv(_HERE / "sectors_to_oecd28.csv", comment="#", dtype=str)
    unknown = {t for ts in rules["target"] for t in ts.split()} - set(published.index)
    if unknown:
        raise BadInput("elasticities are missing for sectors of the concordance", items=sorted(unknown))
    tables = {}
    for name, part in rules.groupby("list", sort=False):
        rows = {}
        for source, targets in zip(part["source"], part["target"], strict=True):
            w = weight[targets.split()]
            share = w / w.sum() if w.sum() > 0 else pd.Series(1 / len(w), index=w.index)
            rows[source] = published.loc[targets.split()].mul(share, axis=0).sum()
        tables[str(name)] = pd.DataFrame(rows).T.rename_axis("sector")
    tables["cp40"]["CP"] = _own_caliendo_parro(raw).reindex(tables["cp40"].index)
    return tables


def _own_caliendo_parro(raw: Path) -> pd.Series:
    """The elasticities that come with the NAFTA data, by its own sectors."""
    import xarray as xr

    with xr.open_dataset(raw / "caliendo_parro_2015.nc", engine="h5netcdf") as ds:
        theta = ds["trade_elasticity"]
        return pd.Series(np.asarray(theta.values, dtype=np.float64), index=theta["supplier"].values.astype(str))


def write_elasticities(raw: Path, folder: Path) -> list[Path]:
    """Write the elasticity files of every known list; the paths written."""
    paths = []
    for name, table in elasticity_tables(raw).items():
        path = folder / f"elasticities_{name}.csv"
        with atomic_path(path) as tmp:
            text = _HEADER.format(name=name, year=WEIGHT_YEAR) + table.round(6).to_csv(lineterminator="\n")
            tmp.write_text(text, encoding="utf-8")
        paths.append(path)
    return paths
