"""The report on a table's circulation: what share of each region's GDP turns at home, next door and abroad."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from shlex import quote
from typing import Any

import numpy as np
import xarray as xr
from markupsafe import Markup

from xunhuan.data.accounts import Accounts
from xunhuan.data.arrays import CIRCUITS
from xunhuan.data.identities import TOLERANCE, identity_residuals
from xunhuan.faces import figures, money, spelling, words
from xunhuan.faces.figures import Language, shares
from xunhuan.faces.report.circulation_pictures import add_intervals, add_maps
from xunhuan.faces.report.findings import Findings, Lang, findings
from xunhuan.faces.report.grouped import TOLD_APART, flow_groups, members_said, of_places
from xunhuan.faces.report.page import (
    Album,
    Grid,
    Row,
    album_in,
    brief,
    formula,
    grid_in,
    numbered,
    over,
    render,
    sentence,
    without_blanks,
)
from xunhuan.faces.report.spread import limit_spans, paragraphs, reported_said, said
from xunhuan.faces.words import caveat
from xunhuan.measures.circuits import CIRCULATION_DEFINITIONS

SECTORS_SHOWN = 12
_ALONE_ZH = "与各经济体的本地与国际循环"


@dataclass(frozen=True, eq=False)
class CirculationReport:
    """The report on one table.

    called, nations  how it was asked for, as its commands repeat it; by default by the table's name
    lang             the language it is written in
    """

    acc: Accounts
    called: str = ""
    nations: tuple[str, ...] = ()
    lang: Lang = "en"

    @property
    def name(self) -> str:
        """What its file is called."""
        return self.acc.name

    @cached_property
    def found(self) -> Findings:
        """Its numbers."""
        return findings(self.acc)

    def album(self) -> Album:
        """Its figures by key, in order."""
        album = _pictures(self.found, self.lang)
        album = album if self.lang == "en" else album_in(album, self.say)
        album = album if self.found.places == "provinces" else album_in(album, self._placed, self.lang)
        spread = self.found.spread
        if spread is not None:
            t, outside = words.of(self.lang), spread.outside().any(axis=0)
            keys = [f"intervals-{c}" for c, out in zip(CIRCUITS, outside, strict=True) if out]
            for key, p in album.items():
                if key in keys:
                    album[key] = replace(p, caption=t("next").join((p.caption, t("outside_bar"))))
        return album

    def _placed(self, text: str) -> str:
        return of_places(self.found.places, text)

    def say(self, text: str) -> str:
        """What is said in English, in the report's language."""
        return words.in_language(text, self.lang)

    def html(self) -> str:
        """The whole page."""
        return render("circulation.html.j2", self._context(), self._citations, self.lang, self.say)

    @property
    def _citations(self) -> list[str]:
        measured = (self.found.region, *self.found.others.values(), self.found.crossing)
        return [key for ds in measured for key in ds.attrs["citation"]]

    def brief(self) -> str:
        """The page in short: the answer, where it weighs most and the regions most abroad, to be printed on one sheet."""
        made = self._context()
        return brief(made, made["tables"]["regions"], self._citations, self.lang, self.say)

    def _context(self) -> dict[str, Any]:
        return _context(self.found, self.album(), self.called or self.acc.name, self.nations, self.lang)


def _title_alone(found: Findings, nation: tuple[str, str], lang: Lang) -> str:
    """The question of a nation of one region; empty where it has several."""
    if not found.alone:
        return ""
    return f"Whose demand carries {nation[0]}?" if lang == "en" else f"{nation[1]}{_ALONE_ZH}，{found.acc.year}年"


def _context(found: Findings, album: Album, called: str, nations: Sequence[str], lang: Lang) -> dict[str, Any]:
    acc, places = found.acc, found.places
    t, tables, year = words.of(lang), _tables(found, lang), f"，{acc.year}年"

    def say(text: str) -> str:
        return words.in_language(text, lang)

    if lang == "zh":
        tables = {k: grid_in(g, say) for k, g in tables.items()}
    tables = {k: without_blanks(g) for k, g in tables.items()}
    nation = acc.geography.name(acc.home), acc.geography.name(acc.home, "zh")
    # What versions say of themselves stands with their intervals already.
    judged = acc.posterior.notes if found.spread is not None and acc.posterior is not None else ()
    return {
        "kicker": say(f"Circulation report · {acc.title or acc.name}"),
        "title": _title_alone(found, nation, lang) or t("report_title", home=nation[lang == "zh"], places=places)
        + year * (lang == "zh"),
        "title_zh": _title_alone(found, nation, "zh")
        or words.of("zh")("report_title", home=nation[1], places=places) + year,
        "answer": _answer(found), "answer_zh": _answer_zh(found), "places": places, "year": acc.year,
        "partners": [caveat(found.partner.attrs.get("partners", ""), lang) for lang in ("en", "zh")],
        "average": _percents(_of_home(found)),
        "words": {c: of_places(found.places, spelling.word(c, lang)) for c in CIRCUITS},
        "sure": _sure(found), "pictures": album, "tables": tables, "definitions": _definitions(say),
        "notes": [say(sentence(n)) for n in acc.notes if n not in judged], "ending": say(_ending(found)),
        "sources": [say(sentence(acc.source))], "table": quote(called),
        "cite": f"xunhuan cite {quote(called)}; xunhuan cite circulation",
        "options": "".join(f" --nation {quote(n)}" for n in nations), "path": called, "regrouped": _regrouped(nations),
        "made_from": f"{acc.name}, digest {acc.answer_digest[:16]}",
    }  # fmt: skip


def _regrouped(nations: Sequence[str]) -> str:
    """What makes the same nations in Python.

    >>> _regrouped(["EU=DEU,FRA"])
    '.regroup("EU", ["DEU", "FRA"])'
    """
    pairs = [(name.strip(), [c.strip() for c in members.split(",") if c.strip()])
             for name, _, members in (n.partition("=") for n in nations)]  # fmt: skip
    return "".join(f".regroup({json.dumps(name)}, {json.dumps(members)})" for name, members in pairs)


def _mean(ds: xr.Dataset, weighting: int) -> dict[str, float]:
    """Mean shares over regions: weighting 0 simple, -1 by the total."""
    row = ds["mean"].isel(weighting=weighting)
    return {c: float(row.sel(circuit=c)) for c in CIRCUITS}


def _of_home(found: Findings) -> dict[str, float]:
    """The shares of home: its own, or its regions' mean weighted by the total."""
    if not found.alone:
        return _mean(found.region, -1)
    return {c: float(found.region[c].sel(region=_home_code(found))) for c in CIRCUITS}


def _home_code(found: Findings) -> str:
    g = found.acc.geography
    return g.codes[g.nation.index(found.acc.home)]


def _percents(shares_: dict[str, float], digits: int = 1) -> dict[str, str]:
    return dict(zip(shares_, spelling.percents(list(shares_.values()), digits), strict=True))


def _mean_said(found: Findings, weighting: int, lang: str) -> list[str]:
    """Mean shares with their intervals in words: weighting 0 simple, -1 by the total."""
    ends = None if found.spread is None else found.spread.mean_ends[:, weighting]
    return said(list(_mean(found.region, weighting).values()), ends, lang)


def _highest(found: Findings, circuit: str, n: int, language: Language) -> str:
    ds = found.region if found.spread is None else found.spread.region
    frame = shares.as_frame(ds).sort_values(circuit, ascending=False).head(n)
    inside = [spelling.percent(v) for v in frame[circuit]]
    if found.spread is not None:
        ends = zip(*(frame[f"{circuit}{end}"] for end in ("", "_low", "_high")), strict=True)
        inside = [("，" if language == "zh" else ", ").join(spelling.spanned(*x)) for x in ends]
    form = "{}（{}）" if language == "zh" else "{} ({})"
    named = [form.format(*pair) for pair in zip(spelling.names(frame, language), inside, strict=True)]
    if language == "zh":
        return "、".join(named)
    return named[0] if n == 1 else ", ".join(named[:-1]) + " and " + named[-1]


def _answer(found: Findings) -> Markup:
    acc, n = found.acc, found.region.sizes["region"]
    if found.alone:
        own, _, away = spelling.percents(list(_of_home(found).values()), 1)
        text = f"In {acc.year} the GDP of {acc.geography.name(acc.home)} rested {own} on its own final demand and "
        text += f"{away} on the rest of the world’s."
        most = f" Of {n} economies abroad weighs most in {_highest(found, 'external', min(4, n), 'en')}."
        return Markup("{}").format(text + (most if n > 1 else ""))
    weighted, simple = _mean_said(found, -1, "en"), _mean_said(found, 0, "en")
    text = (
        f"In {acc.year} the GDP of {acc.geography.name(acc.home)}’s {n} {found.places} rested {weighted[0]} on the "
        f"{found.places[:-1]}’s own final demand, {weighted[1]} on that of the nation’s other {found.places} and "
        f"{weighted[2]} on the rest of the world’s. Abroad weighs most in "
        f"{_highest(found, 'external', min(4, n), 'en')}."
    )
    note = f"Weighted by GDP; the simple mean over {found.places} is {simple[0]}, {simple[1]} and {simple[2]}."
    return Markup("{} <span class='note'>{}</span>").format(text, note)


def _of_zh(name: str) -> str:
    """A nation before what is its own: a name in letters takes a 的 that numbers do not run into."""
    return f"{name}的" if name[-1:].isascii() else name


def _answer_zh(found: Findings) -> str:
    acc, n = found.acc, found.region.sizes["region"]
    if found.alone:
        own, _, away = spelling.percents(list(_of_home(found).values()), 1)
        most = f"{n}个经济体中对境外依存度最高的是{_highest(found, 'external', min(4, n), 'zh')}。" if n > 1 else ""
        name = acc.geography.name(acc.home, "zh")
        return f"{acc.year}年，{name}的生产总值由本国最终需求吸收{own}，由境外吸收{away}。{most}"
    w = _mean_said(found, -1, "zh")
    return (
        f"{acc.year}年，{_of_zh(acc.geography.name(acc.home, 'zh'))}{n}个地区的生产总值按最终需求所在地划分："
        f"由本地吸收{w[0]}，由境内其他地区吸收{w[1]}，由境外吸收{w[2]}（按地区生产总值加权）。"
        f"对境外依存度最高的是{_highest(found, 'external', min(4, n), 'zh')}。"
    )


def _sure(found: Findings) -> dict[str, object]:
    """How sure the numbers are, in both languages; empty without versions of the table."""
    if found.spread is None:
        key = "sure_none" if found.acc.posterior is None else "sure_given"
        return {} if found.alone else {lang: ([words.of(lang)(key)], "", []) for lang in ("en", "zh")}
    out: dict[str, object] = {}
    notes = found.acc.posterior.notes if found.acc.posterior is not None else ()
    for lang in ("en", "zh"):
        paragraphs_ = paragraphs(found.acc, found.spread, found.bounds, found.places, lang)
        if found.reported is not None:
            paragraphs_.append(reported_said(found.acc, found.crossing, found.reported, lang))
        told = [words.in_language(n, lang) for n in notes]
        judged = words.of(lang)("sure_judgement") if told else ""
        out[lang] = (paragraphs_, judged, [f"{n}。" if lang == "zh" else sentence(n) for n in told])
    return out


def _pictures(found: Findings, lang: Lang) -> Album:
    acc, ds, album = found.acc, found.region, Album()
    shown = set(ds["region"].values.astype(str))
    if any(t is not None and c in shown for c, t in zip(acc.geography.codes, acc.geography.tile, strict=True)):
        add_maps(found, album, lang)
    album.add(
        "shares",
        figures.circulation_bars(ds, language=lang),
        f"Own, inter-provincial and external circulation, shares of each one’s GDP, {acc.year}.",
        "Stacked bars of the three shares, one bar a region",
        figures.circulation_bars(ds, language=lang, smallest=0.15),
    )
    album.add(
        "ternary",
        figures.circulation_ternary(ds, language=lang),
        "The same shares as points: the nearer a corner, the larger that share. Areas follow GDP. The triangle shows "
        "only the part that is occupied.",
        "Ternary plot of the three shares",
        figures.circulation_ternary(ds, language=lang, small=True),
    )
    unit = spelling.unit(money.counted(acc.unit, lang)[0])
    matrix = figures.partner_matrix(found.partner, flow_groups(acc.geography, acc.home, lang))
    album.add(
        "flows",
        figures.cluster_flows(matrix, language=lang, unit=acc.unit),
        f"Value added (left) by where it is finally absorbed (right), {unit}, without what each group "
        f"absorbs of its own. On a narrow window: shares of each row’s value added. "
        f"{members_said(acc.geography, acc.home, lang)}".rstrip(),
        "Flows of value added between clusters of regions and abroad",
        figures.cluster_matrix(matrix, language=lang, numbered=True),
    )
    for circuit in ("own", "external") if found.spread is not None else ():
        add_intervals(found, album, circuit, lang)
    if "map-own" in album:  # for files only: the page shows the three apart, so that they fit a telephone
        maps = figures.circulation_maps(ds, acc.geography, language=lang)
        album.add("maps", maps, "The three shares as tile maps.", "Three tile maps: abroad, other regions, own")
    return album


def _tables(found: Findings, lang: Lang) -> dict[str, Grid]:
    made = {"sectors": _sectors(found, lang), "regions": _regions(found, lang), "definitions": _three(found)}
    made["identities"] = _identities(found, lang)
    if found.log is not None:
        made["log"] = _log(found, lang)
    return numbered(made)


def _regions(found: Findings, lang: Lang = "en") -> Grid:
    frame = shares.as_frame(found.region).assign(place=range(found.region.sizes["region"]))
    ends = {} if found.bounds is None else {c: limit_spans(found.bounds, c) for c in ("own", "external")}
    unit, factor = money.counted(found.acc.unit, lang)
    head = ["Region", "Code", f"GDP, {spelling.unit(unit)}", "Own", "Inter", "External", "Outflow", "Overlap"]
    head += [f"{name}, limits" for name in ("Own", "External") if ends]
    rows = []
    for r in frame.sort_values("external", ascending=False, kind="stable").to_dict("records"):
        code = r["region"]
        cells = [r[f"name_{lang}"], code, f"{r['gdp'] * factor:,.0f}", *_share_cells(found, r["place"])]
        cells += [_crossing_cell(found, code, k) for k in ("outflow", "overlap")]
        rows.append(Row([*cells, *(spans[code] for spans in ends.values())]))
    pad = [""] * (2 + len(ends))
    for k, called in enumerate(("Simple mean", "GDP-weighted mean")):
        rows.append(Row([called, "", "", *_mean_cells(found, k), *pad], strong=True))
    return Grid(head, rows, _regions_caption(found, lang), words=head[1:2], optional=[*head[1:3], *head[8:]])


def _share_cells(found: Findings, place: int) -> list[str]:
    """A region's three shares, each over its interval."""
    parts = [float(found.region[c][place]) for c in CIRCUITS]
    if found.spread is None:
        return spelling.percents(parts, 1)
    marks = ["†" if out else "" for out in found.spread.outside()[place]]
    pairs = spelling.within(parts, found.spread.ends[:, place], 1)
    return [over(f"{v}{mark}", span) for (v, span), mark in zip(pairs, marks, strict=True)]


def _mean_cells(found: Findings, weighting: int) -> list[str]:
    mean = list(_mean(found.region, weighting).values())
    if found.spread is None:
        return spelling.percents(mean, 1)
    return [over(v, span) for v, span in spelling.within(mean, found.spread.mean_ends[:, weighting], 1)]


def _crossing_cell(found: Findings, code: str, name: str) -> str:
    here = spelling.percent(float(found.crossing[name].sel(region=code)))
    return (
        here if found.reported is None else over(here, spelling.percent(float(found.reported[name].sel(region=code))))
    )


def _regions_caption(found: Findings, lang: Lang) -> str:
    keys = ["regions_caption"]
    if found.spread is not None:
        keys += ["regions_small"] + ["outside_interval"] * bool(found.spread.outside().any())
    keys += ["regions_crossing"] + ["regions_reported"] * (found.reported is not None)
    keys += ["regions_limits"] * (found.bounds is not None)
    t = words.of(lang)
    return t("next").join(t(k, year=found.acc.year, places=found.places) for k in keys)


def _sectors(found: Findings, lang: Lang) -> Grid:
    frame = shares.as_frame(found.sector).assign(abroad=lambda f: f["gdp"] * f["external"])
    total = float(frame["abroad"].sum())
    unit, factor = money.counted(found.acc.unit, lang)
    rows = []
    for r in frame.sort_values("abroad", ascending=False).head(SECTORS_SHOWN).to_dict("records"):
        parts = (spelling.percent(v, 1) for v in (r["external"], r["abroad"] / total))
        rows.append(Row([r[f"sector_name_{lang}"], f"{r['gdp'] * factor:,.0f}", *parts]))
    caption = (
        f"The {len(rows)} sectors that earn most abroad: national value added by sector of origin, {found.acc.year}."
    )
    head = ["Sector", f"GDP, {spelling.unit(unit)}", "External share", "Of all external GDP"]
    return Grid(head, rows, caption)


def _three(found: Findings) -> Grid:
    rows = []
    for name, ds in {"absorption": found.region, **found.others}.items():
        for k, weighting in enumerate(str(w) for w in ds["weighting"].values):
            rows.append(Row([name, weighting.replace("_", " "), *_percents(_mean(ds, k)).values()]))
    caption = "Means over the regions under each definition. They answer different questions and are not comparable."
    return Grid(["Definition", "Mean", "Own", "Inter", "External"], rows, caption, words=("Mean",), small=True)


def _identities(found: Findings, lang: Lang = "en") -> Grid:
    rows = [
        Row([formula(words.in_language(name, lang)).rstrip(".。"), f"{r.size:,}", f"{r.max():.1e}" if r.max() else "0"])
        for name, (r, _) in identity_residuals(found.acc).items()
    ]
    caption = (
        f"Identities of the table: largest residual relative to the terms’ gross size (refused above {TOLERANCE:g})."
    )
    return Grid(["Identity", "Cells", "Largest residual"], rows, caption, small=True)


def _log(found: Findings, lang: Lang) -> Grid:
    assert found.log is not None
    log = found.log[found.log["unit"] == found.acc.unit]
    unit, factor = money.counted(found.acc.unit, lang)
    kinds = log.groupby("step")["quantity"].transform("nunique")
    # Partner by partner is for the log itself: "export: ARE", "export: ARG" and so on are told as one.
    log = log.assign(quantity=log["quantity"].where(kinds <= TOLD_APART, log["quantity"].str.split(":").str[0]))
    groups = log.assign(size=log["change"].abs() * factor, change=log["change"] * factor).groupby(
        ["step", "quantity"], sort=False
    )
    sums = groups.agg(n=("change", "size"), net=("change", "sum"), size=("size", "sum")).reset_index()
    sums = sums[sums["size"] >= 0.5].assign(net=lambda d: [_net(x) for x in d["net"]])
    rows = [
        Row([s["step"], s["quantity"].replace("_", " "), f"{s['n']:,}", f"{s['size']:,.0f}", s["net"]])
        for s in sums.to_dict("records")
    ]
    caption = f"Corrections made to the raw sources when the table was built, {spelling.unit(unit)}."
    return Grid(["Step", "Quantity", "Cells", "Sum of sizes", "Net"], rows, caption, words=("Quantity",))


def _net(x: float) -> str:
    """A sum with its sign, which what is printed as nothing has not.

    >>> _net(1234.5), _net(-9.6), _net(-0.2)
    ('+1,234', '−10', '0')
    """
    return f"{x:+,.0f}".replace("-", "−") if abs(x) >= 0.5 else "0"


def _definitions(say: Callable[[str], str]) -> list[tuple[str, Markup]]:
    return [(say(name), formula(say(text))) for name, (text, _) in CIRCULATION_DEFINITIONS.items()]


def _ending(found: Findings) -> str:
    total = found.region["own"] + found.region["inter"] + found.region["external"]
    off = float(np.abs(total - 1).max())
    acc = found.acc
    return (
        f"No iteration is involved: the Leontief system of {acc.R} regions and {acc.S} sectors is solved "
        f"directly. The three shares of every region sum to one {f'within {off:.1e}' if off else 'exactly'}."
    )
