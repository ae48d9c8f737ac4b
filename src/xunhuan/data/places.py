"""Places a result speaks of: every region, and every nation of several regions; how numbers of regions add up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from xunhuan.data.accounts import Accounts
from xunhuan.data.arrays import Array, ratio

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class Places:
    """Regions that keep books, then nations of several regions.

    codes · names_en · names_zh · kind ("region" or "nation") · at_home: True in the home nation
    member  place r, 1 where region r belongs to the place
    """

    codes: tuple[str, ...]
    names_en: tuple[str, ...]
    names_zh: tuple[str, ...]
    kind: tuple[str, ...]
    at_home: NDArray[np.bool_]
    member: Array

    @property
    def home_index(self) -> NDArray[np.intp]:
        """Positions of the home nation's regions, and of the nation itself where it has several."""
        return np.flatnonzero(self.at_home)

    def sum(self, x: Array) -> Array:
        """Σ over members of a value by region (last axis r)."""
        return np.asarray(x @ self.member.T)

    def share(self, part: Array, whole: Array) -> Array:
        """Σ part / Σ whole over members; nan where the whole is 0."""
        return ratio(self.sum(part), self.sum(whole), np.nan)

    def index(self, code: str) -> int:
        """Position of a place."""
        return self.codes.index(code)

    def frame(self) -> pd.DataFrame:
        """Codes, names and kinds, one row a place."""
        import pandas as pd

        return pd.DataFrame(
            {"place": self.codes, "name_en": self.names_en, "name_zh": self.names_zh, "kind": self.kind}
        )


def places(acc: Accounts) -> Places:
    """The places of a table, regions first."""
    g = acc.geography
    shut = np.flatnonzero(acc.closed)
    rows = [(g.codes[k], g.names_en[k] or g.codes[k], g.name(g.codes[k], "zh"), "region", g.nation[k]) for k in shut]
    member = [np.eye(acc.R)[k] for k in shut]
    for n, nation in enumerate(g.nations):
        inside = (g.nation_index == n) & acc.closed
        if inside.sum() > 1:
            rows.append((nation, g.name(nation), g.name(nation, "zh"), "nation", nation))
            member.append(inside.astype(float))
    codes, en, zh, kind, nation_of = (tuple(c) for c in zip(*rows, strict=True))
    return Places(codes, en, zh, kind, np.array([n == acc.home for n in nation_of]), np.stack(member))
