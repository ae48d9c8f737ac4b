"""What is read off an answer of the long run, by loops over it: readings, books, what is drawn, what is lent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tests.models.trade.test_users import with_users
from xunhuan.data.accounts import Accounts, Sourcing
from xunhuan.data.places import places as found_places
from xunhuan.errors import BadInput
from xunhuan.models.edits import Tariff, TradeCost
from xunhuan.models.model import Response, Shock
from xunhuan.models.trade import TradeParameters, respond, stability
from xunhuan.models.trade.calibrate import without_negative_flows
from xunhuan.models.trade.model import MODEL
from xunhuan.models.trade.read import by_region, read
from xunhuan.models.trade.rebuild import INPUT_TARIFF, _split
from xunhuan.models.trade.solve import primitives_of, problem
from xunhuan.models.trade.stability import Mode, Settled, _stable, conclude
from xunhuan.scenario.lend import lent

pytestmark = pytest.mark.twin

SHOCK = Shock((Tariff("ATL", "BOR", "goods", add=0.1), TradeCost("AT-N", "AT-E", "MAN", change=0.1)))


@pytest.fixture(scope="module")
def recorded(toy: Accounts) -> Accounts:
    """Toyland whose books hold part of the duties on inputs, and none of those of one industry."""
    part = np.linspace(0.4, 0.9, toy.R * toy.S).reshape(toy.R, toy.S) * _duties(toy)
    rest = toy.value_added - part[..., None] * toy.value_added / toy.value_added.sum(2, keepdims=True)
    return toy.replace(
        value_added=np.concatenate([part[..., None], rest], 2), components=(INPUT_TARIFF, *toy.components)
    )


@pytest.fixture(scope="module")
def answer(recorded: Accounts) -> Response:
    return respond(recorded, SHOCK)


def _duties(acc: Accounts) -> np.ndarray:
    """Duties on inputs by industry, s j: every user of a good buys the same mixture."""
    found = np.zeros((acc.R, acc.S))
    for s in range(acc.R):
        for i in range(acc.S):
            rate = sum(acc.tariff[r, s, i] * acc.flow[r, s, i] for r in range(acc.R)) / acc.flow[:, s, i].sum()
            for j in range(acc.S):
                found[s, j] += rate * acc.use[s, i, j]
    return found


def test_duties_on_inputs_stay_the_part_that_the_books_recorded(recorded: Accounts, answer: Response) -> None:
    new = answer.accounts
    k = new.components.index(INPUT_TARIFF)
    expected = recorded.value_added[:, :, 0] * _duties(new) / _duties(recorded)
    np.testing.assert_allclose(new.value_added[:, :, k], expected, rtol=1e-9)
    core = [c for c in range(len(new.components)) if c != k]
    for s in range(new.R):
        for j in range(new.S):
            left = new.flow[s, :, j].sum() - new.use[s, :, j].sum() - expected[s, j]
            old = recorded.value_added[s, j, 1:]
            np.testing.assert_allclose(new.value_added[s, j, core], old / old.sum() * left, rtol=1e-9)


def test_readings_by_loops(recorded: Accounts, answer: Response) -> None:
    places, d, g = found_places(recorded), answer.detail, recorded.geography
    got, rest = read(recorded, answer, places), read(recorded, None, places)
    for k, code in enumerate(places.codes):
        inside = [s for s in range(recorded.R) if code in (g.codes[s], g.nation[s])]
        for name, base, hat in (("real_income", "income_base", "real_income_hat"),
                                ("welfare", "people_income_base", "utility_hat")):  # fmt: skip
            before, after = d[base].to_numpy(), d[base].to_numpy() * d[hat].to_numpy()
            change = sum(after[s] for s in inside) / sum(before[s] for s in inside) - 1
            assert got[name].values[k] == pytest.approx(change, rel=1e-12), (name, code)
            assert rest[name].values[k] == 0
    cost = d["cost_hat"].transpose("region", "sector").to_numpy()
    home = [k for k in range(len(places.codes)) if places.at_home[k]]
    for p, k in enumerate(home):
        inside = [r for r in range(recorded.R) if places.codes[k] in (g.codes[r], g.nation[r])]
        for m in range(2):
            to = [s for s in range(recorded.R) if (g.nation[s] == recorded.home) == (m == 0)]
            for i in range(recorded.S):
                new = sum(answer.accounts.flow[r, s, i] / cost[r, i] for r in inside for s in to)
                assert got["shipped"].values[p, m, i] == pytest.approx(new, rel=1e-12)
                old = sum(recorded.flow[r, s, i] for r in inside for s in to)
                assert rest["shipped"].values[p, m, i] == pytest.approx(old, rel=1e-12)


def test_rows_of_regions_and_of_the_nation(recorded: Accounts, answer: Response) -> None:
    frame, g, d = by_region(recorded, answer, 0).set_index("region"), recorded.geography, answer.detail
    income = d["income_base"].to_numpy()
    for r, code in enumerate(g.codes):
        row = frame.loc[code]
        assert row["where"] == ("home" if g.nation[r] == "ATL" else "abroad")
        for name, of in (("real_income", "real_income_hat"), ("prices", "consumer_price_hat"),
                         ("exports", "exports_hat"), ("imports", "imports_hat")):  # fmt: skip
            assert row[name] == pytest.approx(100 * (float(d[of][r]) - 1))
    for name in ("terms_of_trade", "volume_of_trade"):
        at_home = [r for r in range(recorded.R) if g.nation[r] == "ATL"]
        whole = sum(income[r] * frame.loc[g.codes[r], name] for r in at_home) / sum(income[r] for r in at_home)
        assert frame.loc["ATL", name] == pytest.approx(whole)
    inside = frame[frame["where"] == "home"]["real_income"].abs().to_numpy()
    assert (np.diff(inside) <= 0).all()
    assert list(frame["where"]) == ["nation", "home", "home", "home", "abroad"]
    assert len(by_region(recorded, answer, 2)) == 4
    old, new = ((a.flow * a.tariff).sum((0, 2)) for a in (recorded, answer.accounts))
    told = next(n for n in frame.attrs["notes"] if n.startswith("Customs duties"))
    assert f"ATL {new[:3].sum():,.1f} (base {old[:3].sum():,.1f}), BOR {new[3]:,.1f} (base {old[3]:,.1f})" in told


def test_parts_that_nearly_cancel_move_with_the_whole_market() -> None:
    """Rows: in proportion; nearly cancelling, the largest takes the rest; nothing there before."""
    parts = np.array([[3.0, 1.0, -2.0], [5.0, -4.999, 0.0], [0.0, 0.0, 0.0]])
    old, new = np.array([2.0, 0.001, 0.0]), np.array([3.0, 0.5, 0.25])
    before, after = np.array([10.0, 8.0, 0.0]), np.array([11.0, 12.0, 1.0])
    got = _split(parts, old, new, before, after)
    np.testing.assert_allclose(got[0], [4.5, 1.5, -3.0])
    np.testing.assert_allclose(got[1], [5 * 1.5 + 0.5 - 1.5 * 0.001, -4.999 * 1.5, 0.0])
    np.testing.assert_allclose(got.sum(1), new)


def test_purchases_of_final_users_below_zero(toy: Accounts) -> None:
    """What is set to 0 is added to stocks and to the seller's value added, so that the books balance as before."""
    acc = with_users(toy, 0.3)
    assert acc.sourcing is not None
    final, by_origin, flow, added = (a.copy() for a in (acc.final, acc.sourcing.final, acc.flow, acc.value_added))
    sold = {(0, 3, 2): 2.0, (1, 0, 1): 0.5, (0, 2, 2): 0.25}
    for (r, s, i), below in sold.items():
        less = by_origin[r, i, s].sum() + below
        by_origin[r, i, s, 1] -= less
        flow[r, s, i] -= less
        final[s, i, 1] -= less
        added[r, i, 0] -= less
    odd = acc.replace(
        flow=flow, final=final, value_added=added, sourcing=Sourcing(acc.sourcing.intermediate, by_origin)
    )
    out = without_negative_flows(odd, by_user=True)
    stocks, most = int(odd.final.sum((0, 1)).argmin()), int(odd.value_added.sum((0, 1)).argmax())
    assert out.sourcing is not None
    for (r, s, i), below in sold.items():
        assert out.flow[r, s, i] == pytest.approx(odd.flow[r, s, i] + below)
        assert out.sourcing.final[r, i, s].sum() == pytest.approx(0, abs=1e-12)
        assert out.sourcing.final[r, i, s, stocks] == pytest.approx(by_origin[r, i, s, stocks] + below)
        assert out.final[s, i, stocks] == pytest.approx(odd.final[s, i, stocks] + below)
        more = sum(b for (q, _, k), b in sold.items() if (q, k) == (r, i))
        assert out.value_added[r, i, most] == pytest.approx(odd.value_added[r, i, most] + more)
    np.testing.assert_allclose(out.output, out.use.sum(1) + out.value_added.sum(2))
    assert out.notes[-1].startswith("3 negative purchases")


def test_the_long_run_that_is_lent_is_the_long_run(toy: Accounts) -> None:
    solve = lent("long_run", toy)
    cold, state = solve(SHOCK, None)
    again, _ = solve(SHOCK, state)
    lean, _ = solve(SHOCK, state, booked=False)
    own = respond(toy, SHOCK)
    np.testing.assert_allclose(cold.accounts.flow, own.accounts.flow, rtol=1e-9)
    assert again.status.iterations < cold.status.iterations
    for name in ("real_income_hat", "output_hat"):
        for r in (again, lean):
            np.testing.assert_allclose(r.detail[name].to_numpy(), own.detail[name].to_numpy(), rtol=1e-8)


def _drawn(name: str) -> Callable[..., TradeParameters]:
    return next(u for u in MODEL.uncertain if u.name == name).move


def test_factors_that_are_drawn(toy: Accounts) -> None:
    """θ, ψ, κ and elasticities of substitution times a factor; ψ no more than 1/θ within a nation."""
    given: dict[str, Any] = {"theta": {"FAR": 2.5, "MAN": 4.0, "SER": 6.0}, "nest_ratio": 1.5, "mobility": 1.2}
    p, of = TradeParameters(scale={"FAR": 0.02, "MAN": 0.1}, **given), toy.sectors
    np.testing.assert_allclose(_drawn("trade_elasticity")(p, 1.5, toy).trade_elasticities(of)[0], [3.75, 6.0, 9.0])
    np.testing.assert_allclose(
        _drawn("scale")(p, 2.0, toy).scale_elasticities(of), [0.04, min(0.2, 1 / 6), 0.0], rtol=1e-12
    )
    assert _drawn("mobility")(p, 0.5, toy).mobility == pytest.approx(0.6)
    ones = _drawn("substitution_elasticity")(p, 0.5, toy).substitution_elasticities(of)
    assert ones is not None
    np.testing.assert_allclose(np.concatenate([*ones[:2], [ones[2]]]), 0.5)
    uneven = TradeParameters(
        value_added_elasticity={"FAR": 0.2, "MAN": 0.4}, input_elasticity=0.3, consumption_elasticity=0.8, **given
    )
    found = _drawn("substitution_elasticity")(uneven, 0.5, toy).substitution_elasticities(of)
    assert found is not None
    np.testing.assert_allclose(found[0], [0.1, 0.2, 0.5])
    np.testing.assert_allclose(found[1], 0.15)
    assert found[2] == pytest.approx(0.4)
    for u in ("trade_elasticity", "scale", "mobility", "substitution_elasticity"):
        assert _drawn(u)(p, 1, toy) == p


def test_a_refusal_names_the_outputs_that_run_away(toy: Accounts) -> None:
    """The state is wages, prices, outputs, incomes; only outputs are named, the largest first."""
    r, n = toy.R, toy.R * toy.S
    direction = np.full(2 * r + 2 * n, 9.0)
    direction[r + n : r + 2 * n] = np.arange(n) / n
    direction[r + n + 4] = -5.0
    with pytest.raises(BadInput) as e:
        _stable(toy, TradeParameters(scale={"MAN": 0.1}), Mode(1.25, direction))
    assert e.value.where == "toyland: output of MAN in AT-E, output of SER in BOR, output of MAN in BOR"
    assert e.value.items == ("MAN: ψ = 0.1",)
    assert "ρ = 1.250" in e.value.what
    assert _stable(toy, TradeParameters(), Mode(0.75, direction)) == 0.75


def test_what_is_said_of_an_answer_under_economies_of_scale(toy: Accounts, monkeypatch: pytest.MonkeyPatch) -> None:
    """By ρ in the base and at the answer, and by whether a second search ends elsewhere; also where none ends at all."""
    p = TradeParameters(scale={"MAN": 0.05})
    task = problem(toy, primitives_of(toy, SHOCK, p), p)

    def ended(first: float, here: float, away: float = 0.0, most: int = 0) -> Settled:
        monkeypatch.setattr(stability, "of_base", lambda *_: first)
        monkeypatch.setattr(stability, "leading", lambda *_: Mode(here, np.zeros(0)))
        other = np.zeros(2 * toy.R * (toy.S + 1))
        other[2] = -away
        monkeypatch.setattr(stability, "_other", lambda _, x, __: np.asarray(x) + other if away else None)
        asked = task._replace(options=task.options._replace(max_iterations=most)) if most else task
        return conclude(toy, asked, p)

    plain, near = ended(stability.NEAR, 0.1), ended(stability.NEAR + 0.01, 0.1)
    assert plain.status.converged
    assert near.status.message == plain.status.message
    assert "scale" not in plain.status.message
    assert plain.notes == ()
    assert f"(ρ = {stability.NEAR + 0.01:.3f} in the base, 0.100 at the answer; 1 is the limit)" in near.notes[0]
    assert near.notes[0].endswith("searches from two other starts found no other answer")
    for found, said in ((ended(0.95, 0.5, away=0.25), "another is 0.25 log points away in wage of AT-S"),
                        (ended(0.95, 1.0), "the answer is unstable")):  # fmt: skip
        assert found.status.outcome == "several"
        assert not found.status.converged
        assert said in found.status.message
    cut = ended(0.95, 0.5, most=1).status
    assert not cut.converged
    assert cut.message.endswith("economies of scale: ρ = 0.950 in the base, several equilibria beyond 1")
