"""Small visual pieces the pages share: pickers, bars, notices, tables. Numbers are text, not only colour."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import dash_mantine_components as dmc
import numpy as np
from dash import Dash, dcc, html
from dash.dependencies import ClientsideFunction

from xunhuan.data.arrays import CIRCUITS
from xunhuan.data.geography import Geography, other_names
from xunhuan.faces import spelling, words
from xunhuan.faces.figures import style

SCALES = {"own": style.BLUES, "inter": style.BLUES, "external": style.ORANGES}
Children = Any
"""What a Dash component takes as children."""


def aria(**names: str) -> dict[str, Any]:
    """Attributes for readers of screens: `aria(label="Map")`."""
    return {f"aria-{k}": v for k, v in names.items()}


def clientside(app: Dash, function: str, *dependencies: Any, **options: Any) -> None:
    """A callback that a function of assets/lab.js answers in the browser."""
    app.clientside_callback(ClientsideFunction("lab", function), *dependencies, **options)  # type: ignore[no-untyped-call]


def colour(x: float, scale: Sequence[tuple[float, str]]) -> str:
    """The colour at x in [0, 1] of a scale of (stop, #rrggbb).

    >>> colour(0.5, ((0.0, "#000000"), (1.0, "#204060")))
    '#102030'
    """
    x = min(max(x, 0.0), 1.0) if np.isfinite(x) else 0.0
    stops = [s for s, _ in scale]
    rgb = np.array([[int(c[k : k + 2], 16) for k in (1, 3, 5)] for _, c in scale], dtype=float)
    mixed = [int(np.interp(x, stops, rgb[:, k]) + 0.5) for k in range(3)]
    return "#{:02x}{:02x}{:02x}".format(*mixed)


def contrast(a: str, b: str) -> float:
    """Contrast ratio of two colours by WCAG 2.

    >>> round(contrast("#000000", "#ffffff"), 1)
    21.0
    """
    light, dark = sorted((_luminance(a), _luminance(b)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def ink_for(background: str) -> str:
    """The house ink or white, whichever reads at 4.5 to 1; black in the narrow band where neither does."""
    return next((c for c in (style.INK, style.PAPER) if contrast(c, background) >= style.LEGIBLE), "#000000")


def painted(ground: str) -> dict[str, str]:
    """Ground and ink of a piece of a map by day and by night, for assets/lab.css."""
    night = style.at_night(ground)
    return {"--day": ground, "--day-ink": ink_for(ground), "--night": night, "--night-ink": ink_for(night)}


def _luminance(c: str) -> float:
    channel = [int(c[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    linear = [x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in channel]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def rough_percent(x: float, digits: int = 0) -> str:
    """A share as people read it; "<1%" rather than a zero that is not one.

    >>> rough_percent(0.342), rough_percent(0.0003), rough_percent(0.0)
    ('34%', '<1%', '0%')
    """
    if 0 < x < 0.5 * 10.0 ** (-digits) / 100:
        return f"<{10.0**-digits:.{digits}f}%"
    return spelling.percent(x, digits)


def money(x: float, unit: str, lang: str) -> str:
    """A value in words people use: trillions and billions, 万亿 and 亿; as it is where the unit is not a power of ten.

    >>> money(1179165, "million USD", "en"), money(87830, "10^8 CNY", "zh"), money(514, "million SHL", "en")
    ('$1.18 trillion', '8.78万亿元', '514 million SHL')
    >>> money(4463, "10^8 CNY", "zh"), money(999700, "million USD", "en")
    ('4,463亿元', '$1,000 billion')
    """
    size, _, currency = unit.rpartition(" ")
    factor = {"million": 1e6, "10^8": 1e8}.get(size)
    known = words.known(f"money_{currency}")
    if factor is None or not known:
        return f"{x:,.0f} {words.in_language(unit, lang)}"
    value, word = x * factor, words.of(lang)(f"money_{currency}")
    steps = ((1e12, "万亿", " trillion"), (1e8, "亿", ""), (1e9, "", " billion"), (1e6, "", " million"))
    for step, chinese, english in steps:
        if value >= step and (chinese if lang == "zh" else english):
            scaled = value / step
            shown = f"{scaled:.3g}" if round(scaled) < 1000 else f"{scaled:,.0f}"  # `g` turns to exponents
            return f"{shown}{chinese}{word}" if lang == "zh" else f"{words.CURRENCY_SIGNS[currency]}{shown}{english}"
    return f"{x:,.0f} {unit}"


CHOICES_LISTED: dict[str, Any] = {
    "withScrollArea": False, "comboboxProps": {"withinPortal": False}, "checkIconPosition": "right", "size": "sm",
    "attributes": {"options": {"tabIndex": -1}},  # what scrolls is a stop of the keyboard otherwise
}  # fmt: skip
"""What every list of choices has: it stands beside its field, for readers of screens too, and scrolls by itself."""


def by_any_name(geo: Geography, lang: str) -> dict[str, Any]:
    """What finds a place by any of its names, for assets/lab.js."""
    names: dict[str, list[str]] = {c: [geo.name(c), geo.name(c, "zh")] for c in geo.codes}
    for name, code in other_names().items():
        names.get(code, []).append(name)
    return by_name(lang, names=names)


def by_name(lang: str, **more: Any) -> dict[str, Any]:
    """What finds a choice by what it is called, or the nearest, or says that there is none, for assets/lab.js."""
    return {"function": "byAnyName", "options": {"none": words.of(lang)("nothing_found"), **more}}


def picker(id: str, label: str, data: Sequence[dict[str, str]], value: str, **props: Any) -> dmc.Select:
    """A labelled drop-down that always holds a value."""
    return dmc.Select(
        id=id, label=label, data=list(data), value=value, allowDeselect=False, maxDropdownHeight=320,
        **CHOICES_LISTED, **props,
    )  # fmt: skip


def circuit_bar(parts: Sequence[float], label: str, tall: bool = False) -> html.Div:
    """Own, inter and external as one bar; the reader of screens hears `label`."""
    segments = [
        html.Span(
            rough_percent(p) if tall and p >= 0.08 else "",
            className=f"seg seg-{c}" + (" few" if p < 0.15 else ""),
            style={"width": f"{100 * p:.3f}%"},
        )
        for c, p in zip(CIRCUITS, parts, strict=True)
    ]
    return html.Div(segments, className="stack tall" if tall else "stack", role="img", **aria(label=label))


def share_bar(share: float, longest: float, circuit: str) -> html.Span:
    """One bar, drawn against the longest of its list."""
    width = 100 * share / longest if longest > 0 else 0.0
    fill = html.Span(className=f"seg seg-{circuit}", style={"width": f"{width:.2f}%"})
    return html.Span(fill, className="bar", **aria(hidden="true"))


def notice(lines: Sequence[str], title: str, kind: str = "error") -> html.Div:
    """Lines of a message as the command line prints them."""
    role = "alert" if kind == "error" else "status"
    text = [html.Pre([line[: len(line) - len(bare)], bare]) for one in lines for line in one.splitlines()
            for bare in [line.lstrip(" -")]]  # fmt: skip
    return html.Div([html.Strong(title), *text], className=f"notice {kind}", role=role)


_LONG = 40
"""Letters beyond which a column of texts is kept wide, so that it is read on a phone by pushing the table along."""


def _letters(part: Children) -> int:
    """How many letters a part of a page shows.

    >>> _letters([html.Span("two"), " ", html.B(["words"])]), _letters(None)
    (9, 0)
    """
    if isinstance(part, str | int | float):
        return len(str(part))
    inside = part if isinstance(part, list | tuple) else [getattr(part, "children", None)]
    return sum(map(_letters, inside)) if part is not None else 0


def plain_table(
    head: Sequence[str], rows: Sequence[Sequence[Children]], numeric: Sequence[int] = (), caption: str = ""
) -> html.Div:
    """A plain table that scrolls sideways in its own box; columns in `numeric` are set right."""
    long = [max((_letters(r[k]) for r in rows), default=0) > _LONG for k in range(len(head))]
    number = ["num" if k in numeric else "long" if long[k] else "" for k in range(len(head))]
    header = html.Thead(html.Tr([html.Th(h, className=c, scope="col") for h, c in zip(head, number, strict=True)]))
    body = html.Tbody([html.Tr([html.Td(v, className=c) for v, c in zip(r, number, strict=True)]) for r in rows])
    inside = [html.Caption(caption)] if caption else []
    return html.Div(
        html.Table([*inside, header, body], className="plain"),
        className="scroll",
        tabIndex=0,
        role="region",
        **aria(label=caption or head[0]),
    )


_ALONE = "This picture alone, at an address of its own"
_COPY = "Copies this picture as HTML, to be pasted into any page: it needs no server and runs no script"


def framed(fig: Any, id: Any, label: str, name: str = "xunhuan") -> html.Figure:
    """A Plotly figure, words for who cannot see it, and buttons for it and its numbers, worked by assets/lab.js."""
    config: Any = {
        "displaylogo": False, "responsive": True, "displayModeBar": False, "plotlyServerURL": "", "topojsonURL": "",
    }  # fmt: skip
    graph = dcc.Graph(
        id=id, figure=style.axes_folded(fig), config=config, style={"height": f"{fig.layout.height or 360}px"}
    )
    saves: list[Any] = []
    for kind in ("png", "svg", "csv", "xlsx", "html"):
        what: dict[str, Any] = {"data-save": kind, "data-name": name, "data-only": id}
        what |= aria(label=f"{kind.upper()}: {label}") | ({"title": _COPY} if kind == "html" else {})
        saves.append(html.Button(kind.upper(), type="button", className="plain-button", **what))
    # Where the page is known to the browser alone; assets/lab.js completes the address.
    apart: dict[str, Any] = {"data-only": id, **aria(label=f"↗ {label}")}
    saves.append(html.A("↗", href="?", className="plain-button", title=_ALONE, **apart))
    saves.append(html.Span("", className="hidden-text", role="status", title="copied"))  # said by assets/lab.js
    said = html.Figcaption(label, className="hidden-text")
    return html.Figure([graph, said, html.Div(saves, className="saves")], className="figure")


def with_contents(cards: Sequence[Children], lang: str, least: int = 4) -> list[Children]:
    """Cards under a list of their headings, where there are so many; headings get the ids that the list points to."""
    links = []
    for k, part in enumerate(cards):
        head = part.children[0] if isinstance(part, html.Section) and isinstance(part.children, list) else None
        if isinstance(head, html.H2) and isinstance(head.children, str):
            part.id = getattr(part, "id", None) or f"part-{k}"
            links.append(html.A(head.children, href=f"#{part.id}"))
    if len(links) < least:
        return list(cards)
    return [html.Nav(links, className="jumps", **aria(label=words.of(lang)("on_this_page"))), *cards]


def card(children: Children, title: str = "", extra: str = "") -> html.Section:
    """A boxed part of a page."""
    head = [html.H2(title)] if title else []
    inside = children if isinstance(children, list) else [children]
    return html.Section([*head, *inside], className=f"card {extra}".strip())
