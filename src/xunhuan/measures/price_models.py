"""Costs pushed down chains and demand pulled up them: Leontief's and Ghosh's models, each with its price reading."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import xarray as xr

from xunhuan.data.accounts import Accounts
from xunhuan.data.arrays import Array, ratio
from xunhuan.errors import BadInput
from xunhuan.measures.actors import check_word, looking_from, partition, words
from xunhuan.measures.labels import group_coords, group_sum, labelled, named_groups, sector_coords
from xunhuan.measures.leontief import solve_left, solve_right
from xunhuan.measures.sources import SOURCES
from xunhuan.measures.system import System, system_of
from xunhuan.measures.tables import of_table

PRICE_MODELS = {
    "leontief-price": ("push", "prices when primary inputs cost more and all of it is passed on (Leontief)"),
    "ghosh-quantity": ("push", "output value when primary inputs grow and sales are in fixed proportions (Ghosh)"),
    "leontief-quantity": ("pull", "output when final demand grows and inputs are in fixed proportions (Leontief)"),
    "ghosh-price": ("pull", "sellers' prices when final buyers pay more and all of it is handed back (Ghosh)"),
}
"""Models: which way they run, and what they say."""


@of_table
def price_model(
    acc: Accounts,
    region: str | Iterable[str] | None = None,
    *,
    by: str = "region",
    sectors: str | Iterable[str] = "all",
    home: str | None = None,
    origin: str = "home",
    industries: str | Iterable[str] = "all",
    change: float = 0.1,
    component: str = "all",
    model: str = "leontief-price",
) -> xr.Dataset:
    r"""What a change of primary inputs, or of final demand, makes of prices or output everywhere.

    leontief-price     Δp = Δv B, Δp[s,j] = Σ_ri Δv[r,i] B[ri,sj]            [MillerBlair2009, section 2.6]
    ghosh-quantity     Δx' = Δw' (I − H)^-1, H = x̂^-1 Z                      [MillerBlair2009, section 12.1]
    leontief-quantity  Δx = B Δy                                             [MillerBlair2009, eq. 2.11]
    ghosh-price        Δπ = (I − H)^-1 Δd, d[r,i] = y[r,i] / x[r,i]

    v r i, primary inputs per unit of output, w = v x; y r i, final sales, unit of the table; Z inputs; x output. As
    x̂ (I − H)^-1 = B x̂, the share by which Ghosh's output changes is Leontief's change of prices, and the share by which
    Leontief's output changes is Ghosh's: each pair is one model, read in values or in prices [Dietzenbacher1997].

    Parameters
    ----------
    acc : Accounts, str or Path
        The table, or its name or file.
    region : str or list of str, optional
        Where the effect is shown: regions by code or name, clusters, nations or unions "A+B", none overlapping; "provinces",
        "foreign" or "all" for each of theirs. By default the home nation's provinces.
    by : {"region", "sector", "group"}
        Axes region; region sector, whose price or output it is; or region group.
    sectors : str or list of str
        Sectors shown or counted: codes, names, groups, "A+B", "!X".
    home : str, optional
        Nation, or cluster made one, to look from, in place of the table's home.
    origin : str
        Regions where it begins: codes, nations, clusters, "A+B", "!X"; by default the home nation's.
    industries : str or list of str
        Sectors where it begins, as `sectors`.
    change : float
        Change as a share of what is there: 0.1 is ten per cent more.
    component : str
        Component of value added, or category of final use, that changes; several with "+"; "all".
    model : {"leontief-price", "ghosh-quantity", "leontief-quantity", "ghosh-price"}
        The model.

    Returns
    -------
    xarray.Dataset
        `relative`, change of price or output as a share; `value`, the same in the unit of the table, times output; and of
        a push `final_prices`, the mean price of what final users there buy, as a share.

    Raises
    ------
    BadInput
        For unknown words, a component or category that is not there, regions that overlap, and open regions.
    UnknownName
        For regions, sectors or a home that are not there.

    Examples
    --------
    >>> import xunhuan as xh
    >>> ds = xh.measures.price_model(xh.toyland(), "all", origin="AT-N", change=0.1)
    >>> ds["relative"].values.round(4).tolist()
    [0.0918, 0.0011, 0.0043, 0.003]
    """
    check_word("grouping", by, ("region", "sector", "group"))
    check_word("model", model, tuple(PRICE_MODELS))
    acc = looking_from(acc, home)
    goods, began = acc.sectors.select(sectors), acc.sectors.select(industries)
    places = acc.geography.select("provinces" if origin == "home" else origin, acc.home)
    view, sys = partition(acc, region), system_of(acc)
    way, text = PRICE_MODELS[model]
    at = np.zeros(sys.output.shape)
    at[np.ix_(places, began)] = change
    moved = _pushed(acc, sys, at, component) if way == "push" else _pulled(acc, sys, at, component)
    shown = moved[:, goods], sys.output[:, goods]
    value, size = group_sum(view.groups, shown[0] * shown[1]), group_sum(view.groups, shown[1])
    dims: tuple[str, ...] = ("region",) if by == "region" else ("region", by)
    coords = group_coords(view.groups)
    if by == "sector":
        coords |= sector_coords(acc, goods)
    elif by == "group":
        named = named_groups(acc, goods)
        coords, value, size = coords | named[0], value @ named[1].T, size @ named[1].T
    else:
        value, size = value.sum(axis=1), size.sum(axis=1)
    told: dict[str, tuple[tuple[str, ...], Array]] = {"relative": (dims, ratio(value, size)), "value": (dims, value)}
    if way == "push" and by == "region":
        paid = np.einsum("rid,ri->d", sys.y[:, goods], moved[:, goods])
        bought = sys.y[:, goods].sum(axis=(0, 1))
        told["final_prices"] = (dims, ratio(group_sum(view.groups, paid), group_sum(view.groups, bought)))
    return labelled(
        acc,
        told,
        coords,
        definition=f"{text}: {_ends(way) if component == 'all' else component.replace('_', ' ')} of "
        f"{words(industries)} industries in {origin} by {100 * change:+g}%",
        weighting="sectors and members weighted by output",
        citation=SOURCES["price_model"],
        units={"value": acc.unit},
        sectors=sectors,
    )


def _ends(way: str) -> str:
    return "primary inputs" if way == "push" else "final demand"


def _chosen(asked: str, known: tuple[str, ...], what: str, where: str) -> list[int]:
    names = list(known) if asked == "all" else [n.strip() for n in asked.split("+")]
    strange = [n for n in names if n not in known]
    if strange:
        raise BadInput(f"no {what} of the table", items=strange, where=where, fix=f"those are {', '.join(known)}")
    return [known.index(n) for n in names]


def _pushed(acc: Accounts, sys: System, at: Array, component: str) -> Array:
    """Δv B: axes s j."""
    k = _chosen(component, acc.components, "component of value added", acc.name)
    added = ratio(acc.value_added[:, :, k].sum(axis=2), sys.output)
    imports = sys.origin - sys.v  # an open region's goods are its own value
    return solve_left(sys.operator, at * (added * acc.closed[:, None] + (imports if component == "all" else 0.0)))


def _pulled(acc: Accounts, sys: System, at: Array, component: str) -> Array:
    """x̂^-1 B Δy: axes r i."""
    k = _chosen(component, acc.categories, "category of final use", acc.name)
    if acc.sourcing is not None:
        final = acc.sourcing.final[:, :, :, k].sum(axis=3)
    else:
        final = acc.share.transpose(0, 2, 1) * acc.final[:, :, k].sum(axis=2).T
    return ratio(solve_right(sys.operator, at * final.sum(axis=2)), sys.output)
