"""Every column has an entry, and money is counted in Chinese as people count it."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import xunhuan as xh
from tests.helpers.heads import unexplained
from xunhuan.faces import columns, explaining, money
from xunhuan.faces.bibliography import references_by_key
from xunhuan.faces.output import emit
from xunhuan.faces.speaking import speak
from xunhuan.symbols import SYMBOLS

pytestmark = pytest.mark.house


def test_every_quantity_of_the_data_dictionary_and_every_column_of_a_room_has_an_entry() -> None:
    assert unexplained(SYMBOLS) == []
    for room, m in xh.models().items():
        named = [k.removeprefix("column_") for k in m.words if k.startswith("column_") and k != "column_says"]
        assert unexplained(named, room) == []
        assert unexplained([q.name for q in m.quantities], room) == []
    assert unexplained(["own", "of no meaning"]) == ["of no meaning"]


def test_families_are_told_in_both_languages_and_cite_the_bibliography() -> None:
    every = [(f, c, f.of(c)) for f in columns.families() for c in f.columns]
    names = [c for _, c, _ in every]
    assert [c for c in names if names.count(c) > 1] == []
    for f, c, entry in every:
        assert entry.meaning("en"), c
        assert re.search("[\u4e00-\u9fff]", entry.meaning("zh")), c
        assert entry.source in ("", *references_by_key()), c
        assert set(f.formulas) <= {"", *f.columns}, c
        assert not re.search("[\u4e00-\u9fff]", entry.told("en")), c


def test_a_column_is_told_with_formula_unit_and_source_and_not_as_another_thing() -> None:
    told = explaining.explain("t5_returned_inputs")
    assert told.details("zh") == [
        "公式：Σ_{r≠s} v B_sr A_rs L_ss Y_ss。",
        "单位：表的货币单位。",
        "出处：[KoopmanWangWei2014]。",
    ]
    assert "leaves as inputs" in columns.column_tip("forward")
    assert "Knowledge" not in columns.column_tip("spillover")
    assert columns.column_tip("国际循环下限", "zh").startswith("90%区间")
    assert columns.column("gain", "trade") != columns.column("gain", "rivalry")


def test_money_in_chinese_is_scaled_with_its_unit_and_nothing_else_is() -> None:
    ds = xr.Dataset({"gdp": ("r", [150.0], {"unit": "million USD"}), "cost": ("r", [1.5], {"unit": "bn USD"}),
                     "own": ("r", [0.4], {"unit": "share"})}, attrs={"unit": "million USD"})  # fmt: skip
    told = money.dataset_counted(ds)
    assert [(told[n].item(), told[n].attrs["unit"]) for n in ds] == [
        (1.5, "10^8 USD"),
        (15.0, "10^8 USD"),
        (0.4, "share"),
    ]
    assert told.attrs["unit"] == "10^8 USD"
    assert ds["gdp"].attrs["unit"] == "million USD"
    yuan = xr.Dataset({"gdp": ("r", [1.0], {"unit": "10^8 CNY"})}, attrs={"unit": "10^8 CNY"})
    assert money.dataset_counted(yuan) is yuan
    rows = pd.DataFrame({"value": [2.0, 0.1], "low": [np.nan, 0.0], "unit": ["bn USD", "share"]})
    assert money.rows_counted(rows)["value"].tolist() == [20.0, 0.1]


def test_a_screen_counts_in_yi_and_a_file_in_the_unit_of_the_table(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    frame = pd.DataFrame({"region": ["A"], "gdp": [123400.0], "own": [0.5]})
    frame.attrs["money"] = {"gdp": "million USD"}
    speak("zh")
    try:
        emit(frame, notes=["Units: gdp in million USD; the rest ratios. Method: [X]."])
        screen = capsys.readouterr().out
        emit(frame, output=tmp_path / "a.csv", notes=["Units: gdp in million USD; the rest ratios. Method: [X]."])
        beside = capsys.readouterr().err
    finally:
        speak("")
    assert "1,234" in screen
    assert "以亿美元计" in screen
    assert "123400.0" in (tmp_path / "a.csv").read_text(encoding="utf-8-sig")
    assert "百万美元" in beside
