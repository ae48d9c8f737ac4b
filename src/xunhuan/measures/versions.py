"""Intervals of measures: the same number in the versions of a table whose trade between regions is uncertain."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import numpy as np
import xarray as xr

from xunhuan.data.accounts import Accounts
from xunhuan.data.arrays import CIRCUITS, Array, Index
from xunhuan.data.cities import CityBorders
from xunhuan.data.store import strings
from xunhuan.errors import BadInput
from xunhuan.measures.circuits import absorbed_shares
from xunhuan.measures.labels import means
from xunhuan.measures.tables import AnyTable, accounts_of_table

QUANTILES = (0.5, 0.05, 0.95)
ENDS = ("median", "low", "high")
"""Median and ends of a 90% interval, and what the variables that hold them end in."""


def intervals(
    measure: Callable[..., xr.Dataset],
    acc: AnyTable,
    *args: Any,
    draws: int = 64,
    progress: Callable[[int, int], None] | None = None,
    **options: Any,
) -> xr.Dataset:
    """A measure with the 90% interval of each of its numbers over versions of the table.

    low, median, high: the 5, 50 and 95% quantiles over `acc.draw(0 ... draws − 1)`, each number by itself; differences
    between regions are tighter than two intervals suggest, so take them inside each version.

    Parameters
    ----------
    measure : callable
        A measure of one table.
    acc : Accounts, str or Path
        The table, or its name or file, with a posterior.
    *args
        As the measure takes them.
    draws : int
        Versions taken, 2 to `acc.draws`.
    progress : callable, optional
        Called with how many versions are done, and how many there are.
    **options
        As the measure takes them.

    Returns
    -------
    xarray.Dataset
        The measure of the table itself, and beside each number X that moves X_median, X_low and X_high. Of a table split
        into cities whose whole has no versions these are nan but for cities: nothing says how sure other regions' trade is.

    Raises
    ------
    BadInput
        For a table without a posterior or without so many versions, and what the measure refuses.

    Examples
    --------
    >>> import xunhuan as xh
    >>> ds = xh.measures.intervals(xh.measures.circulation, xh.toyland(), "AT-N", draws=16)
    >>> [round(float(ds[n].item()), 3) for n in ("own_low", "own", "own_high")]
    [0.633, 0.704, 0.769]
    """
    acc = accounts_of_table(acc)
    if not 2 <= draws <= acc.draws:
        what = "has one version" if not acc.draws else f"has {acc.draws} versions, not {draws}"
        raise BadInput(f"the table {acc.name} {what}", where=acc.name, fix="`xunhuan tables` shows how many each has")
    found = measure(acc, *args, **options)
    names = [n for n in strings(found.attrs["columns"]) if found[n].dtype.kind == "f"]
    names += [n for n in ("mean",) if n in found]
    seen: dict[str, list[Array]] = {n: [] for n in names}
    for k in range(draws):
        one = measure(acc.draw(k), *args, **options)
        for n in names:
            seen[n].append(one[n].values)
        if progress is not None:
            progress(k + 1, draws)
    return _beside(found, {n: np.stack(x) for n, x in seen.items()}, draws, only_cities(acc))


def borders_of(acc: Accounts) -> CityBorders | None:
    """The versions of a split table; None of other tables."""
    post: object = cast(object, acc.posterior)
    return post if isinstance(post, CityBorders) else None


def split_cities(acc: Accounts) -> frozenset[str] | None:
    """Codes of the cities of a split table; None of other tables."""
    cut = borders_of(acc)
    return (
        None if cut is None else frozenset(c for region in cut.shares for c in acc.geography.clusters.get(region, ()))
    )


def only_cities(acc: Accounts) -> frozenset[str] | None:
    """Codes of the cities of a split table whose whole has no versions: its own leave all trade but theirs as it is."""
    cut = borders_of(acc)
    return split_cities(acc) if cut is not None and cut.whole.posterior is None else None


def with_known(acc: Accounts, found: xr.Dataset) -> xr.Dataset:
    """Circulation by absorption with its intervals, where the table has them worked out; else as it is."""
    known = kept_shares(acc)
    if known is None or found["own"].dims != ("region",):
        return found
    codes = [acc.geography.codes[k] for k in _home(acc)]
    rows = [codes.index(str(c)) for c in found["region"].values if str(c) in codes]
    return found if len(rows) < found.sizes["region"] else with_shares(found, known[:, rows])


def with_shares(found: xr.Dataset, seen: Array, cities: frozenset[str] | None = None) -> xr.Dataset:
    """Circulation with the intervals of its shares, seen in every version, axes k region circuit.

    Where cities are given (`only_cities`), of them alone, and not abroad: what they sell there is the same in every version.
    """
    told = [(k, c) for k, c in enumerate(CIRCUITS) if cities is None or c != "external"]
    means_seen = {"mean": mean_shares(found, seen)} if cities is None and "mean" in found else {}
    return _beside(found, {c: seen[:, :, k] for k, c in told} | means_seen, len(seen), cities)


def mean_shares(found: xr.Dataset, seen: Array) -> Array:
    """Means over regions, simple and weighted, of shares seen in every version: axes k weighting circuit.

    Versions leave what the weights are of, the first column, as it is: they move whom regions trade with at home.
    """
    weights = found[strings(found.attrs["columns"])[0]].to_numpy()
    return np.stack([means(one, weights) for one in seen])


def split_shares(acc: Accounts, step: int = 1) -> Array | None:
    """Circulation by absorption of home's regions in every version of a split table, axes k region circuit.

    Of the table's other regions what the whole table keeps of its versions, which is the same; of cities every `step`-th
    version, nan between. None where the whole keeps none, or from another home.
    """
    cut, home = borders_of(acc), _home(acc)
    kept = None if cut is None else kept_shares(cut.whole.replace(home=acc.home))
    if cut is None or kept is None:
        return None
    out = np.full((len(cut), len(home), len(CIRCUITS)), np.nan)
    for k in range(0, len(cut), step):
        out[k] = absorbed_shares(acc.draw(k), home)[0]
    before = [cut.whole.geography.codes[k] for k in _home(cut.whole.replace(home=acc.home))]
    for row, code in enumerate(acc.geography.codes[k] for k in home):
        if code in before:
            out[:, row] = kept[:, before.index(code)]
    return out


def kept_shares(acc: Accounts) -> Array | None:
    """Circulation by absorption of home's regions in every version as the table keeps it, axes k region circuit.

    None where it keeps none, and from another home: what is abroad there differs.
    """
    post = acc.posterior
    known = None if post is None else post.known.get("circulation")
    return known if known is not None and post is not None and np.array_equal(_home(acc), post.regions) else None


def home_shares(acc: Accounts) -> Array | None:
    """The same, worked out where the table does not keep it; None where versions do not move all of home's regions.

    In single precision, as tables keep it: one just built says the same as when it is read back.
    """
    post = acc.posterior
    if post is None or not np.isin(_home(acc), post.regions).all():
        return None
    kept = kept_shares(acc)
    return shares_by_version(acc).astype(np.float32).astype(np.float64) if kept is None else kept


def _home(acc: Accounts) -> Index:
    """Positions of home's regions."""
    return acc.geography.select("provinces", home=acc.home)


def shares_by_version(acc: Accounts, progress: Callable[[int, int], None] | None = None) -> Array:
    """Circulation by absorption of the home nation's regions in every version, axes k region circuit."""
    out, home = [], _home(acc)
    for k in range(acc.draws):
        out.append(absorbed_shares(acc.draw(k), home)[0])
        if progress is not None:
            progress(k + 1, acc.draws)
    return np.stack(out)


def _moves(values: Array) -> bool:
    """Whether versions, the first axis, move a number by more than rounding; those in which it is not known count not."""
    if np.isnan(values).all(0).any():
        return False
    spread = np.fmax.reduce(values, axis=0) - np.fmin.reduce(values, axis=0)
    return bool((spread > 1e-9 * np.nanmax(np.abs(values))).any())


def _beside(found: xr.Dataset, seen: dict[str, Array], draws: int, cities: frozenset[str] | None = None) -> xr.Dataset:
    """A measure with quantiles of its numbers over versions, axes k and then the number's own."""
    out, columns = found.copy(), []
    for name in strings(found.attrs["columns"]):
        columns.append(name)
        values = seen.get(name)
        if values is None or not _moves(values):
            continue
        for end, q in zip(ENDS, np.nanquantile(values, QUANTILES, axis=0), strict=True):
            attrs = {"long_name": f"{found[name].attrs['long_name']}: {end}", "unit": found[name].attrs["unit"]}
            out[f"{name}_{end}"] = (found[name].dims, q, attrs)
            if cities is not None and "region" in found[name].dims:
                out[f"{name}_{end}"] = out[f"{name}_{end}"].where(found["region"].isin(list(cities)))
        columns += [f"{name}_low", f"{name}_high"]
    if (averages := seen.get("mean")) is not None and not np.isnan(averages).any():
        for end, q in zip(ENDS, np.quantile(averages, QUANTILES, axis=0), strict=True):
            out[f"mean_{end}"] = (found["mean"].dims, q, found["mean"].attrs)
    out.attrs |= {"columns": columns, "draws": draws} | ({} if cities is None else {"draws_of": "cities"})
    return out
