"""What columns of tables hold, in both languages: families of columns.toml, with title, unit and source of each
column from the data dictionary; for `xunhuan explain`, tooltips of headings and the docs."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from typing import Any

from xunhuan import symbols
from xunhuan.faces import glossary, words
from xunhuan.faces.glossary import Pair, Term

_UNITS: dict[str, Pair] = {
    "value": ("the table's unit of money", "表的货币单位"), "share": ("share, 0.1 is 10%", "比重，0.1即10%"),
    "rate": ("rate, 0.1 is 10%", "比率，0.1即10%"), "ratio": ("ratio", "比值"), "index": ("index", "指数"),
    "elasticity": ("elasticity", "弹性"),
}  # fmt: skip
"""What pages say with a sign, in words; of other units what `symbols.UNITS` says."""


@dataclass(frozen=True)
class Family:
    """Columns that one text explains: the term, its columns, a formula for all ("") or of each, a source of all."""

    term: Term
    columns: tuple[str, ...]
    formulas: Mapping[str, Pair]
    source: str = ""
    also: tuple[str, ...] = ()

    def of(self, column: str) -> Term:
        """The entry of one of its columns: title, unit and source by the data dictionary."""
        symbol = symbols.SYMBOLS.get(column)
        source = symbol.source if symbol is not None and symbol.source not in ("", "table") else self.source
        entry = replace(
            self.term, columns=(column,), formula=self.formulas.get(column, self.formulas.get("", ("", ""))),
            source=source, unit=("", "") if symbol is None else _unit(symbol.unit),
        )  # fmt: skip
        if symbol is None or column == self.term.key:
            return entry
        titles = symbol.title, symbol.title_zh
        means = (f"{self.term.en[0]}. {self.term.en[1]}", f"{self.term.zh[0]}。{self.term.zh[1]}")
        same = titles[0] == self.term.en[0]
        return replace(
            entry, key=column, en=(titles[0], self.term.en[1] if same else means[0]),
            zh=(titles[1], self.term.zh[1] if titles[1] == self.term.zh[0] else means[1]),
        )  # fmt: skip


def _unit(name: str) -> Pair:
    known = symbols.UNITS.get(name)
    return _UNITS.get(name, ("", "") if known is None else (known.title, known.title_zh))


@cache
def families() -> tuple[Family, ...]:
    """Every family, in the order of its file."""
    raw = tomllib.loads((resources.files("xunhuan.faces") / "columns.toml").read_text(encoding="utf-8"))
    return tuple(_family(key, told) for key, told in raw.items())


def _family(key: str, told: Mapping[str, Any]) -> Family:
    formula = told.get("formula", {})
    formulas = {k: _both(f) for k, f in (formula if isinstance(formula, dict) else {"": formula}).items()}
    term = Term(key, tuple(told["en"]), tuple(told["zh"])) if "en" in told else glossary.terms()[key]
    return Family(term, tuple(told["columns"]), formulas, told.get("source", ""), tuple(told.get("also", ())))


def _both(formula: str | list[str]) -> Pair:
    """A formula that has words in each language, or signs alone."""
    return (formula, formula) if isinstance(formula, str) else (formula[0], formula[1])


@cache
def _by_column() -> dict[str, Term]:
    return {column: f.of(column) for f in families() for column in f.columns}


@cache
def _by_heading() -> dict[str, Term]:
    """Entries by what pages call the columns."""
    out: dict[str, Term] = {}
    for f in families():
        for name in (*f.also, f.term.en[0], f.term.zh[0]):
            out.setdefault(
                name.casefold(), replace(f.of(f.columns[0]), key=f.term.key) if len(f.columns) == 1 else f.term
            )
    for name, entry in _of_models():
        out.setdefault(name.casefold(), entry)
    for column, entry in _by_column().items():
        for name in (*_titles(column), *entry.also):
            out.setdefault(name.casefold(), entry)
    return out


def _of_models() -> list[tuple[str, Term]]:
    """Columns that are a whole model's, beside other models."""
    from xunhuan.models import registry

    made = []
    for m in registry.models().values():
        named = m.words.get("column", m.words.get("title"))
        where = f"`xunhuan models {m.name}`"
        says = m.words.get("column_says", (f"What this model answers: {where}.", f"该模型的答案：{where}。"))
        if named:
            made += [(name, Term(m.name, (named[0], says[0]), (named[1], says[1]))) for name in named]
    return made


def _titles(column: str) -> tuple[str, ...]:
    symbol = symbols.SYMBOLS.get(column)
    return () if symbol is None else (symbol.title, symbol.title_zh)


_END = re.compile(r"(.+?)(?:[_ ](?:low|high|median)| 90%|下限|上限|中位数)")


def column(name: str, room: str = "") -> Term | None:
    """What a column holds, by its name in the table; None where nothing is known of it. Ends of an interval are told with
    what they are ends of.

    room: the model whose table it is; what its words say of the column comes first

    >>> column("t5_returned_inputs").title("zh"), column("own_low").title()
    ('以中间品返回', 'Own circulation')
    """
    if (own := _of_room(name, room)) is not None:
        return own
    found = _by_column().get(name)
    if found is None and (end := _END.fullmatch(name)):
        whole = column(end[1], room)
        return None if whole is None else _as_end(whole)
    return found or glossary.number(name, room) or (glossary.number(name) if not room else None)


def heading(text: str) -> Term | None:
    """What a column holds, by what stands over it on a page: its name or title in either language, its unit after a comma.

    >>> heading("GDP, million SHL").key, heading("国际循环比重").key, heading("of no meaning")
    ('gdp', 'external', None)
    """
    plain = " ".join(str(text).split())
    for said in dict.fromkeys((plain, re.split("[,，]", plain)[0].strip())):
        if not said:
            continue
        found = column(said) or _by_heading().get(said.casefold()) or glossary.found(said)
        if found is not None:
            return found
        if end := _END.fullmatch(said):
            whole = heading(end[1])
            return None if whole is None else _as_end(whole)
    return None


def _as_end(whole: Term) -> Term:
    interval = glossary.terms()["interval"]
    return replace(
        whole,
        en=(whole.en[0], f"{interval.en[0]} of: {whole.en[1]}"),
        zh=(whole.zh[0], f"{interval.zh[0]}：{whole.zh[1]}"),
    )


def _of_room(name: str, room: str) -> Term | None:
    """What a model's own words say of a column of its tables: `means_column_X` beside `column_X`."""
    key = name.replace(" ", "_").replace(",", "")
    texts = [words.of_room(room, f"means_column_{key}", lang) for lang in ("en", "zh")] if room else ["", ""]
    if not texts[0]:
        return None
    titles = [words.of_room(room, f"column_{key}", lang) or name for lang in ("en", "zh")]
    return Term(name, (titles[0], texts[0]), (titles[1], texts[1]), columns=(name,))


def column_tip(text: object, lang: str = "en") -> str:
    """What a heading says to who points at it: meaning, formula, unit and source; empty where it is no column's.

    >>> column_tip("Gateway")[-21:], column_tip("of no meaning")
    ('[KoopmanWangWei2014].', '')
    """
    found = heading(str(text).strip(" :："))
    return "" if found is None else found.told(lang)


def rows_of_page() -> list[str]:
    """Families as rows of the glossary's page: columns, both languages, formulas, sources."""
    out = []
    for f in families():
        entries = [f.of(c) for c in f.columns]
        each = {c: e.formula[0] for c, e in zip(f.columns, entries, strict=True) if e.formula[0]}
        formulas = [f.formulas[""][0]] if "" in f.formulas else [f"{c}: {told}" for c, told in each.items()]
        sources = dict.fromkeys(e.source for e in entries if e.source)
        named = ", ".join(f"`{c}`" for c in f.columns)
        cells = (
            named,
            f.term.en[0],
            f.term.zh[0],
            f.term.en[1],
            f.term.zh[1],
            "<br>".join(formulas),
            "; ".join(sources),
        )
        out.append("| " + " | ".join(c.replace("|", "&#124;") for c in cells) + " |")
    return out
