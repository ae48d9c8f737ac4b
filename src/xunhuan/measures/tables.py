"""Measures take a table by its name or file as well as its accounts."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeAlias, TypeVar

from xunhuan.data.accounts import Accounts

_P = ParamSpec("_P")
_R = TypeVar("_R")
AnyTable: TypeAlias = Accounts | str | Path
"""A table: its accounts, its name as `xunhuan.tables` lists it, or its file."""


def accounts_of_table(table: AnyTable) -> Accounts:
    """The accounts of a table. Raises what `xunhuan.load` raises for a name or a file.

    >>> accounts_of_table("toyland").home
    'ATL'
    """
    if isinstance(table, Accounts):
        return table
    from xunhuan.data.store import load

    return load(table)


def of_table(measure: Callable[Concatenate[Accounts, _P], _R]) -> Callable[Concatenate[AnyTable, _P], _R]:
    """A measure of one table, `acc`, that may be named."""
    return _opening(measure, ("acc",))


def of_two_tables(
    measure: Callable[Concatenate[Accounts, Accounts, _P], _R],
) -> Callable[Concatenate[AnyTable, AnyTable, _P], _R]:
    """A measure of two tables, `first` and `last`, that may be named."""
    return _opening(measure, ("first", "last"))


def _opening(measure: Callable[..., _R], tables: tuple[str, ...]) -> Callable[..., _R]:
    @functools.wraps(measure)
    def call(*args: Any, **options: Any) -> _R:
        n = len(tables)
        given = {k: accounts_of_table(v) if k in tables else v for k, v in options.items()}
        return measure(*map(accounts_of_table, args[:n]), *args[n:], **given)

    return call
