"""What a table says its numbers are not, and whether a question leans on it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, get_args

import numpy as np

from xunhuan.data.accounts import Accounts

Guessed = Literal["prior", "national"]
GUESSED: tuple[Guessed, ...] = get_args(Guessed)
"""Words of `extra["partners"]` for partners that are not data: from distance and borders, or the nation's for all."""


def partners_guessed(acc: Accounts) -> str:
    """How it is known with whom abroad home's regions trade, where that is not data; empty where it is.

    A table says so in `extra`: "partners" one of GUESSED, "partners_of" the codes of the regions it is true of, apart by
    blanks. It matters where home has several of them and there is more than one region abroad.
    """
    word, marked = acc.extra.get("partners", ""), set(acc.extra.get("partners_of", "").split())
    inside = [c in marked for c, n in zip(acc.geography.codes, acc.geography.nation, strict=True) if n == acc.home]
    several = sum(inside) > 1 and len(acc.geography) - len(inside) > 1
    return word if word in GUESSED and several else ""


def picks_partners(acc: Accounts, chosen: Iterable[str | Iterable[str]]) -> bool:
    """True where a selection of regions names some of those abroad but not all, so that which of home's regions are met
    depends on whom they trade with. Raises UnknownName.

    >>> from xunhuan.data.toyland import toyland
    >>> picks_partners(toyland().regroup("NORTH", ["AT-N"]), ["BOR"]), picks_partners(toyland(), ["foreign"])
    (True, False)
    """
    abroad = np.array([n != acc.home for n in acc.geography.nation])
    named = [int(abroad[acc.geography.select(one, acc.home)].sum()) for one in chosen]
    return any(0 < n < abroad.sum() for n in named)
