"""From the nation's official table to the provincial one: what each assumption does to value added exported.

The sum over provinces of the value added that foreign demand absorbs differs from the same measure on the
official national table, although every national total agrees. Each step changes one assumption; they add up.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from xunhuan.build.china_raw import NationalControl
from xunhuan.build.log import Log
from xunhuan.build.provinces import ProvincialBooks
from xunhuan.data.arrays import Array, ratio

STEP = "check: value added absorbed abroad"


def value_added_exported(domestic: Array, value_added: Array, output: Array, export: Array) -> Array:
    """Value added by sector of origin that the final use of other nations absorbs: v ∘ (I - A)⁻¹ e.

    domestic k l, use of home-made input k by industry l · value_added k · output k · export k, one unit
    [MillerBlair2009, 2.2]
    """
    a, v = ratio(domestic, output), ratio(value_added, output)
    return np.asarray(v * np.linalg.solve(np.eye(len(output)) - a, export), dtype=np.float64)


def log_national_check(books: ProvincialBooks, flow: Array, control: NationalControl, log: Log) -> None:
    """Record the steps from the official table to the provinces, by sector of origin."""
    v, e, x = control.value_added.sum(1), control.export, control.output
    used = control.use.sum(1) + control.final.sum(1)
    home = 1 - ratio(control.import_, np.maximum(used, 0.0))
    steps = []
    if control.domestic_use is not None:
        steps.append(("official table, imports by user", value_added_exported(control.domestic_use, v, x, e)))
    steps.append(("imports shared alike by all users", value_added_exported(home[:, None] * control.use, v, x, e)))
    steps.append((f"{len(flow)} provinces, import shares of the nation", _provincial(books, flow, home)))
    steps.append(("import shares of the provinces", _provincial(books, flow, None)))
    for (_, before), (name, after) in pairwise(steps):
        log.record(
            STEP, name, before, after, region=control.nation, note="same national totals, one assumption changed"
        )


def _provincial(books: ProvincialBooks, flow: Array, home: Array | None) -> Array:
    """Value added exported by sector, all provinces; `home`, where given, is every province's home share."""
    total = books.total_use
    inside = flow.sum(0)
    if home is None:
        share = ratio(flow, np.maximum(total, 0.0))
    else:
        share = home * ratio(flow, inside)
    # What users draw wholly from stock is their own, as in the measures.
    place, good = np.nonzero((total <= 0) & (books.use.sum(2) > 0))
    share[place, place, good] = 1.0
    r, i = books.output.shape
    z = np.einsum("rsi,sij->risj", share, books.use).reshape(r * i, r * i)
    va = books.value_added.sum(2)
    found = value_added_exported(z, va.ravel(), books.output.ravel(), books.export.ravel())
    return np.asarray(found.reshape(r, i).sum(0))
