"""The tables of a scenario report."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from xunhuan.faces import spelling, words
from xunhuan.faces.assuming import ASSUMED_COLUMNS, assumed_rows
from xunhuan.faces.choosing import OFFSET_RATIOS, choice_called, of_choice
from xunhuan.faces.figures.placing import placed_rows
from xunhuan.faces.reading import Reading
from xunhuan.faces.report.changed import field_called, lines_said, plain_value
from xunhuan.faces.report.page import Grid, Row, numbered, over
from xunhuan.faces.spelling import lowered, raised
from xunhuan.faces.telling import endings, outcome
from xunhuan.faces.told import Number, Told
from xunhuan.scenario.compare import BREAK_EVEN_WORDS, FOUND, MARKETS

_LABELS = 12
"""Rows of one headline that the table of headlines has room for."""


def grids(reading: Reading) -> dict[str, Grid]:
    """Every table the result has numbers for, numbered in the order of the page."""
    known = reading.quantities
    assumed = _assumed(reading)
    made = {"assumed": assumed} if assumed.rows else {}
    made |= {"shocks": _shocks(reading), "headlines": _headlines(reading)}
    made |= {f"choices-{of}": _choices(reading, of, frame) for of, frame in of_choice(reading).items()}
    if len(reading.home_regions) > 1:
        gains = [q for q in known.values() if q.model and q.picture in ("map", "land") and q.change and q.better > 0]
        made |= {f"regions-{q.name}": _regions(reading, q) for q in gains if reading.answered(q)}
    made |= _placed(reading) | _labelled(reading)
    if "break_even" in known:
        made["break_even"] = _break_even(reading)
    if "reinforcement" in known:
        made["reinforcement"] = _reinforcement(reading)
    if "output" in known and any(reading.moves("output", a) for a in reading.answered("output")):
        made["sectors"] = _sectors(reading)
    if len(reading.models) > 1:
        made["horizons"] = _horizons(reading)
    made["endings"] = _endings(reading)
    made["models"] = _models(reading)
    arms = tuple(name for a in reading.arms for name in (a, reading.say(a)))
    return {k: replace(g, arms=arms) for k, g in numbered(made).items()}


def _assumed(reading: Reading) -> Grid:
    """What nobody has read or computed."""
    t = words.of(reading.lang)
    head = [raised(t(ASSUMED_COLUMNS[0])), *(t(c) for c in ASSUMED_COLUMNS[1:])]
    rows = [Row(row) for row in assumed_rows(reading)]
    return Grid(head, rows, t("assumed_caption"), words=(head[3], head[4]), optional=(head[4],), small=True)


def _shocks(reading: Reading) -> Grid:
    rows = []
    for shock in reading.result.scenario.shock:
        rows.append(
            Row(
                [
                    f"“{shock.name}”",
                    shock.role,
                    words.of(reading.lang)("semicolon").join(lines_said(shock, reading)),
                    shock.note,
                ]
            )
        )
    head = ["Name", "Role", "What changes", "Note"]
    if not any(row.cells[-1] for row in rows):
        head, rows = head[:-1], [Row(row.cells[:-1]) for row in rows]
    return Grid(head, rows, "What the scenario changes.", words=head[1:])


def interval_cell(reading: Reading, number: Number, q: Told | str, drawn: bool = False) -> str:
    """A number over its interval, where that is more than a point."""
    shown = reading.show(number, q, drawn=drawn)
    inside = reading.interval(number, q, drawn=drawn)
    return over(f"{shown}{_DAGGER * number.outside}", inside) if inside else shown


_DAGGER = "†"


def with_dagger(grid: Grid) -> Grid:
    """A table whose caption says what the mark beside a number means, where there is one."""
    if not any(_DAGGER in cell for row in grid.rows for cell in row.cells):
        return grid
    t = words.of(grid.lang)
    return replace(grid, caption=t("next").join((grid.caption, t("outside_of_draws"))))


def _headlines(reading: Reading) -> Grid:
    rows = [
        Row([label, *(interval_cell(reading, reading.number(q, arm=a, **at), q) for a in ("base", *reading.arms))])
        for q in reading.headlines if "arm" in reading.data[q.name].dims and _tells(reading, q)
        for label, at in _rows_of(reading, q)
    ]  # fmt: skip
    drawn = ", with 90% intervals" if reading.drawn else ""
    t, left = words.of(reading.lang), [reading.model(m) for m in reading.undrawn]
    caption = reading.say(f"{reading.name(reading.home)} in every arm{drawn}.")
    if left:
        caption = t("next").join((caption, t("headlines_undrawn", models=t("list").join(left))))
    return Grid(["", "base", *reading.arms], rows, caption)


def _choices(reading: Reading, of: str, frame: pd.DataFrame) -> Grid:
    """Home's first number on every arm and its offset, a row each choice; why, where there is no answer."""
    keys = list(dict.fromkeys(zip(frame["variable"], frame["arm"], strict=True)))
    ratios = [(v, a) for v, a in keys if v in OFFSET_RATIOS]
    plain = [(v, a) for v, a in keys if v not in OFFSET_RATIOS and a in reading.arms]
    rows = []
    for choice, part in frame.groupby("choice", sort=False):
        at = part.set_index(["variable", "arm"])
        values = [float(at["value"].get(k, np.nan)) for k in (*plain, *ratios)]
        shown = [reading.show(x, v) if np.isfinite(x) else "–" for x, (v, _) in zip(values, plain, strict=False)]
        lost = part.loc[part["outcome"] != "converged", ["outcome", "message"]].drop_duplicates()
        why = "; ".join(f"{outcome(reading, o)}: {m}" for o, m in lost.itertuples(index=False))
        called = choice_called(choice, reading.lang)
        name = over(called, str(choice)) if called != choice else called
        cells = [name, *shown, *(_times(Number(x)) for x in values[len(plain) :]), why]
        rows.append(Row(cells, strong=bool(part["chosen"].any())))
    head = ["", *(a for _, a in plain), *(reading.title(v) for v, _ in ratios), "Without an answer"]
    if not any(row.cells[-1] for row in rows):
        head, rows = head[:-1], [Row(row.cells[:-1], row.strong) for row in rows]
    first = next((v for v, _ in plain), "")
    said = lowered(reading.said(first)) if first else ""
    caption = (
        f"{raised(said)} of {reading.name(reading.home)} under each {words.title(of, reading.lang)}, all else at its point; "
        "the scenario’s own in bold."
    )
    return Grid(head, rows, caption, words=head[-1:] if head[-1] == "Without an answer" else (), small=True)


def _tells(reading: Reading, q: Told) -> bool:
    """Whether a headline says something of home: a model's first always, its others where they move, and not alike."""
    if q.place_axis and reading.home not in reading.data[q.place_axis].values:
        return False
    first = reading.first(q.model) if q.model else None
    if first is None or q == first:
        return True
    if any(q.name in other.beside for other in reading.headlines):
        return True
    if reading.alike(first, q):
        return False
    return any(reading.moves(q, a, reading.home if q.place_axis else "") for a in reading.arms)


def _rows_of(reading: Reading, q: Told) -> list[tuple[str, dict[str, Any]]]:
    """Label and position of each row of a headline: one, or one for each label of its further axes."""
    further = [a for a in q.axes if a != q.place_axis]
    labels = [reading.data[a].values.tolist() for a in further]
    if math.prod(map(len, labels)) > _LABELS:
        return []
    out = []
    for at in itertools.product(*labels):
        said = [reading.circuits.get(str(c), "") if a == "circuit" else "" for a, c in zip(further, at, strict=True)]
        t = words.of(reading.lang)
        plain = t("list").join(reading.label(a, str(c)) for a, c in zip(further, at, strict=True))
        label = "".join(said) or (t("told_beside", title=reading.title(q), value=plain) if plain else reading.title(q))
        out.append((label, dict(zip(further, at, strict=True))))
    return out


def _regions(reading: Reading, q: Told) -> Grid:
    chosen = reading.arms_of(q)
    omegas = [o for o in ("omega", "omega_net") if o in reading.quantities and reading.quantities[o].weighs == q.name]
    order = reading.frame(q, chosen[0], ("home",)).sort_values("value", kind="stable")["region"]
    rows = []
    for code in order:
        cells = [reading.name(code), *(interval_cell(reading, reading.number(q, code, a), q) for a in chosen)]
        rows.append(Row([*cells, *(_times(reading.number(o, code)) for o in omegas)]))
    head = ["Region", *chosen] + (["Ω", "net Ω"] if omegas else [])
    caption = (
        f"{raised(reading.said(q))} by region of {reading.name(reading.home)}, hardest hit under “{chosen[0]}” first."
    )
    told = (
        " Ω: how many times the loss is made good, net Ω: the part beyond the policy’s gain without the shock; a dash "
        "where the shock takes almost nothing."
    )
    return Grid(head, rows, caption + told if omegas else caption)


def _placed(reading: Reading) -> dict[str, Grid]:
    """The numbers of circles on maps, once for all maps that have them, and of ribbons."""
    out: dict[str, Grid] = {}
    told: set[str] = set()
    for q in (q for q in reading.quantities.values() if q.picture in ("land", "flows") and reading.answered(q)):
        what, arm = next(iter(q.points), "") if q.picture == "land" else q.name, reading.arm_of(q)
        head, rows = placed_rows(reading, q, arm)
        if rows and what not in told:
            told.add(what)
            caption = f"{raised(reading.title(what))} under “{arm}”, largest first."
            out[f"placed-{q.name}"] = Grid(head, [Row(r) for r in rows], caption, words=head[:-1], small=True)
    return out


def _labelled(reading: Reading) -> dict[str, Grid]:
    """Numbers by label in every arm, with what is never told without them: of what has a table for its picture, and of bars
    that are drawn for one arm alone though others stand beside them."""
    out: dict[str, Grid] = {}
    for q in reading.quantities.values():
        wanted = q.picture == "table" or (q.picture == "bars" and bool(q.beside))
        arms = [a for a in ("base", *reading.arms) if a in reading.data["arm"].values]
        if not wanted or q.place_axis or "arm" not in reading.data[q.name].dims or not reading.answered(q):
            continue
        nothing = reading.words_of(q, "nothing", "–")

        def told(arm: str, at: dict[str, Any], q: Told = q, nothing: str = nothing) -> str:
            n = reading.number(q, arm=arm, **at)
            return nothing if np.isnan(n.value) else interval_cell(reading, n, q)

        rows = [
            Row(
                [
                    words.of(reading.lang)("list").join(reading.label(a, str(c)) for a, c in at.items()),
                    *(told(a, at) for a in arms),
                ]
            )
            for _, at in _rows_of(reading, q)
        ]
        beside = {a: {b.name: interval_cell(reading, n, b) for b, n in reading.beside(q, a)} for a in arms}
        for name in dict.fromkeys(n for found in beside.values() for n in found):
            rows.append(Row([reading.title(name), *(beside[a].get(name, "–") for a in arms)]))
        out[f"labelled-{q.name}"] = Grid(["", *arms], rows, f"{reading.titled(q)}, arm by arm.", small=True)
    return out


def _times(n: Number) -> str:
    if not np.isfinite(n.value):
        return "–"
    inside = (
        f" ({spelling.times(n.low)} to {spelling.times(n.high)})" if np.isfinite(n.low) and np.isfinite(n.high) else ""
    )
    return f"{spelling.times(n.value)}{_DAGGER * n.outside}{inside}"


def _break_even(reading: Reading) -> Grid:
    d = reading.data
    rows = []
    for code in d["place"].values.astype(str):
        answer = int(d["break_even_answer"].sel(place=code))
        asked = np.isfinite(d["break_even"].sel(place=code)) or (
            code in {*reading.home_regions, reading.home} and answer != 3
        )
        if asked:
            n = reading.number("break_even", code)
            inside = f" ({n.low:.2f} to {n.high:.2f})" if np.isfinite(n.low) and np.isfinite(n.high) else ""
            size = f"{n.value:.2f}{_DAGGER * n.outside}{inside}" if answer == FOUND else "–"
            rows.append(Row([reading.name(code), size, BREAK_EVEN_WORDS[answer]], strong=code == reading.home))
    largest = reading.quantity("break_even").largest
    caption = f"Size of the policy that makes each place whole (1 = as written), sought up to {largest:g}."
    return Grid(["Place", "Size", "Answer"], rows, caption, words=("Answer",), small=True)


def _reinforcement(reading: Reading) -> Grid:
    """Demand alone, by place, home first; beside home's row what other channels make of it, a row each."""
    known = set(reading.data["home_place"].values.astype(str))
    places = [p for p in dict.fromkeys([reading.home, *reading.home_regions]) if p in known]
    rows = {p: Row([reading.name(p), *_elasticities(reading, p)], strong=p == reading.home) for p in places}
    channels = reading.data["channel"].values.astype(str) if "channel" in reading.data.coords else ()
    t = words.of(reading.lang)
    beside = [
        Row([f"… {t(f'reinforced_row_{c}')}", *_elasticities(reading, reading.home, channel=str(c))])
        for c in channels if reading.home in known
    ]  # fmt: skip
    first = [rows.pop(reading.home)] if reading.home in rows else []
    head = ["Place", *(f"{s} sales, {b} demand" for s, b in _PAIRS)]
    caption = (
        "Elasticity E of shipped volume in demand, with demand alone shifted: buyers want more of home’s goods and so much "
        "less of others’ that their price indices at base prices stand still. Positive off the diagonal: more demand in one "
        "market lifts sales in the other too; negative: they compete for the same workers and inputs, and what is no longer "
        "imported is no longer paid for by exports."
    )
    return Grid(head, [*first, *beside, *rows.values()], caption)


_PAIRS = [(s, b) for s in MARKETS for b in MARKETS]


def _elasticities(reading: Reading, place: str, **at: str) -> list[str]:
    """E of a place by sales and demand, with intervals where they are known; `at` picks a channel."""
    cells = []
    for s, b in _PAIRS:
        n = reading.number("reinforcement_by_channel" if at else "reinforcement", place, sales=s, demand=b, **at)
        value, low, high = (spelling.whole(x, 2, plus=True) for x in (n.value, n.low, n.high))
        cells.append((f"{value}{_DAGGER * n.outside} ({low} to {high})" if n.spans else value) if n.known else "–")
    return cells


def _sectors(reading: Reading) -> Grid:
    frame = reading.sectors().sort_values(reading.arm, kind="stable")
    arms = reading.told
    rows = [
        Row([r[f"name_{reading.lang}"], f"{r['base']:,.0f}", *(spelling.signed(r[a], 1) for a in arms)])
        for r in frame.to_dict("records")
    ]
    unit = reading.quantity("output").written
    caption = (
        f"Output of {reading.name(reading.home)} by sector: value in the base, and its change; hardest hit under "
        f"“{reading.arm}” first. Values "
        "are at the prices of each arm, with world GDP as the measure."
    )
    return Grid(["Sector", f"Base, {unit}", *arms], rows, caption)


def side_by_side(reading: Reading) -> str:
    """Heading of what the models say beside each other."""
    both = len({reading.lasting(m) for m in reading.models}) == 2
    return words.of(reading.lang)("by_horizon" if both else "by_model")


def _horizons(reading: Reading) -> Grid:
    """Each model's first number of home, passing models first."""
    told = [(m, q) for m in reversed(reading.models) if (q := reading.first(m)) is not None]
    t, rows = words.of(reading.lang), []
    for arm in reading.arms:
        cells = []
        for _, q in told:
            n = reading.number(q, arm=arm)
            value, low, high = (float(q.drawn(np.float64(x))) for x in (n.value, n.low, n.high))
            inside = Number(value, min(low, high), max(low, high)) if n.spans else Number(value)
            cells.append(interval_cell(reading, inside, q, drawn=True))
        rows.append(Row([f"“{arm}”", *cells]))
    says = (
        words.of_room(
            m, "column_says", reading.lang, t("column_plain", model=reading.model(m), what=lowered(reading.said(q)))
        )
        for m, q in told
    )
    how = "horizon" if len({reading.lasting(m) for m in reading.models}) == 2 else "model"
    head = ["", *(words.of_room(m, "column", reading.lang, reading.model(m)) for m, _ in told)]
    return Grid(head, rows, f"{reading.name(reading.home)} by {how}. {t('next').join(says)}", small=True)


def _endings(reading: Reading) -> Grid:
    rows = [
        Row(
            [
                f"“{e.arm}”",
                e.model if reading.lang == "en" else reading.model(e.model),
                e.outcome,
                e.iterations,
                e.residual or "–",
                e.message,
            ]
        )
        for e in endings(reading)
    ]
    caption = "How the solvers ended. A model that steps through time has no residual to close."
    head = ["Arm", "Model", "Outcome", "Iterations", "Residual", "Message"]
    return Grid(head, rows, caption, words=("Model", "Outcome", "Message"))


def _placed_value(value: object, reading: Reading) -> object:
    """A parameter's value with its places by name."""
    if isinstance(value, dict):
        return {k: _placed_value(v, reading) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_placed_value(v, reading) for v in value]
    return reading.name(value) if isinstance(value, str) and value in reading.places.index else value


def _models(reading: Reading) -> Grid:
    rows, lang = [], reading.lang
    for model, parameters in reading.result.manifest["models"].items():
        for name, value in parameters.items():
            if value not in (None, "", {}, [], ()):
                many = isinstance(value, dict | list) and len(value) > 6
                text = f"{len(value)} values" if many else plain_value(_placed_value(value, reading), lang, model, name)
                rows.append(
                    Row([model if lang == "en" else reading.model(model), field_called(name, lang, model), text])
                )
    caption = "Parameters of the models, defaults included."
    return Grid(["Model", "Parameter", "Value"], rows, caption, words=("Parameter", "Value"), small=True)
