"""Hypothetical extraction: GDP that goes when links between regions are taken out."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import xarray as xr

from xunhuan.data.accounts import Accounts
from xunhuan.data.arrays import Array, Mask, ratio
from xunhuan.data.caveats import picks_partners
from xunhuan.errors import BadInput
from xunhuan.measures.actors import looking_from, requested, words
from xunhuan.measures.labels import group_coords, group_sum, labelled
from xunhuan.measures.leontief import solve_right
from xunhuan.measures.operators import Dense, Factored, Operator
from xunhuan.measures.sources import SOURCES
from xunhuan.measures.system import system_of
from xunhuan.measures.tables import of_table


@of_table
def extraction(
    acc: Accounts,
    region: str | Iterable[str] | None = None,
    *,
    origin: str | Iterable[str],
    destination: str | Iterable[str],
    sectors: str | Iterable[str] = "all",
    home: str | None = None,
    substitution: bool = False,
    both_ways: bool = False,
) -> xr.Dataset:
    r"""GDP lost by regions when destination buys no more from origin, inputs and final goods alike.

    gdp_loss_p = v_p x_p − v_p (I − A')^-1_p· y', A' and y' without the links   [DietzenbacherLinden1997]
    with substitution, A'[ri,sj] += A'[ri,sj] / Σ_{q in the nation of s} A'[qi,sj] · what was cut, for r in
    the nation of s; where the nation sells s none of the good, s makes it itself.

    v r i, value added per unit of output; x r i, output; y' r i, final goods. Demand-driven: it counts sales lost along
    every chain, not production stopped for want of an input.

    Parameters
    ----------
    acc : Accounts, str or Path
        The table, or its name or file.
    region : str or list of str, optional
        Rows: regions by code or name; clusters, nations or unions "A+B" as one; "provinces", "foreign" or "all" for
        each of theirs. By default the home nation's provinces.
    origin, destination : str or list of str
        Regions whose sales stop, and regions that no more buy them. A region's sales to itself stay.
    sectors : str or list of str
        Goods cut: codes, names, groups, "A+B", "!X".
    home : str, optional
        Nation, or cluster made one, to look from, in place of the table's home.
    substitution : bool
        The buyer's own nation supplies instead.
    both_ways : bool
        Cut destination's sales to origin as well.

    Returns
    -------
    xarray.Dataset
        `gdp`, `gdp_after`, `gdp_loss`, unit of the table, and `gdp_loss_share` of the region's own GDP, by region.

    Raises
    ------
    BadInput
        Where the selection cuts no trade.
    UnknownName
        For regions, sectors or a home that are not there.

    Examples
    --------
    >>> import xunhuan as xh
    >>> ds = xh.measures.extraction(xh.toyland(), "BOR", origin="BOR", destination="ATL", sectors="goods")
    >>> ds["gdp_loss"].values.round(2).tolist()
    [80.43]
    """
    acc = looking_from(acc, home)
    sys, geo = system_of(acc), acc.geography
    cut = _links(acc, origin, destination, sectors, both_ways)
    near = geo.same_nation if substitution else None
    bought = redirected(sys.y, cut, near).sum(axis=2)
    after = sys.v * solve_right(_without(sys.operator, cut, near), bought)
    groups = [g for g in requested(acc, region) if acc.closed[g.members].all()]
    before = group_sum(groups, (sys.v * sys.output).sum(axis=1))
    then = group_sum(groups, after.sum(axis=1))
    axes = ("region",)
    kind = "replaced by the buyer's own nation" if substitution else "not replaced"
    arrow = "<->" if both_ways else "->"
    return labelled(
        acc,
        {
            "gdp": (axes, before),
            "gdp_after": (axes, then),
            "gdp_loss": (axes, before - then),
            "gdp_loss_share": (axes, ratio(before - then, before)),
        },
        group_coords(groups),
        definition=f"GDP lost when {words(origin)} {arrow} {words(destination)} stops"
        f"{'' if sectors == 'all' else ' in ' + words(sectors)}, {kind}; demand-driven",
        weighting="gdp_loss_share: of each region's own GDP",
        citation=SOURCES["extraction"],
        units={"gdp": acc.unit, "gdp_after": acc.unit, "gdp_loss": acc.unit},
        sectors=sectors,
        partners=picks_partners(acc, (origin, destination)),
    )


def _links(
    acc: Accounts,
    origin: str | Iterable[str],
    destination: str | Iterable[str],
    sectors: str | Iterable[str],
    both_ways: bool,
) -> Mask:
    """True where a link is cut: axes r s i."""
    geo = acc.geography
    o, d = geo.select(origin, home=acc.home), geo.select(destination, home=acc.home)
    goods = acc.sectors.select(sectors)
    cut = np.zeros((acc.R, acc.R, acc.S), dtype=bool)
    cut[np.ix_(o, d, goods)] = True
    if both_ways:
        cut[np.ix_(d, o, goods)] = True
    cut[np.arange(acc.R), np.arange(acc.R)] = False
    if not (cut & (acc.flow != 0.0)).any():
        raise BadInput("the selection cuts no trade", where=f"{words(origin)} to {words(destination)}")
    return cut


def redirected(goods: Array, cut: Mask, home: Mask | None) -> Array:
    """Goods r i s (and further axes) with links cut and, where `home` (r s) is given, bought from the
    nation instead.
    """
    extra = (1,) * (goods.ndim - 3)
    stays = (~cut).astype(float).transpose(0, 2, 1).reshape(*goods.shape[:3], *extra)
    kept: Array = goods * stays
    if home is None:
        return kept
    lost = goods.sum(axis=0) - kept.sum(axis=0)
    near = home.astype(float)[:, None, :].reshape(len(home), 1, len(home), *extra)
    pool = (kept * near).sum(axis=0)
    kept += near * kept * ratio(lost, pool)
    place = np.arange(len(home))
    kept[place, :, place] += np.moveaxis(np.where(pool != 0.0, 0.0, lost), 1, 0)
    return kept


def _without(operator: Operator, cut: Mask, home: Mask | None) -> Operator:
    if isinstance(operator, Factored):
        share = redirected(operator.share.transpose(0, 2, 1), cut, home).transpose(0, 2, 1)
        return Factored(np.ascontiguousarray(share), operator.coefficient)
    assert isinstance(operator, Dense)
    return Dense(redirected(operator.cells, cut, home))
