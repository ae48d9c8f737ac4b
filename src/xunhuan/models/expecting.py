"""How many questions are to come, which decides whether an answer is worth compiling; the answer does not depend on it.

Bytes may, in their last digits: a scenario expects many, so that it gives the same bytes whatever was asked before.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_many: ContextVar[bool | None] = ContextVar("many", default=None)
_asked: Counter[Hashable] = Counter()


@contextmanager
def expecting(many: bool) -> Iterator[None]:
    """A block of which it is known whether many questions of a kind are asked in it, such as draws.

    >>> with expecting(many=True):
    ...     expected()
    True
    """
    before = _many.set(many)
    try:
        yield
    finally:
        _many.reset(before)


def expected() -> bool | None:
    """Whether many questions are to come; None where nobody said.

    >>> expected() is None
    True
    """
    return _many.get()


def asked_before(kind: Hashable) -> int:
    """How often this process asked a question of a kind before; asking counts.

    >>> asked_before("a kind"), asked_before("a kind")
    (0, 1)
    """
    _asked[kind] += 1
    return _asked[kind] - 1
