"""Cells that are no plain numbers are refused by their names; only nothing is nothing; no sheet hangs the reader."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from tests.helpers import official
from xunhuan.errors import BadInput, ForeignFile
from xunhuan.readers import read
from xunhuan.readers.bounds import SHEET_CELLS, text_number
from xunhuan.readers.wide import grid
from xunhuan.readers.workbooks import NO_VALUE

pytestmark = pytest.mark.error

COUNTRIES = ("AUS", "ROM", "RoW")


@pytest.mark.parametrize(
    ("written", "number"),
    [("1090", 1090.0), ("-.5", -0.5), ("1e-3", 1e-3), ("1,090.00", 1090.0), ("1,234,567", 1234567.0), ("12,345.", None),
     ("1,5", None), ("1,500", None), ("1.234,5", None), ("1_000", None), ("nan", None), ("inf", None), ("1 090", None),
     ("", None), ("--", None), ("12,34.5", None)],
)  # fmt: skip
def test_texts_that_are_numbers(written: str, number: float | None) -> None:
    """A comma is a mark of thousands where it can be nothing else; else the text is no number."""
    if number is None:
        with pytest.raises(ValueError, match="^" + "".join(f"[{c}]" for c in written) + "$"):
            text_number(written)
    else:
        assert text_number(written) == number


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    w = official.known(COUNTRIES, 35, 5)
    path = tmp_path_factory.mktemp("wiod") / "WIOT95_ROW_Sep12.xlsx"
    return official.write_workbook(path, official.wiod2013(w, 1995))


def spoiled(plain: Path, folder: Path, spoil) -> Path:
    book = openpyxl.load_workbook(plain)
    spoil(book.active)
    path = folder / plain.name
    book.save(path)
    return path


def _error(sheet: Worksheet) -> None:
    sheet["H10"].value, sheet["H10"].data_type = "#N/A", "e"


def _merged(sheet: Worksheet) -> None:
    sheet.merge_cells("H10:I11")


SPOILS = {
    "decimal comma": (lambda s: s.__setitem__("H10", "1,5"), "cell H10: '1,5'"),
    "NA": (lambda s: s.__setitem__("H10", "NA"), "cell H10: 'NA'"),
    "n/a": (lambda s: s.__setitem__("H10", "n/a"), "cell H10: 'n/a'"),
    "error": (_error, "cell H10: '#N/A'"),
    "formula": (lambda s: s.__setitem__("H10", "=1+1"), f"cell H10: '{NO_VALUE}'"),
    "truth": (lambda s: s.__setitem__("H10", True), "cell H10: 'True'"),
    "merged": (_merged, "cell I10: 'merged with a number'"),
}


@pytest.mark.parametrize(("spoil", "said"), SPOILS.values(), ids=SPOILS)
def test_a_cell_that_is_no_number_is_named(plain: Path, tmp_path: Path, spoil, said: str) -> None:
    with pytest.raises(BadInput, match="cells that must hold numbers hold text") as e:
        read(spoiled(plain, tmp_path, spoil), "wiod2013")
    assert any(said in item for item in e.value.items)
    assert len(e.value.items) == (3 if spoil is _merged else 1)


def test_merged_labels_are_labels(tmp_path: Path) -> None:
    """Blocks whose name is merged over its cells, as workbooks have them, are read."""
    p = official.known_provinces(("Beijing", "Guangdong"))
    official.write_workbook(tmp_path / "MRIO2017.xlsx", official.ceads_early(p))
    book = openpyxl.load_workbook(tmp_path / "MRIO2017.xlsx")
    book["Table_2017"].merge_cells("D2:F2")
    book["Table_2017"].merge_cells("A5:A7")
    book.save(tmp_path / "MRIO2017.xlsx")
    acc = read(tmp_path / "MRIO2017.xlsx").accounts
    np.testing.assert_allclose(acc.gdp[:2] * 1e4, p.value_added.sum((1, 2)), rtol=1e-12)


def test_an_empty_cell_is_nothing_and_grouped_thousands_are_a_number(plain: Path, tmp_path: Path) -> None:
    def spoil(sheet: Worksheet) -> None:
        sheet["H10"] = f"{sheet['H10'].value:,.2f}"

    one, other = read(spoiled(plain, tmp_path, spoil), "wiod2013"), read(plain, "wiod2013")
    assert one.accounts.digest == other.accounts.digest


@pytest.mark.parametrize("corner", ["XFD1048576", "E1048576", "XFD7000"])
def test_a_stray_cell_far_off_is_named_and_nothing_hangs(plain: Path, tmp_path: Path, corner: str) -> None:
    path = spoiled(plain, tmp_path, lambda s: s.__setitem__(corner, "x"))
    with pytest.raises(BadInput, match="lies far beyond any table") as e:
        read(path, "wiod2013")
    assert corner in str(e.value)
    assert e.value.fix == "delete the stray cell, or the empty rows and columns before it"
    with pytest.raises(BadInput, match="lies far beyond any table"):
        grid(path, None, None)
    assert 16_384 * 1_000 < SHEET_CELLS < 16_384 * 7_000


def test_what_unpacks_without_end_and_what_is_damaged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, plain: Path
) -> None:
    monkeypatch.setattr("xunhuan.readers.workbooks.BOOK", 1000)
    with pytest.raises(BadInput, match="the workbook unpacks to"):
        read(plain, "wiod2013")
    monkeypatch.undo()
    whole = plain.read_bytes()
    cut = tmp_path / plain.name
    at = whole.index(b"xl/worksheets/sheet1.xml") + 400
    cut.write_bytes(whole[:at] + bytes(200) + whole[at + 200 :])
    assert zipfile.is_zipfile(cut)
    with pytest.raises(ForeignFile):
        read(cut, "wiod2013")


@pytest.mark.parametrize("written", ["NA", "n/a", "null", "nan", "#N/A", "1_0", "-", "..", "True"])
def test_a_csv_cell_that_is_no_number_is_named(tmp_path: Path, written: str) -> None:
    w = official.known(("AUS", "CHN", "ROW"), 3, 6)
    path = official.icio_csv(w, tmp_path / "2018_SML.csv", ("A01_02", "C26", "T"))
    lines = path.read_text().splitlines()
    cells = lines[2].split(",")
    path.write_text("\n".join([*lines[:2], ",".join([*cells[:4], written, *cells[5:]]), *lines[3:]]))
    with pytest.raises(BadInput) as e:
        read(path)
    assert any(f"cell E3: {written!r}" in item for item in e.value.items)
