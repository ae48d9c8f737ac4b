"""The examples of docs/measures.md run."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from xunhuan.faces.cli import main

pytestmark = pytest.mark.house

PAGE = (Path(__file__).parents[2] / "docs" / "measures.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", PAGE, flags=re.S)
COMMANDS = [line for kind, text in BLOCKS if kind == "console" for line in text.strip().splitlines()]


@pytest.mark.parametrize("line", COMMANDS)
def test_commands_of_the_page(line: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(shlex.split(line)[1:]) == 0
    said = capsys.readouterr()
    assert "Definition: " in said.out + said.err
    assert "error" not in said.err


def test_python_of_the_page() -> None:
    blocks = [text for kind, text in BLOCKS if kind == "python"]
    assert blocks
    for text in blocks:
        exec(compile(text, "docs/measures.md", "exec"), {})
