"""How much of the same goods a place both sends to and takes from the rest of its nation.

Letters: p the place, i good, q the nation's regions outside it.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import xarray as xr

from xunhuan.data.accounts import Accounts
from xunhuan.data.arrays import Array, ratio
from xunhuan.measures.actors import Group, check_word, looking_from, requested
from xunhuan.measures.labels import group_coords, labelled, sector_coords
from xunhuan.measures.sources import SOURCES
from xunhuan.measures.tables import of_table

_DEFINITION = (
    "cross-hauling inside the nation: O and I what the place sends to and takes from the nation's other regions, S and D "
    "its output less exports and use less imports; overlap = Σ_i min(O, I) / Σ_i min(S, D), outflow = Σ_i O / output, "
    "inflow = Σ_i I / use, local = 1 − overlap"
)


@of_table
def cross_hauling(
    acc: Accounts,
    region: str | Iterable[str] | None = None,
    *,
    by: str = "region",
    sectors: str | Iterable[str] = "all",
    home: str | None = None,
) -> xr.Dataset:
    """Overlap of what a place sends to and takes from the rest of its nation, and its outflow over output.

    c[p] = Σ_i min(O[p,i], I[p,i]) / Σ_i min(S[p,i], D[p,i])        [Kronenberg2009]

    O = Σ_q flow[p,q,i], I = Σ_q flow[q,p,i], S = O + own, D = I + own, own = flow[p,p,i], unit of the table. 0 where a good
    is only sent or only taken. Regional books differ in it by how bureaus report, net or gross.

    Parameters
    ----------
    acc : Accounts, str or Path
        The table, or its name or file.
    region : str or list of str, optional
        Places, one a row: regions by code or name, clusters or unions "A+B", each taken as one; "provinces" for each of
        theirs. By default the home nation's provinces.
    by : {"region", "sector"}
        Axes region; or region sector.
    sectors : str or list of str
        Goods counted: codes, names, groups, "A+B", "!X".
    home : str, optional
        Nation, or cluster made one, to look from, in place of the table's home.

    Returns
    -------
    xarray.Dataset
        `output`, unit of the table; `outflow` of it, `inflow` of use, `overlap`, and `local` = 1 − overlap, shares; nan
        where there is nothing to share.

    Raises
    ------
    BadInput
        For unknown words.
    UnknownName
        For regions, sectors or a home that are not there.

    Examples
    --------
    >>> import xunhuan as xh
    >>> ds = xh.measures.cross_hauling(xh.toyland())
    >>> ds["overlap"].values.round(3).tolist()
    [0.164, 0.156, 0.235]
    """
    check_word("grouping", by, ("region", "sector"))
    acc = looking_from(acc, home)
    goods = acc.sectors.select(sectors)
    groups = requested(acc, region)
    parts = np.stack([_parts(acc, g)[:, goods] for g in groups], axis=1)  # quantity region i
    if by == "region":
        parts = parts.sum(2)
    output, used, sent, taken, both, could = parts
    overlap = ratio(both, could, np.nan)
    dims = ("region",) if by == "region" else ("region", "sector")
    return labelled(
        acc,
        {
            "output": (dims, output),
            "outflow": (dims, ratio(sent, output, np.nan)),
            "inflow": (dims, ratio(taken, used, np.nan)),
            "overlap": (dims, overlap),
            "local": (dims, 1 - overlap),
        },
        {**group_coords(groups), **(sector_coords(acc, goods) if by == "sector" else {})},
        definition=_DEFINITION,
        weighting="goods by what could be both sent and taken, min(S, D)",
        citation=SOURCES["cross_hauling"],
        units={"output": acc.unit},
        sectors=sectors,
    )


def _parts(acc: Accounts, g: Group) -> Array:
    """Of a place by good: output, use, O, I, min(O, I) and min(S, D)."""
    nations = {acc.geography.nation[k] for k in g.members}
    alike = np.flatnonzero([n in nations for n in acc.geography.nation])
    mates = np.setdiff1d(alike, g.members)
    own = acc.flow[np.ix_(g.members, g.members)].sum((0, 1))
    sent, taken = acc.flow[np.ix_(g.members, mates)].sum((0, 1)), acc.flow[np.ix_(mates, g.members)].sum((0, 1))
    output, used = acc.output[g.members].sum(0), acc.absorption[g.members].sum(0)
    return np.stack([output, used, sent, taken, np.minimum(sent, taken), own + np.minimum(sent, taken)])
