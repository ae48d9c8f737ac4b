"""Rounding parts so that what is printed adds up."""

from __future__ import annotations

import math
from collections.abc import Sequence


def adding(parts: Sequence[float], digits: int = 0) -> list[float]:
    """Parts rounded to `digits` after the point, which add to their sum so rounded: the largest remainders go up.

    A part moves by less than one unit of the last digit. Parts that are no numbers come back as they are, all rounded
    apart.

    >>> adding([50.33, 34.52, 15.15], 1), adding([33.4, 33.3, 33.3])
    ([50.3, 34.5, 15.2], [34.0, 33.0, 33.0])
    """
    if not all(map(math.isfinite, parts)):
        return [round(x, digits) for x in parts]
    scaled = [x * 10**digits for x in parts]
    down = [math.floor(x) for x in scaled]
    short = round(math.fsum(scaled)) - sum(down)
    up = sorted(range(len(parts)), key=lambda k: down[k] - scaled[k])[:short]
    return [round((n + (k in up)) / 10**digits, digits) for k, n in enumerate(down)]
