"""Numbers of a summary by hand: when an industry was hit and was back, what a place lost, and for want of what."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from xunhuan.data.accounts import Accounts
from xunhuan.data.places import places
from xunhuan.models.edits import Capacity
from xunhuan.models.model import Shock
from xunhuan.models.propagation import PropagationParameters, respond
from xunhuan.models.propagation.path import milestones
from xunhuan.models.propagation.ratings import _rated_days, _read, divisions
from xunhuan.models.propagation.read import read

pytestmark = pytest.mark.textbook

COURSES = {  # output over base by window of five days: week first below 0.9, lowest, days from there until 0.99 for good
    (0, 0): ([1, 1, 1, 1, 1, 1], (np.nan, 1.0, np.nan)),
    (0, 1): ([0.95, 0.89, 0.95, 0.995, 1, 1], (2.0, 0.89, 10.0)),
    (0, 2): ([0.5, 0.8, 1, 0.89, 0.97, 0.991], (1.0, 0.5, 25.0)),
    (1, 0): ([1, 1, 0.6, 0.7, 0.8, 0.9], (3.0, 0.6, np.inf)),
    (1, 1): ([0.95, 0.95, 0.95, 1, 1, 1], (np.nan, 0.95, np.nan)),
    (1, 2): ([0.899, 0.991, 1, 1, 1, 1], (1.0, 0.899, 5.0)),
}


def test_when_an_industry_is_hit_and_back() -> None:
    base, level = np.array([[10.0, 20, 40], [5, 8, 1]]), np.ones((6, 2, 3))
    for cell, (course, _) in COURSES.items():
        level[(slice(None), *cell)] = course
    path = xr.Dataset({"output": (("t", "region", "sector"), level * base)}, {"t": np.arange(5.0, 31.0, 5.0)})
    found = milestones(path, base, PropagationParameters())
    for cell, (_, (week, lowest, back)) in COURSES.items():
        told = [float(found[n][0][cell]) for n in ("first_week", "lowest", "recovery")]
        assert told == pytest.approx([week, lowest, back], nan_ok=True), cell


def test_readings_are_sums_over_places_and_days(toy: Accounts) -> None:
    """Each by loops over regions; what stops whom is of the home nation alone, over its own value added of the same days."""
    p = PropagationParameters(horizon_days=42.0, record_days=6.0, inventory_days=4.0, criticality="leontief",
                              rationing="proportional", substitution=False)  # fmt: skip
    out = respond(toy, Shock((Capacity("AT-N", "MAN", loss=0.9, end=25), Capacity("AT-E", loss=0.3, end=9))), p)
    at, d = places(toy), out.detail
    assert out.path is not None
    got = read(toy, out, at)
    gdp = toy.value_added.sum((1, 2))
    members = {c: [k for k in range(4) if c in (toy.geography.codes[k], toy.geography.nation[k])] for c in at.codes}
    rate, made = toy.value_added.sum(2) / toy.output, out.path["output"].values
    for k, code in enumerate(at.codes):
        of = members[code]
        lost = sum(float(d["loss"][r, j]) for r in of for j in range(3)) / gdp[of].sum()
        assert got["loss_year"].values[k] == pytest.approx(lost)
        assert got["loss"].values[k] == pytest.approx(lost * 365 / 42)
        level = [made[t][of].sum() / (toy.output[of].sum() / 365) for t in range(7)]
        assert got["path"].values[:, k] == pytest.approx(level)
        added = [(rate * made[t])[of].sum() / (gdp[of].sum() / 365) for t in range(7)]
        assert got["end_level"].values[k] == pytest.approx(added[-1])
        assert got["trough_level"].values[k] == pytest.approx(min(added))
        assert got["trough_day"].values[k] == 6.0 * (1 + int(np.argmin(added)))
    for j in range(3):
        level = [made[t, :3, j].sum() / (toy.output[:3, j].sum() / 365) for t in range(7)]
        assert got["sector_path"].values[:, j] == pytest.approx(level)
    for i in range(3):
        want = sum(float(d["loss_by_input"][r, j, i]) for r in range(3) for j in range(3))
        assert got["stopped_by"].values[i] == pytest.approx(want / (gdp[:3].sum() * 42 / 365))
    assert got["stopped_by"].values.max() > 1e-3


def test_days_by_holder_are_the_months_of_the_one_set_and_the_days_of_others() -> None:
    """Where a set has no row of its own for an industry."""
    industries, own = _read("industries.csv"), _read("stocks.csv")
    for name in ("ons", "colon"):
        held, kept = _rated_days(name)
        rows = own[(own["set"] == name) & (own["of"] == "holder")]
        told = set().union(*map(divisions, map(str, rows["isic"]))) if len(rows) else set()
        free = [k for k, code in enumerate(industries["industry"]) if not divisions(code) & told]
        want = industries["months"].astype(float) * 365 / 12 if name == "ons" else industries["days"].astype(float)
        assert held[free] == pytest.approx(want.to_numpy()[free], nan_ok=True)
        assert len(free) > 0
        assert kept.shape == held.shape
