"""What edits ask of a table beside its own arrays."""

from __future__ import annotations

import numpy as np

from xunhuan.data.accounts import Accounts
from xunhuan.data.arrays import Array, ratio


def _purchaser(acc: Accounts) -> Array:
    """Price with duties / price before them, s i, ratio; 1 where nothing is bought."""
    return np.asarray(np.where(acc.absorption > 0, ratio(((1 + acc.tariff) * acc.flow).sum(0), acc.absorption), 1.0))


def earned_per_output(acc: Accounts) -> Array:
    """v[r,j] = 1 − Σ_i m use / Y, what is left to factors and owners once inputs and duties on them are paid; r j, ratio.

    m s i, price with duties over price before them; 0 where there is no output.
    """
    inputs = (acc.use * _purchaser(acc)[:, :, None]).sum(1)
    return ratio(acc.output - inputs, acc.output)


def final_spending(acc: Accounts) -> Array:
    """I[s] = Σ_i max(0, m (Σ_r flow − Σ_j use)), final use with duties, s, value; sales out of stock are left out."""
    left = (acc.absorption - acc.use.sum(2)) * _purchaser(acc)
    return np.asarray(np.maximum(left, 0.0).sum(1))
