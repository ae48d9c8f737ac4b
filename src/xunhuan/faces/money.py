"""Money as readers of Chinese count it: in 亿 and 万亿 of a currency, never in millions or billions. Files keep their unit.

A unit is as tables and models state it: "million USD", "bn USD", "10^8 CNY", also "jobs per million USD".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from math import log10
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

_SIZES = {"million": 1e6, "10^8": 1e8, "bn": 1e9}
_CURRENCIES = ("CNY", "USD")
"""Currencies with a Chinese name."""
_COUNTED = 1e8
"""Units of a currency in one that Chinese tables count in."""
_UNIT = re.compile(r"(?:(.+) per )?(?:(\S+) )?([A-Z]{3})")
_ENDS = ("", "_low", "_high", "_median")


@cache
def unit_counted(unit: str, lang: str = "zh") -> tuple[str, float]:
    """The unit that a reader counts money of a unit in, and by how much numbers in it are multiplied; another unit, and in
    English every one, stays.

    >>> [unit_counted(u) for u in ("bn USD", "million USD", "10^8 CNY")]
    [('10^8 USD', 10.0), ('10^8 USD', 0.01), ('10^8 CNY', 1.0)]
    >>> unit_counted("million SHL"), unit_counted("km")
    (('million SHL', 1.0), ('km', 1.0))
    >>> unit_counted("jobs per million USD")
    ('jobs per 10^8 USD', 100.0)
    """
    found = _UNIT.fullmatch(unit) if lang == "zh" else None
    if found is None or found[2] not in _SIZES or found[3] not in _CURRENCIES:
        return unit, 1.0
    factor = _SIZES[found[2]] / _COUNTED
    of = f"{found[1]} per " if found[1] else ""
    return f"{of}10^8 {found[3]}", 1 / factor if of else factor


def dataset_counted(ds: xr.Dataset) -> xr.Dataset:
    """A result or a measure with its money, and the ends of its intervals, as Chinese count it; all else as it is."""
    whole, of_value = unit_counted(str(ds.attrs.get("unit", "")))
    moved = {}
    for name, v in ds.data_vars.items():
        unit = str(v.attrs.get("unit", ""))
        new, factor = (unit, of_value) if unit == "value a day" else unit_counted(unit)
        if factor != 1.0:
            moved[name] = (v * factor).assign_attrs(v.attrs | {"unit": new})
    return (
        ds.assign(moved).assign_attrs(ds.attrs | {"unit": whole}) if moved or whole != ds.attrs.get("unit", "") else ds
    )


def rows_counted(frame: pd.DataFrame, columns: tuple[str, ...] = ("value", "median", "low", "high")) -> pd.DataFrame:
    """Rows that name their units, in `unit`, with their money as Chinese count it."""
    import numpy as np

    told = [unit_counted(str(u)) for u in frame["unit"]]
    factors = np.array([f for _, f in told])
    if (factors == 1.0).all():
        return frame
    there = {c: frame[c].to_numpy(dtype=float) * factors for c in columns if c in frame}
    out = frame.assign(**there, unit=[u for u, _ in told])
    out.attrs = dict(frame.attrs)
    return out


def frame_counted(frame: pd.DataFrame) -> pd.DataFrame:
    """A table with its money as Chinese count it. `frame.attrs["money"]` tells the unit of each column that has one."""
    units: Mapping[str, str] = frame.attrs.get("money", {})
    moved = {
        f"{c}{end}": frame[f"{c}{end}"] * unit_counted(unit)[1]
        for c, unit in units.items() for end in _ENDS if f"{c}{end}" in frame and unit_counted(unit)[1] != 1.0
    }  # fmt: skip
    out = frame.assign(**moved) if moved else frame
    out.attrs = {k: v for k, v in frame.attrs.items() if k != "money"}
    return out


_WORD = r"(百万|十亿(?=美))(美?元)"
"""Units that tables and models state; ten times 亿元 is a sum in words, not a unit."""
_NUMBER = r"[+−-]?\d[\d,]*(?:\.\d+)?"
_TOLD = re.compile(rf"(?:({_NUMBER})(至|–|—))?(?:({_NUMBER}) ?)?(?<![一二三四五六七八九数几]){_WORD}")
_LISTED = re.compile(rf"(?<![\d一二三四五六七八九数几 ]){_WORD}((?:/年)?）?：)([^。]*)")
"""A unit before what is told in it: "费用（百万美元）：A 3，B 4"."""
_OF_WORD = {"百万": 1e6, "十亿": 1e9}


def sums_counted(text: str) -> str:
    """A Chinese text with the amounts in it as they are counted, and units that stand alone with them.

    >>> sums_counted("每年116.2十亿美元"), sums_counted("3至4.5百万美元")
    ('每年1,162亿美元', '0.03至0.045亿美元')
    >>> sums_counted("损失7,343,000百万美元"), sums_counted("以百万美元计"), sums_counted("给各城市五十亿美元")
    ('损失7.343万亿美元', '以亿美元计', '给各城市五十亿美元')
    >>> sums_counted("关税收入（百万美元）：CHN 1,200，占3%；C26 5")
    '关税收入（亿美元）：CHN 12，占3%；C26 0.05'
    """

    def put(m: re.Match[str]) -> str:
        factor = _OF_WORD[m[4]] / _COUNTED
        if m[3] is None:
            return f"{m[1] or ''}{m[2] or ''}亿{m[5]}"
        several = [x for x in (m[1], m[3]) if x]
        large = all(abs(_value(x)) * factor >= 1e4 for x in several)
        moved = [_moved(x, factor / 1e4 if large else factor) for x in several]
        return f"{(m[2] or '').join(moved)}{'万亿' if large else '亿'}{m[5]}"

    text = _LISTED.sub(lambda m: f"亿{m[2]}{m[3]}{_listed(m[4], _OF_WORD[m[1]] / _COUNTED)}", text)
    return _TOLD.sub(put, text) if "百万" in text or "十亿" in text else text


def _listed(text: str, factor: float) -> str:
    """A list of amounts: all its numbers but shares, years with their sign and what belongs to a name."""
    return _AMOUNT.sub(lambda m: _moved(m[0], factor), text)


_AMOUNT = re.compile(
    rf"(?<![\w.,]){_NUMBER}(?![\d.,]*[%年天次\w])|(?<=[\u4e00-\u9fff]){_NUMBER}(?![\d.,]*[%年天次]|[\d.]*[A-Za-z])"
)


def _value(number: str) -> float:
    return float(number.replace(",", "").replace("−", "-"))


def _moved(number: str, factor: float) -> str:
    """A number as written, times a power of ten, with as many digits."""
    digits = len(number.partition(".")[2]) - round(log10(factor))
    whole = f"{_value(number) * factor:{'+' if number.startswith('+') else ''},.{max(digits, 0)}f}"
    told = whole.rstrip("0").rstrip(".") if "." in whole and "." not in number else whole
    return told.replace("-", "−") if "−" in number else told
