"""A table made of another house's file can be asked what any table can: by group, in the long and short run."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.helpers import official
from xunhuan.data.sector_lists import isic_of, known_as, sector_list
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
