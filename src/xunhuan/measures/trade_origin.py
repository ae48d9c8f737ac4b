"""Where the value in exports and imports was added, with the OECD's names beside ours."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import xarray as xr

from xunhuan.data.accounts import Accounts
from xunhuan.data.arrays import Array, Index, ratio
from xunhuan.measures.actors import check_word, looking_from, partition
from xunhuan.measures.gvc import crossing
from xunhuan.measures.labels import actor_coords, group_coords, labelled, sector_coords
from xunhuan.measures.leontief import solve_right
from xunhuan.measures.sources import SOURCES
from xunhuan.measures.system import System, system_of
from xunhuan.measures.tables import of_table

OECD_NAMES = {
    "exports": {"exports": "EXGR", "imports": "", "value": "EXGR_BSCI", "own": "EXGR_DVA", "others": "EXGR_FVA",
                "own_part": "EXGR_DVASH", "others_part": "EXGR_FVASH"},
    "imports": {"imports": "IMGR", "value": "IMGR_BSCI", "own": "IMGR_DVA", "own_part": "IMGR_DVASH"},
}  # fmt: skip
"""Of what `value_added_origin` gives, as the OECD's indicators of trade in value added call it."""


@of_table
def value_added_origin(
    acc: Accounts,
    region: str | Iterable[str] | None = None,
    *,
    by: str = "region",
    sectors: str | Iterable[str] = "all",
    border: str = "region",
    home: str | None = None,
    trade: str = "exports",
    counterpart: str = "all",
) -> xr.Dataset:
    r"""Value in gross exports or imports by the region and the industry that added it.

    value[o,k] = v[o,k] (B e)[o,k]; Σ_ok = Σ e        EXGR_BSCI, IMGR_BSCI [OECD2021]
    own = Σ_k value[p,k], others = Σ e − own          EXGR_DVA, EXGR_FVA; of imports own is IMGR_DVA
    once[o,k] = v[o,k] (B^P e)[o,k], where it first crosses the border of p [BorinMancini2023]

    e r i, goods that p sells to (or buys from) other actors, unit of the table; B = (I − A)^-1; B^P the same without inputs
    that leave (or enter) p; v r i, value added per unit of output, 1 for what an open region sells. o, p actors. The OECD's
    own and others hold what is counted twice; `once` does not.

    Parameters
    ----------
    acc : Accounts, str or Path
        The table, or its name or file.
    region : str or list of str, optional
        Who exports or imports: regions by code or name, clusters, nations or unions "A+B", each one actor, none
        overlapping; "provinces", "foreign" or "all" for each of theirs. By default the home nation's provinces.
    by : {"region", "partner", "sector", "industry", "industry-partner"}
        Axes region; region partner, who added the value; region sector, the good traded; region industry, the industry that
        added the value; or region industry partner.
    sectors : str or list of str
        Goods traded: codes, names, groups, "A+B", "!X".
    border : {"region", "nation"}
        Actors are regions and the sets asked for, or nations; then by default every nation is a row.
    home : str, optional
        Nation, or cluster made one, to look from, in place of the table's home.
    trade : {"exports", "imports"}
        Which trade.
    counterpart : str
        Those sold to or bought from: regions, nations, clusters, "A+B", "!X"; by default all others.

    Returns
    -------
    xarray.Dataset
        By region and sector `exports` (or `imports`), `own` and `others` in it, `own_once` and `others_once`, unit of the
        table, and `own_part`, `others_part`. By partner and industry `value`, `share` of all and `once`. The attribute
        `oecd` of each says what the OECD calls it.

    Raises
    ------
    BadInput
        For unknown words, regions that overlap, open regions, and sets that are no nation where nations are actors.
    UnknownName
        For regions, sectors, counterparts or a home that are not there.

    Examples
    --------
    >>> import xunhuan as xh
    >>> ds = xh.measures.value_added_origin(xh.toyland(), border="nation")
    >>> ds["own_part"].values.round(3).tolist(), ds["own"].attrs["oecd"]
    ([0.976, 0.897], 'EXGR_DVA')
    """
    check_word("grouping", by, ("region", "partner", "sector", "industry", "industry-partner"))
    check_word("trade", trade, ("exports", "imports"))
    acc = looking_from(acc, home)
    goods = acc.sectors.select(sectors)
    view, sys = partition(acc, region, border), system_of(acc)
    gross = crossing(sys, view.actors).exports
    others = np.isin(np.arange(acc.R), acc.geography.select(counterpart, acc.home)).astype(float)
    each = [[i] for i in goods] if by == "sector" else [goods]
    rows = [_origins(acc, sys, _traded(gross, g.members, np.array(i), others, trade), g.members, trade) for g in view.groups
            for i in each]  # fmt: skip
    found = np.stack(rows).reshape(len(view.groups), len(each), 2, acc.R, acc.S)
    value, once = view.actors.add(found, 3).transpose(2, 0, 1, 3, 4)  # region sector partner industry
    place = np.array([view.actors.of[g.members[0]] for g in view.groups])
    dims, told = _told(value, once, by, place, trade)
    coords = group_coords(view.groups)
    coords |= actor_coords(view.actors) if "partner" in by else {}
    coords |= sector_coords(acc, goods) if by == "sector" else {}
    coords |= {"industry": list(acc.sectors.codes)} if "industry" in by else {}
    names = OECD_NAMES[trade]
    beside = ", ".join(f"{n} {names[n]}" for n in told if names.get(n))
    ds = labelled(
        acc,
        {name: (dims, a) for name, a in told.items()},
        coords,
        definition=f"value in gross {trade} over the border of each {border} by who added it; once: without what had "
        f"crossed that border before; at the OECD: {beside}",
        weighting="shares are of the row region's trade",
        citation=SOURCES["value_added_origin"],
        symbols={"own": "own_value"},
        units={n: acc.unit for n in told if not n.endswith(("share", "part"))},
        sectors=sectors,
    )
    for name in told:
        ds[name].attrs["oecd"] = names.get(name, "")
    return ds


def _traded(gross: Array, members: Index, goods: Index, others: Array, trade: str) -> Array:
    """Goods that leave or enter the members, by who made them: axes r i."""
    out = np.zeros(gross.shape[:2])
    if trade == "exports":
        out[np.ix_(members, goods)] = (gross[members] @ others)[:, goods]
    else:
        out[:, goods] = gross[:, :, members].sum(axis=2)[:, goods] * others[:, None]
    return out


def _origins(acc: Accounts, sys: System, traded: Array, members: Index, trade: str) -> Array:
    """Value by where it was added, all and that which crosses for the first time: axes 2 r i."""
    inside = np.isin(np.arange(acc.R), members)
    keep = np.ones((acc.R, acc.R))
    keep[np.ix_(inside, ~inside) if trade == "exports" else np.ix_(~inside, inside)] = 0.0
    return np.stack([sys.origin * solve_right(a, traded) for a in (sys.operator, sys.operator.masked(keep))])


def _told(value: Array, once: Array, by: str, place: Index, trade: str) -> tuple[tuple[str, ...], dict[str, Array]]:
    """Axes, and numbers by name."""
    dims: tuple[str, ...]
    if by in ("region", "sector"):
        at = place[:, None, None]
        whole, first = value.sum(axis=3), once.sum(axis=3)  # region sector partner
        own, own_once = (np.take_along_axis(a, at, 2)[:, :, 0] for a in (whole, first))
        total = whole.sum(axis=2)
        told = {trade: total, "own": own, "others": total - own, "own_once": own_once,
                "others_once": first.sum(axis=2) - own_once, "own_part": ratio(own, total),
                "others_part": ratio(total - own, total)}  # fmt: skip
        dims = ("region",) if by == "region" else ("region", "sector")
        return dims, told if by == "sector" else {n: a[:, 0] for n, a in told.items()}
    dims = ("region", *by.split("-"))
    axes = {"partner": 2, "industry": 1, "industry-partner": None}[by]

    def shown(a: Array) -> Array:
        a = a[:, 0]  # region partner industry
        return a.transpose(0, 2, 1) if axes is None else a.sum(axis=axes)

    v = shown(value)
    return dims, {
        "value": v,
        "share": ratio(v, v.sum(axis=tuple(range(1, v.ndim)), keepdims=True)),
        "once": shown(once),
    }
