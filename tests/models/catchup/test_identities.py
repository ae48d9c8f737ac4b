"""Catch-up: what must hold whatever the numbers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import xunhuan as xh
from tests.helpers.made_up import made_up, world, written
from xunhuan.data.accounts import Accounts
from xunhuan.data.places import places
from xunhuan.models import registry
from xunhuan.models.catchup.path import Levers, run_years
from xunhuan.models.catchup.path import Path as Years
from xunhuan.models.catchup.read import by_reading, read
from xunhuan.models.edits import Decoupling, Need, Push, TradeCost
from xunhuan.models.model import Response

pytestmark = pytest.mark.identity


def widgets(folder: Path, **facts: dict[str, Any]) -> str:
    return written(folder, made_up(**facts))


def asked(acc: Accounts, file: str, *edits: Any, **more: Any) -> Response:
    return xh.respond(acc, edits, model="catchup", industry=file, **{"years": (2020, 2030), "draws": 0} | more)


LEVELS = st.floats(0.0, 1.0)


def levers(years: int, **given_: float) -> Levers:
    ramp = np.minimum(np.arange(years + 1) / 5, 1.0)[:, None]
    return Levers.none(years)._replace(**{n: v * ramp for n, v in given_.items()})


@given(know=LEVELS, trade=LEVELS, tools=LEVELS, leave=LEVELS, push=st.floats(-0.05, 0.1))
def test_shares_add_up_and_nothing_leaves_its_bounds(
    know: float, trade: float, tools: float, leave: float, push: float
) -> None:
    path = run_years(
        world(stages=True),
        levers(12, know=know, trade=trade, tools=tools, leave=leave)._replace(push=np.full((13, 1), push)),
    )
    assert path.owned_by + path.alien + path.abroad == pytest.approx(np.ones((13, 1)), abs=1e-12)
    assert (path.gap >= 0).all()
    assert (path.stage_share >= 0).all()
    assert (path.stage_share <= 1 + 1e-12).all()
    assert np.isfinite(path.price[:-1] if trade == leave == 1 else path.price).all()


@given(low=LEVELS, high=LEVELS, push=st.floats(0.0, 0.05))
def test_more_knowledge_cut_never_raises_the_share(low: float, high: float, push: float) -> None:
    """At a given push, where home is the smaller: it learns more from the world than the world from it."""
    low, high = sorted((low, high))
    less, more = (run_years(world(pace=push), levers(20, know=x)).made_in[-1, 0] for x in (low, high))
    assert more <= less + 1e-12


@given(low=LEVELS, high=LEVELS)
def test_more_sales_cut_raise_share_and_price(low: float, high: float) -> None:
    low, high = sorted((low, high))
    less, more = (run_years(world(), levers(8, trade=x)) for x in (low, high))
    assert more.made_in[-1, 0] >= less.made_in[-1, 0] - 1e-12
    assert more.price[-1, 0] >= less.price[-1, 0] - 1e-12


def same(a: Years, b: Years) -> bool:
    return all(np.allclose(x, y, rtol=1e-11, atol=1e-13) for x, y in zip(a, b, strict=True) if x is not None)


def test_all_money_twice_as_large_changes_no_share() -> None:
    w, cut = world(stages=True), levers(15, know=0.5, tools=0.8, trade=0.3)
    twice = w._replace(home_market=2 * w.home_market, world_market=2 * w.world_market, exported=2 * w.exported)
    one, two = run_years(w, cut), run_years(twice, cut)
    assert same(one._replace(home_market=two.home_market), two)


def test_swapping_owners_changes_the_answer() -> None:
    """What is owned at home and what foreign owners make there are not alike."""
    one = run_years(world(made_in=0.3, owned_by=0.2), levers(10, tools=0.5))
    two = run_years(world(made_in=0.3, owned_by=0.1), levers(10, tools=0.5))
    assert abs(one.made_in[-1, 0] - two.made_in[-1, 0]) > 1e-3


def test_a_little_of_a_control_holds_back_a_little() -> None:
    tops = [run_years(world(), levers(10, tools=x)).top[-1, 0] for x in (0.0, 1e-6)]
    assert tops[0] == pytest.approx(tops[1], abs=1e-4)


def test_ideas_grow_evenly_where_nothing_is_done() -> None:
    w = world(strength=0.6, exported=0.0)
    w = w._replace(made_in=np.array([0.3]), owned_by=np.array([0.2]))
    cost = run_years(w, Levers.none(10)).cost[:, 0]
    assert cost[:, 0] == pytest.approx(cost[:, 2], rel=1e-12)
    assert np.diff(np.log(cost[:, 0])) == pytest.approx(np.full(10, np.log2(0.8) * np.log(1.05)), rel=1e-9)


def test_under_ideas_a_ban_on_goods_takes_ideas_away() -> None:
    w = world(strength=0.6)
    cut, still = (run_years(w, levers(20, trade=x)).cost[-1, 0, 0] for x in (0.9, 0.0))
    assert cut > still


def test_nothing_cut_and_nothing_pushed_costs_nothing(toy: Accounts, tmp_path: Path) -> None:
    r = asked(toy, widgets(tmp_path))
    assert float(r.detail["price_then"][0]) == 1.0
    assert float(r.detail["cost_then"][0]) == 0.0
    assert r.accounts is toy
    assert float(r.detail["channel_effect"].sel(step="whole_change")) == 0.0


def test_channels_and_what_they_do_together_add_up(toy: Accounts, tmp_path: Path) -> None:
    edits = [Decoupling("foreign", "ATL", channel=c, size=0.6, ramp=3) for c in ("know", "tools", "trade")]
    r = asked(toy, widgets(tmp_path), *edits, Push("ATL", rate=0.02))
    effect = r.detail["channel_effect"]
    parts, whole = effect.isel(step=slice(None, -1)), effect.isel(step=-1)
    assert float(parts.sum()) == pytest.approx(float(whole), abs=1e-12)
    free = asked(toy, widgets(tmp_path))
    moved = [float(x.detail["readings_then"].sel(draw=0, reading="made_in")) for x in (r, free)]
    assert moved[0] - moved[1] == pytest.approx(float(whole), abs=1e-12)


def test_the_table_by_reading_is_what_was_found(toy: Accounts, tmp_path: Path) -> None:
    """Per cent of the central draw; the interval of eight draws is the least and the most of them."""
    cut = Decoupling("foreign", "ATL", channel="trade", size=0.5)
    wide = {
        "learning_rate": {"low": 0.05, "high": 0.3}, "home_pace": {"value": 0.02, "spread": 0.5},
        "good_elasticity": {"low": 2.0, "high": 6.0}, "made_in": {"low": 0.25, "high": 0.35},
        "gap_closing": {"low": 0.0, "high": 0.3},
    }  # fmt: skip
    r = asked(toy, widgets(tmp_path, **wide), cut, draws=8, target={"share": 0.4, "by": 2026})
    assert r.path is not None
    table, d = by_reading(toy, r, 0).set_index("reading"), r.detail
    said = {np.inf: "later"}
    for name in table.index:
        now, row = float(r.path[name].isel(draw=0, year=0)), table.loc[name]
        (then, *drawn), (when, *years) = (d[n].sel(reading=name).to_numpy() for n in ("readings_then", "target_year"))
        by_hand = [100 * x for x in (now, then, min(drawn), max(drawn))]
        assert row[["in_2020", "in_2026", "low", "high"]].tolist() == pytest.approx(by_hand, rel=1e-12)
        ends = [said.get(x, f"{x:.0f}") for x in (when, min(years), max(years))]
        assert row[["reached", "from", "to"]].tolist() == ends
        assert row[["price", "cost"]].tolist() == [float(d["price_then"][0]), float(d["cost_then"][0])]
    assert d["readings_then"].std("draw").min() > 0
    price, cost, gap, more = (d[n].to_numpy() for n in ("price_then", "cost_then", "gap_then", "sales_response"))
    ends = [(f"{x[1:].min():.3g}", f"{x[1:].max():.3g}", f"{x[0]:.3g}") for x in (price, cost, gap, more)]
    spans = [f" (90% interval {low} to {high})" if len({low, high, at}) > 1 else "" for low, high, at in ends]
    notes = "\n".join(table.attrs["notes"])
    assert [x in notes for x in spans] == [True] * 4
    assert f"{gap[0]:.2g}{spans[2]}" in notes
    assert f"change by {more[0]:+.3f}%" in notes


def test_a_published_share_stands_with_its_kind(toy: Accounts, tmp_path: Path) -> None:
    """What the pace passes through, what was held out and what was aimed at, each in its own list and year."""
    rows = ((2022, 0.32, "estimate", True), (2024, 0.36, "estimate", False), (2030, 0.7, "target", False))
    told = [
        {"year": y, "reading": "made_in", "share": x, "kind": k, "fitted": f, "source": "made up"}
        for y, x, k, f in rows
    ]
    r = asked(toy, written(tmp_path, made_up() | {"published": told}))
    numbers = read(toy, r, places(toy))
    for kind, (year, share, _, _) in zip(("published", "held_out", "aimed_at"), rows, strict=True):
        found = numbers[f"share_{kind}"]
        assert list(found.coords[f"year_{kind}"]) == [year]
        at = list(found.coords["reading"]).index("made_in")
        assert found.values[at].tolist() == [share]
        assert np.isnan(np.delete(found.values, at, 0)).all()


def test_who_serves_a_vintage_adds_up(toy: Accounts, tmp_path: Path) -> None:
    r = asked(toy, widgets(tmp_path), Decoupling("foreign", "ATL", channel="trade", size=0.9))
    assert r.detail["vintages_then"].sum("seller").values == pytest.approx([1.0, 1.0], abs=1e-12)


def test_a_lever_at_its_value_brings_the_target_about(toy: Accounts, tmp_path: Path) -> None:
    file = widgets(tmp_path)
    target = {"share": 0.6, "by": 2032, "levers": ("push", "trade", "know")}
    found = asked(toy, file, target=target).detail["lever_value"]
    push, trade = (float(found.sel(lever=n)) for n in ("extra_push", "cut_trade"))
    by_push = asked(toy, file, Push("ATL", rate=push), target=target)
    barred = asked(toy, file, TradeCost("foreign", "ATL", sectors="MAN", cut=trade), target=target)
    for r in (by_push, barred):
        assert float(r.detail["readings_then"].sel(draw=0, reading="made_in")) == pytest.approx(0.6, abs=1e-6)
    assert np.isnan(float(found.sel(lever="cut_know")))
    assert float(barred.detail["price_then"][0]) > 1.0


def test_a_ban_of_the_table_is_a_cut_of_sales(toy: Accounts, tmp_path: Path) -> None:
    file = widgets(tmp_path)
    ban = asked(toy, file, TradeCost("BOR", "ATL", sectors="MAN", ban=True))
    cut = asked(toy, file, Decoupling("BOR", "ATL", channel="trade", size=1.0, start=2021, ramp=0))
    for name in ("made_in", "owned_by"):
        assert ban.path[name].values == pytest.approx(cut.path[name].values, rel=1e-12)  # type: ignore[index]


def test_suppliers_who_stay_away_leave_a_channel_open(toy: Accounts, tmp_path: Path) -> None:
    """BOR sells three quarters of the tools of the file, and is all that is abroad in the table."""
    data = made_up()
    data["suppliers"][0]["nations"] = {"BOR": 0.75}
    file = written(tmp_path, data)
    one = asked(toy, file, Decoupling("BOR", "ATL", channel="tools", size=0.8))
    same_ = asked(toy, file, Decoupling("foreign", "ATL", channel="tools", size=0.8))
    assert one.path["gap"].values == pytest.approx(same_.path["gap"].values)  # type: ignore[index]


def test_exports_raise_home_sales_through_learning_alone(toy: Accounts, tmp_path: Path) -> None:
    def response(**more: Any) -> float:
        return float(asked(toy, widgets(tmp_path, **more)).detail["sales_response"][0])

    assert response() > 0
    assert response(learning_rate={"value": 0.0}) == pytest.approx(0.0, abs=1e-12)
    assert response() > response(knowledge_spillover={"value": 1.0})


def test_where_ideas_come_with_goods_exports_teach_rivals_unless_knowledge_is_cut(
    toy: Accounts, tmp_path: Path
) -> None:
    def found(*edits: Any) -> Any:
        return asked(toy, widgets(tmp_path), *edits, law="diffusion", draws=50).detail

    open_, shut = found(), found(Decoupling("BOR", "ATL", channel="know", size=0.9))
    assert (open_["sales_response"] < 0).all()
    assert (np.abs(shut["sales_response"]) < np.abs(open_["sales_response"])).all()


def test_without_decoupling_or_pace_every_year_has_the_table_itself(toy: Accounts, tmp_path: Path) -> None:
    r = asked(toy, widgets(tmp_path), engine="trade", years=(2020, 2026))
    for name in ("flow", "use", "final", "value_added"):
        assert getattr(r.accounts, name) == pytest.approx(getattr(toy, name), rel=1e-9, abs=1e-12)
    assert r.path is not None
    assert r.path["income_hat"].values == pytest.approx(np.ones((7, toy.R)), abs=1e-9)
    assert r.status.converged


@pytest.mark.slow
def test_so_has_the_world_with_provinces(tmp_path: Path) -> None:
    acc = xh.load("world-2017")
    file = written(tmp_path, made_up() | {"sector": "C26", "suppliers": []})
    r = asked(acc, file, engine="trade", years=(2020, 2021))
    for name in ("flow", "use", "final", "value_added"):
        # Cells that are 0 in the table come out at less than a cent.
        assert getattr(r.accounts, name) == pytest.approx(getattr(acc, name), rel=1e-9, abs=1e-8)
    assert r.path is not None
    assert r.path["income_hat"].values == pytest.approx(np.ones((2, acc.R)), abs=1e-9)


def test_learning_around_the_long_run_is_the_law_on_the_tables_outputs(toy: Accounts, tmp_path: Path) -> None:
    """The first year's productivities by hand, from the outputs of the table; all of it against the mean abroad."""
    cut = Decoupling("foreign", "ATL", channel="know", size=1.0, ramp=0)
    r = asked(toy, widgets(tmp_path), cut, engine="trade", years=(2020, 2022))
    made, s, g, b = toy.output[:, toy.sectors.codes.index("MAN")], 0.25, 0.05, -np.log2(0.8)
    grown = []
    for k in range(toy.R):
        inside = s * sum(made[j] for j in range(toy.R) if j != k and toy.geography.nation[j] == toy.geography.nation[k])
        across = s * sum(made[j] for j in range(toy.R) if toy.geography.nation[j] != toy.geography.nation[k])
        flow = made[k] + inside
        grown.append(1 + flow / ((flow + across) / g))
    bor = toy.geography.codes.index("BOR")
    by_hand = [(x / grown[bor]) ** b for x in grown]
    assert r.path is not None
    assert r.path["productivity_hat"].isel(year=1).values == pytest.approx(by_hand, rel=1e-12)
    assert r.accounts.digest != toy.digest


def test_what_is_handed_on(toy: Accounts, tmp_path: Path) -> None:
    hands_on = registry.find("catchup").hands_on
    assert hands_on is not None
    file = widgets(tmp_path)
    still = hands_on(asked(toy, file))
    assert [type(e) for e in still] == [Need]
    ban = TradeCost("BOR", "ATL", sectors="MAN", cut=0.5)
    kinds = [e.kind for e in hands_on(asked(toy, file, ban, Push("ATL", rate=0.01)))]
    assert kinds == ["productivity", "trade_cost", "need"]
    assert [e.kind for e in hands_on(asked(toy, file, ban, engine="trade", years=(2020, 2022)))] == ["need"]


def test_a_share_is_never_told_without_its_price_and_its_cost() -> None:
    model = registry.find("catchup")
    told = [q for q in model.quantities if q.unit == "share" and (q.headline or q.picture in ("fan", "steps"))]
    assert {q.name for q in told} >= {"share_then", "share_path", "channel_effect"}
    assert [q.name for q in told if not {"price_then", "cost_then"} <= set(q.beside)] == []
    en, zh = model.words["tell_target_reached"]
    assert all("{price_then}" in text and "{cost_then}" in text for text in (en, zh))
