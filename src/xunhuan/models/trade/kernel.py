r"""The equilibrium in exact changes as one fixed point of pure functions on arrays.

State: logs of ŵ[s], P̂[s,i], Ŷ[r,i], Î[s] (new / old). All values are shares of base world GDP, the numeraire.

Barriers enter only through weights that do not move during the search,

    W[r,s,i] = π[r,s,i] κ̂[r,s,i]^(−θ[r,i]),   κ̂ = d̂ (1+t')(1+x')(1+o') / (1+t),   W = 0 exactly under a ban,

so an iteration is four contractions of W with R·S vectors and no power of an r s i array.
"""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

from xunhuan.models.solvers import (
    CONVERGED,
    DIVERGED,
    JaxArray,
    Map,
    Options,
    SolveInfo,
    Vector,
    compiled,
    fixed_point,
    implicit_fixed_point,
    in_numpy,
    jax,
    plainly,
    xp,
)
from xunhuan.models.trade.people import settled
from xunhuan.models.trade.production import Technique, consumer_price, spent_on, technique
from xunhuan.models.trade.records import Economy, Elasticities, Equilibrium, Shift
from xunhuan.models.trade.sourcing import Ready, base_nests, bought, laid_out, market, new_shares, prices, sold
from xunhuan.models.trade.sourcing import positive_or_one as _guard


def prepared(e: Economy, p: Elasticities, z: Shift, taxed: bool = True) -> Ready:
    """Weights and constants of one problem; see the module's header. taxed: as of `solve`."""
    nested = e.group[1:].sum(0)  # 1 where r shares its nest with others
    theta = p.between[:, None] + (p.within - p.between)[:, None] * nested
    barrier = z.log_cost + xp.log((1 + z.tariff) / (1 + e.tariff) * (1 + z.export_tax))
    own = 1 + z.export_tax
    if z.tolls is not None:
        barrier, own = barrier + xp.log1p(z.tolls.rate.sum(0)), own * (1 + z.tolls.rate.sum(0))
    times = z.allowed * xp.exp(-theta.T[:, None, :] * barrier)
    weight, net, *other = laid_out(e, times, 1 + z.tariff, *([own] if taxed else []))
    tilt = e.taste * z.demand
    total = tilt.sum(1, keepdims=True)
    anchored = xp.where(z.part @ (1 - e.books) > 0, 1.0, 0.0)
    financed = _financed(e, z, anchored)
    same, transfer = _transfers(e, z, financed)
    return Ready(
        weight=weight,
        net=net,
        producer=other[0] if taxed else net,
        theta=theta,
        fold=xp.concatenate(
            [xp.ones((len(p.between), 1)), xp.repeat((p.between / p.within)[:, None], len(e.group) - 1, 1)], 1
        ),
        nest=base_nests(e),
        log_markup=_log_markup(e, z),
        taste=tilt / xp.where(total > 0, total, 1.0),
        deficit=financed - transfer,
        transfer=transfer,
        same=same,
        anchored=anchored,
    )


def _log_markup(e: Economy, z: Shift) -> JaxArray:
    return xp.log1p(z.subsidy) - xp.log1p(e.subsidy)


def subsidised(e: Economy, k: Ready, z: Shift) -> Ready:
    """What was prepared for a shift that differs in subsidies alone: none of the large arrays has a part in it."""
    return k._replace(log_markup=_log_markup(e, z))


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
    return same, xp.where(e.pool.sum(0) > 0, deficit - part * (same @ deficit), 0.0)


def unpack(x: Vector, R: int, S: int) -> tuple[JaxArray, JaxArray, JaxArray, JaxArray]:
    """State vector to ln ŵ (s), ln P̂ (s i), ln Ŷ (r i), ln Î (s)."""
    a, b = R, R + R * S
    return x[:a], x[a:b].reshape(R, S), x[b : b + R * S].reshape(R, S), x[b + R * S :]


class _Made(NamedTuple):
    cost: JaxArray  # s j, ln ĉ
    hired: JaxArray  # s j, ln L̂


def _unit_cost(e: Economy, p: Elasticities, z: Shift, k: Ready, made: Technique, lw: JaxArray, ly: JaxArray) -> _Made:
    r"""ln ĉ[s,j], the producer price, new / old [CaliendoParro2015, eq. 9], and the employment it comes with.

    ĉ[s,j] = b̂[s,j] / (Â[s,j] L̂[s,j]^ψ_j (1+σ')/(1+σ)),   L̂[s,j] = β'/β Ŷ (1+σ')/(1+σ) / ŵ

    ψ is 0 in an open region: what is bought there is too little to move its prices.
    """
    labour = ly + k.log_markup - lw[:, None] + made.hired
    scale = p.scale * e.books[:, None]
    return _Made((made.bundle - z.log_productivity - scale * labour - k.log_markup) * z.active, labour)


class _Turn(NamedTuple):
    """What the equations say about the state they were given."""

    lw: JaxArray  # s, ln of the wage at which factor markets clear
    lp: JaxArray  # s i, or ln ĉ[r,i] where users have sources of their own
    ly: JaxArray  # r i
    li: JaxArray  # s
    drift: JaxArray  # s, ln of a part's GDP, new / old
    unpaid: JaxArray  # s, income short of LOWEST, share of base income; where positive the state is no equilibrium
    out: Equilibrium


def _turn(e: Economy, p: Elasticities, z: Shift, k: Ready, x: Vector, taxed: bool, whole: bool = True) -> _Turn:
    """One pass through every equation of the model, from a state to the state it implies.

    Where users source alike the state's second part is P̂[s,i], from which costs and then markets follow; where each has
    sources of its own it is ĉ[r,i], from which markets and then costs follow: as many numbers, however many users there are.
    whole: with new shares, an array r s i that the search itself does not read.
    """
    lw, second, ly, li = unpack(x, *e.output.shape)
    m = market(e, k, second * z.active) if e.users is not None else None
    lp = second if m is None else prices(e, p, z, m)
    paid = lp if lp.ndim == 2 else lp[:, :, -1]
    cpi = consumer_price(e, p, paid)
    people = settled(e, p, z, li, cpi)
    made = technique(e, p, lw, lp if lp.ndim == 2 else lp[:, :, :-1])
    lc, hired = _unit_cost(e, p, z, k, made, lw, ly)
    implied = lc
    if m is None:
        m = market(e, k, lc)
        implied = prices(e, p, z, m)

    cost = (1 + z.subsidy) * e.output * xp.exp(ly) * z.active  # what producers pay for inputs and factors
    final = spent_on(p, k.taste, paid) * (e.income * xp.exp(li))[:, None]
    b = bought(e, z, m, made.inputs, cost, final)
    output, export_revenue = sold(e, k, m, b.by_market, taxed)
    output = output * z.active
    bill = (made.factors * (1 + z.subsidy) * output).sum(1)
    wages = xp.exp(lw) * people.workers_hat * e.wage_bill
    share, purchases = new_shares(e, k, m, b) if whole or z.tolls is not None else (e.share, None)
    collected, tolled = _tolls(e, z, share, b.spending)
    export_revenue = export_revenue - tolled
    out = Equilibrium(
        wage=xp.exp(lw), price=xp.exp(lp if e.users is None else (e.users.weight * lp).sum(2)), cost=xp.exp(lc),
        output_hat=xp.exp(ly), income_hat=xp.exp(li),
        workers_hat=people.workers_hat, moves=people.moves, utility=people.utility,
        consumer_price=xp.exp(cpi), share=share, spending=b.spending, output=output,
        stock_sales=(e.run_down * b.demand).sum(1),
        income=e.income * xp.exp(li), wage_bill=wages, duty=b.duty,
        export_revenue=export_revenue, subsidies=(z.subsidy * output).sum(1), duty_rate=b.duty_rate,
        gdp=(bill + export_revenue - (z.subsidy * output).sum(1) + b.duty_on_inputs + collected) * e.books,
        factors=made.factors, inputs=made.inputs, hired=xp.exp(hired), tolls=collected,
        purchases=purchases,
    )  # fmt: skip
    return _implied(e, p, z, k, implied, out, bill, cpi)


def _tolls(e: Economy, z: Shift, share: JaxArray, spending: JaxArray) -> tuple[JaxArray, JaxArray]:
    """What each region collects on the way of others' trade, and what is collected on each region's sales; both s.

    o[k,r,s,i] of the price before it:  Σ_rsi o_k π' X' / ((1+t') (1 + Σ_k o_k))
    """
    if z.tolls is None:
        none = xp.zeros(len(e.books))
        return none, none
    before = share * spending / (1 + z.tariff) / (1 + z.tolls.rate.sum(0))
    paid = (z.tolls.rate * before).sum((2, 3))  # k r
    return z.tolls.to.T @ paid.sum(1), paid.sum(0)


def _implied(
    e: Economy, p: Elasticities, z: Shift, k: Ready, second: JaxArray, out: Equilibrium, bill: JaxArray, cpi: JaxArray
) -> _Turn:
    """The wages, outputs and incomes that markets and budgets imply, in logs of new / old."""
    closed = e.books > 0
    # An open region, where there is one, is the world whose prices stand still.
    world_cpi = xp.where((e.books == 0).any(), 1.0, xp.exp((e.income * cpi).sum() / e.income.sum()))
    deficit = _deficits(e, p, z, k, out, world_cpi)
    taxes = out.duty + out.export_revenue - out.subsidies + out.tolls
    income = out.wage_bill + taxes + deficit + out.stock_sales + z.transfer
    budget = income / _guard(e.income)
    grown = xp.where((k.anchored > 0) | (z.part.sum(1) == 0), 1.0, (z.part @ out.gdp) / _guard(z.part @ e.gdp))

    def log(a: JaxArray, b: JaxArray, where: JaxArray) -> JaxArray:
        return xp.where(where, xp.log(xp.where(where, a / _guard(b), 1.0)), 0.0)

    return _Turn(
        lw=log(bill, e.wage_bill * out.workers_hat, closed),
        lp=second,
        ly=log(out.output, e.output, z.active > 0),
        li=xp.where(closed, _log_above(budget), 0.0),
        drift=z.part.T @ xp.log(grown),
        unpaid=xp.where(closed, xp.maximum(LOWEST - budget, 0.0), 0.0),
        out=out,
    )


def _deficits(e: Economy, p: Elasticities, z: Shift, k: Ready, out: Equilibrium, world_cpi: JaxArray) -> JaxArray:
    r"""Deficits s under the closure.

    D'[s] = D[s] c[s],   c[s] = held + real P̂_world + own ŷ[s],   y = wL, the nation's where it shares its deficit

    Shares of own income do not add up to 0 over the world, nor over a part of it without an open region: what is over,
    N = Σ_q D'[q], is borne by factor income, D'[s] − N y'[s] / Σ_q y'[q].
    """
    nation = xp.where(e.pool.sum(0) > 0, k.same @ out.wage_bill, out.wage_bill)
    before = xp.where(e.pool.sum(0) > 0, k.same @ e.wage_bill, e.wage_bill)
    common = p.held + p.real * world_cpi
    alone, together = (
        common + p.own * new / _guard(old) for new, old in ((out.wage_bill, e.wage_bill), (nation, before))
    )
    deficit = (1 - p.shared) * (k.deficit + k.transfer) * alone + p.shared * _nation_shares(e, p, k, out, together)
    over = (z.part @ (deficit * e.books)) * (1 - k.anchored) / _guard(z.part @ (out.wage_bill * e.books))
    return deficit - p.own * out.wage_bill * (z.part.T @ over)


def _nation_shares(e: Economy, p: Elasticities, k: Ready, out: Equilibrium, closure: JaxArray) -> JaxArray:
    """Deficits s where a nation shares its own by factor income, and transfers follow its factor income and people.

    D'[s] = b'[s] D'[n] + τ[s] − b'[s] Σ_n τ,  b'[s] = wL'[s] / wL'[n],  τ[s] = T[s] L̂[s] wL'[n] / wL[n],
    T[s] = D[s] − b[s] D[n]; Σ_n τ = 0 where nobody moves
    """
    nation = k.same @ out.wage_bill
    nested = nation > 0
    part = xp.where(nested, out.wage_bill / xp.where(nested, nation, 1.0), 1.0)
    own = xp.where(nested, k.same @ k.deficit, k.deficit) * closure
    sent = k.transfer * out.workers_hat * (p.held + p.real + p.own) * nation / _guard(k.same @ e.wage_bill)
    return part * own + sent - xp.where(nested, part * (k.same @ sent), 0.0)


def _log_above(a: JaxArray) -> JaxArray:
    """ln a, continued as a straight line below LOWEST: deficits can exceed a region's income on the way."""
    low = a < LOWEST
    return xp.where(low, xp.log(LOWEST) + a / LOWEST - 1, xp.log(xp.where(low, 1.0, a)))


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


def iteration(e: Economy, p: Elasticities, z: Shift, k: Ready, taxed: bool, pace: Pace = BOLD) -> Map:
    """The map whose fixed point is the equilibrium, on the state vector.

    Nominal variables are divided by world GDP at each pass, by its own GDP in each part of a world that bans have
    cut in parts, and not where an open region, whose prices stand still, is the numeraire already.
    """
    R, S = e.output.shape

    def g(x: Vector) -> Vector:
        lw, lp0, ly0, li0 = unpack(x, R, S)
        t = _turn(e, p, z, k, x, taxed, whole=False)
        closed = e.books > 0
        reach = partial(xp.clip, min=-pace.reach, max=pace.reach)  # far from the answer; at the answer every move is 0
        lw_new = xp.where(closed, lw + pace.wage * reach(t.lw - lw - t.drift), 0.0)
        moves = (z.bought > 0) & closed[:, None] if e.users is None else z.active > 0
        lp = xp.where(moves, lp0 + reach(t.lp - lp0 - t.drift[:, None]), 0.0)
        ly = xp.where(z.active > 0, ly0 + reach(t.ly - ly0 - t.drift[:, None]), 0.0)
        li = xp.where(closed, li0 + reach(t.li - li0 - t.drift), 0.0)
        return xp.concatenate([lw_new, lp.ravel(), ly.ravel(), li])

    return g


def equilibrium(
    e: Economy, p: Elasticities, z: Shift, x: Vector, taxed: bool = True, ready: Ready | None = None
) -> Equilibrium:
    """Everything the model says at a state; ready: what is prepared, where it is at hand."""
    return _turn(e, p, z, prepared(e, p, z) if ready is None else ready, x, taxed).out


@compiled("taxed")
def readied(e: Economy, p: Elasticities, z: Shift, taxed: bool = True) -> Ready:
    """`prepared` as a program of its own, so that what is large is laid out once: a compiler that sees its uses lays it out
    for each of them."""
    return prepared(e, p, z, taxed)


@compiled("taxed", "derived")
def solve(
    e: Economy,
    p: Elasticities,
    z: Shift,
    x0: Vector,
    tolerance: float = 1e-10,
    max_iterations: int = 600,
    taxed: bool = False,
    pace: Pace = BOLD,
    derived: bool = True,
    ready: Ready | None = None,
) -> tuple[Equilibrium, Vector, SolveInfo]:
    """The equilibrium, its state and how the search ended. Differentiable in every array but x0, unless `derived` says
    that nobody will, which halves what is traced.

    taxed: whether export taxes or tolls may be other than 0; without them one contraction is spared.
    ready: what is prepared, where it is at hand; no derivative goes through it.
    """
    options = Options(tolerance=tolerance, max_iterations=max_iterations, largest_step=pace.reach)
    k = prepared(e, p, z, taxed) if ready is None else ready
    root = implicit_fixed_point if derived else fixed_point
    x, info = root(iteration(e, p, z, k, taxed, pace), x0, options)
    out, info = _concluded(_turn(e, p, z, k, x, taxed), x, info)
    return out, x, jax.lax.stop_gradient(info)


def solve_plainly(
    e: Economy,
    p: Elasticities,
    z: Shift,
    x0: Vector,
    tolerance: float,
    max_iterations: int,
    taxed: bool,
    pace: Pace = BOLD,
) -> tuple[Equilibrium, Vector, SolveInfo]:
    """What `solve` gives, worked out in numpy by the same equations: nothing is compiled, and nothing can be derived.

    Where a table is small this is over before a compiler has begun, and a few times slower once it has.
    """
    options = Options(tolerance=tolerance, max_iterations=max_iterations, largest_step=pace.reach)
    e, p, z, x0 = in_numpy((e, p, z, x0))
    with plainly():
        k = prepared(e, p, z, taxed)
        x, info = fixed_point(iteration(e, p, z, k, taxed, pace), x0, options)
        out, info = _concluded(_turn(e, p, z, k, x, taxed), x, info)
    return out, x, info


def _concluded(turn: _Turn, x: Vector, info: SolveInfo) -> tuple[Equilibrium, SolveInfo]:
    """The state's equilibrium, and how the search ended: not well where a region owes more than it has."""
    short = turn.unpaid.max()
    broke = (short > 0) & (info.outcome == CONVERGED)
    return turn.out, SolveInfo(
        outcome=xp.where(broke, DIVERGED, info.outcome),
        iterations=info.iterations,
        residual=xp.where(broke, short, info.residual),
        worst=xp.where(broke, len(x) - len(turn.unpaid) + turn.unpaid.argmax(), info.worst),
    )
