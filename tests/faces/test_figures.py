"""Figures say what the numbers say: sums, scales, labels, inks."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from xunhuan.data.accounts import Accounts
from xunhuan.data.toyland import toyland
from xunhuan.errors import BadInput
from xunhuan.faces import figures, spelling
from xunhuan.faces.captions import with_whiskers
from xunhuan.faces.figures import maps, shares, style
from xunhuan.faces.figures.effects import waterfall_ends
from xunhuan.faces.figures.streams import kept_largest
from xunhuan.measures import circulation
from xunhuan.models.model import Land

pytestmark = pytest.mark.identity


def luminance(colour: str) -> float:
    """Relative luminance of WCAG 2.2."""
    parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a: str, b: str) -> float:
    high, low = sorted((luminance(a), luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def mixed(position: float, scale: tuple[tuple[float, str], ...]) -> str:
    """Colour of a scale at a position, by hand."""
    k = next(k for k in range(1, len(scale)) if position <= scale[k][0])
    (a, first), (b, last) = scale[k - 1], scale[k]
    w = (position - a) / (b - a)
    parts = [(1 - w) * int(first[i : i + 2], 16) + w * int(last[i : i + 2], 16) for i in (1, 3, 5)]
    return "#" + "".join(f"{round(p):02x}" for p in parts)


@pytest.mark.parametrize("scale", [style.BLUES, style.ORANGES, style.DIVERGING])
def test_words_on_tiles_are_readable_everywhere_on_a_scale(scale: tuple[tuple[float, str], ...]) -> None:
    for position in np.linspace(0, 1, 41):
        assert contrast(style.ink_on(float(position), scale), mixed(float(position), scale)) > style.LEGIBLE


def test_fixed_colours_pass_aa() -> None:
    pairs = [(style.PAPER, style.OWN), (style.PAPER, style.EXTERNAL), (style.INK, style.INTER), (style.INK, style.PAPER),
             (style.MUTED, style.PAPER)]  # fmt: skip
    assert all(contrast(a, b) >= style.LEGIBLE for a, b in pairs)


def test_stacked_bars_add_to_one_and_keep_the_order(toy: Accounts) -> None:
    ds = circulation(toy)
    fig = figures.circulation_bars(ds, language="zh")
    assert np.allclose(sum(np.asarray(t.x) for t in fig.data), 1, rtol=0, atol=1e-12)
    top = str(ds["region"].values[int(ds["external"].values.argmax())])
    assert fig.data[0].y[-1] == toy.geography.name(top, "zh")


def test_tiles_stand_where_geography_puts_them(toy: Accounts) -> None:
    values = pd.Series({"AT-N": 0.1, "AT-E": 0.2, "AT-S": 0.3})
    heat, text = figures.tile_map(values, toy.geography, language="en").data
    assert heat.z[0][0] == 0.1
    assert heat.z[0][1] == 0.2
    assert heat.z[1][0] == 0.3
    assert np.isnan(heat.z[1][1])
    assert list(text.text) == ["N<br><b>10%</b>", "E<br><b>20%</b>", "S<br><b>30%</b>"]
    assert heat.customdata[1][0] == "Southvale 南谷: 30.0%"


def test_a_diverging_map_is_symmetric_about_zero(toy: Accounts) -> None:
    fig = figures.tile_map({"AT-N": -0.04, "AT-E": 0.01}, toy.geography, scale="change")
    assert (fig.layout.coloraxis.cmin, fig.layout.coloraxis.cmax) == (-0.04, 0.04)


def test_maps_side_by_side_share_one_scale(toy: Accounts) -> None:
    fig = figures.tile_maps({"a": pd.Series({"AT-N": 0.1}), "b": pd.Series({"AT-N": 0.5})}, toy.geography)
    assert {t.coloraxis for t in fig.data if t.type == "heatmap"} == {"coloraxis"}
    assert (fig.layout.coloraxis.cmin, fig.layout.coloraxis.cmax) == (0.1, 0.5)


def test_no_value_for_any_tile_is_refused(toy: Accounts) -> None:
    with pytest.raises(BadInput, match="no region has both a tile and a value"):
        figures.tile_map({"BOR": 1.0}, toy.geography)


def test_flows_between_clusters_add_up_to_gdp(toy: Accounts) -> None:
    groups = figures.cluster_groups(toy.geography, "ATL")
    assert [*groups] == ["COAST", "HARBOUR", "Abroad"] or [*groups] == ["COAST", "rest of HARBOUR", "Abroad"]
    matrix = figures.partner_matrix(circulation(toy, by="partner"), groups)
    coast = toy.gdp[:2].sum()
    assert matrix.loc["COAST"].sum() == pytest.approx(coast, rel=1e-12)
    fig = figures.cluster_flows(matrix, unit=toy.unit)
    links = fig.data[0].link
    off = matrix.to_numpy().sum() - sum(matrix.loc[g, g] for g in matrix.index)
    assert sum(links.value) == pytest.approx(off, rel=1e-12)


def test_clusters_split_the_regions_without_overlap(china: Accounts) -> None:
    groups = figures.cluster_groups(china.geography, "CHN")
    members = [m for g in groups.values() for m in g]
    assert sorted(members) == sorted(china.geography.codes)


def test_intervals_are_ranked_and_limits_lie_behind_them(toy: Accounts) -> None:
    one = shares.as_frame(circulation(toy))
    known = one.assign(own_low=one["own"] - 0.03, own_high=one["own"] + 0.04)
    less, more = one.assign(own=one["own"] - 0.1), one.assign(own=one["own"] + 0.2)
    fig = figures.circulation_intervals(known, more.iloc[::-1], less, circuit="own")  # by region, in any order
    assert [trace.name for trace in fig.data] == ["limits", "90% interval", "estimate"]
    limits, span, point = (np.array(trace.x, dtype=float) for trace in fig.data)
    assert list(point) == sorted(one["own"])  # the largest on top
    assert np.allclose(limits.reshape(-1, 3)[:, :2] - point[:, None], [-0.1, 0.2])
    assert np.allclose(span.reshape(-1, 3)[:, :2] - point[:, None], [-0.03, 0.04])
    assert fig.layout.xaxis.range[0] < limits[np.isfinite(limits)].min()
    assert [t.name for t in figures.circulation_intervals(known).data] == ["90% interval", "estimate"]
    with pytest.raises(KeyError, match="external_low"):
        figures.circulation_intervals(known, circuit="external")


def test_a_waterfall_must_add_up() -> None:
    good = pd.DataFrame({"step": ["shock", "policy", "net"], "value": [-0.03, 0.01, -0.02]})
    bars = figures.waterfall(good).data[0]
    assert list(bars.base) == pytest.approx([0, -0.03, 0])
    with pytest.raises(BadInput, match=r"the steps sum to -0\.02, the net is 0\.05"):
        figures.waterfall(good.assign(value=[-0.03, 0.01, 0.05]))


def test_winners_and_losers_keep_both_ends() -> None:
    frame = pd.DataFrame({"region": [f"R{k}" for k in range(50)], "value": np.linspace(-0.05, 0.2, 50)})
    fig = figures.winners_losers(frame, top=10)
    assert list(fig.data[0].y) == [*(f"R{k}" for k in range(5)), *(f"R{k}" for k in range(45, 50))]


def test_trade_diversion_shows_where_trade_went_as_well_as_whence() -> None:
    after = [10.0 + d for d in (-9, -8, -7, -6, -5, -4, -3, 1, 2)]
    frame = pd.DataFrame({"partner": [f"P{k}" for k in range(9)], "before": 10.0, "after": after})
    assert list(figures.trade_diversion(frame, top=4).data[0].y) == ["P0", "P1", "P7", "P8"]
    assert len(figures.trade_diversion(frame.head(7), top=4).data[0].y) == 4


def test_before_and_after_are_sorted_by_the_change(toy: Accounts) -> None:
    one = shares.as_frame(circulation(toy))
    shift = np.array([0.01, -0.05, 0.02])
    fig = figures.circulation_before_after(one, one.assign(external=one["external"] + shift))
    assert fig.data[1].y[-1] == "Eastholm"


def test_the_same_data_give_the_same_json(toy: Accounts) -> None:
    ds = circulation(toy)
    one, two = (figures.circulation_ternary(ds).to_json() for _ in range(2))
    assert one == two
    assert "uid" not in json.loads(one)["data"][0]


def test_every_figure_speaks_chinese(toy: Accounts) -> None:
    curve = pd.DataFrame({"degree": [0.0, 1.0], "external": [0.2, 0.1], "gain": [0.0, -0.01]})
    sobol = pd.DataFrame({"parameter": ["a"], "first": [0.4], "total": [0.6]})
    partners = pd.DataFrame(
        {"partner": ["BOR"], "name_en": ["Borea"], "name_zh": ["北国"], "before": [10.0], "after": [9.0]}
    )
    assert figures.sensitivity(sobol, language="zh").data[0].name == "总效应"
    assert figures.trade_diversion(partners, language="zh").data[0].y == ("北国",)
    assert figures.frontier_curves({"x": curve}, language="zh").layout.xaxis.title.text == "境外"
    assert figures.time_lines({"a": pd.Series([0.0, 1.0])}, language="zh").layout.xaxis.title.text == "天"


def test_a_table_without_tiles_says_so(toy: Accounts) -> None:
    from dataclasses import replace

    bare = replace(toy.geography, tile=(None,) * 4)
    with pytest.raises(BadInput, match="this table has no tile positions"):
        maps.tile_map({"AT-N": 1.0}, bare)


def three_squares() -> Land:
    """Two regions, one of them of two parts, about 60 degrees north; two points, one shut; a line there and one built."""
    corners = [("A", 0, 0, 60), ("A", 0, 2, 60), ("A", 0, 2, 61), ("A", 1, 5, 59), ("A", 1, 6, 59), ("A", 1, 6, 60),
               ("B", 0, 2, 60), ("B", 0, 4, 60), ("B", 0, 4, 61)]  # fmt: skip
    points = [("P", "Port", "港", 1, 60, False), ("Q", "Quay", "码头", 3, 60, False), ("R", "Road", "路", 4, 60, True)]
    lines = [(0, False, 0, 60), (0, False, 4, 60), (1, True, 2, 60), (1, True, 2, 61)]
    return Land(pd.DataFrame(corners, columns=["region", "part", "lon", "lat"]),
                pd.DataFrame(points, columns=["point", "name_en", "name_zh", "lon", "lat", "shut"]),
                pd.DataFrame(lines, columns=["line", "new", "lon", "lat"]))  # fmt: skip


def test_a_real_map_says_what_its_numbers_say() -> None:
    amounts = pd.Series({"P": 4.0, "Q": 1.0, "R": 0.0})
    fig = figures.land_map(pd.Series({"A": -0.2, "B": 0.1}), three_squares(), amounts=amounts, scale="change")
    first, second, there, built, circles, shut, _ = fig.data
    assert list(first.x) == [0, 2, 2, None, 5, 6, 6]
    low, quarter = (tuple(int(c[k : k + 2], 16) for k in (1, 3, 5)) for c in ("#b4530f", "#8db4d2"))
    assert (first.fillcolor, second.fillcolor) == (f"rgb{low}", f"rgb{quarter}")
    assert (first.text, second.text) == ("A: −20.00%", "B: +10.00%")
    assert (fig.layout.coloraxis.cmin, fig.layout.coloraxis.cmax) == (-0.2, 0.2)
    assert list(there.x) == [0, 4]
    assert list(built.x) == [2, 2]
    area = np.asarray(circles.marker.size) ** 2
    assert area[0] / area[1] == pytest.approx(4.0, rel=1e-12)
    assert (list(circles.text), list(shut.customdata)) == (["Port", "Quay"], ["Road"])
    assert fig.layout.yaxis.scaleratio == pytest.approx(2.0, rel=1e-12), "a degree north of 60 is twice one east"
    json.loads(fig.to_json())
    with pytest.raises(BadInput, match="no outlined region"):
        figures.land_map(pd.Series({"C": 1.0}), three_squares())


def test_ribbons_hold_what_goes_in_and_comes_out() -> None:
    rng = np.random.default_rng(5)
    rows = [(f"h{a}", f"g{b}", f"s{c}", v) for (a, b, c), v in np.ndenumerate(rng.exponential(size=(6, 5, 4)))]
    every = pd.DataFrame(rows, columns=["home", "gate", "to", "value"])
    few = kept_largest(every, ("home", "gate", "to"), 2, "others")
    assert few["value"].sum() == pytest.approx(every["value"].sum(), rel=1e-12)
    by_home = every.groupby("home")["value"].sum().nlargest(2)
    assert {*few["home"]} == {*by_home.index, "others"}
    assert few.groupby("home")["value"].sum()[by_home.index].to_numpy() == pytest.approx(by_home.to_numpy(), rel=1e-12)
    ribbons = figures.stream_ribbons(few, rest="others").data[0]
    label, link = list(ribbons.node.label), ribbons.link
    assert [label[k] for k in (2, 5, 8)] == ["others"] * 3
    source, target, value = (np.asarray(x) for x in (link.source, link.target, link.value))
    for k in range(9):
        into, out = value[target == k].sum(), value[source == k].sum()
        column = few.columns[k // 3]
        told = few[few[column] == label[k]]["value"].sum()
        assert [x for x in (into, out) if x] == pytest.approx([told] * (2 if 3 <= k < 6 else 1), rel=1e-12)
    with pytest.raises(BadInput, match="nothing to draw"):
        figures.stream_ribbons(few.assign(value=0.0))


def test_ticks_of_tiny_changes_differ_and_zero_has_no_sign() -> None:
    form = spelling.Form(signed=True)
    frame = pd.DataFrame({"region": ["a", "b"], "value": [2e-7, -1e-7]})
    axis = figures.winners_losers(frame, form=form).layout.xaxis
    # Digits that count ("p" of d3), not digits after the point, which are all 0 here.
    assert axis.tickformat == "+.6~p"
    assert dict(axis.labelalias)["+0%"] == "0%"
    named = [p for p in Path(style.__file__).parents[1].rglob("*.py") if '~%"' in p.read_text(encoding="utf-8")]
    assert all("tickformat" not in line for p in named for line in p.read_text("utf-8").splitlines() if '~%"' in line)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("small", [True, False])
def test_names_of_corners_have_room(toy: Accounts, language: spelling.Language, small: bool) -> None:
    fig = figures.circulation_ternary(circulation(toy), language=language, small=small)
    for axis in (fig.layout.ternary.baxis, fig.layout.ternary.caxis):
        lines = axis.title.text.split("<br>")
        assert len(lines) <= 2
        assert max(map(style.pixels, lines)) / 2 + 20 <= fig.layout.margin.l


def test_whiskers_are_seen_on_bars_by_day_and_by_night() -> None:
    for bar in style.UNDER_WHISKERS.values():
        for turn in (str, style.at_night):
            assert contrast(turn(bar), turn(style.PAPER)) >= 3
            assert contrast(turn(style.WHISKER), turn(bar)) >= 3
    frame = pd.DataFrame({"region": ["a", "b"], "value": [0.2, -0.1], "low": [0.1, -0.2], "high": [0.3, 0.0]})
    assert set(figures.winners_losers(frame).data[0].marker.color) <= set(style.UNDER_WHISKERS.values())


def test_numbers_on_bars_are_read_by_night_as_they_are() -> None:
    """The style sheets give them no edge: dark on light at night, light on dark at night."""
    for circuit, bar in style.CIRCUIT_COLOURS.items():
        for turn in (str, style.at_night):
            assert contrast(turn(style.ON_CIRCUIT[circuit]), turn(bar)) >= style.LEGIBLE


def test_whiskers_are_told_and_why_one_stands_beside_its_bar() -> None:
    rows = pd.DataFrame({"region": ["a", "b"], "value": [0.2, -0.1], "low": [0.1, -0.2], "high": [0.3, 0.0]})
    assert with_whiskers("Gains.", figures.winners_losers(rows), "en") == "Gains. Whiskers are 90% intervals."
    beside = figures.winners_losers(rows.assign(low=[0.25, -0.2]))
    assert "Where a whisker does not reach its bar" in with_whiskers("Gains.", beside, "en")
    assert with_whiskers("得失。", figures.lollipops(rows), "zh") == "得失。须线为90%区间。"
    assert with_whiskers("Gains.", figures.winners_losers(rows[["region", "value"]]), "en") == "Gains."


def test_an_axis_beside_long_names_has_two_ticks_or_more() -> None:
    rows = pd.DataFrame({"region": ["Congo (Democratic Republic) and its neighbours", "b"], "value": [0.0011, -0.0009]})
    ticks = figures.winners_losers(rows).layout.xaxis.tickvals
    assert len(ticks) in (2, 3)
    assert 0.0 in ticks
    assert figures.tile_map({"AT-N": -0.0499}, toyland().geography, scale="change").layout.coloraxis.colorbar.tickvals == (
        -0.04, 0.0, 0.04,
    )  # fmt: skip


def test_tiny_changes_of_trade_do_not_all_read_as_nothing() -> None:
    frame = pd.DataFrame({"partner": ["USA", "VNM"], "before": [5e5, 1e5], "after": [5e5 - 20, 1e5 + 3]})
    assert list(figures.trade_diversion(frame).data[0].text) == ["−0.004%", "+0.003%"]


def test_waterfalls_side_by_side_have_one_scale() -> None:
    frames = [
        pd.DataFrame({"step": ["shock", "policy", "net"], "value": v}) for v in ([-0.03, 0.01, -0.02], [-1, 3, 2])
    ]
    ends = [waterfall_ends(f) for f in frames]
    assert ends[1] == (-1.0, 2.0)
    span = min(low for low, _ in ends), max(high for _, high in ends)
    one, other = (figures.waterfall(f, span=span).layout.yaxis.range for f in frames)
    assert one == other
    assert one[0] < -1
    assert one[1] > 2


def test_one_partner_has_room_for_its_axis() -> None:
    frame = pd.DataFrame({"partner": ["USA"], "before": [5.0], "after": [4.0]})
    fig = figures.trade_diversion(frame, unit="million USD")
    assert fig.layout.height >= 120
    assert fig.layout.xaxis.title.text == "change, million USD, at the bars: per cent"
