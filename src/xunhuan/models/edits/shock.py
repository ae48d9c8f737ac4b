"""What is asked of a model: edits under a name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

from xunhuan.models.edits.base import Edit

E = TypeVar("E", bound=Edit)


@dataclass(frozen=True)
class Shock:
    """Named edits; their order does not matter.

    Attributes
    ----------
    edits : tuple of Edit
        What is changed; edits of one cell compound.
    name : str
        What errors and reports call it.

    Examples
    --------
    >>> from xunhuan.models.edits import Capacity, Tariff
    >>> shock = Shock((Tariff("BOR", "ATL", add=0.1),), "tariffs") + Shock((Capacity("BOR", loss=0.2),), "strike")
    >>> shock.name, len(shock.lasting), len(shock.timed)
    ('tariffs + strike', 1, 1)
    """

    edits: tuple[Edit, ...] = ()
    name: str = ""

    def __add__(self, other: Shock) -> Shock:
        """Both shocks."""
        return Shock(self.edits + other.edits, " + ".join(n for n in (self.name, other.name) if n))

    @property
    def lasting(self) -> tuple[Edit, ...]:
        """Edits that hold for good, at once."""
        return tuple(e for e in self.edits if e.lasting and not e.by_years)

    @property
    def timed(self) -> tuple[Edit, ...]:
        """Edits in force for a period."""
        return tuple(e for e in self.edits if not e.lasting)

    @property
    def yearly(self) -> tuple[Edit, ...]:
        """Edits that come in over years."""
        return tuple(e for e in self.edits if e.by_years)

    def of(self, *kinds: type[E]) -> tuple[E, ...]:
        """Edits of some kinds."""
        return tuple(e for e in self.edits if isinstance(e, kinds))
