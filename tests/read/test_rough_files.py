"""Files as people have them: saved anew, locked, renamed, with rows twice, errors in other workbooks, notes beside."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from tests.helpers import houses, official, old_books, owned
from xunhuan.errors import BadInput, ForeignFile
from xunhuan.readers import read
from xunhuan.readers.ipio import read_ipio
from xunhuan.readers.scan import NO_VALUE
from xunhuan.readers.sheet import Sheet, workbook
from xunhuan.readers.workbooks import scanned

pytestmark = pytest.mark.error


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The fixture of a house, written once."""
    folder, made = tmp_path_factory.mktemp("rough"), {}

    def of(name: str) -> Path:
        if name not in made:
            (folder / name).mkdir()
            _, write, finals = houses.WRITERS[name]
            made[name] = write(houses.world(finals), folder / name)
        return made[name]

    return of


def rewritten(path: Path, folder: Path, change: Callable[[Worksheet], object]) -> Path:
    book = openpyxl.load_workbook(path)
    change(book.worksheets[-1])
    book.save(folder / path.name)
    return folder / path.name


# Workbooks of other forms


def test_a_binary_workbook_tells_its_errors(tmp_path: Path) -> None:
    found = scanned(old_books.xlsb(tmp_path / "a.xlsb"), "Table")
    assert found.hidden == {(2, 1): "#N/A", (2, 2): "#REF!", (2, 3): NO_VALUE}
    assert found.merges == [((2, 4), (3, 5))]


def test_an_old_workbook_tells_its_errors(tmp_path: Path) -> None:
    path = old_books.xls(tmp_path / "a.xls")
    wanted = {(4, 1): "#N/A", (4, 3): "#DIV/0!", (4, 4): NO_VALUE, (9, 9): "#N/A"}
    assert scanned(path, "Table").hidden == wanted
    assert scanned(path, "Other").hidden == {}
    path.write_bytes(path.read_bytes()[:60])
    with pytest.raises(ForeignFile, match="the workbook is damaged"):
        scanned(path, "Table")


def test_an_open_document_tells_its_errors(tmp_path: Path) -> None:
    found = scanned(old_books.ods(tmp_path / "a.ods"), "T")
    assert found.hidden == {(0, 3): "#N/A", (1, 2): NO_VALUE}
    assert found.merges == [((1, 0), (1, 1))]


@pytest.mark.parametrize(
    ("held", "said"),
    [
        (
            old_books.OLE + bytes(600) + "EncryptedPackage".encode("utf-16-le"),
            "locked with a password",
        ),
        (b"<html><table><tr><td>1</td></tr></table></html>", "the file is a page of a browser under a workbook's name"),
        (b"a,b\n1,2\n", "the file is text under a workbook's name"),
        (b"", "the file is empty"),
        (b"PK\3\4" + bytes(100), "the file is truncated or not a workbook"),
    ],
)
def test_what_is_no_workbook_says_what_it_is(tmp_path: Path, held: bytes, said: str) -> None:
    (tmp_path / "ADB-MRIO-2024.xlsx").write_bytes(held)
    with pytest.raises((BadInput, ForeignFile), match=said):
        read(tmp_path / "ADB-MRIO-2024.xlsx", "adb")


def test_a_workbook_under_another_ending_is_read_by_its_form(shelf, tmp_path: Path) -> None:
    plain = shelf("adb")
    shutil.copy(plain, tmp_path / "ADB-MRIO-2024.xls")
    assert workbook(tmp_path / "ADB-MRIO-2024.xls").sheet_names == workbook(plain).sheet_names
    assert read(tmp_path / "ADB-MRIO-2024.xls", "adb").accounts.digest == read(plain).accounts.digest


# Cells


ROUGH_CELLS = {
    "text over numbers": (
        lambda s: s.merge_cells("D12:F12"),
        ["cell E12: merged with a text", "cell F12: merged with a text"],
    ),
    "nan": (b"<v>NaN</v>", ["cell I10: 'NaN'"]),
    "an error of no name": (b't="e"', ["cell I10: '#N/A'"]),
    "a formula with a remark": (b"<!-- x --><f>1+1</f>", [f"cell I10: '{NO_VALUE}'"]),
}


@pytest.mark.parametrize(("change", "said"), ROUGH_CELLS.values(), ids=ROUGH_CELLS)
def test_cells_that_only_look_empty(shelf, tmp_path: Path, change, said: list[str]) -> None:
    path = rewritten(
        shelf("adb"), tmp_path, (lambda s: s.__setitem__("I10", 7.25)) if isinstance(change, bytes) else change
    )
    if isinstance(change, bytes):
        cell = b'<c r="I10" ' + change + b"/>" if change.startswith(b"t=") else b'<c r="I10">' + change + b"</c>"
        with zipfile.ZipFile(path) as z:
            parts = {n: z.read(n) for n in z.namelist()}
        with zipfile.ZipFile(path, "w") as z:
            for name, body in parts.items():
                z.writestr(name, body.replace(b'<c r="I10" t="n"><v>7.25</v></c>', cell))
    with pytest.raises(BadInput, match="cells that must hold numbers hold text") as e:
        read(path, "adb")
    assert [i.split(", ")[1] for i in e.value.items] == said


def test_a_value_that_is_missing_is_not_an_empty_cell() -> None:
    """R and Stata have values that are missing; in a csv the same mark is what pandas makes of an empty cell."""
    frame = pd.DataFrame({"a": [1.0, np.nan]})
    nothing = np.empty((0, 0), dtype=object)
    with pytest.raises(BadInput, match="cells are not finite numbers") as e:
        Sheet(Path("w.dta"), "w", nothing, frame).numbers(slice(1, 3), slice(0, 1))
    assert e.value.items == ("sheet 'w', cell A3",)
    plain = Sheet(Path("w.csv"), "w", nothing, frame, empty_nan=True)
    assert plain.numbers(slice(1, 3), slice(0, 1)).tolist() == [[1.0], [0.0]]


@pytest.mark.parametrize("written", ["1_0", "１２", True])
def test_wide_tables_read_no_number_that_is_none(tmp_path: Path, written: object) -> None:
    grid = owned.joined(owned.known())
    grid[3][4] = written
    path = official.write_workbook(tmp_path / "IPIO 2017.xlsx", {"Sheet1": grid})
    with pytest.raises(BadInput) as e:
        read_ipio(path, unit="10^4 CNY", like=owned.PLACES, lists=(owned.GOODS,))
    assert e.value.items == (f"cell E4 is no number: {str(written)!r}",)


# Labels


def test_rows_of_the_bank(shelf, tmp_path: Path) -> None:
    """A label that is there twice, a row without one among the industries, numbers that were moved, notes beside."""
    plain = shelf("adb")

    def twice(sheet: Worksheet) -> None:
        for c in range(1, 5):
            sheet.cell(11, c).value = sheet.cell(10, c).value

    with pytest.raises(BadInput, match="the table is not whole") as e:
        read(rewritten(plain, tmp_path, twice), "adb")
    assert e.value.items == ("the row PRC c3 is there twice", "there is no row PRC c4")

    with pytest.raises(BadInput, match="cell D12: no code; industries go on in row 13"):
        read(rewritten(plain, tmp_path, lambda s: s.insert_rows(12)), "adb")

    def moved(sheet: Worksheet) -> None:
        for c in range(1, 5):
            sheet.cell(10, c).value, sheet.cell(11, c).value = sheet.cell(11, c).value, sheet.cell(10, c).value
        sheet.cell(sheet.max_row + 3, 2).value = "checked"

    found = read(rewritten(plain, tmp_path, moved), "adb", tolerance=1.0)
    said = "\n".join(found.accounts.notes)
    assert "row: USA c3 stands where USA c4 would by the order of the others" in said
    assert "columns run in another order than rows" in said
    assert "cell B30, and what lies beyond it, is not read" in said


def test_a_plain_table_with_a_remark_and_another_sheet(tmp_path: Path) -> None:
    grid = [
        ["", "A", "B", "household", "export", "import"],
        ["A", 2, 3, 10, 5, 4],
        ["B", 4, 1, 12, 6, 3],
        ["wages", 10, 16],
        [],
        ["Source: the office"],
    ]
    book = openpyxl.Workbook()
    for row in grid:
        book.active.append(row)
    book.active.title = "T"
    book.create_sheet("notes")["A1"] = "how it was made"
    book.save(tmp_path / "a.xlsx")
    how = {"nation": "CHN", "year": 2018, "unit": "million CNY"}
    acc = read(tmp_path / "a.xlsx", "national", **how).accounts
    assert acc.components == ("wages",)
    assert acc.gdp[0] == 26
    assert {"row Source holds no number and is not read", "sheet 'T' is read, the first of 2"} <= set(acc.notes)
    book.move_sheet("notes", -1)
    book.save(tmp_path / "a.xlsx")
    with pytest.raises(BadInput, match="the table lacks a part") as e:
        read(tmp_path / "a.xlsx", "national", **how)
    assert "sheet 'notes' is read, the first of 2" in e.value.items
    assert read(tmp_path / "a.xlsx", "national", sheet="T", **how).accounts.digest == acc.digest


def changed_lines(path: Path, folder: Path, change: Callable[[list[str]], object]) -> Path:
    lines = path.read_text(encoding="utf-8").splitlines()
    change(lines)
    out = folder / path.name
    out.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return out


def test_a_second_table_in_one_file_is_not_added(tmp_path: Path) -> None:
    w = official.known(("AUS", "CHN", "ROW"), 3, 6)
    (tmp_path / "plain").mkdir()
    plain = official.icio_csv(w, tmp_path / "plain" / "2018_SML.csv", ("A01_02", "C26", "T"))
    with pytest.raises(BadInput, match="labels are not where the layout puts them") as e:
        read(changed_lines(plain, tmp_path, lambda lines: lines.extend(lines[-3:])))
    assert [i.split(", ", 1)[1] for i in e.value.items] == [
        f"cell A{14 + k}: {name} is there twice, first in row {11 + k}" for k, name in enumerate(("TLS", "VA", "OUT"))
    ]


def test_flat_files(shelf, tmp_path: Path) -> None:
    """A cell given twice is refused, one that is not given is said; products have columns of their own name."""
    with zipfile.ZipFile(shelf("figaro-flat")) as z:
        (name,) = z.namelist()
        z.extract(name, tmp_path)
    flat = tmp_path / name
    (tmp_path / "out").mkdir()
    with pytest.raises(BadInput, match="cells are given twice") as e:
        read(changed_lines(flat, tmp_path / "out", lambda lines: lines.append(lines[3])))
    assert len(e.value.items) == 1
    assert e.value.items[0].startswith(f"lines 4 and {len(flat.read_text().splitlines()) + 1}: ")
    whole = read(flat).accounts
    use = next(k for k, line in enumerate(flat.read_text().splitlines()) if line.startswith("CN_A01,CN_A01"))
    left = read(changed_lines(flat, tmp_path / "out", lambda lines: lines.pop(use)))
    assert any("1 cells of use are not in the file, and 0" in n for n in left.accounts.notes) != any(
        "cells of use are not in the file" in n for n in whole.notes
    )
    products = tmp_path / name.replace("ind-by-ind", "prod-by-prod")
    text = flat.read_text().replace("rowIi", "rowPp").replace("colIi", "colPp")
    products.write_text(text)
    assert read(products).accounts.digest == whole.digest


def test_what_industries_pay_is_there_once(shelf, tmp_path: Path) -> None:
    folder = tmp_path / shelf("exiobase-ixi").name
    shutil.copytree(shelf("exiobase-ixi"), folder)
    file = folder / "factor_inputs" / "F.txt"
    lines = file.read_text().splitlines()
    file.write_text("\n".join([*lines, lines[5]]) + "\n")
    with pytest.raises(BadInput, match=r"the row Compensation of employees.* is there twice"):
        read(folder, "exiobase")


def test_cells_that_are_not_available_are_counted(shelf, tmp_path: Path) -> None:
    def confidential(lines: list[str]) -> None:
        for k in (95, 96):
            lines[k] = lines[k].rpartition(",")[0] + (",:" if k == 95 else ",")

    found = read(changed_lines(shelf("eurostat"), tmp_path, confidential), "national", tolerance=1.0)
    said = "2 cells are not available or confidential (empty or :), first in line 96, and 0"
    assert said in found.accounts.notes


# Text


FORMS = {
    "utf-16": (lambda t: t.encode("utf-16"), "the file is written in UTF-16"),
    "semicolons": (lambda t: t.replace(",", ";").encode(), "cells are apart by semicolons, not by commas"),
    "tabs": (lambda t: t.replace(",", "\t").encode(), "cells are apart by tabs, not by commas"),
    "bars": (lambda t: t.replace(",", "|").encode(), "cells are apart by bars, not by commas"),
    "gbk": (lambda t: t.replace("US_A01", "美国", 3).encode("gbk"), "line 1 is not written in UTF-8"),
    "late": (lambda t: t[:-200].encode() + "é".encode("latin-1") + t[-200:].encode(), "is not written in UTF-8"),
    "remark": (lambda t: b"# mine\n" + t.encode(), "line 2 has 28 cells, the first line has 1"),
}


@pytest.mark.parametrize(("form", "said"), FORMS.values(), ids=FORMS)
def test_text_in_another_form_is_told(shelf, tmp_path: Path, form, said: str) -> None:
    path = tmp_path / shelf("figaro").name
    path.write_bytes(form(shelf("figaro").read_text(encoding="utf-8")))
    with pytest.raises(ForeignFile) as e:
        read(path)
    assert said in str(e.value)
