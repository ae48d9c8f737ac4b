"""What a report says a scenario changes, and marks on numbers outside their interval."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import plotly.graph_objects as go
import pytest

from xunhuan.faces import glossary
from xunhuan.faces.reading import Reading
from xunhuan.faces.report.changed import lines_said
from xunhuan.faces.report.page import Grid, Picture, Row, no_higher
from xunhuan.faces.report.scenario_tables import interval_cell, with_dagger
from xunhuan.faces.told import Number
from xunhuan.scenario.lines import lines_schema
from xunhuan.scenario.record import Result, open_result

pytestmark = pytest.mark.identity


@pytest.fixture(scope="module")
def result(toy_result: Path) -> Result:
    return open_result(toy_result)


def said(result: Result, lang: Any, **edits: object) -> str:
    return "; ".join(lines_said(lines_schema().model_validate({"name": "x", **edits}), Reading(result, lang)))


def test_goods_are_goods_whatever_another_room_calls_by_the_word(result: Result) -> None:
    """A railway for goods is another thing than goods; a yes has no word of its own, a sign is no hyphen."""
    cost = {"from": "ATL", "to": "foreign", "sectors": "goods", "change": -0.05, "both_ways": True}
    assert said(result, "en", trade_cost=cost) == (
        "trade cost: from Atlas, to all abroad, sectors all goods, change −5%, both ways"
    )
    zh = said(result, "zh", trade_cost=cost)
    assert "去往境外全部，部门全部货物，变化 −5%，双向" in zh
    assert "客货" not in zh


def test_what_is_left_out_is_said_so(result: Result) -> None:
    tariff = {"from": "all+!ATL+!BOR", "to": "AT-N", "add": 0.1}
    assert "from all but Atlas, Borea, to" in said(result, "en", tariff=tariff)
    assert "全部（" in said(result, "zh", tariff=tariff)
    assert "!" not in said(result, "zh", tariff=tariff)


def test_days_are_days(result: Result) -> None:
    orders = {"regions": "foreign", "change": -1.0, "end": 182}
    assert "end day 182" in said(result, "en", orders=orders)
    assert "结束于第182天" in said(result, "zh", orders=orders)


def test_a_number_outside_its_interval_is_marked_where_it_stands(result: Result) -> None:
    reading = Reading(result)
    inside, beside = Number(0.02, 0.01, 0.03), Number(0.04, 0.01, 0.03)
    assert not inside.outside
    assert "†" not in interval_cell(reading, inside, "welfare")
    assert "†" in interval_cell(reading, beside, "welfare")
    assert "the estimate outside)" in reading.within(beside, "welfare")
    assert "估计值在其外" in Reading(result, "zh").within(beside, "welfare")
    grid = Grid(["", "a"], [Row(["x", interval_cell(reading, beside, "welfare")])], "Numbers.", lang="zh")
    assert "†：在区间之外" in with_dagger(grid).caption
    assert with_dagger(Grid(["", "a"], [Row(["x", "1"])], "Numbers.")).caption == "Numbers."


def test_terms_are_those_that_a_text_uses() -> None:
    assert "Nash equilibrium" not in [t.title() for t in glossary.used("External circulation, by GDP.")]
    assert [t.title() for t in glossary.used("a Nash equilibrium")] == ["Nash equilibrium"]
    assert "国际循环" in [t.title("zh") for t in glossary.used("国际循环比重", "zh")]


def test_bars_of_a_lowered_figure_keep_their_names() -> None:
    """Forty bars on a first screen: each with its label, or it cannot be told whose it is."""
    bars = go.Figure(go.Bar(x=list(range(40)), y=[f"place {k}" for k in range(40)], orientation="h"))
    lower = no_higher(Picture("a", 1, "", "", bars.update_layout(height=900)), 540).wide
    assert lower.layout.height == 540
    assert lower.layout.yaxis.dtick == 1
    assert 40 * lower.layout.yaxis.tickfont.size < 540 - 72
    assert lower.layout.yaxis.tickfont.size >= 10
    more = go.Figure(go.Bar(x=list(range(60)), y=[f"place {k}" for k in range(60)], orientation="h"))
    taller = no_higher(Picture("a", 1, "", "", more.update_layout(height=1300)), 540).wide
    assert taller.layout.yaxis.tickfont.size == 10
    assert 1300 > taller.layout.height > 60 * 10
