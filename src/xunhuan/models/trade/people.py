r"""Where people live: a choice among the regions of their nation, by those who live in each, in exact changes.

People of o who choose d, as a share m[o,d], for a utility V[d]/μ[o,d] times a taste of their own for each place, Fréchet with
shape κ [TombeZhu2019]:

    m'[o,d] = m[o,d] (V̂[d]/μ̂[o,d])^κ / Σ_e m[o,e] (V̂[e]/μ̂[o,e])^κ        L'[d] = Σ_o L̄[o] m'[o,d]
    Û[o] = (Σ_d m[o,d] (V̂[d]/μ̂[o,d])^κ)^(1/κ)                            V = I / (L P), real spending per head

V falls as people arrive, so L̂ is itself a fixed point, solved here for every state of the rest of the model.
"""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp

from xunhuan.models.solvers import JaxArray, Map, Vector
from xunhuan.models.trade.records import Economy, Elasticities, Shift

_NEAR = 1e-15
_MOST = 400


class People(NamedTuple):
    """What people make of a state.

    workers_hat s, population, new / old · moves o d, share of o's people who choose d, new · utility o, new / old
    """

    workers_hat: JaxArray
    moves: JaxArray
    utility: JaxArray


def settled(e: Economy, p: Elasticities, z: Shift, log_income: JaxArray, log_cpi: JaxArray) -> People:
    r"""Population, moves and utility at incomes and prices, in spatial equilibrium [TombeZhu2019].

    log_income, log_cpi: s, ln Î and ln P̂. The sum of Σ_d L[d] L̂[d] over a nation is its people's, at any state; nobody
    crosses its border. κ = 0: nobody moves, Û[o] = Π_d (V̂[d]/μ̂[o,d])^m[o,d].
    """
    live = e.people @ e.moves
    c = _choice(e, p, z, live)
    lv = _log_per_head(e, p, log_income - log_cpi, c, live)
    drawn, per, into = _drawn(p, c, lv)
    return People(
        workers_hat=jnp.where(e.pool.sum(0) > 0, drawn * into, 1.0),
        moves=c.weight * drawn * per[:, None],
        utility=jnp.exp(_log_utility(e, p, lv - z.log_moving)),
    )


class _Choice(NamedTuple):
    """What does not move with V̂: m μ̂^−κ and μ̂^−κ times the share of d's people who are from o (o d), and by how much they
    sum to less than 1 (o and s), exactly 0 where no cost moves."""

    weight: JaxArray
    whence: JaxArray
    leaving: JaxArray
    coming: JaxArray


def _choice(e: Economy, p: Elasticities, z: Shift, live: JaxArray) -> _Choice:
    lost = jnp.expm1(-p.mobility * z.log_moving)
    whence = e.people[:, None] * e.moves / jnp.where(live > 0, live, 1.0)
    return _Choice(
        e.moves * (1 + lost), whence * (1 + lost), (e.moves * lost).sum(1), (whence * lost).sum(0)
    )


def _drawn(p: Elasticities, c: _Choice, lv: JaxArray) -> tuple[JaxArray, JaxArray, JaxArray]:
    """V̂^κ s, 1/Φ o, and L̂ / V̂^κ s; each exactly 1 where nothing moves."""
    more = jnp.expm1(p.mobility * lv)
    per = 1 / (1 + c.leaving + c.weight @ more)
    return 1 + more, per, 1 + c.coming + (per - 1) @ c.whence


def _log_utility(e: Economy, p: Elasticities, worth: JaxArray) -> JaxArray:
    """ln Û o from ln (V̂/μ̂) o d, about its mean so that a small κ loses no digits."""
    mean = (e.moves * worth).sum(1)
    k = jnp.where(p.mobility > 0, p.mobility, 1.0)
    beyond = jnp.log1p((e.moves * jnp.expm1(k * (worth - mean[:, None]))).sum(1)) / k
    return mean + jnp.where(p.mobility > 0, beyond, 0.0)


def _log_per_head(e: Economy, p: Elasticities, market: JaxArray, c: _Choice, live: JaxArray) -> JaxArray:
    r"""ln V̂ s, from ln (Î/P̂) s: the root of

    F[d] = ln V̂[d] + ln L̂[d] − market[d],   L̂[d] = V̂[d]^κ Σ_o whence[o,d] / Φ[o],   Φ[o] = Σ_d weight[o,d] V̂[d]^κ

    ∂F/∂ln V̂ = (1+κ) I − κ S with S[d,e] ≥ 0, Σ_e S[d,e] = 1: one root, and steps by its diagonal come to it, the nation's
    common level, which they would be slow at, set by its people in between.
    """
    k = p.mobility
    both = c.whence * c.weight
    crowd = e.pool @ live
    crowd = jnp.where(crowd > 0, crowd, 1.0)

    def short(lv: JaxArray) -> JaxArray:
        return (1 + k) * lv + jnp.log(_drawn(p, c, lv)[2]) - market

    def step(lv: JaxArray) -> JaxArray:
        drawn, per, into = _drawn(p, c, lv)
        stays = drawn * ((per * per) @ both) / into
        new = lv - ((1 + k) * lv + jnp.log(into) - market) / (1 + k * (1 - stays))
        level = jnp.log(jnp.where(e.pool.sum(1) > 0, e.pool @ (live * jnp.exp(market - new)) / crowd, 1.0))
        return new + e.pool.T @ level

    def search(f: Map, start: Vector) -> Vector:
        del f

        def going(s: tuple[JaxArray, JaxArray, JaxArray]) -> JaxArray:
            return (s[1] > _NEAR * (1 + jnp.abs(s[0]).max())) & (s[2] < _MOST)

        def on(s: tuple[JaxArray, JaxArray, JaxArray]) -> tuple[JaxArray, JaxArray, JaxArray]:
            new = step(s[0])
            return new, jnp.abs(new - s[0]).max(), s[2] + 1

        return jax.lax.while_loop(going, on, (start, jnp.asarray(jnp.inf), jnp.asarray(0)))[0]

    def invert(linear: Map, b: Vector) -> Vector:
        solved: Vector = jnp.linalg.solve(jax.jacobian(linear)(jnp.zeros_like(b)), b)
        return solved

    start = jax.lax.stop_gradient(jnp.where(e.pool.sum(0) > 0, market / (1 + k), market))
    found: JaxArray = jax.lax.custom_root(short, start, search, invert)
    return found
