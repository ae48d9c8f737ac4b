"""Tables: what there is, where it comes from, whether it balances, and every correction made when it was built."""

from __future__ import annotations

from typing import Any

from dash import dcc, html

from xunhuan.data.accounts import Accounts
from xunhuan.data.geography import Geography
from xunhuan.data.identities import TOLERANCE, identity_residuals
from xunhuan.data.store import known_tables, load_log
from xunhuan.errors import UnknownName
from xunhuan.faces import spelling, words
from xunhuan.faces.web import lookups
from xunhuan.faces.web.jobs import Pool
from xunhuan.faces.web.pages import Page
from xunhuan.faces.web.parts import card, plain_table, with_contents
from xunhuan.faces.web.state import Selection
from xunhuan.symbols import amount_said

_LINES = 60
"""Rows of a build log shown; the file holds all."""


def _draw(selection: Selection, pool: Pool, kept: Any) -> html.Div:
    """The catalogue, then the table chosen."""
    t = words.of(selection.lang)
    acc = lookups.accounts_of(selection.table, selection.home)
    return html.Div(
        [
            html.H1(t("tables_title"), className="lead"),
            html.P(t("tables_lead"), className="sub"),
            *with_contents(
                [
                    card(_catalogue(selection), t("catalogue")),
                    card(_about(acc, selection), f"{acc.name}"),
                    card(_identities(acc.name, selection.lang), t("identities")),
                    card(_log(acc.name, selection.lang), t("build_log")),
                ],
                selection.lang,
            ),
        ]
    )


def _catalogue(selection: Selection) -> html.Div:
    t = words.of(selection.lang)
    rows = []
    for name in known_tables():
        acc = lookups.accounts_of(name)
        chosen = name == selection.table
        link: Any = dcc.Link(name, href=selection.address(table=name, home="", region=""))
        if name not in lookups.table_names():
            link = name
        label = html.Strong(link) if chosen else link
        rows.append(
            [
                label,
                table_title(acc, selection.lang),
                acc.year,
                acc.R,
                acc.S,
                _unit(acc, selection.lang),
                html.Code(acc.answer_digest[:12]),
            ]
        )
    head = [t("table"), t("title"), t("year"), t("regions"), t("sectors"), t("unit"), t("digest")]
    return plain_table(head, rows, numeric=(2, 3, 4), caption=t("catalogue"))


def table_title(acc: Accounts, lang: str) -> str:
    """The table's title, in Chinese where the texts have it."""
    key = f"title_{acc.name.replace('-', '_')}"
    return words.either(key, lang, acc.title) if lang == "zh" else acc.title


def _unit(acc: Accounts, lang: str) -> str:
    return words.in_language(acc.unit, lang, filed=True) if lang == "zh" else spelling.unit(acc.unit)


def _clusters(geo: Geography, lang: str) -> Any:
    """Clusters by name with their members, folded away under how many there are."""
    if not geo.clusters:
        return "–"
    joint = words.of(lang)("list")
    rows = [html.Li([html.B(geo.name(k, lang)), ": ", joint.join(geo.name(c, lang) for c in members)])
            for k, members in geo.clusters.items()]  # fmt: skip
    return html.Details([html.Summary(str(len(rows))), html.Ul(rows, className="plainlist")])


def _about(acc: Accounts, selection: Selection) -> list[Any]:
    t = words.of(selection.lang)
    geo = acc.geography
    facts: list[tuple[str, Any]] = [
        (t("title"), table_title(acc, selection.lang)),
        (t("source"), acc.source),
        (t("unit"), t("comma").join((_unit(acc, selection.lang), str(acc.year)))),
        (t("home"), geo.name(acc.home, selection.lang)),
        (t("regions"), t("comma").join([str(acc.R), *([t("open_regions", n=len(geo.open))] if geo.open else [])])),
        (t("clusters"), _clusters(geo, selection.lang)),
        (t("digest"), html.Code(acc.answer_digest, className="long")),
    ]
    rows = [item for k, v in facts for item in (html.Dt(k), html.Dd(v))]
    notes = html.Ul([html.Li(n) for n in acc.notes]) if acc.notes else html.P("–")
    return [html.Dl(rows, className="facts"), html.H3(t("caveats")), notes]


@lookups.once(48)
def _identities(name: str, lang: str) -> list[Any]:
    t = words.of(lang)
    found = identity_residuals(lookups.accounts_of(name))
    rows = [[html.Code(name), r.size, f"{float(r.max()) if r.size else 0.0:.1e}"] for name, (r, _) in found.items()]
    head = [t("identity"), t("cells"), t("largest_residual")]
    return [
        plain_table(head, rows, numeric=(1, 2), caption=t("identities")),
        html.P(t("tolerance", tolerance=f"{TOLERANCE:g}")),
    ]


@lookups.once(48)
def _log(name: str, lang: str) -> list[Any]:
    t = words.of(lang)
    try:
        log = load_log(name)
    except UnknownName:
        return [html.P(t("no_log"))]
    counts = log.groupby("step", sort=False).size()
    summary = plain_table(
        [t("step"), t("corrections")], [[s, f"{n:,}"] for s, n in counts.items()], numeric=(1,), caption=t("build_log")
    )
    largest = log.reindex(log["change"].abs().sort_values(ascending=False, kind="stable").index).head(_LINES)
    rows = [[_cell(v) for v in row] for row in largest.itertuples(index=False)]
    numeric = [k for k, c in enumerate(largest.columns) if c in ("before", "after", "change")]
    full = plain_table(
        [str(c) for c in largest.columns], rows, numeric=numeric, caption=t("largest_corrections", n=len(largest))
    )
    link = html.A(t("download_log"), href=f"/download/log/{name}.csv", className="button", download=f"{name}-log.csv")
    return [
        html.P(t("log_is", n=f"{len(log):,}")),
        summary,
        html.Details([html.Summary(t("largest_corrections", n=len(largest))), full]),
        html.P(link),
    ]


def _cell(value: object) -> Any:
    """A cell of the log, whose texts are English."""
    if isinstance(value, float):
        return amount_said(value) if value == value else "–"
    return html.Span(str(value), lang="en")


PAGE = Page(_draw)
