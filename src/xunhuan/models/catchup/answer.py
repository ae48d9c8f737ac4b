"""The catch-up room as the house wants it: accounts and a shock to a response."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import xarray as xr

from xunhuan.data.accounts import Accounts
from xunhuan.data.arrays import Array
from xunhuan.errors import BadInput, Problems
from xunhuan.models.catchup import outcome as of
from xunhuan.models.catchup.acting import acting
from xunhuan.models.catchup.draws import values_drawn, world
from xunhuan.models.catchup.industry import IndustryFile
from xunhuan.models.catchup.market import OUTSIDE, OWNED
from xunhuan.models.catchup.notes import beside_answer
from xunhuan.models.catchup.outcome import Worked, worked_out, years_run
from xunhuan.models.catchup.parameters import CatchupParameters
from xunhuan.models.catchup.path import Levers
from xunhuan.models.catchup.projection import projected
from xunhuan.models.catchup.recursion import barriers_in_force, with_accounts
from xunhuan.models.model import LongRun, Response, Shock, Status

_LABELS = {n: f"cut_{n}" for n in ("know", "trade", "tools", "leave")} | {
    "push": "extra_push", "waste": "duplicated", "together": "acting_together", "whole": "whole_change",
}  # fmt: skip
"""What levers and channels are called where they stand on an axis: their plain names are other things' too."""
NO_ACCOUNTS = "the market of the good alone: accounts are the base's; what it hands on moves the model that comes after"


def respond(
    accounts: Accounts, shock: Shock, parameters: CatchupParameters | None = None, long_run: LongRun | None = None
) -> Response:
    """Years of an industry under what a shock cuts off and pushes; equations in `learning`, `market`, `frontier`, `path`.

    accounts  any table whose home is the file's nation · long_run: the equilibrium that engine "trade" is run around
    path      draw year: readings, price, gap, costs, stages ...; draw 0 is central
    detail    year the target is reached, its price and cost, levers, channels, vintages, the map of two levers

    Raises BadInput for a file, shock or parameter that cannot be.
    """
    p = parameters or CatchupParameters()
    found = p.of_industry()
    if found.curve:
        return projected(accounts, shock, p, found)
    check_home(accounts, found, p)
    check_years((shock,), p)
    if p.engine == "trade" and long_run is None:
        raise BadInput("engine = 'trade' needs the long-run model", fix="ask through xunhuan.respond or a scenario")
    o, notes = _asked(accounts, shock, p, found, p.draws)
    market = as_response(accounts, o, shock, (*notes, *beside_answer(o)), whole=True)
    return market if long_run is None else with_accounts(accounts, market, shock, o, long_run)


def respond_many(
    accounts: Accounts, shocks: Sequence[Shock], parameters: Sequence[CatchupParameters], *, booked: bool = True
) -> Iterator[Response]:
    """Responses of many draws of one market, all years of all at once; what no draw needs (levers, map) is left out.

    Raises BadInput as `respond`, before the first.
    """
    first = parameters[0]
    found = first.of_industry()
    if found.curve or first.engine == "trade":
        raise BadInput("draws of this are asked one by one")
    check_home(accounts, found, first)
    check_years(shocks, first)
    facts = [p.facts(found) for p in parameters]
    values = {n: np.array([f[n].value if not f[n].fitted else 1.0 for f in facts]) for n in facts[0]}
    values["home_pace"] = values["home_pace"] * np.array([p.pace_factor for p in parameters])
    years = years_run(found, first)
    acts = [
        acting(accounts, s, found, first.industry, years, f["good_elasticity"].value, p.price_of_anarchy)
        for s, f, p in zip(shocks, facts, parameters, strict=True)
    ]
    along = [np.concatenate([getattr(a.levers, n) for a in acts], axis=1) for n in Levers._fields[:6]]
    levers = Levers._make([*along, np.concatenate([a.levers.waste for a in acts])])
    w = world(found, values, first.law, first.world_growth)
    check_market(w.home_market, w.world_market, w.growth, w.world_growth, years, found)
    o = worked_out(found, first, w, levers)
    for k in range(len(shocks)):
        yield as_response(accounts, of.one(o, k), shocks[k], acts[k].notes, whole=False)


def _asked(
    accounts: Accounts, shock: Shock, p: CatchupParameters, found: IndustryFile, draws: int
) -> tuple[Worked, tuple[str, ...]]:
    """The years of a question, draws and all, and what is to be said of its edits."""
    facts, years = p.facts(found), years_run(found, p)
    act = acting(accounts, shock, found, p.industry, years, facts["good_elasticity"].value, p.price_of_anarchy)
    values = values_drawn(facts, draws, p.seed)
    values["home_pace"] = values["home_pace"] * p.pace_factor
    w = world(found, values, p.law, p.world_growth)
    check_market(w.home_market, w.world_market, w.growth, w.world_growth, years, found)
    return worked_out(found, p, w, act.levers), act.notes


def check_home(accounts: Accounts, found: IndustryFile, p: CatchupParameters) -> None:
    """Raise BadInput where the industry file is of another nation than the table's home."""
    if found.nation and found.nation != accounts.home:
        raise BadInput(
            f"the industry {p.industry!r} is of {found.nation}, the table's home is {accounts.home}", where=accounts.name,
            fix=f"take a table with home {found.nation}, or another industry file",
        )  # fmt: skip


def check_years(shocks: Sequence[Shock], p: CatchupParameters) -> None:
    """Raise BadInput naming every edit that has no place in the years asked for."""
    problems = Problems("the shock cannot be applied")
    edits = dict.fromkeys(e for s in shocks for e in s.edits)
    problems.items = [f"`{e}`: {wrong}" for e in edits for wrong in p.fits(e)]
    problems.raise_if(BadInput)


def check_market(
    home: Array, whole: Array, growth: Array, world_growth: Array, years: int, found: IndustryFile
) -> None:
    """Raise BadInput naming the first year in which the home market would be larger than the world's."""
    t = np.arange(years + 1)[:, None]
    beyond = np.flatnonzero((home * (1 + growth) ** t >= whole * (1 + world_growth) ** t).any(1))
    if beyond.size:
        raise BadInput(
            f"in {found.start + int(beyond[0])} the home market would be larger than the world's", where="world_growth",
            fix="give home_growth and world_growth that keep it smaller, or fewer years",
        )  # fmt: skip


def as_response(accounts: Accounts, o: Worked, shock: Shock, notes: tuple[str, ...], whole: bool) -> Response:
    """A Response from an outcome; `whole`: with levers, channels, vintages and the map."""
    found, p = o.industry, o.parameters
    years = np.arange(o.last + 1) + found.start
    draw = np.arange(o.path.made_in.shape[1])
    path = _path(o).isel(year=slice(0, o.last + 1)).assign_coords(year=years, draw=draw)
    data: dict[str, Any] = {
        "target_year": (("draw", "reading"), np.stack([o.reached[n] for n in of.reading_names(o)], axis=1)),
        "readings_then": (("draw", "reading"), np.stack([o.readings[n][o.by] for n in of.reading_names(o)], axis=1)),
        "price_then": ("draw", o.price[o.by]), "cost_then": ("draw", o.cost[o.by]), "gap_then": ("draw", o.path.gap[o.by]),
        "shortage_then": ("draw", o.path.shortage[o.by]), "look_through_then": ("draw", o.look_through[o.by]),
        "sales_response": ("draw", o.response),
        "stage_then": (("draw", "stage"), o.path.stage_share[o.by]),
        "productivity": ("draw", handed_productivity(o)),
    }  # fmt: skip
    coords: dict[str, Any] = {
        "draw": draw, "reading": list(of.reading_names(o)), "stage": [s.name for s in found.stages],
    }  # fmt: skip
    if whole:
        _further(o, data, coords)
    detail = xr.Dataset(data, coords=coords)
    detail.attrs = {
        "industry": p.industry, "definition": p.target.definition, "share": p.target.share, "by": p.target.by,
        "start": found.start, "unit": found.unit,
        "value_by": float(o.readings["made_in"][o.by, 0] * o.path.home_market[o.by, 0]),
        "sector": found.sector, "home": accounts.home,
        "edits": "\n".join(map(str, barriers_in_force(shock, o, p.target.by))),
        "citation": ["IrwinKlenow1994", "Helveston2022", "EatonKortum2002"],
    }  # fmt: skip
    message = (
        f"{o.last} years from {found.start}, {len(draw) - 1} draws"
        if len(draw) > 1
        else f"{o.last} years from {found.start}"
    )
    return Response(accounts, detail, Status(iterations=o.last, message=message), path, (*notes, NO_ACCOUNTS))


def _path(o: Worked) -> xr.Dataset:
    """Results along the years, axes year draw and what they have of their own."""
    two: dict[str, Array] = {
        **o.readings, "abroad": o.path.abroad, "gap": o.path.gap, "top": o.path.top, "price": o.path.price,
        "price_ratio": o.price, "cost": o.cost, "cost_ratio": of.cost_ratio(o), "look_through": o.look_through,
        "bottleneck": o.path.stage_share.min(-1, initial=1.0), "shortage": o.path.shortage, "imports": of.spending_abroad(o),
        "home_market": o.path.home_market, "ceiling": _ceiling(o), "pushed": of.pushed(o) + np.zeros_like(o.price),
    }  # fmt: skip
    data: dict[str, Any] = {n: (("year", "draw"), np.broadcast_to(x, o.price.shape)) for n, x in two.items()}
    for name in ("stage_price", "stage_share"):
        data[name] = (("year", "draw", "stage"), getattr(o.path, name))
    return xr.Dataset(data, coords={"stage": [s.name for s in o.industry.stages]})


def _ceiling(o: Worked) -> Array:
    """Where controls put the newest generation that can be mastered, t d; nan in years without."""
    t = np.arange(len(o.price))[:, None]
    return np.where(o.levers.tools > 0, o.world.ceiling + o.world.rise * t, np.nan)


def _further(o: Worked, data: dict[str, Any], coords: dict[str, Any]) -> None:
    """What is worked out for the central draw alone."""
    levers, steps = of.levers_needed(o), of.channels(o)
    data |= {
        f"lever_{k}": ("lever", np.array([getattr(v, k) for v in levers.values()])) for k in ("value", "price", "cost")
    }
    data["channel_effect"] = ("step", np.array(list(steps.values())))
    data["vintages_then"] = (("seller", "vintage"), of.vintages(o))
    data["year_surface"] = (("cut_dose", "push_rate"), of.when_by_two(o))
    data["pace"] = ((), float(o.world.pace[0]))
    target = o.parameters.target
    data["lever_idle"] = ((), bool(o.readings[target.definition][o.by, 0] >= target.share))
    coords |= {
        "lever": [_LABELS.get(n, n) for n in levers], "step": [_LABELS.get(n, n) for n in steps],
        "seller": ["seller_owned", "seller_alien", "seller_abroad", "seller_nobody"],
        "vintage": np.arange(len(o.industry.ages)), "cut_dose": of.DOSES, "push_rate": of.PUSHES,
    }  # fmt: skip


def handed_productivity(o: Worked) -> Array:
    r"""Productivity of the sector at home against abroad in the target's year, over what history alone gives, d.

    Â = ((ĉ_abroad/ĉ_home) / (ĉ_abroad/ĉ_home)_history)^κ        κ cost share of the good in the sector

    What is handed on: an answer is a change against the path by history, so where nothing is done it is 1.
    """
    assert o.industry.facts is not None
    now, alone = (of.cost_ratio(o)[o.by], o.history.cost[o.by, :, OWNED] / o.history.cost[o.by, :, OUTSIDE])
    return np.asarray((now / alone) ** -o.industry.facts.cost_share.value)
