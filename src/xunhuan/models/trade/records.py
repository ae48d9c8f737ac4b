"""What the kernel takes and gives: records of arrays, which JAX sees through."""

from __future__ import annotations

from typing import NamedTuple

from xunhuan.models.solvers import JaxArray


class Users(NamedTuple):
    """Where each user buys: u runs over a region's industries j, then its final use.

    share   r s i u, π, expenditure share of origin r in what user u of s spends on i; sums to 1 over r, or to 0
    weight  s i u, part of the user in s's spending on i, sums to 1 over u, or to 0
    """

    share: JaxArray
    weight: JaxArray


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
    subsidy    s j,   base rate of output subsidy, net of what owners earn above cost
    people     o,     who lives, or lived when the window of moves began, in o; any unit
    moves      o d,   m, share of o's people who live in d; sums to 1 over d, 1 on the diagonal outside pools
    group      g r,   1 where r lies in nest g; row 0 holds regions that are a nest of their own
    pool       p s,   1 where s lies in p, a nation of several regions (its workers can move); rows of zeros allowed
    books      s,     1 where the region keeps books, 0 where it is open
    users      where each user buys; None where all users of a region source alike
    """

    share: JaxArray
    tariff: JaxArray
    inputs: JaxArray
    factors: JaxArray
    taste: JaxArray
    run_down: JaxArray
    output: JaxArray
    income: JaxArray
    wage_bill: JaxArray
    deficit: JaxArray
    gdp: JaxArray
    subsidy: JaxArray
    people: JaxArray
    moves: JaxArray
    group: JaxArray
    pool: JaxArray
    books: JaxArray
    users: Users | None = None


class Substitution(NamedTuple):
    """Elasticities of substitution, pure numbers ≥ 0: 1 is Cobb-Douglas, 0 fixed proportions.

    factors      j, η, between primary factors and inputs
    inputs       j, ε, among inputs
    consumption  ε_c, among goods of final spending
    """

    factors: JaxArray
    inputs: JaxArray
    consumption: JaxArray


class Elasticities(NamedTuple):
    """Parameters of behaviour.

    between   i, θ, trade elasticity between nations, > 0
    within    i, θ, trade elasticity among regions of one nation, > 0
    scale     i, ψ, elasticity of productivity in the industry's employment, ≥ 0
    mobility  κ, elasticity of those who choose a region over another in its real income per head, ≥ 0; 0 = immobile
    held      part of the base deficit kept as a share of world GDP
    real      part of the base deficit kept constant at world consumer prices
    own       part of the base deficit kept as a share of the factor income of who has it, see `kernel._closure`
    shared    part of the transfers among a nation's regions kept as a share of its factor income; the rest of them
              moves as the deficits do
    substitution  what takes the place of what in production and consumption; None where all elasticities are 1
    """

    between: JaxArray
    within: JaxArray
    scale: JaxArray
    mobility: JaxArray
    held: JaxArray
    real: JaxArray
    own: JaxArray | float = 0.0
    shared: JaxArray | float = 0.0
    substitution: Substitution | None = None


class Tolls(NamedTuple):
    """What others than seller and buyer collect on the way.

    rate  k r s i, share of the price before it that collector k takes; rates of a cell add up to above -1
    to    k s, 1 where s is collector k's region
    """

    rate: JaxArray
    to: JaxArray


class Shift(NamedTuple):
    """New values or changes of the primitives.

    log_cost          r s i, ln d̂; 0 under a ban
    allowed           r s i, 0 under a ban, else 1
    tariff            r s i, t', rate
    export_tax        r s i, x', rate of the origin's tax on the producer price
    log_productivity  r i, ln of exogenous productivity, new / old
    demand            s i, ratio that tilts final-demand shares
    subsidy           s j, σ', rate of output subsidy, net of what owners earn above cost
    log_moving        o d, ln μ̂, utility cost of d to people of o, new / old
    active            r i, 1 where any buyer is left, else 0
    bought            s i, 1 where the good is bought, else 0
    part              c s, 1 where s lies in part c of the world; parts do not trade with each other, rows may be 0
    transfer          s, lump sum received, share of world GDP; sums to 0 over every part
    tolls             who collects what on the way; None where nobody does
    """

    log_cost: JaxArray
    allowed: JaxArray
    tariff: JaxArray
    export_tax: JaxArray
    log_productivity: JaxArray
    demand: JaxArray
    subsidy: JaxArray
    log_moving: JaxArray
    active: JaxArray
    bought: JaxArray
    part: JaxArray
    transfer: JaxArray | float = 0.0
    tolls: Tolls | None = None


class Equilibrium(NamedTuple):
    """Levels and changes at the solution; values are shares of base world GDP.

    wage s, price s i, cost r i, output_hat r i, income_hat s, workers_hat s, consumer_price s: new / old
    moves o d (m'), utility o: new / old
    share r s i (π'), spending s i (X'), output r i (Y'), income s (I'), wage_bill s
    purchases r s i u, π' X' of each user; None where all users of a region source alike
    stock_sales s, receipts of sales out of stock · duty s, import duties on all uses · export_revenue r
    subsidies s, paid less what owners earn above cost · gdp s, at basic prices · duty_rate s i: duties per unit of spending
    duty_rate s i u where users differ; price then their mean, weighted by base spending
    factors s j (β'), inputs s i j (γ'): cost shares · hired s j, employment, new / old · tolls s, collected
    """

    wage: JaxArray
    price: JaxArray
    cost: JaxArray
    output_hat: JaxArray
    income_hat: JaxArray
    workers_hat: JaxArray
    moves: JaxArray
    utility: JaxArray
    consumer_price: JaxArray
    share: JaxArray
    spending: JaxArray
    output: JaxArray
    stock_sales: JaxArray
    income: JaxArray
    wage_bill: JaxArray
    duty: JaxArray
    export_revenue: JaxArray
    subsidies: JaxArray
    duty_rate: JaxArray
    gdp: JaxArray
    factors: JaxArray
    inputs: JaxArray
    hired: JaxArray
    tolls: JaxArray
    purchases: JaxArray | None = None
