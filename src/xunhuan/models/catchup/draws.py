"""From an industry's facts to arrays: the central world, and draws over the ranges its file gives."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from xunhuan.data.arrays import Array
from xunhuan.errors import BadInput
from xunhuan.models.catchup.industry import Fact, IndustryFile
from xunhuan.models.catchup.path import Levers, World, run_years
from xunhuan.models.catchup.ranges import at_probability

_STEPS = 8
"""Secant steps within which a pace that is fitted is known to 1e-12."""
_PACES = (-0.5, 0.5)
"""Log points a year between which a fitted pace is sought."""


def values_drawn(facts: Mapping[str, Fact], number: int, seed: int) -> dict[str, Array]:
    """Values by fact, the central one first, then `number` draws: a Latin hypercube over those that have a range.

    A fitted fact has central value 1: the factor on what the fit gives.
    """
    rng = np.random.default_rng(seed)
    out = {}
    for name, fact in facts.items():
        f = fact.model_copy(update={"value": 1.0}) if fact.fitted else fact
        middle = np.array([f.value])
        if f.ranged and f.drawn and number:
            u = (rng.permutation(number) + rng.random(number)) / number
            out[name] = np.concatenate([middle, at_probability(f, np.clip(u, 1e-9, 1 - 1e-9))])
        else:
            out[name] = np.full(number + 1, f.value) if number else middle
    return out


def world(
    industry: IndustryFile, values: Mapping[str, Array], law: str = "learning", world_growth: float | None = None
) -> World:
    """The industry at its start, d: facts as drawn, the pace of history fitted where the file says so.

    Raises BadInput where no pace brings the fitted years about.
    """
    assert industry.facts is not None
    v = dict(values)
    size = len(v["made_in"])
    nan = np.full(size, np.nan)
    w = World(
        home_market=v["home_market"], world_market=v["world_market"], exported=v["exported"], made_in=v["made_in"],
        owned_by=v["owned_by"], learning_rate=v["learning_rate"],
        spillover=v["knowledge_spillover"], forgetting=v["forgetting"],
        producers=v["producers"], theta=v["good_elasticity"], growth=v["home_growth"],
        world_growth=v["home_growth"] if world_growth is None else np.full(size, world_growth), pace=v["home_pace"],
        gap=v["gap_now"], cadence=v["frontier_cadence"], closing=v["gap_closing"],
        reach_spread=v["reach_spread"], ceiling=v["tool_ceiling"],
        rise=v["ceiling_rise"], strength=v["idea_strength"] if law == "diffusion" else nan,
        stage_weight=np.array([s.weight for s in industry.stages]), stage_home=np.array([s.home for s in industry.stages]),
        stage_theta=np.array([s.theta for s in industry.stages]), stage_gain=np.array([s.gain for s in industry.stages]),
        ages=np.array([a.share for a in industry.ages]),
    )  # fmt: skip
    if not industry.facts.home_pace.fitted:
        return w
    return w._replace(pace=fitted_pace(industry, w) * v["home_pace"])


def fitted_pace(industry: IndustryFile, w: World) -> Array:
    r"""Pace μ, d, under which the share made at home passes through the first and the last fitted year.

    μ: made_in[T](μ) = published share,   from a start with the first year's share and the same part of it owned

    Log points a year. Sales by owner at the first year are as at the start: only what is made at home was published.
    Raises BadInput where none between -0.5 and 0.5 does so.
    """
    rows = sorted((p for p in industry.published if p.fitted and p.reading == "made_in"), key=lambda p: p.year)
    first, last = rows[0], rows[-1]
    years = last.year - first.year
    back = (1 + w.growth) ** (first.year - industry.start)
    world_back = (1 + w.world_growth) ** (first.year - industry.start)
    then = w._replace(
        home_market=w.home_market * back, world_market=w.world_market * world_back, exported=w.exported * world_back,
        made_in=np.full(w.draws, first.share), owned_by=first.share * w.owned_by / w.made_in,
    )  # fmt: skip
    levers = Levers.none(years)

    def missed(pace: Array) -> Array:
        share = np.clip(run_years(then._replace(pace=pace), levers).made_in[-1], 1e-12, 1 - 1e-12)
        return np.asarray(np.log(share / (1 - share)) - np.log(last.share / (1 - last.share)))

    low, high = (np.full(w.draws, x) for x in _PACES)
    if (missed(low) > 0).any() or (missed(high) < 0).any():
        ends = f"{first.share:g} ({first.year}) to {last.share:g} ({last.year})"
        what = f"no pace between {_PACES[0]:g} and {_PACES[1]:g} takes {ends}"
        raise BadInput(
            what, where="published", fix="check the fitted rows, or give home_pace a value and fitted = false"
        )
    # The log odds are nearly straight in the pace: the secant from a slope of θ per year closes in a few steps.
    pace = np.full(w.draws, 0.01)
    off = missed(pace)
    slope = w.theta * years
    for _ in range(_STEPS):
        new = np.clip(pace - off / slope, *_PACES)
        there = missed(new)
        moved = new - pace
        slope = np.where(
            np.abs(moved) > 1e-14, np.divide(there - off, moved, out=slope.copy(), where=moved != 0), slope
        )
        pace, off = new, there
        if np.abs(off).max() < 1e-12:
            break
    return np.asarray(pace)
