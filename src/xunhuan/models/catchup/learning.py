"""Experience and what it does to costs.

Letters: m producer (where it stands and who owns it), m' whose output it learns from, t year; draws d come first. Producers
stand along the last axis.
"""

from __future__ import annotations

import numpy as np

from xunhuan.data.arrays import Array


def learning_exponent(rate: Array | float) -> Array:
    r"""Elasticity of cost in experience that a learning rate stands for.

    b = −log2(1 − LR)        [IrwinKlenow1994]

    rate LR, share by which cost falls when experience doubles, 0 to below 1 · b pure number, ≥ 0.

    >>> float(learning_exponent(0.2).round(6))
    0.321928
    """
    return np.asarray(-np.log2(1 - np.asarray(rate, dtype=float)))


def own_weight(producers: Array | float, spillover: Array | float) -> Array:
    r"""Weight of its own kind's output in the experience of one of N equal producers.

    ω[m,m] = (1 + (N − 1) s) / N        [IrwinKlenow1994]

    producers N, ≥ 1 · spillover s, weight of a unit that another made, against one's own, ≥ 0.

    >>> float(own_weight(2.0, 1 / 3).round(6))
    0.666667
    """
    n = np.asarray(producers, dtype=float)
    return np.asarray((1 + (n - 1) * spillover) / n)


def duplication_penalty(producers: Array | float, spillover: Array | float, rate: Array | float) -> Array:
    r"""Cost where N equal producers share what one would make, over that one's; nothing learnt from others.

    [(1 + (N − 1) s) / N]^(−b),   s^(−b) without end        [IrwinKlenow1994]

    producers N, ≥ 1 · spillover s, 0 to 1 · rate LR, share.

    >>> float(duplication_penalty(2.0, 1 / 3, 0.2).round(4))
    1.1394
    """
    return np.asarray(own_weight(producers, spillover) ** -learning_exponent(rate))


def experience_weights(producers: Array, spillover: Array, decoupled: Array, at_home: tuple[bool, ...]) -> Array:
    r"""Weights of what each producer makes in the experience of each.

    ω[m,m] = (1 + (N_m − 1) s)/N_m;   ω[m,m'] = s inside a nation, s (1 − λ) across a border        [IrwinKlenow1994]

    producers d m, N · spillover d, s · decoupled d, λ, share of the flow of knowledge across the border that is cut ·
    at_home m, which side of the border each stands on. Returns d m m'.

    λ acts on flows: what was learnt before stays learnt [Helveston2022].
    """
    side = np.asarray(at_home)
    across = side[:, None] != side[None, :]
    reach = np.where(across, (1 - decoupled)[..., None, None], 1.0)
    out = np.asarray(spillover)[..., None, None] * reach
    own = np.eye(len(side), dtype=bool)
    return np.asarray(np.where(own, own_weight(producers, np.asarray(spillover)[..., None])[..., None, :], out))


def experience_start(weights: Array, made: Array, growth: Array) -> Array:
    r"""Experience at the start: a stock whose flow grew at one rate for ever.

    E[m,0] = Σ_m' ω[m,m'] q[m',0] / g

    weights d m m', nothing decoupled · made d m, q, units a year · growth d, g, share a year, > 0. Returns d m.
    """
    return np.asarray((weights * made[..., None, :]).sum(-1) / growth[..., None])


def experience_next(experience: Array, weights: Array, made: Array, forgetting: Array) -> Array:
    r"""Experience a year later.

    E[m,t+1] = (1 − δ) E[m,t] + Σ_m' ω[m,m',t] q[m',t]        [Benkard2000]

    experience d m · weights d m m' · made d m, units a year · forgetting d, δ, share a year.
    """
    return np.asarray((1 - forgetting)[..., None] * experience + (weights * made[..., None, :]).sum(-1))


def price_by_experience(first: float, made: Array, other: Array, decoupled: Array, exponent: Array | float) -> Array:
    r"""Price of a good along a path of given output, against that of its first year.

    P[t] = (E[t]/E[0])^β,   E[t+1] = E[t] + q[t+1] + (1 − λ[t+1]) q'[t+1]        [Helveston2022, eq. 1-2]

    first E[0], units, the world's · made, other t, q and q', units made in each year after the first, by the nation and by
    others · decoupled t, λ, share · exponent β, pure number, < 0. Returns t + 1, ratio.

    >>> price_by_experience(1.0, np.array([1.0]), np.array([2.0]), np.array([0.0]), -0.5).tolist()
    [1.0, 0.5]
    """
    stock = first + np.concatenate([[0.0], np.cumsum(made + (1 - decoupled) * other)])
    return np.asarray((stock / first) ** exponent)


def experience_curve(experience: Array, price: Array, input_price: Array) -> tuple[float, float, float]:
    r"""Learning of a price from experience, the price of its main input held, by least squares.

    ln P[t] = α + β ln E[t] + γ ln S[t]        [Helveston2022]

    experience E, price P, input_price S, all t, > 0. Returns α, β, γ, pure numbers.
    """
    x = np.stack([np.ones_like(experience), np.log(experience), np.log(input_price)], axis=1)
    found, *_ = np.linalg.lstsq(x, np.log(price), rcond=None)
    alpha, beta, gamma = (float(v) for v in found)
    return alpha, beta, gamma
