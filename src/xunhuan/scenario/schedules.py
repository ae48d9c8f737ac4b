"""What a scenario names a csv for: lines of a shock, and values of a model by sector.

    tariff = "schedule.csv"        a row a line, columns as the edit's fields: from, to, sectors, set
    lines = "shocks.csv"           the same with a column kind
    inventory_days = "days.csv"    a row a sector or group, and its value; of two sectors the second in the columns

What is empty is left out, as a key that is not written.
"""

from __future__ import annotations

import re
from collections import abc
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, get_origin

from pydantic import BaseModel

from xunhuan.data.records import parts
from xunhuan.data.written import csv_cells
from xunhuan.errors import BadInput, Problems, nearest
from xunhuan.models import registry
from xunhuan.models.edits.base import Edit, Names

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*%?")
_FLAGS = {"true": True, "false": False}
LINES = "lines"
"""Key of a table of several kinds."""


def is_csv(text: str) -> bool:
    """Whether a text names such a file."""
    return Path(text.strip()).suffix.lower() in (".csv", ".tsv")


def with_schedules(data: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """A scenario's data with the rows of every csv that its shocks and models name in the place of its name.

    folder  where the file lies that names them. Raises BadInput listing what is wrong with rows, ForeignFile.
    """
    rooms, known = data.get("model"), registry.models()
    if isinstance(rooms, Mapping):
        filled = {
            n: with_values(known[n].parameters, v, folder) if n in known and isinstance(v, Mapping) else v
            for n, v in rooms.items()
        }
        data = {**data, "model": filled}
    shocks = data.get("shock")
    if isinstance(shocks, Mapping):
        told: Any = {n: _filled(s, folder) if isinstance(s, Mapping) else s for n, s in shocks.items()}
    elif isinstance(shocks, list):
        told = [_filled(s, folder) if isinstance(s, Mapping) else s for s in shocks]
    else:
        return dict(data)
    return {**data, "shock": told}


def _filled(shock: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    kinds, out = registry.edits(), {}
    more: dict[str, list[dict[str, Any]]] = {}
    for key, value in shock.items():
        if key == LINES and isinstance(value, str):
            for kind, row in rows_of_csv(folder / value, kinds):
                more.setdefault(kind, []).append(row)
        elif key in kinds and isinstance(value, str) and is_csv(value):
            out[key] = [row for _, row in rows_of_csv(folder / value, {key: kinds[key]})]
        else:
            out[key] = value
    for kind, rows in more.items():
        here = out.get(kind, [])
        out[kind] = [*([here] if isinstance(here, Mapping) else here), *rows]
    return out


def with_values(record: type[BaseModel], given: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """Parameters with the numbers of every csv that stands in the place of values by sector, in tables inside them too."""
    out = dict(given)
    for key, value in given.items():
        field = record.model_fields.get(key)
        if field is not None:
            out[key] = _with_values(tuple(parts(field.annotation)), value, folder)
    return out


def _with_values(kinds: Sequence[Any], value: Any, folder: Path) -> Any:
    """A value that may be any of these kinds: the numbers of the csv that it names, or a table with values of its own."""
    if isinstance(value, str) and is_csv(value):
        mapped = any(get_origin(a) in (dict, abc.Mapping) for a in kinds)
        return values_of_csv(folder / value.strip()) if mapped else value
    inner = [a for a in kinds if isinstance(a, type) and issubclass(a, BaseModel)]
    if inner and isinstance(value, list):
        return [_with_values(inner, one, folder) for one in value]
    # A table is read by the record that has its keys; where several have some, by the one that has most.
    if inner and isinstance(value, Mapping):
        return with_values(max(inner, key=lambda a: len(a.model_fields.keys() & value.keys())), value, folder)
    return value


def values_of_csv(path: Path) -> dict[str, Any]:
    """Numbers by the name in the first column; by the names of the other columns too where there are several."""
    head, *rows = csv_cells(path) or [[]]
    p, out = Problems("the table of values cannot be read"), dict[str, Any]()
    for number, row in enumerate(rows, start=2):
        cells = [x.strip() for x in row]
        if len(cells) != len(head) or len(head) < 2:
            p.add(
                f"line {number}: {len(cells)} cells, of which the first is a name and the rest are numbers, for {len(head)}"
            )
            continue
        named = {c.strip(): x for c, x in zip(head[1:], cells[1:], strict=True) if x}
        wrong = [x for x in named.values() if not _NUMBER.fullmatch(x)]
        if wrong:
            p.add(f"line {number}: {wrong[0]!r} is no number")
            continue
        numbers = {c: float(_value(False, x)) for c, x in named.items()}
        if len(head) > 2:
            out[cells[0]] = numbers
        elif numbers:
            out[cells[0]] = next(iter(numbers.values()))
    if not out and not p:
        p.add("there is no row")
    p.raise_if(where=str(path))
    return out


def rows_of_csv(path: Path, kinds: Mapping[str, type[Edit]]) -> list[tuple[str, dict[str, Any]]]:
    """Kind and fields of every row of a csv. Raises BadInput listing what is wrong, ForeignFile."""
    head, *lines = csv_cells(path) or [[]]
    names = [c.strip() for c in head]
    _check_columns(names, kinds, path)
    several, p = "kind" in names, Problems("the table of edits cannot be read")
    out = []
    for number, cells in enumerate(lines, start=2):
        if len(cells) > len(names):
            p.add(f"line {number}: has more cells than there are columns")
            continue
        row = dict(zip(names, cells, strict=False))
        kind = row.pop("kind", "").strip() if several else next(iter(kinds))
        if kind not in kinds:
            near = nearest(kind, list(kinds))
            p.add(f"line {number}: {kind!r} is no kind of edit" + (f"; did you mean {near[0]}?" if near else ""))
            continue
        fields = _fields(kinds[kind])
        given = {c: v.strip() for c, v in row.items() if v.strip()}
        out.append((kind, {c: _value(fields.get(c, False), v) for c, v in given.items()}))
    if not out and not p:
        p.add("there is no row")
    p.raise_if(where=str(path))
    return out


def _check_columns(names: list[str], kinds: Mapping[str, type[Edit]], path: Path) -> None:
    """Raise BadInput where a column is no field, or the kind of the edits is not told."""
    if "kind" not in names and len(kinds) > 1:
        raise BadInput("the table has no column kind", where=str(path), fix="one of " + ", ".join(kinds))
    known = {c for k in kinds.values() for c in _fields(k)} | {"kind"}
    p = Problems("the table of edits cannot be read")
    for c in (c for c in names if c not in known):
        near = nearest(c, sorted(known))
        right = f"did you mean {near[0]}?" if near else f"known: {', '.join(sorted(known))}"
        p.add(f"column {c!r} is unknown; {right}")
    p.raise_if(where=str(path))


def _fields(kind: type[Edit]) -> dict[str, bool]:
    """Fields of a kind as files write them, and whether they hold names alone."""
    out = {}
    for name, f in kind.model_fields.items():
        marks = [*f.metadata, *parts(f.annotation)]
        plain = any(isinstance(a, Names) for a in marks) or not any(a in (float, int, bool) for a in marks)
        out[f.alias or name] = plain and not any(get_origin(a) is tuple and float in parts(a) for a in marks)
    return out


def _value(names: bool, text: str) -> Any:
    """What a cell stands for: names as they are, else a number (per cent signs allowed), true or false, or a word."""
    if names:
        return text
    if _NUMBER.fullmatch(text):
        return float(text.rstrip("% ")) / 100 if text.endswith("%") else float(text)
    return _FLAGS.get(text.casefold(), text)
