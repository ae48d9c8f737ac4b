r"""The equilibrium in exact changes as one fixed point of pure functions on arrays.

State: logs of ŵ[s], P̂[s,i], Ŷ[r,i], Î[s] (new / old). All values are shares of base world GDP, the numeraire.

Barriers enter only through weights that do not move during the search,

    W[r,s,i] = π[r,s,i] κ̂[r,s,i]^(−θ[r,i]),   κ̂ = d̂ (1+t')(1+x') / (1+t),   W = 0 exactly under a ban,

so an iteration is four contractions of W with R·S vectors and no power of an r s i array.
"""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp

from xunhuan.models.solvers import CONVERGED, DIVERGED, JaxArray, Map, Options, SolveInfo, Vector, implicit_fixed_point
from xunhuan.models.trade.people import settled
from xunhuan.models.trade.records import Economy, Elasticities, Equilibrium, Shift


class _Ready(NamedTuple):
    """What does not move during the search; large arrays are laid out i s r."""

    weight: JaxArray
    net: JaxArray
    producer: JaxArray
    theta: JaxArray  # i r
    fold: JaxArray  # i g, θ between / θ within
    nest: JaxArray  # i s g, base share of nest g
    log_markup: JaxArray  # s j, ln (1+σ')/(1+σ)
    taste: JaxArray  # s i, tilted
    deficit: JaxArray  # s, deficits with the rest of the world that can be financed
    transfer: JaxArray  # s, from the other regions of the nation: what is left of the region's deficit
    same: JaxArray  # s q, 1 where both lie in one nation of several regions, and in one part of the world
    anchored: JaxArray  # c, 1 where a part holds an open region, whose prices are the numeraire


def _lay(a: JaxArray) -> JaxArray:
    """r s i to i s r, so that contractions over origins run along memory."""
    return jnp.transpose(a, (2, 1, 0))


def prepared(e: Economy, p: Elasticities, z: Shift) -> _Ready:
    """Weights and constants of one problem; see the module's header."""
    nested = e.group[1:].sum(0)  # 1 where r shares its nest with others
    theta = p.between[:, None] + (p.within - p.between)[:, None] * nested
    barrier = z.log_cost + jnp.log((1 + z.tariff) / (1 + e.tariff) * (1 + z.export_tax))
    base = e.share * z.allowed
    weight = _lay(base * jnp.exp(-theta.T[:, None, :] * barrier))
    net = weight / _lay(1 + z.tariff)
    tilt = e.taste * z.demand
    total = tilt.sum(1, keepdims=True)
    anchored = jnp.where(z.part @ (1 - e.books) > 0, 1.0, 0.0)
    financed = _financed(e, z, anchored)
    same, transfer = _transfers(e, z, financed)
    return _Ready(
        weight=weight,
        net=net,
        producer=net / _lay(1 + z.export_tax),
        theta=theta,
        fold=jnp.concatenate(
            [jnp.ones((len(p.between), 1)), jnp.repeat((p.between / p.within)[:, None], len(e.group) - 1, 1)], 1
        ),
        nest=jnp.einsum("isr,gr->isg", _lay(e.share), e.group),
        log_markup=jnp.log1p(z.subsidy) - jnp.log1p(e.subsidy),
        taste=tilt / jnp.where(total > 0, total, 1.0),
        deficit=financed - transfer,
        transfer=transfer,
        same=same,
        anchored=anchored,
    )


def _financed(e: Economy, z: Shift, anchored: JaxArray) -> JaxArray:
    """Deficits s of which every part of the world bears its own: a part's net sum is taken off by income.

    Nothing changes while the world hangs together, where deficits sum to 0, or where an open region finances them.
    """
    net = (z.part @ e.deficit) * (1 - anchored) / _guard(z.part @ e.income)
    return e.deficit - e.income * (z.part.T @ net)


def _transfers(e: Economy, z: Shift, deficit: JaxArray) -> tuple[JaxArray, JaxArray]:
    """Who shares a nation with whom (s q), and each region's deficit beyond its part, by factor income, of the nation's (s).

    The second sums to 0 over a nation: it is what the nation's other regions send.
    """
    same = (e.pool.T @ e.pool) * (z.part.T @ z.part)
    part = e.wage_bill / _guard(same @ e.wage_bill)
    return same, jnp.where(e.pool.sum(0) > 0, deficit - part * (same @ deficit), 0.0)


def _guard(a: JaxArray) -> JaxArray:
    return jnp.where(a > 0, a, 1.0)


def unpack(x: Vector, R: int, S: int) -> tuple[JaxArray, JaxArray, JaxArray, JaxArray]:
    """State vector to ln ŵ (s), ln P̂ (s i), ln Ŷ (r i), ln Î (s)."""
    a, b = R, R + R * S
    return x[:a], x[a:b].reshape(R, S), x[b : b + R * S].reshape(R, S), x[b + R * S :]


def unit_cost(e: Economy, p: Elasticities, z: Shift, k: _Ready, lw: JaxArray, lp: JaxArray, ly: JaxArray) -> JaxArray:
    r"""ln ĉ[s,j], the producer price, new / old [CaliendoParro2015, eq. 9].

    ĉ[s,j] = ŵ_s^β Π_i P̂[s,i]^γ[s,i,j] / (Â[s,j] L̂[s,j]^ψ_j (1+σ')/(1+σ)),   L̂[s,j] = Ŷ (1+σ')/(1+σ) / ŵ
    """
    bundle = e.factors * lw[:, None] + jnp.einsum("sij,si->sj", e.inputs, lp)
    labour = ly + k.log_markup - lw[:, None]
    return (bundle - z.log_productivity - p.scale * labour - k.log_markup) * z.active


class _Market(NamedTuple):
    """Goods markets given prices of producers and spending; see `_market`."""

    total: JaxArray  # i s, Σ_g of nest values; P̂^(−θ)
    against: JaxArray  # i s, what W C is divided by to give a share: the total, or 1 in an open region
    nested: JaxArray  # i s g, multiplier of W C in nest g
    origin: JaxArray  # i r, C = ĉ^(−θ)
    net_rate: JaxArray  # i s, spending net of import duties per unit of spending


def _market(e: Economy, k: _Ready, lc: JaxArray) -> _Market:
    r"""Sourcing in two nests: regions of one nation compete inside it, nations against each other.

    U[g,s,i] = Σ_{r∈g} W C / Π_g;  P̂^(−θ) = Σ_g Π_g U^(θ/θ_in);  π'[r,s,i] = W C · U^(θ/θ_in − 1) / P̂^(−θ)
    """
    origin = jnp.exp(-k.theta * lc.T)
    by_nest = origin[:, :, None] * e.group.T  # i r g
    inside = jnp.einsum("isr,irg->isg", k.weight, by_nest)
    ratio = _guard(inside / _guard(k.nest))
    lift = jnp.where((inside > 0) & (k.nest > 0), ratio ** (k.fold[:, None, :] - 1), 0.0)
    total = (inside * lift).sum(2)
    net = (jnp.einsum("isr,irg->isg", k.net, by_nest) * lift).sum(2)
    # An open region's own market is without bound: nothing from outside moves its price index.
    against = jnp.where(e.books[None, :] > 0, _guard(total), 1.0)
    return _Market(total, against, lift, origin, jnp.where(total > 0, net / _guard(total), 1.0))


def _sales(e: Economy, k: _Ready, m: _Market, spending: JaxArray, taxed: bool) -> tuple[JaxArray, JaxArray]:
    """Producers' sales Y' (r i) and export-tax revenue (r), from spending s i."""
    per = (spending.T / m.against)[:, :, None] * m.nested
    at_border = (jnp.einsum("isr,isg->irg", k.net, per) * e.group.T).sum(2) * m.origin
    if not taxed:
        return at_border.T, jnp.zeros(len(e.books))
    own = (jnp.einsum("isr,isg->irg", k.producer, per) * e.group.T).sum(2) * m.origin
    return own.T, (at_border - own).sum(0)


def _consumer_price(e: Economy, lp: JaxArray) -> JaxArray:
    """ln of the consumer price index, Σ_i α ln P̂, s; the tastes are the base's."""
    return (e.taste * lp).sum(1)


class _Turn(NamedTuple):
    """What the equations say about the state they were given."""

    lw: JaxArray  # s, ln of the wage at which factor markets clear
    lp: JaxArray  # s i
    ly: JaxArray  # r i
    li: JaxArray  # s
    drift: JaxArray  # s, ln of a part's GDP, new / old
    unpaid: JaxArray  # s, income short of LOWEST, share of base income; where positive the state is no equilibrium
    out: Equilibrium


def _turn(e: Economy, p: Elasticities, z: Shift, k: _Ready, x: Vector, taxed: bool) -> _Turn:
    """One pass through every equation of the model, from a state to the state it implies."""
    lw, lp, ly, li = unpack(x, *e.output.shape)
    cpi = _consumer_price(e, lp)
    people = settled(e, p, z, li, cpi)
    lc = unit_cost(e, p, z, k, lw, lp, ly)
    m = _market(e, k, lc)

    cost = (1 + z.subsidy) * e.output * jnp.exp(ly) * z.active  # what producers pay for inputs and factors
    interim = jnp.einsum("sij,sj->si", e.inputs, cost)
    demand = k.taste * (e.income * jnp.exp(li))[:, None] + interim
    spending = (1 - e.run_down) * demand * z.bought
    output, export_revenue = _sales(e, k, m, spending, taxed)
    output = output * z.active
    duty_rate = 1 - m.net_rate.T
    bill = (e.factors * (1 + z.subsidy) * output).sum(1)
    wages = jnp.exp(lw) * people.workers_hat * e.wage_bill
    out = Equilibrium(
        wage=jnp.exp(lw), price=jnp.exp(lp), cost=jnp.exp(lc), output_hat=jnp.exp(ly), income_hat=jnp.exp(li),
        workers_hat=people.workers_hat, moves=people.moves, utility=people.utility,
        consumer_price=jnp.exp(cpi), share=_shares(e, k, m), spending=spending, output=output,
        stock_sales=(e.run_down * demand).sum(1),
        income=e.income * jnp.exp(li), wage_bill=wages, duty=(duty_rate * spending).sum(1),
        export_revenue=export_revenue, subsidies=(z.subsidy * output).sum(1), duty_rate=duty_rate,
        gdp=(bill + export_revenue - (z.subsidy * output).sum(1) + (duty_rate * interim).sum(1)) * e.books,
    )  # fmt: skip
    return _implied(e, p, z, k, m, out, bill, cpi)


def _implied(
    e: Economy, p: Elasticities, z: Shift, k: _Ready, m: _Market, out: Equilibrium, bill: JaxArray, cpi: JaxArray
) -> _Turn:
    """The wages, prices, outputs and incomes that markets and budgets imply, in logs of new / old."""
    closed = e.books > 0
    # An open region, where there is one, is the world whose prices stand still.
    world_cpi = jnp.where((e.books == 0).any(), 1.0, jnp.exp((e.income * cpi).sum() / e.income.sum()))
    deficit = _deficits(e, p, z, k, out, world_cpi)
    taxes = out.duty + out.export_revenue - out.subsidies
    income = out.wage_bill + taxes + deficit + out.stock_sales
    budget = income / _guard(e.income)
    grown = jnp.where((k.anchored > 0) | (z.part.sum(1) == 0), 1.0, (z.part @ out.gdp) / _guard(z.part @ e.gdp))

    def log(a: JaxArray, b: JaxArray, where: JaxArray) -> JaxArray:
        return jnp.where(where, jnp.log(jnp.where(where, a / _guard(b), 1.0)), 0.0)

    return _Turn(
        lw=log(bill, e.wage_bill * out.workers_hat, closed),
        lp=jnp.where((z.bought > 0) & closed[:, None], -jnp.log(_guard(m.total.T)) / p.between, 0.0),
        ly=log(out.output, e.output, z.active > 0),
        li=jnp.where(closed, _log_above(budget), 0.0),
        drift=z.part.T @ jnp.log(grown),
        unpaid=jnp.where(closed, jnp.maximum(LOWEST - budget, 0.0), 0.0),
        out=out,
    )


def _deficits(e: Economy, p: Elasticities, z: Shift, k: _Ready, out: Equilibrium, world_cpi: JaxArray) -> JaxArray:
    r"""Deficits s under the closure.

    D'[s] = D[s] c[s],   c[s] = held + real P̂_world + own ŷ[s],   y = wL, the nation's where it shares its deficit

    Shares of own income do not add up to 0 over the world, nor over a part of it without an open region: what is over,
    N = Σ_q D'[q], is borne by factor income, D'[s] − N y'[s] / Σ_q y'[q].
    """
    nation = jnp.where(e.pool.sum(0) > 0, k.same @ out.wage_bill, out.wage_bill)
    before = jnp.where(e.pool.sum(0) > 0, k.same @ e.wage_bill, e.wage_bill)
    common = p.held + p.real * world_cpi
    alone, together = (
        common + p.own * new / _guard(old) for new, old in ((out.wage_bill, e.wage_bill), (nation, before))
    )
    deficit = (1 - p.shared) * (k.deficit + k.transfer) * alone + p.shared * _nation_shares(e, p, k, out, together)
    over = (z.part @ (deficit * e.books)) * (1 - k.anchored) / _guard(z.part @ (out.wage_bill * e.books))
    return deficit - p.own * out.wage_bill * (z.part.T @ over)


def _nation_shares(e: Economy, p: Elasticities, k: _Ready, out: Equilibrium, closure: JaxArray) -> JaxArray:
    """Deficits s where a nation shares its own by factor income, and transfers follow its factor income and people.

    D'[s] = b'[s] D'[n] + τ[s] − b'[s] Σ_n τ,  b'[s] = wL'[s] / wL'[n],  τ[s] = T[s] L̂[s] wL'[n] / wL[n],
    T[s] = D[s] − b[s] D[n]; Σ_n τ = 0 where nobody moves
    """
    nation = k.same @ out.wage_bill
    nested = nation > 0
    part = jnp.where(nested, out.wage_bill / jnp.where(nested, nation, 1.0), 1.0)
    own = jnp.where(nested, k.same @ k.deficit, k.deficit) * closure
    sent = k.transfer * out.workers_hat * (p.held + p.real + p.own) * nation / _guard(k.same @ e.wage_bill)
    return part * own + sent - jnp.where(nested, part * (k.same @ sent), 0.0)


def _log_above(a: JaxArray) -> JaxArray:
    """ln a, continued as a straight line below LOWEST: deficits can exceed a region's income on the way."""
    low = a < LOWEST
    return jnp.where(low, jnp.log(LOWEST) + a / LOWEST - 1, jnp.log(jnp.where(low, 1.0, a)))


def _shares(e: Economy, k: _Ready, m: _Market) -> JaxArray:
    """New expenditure shares π', r s i."""
    per = jnp.einsum("isg,gr->isr", m.nested / m.against[:, :, None], e.group)
    return jnp.transpose(k.weight * m.origin[:, None, :] * per, (2, 1, 0))


LOWEST = 1e-4
"""Income, new / old, below which a region is beyond what the model can say."""


class Pace(NamedTuple):
    """How boldly the search moves; the answer does not depend on it.

    reach  largest move of the log of a price, output, income or wage in one pass
    wage   how far a wage follows its market's excess demand in one pass; the acceleration does the rest
    """

    reach: float
    wage: float


BOLD, CAREFUL = Pace(3.0, 0.3), Pace(0.7, 0.5)


def iteration(e: Economy, p: Elasticities, z: Shift, k: _Ready, taxed: bool, pace: Pace = BOLD) -> Map:
    """The map whose fixed point is the equilibrium, on the state vector.

    Nominal variables are divided by world GDP at each pass, by its own GDP in each part of a world that bans have
    cut in parts, and not where an open region, whose prices stand still, is the numeraire already.
    """
    R, S = e.output.shape

    def g(x: Vector) -> Vector:
        lw, lp0, ly0, li0 = unpack(x, R, S)
        t = _turn(e, p, z, k, x, taxed)
        closed = e.books > 0
        reach = partial(jnp.clip, min=-pace.reach, max=pace.reach)  # far from the answer; at the answer every move is 0
        lw_new = jnp.where(closed, lw + pace.wage * reach(t.lw - lw - t.drift), 0.0)
        lp = jnp.where((z.bought > 0) & closed[:, None], lp0 + reach(t.lp - lp0 - t.drift[:, None]), 0.0)
        ly = jnp.where(z.active > 0, ly0 + reach(t.ly - ly0 - t.drift[:, None]), 0.0)
        li = jnp.where(closed, li0 + reach(t.li - li0 - t.drift), 0.0)
        return jnp.concatenate([lw_new, lp.ravel(), ly.ravel(), li])

    return g


def equilibrium(e: Economy, p: Elasticities, z: Shift, x: Vector, taxed: bool = True) -> Equilibrium:
    """Everything the model says at a state."""
    return _turn(e, p, z, prepared(e, p, z), x, taxed).out


@partial(jax.jit, static_argnames=("taxed",))
def solve(
    e: Economy,
    p: Elasticities,
    z: Shift,
    x0: Vector,
    tolerance: float = 1e-10,
    max_iterations: int = 600,
    taxed: bool = False,
    pace: Pace = BOLD,
) -> tuple[Equilibrium, Vector, SolveInfo]:
    """The equilibrium, its state and how the search ended. Differentiable in every array but x0.

    taxed: whether export taxes may be other than 0; without them one contraction is spared.
    """
    options = Options(tolerance=tolerance, max_iterations=max_iterations, largest_step=pace.reach)
    k = prepared(e, p, z)
    x, info = implicit_fixed_point(iteration(e, p, z, k, taxed, pace), x0, options)
    turn = _turn(e, p, z, k, x, taxed)
    short = turn.unpaid.max()
    broke = (short > 0) & (info.outcome == CONVERGED)
    info = SolveInfo(
        outcome=jnp.where(broke, DIVERGED, info.outcome),
        iterations=info.iterations,
        residual=jnp.where(broke, short, info.residual),
        worst=jnp.where(broke, len(x) - len(turn.unpaid) + turn.unpaid.argmax(), info.worst),
    )
    return turn.out, x, jax.lax.stop_gradient(info)
