"""What the command line wrote for a scenario of the library is shown in the laboratory."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from xunhuan.faces import words
from xunhuan.faces.reading import Reading
from xunhuan.faces.web.jobs import Pool
from xunhuan.faces.web.pages.results import shown
from xunhuan.faces.web.state import Selection
from xunhuan.scenario.layers import library
from xunhuan.scenario.record import open_result

pytestmark = [pytest.mark.twin, pytest.mark.slow]


@pytest.mark.parametrize("name", sorted(library()))
def test_the_number_of_the_summary_stands_on_the_page(
    library_result: Callable[[str], Path], tmp_path: Path, name: str
) -> None:
    """The change of the nation's real income with every shock at work, or what it lost where there is no long run, or what
    the scenario's first model tells first. In Chinese; the report that was written beside the numbers is English."""
    folder = library_result(name)
    result = open_result(folder)
    s = result.summary
    here = (s["arm"] == str(result.data["arm"].values[-1])) & (s["place"] == result.data.attrs["home"])
    numbers = s[here].set_index("variable")["value"].dropna()
    known = next((n for n in ("real_income", "loss") if n in numbers), None)
    pool = Pool(tmp_path)
    try:
        shutil.copytree(folder, pool.results / result.digest)
        assert pool.submit(result.digest, name, "").state == "done"
        said = str(shown(Selection("results", lang="zh", run=result.digest[:12]), pool))
        assert words.in_language(result.scenario.title, "zh") in said
        if known is not None:
            assert f"{abs(100 * float(numbers[known])):.2f}%" in said
        else:
            reading = Reading(result, "zh")
            q = reading.first(reading.models[0])
            assert q is not None
            assert reading.show(reading.number(q, arm=str(result.data["arm"].values[-1])), q) in said
    finally:
        pool.close()
