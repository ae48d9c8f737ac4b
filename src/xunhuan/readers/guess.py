"""A mapping file started from csv files: each guess is marked as one, what cannot be told is left to fill in."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from xunhuan.errors import BadInput
from xunhuan.readers.plain import ABSENT, CsvForm, numbers_of, read_plain
from xunhuan.readers.tabular import AXES

_MARK = "# guess"
_WORDS = {
    "origin": ("origin", "from", "exporter", "seller", "source", "orig"),
    "destination": ("destination", "to", "importer", "buyer", "dest"),
    "region": ("region", "reg", "country", "economy", "province", "地区", "省份"),
    "sector": ("sector", "good", "product", "commodity", "com", "item", "row", "部门"),
    "industry": ("industry", "ind", "user", "using", "column", "col", "行业"),
    "category": ("category", "final", "fd", "use_category"),
    "component": ("component", "va", "item_va", "income"),
    "window": ("window", "period"),
    "value": ("value", "amount", "obs_value", "flow", "val", "数值"),
    "tariff": ("tariff", "rate", "duty"),
}
"""What columns are often called, by axis."""
_FILES = {
    "regions": ("region", "countr", "province"), "sectors": ("sector", "industr"), "flow": ("flow", "trade"),
    "use": ("use", "intermediate", "z"), "final": ("final", "fd"), "value_added": ("va", "value_added", "added"),
}  # fmt: skip
_LIST_COLUMNS = {"regions": ("nation", "open", "population"), "sectors": ("groups", "isic")}
_FORMS: tuple[dict[str, str], ...] = (
    {}, {"decimal": ","}, {"decimal": ",", "thousands": "."}, {"thousands": ","}, {"decimal": ",", "thousands": " "},
    {"thousands": " "},
)  # fmt: skip
"""Ways of writing numbers, in the order they are tried; the first that reads them all is taken."""


@dataclass
class _File:
    """A csv looked at: columns by axis, whether it is a list, how its numbers are written."""

    path: Path
    frame: pd.DataFrame
    columns: dict[str, str]
    form: dict[str, object]
    part: str = ""
    wide: str = ""


def guess_mapping(paths: Sequence[Path], folder: Path) -> str:
    """Text of a mapping file in `folder` for these csv files. Raises BadInput, ForeignFile for what is no csv."""
    if not paths:
        raise BadInput("no files were given", fix="xunhuan import tabular --guess a.csv b.csv -o table.toml")
    files = [_look(p) for p in paths]
    for f in files:
        f.part = _part(f)
    known = {part: {str(x) for x in f.frame.iloc[:, 0]} for f in files for part in [f.part] if part in _LIST_COLUMNS}
    for f in files:
        if not f.part:
            _wide(f, known)
    return _written(files, folder)


def _look(path: Path) -> _File:
    frame, _ = read_plain(path, CsvForm())
    columns: dict[str, str] = {}
    for axis, words in _WORDS.items():
        for name in frame.columns:
            if name.casefold() in words and name not in columns.values():
                columns.setdefault(axis, name)
    return _File(path, frame, columns, _number_form(frame, columns))


def _number_form(frame: pd.DataFrame, columns: dict[str, str]) -> dict[str, object]:
    """How numbers of the value column (of most columns, where there is none) are written."""
    cells = frame[columns["value"]] if "value" in columns else frame.iloc[:, -1]
    cells = cells.astype(str).str.strip()
    absent = [w for w in dict.fromkeys(cells) if w in ABSENT]
    shown = cells[~cells.isin(absent)]
    for form in _FORMS:
        tried = CsvForm(decimal=form.get("decimal", "."), thousands=form.get("thousands", ""))
        if len(shown) and not np.isnan(numbers_of(shown, tried)[0]).any():
            return {**form, **({"missing": absent} if absent else {})}
    return {}


def _part(f: _File) -> str:
    """The section whose axes the columns are; a list where no column is a value."""
    names = {n.casefold() for n in f.frame.columns}
    if "value" not in f.columns:
        for part, marks in _LIST_COLUMNS.items():
            if names & set(marks):
                return part
        return _by_name(f, tuple(_LIST_COLUMNS)) if f.frame.iloc[:, 0].is_unique and len(names) <= 6 else ""
    have = f.columns.keys() - {"value", "tariff"}
    fits = [part for part, axes in AXES.items() if set(axes) == have]
    if not fits:
        fits = [part for part, axes in AXES.items() if set(axes) <= have]
    return max(fits, key=lambda part: (len(AXES[part]), part == _by_name(f, tuple(AXES))), default="")


def _by_name(f: _File, parts: tuple[str, ...]) -> str:
    """The section that the file's name speaks of, "" for none."""
    stem = f.path.stem.casefold()
    return next((p for p in parts if any(re.search(rf"(?<![a-z]){w}", stem) for w in _FILES.get(p, ()))), "")


def _wide(f: _File, known: dict[str, set[str]]) -> None:
    """A file whose heads are labels: which axis they are, and which section that makes it."""
    left = [c for c in f.frame.columns if c not in f.columns.values()]
    have = set(f.columns) - {"value"}
    for part, axes in AXES.items():
        lacks = [a for a in axes if a not in have]
        if len(lacks) != 1 or not left:
            continue
        labels = known.get("regions" if lacks[0] in ("origin", "destination", "region") else "sectors", set())
        named = _by_name(f, (part,)) == part
        if set(left) <= labels if lacks[0] not in ("category", "component") else named and not set(left) & labels:
            f.part, f.wide = part, lacks[0]
            cells = pd.concat([f.frame[c] for c in left]).astype(str)
            f.form = _number_form(pd.DataFrame({"value": cells}), {"value": "value"})
            return


def _written(files: list[_File], folder: Path) -> str:
    """The text: what is a guess says so."""
    years = {y for f in files for y in re.findall(r"(?<!\d)((?:19|20)\d\d)(?!\d)", f.path.stem)}
    lines = [
        f'name = "{folder.name or "my-table"}"  {_MARK}',
        f"year = {years.pop()}  {_MARK}" if len(years) == 1 else "# year = 2020  fill in",
        '# currency = "USD"  fill in',
        '# unit = "million USD"  fill in',
        '# home = "AAA"  fill in, or leave out: the nation looked at',
    ]
    order = ("regions", "sectors", *AXES)
    seen: set[str] = set()
    for f in sorted(files, key=lambda x: order.index(x.part) if x.part else len(order)):
        name = _relative(f.path, folder)
        if not f.part or f.part in seen:
            heads = ", ".join(map(str, f.frame.columns[:8]))
            why = "a second file of that kind" if f.part else "what it holds could not be told"
            lines += ["", f"# {name}: {why}; its columns are {heads}"]
            continue
        seen.add(f.part)
        lines += ["", f"[{f.part}]  {_MARK}", f"file = {json.dumps(name, ensure_ascii=False)}", *_section(f)]
    for part in ("regions", "sectors", "value_added"):
        if part not in seen:
            lines += ["", f"# [{part}]  no file of it was found; fill in"]
    return "\n".join(lines) + "\n"


def _section(f: _File) -> list[str]:
    def text(value: object) -> str:
        return json.dumps(value, ensure_ascii=False)

    if f.part in _LIST_COLUMNS:
        names = {n.casefold(): n for n in f.frame.columns}
        optional = [k for k in ("nation", "name_en", "name_zh", *_LIST_COLUMNS[f.part]) if names.get(k, k) != k]
        return [f"code = {text(f.frame.columns[0])}  {_MARK}", *(f"{k} = {text(names[k])}  {_MARK}" for k in optional)]
    lines = [
        f"{axis} = {text(f.columns[axis])}  {_MARK}"
        for axis in (*AXES[f.part], "value", "tariff")
        if axis in f.columns and (f.columns[axis] != axis or axis == "tariff")
    ]
    lines += [f"wide = {text(f.wide)}  {_MARK}"] if f.wide else []
    return lines + [f"{key} = {text(value)}  {_MARK}" for key, value in f.form.items()]


def _relative(path: Path, folder: Path) -> str:
    """The file as the mapping file names it."""
    try:
        return path.resolve().relative_to(folder.resolve()).as_posix()
    except ValueError:
        return path.resolve().as_posix()
