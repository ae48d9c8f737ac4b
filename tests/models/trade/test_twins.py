"""The trade model against a slow twin in levels, and its derivatives against central differences."""

from __future__ import annotations

import dataclasses
import itertools
import math
from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from xunhuan.data.accounts import Accounts
from xunhuan.data.toyland import MOVED
from xunhuan.models.edits import ExportTax, Productivity, Tariff, TradeCost
from xunhuan.models.edits.handed import CellArray, Routes, Toll
from xunhuan.models.edits.primitives import Primitives, primitives
from xunhuan.models.expecting import expecting
from xunhuan.models.model import Response, Shock
from xunhuan.models.slopes import costliest_barriers
from xunhuan.models.trade import TradeParameters, gradient, respond
from xunhuan.models.trade.batch import respond_many
from xunhuan.models.trade.kernel import solve
from xunhuan.models.trade.solve import problem

pytestmark = pytest.mark.twin


def mean(shares: list[float], price: list[float], elasticity: float) -> float:
    """CES price index; geometric where the elasticity is 1."""
    if elasticity == 1:
        return math.prod(p**a for a, p in zip(shares, price, strict=True))
    return sum(a * p ** (1 - elasticity) for a, p in zip(shares, price, strict=True)) ** (1 / (1 - elasticity))


class Twin:
    """The same economy in levels, cell by cell: every base price is 1, wages are found by trial and error."""

    def __init__(
        self, acc: Accounts, p: Primitives, theta: list[float], nest: float, nu: float, psi: float, deficits: str,
        substitution: tuple[list[float], list[float], float] | None = None, moved: list[list[float]] | None = None,
    ):  # fmt: skip
        self.acc, self.p, self.theta, self.inner = acc, p, theta, [nest * t for t in theta]
        self.nu, self.psi, self.deficits, self.moved = nu, psi, deficits, moved
        unit = [1.0] * acc.S
        self.eta, self.eps, self.eps_c = substitution or (unit, unit, 1.0)
        self.utility = [1.0 for _ in range(acc.R)]
        self.R, self.S = range(acc.R), range(acc.S)
        self.nation = acc.geography.nation
        self.spent = [[[acc.flow[r, s, i] * (1 + acc.tariff[r, s, i]) for i in self.S] for s in self.R] for r in self.R]
        self.X0 = [[sum(self.spent[r][s][i] for r in self.R) for i in self.S] for s in self.R]
        self.markup = [[self.X0[s][i] / acc.flow[:, s, i].sum() for i in self.S] for s in self.R]
        self.Y0 = [[acc.flow[r, :, i].sum() for i in self.S] for r in self.R]
        self.gamma = [
            [
                [acc.use[s, i, j] * self.markup[s][i] / self.Y0[s][j] * p.wedge_base[s, j] for j in self.S]
                for i in self.S
            ]
            for s in self.R
        ]
        self.beta = [[1 - sum(self.gamma[s][i][j] for i in self.S) for j in self.S] for s in self.R]
        self.F0 = [[acc.final[s, i].sum() * self.markup[s][i] for i in self.S] for s in self.R]
        self.I0 = [sum(self.F0[s]) for s in self.R]
        self.L0 = [sum(self.beta[s][j] * self.Y0[s][j] / p.wedge_base[s, j] for j in self.S) for s in self.R]
        self.D0 = [sum(acc.flow[:, s].sum(0)) - sum(self.Y0[s]) for s in self.R]
        self.gdp0 = acc.gdp.sum()
        self.w, self.L = [1.0 for _ in self.R], [1.0 for _ in self.R]
        self.P = [[1.0 for _ in self.S] for _ in self.R]
        self.Y = [list(row) for row in self.Y0]
        self.I = list(self.I0)

    def bundle(self, s: int, j: int) -> tuple[float, float, list[float]]:
        """Cost of factors and inputs before productivity, and the new cost shares of both."""
        w, price, total = self.w[s], self.P[s], sum(self.gamma[s][i][j] for i in self.S)
        among = mean([self.gamma[s][i][j] / total for i in self.S], price, self.eps[j])
        cost = mean([self.beta[s][j], total], [w, among], self.eta[j])
        lift = (among / cost) ** (1 - self.eta[j])
        inputs = [self.gamma[s][i][j] * (price[i] / among) ** (1 - self.eps[j]) * lift for i in self.S]
        return cost, self.beta[s][j] * (w / cost) ** (1 - self.eta[j]), inputs

    def cost(self, s: int, j: int) -> float:
        bundle, factors, _ = self.bundle(s, j)
        dearer = self.p.wedge[s, j] / self.p.wedge_base[s, j]
        kept = (1 + self.p.subsidy[s, j]) / dearer
        workers = factors / self.beta[s][j] * self.Y[s][j] / self.Y0[s][j] * kept / self.w[s]
        return bundle / (self.p.productivity[s, j] * workers**self.psi * kept)

    def shares(self, s: int, i: int, c: list[list[float]]) -> tuple[float, list[float]]:
        """Price index of good i in s and each origin's share, nest by nest."""
        price, weight = [math.inf for _ in self.R], [self.spent[r][s][i] / self.X0[s][i] for r in self.R]
        for r in self.R:
            d = self.p.trade_cost[r, s, i]
            if math.isfinite(d):
                rate = (1 + self.p.tariff[r, s, i]) / (1 + self.acc.tariff[r, s, i])
                price[r] = c[r][i] * d * rate * (1 + self.p.export_tax[r, s, i])
        nests = {}
        for n in dict.fromkeys(self.nation):
            members = [r for r in self.R if self.nation[r] == n]
            power = self.inner[i] if len(members) > 1 else self.theta[i]
            b = sum(weight[r] for r in members)
            total = sum(weight[r] / b * price[r] ** -power for r in members)
            nests[n] = (b, total ** (-1 / power) if total > 0 else math.inf, power)
        P = sum(b * pn ** -self.theta[i] for b, pn, _ in nests.values()) ** (-1 / self.theta[i])
        out = []
        for r in self.R:
            b, pn, power = nests[self.nation[r]]
            inside = weight[r] / b * (price[r] / pn) ** -power if math.isfinite(price[r]) else 0.0
            out.append(inside * b * (pn / P) ** -self.theta[i])
        return P, out

    def sweep(self) -> float:
        """Prices, quantities, people and wages once; the largest relative move."""
        c = [[self.cost(s, j) for j in self.S] for s in self.R]
        found = [[self.shares(s, i, c) for i in self.S] for s in self.R]
        newP = [[found[s][i][0] for i in self.S] for s in self.R]
        cpi = [self.index(s, newP[s]) for s in self.R]
        made = [[self.bundle(s, j) for j in self.S] for s in self.R]
        world = math.exp(sum(self.I0[s] * math.log(cpi[s]) for s in self.R) / sum(self.I0))
        kept = (1 + self.p.subsidy) / self.p.wedge  # what is paid for inputs and labour per unit sold
        pay = [[self.Y[s][j] * kept[s, j] for j in self.S] for s in self.R]
        newY = [[0.0 for _ in self.S] for _ in self.R]
        income, gdp = [], [0.0 for _ in self.R]
        taxes = [sum((1 - kept[s, j]) * self.Y[s][j] for j in self.S) + self.p.transfer[s] for s in self.R]
        for s in self.R:
            tilt = [self.F0[s][i] * self.p.final_demand[s, i] for i in self.S]
            tilt = [tilt[i] / sum(tilt) * self.P[s][i] ** (1 - self.eps_c) for i in self.S]
            for i in self.S:
                inputs = sum(made[s][j][2][i] * pay[s][j] for j in self.S)
                X = tilt[i] / sum(tilt) * self.I[s] + inputs
                for r in self.R:
                    border = X * found[s][i][1][r] / (1 + self.p.tariff[r, s, i])
                    duty = X * found[s][i][1][r] - border
                    own = border / (1 + self.p.export_tax[r, s, i])
                    newY[r][i] += own
                    taxes[r] += border - own
                    taxes[s] += duty
                    gdp[r] += border - own
                    gdp[s] += duty * inputs / X
        bill = [sum(made[s][j][1] * newY[s][j] * kept[s, j] for j in self.S) for s in self.R]
        for s in self.R:
            gdp[s] += bill[s] + sum((1 - kept[s, j]) * newY[s][j] for j in self.S)
        paid = [self.w[s] * self.L[s] * self.L0[s] for s in self.R]
        closure = {"zero": 0.0, "world_share": 1.0, "constant": world, "own_share": 1.0}[self.deficits]
        owed = [self.deficit(s, paid, closure) for s in self.R]
        over = sum(owed) if self.deficits == "own_share" else 0.0
        for s in self.R:
            income.append(paid[s] + taxes[s] + owed[s] - over * paid[s] / sum(paid))
        self.people(income, cpi)
        newW = [self.w[s] * (bill[s] / (self.w[s] * self.L[s] * self.L0[s])) ** 0.2 for s in self.R]
        unit = sum(gdp) / self.gdp0
        moves = [abs(math.log(newW[s] / unit / self.w[s])) for s in self.R]
        moves += [abs(math.log(newP[s][i] / unit / self.P[s][i])) for s in self.R for i in self.S]
        moves += [abs(math.log(income[s] / unit / self.I[s])) for s in self.R]
        self.w, self.I = [w / unit for w in newW], [x / unit for x in income]
        self.P = [[x / unit for x in row] for row in newP]
        self.Y = [[x / unit for x in row] for row in newY]
        return max(moves)

    def deficit(self, s: int, paid: list[float], closure: float) -> float:
        """The nation's own deficit by factor income, and transfers per head that grow with the nation's factor income."""
        mates = [q for q in self.R if self.nation[q] == self.nation[s]]
        before, now = sum(self.L0[q] for q in mates), sum(paid[q] for q in mates)
        nation = sum(self.D0[q] for q in mates)
        sent = {q: (self.D0[q] - self.L0[q] / before * nation) * self.L[q] * now / before for q in mates}
        if closure == 0:
            return 0.0
        if self.deficits == "own_share":
            closure = now / before
        return paid[s] / now * (nation * closure - sum(sent.values())) + sent[s]

    def people(self, income: list[float], cpi: list[float]) -> None:
        """Those of a region go where (real income per head)^κ draws them, within nations of several, part of the way."""
        crowd = self.acc.geography.population
        for n in dict.fromkeys(self.nation):
            members = [r for r in self.R if self.nation[r] == n]
            head = {r: income[r] / self.I0[r] / cpi[r] / self.L[r] for r in members}
            if len(members) == 1:
                self.utility[members[0]] = head[members[0]]
                continue
            from_to = self.start(members)
            there = dict.fromkeys(members, 0.0)
            for o in members:
                draw = {d: (head[d] / self.bears(o, d)) ** self.nu for d in members}
                sized = sum(from_to[o][d] for d in members)
                chance = sum(from_to[o][d] / sized * draw[d] for d in members)
                for d in members:
                    there[d] += from_to[o][d] * draw[d] / chance
                self.utility[o] = chance ** (1 / self.nu) if self.nu else head[o]
            for r in members:
                self.L[r] = self.L[r] ** 0.7 * (there[r] / crowd[r]) ** 0.3

    def start(self, members: list[int]) -> dict[int, dict[int, float]]:
        """Persons by origin and where they live in the base."""
        crowd = self.acc.geography.population
        if self.moved is None:
            total = sum(crowd[r] for r in members)
            return {o: {d: crowd[o] * crowd[d] / total for d in members} for o in members}
        out = {o: {d: self.moved[o][d] for d in members} for o in members}
        for d in members:
            out[d][d] = crowd[d] - sum(self.moved[o][d] for o in members if o != d)
        return out

    def bears(self, o: int, d: int) -> float:
        """What living in d costs those of o; movers alone bear it, unless all choose anew."""
        return 1.0 if self.moved is not None and o == d else self.p.mobility_cost[d]

    def index(self, s: int, price: list[float]) -> float:
        """Consumer prices at the base's tastes."""
        return mean([self.F0[s][i] / self.I0[s] for i in self.S], price, self.eps_c)

    def real_income(self) -> list[float]:
        for _ in range(6000):
            if self.sweep() < 1e-13:
                break
        return [self.I[s] / self.I0[s] / self.index(s, self.P[s]) for s in self.R]


def _rich(acc: Accounts, seed: int = 3) -> Primitives:
    """Every primitive away from its base, at random, with two bans."""
    rng = np.random.default_rng(seed)
    p = primitives(acc, Shock())
    away = ~np.eye(acc.R, dtype=bool)[:, :, None]
    cost = np.where(away, np.exp(rng.normal(0, 0.1, p.trade_cost.shape)), 1.0)
    cost[0, 3, 0] = cost[3, 1, 1] = np.inf
    return Primitives(
        trade_cost=cost,
        tariff=np.where(p.tariff > 0, p.tariff + rng.uniform(0, 0.2, p.tariff.shape), 0.0),
        productivity=np.exp(rng.normal(0, 0.05, p.productivity.shape)),
        final_demand=np.exp(rng.normal(0, 0.1, p.final_demand.shape)),
        subsidy=rng.uniform(-0.05, 0.1, p.subsidy.shape),
        export_tax=np.where(p.tariff > 0, rng.uniform(-0.05, 0.1, p.tariff.shape), 0.0),
        mobility_cost=np.exp(rng.normal(0, 0.05, acc.R)),
        wedge_base=rng.uniform(1, 1.1, p.wedge.shape),
        wedge=rng.uniform(1, 1.15, p.wedge.shape),
        transfer=np.array([4.0, -9.0, 3.0, 2.0]),
    )


THETA = {"FAR": 2.5, "MAN": 4.0, "SER": 6.0}
CASES = {
    "plain": ({}, (1.0, 0.0, 0.0, "world_share")),
    "nests": ({"nest_ratio": 1.7}, (1.7, 0.0, 0.0, "zero")),
    "own share": ({"labour": "mobile", "mobility": 1.5}, (1.0, 1.5, 0.0, "own_share")),
    "balanced": ({"labour": "mobile", "mobility": 2.5, "window": "1990-1995"}, (1.0, 2.5, 0.0, "zero")),
    "everything": (
        {"nest_ratio": 1.4, "labour": "mobile", "mobility": 1.5, "scale": 0.05}, (1.4, 1.5, 0.05, "constant"),
    ),
    "free": ({"nest_ratio": 1.4, "labour": "free", "mobility": 1.5, "scale": 0.05}, (1.4, 1.5, 0.05, "constant")),
}  # fmt: skip


ETA, EPS, EPS_C = {"FAR": 0.4, "MAN": 1.0, "SER": 1.7}, {"FAR": 0.05, "MAN": 0.6, "SER": 1.0}, 0.8
SUBSTITUTION = {"value_added_elasticity": ETA, "input_elasticity": EPS, "consumption_elasticity": EPS_C}
FIXED = {"value_added_elasticity": 0.0, "input_elasticity": 0.0, "consumption_elasticity": 0.0}


@pytest.mark.parametrize("substitution", ["unit", "nested", "fixed"])
@pytest.mark.parametrize("name", CASES)
def test_slow_twin_in_levels(toy: Accounts, name: str, substitution: str) -> None:
    given, (nest, nu, psi, deficits) = CASES[name]
    more, other = {
        "unit": ({}, None),
        "nested": (SUBSTITUTION, (list(ETA.values()), list(EPS.values()), EPS_C)),
        "fixed": (FIXED, ([0.0] * 3, [0.0] * 3, 0.0)),
    }[substitution]
    p = _rich(toy)
    if deficits == "zero":  # whose base is found before anything is known of wedges
        p = dataclasses.replace(p, wedge_base=np.ones_like(p.wedge), wedge=np.ones_like(p.wedge))
    out = respond(toy, p, TradeParameters(theta=THETA, deficits=deficits, tolerance=1e-12, **given, **more))
    moved = MOVED[given.get("window", "1995-2000")] if given.get("labour") == "mobile" else None
    twin, still = (
        Twin(toy, x, list(THETA.values()), nest, nu, psi, deficits, other, moved) for x in (p, primitives(toy, Shock()))
    )
    real, base = np.array(twin.real_income()), np.array(still.real_income())
    assert (abs(base - 1).max() > 1e-3) == (deficits == "zero")  # the base of balanced trade is not the table
    np.testing.assert_allclose(out.detail["real_income_hat"], real / base, rtol=1e-9)
    np.testing.assert_allclose(out.detail["wage_hat"], np.array(twin.w) / still.w, rtol=1e-9)
    np.testing.assert_allclose(out.detail["population_hat"], np.array(twin.L) / still.L, rtol=1e-9)
    if nu:
        np.testing.assert_allclose(out.detail["utility_hat"], np.array(twin.utility) / still.utility, rtol=1e-9)
    np.testing.assert_allclose(
        out.accounts.output, np.array(twin.Y) + (out.accounts.output - _producer(out, p)), rtol=1e-9
    )


def _producer(out, p: Primitives) -> np.ndarray:
    """Sales at producer prices: flows without export taxes, r i."""
    return (out.accounts.flow / (1 + p.export_tax)).sum(1)


KINDS = {  # primitive: cells, whether the derivative is per log point
    "trade_cost": ([(0, 1, 1), (3, 2, 0), (1, 1, 2)], True),
    "tariff": ([(3, 0, 1), (1, 3, 0)], False),
    "export_tax": ([(3, 1, 0), (2, 3, 1)], False),
    "productivity": ([(1, 1), (3, 0)], True),
    "subsidy": ([(1, 2), (3, 1)], False),
    "final_demand": ([(1, 0), (3, 2)], True),
    "mobility_cost": ([(0,), (1,)], True),
    "wedge": ([(1, 1), (3, 2)], True),
}
TIGHT = TradeParameters(
    theta=THETA, tolerance=1e-14, max_iterations=2000, nest_ratio=1.4, labour="mobile", scale=0.05, deficits="constant",
)  # fmt: skip
NESTED = TIGHT.model_copy(update=SUBSTITUTION)


def _slope(f, h: float) -> float:
    """Central difference of fourth order."""
    return (8 * (f(h) - f(-h)) - (f(2 * h) - f(-2 * h))) / (12 * h)


@pytest.mark.slow
@pytest.mark.parametrize("parameters", [TIGHT, NESTED], ids=["unit", "nested"])
@pytest.mark.parametrize("kind", KINDS)
def test_gradient_against_central_differences(toy: Accounts, kind: str, parameters: TradeParameters) -> None:
    """Every kind of primitive, at an equilibrium where all options work at once."""
    base = _rich(toy)
    slopes = gradient(toy, "AT-E", base, parameters)
    cells, log = KINDS[kind]
    for cell in cells:

        def value(h: float, cell: tuple[int, ...] = cell) -> float:
            array = getattr(base, kind).copy()
            array[cell] = array[cell] * math.exp(h) if log else array[cell] + h
            moved = dataclasses.replace(base, **{kind: array})
            return float(np.log(respond(toy, moved, parameters).detail["real_income_hat"][1]))

        expected = _slope(value, 2e-3)
        assert float(slopes[kind].to_numpy()[cell]) == pytest.approx(expected, rel=1e-6, abs=1e-9), cell


@pytest.mark.slow
def test_gradient_in_a_transfer(toy: Accounts) -> None:
    """What one region gets another pays: the difference of two slopes."""
    base = _rich(toy)
    slope = gradient(toy, "AT-E", base, TIGHT)["transfer"].to_numpy()

    def value(h: float) -> float:
        moved = dataclasses.replace(base, transfer=base.transfer + h * np.array([0, 1, 0, -1]))
        return float(np.log(respond(toy, moved, TIGHT).detail["real_income_hat"][1]))

    assert slope[1] - slope[3] == pytest.approx(_slope(value, 0.5), rel=1e-6)


@pytest.mark.slow
def test_gradient_in_the_elasticities(toy: Accounts) -> None:
    base = _rich(toy)
    slopes = gradient(toy, "BOR", base, TIGHT)

    def value(h: float) -> float:
        p = TIGHT.model_copy(update={"theta": {**THETA, "MAN": THETA["MAN"] + h}})
        return float(np.log(respond(toy, base, p).detail["real_income_hat"][3]))

    assert float(slopes["theta"].sel(sector="MAN")) == pytest.approx(_slope(value, 5e-3), rel=1e-6)


@pytest.mark.slow
def test_gradient_in_the_elasticities_of_substitution(toy: Accounts) -> None:
    """At 1 as well, where the equations have another form."""
    base = _rich(toy)
    slopes = gradient(toy, "BOR", base, NESTED)
    given = {"value_added_elasticity": ETA, "input_elasticity": EPS}
    called = {"value_added_elasticity": "eta", "input_elasticity": "epsilon"}
    for name, sector in itertools.product(given, ("MAN", "SER")):

        def value(h: float, name: str = name, sector: str = sector) -> float:
            p = NESTED.model_copy(update={name: given[name] | {sector: given[name][sector] + h}})
            return float(np.log(respond(toy, base, p).detail["real_income_hat"][3]))

        assert float(slopes[called[name]].sel(sector=sector)) == pytest.approx(_slope(value, 5e-3), rel=1e-5), (
            name,
            sector,
        )

    def consumed(h: float) -> float:
        p = NESTED.model_copy(update={"consumption_elasticity": EPS_C + h})
        return float(np.log(respond(toy, base, p).detail["real_income_hat"][3]))

    assert float(slopes["epsilon_c"]) == pytest.approx(_slope(consumed, 5e-3), rel=1e-5)
    assert not {*called.values(), "epsilon_c"} & set(gradient(toy, "BOR", base, TIGHT).data_vars)


@pytest.mark.slow
def test_gradient_of_a_measure_of_ones_own(toy: Accounts) -> None:
    """Any scalar made of the equilibrium's arrays: here the share of the home market served from home."""

    def home_share(out, e) -> jax.Array:
        return (out.share[:3, :3] * out.spending[:3]).sum() / out.spending[:3].sum()

    p = TradeParameters(tolerance=1e-13)
    slopes = gradient(toy, home_share, Shock(), p)

    def value(h: float) -> float:
        acc = respond(toy, Shock((TradeCost("BOR", "AT-S", "MAN", change=math.expm1(h)),)), p).accounts
        spent = (1 + acc.tariff) * acc.flow
        return float(spent[:3, :3].sum() / spent[:, :3].sum())

    cell = slopes["trade_cost"].sel(origin="BOR", destination="AT-S", sector="MAN")
    assert float(cell) == pytest.approx(_slope(value, 1e-3), rel=1e-6)


@pytest.mark.slow
def test_derivatives_pass_through_the_kernel(toy: Accounts) -> None:
    """grad, jvp and vmap of the solver itself agree with each other and with the adjoint by hand."""
    base = _rich(toy)
    task = problem(toy, base, TradeParameters(tolerance=1e-13))
    x0 = jnp.asarray(task.start)

    def income(log_a: jax.Array) -> jax.Array:
        z = task.shift._replace(log_productivity=log_a)
        out, _, _ = solve(task.economy, task.elasticities, z, x0, 1e-13, 1000, True)
        return jnp.log(out.income[1] / task.economy.income[1] / out.consumer_price[1])

    at = task.shift.log_productivity
    reverse = jax.grad(income)(at)
    np.testing.assert_allclose(
        reverse, gradient(toy, "AT-E", base, TradeParameters(tolerance=1e-13))["productivity"], rtol=1e-6
    )
    one = jnp.zeros_like(at).at[2, 1].set(1.0)
    np.testing.assert_allclose(jax.jvp(income, (at,), (one,))[1], reverse[2, 1], rtol=1e-7)
    both = jax.vmap(income)(jnp.stack([at, at + 1e-4 * one]))
    np.testing.assert_allclose((both[1] - both[0]) / 1e-4, reverse[2, 1], rtol=2e-3)


def test_small_shocks_follow_the_first_order_split(toy: Accounts) -> None:
    """Terms of trade + volume of trade + direct effects = ln real income to first order, as the base has tariffs."""
    shock = Shock((
        Tariff("ATL", "BOR", "MAN", add=1e-5), TradeCost("BOR", "AT-N", "FAR", change=1e-5),
        Productivity("AT-E", "SER", change=1e-5),
    ))  # fmt: skip
    free = respond(toy, Shock(), TradeParameters(deficits="zero", tolerance=1e-13)).accounts
    d = respond(free, shock, TradeParameters(tolerance=1e-14, max_iterations=2000)).detail
    parts = d["terms_of_trade"] + d["volume_of_trade"] + d["direct_trade_cost"] + d["direct_productivity"]
    np.testing.assert_allclose(parts, np.log(d["real_income_hat"]), atol=2e-9, rtol=1e-3)


@pytest.mark.slow
def test_costliest_barriers_are_those_whose_fall_helps_most(toy: Accounts) -> None:
    table = costliest_barriers(gradient(toy, "AT-N", Shock(), TradeParameters()), 3)
    gains = []
    for row in table.itertuples():
        edit = TradeCost(row.origin, row.destination, row.sector, change=-0.01)
        gains.append(100 * float(np.log(respond(toy, Shock((edit,))).detail["real_income_hat"][0])))
    assert gains == sorted(gains, reverse=True)
    np.testing.assert_allclose(gains, table["gain"], rtol=0.1)
    assert (table["origin"] != table["destination"]).all()


@pytest.mark.slow
def test_draws_equal_single_runs(toy: Accounts) -> None:
    """A batch of draws gives what runs one by one give; the export tax of one and the size of another do not touch the
    rest."""
    rng = np.random.default_rng(5)
    theta = np.exp(rng.normal(np.log(4), 0.3, (6, toy.S)))
    draws = [
        TradeParameters(theta=dict(zip(toy.sectors.codes, x.tolist(), strict=True)), tolerance=1e-12) for x in theta
    ]
    war, tax = Tariff("ATL", "BOR", "goods", add=0.2), ExportTax("BOR", "ATL", "FAR", rate=0.1)
    shocks = [Shock((war,)), Shock((war,)), Shock((war, tax)), Shock((war.dosed(0.5),)), Shock((war,)), Shock((war,))]
    batch = list(respond_many(toy, shocks, draws))
    assert [r.status.outcome for r in batch] == ["converged"] * 6
    for got, shock, p in zip(batch, shocks, draws, strict=True):
        single = respond(toy, shock, p)
        for name in ("real_income_hat", "real_wage_hat", "wage_hat", "consumer_price_hat", "population_hat"):
            np.testing.assert_allclose(got.detail[name], single.detail[name], rtol=1e-9)
        np.testing.assert_allclose(got.accounts.flow, single.accounts.flow, rtol=1e-9)


def test_what_draws_share_is_not_kept_where_elasticities_have_a_part(toy: Accounts) -> None:
    """A cut is another barrier at every θ; a change is one for all; nests have a base of their own. To the last digit."""
    cut, dear = TradeCost("BOR", "ATL", "MAN", cut=0.5), TradeCost("BOR", "ATL", "FAR", change=0.2)
    low, high, nested = (
        TradeParameters(theta=3.0),
        TradeParameters(theta=6.0),
        TradeParameters(theta=3.0, nest_ratio=1.5),
    )
    draws = [(e, p) for e in ((cut,), (dear,), (cut, dear)) for p in (low, high, nested, low)]
    batch = respond_many(toy, [Shock(e) for e, _ in draws], [p for _, p in draws])
    with expecting(many=True):
        for got, (e, p) in zip(batch, draws, strict=True):
            alone = respond(toy, Shock(e), p).detail["real_income_hat"]
            np.testing.assert_array_equal(got.detail["real_income_hat"], alone)


def both_ways(ask: Callable[[], Response]) -> None:
    """Compiled and worked out plainly: as many passes, the same digits but for the last, the same accounts."""
    with expecting(many=True):
        one = ask()
    with expecting(many=False):
        two = ask()
    assert one.status.converged
    assert two.status.iterations == one.status.iterations
    for name in one.detail.data_vars:
        np.testing.assert_allclose(two.detail[name], one.detail[name], rtol=1e-11, atol=1e-12, err_msg=str(name))
    size = one.accounts.flow.max()
    for field in ("flow", "use", "final", "value_added"):
        a, b = (getattr(r.accounts, field) for r in (one, two))
        np.testing.assert_allclose(b, a, rtol=1e-11, atol=1e-12 * size, err_msg=field)


def test_plainly_is_as_compiled(toy: Accounts) -> None:
    """With every option that has equations of its own: nests, people who move, substitutes, scale, tolls, export taxes, a
    ban that cuts cells off."""
    rate = np.zeros((toy.R, toy.R, toy.S))
    rate[2, 3, 0] = 0.05
    toll = Routes(
        cost=CellArray(np.ones_like(rate)), tolls=(Toll(collector="AT-E", sector="SER", rate=CellArray(rate)),)
    )
    edits = (
        Tariff("ATL", "BOR", "goods", add=0.2), Productivity("AT-S", "MAN", change=0.1),
        TradeCost("BOR", "AT-N", "FAR", ban=True), toll,
    )  # fmt: skip
    p = TradeParameters(nest_ratio=1.5, labour="mobile", substitution="low", scale=0.02)
    both_ways(lambda: respond(toy, Shock(edits), p))


def test_a_search_that_fails_fails_alike(toy: Accounts) -> None:
    ends = []
    for many in (True, False):
        with expecting(many):
            ends.append(
                respond(toy, Shock((Productivity("AT-S", change=-0.99),)), TradeParameters(max_iterations=60)).status
            )
    assert not ends[0].converged
    assert ends[0].outcome == ends[1].outcome


def test_a_draw_without_an_answer_leaves_the_others_alone(toy: Accounts) -> None:
    """The first and the third have no equilibrium."""
    ruin, war = Shock((Productivity("AT-S", change=-0.99),)), Shock((Tariff("ATL", "BOR", "goods", add=0.2),))
    p = TradeParameters(max_iterations=300)
    batch = list(respond_many(toy, [ruin, war, ruin, war], [p] * 4))
    assert [r.status.converged for r in batch] == [False, True, False, True]
    alone = respond(toy, war, p).detail["real_income_hat"]
    for k in (1, 3):
        np.testing.assert_allclose(batch[k].detail["real_income_hat"], alone, rtol=1e-8)


@pytest.mark.slow
@pytest.mark.parametrize("cell", [("KOR", "CN-GD", "C26"), ("CN-JS", "CN-GD", "C20T22")])
def test_gradient_on_the_large_table(world: Accounts, cell: tuple[str, str, str]) -> None:
    """At real size: the slope of Guangdong's real income in one trade cost against central differences."""
    p = TradeParameters(tolerance=1e-13, max_iterations=2000)
    slope = gradient(world, "CN-GD", Shock(), p)["trade_cost"].sel(origin=cell[0], destination=cell[1], sector=cell[2])

    def value(h: float) -> float:
        edit = TradeCost(*cell, change=math.expm1(h))
        return float(np.log(respond(world, Shock((edit,)), p).detail["real_income_hat"].sel(region="CN-GD")))

    assert float(slope) == pytest.approx(_slope(value, 5e-3), rel=1e-6)
