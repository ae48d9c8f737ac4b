"""Catch-up against published numbers and closed forms."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import brentq

import xunhuan as xh
from tests.helpers.made_up import world
from xunhuan.models.catchup.diffusion import gain_from_openness, inflow
from xunhuan.models.catchup.draws import values_drawn
from xunhuan.models.catchup.draws import world as world_of
from xunhuan.models.catchup.frontier import gap_next
from xunhuan.models.catchup.industry import industry
from xunhuan.models.catchup.learning import duplication_penalty, price_by_experience
from xunhuan.models.catchup.market import stage_home_share, stage_price
from xunhuan.models.catchup.path import Levers, World, run_years
from xunhuan.models.catchup.projection import fitted_slope, rows_of, slope
from xunhuan.models.edits import Duplication, Edit, Push

pytestmark = pytest.mark.textbook

SOLAR = industry("solar")
CHIPS = industry("chips")
GAPS = {
    ("nat_trends", "USA"): 21.844, ("nat_trends", "CHN"): 19.199, ("nat_trends", "DEU"): 18.700,
    ("sus_dev", "USA"): 29.855, ("sus_dev", "CHN"): 25.215, ("sus_dev", "DEU"): 25.085,
}  # fmt: skip
"""Price of panels in 2030 where each nation learns from its own alone, over that of a global market, per cent
[Helveston2022, fig. 4], from the replication data's mean slopes."""
SLOPES = {"USA": (-0.441629, 26.370), "CHN": (-0.563426, 32.331), "DEU": (-0.326313, 20.243)}
"""Least squares on the replication data: slope, learning rate in per cent."""


def gap_2030(pathway: str, nation: str, beta: float) -> float:
    rows = rows_of(SOLAR, nation, pathway)
    made, other = (np.array([getattr(r, n) for r in rows[1:]]) for n in ("made", "other"))
    cut = np.arange(1, len(rows)) / 10
    national, world_ = (price_by_experience(rows[0].world, made, other, x, beta)[-1] for x in (cut, 0 * cut))
    return float(100 * (national / world_ - 1))


@pytest.mark.parametrize(("pathway", "nation"), GAPS)
def test_solar_gaps_of_2030(pathway: str, nation: str) -> None:
    assert gap_2030(pathway, nation, slope(SOLAR, nation)) == pytest.approx(GAPS[pathway, nation], abs=1e-3)
    assert gap_2030(pathway, nation, fitted_slope(SOLAR, nation)) == pytest.approx(GAPS[pathway, nation], abs=0.06)


@pytest.mark.parametrize("nation", SLOPES)
def test_solar_learning_by_least_squares(nation: str) -> None:
    beta, rate = SLOPES[nation]
    assert fitted_slope(SOLAR, nation) == pytest.approx(beta, abs=1e-6)
    assert 100 * (1 - 2 ** fitted_slope(SOLAR, nation)) == pytest.approx(rate, abs=1e-3)


def test_what_duplication_costs_where_nothing_is_learnt_from_abroad() -> None:
    penalty = duplication_penalty(np.array([2.0, 3.0, 5.0, 10.0, 1e9]), 1 / 3, 0.2)
    assert penalty == pytest.approx([1.1394, 1.2083, 1.2781, 1.3431, 1.4243], abs=1e-4)
    assert penalty[-1] == pytest.approx((1 / 3) ** np.log2(0.8), abs=1e-6)


def test_log_odds_through_two_published_shares() -> None:
    """The straight line through 10.2% (2010) and 15.9% (2020): what it says later, and how much faster 70% would need."""
    first, second = (np.log(x / (1 - x)) for x in (0.102, 0.159))
    rate = (second - first) / 10
    assert rate == pytest.approx(0.05095, abs=1e-5)
    later = [1 / (1 + np.exp(-(second + rate * n))) for n in (5, 15)]
    assert [100 * x for x in later] == pytest.approx([19.61, 28.88], abs=1e-2)
    goal = np.log(0.7 / 0.3)
    assert 2020 + (goal - second) / rate == pytest.approx(2069.3, abs=0.05)
    assert [(goal - second) / n / rate for n in (10, 20)] == pytest.approx([4.93, 2.47], abs=1e-2)


def test_one_vintage_without_learning_is_logit() -> None:
    """logit(share_t) − logit(share_0) = θ μ t."""
    w = world(learning_rate=0.0, theta=5.14, pace=0.02)._replace(ages=np.array([1.0]))
    share = run_years(w, Levers.none(10)).made_in[:, 0]
    odds = np.log(share / (1 - share))
    assert odds[-1] - odds[0] == pytest.approx(1.028, abs=1e-9)


def test_the_gap_closes_in_closed_form() -> None:
    """G_t = G* + (G_0 − G*) e^(−ξt); from 2.5 to 0.5 where own pace is the frontier's."""
    for years, xi in ((10, 0.16094), (20, 0.08047)):
        assert np.log(5) / years == pytest.approx(xi, abs=1e-5)
        gap = np.array([2.5])
        for _ in range(years):
            gap = gap_next(gap, np.array([2.0]), np.array([0.5]), np.array([np.log(5) / years]), np.zeros(1))
        assert gap == pytest.approx([0.5], abs=1e-12)
    aim = (1 / 2.0 - 0.3) / (0.1 * 0.6)
    one = gap_next(np.array([2.5]), np.array([2.0]), np.array([0.3]), np.array([0.1]), np.array([0.4]))
    assert one == pytest.approx([aim + (2.5 - aim) * np.exp(-0.06)], abs=1e-12)


def test_a_stage_cut_off_whole_is_the_autarky_formula() -> None:
    price = stage_price(np.array(0.11), np.array(5.0), np.array(0.0), np.array(1.0))
    assert price == pytest.approx(0.11 ** (-1 / 5), rel=1e-12)
    assert price == pytest.approx(1.5550, abs=1e-4)
    assert stage_home_share(np.array(0.11), np.array(5.0), np.array(0.0), price) == pytest.approx(1.0, rel=1e-12)


def test_ideas_among_equals_that_trade() -> None:
    assert gain_from_openness(0.9, 0.6) == pytest.approx(2.144473, abs=1e-6)
    assert gain_from_openness(0.9, 0.6, 10) == pytest.approx(9.362212, abs=1e-6)


def test_the_formula_of_openness_is_where_the_inflow_keeps_pace() -> None:
    """A stock λ grows at one rate in both worlds where inflow/λ is equal: at λ/λ_alone of the closed form."""
    beta, own = 0.6, 0.9
    gain = gain_from_openness(own, beta)
    trade = np.array([[[own, 1 - own], [1 - own, own]]])
    alone = np.array([[[1.0, 0.0], [0.0, 1.0]]])
    open_, b = np.ones((1, 2, 2)), np.array([beta])
    traded = inflow(trade, np.full((1, 2), gain), open_, b) / gain
    assert traded == pytest.approx(inflow(alone, np.ones((1, 2)), open_, b), rel=1e-12)


def chips(draws: int = 0) -> World:
    assert CHIPS.facts is not None
    return world_of(CHIPS, values_drawn(CHIPS.facts.named(), draws, 7))


def test_history_alone_meets_what_it_has_not_seen() -> None:
    """Fitted on 2010 and 2020: IC Insights' estimate for 2021 and its forecast for 2025, 16.7 and 19.4 per cent."""
    share = run_years(chips(), Levers.none(10)).made_in[:, 0]
    assert share[0] == pytest.approx(0.159, abs=1e-12)
    assert 100 * share[[1, 5]] == pytest.approx([16.7, 19.4], abs=0.2)


def test_the_fitted_pace_brings_history_about() -> None:
    w = chips()
    assert w.pace[0] == pytest.approx(0.0093, abs=5e-4)  # the prototype's, without exports
    back = 1.065**-10
    then = w._replace(
        home_market=w.home_market * back, world_market=w.world_market * back, exported=w.exported * back,
        made_in=np.array([0.102]), owned_by=0.102 * w.owned_by / w.made_in,
    )  # fmt: skip
    assert run_years(then, Levers.none(10)).made_in[-1, 0] == pytest.approx(0.159, abs=1e-11)


def test_a_cut_of_nearly_all_chips_raises_prices_by_a_third_or_so() -> None:
    """SIA and BCG (2021, read second hand) say 35 to 65% for full localisation: the order of magnitude."""
    w = chips()
    for size in (0.90, 0.99):
        cut = np.array([0.0, size])[:, None]
        path = run_years(w, Levers.none(1)._replace(trade=cut))
        rise = path.price[1, 0] / run_years(w, Levers.none(1)).price[1, 0] - 1
        assert 0.25 < rise < 0.65


@pytest.mark.parametrize(("without", "with_"), [(2035.0, 2038.7), (2040.0, 2044.7)])
def test_rivalry_puts_the_year_off(without: float, with_: float) -> None:
    """A push that gives 70% by a year gives it so much later where all is dearer by a price of anarchy of 1.293."""
    acc = xh.load("world-2017")

    def reached(*edits: Edit) -> float:
        r = xh.respond(acc, list(edits), model="catchup", industry="chips", draws=0, years=(2020, 2060))
        return float(r.detail["target_year"].sel(draw=0, reading="made_in"))

    rate = brentq(lambda m: reached(Push("CHN", rate=m)) - without, 0.005, 0.03, xtol=1e-6)
    assert reached(Push("CHN", rate=rate), Duplication("CHN", factor=1.293)) == pytest.approx(with_, abs=0.1)
