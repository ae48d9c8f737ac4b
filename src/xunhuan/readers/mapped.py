"""What a mapping file (TOML) says of csv files: regions, sectors, and arrays over named axes.

A section names its file, or several whose values add up, and the column of each axis where it has another name than the
axis. `[labels]` renames sectors of the files (columns source, target); values of one name add up. `wide = AXIS` says that
the labels of that axis are the heads of the other columns. `where = { COLUMN = VALUE or [VALUES] }` keeps some rows;
`unlisted = "skip"` leaves out rows whose labels no list has. How cells are written (`readers.plain`) is said in `[form]`,
or in a section for itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from xunhuan.data.arrays import Array
from xunhuan.data.classification import Sectors
from xunhuan.data.geography import Geography
from xunhuan.data.sector_lists import declared, grouped
from xunhuan.data.written import read_toml
from xunhuan.errors import SHOWN, BadInput, Problems, nearest
from xunhuan.readers.bounds import check_cells
from xunhuan.readers.plain import CsvForm, declared_form, numbers_of, read_plain, unknown_label

Axes = Mapping[str, tuple[str, ...]]
_FILE, _LINE = "\0file", "\0line"
"""Columns that say which of a section's files a row is of, and its line there."""


@dataclass(frozen=True)
class Mapped:
    """A mapping file that has passed its checks.

    axes   axes of each section that holds an array · forms  how each section's files are written
    told   what was found out on the way, to be told
    """

    path: Path
    content: dict[str, Any]
    axes: Axes
    forms: dict[str, CsvForm]
    told: list[str] = field(default_factory=list)
    _frames: dict[str, pd.DataFrame] = field(default_factory=dict)

    def __contains__(self, part: object) -> bool:
        return part in self.content

    def section(self, name: str) -> dict[str, Any]:
        """One table of the file."""
        return dict(self.content.get(name, {}))

    def files(self, part: str) -> list[Path]:
        """The files of a section."""
        named = self.section(part)["file"]
        return [self.path.parent / str(n) for n in (named if isinstance(named, list) else [named])]

    def where(self, part: str) -> str:
        """The files of a section, for a message."""
        return ", ".join(map(str, self.files(part)))

    def frame(self, part: str) -> pd.DataFrame:
        """Rows of a section's files as text, long. Raises BadInput, ForeignFile."""
        if part not in self._frames:
            self._frames[part] = self._read(part)
        return self._frames[part]

    def _read(self, part: str) -> pd.DataFrame:
        parts = []
        for k, file in enumerate(self.files(part)):
            if not file.is_file():
                raise BadInput(f"[{part}] names a file that is not there: {file.name!r}", where=str(self.path))
            frame, said = read_plain(file, self.forms[part])
            if said and said not in self.told:
                self.told.append(said)
            frame[_FILE], frame[_LINE] = k, np.arange(len(frame)) + 2
            parts.append(self._long(part, frame, file))
        frame = pd.concat(parts, ignore_index=True)
        for column, values in dict(self.section(part).get("where", {})).items():
            if column not in frame.columns:
                raise BadInput(f"[{part}] where names a column that the file lacks: {column!r}", where=str(self.path))
            frame = frame[frame[column].isin(values if isinstance(values, list) else [str(values)])]
        return frame

    def _long(self, part: str, frame: pd.DataFrame, file: Path) -> pd.DataFrame:
        """A wide file made long."""
        wide = self.section(part).get("wide")
        if wide is None:
            return frame
        kept = [_FILE, _LINE, *(self.column(part, a) for a in self.axes[part] if a != wide)]
        kept += [c for c in dict(self.section(part).get("where", {})) if c not in kept]
        lacks = [c for c in kept if c not in frame.columns]
        if lacks:
            raise BadInput(f"[{part}] names columns that the file lacks", where=str(file), items=lacks)
        if self.column(part, "value") in frame.columns:
            raise BadInput(f"[{part}] is wide but has a column of values", where=str(file), fix="leave wide out")
        return frame.melt(kept, var_name=self.column(part, wide), value_name=self.column(part, "value"))

    def column(self, part: str, axis: str) -> str:
        """The column of an axis of a section."""
        return str(self.section(part).get(axis, axis))

    def columns(self, part: str) -> dict[str, str]:
        """Column of each axis and of the value. Raises BadInput naming columns that are missing."""
        frame, section = self.frame(part), self.section(part)
        wanted = {a: self.column(part, a) for a in (*self.axes[part], "value")}
        if "tariff" in section:
            wanted["tariff"] = str(section["tariff"])
        p = Problems(f"[{part}] names columns that the file lacks")
        heads = [c for c in frame.columns if c not in (_FILE, _LINE)]
        for axis, column in wanted.items():
            if column not in heads:
                p.add(f"{axis}: {column!r} is not one of {', '.join(map(repr, heads))}")
        fix = 'name it in the section, as region = "COLUMN"; a file with another mark between cells: separator = ";"'
        p.raise_if(BadInput, where=self.where(part), fix=fix)
        return wanted

    def labels(self, axis: str) -> tuple[str, ...]:
        """Labels of an axis no list gives, in order of appearance."""
        for part, axes in self.axes.items():
            if axis in axes and part in self.content:
                return tuple(dict.fromkeys(self.frame(part)[self.columns(part)[axis]]))
        return ()

    def array(self, part: str, names: Mapping[str, tuple[str, ...]], value: str = "value") -> Array:
        """A section's column as an array over its axes; cells not listed are 0. Raises BadInput with every bad line."""
        frame, columns, axes = self.frame(part), self.columns(part), self.axes[part]
        p = Problems("lines cannot be read")
        places, skip = [], np.zeros(len(frame), dtype=bool)
        quiet = self.section(part).get("unlisted") == "skip"
        for axis in axes:
            known = {c: k for k, c in enumerate(names[axis])}
            labels = frame[columns[axis]]
            at = labels.map(self._renamed(axis)).map(known)
            unknown = at.isna().to_numpy()
            skip |= unknown & quiet
            for k in np.flatnonzero(unknown & (not quiet)):
                label = str(labels.iloc[k])
                # Looking for what is near takes longer than reading, and a dozen are shown.
                near = unknown_label(label, known) if len(p.items) < SHOWN else ""
                p.add(f"{self._line(part, int(k))}, {columns[axis]}: unknown {axis} {label!r}{near}")
            places.append(at.fillna(0).astype(int).to_numpy())
        numbers, missing, hint = numbers_of(frame[columns[value]], self.forms[part])
        for k in np.flatnonzero(np.isnan(numbers) & ~missing & ~skip):
            p.add(f"{self._line(part, int(k))}, {columns[value]}: {frame[columns[value]].iloc[k]!r} is not a number")
        shape = tuple(len(names[a]) for a in axes)
        check_cells(shape, self.where(part))
        flat = np.ravel_multi_index(tuple(places), shape) if len(frame) else np.zeros(0, dtype=int)
        twice = frame[[_FILE, *(columns[a] for a in axes)]].reset_index(drop=True)[~skip].duplicated()
        for k in twice.index[twice]:
            p.add(f"{self._line(part, int(k))}: the cell is given twice")
        p.raise_if(BadInput, where=self.where(part), fix=hint)
        out = np.zeros(int(np.prod(shape)))
        np.add.at(out, flat[~skip], np.where(missing, 0.0, numbers)[~skip])
        self._say(part, missing & ~skip, frame[columns[value]])
        listed = int((~skip).sum())
        if listed < out.size and value == "value":
            self.told.append(f"[{part}]: {listed:,} of {out.size:,} cells are listed, the others are 0")
        return out.reshape(shape)

    def _renamed(self, axis: str) -> Callable[[str], str]:
        """What a label of the files is called in the lists: `[labels]` says it of sectors and industries."""
        if "labels" not in self.content or axis not in ("sector", "industry"):
            return str
        frame = self.frame("labels")
        source, target = (self.column("labels", x) for x in ("source", "target"))
        if source not in frame.columns or target not in frame.columns:
            raise BadInput(f"[labels] lacks the columns {source!r} and {target!r}", where=self.where("labels"))
        names = dict(zip(frame[source], frame[target], strict=True))
        return lambda label: names.get(label, label)

    def _line(self, part: str, k: int) -> str:
        row = self.frame(part).iloc[k]
        files = self.files(part)
        return f"line {row[_LINE]}" + (f" of {files[row[_FILE]].name}" if len(files) > 1 else "")

    def _say(self, part: str, missing: np.ndarray, cells: pd.Series) -> None:
        if missing.any():
            words = ", ".join(repr(w) for w in dict.fromkeys(cells[missing].str.strip()))
            self.told.append(f"[{part}]: {int(missing.sum())} cells {words} were taken as 0, as the mapping file says")

    def optional(self, part: str, key: str) -> list[str]:
        """A column of a list, empty where there is none. Raises BadInput where one is named that is not there."""
        frame, column = self.frame(part), self.column(part, key)
        if key in self.section(part) and column not in frame.columns:
            fix = f'the file has {", ".join(map(repr, frame.columns[:-2]))}; if cells run together say separator = ";"'
            raise BadInput(f"[{part}] names a column that the file lacks: {column!r}", where=str(self.path), fix=fix)
        return [str(x) for x in frame[column]] if column in frame.columns else []

    def codes(self, part: str) -> tuple[str, ...]:
        """Codes of a list. Raises BadInput where it has none."""
        codes = self.optional(part, "code")
        if not codes:
            raise BadInput(f"[{part}] has no column of codes", where=str(self.path), fix='name it: code = "COLUMN"')
        p = Problems(f"[{part}] has codes that are empty or there twice")
        first = {c: k for k, c in reversed(list(enumerate(codes)))}
        p.items = [f"line {k + 2}: {c!r}" for k, c in enumerate(codes) if not c.strip() or first[c] < k]
        p.raise_if(BadInput, where=self.where(part), fix="each row has a code of its own")
        return tuple(codes)

    def geography(self) -> Geography:
        """The regions. Raises BadInput."""
        codes = self.codes("regions")
        opened, people = self.optional("regions", "open"), pd.Series(self.optional("regions", "population"), dtype=str)
        form = replace(self.forms["regions"], missing=("", *self.forms["regions"].missing))
        persons, missing, hint = numbers_of(people, form)
        p = Problems("[regions] has populations that are no numbers")
        p.items += [f"{codes[k]}: {people[k]!r}" for k in np.flatnonzero(np.isnan(persons) & ~missing)]
        p.raise_if(BadInput, where=self.where("regions"), fix=hint)
        return Geography(
            codes=codes,
            nation=tuple(self.optional("regions", "nation") or codes),
            names_en=tuple(self.optional("regions", "name_en")),
            names_zh=tuple(self.optional("regions", "name_zh")),
            open=frozenset(c for c, o in zip(codes, opened, strict=False) if o in ("1", "true", "yes")),
            population=tuple(persons.tolist()),
        )

    def sectors(self) -> Sectors:
        """The sectors. Raises BadInput."""
        codes = self.codes("sectors")
        groups: dict[str, list[str]] = {}
        for code, words in zip(codes, self.optional("sectors", "groups"), strict=False):
            for word in words.split():
                groups.setdefault(word, []).append(code)
        sectors = Sectors(
            codes=codes,
            names_en=tuple(self.optional("sectors", "name_en")),
            names_zh=tuple(self.optional("sectors", "name_zh")),
            groups={g: tuple(c) for g, c in groups.items()},
            isic=tuple(self.optional("sectors", "isic")),
        )
        listed = str(self.section("sectors").get("list", ""))
        return declared(sectors, listed) if listed else grouped(sectors)


def read_mapping(
    path: Path, axes: Axes, required: tuple[str, ...], optional: tuple[str, ...]
) -> tuple[Mapped, Problems]:
    """A mapping file, and the list of its faults so far, for the caller to add to and to raise.

    Raises BadInput where there is none, ForeignFile where it is not TOML.
    """
    if not path.is_file():
        raise BadInput(f"there is no file {path.name!r}", where=str(path), fix="give the mapping file (.toml)")
    content = read_toml(path)
    p = Problems("the mapping file is not valid")
    known = (*required, *optional, "form")
    for key in required:
        if key not in content:
            p.add(f"{key!r} is missing")
    for key in content:
        if key not in known:
            near = nearest(key, known)
            p.add(f"{key!r} is not known" + (f"; did you mean {near[0]!r}?" if near else ""))
    _check_words(content, p)
    base = CsvForm()
    if isinstance(content.get("form", {}), dict):
        base = declared_form(content.get("form", {}), base, p, "[form]")
    else:
        p.add("form must be a section")
    forms = {}
    for key in ("regions", "sectors", *axes):
        if key in content and _is_section(key, content[key], axes, p):
            forms[key] = declared_form(content[key], base, p, f"[{key}]")
    return Mapped(path, content, axes, forms), p


def _check_words(content: Mapping[str, Any], p: Problems) -> None:
    """Keys outside sections: text, a whole year, notes a list of texts."""
    for key in ("name", "title", "source", "currency", "unit", "home", "nation", "table"):
        if key in content and not (isinstance(content[key], str) and (content[key] or key not in ("name", "nation"))):
            p.add(f"{key} must be text")
    if "year" in content and type(content["year"]) is not int:
        p.add("year must be a whole number")
    notes = content.get("notes", [])
    if not (isinstance(notes, list) and all(isinstance(n, str) for n in notes)):
        p.add("notes must be a list of texts")


def _is_section(key: str, section: object, axes: Axes, p: Problems) -> bool:
    """Whether a section can be read; what is wrong with it goes to `p`."""
    if not isinstance(section, dict) or "file" not in section:
        p.add(f"[{key}] names no file")
        return False
    before = len(p.items)
    files, where, wide = section["file"], section.get("where", {}), section.get("wide")
    if not _texts(files) or not files:
        p.add(f"[{key}] file must be a name or a list of names")
    if not (isinstance(where, dict) and all(_texts(v) for v in where.values())):
        p.add(f'[{key}] where must be {{ COLUMN = "VALUE" }}, or a list of values')
    if wide is not None and wide not in axes.get(key, ()):
        p.add(f"[{key}] wide = {wide!r} is not one of its axes: {', '.join(axes.get(key, ())) or 'none'}")
    if section.get("unlisted", "skip") != "skip":
        p.add(f'[{key}] unlisted can only be "skip"')
    lists = ("file", "where", "wide", "unlisted", "missing", "categories", "components")
    p.items += [f"[{key}] {k} must be text" for k, v in section.items() if k not in lists and not isinstance(v, str)]
    for k in ("categories", "components"):
        if not isinstance(section.get(k, []), list) or not _texts(section.get(k, [])):
            p.add(f"[{key}] {k} must be a list of names")
    return len(p.items) == before


def _texts(value: object) -> bool:
    return all(isinstance(v, str) for v in value) if isinstance(value, list) else isinstance(value, str)
