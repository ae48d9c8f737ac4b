"""The laboratory in a real Chromium: every page, a scenario built by clicking, wrong input, languages, a phone, restarts."""

from __future__ import annotations

import re
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.helpers.browsing import context
from tests.helpers.tabs import Watch, see, until, watched
from tests.helpers.weblab import Server, Visitor, serving, start, toy_scenario
from xunhuan.faces.glossary import explain, terms
from xunhuan.faces.web import state

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.house, pytest.mark.browser]


ASKS = [p.removeprefix("/") for p in state.pages() if p.startswith("/ask/")]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, toy_result: Path) -> Iterator[Server]:
    """A laboratory that shows what the command line wrote."""
    with serving(tmp_path_factory.mktemp("laboratory"), "--show", str(toy_result)) as s:
        yield s


@pytest.fixture
def tab(browser: Browser, server: Server) -> Iterator[tuple[Page, Watch]]:
    with watched(browser, server) as t:
        yield t


def test_the_first_page_says_what_the_measure_says(tab: tuple[Page, Watch], server: Server, toy: Any) -> None:
    from xunhuan.measures import circulation

    page, _ = tab
    shares = circulation(toy)["external"].to_series()
    see(page, server, "?table=toyland")
    for code, name in (("AT-N", "Northmark"), ("AT-E", "Eastholm"), ("AT-S", "Southvale")):
        page.click(f".tile[title^={name}]")
        until(page, f"document.querySelector('#profile h2').textContent === '{name}'")
        until(page, f"document.querySelector('#moving').textContent === '{100 * shares[code]:.0f}'")
        assert f"{name} earned in 2000" in page.inner_text("#spoken")
        assert f"region={code}" in page.url


def test_a_click_colours_the_map_by_another_circuit(tab: tuple[Page, Watch], server: Server) -> None:
    page, _ = tab
    see(page, server, "?table=toyland&region=AT-S")
    before = page.locator(".tile").first.evaluate("e => getComputedStyle(e).backgroundColor")
    page.click(".circuit.own")
    page.wait_for_selector(".circuit.own[aria-pressed=true]")
    assert "share=own" in page.url
    assert page.locator(".tile").first.evaluate("e => getComputedStyle(e).backgroundColor") != before
    page.click("input#pick-definition")
    page.get_by_role("option", name="Who earns in the end").click()
    until(page, "document.querySelector('#spoken').textContent.includes('spent in 2000')")
    assert "definition=origin" in page.url


def test_a_link_restores_the_view_and_back_goes_back(tab: tuple[Page, Watch], server: Server) -> None:
    page, _ = tab
    see(page, server, "?table=china-2017&region=CN-SC&definition=forward&share=inter&lang=zh")
    assert "四川" in page.inner_text("#profile h2")
    assert page.input_value("#pick-table") == "china-2017"
    assert page.input_value("#pick-definition") == "按首次跨界"
    assert page.get_attribute(".circuit.inter", "aria-pressed") == "true"
    at = page.url
    page.click(".tile[title^=广东]")
    until(page, "document.querySelector('#profile h2').textContent === '广东'")
    page.go_back()
    until(page, "document.querySelector('#profile h2').textContent === '四川'")
    assert page.url == at
    # The land in place of tiles, and another year of the same place.
    page.get_by_role("button", name="地图").click()
    page.wait_for_selector("#map .js-plotly-plot .main-svg", state="attached")
    page.get_by_role("slider", name="年份").press("ArrowLeft")
    page.wait_for_url("**table=china-2012**")
    until(page, "document.querySelector('#profile .sub').textContent.includes('2012')")
    assert page.inner_text("#profile h2") == "四川"


def test_the_keyboard_reaches_everything(tab: tuple[Page, Watch], server: Server) -> None:
    page, _ = tab
    see(page, server, "?table=toyland&region=AT-N")
    page.wait_for_selector(".tile")
    reached: list[str] = []
    rings: list[str] = []
    for _ in range(40):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.className + ' ' + (document.activeElement.id || '')"))
        rings.append(page.evaluate("getComputedStyle(document.activeElement).outlineStyle"))
        if "tile" in reached[-1] and "AT-E" in reached[-1]:
            break
    assert "skip" in reached[0]
    assert set(rings) == {"solid"}
    assert any("circuit" in r for r in reached)
    # What a term means is said to who comes to it, and goes at a word.
    page.locator(".circuit.inter").focus()
    assert page.inner_text("#means") == explain("inter").meaning("en")
    assert page.get_attribute(".circuit.inter", "aria-describedby") == "means"
    assert accessible(page) == []
    page.keyboard.press("Escape")
    assert not page.is_visible("#means")
    page.locator(".tile[id*=AT-E]").focus()
    page.keyboard.press("Enter")
    until(page, "document.querySelector('#profile h2').textContent === 'Eastholm'")
    # The place of the keyboard survives that the map was drawn again.
    assert "AT-E" in page.evaluate("document.activeElement.id")


def accessible(page: Page) -> list[str]:
    """What axe finds wrong with a page, by all its rules [axe-core]."""
    found = Axe().run(page).response["violations"]
    return [f"{v['id']}: {n['target']} {n['failureSummary']}" for v in found for n in v["nodes"]]


UNEXPLAINED = """(names) => {
  const found = [], walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const at = walk.currentNode.parentElement;
    const said = walk.currentNode.textContent.trim().replace(/^[ ,:：]+|[ ,:：]+$/g, "");
    if (at.closest("script, style, code, pre, svg, caption, figcaption, [role=option], [aria-hidden=true]")) continue;
    if (names.includes(said.toLowerCase()) && !at.closest("[data-means]")) found.push(said);
  }
  return found;
}"""
"""Labels that are a term of the glossary and do not say what it means; what is in pictures and lists of choices left out."""
TERMS = [n.casefold() for t in terms().values() for n in (t.key, t.en[0], t.zh[0], *t.also)]


@pytest.mark.parametrize("path", ["", "scenario", "results", "tables", *ASKS])
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_page_on_a_wide_window_and_a_phone(tab: tuple[Page, Watch], server: Server, path: str, lang: str) -> None:
    """Both languages, by day and night: no sideways scrolling, nothing that axe complains of, nothing left untranslated."""
    page, _ = tab
    for width, height, scheme, ground in ((1400, 900, "light", "246, 247, 249"), (390, 844, "dark", "18, 22, 27")):
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        see(page, server, f"{path}?lang={lang}&table=china-2017")
        page.wait_for_load_state("networkidle")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == f"rgb({ground})"
        assert accessible(page) == []
    assert page.evaluate(UNEXPLAINED, TERMS) == []
    assert page.evaluate("document.documentElement.lang") == lang
    if lang == "zh":
        nav = page.inner_text("nav").split()
        assert nav == ["循环", "情景", "结果", "数据表"]
        assert re.search(r"[\u4e00-\u9fff]", page.inner_text("#page h1"))


def test_the_language_switch_keeps_the_view(tab: tuple[Page, Watch], server: Server) -> None:
    page, _ = tab
    see(page, server, "?table=china-2017&region=CN-ZJ")
    page.click(".language")
    until(page, "document.querySelector('#profile h2').textContent === '浙江'")
    assert "region=CN-ZJ" in page.url
    page.click(".language")
    until(page, "document.querySelector('#profile h2').textContent === 'Zhejiang'")


def test_tables_show_their_books(tab: tuple[Page, Watch], server: Server) -> None:
    page, _ = tab
    see(page, server, "tables?table=china-2017")
    text = page.inner_text("#page")
    assert "world-2017" in text
    assert "Σ_r flow = Σ_j use + Σ_f final" in text
    assert re.search(r"\d[\d,]* corrections", text)
    with page.expect_download() as got:
        page.get_by_role("link", name="Download the whole log").click()
    assert got.value.suggested_filename == "china-2017-log.csv"


def test_a_name_that_is_nearly_one_is_found(tab: tuple[Page, Watch], server: Server) -> None:
    page, _ = tab
    see(page, server, "?table=china-2017")
    page.fill("#pick-region", "Gunagdong")
    assert page.get_by_role("option").all_inner_texts()[0] == "Guangdong"
    page.fill("#pick-region", "广东省")
    assert page.get_by_role("option").all_inner_texts() == ["Guangdong"]
    page.fill("#pick-region", "广冬")  # a name of two characters, one of them wrong
    assert "Guangdong" in page.get_by_role("option").all_inner_texts()
    # Who goes on to another choice from a name that is not there is not called back to it.
    page.fill("#pick-region", "qqqq")
    assert page.get_by_role("option").all_inner_texts() == ["Nothing found"]
    assert accessible(page) == []
    page.click("#pick-table")
    assert page.evaluate("document.activeElement.id") == "pick-table"
    until(page, "[...document.querySelectorAll('[role=listbox]')].filter((e) => e.checkVisibility()).length === 1")


def test_a_picture_is_saved_with_its_numbers(tab: tuple[Page, Watch], server: Server, toy: Any) -> None:
    page, _ = tab
    see(page, server, "?table=toyland")
    page.wait_for_selector("#pictures .js-plotly-plot .main-svg", state="attached")
    saved = {}
    for kind in ("PNG", "SVG", "CSV", "XLSX"):
        with page.expect_download() as got:
            page.locator("#pictures .figure").first.get_by_role("button", name=kind).click()
        assert got.value.suggested_filename == f"circulation-ternary.{kind.lower()}"
        saved[kind] = Path(got.value.path()).read_bytes()
    assert saved["PNG"].startswith(b"\x89PNG")
    assert saved["SVG"].startswith(b"<svg")
    assert "Northmark" in saved["CSV"].decode("utf-8-sig")
    assert saved["XLSX"].startswith(b"PK")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.locator("#pictures .figure").first.get_by_role("button", name="HTML").click()
    page.wait_for_selector(".saves .copied")
    pasted = page.evaluate("navigator.clipboard.readText()")
    assert pasted.startswith('<figure lang="en"')
    assert "data:image/svg+xml" in pasted
    assert not re.search(r"<(script|a|iframe)\b|https?://(?!www\.w3\.org)", pasted)
    apart = page.locator("#pictures .figure").first.locator("a[data-only]")
    apart.hover()
    see(page, server, str(apart.get_attribute("href")).removeprefix("/"))
    page.wait_for_selector(".alone .js-plotly-plot .main-svg", state="attached")
    assert page.locator(".figure").count() == 1
    assert not page.is_visible("#bar")
    assert accessible(page) == []


def test_an_address_that_names_nothing(tab: tuple[Page, Watch], server: Server) -> None:
    page, _ = tab
    see(page, server, "?table=toyland&region=Eastholmm")
    assert "did you mean Eastholm" in page.inner_text(".notice")
    assert page.locator(".tile").count() == 3


def build(page: Page, server: Server, points: str, lang: str = "en") -> None:
    """A tariff of so many points, typed into the form; waits until it may be run."""
    see(page, server, f"scenario?table=toyland&lang={lang}")
    page.wait_for_selector("#run:not([disabled])")
    box = page.get_by_label("Add to the rate, points")
    box.fill(points)
    share = f"{float(points) / 100:g}"
    until(page, f"document.querySelector('#verdict .toml')?.textContent.includes('add = {share}')")
    page.wait_for_selector("#run:not([disabled])")


def test_a_scenario_built_by_clicking_and_run_to_its_result(tab: tuple[Page, Watch], server: Server) -> None:
    """An added policy, an offset, both runs, two results side by side, and every file to take away."""
    page, _ = tab
    build(page, server, "40")
    page.get_by_label("Title").fill("Tariff and an opened home market")
    page.get_by_role("button", name="Add another shock or policy").click()
    page.wait_for_selector("fieldset.shock >> nth=1")
    second = page.locator("fieldset.shock").nth(1)
    page.wait_for_selector(".notice.error")
    assert "the shock changes nothing" in page.inner_text("#verdict")
    second.locator("summary").click()
    second.get_by_role("button", name="+ Productivity").click()
    second = page.locator("fieldset.shock").nth(1)
    second.get_by_label("Regions").click()
    page.get_by_role("option", name="Atlas").first.click()
    page.keyboard.press("Escape")
    second.get_by_label("Change, %").fill("2")
    until(page, "document.querySelector('#verdict .toml')?.textContent.includes('change = 0.02')")
    second.get_by_label("Name").fill("home market")
    until(page, "document.querySelector('#verdict .toml')?.textContent.includes('name = \"home market\"')")
    assert '"ATL"' in page.evaluate("document.querySelector('#verdict .toml').textContent")
    for label, name in (("Shock", "tariff"), ("Policy", "home market")):
        page.get_by_label(label, exact=True).and_(page.locator("input")).last.click()
        page.get_by_role("option", name=name, exact=True).last.click()
    until(page, "document.querySelector('#verdict .toml')?.textContent.includes('[compare.offset]')")
    assert "It will take about" in page.inner_text("#verdict")
    page.click("#run")
    page.wait_for_url("**/results**")
    page.wait_for_selector(".files")
    assert page.evaluate("scrollY") == 0  # the button stood at the page's end, the answer stands at its top
    assert page.locator(".number b").first.bounding_box()["y"] < 768  # type: ignore[index]
    assert "Partners in the shock: Borea" in page.inner_text("#shown")
    assert "Tariff and an opened home market" in page.inner_text("#shown h2")
    text = page.inner_text("#shown")
    assert "How much the policy makes good" in text
    assert "converged" in text
    page.wait_for_selector("#change-map .js-plotly-plot .heatmaplayer image", state="attached")
    for name, end in (("TOML", ".toml"), ("Parquet", ".parquet"), ("CSV", ".csv"), ("HTML", ".html"), ("PNG", ".png")):
        with page.expect_download() as got:
            page.locator(".files").get_by_text(name, exact=True).click()
        assert got.value.suggested_filename.endswith(end)
    # Another one, from the start, then both side by side.
    see(page, server, "scenario?table=toyland")
    page.get_by_role("button", name="Start over").click()
    # The form is drawn anew before the draft is; leaving in between would bring the old one back.
    until(page, "document.querySelectorAll('fieldset.shock').length === 1")
    until(page, "document.querySelector('#verdict .toml')?.textContent.includes('opened home market') === false")
    build(page, server, "5")
    page.click("#run")
    page.wait_for_url("**/results**")
    page.wait_for_selector(".files")
    page.click(".against summary")
    page.locator(".against").get_by_role("link", name="Tariff and an opened home market").click()
    page.wait_for_selector(".results-pair")
    titles = page.locator(".results-pair h2").filter(has_text="Tariff and an opened home market")
    titles.first.wait_for()
    assert titles.count() == 1
    assert "Second less first" in page.inner_text("#shown")
    for k in (0, 1):
        page.wait_for_selector(f"#winners-pair-{k} .main-svg", state="attached")
    ranges = (
        "[0, 1].map((k) => document.querySelector(`#winners-pair-${k} .js-plotly-plot`)._fullLayout.xaxis.range.join())"
    )
    assert len(set(page.evaluate(ranges))) == 1
    page.reload()
    page.wait_for_selector(".results-pair")


def test_wrong_input_is_told_as_it_is_typed(tab: tuple[Page, Watch], server: Server) -> None:
    page, _ = tab
    build(page, server, "10")
    page.get_by_label("Set the rate to, %").fill("-5")
    page.wait_for_selector(".notice.error")
    assert "must be 0 or more" in page.inner_text("#verdict")
    assert page.is_disabled("#run")
    beside = page.locator(".mantine-InputWrapper-root", has=page.get_by_label("Set the rate to, %"))
    assert "must be 0 or more" in beside.locator(".mantine-InputWrapper-error").inner_text()
    page.get_by_label("Set the rate to, %").fill("5")
    until(page, "document.querySelector('#verdict').textContent.includes('exactly one of set, add, multiply')")
    page.get_by_label("Set the rate to, %").fill("")
    page.wait_for_selector("#run:not([disabled])")
    assert page.locator(".mantine-InputWrapper-error").count() == 0
    # A size beyond all that was seen is asked about, and can be meant; the keyboard stays in the part it was in.
    added = page.get_by_label("Add to the rate, points")
    added.fill("2500")
    meant = page.get_by_role("button", name="It is meant: keep the sizes of")
    meant.wait_for()
    assert "2,500% is beyond all that was seen" in page.inner_text(".mantine-InputWrapper-error")
    meant.press("Enter")
    page.wait_for_selector("#run:not([disabled])")
    until(page, "document.activeElement.id === 'verdict'")
    assert "plausible = false" in str(page.text_content("#verdict .toml"))
    assert not page.get_by_label("Ask about sizes beyond all that was seen").is_checked()
    # A number too long to be one exactly is a number.
    added.fill("12345678901234567890")
    until(page, "document.querySelector('#verdict').textContent.includes('in size (given: 123456789012')")
    added.fill("10")
    page.wait_for_selector("#run:not([disabled])")
    # What was typed is still there after a reload of the tab.
    page.get_by_label("Title").fill("kept")
    until(page, "document.querySelector('#verdict .toml')?.textContent.includes('kept')")
    page.reload()
    page.wait_for_selector("#run:not([disabled])")
    assert page.get_by_label("Title").input_value() == "kept"


def test_two_tabs_share_one_run(browser: Browser, server: Server) -> None:
    profile = context(browser)
    tabs = [profile.new_page(), profile.new_page()]
    for page in tabs:
        build(page, server, "33")
    for page in tabs:
        page.click("#run")
        page.wait_for_url("**/results**")
    for page in tabs:
        page.wait_for_selector(".files")
    runs = {re.search(r"run=(\w+)", page.url)[1] for page in tabs}  # type: ignore[index]
    assert len(runs) == 1
    digest = runs.pop()
    assert tabs[0].locator(f"#runs code:has-text('{digest[:12]}')").count() == 1
    profile.close()


def sent(server: Server, points: float, draws: int) -> str:
    """Have a scenario run with so many draws that it still runs when it is looked for; where its result will be."""
    uncertain = {"trade_elasticity": {"relative_sd": 0.2}, "draws": draws}
    address = Visitor(server.port).run({**toy_scenario(points), "uncertainty": uncertain}, table="toyland")
    assert address.startswith("/results?"), address
    return address.removeprefix("/")


def test_a_restart_in_mid_run(browser: Browser, tmp_path: Path) -> None:
    """The server is killed while a run goes on: the next one finds it, starts it again and it ends."""
    first = start(tmp_path)
    profile = context(browser)
    page = profile.new_page()
    try:
        see(page, first, sent(first, 0.17, draws=12))
        page.wait_for_selector("#runs .state.running")
        first.stop(signal.SIGKILL)
        second = start(tmp_path)
        try:
            see(page, second, "results?" + page.url.split("?", 1)[1])
            page.wait_for_selector(".files")
            assert "converged" in page.inner_text("#shown")
            page.get_by_role("link", name="Scenario").click()
            page.wait_for_selector("#run")
        finally:
            second.stop()
    finally:
        profile.close()
        if first.process.poll() is None:
            first.stop()


def test_a_run_is_cancelled(tab: tuple[Page, Watch], server: Server) -> None:
    page, _ = tab
    see(page, server, sent(server, 0.21, draws=1000))
    page.locator("#shown").get_by_role("button", name=re.compile("Cancel")).click()
    page.wait_for_selector("#shown .state.cancelled")
    assert page.locator(".files").count() == 0
