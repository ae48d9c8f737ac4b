"""The figures of a scenario report: each model's quantities by their records, then measures, comparisons, uncertainty."""

from __future__ import annotations

import numpy as np

from xunhuan.faces import figures, spelling, words
from xunhuan.faces.captions import caption_of
from xunhuan.faces.compared import degrees, frontier_axis, quantity_weighed, reliance_moves, steps
from xunhuan.faces.figures import along, placing
from xunhuan.faces.figures import of_quantity as drawing
from xunhuan.faces.figures.maps import shared_limits
from xunhuan.faces.reading import STILL, Reading
from xunhuan.faces.report.page import Album, Picture
from xunhuan.faces.spelling import lowered, one_after_other, raised
from xunhuan.faces.told import Told

_PARTNERS = 12
ABROAD = 20
"""Bars of other economies."""
PRINTED = 5e-5
"""Change that is printed as more than 0.00%."""
SEEN_TO_MOVE = 0.002
"""Share from which on a dot before and a dot after are told apart."""
SENSITIVE = 2
"""Numbers whose sensitivity is drawn."""
ORDER = (
    "fan", "lines", "heat", "land", "flows", "stack", "steps", "pairs", "curve", "bars", "tiles", "map", "lollipops"
)  # fmt: skip
"""In which a model's pictures stand: along years and days, over two levers, on the land, what goes where, by parts, cases
against each other, by sector, by place, who gains. A land has its tiles among the maps."""


def album(reading: Reading, rows: int = drawing.ROWS) -> Album:
    """Every figure the result has numbers for, in the order of the page: the answer's own, then section by section.

    rows  bars of places at most, half from either end
    """
    out = Album()
    if quantity_weighed(reading) is not None:
        _effect(reading, out)
    for model in (m for m in reading.models if reading.lasting(m)):
        _model(reading, model, out, rows)
    _frontier(reading, out)
    if "trade" in reading.quantities:
        _diversion(reading, out)
    if "circulation" in reading.quantities:
        _circulation(reading, out)
    for model in (m for m in reading.models if not reading.lasting(m)):
        _model(reading, model, out, rows)
    _sensitivity(reading, out)
    return out.led_by(opening_picture(reading, out))


def key(q: Told, kind: str, k: int = 0) -> str:
    """The key of a picture: "map-real-income-1", "winners-real-income-home", "lines-path"."""
    return "-".join(str(w) for w in (kind, q.name.replace("_", "-"), k or "") if w)


def opening_picture(reading: Reading, pictures: Album) -> Picture | None:
    """The figure of the answer: the offset's, else what was asked for in so many words, else one of the number that the
    result's arm is told by, else the first."""
    q = reading.drawn_of(reading.arm)
    q = next((o for o in reading.quantities.values() if o.opens and reading.answered(o)), q)
    cities = ("winners",) if reading.result.scenario.split else ()  # tiles have no place for a city
    heads = () if q is None else tuple(key(q, kind) for kind in ("land", *cities, "map", *ORDER, "winners"))
    mine = (p for h in heads for k, p in pictures.items() if k == h or k.startswith(f"{h}-"))
    return pictures.get("waterfall") or next(mine, None) or next(iter(pictures.values()), None)


def pictured(reading: Reading, model: str) -> list[Told]:
    """A model's quantities that are drawn, in the order of the page."""
    return sorted((q for q in reading.of(model) if q.picture in ORDER), key=lambda q: ORDER.index(q.picture))


def _model(reading: Reading, model: str, out: Album, rows: int) -> None:
    drawn = [q for q in pictured(reading, model) if reading.answered(q)]
    for kind in ORDER:
        for q in drawn:
            if kind == "map" and q.picture in ("map", "land"):
                _mapped(reading, q, out, rows)
            elif q.picture == kind:
                _one(reading, q, out, rows)


def _one(reading: Reading, q: Told, out: Album, rows: int) -> None:
    """A picture that is no map of tiles."""
    if q.picture in along.ALONG:
        _along(reading, q, out)
    elif q.picture == "lines":
        _lines(reading, q, out)
    elif q.picture in ("pairs", "curve", "tiles", "lollipops"):
        _played(reading, q, out)
    elif q.picture in placing.PLACED:
        _placed(reading, q, out)
    elif q.place_axis:
        _winners(reading, q, out, rows)
    else:
        _bars(reading, q, out)


def _along(reading: Reading, q: Told, out: Album) -> None:
    """Each arm a picture of its own where the quantity tells them apart: what is drawn has bands and dots already."""
    arms, heat = reading.arms_of(q), q.picture == "heat"
    shared = along.heat_limits(reading, q, arms) if heat else None
    for k, arm in enumerate(arms):
        if q.picture == "fan" and _at_rest(reading, q, arm):  # a line at rest tells nothing
            continue
        fig = along.heat_of(reading, q, arm, limits=shared) if heat else drawing.of_quantity(reading, q, arm)
        if fig is not None:
            narrow = along.heat_of(reading, q, arm, told=False, limits=shared) if heat else None
            said = _own_colours(reading, caption_of(reading, q, arm), bool(heat and k and shared is None))
            out.add(key(q, q.picture, k + 1), fig, said, f"{reading.title(q)}, “{arm}”", narrow)


def _at_rest(reading: Reading, q: Told, arm: str) -> bool:
    """Whether lines of one number throughout, without dots, are all that a picture along years would show."""
    values = reading.data[q.name].sel(arm=arm)
    along_it = (values.max(q.axes[-1]) - values.min(q.axes[-1])).to_numpy()
    level = not q.points and bool((np.nan_to_num(along_it) <= STILL * np.nanmax(np.abs(values), initial=1.0)).all())
    return level or bool(q.rest and not reading.moves(q, arm))


def _played(reading: Reading, q: Told, out: Album) -> None:
    """Pictures whose record says all that is to be said: pairs, curves, tiles, stems; in Chinese beside the English."""
    arm = reading.arm_of(q)
    fig = drawing.of_quantity(reading, q, arm)
    if fig is not None:
        said = caption_of(reading, q, arm)
        narrow = drawing.tiles_of(reading, q, arm, stacked=True) if q.picture == "tiles" else None
        out.add(key(q, q.picture), fig, said, reading.title(q), narrow)


def _arms(reading: Reading, q: Told) -> list[str]:
    """Arms a map is drawn in; of a land those alone in which something moves."""
    arms = reading.arms_of(q)
    return [a for a in arms if reading.moves(q, a)] if q.picture == "land" and q.change else arms


def _mapped(reading: Reading, q: Told, out: Album, rows: int) -> None:
    """Tiles, and who gains."""
    _maps(reading, q, out)
    if q.change and q.better > 0 and _arms(reading, q):
        _winners(reading, q, out, rows)


def _placed(reading: Reading, q: Told, out: Album) -> None:
    """A map of the land in every arm where it is told first, or ribbons; and the same for a narrow window."""
    land = q.picture == "land"
    several = land and q.headline
    arms = _arms(reading, q) if several else [reading.arm_of(q)]
    scale = {"limits": placing.land_limits(reading, q, arms)} if several else {}
    for k, arm in enumerate(arms):
        draw = placing.PLACED[q.picture]
        fig = draw(reading, q, arm, reading.lang if land else None, **scale)
        if fig is not None:
            narrow = draw(reading, q, arm, small=True, **scale)
            name = key(q, q.picture, k + 1 if several else 0)
            said = _own_colours(reading, caption_of(reading, q, arm), bool(several and k and scale["limits"] is None))
            out.add(name, fig, said, f"{reading.title(q)}, “{arm}”", narrow)


def _own_colours(reading: Reading, caption: str, own: bool) -> str:
    """A caption that says that the scale of colours is not that of the picture beside it."""
    t = words.of(reading.lang)
    return t("next").join((caption, t("own_colours"))) if own else caption


def _maps(reading: Reading, q: Told, out: Album) -> None:
    if reading.geography is None or len(reading.home_regions) < 2:
        return
    values = {a: drawing.map_values(reading, q, a) for a in _arms(reading, q)}
    values = {a: v for a, v in values.items() if np.isfinite(v).any()}
    if q.change and q.percent:  # a map on which every tile is told as nothing tells nothing, where another does
        told = {a: v for a, v in values.items() if np.nanmax(np.abs(v)) >= PRINTED}
        values = told or values
    shared = shared_limits(values.values(), "level" if q.rest is None else "change")  # one for all, where it can be
    scale = "" if shared or len(values) == 1 else " Each map has its own colour scale."
    for k, arm in enumerate(values):
        fig = drawing.map_of(reading, q, arm, reading.lang, shared)
        if fig is not None:
            what = reading.drawn_as(q) if q.loss else reading.said(q)
            caption = f"{raised(what)} under “{arm}”." + (scale if k else "")
            out.add(key(q, "map", k + 1), fig, caption, f"Tile map: {caption}")


def _winners(reading: Reading, q: Told, out: Album, rows: int) -> None:
    arm = reading.arm_of(q)
    if q.change and not reading.moves(q, arm):  # bars of nothing tell nothing
        arm = next((a for a in reversed(reading.arms_of(q)) if reading.moves(q, a)), arm)
    home, said = reading.name(reading.home), raised(reading.said(q))
    head = "Winners and losers" if q.change else said
    for kind, top, who in (("home", rows, f"regions of {home}"), ("foreign", ABROAD, "other economies")):
        frame = drawing.bars_frame(reading, q, arm, (kind,))
        if len(frame) < 2:
            continue
        fig = drawing.bars_of(reading, q, arm, reading.lang, (kind,), top)
        if fig is None:
            continue
        n = "twenty" if top > ABROAD else "ten"  # half of the bars at either end
        ends = f"the {n} largest gains and losses" if q.change else f"the {n} largest and the {n} smallest"
        named = ", and those of the scenario" if fig is not None and len(fig.data[0].y) > top else ""
        tail = f", {ends}{named}" if len(frame) > top else ""
        caption = f"{head} under “{arm}”: {who}{tail}."
        out.add(f"{key(q, 'winners')}-{kind}", fig, caption, f"{said}, {who}")


def _bars(reading: Reading, q: Told, out: Album) -> None:
    arm = reading.arm_of(q)
    rows = len(drawing.bars_frame(reading, q, arm))
    if rows < (2 if reading.has_words(q, "first") else 1):  # a single one is told in words
        return
    fig = drawing.bars_of(reading, q, arm)
    out.add(key(q, "bars"), fig, caption_of(reading, q, arm), reading.title(q))


def _lines(reading: Reading, q: Told, out: Album) -> None:
    arm, home = reading.arm_of(q), reading.name(reading.home)
    fig = drawing.lines_of(reading, q, arm)
    if fig is None:
        return
    arms = drawing.line_arms(reading, q)
    if q.place_axis or len(q.axes) == 1:
        fewer = len(arms) < len(reading.arms)
        note = " Other arms differ in nothing that this model reads." if fewer else ""
        quoted = one_after_other([f"“{a}”" for a in arms], reading.lang)
        plain = "{title} of {home} under {arms}."
        said = reading.words_of(q, "lines", plain).format(title=reading.title(q), home=home, arms=quoted)
        alt = "one line an arm"
    else:
        note, plain = "", "{title} of {home} under “{arm}”: those that move most."
        said = reading.words_of(q, "lines", plain).format(title=reading.title(q), home=home, arm=arm)
        alt = f"one line a {lowered(reading.title(q.axes[1]))}"
    out.add(key(q, "lines"), fig, said + note, f"{reading.title(q)}, {alt}")


def _effect(reading: Reading, out: Album) -> None:
    q, frame = quantity_weighed(reading), steps(reading)
    assert q is not None
    drawn = " Whiskers are 90% intervals; the interaction has none of its own." if "low" in frame else ""
    what = f"{reading.title(q)} of {reading.name(reading.home)}"
    out.add(
        "waterfall",
        figures.waterfall(frame, language=reading.lang, axis=reading.axis(q), form=q.form(drawn=True)),
        f"{what}: the shock, the policy alone, what the two do to each other, and the net.{drawn}",
        "Waterfall from the shock over the policy to the net effect",
    )


def _diversion(reading: Reading, out: Album) -> None:
    home, unit = reading.name(reading.home), reading.quantity("trade").written
    both = {buys: reading.partners(reading.shocked, buys) for buys in (True, False)}
    moved = [x for f in both.values() for x in (f["after"] - f["before"] if not f.empty else ())]
    span = (min(moved, default=0.0), max(moved, default=0.0))
    for buys, name, what in ((True, "imports", "purchases from"), (False, "exports", "sales to")):
        frame = both[buys]
        if frame.empty or not np.any(frame["after"] != frame["before"]):
            continue
        most = f"; the {_PARTNERS} largest gains and losses" if len(frame) > _PARTNERS else ""
        out.add(
            f"diversion-{name}",
            figures.trade_diversion(frame, language=reading.lang, unit=unit, top=_PARTNERS, span=span),
            f"Trade diversion under “{reading.shocked}”: {home}’s {what} each partner, change in value and in per "
            f"cent{most}.",
            f"Change of {home}’s {what} partners",
        )


def _circulation(reading: Reading, out: Album) -> None:
    if len(reading.home_regions) < 2 or reading.arm not in reading.answered("circulation"):
        return
    if not reading.moves("circulation", reading.arm):
        return
    before, after = reading.circulation("base"), reading.circulation(reading.arm)
    for circuit in ("external", "own"):
        if float(abs(after[circuit] - before[circuit]).max()) < SEEN_TO_MOVE:
            continue
        out.add(
            f"circulation-{circuit}",
            figures.circulation_before_after(before, after, language=reading.lang, circuit=circuit),
            f"{reading.circuits[circuit]}, in the base and under “{reading.arm}”; largest change on top.",
            f"Share {spelling.word(circuit, reading.lang)} before and after, one row a region",
        )


def _frontier(reading: Reading, out: Album) -> None:
    found = degrees(reading)
    if found is None:
        return
    q, curves = found
    fig = figures.frontier_curves(
        curves, language=reading.lang, x_title=frontier_axis(reading), y_title=reading.axis(q), form=q.form(drawn=True)
    )
    equal = reading.data.sizes["degree"] - 1
    given = "what is given up against how much less it relies on foreign inputs"
    what = given if reliance_moves(reading) else lowered(reading.title(q))
    out.add(
        "frontier",
        fig,
        f"{reading.name(reading.home)} as the shock goes from nothing to its whole in {equal} equal steps: {what}.",
        f"Frontier: {lowered(reading.title(q))} against {frontier_axis(reading)}, one curve per policy",
    )


def _sensitivity(reading: Reading, out: Album) -> None:
    first = {q.name for q in map(reading.first, reading.models) if q is not None} | {"omega"}
    asked = [q for q, arm in reading.sensitive if arm == reading.arm and q.name in first]
    asked.sort(key=lambda q: not q.weighs)
    for k, q in enumerate(asked[:SENSITIVE]):
        frame, what = reading.sensitivity(q, reading.arm), lowered(reading.title(q))
        if frame.empty:
            continue
        if "total" in frame:
            fig, how = (
                figures.sensitivity(frame, language=reading.lang),
                "first-order and total Sobol indices with 90% bootstrap intervals",
            )
        else:
            fig, how = figures.rank_bars(frame, language=reading.lang), "rank correlation over draws"
        caption = f"What the uncertainty of {what} comes from: {how}."
        out.add(f"sensitivity-{k + 1}", fig, caption, f"Sensitivity of {what}")
