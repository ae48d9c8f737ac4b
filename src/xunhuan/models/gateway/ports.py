r"""The choice of a gateway, what congests it, what it is fitted to, and what is stuck while it is closed.

Letters: a city; s economy abroad; g h gateway; c class; w way (0 export, 1 import); V spread of the choice.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from xunhuan.data.arrays import Array
from xunhuan.errors import NotConverged

NEWTON = 60
"""Steps of Newton's method allowed."""
_FAR = 100.0
"""Exponents beyond which powers are taken anew."""
HALVINGS = 12
"""Times a step that leads nowhere is halved."""
SOFTER = 12
"""Times the spread of choices is halved to begin a fit that leads nowhere."""


class Choice(NamedTuple):
    """A choice of gateways: X the cost of the best mix, log points; share of each, π.

    cost  ... , inf where no gateway leads · share ... g, sums to 1 over g, or to 0
    """

    cost: Array
    share: Array


def choice(z: Array, spread: float) -> Choice:
    r"""Shares of gateways by what a way through each costs [FanLuLuo2023; AllenArkolakis2022].

    π[g] = e^(−V z_g) / Σ_h e^(−V z_h),   X = −(1/V) ln Σ_g e^(−V z_g)

    z  ... g, log points, inf where there is no way · spread V

    >>> np.round(choice(np.array([0.05, 0.06]), 120.0).share, 10).tolist()
    [0.7685247835, 0.2314752165]
    """
    best = z.min(-1, keepdims=True)
    some = np.isfinite(best)
    e = z - np.where(some, best, 0.0)
    e *= -spread
    np.exp(e, out=e)  # 0 where there is no way
    total = np.where(some, e.sum(-1, keepdims=True), 1.0)
    cost = best - np.log(total) / spread
    e /= total
    return Choice(np.asarray(cost[..., 0]), e)


class Streams(NamedTuple):
    """Flows that choose alike, and what each gateway costs them: one record a class and way.

    flow  n, value · z: n g, log points without what is fitted or congested
    """

    flow: Array
    z: Array


def traffic(streams: list[Streams], f: Array, spread: float) -> tuple[Array, Array]:
    r"""Traffic of gateways, T_g = Σ flow π_g, and how it falls with their costs: −∂T_g/∂f_h / V = diag(T) − Σ flow π_g π_h.

    f  k g, what is added to z in each of the streams. Returns g, and g h where one f moves all streams alike.
    """
    G = f.shape[-1]
    total, cross = np.zeros(G), np.zeros((G, G))
    for k, s in enumerate(streams):
        pi = choice(s.z + f[k], spread).share
        carried = s.flow[:, None] * pi
        total += carried.sum(0)
        cross += carried.T @ pi
    return total, np.diag(total) - cross


class _Carried:
    """`traffic` of one stream again and again: what a way costs is taken to its power once, near some f."""

    def __init__(self, stream: Streams, spread: float, centre: Array) -> None:
        live = stream.flow > 0
        self.stream, self.spread = Streams(stream.flow[live], stream.z[live]), spread
        self._near(centre)

    def _near(self, centre: Array) -> None:
        self.centre = centre
        self.weight = choice(self.stream.z + centre, self.spread).share

    def at(self, f: Array) -> tuple[Array, Array]:
        """As `traffic` gives them."""
        if np.abs(f - self.centre).max() * self.spread > _FAR:
            self._near(f)
        w = np.exp(-self.spread * (f - self.centre))
        total = self.weight @ w
        some = np.where(total > 0, total, 1.0)
        flow = self.stream.flow / some
        carried = w * (flow @ self.weight)
        cross = (self.weight * (flow / some)[:, None]).T @ self.weight
        return carried, np.diag(carried) - w[:, None] * cross * w


def congested(
    streams: list[Streams], f: Array, base: Array, strength: float, spread: float, tolerance: float = 1e-10
) -> Array:
    r"""What congestion adds to the cost of gateways, by Newton's method.

    u[g] = λ ln( T_g(f + u) / T_g ),   J = I + λ V diag(1/T) (diag(T) − Σ flow π π')

    base T g, traffic or capacity at which nothing is added, 0 where the gateway is left out · strength λ. Returns u g.

    Raises NotConverged.
    """
    u = np.zeros(len(base))
    used = base > 0
    if strength == 0:
        return u
    carried = [_Carried(s, spread, f[k]) for k, s in enumerate(streams)]
    for _ in range(NEWTON):
        found = [c.at(f[k] + u) for k, c in enumerate(carried)]
        total, slope = (np.sum(parts, axis=0) for parts in zip(*found, strict=True))
        live = used & (total > 1e-300)
        gap = np.where(live, u - strength * np.log(np.where(live, total / np.where(used, base, 1.0), 1.0)), 0.0)
        if np.abs(gap).max() <= tolerance:
            return u
        J = np.eye(len(u)) + strength * spread * slope / np.where(live, total, 1.0)[:, None] * live[:, None]
        step = -np.linalg.solve(J, gap)
        u = u + step * min(1.0, 5 / spread / np.abs(step).max()) if np.abs(step).max() > 0.5 else u + step
    raise NotConverged(
        f"congestion did not settle: {np.abs(gap).max():.2g} log points are left", fix="take a smaller λ"
    )


def fitted(
    stream: Streams, target: Array, spread: float, start: Array | None = None, tolerance: float = 1e-12
) -> Array:
    r"""Costs of gateways at which their traffic has observed shares, by Newton's method.

    T_g / Σ_{h∈K} T_h = target_g,   Σ_{g∈K} target_g f_g = 0,   ∂T/∂f = −V (diag(T) − Σ flow π π')

    target g, shares among the gateways K that have one, nan for the others, which keep f = 0 · start f to begin with.
    Returns f g.

    Raises NotConverged.
    """
    start = np.zeros(len(target)) if start is None else start
    found, left = _fit(stream, target, spread, start, tolerance)
    if left <= tolerance:
        return found
    found = np.zeros(len(target))
    for step in range(SOFTER, -1, -1):  # far from it where choices are sharp: sharpen them by and by
        found, left = _fit(stream, target, spread / 2**step, found, tolerance)
    if left <= tolerance:
        return found
    raise NotConverged(f"the fit of gateways to targets did not settle: {left:.2g} log points are left")


def _fit(stream: Streams, target: Array, spread: float, f: Array, tolerance: float) -> tuple[Array, float]:
    """Newton's method from f; where it ends, and how far from the targets that is, log points."""
    known = np.isfinite(target) & (target > 0)
    aim = np.log(target[known] / target[known].sum())

    carried = _Carried(stream, spread, f)

    def gap_of(at: Array) -> tuple[Array, Array, Array]:
        total, slope = carried.at(at)
        mine = np.maximum(total[known], 1e-300)
        return np.log(mine / mine.sum()) - aim, mine, slope

    gap, mine, slope = gap_of(f)
    for _ in range(NEWTON):
        if np.abs(gap).max() <= tolerance:
            break
        J = -spread * slope[np.ix_(known, known)]
        rows = np.vstack([J / mine[:, None] - J.sum(0) / mine.sum(), np.exp(aim)[None] * spread])
        step = np.linalg.lstsq(rows, np.append(-gap, 0.0), rcond=None)[0]
        size = np.square(gap).sum()
        for _ in range(HALVINGS):
            trial = f.copy()
            trial[known] += step - np.exp(aim) @ (f[known] + step)
            found = gap_of(trial)
            if np.square(found[0]).sum() < size:
                break
            step = step / 2
        f, (gap, mine, slope) = trial, found
    return f, float(np.abs(gap).max())


SPARES = (0.0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3)
"""Spare capacity elsewhere at which it is told what is stuck: as far as it is drawn."""


def stuck(
    flow: Array, before: Array, after: Array, closed: NDArray[np.bool_], spare: float, along: tuple[float, ...] = ()
) -> tuple[Array, Array]:
    r"""What is stuck while gateways are closed and the others have little to spare; and all of it at other spares.

    stuck[n] = Σ_{g∈K} π_g flow − Σ_{h∉K} ok_h divert_h,
    divert_h = flow (π'_h − π_h),   ok_h = min(1, spare T_h / Σ_n divert_h)

    flow n, value · before π and after π', n g: shares with all open, and with K closed · closed K, g · spare: capacity
    beyond traffic, ratio · along: other spares. Returns n, value; and by `along`, Σ_n stuck.
    """
    open_ones = ~closed
    lost = flow * before[:, closed].sum(1)
    divert = flow[:, None] * np.maximum(after - before, 0.0)[:, open_ones]
    carried = (flow[:, None] * before).sum(0)[open_ones]
    asked = divert.sum(0)
    room = carried / np.where(asked > 0, asked, 1.0)
    whole = np.array([max(float(lost.sum() - asked @ np.minimum(1.0, s * room)), 0.0) for s in along])
    return np.asarray(np.maximum(lost - divert @ np.minimum(1.0, spare * room), 0.0)), whole
