"""What a step takes and gives: the state, what shocks do to it, what happened.

Letters: r origin, i good, s destination, j using industry, g a few of the goods, k kinds of orders, n near or other. Shares
are laid out i r s so that routing is one small matrix product a good. All flows are rates per day unless said; stocks are
values.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from xunhuan.data.arrays import Array

Goods = NDArray[np.intp]
LinkCells = tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]


@dataclass(frozen=True, eq=False)
class State:
    """What a step hands to the next. A run resumed from a saved state equals an uninterrupted one bit by bit.

    step      steps done
    stock     i s j, input i held by industry j
    output    r i, production of the last step, per day · wanted  r i, what orders and capacity allowed then
    expected  r i, what they allowed of late: the moving mean of wanted that target stocks follow where they follow demand
    overtime  r i, capacity relative to base from overproduction, ≥ 1
    share     i r s, sourcing shares
    indebted  g, goods of which some supplier owes something
    debt      g r s, what r has failed to deliver to the industries of s and their stocks still lack, of those goods
    outstanding  n s i, capital destroyed by event n and not rebuilt, value of the goods it takes
    """

    step: int
    stock: Array
    output: Array
    wanted: Array
    expected: Array
    overtime: Array
    share: Array
    indebted: Goods
    debt: Array
    outstanding: Array


@dataclass(frozen=True, eq=False)
class Pressure:
    """What shocks do to one step; ratios to the table at rest.

    capacity  r i, share of capacity left · demand  s i, final demand · target  s i, target stocks (None: as ever)
    cells     places i r s of throttled links · room  the most they carry, per day
    tilted    g, goods of which final users want more or less of certain origins · tilt  g r s, by what ratio
    """

    capacity: Array
    demand: Array
    target: Array | None = None
    cells: LinkCells | None = None
    room: Array | None = None
    tilted: Goods | None = None
    tilt: Array | None = None


class StepSourcing(NamedTuple):
    """Where a region's users buy in one step.

    use    i r s, share of origin r in what the industries of s order of i, and final users too but for the goods in `split`
    split  g, goods that final users buy elsewhere than industries do
    final  g r s, shares of final users for those goods
    A throttled link or a cancelled order leaves shares that sum to less than 1: the rest is not ordered.
    """

    use: Array
    split: Goods
    final: Array


@dataclass(frozen=True, eq=False)
class Flows:
    """What happened in one step, per day unless said.

    asked r i orders received · capacity r i · limit s j output that stocks allow · output r i
    wants  i k s, what is asked of the pool of origins: k current needs of industries, their restocking, final users
    sourcing  where both buy, after debts, throttled links and cancelled orders
    demand s i, final demand after cancelled orders
    fill  n i k r, share of an order served; near is the own nation, or the own region
    met s i final demand met · drawn s i from old stocks · built s i goods delivered to rebuild capital
    used  i s j, over the step · spoiled  g s j, over the step, of perishable goods
    """

    asked: Array
    capacity: Array
    limit: Array
    output: Array
    wants: Array
    sourcing: StepSourcing
    demand: Array
    fill: Array
    met: Array
    drawn: Array
    built: Array
    used: Array
    spoiled: Array
