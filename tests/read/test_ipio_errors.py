"""Interprovincial tables that cannot be read for certain are refused, with all that is wrong and what would be right."""

from __future__ import annotations

import pytest

from tests.helpers import official, owned
from tests.read.test_ipio import HOW, write
from xunhuan.errors import BadInput, ForeignFile, UnbalancedAccounts
from xunhuan.faces.cli import main
from xunhuan.readers import read
from xunhuan.readers.ipio import read_ipio

pytestmark = pytest.mark.error


@pytest.fixture
def grid() -> official.Grid:
    return owned.merged(owned.known())


def refused(tmp_path, grid: official.Grid, kind=BadInput, name: str = "IPIO 2017.csv", **options):
    with pytest.raises(kind) as e:
        read_ipio(write(tmp_path / name, grid), **{**HOW, **options})
    return e.value


def test_a_province_that_is_not_there(tmp_path, grid) -> None:
    """Rows of Shaanxi gone: one line, not six; its columns are there."""
    e = refused(tmp_path, grid[:10] + grid[16:])
    assert e.what == "the table is not whole"
    assert e.items == ("CN-SN: no row of its sectors",)


def test_names_that_are_not_known_get_their_nearest(tmp_path, grid) -> None:
    grid[4][0], grid[4][1] = "北金", "煤碳采选产品"
    e = refused(tmp_path, grid)
    assert e.what == "the table cannot be read"
    assert e.items[0] == "row 5: no province that is known, '北金', '煤碳采选产品'; did you mean '北京'?"
    assert len(e.items) == 6


def test_numbers_and_names_of_sectors_that_differ(tmp_path) -> None:
    grid = owned.joined(owned.known())
    numbered = [["", *grid[0]]] + [["", *row] for row in grid[1:]]
    for row in numbered[1:19]:
        row[0] = "2" if "Coal" in str(row[1]) else "1"
    e = refused(tmp_path, numbered, unit="10^4 CNY")
    assert e.what == "numbers and names of sectors do not agree"
    assert e.items == (
        "number 1 is 'Construction' in the file, 'Coal mining' in the list",
        "number 2 is 'Coal mining' in the file, 'Construction' in the list",
    )
    numbered[1][0] = "1"
    e = refused(tmp_path, numbered, unit="10^4 CNY")
    assert e.items[0] == "row 5: number 1 is 'Construction' here, 'Coal mining' above"


def test_sectors_by_number_alone(tmp_path) -> None:
    grid = [
        [str(c).replace("Coal mining", "01").replace("Construction", "02") for c in row]
        for row in owned.joined(owned.known())
    ]
    e = refused(tmp_path, grid, unit="10^4 CNY")
    assert e.items[0] == "column B: no sector that is known, number 1 alone"


def test_sectors_of_another_list(tmp_path, grid) -> None:
    from xunhuan.data.classification import Sectors

    longer = Sectors(
        ("01", "02", "03"), ("Coal mining", "Construction", "Textiles"), ("煤炭采选产品", "建筑", "纺织品")
    )
    e = refused(tmp_path, grid, lists=(longer,))
    assert e.what == "the sectors are not those of a known list, or provinces are missing"
    assert e.items == ("'Textiles' is missing",)
    assert e.fix == "bring the table to the official 42 sectors of 2012 or 2017, by name"


def test_an_owner_that_is_not_there_or_there_twice(tmp_path, grid) -> None:
    grid[5][2] = "内资"
    e = refused(tmp_path, grid)
    assert e.items == ("row 6: CN-BJ Coal mining D is there twice, first in row 5",)
    del grid[5]
    e = refused(tmp_path, grid, ownership="apart")
    assert e.items == ("CN-BJ: no row of Coal mining H",)
    # Added up, the gap would be no less of a gap.
    e = refused(tmp_path, grid)
    assert e.items == ("CN-BJ: no row of Coal mining H",)


def test_a_file_that_is_cut_off(tmp_path, grid) -> None:
    path = write(tmp_path / "IPIO 2017.csv", grid)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * 0.62)])
    with pytest.raises(BadInput, match="the table cannot be read") as e:
        read_ipio(path, **HOW)
    assert e.value.items[0].endswith("cells: the file is cut off")
    e2 = refused(tmp_path, grid[:15])
    assert "CN-NM: no row of its sectors" in e2.items
    assert "no row of value added" in e2.items
    assert "no rows of imports by user" in e2.items
    book = write(tmp_path / "a.xlsx", grid)
    (tmp_path / "cut.xlsx").write_bytes(book.read_bytes()[:900])
    with pytest.raises(ForeignFile, match="truncated or not a workbook"):
        read_ipio(tmp_path / "cut.xlsx", **HOW)


def test_text_where_numbers_are(tmp_path, grid) -> None:
    grid[4][4], grid[7][5] = "n/a", "12,x"
    assert refused(tmp_path, grid).items == ("cell E5 is no number: 'n/a'", "cell F8 is no number: '12,x'")


def test_a_table_that_does_not_balance(tmp_path, grid) -> None:
    grid[4][3] = 9e9
    e = refused(tmp_path, grid, UnbalancedAccounts)
    assert "rows (output less uses): gaps sum to" in e.items[0]
    assert "CN-BJ/01" in e.items[0]


def test_unit_and_year_that_are_not_told(tmp_path, grid) -> None:
    grid[0] = ["Table"]
    e = refused(tmp_path, grid)
    assert (e.what, e.fix) == ("the file does not tell its unit", 'give it with --unit, such as "10^4 CNY"')
    e = refused(tmp_path, grid, name="IPIO.csv")
    assert (e.what, e.fix) == (
        "the file does not tell its year",
        "give it with --year, one of 1997, 2002, 2007, 2012, 2017",
    )
    e = refused(tmp_path, grid, unit="bushels")
    assert e.what == "'bushels' is no unit of Chinese money"


def test_parts_that_are_not_there(tmp_path, grid) -> None:
    at = grid[2].index("出口")
    e = refused(tmp_path, [row[:at] + row[at + 1 :] for row in grid])
    assert e.items == ("no column of exports",)
    e = refused(tmp_path, [r for r in grid if r[:1] != ["进口"] and r[1:2] != ["进口"]][:-2], ownership="sum")
    assert e.what in ("the table is not whole", "the table cannot be read")


def test_files_without_labels(tmp_path) -> None:
    (tmp_path / "ipio.mat").write_bytes(b"MATLAB 5.0")
    with pytest.raises(BadInput, match=r"a \.mat file tells no labels of rows and columns"):
        read_ipio(tmp_path / "ipio.mat")
    (tmp_path / "ipio.csv").write_text("1,2\n3,4\n", encoding="utf-8")
    with pytest.raises(BadInput, match="no names of provinces and sectors over and beside numbers"):
        read_ipio(tmp_path / "ipio.csv")
    with pytest.raises(BadInput, match=r"there is no file 'x\.csv'"):
        read_ipio(tmp_path / "x.csv")


def test_sheets_in_doubt(tmp_path, grid) -> None:
    path = official.write_workbook(tmp_path / "ipio.xlsx", {"2012": [["x"]], "2017": grid})
    with pytest.raises(BadInput, match="the workbook has several sheets; it has '2012', '2017'"):
        read_ipio(path, **HOW)
    assert read_ipio(path, **HOW, year=2017).accounts.year == 2017
    assert read_ipio(path, **HOW, sheet="2017").accounts.year == 2017


def test_options_of_other_formats(tmp_path, capsys) -> None:
    with pytest.raises(BadInput, match="the format icio takes no unit") as e:
        read("2018_SML.csv", unit="10^4 CNY")
    assert e.value.fix == "its options are year, sheet, tolerance, divided"
    asked = ["import", "ceads", str(tmp_path / "x.xlsx"), "-o", str(tmp_path / "o.nc"), "--ownership", "apart"]
    assert main(asked) == 2
    assert "the format ceads takes no ownership" in capsys.readouterr().err
    with pytest.raises(BadInput, match="ownership is sum or apart, not 'both'"):
        read_ipio(tmp_path / "x.csv", ownership="both")
