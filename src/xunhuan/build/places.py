"""Facts of cities that regions are split into: where they lie, people, and what shares out industry and services.

lists/cities_CHN.csv of the data folder, a city a row. Industry goes by industrial output above scale and services by GDP
times the tertiary share, mostly of 2012, by the China City Statistical Yearbook; in Guangdong both go by GDP, of 2017 for
the nine cities of the bay area and of 2012, at what 2017 leaves, for the twelve others. Gaps are filled by people, at their
province's mean.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from xunhuan.build import check_raw
from xunhuan.data.store import atomic_path

PLACE_FILES = ("transport/cn_cities.csv", "transport/gba_cities.csv")
BAY = "CN-GD"
BAY_YEAR = 2017
BAY_GDP = 91_648.7
"""GDP of Guangdong in 2017, 10^8 CNY, as the province revised it; its nine cities of the bay area are 81.8% of it."""
_CODES = {"Yunfu": 4453, "Chaozhou": 4451, "Liupanshui": 5202, "Anshun": 5204, "Suihua": 2312, "Songyuan": 2207}
"""Codes of GB/T 2260 that the list lacks."""
_HEADER = (
    "# Cities of China as parts of provinces. population: 10^4; industry, services: weights within a province, numbers;\n"
    "# gdp: 10^8 CNY of 2017 where known. filled: weights set by people, for want of a figure. Sources: DATA.md.\n"
    "# By `xunhuan build places`.\n"
)


def bay_gdp(raw: Path) -> pd.Series:
    """GDP of the nine cities of Guangdong in the bay area, 10^8 CNY of 2017, by name."""
    found = pd.read_csv(raw / PLACE_FILES[1])
    mine = found[(found["year"] == BAY_YEAR) & (found["currency"] == "1e8 CNY")]
    return mine.set_index("city")["gdp"]


def places_list(raw: Path) -> pd.DataFrame:
    """The list. Raises BadInput where a raw file is missing."""
    check_raw(raw, PLACE_FILES)
    found = pd.read_csv(raw / PLACE_FILES[0])
    code = found["code"].fillna(found["name_en"].map(_CODES))
    people = found["population_2010"].fillna(found["registered_population"])
    # One city alone is its province, whatever its people.
    people = people.fillna(1.0)
    gdp = found["gdp_stat_year"].copy()
    industry, services = found["industrial_output"].copy(), gdp * found["tertiary_share"]
    known = bay_gdp(raw)
    named = found["name_en"].map(known)
    bay = found["province"] == BAY
    rest = bay & named.isna()
    gdp = gdp.where(~rest, gdp * (BAY_GDP - known.sum()) / gdp[rest].sum()).where(named.isna(), named)
    industry = industry.where(~bay, gdp * (1 - found["tertiary_share"]))
    services = services.where(~bay, gdp * found["tertiary_share"])
    out = pd.DataFrame({
        "code": [f"CN-{int(c)}" for c in code], "province": found["province"], "name_en": found["name_en"],
        "name_zh": found["name_zh"], "lon": found["lon"], "lat": found["lat"], "population": people,
        "industry": industry, "services": services, "gdp": named, "filled": "",
    })  # fmt: skip
    for name in ("industry", "services"):
        gap = out[name].isna()
        per_head = out[name].groupby(out["province"]).transform("sum") / out["population"].where(~gap).groupby(
            out["province"]
        ).transform("sum")
        out.loc[gap, name] = (per_head * out["population"]).where(np.isfinite(per_head), out["population"])[gap]
        out.loc[gap, "filled"] = (out.loc[gap, "filled"] + " " + name).str.strip()
    return out.sort_values(["province", "code"], kind="stable").reset_index(drop=True)


def write_places(raw: Path, folder: Path) -> list[Path]:
    """Write the list into `folder`; the paths written."""
    path = folder / "cities_CHN.csv"
    with atomic_path(path) as temporary:
        text = places_list(raw).to_csv(index=False, float_format="%.6g", lineterminator="\n")
        temporary.write_text(_HEADER + text, encoding="utf-8")
    return [path]
