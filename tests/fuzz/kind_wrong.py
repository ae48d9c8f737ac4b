"""Calls that go wrong in every way there is, so that the harness is known to see it."""

from __future__ import annotations

import os
from pathlib import Path
from random import Random

import numpy as np

from tests.fuzz.harness import Input, Kind
from xunhuan.errors import BadInput


def _nth(rng: Random) -> Input:
    """The number of the case: its rng tells no more."""
    return str(next(n for n in range(6) if Random(f"wrong {n}").getstate() == rng.getstate())).encode()


def call(given: Input, folder: Path) -> None:
    """Go wrong in the way of the number given."""
    n = int(given) if isinstance(given, bytes) else 0
    if n == 1:
        raise BadInput("refused")
    if n == 2:
        raise KeyError("raised")
    while n == 3:
        pass
    if n == 4:
        np.ones(2**28)
    if n == 5:
        os.abort()


KINDS = (Kind("wrong", {"right": b"0"}, _nth, call, counts=False),)
