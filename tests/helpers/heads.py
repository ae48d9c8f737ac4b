"""Headings of tables on pages, and columns that nothing explains."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator

from xunhuan.faces import columns

_THEAD, _TH = re.compile(r"<thead>(.*?)</thead>", re.S), re.compile(r"<th\b([^>]*)>(.*?)</th>", re.S)


def unexplained(names: Iterable[object], room: str = "", headings: dict[str, str] | None = None) -> list[str]:
    """Columns of a table that have no entry, neither by their names nor by what stands over them."""
    over = headings or {}
    told = ((str(n), over.get(str(n), str(n))) for n in names)
    return [n for n, h in told if not any((columns.column(n, room), columns.column(h, room), columns.heading(h)))]


def without_a_tip(page: str) -> Iterator[str]:
    """Headings of columns of a report that do not say what they mean."""
    for attributes, said in (cell for head in _THEAD.findall(page) for cell in _TH.findall(head)):
        if said and "title=" not in attributes:
            yield html.unescape(said)
