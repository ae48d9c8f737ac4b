"""What the kernel takes and gives: records of arrays, which JAX sees through."""

from __future__ import annotations

from typing import NamedTuple

from xunhuan.models.solvers import Array


class Economy(NamedTuple):
    """The base equilibrium; values are shares of world GDP.

    share      r s i, π, expenditure share of origin r in s's spending on i, tariffs included; sums to 1 over r
    tariff     r s i, t, rate that s levies
    inputs     s i j, γ, cost share of good i in industry j; with `factors` sums to 1 over i
    factors    s j,   β, cost share of primary factors
    taste      s i,   α, share of good i in final spending, sums to 1 over i
    run_down   s i,   share of the demand for the good met out of stock, where net final use is negative; else 0
    output     r i,   Y at producer prices
    income     s,     I, final spending
    wage_bill  s,     wL, factor income
    deficit    s,     D, imports less exports
    gdp        s,     value added at basic prices; sums to 1 over closed regions
    subsidy    s j,   base rate of output subsidy
    workers    s,     people, for mobility; any unit
    group      g r,   1 where r lies in nest g; row 0 holds regions that are a nest of their own
    pool       p s,   1 where s lies in p, a nation of several regions (its workers can move); rows of zeros allowed
    books      s,     1 where the region keeps books, 0 where it is open
    """

    share: Array
    tariff: Array
    inputs: Array
    factors: Array
    taste: Array
    run_down: Array
    output: Array
    income: Array
    wage_bill: Array
    deficit: Array
    gdp: Array
    subsidy: Array
    workers: Array
    group: Array
    pool: Array
    books: Array


class Elasticities(NamedTuple):
    """Parameters of behaviour.

    between   i, θ, trade elasticity between nations, > 0
    within    i, θ, trade elasticity among regions of one nation, > 0
    scale     i, ψ, elasticity of productivity in the industry's employment, ≥ 0
    mobility  ν, elasticity of a region's population in its real income per head, ≥ 0; 0 = immobile
    held      part of the base deficit kept as a share of world GDP
    real      part of the base deficit kept constant at world consumer prices
    shared    part of the transfers among a nation's regions kept as a share of its factor income; the rest of them
              moves as the deficits do
    """

    between: Array
    within: Array
    scale: Array
    mobility: Array
    held: Array
    real: Array
    shared: Array | float = 0.0


class Shift(NamedTuple):
    """New values or changes of the primitives.

    log_cost          r s i, ln d̂; 0 under a ban
    allowed           r s i, 0 under a ban, else 1
    tariff            r s i, t', rate
    export_tax        r s i, x', rate of the origin's tax on the producer price
    log_productivity  r i, ln of exogenous productivity, new / old
    demand            s i, ratio that tilts final-demand shares
    subsidy           s j, σ', rate of output subsidy
    log_moving        s, ln of the utility cost of living in s, new / old
    active            r i, 1 where any buyer is left, else 0
    bought            s i, 1 where the good is bought, else 0
    part              c s, 1 where s lies in part c of the world; parts do not trade with each other, rows may be 0
    """

    log_cost: Array
    allowed: Array
    tariff: Array
    export_tax: Array
    log_productivity: Array
    demand: Array
    subsidy: Array
    log_moving: Array
    active: Array
    bought: Array
    part: Array


class Equilibrium(NamedTuple):
    """Levels and changes at the solution; values are shares of base world GDP.

    wage s, price s i, cost r i, output_hat r i, income_hat s, workers_hat s, consumer_price s: new / old
    share r s i (π'), spending s i (X'), output r i (Y'), income s (I'), wage_bill s
    stock_sales s, receipts of sales out of stock · duty s, import duties on all uses · export_revenue r
    subsidies s, paid · gdp s, at basic prices · duty_rate s i: duties per unit of spending
    """

    wage: Array
    price: Array
    cost: Array
    output_hat: Array
    income_hat: Array
    workers_hat: Array
    consumer_price: Array
    share: Array
    spending: Array
    output: Array
    stock_sales: Array
    income: Array
    wage_bill: Array
    duty: Array
    export_revenue: Array
    subsidies: Array
    duty_rate: Array
    gdp: Array
