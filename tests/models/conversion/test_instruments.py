"""Instruments under a budget: what is spent is the budget, the first yuan is the closed form, the mix beats each alone."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from scipy.optimize import minimize

from xunhuan.errors import BadInput
from xunhuan.models.conversion.answer import _bounded
from xunhuan.models.conversion.edits import On
from xunhuan.models.conversion.firms import first_yuan
from xunhuan.models.conversion.instruments import Firms, best_mix, helped, relief_of, stood, subsidy_rate

pytestmark = pytest.mark.identity

OMEGA = 0.1053


def one(lost: float = 4.17e11, each: float = 14e6, cut: float = 1.0) -> Firms:
    """One good of one region: orders lost in yuan, and by firm."""
    a = {n: np.array([[v]]) for n, v in {
        "sigma": 5.0, "omega": OMEGA, "tail": 1.1, "beta": 1.0, "potential": 0.35, "entry": 20.0, "lost": lost,
        "number": lost / each, "home": 2 * lost, "e": 0.5, "c": cut, "stand_reach": 0.15,
    }.items()}  # fmt: skip
    return Firms(**a)


@cache
def scaled() -> Firms:
    """Firms whose cheaper entry gains 3.0502 per yuan of a billion: what the other three figures must then be."""
    from scipy.optimize import brentq

    return one(brentq(lambda x: per_yuan(one(x), 1e9)[0] - 3.0502, 1e11, 1e12))


def per_yuan(f: Firms, budget: float) -> tuple[float, float]:
    """Home sales per yuan by cheaper entry, and by a subsidy on converts' sales."""
    before = helped(f).pure
    cheaper = helped(f, relief_of(f, budget)).pure - before
    paid = helped(f, 0.0, subsidy_rate(f, budget, "converts")).pure - before
    return float(cheaper.sum() / budget), float(paid.sum() / budget)


def test_returns_by_size_of_the_budget() -> None:
    assert per_yuan(scaled(), 1e5) == pytest.approx((3.6203, 3.9824), abs=1e-4)
    assert per_yuan(scaled(), 1e9)[1] == pytest.approx(3.8874, abs=1e-4)
    assert per_yuan(scaled(), 1e10) == pytest.approx((1.5168, 3.3306), abs=1e-4)


def test_the_first_yuan_is_the_closed_form() -> None:
    first, f = first_yuan(5.0, OMEGA, 1.1, 1.0), one()
    assert per_yuan(f, 1e3) == pytest.approx((float(first.certification), float(first.subsidy_converts)), rel=1e-5)
    # Home sales of incumbents, without a single pure exporter.
    g = replace(f, lost=f.lost * 1e-12, number=f.number * 1e-12)
    got = helped(g, 0.0, subsidy_rate(g, 1e3, "exporters"), "exporters").mixed - helped(g).mixed
    assert float(got[0, 0]) / 1e3 == pytest.approx(float(first.subsidy_exporters), rel=1e-4)


@pytest.mark.parametrize("budget", [1e6, 1e9, 2e10])
def test_what_is_spent_is_the_budget_and_more_gains_more(budget: float) -> None:
    f = one()
    kinds: tuple[On, ...] = ("converts", "exporters", "increments")
    relief = relief_of(f, budget)
    assert float(helped(f, relief).fee.sum()) == pytest.approx(budget, rel=1e-9)
    more = [float(helped(f, relief_of(f, budget * k)).sales.sum()) for k in (1, 1.5)]
    assert more[0] < more[1]
    for on in kinds:
        rates = [subsidy_rate(f, budget * k, on) for k in (1, 1.5)]
        assert float(helped(f, 0.0, rates[0], on).subsidy.sum()) == pytest.approx(budget, rel=1e-9)
        assert helped(f, 0.0, rates[0], on).sales.sum() < helped(f, 0.0, rates[1], on).sales.sum()


@pytest.mark.parametrize("budget", [1e9, 1e10])
def test_the_best_mix_spends_the_budget_and_levels_what_is_used_of_it(budget: float) -> None:
    f = one()
    mix = best_mix(f, budget, 2e5, (True, True, True))
    assert sum(mix.spent) == pytest.approx(budget, rel=1e-9)
    base = float(helped(f).pure.sum())
    alone = (
        float(helped(f, relief_of(f, budget)).pure.sum()) - base,
        float(helped(f, 0.0, subsidy_rate(f, budget, "converts")).pure.sum()) - base,
        float(stood(f, budget / 2e5).sales.sum()),
    )
    assert mix.gained >= max(alone)
    assert mix.marginal[1] == pytest.approx(mix.marginal[2], rel=1e-3)
    assert mix.marginal[0] < mix.marginal[1]
    assert mix.gained < best_mix(f, 1.1 * budget, 2e5, (True, True, True)).gained


def test_the_best_mix_is_what_a_solver_finds() -> None:
    f, budget = replace(one(), beta=np.array([[0.0]])), 3e9

    def lost(x: np.ndarray) -> float:
        x = np.abs(x)
        g = helped(f, x[0], x[1])
        left = budget - float((g.fee + g.subsidy).sum())
        return -(float(g.pure.sum()) + float(stood(f, max(left, 0) / 2e5, x[0], x[1]).sales.sum())) / 1e9 + max(
            -left, 0
        )

    tries = [minimize(lost, start, method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-10}).fun
             for start in ([0.01, 0.01], [0.2, 0.01], [0.1, 0.02])]  # fmt: skip
    mix = best_mix(f, budget, 2e5, (True, True, True))
    assert mix.gained / 1e9 == pytest.approx(-min(tries) - float(helped(f).pure.sum()) / 1e9, rel=1e-4)


def test_without_stands_the_two_take_the_whole_budget() -> None:
    f = one()
    for allowed in ((True, True, False), (True, False, False), (False, True, False)):
        mix = best_mix(f, 1e9, 2e5, allowed)
        assert sum(mix.spent) == pytest.approx(1e9, rel=1e-9)
        assert [x > 0 for x in mix.spent][2] is False


def test_stands_go_to_the_largest_that_do_not_sell_yet() -> None:
    """Against firm by firm: sizes at the middle of equal ranks."""
    f = one(lost=1.4e11)
    n, stands = int(f.number[0, 0]), 500
    rank = (np.arange(200 * n) + 0.5) / (200 * n)
    size = rank ** (-1 / 1.1)
    lost = size / size.sum() * float(f.lost[0, 0])
    first = round(20.0**-1.1 * 200 * n)
    gained = 0.15 * 0.35 * lost[first : first + 200 * stands].sum()
    # The few largest firms of a thick tail weigh more than steps can show.
    scale = float(size.mean()) / 11.0
    assert float(stood(f, stands).sales[0, 0]) == pytest.approx(gained * scale, rel=2e-3)


def test_budgets_that_cannot_be_spent_say_so() -> None:
    f = one()
    most = float((f.entry_cost * f.number).sum())
    with pytest.raises(BadInput, match="larger than all costs of entry"):
        relief_of(f, most * 1.01)
    with pytest.raises(BadInput, match="larger than home sales could take"):
        subsidy_rate(f, 1e20, "converts")
    with pytest.raises(BadInput, match="no home sales to be paid on"):
        subsidy_rate(replace(f, lost=f.lost * 0, number=f.number * 0), 1e9, "converts")


def test_draws_stay_where_parameters_may_be() -> None:
    wide = np.array([-0.5, 0.4, 0.9995, 1.7])
    assert _bounded("firm_tail", wide).tolist() == [1 + 1e-6, 1 + 1e-6, 1 + 1e-6, 1.7]
    assert _bounded("pure_share", wide).tolist() == [-0.5, 0.4, 0.999, 0.999]
    assert _bounded("crowding", wide).tolist() == [-0.5, 0.4, 0.9995, 1.0]
    assert _bounded("another", wide) is wide
