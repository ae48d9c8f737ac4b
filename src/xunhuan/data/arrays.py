"""Arrays and the little arithmetic that every room shares."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def head_ries(flow: Array, theta: Array) -> Array:
    """Implied symmetric trade cost of one good, ratio ≥ 0, axes r s; nan where it cannot be told.

    (π[r,s] π[s,r] / (π[r,r] π[s,s]))^(−1/(2θ))   [HeadRies2001]; purchases cancel, so flows serve as well as shares.
    """
    own = np.diag(flow)
    both, home = flow * flow.T, own[:, None] * own[None, :]
    known = (both > 0) & (home > 0)
    phi = np.divide(both, home, out=np.full(flow.shape, np.nan), where=known)
    return np.asarray(phi ** (-1 / (2 * theta)))
