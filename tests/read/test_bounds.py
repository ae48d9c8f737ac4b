"""What is beyond all size, or nowhere, is refused before a library sees it, by the text of the message."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest

from tests.helpers import houses
from xunhuan.errors import BadInput, ForeignFile, XunhuanError, nearest
from xunhuan.readers import read
from xunhuan.readers.bounds import COLUMNS_READ, LARGEST_READ, text_number
from xunhuan.readers.lines import CsvLines

pytestmark = pytest.mark.error


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return houses.ceads(houses.world(), tmp_path_factory.mktemp("ceads"))


def changed(book: Path, folder: Path, change: Callable[[bytes], bytes], part: str = "sheet1.xml") -> Path:
    """A workbook with one of its parts changed."""
    with zipfile.ZipFile(book) as z, zipfile.ZipFile(folder / book.name, "w", zipfile.ZIP_DEFLATED) as to:
        for name in z.namelist():
            to.writestr(name, change(z.read(name)) if name.endswith(part) else z.read(name))
    return folder / book.name


def placed(where: bytes) -> Callable[[bytes], bytes]:
    return lambda xml: xml.replace(b'r="D5"', b'r="' + where + b'"')


MERGE = b'<mergeCells count="1"><mergeCell ref="D5:XFD1048576"/></mergeCells>'
BOOKS = {
    "nowhere": (placed(b"A" * 16 + b"1"), "has cells that are nowhere, such as 'AAAAAAAAAAAAAAAA1'"),
    "past the last row": (placed(b"A1048577"), "has cells that are nowhere, such as 'A1048577'|lies far beyond"),
    "no row": (placed(b"A0"), "has cells that are nowhere, such as 'A0'"),
    "far": (placed(b"SF60000"), "cell SF60000 lies far beyond any table"),
    "far in an odd spelling": (lambda x: x.replace(b'<c r="D5"', b"<c  q='>' r = 'XFD900000'"), "cell XFD900000 lies far"),
    "a row without end": (
        lambda x: x.replace(b"</sheetData>", b'<row r="90">' + b"<c/>" * 17_000 + b"</row></sheetData>"),
        r"1[67],\d{3} of a row lies far beyond any table",
    ),
    "merged to the end": (lambda x: x.replace(b"</sheetData>", b"</sheetData>" + MERGE), "merged with a number"),
    "words": (lambda x: b'<!DOCTYPE w [<!ENTITY a "7">]>' + x, "defines words of its own"),
    "blanks": (lambda x: x.replace(b"</sheetData>", b" " * (9 << 20) + b"</sheetData>"), "8 MiB hold no cell"),
}  # fmt: skip


@pytest.mark.parametrize(("change", "said"), BOOKS.values(), ids=BOOKS)
def test_sheets(book: Path, tmp_path: Path, change: Callable[[bytes], bytes], said: str) -> None:
    with pytest.raises(XunhuanError) as e:
        read(changed(book, tmp_path, change))
    assert re.search(said, str(e.value)), str(e.value)


def test_what_packs_into_nothing(book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xunhuan.readers.bounds.LOOSE", 1 << 20)
    with pytest.raises(BadInput, match="unpacks to 5 MiB, 200 times what it is packed into"):
        read(changed(book, tmp_path, lambda xml: xml + b" " * (5 << 20)))


def test_a_text_that_many_cells_share(book: Path, tmp_path: Path) -> None:
    path = changed(book, tmp_path, bytes)
    with zipfile.ZipFile(path, "a") as z:
        z.writestr("xl/sharedStrings.xml", b"<sst><si><t>" + b"x" * 200_000 + b"</t></si></sst>")
    with pytest.raises(BadInput, match="a cell's text has no end"):
        read(path)


CSV = {
    "short": (lambda t: t.replace(",0,0,0,0,0,0,0", ",0", 1), r"lines end early\n  - line \d+: \d+ cells for \d+"),
    "long": (lambda t: t.replace("\nTTL_24A,", "\nTTL_24A,1,"), "truncated or not a csv"),
    "wide": (lambda t: t + "," * COLUMNS_READ, "a line holds more than 20,000 cells"),
    "huge": (lambda t: re.sub(r"(\nTTL_24A,)[^,]*", r"\g<1>1e31", t), "not finite numbers, or larger than any"),
    "a column twice": (lambda t: t.replace("GGFC", "GFCF", 1), "labels are missing or there twice\n  - column GFCF"),
    "no label": (lambda t: t.replace("GGFC", "", 1), "without a label"),
    "another label": (lambda t: t.replace("TTL_302T309", "TTL_31"), "columns without a row of their label earn value added"),
    "sides": (
        lambda t: t.replace("HFCE", "@").replace("VALU", "HFCE").replace("@", "VALU"),
        "VALU labels a row where it should a column"),
}  # fmt: skip


@pytest.mark.parametrize(("change", "said"), CSV.values(), ids=CSV)
def test_csv(tmp_path: Path, change: Callable[[str], str], said: str) -> None:
    path = houses.nation_in_all(houses.world(), tmp_path)
    path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")
    with pytest.raises(XunhuanError) as e:
        read(path)
    assert re.search(said, str(e.value)), str(e.value)


def test_lists_of_a_mapping_file_that_make_more_cells_than_any_table(tmp_path: Path) -> None:
    path = houses.WRITERS["tabular"][1](houses.world(), tmp_path)
    (tmp_path / "regions.csv").write_text("code\n" + "\n".join(["CHN", "USA", "VNM", *map(str, range(3597))]))
    with pytest.raises(BadInput, match="the labels make 3,600 x 3,600 x 4 cells; at most 50,000,000 are read"):
        read(path)


def test_what_is_not_listed_is_said(tmp_path: Path) -> None:
    path = houses.WRITERS["tabular"][1](houses.world(), tmp_path)
    cells = (tmp_path / "final.csv").read_text().splitlines()
    (tmp_path / "final.csv").write_text("\n".join([*cells, "CHN,crops,none,0"]))
    told = read(path).accounts.notes
    assert "[final]: 13 of 24 cells are listed, the others are 0" in told


SETS = {
    "shape": (lambda g: g.pop("f") and g.create_dataset("f", data=np.zeros(12)), "f is not a matrix of numbers"),
    "kind": (lambda g: g.pop("X") and g.create_dataset("X", data=np.zeros((1, 12), complex)), "X is not a matrix"),
    "size": (
        lambda g: g.pop("country_list") and g.create_dataset("country_list", (10**8,), "S8", chunks=(64,)),
        "country_list is no list of names",
    ),
    "number": (lambda g: g["va"].write_direct(np.full((1, 12), np.inf)), "va: 12 cells are not finite numbers"),
}  # fmt: skip


@pytest.mark.parametrize(("change", "said"), SETS.values(), ids=SETS)
def test_data_sets(tmp_path: Path, change: Callable[[h5py.Group], object], said: str) -> None:
    path = houses.emerging(houses.world(3), tmp_path)
    body = io.BytesIO(path.read_bytes())
    with h5py.File(body, "r+") as file:
        change(file["mrio"])
    path.write_bytes(body.getvalue())
    with pytest.raises(BadInput, match=said):
        read(path)


def test_header_arrays_without_investment_or_duties(tmp_path: Path) -> None:
    path = houses.gtap(houses.world(3), tmp_path)
    whole = path.read_bytes()
    path.write_bytes(whole.replace(b"VCIF", b"XXXX", 1))
    assert "the file has no VCIF or VIWS: duties are not known, and 0" in read(path).accounts.notes
    path.write_bytes(whole.replace(b"VDIB", b"XXXX", 1))
    with pytest.raises(BadInput, match="there is no VDIB, and no activity beside the commodities that invests"):
        read(path)


def test_one_decoder_of_numbers() -> None:
    assert text_number("1e30") == LARGEST_READ
    for written in ("1.1e30", "１２", "1e999", "9" * 400, "0x1F", "True"):
        with pytest.raises(ValueError, match=re.escape(written)):
            text_number(written)


def test_a_name_without_end_has_no_neighbour() -> None:
    assert nearest("x" * 300_000, ["x" * 299_999]) == []


def test_two_years(tmp_path: Path) -> None:
    path = houses.adb(houses.world(), tmp_path)
    other = path.with_name("ADB-MRIO72-2023_August 2025.xlsx")
    acc = read(path.rename(other)).accounts
    assert acc.year == 2024
    assert "the table is taken as of 2024; its file names 2023" in acc.notes


def test_lines_given_twice(tmp_path: Path) -> None:
    path = houses.eurostat(houses.world(), tmp_path)
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([*lines, lines[-1]]), encoding="utf-8")
    with pytest.raises(BadInput, match="cells are given twice"):
        read(path)
    path.write_text("\n".join([x.replace(",IMP,", ",Imports,") for x in lines]), encoding="utf-8")
    with pytest.raises(BadInput, match="stk_flow holds 'Imports'"):
        read(path)
    path.write_text("\n".join([lines[0], *(x + ",1" for x in lines[1:])]), encoding="utf-8")
    with pytest.raises(ForeignFile, match="truncated or not a csv"):
        read(path)


def test_official_files_are_still_read(book: Path) -> None:
    """The fixture the others spoil."""
    assert read(book).accounts.year == 2018


@pytest.mark.parametrize("line", [0, 1])
def test_a_line_of_one_cell_more_than_allowed_is_refused_and_one_of_as_many_is_not(line: int) -> None:
    for cells in (4, 5):
        rows = [b"a", b"a", b"a"]
        rows[line] = b",".join([b"1"] * cells)
        lines = CsvLines(io.BytesIO(b"\n".join(rows)), "here", most=4, whole=99)
        if cells == 4:
            assert lines.take(99)
        else:
            with pytest.raises(BadInput, match="a line holds more than 4 cells"):
                lines.take(99)
