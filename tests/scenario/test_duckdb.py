"""Result folders as a database sees them: by their files, nothing loaded by this package."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import pytest

from xunhuan.scenario import ensemble
from xunhuan.scenario.record import open_result

pytestmark = pytest.mark.twin


SHOWN = re.findall(
    r"```sql\n(.*?)```", (Path(__file__).parents[2] / "docs" / "speed.md").read_text(encoding="utf-8"), re.S
)


def test_what_the_page_of_speed_shows_is_answered(toy_result: Path, tmp_path: Path) -> None:
    """Medians of result folders, and how far a run is that is not done."""
    medians, ended = (
        sql.replace("'results/", f"'{toy_result.parent if k == 0 else tmp_path}/") for k, sql in enumerate(SHOWN)
    )
    for first, rows in ((0, ["converged", "refused"]), (2, ["converged"])):
        (folder := tmp_path / ".mine.draws-0123").mkdir(exist_ok=True)
        ensemble._keep(folder, [(first + k, outcome, "", [1.0]) for k, outcome in enumerate(rows)])
    outcomes = open_result(toy_result).outcomes
    assert outcomes is not None
    own = outcomes[outcomes["quantity"] == "real_income"].groupby(["arm", "place"], observed=True)["value"].median()
    with duckdb.connect(":memory:") as db:
        assert dict(db.execute(ended).fetchall()) == {"converged": 2, "refused": 1}
        mine = [row for row in db.execute(medians).fetchall() if row[0].startswith(str(toy_result))]
    assert len(mine) > 1
    assert {row[1:3]: row[3] for row in mine} == pytest.approx(own.to_dict())


def test_result_folders_are_read_where_they_lie(toy_result: Path) -> None:
    """Several folders at once, the file's name telling whose row it is."""
    files = str(toy_result.parent / "*" / "outcomes.parquet")
    told = (
        "select draw, avg(value) from read_parquet(?, filename = true) where filename like ? and arm = ? group by draw"
    )
    result = open_result(toy_result)
    assert result.outcomes is not None
    arm = str(result.outcomes["arm"].iloc[0])
    with duckdb.connect(":memory:") as db:
        found = dict(db.execute(told, [files, f"{toy_result}%", arm]).fetchall())
    own = result.outcomes[result.outcomes["arm"] == arm].groupby("draw")["value"].mean()
    assert len(own) > 1
    assert found == pytest.approx(own.to_dict())
