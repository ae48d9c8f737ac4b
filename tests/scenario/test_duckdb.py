"""Result folders as a database sees them: by their files, nothing loaded by this package."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from xunhuan.scenario.record import open_result

pytestmark = pytest.mark.twin


def test_result_folders_are_read_where_they_lie(toy_result: Path) -> None:
    """As docs/speed.md shows: several folders at once, the file's name telling whose row it is."""
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
