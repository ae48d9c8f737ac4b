"""Pictures that need more than numbers by label: real maps on a room's land, ribbons over three axes; their tables."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from xunhuan.data.arrays import Array
from xunhuan.faces import spelling
from xunhuan.faces.figures.land import land_map
from xunhuan.faces.figures.maps import Scale, shared_limits
from xunhuan.faces.figures.streams import kept_largest, stream_ribbons
from xunhuan.faces.reading import Reading
from xunhuan.faces.spelling import Language, raised
from xunhuan.faces.told import Told

NAMED = 10
"""Labels of an axis that ribbons tell by name."""
FEW = 5
"""The same where there is no room."""
_WAYS = 40
"""Rows of a table of ways."""


def land_of(
    reading: Reading,
    q: Told,
    arm: str,
    language: Language | None = None,
    small: bool = False,
    limits: tuple[float, float] | None = None,
) -> go.Figure | None:
    """The map of home on its model's land; None where that has none, or where no place of it moves.

    limits  ends of the colours, where maps side by side have one scale; `land_limits`
    """
    land = reading.land(q.model, arm)
    values = reading.frame(q, arm, change=True)
    shown = values.set_index("region")["value"].astype(float)
    if land is None or not (drawn := _on_land(reading, q, arm)).size or (q.change and not np.any(drawn != 0)):
        return None
    amount = reading.quantities.get(next(iter(q.points), ""))
    amounts = None if amount is None else reading.along(amount, arm).to_series()
    scale: Scale = "level" if q.rest is None else "change"
    key = reading.titled(q) if q.rest is None else reading.axis(q)
    form = spelling.Form() if amount is None else amount.form()
    return land_map(shown, land, amounts=amounts, names=values[["region", "name_en", "name_zh"]], scale=scale, key=key,
                    language=language or reading.lang, form=q.form(drawn=True), amount_form=form, small=small,
                    limits=limits)  # fmt: skip


def _on_land(reading: Reading, q: Told, arm: str) -> Array:
    """The numbers that a map of the land shows in an arm; none where there is no land."""
    land = reading.land(q.model, arm)
    values = reading.frame(q, arm, change=True).set_index("region")["value"].astype(float)
    drawn = set() if land is None else {*land.outline["region"], *land.spots["region"]}
    return values[[r for r in values.index if r in drawn]].to_numpy()


def land_limits(reading: Reading, q: Told, arms: Sequence[str]) -> tuple[float, float] | None:
    """Ends of the colours of `land_of` for all of some arms; None where they would wash one of them out."""
    return shared_limits((_on_land(reading, q, a) for a in arms), "level" if q.rest is None else "change")


def flows_of(
    reading: Reading, q: Told, arm: str, language: Language | None = None, small: bool = False
) -> go.Figure | None:
    """Ribbons over a quantity's three axes; None where all is nothing."""
    lang = language or reading.lang
    flow = streams_told(reading, q, arm, lang, FEW if small else NAMED)
    if flow.empty:
        return None
    heads = tuple(raised(reading.title(a)) for a in q.axes)
    return stream_ribbons(flow, heads=(heads[0], heads[1], heads[2]), rest=spelling.word("all_others", lang), language=lang,
                          form=q.form(), small=small)  # fmt: skip


def streams_told(reading: Reading, q: Told, arm: str, language: Language, most: int = NAMED) -> pd.DataFrame:
    """A column an axis, labels in words, and value, largest first; a nation of several regions left out.

    A label that ends in `_rest` is all others, as are those beyond the `most` largest of an axis.
    """
    rest = spelling.word("all_others", language)
    flow = reading.data[q.name].sel(arm=arm).to_series().rename("value").dropna().reset_index()
    nations = reading.places.index[reading.places["kind"] == "nation"]
    if q.axes[0] == q.place_axis:
        flow = flow[~flow[q.axes[0]].isin(nations)]
    for axis in q.axes:
        told = {
            c: rest if str(c).endswith("_rest") else reading.label(axis, str(c), language) for c in flow[axis].unique()
        }
        flow[axis] = flow[axis].map(told)
    return kept_largest(flow[[*q.axes, "value"]], q.axes, most, rest)


def placed_rows(reading: Reading, q: Told, arm: str) -> tuple[list[str], list[list[str]]]:
    """Head and rows of the numbers of a map's circles, or of ribbons, largest first."""
    if q.picture == "flows":
        flow = streams_told(reading, q, arm, reading.lang)
        rows = [[*map(str, r[:-1]), q.form().bare(float(r[-1]))] for r in flow.head(_WAYS).itertuples(index=False)]
        return [*(raised(reading.title(a)) for a in q.axes), reading.titled(q)], rows
    amount = reading.quantities.get(next(iter(q.points), ""))
    if amount is None:
        return [], []
    values = reading.along(amount, arm).to_series().sort_values(ascending=False, kind="stable")
    axis = amount.axes[-1]
    told = [[reading.label(axis, str(c)), amount.form().bare(float(v))] for c, v in values.items() if v > 0]
    return [raised(reading.title(axis)), reading.titled(amount)], told


PLACED: dict[str, Callable[..., go.Figure | None]] = {"land": land_of, "flows": flows_of}
"""How each of these kinds is drawn."""
