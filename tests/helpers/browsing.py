"""A real Chromium for tests of pages: one launch, quiet flags, tests skipped where there is none."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


def chromium_path() -> str:
    """Where Chromium or Chrome is; skips the test where there is none."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    found = next((p for p in map(shutil.which, names) if p), None)
    if found is None:
        pytest.skip("no Chromium or Chrome is installed")
    return found


@contextlib.contextmanager
def chromium() -> Iterator[Any]:
    """A headless browser driven by playwright."""
    path = chromium_path()
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with api.sync_playwright() as p:
        browser = p.chromium.launch(executable_path=path, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


PATIENCE = 300_000
"""Milliseconds after which a page hangs: no verdict on speed, for the machine may be busy."""


def context(browser: Any, **options: Any) -> Any:
    """A visitor's own profile, who waits."""
    made = browser.new_context(**options)
    made.set_default_timeout(PATIENCE)
    return made


OVERLAPS = """() => {
  const clash = [];
  for (const plot of document.querySelectorAll(".plot")) {
    for (const kind of [".ytick text", ".xtick text", ".sankey-node text", ".legendtext", ".scatterlayer .textpoint text"]) {
      const boxes = [...plot.querySelectorAll(kind)].filter((e) => e.textContent.trim() && getComputedStyle(e).opacity > 0)
        .filter((e) => !/rotate\\((?!0[,)])/.test(e.getAttribute("transform") || ""))  // slanted: boxes say nothing
        .map((e) => [e.textContent, e.getBoundingClientRect()]);
      for (let i = 0; i < boxes.length; i++) for (let j = i + 1; j < boxes.length; j++) {
        const [a, p] = boxes[i], [b, q] = boxes[j], slack = 3;
        if (p.left + slack < q.right && q.left + slack < p.right && p.top + slack < q.bottom && q.top + slack < p.bottom)
          clash.push(`${plot.dataset.figure}: ${a} / ${b}`);
      }
    }
  }
  return clash;
}"""
OUTSIDE = """() => [...document.querySelectorAll(".plot")].flatMap((plot) => {
  const frame = plot.getBoundingClientRect();
  return [...plot.querySelectorAll("text")].filter((e) => e.textContent.trim()).filter((e) => {
    const box = e.getBoundingClientRect();
    return box.width && (box.left < frame.left - 2 || box.right > frame.right + 2);
  }).map((e) => `${plot.dataset.figure}: ${e.textContent}`);
})"""


@dataclass(frozen=True)
class Seen:
    """What a visitor finds on a report: figures, the answer, pixels from top to bottom and to the end of the first figure,
    and how many sections the contents list."""

    drawn: int
    answer: str
    tall: int
    first: float
    listed: int


def look(browser: Any, path: Path, width: int) -> Seen:
    """Open a report on a window so wide; every figure is drawn, nothing is fetched, complained of, cut or overlapping."""
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.set_default_timeout(PATIENCE)
    asked: list[str] = []
    problems: list[str] = []
    page.on("request", lambda r: asked.append(r.url))
    page.on("pageerror", lambda e: problems.append(str(e)))
    page.on("console", lambda m: problems.append(m.text) if m.type in ("error", "warning") else None)
    page.goto(path.as_uri())
    page.wait_for_function("document.documentElement.dataset.drawn")
    assert problems == []
    assert [u for u in asked if not u.startswith(("data:", "blob:"))] == [path.as_uri()]
    drawn = page.evaluate("[...document.querySelectorAll('.plot')].filter((p) => p.querySelector('svg')).length")
    assert drawn == page.locator(".plot").count()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(OVERLAPS) == []
    assert page.evaluate(OUTSIDE) == []
    # A window that is made smaller and larger again, or a phone that is turned, leaves pictures as tall as they were.
    heights = "[...document.querySelectorAll('.plot')].map((p) => p.clientHeight)"
    before = page.evaluate(heights)
    for wide in (width + 60, width):
        page.set_viewport_size({"width": wide, "height": 900})
        page.wait_for_timeout(250)
    assert page.evaluate(heights) == before
    answer = str(page.inner_text(".answer"))
    tall = page.evaluate("document.documentElement.scrollHeight")
    first = page.evaluate("document.querySelector('header .plot, header .split').getBoundingClientRect().bottom")
    listed = page.evaluate(
        "[...document.querySelectorAll('.contents a')].filter((a) => a.getBoundingClientRect().width).length"
    )
    page.close()
    return Seen(drawn, answer, tall, first, listed)
