"""What each end of distance says, and what incomes make of it."""

from __future__ import annotations

from typing import NamedTuple

from xunhuan.data.arrays import Array
from xunhuan.models.gateway.ground import Passage, RouteBase
from xunhuan.models.gateway.parameters import DistanceMode


class End(NamedTuple):
    """What one mode of distance says.

    cost   r s i, d̂ of the whole table, tolls left out · tolls: r s i by position of who collects
    before, after  passages of trade with abroad · stuck: share w h s i by (start, end) · home_cost h h i, base, log points
    by_spare       share of home's goods trade with abroad that is stuck at each of `SPARES`, the most of all periods
    """

    mode: DistanceMode
    base: RouteBase
    cost: Array
    tolls: dict[int, Array]
    before: Passage
    after: Passage
    stuck: dict[tuple[float, float], Array]
    home_cost: Array
    by_spare: Array


class Income(NamedTuple):
    """What real income becomes at each end: hat e s, new / old, and the base it is a change of, s."""

    hat: Array
    base: Array
