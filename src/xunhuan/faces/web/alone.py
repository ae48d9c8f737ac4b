"""One picture of a page by itself, at an address of its own: `only` names it among those of the page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go
from dash import dcc, html
from dash.development.base_component import Component

from xunhuan.faces import words
from xunhuan.faces.web.jobs import Pool
from xunhuan.faces.web.pages import Page, ask, circulation, results, scenario, tables
from xunhuan.faces.web.parts import notice
from xunhuan.faces.web.spoken import spoken
from xunhuan.faces.web.state import Selection

HOUSE_PAGES = {
    "circulation": circulation.PAGE,
    "scenario": scenario.PAGE,
    "results": results.PAGE,
    "tables": tables.PAGE,
}


@dataclass(frozen=True)
class Alone:
    """A picture with what is said of it."""

    frame: html.Figure
    figure: go.Figure
    title: str


def page_of(selection: Selection) -> Page:
    """The page an address means; a model's own page where it is none of the house's."""
    return HOUSE_PAGES.get(selection.page, ask.PAGE)


def picture_alone(selection: Selection, pool: Pool) -> Alone | None:
    """The picture that an address names, in its language; None where its page has none of that name."""
    page = page_of(selection)
    drawn = [page.draw(selection, pool, None), *(page.later(selection) if page.later is not None else [])]
    for frame in _frames(drawn):
        graph, told = frame.children[0], frame.children[1]
        if graph.id == selection.only:
            spoken(frame, selection.lang)
            return Alone(frame, go.Figure(graph.figure), str(told.children))
    return None


def shown_alone(selection: Selection, pool: Pool) -> html.Div:
    """The page of one picture, and the way to the whole."""
    t, found = words.of(selection.lang), picture_alone(selection, pool)
    whole = html.P(dcc.Link(t("whole_page"), href=selection.address()), className="sub small")
    if found is None:
        return html.Div([html.H1(t("pictures_one"), className="hidden-text"),
                         notice([t("no_such_picture")], t("page_problem")), whole], className="alone")  # fmt: skip
    return html.Div([html.H1(found.title, className="question"), found.frame, whole], className="alone")


def _frames(part: Any) -> Iterator[html.Figure]:
    """Every framed picture in a page."""
    if isinstance(part, list | tuple):
        for p in part:
            yield from _frames(p)
    elif isinstance(part, html.Figure):
        yield part
    elif isinstance(part, Component):
        yield from _frames(getattr(part, "children", None))
