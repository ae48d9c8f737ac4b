"""Every page of the laboratory and every report given, as people see them, on sheets to look at.

python -m tests.screens FOLDER [--show RESULT ...] [--report PAGE.html ...]: three widths, both languages, by day and
night, written to FOLDER with one sheet of small pictures a page. What is cut, collides, is too small, empty or in the other
language is told beside them; what no test can tell is told by looking.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from PIL import Image

from tests.helpers.browsing import chromium, context
from tests.helpers.weblab import serving
from tests.screens.wrong import wrong
from xunhuan.faces.web import state

WIDTHS = {390: 844, 1366: 768, 1920: 1080}
SCHEMES = ("light", "dark")
TALLEST = 6000
"""Pixels of a page that a picture keeps."""
SHEET = 2000
"""Pixels that a sheet is wide."""


def shots(browser: Any, name: str, where: dict[str, str], folder: Path, widths: dict[int, int]) -> Iterator[Path]:
    """A page in each language, width and light; `where` is its address by language."""
    for lang, address in where.items():
        for scheme in SCHEMES:
            profile = context(browser, reduced_motion="reduce", color_scheme=scheme)
            page = profile.new_page()
            for width, height in widths.items():
                page.set_viewport_size({"width": width, "height": height})
                page.goto(address)
                if address.startswith("file:"):
                    page.wait_for_function("document.documentElement.dataset.drawn")
                else:
                    page.wait_for_selector("#page h1, #page .figure")
                    page.wait_for_load_state("networkidle")
                page.wait_for_timeout(300)
                tall = int(page.evaluate("document.documentElement.scrollHeight"))
                path = folder / f"{name}-{lang}-{width}-{scheme}.png"
                clip = {"x": 0, "y": 0, "width": width, "height": min(tall, TALLEST)}
                page.screenshot(path=str(path), full_page=True, clip=clip)
                print(f"{path.name}: {tall / height:.1f} screens", flush=True)
                if scheme == "light":
                    if address.startswith("file:"):  # what is folded has its faults too
                        page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
                        page.wait_for_timeout(300)
                    spoken = "zh" if page.evaluate("document.documentElement.lang").startswith("zh") else "en"
                    print(*(f"    {fault}\n" for fault in wrong(page, spoken)), sep="", end="", flush=True)
                yield path
            profile.close()


def sheet(paths: list[Path], path: Path) -> None:
    """Small pictures side by side, as tall as the tallest."""
    pictures = [Image.open(p) for p in paths]
    scale = SHEET / sum(p.width for p in pictures)
    small = [p.resize((max(1, round(p.width * scale)), max(1, round(p.height * scale)))) for p in pictures]
    out = Image.new("RGB", (sum(p.width for p in small) + 8 * len(small), max(p.height for p in small)), "#888888")
    left = 0
    for p in small:
        out.paste(p, (left, 0))
        left += p.width + 8
    out.save(path)


def main() -> None:
    """Take the pictures."""
    asked = argparse.ArgumentParser()
    asked.add_argument("folder", type=Path)
    asked.add_argument("--show", type=Path, action="append", default=[])
    asked.add_argument("--report", type=Path, action="append", default=[])
    asked.add_argument("--page", action="append", default=[])
    asked.add_argument("--width", type=int, action="append", default=[])
    given = asked.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    widths = {w: h for w, h in WIDTHS.items() if not given.width or w in given.width}
    with tempfile.TemporaryDirectory() as kept, chromium() as browser:
        for page in given.report:
            found = list(shots(browser, page.stem, {"as": page.resolve().as_uri()}, given.folder, widths))
            sheet(found, given.folder / f"sheet-{page.stem}.png")
        shown = [word for path in given.show for word in ("--show", str(path))]
        every = [p.removeprefix("/") for p in state.pages()]
        pages = given.page or ([] if given.report else every)
        if pages:
            with serving(Path(kept), *shown) as server:
                for where in pages:
                    name = (
                        where.replace("/", "-").replace("?", "-").replace("&", "-").replace("=", "-") or "circulation"
                    )
                    join = "&" if "?" in where else "?"
                    there = {lang: f"{server.address}{where}{join}lang={lang}" for lang in state.LANGUAGES}
                    found = list(shots(browser, name, there, given.folder, widths))
                    sheet(found, given.folder / f"sheet-{name}.png")


if __name__ == "__main__":
    main()
