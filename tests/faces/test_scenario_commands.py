"""What the commands print and write is what the functions behind them give."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from xunhuan.faces.cli import main
from xunhuan.faces.commands.scenario import LEAD
from xunhuan.faces.reading import Reading
from xunhuan.faces.telling import outside
from xunhuan.scenario.layers import library
from xunhuan.scenario.record import open_result

pytestmark = pytest.mark.identity

TOY = Path(__file__).parents[1] / "scenarios" / "toy.toml"


def test_the_lead_scenario_is_in_the_library() -> None:
    assert LEAD in library()


def test_the_library_is_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scenarios", "--format", "csv"]) == 0
    rows = pd.read_csv(io.StringIO(capsys.readouterr().out))
    assert rows["name"].tolist() == list(library())
    assert rows["source"].notna().all()


def test_a_result_holds_every_file_and_says_how_draws_ended(toy_result: Path) -> None:
    names = {p.name for p in toy_result.iterdir()}
    assert names == {
        "scenario.toml", "result.nc", "summary.parquet", "draws.parquet", "outcomes.parquet", "choices.parquet",
        "manifest.json", "report.html",
    }  # fmt: skip
    r = open_result(toy_result)
    assert r.manifest["draws"]["outcomes"] == {"converged": 4}
    assert r.manifest["overrides"] == ["uncertainty.draws: 8 -> 4 (--set uncertainty.draws=4)"]
    assert r.draws is not None
    assert r.outcomes is not None
    drawn = ~r.summary["variable"].isin(["loss", "loss_year"])  # the short run is not
    assert len(r.outcomes) == 4 * int(drawn.sum())


@pytest.mark.slow
def test_queries_see_the_tables_and_nothing_else(toy_result: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sql = "select place, value from summary where quantity = 'omega' and place = 'ATL'"
    assert main(["query", str(toy_result), sql, "--format", "csv"]) == 0
    got = pd.read_csv(io.StringIO(capsys.readouterr().out))
    assert got["value"].item() == open_result(toy_result).headline("omega", "embargo + integration", "ATL")["value"]
    sql = "select count(*) n from draws join outcomes using (draw) where quantity = 'omega' and place = 'ATL'"
    assert main(["query", str(toy_result), sql, "--format", "csv"]) == 0
    assert capsys.readouterr().out.split() == ["n", "4"]
    for bad in ("select * from '/etc/passwd'", "select nothing from summary", "copy summary to 'x.csv'"):
        assert main(["query", str(toy_result), bad]) == 2
        said = capsys.readouterr().err
        assert "the query cannot be answered" in said
        assert "tables: summary (variable, quantity, arm, place" in said


@pytest.mark.slow
def test_headlines_are_printed_with_intervals_and_endings(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", str(TOY), "--set", "uncertainty.draws=2", "--workers", "1", "-o", str(tmp_path / "r")]) == 0
    shown = capsys.readouterr()
    for text in (
        "net Ω, beyond the policy's own gain",
        "90%",
        "Draws: 2 (2 converged)",
        "embargo: trade converged in",
    ):
        assert text in shown.out
    assert "override uncertainty.draws: 8 -> 2" in shown.err


def test_an_ensemble_needs_something_uncertain(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plain = tmp_path / "plain.toml"
    plain.write_text(
        'title = "x"\nbase = "toyland"\n[[shock]]\nname = "a"\ntariff = { from = "BOR", to = "ATL", add = 0.1 }\n'
    )
    assert main(["ensemble", str(plain)]) == 2
    assert "the scenario has no [uncertainty]" in capsys.readouterr().err


def test_numbers_outside_their_interval_are_told(toy_result: Path) -> None:
    """Which and why, in both languages; nothing where every estimate lies inside."""
    result = open_result(toy_result)
    s = result.summary.copy()
    known = s["low"].notna() & s["value"].notna()
    s.loc[known, "low"], s.loc[known, "high"] = s["value"] - 1.0, s["value"] + 1.0
    assert outside(Reading(replace(result, summary=s))) == ""
    at = s.index[known & (s["quantity"] == "real_income") & (s["place"] == "ATL")][0]
    s.loc[at, ["low", "high"]] = s.loc[at, "value"] + 0.5, s.loc[at, "value"] + 1.5
    told = [outside(Reading(replace(result, summary=s), lang)) for lang in ("en", "zh")]
    assert told[0].startswith(f"1 of {known.sum():,} numbers lie outside their own interval (Real income: Atlas): ")
    assert told[1].startswith(f"{known.sum():,}个数字中有1个落在自身区间之外（实际收入：阿特拉斯）")
