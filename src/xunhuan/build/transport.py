"""The transport network of China's cities, its gateways and the ways on to other economies; bundled in
`models/gateway/data/transport-2017` in the form in which a user gives a network of one's own.

    cities.csv    city, name_zh, region, lon, lat, weight: industry, which is where goods come from; people
    gateways.csv  gateway, name, name_zh, region, mode, lon, lat
    edges.csv     from, to, mode, km, beyond, opened, class, speed
    goods.csv     sector, class
    targets.csv   class, way, gateway, share, status: containers of 2017, assumed where a list has none
    log.csv       what was left out, and why
    outline.csv   region, part, lon, lat: outlines for pictures

Roads are the Delaunay triangles between cities: who lies next to whom, not which roads there are.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from xunhuan.build import check_raw
from xunhuan.build.places import PLACE_FILES, places_list
from xunhuan.data.arrays import Array
from xunhuan.data.store import atomic_path

_FOLDER = "transport"
_NAMES = ("cn_cities.csv", "cn_rail_edges.csv", "gateways.csv", "sea_distance.csv", "coastal_distance.csv",
          "economy_ports.csv", "provinces.geojson")  # fmt: skip
TRANSPORT_FILES = (
    *(f"{_FOLDER}/{name}" for name in _NAMES),
    *(f for f in PLACE_FILES if f != f"{_FOLDER}/{_NAMES[0]}"),
)
NAME = "transport-2017"
EARTH = 6371.0
_OUTSIDE = 0.35
"""Share of a road outside all provinces above which it is left out: it would cross a sea or a border."""
_FAR = 150.0
"""Kilometres outside above which a road is left out whatever its length."""
_ISLANDS = ("CN-HI",)
"""Provinces that no road reaches."""
_NEAR = 2
"""Cities by road from a gateway that lies in none."""
_FINEST = 0.12
"""Degrees between points of an outline kept for pictures."""
_RIVERS = (
    ("宜宾", "泸州", "重庆", "宜昌", "荆州", "岳阳", "武汉", "黄石", "九江", "安庆", "池州", "铜陵", "芜湖", "马鞍山",
     "南京", "镇江", "南通", "上海"),
    ("镇江", "扬州", "淮安", "宿迁", "徐州", "济宁"),
    ("镇江", "常州", "无锡", "苏州", "嘉兴", "杭州"),
    ("南宁", "贵港", "梧州", "肇庆", "佛山", "广州"),
    ("南昌", "九江"), ("长沙", "岳阳"),
)  # fmt: skip
"""Cities along navigable water, in order: Yangtze, Grand Canal, Xi Jiang, Gan, Xiang."""
_LATER = ((("江门", "阳江", "茂名", "湛江"), 2018, 200.0),)
"""Railways for people that the source of railways lacks: stations, year, km an hour. Jiangmen-Zhanjiang: 355 km, 200 km/h
(Jiangmen's government, 9 July 2018), opened on 1 July 2018 (Guangzhou Daily, 8 July 2019)."""
_MOUTHS = {"上海": "SHA", "南通": "NJG", "广州": "CAN"}
"""Gateways where rivers and coast meet."""
_REACHED = (
    "AUT", "BEL", "BGD", "BGR", "BLR", "CHE", "CZE", "DEU", "DNK", "ESP", "EST", "FIN", "FRA",
    "GRC", "HRV", "HUN", "IND", "ITA", "KAZ", "KHM", "LAO", "LTU", "LUX", "LVA", "MMR", "MYS", "NLD",
    "NOR", "PAK", "POL", "PRT", "ROU", "RUS", "SGP", "SVK", "SVN", "SWE", "THA", "TUR", "UKR", "VNM",
)  # fmt: skip
"""Economies on the continent, which land gateways reach."""
_PLACED = {
    "AUT": (16.4, 48.2), "BLR": (27.6, 53.9), "CHE": (8.5, 47.4), "CZE": (14.4, 50.1), "HUN": (19.0, 47.5),
    "KAZ": (76.9, 43.3), "LAO": (102.6, 18.0), "LUX": (6.1, 49.6), "SVK": (17.1, 48.1), "RUS": (37.6, 55.8),
    "IND": (77.2, 28.6),
}  # fmt: skip
"""Where land and air ways end in economies whose port lies elsewhere: the largest city inland, degrees."""
_ENTREPOT = 0.35
"""Part of an entrepot's containers that carry the mainland's trade: an assumption, no figure was found."""
_UNLISTED = 0.25
"""Containers of a port without a figure, over those of the least port with one: an assumption."""
_CONTAINED = ("general", "fine")
"""Classes of goods that go in containers."""
_GOODS = (
    ("bulk", ("agriculture", "mining", "A01T03", "B05", "B06", "B07T09", "C19", "C23", "C24")),
    ("fine", ("electronics", "C26")),
)  # fmt: skip
"""Classes of goods by value a tonne; what is in none is general."""


def transport(raw: Path) -> dict[str, pd.DataFrame]:
    """All files of the network by name. Raises BadInput where a source lacks a file or a place."""
    check_raw(raw, TRANSPORT_FILES)
    at = raw / _FOLDER
    log: list[tuple[str, str, float]] = []
    cities = _cities(pd.read_csv(at / "cn_cities.csv"), places_list(raw), log)
    gates = pd.read_csv(at / "gateways.csv")
    shapes = _shapes(at / "provinces.geojson")
    code = {str(zh).removesuffix("市"): str(c) for c, zh in zip(cities["city"], cities["name_zh"], strict=True)}
    parts = (
        _roads(cities, shapes, log), _access(cities, gates, code),
        _rail(pd.read_csv(at / "cn_rail_edges.csv"), code, gates, log), _later(cities, code), _rivers(cities, code),
        _coast(pd.read_csv(at / "coastal_distance.csv")), _ocean(pd.read_csv(at / "sea_distance.csv")),
        _beyond(gates, pd.read_csv(at / "economy_ports.csv")),
    )  # fmt: skip
    edges = pd.concat(parts, ignore_index=True)[["from", "to", "mode", "km", "beyond", "opened", "class", "speed"]]
    edges["opened"] = edges["opened"].astype("Int64")
    edges["km"] = edges["km"].astype(float).round(1)
    told = {"code": "gateway", "name_en": "name", "province": "region"}
    gateways = gates.rename(columns=told)[["gateway", "name", "name_zh", "region", "mode", "lon", "lat"]]
    goods = pd.DataFrame([(s, c) for c, some in _GOODS for s in some], columns=["sector", "class"])
    outline = pd.DataFrame(_outline(shapes), columns=["region", "part", "lon", "lat"])
    made = pd.DataFrame(log, columns=["step", "what", "km"])
    return {
        "cities": cities,
        "gateways": gateways,
        "edges": edges,
        "goods": goods,
        "targets": _targets(gates),
        "log": made,
        "outline": outline,
    }


def write_transport(raw: Path, folder: Path) -> list[Path]:
    """Write the files into the folder of the network inside `folder`, each atomically; the paths written."""
    made, out = transport(raw), []
    at = folder / NAME
    at.mkdir(exist_ok=True)
    for name, frame in made.items():
        out.append(at / f"{name}.csv")
        with atomic_path(out[-1]) as tmp:
            frame.to_csv(tmp, index=False, lineterminator="\n")
    return out


def _cities(found: pd.DataFrame, facts: pd.DataFrame, log: list[tuple[str, str, float]]) -> pd.DataFrame:
    """Cities by their English names, weighted by their industry; people by the census, else as registered."""
    frame = found.rename(columns={"province": "region", "name_en": "city"})
    numbered = frame["city"].str.match(r".*\d$")  # cities of one name in Latin letters
    plain = frame["city"].str.rstrip("0123456789") + " (" + frame["region"].str.removeprefix("CN-") + ")"
    known = facts.set_index(["province", "name_zh"])[["industry", "population", "filled"]]
    frame = frame.join(known, on=["region", "name_zh"])
    frame["city"] = frame["city"].where(~numbered, plain)
    registered = frame["population_2010"].isna()
    told = (
        ("population as registered, if known", registered),
        ("weight by people", frame["filled"].str.contains("industry")),
    )
    log += [(step, str(c), 0.0) for step, rows in told for c in frame.loc[rows, "city"]]
    frame = frame.rename(columns={"industry": "weight", "population": "people"})
    places = {"lon": 3, "lat": 3, "weight": 1, "people": 1}
    return frame[["city", "name_zh", "region", "lon", "lat", "weight", "people"]].round(places)


def great_circle(lon: Any, lat: Any, to_lon: Any, to_lat: Any) -> Array:
    """Great-circle distance, km, of pairs that broadcast; a sphere of radius 6371."""
    a, b, c, d = (np.radians(np.asarray(x, dtype=float)) for x in (lon, lat, to_lon, to_lat))
    half = np.sin((d - b) / 2) ** 2 + np.cos(b) * np.cos(d) * np.sin((c - a) / 2) ** 2
    return np.asarray(2 * EARTH * np.arcsin(np.sqrt(half)))


def _frame(rows: Iterable[tuple[Any, Any, Any]], mode: str) -> pd.DataFrame:
    frame = pd.DataFrame(list(rows), columns=["from", "to", "km"])
    return frame.assign(mode=mode, beyond=0.0, opened=np.nan, speed=np.nan, **{"class": ""})


Shapes = dict[str, list[Array]]
"""Outer rings of regions, points by (lon, lat)."""


def _shapes(path: Path) -> Shapes:
    found = json.loads(path.read_text(encoding="utf-8"))["features"]
    return {f["properties"]["code"]: [np.array(ring[0])[:, :2] for ring in f["geometry"]["coordinates"]] for f in found}


def _inside(shapes: Shapes, x: Array, y: Array) -> NDArray[np.bool_]:
    """Whether points lie in some ring, by the parity of crossings."""
    out = np.zeros(x.shape, dtype=bool)
    for ring in (r for rings in shapes.values() for r in rings):
        (x0, y0), (x1, y1) = ring[:-1].T, ring[1:].T
        near = (y[:, None] < y0) != (y[:, None] < y1)
        rise = np.where(y1 == y0, 1.0, y1 - y0)
        crossed = near & (x[:, None] < x0 + (y[:, None] - y0) * (x1 - x0) / rise)
        out |= crossed.sum(1) % 2 == 1
    return out


def _roads(cities: pd.DataFrame, shapes: Shapes, log: list[tuple[str, str, float]]) -> pd.DataFrame:
    """Sides of the Delaunay triangles between cities that stay on land."""
    from scipy.spatial import Delaunay

    lon, lat = cities["lon"].to_numpy(float), cities["lat"].to_numpy(float)
    plane = np.stack([lon * np.cos(np.radians(lat.mean())), lat], 1)
    sides = np.sort(Delaunay(plane).simplices[:, [[0, 1], [1, 2], [0, 2]]].reshape(-1, 2), 1)
    a, b = np.unique(sides, axis=0).T
    km = great_circle(lon[a], lat[a], lon[b], lat[b])
    steps = (np.arange(50) + 0.5) / 50
    x, y = (c[a][:, None] + (c[b] - c[a])[:, None] * steps for c in (lon, lat))
    outside = 1 - _inside(shapes, x.ravel(), y.ravel()).reshape(x.shape).mean(1)
    region = cities["region"].to_numpy()
    island = np.isin(region[a], _ISLANDS) != np.isin(region[b], _ISLANDS)
    gone = (outside > _OUTSIDE) | (outside * km > _FAR) | island
    city = cities["city"].to_numpy()
    log += [
        ("road over sea or border", f"{city[a[k]]}-{city[b[k]]}", round(float(km[k]), 1)) for k in np.flatnonzero(gone)
    ]
    kept = np.flatnonzero(~gone)
    return _frame([(city[a[k]], city[b[k]], km[k]) for k in kept], "road")


def _access(cities: pd.DataFrame, gates: pd.DataFrame, code: dict[str, str]) -> pd.DataFrame:
    """Roads from gateways to the city they are of; to the nearest cities where that is none of the list."""
    rows = []
    for g in gates.to_dict("records"):
        km = great_circle(cities["lon"].to_numpy(), cities["lat"].to_numpy(), np.array(g["lon"]), np.array(g["lat"]))
        own = code.get(str(g["city_zh"]))
        near = [k for k in range(len(km)) if cities["city"][k] == own] or list(np.argsort(km)[:_NEAR])
        rows += [(cities["city"][k], g["code"], km[k]) for k in near]
    return _frame(rows, "road")


def _rail(
    rail: pd.DataFrame, code: dict[str, str], gates: pd.DataFrame, log: list[tuple[str, str, float]]
) -> pd.DataFrame:
    """Railway between neighbours on a line; stations that are no city of the list are junctions by their own name."""
    frame = rail.rename(columns={"great_circle_km": "km", "design_speed": "speed"}).assign(mode="rail", beyond=0.0)
    ends = {zh: code.get(zh, zh) for zh in {*rail["from_zh"], *rail["to_zh"]}}
    frame["from"], frame["to"] = frame["from_zh"].map(ends), frame["to_zh"].map(ends)
    unknown = frame["opened"].isna()
    listed = frame.loc[unknown, ["from_zh", "to_zh", "km"]].itertuples(index=False, name=None)
    log += [("railway of unknown year, taken as open", f"{a}-{b}", float(k)) for a, b, k in listed]
    inland = gates[gates["city_zh"].isin(ends) & (gates["mode"] == "land")]
    links = _frame([(ends[zh], g, 0.0) for zh, g in zip(inland["city_zh"], inland["code"], strict=True)], "rail")
    return pd.concat([frame, links.assign(**{"class": "conventional"})])[list(links.columns)]


def _later(cities: pd.DataFrame, code: dict[str, str]) -> pd.DataFrame:
    at = cities.set_index("city")
    rows, told = [], []
    for way, year, speed in _LATER:
        for a, b in pairwise([code[zh] for zh in way]):
            here, there = at.loc[a], at.loc[b]
            rows.append((a, b, float(great_circle(here["lon"], here["lat"], there["lon"], there["lat"]))))
            told.append((year, speed))
    frame = _frame(rows, "rail").assign(**{"class": "high-speed passenger"})
    frame[["opened", "speed"]] = told
    return frame


def _rivers(cities: pd.DataFrame, code: dict[str, str]) -> pd.DataFrame:
    at = cities.set_index("city")
    rows: list[tuple[Any, Any, Any]] = []
    for way in _RIVERS:
        for one, other in pairwise(way):
            a, b = code[one], code[other]
            here, there = at.loc[a], at.loc[b]
            rows.append((a, b, float(great_circle(here["lon"], here["lat"], there["lon"], there["lat"]))))
    rows += [(code[zh], gate, 0.0) for zh, gate in _MOUTHS.items()]
    return _frame(rows, "river")


def _coast(found: pd.DataFrame) -> pd.DataFrame:
    return _frame(found[["a", "b", "sea_km"]].itertuples(index=False, name=None), "coast")


def _ocean(found: pd.DataFrame) -> pd.DataFrame:
    """Sea ways; of an economy with several ports the nearest. What lies beyond the port is a way by land of its own kind."""
    best = (
        found.assign(total=found["sea_km"] + found["land_km"])
        .sort_values("total")
        .groupby(["gateway", "economy"])
        .first()
    )
    best = best.reset_index()
    own = best["gateway"] != best["economy"]
    sea = _frame(best.loc[own, ["gateway", "economy", "sea_km"]].itertuples(index=False, name=None), "ocean")
    sea["beyond"] = best.loc[own, "land_km"].to_numpy(dtype=float)
    return sea


def _beyond(gates: pd.DataFrame, ports: pd.DataFrame) -> pd.DataFrame:
    """Ways by air, to every economy, and by land, to those on the continent, by great circle."""
    places = ports.groupby("economy").first()[["lon", "lat"]]
    parts = []
    for g in gates.to_dict("records"):
        for economy, row in places.iterrows():
            lon, lat = _PLACED.get(str(economy), (row["lon"], row["lat"]))
            km = float(great_circle(np.array(g["lon"]), np.array(g["lat"]), np.array(lon), np.array(lat)))
            if g["mode"] == "air" or (g["mode"] == "land" and economy in _REACHED):
                parts.append(_frame([(g["code"], economy, km)], str(g["mode"])))
            elif g["code"] == economy:
                parts.append(_frame([(g["code"], economy, 0.0)], "land"))
    return pd.concat(parts, ignore_index=True)


def _targets(gates: pd.DataFrame) -> pd.DataFrame:
    """Shares of containers among gateways by sea, 2017: of an entrepot the part that is the mainland's; of one that is not
    among the largest, for which there is no figure, a part of the least of those."""
    frame = gates[gates["mode"].isin(("sea", "entrepot"))]
    known = frame["teu_2017"] > 0
    boxes = frame["teu_2017"].where(known, frame.loc[known & (frame["mode"] == "sea"), "teu_2017"].min() * _UNLISTED)
    boxes = boxes * np.where(frame["mode"] == "entrepot", _ENTREPOT, 1.0)
    share, status = (boxes / boxes.sum()).round(4), np.where(known & (frame["mode"] == "sea"), "read", "assumed")
    rows = [
        (c, w, *row)
        for c in _CONTAINED
        for w in ("export", "import")
        for row in zip(frame["code"], share, status, strict=True)
    ]
    return pd.DataFrame(rows, columns=["class", "way", "gateway", "share", "status"])


def _outline(shapes: Shapes) -> list[tuple[str, int, float, float]]:
    """Rings with points no nearer to each other than `_FINEST`, rings too small to see left out."""
    out: list[tuple[str, int, float, float]] = []
    for region, rings in shapes.items():
        part = 0
        for ring in rings:
            kept = [ring[0]]
            for point in ring[1:]:
                if np.hypot(*(point - kept[-1])) >= _FINEST:
                    kept.append(point)
            if len(kept) < 5:
                continue
            out += [(region, part, round(float(x), 2), round(float(y), 2)) for x, y in kept]
            part += 1
    return out
