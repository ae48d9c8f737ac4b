"""The library runs, the schema holds whatever it is given, results survive a kill, and golden numbers stand."""

from __future__ import annotations

import functools
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.golden.regenerate import GOLDEN, golden
from xunhuan.data.store import load
from xunhuan.data.toyland import toyland
from xunhuan.errors import BadInput
from xunhuan.faces.reading import Reading
from xunhuan.faces.recording import record
from xunhuan.faces.report.scenario_tables import grids
from xunhuan.models import registry
from xunhuan.scenario.assess import assess, headlines
from xunhuan.scenario.check import prepare
from xunhuan.scenario.ensemble import Plan
from xunhuan.scenario.layers import Layers, library, read_layers
from xunhuan.scenario.record import open_result
from xunhuan.scenario.scenario import schema

pytestmark = pytest.mark.house

PATIENCE = 600.0
"""Seconds after which a process hangs; no verdict on speed."""
TOY = Path(__file__).parents[1] / "scenarios" / "toy.toml"
WANTED = {
    "us-tariffs-2018-2020", "us-tariffs-2025", "chip-embargo", "electronics-embargo", "entity-list",
    "orders-cancelled-2020", "national-market",
    "yrd-integration", "gba-integration", "belt-and-road", "rcep", "full-decoupling", "canton-1757",
    "institutional-costs", "chips-2035", "chips-controls", "great-leap", "division-of-labour", "gateway-for-obedience",
    "subsidy-war", "jiangsu-twelve-measures", "anhui-exhibitions", "bay-area-cities",
    "treaty-ports-1842", "shanghai-shut-2022", "guangzhou-zhanjiang", "online-market",
}  # fmt: skip
AT_THE_POINT = {"jiangsu-twelve-measures", "anhui-exhibitions"}
"""Without draws of the scenario: each would be a game in general equilibrium, or the room draws by itself."""


def test_the_library_is_whole_and_says_where_its_numbers_come_from() -> None:
    assert set(library()) == WANTED
    table = functools.cache(load)
    for name in WANTED:
        s = prepare(read_layers(name), table).scenario
        for field in ("question", "source", "date", "reasoning", "assumptions"):
            assert getattr(s, field), f"{name} lacks {field}"
        assert (s.uncertainty is not None) == (name not in AT_THE_POINT), name


@pytest.mark.parametrize("base", ["world-2020", "world-2022"])
def test_the_library_takes_later_years(base: str) -> None:
    table = functools.cache(load)
    for name in WANTED:
        of = f"{base}-components" if name == "chip-embargo" else base
        assert prepare(read_layers(name, settings=[f"base={of}"]), table).base.name == of
    with pytest.raises(
        BadInput, match=f"it is written for world-2017-components.*; {base}-components is of the same kind"
    ):
        prepare(read_layers("chip-embargo", settings=[f"base={base}"]), table)


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(WANTED))
def test_every_library_scenario_runs(library_result: Callable[[str], Path], name: str) -> None:
    done = open_result(library_result(name))
    outcomes = [s["outcome"] for by_model in done.manifest["status"].values() for s in by_model.values()]
    assert set(outcomes) == {"converged"}
    if "real_income" in done.data:
        income = done.data["real_income"].sel(place="CHN").to_numpy()
        assert np.nanmax(np.abs(income)) < 0.2
        assert np.nanmax(np.abs(income)) > 0


@pytest.mark.slow
def test_the_lead_scenario_has_the_signs_trade_theory_gives(library_result: Callable[[str], Path]) -> None:
    """Losing suppliers hurts, cheaper trade at home helps, and the embargo turns inputs to home suppliers."""
    d = open_result(library_result("chip-embargo")).data
    income = d["real_income"].sel(place="CHN")
    assert float(income.sel(arm="embargo")) < 0 < float(income.sel(arm="integration"))
    reliance = d["reliance"].sel(place="CHN")
    assert float(reliance.sel(arm="embargo")) < float(reliance.sel(arm="base"))


@pytest.mark.slow
def test_components_alone_cost_less_for_good_and_more_at_first(library_result: Callable[[str], Path]) -> None:
    """Fewer goods are banned than all electronics; but finished ones no longer stand in for missing components."""
    chips, all_of_it = (open_result(library_result(name)) for name in ("chip-embargo", "electronics-embargo"))
    income, loss = (
        [float(r.headline(quantity, "embargo", "CHN")["value"]) for r in (chips, all_of_it)]
        for quantity in ("real_income", "loss")
    )
    assert income[1] < income[0] < 0
    assert loss[0] > loss[1] > 0


@pytest.mark.slow
def test_all_readings_and_all_levers_are_told_arm_by_arm(library_result: Callable[[str], Path]) -> None:
    done = open_result(library_result("chips-2035"))
    tables = grids(Reading(done, "en"))
    arms = [str(a) for a in done.data["arm"].values]
    price_and_cost = 2
    for name in ("readings_then", "reached_by_reading"):
        grid = tables[f"labelled-{name}"]
        assert grid.head[1:] == arms
        assert len(grid.rows) == len(done.data["reading"]) + price_and_cost == 7
        assert all(c not in ("", "–") for row in grid.rows for c in row.cells)
    told = tables["labelled-lever_needed"].rows
    value = done.data["lever_needed"].transpose("lever", "arm").to_numpy()
    lost = [[c == "not with this lever alone" for c in row.cells[1:]] for row in told[:-1]]
    assert lost == np.isnan(value).tolist()
    assert 0 < np.isnan(value).sum() < value.size
    pace = float(done.data["lever_needed"].sel(lever="extra_push", arm="controls")) / float(
        done.data["push_over_history"].sel(arm="controls")
    )
    assert 0.005 < pace < 0.02


WORDS = st.sampled_from(
    ["BOR", "ATL", "AT-N", "MAN", "goods", "foreign", "provinces", "all", "!BOR", "nowhere", "", "a+b"]
)
SCALARS = st.one_of(WORDS, st.integers(-3, 3), st.floats(-2, 3), st.booleans(), st.floats(allow_nan=True))
KEYS = st.sampled_from(
    ["from", "to", "regions", "sectors", "change", "ban", "cut", "best", "set", "add", "multiply", "rate", "loss", "start",
     "end", "factor", "origin", "size", "name"]
)  # fmt: skip
LINES = st.dictionaries(KEYS, SCALARS, max_size=5)
SHOCKS = st.dictionaries(
    st.sampled_from([*registry.edits(), "name", "size", "role", "note", "odd"]),
    st.one_of(SCALARS, LINES, st.lists(LINES, max_size=2)), max_size=4,
)  # fmt: skip
REST = st.dictionaries(
    st.sampled_from(["model", "compare", "uncertainty", "measure", "arms", "home", "nations", "base_digest", "odd"]),
    st.one_of(SCALARS, st.dictionaries(WORDS | KEYS, SCALARS | LINES, max_size=3)), max_size=3,
)  # fmt: skip


TOYLAND = toyland()


@settings(max_examples=100, deadline=None, derandomize=True)
@given(shocks=st.lists(SHOCKS, max_size=3), rest=REST)
def test_whatever_is_written_is_run_or_refused_with_reasons(shocks: list[Any], rest: dict[str, Any]) -> None:
    data = {"title": "x", "base": "toyland", "shock": shocks, **rest}
    try:
        bench = prepare(Layers("fuzz", data, (), None), lambda name: TOYLAND)
    except BadInput as e:
        reasons = e.items
        bench = None
    if bench is None:
        assert reasons
        assert all(item.strip() for item in reasons)
        return
    again = schema().model_validate(bench.scenario.resolved())
    assert again == bench.scenario


@pytest.mark.parametrize("name", sorted(WANTED))
def test_resolved_scenarios_read_back_as_they_were(name: str) -> None:
    s = schema().model_validate(dict(read_layers(name).data))
    assert schema().model_validate(s.resolved()) == s


def test_golden_numbers_stand(toy_result: Path) -> None:
    now = golden(open_result(toy_result)).reset_index(drop=True)
    labels = {name: str for name in now.columns if name not in ("value", "median", "low", "high")}
    kept = pd.read_csv(GOLDEN, dtype=labels)
    pd.testing.assert_frame_equal(now, kept.fillna(dict.fromkeys(labels, "")), rtol=1e-7, atol=1e-9)


def command(*words: str) -> list[str]:
    return [sys.executable, "-m", "xunhuan.faces.cli", *words]


@pytest.mark.slow
def test_a_killed_run_leaves_no_half_result_and_goes_on_where_it_stopped(tmp_path: Path, toy_result: Path) -> None:
    """kill -9 among the draws: no result folder, finished batches kept; the next run ends with the bytes of an
    uninterrupted one."""
    out = tmp_path / "killed"
    process = subprocess.Popen(
        command("ensemble", str(TOY), "--draws", "4", "--workers", "1", "--batch", "1", "-o", str(out)),
        start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    )  # fmt: skip
    deadline = time.monotonic() + PATIENCE
    while len(list(tmp_path.glob(".killed.draws-*/batch-*"))) < 1:
        assert process.poll() is None, process.communicate()[1]
        assert time.monotonic() < deadline
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    assert not out.exists()
    kept = len(list(tmp_path.glob(".killed.draws-*/batch-*.parquet")))
    assert 1 <= kept < 4
    told: list[int] = []
    layers = read_layers(TOY, settings=["uncertainty.draws=4"])
    record(layers, out, Plan(workers=1, batch=1), lambda stage, done, total: told.append(done))
    assert told[0] == kept
    assert not list(tmp_path.glob(".killed.*"))
    for name in ("result.nc", "summary.parquet", "draws.parquet", "outcomes.parquet", "scenario.toml", "report.html"):
        assert (out / name).read_bytes() == (toy_result / name).read_bytes(), name


@pytest.mark.slow
def test_two_runs_into_one_folder_do_not_mix(tmp_path: Path) -> None:
    out, source = tmp_path / "one", tmp_path / "small.toml"
    source.write_text(
        'title = "x"\nbase = "toyland"\n[[shock]]\nname = "open"\n'
        'trade_cost = { from = "ATL", to = "ATL", sectors = "goods", change = -0.05 }\n'
    )
    runs = [
        subprocess.Popen(
            command("run", str(source), "--set", f"shock.open.size={size}", "--no-choices", "-o", str(out)),
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        )
        for size in (0.5, 1.5)
    ]  # fmt: skip
    for process in runs:
        _, said = process.communicate(timeout=PATIENCE)
        assert process.returncode == 0, said
    result = open_result(out)
    size = result.scenario.shocks()["open"].size
    assert size in (0.5, 1.5)
    alone = headlines(assess(prepare(read_layers(source, settings=[f"shock.open.size={size}"]))).data)[1]
    np.testing.assert_allclose(result.summary["value"], alone, rtol=1e-9, atol=1e-12)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["one", "small.toml"]


def test_a_run_does_not_replace_what_is_not_a_result(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    done = subprocess.run(
        command("run", str(TOY), "--no-draws", "-o", str(tmp_path)), capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "there is something else at the place to write to" in done.stderr
    assert (tmp_path / "notes.txt").read_text() == "mine"
