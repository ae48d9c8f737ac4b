"""A price on given output, year by year in plain loops."""

from __future__ import annotations

import pytest

import xunhuan as xh
from xunhuan.models.catchup.industry import industry
from xunhuan.models.edits import Decoupling

pytestmark = pytest.mark.twin


@pytest.mark.parametrize(("nation", "pathway"), [("USA", "sus_dev"), ("CHN", "nat_trends")])
def test_prices_learn_from_what_is_not_cut(nation: str, pathway: str) -> None:
    """Two cuts, from the second year after and from the first: what is left of both is multiplied."""
    cuts = [Decoupling("foreign", nation, channel="know", size=0.6, start=2021, ramp=4),
            Decoupling("foreign", nation, channel="know", size=0.3, start=2022, ramp=0)]  # fmt: skip
    asked = {"industry": "solar", "scenario_nation": nation, "pathway": pathway, "target": {"by": 2028}}
    r = xh.respond("world-2017", cuts, model="catchup", **asked)
    rows = sorted(
        (x for x in industry("solar").curve if (x.nation, x.scenario) == (nation, pathway)), key=lambda x: x.year
    )
    b, stock, whole = industry("solar").curve_slopes[nation].value, rows[0].world, rows[0].world
    assert r.path is not None
    for k, row in enumerate(rows):
        if k:
            first = min(max(row.year - 2021, 0) / 4, 1)
            left = (1 - 0.6 * first) * (1 - (0.3 if row.year >= 2022 else 0.0))
            stock += row.made + left * row.other
            whole += row.made + row.other
        price, free = (stock / rows[0].world) ** b, (whole / rows[0].world) ** b
        told = r.path.sel(year=row.year, draw=0)
        assert float(told["price"]) == pytest.approx(price, rel=1e-12)
        assert float(told["price_ratio"]) == pytest.approx(price / free, rel=1e-12)
        if row.year == 2028:
            assert float(r.detail["price_then"][0]) == pytest.approx(price / free, rel=1e-12)
            assert price / free > 1.02
    assert (r.detail.attrs["by"], r.detail.attrs["start"]) == (2028, rows[0].year)
