"""Trade costs that flows imply, and what borders do to trade."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import xarray as xr

from xunhuan.data.accounts import Accounts
from xunhuan.data.arrays import Array, freeness, implied_trade_cost
from xunhuan.errors import BadInput
from xunhuan.measures.actors import Partition, looking_from, partition
from xunhuan.measures.labels import actor_coords, group_coords, group_sum, labelled, means
from xunhuan.measures.sources import SOURCES
from xunhuan.measures.tables import of_table

THETA = 4.0
"""Trade elasticity used unless another is given [SimonovskaWaugh2014]."""


@of_table
def head_ries(
    acc: Accounts,
    region: str | Iterable[str] | None = None,
    *,
    sectors: str | Iterable[str] = "all",
    border: str = "region",
    home: str | None = None,
    theta: float = THETA,
) -> xr.Dataset:
    r"""Trade cost between two actors that their trade with each other and with themselves implies.

    τ[r,s] = (π[r,s] π[s,r] / (π[r,r] π[s,s]))^(−1/2θ), π[r,s] = flow[r,s] / Σ_r flow[r,s]
    [HeadRies2001] [Novy2013]

    flow r s, added over the sectors and over members, unit of the table. Costs are symmetric; they hold distance as
    well as policy, and an open region has none.

    Parameters
    ----------
    acc : Accounts, str or Path
        The table, or its name or file.
    region : str or list of str, optional
        Rows: regions by code or name, clusters, nations or unions "A+B", each one actor, none overlapping;
        "provinces", "foreign" or "all" for each of theirs. By default the home nation's provinces.
    sectors : str or list of str
        Goods traded, their flows added before the ratio: codes, names, groups, "A+B", "!X".
    border : {"region", "nation"}
        Actors are regions and the sets asked for, or nations; then by default every nation is a row.
    home : str, optional
        Nation, or cluster made one, to look from, in place of the table's home.
    theta : float
        Trade elasticity, above 0.

    Returns
    -------
    xarray.Dataset
        Axes region partner: `cost` = τ − 1, the ad valorem equivalent relative to trade inside (0.8 = 80 percent), inf
        where the two do not trade; `freeness` = τ^−θ, ratio.

    Raises
    ------
    BadInput
        For theta, an unknown border, regions that overlap, open regions, and sets that are no nation where nations are
        actors.
    UnknownName
        For regions, sectors or a home that are not there.

    Examples
    --------
    >>> import xunhuan as xh
    >>> ds = xh.measures.head_ries(xh.toyland(), "AT-N", sectors="goods")
    >>> ds["cost"].sel(partner="BOR").values.round(3).tolist()
    [0.88]
    """
    _check_theta(theta)
    acc = looking_from(acc, home)
    view = partition(acc, region, border)
    flow = _traded(acc, view, sectors)
    rows = np.array([view.actors.of[g.members[0]] for g in view.groups])
    dims = ("region", "partner")
    return labelled(
        acc,
        {"cost": (dims, implied_trade_cost(flow, theta)[rows] - 1.0), "freeness": (dims, freeness(flow)[rows])},
        {**group_coords(view.groups), **actor_coords(view.actors)},
        definition=f"Head-Ries trade cost, ad valorem, theta = {theta:g}, relative to trade inside the two regions",
        weighting="flows added over sectors before the ratio",
        citation=SOURCES["head_ries"],
        sectors=sectors,
    )


def _check_theta(theta: float) -> None:
    if not theta > 0.0:
        raise BadInput(f"theta is {theta}", fix="give a trade elasticity above 0")


def _traded(acc: Accounts, view: Partition, sectors: str | Iterable[str]) -> Array:
    """Flows of the chosen sectors between actors: axes a a, unit of the table."""
    flow = acc.flow[:, :, acc.sectors.select(sectors)].sum(axis=2)
    return view.actors.add(view.actors.add(flow, 0), 1)


@of_table
def border_effect(
    acc: Accounts,
    region: str | Iterable[str] | None = None,
    *,
    sectors: str | Iterable[str] = "all",
    home: str | None = None,
    theta: float = THETA,
) -> xr.Dataset:
    r"""How much more freely a region trades inside its nation than across its border, sizes taken out.

    ln φ_in  = Σ_q w_q ln φ[p,q] over the nation's other regions q; ln φ_out over the regions of other nations
    effect_p = φ_in / φ_out; tariff_equivalent_p = effect_p^(1/θ) − 1   [McCallum1995] [HeadRies2001]
    home_bias_p = 1 / φ_in: trade inside p against trade with the rest of its nation

    φ r s, freeness of trade, ratio, as in `head_ries`; w: partners weighted by the trade p has with them. Distance is
    not taken out. Pairs that do not trade are left out, so the effect is a lower bound. nan for a nation of one
    region, or with no partner of a kind that keeps books.

    Parameters
    ----------
    acc : Accounts, str or Path
        The table, or its name or file.
    region : str or list of str, optional
        Rows: regions by code or name, clusters, nations or unions "A+B", each one actor, none overlapping;
        "provinces", "foreign" or "all" for each of theirs. By default the home nation's provinces.
    sectors : str or list of str
        Goods traded, their flows added before the ratio: codes, names, groups, "A+B", "!X".
    home : str, optional
        Nation, or cluster made one, to look from, in place of the table's home.
    theta : float
        Trade elasticity, above 0.

    Returns
    -------
    xarray.Dataset
        `effect`, `tariff_equivalent` (rate), `freeness_inside`, `freeness_abroad`, `home_bias` by region, ratios;
        `mean_effect` (weighting), the geometric mean over the regions shown.

    Raises
    ------
    BadInput
        For theta, regions that overlap and open regions.
    UnknownName
        For regions, sectors or a home that are not there.

    Examples
    --------
    >>> import xunhuan as xh
    >>> xh.measures.border_effect(xh.toyland(), sectors="goods")["effect"].values.round(2).tolist()
    [1.38, 2.03, 0.99]
    """
    _check_theta(theta)
    acc = looking_from(acc, home)
    view = partition(acc, region)
    flow = _traded(acc, view, sectors)
    phi = freeness(flow)
    nation = np.array(view.actors.nation)
    log = np.full((len(view.groups), 2), np.nan)
    for k, g in enumerate(view.groups):
        p = view.actors.of[g.members[0]]
        trade = flow[p] + flow[:, p]
        for side, same in enumerate((True, False)):
            q = ((nation == nation[p]) == same) & (np.arange(len(nation)) != p) & (phi[p] > 0.0)
            if q.any():
                log[k, side] = np.average(np.log(phi[p, q]), weights=trade[q])
    effect = np.exp(log[:, 0] - log[:, 1])
    axes = ("region",)
    known = np.isfinite(effect)
    weight = group_sum(view.groups, acc.output.sum(axis=1)[:, None])[:, 0]
    average = means(np.log(effect[known])[:, None], weight[known])[:, 0] if known.any() else np.full(2, np.nan)
    return labelled(
        acc,
        {
            "effect": (axes, effect),
            "tariff_equivalent": (axes, effect ** (1.0 / theta) - 1.0),
            "freeness_inside": (axes, np.exp(log[:, 0])),
            "freeness_abroad": (axes, np.exp(log[:, 1])),
            "home_bias": (axes, np.exp(-log[:, 0])),
            "mean_effect": (("weighting",), np.exp(average)),
        },
        {**group_coords(view.groups), "weighting": ["simple", "output-weighted"]},
        definition=f"trade with the nation's other regions over trade abroad, sizes taken out, distance not; theta = "
        f"{theta:g}",
        weighting="partners weighted by trade; mean_effect geometric, over the regions shown",
        citation=SOURCES["border_effect"],
        columns=["effect", "tariff_equivalent", "freeness_inside", "freeness_abroad", "home_bias"],
        sectors=sectors,
    )
