"""How numbers, shares, units and names are written wherever people read them, in two languages."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from xunhuan.faces import words
from xunhuan.faces.rounding import adding

Language = Literal["en", "zh", "both"]
"""English, Chinese, or English with the Chinese beside it (prose stays English)."""


PERCENT_TICKS = ".6~p"
"""Per cent on an axis, as d3 writes formats: digits that count, not decimals, so that ticks of a narrow axis all differ."""


def word(key: str, language: Language = "en") -> str:
    """A word on a figure, or the title of a quantity, in the language asked for ("both" reads English).

    >>> word("own", "zh"), word("gdp")
    ('本地', 'Gross domestic product at basic prices')
    """
    lang = "zh" if language == "zh" else "en"
    return words.of(lang)(f"on_{key}") if words.known(f"on_{key}") else words.title(key, lang)


def names(frame: pd.DataFrame, language: Language = "en", code: str = "region") -> list[str]:
    """Labels of the rows of a frame with columns `code`, `name_en`, `name_zh`; the code where a name is missing."""
    codes = frame[code].astype(str) if code in frame else frame.index.astype(str)
    blank = [""] * len(frame)
    english = frame.get("name_en", blank)
    chinese = frame.get("name_zh", blank)
    return [label(c, e, z, language) for c, e, z in zip(codes, english, chinese, strict=True)]


def label(code: str, english: str = "", chinese: str = "", language: Language = "en") -> str:
    """One label.

    >>> label("CN-GD", "Guangdong", "广东", "both")
    'Guangdong 广东'
    """
    english, chinese = english or chinese or code, chinese or english or code
    if language == "zh":
        return chinese
    return english if language == "en" or chinese == english else f"{english} {chinese}"


def short(code: str) -> str:
    """What fits on a tile: the part of a region code after its nation ("CN-GD" gives "GD")."""
    return code.rsplit("-", 1)[-1]


def percent(x: float, digits: int = 0) -> str:
    """A share as per cent; a dash where it is unknown."""
    return "–" if not np.isfinite(x) else f"{whole(100 * x, digits)}%"


def percents(parts: Sequence[float], digits: int = 0) -> list[str]:
    """Parts of a whole as per cent which add up as printed, as `rounding.adding` has it.

    >>> percents([0.5033, 0.3452, 0.1515], 1)
    ['50.3%', '34.5%', '15.2%']
    """
    return [percent(x / 100, digits) for x in adding([100 * x for x in parts], digits)]


_FINER = 3
"""Digits that are tried to tell the ends of an interval apart."""


def span(low: float, high: float, digits: int = 0) -> str:
    """An interval of a share, with digits more where its ends would read alike; one number where they are one.

    >>> span(0.3199, 0.4522), span(0.1506, 0.1521, 1), span(0.0752, 0.0768), span(0.25, 0.25)
    ('32–45%', '15.1–15.2%', '7.5–7.7%', '25%')
    """
    finer = _apart(low, high, digits)
    return percent(low, digits) if finer is None else f"{whole(100 * low, finer)}–{percent(high, finer)}"


def spanned(x: float, low: float, high: float, digits: int = 0) -> list[str]:
    """A share and its interval in as many digits as tell the interval's ends apart; the share alone where none do.

    >>> spanned(0.3791, 0.3199, 0.4522), spanned(0.1294, 0.1287, 0.1301), spanned(0.129, 0.129, 0.129)
    (['38%', '32–45%'], ['12.9%', '12.9–13.0%'], ['13%'])
    """
    finer = _apart(low, high, digits)
    return [percent(x, digits)] if finer is None else [percent(x, finer), span(low, high, finer)]


def _apart(low: float, high: float, digits: int) -> int | None:
    """Digits, `digits` or a few more, in which two shares read apart; None where they do in none."""
    return next((d for d in range(digits, digits + _FINER) if whole(100 * low, d) != whole(100 * high, d)), None)


def within(parts: Sequence[float], ends: np.ndarray, digits: int = 0) -> list[tuple[str, str]]:
    """Parts of a whole as `percents` has them, each with its interval; ends: low and high, by part.

    Where a part lies inside and only rounding it to make all add up puts it outside, the end gives way.

    >>> within([0.5033, 0.3452, 0.1515], np.array([[0.45, 0.3, 0.1512], [0.55, 0.41, 0.1519]]), 1)
    [('50.3%', '45.0–55.0%'), ('34.5%', '30.0–41.0%'), ('15.2%', '15.1–15.2%')]
    >>> within([0.334, 0.333, 0.333], np.array([[0.33, 0.33, 0.33], [0.334, 0.34, 0.34]]))[0]
    ('34%', '33–34%')
    """
    shown = [x / 100 for x in adding([100 * x for x in parts], digits)]
    out = []
    for x, at, (low, high) in zip(parts, shown, ends.T, strict=True):
        inside = low <= x <= high
        out.append(
            (percent(at, digits), span(min(low, at), max(high, at), digits) if inside else span(low, high, digits))
        )
    return out


def signed(x: float, digits: int = 2) -> str:
    """A relative change in per cent with its sign (a true minus), none where it rounds to 0; a dash where unknown.

    >>> signed(-0.0123), signed(0.00001)
    ('−1.23%', '0.00%')
    """
    if not np.isfinite(x):
        return "–"
    return f"{whole(100 * x, digits, plus=True)}%"


def plain(x: float, plus: bool = False) -> str:
    """A number that is no share, to four digits; a dash where unknown.

    >>> plain(996.0), plain(-1234567.0), plain(0.01234, plus=True), plain(0.0)
    ('996.0', '−1,234,567', '+0.01234', '0')
    """
    if not np.isfinite(x):
        return "–"
    size = abs(x)
    if size == 0:
        return "0"
    digits = 3 - int(np.floor(np.log10(float(f"{size:.3e}"))))
    text = f"{x:{'+' if plus else ''},.{max(digits, 0)}f}" if digits <= 8 else f"{x:{'+' if plus else ''}.3e}"
    return text.replace("-", "−")


@dataclass(frozen=True)
class Form:
    """How the numbers of a unit are written: in per cent, or plain with the unit behind them.

    signed  gains carry a plus sign · fixed  digits after the point, None: four in all
    date  calendar years; `later` is what stands for one that never came
    """

    percent: bool = True
    unit: str = ""
    signed: bool = False
    date: bool = False
    later: str = "later"
    fixed: int | None = None

    def text(self, x: float, digits: int = 2) -> str:
        """One number; `digits` after the point where it is in per cent.

        >>> Form(signed=True).text(0.0123), Form(percent=False, unit="million USD").text(996.0)
        ('+1.23%', '996.0 million USD')
        >>> Form(percent=False, unit="亿美元").text(12350.0)
        '1.235万亿美元'
        """
        if self.date:
            return self.bare(x)
        if self.unit.startswith("亿") and self.fixed is None and np.isfinite(x) and abs(x) >= 1e4:
            return f"{plain(x / 1e4, self.signed)}万{self.unit}"
        gap = "" if chinese(self.unit) else " "
        return f"{self.bare(x, digits)}{gap}{self.unit}".rstrip() if np.isfinite(x) else "–"

    def bare(self, x: float, digits: int = 2) -> str:
        """The same without the unit, for tables and tiles that name it once.

        >>> Form(percent=False, date=True).bare(2057.3), Form(percent=False, date=True).bare(float("inf"))
        ('2057', 'later')
        """
        if self.date:
            return "–" if np.isnan(x) else f"{x:.0f}" if np.isfinite(x) else self.later
        if self.fixed is not None and np.isfinite(x):
            return whole(x, self.fixed, self.signed)
        if not self.percent:
            return plain(x, self.signed)
        return signed(x, digits) if self.signed else percent(x, digits)

    @property
    def ticks(self) -> str:
        """The same for the ticks of an axis, as d3 writes formats."""
        return "d" if self.date else ("+" if self.signed else "") + (PERCENT_TICKS if self.percent else ",.4~r")

    @property
    def hover(self) -> str:
        """The same for what shows under the pointer, with a digit more."""
        return ".0f" if self.date else ("+" if self.signed else "") + (".2%" if self.percent else ",.4r")

    def titled(self, title: str) -> str:
        """A title that names the unit where the numbers do not carry it."""
        comma = "，" if chinese(self.unit) or chinese(title) else ", "
        return f"{title}{comma}{self.unit}" if self.unit and title else title or self.unit


CHANGES, SHARES = Form(signed=True), Form()
"""Relative changes, and shares, in per cent."""


def whole(x: float, digits: int = 0, plus: bool = False) -> str:
    """A number rounded, with a true minus and no sign on zero.

    >>> whole(-0.2), whole(-3.26, 1), whole(0.4, 1, plus=True)
    ('0', '−3.3', '+0.4')
    """
    text = f"{x:{'+' if plus else ''}.{digits}f}".replace("-", "−")
    return text if text.strip("+−0.") else text.lstrip("+−")


def times(x: float) -> str:
    """A multiple of a loss as it is written everywhere; from ten on one decimal says enough.

    >>> times(0.049), times(-0.3), times(10.32)
    ('0.05', '−0.30', '10.3')
    """
    return whole(x, 2 if abs(x) < 10 else 1)


def chinese(text: str) -> bool:
    """Whether a text has Chinese characters.

    >>> chinese("单位：亿元"), chinese("10⁸ CNY")
    (True, False)
    """
    return any("\u4e00" <= c <= "\u9fff" for c in text)


_AFTER = r"(?<=[\u2e80-\uffef”}>])"
_STOPS = [
    (re.compile(_AFTER + re.escape(ascii_) + " "), full) for ascii_, full in ((":", "："), (",", "，"), (";", "；"))
]
_BRACKETS = re.compile(_AFTER + r" ?\(([^()]*)\)")


def chinese_stops(text: str) -> str:
    """A Chinese text, or what shows under the pointer in one, with Chinese stops after Chinese words and holes.

    >>> chinese_stops("广东: 29%, 出口 (2017年)"), chinese_stops("%{y}: %{x:.1%} (%{text})<extra></extra>")
    ('广东：29%, 出口（2017年）', '%{y}：%{x:.1%}（%{text}）<extra></extra>')
    """
    for stop, full in _STOPS:
        text = stop.sub(full, text)
    return _BRACKETS.sub(r"（\1）", text)


def unit(text: str) -> str:
    """A unit as people write it.

    >>> unit("10^8 CNY")
    '10⁸ CNY'
    """
    powers = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
    return re.sub(r"\^(-?\d+)", lambda m: m.group(1).translate(powers), text)


def one_after_other(said: Sequence[str], lang: str = "en") -> str:
    """Several as a sentence names them.

    >>> one_after_other(["a", "b", "c"]), one_after_other(["甲", "乙", "丙"], "zh"), one_after_other(["a"])
    ('a, b and c', '甲、乙和丙', 'a')
    """
    t = words.of(lang)
    *before, last = said
    return t("last_of_list", before=t("list").join(before), last=last) if before else last


def lowered(text: str) -> str:
    """A title inside a sentence.

    >>> lowered("Real income"), lowered("GDP by region"), lowered("Ω")
    ('real income', 'GDP by region', 'Ω')
    """
    return text if text[1:2].isupper() or not text[:1].isascii() else text[:1].lower() + text[1:]


def raised(text: str) -> str:
    """Words at the head of a caption."""
    return text[:1].upper() + text[1:]
