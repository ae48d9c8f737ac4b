"""Who each province trades with abroad: a prior from distance and borders, between margins that are data.

Letters: p province, d destination and o origin abroad, l place of a partner (see `reach`), i good. What a province sells
and buys abroad, and what the nation trades with each partner, are given and met exactly; who trades with whom is modelled.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from xunhuan.data.arrays import Array

ELASTICITY = (0.75, 1.0, 2.5)
"""Trade's elasticity in distance, its sign dropped: 5th percentile, choice and 95th percentile over samples of the provinces
whose trade is known (see partner_evidence). In trade between nations it is about 1 [Hinz2017] [DisdierHead2008]."""

BORDER = (3.0, 4.0, 4.5)
"""Log of how much more a province trades with a partner across a crossing of its own: likewise."""

WEIGHT = (0.5, 0.75, 1.0)
"""Weight of the gravity fill against the nation's shares: the middle is what foretells best a province left out."""

_NOTED = 1.0
"""Changes below this, million USD, are left out of the log."""

CHOICE = {"elasticity": ELASTICITY[1], "border": BORDER[1], "weight": WEIGHT[1]}
"""What `partner_split` takes by name in the table itself."""


def draw_prior(rng: np.random.Generator) -> dict[str, float]:
    """One draw of what `partner_split` takes by name: triangular over the ranges above, each apart from the others."""
    ranges = {"elasticity": ELASTICITY, "border": BORDER, "weight": WEIGHT}
    return {name: float(rng.triangular(*ends)) for name, ends in ranges.items()}


def moved(
    before: tuple[Array, Array], after: tuple[Array, Array], provinces: tuple[str, ...], partners: tuple[str, ...]
) -> pd.DataFrame:
    """What the prior moved: rows of a build log by province and partner, all sectors, million USD."""
    parts = []
    for what, axis, old, new in (("export", (0, 1), before[0], after[0]), ("import", (1, 0), before[1], after[1])):
        a, b = (x.sum(2).transpose(axis) for x in (old, new))
        p, d = np.nonzero(np.abs(b - a) >= _NOTED)
        parts.append(
            pd.DataFrame(
                {
                    "step": "provinces: partners by distance and borders",
                    "region": np.array(provinces)[p],
                    "sector": "all",
                    "quantity": f"{what}: " + pd.Series(np.array(partners)[d]),
                    "before": a[p, d],
                    "after": b[p, d],
                    "unit": "million USD",
                    "note": "a prior, not data: before, the nation's partner shares",
                }
            )
        )
    return pd.concat(parts, ignore_index=True)
