"""Options of a model's own command on the command line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from xunhuan.models.edits.base import Edit


@dataclass(frozen=True)
class Shorthand:
    """An option of a model's own command: a text that stands for edits, or for values of parameters.

    Attributes
    ----------
    name : str
        Of the option, without dashes.
    about : str
        What it stands for, one line.
    edits : callable, optional
        (text): edits. Raises BadInput.
    values : callable, optional
        (text): parameters by name. Raises BadInput.

    Examples
    --------
    >>> rate = Shorthand("rate", "share a year", values=lambda text: {"growth": float(text)})
    >>> rate.values("0.05")
    {'growth': 0.05}
    """

    name: str
    about: str
    edits: Callable[[str], tuple[Edit, ...]] | None = None
    values: Callable[[str], Mapping[str, Any]] | None = None
