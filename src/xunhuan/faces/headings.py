"""A table as people read it on a screen: one name of each thing, headings and words in the language spoken, notes that call
columns as they are headed. Files keep every column, by its own name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from xunhuan.faces.speaking import in_my_words, language_spoken

if TYPE_CHECKING:
    import pandas as pd

    from xunhuan.data.accounts import Accounts

_OF_MEASURES = ("circuit", "factor")
"""Columns that hold names of quantities."""
_GROUPS = ("group",)
"""Columns that hold named groups of sectors."""


def names_known(acc: Accounts) -> dict[str, str]:
    """English names of the table's places and sectors, and their Chinese."""
    known = dict(zip(acc.sectors.names_en, acc.sectors.names_zh, strict=True))
    places = (*acc.geography.codes, *acc.geography.nation, *acc.geography.clusters)
    known |= {acc.geography.name(c): acc.geography.name(c, "zh") for c in dict.fromkeys(places)}
    return {english: chinese for english, chinese in known.items() if english and chinese}


def table_said(acc: Accounts) -> str:
    """Of which table and year an answer is, before what was asked."""
    return f"{acc.name}, {acc.year}: " if language_spoken() == "en" else f"{acc.name}，{acc.year}年："


def group_named(group: str) -> str:
    """A named group of sectors in Chinese, with the name to be written after it; as it is where there is no word for it."""
    from xunhuan.faces import words

    return f"{words.of('zh')(f'sectors_{group}')}（{group}）" if words.known(f"sectors_{group}") else group


def one_name(df: pd.DataFrame) -> pd.DataFrame:
    """A table with one name of each thing, `X_name`: of `X_name_en` and `X_name_zh` that in the language spoken; where there
    is no Chinese, what `attrs["known"]` says. `attrs["named"]` tells which columns hold names.

    >>> import pandas as pd
    >>> told = one_name(pd.DataFrame({"region": ["AT-N"], "name_en": ["Northmark"], "name_zh": ["北境"], "gdp": [461.0]}))
    >>> list(told.columns), told.attrs["named"]
    (['region', 'name', 'gdp'], ('name',))
    """
    kept, zh = dict(df.attrs), language_spoken() == "zh"
    mine, other = ("name_zh", "name_en") if zh else ("name_en", "name_zh")
    both = [c.removesuffix(mine) for c in map(str, df.columns) if c.endswith(mine)]
    df = df.drop(columns=[c + other for c in both if c + other in df])
    ends = {str(c): re.sub("name_(en|zh)$", "name", str(c)) for c in df.columns}
    df = df.rename(columns={c: end for c, end in ends.items() if end == c or end not in df})
    named = [c for c in map(str, df.columns) if c == "name" or c.endswith(("_name", "name_en", "name_zh"))]
    known: Mapping[str, str] = kept.get("known", {})
    if zh and known:
        df = df.assign(**{c: [known.get(str(v), v) for v in df[c]] for c in named})
    df.attrs = {**kept, "named": tuple(named)}
    return df


def headed(df: pd.DataFrame, notes: Sequence[str]) -> tuple[pd.DataFrame, Sequence[str]]:
    """A table with headings and words in Chinese, and its notes with columns called as they are headed."""
    from xunhuan.faces import words

    kept = dict(df.attrs)
    room, heads = str(kept.get("room", "")), kept.get("headings", {})  # where a column's name is another's
    named = {str(c): _heading(str(heads.get(c, c)), room, c in heads) for c in df.columns}
    others = {str(c): _heading(str(h), room, True) for c, h in heads.items() if c not in named}
    notes = [_by_headings(n, others | named, room) for n in notes]
    df = df.rename(columns=named)
    written = [n for n, c in enumerate(named) if c in kept.get("names", ())]  # what the next command asks for
    for n, column in enumerate(named):
        if column in kept.get("quoted", ()):  # told as it stands elsewhere
            continue
        if df.dtypes.iloc[n].kind == "O" or str(df.dtypes.iloc[n]) == "str":
            as_written = words.listed_in_chinese if n in written else partial(_value, room=room)
            tell = words.heading if column in _OF_MEASURES else group_named if column in _GROUPS else as_written
            df.isetitem(n, df.iloc[:, n].map(lambda v, t=tell: t(v) if isinstance(v, str) else v).to_numpy())
    moved: dict[str, object] = {
        key: tuple(named.get(str(w), w) for w in kept.get(key, ())) for key in ("written", "named")
    }
    df.attrs = kept | moved
    return df, notes


def _heading(column: str, room: str, quantity: bool) -> str:
    """What a column is called, or what stands for it; a quantity by the data dictionary where that knows it."""
    from xunhuan import symbols
    from xunhuan.faces import words

    if column.endswith(" 90%"):
        return f"{_heading(column.removesuffix(' 90%'), room, True)}90%"
    if quantity and (known := symbols.symbol_title(column, "zh")) != column:
        return known
    said = _named_already(column, room) or in_my_words(column)
    return words.heading(column, room=room) if said == column else said


def _value(said: str, room: str) -> str:
    """A word in a column; a code that the room has words for is told with them, since it is what is to be written."""
    from xunhuan.faces import words

    called = words.of_room(room, said, "zh") if room and said.isascii() and said.islower() else ""
    return f"{called}（{said}）" if called else words.listed_in_chinese(in_my_words(said))


def _named_already(column: str, room: str) -> str:
    """What a room calls a column of its table; of other tables what the data dictionary calls a measure whose name is some
    room's word for another thing. Empty where neither has a word."""
    from xunhuan import symbols
    from xunhuan.faces import words
    from xunhuan.models import registry

    if room:
        told = words.of_room(room, f"column_{column}", "zh")
        return told or next((f"{w}（{c}）" for w, c in _under_choices(column, room)), "")
    known = symbols.symbol_title(column, "zh")
    return known if known != column and any(column in m.words for m in registry.models().values()) else ""


def _under_choices(column: str, room: str) -> Iterator[tuple[str, str]]:
    """What a room calls a column that there is one of for each choice, `loss_ratings`, and the choice as it is written."""
    from xunhuan.faces import words

    for k in (k for k, sign in enumerate(column) if sign == "_"):
        what, choice = words.of_room(room, f"column_{column[:k]}", "zh"), column[k + 1 :]
        if what and words.of_room(room, f"choice_{choice}", "zh"):
            yield what, choice


_NAME = r"(?<![\w.`/=:\[-]){}(?![\w.`/=(\[-])"
_COLUMN, _CHINESE = re.compile("[a-z][a-z_0-9]+"), re.compile("[\u4e00-\u9fff]")
_COMMAND = re.compile(r"(xunhuan [ -~]+)")
_OTHERS = re.compile(_NAME.format(r"([a-z][a-z0-9]*(?:_[a-z0-9]+)+)(?! ?\w+=)"), re.ASCII)
"""Names of quantities that are no column of the table, such as the parts that one of its columns is a sum of."""


def _by_headings(note: str, named: Mapping[str, str], room: str) -> str:
    """A note with quantities called as they are headed; commands and formulas stay."""
    if not _CHINESE.search(note):
        return note
    if len(parts := _COMMAND.split(note)) > 1:
        return "".join(p if k % 2 else _by_headings(p, named, room) for k, p in enumerate(parts))
    told = sorted((c for c, n in named.items() if c != n and _COLUMN.fullmatch(c)), key=len, reverse=True)
    if told:
        found = re.compile(_NAME.format(f"({'|'.join(told)})"), re.ASCII)
        note = found.sub(lambda m: named[m[1]], note)
    return _OTHERS.sub(lambda m: _quantity(m[1], room), note)


def _quantity(name: str, room: str) -> str:
    """What the room or the data dictionary calls a quantity; what is written in commands stays as it is written."""
    from xunhuan import symbols
    from xunhuan.faces import words
    from xunhuan.models import registry

    if name in registry.edits():
        return name
    return (words.of_room(room, f"column_{name}", "zh") if room else "") or symbols.symbol_title(name, "zh")
