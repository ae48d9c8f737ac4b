"""What a look through a sheet finds before it is read: how far it reaches, and what stands in cells that look empty."""

from __future__ import annotations

from dataclasses import dataclass, field

NO_VALUE = "formula without a value"
MERGED = "merged with a number"
CellPlace = tuple[int, int]
"""Row and column of a cell, from 0."""
Merge = tuple[CellPlace, CellPlace]
"""First and last cell of a block that is merged."""


class Covered(str):
    """What a cell holds that is merged with a text: nothing where a label is looked for, no number where one is."""

    __slots__ = ()


COVERED = Covered("")


@dataclass
class Scan:
    """How far a sheet reaches, and what stands in cells that look empty.

    rows, columns  of the farthest cells · cells  that are there · lowest, rightmost  names of the farthest
    hidden         errors and formulas without a value, by row and column from 0
    merges         blocks of merged cells, in forms whose blocks the library does not tell
    """

    rows: int = 0
    columns: int = 0
    cells: int = 0
    lowest: str = ""
    rightmost: str = ""
    hidden: dict[CellPlace, str] = field(default_factory=dict)
    merges: list[Merge] = field(default_factory=list)
