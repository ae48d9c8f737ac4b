"""The least and the most trade among the regions of a nation that their margins allow."""

from __future__ import annotations

import numpy as np

from xunhuan.data.accounts import Accounts
from xunhuan.data.arrays import Array
from xunhuan.data.balance import gravity_fill, own_bounds
from xunhuan.scenario.run import Bounds


def hauling_bounds(acc: Accounts) -> Bounds:
    """Bounds of the own/inter split of the home nation, all margins kept.

    supply[r,i] = Σ_{s at home} flow, demand[s,i] = Σ_{r at home} flow. Least trade: own = min(supply, demand); most: own
    = what a region must sell to itself. What is left is spread by gravity with the base's own `affinity` of pairs. The
    country's totals, its trade abroad, use, value added and GDP do not change.
    """
    home = np.flatnonzero([n == acc.home for n in acc.geography.nation])
    block = np.ix_(home, home)
    inside = acc.flow[block]
    supply, demand = inside.sum(1), inside.sum(0)
    fewest, largest = own_bounds(supply, demand)
    distance = 1 / affinity(inside)
    least, most = acc.flow.copy(), acc.flow.copy()
    least[block] = _filled(distance, supply, demand, largest)
    most[block] = _filled(distance, supply, demand, fewest)
    return Bounds(acc, least, most)


def affinity(inside: Array, sweeps: int = 300) -> Array:
    """How readily pairs of regions trade whatever their sizes: g of the least-squares fit over all flows between regions

    ln flow[r,s,i] = a[r,i] + b[s,i] + ln g[r,s]        axes r s; 1 on the diagonal and where a pair trades nothing

    For flows made by one gravity seed it is that seed up to scales of rows and columns, which gravity does not see.
    """
    n = len(inside)
    there = (inside > 0) & ~np.eye(n, dtype=bool)[:, :, None]
    logs = np.log(np.where(there, inside, 1.0))
    count = [np.maximum(there.sum(axis), 1) for axis in (1, 0, 2)]
    a, b, g = np.zeros((n, inside.shape[2])), np.zeros((n, inside.shape[2])), np.zeros((n, n))
    for _ in range(sweeps):
        a = (np.where(there, logs - b[None] - g[:, :, None], 0.0)).sum(1) / count[0]
        b = (np.where(there, logs - a[:, None] - g[:, :, None], 0.0)).sum(0) / count[1]
        g = (np.where(there, logs - a[:, None] - b[None], 0.0)).sum(2) / count[2]
    return np.asarray(np.exp(g))


def _filled(distance: Array, supply: Array, demand: Array, own: Array) -> Array:
    """Flows r s i with `own` on the diagonal and the margins kept."""
    row, column = np.maximum(supply - own, 0.0), np.maximum(demand - own, 0.0)
    dust = row.sum(0) <= 1e-12 * supply.sum(0)
    row[:, dust], column[:, dust] = 0.0, 0.0
    column *= np.divide(row.sum(0), column.sum(0), out=np.ones(len(dust)), where=column.sum(0) > 0)
    out = gravity_fill(row, column, distance, 1.0).require("trade between regions").copy()
    place = np.arange(len(own))
    out[place, place] = own
    return out
