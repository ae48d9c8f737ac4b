"""Where a place buys a kind of good, and how much of it each of its industries imports.

Letters: r origin, s destination, i good, j using industry, n the place looked at (a region, cluster or
nation).
"""

from __future__ import annotations

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from xunhuan.data.accounts import Accounts
from xunhuan.data.arrays import Array, Mask, ratio
from xunhuan.errors import BadInput
from xunhuan.measures.labels import dataset, sector_coords
from xunhuan.measures.leontief import solve_left
from xunhuan.measures.system import system

SUPPLY = (
    "domestic share of use: of what the place uses of a good, the part made in it; "
    "1 − Σ_{r∉n,s∈n} flow[r,s,i] / Σ_{r,s∈n} flow[r,s,i]"
)
CONTENT = (
    "import content: goods of the kind bought abroad per unit of output of the using industry; direct, and through "
    "home-made inputs, direct (I − A_nn)^-1; share: of all its inputs of the kind, the part bought abroad"
)


def supply(acc: Accounts, region: str, sectors: str = "all") -> xr.Dataset:
    """Domestic share of the use of each good of a place, in all uses and in intermediate and final use apart.

    d[i] = 1 − Σ_{r∉n} Σ_{s∈n} flow[r,s,i] / Σ_r Σ_{s∈n} flow[r,s,i]        [HummelsIshiiYi2001]

    region: one region, cluster or nation · sectors: a selection of goods
    Returns `used` and `imported` (unit of the table), `domestic`, `domestic_intermediate`, `domestic_final`
    (shares; nan where nothing is used; alike where the table does not know sourcing by user) by sector, and
    `total`, the domestic share of the selection as one good. Raises UnknownName; BadInput for an open region.

    >>> from xunhuan.data.store import load
    >>> bool((supply(load("toyland"), "ATL").domestic <= 1).all())
    True
    """
    inside, goods = _place(acc, region), acc.sectors.select(sectors)
    used = acc.flow[:, inside][:, :, goods].sum((0, 1))
    imported = acc.flow[~inside][:, inside][:, :, goods].sum((0, 1))
    middle, last = _by_user(acc, inside)
    coords = {k: _pick(v, goods) for k, v in sector_coords(acc).items()}
    ds = dataset(
        acc,
        {
            "used": (("sector",), used),
            "imported": (("sector",), imported),
            "domestic": (("sector",), _share(imported, used)),
            "domestic_intermediate": (("sector",), _share(*(m[goods] for m in middle))),
            "domestic_final": (("sector",), _share(*(m[goods] for m in last))),
            "total": ((), float(1 - imported.sum() / used.sum()) if used.sum() else np.nan),
        },
        coords,
        definition=SUPPLY,
        weighting="total: by use",
        citation="HummelsIshiiYi2001",
        columns=("used", "imported", "domestic", "domestic_intermediate", "domestic_final"),
        units={"used": acc.unit, "imported": acc.unit},
    )
    return ds.assign_attrs(region=region, sectors=sectors)


def import_content(acc: Accounts, region: str, sectors: str = "all") -> xr.Dataset:
    """Imports of a kind of good that each industry of a place uses, per unit of its output.

    direct[j] = Σ_{i∈kind} Σ_{r∉n} z[ri,nj] / x[nj],   through = direct (I − A_nn)^-1
    [HummelsIshiiYi2001]

    with z the inputs bought in r, x output, A_nn the inputs the place makes itself. Regions of the place
    are added up by industry, through weighted by output. Returns `imported` (unit of the table), `direct`,
    `through` and `share` (of all inputs of the kind; nan where none) by sector. Raises UnknownName;
    BadInput for an open region.
    """
    inside, goods = _place(acc, region), acc.sectors.select(sectors)
    foreign, total = _inputs(acc, inside, goods)  # s j
    output = acc.output[inside]
    direct = np.zeros((acc.R, acc.S))
    direct[inside] = ratio(foreign, output)
    links = np.outer(inside, inside).astype(float)
    through = solve_left(system(acc).operator.masked(links), direct[:, :, None])[inside, :, 0]
    made = output.sum(0)
    ds = dataset(
        acc,
        {
            "imported": (("sector",), foreign.sum(0)),
            "direct": (("sector",), ratio(foreign.sum(0), made)),
            "through": (("sector",), ratio((through * output).sum(0), made)),
            "share": (("sector",), 1 - _share(foreign.sum(0), total.sum(0))),
        },
        sector_coords(acc),
        definition=CONTENT,
        weighting="by output of the regions of the place",
        citation="HummelsIshiiYi2001",
        columns=("imported", "direct", "through", "share"),
        units={"imported": acc.unit},
    )
    return ds.assign_attrs(region=region, sectors=sectors)


def _place(acc: Accounts, region: str) -> Mask:
    found = acc.geography.select(region)
    shut = [acc.geography.codes[k] for k in found if not acc.closed[k]]
    if shut:
        raise BadInput("no books are kept for an open region", items=shut, where=acc.name)
    return np.isin(np.arange(acc.R), found)


def _pick(value: object, goods: NDArray[np.intp]) -> object:
    if isinstance(value, tuple):
        return value[0], [value[1][k] for k in goods]
    return [value[k] for k in goods]  # type: ignore[index]


def _share(imported: Array, used: Array) -> Array:
    """1 − imported / used, nan where nothing is used."""
    return 1 - ratio(imported, used, np.nan)


def _by_user(acc: Accounts, inside: Mask) -> tuple[tuple[Array, Array], tuple[Array, Array]]:
    """(imported, used) by good i in intermediate and in final use of the place."""
    if acc.sourcing is not None:
        z = acc.sourcing.intermediate[:, :, inside].sum((2, 3))
        f = acc.sourcing.final[:, :, inside].sum((2, 3))
        return (z[~inside].sum(0), z.sum(0)), (f[~inside].sum(0), f.sum(0))
    abroad = ratio(acc.flow[~inside][:, inside].sum(0), acc.absorption[inside])  # s i
    z, f = acc.use[inside].sum(2), acc.final[inside].sum(2)
    return ((abroad * z).sum(0), z.sum(0)), ((abroad * f).sum(0), f.sum(0))


def _inputs(acc: Accounts, inside: Mask, goods: NDArray[np.intp]) -> tuple[Array, Array]:
    """Inputs of the kind bought abroad, and all, of each industry of the place: axes s j, unit of the
    table.
    """
    if acc.sourcing is not None:
        z = acc.sourcing.intermediate[:, goods][:, :, inside]
        return z[~inside].sum((0, 1)), z.sum((0, 1))
    abroad = ratio(acc.flow[~inside][:, inside].sum(0), acc.absorption[inside])[:, goods]
    use = acc.use[inside][:, goods]
    return np.einsum("si,sij->sj", abroad, use), use.sum(1)
