"""Pictures that a model's records ask for by kind: fans, ladders, stacks, steps, two levers, pairs, curves, stems."""

from __future__ import annotations

from typing import Any

import numpy as np
from dash import html

from xunhuan.faces import words
from xunhuan.faces.captions import caption_of, with_whiskers
from xunhuan.faces.figures.along import ALONG, heat_of
from xunhuan.faces.figures.of_quantity import of_quantity, tiles_of
from xunhuan.faces.figures.placing import PLACED, placed_rows
from xunhuan.faces.reading import Reading
from xunhuan.faces.spelling import raised
from xunhuan.faces.told import Told
from xunhuan.faces.web.parts import card, framed, plain_table

DRAWN_KINDS = ("fan", "steps", "land", "flows", "heat", "pairs", "curve", "bars", "stack", "tiles", "lollipops")
"""In which they stand: along years, what did it, the land, what goes where, over two levers, plan against race, parts,
places, who gains."""
_OTHERS = ("sector", "region", "t")
"""Axes whose bars other cards draw."""


def of_kind(reading: Reading, model: str, arm: str) -> list[Told]:
    """A model's quantities that this card draws and that have an answer in an arm, in the order of the page."""
    found = [q for q in reading.of(model) if _mine(q) and np.isfinite(reading.data[q.name].sel(arm=arm)).any()]
    return sorted(found, key=lambda q: DRAWN_KINDS.index(q.picture))


def _mine(q: Told) -> bool:
    labelled = bool(q.axes) and not q.place_axis and not set(q.axes) & set(_OTHERS)
    return q.picture in ALONG or (q.picture in DRAWN_KINDS and (q.picture != "bars" or labelled))


def kind_cards(reading: Reading, arm: str) -> tuple[list[Any], list[str]]:
    """A card a model with its pictures in an arm, and the names of what they draw."""
    cards, drawn = [], []
    for model in reading.models:
        parts: list[Any] = []
        for q in of_kind(reading, model, arm):
            fig = of_quantity(reading, q, arm)
            if fig is None:
                continue
            drawn.append(q.name)
            caption = with_whiskers(caption_of(reading, q, arm), fig, reading.lang)
            parts += [html.H3(raised(reading.title(q))), *_shown(reading, q, arm, fig, caption),
                      html.P(caption, className="sub small")]  # fmt: skip
        if parts:
            cards.append(card(html.Div(parts, className="kinds"), reading.section(model)))
    return cards, drawn


def _shown(reading: Reading, q: Told, arm: str, fig: Any, caption: str) -> list[Any]:
    """The picture; where there is no room maps stand one below the other, and colours have no numbers on them."""
    tall = None
    if q.picture == "tiles":
        tall = tiles_of(reading, q, arm, stacked=True)
    elif q.picture == "heat":
        tall = heat_of(reading, q, arm, told=False)
    elif q.picture in PLACED:
        tall = PLACED[q.picture](reading, q, arm, small=True)
    if tall is None:
        return [framed(fig, f"kind-{q.name}", caption, q.name)]
    return [
        html.Div(framed(fig, f"kind-{q.name}", caption, q.name), className="only-wide"),
        html.Div(framed(tall, f"kind-{q.name}-tall", caption, q.name), className="only-narrow"),
        *_numbers(reading, q, arm),
    ]


def _numbers(reading: Reading, q: Told, arm: str) -> list[Any]:
    """The numbers of circles or of ribbons, folded away."""
    head, rows = placed_rows(reading, q, arm) if q.picture in PLACED else ([], [])
    if not rows:
        return []
    title = words.of(reading.lang)("as_table")
    return [html.Details([html.Summary(title), plain_table(head, rows, numeric=(len(head) - 1,), caption=title)])]
