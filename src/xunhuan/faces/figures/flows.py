"""Who absorbs whose value added: flows between groups of regions as ribbons or as a matrix; partners won and lost."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from xunhuan.data.geography import Geography
from xunhuan.faces import money, spelling, words
from xunhuan.faces.figures import style
from xunhuan.faces.figures.shares import ROW_HEIGHT
from xunhuan.faces.spelling import Language

_NARROW = 19
"""Letters of a line beside a grid in a narrow window."""


def cluster_groups(
    geography: Geography, home: str, clusters: Sequence[str] = (), language: Language = "en"
) -> dict[str, tuple[str, ...]]:
    """The home regions split into clusters, each region in the first cluster that names it; then all others.

    A cluster that lost members to an earlier one is labelled "rest of ...". Regions in none, and foreign
    regions, come last as "Elsewhere at home" and "Abroad".

    Parameters
    ----------
    geography : Geography
        `acc.geography`.
    home : str
        Nation whose regions are split.
    clusters : sequence of str, optional
        Codes of clusters in order; by default the table's, as it lists them.
    language : {"en", "zh", "both"}
        Language of names and words; "both" writes names in both.

    Returns
    -------
    dict of str to tuple of str
        Label to region codes, for `partner_matrix`.

    Raises
    ------
    KeyError
        For a cluster that the table has not.

    Examples
    --------
    >>> import xunhuan as xh
    >>> xh.figures.cluster_groups(xh.toyland().geography, "ATL", ["COAST"])
    {'COAST': ('AT-N', 'AT-E'), 'Elsewhere at home': ('AT-S',), 'Abroad': ('BOR',)}
    """
    at_home = [c for c, n in zip(geography.codes, geography.nation, strict=True) if n == home]
    left = list(at_home)
    out: dict[str, tuple[str, ...]] = {}
    for cluster in clusters or tuple(geography.clusters):
        whole = [c for c in geography.clusters[cluster] if c in at_home]
        members = tuple(c for c in whole if c in left)
        if not members:
            continue
        left = [c for c in left if c not in members]
        chinese = words.in_language(geography.name(cluster, "zh"), "zh")
        name = spelling.label(cluster, geography.name(cluster), chinese, language)
        if len(members) < len(whole):
            name = f"其余{name}" if language == "zh" else f"{spelling.word('rest', language)} {name}"
        out[name] = members
    if left:
        out[spelling.word("other_provinces", language)] = tuple(left)
    out[spelling.word("abroad", language)] = tuple(c for c in geography.codes if c not in at_home)
    return out


def partner_matrix(ds: object, groups: dict[str, tuple[str, ...]]) -> pd.DataFrame:
    """Value of each group (rows) by partner group (columns), summed over regions; exact because value adds.

    Parameters
    ----------
    ds : xarray.Dataset
        `circulation(acc, ..., by="partner")` over the regions that the groups name.
    groups : dict of str to tuple of str
        Label to region codes, as `cluster_groups` gives them; rows with no region in `ds` are left out.

    Returns
    -------
    pandas.DataFrame
        Value added by row group and absorbed by column group, unit of the table.

    Raises
    ------
    KeyError
        Where `ds` is not by partner.

    Examples
    --------
    >>> import xunhuan as xh
    >>> acc = xh.toyland()
    >>> groups = xh.figures.cluster_groups(acc.geography, "ATL", ["COAST"])
    >>> xh.figures.partner_matrix(xh.measures.circulation(acc, by="partner"), groups).round(0)
                       COAST  Elsewhere at home  Abroad
    COAST            770.0            121.0    85.0
    Elsewhere at home  135.0              290.0    64.0
    """
    value = ds["value"].to_pandas()  # type: ignore[index]
    rows = {name: [m for m in members if m in value.index] for name, members in groups.items()}
    kept = {name: members for name, members in rows.items() if members}
    cells = [
        [float(value.loc[members, [p for p in partners if p in value.columns]].to_numpy().sum())
         for partners in groups.values()]
        for members in kept.values()
    ]  # fmt: skip
    return pd.DataFrame(cells, index=list(kept), columns=list(groups))


def cluster_flows(
    matrix: pd.DataFrame, *, language: Language = "en", unit: str = "", title: str = "", inside: bool = False
) -> go.Figure:
    """Ribbons from the group where value is added (left) to the group that absorbs it (right).

    Parameters
    ----------
    matrix : pandas.DataFrame
        Value in `unit`: a row a group that adds it, a column a group that absorbs it, as `partner_matrix` gives it.
    language : {"en", "zh", "both"}
        Language of names and words; "both" writes names in both.
    unit : str
        Unit of the values, on hover.
    title : str
        Heading above the figure; none by default.
    inside : bool
        Also draw what a group absorbs of its own, which dwarfs the rest.

    Returns
    -------
    plotly.graph_objects.Figure
        As wide as its window.

    Raises
    ------
    ValueError
        Where an entry is no number.

    Examples
    --------
    >>> import pandas as pd, xunhuan as xh
    >>> names = ["Coast", "Inland"]
    >>> matrix = pd.DataFrame([[80.0, 12.0], [9.0, 60.0]], names, names)
    >>> fig = xh.figures.cluster_flows(matrix, unit="10^8 CNY")
    >>> fig.data[0].link.value.tolist(), fig.data[0].valuesuffix
    ([12.0, 9.0], ' 10⁸ CNY')
    """
    rows, columns = list(matrix.index), list(matrix.columns)
    unit, factor = money.counted(unit, language)
    unit = words.in_language(unit, "zh") if language == "zh" else unit
    value = matrix.to_numpy(float) * factor
    if not inside:
        value[[[r == c for c in columns] for r in rows]] = 0.0
    keep = [k for k in reversed(range(len(columns))) if value[:, k].sum() > 0]  # abroad on top: fewer crossings
    keep = keep[:1] + keep[:0:-1]
    colours = _group_colours(columns, language)
    source, target = np.nonzero(value[:, keep] > 0)
    ends = [columns[k] for k in keep]
    height, pad, nodes = max(300, 46 * len(columns)), 12, max(len(rows), len(ends))
    heights = [*middles(value.sum(1), height, nodes, pad), *middles(value[:, keep].sum(0), height, nodes, pad)]
    paint = [colours[ends[t] if ends[t] == columns[-1] else rows[s]] for s, t in zip(source, target, strict=True)]
    fig = go.Figure(go.Sankey(
        arrangement="fixed", textfont={"size": 12, "color": style.INK, "shadow": "none"},
        valuesuffix=_behind(unit, language), valueformat=",.0f",
        node={"label": rows + ends, "color": [colours[n] for n in rows + ends], "thickness": 12, "pad": pad,
              "line": {"width": 0}, "x": [0.001] * len(rows) + [0.999] * len(ends), "y": heights},
        link={"source": source, "target": target + len(rows), "value": value[:, keep][source, target],
              "color": [faint(c) for c in paint],
              "hovertemplate": "%{source.label} → %{target.label}<br>%{value}<extra></extra>"},
    ))  # fmt: skip
    style.dress(fig, title=title, height=height + 28)
    fig.update_layout(margin={"l": 10, "r": 10, "t": 14 + (44 if title else 0), "b": 14})
    return fig


def cluster_matrix(
    matrix: pd.DataFrame, *, language: Language = "en", title: str = "", shares: bool = True, numbered: bool = False
) -> go.Figure:
    """Who absorbs whose value added, as a grid: rows where it is added, columns where it is absorbed.

    Parameters
    ----------
    matrix : pandas.DataFrame
        Value: a row a group that adds it, a column a group that absorbs it, as `partner_matrix` gives it.
    language : {"en", "zh", "both"}
        Language of names and words; "both" writes names in both.
    title : str
        Heading above the figure; none by default.
    shares : bool
        Each row as shares of its sum, else values.
    numbered : bool
        For narrow windows: groups are numbered, and columns have the number of their row in place of its name.

    Returns
    -------
    plotly.graph_objects.Figure
        As wide as its window.

    Raises
    ------
    ValueError
        Where an entry is no number.

    Examples
    --------
    >>> import pandas as pd, xunhuan as xh
    >>> names = ["Coast", "Inland"]
    >>> matrix = pd.DataFrame([[80.0, 20.0], [15.0, 60.0]], names, names)
    >>> xh.figures.cluster_matrix(matrix).data[0].text.tolist()
    [['80%', '20%'], ['20%', '80%']]
    """
    value = matrix.to_numpy(float)
    shown = value / value.sum(axis=1, keepdims=True) if shares else value
    off = np.array([[np.nan if r == c else v for c, v in zip(matrix.columns, row, strict=True)]
                    for r, row in zip(matrix.index, shown, strict=True)])  # fmt: skip
    form = spelling.percent if shares else lambda v: f"{v:,.0f}"
    text = np.array([[form(v) for v in row] for row in shown], dtype=object)
    rows, columns = list(map(str, matrix.index)), list(map(str, matrix.columns))
    number = {name: str(k + 1) for k, name in enumerate(rows)} if numbered else {}
    rows = [style.wrapped(f"{number[name]} {name}", _NARROW) if numbered else name for name in rows]
    columns = [number.get(name, name) for name in columns]
    fig = go.Figure(go.Heatmap(
        z=off, x=columns, y=rows, colorscale=style.BLUES, showscale=False, xgap=2, ygap=2,
        zmin=0, zmax=float(np.nanmax(off)), text=text, texttemplate="%{text}", textfont={"size": 11}, hoverongaps=False,
        hovertemplate="%{y} → %{x}: %{text}<extra></extra>",
    ))  # fmt: skip
    for k, row in enumerate(matrix.index):
        if row in matrix.columns:
            at = list(matrix.columns).index(row)
            fig.add_annotation(x=at, y=k, text=text[k, at], showarrow=False, font={"size": 11, "color": style.MUTED})
    style.dress(fig, title=title, height=len(matrix) * 36 + 110)
    fig.update_yaxes(autorange="reversed", showgrid=False, tickfont={"size": 11, "color": style.INK})
    fig.update_xaxes(
        type="category", side="top", showgrid=False, tickangle=0 if numbered else -40,
        title_text=spelling.word("to", language), tickfont={"size": 11, "color": style.INK},
    )  # fmt: skip
    return fig


def trade_diversion(
    frame: pd.DataFrame, *, language: Language = "en", unit: str = "", top: int = 12, title: str = "",
    span: tuple[float, float] = (0.0, 0.0),
) -> go.Figure:  # fmt: skip
    """Trade won and lost by partner: the largest gains and the largest losses, gains on top.

    Parameters
    ----------
    frame : pandas.DataFrame
        partner (or region), name_en, name_zh, and before, after, in `unit`.
    language : {"en", "zh", "both"}
        Language of names and words; "both" writes names in both.
    unit : str
        Unit of the values, under the axis and on hover.
    top : int
        Partners shown, half from each end where both have enough.
    title : str
        Heading above the figure; none by default.
    span : tuple of float
        Changes that the axis covers at least, in `unit`, so that pictures side by side have one scale.

    Returns
    -------
    plotly.graph_objects.Figure
        As wide as its window.

    Raises
    ------
    KeyError
        Where a column is missing.
    ValueError
        Where there is no partner.

    Examples
    --------
    >>> import pandas as pd, xunhuan as xh
    >>> frame = pd.DataFrame({"partner": ["USA", "VNM"], "before": [50.0, 10.0], "after": [30.0, 14.0]})
    >>> fig = xh.figures.trade_diversion(frame, unit="million USD")
    >>> list(zip(fig.data[0].y, fig.data[0].x.tolist(), fig.data[0].text))
    [('USA', -20.0, '−40.0%'), ('VNM', 4.0, '+40.0%')]
    """
    code = "partner" if "partner" in frame else "region"
    unit, factor = money.counted(unit, language)
    frame = frame.assign(before=frame["before"] * factor, after=frame["after"] * factor)
    span = span[0] * factor, span[1] * factor
    unit = words.in_language(unit, "zh") if language == "zh" else unit
    moved = (frame["after"] - frame["before"]).to_numpy(float)
    order = np.argsort(moved, kind="stable")
    if len(order) > top:
        rises = min(max(top // 2, top - int((moved < 0).sum())), int((moved > 0).sum()))
        order = np.concatenate([order[: top - rises], order[len(order) - rises :]])
    rows, moved = frame.iloc[order], moved[order]
    labels = spelling.names(rows, language, code)
    before = rows["before"].to_numpy(float)
    relative = np.divide(moved, before, out=np.full(len(moved), np.nan), where=before > 0)
    largest = float(np.nanmax(np.abs(relative), initial=0.0))
    digits = next((n for n in (1, 2, 3) if largest >= 0.1 ** (n + 2)), 4)  # so many that not all read as nothing
    fig = go.Figure(go.Bar(
        x=moved, y=labels, orientation="h", cliponaxis=False,
        marker={"color": [style.OWN if m >= 0 else style.EXTERNAL for m in moved]},
        text=[spelling.signed(v, digits) for v in relative], textposition="outside", textfont={"size": 11},
        hovertemplate="%{y}: %{x:+,.1f}" + _behind(unit, language) + " (%{text})<extra></extra>",
    ))  # fmt: skip
    style.dress(fig, title=title, height=max(len(rows), 3) * (ROW_HEIGHT + 4) + 60)
    told = filter(
        None, (spelling.word("change", language), spelling.unit(unit), spelling.word("percent_beside", language))
    )
    fig.update_xaxes(
        title_text=words.of("zh" if language == "zh" else "en")("comma").join(told), zeroline=True, nticks=4, tickangle=0,
        tickformat=spelling.Form(percent=False, signed=True).ticks,
        range=style.ends_with_room(np.asarray(moved, dtype=float), fig.data[0].text, *span),
    )  # fmt: skip
    fig.update_yaxes(showgrid=False, tickfont={"size": 12, "color": style.INK})
    return fig


def middles(totals: np.ndarray, height: float, nodes: int, pad: float) -> list[float]:
    """Middles of the nodes of one column, as shares of the height, with `pad` pixels between them.

    nodes  of the longer column: it sets how many pixels a unit of value takes, in both columns
    """
    pixels = totals / totals.sum() * (height - (nodes - 1) * pad)
    slack = (nodes - len(totals)) * pad / 2
    middle = slack + np.cumsum(pixels) - pixels / 2 + pad * np.arange(len(totals))
    return [float(v) for v in np.clip(middle / height, 0.001, 0.999)]


def _behind(unit: str, language: Language) -> str:
    """A unit as it stands behind a number."""
    said = words.in_language(spelling.unit(unit), "zh" if language == "zh" else "en")
    return said if spelling.chinese(said) else f" {said}"


def _group_colours(groups: Sequence[str], language: Language) -> dict[str, str]:
    """Home groups in steps of blue and slate, the world in orange."""
    steps = (style.OWN, "#4f81ad", "#7b5ea7", "#2f6f73", "#6b8f3f", "#5b6673", "#8db4d2", "#a08a4a")
    out = {g: steps[k % len(steps)] for k, g in enumerate(groups)}
    out[spelling.word("abroad", language)] = style.EXTERNAL
    return out


def faint(colour: str) -> str:
    """A colour #rrggbb that lets others through."""
    red, green, blue = (int(colour[k : k + 2], 16) for k in (1, 3, 5))
    return f"rgba({red},{green},{blue},0.42)"
