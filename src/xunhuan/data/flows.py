"""Flows between regions that a user holds, on their way from a file to a table."""

from __future__ import annotations

from dataclasses import dataclass

from xunhuan.data.arrays import Array
from xunhuan.data.classification import Sectors


@dataclass(frozen=True, eq=False)
class HeldFlows:
    """Who sends what to whom, of one file; only its proportions count, good by good.

    value    r s i, value of good i from region r used in s, own use on the diagonal, any unit, >= 0
    regions  codes of r and s          sectors  the list of i
    title    what the file says it is  file     its name      digest  sha256 of its bytes
    negative number of cells that were below 0 in the file (falls in stocks) and are taken as 0
    """

    value: Array
    regions: tuple[str, ...]
    sectors: Sectors
    title: str
    file: str
    digest: str
    negative: int = 0
