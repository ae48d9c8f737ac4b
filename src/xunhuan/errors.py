"""Exception tree. Every error says what is wrong, where, and what would be right, and carries its items.

>>> print(BadInput("theta must be positive", where="sector C26", fix="give theta > 0"))
theta must be positive
  where: sector C26
  fix: give theta > 0
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence

SHOWN = 12
"""How many offending items a message lists before it counts the rest."""
LONGEST = 200
"""Letters of the longest name for which a near one is looked for: the time it takes grows with their square."""


class XunhuanError(Exception):
    """Base of all errors raised on purpose.

    what   one line: what is wrong
    where  one line: file, table, cell or parameter concerned
    fix    one line: what would be right
    items  the offending items, one line each
    """

    exit_code = 1

    def __init__(self, what: str, *, where: str = "", fix: str = "", items: Sequence[str] = ()) -> None:
        super().__init__(what)
        self.what, self.where, self.fix, self.items = what, where, fix, tuple(items)

    def __str__(self) -> str:
        lines = [self.what]
        lines += [f"  - {item}" for item in self.items[:SHOWN]]
        if len(self.items) > SHOWN:
            lines.append(f"  - and {len(self.items) - SHOWN} more")
        if self.where:
            lines.append(f"  where: {self.where}")
        if self.fix:
            lines.append(f"  fix: {self.fix}")
        return "\n".join(lines)

    def __reduce__(self) -> tuple[object, ...]:
        # Errors cross process borders in ensembles; keyword arguments would be lost by the default.
        return _rebuild, (type(self), self.what, self.where, self.fix, self.items)


def _rebuild(kind: type[XunhuanError], what: str, where: str, fix: str, items: tuple[str, ...]) -> XunhuanError:
    error = kind.__new__(kind)
    XunhuanError.__init__(error, what, where=where, fix=fix, items=items)
    return error


class BadInput(XunhuanError):
    """The user's input is wrong; nothing was computed or written."""

    exit_code = 2


class UnknownName(BadInput):
    """A region, sector, table or scenario name is not known."""

    @classmethod
    def of(cls, kind: str, name: str, valid: Iterable[str], where: str = "") -> UnknownName:
        """The error for one unknown name, naming its nearest valid neighbours.

        >>> print(UnknownName.of("region", "CN-GDD", ["CN-GD", "CN-GX", "USA"]))
        unknown region 'CN-GDD'
          fix: did you mean CN-GD, CN-GX?
        """
        near = nearest(name, valid)
        fix = f"did you mean {', '.join(near)}?" if near else f"choose one of: {_some(valid)}"
        return cls(f"unknown {kind} {name!r}", where=where, fix=fix)


class UnbalancedAccounts(BadInput):
    """An accounting identity does not hold, or a cell is not a number."""


class Infeasible(BadInput):
    """Margins that no non-negative matrix can meet."""


class ForeignFile(BadInput):
    """A file that is not what its name or place says: truncated, or of another kind."""


class NotConverged(XunhuanError):
    """A solver stopped without an answer."""


def nearest(name: str, valid: Iterable[str], n: int = 3) -> list[str]:
    """The valid names closest to `name`, ignoring case; empty where none is near.

    >>> nearest("guangdon", ["Guangdong", "Guangxi", "Tibet"])
    ['Guangdong', 'Guangxi']
    >>> nearest("广冬", ["广东", "西藏"])
    ['广东']
    """
    if len(name) > LONGEST:
        return []
    lowered: dict[str, str] = {}
    for v in (v for v in valid if len(v) <= LONGEST):
        lowered.setdefault(v.lower(), v)
    cutoff = 0.6 if name.isascii() else 0.5  # one of two characters right is near
    return [lowered[m] for m in difflib.get_close_matches(name.lower(), lowered, n=n, cutoff=cutoff)]


def _some(valid: Iterable[str], n: int = 8) -> str:
    names = list(dict.fromkeys(valid))
    return ", ".join(names[:n]) + (", ..." if len(names) > n else "")


class Problems:
    """Collects what is wrong so that it is reported at once.

    >>> p = Problems("the scenario has errors")
    >>> p.add("shock[0].sectors: unknown sector 'chips'")
    >>> p.raise_if(where="a.toml")
    Traceback (most recent call last):
    ...
    xunhuan.errors.BadInput: the scenario has errors
      - shock[0].sectors: unknown sector 'chips'
      where: a.toml
    """

    def __init__(self, what: str) -> None:
        self.what = what
        self.items: list[str] = []

    def add(self, item: str) -> None:
        """Note one problem."""
        self.items.append(item)

    def __bool__(self) -> bool:
        return bool(self.items)

    def raise_if(self, kind: type[XunhuanError] = BadInput, where: str = "", fix: str = "") -> None:
        """Raise `kind` with all problems noted, if any."""
        if self.items:
            raise kind(self.what, where=where, fix=fix, items=self.items)
