"""What pages show, read off their parts: one scale for bars side by side, multiples in one form, columns wide enough."""

from __future__ import annotations

import re
from importlib import resources
from pathlib import Path

import pytest

from xunhuan.faces import spelling, words
from xunhuan.faces.web import lookups, state
from xunhuan.faces.web.pages import outcome
from xunhuan.faces.web.pages.profile import profile
from xunhuan.faces.web.pages.scenario import by_field
from xunhuan.faces.web.parts import notice, plain_table
from xunhuan.faces.web.spoken import spoken
from xunhuan.scenario.check import IF_MEANT

pytestmark = pytest.mark.house


def test_partners_at_home_and_abroad_stand_on_one_scale() -> None:
    view = state.selected("/", "?table=toyland&region=AT-E")
    drawn = re.findall(
        r"Span\(children=Span\(className='seg seg-(inter|external)', style=\{'width': '([\d.]+)%'\}", str(profile(view))
    )
    top = [s for c in ("inter", "external")
           for s in [p for p in lookups.partners("toyland", "ATL", "absorption", "AT-E") if p.circuit == c][:5]]  # fmt: skip
    assert {c for c, _ in drawn} == {"inter", "external"}
    longest = max(s.share for s in top)
    assert [(c, float(w)) for c, w in drawn] == [
        (s.circuit, pytest.approx(100 * s.share / longest, abs=0.01)) for s in top
    ]


@pytest.mark.parametrize(("lang", "said"), [("en", "The policy makes good {n} times"), ("zh", "政策抵消了损失的{n}倍")])
def test_a_multiple_of_the_loss_is_told_in_one_form(toy_result: Path, lang: str, said: str) -> None:
    view = state.selected("/results", f"?table=toyland&region=AT-N&lang={lang}")
    reading = outcome.read_in(outcome.opened(toy_result), lang)
    page = str(outcome.one_result(toy_result, view))
    told = spelling.times(reading.number("omega").value)
    assert said.format(n=told) in page
    assert f"Td(children='{told}'" in page


def test_a_column_that_holds_long_text_in_parts_is_kept_wide() -> None:
    from dash import html

    table = str(plain_table(["what", "source"], [["a", html.Span("word " * 20)]]))
    assert "className='long'" in table


def test_a_scenario_that_is_not_there_is_told_with_its_near_names() -> None:
    found = state.selected("/scenario", "?table=toyland&scenario=chip-embrago")
    assert found.scenario == ""
    assert "chip-embargo" in "\n".join(found.problems)


def test_a_scenario_of_the_library_opens_on_its_own_table() -> None:
    base = state.own_table("chip-embargo")
    assert base not in ("", lookups.default_table())
    assert state.selected("/scenario", "?scenario=chip-embargo").table == base
    assert state.selected("/scenario", "?scenario=chip-embargo&table=toyland").table == "toyland"
    assert state.selected("/", "?scenario=chip-embargo").table == lookups.default_table()


def test_what_is_wrong_is_said_in_the_language_of_the_page_and_the_units_of_the_form() -> None:
    wrong = [
        "shock[0].tariff[0].sectors: unknown sector 'fod'; did you mean food?",
        f"shock[0].tariff[0].add: 25 is 2,500%; 25% is written 0.25; {IF_MEANT}",
        "shock[0].tariff[0].set: must be 0.5 or more",
    ]
    told = str(spoken(notice(wrong, "!"), "zh"))
    assert "shock[0].tariff[0].sectors：没有名为“fod”的部门；是否指food？" in told
    fields = [f"shock/0/tariff/0/{name}" for name in ("sectors", "add", "set", "multiply")]
    said = by_field(wrong, fields, "zh", [False, True, True, True])
    assert said == [
        "没有名为“fod”的部门；是否指food？",
        words.of("zh")("beyond_seen", size="2,500%"),
        "须不小于50%",
        "",
    ]


def test_paper_is_white_and_holds_whole_tables() -> None:
    css = (resources.files("xunhuan.faces.web") / "assets" / "lab.css").read_text(encoding="utf-8")
    by_night = re.findall(r"@media ([^{]*prefers-color-scheme: dark[^{]*)\{", css)
    assert by_night
    assert all("screen" in where for where in by_night)
    printed = css.split("@media print {")[1]
    assert re.search(r"\.scroll \{[^}]*max-height: none", printed)
    assert re.search(r"#bar[^{]*\.saves[^{]*\{ display: none", printed)
