"""Measures leave as labelled datasets that carry their definition, weighting, unit and sources."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
import xarray as xr

from xunhuan.data.accounts import Accounts
from xunhuan.data.arrays import Array, Index
from xunhuan.data.caveats import partners_guessed
from xunhuan.data.store import strings
from xunhuan.errors import BadInput
from xunhuan.measures.actors import Actors, Group, words
from xunhuan.symbols import symbol_title

Variables: TypeAlias = Mapping[str, tuple[tuple[str, ...], Any]]
"""Axes and values of each variable."""


def labelled(
    acc: Accounts,
    variables: Variables,
    coords: Mapping[str, object],
    *,
    definition: str,
    weighting: str,
    citation: Sequence[str],
    columns: Sequence[str] = (),
    units: Mapping[str, str] | None = None,
    symbols: Mapping[str, str] | None = None,
    sectors: str | Iterable[str] = "all",
    partners: bool = False,
) -> xr.Dataset:
    """A dataset with what a reader must know beside its numbers.

    partners: the numbers lean on whom a region trades with, as every axis "partner" does; where the table does not know,
    the attribute `partners` says how it was guessed.

    symbols: where a variable's name is another's in the data dictionary, the symbol it is.

    units gives the unit of each variable; what it leaves out is a ratio, unit "1". citation: keys of refs.bib.
    columns, citation and notes are lists in the attributes; sectors stands there where a selection was made.
    """
    ds = xr.Dataset(dict(variables), coords=dict(coords))
    for name in ds.data_vars:
        symbol = (symbols or {}).get(str(name), str(name))
        ds[name].attrs |= {"long_name": symbol_title(symbol), "unit": (units or {}).get(str(name), "1")}
        if symbol != name:
            ds[name].attrs["symbol"] = symbol
    ds.attrs = {
        "definition": definition,
        "weighting": weighting,
        "citation": list(citation),
        "table": acc.name,
        "year": acc.year,
        "unit": acc.unit,
        "source": acc.source,
        "notes": list(acc.notes),
        "columns": list(columns or [str(n) for n in ds.data_vars]),
    }
    if sectors != "all":
        ds.attrs["sectors"] = words(sectors)
    if (partners or "partner" in ds.dims) and (guessed := partners_guessed(acc)):
        ds.attrs["partners"] = guessed
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


def actor_coords(actors: Actors, dim: str = "partner") -> dict[str, object]:
    """All actors of a partition as coordinates of an axis."""
    return {
        dim: list(actors.codes),
        f"{dim}_name_en": (dim, list(actors.names_en)),
        f"{dim}_name_zh": (dim, list(actors.names_zh)),
    }


def sector_coords(acc: Accounts, goods: Index) -> dict[str, object]:
    """The chosen sectors with both names as coordinates of an axis."""
    s = acc.sectors
    return {
        "sector": [s.codes[k] for k in goods],
        "sector_name_en": ("sector", [s.names_en[k] or s.codes[k] for k in goods]),
        "sector_name_zh": ("sector", [s.names_zh[k] or s.codes[k] for k in goods]),
    }


def named_groups(acc: Accounts, goods: Index) -> tuple[dict[str, object], Array]:
    """The table's named groups of sectors that hold some of those chosen: coordinates, and members, axes group i (1 or 0).

    Groups overlap: electronics are goods too. Raises BadInput where the table names none.
    """
    s = acc.sectors
    held = {g: np.isin([s.codes[k] for k in goods], m).astype(float) for g, m in s.groups.items()}
    held = {g: m for g, m in held.items() if m.any()}
    if not held:
        raise BadInput("the table has no named groups of these sectors", where=acc.name, fix="ask by sector")
    return {"group": list(held)}, np.stack(list(held.values()))


def group_sum(groups: Iterable[Group], a: Array) -> Array:
    """Sum the leading regional axis over each group."""
    return np.stack([a[g.members].sum(axis=0) for g in groups])


def means(shares: Array, weights: Array) -> Array:
    """Simple and weighted mean of shares (region, ...) over regions: axes weighting, ..."""
    total = float(weights.sum())
    weighted = np.tensordot(weights, shares, axes=1) / total if total else np.full(shares.shape[1:], np.nan)
    return np.stack([shares.mean(axis=0), weighted])


def table(ds: xr.Dataset) -> pd.DataFrame:
    """A measure as a flat table.

    Parameters
    ----------
    ds : xarray.Dataset
        What a measure returned, or such a dataset read back from a file.

    Returns
    -------
    pandas.DataFrame
        Codes and names of each axis, then the variables that the attribute `columns` names, in its order. Only those
        with the axes of the first one; means and memo items stay in the dataset.

    Raises
    ------
    KeyError
        Where the dataset is not a measure's.

    Examples
    --------
    >>> import xunhuan as xh
    >>> frame = xh.measures.table(xh.measures.circulation(xh.toyland()))
    >>> list(frame.columns)
    ['region', 'name_en', 'name_zh', 'gdp', 'own', 'inter', 'external']
    """
    names = strings(ds.attrs["columns"])
    dims = ds[names[0]].dims
    names = [n for n in names if ds[n].dims == dims]
    frame = ds[names].to_dataframe(dim_order=[str(d) for d in dims]).reset_index()
    if "rank" in dims:  # a ranking may be shorter for some regions
        numbers = [n for n in names if ds[n].dtype.kind == "f"]
        frame = frame[frame[numbers].notna().any(axis=1)] if numbers else frame
    labels: list[str] = []
    for dim in dims:
        labels.append(str(dim))
        labels += [str(c) for c in ds.coords if ds[c].dims == (dim,) and c != dim]
    return frame[[c for c in labels if c in frame] + names]
