"""A file is of the format that its name says, with all digits, Chinese names, and its definition inside or beside."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from openpyxl import load_workbook

from xunhuan.data.store import load
from xunhuan.data.toyland import toyland
from xunhuan.errors import BadInput
from xunhuan.faces import output
from xunhuan.faces.cli import main
from xunhuan.faces.commands.scenario import ends_in_brackets
from xunhuan.faces.formats import Format, format_of_file, write_file
from xunhuan.faces.speaking import speak
from xunhuan.measures import circulation, table

pytestmark = pytest.mark.twin

READERS = {
    "csv": lambda p: pd.read_csv(p, encoding="utf-8-sig"),
    "json": lambda p: pd.DataFrame(json.loads(p.read_text(encoding="utf-8"))),
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


@pytest.mark.parametrize(
    "line",
    [
        ["aggregate", "toyland", "--nations", "-o", "a.csv"],
        ["restrict", "toyland", "-r", "AT-N", "-o", "a.xlsx"],
        ["relabel", "toyland", "--isic", "FAR=A", "-o", "a.dta"],
        ["split-processing", "toyland", "-o", "a.csv"],
        ["import", "icio", "x.csv", "-o", "a.csv"],
        ["simulate", "toyland", "--tariff", "BOR<-AT-N:0.1", "--accounts", "a.csv"],
        ["explain", "--all", "-o", "a.csv"],
        ["cite", "toyland", "-o", "a.csv"],
        ["docs", "howto", "-o", "a.csv"],
        ["models", "trade", "-o", "a.xlsx"],
    ],
    ids=lambda line: line[0],
)
def test_what_has_one_form_is_not_written_under_the_name_of_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], line: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(line) == 2
    said = capsys.readouterr().err
    assert f"error: what is written is no {Path(line[-1]).suffix}" in said
    assert "fix: name the file with one of ." in said
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


@pytest.mark.parametrize("format", [Format.dta, Format.xlsx, Format.json])
def test_infinite_numbers_are_missing_where_a_format_has_none_and_it_is_said(
    tmp_path: Path, format: Format, capsys: pytest.CaptureFixture[str]
) -> None:
    frame = pd.DataFrame({"str5": ["a\x07", "b", "c"], "_n": [1e-12, np.inf, -2.5], "days": [1.0, np.nan, 3.0]})
    output.emit(frame, output=tmp_path / f"a.{format.value}", title="title")
    back = READERS[format.value](tmp_path / f"a.{format.value}")
    assert back.iloc[:, 1].tolist()[::2] == [1e-12, -2.5]
    assert back.isna().sum().tolist() == [0, 1, 1]
    said = capsys.readouterr().err
    assert f"since {format.value} has no infinite numbers: _n." in said
    assert np.isinf(frame["_n"]).sum() == 1


def test_a_sheet_that_is_too_long_is_told_before_it_is_written(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="a sheet holds 1,048,575 rows"):
        write_file(pd.DataFrame({"a": np.zeros(1_048_576, "int8")}), Format.xlsx, tmp_path / "a.xlsx", "title", [])


def test_markup_keeps_every_sign_and_reads_in_the_language_chosen(tmp_path: Path) -> None:
    """Brackets are no styles, breaks and bars no new cells, signs of LaTeX letters; headings are for people to read."""
    frame = pd.DataFrame({"region": ["[bold]x[/bold]", "a|b\nc", r"~^\<&%#"], "value": [-1.5, 2.0, np.inf]})
    written = {}
    for lang in ("en", "zh"):
        speak(lang)
        for suffix in ("md", "tex", "csv"):
            output.emit(frame, output=tmp_path / f"a.{suffix}", title="title", notes=["one\ntwo"])
            written[lang, suffix] = (tmp_path / f"a.{suffix}").read_text(encoding="utf-8-sig")
    speak("")
    assert "| [bold]x[/bold] | -1.5000 |\n| a\\|b c | 2.0000 |\n| ~^\\&lt;&%# | ∞ |" in written["en", "md"]
    assert "{}[bold]x[/bold] & $-$1.5000 \\\\\na\\textbar{}b c & 2.0000" in written["en", "tex"]
    assert r"\textasciitilde{}\textasciicircum{}\textbackslash{}\textless{}\&\%\# & $\infty$" in written["en", "tex"]
    assert written["en", "tex"].endswith("% one\n% two\n")
    assert "region" not in written["zh", "md"] + written["zh", "tex"]
    assert written["zh", "csv"] == written["en", "csv"]


STATAS = {65526: "<f8", 65527: "<f4", 65528: "<i4", 65529: "<i2", 65530: "<i1"}
"""Numbers of a dataset of Stata by the code of their type (StataCorp, help dta, release 118)."""


def read_by_the_book(path: Path) -> tuple[str, dict[str, str], pd.DataFrame]:
    """Data label, variables' labels and rows of a dataset of Stata, read by its description and nothing of pandas."""
    raw = path.read_bytes()
    assert raw.startswith(b"<stata_dta><header><release>118</release><byteorder>LSF</byteorder><K>")
    at = raw.index(b"<K>") + 3
    k = int.from_bytes(raw[at : at + 2], "little")
    at = raw.index(b"<N>") + 3
    n = int.from_bytes(raw[at : at + 8], "little")
    at = raw.index(b"<label>") + 7
    title = raw[at + 2 : at + 2 + int.from_bytes(raw[at : at + 2], "little")].decode()
    at = raw.index(b"<map>") + 5
    where = np.frombuffer(raw, "<u8", 14, at)

    def fields(section: int, tag: str, size: int) -> list[bytes]:
        start = int(where[section]) + len(f"<{tag}>")
        assert raw[int(where[section]) : start] == f"<{tag}>".encode()
        return [raw[start + size * j : start + size * (j + 1)] for j in range(k)]

    def texts(section: int, tag: str, size: int) -> list[str]:
        return [f.split(b"\0")[0].decode() for f in fields(section, tag, size)]

    types = [int.from_bytes(f, "little") for f in fields(2, "variable_types", 2)]
    names = texts(3, "varnames", 129)
    labels = dict(zip(names, texts(7, "variable_labels", 321), strict=True))
    row = np.dtype([(v, STATAS.get(t, f"S{t}")) for v, t in zip(names, types, strict=True)])
    rows = np.frombuffer(raw, row, n, int(where[9]) + len("<data>"))
    kinds = zip(names, types, strict=True)
    return (
        title,
        labels,
        pd.DataFrame({v: rows[v] if t in STATAS else [c.decode() for c in rows[v].tolist()] for v, t in kinds}),
    )


@pytest.mark.parametrize("line", [("circulation", "china-2017"), ("value-added-trade", "toyland")], ids=lambda s: s[0])
def test_every_number_of_a_dataset_is_read_by_its_description(tmp_path: Path, line: tuple[str, ...]) -> None:
    """Columns, labels, the data label and every cell, to the last digit."""
    assert main([*line, "-o", str(tmp_path / "a.dta")]) == 0
    assert main([*line, "-o", str(tmp_path / "a.parquet")]) == 0
    wanted = pd.read_parquet(tmp_path / "a.parquet")
    title, labels, found = read_by_the_book(tmp_path / "a.dta")
    assert title == wanted.attrs["title"][:80]
    assert list(labels.values()) == [*wanted.columns]
    assert len(found) == len(wanted) > 0
    for mine, theirs in zip(found, wanted, strict=True):
        if wanted[theirs].dtype.kind in "iuf":
            nothing = found[mine].abs() >= 2.0**1023  # Stata's missing value
            assert found[mine].mask(nothing).astype(float).equals(wanted[theirs].astype(float))
        else:
            assert found[mine].tolist() == wanted[theirs].fillna("").astype(str).tolist()


def test_what_is_text_is_not_taken_for_a_dataset(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="csv is text"):
        write_file(pd.DataFrame({"a": [1.0]}), Format.csv, tmp_path / "a.csv", "title", [])
    assert list(tmp_path.iterdir()) == []


def test_a_name_without_a_suffix_is_as_asked() -> None:
    assert format_of_file(Format.table, Path("a")) is Format.table
    assert format_of_file(Format.csv, Path("a.dat")) is Format.csv
    with pytest.raises(BadInput, match="no format"):
        format_of_file(Format.table, Path("a.xls"))


@pytest.mark.parametrize("width", [80, 120])
def test_a_result_on_a_screen_has_both_ends_and_the_unit(width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """No end of an interval without the other, and no number without its unit, however long the arms are called."""
    said = [["own circulation", "embargo + integration", "47.39", "42.09", "53.29", "%"],
            ["policy size that makes whole", "embargo + integration", "0.07", "–", "–", "dose"]]  # fmt: skip
    frame = ends_in_brackets(pd.DataFrame(said, columns=["number", "arm", "value", "low", "high", "unit"]))
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", str(width))
    shown = output._rich(frame, "Result", [], 2)
    assert "[42.09, 53.29]" in shown
    assert "dose" in shown
    assert "Not on this screen" not in shown


def test_a_text_on_a_screen_is_whole_or_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "80")
    frame = pd.DataFrame({"name": ["a"], "title": ["word " * 30], "source": ["text " * 100]})
    shown = output._rich(frame, "", [], 4)
    assert shown.count("word") == 30
    assert "…" not in shown
    assert "Not on this screen: source." in shown


def test_whole_numbers_have_no_decimals_and_what_never_ends_is_a_sign() -> None:
    frame = pd.DataFrame({"week": [5.0, np.nan], "days": [np.inf, 3.5], "share": [0.5, 1.0]})
    assert output._cells(frame, 4)[1] == [["5", "∞", "0.5000"], ["–", "3.5000", "1.0000"]]
