r"""Moves between China's provinces from five censuses and surveys, and a check of them: gravity, window by window.

    persons[o,d] = counted[o,d] / fraction

who lives in d and lived in o five years before, of the persons that filled the long form. Who stayed is not in these
tables: it is what a province's population leaves.
"""

from __future__ import annotations

import json
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from xunhuan.data.arrays import Array

COUNTED, KILOMETRES, OUTLINES = (
    "regional/migration_5yr_od.csv", "china_province_distance_km.csv", "transport/provinces.geojson",
)  # fmt: skip
"""Raw files: persons counted, kilometres, outlines of provinces."""
FRACTION = {"1995-2000": 0.095, "2000-2005": 0.0131, "2005-2010": 0.10, "2010-2015": 0.0155, "2015-2020": 0.10}
"""Part of the population that the long form or the survey reached; DATA.md says where each was read."""
NATION = "CHN"
_SOURCE = (
    "five-year moves by residence: long forms of the censuses of 2000, 2010 and 2020, 1% surveys of 2005 and 2015 "
    "(National Bureau of Statistics), counts over sampling fractions"
)
_TOUCH = 2
"""Corners that two outlines share before their provinces are neighbours; one alone can be where four meet."""


def counted(raw: Path) -> dict[str, Array]:
    """Persons counted by window, o d in the order of `codes_in_order`; a blank is taken as nobody."""
    frame = pd.read_csv(raw / COUNTED)
    codes = codes_in_order(raw)
    place = {c: k for k, c in enumerate(codes)}
    out = {w: np.zeros((len(codes), len(codes))) for w in FRACTION}
    told = zip(*(frame[c] for c in ("window", "origin", "dest")), frame["persons_in_sample"].fillna(0.0), strict=True)
    for window, origin, dest, persons in told:
        out[window][place[origin], place[dest]] = persons
    return out


def codes_in_order(raw: Path) -> list[str]:
    """Codes of the provinces, in the order of the file of distances."""
    return list(pd.read_csv(raw / KILOMETRES, index_col=0, nrows=0).columns)


def write_migration(raw: Path, folder: Path) -> list[Path]:
    """Write the bundled list of moves, 10^4 persons."""
    from xunhuan.build import check_raw
    from xunhuan.data.store import write_text

    check_raw(raw, (COUNTED, KILOMETRES))
    codes = codes_in_order(raw)
    lines = [
        f"# {_SOURCE}",
        "# 10^4 persons who live in the column's province and lived in the row's when the window began; made by "
        "xunhuan build migration.",
        ",".join(["window", "origin", *codes]),
    ]
    for window, persons in counted(raw).items():
        moved = persons / FRACTION[window] / 1e4
        lines += [
            ",".join([window, c, *(f"{x:.4f}".rstrip("0").rstrip(".") for x in row)])
            for c, row in zip(codes, moved, strict=True)
        ]
    path = folder / f"migration_{NATION}.csv"
    write_text(path, "\n".join(lines) + "\n")
    return [path]


def borders(raw: Path) -> Array:
    """1 where the outlines of two provinces share corners, o d; else 0."""
    codes = codes_in_order(raw)
    told = json.loads((raw / OUTLINES).read_text(encoding="utf-8"))
    corners: dict[str, set[tuple[float, float]]] = {}
    for place in told["features"]:
        shape = place["geometry"]["coordinates"]
        parts = shape if place["geometry"]["type"] == "MultiPolygon" else [shape]
        corners[place["properties"]["code"]] = {(x, y) for part in parts for ring in part for x, y in ring}
    out = np.zeros((len(codes), len(codes)))
    for (a, one), (b, other) in combinations(enumerate(codes), 2):
        out[a, b] = out[b, a] = float(len(corners[one] & corners[other]) >= _TOUCH)
    return out


def gravity(raw: Path) -> pd.DataFrame:
    r"""Fit of distance and a common border to the moves, a row a window: coefficients with standard errors.

    E persons[o,d] = exp(a_o + b_d − δ ln km[o,d] + β border[o,d]),  o ≠ d        [SantosSilvaTenreyro2006]

    by Poisson pseudo-maximum likelihood; errors robust to heteroskedasticity, HC1. Columns: window, distance (δ),
    distance_se, border (β), border_se, movers (millions), fit (correlation of fitted and counted moves).
    """
    km = pd.read_csv(raw / KILOMETRES, index_col=0).to_numpy(dtype=float)
    touching = borders(raw)
    rows = []
    for window, persons in counted(raw).items():
        away = ~np.eye(len(persons), dtype=bool)
        o, d = np.nonzero(away)
        made = poisson(persons[away], np.stack([np.log(km[away]), touching[away]], 1), o, d)
        rows.append((
            window, -made.slope[0], made.error[0], made.slope[1], made.error[1],
            persons.sum() / FRACTION[window] / 1e6, float(np.corrcoef(made.fitted, persons[away])[0, 1]),
        ))  # fmt: skip
    names = ["window", "distance", "distance_se", "border", "border_se", "movers", "fit"]
    return pd.DataFrame(rows, columns=names)


class Fit:
    """Slopes of a fit with robust standard errors, and what it fits."""

    def __init__(self, slope: Array, error: Array, fitted: Array) -> None:
        self.slope, self.error, self.fitted = slope, error, fitted


def poisson(y: Array, x: Array, o: NDArray[np.intp], d: NDArray[np.intp]) -> Fit:
    """Poisson pseudo-maximum likelihood of y on x (n k) and effects of origin and destination, by scoring.

    Standard errors are of the slopes, sandwich with n / (n − parameters).
    """
    one, two = np.eye(o.max() + 1)[o], np.eye(d.max() + 1)[d][:, 1:]
    z = np.concatenate([x, one, two], 1)
    mean = y.mean() * np.ones_like(y)
    mean = (y + mean) / 2
    link = np.log(mean)
    for _ in range(100):
        weighted = z * mean[:, None]
        b = np.linalg.solve(z.T @ weighted, weighted.T @ (link + (y - mean) / mean))
        new = z @ b
        moved = float(np.abs(new - link).max())
        link, mean = new, np.exp(new)
        if moved < 1e-12:
            break
    bread = np.linalg.inv(z.T @ (z * mean[:, None]))
    score = z * (y - mean)[:, None]
    spread = bread @ (score.T @ score) @ bread * len(y) / (len(y) - z.shape[1])
    k = x.shape[1]
    return Fit(b[:k], np.sqrt(np.diag(spread))[:k], mean)
