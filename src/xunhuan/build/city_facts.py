"""Facts on cities that make chips, cell by cell with what each rests on; bundled in `models/rivalry/data`.

    chips-cities.csv   city, field, value, low, high, kind, source; one cell a row

kind: fact, a source that was read · memory, general knowledge not checked against a source · judgement, an assumption.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from xunhuan.build import check_raw
from xunhuan.data.store import atomic_path
from xunhuan.errors import BadInput

_FILES = ("chips/cities.csv", "chips/fabs_by_city.csv")
INCH = (8 / 12) ** 2
"""12-inch wafers that an 8-inch wafer's area stands for."""
ENGINEERS = 5.0
"""Thousand engineers for each of the most lines a city is thought to have: judgement, the sum near 550 thousand."""
CNY = 6.9
"""CNY per USD, mean of 2020."""
_WAFERS = {"mature": 40 / 1.25, "advanced": 35 / 3.8, "memory": 50 / 1.5}
"""Thousand 12-inch wafers a month that sell for 1 bn USD a year, by stage: the same that make a line in chips-stages.csv."""
_SALES = ("design", "packaging", "equipment", "materials")
_READ = {("Wuxi", "design"), ("Hangzhou", "design"), ("Beijing", "design")}
"""Sales that a source of their own stands behind; the other ones named in a note are from memory."""
_NOTED = {("Shanghai", "design"), ("Wuxi", "packaging"), ("Nanjing", "design"), ("Shanghai", "equipment"),
          ("Beijing", "equipment"), ("Xi'an", "packaging")}  # fmt: skip
_SPREAD = {"fact": 1.0, "memory": 1.25, "judgement": 1.5}
"""Factor on a cell, up and down, within which it is drawn."""
_ZH = {
    "Shanghai": "上海", "Wuxi": "无锡", "Nanjing": "南京", "Hefei": "合肥", "Hangzhou": "杭州", "Beijing": "北京",
    "Tianjin": "天津", "Shenzhen": "深圳", "Guangzhou": "广州", "Zhuhai": "珠海", "Dongguan": "东莞", "Wuhan": "武汉",
    "Xi'an": "西安", "Chengdu": "成都",
}  # fmt: skip
_HEADER = (
    "# Cities of the race to build lines of chips, a cell a row. Sales in bn USD a year at prices of imports, engineers in\n"
    "# thousand, lat and lon in degrees. kind: fact, a source was read; memory, general knowledge that was not checked;\n"
    "# judgement, an assumption. low and high: what a cell is drawn between, where there are any. Made by `xunhuan build\n"
    "# cities`. Stylised: to be replaced by who knows better.\n"
)


def city_facts(raw: Path) -> pd.DataFrame:
    """Every cell of every city. Raises BadInput where a source lacks a city or a file."""
    check_raw(raw, _FILES)
    cities, fabs = (pd.read_csv(raw / name) for name in _FILES)
    wafers = home_wafers(fabs)
    if unnamed := sorted(set(cities["city"]) - set(_ZH)):
        raise BadInput("cities without a Chinese name", items=unnamed, fix="add them to build/city_facts.py")
    rows: list[tuple[object, ...]] = []
    for c in cities.to_dict("records"):
        rows += _of_city(c, wafers)
    return pd.DataFrame(rows, columns=["city", "field", "value", "low", "high", "kind", "source"])


def home_wafers(fabs: pd.DataFrame) -> pd.DataFrame:
    """Capacity of home-owned fabs now, thousand 12-inch wafers a month: by city and stage, with kind and source."""
    home = fabs[~fabs["class"].str.contains("foreign")]
    stage = home["class"].str.split().str[0].str.split("(").str[0]
    size = home["kwpm_now"] * np.where(home["wafer_inch"] == 8, INCH, 1.0)
    doubt = home["source"].str.contains("[M]", regex=False)
    frame = home.assign(stage=stage, size=size, doubt=doubt)
    grouped = frame.groupby(["city", "stage"])
    named = grouped.apply(lambda g: " + ".join(f"{o} {k:g}k {w:g}-inch" for o, k, w in
                                               zip(g["owner"], g["kwpm_now"], g["wafer_inch"], strict=True)))  # fmt: skip
    return pd.DataFrame({"size": grouped["size"].sum(), "doubt": grouped["doubt"].any(), "source": named})


def _of_city(c: dict[Any, Any], wafers: pd.DataFrame) -> list[tuple[object, ...]]:
    name, note = str(c["city"]), str(c["note"]) if isinstance(c["note"], str) else ""
    out: list[tuple[object, ...]] = [
        (name, "name_zh", _ZH[name], "", "", "fact", "usual name"),
        (name, "province", c["province"], "", "", "fact", "administrative division"),
        (name, "block", c["block"], "", "", "judgement", "cluster the city is counted to"),
        (name, "lat", c["lat"], "", "", "fact", "geographic position"),
        (name, "lon", c["lon"], "", "", "fact", "geographic position"),
        _cell(name, "engineers", ENGINEERS * float(c["lines_cap"]), "judgement", f"{ENGINEERS:g} thousand for each of "
              f"{c['lines_cap']} lines that a city of its class could have at most"),
    ]  # fmt: skip
    for stage, per in _WAFERS.items():
        if (name, stage) in wafers.index:
            at = wafers.index.get_loc((name, stage))
            size: Any = wafers["size"].iloc[at]
            doubt, source = wafers["doubt"].iloc[at], wafers["source"].iloc[at]
            said = f"home-owned fabs: {source}; at wafer prices"
            out.append(_cell(name, stage, float(size) / per, "memory" if doubt else "fact", said))
        else:
            out.append(_cell(name, stage, 0.0, "fact", "no home-owned fab in the list"))
    for stage in _SALES:
        kind = "fact" if (name, stage) in _READ else "memory" if (name, stage) in _NOTED else "judgement"
        about = [part.strip() for part in note.split(";") if part.strip().startswith(stage)]
        said = "order of size" if kind == "judgement" else (about or [note])[0]
        out.append(_cell(name, stage, float(c[f"{stage}_cny_bn"]) / CNY, kind, said))
    return out


def _cell(city: str, field: str, value: float, kind: str, source: str) -> tuple[object, ...]:
    spread = _SPREAD[kind]
    low, high = ("", "") if spread == 1 or value == 0 else (round(value / spread, 4), round(value * spread, 4))
    return city, field, round(value, 4), low, high, kind, source


def write_city_facts(raw: Path, folder: Path) -> list[Path]:
    """Write the file; the paths written."""
    path = folder / "chips-cities.csv"
    with atomic_path(path) as tmp:
        tmp.write_text(_HEADER + str(city_facts(raw).to_csv(index=False, lineterminator="\n")), encoding="utf-8")
    return [path]
