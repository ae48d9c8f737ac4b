"""Sector lists with named groups, and concordances between lists."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from xunhuan.data.arrays import Index, Remembered
from xunhuan.data.isic import classes
from xunhuan.data.tasks import AsGiven
from xunhuan.errors import BadInput, Problems, UnknownName

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Sectors(AsGiven):
    """An ordered list of sectors (goods and the industries that make them).

    codes         unique sector codes
    names_en/_zh  names, the code where unknown
    groups        named sets of codes such as "goods", "manufacturing", "electronics"
    isic          what each sector is in ISIC Rev.4, written as codes are: "C26", "C17T18+C32"; "" where it is not said
    listed        name of the sector list that the codes are declared to be of; "" where none is

    Raises BadInput where lengths differ, a code is repeated, a group names an unknown code or ISIC is not that.
    """

    codes: tuple[str, ...]
    names_en: tuple[str, ...] = ()
    names_zh: tuple[str, ...] = ()
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    isic: tuple[str, ...] = ()
    listed: str = ""

    def __post_init__(self) -> None:
        p = Problems("the sector list is not valid")
        for name in ("names_en", "names_zh"):
            if len(getattr(self, name)) == 0:
                object.__setattr__(self, name, self.codes if name == "names_en" else self.names_en)
            if len(getattr(self, name)) != len(self.codes):
                p.add(f"{name} has {len(getattr(self, name))} entries for {len(self.codes)} sectors")
        if self.isic and len(self.isic) != len(self.codes):
            p.add(f"isic has {len(self.isic)} entries for {len(self.codes)} sectors")
        for code, isic in zip(self.codes, self.isic, strict=False):
            if isic and not classes(isic):
                p.add(f"sector {code!r}: {isic!r} is not ISIC Rev.4, such as C26, C17T18+C32 or M_N")
        for code in sorted({c for c in self.codes if self.codes.count(c) > 1}):
            p.add(f"sector code {code!r} is repeated")
        for group, members in self.groups.items():
            for m in members:
                if m not in self.codes:
                    p.add(f"group {group!r} names the unknown sector {m!r}")
        p.raise_if()

    def __len__(self) -> int:
        return len(self.codes)

    @cached_property
    def _places(self) -> dict[str, int]:
        out: dict[str, int] = {}
        for names in (self.names_zh, self.names_en, self.codes):
            for k, name in enumerate(names):
                out[name.casefold()] = k
        return out

    @cached_property
    def _sets(self) -> dict[str, Index]:
        """Positions of each group's sectors."""
        return {g.casefold(): np.array([self.codes.index(m) for m in ms], np.intp) for g, ms in self.groups.items()}

    def known_names(self) -> list[str]:
        """Every name a selection accepts."""
        return list(dict.fromkeys([*self.codes, "all", *self.groups, *self.names_en, *self.names_zh]))

    def index(self, name: str) -> int:
        """Position of one sector given its code or name. Raises UnknownName."""
        found = self._places.get(name.strip().casefold())
        if found is None:
            raise UnknownName.of("sector", name, self.known_names())
        return found

    def select(self, expr: str | Iterable[str]) -> Index:
        """Positions of the sectors an expression names: codes, names, groups, "all", "A+B", "!X".

        Raises UnknownName with the nearest names; BadInput where nothing is left.
        """
        if not isinstance(expr, str):
            return self._select(expr)
        found = self._asked.get(expr)
        if found is None:
            found = self._asked[expr] = self._select(expr)
            found.flags.writeable = False
        return found

    @cached_property
    def _asked(self) -> Remembered[str]:
        return Remembered()

    def _select(self, expr: str | Iterable[str]) -> Index:
        words = self._words(expr)
        chosen = np.zeros(len(self), dtype=bool)
        if words and all(w.startswith("!") for w in words):
            chosen[:] = True
        for word in words:
            if not word.startswith("!"):
                chosen[self._one(word)] = True
        for word in words:
            if word.startswith("!"):
                chosen[self._one(word[1:])] = False
        found = np.flatnonzero(chosen)
        if found.size == 0:
            raise BadInput(f"the selection {expr!r} names no sector", fix="name at least one sector of the table")
        return found

    def _words(self, expr: str | Iterable[str]) -> list[str]:
        if not isinstance(expr, str):
            return list(expr)
        whole = expr.strip()
        # A full sector name may itself hold a plus sign.
        return [whole] if whole.casefold() in self._places else re.split(r"\s*\+\s*", whole)

    def _one(self, word: str) -> Index:
        key = word.strip().casefold()
        if key in self._sets:
            return self._sets[key]
        if key == "all":
            return np.arange(len(self))
        return np.array([self.index(word)], dtype=np.intp)

    def take(self, index: Sequence[int] | Index) -> Sectors:
        """The sectors at `index`, with groups cut down to those left."""
        keep = [int(k) for k in index]
        codes = tuple(self.codes[k] for k in keep)
        left = {g: tuple(m for m in ms if m in codes) for g, ms in self.groups.items()}
        return Sectors(
            codes=codes,
            names_en=tuple(self.names_en[k] for k in keep),
            names_zh=tuple(self.names_zh[k] for k in keep),
            groups={g: m for g, m in left.items() if m},
            isic=tuple(self.isic[k] for k in keep) if self.isic else (),
            listed=self.listed,
        )


@dataclass(frozen=True)
class Concordance:
    """How the sectors of one list map into another, with a reason for each row.

    rows  columns source, target, weight, reason; weights of a source sector sum to 1
    """

    rows: pd.DataFrame

    @classmethod
    def read(cls, path: str | Path) -> Concordance:
        """Read a csv with columns source, target, weight, reason.

        Raises BadInput naming every faulty row: missing columns, weights that do not sum to 1, empty reasons.
        """
        import pandas as pd

        rows = pd.read_csv(path, dtype={"source": str, "target": str, "reason": str}, comment="#")
        p = Problems("the concordance is not valid")
        missing = {"source", "target", "weight", "reason"} - set(rows.columns)
        if missing:
            raise BadInput(f"the concordance lacks columns {', '.join(sorted(missing))}", where=str(path))
        for source, total in rows.groupby("source")["weight"].sum().items():
            if abs(float(total) - 1) > 1e-12:
                p.add(f"weights of {source!r} sum to {float(total)!r}, not 1")
        for k in np.flatnonzero(rows["reason"].isna().to_numpy()):
            p.add(f"row {k + 2} ({rows['source'].iloc[k]}) has no reason")
        p.raise_if(where=str(path))
        return cls(rows)

    def matrix(self, source: Sequence[str], target: Sequence[str]) -> NDArray[np.float64]:
        """Weights, axes (source, target); rows sum to 1.

        Raises BadInput naming every source without a row and every target nothing maps to.
        """
        p = Problems("the concordance is not complete")
        out = np.zeros((len(source), len(target)))
        place_s, place_t = {c: k for k, c in enumerate(source)}, {c: k for k, c in enumerate(target)}
        for s, t, w in self.rows[["source", "target", "weight"]].itertuples(index=False):
            if s in place_s and t in place_t:
                out[place_s[s], place_t[t]] += float(w)
        for k in np.flatnonzero(np.abs(out.sum(1) - 1) > 1e-12):
            p.add(f"source sector {source[int(k)]!r} maps with weight {out[k].sum():g}")
        for k in np.flatnonzero(out.sum(0) == 0):
            p.add(f"nothing maps to target sector {target[int(k)]!r}")
        p.raise_if()
        return out
