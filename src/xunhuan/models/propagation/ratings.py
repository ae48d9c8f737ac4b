"""Bundled ratings, stocks and shelf lives, folded from 55 industries onto the sectors of a table."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from xunhuan.data.arrays import Array, Index, ratio
from xunhuan.data.classification import Sectors
from xunhuan.data.isic import divisions
from xunhuan.data.sector_lists import WAY_OUT, isic_of
from xunhuan.errors import BadInput, Problems
from xunhuan.models.edits.demand import DAYS_A_YEAR
from xunhuan.models.propagation.parameters import PropagationParameters

FOLDER = Path(__file__).parent / "data"
IMPORTANT = {"ratings": 0.5, "ratings_critical": 1.0, "ratings_ignored": 0.0}
"""Share of output that stops for want of an important input, by rule."""


@cache
def _read(name: str) -> pd.DataFrame:
    return pd.read_csv(FOLDER / name, comment="#", dtype=str, keep_default_na=False)


def members(sectors: Sectors) -> list[list[int]]:
    """Positions among the 55 rated industries of each sector of a table, by their ISIC divisions.

    Raises BadInput naming the sectors whose ISIC nothing tells (`xunhuan.data.sector_lists.isic_of`).
    """
    rated = [divisions(name) for name in _read("industries.csv")["industry"]]
    p = Problems("sectors that no ISIC division can be found for")
    out: list[list[int]] = []
    for code, name, isic in zip(sectors.codes, sectors.names_en, isic_of(sectors), strict=True):
        divs = divisions(isic) if isic else frozenset()
        # Embassies and international bodies were not asked about; they are administration.
        divs = divisions("O") if divs == divisions("U") else divs
        places = [k for k, d in enumerate(rated) if d & divs]
        if not places:
            p.add(code if name == code else f"{code} ({name})")
        out.append(places)
    p.raise_if(
        fix=f"{WAY_OUT}, or give critical_shares, inventory_days and shelf_days of every sector, each in a csv if you like"
    )
    return out


def criticality(sectors: Sectors, parameters: PropagationParameters) -> Array:
    """Share of output of industry j that stops when input i is gone, axes i j, in [0, 1].

    rating 2 → 1, rating 1 → ½ (IHS2), 1 (IHS1) or 0 (IHS3), rating 0 → 0 [Pichler2022]; a sector of several rated
    industries takes the mean over the pairs. All ones for "leontief" and, where it is not used, for "linear". What
    critical_shares gives comes first.
    """
    n = len(sectors)
    own = np.full((n, n), np.nan)
    for good, by_user in (parameters.critical_shares or {}).items():
        row = _override(sectors, np.full(n, np.nan), by_user, f"critical_shares.{good}")
        at = _chosen(sectors, good, "critical_shares")
        own[at] = np.where(np.isnan(row), own[at], row)
    if not np.isnan(own).any():
        return own
    if parameters.criticality not in IMPORTANT:
        return np.where(np.isnan(own), 1.0, own)
    rated = _read("criticality.csv").iloc[:, 1:].to_numpy(dtype=int)
    weight = np.array([0.0, IMPORTANT[parameters.criticality], 1.0])[rated]
    places = members(sectors)
    return np.where(np.isnan(own), [[weight[np.ix_(i, j)].mean() for j in places] for i in places], own)


def inventory_days(sectors: Sectors, parameters: PropagationParameters) -> Array:
    """Days of use of input i that industry j holds, axes i j; mean over the rated industries where a sector has several.

    The factor inventory_scale takes no bundled or named stock below one step.
    """
    given, n, by_holder = parameters.inventory_days, len(sectors), scale_by_industry(sectors, parameters)
    if isinstance(given, int | float):
        return np.broadcast_to(float(given) * by_holder, (n, n)).copy()
    days = np.broadcast_to(_override(sectors, np.full(n, np.nan), given, "inventory_days"), (n, n))
    if np.isnan(days).any():
        days = np.where(np.isnan(days), bundled_days(sectors, parameters.inventory_set), days)
    # Drawing a small factor must not make a stock shorter than the step it arrives in.
    return np.asarray(np.maximum(days * by_holder, np.minimum(days, parameters.step_days)))


def scale_by_industry(sectors: Sectors, parameters: PropagationParameters) -> Array:
    """The factor on days of stock, axis j."""
    scale = parameters.inventory_scale
    if isinstance(scale, int | float):
        return np.full(len(sectors), float(scale))
    return _override(sectors, np.ones(len(sectors)), scale, "inventory_scale")


def bundled_days(sectors: Sectors, name: str) -> Array:
    """Days of use of input i that industry j holds by a bundled set, axes i j.

    >>> from xunhuan.data.toyland import toyland
    >>> bundled_days(toyland().sectors, "colon")[:, 0].round(1).tolist()  # farming, manufacturing, services
    [15.0, 30.0, 64.4]
    """
    held, kept = _rated_days(name)
    places = members(sectors)
    by_holder = np.array([held[k].mean() for k in places])
    by_input = np.array([kept[k].mean() for k in places])
    return np.where(np.isnan(by_input)[:, None], by_holder[None, :], by_input[:, None])


@cache
def _rated_days(name: str) -> tuple[Array, Array]:
    """Days by rated industry as holder, and as input, nan where the set does not go by inputs."""
    industries = _read("industries.csv")
    held = industries["days"].astype(float).to_numpy(copy=True)
    if name == "ons":
        held = industries["months"].astype(float).to_numpy() * (DAYS_A_YEAR / 12)
    kept, rated = np.full(len(held), np.nan), [divisions(k) for k in industries["industry"]]
    rows = _read("stocks.csv")
    for row in rows[rows["set"] == name].to_dict("records"):
        named = divisions(str(row["isic"]))
        at = [k for k, d in enumerate(rated) if d & named]
        ratio_ = [float(row[k]) for k in ("stock", "cost", "cost_days")] if row["stock"] else []
        days = ratio_[0] / ratio_[1] * ratio_[2] if ratio_ else float(row["days"])
        (held if row["of"] == "holder" else kept)[at] = days
    return np.asarray(held, dtype=np.float64), kept


def spread_of_days(sectors: Sectors) -> Array:
    """Standard deviation of the log of days of stock between the two surveys that go by industry, axis j.

    σ[j] = |ln(days[j] / ons[j])| / √2, the sample deviation of two; mean over rated industries
    """
    apart = np.abs(np.log(_rated_days("pichler")[0] / _rated_days("ons")[0])) / np.sqrt(2.0)
    return np.array([apart[k].mean() for k in members(sectors)])


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
        base[_chosen(sectors, key, name)] = value
    return base


def _chosen(sectors: Sectors, key: str, name: str) -> Index:
    try:
        return sectors.select(key)
    except BadInput as e:
        raise type(e)(e.what, where=f"model.propagation.{name}", fix=e.fix, items=e.items) from e
