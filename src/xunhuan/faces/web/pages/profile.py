"""The profile of one region: its circuits with intervals, partners, sectors, bridge role, trade at home and history."""

from __future__ import annotations

from typing import Any

from dash import dcc, html

from xunhuan.data.arrays import CIRCUITS
from xunhuan.data.caveats import partners_guessed
from xunhuan.faces import figures, spelling, words
from xunhuan.faces.figures.history import history_lines
from xunhuan.faces.web import ahead, answers, lookups
from xunhuan.faces.web.parts import aria, circuit_bar, framed, money, plain_table, rough_percent, share_bar
from xunhuan.faces.web.spoken import spoken
from xunhuan.faces.web.state import Selection

_PARTNERS = 5
SECTORS = 8


def profile(selection: Selection) -> list[Any]:
    """Everything known about the region chosen, under the definition chosen."""
    t = lookups.speaking(selection.table, selection.home, selection.lang)
    acc = lookups.accounts_of(selection.table, selection.home)
    found = lookups.shares(selection.table, selection.home, selection.definition)
    name = acc.geography.name(selection.region, selection.lang)
    k = [p.code for p in found.places].index(selection.region)
    total = t("total_origin" if selection.definition == "origin" else "total_gdp")
    head = [
        html.H2(name),
        html.P(f"{total} {acc.year}: {money(float(found.total[k]), acc.unit, selection.lang)}", className="sub"),
        *_cities(selection),
    ]
    whole = lookups.cut_of(selection.table)[1]
    if whole:  # what else is told of cities hangs on what they sell each other, and of others on the table as it is
        city = selection.region in acc.geography.clusters[whole]
        shown = [*head, *(_sure(selection, name) if city else []), *_groups(selection)]
        return list(spoken(shown, selection.lang))
    page = [
        *head,
        *_partners(selection, name),
        *_sectors(selection, name),
        *(_bridge(selection, name) if ahead.ready(selection.table, selection.home) else _awaited(selection)),
        *_sure(selection, name),
        *_crossing(selection),
        *_history(selection),
    ]
    return list(spoken(page, selection.lang))


def _cities(selection: Selection) -> list[Any]:
    """The way to a region's cities, or from them back to the whole."""
    t = lookups.speaking(selection.table, selection.home, selection.lang)
    name, region = lookups.cut_of(selection.table)
    if not region:
        if selection.region not in lookups.can_be_cut(selection.table):
            return []
        href = selection.address(table=f"{name}{lookups.CUT}{selection.region}", region="", definition="absorption")
        return [html.P(dcc.Link(t("cities_shown"), href=href))]
    geo = lookups.accounts_of(selection.table, selection.home).geography
    city = selection.region in geo.clusters[region]
    back = selection.address(table=name, region=region if city else selection.region)
    said = t("cities_bounds" if city else "cities_elsewhere", region=geo.name(region, selection.lang))
    return [html.P(said), html.P(dcc.Link(t("cities_back"), href=back))]


def _groups(selection: Selection) -> list[Any]:
    """Clusters of cities, each taken as one, with what the books allow."""
    t = lookups.speaking(selection.table, selection.home, selection.lang)
    geo = lookups.accounts_of(selection.table, selection.home).geography
    out: list[Any] = [html.H3(t("city_clusters")), html.P(t("city_clusters_sub"), className="sub")]
    for code, found in lookups.city_groups(selection.table, selection.home):
        rows = []
        for k, c in enumerate(CIRCUITS):
            ends = (float(found[:, k].min()), float(found[:, k].max()))
            rows.append(_rail(t(c), c, float(found[0, k]), None, ends))
        inside = selection.region in geo.clusters[code]
        count = t("cluster_of", n=len(geo.clusters[code])) + (t("cluster_here") if inside else "")
        head = html.H4([geo.name(code, selection.lang), " ", html.Small(count)])
        out += [head, html.Ul(rows, className="bars bounds")]
    return out


def _partners(selection: Selection, name: str) -> list[Any]:
    t = lookups.speaking(selection.table, selection.home, selection.lang)
    key = (selection.table, selection.home, selection.definition, selection.region)
    found = lookups.partners(*key)
    columns = []
    first = {c: [s for s in found if s.circuit == c][:_PARTNERS] for c in ("inter", "external")}
    longest = max(
        (s.share for top in first.values() for s in top), default=0.0
    )  # of both lists: they stand side by side
    for circuit, top in first.items():
        if not top:
            continue
        items = [
            html.Li(
                [
                    html.Span(s.place.name(selection.lang), className="who"),
                    share_bar(s.share, longest, circuit),
                    html.B(rough_percent(s.share, 1)),
                ]
            )
            for s in top
        ]
        columns.append(html.Div([html.H4(t(circuit)), html.Ul(items, className="bars")]))
    if not columns:
        return []
    said = words.caveat(partners_guessed(lookups.accounts_of(selection.table, selection.home)), selection.lang)
    warned = [html.P(said, className="sub small")] if said else []
    return [html.H3(t(f"partners_{selection.definition}", region=name)), *warned, html.Div(columns, className="pair")]


def _sectors(selection: Selection, name: str) -> list[Any]:
    t = lookups.speaking(selection.table, selection.home, selection.lang)
    found = lookups.sectors(selection.table, selection.home, selection.definition, selection.region)[:SECTORS]
    longest = max(s.weight for s in found)
    items = []
    for s in found:
        label = ", ".join(f"{t(c)} {rough_percent(p, 1)}" for c, p in zip(CIRCUITS, s.part, strict=True))
        inner = html.Div(
            circuit_bar([p / s.weight for p in s.part] if s.weight else s.part, label),
            style={"width": f"{100 * s.weight / longest:.1f}%"},
        )
        items.append(
            html.Li(
                [
                    html.Span(s.place.name(selection.lang), className="who"),
                    html.Div(inner, className="bar"),
                    html.B(rough_percent(s.weight, 1)),
                ]
            )
        )
    return [html.H3(t("sectors_of", region=name)), html.Ul(items, className="bars wide")]


def _awaited(selection: Selection) -> list[Any]:
    """Room for the bridge, which a large table takes seconds for: it is asked for when the page is there."""
    answers.not_to_be_kept()
    waiting = html.P(words.of(selection.lang)("loading"), className="loading", role="status")
    return [html.Div(waiting, id="bridge"), dcc.Store(id="bridge-of", data=selection.region)]


def bridge_shown(selection: Selection) -> list[Any]:
    """What `_awaited` leaves room for, when it is there."""
    geo = lookups.accounts_of(selection.table, selection.home).geography
    return list(spoken(_bridge(selection, geo.name(selection.region, selection.lang)), selection.lang))


def _bridge(selection: Selection, name: str) -> list[Any]:
    """What of the other regions' export value added this one ships, and what passes through it."""
    t = lookups.speaking(selection.table, selection.home, selection.lang)
    found = lookups.bridges(selection.table, selection.home)
    if selection.region not in found:
        return []
    gateway, passing = found[selection.region]
    order = sorted(found, key=lambda c: -found[c][1]).index(selection.region) + 1
    home = lookups.accounts_of(selection.table, selection.home).geography.name(selection.home, selection.lang)
    said = t(
        "bridge_is",
        region=name,
        home=home,
        gateway=rough_percent(gateway, 1),
        bridge=rough_percent(passing, 1),
        n=order,
        of=len(found),
    )
    return [html.H3(t("bridge")), html.P(said)]


def _sure(selection: Selection, name: str) -> list[Any]:
    """Each share with its interval and its limits, the region's rank with its own, and what these are."""
    t = lookups.speaking(selection.table, selection.home, selection.lang)
    key = (selection.table, selection.home, selection.definition)
    found, limits = lookups.shares(*key), lookups.limits(*key, selection.region)
    if found.seen is None and limits is None:
        return []
    said = [t("sure_elsewhere") if found.seen is None else _versions_said(found, selection)]
    said += [t("sure_limits")] if limits is not None else []
    rows = []
    for k, c in enumerate(CIRCUITS):
        ends = None if limits is None else (float(limits[0, k]), float(limits[1, k]))
        rows.append(_rail(t(c), c, found.of(selection.region)[k], found.span(selection.region, c), ends))
    out = [html.H3(t("sure")), html.P(t("next").join(said), className="sub"), html.Ul(rows, className="bars bounds")]
    rank = found.rank(selection.region, selection.share)
    if rank is not None:
        n, low, high = rank
        share, of = t(selection.share), len(found.places)
        out.append(html.P(t("sure_rank", share=share, region=name, n=n, of=of, low=low, high=high), className="sub"))
    return out


def _versions_said(found: lookups.CircuitShares, selection: Selection) -> str:
    """What versions of the table vary, and how many show the region."""
    city = selection.region in (found.cities or ())
    key = "sure_cities" if found.held else "sure_cities_drawn" if city else "sure_intervals"
    return words.of(selection.lang)(key, n=found.versions(selection.region))


def _rail(
    name: str, circuit: str, value: float, span: tuple[float, float] | None, limits: tuple[float, float] | None
) -> html.Li:
    """A share as a dot on a rail, over its interval and its limits."""
    drawn = [
        html.Span(className=kind, style={"left": f"{100 * e[0]:.2f}%", "width": f"{max(100 * (e[1] - e[0]), 0.6):.2f}%"})
        for kind, e in (("limits", limits), (f"span seg-{circuit}", span)) if e is not None
    ]  # fmt: skip
    dot = html.Span(className="dot", style={"left": f"{100 * value:.2f}%"})
    said = span or limits
    text = spelling.span(*said, 1) if said is not None else ""
    rail = html.Span([*drawn, dot], className="rail", **aria(hidden="true"))
    return html.Li([html.Span(name, className="who"), rail, html.B([spelling.percent(value, 1), html.Small(text)])])


def _crossing(selection: Selection) -> list[Any]:
    """Outflow over output and overlap, in the table and as reported."""
    t = lookups.speaking(selection.table, selection.home, selection.lang)
    here, reported = lookups.crossings(selection.table, selection.home)
    if selection.region not in here:
        return []
    home = lookups.accounts_of(selection.table, selection.home).geography.name(selection.home, selection.lang)
    pair = [one[selection.region] for one in (here, reported) if one]
    title = t("crossing", home=home)
    head = [t("quantity"), t("crossing_here"), t("crossing_reported")][: 1 + len(pair)]
    rows = [
        [t("crossing_outflow"), *(rough_percent(x.outflow, 1) for x in pair)],
        [t("crossing_overlap"), *(rough_percent(x.overlap, 1) for x in pair)],
    ]
    table = plain_table(head, rows, numeric=(1, 2), caption=title)
    return [html.H3(title), html.P(t("crossing_sub"), className="sub"), table]


def _history(selection: Selection) -> list[Any]:
    t = lookups.speaking(selection.table, selection.home, selection.lang)
    found = lookups.region_history(selection.table, selection.home, selection.definition, selection.region)
    if len(found) < 2:
        return []
    rows = []
    for year, parts in found:
        values = [float(p) for p in parts]
        each = (f"{t(c)} {rough_percent(p)}" for c, p in zip(CIRCUITS, values, strict=True))
        label = t("marked_as", what=year, word=t("list").join(each))
        rows.append(html.Li([html.Span(str(year), className="who"), circuit_bar(values, label, tall=True)]))
    return [html.H3(t("history")), html.Ul(rows, className="years")]


def pictures(selection: Selection) -> list[Any]:
    """The report's figures of the same numbers, each saved as PNG by its camera button."""
    t = lookups.speaking(selection.table, selection.home, selection.lang)
    if lookups.cut_of(selection.table)[1]:
        return [html.P(t("cities_no_pictures"))]
    language: figures.Language = "zh" if selection.lang == "zh" else "en"
    ds = lookups.measured(selection.table, selection.home, selection.definition, "region")
    wide, narrow = (figures.circulation_ternary(ds, language=language, small=small) for small in (False, True))
    out = (
        []
        if lookups.economies_compared(selection.table, selection.home) or len(ds["region"]) < 2
        else [
            html.P(t("ternary_sub")),
            html.Div(framed(wide, "ternary", t("ternary_sub"), "circulation-ternary"), className="only-wide"),
            html.Div(framed(narrow, "ternary-small", t("ternary_sub"), "circulation-ternary"), className="only-narrow"),
        ]
    )
    acc = lookups.accounts_of(selection.table, selection.home)
    groups = figures.cluster_groups(acc.geography, acc.home, language=language)
    if len(groups) > 2:
        by_partner = lookups.measured(selection.table, selection.home, selection.definition, "partner")
        matrix = figures.partner_matrix(by_partner, groups)
        ribbons = figures.cluster_flows(matrix, language=language, unit=acc.unit)
        # Names beside ribbons have no room on a phone.
        grid = figures.cluster_matrix(matrix, language=language, numbered=True)
        out += [
            html.H3(t("flows")),
            html.P(t("flows_sub")),
            html.Div(framed(ribbons, "flows", t("flows_sub"), "cluster-flows"), className="only-wide"),
            html.Div(framed(grid, "flows-grid", t("flows_sub"), "cluster-flows"), className="only-narrow"),
        ]
    years = lookups.nation_history(selection.home, selection.definition)
    if years is not None:
        home = acc.geography.name(acc.home, selection.lang)
        title = t(f"nation_{selection.definition}", home=home)
        lines = history_lines(years, "external", language=language)
        out += [html.H3(title), html.P(t("nation_sub")), framed(lines, "nation-history", title, "history")]
    return out
