"""A room of somebody else in the browser: its edit in the form, its model, its numbers with their unit, in two languages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.helpers import harvest, room
from tests.helpers.plugin import installed
from tests.helpers.tabs import LATE, Watch, see, until, watched
from tests.helpers.weblab import Server, serving
from xunhuan.data.accounts import Accounts
from xunhuan.faces import spelling
from xunhuan.faces.recording import record
from xunhuan.faces.web import state
from xunhuan.faces.web.pages import outcome
from xunhuan.models.registry import registered
from xunhuan.scenario.layers import Layers

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

DAYS = 12

pytestmark = pytest.mark.house


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A laboratory where the room is installed: found by the server and by the processes that run its scenarios."""
    packages = installed(tmp_path_factory.mktemp("packages"), Path(str(room.__file__)))
    with serving(tmp_path_factory.mktemp("laboratory"), path=packages) as s:
        yield s


@pytest.fixture
def tab(browser: Browser, server: Server) -> Iterator[tuple[Page, Watch]]:
    with watched(browser, server) as t:
        yield t


def reaped(acc: Accounts, region: str) -> str:
    """The harvest of a region after the days of rain, as the form's numbers are written; by hand."""
    k = acc.geography.codes.index(region)
    gained = room.Soil().yield_per_day * DAYS * acc.output[k, 0]
    return f"{spelling.plain(float(gained), plus=True)} {spelling.unit(acc.unit)}"


def build(page: Page, server: Server) -> None:
    """The starter's tariff out, rain in; the long run off, the harvest on."""
    see(page, server, "scenario?table=toyland")
    page.wait_for_selector("#run:not([disabled])")
    page.locator(".line .remove").click()
    page.wait_for_selector(".notice.error")
    shock = page.locator("fieldset.shock").first
    shock.locator("summary").click()
    shock.get_by_role("button", name="+ rain").click()
    page.get_by_label("days", exact=True).wait_for()
    page.get_by_role("switch", name="Long run").click()
    until(page, "document.querySelectorAll('.model input[type=checkbox]:checked').length === 0")
    page.get_by_role("switch", name="harvest").click()
    # The room says not which parameters to offer: its simple ones are.
    page.get_by_label("yield per day").wait_for()
    page.get_by_role("textbox", name="Regions").click()
    page.get_by_role("option", name="Atlas").first.click()
    page.keyboard.press("Escape")
    page.get_by_label("days", exact=True).fill(str(DAYS))
    until(page, f"document.querySelector('#verdict .toml')?.textContent.includes('days = {DAYS}')")
    page.wait_for_selector("#run:not([disabled])")


@pytest.mark.browser
def test_a_room_of_somebody_else(tab: tuple[Page, Watch], server: Server, toy: Accounts) -> None:
    page, _ = tab
    build(page, server)
    assert page.get_by_label("Uncertainty of soil, %").count() == 1
    text = page.evaluate("document.querySelector('#verdict .toml').textContent")
    assert "[model.harvest]" in text
    assert "[model.trade]" not in text
    page.click("#run")
    page.wait_for_url("**/results**")
    page.wait_for_selector(".files", timeout=LATE)
    expected = reaped(toy, "AT-E")
    for lang, headline in (("en", "Change of crop under: tariff"), ("zh", "crop变化，情形：tariff")):
        see(
            page,
            server,
            re.sub(r"[&?]lang=\w+", "", page.url.removeprefix(server.address)) + f"&region=AT-E&lang={lang}",
        )
        page.wait_for_selector("#winners-one .js-plotly-plot .barlayer path", state="attached")
        assert headline in page.inner_text("#shown")
        told = expected if lang == "en" else expected.replace(" million SHL", "百万SHL")
        assert told in page.locator(".numbers .number").nth(1).inner_text()
        rows = page.locator("table:has(caption)").filter(has_text="Eastholm" if lang == "en" else "").all_inner_texts()
        assert any(told in r for r in rows)
        assert "%" not in page.inner_text(".numbers")


@pytest.mark.browser
def test_the_library_stands_beside_it(tab: tuple[Page, Watch], server: Server) -> None:
    page, _ = tab
    see(page, server, "scenario?table=world-2017&scenario=electronics-embargo&lang=zh")
    page.wait_for_selector("#run:not([disabled])")
    text = page.evaluate("document.querySelector('#verdict .toml').textContent")
    assert "[model.harvest]" not in text
    page.locator("fieldset.shock").first.locator("summary").click()
    assert page.locator("fieldset.shock").first.get_by_role("button", name="+ rain").is_visible()


VARIANTS: dict[str, dict[str, Any]] = {
    "a map": {"picture": "map"}, "a level": {"rest": None}, "a map of levels": {"rest": None, "picture": "map"},
    "no picture": {"picture": "none"}, "a loss": {"better": -1}, "no headline": {"headline": False},
    "a share": {"unit": "share"},
}  # fmt: skip


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_room_without_words_has_its_page(tmp_path: Path, variant: str) -> None:
    """Whatever its quantity's record says: drawn in both languages, alone and beside another, its number with its unit."""
    with registered(harvest.harvest(**VARIANTS[variant])):
        folder = tmp_path / "harvest"
        record(Layers("scenario", harvest.question(), (), None), folder)
        for lang, arm in (("en", "wet"), ("zh", "dry")):
            selection = state.selected("/results", f"?table=toyland&region=AT-N&lang={lang}&arm={arm}")
            reading = outcome.read_in(outcome.opened(folder), lang)
            page = str(outcome.one_result(folder, selection))
            assert str(outcome.two_results(folder, folder, selection))
            shown = reading.show(reading.number("crop", "AT-N", arm), "crop")
            assert ("%" in shown) == (variant == "a share")
            # Without a headline the summary does not list it; its picture is there all the same.
            assert shown in page or variant == "no headline"
            assert ("more-crop" in page) == (variant == "no headline")
            assert ("winners-one" in page) == (variant not in ("no picture", "no headline"))
            assert ("change-map" in page) == ("map" in variant)
