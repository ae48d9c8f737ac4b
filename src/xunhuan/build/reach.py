"""How far each province is from each partner: by land to a gateway and on by sea, or all the way by land.

Letters: p province, l place of a partner abroad, g gateway. `write_reach` makes the bundled file from the raw transport
files; `reach` reads it.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from xunhuan.build import lists
from xunhuan.data.arrays import Array
from xunhuan.data.partners import Reach
from xunhuan.errors import BadInput

TRANSPORT = ("gateways.csv", "cn_cities.csv", "economy_ports.csv", "sea_distance.csv")
"""Raw files, in the folder `transport`."""

ROAD = 1.25
"""Road km over great-circle km, by judgement: an order of magnitude, alike everywhere."""

_FILE = "partner_reach.csv"
_EARTH = 6371.0
_WATER = ("sea", "entrepot")


def reach(provinces: Sequence[str], economies: Sequence[str]) -> Reach:
    """The bundled distances for these provinces and partners, in their order.

    Raises BadInput naming provinces and partners that the file does not hold.
    """
    rows = _bundled()
    missing = [c for c in provinces if c not in rows.columns]
    missing += [c for c in economies if c not in set(rows["economy"])]
    if missing:
        raise BadInput("no distances to partners", where=_FILE, items=missing, fix="build partners again")
    rows = rows[rows["economy"].isin(economies)]
    return Reach(
        places=tuple(rows["place"]),
        economy=np.array([list(economies).index(e) for e in rows["economy"]]),
        share=rows["share"].to_numpy(dtype=float),
        km=rows[list(provinces)].to_numpy(dtype=float).T.copy(),
        border=np.array([[float(p in b.split()) for b in rows["border"]] for p in provinces]),
    )


@cache
def _bundled() -> pd.DataFrame:
    return pd.read_csv(lists.data_file(_FILE), comment="#", keep_default_na=False)


def write_reach(raw: Path, folder: Path) -> list[Path]:
    """Write the file of distances from the raw transport files; whole km."""
    from xunhuan.data.store import write_text

    head = "# Kilometres from provinces to places of their partners (docs/world-table.md), made by xunhuan build partners.\n"
    path = folder / _FILE
    write_text(path, head + measure(raw).to_csv(index=False, lineterminator="\n"))
    return [path]


def measure(raw: Path) -> pd.DataFrame:
    """A row a place: economy, place, share, border (provinces), and its distance from each province.

    km[p,l] = min( min_g ROAD c[p,g] + sea[g,l] + beyond[l],  ROAD c[p,l] where goods may come all the way by land )

    c great-circle distance from p's cities, weighted by population · sea[g,l] from gateway to port · beyond[l] from the
    port to the place by land. Raises BadInput for missing files.
    """
    from xunhuan.build import check_raw

    check_raw(raw / "transport", TRANSPORT)
    gates, cities, ports, sea = (pd.read_csv(raw / "transport" / name) for name in TRANSPORT)
    places = _places(ports)
    gates = gates[gates["mode"].isin(_WATER)]
    codes = list(dict.fromkeys(cities["province"]))
    to_gate = ROAD * _from_cities(cities, codes, gates["lon"], gates["lat"])
    by_land = ROAD * _from_cities(cities, codes, places["lon"], places["lat"])
    way = (
        sea.assign(km=sea["sea_km"] + sea["land_km"])
        .pivot_table("km", "gateway", ["economy", "port"])
        .loc[gates["code"]]
    )
    km = by_land.copy()
    for n, (economy, port) in enumerate(zip(places["economy"], places["port"], strict=True)):
        if port:
            over = (to_gate + way[economy, port].to_numpy()).min(1)
            km[:, n] = np.fmin(over, by_land[:, n])  # nan where no goods come all the way by land
    table = pd.DataFrame(np.rint(km).astype(int).T, columns=codes)
    return pd.concat([places[["economy", "place", "share", "border"]], table[sorted(codes)]], axis=1)


def _places(ports: pd.DataFrame) -> pd.DataFrame:
    """Places by hand where there are some, else the partner's ports in equal parts."""
    by_hand = pd.read_csv(lists.data_file("partner_places.csv"), comment="#")
    plain = ports[~ports["economy"].isin(by_hand["economy"])]
    count = plain.groupby("economy")["port"].transform("count")
    plain = pd.DataFrame(
        {"economy": plain["economy"], "place": plain["port"], "share": 1 / count, "port": plain["port"]}
    )
    both = pd.concat([plain, by_hand], ignore_index=True)
    both[["port", "border"]] = both[["port", "border"]].fillna("")
    return both.sort_values(["economy", "place"], ignore_index=True)


def _from_cities(cities: pd.DataFrame, codes: Sequence[str], lon: pd.Series, lat: pd.Series) -> Array:
    """Great-circle km from each province to points, a mean over its cities by population; axes p, point."""
    out = np.empty((len(codes), len(lon)))
    for k, code in enumerate(codes):
        own = cities[cities["province"] == code]
        people = own["population_2010"].fillna(own["population_2010"].median()).fillna(1.0).to_numpy()
        km = _great_circle(
            own["lon"].to_numpy()[:, None], own["lat"].to_numpy()[:, None], lon.to_numpy(), lat.to_numpy()
        )
        out[k] = people @ km / people.sum()
    return out


def _great_circle(lon: Array, lat: Array, to_lon: Array, to_lat: Array) -> Array:
    """Kilometres between points in degrees, by the haversine."""
    a, b, c, d = (np.radians(x) for x in (lon, lat, to_lon, to_lat))
    h = np.sin((d - b) / 2) ** 2 + np.cos(b) * np.cos(d) * np.sin((c - a) / 2) ** 2
    return np.asarray(2 * _EARTH * np.arcsin(np.sqrt(h)))
