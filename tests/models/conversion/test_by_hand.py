"""Rates of money, ranges of assumed figures and orders of final users, by hand or by loops."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.helpers.uneven import uneven
from xunhuan.data.accounts import Accounts
from xunhuan.data.store import bundled_folder
from xunhuan.errors import BadInput
from xunhuan.models.conversion.answer import money_per_value
from xunhuan.models.conversion.assumed import Assumed, assumed
from xunhuan.models.conversion.model import MODEL
from xunhuan.models.conversion.orders import cells_of, final_part
from xunhuan.models.conversion.page import figure_grounds
from xunhuan.models.conversion.parameters import ASSUMED_NAMES, ConversionParameters
from xunhuan.models.edits import Orders

pytestmark = pytest.mark.textbook


def test_money_in_a_unit_of_the_table(toy: Accounts) -> None:
    rate = float(pd.read_csv(bundled_folder() / "exchange_rates.csv").set_index("year")["CNY"].loc[2017])
    assert rate > 5
    dollars = toy.replace(currency="USD", unit="million USD", year=2017)
    yuan = toy.replace(currency="CNY", unit="billion CNY", year=2017)
    assert money_per_value(dollars, "USD") == 1e6
    assert money_per_value(dollars, "CNY") == pytest.approx(1e6 * rate)
    assert money_per_value(yuan, "CNY") == 1e9
    assert money_per_value(yuan, "USD") == pytest.approx(1e9 / rate)
    for acc, currency in ((toy, "CNY"), (dollars.replace(year=1890), "CNY"), (yuan.replace(year=1890), "USD")):
        with pytest.raises(BadInput, match=f"no rate of {currency}"):
            money_per_value(acc, currency)


def test_a_range_is_a_triangle_and_keeps_its_proportions_about_another_middle() -> None:
    a = Assumed(value=2.0, low=1.0, high=6.0, kind="judgement", source="none")
    for x in (1.3, 1.9, 2.5, 5.0):
        below = (x - 1) ** 2 / (5 * 1) if x < 2 else 1 - (6 - x) ** 2 / (5 * 4)  # the distribution function
        assert a.at(np.array(below)) == pytest.approx(x)
        assert a.at(np.array(below), 3.0) == pytest.approx(1.5 * x)
    log = Assumed(value=2.0, low=1.0, high=8.0, scale="log", kind="judgement", source="none")
    assert log.at(np.array([0.0, 1 / 3, 1.0])) == pytest.approx([1, 2, 8])


def test_figures_are_drawn_in_their_own_unit(toy: Accounts) -> None:
    p = ConversionParameters(draws=0)
    for u in MODEL.uncertain:
        assert u.move(p, "", toy) == p
        a, value = assumed()[u.name], getattr(p, u.name)
        assert getattr(u.move(p, 1.01 * value, toy), u.name) == pytest.approx(1.01 * value)
        assert u.errors is not None
        assert getattr(u.errors(p, 0.3, toy), u.name) == pytest.approx(float(a.at(np.array(0.3))))
    assert MODEL.point is not None
    assert MODEL.point(ConversionParameters(draws=40)).draws == 0


def test_what_a_figure_rests_on() -> None:
    name, *others = ASSUMED_NAMES
    given: dict[str, Any] = {name: 1.05 * assumed()[name].value, "draws": 7}
    found = {g.what: g for g in figure_grounds(ConversionParameters(**given), frozenset())}
    assert set(found) == set(ASSUMED_NAMES)
    assert found[name].source == "set by the one who asks"
    for n, g in found.items():
        a, by = assumed()[n], 1.05 if n == name else 1.0
        assert (g.low, g.value, g.high) == pytest.approx((by * a.low, by * a.value, by * a.high))
        assert g.drawn
    for n in others:
        assert (found[n].kind, found[n].source) == (assumed()[n].kind, assumed()[n].source)
    assert not figure_grounds(ConversionParameters(draws=0), frozenset())[0].drawn


@pytest.mark.parametrize("by_user", [False, True])
def test_orders_lost_by_loops(by_user: bool) -> None:
    """Two edits that overlap: what is lost is as if one came after the other, and is split by what each takes alone."""
    acc = uneven(by_user)
    g, codes = acc.geography, acc.sectors.codes
    edits = (Orders("foreign", "s1+s2", origin="A", change=-0.4, start=7, end=21),
             Orders("C1", "s2", origin="A1+A2", change=-0.5, start=0, end=70))  # fmt: skip
    found = cells_of(acc, edits, "s1+s2+s3")
    assert found.regions.tolist() == [0, 1, 2]
    assert found.sectors.tolist() == [1, 2, 3]
    weight = 0.0
    for a, r in enumerate(found.regions):
        for b, i in enumerate(found.sectors):
            lost, each, exports, home, final_home = 0.0, [0.0, 0.0], 0.0, 0.0, 0.0
            for s in range(acc.R):
                if acc.sourcing is None:
                    part = acc.final[s, i].sum() / acc.flow[:, s, i].sum()
                else:
                    part = acc.sourcing.final[r, i, s].sum() / acc.flow[r, s, i]
                assert final_part(acc)[r, s, i] == pytest.approx(part)
                if g.nation[s] == "A":
                    home += acc.flow[r, s, i]
                    final_home += acc.flow[r, s, i] * part
                    continue
                exports += acc.flow[r, s, i]
                cut = [0.4 if codes[i] in ("s1", "s2") else 0.0,
                       0.5 if (g.codes[s], codes[i]) == ("C1", "s2") and r < 2 else 0.0]  # fmt: skip
                lost += acc.flow[r, s, i] * part * (1 - (1 - cut[0]) * (1 - cut[1]))
                each = [e + acc.flow[r, s, i] * part * c for e, c in zip(each, cut, strict=True)]
            assert found.lost[a, b] == pytest.approx(lost)
            assert (found.exports[a, b], found.home[a, b]) == pytest.approx((exports, home))
            assert found.final_home[a, b] == pytest.approx(final_home)
            split = [lost * e / sum(each) if lost else 0.0 for e in each]
            assert found.by_edit[:, a, b].tolist() == pytest.approx(split)
            weight += split[0] * 14 + split[1] * 70
    assert found.days == pytest.approx(weight / found.lost.sum())
    assert found.weeks == pytest.approx(found.days / 7)
