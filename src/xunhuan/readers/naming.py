"""Sectors by the names that a house's files give them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from xunhuan.data.classification import Sectors
from xunhuan.data.sector_lists import of_house, sector_list


def bare_name(name: str) -> str:
    """A name without what writers vary: case, marks and blanks.

    >>> bare_name("Growing cereals n.e.c. ") == bare_name("growing cereals nec")
    True
    """
    return re.sub(r"\W+", "", name.casefold())


def listed_by_names(names: Sequence[str], *lists: str) -> Sectors:
    """Sectors of the first list that has all these names, under its codes; else under the names themselves.

    >>> listed_by_names(["Wheat", "Paddy rice"], "exiobase3-ixi", "exiobase3-pxp").codes
    ('p01.b', 'p01.a')
    >>> listed_by_names(["X"], "gtap").codes
    ('X',)
    """
    for name in lists:
        of = sector_list(name).sectors
        place = {bare_name(n): c for c, n in zip(of.codes, of.names_en, strict=True)}
        codes = [place.get(bare_name(n), "") for n in names]
        if all(codes) and len(set(codes)) == len(codes):
            return of_house(Sectors(tuple(codes)), name)
    return Sectors(tuple(names))
