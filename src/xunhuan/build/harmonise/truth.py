"""From what bureaus report to what regions do: overlaps without habits, at a national level set by outside totals.

Letters as in `overlap`; d draw. Of the effects of `gibbs` the truth keeps the good's and the covariates', the cell's, and
of the place's lasting and passing effects a part each:

    logit c*[t,p,i] = a[g] + β'x + u[p] + u'[t,p] + w*[t,p,g] + K − f γ (T − 1 − t)

    u | b ~ N(k b, ρ τ_u² (1 − k)), k = min(0.95, ρ τ_u² / τ_b²): regions that all report alike differ by τ_u, of which ρ
        lasts, so of the lasting effects' variance only ρ τ_u² is of the place; the rest is the bureau's habit
    u' | v likewise, with (1 − ρ) τ_u² of τ_v²
    w* = √ρ_w w + √(1 − ρ_w) σ_w ξ, ξ ~ N(0, 1) in each year: cells move too
    K: the level the data cannot tell from habit, N(0, 0.75²) times the density of the outside totals at T(K) / output
    f ~ U(0, 1): the part of the trend that is real (levels anchor on the last year)
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from xunhuan.build.harmonise.gibbs import Kept, Rng
from xunhuan.build.harmonise.overlap import Overlap, expit
from xunhuan.data.arrays import Array
from xunhuan.errors import BadInput, Problems

K_GRID = np.linspace(-3.0, 3.0, 121)
"""Values of K that are tried."""
MOST_OF_PLACE = 0.95
"""Most that can be of the place, of an effect's variance: some of it is always habit."""


@dataclass(frozen=True)
class Beliefs:
    """What is believed besides the reports; each is printed with the table and can be changed in the builder.

    tau      median and sd of ln τ_u: members of the European Union inside it show 0.42, 80 economies in the world 0.66
    level    sd of K before outside totals
    trade    low and high of trade between regions over output, a 90% interval of a lognormal; None: no outside totals
    persist  ρ and ρ_w, what lasts over five years of the variance of places and of cells: as with members of the European
             Union, 2006 and 2011
    """

    tau: tuple[float, float] = (float(np.log(0.5)), 0.35)
    level: float = 0.75
    trade: tuple[float, float] | None = (0.195, 0.382)
    persist: tuple[float, float] = (0.66, 0.78)

    @property
    def outside(self) -> tuple[float, float] | None:
        """Mean and sd of ln(trade / output)."""
        if self.trade is None:
            return None
        low, high = np.log(self.trade)
        return float(low + high) / 2, float(high - low) / (2 * 1.6448536269514722)


def beliefs(tau: str | None = None, outside: str | None = None) -> Beliefs:
    """Beliefs as the command line writes them: tau a number, the median of τ_u; outside "LOW:HIGH" or "none".

    Raises BadInput naming each word that cannot be.

    >>> beliefs("0.85", "none").trade is None, round(beliefs("0.85").tau[0], 3)
    (True, -0.163)
    """
    out, p = Beliefs(), Problems("what is believed of the provinces cannot be read")
    try:
        middle = out.tau[0] if tau is None else float(np.log(_positive(tau)))
        out = replace(out, tau=(middle, out.tau[1]))
    except ValueError:
        p.add(f"--tau {tau!r} is not a number above 0, such as 0.5")
    if outside == "none":
        out = replace(out, trade=None)
    elif outside is not None:
        try:
            low, high = map(_positive, outside.split(":"))
            out = replace(out, trade=(low, high))
            if not low < high < 1:
                raise ValueError
        except ValueError:
            p.add(f"--outside {outside!r} is not LOW:HIGH with 0 < LOW < HIGH < 1, such as 0.195:0.382, or none")
    p.raise_if(BadInput, fix="see `xunhuan docs harmonised` for what they mean")
    return out


def _positive(text: str) -> float:
    x = float(text)
    if not 0 < x < np.inf:
        raise ValueError
    return x


@dataclass(frozen=True)
class HomeMargins:
    """Balanced margins the level is found on: supply and demand p i of the last year, and the nation's output."""

    supply: Array
    demand: Array
    output: float

    def trade(self, overlap: Array) -> Array:
        """Σ c min(S, D) + Σ max(S − D, 0) over output; overlap ... p i."""
        size = np.maximum(np.minimum(self.supply, self.demand), 0.0)
        net = np.maximum(self.supply - self.demand, 0.0).sum()
        return np.asarray(((overlap * size).sum((-1, -2)) + net) / self.output)


@dataclass(frozen=True)
class Truth:
    """Draws of true overlaps: overlap d t p i · level d, K · trade d, of the last year over output · tau d."""

    overlap: Array
    level: Array
    trade: Array
    tau: Array


def truth(kept: Kept, data: Overlap, books: HomeMargins, rng: Rng, beliefs: Beliefs | None = None) -> Truth:
    """A draw of the truth for every kept sweep."""
    given = beliefs or Beliefs()
    b, v, w, a, beta, gamma = (kept.flat(getattr(kept, n)) for n in ("b", "v", "w", "a", "beta", "gamma"))
    lasting, passing, cell = (kept.flat(kept.sd[n]) for n in ("lasting", "passing", "cell"))
    n, T = len(b), data.x.shape[0]
    tau = np.exp(given.tau[0] + given.tau[1] * rng.standard_normal(n))
    # In a single year what lasts cannot be told from what passes.
    rho, rho_w = given.persist if T > 1 else (1.0, 1.0)
    u = _of_the_place(b, lasting, tau * np.sqrt(rho), rng)[:, None] + (
        _of_the_place(v, passing, tau * np.sqrt(1 - rho), rng) if T > 1 else 0.0
    )
    real = rng.random(n)
    y = np.empty((n, *data.x.shape[:3]))
    for t, group in enumerate(data.group):
        own = np.sqrt(rho_w) * w + np.sqrt(1 - rho_w) * cell[:, None, None] * rng.standard_normal(w.shape)
        fixed = a[:, None, group] + np.einsum("pik,dk->dpi", data.x[t], beta)
        y[:, t] = fixed + u[:, t, :, None] + own[:, :, group] - (real * gamma * (T - 1 - t))[:, None, None]
    level = np.array([_level(one[-1], books, given, rng) for one in y])
    overlap = expit(y + level[:, None, None, None])
    return Truth(overlap, level, books.trade(overlap[:, -1]), tau)


def _of_the_place(effect: Array, sd: Array, true: Array, rng: Rng) -> Array:
    """What is of the place in an effect that is place and habit, given its own sd and that of the true part alone."""
    ends = (slice(None),) + (None,) * (effect.ndim - 1)
    part = np.minimum(MOST_OF_PLACE, true**2 / sd**2)[ends]
    return np.asarray(part * effect + rng.standard_normal(effect.shape) * true[ends] * np.sqrt(1 - part))


def _level(y: Array, books: HomeMargins, given: Beliefs, rng: Rng) -> float:
    """K of one draw, from its density on a grid; between two points of the grid linearly."""
    score = -0.5 * (K_GRID / given.level) ** 2
    if given.outside is not None:
        size = np.maximum(np.minimum(books.supply, books.demand), 0.0)
        net = np.maximum(books.supply - books.demand, 0.0).sum()
        trade = np.array([(expit(y + z) * size).sum() for z in K_GRID]) + net
        mean, sd = given.outside
        score = score - 0.5 * ((np.log(trade / books.output) - mean) / sd) ** 2
    chance = np.exp(score - score.max())
    total = np.concatenate([[0.0], chance.cumsum()])
    step = K_GRID[1] - K_GRID[0]
    edges = np.concatenate([K_GRID - step / 2, [K_GRID[-1] + step / 2]])
    return float(np.interp(rng.random() * total[-1], total, edges))
