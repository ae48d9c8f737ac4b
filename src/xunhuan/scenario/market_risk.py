"""How much real income varies with markets when all prices answer: a model's exact gradient times a covariance."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import xarray as xr

from xunhuan.data.accounts import Accounts
from xunhuan.data.arrays import Array, ratio
from xunhuan.data.markets import Demand, growth_of_markets
from xunhuan.errors import BadInput, UnknownName
from xunhuan.measures.actors import Partition, check_word, nations, partition
from xunhuan.measures.labels import actor_coords, group_coords, labelled
from xunhuan.measures.markets import market_shares, own_market, risk, risk_of_parts, told_years
from xunhuan.models import registry
from xunhuan.models.model import Model, Shock

_DEFINITION = (
    "sd: standard deviation of the growth of real income from the growth of markets, log points a year, when all prices, "
    "wages and trade answer ({model}); a market grows by productivity, alike in all its industries, by one percent of its "
    "value added; parts add to sd; abroad_alone: with the home market still; kappa_given: at given prices and shares"
)


def income_slopes(
    acc: Accounts,
    view: Partition,
    model: Model[Any],
    shock: Shock,
    parameters: Any,
    progress: Callable[[int, int], None] | None = None,
) -> Array:
    r"""Percent of a region's real income by percent of growth of each market, exactly: axes p m.

    κ[p ← m] = (VA_m / X_m) Σ_{r∈m} Σ_j ∂ ln W_p / ∂ ln A[r,j]

    W p, real income, weighted by income over members · A r j, productivity · VA, X value added and output of nation m in the
    base, unit of the table: a rise of A by VA / X in all of m's industries adds one percent to its value added at given
    prices [Hulten1978]. The gradient is the model's own at the answer to `shock`. progress: regions done, and how many.

    Raises BadInput for markets whose books are not kept, and what the model raises.
    """
    assert model.slopes is not None
    every = nations(acc)
    shut = sorted({acc.geography.nation[r] for r in np.flatnonzero(~acc.closed)})
    if shut:
        what = "a market whose books are not kept has no productivity that could move"
        raise BadInput(
            what, items=shut, where=acc.name, fix="take a table that has the world's economies, or `volatility`"
        )
    size = ratio(every.add(acc.value_added.sum(axis=(1, 2)), 0), every.add(acc.output.sum(axis=1), 0))
    rows = []
    for k, g in enumerate(view.groups):
        names = "+".join(acc.geography.codes[r] for r in g.members)
        found = model.slopes(acc, names, shock, parameters)["productivity"].sum("sector").to_numpy()
        rows.append(every.add(found, 0) * size)
        if progress is not None:
            progress(k + 1, len(view.groups))
    return np.stack(rows)


def able(model: str = "") -> Model[Any]:
    """The model of that name, or the first, among those that give slopes. Raises UnknownName."""
    known = {m.name: m for m in registry.models().values() if m.slopes is not None}
    if model and model not in known:
        raise UnknownName.of("model with slopes", model, known)
    return known[model or next(iter(known))]


def risk_of_markets(
    acc: Accounts,
    region: str | Iterable[str] | None,
    model: Model[Any],
    shock: Shock,
    parameters: Any,
    *,
    by: str = "region",
    demand: Demand = "oecd",
    years: str = "all",
    currency: str = "USD",
    progress: Callable[[int, int], None] | None = None,
) -> xr.Dataset:
    """The labelled numbers of `market_risk`; what it does, with the model and its parameters read."""
    check_word("grouping", by, ("region", "partner"))
    view, every = partition(acc, region), nations(acc)
    used, growth = growth_of_markets(acc, demand, years, currency)
    kappa = income_slopes(acc, view, model, shock, parameters, progress)
    found, own = risk(kappa, growth), own_market(view, every)
    dims: tuple[str, ...] = ("region",)
    coords, columns = group_coords(view.groups), risk_of_parts(kappa, own, growth, found)
    if by == "partner":
        dims = ("region", "partner")
        coords |= actor_coords(every)
        columns = {
            "part": found.parts,
            "part_share": ratio(found.parts, np.broadcast_to(found.sd[:, None], found.parts.shape)),
            "kappa": kappa,
            "kappa_given": market_shares(acc, view, acc.sectors.select("all")).kappa,
        }
    told = "; ".join(str(e) for e in shock.edits)
    return labelled(
        acc,
        {n: (dims, a) for n, a in columns.items()},
        coords,
        definition=_DEFINITION.format(model=model.name) + (f"; after {told}" if told else ""),
        weighting=f"covariance of {told_years(used, demand, currency)}",
        citation=(*model.sources[:1], "Hulten1978", "Esposito2020"),
        symbols={"part": "part_of_sd"},
        partners=True,
    )
