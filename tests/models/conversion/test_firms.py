"""Firms: closed forms against numbers worked out by hand, against a firm solved by root finding, and against many sizes."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import brentq

from xunhuan.models.conversion.firms import (
    converting,
    cost_response,
    first_yuan,
    mixed_recovery,
    mixed_sales,
    profit_share,
    pure_recovery,
)

pytestmark = pytest.mark.textbook

FIRMS = [(0.5, 1.0, 5.0, 0.5), (0.3, 1.0, 5.0, 0.5), (0.7, 0.19, 5.0, 0.5), (0.5, 1.0, 4.0, 0.25)]


def solved(e: float, c: float, sigma: float, omega: float) -> tuple[float, float]:
    """Home and foreign sales, after over before, of a firm that sets its price over marginal cost Q^ω."""

    def output(home: float, abroad: float) -> tuple[float, float]:
        def gap(price: float) -> float:
            q = (home + abroad) * price**-sigma
            return float(price - sigma / (sigma - 1) * q**omega)

        price = brentq(gap, 1e-6, 1e3, xtol=1e-15, rtol=1e-15)
        return home * price ** (1 - sigma), abroad * price ** (1 - sigma)

    before, after = output(1 - e, e), output(1 - e, e * (1 - c))
    return after[0] / before[0], after[1] / before[1]


@pytest.mark.parametrize(
    ("firm", "found"), list(zip(FIRMS, (0.4859942891, 0.5274975866, 0.3005224260, 0.2968395547), strict=True))
)
def test_a_mixed_exporter_recovers_what_its_closed_form_says(firm: tuple[float, ...], found: float) -> None:
    assert float(mixed_recovery(*firm)) == pytest.approx(found, abs=1e-10)


@pytest.mark.parametrize("firm", FIRMS)
def test_a_mixed_exporter_is_the_firm_that_root_finding_gives(firm: tuple[float, float, float, float]) -> None:
    home, abroad = solved(*firm)
    found = mixed_sales(*firm)
    assert float(found.home) == pytest.approx(home, abs=1e-10)
    assert float(found.abroad) == pytest.approx(abroad, abs=1e-10)


def test_corners_of_a_mixed_exporter() -> None:
    assert float(mixed_recovery(0.5, 1.0, 5.0, 0.0)) == 0
    assert float(cost_response(5.0, 1e9)) == pytest.approx(0.8, abs=1e-8)
    eta = float(cost_response(5.0, 0.5))
    # The limit for a small cut: home sales per unit of exports lost, with the exports that cheaper goods win back.
    assert float(mixed_recovery(0.4, 1e-6, 5.0, 0.5)) == pytest.approx(eta * 0.6 / (1 - eta * 0.4), abs=1e-6)
    assert float(mixed_recovery(0.0, 1.0, 5.0, 0.5)) == 0
    assert float(mixed_recovery(0.5, 0.0, 5.0, 0.5)) == 0
    assert mixed_sales(1.0, 1.0, 5.0, 0.5).home == 0


@pytest.mark.parametrize(
    ("entry", "tail", "potential", "beta", "found", "firms"),
    [
        (20.0, 1.1, 0.35, 1.0, 0.2358155065, 0.0370567225),
        (20.0, 1.1, 0.35, 0.0, 0.2593970572, 0.0370567225),
        (5.0, 1.2, 0.5, 0.5, 0.3294453017, 0.1449559327),
        (0.5, 1.2, 0.5, 0.5, 0.4886363636, 1.0),
    ],
)
def test_pure_exporters_recover_what_their_closed_form_says(
    entry: float, tail: float, potential: float, beta: float, found: float, firms: float
) -> None:
    assert float(pure_recovery(entry, tail, potential, beta)) == pytest.approx(found, abs=1e-10)
    assert float(converting(entry, tail)) == pytest.approx(firms, abs=1e-10)
    # Sizes at equal steps of the orders lost up to them, of a Pareto distribution whose tail is one thinner.
    u = (np.arange(400_000) + 0.5) / 400_000
    size = (1 - u) ** (-1 / (tail - 1))
    reach = np.ones_like(size) if beta == 0 else 1 - np.minimum(entry / size, 1.0) ** (1 / beta)
    assert potential * float((reach * (size > entry)).mean()) == pytest.approx(found, abs=1e-6)


def test_entry_moves_sales_and_firms_by_the_tail_alone() -> None:
    step = 1e-6
    for x in (2.0, 20.0):
        sales = [float(pure_recovery(x * np.exp(k), 1.2, 0.4, 0.7)) for k in (-step, step)]
        firms = [float(converting(x * np.exp(k), 1.2)) for k in (-step, step)]
        assert np.diff(np.log(sales))[0] / (2 * step) == pytest.approx(-0.2, abs=1e-8)
        assert np.diff(np.log(firms))[0] / (2 * step) == pytest.approx(-1.2, abs=1e-8)
    twice = float(pure_recovery(40.0, 1.2, 0.4, 0.7) / pure_recovery(20.0, 1.2, 0.4, 0.7))
    assert (twice, float(converting(40.0, 1.2) / converting(20.0, 1.2))) == pytest.approx((2**-0.2, 2**-1.2), rel=1e-13)


def test_profit_of_the_firm_in_the_document() -> None:
    """Six million yuan of home sales in seven shops pay at most so much a shop, at elasticities of 5 and one half."""
    assert float(profit_share(5.0, 0.5)) == pytest.approx(0.4666666667, abs=1e-10)
    assert float(profit_share(5.0, 0.5)) * 6e6 / 7 == pytest.approx(400_000, abs=1e-6)
    assert pytest.approx(6.840, abs=5e-4) == 6e6 / 877_200


def test_the_first_yuan_needs_no_guess_of_firms() -> None:
    omega = 0.1053
    first = first_yuan(5.0, omega, 1.1, 1.0)
    assert [float(x) for x in first] == pytest.approx([3.6203, 3.9824, 3.6203], abs=1e-4)
    assert float(first_yuan(5.0, omega, 1.1, 0.0).certification) == pytest.approx(float(first.subsidy_converts))
