"""Models' own pages: every word there, controls lead somewhere, wrong input told under its field, the answer in words."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.helpers import harvest
from tests.helpers.tabs import Watch, see, until, watched
from tests.helpers.weblab import Server, serving, sleeps
from xunhuan.errors import BadInput
from xunhuan.faces.figures.of_quantity import of_quantity
from xunhuan.faces.reading import Reading
from xunhuan.faces.report.scenario import section
from xunhuan.faces.report.scenario_pictures import album
from xunhuan.faces.web import asked, draft, shelved, state
from xunhuan.faces.web.jobs import Pool
from xunhuan.faces.web.pages import ask, outcome
from xunhuan.faces.web.pages.form import form
from xunhuan.faces.web.pages.kinds import DRAWN_KINDS, kind_cards
from xunhuan.faces.web.pages.scenario import _models
from xunhuan.models import registry
from xunhuan.models.asking import GROUNDS, Asking, Knob
from xunhuan.models.registry import registered
from xunhuan.scenario.layers import Layers, library
from xunhuan.scenario.record import open_result

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from xunhuan.faces.web.asked import OwnPage

pytestmark = pytest.mark.house

ASKING = [m.name for m in registry.models().values() if m.asking is not None]
LANGUAGES = ("en", "zh")


def page_of(name: str) -> OwnPage:
    found = asked.of_page(f"ask/{name}")
    assert found is not None
    return found


def of_kind(tree: Any, kind: str) -> list[Any]:
    """Components of a kind anywhere in a page."""
    mine = [tree] if type(tree).__name__ == kind else []
    children = getattr(tree, "children", tree if isinstance(tree, list | tuple) else [])
    inside = children if isinstance(children, list | tuple) else [children]
    return mine + [
        x for c in inside if c is not None and not isinstance(c, str | int | float) for x in of_kind(c, kind)
    ]


@pytest.fixture
def pool(tmp_path: Path) -> Iterator[Pool]:
    found = Pool(tmp_path, task=sleeps)
    yield found
    found.close()


@pytest.mark.parametrize("name", ASKING)
def test_every_word_is_there_in_both_languages(name: str) -> None:
    page = page_of(name)
    assert page.asking.scenario in library()
    assert page.asking.terms
    for key in page.asking.words():
        for lang in LANGUAGES:
            assert page.said(key, lang), (key, lang)
    # The scenario's own names of shocks and arms have words too.
    data = asked.begun(page)
    for own in (*(s["name"] for s in data["shock"]), *data.get("arms", {})):
        assert page.said(f"named_{own}", "zh"), own


@pytest.mark.parametrize("name", ASKING)
def test_controls_start_at_the_library_and_lead_into_it(name: str) -> None:
    """Where they are left alone the question is the library's; each of them, moved, changes the scenario."""
    page = page_of(name)
    values = asked.starting(page)
    assert asked.wrong(page, values, "en") == {}
    untouched = asked.begun(page)
    mine = asked.scenario_of(page, values, "en")
    for c in page.asking.controls:
        before, after = ((lambda at: at[0].get(at[1]))(asked.led_to(d, c.steps)) for d in (untouched, mine))
        assert c.start is not None or after == pytest.approx(before) if not c.choices else after == before
        other = c.choices[-1] if c.choices else c.low
        assert other != values[c.name]
        assert asked.scenario_of(page, values | {c.name: other}, "en") != mine


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", ASKING)
def test_the_ends_of_every_control_can_run(name: str, lang: str) -> None:
    page, view = page_of(name), asked.bench_of(page_of(name), lang)
    values = asked.starting(page)
    for end in ("low", "high"):
        moved = {c.name: getattr(c, end) for c in page.asking.controls if not c.choices}
        checked = draft.checked(asked.scenario_of(page, values | moved, lang), view)
        assert checked.problems == ()
    for c in page.asking.controls:
        for choice in c.choices:
            assert draft.checked(asked.scenario_of(page, values | {c.name: choice}, lang), view).problems == ()


def test_a_control_that_leads_nowhere_is_an_error() -> None:
    data = {"shock": [{"name": "rain", "tariff": [{"add": 0.1}]}]}
    assert asked.led_to(data, Knob("x", "shock/name=rain/tariff/0/add").steps)[0] == {"add": 0.1}
    with pytest.raises(KeyError, match="name=snow"):
        asked.led_to(data, Knob("x", "shock/name=snow/tariff/0/add").steps)


@pytest.mark.parametrize(
    ("value", "said"),
    [(101, "Give a number from 0 to 100."), (-1, "Give a number from 0 to 100."), (None, "Give a number from 0 to 100."),
     ("much", "Give a number from 0 to 100."), (True, "Give a number from 0 to 100."), (2.5, "Give a whole number."),
     (float("nan"), "Give a number from 0 to 100."), (4, None)],
)  # fmt: skip
def test_what_is_wrong_with_a_control_is_told(value: Any, said: str | None) -> None:
    page = page_of(ASKING[0])
    whole = Knob("whole", "x", 0, 100, whole=True)
    one = page._replace(asking=replace(page.asking, controls=(whole,)))
    assert asked.wrong(one, {"whole": value}, "en").get("whole") == said
    choice = page._replace(asking=replace(page.asking, controls=(Knob("c", "x", choices=("a", "b")),)))
    assert asked.wrong(choice, {"c": "z"}, "en") == {"c": "Choose one of the list."}
    assert asked.wrong(choice, {"c": "b"}, "en") == {}


def test_an_address_holds_where_controls_stand() -> None:
    page = page_of(ASKING[0])
    first = next(c.name for c in page.asking.controls if not c.choices)
    values = asked.starting(page) | {first: 12.5}
    text = asked.as_address(values)
    selection = state.selected(f"/ask/{ASKING[0]}", f"?asked={text}")
    assert selection.page == f"ask/{ASKING[0]}"
    assert asked.standing(page, selection, None) == values
    # What this tab was left at counts at this address alone.
    kept = {"origin": selection.page, "asked": text, "data": values | {first: 1.0, "no such": 2}}
    assert asked.standing(page, selection, kept) == values | {first: 1.0}
    assert asked.standing(page, selection, kept | {"asked": ""}) == values
    assert "no such" not in asked.standing(page, state.selected(f"/ask/{ASKING[0]}", "?asked=no+such:1"), None)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", ASKING)
def test_the_page_explains_itself(name: str, lang: str, pool: Pool) -> None:
    page, selection = page_of(name), state.selected(f"/ask/{name}", f"?lang={lang}")
    drawn = ask.PAGE.draw(selection, pool, None)
    text = str(drawn)
    for key in page.asking.words():
        if not key.startswith(("ask_nav", "choice_")):
            assert repr(page.said(key, lang))[1:-1] in text, key
    assert not getattr(of_kind(drawn, "Button")[0], "disabled", False)
    # What the numbers rest on: every kind adds up, and somebody has judged some.
    found = list(asked.grounds(page, asked.scenario_of(page, asked.starting(page), lang)))
    assert {kind for _, kind, _, _ in found} <= set(GROUNDS)
    assert sum(n for _, kind, n, _ in found if kind == "judgement") > 0
    if lang == "zh":
        for what, *_ in found:
            said = page.said(f"ground_{what}", lang) or outcome.words.title(what, lang)
            assert not said.isascii(), what


@pytest.mark.parametrize("name", ASKING)
def test_wrong_input_is_told_under_its_field_and_does_not_run(name: str, pool: Pool) -> None:
    page = page_of(name)
    c = next(c for c in page.asking.controls if not c.choices)
    values = asked.starting(page) | {c.name: c.high + 1}
    selection = state.selected(f"/ask/{name}", f"?asked={asked.as_address(values)}&lang=zh")
    drawn = ask.PAGE.draw(selection, pool, None)
    fields = {f.id["ask"]: f.error for f in of_kind(drawn, "NumberInput")}
    assert {k: v for k, v in fields.items() if v} == {c.name: f"请填写{c.low:g}至{c.high:g}之间的数。"}
    assert of_kind(drawn, "Button")[0].disabled
    with pytest.raises(BadInput, match="请填写"):
        ask.ask_run(page, values, selection, pool)
    assert pool.jobs() == []


@pytest.mark.parametrize("name", ASKING)
def test_a_run_is_queued_under_its_address(name: str, pool: Pool) -> None:
    page, selection = page_of(name), state.selected(f"/ask/{name}", "?lang=zh")
    href = ask.ask_run(page, asked.starting(page), selection, pool)
    job = pool.jobs()[0]
    assert job.digest.startswith(state.selected(*href.split("?")).run)
    assert job.title == page.said("ask_nav", "zh")
    shown = str(ask.shown_answer(page, state.selected(*href.split("?")), pool))
    assert "waiting" in shown
    pool.cancel(job.digest)


def test_a_model_without_a_page_has_none(pool: Pool) -> None:
    with registered(harvest.harvest()):
        assert asked.of_page("ask/harvest") is None
        assert state.selected("/ask/harvest", "").page == "circulation"
    with registered(replace(harvest.harvest(), asking=Asking(next(iter(library())), ()))):
        assert state.selected("/ask/harvest", "").page == "ask/harvest"


@pytest.fixture(scope="module")
def answered(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """What the first page comes to, in both languages, few draws of the model's own."""
    from xunhuan.faces.recording import record

    page, out = page_of("catchup"), {}
    for lang in LANGUAGES:
        data = asked.scenario_of(page, asked.starting(page), lang)
        data["model"]["catchup"]["draws"] = 20
        out[lang] = tmp_path_factory.mktemp("asked") / lang
        record(Layers("scenario", data, (), None), out[lang])
    return out


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_answer_has_its_interval_its_price_and_its_pictures(answered: dict[str, Path], lang: str) -> None:
    folder = answered[lang]
    selection = state.selected("/ask/catchup", f"?lang={lang}")
    cards = outcome.plain_result(folder, selection)
    reading = Reading(open_result(folder), lang)  # type: ignore[arg-type]
    arm = reading.arms[-1]
    said = of_kind(cards, "P")[0].children
    for name in ("target_reached", "price_then", "cost_then"):
        assert reading.show(reading.number(name, arm=arm), name) in said
        assert reading.interval(reading.number(name, arm=arm), name) in said
    drawn = {q.picture for n in kind_cards(reading, arm)[1] for q in [reading.quantity(n)]}
    assert drawn == {"fan", "steps", "heat", "stack", "bars"}
    assert drawn <= set(DRAWN_KINDS)
    captions = [p.children for p in of_kind(cards[1:-1], "P")]
    assert captions
    if lang == "zh":
        assert not [c for c in captions if c.isascii() or " of " in c or " under " in c]
        traces = [t for g in of_kind(cards, "Graph") for t in g.figure.data]
        names = {x for t in traces for x in (t.name, *([] if t.y is None or isinstance(t.y, dict) else t.y))}
        assert not [n for n in names if isinstance(n, str) and n.isascii() and n]
    # The results page draws them too, and does not draw them twice.
    page = outcome.one_result(folder, state.selected("/results", f"?lang={lang}"))
    ids = [g.id for g in of_kind(page, "Graph")]
    assert len(ids) == len(set(ids))
    assert {"kind-ladder", "kind-share_path", "kind-readings_then", "kind-year_surface"} <= set(ids)
    assert not any(
        str(i).startswith("more-") and str(i).removeprefix("more-") in str(ids) for i in ids if "kind" in str(i)
    )


def test_numbers_leave_the_colours_of_a_narrow_page(answered: dict[str, Path]) -> None:
    page = outcome.plain_result(answered["en"], state.selected("/ask/catchup", ""))
    wide, tall = (
        next(g for g in of_kind(page, "Graph") if g.id == i) for i in ("kind-year_surface", "kind-year_surface-tall")
    )
    said, bare = ([t for t in g.figure.data if t.type == "scatter" and t.mode == "text"] for g in (wide, tall))
    assert said
    assert not bare


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_bottleneck_is_marked_and_told(answered: dict[str, Path], lang: str) -> None:
    reading = Reading(open_result(answered[lang]), lang)  # type: ignore[arg-type]
    q, arm = reading.quantity("stage_then"), reading.arms[-1]
    values = reading.along(q, arm).to_series()
    least = reading.label("stage", str(values.idxmin()))
    bars = of_quantity(reading, q, arm).data[0]
    marked = [
        (n, c) for n, c in zip(bars.y, bars.marker.color, strict=True) if n != reading.label("stage", "materials")
    ]
    assert marked[0] == (f"{least}{'：瓶颈' if lang == 'zh' else ': bottleneck'}", "#b4530f")
    assert {c for _, c in marked[1:]} == {"#1f4e79"}
    says = section(reading, "catchup", album(reading), {}).says[-1]
    assert q.form(drawn=True).text(float(values.min())) in says
    assert least.lower() in says.lower()


# Nested parameters in the form


def test_records_that_parameters_hold_have_their_fields() -> None:
    selection = state.selected("/scenario", "?scenario=subsidy-war")
    data = draft.start_of(selection)
    drawn = form(data, selection)
    ids = {
        f.id["field"]: f for kind in ("NumberInput", "Select", "TextInput", "MultiSelect") for f in of_kind(drawn, kind)
    }
    assert ids["model/rivalry/cities/own_bill"].value == 100 * data["model"]["rivalry"]["cities"]["own_bill"]
    assert ids["model/rivalry/provinces/control/instrument"].value == "subsidy"
    assert ids["model/rivalry/provinces/control/low"].value == -0.05
    told = [str(p.children) for p in of_kind(drawn, "P")]
    # A list where a form asks for a word is told, not turned into text.
    assert "model/rivalry/provinces/players" not in ids
    assert any('players = ["CN-GD", "YRD", "JJJ"]' in x for x in told)
    assert any("compliance = [0.0, 0.5, 1.0]" in x for x in told)


def test_what_cannot_be_added_is_told() -> None:
    selection = state.selected("/scenario", "?scenario=great-leap&lang=zh")
    told = [str(p.children) for p in of_kind(form(draft.start_of(selection), selection), "P")]
    assert any("也不能在此添加" in x and "国家按公式选择关税" in x for x in told)


def test_a_model_that_needs_parameters_starts_with_those_of_its_page() -> None:
    data: dict[str, Any] = {"model": {"trade": {}}}
    assert _models(data, {"trade": True, "rivalry": True}, {})
    assert data["model"]["trade"] == {}
    known = draft.start_of(state.Selection(scenario=page_of("rivalry").asking.scenario))["model"]["rivalry"]
    assert data["model"]["rivalry"] == known
    before = copy.deepcopy(data)
    assert not _models(data, {"trade": True, "rivalry": True}, {})
    assert data == before


@pytest.mark.parametrize(("lang", "said"), [("en", "No longer drawn, for its model is off"), ("zh", "不再抽样")])
def test_what_was_drawn_of_a_model_is_told_when_it_goes_off_and_comes_back_with_it(lang: str, said: str) -> None:
    by_hand = {"relative_sd": 0.13}
    drawn = {"draws": 9, "trade_elasticity": by_hand, "mobility": {"low": 0.5, "high": 1.5}}
    data: dict[str, Any] = {"model": {"trade": {}, "propagation": {}}, "uncertainty": copy.deepcopy(drawn)}
    aside: dict[str, Any] = {}
    assert _models(data, {"propagation": True}, aside)
    assert data["uncertainty"] == {"draws": 9}
    here = state.Selection(page="scenario", table="toyland", home="ATL", region="AT-N", lang=lang)
    assert any(said in str(p.children) for p in of_kind(form(data, here, aside), "P"))
    # A page that is drawn anew, as for the other language, and a while on another table lose nothing.
    now = {**shelved.draft_meant(None, here), "data": data, "aside": aside}
    there = replace(here, table="china-2012", home="CHN", region="CN-GD")
    assert shelved.draft_meant(now, here)["aside"] == aside
    aside = shelved.set_aside(shelved.draft_meant(shelved.draft_meant(now, there), here))
    assert _models(data, {"propagation": True, "trade": True}, aside)
    assert data["uncertainty"] == drawn
    assert aside == {}
    assert not any(said in str(p.children) for p in of_kind(form(data, here, aside), "P"))


# In a browser


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("laboratory")) as s:
        yield s


@pytest.fixture
def tab(browser: Browser, server: Server) -> Iterator[tuple[Page, Watch]]:
    with watched(browser, server) as t:
        yield t


@pytest.mark.browser
def test_a_newcomer_moves_a_control_and_is_told(tab: tuple[Page, Watch], server: Server) -> None:
    page, _ = tab
    see(page, server, "")
    page.get_by_role("link", name="How fast can an industry catch up?").click()
    page.wait_for_selector("#ask-run:not([disabled])")
    field = page.get_by_label("Foreign tools cut off")
    assert field.input_value() == "90%"
    field.fill("400")
    page.wait_for_selector("#ask-run[disabled]")
    until(page, "document.querySelector('.asks').textContent.includes('Give a number from 0 to 100.')")
    field.fill("40")
    page.wait_for_selector("#ask-run:not([disabled])")
    until(page, "!document.querySelector('.asks').textContent.includes('Give a number')")
    # The other language keeps where controls stand.
    page.click(".language")
    until(page, "document.querySelector('#page h1').textContent.includes('追上')")
    assert page.get_by_label("被切断的境外设备").input_value() == "40%"
