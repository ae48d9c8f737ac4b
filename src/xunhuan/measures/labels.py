"""Measures leave as labelled datasets that carry their definition, weighting, unit and sources."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
import xarray as xr

from xunhuan.data.accounts import Accounts
from xunhuan.data.arrays import Array
from xunhuan.measures.actors import Group
from xunhuan.symbols import title

Variables: TypeAlias = Mapping[str, tuple[tuple[str, ...], Any]]
"""Axes and values of each variable."""

FLAT = "columns"
"""Attribute naming, in order, the variables a flat table of the measure shows."""


def dataset(
    acc: Accounts,
    variables: Variables,
    coords: Mapping[str, object],
    *,
    definition: str,
    weighting: str,
    citation: str,
    columns: Sequence[str] = (),
    units: Mapping[str, str] | None = None,
) -> xr.Dataset:
    """A dataset with what a reader must know beside its numbers.

    units gives the unit of each variable; what it leaves out is a ratio, unit "1".
    """
    ds = xr.Dataset(dict(variables), coords=dict(coords))
    for name in ds.data_vars:
        ds[name].attrs |= {"long_name": title(str(name)), "unit": (units or {}).get(str(name), "1")}
    ds.attrs = {
        "definition": definition,
        "weighting": weighting,
        "citation": citation,
        "table": acc.name,
        "year": acc.year,
        "unit": acc.unit,
        "source": acc.source,
        "notes": "\n".join(acc.notes),
        FLAT: " ".join(columns or [str(n) for n in ds.data_vars]),
    }
    return ds


def group_coords(groups: Sequence[Group], dim: str = "region") -> dict[str, object]:
    """Codes and names of reported groups as coordinates of an axis."""
    prefix = "" if dim == "region" else f"{dim}_"
    return {
        dim: [g.code for g in groups],
        f"{prefix}name_en": (dim, [g.name_en for g in groups]),
        f"{prefix}name_zh": (dim, [g.name_zh for g in groups]),
    }


def region_coords(acc: Accounts, dim: str) -> dict[str, object]:
    """Every region of the table as coordinates of an axis."""
    geo = acc.geography
    return {
        dim: list(geo.codes),
        f"{dim}_name_en": (dim, [geo.name(c) for c in geo.codes]),
        f"{dim}_name_zh": (dim, [geo.name(c, "zh") for c in geo.codes]),
    }


def sector_coords(acc: Accounts) -> dict[str, object]:
    """Sectors with both names."""
    s = acc.sectors
    return {
        "sector": list(s.codes),
        "sector_name_en": ("sector", [en or c for c, en in zip(s.codes, s.names_en, strict=True)]),
        "sector_name_zh": ("sector", [zh or c for c, zh in zip(s.codes, s.names_zh, strict=True)]),
    }


def means(shares: Array, weights: Array) -> Array:
    """Simple and weighted mean of shares (region, ...) over regions: axes weighting, ..."""
    total = float(weights.sum())
    weighted = np.tensordot(weights, shares, axes=1) / total if total else np.full(shares.shape[1:], np.nan)
    return np.stack([shares.mean(axis=0), weighted])


def table(ds: xr.Dataset) -> pd.DataFrame:
    """A measure as a flat table: codes and names, then the variables its attribute `columns` names.

    Only variables that share the first one's axes are shown; means and memo items stay in the dataset.
    """
    names = str(ds.attrs[FLAT]).split()
    flat = ds[names]
    dims = ds[names[0]].dims
    frame = flat.to_dataframe(dim_order=[str(d) for d in dims]).reset_index()
    labels: list[str] = []
    for dim in dims:
        labels.append(str(dim))
        labels += [str(c) for c in ds.coords if ds[c].dims == (dim,) and c != dim]
    return frame[[c for c in labels if c in frame] + names]
