"""How many questions are to come, which decides whether an answer is worth compiling; the answer does not depend on it.

Bytes may, in their last digits: so that a run gives the same bytes again it says what it expects, whatever was asked before.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

ENOUGH = 50
"""Questions of one kind after which more of them are expected where nobody said: about what compiling costs."""
_many: ContextVar[bool | None] = ContextVar("many", default=None)
_asked: Counter[Hashable] = Counter()


@contextmanager
def expecting(many: bool) -> Iterator[None]:
    """A block of which it is known whether many questions of a kind are asked in it, such as draws.

    >>> with expecting(many=True):
    ...     worth_compiling("a kind")
    True
    """
    before = _many.set(many)
    try:
        yield
    finally:
        _many.reset(before)


def worth_compiling(kind: Hashable) -> bool:
    """Whether to compile for the next question of a kind: as the block expects, else once `ENOUGH` were asked.

    >>> [worth_compiling("another kind") for _ in range(ENOUGH + 1)][-2:]
    [False, True]
    """
    known = _many.get()
    if known is None:
        _asked[kind] += 1
        return _asked[kind] > ENOUGH
    return known
