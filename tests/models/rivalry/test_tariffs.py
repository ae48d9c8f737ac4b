"""Nash tariffs of 81 economies by Lashkaripour's formula, as another implementation of his equations has them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from xunhuan.models.rivalry import tariffs
from xunhuan.models.rivalry.tariffs import nash_tariffs

pytestmark = pytest.mark.twin

FOUND = {"USA": (26.337, -0.3122), "CHN": (27.847, -0.3638), "DEU": (26.367, -1.0477), "JPN": (25.745, -0.5156),
         "IRL": (25.546, -4.391)}  # fmt: skip
"""Tariff and change of real income, per cent, by slow loops of equations 6, 7 and 14, with θ = 4 everywhere."""


def test_the_world_of_2017(raw: Path) -> None:
    """The flows are read as values with duties, and each economy buys a little at home."""
    d = xr.open_dataset(raw / "oecd_icio_flows.nc").sel(year=2017)
    flow, tariff = d["flow"].to_numpy().astype(float), d["tariff"].to_numpy().astype(float)
    flow[np.arange(81), np.arange(81)] += 1
    found = nash_tariffs(flow / (1 + tariff), tariff, np.full(28, 4.0))
    assert found.converged
    assert 100 * found.tariff.mean() == pytest.approx(25.670, abs=0.01)
    assert 100 * np.median(found.tariff) == pytest.approx(25.343, abs=0.01)
    codes = list(d["origin"].to_numpy())
    for code, (rate, change) in FOUND.items():
        k = codes.index(code)
        assert 100 * found.tariff[k] == pytest.approx(rate, abs=0.01)
        assert 100 * (found.welfare[k] - 1) == pytest.approx(change, abs=0.001)


def test_the_formula_holds_where_it_ends() -> None:
    """t[r] = 1 / Σ θ ρ (1 − π'), pair by pair in loops, for three unlike nations and two goods."""
    rng = np.random.default_rng(3)
    flow = rng.uniform(0.2, 2, (3, 3, 2)) + 4 * np.eye(3)[:, :, None]
    theta, duty = np.array([3.0, 6.0]), rng.uniform(0, 0.1, (3, 3, 2)) * (1 - np.eye(3))[:, :, None]
    found = nash_tariffs(flow, duty, theta)
    paid = flow * (1 + duty)
    share, spending = paid / paid.sum(0), paid.sum(0) / paid.sum((0, 2))[:, None]
    # The base with balanced trade: income and wages that these shares imply, found by plain repetition.
    wages = flow.sum((1, 2)) / flow.sum()
    wage, income = np.ones(3), wages.copy()
    for rates in (duty, None):
        if rates is None:
            share, wages, base, wage = now, wage * wages, income.copy(), np.ones(3)  # noqa: F821
            rates = (found.tariff[None, :, None] * (1 - np.eye(3))[:, :, None]) * np.ones((1, 1, 2))
            hat = (1 + rates) / (1 + duty)
        else:
            hat = np.ones_like(flow)
        for _ in range(4000):
            raw_share = share * (wage[:, None, None] * hat) ** -theta
            now = raw_share / raw_share.sum(0)
            bought = now * (spending * income[:, None])[None]
            sold = (bought / (1 + rates)).sum((1, 2))
            income = wage * wages + (bought * rates / (1 + rates)).sum((0, 2))
            wage = wage * (sold / (wage * wages)) ** 0.2
            wage = wage * wages.sum() / (wage * wages).sum()
    for r in range(3):
        exports = {(s, i): bought[r, s, i] / (1 + rates[r, s, i]) for s in range(3) for i in range(2) if s != r}
        whole = sum(exports.values())
        steep = sum(theta[i] * x / whole * (1 - now[r, s, i]) for (s, i), x in exports.items())
        assert found.tariff[r] == pytest.approx(1 / steep, rel=1e-7)
    price = ((raw_share.sum(0) ** (-1 / theta)) ** spending).prod(1)
    np.testing.assert_allclose(found.welfare, income / base / price, rtol=1e-7)


def test_what_is_left_is_the_largest_change_of_a_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    """Between unlike nations whose trade balances without tariffs the first pass moves rates alone, each by its own."""
    flow = np.array([[[4.0], [1.0], [0.5]], [[1.0], [3.0], [0.2]], [[0.5], [0.2], [6.0]]])
    monkeypatch.setattr(tariffs, "_ITERATIONS", 1)
    first = nash_tariffs(flow, np.zeros_like(flow), np.array([4.0]))
    np.testing.assert_allclose(first.wage, 1, rtol=1e-12)
    assert first.residual == pytest.approx(first.tariff.max(), rel=1e-12)
    assert first.tariff.max() > 1.01 * first.tariff.min()
    monkeypatch.setattr(tariffs, "_ITERATIONS", 2)
    second = nash_tariffs(flow, np.zeros_like(flow), np.array([4.0]))
    assert not second.converged
    moved = np.abs(second.tariff - first.tariff), np.abs(second.wage / first.wage - 1)
    assert second.residual >= np.max(moved) - 1e-14
