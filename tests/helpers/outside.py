"""The long run's equations as docs/trade.md writes them, in plain numpy on whole arrays: what an answer leaves of each.

Nothing of the program is used but the arrays of the table, of the shock and of the answer. Letters as on the page, u a
user: the industries, then final use.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

Array = np.ndarray


@dataclass
class Behaviour:
    """What the page's options say, as numbers: θ i between nations and within, ψ i, κ, η and ε by industry, ε_c; which
    window of moves."""

    theta: Array
    within: Array
    psi: Array
    kappa: float = 0.0
    labour: str = "immobile"
    eta: Array | None = None
    eps: Array | None = None
    eps_c: float = 1.0
    deficits: str = "world_share"
    transfers: str = "as_deficits"
    by_user: bool = False
    window: str = ""


@dataclass
class Outside:
    """Residuals by equation, relative to what the equation gives."""

    acc: Any
    p: Any
    b: Behaviour
    out: Any
    left: dict[str, float] = field(default_factory=dict)

    @property
    def whole(self) -> bool:
        """No region is open, so that prices have a numeraire in every part of the world."""
        return bool(self.acc.closed.all())

    def says_at_home(self, name: str, told: Array, here: Array) -> None:
        """The same where books are kept; regions first."""
        self.says(name, np.asarray(told)[self.acc.closed], np.asarray(here)[self.acc.closed])

    def says(self, name: str, told: Array, here: Array) -> None:
        """Note by how much what is told differs from what comes out here."""
        told, here = np.asarray(told, dtype=float), np.asarray(here, dtype=float)
        assert told.shape == here.shape, name
        self.left[name] = float(np.abs(told - here).max() / max(np.abs(here).max(), 1e-300))

    def base(self) -> None:
        """Shares and levels of the table, spending with duties: e s i u, π r s i u, γ s i j, β s j, α s i, I, wL, D."""
        acc, p, (R, S) = self.acc, self.p, (self.acc.R, self.acc.S)
        paid = 1 + acc.tariff
        if self.b.by_user:
            z = np.moveaxis(acc.sourcing.intermediate, 1, 2)  # r s i j
            y = np.moveaxis(acc.sourcing.final.sum(3), 1, 2)[..., None]
            spent = np.concatenate([z, y], axis=3) * paid[..., None]
        else:
            users = np.concatenate([acc.use, acc.final.sum(2)[..., None]], axis=2)
            spent = (acc.flow * paid / acc.flow.sum(0))[..., None] * users[None]
        self.e = spent.sum(0)
        if self.b.by_user:
            self.pi = spent / self.e
        else:
            whole = acc.flow * paid
            self.pi = np.repeat((whole / whole.sum(0))[..., None], S + 1, axis=3)
        self.Y0 = acc.flow.sum(1)
        self.cost0 = self.Y0 / p.wedge_base
        self.gamma = self.e[:, :, :S] / self.cost0[:, None, :]
        self.beta = np.where(acc.closed[:, None], 1 - self.gamma.sum(1), 1.0)
        self.I0 = self.e[:, :, S].sum(1)
        self.alpha = self.e[:, :, S] / self.I0[:, None]
        self.wL0 = (self.beta * self.cost0).sum(1)
        self.D0 = acc.flow.sum((0, 2)) - acc.flow.sum((1, 2))
        self.mates = np.array([[a == b for b in acc.geography.nation] for a in acc.geography.nation])
        self.nest = self.mates.sum(0) > 1
        assert len(self.I0) == R
        self.toll = sum((t.rate for t in p.tolls), np.zeros((R, R, S)))
        linked = (np.isfinite(p.trade_cost) & (acc.flow > 0)).any(2)
        self.part = np.linalg.matrix_power((linked | linked.T | np.eye(R, dtype=bool)).astype(float), R) > 0
        if self.whole:
            self.D0 = self.D0 - self.I0 * (self.part @ self.D0) / (self.part @ self.I0)

    def state(self) -> None:
        """What the answer says of wages, costs, outputs, incomes and people."""
        d, order = self.out.detail, ("region", "sector")
        self.w, self.L = d["wage_hat"].to_numpy(), d["population_hat"].to_numpy()
        self.c = d["cost_hat"].transpose(*order).to_numpy()
        self.Y = d["output_hat"].transpose(*order).to_numpy() * self.c * self.Y0
        self.I = d["income"].to_numpy()
        here = self.acc.closed
        self.w, self.L, self.I = (
            np.where(here, self.w, 1.0),
            np.where(here, self.L, 1.0),
            np.where(here, self.I, self.I0),
        )
        self.c, self.Y = np.where(here[:, None], self.c, 1.0), np.where(here[:, None], self.Y, self.Y0)
        self.kept0, self.kept = 1 / self.p.wedge_base, (1 + self.p.subsidy) / self.p.wedge

    def prices(self) -> None:
        """P̂ s i u and π' r s i u, one tier where θ_in = θ."""
        acc, p = self.acc, self.p
        kappa = p.trade_cost * (1 + p.tariff) * (1 + p.export_tax) * (1 + self.toll) / (1 + acc.tariff)
        with np.errstate(divide="ignore"):
            x = np.log(self.c)[:, None, :] + np.log(kappa)  # r s i
        nations = list(dict.fromkeys(acc.geography.nation))
        self.P = np.empty(self.pi.shape[1:])
        self.new = np.zeros_like(self.pi)
        for i in range(acc.S):
            between, within = self.b.theta[i], self.b.within[i]
            outer, inner = 0.0, {}
            for n in nations:
                of = [r for r in range(acc.R) if acc.geography.nation[r] == n]
                whole = self.pi[of, :, i].sum(0)  # s u
                part = np.where(whole > 0, self.pi[of, :, i] / np.where(whole > 0, whole, 1.0), 0.0)
                with np.errstate(divide="ignore"):
                    u = (part * np.exp(-within * x[of, :, i])[..., None]).sum(0)
                outer = outer + whole * u ** (between / within)
                inner[n] = (of, u)
            outer = np.where(acc.closed[:, None], outer, 1.0)  # an open region's prices stand still
            self.P[:, i] = outer ** (-1 / between)
            for of, u in inner.values():
                safe = np.where(u > 0, u, 1.0)
                up = np.where(u > 0, safe ** (between / within - 1), 0.0)
                self.new[of, :, i] = self.pi[of, :, i] * np.exp(-within * x[of, :, i])[..., None] * up / outer

    def technique(self) -> None:
        """b̂ s j, β', γ' and consumer prices, nested CES; unit elasticities are their limits."""
        S, one = self.acc.S, np.ones(self.acc.S)
        eta, eps = (one if e is None else e for e in (self.b.eta, self.b.eps))
        here = self.acc.closed[:, None]
        shares = np.where(here[..., None], self.gamma / np.where(here, 1 - self.beta, 1.0)[:, None, :], 1 / S)
        among = np.empty_like(self.beta)
        for j in range(S):
            P = self.P[:, :, j]
            among[:, j] = _mean(shares[:, :, j], P, eps[j])
        self.bundle, self.beta1, self.gamma1 = np.empty_like(self.beta), self.beta.copy(), self.gamma.copy()
        for j in range(S):
            a = np.stack([self.beta[:, j], 1 - self.beta[:, j]], axis=1)
            self.bundle[:, j] = _mean(a, np.stack([self.w, among[:, j]], axis=1), eta[j])
            self.beta1[:, j] *= (self.w / self.bundle[:, j]) ** (1 - eta[j])
            lift = (among[:, j] / self.bundle[:, j]) ** (1 - eta[j])
            self.gamma1[:, :, j] *= (self.P[:, :, j] / among[:, j, None]) ** (1 - eps[j]) * lift[:, None]
        P = self.P[:, :, S]
        self.cpi = _mean(self.alpha, P, self.b.eps_c)
        tilted = self.alpha * self.p.final_demand
        tilted = tilted / tilted.sum(1, keepdims=True) * P ** (1 - self.b.eps_c)
        self.alpha1 = tilted / tilted.sum(1, keepdims=True)

    def equations(self) -> dict[str, float]:
        """Every equation of the page once."""
        self.base()
        self.state()
        self.prices()
        self.technique()
        d, p, S = self.out.detail, self.p, self.acc.S
        hired = self.beta1 / self.beta * self.Y / self.Y0 * self.kept / self.kept0 / self.w[:, None]
        self.says_at_home("employment", d["employment_hat"].transpose("region", "sector").to_numpy(), hired)
        self.says_at_home(
            "unit cost", self.c, self.bundle / (p.productivity * hired**self.b.psi * self.kept / self.kept0)
        )
        cost = self.kept * self.Y
        X = np.concatenate([self.gamma1 * cost[:, None, :], (self.alpha1 * self.I[:, None])[..., None]], axis=2)
        bought = self.new * X / (1 + p.tariff)[..., None]  # r s i u, before duties
        flow = bought.sum(3)
        before = flow / (1 + self.toll)
        border = before / (1 + p.export_tax)
        use, final, duties = bought[..., :S].sum(0), bought[..., S].sum(0), (flow * p.tariff).sum((0, 2))
        collected = np.zeros(len(self.I0))
        for t in p.tolls:  # a service that those who ship buy as an input
            sold = (t.rate * before).sum(1)  # r i
            collected[t.region] += sold.sum()
            flow[t.region, :, t.sector] += sold.sum(1)
            use[:, t.sector] += np.where(self.acc.closed[:, None], sold, 0.0)
            final[:, t.sector] += np.where(self.acc.closed, 0.0, sold.sum(1))
        self.says("flows", self.out.accounts.flow, flow)
        self.says_at_home("inputs", self.out.accounts.use, use)
        self.says("final use", self.out.accounts.final.sum(2), final)
        self.says_at_home("sales", self.Y, border.sum(1))
        paid = self.w * self.L * self.wL0
        self.says_at_home("factor income", (self.beta1 * cost).sum(1), paid)
        taxes = (before - border).sum((1, 2))
        self.says_at_home("duties", d["duties"].to_numpy(), duties)
        self.says_at_home("export taxes", d["export_tax_revenue"].to_numpy(), taxes)
        self.says_at_home("tolls", d["tolls"].to_numpy(), collected)
        earned = ((1 + p.subsidy) * (1 - 1 / p.wedge) * self.Y).sum(1)
        self.says_at_home("earned above cost", d["above_cost"].to_numpy(), earned)
        self.says_at_home("subsidies", d["subsidies"].to_numpy(), (p.subsidy * self.Y).sum(1))
        owed = self.owed(paid)
        self.says_at_home(
            "budget",
            self.I,
            paid + duties + taxes - (p.subsidy * self.Y).sum(1) + earned + collected + owed + p.transfer,
        )
        if self.whole:
            self.says("world GDP", self.part @ self.out.accounts.gdp, self.part @ self.acc.gdp)
            self.left["trade of the world"] = float(np.abs(self.part @ owed).max() / self.I.sum())
        real = self.I / self.I0 / self.cpi
        self.says_at_home("real income", d["real_income_hat"].to_numpy(), real)
        self.people(real)
        gap = self.out.accounts.flow.sum((0, 2)) - self.out.accounts.flow.sum((1, 2))
        self.says_at_home("balance of trade", gap, owed + p.transfer)
        return self.left

    def owed(self, paid: Array) -> Array:
        """D' under the closure, transfers inside nations told apart or not."""
        world = 1.0 if not self.whole else float(np.exp((self.I0 * np.log(self.cpi)).sum() / self.I0.sum()))
        held = {"zero": 0.0, "world_share": 1.0, "constant": world, "own_share": 1.0}[self.b.deficits]
        same = self.mates.astype(float)
        if self.b.transfers == "as_deficits":
            owed = self.D0 * (paid / self.wL0 if self.b.deficits == "own_share" else held)
        else:
            before, now = same @ self.wL0, same @ paid
            sent = (self.D0 - self.wL0 / before * (same @ self.D0)) * self.L * now / before
            nation = (same @ self.D0) * (now / before if self.b.deficits == "own_share" else held)
            owed = paid / now * (nation - same @ sent) + sent
            owed = owed * (self.b.deficits != "zero")
        if self.b.deficits == "own_share" and self.whole:
            owed = owed - paid * (self.part @ owed) / (self.part @ paid)
        return owed

    def people(self, real: Array) -> None:
        """Who lives where, and what that is worth to those who were there."""
        d, g = self.out.detail, self.acc.geography
        L, V = np.ones(len(real)), real / self.L
        worth = V.copy()
        if self.b.labour != "immobile":
            crowd = np.array(g.population)
            for n in dict.fromkeys(g.nation):
                of = [k for k, m in enumerate(g.nation) if m == n]
                if len(of) == 1:
                    continue
                if self.b.labour == "mobile":
                    moves = g.migration.persons[g.migration.windows.index(self.b.window)]
                    were = moves[np.ix_(of, of)].copy()
                    were[np.arange(len(of)), np.arange(len(of))] = 0.0
                    were[np.arange(len(of)), np.arange(len(of))] = crowd[of] - were.sum(0)
                else:
                    were = crowd[of][:, None] * crowd[of] / crowd[of].sum()
                bears = np.tile(self.p.mobility_cost[of], (len(of), 1))
                if self.b.labour == "mobile":
                    bears[np.arange(len(of)), np.arange(len(of))] = 1.0
                draw = were / were.sum(1, keepdims=True) * (V[of] / bears) ** self.b.kappa
                L[of] = (were.sum(1) @ (draw / draw.sum(1, keepdims=True))) / crowd[of]
                worth[of] = draw.sum(1) ** (1 / self.b.kappa)
        self.says_at_home("people", self.L, L)
        self.says_at_home("welfare", d["utility_hat"].to_numpy(), worth)


def _mean(weight: Array, x: Array, elasticity: float) -> Array:
    """(Σ a x^(1−ε))^(1/(1−ε)) over the last axis, Π x^a where ε = 1; weights sum to 1."""
    if elasticity == 1:
        return np.exp((weight * np.log(x)).sum(-1))
    return ((weight * x ** (1 - elasticity)).sum(-1)) ** (1 / (1 - elasticity))
