"""Work in parts: one task after another here, or wherever the caller has said; the answers are the same to the last bit.

A task is a function of a module, of what all tasks share, such as a table, and of its own few arguments. It gives arrays and
hangs on nothing else: not on what was worked before it, nor on how many are worked beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

Parts = tuple[NDArray[Any], ...]
"""What a task gives."""
_Shared = TypeVar("_Shared")
_Task = TypeVar("_Task")


class AsGiven:
    """Base of frozen records that are sent as they were given, without what has been worked out of them since."""

    def __getstate__(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__dataclass_fields__}  # type: ignore[attr-defined]


class Mapper(Protocol):
    """Works tasks somewhere: their answers in the order of the tasks."""

    def __call__(self, work: Callable[[Any, Any], Parts], shared: Any, tasks: Sequence[Any]) -> list[Parts]:
        """work(shared, task) of every task."""
        ...


_mapper: ContextVar[Mapper | None] = ContextVar("mapper", default=None)


def mapped(work: Callable[[_Shared, _Task], Parts], shared: _Shared, tasks: Sequence[_Task]) -> list[Parts]:
    """work(shared, task) of every task, in their order, where the caller has said; else in this process.

    work must be a module's function, and what it takes must be plain data or records: it may be worked elsewhere.

    >>> mapped(_sums, np.ones(3), [1.0, 2.0])
    [(array(3.),), (array(6.),)]
    """
    mapper = _mapper.get()
    if mapper is None or len(tasks) < 2:
        return [work(shared, task) for task in tasks]
    return mapper(work, shared, tasks)


@contextmanager
def worked_by(mapper: Mapper) -> Iterator[None]:
    """A block whose tasks are worked by a mapper."""
    before = _mapper.set(mapper)
    try:
        yield
    finally:
        _mapper.reset(before)


def _sums(values: NDArray[Any], times: float) -> Parts:
    """A task for the example."""
    return (np.asarray(values.sum() * times),)
