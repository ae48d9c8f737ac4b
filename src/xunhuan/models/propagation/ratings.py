"""Bundled ratings, stocks and shelf lives, folded from 55 industries onto the sectors of a table."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from xunhuan.data.arrays import Array, ratio
from xunhuan.data.classification import Sectors
from xunhuan.errors import BadInput, Problems
from xunhuan.models.propagation.parameters import PropagationParameters

FOLDER = Path(__file__).parent / "data"
SECTIONS = {
    "A": (1, 3), "B": (5, 9), "C": (10, 33), "D": (35, 35), "E": (36, 39), "F": (41, 43), "G": (45, 47), "H": (49, 53),
    "I": (55, 56), "J": (58, 63), "K": (64, 66), "L": (68, 68), "M": (69, 75), "N": (77, 82), "O": (84, 84),
    "P": (85, 85), "Q": (86, 88), "R": (90, 93), "S": (94, 96), "T": (97, 98), "U": (99, 99),
}  # fmt: skip
PART = re.compile(r"([A-U])(\d\d)?(?:[T-]([A-U])?(\d\d))?")


@cache
def _read(name: str) -> pd.DataFrame:
    return pd.read_csv(FOLDER / name, comment="#", dtype=str, keep_default_na=False)


def divisions(code: str) -> frozenset[int]:
    """ISIC Rev.4 divisions a code names; empty where the code is of another kind.

    >>> sorted(divisions("C17_18")), sorted(divisions("A01T03")), sorted(divisions("J62_J63+E38"))
    ([17, 18], [1, 2, 3], [38, 62, 63])
    >>> sorted(divisions("M_N"))[:3], divisions("manufactures")
    ([69, 70, 71], frozenset())
    """
    out: set[int] = set()
    letter = ""
    for part in re.split(r"[_+]", code):
        if re.fullmatch(r"\d\d", part) and letter:
            part = letter + part
        found = PART.fullmatch(part)
        if not found:
            return frozenset()
        letter = found[1]
        low, high = SECTIONS[letter]
        if found[2]:
            low = int(found[2])
            high = int(found[4] or found[2])
        out |= set(range(low, high + 1))
    return frozenset(out)


def members(sectors: Sectors) -> list[list[int]]:
    """Positions among the 55 rated industries of each sector of a table.

    The sector's own code is read as ISIC; else the bundled list says; else its group does.
    Raises BadInput naming the sectors that none of the three places.
    """
    rated = [divisions(name) for name in _read("industries.csv")["industry"]]
    known = _read("isic_of_sectors.csv")
    named: dict[str, str] = dict(known.loc[known["kind"] == "sector", ["name", "isic"]].itertuples(index=False))
    groups = list(known.loc[known["kind"] == "group", ["name", "isic"]].itertuples(index=False))
    p = Problems("sectors that no ISIC division can be found for")
    out: list[list[int]] = []
    for code in sectors.codes:
        divs = divisions(code) or divisions(named.get(code.lstrip("0"), ""))
        if not divs:
            inside = [isic for group, isic in groups if code in sectors.groups.get(group, ())]
            divs = divisions(inside[0]) if inside else frozenset()
        places = [k for k, d in enumerate(rated) if d & divs]
        if not places:
            p.add(code)
        out.append(places)
    p.raise_if(fix='put the sector in a group such as "manufacturing", or set criticality = "leontief" with inventory_days '
                   "and shelf_days given")  # fmt: skip
    return out


def criticality(sectors: Sectors, parameters: PropagationParameters) -> Array:
    """Share of output of industry j that stops when input i is gone, axes i j, in [0, 1].

    rating 2 → 1, rating 1 → ½ (IHS2), 1 (IHS1) or 0 (IHS3), rating 0 → 0 [Pichler2022]; a sector of several rated
    industries takes the mean over the pairs. All ones for "leontief" and, where it is not used, for "linear".
    """
    if parameters.criticality != "ratings":
        return np.ones((len(sectors), len(sectors)))
    rated = _read("criticality.csv").iloc[:, 1:].to_numpy(dtype=int)
    weight = np.array([0.0, {"half": 0.5, "critical": 1.0, "ignored": 0.0}[parameters.important], 1.0])[rated]
    places = members(sectors)
    return np.array([[weight[np.ix_(i, j)].mean() for j in places] for i in places])


def inventory_days(sectors: Sectors, parameters: PropagationParameters) -> Array:
    """Days of use of inputs that industry j holds, axis j; mean over the rated industries where it has several.

    The factor inventory_scale takes no bundled or named stock below one day.
    """
    given = parameters.inventory_days
    if isinstance(given, int | float):
        return np.full(len(sectors), float(given)) * parameters.inventory_scale
    days = _override(sectors, np.full(len(sectors), np.nan), given, "inventory_days")
    if np.isnan(days).any():
        bundled = _read("industries.csv")["days"].astype(float).to_numpy()
        days = np.where(np.isnan(days), [bundled[k].mean() for k in members(sectors)], days)
    # Drawing a small factor must not make a stock shorter than the day it arrives in.
    return np.asarray(np.maximum(days * parameters.inventory_scale, np.minimum(days, 1.0)))


def shelf_days(sectors: Sectors, parameters: PropagationParameters) -> Array:
    """Days that good i keeps, axis i; inf where it keeps. Of several rated industries the harmonic mean: rates average."""
    given = parameters.shelf_days
    if given is not None:
        return _override(sectors, np.full(len(sectors), np.inf), given, "shelf_days")
    keeps = np.array([float(x or "inf") for x in _read("industries.csv")["shelf_days"]])
    rates = np.array([(1.0 / keeps[k]).mean() for k in members(sectors)])
    return ratio(1.0, rates, np.inf)


def _override(sectors: Sectors, base: Array, given: Mapping[str, float] | None, name: str) -> Array:
    base = base.copy()
    for key, value in (given or {}).items():
        try:
            base[sectors.select(key)] = value
        except BadInput as e:
            raise type(e)(e.what, where=f"model.propagation.{name}", fix=e.fix, items=e.items) from e
    return base
