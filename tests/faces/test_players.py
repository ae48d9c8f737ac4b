"""Pictures of players: what regions choose has no number of the nation, and is drawn all the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import xunhuan as xh
from xunhuan.faces.commands.scenario import headline_table
from xunhuan.faces.figures.of_quantity import map_key
from xunhuan.faces.reading import Reading
from xunhuan.faces.report.scenario_pictures import album

pytestmark = [pytest.mark.house, pytest.mark.slow]


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> xh.Result:
    """Toyland's regions play in the base, and on others' money."""
    scenario: dict[str, Any] = {
        "title": "War", "question": "?", "base": "toyland", "measure": {},
        "shock": [{"name": "others' money", "own_bill": {"regions": "ATL", "add": -0.5}}],
        "model": {"rivalry": {"provinces": {"control": {"sectors": "MAN", "low": -0.3, "high": 0.3}, "scale": 0.04}}},
    }  # fmt: skip
    folder: Path = tmp_path_factory.mktemp("players") / "r"
    return xh.run(scenario, folder)


def test_rates_of_regions_are_drawn_though_the_nation_has_none(result: xh.Result) -> None:
    reading = Reading(result)
    assert result.data["chosen_rate"].sel(home_place=reading.home).isnull().all()
    assert reading.answered("chosen_rate") == ["others' money"]
    assert "tiles-chosen-rate" in dict(album(reading).items())


def test_a_base_that_plays_is_no_rest(result: xh.Result) -> None:
    reading = Reading(result)
    assert "base" not in map_key(reading, reading.quantity("played_income"))
    lost = result.data["rivalry_income_loss"].sel(home_place=reading.home)
    assert float(lost.sel(arm="others' money")) > float(lost.sel(arm="base")) > 0


def test_what_rivalry_costs_stands_in_the_table(result: xh.Result) -> None:
    table = headline_table(result)
    rows = table[table["number"] == "real income lost to rivalry"]
    assert rows["arm"].tolist() == ["base", "others' money"]
    assert not table["value"].str.startswith("-0.00").any()
