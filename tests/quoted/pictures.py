"""The pictures of README and docs, from the same tables as their numbers: `python -m tests.quoted.pictures`."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.helpers.browsing import chromium, context
from tests.helpers.tabs import see
from tests.helpers.weblab import serving
from tests.quoted.quotes import ROOT
from xunhuan.faces.cli import main

IMAGES = ROOT / "docs" / "img"
MAPS = ("figure", "china-2017", "maps", "--width", "1188", "--scale", "1", "-o", str(IMAGES / "circulation.png"))
QUESTION = "us-tariffs-2025"
PLACE = "?table=world-2017&region=CN-GD&share=external"


def maps() -> None:
    """Three tile maps of circulation, as the command line draws them."""
    if main(list(MAPS)):
        raise SystemExit(f"not drawn: xunhuan {' '.join(MAPS)}")


def laboratory() -> None:
    """The circulation page of the web laboratory, Guangdong chosen."""
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder)) as server, chromium() as browser:
        page = context(browser, viewport={"width": 1400, "height": 985}, reduced_motion="reduce").new_page()
        see(page, server, PLACE)
        page.wait_for_selector("#profile h2")
        page.wait_for_load_state("networkidle")
        page.screenshot(path=str(IMAGES / "web.png"))


def report() -> None:
    """What is seen first of a scenario's report: the question, its answer with its interval, and the answer's figure; in
    both languages."""
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        result = Path(folder) / QUESTION
        if main(["run", QUESTION, "-o", str(result)]):
            raise SystemExit(f"not run: {QUESTION}")
        page = context(browser, viewport={"width": 1366, "height": 768}, reduced_motion="reduce").new_page()
        page.goto((result / "report.html").as_uri())
        page.wait_for_function("document.documentElement.dataset.drawn")
        page.screenshot(path=str(IMAGES / "report.png"))
        chinese = str(Path(folder) / "zh.html")
        if main(["--lang", "zh", "report", str(result), "-o", chinese]):
            raise SystemExit(f"not written: {chinese}")
        page.goto(Path(chinese).as_uri())
        page.wait_for_function("document.documentElement.dataset.drawn")
        page.screenshot(path=str(IMAGES / "report.zh.png"))


if __name__ == "__main__":
    maps()
    report()
    laboratory()
    print(f"wrote {IMAGES}")
