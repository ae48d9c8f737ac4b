"""The same learning around the long-run equilibrium: every region of the table a producer, an equilibrium a year.

Letters: r region that learns, o region it learns from, i the industry's sectors, t year, k stage of inputs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import xarray as xr

from xunhuan.data.accounts import Accounts
from xunhuan.data.arrays import Array
from xunhuan.models.catchup.acting import industry_sectors
from xunhuan.models.catchup.learning import learning_exponent
from xunhuan.models.catchup.market import stage_price
from xunhuan.models.catchup.outcome import Worked, central
from xunhuan.models.edits import Decoupling, Edit, Productivity, TradeCost
from xunhuan.models.model import LongRun, Response, Shock, Status

if TYPE_CHECKING:
    from xunhuan.models.solvers import Vector


class YearRun(NamedTuple):
    """One year: productivity r, ratio, of the industry's sectors; experience r; the equilibrium."""

    productivity: Array
    experience: Array
    response: Response


def weights(acc: Accounts, shock: Shock, spillover: float, year: int, first: int) -> Array:
    r"""Weights of what each region makes in the experience of each, r o.

    ω[r,o] = 1 for r = o;   s inside a nation;   s (1 − λ[r,o]) across a border        [IrwinKlenow1994]

    λ of every edit that cuts knowledge holds both ways between the places it names, as in the market.
    """
    left = np.ones((acc.R, acc.R))
    for e in shock.of(Decoupling):
        if e.channel == "know":
            origin, destination = (acc.geography.select(x, acc.home) for x in (e.origin, e.destination))
            part = np.ones((acc.R, acc.R))
            part[np.ix_(destination, origin)] = 1 - float(e.strength(np.array([float(year)]), first)[0])
            left *= np.minimum(part, part.T)
    same = np.asarray(acc.geography.same_nation)
    out = spillover * np.where(same, 1.0, left)
    np.fill_diagonal(out, 1.0)
    return np.asarray(out)


def learnt_productivity(
    grown: Array, pushed: Array, inputs: Array, abroad: Array, exponent: float, cost_share: float
) -> Array:
    r"""Productivity of the industry's sectors by region, against the start and against the mean abroad.

    Â[r] = ((E/E0)^b e^(μ t) Π_k P̂[k]^(−ω_k))^κ / mean abroad

    grown r, E/E0 · pushed, inputs r, log points off costs and log price of inputs, 0 abroad · abroad r, weights of the
    mean, sum to 1, 0 at home · exponent b · cost_share κ. The table's year holds no growth, so the mean abroad is taken out.
    """
    log = cost_share * (exponent * np.log(grown) + pushed - inputs)
    return np.asarray(np.exp(log - float((abroad * log).sum())))


def years(acc: Accounts, shock: Shock, o: Worked, long_run: LongRun) -> Iterator[YearRun]:
    """The equilibria of the years shown, each searched from where the two before it lead; the last with its books.

    E[r,t+1] = E[r,t] + Σ_o ω[r,o,t] y[o,t] (1 + g)^t        y volume of output, value at the base's prices
    """
    c = central(o)
    w, first = c.world, o.industry.start
    assert o.industry.facts is not None
    b, kappa = float(learning_exponent(w.learning_rate)[0]), o.industry.facts.cost_share.value
    s, g = float(w.spillover[0]), float(w.world_growth[0])
    i = industry_sectors(acc, o.industry)
    base = acc.output[:, i].sum(1)
    at_home = np.array([n == acc.home for n in acc.geography.nation])
    abroad = np.where(at_home, 0.0, base)
    abroad /= abroad.sum()
    start = weights(acc, Shock(), s, first, first) @ base / g
    live = start > 0
    stock = start.copy()
    before: Vector | None = None
    guess: Vector | None = None
    for t in range(o.last + 1):
        stage = stage_price(w.stage_home, w.stage_theta, w.stage_gain * t, c.levers.tools[t])
        inputs = float((np.log(stage) * w.stage_weight).sum())
        grown = np.where(live, stock / np.where(live, start, 1.0), 1.0)
        made = learnt_productivity(
            grown, np.where(at_home, float(c.path.pushed[t, 0]), 0.0), np.where(at_home, inputs, 0.0), abroad, b, kappa
        )
        response, state = long_run(_shock(acc, shock, o, made, first + t), guess, t == o.last)
        before, guess = state, state if before is None else 2 * state - before
        yield YearRun(made, stock.copy(), response)
        volume = _volume(response, acc, i)
        stock = (1 - float(w.forgetting[0])) * stock + weights(acc, shock, s, first + t, first) @ volume * (1 + g) ** t


def _shock(acc: Accounts, shock: Shock, o: Worked, made: Array, year: int) -> Shock:
    """What the equilibrium of a year is asked: productivities, the lasting edits, and sales that are cut by then."""
    edits: list[Edit] = [
        Productivity(regions=code, sectors=o.industry.sector, change=float(a) - 1)
        for code, a, books in zip(acc.geography.codes, made, acc.closed, strict=True) if books and abs(a - 1) > 1e-13
    ]  # fmt: skip
    return Shock((*edits, *barriers_in_force(shock, o, year)), f"{shock.name or 'years'} {year}")


def barriers_in_force(shock: Shock, o: Worked, year: int) -> tuple[Edit, ...]:
    """Barriers to trade in force in a year: the lasting edits from the second year on, and sales of the good that are cut by
    then. A table tells the good apart from its sector no further, so that the cut is of the whole sector."""
    first, sector = o.industry.start, o.industry.sector
    out: list[Edit] = [*shock.lasting] if year > first else []
    for e in shock.of(Decoupling):
        size = float(e.strength(np.array([float(year)]), first)[0])
        if e.channel == "trade" and size > 0:
            cut: dict[str, Any] = {"from": e.origin, "to": e.destination, "sectors": sector}
            out.append(TradeCost(**cut, **({"ban": True} if size == 1 else {"cut": size})))
    return tuple(out)


def _volume(response: Response, acc: Accounts, i: Array | Any) -> Array:
    """Output of the industry's sectors at the base's prices, r."""
    hat = np.nan_to_num(response.detail["output_hat"].transpose("region", "sector").to_numpy()[:, i], nan=1.0)
    return np.asarray((hat * acc.output[:, i]).sum(1))


def with_accounts(accounts: Accounts, market: Response, shock: Shock, o: Worked, long_run: LongRun) -> Response:
    """The market's answer with the table's: accounts of the last year, income and output of regions along the years."""
    i = industry_sectors(accounts, o.industry)
    base = accounts.output[:, i].sum(1)
    income, volume, made = [], [], []
    worst: Status | None = None
    last: Response | None = None
    steps = 0
    for year in years(accounts, shock, o, long_run):
        last = year.response
        steps += last.status.iterations
        if worst is None or worst.converged:
            worst = last.status
        income.append(last.detail["real_income_hat"].to_numpy())
        volume.append(np.where(base > 0, _volume(last, accounts, i) / np.where(base > 0, base, 1.0), 1.0))
        made.append(year.productivity)
    assert last is not None
    assert worst is not None
    codes = list(accounts.geography.codes)
    along = {"income_hat": income, "output_hat": volume, "productivity_hat": made}
    told = xr.Dataset({n: (("year", "region"), np.stack(x)) for n, x in along.items()}, coords={"region": codes})
    assert market.path is not None
    path = market.path.merge(told.assign_coords(year=market.path["year"]))
    detail = market.detail.assign(
        income_hat=("region", income[-1]), output_hat=("region", volume[-1]),
        income_base=("region", np.nan_to_num(last.detail["income_base"].to_numpy())), output_base=("region", base),
    ).assign_coords(region=codes)  # fmt: skip
    detail.attrs = market.detail.attrs | {"booked": 1}
    ended = replace(worst, iterations=steps, message=f"{o.last + 1} equilibria, {steps} iterations; {worst.message}")
    notes = tuple(n for n in market.notes if not n.startswith("the market of the good alone"))
    owners = [f"`{e}`" for e in shock.of(Decoupling) if e.channel == "leave"]
    more = (f"the table knows no owners: {', '.join(owners)} moves the market alone",) if owners else ()
    return Response(last.accounts, detail, ended, path, (*notes, *last.notes, *more))
