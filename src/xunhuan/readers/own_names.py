"""A csv of the user's that says what the odd names of a file are: places and sectors, one a line."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from xunhuan.data.classification import Sectors
from xunhuan.data.geography import Geography
from xunhuan.errors import BadInput, Problems, UnknownName
from xunhuan.readers.labels import Lexicon
from xunhuan.readers.sheet import open_csv

NAMES_HEAD = ("name", "is")


def own_names(path: Path | None, geography: Geography, lists: tuple[Sectors, ...]) -> Mapping[str, str]:
    """Name as the file has it -> a name that is known, of columns `name` and `is`; none without a file.

    Raises BadInput naming lines that lack one of the two, names that are told twice, and what is no place or sector, with
    the nearest that is.
    """
    if path is None:
        return {}
    grid = open_csv(path)
    head = [grid.text(0, c) for c in range(grid.shape[1])]
    if not set(NAMES_HEAD) <= set(head):
        raise BadInput(
            f"the file of names has no columns {' and '.join(NAMES_HEAD)}", where=str(path), fix="name,is at its head"
        )
    at = [head.index(c) for c in NAMES_HEAD]
    lines = [(grid.text(r, at[0]), grid.text(r, at[1])) for r in range(1, grid.shape[0])]
    known = Lexicon(geography, lists)
    p = Problems("the file of names cannot be followed")
    for number, (name, said) in enumerate(lines, 2):
        if not (name and said):
            p.add(f"line {number}: a name and what it is, both")
        elif not (known.province(said) or known.sector(said)):
            near = UnknownName.of("name", said, [*known.known_provinces(), *known.known_sectors()])
            p.add(f"line {number}: {said!r} is no place and no sector; {near.fix}")
        elif [n for n, _ in lines].count(name) > 1:
            p.add(f"line {number}: {name!r} is told twice")
    p.raise_if(BadInput, where=str(path), fix="a line for each odd name: as the file has it, and as it is known")
    return dict(lines)
