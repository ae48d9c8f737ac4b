"""What an answer is told in: a quantity as its room lists it, and the numbers that are read off an arm for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from xunhuan.data.arrays import Array

PictureKind = Literal[
    "map", "bars", "lines", "fan", "stack", "steps", "heat", "pairs", "lollipops", "curve", "tiles", "land", "flows",
    "table", "none",
]  # fmt: skip
_NONE: Mapping[str, Any] = MappingProxyType({})


class Numbers(NamedTuple):
    """Numbers with the names of their axes.

    Attributes
    ----------
    axes : tuple of str
        A name an axis, as the `Quantity` has them.
    values : array
        The numbers, in the quantity's unit.
    coords : mapping
        Labels of the axes that the base table does not know, by axis.
    low, high : array, optional
        Ends of the 90% interval, where the model draws by itself; a scenario's draws take their place.

    Examples
    --------
    >>> import numpy as np
    >>> Numbers(("place", "t"), np.zeros((5, 2)), {"t": [0, 7]}).values.shape
    (5, 2)
    """

    axes: tuple[str, ...]
    values: Array
    coords: Mapping[str, Any] = _NONE
    low: Array | None = None
    high: Array | None = None


Readings = Mapping[str, Numbers]  # numbers read off an arm, by quantity


@dataclass(frozen=True)
class Quantity:
    """A number that is read off an arm.

    Attributes
    ----------
    name : str
        What scenarios, results and the command line call it; no other model may have it.
    unit : str
        A name of `symbols.UNITS`; "value" is the table's own unit.
    axes : tuple of str
        "place" (regions, then nations of several), "home_place", "region", "sector", "t" (days), or axes the readings
        label; () for one number that speaks of the nation looked at.
    definition : str
        A sentence, with the formula where there is one.
    source : str
        Key in refs.bib, or "".
    better : int
        +1 more is better, -1 worse, 0 neither; what is worse and rests at 0 is a loss, told without a sign.
    headline : bool
        Whether it is among the numbers told first, drawn and listed in the summary.
    rest : float, optional
        Its value in the base, 0 by default; None: read off the base.
    picture : PictureKind
        How it is drawn, or "none": a map of places; bars of places, sectors or labels; lines along t; lines with bands and
        dots along its last axis; bars of the last axis stacked by the first; steps to a last, their sum; colours over two
        axes; pairs of bars, a colour a label of its last axis; dots on stems; a curve or maps of places along its last
        axis; a map of places and one on the `land`; flows from its first to its third axis; a table by label, arm.
    points : tuple of str
        Of a fan: quantities drawn as dots, full ones first, then hollow ones, then crosses. Of a land: the one whose
        amounts are circles at its points.
    beside : tuple of str
        Quantities of one number that this one is never told without.
    kept : bool
        Whether draws of a scenario keep it, though it is no headline, so that it has an interval.
    ends : bool
        Whether what the model gives as its interval are two ends between which it lies, and nothing is drawn.
    opens : bool
        Whether its picture opens a page where it has an answer: somebody asked for it in so many words.
    told_with : tuple of str
        Kinds of edits that make it worth a row beside the headlines, though it is none.

    Examples
    --------
    >>> crop = Quantity("crop", "value", ("place",), "harvest lost", better=-1)
    >>> crop.change, crop.loss
    (True, True)
    """

    name: str
    unit: str
    axes: tuple[str, ...]
    definition: str
    source: str = ""
    better: int = 0
    headline: bool = False
    rest: float | None = 0.0
    picture: PictureKind = "none"
    points: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    kept: bool = False
    ends: bool = False
    opens: bool = False
    told_with: tuple[str, ...] = ()

    @property
    def change(self) -> bool:
        """True where it is a change against the base, so that 0 means no effect."""
        return self.rest == 0.0

    @property
    def loss(self) -> bool:
        """True where it counts what is lost."""
        return self.change and self.better < 0
