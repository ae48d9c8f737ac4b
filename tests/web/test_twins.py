"""The laboratory shows what the measures and the command line say: same numbers, same digests."""

from __future__ import annotations

import re
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from xunhuan.data.accounts import Accounts
from xunhuan.data.arrays import CIRCUITS
from xunhuan.data.store import load
from xunhuan.faces import spelling, words
from xunhuan.faces.commands.measuring import measure_notes
from xunhuan.faces.laboratory import run as run_scenario
from xunhuan.faces.reading import Reading
from xunhuan.faces.web import draft, lookups, state
from xunhuan.faces.web.pages import circulation as page
from xunhuan.faces.web.pages import outcome, profile
from xunhuan.faces.web.pages.pictures import bars_card, change_card, film_of
from xunhuan.measures import circulation, cross_hauling
from xunhuan.scenario.check import prepare
from xunhuan.scenario.layers import library, read_layers
from xunhuan.scenario.record import digest_of_run

pytestmark = pytest.mark.twin


@pytest.mark.parametrize("name", sorted(library()))
def test_a_scenario_of_the_library_keeps_its_digest(name: str) -> None:
    """Opened in the form and sent unchanged it is the command line's scenario, so neither runs what the other has."""
    whole = prepare(read_layers(name), lambda table: lookups.accounts_of(str(table)))
    selection = state.selected("/scenario", f"?scenario={name}&table={whole.scenario.base}")
    checked = draft.checked(draft.start_of(selection), selection)
    assert checked.problems == ()
    assert checked.bench is not None
    digests = [digest_of_run(b.scenario, b.base) for b in (whole, checked.bench)]
    assert digests[0] == digests[1]


@pytest.mark.parametrize("definition", state.DEFINITIONS)
def test_the_sentence_and_the_tiles_are_the_measure(toy: Accounts, definition: str) -> None:
    ds = circulation(toy, definition=definition)
    for code in ("AT-N", "AT-E", "AT-S"):
        for circuit in CIRCUITS:
            query = f"?table=toyland&region={code}&definition={definition}&share={circuit}"
            _, _, number = page.sentence_of(state.selected("/", query))
            assert number == pytest.approx(100 * float(ds[circuit].sel(region=code)), abs=1e-12)
    tiles = page._map(state.selected("/", f"?table=toyland&definition={definition}&share=inter"))[0].children
    for tile in tiles:
        share = float(ds["inter"].sel(region=tile.id["to"]))
        assert tile.children[-1].children == f"{100 * share:.0f}"


def test_intervals_ranks_and_limits_are_those_of_the_versions(china: Accounts) -> None:
    assert china.posterior is not None
    seen = china.posterior.known["circulation"]
    found = lookups.shares("china-2017", "CHN", "absorption")
    k = found.place("CN-JL")
    low, high = np.quantile(seen[:, k, 0], [0.05, 0.95])
    assert found.span("CN-JL", "own") == pytest.approx((low, high))
    ranks = [1 + sum(x > one[k] for x in one) for one in seen[:, :, 0]]
    mine = 1 + sum(found.part[:, 0] > found.part[k, 0])
    rank = found.rank("CN-JL", "own")
    assert rank is not None
    assert rank[0] == mine
    assert sorted(ranks)[6] - 1 <= rank[1] <= mine <= rank[2] <= sorted(ranks)[-6] + 1
    assert all(x in ranks for x in rank[1:])
    limits = lookups.limits("china-2017", "CHN", "absorption", "CN-JL")
    assert limits is not None
    for row, name in ((0, "least"), (1, "most")):
        ends = circulation(load(f"china-2017-{name}"), "CN-JL")
        assert float(ends["external"].item()) in limits[:, 2]
        assert limits[row, 0] == pytest.approx(float(circulation(load("china-2017-most" if row == 0 else
                                               "china-2017-least"), "CN-JL")["own"].item()))  # fmt: skip
    selection = state.selected("/", "?table=china-2017&region=CN-JL&share=own&lang=zh")
    shown = str(profile.profile(selection)) + str(page._circuits(selection)) + str(page._everyone(selection))
    assert spelling.span(low, high, 1) in shown
    assert spelling.span(low, high) in shown
    assert lookups.shares("china-2017", "CHN", "origin").seen is None
    assert "90%区间仅按" in str(profile.profile(state.selected("/", "?table=china-2017&definition=origin&lang=zh")))


def test_trade_at_home_is_shown_as_in_the_table_and_as_reported(china: Accounts) -> None:
    pair = [cross_hauling(acc, "CN-JL") for acc in (china, load("china-2017-reported"))]
    shown = str(profile.profile(state.selected("/", "?table=china-2017&region=CN-JL")))
    for ds in pair:
        for name in ("outflow", "overlap"):
            assert spelling.percent(float(ds[name].item()), 1) in shown
    here, reported = lookups.crossings("world-2017", "CHN")
    assert len(here) == 31
    assert reported == {}


def test_what_is_reported_is_no_table_of_its_own_in_the_list_and_years_compare_harmonised() -> None:
    assert [n for n in lookups.table_names() if n.startswith("china-20")] == ["china-2012", "china-2017"]
    found = dict(lookups.region_history("china-2017", "CHN", "absorption", "CN-JL"))
    assert sorted(found) == [2012, 2017]
    for year, parts in found.items():
        ds = circulation(load(f"china-{year}"), "CN-JL")
        assert list(parts) == pytest.approx([float(ds[c].item()) for c in CIRCUITS], abs=1e-12)


def test_partners_and_sectors_add_up(toy: Accounts) -> None:
    for definition in state.DEFINITIONS:
        shares = lookups.shares("toyland", "ATL", definition)
        for code in lookups.home_regions("toyland", "ATL"):
            own, inter, external = shares.of(code)
            partners = lookups.partners("toyland", "ATL", definition, code)
            by_circuit = {c: sum(p.share for p in partners if p.circuit == c) for c in ("inter", "external")}
            assert by_circuit["inter"] == pytest.approx(inter, abs=1e-12)
            assert by_circuit["external"] == pytest.approx(external, abs=1e-12)
            sectors = lookups.sectors("toyland", "ATL", definition, code)
            assert sum(s.part[0] for s in sectors) == pytest.approx(own, abs=1e-12)
            assert sum(s.weight for s in sectors) == pytest.approx(1.0, abs=1e-12)


def test_a_bloc_of_economies_is_a_home(world: Accounts) -> None:
    """Germany seen from the Union: what other members absorb is inside, and the whole is what the measure says."""
    members = world.geography.clusters["EU"]
    union = world.replace(geography=world.geography.regroup("EU", members), home="EU")
    expected = circulation(union, region="DEU")
    found = lookups.shares("world-2017", "EU", "absorption").of("DEU")
    for share, circuit in zip(found, CIRCUITS, strict=True):
        assert share == pytest.approx(float(expected[circuit].item()), abs=1e-12)


def test_an_address_comes_back_as_it_was() -> None:
    query = (
        "?table=china-2017&home=CHN&region=CN-SC&definition=forward&share=inter&scenario=rcep&run=abcdefabcdef&lang=zh"
    )
    selection = state.selected("/results", query)
    assert selection.problems == ()
    path, _, search = selection.address().partition("?")
    assert state.selected(path, search) == selection
    assert sorted(re.split("[?&]", query)[1:]) == sorted(search.split("&"))


def test_the_film_shows_every_day(tmp_path: Path) -> None:
    """Each frame carries the colours and the words of its own days."""
    days = {"record_days": 7, "horizon_days": 28}
    line = {"regions": "AT-N", "loss": 0.5, "end": 10}
    folder = run_toy(tmp_path / "film", {"capacity": line}, "propagation", model={"propagation": days})
    reading = outcome.read_in(outcome.opened(folder), "en")
    q = reading.quantity("path")
    values = reading.along(q, "s")
    fig = film_of(reading, q, values)
    assert fig is not None
    assert [f.name for f in fig.frames] == ["7", "14", "21", "28"]
    made = reading.data["path"].sel(arm="s", place=["AT-N", "AT-E", "AT-S"]).to_numpy()
    assert np.ptp(made) > 0.01
    for k, frame in enumerate(fig.frames):
        heat, said = frame.data
        shown = [f"{100 * (v - 1):+.1f}%".replace("-", "−") for v in made[k] if abs(v - 1) < 0.0995]
        assert len(frame.traces) == 2
        assert np.nanmin(np.array(heat.z, dtype=float)) == pytest.approx(float(made[k].min()) - 1)
        assert all(any(number in text for text in said.text) for number in shown if number[1:] != "0.0%")
    assert [s.label for s in fig.layout.sliders[0].steps] == ["7", "14", "21", "28"]


def run_toy(folder: Path, shock: dict[str, Any], name: str, **more: Any) -> Path:
    """A result on Toyland, written as the laboratory keeps it."""
    data = {"title": folder.name, "base": "toyland", "shock": [{"name": "s", **shock}], "model": {name: {}}, **more}
    run_scenario(data, folder)
    return folder


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_result_without_any_effect_is_shown(tmp_path: Path, lang: str) -> None:
    line = {"from": "BOR", "to": "ATL", "sectors": "goods", "add": 0.0}
    folder = run_toy(tmp_path / "nothing", {"tariff": line}, "trade")
    reading = outcome.read_in(outcome.opened(folder), lang)
    assert not np.nan_to_num(reading.data["real_income"].to_numpy()).any()
    main = reading.main_of("s")
    assert main is not None
    assert main.name == "welfare"
    selection = state.selected("/results", f"?table=toyland&lang={lang}")
    assert outcome.one_result(folder, selection)
    assert outcome.two_results(folder, folder, selection)


def test_a_loss_has_one_sign_wherever_it_is_a_change(tmp_path: Path) -> None:
    """Map, bars and difference go below zero; the headline says "lost", and neither it nor its interval has a sign."""
    line = {"regions": "AT-N", "loss": 0.5}
    folder = run_toy(tmp_path / "short", {"capacity": line}, "propagation")
    result = outcome.opened(folder)
    reading = outcome.read_in(result, "en")
    main = reading.main_of("s")
    assert main is not None
    assert main.name == "loss"
    lost = float(result.data["loss"].sel(arm="s", place="AT-N"))
    assert lost > 0.001
    selection = state.selected("/results", "?table=toyland&region=AT-N")
    heat = change_card(reading, "s")[0].children[1].children[0].children.children[0].figure.data[0]
    assert np.nanmin(np.array(heat.z, dtype=float)) == pytest.approx(-lost)
    bars = bars_card(reading, "s")[0].children[1].children[0].figure
    assert min(float(x) for trace in bars.data for x in trace.x if x is not None) < 0
    shown = str(outcome._difference(reading, reading))
    assert f"−{100 * lost:.2f}%" in shown
    assert f"+{100 * lost:.2f}%" not in shown
    spread = {f"loss_{k}": result.data["loss"] * x for k, x in (("low", 0.9), ("high", 1.1))}
    told = str(outcome._headline(Reading(replace(result, data=result.data.assign(spread))), "s", selection))
    for x in (lost, 0.9 * lost, 1.1 * lost):
        assert f"{100 * x:.2f}%" in told
    assert "+" not in told


def test_a_field_cleared_again_leaves_nothing() -> None:
    selection = state.selected("/scenario", "?table=toyland")
    before = draft.start_of(selection)
    assert draft.checked(before, selection).problems == ()
    assert draft.complete(before, selection).pop("uncertainty")["draws"] >= 64
    whole = draft.complete({k: v for k, v in before.items() if k != "uncertainty"}, selection)
    for left in (None, ""):
        for table in ({"trade_elasticity": {"relative_sd": left}}, {"draws": left}, {"trade_elasticity": {}}, {}):
            assert draft.complete({**before, "uncertainty": table}, selection) == whole
    assert draft.checked({**before, "uncertainty": {"trade_elasticity": {"relative_sd": ""}}}, selection).problems == ()


def test_what_fails_fails_again_and_is_not_kept() -> None:
    asked = []

    @lookups.once(2)
    def broken(x: int) -> int:
        asked.append(x)
        raise ValueError(f"no {x}")

    for _ in range(2):
        with pytest.raises(ValueError, match="no 3"):
            broken(3)
    assert asked == [3, 3]


def test_one_computation_for_a_key_at_a_time_and_others_go_on() -> None:
    begun, go, asked = threading.Event(), threading.Event(), []

    @lookups.once(2)
    def slow(x: int) -> list[int]:
        asked.append(x)
        if x == 1:
            begun.set()
            assert go.wait(20)
        return [x]

    with ThreadPoolExecutor(4) as threads:
        waiting = [threads.submit(slow, 1) for _ in range(3)]
        assert begun.wait(20)
        assert threads.submit(slow, 2).result(20) == [2]  # not held up
        assert not any(w.done() for w in waiting)
        go.set()
        answers = [w.result(20) for w in waiting]
    assert asked == [1, 2]
    assert answers[0] is answers[1] is answers[2]
    slow(3)  # one too many: the answer not asked for the longest goes
    assert slow(1) is answers[0]
    slow(2)
    assert asked == [1, 2, 3, 2]


def test_who_waits_for_a_computation_that_fails_computes() -> None:
    begun, go, asked = threading.Event(), threading.Event(), []

    @lookups.once(2)
    def first_fails(x: int) -> int:
        asked.append(x)
        if len(asked) == 1:
            begun.set()
            assert go.wait(20)
            raise ValueError("the first")
        return x

    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(first_fails, 7)
        assert begun.wait(20)
        second = threads.submit(first_fails, 7)
        go.set()
        with pytest.raises(ValueError, match="the first"):
            first.result(20)
        assert second.result(20) == 7
    assert asked == [7, 7]


@pytest.fixture
def cut(monkeypatch: pytest.MonkeyPatch) -> str:
    """Toyland with a list of cities of its northern region, and clusters of them."""
    rows = [{"code": c, "name_en": f"City {c}", "name_zh": f"{c}市", "province": "AT-N", "lon": 10.0 + k, "lat": 51.0,
             "population": 10.0 + k, "industry": 30.0 - 9 * k, "services": 10.0} for k, c in enumerate("XYZ")]  # fmt: skip
    group = [{"cluster": "XY", "name_en": "Pair", "name_zh": "双城", "members": "X Y"}]
    lists = {"cities_ATL.csv": pd.DataFrame(rows), "city_clusters_ATL.csv": pd.DataFrame(group)}
    for room in ("cities", "city_shares"):
        monkeypatch.setattr(f"xunhuan.data.{room}.city_list", lists.get)
    monkeypatch.setattr(lookups, "can_be_cut", lambda table: () if lookups.cut_of(table)[1] else ("AT-N",))
    return "toyland/AT-N"


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_city_is_shown_with_its_bounds_alone(cut: str, lang: str) -> None:
    view = state.selected("/", f"?table={cut}&region=Y&share=own&lang={lang}&definition=origin")
    assert view.table == cut
    assert view.definition == "absorption", "the others have no bounds"
    shares = lookups.shares(cut, "ATL", "absorption")
    low, high = shares.span("Y", "own") or (0.0, 0.0)
    assert low < shares.of("Y")[0] < high
    least, most = lookups.limits(cut, "ATL", "absorption", "Y")  # type: ignore[misc]
    assert least[0] <= low
    assert high <= most[0]
    assert f"{100 * low:.0f}" in page.sentence_of(view)[1]
    told = str(profile.profile(view))
    assert ("双城" if lang == "zh" else "Pair") in told
    assert words.of(lang)("partners_absorption", region=shares.places[1].name(lang)) not in told
    assert words.of(lang)("cities_no_pictures") in str(profile.pictures(view))
    whole = state.selected("/", "?table=toyland&region=AT-N")
    assert words.of("en")("cities_shown") in str(profile.profile(whole))
    assert state.selected("/scenario", f"?table={cut}").table == "toyland"
    # What is looked at as its cities opens on the largest of them, also where the address says the whole.
    for asked in ("", "&region=AT-N"):
        opened = state.selected("/", f"?table={cut}{asked}")
        assert (opened.region in "XYZ", opened.problems) == (True, ())


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_region_beside_cities_has_the_intervals_of_the_table_before_it_is_split(cut: str, lang: str) -> None:
    found, whole = (lookups.shares(t, "ATL", "absorption") for t in (cut, "toyland"))
    beside = [p.code for p in found.places if p.code not in "XYZ"]
    for code in beside:
        for circuit in CIRCUITS:
            assert found.span(code, circuit) == pytest.approx(whole.span(code, circuit))
    assert found.versions(beside[0]) == whole.versions(beside[0]) == 16
    assert found.versions("Y") == 4
    assert found.span("Y", "external") is not None
    ds, before = (lookups.measured(t, "ATL", "absorption", "region") for t in (cut, "toyland"))
    ends = ["own_low", "own_high", "external_low"]
    xr.testing.assert_allclose(ds[ends].sel(region=beside), before[ends].sel(region=beside))
    for line in (
        page.sentence_of(state.selected("/", f"?table={cut}&region={c}&lang={lang}"))[1] for c in ("Y", beside[0])
    ):
        assert words.of(lang)("city_none") not in line
    rank = found.rank("Y", "own")
    assert rank is not None
    assert 1 <= rank[1] <= rank[2] <= len(found.places)
    city = state.selected("/", f"?table={cut}&region=Y&lang={lang}")
    assert words.of(lang)("sure_cities_drawn", n=4) in str(profile.profile(city))


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_region_beside_cities_has_no_interval_without_versions_of_the_whole(
    cut: str, lang: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the cities of another region sell each other leaves it as it is in every version, and it is said why."""
    bare, cut = lookups.load("toyland").replace(posterior=None), cut.replace("toyland", "bareland")
    monkeypatch.setattr(lookups, "load", lambda name: bare if name == "bareland" else load(name))
    monkeypatch.setattr(lookups, "table_names", lambda: ("toyland", "bareland"))
    found = lookups.shares(cut, "ATL", "absorption")
    beside = [p.code for p in found.places if p.code not in "XYZ"]
    assert beside
    assert all(found.span(c, circuit) is None for c in beside for circuit in CIRCUITS)
    at = [found.place(c) for c in beside]
    assert found.seen is not None
    assert np.ptp(found.seen[:, at], axis=0).max() < 1e-12
    ds = lookups.measured(cut, "ATL", "absorption", "region")
    assert np.isnan(ds["own_low"].sel(region=beside).values).all()
    assert np.isfinite(ds["own_low"].sel(region=list("XYZ")).values).all()
    assert "external_low" not in ds
    assert found.span("Y", "external") is None
    abroad = state.selected("/", f"?table={cut}&region=Y&share=external&lang={lang}")
    assert words.of(lang)("city_none_abroad") in page.sentence_of(abroad)[1]
    assert any("Other regions have none" in line for line in measure_notes(ds))
    view = state.selected("/", f"?table={cut}&region={beside[0]}&share=own&lang={lang}")
    assert words.of(lang)("city_none") in page.sentence_of(view)[1]


def test_a_cluster_is_the_sum_of_its_cities(cut: str, toy: Accounts) -> None:
    """What cities of it earn from each other is its own; a region of cities alike is what it was before."""
    found = dict(lookups.city_groups(cut, "ATL"))
    ds = circulation(lookups.accounts_of(cut, "ATL"), ["X", "Y"], by="partner")
    value = ds["value"] / ds["value"].sum()
    own = float(value.sel(partner=["X", "Y"]).sum())
    away = float(value.where(ds["circuit"] == "external").sum())
    assert found["XY"][0] == pytest.approx([own, 1 - own - away, away], abs=1e-12)
    north = circulation(toy, "AT-N")
    assert found["AT-N"] == pytest.approx(np.tile([float(north[c].item()) for c in CIRCUITS], (3, 1)), abs=1e-12)
