"""Cities of a region with their shares of it: the bundled list's, or a file's."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from xunhuan.data.arrays import Array
from xunhuan.data.ways import city_list
from xunhuan.errors import BadInput, Problems, UnknownName

if TYPE_CHECKING:
    import pandas as pd

    from xunhuan.data.accounts import Accounts


@dataclass(frozen=True, eq=False)
class CityShares:
    """Cities of a region. make a i, spend a: parts that sum to 1 over a · distance a b, km · population a, 10^4

    mixed  whether each city has a mix of its own, from a file
    """

    codes: tuple[str, ...]
    names: tuple[tuple[str, str], ...]
    make: Array
    spend: Array
    distance: Array
    population: Array
    mixed: bool


def city_shares(acc: Accounts, region: str, shares: str | Path = "cities") -> CityShares:
    """Cities of a region with their shares: of the bundled list, or with a mix of their own from a file.

    shares  "cities", or a CSV with columns city, sector, share: for sectors named there the file's, made to sum to 1, for
            others the list's; it may bring cities of its own by columns name_en, name_zh, lon, lat, population

    Raises BadInput and UnknownName listing what is wrong with the file, or that no cities are known of the region.
    """
    nation = acc.geography.nation[acc.geography.codes.index(region)]
    found = city_list(f"cities_{nation}.csv")
    mine = None if found is None else found[found["province"] == region].reset_index(drop=True)
    mix = None if str(shares) == "cities" else _read_mix(Path(shares))
    if mix is not None and (mine is None or mine.empty):
        mine = _own_cities(mix)
    if mine is None or mine.empty:
        raise BadInput(f"no cities are known of {region}", where=acc.name, fix="give a file with city, sector, share")
    make = _made(acc, mine)
    mixed = mix is not None
    if mix is not None:
        make = _mixed(acc, mine, make, mix)
    worth = (make * acc.value_added[acc.geography.codes.index(region)].sum(1)).sum(1)
    worth = np.maximum(worth, 0.0)
    return CityShares(
        tuple(mine["code"]), tuple(zip(mine["name_en"], mine["name_zh"], strict=True)), make, worth / worth.sum(),
        _distances(mine["lon"].to_numpy(float), mine["lat"].to_numpy(float)), mine["population"].to_numpy(float), mixed,
    )  # fmt: skip


def _made(acc: Accounts, mine: pd.DataFrame) -> Array:
    """make a i: farming by people, industry and building by industry, the rest by services."""
    by = np.full(acc.S, 2)
    for group, kind in (("agriculture", 0), ("mining", 1), ("manufacturing", 1), ("utilities", 1), ("construction", 1)):
        members = acc.sectors.groups.get(group, ())
        by[[acc.sectors.codes.index(c) for c in members]] = kind
    weight = mine[["population", "industry", "services"]].to_numpy(float)
    return np.asarray((weight / weight.sum(0))[:, by])


def _read_mix(path: Path) -> pd.DataFrame:
    """A file of shares. Raises BadInput where it is no such file."""
    import pandas as pd

    if not path.is_file():
        raise BadInput(f"there is no file {path}", fix='give "cities" or a CSV with columns city, sector, share')
    frame = pd.read_csv(path, comment="#", dtype={"city": str, "sector": str})
    p = Problems(f"{path.name} does not tell shares of cities")
    for name in ("city", "sector", "share"):
        if name not in frame:
            p.add(f"column {name} is missing")
    p.raise_if(BadInput)
    bad = frame[~(frame["share"] >= 0) | ~np.isfinite(frame["share"])]
    for row in bad.to_dict("records"):
        p.add(f"{row['city']}, {row['sector']}: the share must be 0 or more (given: {row['share']})")
    twice = frame[frame.duplicated(["city", "sector"])]
    for row in twice.to_dict("records"):
        p.add(f"{row['city']}, {row['sector']}: is told twice")
    p.raise_if(BadInput)
    return frame


def _own_cities(mix: pd.DataFrame) -> pd.DataFrame:
    """Cities that a file brings along. Raises BadInput where it says nothing of where they lie."""
    wanted = ("name_en", "name_zh", "lon", "lat", "population")
    missing = [c for c in wanted if c not in mix]
    if missing:
        raise BadInput(f"no cities of the region are bundled, and the file lacks {', '.join(missing)}",
                       fix="add the columns, the same in every row of a city")  # fmt: skip
    out = mix.drop_duplicates("city").reset_index(drop=True)
    out = out.assign(**{n: out[n].astype(object).where(out[n].notna(), "").astype(str) for n in ("name_en", "name_zh")})
    out = out.assign(code=out["city"], industry=out["population"], services=out["population"])
    return out[["code", *wanted, "industry", "services"]]


def _mixed(acc: Accounts, mine: pd.DataFrame, make: Array, mix: pd.DataFrame) -> Array:
    """make a i with a file's shares for the sectors it names. Raises UnknownName, BadInput."""
    names = {str(n).casefold(): k for c in ("name_zh", "name_en", "code") for k, n in enumerate(mine[c])}
    out = make.copy()
    told = np.zeros(acc.S, dtype=bool)
    for row in mix.to_dict("records"):
        key = str(row["city"]).strip().casefold()
        if key not in names:
            known = [*mine["code"], *mine["name_en"], *mine["name_zh"]]
            raise UnknownName.of("city", str(row["city"]), known)
        i = acc.sectors.index(str(row["sector"]))
        if not told[i]:
            out[:, i], told[i] = 0.0, True
        out[names[key], i] = float(row["share"])
    total = out.sum(0)
    if (total <= 0).any():
        empty = [acc.sectors.codes[k] for k in np.flatnonzero(total <= 0)]
        raise BadInput(f"no city makes {', '.join(empty)}", fix="give at least one of them a share")
    return np.asarray(out / total)


def _distances(lon: Array, lat: Array) -> Array:
    """Great-circle distances a b, km; of a city to itself half the way to the nearest other."""
    x, y = np.radians(lon), np.radians(lat)
    h = np.sin((y[:, None] - y) / 2) ** 2 + np.cos(y)[:, None] * np.cos(y) * np.sin((x[:, None] - x) / 2) ** 2
    d = 2 * 6371.0 * np.arcsin(np.sqrt(np.clip(h, 0, 1)))
    n = len(d)
    away = np.where(np.eye(n, dtype=bool), np.inf, np.maximum(d, 1.0))
    near = away.min(1) if n > 1 else np.ones(1)
    return np.asarray(np.where(np.eye(n, dtype=bool), near[:, None] / 2, np.maximum(d, 1.0)))
