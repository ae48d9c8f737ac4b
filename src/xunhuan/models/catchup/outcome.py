"""What is read off the years of a market: the target, its price and its cost, levers, channels; draws first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from xunhuan.data.arrays import Array
from xunhuan.models.catchup.acting import sums
from xunhuan.models.catchup.industry import IndustryFile
from xunhuan.models.catchup.inverse import Needed, bill, needed, reached, surface
from xunhuan.models.catchup.market import OUTSIDE, OWNED
from xunhuan.models.catchup.parameters import BEYOND, CatchupParameters
from xunhuan.models.catchup.path import Levers, Path, World, run_years
from xunhuan.models.catchup.readings import READINGS, official_readings, readings_of

MORE_EXPORTS = 0.01
"""Share by which exports are raised to see what home sales do."""
DOSES, PUSHES = np.linspace(0.0, 1.0, 11), np.linspace(0.0, 0.06, 13)
"""Of what is cut, and log points a year: the map of two levers."""
CHANNEL_STEPS = ("know", "trade", "tools", "leave", "push", "waste")


@dataclass(frozen=True, eq=False)
class Worked:
    """Years of an industry and what is asked of them.

    world, levers  as run · path, free, history  with everything, with nothing cut, with nothing done at all; t d ·
    readings  by name, t d · cost  value of each year, t d · last, by  years after the start: shown, and of the
    target · response  `sales_response`, d
    """

    industry: IndustryFile
    parameters: CatchupParameters
    world: World
    levers: Levers
    path: Path
    free: Path
    history: Path
    readings: Mapping[str, Array]
    cost: Array
    last: int
    by: int
    response: Array
    official: tuple[float, float] | None
    designed: float

    @property
    def price(self) -> Array:
        """Price of the good over what it would be with nothing cut, ratio, t d."""
        return np.asarray(self.path.price / self.free.price)

    @property
    def reached(self) -> dict[str, Array]:
        """Calendar year by reading in which the target share is reached, d; inf where not in the years looked at."""
        return {n: self.industry.start + reached(x, self.parameters.target.share) for n, x in self.readings.items()}

    @property
    def look_through(self) -> Array:
        """owned_by less what of it is made with inputs from abroad, share, t d.

        owned_by (1 − Σ_k ω_k + Σ_k ω_k h'_k)        ω cost weights, h' home shares of the stages
        """
        home = (self.path.stage_share * self.world.stage_weight).sum(-1)
        return np.asarray(self.path.owned_by * (1 - self.world.stage_weight.sum() + home))


def years_run(found: IndustryFile, p: CatchupParameters) -> int:
    """How many years are looked at: those shown, those to the target, and enough to see when it is reached."""
    first, last = p.span(found)
    return max(last - first, p.target.by - first, BEYOND)


def worked_out(found: IndustryFile, p: CatchupParameters, w: World, levers: Levers) -> Worked:
    """Run the years with everything, with nothing cut, and with nothing done."""
    assert found.facts is not None
    first, last = p.span(found)
    path = run_years(w, levers)
    free = run_years(w, levers.free) if levers.cuts else path
    still = Levers.none(len(levers.know) - 1)
    quiet = levers.free.push.any() or (levers.waste != 1).any()
    history = run_years(w, still) if quiet else free
    official, designed = official_readings(found), found.facts.designed_by.value
    got = readings_of(path, levers, w, designed, official)
    by = p.target.by - first
    more = sales_response(w, levers, path, by)
    return Worked(found, p, w, levers, path, free, history, got, bill(path, free, levers), last - first, by, more, official,
                   designed)  # fmt: skip


def sales_response(w: World, levers: Levers, path: Path, by: int) -> Array:
    r"""Elasticity of owned producers' home sales in their exports, through what they learn, in the target's year, d.

    ln(sales(1.01 exports) / sales) / ln 1.01

    Costs fall with what is made for abroad too, and so do rivals' where they learn from it; capacity, wages and the price of
    inputs do not move here.
    """
    cut = levers.until(by)
    more = run_years(w, cut._replace(exports=cut.exports * (1 + MORE_EXPORTS)))
    return np.asarray(np.log(more.owned_by[by] / path.owned_by[by]) / np.log1p(MORE_EXPORTS))


def central(o: Worked) -> Worked:
    """The central draw alone."""
    return one(o, 0)


def levers_needed(o: Worked) -> dict[str, Needed]:
    """What each lever of the target would have to be, all else central."""
    c, target = central(o), o.parameters.target
    return {n: needed(c.world, c.levers, n, target.definition, target.share, o.by, o.designed) for n in target.levers}


def channels(o: Worked) -> dict[str, float]:
    """What each channel alone, and each push, does to the target's reading in its year, then what they do together beyond
    that, and the whole; shares, of the central draw."""
    c = central(o)
    cut = c.levers.until(o.by)
    none = Levers.none(o.by)
    name = o.parameters.target.definition

    def got(levers: Levers) -> float:
        return float(readings_of(run_years(c.world, levers), levers, c.world, o.designed)[name][-1, 0])

    start = got(none)
    alone = {n: got(none._replace(**{n: getattr(cut, n)})) - start if _acts(cut, n) else 0.0 for n in CHANNEL_STEPS}
    whole = got(cut) - start
    return {**alone, "together": whole - sum(alone.values()), "whole": whole}


def _acts(levers: Levers, name: str) -> bool:
    """Whether a lever is other than at rest."""
    return bool((getattr(levers, name) != float(name == "waste")).any())


def vintages(o: Worked) -> Array:
    """Share of each vintage in the target's year that each serves, m a and a last row that nobody serves; central draw."""
    c = central(o)
    cut = c.levers.until(o.by)
    served = run_years(c.world, cut, keep_vintages=True).served
    assert served is not None
    return np.concatenate([served[-1, 0], 1 - served[-1, 0].sum(0, keepdims=True)])


def when_by_two(o: Worked) -> Array:
    """Calendar year the target is reached by dose of the cuts and push, central draw; inf where never."""
    c, target = central(o), o.parameters.target
    found = surface(c.world, c.levers, DOSES, PUSHES, target.definition, target.share, o.designed)
    return np.asarray(o.industry.start + found)


def spending_abroad(o: Worked) -> Array:
    """Spending on the good from abroad, value, t d."""
    return np.asarray(o.path.abroad * o.path.home_market)


def cost_ratio(o: Worked) -> Array:
    """Cost of owned producers at home over that of producers abroad, against the start, ratio, t d."""
    return np.asarray(o.path.cost[:, :, OWNED] / o.path.cost[:, :, OUTSIDE])


def pushed(o: Worked) -> Array:
    """Log points that pushes without the pace of history have taken off, t d."""
    return sums(o.levers)


def reading_names(o: Worked) -> tuple[str, ...]:
    """Readings there are numbers for, narrow to wide."""
    return tuple(n for n in READINGS if n in o.readings)


def one(o: Worked, k: int) -> Worked:
    """One draw of many, as if it alone had been asked."""
    size = o.path.made_in.shape[1]

    def cut(x: Array, axis: int) -> Array:
        return x if x.shape[axis] != size else np.take(x, [k], axis=axis)

    w = o.world._replace(
        **{n: cut(getattr(o.world, n), 0) for n in World._fields if not n.startswith("stage_") and n != "ages"}
    )
    levers = Levers._make([*(cut(x, 1) for x in o.levers[:6]), cut(o.levers.waste, 0)])
    paths = {
        n: Path._make([None if x is None else cut(x, 1) for x in getattr(o, n)]) for n in ("path", "free", "history")
    }
    readings = {n: cut(x, 1) for n, x in o.readings.items()}
    return Worked(o.industry, o.parameters, w, levers, **paths, readings=readings, cost=cut(o.cost, 1), last=o.last,
                   by=o.by,
                   response=cut(o.response, 0), official=o.official, designed=o.designed)  # fmt: skip
