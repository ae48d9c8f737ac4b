"""A room with years of its own through every face: fans, dates, one number of the nation, and what is never told alone."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import xunhuan as xh
from tests.helpers.made_up import made_up, written
from xunhuan.faces import spelling
from xunhuan.faces.cli import main
from xunhuan.faces.reading import Reading
from xunhuan.faces.report.scenario import ScenarioReport, answer_text
from xunhuan.faces.telling import headline_frame
from xunhuan.faces.web.pages.outcome import one_result
from xunhuan.faces.web.state import Selection

pytestmark = pytest.mark.house

SHOCKS = [
    {"name": "controls", "decoupling": [
        {"from": "foreign", "to": "ATL", "channel": c, "size": 0.8, "ramp": 3} for c in ("tools", "trade")]},
    {"name": "push", "role": "policy", "push": {"regions": "ATL", "rate": 0.03}},
]  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A result with draws of the scenario's and of the room's own."""
    place = tmp_path_factory.mktemp("years")
    data = made_up(learning_rate={"low": 0.05, "high": 0.3})
    data["published"] = [
        {"year": y, "reading": "made_in", "share": s, "kind": k, "fitted": f, "source": "made up"}
        for y, s, k, f in (
            (2018, 0.25, "estimate", True),
            (2022, 0.35, "estimate", False),
            (2025, 0.7, "target", False),
        )
    ]
    data["stages"] = [{"name": "equipment", "title": ["Equipment", "设备"], "weight": 0.1, "home": 0.2, "theta": 5.0,
                       "gain": 0.02, "source": "made up"}]  # fmt: skip
    scenario: dict[str, Any] = {
        "title": "Widgets", "question": "When?", "base": "toyland", "shock": SHOCKS, "measure": {},
        "arms": {"controls": ["controls"], "both": ["controls", "push"]},
        "model": {"catchup": {"industry": written(place, data), "years": [2020, 2030], "draws": 20, "target": {"by": 2028}}},
        "uncertainty": {"draws": 8, "learning_rate": "own"},
    }  # fmt: skip
    xh.run(scenario, place / "r")
    return place / "r"


@pytest.fixture(scope="module")
def result(folder: Path) -> xh.Result:
    return xh.open(folder)


def test_dates_are_written_without_commas_and_may_never_come() -> None:
    form = spelling.Form(percent=False, date=True)
    assert [form.text(x) for x in (2057.34, np.inf, np.nan)] == ["2057", "later", "–"]


def test_fans_have_bands_and_dots(result: xh.Result) -> None:
    fig = result.figure("fan-share-path-1")
    names = {t.name for t in fig.data}
    assert {"made at home", "made by firms owned at home", "designed at home"} <= names
    assert any(t.fill == "toself" for t in fig.data)
    symbols = {t.marker.symbol: list(t.x) for t in fig.data if t.mode == "markers"}
    assert symbols == {"circle": [2018], "circle-open": [2022], "x": [2025]}
    assert fig.layout.xaxis.title.text == "year"


def test_every_kind_of_picture_is_drawn_in_both_languages(result: xh.Result) -> None:
    known = result.figures()
    for kind in ("fan-share-path", "fan-good-price-path", "fan-ladder", "heat-year-surface", "stack-served-then",
                 "steps-channel-effect", "bars-readings-then"):  # fmt: skip
        assert any(k.startswith(kind) for k in known), kind
    for lang in ("en", "zh"):
        fig = xh_fan(result, lang)
        assert fig.layout.xaxis.title.text == {"en": "year", "zh": "年"}[lang]
    bars = result.figure("stack-served-then-1").data
    assert np.sum([t.y for t in bars], axis=0) == pytest.approx(np.ones(2))


def xh_fan(result: xh.Result, lang: Any) -> Any:
    from xunhuan.faces.figures.along import fan_of

    reading = Reading(result, lang)
    return fan_of(reading, reading.quantity("share_path"))


def test_no_face_tells_a_share_without_its_price_and_its_cost(result: xh.Result, folder: Path) -> None:
    reading = Reading(result)
    price = reading.show(reading.number("price_then", arm="both"), "price_then")
    cost = reading.number("cost_then", arm="both").value  # bn USD, told in units of 10^8 in Chinese
    for lang, told in (("en", f"{cost:.4g} bn USD"), ("zh", f"{10 * cost:.4g}亿美元")):
        said = answer_text(Reading(result, lang))  # type: ignore[arg-type]
        assert price in said
        assert told in said
    album = ScenarioReport(result).album()
    for key, picture in album.items():
        if key.startswith(("fan-share", "steps-channel", "bars-readings")):
            assert "Price of the good" in picture.caption, key
            assert "Cost in the target" in picture.caption, key
    rows = headline_frame(result)
    for arm, part in rows.groupby("arm"):
        told = " ".join(part["number"])
        assert "share" in told, arm
        assert "price of the good" in told, arm
        assert "cost in the target" in told, arm
    page = re.sub(r"\s+", " ", (folder / "report.html").read_text(encoding="utf-8"))
    assert re.search(r"(?i)held out, against history alone: made_in 2022 35\.0%", page)


def test_the_draws_of_a_scenario_take_the_place_of_the_rooms_own(result: xh.Result) -> None:
    d = result.data
    ends = [float(d[f"share_path_{e}"].sel(arm="both", reading="made_in", year=2028)) for e in ("low", "high")]
    row = result.numbers(quantity="share_then", arm="both").iloc[0]
    assert ends == pytest.approx([row["low"], row["high"]], rel=1e-12)
    assert int(row["draws"]) == 8
    assert "headline" not in d["share_path"].attrs or not d["share_path"].attrs["headline"]
    assert set(result.summary["variable"]) >= {"target_reached", "share_then"}
    assert "share_path" not in set(result.summary["variable"])


def test_the_base_is_the_path_by_history(result: xh.Result) -> None:
    base = result.numbers(quantity="price_then", arm="base").iloc[0]
    assert base["value"] == 1.0
    share = result.data["share_path"].sel(reading="made_in", year=2020)
    assert share.values == pytest.approx(np.full(3, 0.3), abs=1e-12)


def test_the_laboratory_shows_it(folder: Path) -> None:
    for lang in ("en", "zh"):
        said = str(one_result(folder, Selection("results", lang=lang)))  # type: ignore[arg-type]
        assert {"en": "Price of the good", "zh": "目标年份的产品价格"}[lang] in said


def test_the_command_line_shows_five_readings_with_price_and_cost(capsys: pytest.CaptureFixture[str]) -> None:
    words = [
        "catchup",
        "chips",
        "--trade",
        "0.5",
        "--target",
        "owned_by:20%:2030",
        "--set",
        "draws=0",
        "--format",
        "csv",
    ]
    assert main(words) == 0
    rows = capsys.readouterr().out.splitlines()
    head = rows[0].split(",")
    assert {"reading", "price", "cost", "in_2020", "in_2030"} <= set(head)
    assert [r.split(",")[0] for r in rows[1:6]] == [
        "owned_by",
        "made_in",
        "designed_by",
        "table_supply",
        "table_output",
    ]
    at = head.index("in_2020")
    assert [round(float(r.split(",")[at]), 1) for r in rows[1:6]] == [5.9, 15.9, 38.6, 55.3, 73.6]
