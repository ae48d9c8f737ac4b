"""Elasticities drawn by the standard errors of their own source, and scale elasticities of a set."""

from __future__ import annotations

import math
from functools import cache
from statistics import NormalDist
from typing import NamedTuple

import numpy as np

from xunhuan.data.arrays import Array, ratio
from xunhuan.data.classification import Sectors
from xunhuan.data.sector_lists import sector_list
from xunhuan.errors import BadInput
from xunhuan.models.trade.elasticities import ASSUMED, HIGHEST, bundled, made_of

WITH_ERRORS = ("CP", "CP-full", "LL")
SCALED = ("LL",)
"""Sets with scale elasticities."""
SPREAD = math.log(HIGHEST / ASSUMED) / NormalDist().inv_cdf(0.975)
"""Standard deviation of the log of what is assumed."""


class Estimates(NamedTuple):
    """The estimates behind a set's elasticities of some sectors.

    source  what the paper calls its sectors, s · theta, error: estimate and standard error, s; pure numbers
    mix     weight of each estimate in each sector, i s; rows of zeros where the set has none
    """

    source: tuple[str, ...]
    theta: Array
    error: Array
    mix: Array


def estimates(sectors: Sectors, name: str, what: str = "theta") -> Estimates:
    """Estimates of a set with their standard errors, and how the sectors are made of them.

    what  "theta", or "scale": elasticity of productivity in the industry's size

    Raises BadInput naming the sets that have some, where this one has none.
    """
    there = WITH_ERRORS if what == "theta" else SCALED
    if name not in there:
        said = "standard errors" if what == "theta" else "scale elasticities"
        raise BadInput(f"the elasticity set {name} has no {said}", fix=f"sets with some: {', '.join(there)}")
    known, made = made_of(sectors, name)
    of = _of_list(name, known, what)
    part = made * of.mix.any(1)
    return of._replace(mix=ratio(part, part.sum(1, keepdims=True)) @ of.mix)


@cache
def _of_list(name: str, known: str, what: str) -> Estimates:
    """The estimates behind a set's elasticities of a bundled list of sectors."""
    mine, mixed = bundled("estimates"), bundled("mixes")
    mine = mine[mine["set"] == name].set_index("source")
    here = mixed[(mixed["set"] == name) & (mixed["list"] == known)]
    weights = here.pivot_table(index="sector", columns="source", values="weight")
    held = weights.reindex(index=list(sector_list(known).sectors.codes), columns=mine.index).fillna(0.0).to_numpy(float)
    theta, error = (mine[k].to_numpy(dtype=np.float64) for k in (what, "se" if what == "theta" else "se_scale"))
    for a in (theta, error, held):
        a.setflags(write=False)
    return Estimates(tuple(mine.index), theta, error, held)


def standard_errors(sectors: Sectors, name: str) -> Array:
    """Standard error of each sector's elasticity, axis i; nan where the set has no estimate.

    se[i] = √Σ_s (mix[i,s] error[s])²: estimates of different sectors of the source are independent

    >>> standard_errors(Sectors(("C26", "C27", "F")), "LL").tolist()
    [0.323, 0.323, nan]
    """
    e = estimates(sectors, name)
    out = np.sqrt(((e.mix * e.error) ** 2).sum(1))
    return np.where(e.mix.any(1), out, np.nan)


def set_scale(sectors: Sectors, name: str) -> Array:
    """Scale elasticity of each sector from a named set, axis i; 0 where it has none, as its paper takes for services.

    ψ[i] = Σ_s mix[i,s] ψ[s] θ[s] / Σ_s mix[i,s] θ[s], so that ψθ of a sector of several estimates is the mean of theirs:
    each lies below 1, which theory asks of it.

    >>> set_scale(Sectors(("C26", "F")), "LL").tolist()
    [0.552, 0.0]
    """
    psi, theta = estimates(sectors, name, "scale"), estimates(sectors, name)
    return ratio(psi.mix @ (psi.theta * theta.theta), theta.mix @ theta.theta)


def drawn_by_error(sectors: Sectors, name: str, number: float, most: Array) -> Array:
    """Elasticities of a set drawn by its own standard errors, axis i.

    θ[s] ~ Normal(theta[s], error[s]²) on (0, most), independent between sectors s of the source; θ[i] = Σ_s mix[i,s] θ[s].
    What the set has no estimate for is one number for all, lognormal with median `ASSUMED`, 97.5% of it below `HIGHEST`.

    number  in (0, 1); picks the draw, the same number the same draw
    most    i, the largest elasticity that theory allows, inf where there is no limit

    Raises BadInput for a set without standard errors.
    """
    from scipy.special import ndtr, ndtri

    e = estimates(sectors, name)
    at = np.random.default_rng(int(number * 2**53)).random(len(e.source) + 1)
    # An estimate keeps to the limits of all sectors it goes into, so that their mixtures do.
    upper = np.where(e.mix > 0, most[:, None], np.inf).min(0)
    low, high = (ndtr((edge - e.theta) / e.error) for edge in (0.0, upper))
    each = e.theta + e.error * ndtri(low + np.clip(at[:-1], 1e-6, 1 - 1e-6) * (high - low))
    assumed = ASSUMED * math.exp(SPREAD * float(ndtri(at[-1])))
    return np.where(e.mix.any(1), e.mix @ each, np.minimum(assumed, most))
