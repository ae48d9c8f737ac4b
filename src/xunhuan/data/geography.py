"""Regions, the nations they lie in, and named clusters of them; selections by code or name."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from xunhuan.data.arrays import Index, Remembered
from xunhuan.data.migration import Migration, bundled_moves
from xunhuan.data.tasks import AsGiven
from xunhuan.errors import BadInput, UnknownName


@cache
def _listed(file: str) -> tuple[tuple[str, str], ...]:
    text = (resources.files("xunhuan.data") / "lists" / file).read_text(encoding="utf-8")
    rows = csv.reader(line for line in text.splitlines() if not line.startswith("#"))
    return tuple((code, name) for code, name in rows)[1:]


@cache
def other_names() -> dict[str, str]:
    """Other names that places are known by, folded, with their codes: data/lists/place_names.csv.

    >>> other_names()["广东省"], other_names()["taiwan"]
    ('CN-GD', 'TWN')
    """
    return {name.casefold(): code for code, name in _listed("place_names.csv")}


def chinese_titles() -> dict[str, str]:
    """What places are called in Chinese where a table's own name is another: data/lists/place_titles.csv, by code.

    >>> chinese_titles()["HKG"]
    '中国香港'
    """
    return dict(_listed("place_titles.csv"))


@dataclass(frozen=True)
class Geography(AsGiven):
    """Places with accounts.

    codes         region codes (ISO 3166-2 for provinces, ISO 3166-1 alpha-3 for economies), unique
    names_en/_zh  names; empty where unknown
    nation        nation code of each region; a foreign economy is a nation of one region
    open          regions whose books are not kept: they only buy exports and sell imports
    clusters      named sets of region codes
    nation_names  (English, Chinese) name of a nation or cluster
    population    persons (10^4), nan where unknown
    tile          (column, row) on a tile-grid map, None where a region has no tile
    migration     who moves between regions of a nation; None: what the package knows by their codes, see `moves`

    Raises BadInput where lengths differ or a code is repeated.
    """

    codes: tuple[str, ...]
    nation: tuple[str, ...]
    names_en: tuple[str, ...] = ()
    names_zh: tuple[str, ...] = ()
    open: frozenset[str] = frozenset()
    clusters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    nation_names: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    population: tuple[float, ...] = ()
    tile: tuple[tuple[int, int] | None, ...] = ()
    migration: Migration | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        n = len(self.codes)
        blank: dict[str, object] = {
            "names_en": ("",) * n,
            "names_zh": ("",) * n,
            "population": (float("nan"),) * n,
            "tile": (None,) * n,
        }
        for name, value in blank.items():
            if len(getattr(self, name)) == 0:
                object.__setattr__(self, name, value)
        bad = [k for k in (*blank, "nation") if len(getattr(self, k)) != n]
        if bad:
            raise BadInput(f"geography has {n} regions but other lengths in {', '.join(bad)}")
        if self.migration is not None and self.migration.persons.shape[1] != n:
            raise BadInput(f"geography has {n} regions, its moves {self.migration.persons.shape[1]}")
        repeated = sorted({c for c in self.codes if self.codes.count(c) > 1})
        if repeated:
            raise BadInput("region codes are repeated", items=repeated)
        members = {c for m in self.clusters.values() for c in m}
        if members - set(self.codes):
            raise BadInput("clusters name regions that are not there", items=sorted(members - set(self.codes)))
        if self.open - set(self.codes):
            raise BadInput("open regions that are not there", items=sorted(self.open - set(self.codes)))

    def __len__(self) -> int:
        return len(self.codes)

    @cached_property
    def nations(self) -> tuple[str, ...]:
        """Nation codes in order of first appearance."""
        return tuple(dict.fromkeys(self.nation))

    @cached_property
    def nation_index(self) -> Index:
        """Position in `nations` of each region's nation, axis r."""
        place = {n: k for k, n in enumerate(self.nations)}
        return np.array([place[n] for n in self.nation], dtype=np.intp)

    @cached_property
    def is_open(self) -> NDArray[np.bool_]:
        """True where the region's books are not kept, axis r."""
        return np.array([c in self.open for c in self.codes], dtype=bool)

    @cached_property
    def same_nation(self) -> NDArray[np.bool_]:
        """True where r and s lie in one nation, axes r s."""
        k = self.nation_index
        return np.asarray(k[:, None] == k[None, :], dtype=bool)

    @cached_property
    def moves(self) -> Migration | None:
        """Persons who move between regions, w o d: the table's own, else what is bundled for these codes and nations."""
        return self.migration or bundled_moves(self.codes, self.nation)

    @cached_property
    def _places(self) -> dict[str, int]:
        at = {c: k for k, c in enumerate(self.codes)}
        out = {name: at[code] for name, code in other_names().items() if code in at}
        for names in (self.names_zh, self.names_en, self.codes):  # codes win over names
            for k, name in enumerate(names):
                if name:
                    out[name.casefold()] = k
        return out

    @cached_property
    def _sets(self) -> dict[str, Index]:
        out: dict[str, Index] = {}
        also: dict[str, list[str]] = {}
        for name, code in other_names().items():
            also.setdefault(code, []).append(name)
        for n in self.nations:
            found = np.flatnonzero(self.nation_index == self.nations.index(n))
            for name in (n, *self.nation_names.get(n, ()), *(also.get(n, ()) if len(found) > 1 else ())):
                if name and (name.casefold() not in self._places or len(found) > 1):
                    out[name.casefold()] = found
        for name, members in self.clusters.items():
            found = np.array([self.codes.index(m) for m in members], dtype=np.intp)
            for alias in (name, *self.nation_names.get(name, ())):
                if alias and (alias == name or alias.casefold() not in self._places):
                    out[alias.casefold()] = found
        return out

    def known_names(self) -> list[str]:
        """Every name a selection accepts, for messages and completion."""
        sets = [n for code in (*self.clusters, *self.nations) for n in (code, *self.nation_names.get(code, ())) if n]
        words = ["all", "foreign", "provinces", *sets]
        return list(dict.fromkeys([*self.codes, *words, *filter(None, self.names_en), *filter(None, self.names_zh)]))

    def index(self, name: str) -> int:
        """Position of one region given its code, English or Chinese name. Raises UnknownName."""
        found = self._places.get(name.strip().casefold())
        if found is None:
            raise self._unknown(name)
        return found

    def _unknown(self, name: str) -> UnknownName:
        """The error for a name; of an economy that is known but not listed here it says so, and guesses no other."""
        key = name.strip()
        code = other_names().get(key.casefold(), key.upper())
        if "ROW" not in self.codes or "-" in code or code not in other_names().values():
            return UnknownName.of("region", name, self.known_names())
        fix = "economies without one are part of ROW, or of a group of the table"
        return UnknownName(f"region {name!r} has no row of its own in this table", fix=fix)

    def select(self, expr: str | Iterable[str], home: str | None = None) -> Index:
        """Positions of the regions an expression names, in table order, each once.

        A name is a region code or name, a nation, a cluster, "all", "provinces" (regions of the home nation) or
        "foreign" (all others). "A+B" is a union, a leading "!" takes away: "CHN+HKG", "foreign+!USA".
        `home` is the nation meant by "provinces" and "foreign"; by default the nation with most regions.

        Raises UnknownName with the nearest names; BadInput where nothing is left.
        """
        if not isinstance(expr, str):
            return self._select(list(expr), expr, home)
        found = self._asked.get((expr, home))
        if found is None:  # a shock of a thousand lines names the same few regions again and again
            found = self._asked[expr, home] = self._select(re.split(r"\s*\+\s*", expr.strip()), expr, home)
            found.flags.writeable = False
        return found

    @cached_property
    def _asked(self) -> Remembered[tuple[str, str | None]]:
        return Remembered()

    def _select(self, words: list[str], expr: object, home: str | None) -> Index:
        chosen = np.zeros(len(self), dtype=bool)
        if words and all(w.startswith("!") for w in words):
            chosen[:] = True
        for word in words:
            if not word.startswith("!"):
                chosen[self._one(word, home)] = True
        for word in words:
            if word.startswith("!"):
                chosen[self._one(word[1:], home)] = False
        found = np.flatnonzero(chosen)
        if found.size == 0:
            raise BadInput(f"the selection {expr!r} names no region", fix="name at least one region of the table")
        return found

    def _one(self, word: str, home: str | None) -> Index:
        key = word.strip().casefold()
        if key in self._sets:
            return self._sets[key]
        if key in self._places:
            return np.array([self._places[key]], dtype=np.intp)
        if key == "all":
            return np.arange(len(self))
        if key in ("provinces", "foreign"):
            at_home = np.array([n == (home or self.home) for n in self.nation])
            return np.flatnonzero(at_home if key == "provinces" else ~at_home)
        raise self._unknown(word)

    @property
    def home(self) -> str:
        """The nation with most regions: the home a user most likely means."""
        counts = np.bincount(self.nation_index)
        return self.nations[int(np.argmax(counts))]

    def name(self, code: str, language: str = "en") -> str:
        """Name of a region or nation in "en" or "zh"; its code where it has none."""
        k = 0 if language == "en" else 1
        if k == 1 and (said := chinese_titles().get(code)) and (code in self.codes or code in self.nation_names):
            return said
        if code in self.codes:
            names = self.names_en if k == 0 else self.names_zh
            return names[self.codes.index(code)] or code
        return self.nation_names.get(code, ("", ""))[k] or code

    def take(self, index: Sequence[int] | Index) -> Geography:
        """The regions at `index`, with clusters cut down to those left."""
        keep = [int(k) for k in index]
        codes = tuple(self.codes[k] for k in keep)
        left = {c: tuple(m for m in ms if m in codes) for c, ms in self.clusters.items()}
        return Geography(
            codes=codes,
            nation=tuple(self.nation[k] for k in keep),
            names_en=tuple(self.names_en[k] for k in keep),
            names_zh=tuple(self.names_zh[k] for k in keep),
            open=frozenset(c for c in self.open if c in codes),
            clusters={c: m for c, m in left.items() if m},
            nation_names=self.nation_names,
            population=tuple(self.population[k] for k in keep),
            tile=tuple(self.tile[k] for k in keep),
            migration=self.migration and self.migration.take(keep),
        )

    def regroup(self, name: str, members: Iterable[str], names: tuple[str, str] = ("", "")) -> Geography:
        """The same regions with `members` made one nation called `name`.

        Raises BadInput where an open region is among the members: a nation's regions keep books.
        """
        inside = set(self.select(list(members)).tolist())
        shut = [c for k, c in enumerate(self.codes) if k in inside and c in self.open]
        if shut:
            raise BadInput(f"nation {name!r} cannot hold open regions", items=shut)
        if name in self.nation and any(self.nation[k] == name and k not in inside for k in range(len(self))):
            raise BadInput(f"nation {name!r} exists and has other regions", fix="choose a new nation name")
        nation = tuple(name if k in inside else n for k, n in enumerate(self.nation))
        return replace(self, nation=nation, nation_names={**self.nation_names, name: names})
