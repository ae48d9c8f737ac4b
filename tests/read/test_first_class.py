"""A table made of another house's file can be asked what any table can: by group, in the long and short run."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.helpers import official
from xunhuan.data.sector_lists import isic_of, known_as, sector_list
from xunhuan.faces.cli import main
from xunhuan.models.propagation.ratings import members
from xunhuan.models.trade.elasticities import set_elasticities
from xunhuan.readers import read

pytestmark = pytest.mark.twin


@pytest.mark.parametrize(
    ("house", "known"), [("icio", "icio2023"), ("icio", "icio2025"), ("wiod2016", "wiod2016"), ("wiod2013", "wiod2013")]
)
def test_a_houses_whole_list_is_known(tmp_path: Path, house: str, known: str) -> None:
    """Under the codes of the house: list, names, groups, ISIC, ratings and elasticities are those of the list itself."""
    of = sector_list(known).sectors
    w = official.known(("AUS", "CHN"), len(of), 6 if house == "icio" else 5)
    if house == "icio":
        path = official.icio_csv(w, tmp_path / "2018_SML.csv", of.codes)
    else:
        sheets = getattr(official, house)(w, 2009)
        for grid in sheets.values():
            for row in grid[6 : 6 + 2 * len(of)]:
                row[:2] = [of.codes[int(str(row[0])[1:]) - 1], ""]
            grid[2][4 : 4 + 2 * len(of)] = of.codes * 2
        path = official.write_workbook(tmp_path / "WIOT_ROW.xlsx", sheets)
    table = read(path, house).accounts
    assert known_as(table.sectors) is sector_list(known)
    assert table.sectors.names_en == of.names_en
    assert table.sectors.groups == of.groups
    assert isic_of(table.sectors) == of.isic
    assert members(table.sectors) == members(of)
    np.testing.assert_array_equal(set_elasticities(table.sectors, "FGO").values, set_elasticities(of, "FGO").values)


def test_the_tables_of_the_year_run_through_both_models(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    codes = ("A01", "B06", "C24A", "C26", "C301", "D", "G", "K", "T")
    path = official.icio_csv(official.known(("CHN", "USA", "VNM"), len(codes), 6), tmp_path / "2022_SML.csv", codes)
    out = str(tmp_path / "icio.nc")
    assert main(["import", "icio", str(path), "-o", out]) == 0
    capsys.readouterr()
    for line in (
        ["check", out],
        ["circulation", out, "--region", "CHN"],
        ["value-added-trade", out, "--border", "nation", "--region", "CHN", "--top", "1"],
        ["simulate", out, "--tariff", "CHN<-USA:electronics:0.1"],
        [
            "propagate",
            out,
            "--capacity",
            "regions=CHN,sectors=electronics,loss=0.5,start=5,end=20",
            "--horizon-days",
            "28",
        ],
    ):
        assert main(line) == 0, line
        assert "icio-2022" in capsys.readouterr().out
