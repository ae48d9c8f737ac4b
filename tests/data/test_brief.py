"""What accounts, responses and results show of themselves: at most ten lines, each said in full or cut where marked, and the
same rows as a table; and measures that take a table by name.
"""

from __future__ import annotations

from pathlib import Path

import pytest

import xunhuan as xh
from xunhuan import measures
from xunhuan.data.accounts import Accounts
from xunhuan.data.brief import Brief
from xunhuan.errors import UnknownName

pytestmark = pytest.mark.identity


@pytest.fixture(scope="module")
def shown(toy: Accounts, toy_result: Path) -> dict[str, Brief]:
    answer = xh.respond(toy, "tariff from=BOR to=ATL add=0.1")
    return {"accounts": toy, "world": xh.load("world-2017"), "response": answer, "result": xh.open(toy_result)}


def test_ten_lines_say_what_it_is(shown: dict[str, Brief], toy: Accounts) -> None:
    for thing in shown.values():
        lines = repr(thing).splitlines()
        assert 4 < len(lines) <= 10
        assert max(map(len, lines)) <= 100
    told = repr(toy)
    assert "Accounts toyland, 2000, million SHL" in told
    assert f"{toy.gdp.sum():,.0f}" in told
    assert toy.answer_digest[:12] in told
    assert "converged in" in repr(shown["response"])
    assert "real_income_hat" in repr(shown["response"])
    result = shown["result"]
    assert isinstance(result, xh.Result)
    assert result.digest[:12] in repr(result)
    assert all(f"  {arm} " in repr(result) for arm in set(result.summary["arm"]) - {"base"})


def test_a_notebook_shows_the_same_rows_and_no_markup_of_a_name(shown: dict[str, Brief], toy: Accounts) -> None:
    for thing in shown.values():
        page = thing._repr_html_()
        assert page.count("<tr>") == len(repr(thing).splitlines()) - 1
    assert "&lt;b&gt;" in toy.replace(title="<b>")._repr_html_()


def test_measures_take_a_table_by_name_by_file_and_as_accounts(toy: Accounts, tmp_path: Path) -> None:
    xh.save(toy, tmp_path / "mine.nc")
    for named in ("toyland", tmp_path / "mine.nc", str(tmp_path / "mine.nc")):
        assert measures.circulation(named, "AT-N").identical(measures.circulation(toy, "AT-N"))
    assert measures.exposure(acc="toyland").identical(measures.exposure(toy))
    two = measures.structural_decomposition("toyland", last="toyland", region="AT-N")
    assert two.identical(measures.structural_decomposition(toy, toy, "AT-N"))
    some = measures.intervals(measures.circulation, "toyland", "AT-N", draws=2)
    assert some.identical(measures.intervals(measures.circulation, toy, "AT-N", draws=2))
    with pytest.raises(UnknownName, match="did you mean toyland"):
        measures.coupling("toylnd")
