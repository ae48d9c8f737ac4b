"""Figures as PNG, SVG or PDF files, drawn by a Chromium or Chrome that is on the machine."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

import plotly.graph_objects as go

from xunhuan.data.store import atomic_path
from xunhuan.errors import BadInput, XunhuanError

_KINDS = (".png", ".svg", ".pdf")
_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
_PATIENCE = 120.0
"""Seconds after which a browser that prints hangs."""


def write_page(html: str, path: Path, sheets: int = 0) -> None:
    """Print a page that draws itself to a PDF file at `path`, sheets as its style asks for.

    sheets  on how many it is to fit, smaller where it must be; 0: as many as it takes

    Raises XunhuanError where no browser is found or it fails.
    """
    browser = os.environ.get("BROWSER_PATH") or next(filter(None, map(shutil.which, _BROWSERS)), None)
    if browser is None:
        raise no_browser("printing a page", path)
    with atomic_path(path) as tmp:
        for zoom in _ZOOMS:
            smaller = f"<style>@media print {{ main {{ zoom: {zoom} }} }}</style></head>"
            _print(browser, html if zoom == 1 else html.replace("</head>", smaller, 1), path, tmp)
            if not sheets or _sheets(tmp.read_bytes()) <= sheets:
                break


_ZOOMS = (1, 0.92, 0.85, 0.78, 0.72, 0.66)
"""How small a page may be printed: 10.5 points become 7."""


def _sheets(pdf: bytes) -> int:
    """Sheets of a PDF file.

    >>> _sheets(b"<< /Type /Pages /Count 2 /Kids [3 0 R 4 0 R] >>")
    2
    """
    return max((int(n) for n in re.findall(rb"/Count (\d+)", pdf)), default=1)


def _print(browser: str, html: str, path: Path, tmp: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="xunhuan-") as folder:
        page = Path(folder) / "page.html"
        page.write_text(html, encoding="utf-8")
        asked = [
            browser, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder}/profile",
            "--virtual-time-budget=20000", "--no-pdf-header-footer", f"--print-to-pdf={tmp}", page.as_uri(),
        ]  # fmt: skip
        try:
            subprocess.run(asked, check=True, capture_output=True, timeout=_PATIENCE)
        except (OSError, subprocess.SubprocessError) as e:
            raise no_browser("printing a page", path) from e
        if not tmp.exists():
            raise no_browser("printing a page", path)


def no_browser(what: str, path: Path) -> XunhuanError:
    """The error of work that needs a browser where none could be started."""
    fix = "install chromium or chrome, or name one in BROWSER_PATH; the HTML report needs none"
    return XunhuanError(f"{what} needs a browser, and none could be started", where=str(path), fix=fix)


def write_image(
    fig: go.Figure, path: Path, *, width: int = 1000, height: int | None = None, scale: float = 2.0
) -> None:
    """Write a figure to `path`; its suffix says the format.

    width, height  of the figure in pixels; by default the figure's own height · scale: pixels of a PNG per pixel

    Raises BadInput for another suffix or a missing folder, XunhuanError where no browser is found.
    """
    if path.suffix.lower() not in _KINDS:
        what = f"cannot draw a {path.suffix or 'file without suffix'}"
        raise BadInput(what, where=str(path), fix=f"end it in {', '.join(_KINDS)}")
    import kaleido
    from kaleido.errors import BrowserFailedError, ChromeNotFoundError

    options = {"format": path.suffix[1:].lower(), "width": width, "height": height or fig.layout.height, "scale": scale}
    try:
        data = kaleido.calc_fig_sync(fig, opts=options)
    except (ChromeNotFoundError, BrowserFailedError) as e:
        raise no_browser("drawing image files", path) from e
    with atomic_path(path) as tmp:
        tmp.write_bytes(data)
