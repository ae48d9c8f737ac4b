"""Hypothetical extraction: GDP that goes when links between regions are taken out."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from xunhuan.data.accounts import Accounts
from xunhuan.data.arrays import Array, ratio
from xunhuan.errors import BadInput
from xunhuan.measures.actors import requested
from xunhuan.measures.gvc import group_sum
from xunhuan.measures.labels import dataset, group_coords
from xunhuan.measures.leontief import Dense, Factored, Operator, solve
from xunhuan.measures.system import system

Flags = NDArray[np.bool_]


def extraction(
    acc: Accounts,
    origin: str | Iterable[str],
    destination: str | Iterable[str],
    sectors: str | Iterable[str] | None = None,
    *,
    substitution: bool = False,
    both_ways: bool = False,
    region: str | Iterable[str] | None = "all",
) -> xr.Dataset:
    r"""GDP lost by every region when destination buys no more from origin, inputs and final goods alike.

    gdp_loss_p = v_p x_p − v_p (I − A')^-1_p· y', A' and y' without the links   [DietzenbacherLinden1997]
    with substitution, A'[ri,sj] += A'[ri,sj] / Σ_{q in the nation of s} A'[qi,sj] · what was cut, for r in
    the nation of s; where the nation sells s none of the good, s makes it itself.

    origin, destination: selections of regions; a region's sales to itself stay · sectors: goods cut, all by
    default · both_ways: cut destination's sales to origin as well · region: rows shown, clusters and
    nations as one.

    Demand-driven: it counts sales lost along every chain, not production stopped for want of an input.
    Returns gdp, gdp_after, gdp_loss (unit of the table) and gdp_loss_share. Raises UnknownName; BadInput for
    no links.
    """
    sys, geo = system(acc), acc.geography
    cut = _links(acc, origin, destination, sectors, both_ways)
    home = geo.same_nation if substitution else None
    bought = redirected(sys.y, cut, home).sum(axis=2)
    after = sys.v * solve(_without(sys.operator, cut, home), bought)
    groups = [g for g in requested(acc, region) if acc.closed[g.members].all()]
    before = group_sum(groups, (sys.v * sys.output).sum(axis=1))
    then = group_sum(groups, after.sum(axis=1))
    axes = ("region",)
    kind = "replaced by the buyer's own nation" if substitution else "not replaced"
    arrow = "<->" if both_ways else "->"
    return dataset(
        acc,
        {
            "gdp": (axes, before),
            "gdp_after": (axes, then),
            "gdp_loss": (axes, before - then),
            "gdp_loss_share": (axes, ratio(before - then, before)),
        },
        group_coords(groups),
        definition=f"GDP lost when {_words(origin)} {arrow} {_words(destination)} stops"
        f"{'' if sectors is None else ' in ' + _words(sectors)}, {kind}; demand-driven",
        weighting="gdp_loss_share: of each region's own GDP",
        citation="DietzenbacherLinden1997",
        units={"gdp": acc.unit, "gdp_after": acc.unit, "gdp_loss": acc.unit},
    )


def _words(expr: str | Iterable[str]) -> str:
    return expr if isinstance(expr, str) else "+".join(expr)


def _links(
    acc: Accounts,
    origin: str | Iterable[str],
    destination: str | Iterable[str],
    sectors: str | Iterable[str] | None,
    both_ways: bool,
) -> Flags:
    """True where a link is cut: axes r s i."""
    geo = acc.geography
    o, d = geo.select(origin, home=acc.home), geo.select(destination, home=acc.home)
    goods = np.arange(acc.S) if sectors is None else acc.sectors.select(sectors)
    cut = np.zeros((acc.R, acc.R, acc.S), dtype=bool)
    cut[np.ix_(o, d, goods)] = True
    if both_ways:
        cut[np.ix_(d, o, goods)] = True
    cut[np.arange(acc.R), np.arange(acc.R)] = False
    if not (cut & (acc.flow != 0.0)).any():
        raise BadInput("the selection cuts no trade", where=f"{_words(origin)} to {_words(destination)}")
    return cut


def redirected(goods: Array, cut: Flags, home: Flags | None) -> Array:
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


def _without(operator: Operator, cut: Flags, home: Flags | None) -> Operator:
    if isinstance(operator, Factored):
        share = redirected(operator.share.transpose(0, 2, 1), cut, home).transpose(0, 2, 1)
        return Factored(np.ascontiguousarray(share), operator.coefficient)
    assert isinstance(operator, Dense)
    return Dense(redirected(operator.cells, cut, home))
