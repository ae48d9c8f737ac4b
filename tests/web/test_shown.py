"""What pages show, read off their parts: one scale for bars side by side, multiples in one form, columns wide enough."""

from __future__ import annotations

import re
from importlib import resources
from pathlib import Path

import pytest

from xunhuan.faces import spelling
from xunhuan.faces.web import lookups, state
from xunhuan.faces.web.pages import outcome
from xunhuan.faces.web.pages.profile import profile
from xunhuan.faces.web.parts import plain_table

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


def test_paper_is_white_and_holds_whole_tables() -> None:
    css = (resources.files("xunhuan.faces.web") / "assets" / "lab.css").read_text(encoding="utf-8")
    by_night = re.findall(r"@media ([^{]*prefers-color-scheme: dark[^{]*)\{", css)
    assert by_night
    assert all("screen" in where for where in by_night)
    printed = css.split("@media print {")[1]
    assert re.search(r"\.scroll \{[^}]*max-height: none", printed)
    assert re.search(r"#bar[^{]*\.saves[^{]*\{ display: none", printed)
