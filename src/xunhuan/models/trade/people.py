r"""Where people live: a choice among the regions of their nation, by those who live in each, in exact changes.

m[o,d] is the share of o's people who choose d, for a utility V[d]/μ[o,d] times a taste of their own for each place, Fréchet
with shape κ [TombeZhu2019]:

    m'[o,d] = m[o,d] (V̂[d]/μ̂[o,d])^κ / Σ_e m[o,e] (V̂[e]/μ̂[o,e])^κ        L'[d] = Σ_o L̄[o] m'[o,d]
    Û[o] = (Σ_d m[o,d] (V̂[d]/μ̂[o,d])^κ)^(1/κ)                            V = I / (L P), real spending per head

V falls as people arrive, so L̂ is itself a fixed point, solved here for every state of the rest of the model.
"""

from __future__ import annotations

from typing import NamedTuple

from xunhuan.models.solvers import JaxArray, Map, Vector, held, repeated, root_of, solved_by_jacobian, xp
from xunhuan.models.trade.records import Economy, Elasticities, Shift

_NEAR, _CLOSE, _MOST = 1e-15, 1e-9, 400


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
    lv = _log_per_head(e, p, log_income - log_cpi, c)
    drawn, per, into = _drawn(e, p, c, lv)
    return People(
        workers_hat=xp.where(e.pool.sum(0) > 0, drawn * into, 1.0),
        moves=c.weight * drawn * per[:, None],
        utility=xp.exp(_log_utility(e, p, lv - z.log_moving)),
    )


class _Choice(NamedTuple):
    """What does not move with V̂: m μ̂^−κ and μ̂^−κ times the share of d's people who are from o (o d), and by how much they
    sum to less than 1 (o and s), exactly 0 where no cost moves; share of the nation's people who live in s, p s."""

    weight: JaxArray
    whence: JaxArray
    leaving: JaxArray
    coming: JaxArray
    crowd: JaxArray


def _choice(e: Economy, p: Elasticities, z: Shift, live: JaxArray) -> _Choice:
    lost = xp.expm1(-p.mobility * z.log_moving)
    whence = e.people[:, None] * e.moves / xp.where(live > 0, live, 1.0)
    nation = e.pool @ live
    return _Choice(
        weight=e.moves * (1 + lost),
        whence=whence * (1 + lost),
        leaving=(e.moves * lost).sum(1),
        coming=(whence * lost).sum(0),
        crowd=e.pool * live / xp.where(nation > 0, nation, 1.0)[:, None],
    )


def _drawn(e: Economy, p: Elasticities, c: _Choice, lv: JaxArray) -> tuple[JaxArray, JaxArray, JaxArray]:
    """x = V̂^κ s over its nation's level, which leaves choices as they are; 1/Φ o of x, and L̂/x s. Exactly 1 where nothing
    moves."""
    more = xp.expm1(p.mobility * (lv - _level(e, c, lv)))
    per = 1 / (1 + c.leaving + c.weight @ more)
    return 1 + more, per, 1 + c.coming + (per - 1) @ c.whence


def _level(e: Economy, c: _Choice, lv: JaxArray) -> JaxArray:
    """Mean over the people of the nation, s; a region's own outside nations of several."""
    return xp.where(e.pool.sum(0) > 0, e.pool.T @ (c.crowd @ lv), lv)


def _log_utility(e: Economy, p: Elasticities, worth: JaxArray) -> JaxArray:
    """ln Û o from ln (V̂/μ̂) o d, about its mean so that a small κ loses no digits."""
    mean = (e.moves * worth).sum(1)
    k = xp.where(p.mobility > 0, p.mobility, 1.0)
    beyond = xp.log1p((e.moves * xp.expm1(k * (worth - mean[:, None]))).sum(1)) / k
    return mean + xp.where(p.mobility > 0, beyond, 0.0)


class _Search(NamedTuple):
    """ln V̂, its last largest moves, how many there were."""

    at: JaxArray
    moved: JaxArray
    before: JaxArray
    steps: JaxArray


def _log_per_head(e: Economy, p: Elasticities, market: JaxArray, c: _Choice) -> JaxArray:
    r"""ln V̂ s, from ln (Î/P̂) s: the root of

    F[d] = ln V̂[d] + ln L̂[d] − market[d],   L̂[d] = V̂[d]^κ Σ_o whence[o,d] / Φ[o],   Φ[o] = Σ_d weight[o,d] V̂[d]^κ

    ∂F/∂ln V̂ = (1+κ) I − κ S with S[d,e] ≥ 0, Σ_e S[d,e] = 1: one root, and steps by its diagonal come to it, the nation's
    common level, which they would be slow at, set by its people in between.
    """
    k = p.mobility
    both = c.whence * c.weight

    def short(lv: JaxArray) -> JaxArray:
        return lv + k * (lv - _level(e, c, lv)) + xp.log(_drawn(e, p, c, lv)[2]) - market

    def step(lv: JaxArray) -> JaxArray:
        drawn, per, into = _drawn(e, p, c, lv)
        stays = drawn * ((per * per) @ both) / into
        off = lv + k * (lv - _level(e, c, lv)) + xp.log(into) - market
        new = lv - off / (1 + k * (1 - stays))
        level = xp.log(xp.where(e.pool.sum(1) > 0, c.crowd @ xp.exp(market - new), 1.0))
        return new + e.pool.T @ level

    def search(f: Map, start: Vector) -> Vector:
        del f

        def going(s: _Search) -> JaxArray:
            idle = (s.moved < _CLOSE) & (s.moved >= s.before)  # rounding is all that is left
            return (s.moved > _NEAR) & ~idle & (s.steps < _MOST)

        def on(s: _Search) -> _Search:
            new = step(s.at)
            return _Search(new, xp.abs(new - s.at).max(), s.moved, s.steps + 1)

        far = xp.where(k > 0, xp.inf, 0.0)  # where nobody moves the start is the answer
        found: Vector = repeated(going, on, _Search(start, far, far, xp.asarray(0))).at
        return found

    start = held(xp.where(e.pool.sum(0) > 0, market / (1 + k), market))
    return root_of(short, start, search, solved_by_jacobian)
