"""Figures as PNG, SVG or PDF files, drawn by a Chromium or Chrome that is on the machine."""

from __future__ import annotations

from pathlib import Path

import plotly.graph_objects as go

from xunhuan.data.store import atomic_path
from xunhuan.errors import BadInput, XunhuanError

_KINDS = (".png", ".svg", ".pdf")


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
        fix = "install chromium or chrome, or name one in BROWSER_PATH; the HTML report needs none"
        raise XunhuanError(
            "drawing image files needs a browser, and none could be started", where=str(path), fix=fix
        ) from e
    with atomic_path(path) as tmp:
        tmp.write_bytes(data)
