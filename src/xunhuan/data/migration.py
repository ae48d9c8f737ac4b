"""Who moves between the regions of a nation: persons by origin and destination over windows of years."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from xunhuan.data.arrays import Array
from xunhuan.errors import BadInput, UnknownName

_WINDOW = re.compile(r"(\d{4})-(\d{4})")


@dataclass(frozen=True, eq=False)
class Migration:
    """Persons who live in d and lived in o at the start of the window.

    windows  "2015-2020", in order of time
    persons  w o d, 10^4 persons, nan where not known; the diagonal is 0: who stayed is told by the population
    source   where the numbers come from

    Raises BadInput where shapes or windows do not fit, or persons are negative.
    """

    windows: tuple[str, ...]
    persons: Array
    source: str = ""

    def __post_init__(self) -> None:
        p = np.array(self.persons, dtype=np.float64)
        if p.ndim != 3 or p.shape[1] != p.shape[2] or p.shape[0] != len(self.windows) or not self.windows:
            raise BadInput(f"moves have shape {p.shape}, not windows by origin by destination")
        odd = [w for w in self.windows if not _WINDOW.fullmatch(w)]
        if odd:
            raise BadInput("a window of moves is two years", items=odd, fix="for instance 2015-2020")
        if (p < 0).any():
            raise BadInput("persons who move cannot be negative")
        p[:, np.arange(p.shape[1]), np.arange(p.shape[1])] = 0.0
        p.flags.writeable = False
        object.__setattr__(self, "persons", p)

    def window(self, year: int) -> str:
        """The window a year lies in, the nearest one where it lies in none."""
        spans = [tuple(map(int, w.split("-"))) for w in self.windows]
        away = [max(a + 1 - year, year - b, 0) for a, b in spans]
        return self.windows[int(np.argmin(away))]

    def over(self, window: str) -> Array:
        """Persons o d of one window. Raises UnknownName."""
        if window not in self.windows:
            raise UnknownName.of("window of moves", window, self.windows)
        return np.asarray(self.persons[self.windows.index(window)])

    def take(self, index: Sequence[int] | NDArray[np.intp], more: int = 0) -> Migration:
        """The regions at `index`, and `more` of which nothing is known after them."""
        kept = self.persons[:, index][:, :, index]
        return replace(self, persons=np.pad(kept, ((0, 0), (0, more), (0, more)), constant_values=np.nan))

    def merge(self, to: NDArray[np.intp], size: int) -> Migration:
        """Regions added up to `size` new ones, `to` the new one of each: moves inside one are moves no more."""
        member = (to == np.arange(size)[:, None]).astype(float)
        apart = member @ np.isnan(self.persons) @ member.T
        summed = member @ np.nan_to_num(self.persons) @ member.T
        return replace(self, persons=np.where(apart > 0, np.nan, summed))


@lru_cache(8)
def bundled_moves(codes: tuple[str, ...], nation: tuple[str, ...]) -> Migration | None:
    """What the package knows of moves between the regions of a table's nations; None where it knows nothing."""
    known = [m for n in dict.fromkeys(nation) if (m := _of_nation(n, codes, nation)) is not None]
    if not known:
        return None
    # A second nation with a list of its own would need its windows; there is none yet.
    return known[0]


def _of_nation(name: str, codes: tuple[str, ...], nation: tuple[str, ...]) -> Migration | None:
    file = resources.files("xunhuan.data") / "lists" / f"migration_{name}.csv"
    members = [k for k, n in enumerate(nation) if n == name]
    if len(members) < 2 or not file.is_file():
        return None
    lines = file.read_text(encoding="utf-8").splitlines()
    head = [line[1:].strip() for line in lines if line.startswith("#")]
    rows = [line.split(",") for line in lines if not line.startswith("#")]
    column = {code: k for k, code in enumerate(rows[0][2:])}
    if not all(codes[k] in column for k in members):
        return None
    windows = tuple(dict.fromkeys(row[0] for row in rows[1:]))
    whole = np.full((len(windows), len(codes), len(codes)), np.nan)
    place = {codes[k]: k for k in members}
    there = [column[codes[k]] for k in members]
    for window, origin, *persons in rows[1:]:
        if origin in place:
            whole[windows.index(window), place[origin], members] = np.array(persons, dtype=float)[there]
    return Migration(windows, whole, head[0])
