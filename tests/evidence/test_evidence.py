"""Every published result is met as nearly as its row says, and the page docs/evidence.md is what the rows give."""

from __future__ import annotations

import pytest

from tests.evidence.rows import ORDER, PAGE, Evidence, all_rows, page
from tests.helpers.raw import NoRaw
from xunhuan.faces.bibliography import references_by_key

pytestmark = [pytest.mark.textbook, pytest.mark.slow]

ROWS = all_rows()


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.source}-{row.what[:40]}")
def test_ours_is_as_near_as_the_row_says(row: Evidence) -> None:
    try:
        ours = row.ours
    except NoRaw as absent:
        pytest.skip(str(absent))
    assert row.holds(), f"published {row.published}, here {ours}, apart {row.apart():.3g}, may be {row.within}"


def test_rows_are_many_whole_and_from_known_sources() -> None:
    assert len(ROWS) >= 25
    assert {row.work.__module__.rpartition(".")[2] for row in ROWS} == set(ORDER)
    assert {row.source for row in ROWS} <= set(references_by_key())
    assert [row.what for row in ROWS if (row.within is not None) != bool(row.why)] == []
    assert len({(row.what, row.source) for row in ROWS}) == len(ROWS)


def test_the_page_is_what_the_rows_give() -> None:
    try:
        made = page()
    except NoRaw as absent:
        pytest.skip(str(absent))
    assert made == PAGE.read_text(encoding="utf-8"), "write it anew: make evidence"
