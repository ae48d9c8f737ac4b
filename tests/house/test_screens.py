"""Documented commands that only read bundled tables run, and what they print fits screens of 80 and of 120 columns."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pytest
from rich.cells import cell_len

from tests.house.test_docs_pages import LINES, OUTLINES
from xunhuan.faces import output
from xunhuan.faces.cli import main
from xunhuan.faces.rooms import ROOMS

pytestmark = pytest.mark.house

READ = {"cite", "check", "docs", "explain", "history", "lists", "models", "scenarios", "tables", *ROOMS["measures"]}
"""Commands that only read what is bundled, in about a second."""
WRITES = {"-o", "--log", "--open", "--picture", "--raw", "--satellite"}


def only_reads(words: list[str]) -> bool:
    """Whether a line asks bundled tables alone and leaves nothing behind."""
    yours = {"TABLE", "NAME", "MINE", *(w for w in words if w.endswith((".toml", ".nc")) or w.startswith("results/"))}
    return words[0] in READ and not (WRITES | yours) & set(words)


def screened(df: pd.DataFrame, title: str, notes: Sequence[str], digits: int) -> str:
    """A table as screens of 80 and of 120 columns show it: no line is wider, what the next command asks for and every number
    are whole, and what finds no room is named."""
    numeric, cells = output._cells(df, digits)
    text = ""
    for width in (80, 120):
        with pytest.MonkeyPatch.context() as here:
            here.setattr("sys.stdout.isatty", lambda: True)
            here.setenv("COLUMNS", str(width))
            text = re.sub(r"\x1b\[[\d;]*m", "", WHOLE(df, title, notes, digits))
        rows = [line for line in text.splitlines() if line[:1] in "┏┡│└"]
        assert max(map(cell_len, rows), default=0) <= width
        bare = [[c.replace("\\[", "[") for c in row] for row in cells]
        first = {line.split("│")[1].strip() for line in rows if line.startswith("│")}
        assert {row[0].strip() for row in bare} <= first | {""}
        left = re.findall(r"Not on this screen: (.*?)\. Whole", text.replace("\n", " "))
        gone = {name for names in left for name in names.split(", ")}
        kept = [n for n, name in enumerate(df.columns) if numeric[n] and str(name) not in gone]
        assert [c for row in bare for c in (row[n] for n in kept) if c not in text] == []
    return text


WHOLE = output._rich


READING = {line: words for line, words in LINES.items() if line not in OUTLINES and only_reads(words)}
FIRST_OF_A_KIND = {(words[0], *words[1:2]): line for line, words in reversed(READING.items())}
"""One line of each command on each table; those on toyland are run beside what the pages say."""


@pytest.mark.slow
@pytest.mark.parametrize("line", [line for line in FIRST_OF_A_KIND.values() if "toyland" not in line])
def test_commands_that_read_run_and_fit_screens(line: str, capsys: pytest.CaptureFixture[str], tmp_path: Path,
                                                monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(output, "_rich", screened)
    assert main(LINES[line]) == 0
    assert capsys.readouterr().out
    assert not list(tmp_path.iterdir())
