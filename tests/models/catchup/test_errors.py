"""Everything the catch-up room refuses, by the text of its message."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import xunhuan as xh
from tests.helpers.made_up import made_up, written
from xunhuan.data.accounts import Accounts
from xunhuan.errors import BadInput, ForeignFile, UnknownName
from xunhuan.faces.cli import main
from xunhuan.models.catchup.industry import industry
from xunhuan.models.catchup.model import MODEL
from xunhuan.models.catchup.parameters import CatchupParameters
from xunhuan.models.edits import Decoupling, Duplication, Push, TradeCost
from xunhuan.models.model import Shock

pytestmark = pytest.mark.error

SPOILED: list[tuple[Callable[[dict[str, Any]], Any], str]] = [
    (lambda d: d["facts"]["learning_rate"].pop("source"), "facts.learning_rate.source: is missing"),
    (lambda d: d["ages"][1].pop("source"), r"ages\[1\].source: is missing"),
    (lambda d: d["facts"]["made_in"].update(value=1.2), "facts.made_in: a share of the market lies between 0 and 1"),
    (lambda d: d["facts"]["owned_by"].update(value=0.4), "facts.owned_by: must be less than made_in"),
    (lambda d: d["facts"]["world_market"].update(value=9.0), "facts.world_market: must be more than home_market"),
    (
        lambda d: d["facts"]["learning_rate"].update(value=0.7),
        r"facts.learning_rate: must lie between 0 and 0.6 \(given: 0.7\)",
    ),
    (lambda d: d["facts"]["good_elasticity"].update(value=-1.0), "facts.good_elasticity: must lie between"),
    (
        lambda d: d["facts"]["knowledge_spillover"].update(value=-0.1),
        "facts.knowledge_spillover: must lie between 0 and 1",
    ),
    (lambda d: d["facts"]["gap_now"].update(low=0.5), "facts.gap_now: low and high go together"),
    (
        lambda d: d["facts"]["gap_now"].update(low=1.5, high=3.0),
        r"value \(1\) must lie between low \(1.5\) and high \(3\)",
    ),
    (
        lambda d: d["facts"].pop("cadence", None) or d["facts"].pop("frontier_cadence"),
        "facts.frontier_cadence: is missing",
    ),
    (lambda d: d["facts"].update(speed={"value": 1.0, "source": "x y z"}), "facts.speed: unknown key"),
    (lambda d: d["ages"][0].update(share=0.3), "ages: shares of demand add up to 0.9, must be 1"),
    (lambda d: d["ages"][0].update(age=2), "ages: must run from 0 in steps of 1"),
    (lambda d: d["suppliers"][0].update(channel="tool"), "'tool' is not one of the choices; did you mean tools?"),
    (lambda d: d["suppliers"][0].update(nations={"BOR": 0.9, "ATL": 0.3}), "shares of suppliers add up to 1.2"),
    (lambda d: d["facts"]["home_pace"].update(fitted=True), "published: home_pace is fitted, which needs two rows"),
    (lambda d: d.update(unit="CNY"), "unit: money of a market is told in bn USD"),
    (lambda d: d.pop("facts"), r"give \[facts\] of a market, or a curve, not both"),
    (lambda d: d.update(ages="nowhere.csv"), "nowhere.csv: cannot be read"),
]


@pytest.mark.parametrize(("spoil", "text"), SPOILED, ids=[text[:40] for _, text in SPOILED])
def test_a_file_that_is_wrong_says_where(spoil: Callable[[dict[str, Any]], Any], text: str, tmp_path: Path) -> None:
    data = made_up()
    spoil(data)
    with pytest.raises(BadInput, match="the industry file has errors") as e:
        industry(written(tmp_path, data))
    assert any(__import__("re").search(text, item) for item in e.value.items), e.value.items


def test_all_that_is_wrong_with_a_file_is_told_at_once(tmp_path: Path) -> None:
    data = made_up()
    data["facts"]["made_in"]["value"] = 1.2
    data["ages"][0]["share"] = 0.3
    with pytest.raises(BadInput) as e:
        industry(written(tmp_path, data))
    assert len(e.value.items) >= 2


def test_files_that_are_none(tmp_path: Path) -> None:
    with pytest.raises(UnknownName, match=r"unknown industry 'chip'\n  fix: did you mean chips\?"):
        industry("chip")
    with pytest.raises(BadInput, match=r"there is no industry file 'gone.toml'"):
        industry(str(tmp_path / "gone.toml"))
    (tmp_path / "bad.toml").write_text("a = = 1", encoding="utf-8")
    with pytest.raises(ForeignFile, match="not valid TOML"):
        industry(str(tmp_path / "bad.toml"))


def test_a_file_that_is_edited_is_read_anew(tmp_path: Path) -> None:
    path = written(tmp_path, made_up())
    assert industry(path).facts is not None
    data = made_up()
    data["title"] = ["Gadgets", "小工具"]
    written(tmp_path, data)
    Path(path).touch()
    assert industry(path).title[0] == "Gadgets"


def asked(acc: Accounts, folder: Path, *edits: Any, **more: Any) -> Any:
    given = {"industry": written(folder, made_up()), "years": (2020, 2030), "draws": 0} | more
    return xh.respond(acc, edits, model="catchup", **given)


@pytest.mark.parametrize(
    ("more", "text"),
    [
        ({"years": (2015, 2030)}, "years: the industry file starts in 2020, so the first year must be that"),
        ({"years": (2020, 2020)}, "years: the last must lie 1 to 200 years after the first"),
        ({"years": (2020, 2300)}, "years: the last must lie 1 to 200 years after the first"),
        ({"target": {"by": 2019}}, "target.by: must lie after 2020, the start of the file"),
        ({"target": {"levers": ()}}, "no lever is given: choose from push, trade"),
        ({"target": {"levers": ("pull",)}}, "'pull' is not one of the choices"),
        ({"target": {"share": 1.5}}, "target.share: must be less than 1"),
        ({"target": {"definition": "made"}}, "'made' is not one of the choices; did you mean made_in?"),
        ({"learning_rate": 0.9}, r"learning_rate: must lie between 0 and 0.6 \(given: 0.9\)"),
        ({"law": "osmosis"}, "'osmosis' is not one of the choices"),
        ({"draws": -1}, "draws: must be 0 or more"),
        ({"draws": 100_000, "years": (2020, 2220)}, "do not fit in memory"),
        ({"speed": 1.0}, "speed: unknown key"),
        ({"home_growth": 0.2, "world_growth": 0.02}, "in 20.. the home market would be larger than the world's"),
    ],
)
def test_parameters_that_cannot_be(more: dict[str, Any], text: str, toy: Accounts, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=text):
        asked(toy, tmp_path, **more)


@pytest.mark.parametrize(
    ("edit", "text"),
    [
        (
            lambda: Decoupling("BOR", "ATL", channel="tool", size=0.5),
            "'tool' is not one of the choices; did you mean tools?",
        ),
        (lambda: Decoupling("BOR", "ATL", channel="tools", size=1.5), "size: must be 1 or less"),
        (lambda: Decoupling("BOR", "ATL", channel="tools", size=0.5, ramp=-1), "ramp: must be 0 or more"),
        (lambda: Decoupling("BOR", "ATL", channel="tools", size=0.5, start=2022.5), "start: must be a whole number"),
        (lambda: Push("ATL", rate=0.01, start=2030, end=2025), r"end \(2025\) must lie after start \(2030\)"),
        (lambda: Duplication("ATL", factor=0.5), "factor: must be 1 or more"),
    ],
)
def test_edits_that_cannot_be(edit: Callable[[], Any], text: str) -> None:
    with pytest.raises(BadInput, match=text):
        edit()


def test_edits_that_make_no_sense_here(toy: Accounts, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="nobody is cut off from anybody else"):
        asked(toy, tmp_path, Decoupling("ATL", "ATL", channel="know", size=0.5))
    with pytest.raises(BadInput, match=r"industry: the model is of .*widgets.toml'"):
        asked(toy, tmp_path, Push("ATL", rate=0.01, industry="chips"))
    with pytest.raises(BadInput, match=r"unknown region 'ATLL'"):
        asked(toy, tmp_path, Push("ATLL", rate=0.01))
    with pytest.raises(BadInput, match="the lasting edits open the market"):
        asked(toy, tmp_path, TradeCost("BOR", "ATL", sectors="MAN", change=-0.3))
    with pytest.raises(BadInput, match="the model catchup does not read"):
        asked(toy, tmp_path, "subsidy regions=ATL rate=0.1")
    said = asked(toy, tmp_path, Decoupling("ATL", "BOR", channel="know", size=0.5)).notes
    assert any("does not touch what comes to ATL" in n for n in said)


def test_suppliers_that_a_file_does_not_name(toy: Accounts, tmp_path: Path) -> None:
    data = made_up()
    data["suppliers"] = []
    path = written(tmp_path, data)
    two = toy.replace(home="BOR")
    with pytest.raises(BadInput, match="does not say whom tools comes from"):
        xh.respond(two, Decoupling("AT-N", "BOR", channel="tools", size=0.5), model="catchup", industry=path, draws=0)


def test_a_table_of_another_home(toy: Accounts) -> None:
    with pytest.raises(BadInput, match="the industry 'chips' is of CHN, the table's home is ATL"):
        xh.respond(toy, [], model="catchup")


def test_the_engine_around_the_long_run_must_be_lent_one(toy: Accounts, tmp_path: Path) -> None:
    p = CatchupParameters(industry=written(tmp_path, made_up()), engine="trade", draws=0)
    with pytest.raises(BadInput, match="engine = 'trade' needs the long-run model"):
        MODEL.respond(toy, Shock(), p)


def test_no_pace_meets_history_that_runs_away(tmp_path: Path, toy: Accounts) -> None:
    data = made_up(home_pace={"fitted": True})
    row = {"reading": "made_in", "kind": "estimate", "fitted": True, "source": "made up"}
    data["published"] = [{"year": 2019, "share": 0.001, **row}, {"year": 2020, "share": 0.999, **row}]
    with pytest.raises(BadInput, match=r"no pace between -0\.5 and 0\.5 takes 0\.001"):
        xh.respond(toy, [], model="catchup", industry=written(tmp_path, data), draws=0)


def test_a_curve_knows_its_nations_and_channels() -> None:
    acc = xh.load("world-2017")
    with pytest.raises(UnknownName, match="unknown nation of the curve 'FRA'"):
        xh.respond(acc, [], model="catchup", industry="solar", scenario_nation="FRA")
    with pytest.raises(UnknownName, match="unknown pathway 'hot'"):
        xh.respond(acc, [], model="catchup", industry="solar", pathway="hot")
    with pytest.raises(BadInput, match="give decoupling with channel = know"):
        xh.respond(acc, Push("CHN", rate=0.01), model="catchup", industry="solar")


def test_scenarios_say_how_figures_are_drawn() -> None:
    data = {
        "title": "x", "base": "world-2017", "shock": [{"name": "p", "push": {"regions": "CHN", "rate": 0.01}}],
        "model": {"catchup": {}}, "uncertainty": {"draws": 4, "learning_rate": {"relative_sd": 0.2}},
    }  # fmt: skip
    with pytest.raises(BadInput, match="learning_rate: is drawn in its own unit: give low and high"):
        xh.run(data)


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (["--target", "lots"], "--target lots: 'lots' is not a number"),
        (["--target", "70%:soon"], "--target 70%:soon: 'soon' is no year"),
        (["--tools", "2"], "--tools 2: size: must be 1 or less"),
        (["--tools", "2", "--target", "lots"], "--target lots: 'lots' is not a number"),
        (["--target", "lots", "--tools", "2"], "--tools 2: size: must be 1 or less"),
        (["--years", "2020"], "--years 2020: '2020' is no span of years"),
        (["--by", "mood"], "unknown view 'mood'"),
    ],
)
def test_the_command_line_says_which_option(words: list[str], text: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["catchup", "chips", *words]) == 2
    assert text in capsys.readouterr().err
