"""What the labels of a Chinese interprovincial table mean: provinces, sectors, owners, uses and payments.

Names are matched whole, in English, Chinese or pinyin, ignoring case, blanks, punctuation and words such as "province";
never in part, so that nothing is taken for what it may not be.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from importlib import resources

from xunhuan.data.classification import Sectors
from xunhuan.data.geography import Geography, other_names

OWNERS = {"D": "domestic", "H": "Hong Kong, Macao or Taiwan", "F": "foreign"}
"""Owners of firms as the publication letters them. How they, uses and payments are written: data/label_names.csv."""

MADE_OF = {
    "final_use": ("consumption", "capital"),
    "consumption": ("household", "government"),
    "household": ("rural_household", "urban_household"),
    "capital": ("fixed_capital", "inventory"),
    "value_added": ("compensation", "net_production_tax", "depreciation", "operating_surplus"),
}
"""What a total is made of; a total is read where the table has none of its parts."""

_PLAIN = {"and", "of", "the", "or", "for", "to"}
_PROVINCE = re.compile(r"(province|autonomous region|municipality|sheng|shi|zizhiqu|自治区|省|市)$")


def name_key(written: str) -> str:
    """A name without case, punctuation, joining words and plurals, so that its spellings agree.

    >>> name_key("Mining and washing of coal") == name_key("Mining & Washing of Coal.")
    True
    >>> name_key("农、林、牧、渔业"), name_key("农林牧渔业")
    ('农林牧渔', '农林牧渔')
    """
    text = re.sub(r"[^\w\s]|_", " ", written.casefold())
    if not text.isascii():
        return re.sub(r"\s|业$", "", text.strip())
    words = [w for w in text.split() if w not in _PLAIN]
    return " ".join(w[:-1] if len(w) > 3 and w.endswith("s") else w for w in words)


def province_key(written: str) -> str:
    """A province's name without blanks, hyphens and what kind of unit it is.

    >>> province_key("Nei Mongol"), province_key("Beijing Shi"), province_key("内蒙古自治区")
    ('neimongol', 'beijing', '内蒙古')
    """
    text = re.sub(r"[\W_]+", " ", written.casefold()).strip()
    return re.sub(r"\s+", "", _PROVINCE.sub("", text)) or text


def _also(file: str) -> list[tuple[str, str]]:
    path = resources.files("xunhuan.readers") / "data" / file
    rows = csv.reader(path.read_text(encoding="utf-8").splitlines()[1:])
    return [(a, b) for a, b in rows]


@dataclass(frozen=True)
class Label:
    """What a row or column is: at most one of each; `code` is a sector's number as written."""

    province: str = ""
    sector: str = ""
    code: int = 0
    owner: str = ""
    item: str = ""
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True)
class Lexicon:
    """The names a table may use: provinces of a geography, sectors of any of the lists.

    own  what the user says that odd names are, before all that is known
    """

    geography: Geography
    lists: tuple[Sectors, ...]
    own: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def _provinces(self) -> dict[str, str]:
        g = self.geography
        out: dict[str, str] = {}
        for code, closed, *names in zip(g.codes, ~g.is_open, g.names_en, g.names_zh, strict=True):
            if closed:
                out |= {province_key(n): code for n in (code, code.split("-")[-1], *names)}
        shut = {c for c, closed in zip(g.codes, ~g.is_open, strict=True) if closed}
        return {**{province_key(also): code for also, code in other_names().items() if code in shut}, **out}

    @cached_property
    def _sectors(self) -> dict[str, str]:
        out: dict[str, str] = {}
        for names in self.lists:
            for english, chinese in zip(names.names_en, names.names_zh, strict=True):
                out[name_key(english)] = out[name_key(chinese)] = english
        return out | {name_key(b): a for a, b in _also("sector_names.csv")}

    @cached_property
    def _words(self) -> dict[str, str]:
        """Owners, uses, payments and totals."""
        return {name_key(b): a for a, b in _also("label_names.csv")}

    def province(self, written: str) -> str:
        """Code of a province, "" where the text is none."""
        return self._provinces.get(province_key(self.own.get(written, written)), "")

    def sector(self, written: str) -> str:
        """English name of a sector in the lists, "" where the text is none."""
        return self._sectors.get(name_key(self.own.get(written, written)), "")

    def one(self, written: str) -> Label:
        """What one cell of a label says."""
        if not written:
            return Label()
        if re.fullmatch(r"\d{1,2}", written):
            return Label(code=int(written))
        if found := self._words.get(name_key(written)):
            return Label(owner=found) if found in OWNERS else Label(item=found)
        if found := self.province(written):
            return Label(province=found)
        if found := self.sector(written):
            return Label(sector=found)
        return self._parted(written)

    def _parted(self, written: str) -> Label:
        """A label that holds several in one cell, as in Beijing_Coal mining_D or CN-BJ|02|F."""
        for sign in ("_", "|", "/", "-"):
            parts = [p.strip() for p in written.split(sign)]
            if len(parts) > 1 and all(parts):
                found = merged([self.one(p) for p in parts])
                if not found.unknown:
                    return found
        return Label(unknown=(written,))

    def list_of(self, sectors: Sequence[str]) -> Sectors | None:
        """The list whose names these are, in any order; None where it is none of them."""
        return next((x for x in self.lists if set(x.names_en) == set(sectors) and len(x) == len(set(sectors))), None)

    def known_provinces(self) -> list[str]:
        """Every English and Chinese name of the provinces."""
        g = self.geography
        return [n for k in range(len(g)) if not g.is_open[k] for n in (g.names_en[k], g.names_zh[k])]

    def known_sectors(self) -> list[str]:
        """Every English and Chinese name of the lists."""
        return list(dict.fromkeys(n for x in self.lists for n in (*x.names_en, *x.names_zh)))


def _finer(a: str, b: str) -> tuple[str, str]:
    """Of a heading and what stands under it, the latter, twice; both where neither holds the other."""
    if a == "total" or b in _within(a):
        return b, b
    return (a, a) if b == "total" or a in _within(b) else (a, b)


def _within(total: str) -> set[str]:
    parts = MADE_OF.get(total, ())
    return {*parts, *(x for p in parts for x in _within(p))}


def merged(labels: Sequence[Label]) -> Label:
    """Several cells of one label together; what is said twice in different ways is unknown."""
    found: dict[str, object] = {}
    unknown: list[str] = []
    for one in labels:
        unknown += one.unknown
        for name in ("province", "sector", "code", "owner", "item"):
            value = getattr(one, name)
            was = found.setdefault(name, value) if value else value
            if name == "item" and was != value:
                found[name], value = _finer(str(was), str(value))
                was = found[name]
            if was != value:
                unknown.append(f"{was} and {value}")
    return Label(**found, unknown=tuple(unknown))  # type: ignore[arg-type]
