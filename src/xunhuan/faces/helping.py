"""Help, and what is wrong with a line as it is written, in the language of the command line.

Typer writes English; where Chinese is spoken its page is written here, by cells of the screen: a Chinese sign takes two.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from typer.core import TyperGroup

from xunhuan.faces.speaking import in_my_words, language_spoken

_Context: type[Any] = TyperGroup.context_class
_Formatter: type[Any] = _Context.formatter_class
_PIECES = re.compile(r"[^\s\u2e80-\uffef“”‘’…—·]+|[\u2e80-\uffef“”‘’…—·]|\s+")
_CLOSING = "，。；：、！？）】》”’…—"
_OPENING = "（【《“‘"
_EXTRA = re.compile(r"^(.*?)(?:  )?\[((?:default: |required|(?:[^\s\[\]]+<=?)?x[<>]?=?)[^\[\]]*)\]$", re.S)
_KINDS = {"<list[str]>": "<文本>", "<str>": "<文本>", "<int>": "<整数>", "<float>": "<数值>", "<path>": "<路径>",
          "<int range>": "<整数>", "<float range>": "<数值>"}  # fmt: skip
_USAGE = {"[OPTIONS]": "[选项]", "COMMAND": "命令", "[ARGS]...": "[参数]..."}


class Context(_Context):  # type: ignore[misc]
    """The context of a command whose help speaks the language of the command line."""

    def make_formatter(self) -> Any:
        """What writes a page of help."""
        if language_spoken() == "en":
            return super().make_formatter()
        return Chinese(width=self.terminal_width, max_width=self.max_content_width)


class Chinese(_Formatter):  # type: ignore[misc]
    """A page of help in Chinese."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """How a command is written."""
        args = " ".join(_USAGE.get(a, a) for a in args.split())
        self.write(f"用法：{prog} {args}\n")

    def write_heading(self, heading: str) -> None:
        """The name of a part of the page."""
        self.write(f"{' ' * self.current_indent}{in_my_words(heading)}：\n")

    def write_text(self, text: str) -> None:
        """Paragraphs, those marked by a backspace as they are."""
        said = []
        for part in text.split("\n\n"):
            if part.startswith("\b"):
                said.append([line[2:].rstrip() for line in part.split("\n")[1:]])
            else:
                said.append(list(lines_of_cells(in_my_words(" ".join(part.split())), self.width - self.current_indent)))
        lead = " " * self.current_indent
        self.write("\n\n".join("\n".join(lead + line for line in lines) for lines in said) + "\n")

    def write_dl(self, rows: Sequence[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        """What can be given, and what it is."""
        from rich.cells import cell_len

        made = [(_kinds(first), _told(second)) for first, second in rows]
        column = min(max((cell_len(first) for first, _ in made), default=0), col_max) + col_spacing
        lead = " " * self.current_indent
        for first, second in made:
            lines = list(lines_of_cells(second, max(self.width - column - 2, 10)))
            short = cell_len(first) <= column - col_spacing
            self.write(f"{lead}{first}{' ' * (column - cell_len(first)) if short and lines else ''}")
            self.write(f"{lines.pop(0)}\n" if short and lines else "\n")
            self.write("".join(f"{lead}{' ' * column}{line}\n" for line in lines))


def _kinds(first: str) -> str:
    for english, chinese in _KINDS.items():
        first = first.replace(english, chinese)
    return first


def _told(second: str) -> str:
    """What an option is, its default and its range, in Chinese."""
    found = _EXTRA.match(second)
    if found is None:
        return in_my_words(second)
    extra = found[2].replace("default: ", "默认：").replace("required", "必填").replace("; ", "；")
    return f"{in_my_words(found[1].strip())}[{extra}]"


def lines_of_cells(text: str, width: int) -> Iterator[str]:
    """Lines of a text no wider than so many cells: Chinese breaks anywhere but before what closes and after what opens.

    >>> list(lines_of_cells("由China到境外的贸易，按年。", 12))
    ['由China到境', '外的贸易，按', '年。']
    """
    from rich.cells import cell_len

    pieces: list[str] = []
    for piece in _PIECES.findall(text):
        if pieces and (piece in _CLOSING or pieces[-1][-1] in _OPENING):
            pieces[-1] += piece
        else:
            pieces.append(piece)
    line, used = "", 0
    for piece in pieces:
        if line and used + cell_len(piece.rstrip()) > width:
            yield line.rstrip()
            line, used = "", 0
        if line or piece.strip():
            line, used = line + piece, used + cell_len(piece)
    if line.strip():
        yield line.rstrip()


def over_lines(command: str, width: int = 74) -> list[str]:
    """A command on lines that fit a narrow screen, ended as a shell reads on; broken before options only.

    >>> over_lines("xunhuan sweep world-2017 --by link --days 90", 36)[1]
    '  --days 90'
    """
    lines = [""]
    for piece in re.split(" (?=--)", command):
        joined = f"{lines[-1]} {piece}" if lines[-1] else piece
        if lines[-1] and len(joined) + 2 > width:
            lines = [*lines[:-1], f"{lines[-1]} \\", f"  {piece}"]
        else:
            lines[-1] = joined
    return lines


def usage_said(error: Any) -> str | None:
    """What is wrong with a line as it is written, in Chinese; None where Typer says it, in English or by a page of help."""
    if language_spoken() == "en" or type(error).__name__ == "NoArgsIsHelpError":
        return None
    said = in_my_words(" ".join(error.format_message().split()))
    ctx = getattr(error, "ctx", None)
    head = f"{ctx.get_usage()}\n请用“{ctx.command_path} --help”查看说明。\n\n" if ctx is not None else ""
    return f"{head}错误：{said}"
