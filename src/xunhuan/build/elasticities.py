"""Trade-elasticity sets mapped to the sector lists of known tables, with their standard errors where they have any.

A sector made of several OECD-28 sectors takes the mean of those that have an estimate, weighted by world trade between
economies in 2017. What no estimate stands behind is left blank. Bundled in `models/trade/data`:

    elasticities_LIST.csv   one column a published set
    estimates.csv           estimates of the sets with standard errors, by the sectors of their source
    mixes.csv               how a sector of a list is made of those estimates
    weights.csv             OECD-28 goods, share of world trade in goods
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from xunhuan.build import check_raw
from xunhuan.data.store import atomic_path
from xunhuan.errors import BadInput

_HERE = Path(__file__).parent / "data"
_CP, _LL = "regional/elast_caliendo_parro.csv", "regional/elast_lashkaripour_lugovskyy_2023.csv"
_FINER = "trade_elasticities_fontagne.csv"
_FILES = ("trade_elasticities_oecd28.csv", _FINER, "oecd_icio_flows.nc", _CP, _LL)
WEIGHT_YEAR = 2017
_SERVICES = "SERVICES"
_COMPILED = ("BSY", "FGO", "GYY", "IS", "Shap")
_CONCORDANCE = {"CP": "CP", "CP-full": "CP", "LL": "LL"}
"""Sets with standard errors, and whose sectors theirs are in `estimates_to_oecd28.csv`."""
_HEADER = (
    "# Trade elasticities by sector of the list '{name}', positive numbers; one column a published set. Blank: the set has\n"
    "# no estimate there, and the model puts its own assumption in (docs/trade.md); no set has one for services.\n"
    "# Sources: BSY [BagwellStaigerYurukoglu2021]; CP [CaliendoParro2015, table 1], 99% sample, the published one;\n"
    "# CP-full the same on the full sample; FGO [FontagneGuimbardOrefice2022, table 8]; GYY [GiriYiYilmazkuday2021];\n"
    "# IS estimated in sample by the compiler; LL [LashkaripourLugovskyy2023, table 3]; Shap [Shapiro2016].\n"
    "# FGO-ICIO: FGO's method by goods of the OECD's 50 industries of 2025, where FGO has the mean of several.\n"
    "# CP, CP-full and LL by `xunhuan build`, the others compiled for OECD-28 in github.com/ahmadlp/tariffwar, which gives\n"
    "# C16 and C17_18, C22 and C23, C29 to C302T309 the mean of FGO's estimates. Means weighted by OECD trade of {year}.\n"
)
_ESTIMATES = (
    "# Estimates with standard errors, by the sectors of their source. theta, se: trade elasticity and standard error,\n"
    "# robust (CP) or clustered (LL); scale, se_scale: elasticity of productivity in an industry's size, pure numbers.\n"
    "# [CaliendoParro2015] re-estimated from its published data; [LashkaripourLugovskyy2023, table 3].\n"
)
_MIXES = (
    "# How a sector of a list is made of the estimates of a set: its elasticity is the sum of weight times estimate.\n"
    "# Sectors that share an estimate move together when it is drawn; different estimates are drawn independently.\n"
)
_WEIGHTS = "# OECD-28 goods: share of world trade in goods between economies in {year}, pure numbers that sum to 1.\n"


def trade_weights(raw: Path, year: int = WEIGHT_YEAR) -> pd.Series:
    """World trade between economies by OECD-28 sector, million USD: Σ_{r≠s} flow[r,s,i]."""
    import xarray as xr

    with xr.open_dataset(raw / "oecd_icio_flows.nc", engine="h5netcdf") as ds:
        flow = ds["flow"].sel(year=year).transpose("origin", "destination", "sector")
        values = np.asarray(flow.values, dtype=np.float64)
        own = np.einsum("rri->i", values)
        return pd.Series(values.sum((0, 1)) - own, index=flow["sector"].values.astype(str))


def published_estimates(raw: Path) -> pd.DataFrame:
    """Estimates with standard errors: set, source, theta, se, scale, se_scale; a source without estimate left out."""
    cp = pd.read_csv(raw / _CP)
    ll = pd.read_csv(raw / _LL).rename(
        columns={"theta_sigma_minus_1": "theta", "se_theta": "se", "scale_mu": "scale", "se_mu": "se_scale"}
    )
    samples = [
        cp.rename(columns={f"theta_{sample}": "theta", f"se_{sample}": "se"}).assign(set=name)
        for name, sample in (("CP", "99"), ("CP-full", "full"))
    ]
    out = pd.concat([*samples, ll.assign(set="LL")]).rename(columns={"sector": "source"})
    return out[["set", "source", "theta", "se", "scale", "se_scale"]].dropna(subset="theta").reset_index(drop=True)


def _own_weights(found: pd.DataFrame) -> pd.DataFrame:
    """Weights of estimates in OECD-28 sectors: set, target, source, weight; the simple mean where there are several."""
    rules = pd.read_csv(_HERE / "estimates_to_oecd28.csv", comment="#", dtype=str, keep_default_na=False)
    made = []
    for name, family in _CONCORDANCE.items():
        mine = rules[rules["set"] == family].assign(target=lambda f: f["target"].str.split()).explode("target")
        mine = mine[mine["source"].isin(found.loc[found["set"] == name, "source"])].assign(set=name)
        made.append(mine.assign(weight=1 / mine.groupby("target")["source"].transform("size")))
    return pd.concat(made)


def mixes(raw: Path, weight: pd.Series) -> pd.DataFrame:
    """How sectors of every list are made of the estimates with errors: list, sector, set, source, weight."""
    own = _own_weights(published_estimates(raw))
    rules = _rules()
    parts = rules.assign(target=rules["target"].str.split()).explode("target")
    parts = parts[parts["target"] != _SERVICES].assign(trade=lambda f: f["target"].map(weight))
    out = parts.rename(columns={"source": "sector"}).merge(own, on="target")
    out = out[~((out["list"] == "cp40") & out["set"].str.startswith("CP"))]
    out["weight"] *= out["trade"]
    keys = ["list", "sector", "set"]
    out["weight"] /= out.groupby(keys)["weight"].transform("sum")
    direct = own[own["cp40"] != ""].drop_duplicates(["set", "source"]).rename(columns={"cp40": "sector"})
    out = pd.concat([out, direct.assign(list="cp40", weight=1.0)])
    summed = out.groupby([*keys, "source"], sort=False)["weight"].sum()
    return summed.to_frame().reset_index()


def _rules() -> pd.DataFrame:
    return pd.read_csv(_HERE / "sectors_to_oecd28.csv", comment="#", dtype=str)


def _compiled(raw: Path) -> pd.DataFrame:
    """The compiled sets by OECD-28 sector, nan where the compiler wrote a number in.

    The goods of the OECD's 50 industries are the same 27; what was estimated for its services, from the few goods that their
    divisions make, is left out as no set estimates a service.
    """
    out = pd.read_csv(raw / "trade_elasticities_oecd28.csv", index_col="sector")[list(_COMPILED)]
    finer = pd.read_csv(raw / _FINER, index_col="icio2025")["epsilon_icio"]
    out["FGO-ICIO"] = -finer.reindex(out.index)
    for row in pd.read_csv(_HERE / "elasticity_fillers.csv", comment="#").itertuples():
        out.loc[str(row.target).split(), str(row.set)] = np.nan
    return out


def elasticity_tables(raw: Path) -> dict[str, pd.DataFrame]:
    """One table per known sector list: index sector, columns the published sets, nan where a set has no estimate.

    θ[j] = Σ_i T_i θ_i / Σ_i T_i over the OECD-28 sectors i with an estimate that sector j is made of, T world trade.

    Raises BadInput, ForeignFile where raw files are missing or damaged, BadInput where the concordance names a sector
    the published sets lack.
    """
    check_raw(raw, _FILES)
    weight, rules, compiled = trade_weights(raw), _rules(), _compiled(raw)
    unknown = {t for ts in rules["target"] for t in ts.split()} - set(compiled.index)
    if unknown:
        raise BadInput("elasticities are missing for sectors of the concordance", items=sorted(unknown))
    made = mixes(raw, weight).merge(published_estimates(raw), on=["set", "source"])
    with_errors = (made["weight"] * made["theta"]).groupby([made["list"], made["sector"], made["set"]]).sum()
    tables = {}
    for name, part in rules.groupby("list", sort=False):
        rows = {s: _mean(compiled.loc[t.split()], weight) for s, t in zip(part["source"], part["target"], strict=True)}
        table = pd.DataFrame(rows).T.join(with_errors[name].unstack("set"))  # noqa: PD010
        tables[str(name)] = table[sorted(table.columns)].rename_axis("sector")
    return tables


def _mean(published: pd.DataFrame, weight: pd.Series) -> pd.Series:
    """Trade-weighted mean of each set over the sectors it has an estimate for, plain where nothing trades; else nan."""
    w = weight[published.index]
    there = published.notna().mul(w if w.sum() > 0 else w + 1.0, axis=0)
    return published.fillna(0.0).mul(there).sum() / there.sum().replace(0.0, np.nan)


def write_elasticities(raw: Path, folder: Path) -> list[Path]:
    """Write the elasticity files; the paths written."""
    made = {
        f"elasticities_{name}.csv": _HEADER.format(name=name, year=WEIGHT_YEAR) + _csv(table.round(6), index=True)
        for name, table in elasticity_tables(raw).items()
    }
    weight = trade_weights(raw)
    goods = weight.drop(_SERVICES) / weight.drop(_SERVICES).sum()
    made["estimates.csv"] = _ESTIMATES + _csv(published_estimates(raw))
    made["mixes.csv"] = _MIXES + _csv(mixes(raw, weight).round(9))
    made["weights.csv"] = _WEIGHTS.format(year=WEIGHT_YEAR) + _csv(
        goods.rename("weight").rename_axis("sector").reset_index().round(9)
    )
    for name, text in made.items():
        with atomic_path(folder / name) as tmp:
            tmp.write_text(text, encoding="utf-8")
    return [folder / name for name in made]


def _csv(frame: pd.DataFrame, index: bool = False) -> str:
    return str(frame.to_csv(index=index, lineterminator="\n"))
