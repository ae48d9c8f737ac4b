"""Every documented command runs, in Chinese, and what it prints fits screens of 80 and of 120 columns: an answer is worked
out once and printed at both widths. No sentence is left in English, and no page of help is wider than the screen.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from rich.cells import cell_len

from tests.conftest import TOY
from tests.helpers.heads import unexplained
from tests.house.test_docs_pages import LINES, OUTLINES
from xunhuan.data.toyland import toyland
from xunhuan.faces import output, recording
from xunhuan.faces.cli import main
from xunhuan.faces.commands import listed, short_forms
from xunhuan.faces.speaking import language_spoken, speak
from xunhuan.scenario.record import open_result

pytestmark = pytest.mark.house

WIDTHS = (80, 120)
ELSEWHERE = {
    "serve": "runs until it is stopped: tests/web", "fetch": "asks the network: tests/read",
    "build": "needs the raw inputs: tests/build", "import": "needs files of other programs: tests/read",
    "rivalry": "plays its games for minutes: tests/models/rivalry",
}  # fmt: skip
"""Commands that cannot run as they are written, why, and where what they do is tested."""
ALONE = {"explain", "lists", "docs", "models", "scenarios", "tables", "cite", "demo"}
"""Commands that say something without a word after them."""
BEYOND = ("--raw", "--open", "--picture", "--brief", "--overlay", "--compliance", "--guess", "--add")
"""What needs raw inputs, a browser, files of the reader's or minutes; other lines of the same commands are run."""
SHORTER = {"sweep": ("--links", "2", "--days", "7", "--workers", "1")}
"""What makes a run short; its table has the same columns."""


DEAR = {"report", "docs", "coalition", "barriers", "market-risk"}
"""Commands whose lines print alike and take long: one line of each kind of file."""


def kind(words: list[str]) -> tuple[str, ...]:
    """Lines of one kind print alike: of a command the first word after it, and what the rows are; of Toyland, where answers
    cost nothing, each line is its own."""
    if "toyland" in words:
        return tuple(words)
    by = words[words.index("--by") + 1] if "--by" in words and words[0] not in DEAR else ""
    model = words[words.index("--model") + 1] if "--model" in words else ""
    file = Path(words[words.index("-o") + 1]).suffix if "-o" in words else ""
    first = "results" if words[1:] and words[1].startswith("results/") else "".join(words[1:2])
    first = "" if words[0] in DEAR else first
    return words[0], first, by, model, file


def runs(line: str, words: list[str]) -> bool:
    """Whether a line can run here, once what is the reader's is replaced."""
    if words[0] in ELSEWHERE or set(BEYOND) & set(words) or words[1:2] == ["FILE"] or "NAME" in words:
        return False
    drawn = words[0] == "figure" and ("-o" in words or "all" in words)
    return not drawn and (line not in OUTLINES or words in ([w] for w in ALONE))


RUN = {kind(words): line for line, words in reversed(LINES.items()) if runs(line, words)}
"""One line of each kind."""
ENGLISH = re.compile(r"(?<![\w.-])(?:[A-Za-z]{3,} ){2}[a-z]{2,}")
"""Words that make a sentence, or a part of one."""
AS_WRITTEN = {"cite", "docs"}
"""Commands whose answer is a reference, or a page in the language asked for."""


def test_every_documented_command_is_run() -> None:
    assert {name for name, *_ in RUN} | set(ELSEWHERE) == set(listed() | short_forms())
    assert len(RUN) > 100


def screened(df: pd.DataFrame, title: str, notes: Sequence[str], digits: int) -> str:
    """A table as screens of both widths show it: no line is wider, what the next command asks for and every number are
    whole, and what finds no room is named."""
    numeric, cells = output._cells(df, digits)
    text = ""
    for width in WIDTHS:
        with pytest.MonkeyPatch.context() as here:
            here.setattr("sys.stdout.isatty", lambda: True)
            here.setenv("COLUMNS", str(width))
            text = re.sub(r"\x1b\[[\d;]*m", "", WHOLE(df, title, notes, digits))
        rows = [line for line in text.splitlines() if line[:1] in "┏┡│└"]
        assert [line for line in text.splitlines() if cell_len(line) > width and "://" not in line] == []
        bare = [[c.replace("\\[", "[") for c in row] for row in cells]
        first = {line.split("│")[1].strip() for line in rows if line.startswith("│")}
        if not df.attrs.get("tight"):  # where a text that is no name stands first, in lines
            assert {row[0].strip() for row in bare} <= first | {""}
        left = re.findall(r"屏幕未显示：(.*?)。用", text.replace("\n", ""))
        gone = {name for names in left for name in names.split("、")}
        kept = [n for n, name in enumerate(df.columns) if numeric[n] and str(name) not in gone]
        assert [c for row in bare for c in (row[n] for n in kept) if c not in text] == []
        PRINTED.append(width)
    return text


WHOLE = output._rich
PRINTED: list[int] = []
"""Widths at which a line printed its tables."""


def in_place(words: list[str], result: Path) -> Iterator[str]:
    """The words of a line with what is there in place of what is the reader's."""
    there = {"TABLE": "toyland", "MINE": "toyland", "JOBS.csv": "jobs.csv", "co2.csv": "co2.csv", "my.toml": str(TOY)}
    there |= {"NORTH=A+B": "NORTH=AT-N+AT-E", "WORD": "wedge", "COLUMN": "wedge"}
    for k, word in enumerate(words):
        if word.startswith("results/") and words[k - 1] != "-o":
            yield str(result)
        else:
            yield word if words[0] == "new" else there.get(word, word)


def files_of_the_readers() -> None:
    """What lines of Toyland name: numbers by region and sector, and sectors in groups."""
    acc = toyland()
    lines = [f"{r},{s},{n + 1}" for n, r in enumerate(acc.geography.codes) for s in acc.sectors.codes]
    Path("docs").mkdir()
    Path("jobs.csv").write_text(
        "\n".join(["region,sector,jobs,CO2", *(f"{x},2" for x in lines)]) + "\n", encoding="utf-8"
    )
    Path("co2.csv").write_text("\n".join(["region,sector,CO2", *lines]) + "\n", encoding="utf-8")
    Path("map.csv").write_text("code,group\nFAR,GOODS\nMAN,GOODS\nSER,SERVICES\n", encoding="utf-8")


@pytest.mark.slow
@pytest.mark.parametrize("line", RUN.values(), ids=[" ".join(filter(None, k)) for k in RUN])
def test_documented_commands_run_and_fit_screens(
    line: str, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    toy_result: Path, library_result: Callable[[str], Path],
) -> None:  # fmt: skip
    """Results of scenarios are those that other tests of the session read."""
    monkeypatch.chdir(tmp_path)
    files_of_the_readers()
    PRINTED.clear()
    tables: list[pd.DataFrame] = []
    plain, told = recording.record, output._in_words

    def made(layers: Any, out: Path, *_: object) -> Any:
        """The result that a run of the same scenario left; where none has run, that run prints nothing here."""
        if layers.name == TOY.stem:
            return open_result(toy_result)
        said, lang = capsys.readouterr(), language_spoken()
        with pytest.MonkeyPatch.context() as apart:
            apart.setattr(recording, "record", plain)
            apart.setattr(output, "_rich", WHOLE)
            apart.setattr(output, "_in_words", told)
            path = library_result(layers.name)
        capsys.readouterr()
        sys.stdout.write(said.out)
        sys.stderr.write(said.err)
        speak(lang)
        return open_result(path)

    monkeypatch.setattr(output, "_rich", screened)
    monkeypatch.setattr(output, "_in_words", lambda df, *rest, **more: (tables.append(df), told(df, *rest, **more))[1])
    monkeypatch.setattr(recording, "record", made)
    words = [*in_place(LINES[line], toy_result), *SHORTER.get(LINES[line][0], ())]
    assert main(["--lang", "zh", *words]) == 0
    said = capsys.readouterr()
    assert "错误" not in said.err
    assert said.out or list(tmp_path.iterdir())
    for df in tables if "toyland" in words else ():
        assert unexplained(df.columns, df.attrs.get("room", ""), df.attrs.get("headings")) == []
    assert list(WIDTHS) * (len(PRINTED) // 2) == PRINTED
    if "┃" in said.out:
        assert PRINTED
    # The scenario of the reader's own has its title and arms as they are written.
    if words[0] not in AS_WRITTEN and not {"csv", "json", "md", "tex", "--all", str(TOY)} & set(words):
        lines = (said.out + said.err).splitlines()
        assert [x for x in lines if ENGLISH.search(re.sub("xunhuan [a-z].*", "", x))] == []
        if words[0] != "query":  # its headings are what SQL calls them
            assert [
                x for x in lines if x.startswith("┃") and re.search("[a-z]{3}", re.sub("（[^）]*）", "", x))
            ] == [], "a column without a heading"


@pytest.mark.parametrize("command", sorted(listed() | short_forms()))
def test_a_page_of_help_fits_a_screen(
    command: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for lang, width in (("en", 80), ("zh", 80), ("zh", 120)):
        monkeypatch.setenv("COLUMNS", str(width))
        assert main(["--lang", lang, command, "--help"]) == 0
        page = capsys.readouterr().out
        assert [line for line in page.splitlines() if cell_len(line) > width] == []
