"""A plain form any program can write: long csv tables, and a mapping file (TOML) that says what they hold.

    name = "my-table"                 # and title, source, notes if wanted
    year = 2018
    currency = "USD"
    unit = "million USD"
    home = "AAA"                      # optional: the nation looked at

    [regions]                         # csv with one row a region
    file = "regions.csv"
    code = "region"                   # column names; nation, name_en, name_zh, open (0/1) and population
    are optional
    nation = "country"

    [sectors]
    file = "sectors.csv"
    code = "sector"                   # name_en, name_zh, groups (words apart by blanks) and isic (as C26, C17T18+C32)
    list = "wiod2016"                 # are optional, and so is the list that the codes are of (`xunhuan lists`)

    [flow]                            # who buys from whom: axes r s i
    file = "flow.csv"
    origin = "from"
    destination = "to"
    sector = "good"
    value = "value"
    tariff = "rate"                   # optional column

    [use]                             # columns region, sector, industry, value
    [final]                           # columns region, sector, category, value
    [value_added]                     # columns region, industry, component, value

    [migration]                       # optional: who moved between regions of a nation, population's unit
                                      # columns window ("2015-2020"), origin, destination, value; who stayed is left out

A table that knows sourcing by user gives [intermediate] (origin, sector, destination, industry, value) and
[final_by_origin] (origin, sector, destination, category, value) in the place of flow, use and final. A
column need not be named where it already has the name of the axis.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from xunhuan.data.accounts import Accounts
from xunhuan.data.arrays import Array
from xunhuan.data.classification import Sectors
from xunhuan.data.geography import Geography
from xunhuan.data.migration import Migration
from xunhuan.data.sector_lists import declared
from xunhuan.data.store import LOG_COLUMNS
from xunhuan.errors import BadInput, ForeignFile, Problems, nearest
from xunhuan.readers.blocks import Blocks, Imported, close

AXES = {
    "flow": ("origin", "destination", "sector"),
    "use": ("region", "sector", "industry"),
    "final": ("region", "sector", "category"),
    "value_added": ("region", "industry", "component"),
    "intermediate": ("origin", "sector", "destination", "industry"),
    "final_by_origin": ("origin", "sector", "destination", "category"),
    "migration": ("window", "origin", "destination"),
}
REQUIRED = ("name", "year", "currency", "unit", "regions", "sectors", "value_added")
OPTIONAL = ("title", "source", "notes", "home", *AXES)


@dataclass(frozen=True)
class _Mapping:
    """A mapping file that has passed its checks."""

    folder: Path
    path: Path
    content: dict[str, Any]

    def section(self, name: str) -> dict[str, Any]:
        """One table of the file."""
        return dict(self.content.get(name, {}))


def read_tabular(path: Path, year: int | None = None, sheet: str | None = None, tolerance: float = 0.01) -> Imported:
    """Accounts from long csv tables named by a mapping file.

    Flow form must balance as it is (to the tolerance of Accounts); by-user form is closed like the other
    formats.
    Raises BadInput with every faulty line of a file at once: unknown labels with their nearest names,
    values that are not numbers, cells given twice; ForeignFile for files that are no csv or TOML.
    """
    m = _mapping(path)
    geography, sectors = _geography(m), _sectors(m)
    categories, components = _labels(m, "category"), _labels(m, "component")
    names = {
        "origin": geography.codes,
        "destination": geography.codes,
        "region": geography.codes,
        "sector": sectors.codes,
        "industry": sectors.codes,
        "category": categories,
        "component": components,
        "window": tuple(sorted(_labels(m, "window"))),
    }
    arrays = {part: _array(m, part, names) for part in AXES if part in m.content}
    value_added = arrays["value_added"]
    if "migration" in arrays:
        geography = replace(geography, migration=_moves(m, geography, names["window"], arrays["migration"]))
    common: dict[str, Any] = {
        "geography": geography, "sectors": sectors, "categories": categories, "components": components,
        "year": year or int(m.content["year"]), "currency": str(m.content["currency"]),
        "unit": str(m.content["unit"]), "name": str(m.content["name"]), "title": str(m.content.get("title", "")),
        "source": str(m.content.get("source", "")), "notes": tuple(m.content.get("notes", ())),
    }  # fmt: skip
    if "intermediate" in arrays:
        z, f = arrays["intermediate"], arrays["final_by_origin"]
        output = np.where(geography.is_open[:, None], z.sum((2, 3)) + f.sum((2, 3)), z.sum((0, 1)) + value_added.sum(2))
        return close(Blocks(intermediate=z, final=f, value_added=value_added, output=output, **common), tolerance)
    tariff = _array(m, "flow", names, "tariff") if "tariff" in _columns(m, "flow") else np.zeros_like(arrays["flow"])
    accounts = Accounts(
        flow=arrays["flow"],
        use=arrays["use"],
        final=arrays["final"],
        value_added=value_added,
        tariff=tariff,
        home=str(m.content.get("home", "")),
        **common,
    )
    return Imported(accounts, pd.DataFrame(columns=list(LOG_COLUMNS)))


def _mapping(path: Path) -> _Mapping:
    if not path.is_file():
        raise BadInput(f"there is no file {path.name!r}", where=str(path), fix="give the mapping file (.toml)")
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as e:
        raise ForeignFile(f"the mapping file is not TOML: {e}", where=str(path), fix="see docs/readers.md") from e
    p = Problems("the mapping file is not valid")
    for key in REQUIRED:
        if key not in content:
            p.add(f"{key!r} is missing")
    for key in content:
        if key not in (*REQUIRED, *OPTIONAL):
            near = nearest(key, (*REQUIRED, *OPTIONAL))
            p.add(f"{key!r} is not known" + (f"; did you mean {near[0]!r}?" if near else ""))
    plain, by_user = {"flow", "use", "final"} & content.keys(), {"intermediate", "final_by_origin"} & content.keys()
    if bool(plain) == bool(by_user) or len(plain) in (1, 2) or len(by_user) == 1:
        p.add("give either flow, use and final, or intermediate and final_by_origin")
    for key in ("regions", "sectors", *AXES):
        if key in content and "file" not in content[key]:
            p.add(f"[{key}] names no file")
    p.raise_if(BadInput, where=str(path), fix="see docs/readers.md")
    return _Mapping(path.parent, path, content)


def _frame(m: _Mapping, part: str) -> pd.DataFrame:
    file = m.folder / str(m.section(part)["file"])
    if not file.is_file():
        raise BadInput(f"[{part}] names a file that is not there: {file.name!r}", where=str(m.path))
    try:
        return pd.read_csv(file, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    except (UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError) as e:
        raise ForeignFile("the file is not a csv", where=str(file), fix="write it as comma-separated text") from e


def _columns(m: _Mapping, part: str) -> dict[str, str]:
    """Column of each axis and of the value; raises BadInput naming columns that are missing."""
    section, frame = m.section(part), _frame(m, part)
    wanted = {a: str(section.get(a, a)) for a in (*AXES[part], "value")}
    if "tariff" in section:
        wanted["tariff"] = str(section["tariff"])
    p = Problems(f"[{part}] names columns that the file lacks")
    for axis, column in wanted.items():
        if column not in frame.columns:
            p.add(f"{axis}: {column!r} is not one of {', '.join(map(repr, frame.columns))}")
    p.raise_if(BadInput, where=str(m.folder / str(section["file"])))
    return wanted


def _labels(m: _Mapping, axis: str) -> tuple[str, ...]:
    """Labels of an axis no list gives, in order of appearance."""
    for part, axes in AXES.items():
        if axis in axes and part in m.content:
            return tuple(dict.fromkeys(_frame(m, part)[_columns(m, part)[axis]]))
    return ()


def _array(m: _Mapping, part: str, names: dict[str, tuple[str, ...]], value: str = "value") -> Array:
    """A part's column as an array over its axes; cells not listed are 0."""
    frame, columns = _frame(m, part), _columns(m, part)
    p = Problems("lines cannot be read")
    places = []
    for axis in AXES[part]:
        known = {c: k for k, c in enumerate(names[axis])}
        labels = frame[columns[axis]]
        at = labels.map(known)
        for line in np.flatnonzero(at.isna().to_numpy()):
            near = nearest(labels.iloc[line], known)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            p.add(f"line {line + 2}, {columns[axis]}: unknown {axis} {labels.iloc[line]!r}{hint}")
        places.append(at.fillna(0).astype(int).to_numpy())
    numbers = pd.to_numeric(frame[columns[value]], errors="coerce").to_numpy(dtype=float)
    for line in np.flatnonzero(~np.isfinite(numbers)):
        p.add(f"line {line + 2}, {columns[value]}: {frame[columns[value]].iloc[line]!r} is not a number")
    out = np.zeros(tuple(len(names[a]) for a in AXES[part]))
    flat = np.ravel_multi_index(tuple(places), out.shape) if len(frame) else np.zeros(0, dtype=int)
    for line in np.flatnonzero(pd.Series(flat).duplicated().to_numpy()):
        p.add(f"line {line + 2}: the cell is given twice")
    p.raise_if(BadInput, where=str(m.folder / str(m.section(part)["file"])))
    out.reshape(-1)[flat] = numbers
    return out


def _optional(m: _Mapping, part: str, frame: pd.DataFrame, key: str) -> list[str]:
    column = str(m.section(part).get(key, key))
    if key in m.section(part) and column not in frame.columns:
        raise BadInput(f"[{part}] names a column that the file lacks: {column!r}", where=str(m.path))
    return [str(x) for x in frame[column]] if column in frame.columns else []


def _geography(m: _Mapping) -> Geography:
    frame = _frame(m, "regions")
    codes = _optional(m, "regions", frame, "code")
    if not codes:
        raise BadInput("[regions] has no column of codes", where=str(m.path), fix='name it: code = "COLUMN"')
    opened = _optional(m, "regions", frame, "open")
    people = _optional(m, "regions", frame, "population")
    return Geography(
        codes=tuple(codes),
        nation=tuple(_optional(m, "regions", frame, "nation") or codes),
        names_en=tuple(_optional(m, "regions", frame, "name_en")),
        names_zh=tuple(_optional(m, "regions", frame, "name_zh")),
        open=frozenset(c for c, o in zip(codes, opened, strict=False) if o in ("1", "true", "yes")),
        population=tuple(float(x) if x else float("nan") for x in people),
    )


def _moves(m: _Mapping, g: Geography, windows: tuple[str, ...], persons: Array) -> Migration:
    """Moves within the nations that the file tells of; of others nothing is known."""
    told = (persons.sum((0, 2)) + persons.sum((0, 1)) > 0) @ (g.nation_index[:, None] == np.arange(len(g.nations)))
    known = g.same_nation & (told[g.nation_index] > 0)
    return Migration(windows, np.where(known, persons, np.nan), str(m.section("migration").get("source", "")))


def _sectors(m: _Mapping) -> Sectors:
    frame = _frame(m, "sectors")
    codes = _optional(m, "sectors", frame, "code")
    if not codes:
        raise BadInput("[sectors] has no column of codes", where=str(m.path), fix='name it: code = "COLUMN"')
    groups: dict[str, list[str]] = {}
    for code, words in zip(codes, _optional(m, "sectors", frame, "groups"), strict=False):
        for word in words.split():
            groups.setdefault(word, []).append(code)
    sectors = Sectors(
        codes=tuple(codes),
        names_en=tuple(_optional(m, "sectors", frame, "name_en")),
        names_zh=tuple(_optional(m, "sectors", frame, "name_zh")),
        groups={g: tuple(c) for g, c in groups.items()},
        isic=tuple(_optional(m, "sectors", frame, "isic")),
    )
    listed = str(m.section("sectors").get("list", ""))
    return declared(sectors, listed) if listed else sectors
