"""Figures that no source gives: central values, ranges and what is said of them, from the file beside."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from typing import Literal, Self

import numpy as np
from pydantic import model_validator

from xunhuan.data.arrays import Array
from xunhuan.data.records import Finite, Strict


class Assumed(Strict):
    """One figure with its range.

    value, low, high  central value and ends · scale  whether the triangle is of the number or of its logarithm
    kind  what it rests on · source  what is said of it
    """

    value: Finite
    low: Finite
    high: Finite
    scale: Literal["number", "log"] = "number"
    kind: Literal["fact", "computed", "judgement"]
    source: str

    @model_validator(mode="after")
    def _ranged(self) -> Self:
        if not self.low < self.value < self.high:
            raise ValueError(f"value ({self.value:g}) must lie between low ({self.low:g}) and high ({self.high:g})")
        if self.scale == "log" and self.low <= 0:
            raise ValueError("a range of logarithms begins above 0")
        return self

    def at(self, u: Array, middle: float | None = None) -> Array:
        """Values at probabilities u of the triangular distribution; one around another middle keeps its proportions.

        >>> Assumed(value=2.0, low=1.0, high=3.0, kind="judgement", source="none").at(np.array([0.0, 0.5, 1.0])).tolist()
        [1.0, 2.0, 3.0]
        """
        low, mode, high = (np.log(x) if self.scale == "log" else x for x in (self.low, self.value, self.high))
        width, turn = high - low, mode - low
        up, down = low + np.sqrt(u * width * turn), high - np.sqrt((1 - u) * width * (width - turn))
        x = np.where(u * width < turn, up, down)
        out = np.exp(x) if self.scale == "log" else x
        if middle is None or middle == self.value:
            return np.asarray(out)
        return np.asarray(out * middle / self.value)


@cache
def _file() -> tuple[str, dict[str, Assumed]]:
    text = (resources.files("xunhuan.models.conversion") / "data" / "assumed.toml").read_text(encoding="utf-8")
    found = tomllib.loads(text)
    return str(found.pop("currency")), {k: Assumed(**v) for k, v in found.items()}


def assumed() -> dict[str, Assumed]:
    """Figures by name, in the order of the file."""
    return _file()[1]


def assumed_currency() -> str:
    """The currency that the file's sums are in."""
    return _file()[0]
