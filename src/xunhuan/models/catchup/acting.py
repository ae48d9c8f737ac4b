"""From the edits of a shock to what acts on the industry, year by year."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from xunhuan.data.accounts import Accounts
from xunhuan.data.arrays import Array
from xunhuan.errors import BadInput, Problems, nearest
from xunhuan.models.catchup.industry import IndustryFile
from xunhuan.models.catchup.path import Levers
from xunhuan.models.edits import Decoupling, Duplication, Push
from xunhuan.models.edits.primitives import Theta, primitives
from xunhuan.models.edits.yearly import CHANNELS, industry_named
from xunhuan.models.model import Shock


@dataclass(frozen=True, eq=False)
class Acting:
    """What acts: the levers by year, and what is to be said of edits that do not bite."""

    levers: Levers
    notes: tuple[str, ...] = field(default=())


def acting(
    acc: Accounts, shock: Shock, found: IndustryFile, name: str, years: int, theta: float, waste: float
) -> Acting:
    r"""The levers of a shock over `years` years after the start.

    λ[c,t] = 1 − Π_k (1 − part_k λ_k[t]);   λ_trade further 1 − Σ flow (d̂ (1 + t')/(1 + t))^(−θ) / Σ flow from the
    second year on

    part_k  share of what comes from abroad that comes from the edit's `from`, by the file's suppliers (of sales of
    the good by
    the table), times the part of home it is aimed at, by use of the good in the table · theta θ · waste  price of anarchy

    Raises BadInput collecting every edit that names unknown places or another industry.
    """
    problems = Problems("the shock cannot be applied")
    for e in shock.edits:
        for wrong in e.check(acc):
            problems.add(f"`{e}`: {wrong}")
        industry = getattr(e, "industry", "")
        if industry and industry_named(industry) != industry_named(name):
            near = nearest(industry, [name])
            problems.add(f"`{e}`: industry: the model is of {name!r}" + (f"; did you mean {near[0]}?" if near else ""))
    problems.raise_if(where=shock.name or acc.name)
    first = found.start
    t = np.arange(first, first + years + 1, dtype=float)
    left = {c: np.ones(years + 1) for c in CHANNELS}
    notes = []
    for e in shock.of(Decoupling):
        aim = aimed_at(acc, found, e.destination)
        part = aim * from_whom(acc, found, e) if aim else 0.0
        if part == 0:
            notes.append(f"`{e}` does not touch what comes to {acc.home} from abroad by {e.channel}")
        left[e.channel] = left[e.channel] * (1 - part * e.strength(t, first))
    left["trade"] = left["trade"] * np.where(t > first, 1 - _barred(acc, shock, found, theta), 1.0)
    push = np.zeros(years + 1)
    for p in shock.of(Push):
        push += p.rates(t, first) * part_made_in(acc, found, p.regions)
    for d in shock.of(Duplication):
        waste *= d.factor ** part_made_in(acc, found, d.regions)
    cut = {c: (1 - x)[:, None] for c, x in left.items()}
    return Acting(
        Levers(**cut, push=push[:, None], exports=np.ones((years + 1, 1)), waste=np.array([waste])), tuple(notes)
    )


def _home(acc: Accounts) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    return np.array([n == acc.home for n in acc.geography.nation])


def industry_sectors(acc: Accounts, found: IndustryFile) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    """Positions of the sectors the industry is in. Raises UnknownName."""
    return acc.sectors.select(found.sector)


def aimed_at(acc: Accounts, found: IndustryFile, regions: str | tuple[str, ...]) -> float:
    """Part of home's use of the good that is in some regions."""
    chosen = np.isin(np.arange(acc.R), acc.geography.select(regions, acc.home)) & _home(acc)
    used = acc.absorption[:, industry_sectors(acc, found)].sum(1)
    return float(used[chosen].sum() / used[_home(acc)].sum())


def part_made_in(acc: Accounts, found: IndustryFile, regions: str | tuple[str, ...]) -> float:
    """Part of home's output of the industry that is in some regions."""
    chosen = np.isin(np.arange(acc.R), acc.geography.select(regions, acc.home)) & _home(acc)
    made = acc.output[:, industry_sectors(acc, found)].sum(1)
    return float(made[chosen].sum() / made[_home(acc)].sum())


def from_whom(acc: Accounts, found: IndustryFile, e: Decoupling) -> float:
    """Part of what comes from abroad by the edit's channel that comes from the edit's origin."""
    g, inside = acc.geography, _home(acc)
    chosen = np.isin(np.arange(acc.R), g.select(e.origin, acc.home)) & ~inside
    if chosen[~inside].all():
        return 1.0
    if e.channel == "trade":
        sold = acc.flow[:, inside][:, :, industry_sectors(acc, found)].sum((1, 2))
        return float(sold[chosen].sum() / sold[~inside].sum())
    shares = next((s.nations for s in found.suppliers if s.channel == e.channel), None)
    if shares is None:
        raise BadInput(
            f"the industry file does not say whom {e.channel} comes from", where=str(e),
            fix='give from = "foreign", or add [[suppliers]] to the file',
        )  # fmt: skip
    part = {n: float(np.mean([chosen[k] for k in range(acc.R) if g.nation[k] == n])) for n in set(g.nation)}
    return float(sum(share * part.get(n, 0.0) for n, share in shares.items()))


def _barred(acc: Accounts, shock: Shock, found: IndustryFile, theta: float) -> float:
    """λ of the lasting edits: share of sales of the good from abroad that barriers cut at given prices."""
    if not shock.lasting:
        return 0.0
    every = np.full(acc.S, theta)
    p = primitives(acc, Shock(shock.lasting, shock.name), Theta(every, every))
    inside, i = _home(acc), industry_sectors(acc, found)
    cells = np.ix_(~inside, inside, i)
    paid = acc.flow[cells] * (1 + acc.tariff[cells])
    with np.errstate(over="ignore"):
        dearer = p.trade_cost[cells] * (1 + p.tariff[cells]) / (1 + acc.tariff[cells])
        left = float((paid * dearer ** (-theta)).sum() / paid.sum())
    if left > 1:
        raise BadInput("the lasting edits open the market for the good from abroad", where=str(shock.name),
                       fix="give the openness to "
                       "the trade model; this one reads what is cut")  # fmt: skip
    return 1 - left


def sums(levers: Levers) -> Array:
    """Log points that pushes, without the pace of history, have taken off costs at home since the start; t d."""
    return np.asarray(np.cumsum(levers.push, axis=0) / levers.waste)
