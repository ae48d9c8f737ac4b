"""Terms in both languages: what each means, found by any of its names; for tooltips, `xunhuan explain` and the docs."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources

Pair = tuple[str, str]
"""A text in English and in Chinese."""


@dataclass(frozen=True)
class Term:
    """A term: its key, what it is called and what it means in English and Chinese, and other names it is asked by; of a
    column of tables its formula, unit and source too.
    """

    key: str
    en: Pair
    zh: Pair
    also: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    formula: Pair = ("", "")
    unit: Pair = ("", "")
    source: str = ""

    def title(self, lang: str = "en") -> str:
        """What it is called."""
        return self.zh[0] if lang == "zh" else self.en[0]

    def meaning(self, lang: str = "en") -> str:
        """What it means."""
        return self.zh[1] if lang == "zh" else self.en[1]

    def details(self, lang: str = "en") -> list[str]:
        """Formula, unit and source, each a sentence, as far as there are any."""
        k, stop = (1, "。") if lang == "zh" else (0, ".")
        cited = f"[{self.source}]" if self.source and self.source not in self.meaning(lang) else ""
        said = (self.formula[k], self.unit[k], cited)
        return [f"{label[k]}{text}{stop}" for label, text in zip(_LABELS, said, strict=True) if text]

    def told(self, lang: str = "en") -> str:
        """All of it in a line."""
        return ("" if lang == "zh" else " ").join((self.meaning(lang), *self.details(lang)))


_LABELS: tuple[Pair, ...] = (("Formula: ", "公式："), ("Unit: ", "单位："), ("Source: ", "出处："))


@cache
def terms() -> dict[str, Term]:
    """Every term by its key, in the order of the glossary."""
    raw = tomllib.loads((resources.files("xunhuan.faces") / "glossary.toml").read_text(encoding="utf-8"))
    pair = {k: ((t["en"][0], t["en"][1]), (t["zh"][0], t["zh"][1])) for k, t in raw.items()}
    return {k: Term(k, *pair[k], tuple(t.get("also", ()))) for k, t in raw.items()}


@cache
def _names() -> dict[str, Term]:
    other = {name.casefold(): t for t in terms().values() for name in t.also}
    return other | {name.casefold(): t for t in terms().values() for name in (t.key, t.en[0], t.zh[0])}


@cache
def _numbers() -> dict[str, Term]:
    """Numbers that models give, by their names and titles: what each is and whose it is, as its room declares."""
    from xunhuan.faces import words
    from xunhuan.models import registry

    out: dict[str, Term] = {}
    for q in (q for m in registry.models().values() for q in m.quantities):
        said = q.definition.strip().split("\n\n")[0]
        whose = f" [{q.source.replace(', ', '; ')}]" if q.source else ""
        chinese = words.in_language(said, "zh").removesuffix("。")
        meaning = f"{said[:1].upper()}{said[1:]}{whose}.", f"{chinese}{whose.strip()}。"
        term = Term(q.name, (words.title(q.name), meaning[0]), (words.title(q.name, "zh"), meaning[1]))
        for name in (term.key, term.en[0], term.zh[0]):
            out.setdefault(name.casefold(), term)
    return out


def found(name: str) -> Term | None:
    """A term, else a number of a model, by any name; None where there is none."""
    asked = " ".join(name.split()).casefold()
    return _names().get(asked) or _numbers().get(asked)


def number(name: str, room: str = "") -> Term | None:
    """A number that models give by its name, also as a column told in words ("real income"); None where there is none.

    room: the model whose it is; "" for any
    """
    asked = " ".join(name.replace("_", " ").split()).casefold()
    return _numbers_of(room).get(asked)


@cache
def _numbers_of(room: str) -> dict[str, Term]:
    from xunhuan.models import registry

    mine = {q.name for m in registry.models().values() for q in m.quantities if room in ("", m.name)}
    return {t.key.replace("_", " "): t for t in _numbers().values() if t.key in mine}


def tip(words: object, lang: str = "en") -> str:
    """What a word that stands alone means; empty where it is no term.

    >>> tip("Net Ω"), tip("of no meaning")
    ('Ω less what the policy would have gained without the shock: only this part answers the shock.', '')
    """
    term = found(str(words).strip(" ,:："))
    return "" if term is None else term.meaning(lang)


def used(text: str, lang: str = "en") -> list[Term]:
    """Terms of which a name stands in a text, in the order of the glossary.

    >>> [t.title() for t in used("What each lost, with its 90% intervals; a plan.")]
    ['90% interval']
    """
    lower = text.casefold()
    return [t for t in terms().values() if any(_stands(n, lower) for n in (t.title(lang), *t.also))]


def _stands(name: str, lower: str) -> bool:
    """Whether a name, without what is added in brackets, stands in a text; as words of their own where it has letters."""
    plain = re.sub(r" ?[(（].*[)）]$", "", name).casefold()
    return plain in lower and (
        not plain.isascii() or re.search(rf"(?<!\w){re.escape(plain)}s?(?!\w)", lower) is not None
    )


def means_in(label: str, lang: str = "en") -> str:
    """What a label of a picture means: the longest term in it and its meaning; empty where none is.

    >>> means_in("实际收入，%", "zh")
    '实际收入：收入除以其所购物品的价格。变化为精确值，而非一阶近似。'
    >>> means_in("Guangdong")
    ''
    """
    named = [t for t in used(label, lang) if lang == "zh" or _whole(t.title(lang), label)]
    longest = max(named, key=lambda t: len(t.title(lang)), default=None)
    if longest is None:
        return ""
    return f"{longest.title(lang)}{'：' if lang == 'zh' else ': '}{longest.meaning(lang)}"


def _whole(term: str, text: str) -> bool:
    """Whether a term stands in a text as words of its own: no "arm" in "pharmacy"."""
    return re.search(rf"(?<!\w){re.escape(term)}(?!\w)", text, flags=re.IGNORECASE) is not None
