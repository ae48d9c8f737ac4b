"""Figures of the short run: paths along time, where the shock is in a chosen week, losses by cause, who stopped whom."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import xarray as xr

from xunhuan.data.accounts import Accounts
from xunhuan.errors import BadInput
from xunhuan.faces import words
from xunhuan.faces.figures import style
from xunhuan.faces.figures.effects import time_lines
from xunhuan.faces.figures.maps import tile_maps
from xunhuan.faces.figures.shares import ROW_HEIGHT
from xunhuan.faces.figures.style import Language
from xunhuan.models.propagation import activity, bottlenecks

CAUSES = {"loss_direct": style.EXTERNAL, "loss_inputs": style.OWN, "loss_demand": style.INTER}


def _word(key: str, language: Language, **values: object) -> str:
    return words.of("zh" if language == "zh" else "en")(f"figure_{key}", **values)


def time_paths(
    path: xr.Dataset,
    accounts: Accounts,
    *,
    regions: str | Sequence[str] | None = None,
    sectors: str | Sequence[str] | None = None,
    top: int = 6,
    language: Language = "en",
    title: str = "",
) -> go.Figure:
    """Value added relative to rest along time, a line a region, or a sector where `sectors` is given.

    regions, sectors  selections as everywhere ("YRD", "electronics"); without one, the `top` regions hit hardest
    With `sectors` the lines are sectors, added up over `regions` (all by default).
    """
    if sectors is not None:
        return _sector_paths(path, accounts, regions, sectors, language, title)
    ratio = activity(path)
    if regions is None:
        depth = (1 - ratio).clip(lower=0).sum().sort_values(ascending=False, kind="stable")
        codes = [str(c) for c in depth.index[:top]]
    else:
        codes = [accounts.geography.codes[k] for k in accounts.geography.select(regions, accounts.home)]
    g = accounts.geography
    lines = {style.label(c, g.name(c), g.name(c, "zh"), language): ratio[c] for c in codes}
    return time_lines(lines, language=language, axis=_word("activity", language), title=title)


def _sector_paths(
    path: xr.Dataset,
    accounts: Accounts,
    regions: str | Sequence[str] | None,
    sectors: str | Sequence[str],
    language: Language,
    title: str,
) -> go.Figure:
    if regions is not None:
        path = path.isel(region=accounts.geography.select(regions, accounts.home))
    ratio = activity(path, over="region")
    s = accounts.sectors
    lines = {
        style.label(s.codes[k], s.names_en[k], s.names_zh[k], language): ratio[s.codes[k]] for k in s.select(sectors)
    }
    return time_lines(lines, language=language, axis=_word("activity", language), title=title)


def spread_maps(
    path: xr.Dataset,
    accounts: Accounts,
    *,
    weeks: Sequence[int] = (1, 4, 8, 16),
    language: Language = "en",
    title: str = "",
    stacked: bool = False,
) -> go.Figure:
    """Tile maps of the change of value added in chosen weeks (1 = days 0 to 7), on one scale: how the shock spreads.

    Raises BadInput where a week lies beyond the run.
    """
    ratio = activity(path)
    days = path["t"].to_numpy()
    late = [w for w in weeks if not 0 < w <= np.ceil(days[-1] / 7)]
    if late:
        raise BadInput(
            f"the run has {int(np.ceil(days[-1] / 7))} weeks", items=[f"week {w}" for w in late], where="spread_maps",
            fix="choose weeks of the run",
        )  # fmt: skip
    maps = {}
    for w in weeks:
        inside = (days > 7 * (w - 1)) & (days <= 7 * w)
        # Windows longer than a week hold several weeks each.
        chosen = ratio[inside].mean() if inside.any() else ratio.iloc[int(np.searchsorted(days, 7 * w))]
        maps[_word("week", language, week=w)] = chosen - 1.0
    return tile_maps(
        maps, accounts.geography, scale="change", language=language, title=title, key=_word("change", language),
        stacked=stacked,
    )  # fmt: skip


def losses_by_cause(
    detail: xr.Dataset,
    accounts: Accounts,
    *,
    over: str = "sector",
    top: int = 15,
    language: Language = "en",
    title: str = "",
) -> go.Figure:
    """Stacked bars of value added lost by cause, the `top` regions (or sectors, with over = "region") on top."""
    frame = detail[list(CAUSES)].sum(over).to_dataframe()
    frame = frame.loc[frame.sum(axis="columns").sort_values(ascending=False, kind="stable").index[:top]][::-1]
    named = accounts.geography if over == "sector" else accounts.sectors
    place = {c: k for k, c in enumerate(named.codes)}
    labels = [style.label(c, named.names_en[place[c]], named.names_zh[place[c]], language) for c in frame.index]
    fig = go.Figure()
    for cause, colour in CAUSES.items():
        name = _word(cause, language)
        fig.add_bar(
            x=frame[cause], y=labels, orientation="h", name=name, marker={"color": colour},
            hovertemplate="%{y}: %{x:,.4g}<extra>" + name + "</extra>",
        )  # fmt: skip
    style.dress(fig, title=title, height=len(frame) * ROW_HEIGHT + 84, legend=True)
    fig.update_layout(barmode="relative")
    fig.update_xaxes(title_text=f"{_word('lost', language)}, {style.unit(accounts.unit)}", zeroline=True)
    fig.update_yaxes(showgrid=False, tickfont={"size": 12, "color": style.INK})
    return fig


def bottleneck_table(
    detail: xr.Dataset, accounts: Accounts, *, top: int = 12, language: Language = "en"
) -> pd.DataFrame:
    """Which input stopped whom, in words, largest loss first; empty where no input ran out."""
    rows = bottlenecks(detail, top)
    g, s = accounts.geography, accounts.sectors

    def sector(code: str) -> str:
        k = s.index(code)
        return style.label(code, s.names_en[k], s.names_zh[k], language)

    never = _word("never", language)
    columns = _word("columns", language).split("|")
    return pd.DataFrame({
        columns[0]: [style.label(c, g.name(c), g.name(c, "zh"), language) for c in rows["region"]],
        columns[1]: [sector(c) for c in rows["sector"]],
        columns[2]: [sector(c) for c in rows["input"]],
        columns[3]: [f"{v:,.4g}" for v in rows["loss"]],
        columns[4]: [style.percent(v, 1) for v in rows["share"]],
        columns[5]: ["–" if np.isnan(v) else f"{v:.0f}" for v in rows["first_week"]],
        columns[6]: ["–" if np.isnan(v) else never if np.isinf(v) else f"{v:.0f}" for v in rows["recovery"]],
    })  # fmt: skip
