"""The smooth game: proved equilibria, the two-country tariff in closed form, obedience and coordination the same thing."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.helpers.apart import Strangers
from tests.helpers.games import three_nations, two_nations
from xunhuan.data.accounts import Accounts
from xunhuan.data.places import places
from xunhuan.data.records import changed
from xunhuan.data.tasks import worked_by
from xunhuan.errors import BadInput
from xunhuan.models import registry
from xunhuan.models.model import Response, Shock, Status
from xunhuan.models.rivalry import provinces
from xunhuan.models.rivalry.apart import nash_of_each
from xunhuan.models.rivalry.edits import Compliance, OwnBill, Privilege, Promotion
from xunhuan.models.rivalry.game import Bounds, GameEquilibrium, climb_alone, deviations, nash, newton, together
from xunhuan.models.rivalry.minds import Minds, minds_of
from xunhuan.models.rivalry.obedience import Obedience, obeying
from xunhuan.models.rivalry.parameters import Provinces
from xunhuan.models.rivalry.provinces import Match, Payoff, Played, board, per_billion, play
from xunhuan.models.rivalry.read import read
from xunhuan.models.rivalry.tariffs import nash_tariffs, two_country_rate
from xunhuan.models.rivalry.told import LEFT_OUT, notes_of_provinces, of_provinces
from xunhuan.models.slopes import Controls
from xunhuan.models.trade import TradeParameters, gradient
from xunhuan.models.trade.tangents import TradeSlopes, trade_slopes
from xunhuan.scenario.lend import lent
from xunhuan.scenario.spread import Keeping

pytestmark = pytest.mark.twin


def _played(acc: Accounts, p: TradeParameters = TradeParameters(), **values: object) -> Played:
    own = Provinces.model_validate(values)
    return play(acc, Shock(), own, registry.find("trade").lends["slopes"](acc, p), minds_of(acc, Shock()))


@pytest.mark.slow
def test_strangers_who_are_sent_the_game_find_the_same_bits(toy: Accounts) -> None:
    own = Provinces.model_validate({"control": {"sectors": "MAN", "low": -0.1, "high": 0.1}, "scale": 0.04})
    lender, minds = registry.find("trade").lends["slopes"](toy, TradeParameters()), minds_of(toy, Shock())
    match, hands = Match(toy, Shock(), own, lender, minds), Strangers()
    here = nash_of_each(match, [0])
    with worked_by(Keeping(hands, None)):
        there = nash_of_each(Match(toy, Shock(), own, lender, minds), [0])
    assert hands.worked == 2  # of the one search and the one proof there is nothing to share
    for (a, known), (b, also) in zip(here, there, strict=True):
        assert a.outcome == "converged"
        np.testing.assert_array_equal(a.x, b.x)
        assert a[1:] == b[1:]
        assert all(np.array_equal(x, y) for x, y in zip(known, also, strict=True))


def _toy_slopes(toy: Accounts) -> TradeSlopes:
    at = board(toy, Provinces.model_validate({"control": {"sectors": "manufacturing"}, "foreign": ["BOR"]}))
    return trade_slopes(toy, Shock(), TradeParameters(tolerance=1e-13), at.controls, {"MAN": 0.05})


@pytest.mark.slow
def test_tangents_are_the_adjoint_and_the_differences(toy: Accounts) -> None:
    s = _toy_slopes(toy)
    x = np.array([0.01, -0.02, 0.0, 0.015])
    got = s(x)
    weight = np.array([0.3, 0.0, 0.7, 0.0])
    value, slope = s.climb(x, weight)
    assert value == pytest.approx(float(weight @ got.value[0]), abs=1e-12)
    np.testing.assert_allclose(weight @ got.slope[0], slope, atol=1e-8)
    h = 1e-4
    for c in range(4):
        up, down = s.values(np.stack([x + h * np.eye(4)[c], x - h * np.eye(4)[c]]))
        np.testing.assert_allclose(got.slope[:, :, c], (up - down) / (2 * h), atol=2e-5)


@pytest.mark.slow
def test_tangents_at_the_base_are_the_slopes_of_the_record(toy: Accounts) -> None:
    s = _toy_slopes(toy)
    ds = gradient(toy, "AT-E", Shock(), TradeParameters(scale={"MAN": 0.05}))
    mine = s(np.zeros(4)).slope[0, 1]
    np.testing.assert_allclose(mine, ds["subsidy"].sel(sector="MAN").to_numpy(), atol=1e-8)


@pytest.mark.slow
@pytest.mark.parametrize("instrument", ["subsidy", "export_tax", "tariff"])
def test_every_instrument_is_levied_where_its_edit_levies_it(toy: Accounts, instrument: str) -> None:
    """A rate chosen is the rate of an edit."""
    import xunhuan as xh

    regions, sectors = np.zeros((1, 4), dtype=bool), np.zeros((1, 3), dtype=bool)
    at = {"subsidy": [1], "export_tax": [1], "tariff": [0, 1, 2]}[instrument]
    regions[0, at], sectors[0, 1] = True, True
    s = trade_slopes(toy, Shock(), TradeParameters(), Controls((instrument,), regions, sectors, sectors[0]), {})  # type: ignore[arg-type]
    text = {"subsidy": "subsidy regions=AT-E sectors=MAN rate=0.03", "tariff": "tariff from=BOR to=ATL sectors=MAN add=0.03",
            "export_tax": "export_tax from=AT-E to=BOR sectors=MAN rate=0.03"}[instrument]  # fmt: skip
    want = np.log(xh.respond(toy, text).detail["real_income_hat"].to_numpy())
    np.testing.assert_allclose(s.values(np.array([[0.03]]))[0, 0], want, atol=1e-8)


@pytest.mark.slow
@pytest.mark.parametrize(("theta", "own"), [(4.0, 0.8)])
def test_two_equal_nations_levy_the_tariff_of_the_closed_form(theta: float, own: float) -> None:
    """t = (1 + ts) / (θ s (1 + t)): the exact best answers of both, where Lashkaripour's formula leaves something out."""
    acc = two_nations(own)
    control = {"instrument": "tariff", "sectors": "X", "low": 0.0, "high": 0.9}
    s = _played(acc, TradeParameters(theta=theta), players=["A", "B"], control=control)
    want, _ = two_country_rate(theta, own)
    assert s.nash[0].outcome == "converged"
    np.testing.assert_allclose(s.nash[0].x, want, atol=1e-4)
    formula = nash_tariffs(acc.flow, acc.tariff, np.array([theta]))
    assert formula.converged
    assert abs(formula.tariff[0] - want) > 1e-3
    np.testing.assert_allclose(formula.tariff[0], formula.tariff[1], rtol=1e-9)


@pytest.mark.slow
def test_unlike_nations_levy_tariffs_near_the_formulas() -> None:
    """Exact best answers beside the formula, which has one rate a nation and leaves partners' revenue out."""
    acc, names = three_nations(), ["A", "B", "C"]
    control, apart = {"instrument": "tariff", "sectors": ["X", "Y"], "low": 0.0, "high": 0.9}, []
    for theta in (3.0, 5.0):
        own = TradeParameters(theta=theta, deficits="zero")
        s = _played(acc, own, players=names, control=control, scale=0.0)
        e = s.nash[0]
        assert e.outcome == "converged"
        assert e.best.gain < 0
        assert max(e.starts) < 1e-4
        formula = nash_tariffs(acc.flow, acc.tariff, np.full(2, theta))
        mean = e.x.reshape(3, 2).mean(1)
        apart.append(np.abs(mean / formula.tariff - 1).max())
        assert (np.diff(mean) < 0).all()
        assert (np.diff(formula.tariff) < 0).all()
        np.testing.assert_allclose(np.exp(s.welfare[0]) - 1, formula.welfare - 1, rtol=0.05)
    assert apart[1] < apart[0] < 0.03


@pytest.mark.slow
def test_players_with_the_nations_mind_do_what_is_coordinated(toy: Accounts) -> None:
    s = _played(toy, control={"sectors": "manufacturing"}, compliance=[1.0], scale=0.05)
    assert s.nash[0].outcome == "converged"
    assert max(s.nash[0].starts) < 1e-4
    np.testing.assert_allclose(s.nash[0].x, s.coordinated, atol=1e-4)
    assert s.loss == pytest.approx(0, abs=1e-9)
    assert s.transfers.max() == pytest.approx(0, abs=1e-6 * s.slopes.income.sum())


@pytest.mark.slow
def test_coordination_is_no_worse_and_its_losers_can_be_paid(toy: Accounts) -> None:
    control = {"sectors": "manufacturing", "low": -0.3, "high": 0.3}
    s = _played(toy, control=control, compliance=[0.0, 1.0], promotion=0.01)
    assert [e.outcome for e in s.nash] == ["converged", "converged"]
    assert s.loss > 0
    assert s.nation[1] > s.nation[0]
    assert s.balance > 0
    assert (s.transfers >= 0).all()
    assert s.status.converged
    selfish = _played(toy, control=control)
    assert (s.nash[0].x > selfish.nash[0].x).all()


def _quadratic(bend: np.ndarray, aim: np.ndarray):  # type: ignore[no-untyped-def]
    def payoffs(x: np.ndarray, accuracy: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
        slope = np.diag(aim) - bend * x[None, :]
        slope[np.diag_indices(len(x))] = aim - bend @ x
        return aim * x - 0.5 * np.diag(bend) * x**2 - x * ((bend - np.diag(np.diag(bend))) @ x), slope

    return payoffs, lambda many: np.stack([payoffs(x)[0] for x in many])


def test_a_linear_quadratic_game_has_the_equilibrium_of_its_equations() -> None:
    bend = np.array([[4.0, 1.0, 0.5], [-0.5, 3.0, 1.0], [0.2, 0.4, 5.0]])
    aim = np.array([0.1, -0.05, 0.02])
    payoffs, trials = _quadratic(bend, aim)
    bounds = Bounds(np.full(3, -0.5), np.full(3, 0.5))
    found = nash(payoffs, trials, np.arange(3), bounds, np.zeros(3), np.ones(3))
    assert found.outcome == "converged"
    np.testing.assert_allclose(found.x, np.linalg.solve(bend, aim), atol=1e-5)
    assert found.best.gain <= 0
    assert max(found.starts) < 1e-5


@settings(max_examples=25, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10_000), order=st.permutations(range(4)), times=st.floats(0.01, 100))
def test_players_by_another_name_or_in_other_units_do_the_same(seed: int, order: list[int], times: float) -> None:
    """Some end at bounds; the ends fulfil the conditions of an equilibrium within bounds."""
    rng = np.random.default_rng(seed)
    bend, aim = rng.uniform(-0.4, 0.4, (4, 4)) + 3 * np.eye(4), rng.uniform(-0.3, 0.3, 4)
    low, high, one = np.full(4, -0.05), np.full(4, 0.05), np.arange(4)
    payoffs, trials = _quadratic(bend, aim)
    found = nash(payoffs, trials, one, Bounds(low, high), np.zeros(4), np.ones(4))
    assert found.outcome == "converged"
    left = aim - bend @ found.x
    inside = (found.x > low + 1e-9) & (found.x < high - 1e-9)
    assert np.abs(left[inside]).max(initial=0) < 1e-5
    assert ((left > -1e-5) | (found.x < high - 1e-9)).all()
    assert ((left < 1e-5) | (found.x > low + 1e-9)).all()
    at = np.array(order)
    mixed, tried = _quadratic(times * bend[np.ix_(at, at)], times * aim[at])
    other = nash(mixed, tried, one, Bounds(low, high), np.zeros(4), np.full(4, times))
    np.testing.assert_allclose(other.x, found.x[at], atol=2e-5)


def test_exact_second_derivatives_take_one_step_where_payoffs_are_quadratic() -> None:
    bend, aim = np.array([[4.0, 1.0], [-0.5, 3.0]]), np.array([0.1, -0.05])
    payoffs, _ = _quadratic(bend, aim)
    found = climb_alone(payoffs, np.arange(2), Bounds(np.full(2, -0.5), np.full(2, 0.5)), np.zeros(2), np.ones(2),
                        lambda x: -bend)  # fmt: skip
    assert found.steps == 1
    np.testing.assert_allclose(found.x, np.linalg.solve(bend, aim), atol=1e-12)


def test_a_step_lets_go_of_an_edge_where_the_others_make_it_worth_while() -> None:
    """Alone each would leave its bounds; with the first at its edge the second stays inside."""
    bent = -np.array([[1.0, 0.0], [0.9, 1.0]])
    bounds = Bounds(np.full(2, -0.05), np.full(2, 0.05))
    move = newton(np.zeros(2), np.array([0.2, 0.06]), bent, bounds, np.full(2, 0.1))
    np.testing.assert_allclose(move, [0.05, 0.06 - 0.9 * 0.05], atol=1e-12)


def test_a_flat_point_that_is_a_trough_is_no_equilibrium() -> None:
    """Own slopes vanish at 0, but both bounds pay: the proof says so."""

    def trials(many: np.ndarray) -> np.ndarray:
        return many**2

    bounds = Bounds(np.full(2, -0.05), np.full(2, 0.05))
    found = nash(
        lambda x, accuracy: (x**2, np.diag(2 * x)), trials, np.arange(2), bounds, np.zeros(2), np.ones(2), starts=()
    )
    assert found.outcome == "no_equilibrium"
    assert abs(found.best.to) == pytest.approx(0.05)
    best, tried = deviations(trials, np.arange(2), bounds, np.zeros(2), np.ones(2))
    assert best.gain == pytest.approx(0.05**2)
    assert tried == 2 * 6


def test_starts_that_end_apart_are_several() -> None:
    """u = −(x² − a²)²: equilibria at ±a."""

    def payoffs(x: np.ndarray, accuracy: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
        return -1e4 * (x**2 - 4e-4) ** 2, np.diag(-4e4 * x * (x**2 - 4e-4))

    bounds = Bounds(np.full(1, -0.05), np.full(1, 0.05))
    found = nash(payoffs, lambda m: -1e4 * (m**2 - 4e-4) ** 2, np.arange(1), bounds, np.full(1, 0.01), np.ones(1),
                 starts=(-0.3,))  # fmt: skip
    assert found.outcome == "several"
    np.testing.assert_allclose(np.abs(found.x), 0.02, atol=1e-4)


def test_together_climbs_one_payoff_inside_the_bounds() -> None:
    aim = np.array([0.02, 0.3])
    bounds = Bounds(np.full(2, -0.05), np.full(2, 0.05))
    x, _ = together(lambda x: (float(-((x - aim) ** 2).sum()), -2 * (x - aim)), bounds, np.zeros(2), np.ones(2))
    np.testing.assert_allclose(x, [0.02, 0.05], atol=1e-6)


def test_who_left_comes_back_where_another_s_leaving_makes_it_worth_while() -> None:
    """U_p = (a − Σ b x_others) x − x²/2, the plan 0: the gain by the best rate is half the square of what is in brackets.
    At first 0 would gain most and leaves, then 1, whose rate takes from 0 more than half of what tempted it."""
    bend, aim = np.array([[1.0, 0.8, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]), np.array([0.3, 0.2, 0.1])
    payoffs, trials = _quadratic(bend, aim)
    bounds, one = Bounds(np.full(3, -0.5), np.full(3, 0.5)), np.ones(3)

    def settle(inside: Bounds, start: np.ndarray) -> GameEquilibrium:
        return nash(payoffs, trials, np.arange(3), inside, start, one, bends=lambda x: -bend, starts=())

    for worth, obeyed, x in (([0.03, 0.01, 0.0], [True, False, False], [0.0, 0.2, 0.1]),
                             ([0.05, 0.03, 0.0], [True, True, False], [0.0, 0.0, 0.1])):  # fmt: skip
        end = obeying(settle, payoffs, trials, lambda x: -bend, np.arange(3), bounds, np.zeros(3), np.zeros(3), one,
                      np.array(worth))  # fmt: skip
        assert end.equilibrium.outcome == "converged"
        assert end.obeyed.tolist() == obeyed
        np.testing.assert_allclose(end.equilibrium.x, x, atol=1e-5)
        np.testing.assert_allclose(end.tempted, [(0.3 - 0.8 * x[1]) ** 2 / 2, 0.2**2 / 2, np.nan], atol=1e-6)


def test_what_belongs_beside_the_numbers_of_provinces() -> None:
    own = Provinces.model_validate(
        {"control": {"sectors": "MAN", "low": -0.1, "high": 0.1}, "own_bill": 0.4, "compliance": [0.5]}
    )
    offer = Obedience(None, np.array([True, False, False]), np.array([0.1, 0.2, np.nan]))  # type: ignore[arg-type]
    rates = SimpleNamespace(x=np.array([0.1, -0.1, 0.02]))
    home = np.array([True, True, False])
    at = SimpleNamespace(dropped=("D",), players=("A", "B", "C"), home=home)
    played = SimpleNamespace(board=at, nash=(rates,), offers=(offer,), compliance=(0.5,), phi=np.array([0.5, 0.5, 0.0]),
                             kappa=np.array([0.4, 0.4, 1.0]))  # fmt: skip
    said = notes_of_provinces(played, own)  # type: ignore[arg-type]
    assert said == [
        "without output of the sectors, so not playing: D",
        "players feel 40% of the bill; the accounts charge each all of its own",
        "2 of 3 rates lie at a bound (−10%, +10%)",
        "keep to the coordinated rates for their privilege: A; find it too little: B",
        "compliance is a weight in players' minds, not a theory of why they obey",
        LEFT_OUT,
    ]
    # What edits make of minds is told, not what the parameters say.
    played.kappa[0] = 0.9
    assert (
        "players feel between 40% and 90% of the bill; the accounts charge each all of its own"
        in notes_of_provinces(
            played,
            Provinces.model_validate({"control": {"sectors": "MAN"}}),  # type: ignore[arg-type]
        )
    )
    none = SimpleNamespace(board=SimpleNamespace(dropped=(), home=home), nash=(SimpleNamespace(x=np.zeros(3)),), offers=(),
                           compliance=(0.0,), phi=np.zeros(3), kappa=np.ones(3))  # fmt: skip
    assert notes_of_provinces(none, Provinces.model_validate({"control": {"sectors": "MAN"}})) == [LEFT_OUT]  # type: ignore[arg-type]


def test_numbers_of_a_game_that_was_played_are_those_of_loops(toy: Accounts) -> None:
    """Three players at home, a region each; the first keeps to the plan and half of its mind is the nation's."""
    rng = np.random.default_rng(9)
    controls = SimpleNamespace(
        stake=np.arange(3) == 1, regions=np.eye(3, 4, dtype=bool), sectors=np.tile(np.arange(3) == 1, (3, 1))
    )
    at = SimpleNamespace(players=("AT-N", "AT-E", "AT-S"), member=np.eye(3, 4, dtype=bool), controls=controls)
    income, welfare, volume = rng.uniform(10, 90, 4), rng.normal(0, 0.1, (2, 4)), rng.uniform(0.5, 2, (2, 4, 3))
    alone, planned, weight = rng.normal(size=3), rng.normal(size=3), np.append(income[:3] / income[:3].sum(), 0.0)
    welfare[1] = welfare[0] + [0.02, -0.03, 0.01, 0.0]
    offer = Obedience(None, np.array([True, False, False]), np.array([0.1, 0.2, np.nan]))  # type: ignore[arg-type]
    rates = (SimpleNamespace(x=alone),) * 2
    s = Played(at, SimpleNamespace(income=income, output=toy.output), (0.0, 0.5), rates, planned, 3, welfare,  # type: ignore[arg-type]
               rng.normal(size=(2, 4)), np.array([0.01, 0.03]), volume, toy, Status(), weight, (offer,),
               np.array([0.5, 0.0, 0.0]), np.ones(3))  # fmt: skip
    told = read(toy, Response(toy, of_provinces(s), Status()), places(toy))
    got = {name: told[name].values for name in told}
    by_place = {**{c: [k] for k, c in enumerate(toy.geography.codes)}, "ATL": [0, 1, 2]}
    gain = {}
    for k, place in enumerate(places(toy).codes):
        here = by_place[place]
        now, then = (sum(income[r] * np.exp(welfare[x, r]) for r in here) for x in (0, 1))
        gain[place] = then / now - 1
        assert got["played_income"][k] == pytest.approx(now / sum(income[here]) - 1)
        assert got["coordinated_income"][k] == pytest.approx(then / sum(income[here]) - 1)
    home = ["AT-N", "AT-E", "AT-S", "ATL"]
    lost = [max(float(income[r] * (np.exp(welfare[0, r]) - np.exp(welfare[1, r]))), 0.0) for r in range(3)]
    assert 0 < sum(x > 0 for x in lost) < 3
    np.testing.assert_allclose(got["rivalry_transfer"], [*lost, sum(lost)])
    np.testing.assert_allclose(got["coordination_gain"], [gain[c] for c in home])
    np.testing.assert_allclose(got["chosen_rate"][:3, 0], np.stack([planned, alone], 1))
    assert np.isnan(got["chosen_rate"][3]).all()
    asks = [0.1 / 0.5 * income[0], 0.2 * income[1]]
    np.testing.assert_allclose(got["asked_for_obedience"], [*asks, np.nan, sum(asks)])
    assert s.keeps.tolist() == [True, False, False, False]
    loss = sum(weight[r] * (welfare[1, r] - welfare[0, r]) for r in range(3))
    made = [[volume[x, r, 1] * toy.output[r, 1] for r in range(3)] for x in (0, 1)]
    number = [sum(m) ** 2 / sum(v**2 for v in m) for m in made]
    for name, want in (("rivalry_income_loss", loss), ("duplication_ratio", number[0] / number[1])):
        np.testing.assert_allclose(got[name], [np.nan] * 3 + [want])
    assert s.balance == pytest.approx(
        sum(income[r] * (np.exp(welfare[1, r]) - np.exp(welfare[0, r])) for r in range(3))
    )
    np.testing.assert_allclose(got["income_by_compliance"], np.expm1([0.01, 0.03]))


def test_a_game_is_kept_for_draws_that_have_no_part_in_it(toy: Accounts, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    monkeypatch.setattr(provinces, "play", lambda *given: asked.append(given) or object())
    monkeypatch.setattr(provinces, "_kept", ())
    own = Provinces.model_validate({"control": {"sectors": "MAN"}})
    lend = registry.find("trade").lends["slopes"]

    def found(shock: Shock = Shock(), p: Provinces = own, theta: float | None = None) -> object:
        minds = minds_of(toy, shock)
        return provinces.kept_play(toy, shock, p, lend(toy, TradeParameters(theta=theta)), minds)

    first = found()
    assert found() is first
    careers = Shock((Promotion("ATL", weight=0.1),))
    others = [found(careers), found(p=changed(own, scale=0.01)), found(theta=3.0)]
    assert len({id(x) for x in (first, *others)}) == len(asked) == 4
    assert found(careers) is others[0]


def test_edits_of_minds_reach_who_they_name(toy: Accounts) -> None:
    edits = (Compliance("AT-N", weight=0.2), Compliance("ATL", weight=0.1), Promotion("AT-E", weight=0.3),
             OwnBill("ATL", add=-0.5), Privilege("AT-S", worth=2.0))  # fmt: skip
    m = minds_of(toy, Shock(edits))
    np.testing.assert_allclose(m.compliance, [0.2, 0.1, 0.1, 0])
    np.testing.assert_allclose(m.promotion, [0, 0.3, 0, 0])
    np.testing.assert_allclose(m.share, [-0.5, -0.5, -0.5, 0])
    np.testing.assert_allclose(m.privilege, [0, 0, 2, 0])
    home = np.array([n == "ATL" for n in toy.geography.nation])
    assert isinstance(m.at([0, None], home), Minds)
    assert m.at([0, None], home).compliance.tolist() == [0.2, 0.0]
    assert m.at([0, None], home).share.tolist() == [-0.5, -0.5]


@pytest.mark.slow
def test_a_privilege_is_taken_by_who_would_lose_no_more_by_the_plan(toy: Accounts) -> None:
    """What is asked is the gain by one's best rates, found here on a fine grid; just under it nobody keeps to the plan."""
    from xunhuan.models.rivalry.edits import Privilege

    own = Provinces.model_validate(
        {"control": {"sectors": "manufacturing", "low": -0.3, "high": 0.3}, "promotion": 0.01}
    )
    lender = registry.find("trade").lends["slopes"](toy, TradeParameters())

    def offered(worth: float) -> Played:
        shock = Shock((Privilege("AT-N", worth=worth),))
        return play(toy, shock, own, lender, minds_of(toy, shock))

    rich = offered(1.0)
    (o,) = rich.offers
    assert o.obeyed.tolist() == rich.keeps[:3].tolist() == [True, False, False]
    assert o.equilibrium.outcome == "converged"
    x = rich.nash[0].x
    assert x[0] == rich.coordinated[0]
    mind = Payoff(rich.slopes, rich.board, np.zeros(3), np.full(3, 0.01), np.ones(3), rich.weight)
    rows = np.repeat(x[None], 122, axis=0)
    rows[1:, 0] = np.linspace(-0.3, 0.3, 121)
    payoff = mind.trials(rows)[:, 0]
    gain = float((payoff[1:] - payoff[0]).max())
    assert gain <= o.tempted[0] <= gain * 1.01
    asked = float(rich.asked[0])
    assert asked == pytest.approx(o.tempted[0] * rich.slopes.income[0])
    assert np.isnan(rich.asked[1:]).all()
    for part, keeps in ((0.999, False), (1.001, True)):
        assert bool(offered(part * asked / 1e3).keeps[0]) is keeps  # of billions the table's millions
    assert offered(0.5 * asked / 1e3).nation[0] < rich.nation[0]
    own = changed(own, compliance=(0.5,))
    asked = float(offered(1.0).asked[0])  # half of a mind is the nation's, and a privilege counts half
    for part, keeps in ((0.999, False), (1.001, True)):
        assert bool(offered(part * asked / 1e3).keeps[0]) is keeps


@pytest.mark.slow
def test_the_coordinated_nation_does_not_set_the_rates_of_others(toy: Accounts) -> None:
    """Home as one and the nation abroad are in equilibrium: neither would move a rate of its own."""
    s = _played(toy, control={"sectors": "manufacturing", "low": -0.3, "high": 0.3}, foreign=["BOR"], scale=0.05)
    assert s.board.home.tolist() == [True, True, True, False]
    own = s.slopes.income[:3]
    np.testing.assert_allclose(s.weight, [*(own / own.sum()), 0.0])
    mind = Payoff(s.slopes, s.board, np.array([1.0, 1, 1, 0]), np.zeros(4), np.ones(4), s.weight)
    _, slope = mind(s.coordinated)
    own = slope[s.board.owner, np.arange(4)]
    inside = np.abs(s.coordinated) < 0.3 - 1e-9
    assert inside[3]
    np.testing.assert_allclose(own[inside], 0, atol=2e-5)
    assert s.loss > 0


def test_a_privilege_in_a_table_of_unknown_unit_is_refused(toy: Accounts) -> None:
    assert per_billion(toy) == 1e3
    assert per_billion(replace(toy, unit="10^8 SHL")) == 10.0
    with pytest.raises(BadInput, match="a privilege is in billions, and of 'baskets' it is not known"):
        per_billion(replace(toy, unit="baskets"))


def test_what_is_borrowed_comes_from_the_model_beside(toy: Accounts) -> None:
    lender = lent("slopes", toy, {"trade": TradeParameters(theta=3.0)})
    at = board(toy, Provinces.model_validate({"control": {"sectors": "MAN"}}))
    made = lender(Shock(), at.controls, {"MAN": 0.05})
    assert made.parameters.theta == 3.0
    assert made.parameters.scale == {"MAN": 0.05}


def test_what_nobody_lends_is_said(toy: Accounts) -> None:
    with pytest.raises(BadInput, match="no model lends slow tides"):
        lent("slow_tides", toy)
