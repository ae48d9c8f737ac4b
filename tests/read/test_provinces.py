"""Provinces and sectors of a workbook are matched name by name; what is read as what, and what is not, is said."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import xunhuan as xh
from tests.helpers import official
from xunhuan.data.classification import Sectors
from xunhuan.data.geography import Geography
from xunhuan.data.sector_lists import isic_of, sector_list
from xunhuan.data.store import load
from xunhuan.errors import BadInput
from xunhuan.faces.cli import main
from xunhuan.readers import read
from xunhuan.readers.provinces import listed_sectors, matched, one_nation

pytestmark = pytest.mark.textbook

CO2 = [1.0, 4.0, 2.0, 8.0, 0.5, 3.0]
"""Of two provinces and three sectors."""


@pytest.fixture(scope="module")
def china_places() -> Geography:
    return load("china-2017").geography


def codes_of(names: list[str], like: Geography) -> list[str | None]:
    return [None if k is None else like.codes[k] for k in matched(names, like)[0]]


@pytest.mark.parametrize(
    ("names", "codes"),
    [
        (["Guangdong", "Shannxi", "Inner Mongolia"], ["CN-GD", "CN-SN", "CN-NM"]),
        (["Guangdong", "Shaanxi", "InnerMongolia"], ["CN-GD", "CN-SN", "CN-NM"]),
        (["广东省", "陕西省", "内蒙古自治区"], ["CN-GD", "CN-SN", "CN-NM"]),
        (["GUANGDONG", "Xizang", "Inner-Mongolia"], ["CN-GD", "CN-XZ", "CN-NM"]),
        (["Guangdong Province", "Tibet", "Ningxia Hui Autonomous Region"], ["CN-GD", "CN-XZ", "CN-NX"]),
        (["新疆维吾尔自治区", "广西壮族自治区", "上海市"], ["CN-XJ", "CN-GX", "CN-SH"]),
    ],
)
def test_spellings(names: list[str], codes: list[str], china_places: Geography) -> None:
    assert codes_of(names, china_places) == codes


def test_a_name_that_is_none_takes_nothing_from_the_others(china_places: Geography) -> None:
    made, said = one_nation(["Guangdong", "Hokkaido", "Shaanxi"], china_places)
    assert made.codes == ("CN-GD", "Hokkaido", "CN-SN", "ROW")
    assert made.names_zh == ("广东", "Hokkaido", "陕西", "世界其他地区")
    assert made.clusters["PRD"] == ("CN-GD",)
    assert (made.tile[0], made.tile[1]) == (china_places.tile[china_places.codes.index("CN-GD")], None)
    assert said == ("no province is known by 'Hokkaido': without code, Chinese name, cluster and tile",)


def test_a_damaged_name_is_read_where_only_one_is_near(china_places: Geography) -> None:
    """Hei1ongjiang can be but one; Shnxi may be Shanxi or Shaanxi, and stays unknown."""
    found, said = matched(["Hei1ongjiang", "Shnxi", "Guangdong"], china_places)
    assert [None if k is None else china_places.codes[k] for k in found] == ["CN-HL", None, "CN-GD"]
    assert said[0] == "'Hei1ongjiang' is read as Heilongjiang, the one province of a name near it"
    assert "no province is known by 'Shnxi'" in said[1]


def test_all_in_the_official_order_are_known_by_their_place(china_places: Geography) -> None:
    """Names that a text replacement has damaged, one of them into another province's."""
    names = [n for n, o in zip(china_places.names_en, china_places.is_open, strict=True) if not o]
    codes = [c for c, o in zip(china_places.codes, china_places.is_open, strict=True) if not o]
    damaged = [
        n.replace("Shaanxi", "Shanxi").replace("Henan", "Hgovernment").replace("Hainan", "Haigovernment") for n in names
    ]
    found, said = matched(damaged, china_places)
    assert [china_places.codes[k] for k in found if k is not None] == codes
    assert any(s == "'Hgovernment' is read as Henan, whose place it stands in" for s in said)
    assert any("'Shanxi' is read as Shaanxi" in s for s in said)
    with pytest.raises(BadInput, match="two blocks are of one province") as e:
        matched(["Shanxi", "Guangdong", "Shanxi"], china_places)
    assert e.value.items == ("'Shanxi' and 'Shanxi' are both Shanxi",)
    turned = damaged[::-1]
    assert all(k is None or china_places.names_en[k] != "Henan" for k in matched(turned[:-4], china_places)[0])


def test_another_spelling_is_said(china_places: Geography) -> None:
    said = matched(["Shannxi"], china_places)[1]
    assert said == ["'Shannxi' is read as Shaanxi, another spelling of it"]
    assert matched(["InnerMongolia", "广东省"], china_places)[1] == []


@pytest.mark.parametrize("sheet", ["Table_2017_consistent", "English_Version", "Table_2017", "Table 2017"])
def test_sheets_by_their_published_names(tmp_path: Path, sheet: str) -> None:
    p = official.known_provinces(("Guangdong", "Shannxi"))
    grid = official.ceads_grid(p, ("Agriculture", "Manufacturing", "Services"), 2017)
    grid += [[None, "CO2 emissions [Mt]", "CO2", *CO2], [None, "checked by", "BY", "somebody"]]
    book = {"Province": [["Order"]], "Sector": [["No."]], sheet: grid}
    found = read(official.write_workbook(tmp_path / "MRIO2017.xlsx", book), "ceads")
    acc = found.accounts
    assert acc.geography.codes == ("CN-GD", "CN-SN", "ROW")
    np.testing.assert_allclose(acc.gdp[:2] * 1e4, p.value_added.sum((1, 2)), rtol=1e-12)
    assert "'Shannxi' is read as Shaanxi, another spelling of it" in acc.notes
    assert any("CO2, is no part of the accounts: it is a satellite" in n for n in acc.notes)
    assert any("BY, is no part of the accounts and is not read" in n for n in acc.notes)
    emitted = xh.measures.embodied(acc, satellite=found.satellite, definition="absorption")
    assert emitted["total"].attrs["unit"] == "Mt"
    np.testing.assert_allclose(emitted["total"], [sum(CO2[:3]), sum(CO2[3:])], rtol=1e-12)


def test_a_row_of_emissions_goes_from_the_workbook_to_footprints(tmp_path: Path, capsys) -> None:
    """Every tonne that arises in a province stands behind somebody's final use."""
    grid = official.ceads_grid(official.known_provinces(("Beijing", "Guangdong")), ("A", "B", "C"), 2018)
    path = official.write_workbook(
        tmp_path / "MRIO 2018.xlsx",
        {"Table_2018_English Version": [*grid, [None, "CO2 emissions [Mt]", "CO2", *CO2]]},
    )
    table, rows = str(tmp_path / "c.nc"), str(tmp_path / "co2.csv")
    assert main(["import", "ceads", str(path), "-o", table, "--satellite", rows]) == 0
    capsys.readouterr()
    asked = ["embodied", table, "--satellite", rows, "--by", "partner", "--format", "csv"]
    assert main([*asked, "--definition", "absorption"]) == 0
    told = pd.read_csv(io.StringIO(capsys.readouterr().out))
    np.testing.assert_allclose(told.groupby("region")["value"].sum(), [sum(CO2[:3]), sum(CO2[3:])], rtol=1e-6)


def test_the_english_sheet_comes_first(tmp_path: Path) -> None:
    p, other = official.known_provinces(("Guangdong", "Shannxi")), official.known_provinces(("北京", "广东"))
    book = {
        "Table_2017": official.ceads_grid(other, ("农业", "制造业", "服务业"), 2017),
        "English_Version": official.ceads_grid(p, ("Agriculture", "Manufacturing", "Services"), 2017),
    }
    acc = read(official.write_workbook(tmp_path / "MRIO2017.xlsx", book), "ceads").accounts
    assert acc.geography.codes[:2] == ("CN-GD", "CN-SN")


@pytest.mark.parametrize("known", ["cn42-2012", "cn42-2017"])
def test_sectors_are_of_the_list_whose_names_they_bear(known: str) -> None:
    """In English or Chinese; by codes alone they are of none."""
    of = sector_list(known).sectors
    for names in (of.names_en, of.names_zh):
        assert listed_sectors(Sectors(of.codes, names), ("cn42-2012", "cn42-2017")) == (of, ())
    near = ("Farms", *of.names_en[1:])
    assert listed_sectors(Sectors(of.codes, near), ("cn42-2017", "cn42-2012")) == (
        of, (f"by their place the sectors 'Farms' are those of {known}",),
    )  # fmt: skip
    plain = Sectors(of.codes)
    assert listed_sectors(plain, ("cn42-2012", "cn42-2017")) == (plain, ())
    assert set(isic_of(plain)) == {""}


def test_odd_names_are_what_a_file_of_the_users_says(tmp_path: Path) -> None:
    """One by one, places and sectors, said in the notes; before, a name that nothing is near stayed without a code."""
    p = official.known_provinces(("Peking City", "Guangdong"), 4)
    own = list(sector_list("cn42-2012").sectors.names_en)
    grid = official.ceads_grid(p, ["Farms", *own[1:4]], 2018)
    book = official.write_workbook(tmp_path / "MRIO 2018.xlsx", {"Table_2018_English Version": grid})
    names = tmp_path / "names.csv"
    names.write_text(f'name,is\nPeking City,Beijing\nFarms,"{own[0]}"\n', encoding="utf-8")
    assert read(book).accounts.geography.codes[0] == "Peking City"
    acc = read(book, names=names).accounts
    assert acc.geography.codes[:2] == ("CN-BJ", "CN-GD")
    assert "'Peking City' is read as Beijing, as the file of names says" in acc.notes
    names.write_text("name,is\nPeking City,Bejing\nPeking City,Beijing\nx,\n", encoding="utf-8")
    with pytest.raises(BadInput, match="the file of names cannot be followed") as e:
        read(book, names=names)
    assert e.value.items == (
        "line 2: 'Bejing' is no place and no sector; did you mean Beijing, Zhejiang, Jiangxi?",
        "line 3: 'Peking City' is told twice",
        "line 4: a name and what it is, both",
    )
    names.write_text("odd,known\na,b\n", encoding="utf-8")
    with pytest.raises(BadInput, match="has no columns name and is"):
        read(book, names=names)
