"""The pages, each a function of the address: a module a page, and its record."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from dash import Dash, html

from xunhuan.faces.web.jobs import Pool
from xunhuan.faces.web.state import Selection


@dataclass(frozen=True)
class Page:
    """A page of the laboratory.

    draw     the page at an address; `Any` is the draft this tab has been working on, None where there is none
    connect  adds its callbacks to the app; None where nothing on the page moves by itself
    later    parts that are drawn after the page; None where there are none
    """

    draw: Callable[[Selection, Pool, Any], html.Div]
    connect: Callable[[Dash, Pool], None] | None = None
    later: Callable[[Selection], list[Any]] | None = None
