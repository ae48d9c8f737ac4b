"""A room of somebody else goes through run, report and figures with no line of the package changed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest

from tests.helpers.harvest import answered, harvest, question
from xunhuan.data.accounts import Accounts
from xunhuan.faces.figures import style
from xunhuan.faces.figures.of_quantity import of_quantity
from xunhuan.faces.reading import Reading
from xunhuan.faces.report import scenario_report
from xunhuan.faces.report.scenario import ScenarioReport, answer_text
from xunhuan.models.registry import registered
from xunhuan.scenario.record import Result, open_result

pytestmark = pytest.mark.house


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A result of the room."""
    out = tmp_path_factory.mktemp("rooms") / "harvest"
    with registered(harvest()):
        answered(question(), out)
    return out


@pytest.fixture
def result(folder: Path) -> Iterator[Result]:
    """The same, with the room in the house."""
    with registered(harvest()):
        yield open_result(folder)


def reaped(acc: Accounts, region: str, days: float) -> float:
    """Farm output of a region, times a hundredth a day."""
    return float(acc.output[acc.geography.codes.index(region), 0]) * 0.01 * days


def row(html: str, label: str) -> list[str]:
    """Cells of the table row of a label."""
    found = re.search(rf'<th scope="row">{label}</th>(.*?)</tr>', html, flags=re.S)
    assert found is not None
    return re.findall(r"<td[^>]*>(.*?)</td>", found[1])


def test_its_folder_holds_the_same_files_as_any(folder: Path, toy_result: Path) -> None:
    mine, any_other = ({p.name for p in f.iterdir()} for f in (folder, toy_result))
    assert mine == any_other - {"choices.parquet"}, "it leaves no choice open"


def test_its_numbers_are_told_in_the_tables_unit(result: Result, toy: Accounts) -> None:
    html = scenario_report(result)
    wet = reaped(toy, "AT-N", 10)
    base, *arms = row(html, "crop")
    assert base == "0 million SHL"
    assert arms[0].startswith(f"+{wet:.2f} million SHL<small>+")
    assert not any("%" in cell for cell in arms)
    said = answer_text(Reading(result)).split(". ")[0]
    assert said.startswith(f"“wet”: crop of Atlas is +{wet:.2f} million SHL (90% interval +")
    assert "%" not in said.replace("90% interval", "")
    assert "阿特拉斯的crop为" in answer_text(Reading(result, "zh"))


def test_its_section_stands_on_the_page_under_its_name(result: Result) -> None:
    html = scenario_report(result)
    assert '<section id="model-harvest">\n<h2>harvest</h2>' in html
    assert not any(f'<section id="model-{name}">' in html for name in ("trade", "propagation"))
    assert "must not be added" not in html
    for key in ScenarioReport(result).album():
        assert f'<figure id="fig-{key}">' in html


@pytest.mark.parametrize(
    ("different", "keys"),
    [
        ({}, ["winners-crop-home"]),
        ({"picture": "map"}, ["map-crop-1", "map-crop-2", "winners-crop-home"]),
        ({"picture": "map", "rest": None}, ["map-crop-1", "map-crop-2"]),
        ({"picture": "map", "better": -1}, ["map-crop-1", "map-crop-2"]),
        ({"picture": "none"}, []),
    ],
)
def test_its_pictures_are_drawn_by_the_record(different: dict[str, Any], keys: list[str], toy: Accounts) -> None:
    with registered(harvest(**different)):
        result = answered(question(uncertainty=None))
        album = ScenarioReport(result).album()
        assert [k for k in album if "crop" in k] == keys
        for key in keys:
            sign = -1 if different.get("better") == -1 else 1  # what is lost is drawn below zero
            told = reaped(toy, "AT-N", 10) if key == "map-crop-1" else reaped(toy, "AT-N", -20)
            assert any(x == pytest.approx(sign * told) for x in numbers(album[key].wide))
            drawn_as = album[key].wide.to_json().replace(json.dumps(style.UNSIGNED, separators=(",", ":")), "")
            assert not re.search(r"[\d~rp]%|~p", drawn_as)  # neither a number nor the format of an axis
        drawn = of_quantity(Reading(result), Reading(result).quantity("crop"))
        assert (drawn is None) == (not keys)


def numbers(fig: go.Figure) -> list[float]:
    """Numbers a map or bars show."""
    trace = fig.data[0]
    values = np.asarray(trace.z if trace.type == "heatmap" else trace.x, dtype=float).ravel()
    return [float(v) for v in values[np.isfinite(values)]]


def test_a_result_is_read_where_the_room_is_not(folder: Path) -> None:
    here = (folder / "report.html").read_text(encoding="utf-8")
    assert scenario_report(open_result(folder)) == here
    assert "rain: regions Northmark, days 10" in here


def test_a_result_in_another_place_is_the_same(result: Result, tmp_path: Path) -> None:
    saved = result.save(tmp_path / "again", scenario_report)
    assert saved.path == tmp_path / "again"
    assert {p.name for p in saved.path.iterdir()} == {p.name for p in (result.path or Path()).iterdir()}
    assert saved.data.equals(result.data)
    bare = result.save(tmp_path / "bare")
    assert not ((bare.path or Path()) / "report.html").exists()
