"""What stands beside bare numbers: the order of labels, the years of names, lines of two files side by side."""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from tests.fuzz.foreign import Case, fixture
from xunhuan.errors import BadInput, ForeignFile

pytestmark = pytest.mark.error


def read(name: str, folder: Path, file: str, change: Callable[[list[str]], object], path: str = "") -> tuple[str, ...]:
    """Notes of a fixture of which the lines of one file were changed; `path` renames what is read."""
    files = dict(fixture(name).files)
    lines = files[file].decode().split("\n")
    change(lines)
    files[file] = "\n".join(lines).encode()
    at = Case(name, "", 0, "", files).write(folder)
    if path:
        at = at.rename(at.with_name(path))
    return tuple(fixture(name).run(at).accounts.notes)


def swapped(a: int, b: int) -> Callable[[list[str]], None]:
    def change(lines: list[str]) -> None:
        lines[a], lines[b] = lines[b], lines[a]

    return change


EORA = "Eora26_2017_bp/"


def test_a_label_out_of_order_is_said(tmp_path: Path) -> None:
    same = read("eora26", tmp_path / "a", EORA + "labels_FD.txt", lambda x: None)
    assert not [n for n in same if "order of the others" in n or "another order" in n]
    notes = read("eora26", tmp_path / "b", EORA + "labels_FD.txt", swapped(4, 9))
    assert (
        "labels_FD.txt, line 5: USA Changes in inventories P.52 stands where CHN Changes in inventories P.52 would by the "
        "order of the others; labels are taken at their word"
    ) in notes


def test_countries_in_another_order_are_said(tmp_path: Path) -> None:
    def change(lines: list[str]) -> None:
        lines[:10] = lines[5:10] + lines[:5]

    notes = read("eora26", tmp_path, EORA + "labels_FD.txt", change)
    assert any(
        n.startswith("countries in labels_FD.txt run in another order than countries in labels_T.txt") for n in notes
    )


def test_columns_of_final_use_out_of_order_are_said(tmp_path: Path) -> None:
    def change(lines: list[str]) -> None:
        head = lines[0].split(",")
        finals = [k for k, x in enumerate(head) if "onsumption" in x]
        swapped(finals[0], finals[1])(head)
        lines[0] = ",".join(head)

    notes = read("ipio-lines", tmp_path, "t.csv", change)
    assert any("would by the order of the others" in n for n in notes)


def test_a_file_with_a_line_more_is_refused(tmp_path: Path) -> None:
    for k, name in enumerate(("T", "FD")):
        with pytest.raises(BadInput, match="the other goes on"):
            read("eora26", tmp_path / str(k), f"{EORA}Eora26_2017_bp_{name}.txt", lambda x: x.insert(2, x[2]))
    gloria = next(f for f in fixture("gloria").files if "Y-Results" in f)
    with pytest.raises(BadInput, match="more than"):
        read("gloria", tmp_path / "g", gloria, lambda x: x.append(x[0]))


def test_another_year_in_a_name_is_said(tmp_path: Path) -> None:
    notes = read(
        "ipio-csv", tmp_path / "a", "IPIO 2017.csv", lambda x: x.insert(0, "Table of 2012" + "," * x[0].count(","))
    )
    assert "the table is taken as of 2017; its text names 2012" in notes
    notes = read("eora26", tmp_path / "b", EORA + "labels_T.txt", lambda x: None, "Eora26_2015_bp")
    assert "the table is taken as of 2015; its file names 2017" in notes
    notes = read("wiod2016-csv", tmp_path / "c", "wiot2014.csv", lambda x: None, "wiot2010.csv")
    assert any(n.endswith("its file names 2010") for n in notes)


def test_dots_are_no_number(tmp_path: Path) -> None:
    def change(lines: list[str]) -> None:
        lines[0] = lines[0].replace(lines[0].split(",")[3], "..")

    with pytest.raises(BadInput) as refused:
        read("ipio-lines", tmp_path, "t.csv", change)
    assert refused.value.items == ("column D: no sector that is known, '..'",)


def test_elements_of_a_header_array_have_their_width(tmp_path: Path) -> None:
    """A record cut to a third of its letters is damaged, and no two other names."""
    name, raw = next(iter(fixture("gtap").files.items()))
    whole = struct.pack("<i4s3i", 40, b"    ", 1, 2, 2) + b"lab         capital     " + struct.pack("<i", 40)
    assert whole in raw
    cut = struct.pack("<i4s3i", 20, b"    ", 1, 2, 2) + b"lab " + struct.pack("<i", 20)
    (tmp_path / name).write_bytes(raw.replace(whole, cut))
    with pytest.raises(ForeignFile, match="truncated or no header-array file"):
        fixture("gtap").run(tmp_path / name)


def test_a_region_without_a_name_moves_no_other(tmp_path: Path) -> None:
    """Names of the workbook of labels stand in the line of their acronym."""
    at = Case("gloria", "", 0, "", fixture("gloria").files).write(tmp_path)
    (book,) = tmp_path.rglob("GLORIA_ReadMe*.xlsx")
    before = fixture("gloria").run(at).accounts.geography
    sheets = pd.read_excel(book, sheet_name=None, header=None, engine="openpyxl")
    named = list(sheets["Regions"].iloc[0]).index("Region_names")
    sheets["Regions"].iloc[1, named] = None
    with pd.ExcelWriter(book) as out:
        for sheet, cells in sheets.items():
            cells.to_excel(out, sheet_name=sheet, header=False, index=False)
    after = fixture("gloria").run(at).accounts.geography
    assert (after.codes, after.names_en[1:]) == (before.codes, before.names_en[1:])
