"""Every way a foreign file can be wrong, by the text of its message: file, sheet and cell are named."""

from __future__ import annotations

import pytest

from tests.helpers import official
from xunhuan.errors import BadInput, ForeignFile, UnbalancedAccounts, UnknownName
from xunhuan.readers import read, reader

pytestmark = pytest.mark.error


@pytest.fixture
def provinces():
    return official.known_provinces(("Beijing", "Guangdong"))


@pytest.fixture
def write(tmp_path):
    return lambda sheets: official.write_workbook(tmp_path / "MRIO 2017.xlsx", sheets)


def test_unknown_format() -> None:
    with pytest.raises(UnknownName, match=r"unknown format 'wiod'\n  fix: did you mean wiod20"):
        reader("wiod")


def test_missing_file(tmp_path) -> None:
    with pytest.raises(BadInput, match=r"there is no file 'x\.xlsx'"):
        reader("ceads")(tmp_path / "x.xlsx")


def test_missing_sheet(provinces, write) -> None:
    sheets = official.ceads_early(provinces)
    path = write({"说明": sheets["说明"], "Sheet1": sheets["Table_2017"]})
    with pytest.raises(BadInput, match="no sheet for the table; it has '说明', 'Sheet1'"):
        reader("ceads")(path)
    assert reader("ceads")(path, sheet="Sheet1").accounts.year == 2017


def test_shifted_header(provinces, write) -> None:
    sheets = official.ceads_early(provinces)
    sheets["Table_2017"].insert(2, ["a row put in"])
    with pytest.raises(BadInput, match=r"sheet 'Table_2017', cell D4: expected the code of the first sector"):
        reader("ceads")(write(sheets))


def test_column_put_into_the_final_block(provinces, write) -> None:
    sheets = official.ceads_early(provinces)
    for row in sheets["Table_2017"]:
        row.insert(12, "x")
    with pytest.raises(BadInput, match=r"sheet 'Table_2017', cell M\d: expected"):
        reader("ceads")(write(sheets))


def test_text_in_number_cells_all_named(provinces, write) -> None:
    sheets = official.ceads_early(provinces)
    sheets["Table_2017"][5][4], sheets["Table_2017"][7][6] = "n/a", "12,x"
    with pytest.raises(BadInput, match="cells that must hold numbers hold text") as e:
        reader("ceads")(write(sheets))
    assert e.value.items == ("sheet 'Table_2017', cell E6: 'n/a'", "sheet 'Table_2017', cell G8: '12,x'")


def test_rows_below_are_missing(provinces, write) -> None:
    sheets = official.ceads_early(provinces)
    sheets["Table_2017"] = [r for r in sheets["Table_2017"] if r[2:3] != ["VA003"]]
    with pytest.raises(BadInput, match=r"rows 11 to 25 lack VA003 in column C"):
        reader("ceads")(write(sheets))


def test_truncated_workbook(provinces, write, tmp_path) -> None:
    path = write(official.ceads_early(provinces))
    cut = tmp_path / "cut.xlsx"
    cut.write_bytes(path.read_bytes()[:2000])
    with pytest.raises(ForeignFile, match="truncated or not a workbook"):
        reader("ceads")(cut)
    (tmp_path / "a.xlsb").write_bytes(b"")
    with pytest.raises(ForeignFile, match="the file is empty"):
        reader("wiod2016")(tmp_path / "a.xlsb")
    (tmp_path / "a.RData").write_bytes(b"RDX3")
    with pytest.raises(ForeignFile, match="truncated or not R's"):
        reader("wiod2016")(tmp_path / "a.RData")


def test_wiod_of_another_release(tmp_path) -> None:
    w = official.known(("AUS", "USA"), 35, 5)
    path = official.write_workbook(tmp_path / "w.xlsx", official.wiod2013(w))
    with pytest.raises(BadInput, match=r"sheet 'WIOT_2011', cell C7: expected 56 industries of AUS, found 35"):
        reader("wiod2016")(path)


def test_wiod_that_does_not_balance(tmp_path) -> None:
    w = official.known(("AUS", "USA"), 35, 5)
    sheets = official.wiod2013(w)
    sheets["WIOT_2011"][6][4] = 1e9
    path = official.write_workbook(tmp_path / "w.xlsx", sheets)
    with pytest.raises(UnbalancedAccounts, match=r"rows \(output less uses\): gaps sum to .* worst AUS/I1"):
        reader("wiod2013")(path)


def test_icio_labels_and_numbers(tmp_path) -> None:
    w = official.known(("AUS", "ROW"), 2, 6)
    path = official.icio_csv(w, tmp_path / "2018_SML.csv", ("A01", "T"))
    good = path.read_text()
    path.write_text(good.replace("\nROW_T,", "\nROW_U,"))
    with pytest.raises(BadInput, match="labels are not where the layout puts them"):
        reader("icio")(path)
    lines = good.split("\n")
    cells = lines[2].split(",")
    cells[3] = "..."
    path.write_text("\n".join([*lines[:2], ",".join(cells), *lines[3:]]))
    with pytest.raises(BadInput) as e:
        reader("icio")(path)
    assert e.value.items == ("sheet '2018_SML.csv', cell D3: '...'",)
    path.write_text("\n".join(lines[:-2]))
    with pytest.raises(BadInput, match="no row OUT below the industries"):
        reader("icio")(path)


def test_mapping_file_mistakes_at_once(tmp_path) -> None:
    path = tmp_path / "m.toml"
    path.write_text('name = "x"\nyear = 2018\nunits = "USD"\n[flow]\nfile = "f.csv"\n')
    with pytest.raises(BadInput, match="the mapping file is not valid") as e:
        reader("tabular")(path)
    assert "'units' is not known; did you mean 'unit'?" in e.value.items
    assert "'value_added' is missing" in e.value.items
    assert "give either flow, use and final, or intermediate and final_by_origin" in e.value.items


def test_tabular_lines(tmp_path) -> None:
    files = {
        "m.toml": 'name="x"\nyear=2018\ncurrency="USD"\nunit="USD"\n'
        + "".join(f'[{k}]\nfile="{k}.csv"\n' for k in ("regions", "sectors", "flow", "use", "final", "value_added")),
        "regions.csv": "code\nnorth\nsouth\n",
        "sectors.csv": "code\ng\n",
        "flow.csv": "origin,destination,sector,value\nnorth,nroth,g,1\nnorth,south,g,x\nnorth,south,g,2\n",
        "use.csv": "region,sector,industry,value\n",
        "final.csv": "region,sector,category,value\n",
        "value_added.csv": "region,industry,component,value\n",
    }
    for name, content in files.items():
        (tmp_path / name).write_text(content)
    with pytest.raises(BadInput, match="lines cannot be read") as e:
        reader("tabular")(tmp_path / "m.toml")
    assert e.value.items == (
        "line 2, destination: unknown destination 'nroth'; did you mean 'north'?",
        "line 3, value: 'x' is not a number",
        "line 4: the cell is given twice",
    )


def test_bad_input_exit_code_and_nothing_written(tmp_path, capsys) -> None:
    from xunhuan.faces.cli import main

    out = tmp_path / "out.nc"
    assert main(["import", "icio", str(tmp_path / "none.csv"), "-o", str(out)]) == 2
    assert not out.exists()
    assert "there is no file 'none.csv'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("file", "fix"), [("books.xlsx", "name the format"), ("mine.nc", "accounts are loaded by their name or path")]
)
def test_a_name_that_tells_no_format(file, fix) -> None:
    with pytest.raises(BadInput) as error:
        read(file)
    assert str(error.value).startswith(
        "the file's name does not tell its format\n  - wiod2013: World Input-Output Tables"
    )
    assert str(error.value).endswith(f"where: {file}\n  fix: {fix}")
