"""Every word people read, in English and Chinese: the house's own in words.toml beside this file, each room's in its own.

Keys: kind_X and field_X are an edit and its fields, choice_X a value; q_X a quantity; on_X stands on figures; line_X on the
command line; posterior_X what versions of a table say of themselves; says_X sentences of models and tables, holes in braces.
A room's words are its titles of quantities (by their names) and of uncertain ones, `title`, `section`, `relation`, tell_X,
axis_X, and field_X and choice_X of its parameters.

Of a room also `column`, `column_says` (beside other models), lines_X and bars_X (captions), first_X and none_X (the largest
bar in words, or that there is none), and marked_X: what the least bar is called.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from typing import Any, NamedTuple

from xunhuan import symbols
from xunhuan.faces import money
from xunhuan.models.model import Model

Texts = Callable[..., str]
CURRENCY_SIGNS = {"CNY": "¥", "USD": "$", "EUR": "€", "GBP": "£"}


@cache
def catalogue() -> dict[str, tuple[str, str]]:
    """Key -> (English, Chinese)."""
    raw = (resources.files("xunhuan.faces") / "words.toml").read_text(encoding="utf-8")
    return {k: (en, zh) for k, (en, zh) in tomllib.loads(raw).items()}


def _said(key: str) -> tuple[str, str] | None:
    """The house's words for a key, else the first room's that has some."""
    if key in catalogue():
        return catalogue()[key]
    from xunhuan.models import registry

    return next((m.words[key] for m in registry.models().values() if key in m.words), None)


def of(lang: str) -> Texts:
    """The words of a language: `of("zh")("tables")`; keyword arguments fill the braces. Raises KeyError.

    >>> of("en")("sectors_of", region="Guangdong")
    "Guangdong's largest sectors"
    """
    k = 1 if lang == "zh" else 0

    def t(key: str, **values: object) -> str:
        said = _said(key)
        if said is None:
            raise KeyError(key)
        return said[k].format(**values)

    return t


def known(key: str) -> bool:
    """True where there are words for a key."""
    return _said(key) is not None


def either(key: str, lang: str, otherwise: str, **values: object) -> str:
    """The words for a key, or what else would be said."""
    return of(lang)(key, **values) if known(key) else otherwise


_HOLES_MADE = re.compile(r"\(\?P[<=]\w+.*?\)")
_HOLE = re.compile(r"\{(\w+)\}")
_BREAK = re.compile(r"(?<=[.?!]) (?=[A-ZΩ“])")


_KINDS_OF_NAMES = ("kind", "what")
_NAMES = re.compile(r"[^\s,]+(?:, [^\s,]+)*")
_PLACE = re.compile(r"\S*$|--|`|[a-z_]+[.\[]")
"""A place in a file or a command: one word, an option, or a key of a scenario, in which names may have blanks."""
_HOW = re.compile(r"(.+?) \(([^()]+)\)")
_WHY = re.compile(r"([^()]+?) \((.+)\)")
SENTENCE_FILES = ("sentences.toml", "options.toml", "errors.toml")
"""What the house says, what help says, and what is wrong."""


class _Holed(NamedTuple):
    """A sentence with holes: how it begins, what it looks like, its Chinese; `wrong` where it says what is wrong."""

    start: str
    look: re.Pattern[str]
    chinese: str
    wrong: bool


@dataclass(frozen=True)
class Sentences:
    """What is said in English and what it is in Chinese: whole texts, and forms with holes by how they begin."""

    whole: dict[str, str]
    forms: dict[str, list[_Holed]]

    def find(self, text: str) -> str | None:
        """The Chinese of a text, None where there is none; what stands in a hole is said in Chinese too where it can be."""
        if text in self.whole:
            return self.whole[text]
        return self._by_form(text, text[:1]) or self._by_form(text, "")

    def _by_form(self, text: str, letter: str) -> str | None:
        for start, form, chinese, wrong in self.forms.get(letter, ()):
            if not start and len(text) > 6 * len(_HOLE.sub("", chinese)) + 120:
                continue  # so little of it is told that it would be another's
            if text.startswith(start) and (found := form.fullmatch(text)) is not None:
                fill = self._wrong_hole if wrong else self._hole
                return chinese.format(**{k: fill(k, v) for k, v in found.groupdict().items()})
        return None

    def _hole(self, name: str, said: str) -> str:
        if name == "sectors" and known(f"sectors_{said}"):
            return of("zh")(f"sectors_{said}")
        if known(f"choice_{said}"):
            return of("zh")(f"choice_{said}")
        if (found := self.find(said)) is not None:
            return found
        for sign, chinese in (("; ", "；"), (", ", "、")):
            parts = list(_parted(said, sign))
            told = [self.find(p) or self._explained(p) for p in parts]
            if told != parts:
                return chinese.join(told)
        return listed_in_chinese(said)

    def _explained(self, said: str) -> str:
        """A name and what is said of it in brackets: `name (why)`."""
        how = _WHY.fullmatch(said)
        what, why = (self.find(how[1]), self.find(how[2])) if how is not None else (None, None)
        return said if how is None or (what or why) is None else f"{what or how[1]}（{why or how[2]}）"

    def _wrong_hole(self, name: str, said: str) -> str:
        """Of what is wrong, names are left as they are written, for they are what is to be written next."""
        if name in _KINDS_OF_NAMES:
            return self.find(said) or said
        return said if _NAMES.fullmatch(said) else self.wrong(said) or said

    def wrong(self, text: str) -> str | None:
        """The Chinese of what is wrong, as a whole or part by part: `PLACE: what; what would be right (such as ...)`."""
        if (found := self.whole.get(text) or self._by_form(text, text[:1])) is not None:
            return found
        place, colon, rest = text.partition(": ")
        if colon and _PLACE.match(place) and (told := self.wrong(rest)) is not None:
            return f"{place}：{told}"
        parts = text.split("; ")
        if len(parts) > 1 and (said := [self.wrong(p) for p in parts]) != [None] * len(parts):
            return "；".join(new or old for new, old in zip(said, parts, strict=True))
        how = _HOW.fullmatch(text)
        if how is not None:
            what, right = self.wrong(how[1]), self.wrong(how[2])
            if what is not None or right is not None:
                return f"{what or how[1]}（{right or how[2]}）"
        return self._by_form(text, "")


_LISTED = re.compile(r"[`\w.+-]+(?:, [`\w.+-]+)+", re.ASCII)


def listed_in_chinese(said: str) -> str:
    """Names that are written alike in both languages, with the comma of Chinese lists between them; else as it is.

    >>> listed_in_chinese("trade, catchup"), listed_in_chinese("x, as it was")
    ('trade、catchup', 'x, as it was')
    """
    return said.replace(", ", "、") if _LISTED.fullmatch(said) else said


def _parted(text: str, sign: str) -> Iterator[str]:
    """Parts between signs that stand outside brackets.

    >>> list(_parted("one (a; b); two", "; "))
    ['one (a; b)', 'two']
    """
    part = ""
    for piece in text.split(sign):
        part = f"{part}{sign}{piece}" if part else piece
        if part.count("(") <= part.count(")"):
            yield part
            part = ""
    if part:
        yield part


def _form(english: str) -> re.Pattern[str]:
    """What a sentence with holes looks like; a hole named twice holds the same text twice."""
    made, taken = "", set[str]()
    for k, part in enumerate(_HOLE.split(english)):
        # A number: "{n} sectors" is not "rows by sectors", and a list of what has numbers is taken part by part.
        hole = r"[\d,.e+−-]+" if part in ("n", "n_before") else ".+?"
        made += re.escape(part) if k % 2 == 0 else f"(?P={part})" if part in taken else f"(?P<{part}>{hole})"
        taken |= {part} if k % 2 else set()
    return re.compile(made, re.DOTALL)


@cache
def sentences() -> Sentences:
    """Every sentence there is Chinese for: of the house, of rooms, of tables and of the library's scenarios."""
    from xunhuan.models import registry

    every = [catalogue(), *(m.words for m in registry.models().values())]
    said = [(*pair, key.startswith("says_wrong")) for words in every for key, pair in words.items()
            if key.startswith(("posterior_", "says_"))]  # fmt: skip
    for name in SENTENCE_FILES:
        raw = (resources.files("xunhuan.faces") / name).read_text(encoding="utf-8")
        said += [
            (*pair, name == "errors.toml" or part.startswith(("errors", "what is wrong")) or "names as written" in part)
            for part, pairs in tomllib.loads(raw).items()
            for pair in pairs.items()
        ]
    said += [(*pair, False) for pair in library_texts().items()]
    whole: dict[str, str] = {}
    forms: dict[str, list[_Holed]] = {}
    for english, chinese, wrong in said:
        holes = _HOLE.findall(english)
        if not holes or not _HOLE.search(chinese):
            whole.setdefault(english, chinese)
            continue
        start = english[: english.index("{")]
        forms.setdefault(start[:1], []).append(_Holed(start, _form(english), chinese, wrong))
    for begun in forms.values():  # the longer of two is not taken for the shorter, nor one that names a thing for any
        begun.sort(key=lambda f: -len(_HOLES_MADE.sub("", f.look.pattern)))
    return Sentences(whole, forms)


@cache
def _library() -> dict[str, Any]:
    return tomllib.loads((resources.files("xunhuan.faces") / "library.toml").read_text(encoding="utf-8"))


@cache
def library_texts() -> dict[str, str]:
    """English text of a library scenario -> Chinese: title, question, reasons, assumptions, notes of shocks."""
    folder = resources.files("xunhuan.scenarios")
    out: dict[str, str] = {}
    for name, chinese in _library().items():
        english = tomllib.loads((folder / f"{name}.toml").read_text(encoding="utf-8"))
        out |= dict(zip(scenario_texts(english), scenario_texts(chinese), strict=True))
    return {en: zh for en, zh in out.items() if en}


def arms_in_chinese(scenario: str, title: str = "") -> dict[str, str]:
    """Names of the shocks and arms of a library scenario -> Chinese, found by its name or its title; none of another.

    >>> arms_in_chinese("chip-embargo")["embargo + integration"]
    '禁运 + 一体化'
    """
    named = scenario if scenario in _library() else _by_title().get(title, "")
    mine = dict(_library().get(named, {}).get("names", {}))
    joined = {f"{a} + {b}": f"{mine[a]} + {mine[b]}" for a in mine for b in mine if a != b}
    return {**joined, **mine, "base": "基期"}


@cache
def _by_title() -> dict[str, str]:
    """Library scenarios by their titles in English."""
    folder = resources.files("xunhuan.scenarios")
    return {str(tomllib.loads((folder / f"{n}.toml").read_text(encoding="utf-8"))["title"]): n for n in _library()}


def scenario_texts(raw: Mapping[str, Any]) -> list[str]:
    """What people read in a scenario, in order: title, question, source, date, reasoning, assumptions, notes of shocks."""
    notes = [str(s["note"]) for s in raw.get("shock", ()) if s.get("note")]
    whole = [str(raw.get(k, "")) for k in ("title", "question", "source", "date", "reasoning")]
    return [*whole, *map(str, raw.get("assumptions", ())), *notes]


def in_language(text: str, lang: str, filed: bool = False) -> str:
    """What is said in English, in a language: by the house's sentences, those of rooms, tables and scenarios, else as it is.

    A text that is a known one but for its capital and full stop is that one; of several sentences each is said by itself.
    Sums of money are told as they are counted (`money.said`), in what is `filed` beside numbers as they are stated.

    >>> in_language("fictional", "zh"), in_language("of my own", "zh")
    ('虚构', 'of my own')
    >>> in_language("Fictional.", "zh")
    '虚构。'
    """
    if lang != "zh" or not _LETTERS.search(text):
        return text
    told = _in_chinese(text)
    return told if filed else money.said(told)


@lru_cache(maxsize=4096)
def _in_chinese(text: str) -> str:
    if _SPAN.search(text) and not _LETTERS.search(plain := _SPAN.sub(r"（\1至\2）", text)):
        return plain
    if (found := _said_in_chinese(text)) is not None:
        return _ENDS.sub(r"（\1）", found)
    parts = _BREAK.split(text)
    if len(parts) == 1:
        return text
    said = [_said_in_chinese(p) or p for p in parts]
    return text if said == parts else _ENDS.sub(r"（\1）", "".join(said))


def wrong_in_language(text: str, lang: str) -> str:
    """What is wrong, said in English, in a language: names that are to be written stay as they are.

    >>> wrong_in_language("labor: unknown key; did you mean labour?", "zh")
    'labor：没有这个键；是否指labour？'
    """
    if lang != "zh" or not _LETTERS.search(text):
        return text
    plain = text.removesuffix(".")
    return sentences().wrong(text) or sentences().wrong(plain) or in_language(text, lang)


_SPAN = re.compile(r" ?\(([^\sA-Za-z()]+) to ([^\sA-Za-z()]+)\)")
_ENDS = re.compile(r" \(([\d.,%−-]+–[\d.,%−-]+)\)")
"""The two ends of an interval in brackets."""
_LETTERS = re.compile(r"[A-Za-z]{2}")


def _said_in_chinese(text: str) -> str | None:
    known, plain = sentences(), text.removesuffix(".")
    tried = (text, plain, f"{plain}.", plain[:1].lower() + plain[1:])
    for find in (known.whole.get, known.find):
        for t in dict.fromkeys(tried):
            if (found := find(t)) is not None:
                return found if plain == text or found.endswith(("。", "：")) else f"{found}。"
    return None


def caveat(partners: str, lang: str = "en") -> str:
    """That an answer by region leans on partners that are not data, by how they were guessed; empty where they are data.

    >>> caveat("national")
    "Which regions: with whom abroad each trades is its nation's partner shares, not data."
    """
    return of(lang)(f"guessed_{partners}") if partners else ""


def of_room(model: str, key: str, lang: str, otherwise: str = "") -> str:
    """What a model's own room says under a key, its braces left for `str.format`; `otherwise` where it says nothing.

    >>> of_room("trade", "section", "en"), of_room("no such room", "title", "zh", "它")
    ('Who gains and who loses', '它')
    """
    from xunhuan.models import registry

    room = registry.models().get(model)
    said = room.words.get(key) if room is not None else None
    return otherwise if said is None else said[1 if lang == "zh" else 0]


def title(name: str, lang: str = "en") -> str:
    """What a quantity, an uncertain one or an axis is called: by its room, the house, the data dictionary, or its name.

    >>> title("real_income"), title("omega_net", "zh"), title("some_new_thing")
    ('Real income', '净Ω', 'some new thing')
    """
    from xunhuan.models import registry

    room = next((m.words[name] for m in registry.models().values() if name in m.words), None)
    if room is not None:
        return room[1 if lang == "zh" else 0]
    if known(f"q_{name}"):
        return of(lang)(f"q_{name}")
    found = symbols.symbol_title(name, lang)
    return name.replace("_", " ") if found == name else found


def heading(column: str, lang: str = "zh", room: str = "") -> str:
    """What the heading of a column is called: by the room whose table it is, a quantity's title, else as it is; ends of an
    interval after what they are ends of.

    >>> heading("external"), heading("own heading"), heading("gateway"), heading("gateway", room="gateway")
    ('国际循环', 'own heading', '门户指数', '口岸')
    >>> heading("external_low"), heading("partner_name_zh")
    ('国际循环下限', '伙伴中文名')
    """
    for end in ("low", "high", "name_en", "name_zh", "name"):
        if column.endswith(f"_{end}"):
            what = column.removesuffix(f"_{end}")
            of_what = in_language(what, lang) if "name" in end else heading(what, lang, room)
            return column if of_what.isascii() else f"{of_what}{in_language(end, lang)}"
    if own := of_room(room, f"column_{column}", lang) or of_room(room, column, lang):
        return own
    if (symbol := symbols.symbol_title(column, lang)) != column:
        return symbol
    found = title(column, lang)
    return column if found == column.replace("_", " ") else found


def first_of(model: Model[Any], lang: str = "en") -> str:
    """What a model is called: the title in its words, else its name."""
    return model.words.get("title", (model.name, model.name))[1 if lang == "zh" else 0]
