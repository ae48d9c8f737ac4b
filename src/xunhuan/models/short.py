"""The command of a model on the command line, where options by the names of its parameters do not do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

from xunhuan.models.edits.base import Edit


@dataclass(frozen=True)
class Posed:
    """What a command asks.

    Attributes
    ----------
    table : str
        Name of the table, or a file.
    values : mapping of str to any
        What [model.NAME] would hold.
    edits : tuple of Edit
        Edits that the options stand for.

    Examples
    --------
    >>> Posed("toyland").edits
    ()
    """

    table: str
    values: Mapping[str, Any] = field(default_factory=dict)
    edits: tuple[Edit, ...] = ()


@dataclass(frozen=True)
class Short:
    """What a model's own command takes.

    Attributes
    ----------
    options : type of BaseModel
        What may be given: fields without a default are arguments, in order, the others options by their names, lists with
        commas; its docstring says what each is.
    pose : callable
        (options): what is asked. Raises BadInput listing all that cannot be read.
    arguments : tuple of str
        Fields with a default that are arguments too.
    whole : bool
        Whether options for every kind of edit and every parameter stand beside, but for those of the same names.

    Examples
    --------
    >>> from xunhuan.data.records import Strict
    >>> class Days(Strict):
    ...     "days  of rain"
    ...     days: float = 1.0
    >>> Short(Days, lambda d: Posed("toyland", {"days": d.days})).pose(Days(days=3.0)).values
    {'days': 3.0}
    """

    options: type[BaseModel]
    pose: Callable[[Any], Posed]
    arguments: tuple[str, ...] = ()
    whole: bool = False
