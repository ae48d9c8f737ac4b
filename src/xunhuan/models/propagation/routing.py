"""Orders out to origins, goods back along the same shares: π W and π φ, one small matrix product a good."""

from __future__ import annotations

import numpy as np

from xunhuan.data.arrays import Array
from xunhuan.models.propagation.state import StepSourcing


def routed(src: StepSourcing, wants: Array) -> Array:
    """Orders that origins receive, Σ_s π[r,s,i] W[s,i], axes i k r; wants i k s."""
    out = _each(src.use, wants)
    if src.split.size:
        out[src.split, 2] = np.matmul(src.final, wants[src.split, 2][:, :, None])[:, :, 0]
    return np.asarray(out)


def gathered(src: StepSourcing, fill: Array) -> Array:
    """Share of what s wants that origins serve, Σ_r π[r,s,i] φ[r,i], axes i k s; fill i k r."""
    out = _each(src.use.transpose(0, 2, 1), fill)
    if src.split.size:
        out[src.split, 2] = np.matmul(fill[src.split, 2][:, None, :], src.final)[:, 0, :]
    return np.asarray(out)


def _each(share: Array, vectors: Array) -> Array:
    """share · v of every vector of a good, axes i k r of arrays i r s and i k s: so few columns are faster one by one."""
    return np.asarray(np.matmul(share[:, None], vectors[:, :, :, None])[:, :, :, 0])


def own(src: StepSourcing) -> Array:
    """Share of a region's orders that its industries place in the region itself, π[r,r,i], axes i r."""
    return np.diagonal(src.use, axis1=1, axis2=2)


def at_home(src: StepSourcing, home: Array) -> StepSourcing:
    """Sourcing inside the own nation only; home r s, 1 where both lie in one nation."""
    return StepSourcing(src.use * home, src.split, src.final * home)
