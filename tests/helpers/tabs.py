"""Tabs of a browser on the laboratory: what goes wrong in one, and waiting for what it shows."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from tests.helpers.browsing import PATIENCE, context
from tests.helpers.weblab import Server

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

LATE = PATIENCE
"""Milliseconds after which something hangs: no verdict on speed, for the machine may be busy."""


class Watch:
    """What went wrong in a browser's tab, and every address it asked for."""

    def __init__(self, page: Page) -> None:
        self.errors: list[str] = []
        self.asked: list[str] = []
        page.on("pageerror", lambda e: self.errors.append(str(e)))
        page.on("console", lambda m: self.errors.append(m.text) if m.type in ("error", "warning") else None)
        page.on("request", lambda r: self.asked.append(r.url))


@contextlib.contextmanager
def watched(browser: Browser, server: Server, **more: Any) -> Iterator[tuple[Page, Watch]]:
    """A tab; at the end nothing has gone wrong in it, and it has asked nobody else for anything."""
    profile = context(browser, viewport={"width": 1400, "height": 900}, reduced_motion="reduce", **more)
    page = profile.new_page()
    watch = Watch(page)
    yield page, watch
    profile.close()
    assert watch.errors == []
    assert [a for a in watch.asked if not a.startswith((server.address, "data:", "blob:"))] == []


def see(page: Page, server: Server, where: str = "") -> None:
    """Open an address and wait for its page."""
    page.goto(server.address + where)
    page.wait_for_selector("#page h1")


def until(page: Page, expression: str, seconds: float = PATIENCE / 1000) -> None:
    """Wait until an expression holds; Playwright's own wait would need the eval that the page's policy forbids."""
    end = time.monotonic() + seconds
    while not page.evaluate(expression):
        assert time.monotonic() < end, expression
        page.wait_for_timeout(50)
