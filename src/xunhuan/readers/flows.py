"""Flows between provinces that a user holds: a table of any format, saved accounts, or a list in csv.

A list has the columns origin, destination, sector and value, one row a flow, own use included (origin = destination);
rows of the rest of the world are left out.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from xunhuan.data.accounts import Accounts
from xunhuan.data.arrays import Array
from xunhuan.data.classification import Sectors
from xunhuan.data.flows import HeldFlows
from xunhuan.data.store import load, open_accounts
from xunhuan.errors import BadInput, ForeignFile, Problems, nearest
from xunhuan.readers import FORMATS, read
from xunhuan.readers.ipio import AS_GIVEN, LIST_TABLES
from xunhuan.readers.labels import Lexicon
from xunhuan.readers.wide import csv_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import pandas as pd

COLUMNS = ("origin", "destination", "sector", "value")


def read_flows(path: Path, like: Accounts, progress: Callable[[str], None] | None = None) -> HeldFlows:
    """Flows between the provinces of a table, from a file.

    path  saved accounts (.nc); a csv with the columns origin, destination, sector, value; else a table that a reader takes
          (by its official name, or as an interprovincial table found by its labels)
    like  the table whose provinces and sectors are meant

    Raises BadInput listing every province and sector that does not match, with the nearest names; ForeignFile.
    """
    if not path.is_file():
        raise BadInput(f"there is no file {path.name!r}", where=str(path), fix="check the path given with --flows")
    digest = _sha256(path)
    lexicon = Lexicon(like.geography, (like.sectors, *(load(t).sectors for t in LIST_TABLES)))
    if path.suffix.lower() == ".nc":
        return _of_accounts(open_accounts(path), lexicon, path, digest)
    if path.suffix.lower() == ".csv" and _is_list(path):
        return _of_list(path, lexicon, digest)
    named = any(re.fullmatch(f.files, path.name, flags=re.IGNORECASE) for f in FORMATS.values())
    ours = not named or "ipio" in path.name.casefold()
    if ours:
        acc = read(path, "ipio", year=like.year, unit=AS_GIVEN, progress=progress).accounts
    else:
        acc = read(path, year=like.year).accounts
    return _of_accounts(acc, lexicon, path, digest)


def _sha256(path: Path) -> str:
    with open(path, "rb") as f:
        return hashlib.file_digest(f, "sha256").hexdigest()


def _of_accounts(acc: Accounts, lexicon: Lexicon, path: Path, digest: str) -> HeldFlows:
    """The flows between the closed regions of accounts; sectors by their names, by number where they have none."""
    p = Problems("the file's table does not fit")
    closed = np.flatnonzero(acc.closed)
    g = acc.geography
    names = [{g.codes[k], g.names_en[k], g.names_zh[k]} for k in closed]
    found = [next((c for n in sorted(some) if (c := lexicon.province(n))), "") for some in names]
    inside = [k for k, c in zip(closed, found, strict=True) if c or g.nation[k] == acc.home]
    for k, code in zip(closed, found, strict=True):
        if k in inside and not code:
            _unknown(p, "province", g.names_en[k], lexicon.known_provinces())
    s = acc.sectors
    goods = _goods(p, list(zip(s.codes, s.names_en, s.names_zh, strict=True)), lexicon)
    p.raise_if(BadInput, where=str(path), fix="give a table of China's provinces in the official sectors")
    codes = tuple(c for c in found if c)
    return _flows(acc.flow[np.ix_(inside, inside)], codes, goods, acc.title or acc.name, path, digest)


def _goods(p: Problems, written: Sequence[tuple[str, ...]], lexicon: Lexicon) -> list[str]:
    """The sectors meant: by names where they are known; by number, of the table itself, where there is nothing else."""
    first = lexicon.lists[0]
    by_code = {c.lstrip("0"): n for c, n in zip(first.codes, first.names_en, strict=True)}
    names = []
    for forms in written:
        named = next((n for f in forms if (n := lexicon.sector(f))), "")
        alone = {f.lstrip("0") for f in forms}
        name = named or (by_code.get(alone.pop(), "") if len(alone) == 1 else "")
        if not name:
            _unknown(p, "sector", forms[-1], lexicon.known_sectors())
        names.append(name)
    return names


def _unknown(p: Problems, kind: str, name: str, known: list[str]) -> None:
    near = nearest(name, known)
    p.add(f"{kind} {name!r} is not known" + (f"; did you mean {', '.join(near)}?" if near else ""))


def _flows(value: Array, regions: tuple[str, ...], goods: list[str], title: str, path: Path, digest: str) -> HeldFlows:
    """The record; what goes by one name is added up."""
    names = tuple(dict.fromkeys(goods))
    whole = np.maximum(value, 0.0) @ np.array([[g == n for n in names] for g in goods], dtype=float)
    return HeldFlows(whole, regions, Sectors(codes=names), title, path.name, digest, int((value < 0).sum()))


def _is_list(path: Path) -> bool:
    """Whether the first line of a csv names the columns of a list."""
    first = next(csv_rows(path), [])
    return len({str(c).strip().casefold() for c in first} & set(COLUMNS)) >= 3


def _of_list(path: Path, lexicon: Lexicon, digest: str) -> HeldFlows:
    rows = _rows(path)
    abroad = _abroad(lexicon)
    away = rows["origin"].str.casefold().isin(abroad) | rows["destination"].str.casefold().isin(abroad)
    rows = rows[~away]
    p = Problems("the list of flows does not fit")
    written = dict.fromkeys([*rows["origin"], *rows["destination"]])
    province = {name: lexicon.province(name) for name in written}
    for name, code in province.items():
        if not code:
            _unknown(p, "province", name, lexicon.known_provinces())
    sectors = list(dict.fromkeys(rows["sector"]))
    goods = _goods(p, [(s,) for s in sectors], lexicon)
    value = _values(p, rows)
    p.raise_if(BadInput, where=str(path), fix="name provinces and sectors as the table does")
    codes = tuple(dict.fromkeys(province.values()))
    # Two spellings of a sector are one.
    good = {s: goods.index(n) for s, n in zip(sectors, goods, strict=True)}
    at = [codes.index(province[x]) for x in rows["origin"]], [codes.index(province[x]) for x in rows["destination"]]
    place = np.ravel_multi_index((*at, [good[x] for x in rows["sector"]]), (len(codes), len(codes), len(sectors)))
    out = np.zeros(len(codes) ** 2 * len(sectors))
    order = np.argsort(place, kind="stable")
    twice = order[1:][np.diff(place[order]) == 0]
    for k in sorted(rows.index[twice]):
        p.add(f"line {k + 2}: the flow is given twice")
    p.raise_if(BadInput, where=str(path), fix="give each flow once")
    out[place] = value
    return _flows(out.reshape(len(codes), len(codes), -1), codes, goods, f"list of flows {path.name}", path, digest)


def _abroad(lexicon: Lexicon) -> set[str]:
    """Codes and names of the regions that are not the nation's."""
    g = lexicon.geography
    every = zip(g.is_open, g.codes, g.names_en, g.names_zh, strict=True)
    return {n.casefold() for is_open, *names in every if is_open for n in names}


def _rows(path: Path) -> pd.DataFrame:
    import pandas as pd

    lines = [[str(c).strip() for c in row] for row in csv_rows(path)]
    top = [c.casefold() for c in lines[0]]
    full = {k: row for k, row in enumerate(lines[1:]) if any(row)}
    short = Problems("lines have more or fewer cells than the first")
    short.items = [f"line {k + 2}: {len(row)} for {len(top)}" for k, row in full.items() if len(row) != len(top)]
    short.raise_if(ForeignFile, where=str(path), fix="the file may be cut off: write it again")
    rows = pd.DataFrame.from_dict(full, orient="index", columns=top)
    p = Problems("a list of flows needs the columns origin, destination, sector and value")
    p.items = [f"{c} is missing" for c in COLUMNS if c not in rows.columns]
    p.raise_if(BadInput, where=str(path))
    return rows[list(COLUMNS)]


def _values(p: Problems, rows: pd.DataFrame) -> Array:
    """The numbers; lines that hold none, or one below 0, are noted."""
    import pandas as pd

    value = pd.to_numeric(rows["value"], errors="coerce").to_numpy(dtype=float)
    lines = rows.index.to_numpy()
    for k in np.flatnonzero(~np.isfinite(value) | (value < 0)):
        what = "is below 0" if value[k] < 0 else "is not a number"
        p.add(f"line {lines[k] + 2}, value: {rows['value'].iloc[k]!r} {what}")
    return value
