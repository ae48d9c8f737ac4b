"""A posterior of regions' overlaps: what is of the good, of the place, of the bureau, and of chance.

    y[t,p,i] = logit c = a[g] + γ (t − ½) + β'x + b[p] + v[t,p] + w[p,g] + ε,    ε ~ N(0, σ² (m / m̄)^−κ)

y is known where LOW < c < HIGH and only bounded elsewhere (a Tobit model at both ends [Chib1992]); a cell below is netted
with probability ψ[t,p], one above in transit with φ[t,p], and then says nothing. Letters as in `overlap`; runs of the
sampler stand first and are independent, so that one call may hold chains, or refits each without some of the cells.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy.special import log_ndtr, ndtr, ndtri
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from xunhuan.build.harmonise.overlap import HIGH, LOW, Overlap, logit
from xunhuan.data.arrays import Array, Mask

Rng = np.random.Generator


@dataclass(frozen=True)
class Priors:
    """Priors; variances are inverse gamma (shape, scale), rates are Beta.

    good      of the variance of a[g] about its mean · lasting, passing: of b and v · cell: of w · noise: of ε
    slope     mean and sd of each β: the first from members of the European Union inside it, `test_benchmark`
    trend     sd of γ · netted, transit: Beta of ψ and φ · kappa: grid of κ
    """

    good: tuple[float, float] = (2.0, 4.0)
    lasting: tuple[float, float] = (2.0, 1.0)
    passing: tuple[float, float] = (3.0, 0.4)
    cell: tuple[float, float] = (30.0, 30 * 0.85**2)
    noise: tuple[float, float] = (3.0, 3.0)
    slope: tuple[tuple[float, float], ...] = ((-0.2, 0.5), (0.0, 1.0), (0.0, 0.5))
    trend: float = 1.0
    netted: tuple[float, float] = (0.5, 4.5)
    transit: tuple[float, float] = (0.5, 9.5)
    kappa: tuple[float, ...] = tuple(np.linspace(0.0, 0.6, 25).tolist())


@dataclass
class Sweep:
    """One sweep's values; axes run first, then as in the equation. s2, tb2, tv2, ta2, tw2 are variances."""

    y: Array
    a: Array
    gamma: Array
    beta: Array
    b: Array
    v: Array
    w: Array
    mu: Array
    s2: Array
    kappa: Array
    ta2: Array
    tb2: Array
    tv2: Array
    tw2: Array
    psi: Array
    phi: Array
    used: Array


@dataclass(frozen=True)
class Kept:
    """Kept sweeps; axes run draw and then as in the equation. Names are those of `Sweep`; standard deviations."""

    a: Array
    gamma: Array
    beta: Array
    b: Array
    v: Array
    w: Array
    sd: dict[str, Array]
    kappa: Array
    psi: Array
    phi: Array

    def flat(self, x: Array) -> Array:
        """Runs and draws as one axis."""
        return x.reshape(-1, *x.shape[2:])


@dataclass
class _Design:
    """Columns of the linear block: each cell has one of a, b and v, and γ and β with its own values."""

    pairs: np.ndarray
    columns: np.ndarray
    values: Array
    count: int
    cut: dict[str, slice] = field(default_factory=dict)


def _design(data: Overlap, runs: int) -> _Design:
    T, P, n = data.share.shape[-3:]
    k = data.x.shape[-1]
    cut, at = {}, 0
    for name, size in (("a", data.groups), ("gamma", int(T > 1)), ("beta", k), ("b", P), ("v", T * P)):
        cut[name] = slice(at, at + size)
        at += size
    t, p, i = np.meshgrid(np.arange(T), np.arange(P), np.arange(n), indexing="ij")
    columns = [data.group[t, i], cut["b"].start + p, cut["v"].start + t * P + p]
    one = np.ones(t.shape)
    values = [one, one, one]
    for j in range(k):
        columns.append(np.full(t.shape, cut["beta"].start + j))
        values.append(data.x[..., j])
    if T > 1:
        columns.append(np.full(t.shape, cut["gamma"].start))
        values.append(t - 0.5 * (T - 1))
    col = np.stack([c.ravel() for c in columns], axis=1)
    val = np.stack([v.ravel() for v in values], axis=1).astype(float)
    pairs = (col[:, :, None] * at + col[:, None, :]).reshape(len(col), -1)
    return _Design(pairs, col, val, at, cut)


def sample(
    data: Overlap,
    rng: Rng,
    *,
    sweeps: int = 2500,
    warm: int = 500,
    every: int = 20,
    priors: Priors | None = None,
) -> Kept:
    """Draws of the posterior by Gibbs sampling, every `every`-th sweep after `warm`.

    data.share has axes run t p i, data.seen too; the other arrays are common to the runs.

    Examples
    --------
    >>> import numpy as np
    >>> from xunhuan.build.harmonise.overlap import Overlap
    >>> rng = np.random.default_rng(0)
    >>> c = rng.uniform(0.1, 0.6, (2, 1, 6, 4))
    >>> x = np.zeros((1, 6, 4, 3))
    >>> data = Overlap(c, np.ones(c.shape, bool), np.ones((1, 6, 4)), x, np.arange(4)[None], np.zeros((1, 4), int))
    >>> sample(data, rng, sweeps=60, warm=20, every=10).b.shape
    (2, 4, 6)
    """
    given = priors or Priors()
    design = _design(data, len(data.share))
    s = _start(data)
    out: list[Sweep] = []
    # Threads of BLAS only wait for each other on systems as small as these.
    with threadpool_limits(1):
        for sweep in range(sweeps):
            _latent(s, data, given, rng)
            _linear(s, data, design, given, rng)
            _cells(s, data, rng)
            _variances(s, data, given, rng)
            if sweep >= warm and (sweep - warm) % every == 0:
                out.append(Sweep(**{k: np.copy(x) for k, x in vars(s).items()}))

    def kept(name: str) -> Array:
        return np.stack([getattr(x, name) for x in out], axis=1)

    sd = {n: np.sqrt(kept(k)) for n, k in
          (("good", "ta2"), ("lasting", "tb2"), ("passing", "tv2"), ("cell", "tw2"), ("noise", "s2"))}  # fmt: skip
    return Kept(
        a=kept("a"), gamma=kept("gamma"), beta=kept("beta"), b=kept("b"), v=kept("v"), w=kept("w"), sd=sd,
        kappa=kept("kappa"), psi=kept("psi"), phi=kept("phi"),
    )  # fmt: skip


def _start(data: Overlap) -> Sweep:
    runs, T, P, _ = data.share.shape
    G, k = data.groups, data.x.shape[-1]
    y = logit(np.clip(np.where(data.seen, data.share, 0.2), LOW, HIGH))
    one = np.ones(runs)
    return Sweep(
        y=y, a=np.full((runs, G), -1.5), gamma=0 * one, beta=np.zeros((runs, k)), b=np.zeros((runs, P)),
        v=np.zeros((runs, T, P)), w=np.zeros((runs, P, G)), mu=-1.5 * one, s2=one.copy(), kappa=0.3 * one,
        ta2=1.5 * one, tb2=1.5 * one, tv2=0.3 * one, tw2=0.7 * one, psi=np.full((runs, T, P, data.kinds), 0.1),
        phi=np.full((runs, T, P, data.kinds), 0.05), used=np.ones(data.share.shape),
    )  # fmt: skip


def _cell_effects(w: Array, group: np.ndarray) -> Array:
    """w[p,g] at the goods of each year, axes run t p i."""
    return np.stack([w[:, :, g] for g in group], axis=1)


def _systematic(s: Sweep, data: Overlap) -> Array:
    """a + γ (t − ½) + β'x + b + v, axes run t p i."""
    T = data.share.shape[1]
    a = np.stack([s.a[:, g] for g in data.group], axis=1)[:, :, None, :]
    time = s.gamma[:, None] * (np.arange(T) - 0.5 * (T - 1))
    place = s.b[:, None, :] + s.v + time[:, :, None]
    return np.asarray(a + place[..., None] + np.einsum("tpik,ck->ctpi", data.x, s.beta))


def _scale(s: Sweep, data: Overlap) -> Array:
    """Standard deviation of ε, axes run t p i."""
    return np.asarray(
        np.sqrt(s.s2)[:, None, None, None] * _relative(data)[None] ** (-0.5 * s.kappa[:, None, None, None])
    )


def _relative(data: Overlap) -> Array:
    """m / m̄ with m̄ the geometric mean over what any run sees; small cells count as a thousandth of it."""
    seen = data.seen.any(0)
    mean = np.exp(np.log(data.size[seen]).mean())
    return np.asarray(np.maximum(np.where(data.size > 0, data.size, mean) / mean, 1e-3))


def _latent(s: Sweep, data: Overlap, priors: Priors, rng: Rng) -> None:
    """y of censored cells, and which of them are spikes (netted, transit) that say nothing."""
    mean, sd = _systematic(s, data) + _cell_effects(s.w, data.group), _scale(s, data)
    low, high = data.seen & (data.share < LOW), data.seen & (data.share > HIGH)
    below, above = (float(logit(LOW)) - mean) / sd, (float(logit(HIGH)) - mean) / sd
    spike = np.zeros(low.shape, dtype=bool)
    for cells, rates, log_tail in ((low, s.psi, log_ndtr(below)), (high, s.phi, log_ndtr(-above))):
        rate = _by_good(rates, data)
        q = rate / (rate + (1 - rate) * np.exp(log_tail))
        spike |= cells & (rng.random(cells.shape) < q)
    u = np.clip(rng.random(mean.shape), 1e-12, 1 - 1e-12)
    z = np.where(low, ndtri(np.maximum(u * ndtr(below), 1e-300)), -ndtri(np.maximum(u * ndtr(-above), 1e-300)))
    open_ = ~(low | high)
    y = logit(np.clip(np.where(data.seen, data.share, 0.2), LOW, HIGH))
    s.y = np.where(open_, y, mean + sd * z)
    s.used = np.where(data.seen & ~spike, 1.0, 0.0)
    tries = _by_kind(data.seen, data)
    s.psi = _rate(priors.netted, _by_kind(low & spike, data), tries, rng)
    s.phi = _rate(priors.transit, _by_kind(high & spike, data), tries, rng)


def _rate(prior: tuple[float, float], hits: Array, tries: Array, rng: Rng) -> Array:
    return np.clip(rng.beta(prior[0] + hits, prior[1] + tries - hits), 1e-9, 1 - 1e-9)


def _by_good(rate: Array, data: Overlap) -> Array:
    """A rate by kind of good at the goods of each year, axes run t p i."""
    return np.stack([rate[:, t][:, :, k] for t, k in enumerate(data.kind)], axis=1)


def _by_kind(cells: Mask, data: Overlap) -> Array:
    """Numbers of cells by kind of good, axes run t p h."""
    to = np.eye(data.kinds)[data.kind]
    return np.asarray(np.einsum("ctpi,tih->ctph", cells.astype(float), to))


def _linear(s: Sweep, data: Overlap, d: _Design, priors: Priors, rng: Rng) -> None:
    """a, γ, β, b and v at once: a normal of about 140 dimensions, by one Cholesky factor a run."""
    runs, q = len(s.a), d.count
    weight = (s.used / _scale(s, data) ** 2).reshape(runs, -1)
    wanted = (s.y - _cell_effects(s.w, data.group)).reshape(runs, -1)
    square = (d.values[:, :, None] * d.values[:, None, :]).reshape(len(d.values), -1)
    precision = np.empty((runs, q, q))
    right = np.empty((runs, q))
    for c in range(runs):
        by_pair = (square * weight[c][:, None]).ravel()
        precision[c] = np.bincount(d.pairs.ravel(), by_pair, q * q).reshape(q, q)
        right[c] = np.bincount(d.columns.ravel(), (d.values * (weight[c] * wanted[c])[:, None]).ravel(), q)
    own, mean = np.empty((runs, q)), np.zeros((runs, q))
    own[:, d.cut["a"]] = 1 / s.ta2[:, None]
    mean[:, d.cut["a"]] = s.mu[:, None]
    own[:, d.cut["gamma"]] = 1 / priors.trend**2
    own[:, d.cut["beta"]] = [1 / sd**2 for _, sd in priors.slope]
    mean[:, d.cut["beta"]] = [m for m, _ in priors.slope]
    own[:, d.cut["b"]] = 1 / s.tb2[:, None]
    own[:, d.cut["v"]] = 1 / s.tv2[:, None]
    precision[:, np.arange(q), np.arange(q)] += own
    factor = np.linalg.cholesky(precision)
    first = np.linalg.solve(factor, (right + own * mean)[..., None])
    noisy = first + rng.standard_normal((runs, q, 1))
    theta = np.asarray(np.linalg.solve(np.swapaxes(factor, 1, 2), noisy)[..., 0], dtype=np.float64)
    s.a, s.beta, s.b = theta[:, d.cut["a"]], theta[:, d.cut["beta"]], theta[:, d.cut["b"]]
    s.v = theta[:, d.cut["v"]].reshape(s.v.shape)
    if d.cut["gamma"].stop > d.cut["gamma"].start:
        s.gamma = theta[:, d.cut["gamma"].start]


def _cells(s: Sweep, data: Overlap, rng: Rng) -> None:
    """w, cell by cell of p and g."""
    weight = s.used / _scale(s, data) ** 2
    rest = s.y - _systematic(s, data)
    total, pull = np.zeros(s.w.shape), np.zeros(s.w.shape)
    for t, group in enumerate(data.group):
        to = np.eye(data.groups)[group]
        total += weight[:, t] @ to
        pull += (weight[:, t] * rest[:, t]) @ to
    precision = total + 1 / s.tw2[:, None, None]
    s.w = pull / precision + rng.standard_normal(s.w.shape) / np.sqrt(precision)


def _inverse_gamma(prior: tuple[float, float], count: Array | float, squares: Array, rng: Rng) -> Array:
    return np.asarray((prior[1] + squares / 2) / rng.gamma(prior[0] + np.asarray(count) / 2, size=squares.shape))


def _variances(s: Sweep, data: Overlap, priors: Priors, rng: Rng) -> None:
    """Variances, the mean of a, and κ."""
    runs, G = s.a.shape
    s.mu = s.a.mean(1) + np.sqrt(s.ta2 / G) * rng.standard_normal(runs)
    s.ta2 = _inverse_gamma(priors.good, G, ((s.a - s.mu[:, None]) ** 2).sum(1), rng)
    s.tw2 = _inverse_gamma(priors.cell, s.w[0].size, (s.w**2).sum((1, 2)), rng)
    _habits(s, priors, rng)
    rest = s.y - _systematic(s, data) - _cell_effects(s.w, data.group)
    relative = _relative(data)
    count = s.used.sum((1, 2, 3))
    squares = (s.used * rest**2 * relative[None] ** s.kappa[:, None, None, None]).sum((1, 2, 3))
    s.s2 = _inverse_gamma(priors.noise, count, squares, rng)
    logs = np.log(relative)
    grid = np.array(priors.kappa)
    level = (s.used * logs).sum((1, 2, 3))
    score = np.stack(
        [0.5 * k * level - 0.5 * (s.used * rest**2 * np.exp(k * logs)).sum((1, 2, 3)) / s.s2 for k in grid], axis=1
    )
    chance = np.exp(score - score.max(1, keepdims=True))
    chance /= chance.sum(1, keepdims=True)
    s.kappa = grid[(chance.cumsum(1) < rng.random((runs, 1))).sum(1).clip(max=len(grid) - 1)]


def _habits(s: Sweep, priors: Priors, rng: Rng, steps: int = 4) -> None:
    """τ_b² and τ_v² given b + v alone, by Metropolis steps on their logs, then b and v given both.

    e[t,p] = b[p] + v[t,p]: its mean over T years has variance τ_b² + τ_v² / T, its deviations τ_v². Given b and v apart
    the variances hardly move.
    """
    e = s.b[:, None, :] + s.v
    T, P = e.shape[1:]
    mean = e.mean(1)
    within = ((e - mean[:, None]) ** 2).sum((1, 2))
    between = (mean**2).sum(1)

    def score(tb2: Array, tv2: Array) -> Array:
        var = tb2 + tv2 / T
        fit = -0.5 * (P * np.log(var) + between / var) - 0.5 * (P * (T - 1) * np.log(tv2) + within / tv2)
        prior = -sum(a * np.log(x) + c / x for x, (a, c) in ((tb2, priors.lasting), (tv2, priors.passing)))
        return np.asarray(fit + prior)

    for _ in range(steps):
        new = [x * np.exp(0.45 * rng.standard_normal(x.shape)) for x in (s.tb2, s.tv2)]
        # The proposal is even in logs; inverse gamma densities in logs lose their "+ 1".
        better = np.log(rng.random(s.tb2.shape)) < score(*new) - score(s.tb2, s.tv2)
        s.tb2, s.tv2 = np.where(better, new[0], s.tb2), np.where(better, new[1], s.tv2)
    precision = 1 / s.tb2 + T / s.tv2
    s.b = (mean * (T / s.tv2)[:, None] + rng.standard_normal(mean.shape) * np.sqrt(precision)[:, None]) / precision[
        :, None
    ]
    s.v = e - s.b[:, None, :]
