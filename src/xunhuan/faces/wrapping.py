"""Lines of Chinese on a screen: broken between characters, never inside a word or a number, nor before what closes."""

from __future__ import annotations

import re

_CHINESE = re.compile("[\u4e00-\u9fff]")
_PIECES = re.compile("\\s+|[^\\s\u2e80-\u9fff\uff00-\uffef“”‘’]+|.", re.DOTALL)
_CLOSES, _OPENS = "，。、；：？！）”’》％", "（“‘《"


def broken_into_lines(text: str, width: int) -> str:
    """A text in lines of so many columns; one without Chinese stays as it is, and a word longer than a line in one.

    >>> broken_into_lines("地区生产总值（GDP）按最终购买地划分。", 16).split("\\n")
    ['地区生产总值', '（GDP）按最终购', '买地划分。']
    >>> broken_into_lines("no Chinese in it", 4)
    'no Chinese in it'
    """
    from rich.cells import cell_len

    if not _CHINESE.search(text):
        return text
    pieces = list[str]()
    for piece in _PIECES.findall(text):  # what closes goes with what is before it, what opens with what comes after
        joins = pieces and (piece in _CLOSES or pieces[-1][-1] in _OPENS)
        pieces[-1:] = [pieces[-1] + piece] if joins else [*pieces[-1:], piece]
    lines, used = [""], 0
    for piece in pieces:
        long = cell_len(piece)
        if used + cell_len(piece.rstrip()) > width and lines[-1]:
            lines, used, piece = [*lines, ""], 0, piece.lstrip()
            long = cell_len(piece)
        lines[-1] += piece
        used += long
    return "\n".join(line.rstrip() for line in lines)
