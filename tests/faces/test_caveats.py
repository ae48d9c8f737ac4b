"""A table whose partners by region are not data says so beside every answer that leans on them, and beside no other."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import xunhuan as xh
from tests.helpers.weblab import words as spoken
from xunhuan.data.accounts import Accounts
from xunhuan.data.caveats import partners_guessed, picks_partners
from xunhuan.data.store import save
from xunhuan.faces.cli import main
from xunhuan.faces.report.circulation import CirculationReport
from xunhuan.faces.report.scenario import ScenarioReport
from xunhuan.faces.web.pages import outcome
from xunhuan.faces.web.state import Selection
from xunhuan.faces.words import caveat
from xunhuan.scenario.record import Result

pytestmark = pytest.mark.identity

SAID = {"en": "Which regions: with whom abroad each trades is its nation's partner shares, not data.",
        "zh": "落在哪些地区：各地区的境外贸易伙伴取全国份额，并非数据。"}  # fmt: skip


@pytest.fixture(scope="module")
def guessed(toy: Accounts) -> Accounts:
    """Toyland with two regions at home and two nations abroad, its partners not data."""
    split = toy.regroup("SEA", ["AT-S"]).replace(home="ATL", name="guessed")
    return split.replace(extra={"partners": "national", "partners_of": "AT-N AT-E"})


@pytest.fixture(scope="module")
def table(guessed: Accounts, tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(save(guessed, tmp_path_factory.mktemp("tables") / "guessed.nc"))


def run(table: str, origin: str) -> Result:
    line = {"from": origin, "to": "ATL", "change": 0.1}
    return xh.run({"title": "Dear", "base": table, "shock": [{"name": "dear", "trade_cost": line}]})


def shown(result: Result, lang: str) -> str:
    """What the web page says above the pictures."""
    reading = outcome.read_in(result, lang)
    return spoken(outcome._headline(reading, reading.arms[-1], Selection(lang=lang)))


def test_it_matters_where_several_regions_and_several_partners_are(guessed: Accounts, toy: Accounts) -> None:
    assert partners_guessed(guessed) == "national"
    assert partners_guessed(toy) == ""
    assert partners_guessed(guessed.replace(extra={**guessed.extra, "partners": "observed"})) == ""
    assert partners_guessed(guessed.replace(extra={"partners": "national"})) == ""  # of no region
    assert partners_guessed(guessed.restrict("ATL")) == ""  # one partner: nobody can be taken for another
    assert partners_guessed(guessed.replace(home="SEA")) == ""
    assert partners_guessed(guessed.aggregate(regions={"AT-N": ("AT-N", "AT-E")})) == ""


def test_a_selection_picks_partners_where_it_leaves_some_out(guessed: Accounts) -> None:
    picks = {s: picks_partners(guessed, [s]) for s in ("BOR", "BOR+AT-S", "foreign", "all", "ATL", "AT-N", "AT-N+BOR")}
    assert picks == {"BOR": True, "BOR+AT-S": False, "foreign": False, "all": False, "ATL": False, "AT-N": False,
                     "AT-N+BOR": True}  # fmt: skip


def test_measures_say_so_where_they_lean_on_partners(guessed: Accounts) -> None:
    m = xh.measures
    leaning = [m.circulation(guessed, by="partner"), m.exposure(guessed), m.chokepoints(guessed), m.head_ries(guessed),
               m.value_added_trade(guessed), m.extraction(guessed, origin="BOR", destination="ATL")]  # fmt: skip
    assert [ds.attrs.get("partners") for ds in leaning] == ["national"] * len(leaning)
    plain = [m.circulation(guessed), m.structure(guessed), m.extraction(guessed, origin="foreign", destination="ATL")]
    assert not any("partners" in ds.attrs for ds in plain)


@pytest.mark.parametrize(
    ("words", "leans"),
    [
        (("circulation", "--by", "partner"), True),
        (("circulation",), False),
        (("exposure",), True),
        (("simulate", "--trade-cost", "ATL<-BOR:all:0.1"), True),
        (("simulate", "--trade-cost", "ATL<-foreign:all:0.1"), False),
    ],
)
def test_commands_say_so_first_under_the_table(
    words: tuple[str, ...], leans: bool, table: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([words[0], table, *words[1:]]) == 0
    lines = capsys.readouterr().out.splitlines()
    under = max(k for k, line in enumerate(lines) if line.startswith("└")) + 1
    assert (lines[under] == SAID["en"]) is leans
    assert "".join(lines).count(SAID["en"]) == leans


@pytest.mark.slow
def test_runs_say_so_on_the_command_line(table: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for origin, leans in (("BOR", True), ("foreign", False)):
        path = tmp_path / f"{origin}.toml"
        line = f'trade_cost = {{ from = "{origin}", to = "ATL", change = 0.1 }}'
        path.write_text(f'title = "Dear"\nbase = "{table}"\n[[shock]]\nname = "dear"\n{line}\n', encoding="utf-8")
        assert main(["run", str(path), "-o", str(tmp_path / f"of-{origin}")]) == 0
        lines = capsys.readouterr().out.splitlines()
        under = max(k for k, said in enumerate(lines) if said.startswith("└")) + 1
        assert (lines[under] == SAID["en"]) is leans


@pytest.mark.slow
def test_reports_and_the_web_page_say_so_beside_the_answer(table: str, guessed: Accounts, toy: Accounts) -> None:
    asked, not_asked = run(table, "BOR"), run(table, "foreign")
    lead = ScenarioReport(asked).html().split("<section", 1)[0]
    for lang, said in SAID.items():
        assert said.replace("'", "&#39;") in lead
        assert said in shown(asked, lang)
        assert said not in shown(not_asked, lang)
    assert SAID["zh"] not in ScenarioReport(not_asked).html()
    assert SAID["zh"] in CirculationReport(guessed).html().split("<section", 1)[0]
    assert SAID["zh"] not in CirculationReport(toy).html()


def test_how_they_were_guessed_is_named() -> None:
    assert caveat("") == ""
    said: dict[Any, str] = {(w, lang): caveat(w, lang) for w in ("prior", "national") for lang in ("en", "zh")}
    assert len(set(said.values())) == 4
    assert "a prior from distance and borders" in said["prior", "en"]
