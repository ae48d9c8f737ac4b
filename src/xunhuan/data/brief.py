"""What accounts, responses and results say of themselves: ten lines at a prompt, a table in a notebook."""

from __future__ import annotations

import html
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any
from unicodedata import east_asian_width

if TYPE_CHECKING:
    import xarray as xr

    from xunhuan.data.accounts import Accounts

_LINES, _WIDTH = 10, 100
"""Lines at a prompt, the title's among them, and their length; a notebook has no more of them."""

BriefRows = tuple[str, list[tuple[str, str]]]
"""A title, and what is told beneath it: label and text."""


_SAID: list[Callable[[str], str]] = []


_MEANT: list[Callable[[str], str]] = []


def said_by(say: Callable[[str], str], means: Callable[[str], str] | None = None) -> None:
    """Let labels and texts be said by `say`, as in another language, and labels in notebooks tell what they mean where
    `means` knows; the package's first line of use does so."""
    _SAID[:] = [say]
    _MEANT[:] = [] if means is None else [means]


def _say(text: str) -> str:
    return _SAID[0](text) if _SAID else text


def _cells(text: str) -> int:
    """Places of a screen that a text takes: a Chinese sign has two."""
    return sum(2 if east_asian_width(c) in "WF" else 1 for c in text)


class Brief(ABC):
    """Base of what shows itself in ten lines, and as a table in notebooks."""

    @abstractmethod
    def _brief(self) -> BriefRows:
        """A title and what is told beneath it."""

    def _told(self) -> BriefRows:
        title, rows = self._brief()
        return _say(title), [(_say(label), _say(text)) for label, text in _few(rows)]

    def __repr__(self) -> str:
        title, rows = self._told()
        wide = max((_cells(label) for label, _ in rows), default=0)
        lines = [title, *(f"  {label}{' ' * (wide - _cells(label))}  {text}" for label, text in rows)]
        return "\n".join(map(_cut, lines))

    def _repr_html_(self) -> str:
        title, rows = self._told()
        left = 'style="text-align:left"'
        told = [(_tip(label), html.escape(label), html.escape(text)) for label, text in rows]
        cells = "".join(f"<tr><th {left}{tip}>{label}</th><td {left}>{text}</td></tr>" for tip, label, text in told)
        return f"<table><caption>{html.escape(title)}</caption>{cells}</table>"


def _tip(label: str) -> str:
    """The attribute that says what a label means to who points at it."""
    meaning = _MEANT[0](label) if _MEANT and label else ""
    return f' title="{html.escape(meaning)}"' if meaning else ""


def _cut(line: str) -> str:
    if _cells(line) <= _WIDTH:
        return line
    while _cells(line) > _WIDTH - 2:
        line = line[:-1]
    return f"{line} …"


def _few(rows: list[tuple[str, str]]) -> list[tuple[str, str]]:
    most = _LINES - 1
    return rows if len(rows) <= most else [*rows[: most - 1], ("", f"and {len(rows) - most + 1} more")]


def several(names: Iterable[str], most: int = 6) -> str:
    """Some names, and how many more there are.

    >>> several("abcd", 2)
    'a, b and 2 more'
    """
    every = list(names)
    more = len(every) - most
    return ", ".join(every) if more <= 0 else f"{', '.join(every[:most])} and {more} more"


def of_accounts(acc: Accounts) -> BriefRows:
    """A table: its regions, sectors, size, versions and source."""
    g, s = acc.geography, acc.sectors
    inside = [c for c, n in zip(g.codes, g.nation, strict=True) if n == acc.home]
    rows = [
        ("regions", f"{acc.R}: {several(g.codes)}"),
        ("home", f"{acc.home}, {len(inside)} regions" + (f"; open: {', '.join(g.open)}" if g.open else "")),
        ("sectors", f"{acc.S}: {several(s.codes)}"),
        ("final, value added", f"{several(acc.categories, 3)}; {several(acc.components, 3)}"),
        ("GDP", f"{acc.gdp.sum():,.0f}, of home {acc.gdp[[g.codes.index(c) for c in inside]].sum():,.0f} {acc.unit}"),
        ("clusters", several(g.clusters) or "none"),
        ("versions", str(acc.draws) if acc.posterior is not None else "one"),
        ("source", acc.source or "not told"),
        ("digest", acc.answer_digest[:12]),
    ]
    return f"Accounts {acc.name}, {acc.year}, {acc.unit}: {acc.title}", rows


def of_response(
    acc: Accounts, detail: xr.Dataset, ended: str, path: xr.Dataset | None, notes: Iterable[str]
) -> BriefRows:
    """A model's answer: how it ended, its first numbers by region, what else there is."""
    rows = [("ended", ended), *((f"note {k + 1}", n) for k, n in enumerate(list(notes)[:1]))]
    numbers = {str(n): v for n, v in detail.data_vars.items() if v.dtype.kind == "f" and v.size}
    by_region = [n for n, v in numbers.items() if v.dims == ("region",)][:4] or list(numbers)[:4]
    rows += [(n, _range(numbers[n])) for n in by_region]
    if path is not None:
        rows.append(("path", f"{several(map(str, path.data_vars), 4)} by {', '.join(map(str, path.sizes))}"))
    if len(detail.data_vars) > len(by_region):
        rows.append(("detail", several(str(n) for n in detail.data_vars if n not in by_region)))
    return f"Response: {acc.name}, {acc.year}, {acc.R} regions, {acc.S} sectors", rows


def _range(v: Any) -> str:
    values, named = v.to_numpy(), v.dims[0] if len(v.dims) == 1 and v.dims[0] in v.coords else None
    ends = []
    for k in (values.argmin(), values.argmax()):
        at = f" ({v[named].to_numpy()[k]})" if named is not None else ""
        ends.append(f"{values.flat[k]:.4g}{at}")
    return f"{ends[0]} to {ends[1]}, {v.attrs.get('unit', '')}: {v.attrs.get('definition', '')}".rstrip(" :,")
