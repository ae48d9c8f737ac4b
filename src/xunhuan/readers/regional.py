"""Tables of a nation's regions from csv and a mapping file, for `xunhuan build nested`.

    name = "finland-2014"             # and title, source if wanted
    nation = "FIN"                    # its code in the nation's table
    year = 2014                       # of the files; where the nation's table is of another, that is said
    unit = "million EUR"              # of the files, where it is not that of the nation's table: totals there settle it
    table = "oecd-2014"               # the nation's table; `--nation` goes before it
    hauling = "reported"              # or least, most; own = 0.6 where no outflow is known; decay = 1.44

    [regions]                         # csv, one row a region; code, name_en, name_zh, population
    file = "regions.csv"
    [sectors]                         # csv, one row a sector; code, name_en, name_zh, groups, isic
    file = "sectors.csv"
    [merged]                          # optional: which sectors of the nation's table make up one here
    file = "merged.csv"               # columns source (there), target (here)

    [labels]                          # optional: what sectors are called in the files; several of one name are added up
    file = "labels.csv"               # columns source (there), target (here)

    [output]                          # region, sector, value; or any weights, as jobs: the nation's is shared out by them
    [use]                             # region, sector, industry, value: of all origins
    [final]                           # region, sector, category, value
    [value_added]                     # region, industry, component, value
    [export]                          # region, sector, value: with other nations; likewise [import]
    [outflow]                         # region, sector, value: to the nation's other regions; likewise [inflow]
    [distance]                        # origin, destination, value
    [trade]                           # origin, destination, sector, value: inside the nation, own use too, if it is known

Each section names its `file`. All but regions, sectors and one of output, use and value_added may be left out: what
is not known of a region is taken from the nation. How csv may be written: `readers.tabular`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from xunhuan.data.regional import HAULINGS, RegionalTables
from xunhuan.errors import BadInput, Problems
from xunhuan.readers.mapped import Mapped, read_mapping

_GOODS = ("region", "sector")
_AXES = {
    "use": ("region", "sector", "industry"),
    "final": ("region", "sector", "category"),
    "value_added": ("region", "industry", "component"),
    "output": _GOODS,
    "export": _GOODS,
    "import": _GOODS,
    "outflow": _GOODS,
    "inflow": _GOODS,
    "distance": ("origin", "destination"),
    "trade": ("origin", "destination", "sector"),
    "merged": ("source", "target"),
    "labels": ("source", "target"),
}
_LISTS = ("merged", "labels")
_REQUIRED = ("name", "nation", "regions", "sectors")
_OPTIONAL = ("title", "source", "unit", "year", "table", "hauling", "own", "decay", *_AXES)


def read_regional(path: Path) -> RegionalTables:
    """Tables of regions from a mapping file. Raises BadInput with every fault of a file, ForeignFile."""
    m, p = read_mapping(path, _AXES, _REQUIRED, _OPTIONAL)
    _check(m.content, p)
    p.raise_if(BadInput, where=str(path), fix="see `xunhuan docs nested`")
    geography, sectors = m.geography(), m.sectors()
    categories, components = m.labels("category"), m.labels("component")
    if not (picked := m.section("final").get("categories")):
        picked = categories
    names = {
        "origin": geography.codes,
        "destination": geography.codes,
        "region": geography.codes,
        "sector": sectors.codes,
        "industry": sectors.codes,
        "category": tuple(picked),
        "component": tuple(m.section("value_added").get("components", components)),
    }
    arrays = {part: m.array(part, names) for part in _AXES if part in m and part not in _LISTS}
    if "output" in arrays:
        _refuse_negative(m, arrays["output"], geography.codes, sectors.codes)
    if "distance" in arrays:
        km = arrays["distance"]
        arrays["distance"] = np.where(km == 0, km.T, km)  # a pair given once is as far both ways
        _refuse_distance(m, arrays["distance"], geography.codes)
    arrays = {("import_" if k == "import" else k): v for k, v in arrays.items()}
    return RegionalTables(
        name=str(m.content["name"]),
        nation=str(m.content["nation"]),
        geography=geography,
        sectors=sectors,
        categories=names["category"],
        components=names["component"],
        own=m.content.get("own"),
        hauling=str(m.content.get("hauling", "reported")),
        decay=m.content.get("decay"),
        merged=_merged(m, sectors.codes),
        title=str(m.content.get("title", "")),
        source=str(m.content.get("source", "")),
        unit=str(m.content.get("unit", "")),
        year=int(m.content.get("year", 0)),
        told=tuple(m.told),
        table=str(m.content.get("table", "")),
        **arrays,
    )


def _check(content: dict[str, Any], p: Problems) -> None:
    if not {"output", "use", "value_added"} & content.keys():
        p.add("give output, use or value_added: nothing says how large regions are")
    if ("outflow" in content) != ("inflow" in content):
        p.add("give outflow and inflow, or neither")
    if content.get("hauling", "reported") not in HAULINGS:
        p.add(f"hauling must be one of {', '.join(HAULINGS)}")
    for key, low, high in (("own", 0.0, 1.0), ("decay", 0.0, 10.0)):
        value = content.get(key)
        if value is not None and not (isinstance(value, int | float) and low <= value <= high):
            p.add(f"{key} must be a number from {low:g} to {high:g}")


def _refuse_negative(m: Mapped, output: np.ndarray, codes: tuple[str, ...], sectors: tuple[str, ...]) -> None:
    """Raises BadInput listing outputs below 0, r i."""
    p = Problems("output is below 0")
    for r, i in np.argwhere(output < 0):
        p.add(f"{codes[r]} {sectors[i]}: {output[r, i]:g}")
    p.raise_if(BadInput, where=m.where("output"))


def _refuse_distance(m: Mapped, km: np.ndarray, codes: tuple[str, ...]) -> None:
    """Raises BadInput listing pairs of regions without a distance."""
    p = Problems("distances are missing or not above 0")
    for r, s in np.argwhere((km <= 0) & ~np.eye(len(km), dtype=bool)):
        p.add(f"{codes[r]} to {codes[s]}")
    p.raise_if(BadInput, where=m.where("distance"))


def _merged(m: Mapped, known: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """Sectors of the nation's table by the sector here that they make up."""
    if "merged" not in m:
        return {}
    frame = m.frame("merged")
    source, target = m.column("merged", "source"), m.column("merged", "target")
    p = Problems("[merged] cannot be read")
    for column in (source, target):
        if column not in frame.columns:
            p.add(f"the file lacks the column {column!r}")
    p.raise_if(BadInput, where=m.where("merged"))
    out: dict[str, tuple[str, ...]] = {}
    for there, here in zip(frame[source], frame[target], strict=True):
        if here not in known:
            p.add(f"{here!r} is not a sector of [sectors]")
        out[here] = (*out.get(here, ()), there)
    p.items += [f"{c!r} is made of nothing" for c in known if c not in out]
    p.raise_if(BadInput, where=m.where("merged"))
    return out
