"""Reports as the model of harmonising would draw them, and the bounds its tests hold it to."""

from __future__ import annotations

import numpy as np

from xunhuan.build.harmonise.gibbs import Kept
from xunhuan.build.harmonise.overlap import Overlap, expit
from xunhuan.data.arrays import Array

AGREED = 1.05
"""R̂ below which chains agree."""
COVERED = (0.80, 0.97)
"""Part of known truths that 90% intervals must hold, at least and at most: runs are few."""


def systematic(kept: Kept, data: Overlap, t: int, rng: np.random.Generator) -> Array:
    """Reports of year t as the model would draw them, axes d p i: habits, noise and spikes with the rest."""
    f = kept.flat
    a, b, v, w, beta = f(kept.a), f(kept.b), f(kept.v)[:, t], f(kept.w), f(kept.beta)
    years = data.x.shape[0]
    time = f(kept.gamma) * (t - 0.5 * (years - 1))
    seen = data.seen.any(0)
    middle = np.exp(np.log(data.size[seen]).mean())
    relative = np.maximum(np.where(data.size[t] > 0, data.size[t], middle) / middle, 1e-3)
    sd = f(kept.sd["noise"])[:, None, None] * relative ** (-0.5 * f(kept.kappa)[:, None, None])
    group = data.group[t]
    y = a[:, None, group] + np.einsum("pik,dk->dpi", data.x[t], beta) + (b + v)[..., None] + w[:, :, group]
    share = expit(y + time[:, None, None] + sd * rng.standard_normal(y.shape))
    netted, transit = f(kept.psi)[:, t][:, :, data.kind[t]], f(kept.phi)[:, t][:, :, data.kind[t]]
    u = rng.random(share.shape)
    return np.where(u < netted, 0.0, np.where(u > 1 - transit, 1.0, share))


def too_much(data: Overlap, drawn: Array, t: int) -> float:
    """What is sent and taken in all, as drawn (d p i), median over draws, over what is reported, year t."""
    told = np.clip(data.share[0, t], 0, 1)
    weight = np.where(data.seen[0, t], data.size[t], 0.0)
    return float(np.median((drawn * weight).sum((-1, -2))) / (told * weight).sum())
