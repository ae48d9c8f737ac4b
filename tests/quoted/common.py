"""What quotes of several pages share: the tables, their circulation, numbers as people write them."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

import pandas as pd
import xarray as xr

from tests.helpers.raw import raw_folder
from xunhuan.build.china_raw import ChinaInputs, read_both
from xunhuan.data.accounts import Accounts
from xunhuan.data.store import load, load_log
from xunhuan.faces.figures.style import percent, percents, signed
from xunhuan.measures import circulation
from xunhuan.scenario.assess import assess
from xunhuan.scenario.check import prepare
from xunhuan.scenario.layers import Layers

__all__ = [
    "CIRCUITS",
    "LEAST",
    "accounts",
    "at_point",
    "bare",
    "enough",
    "grouped",
    "in_words",
    "inputs",
    "log",
    "means",
    "named",
    "number",
    "percent",
    "percents",
    "shares",
    "signed",
]

CIRCUITS = ("own", "inter", "external")


LEAST = 64
"""Draws that an interval which is quoted needs."""


def enough(draws: int) -> int:
    """The number of draws, where an interval may rest on so many."""
    assert draws >= LEAST, f"{draws} draws are too few for an interval that is quoted"
    return draws


@functools.cache
def accounts(table: str) -> Accounts:
    return load(table)


@functools.cache
def log(table: str) -> pd.DataFrame:
    return load_log(table)


@functools.cache
def shares(table: str, *region: str) -> xr.Dataset:
    """Circulation by absorption; of the provinces, or of the regions named."""
    return circulation(accounts(table), list(region) or None)


def means(table: str, weighting: int) -> list[float]:
    """Own, inter and external, mean over the provinces: weighting 0 simple, -1 by GDP."""
    return [float(x) for x in shares(table)["mean"].isel(weighting=weighting).sel(circuit=list(CIRCUITS))]


def named(table: str, n: int, digits: int = 0) -> list[tuple[str, str]]:
    """The n provinces with the largest external shares: name, per cent."""
    external = shares(table)["external"].to_series().sort_values(ascending=False)
    g = accounts(table).geography
    return [(g.name(code), percent(x, digits)) for code, x in external.head(n).items()]


def bare(text: str) -> str:
    """Without its sign of per cent, which the page has."""
    return text.removesuffix("%")


def number(x: float, digits: int = 0) -> str:
    """With commas and a true minus, which no zero has."""
    text = f"{x:,.{digits}f}"
    return text.removeprefix("-") if not text.strip("-0.,") else text.replace("-", "−")


def grouped(table: str, step: str, *quantities: str) -> tuple[int, float]:
    """Cells changed and net change of a step of the build log."""
    rows = log(table)
    rows = rows[(rows["step"] == step) & rows["quantity"].isin(quantities)]
    return len(rows), float(rows["change"].sum())


@functools.cache
def inputs() -> dict[int, ChinaInputs]:
    """The raw tables of both years of China's provinces."""
    return read_both(raw_folder())


COUNTS = ("none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


def in_words(n: int) -> str:
    """A count up to twelve as it is written out."""
    return COUNTS[n]


def at_point(data: Mapping[str, Any]) -> xr.Dataset:
    """Numbers of every arm of a scenario at its point: without draws, and without a table for each choice."""
    plain = {k: v for k, v in data.items() if k != "uncertainty"}
    done = assess(prepare(Layers("page", plain, (), None)), full=False)
    assert not done.failures, done.failures
    return done.data
