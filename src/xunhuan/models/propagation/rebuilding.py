"""Capital that was destroyed: what it costs in capacity, what it asks for, what is rebuilt.

Letters as in `state`; n events. Goods that rebuild are a final demand of their own, rationed like the rest of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from xunhuan.data.accounts import Accounts
from xunhuan.data.arrays import Array, ratio
from xunhuan.models.edits.destruction import Destruction


@dataclass(frozen=True, eq=False)
class Damage:
    """What events destroy.

    step   n, the step that it precedes · days  n, rebuild_days
    lost   n r j, share of capital destroyed · goods  n s i, value of goods that rebuilding needs; sums over i to what was
           destroyed in s
    value  n r j, value of capital destroyed
    """

    step: Array
    days: Array
    lost: Array
    goods: Array
    value: Array


class Wreck(NamedTuple):
    """Damage as a step finds it.

    outstanding  n s i, value not yet rebuilt, by good · standing  r j, share of capital that stands
    asked        i s, goods asked for a day
    """

    outstanding: Array
    standing: Array
    asked: Array


def damage(accounts: Accounts, edits: tuple[Destruction, ...], step_days: float) -> Damage | None:
    """Damage of some edits on a table; None of none."""
    if not edits:
        return None
    lost = np.stack([e.share(accounts) for e in edits])
    value = np.stack([e.share(accounts) * e.capital(accounts) for e in edits])
    goods = np.stack([e.goods(accounts) for e in edits]) * value.sum(2, keepdims=True)
    days = np.array([max(e.rebuild_days, step_days) for e in edits])
    return Damage(np.array([round(e.start / step_days) for e in edits]), days, lost, goods, value)


def found(outstanding: Array, d: Damage, step: int) -> Wreck:
    """Damage at the beginning of a step, what is destroyed then included.

    standing[r,j] = Π_n (1 − f[n,r] lost[n,r,j]),  f = Σ_i B / Σ_i B⁰ the part not rebuilt · asked[i,s] = Σ_n B[n,s,i] / τ_n
    [Hallegatte2008]
    """
    struck = d.step == step
    if struck.any():
        outstanding = outstanding + d.goods * struck[:, None, None]
    left = ratio(outstanding.sum(2), d.goods.sum(2))
    standing = np.prod(1.0 - left[:, :, None] * d.lost, axis=0)
    return Wreck(outstanding, standing, np.asarray((outstanding / d.days[:, None, None]).sum(0).T))


def rebuilt(w: Wreck, d: Damage, built: Array, step_days: float) -> Array:
    """Outstanding after a step, n s i: B' = B (1 − dt/τ_n · built/asked); built i s, goods delivered to rebuild, per day."""
    served = np.minimum(ratio(built, w.asked), 1.0).T
    return np.asarray(w.outstanding * (1.0 - (step_days / d.days)[:, None, None] * served))
