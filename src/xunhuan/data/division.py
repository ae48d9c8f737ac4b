"""One sector of a table divided in two, by shares of the nation's official table and stated shares of other economies.

Both children keep every total of the parent: flow, use, final use and value added add up to it cell by cell, so that the
table of the parent comes back by adding up. What the parts are is found by odds: each cell has a prior share, and a group of
cells whose total is known has its odds moved by one factor until it is met, the least change in relative entropy.

Letters: r origin, s destination, o and d economies outside the nation, p and q its regions, i good, u user (industries,
then final categories), h version (0 the table itself, then k = 0, 1, ... in order).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING

import numpy as np

from xunhuan.data.arrays import INPUT_DUTIES, Array, Index, duties_on_inputs, ratio
from xunhuan.data.classification import Sectors

if TYPE_CHECKING:
    from xunhuan.data.accounts import Accounts

_ROOM = 0.02
"""No child is less than this share of what the parent makes in a region, sells, or has as value added of its output."""
_SWEEPS = 90


@dataclass(frozen=True, eq=False)
class Division:
    """How a sector is divided in two. Shares are the first child's, of the parent, in [0, 1].

    place     position of the first child; the second follows, and the parent was at this position
    regions   p, positions of the nation's regions
    national  output, exports, imports and value added of the nation, 4
    users     u, what each user of the nation buys of the parent; users are those of the divided table
    inputs    i, what the parent's industry uses of each undivided good
    of_exports  s, 1 where `made` is a share of exports, else of output
    made      h s, of output or exports of an economy; of the nation's regions without meaning
    sold      h s, of what an economy sells the nation, nan where nothing is known
    worth     h s, log odds that value added of the first child is above its share of output
    located   h p, log odds that the first child is in what a region of the nation makes, above the nation's
    leaning   h, how far what a region's users buy shows in what is sold to it: 1 in full, 0 not at all
    """

    place: Array
    regions: Index
    national: Array
    users: Array
    inputs: Array
    of_exports: Array
    made: Array
    sold: Array
    worth: Array
    located: Array
    leaning: Array

    def __len__(self) -> int:
        return len(self.leaning) - 1


DIVISION_AXES = {
    "place": "", "regions": "p", "national": "w", "users": "u", "inputs": "l", "of_exports": "s", "made": "hs", "sold": "hs",
    "worth": "hs", "located": "hp", "leaning": "h",
}  # fmt: skip
"""Axes of each array in a file, by letter; l the undivided goods, w the nation's four shares."""
DIVISION_PREFIX = "division_"


def arrays(division: Division) -> dict[str, np.ndarray]:
    """Every array of a division, by its name in a file."""
    return {DIVISION_PREFIX + f.name: np.asarray(getattr(division, f.name)) for f in fields(division)}


def from_arrays(values: Mapping[str, np.ndarray]) -> Division | None:
    """The division in a file's arrays, None where there is none."""
    if DIVISION_PREFIX + "made" not in values:
        return None
    return Division(**{f.name: values[DIVISION_PREFIX + f.name] for f in fields(Division)})


def odds_of(share: Array) -> Array:
    """Logs of the odds of shares, which are first held in [0.001, 0.999].

    >>> odds_of(np.array([0.5])).tolist()
    [0.0]
    """
    held = np.clip(share, 1e-3, 1 - 1e-3)
    return np.asarray(np.log(held / (1 - held)))


def part(log_odds: Array) -> Array:
    """Shares of log odds: 1 / (1 + e^−x)."""
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(log_odds, -700, 700))))


def meet(cells: Array, log_odds: Array, total: Array) -> Array:
    """Parts of cells n m by shares of given log odds, moved by one factor a row so that the row adds up to its total.

    a[n,m] = cells[n,m] / (1 + exp(−x[n,m] − α[n])),  Σ_m a[n,m] = total[n]

    The shares are those nearest to the given ones in relative entropy. cells n m, any unit · total n, between 0 and Σ cells

    >>> meet(np.array([[4.0, 4.0]]), np.array([[0.0, 0.0]]), np.array([2.0])).round(12).tolist()
    [[1.0, 1.0]]
    """
    low, high = np.full(len(cells), -60.0), np.full(len(cells), 60.0)
    for _ in range(_SWEEPS):
        mid = (low + high) / 2
        under = (cells * part(log_odds + mid[:, None])).sum(1) < total
        low, high = np.where(under, mid, low), np.where(under, high, mid)
    out = cells * part(log_odds + ((low + high) / 2)[:, None])
    found = out.sum(1)
    # What bisection leaves, a part in 1e15, goes in proportion.
    return np.asarray(out * ratio(total, found, 1.0)[:, None])


def joined_again(acc: Accounts, division: Division) -> Accounts:
    """The table with both children added up to one sector again; its posterior is the undivided one."""
    from xunhuan.data.posterior import Posterior

    a = int(division.place)

    def add(values: Array, axis: int) -> Array:
        whole = np.moveaxis(values, axis, 0)
        joined = np.concatenate([whole[:a], (whole[a] + whole[a + 1])[None], whole[a + 2 :]])
        return np.moveaxis(joined, 0, axis)

    codes = (*acc.sectors.codes[:a], "+".join(acc.sectors.codes[a : a + 2]), *acc.sectors.codes[a + 2 :])
    post = acc.posterior
    tariff = np.delete(acc.tariff, a + 1, axis=2)
    use = add(add(acc.use, 1), 2)
    flow = add(acc.flow, 2)
    value_added = _with_duties(add(acc.value_added, 1), acc.components, flow, tariff, use)
    return replace(
        acc, flow=flow, use=use, final=add(acc.final, 1), value_added=value_added, tariff=tariff,
        sectors=Sectors(codes), posterior=replace(post, division=None) if isinstance(post, Posterior) else None,
    )  # fmt: skip


def divided(base: Accounts, division: Division, sectors: Sectors, h: int = 0) -> Accounts:
    """The table with the parent divided; h = 0 for the table itself, k + 1 for version k. No posterior.

    sectors  of the divided table

    Raises UnbalancedAccounts if it did not balance.
    """
    g = int(division.place)
    flow = _flows(base, division, h)
    made, bought = flow.sum(1), flow.sum(0)
    total = base.value_added[:, g].sum(1)
    worth = _worth(base, division, h, made)
    prior = np.broadcast_to(odds_of(division.inputs), base.use[:, :, g].shape)
    inputs = meet(base.use[:, :, g], prior, made - worth)
    columns = np.insert(base.use, g, inputs, axis=2)
    columns[:, :, g + 1] = base.use[:, :, g] - inputs
    cells = np.concatenate([columns[:, g], base.final[:, g]], axis=1)
    used = meet(cells, np.broadcast_to(odds_of(division.users), cells.shape), bought)
    n = len(sectors)
    use, final = np.insert(columns, g, used[:, :n], axis=1), np.insert(base.final, g, used[:, n:], axis=1)
    use[:, g + 1], final[:, g + 1] = columns[:, g] - used[:, :n], base.final[:, g] - used[:, n:]
    rest = base.flow[:, :, g] - flow
    flows = np.insert(base.flow, g, flow, axis=2)
    flows[:, :, g + 1] = rest
    tariff = np.insert(base.tariff, g, base.tariff[:, :, g], axis=2)
    value_added = np.insert(base.value_added, g, base.value_added[:, g] * ratio(worth, total)[:, None], axis=1)
    value_added[:, g + 1] = base.value_added[:, g] - value_added[:, g]
    value_added = _with_duties(value_added, base.components, flows, tariff, use)
    return replace(
        base, flow=flows, use=use, final=final, value_added=value_added, tariff=tariff, sectors=sectors,
        sourcing=None, posterior=None,
    )  # fmt: skip


def _with_duties(value_added: Array, components: tuple[str, ...], flow: Array, tariff: Array, use: Array) -> Array:
    """Value added s j v whose duties on inputs are those of the flows; each industry's total stays."""
    if INPUT_DUTIES not in components:
        return value_added
    at = components.index(INPUT_DUTIES)
    rest = next(n for n in range(len(components)) if n != at)
    out = value_added.copy()
    more = duties_on_inputs(flow, tariff, use) - out[:, :, at]
    out[:, :, at] += more
    out[:, :, rest] -= more
    return out


def _flows(base: Accounts, d: Division, h: int) -> Array:
    """Flows r s of the first child."""
    g, p = int(d.place), d.regions
    away = np.setdiff1d(np.arange(base.R), p)
    flow = base.flow[:, :, g]
    output, exports, imports, _ = d.national
    whole = flow[np.ix_(p, p)].sum()
    sold, bought = flow[np.ix_(p, away)].sum(0), flow[np.ix_(away, p)].sum(1)
    leans = d.leaning[h] * _bought(base, d, h)
    made = odds_of(d.made[h])
    out = np.zeros_like(flow)

    prior = np.where(np.isnan(d.sold[h]), made, odds_of(np.nan_to_num(d.sold[h], nan=0.5)))[away]
    into = meet(bought[None], prior[None], np.array([imports * bought.sum()]))[0]
    outof = meet(sold[None], (odds_of(np.array([exports])) + leans[away])[None], np.array([exports * sold.sum()]))[0]
    own = output * (whole + sold.sum()) - outof.sum()
    out[np.ix_(away, away)] = _abroad(flow[np.ix_(away, away)], into, bought, made[away], leans[away], d, h, away)

    out[np.ix_(away, p)] = meet(flow[np.ix_(away, p)], np.broadcast_to(leans[p], (len(away), len(p))), into)
    away_of = np.broadcast_to(d.located[h], (len(away), len(p)))
    out[np.ix_(p, away)] = meet(flow[np.ix_(p, away)].T, away_of, outof).T
    inside = (d.located[h][:, None] + leans[p][None, :]).reshape(1, -1)
    out[np.ix_(p, p)] = meet(flow[np.ix_(p, p)].reshape(1, -1), inside, np.array([own])).reshape(len(p), len(p))
    return out


def _bought(base: Accounts, d: Division, h: int) -> Array:
    """Log odds of the first child in what each region uses of the parent, by its users, less the mean; axis s."""
    g = int(d.place)
    mixed = d.made[h].copy()
    mixed[d.regions] = d.national[0]
    users = np.insert(base.use[:, g], g, base.use[:, g, g] * mixed, axis=1)
    users[:, g + 1] = base.use[:, g, g] * (1 - mixed)
    cells = np.concatenate([users, base.final[:, g]], axis=1)
    first = cells * d.users
    return odds_of(ratio(first.sum(1), cells.sum(1), 0.5)) - odds_of(ratio(first.sum(), cells.sum()))


def _abroad(
    flow: Array, into: Array, bought: Array, made: Array, leans: Array, d: Division, h: int, away: Index
) -> Array:
    """Flows o d between other economies: the rest of what each is known to make or export, own sales at the same odds."""
    n = len(flow)
    own, rest = np.eye(n, dtype=bool), d.of_exports[away] > 0
    prior = made[:, None] + leans[None, :]
    counted = np.where(rest[:, None] & own, 0.0, flow)
    room = counted.sum(1)
    wanted = d.made[h][away] * (room + bought) - into
    held = np.clip(wanted, _ROOM * room, (1 - _ROOM) * room)
    found = meet(counted, prior, held)
    moved = np.where(room > 0, odds_of(ratio(held, room, 0.5)) - made, 0.0)
    return np.where(rest[:, None] & own, flow * part(prior + moved[:, None]), found)


def _worth(base: Accounts, d: Division, h: int, made: Array) -> Array:
    """Value added s of the first child: the nation's by its table, at both children's national rates in every region."""
    g, p = int(d.place), d.regions
    output, total = base.output[:, g], base.value_added[:, g].sum(1)
    odds = odds_of(ratio(made, output, 0.5)) + d.worth[h]
    share = part(odds)
    rates = odds_of(d.national[[3]]) - odds_of(d.national[[0]])
    nation = meet(total[p][None], odds[p][None] + rates, np.array([d.national[3] * total[p].sum()]))[0]
    share[p] = ratio(nation, total[p])
    # Inputs of both children stay above nothing.
    low = ratio(total - (1 - _ROOM) * (output - made), total)
    high = ratio((1 - _ROOM) * made, total, 1.0)
    return np.asarray(total * np.clip(share, np.maximum(low, 0.0), np.minimum(high, 1.0)))
