"""Trade costs that flows imply, and what borders do to trade."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import xarray as xr

from xunhuan.data.accounts import Accounts
from xunhuan.data.arrays import Array, freeness
from xunhuan.errors import BadInput
from xunhuan.measures.actors import View, partition
from xunhuan.measures.gvc import actor_coords, group_sum
from xunhuan.measures.labels import dataset, group_coords, means

THETA = 4.0
"""Trade elasticity used unless another is given [SimonovskaWaugh2014]."""


def head_ries(
    acc: Accounts,
    region: str | Iterable[str] | None = None,
    theta: float = THETA,
    sectors: str | Iterable[str] = "all",
    border: str = "region",
) -> xr.Dataset:
    r"""Trade cost between two actors that their trade with each other and with themselves implies.

    τ[r,s] = (π[r,s] π[s,r] / (π[r,r] π[s,s]))^(−1/2θ), π[r,s] = flow[r,s] / Σ_r flow[r,s]
    [HeadRies2001] [Novy2013]

    flow added over `sectors` and over members · theta: trade elasticity, > 0. `cost` = τ − 1, the ad
    valorem equivalent relative to trade inside (0.8 = 80 percent), inf where they do not trade; `freeness`
    = τ^−θ. Axes region, partner. Both are symmetric; they hold distance as well as policy, and an open
    region has none. Raises BadInput for theta.
    """
    if not theta > 0.0:
        raise BadInput(f"theta is {theta}", fix="give a trade elasticity above 0")
    view = partition(acc, region, border)
    phi = _freeness(acc, view, sectors)
    rows = np.array([view.actors.of[g.members[0]] for g in view.groups])
    with np.errstate(divide="ignore"):
        cost = phi ** (-1.0 / theta) - 1.0
    dims = ("region", "partner")
    return dataset(
        acc,
        {"cost": (dims, cost[rows]), "freeness": (dims, phi[rows])},
        {**group_coords(view.groups), **actor_coords(view.actors)},
        definition=f"Head-Ries trade cost, ad valorem, theta = {theta:g}, relative to trade inside the two regions",
        weighting="flows added over sectors before the ratio",
        citation="HeadRies2001; Novy2013",
    )


def _freeness(acc: Accounts, view: View, sectors: str | Iterable[str]) -> Array:
    """φ[r,s] = √(π_rs π_sr / (π_rr π_ss)) between actors: axes a a, nan for actors without trade inside."""
    chosen = np.arange(acc.S) if sectors == "all" else acc.sectors.select(sectors)
    flow = view.actors.add(view.actors.add(acc.flow[:, :, chosen].sum(axis=2), 0), 1)
    return freeness(flow)


def border_effect(
    acc: Accounts,
    region: str | Iterable[str] | None = None,
    theta: float = THETA,
    sectors: str | Iterable[str] = "all",
) -> xr.Dataset:
    r"""How much more freely a region trades inside its nation than across its border, sizes taken out.

    ln φ_in  = Σ_q w_q ln φ[p,q] over the nation's other regions q; ln φ_out over the regions of other nations
    effect_p = φ_in / φ_out; tariff_equivalent_p = effect_p^(1/θ) − 1   [McCallum1995] [HeadRies2001]
    home_bias_p = 1 / φ_in: trade inside p against trade with the rest of its nation

    w: partners weighted by the trade p has with them. Distance is not taken out. Pairs that do not trade
    are left out, so the effect is a lower bound. nan for a nation of one region, or with no partner of a
    kind that keeps books.
    """
    if not theta > 0.0:
        raise BadInput(f"theta is {theta}", fix="give a trade elasticity above 0")
    view = partition(acc, region)
    phi = _freeness(acc, view, sectors)
    chosen = np.arange(acc.S) if sectors == "all" else acc.sectors.select(sectors)
    flow = view.actors.add(view.actors.add(acc.flow[:, :, chosen].sum(axis=2), 0), 1)
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
    return dataset(
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
        citation="McCallum1995; HeadRies2001",
        columns=["effect", "tariff_equivalent", "freeness_inside", "freeness_abroad", "home_bias"],
    )
