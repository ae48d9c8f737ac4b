"""What a result says: headline, files to take away, its pictures, its numbers, how the solvers ended."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from dash import html

from xunhuan.faces import words
from xunhuan.faces.figures import style
from xunhuan.faces.web.lookups import once
from xunhuan.faces.web.pages.pictures import (
    HEADLINES,
    arms,
    change,
    change_map,
    curves,
    maps_of,
    name_of,
    offset,
    over_time,
    quantity_of,
    trade,
    winners,
)
from xunhuan.faces.web.parts import aria, card, notice, plain_table
from xunhuan.faces.web.state import Selection
from xunhuan.scenario.record import Result, open_result

SAVED = ("scenario.toml", "summary.parquet", "summary.csv", "result.nc", "report.html")


@lru_cache(8)
def _opened(path: Path, written: int) -> Result:
    return open_result(path)


def opened(path: Path) -> Result:
    """A result, read and verified once for each time it was written."""
    return _opened(path, _written(path))


def _written(path: Path) -> int:
    return (path / "manifest.json").stat().st_mtime_ns


def one(path: Path, selection: Selection) -> list[Any]:
    """One result in full, drawn once for all who look at the same of it."""
    result = opened(path)
    region = _region(selection, result)
    arm = arm_of(result, selection)
    view = Selection(page="results", lang=selection.lang, share=selection.share, arm=arm, region=region)
    return _one(path, _written(path), view)


def two(left: Path, right: Path, selection: Selection) -> list[Any]:
    """Two results side by side, on the same quantities."""
    region = _region(selection, opened(left), opened(right))
    return _two(left, right, _written(left), _written(right), Selection("results", lang=selection.lang, region=region))


def _region(selection: Selection, *results: Result) -> str:
    """The region chosen, where some result tells of it; else no region, so that what is drawn serves more visitors."""
    known = any((r.summary["place"] == selection.region).any() or selection.region in r.data["place"] for r in results)
    return selection.region if known else "-"


@once(48)
def _one(path: Path, written: int, selection: Selection) -> list[Any]:
    result = _opened(path, written)
    t = words.of(selection.lang)
    arm = arm_of(result, selection)
    parts = [
        card(
            [
                *_title(result, selection),
                *_headline(result, arm, selection),
                _arms(result, arm, selection),
                _files(result, selection),
            ]
        ),
        *maps_of(result, arm, selection),
        *offset(result, selection),
        *winners(result, arm, selection),
        *over_time(result, arm, selection),
        *curves(result, selection),
        *trade(result, arm, selection),
        card(_summary(result, arm, selection), t("numbers")),
        card(_ended(result, selection), t("how_ended")),
    ]
    return parts


@once(16)
def _two(left: Path, right: Path, left_written: int, right_written: int, selection: Selection) -> list[Any]:
    results = _opened(left, left_written), _opened(right, right_written)
    columns = []
    for k, result in enumerate(results):
        arm = arms(result)[-1]
        inner = [*_title(result, selection), *_headline(result, arm, selection), _files(result, selection)]
        columns.append(
            html.Div(
                [
                    card(inner),
                    *change_map(result, arm, selection, f"pair-{k}"),
                    *winners(result, arm, selection, f"pair-{k}"),
                ]
            )
        )
    return [
        html.Div(columns, className="pair results-pair"),
        card(_difference(*results, selection), words.of(selection.lang)("difference")),
    ]


def arm_of(result: Result, selection: Selection) -> str:
    """The arm the address asks for, else the last, where everything happens at once."""
    return selection.arm if selection.arm in arms(result) else arms(result)[-1]


def _title(result: Result, selection: Selection) -> list[Any]:
    t = words.of(selection.lang)
    s = result.scenario
    said: list[Any] = [html.Code(result.digest[:12]), f" · {s.base} · xunhuan {result.manifest['versions']['xunhuan']}"]
    question = [html.P(s.question, className="question")] if s.question else []
    return [html.H2(s.title), *question, html.P([t("digest"), " ", *said], className="sub small")]


def _headline(result: Result, arm: str, selection: Selection) -> list[Any]:
    """The home nation and the region chosen, each with its number and interval."""
    t = words.of(selection.lang)
    quantity = quantity_of(result, arm)
    home = str(result.data.attrs["home"])
    shown = style.percent if quantity == "loss" else style.signed  # "lost" is said in words: no sign
    cells = []
    for place in dict.fromkeys((home, selection.region)):
        row = _row(result, quantity, arm, place)
        if row is None:
            continue
        name = row["name_zh"] if selection.lang == "zh" else row["name_en"]
        interval = ""
        if np.isfinite(row["low"]):
            interval = t("interval", low=shown(float(row["low"]), 2), high=shown(float(row["high"]), 2))
        cells.append(
            html.Div(
                [
                    html.Span(str(name)),
                    html.B(shown(float(row["value"]), 2)),
                    html.Span(interval, className="sub small"),
                ],
                className="number",
            )
        )
    return [html.P(t(f"headline_{quantity}", arm=arm)), html.Div(cells, className="numbers")]


def _row(result: Result, quantity: str, arm: str, place: str) -> Any:
    s = result.summary
    found = s[(s["quantity"] == quantity) & (s["arm"] == arm) & (s["place"] == place)]
    return None if found.empty else found.iloc[0]


def _arms(result: Result, arm: str, selection: Selection) -> html.Div:
    t = words.of(selection.lang)
    names = arms(result)
    if len(names) < 2:
        return html.Div()
    buttons = [
        html.Button(
            a, id={"go": "arm", "to": a}, className="plain-button", type="button", **aria(pressed=str(a == arm).lower())
        )
        for a in names
    ]
    return html.Div(
        [html.Span(t("arm"), className="sub"), *buttons], className="arms", role="group", **aria(label=t("arm"))
    )


def _files(result: Result, selection: Selection) -> html.Div:
    t = words.of(selection.lang)
    at = f"/download/result/{result.digest}"
    links = [
        html.A(t(f"file_{name.replace('.', '_')}"), href=f"{at}/{name}", className="button", download=name)
        for name in SAVED
    ]
    look = html.A(
        t("read_report"), href=f"{at}/report.html?look=1", className="button", target="_blank", rel="noopener"
    )
    png = html.Button(t("file_png"), id={"png": result.digest[:12]}, className="button", type="button")
    return html.Div([look, *links, png], className="files", role="group", **aria(label=t("downloads")))


def _summary(result: Result, arm: str, selection: Selection) -> list[Any]:
    """Headline numbers of the home's places, every quantity with its interval."""
    t = words.of(selection.lang)
    s = result.summary
    quantities = [q for q in dict.fromkeys(s["quantity"]) if not s.loc[s["quantity"] == q, "arm"].eq("").all()]
    home = {*(str(p) for p in result.data.get("home_place", result.data["place"]).values), selection.region}
    rows = s[(s["arm"] == arm) & s["place"].isin(home) & s["quantity"].isin(quantities)]
    name = "name_zh" if selection.lang == "zh" else "name_en"
    cells = [
        [
            t(f"q_{r['quantity']}") if words.known(f"q_{r['quantity']}") else r["quantity"],
            r[name] or r["place"],
            _number(r["value"], r["unit"]),
            _range(r),
        ]
        for _, r in rows.iterrows()
    ]
    head = [t("quantity"), t("place"), t("value"), t("interval_short")]
    return [plain_table(head, cells, numeric=(2, 3), caption=t("numbers"))]


def _number(x: float, unit: str) -> str:
    if not np.isfinite(x):
        return "–"
    return f"{100 * x:.3f}%" if unit == "share" else f"{x:,.4g}"


def _range(row: Any) -> str:
    if not np.isfinite(row["low"]):
        return "–"
    return f"{_number(row['low'], row['unit'])} – {_number(row['high'], row['unit'])}"


def _difference(left: Result, right: Result, selection: Selection) -> list[Any]:
    """The same headline in both results, and the difference, home places first."""
    t = words.of(selection.lang)
    quantity = next((q for q in HEADLINES if _told(left, q) and _told(right, q)), "")
    if not quantity:
        return [notice([t("not_same")], t("page_problem"), "info")]
    a = change(left.data[quantity].sel(arm=arms(left)[-1]).to_series(), quantity)
    b = change(right.data[quantity].sel(arm=arms(right)[-1]).to_series(), quantity)
    places = [p for p in a.index if p in b.index and np.isfinite(a[p])]
    rows = [
        [name_of(left, p, selection.lang), style.signed(a[p]), style.signed(b[p]), style.signed(b[p] - a[p])]
        for p in places
    ]
    head = [t("place"), left.scenario.title, right.scenario.title, t("second_less_first")]
    said = [html.P(t(f"change_{quantity}"), className="sub")]
    if left.scenario.base != right.scenario.base:
        said.append(html.P(t("definitions_differ")))
    return [*said, plain_table(head, rows, numeric=(1, 2, 3), caption=t("difference"))]


def _told(result: Result, quantity: str) -> bool:
    """True where the last arm has an answer for a quantity."""
    return quantity in result.data and bool(np.isfinite(result.data[quantity].sel(arm=arms(result)[-1])).any())


def _ended(result: Result, selection: Selection) -> list[Any]:
    """How every solver ended, what was drawn, and what the models warn of."""
    t = words.of(selection.lang)
    rows = [
        [arm, model, s["outcome"], f"{s['iterations']}", f"{s['residual']:.1e}"]
        for arm, by_model in result.manifest["status"].items()
        for model, s in by_model.items()
    ]
    head = [t("arm"), t("model"), t("outcome"), t("iterations"), t("residual")]
    drawn = result.manifest["draws"]
    lines = (
        [html.P(t("drawn", n=drawn["total"], outcomes=", ".join(f"{k} {v}" for k, v in drawn["outcomes"].items())))]
        if drawn["total"]
        else []
    )
    notes = [
        html.Li(n, lang="en")
        for n in (*result.manifest["notes"], *result.manifest["base"]["notes"], *result.scenario.assumptions)
    ]
    return [plain_table(head, rows, numeric=(3, 4), caption=t("how_ended")), *lines, html.Ul(notes)]
