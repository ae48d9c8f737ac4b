"""What the split of exporters refuses, by the text of the message."""

from __future__ import annotations

import numpy as np
import pytest

import xunhuan as xh
from tests.helpers.twofold import made_up
from xunhuan.build.processing import split
from xunhuan.build.processing_shares import Shares, share_table
from xunhuan.errors import BadInput, Infeasible, UnknownName

pytestmark = pytest.mark.error


def test_shares_outside_nought_and_one() -> None:
    truth = made_up(True)
    with pytest.raises(BadInput) as e:
        split(truth.table, np.array([0.0, 1.2, 0, 0]), np.array([0.0, 0, -0.1, 0]))
    assert "exports of B: 1.2 is not between 0 and 1" in str(e.value)
    assert "imports of C: -0.1 is not between 0 and 1" in str(e.value)
    with pytest.raises(BadInput, match="exports of A: nan"):
        split(truth.table, np.array([np.nan, 0, 0, 0]), np.zeros(4))


@pytest.mark.parametrize("by_user", [True, False])
def test_processing_imports_above_what_is_imported_as_inputs(by_user: bool) -> None:
    truth = made_up(by_user)
    imports = truth.imports.copy()
    imports[0] = 1.0  # part of them is final use
    with pytest.raises(Infeasible) as e:
        split(truth.table, truth.exports, imports)
    assert "processing trade does not fit into the table" in str(e.value)
    assert "processing imports of A: " in str(e.value)
    assert "processing imports of B" not in str(e.value)


def test_more_processing_imports_than_processing_exports() -> None:
    truth = made_up(True)
    with pytest.raises(Infeasible, match=r"processing imports of all goods: .*, above all processing exports"):
        split(truth.table, 0.3 * truth.exports, truth.imports)


def test_imports_that_nobody_can_process() -> None:
    truth = made_up(True)
    with pytest.raises(Infeasible, match="imports of C"):
        split(truth.table, np.zeros(4), np.array([0.0, 0.0, 0.5, 0.0]))


def test_margins_that_fail_together_are_named() -> None:
    """Each import alone would fit; together they exceed what the processors of their users sell."""
    truth = made_up(True)
    exports = truth.exports.copy()
    exports[1] *= 0.2
    with pytest.raises(Infeasible) as e:
        split(truth.table, exports, truth.imports * np.array([2.0, 1.6, 1.0, 0.0]))
    assert "processing imports of " in str(e.value)
    assert "too much" in str(e.value) or "above" in str(e.value)
    assert "fix: lower the share of imports, or raise that of exports" in str(e.value)


def test_years_and_lists_without_shares() -> None:
    with pytest.raises(UnknownName, match="year of processing shares '2018'"):
        xh.split_processing(xh.load("china-national-2018"))
    with pytest.raises(UnknownName, match="2007"):
        share_table(2007)
    with pytest.raises(BadInput, match="for China's 42 sectors"):
        xh.split_processing(xh.load("china-detailed-2017"))


def test_shares_of_ones_own_are_not_drawn() -> None:
    acc = xh.load("china-national-2017")
    with pytest.raises(BadInput, match="are not drawn"):
        xh.split_processing(acc, Shares(np.zeros(acc.S), np.zeros(acc.S)), draw=1)
