"""A file is of the format that its name says, with all digits, Chinese names, and its definition inside or beside."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from openpyxl import load_workbook

from xunhuan.data.store import load
from xunhuan.data.toyland import toyland
from xunhuan.errors import BadInput
from xunhuan.faces.cli import main
from xunhuan.faces.formats import Format, format_of_file, write_file
from xunhuan.measures import circulation, table

pytestmark = pytest.mark.twin

READERS = {
    "csv": lambda p: pd.read_csv(p, encoding="utf-8-sig"),
    "json": pd.read_json,
    "parquet": pd.read_parquet,
    "xlsx": lambda p: pd.read_excel(p, sheet_name="table", engine="calamine"),
    "dta": lambda p: pd.read_stata(p).rename(columns={"external_": "external"}),  # a word of Stata's own
}


@pytest.mark.parametrize("suffix", [*READERS, "XLSX"])
def test_the_suffix_settles_the_format(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a.{suffix}"
    assert main(["circulation", "china-2017", "--draws", "0", "-o", str(path)]) == 0
    found, wanted = READERS[suffix.lower()](path), table(circulation(load("china-2017")))
    assert list(found.columns) == list(wanted.columns)
    assert found["name_zh"].tolist() == wanted["name_zh"].tolist()
    for column in ("gdp", "own", "inter", "external"):
        np.testing.assert_allclose(found[column], wanted[column], rtol=1e-14)


def test_csv_opens_in_excel_of_china_and_a_pipe_has_no_mark(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["circulation", "toyland", "-o", str(tmp_path / "a.csv")]) == 0
    assert (tmp_path / "a.csv").read_bytes().startswith(b"\xef\xbb\xbfregion,")
    capsys.readouterr()
    assert main(["circulation", "toyland", "--format", "csv"]) == 0
    assert capsys.readouterr().out.startswith("region,")


def test_a_workbook_tells_what_its_numbers_are(tmp_path: Path) -> None:
    assert main(["circulation", "toyland", "-o", str(tmp_path / "a.xlsx")]) == 0
    about = [row[0] for row in load_workbook(tmp_path / "a.xlsx")["notes"].iter_rows(values_only=True)]
    assert about[0] == "Circulation by absorption: toyland, 2000"
    assert any(str(line).startswith("Definition: ") for line in about)


@pytest.mark.parametrize(("suffix", "begins"), [("md", "**Circ"), ("tex", "% Circ"), ("txt", "Circ")])
def test_texts(tmp_path: Path, suffix: str, begins: str) -> None:
    path = tmp_path / f"a.{suffix}"
    assert main(["circulation", "toyland", "-o", str(path)]) == 0
    written = path.read_text(encoding="utf-8")
    assert written.startswith(begins)
    assert "Definition: " in written
    assert f"{float(circulation(toyland())['own'][0]):.4f}" in written


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (["-o", "a.docx"], ".docx is no format"),
        (["-o", "a.csv", "--format", "json"], "the file's name says csv and --format json"),
        (["--format", "xlsx"], "xlsx is not text"),
        (["--format", "dta"], "dta is not text"),
    ],
)
def test_what_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys, line: list[str], said: str) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["circulation", "toyland", *line]) == 2
    assert said in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_names_and_cells_that_stata_and_excel_do_not_take(tmp_path: Path) -> None:
    """Names with signs, digits first, too long and alike; a text that looks like a formula; whole and missing numbers."""
    a, b = ("x" * 40 + end for end in "ab")
    values = ([1.5, np.nan], [1, 2], [3, 2**40], ["=1+1", None], [True, False])
    frame = pd.DataFrame(dict(zip(("2017 own %", a, b, "name", "yes"), values, strict=True)))
    write_file(frame, Format.dta, tmp_path / "a.dta", "title", [])
    back = pd.read_stata(tmp_path / "a.dta")
    assert len(set(back.columns)) == 5
    assert back.iloc[1, 2] == 2**40
    assert back.iloc[0, 3] == "=1+1"
    with pd.io.stata.StataReader(tmp_path / "a.dta") as reader:
        assert list(reader.variable_labels().values()) == [*frame.columns]
    write_file(frame, Format.xlsx, tmp_path / "a.xlsx", "title", [])
    cell = load_workbook(tmp_path / "a.xlsx")["table"]["D2"]
    assert (cell.value, cell.data_type) == ("=1+1", "s")


def test_a_name_without_a_suffix_is_as_asked() -> None:
    assert format_of_file(Format.table, Path("a")) is Format.table
    assert format_of_file(Format.csv, Path("a.dat")) is Format.csv
    with pytest.raises(BadInput, match="no format"):
        format_of_file(Format.table, Path("a.xls"))
